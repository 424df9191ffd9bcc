//! Random walks: whoever may do something does it at some time, limits pass, the office receives late or early. After
//! every step `story` checks the invariants; from wherever a walk has come, the whistle can still be brought to its end.

use super::sample::{PEOPLE, actor, at, rules};
use super::story::{CANARY, Story};
use crate::domain::decision::Refusal;
use crate::domain::deeds::{SummonsDeed, WhistleDeed, allowed_on_summons, allowed_on_whistle};
use crate::domain::event::EventKind;
use crate::domain::terms::{Route, Urgency, WhistleStatus};
use crate::domain::whistle::follow::{self, ReminderDue};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// What chance decides about one step.
type Chance = (usize, usize, i64, usize);

const BLOWERS: [&str; 4] = ["liaison.xf", "head.yj", "town.t01", "squad.sq01"];

fn pick<T: Copy>(of: &[T], chance: usize) -> T {
    of[chance % of.len()]
}

fn blow(chance: usize) -> Story {
    let urgency = pick(Urgency::ALL, chance);
    let json = format!(r#"{{"category":"fire","what":"{CANARY}","enterprise":"E02","urgency":"{urgency}"}}"#);
    Story::blown(at("11-20 09:00"), pick(&BLOWERS, chance / 4), &json).unwrap()
}

fn whistle_body(story: &Story, deed: &str, chance: usize) -> String {
    let dispatch = chance.is_multiple_of(2);
    let (urgency, route) = (pick(Urgency::ALL, chance / 2), pick(Route::ALL, chance / 8));
    let supports = if route == Route::Single { "" } else { r#""XF","T01""# };
    match WhistleDeed::parse(deed).unwrap() {
        WhistleDeed::Accept => format!(
            r#"{{"severity":"{}","clause":"{CANARY}","urgency":"{urgency}","lead":"YJ","supports":[{supports}],"route":"{route}","dispatch":{dispatch}}}"#,
            if (chance / 32).is_multiple_of(2) { "general" } else { "major" },
        ),
        WhistleDeed::Dispatch if story.tree.whistle.route == Some(Route::Single) => {
            r#"{"summonses":[{"department":"YJ","role":"lead"}]}"#.to_owned()
        }
        WhistleDeed::Dispatch => format!(
            r#"{{"summonses":[{{"department":"SH","role":"support","task":"{CANARY}","due_at":"{}"}},{{"department":"YJ","role":"lead"}}]}}"#,
            story.now.plus_minutes(5).rfc3339(),
        ),
        WhistleDeed::Return => format!(r#"{{"missing":["place"],"note":"{CANARY}"}}"#),
        WhistleDeed::Complete => format!(r#"{{"place":"{CANARY}","urgency":"{urgency}"}}"#),
        WhistleDeed::Decline => format!(r#"{{"ground":"not_safety","note":"{CANARY}"}}"#),
        WhistleDeed::SendBack if dispatch || story.tree.summonses.is_empty() => format!(r#"{{"lacks":"{CANARY}"}}"#),
        WhistleDeed::SendBack => {
            format!(r#"{{"lacks":"{CANARY}","summonses":["{}"]}}"#, pick(&codes(story), chance / 2))
        }
        WhistleDeed::Close => format!(r#"{{"kind":"fixed","conclusion":"{CANARY}"}}"#),
    }
}

fn codes(story: &Story) -> Vec<&str> {
    story.tree.summonses.iter().map(|one| one.code.as_str()).collect()
}

fn summons_body(unit: &str, deed: &str) -> String {
    let officer = PEOPLE.iter().find(|(_, home, _)| *home == unit).unwrap().0;
    match SummonsDeed::parse(deed).unwrap() {
        SummonsDeed::Acknowledge | SummonsDeed::Start | SummonsDeed::Accept => "{}".to_owned(),
        SummonsDeed::ReportIn => format!(r#"{{"officers":["pe_{officer}"],"mode":"site","note":"{CANARY}"}}"#),
        SummonsDeed::Submit => format!(r#"{{"result":"{CANARY}"}}"#),
        SummonsDeed::SendBack => format!(r#"{{"lacks":"{CANARY}"}}"#),
    }
}

/// Everything that somebody may do now: unit (or nothing for the whistle) and deed.
fn choices(story: &Story, who: &str) -> Vec<(String, &'static str)> {
    let who = actor(who);
    let whole = allowed_on_whistle(&who, &story.tree.whistle).into_iter().map(|deed| (String::new(), deed));
    let parts = story
        .tree
        .summonses
        .iter()
        .flat_map(|one| allowed_on_summons(&who, one).into_iter().map(|deed| (one.department.clone(), deed)));
    whole.chain(parts).collect()
}

fn act(story: &mut Story, who: &str, (unit, deed): &(String, &'static str), chance: usize) -> Result<(), Refusal> {
    if unit.is_empty() {
        let body = whistle_body(story, deed, chance);
        return story.act(who, deed, &body);
    }
    story.act_on(unit, who, deed, &summons_body(unit, deed))
}

/// Somebody does something that is possible; whatever else they try is refused for the right reason.
fn step(story: &mut Story, (who, which, minutes, chance): Chance) {
    story.now = story.now.plus_minutes(minutes);
    pass_limits(story);
    let who = PEOPLE[who % PEOPLE.len()].0;
    let possible = choices(story, who);
    let before = story.tree.clone();
    for deed in WhistleDeed::WORDS.iter().filter(|deed| !possible.contains(&(String::new(), deed))) {
        let refused = act(story, who, &(String::new(), deed), chance);
        let told = matches!(refused, Err(Refusal::RoleMayNot | Refusal::NotNow { .. } | Refusal::Faults(_)));
        assert!(told && story.tree == before, "{who} {deed}: {refused:?}");
    }
    if let Some(choice) = possible.get(which % possible.len().max(1)) {
        assert_eq!(act(story, who, choice, chance), Ok(()), "{who} {choice:?} in {:?}", before.whistle.status);
    }
}

/// The hub notices what is late: each limit once.
fn pass_limits(story: &mut Story) {
    story.by_itself(|tree, by| follow::route(tree, None, by));
    let late: Vec<_> = story.tree.obligations.iter().filter(|one| one.is_overdue(story.now)).cloned().collect();
    for one in late {
        let due = ReminderDue { day: one.id.to_string(), not_before: story.now };
        let first = story.by_itself(|tree, by| follow::pass_limit(tree, &one.id, Some(due.clone()), by));
        assert_eq!(first, one.passed_at.is_none());
        assert!(!story.by_itself(|tree, by| follow::pass_limit(tree, &one.id, Some(due), by)), "passed twice");
    }
}

/// Office, blower and departments do what brings it to its end; nobody else is needed.
fn finish(story: &mut Story) {
    for _ in 0..30 {
        let whistle = &story.tree.whistle;
        if matches!(whistle.status, WhistleStatus::Closed | WhistleStatus::Declined) {
            assert!(story.tree.obligations.is_empty());
            return;
        }
        let onward = |(_, deed): &(String, &str)| !matches!(*deed, "return" | "send_back" | "acknowledge" | "start");
        let next = PEOPLE.iter().find_map(|(who, ..)| Some((*who, choices(story, who).into_iter().find(onward)?)));
        let (who, choice) = next.unwrap_or_else(|| panic!("nobody can bring {} on", whistle.status));
        assert_eq!(act(story, who, &choice, 0), Ok(()), "{who} {choice:?}");
    }
    panic!("no end in sight: {:?}", story.picture());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn i3_wherever_a_whistle_has_wandered_somebody_owes_the_next_move_and_it_can_end(
        first in 0..16_usize,
        steps in proptest::collection::vec((0..20_usize, 0..12_usize, 0..3000_i64, 0..128_usize), 0..80),
    ) {
        let mut story = blow(first);
        steps.into_iter().for_each(|chance| step(&mut story, chance));
        finish(&mut story);
        let routed = story.events.iter().filter(|event| event.kind == EventKind::WhistleRouted).count();
        prop_assert!(routed <= 1);
    }
}

#[test]
fn walks_go_everywhere_that_deeds_lead() {
    let (mut whistles, mut summonses) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let chance = (0..20_usize, 0..12_usize, 0..300_i64, 0..128_usize);
    for first in 0..24 {
        let mut story = blow(first);
        for _ in 0..150 {
            step(&mut story, chance.new_tree(&mut runner).unwrap().current());
            whistles.insert(story.tree.whistle.status.as_str());
            summonses.extend(story.tree.summonses.iter().map(|one| one.status.as_str()));
        }
    }
    let all = ["accepted", "awaiting_closure", "closed", "declined", "dispatched", "handling", "returned", "submitted"];
    assert_eq!(whistles.into_iter().collect::<Vec<_>>(), all);
    let all = ["acknowledged", "done", "issued", "reported_in", "submitted", "working"];
    assert_eq!(summonses.into_iter().collect::<Vec<_>>(), all);
    assert!(rules().directory.may_be_summoned("T01"), "a town was among the summoned");
}
