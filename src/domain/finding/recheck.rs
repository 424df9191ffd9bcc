//! Said to be fixed, or due to be: others look again. A claim never closes anything; a failed recheck is ordered anew,
//! with a limit of its own.

use super::close::{self, Return};
use super::order::{barred, is_tied, stands_aside, tied_among};
use super::{Finding, Recheck, Report};
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::directory::{Directory, Person};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, each_once, read};
use crate::domain::terms::{Duty, FindingStatus};
use crate::domain::visit::VisitTree;
use crate::domain::visit::slate::CERTIFIED_MIN;
use crate::ids::{FindingId, PersonId};
use serde_json::json;
use std::collections::BTreeSet;

/// The body of `…/report_fixed`.
pub static REPORT_FIXED: Spec =
    Spec { name: "ReportFixedOrder", fields: &[Field::optional("note", Kind::Text { max: TEXT_MAX })] };

/// The body of `…/recheck`.
pub static RECHECK: Spec = Spec {
    name: "RecheckOrder",
    fields: &[
        Field::required("passed", Kind::Bool),
        Field::required("note", Kind::Text { max: TEXT_MAX }),
        Field::optional("officers", Kind::List { of: &Kind::Code, min: 1 }),
    ],
};

/// Somebody says that it is fixed.
pub fn report_fixed(note: Option<&str>, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    say_fixed(note, id, &mut draft);
    draft.finish()
}

/// The same within a decision; nobody of ours: the firm, by its link.
pub fn say_fixed(note: Option<&str>, id: &FindingId, draft: &mut Draft<'_, VisitTree>) {
    let note = note.map(|note| draft.write_down(note));
    let (at, person) = (draft.by.now, draft.by.actor.map(|actor| actor.person.clone()));
    let by_firm = person.is_none();
    let report = Report { at, by: person, note: note.clone() };
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::Reported;
        (finding.report, finding.asked) = (Some(report), None);
    });
    let data = json!({ "note": note.as_ref().map(text_ref), "by_firm": by_firm });
    draft.record_finding(EventKind::FindingReportedFixed, id, data);
    await_recheck(draft, id);
}

/// Its limit is over and nobody has said anything: it is looked at again all the same. An extension that nobody has answered is
/// over with it, and that is told.
pub fn fall_due(draft: &mut Draft<'_, VisitTree>, id: &FindingId) {
    if let Some(asked) = draft.tree.finding(id).and_then(|finding| finding.asked.as_ref()) {
        let data = json!({ "until": asked.until.rfc3339() });
        draft.record_move_with(EventKind::FindingExtensionLapsed, Subject::Finding(id.clone()), data);
    }
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::RecheckDue;
        finding.asked = None;
    });
    draft.record_move_about(EventKind::FindingRecheckDue, Subject::Finding(id.clone()));
    await_recheck(draft, id);
}

fn await_recheck(draft: &mut Draft<'_, VisitTree>, id: &FindingId) {
    let Some(finding) = draft.tree.finding(id) else { return };
    let owner = draft.liaison(&finding.origin.department);
    draft.arm(Subject::Finding(id.clone()), owner, Duty::Recheck);
}

/// What was seen, and with whom.
#[derive(Debug, Clone, PartialEq)]
pub struct RecheckOrder {
    passed: bool,
    note: String,
    officers: Vec<PersonId>,
}

impl RecheckOrder {
    /// `officers`: who was there beside whoever records it.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, department: &str, date: &str, directory: &Directory) -> Result<RecheckOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&RECHECK, body);
        let certified = |id: &str| {
            let person = directory.person(&PersonId::from_text(id)).filter(|person| person.is_active());
            person.is_some_and(|person| person.is_certified_for(department, date))
        };
        each_once(&reader, "officers", &[], certified, &mut faults);
        let officers = reader.texts("officers").into_iter().map(PersonId::from_text).collect();
        let made = reader.flag("passed").zip(reader.text("note"));
        faults.judge(made.map(|(passed, note)| RecheckOrder { passed, note, officers }))
    }
}

/// Why these officers may not look at it again.
fn in_the_way(
    order: &RecheckOrder,
    officers: &[PersonId],
    finding: &Finding,
    by: &Deciding<'_>,
) -> Vec<(ReasonCode, String)> {
    let (department, drawn) = (&finding.origin.department, finding.awaits_spot_check());
    let human = |one: &PersonId| by.rules.directory.human(one);
    let passed_before: BTreeSet<PersonId> = finding.passed_by().map(human).collect();
    let first: BTreeSet<PersonId> = finding.origin.officers.iter().map(human).collect();
    let said_fixed = finding.report.as_ref().and_then(|report| report.by.as_ref()).map(human);
    let mut reasons = stands_aside(finding, by);
    reasons.extend(tied_among(&order.officers, finding, by));
    if !order.officers.is_empty() && officers.len() < CERTIFIED_MIN {
        reasons.push((ReasonCode::TooFewCertified, department.clone()));
    }
    if drawn && has_others(finding, by, |one| !passed_before.contains(one)) {
        let passed = officers.iter().filter(|one| passed_before.contains(&human(one)));
        let named = passed.filter_map(|one| by.rules.directory.person(one));
        reasons.extend(named.map(|person| (ReasonCode::PassedBefore, person.username.clone())));
    }
    let only_the_first = officers.iter().all(|one| first.contains(&human(one)));
    // Whoever found it, or said that it is fixed, may confirm what others have passed.
    let by_others = drawn && !finding.rechecks.is_empty();
    let only_who_said_it = officers.iter().all(|one| Some(human(one)) == said_fixed);
    if only_the_first && !by_others && has_others(finding, by, |one| !first.contains(one)) {
        reasons.push((ReasonCode::SameOfficers, finding.code.clone()));
    } else if only_who_said_it && !by_others && has_others(finding, by, |one| Some(one) != said_fixed.as_ref()) {
        reasons.push((ReasonCode::ReporterRechecks, finding.code.clone()));
    }
    reasons
}

/// Whether the roster has any human like that who could go: a small squad may have nobody.
fn has_others(finding: &Finding, by: &Deciding<'_>, is_other: impl Fn(&PersonId) -> bool) -> bool {
    let (department, today) = (&finding.origin.department, by.now.civil().date().to_string());
    let certified = |one: &&Person| one.is_active() && one.is_certified_for(department, &today);
    let mut able = by.rules.directory.people.iter().filter(certified);
    able.any(|one| is_other(&by.rules.directory.human(&one.id)) && !is_tied(&one.id, finding, by))
}

/// Looked at again, by somebody who was not at the first visit.
///
/// # Errors
/// Guarded: only officers of the first visit, only whoever said that it is fixed, or one who stands aside; a crew that is named and comes to less than two; on a
/// spot check whoever has passed it before.
pub fn recheck(order: &RecheckOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let actor = by.actor.ok_or(Refusal::NotFound)?.person.clone();
    let crew = std::iter::once(&actor).chain(order.officers.iter().filter(|one| !is_tied(one, finding, &by)));
    let officers = by.rules.directory.each_human_once(crew);
    let reasons = in_the_way(order, &officers, finding, &by);
    if !reasons.is_empty() {
        return Err(barred(finding, &by, reasons));
    }
    let (department, drawn) = (finding.origin.department.clone(), finding.awaits_spot_check());
    let mut draft = Draft::on(by, tree);
    let note = draft.write_down(&order.note);
    let recheck = Recheck { at: draft.by.now, officers, passed: order.passed, note: note.clone() };
    let status = match (drawn, order.passed) {
        // What a spot check finds gone stays struck off.
        (true, _) => FindingStatus::Closed,
        (false, true) => FindingStatus::Passed,
        (false, false) => FindingStatus::Failed,
    };
    draft.change_finding(id, |finding| {
        finding.status = status;
        finding.rechecks.push(recheck);
    });
    let kind = if order.passed { EventKind::FindingPassed } else { EventKind::FindingFailed };
    draft.record_finding(kind, id, json!({ "note": text_ref(&note) }));
    let subject = Subject::Finding(id.clone());
    if drawn {
        draft.disarm(&subject);
        draft.change_finding(id, |finding| {
            if let Some(spot_check) = &mut finding.spot_check {
                spot_check.open = false;
            }
        });
        if !order.passed {
            close::take_up(Return::SpotCheckFailed, None, id, &mut draft);
        }
        return Ok(draft.finish());
    }
    let (owner, duty) = match order.passed {
        true => (draft.head(&department), Duty::StrikeOff),
        false => (draft.liaison(&department), Duty::Reorder),
    };
    draft.arm(subject, owner, duty);
    Ok(draft.finish())
}
