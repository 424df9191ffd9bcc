//! Searches read much to find little (SECURITY T39): so many a person, so many a replica, and the readers that are left
//! serve everybody else. It knows no query and no ledger.

use super::problem::Problem;
use crate::domain::wanted::Wanted;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Searches of one person under way or waiting.
const PER_PERSON: usize = 2;
/// Searches of this replica under way: half of its readers.
const PER_REPLICA: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
const RETRY_SECONDS: u32 = 2;

type Counts = Arc<Mutex<HashMap<PersonId, usize>>>;

/// The searches of this replica.
pub(super) struct Searches {
    turns: Semaphore,
    counts: Counts,
}

impl Default for Searches {
    fn default() -> Searches {
        Searches { turns: Semaphore::new(PER_REPLICA), counts: Counts::default() }
    }
}

impl Searches {
    /// Waits for a turn, if this is a search at all; it ends when what is answered here is dropped.
    pub(super) async fn turn(&self, person: &PersonId, words: Option<&Wanted>) -> Result<Option<Search<'_>>, Problem> {
        if words.is_none() {
            return Ok(None);
        }
        let counted = self.count(person)?;
        match timeout(PATIENCE, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(Some(Search { _turn: turn, _counted: counted })),
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

/// A search that has its turn.
pub(super) struct Search<'s> {
    _turn: SemaphorePermit<'s>,
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
