//! Brings a whistle or a summons into each state of the table by the deeds that lead there, so that nothing of a state is
//! made up.

use super::super::bodies::{summons_body, whistle_body};
use super::super::sample::at;
use super::super::story::Story;
use super::super::together::Case;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::terms::{Urgency, WhistleStatus};
use crate::domain::whistle::timers::reach;

const BLOW: &str = r#"{"category":"fire","what":"a","place":"b"}"#;

/// A whistle of XF in the state that a row of the table names.
pub(super) fn whistle_in(row: &str) -> Story {
    let mut words = row.split(' ');
    let (state, beside) = (words.next().unwrap(), words.next().unwrap_or_default());
    let urgency = Urgency::parse(beside).unwrap_or(Urgency::Normal);
    let (major, route) = (beside == "major", if beside == "route" { "emergency" } else { "coordinated" });
    let blow = BLOW.replace("}", &format!(r#","urgency":"{urgency}"}}"#));
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", &blow).unwrap();
    story.beside.push(Story::blown(at("11-24 10:00"), "town.t02", BLOW).map(other).unwrap());
    let severity = if major { r#""severity":"major","clause":"c""# } else { r#""severity":"general""# };
    let accept = format!(
        r#"{{{severity},"urgency":"{urgency}","lead":"YJ","supports":["T01"],"route":"{route}","dispatch":false}}"#
    );
    match WhistleStatus::parse(state).unwrap() {
        WhistleStatus::Submitted if beside == "appealed" => does(&mut story, &["office decline", "head.xf appeal"]),
        // Found to be major, merged by mistake and freed: it stays major.
        WhistleStatus::Submitted if major => {
            acts(&mut story, "office", "accept", &accept);
            does(&mut story, &["office merge", "director unmerge"]);
        }
        WhistleStatus::Submitted => {}
        WhistleStatus::Returned => does(&mut story, &["office return"]),
        WhistleStatus::Declined => {
            does(&mut story, &["office decline"]);
            match beside {
                "late" => story.now = at("12-25 10:00"),
                "appealed" => does(&mut story, &["liaison.xf appeal", "director decline"]),
                _ => {}
            }
        }
        WhistleStatus::Merged => does(&mut story, &["office merge"]),
        WhistleStatus::Withdrawn => does(&mut story, &["liaison.xf withdraw"]),
        WhistleStatus::Accepted
        | WhistleStatus::Dispatched
        | WhistleStatus::Handling
        | WhistleStatus::Rectifying
        | WhistleStatus::AwaitingClosure
        | WhistleStatus::Suspended
        | WhistleStatus::Closed => {
            acts(&mut story, "office", "accept", &accept);
            under_way(&mut story, WhistleStatus::parse(state).unwrap(), beside);
        }
    }
    assert_eq!(story.tree.whistle.status.as_str(), state, "{row}");
    story
}

/// Another whistle beside it.
fn other(mut story: Story) -> crate::domain::whistle::Tree {
    story.tree.whistle.code = "WH-2026-0999".to_owned();
    story.tree
}

/// From the acceptance on, as far as it is to go.
fn under_way(story: &mut Story, state: WhistleStatus, beside: &str) {
    if state == WhistleStatus::Accepted {
        return;
    }
    let dispatch = r#"{"summonses":[{"department":"YJ","role":"lead"},{"department":"T01","role":"support"}]}"#;
    acts(story, "office", "dispatch", dispatch);
    if state == WhistleStatus::Dispatched {
        return;
    }
    does_on(story, "YJ", &["head.yj report_in"]);
    does_on(story, "T01", &["town.t01 report_in"]);
    match state {
        WhistleStatus::Rectifying => *story = Case::found(story.clone()).whistle,
        WhistleStatus::Suspended => does(story, &["director suspend"]),
        WhistleStatus::AwaitingClosure | WhistleStatus::Closed => {
            does_on(story, "YJ", &["head.yj submit", "office accept"]);
            does_on(story, "T01", &["town.t01 submit", "office accept"]);
        }
        WhistleStatus::Submitted | WhistleStatus::Returned | WhistleStatus::Accepted => {}
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Declined => {}
        WhistleStatus::Merged | WhistleStatus::Withdrawn => {}
    }
    if beside == "visit" {
        *story = Case::planned(story.clone()).whistle;
    }
    if state == WhistleStatus::Closed {
        does(story, &["director close"]);
        match beside {
            "late" => story.now = at("12-25 10:00"),
            "contested" => does(story, &["head.xf contest"]),
            "answered" => does(story, &["head.xf contest", "director dismiss_contest"]),
            _ => {}
        }
    }
}

/// A whistle with a summons of this unit in the state that a row names. T02 blew; XF leads, YJ and T01 support.
pub(super) fn summons_in(unit: &str, row: &str) -> Story {
    let (state, beside) = row.split_once(' ').unwrap_or((row, ""));
    let urgency = if beside.contains("emergency") { "emergency" } else { "normal" };
    let severity = if beside.contains("major") { r#""major","clause":"c""# } else { r#""general""# };
    let mut story = Story::blown(at("11-25 10:00"), "town.t02", BLOW).unwrap();
    let accept = format!(
        r#"{{"severity":{severity},"urgency":"{urgency}","lead":"XF","supports":["YJ","T01"],"route":"coordinated","dispatch":true}}"#
    );
    acts(&mut story, "office", "accept", &accept);
    let (head, liaison) = (format!("head.{}", unit.to_lowercase()), format!("liaison.{}", unit.to_lowercase()));
    let by_head = |deed: &str| format!("{head} {deed}");
    let steps: Vec<String> = match state {
        "issued" => Vec::new(),
        "acknowledged" if beside == "overruled" => vec![by_head("dispute"), "director.2 overrule".to_owned()],
        "acknowledged" => vec![format!("{liaison} acknowledge")],
        "reported_in" => vec![by_head("report_in")],
        "working" => vec![by_head("report_in"), format!("{liaison} start")],
        "submitted" => vec![by_head("report_in"), by_head("submit")],
        "done" => vec![by_head("report_in"), by_head("submit"), "office accept".to_owned()],
        "disputed" => vec![by_head("dispute")],
        "referred" => vec![by_head("dispute"), "director refer".to_owned()],
        "released" => vec![by_head("dispute"), "director.2 uphold".to_owned()],
        "excused" => vec!["director.2 excuse".to_owned()],
        "cancelled" => Vec::new(),
        other => panic!("{other} is no state of a summons"),
    };
    for step in &steps {
        does_on(&mut story, unit, &[step]);
    }
    for word in beside.split(' ') {
        match word {
            "asked" => does_on(&mut story, unit, &[&format!("{liaison} ask_extension")]),
            "delegated" => does_on(&mut story, unit, &[&by_head("delegate")]),
            "late" => story.now = at("11-25 16:00"),
            "overdue" => story.now = at("11-27 10:00"),
            "second" => {
                does_on(&mut story, unit, &["director.2 grant_extension", &format!("{liaison} ask_extension")]);
            }
            "suspended" => {
                does_on(&mut story, "YJ", &["head.yj report_in"]);
                does_on(&mut story, "T01", &["town.t01 report_in"]);
                does(&mut story, &["director suspend"]);
            }
            _ => {}
        }
    }
    if state == "cancelled" {
        does(&mut story, &["director withdraw"]);
    }
    assert_eq!(story.summons(unit).status.as_str(), state, "{row}");
    story
}

/// XF disputes and names YJ, the director's own bureau, as the one to summon instead.
pub(super) fn naming_the_directors_bureau() -> Story {
    let mut story = summons_in("XF", "issued");
    let dispute = r#"{"ground":"other_lead","instead":"YJ"}"#;
    assert_eq!(story.act_on("XF", "head.xf", "dispute", dispute), Ok(()));
    story
}

fn acts(story: &mut Story, who: &str, deed: &str, body: &str) {
    assert_eq!(story.act(who, deed, body), Ok(()), "{who} {deed}");
}

fn does(story: &mut Story, steps: &[&str]) {
    for step in steps {
        let (who, deed) = step.split_once(' ').unwrap();
        let body = whistle_body(story, WhistleDeed::parse(deed).unwrap(), 1).unwrap();
        acts(story, who, deed, &body);
    }
}

fn does_on(story: &mut Story, unit: &str, steps: &[&str]) {
    for step in steps {
        let (who, deed) = step.split_once(' ').unwrap();
        let body = summons_body(story, unit, SummonsDeed::parse(deed).unwrap(), 0).unwrap();
        assert_eq!(story.act_on(unit, who, deed, &body), Ok(()), "{unit}: {step}");
    }
}

/// What time alone does to a whistle that was returned or suspended.
#[test]
fn a_returned_whistle_lapses_and_a_suspended_one_goes_on_at_their_limits() {
    for (row, end) in [
        ("returned", "declined"),
        ("returned urgent", "returned"),
        ("returned emergency", "returned"),
        ("suspended", "handling"),
    ] {
        let mut story = whistle_in(row);
        let armed = story.tree.armed(&story.subject()).unwrap().clone();
        story.now = armed.due_at;
        assert!(story.by_itself(|tree, by| reach(tree, &armed.id, &[], by)), "{row}");
        assert_eq!(story.tree.whistle.status.as_str(), end, "{row}");
    }
}
