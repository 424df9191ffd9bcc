//! Follows the log in each replica and calls out every event once, with whoever may see it now, to the open feeds of
//! this replica. It knows no feed: whoever is too slow for the channel loses its place there and comes back by `seq`.

use super::{Step, Worker, WorkerFault};
use crate::app::Hub;
use crate::store::Fault;
use crate::store::events::{self, Heard, Stretch};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// Another replica's commits ring no bell here.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// Events looked at in one step.
const HEAR_MAX: i64 = 256;
/// Events that wait for the slowest feed; one that is further behind is ended.
const CHANNEL: usize = 1024;

/// From the ledger's log to the open feeds.
pub struct Live {
    hub: Hub,
    out: broadcast::Sender<Arc<Heard>>,
    bell: watch::Receiver<u64>,
    /// Everything up to here was called out.
    at: i64,
}

impl Live {
    /// What feeds listen on.
    pub fn channel() -> broadcast::Sender<Arc<Heard>> {
        broadcast::Sender::new(CHANNEL)
    }

    /// Begins at the end of the log. To be asked before the first feed can open: what is committed after a feed has
    /// looked up its place must be called out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn at_the_end(hub: Hub, out: broadcast::Sender<Arc<Heard>>) -> Result<Live, Fault> {
        let bell = hub.bell.subscribe();
        let at = hub.ledger.read(events::last_seq).await?;
        Ok(Live { hub, out, bell, at })
    }
}

impl Worker for Live {
    const NAME: &'static str = "live";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        self.bell.mark_unchanged();
        let (after, out) = (self.at, self.out.clone());
        let heard = self.hub.ledger.read(move |reading| {
            let last = events::last_seq(reading)?;
            // In this order: who subscribes after the count looks up a place that is not before `last`.
            if out.receiver_count() == 0 {
                return Ok(Stretch { events: Vec::new(), up_to: last.max(after), last });
            }
            events::heard(reading, after, HEAR_MAX)
        });
        let Stretch { events, up_to, .. } = heard.await?;
        if up_to == self.at {
            // In vain is as good: the next step looks.
            tokio::time::timeout(wait.min(LOOK_AROUND), self.bell.changed()).await.ok();
            return Ok(Step::Idle);
        }
        for event in events {
            // Nobody listens any more: nobody misses it.
            self.out.send(Arc::new(event)).ok();
        }
        self.at = up_to;
        Ok(Step::Worked)
    }
}
