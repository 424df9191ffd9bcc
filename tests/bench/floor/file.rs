//! One thread with the pen's way of committing to a file: WAL, FULL, one flush for all that waits. It answers nobody
//! before the flush.

use actix_web::web::Bytes;
use anyhow::Context;
use std::path::Path;
use tokio::sync::{mpsc, oneshot};

const BATCH_MAX: usize = 64;
const QUEUE_MAX: usize = 1024;

struct Job {
    body: Bytes,
    answer: oneshot::Sender<i64>,
}

/// The way to that thread.
pub(super) struct Pen(mpsc::Sender<Job>);

impl Pen {
    /// Opens `floor.db` in the folder.
    pub(super) fn start(dir: &Path) -> anyhow::Result<Pen> {
        let connection = rusqlite::Connection::open(dir.join("floor.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
        )?;
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        // Whatever ends it, those who wait for it hear by their channels.
        std::thread::spawn(move || write(&connection, waiting));
        Ok(Pen(jobs))
    }

    pub(super) async fn keep(&self, body: Bytes) -> Option<i64> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Job { body, answer }).ok()?;
        answered.await.ok()
    }
}

fn write(connection: &rusqlite::Connection, mut waiting: mpsc::Receiver<Job>) -> anyhow::Result<()> {
    let mut insert = connection.prepare("INSERT INTO notes (body) VALUES (?1)")?;
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let ids = batch.iter().map(|job: &Job| insert.insert([job.body.as_ref()])).collect::<Result<Vec<_>, _>>()?;
        connection.execute_batch("COMMIT").context("the floor's commit")?;
        for (job, id) in batch.drain(..).zip(ids) {
            // A client that has gone needs no answer.
            job.answer.send(id).ok();
        }
    }
    Ok(())
}
