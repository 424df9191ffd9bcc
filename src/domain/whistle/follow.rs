//! What follows for a whistle from what its departments do: the moves that nobody orders. They are part of the same
//! `Change` as the deed that causes them, never a consumer's afterthought.

use super::Tree;
use super::office::office_post;
use crate::domain::at::At;
use crate::domain::decision::{Change, LetterOwed};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::summons::speaker;
use crate::domain::terms::{Duty, LetterKind, Route, SummonsStatus, WhistleStatus};
use crate::ids::{LetterId, ObligationId, PersonId, SummonsId};
use serde_json::json;

/// Moves the whistle as far as its summonses now allow.
pub fn follow(draft: &mut Draft<'_>) {
    if draft.tree.whistle.status == WhistleStatus::Dispatched && have_reported_in(&draft.tree) {
        draft.move_whistle(WhistleStatus::Handling);
        draft.record_move(EventKind::WhistleHandling);
        let office = office_post(draft);
        draft.arm(draft.whistle_subject(), office, Duty::FirstResult);
    }
    if draft.tree.whistle.status == WhistleStatus::Handling && all_done(&draft.tree) {
        draft.move_whistle(WhistleStatus::AwaitingClosure);
        draft.record_move(EventKind::WhistleAwaitingClosure);
        let office = office_post(draft);
        draft.arm(draft.whistle_subject(), office, Duty::Closure);
    }
}

/// Every summons was answered; on the emergency route the first is enough.
fn have_reported_in(tree: &Tree) -> bool {
    let mut answered = tree.summonses.iter().map(|summons| is_answered(summons.status));
    if tree.whistle.route == Some(Route::Emergency) { answered.any(|one| one) } else { answered.all(|one| one) }
}

fn is_answered(status: SummonsStatus) -> bool {
    match status {
        SummonsStatus::Issued | SummonsStatus::Acknowledged => false,
        SummonsStatus::Disputed | SummonsStatus::Referred => false,
        SummonsStatus::ReportedIn | SummonsStatus::Working | SummonsStatus::Submitted | SummonsStatus::Done => true,
        SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => true,
    }
}

fn all_done(tree: &Tree) -> bool {
    let mut summonses = tree.summonses.iter();
    summonses.all(|summons| match summons.status {
        SummonsStatus::Done | SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => true,
        SummonsStatus::Issued | SummonsStatus::Acknowledged | SummonsStatus::ReportedIn => false,
        SummonsStatus::Working | SummonsStatus::Submitted => false,
        SummonsStatus::Disputed | SummonsStatus::Referred => false,
    })
}

/// The first result is due from the department, counted from dispatch; after a send-back, from now.
pub fn arm_first_result(draft: &mut Draft<'_>, id: &SummonsId) {
    let Some(summons) = draft.tree.summonses.iter().find(|one| one.id == *id).cloned() else { return };
    let from = if summons.lacks.is_some() { draft.by.now } else { summons.issued_at };
    let deadline = draft.by.rules.due(Duty::FirstResult, draft.tree.whistle.urgency, from);
    let role = speaker(&summons.department, &draft.by.rules.directory);
    let owner = Post { role, department: summons.department };
    let next = draft.blank(Subject::Summons(id.clone()), owner, Duty::FirstResult).until(deadline);
    draft.arm_as(next);
}

/// The office's receipt: who has it, what the rules propose. `None` when the office has it already.
pub fn route(tree: Tree, duty_officer: Option<PersonId>, by: Deciding<'_>) -> Option<Change> {
    if tree.whistle.routed.is_some() {
        return None;
    }
    let whistle = &tree.whistle;
    let firm = whistle.enterprise.as_deref().and_then(|code| by.rules.directory.enterprise(code));
    let may = |code: &str| by.rules.directory.may_be_summoned(code);
    let lead = firm.map(|firm| firm.lead_department.as_str());
    let proposals = by.rules.routing.propose(whistle.category, &whistle.needed_departments, lead, may);
    let departments: Vec<&str> = proposals.iter().map(|proposal| proposal.department.as_str()).collect();
    let data = json!({ "proposed": departments, "on_duty": duty_officer.is_some() });
    let now = by.now;
    let mut draft = Draft::on(by, tree);
    draft.tree.whistle.routed = Some(super::Routed { at: now, duty_officer, proposals });
    draft.record(EventKind::WhistleRouted, data);
    Some(draft.finish())
}

/// A limit passed: one event, and one reminder if the owner is to be reminded. `None` when it no longer stands.
pub fn pass_limit(tree: Tree, id: &ObligationId, reminder: Option<ReminderDue>, by: Deciding<'_>) -> Option<Change> {
    let now = by.now;
    let passed = tree.obligations.iter().find(|one| one.id == *id)?.clone();
    if !passed.is_overdue(now) || passed.passed_at.is_some() {
        return None;
    }
    let mut draft = Draft::on(by, tree);
    draft.change_obligation(id, |obligation| obligation.passed_at = Some(now));
    let late = (now.0 - passed.due_at.0) / 3_600_000_000;
    let data = json!({
        "duty": passed.duty, "role": passed.owner.role, "department": passed.owner.department,
        "due_at": passed.due_at.rfc3339(), "late_hours": late,
    });
    match &passed.subject {
        Subject::Summons(summons) => draft.record_summons(EventKind::ObligationOverdue, &summons.clone(), data),
        Subject::Whistle(_) => draft.record(EventKind::ObligationOverdue, data),
    }
    if let (true, Some(due)) = (passed.reminds, reminder) {
        let letter = reminder_letter(&mut draft, &passed, due);
        draft.owe_as(letter);
    }
    Some(draft.finish())
}

/// When the post's next bundled reminder leaves: one a day, over everything that is overdue then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderDue {
    /// The civil day that it is for, `2026-11-25`: one letter per post and day.
    pub day: String,
    pub not_before: At,
}

fn reminder_letter(draft: &mut Draft<'_>, passed: &Obligation, due: ReminderDue) -> LetterOwed {
    LetterOwed {
        id: LetterId::new(draft.by.mint),
        key: reminder_key(&passed.owner, &due.day),
        kind: LetterKind::Reminder,
        to: passed.owner.clone(),
        whistle: None,
        summons: None,
        not_before: due.not_before,
    }
}

/// One bundled reminder per post and civil day.
pub fn reminder_key(post: &Post, day: &str) -> String {
    format!("{}:{}:{}:{day}", LetterKind::Reminder, post.role, post.department)
}
