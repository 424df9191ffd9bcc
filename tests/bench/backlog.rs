//! A hundred thousand events that wait when the workers start: the stream is empty, nothing was rung, ten thousand
//! whistles are unreceived. How long until the office has every whistle and both groups have heard everything, and
//! whether the hub's memory grows with what waits. Letters are left out: how fast they leave is the mail relay's.

use crate::Figure;
use crate::fill::{Size, fill};
use crate::ground::{Ground, Pair, Servers};
use crate::load::{Served, pause};
use crate::process::{IDLE_MS, memory_mib};
use anyhow::{Context, ensure};
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamInfoGroupsReply, StreamInfoStreamReply};
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls, Statement};

const SIZE: Size = Size { whistles: 14_850, unreceived: 10_000 };
/// Between two looks.
const LOOK_MS: u64 = 100;
const DRAIN_DEADLINE: Duration = Duration::from_secs(600);
/// Buffers for 256 events at once and statements that an idle hub has not needed yet are no growth; a backlog held in
/// memory would be many times this.
const GROWTH_MAX: f64 = 1.5;

pub(crate) async fn drain(servers: &Servers, dir: &Path) -> anyhow::Result<Figure> {
    let ground = Pair::Servers(servers).ground(&dir.join("backlog-idle"))?;
    let idle = idle_mib(&ground).await?;
    ground.clear()?;
    println!();
    let ground = Pair::Servers(servers).ground(&dir.join("backlog"))?;
    let events = fill(ground.ledger(), SIZE).await?.events;
    let mut eyes = Eyes::open(servers, &ground).await?;
    let began = Instant::now();
    let hub = ground.hub().await?;
    // While the start's own memory is still in use, what is seen is not the backlog's.
    let (mut at_start, mut highest, mut received) = (0_f64, 0_f64, None);
    let drained = loop {
        let now = began.elapsed();
        ensure!(now < DRAIN_DEADLINE, "the backlog is not drained after {DRAIN_DEADLINE:?}");
        let seen = if now.as_millis() < u128::from(IDLE_MS) { &mut at_start } else { &mut highest };
        *seen = seen.max(memory_mib(&hub, "Pss")?);
        if received.is_none() && eyes.unreceived().await? == 0 {
            received = Some(began.elapsed());
        }
        if received.is_some() && now.as_millis() > u128::from(IDLE_MS) && eyes.all_is_heard().await? {
            break began.elapsed();
        }
        pause(LOOK_MS).await;
    };
    pause(IDLE_MS).await;
    let after = memory_mib(&hub, "Pss")?;
    drop(hub);
    ground.clear()?;
    println!(
        "backlog of {events} events, {} whistles unreceived: received {:.1} s, rung, heard and done {:.1} s after the \
         process began\n  Pss: idle {idle:.1} MiB, at its highest {highest:.1} ({at_start:.1} in the first {} s, while a \
         password is hashed), afterwards {after:.1}",
        SIZE.unreceived,
        received.unwrap_or_default().as_secs_f64(),
        drained.as_secs_f64(),
        IDLE_MS / 1000,
    );
    let what = format!("memory at its highest against idle, {events} events drained");
    Ok(Figure::at_most(what, (highest / idle, " x"), GROWTH_MAX, "<= 1.50 x"))
}

/// Of a hub that has nothing to do.
async fn idle_mib(ground: &Ground<'_>) -> anyhow::Result<f64> {
    let hub: Served = ground.hub().await?;
    pause(IDLE_MS).await;
    memory_mib(&hub, "Pss")
}

/// Looks at ledger and stream from outside.
struct Eyes {
    client: Client,
    unreceived: Statement,
    newest: Statement,
    redis: MultiplexedConnection,
    _talking: JoinSet<Result<(), tokio_postgres::Error>>,
}

impl Eyes {
    async fn open(servers: &Servers, ground: &Ground<'_>) -> anyhow::Result<Eyes> {
        let (client, connection) = tokio_postgres::connect(&ground.postgres_url(servers), NoTls).await?;
        let mut talking = JoinSet::new();
        talking.spawn(connection);
        let unreceived = client.prepare("SELECT COUNT(*) FROM whistles WHERE routed = 0").await?;
        let newest = client.prepare("SELECT MAX(seq) FROM events").await?;
        let redis = redis::Client::open(servers.redis_url())?.get_multiplexed_async_connection().await?;
        Ok(Eyes { client, unreceived, newest, redis, _talking: talking })
    }

    async fn unreceived(&self) -> anyhow::Result<i64> {
        Ok(self.client.query_one(&self.unreceived, &[]).await?.get(0))
    }

    /// Whether the newest event was rung, and every group has heard it and has nothing in hand.
    async fn all_is_heard(&mut self) -> anyhow::Result<bool> {
        let newest: i64 = self.client.query_one(&self.newest, &[]).await?.get(0);
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut self.redis).await?;
        let stream = keys.first().context("nothing was ever rung")?;
        let mut asked = redis::cmd("XINFO");
        let rung: StreamInfoStreamReply = asked.arg("STREAM").arg(stream).query_async(&mut self.redis).await?;
        let mut asked = redis::cmd("XINFO");
        let groups: StreamInfoGroupsReply = asked.arg("GROUPS").arg(stream).query_async(&mut self.redis).await?;
        let top = format!("{newest}-0");
        let is_done = |group: &redis::streams::StreamInfoGroup| group.last_delivered_id == top && group.pending == 0;
        Ok(rung.last_generated_id == top && !groups.groups.is_empty() && groups.groups.iter().all(is_done))
    }
}
