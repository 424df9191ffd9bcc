//! Everything that happens without anybody asking. Each worker does one `step` and says whether there was work; the only
//! loop is here: it waits, backs off after a fault, goes on after a panic, and ends when told to stop.
//! No rules, no SQL and no schedule in memory: what is to be done is always read from the ledger.

mod aside;
mod desk;
mod due;
mod follow;
mod lease;
mod letters;
mod listener;
mod live;
mod pace;
mod relay;
mod timekeeper;

pub use desk::Desk;
pub use due::Due;
pub use follow::Follow;
pub use letters::{Letters, Post};
pub use listener::Replica;
pub use live::Live;
pub use relay::{RELAY_CURSOR, Relay};

use crate::app::Undone;
use crate::store;
use crate::stream::StreamFault;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;

/// The stream's groups, one per kind of consumer.
pub const GROUPS: &[&str] = &[desk::GROUP, letters::GROUP];

/// How long a worker listens before it looks around by itself.
const LISTEN: Duration = Duration::from_secs(1);
/// The pause after a fault; doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(200);
/// Short enough that the sweep goes on while the stream is away.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// How long a worker may take to give back what others wait for.
const LEAVE_MAX: Duration = Duration::from_millis(500);
const UNLEFT: &str = "what a worker held is given back by time alone";

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was something to do; there may be more.
    Worked,
    Idle,
}

/// Why a step was not done. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum WorkerFault {
    #[error(transparent)]
    Undone(#[from] Undone),
    #[error(transparent)]
    Ledger(#[from] store::Fault),
    #[error(transparent)]
    Stream(#[from] StreamFault),
    #[error("it panicked")]
    Panicked,
}

impl WorkerFault {
    /// Whether the same again fails again, whatever else changes.
    fn stays(&self) -> bool {
        match self {
            WorkerFault::Ledger(fault) | WorkerFault::Undone(Undone::Fault(fault)) => {
                fault.retry == store::Retry::Never
            }
            WorkerFault::Panicked => true,
            WorkerFault::Undone(_) | WorkerFault::Stream(_) => false,
        }
    }
}

/// One kind of work.
pub trait Worker {
    /// For logs and figures.
    const NAME: &'static str;

    /// How long a step under way may go on when we are told to stop. No step needs it to be safe: what it had claimed is
    /// claimed again, what it committed is committed.
    const GRACE: Duration = Duration::ZERO;

    /// Does what there is to do now; with nothing to do, listens for up to `wait`.
    fn step(&mut self, wait: Duration) -> impl Future<Output = Result<Step, WorkerFault>>;

    /// The last act of a worker that is told to stop: gives back what others wait for.
    fn leave(&mut self) -> impl Future<Output = Result<(), WorkerFault>> {
        std::future::ready(Ok(()))
    }
}

/// Steps until told to stop; a step under way is cut then, and the next start does what it left.
pub async fn work<W: Worker>(mut worker: W, mut stop: watch::Receiver<bool>) {
    steps(&mut worker, &mut stop).await;
    match tokio::time::timeout(LEAVE_MAX, worker.leave()).await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::warn!(worker = W::NAME, cause = %Chain(&fault), "{UNLEFT}"),
        Err(_) => tracing::warn!(worker = W::NAME, "{UNLEFT}"),
    }
}

async fn steps<W: Worker>(worker: &mut W, stop: &mut watch::Receiver<bool>) {
    let mut pause = PAUSE;
    while !*stop.borrow() {
        let mut step = std::pin::pin!(AssertUnwindSafe(worker.step(LISTEN)).catch_unwind());
        let outcome = tokio::select! {
            outcome = step.as_mut() => outcome,
            _ = stop.changed() => {
                drop(tokio::time::timeout(W::GRACE, step).await);
                return;
            }
        };
        match outcome {
            Ok(Ok(Step::Worked | Step::Idle)) => {
                pause = PAUSE;
                continue;
            }
            Ok(Err(fault)) => tracing::warn!(worker = W::NAME, cause = %Chain(&fault), "a step failed"),
            Err(_) => tracing::error!(worker = W::NAME, "a step panicked"),
        }
        metrics::counter!("hub_worker_faults_total", "worker" => W::NAME).increment(1);
        tokio::select! {
            () = rest(pause) => pause = (pause * 2).min(PAUSE_MAX),
            _ = stop.changed() => return,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where the hub waits for time to pass")]
async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// A count or a time as a metric takes it; none of ours is near the limit of exactness.
fn figure(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::MAX, f64::from)
}

/// A fault with all its causes on one line.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'a));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(deeper) = cause {
            write!(f, ": {deeper}")?;
            cause = deeper.source();
        }
        Ok(())
    }
}
