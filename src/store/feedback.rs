//! Complaints and advice as they are stored: all for the director, a person's own for that person. Texts are sealed;
//! whoever calls opens them. Never writes.

use super::{Fault, Reading, Row};
use crate::domain::feedback::Feedback;
use crate::ids::PersonId;

/// What waits for an answer first, then the newest.
const ALL: &str = "
    SELECT id, at, person, body, answer, answered_at FROM feedback
    ORDER BY CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END, at DESC, id LIMIT $1";
const OF_PERSON: &str = "
    SELECT id, at, person, body, answer, answered_at FROM feedback WHERE person = $1 ORDER BY at DESC, id LIMIT $2";
const COUNT: &str = "SELECT COUNT(*), COUNT(answered_at) FROM feedback";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[ALL, OF_PERSON, COUNT];

/// All of them, those without an answer first.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn all(reading: &mut Reading<'_>, at_most: i64) -> Result<Vec<Feedback>, Fault> {
    reading.rows(ALL, &[at_most.into()], found)
}

/// What this person left with their name, the newest first.
pub fn of_person(reading: &mut Reading<'_>, person: &PersonId, at_most: i64) -> Result<Vec<Feedback>, Fault> {
    reading.rows(OF_PERSON, &[person.into(), at_most.into()], found)
}

/// How many there are, and how many of them are answered.
pub fn count(reading: &mut Reading<'_>) -> Result<(i64, i64), Fault> {
    Ok(reading.row(COUNT, &[], |row| Ok((row.int(0)?, row.int(1)?)))?.unwrap_or_default())
}

fn found(row: &Row<'_>) -> Result<Feedback, Fault> {
    Ok(Feedback {
        id: row.text(0)?.to_owned(),
        at: row.at(1)?,
        person: row.opt_text(2)?.map(PersonId::from_text),
        text: row.text(3)?.to_owned(),
        answer: row.opt_text(4)?.map(str::to_owned),
        answered_at: row.opt_at(5)?,
    })
}
