//! The table of rights against the domain page: who sees, blows, speaks, acts and opens what.

use super::*;
use crate::domain::terms::{Notice, WhistleStatus};
use crate::domain::tests::sample::{PEOPLE, actor, at, rules};
use crate::domain::tests::visit_story::VisitStory;
use crate::domain::visit::Visit;

#[test]
fn everybody_sees_what_the_domain_page_lets_them_see() {
    for (who, ..) in PEOPLE {
        let expected = match who {
            "office" | "office.2" | "director" | "director.2" | "supervisor" => "*",
            "liaison.yj" | "head.yj" => "YJ",
            "liaison.xf" | "head.xf" | "head.xf.2" => "XF",
            "liaison.sh" => "SH",
            "inspector.xf" | "inspector.xf.2" => "XF/summoned",
            "inspector.sh" => "SH/summoned",
            "town.t01" | "squad.sq01" => "T01",
            "town.t02" => "T02",
            "expert.1" | "legal.t01" | "admin" => "",
            other => panic!("{other} has no row"),
        };
        assert_eq!(scope(&actor(who)).viewer(), expected, "{who}");
    }
    assert_eq!(Scope::everything("a test").viewer(), "*");
}

#[test]
fn i4_a_reader_is_among_the_viewers_by_the_whole_key() {
    let viewers = ["XF".to_owned(), "T01".to_owned()];
    let among = |who: &str| scope(&actor(who)).is_among(&viewers, true);
    assert!(among("office") && among("liaison.xf") && among("squad.sq01"));
    for who in ["inspector.xf", "liaison.yj", "town.t02", "expert.1", "admin"] {
        assert!(!among(who), "{who}");
    }
    let nobodys = |who: &str, viewer: &str| scope(&actor(who)).is_among(&[viewer.to_owned()], true);
    assert!(nobodys("supervisor", "SH") && !nobodys("admin", ""));
}

#[test]
fn i4_whoever_leads_the_shift_reads_all_open_work_until_it_ends_and_acts_by_the_post_alone() {
    // The night of the 25th is nobody's.
    let mut directory = rules().directory.clone();
    directory.rota.iter_mut().for_each(|shift| shift.deputy = "head.xf".into());
    let at_work = |who: &str, now: &str| reads(&actor(who), &directory, at(now));
    for (who, now, key) in [
        ("head.yj", "11-25 07:59", "+YJ"),
        ("head.yj", "11-25 17:59", "+YJ"),
        ("head.xf", "11-25 17:59", "+XF"),
        ("head.yj", "11-25 18:00", "YJ"),
        ("head.xf.2", "11-25 10:00", "XF"),
        ("liaison.yj", "11-25 10:00", "YJ"),
        ("office.2", "11-25 10:00", "*"),
        ("admin", "11-25 10:00", ""),
    ] {
        let scope = at_work(who, now);
        assert_eq!((scope.viewer(), scope.is_on_shift()), (key, key.starts_with('+')), "{who} {now}");
        assert_eq!(scope.of_post(), super::scope(&actor(who)), "{who} {now}");
    }
    let on_shift = at_work("head.yj", "11-25 10:00");
    for status in WhistleStatus::ALL {
        assert_eq!(on_shift.viewer_of(*status), if status.is_open() { "*" } else { "YJ" }, "{status}");
    }
    let [own, others] = ["YJ", "SH"].map(|unit| [unit.to_owned()]);
    let seen = [(&own, false), (&others, true), (&others, false)].map(|(of, open)| on_shift.is_among(of, open));
    assert_eq!(seen, [true, true, false]);
}

#[test]
fn only_whom_the_domain_page_names_may_blow_and_the_office_only_for_others() {
    let may: Vec<_> = PEOPLE.iter().filter(|(who, ..)| may_blow(&actor(who))).map(|(who, ..)| *who).collect();
    let expected = [
        "office",
        "office.2",
        "director",
        "director.2",
        "liaison.yj",
        "head.yj",
        "head.xf",
        "head.xf.2",
        "liaison.xf",
        "liaison.sh",
        "town.t01",
        "squad.sq01",
        "town.t02",
    ];
    assert_eq!(may, expected);
    let behalf: Vec<_> = PEOPLE.iter().filter(|(who, ..)| blows_on_behalf(&actor(who))).map(|(who, ..)| *who).collect();
    assert_eq!(behalf, ["office", "office.2", "director", "director.2"]);
}

#[test]
fn nobody_speaks_or_acts_for_a_unit_that_is_not_the_own() {
    for unit in ["YJ", "XF", "SH", "SF", "AWB", "JW", "T01", "SQ01", "T02"] {
        let named = |may: fn(&Actor, &str) -> bool| {
            let named = PEOPLE.iter().map(|(who, ..)| *who).filter(|who| may(&actor(who), unit));
            named.collect::<Vec<_>>().join(" ")
        };
        let (speak, act) = match unit {
            "YJ" => ("liaison.yj head.yj", "liaison.yj head.yj"),
            "XF" => ("head.xf head.xf.2 liaison.xf", "head.xf head.xf.2 liaison.xf inspector.xf inspector.xf.2"),
            "SH" => ("liaison.sh", "liaison.sh inspector.sh"),
            "T01" => ("town.t01", "town.t01"),
            "T02" => ("town.t02", "town.t02"),
            "SQ01" => ("squad.sq01", "squad.sq01"),
            _ => ("", ""),
        };
        assert_eq!((named(speaks_for).as_str(), named(acts_for).as_str()), (speak, act), "{unit}");
    }
}

#[test]
fn t29_an_identity_is_opened_by_whom_the_domain_page_names_and_by_nobody_else() {
    for (blew, role, may) in [
        ("liaison.xf", Role::Liaison, "office office.2 director director.2 supervisor liaison.xf"),
        ("head.xf", Role::DepartmentHead, "office office.2 director director.2 supervisor"),
        ("town.t01", Role::TownOfficer, "office office.2 director director.2 supervisor town.t01"),
        ("squad.sq01", Role::SquadLeader, "office office.2 director director.2 supervisor"),
        ("office", Role::Liaison, "office office.2 director director.2 supervisor"),
    ] {
        let blower = actor(blew);
        let viewer = blower_viewer(&blower.unit, blower.town.as_deref());
        let blower =
            Blower { person: blower.person, on_behalf: blew == "office", department: blower.unit, role, viewer };
        let named = PEOPLE.iter().map(|(who, ..)| *who).filter(|who| may_unseal(&actor(who), &blower));
        assert_eq!(named.collect::<Vec<_>>().join(" "), may, "blown by {blew}");
    }
}

#[test]
fn people_of_other_units_are_listed_to_the_office_supervisors_and_administrators() {
    let all: Vec<_> = PEOPLE.iter().filter(|(who, ..)| sees_all_people(&actor(who))).map(|(who, ..)| *who).collect();
    assert_eq!(all, ["office", "office.2", "director", "director.2", "admin", "supervisor"]);
}

#[test]
fn c26_results_of_a_visit_are_withheld_from_whoever_was_let_off_and_from_nobody_else_who_sees_it() {
    let mut visit = VisitStory::entered().tree.visit;
    visit.parts[1].excused_at = Some(at("12-04 10:00"));
    let shown = |who: &str, visit: &Visit| results_for(&scope(&actor(who)), visit);
    let own = |all: &[&str]| Results::Of(all.iter().map(|one| (*one).to_owned()).collect());
    for who in ["office", "director", "supervisor", "head.yj", "liaison.yj", "town.t01", "squad.sq01", "inspector.xf"] {
        assert_eq!(shown(who, &visit), Results::All, "{who}");
    }
    for who in ["head.xf", "liaison.xf"] {
        assert_eq!(shown(who, &visit), own(&["XF"]), "{who}: let off, it is shown its own");
        assert!(!shown(who, &visit).show("SH"), "{who}: nor those of whoever has no part any more");
    }
    // Whoever has no key sees nothing at all.
    assert_eq!(shown("liaison.sh", &visit), own(&[]));
    visit.members.retain(|member| member.department != "XF");
    assert_eq!(shown("inspector.xf", &visit), own(&["XF"]), "nobody of those who were there");
    visit.parts[1].excused_at = None;
    assert_eq!(shown("inspector.xf", &visit), Results::All);
}

#[test]
fn t19_whoever_was_let_off_a_secret_visit_before_it_loses_the_key_to_it() {
    let mut visit = VisitStory::entered().tree.visit;
    visit.parts[1].excused_at = Some(at("12-02 10:00"));
    let has_key = |who: &str, visit: &Visit| {
        let scope = scope(&actor(who));
        viewers_of(visit).iter().any(|one| scope.visit_keys().contains(&one.key))
    };
    assert!(has_key("head.xf", &visit), "somebody has entered");
    (visit.entry, visit.notice) = (None, Notice::Unannounced);
    assert!(visit.is_secret() && has_key("head.yj", &visit) && !has_key("head.xf", &visit));
}
