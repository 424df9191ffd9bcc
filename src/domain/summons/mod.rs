//! One department's summons (派单): its states (DOMAIN §3.2). The clock runs from dispatch; acknowledging moves none. The
//! deeds stand in [`work`], [`dispute`], [`relief`] and [`extension`], which order leads to which in [`plan`]. Each
//! carries what follows for the whistle in the same `Change`.

pub mod dispute;
pub mod extension;
pub mod plan;
pub mod relief;
#[cfg(test)]
mod tests;
pub mod work;

use super::at::At;
use super::order::{Field, Kind, Spec, TEXT_MAX};
use super::terms::{DisputeGround, Mode, Route, SummonsRole, SummonsStatus, Urgency};
use super::whistle::Whistle;
use crate::ids::{PersonId, SummonsId, TextId, WhistleId};
use serde::{Deserialize, Serialize};

/// One summons as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summons {
    pub id: SummonsId,
    /// `WH-2026-0731-XF`.
    pub code: String,
    pub whistle: WhistleId,
    pub whistle_code: String,
    /// The summoned unit's code.
    pub department: String,
    pub role: SummonsRole,
    pub status: SummonsStatus,
    pub task: Option<TextId>,
    /// Who reported in.
    pub officers: Vec<PersonId>,
    pub mode: Option<Mode>,
    pub eta: Option<At>,
    pub note: Option<TextId>,
    pub result: Option<TextId>,
    pub lacks: Option<TextId>,
    /// Until when it may be disputed; in an emergency set by reporting in.
    #[serde(default)]
    pub dispute_until: Option<At>,
    /// Disputed once, whatever became of it.
    #[serde(default)]
    pub dispute: Option<Dispute>,
    /// The town or squad that does it in the department's name; the department stays responsible.
    #[serde(default)]
    pub delegated_to: Option<String>,
    /// Asked for and not answered yet.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// How often its limits were extended.
    #[serde(default)]
    pub extended: u32,
    /// What the limit that runs was before it was extended: never overwritten.
    #[serde(default)]
    pub original_due_at: Option<At>,
    pub issued_at: At,
    pub version: i64,
}

/// A dispute, with what it interrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    pub ground: DisputeGround,
    /// The clause or the duty list.
    pub law: Option<TextId>,
    /// Who should be summoned instead.
    pub instead: Option<String>,
    /// Whether the department was there already.
    pub attended: bool,
    /// The limit that ran.
    pub due_at: At,
}

/// A longer limit that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    pub until: At,
    pub reason: TextId,
}

impl Summons {
    /// Not let off for good: whoever was released, excused or cancelled is not called back.
    pub fn counts(&self) -> bool {
        match self.status {
            SummonsStatus::Issued | SummonsStatus::Acknowledged | SummonsStatus::ReportedIn => true,
            SummonsStatus::Working | SummonsStatus::Submitted | SummonsStatus::Done => true,
            SummonsStatus::Disputed | SummonsStatus::Referred => true,
            SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => false,
        }
    }

    /// Another limit runs from here on: what was asked for the last one is over.
    fn forget_extension(&mut self) {
        self.extension = None;
        self.original_due_at = None;
    }
}

/// First attend, then dispute: in an emergency nobody argues from afar.
pub fn must_attend_first(whistle: &Whistle) -> bool {
    whistle.urgency == Urgency::Emergency || whistle.route == Some(Route::Emergency)
}

/// Whether the window of a dispute opens with the summons.
pub fn may_dispute_from_the_start(whistle: &Whistle) -> bool {
    !must_attend_first(whistle)
}

/// The body of a deed that says everything by its verb.
pub static BARE: Spec = Spec { name: "BareOrder", fields: &[] };

/// The body of a deed that only needs its reason.
pub static REASON: Spec =
    Spec { name: "ReasonOrder", fields: &[Field::required("reason", Kind::Text { max: TEXT_MAX })] };
