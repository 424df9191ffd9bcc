//! What is still to be done, the soonest limit first, each with its whistle or its visit. Under one scope, and only what somebody
//! must move: what waits for its parts is left out. Never writes.

use super::sight::{is_finding_seen, is_owed_by, is_seen, is_visit_seen, thing_of};
use super::whistles::{self, armed};
use super::{Fault, Reading, Row, Value};
use crate::domain::at::At;
use crate::domain::finding::Finding;
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::policy::Scope;
use crate::domain::visit::Visit;
use crate::domain::whistle::Whistle;
use crate::ids::{TextId, TreeId};

/// The columns of an armed obligation first, as `whistles` reads them.
macro_rules! open {
    ($of:expr, $seen:expr, $owed:expr) => {
        concat!(
            "
    SELECT o.id, o.subject, o.role, o.department, o.duty, o.due_at, o.provisional, o.reminds, o.explained, o.passed_at,
           o.length, o.next_at, o.reached_at, o.acknowledged_at, o.held_back_at, ",
            $of,
            "
    WHERE o.ended_at IS NULL AND o.reminds = 1 AND ",
            $seen,
            $owed,
            "
    ORDER BY o.due_at, o.id LIMIT $4"
        )
    };
}

const OF_WHISTLES: &str = open!(
    "b.body, u.code
    FROM obligations o JOIN whistle_bodies b ON b.whistle = o.tree
    LEFT JOIN summonses u ON u.id = o.subject",
    is_seen!("o.tree", "$1"),
    " AND o.due_at <= $2 AND ($3 = '' OR o.department = $3)"
);

const OF_VISITS: &str = open!(
    concat!(
        "v.body, f.body
    FROM obligations o JOIN visits v ON v.id = o.tree
    LEFT JOIN findings f ON f.id = ",
        thing_of!("o.subject")
    ),
    is_visit_seen!("v.id"),
    concat!(
        " AND (f.id IS NULL OR ",
        is_finding_seen!("f.visit", "f.department"),
        ") AND o.due_at <= $5 AND ",
        is_owed_by!("v.id", "o.department", "$6")
    )
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_WHISTLES, OF_VISITS];

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
    pub of: Owing,
    /// The whistle's title, what was found, or the visit's place; `None`: erased, or there is none.
    pub title: Option<String>,
}

impl OpenItem {
    /// The code under which it is owed: a department's part of a visit has the department's behind the visit's.
    pub fn owed_under(&self) -> String {
        match &self.obligation.subject {
            Subject::Part(part) => part.code(self.of.code()),
            Subject::Aside(aside) => aside.code(self.of.code()),
            Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) | Subject::Finding(_) => {
                self.of.code().to_owned()
            }
        }
    }
}

/// What it is owed for.
#[derive(Debug, Clone, PartialEq)]
pub enum Owing {
    Whistle(Box<Whistle>),
    /// Of this code, in its whistle.
    Summons(Box<Whistle>, String),
    /// The whole visit, or a department's part of it.
    Visit(Box<Visit>),
    Finding(Box<Visit>, Box<Finding>),
}

impl Owing {
    /// The code by which people call it.
    pub fn code(&self) -> &str {
        match self {
            Owing::Whistle(whistle) => &whistle.code,
            Owing::Summons(_, code) => code,
            Owing::Visit(visit) => &visit.code,
            Owing::Finding(_, finding) => &finding.code,
        }
    }

    fn titled(&self) -> Option<&TextId> {
        match self {
            Owing::Whistle(whistle) | Owing::Summons(whistle, _) => Some(&whistle.texts.title),
            Owing::Visit(visit) => visit.place.as_ref(),
            Owing::Finding(_, finding) => Some(&finding.what),
        }
    }
}

/// The soonest first.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn open(reading: &mut Reading<'_>, scope: &Scope, query: &OpenQuery) -> Result<Vec<OpenItem>, Fault> {
    let mut items = of_whistles(reading, scope, query)?;
    items.extend(of_visits(reading, scope, query)?);
    items.sort_by(|one, other| {
        let place = |item: &OpenItem| (item.obligation.due_at, item.obligation.id.as_str().to_owned());
        place(one).cmp(&place(other))
    });
    items.truncate(query.limit.into());
    let titles: Vec<TextId> = items.iter().filter_map(|item| item.of.titled().cloned()).collect();
    let titles = whistles::texts(reading, &titles)?;
    for item in &mut items {
        item.title = item.of.titled().and_then(|id| titles.get(id)).cloned();
    }
    Ok(items)
}

fn of_whistles(reading: &mut Reading<'_>, scope: &Scope, query: &OpenQuery) -> Result<Vec<OpenItem>, Fault> {
    let viewer = scope.viewer();
    if viewer.is_empty() {
        return Ok(Vec::new());
    }
    let department = query.department.as_deref().unwrap_or_default();
    let params = [viewer.into(), query.until.into(), department.into(), i64::from(query.limit).into()];
    reading.rows(OF_WHISTLES, &params, |row| {
        let whistle: Box<Whistle> = row.json(15)?;
        let tree: TreeId = (&whistle.id).into();
        let of = match row.opt_text(16)? {
            Some(code) => Owing::Summons(whistle, code.to_owned()),
            None => Owing::Whistle(whistle),
        };
        item(row, &tree, of)
    })
}

fn of_visits(reading: &mut Reading<'_>, scope: &Scope, query: &OpenQuery) -> Result<Vec<OpenItem>, Fault> {
    if scope.visit_keys().iter().all(String::is_empty) {
        return Ok(Vec::new());
    }
    let mut params: Vec<Value<'_>> = scope.visit_keys().iter().map(Value::from).collect();
    let department = query.department.as_deref().unwrap_or_default();
    params.extend([i64::from(query.limit).into(), query.until.into(), department.into()]);
    reading.rows(OF_VISITS, &params, |row| {
        let visit: Box<Visit> = row.json(15)?;
        let tree: TreeId = (&visit.id).into();
        let of = match row.opt_text(16)?.is_some() {
            true => Owing::Finding(visit, row.json(16)?),
            false => Owing::Visit(visit),
        };
        item(row, &tree, of)
    })
}

fn item(row: &Row<'_>, tree: &TreeId, of: Owing) -> Result<OpenItem, Fault> {
    Ok(OpenItem { obligation: armed(row, tree)?, of, title: None })
}
