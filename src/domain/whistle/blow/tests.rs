//! What may be blown, what is made of it, and what completing changes.

use super::*;
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::obligation::Subject;
use crate::domain::terms::{Severity, Source, Urgency};
use crate::domain::tests::sample::{at, rules};
use crate::domain::tests::story::Story;
use crate::domain::whistle::WhistleTexts;

fn blow(who: &str, json: &str) -> Result<Story, Refusal> {
    Story::blown(at("11-25 10:00"), who, json)
}

fn told<T>(done: Result<T, Refusal>) -> Vec<String> {
    match done {
        Err(Refusal::Faults(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect()
        }
        Err(other) => panic!("not refused for its fields: {other:?}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_blow_is_refused_with_all_its_faults_at_once() {
    for (who, fields, faults) in [
        ("liaison.xf", r#""place":"b""#, &[][..]),
        ("liaison.xf", r#""enterprise":"E01""#, &[]),
        ("liaison.xf", r#""enterprise":"E01","town":"T01""#, &[]),
        ("liaison.xf", r#""town":"T01""#, &["/place one_of"]),
        ("liaison.xf", r#""place":" ""#, &["/place blank"]),
        ("liaison.xf", r#""enterprise":"E01","town":"T02""#, &["/town mismatch"]),
        ("liaison.xf", r#""enterprise":"E09","town":"T09""#, &["/enterprise no_such", "/town no_such"]),
        ("liaison.xf", r#""place":"b","town":"SQ01""#, &["/town no_such"]),
        (
            "liaison.xf",
            r#""place":"b","needed_departments":["YJ","XX","SF","YJ","AWB"]"#,
            &[
                "/needed_departments/1 no_such",
                "/needed_departments/2 no_such",
                "/needed_departments/3 twice",
                "/needed_departments/4 no_such",
            ],
        ),
        ("liaison.xf", r#""place":"b","occurred_at":"2026-11-25T10:00:01+08:00""#, &["/occurred_at in_future"]),
        ("liaison.xf", r#""place":"b","occurred_at":"2026-11-25T10:00:00+08:00""#, &[]),
        ("liaison.xf", r#""place":"b","contact":{"name":"王"}"#, &["/contact/phone missing"]),
        ("liaison.xf", r#""place":"b","on_behalf_of":"SH""#, &["/on_behalf_of not_allowed"]),
        ("liaison.xf", r#""place":"b","on_behalf_of":"XF""#, &["/on_behalf_of not_allowed"]),
        ("office", r#""place":"b""#, &["/on_behalf_of missing"]),
        ("director", r#""place":"b","on_behalf_of":null"#, &["/on_behalf_of null"]),
        ("office", r#""place":"b","on_behalf_of":"XX""#, &["/on_behalf_of no_such"]),
        ("office", r#""place":"b","on_behalf_of":"JW""#, &["/on_behalf_of no_such"]),
        ("office", r#""place":"b","on_behalf_of":"SF""#, &[]),
        (
            "office",
            r#""town":"T09","urgency":"soon","needed_departments":["XX"]"#,
            &[
                "/place one_of",
                "/town no_such",
                "/urgency not_in_list",
                "/needed_departments/0 no_such",
                "/on_behalf_of missing",
            ],
        ),
        (
            "liaison.xf",
            r#""place":"b","status":"closed","blown_at":"2026-01-01T00:00:00Z","version":7"#,
            &["/status unknown", "/blown_at unknown", "/version unknown"],
        ),
    ] {
        assert_eq!(
            told(blow(who, &format!(r#"{{"category":"fire","what":"a",{fields}}}"#))),
            faults,
            "{who}: {fields}"
        );
    }
    assert_eq!(told(blow("liaison.xf", r#"{}"#)), ["/category missing", "/what missing", "/place one_of"]);
}

#[test]
fn what_is_not_said_has_its_default() {
    let whistle = blow("liaison.xf", r#"{"category":"fire","what":"a","enterprise":"E02"}"#).unwrap().tree.whistle;
    assert_eq!(
        (whistle.urgency, whistle.source, whistle.severity),
        (Urgency::Normal, Source::OwnInspection, Severity::General)
    );
    assert_eq!(
        (whistle.town.as_deref(), whistle.protected_source, whistle.code.as_str()),
        (Some("T02"), false, "WH-2026-0731")
    );
    let major = r#"{"category":"fire","what":"a","place":"b","severity_claimed":"major","clause":"第三条"}"#;
    let whistle = blow("liaison.xf", major).unwrap().tree.whistle;
    assert_eq!(
        (whistle.severity, whistle.severity_claimed),
        (Severity::General, Some(Severity::Major)),
        "a claim only"
    );
    assert_eq!(whistle.town, None);
}

#[test]
fn the_year_of_the_code_is_the_districts() {
    let json = r#"{"category":"fire","what":"a","place":"b"}"#;
    // Four in the afternoon of New Year's Eve in Greenwich is midnight here.
    for (utc, year) in [("2026-12-31T15:59:59Z", 2026), ("2026-12-31T16:00:00Z", 2027)] {
        let now = At::parse(utc).unwrap();
        let who = crate::domain::tests::sample::actor("liaison.xf");
        let body = crate::domain::tests::sample::body(json);
        let order = BlowOrder::parse(&body, &who, &rules().directory, now).unwrap();
        let mut mint = crate::ids::Mint::new(now.0, 1);
        let change = super::blow(&order, &who, Deciding { actor: Some(&who), rules: rules(), now, mint: &mut mint });
        assert_eq!(change.series.unwrap().year, year, "{utc}");
    }
}

#[test]
fn whoever_blows_answers_for_it_and_sees_it() {
    for (who, behalf, post, viewer) in [
        ("liaison.xf", "", "liaison@XF", "XF"),
        ("head.xf.2", "", "department_head@XF", "XF"),
        ("town.t01", "", "town_officer@T01", "T01"),
        ("squad.sq01", "", "squad_leader@SQ01", "T01"),
        ("office", "SH", "liaison@SH", "SH"),
        ("director", "T02", "town_officer@T02", "T02"),
        ("office", "SQ01", "squad_leader@SQ01", "T01"),
        ("office", "AWB", "office_duty@AWB", "AWB"),
    ] {
        let behalf = if behalf.is_empty() { String::new() } else { format!(r#","on_behalf_of":"{behalf}""#) };
        let mut story = blow(who, &format!(r#"{{"category":"fire","what":"a","place":"b"{behalf}}}"#)).unwrap();
        let blower = story.tree.whistle.blower.clone();
        assert_eq!((format!("{}@{}", blower.role, blower.department).as_str(), blower.viewer.as_str()), (post, viewer));
        assert_eq!(blower.person.as_str(), format!("pe_{who}"));
        assert!(story.sights.contains(viewer), "{who}");
        assert_eq!(story.act("office", "return", r#"{"missing":["town"]}"#), Ok(()));
        assert_eq!(story.last_letters(), format!("whistle_returned {post}"));
    }
}

#[test]
fn a_made_title_is_the_first_line_cut_between_whole_characters() {
    let (long, worker) = ("粉".repeat(90), "👷🏽");
    for (what, title) in [
        ("除尘管道积尘", "除尘管道积尘".to_owned()),
        ("  \n\t第一行  \n第二行", "第一行".to_owned()),
        (&long[..240], "粉".repeat(80)),
        (&long[..243], "粉".repeat(80)),
        (&"👷".repeat(81), "👷".repeat(80)),
        // Eighty characters would part the last worker from the colour of the skin, or a family from its child.
        (&format!("a{}", worker.repeat(40)), format!("a{}", worker.repeat(39))),
        (&format!("{}👩‍👧‍👦", "粉".repeat(77)), "粉".repeat(77)),
        (&format!("{}e\u{301}粉", "粉".repeat(79)), "粉".repeat(79)),
        (&format!("{} 粉粉", "粉".repeat(79)), "粉".repeat(79)),
        // Nothing but marks: better a cut than no title.
        (&"\u{301}".repeat(90), "\u{301}".repeat(80)),
    ] {
        assert_eq!(made_title(what), title, "{what}");
    }
    let given = r#"{"category":"fire","what":"a","place":"b","title":"标题"}"#;
    let story = blow("liaison.xf", given).unwrap();
    assert_eq!(story.texts[&story.tree.whistle.texts.title], "标题");
}

/// Blown with everything, then returned.
fn returned(urgency: &str) -> Story {
    let json = format!(
        r#"{{"category":"fire","what":"管道积尘\n很厚","place":"３号车间","enterprise":"E01","title":"Old title","urgency":"{urgency}",
        "needed_departments":["YJ"],"source":"grid","occurred_at":"2026-11-25T01:00:00Z","clause":"条款",
        "contact":{{"name":"王","phone":"1"}},"protected_source":true,"severity_claimed":"major"}}"#
    );
    let mut story = blow("liaison.xf", &json).unwrap();
    assert_eq!(story.act("office", "return", r#"{"missing":["place","what"],"note":"不清楚"}"#), Ok(()));
    story
}

fn finds(story: &Story, word: &str) -> bool {
    story.tree.whistle.search.contains(&fold(word))
}

#[test]
fn completing_changes_what_is_given_and_keeps_the_rest() {
    let mut story = returned("normal");
    assert_eq!(story.picture(), ["returned: liaison@XF complete 11-30 17:30"]);
    assert_eq!(story.tree.whistle.missing, ["place", "what"]);
    let before = story.tree.whistle.clone();
    story.now = at("11-26 09:00");
    assert_eq!(story.act("head.xf", "complete", r#"{"place":"5号车间"}"#), Ok(()));
    assert_eq!(story.picture(), ["submitted: office_duty@AWB triage 11-26 14:30"], "the clock starts anew");
    assert_eq!(
        (story.last_kinds(), story.last_letters()),
        ("whistle.completed".to_owned(), "whistle_new office_duty@AWB".to_owned())
    );
    let after = story.tree.whistle.clone();
    assert_eq!(story.texts[after.texts.place.as_ref().unwrap()], "5号车间");
    let same = Whistle {
        status: before.status,
        texts: WhistleTexts { place: before.texts.place.clone(), ..after.texts.clone() },
        missing: before.missing.clone(),
        search: before.search.clone(),
        version: before.version,
        tree_version: before.tree_version,
        ..after.clone()
    };
    assert_eq!(same, before, "something else changed");
    assert_eq!((after.missing.len(), after.version), (0, before.version + 1));
}

#[test]
fn a_search_finds_what_stands_and_no_longer_what_stood() {
    let mut story = returned("normal");
    for word in ["old TITLE", "积尘", "很厚", "3号车间", "企业E01"] {
        assert!(finds(&story, word), "{word}");
    }
    assert!(!finds(&story, "王"), "who told it is nobody's to find");
    let all = r#"{"what":"罐体泄漏","place":"罐区","enterprise":"E02"}"#;
    assert_eq!(story.act("liaison.xf", "complete", all), Ok(()));
    for word in ["罐体泄漏", "罐区", "企业E02", "old title"] {
        assert!(finds(&story, word), "{word}");
    }
    for word in ["积尘", "3号车间", "企业E01"] {
        assert!(!finds(&story, word), "{word}");
    }
    assert_eq!(story.texts[&story.tree.whistle.texts.title], "Old title", "a title that was given stays");
    assert_eq!((story.tree.whistle.town.as_deref(), story.sights.contains("T02")), (Some("T02"), true));
}

#[test]
fn a_title_that_was_made_is_made_again() {
    let mut story = blow("liaison.xf", r#"{"category":"fire","what":"不清","place":"b"}"#).unwrap();
    for (json, title) in [
        (r#"{"place":"c"}"#, "不清"),
        (r#"{"what":"说清了"}"#, "说清了"),
        (r#"{"title":"自己的"}"#, "自己的"),
        (r#"{"what":"又说一次"}"#, "自己的"),
    ] {
        assert_eq!(story.act("office", "return", r#"{"missing":["what"]}"#), Ok(()));
        assert_eq!(story.act("liaison.xf", "complete", json), Ok(()));
        assert_eq!(story.texts[&story.tree.whistle.texts.title], title, "{json}");
    }
}

#[test]
fn a_completion_is_refused_with_its_faults_too() {
    for (json, faults) in [
        (r#"{"town":"T02"}"#, &["/town mismatch"][..]),
        (r#"{"enterprise":"E02","town":"T01"}"#, &["/town mismatch"]),
        (r#"{"on_behalf_of":"XF"}"#, &["/on_behalf_of not_allowed"]),
        (
            r#"{"what":" ","needed_departments":["XX"],"occurred_at":"2027-01-01T00:00:00Z"}"#,
            &["/what blank", "/needed_departments/0 no_such", "/occurred_at in_future"],
        ),
        (r#"{"town":"T01"}"#, &[]),
        (r#"{"enterprise":"E02","town":"T02"}"#, &[]),
    ] {
        assert_eq!(told(returned("normal").act("liaison.xf", "complete", json)), faults, "{json}");
    }
}

#[test]
fn a_returned_emergency_is_the_offices_and_waits_for_nobody() {
    for (urgency, due) in [("emergency", "11-25 10:10"), ("urgent", "11-25 10:30")] {
        let mut story = returned(urgency);
        assert_eq!(story.picture(), [format!("returned: office_duty@AWB complete {due}")]);
        assert_eq!(story.last_letters(), "whistle_returned liaison@XF", "the blower is told all the same");
        let accept = format!(
            r#"{{"severity":"general","urgency":"{urgency}","lead":"YJ","supports":[],"route":"single","dispatch":true}}"#
        );
        assert_eq!(story.act("office", "accept", &accept), Ok(()));
        assert!(story.tree.whistle.missing.is_empty(), "nothing is missing once the office has taken it on");
    }
    let mut story = returned("emergency");
    assert_eq!(story.act("liaison.xf", "complete", r#"{"urgency":"normal"}"#), Ok(()));
    let armed = story.tree.armed(&Subject::Whistle(story.tree.whistle.id.clone())).unwrap();
    assert_eq!(armed.due_at, at("11-25 15:30"), "triage at the urgency that is claimed now");
}
