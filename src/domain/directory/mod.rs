//! Who and what the district is made of: units, people with their posts, enterprises, the duty rota. Data, never code:
//! a department more is a row more. Nothing here knows where it was loaded from.

use super::at::{At, MINUTE};
use super::obligation::Post;
use super::policy::Actor;
use super::terms::{Role, words};

mod checklist;
mod firm;
mod means;

pub use super::person::{Basis, Certificate, Person, Standing, Waiting};
pub use checklist::Hazard;
pub use firm::{Enterprise, FirmState, RiskLevel};
pub use means::{Leave, LeaveReason, Vehicle};

use crate::ids::PersonId;
use jiff::civil;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

words!(
    /// What a unit is in the hub.
    UnitRole { Member = "member", CommitteeOffice = "committee_office", Supervisor = "supervisor", }
);

/// A department (or the office, or the supervisors).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Department {
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub name_en: String,
    pub kind: String,
    pub may_inspect: bool,
    pub may_be_summoned: bool,
    pub role_in_hub: UnitRole,
    pub remit: String,
    pub remit_en: String,
    /// What else people call it: 安监局, an old name, the name of a unit that became part of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl Department {
    /// Everything that it is called, its code first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.code, &self.name, &self.short_name, &self.name_en];
        names.into_iter().chain(&self.aliases).map(String::as_str)
    }
}

/// A town or subdistrict, with the squad stationed there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Town {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub x_km: f64,
    pub y_km: f64,
    pub squad_code: String,
    pub squad_leader: u32,
    pub squad_district_officers: u32,
    pub squad_town_officers: u32,
    pub squad_vehicles: u32,
    pub squad_office: String,
    pub branch_code: String,
    pub is_branch_host: bool,
    pub branch_headcount: Option<u32>,
    pub new_certified_town_officers: u32,
    pub industries: String,
}

impl Town {
    /// Everything that it is called, its code first, its squad's last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.code, &self.name, &self.name_en, &self.squad_code].into_iter().map(String::as_str)
    }
}

/// One shift of the rota: day 08:00–18:00, night 18:00–08:00.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// `2026-12-01`.
    pub date: String,
    pub night: bool,
    pub main: String,
    pub deputy: String,
    /// The duty officer's username.
    pub office_duty: String,
}

impl Shift {
    /// When a shift of that day is over: at 18:00, or at 08:00 of the next.
    pub fn ends(day: civil::Date, night: bool) -> Option<At> {
        let (begins, ends) = DAY_SHIFT_HOURS;
        let end = if night { day.tomorrow().ok()?.at(begins, 0, 0, 0) } else { day.at(ends, 0, 0, 0) };
        Some(At::from_civil(end))
    }
}

/// The whole directory as it stood when it was loaded.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub departments: Vec<Department>,
    pub towns: Vec<Town>,
    pub enterprises: Vec<Enterprise>,
    pub people: Vec<Person>,
    pub rota: Vec<Shift>,
    pub checklist: Vec<Hazard>,
    pub vehicles: Vec<Vehicle>,
    pub leave: Vec<Leave>,
    people_by_id: HashMap<PersonId, usize>,
    people_by_username: HashMap<String, usize>,
    enterprises_by_code: HashMap<String, usize>,
}

/// The civil hour at which the day shift begins, and the one at which it ends.
const DAY_SHIFT_HOURS: (i8, i8) = (8, 18);

impl Directory {
    /// Puts the parts together; lists keep the official order (机构序) in which they were given.
    pub fn new(
        departments: Vec<Department>,
        towns: Vec<Town>,
        enterprises: Vec<Enterprise>,
        people: Vec<Person>,
        rota: Vec<Shift>,
    ) -> Directory {
        Directory {
            people_by_id: people.iter().enumerate().map(|(at, p)| (p.id.clone(), at)).collect(),
            people_by_username: people.iter().enumerate().map(|(at, p)| (p.username.clone(), at)).collect(),
            enterprises_by_code: enterprises.iter().enumerate().map(|(at, e)| (e.code.clone(), at)).collect(),
            departments,
            towns,
            enterprises,
            people,
            rota,
            ..Directory::default()
        }
    }

    /// The same with what visits are made with.
    pub fn equipped(self, checklist: Vec<Hazard>, vehicles: Vec<Vehicle>, leave: Vec<Leave>) -> Directory {
        Directory { checklist, vehicles, leave, ..self }
    }

    pub fn department(&self, code: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.code == code)
    }

    pub fn town(&self, code: &str) -> Option<&Town> {
        self.towns.iter().find(|town| town.code == code)
    }

    /// The town where a unit sits: the town itself, or the town of a squad.
    pub fn town_of(&self, unit: &str) -> Option<&Town> {
        self.towns.iter().find(|town| town.code == unit || town.squad_code == unit)
    }

    pub fn enterprise(&self, code: &str) -> Option<&Enterprise> {
        self.enterprises_by_code.get(code).and_then(|at| self.enterprises.get(*at))
    }

    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people_by_id.get(id).and_then(|at| self.people.get(*at))
    }

    pub fn by_username(&self, username: &str) -> Option<&Person> {
        self.people_by_username.get(username).and_then(|at| self.people.get(*at))
    }

    /// A unit that may be summoned: a member department with that right, or a town.
    pub fn may_be_summoned(&self, code: &str) -> bool {
        self.department(code).map_or_else(|| self.town(code).is_some(), |department| department.may_be_summoned)
    }

    /// A unit for which the office may blow: its own stands for callers outside. Supervisors are no step of any work.
    pub fn may_have_blown(&self, code: &str) -> bool {
        self.is_unit(code) && self.department(code).is_none_or(|unit| unit.role_in_hub != UnitRole::Supervisor)
    }

    /// A department, the office or the supervisors, a town or a squad.
    pub fn is_unit(&self, code: &str) -> bool {
        self.department(code).is_some() || self.town_of(code).is_some()
    }

    /// The committee office's code.
    pub fn office(&self) -> &str {
        let office = self.departments.iter().find(|department| department.role_in_hub == UnitRole::CommitteeOffice);
        office.map_or("AWB", |department| &department.code)
    }

    /// The code of those who supervise.
    pub fn supervisors(&self) -> &str {
        let unit = self.departments.iter().find(|department| department.role_in_hub == UnitRole::Supervisor);
        unit.map_or("JW", |unit| &unit.code)
    }

    /// The posts of a unit that work falls to and nobody holds: their letters go to whom [`Directory::fallback`] names.
    pub fn bare_posts(&self, unit: &str) -> Vec<Post> {
        let roles: &[Role] = match self.department(unit).map(|department| department.role_in_hub) {
            Some(UnitRole::Member) => &[Role::Liaison, Role::DepartmentHead],
            Some(UnitRole::CommitteeOffice) => &[Role::OfficeDuty, Role::OfficeDirector],
            Some(UnitRole::Supervisor) => &[Role::Supervisor],
            None if self.town(unit).is_some() => &[Role::TownOfficer],
            None => &[Role::SquadLeader],
        };
        let held =
            |role| self.people.iter().any(|one| one.is_active() && one.role == role && one.department_code == unit);
        let bare = roles.iter().copied().filter(|role| !held(*role));
        bare.map(|role| Post { role, department: unit.to_owned() }).collect()
    }

    /// A unit's name as people say it: 区消防救援大队, 龙荡镇, 龙荡镇派驻中队 by its town.
    pub fn unit_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.department(code)
            .map(|department| department.short_name.as_str())
            .or_else(|| self.town_of(code).map(|town| town.name.as_str()))
            .unwrap_or(code)
    }

    /// A unit's English name.
    pub fn unit_name_en<'a>(&'a self, code: &'a str) -> &'a str {
        self.department(code)
            .map(|department| department.name_en.as_str())
            .or_else(|| self.town_of(code).map(|town| town.name_en.as_str()))
            .unwrap_or(code)
    }

    /// The person as an actor, in the role of this sign-in; nobody while it is suspended.
    pub fn actor(&self, id: &PersonId) -> Option<Actor> {
        let person = self.person(id).filter(|person| person.is_active())?;
        Some(Actor {
            person: person.id.clone(),
            username: person.username.clone(),
            name: person.name.clone(),
            role: person.role,
            unit: person.department_code.clone(),
            town: self.town_of(&person.department_code).map(|town| town.code.clone()),
            also_of: self.other_sign_ins(person).map(|one| one.department_code.clone()).collect(),
            also: self.other_sign_ins(person).map(|one| one.id.clone()).collect(),
        })
    }

    /// Whether whoever has this sign-in is the same human as the other.
    pub fn is_one_human(&self, one: &PersonId, other: &Person) -> bool {
        self.person(one).is_some_and(|one| one.is_same_human(other))
    }

    /// One sign-in that stands for the human who has this one: the same, whichever of theirs is given.
    pub fn human(&self, id: &PersonId) -> PersonId {
        let others = self.person(id).into_iter().flat_map(|person| self.other_sign_ins(person));
        others.map(|other| &other.id).chain([id]).min().unwrap_or(id).clone()
    }

    /// Each human once, under the sign-in that is named first.
    pub fn each_human_once<'a>(&self, people: impl Iterator<Item = &'a PersonId>) -> Vec<PersonId> {
        let mut seen = BTreeSet::new();
        people.filter(|one| seen.insert(self.human(one))).cloned().collect()
    }

    /// The other sign-ins of the same human.
    pub fn other_sign_ins<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Person> {
        self.people.iter().filter(|one| one.id != person.id && one.is_same_human(person))
    }

    /// Who is the office's duty officer at `now` by the rota: nobody when the rota has a gap.
    /// The days of the rota, first to last, repeat as a cycle: any other date falls into them.
    pub fn duty_officer(&self, now: At) -> Option<&Person> {
        self.by_username(&self.shift(now)?.office_duty).filter(|officer| officer.is_active())
    }

    /// The shift of a moment by the rota, which repeats as a cycle; nobody's when the rota has a gap.
    pub fn shift(&self, now: At) -> Option<&Shift> {
        let (date, night) = shift_at(now);
        self.shift_of(date, night)
    }

    /// The first and the last day that the rota writes out.
    pub fn rota_days(&self) -> Option<(civil::Date, civil::Date)> {
        let dates = || self.rota.iter().filter_map(|shift| shift.date.parse::<civil::Date>().ok());
        Some((dates().min()?, dates().max()?))
    }

    /// The shift of a day by the rota, which repeats as a cycle; nobody's when the rota has a gap.
    pub fn shift_of(&self, date: civil::Date, night: bool) -> Option<&Shift> {
        let (first, last) = self.rota_days()?;
        let days = |from: civil::Date, to: civil::Date| from.until(to).map_or(0, |span| i64::from(span.get_days()));
        // A gap inside the cycle stays one: nobody is put on duty whom the rota does not name.
        let day = days(first, date).rem_euclid(days(first, last) + 1);
        let day = first.checked_add(jiff::Span::new().days(day)).ok()?.to_string();
        self.rota.iter().find(|shift| shift.night == night && shift.date == day)
    }

    /// Who holds a post now. The head is the first listed, the others are deputies; the duty post is the rota's
    /// officer, or all duty officers when the rota has nobody.
    pub fn holders(&self, post: &Post, now: At) -> Vec<&Person> {
        let holds = |p: &&Person| p.is_active() && p.role == post.role && p.department_code == post.department;
        let mut all = self.people.iter().filter(holds);
        match post.role {
            Role::DepartmentHead | Role::OfficeDirector => all.next().into_iter().collect(),
            Role::OfficeDuty => self.duty_officer(now).map_or_else(|| all.collect(), |officer| vec![officer]),
            Role::Liaison | Role::Inspector | Role::SquadLeader | Role::TownOfficer | Role::Expert => all.collect(),
            Role::LegalReviewer | Role::Supervisor | Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => {
                all.collect()
            }
        }
    }

    /// Who is written to for a post now: its holders, or whoever stands in where there is none.
    pub fn addressees(&self, post: &Post, now: At) -> Vec<&Person> {
        let holders = self.holders(post, now);
        if holders.is_empty() { self.fallback(post).into_iter().collect() } else { holders }
    }

    /// Whom to write to when nobody holds a post: the unit's head, or for the office its director.
    pub fn fallback(&self, post: &Post) -> Option<&Person> {
        let role = if post.department == self.office() { Role::OfficeDirector } else { Role::DepartmentHead };
        self.people.iter().find(|p| p.is_active() && p.role == role && p.department_code == post.department)
    }
}

/// The rota's date and shift at a moment: before 08:00 it still is last night.
pub fn shift_at(now: At) -> (civil::Date, bool) {
    let civil = now.civil();
    let (begins, ends) = DAY_SHIFT_HOURS;
    let night = civil.hour() < begins || civil.hour() >= ends;
    let date = if civil.hour() < begins { civil.date().yesterday().unwrap_or(civil.date()) } else { civil.date() };
    (date, night)
}

/// When the shift of a moment ends: at 08:00 or 18:00.
pub fn shift_ends(now: At) -> At {
    let civil = now.civil();
    let (begins, ends) = DAY_SHIFT_HOURS;
    let hour = match civil.hour() {
        hour if hour < begins => begins,
        hour if hour < ends => ends,
        _ => begins + 24,
    };
    let minutes = (i64::from(hour) - i64::from(civil.hour())) * 60 - i64::from(civil.minute());
    At(now.0 - now.0.rem_euclid(MINUTE)).plus_minutes(minutes)
}

#[cfg(test)]
mod tests;
