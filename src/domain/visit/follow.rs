//! What follows from what departments do in a visit: it is approved when all have approved, filed when every part is over; its
//! whistles wait for it, rectify while a finding is open, and await their closure when the last is struck off. Always part of
//! the `Change` of the deed that causes it.

use super::{Part, VisitTree, enter};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::finding::Finding;
use crate::domain::obligation::Subject;
use crate::domain::terms::{Duty, FindingStatus, LetterKind, VisitStatus};
use crate::domain::whistle;
use crate::ids::FindingId;
use serde_json::json;

/// A visit whose every acting department has approved is approved.
pub fn approvals(draft: &mut Draft<'_, VisitTree>) {
    let visit = &draft.tree.visit;
    let all = visit.parts.iter().filter(|part| part.acts()).all(|part| part.approved_at.is_some());
    if visit.status == VisitStatus::AwaitingApproval && all {
        draft.move_visit(VisitStatus::Approved);
        draft.record_move(EventKind::VisitApproved);
        let (whole, lead) = (draft.whole(), draft.liaison(draft.tree.visit.lead()));
        let day = Deadline::set(draft.tree.visit.slot.day_end());
        draft.arm_until(whole, lead, Duty::Visit, day);
        invite(draft);
    }
}

/// Writes to everybody who goes: what changed, or that they need not.
pub fn invite(draft: &mut Draft<'_, VisitTree>) {
    let why = turn(draft);
    let visit = &draft.tree.visit;
    let going: Vec<_> = visit.members.iter().map(|member| member.person.clone()).collect();
    let dropped: Vec<_> = visit.invited.iter().filter(|one| !going.contains(one)).cloned().collect();
    for (kind, people) in [(LetterKind::VisitInvitation, &going), (LetterKind::VisitCancelled, &dropped)] {
        people.iter().for_each(|person| draft.owe_to(kind, person, &why));
    }
    draft.tree.visit.invited = going;
}

/// The next of its turns: what a letter says of an earlier one is not worth sending any more.
fn turn(draft: &mut Draft<'_, VisitTree>) -> String {
    draft.tree.visit.sequence += 1;
    draft.tree.visit.decided_at = draft.by.now;
    turn_of(draft.tree.visit.sequence)
}

/// As a letter's key names it.
pub fn turn_of(sequence: u32) -> String {
    format!("turn {sequence}")
}

/// Tells whoever was invited that nobody goes now.
pub fn disinvite(draft: &mut Draft<'_, VisitTree>) {
    let invited = std::mem::take(&mut draft.tree.visit.invited);
    let why = turn(draft);
    invited.iter().for_each(|person| draft.owe_to(LetterKind::VisitCancelled, person, &why));
}

/// A completed visit is filed once every part is over and judged, and every finding ordered or struck off. Whoever stays silent
/// past the limit is named and keeps nobody: what an approval that never comes would hold for ever is filed without it.
pub fn filing(draft: &mut Draft<'_, VisitTree>) {
    if draft.tree.visit.status != VisitStatus::Completed {
        return;
    }
    mark_silent(draft);
    let over = draft.tree.visit.parts.iter().all(|part| part.is_over() && part.is_judged());
    let served = draft.tree.findings.iter().all(|finding| finding.status != FindingStatus::Found);
    if over && served {
        draft.move_visit(VisitStatus::Filed);
        draft.record_move(EventKind::VisitFiled);
        let whole = draft.whole();
        draft.disarm(&whole);
        disarm_parts(draft);
    }
}

/// Ends what the departments were to do on site. An emergency's approval is owed all the same.
pub fn disarm_work(draft: &mut Draft<'_, VisitTree>) {
    let parts = draft.tree.obligations.iter().filter(|one| one.is_armed() && one.duty == Duty::Part);
    let parts: Vec<Subject> = parts.map(|one| one.subject.clone()).collect();
    parts.iter().for_each(|part| draft.disarm(part));
}

/// Approvals that are still owed: of which departments, and since when each is late.
fn owed_approvals(tree: &VisitTree) -> Vec<(String, Option<At>)> {
    let owed = tree.obligations.iter().filter(|one| one.is_armed() && one.duty == Duty::Approval);
    let of_part = owed.filter_map(|one| match &one.subject {
        Subject::Part(part) => Some((part.department().to_owned(), one.passed_at)),
        Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) => None,
        Subject::Finding(_) | Subject::Aside(_) => None,
    });
    of_part.collect()
}

/// Whoever came at once and has no approval yet is named before that ends with the visit: nobody gets round it.
pub fn name_unapproved(draft: &mut Draft<'_, VisitTree>) {
    let unsaid = owed_approvals(&draft.tree).into_iter().filter(|(_, passed_at)| passed_at.is_none());
    unsaid.for_each(|(department, _)| name(draft, &department));
}

/// Names a department that came at once and was not approved.
pub fn name(draft: &mut Draft<'_, VisitTree>, department: &str) {
    draft.record_as_hub(EventKind::VisitUnapproved, json!({ "department": department }));
}

/// Marks the parts whose approval is late after somebody came at once. Nobody waits for it any more: what its department still has
/// to do there is owed from now on; the head may speak all the same.
pub fn mark_silent(draft: &mut Draft<'_, VisitTree>) {
    for (department, passed_at) in owed_approvals(&draft.tree) {
        let Some(passed_at) = passed_at else { continue };
        let unmarked = |part: &&mut Part| part.department == department && part.unapproved_at.is_none();
        let Some(part) = draft.tree.visit.parts.iter_mut().find(unmarked) else { continue };
        part.unapproved_at = Some(passed_at);
        if !part.is_over() {
            let part = draft.part(&department);
            draft.disarm(&part);
        }
    }
    enter::await_parts(draft);
}

/// Ends what the parts owe.
pub fn disarm_parts(draft: &mut Draft<'_, VisitTree>) {
    let all: Vec<String> = draft.tree.visit.parts.iter().map(|part| part.department.clone()).collect();
    for department in all {
        let subject = draft.part(&department);
        draft.disarm(&subject);
    }
}

/// Lets the whistles of a visit follow: each is guarded and raised, whatever happened.
pub fn whistles(mut change: Change, tree: VisitTree, by: Deciding<'_>) -> Change {
    let own: Vec<FindingId> = tree.findings.iter().map(|one| one.id.clone()).collect();
    for of in &tree.whistles {
        let id = &of.whistle.id;
        let open: Vec<&Finding> = tree.findings.iter().filter(|one| one.is_open_for(id)).collect();
        let limits = open.iter().filter_map(|one| {
            let armed = tree.armed(&Subject::Finding(one.id.clone()))?;
            Some((one.id.clone(), armed.due_at))
        });
        let under_way = tree.visit.is_under_way() && tree.visit.whistles().iter().any(|one| one.id == *id);
        let by = Deciding { actor: by.actor, rules: by.rules, now: by.now, mint: &mut *by.mint };
        let mut draft = Draft::on(by, of.clone());
        let whistle = &mut draft.tree.whistle;
        whistle.open_findings.retain(|one| !own.contains(one));
        whistle.open_findings.extend(open.iter().map(|one| one.id.clone()));
        whistle.finding_limits.retain(|one, _| !own.contains(one));
        whistle.finding_limits.extend(limits);
        whistle.open_visits.retain(|one| *one != tree.visit.id);
        whistle.open_visits.extend(under_way.then(|| tree.visit.id.clone()));
        whistle::follow::follow(&mut draft);
        change = change.and(draft.finish());
    }
    change
}
