//! Tries that may fail for ever: after some of them the thing is laid aside for an operator to look at, so that it holds
//! up nobody. What fails because a part is away is tried for ever, however often.

use super::{Chain, WorkerFault};
use crate::app::{Hub, Undone};
use crate::store::Chore;
use futures_util::FutureExt;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

/// Tries of a thing that fails for a reason that stays.
const TRIES_MAX: u32 = 5;

/// How often each waiting thing was tried, for who finds them by looking.
#[derive(Default)]
pub(super) struct Tries(HashMap<String, u32>);

impl Tries {
    /// Counts one more try of each; what waits no longer is forgotten.
    pub(super) fn count<'i>(&mut self, waiting: impl Iterator<Item = &'i str>) {
        let mut counted = HashMap::new();
        for id in waiting {
            counted.insert(id.to_owned(), self.of(id) + 1);
        }
        self.0 = counted;
    }

    pub(super) fn of(&self, id: &str) -> u32 {
        self.0.get(id).copied().unwrap_or(0)
    }
}

/// Does it, for the `tries`th time; a panic of its own is its own.
pub(super) async fn attempt(
    hub: &Hub,
    group: &'static str,
    (id, tries): (&str, u32),
    deed: impl Future<Output = Result<bool, Undone>>,
) -> Result<(), WorkerFault> {
    let fault = match AssertUnwindSafe(deed).catch_unwind().await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(undone)) => WorkerFault::from(undone),
        Err(_) => WorkerFault::Panicked,
    };
    if !fault.stays() || tries < TRIES_MAX {
        return Err(fault);
    }
    tracing::error!(group, id, cause = %Chain(&fault), "it fails for ever: laid aside until `redrive`");
    hub.ledger.keep(Chore::LayAside { group, id: id.to_owned(), at: hub.now() }).await?;
    Ok(())
}
