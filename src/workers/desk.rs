//! The office's desk: hears of each new whistle, finds its duty officer and the departments the rules propose, and
//! commits that receipt. What the stream forgot is found by the sweep and handled in the same way, without ringing.

use super::listener::{Listener, Replica};
use super::{Chain, Step, Worker, WorkerFault};
use crate::app::{self, Hub};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::ids::WhistleId;
use crate::store::{Chore, due};
use crate::stream::{Heard, Stream};
use futures_util::FutureExt;
use futures_util::future::join_all;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

pub(super) const GROUP: &str = "desk";
/// Whistles received side by side: their receipts share a commit.
const HEAR_MAX: usize = 64;
const SWEEP_MAX: i64 = 64;
/// A whistle that waited this long for the stream is taken straight from the ledger. Microseconds.
const PATIENCE: i64 = 5_000_000;
/// Time between two sweeps. Microseconds.
const SWEEP_EVERY: i64 = 3_000_000;
/// A whistle that failed this often for a reason that stays is laid aside.
const TRIES_MAX: u32 = 5;

/// Receives whistles for the office.
pub struct Desk {
    hub: Hub,
    listener: Listener,
    swept_at: Option<At>,
    /// How often the sweep has tried what still waits.
    tried: HashMap<WhistleId, u32>,
}

impl Desk {
    pub fn new(hub: Hub, stream: &Stream, replica: &Replica) -> Desk {
        Desk { hub, listener: Listener::new(stream, GROUP, replica), swept_at: None, tried: HashMap::new() }
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

    /// Receives one whistle, for the `tries`th time. What fails for ever is laid aside for an operator to look at; what
    /// fails because a part is away is tried for ever.
    async fn receive_one(&self, id: &WhistleId, tries: u32) -> Result<(), WorkerFault> {
        let fault = match AssertUnwindSafe(app::due::route(&self.hub, id)).catch_unwind().await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(undone)) => WorkerFault::from(undone),
            Err(_) => WorkerFault::Panicked,
        };
        if !fault.stays() || tries < TRIES_MAX {
            return Err(fault);
        }
        tracing::error!(whistle = %id, cause = %Chain(&fault), "a whistle cannot be received: laid aside until `redrive`");
        let aside = Chore::LayAside { group: GROUP, id: id.as_str().to_owned(), at: self.hub.now() };
        self.hub.ledger.keep(aside).await?;
        Ok(())
    }

    /// Whatever has waited too long, straight from the ledger.
    async fn sweep(&mut self) -> Result<Step, WorkerFault> {
        let now = self.hub.now();
        if self.swept_at.is_some_and(|at| now.0 - at.0 < SWEEP_EVERY) {
            return Ok(Step::Idle);
        }
        let before = At(now.0 - PATIENCE);
        let waiting = self.hub.ledger.read(move |reading| due::unrouted(reading, before, SWEEP_MAX)).await?;
        self.tried.retain(|id, _| waiting.contains(id));
        if waiting.is_empty() {
            self.swept_at = Some(now);
            return Ok(Step::Idle);
        }
        for id in &waiting {
            *self.tried.entry(id.clone()).or_insert(0) += 1;
        }
        let tries = |id| self.tried.get(id).copied().unwrap_or(0);
        let received = join_all(waiting.iter().map(|id| self.receive_one(id, tries(id)))).await;
        if received.iter().any(Result::is_err) {
            // One that cannot be received must not keep the desk from hearing of new ones.
            self.swept_at = Some(now);
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
        let heard = self.listener.hear(self.hub.now(), HEAR_MAX, wait).await?;
        if heard.is_empty() {
            return Ok(Step::Idle);
        }
        self.receive(&heard).await?;
        Ok(Step::Worked)
    }
}
