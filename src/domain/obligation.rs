//! Whose move it is, what, and until when (I3). Every open state of every machine has exactly one owner and one armed
//! obligation. A passed one stays armed until the move is made; passing writes one event; when its owner is
//! reminded of it is told by `reminders`.

use super::at::At;
use super::calendar::{Deadline, Span};
use super::terms::{Duty, Role, words};
use crate::ids::{FindingId, ObligationId, SummonsId, TreeId, VisitId, WhistleId};

/// A post, not a person: who holds it is looked up when a letter leaves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Post {
    pub role: Role,
    /// The unit's code.
    pub department: String,
}

words!(
    /// How a limit stands with whoever owes the move.
    ObligationStatus {
        Running = "running",
        Overdue = "overdue",
        /// Late, and whoever owes it has said that they know.
        Acknowledged = "acknowledged",
        /// Late, and the office has nobody reminded of it.
        HeldBack = "held_back",
        /// The move was made.
        Ended = "ended",
    }
);

/// What an obligation, an event or a letter is about: each subject has at most one armed obligation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Whistle(WhistleId),
    Summons(SummonsId),
    Visit(VisitId),
    /// What one department does in a visit.
    Part(PartId),
    Finding(FindingId),
    /// What a finding owes beside its own next step.
    Aside(AsideId),
}

/// One department's part in a visit: `vi_…/XF`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartId(String);

impl PartId {
    /// The part of this department.
    pub fn of(visit: &VisitId, department: &str) -> PartId {
        PartId(format!("{visit}/{department}"))
    }

    /// The code under which it is owed: `LJ-2026-0042-XF`, of the visit of that code.
    pub fn code(&self, visit: &str) -> String {
        format!("{visit}-{}", self.department())
    }

    /// The department's code.
    pub fn department(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, department)| department)
    }
}

/// What a finding owes beside its own next step, one of a kind: `fi_…/measures`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AsideId(String);

impl AsideId {
    /// This duty beside the finding's own.
    pub fn of(finding: &FindingId, duty: Duty) -> AsideId {
        AsideId(format!("{finding}/{duty}"))
    }

    /// The code under which it is owed: `LJ-2026-0042-01-measures`, of the finding of that code.
    pub fn code(&self, finding: &str) -> String {
        format!("{finding}-{}", self.0.split_once('/').map_or("", |(_, duty)| duty))
    }

    /// The finding.
    pub fn finding(&self) -> FindingId {
        FindingId::from_text(self.0.split_once('/').map_or(self.0.as_str(), |(finding, _)| finding))
    }
}

impl Subject {
    /// The id as stored; ids carry their kind.
    pub fn as_str(&self) -> &str {
        match self {
            Subject::Whistle(id) => id.as_str(),
            Subject::Summons(id) => id.as_str(),
            Subject::Visit(id) => id.as_str(),
            Subject::Part(id) => &id.0,
            Subject::Finding(id) => id.as_str(),
            Subject::Aside(id) => &id.0,
        }
    }

    /// Reads what [`Subject::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Subject> {
        Some(match text.split_once('_')?.0 {
            "wh" => Subject::Whistle(WhistleId::from_text(text)),
            "su" => Subject::Summons(SummonsId::from_text(text)),
            "vi" if text.contains('/') => Subject::Part(PartId(text.to_owned())),
            "vi" => Subject::Visit(VisitId::from_text(text)),
            "fi" if text.contains('/') => Subject::Aside(AsideId(text.to_owned())),
            "fi" => Subject::Finding(FindingId::from_text(text)),
            _ => return None,
        })
    }

    /// The summons, if it is about one.
    pub fn summons(&self) -> Option<&SummonsId> {
        match self {
            Subject::Summons(id) => Some(id),
            Subject::Whistle(_) | Subject::Visit(_) | Subject::Part(_) => None,
            Subject::Finding(_) | Subject::Aside(_) => None,
        }
    }

    /// What is told of it: readers know a finding, and not what it owes beside.
    pub fn told_of(&self) -> Subject {
        match self {
            Subject::Aside(id) => Subject::Finding(id.finding()),
            Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) => self.clone(),
            Subject::Part(_) | Subject::Finding(_) => self.clone(),
        }
    }
}

/// Whose move, what, until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation {
    pub id: ObligationId,
    pub tree: TreeId,
    pub subject: Subject,
    pub owner: Post,
    pub duty: Duty,
    pub due_at: At,
    /// Counted through a year whose holidays are not announced yet.
    pub provisional: bool,
    /// The spans counted and the days left out.
    pub explained: Vec<Span>,
    /// How long the limit is, in the time in which it runs, microseconds. Nought: nobody knows, so only its end is told.
    pub length: i64,
    /// When time alone next brings something about: a reminder, the end of the limit, the next morning's reminder.
    pub next_at: Option<At>,
    /// The last moment before the limit that was to be written about.
    pub reached_at: Option<At>,
    /// Whether its owner is reminded of it. A whistle that only waits for its summonses stays quiet.
    pub reminds: bool,
    /// When the hub noticed that the limit had passed.
    pub passed_at: Option<At>,
    /// When whoever owes it said that they know that it is late.
    pub acknowledged_at: Option<At>,
    /// When the office held its reminders back.
    pub held_back_at: Option<At>,
    /// When the move was made (or became needless).
    pub ended_at: Option<At>,
}

/// What a subject still owes, among these.
pub fn armed<'o>(owed: &'o [Obligation], subject: &Subject) -> Option<&'o Obligation> {
    owed.iter().find(|one| one.is_armed() && one.subject == *subject)
}

impl Obligation {
    /// Its limit, with the account.
    pub fn deadline(&self) -> Deadline {
        Deadline { at: self.due_at, provisional: self.provisional, explained: self.explained.clone() }
    }

    /// Still waiting for its move.
    pub fn is_armed(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Past its limit and still waiting, at `now`.
    pub fn is_overdue(&self, now: At) -> bool {
        self.is_armed() && self.due_at <= now
    }

    /// How it stands at `now`.
    pub fn status(&self, now: At) -> ObligationStatus {
        match (self.ended_at, self.held_back_at, self.acknowledged_at) {
            (Some(_), _, _) => ObligationStatus::Ended,
            (None, Some(_), _) => ObligationStatus::HeldBack,
            (None, None, Some(_)) => ObligationStatus::Acknowledged,
            (None, None, None) if self.is_overdue(now) => ObligationStatus::Overdue,
            (None, None, None) => ObligationStatus::Running,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::tests::sample::at;
    use crate::domain::tests::story::Story;

    #[test]
    fn an_obligation_is_overdue_from_its_limit_on_until_the_move_is_made() {
        let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
        let mut triage = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap().tree.obligations.remove(0);
        let overdue = ["11-25 15:29", "11-25 15:30", "12-25 10:00"].map(|now| triage.is_overdue(at(now)));
        assert_eq!(overdue, [false, true, true]);
        triage.passed_at = Some(at("11-25 15:30"));
        assert!(triage.is_armed() && triage.is_overdue(at("11-25 16:00")), "noticed is not done");
        triage.ended_at = Some(at("11-25 16:00"));
        assert!(!triage.is_armed() && !triage.is_overdue(at("12-25 10:00")));
    }
}
