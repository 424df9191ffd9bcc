//! Follows the directory and the calendar in each replica: whoever changed them, within half a second every decision is
//! made by what stands. It decides nothing and reads them only when their version has moved.

use super::{Step, Worker, WorkerFault};
use crate::app::Hub;
use std::time::Duration;

/// Another replica's import, or an operator's, rings no bell here.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// From the ledger's directory to the rules in memory.
pub struct Follow {
    hub: Hub,
}

impl Follow {
    pub fn new(hub: Hub) -> Follow {
        Follow { hub }
    }
}

impl Worker for Follow {
    const NAME: &'static str = "follow";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        let known = self.hub.version();
        self.hub.refresh().await?;
        if self.hub.version() != known {
            return Ok(Step::Worked);
        }
        // Nothing rings for it: the time alone.
        tokio::time::timeout(wait.min(LOOK_AROUND), std::future::pending::<()>()).await.ok();
        Ok(Step::Idle)
    }
}
