//! The doorbell: entries that say "event `seq` of this kind, about this id, is in the ledger", and who has yet to act
//! on it. Losing the whole stream loses nothing, because the workers' sweep does the same steps from the ledger.
//! An entry never carries text or a person. This room knows neither the ledger nor what an entry leads to.
//!
//! # The contract
//! [`Stream`] is what the workers see; the tests below hold every kind of stream to it.
//! - **Ring.** `seq` only rises. An entry at or below the last one is refused harmlessly, so a relay that crashed
//!   before it moved its cursor may ring again. Several entries go in one call, in order.
//! - **Groups** are given when the stream is opened and begin at the first entry. Each group hears every entry; within
//!   a group each entry goes to one consumer. A consumer's name belongs to one loop at a time.
//! - **Hear** hands out the consumer's own entries that are not done first, at every call, then new ones; it waits
//!   only when there are neither. So whoever was cut off between hearing and doing simply hears again. A worker that
//!   cannot act pauses by itself. An entry that fails for ever holds nobody up: new ones fill the rest of the answer,
//!   and [`Heard::deliveries`] counts the tries.
//! - **Done** may be repeated and may name an entry that is long gone.
//! - **Reclaim** takes over what any consumer heard and has let lie for too long.
//! - **Trim** removes what every group has done, nothing else.
//! - **Cancelling** any call loses no entry: one that was handed out to nobody's ears is heard again.

mod embedded;

pub use embedded::Embedded as Stream;

use serde::{Deserialize, Serialize};

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

/// What the stream could not do.
#[derive(Debug, thiserror::Error)]
pub enum StreamFault {
    /// An entry that this release cannot read; a newer one wrote it. Trying again does not help, the sweep does.
    #[error("stream entry {seq} is not in a form that this release reads")]
    Unreadable { seq: i64 },
    #[error("the stream has no group {0}")]
    NoGroup(String),
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

    fn read(seq: i64, body: &str) -> Result<Entry, StreamFault> {
        match serde_json::from_str::<Form>(body) {
            Ok(Form { v: FORM_VERSION, kind, id }) => Ok(Entry { seq, kind, id }),
            Ok(_) | Err(_) => Err(StreamFault::Unreadable { seq }),
        }
    }
}

#[cfg(test)]
mod tests;
