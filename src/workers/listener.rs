//! How a worker listens: entries that lay with somebody too long first, then its own, then new ones. Who this process
//! is among its equals. It knows neither what an entry means nor whether it was acted upon.

use super::pace::Pace;
use crate::clock::Clock;
use crate::stream::{Ears, Heard, Stream, StreamFault};
use std::time::Duration;

/// One of the processes that share a ledger and a stream.
#[derive(Debug, Clone)]
pub struct Replica {
    /// The same after a restart and nobody else's: what was heard before is then found again.
    pub name: String,
    /// An entry that lay for so long with whoever heard it is taken over.
    pub claim_idle: Duration,
}

/// The ears of one worker.
pub(super) struct Listener {
    pub(super) ears: Ears,
    claim_idle: Duration,
    reclaims: Pace,
}

impl Listener {
    pub(super) fn new(stream: &Stream, group: &str, replica: &Replica) -> Listener {
        let ears = stream.listen(group, &format!("{group}-{}", replica.name));
        let every = i64::try_from(replica.claim_idle.as_micros()).unwrap_or(i64::MAX);
        Listener { ears, claim_idle: replica.claim_idle, reclaims: Pace::of(every) }
    }

    /// At most so many entries; none when nothing came within `wait`.
    pub(super) async fn hear(
        &mut self,
        clock: &dyn Clock,
        at_most: usize,
        wait: Duration,
    ) -> Result<Vec<Heard>, StreamFault> {
        if self.reclaims.is_due(clock) {
            let taken = self.ears.reclaim(at_most, self.claim_idle).await?;
            if !taken.is_empty() {
                // There may be more of the same.
                return Ok(taken);
            }
            self.reclaims.keep(clock);
        }
        self.ears.hear(at_most, wait).await
    }
}
