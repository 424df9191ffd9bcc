//! What is late or still owed: limits that have passed, whistles that nobody has yet, letters that have not left. For
//! the hub's own loops and its gauges, so nothing here asks for a scope, and nothing here gives a text of a whistle.

use super::{Fault, Reading};
use crate::domain::at::At;
use crate::domain::obligation::Post;
use crate::domain::terms::{Duty, Role};
use crate::ids::{ObligationId, WhistleId};

const PASSED: &str = "
    SELECT whistle, id, role, department, reminds FROM obligations
    WHERE ended_at IS NULL AND passed_at IS NULL AND due_at <= $1
    ORDER BY due_at LIMIT $2";

/// Two halves, each with its index: what the hub has noticed, and what it is about to notice.
const OVERDUE: &str = "
    SELECT COALESCE(u.code, w.code), o.duty, o.due_at
    FROM (
        SELECT id, whistle, subject, duty, due_at FROM obligations
        WHERE department = $1 AND role = $2 AND ended_at IS NULL AND passed_at IS NOT NULL
          AND reminds = 1 AND due_at <= $3
        UNION ALL
        SELECT id, whistle, subject, duty, due_at FROM obligations
        WHERE ended_at IS NULL AND passed_at IS NULL AND due_at <= $3
          AND department = $1 AND role = $2 AND reminds = 1
    ) AS o
    JOIN whistles w ON w.id = o.whistle
    LEFT JOIN summonses u ON u.id = o.subject
    ORDER BY o.due_at, o.id LIMIT $4";

const UNROUTED: &str = "SELECT id FROM whistles WHERE routed = 0 AND blown_at < $1 ORDER BY blown_at LIMIT $2";

const LETTER: &str = "SELECT sent_at, given_up_at FROM letters WHERE natural_key = $1";

const LETTERS_OWED: &str = "
    SELECT COUNT(*), MIN(not_before) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL";

const OLDEST_UNPASSED: &str = "SELECT MIN(due_at) FROM obligations WHERE ended_at IS NULL AND passed_at IS NULL";

/// The states from which somebody still must move, DOMAIN §3.
const UNARMED: &str = "
    SELECT w.code FROM whistles w
    WHERE w.status IN ('submitted', 'returned', 'accepted', 'dispatched', 'handling', 'rectifying',
                       'awaiting_closure', 'suspended')
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = w.id AND o.ended_at IS NULL)
    UNION ALL
    SELECT u.code FROM summonses u
    WHERE u.status IN ('issued', 'acknowledged', 'reported_in', 'working', 'submitted', 'disputed', 'referred')
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = u.id AND o.ended_at IS NULL)
    LIMIT $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[PASSED, OVERDUE, UNROUTED, LETTER, LETTERS_OWED, OLDEST_UNPASSED, UNARMED];

/// Lines of one reminder.
const OVERDUE_MAX: i64 = 50;

/// A limit that has passed unnoticed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedLimit {
    pub whistle: WhistleId,
    pub obligation: ObligationId,
    pub owner: Post,
    /// Whether passing it owes a reminder.
    pub reminds: bool,
}

/// One line of a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueRow {
    /// The whistle's or the summons'.
    pub code: String,
    pub duty: Duty,
    pub due_at: At,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterState {
    pub sent: bool,
    pub given_up: bool,
}

/// Letters that have not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LettersOwed {
    pub count: i64,
    /// Since when the first of them might have left (or from when it may).
    pub oldest: Option<At>,
}

/// Armed limits that have passed and were not noticed yet, oldest first.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn passed(reading: &mut Reading<'_>, now: At, at_most: i64) -> Result<Vec<PassedLimit>, Fault> {
    reading.rows(PASSED, &[now.into(), at_most.into()], |row| {
        Ok(PassedLimit {
            whistle: WhistleId::from_text(row.text(0)?),
            obligation: ObligationId::from_text(row.text(1)?),
            owner: Post { role: row.word(2, Role::parse)?, department: row.text(3)?.to_owned() },
            reminds: row.flag(4)?,
        })
    })
}

/// What a post is late with, longest first, fifty at most: its reminder. Limits that stay quiet are left out.
pub fn overdue_of(reading: &mut Reading<'_>, post: &Post, now: At) -> Result<Vec<OverdueRow>, Fault> {
    let params = [(&post.department).into(), post.role.as_str().into(), now.into(), OVERDUE_MAX.into()];
    reading.rows(OVERDUE, &params, |row| {
        Ok(OverdueRow { code: row.text(0)?.to_owned(), duty: row.word(1, Duty::parse)?, due_at: row.at(2)? })
    })
}

/// Whistles without the office's receipt, oldest first.
pub fn unrouted(reading: &mut Reading<'_>, blown_before: At, at_most: i64) -> Result<Vec<WhistleId>, Fault> {
    reading.rows(UNROUTED, &[blown_before.into(), at_most.into()], |row| row.text(0).map(WhistleId::from_text))
}

/// What became of the letter that is owed under this key; nothing if none is.
pub fn letter_state(reading: &mut Reading<'_>, natural_key: &str) -> Result<Option<LetterState>, Fault> {
    reading.row(LETTER, &[natural_key.into()], |row| {
        Ok(LetterState { sent: row.opt_at(0)?.is_some(), given_up: row.opt_at(1)?.is_some() })
    })
}

/// How many letters wait, and since when.
pub fn letters_owed(reading: &mut Reading<'_>) -> Result<LettersOwed, Fault> {
    let owed = reading.row(LETTERS_OWED, &[], |row| Ok(LettersOwed { count: row.int(0)?, oldest: row.opt_at(1)? }))?;
    Ok(owed.unwrap_or(LettersOwed { count: 0, oldest: None }))
}

/// The soonest armed limit that the hub has not noticed passing: in the past, it is behind; else when to look next.
pub fn oldest_unpassed_due(reading: &mut Reading<'_>) -> Result<Option<At>, Fault> {
    Ok(reading.row(OLDEST_UNPASSED, &[], |row| row.opt_at(0))?.flatten())
}

/// Codes of open whistles and summonses for which nobody must do anything: there must be none (I3).
pub fn unarmed(reading: &mut Reading<'_>, at_most: i64) -> Result<Vec<String>, Fault> {
    reading.rows(UNARMED, &[at_most.into()], |row| row.text(0).map(str::to_owned))
}
