//! A closed loop: each connection sends its next request when the last one is answered. Every time is kept, none is
//! averaged away, and an answer other than the wanted one is counted as wrong, never as work.

use crate::load::Connection;
use anyhow::Context;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Makes the request of a connection's turn.
pub(crate) type Make = Arc<dyn Fn(usize, usize) -> Vec<u8> + Send + Sync>;

/// What is sent, how and for how long.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The connections are spread over them.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The servers' processes.
    pub(crate) servers: Vec<u32>,
    /// The processes that they lean on.
    pub(crate) beside: Vec<u32>,
    pub(crate) connections: usize,
    /// Not counted.
    pub(crate) warm: Duration,
    pub(crate) span: Duration,
    pub(crate) wanted: u16,
    pub(crate) make: Make,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// Of right answers, microseconds, rising.
    micros: Vec<u32>,
    pub(crate) wrong: usize,
    /// Processor time of the servers per answer, their workers included, microseconds.
    pub(crate) cost: f64,
    /// The same of what they lean on.
    beside: f64,
    /// What the pen says about itself.
    pub(crate) pen: String,
    seconds: f64,
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.micros.len()).unwrap_or(u32::MAX)) / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// The time that so many hundredths of the answers keep within, milliseconds.
    pub(crate) fn percentile(&self, hundredths: usize) -> f64 {
        let at = (self.micros.len() * hundredths / 100).min(self.micros.len().saturating_sub(1));
        self.micros.get(at).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }

    /// Of times taken elsewhere.
    pub(crate) fn of(mut micros: Vec<u32>, seconds: f64) -> Measured {
        micros.sort_unstable();
        Measured { micros, seconds, ..Measured::default() }
    }

    /// Rate, p50, p99 and cost on one line.
    pub(crate) fn words(&self) -> String {
        let wrong = if self.wrong == 0 { String::new() } else { format!("  {} WRONG", self.wrong) };
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        let beside = if self.beside > 0.0 { format!(" + {:.0} us", self.beside) } else { String::new() };
        format!("{:>8.0}/s {p50:>8.2} {p99:>8.2} ms {:>8.0} us{beside}{wrong}", self.per_second(), self.cost)
    }
}

/// Runs a plan to its end.
pub(crate) async fn measure(plan: Plan) -> anyhow::Result<Measured> {
    let begins = Instant::now() + plan.warm;
    let mut all = JoinSet::new();
    for number in 0..plan.connections {
        let plan = plan.clone();
        all.spawn(async move { one(&plan, number, begins).await });
    }
    until(begins).await;
    let before = [processor_seconds(&plan.servers)?, processor_seconds(&plan.beside)?];
    until(begins + plan.span).await;
    let after = [processor_seconds(&plan.servers)?, processor_seconds(&plan.beside)?];
    let mut measured = Measured::of(Vec::new(), plan.span.as_secs_f64());
    while let Some(one) = all.join_next().await {
        let (micros, wrong) = one??;
        measured.micros.extend(micros);
        measured.wrong += wrong;
    }
    measured.micros.sort_unstable();
    let each = |at: usize| (after[at] - before[at]) * 1e6 / (measured.per_second() * measured.seconds);
    (measured.cost, measured.beside) = (each(0), each(1));
    Ok(measured)
}

/// Lets time pass.
pub(crate) async fn until(moment: Instant) {
    tokio::time::timeout_at(moment, std::future::pending::<()>()).await.ok();
}

/// What these processes and those that they have started have used of all processors so far.
fn processor_seconds(roots: &[u32]) -> anyhow::Result<f64> {
    /// The kernel tells these times in hundredths of a second.
    const TICKS: f64 = 100.0;
    if roots.is_empty() {
        return Ok(0.0);
    }
    let mut ticks = 0.0;
    for entry in std::fs::read_dir("/proc")? {
        // Not a process, or one that ends just now.
        let Ok(stat) = std::fs::read_to_string(entry?.path().join("stat")) else { continue };
        // The name in brackets may hold blanks. After it the parent is the 2nd field; the 12th to 15th are the times of
        // itself, and of those that it started and that have ended.
        let (id, rest) = stat.split_once(' ').context("a process without a number")?;
        let (_, fields) = rest.rsplit_once(')').context("a process without times")?;
        let fields: Vec<&str> = fields.split_whitespace().take(15).collect();
        let is_ours = |id: &str| id.parse().is_ok_and(|id: u32| roots.contains(&id));
        if is_ours(id) || fields.get(1).copied().is_some_and(is_ours) {
            ticks += fields.iter().skip(11).map(|time| time.parse::<f64>()).sum::<Result<f64, _>>()?;
        }
    }
    Ok(ticks / TICKS)
}

async fn one(plan: &Plan, number: usize, begins: Instant) -> anyhow::Result<(Vec<u32>, usize)> {
    let address = plan.addresses[number % plan.addresses.len()];
    let mut connection = Connection::open(address).await?;
    let (mut micros, mut wrong, ends) = (Vec::new(), 0, begins + plan.span);
    for turn in 0.. {
        let request = (plan.make)(number, turn);
        let sent = Instant::now();
        let answer = connection.ask(&request).await;
        let answered = Instant::now();
        if answered > ends {
            break;
        }
        let right = answer.as_ref().is_ok_and(|answer| answer.status == plan.wanted);
        if answer.is_err() {
            connection = Connection::open(address).await.context("the server is gone")?;
        }
        if answered > begins && right {
            micros.push(u32::try_from((answered - sent).as_micros()).unwrap_or(u32::MAX));
        } else if !right {
            wrong += 1;
        }
    }
    Ok((micros, wrong))
}

/// The repeat whose rate is the middle one.
pub(crate) fn median(mut repeats: Vec<Measured>) -> Measured {
    repeats.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
    let wrong = repeats.iter().map(|one| one.wrong).sum();
    let middle = repeats.len() / 2;
    Measured { wrong, ..repeats.swap_remove(middle) }
}
