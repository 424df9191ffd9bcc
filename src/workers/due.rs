//! Watches the limits: each is told before it passes, gets its event when it does, and is told each working morning after
//! that, once each, also after downtime. Sweeps out what nobody needs any longer. What comes when is read from the
//! ledger; nothing is scheduled in memory.

use super::aside::{Tries, attempt};
use super::pace::Pace;
use super::timekeeper::Timekeeper;
use super::{Step, Worker, WorkerFault, figure};
use crate::app::{self, Hub, attachments, noticed, proposals, spot_checks, trail, unsent};
use crate::domain::at::{At, MINUTE};
use crate::store::{Access, Care, Chore, FileChore, Note, due, leases};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::time::Duration;

/// What is laid aside here is an obligation.
const GROUP: &str = "due";
/// Limits handled side by side: what comes of them shares a commit.
const COME_MAX: i64 = 64;
/// Time between two clean-ups. Microseconds.
const CLEAN_EVERY: i64 = 60 * MINUTE;
/// Time between two sweeps of the folder of files. Microseconds.
const SWEEP_EVERY: i64 = 24 * 60 * MINUTE;
/// How long an idempotency key is remembered, minutes (API.md: seven days).
const RECEIPT_MINUTES: i64 = 7 * 24 * 60;
/// Stuck things that one audit names.
const STUCK_MAX: i64 = 20;
/// How long a file waits for its sender's word, minutes.
const IMPORT_MINUTES: i64 = 60;
/// How long an ended session's row stays, minutes.
const SESSION_MINUTES: i64 = 24 * 60;

/// Whatever time alone brings about.
pub struct Due {
    hub: Hub,
    timekeeper: Timekeeper,
    tries: Tries,
    cleans: Pace,
    audits: Pace,
    tells: Pace,
    sweeps: Pace,
    draws: Pace,
}

impl Due {
    pub fn new(hub: Hub) -> Due {
        Due {
            timekeeper: Timekeeper::new(hub.clone()),
            hub,
            tries: Tries::default(),
            cleans: Pace::of(CLEAN_EVERY),
            audits: Pace::of(MINUTE),
            tells: Pace::of(MINUTE),
            sweeps: Pace::of(SWEEP_EVERY),
            draws: Pace::of(CLEAN_EVERY),
        }
    }

    /// Proves that nothing is silently stuck (I3): every open thing has its armed obligation, every limit and letter is
    /// handled. What an operator alarms on is the time of the last success.
    async fn audit(&mut self, now: At) -> Result<(), WorkerFault> {
        if !self.audits.is_due(self.hub.clock.as_ref()) {
            return Ok(());
        }
        let read = self.hub.ledger.read(|reading| {
            let (letters, oldest) = (due::letters_owed(reading)?, due::oldest_unpassed_due(reading)?);
            let held = due::letters_held(reading)?;
            Ok((due::unarmed(reading, STUCK_MAX)?, (letters, held), oldest, leases::laid_aside(reading)?))
        });
        let (stuck, (letters, held), oldest, aside) = read.await?;
        if !stuck.is_empty() {
            tracing::error!(codes = ?stuck, "open, and nobody owes the next move");
        }
        metrics::gauge!("hub_stuck").set(figure(stuck.len()));
        metrics::gauge!("hub_dead_letters").set(figure(aside));
        metrics::gauge!("hub_letters_owed").set(figure(letters.count));
        metrics::gauge!("hub_letters_held").set(figure(held));
        metrics::gauge!("hub_letters_oldest_seconds").set(age_seconds(letters.oldest, now));
        metrics::gauge!("hub_limit_unhandled_seconds").set(age_seconds(oldest, now));
        metrics::gauge!("hub_audit_success_timestamp_seconds").set(figure(now.0 / 1_000_000));
        self.audits.keep(self.hub.clock.as_ref());
        Ok(())
    }

    /// What the trail is still owed: sums of refusals, and what operators did past the hub.
    async fn tell(&mut self) -> Result<(), WorkerFault> {
        if self.tells.is_due(self.hub.clock.as_ref()) {
            trail::sum_up(&self.hub).await?;
            noticed::operators(&self.hub).await?;
            self.tells.keep(self.hub.clock.as_ref());
        }
        Ok(())
    }

    async fn clean(&mut self, now: At) -> Result<(), WorkerFault> {
        if !self.cleans.is_due(self.hub.clock.as_ref()) {
            return Ok(());
        }
        self.hub.ledger.keep(Chore::PurgeReceipts { before: now.plus_minutes(-RECEIPT_MINUTES) }).await?;
        self.hub.ledger.keep(Chore::PurgeSessions { before: now.plus_minutes(-SESSION_MINUTES) }).await?;
        let before = now.plus_minutes(-IMPORT_MINUTES);
        self.hub.ledger.keep(Chore::File(FileChore::PurgeKept { before })).await?;
        let before = now.plus_minutes(-proposals::KEPT_MINUTES);
        self.hub.ledger.keep(Chore::File(FileChore::PurgeProposed { before })).await?;
        let before = now.plus_minutes(-SESSION_MINUTES);
        self.hub.ledger.keep(Chore::Access(Access::PurgeTokens { before })).await?;
        let before = now.plus_minutes(-unsent::KEPT_MINUTES);
        self.hub.ledger.keep(Chore::Note(Note::PurgeForms { before })).await?;
        let before = now.plus_minutes(-self.hub.demands.trail_days * 24 * 60);
        self.hub.ledger.keep(Chore::Care(Care::PurgeTrail { before })).await?;
        self.cleans.keep(self.hub.clock.as_ref());
        Ok(())
    }

    /// What was struck off last month is drawn from, once; late if the hub was away.
    async fn draw(&mut self) -> Result<(), WorkerFault> {
        if self.draws.is_due(self.hub.clock.as_ref()) {
            let findings = spot_checks::draw(&self.hub).await?;
            if findings > 0 {
                tracing::info!(findings, "findings are drawn for a spot check");
            }
            self.draws.keep(self.hub.clock.as_ref());
        }
        Ok(())
    }

    /// A folder that cannot be swept keeps nothing else waiting: it is tried again next time.
    async fn sweep(&mut self) {
        if !self.sweeps.is_due(self.hub.clock.as_ref()) {
            return;
        }
        match attachments::sweep(&self.hub).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "files that nobody names are gone"),
            Err(fault) => tracing::warn!(%fault, "the folder of files is not swept"),
        }
        self.sweeps.keep(self.hub.clock.as_ref());
    }
}

impl Worker for Due {
    const NAME: &'static str = "due";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        let now = self.hub.now();
        self.audit(now).await?;
        // Boxed: most steps have nothing to tell.
        Box::pin(self.tell()).await?;
        let come = match self.timekeeper.is_believed().await? {
            true => {
                self.clean(now).await?;
                Box::pin(self.sweep()).await;
                Box::pin(self.draw()).await?;
                self.hub.ledger.read(move |reading| due::come(reading, now, COME_MAX)).await?
            }
            false => Vec::new(),
        };
        self.tries.count(come.iter().map(|one| one.obligation.as_str()));
        if come.is_empty() {
            super::rest(wait).await;
            return Ok(Step::Idle);
        }
        // Two limits of one tree in one go would only make each other stale.
        let mut seen = HashSet::new();
        let apart = come.iter().filter(|one| seen.insert(one.tree.clone()));
        let outcomes = join_all(apart.map(|one| {
            let id = one.obligation.as_str();
            attempt(&self.hub, GROUP, (id, self.tries.of(id)), app::due::reach(&self.hub, one))
        }));
        outcomes.await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Step::Worked)
    }
}

/// How long something has been waiting; nothing or not yet is zero.
pub(super) fn age_seconds(since: Option<At>, now: At) -> f64 {
    since.map_or(0.0, |since| figure((now.0 - since.0).max(0) / 1_000_000))
}
