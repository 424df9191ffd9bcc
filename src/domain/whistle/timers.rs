//! What time alone brings about: a limit comes near and is told, passes and is told, is told each morning while it waits;
//! a returned whistle lapses, a suspended one goes on. Nothing here knows the hour; `app::due` asks when a moment has come.

use super::{Tree, end, pause, posts};
use crate::domain::at::{At, MINUTE};
use crate::domain::decision::{Change, LetterOwed};
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::EventKind;
use crate::domain::obligation::Obligation;
use crate::domain::reminders;
use crate::domain::terms::{Duty, LetterKind};
use crate::ids::{LetterId, ObligationId};
use serde_json::json;

/// A moment of a limit has come: it is told, or passes, or the whistle lapses or goes on where that is what the limit was
/// for. `None` when the moment no longer stands. `merged`: what was merged into the whistle.
pub fn reach(tree: Tree, id: &ObligationId, merged: &[Tree], by: Deciding<'_>) -> Option<Change> {
    let one = tree.obligations.iter().find(|one| one.id == *id && one.is_armed())?.clone();
    let moment = one.next_at.filter(|at| *at <= by.now)?;
    if one.passed_at.is_some() {
        return Some(told(tree, by, |draft| remind_again(draft, &one)));
    }
    if by.now < one.due_at {
        return Some(told(tree, by, |draft| remind_before(draft, &one, moment)));
    }
    if one.duty == Duty::Resume {
        return pause::resume(tree, by);
    }
    // Nothing urgent ends by silence: there the limit is the office's own.
    if one.duty == Duty::Complete && !posts::is_pressing(tree.whistle.urgency) {
        return Some(end::lapse(tree, &one, merged, by));
    }
    // What it waits for is a finding's limit: that falls due, or is told to be late, where it is owed.
    if one.duty == Duty::Rectification {
        let now = by.now;
        let notice = |one: &mut Obligation| one.passed_at = Some(now);
        return Some(told(tree, by, |draft| draft.change_obligation(&one.id, notice)));
    }
    Some(told(tree, by, |draft| overdue(draft, &one)))
}

fn told<'a>(tree: Tree, by: Deciding<'a>, tell: impl FnOnce(&mut Draft<'a>)) -> Change {
    let mut draft = Draft::on(by, tree);
    tell(&mut draft);
    draft.finish()
}

/// Half of the limit is gone, or four fifths.
pub fn remind_before<T: Rooted>(draft: &mut Draft<'_, T>, one: &Obligation, moment: At) {
    let not_before = reminders::leaves(draft.by.now, draft.tree.urgency(), draft.by.rules);
    draft.change_obligation(&one.id, |obligation| obligation.reached_at = Some(moment));
    owe_reminders(draft, one, &format!("{}:{}", one.id, moment.0), not_before);
}

/// Another working morning, and the move is not made. All that a post is late with has one letter that day.
pub fn remind_again<T: Rooted>(draft: &mut Draft<'_, T>, one: &Obligation) {
    let (now, is_morning) = (draft.by.now, reminders::is_morning(draft.by.now, draft.by.rules));
    // Its next morning follows.
    draft.change_obligation(&one.id, |_| {});
    if is_morning {
        owe_reminders(draft, one, &now.civil().date().to_string(), now);
    }
}

/// The limit passed: one event, and its owner is told.
pub fn overdue<T: Rooted>(draft: &mut Draft<'_, T>, passed: &Obligation) {
    let now = draft.by.now;
    let not_before = reminders::leaves(now, draft.tree.urgency(), draft.by.rules);
    draft.change_obligation(&passed.id, |obligation| obligation.passed_at = Some(now));
    let late = (now.0 - passed.due_at.0) / (60 * MINUTE);
    let data = json!({
        "duty": passed.duty, "role": passed.owner.role, "department": passed.owner.department,
        "due_at": passed.due_at.rfc3339(), "late_hours": late,
    });
    draft.record_about(EventKind::ObligationOverdue, &passed.subject.told_of(), data);
    if passed.reminds {
        owe_reminders(draft, passed, &format!("{}:{}", passed.id, passed.due_at.0), not_before);
    }
}

/// `what` makes the letter's key unique for its post. What it says is gathered when it leaves.
fn owe_reminders<T: Rooted>(draft: &mut Draft<'_, T>, one: &Obligation, what: &str, not_before: At) {
    for to in reminders::written_to(&one.owner, one.due_at <= draft.by.now) {
        let key = format!("{}:{}:{}:{what}", LetterKind::Reminder, to.role, to.department);
        let (id, kind) = (LetterId::new(draft.by.mint), LetterKind::Reminder);
        draft.owe_as(LetterOwed { id, key, kind, to, person: None, tree: None, about: None, not_before });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::Subject;
    use crate::domain::tests::sample::at;
    use crate::domain::tests::story::Story;

    fn blown(json: &str) -> Story {
        Story::blown(at("11-25 10:00"), "liaison.xf", json).unwrap()
    }

    /// Lets the limit of the whistle pass.
    fn pass(story: &mut Story) -> bool {
        let subject = Subject::Whistle(story.tree.whistle.id.clone());
        let Some(id) = story.tree.armed(&subject).map(|armed| armed.id.clone()) else { return false };
        story.by_itself(|tree, by| reach(tree, &id, &[], by))
    }

    /// The letters of the last Change: to whom, and from when on.
    fn owed(story: &Story) -> Vec<String> {
        let letters = story.last.letters.iter();
        letters
            .map(|one| format!("{}@{} {}", one.to.role, one.to.department, &one.not_before.rfc3339()[5..16]))
            .collect()
    }

    #[test]
    fn half_and_four_fifths_of_a_limit_are_told_once_and_are_no_events() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        let events = story.events.len();
        for (early, moment) in [("11-25 13:29", "11-25 13:30"), ("11-25 14:41", "11-25 14:42")] {
            story.now = at(early);
            assert!(!pass(&mut story), "not yet");
            story.now = at(moment);
            let version = story.tree.whistle.version;
            assert!(pass(&mut story) && !pass(&mut story));
            assert_eq!(owed(&story), [format!("office_duty@AWB {}", moment.replace(' ', "T"))]);
            assert_eq!((story.events.len(), story.tree.whistle.version), (events, version));
            assert_eq!(story.tree.obligations[0].reached_at, Some(at(moment)));
        }
    }

    #[test]
    fn what_was_not_told_in_time_is_told_once_with_what_came_since() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        story.now = at("11-25 15:00");
        assert!(pass(&mut story) && !pass(&mut story), "half and four fifths are one letter");
        assert_eq!(owed(&story).len(), 1);
        // A Saturday: passed at once, told on Monday.
        story.now = at("11-28 15:00");
        assert!(pass(&mut story) && !pass(&mut story));
        assert_eq!(
            (story.last_kinds().as_str(), owed(&story)),
            ("obligation.overdue", vec!["office_duty@AWB 11-30T09:00".into()])
        );
        story.now = at("11-30 09:00");
        assert!(pass(&mut story) && !pass(&mut story));
        assert_eq!(story.last.letters[0].key, "reminder:office_duty:AWB:2026-11-30");
        // Away for a week, back in the night.
        story.now = at("12-08 03:00");
        assert!(pass(&mut story) && !pass(&mut story));
        assert!(owed(&story).is_empty(), "nobody is written to at night");
        story.now = at("12-08 09:00");
        assert!(pass(&mut story));
        assert_eq!(owed(&story), ["office_duty@AWB 12-08T09:00"]);
    }

    #[test]
    fn a_passed_limit_is_told_once_stays_armed_and_reminds_its_owner() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        story.now = at("11-25 17:45");
        let version = story.tree.whistle.version;
        assert!(pass(&mut story));
        let event = story.events.last().unwrap();
        let data = json!({
            "duty": "triage", "role": "office_duty", "department": "AWB", "due_at": "2026-11-25T15:30:00+08:00",
            "late_hours": 2, "version": version,
        });
        assert_eq!((event.kind, &event.data, &event.doer), (EventKind::ObligationOverdue, &data, &None));
        let letter = &story.last.letters[0];
        assert!(letter.key.starts_with("reminder:office_duty:AWB:ob_") && letter.tree.is_none(), "{}", letter.key);
        assert_eq!(letter.not_before, at("11-25 17:45"));
        assert!(!pass(&mut story), "the same limit passes once");
        assert_eq!(story.picture(), ["submitted: office_duty@AWB triage 11-25 15:30"], "late, and still owed");
    }

    #[test]
    fn a_limit_whose_move_was_made_does_not_pass() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        let triage = story.tree.obligations[0].id.clone();
        assert_eq!(story.act("office", "return", r#"{"missing":["what"]}"#), Ok(()));
        story.now = at("12-25 10:00");
        assert!(!story.by_itself(|tree, by| reach(tree, &triage, &[], by)));
    }

    #[test]
    fn while_a_whistle_waits_for_its_summonses_only_theirs_remind() {
        let mut story = blown(r#"{"category":"fire","what":"a","place":"b"}"#);
        let accept =
            r#"{"severity":"general","urgency":"urgent","lead":"XF","supports":[],"route":"single","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", accept), Ok(()));
        story.now = at("11-25 12:00");
        assert!(pass(&mut story));
        assert_eq!(story.last_letters(), "");
        let summons = story.summons("XF").clone();
        let late = story.tree.armed(&Subject::Summons(summons.id.clone())).unwrap().id.clone();
        assert!(story.by_itself(|tree, by| reach(tree, &late, &[], by)));
        assert_eq!(story.last_letters(), "reminder liaison@XF, reminder department_head@XF");
        assert_eq!(story.events.last().unwrap().about, Some(Subject::Summons(summons.id)));
        assert_eq!(story.summons("XF").version, summons.version, "being late is no deed");
    }
}
