//! What is heavy takes turns (SECURITY T39): so many a person, so many a replica, and the rest is left to everybody else.
//! Searches read much to find little; uploads hold a part of the disk and of the line. It knows no query, no file and no
//! ledger.

use super::problem::Problem;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Of one person under way or waiting, of each kind.
const PER_PERSON: usize = 2;
/// Searches of this replica under way: half of its readers.
pub(super) const SEARCHES: usize = 2;
/// Uploads of this replica under way: what each may bring is bounded, too.
pub(super) const UPLOADS: usize = 8;
/// Those of firms: however slowly they send, officials' places are others.
pub(super) const UPLOADS_OF_FIRMS: usize = 4;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
const RETRY_SECONDS: u32 = 2;

type Counts = Arc<Mutex<HashMap<PersonId, usize>>>;

/// The turns of one kind, of this replica.
pub(super) struct Turns {
    places: Semaphore,
    counts: Counts,
}

impl Turns {
    pub(super) fn of(places: usize) -> Turns {
        Turns { places: Semaphore::new(places), counts: Counts::default() }
    }

    /// Waits for a turn; it ends when what is answered here is dropped.
    pub(super) async fn turn(&self, person: &PersonId) -> Result<Turn<'_>, Problem> {
        let counted = self.count(person)?;
        match timeout(PATIENCE, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(Turn { _place: place, _counted: counted }),
            Ok(Err(_)) | Err(_) => Err(Problem::retry_after(ProblemKind::Busy, RETRY_SECONDS)),
        }
    }

    fn count(&self, person: &PersonId) -> Result<Counted, Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.entry(person.clone()).or_insert(0);
        if *own >= PER_PERSON {
            return Err(Problem::retry_after(ProblemKind::TooManyRequests, RETRY_SECONDS));
        }
        *own += 1;
        Ok(Counted { counts: Arc::clone(&self.counts), person: person.clone() })
    }
}

/// Something heavy that has its turn.
pub(super) struct Turn<'s> {
    _place: SemaphorePermit<'s>,
    _counted: Counted,
}

struct Counted {
    counts: Counts,
    person: PersonId,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = counts.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                counts.remove(&self.person);
            }
        }
    }
}
