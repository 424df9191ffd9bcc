//! One person's sign-in: what the roster says of it, and how it stands with the hub. Whether somebody may do something is
//! the policy's question, and what becomes of a sign-in is `people`'s.

use super::at::At;
use super::terms::Role;
use crate::ids::PersonId;
use serde::{Deserialize, Serialize};

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
}

impl Standing {
    /// `active`, `waiting` or `suspended`.
    pub fn word(&self) -> &'static str {
        match (&self.suspended_at, &self.waiting) {
            (Some(_), _) => "suspended",
            (None, Some(_)) => "waiting",
            (None, None) => "active",
        }
    }
}

impl Person {
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
        let good = self.certificate_valid_to.as_deref().is_some_and(|last| date <= last);
        good && self.certificate_no.is_some() && self.certificate_fields.iter().any(|field| field == department)
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
