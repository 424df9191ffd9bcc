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
    pub(crate) address: SocketAddr,
    /// The server's process.
    pub(crate) server: u32,
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
    /// Processor time of the server per answer, its workers included, microseconds.
    pub(crate) cost: f64,
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

    /// Rate, p50, p99 and cost on one line.
    pub(crate) fn words(&self) -> String {
        let wrong = if self.wrong == 0 { String::new() } else { format!("  {} WRONG", self.wrong) };
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        format!("{:>8.0}/s {p50:>8.2} {p99:>8.2} ms {:>8.0} us{wrong}", self.per_second(), self.cost)
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
    let mut measured = Measured { seconds: plan.span.as_secs_f64(), ..Measured::default() };
    tokio::time::timeout_at(begins, std::future::pending::<()>()).await.ok();
    let before = processor_seconds(plan.server)?;
    tokio::time::timeout_at(begins + plan.span, std::future::pending::<()>()).await.ok();
    let spent = processor_seconds(plan.server)? - before;
    while let Some(one) = all.join_next().await {
        let (micros, wrong) = one??;
        measured.micros.extend(micros);
        measured.wrong += wrong;
    }
    measured.micros.sort_unstable();
    measured.cost = spent * 1e6 / (measured.per_second() * measured.seconds);
    Ok(measured)
}

/// What a process has used of all processors so far.
fn processor_seconds(server: u32) -> anyhow::Result<f64> {
    /// The kernel tells these times in hundredths of a second.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{server}/stat"))?;
    // The name in brackets may hold blanks; times are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')').context("a process without times")?;
    let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(times.sum::<Result<f64, _>>()? / TICKS)
}

async fn one(plan: &Plan, number: usize, begins: Instant) -> anyhow::Result<(Vec<u32>, usize)> {
    let mut connection = Connection::open(plan.address).await?;
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
            connection = Connection::open(plan.address).await.context("the server is gone")?;
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
