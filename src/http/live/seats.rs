//! The places of open feeds: so many a person, so many a replica, all ended at once when the door closes. Whoever comes
//! back is never locked out by feeds of theirs whose reader vanished. It knows no event and no wire.

use crate::http::problem::Problem;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use crate::store::events::Heard;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, broadcast, watch};

/// Feeds of one person that go on: one more ends the oldest.
pub(super) const PER_PERSON: usize = 4;
/// Feeds of one person with those that were ended and have not left: a reader that takes nothing holds up the end.
pub(super) const PER_PERSON_LEAVING: usize = 2 * PER_PERSON;
/// Feeds of this replica.
pub(super) const PER_REPLICA: usize = 500;
/// Seconds after which a refused reader may ask again.
const RETRY_SECONDS: u32 = 30;
/// Reads of the ledger by feeds at once: one event for hundreds of readers must not crowd out the pages.
const READS: usize = 8;

/// Of each person the places in the order in which they were taken, each with the bell that ends its feed.
type Places = HashMap<PersonId, Vec<Arc<Notify>>>;

/// The open feeds of this replica and what they listen on.
pub(in crate::http) struct Feeds {
    pub(super) live: broadcast::Sender<Arc<Heard>>,
    seats: Arc<Mutex<Places>>,
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

    /// A place for one more feed of this person; it ends their oldest when they have as many as go on.
    pub(super) fn seat(&self, person: &PersonId) -> Result<Seat, Problem> {
        let mut seats = taken(&self.seats);
        if *self.stop.borrow() || seats.values().map(Vec::len).sum::<usize>() >= PER_REPLICA {
            return Err(Problem::retry_after(ProblemKind::Busy, RETRY_SECONDS));
        }
        let own = seats.entry(person.clone()).or_default();
        if own.len() >= PER_PERSON_LEAVING {
            return Err(Problem::retry_after(ProblemKind::TooManyRequests, RETRY_SECONDS));
        }
        let place = Arc::new(Notify::new());
        own.push(Arc::clone(&place));
        let too_many = own.len().saturating_sub(PER_PERSON);
        own.iter().take(too_many).for_each(|oldest| oldest.notify_one());
        metrics::gauge!("hub_feeds_open").increment(1);
        Ok(Seat { seats: Arc::clone(&self.seats), person: person.clone(), place })
    }
}

/// A feed's place among those that may be open; given back when the feed is dropped, whoever ends it.
pub(super) struct Seat {
    seats: Arc<Mutex<Places>>,
    person: PersonId,
    place: Arc<Notify>,
}

impl Seat {
    /// Rings when this feed must end, since its person has newer ones.
    pub(super) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.place)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = taken(&self.seats);
        if let Some(own) = seats.get_mut(&self.person) {
            own.retain(|place| !Arc::ptr_eq(place, &self.place));
            if own.is_empty() {
                seats.remove(&self.person);
            }
        }
        metrics::gauge!("hub_feeds_open").decrement(1);
    }
}

fn taken(seats: &Mutex<Places>) -> MutexGuard<'_, Places> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}
