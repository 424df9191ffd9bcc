//! What bars a visit, and its dead ends (DOMAIN §3.3), deed by deed: each line of a table is one thing that is otherwise. The
//! whole way and what many parts do together is `tests/it`'s to show.

use super::sample::{at, rules_for_visits, rules_where};
use super::story::Story;
use super::visit_story::{VisitStory, crew, faults, plan};
use crate::domain::decision::Refusal;
use crate::domain::directory::{Directory, Leave, LeaveReason, Shift};
use crate::domain::event::EventKind;
use crate::domain::terms::LetterKind;
use crate::domain::visit::slate::{self, FirmVisit, Slate};
use crate::domain::whistle::Tree;
use serde_json::{Value, json};

pub(super) fn planned(order: &Value, otherwise: impl FnOnce(&mut Directory)) -> Result<VisitStory, Refusal> {
    VisitStory::planned(order, &[], &Slate::default(), rules_where(otherwise))
}

/// The sound plan with something else in it.
pub(super) fn with(field: &str, value: Value) -> Value {
    let mut order = plan();
    order[field] = value;
    order
}

pub(super) fn lapses(username: &'static str, valid_to: &'static str) -> impl Fn(&mut Directory) {
    move |directory| {
        let one = directory.people.iter_mut().find(|one| one.username == username).unwrap();
        one.certificate_valid_to = Some(valid_to.to_owned());
    }
}

pub(super) fn tie(username: &'static str, firm: &'static str) -> impl Fn(&mut Directory) {
    move |directory| {
        directory.people.iter_mut().find(|one| one.username == username).unwrap().ties.push(firm.to_owned());
    }
}

/// A whistle of E01, dispatched to YJ.
pub(super) fn whistle(urgency: &str) -> Tree {
    let blow = format!(r#"{{"category":"fire","what":"a","enterprise":"E01","urgency":"{urgency}"}}"#);
    let mut story = Story::blown(at("11-30 09:00"), "liaison.xf", &blow).unwrap();
    let accept = format!(
        r#"{{"severity":"general","urgency":"{urgency}","lead":"YJ","supports":["XF"],"route":"joint","dispatch":true}}"#
    );
    assert_eq!(story.act("office", "accept", &accept), Ok(()));
    story.tree
}

/// An emergency's visit, as it was planned.
pub(super) fn pressing() -> VisitStory {
    let mut order = with("date", json!("2026-11-30"));
    let tree = whistle("emergency");
    for item in order["items"].as_array_mut().unwrap() {
        item["whistle"] = json!(tree.whistle.code);
    }
    VisitStory::planned(&order, &[tree], &Slate::default(), rules_for_visits()).unwrap()
}

pub(super) fn results(outcomes: &[(&str, &str)]) -> String {
    let result = |(item, outcome): &(&str, &str)| match *outcome {
        "finding" => json!({ "item": item, "outcome": outcome, "finding": { "what": "a" } }),
        "not_checked" => json!({ "item": item, "outcome": outcome, "note": "锁着" }),
        _ => json!({ "item": item, "outcome": outcome }),
    };
    json!({ "results": outcomes.iter().map(result).collect::<Vec<_>>() }).to_string()
}

#[test]
fn whatever_bars_a_plan_is_told_by_its_code() {
    let leave = |directory: &mut Directory| {
        let (from, to) = ("2026-12-03".to_owned(), "2026-12-03".to_owned());
        directory.leave.push(Leave { username: "inspector.xf".into(), from, to, reason: LeaveReason::Sick });
    };
    let shift = |night| {
        move |directory: &mut Directory| {
            let (date, main) = ("2026-12-02".to_owned(), "inspector.xf".to_owned());
            let office_duty = "inspector.yj".to_owned();
            directory.rota = vec![Shift { date, night, deputy: "head.yj".into(), main, office_duty }];
        }
    };
    let power = |code: &'static str, may| {
        move |directory: &mut Directory| {
            directory.departments.iter_mut().find(|one| one.code == code).unwrap().may_inspect = may;
        }
    };
    let firm = |change: fn(&mut crate::domain::directory::Enterprise)| {
        move |directory: &mut Directory| {
            change(directory.enterprises.iter_mut().find(|one| one.code == "E01").unwrap());
        }
    };
    let morning = with("period", json!("AM"));
    let item = |unit: &str| {
        let mut order = with("members", crew(&["inspector.yj", "inspector.yj.2"]));
        order["items"] = json!([{ "department": "YJ", "subject": "a" }, { "department": unit, "subject": "b" }]);
        order
    };
    let town = with("members", crew(&["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2", "town.t02"]));
    let mut posing = plan();
    posing["members"][2]["department"] = json!("YJ");
    let told = |order: &Value, otherwise: &dyn Fn(&mut Directory)| match planned(order, otherwise) {
        Ok(_) => Vec::new(),
        refused => VisitStory::barred(refused.map(|_| ())),
    };
    for (order, otherwise, expected) in [
        (&plan(), &(|_: &mut Directory| {}) as &dyn Fn(&mut Directory), &[][..]),
        (&plan(), &leave, &["on_leave inspector.xf"]),
        (&plan(), &tie("inspector.xf", "E01"), &["recused inspector.xf"]),
        (&plan(), &tie("inspector.xf", "E02"), &[]),
        (&plan(), &shift(false), &["off_duty inspector.yj", "off_duty inspector.xf"]),
        // The night before a morning; a rested afternoon.
        (&morning, &shift(true), &["off_duty inspector.yj", "off_duty inspector.xf"]),
        (&plan(), &shift(true), &[]),
        (&town, &(|_: &mut Directory| {}), &["out_of_area town.t02"]),
        (&plan(), &lapses("inspector.xf", "2026-12-02"), &["not_certified inspector.xf", "too_few_certified XF"]),
        (&plan(), &lapses("inspector.xf", "2026-12-03"), &[]),
        (&plan(), &firm(|one| one.status = "closed".into()), &["firm_closed E01"]),
        (&plan(), &firm(|one| one.status = "suspended".into()), &[]),
        (&plan(), &firm(|one| one.visits_this_year = 4), &["over_cap YJ", "over_cap XF"]),
        (&plan(), &firm(|one| one.visits_this_year = 3), &[]),
        (&item("SF"), &(|_: &mut Directory| {}), &["department_may_not_inspect SF"]),
        // Whoever is put down for a department that the certificate does not cover is none of its officers.
        (&posing, &(|_: &mut Directory| {}), &["not_certified inspector.xf", "too_few_certified XF"]),
        // The office is never an acting body, whatever a list says of it; nor are those who supervise.
        (&item("AWB"), &power("AWB", true), &["department_may_not_inspect AWB"]),
        (&item("JW"), &power("JW", true), &["department_may_not_inspect JW"]),
        (&plan(), &power("XF", false), &["department_may_not_inspect XF"]),
    ] {
        assert_eq!(told(order, otherwise), expected);
    }
}

#[test]
fn a_case_check_passes_the_cap_and_a_closed_gate_and_the_director_lets_others_pass_it_with_a_reason() {
    let full = |directory: &mut Directory| {
        let firm = directory.enterprises.iter_mut().find(|one| one.code == "E01").unwrap();
        (firm.visits_this_year, firm.status) = (9, "closed".into());
    };
    let open = |directory: &mut Directory| directory.enterprises[0].visits_this_year = 9;
    let tree = whistle("normal");
    let mut order = plan();
    for item in order["items"].as_array_mut().unwrap() {
        item["whistle"] = json!(tree.whistle.code);
    }
    let story = VisitStory::planned(&order, &[tree], &Slate::default(), rules_where(full)).unwrap();
    assert!(story.tree.visit.exempt);
    let reasoned = with("override_reason", json!("上级督办"));
    let slate = Slate::default();
    let refused = VisitStory::planned(&reasoned, &[], &slate, rules_where(open)).map(|_| ());
    assert_eq!(faults(refused), ["/override_reason not_allowed"]);
    let story = VisitStory::planned_by("director", &reasoned, (&[], &slate), rules_where(open)).unwrap();
    assert_eq!(story.events[0].data["override_reason"]["$text"], json!(story.tree.visit.override_reason));
    // Others' visits of the year count too; not another authority's, not another year's.
    let other = |date: &str, department: &str| FirmVisit {
        code: "LJ-2026-0001".into(),
        date: date.into(),
        departments: vec![department.into()],
    };
    for (visits, barred) in [
        (vec![other("2026-03-01", "XF")], &["over_cap XF"][..]),
        (vec![other("2026-03-02", "SH"), other("2025-03-02", "XF")], &[]),
    ] {
        let slate = Slate { of_firm: visits, ..Slate::default() };
        let three = |directory: &mut Directory| directory.enterprises[0].visits_this_year = 3;
        let done = VisitStory::planned(&plan(), &[], &slate, rules_where(three));
        let told = if done.is_ok() { Vec::new() } else { VisitStory::barred(done.map(|_| ())) };
        assert_eq!(told, barred);
    }
}

#[test]
fn a_faulty_crew_is_told_and_the_same_item_of_two_departments_is_one() {
    let no_lead = json!([{ "officer": "pe_inspector.yj", "role": "member" }]);
    let two =
        json!([{ "officer": "pe_inspector.yj", "role": "lead" }, { "officer": "pe_inspector.yj", "role": "lead" }]);
    for (members, expected) in [
        (no_lead, &["/members one_lead"][..]),
        (two, &["/members one_lead", "/members/1/officer twice"]),
        (json!([{ "officer": "pe_nobody", "role": "lead" }]), &["/members/0/officer no_such"]),
    ] {
        assert_eq!(faults(planned(&with("members", members), |_| {}).map(|_| ())), expected);
    }
    let mut order = plan();
    order["items"] = json!([
        { "department": "YJ", "subject": "消防 通道" }, { "department": "XF", "subject": "消防　通道" },
        { "department": "XF", "subject": "器材" }, { "department": "YJ", "subject": "器材" },
    ]);
    let story = planned(&order, |_| {}).unwrap();
    let items: Vec<_> =
        story.tree.visit.items.iter().map(|one| (one.department.as_str(), one.also.join(" "))).collect();
    assert_eq!(items, [("YJ", "XF".to_owned()), ("XF", "YJ".to_owned())]);
}

#[test]
fn a_firm_that_is_told_later_than_the_rule_of_thumb_is_a_warning_and_bars_nothing() {
    let warned = |order: &Value, whistles: &[Tree]| {
        let story = VisitStory::planned(order, whistles, &Slate::default(), rules_for_visits()).unwrap();
        let all = slate::warnings(&story.tree, story.rules, story.now);
        all.iter().map(|one| format!("{} {}", one.code, one.subject)).collect::<Vec<_>>()
    };
    // It is Monday: three working days before is Thursday.
    let early = with("date", json!("2026-12-02"));
    assert_eq!(warned(&early, &[]), ["short_notice 2026-12-02"]);
    assert!(warned(&plan(), &[]).is_empty());
    let mut secret = early.clone();
    secret["notice"] = json!("unannounced");
    assert!(warned(&secret, &[]).is_empty());
    let (mut case, tree) = (early.clone(), whistle("normal"));
    case["items"][0]["whistle"] = json!(tree.whistle.code);
    assert!(warned(&case, &[tree]).is_empty(), "a case check");
    let mut story = planned(&early, |_| {}).unwrap();
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    story.acts("office", "announce", "{}");
    assert_eq!(story.events.last().unwrap().data["short_notice"], true);
    let announced = VisitStory::announced();
    let of = announced.events.iter().find(|one| one.kind == EventKind::VisitAnnounced).unwrap();
    assert!(of.data.get("short_notice").is_none(), "{}", of.data);
}

#[test]
fn what_was_begun_ends_with_its_day_and_shortly_before_midnight_a_little_later() {
    let mut story = VisitStory::entered();
    assert_eq!(story.due(None), "12-04 00:00");
    for (civil, late) in [("12-03 23:59", false), ("12-04 00:01", true)] {
        story.until(civil);
        story.acts("inspector.xf", "record", &results(&[("2", "ok")]));
        assert_eq!(story.tree.visit.items[1].answer.as_ref().unwrap().late, late, "{civil}");
    }
    let mut story = pressing();
    story.until("11-30 23:50");
    story.acts("inspector.yj", "enter", "{}");
    assert_eq!(story.due(None), "12-01 03:50");
    for (civil, late) in [("12-01 03:49", false), ("12-01 03:51", true)] {
        story.until(civil);
        story.acts("inspector.xf", "record", &results(&[("2", "ok")]));
        assert_eq!(story.tree.visit.items[1].answer.as_ref().unwrap().late, late, "{civil}");
    }
}

#[test]
fn whoever_is_turned_away_comes_again_and_what_was_kept_secret_is_secret_again() {
    for ground in ["refused", "danger", "firm_closed"] {
        let mut story =
            VisitStory::planned(&with("notice", json!("unannounced")), &[], &Slate::default(), rules_for_visits())
                .unwrap();
        story.acts("office", "propose", "{}");
        ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
        story.acts("office", "keep_secret", "{}");
        story.until("12-03 13:40");
        story.acts("inspector.yj", "enter", "{}");
        assert!(!story.tree.visit.is_secret());
        let mut seen = story.clone();
        story.acts("inspector.xf", "abort", &format!(r#"{{"ground":"{ground}"}}"#));
        assert_eq!((story.status(), story.events.last().unwrap().data["ground"].as_str()), ("aborted", Some(ground)));
        assert_eq!(story.due(None), "12-04 17:30", "a working day to choose");
        assert!(story.tree.visit.takes().is_empty(), "people and cars are free again");
        story.acts("head.yj", "postpone", r#"{"date":"2026-12-07","period":"AM"}"#);
        assert!(story.status() == "planning" && story.tree.visit.is_secret());
        assert!(story.tree.visit.parts.iter().all(|part| part.approved_at.is_none()), "approved anew");
        // Where something was found the firm knows, and so does whoever has to order it.
        seen.acts("inspector.xf", "record", &results(&[("2", "finding")]));
        seen.acts("inspector.xf", "abort", &format!(r#"{{"ground":"{ground}"}}"#));
        seen.acts("office", "postpone", r#"{"date":"2026-12-07","period":"AM"}"#);
        assert!(!seen.tree.visit.is_secret());
        seen.acts("director", "cancel", r#"{"reason":"a"}"#);
        seen.acts_on(1, "inspector.xf", "order", "{}");
    }
}

#[test]
fn postponed_nobodys_approval_stands_and_everybody_invited_is_told() {
    let mut story = VisitStory::announced();
    assert_eq!((story.tree.visit.sequence, story.tree.visit.invited.len()), (1, 4));
    for (same, fault) in [
        (r#"{"date":"2026-12-03","period":"PM"}"#, "/period mismatch"),
        (r#"{"date":"2026-11-29","period":"PM"}"#, "/date in_past"),
    ] {
        assert_eq!(faults(story.act("office", "postpone", same)), [fault]);
    }
    story.acts("head.xf", "postpone", r#"{"date":"2026-12-04","period":"NIGHT"}"#);
    assert_eq!((story.status(), story.tree.visit.slot.key()), ("planning", "2026-12-04/NIGHT".to_owned()));
    let cancelled = story.last.letters.iter().filter(|one| one.kind == LetterKind::VisitCancelled).count();
    assert_eq!((cancelled, story.tree.visit.sequence, story.tree.visit.invited.len()), (4, 2, 0));
    assert_eq!(story.last.events[0].data["from"], "2026-12-03");
    // Proposed with other people, it is they who are asked in the end.
    let others = json!({ "members": crew(&["inspector.xf", "inspector.xf.3", "inspector.yj", "inspector.yj.2"]), "vehicles": [] });
    story.acts("office", "propose", &others.to_string());
    assert_eq!(story.tree.visit.lead(), "XF", "the lead's department leads");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    assert!(story.tree.visit.invited.iter().any(|one| one.as_str() == "pe_inspector.xf.3"));
    assert_eq!(story.due(None), "12-05 00:00", "on the day that is set");
}

#[test]
fn a_plan_changes_with_its_proposal_and_only_then() {
    let mut story = VisitStory::sound();
    let change = json!({ "date": "2026-12-04", "period": "AM", "notice": "unannounced",
        "items": [{ "department": "XF", "subject": "只查消防" }],
        "members": crew(&["inspector.xf", "inspector.xf.2"]) });
    story.acts("office", "propose", &change.to_string());
    let visit = &story.tree.visit;
    assert_eq!((visit.slot.key(), visit.items.len(), visit.lead()), ("2026-12-04/AM".to_owned(), 1, "XF"));
    assert_eq!((visit.parts.len(), visit.members.len(), visit.is_secret()), (1, 2, true));
    assert_eq!(story.act("head.yj", "approve_own_part", "{}"), Err(Refusal::RoleMayNot), "YJ has no part any more");
    story.acts("head.xf", "object", r#"{"ground":"item","reason":"已查过"}"#);
    let past = r#"{"date":"2026-11-29"}"#;
    assert_eq!(faults(story.act("office", "propose", past)), ["/date in_past"]);
    // A part without a crew of its own is told.
    let more = r#"{"items":[{"department":"XF","subject":"a"},{"department":"SH","subject":"b"}]}"#;
    assert_eq!(VisitStory::barred(story.act("office", "propose", more)), ["too_few_certified SH"]);
}

#[test]
fn nothing_ends_before_every_item_is_answered_and_whoever_is_late_is_shown_as_late() {
    let mut story = VisitStory::entered();
    assert_eq!(VisitStory::barred(story.act("inspector.yj", "finish", "{}")), ["items_open 1"]);
    assert_eq!(VisitStory::barred(story.act("liaison.xf", "close_own_part", "{}")), ["items_open 2", "items_open 3"]);
    story.acts("inspector.yj", "record", &results(&[("1", "n_a")]));
    story.acts("inspector.yj", "finish", "{}");
    assert_eq!(faults(story.act("inspector.yj", "refuse_sign", "{}")), ["/note missing"], "who saw it");
    story.acts("inspector.yj", "refuse_sign", r#"{"note":"门卫在场，执法记录仪编号7"}"#);
    let signature = story.tree.visit.signature.as_ref().unwrap();
    assert!(signature.refused && signature.note.is_some() && story.status() == "completed");
    assert_eq!(story.last.events[0].kind, EventKind::VisitSignatureRefused);
    story.acts("liaison.yj", "close_own_part", "{}");
    // One working day after entering: Friday evening.
    story.until("12-04 17:31");
    story.acts("inspector.xf", "record", &results(&[("2", "not_checked"), ("3", "ok")]));
    story.acts("head.xf", "close_own_part", "{}");
    let visit = &story.tree.visit;
    let late: Vec<_> = visit.parts.iter().map(|part| (part.department.as_str(), part.late)).collect();
    assert_eq!((late, story.status()), (vec![("YJ", false), ("XF", true)], "filed"));
    assert!(visit.items[1].answer.as_ref().unwrap().late && !visit.items[0].answer.as_ref().unwrap().late);
}
