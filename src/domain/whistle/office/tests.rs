//! What the office may order, what it owes then, and whom it writes to.

use super::*;
use crate::domain::decision::Refusal;
use crate::domain::obligation::Subject;
use crate::domain::terms::{ClosureKind, DeclineGround};
use crate::domain::tests::sample::{at, shown};
use crate::domain::tests::story::Story;

const ACCEPT: &str =
    r#"{"severity":"general","urgency":"normal","lead":"YJ","supports":["XF"],"route":"coordinated","dispatch":false}"#;

fn blown(urgency: &str) -> Story {
    let json = format!(r#"{{"category":"fire","what":"a","place":"b","urgency":"{urgency}"}}"#);
    Story::blown(at("11-25 10:00"), "liaison.xf", &json).unwrap()
}

fn accepted(order: &str) -> Story {
    let mut story = blown("normal");
    assert_eq!(story.act("office", "accept", order), Ok(()));
    story
}

fn told(done: Result<(), Refusal>) -> Vec<String> {
    match done {
        Err(Refusal::Faults(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect()
        }
        Err(other) => panic!("not refused for its fields: {other:?}"),
        Ok(()) => Vec::new(),
    }
}

#[test]
fn accept_is_refused_with_all_its_faults_at_once() {
    for (from, to, faults) in [
        ("", "", &[][..]),
        ("general", "major", &["/clause missing"]),
        (r#""general""#, r#""major","clause":"判定标准第三条""#, &[]),
        (r#""general""#, r#""major","clause":null"#, &["/clause null"]),
        (r#""YJ""#, r#""SF""#, &["/lead no_such"]),
        (r#""YJ""#, r#""AWB""#, &["/lead no_such"]),
        (r#""YJ""#, r#""SQ01""#, &["/lead no_such"]),
        (r#""YJ""#, r#""T02""#, &[]),
        (r#"["XF"]"#, r#"["XF","YJ","XF","JW"]"#, &["/supports/1 twice", "/supports/2 twice", "/supports/3 no_such"]),
        ("coordinated", "single", &["/supports mismatch"]),
        (r#"["XF"],"route":"coordinated""#, r#"[],"route":"single""#, &[]),
        ("false", "\"no\"", &["/dispatch type"]),
        ("false", r#"false,"needs":"some""#, &["/needs not_in_list"]),
        ("false", r#"false,"needs":"any""#, &[]),
        ("false", r#"false,"needs":"each""#, &[]),
        ("false", r#"false,"status":"closed""#, &["/status unknown"]),
        (
            ACCEPT,
            "{}",
            &[
                "/severity missing",
                "/urgency missing",
                "/lead missing",
                "/supports missing",
                "/route missing",
                "/dispatch missing",
            ],
        ),
    ] {
        assert_eq!(told(blown("normal").act("office", "accept", &ACCEPT.replace(from, to))), faults, "{from} {to}");
    }
}

#[test]
fn dispatch_is_refused_with_all_its_faults_at_once() {
    let single = ACCEPT.replace("coordinated", "single").replace("\"XF\"", "");
    for (accept, rows, faults) in [
        (ACCEPT, r#"{"department":"YJ","role":"lead"}"#, &[][..]),
        (ACCEPT, "", &["/summonses too_few"]),
        (ACCEPT, r#"{"department":"YJ","role":"support"}"#, &["/summonses one_lead"]),
        (ACCEPT, r#"{"department":"YJ","role":"lead"},{"department":"XF","role":"lead"}"#, &["/summonses one_lead"]),
        (ACCEPT, r#"{"department":"XF","role":"lead"},{"department":"YJ","role":"support"}"#, &["/summonses mismatch"]),
        (
            ACCEPT,
            r#"{"department":"YJ","role":"lead"},{"department":"YJ","role":"support"}"#,
            &["/summonses/1/department twice"],
        ),
        (
            ACCEPT,
            r#"{"department":"YJ","role":"lead"},{"department":"SF","role":"support"}"#,
            &["/summonses/1/department no_such"],
        ),
        (ACCEPT, r#"{"department":"YJ","role":"lead","due_at":"2026-11-26T17:30:00+08:00"}"#, &[]),
        (
            ACCEPT,
            r#"{"department":"YJ","role":"lead","due_at":"2026-11-26T17:30:01+08:00"}"#,
            &["/summonses/0/due_at too_late"],
        ),
        (
            ACCEPT,
            r#"{"department":"YJ","role":"lead","due_at":"2026-11-25T10:00:00+08:00"}"#,
            &["/summonses/0/due_at in_past"],
        ),
        (ACCEPT, r#"{"department":"YJ","role":"lead","task":" "}"#, &["/summonses/0/task blank"]),
        (&single, r#"{"department":"YJ","role":"lead"}"#, &[]),
        (
            &single,
            r#"{"department":"YJ","role":"lead"},{"department":"XF","role":"support"}"#,
            &["/summonses mismatch"],
        ),
    ] {
        let mut story = accepted(accept);
        assert_eq!(told(story.act("office", "dispatch", &format!(r#"{{"summonses":[{rows}]}}"#))), faults, "{rows}");
    }
}

#[test]
fn a_sound_order_in_the_wrong_state_is_not_called_faulty() {
    let mut story = blown("normal");
    let not_now = |status, allowed: &[&'static str]| Err(Refusal::NotNow { status, allowed: allowed.to_vec() });
    let dispatch = r#"{"summonses":[{"department":"YJ","role":"lead"}]}"#;
    let submitted = ["accept", "return", "decline", "merge", "raise_urgency"];
    assert_eq!(story.act("office", "dispatch", dispatch), not_now("submitted", &submitted));
    assert_eq!(story.act("office", "send_back", r#"{"lacks":"x"}"#), not_now("submitted", &submitted));
    let mut story = accepted(&ACCEPT.replace("false", "true"));
    let send_back = r#"{"lacks":"x","summonses":["WH-2026-0731-XF"]}"#;
    assert_eq!(story.act("office", "send_back", send_back), not_now("dispatched", &["add_summons", "raise_urgency"]));
    assert_eq!(
        told(story.act("office", "send_back", r#"{"lacks":"x","summonses":["WH-2026-0731-SH"]}"#)),
        ["/summonses/0 no_such"]
    );
    let twice = r#"{"lacks":"x","summonses":["WH-2026-0731-XF","WH-2026-0731-XF"]}"#;
    assert_eq!(told(story.act("office", "send_back", twice)), ["/summonses/1 twice"]);
    assert_eq!(told(story.act("office", "send_back", r#"{"summonses":[]}"#)), ["/lacks missing", "/summonses too_few"]);
}

#[test]
fn a_shorter_report_in_limit_binds_and_the_whistle_waits_for_the_latest() {
    let due = |json: &str| {
        let mut story = accepted(ACCEPT);
        assert_eq!(story.act("office", "dispatch", json), Ok(()));
        let mut due: Vec<String> = Vec::new();
        let parts = story.tree.summonses.iter().map(|one| Subject::Summons(one.id.clone()));
        for subject in std::iter::once(Subject::Whistle(story.tree.whistle.id.clone())).chain(parts) {
            let armed = story.tree.armed(&subject).unwrap();
            let accounted = if armed.explained.is_empty() { "set" } else { "counted" };
            due.push(format!("{} {accounted}", shown(armed.due_at)));
        }
        due
    };
    let row = |code: &str, role: &str, at: &str| {
        let due_at = if at.is_empty() { String::new() } else { format!(r#","due_at":"2026-{at}:00+08:00""#) };
        format!(r#"{{"department":"{code}","role":"{role}"{due_at}}}"#)
    };
    let order =
        |xf: &str, yj: &str| format!(r#"{{"summonses":[{},{}]}}"#, row("XF", "support", xf), row("YJ", "lead", yj));
    let full = "11-26 17:30 counted";
    assert_eq!(due(&order("", "")), [full, full, full]);
    assert_eq!(due(&order("11-25T12:00", "")), [full, "11-25 12:00 set", full]);
    let both = due(&order("11-25T12:00", "11-25T15:00"));
    assert_eq!(both, ["11-25 15:00 set", "11-25 12:00 set", "11-25 15:00 set"]);
}

#[test]
fn letters_of_a_dispatch_go_to_liaison_and_head_and_wait_a_minute_unless_it_presses() {
    for (urgency, held) in [("emergency", 0), ("urgent", 0), ("normal", 1), ("complex", 1)] {
        let story = accepted(&ACCEPT.replace("normal", urgency).replace("false", "true"));
        assert_eq!(story.last.letters.len(), 4);
        for letter in &story.last.letters {
            assert_eq!(letter.not_before, story.now.plus_minutes(held), "{urgency}");
            let summons = &story.summons(&letter.to.department).id;
            assert_eq!(letter.about.as_ref().and_then(Subject::summons), Some(summons));
            assert!(letter.key.contains(summons.as_str()), "a second summons of a unit owes its own letter");
        }
    }
}

#[test]
fn the_whistle_names_whom_the_office_summoned() {
    let mut story = accepted(ACCEPT);
    assert_eq!(story.tree.whistle.supports, ["XF"]);
    let order =
        r#"{"summonses":[{"department":"SH","role":"support"},{"department":"YJ","role":"lead"}],"needs":"each"}"#;
    assert_eq!(story.act("office.2", "dispatch", order), Ok(()));
    let whistle = &story.tree.whistle;
    assert_eq!((whistle.lead.as_deref(), whistle.supports.as_slice()), (Some("YJ"), &["SH".to_owned()][..]));
    assert_eq!(story.events[2].data["departments"], json!(["SH", "YJ"]));
}

#[test]
fn accept_sets_what_the_office_decided_and_keeps_the_clause_where_it_may_be_erased() {
    let mut story = blown("emergency");
    let order = ACCEPT.replace(r#""general""#, r#""major","clause":"判定标准第三条""#).replace("normal", "urgent");
    assert_eq!(story.act("director", "accept", &order), Ok(()));
    let whistle = &story.tree.whistle;
    assert_eq!((whistle.severity.as_str(), whistle.urgency.as_str()), ("major", "urgent"));
    assert_eq!(story.texts[whistle.texts.clause.as_ref().unwrap()], "判定标准第三条");
    assert_eq!(story.picture(), ["accepted: office_duty@AWB dispatch 11-25 10:30"], "at the urgency decided");
}

#[test]
fn declining_and_returning_tell_the_blower() {
    for (deed, json, faults) in [
        ("decline", r#"{"ground":"boring"}"#, &["/ground not_in_list"][..]),
        ("decline", "{}", &["/ground missing"]),
        ("return", r#"{"missing":[]}"#, &["/missing too_few"]),
        ("return", r#"{"missing":["place","colour"]}"#, &["/missing/1 not_in_list"]),
        ("return", "{}", &["/missing missing"]),
    ] {
        assert_eq!(told(blown("normal").act("office", deed, json)), faults, "{json}");
    }
    let mut story = blown("normal");
    assert_eq!(story.act("office", "return", r#"{"missing":["place"]}"#), Ok(()));
    assert_eq!(story.act("liaison.xf", "complete", r#"{"place":"c"}"#), Ok(()));
    assert_eq!(story.act("office", "return", r#"{"missing":["what"]}"#), Ok(()), "a second time");
    assert_eq!(story.last_letters(), "whistle_returned liaison@XF");
    assert_eq!(story.act("liaison.xf", "complete", r#"{"what":"d"}"#), Ok(()));
    assert_eq!(story.act("office", "decline", r#"{"ground":"outside_district","note":"邻区"}"#), Ok(()));
    assert_eq!(story.last_letters(), "whistle_declined liaison@XF");
    assert_eq!(story.picture(), ["declined: nothing"]);
    assert_eq!(story.tree.whistle.declined, Some(DeclineGround::OutsideDistrict));
    assert_eq!(story.last.summonses.len() + story.tree.summonses.len(), 0);
}

#[test]
fn only_the_director_closes_a_major_whistle_or_one_of_the_emergency_route() {
    let major = ACCEPT.replace(r#""general""#, r#""major","clause":"c""#);
    let (route, pressing) = (ACCEPT.replace("coordinated", "emergency"), ACCEPT.replace("normal", "emergency"));
    for (order, duty_may) in [(ACCEPT, true), (&major, false), (&route, false), (&pressing, true)] {
        let mut story = accepted(&order.replace("\"XF\"", "").replace("false", "true"));
        assert_eq!(story.act_on("YJ", "head.yj", "report_in", r#"{"officers":["pe_head.yj"],"mode":"site"}"#), Ok(()));
        assert_eq!(story.act_on("YJ", "head.yj", "submit", r#"{"result":"好"}"#), Ok(()));
        assert_eq!(story.act_on("YJ", "office", "accept", "{}"), Ok(()));
        assert_eq!(
            told(story.act("director", "close", r#"{"kind":"gone"}"#)),
            ["/kind not_in_list", "/conclusion missing"]
        );
        let close = r#"{"kind":"on_site","conclusion":"当场改正"}"#;
        let by_duty = story.act("office", "close", close);
        assert_eq!(by_duty, if duty_may { Ok(()) } else { Err(Refusal::RoleMayNot) }, "{order}");
        let again = if duty_may { Err(Refusal::NotNow { status: "closed", allowed: vec!["reopen"] }) } else { Ok(()) };
        assert_eq!(story.act("director", "close", close), again);
        assert_eq!(story.tree.whistle.closed, Some(ClosureKind::OnSite));
    }
}
