//! Where a whistle's texts may be: in the change's list of texts and in what a search looks through. Every field that
//! takes a text is given a word that would give it away; `story` looks for it after each deed.

use super::sample::at;
use super::story::{CANARY, Story};

/// A body in which every `*` is the word.
fn told(json: &str) -> String {
    json.replace('*', CANARY)
}

#[test]
fn i4_no_event_letter_obligation_or_row_holds_what_was_said() {
    let (mut told_texts, count) = (0, |story: &Story, texts: usize| {
        assert_eq!(story.last.texts.len(), texts, "{}", story.last_kinds());
        assert!(story.last.texts.iter().all(|text| text.body.contains(CANARY)), "{}", story.last_kinds());
        texts
    });
    let blow = r#"{"category":"fire","what":"*","title":"*","place":"*","clause":"*","contact":{"name":"*","phone":"*"},
        "protected_source":true,"source":"informant","severity_claimed":"major"}"#;
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", &told(blow)).unwrap();
    told_texts += count(&story, 5);
    let lead = r#""lead":"YJ","supports":["XF"],"route":"coordinated","dispatch":false"#;
    let accept = format!(r#"{{"severity":"major","clause":"*","urgency":"normal",{lead}}}"#);
    let dispatch =
        r#"{"summonses":[{"department":"YJ","role":"lead","task":"*"},{"department":"XF","role":"support"}]}"#;
    let report_in = r#"{"officers":["pe_head.yj"],"mode":"meeting","note":"*"}"#;
    for (unit, who, deed, json, texts) in [
        ("", "office", "return", r#"{"missing":["place"],"note":"*"}"#, 1),
        ("", "head.xf", "complete", &blow.replace(r#""title":"*","#, ""), 4),
        ("", "office", "accept", &accept, 1),
        ("", "office", "dispatch", dispatch, 1),
        ("YJ", "head.yj", "report_in", report_in, 1),
        ("YJ", "head.yj", "submit", r#"{"result":"*"}"#, 1),
        ("YJ", "office", "send_back", r#"{"lacks":"*"}"#, 1),
        ("YJ", "head.yj", "submit", r#"{"result":"*"}"#, 1),
        ("YJ", "office", "accept", "{}", 0),
        ("XF", "head.xf", "report_in", &report_in.replace("yj", "xf"), 1),
        ("XF", "head.xf", "submit", r#"{"result":"*"}"#, 1),
        ("XF", "office", "accept", "{}", 0),
        ("", "office", "send_back", r#"{"lacks":"*"}"#, 1),
        ("YJ", "head.yj", "submit", r#"{"result":"*"}"#, 1),
        ("YJ", "office", "accept", "{}", 0),
        ("", "director", "close", r#"{"kind":"fixed","conclusion":"*"}"#, 1),
    ] {
        let json = told(json);
        let done = if unit.is_empty() { story.act(who, deed, &json) } else { story.act_on(unit, who, deed, &json) };
        assert_eq!(done, Ok(()), "{who} {deed}");
        told_texts += count(&story, texts);
    }
    let mut declined = Story::blown(at("11-25 10:00"), "liaison.xf", &told(blow)).unwrap();
    assert_eq!(declined.act("office", "decline", &told(r#"{"ground":"not_safety","note":"*"}"#)), Ok(()));
    told_texts += count(&declined, 1);
    assert_eq!(told_texts, story.texts.len() + 1, "every text is kept once");
    assert!(story.tree.whistle.search.contains(CANARY), "but a search finds it");
}

#[test]
fn events_point_at_every_text_that_a_timeline_is_to_show() {
    let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap();
    assert_eq!(story.act("office", "return", r#"{"missing":["what","place"],"note":"说清楚"}"#), Ok(()));
    let data = &story.events.last().unwrap().data;
    let note = data["note"]["$text"].as_str().map(crate::ids::TextId::from_text).unwrap();
    assert_eq!(story.texts[&note], "说清楚");
    assert_eq!(data["missing"], serde_json::json!(["what", "place"]));
}
