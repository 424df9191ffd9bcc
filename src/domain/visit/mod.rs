//! A joint visit (进一次门，查多项事): one date, one firm, the items of several departments; the states that it lives through
//! (DOMAIN §3.3) and its tree, in which its findings stand. Which order leads to which deed is in [`plan`]. The office plans
//! and never inspects; each department approves, records and closes its own part.

pub mod approve;
pub mod attach;
pub mod burden;
mod draft;
pub mod enter;
pub mod erase;
pub mod follow;
mod hazard;
mod items;
pub mod order;
pub mod plan;
pub mod propose;
pub mod record;
pub mod shown;
pub mod slate;
pub mod timers;

use super::at::At;
use super::decision::{Reason, ReasonCode, Refusal};
use super::deeds;
use super::draft::Deciding;
use super::finding::Finding;
use super::obligation::{self, Obligation, Subject};
use super::terms::{AbortGround, MemberRole, Notice, Objection, Outcome, Period, Urgency, VisitStatus};
use super::whistle::Tree;
use crate::ids::{FindingId, PersonId, TextId, VisitId, WhistleId};
use serde::{Deserialize, Serialize};
use slate::Slate;

pub use hazard::{Hazard, HazardWords};

/// When: a civil day and a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// `2026-12-01`.
    pub date: String,
    pub period: Period,
}

impl Slot {
    /// Begin and end, civil hours and minutes; the office's own choice within the district's working time.
    fn hours(&self) -> [(i64, i64); 2] {
        match self.period {
            Period::Am => [(9, 0), (12, 0)],
            Period::Pm => [(13, 30), (17, 30)],
            Period::Night => [(19, 0), (22, 0)],
        }
    }

    fn at(&self, (hour, minute): (i64, i64)) -> At {
        At::of_date(&self.date).unwrap_or(At(i64::MAX)).plus_minutes(hour * 60 + minute)
    }

    /// When it begins.
    pub fn starts_at(&self) -> At {
        self.at(self.hours()[0])
    }

    /// When it ends.
    pub fn ends_at(&self) -> At {
        self.at(self.hours()[1])
    }

    /// 24:00 of its day.
    pub fn day_end(&self) -> At {
        self.starts_at().day_end()
    }

    /// As the ledger's claims name it: `2026-12-01/AM`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.date, self.period)
    }
}

/// A whistle that an item comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWhistle {
    pub id: WhistleId,
    pub code: String,
}

/// One thing to be looked at, by one department that has that power.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number in the visit, from 1 on: `item` on the wire.
    pub no: u32,
    pub department: String,
    pub subject: TextId,
    /// The checklist's, with the version that the visit was planned by.
    pub hazard: Option<Hazard>,
    pub whistle: Option<OfWhistle>,
    /// Departments that would have looked at the same.
    pub also: Vec<String>,
    pub answer: Option<Answer>,
}

impl Item {
    /// Whoever looks at it or would have, the one who does first.
    pub fn departments(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.department).chain(&self.also)
    }
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub outcome: Outcome,
    pub note: Option<TextId>,
    pub finding: Option<FindingId>,
    pub by: PersonId,
    pub at: At,
    /// Recorded after the visit was over.
    pub late: bool,
}

/// Who goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub person: PersonId,
    /// For whom: a department whose powers the certificate covers, or the home unit.
    pub department: String,
    pub role: MemberRole,
    /// Counts as one of the two certified officers of the department (行政处罚法 42).
    pub certified: bool,
    /// The sign-in under which a human who has several takes the place, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_as: Option<PersonId>,
}

/// What one acting department does in the visit: its approval, and that its part is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub department: String,
    pub approved_at: Option<At>,
    pub approved_by: Option<PersonId>,
    /// Whoever came at once had no approval within its limit: it stays, whatever is said later, until the visit is planned anew.
    #[serde(default)]
    pub unapproved_at: Option<At>,
    pub closed_at: Option<At>,
    /// Closed after its limit.
    pub late: bool,
    /// Let off by the director, before it entered or after; or planned out by the office after it had found something.
    pub excused_at: Option<At>,
}

impl Part {
    /// A department's part that nobody has approved yet.
    pub fn of(department: &str) -> Part {
        let department = department.to_owned();
        Part {
            department,
            approved_at: None,
            approved_by: None,
            unapproved_at: None,
            closed_at: None,
            late: false,
            excused_at: None,
        }
    }

    /// Not let off.
    pub fn acts(&self) -> bool {
        self.excused_at.is_none()
    }

    /// Its head has approved it, or has not within the limit: nobody waits for that any more.
    fn is_judged(&self) -> bool {
        self.approved_at.is_some() || self.unapproved_at.is_some() || !self.acts()
    }

    /// Closed or let off.
    pub fn is_over(&self) -> bool {
        self.closed_at.is_some() || !self.acts()
    }
}

/// Who came in, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: At,
    pub by: PersonId,
    /// The visit's code was scanned at the gate (扫码入企).
    pub scanned: bool,
}

/// How the record was signed (安全生产法 68).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub at: At,
    /// The firm would not, or nobody was there: who saw it.
    pub refused: bool,
    pub note: Option<TextId>,
}

/// Why a head did not approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objected {
    pub department: String,
    pub ground: Objection,
    pub reason: Option<TextId>,
}

/// One visit as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub id: VisitId,
    /// `LJ-2026-0042`; empty until the pen allots it.
    pub code: String,
    pub status: VisitStatus,
    pub enterprise: Option<String>,
    /// The firm's, or where the place is.
    pub town: Option<String>,
    pub place: Option<TextId>,
    pub slot: Slot,
    pub notice: Notice,
    /// Goes at once, and is approved afterwards.
    pub emergency: bool,
    /// Follows a whistle: goes to a closed firm and soon after others, and is shown as that (国办发〔2024〕54号).
    pub exempt: bool,
    /// Why the director lets it pass the cap.
    pub override_reason: Option<TextId>,
    pub items: Vec<Item>,
    pub members: Vec<Member>,
    pub vehicles: Vec<String>,
    /// The lead department's first.
    pub parts: Vec<Part>,
    pub objected: Option<Objected>,
    pub entry: Option<Entry>,
    pub signature: Option<Signature>,
    pub aborted: Option<AbortGround>,
    pub completed_at: Option<At>,
    /// Raised each time that somebody is written to about its time or who goes: no calendar gets the same one twice.
    pub sequence: u32,
    /// When that was decided.
    pub decided_at: At,
    /// Members that were invited.
    pub invited: Vec<PersonId>,
    /// Findings so far.
    pub found: u32,
    pub planned_at: At,
    /// Raised by deeds and the moves that follow from them: the ETag.
    pub version: i64,
    /// Raised by everything written in this tree.
    pub tree_version: i64,
}

impl Visit {
    /// Items that somebody has answered for.
    pub fn answered(&self) -> usize {
        self.items.iter().filter(|item| item.answer.is_some()).count()
    }

    /// The department that leads: it announces, finishes and has the record signed.
    pub fn lead(&self) -> &str {
        self.parts.first().map_or("", |part| part.department.as_str())
    }

    /// One department's part, if it acts.
    pub fn part(&self, department: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.department == department && part.acts())
    }

    /// Who goes, by person.
    pub fn member(&self, person: &PersonId) -> Option<&Member> {
        self.members.iter().find(|member| member.person == *person)
    }

    /// Whistles that it is about, each once.
    pub fn whistles(&self) -> Vec<&OfWhistle> {
        let mut all: Vec<&OfWhistle> = Vec::new();
        for one in self.items.iter().filter_map(|item| item.whistle.as_ref()) {
            if all.iter().all(|other| other.id != one.id) {
                all.push(one);
            }
        }
        all
    }

    /// Whether a department goes there for a whistle: a case check, beside its yearly cap.
    pub fn follows_whistle(&self, department: &str) -> bool {
        self.items.iter().any(|item| item.department == department && item.whistle.is_some())
    }

    /// How its limits press.
    pub fn urgency(&self) -> Urgency {
        if self.emergency { Urgency::Emergency } else { Urgency::Normal }
    }

    /// Whether the people, cars and the day are still kept for it.
    pub fn claims(&self) -> bool {
        self.is_before_entry() || matches!(self.status, VisitStatus::InProgress)
    }

    /// Nobody has come in yet.
    pub fn is_before_entry(&self) -> bool {
        match self.status {
            VisitStatus::Planning | VisitStatus::AwaitingApproval | VisitStatus::Approved => true,
            VisitStatus::Announced | VisitStatus::ReadyUnannounced => true,
            VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Filed => false,
            VisitStatus::Cancelled | VisitStatus::Aborted => false,
        }
    }

    /// Somebody still looks or writes: its whistles wait for it.
    pub fn is_under_way(&self) -> bool {
        self.is_before_entry() || matches!(self.status, VisitStatus::InProgress | VisitStatus::Signing)
    }

    /// Whether it takes place, did, or may still: what a firm's calendar and its cap count.
    pub fn counts(&self) -> bool {
        !matches!(self.status, VisitStatus::Cancelled | VisitStatus::Aborted)
    }

    /// Known to its members, the heads who approve and the office alone (SECURITY T19).
    pub fn is_secret(&self) -> bool {
        self.notice == Notice::Unannounced && self.entry.is_none()
    }

    /// What nobody else can have in that part of the day, as the ledger's claims name it: people and cars.
    pub fn takes(&self) -> Vec<String> {
        if !self.claims() {
            return Vec::new();
        }
        let people = self.members.iter().map(|member| member.taken_as.as_ref().unwrap_or(&member.person).to_string());
        people.chain(self.vehicles.iter().map(|code| car(code))).collect()
    }
}

/// A car, as claims name it.
pub fn car(code: &str) -> String {
    format!("car:{code}")
}

/// A visit with all that hangs on it, read at one moment. For deciding: beside it the trees of its whistles, and what else
/// is planned then.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitTree {
    pub visit: Visit,
    pub findings: Vec<Finding>,
    /// The armed ones.
    pub obligations: Vec<Obligation>,
    /// The whistles that it is about, where something is decided.
    pub whistles: Vec<Tree>,
    pub slate: Slate,
}

impl VisitTree {
    /// The armed obligation of a subject.
    pub fn armed(&self, subject: &Subject) -> Option<&Obligation> {
        obligation::armed(&self.obligations, subject)
    }

    /// One of its findings.
    pub fn finding(&self, id: &FindingId) -> Option<&Finding> {
        self.findings.iter().find(|one| one.id == *id)
    }

    /// The code under which a thing of this tree is owed.
    pub fn code_of(&self, subject: &Subject) -> Option<String> {
        match subject {
            Subject::Visit(_) => Some(self.visit.code.clone()),
            Subject::Part(part) => Some(part.code(&self.visit.code)),
            Subject::Finding(id) => self.finding(id).map(|one| one.code.clone()),
            Subject::Aside(id) => self.finding(&id.finding()).map(|one| id.code(&one.code)),
            Subject::Whistle(_) | Subject::Summons(_) => None,
        }
    }

    /// All that a finding owes: its own next step, and what it owes beside.
    pub fn owed_for(&self, id: &FindingId) -> impl Iterator<Item = &Obligation> {
        let finding = Subject::Finding(id.clone());
        self.obligations.iter().filter(move |one| one.is_armed() && one.subject.told_of() == finding)
    }

    /// The soonest limit that still binds anybody.
    pub fn due_at(&self) -> Option<At> {
        self.obligations.iter().filter(|one| one.is_armed()).map(|one| one.due_at).min()
    }
}

/// Refuses a deed on a visit, with all reasons.
fn guarded(visit: &Visit, by: &Deciding<'_>, reasons: Vec<Reason>) -> Refusal {
    let allowed = by.actor.map(|actor| deeds::allowed_on_visit(actor, visit, by.now)).unwrap_or_default();
    Refusal::Guarded { status: visit.status.as_str(), allowed, reasons }
}

/// Items of a department that nobody has answered for.
fn open_items(visit: &Visit, department: &str) -> Vec<Reason> {
    let open = visit.items.iter().filter(|item| item.department == department && item.answer.is_none());
    open.map(|item| Reason { code: ReasonCode::ItemsOpen, subject: item.no.to_string() }).collect()
}
