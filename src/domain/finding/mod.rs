//! What a visit found, until it is proven gone (DOMAIN §3.4): ordered with a limit, reported as fixed, rechecked by others,
//! struck off by somebody else again. It stands in its visit's tree. Which order leads to which deed is in [`plan`].

pub mod close;
pub mod extension;
pub mod link;
pub mod measures;
pub mod order;
pub mod plan;
pub mod recheck;
pub mod spot_check;
pub mod transfer;
pub mod watch;

use super::at::At;
use super::draft::Draft;
use super::terms::{ClosureKind, FindingStatus, Measure, Severity};
use super::visit::{Item, OfWhistle, Visit, VisitTree};
use crate::ids::{FindingId, PersonId, TextId, VisitId, WhistleId};
use link::FirmLink;
use serde::{Deserialize, Serialize};
use spot_check::SpotCheck;
use watch::Watch;

/// What was said of a hazard on site.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub what: String,
    /// The very spot, so that before and after show the same.
    pub spot: Option<String>,
    pub severity: Severity,
    /// The criterion by which it is major (安全生产法 118).
    pub clause: Option<String>,
}

/// Where a finding comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub visit: VisitId,
    pub visit_code: String,
    pub item: u32,
    pub hazard: Option<String>,
    pub correctable_on_site: bool,
    pub whistle: Option<OfWhistle>,
    pub department: String,
    pub enterprise: Option<String>,
    pub town: Option<String>,
    /// The department's certified officers who were there.
    pub officers: Vec<PersonId>,
}

impl Origin {
    /// An item of a visit.
    pub fn of(visit: &Visit, item: &Item, officers: Vec<PersonId>) -> Origin {
        Origin {
            visit: visit.id.clone(),
            visit_code: visit.code.clone(),
            item: item.no,
            hazard: item.hazard.as_ref().map(|hazard| hazard.code.clone()),
            // What no list speaks of, the officers judge.
            correctable_on_site: item.hazard.as_ref().is_none_or(|hazard| hazard.correctable_on_site),
            whistle: item.whistle.clone(),
            department: item.department.clone(),
            enterprise: visit.enterprise.clone(),
            town: visit.town.clone(),
            officers,
        }
    }
}

/// An order to put it right (责令限期整改指令书).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ordered {
    pub at: At,
    pub officers: Vec<PersonId>,
    /// The paper's number, where the department gives one.
    pub order_no: Option<TextId>,
    pub demand: Option<TextId>,
    /// Who has to: the firm, or its landlord where the firm is gone.
    pub addressee: Option<String>,
    /// The limit as it was ordered: never overwritten.
    pub due_at: At,
    /// Why no case is filed, or that one is: said after a failed recheck.
    pub case: Option<TextId>,
}

/// Safety measures that stand (安全生产法 65).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    pub measure: Measure,
    pub at: At,
    pub until: Option<At>,
    /// Once, and never again.
    #[serde(default)]
    pub extended: bool,
}

/// A claim that it is fixed; the recheck decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub at: At,
    /// Nobody of ours: the firm itself, by its link.
    pub by: Option<PersonId>,
    pub note: Option<TextId>,
}

/// How the firm found the visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// One to five.
    pub stars: u8,
    pub text: Option<TextId>,
    pub at: At,
}

/// One look at it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recheck {
    pub at: At,
    pub officers: Vec<PersonId>,
    pub passed: bool,
    pub note: TextId,
}

/// Handed over to another power, which has not confirmed it yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    pub at: At,
    pub to: TextId,
    pub note: Option<TextId>,
}

/// A longer limit that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub until: At,
    pub reason: TextId,
}

/// One finding as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    /// `LJ-2026-0042-03`.
    pub code: String,
    pub status: FindingStatus,
    pub origin: Origin,
    pub what: TextId,
    pub spot: Option<TextId>,
    pub severity: Severity,
    pub clause: Option<TextId>,
    pub found_at: At,
    /// The last one holds.
    pub orders: Vec<Ordered>,
    pub measures: Option<Taken>,
    pub report: Option<Report>,
    pub asked: Option<Asked>,
    /// How often its limit was extended.
    pub extended: u32,
    pub rechecks: Vec<Recheck>,
    pub closed: Option<ClosureKind>,
    pub closed_at: Option<At>,
    #[serde(default)]
    pub closed_by: Option<PersonId>,
    /// It came back: taken up again on that ground, or found again not long after it was struck off.
    pub relapse: bool,
    /// The finding that was struck off, by code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relapse_of: Option<String>,
    pub reopened: u32,
    /// The firm's way in; nobody ever had one on paper before links were given.
    #[serde(default)]
    pub link: Option<FirmLink>,
    #[serde(default)]
    pub rated: Option<Rated>,
    /// It was drawn to be looked at again after it was struck off.
    #[serde(default)]
    pub spot_check: Option<SpotCheck>,
    #[serde(default)]
    pub handed: Option<Handed>,
    /// Since it was struck off because its subject is gone.
    #[serde(default)]
    pub watch: Option<Watch>,
    pub version: i64,
}

impl Finding {
    /// Found just now.
    pub fn begin(origin: Origin, said: &Said, draft: &mut Draft<'_, VisitTree>) -> Finding {
        let mut text = |text: &Option<String>| text.as_deref().map(|text| draft.write_down(text));
        let (spot, clause) = (text(&said.spot), text(&said.clause));
        Finding {
            id: FindingId::new(draft.by.mint),
            code: format!("{}-{:02}", origin.visit_code, draft.tree.visit.found),
            status: FindingStatus::Found,
            origin,
            what: draft.write_down(&said.what),
            spot,
            severity: said.severity,
            clause,
            found_at: draft.by.now,
            orders: Vec::new(),
            measures: None,
            report: None,
            asked: None,
            extended: 0,
            rechecks: Vec::new(),
            closed: None,
            closed_at: None,
            closed_by: None,
            relapse: false,
            relapse_of: None,
            reopened: 0,
            link: None,
            rated: None,
            spot_check: None,
            handed: None,
            watch: None,
            version: 1,
        }
    }

    /// Not struck off.
    pub fn is_open(&self) -> bool {
        self.status != FindingStatus::Closed
    }

    /// Whether it may be put right on the spot: a small thing, and the list calls it that.
    pub fn is_correctable_on_site(&self) -> bool {
        self.severity != Severity::Major && self.origin.correctable_on_site
    }

    /// Drawn, and nobody has looked yet.
    pub fn awaits_spot_check(&self) -> bool {
        self.status == FindingStatus::Closed && self.spot_check.as_ref().is_some_and(|one| one.open)
    }

    /// Whoever has said already that it is gone: by a recheck, or by striking it off.
    pub fn passed_by(&self) -> impl Iterator<Item = &PersonId> {
        let passed = self.rechecks.iter().filter(|one| one.passed).flat_map(|one| &one.officers);
        passed.chain(&self.closed_by)
    }

    /// Struck off, and looked at again all the same: it takes proof.
    pub fn is_looked_at_again(&self) -> bool {
        self.awaits_spot_check() || self.is_watched()
    }

    /// Its subject is gone, and the town has not looked as often as it is to.
    pub fn is_watched(&self) -> bool {
        self.status == FindingStatus::Closed && self.watch.as_ref().is_some_and(|watch| !watch.is_over())
    }

    /// Whether a whistle waits for it.
    pub fn is_open_for(&self, whistle: &WhistleId) -> bool {
        self.is_open() && self.origin.whistle.as_ref().is_some_and(|of| of.id == *whistle)
    }
}
