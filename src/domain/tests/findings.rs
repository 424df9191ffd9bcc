//! What bars a deed on a finding, and its dead ends (DOMAIN §3.4), deed by deed. Who may do what in which state is the
//! table's to say.

use super::sample::{rules_for_visits, rules_where, shown};
use super::visit_story::{VisitStory, faults, plan};
use crate::domain::at::DAY_MINUTES;
use crate::domain::decision::Refusal;
use crate::domain::directory::{Directory, Hazard};
use crate::domain::event::EventKind;
use crate::domain::finding::Finding;
use crate::domain::obligation::Subject;
use crate::domain::rules::Rules;
use crate::domain::terms::{Category, ClosureKind, FindingStatus};
use crate::domain::visit::burden::{Burden, relapses};
use crate::domain::visit::slate::Slate;
use serde_json::json;

/// One finding of XF, general or major, where the district is otherwise.
pub(super) fn found_where(severity: &str, rules: &'static Rules, hazard: Option<&str>) -> VisitStory {
    let mut order = plan();
    if let Some(hazard) = hazard {
        order["items"][1]["hazard"] = json!(hazard);
    }
    let mut story = VisitStory::planned(&order, &[], &Slate::default(), rules).unwrap();
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    story.acts("office", "announce", "{}");
    story.until("12-03 13:40");
    story.acts("inspector.yj", "enter", "{}");
    let finding = json!({ "what": "a", "severity": severity, "clause": "判定标准" });
    let results = json!({ "results": [{ "item": "2", "outcome": "finding", "finding": finding }] });
    story.acts("inspector.xf", "record", &results.to_string());
    story
}

pub(super) fn found(severity: &str) -> VisitStory {
    found_where(severity, rules_for_visits(), None)
}

pub(super) fn ordered(severity: &str) -> VisitStory {
    let mut story = found(severity);
    story.acts_on(1, "inspector.xf", "order", "{}");
    story
}

pub(super) fn rechecked(passed: bool) -> VisitStory {
    let mut story = ordered("general");
    story.acts_on(1, "town.t01", "report_fixed", r#"{"note":"企业说已改"}"#);
    story.acts_on(1, "inspector.xf.3", "recheck", &json!({ "passed": passed, "note": "a" }).to_string());
    story
}

fn lapsed(username: &str) -> &'static Rules {
    rules_where(|directory| {
        let one = directory.people.iter_mut().find(|one| one.username == username).unwrap();
        one.certificate_valid_to = Some("2026-12-03".to_owned());
    })
}

fn tied(username: &str) -> &'static Rules {
    rules_where(|directory| {
        directory.people.iter_mut().find(|one| one.username == username).unwrap().ties.push("E01".to_owned());
    })
}

pub(super) fn listed(code: &str, correctable_on_site: bool) -> Hazard {
    Hazard {
        part_no: 1,
        part: String::new(),
        part_en: String::new(),
        code: code.into(),
        text: String::new(),
        text_en: String::new(),
        category: Category::Fire,
        competent_departments: vec!["XF".into()],
        evidence: String::new(),
        correctable_on_site,
        legal_basis: String::new(),
        valid_from: None,
        valid_to: None,
        version: 1,
    }
}

#[test]
fn only_a_small_thing_that_the_list_calls_correctable_is_put_right_on_site() {
    let list =
        rules_where(|directory: &mut Directory| directory.checklist = vec![listed("C1", true), listed("C2", false)]);
    for (severity, hazard, correctable) in [
        ("general", None, true),
        ("general", Some("C1"), true),
        ("general", Some("C2"), false),
        ("major", None, false),
        ("major", Some("C1"), false),
    ] {
        let mut story = found_where(severity, list, hazard);
        let done = story.act_on(1, "inspector.xf", "correct_on_site", r#"{"note":"已移走"}"#);
        if correctable {
            assert_eq!((done, story.finding(1).closed), (Ok(()), Some(ClosureKind::OnSite)), "{severity} {hazard:?}");
            continue;
        }
        let code = &story.finding(1).code;
        assert_eq!(VisitStory::barred(done), [format!("not_correctable_on_site {code}")], "{severity} {hazard:?}");
    }
}

#[test]
fn two_officers_order_whose_certificates_are_good_that_day() {
    let mut story = found("general");
    let one = r#"{"officers":["pe_inspector.xf"]}"#;
    assert_eq!(VisitStory::barred(story.act_on(1, "inspector.xf", "order", one)), ["too_few_certified XF"]);
    let foreign = r#"{"officers":["pe_inspector.xf","pe_inspector.sh"]}"#;
    assert_eq!(faults(story.act_on(1, "inspector.xf", "order", foreign)), ["/officers/1 no_such"]);
    story.until("12-04 10:00");
    story.rules = lapsed("inspector.xf.2");
    assert_eq!(VisitStory::barred(story.act_on(1, "inspector.xf", "order", "{}")), ["too_few_certified XF"]);
    let lapsed_own = ["not_certified inspector.xf.2", "too_few_certified XF"];
    assert_eq!(VisitStory::barred(story.act_on(1, "inspector.xf.2", "order", "{}")), lapsed_own);
    let mut other = rechecked(false);
    other.until("12-04 10:00");
    other.rules = lapsed("inspector.xf.3");
    let case = r#"{"case":"a"}"#;
    assert_eq!(VisitStory::barred(other.act_on(1, "inspector.xf.3", "order", case)), ["not_certified inspector.xf.3"]);
    let mut other = ordered("general");
    other.until("12-04 10:00");
    other.acts_on(1, "inspector.xf", "report_fixed", "{}");
    other.rules = lapsed("inspector.xf.3");
    let recheck = r#"{"passed":true,"note":"a"}"#;
    let told = VisitStory::barred(other.act_on(1, "inspector.xf.3", "recheck", recheck));
    assert_eq!(told, ["not_certified inspector.xf.3"]);
    // Whoever has a tie to the firm stands aside, and fills no crew.
    story.rules = tied("inspector.xf.2");
    let told = VisitStory::barred(story.act_on(1, "inspector.xf.2", "order", "{}"));
    assert_eq!(told, ["recused inspector.xf.2", "too_few_certified XF"]);
    other.rules = tied("inspector.xf.3");
    assert_eq!(VisitStory::barred(other.act_on(1, "inspector.xf.3", "recheck", recheck)), ["recused inspector.xf.3"]);
    let with_the_tied = r#"{"passed":true,"note":"a","officers":["pe_inspector.xf.3"]}"#;
    let told = VisitStory::barred(other.act_on(1, "inspector.xf", "recheck", with_the_tied));
    let alone_with_it = format!("reporter_rechecks {}", other.finding(1).code);
    assert_eq!(told, ["recused inspector.xf.3", "too_few_certified XF", alone_with_it.as_str()]);
    let named = r#"{"officers":["pe_inspector.xf","pe_inspector.xf.2","pe_inspector.xf.3"]}"#;
    assert_eq!(VisitStory::barred(story.act_on(1, "inspector.xf", "order", named)), ["recused inspector.xf.2"]);
    story.acts_on(1, "inspector.xf", "order", r#"{"officers":["pe_inspector.xf","pe_inspector.xf.3"]}"#);
    assert_eq!(
        shown(story.finding(1).orders[0].due_at),
        "12-22 00:00",
        "fifteen days where nothing is said, and the Monday after"
    );
}

#[test]
fn an_order_goes_to_the_firm_or_its_landlord_and_takes_a_month_or_ninety_days() {
    let let_out = rules_where(|directory| directory.enterprises[0].landlord_code = Some("E03".into()));
    for (code, told) in [("E01", None), ("E03", None), ("E02", Some("/addressee no_such"))] {
        let mut story = found_where("general", let_out, None);
        let done = story.act_on(1, "inspector.xf", "order", &json!({ "addressee": code }).to_string());
        match told {
            Some(fault) => assert_eq!(faults(done), [fault]),
            None => assert_eq!((done, story.finding(1).orders[0].addressee.as_deref()), (Ok(()), Some(code))),
        }
    }
    for (severity, due, fault) in [
        ("general", "2027-01-03T00:00:00+08:00", None),
        ("general", "2027-01-04T00:00:00+08:00", Some("/due_at too_late")),
        ("major", "2027-03-03T00:00:00+08:00", None),
        ("major", "2027-03-05T00:00:00+08:00", Some("/due_at too_late")),
        ("major", "2026-12-03T13:40:00+08:00", Some("/due_at in_past")),
    ] {
        let done = found(severity).act_on(1, "inspector.xf", "order", &json!({ "due_at": due }).to_string());
        match fault {
            Some(fault) => assert_eq!(faults(done), [fault], "{severity} {due}"),
            None => assert_eq!(done, Ok(()), "{severity} {due}"),
        }
    }
}

#[test]
fn a_limit_is_extended_twice_and_what_was_ordered_stands_beside_it() {
    let mut story = ordered("general");
    let due_at = story.finding(1).orders[0].due_at;
    let ask = |day: &str| format!(r#"{{"until":"2026-12-{day}T10:00:00+08:00","reason":"缺件"}}"#);
    assert_eq!(faults(story.act_on(1, "inspector.xf", "ask_extension", &ask("18"))), ["/until too_early"]);
    story.acts_on(1, "head.xf", "ask_extension", &ask("25"));
    story.acts_on(1, "head.xf", "refuse_extension", r#"{"reason":"无正当理由"}"#);
    assert_eq!((story.due(Some(1)).as_str(), story.finding(1).extended), ("12-19 00:00", 0), "the limit stands");
    for (day, due) in [("25", "12-25 10:00"), ("28", "12-28 10:00")] {
        story.acts_on(1, "inspector.xf", "ask_extension", &ask(day));
        story.acts_on(1, "head.xf", "grant_extension", "{}");
        assert_eq!(story.due(Some(1)), due);
    }
    let code = story.finding(1).code.clone();
    let third = story.act_on(1, "inspector.xf", "ask_extension", &ask("30"));
    assert_eq!(VisitStory::barred(third), [format!("extended_twice {code}")]);
    let one = story.finding(1);
    assert_eq!((one.orders.len(), one.orders[0].due_at, one.extended), (1, due_at, 2), "never overwritten");
    // Asked in time and not answered: it is rechecked all the same, and nothing is left to grant.
    let mut story = ordered("general");
    story.acts_on(1, "inspector.xf", "ask_extension", &ask("25"));
    story.until("12-19 00:01");
    assert_eq!((story.finding(1).status.as_str(), story.due(Some(1)).as_str()), ("recheck_due", "12-30 00:00"));
    assert!(matches!(story.act_on(1, "head.xf", "grant_extension", "{}"), Err(Refusal::NotNow { .. })));
    let lapsed = story.events.iter().rfind(|one| one.kind == EventKind::FindingExtensionLapsed).unwrap();
    assert_eq!(lapsed.data["until"], "2026-12-25T10:00:00+08:00", "and whoever asked is told that nobody answered");
    let mut unasked = ordered("general");
    unasked.until("12-19 00:01");
    assert_eq!(unasked.count(EventKind::FindingExtensionLapsed), 0);
}

#[test]
fn every_other_end_needs_its_proof_in_words() {
    // Gone, cannot be fixed, taken down, another power's with its receipt, none at all.
    for kind in ["ceased", "shutdown", "dismantled", "transferred", "unfounded"] {
        let bare = json!({ "kind": kind }).to_string();
        let proven = json!({ "kind": kind, "conclusion": "现场已核实，回执编号12" }).to_string();
        for mut story in [found("major"), ordered("general"), rechecked(false), rechecked(true)] {
            assert_eq!(faults(story.act_on(1, "head.xf", "close", &bare)), ["/conclusion missing"], "{kind}");
            story.acts_on(1, "head.xf", "close", &proven);
            assert_eq!(story.finding(1).closed.map(|one| one.as_str()), Some(kind));
            assert_eq!(story.last.events[0].data["kind"], kind);
        }
    }
    for (kind, mut story) in
        [("fixed", ordered("general")), ("on_site", ordered("general")), ("on_site", rechecked(true))]
    {
        let close = json!({ "kind": kind, "conclusion": "a" }).to_string();
        assert_eq!(faults(story.act_on(1, "head.xf", "close", &close)), ["/kind mismatch"], "{kind}");
    }
}

#[test]
fn nobody_strikes_off_what_they_rechecked_or_said_to_be_fixed_or_what_stands_still_by_order() {
    let mut story = rechecked(true);
    let code = story.finding(1).code.clone();
    story.acts_on(1, "head.xf", "measures", r#"{"measure":"seal","until":"2026-12-30T10:00:00+08:00"}"#);
    // As somebody who is head now and was an officer then.
    let head = story.actor("head.xf").person;
    story.tree.findings[0].rechecks[0].officers.push(head);
    let told = VisitStory::barred(story.act_on(1, "head.xf", "close", "{}"));
    assert_eq!(told, [format!("closer_rechecked {code}"), format!("measures_stand {code}")]);
    assert_eq!(VisitStory::barred(story.act_on(1, "head.xf.2", "close", "{}")), [format!("measures_stand {code}")]);
    story.acts_on(1, "head.xf", "lift_measures", r#"{"reason":"复查合格"}"#);
    let mut fixer = story.clone();
    fixer.tree.findings[0].report.as_mut().unwrap().by = Some(story.actor("head.xf.2").person);
    let told = VisitStory::barred(fixer.act_on(1, "head.xf.2", "close", "{}"));
    assert_eq!(told, [format!("closer_rechecked {code}")]);
    story.acts_on(1, "head.xf.2", "close", "{}");
}

#[test]
fn a_failed_recheck_is_ordered_anew_with_a_case_or_the_reason_why_none() {
    let mut story = rechecked(false);
    assert_eq!(story.due(Some(1)), "12-04 17:30", "a working day");
    assert_eq!(faults(story.act_on(1, "inspector.xf", "order", "{}")), ["/case missing"]);
    story.until("12-04 10:00");
    story.acts_on(1, "inspector.xf", "order", r#"{"case":"情节轻微，不予立案"}"#);
    let one = story.finding(1);
    assert_eq!((one.orders.len(), one.rechecks.len(), one.status.as_str()), (2, 1, "ordered"));
    assert!(one.orders[1].case.is_some() && one.orders[0].due_at < one.orders[1].due_at && one.report.is_none());
    assert_eq!(story.last.events[0].data["again"], true);
    // Whoever was at the first visit does not recheck alone; with one other it is two.
    story.acts_on(1, "inspector.xf", "report_fixed", "{}");
    let alone = json!({ "passed": true, "note": "a", "officers": ["pe_inspector.xf.2"] }).to_string();
    let code = story.finding(1).code.clone();
    assert_eq!(
        VisitStory::barred(story.act_on(1, "inspector.xf", "recheck", &alone)),
        [format!("same_officers {code}")]
    );
    story.acts_on(1, "inspector.xf", "recheck", &alone.replace("xf.2", "xf.3"));
}

#[test]
fn the_same_item_of_the_same_firm_within_half_a_year_is_a_relapse_and_who_struck_it_off_is_told() {
    let list =
        rules_where(|directory: &mut Directory| directory.checklist = vec![listed("C1", true), listed("C2", true)]);
    let mut story = found_where("general", list, Some("C1"));
    story.acts_on(1, "inspector.xf", "correct_on_site", "{}");
    let old = story.finding(1).clone();
    let otherwise = |change: fn(&mut Finding)| {
        let mut other = old.clone();
        (other.code, other.origin.department) = ("LJ-2026-0007-01".to_owned(), "SH".to_owned());
        change(&mut other);
        other
    };
    let days = |one: &mut Finding, days: i64| one.closed_at = one.closed_at.map(|at| at.plus_minutes(-days * 24 * 60));
    for (struck_off, relapse_of) in [
        (vec![], None),
        (vec![otherwise(|_| {})], Some("LJ-2026-0007-01")),
        (vec![otherwise(|one| one.origin.hazard = Some("C2".into()))], None),
        (vec![otherwise(|one| one.closed = Some(ClosureKind::Unfounded))], None),
        (
            vec![{
                let mut one = otherwise(|_| {});
                days(&mut one, 179);
                one
            }],
            Some("LJ-2026-0007-01"),
        ),
        (
            vec![{
                let mut one = otherwise(|_| {});
                days(&mut one, 182);
                one
            }],
            None,
        ),
    ] {
        let mut story = found_where("general", list, Some("C1"));
        story.tree.slate.struck_off = struck_off;
        // Of the two items of XF the other one has no hazard of the list.
        story.tree.visit.items[1].answer = None;
        story.tree.findings.clear();
        story.tree.obligations.retain(|one| !matches!(one.subject, Subject::Finding(_)));
        story.tree.visit.found = 0;
        let results = json!({ "results": [
            { "item": "2", "outcome": "finding", "finding": { "what": "a" } },
            { "item": "3", "outcome": "finding", "finding": { "what": "b" } },
        ] });
        story.acts("inspector.xf", "record", &results.to_string());
        assert_eq!((story.finding(1).relapse_of.as_deref(), story.finding(2).relapse), (relapse_of, false));
        assert_eq!(story.finding(1).relapse, relapse_of.is_some());
        assert_eq!(story.last.events[0].data["relapse_of"], json!(relapse_of));
        let told: Vec<_> = story.last.letters.iter().map(|one| format!("{} {}", one.kind, one.to.department)).collect();
        assert_eq!(told, relapse_of.map(|_| "finding_relapsed SH".to_owned()).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn what_came_back_is_counted_against_what_was_struck_off_within_half_a_year() {
    let mut story = found("general");
    story.acts_on(1, "inspector.xf", "correct_on_site", "{}");
    let of = |code: &str, days: i64, relapse_of: Option<&str>| {
        let mut one = story.finding(1).clone();
        let at = story.now.plus_minutes(-days * DAY_MINUTES);
        (one.found_at, one.closed_at) = (at, Some(at));
        (one.code, one.relapse_of) = (code.to_owned(), relapse_of.map(str::to_owned));
        one
    };
    let taken_up = |code: &str| {
        let mut one = of(code, 100, None);
        (one.status, one.closed, one.closed_at) = (FindingStatus::Ordered, None, None);
        one
    };
    let unfounded = Finding { closed: Some(ClosureKind::Unfounded), ..of("C", 1, None) };
    for (found, figures) in [
        (vec![], (0, 0)),
        (vec![of("A", 179, None), of("B", 183, None), unfounded], (1, 0)),
        (vec![of("A", 100, None), of("B", 10, Some("A")), of("D", 5, Some("A"))], (3, 1)),
        (vec![taken_up("A"), of("B", 10, Some("A"))], (2, 1)),
        (vec![taken_up("A"), of("B", 183, Some("A"))], (0, 0)),
        (vec![of("A", 300, None), of("B", 170, Some("A"))], (1, 0)),
    ] {
        let mut burden = Burden::default();
        relapses(&mut burden, &found, story.rules, story.now);
        assert_eq!((burden.struck_off, burden.relapsed), figures, "{found:?}");
    }
}

#[test]
fn what_was_struck_off_too_early_is_taken_up_again_with_a_limit_of_its_own() {
    for (ground, relapse) in [("relapse", true), ("spot_check_failed", false)] {
        let mut story = rechecked(true);
        story.acts_on(1, "head.xf", "close", "{}");
        let first = story.finding(1).orders[0].due_at;
        story.until("12-22 10:00");
        story.acts_on(1, "office", "reopen", &json!({ "ground": ground }).to_string());
        let one = story.finding(1);
        assert_eq!((one.status.as_str(), one.closed, one.reopened, one.relapse), ("ordered", None, 1, relapse));
        assert_eq!((story.due(Some(1)).as_str(), one.orders[0].due_at), ("01-07 00:00", first));
        assert_eq!(story.count(EventKind::FindingReopened), 1);
    }
}
