//! The log of facts as it is read: by tree for a timeline, from a place on for whoever follows it, and as the live
//! feed tells it. It gives what is stored and resolves no text; whether somebody may see an event is asked of its whistle.

use super::sight::{is_result_seen, is_seen, open_states};
use super::{Fault, Reading, Row, Value};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::domain::obligation::Subject;
use crate::domain::policy::Scope;
use crate::ids::{PersonId, TreeId};

// What is for the office only is left out in each statement that a reader's scope goes into.

/// Whose result of a visit an event `e` tells, with the finding `f` that it is about; of what is no result, nothing.
macro_rules! result_of {
    () => {
        "COALESCE(f.department, CASE WHEN e.kind = 'visit.attached' THEN e.department END)"
    };
}

/// One tree's, as far as this reader may be told. Its viewer first, then the keys to visits.
macro_rules! of_tree {
    ($more:literal) => {
        concat!(
            "
    SELECT e.seq, e.at, e.kind, e.tree, e.about, e.person, e.department, e.data
    FROM events e LEFT JOIN findings f ON f.id = e.about
    WHERE e.tree = $5 AND (e.office_only = 0 OR $1 = '*') AND (",
            result_of!(),
            " IS NULL OR $2 = '*' OR ",
            is_result_seen!("e.tree", result_of!(), "$2, $3, $4"),
            ")",
            $more
        )
    };
}

const TIMELINE: &str = of_tree!(" AND e.seq > $6 ORDER BY e.seq LIMIT $7");

const TAIL: &str = "
    SELECT seq, at, kind, tree, about, person, department, data FROM events
    WHERE seq > $1
    ORDER BY seq LIMIT $2";

const LATEST: &str = of_tree!(" ORDER BY e.seq DESC LIMIT $6");

const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM events";

/// Of two kinds of end a tree has had the later one is asked for.
const LAST_OF: &str = "SELECT MAX(at) FROM events WHERE tree = $1 AND kind IN ($2, $3)";

const CURSOR: &str = "SELECT seq FROM cursors WHERE name = $1";

/// One row for each event and viewer; an event that nobody but `*` sees has one row too. CROSS JOIN: from the log on. Then
/// the same of visits, of which the shift's leaders see no more for it.
const HEARD: &str = concat!(
    "
    SELECT e.seq, e.kind, COALESCE(u.code, w.code), s.viewer,
           CASE WHEN e.office_only = 0 AND w.status IN ",
    open_states!(),
    " THEN 1 ELSE 0 END, 0
    FROM events e CROSS JOIN whistles w
    LEFT JOIN summonses u ON u.id = e.about
    LEFT JOIN sights s ON s.whistle = e.tree AND e.office_only = 0
    WHERE e.seq > $1 AND e.seq <= $2 AND w.id = e.tree
    UNION ALL
    SELECT e.seq, e.kind, COALESCE(f.code, v.code), s.viewer, 0, 1
    FROM events e CROSS JOIN visits v
    LEFT JOIN findings f ON f.id = e.about
    LEFT JOIN visit_sights s ON s.visit = e.tree AND e.office_only = 0
      AND (",
    result_of!(),
    " IS NULL OR s.only_of IN ('', ",
    result_of!(),
    "))
    WHERE e.seq > $1 AND e.seq <= $2 AND v.id = e.tree
    ORDER BY 1"
);

/// What one viewer may be told, the right in the same statement.
const SEEN: &str = concat!(
    "
    SELECT e.seq, e.kind, COALESCE(u.code, w.code)
    FROM events e CROSS JOIN whistles w
    LEFT JOIN summonses u ON u.id = e.about
    WHERE e.seq > $2 AND e.seq <= $3 AND w.id = e.tree
      AND ($1 = '*' OR e.office_only = 0) AND ",
    is_seen!("e.tree", "$1"),
    "
    UNION ALL
    SELECT e.seq, e.kind, COALESCE(f.code, v.code)
    FROM events e CROSS JOIN visits v
    LEFT JOIN findings f ON f.id = e.about
    WHERE e.seq > $2 AND e.seq <= $3 AND v.id = e.tree
      AND ($4 = '*' OR (e.office_only = 0 AND ",
    is_result_seen!("e.tree", concat!("COALESCE(", result_of!(), ", s.only_of)"), "$4, $5, $6"),
    "))
    ORDER BY 1"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[TIMELINE, TAIL, LATEST, LAST, LAST_OF, CURSOR, HEARD, SEEN];

/// One event as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its place: the order of commit, from 1 on, without a hole.
    pub seq: i64,
    pub at: At,
    pub kind: EventKind,
    pub tree: TreeId,
    pub about: Option<Subject>,
    /// `None`: the hub itself.
    pub person: Option<PersonId>,
    /// The unit in which the person acted.
    pub department: Option<String>,
    /// Facts; texts by reference.
    pub data: serde_json::Value,
}

/// What the live feed tells of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub seq: i64,
    pub kind: EventKind,
    /// The summons' that it is about, else the whistle's.
    pub code: String,
}

/// An event and whoever may be told of it, beside those who see everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub told: Told,
    pub viewers: Vec<String>,
    /// Its whistle is open, so whoever leads the shift may be told, too.
    pub is_open: bool,
    /// Whose keys those are: of a visit, or of a whistle.
    pub of_visit: bool,
}

impl Heard {
    /// Whether this reader may be told.
    pub fn is_for(&self, scope: &Scope) -> bool {
        match self.of_visit {
            true => scope.is_among_visitors(&self.viewers),
            false => scope.is_among(&self.viewers, self.is_open),
        }
    }
}

/// A stretch of the log. What of it was not asked for is not in `events`, so `up_to` is where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<T> {
    pub events: Vec<T>,
    /// Everything up to here was looked at.
    pub up_to: i64,
    /// The place of the newest event at that moment.
    pub last: i64,
}

/// The events of a tree, oldest first. The caller has read the tree under the same scope.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn timeline(
    reading: &mut Reading<'_>,
    scope: &Scope,
    tree: &TreeId,
    (after_seq, limit): (i64, i64),
) -> Result<Vec<StoredEvent>, Fault> {
    let mut params = keys(scope);
    params.extend([tree.into(), after_seq.into(), limit.into()]);
    reading.rows(TIMELINE, &params, stored)
}

/// Everything that happened after a place, oldest first. For the hub's own loops.
pub fn tail(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    reading.rows(TAIL, &[after_seq.into(), limit.into()], stored)
}

/// The newest events of a tree, oldest of them first.
pub fn latest(reading: &mut Reading<'_>, scope: &Scope, tree: &TreeId, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    let mut params = keys(scope);
    params.extend([tree.into(), limit.into()]);
    let mut events = reading.rows(LATEST, &params, stored)?;
    events.reverse();
    Ok(events)
}

/// A reader's key to whistles, then those to visits.
fn keys(scope: &Scope) -> Vec<Value<'_>> {
    std::iter::once(scope.viewer()).map(Value::from).chain(scope.visit_keys().iter().map(Value::from)).collect()
}

/// The place of the newest event; 0 before the first.
pub fn last_seq(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(LAST, &[], |row| row.int(0))?.unwrap_or(0))
}

/// When one of two things last happened in a tree. The caller has read it under its reader's scope.
pub fn last_of(reading: &mut Reading<'_>, tree: &TreeId, [one, other]: [EventKind; 2]) -> Result<Option<At>, Fault> {
    let params = [tree.into(), one.as_str().into(), other.as_str().into()];
    Ok(reading.row(LAST_OF, &params, |row| row.opt_at(0))?.flatten())
}

/// How far a named reader of the log has come; 0 if it never moved.
pub fn cursor(reading: &mut Reading<'_>, name: &str) -> Result<i64, Fault> {
    Ok(reading.row(CURSOR, &[name.into()], |row| row.int(0))?.unwrap_or(0))
}

/// What happened after a place and who may see it now, oldest first. `limit`: events that are looked at.
pub fn heard(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<Stretch<Heard>, Fault> {
    let (up_to, last) = bounds(reading, after_seq, limit)?;
    let rows = reading.rows(HEARD, &[after_seq.into(), up_to.into()], |row| {
        Ok((told(row)?, row.opt_text(3)?.map(str::to_owned), row.flag(4)?, row.flag(5)?))
    })?;
    let mut events: Vec<Heard> = Vec::new();
    for (told, viewer, is_open, of_visit) in rows {
        match events.last_mut().filter(|one| one.told.seq == told.seq) {
            Some(same) => same.viewers.extend(viewer),
            None => events.push(Heard { told, viewers: viewer.into_iter().collect(), is_open, of_visit }),
        }
    }
    Ok(Stretch { events, up_to, last })
}

/// What this scope may see now of what happened after a place, oldest first. `limit`: events that are looked at, seen
/// or not, so that a reader of little costs no more than a reader of all.
pub fn seen_after(
    reading: &mut Reading<'_>,
    scope: &Scope,
    after_seq: i64,
    limit: i64,
) -> Result<Stretch<Told>, Fault> {
    let (up_to, last) = bounds(reading, after_seq, limit)?;
    let mut params = vec![scope.viewer().into(), after_seq.into(), up_to.into()];
    params.extend(scope.visit_keys().iter().map(Value::from));
    let events = reading.rows(SEEN, &params, told)?;
    Ok(Stretch { events, up_to, last })
}

/// Where a stretch ends, and the log. Places have no holes, so a range of them is a number of events.
fn bounds(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<(i64, i64), Fault> {
    let last = last_seq(reading)?;
    Ok((after_seq.saturating_add(limit).min(last).max(after_seq), last))
}

fn told(row: &Row<'_>) -> Result<Told, Fault> {
    Ok(Told { seq: row.int(0)?, kind: row.word(1, EventKind::parse)?, code: row.text(2)?.to_owned() })
}

fn stored(row: &Row<'_>) -> Result<StoredEvent, Fault> {
    Ok(StoredEvent {
        seq: row.int(0)?,
        at: row.at(1)?,
        kind: row.word(2, EventKind::parse)?,
        tree: TreeId::from_text(row.text(3)?),
        about: row.opt_text(4)?.and_then(Subject::parse),
        person: row.opt_text(5)?.map(PersonId::from_text),
        department: row.opt_text(6)?.map(str::to_owned),
        data: row.json(7)?,
    })
}

#[cfg(test)]
mod tests;
