//! A department's way through its summons: who comes, what it delivers, and what the office sends back.

use super::*;
use crate::domain::decision::Refusal;
use crate::domain::obligation::Subject;
use crate::domain::tests::sample::at;
use crate::domain::tests::story::Story;
use serde_json::json;

/// Dispatched to XF in the lead and to the town T01, at ten on a Wednesday.
fn dispatched() -> Story {
    let mut story =
        Story::blown(at("11-25 10:00"), "head.yj", r#"{"category":"fire","what":"a","place":"b"}"#).unwrap();
    let accept =
        r#"{"severity":"general","urgency":"normal","lead":"XF","supports":["T01"],"route":"joint","dispatch":true}"#;
    assert_eq!(story.act("office", "accept", accept), Ok(()));
    story
}

fn told(done: Result<(), Refusal>) -> Vec<String> {
    match done {
        Err(Refusal::Faults(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect()
        }
        other => panic!("not refused for its fields: {other:?}"),
    }
}

#[test]
fn a_report_in_names_people_of_the_unit_once_and_does_not_come_before_now() {
    let mut story = dispatched();
    for (unit, who, body, faults) in [
        ("XF", "head.xf", r#"{}"#, &["/officers missing", "/mode missing"][..]),
        ("XF", "head.xf", r#"{"officers":[],"mode":"phone"}"#, &["/officers too_few", "/mode not_in_list"]),
        (
            "XF",
            "head.xf",
            r#"{"officers":["pe_head.yj","pe_nobody"],"mode":"site"}"#,
            &["/officers/0 no_such", "/officers/1 no_such"],
        ),
        ("XF", "head.xf", r#"{"officers":["pe_head.xf","pe_head.xf"],"mode":"site"}"#, &["/officers/1 twice"]),
        ("XF", "head.xf", r#"{"officers":["pe_squad.sq01"],"mode":"site"}"#, &["/officers/0 no_such"]),
        ("T01", "town.t01", r#"{"officers":["pe_town.t02"],"mode":"site"}"#, &["/officers/0 no_such"]),
    ] {
        assert_eq!(told(story.act_on(unit, who, "report_in", body)), faults, "{body}");
    }
    let eta =
        r#"{"officers":["pe_squad.sq01","pe_town.t01"],"mode":"site","eta":"2026-11-25T02:00:00Z","note":"带检测仪"}"#;
    assert_eq!(story.act_on("T01", "town.t01", "report_in", eta), Ok(()), "a town comes with its squad");
    let summons = story.summons("T01");
    assert_eq!((summons.mode, summons.eta, summons.officers.len()), (Some(Mode::Site), Some(at("11-25 10:00")), 2));
    assert_eq!(story.texts[summons.note.as_ref().unwrap()], "带检测仪");
    let data = &story.events.last().unwrap().data;
    assert_eq!((&data["officers"], &data["mode"]), (&json!(2), &json!("site")), "how many, not who");
}

#[test]
fn acknowledging_moves_no_clock_and_is_not_needed() {
    let mut story = dispatched();
    let before = story.tree.obligations.clone();
    assert_eq!(story.act_on("XF", "liaison.xf", "acknowledge", "{}"), Ok(()));
    assert_eq!((&story.tree.obligations, story.last.obligations.len()), (&before, 0));
    let again = story.act_on("XF", "liaison.xf", "acknowledge", "{}");
    assert_eq!(again, Err(Refusal::NotNow { status: "acknowledged", allowed: vec!["report_in", "ask_extension"] }));
    let report_in = r#"{"officers":["pe_town.t01"],"mode":"system"}"#;
    assert_eq!(story.act_on("T01", "town.t01", "report_in", report_in), Ok(()), "straight from issued");
}

#[test]
fn submitting_starts_implicitly_and_each_submission_has_its_own_text() {
    let mut story = dispatched();
    let report_in = r#"{"officers":["pe_head.xf"],"mode":"system"}"#;
    assert_eq!(story.act_on("XF", "inspector.xf", "report_in", report_in), Ok(()));
    for (result, lacks) in [("第一次", "缺照片"), ("第二次", "缺签字"), ("第三次", "")] {
        assert_eq!(story.act_on("XF", "liaison.xf", "submit", &format!(r#"{{"result":"{result}"}}"#)), Ok(()));
        assert_eq!(story.last_kinds(), "summons.submitted");
        assert_eq!(story.texts[story.summons("XF").result.as_ref().unwrap()], result);
        if !lacks.is_empty() {
            story.now = story.now.plus_minutes(24 * 60);
            assert_eq!(story.act_on("XF", "office", "send_back", &format!(r#"{{"lacks":"{lacks}"}}"#)), Ok(()));
            let summons = story.summons("XF");
            assert_eq!(story.texts[summons.lacks.as_ref().unwrap()], lacks);
            assert_eq!(summons.status, SummonsStatus::Working);
            let armed = story.tree.armed(&Subject::Summons(summons.id.clone())).unwrap();
            let fresh = crate::domain::tests::sample::rules().due(armed.duty, story.tree.whistle.urgency, story.now);
            assert_eq!(armed.due_at, fresh.at, "a second send back has its own fresh limit");
        }
    }
    assert_eq!(story.texts.len(), 8, "what was said before is kept");
}

#[test]
fn a_whistle_waits_until_every_department_has_reported_in() {
    let mut story = dispatched();
    let own = |officer: &str| format!(r#"{{"officers":["pe_{officer}"],"mode":"site"}}"#);
    assert_eq!(story.act_on("XF", "head.xf", "report_in", &own("head.xf")), Ok(()));
    assert_eq!(story.act_on("XF", "head.xf", "submit", r#"{"result":"好"}"#), Ok(()));
    assert_eq!(story.act_on("XF", "office", "accept", "{}"), Ok(()));
    assert_eq!((story.last_kinds().as_str(), story.tree.whistle.status.as_str()), ("summons.accepted", "dispatched"));
    assert_eq!(story.act_on("T01", "town.t01", "report_in", &own("town.t01")), Ok(()));
    assert_eq!(story.last_kinds(), "summons.reported_in whistle.handling");
    assert_eq!(story.act_on("T01", "town.t01", "submit", r#"{"result":"好"}"#), Ok(()));
    assert_eq!(story.act_on("T01", "office", "accept", "{}"), Ok(()));
    assert_eq!(story.last_kinds(), "summons.accepted whistle.awaiting_closure");
}
