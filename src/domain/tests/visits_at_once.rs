//! Visits that go at once and are approved afterwards (DOMAIN §3.3, emergency route): an approval is owed within its limit, nobody
//! gets round it, and whoever gives none is named and holds nothing up.

use super::sample::at;
use super::visit_story::VisitStory;
use super::visits::{pressing, results};
use crate::domain::event::EventKind;
use crate::domain::obligation::Subject;
use crate::domain::terms::{Duty, Role};

#[test]
fn in_an_emergency_an_approval_is_owed_though_the_part_is_closed_or_the_visit_broken_off() {
    let mut closed = pressing();
    closed.acts("inspector.yj", "enter", "{}");
    closed.acts("inspector.xf", "record", &results(&[("2", "ok"), ("3", "ok")]));
    closed.acts("liaison.xf", "close_own_part", "{}");
    let mut broken = pressing();
    broken.acts("inspector.yj", "enter", "{}");
    broken.acts("inspector.yj", "abort", r#"{"ground":"danger"}"#);
    for mut story in [closed, broken] {
        story.acts("head.yj", "approve_own_part", "{}");
        story.until("12-01 09:59");
        assert_eq!(story.count(EventKind::VisitUnapproved), 0);
        story.until("12-01 10:01");
        assert_eq!(story.count(EventKind::VisitUnapproved), 1, "24 hours and no word of XF");
        story.acts("head.xf", "approve_own_part", "{}");
    }
}

#[test]
fn in_an_emergency_a_silent_head_is_named_and_keeps_no_visit_from_being_filed() {
    // The limit passes before the part is closed, or after everything is done.
    for early in [true, false] {
        let mut story = pressing();
        story.acts("inspector.yj", "enter", "{}");
        story.acts("head.yj", "approve_own_part", "{}");
        story.acts("inspector.yj", "record", &results(&[("1", "ok")]));
        story.acts("inspector.xf", "record", &results(&[("2", "ok"), ("3", "ok")]));
        story.acts("inspector.yj", "finish", "{}");
        story.acts("inspector.yj", "sign", "{}");
        story.acts("inspector.yj", "close_own_part", "{}");
        if early {
            story.until("12-01 10:01");
        }
        story.acts("liaison.xf", "close_own_part", "{}");
        if !early {
            assert_eq!(story.status(), "completed", "an approval may still come");
            assert_eq!(story.clone().act("head.xf", "approve_own_part", "{}"), Ok(()));
            story.until("12-01 10:01");
        }
        assert_eq!((story.status(), story.count(EventKind::VisitUnapproved)), ("filed", 1), "early: {early}");
        let named: Vec<_> = story.tree.visit.parts.iter().map(|part| part.unapproved_at.is_some()).collect();
        assert_eq!(named, [false, true]);
        assert!(story.tree.obligations.is_empty(), "nobody is reminded any more");
    }
}

#[test]
fn an_approval_that_was_late_before_that_was_marked_holds_no_visit_though_its_owner_is_reminded_no_more() {
    let mut story = pressing();
    story.acts("inspector.yj", "enter", "{}");
    story.acts("head.yj", "approve_own_part", "{}");
    story.acts("inspector.yj", "record", &results(&[("1", "ok")]));
    story.acts("inspector.xf", "record", &results(&[("2", "ok"), ("3", "ok")]));
    story.acts("liaison.xf", "close_own_part", "{}");
    story.until("12-01 10:01");
    story.tree.visit.parts[1].unapproved_at = None;
    let late = story.tree.obligations.iter_mut().find(|one| one.duty == Duty::Approval && one.passed_at.is_some());
    late.unwrap().next_at = None;
    story.acts("inspector.yj", "finish", "{}");
    story.acts("inspector.yj", "sign", "{}");
    story.acts("inspector.yj", "close_own_part", "{}");
    assert_eq!((story.status(), story.tree.visit.parts[1].unapproved_at), ("filed", Some(at("12-01 10:01"))));
}

#[test]
fn in_an_emergency_a_silent_heads_department_owes_its_part_as_any_other_and_is_late_with_it() {
    let mut story = pressing();
    story.acts("inspector.yj", "enter", "{}");
    story.acts("head.yj", "approve_own_part", "{}");
    story.until("12-01 10:01");
    let part = Subject::parse(&format!("{}/XF", story.tree.visit.id)).unwrap();
    let owed = |story: &VisitStory| story.tree.armed(&part).map(|one| (one.duty, one.owner.role, one.due_at));
    let armed = owed(&story).unwrap();
    assert_eq!((armed.0, armed.1), (Duty::Part, Role::Liaison));
    story.acts("head.xf", "approve_own_part", "{}");
    assert_eq!(owed(&story), Some(armed), "a late yes wins no time");
    story.until("12-07 10:00");
    assert!(armed.2 < story.now);
    story.acts("inspector.xf", "record", &results(&[("2", "ok"), ("3", "ok")]));
    story.acts("liaison.xf", "close_own_part", "{}");
    assert!(story.tree.visit.parts[1].late);
}

#[test]
fn in_an_emergency_that_is_broken_off_nobody_gets_round_an_approval_by_planning_anew_or_calling_off() {
    for (who, deed, order) in
        [("office", "postpone", r#"{"date":"2026-12-04","period":"AM"}"#), ("director", "cancel", r#"{"reason":"a"}"#)]
    {
        let mut story = pressing();
        story.acts("inspector.yj", "enter", "{}");
        story.acts("inspector.yj", "abort", r#"{"ground":"danger"}"#);
        story.acts("head.yj", "approve_own_part", "{}");
        story.acts(who, deed, order);
        assert_eq!(story.count(EventKind::VisitUnapproved), 1, "{deed}: XF never said a word");
        let late = story.tree.visit.parts.iter().filter(|part| part.unapproved_at.is_some());
        assert_eq!(late.count(), 0, "{deed}: the 24 hours had not passed");
    }
}
