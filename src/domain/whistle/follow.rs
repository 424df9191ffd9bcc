//! What follows for a whistle from what its departments do: the moves that nobody orders. They are part of the same
//! `Change` as the deed that causes them, never a consumer's afterthought.

use super::Tree;
use super::office::office_post;
use crate::domain::at::{At, MINUTE};
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
        let (office, whole) = (office_post(draft), draft.whistle_subject());
        let dispatched = draft.tree.summonses.iter().map(|summons| summons.issued_at).max();
        draft.arm_from(whole, office, Duty::FirstResult, dispatched.unwrap_or(draft.by.now));
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
    let role = speaker(&summons.department, &draft.by.rules.directory);
    let owner = Post { role, department: summons.department };
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

/// A limit passed: one event, and one reminder if the owner is to be reminded. `None` when it no longer stands.
pub fn pass_limit(tree: Tree, id: &ObligationId, reminder: Option<ReminderDue>, by: Deciding<'_>) -> Option<Change> {
    let now = by.now;
    let passed = tree.obligations.iter().find(|one| one.id == *id)?.clone();
    if !passed.is_overdue(now) || passed.passed_at.is_some() {
        return None;
    }
    let mut draft = Draft::on(by, tree);
    draft.change_obligation(id, |obligation| obligation.passed_at = Some(now));
    let late = (now.0 - passed.due_at.0) / (60 * MINUTE);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::{actor, at};
    use crate::domain::tests::story::Story;

    fn blown(json: &str) -> Story {
        Story::blown(at("11-25 10:00"), "liaison.xf", json).unwrap()
    }

    fn due(day: &str) -> Option<ReminderDue> {
        Some(ReminderDue { day: day.into(), not_before: at("11-26 09:00") })
    }

    /// Lets the limit of the whistle pass.
    fn pass(story: &mut Story, day: &str) -> bool {
        let subject = Subject::Whistle(story.tree.whistle.id.clone());
        let Some(id) = story.tree.armed(&subject).map(|armed| armed.id.clone()) else { return false };
        story.by_itself(|tree, by| pass_limit(tree, &id, due(day), by))
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

    #[test]
    fn a_passed_limit_is_told_once_stays_armed_and_reminds_its_owner() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        story.now = at("11-25 15:29");
        assert!(!pass(&mut story, "2026-11-25"), "not yet");
        story.now = at("11-25 17:45");
        let version = story.tree.whistle.version;
        assert!(pass(&mut story, "2026-11-25"));
        let event = story.events.last().unwrap();
        let data = json!({
            "duty": "triage", "role": "office_duty", "department": "AWB", "due_at": "2026-11-25T15:30:00+08:00",
            "late_hours": 2, "version": version,
        });
        assert_eq!((event.kind, &event.data, &event.doer), (EventKind::ObligationOverdue, &data, &None));
        let letter = &story.last.letters[0];
        assert_eq!((letter.key.as_str(), letter.whistle.as_ref()), ("reminder:office_duty:AWB:2026-11-25", None));
        assert_eq!(letter.not_before, at("11-26 09:00"));
        assert!(!pass(&mut story, "2026-11-26"), "the same limit passes once");
        assert_eq!(story.picture(), ["submitted: office_duty@AWB triage 11-25 15:30"], "late, and still owed");
    }

    #[test]
    fn a_limit_whose_move_was_made_does_not_pass() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        let triage = story.tree.obligations[0].id.clone();
        assert_eq!(story.act("office", "return", r#"{"missing":["what"]}"#), Ok(()));
        story.now = at("12-25 10:00");
        assert!(!story.by_itself(|tree, by| pass_limit(tree, &triage, due("2026-12-25"), by)));
    }

    #[test]
    fn while_a_whistle_waits_for_its_summonses_only_theirs_remind() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        let accept =
            r#"{"severity":"general","urgency":"urgent","lead":"XF","supports":[],"route":"single","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", accept), Ok(()));
        story.now = at("11-25 12:00");
        assert!(pass(&mut story, "2026-11-25"));
        assert_eq!(story.last_letters(), "");
        let summons = story.summons("XF").clone();
        let late = story.tree.armed(&Subject::Summons(summons.id.clone())).unwrap().id.clone();
        assert!(story.by_itself(|tree, by| pass_limit(tree, &late, due("2026-11-25"), by)));
        assert_eq!(story.last_letters(), "reminder liaison@XF");
        assert_eq!(story.events.last().unwrap().summons, Some(summons.id));
        assert_eq!(story.summons("XF").version, summons.version, "being late is no deed");
    }
}
