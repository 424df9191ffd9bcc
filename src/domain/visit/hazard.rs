//! A hazard of the checklist as a visit keeps it: what was agreed on when it was planned. A new list never changes it, and papers of
//! the visit are printed by it.

use crate::domain::directory;
use serde::{Deserialize, Serialize};

/// A hazard of the checklist as it was when the visit was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    pub code: String,
    pub version: i64,
    pub correctable_on_site: bool,
    /// Nothing in visits that older releases planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<HazardWords>,
}

/// What the list said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardWords {
    /// The part of the site (部位).
    pub part: String,
    pub legal_basis: String,
    /// What proves it.
    pub evidence: String,
}

impl HazardWords {
    fn of(listed: &directory::Hazard) -> HazardWords {
        let directory::Hazard { part, legal_basis, evidence, .. } = listed.clone();
        HazardWords { part, legal_basis, evidence }
    }
}

impl Hazard {
    /// As the list has it now.
    pub fn of(listed: &directory::Hazard) -> Hazard {
        let (code, version) = (listed.code.clone(), listed.version);
        let words = Some(HazardWords::of(listed));
        Hazard { code, version, correctable_on_site: listed.correctable_on_site, words }
    }

    /// What the list said of it then; of older visits, what it says now.
    pub fn said(&self, directory: &directory::Directory) -> Option<HazardWords> {
        self.words.clone().or_else(|| directory.hazard(&self.code).map(HazardWords::of))
    }
}
