//! Random walks: whoever may do something does it at some time, limits pass, the office receives late or early. After
//! every step `story` checks the invariants; from wherever a walk has come, the whistle can still be brought to its end.

use super::bodies::{pick, summons_body, whistle_body};
use super::sample::{PEOPLE, at, rules};
use super::story::{CANARY, Story};
use crate::domain::decision::Refusal;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::event::EventKind;
use crate::domain::obligation::Obligation;
use crate::domain::terms::{SummonsStatus, Urgency, WhistleStatus};
use crate::domain::whistle::follow;
use crate::domain::whistle::timers;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// What chance decides about one step.
type Chance = (usize, usize, i64, usize);

const BLOWERS: [&str; 4] = ["liaison.xf", "head.yj", "town.t01", "squad.sq01"];

fn blow(chance: usize) -> Story {
    let urgency = pick(Urgency::ALL, chance);
    let json = format!(r#"{{"category":"fire","what":"{CANARY}","enterprise":"E02","urgency":"{urgency}"}}"#);
    let mut story = Story::blown(at("11-20 09:00"), pick(&BLOWERS, chance / 4), &json).unwrap();
    story.beside.push(another("WH-2026-0999").tree);
    story
}

/// Another whistle, for this one to join.
fn another(code: &str) -> Story {
    let json = format!(r#"{{"category":"fire","what":"{CANARY}","place":"b"}}"#);
    let mut other = Story::blown(at("11-19 09:00"), "town.t02", &json).unwrap();
    other.tree.whistle.code = code.to_owned();
    other
}

/// Everything that somebody may do now: unit (or nothing for the whistle) and deed.
pub(super) fn choices(story: &Story, who: &str) -> Vec<(String, &'static str)> {
    let whole = story.allowed(who).into_iter().map(|deed| (String::new(), deed));
    let units =
        story.tree.summonses.iter().map(|one| one.department.clone()).collect::<std::collections::BTreeSet<_>>();
    let parts = units
        .into_iter()
        .flat_map(|unit| story.allowed_on(&unit, who).into_iter().map(|deed| (unit.clone(), deed)).collect::<Vec<_>>());
    whole.chain(parts).collect()
}

/// Does it, if any order for it could be sound.
pub(super) fn act(
    story: &mut Story,
    who: &str,
    (unit, deed): &(String, &'static str),
    chance: usize,
) -> Option<Result<(), Refusal>> {
    if unit.is_empty() {
        let body = whistle_body(story, WhistleDeed::parse(deed).unwrap(), chance)?;
        return Some(story.act(who, deed, &body));
    }
    let body = summons_body(story, unit, SummonsDeed::parse(deed).unwrap(), chance)?;
    Some(story.act_on(unit, who, deed, &body))
}

/// Somebody does something that is possible; whatever else they try is refused for the right reason.
fn step(story: &mut Story, (who, which, minutes, chance): Chance) {
    story.now = story.now.plus_minutes(minutes);
    reach_moments(story);
    // Directors are few, and what waits for them would seldom be ruled.
    let ruled = story.tree.summonses.iter().any(|one| one.status == SummonsStatus::Disputed);
    let ruled = ruled && chance.is_multiple_of(3);
    let who = if ruled { "director.2" } else { PEOPLE[who % PEOPLE.len()].0 };
    let possible = choices(story, who);
    let before = story.tree.clone();
    let others = WhistleDeed::ALL.iter().filter(|deed| deed.moves()).map(|deed| deed.as_str());
    for deed in others.filter(|deed| !possible.contains(&(String::new(), deed))) {
        let refused = act(story, who, &(String::new(), deed), chance);
        let told =
            matches!(refused, None | Some(Err(Refusal::RoleMayNot | Refusal::NotNow { .. } | Refusal::Faults(_))));
        assert!(told && story.tree == before, "{who} {deed}: {refused:?}");
    }
    // Half of the time the work goes on: a walk that ends in its second step sees nothing.
    let onward: Vec<_> = possible.iter().filter(|(_, deed)| ONWARD.contains(deed)).cloned().collect();
    let possible = if chance.is_multiple_of(2) || onward.is_empty() { possible } else { onward };
    let upholds: Vec<_> = possible.iter().filter(|(_, deed)| ruled && *deed == "uphold").cloned().collect();
    let possible = if upholds.is_empty() { possible } else { upholds };
    if let Some(choice) = possible.get(which % possible.len().max(1)) {
        let done = act(story, who, choice, chance);
        let status = before.whistle.status;
        assert!(matches!(done, None | Some(Ok(()))), "{who} {choice:?} in {status}: {done:?}");
    }
}

/// The hub notices what time has brought: each moment of a limit once.
fn reach_moments(story: &mut Story) {
    story.by_itself(|tree, by| follow::route(tree, None, by));
    let has_come = |one: &&Obligation, now| one.next_at.is_some_and(|next| next <= now);
    let come: Vec<_> = story.tree.obligations.iter().filter(|one| has_come(one, story.now)).cloned().collect();
    for one in come {
        let stands = story.tree.obligations.iter().find(|other| other.id == one.id);
        let expected = stands.is_some_and(|stands| has_come(&stands, story.now));
        let first = story.by_itself(|tree, by| timers::reach(tree, &one.id, &[], by));
        assert_eq!(first, expected);
        assert!(!story.by_itself(|tree, by| timers::reach(tree, &one.id, &[], by)), "reached twice");
    }
    let mut late = story.tree.obligations.iter().filter(|one| one.is_overdue(story.now) && one.passed_at.is_none());
    assert!(late.all(|one| has_come(&one, story.now)), "late, and nobody will notice");
}

/// What brings a whistle to its end; nobody but office, blower and departments is needed.
pub(super) const ONWARD: &[&str] = &[
    "accept",
    "dispatch",
    "complete",
    "close",
    "resume",
    "dismiss_contest",
    "report_in",
    "submit",
    "overrule",
    "refer",
];

fn finish(story: &mut Story) {
    for _ in 0..60 {
        let whistle = &story.tree.whistle;
        let ended = matches!(
            whistle.status,
            WhistleStatus::Closed | WhistleStatus::Declined | WhistleStatus::Merged | WhistleStatus::Withdrawn
        );
        if ended && story.tree.obligations.is_empty() {
            return;
        }
        let onward = |(_, deed): &(String, &str)| ONWARD.contains(deed);
        let next = PEOPLE.iter().find_map(|(who, ..)| Some((*who, choices(story, who).into_iter().find(onward)?)));
        let (who, choice) = next.unwrap_or_else(|| panic!("nobody can bring {} on", whistle.status));
        assert_eq!(act(story, who, &choice, 0), Some(Ok(())), "{who} {choice:?}");
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
    let chance = (0..20_usize, 0..12_usize, 0..40_i64, 0..128_usize);
    for first in 0..64 {
        let mut story = blow(first);
        for _ in 0..150 {
            step(&mut story, chance.new_tree(&mut runner).unwrap().current());
            whistles.insert(story.tree.whistle.status.as_str());
            summonses.extend(story.tree.summonses.iter().map(|one| one.status.as_str()));
        }
    }
    // Whatever a finding brings along is walked together with its visit.
    let all: Vec<&str> = WhistleStatus::WORDS.iter().copied().filter(|state| *state != "rectifying").collect();
    let walked: Vec<&str> = all.iter().copied().filter(|state| whistles.contains(state)).collect();
    assert_eq!(walked, all);
    let walked: Vec<&str> = SummonsStatus::WORDS.iter().copied().filter(|state| summonses.contains(state)).collect();
    assert_eq!(walked, SummonsStatus::WORDS);
    assert!(rules().directory.may_be_summoned("T01"), "a town was among the summoned");
}
