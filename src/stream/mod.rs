//! The doorbell: entries that say "event `seq` of this kind, about this id, is in the ledger", and who has yet to act
//! on it. Losing the whole stream loses nothing, because the workers' sweep does the same steps from the ledger.
//! An entry never carries text or a person. This room knows neither the ledger nor what an entry leads to.
//!
//! # The contract
//! [`Stream`] is what the relay sees, [`Ears`] what a listening worker owns; the tests below hold every kind to it.
//! - **Ring.** `seq` only rises. An entry at or below the last one is refused harmlessly, so several relays, and one
//!   that crashed before it moved its cursor, may ring the same entries. Several entries go in one call, in order.
//! - **Groups** are given when the stream is opened and begin at the first entry. Each group hears every entry; within
//!   a group each entry goes to one consumer. A consumer's name belongs to one loop at a time.
//! - **Hear** hands out the consumer's own entries that are not done first, at every call, then new ones; it waits
//!   only when there are neither. So whoever was cut off between hearing and doing simply hears again. A worker that
//!   cannot act pauses by itself. An entry that fails for ever holds nobody up: new ones fill the rest of the answer,
//!   and [`Heard::deliveries`] counts the tries.
//! - **Done** may be repeated and may name an entry that is long gone.
//! - **Reclaim** takes over what any consumer heard and has let lie for too long.
//! - **Trim** removes what every group has done, nothing else.
//! - **Foreign** entries, which this release cannot read, are counted, laid aside and never handed out: what they may
//!   have meant is in the ledger, and the sweep finds it.
//! - **Cancelling** any call loses no entry: one that was handed out to nobody's ears is heard again.
//! - **A lost stream**, or a lost group, is made again from its first entry by whoever misses it.

mod embedded;
mod redis;

pub use embedded::Embedded;
pub use redis::{Redis, Settings};

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One ring of the bell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event's place in the ledger, from 1.
    pub seq: i64,
    /// The event's kind, `whistle.blown`.
    pub kind: String,
    /// The row it is about, `wh_…`.
    pub id: String,
}

/// An entry in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub entry: Entry,
    /// How often it was handed out, this time included. Past a limit of its own the worker lays the entry aside.
    pub deliveries: u32,
}

/// How far a group is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Entries that no consumer has heard yet.
    pub undelivered: usize,
    /// Entries heard and not done.
    pub pending: usize,
    /// The lowest `seq` of both; its age is in the ledger.
    pub oldest: Option<i64>,
}

/// What the stream could not do. No fault quotes an address, a password or a server's own words.
#[derive(Debug, thiserror::Error)]
pub enum StreamFault {
    #[error("the stream has no group {0}")]
    NoGroup(String),
    /// It may pass by itself: whistles are taken meanwhile and the sweep does the work.
    #[error("the stream is not reachable: {0}")]
    Unreachable(String),
    /// It stays until somebody changes something; the sentence says what.
    #[error("{0}")]
    Refused(String),
}

/// A doorbell. Clones ring and hear the same one.
#[derive(Clone)]
pub enum Stream {
    /// Inside this process.
    Embedded(Embedded),
    /// On a Redis server, for any number of processes.
    Redis(Redis),
}

// Calls to a server are boxed: their state is large, and every worker's would hold all of it.
impl Stream {
    /// An empty stream inside this process for these groups.
    pub fn embedded(groups: &[&str]) -> Stream {
        Stream::Embedded(Embedded::open(groups))
    }

    /// The stream of this ledger on a Redis server. Reads the address and connects to nothing.
    ///
    /// # Errors
    /// [`StreamFault::Refused`]: the address cannot be used, or would send a password in clear.
    pub fn redis(settings: Settings, ledger_id: &str, groups: &[&str]) -> Result<Stream, StreamFault> {
        Ok(Stream::Redis(Redis::new(settings, ledger_id, groups)?))
    }

    /// Looks at the server before anything starts; answers warnings.
    ///
    /// # Errors
    /// [`StreamFault::Refused`]: this server can never be our stream. One that is away is only a warning.
    pub async fn check(&self) -> Result<Vec<String>, StreamFault> {
        match self {
            Stream::Embedded(_) => Ok(Vec::new()),
            Stream::Redis(redis) => Box::pin(redis.check()).await,
        }
    }

    /// Adds what is above the last `seq`; answers how many that were.
    pub async fn ring(&self, entries: &[Entry]) -> Result<usize, StreamFault> {
        match self {
            Stream::Embedded(embedded) => Ok(embedded.ring(entries)),
            Stream::Redis(redis) => Box::pin(redis.ring(entries)).await,
        }
    }

    /// The highest `seq` ever rung, 0 in an empty stream. Lower than the relay's cursor: the stream forgot. Above the
    /// ledger's last: somebody else rang.
    pub async fn last(&self) -> Result<i64, StreamFault> {
        match self {
            Stream::Embedded(embedded) => Ok(embedded.last()),
            Stream::Redis(redis) => Box::pin(redis.last()).await,
        }
    }

    /// Drops the whole stream, groups and all.
    pub async fn forget(&self) -> Result<(), StreamFault> {
        match self {
            Stream::Embedded(embedded) => {
                embedded.forget();
                Ok(())
            }
            Stream::Redis(redis) => Box::pin(redis.forget()).await,
        }
    }

    /// How far the group is behind.
    pub async fn lag(&self, group: &str) -> Result<Lag, StreamFault> {
        match self {
            Stream::Embedded(embedded) => embedded.lag(group),
            Stream::Redis(redis) => Box::pin(redis.lag(group)).await,
        }
    }

    /// Removes what every group has done; answers how many that were.
    pub async fn trim(&self) -> Result<usize, StreamFault> {
        match self {
            Stream::Embedded(embedded) => Ok(embedded.trim()),
            Stream::Redis(redis) => Box::pin(redis.trim()).await,
        }
    }

    /// Whether the last call reached it.
    pub fn is_up(&self) -> bool {
        match self {
            Stream::Embedded(_) => true,
            Stream::Redis(redis) => redis.is_up(),
        }
    }

    /// The ears of one loop, by a name that nobody else bears at the same time.
    pub fn listen(&self, group: &str, consumer: &str) -> Ears {
        match self {
            Stream::Embedded(embedded) => Ears::Embedded(embedded.listen(group, consumer)),
            Stream::Redis(redis) => Ears::Redis(redis.listen(group, consumer)),
        }
    }
}

/// What one loop hears with.
pub enum Ears {
    Embedded(embedded::Ears),
    Redis(redis::Ears),
}

impl Ears {
    /// Own entries that are not done, then new ones, `at_most` in all; empty when nothing came within `wait`.
    pub async fn hear(&mut self, at_most: usize, wait: Duration) -> Result<Vec<Heard>, StreamFault> {
        match self {
            Ears::Embedded(ears) => ears.hear(at_most, wait).await,
            Ears::Redis(ears) => Box::pin(ears.hear(at_most, wait)).await,
        }
    }

    /// These are acted upon.
    pub async fn done(&mut self, seqs: &[i64]) -> Result<(), StreamFault> {
        match self {
            Ears::Embedded(ears) => ears.done(seqs),
            Ears::Redis(ears) => Box::pin(ears.done(seqs)).await,
        }
    }

    /// Entries that lay with any consumer for `idle` or longer, now this one's.
    pub async fn reclaim(&mut self, at_most: usize, idle: Duration) -> Result<Vec<Heard>, StreamFault> {
        match self {
            Ears::Embedded(ears) => ears.reclaim(at_most, idle),
            Ears::Redis(ears) => Box::pin(ears.reclaim(at_most, idle)).await,
        }
    }
}

/// The stored form of an entry below its `seq`, which is the entry's own number in the stream (`<seq>-0`).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    v: u32,
    kind: String,
    id: String,
}

/// Of the stored form. A new one is read for one release before any release writes it.
const FORM_VERSION: u32 = 1;

impl Entry {
    fn body(&self) -> String {
        let form = Form { v: FORM_VERSION, kind: self.kind.clone(), id: self.id.clone() };
        serde_json::to_string(&form).unwrap_or_default()
    }

    /// `None`: in no form that this release reads.
    fn read(seq: i64, body: &str) -> Option<Entry> {
        match serde_json::from_str::<Form>(body) {
            Ok(Form { v: FORM_VERSION, kind, id }) => Some(Entry { seq, kind, id }),
            Ok(_) | Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
