//! A district small enough to know by heart, with the product's own calendar, limits and routing.
//! Nobody in it is real, and nothing but tests may build on it.

use crate::domain::at::At;
use crate::domain::calendar::{Calendar, SpecialDay};
use crate::domain::directory::{Department, Directory, Enterprise, Person, Shift, Standing, Town, UnitRole};
use crate::domain::limits::DatedLimits;
use crate::domain::order::{Node, from_json};
use crate::domain::policy::Actor;
use crate::domain::routing::Routing;
use crate::domain::rules::Rules;
use crate::domain::terms::{Category, Role};
use crate::ids::PersonId;
use std::sync::LazyLock;

const CALENDAR: &str = include_str!("../../../config/sample-district/calendar-2026.csv");
const LIMITS: &str = include_str!("../../../config/limits-2026-02.toml");
const ROUTING: &str = include_str!("../../../config/routing.toml");

/// YJ, XF and SH are summoned, SF is a member that is not; AWB is the office, JW supervises.
const DEPARTMENTS: [(&str, bool, UnitRole); 6] = [
    ("YJ", true, UnitRole::Member),
    ("XF", true, UnitRole::Member),
    ("SH", true, UnitRole::Member),
    ("SF", false, UnitRole::Member),
    ("AWB", false, UnitRole::CommitteeOffice),
    ("JW", false, UnitRole::Supervisor),
];
const TOWNS: [(&str, &str); 2] = [("T01", "SQ01"), ("T02", "SQ02")];
/// Code, town, lead department.
const ENTERPRISES: [(&str, &str, &str); 3] = [("E01", "T01", "YJ"), ("E02", "T02", "XF"), ("E03", "T01", "SF")];
/// Sign-in, unit, role.
pub(crate) const PEOPLE: [(&str, &str, Role); 20] = [
    ("office", "AWB", Role::OfficeDuty),
    ("office.2", "AWB", Role::OfficeDuty),
    ("director", "AWB", Role::OfficeDirector),
    ("director.2", "AWB", Role::OfficeDirector),
    ("admin", "AWB", Role::Admin),
    ("supervisor", "JW", Role::Supervisor),
    ("liaison.yj", "YJ", Role::Liaison),
    ("head.yj", "YJ", Role::DepartmentHead),
    ("expert.1", "YJ", Role::Expert),
    ("head.xf", "XF", Role::DepartmentHead),
    ("head.xf.2", "XF", Role::DepartmentHead),
    ("liaison.xf", "XF", Role::Liaison),
    ("inspector.xf", "XF", Role::Inspector),
    ("inspector.xf.2", "XF", Role::Inspector),
    ("liaison.sh", "SH", Role::Liaison),
    ("inspector.sh", "SH", Role::Inspector),
    ("town.t01", "T01", Role::TownOfficer),
    ("legal.t01", "T01", Role::LegalReviewer),
    ("squad.sq01", "SQ01", Role::SquadLeader),
    ("town.t02", "T02", Role::TownOfficer),
];
/// Who else is needed where visits are told.
pub(crate) const OFFICERS: [(&str, &str, Role); 6] = [
    ("inspector.yj", "YJ", Role::Inspector),
    ("inspector.yj.2", "YJ", Role::Inspector),
    ("inspector.yj.3", "YJ", Role::Inspector),
    ("inspector.xf.3", "XF", Role::Inspector),
    ("inspector.sh.2", "SH", Role::Inspector),
    ("head.sh", "SH", Role::DepartmentHead),
];
/// Three days; the second night has nobody.
const ROTA: [(&str, bool, &str); 5] = [
    ("2026-11-24", false, "office"),
    ("2026-11-24", true, "office.2"),
    ("2026-11-25", false, "office.2"),
    ("2026-11-26", false, "office"),
    ("2026-11-26", true, "office"),
];

/// The rules of the small district.
pub(crate) fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| made(directory(&PEOPLE)));
    &RULES
}

/// The same with officers enough for visits.
pub(crate) fn rules_for_visits() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| made(directory(&everybody())));
    &RULES
}

/// Everybody of a story of visits.
pub(crate) fn everybody() -> Vec<(&'static str, &'static str, Role)> {
    PEOPLE.iter().chain(&OFFICERS).copied().collect()
}

/// The same where something of the district is otherwise, until the tests end.
pub(crate) fn rules_where(otherwise: impl FnOnce(&mut Directory)) -> &'static Rules {
    let mut directory = directory(&everybody());
    otherwise(&mut directory);
    Box::leak(Box::new(made(directory)))
}

fn made(directory: Directory) -> Rules {
    Rules {
        calendar: calendar(),
        limits: DatedLimits::read(&[LIMITS.to_owned()]).unwrap(),
        routing: Routing::read(ROUTING).unwrap(),
        directory,
    }
}

/// Somebody of the small district, by sign-in.
pub(crate) fn actor(username: &str) -> Actor {
    let directory = &rules().directory;
    directory.actor(&directory.by_username(username).unwrap().id).unwrap()
}

/// A moment in the district: `11-25 10:00` is of 2026, another year is named.
pub(crate) fn at(civil: &str) -> At {
    let year = if civil.starts_with("20") { "" } else { "2026-" };
    At::parse(&format!("{year}{}:00+08:00", civil.replace(' ', "T"))).unwrap()
}

/// The moment as `at` reads it.
pub(crate) fn shown(at: At) -> String {
    at.civil().strftime("%m-%d %H:%M").to_string()
}

/// A body as the wire brings it.
pub(crate) fn body(json: &str) -> Node {
    from_json(json.as_bytes()).unwrap()
}

fn calendar() -> Calendar {
    let days = CALENDAR.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split(',').collect();
        SpecialDay::read(columns[0], columns[1], columns[2]).unwrap()
    });
    Calendar::new(days)
}

fn directory(people: &[(&'static str, &'static str, Role)]) -> Directory {
    let people = people.iter().map(|(username, unit, role)| person(username, unit, *role)).collect();
    let rota = ROTA.map(|(date, night, office_duty)| Shift {
        date: date.into(),
        night,
        main: "head.yj".into(),
        deputy: "head.yj".into(),
        office_duty: office_duty.into(),
    });
    let departments = DEPARTMENTS.map(department).into();
    let (towns, enterprises) = (TOWNS.map(town).into(), ENTERPRISES.map(enterprise).into());
    Directory::new(departments, towns, enterprises, people, rota.into())
}

fn person(username: &str, unit: &str, role: Role) -> Person {
    Person {
        id: PersonId::from_text(format!("pe_{username}")),
        username: username.into(),
        // The director is the Emergency Management Bureau's head, too.
        name: format!("名{}", if username == "head.yj" { "director" } else { username }),
        department_code: unit.into(),
        role,
        title: String::new(),
        certificate_no: inspects(role).then(|| format!("证{username}")),
        // Towns and squads borrow the bureau's power.
        certificate_fields: vec![if role == Role::Inspector { unit.into() } else { "YJ".into() }],
        certificate_valid_to: Some("2027-12-31".into()),
        certificate_basis: Some(if role == Role::Inspector { "own".into() } else { "granted".into() }),
        skills: Vec::new(),
        since: "2024-01-01".into(),
        ties: Vec::new(),
        standing: Standing::default(),
    }
}

fn inspects(role: Role) -> bool {
    matches!(role, Role::Inspector | Role::TownOfficer | Role::SquadLeader)
}

fn department((code, may_be_summoned, role_in_hub): (&str, bool, UnitRole)) -> Department {
    Department {
        code: code.into(),
        name: format!("全称{code}"),
        short_name: format!("简称{code}"),
        name_en: format!("Bureau {code}"),
        kind: "district_bureau".into(),
        may_inspect: may_be_summoned,
        may_be_summoned,
        role_in_hub,
        remit: String::new(),
        remit_en: String::new(),
        aliases: Vec::new(),
    }
}

fn town((code, squad): (&str, &str)) -> Town {
    Town {
        code: code.into(),
        name: format!("镇{code}"),
        name_en: format!("Town {code}"),
        kind: "town".into(),
        x_km: 0.0,
        y_km: 0.0,
        squad_code: squad.into(),
        squad_leader: 1,
        squad_district_officers: 2,
        squad_town_officers: 2,
        squad_vehicles: 1,
        squad_office: "town".into(),
        branch_code: "branch_1".into(),
        is_branch_host: false,
        branch_headcount: None,
        new_certified_town_officers: 0,
        industries: String::new(),
    }
}

fn enterprise((code, town, lead): (&str, &str, &str)) -> Enterprise {
    Enterprise {
        code: code.into(),
        name: format!("企业{code}"),
        credit_code: String::new(),
        town_code: town.into(),
        industry: String::new(),
        categories: vec![Category::DustExplosion],
        employees: 10,
        risk_level: "red".into(),
        lead_department: lead.into(),
        landlord_code: None,
        status: "operating".into(),
        is_key: true,
        visit_cap: 4,
        visits_this_year: 0,
        x_km: 0.0,
        y_km: 0.0,
        aliases: Vec::new(),
    }
}
