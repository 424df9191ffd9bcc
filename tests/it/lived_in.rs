//! The demo's past: after it the district stands as the sample's file expects, its limits have passed when they passed,
//! nothing of it is stuck and no letter of it is sent; a second start keeps it, and a district of its own is left alone.

use crate::town::{PASSWORD, Place, Town, at, blow_order, settings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use whistle_hub::app::sample_whistles::{self, SampleWhistle};
use whistle_hub::clock::ManualClock;
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};

const TODAY: &str = "2026-11-26T08:30:00+08:00";
/// What the file's accepted ones have come to, where they are not closed.
const OPEN: [(&str, &str); 6] = [
    ("W32", "handling"),
    ("W33", "handling"),
    ("W35", "awaiting_closure"),
    ("W10", "handling"),
    ("W36", "dispatched"),
    ("W37", "dispatched"),
];
/// Those in which somebody is late.
const LATE: [&str; 5] = ["W10", "W32", "W33", "W36", "W37"];

/// What `demo --lived-in` does before it serves.
async fn lives(place: &Place, chance: u64) -> anyhow::Result<()> {
    let around = Surroundings { clock: Arc::new(ManualClock::new(at(TODAY))), chance: Chance::seeded(chance) };
    let hub = setup::demo(&settings(place), PASSWORD, around).await.unwrap();
    let lived = setup::live_in(&hub).await;
    hub.ledger.close().await.unwrap();
    lived
}

fn expected(row: &SampleWhistle) -> &'static str {
    let open = OPEN.iter().find(|(name, _)| *name == row.name());
    match (row.text("expected_triage"), open) {
        ("accept", Some((_, status))) => status,
        ("accept", None) => "closed",
        ("merge", _) => "merged",
        ("decline", _) => "declined",
        ("return", _) => "returned",
        (other, _) => panic!("the office knows no {other}"),
    }
}

/// The file's lines beside what the office sees of each, in order.
async fn beside(t: &Town) -> Vec<(SampleWhistle, Value)> {
    let rows = sample_whistles::read().unwrap();
    let codes = t.office().codes("/whistles?sort=blown_at").await;
    assert_eq!((rows.len(), codes.len()), (40, 40));
    let mut both = Vec::new();
    for (row, code) in rows.into_iter().zip(codes) {
        both.push((row, t.office().sees(&format!("/whistles/{code}")).await));
    }
    both
}

fn check(row: &SampleWhistle, card: &Value, days: i64) {
    let name = row.name();
    assert_eq!((&card["status"], &card["title"]), (&expected(row).into(), &row.text("title_zh").into()), "{name}");
    assert_eq!(card["blown_at"], row.blown_at.plus_minutes(days * 24 * 60).rfc3339(), "{name}");
    let summoned: BTreeSet<&str> =
        card["summonses"].as_array().unwrap().iter().map(|one| one["department"].as_str().unwrap()).collect();
    if !row.is_accepted() {
        assert!(summoned.is_empty(), "{name}");
        return;
    }
    assert_eq!(summoned, row.needed().into_iter().collect(), "{name}");
    for (field, column) in
        [("route", "expected_route"), ("severity", "severity"), ("urgency", "urgency"), ("lead", "lead_department")]
    {
        assert_eq!(card[field], row.text(column), "{name} {field}");
    }
}

#[actix_web::test]
async fn the_lived_in_district_stands_as_its_file_expects_and_nothing_of_it_is_stuck_or_sent() {
    let place = Place::empty();
    Box::pin(lives(&place, 71)).await.unwrap();
    let t = Box::pin(Town::open(&place, at(TODAY))).await;
    t.hush(sample_whistles::INFORMER.0);
    t.settle().await;
    assert_eq!(t.letters().len(), 0, "a letter of the past was sent");
    let both = beside(&t).await;
    let names: BTreeMap<&str, &str> =
        both.iter().map(|(row, card)| (card["code"].as_str().unwrap(), row.name())).collect();
    // The last one was blown last night; all others as long before as in the file.
    both.iter().for_each(|(row, card)| check(row, card, 25));
    let late = t.office().codes("/whistles?overdue=true").await;
    let late: BTreeSet<&str> = late.iter().map(|code| names[&**code]).collect();
    assert_eq!(late, BTreeSet::from(LATE));
    let disputed = t.office().codes("/summonses?status=disputed,referred").await;
    assert_eq!(disputed.iter().map(|code| names[&code[..12]]).collect::<Vec<_>>(), ["W36"]);
    let merged = both.iter().find(|(row, _)| row.joins().is_some()).unwrap();
    assert_eq!(names[merged.1["merged_into"].as_str().unwrap()], "W07");
    // A limit that passed in the past passed then, not at the start of the hub.
    let (code, _) = names.iter().find(|(_, name)| **name == "W37").unwrap();
    let tale = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
    let passed: Vec<&str> = tale
        .iter()
        .filter(|event| event["kind"] == "obligation.overdue")
        .map(|event| event["at"].as_str().unwrap())
        .collect();
    assert!(!passed.is_empty() && passed.iter().all(|moment| *moment < "2026-11-20"), "{passed:?}");
    // Life goes on: nothing is stuck, owed or unseen when the story is closed.
    t.advance(7 * 24 * 60).await;
    assert!(!t.letters().is_empty(), "nobody is told of what passes from today on");
    t.close().await;
}

#[actix_web::test]
async fn a_lived_in_district_is_kept_by_a_second_start_and_a_district_of_its_own_gets_no_past() {
    let place = Place::empty();
    Box::pin(lives(&place, 72)).await.unwrap();
    Box::pin(lives(&place, 73)).await.unwrap();
    let t = Box::pin(Town::open(&place, at(TODAY))).await;
    assert_eq!(t.office().codes("/whistles").await.len(), 40);
    t.close().await;
    let own = Place::new();
    let t = Town::open(&own, at(TODAY)).await;
    t.fire().blows(&blow_order("自己的一件")).await;
    t.close().await;
    let refused = lives(&own, 74).await.unwrap_err();
    assert!(format!("{refused:#}").contains("--lived-in begins with an empty one"), "{refused:#}");
    let t = Town::open(&own, at(TODAY)).await;
    assert_eq!(t.office().codes("/whistles").await.len(), 1);
    t.close().await;
}
