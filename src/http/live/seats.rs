//! The places of open feeds: so many a person, so many a replica, all ended at once when the door closes. It knows no
//! event and no wire.

use crate::http::problem::Problem;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use crate::store::events::Heard;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, watch};

/// Feeds of one person, and of this replica.
pub(super) const PER_PERSON: usize = 4;
pub(super) const PER_REPLICA: usize = 500;
/// Seconds after which a refused reader may ask again: by then a feed whose reader vanished was found.
const RETRY_SECONDS: u32 = 30;
/// Reads of the ledger by feeds at once: one event for hundreds of readers must not crowd out the pages.
const READS: usize = 8;

/// The open feeds of this replica and what they listen on.
pub(in crate::http) struct Feeds {
    pub(super) live: broadcast::Sender<Arc<Heard>>,
    seats: Arc<Mutex<HashMap<PersonId, usize>>>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) reads: Semaphore,
    pub(super) heartbeat: Duration,
}

impl Feeds {
    pub(in crate::http) fn new(live: broadcast::Sender<Arc<Heard>>) -> Feeds {
        Feeds {
            live,
            seats: Arc::default(),
            stop: watch::Sender::new(false),
            reads: Semaphore::new(READS),
            heartbeat: super::HEARTBEAT,
        }
    }

    /// Ends every feed and opens no other.
    pub(in crate::http) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// A place for one more feed of this person.
    pub(super) fn seat(&self, person: &PersonId) -> Result<Seat, Problem> {
        let mut seats = taken(&self.seats);
        if *self.stop.borrow() || seats.values().sum::<usize>() >= PER_REPLICA {
            return Err(Problem::retry_after(ProblemKind::Busy, RETRY_SECONDS));
        }
        if seats.get(person).is_some_and(|taken| *taken >= PER_PERSON) {
            return Err(Problem::retry_after(ProblemKind::TooManyRequests, RETRY_SECONDS));
        }
        *seats.entry(person.clone()).or_default() += 1;
        metrics::gauge!("hub_feeds_open").increment(1);
        Ok(Seat { seats: Arc::clone(&self.seats), person: person.clone() })
    }
}

/// A feed's place among those that may be open; given back when the feed is dropped, whoever ends it.
pub(super) struct Seat {
    seats: Arc<Mutex<HashMap<PersonId, usize>>>,
    person: PersonId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = taken(&self.seats);
        if let Some(count) = seats.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                seats.remove(&self.person);
            }
        }
        metrics::gauge!("hub_feeds_open").decrement(1);
    }
}

fn taken(seats: &Mutex<HashMap<PersonId, usize>>) -> MutexGuard<'_, HashMap<PersonId, usize>> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}
