//! Who holds a post when, by the rota and the order of the lists; nobody is put on duty whom the rota does not name.
//! The people are invented.

use super::*;
use crate::domain::tests::sample::{at, rules};

fn on_duty(civil: &str) -> &'static str {
    rules().directory.duty_officer(at(civil)).map_or("nobody", |person| person.username.as_str())
}

#[test]
fn the_rota_says_who_is_on_duty_and_a_night_belongs_to_the_day_on_which_it_began() {
    for (civil, officer) in [
        ("11-24 08:00", "office"),
        ("11-24 17:59", "office"),
        ("11-24 18:00", "office.2"),
        ("11-24 23:59", "office.2"),
        ("11-25 00:00", "office.2"),
        ("11-25 07:59", "office.2"),
        ("11-25 08:00", "office.2"),
        ("11-25 18:00", "nobody"),
        ("11-26 03:00", "nobody"),
        ("11-26 08:00", "office"),
    ] {
        assert_eq!(on_duty(civil), officer, "{civil}");
    }
}

#[test]
fn the_days_of_the_rota_repeat_in_both_directions_with_their_gap() {
    // The rota holds 24 to 26 November; its first day comes round every three days.
    for (civil, officer) in [
        ("11-27 08:00", "office"),
        ("11-27 07:00", "office"),
        ("11-28 12:00", "office.2"),
        ("11-28 20:00", "nobody"),
        ("12-24 19:00", "office.2"),
        ("11-23 19:00", "office"),
        ("11-21 19:00", "office.2"),
        ("11-22 20:00", "nobody"),
        ("01-01 09:00", "office"),
    ] {
        assert_eq!(on_duty(civil), officer, "{civil}");
    }
    let empty = Directory::default();
    assert!(empty.duty_officer(at("11-25 10:00")).is_none());
}

#[test]
fn a_letter_finds_who_holds_the_post_when_it_leaves() {
    let directory = &rules().directory;
    for (role, unit, civil, holders, fallback) in [
        (Role::Liaison, "XF", "11-25 10:00", "liaison.xf", "head.xf"),
        (Role::DepartmentHead, "XF", "11-25 10:00", "head.xf", "head.xf"),
        (Role::Inspector, "XF", "11-25 10:00", "inspector.xf inspector.xf.2", "head.xf"),
        (Role::DepartmentHead, "SH", "11-25 10:00", "", "nobody"),
        (Role::OfficeDuty, "AWB", "11-25 10:00", "office.2", "director"),
        (Role::OfficeDuty, "AWB", "11-25 20:00", "office office.2", "director"),
        (Role::OfficeDirector, "AWB", "11-25 10:00", "director", "director"),
        (Role::TownOfficer, "T01", "11-25 10:00", "town.t01", "nobody"),
        (Role::SquadLeader, "SQ02", "11-25 10:00", "", "nobody"),
    ] {
        let post = Post { role, department: unit.into() };
        let found: Vec<_> = directory.holders(&post, at(civil)).iter().map(|one| one.username.as_str()).collect();
        assert_eq!(found.join(" "), holders, "{role} of {unit}");
        let head = directory.fallback(&post).map_or("nobody", |one| one.username.as_str());
        assert_eq!(head, fallback, "{role} of {unit}");
    }
}

#[test]
fn units_are_known_by_what_they_may_do() {
    let directory = &rules().directory;
    for (code, unit, summoned, blown_for) in [
        ("XF", true, true, true),
        ("SF", true, false, true),
        ("AWB", true, false, true),
        ("JW", true, false, false),
        ("T01", true, true, true),
        ("SQ01", true, false, true),
        ("xf", false, false, false),
        ("E01", false, false, false),
    ] {
        let known = (directory.is_unit(code), directory.may_be_summoned(code), directory.may_have_blown(code));
        assert_eq!(known, (unit, summoned, blown_for), "{code}");
    }
    assert_eq!(
        (directory.office(), directory.unit_name("SQ01"), directory.unit_name("XF")),
        ("AWB", "镇T01", "简称XF")
    );
    assert_eq!((directory.unit_name_en("T02"), directory.unit_name_en("??")), ("Town T02", "??"));
}

#[test]
fn an_actor_has_the_town_of_the_own_unit() {
    let directory = &rules().directory;
    let town = |username: &str| directory.actor(&directory.by_username(username).unwrap().id).unwrap().town;
    assert_eq!((town("squad.sq01").as_deref(), town("town.t02").as_deref()), (Some("T01"), Some("T02")));
    assert_eq!(town("liaison.xf"), None);
    assert!(directory.actor(&PersonId::from_text("pe_nobody")).is_none());
}
