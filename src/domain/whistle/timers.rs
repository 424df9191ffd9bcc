//! What time alone brings about: a limit passes and is told once, a returned whistle lapses, a suspended one goes on.
//! Nothing here knows the hour; `app::due` asks when a limit is found to have passed.

use super::{Tree, end, pause, posts};
use crate::domain::at::{At, MINUTE};
use crate::domain::decision::{Change, LetterOwed};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::terms::{Duty, LetterKind};
use crate::ids::{LetterId, ObligationId};
use serde_json::json;

/// When the post's next bundled reminder leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderDue {
    /// What it is for, `2026-11-25`: one letter per post and such word.
    pub day: String,
    pub not_before: At,
}

/// A limit passed: the whistle lapses or goes on where that is what the limit was for; else one event, and one reminder
/// if the owner is to be reminded. `None` when it no longer stands. `merged`: what was merged into the whistle.
pub fn pass_limit(
    tree: Tree,
    id: &ObligationId,
    merged: &[Tree],
    reminder: Option<ReminderDue>,
    by: Deciding<'_>,
) -> Option<Change> {
    let passed = tree.obligations.iter().find(|one| one.id == *id)?.clone();
    if !passed.is_overdue(by.now) || passed.passed_at.is_some() {
        return None;
    }
    match passed.duty {
        Duty::Resume => pause::resume(tree, by),
        // Nothing urgent ends by silence: there the limit is the office's own.
        Duty::Complete if !posts::is_pressing(tree.whistle.urgency) => Some(end::lapse(tree, &passed, merged, by)),
        Duty::Complete | Duty::Triage | Duty::Dispatch | Duty::ReportIn | Duty::FirstResult => {
            Some(overdue(tree, &passed, reminder, by))
        }
        Duty::Review | Duty::Closure | Duty::Ruling | Duty::Referral | Duty::ContestAnswer => {
            Some(overdue(tree, &passed, reminder, by))
        }
    }
}

fn overdue(tree: Tree, passed: &Obligation, reminder: Option<ReminderDue>, by: Deciding<'_>) -> Change {
    let now = by.now;
    let mut draft = Draft::on(by, tree);
    draft.change_obligation(&passed.id, |obligation| obligation.passed_at = Some(now));
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
        let letter = reminder_letter(&mut draft, passed, due);
        draft.owe_as(letter);
    }
    draft.finish()
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
    use crate::domain::tests::sample::at;
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
        story.by_itself(|tree, by| pass_limit(tree, &id, &[], due(day), by))
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
        assert!(!story.by_itself(|tree, by| pass_limit(tree, &triage, &[], due("2026-12-25"), by)));
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
        assert!(story.by_itself(|tree, by| pass_limit(tree, &late, &[], due("2026-11-25"), by)));
        assert_eq!(story.last_letters(), "reminder liaison@XF");
        assert_eq!(story.events.last().unwrap().summons, Some(summons.id));
        assert_eq!(story.summons("XF").version, summons.version, "being late is no deed");
    }
}
