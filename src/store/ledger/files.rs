//! What the pen keeps of files that are to become lists: what somebody has looked at (one a person, for an hour), and what
//! waits for a second person's word (one a list, for a week). Nothing of it is a fact before it is brought in.

use super::super::sql::{Call, Value};
use crate::domain::at::At;
use crate::domain::imports::List;
use crate::ids::PersonId;
use crate::store::imports::ImportFile;

const KEEP: &str = "INSERT INTO import_files (person, list, encoding, removes, at, body)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (person) DO UPDATE SET list = excluded.list, encoding = excluded.encoding, removes = excluded.removes,
      at = excluded.at, body = excluded.body";
const DROP: &str = "DELETE FROM import_files WHERE person = $1";
const PURGE_KEPT: &str = "DELETE FROM import_files WHERE at < $1";
const PROPOSE: &str = "INSERT INTO proposed_lists (person, list, encoding, removes, at, body)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (list) DO UPDATE SET person = excluded.person, encoding = excluded.encoding,
      removes = excluded.removes, at = excluded.at, body = excluded.body";
const WITHDRAW: &str = "DELETE FROM proposed_lists WHERE list = $1";
const PURGE_PROPOSED: &str = "DELETE FROM proposed_lists WHERE at < $1";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[KEEP, DROP, PURGE_KEPT, PROPOSE, WITHDRAW, PURGE_PROPOSED];

/// One thing to be done with a file. `Debug` is missing on purpose: lists hold names and phones.
pub enum FileChore {
    /// It was looked at and waits for its sender's word, in place of the one before.
    Keep {
        person: PersonId,
        file: Box<ImportFile>,
    },
    Drop {
        person: PersonId,
    },
    PurgeKept {
        before: At,
    },
    /// It has its sender's word and waits for another person's, in place of the one before.
    Propose {
        person: PersonId,
        file: Box<ImportFile>,
    },
    Withdraw {
        list: List,
    },
    PurgeProposed {
        before: At,
    },
}

impl FileChore {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        let call = match self {
            FileChore::Keep { person, file } => Call::of(KEEP, row(person, file)),
            FileChore::Drop { person } => Call::of(DROP, vec![person.into()]),
            FileChore::PurgeKept { before } => Call::of(PURGE_KEPT, vec![(*before).into()]),
            FileChore::Propose { person, file } => Call::of(PROPOSE, row(person, file)),
            FileChore::Withdraw { list } => Call::of(WITHDRAW, vec![list.as_str().into()]),
            FileChore::PurgeProposed { before } => Call::of(PURGE_PROPOSED, vec![(*before).into()]),
        };
        vec![call]
    }
}

fn row<'a>(person: &'a PersonId, file: &'a ImportFile) -> Vec<Value<'a>> {
    vec![
        person.into(),
        file.list.as_str().into(),
        file.encoding.map(|encoding| encoding.as_str()).into(),
        i64::from(file.removes).into(),
        file.at.into(),
        Value::Bytes(file.body.as_slice().into()),
    ]
}
