//! Visits and findings as they are read: a whole tree, what else is planned beside it, lists. Every read demands a [`Scope`], and
//! the right stands in the same statement as the row: what may not be seen does not exist. Never writes.

use super::sight::{is_finding_seen, is_owed_by, is_visit_seen, thing_of};
use super::whistles::{self, Position, armed, listed};
use super::{Fault, Reading, Value, slates};
use crate::domain::at::At;
use crate::domain::finding::Finding;
use crate::domain::obligation::Subject;
use crate::domain::policy::Scope;
use crate::domain::terms::{Duty, FindingStatus, VisitStatus};
use crate::domain::visit::slate::Slate;
use crate::domain::visit::{Visit, VisitTree};
use crate::domain::whistle::Tree;
use crate::ids::{FindingId, PersonId, VisitId, WhistleId};
use std::collections::BTreeSet;

const BY_CODE: &str = concat!("SELECT v.body FROM visits v WHERE v.code = $4 AND ", is_visit_seen!("v.id"));
const BY_ID: &str = concat!("SELECT v.body FROM visits v WHERE v.id = $4 AND ", is_visit_seen!("v.id"));

const BY_FINDING: &str = concat!(
    "SELECT v.body, f.id FROM findings f JOIN visits v ON v.id = f.visit WHERE f.code = $4 AND ",
    is_finding_seen!("f.visit", "f.department")
);

/// No scope stands here: whoever has the token has the right, to this one finding.
const BY_LINK: &str = "
    SELECT v.body, f.id FROM findings f JOIN visits v ON v.id = f.visit WHERE f.link = $1";
const CLOSED: &str = "SELECT body FROM findings WHERE status = 'closed' ORDER BY code";

const FINDINGS: &str = "SELECT body FROM findings WHERE visit = $1 ORDER BY code";
const ARMED: &str = "
    SELECT id, subject, role, department, duty, due_at, provisional, reminds, explained, passed_at, length, next_at,
           reached_at, acknowledged_at, held_back_at
    FROM obligations WHERE tree = $1 AND ended_at IS NULL ORDER BY due_at, id";
const WHISTLES: &str = "SELECT whistle FROM visit_whistles WHERE visit = $1 ORDER BY whistle";

/// Empty filters ask nothing; the person asked for goes.
const LIST: &str = concat!(
    "
    SELECT v.body,
           (SELECT MIN(o.due_at) FROM obligations o LEFT JOIN findings d ON d.id = ",
    thing_of!("o.subject"),
    "
            WHERE o.tree = v.id AND o.ended_at IS NULL AND (d.id IS NULL OR ",
    is_finding_seen!("d.visit", "d.department"),
    "))
    FROM visits v
    WHERE ",
    is_visit_seen!("v.id"),
    "
      AND (v.starts_at, v.id) < ($4, $5)
      AND ($6 = '' OR v.date >= $6) AND ($7 = '' OR v.date <= $7)
      AND ($8 = '' OR INSTR($8, ',' || v.status || ',') > 0)
      AND ($9 = '' OR EXISTS (
          SELECT 1 FROM visit_parts p WHERE p.visit = v.id AND INSTR($9, ',' || p.department || ',') > 0))
      AND ($10 = '' OR INSTR($10, ',' || v.enterprise || ',') > 0)
      AND ($11 = '' OR EXISTS (SELECT 1 FROM visit_sights m WHERE m.visit = v.id AND m.viewer = $11))
      AND ($12 = '' OR EXISTS (SELECT 1 FROM visit_whistles w WHERE w.visit = v.id AND w.whistle = $12))
      AND ($13 = '' OR EXISTS (
          SELECT 1 FROM obligations m WHERE m.tree = v.id AND m.ended_at IS NULL AND m.reminds = 1
            AND SUBSTR(m.subject, 1, 3) = 'vi_' AND ",
    is_owed_by!("v.id", "m.department", "$13"),
    "))
    ORDER BY v.starts_at DESC, v.id DESC LIMIT $14"
);

const FINDING_LIST: &str = concat!(
    "
    SELECT f.body, o.due_at, b.duty, b.due_at
    FROM findings f
    LEFT JOIN obligations o ON o.subject = f.id AND o.ended_at IS NULL
    LEFT JOIN obligations b ON b.id = (
        SELECT m.id FROM obligations m WHERE m.tree = f.visit AND m.ended_at IS NULL AND m.subject <> f.id AND ",
    thing_of!("m.subject"),
    " = f.id ORDER BY m.due_at, m.id LIMIT 1)
    WHERE ",
    is_finding_seen!("f.visit", "f.department"),
    "
      AND (f.found_at, f.id) < ($4, $5)
      AND ($6 = '' OR INSTR($6, ',' || f.status || ',') > 0)
      AND ($7 = '' OR INSTR($7, ',' || f.department || ',') > 0)
      AND ($8 = '' OR INSTR($8, ',' || f.enterprise || ',') > 0)
      AND ($9 = '' OR f.whistle = $9)
      AND ($10 = 0 OR $10 = CASE WHEN EXISTS (
          SELECT 1 FROM obligations l WHERE l.tree = f.visit AND l.ended_at IS NULL AND l.due_at <= $11 AND ",
    thing_of!("l.subject"),
    " = f.id) THEN 1 ELSE 2 END)
      AND ($12 = '' OR EXISTS (
          SELECT 1 FROM obligations a WHERE a.tree = f.visit AND a.ended_at IS NULL AND ",
    thing_of!("a.subject"),
    " = f.id AND ",
    is_owed_by!("f.visit", "a.department", "$12"),
    "))
      AND ($13 = 0 OR (f.status = 'closed' AND o.due_at IS NOT NULL))
      AND ($14 = 0 OR f.link IS NOT NULL)
    ORDER BY f.found_at DESC, f.id DESC LIMIT $15"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[BY_CODE, BY_ID, BY_FINDING, BY_LINK, FINDINGS, ARMED, WHISTLES, LIST, FINDING_LIST, CLOSED];

fn keys(scope: &Scope) -> Vec<Value<'_>> {
    scope.visit_keys().iter().map(Value::from).collect()
}

fn sees_none(scope: &Scope) -> bool {
    scope.visit_keys().iter().all(String::is_empty)
}

/// The visit of that code with its findings, for showing; nothing if there is none that the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn tree(reading: &mut Reading<'_>, scope: &Scope, code: &str) -> Result<Option<VisitTree>, Fault> {
    found(reading, scope, BY_CODE, code)
}

/// As [`tree`], by id.
pub fn tree_by_id(reading: &mut Reading<'_>, scope: &Scope, id: &VisitId) -> Result<Option<VisitTree>, Fault> {
    found(reading, scope, BY_ID, id.as_str())
}

fn found(reading: &mut Reading<'_>, scope: &Scope, statement: &str, named: &str) -> Result<Option<VisitTree>, Fault> {
    let mut params = keys(scope);
    params.push(named.into());
    let visit = reading.row(statement, &params, |row| row.json(0))?;
    visit.map(|visit| grow(reading, visit)).transpose()
}

/// The tree in which the finding of that code stands, and which one of it that is.
pub fn tree_of_finding(
    reading: &mut Reading<'_>,
    scope: &Scope,
    code: &str,
) -> Result<Option<(VisitTree, FindingId)>, Fault> {
    let mut params = keys(scope);
    params.push(code.into());
    with_finding(reading, BY_FINDING, &params)
}

/// The finding to which a firm's link leads, by the digest of its token; whether the link is good is not judged here.
pub fn tree_of_link(reading: &mut Reading<'_>, hash: &str) -> Result<Option<(VisitTree, FindingId)>, Fault> {
    with_finding(reading, BY_LINK, &[hash.into()])
}

fn with_finding(
    reading: &mut Reading<'_>,
    statement: &str,
    params: &[Value<'_>],
) -> Result<Option<(VisitTree, FindingId)>, Fault> {
    let found =
        reading.row(statement, params, |row| Ok((row.json::<Visit>(0)?, FindingId::from_text(row.text(1)?))))?;
    let Some((visit, finding)) = found else { return Ok(None) };
    Ok(Some((grow(reading, visit)?, finding)))
}

fn grow(reading: &mut Reading<'_>, visit: Visit) -> Result<VisitTree, Fault> {
    let findings = reading.rows(FINDINGS, &[(&visit.id).into()], |row| row.json::<Finding>(0))?;
    let obligations = reading.rows(ARMED, &[(&visit.id).into()], |row| armed(row, &(&visit.id).into()))?;
    Ok(VisitTree { visit, findings, obligations, whistles: Vec::new(), slate: Slate::default() })
}

/// As [`tree_by_id`], with all that a decision needs.
pub fn whole(reading: &mut Reading<'_>, scope: &Scope, id: &VisitId) -> Result<Option<VisitTree>, Fault> {
    let Some(mut tree) = tree_by_id(reading, scope, id)? else { return Ok(None) };
    beside_own(reading, &mut tree)?;
    Ok(Some(tree))
}

/// As [`beside`], for what leaves the visit on its slot.
pub fn beside_own(reading: &mut Reading<'_>, tree: &mut VisitTree) -> Result<(), Fault> {
    let own = tree.visit.slot.clone();
    beside(reading, tree, (&own.date, own.period.as_str()))
}

/// What a decision needs beside the visit: the trees of its whistles, and what else is planned on that slot and for the firm.
/// For deciding, never for showing.
pub fn beside(reading: &mut Reading<'_>, tree: &mut VisitTree, slot: (&str, &str)) -> Result<(), Fault> {
    tree.whistles.extend(whistles_beside(reading, &tree.visit.id)?);
    tree.slate = slates::slate(reading, tree.visit.enterprise.as_deref(), slot, tree.visit.id.as_str())?;
    Ok(())
}

/// The trees of its whistles.
pub(super) fn whistles_beside(reading: &mut Reading<'_>, visit: &VisitId) -> Result<Vec<Tree>, Fault> {
    let everything = Scope::everything("a visit moves its whistles and is judged by them, whoever sees them");
    let ids = reading.rows(WHISTLES, &[visit.into()], |row| row.text(0).map(WhistleId::from_text))?;
    let mut trees = Vec::new();
    for id in ids {
        trees.extend(whistles::tree_by_id(reading, &everything, &id)?);
    }
    Ok(trees)
}

/// As [`tree`], with what a decision needs that may put it on another slot and serve more whistles.
pub fn otherwise(
    reading: &mut Reading<'_>,
    scope: &Scope,
    code: &str,
    ((date, period), whistles): ((Option<&str>, Option<&str>), &[String]),
) -> Result<Option<VisitTree>, Fault> {
    let Some(mut tree) = tree(reading, scope, code)? else { return Ok(None) };
    let own = tree.visit.slot.clone();
    beside(reading, &mut tree, (date.unwrap_or(&own.date), period.unwrap_or(own.period.as_str())))?;
    let new = whistles.iter().filter(|code| tree.whistles.iter().all(|one| one.whistle.code != **code));
    let new: Vec<String> = new.cloned().collect();
    tree.whistles.extend(whistles_of(reading, scope, &new)?);
    Ok(Some(tree))
}

/// What a list of visits is asked for; an empty filter asks nothing.
#[derive(Debug, Clone, Default)]
pub struct VisitQuery {
    /// `2026-12-01`, both included.
    pub from: Option<String>,
    pub to: Option<String>,
    pub status: Vec<VisitStatus>,
    /// Acts in it.
    pub department: Vec<String>,
    pub enterprise: Vec<String>,
    /// Goes.
    pub officer: Option<PersonId>,
    pub whistle: Option<WhistleId>,
    /// Owes the next move of the visit or of its own part.
    pub owes: Option<String>,
    pub limit: u16,
    pub after: Option<Position>,
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitItem {
    pub visit: Visit,
    /// Items that somebody has answered for, whoever is shown how.
    pub answered: usize,
    pub due_at: Option<At>,
}

impl VisitItem {
    /// Where it stands in the list.
    pub fn position(&self) -> Position {
        Position { key: self.visit.slot.starts_at().0, id: self.visit.id.as_str().to_owned() }
    }
}

/// Visits that the scope sees, the latest day first.
pub fn list(reading: &mut Reading<'_>, scope: &Scope, query: &VisitQuery) -> Result<Vec<VisitItem>, Fault> {
    if sees_none(scope) {
        return Ok(Vec::new());
    }
    let (key, id) = query.after.as_ref().map_or((i64::MAX, ""), |after| (after.key, after.id.as_str()));
    let mut params = keys(scope);
    params.extend([
        key.into(),
        id.into(),
        query.from.as_deref().unwrap_or_default().into(),
        query.to.as_deref().unwrap_or_default().into(),
        listed(query.status.iter().map(|word| word.as_str())).into(),
        listed(query.department.iter().map(String::as_str)).into(),
        listed(query.enterprise.iter().map(String::as_str)).into(),
        query.officer.as_ref().map_or("", PersonId::as_str).into(),
        query.whistle.as_ref().map_or("", WhistleId::as_str).into(),
        query.owes.as_deref().unwrap_or_default().into(),
        i64::from(query.limit).into(),
    ]);
    reading.rows(LIST, &params, |row| {
        let visit: Visit = row.json(0)?;
        Ok(VisitItem { answered: visit.answered(), visit, due_at: row.opt_at(1)? })
    })
}

/// What a list of findings is asked for; an empty filter asks nothing.
#[derive(Debug, Clone, Default)]
pub struct FindingQuery {
    pub status: Vec<FindingStatus>,
    pub department: Vec<String>,
    pub enterprise: Vec<String>,
    pub whistle: Option<WhistleId>,
    pub overdue: Option<bool>,
    /// Owes its next move.
    pub owes: Option<String>,
    /// Drawn to be looked at again, and nobody has.
    pub spot_check: bool,
    /// Its firm was given a link, without which none rates.
    pub linked: bool,
    pub limit: u16,
    pub after: Option<Position>,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingItem {
    pub finding: Finding,
    pub due_at: Option<At>,
    /// The soonest of what is owed beside its own limit.
    pub beside: Option<(Duty, At)>,
}

impl FindingItem {
    /// The same out of its visit's tree.
    pub fn within(tree: &VisitTree, finding: &Finding) -> FindingItem {
        let own = Subject::Finding(finding.id.clone());
        let beside = tree.obligations.iter().filter(|one| one.is_armed() && one.subject != own);
        let beside = beside.filter(|one| one.subject.told_of() == own).min_by_key(|one| one.due_at);
        FindingItem {
            finding: finding.clone(),
            due_at: tree.armed(&own).map(|armed| armed.due_at),
            beside: beside.map(|one| (one.duty, one.due_at)),
        }
    }

    /// Where it stands in the list.
    pub fn position(&self) -> Position {
        Position { key: self.finding.found_at.0, id: self.finding.id.as_str().to_owned() }
    }
}

/// Findings of visits that the scope sees, the newest first.
pub fn findings(
    reading: &mut Reading<'_>,
    scope: &Scope,
    query: &FindingQuery,
    now: At,
) -> Result<Vec<FindingItem>, Fault> {
    if sees_none(scope) {
        return Ok(Vec::new());
    }
    let (key, id) = query.after.as_ref().map_or((i64::MAX, ""), |after| (after.key, after.id.as_str()));
    let mut params = keys(scope);
    params.extend([
        key.into(),
        id.into(),
        listed(query.status.iter().map(|word| word.as_str())).into(),
        listed(query.department.iter().map(String::as_str)).into(),
        listed(query.enterprise.iter().map(String::as_str)).into(),
        query.whistle.as_ref().map_or("", WhistleId::as_str).into(),
        whistles::asked(query.overdue).into(),
        now.into(),
        query.owes.as_deref().unwrap_or_default().into(),
        query.spot_check.into(),
        query.linked.into(),
        i64::from(query.limit).into(),
    ]);
    reading.rows(FINDING_LIST, &params, |row| {
        let beside = row.opt_text(2)?.is_some().then(|| Ok((row.word(2, Duty::parse)?, row.at(3)?))).transpose()?;
        Ok(FindingItem { finding: row.json(0)?, due_at: row.opt_at(1)?, beside })
    })
}

/// Every finding that is struck off, for the hub's own draw.
pub fn closed_findings(reading: &mut Reading<'_>) -> Result<Vec<Finding>, Fault> {
    reading.rows(CLOSED, &[], |row| row.json(0))
}

/// The trees of these whistles that the scope sees, for whoever plans a visit of them.
pub fn whistles_of(reading: &mut Reading<'_>, scope: &Scope, codes: &[String]) -> Result<Vec<Tree>, Fault> {
    let mut trees = Vec::new();
    // Several items may be about one whistle; it is one tree all the same.
    for code in codes.iter().collect::<BTreeSet<_>>() {
        trees.extend(whistles::tree(reading, scope, code)?);
    }
    Ok(trees)
}
