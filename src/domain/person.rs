//! One person's sign-in: what the roster says of it, and how it stands with the hub. Whether somebody may do something is
//! the policy's question, and what becomes of a sign-in is `people`'s.

use super::at::At;
use super::terms::{Role, words};
use crate::ids::PersonId;
use jiff::civil;
use serde::{Deserialize, Serialize};

words!(
    /// Whose power an officer borrows: the own department's, by mandate (委托), or handed down by the province (赋权).
    Basis { Own = "own", Mandate = "mandate", Granted = "granted", }
);

/// What lets somebody inspect (执法证).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub no: String,
    /// The departments whose powers it covers.
    pub fields: Vec<String>,
    /// Its last day.
    pub valid_to: civil::Date,
    pub basis: Basis,
}

impl Certificate {
    /// Whether its holder inspects for this department on that day.
    pub fn covers(&self, department: &str, day: civil::Date) -> bool {
        day <= self.valid_to && self.fields.iter().any(|field| field == department)
    }
}

/// One sign-in of one person: a person with two roles has two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub username: String,
    pub name: String,
    /// Home unit: a department's, town's or squad's code.
    pub department_code: String,
    pub role: Role,
    pub title: String,
    pub certificate_no: Option<String>,
    pub certificate_fields: Vec<String>,
    pub certificate_valid_to: Option<String>,
    pub certificate_basis: Option<String>,
    pub skills: Vec<String>,
    pub since: String,
    /// Firms to which they have a tie: there they stand aside (行政处罚法 43).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ties: Vec<String>,
    /// The hub's own: no roster says it, and no import changes it.
    #[serde(default)]
    pub standing: Standing,
}

/// How a sign-in stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How often it was changed.
    pub changes: i64,
    /// Suspended since: the person signs in nowhere and holds no post; what was done stays theirs.
    pub suspended_at: Option<At>,
    /// A role that a second person has to confirm.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// It was proposed and not agreed to: it never was a sign-in, and nothing makes it one.
    #[serde(default)]
    pub refused: bool,
}

/// A role that waits for a second person's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub role: Role,
    pub department: String,
    /// Who proposed it.
    pub by: Option<PersonId>,
    /// The sign-in is not open before it is confirmed.
    pub is_new: bool,
    /// It was suspended, and stays so until it is confirmed.
    #[serde(default)]
    pub reinstates: bool,
}

/// How a sign-in may stand, as the wire names it.
pub const STANDINGS: &[&str] = &["active", "waiting", "suspended", "refused"];

impl Standing {
    /// One of [`STANDINGS`].
    pub fn word(&self) -> &'static str {
        match (&self.suspended_at, &self.waiting) {
            (_, _) if self.refused => "refused",
            (Some(_), Some(Waiting { reinstates: false, .. }) | None) => "suspended",
            (Some(_) | None, Some(_)) => "waiting",
            (None, None) => "active",
        }
    }
}

impl Person {
    /// The certificate, if the roster says all of it: half of one lets nobody inspect.
    pub fn certificate(&self) -> Option<Certificate> {
        Some(Certificate {
            no: self.certificate_no.clone()?,
            fields: self.certificate_fields.clone(),
            valid_to: self.certificate_valid_to.as_ref()?.parse().ok()?,
            basis: Basis::parse(self.certificate_basis.as_ref()?)?,
        })
    }

    /// What they are called and found by.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.username, &self.name, &self.title, &self.department_code].into_iter().map(String::as_str)
    }

    /// The version that a deed on it names: 1 at birth.
    pub fn version(&self) -> i64 {
        self.standing.changes + 1
    }

    /// Whether the certificate is good for a department's powers on that day, `2026-12-01`.
    pub fn is_certified_for(&self, department: &str, date: &str) -> bool {
        let day = date.parse().ok();
        self.certificate().zip(day).is_some_and(|(certificate, day)| certificate.covers(department, day))
    }

    /// Whether the person may come in and holds the post.
    pub fn is_active(&self) -> bool {
        let shut = self.standing.waiting.as_ref().is_some_and(|waiting| waiting.is_new);
        self.standing.suspended_at.is_none() && !shut
    }

    /// One human with two sign-ins, as the roster has them: the same name and the same first day.
    pub fn is_same_human(&self, other: &Person) -> bool {
        self.id == other.id || (self.name == other.name && self.since == other.since)
    }

    /// The same, one change later.
    pub fn changed(mut self) -> Person {
        self.standing.changes += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample_district;

    fn officer(username: &str) -> Person {
        sample_district::read().unwrap().directory.by_username(username).unwrap().clone()
    }

    #[test]
    fn a_certificate_covers_its_fields_to_the_end_of_its_last_day() {
        for (who, department, day, covers) in [
            ("inspector.xf", "XF", "2026-12-01", true),
            ("inspector.xf", "YJ", "2026-12-01", false),
            ("inspector.xf", "xf", "2026-12-01", false),
            // Its last day is 21 December.
            ("inspector.xf.3", "XF", "2026-12-21", true),
            ("inspector.xf.3", "XF", "2026-12-22", false),
            // Lapsed in October.
            ("inspector.sh.4", "SH", "2026-12-01", false),
            // One officer for two departments, and a town's with borrowed power.
            ("inspector.cg.2", "CG", "2026-12-01", true),
            ("inspector.cg.2", "ZJ", "2026-12-01", true),
            ("town.t01", "YJ", "2026-12-01", true),
            ("town.t01", "T01", "2026-12-01", false),
        ] {
            let certificate = officer(who).certificate().unwrap();
            assert_eq!(certificate.covers(department, day.parse().unwrap()), covers, "{who} for {department} on {day}");
        }
        let basis = |who: &str| officer(who).certificate().map(|certificate| certificate.basis);
        assert_eq!((basis("inspector.xf"), basis("inspector.zj.3")), (Some(Basis::Own), Some(Basis::Mandate)));
        assert_eq!((basis("town.t01"), basis("head.xf"), basis("expert.1")), (Some(Basis::Granted), None, None));
    }

    #[test]
    fn half_a_certificate_is_none() {
        let whole = officer("inspector.xf");
        for spoil in [
            |one: &mut Person| one.certificate_no = None,
            |one: &mut Person| one.certificate_valid_to = None,
            |one: &mut Person| one.certificate_valid_to = Some("2026".into()),
            |one: &mut Person| one.certificate_basis = None,
            |one: &mut Person| one.certificate_basis = Some("borrowed".into()),
        ] {
            let mut half = whole.clone();
            spoil(&mut half);
            assert!(half.certificate().is_none(), "{half:?}");
        }
        assert_eq!(whole.certificate().unwrap().no, "YHX-XF-0001");
    }
}
