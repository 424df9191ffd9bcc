//! What is still to be done, the soonest limit first, each with its whistle. Under one scope, and only what somebody must
//! move: what waits for its parts is left out. Never writes.

use super::sight::is_seen;
use super::whistles::{self, armed};
use super::{Fault, Reading};
use crate::domain::at::At;
use crate::domain::obligation::Obligation;
use crate::domain::policy::Scope;
use crate::domain::whistle::Whistle;

/// The columns of an armed obligation first, as `whistles` reads them.
const OPEN: &str = concat!(
    "
    SELECT o.id, o.subject, o.role, o.department, o.duty, o.due_at, o.provisional, o.reminds, o.explained, o.passed_at,
           o.length, o.next_at, o.reached_at, o.acknowledged_at, o.held_back_at, b.body, u.code
    FROM obligations o JOIN whistle_bodies b ON b.whistle = o.tree
    LEFT JOIN summonses u ON u.id = o.subject
    WHERE o.ended_at IS NULL AND o.reminds = 1 AND o.due_at <= $2 AND ($3 = '' OR o.department = $3)
      AND ",
    is_seen!("o.tree", "$1"),
    "
    ORDER BY o.due_at, o.id LIMIT $4"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OPEN];

/// What a list of open obligations is asked for.
#[derive(Debug, Clone)]
pub struct OpenQuery {
    /// The unit that owes; every unit's if there is none.
    pub department: Option<String>,
    /// Limits up to here.
    pub until: At,
    pub limit: u16,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenItem {
    pub obligation: Obligation,
    pub whistle: Whistle,
    /// The summons' code, if it is about one.
    pub summons: Option<String>,
    /// The whistle's; `None`: erased.
    pub title: Option<String>,
}

/// The soonest first.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn open(reading: &mut Reading<'_>, scope: &Scope, query: &OpenQuery) -> Result<Vec<OpenItem>, Fault> {
    let viewer = scope.viewer();
    if viewer.is_empty() {
        return Ok(Vec::new());
    }
    let department = query.department.as_deref().unwrap_or_default();
    let params = [viewer.into(), query.until.into(), department.into(), i64::from(query.limit).into()];
    let mut items = reading.rows(OPEN, &params, |row| {
        let whistle: Whistle = row.json(15)?;
        let obligation = armed(row, &(&whistle.id).into())?;
        Ok(OpenItem { obligation, whistle, summons: row.opt_text(16)?.map(str::to_owned), title: None })
    })?;
    let titles: Vec<_> = items.iter().map(|item| item.whistle.texts.title.clone()).collect();
    let titles = whistles::texts(reading, &titles)?;
    for item in &mut items {
        item.title = titles.get(&item.whistle.texts.title).cloned();
    }
    Ok(items)
}
