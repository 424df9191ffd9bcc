//! Who still counts on the day: certificates and ties are judged when a visit is planned, when it is moved, and once more at the
//! gate (行政处罚法 42, 43).

use super::sample::{rules_for_visits, rules_where};
use super::visit_story::{CREW, VisitStory, crew, plan};
use super::visits::{lapses, planned, results, tie, with};
use crate::domain::decision::Refusal;
use crate::domain::directory::Directory;
use crate::domain::visit::slate::Slate;
use serde_json::json;

#[test]
fn certificates_are_judged_anew_for_the_day_to_which_a_visit_is_moved() {
    let lapsed = ["not_certified inspector.xf.2", "too_few_certified XF"];
    let story = planned(&plan(), lapses("inspector.xf.2", "2026-12-03")).unwrap();
    let later = r#"{"date":"2026-12-04","period":"AM"}"#;
    assert_eq!(VisitStory::barred(story.clone().act("office", "propose", later)), lapsed);
    let mut story = story;
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    assert_eq!(VisitStory::barred(story.act("head.xf", "postpone", later)), lapsed);
    story.acts("head.xf", "postpone", r#"{"date":"2026-12-03","period":"AM"}"#);
    // With others it may be later; whoever is certified again counts again.
    let three = crew(&["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.3"]);
    story.acts("office", "propose", &json!({ "date": "2026-12-04", "members": three }).to_string());
}

/// A crew before the gate of a visit that was planned when the directory was still otherwise.
fn arrived(crew_of: &[&str], otherwise: impl FnOnce(&mut Directory)) -> VisitStory {
    let mut story =
        VisitStory::planned(&with("members", crew(crew_of)), &[], &Slate::default(), rules_for_visits()).unwrap();
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    story.acts("office", "announce", "{}");
    story.until("12-03 13:30");
    story.rules = rules_where(otherwise);
    story
}

#[test]
fn a_certificate_that_lapses_between_plan_and_entry_is_told_at_the_gate() {
    let at_the_gate = |crew_of: &[&str], who| arrived(crew_of, lapses(who, "2026-12-02"));
    let mut story = at_the_gate(&CREW, "inspector.xf");
    let told = VisitStory::barred(story.act("inspector.yj", "enter", "{}"));
    assert_eq!(told, ["not_certified inspector.xf", "too_few_certified XF"]);
    assert_eq!(story.status(), "announced");
    // Three went, two suffice; the third no longer counts and records nothing.
    let three = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2", "inspector.xf.3"];
    let mut story = at_the_gate(&three, "inspector.xf.3");
    assert_eq!(VisitStory::barred(story.act("inspector.xf.3", "enter", "{}")), ["not_certified inspector.xf.3"]);
    story.acts("inspector.yj", "enter", "{}");
    assert_eq!(story.events.last().unwrap().data["lapsed"], json!(["pe_inspector.xf.3"]));
    assert_eq!(story.act("inspector.xf.3", "record", &results(&[("2", "ok")])), Err(Refusal::RoleMayNot));
    story.acts("inspector.xf", "record", &results(&[("2", "finding")]));
    assert_eq!(story.finding(1).origin.officers.len(), 2, "only who counts orders");
}

#[test]
fn a_tie_that_came_up_since_the_plan_is_told_at_the_gate() {
    let at_the_gate = |crew_of: &[&str], who| arrived(crew_of, tie(who, "E01"));
    let mut story = at_the_gate(&CREW, "inspector.xf");
    let told = VisitStory::barred(story.act("inspector.yj", "enter", "{}"));
    assert_eq!(told, ["recused inspector.xf", "too_few_certified XF"]);
    // Three went, two suffice; whoever is tied neither comes in first nor records anything.
    let three = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2", "inspector.xf.3"];
    let mut story = at_the_gate(&three, "inspector.xf.3");
    assert_eq!(VisitStory::barred(story.act("inspector.xf.3", "enter", "{}")), ["recused inspector.xf.3"]);
    story.acts("inspector.yj", "enter", "{}");
    assert_eq!(story.events.last().unwrap().data["recused"], json!(["pe_inspector.xf.3"]));
    assert_eq!(story.act("inspector.xf.3", "record", &results(&[("2", "ok")])), Err(Refusal::RoleMayNot));
    let mut story = at_the_gate(&three, "inspector.sh");
    story.acts("inspector.xf.3", "enter", "{}");
    assert_eq!(story.events.last().unwrap().data["recused"], json!([]));
}
