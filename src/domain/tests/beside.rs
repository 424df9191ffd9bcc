//! What a finding owes beside its own next step, deed by deed: the end of measures, a receipt, the town's looks. That each has
//! its one armed limit `visit_story` checks after every deed.

use super::findings::{found, ordered, rechecked};
use super::sample::{rules_where, shown};
use super::visit_story::{VisitStory, faults};
use crate::domain::event::EventKind;
use crate::domain::obligation::{AsideId, Subject};
use crate::domain::terms::Duty;
use serde_json::json;

/// The limit of that duty, beside the finding's own.
fn due(story: &VisitStory, duty: Duty) -> String {
    let aside = Subject::Aside(AsideId::of(&story.finding(1).id, duty));
    story.tree.armed(&aside).map_or("nothing".to_owned(), |one| shown(one.due_at))
}

fn measure(measure: &str, until: Option<&str>) -> String {
    json!({ "measure": measure, "until": until.map(|day| format!("{day}T10:00:00+08:00")) })
        .to_string()
        .replace(r#","until":null"#, "")
}

#[test]
fn measures_end_after_thirty_days_and_their_end_is_told_and_owed_by_the_head() {
    let mut story = ordered("general");
    story.acts_on(1, "head.xf", "measures", &measure("stop", None));
    assert_eq!((due(&story, Duty::Measures).as_str(), story.due(Some(1)).as_str()), ("01-03 00:00", "12-19 00:00"));
    assert!(story.finding(1).measures.as_ref().unwrap().until.is_some(), "whoever says nothing has the longest");
    // A Sunday begins when they end: danger waits for no working day.
    story.until("2027-01-03 00:00");
    let told = story.events.iter().rfind(|one| one.kind == EventKind::ObligationOverdue).unwrap();
    assert_eq!((&told.data["duty"], &told.data["role"]), (&json!("measures"), &json!("department_head")));
    assert_eq!(told.about, Some(Subject::Finding(story.finding(1).id.clone())), "whoever reads it knows the finding");
    let letters = story.last.letters.iter().map(|one| format!("{} {}@{}", one.kind, one.to.role, one.to.department));
    assert_eq!(letters.collect::<Vec<_>>(), ["reminder department_head@XF"]);
    assert!(story.finding(1).measures.is_some(), "over is not lifted");
    assert_eq!(due(&story, Duty::Measures), "01-03 00:00", "late, and still owed");
    story.acts_on(1, "head.xf.2", "lift_measures", r#"{"reason":"复查合格"}"#);
    assert_eq!(due(&story, Duty::Measures), "nothing");
}

#[test]
fn measures_are_extended_once_and_then_only_lifted() {
    let mut story = rechecked(true);
    let code = story.finding(1).code.clone();
    story.acts_on(1, "head.xf", "measures", &measure("seal", Some("2026-12-20")));
    let first = story.finding(1).measures.as_ref().unwrap().at;
    story.until("12-21 10:00");
    assert_eq!(
        faults(story.act_on(1, "head.xf", "measures", &measure("seal", Some("2026-12-20")))),
        ["/until in_past"]
    );
    story.acts_on(1, "head.xf", "measures", &measure("seal", None));
    let taken = story.finding(1).measures.clone().unwrap();
    assert_eq!((taken.at, taken.extended, due(&story, Duty::Measures).as_str()), (first, true, "01-20 00:00"));
    let kinds = [EventKind::FindingMeasuresTaken, EventKind::FindingMeasuresExtended].map(|kind| story.count(kind));
    assert_eq!(kinds, [1, 1]);
    let again = story.act_on(1, "head.xf", "measures", &measure("seal", None));
    assert_eq!(VisitStory::barred(again), [format!("measures_extended {code}")]);
    story.clone().acts_on(1, "head.xf", "measures", &measure("stop", None));
    story.acts_on(1, "head.xf", "lift_measures", r#"{"reason":"复查合格"}"#);
    story.acts_on(1, "head.xf", "measures", &measure("evacuate", None));
    assert!(!story.finding(1).measures.as_ref().unwrap().extended, "taken anew, on record");
}

#[test]
fn a_seal_lasts_thirty_days_at_a_time_and_an_extension_is_longer_than_what_stands() {
    let mut story = ordered("general");
    for (measure_of, day, fault) in [
        ("seal", "2027-01-03", Some("/until too_late")),
        ("stop", "2026-12-02", Some("/until in_past")),
        ("stop", "2027-02-10", None),
        ("seal", "2027-01-02", None),
    ] {
        let mut story = story.clone();
        let done = story.act_on(1, "head.xf", "measures", &measure(measure_of, Some(day)));
        match fault {
            Some(fault) => assert_eq!(faults(done), [fault], "{measure_of} {day}"),
            None => assert_eq!(done, Ok(()), "{measure_of} {day}"),
        }
    }
    story.acts_on(1, "head.xf", "measures", &measure("seal", Some("2026-12-20")));
    let sooner = story.act_on(1, "head.xf", "measures", &measure("seal", Some("2026-12-20")));
    assert_eq!(faults(sooner), ["/until too_early"]);
    let longer = story.act_on(1, "head.xf", "measures", &measure("seal", Some("2027-01-20")));
    assert_eq!(faults(longer), ["/until too_late"]);
    story.acts_on(1, "head.xf", "measures", &measure("seal", Some("2027-01-19")));
}

#[test]
fn another_measure_takes_the_place_of_what_stands_and_has_its_own_time_and_its_own_extension() {
    let mut story = ordered("general");
    story.acts_on(1, "head.xf", "measures", &measure("stop", Some("2027-06-30")));
    let longer = story.act_on(1, "head.xf", "measures", &measure("seal", Some("2027-07-20")));
    assert_eq!(faults(longer), ["/until too_late"], "no seal is longer for what stood before");
    story.acts_on(1, "head.xf", "measures", &measure("seal", Some("2026-12-20")));
    assert_eq!(
        (story.finding(1).measures.as_ref().unwrap().extended, due(&story, Duty::Measures).as_str()),
        (false, "12-20 10:00")
    );
    story.acts_on(1, "head.xf", "measures", &measure("seal", None));
    let kinds = [EventKind::FindingMeasuresTaken, EventKind::FindingMeasuresExtended].map(|kind| story.count(kind));
    assert_eq!(kinds, [2, 1]);
}

#[test]
fn what_another_power_has_is_awaited_by_the_head_and_without_a_receipt_by_the_director() {
    let mut story = ordered("general");
    story.acts_on(1, "head.xf", "transfer", r#"{"to":"市水务局","note":"移送函3号"}"#);
    assert_eq!(due(&story, Duty::Receipt), "12-08 17:30", "three working days");
    assert_eq!(story.finding(1).status.as_str(), "ordered", "handed over is not gone");
    story.until("12-08 17:30");
    let told = story.events.iter().rfind(|one| one.kind == EventKind::ObligationOverdue).unwrap();
    assert_eq!((&told.data["duty"], &told.data["role"]), (&json!("receipt"), &json!("department_head")));
    let aside = Subject::Aside(AsideId::of(&story.finding(1).id, Duty::Receipt));
    let owner = &story.tree.armed(&aside).unwrap().owner;
    assert_eq!((owner.role.as_str(), due(&story, Duty::Receipt).as_str()), ("office_director", "12-08 17:30"));
    // It passes once, and the director hears of it each working morning.
    story.until("12-14 09:00");
    let receipts = story.events.iter().filter(|one| one.data["duty"] == "receipt");
    assert_eq!(receipts.filter(|one| one.kind == EventKind::ObligationOverdue).count(), 1);
    let told = story.letters.iter().map(|one| one.key.as_str());
    assert!(told.clone().any(|key| key.starts_with("reminder:office_director:AWB:")), "{:?}", told.collect::<Vec<_>>());
    let mut otherwise = story.clone();
    otherwise.acts_on(1, "head.xf", "close", r#"{"kind":"unfounded","conclusion":"a"}"#);
    assert!(otherwise.finding(1).handed.is_none(), "nobody else has it");
    story.acts_on(1, "head.xf", "close", r#"{"kind":"transferred","conclusion":"回执12号"}"#);
    assert!(story.finding(1).handed.is_some());
    assert_eq!((due(&story, Duty::Receipt).as_str(), story.finding(1).status.as_str()), ("nothing", "closed"));
}

#[test]
fn what_another_power_does_not_take_comes_back() {
    for who in ["head.xf", "director"] {
        let mut story = found("general");
        story.acts_on(1, "head.xf", "transfer", r#"{"to":"市水务局"}"#);
        story.acts_on(1, who, "take_back", r#"{"reason":"不属其职责"}"#);
        assert_eq!((due(&story, Duty::Receipt).as_str(), &story.finding(1).handed), ("nothing", &None), "{who}");
        story.acts_on(1, "inspector.xf", "order", "{}");
        story.acts_on(1, "head.xf", "transfer", r#"{"to":"市水务局"}"#);
    }
    let mut story = found("general");
    story.acts_on(1, "head.xf", "transfer", r#"{"to":"市水务局"}"#);
    story.acts_on(1, "inspector.xf", "correct_on_site", "{}");
    assert_eq!(due(&story, Duty::Receipt), "nothing", "nobody waits for what is gone");
}

fn ceased() -> VisitStory {
    let mut story = ordered("general");
    story.acts_on(1, "head.xf", "close", r#"{"kind":"ceased","conclusion":"断水断电，清空"}"#);
    story
}

#[test]
fn a_place_whose_subject_is_gone_is_looked_at_twice_by_its_town_within_ninety_days() {
    let mut story = ceased();
    assert_eq!(due(&story, Duty::Look), "01-19 00:00", "half of it, and the Monday after");
    let code = story.finding(1).code.clone();
    let clear = r#"{"clear":true,"note":"无人生产"}"#;
    story.acts_on(1, "town.t01", "look", clear);
    assert_eq!(due(&story, Duty::Look), "03-04 00:00");
    story.until("2027-01-10 10:00");
    let soon = story.act_on(1, "town.t01", "look", clear);
    assert_eq!(VisitStory::barred(soon), [format!("looked_already {code}")]);
    story.until("2027-01-20 10:00");
    story.acts_on(1, "squad.sq01", "look", clear);
    assert_eq!((due(&story, Duty::Look).as_str(), story.finding(1).is_watched()), ("nothing", false));
    // A first look that comes when all should be over leaves time for the second.
    let mut late = ceased();
    late.until("2027-03-05 10:00");
    late.acts_on(1, "town.t01", "look", clear);
    assert_eq!(due(&late, Duty::Look), "04-20 00:00");
}

#[test]
fn what_the_town_finds_back_is_taken_up_again_and_no_longer_watched() {
    let mut story = ceased();
    story.acts_on(1, "town.t01", "look", r#"{"clear":true,"note":"无人生产"}"#);
    story.acts_on(1, "town.t01", "look", r#"{"clear":false,"note":"又见物料"}"#);
    let one = story.finding(1);
    assert_eq!((one.status.as_str(), one.relapse, one.reopened, &one.watch), ("ordered", true, 1, &None));
    assert_eq!(due(&story, Duty::Look), "nothing");
    let mut story = ceased();
    story.acts_on(1, "office", "reopen", r#"{"ground":"relapse"}"#);
    assert_eq!((due(&story, Duty::Look).as_str(), &story.finding(1).watch), ("nothing", &None));
    for kind in ["shutdown", "dismantled", "unfounded", "transferred"] {
        let mut story = ordered("general");
        story.acts_on(1, "head.xf", "close", &json!({ "kind": kind, "conclusion": "a" }).to_string());
        assert!(!story.finding(1).is_watched(), "{kind}");
    }
}

#[test]
fn whoever_rechecked_or_struck_it_off_confirms_no_spot_check() {
    let mut story = rechecked(true);
    story.acts_on(1, "head.xf", "close", "{}");
    story.is_drawn(1);
    let look = json!({ "passed": true, "note": "a" });
    let told = VisitStory::barred(story.act_on(1, "inspector.xf.3", "recheck", &look.to_string()));
    assert_eq!(told, ["passed_before inspector.xf.3"]);
    let mut named = look.clone();
    named["officers"] = json!(["pe_inspector.xf.3"]);
    let told = VisitStory::barred(story.act_on(1, "inspector.xf", "recheck", &named.to_string()));
    assert_eq!(told, ["passed_before inspector.xf.3"]);
    // They found it, and others have passed it.
    story.acts_on(1, "inspector.xf", "recheck", &look.to_string());
    // Struck off on site: whoever did may not, nor may only those who were there.
    let mut story = found("general");
    story.acts_on(1, "inspector.xf", "correct_on_site", "{}");
    story.is_drawn(1);
    let code = story.finding(1).code.clone();
    let told = VisitStory::barred(story.act_on(1, "inspector.xf", "recheck", &look.to_string()));
    assert_eq!(told, ["passed_before inspector.xf".to_owned(), format!("same_officers {code}")]);
    let told = VisitStory::barred(story.act_on(1, "inspector.xf.2", "recheck", &look.to_string()));
    assert_eq!(told, [format!("same_officers {code}")]);
    story.acts_on(1, "inspector.xf.3", "recheck", &look.to_string());
}

#[test]
fn a_named_crew_rechecks_by_two_and_a_squad_that_has_nobody_else_goes_again() {
    let mut story = ordered("general");
    story.acts_on(1, "inspector.xf", "report_fixed", "{}");
    let alone = r#"{"passed":true,"note":"a","officers":["pe_inspector.xf.3"]}"#;
    let told = VisitStory::barred(story.act_on(1, "inspector.xf.3", "recheck", alone));
    assert_eq!(told, ["too_few_certified XF"]);
    story.clone().acts_on(1, "inspector.xf", "recheck", alone);
    let pair = r#"{"passed":true,"note":"a","officers":["pe_inspector.xf.2"]}"#;
    let code = story.finding(1).code.clone();
    let told = VisitStory::barred(story.act_on(1, "inspector.xf", "recheck", pair));
    assert_eq!(told, [format!("same_officers {code}")]);
    story.rules = rules_where(|directory| directory.people.retain(|one| one.username != "inspector.xf.3"));
    story.acts_on(1, "inspector.xf", "recheck", pair);
    // Both have passed it: where there is nobody else they confirm it, too.
    story.acts_on(1, "head.xf", "close", "{}");
    story.is_drawn(1);
    story.acts_on(1, "inspector.xf", "recheck", pair);
    assert!(!story.finding(1).awaits_spot_check());
}
