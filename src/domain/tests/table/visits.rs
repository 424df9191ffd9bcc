//! The same for visits and findings: each is brought into its state by the deeds that lead there, and then everybody tries
//! everything.

use super::super::bodies::{finding_body, visit_body};
use super::super::sample::{everybody, rules_for_visits};
use super::super::story::CANARY;
use super::super::visit_story::{VisitStory, crew, plan};
use super::{each_happened, ever, lines, rows, sorted, told, words};
use crate::domain::deeds::{self, FindingDeed, VisitDeed};
use crate::domain::terms::{FindingStatus, VisitStatus};
use crate::domain::visit::slate::Slate;
use std::collections::BTreeSet;

/// What a post may do by its cell, `lead: enter record`.
fn cell(cells: &[&'static str], post: &str) -> Vec<&'static str> {
    let of = |cell: &&&str| cell.split_once(':').is_some_and(|(named, _)| named == post);
    cells[1..].iter().find(of).map_or(Vec::new(), |cell| words(&cell[post.len() + 1..]))
}

fn split(row: &str) -> (&str, &str) {
    row.split_once(' ').unwrap_or((row, ""))
}

/// A visit in the state that a row names.
fn visit_in(row: &str) -> VisitStory {
    let (state, beside) = split(row);
    let state = VisitStatus::parse(state).unwrap();
    let mut story = VisitStory::sound();
    story.tree.visit.emergency = ["emergency", "unapproved"].contains(&beside);
    match state {
        VisitStatus::Planning => return story,
        VisitStatus::Cancelled => story.acts("director", "cancel", r#"{"reason":"a"}"#),
        VisitStatus::AwaitingApproval => story.acts("office", "propose", "{}"),
        VisitStatus::InProgress | VisitStatus::Aborted if beside == "emergency" => {
            story.acts("inspector.yj", "enter", "{}");
        }
        VisitStatus::Completed | VisitStatus::Filed if beside == "unapproved" => {
            // XF's head never says a word.
            story.acts("inspector.yj", "enter", "{}");
            story.acts("head.yj", "approve_own_part", "{}");
        }
        VisitStatus::Approved | VisitStatus::Announced | VisitStatus::ReadyUnannounced | VisitStatus::InProgress => {
            approved(&mut story);
        }
        VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Filed | VisitStatus::Aborted => {
            approved(&mut story);
        }
    }
    match state {
        VisitStatus::Announced => story.acts("office", "announce", "{}"),
        VisitStatus::ReadyUnannounced => story.acts("liaison.yj", "keep_secret", "{}"),
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Filed => {
            on_site(&mut story, state);
        }
        VisitStatus::Aborted => {
            on_site(&mut story, state);
            story.acts("inspector.xf", "abort", r#"{"ground":"refused"}"#);
        }
        VisitStatus::Planning | VisitStatus::AwaitingApproval | VisitStatus::Approved | VisitStatus::Cancelled => {}
    }
    match beside {
        "half" => story.acts("head.xf", "approve_own_part", "{}"),
        "closed" => story.acts("liaison.xf", "close_own_part", "{}"),
        "today" => story.until("12-03 09:00"),
        "unapproved" => story.until("12-01 10:01"),
        _ => {}
    }
    story
}

fn approved(story: &mut VisitStory) {
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
}

/// Everything is looked at and found good; then as far as it is to go.
fn on_site(story: &mut VisitStory, state: VisitStatus) {
    if story.tree.visit.status == VisitStatus::Approved {
        story.acts("office", "announce", "{}");
        story.until("12-03 13:40");
        story.acts("inspector.yj", "enter", "{}");
    }
    if state == VisitStatus::Aborted {
        return;
    }
    for (who, items) in [("inspector.yj", &["1"][..]), ("inspector.xf", &["2", "3"])] {
        let results = items.iter().map(|item| format!(r#"{{"item":"{item}","outcome":"ok"}}"#));
        story.acts(who, "record", &format!(r#"{{"results":[{}]}}"#, results.collect::<Vec<_>>().join(",")));
    }
    if state == VisitStatus::InProgress {
        return;
    }
    story.acts("inspector.yj", "finish", "{}");
    if state == VisitStatus::Signing {
        return;
    }
    story.acts("inspector.yj", "sign", "{}");
    if state == VisitStatus::Filed {
        story.acts("inspector.yj", "close_own_part", "{}");
        story.acts("head.xf", "close_own_part", "{}");
    }
}

/// What somebody is to the visit.
fn post_at_visit(who: &str) -> &str {
    match who {
        "office" | "office.2" => "office",
        "director" | "director.2" => "director",
        "head.xf" | "head.xf.2" => "head",
        "inspector.yj" | "inspector.yj.2" => "lead",
        "inspector.xf" | "inspector.xf.2" => "officer",
        "inspector.yj.3" => "of.yj",
        "liaison.xf" => "liaison",
        other => other,
    }
}

#[test]
fn every_deed_on_a_visit_is_answered_as_the_domain_page_says_in_every_state_for_everybody() {
    let (mut tried, mut states) = ([0_usize; 3], BTreeSet::new());
    for cells in lines(rows::VISIT) {
        let (row, story) = (cells[0], visit_in(cells[0]));
        assert_eq!(story.status(), split(row).0);
        states.insert(story.status());
        for (who, ..) in everybody() {
            let (post, actor) = (post_at_visit(who), story.actor(who));
            let allowed = cell(&cells, post);
            let shown = deeds::allowed_on_visit(&actor, &story.tree.visit, story.now);
            assert_eq!(sorted(shown), sorted(allowed.clone()), "{row}: {who}");
            for deed in VisitDeed::ALL {
                let expected = match allowed.contains(&deed.as_str()) {
                    true => 200,
                    false if ever(rows::VISIT_EVER, deed.as_str(), "", post) => 409,
                    false => 403,
                };
                let Some(body) = visit_body(&story, &actor, *deed) else { continue };
                let done = story.clone().act(who, deed.as_str(), &body);
                assert_eq!(told(&done), expected, "{row}: {who} {deed}");
                tried[usize::from(expected > 200) + usize::from(expected == 409)] += 1;
            }
        }
    }
    assert_eq!(states.len(), VisitStatus::ALL.len(), "a state has no row: {states:?}");
    each_happened("visit", tried);
}

/// A visit whose one finding, of XF, is in the state that a row names.
fn finding_in(row: &str) -> VisitStory {
    let (state, beside) = split(row);
    let mut story = VisitStory::entered();
    let severity = if beside.contains("major") { r#""severity":"major","clause":"c","# } else { "" };
    let found = format!(r#"{{"item":"2","outcome":"finding","finding":{{{severity}"what":"{CANARY}"}}}}"#);
    story.acts("inspector.xf", "record", &format!(r#"{{"results":[{found}]}}"#));
    let steps: &[&str] = match FindingStatus::parse(state).unwrap() {
        FindingStatus::Found => &[],
        FindingStatus::Ordered => &["order"],
        FindingStatus::RecheckDue => &["order", ""],
        FindingStatus::Reported => &["order", "report_fixed"],
        FindingStatus::Passed => &["order", "report_fixed", "pass"],
        FindingStatus::Failed => &["order", "report_fixed", "fail"],
        FindingStatus::Closed => &["order", "report_fixed", "pass", "close"],
    };
    for step in steps {
        match *step {
            "" => story.until("12-20 10:00"),
            "pass" => story.acts_on(1, "inspector.xf.3", "recheck", r#"{"passed":true,"note":"a"}"#),
            "fail" => story.acts_on(1, "inspector.xf.3", "recheck", r#"{"passed":false,"note":"a"}"#),
            "close" if beside.contains("ceased") => {
                story.acts_on(1, "head.xf", "close", r#"{"kind":"ceased","conclusion":"a"}"#);
            }
            "close" => story.acts_on(1, "head.xf", "close", "{}"),
            deed => story.acts_on(1, "inspector.xf", deed, "{}"),
        }
    }
    if beside.contains("asked") {
        let ask = r#"{"until":"2026-12-24T10:00:00+08:00","reason":"a"}"#;
        story.acts_on(1, "inspector.xf", "ask_extension", ask);
    }
    let transfer = format!(r#"{{"to":"{CANARY}"}}"#);
    let look = format!(r#"{{"clear":true,"note":"{CANARY}"}}"#);
    for word in beside.split(' ') {
        match word {
            "handed" => story.acts_on(1, "head.xf", "transfer", &transfer),
            "looked" => {
                story.acts_on(1, "town.t01", "look", &look);
                story.until("2027-02-01 10:00");
            }
            "twice" => story.acts_on(1, "town.t01", "look", &look),
            "drawn" => story.is_drawn(1),
            _ => {}
        }
    }
    let taken = match beside {
        "measures" => 1,
        "prolonged" => 2,
        _ => 0,
    };
    (0..taken).for_each(|_| story.acts_on(1, "head.xf", "measures", r#"{"measure":"stop"}"#));
    story
}

/// What somebody is to a finding of XF in T01.
fn post_at_finding(who: &str) -> &str {
    match who {
        "office" | "office.2" => "office",
        "director" | "director.2" => "director",
        "head.xf" | "head.xf.2" => "head",
        "inspector.xf" | "inspector.xf.2" => "officer",
        "inspector.xf.3" => "other",
        "town.t01" | "squad.sq01" => "town",
        other => other,
    }
}

#[test]
fn every_deed_on_a_finding_is_answered_as_the_domain_page_says_in_every_state_for_everybody() {
    let (mut tried, mut states) = ([0_usize; 3], BTreeSet::new());
    for cells in lines(rows::FINDING) {
        let (row, story) = (cells[0], finding_in(cells[0]));
        let status = story.finding(1).status.as_str();
        assert_eq!(status, split(row).0);
        states.insert(status);
        for (who, ..) in everybody() {
            let post = post_at_finding(who);
            let allowed = cell(&cells, post);
            let shown = deeds::allowed_on_finding(&story.actor(who), story.finding(1));
            // Marked: offered, for it hangs on the order or the roster, and here told why not.
            let offered = allowed.iter().map(|deed| deed.trim_end_matches('!')).collect();
            assert_eq!(sorted(shown), sorted(offered), "{row}: {who}");
            for deed in FindingDeed::ALL {
                let done = story.clone().act_on(1, who, deed.as_str(), &finding_body(&story, 1, *deed));
                let expected = match allowed.contains(&deed.as_str()) {
                    true => 200,
                    false if ever(rows::FINDING_EVER, deed.as_str(), split(row).1, post) => 409,
                    false => 403,
                };
                assert_eq!(told(&done), expected, "{row}: {who} {deed}");
                tried[usize::from(expected > 200) + usize::from(expected == 409)] += 1;
            }
        }
    }
    assert_eq!(states.len(), FindingStatus::ALL.len(), "a state has no row: {states:?}");
    each_happened("finding", tried);
}

/// The director heads YJ: what XF's may be let off and given, YJ's may not, by this one of the two (T33).
#[test]
fn t33_a_director_neither_lets_off_nor_extends_for_the_own_bureau_in_a_visit() {
    let mut order = plan();
    order["members"] = crew(&["inspector.xf", "inspector.xf.2", "inspector.yj", "inspector.yj.2"]);
    let mut story = VisitStory::planned(&order, &[], &Slate::default(), rules_for_visits()).unwrap();
    story.acts("office", "propose", "{}");
    let excuse = r#"{"department":"YJ","reason":"a"}"#;
    for (who, expected) in [("director", 403), ("director.2", 200)] {
        assert_eq!(told(&story.clone().act(who, "excuse_part", excuse)), expected, "{who}");
    }
    let mut story = VisitStory::entered();
    let found =
        r#"{"results":[{"item":"1","outcome":"finding","finding":{"what":"a","severity":"major","clause":"b"}}]}"#;
    story.acts("inspector.yj", "record", found);
    story.acts_on(1, "inspector.yj", "order", "{}");
    story.acts_on(1, "head.yj", "ask_extension", r#"{"until":"2026-12-24T10:00:00+08:00","reason":"a"}"#);
    for (who, expected) in [("director", 403), ("head.yj", 403), ("director.2", 200)] {
        assert_eq!(told(&story.clone().act_on(1, who, "grant_extension", "{}")), expected, "{who}");
    }
}
