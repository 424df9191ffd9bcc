//! From sending a whistle until the office has it: `whistle.routed` committed by the desk, which heard of it through
//! Redis. Beside it the bare floor of that way: one INSERT, XADD, XREADGROUP. Both ends are watched by this process, by
//! one clock; the ledger is looked at every millisecond or two, and so a receipt is never timed shorter than it took.

use crate::Figure;
use crate::blow::{Orders, bodies, on_floor, on_hub};
use crate::floor::server::{FIELD, GROUP, STREAM};
use crate::ground::{Ground, Pair, Servers};
use crate::load::{Served, pause};
use crate::measure::{Make, Measured};
use crate::paced::{Pace, Paced, Sent, keep};
use crate::pen;
use anyhow::{Context, bail, ensure};
use redis::AsyncConnectionConfig;
use redis::streams::StreamReadReply;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::NoTls;

/// Whistles a second, and for how long.
#[derive(Clone, Copy)]
struct Rate {
    per_second: u32,
    span: Duration,
    /// The most that the receipt's p99 should be, milliseconds.
    goal: Option<(f64, &'static str)>,
}

const RATES: [Rate; 2] = [
    Rate { per_second: 50, span: Duration::from_secs(10), goal: Some((30.0, "<= 30 ms")) },
    Rate { per_second: 1000, span: Duration::from_secs(5), goal: None },
];
/// The times of all repeats are taken together.
const REPEATS: usize = 2;
const WARM: Duration = Duration::from_secs(2);
/// How long the last receipts may take after the last whistle.
const LAST_RECEIPTS: Duration = Duration::from_secs(60);

/// When each was seen first.
type Seen = Arc<Mutex<HashMap<String, Instant>>>;

/// The times of some runs, microseconds.
#[derive(Default)]
struct Times {
    answers: Vec<u32>,
    receipts: Vec<u32>,
    /// Receipts within the span.
    in_time: usize,
    unsent: usize,
    wrong: usize,
    seconds: f64,
    pen: String,
}

pub(crate) async fn compare(servers: &Servers, dir: &Path) -> anyhow::Result<Vec<Figure>> {
    println!("\nwhistle to office receipt, fixed rate, timed from when each was due; {REPEATS} repeats taken together");
    println!("offered        answered  p50      p99     receipts    p50      p99");
    let (orders, mut figures) = (bodies()?, Vec::new());
    for rate in RATES {
        let Rate { per_second, goal, .. } = rate;
        let (mut floors, mut hubs) = (Times::default(), Times::default());
        for repeat in 0..REPEATS {
            let ground = Pair::Servers(servers).ground(&dir.join(format!("receipt-floor-{repeat}-{per_second}")))?;
            floor(servers, &ground, rate, Arc::clone(&orders), &mut floors).await?;
            ground.clear()?;
            let ground = Pair::Servers(servers).ground(&dir.join(format!("receipt-hub-{repeat}-{per_second}")))?;
            hub(servers, &ground, rate, Arc::clone(&orders), &mut hubs).await?;
            ground.clear()?;
        }
        let (floor, hub) = (floors.line(&format!("{per_second:>5}/s floor")), hubs.line("        hub  "));
        println!(
            "        {}\n        receipt against the floor: p50 x {:.1}, p99 x {:.1}",
            hubs.pen,
            hub.0 / floor.0,
            hub.1 / floor.1
        );
        if let Some((most, goal)) = goal {
            let what = format!("office receipt through Redis, p99 at {per_second} a second");
            figures.push(Figure::at_most(what, (hub.1, " ms"), most, goal));
        }
    }
    Ok(figures)
}

async fn floor(
    servers: &Servers,
    ground: &Ground<'_>,
    rate: Rate,
    orders: Orders,
    times: &mut Times,
) -> anyhow::Result<()> {
    let mut served = ground.ringing_floor(servers).await?;
    let (seen, mut watching) = (Seen::default(), JoinSet::new());
    watching.spawn(watch_stream(servers.redis_url(), Arc::clone(&seen)));
    let paced = run(&served, rate, on_floor(orders)).await?;
    times.add(paced, &seen, &mut watching, rate.span).await?;
    served.kill()
}

async fn hub(
    servers: &Servers,
    ground: &Ground<'_>,
    rate: Rate,
    orders: Orders,
    times: &mut Times,
) -> anyhow::Result<()> {
    let mut hubs = [ground.hub().await?];
    let (seen, mut watching) = (Seen::default(), JoinSet::new());
    watching.spawn(watch_ledger(ground.postgres_url(servers), Arc::clone(&seen)));
    let make = on_hub(&hubs[0], orders).await?;
    let before = pen::look(&hubs).await?;
    let paced = run(&hubs[0], rate, make).await?;
    times.pen = pen::look(&hubs).await?.since(before);
    times.add(paced, &seen, &mut watching, rate.span).await?;
    hubs[0].kill()
}

async fn run(served: &Served, Rate { per_second, span, .. }: Rate, make: Make) -> anyhow::Result<Paced> {
    keep(Pace { address: served.address, per_second, warm: WARM, span, make }).await
}

impl Times {
    /// Takes in a run, once every one of its receipts was seen.
    async fn add(
        &mut self,
        paced: Paced,
        seen: &Seen,
        watching: &mut JoinSet<anyhow::Result<()>>,
        span: Duration,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        while missing(&paced.sent, seen) > 0 {
            if let Some(ended) = watching.try_join_next() {
                ended?.context("whoever watches for receipts")?;
            }
            ensure!(began.elapsed() < LAST_RECEIPTS, "{} receipts never came", missing(&paced.sent, seen));
            pause(10).await;
        }
        watching.abort_all();
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        for sent in &paced.sent {
            let Some(receipt) = seen.get(&sent.code) else { bail!("{} has no receipt", sent.code) };
            self.answers.push(micros(sent.answered - sent.due)?);
            self.receipts.push(micros(*receipt - sent.due)?);
            self.in_time += usize::from(*receipt <= paced.ended);
        }
        self.unsent += paced.unsent;
        self.wrong += paced.wrong;
        self.seconds += span.as_secs_f64();
        Ok(())
    }

    /// Prints it; the receipt's p50 and p99, milliseconds.
    fn line(&mut self, who: &str) -> (f64, f64) {
        let answers = Measured::of(std::mem::take(&mut self.answers), self.seconds);
        let receipts = Measured::of(std::mem::take(&mut self.receipts), self.seconds);
        let in_time = f64::from(u32::try_from(self.in_time).unwrap_or(u32::MAX)) / self.seconds;
        let found = (receipts.percentile(50), receipts.percentile(99));
        println!(
            "{who} {:>8.0}/s {:>8.2} {:>8.2} ms {in_time:>6.0}/s {:>8.2} {:>8.2} ms{}{}",
            answers.per_second(),
            answers.percentile(50),
            answers.percentile(99),
            found.0,
            found.1,
            if self.unsent == 0 { String::new() } else { format!("  NOT REACHED: {} unsent", self.unsent) },
            if self.wrong == 0 { String::new() } else { format!("  {} WRONG", self.wrong) },
        );
        found
    }
}

fn missing(sent: &[Sent], seen: &Seen) -> usize {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    sent.iter().filter(|one| !seen.contains_key(&one.code)).count()
}

fn micros(span: Duration) -> anyhow::Result<u32> {
    Ok(u32::try_from(span.as_micros())?)
}

/// Follows the log of facts for receipts, as fast as a timer ticks.
async fn watch_ledger(url: String, seen: Seen) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    let mut talking = JoinSet::new();
    talking.spawn(connection);
    let tail = "SELECT e.seq, e.kind, w.code FROM events e JOIN whistles w ON w.id = e.tree WHERE e.seq > $1";
    let (tail, mut last) = (client.prepare(tail).await?, 0_i64);
    loop {
        let rows = client.query(&tail, &[&last]).await?;
        let now = Instant::now();
        for row in rows {
            last = last.max(row.get(0));
            if row.get::<_, &str>(1) == "whistle.routed" {
                seen.lock().unwrap_or_else(PoisonError::into_inner).entry(row.get(2)).or_insert(now);
            }
        }
        pause(1).await;
    }
}

/// Hears the floor's bell, as a group with one consumer.
async fn watch_stream(url: String, seen: Seen) -> anyhow::Result<()> {
    let patient = AsyncConnectionConfig::new().set_response_timeout(None);
    let mut line = redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&patient).await?;
    let mut made = redis::cmd("XGROUP");
    made.arg("CREATE").arg(STREAM).arg(GROUP).arg("0").arg("MKSTREAM").query_async::<()>(&mut line).await?;
    let mut heard = redis::cmd("XREADGROUP");
    heard
        .arg("GROUP")
        .arg(GROUP)
        .arg("bench")
        .arg("COUNT")
        .arg(256)
        .arg("BLOCK")
        .arg(0)
        .arg("STREAMS")
        .arg(STREAM)
        .arg(">");
    loop {
        let reply: StreamReadReply = heard.query_async(&mut line).await?;
        let now = Instant::now();
        let mut done = redis::cmd("XACK");
        done.arg(STREAM).arg(GROUP);
        for entry in reply.keys.into_iter().flat_map(|key| key.ids) {
            let code: String = entry.get(FIELD).context("an entry without its field")?;
            seen.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_insert(now);
            done.arg(entry.id);
        }
        done.query_async::<()>(&mut line).await?;
    }
}
