//! Whose results of a visit are whose once it is planned anew or somebody goes for another unit (CASES C26): nobody of those who found
//! something is shut out, and nobody is shown more than their part.

use super::sample::{at, rules_for_visits};
use super::visit_story::{CREW, VisitStory, crew};
use super::visits::{results, with};
use crate::domain::attachment::{Format, Received};
use crate::domain::draft::Deciding;
use crate::domain::policy::{self, Results};
use crate::domain::visit::attach::{Brought, attach};
use crate::domain::visit::shown::{is_shown, shown};
use crate::domain::visit::slate::Slate;
use crate::ids::Mint;
use serde_json::json;

/// XF has found something, and they were sent away.
fn sent_away() -> VisitStory {
    let mut story = VisitStory::entered();
    story.acts("inspector.xf", "record", &results(&[("2", "finding")]));
    story.acts("inspector.xf", "abort", r#"{"ground":"danger"}"#);
    story.acts("office", "postpone", r#"{"date":"2026-12-04","period":"PM"}"#);
    story
}

#[test]
fn whoever_found_something_and_is_planned_out_keeps_a_part_so_that_it_is_ordered_and_the_visit_filed() {
    let mut story = sent_away();
    let alone = json!({ "items": [{ "department": "YJ", "subject": "除尘" }],
        "members": crew(&["inspector.yj", "inspector.yj.2"]) });
    story.acts("office", "propose", &alone.to_string());
    assert_eq!(story.last.events[0].data["departments"], json!(["YJ"]));
    let parts: Vec<_> = story.tree.visit.parts.iter().map(|part| (part.department.as_str(), part.acts())).collect();
    assert_eq!(parts, [("YJ", true), ("XF", false)]);
    let head = policy::scope(&story.actor("head.xf"));
    assert_eq!(policy::results_for(&head, &story.tree.visit), Results::Of(["XF".to_owned()].into()));
    story.acts("head.yj", "approve_own_part", "{}");
    story.acts("office", "announce", "{}");
    story.until("12-04 13:40");
    story.acts("inspector.yj", "enter", "{}");
    story.acts("inspector.yj", "record", &results(&[("1", "ok")]));
    story.acts("inspector.yj", "finish", "{}");
    story.acts("inspector.yj", "sign", "{}");
    story.acts("liaison.yj", "close_own_part", "{}");
    assert_eq!(story.status(), "completed", "what XF found is not ordered");
    story.acts_on(1, "inspector.xf", "order", "{}");
    assert_eq!(story.status(), "filed");
}

#[test]
fn a_finding_of_a_department_without_a_part_is_withheld_from_whoever_was_let_off() {
    let mut tree = sent_away().tree;
    tree.visit.parts.remove(1);
    tree.visit.parts[0].excused_at = Some(at("12-04 10:00"));
    let actor = |who| VisitStory::entered().actor(who);
    for (who, withheld, findings) in [("head.yj", &["XF"][..], 0), ("office", &[], 1)] {
        let mut seen = tree.clone();
        let results = policy::results_for(&policy::scope(&actor(who)), &seen.visit);
        assert_eq!(shown(&mut seen, &results), withheld, "{who}");
        assert_eq!(seen.findings.len(), findings, "{who}");
    }
}

#[test]
fn whoever_goes_for_another_unit_brings_that_ones_proof() {
    let [a, b, c, d] = CREW;
    let order = with("members", crew(&[a, b, c, d, "town.t01"]));
    let mut story = VisitStory::planned(&order, &[], &Slate::default(), rules_for_visits()).unwrap();
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    story.acts("office", "announce", "{}");
    story.until("12-03 13:40");
    story.acts("inspector.yj", "enter", "{}");
    let (who, mut mint) = (story.actor("town.t01"), Mint::new(story.now.0, 7));
    let by = Deciding { actor: Some(&who), rules: story.rules, now: story.now, mint: &mut mint };
    let (name, sha256) = ("a.jpg".to_owned(), "0".repeat(64));
    let files = [Received { name, format: Format::Jpeg, bytes: 1, sha256, copy: None }];
    let change = attach(Brought { files: &files, there: 0, shows: None }, story.tree.clone(), by).unwrap();
    let acted_in = change.events[0].doer.as_ref().map(|doer| doer.department.as_str());
    assert_eq!((change.attachments[0].department.as_str(), acted_in), ("YJ", Some("YJ")));
    // Let off afterwards, that department still sees what was brought for it, and the other one's not.
    let mut tree = story.tree.clone();
    tree.visit.parts.iter_mut().for_each(|part| part.excused_at = Some(story.now));
    let sees = |who| {
        is_shown(&change.attachments[0], &tree, &policy::results_for(&policy::scope(&story.actor(who)), &tree.visit))
    };
    assert!(sees("head.yj") && !sees("head.xf"));
}
