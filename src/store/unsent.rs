//! Forms that somebody filled and has not sent, read only for that person. Whether one is still good is the caller's
//! question; nothing here writes.

use super::{Fault, Reading};
use crate::domain::at::At;
use crate::ids::PersonId;

/// The newest of a page's: of the address itself, or of a deed below it.
const NEWEST: &str = "
    SELECT subject, body, at FROM unsent_forms
    WHERE person = $1 AND at > $3 AND (subject = $2 OR (subject > $2 || '/' AND subject < $2 || '0'))
    ORDER BY at DESC, subject LIMIT 1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[NEWEST];

/// One form: where it would go, what was typed, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentForm {
    pub subject: String,
    /// Sealed.
    pub body: String,
    pub at: At,
}

/// The newest form of this person whose address is `path` or lies below it.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn newest(
    reading: &mut Reading<'_>,
    person: &PersonId,
    path: &str,
    since: At,
) -> Result<Option<UnsentForm>, Fault> {
    reading.row(NEWEST, &[person.into(), path.into(), since.into()], |row| {
        Ok(UnsentForm { subject: row.text(0)?.to_owned(), body: row.text(1)?.to_owned(), at: row.at(2)? })
    })
}
