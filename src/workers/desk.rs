//! The office's desk: hears of each new whistle, finds its duty officer and the departments the rules propose, and
//! commits that receipt. What the stream forgot is found by the sweep and handled in the same way, without ringing.

use super::aside::{Tries, attempt};
use super::listener::{Listener, Replica};
use super::pace::Pace;
use super::{Step, Worker, WorkerFault};
use crate::app::{self, Hub};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::ids::WhistleId;
use crate::store::due;
use crate::stream::{Heard, Stream};
use futures_util::future::join_all;
use std::time::Duration;

pub(super) const GROUP: &str = "desk";
/// Whistles received side by side: their receipts share a commit.
const HEAR_MAX: usize = 64;
const SWEEP_MAX: i64 = 64;
/// A whistle that waited this long for the stream is taken straight from the ledger. Microseconds.
const PATIENCE: i64 = 5_000_000;
/// Time between two sweeps. Microseconds.
const SWEEP_EVERY: i64 = 3_000_000;

/// Receives whistles for the office.
pub struct Desk {
    hub: Hub,
    listener: Listener,
    sweeps: Pace,
    tries: Tries,
}

impl Desk {
    pub fn new(hub: Hub, stream: &Stream, replica: &Replica) -> Desk {
        Desk {
            hub,
            listener: Listener::new(stream, GROUP, replica),
            sweeps: Pace::of(SWEEP_EVERY),
            tries: Tries::default(),
        }
    }

    async fn receive(&mut self, heard: &[Heard]) -> Result<(), WorkerFault> {
        let desk = &*self;
        let received = heard.iter().map(|heard| async move {
            if heard.entry.kind == EventKind::WhistleBlown.as_str() {
                desk.receive_one(&WhistleId::from_text(heard.entry.id.as_str()), heard.deliveries).await?;
            }
            Ok(heard.entry.seq)
        });
        let outcomes: Vec<Result<i64, WorkerFault>> = join_all(received).await;
        let done: Vec<i64> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied()).collect();
        self.listener.ears.done(&done).await?;
        outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(())
    }

    /// Receives one whistle, for the `tries`th time.
    async fn receive_one(&self, id: &WhistleId, tries: u32) -> Result<(), WorkerFault> {
        attempt(&self.hub, GROUP, (id.as_str(), tries), Box::pin(app::due::route(&self.hub, id))).await
    }

    /// Whatever has waited too long, straight from the ledger.
    async fn sweep(&mut self) -> Result<Step, WorkerFault> {
        if !self.sweeps.is_due(self.hub.clock.as_ref()) {
            return Ok(Step::Idle);
        }
        let before = At(self.hub.now().0 - PATIENCE);
        let waiting = self.hub.ledger.read(move |reading| due::unrouted(reading, before, SWEEP_MAX)).await?;
        self.tries.count(waiting.iter().map(WhistleId::as_str));
        if waiting.is_empty() {
            self.sweeps.keep(self.hub.clock.as_ref());
            return Ok(Step::Idle);
        }
        let received = join_all(waiting.iter().map(|id| self.receive_one(id, self.tries.of(id.as_str())))).await;
        if received.iter().any(Result::is_err) {
            // One that cannot be received must not keep the desk from hearing of new ones.
            self.sweeps.keep(self.hub.clock.as_ref());
        }
        received.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Step::Worked)
    }
}

impl Worker for Desk {
    const NAME: &'static str = "desk";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        if self.sweep().await? == Step::Worked {
            return Ok(Step::Worked);
        }
        let heard = self.listener.hear(self.hub.clock.as_ref(), HEAR_MAX, wait).await?;
        if heard.is_empty() {
            return Ok(Step::Idle);
        }
        self.receive(&heard).await?;
        Ok(Step::Worked)
    }
}
