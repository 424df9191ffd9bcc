//! What follows for a whistle from what its departments do: the moves that nobody orders. They are part of the same
//! `Change` as the deed that causes them, never a consumer's afterthought.

use super::{Tree, issue, posts};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::Subject;
use crate::domain::terms::{Duty, Needs, Route, SummonsStatus, WhistleStatus};
use crate::ids::{PersonId, SummonsId};
use serde_json::json;

/// Moves the whistle as far as its summonses now allow.
pub fn follow(draft: &mut Draft<'_>) {
    if is_with_departments(draft.tree.whistle.status) && draft.tree.counting().next().is_none() {
        return back_to_accepted(draft);
    }
    if draft.tree.whistle.needs == Some(Needs::Any) {
        excuse_the_others(draft);
    }
    if draft.tree.whistle.status == WhistleStatus::Dispatched {
        if have_reported_in(&draft.tree) {
            draft.move_whistle(WhistleStatus::Handling);
            draft.record_move(EventKind::WhistleHandling);
            let (office, whole) = (posts::office(draft), draft.whistle_subject());
            let dispatched = draft.tree.summonses.iter().map(|summons| summons.issued_at).max();
            draft.arm_from(whole, office, Duty::FirstResult, dispatched.unwrap_or(draft.by.now));
        } else {
            follow_report_ins(draft);
        }
    }
    rectify(draft);
    if is_at_work(draft.tree.whistle.status) && waits_for_nothing(&draft.tree) {
        draft.move_whistle(WhistleStatus::AwaitingClosure);
        draft.record_move(EventKind::WhistleAwaitingClosure);
        let office = posts::office(draft);
        draft.arm(draft.whistle_subject(), office, Duty::Closure);
    }
}

/// While a finding is open a whistle that is handled is being put right, and so is one that had awaited its closure.
pub fn rectify(draft: &mut Draft<'_>) {
    let whistle = &draft.tree.whistle;
    let looks_done = matches!(whistle.status, WhistleStatus::Handling | WhistleStatus::AwaitingClosure);
    if looks_done && !whistle.open_findings.is_empty() {
        draft.move_whistle(WhistleStatus::Rectifying);
        draft.record_move(EventKind::WhistleRectifying);
        let (office, whole) = (posts::office(draft), draft.whistle_subject());
        draft.arm(whole, office, Duty::Rectification);
    }
    if draft.tree.whistle.status == WhistleStatus::Rectifying {
        follow_findings(draft);
    }
}

/// A whistle that is put right is due with the soonest of its findings. Where the last is struck off and something else is
/// waited for, it gets a limit of its own: what has no account was a finding's.
fn follow_findings(draft: &mut Draft<'_>) {
    let whistle = &draft.tree.whistle;
    let (soonest, none_open) = (whistle.finding_limits.values().min().copied(), whistle.open_findings.is_empty());
    let Some(armed) = draft.tree.armed(&draft.whistle_subject()).cloned() else { return };
    match soonest {
        Some(soonest) if soonest != armed.due_at => draft.set_limit(&armed.id, Deadline::set(soonest)),
        None if none_open && armed.explained.is_empty() => {
            let fresh = draft.by.rules.due(Duty::Rectification, draft.tree.whistle.urgency, draft.by.now);
            draft.set_limit(&armed.id, fresh);
        }
        Some(_) | None => {}
    }
}

/// Departments look or put right.
fn is_at_work(status: WhistleStatus) -> bool {
    matches!(status, WhistleStatus::Handling | WhistleStatus::Rectifying)
}

/// Every summons is done, every finding struck off, and no visit is planned or under way.
fn waits_for_nothing(tree: &Tree) -> bool {
    all_done(tree) && tree.whistle.open_findings.is_empty() && tree.whistle.open_visits.is_empty()
}

fn is_with_departments(status: WhistleStatus) -> bool {
    matches!(status, WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying)
}

/// Every department was let off: the office finds others.
fn back_to_accepted(draft: &mut Draft<'_>) {
    let whistle = &mut draft.tree.whistle;
    whistle.lead = None;
    whistle.supports.clear();
    draft.move_whistle(WhistleStatus::Accepted);
    draft.record_as_hub(EventKind::WhistleAccepted, json!({ "again": true }));
    let office = posts::office(draft);
    draft.arm(draft.whistle_subject(), office, Duty::Dispatch);
}

/// Where any one department suffices, the first that is done lets the others off.
fn excuse_the_others(draft: &mut Draft<'_>) {
    if !draft.tree.summonses.iter().any(|one| one.status == SummonsStatus::Done) {
        return;
    }
    let others: Vec<SummonsId> =
        draft.tree.counting().filter(|one| one.status != SummonsStatus::Done).map(|one| one.id.clone()).collect();
    for id in others {
        draft.move_summons(&id, SummonsStatus::Excused);
        draft.record_summons_move(EventKind::SummonsExcused, &id);
        draft.disarm(&Subject::Summons(id.clone()));
        issue::tell_let_off(draft, &id);
    }
}

/// A whistle that waits for report-ins waits for the latest of those that are still owed.
fn follow_report_ins(draft: &mut Draft<'_>) {
    let whole = draft.whistle_subject();
    let owed = draft.tree.obligations.iter().filter(|one| one.is_armed() && one.duty == Duty::ReportIn);
    let latest = owed.filter(|one| one.subject != whole).map(|one| one.due_at).max();
    let stands = draft.tree.armed(&whole).map(|one| one.due_at);
    if latest.is_some_and(|latest| stands != Some(latest)) {
        issue::await_report_ins(draft);
    }
}

/// Every summons was answered; on the emergency route the first is enough.
fn have_reported_in(tree: &Tree) -> bool {
    let mut answered = tree.summonses.iter().map(|summons| is_answered(summons.status));
    if tree.whistle.route != Some(Route::Emergency) {
        return answered.all(|one| one);
    }
    tree.counting().any(|summons| is_answered(summons.status))
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

/// The result is due from the department, counted from `from`: dispatch, or when the work was given back.
pub fn arm_result(draft: &mut Draft<'_>, id: &SummonsId, from: At) {
    let Some(unit) = draft.tree.summons(id).map(|one| one.department.clone()) else { return };
    let owner = posts::speaker(&unit, &draft.by.rules.directory);
    draft.arm_from(Subject::Summons(id.clone()), owner, Duty::FirstResult, from);
}

/// The office's receipt: who has it, what the rules propose. `None` when the office has it already.
pub fn route(tree: Tree, duty_officer: Option<PersonId>, by: Deciding<'_>) -> Option<Change> {
    if tree.whistle.routed.is_some() {
        return None;
    }
    let whistle = &tree.whistle;
    let proposals = by.rules.propose(whistle.category, &whistle.needed_departments, whistle.enterprise.as_deref());
    let departments: Vec<&str> = proposals.iter().map(|proposal| proposal.department.as_str()).collect();
    let data = json!({ "proposed": departments, "on_duty": duty_officer.is_some() });
    let now = by.now;
    let mut draft = Draft::on(by, tree);
    draft.tree.whistle.routed = Some(super::Routed { at: now, duty_officer, proposals });
    draft.record(EventKind::WhistleRouted, data);
    Some(draft.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::{actor, at};
    use crate::domain::tests::story::Story;

    fn blown(json: &str) -> Story {
        Story::blown(at("11-25 10:00"), "liaison.xf", json).unwrap()
    }

    #[test]
    fn the_office_receives_a_whistle_once_and_sees_who_is_proposed_and_why() {
        let mut story =
            blown(r#"{"category":"dust_explosion","what":"a","enterprise":"E02","needed_departments":["SH"]}"#);
        let (officer, version) = (actor("office.2").person, story.tree.whistle.version);
        assert!(story.by_itself(|tree, by| route(tree, Some(officer.clone()), by)));
        assert_eq!((story.last_kinds().as_str(), story.tree.whistle.version), ("whistle.routed", version));
        let event = &story.events[1];
        assert_eq!(event.doer, None, "nobody but the hub");
        assert_eq!(event.data["proposed"], json!(["SH", "YJ", "XF"]));
        assert_eq!(event.data["on_duty"], true);
        let routed = story.tree.whistle.routed.clone().unwrap();
        assert_eq!((routed.duty_officer, routed.at), (Some(officer), story.now));
        let rules: Vec<_> = routed.proposals.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(rules, ["R01", "R10", "R10"]);
        assert!(!story.by_itself(|tree, by| route(tree, None, by)), "a second receipt");
    }

    #[test]
    fn the_receipt_may_come_after_the_office_has_acted() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        assert_eq!(story.act("office", "decline", r#"{"ground":"not_safety"}"#), Ok(()));
        assert!(story.by_itself(|tree, by| route(tree, None, by)));
        assert_eq!(story.tree.whistle.status, WhistleStatus::Declined);
    }
}
