//! Watches the limits: each passed one gets its event and owes its reminder, once, also after downtime. Sweeps out what
//! nobody needs any longer. When a limit passes is read from the ledger; nothing is scheduled in memory.

use super::{Step, Worker, WorkerFault};
use crate::app::{self, Hub};
use crate::domain::at::{At, MINUTE};
use crate::store::{Chore, due};
use futures_util::future::join_all;
use std::time::Duration;

/// Limits handled side by side: their events share a commit.
const PASSED_MAX: i64 = 64;
/// Time between two clean-ups. Microseconds.
const CLEAN_EVERY: i64 = 60 * MINUTE;
/// How long an idempotency key is remembered, minutes (API.md: seven days).
const RECEIPT_MINUTES: i64 = 7 * 24 * 60;
/// How long an ended session's row stays, minutes.
const SESSION_MINUTES: i64 = 24 * 60;

/// Whatever time alone brings about.
pub struct Due {
    hub: Hub,
    cleaned_at: Option<At>,
}

impl Due {
    pub fn new(hub: Hub) -> Due {
        Due { hub, cleaned_at: None }
    }

    async fn clean(&mut self, now: At) -> Result<(), WorkerFault> {
        if self.cleaned_at.is_some_and(|at| now.0 - at.0 < CLEAN_EVERY) {
            return Ok(());
        }
        self.hub.ledger.keep(Chore::PurgeReceipts { before: now.plus_minutes(-RECEIPT_MINUTES) }).await?;
        self.hub.ledger.keep(Chore::PurgeSessions { before: now.plus_minutes(-SESSION_MINUTES) }).await?;
        self.cleaned_at = Some(now);
        Ok(())
    }
}

impl Worker for Due {
    const NAME: &'static str = "due";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        let now = self.hub.now();
        let passed = self.hub.ledger.read(move |reading| due::passed(reading, now, PASSED_MAX)).await?;
        if passed.is_empty() {
            self.clean(now).await?;
            super::rest(wait).await;
            return Ok(Step::Idle);
        }
        // Two limits of one tree in one go would only make each other stale.
        let mut seen = std::collections::HashSet::new();
        let apart: Vec<_> = passed.iter().filter(|one| seen.insert(one.whistle.clone())).collect();
        let outcomes = join_all(apart.into_iter().map(|one| app::due::pass_limit(&self.hub, one))).await;
        outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Step::Worked)
    }
}
