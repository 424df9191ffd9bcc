//! What a visit is made with besides its people: cars, and the days on which somebody is not there. Whether a car or a
//! person is taken already is the visits' to know, never this list's.

use super::{Directory, Person};
use crate::domain::terms::words;
use crate::ids::PersonId;
use jiff::civil;
use serde::{Deserialize, Serialize};

/// A car of a department or a squad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    pub code: String,
    #[serde(rename = "department_or_squad")]
    pub unit: String,
    /// The town where it stands.
    pub base_town: String,
    pub seats: u32,
    /// Carries an enforcement kit (执法箱).
    pub kit: bool,
}

impl Vehicle {
    /// What it is found by, its code first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.code, &self.unit, &self.base_town].into_iter().map(String::as_str)
    }
}

words!(
    /// Why somebody is not available.
    LeaveReason { Leave = "leave", Training = "training", Sick = "sick", Other = "other", }
);

/// Days on which somebody is not available, the first and the last included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub username: String,
    /// `2026-12-01`.
    pub from: String,
    pub to: String,
    pub reason: LeaveReason,
}

impl Leave {
    /// Whether that day is one of them.
    pub fn covers(&self, day: civil::Date) -> bool {
        let day = day.to_string();
        self.from <= day && day <= self.to
    }
}

impl Directory {
    /// A car by its code.
    pub fn vehicle(&self, code: &str) -> Option<&Vehicle> {
        self.vehicles.iter().find(|vehicle| vehicle.code == code)
    }

    /// Whether a person has a tie to the firm, under whichever of their sign-ins it was noted.
    pub fn has_tie(&self, id: &PersonId, firm: &str) -> bool {
        let Some(person) = self.person(id) else { return false };
        let mut tied = self.people.iter().filter(|other| other.ties.iter().any(|tie| tie == firm));
        tied.any(|other| other.is_same_human(person))
    }

    /// Whether a person is away on that day, under whichever of their sign-ins it was noted.
    pub fn on_leave(&self, id: &PersonId, day: civil::Date) -> bool {
        let Some(person) = self.person(id) else { return false };
        self.leave.iter().any(|leave| leave.covers(day) && self.goes_by(person, &leave.username))
    }

    /// Whether a person signs in under this name, or the same human does.
    pub fn goes_by(&self, person: &Person, username: &str) -> bool {
        self.by_username(username).is_some_and(|other| other.is_same_human(person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample_district;
    use jiff::civil::date;

    #[test]
    fn somebody_is_away_on_the_days_named_and_under_both_sign_ins() {
        let mut directory = sample_district::read().unwrap().directory;
        // One human with two sign-ins: an officer of the bureau and of the committee's office.
        let days = ("2026-12-01".to_owned(), "2026-12-03".to_owned());
        let username = "inspector.yj.6".to_owned();
        directory.leave.push(Leave { username, from: days.0, to: days.1, reason: LeaveReason::Leave });
        for (username, day, away) in [
            ("inspector.yj.6", 30, false),
            ("inspector.yj.6", 1, true),
            ("inspector.yj.6", 3, true),
            ("inspector.yj.6", 4, false),
            ("office.2", 2, true),
            ("office.2", 4, false),
            ("office", 2, false),
            ("inspector.jt.2", 2, true),
            ("inspector.xf.4", 2, true),
            ("inspector.xf.4", 3, false),
        ] {
            let day = if day == 30 { date(2026, 11, 30) } else { date(2026, 12, day) };
            let person = directory.by_username(username).unwrap();
            assert_eq!(directory.on_leave(&person.id, day), away, "{username} on {day}");
        }
    }

    #[test]
    fn a_tie_to_a_firm_is_the_humans_under_both_sign_ins() {
        let mut directory = sample_district::read().unwrap().directory;
        let at = directory.people.iter().position(|one| one.username == "inspector.yj.6").unwrap();
        directory.people[at].ties = vec!["E07".to_owned()];
        for (username, firm, tied) in [
            ("inspector.yj.6", "E07", true),
            ("office.2", "E07", true),
            ("office.2", "E01", false),
            ("office", "E07", false),
        ] {
            let id = directory.by_username(username).unwrap().id.clone();
            assert_eq!(directory.has_tie(&id, firm), tied, "{username} {firm}");
        }
    }

    #[test]
    fn a_car_is_known_by_its_code_and_says_whether_it_carries_a_kit() {
        let directory = sample_district::read().unwrap().directory;
        for (code, unit, seats, kit) in [("V01", "SQ01", 5, true), ("V02", "SQ01", 5, false), ("V22", "XF", 7, true)] {
            let car = directory.vehicle(code).unwrap();
            assert_eq!((car.unit.as_str(), car.seats, car.kit), (unit, seats, kit), "{code}");
        }
        assert!(directory.vehicle("V99").is_none());
    }
}
