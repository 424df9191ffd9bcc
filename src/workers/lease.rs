//! What only one replica does at a time: a row of the ledger says whose it is and in which epoch. The holder's beat goes
//! on while it lives; another takes over when it has seen the beat stand still for long enough by its own clock, so no
//! two clocks are compared. Whoever was stopped and wakes up finds the next epoch, and its commits do nothing.

use super::WorkerFault;
use crate::app::Hub;
use crate::store::{Chore, Kept, leases};
use std::time::Duration;

/// Time between two beats.
pub(super) const BEAT_EVERY: Duration = Duration::from_secs(3);
/// After how long without a beat a holder counts as gone. Microseconds.
const STOOD_STILL: i64 = 12_000_000;

/// The epoch of who has lost it.
const LOST: i64 = -1;

/// One replica's hold on a lease, or its wait for it.
pub(super) struct Lease {
    hub: Hub,
    name: &'static str,
    holder: String,
    /// In which it is ours; 0: we have just started, and one of our name before us is gone; -1: not ours, and one of our
    /// name is somebody else.
    epoch: i64,
    /// When we last heard that it is ours, by [`crate::clock::Clock::elapsed`].
    beaten_at: i64,
    /// The beat of somebody else, and since when we see it stand.
    seen: Option<(i64, i64)>,
}

impl Lease {
    /// `holder`: this replica's name, the same after a restart and nobody else's.
    pub(super) fn new(hub: Hub, name: &'static str, holder: String) -> Lease {
        Lease { hub, name, holder, epoch: 0, beaten_at: 0, seen: None }
    }

    /// The epoch in which it is ours, if it is. Beats when it is time to.
    pub(super) async fn hold(&mut self) -> Result<Option<i64>, WorkerFault> {
        let now = self.hub.clock.elapsed();
        if self.epoch > 0 && now - self.beaten_at < STOOD_STILL / 4 {
            return Ok(Some(self.epoch));
        }
        let Some(stood_still) = self.may_take(now).await? else { return Ok(None) };
        let (name, holder, epoch) = (self.name, self.holder.clone(), self.epoch);
        let taken = self.hub.ledger.keep(Chore::TakeLease { name, holder, epoch, stood_still }).await;
        let Ok(Kept::Lease(epoch)) = taken else {
            // Unknown is not ours: the next look tells.
            self.epoch = LOST;
            return taken.map(|_| None).map_err(WorkerFault::from);
        };
        (self.epoch, self.beaten_at) = (epoch.unwrap_or(LOST), now);
        Ok(epoch)
    }

    /// Whether to try, and which beat has stood still.
    async fn may_take(&mut self, now: i64) -> Result<Option<Option<i64>>, WorkerFault> {
        if self.epoch > 0 {
            return Ok(Some(None));
        }
        let name = self.name;
        let held = self.hub.ledger.read(move |reading| leases::held(reading, name)).await?;
        let free = |held: &leases::Held| held.holder.is_empty() || (held.holder == self.holder && self.epoch != LOST);
        let Some(held) = held.filter(|held| !free(held)) else { return Ok(Some(None)) };
        match self.seen {
            Some((beat, since)) if beat == held.beat => Ok((now - since >= STOOD_STILL).then_some(Some(beat))),
            Some(_) | None => {
                self.seen = Some((held.beat, now));
                Ok(None)
            }
        }
    }

    /// Lets the next one take it at once.
    pub(super) async fn leave(&mut self) -> Result<(), WorkerFault> {
        let epoch = std::mem::replace(&mut self.epoch, LOST);
        if epoch > 0 {
            self.hub.ledger.keep(Chore::LeaveLease { name: self.name, epoch }).await?;
        }
        Ok(())
    }
}
