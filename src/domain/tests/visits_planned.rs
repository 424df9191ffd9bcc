//! What a plan is measured by: one human under two sign-ins, items that follow a whistle or a hazard, the cap department by
//! department, and what is said against a plan without barring it.

use super::findings::listed;
use super::sample::{at, rules_for_visits, rules_where};
use super::visit_story::{VisitStory, crew, faults, plan};
use super::visits::{planned, whistle, with};
use crate::domain::decision::Refusal;
use crate::domain::directory::{Directory, Enterprise, Shift};
use crate::domain::event::EventKind;
use crate::domain::rules::Rules;
use crate::domain::terms::{Severity, WhistleStatus};
use crate::domain::visit::slate::{self, FirmVisit, Slate};
use crate::domain::whistle::Tree;
use serde_json::{Value, json};

/// One human who is an inspector of XF and sits in the office.
fn one_human(directory: &mut Directory) {
    let name = directory.by_username("inspector.xf").unwrap().name.clone();
    directory.people.iter_mut().find(|one| one.username == "office.2").unwrap().name = name;
}

fn barred(done: Result<VisitStory, Refusal>) -> Vec<String> {
    if done.is_ok() { Vec::new() } else { VisitStory::barred(done.map(|_| ())) }
}

fn other(date: &str, departments: &[&str]) -> FirmVisit {
    let departments = departments.iter().map(|one| (*one).to_owned()).collect();
    FirmVisit { code: "LJ-2026-0001".into(), date: date.into(), departments }
}

fn beside(of_firm: &[FirmVisit]) -> Slate {
    Slate { of_firm: of_firm.to_vec(), ..Slate::default() }
}

/// The sound plan with this whistle behind each of these items.
fn following(order: &Value, tree: &Tree, items: &[usize]) -> Value {
    let mut order = order.clone();
    items.iter().for_each(|at| order["items"][at]["whistle"] = json!(tree.whistle.code));
    order
}

#[test]
fn one_human_under_two_sign_ins_is_on_duty_and_in_one_place() {
    let on_duty = |directory: &mut Directory| {
        one_human(directory);
        let shift = |main: &str, office_duty: &str| Shift {
            date: "2026-12-03".into(),
            night: false,
            main: main.into(),
            deputy: "head.yj".into(),
            office_duty: office_duty.into(),
        };
        directory.rota = vec![shift("head.yj", "office.2")];
    };
    assert_eq!(barred(planned(&plan(), on_duty)), ["off_duty inspector.xf"]);
    let rules = rules_where(one_human);
    for taken in ["pe_inspector.xf", "pe_office.2"] {
        let slate = Slate { taken: [taken.to_owned()].into(), ..Slate::default() };
        assert_eq!(barred(VisitStory::planned(&plan(), &[], &slate, rules)), ["person_taken inspector.xf"], "{taken}");
    }
    // Whichever of them is named, one thing is taken: the smallest id, and everybody else's own.
    let going = |who: &str| {
        let mut order = plan();
        let more = json!({ "officer": format!("pe_{who}"), "role": "expert" });
        order["members"] = crew(&["inspector.yj", "inspector.yj.2", "inspector.xf.2", "inspector.xf.3"]);
        order["members"].as_array_mut().unwrap().push(more);
        order
    };
    for who in ["inspector.xf", "office.2"] {
        let story = VisitStory::planned(&going(who), &[], &Slate::default(), rules).unwrap();
        let takes = story.tree.visit.takes();
        assert!(takes.contains(&"pe_inspector.xf".to_owned()) && takes.len() == 5, "{takes:?}");
        assert_eq!(story.tree.visit.members.last().unwrap().person.as_str(), format!("pe_{who}"), "whoever was named");
        let kept = serde_json::to_value(&story.tree.visit.members).unwrap();
        assert_eq!(kept.to_string().matches("taken_as").count(), usize::from(who == "office.2"));
    }
    let mut twice = going("office.2");
    twice["members"].as_array_mut().unwrap().push(json!({ "officer": "pe_inspector.xf", "role": "member" }));
    let refused = VisitStory::planned(&twice, &[], &Slate::default(), rules).map(|_| ());
    assert_eq!(faults(refused), ["/members/5/officer twice"]);
}

#[test]
fn an_item_follows_a_whistle_that_is_open_and_about_the_firm() {
    let rules = rules_for_visits();
    let tried = |tree: &Tree, firm: &str| {
        let mut order = following(&plan(), tree, &[1]);
        order["enterprise"] = json!(firm);
        VisitStory::planned(&order, std::slice::from_ref(tree), &Slate::default(), rules)
    };
    let sound = whistle("normal");
    for status in WhistleStatus::ALL.iter().copied() {
        let mut tree = sound.clone();
        tree.whistle.status = status;
        let done = tried(&tree, "E01").map(|_| ());
        let expected: &[&str] = if status.is_open() { &[] } else { &["/items/1/whistle not_open"] };
        let told = if done.is_ok() { Vec::new() } else { faults(done) };
        assert_eq!(told, expected, "{status}");
    }
    // E03 is of the same town.
    assert_eq!(faults(tried(&sound, "E03").map(|_| ())), ["/items/1/whistle mismatch"]);
    let mut nowhere = sound.clone();
    nowhere.whistle.enterprise = None;
    assert!(tried(&nowhere, "E03").unwrap().tree.visit.exempt, "it names no firm");
    let mut place = following(&plan(), &sound, &[1]);
    place.as_object_mut().unwrap().remove("enterprise");
    (place["place"], place["town"]) = (json!("东仓库"), json!("T01"));
    assert!(VisitStory::planned(&place, std::slice::from_ref(&sound), &Slate::default(), rules).is_ok());
    // A visit that is to be otherwise: the firm is its own.
    let mut story = VisitStory::sound();
    let mut elsewhere = sound.clone();
    elsewhere.whistle.enterprise = Some("E02".into());
    story.tree.whistles.push(elsewhere);
    let change = json!({ "items": following(&plan(), &sound, &[0])["items"] });
    assert_eq!(faults(story.act("office", "propose", &change.to_string())), ["/items/0/whistle mismatch"]);
}

#[test]
fn a_whistle_lifts_the_cap_for_those_who_follow_it_and_counts_for_the_others() {
    let full = |directory: &mut Directory| directory.enterprises[0].visits_this_year = 4;
    let tree = whistle("normal");
    let trees = std::slice::from_ref(&tree);
    for (items, expected) in [
        (&[][..], &["over_cap YJ", "over_cap XF"][..]),
        (&[0], &["over_cap XF"]),
        (&[1], &["over_cap YJ"]),
        (&[0, 2], &[]),
    ] {
        let order = following(&plan(), &tree, items);
        let done = VisitStory::planned(&order, trees, &Slate::default(), rules_where(full));
        assert_eq!(barred(done), expected, "{items:?}");
    }
    // What others' plans have to know of it, and the repeat is lifted for the whole.
    let near = beside(&[other("2026-11-20", &["YJ"])]);
    let mixed = following(&plan(), &tree, &[0]);
    let story = VisitStory::planned(&mixed, trees, &near, rules_for_visits()).unwrap();
    assert!(story.tree.visit.exempt);
    assert_eq!(FirmVisit::of(&story.tree.visit).departments, ["XF"]);
}

#[test]
fn the_registers_figure_counts_in_its_own_year_alone() {
    let full = |directory: &mut Directory| directory.enterprises[0].visits_this_year = 4;
    let next = with("date", json!("2027-01-12"));
    assert!(barred(planned(&next, full)).is_empty());
    let four = [1, 2, 3, 4].map(|month| other(&format!("2027-0{}-20", month + 4), &["XF"]));
    let rules = rules_where(full);
    assert_eq!(barred(VisitStory::planned(&next, &[], &beside(&four), rules)), ["over_cap XF"]);
    let firm = |visits_this_year| Enterprise { visits_this_year, ..rules.directory.enterprises[0].clone() };
    let now = at("11-30 10:00");
    for (of_firm, before, year, most) in [
        (&[][..], 3, 2026, 3),
        (&[], 3, 2027, 0),
        (&four, 3, 2027, 4),
        (&[other("2026-03-01", &["XF", "YJ"]), other("2026-04-01", &["YJ"]), other("2026-05-01", &[])], 1, 2026, 3),
    ] {
        assert_eq!(slate::had_most(of_firm, &firm(before), (year, now)), most, "{of_firm:?} {year}");
    }
}

#[test]
fn a_case_check_near_another_visit_and_many_departments_are_warnings_and_bar_nothing() {
    let tree = whistle("normal");
    let mut major = tree.clone();
    major.whistle.severity = Severity::Major;
    let told = |order: &Value, whistles: &[Tree], slate: &Slate, rules: &'static Rules| {
        let story = VisitStory::planned(order, whistles, slate, rules).unwrap();
        let all = slate::warnings(&story.tree, rules, story.now);
        all.iter().map(|one| format!("{} {}", one.code, one.subject)).collect::<Vec<_>>()
    };
    let rules = rules_for_visits();
    let case = following(&plan(), &tree, &[0]);
    for (date, expected) in [
        ("2026-11-20", &["repeat_in_30_days LJ-2026-0001"][..]),
        ("2026-12-20", &["repeat_in_30_days LJ-2026-0001"]),
        ("2026-10-20", &[]),
    ] {
        let near = beside(&[other(date, &["SH"])]);
        assert_eq!(told(&case, std::slice::from_ref(&tree), &near, rules), expected, "{date}");
    }
    // The log says of short notice and of nothing else that the firm was told late.
    let near = beside(&[other("2026-11-20", &["SH"])]);
    let mut story = VisitStory::planned(&case, std::slice::from_ref(&tree), &near, rules).unwrap();
    story.acts("office", "propose", "{}");
    ["head.yj", "head.xf"].iter().for_each(|head| story.acts(head, "approve_own_part", "{}"));
    assert_eq!(slate::warnings(&story.tree, rules, story.now).len(), 1);
    story.acts("office", "announce", "{}");
    let announced = story.events.iter().find(|one| one.kind == EventKind::VisitAnnounced).unwrap();
    assert!(announced.data.get("short_notice").is_none(), "{}", announced.data);
    // An emergency goes on the very day of another.
    let mut pressing = whistle("emergency");
    pressing.whistle.severity = Severity::Major;
    let at_once = following(&with("date", json!("2026-11-30")), &pressing, &[0]);
    let today = beside(&[other("2026-11-30", &["SH"])]);
    assert_eq!(told(&at_once, &[pressing], &today, rules), ["repeat_in_30_days LJ-2026-0001"]);
    // Four departments: SF has the power here, and two officers.
    let four = |directory: &mut Directory| {
        directory.departments.iter_mut().for_each(|one| one.may_inspect |= one.code == "SF");
        let all = ["inspector.yj.3", "town.t01"].map(str::to_owned);
        for person in directory.people.iter_mut().filter(|one| all.contains(&one.username)) {
            person.certificate_fields = vec!["SF".into()];
        }
    };
    let rules = rules_where(four);
    let mut many = plan();
    many["members"] = crew(&[
        "inspector.yj",
        "inspector.yj.2",
        "inspector.xf",
        "inspector.xf.2",
        "inspector.sh",
        "inspector.sh.2",
        "inspector.yj.3",
        "town.t01",
    ]);
    let items = ["YJ", "XF", "SH", "SF"].map(|unit| json!({ "department": unit, "subject": format!("{unit}查") }));
    many["items"] = json!(items);
    assert_eq!(told(&many, &[], &Slate::default(), rules), ["many_departments 4"]);
    let case = following(&many, &tree, &[0]);
    assert_eq!(told(&case, &[tree], &Slate::default(), rules), ["many_departments 4"]);
    assert!(told(&case, &[major], &Slate::default(), rules).is_empty(), "something major calls them");
    many["items"] = json!(&items[..3]);
    many["members"].as_array_mut().unwrap().truncate(6);
    assert!(told(&many, &[], &Slate::default(), rules).is_empty());
}

#[test]
fn a_hazard_is_looked_for_by_whom_the_list_names_and_while_it_is_in_force() {
    // XF is competent for it.
    let rules = rules_where(|directory| {
        directory.checklist = vec![listed("C1", true), listed("C2", false)];
        (directory.checklist[0].legal_basis, directory.checklist[0].evidence) = ("消防法28".into(), "照片".into());
        directory.checklist[1].valid_to = Some("2026-12-02".into());
    });
    let items = |department: &str, hazard: &str| {
        json!([{ "department": department, "subject": "a", "hazard": hazard }, { "department": "XF", "subject": "b" },
               { "department": "YJ", "subject": "c" }])
    };
    let tried = |items: Value, date: &str, whistles: &[Tree]| {
        let mut order = with("items", items);
        order["date"] = json!(date);
        VisitStory::planned(&order, whistles, &Slate::default(), rules)
    };
    for (department, hazard, date, expected) in [
        ("XF", "C1", "2026-12-03", &[][..]),
        ("YJ", "C1", "2026-12-03", &["/items/0/hazard not_allowed"]),
        ("XF", "C2", "2026-12-03", &["/items/0/hazard not_open"]),
        ("XF", "C2", "2026-12-02", &[]),
        ("YJ", "C2", "2026-12-03", &["/items/0/hazard not_allowed", "/items/0/hazard not_open"]),
        ("XF", "C9", "2026-12-03", &["/items/0/hazard no_such"]),
    ] {
        let done = tried(items(department, hazard), date, &[]).map(|_| ());
        let told = if done.is_ok() { Vec::new() } else { faults(done) };
        assert_eq!(told, expected, "{department} {hazard} {date}");
    }
    // YJ was summoned to the whistle, SH was not.
    let tree = whistle("normal");
    for (department, sound) in [("YJ", true), ("SH", false)] {
        let mut order = items(department, "C1");
        order[0]["whistle"] = json!(tree.whistle.code);
        let done = tried(order, "2026-12-03", std::slice::from_ref(&tree)).map(|_| ());
        assert_eq!(!matches!(done, Err(Refusal::Faults(_))), sound, "{department}: {done:?}");
    }
    // What was agreed on stays, whatever the list has become.
    let mut story = tried(items("XF", "C1"), "2026-12-03", &[]).unwrap();
    let kept = story.tree.visit.items[0].hazard.clone().unwrap();
    let said = kept.said(&rules.directory).unwrap();
    assert_eq!((said.legal_basis.as_str(), said.evidence.as_str()), ("消防法28", "照片"));
    story.rules = rules_where(|directory| {
        directory.checklist = vec![listed("C1", false), listed("C2", false)];
        directory.checklist[0].valid_to = Some("2026-12-01".into());
        (directory.checklist[0].version, directory.checklist[0].legal_basis) = (2, "消防法16".into());
    });
    let again = json!({ "items": items("XF", "C1") });
    story.acts("office", "propose", &again.to_string());
    assert_eq!(story.tree.visit.items[0].hazard.as_ref(), Some(&kept));
    assert_eq!(kept.said(&story.rules.directory).unwrap().legal_basis, "消防法28");
    // A row of an older release says nothing of it: then what the list says now.
    let old: crate::domain::visit::Hazard =
        serde_json::from_value(json!({ "code": "C1", "version": 1, "correctable_on_site": true })).unwrap();
    assert_eq!(old.said(&story.rules.directory).unwrap().legal_basis, "消防法16");
    let new = json!({ "items": items("XF", "C2") });
    assert!(story.act("office", "propose", &new.to_string()).is_err());
}
