//! What follows for a whistle from its visit and their findings, and what bars it meanwhile: pauses, limits, what comes back
//! and closures, deed by deed. How often each may happen in whatever order is `together_walk`'s to try.

use super::sample::at;
use super::together::{Case, handled};
use super::visit_story::VisitStory;
use crate::domain::decision::Refusal;
use crate::domain::event::{Event, EventKind};
use crate::domain::whistle::Whistle;
use crate::ids::FindingId;
use serde_json::{Value, json};

const SUSPEND: &str = r#"{"ground":"court_pending","review_on":"2026-12-20"}"#;
const CLOSE: &str = r#"{"kind":"fixed","conclusion":"a"}"#;

fn until(day: &str) -> String {
    json!({ "due_at": format!("{day}T10:00:00+08:00") }).to_string()
}

#[test]
fn a_whistle_that_goes_on_catches_up_with_what_became_of_its_findings() {
    for by_time in [false, true] {
        let mut case = Case::found(handled());
        case.deliver();
        assert_eq!(case.status(), "rectifying");
        case.whistles("director", "suspend", SUSPEND);
        case.finds(1, "inspector.xf", "order", "{}");
        case.struck_off(1);
        assert_eq!((case.status(), case.moved()), ("suspended", vec![]), "nothing moves meanwhile");
        match by_time {
            true => case.until("12-20 00:00"),
            false => case.whistles("office", "resume", "{}"),
        }
        assert_eq!(case.whistle.last_kinds(), "whistle.resumed whistle.awaiting_closure");
        assert_eq!(case.status(), "awaiting_closure");
        case.whistles("office", "close", CLOSE);
    }
}

#[test]
fn a_whistle_that_goes_on_catches_up_with_what_became_of_its_visit() {
    let mut case = Case::announced(handled());
    case.deliver();
    assert_eq!(case.status(), "handling");
    case.whistles("director", "suspend", SUSPEND);
    case.visits("director", "cancel", r#"{"reason":"a"}"#);
    case.whistles("office", "resume", "{}");
    assert_eq!((case.status(), case.due().as_str()), ("awaiting_closure", "12-03 17:30"));
    // What was found while it stood still is put right from then on, by the limit that has run all the while.
    let mut case = Case::entered(handled());
    case.whistles("director", "suspend", SUSPEND);
    case.record("inspector.xf", &[("2", "finding")]);
    case.finds(1, "inspector.xf", "order", &until("2026-12-12"));
    case.until("12-11 10:00");
    case.whistles("office", "resume", "{}");
    assert_eq!(case.whistle.last_kinds(), "whistle.resumed whistle.rectifying");
    assert_eq!((case.status(), case.due().as_str()), ("rectifying", "12-12 10:00"));
}

#[test]
fn a_pause_of_the_office_gives_the_firm_no_time() {
    let mut case = Case::found(handled());
    case.finds(1, "inspector.xf", "order", &until("2026-12-12"));
    case.whistles("director", "suspend", SUSPEND);
    assert_eq!(case.visit.due(Some(1)), "12-12 10:00");
    case.until("12-12 10:00");
    assert_eq!(case.visit.finding(1).status.as_str(), "recheck_due");
}

#[test]
fn while_it_is_put_right_a_whistle_is_due_with_the_soonest_of_its_findings() {
    let mut case = Case::entered(handled());
    case.record("inspector.xf", &[("2", "finding"), ("3", "finding")]);
    assert_eq!(case.due(), "12-08 17:30", "the orders are owed first");
    case.finds(1, "inspector.xf", "order", &until("2026-12-30"));
    assert_eq!(case.due(), "12-08 17:30");
    case.finds(2, "inspector.xf", "order", &until("2026-12-08"));
    assert_eq!(case.due(), "12-08 10:00", "not fifteen days from the first");
    let version = case.whistle.tree.whistle.version;
    case.finds(2, "inspector.xf", "ask_extension", r#"{"until":"2026-12-15T10:00:00+08:00","reason":"a"}"#);
    case.finds(2, "head.xf", "grant_extension", "{}");
    assert_eq!(case.due(), "12-15 10:00");
    case.finds(2, "town.t01", "report_fixed", "{}");
    assert_eq!(case.due(), "12-15 00:00", "until it is looked at again");
    case.finds(2, "inspector.xf.3", "recheck", r#"{"passed":true,"note":"a"}"#);
    case.finds(2, "head.xf", "close", "{}");
    assert_eq!(case.due(), "12-30 10:00", "the other one's");
    assert_eq!(
        (case.moved(), case.whistle.tree.whistle.version),
        (vec![], version),
        "a limit that moves tells nothing"
    );
    // Another urgency of the whistle is nothing to the firm.
    case.whistles("office", "raise_urgency", r#"{"urgency":"urgent"}"#);
    assert_eq!(case.due(), "12-30 10:00");
    // Where the last one is struck off and departments still work, they have a limit that is not past.
    case.struck_off(1);
    assert_eq!((case.status(), case.due().as_str()), ("rectifying", "12-19 00:00"));
}

/// The two are in different trees, and nobody knows whose moment is noticed first.
#[test]
fn a_whistle_is_not_told_to_be_late_for_a_finding_that_falls_due() {
    for whistle_first in [false, true] {
        let mut case = Case::found(handled());
        case.finds(1, "inspector.xf", "order", &until("2026-12-08"));
        let of_whole = case.whistle.subject();
        let late = |case: &Case| {
            let own = case.whistle.events.iter().filter(|event| event.kind == EventKind::ObligationOverdue);
            own.filter(|event| event.about.is_none()).count()
        };
        let before = late(&case);
        match whistle_first {
            true => case.whistle_until(at("12-08 10:00")),
            false => case.visit_until(at("12-08 10:00")),
        }
        case.until("12-08 10:00");
        assert_eq!((case.visit.finding(1).status.as_str(), case.due().as_str()), ("recheck_due", "12-19 00:00"));
        assert_eq!(late(&case), before);
        assert!(!case.whistle.tree.armed(&of_whole).unwrap().is_overdue(case.whistle.now));
        // A recheck that does not come is told of the finding, once, and nobody is written to for the whistle.
        let letters = case.whistle.letters.len();
        case.until("12-21 10:00");
        let of_recheck = |event: &&Event| event.kind == EventKind::ObligationOverdue && event.data["duty"] == "recheck";
        assert_eq!((case.visit.events.iter().filter(of_recheck).count(), late(&case)), (1, before));
        assert!(case.whistle.tree.armed(&of_whole).unwrap().is_overdue(case.whistle.now));
        let own = case.whistle.letters[letters..].iter().filter(|letter| letter.to.department == "AWB").count();
        assert_eq!(own, 0);
    }
}

#[test]
fn what_comes_back_takes_a_whistle_that_awaits_its_closure_back_to_be_put_right() {
    let mut case = Case::found(handled());
    case.finds(1, "inspector.xf", "order", "{}");
    case.deliver();
    case.struck_off(1);
    assert_eq!((case.status(), case.moved()), ("awaiting_closure", vec!["whistle.awaiting_closure"]));
    case.finds(1, "head.xf", "reopen", r#"{"ground":"relapse"}"#);
    assert_eq!((case.status(), case.moved()), ("rectifying", vec!["whistle.rectifying"]));
    assert!(matches!(case.try_whistle("office", "close", CLOSE), Err(Refusal::NotNow { .. })));
    case.struck_off(1);
    case.whistles("office", "close", CLOSE);
    // Struck off, closed and back again: that the office takes up, and it is put right from then on.
    case.finds(1, "head.xf", "reopen", r#"{"ground":"relapse"}"#);
    assert_eq!(case.status(), "closed");
    case.whistles("office", "reopen", r#"{"ground":"relapse"}"#);
    assert_eq!(case.status(), "rectifying");
}

#[test]
fn no_whistle_is_closed_while_a_visit_or_a_finding_of_it_is_open() {
    let mut whistle = handled();
    for (unit, who) in [("YJ", "liaison.yj"), ("T01", "town.t01")] {
        assert_eq!(whistle.act_on(unit, who, "submit", r#"{"result":"a"}"#), Ok(()));
        assert_eq!(whistle.act_on(unit, "office", "accept", "{}"), Ok(()));
    }
    assert_eq!(whistle.tree.whistle.status.as_str(), "awaiting_closure");
    let mut case = Case::planned(whistle);
    let code = case.whistle.tree.whistle.code.clone();
    let barred = |case: &mut Case| {
        assert!(!case.whistle.allowed("office").contains(&"close"), "offered");
        VisitStory::barred(case.try_whistle("office", "close", CLOSE))
    };
    assert_eq!(barred(&mut case), [format!("visits_open {code}")]);
    // As a ledger of before this may have it.
    let mut old = case.clone();
    old.whistle.tree.whistle.open_findings.push(FindingId::from_text("fi_1"));
    let refused = old.whistle.act("office", "close", CLOSE);
    assert_eq!(VisitStory::barred(refused), [format!("findings_open {code}"), format!("visits_open {code}")]);
    assert_eq!(old.whistle.act("office", "send_back", r#"{"lacks":"a"}"#), Ok(()));
    assert_eq!(old.whistle.last_kinds(), "whistle.sent_back summons.sent_back whistle.rectifying");
    // Called off, it is in nobody's way.
    let mut off = case.clone();
    off.visits("director", "cancel", r#"{"reason":"a"}"#);
    off.whistles("office", "close", CLOSE);
    // And what it finds is put right first.
    case.announce();
    case.enter();
    case.record("inspector.xf", &[("2", "finding")]);
    assert_eq!(case.status(), "rectifying");
}

#[test]
fn a_whistle_of_before_this_reads_on_and_keeps_its_limit() {
    let case = Case::found(handled());
    let mut row: Value = serde_json::to_value(&case.whistle.tree.whistle).unwrap();
    row.as_object_mut().unwrap().remove("finding_limits");
    assert!(serde_json::from_value::<Whistle>(row).is_ok());
}
