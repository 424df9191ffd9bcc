//! Random walks of a whistle and its visit together: paused, taken up, sent back, called off, closed and reopened in whatever
//! order chance has it. After every step both keep their invariants; from wherever a walk has come, the whistle can be closed.

use super::bodies::{finding_body, pick, visit_body};
use super::sample::{PEOPLE, everybody};
use super::together::{Case, handled};
use super::visits::results;
use super::walk::{self, ONWARD};
use crate::domain::at::DAY_MINUTES;
use crate::domain::decision::Refusal;
use crate::domain::deeds::{self, FindingDeed, VisitDeed};
use crate::domain::event::EventKind;
use crate::domain::policy::Actor;
use crate::domain::terms::{FindingStatus, VisitStatus, WhistleStatus};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};

/// What chance decides about one step.
type Chance = (usize, i64, usize);

/// Somebody's deed: on the whistle or a unit's summons, on the visit, on the finding of that number.
#[derive(Clone)]
enum Choice {
    Whistle(String, &'static str),
    Visit(VisitDeed),
    Finding(usize, FindingDeed),
}

fn begun(first: usize) -> Case {
    let mut case = match first % 4 {
        0 => Case::announced(handled()),
        1 => Case::entered(handled()),
        _ => Case::found(handled()),
    };
    if first.is_multiple_of(2) {
        case.deliver();
    }
    case
}

/// Everything that anybody may do now, by deed. Without what ends a whistle unhandled: that is walked elsewhere.
fn choices(case: &Case) -> BTreeMap<String, Vec<(&'static str, Choice)>> {
    let mut all: BTreeMap<String, Vec<(&'static str, Choice)>> = BTreeMap::new();
    let mut add = |deed: String, who, choice| all.entry(deed).or_default().push((who, choice));
    for (who, ..) in PEOPLE {
        for (unit, deed) in walk::choices(&case.whistle, who).into_iter().filter(|(_, deed)| *deed != "withdraw") {
            add(format!("{unit} {deed}"), who, Choice::Whistle(unit, deed));
        }
    }
    for (who, ..) in everybody() {
        let (actor, tree) = (case.visit.actor(who), &case.visit.tree);
        for deed in deeds::allowed_on_visit(&actor, &tree.visit, case.visit.now) {
            add(format!("visit {deed}"), who, Choice::Visit(VisitDeed::parse(deed).unwrap()));
        }
        for (place, finding) in tree.findings.iter().enumerate() {
            for deed in deeds::allowed_on_finding(&actor, finding) {
                let choice = Choice::Finding(place + 1, FindingDeed::parse(deed).unwrap());
                add(format!("finding {deed}"), who, choice);
            }
        }
    }
    all
}

/// Does it, if any order for it could be sound. What hangs on the order or the roster may be refused of visits and findings.
fn act(case: &mut Case, who: &str, choice: &Choice, chance: usize) {
    let (done, may_be_refused) = match choice {
        Choice::Whistle(unit, deed) => {
            (case.walk(|story| walk::act(story, who, &(unit.clone(), *deed), chance)), false)
        }
        Choice::Visit(deed) => {
            let actor = case.visit.actor(who);
            let records = *deed == VisitDeed::Record;
            let body =
                if records { Some(recorded(case, &actor, chance)) } else { visit_body(&case.visit, &actor, *deed) };
            (body.map(|body| case.try_visit(who, deed.as_str(), &body)), true)
        }
        Choice::Finding(no, deed) => {
            let fails = *deed == FindingDeed::Recheck && chance.is_multiple_of(3);
            let body = finding_body(&case.visit, *no, *deed);
            let body = if fails { body.replace("true", "false") } else { body };
            (Some(case.try_finding(*no, who, deed.as_str(), &body)), true)
        }
    };
    match done {
        None | Some(Ok(())) => {}
        Some(Err(Refusal::Guarded { .. } | Refusal::Faults(_))) if may_be_refused => {}
        Some(Err(refused)) => panic!("{who} may not: {refused:?}"),
    }
}

/// An own item is answered, every second time with something that was found.
fn recorded(case: &Case, actor: &Actor, chance: usize) -> String {
    let visit = &case.visit.tree.visit;
    let own = deeds::own_part(actor, visit);
    let items: Vec<String> = visit
        .items
        .iter()
        .filter(|item| Some(&item.department) == own.as_ref())
        .map(|item| item.no.to_string())
        .collect();
    results(&[(items[chance % items.len()].as_str(), pick(&["finding", "ok", "finding", "not_checked"], chance / 2))])
}

fn step(case: &mut Case, (which, minutes, chance): Chance) {
    case.pass(case.whistle.now.plus_minutes(minutes));
    closes_only_what_waits_for_nothing(case);
    let possible = choices(case);
    let Some(by) = possible.values().nth(which % possible.len().max(1)) else { return };
    let (who, choice) = by[chance % by.len()].clone();
    act(case, who, &choice, chance);
}

fn closes_only_what_waits_for_nothing(case: &Case) {
    let whistle = &case.whistle.tree.whistle;
    if whistle.status == WhistleStatus::AwaitingClosure {
        let closed = case.clone().try_whistle("director", "close", r#"{"kind":"fixed","conclusion":"a"}"#);
        let waits = !whistle.open_findings.is_empty() || !whistle.open_visits.is_empty();
        assert_eq!(matches!(closed, Err(Refusal::Guarded { .. })), waits, "{closed:?}");
        assert_eq!(closed.is_ok(), !waits, "{closed:?}");
    }
}

/// Who brings it on, and by what, where the way out of everything is the shortest.
fn next(case: &Case) -> Option<(&'static str, Choice)> {
    let visit = &case.visit.tree.visit;
    let wanted: &[&str] = if case.whistle.tree.whistle.status == WhistleStatus::Suspended {
        &[" resume"]
    } else if visit.status == VisitStatus::InProgress {
        &["visit abort"]
    } else if visit.status == VisitStatus::Signing {
        &["visit sign"]
    } else if visit.is_under_way() {
        &["visit cancel"]
    } else {
        &["finding lift_measures", "finding close"]
    };
    let all = choices(case);
    let direct = wanted.iter().find_map(|deed| all.get(*deed)).and_then(|by| by.first());
    let onward = || {
        let mut deeds = all.values().flatten();
        deeds.find(|(_, choice)| matches!(choice, Choice::Whistle(_, deed) if ONWARD.contains(deed)))
    };
    direct.or_else(onward).map(|(who, choice)| (*who, choice.clone()))
}

fn finish(case: &mut Case) {
    for _ in 0..120 {
        let whistle = &case.whistle.tree.whistle;
        let closed = whistle.status == WhistleStatus::Closed && case.whistle.tree.obligations.is_empty();
        if closed && whistle.open_findings.is_empty() && whistle.open_visits.is_empty() {
            return;
        }
        let Some((who, choice)) = next(case) else { panic!("nobody can bring {} on", whistle.status) };
        act(case, who, &choice, 0);
    }
    panic!("no end in sight: {:?}, {}", case.whistle.picture(), case.visit.status());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn i3_wherever_whistle_and_visit_have_wandered_somebody_owes_the_next_move_and_it_can_be_closed(
        first in 0..8_usize,
        steps in proptest::collection::vec((0..60_usize, 0..2000_i64, 0..128_usize), 0..60),
    ) {
        let mut case = begun(first);
        steps.into_iter().for_each(|chance| step(&mut case, chance));
        finish(&mut case);
    }
}

#[test]
fn walks_of_both_go_everywhere_that_deeds_lead() {
    let (mut whistles, mut findings, mut kinds) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut caught_up = false;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let chance = (0..60_usize, 0..1200_i64, 0..128_usize);
    for first in 0..24 {
        let mut case = begun(first);
        for turn in 1..=60 {
            let (which, minutes, chance) = chance.new_tree(&mut runner).unwrap().current();
            // Now and then nobody does anything until limits are over.
            let idle = if turn % 15 == 0 { 20 * DAY_MINUTES } else { 0 };
            step(&mut case, (which, minutes + idle, chance));
            let whistle = &case.whistle.tree.whistle;
            whistles.insert(whistle.status.as_str());
            findings.extend(case.visit.tree.findings.iter().map(|one| one.status.as_str()));
            let last: Vec<EventKind> = case.whistle.last.events.iter().map(|event| event.kind).collect();
            caught_up |= last.first() == Some(&EventKind::WhistleResumed) && last.len() > 1;
        }
        kinds.extend(case.whistle.events.iter().chain(&case.visit.events).map(|event| event.kind));
    }
    for state in ["handling", "rectifying", "awaiting_closure", "suspended", "closed"] {
        assert!(whistles.contains(state), "{state} was not walked: {whistles:?}");
    }
    assert_eq!(FindingStatus::WORDS.iter().filter(|state| !findings.contains(*state)).count(), 0, "{findings:?}");
    for kind in [EventKind::WhistleReopened, EventKind::FindingReopened, EventKind::VisitCancelled] {
        assert!(kinds.contains(&kind), "{kind} never happened");
    }
    assert!(caught_up, "no whistle caught up when it went on");
}
