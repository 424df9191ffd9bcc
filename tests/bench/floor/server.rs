//! A small pool of connections to PostgreSQL: each request is one INSERT, one trip, one commit of its own, and when
//! asked for one entry in a Redis stream after it. It reads nothing and batches nothing; the server flushes for several
//! commits at once as it likes.

use redis::aio::MultiplexedConnection;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls, Statement};

/// More than the hub has, which holds one to write and four to read.
const CONNECTIONS: usize = 8;

/// The stream that is rung, the field with the row's number, and who hears it.
pub(crate) const STREAM: &str = "notes";
pub(crate) const FIELD: &str = "code";
pub(crate) const GROUP: &str = "floor";

/// Connections that take turns; on one of them requests follow each other without waiting.
pub(super) struct Pool {
    lines: Vec<(Client, Statement)>,
    next: AtomicUsize,
    bell: Option<MultiplexedConnection>,
    /// Whatever moves the bytes: it lives as long as the pool.
    _talking: JoinSet<Result<(), tokio_postgres::Error>>,
}

impl Pool {
    pub(super) async fn connect(postgres: &str, redis: Option<&str>) -> anyhow::Result<Pool> {
        let (mut lines, mut talking) = (Vec::new(), JoinSet::new());
        for _ in 0..CONNECTIONS {
            let (client, connection) = tokio_postgres::connect(postgres, NoTls).await?;
            talking.spawn(connection);
            client
                .batch_execute("CREATE TABLE IF NOT EXISTS notes (id BIGSERIAL PRIMARY KEY, body BYTEA NOT NULL)")
                .await?;
            let insert = client.prepare("INSERT INTO notes (body) VALUES ($1) RETURNING id").await?;
            lines.push((client, insert));
        }
        let bell = match redis {
            Some(url) => Some(redis::Client::open(url)?.get_multiplexed_async_connection().await?),
            None => None,
        };
        Ok(Pool { lines, next: AtomicUsize::new(0), bell, _talking: talking })
    }

    pub(super) async fn keep(&self, body: &[u8]) -> Option<i64> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let (client, insert) = self.lines.get(turn % self.lines.len())?;
        let id: i64 = client.query_one(insert, &[&body]).await.ok()?.get(0);
        if let Some(bell) = &self.bell {
            let mut rung = redis::cmd("XADD");
            rung.arg(STREAM).arg("*").arg(FIELD).arg(id);
            rung.query_async::<String>(&mut bell.clone()).await.ok()?;
        }
        Some(id)
    }
}
