//! What becomes of limits that are running when the calendar is changed: each is counted anew, with an event that says from
//! when to when. A limit that was set by hand, given more time, or has passed stays, and none is moved into the past (T33).

use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::EventKind;
use crate::domain::obligation::Obligation;
use crate::domain::rules::Rules;
use crate::domain::terms::Duty;
use crate::ids::ObligationId;
use serde_json::json;

/// Counts the limits of a tree anew by the rules of `by`; `old`: those that they were counted by. Nothing if none moves.
pub fn recount<T: Rooted>(tree: T, old: &Rules, by: Deciding<'_>) -> Option<Change> {
    let moved: Vec<(ObligationId, Deadline)> =
        tree.owed().iter().filter_map(|one| Some((one.id.clone(), anew(&tree, one, old, by.rules, by.now)?))).collect();
    if moved.is_empty() {
        return None;
    }
    let mut draft = Draft::on(by, tree);
    for (id, deadline) in moved {
        let Some(armed) = draft.tree.owed().iter().find(|one| one.id == id).cloned() else { continue };
        let data = json!({
            "duty": armed.duty, "role": armed.owner.role, "department": armed.owner.department,
            "was": armed.due_at.rfc3339(), "due_at": deadline.at.rfc3339(),
        });
        draft.record_about(EventKind::ObligationMoved, &armed.subject.told_of(), data);
        let length = draft.by.rules.length(armed.duty, draft.tree.urgency(), &deadline, draft.by.now);
        draft.change_obligation(&id, |one| {
            one.due_at = deadline.at;
            one.provisional = deadline.provisional;
            one.length = length;
            one.explained = deadline.explained;
        });
    }
    Some(draft.finish())
}

/// The limit as it would be counted now, if it is another one.
fn anew<T: Rooted>(tree: &T, one: &Obligation, old: &Rules, new: &Rules, now: At) -> Option<Deadline> {
    // What keeps people safe waits for no working day: its end stands as the firm was told it (DOMAIN §4).
    let counts = one.is_armed() && one.passed_at.is_none() && one.duty != Duty::Measures;
    let first = one.explained.first().filter(|_| counts)?;
    let born = tree.began(&one.subject)?;
    // The account begins with the act, or with the whole day of it.
    let from = first.from.max(born);
    let urgency = tree.urgency();
    if old.due(one.duty, urgency, from).at != one.due_at {
        return None;
    }
    let deadline = new.due(one.duty, urgency, from);
    let other = deadline.at != one.due_at || deadline.provisional != one.provisional;
    (other && deadline.at > now).then_some(deadline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Calendar, SpecialDay};
    use crate::domain::tests::sample::{at, rules};
    use crate::domain::tests::story::Story;
    use crate::domain::whistle::Tree;
    use crate::ids::Mint;

    const BLOW: &str = r#"{"category":"fire","what":"a","place":"b"}"#;

    /// The sample's rules with these days off.
    fn with(days: &[&str]) -> Rules {
        let days = days.iter().map(|day| SpecialDay::read(day, "off", "停工").unwrap());
        let sample = rules();
        Rules {
            calendar: Calendar::new(days),
            limits: sample.limits.clone(),
            routing: sample.routing.clone(),
            directory: sample.directory.clone(),
        }
    }

    fn recounted(tree: Tree, days: &[&str], now: &str) -> Option<Change> {
        let new = with(days);
        recount(tree, &with(&[]), Deciding { actor: None, rules: &new, now: at(now), mint: &mut Mint::new(0, 1) })
    }

    /// Blown on a Wednesday at ten, counted on plain weekdays.
    fn tree() -> Tree {
        let mut tree = Story::blown(at("11-25 16:30"), "liaison.xf", BLOW).unwrap().tree;
        let armed = tree.obligations.first_mut().unwrap();
        let deadline = with(&[]).due(armed.duty, tree.whistle.urgency, at("11-25 16:30"));
        (armed.due_at, armed.provisional, armed.explained) = (deadline.at, deadline.provisional, deadline.explained);
        tree
    }

    #[test]
    fn a_day_that_becomes_a_holiday_gives_its_hours_back_and_says_so() {
        let before = tree();
        let due = before.obligations[0].due_at;
        let change = recounted(before.clone(), &["2026-11-26"], "11-25 17:00").unwrap();
        assert_eq!(change.obligations[0].due_at, due.plus_minutes(24 * 60), "a Thursday off moves it to Friday");
        assert_eq!(change.events[0].kind, EventKind::ObligationMoved);
        assert_eq!(change.events[0].data["was"], due.rfc3339());
        assert_eq!(change.guards[0].tree_version + 1, change.whistle.unwrap().tree_version);
        // The same moment, no longer provisional: the year has been announced.
        let announced = recounted(before, &["2026-12-24"], "11-25 17:00").unwrap();
        assert_eq!((announced.obligations[0].due_at, announced.obligations[0].provisional), (due, false));
    }

    #[test]
    fn t33_a_limit_that_was_set_has_passed_or_would_lie_in_the_past_stays() {
        let off = ["2026-11-26"];
        let mut set = tree();
        set.obligations[0].explained.clear();
        assert!(recounted(set, &off, "11-25 17:00").is_none(), "set by hand");
        let mut longer = tree();
        longer.obligations[0].due_at = longer.obligations[0].due_at.plus_minutes(60);
        assert!(recounted(longer, &off, "11-25 17:00").is_none(), "given more time");
        let mut safe = tree();
        let kept = with(&[]).due(Duty::Measures, safe.whistle.urgency, at("11-25 16:30"));
        let armed = &mut safe.obligations[0];
        (armed.duty, armed.due_at, armed.explained) = (Duty::Measures, kept.at, kept.explained);
        assert!(recounted(safe, &["2026-12-25"], "11-25 17:00").is_none(), "what keeps people safe");
        let mut passed = tree();
        passed.obligations[0].passed_at = Some(at("11-26 12:00"));
        assert!(recounted(passed, &off, "11-26 12:00").is_none(), "passed");
        assert!(recounted(tree(), &off, "12-20 17:00").is_none(), "into the past");
    }
}
