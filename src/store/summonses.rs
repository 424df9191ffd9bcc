//! Lists of summonses, newest first, each with the whistle that it belongs to. A summons is visible if and only if its
//! whistle is, and the right stands in the same statement as the row. Never writes.

use super::whistles::{self, Position};
use super::{Fault, Reading, Value};
use crate::domain::at::At;
use crate::domain::policy::Scope;
use crate::domain::summons::Summons;
use crate::domain::terms::SummonsStatus;
use crate::domain::whistle::Whistle;
use std::collections::BTreeSet;

/// One department in one state: flat by `summonses_of_department`.
const OF_DEPARTMENT: &str = "
    SELECT u.body, o.due_at, w.body
    FROM summonses u CROSS JOIN whistles w
    LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
    WHERE u.department = $2 AND u.status = $3 AND (u.issued_at, u.id) < ($4, $5) AND w.id = u.whistle
      AND ($1 = '*' OR EXISTS (SELECT 1 FROM sights s WHERE s.whistle = u.whistle AND s.viewer = $1))
      AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))
    ORDER BY u.issued_at DESC, u.id DESC LIMIT $6";

/// Any departments and states, for whoever sees everything.
const OF_ALL: &str = "
    SELECT u.body, o.due_at, w.body
    FROM summonses u CROSS JOIN whistles w
    LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
    WHERE $1 = '*' AND (u.issued_at, u.id) < ($4, $5) AND w.id = u.whistle
      AND ($2 = '' OR INSTR($2, ',' || u.department || ',') > 0)
      AND ($3 = '' OR INSTR($3, ',' || u.status || ',') > 0)
      AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))
    ORDER BY u.issued_at DESC, u.id DESC LIMIT $6";

/// Any departments and states, from a viewer's own list on. What one viewer sees is sorted, not what there is.
const OF_SEEN: &str = "
    SELECT u.body, o.due_at, w.body
    FROM sights s CROSS JOIN summonses u CROSS JOIN whistles w
    LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
    WHERE s.viewer = $1 AND u.whistle = s.whistle AND (u.issued_at, u.id) < ($4, $5) AND w.id = u.whistle
      AND ($2 = '' OR INSTR($2, ',' || u.department || ',') > 0)
      AND ($3 = '' OR INSTR($3, ',' || u.status || ',') > 0)
      AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))
    ORDER BY u.issued_at DESC, u.id DESC LIMIT $6";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_DEPARTMENT, OF_ALL, OF_SEEN];

/// What a list is asked for; an empty filter asks nothing.
#[derive(Debug, Clone, Default)]
pub struct SummonsQuery {
    pub department: Vec<String>,
    pub status: Vec<SummonsStatus>,
    pub overdue: Option<bool>,
    /// Rows, at most. Whoever wants to know whether there is a next page asks for one more.
    pub limit: u16,
    pub after: Option<Position>,
}

/// A summons in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SummonsItem {
    pub summons: Summons,
    /// What its department, or the office for it, still owes.
    pub due_at: Option<At>,
    pub overdue: bool,
    pub whistle: Whistle,
    /// The whistle's; `None`: erased.
    pub title: Option<String>,
}

impl SummonsItem {
    /// Where it stands in the list.
    pub fn position(&self) -> Position {
        Position { key: self.summons.issued_at.0, id: self.summons.id.as_str().to_owned() }
    }
}

/// One page of what the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn list(
    reading: &mut Reading<'_>,
    scope: &Scope,
    query: &SummonsQuery,
    now: At,
) -> Result<Vec<SummonsItem>, Fault> {
    let viewer = scope.viewer();
    if viewer.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = Vec::new();
    if let [department] = query.department.as_slice() {
        // One flat read per state and a merge.
        let states = if query.status.is_empty() { SummonsStatus::ALL } else { &query.status };
        for state in states.iter().collect::<BTreeSet<_>>() {
            let filters = [viewer, department, state.as_str()];
            items.extend(read(reading, OF_DEPARTMENT, filters, query, now)?);
        }
        items.sort_by_key(|item| std::cmp::Reverse((item.summons.issued_at, item.summons.id.clone())));
        items.truncate(query.limit.into());
    } else {
        let departments = whistles::listed(query.department.iter().map(String::as_str));
        let states = whistles::listed(query.status.iter().map(|status| status.as_str()));
        let statement = if viewer == "*" { OF_ALL } else { OF_SEEN };
        items = read(reading, statement, [viewer, &departments, &states], query, now)?;
    }
    let titles: Vec<_> = items.iter().map(|item| item.whistle.texts.title.clone()).collect();
    let titles = whistles::texts(reading, &titles)?;
    for item in &mut items {
        // Two summonses may have one whistle, so the title stays in the map.
        item.title = titles.get(&item.whistle.texts.title).cloned();
    }
    Ok(items)
}

fn read(
    reading: &mut Reading<'_>,
    statement: &str,
    [viewer, departments, states]: [&str; 3],
    query: &SummonsQuery,
    now: At,
) -> Result<Vec<SummonsItem>, Fault> {
    let (key, id) = query.after.as_ref().map_or((i64::MAX, ""), |after| (after.key, after.id.as_str()));
    let params: [Value<'_>; 8] = [
        viewer.into(),
        departments.into(),
        states.into(),
        key.into(),
        id.into(),
        i64::from(query.limit).into(),
        now.into(),
        whistles::asked(query.overdue).into(),
    ];
    reading.rows(statement, &params, |row| {
        let due_at = row.opt_at(1)?;
        let overdue = due_at.is_some_and(|due| due <= now);
        Ok(SummonsItem { summons: row.json(0)?, due_at, overdue, whistle: row.json(2)?, title: None })
    })
}
