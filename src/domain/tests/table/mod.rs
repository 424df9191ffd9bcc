//! Every state by every deed by every person, against a table copied from the domain page. What is allowed is done, and
//! then each open thing has its one armed obligation (`story` checks that after every deed); what is not is 403 where the
//! post never may and 409 where it may at another time.

mod rows;
mod states;
mod visits;

use super::bodies::{summons_body, whistle_body};
use super::sample::PEOPLE;
use super::story::Story;
use crate::domain::decision::Refusal;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::terms::{SummonsStatus, WhistleStatus};
use states::{naming_the_directors_bureau, summons_in, whistle_in};
use std::collections::BTreeSet;

/// One line of a table, its cells trimmed.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.trim().is_empty()).map(|line| line.split('|').map(str::trim).collect())
}

/// Whether a post ever may do a deed: the line for what stands beside the state beats the plain one.
fn ever(table: &'static str, deed: &str, beside: &str, post: &str) -> bool {
    let of = |special: bool| {
        lines(table).find(|cells| {
            let mut words = cells[0].split(' ');
            let about = words.clone().next_back().is_some_and(|last| beside.split(' ').any(|word| word == last));
            words.any(|word| word == deed) && about == special
        })
    };
    let cells = of(true).or_else(|| of(false)).unwrap_or_else(|| panic!("{deed} has no line"));
    cells[1].split(' ').any(|one| one == post)
}

/// What became of a try, in the words of HTTP.
fn told(done: &Result<(), Refusal>) -> u16 {
    match done {
        Ok(()) => 200,
        Err(Refusal::RoleMayNot) => 403,
        Err(Refusal::NotNow { .. } | Refusal::Guarded { .. }) => 409,
        Err(other) => panic!("{other:?}"),
    }
}

/// What somebody is to a whistle that XF blew and YJ leads.
fn post_at_whistle<'w>(who: &'w str, story: &Story) -> &'w str {
    match who {
        "liaison.xf" | "head.xf" | "head.xf.2" => "blower",
        "office" | "office.2" => "office",
        "director" | "director.2" => "director",
        "liaison.yj" | "head.yj" if story.tree.whistle.lead.is_some() => "lead",
        other => other,
    }
}

#[test]
fn every_deed_on_a_whistle_is_answered_as_the_domain_page_says_in_every_state_for_everybody() {
    let mut tried = [0_usize; 3];
    let mut states = BTreeSet::new();
    for cells in lines(rows::WHISTLE) {
        let row = cells[0];
        let story = whistle_in(row);
        states.insert(story.tree.whistle.status.as_str());
        let (_, beside) = row.split_once(' ').unwrap_or((row, ""));
        for (who, ..) in PEOPLE {
            let post = post_at_whistle(who, &story);
            let column = ["", "blower", "office", "director", "lead"].iter().position(|named| *named == post);
            let allowed: Vec<&str> = column.and_then(|at| cells.get(at)).map_or(vec![], |cell| words(cell));
            assert_eq!(sorted(story.allowed(who)), sorted(allowed.clone()), "{row}: {who}");
            for deed in WhistleDeed::ALL.iter().filter(|deed| deed.moves()) {
                // Some order can only be faulty, such as more than the highest urgency.
                let Some(body) = whistle_body(&story, *deed, 0) else { continue };
                let done = story.clone().act(who, deed.as_str(), &body);
                let expected = match allowed.contains(&deed.as_str()) {
                    true => 200,
                    false if ever(rows::WHISTLE_EVER, deed.as_str(), beside, post) => 409,
                    false => 403,
                };
                assert_eq!(told(&done), expected, "{row}: {who} {deed}");
                tried[usize::from(expected > 200) + usize::from(expected == 409)] += 1;
            }
        }
    }
    assert_eq!(states.len(), WhistleStatus::ALL.len(), "a state has no row: {states:?}");
    each_happened("whistle", tried);
}

/// What somebody is to a summons of XF.
fn post_at_summons(who: &str) -> &str {
    match who {
        "liaison.xf" => "liaison",
        "head.xf" | "head.xf.2" => "head",
        "inspector.xf" | "inspector.xf.2" => "inspector",
        "office" | "office.2" => "office",
        "director" | "director.2" => "director",
        "squad.sq01" => "delegate",
        other => other,
    }
}

#[test]
fn every_deed_on_a_summons_is_answered_as_the_domain_page_says_in_every_state_for_everybody() {
    let mut tried = [0_usize; 3];
    let mut states = BTreeSet::new();
    for cells in lines(rows::SUMMONS) {
        let row = cells[0];
        let story = summons_in("XF", row);
        states.insert(story.summons("XF").status.as_str());
        let (_, beside) = row.split_once(' ').unwrap_or((row, ""));
        for (who, ..) in PEOPLE {
            let post = post_at_summons(who);
            let columns = ["", "liaison", "head", "inspector", "office", "director", "delegate"];
            let column = columns.iter().position(|named| *named == post);
            let allowed: Vec<&str> = column.and_then(|at| cells.get(at)).map_or(vec![], |cell| words(cell));
            assert_eq!(sorted(story.allowed_on("XF", who)), sorted(allowed.clone()), "{row}: {who}");
            for deed in SummonsDeed::ALL {
                let Some(body) = summons_body(&story, "XF", *deed, 0) else { continue };
                let done = story.clone().act_on("XF", who, deed.as_str(), &body);
                let stranger = post == "delegate" && !beside.contains("delegated");
                let expected = match allowed.contains(&deed.as_str()) {
                    true => 200,
                    false if !stranger && ever(rows::SUMMONS_EVER, deed.as_str(), beside, post) => 409,
                    false => 403,
                };
                assert_eq!(told(&done), expected, "{row}: {who} {deed}");
                tried[usize::from(expected > 200) + usize::from(expected == 409)] += 1;
            }
        }
    }
    assert_eq!(states.len(), SummonsStatus::ALL.len(), "a state has no row: {states:?}");
    each_happened("summons", tried);
}

#[test]
fn t33_a_director_neither_rules_nor_excuses_nor_extends_for_the_own_bureau() {
    for cells in lines(rows::OWN_BUREAU) {
        let (unit, state) = cells[0].split_once(' ').unwrap();
        let story = if state.starts_with("names") { naming_the_directors_bureau() } else { summons_in(unit, state) };
        for (who, cell) in [("director", cells[1]), ("director.2", cells[2])] {
            assert_eq!(sorted(story.allowed_on(unit, who)), sorted(words(cell)), "{}: {who}", cells[0]);
            for deed in words(cell) {
                let body = summons_body(&story, unit, SummonsDeed::parse(deed).unwrap(), 0).unwrap();
                assert_eq!(story.clone().act_on(unit, who, deed, &body), Ok(()), "{}: {who} {deed}", cells[0]);
            }
        }
    }
}

fn words(cell: &'static str) -> Vec<&'static str> {
    cell.split(' ').filter(|word| !word.is_empty()).collect()
}

fn sorted(mut deeds: Vec<&str>) -> Vec<&str> {
    deeds.sort_unstable();
    deeds
}

/// So many were done, barred for ever and barred for now: each must have happened.
fn each_happened(noun: &str, tried: [usize; 3]) {
    assert!(tried.iter().all(|count| *count > 50), "{noun}: {tried:?}");
}
