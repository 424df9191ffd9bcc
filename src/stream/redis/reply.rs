//! Redis' answers, read by hand: whoever rang may be a stranger, so nothing is taken for granted and nothing that is
//! malformed is a fault. It asks nothing and decides nothing.

use crate::stream::Entry;
use redis::Value;
use std::fmt;

/// The one field of an entry; its value is the stored form.
pub(super) const FIELD: &str = "entry";

/// An entry's number in Redis. Ours are `<seq>-0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Id {
    high: u64,
    low: u64,
}

impl Id {
    pub(super) fn of(seq: i64) -> Id {
        Id { high: seq.unsigned_abs(), low: 0 }
    }

    pub(super) fn read(text: &str) -> Option<Id> {
        let (high, low) = text.split_once('-')?;
        Some(Id { high: high.parse().ok()?, low: low.parse().ok()? })
    }

    /// The `seq` that it stands for, or would.
    pub(super) fn seq(self) -> i64 {
        i64::try_from(self.high).unwrap_or(i64::MAX)
    }

    pub(super) fn next(self) -> Id {
        match self.low.checked_add(1) {
            Some(low) => Id { low, ..self },
            None => Id { high: self.high.saturating_add(1), low: 0 },
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.high, self.low)
    }
}

/// One entry as it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Ours(Entry),
    /// Nothing that this release can read.
    Foreign(Id),
    /// It was handed out and has been trimmed away since.
    Gone(Id),
}

/// The entries of one stream, as XREADGROUP answers them.
pub(super) fn read_group(answer: &Value) -> Vec<Found> {
    let streams = list(answer);
    streams.first().and_then(|stream| list(stream).get(1)).map(entries).unwrap_or_default()
}

/// A list of entries, as XRANGE answers it.
pub(super) fn entries(answer: &Value) -> Vec<Found> {
    list(answer).iter().filter_map(found).collect()
}

/// The number of a list's first entry.
pub(super) fn first_id(answer: &Value) -> Option<Id> {
    Id::read(text(list(list(answer).first()?).first()?)?)
}

fn found(row: &Value) -> Option<Found> {
    // XAUTOCLAIM of 6.2 says nil, without an id, for what was trimmed; reading again names it.
    let [id, fields] = list(row) else { return None };
    let id = Id::read(text(id)?)?;
    if *fields == Value::Nil {
        return Some(Found::Gone(id));
    }
    let entry = match list(fields) {
        [name, body] if text(name) == Some(FIELD) && id == Id::of(id.seq()) => {
            text(body).and_then(|body| Entry::read(id.seq(), body))
        }
        _ => None,
    };
    Some(entry.map_or(Found::Foreign(id), Found::Ours))
}

/// A group, as XINFO GROUPS names it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) pending: usize,
    pub(super) delivered: Id,
    /// Redis' own count; it may know none, and is wrong once unheard entries were trimmed.
    pub(super) lag: Option<usize>,
}

pub(super) fn groups(answer: &Value) -> Vec<Group> {
    let read = |row: &Value| {
        Some(Group {
            name: text(field(row, "name")?)?.to_owned(),
            pending: count(field(row, "pending")?)?,
            delivered: Id::read(text(field(row, "last-delivered-id")?)?)?,
            lag: field(row, "lag").and_then(count),
        })
    };
    list(answer).iter().filter_map(read).collect()
}

/// The consumers of a group that hold nothing and have not called for this long, milliseconds.
pub(super) fn idle_consumers(answer: &Value, idle_ms: usize) -> Vec<String> {
    let is_idle = |row: &&Value| {
        field(row, "pending").and_then(count) == Some(0)
            && field(row, "idle").and_then(count).is_some_and(|idle| idle >= idle_ms)
    };
    let idle = list(answer).iter().filter(is_idle);
    idle.filter_map(|row| text(field(row, "name")?).map(str::to_owned)).collect()
}

/// The first pending entry, as the short form of XPENDING names it.
pub(super) fn first_pending(answer: &Value) -> Option<Id> {
    Id::read(text(list(answer).get(1)?)?)
}

/// How often each was handed out, as the long form of XPENDING counts it.
pub(super) fn deliveries(answer: &Value) -> Vec<(Id, u32)> {
    let read = |row: &Value| {
        let [id, _, _, times] = list(row) else { return None };
        Some((Id::read(text(id)?)?, u32::try_from(count(times)?).unwrap_or(u32::MAX)))
    };
    list(answer).iter().filter_map(read).collect()
}

/// The named value of a flat list of names and values.
pub(super) fn field<'a>(row: &'a Value, name: &str) -> Option<&'a Value> {
    let mut pairs = list(row).chunks_exact(2);
    pairs.find(|pair| text(&pair[0]) == Some(name)).map(|pair| &pair[1])
}

pub(super) fn list(value: &Value) -> &[Value] {
    if let Value::Array(values) = value { values } else { &[] }
}

pub(super) fn text(value: &Value) -> Option<&str> {
    if let Value::BulkString(bytes) = value { std::str::from_utf8(bytes).ok() } else { None }
}

pub(super) fn count(value: &Value) -> Option<usize> {
    if let Value::Int(count) = value { usize::try_from(*count).ok() } else { None }
}
