//! Views that people keep for themselves, read only for their owner. Sealed: a filter may hold a name.
//! Nothing here writes.

use super::{Fault, Reading};
use crate::ids::PersonId;

/// In the order in which they were kept.
const OF_PERSON: &str = "SELECT id, body FROM saved_views WHERE person = $1 ORDER BY at, id LIMIT 100";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_PERSON];

/// Ids and sealed bodies of this person's views.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn of_person(reading: &mut Reading<'_>, person: &PersonId) -> Result<Vec<(String, String)>, Fault> {
    reading.rows(OF_PERSON, &[person.into()], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
}
