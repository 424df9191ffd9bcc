//! What an operator does to a ledger by hand: bring its schema forward, have laid-aside work tried again. Each command
//! opens the ledger as a hub would, leaves a line of the trail, says in one sentence what became of it, and starts nothing.

use super::setup;
use crate::clock::Clock;
use crate::config::{LedgerPlace, Settings};
use crate::domain::decision::Change;
use crate::domain::trail::{SecurityEvent, SecurityKind, SecurityOutcome};
use crate::store::{self, Chore, Kept, Ledger, due, leases};
use anyhow::Context;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Brings the schema forward; says from where to where.
pub async fn migrate(settings: &Settings, clock: &dyn Clock) -> anyhow::Result<String> {
    let before = store::look(settings.ledger.url.url().expose_secret(), &setup::options(settings), |_| Ok(()));
    let before = before.context("the ledger")?.schema;
    let (ledger, now) = (open(settings)?, store::SCHEMA);
    if before != now {
        let data = json!({ "from_version": before, "to_version": now });
        leave_line(&ledger, SecurityKind::LedgerMigrated, data, clock).await?;
    }
    ledger.close().await?;
    Ok(match before {
        0 => format!("the ledger is laid, its schema is at version {now}"),
        before if before == now => format!("the ledger's schema was at version {now} already: nothing to do"),
        before => format!("the ledger's schema was brought from version {before} to {now}"),
    })
}

/// Has everything tried again that was laid aside; says how much that is.
pub async fn redrive(settings: &Settings, clock: &dyn Clock) -> anyhow::Result<String> {
    let ledger = open(settings)?;
    let aside = ledger.read(leases::laid_aside).await?;
    if aside > 0 {
        leave_line(&ledger, SecurityKind::WorkRedriven, json!({ "laid_aside": aside }), clock).await?;
    }
    let kept = ledger.keep(Chore::Redrive).await?;
    ledger.close().await?;
    Ok(match kept {
        Kept::Done(0) => "nothing was laid aside".to_owned(),
        Kept::Done(count) => format!("laid aside and tried again by the next sweep: {count}"),
        Kept::Letters(_) | Kept::Lease(_) => "the ledger answered something else".to_owned(),
    })
}

/// What an operator says about the letters that a restore holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum HeldLetters {
    Send,
    Drop,
}

/// Has the letters sent that a restore holds, or gives them up; says how many.
pub async fn settle_letters(settings: &Settings, word: HeldLetters, clock: &dyn Clock) -> anyhow::Result<String> {
    let ledger = open(settings)?;
    let held = ledger.read(due::letters_held).await?;
    let (chore, data) = match word {
        HeldLetters::Send => (Chore::SendHeldLetters, json!({ "sent": held })),
        HeldLetters::Drop => (Chore::DropHeldLetters { at: clock.now() }, json!({ "given_up": held })),
    };
    if held > 0 {
        leave_line(&ledger, SecurityKind::WorkRedriven, data, clock).await?;
    }
    ledger.keep(chore).await?;
    ledger.close().await?;
    Ok(match (held, word) {
        (0, _) => "no letter was held".to_owned(),
        (count, HeldLetters::Send) => format!("letters that are sent now: {count}"),
        (count, HeldLetters::Drop) => format!("letters that were given up: {count}"),
    })
}

/// A line by the operator's hand. Whoever does a chore leaves it first: nothing is done that no line tells of.
async fn leave_line(ledger: &Ledger, kind: SecurityKind, data: Value, clock: &dyn Clock) -> anyhow::Result<()> {
    let line = SecurityEvent::of(kind, SecurityOutcome::Done, data);
    ledger.commit(Change { trail: vec![line], ..Change::default() }, clock.now()).await.context("the trail")?;
    Ok(())
}

pub(super) fn open(settings: &Settings) -> anyhow::Result<Ledger> {
    setup::open(settings).with_context(|| match settings.ledger.url {
        LedgerPlace::Sqlite(_) => {
            "a ledger that is a file has one process at a time: a hub that has it open must stop first"
        }
        LedgerPlace::Postgres(_) => "the ledger does not open",
    })
}
