//! Whistles as they are read: a whole tree, its texts, a bounded count; `list` has the lists. Every read demands a
//! [`Scope`], and the right stands in the same statement as the row: what may not be seen does not exist. Never writes.

mod list;
#[cfg(test)]
pub(super) mod tests;

#[cfg(test)]
pub(super) use list::every_list;
pub use list::{Position, Sort, WhistleItem, WhistleQuery, list};
pub(super) use list::{asked, listed, words};

use super::sight::is_seen;
use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::policy::Scope;
use crate::domain::summons::Summons;
use crate::domain::terms::{Duty, Role, WhistleStatus};
use crate::domain::whistle::{Tree, Whistle};
use crate::ids::{ObligationId, SummonsId, TextId, TreeId, WhistleId};
use std::collections::HashMap;

const BY_CODE: &str = concat!(
    "
    SELECT b.body FROM whistles w JOIN whistle_bodies b ON b.whistle = w.id
    WHERE w.code = $1 AND ",
    is_seen!("w.id", "$2")
);

const BY_ID: &str = concat!(
    "
    SELECT b.body FROM whistle_bodies b
    WHERE b.whistle = $1 AND ",
    is_seen!("b.whistle", "$2")
);

const BY_SUMMONS: &str = concat!(
    "
    SELECT b.body, u.id FROM summonses u JOIN whistle_bodies b ON b.whistle = u.whistle
    WHERE u.code = $1 AND ",
    is_seen!("u.whistle", "$2")
);

/// Along its index: whistles that were merged are few.
const MERGED_INTO: &str = "SELECT b.body FROM whistles w JOIN whistle_bodies b ON b.whistle = w.id
    WHERE w.master = $1 AND w.status = 'merged' ORDER BY w.blown_at, w.id";

const SUMMONSES: &str = "SELECT body FROM summonses WHERE whistle = $1 ORDER BY issued_at, id";

const ARMED: &str = "
    SELECT id, subject, role, department, duty, due_at, provisional, reminds, explained, passed_at, length, next_at,
           reached_at, acknowledged_at, held_back_at
    FROM obligations
    WHERE tree = $1 AND ended_at IS NULL
    ORDER BY due_at, id";

/// The cast: a bare nought would make a moment a smaller number to PostgreSQL.
const COUNT_ALL: &str = "
    SELECT COUNT(*) FROM (SELECT 1 AS one FROM whistles
      WHERE status = $1 AND $3 = '*' AND (CAST($4 AS BIGINT) = 0 OR due_at <= $4) LIMIT $2) AS counted";

const COUNT_SEEN: &str = "
    SELECT COUNT(*) FROM (SELECT 1 AS one FROM sights s WHERE s.viewer = $3 AND s.status = $1
      AND (CAST($4 AS BIGINT) = 0 OR EXISTS (
        SELECT 1 FROM whistles w WHERE w.id = s.whistle AND w.due_at <= $4)) LIMIT $2) AS counted";

/// As many marks as [`TEXTS_AT_ONCE`].
const TEXTS: &str = "
    SELECT id, body FROM texts
    WHERE class = 'open' AND id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const TEXTS_AT_ONCE: usize = 16;

const SEALED: &str = "SELECT body FROM texts WHERE id = $1 AND class = 'sealed'";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[BY_CODE, BY_ID, BY_SUMMONS, MERGED_INTO, SUMMONSES, ARMED, COUNT_ALL, COUNT_SEEN, TEXTS, SEALED];

/// The whistle of that code with all that hangs on it; nothing if there is none that the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn tree(reading: &mut Reading<'_>, scope: &Scope, code: &str) -> Result<Option<Tree>, Fault> {
    let whistle = reading.row(BY_CODE, &[code.into(), scope.viewer().into()], |row| row.json(0))?;
    whistle.map(|whistle| grow(reading, whistle)).transpose()
}

/// Whether there is one of that code that the scope sees.
pub fn stands(reading: &mut Reading<'_>, scope: &Scope, code: &str) -> Result<bool, Fault> {
    Ok(reading.row(BY_CODE, &[code.into(), scope.viewer().into()], |_| Ok(()))?.is_some())
}

/// As [`tree`], by id.
pub fn tree_by_id(reading: &mut Reading<'_>, scope: &Scope, id: &WhistleId) -> Result<Option<Tree>, Fault> {
    let whistle = reading.row(BY_ID, &[id.into(), scope.viewer().into()], |row| row.json(0))?;
    whistle.map(|whistle| grow(reading, whistle)).transpose()
}

/// The tree in which the summons of that code stands, and which one of it that is.
pub fn tree_of_summons(
    reading: &mut Reading<'_>,
    scope: &Scope,
    code: &str,
) -> Result<Option<(Tree, SummonsId)>, Fault> {
    let found = reading.row(BY_SUMMONS, &[code.into(), scope.viewer().into()], |row| {
        Ok((row.json::<Whistle>(0)?, SummonsId::from_text(row.text(1)?)))
    })?;
    let Some((whistle, summons)) = found else { return Ok(None) };
    Ok(Some((grow(reading, whistle)?, summons)))
}

/// The trees that were merged into a whistle and wait for what becomes of it. For deciding, never for showing.
pub fn merged_into(reading: &mut Reading<'_>, master: &WhistleId) -> Result<Vec<Tree>, Fault> {
    let merged = reading.rows(MERGED_INTO, &[master.into()], |row| row.json::<Whistle>(0))?;
    merged.into_iter().map(|whistle| grow(reading, whistle)).collect()
}

/// The rest of a tree, once the right to its whistle has been shown.
fn grow(reading: &mut Reading<'_>, whistle: Whistle) -> Result<Tree, Fault> {
    let summonses = reading.rows(SUMMONSES, &[(&whistle.id).into()], |row| row.json::<Summons>(0))?;
    let obligations = reading.rows(ARMED, &[(&whistle.id).into()], |row| armed(row, &(&whistle.id).into()))?;
    Ok(Tree { whistle, summonses, obligations })
}

/// A row of [`ARMED`].
pub(super) fn armed(row: &Row<'_>, tree: &TreeId) -> Result<Obligation, Fault> {
    Ok(Obligation {
        id: ObligationId::from_text(row.text(0)?),
        tree: tree.clone(),
        subject: row.word(1, Subject::parse)?,
        owner: Post { role: row.word(2, Role::parse)?, department: row.text(3)?.to_owned() },
        duty: row.word(4, Duty::parse)?,
        due_at: row.at(5)?,
        provisional: row.flag(6)?,
        reminds: row.flag(7)?,
        explained: row.json(8)?,
        passed_at: row.opt_at(9)?,
        length: row.int(10)?,
        next_at: row.opt_at(11)?,
        reached_at: row.opt_at(12)?,
        acknowledged_at: row.opt_at(13)?,
        held_back_at: row.opt_at(14)?,
        ended_at: None,
    })
}

/// How many whistles of a state the scope sees, or of those the ones that are late at a moment: exact up to `at_most`, which then
/// means "that many or more".
pub fn count_by_status(
    reading: &mut Reading<'_>,
    scope: &Scope,
    (status, late): (WhistleStatus, Option<At>),
    at_most: i64,
) -> Result<i64, Fault> {
    let viewer = scope.viewer_of(status);
    let statement = if viewer == "*" { COUNT_ALL } else { COUNT_SEEN };
    let params = [status.as_str().into(), at_most.into(), viewer.into(), late.unwrap_or(At(0)).into()];
    Ok(reading.row(statement, &params, |row| row.int(0))?.unwrap_or(0))
}

/// A sealed text as it lies there, for who opens it on record.
pub fn sealed(reading: &mut Reading<'_>, id: &TextId) -> Result<Option<String>, Fault> {
    reading.row(SEALED, &[id.into()], |row| row.text(0).map(str::to_owned))
}

/// The open texts of these ids; one that is missing was erased. Whose ids they are, the caller has made sure of.
pub fn texts(reading: &mut Reading<'_>, ids: &[TextId]) -> Result<HashMap<TextId, String>, Fault> {
    let mut all = HashMap::with_capacity(ids.len());
    for some in ids.chunks(TEXTS_AT_ONCE) {
        // The marks that are left over ask for no id at all: one text of the statement serves every length.
        let asked = some.iter().map(TextId::as_str).chain(std::iter::repeat(""));
        let params: Vec<_> = asked.take(TEXTS_AT_ONCE).map(Into::into).collect();
        all.extend(reading.rows(TEXTS, &params, |row| Ok((TextId::from_text(row.text(0)?), row.text(1)?.to_owned())))?);
    }
    Ok(all)
}
