//! A whistle: what it is, and the states it lives through (DOMAIN §3.1). Which order leads to which deed is in [`plan`],
//! the deeds stand in the files that it names; what follows from summonses is in [`follow`], from time in [`timers`]. Every deed on anything in a whistle's tree guards and bumps
//! `tree_version`, so two "last" reports cannot both leave the whistle unmoved.

pub mod attach;
pub mod blow;
pub mod comment;
mod draft;
pub mod end;
pub mod erase;
pub mod follow;
pub mod hints;
pub mod informer;
pub mod issue;
pub mod merge;
pub mod objection;
pub mod office;
pub mod pause;
pub mod plan;
pub mod posts;
pub mod reach;
pub mod recount;
pub mod reopen;
mod search;
pub mod steer;
pub mod timers;

use super::at::At;
use super::decision::{Reason, ReasonCode, Refusal};
use super::deeds;
use super::directory::Directory;
use super::draft::Deciding;
use super::event::EventKind;
use super::obligation::{self, Obligation, Subject};
use super::routing::Proposal;
use super::summons::Summons;
use super::terms::{
    Category, ClosureKind, DeclineGround, Duty, Needs, Role, Route, Severity, Source, SuspendGround, Urgency,
    WhistleStatus, words,
};
use crate::ids::{FindingId, PersonId, SummonsId, TextId, VisitId, WhistleId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who blew, for which unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blower {
    pub person: PersonId,
    /// The office blew for a caller: whoever is on duty then may complete it.
    pub on_behalf: bool,
    /// The unit's code; the other unit's when the office blew on its behalf.
    pub department: String,
    /// The post that answers for it: letters to the blower go there.
    pub role: Role,
    /// The sight key under which the unit sees it.
    pub viewer: String,
}

/// The texts of a whistle, by id: law may erase them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhistleTexts {
    pub title: TextId,
    pub what: TextId,
    pub place: Option<TextId>,
    /// The criterion by which the hazard is major.
    pub clause: Option<TextId>,
    /// The informer or caller, sealed; never shown with the whistle.
    pub contact: Option<TextId>,
}

/// The office's receipt: who has it and what the rules propose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    pub at: At,
    /// The duty officer's sign-in, or nobody: then the office at large has it.
    pub duty_officer: Option<PersonId>,
    pub proposals: Vec<Proposal>,
}

/// The whistle that another one was merged into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Master {
    pub id: WhistleId,
    pub code: String,
}

/// A whistle that was noted on paper and entered later: when it came in, by whom (nobody: an operator), and its number
/// on paper. What it says of its time is a claim; everything runs from here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LateEntry {
    pub received_at: At,
    pub person: Option<PersonId>,
    pub department: Option<String>,
    pub external_no: String,
}

words!(
    /// Whether the director still owes the blower an answer. A blower contests once.
    Contest { Pending = "pending", Answered = "answered", }
);

/// A whistle whose clocks stand still: where it goes on, and what each paused limit has left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspension {
    pub from: WhistleStatus,
    pub ground: SuspendGround,
    pub paused: Vec<Paused>,
}

/// One paused limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paused {
    /// The summons; none: the whistle as a whole.
    pub summons: Option<SummonsId>,
    pub duty: Duty,
    /// Microseconds left, of working time if `working`.
    pub left: i64,
    /// How long the whole limit is, in the same time.
    #[serde(default)]
    pub length: i64,
    pub working: bool,
    /// It had run out before the pause: nothing is given back, and it stays late.
    pub late: Option<Late>,
}

/// A limit that had run out: when, and when that was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Late {
    pub due_at: At,
    pub passed_at: Option<At>,
}

/// One whistle as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whistle {
    pub id: WhistleId,
    /// `WH-2026-0731`; empty until the pen allots it.
    pub code: String,
    pub status: WhistleStatus,
    pub category: Category,
    /// General until the office decides otherwise.
    pub severity: Severity,
    pub severity_claimed: Option<Severity>,
    pub urgency: Urgency,
    pub town: Option<String>,
    pub enterprise: Option<String>,
    pub blower: Blower,
    pub source: Source,
    pub protected_source: bool,
    /// Our own time, but for a late entry: then what its paper says.
    pub blown_at: At,
    #[serde(default)]
    pub late_entry: Option<LateEntry>,
    /// When the caller says that it happened: a claim beside our own time.
    pub occurred_at: Option<At>,
    pub needed_departments: Vec<String>,
    pub texts: WhistleTexts,
    pub lead: Option<String>,
    pub supports: Vec<String>,
    pub route: Option<Route>,
    pub needs: Option<Needs>,
    pub missing: Vec<String>,
    pub declined: Option<DeclineGround>,
    pub closed: Option<ClosureKind>,
    /// The blower did not take the decline for an answer, once: from then on only the director decides.
    #[serde(default)]
    pub appealed: bool,
    /// Until when its blower may appeal (declined) or contest (closed).
    #[serde(default)]
    pub objection_until: Option<At>,
    #[serde(default)]
    pub contest: Option<Contest>,
    #[serde(default)]
    pub master: Option<Master>,
    #[serde(default)]
    pub suspension: Option<Suspension>,
    /// How often it was reopened.
    #[serde(default)]
    pub reopened: u32,
    /// Visits of it that are planned or under way: it waits for them.
    #[serde(default)]
    pub open_visits: Vec<VisitId>,
    /// What visits found of it and nobody has struck off.
    #[serde(default)]
    pub open_findings: Vec<FindingId>,
    /// Until when each of them is to take its next step. Rows of before this have none.
    #[serde(default)]
    pub finding_limits: BTreeMap<FindingId, At>,
    pub routed: Option<Routed>,
    /// Folded title, what, place and firm: what a search looks through. Erased with the texts.
    pub search: String,
    /// Raised by deeds and the moves that follow from them: the ETag.
    pub version: i64,
    /// Raised by everything written in this tree.
    pub tree_version: i64,
}

impl WhistleStatus {
    /// Somebody must still move, or time.
    pub fn is_open(self) -> bool {
        match self {
            WhistleStatus::Submitted | WhistleStatus::Returned | WhistleStatus::Accepted => true,
            WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => true,
            WhistleStatus::AwaitingClosure | WhistleStatus::Suspended => true,
            WhistleStatus::Closed | WhistleStatus::Declined => false,
            WhistleStatus::Merged | WhistleStatus::Withdrawn => false,
        }
    }
}

impl Whistle {
    /// Why it cannot be closed yet: somebody still looks, or what was found is not struck off.
    pub fn bars_closing(&self) -> Vec<Reason> {
        let open = [
            (ReasonCode::FindingsOpen, self.open_findings.is_empty()),
            (ReasonCode::VisitsOpen, self.open_visits.is_empty()),
        ];
        let open = open.into_iter().filter(|(_, over)| !over);
        open.map(|(code, _)| Reason { code, subject: self.code.clone() }).collect()
    }

    /// Whether a timeline names who did it. A protected whistle names units only, but for who had its informer opened;
    /// and never its blower.
    pub fn names(&self, kind: EventKind, person: &PersonId) -> bool {
        !self.protected_source || (kind.is_discreet() && self.blower.person != *person)
    }

    /// Who entered it later, by name; a protected one names nobody.
    pub fn entered_by<'d>(&self, directory: &'d Directory) -> Option<&'d str> {
        let person = self.late_entry.as_ref()?.person.as_ref().filter(|_| !self.protected_source)?;
        directory.person(person).map(|person| person.name.as_str())
    }

    /// When it reached the hub, by the hub's clock: no limit runs from before (T33).
    pub fn received_at(&self) -> At {
        self.late_entry.as_ref().map_or(self.blown_at, |entry| entry.received_at)
    }

    /// A whistle of which nothing was said yet, with what counts where nothing is said.
    pub fn unsaid(id: WhistleId, blower: Blower, now: At) -> Whistle {
        // Every blow order has a `what`, so title and what never stay without a text.
        let none = TextId::from_text("");
        Whistle {
            id,
            code: String::new(),
            status: WhistleStatus::Submitted,
            category: Category::Other,
            severity: Severity::General,
            severity_claimed: None,
            urgency: Urgency::Normal,
            town: None,
            enterprise: None,
            blower,
            source: Source::OwnInspection,
            protected_source: false,
            blown_at: now,
            late_entry: None,
            occurred_at: None,
            needed_departments: Vec::new(),
            texts: WhistleTexts { title: none.clone(), what: none, place: None, clause: None, contact: None },
            lead: None,
            supports: Vec::new(),
            route: None,
            needs: None,
            missing: Vec::new(),
            declined: None,
            closed: None,
            appealed: false,
            objection_until: None,
            contest: None,
            master: None,
            suspension: None,
            reopened: 0,
            open_visits: Vec::new(),
            open_findings: Vec::new(),
            finding_limits: BTreeMap::new(),
            routed: None,
            search: String::new(),
            version: 1,
            tree_version: 1,
        }
    }
}

/// A whistle with all that hangs on it, read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    pub whistle: Whistle,
    pub summonses: Vec<Summons>,
    /// The armed ones.
    pub obligations: Vec<Obligation>,
}

impl Tree {
    /// The armed obligation of a subject.
    pub fn armed(&self, subject: &Subject) -> Option<&Obligation> {
        obligation::armed(&self.obligations, subject)
    }

    /// The code of what an obligation is about.
    pub fn code_of(&self, subject: &Subject) -> &str {
        let summons = subject.summons().and_then(|id| self.summons(id));
        summons.map_or(&self.whistle.code, |summons| &summons.code)
    }

    /// The armed obligation of one of its summonses.
    pub fn armed_summons(&self, id: &SummonsId) -> Option<&Obligation> {
        self.armed(&Subject::Summons(id.clone()))
    }

    /// One of its summonses.
    pub fn summons(&self, id: &SummonsId) -> Option<&Summons> {
        self.summonses.iter().find(|one| one.id == *id)
    }

    /// Its summonses that were not let off for good.
    pub fn counting(&self) -> impl Iterator<Item = &Summons> {
        self.summonses.iter().filter(|summons| summons.counts())
    }

    /// The soonest limit that still binds anybody.
    pub fn due_at(&self) -> Option<At> {
        self.obligations.iter().filter(|obligation| obligation.is_armed()).map(|obligation| obligation.due_at).min()
    }

    /// Whether anybody is late at `now`.
    pub fn is_overdue(&self, now: At) -> bool {
        self.obligations.iter().any(|obligation| obligation.is_overdue(now))
    }
}

/// Refuses a deed on a whistle, with all reasons.
fn guarded(tree: &Tree, by: &Deciding<'_>, reasons: Vec<Reason>) -> Refusal {
    let allowed = by.actor.map(|actor| deeds::allowed_on_whistle(actor, &tree.whistle, by.now)).unwrap_or_default();
    Refusal::Guarded { status: tree.whistle.status.as_str(), allowed, reasons }
}
