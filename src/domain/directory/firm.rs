//! Firms under supervision, as the register has them. What was found at a firm is never kept here: this is the directory's
//! word, and an import's to change.

use super::Directory;
use crate::domain::terms::{Category, words};
use serde::{Deserialize, Serialize};

words!(
    /// How much attention a firm gets (风险四色).
    RiskLevel { Red = "red", Orange = "orange", Yellow = "yellow", Blue = "blue", }
);
words!(
    /// Whether a firm works.
    FirmState { Operating = "operating", Suspended = "suspended", Closed = "closed", }
);

/// A firm under supervision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enterprise {
    pub code: String,
    pub name: String,
    pub credit_code: String,
    pub town_code: String,
    pub industry: String,
    pub categories: Vec<Category>,
    pub employees: u32,
    pub risk_level: String,
    pub lead_department: String,
    pub landlord_code: Option<String>,
    pub status: String,
    pub is_key: bool,
    pub visit_cap: u32,
    pub visits_this_year: u32,
    pub x_km: f64,
    pub y_km: f64,
    /// What else people call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl Enterprise {
    /// Its colour; nothing if an older import has written another word.
    pub fn risk(&self) -> Option<RiskLevel> {
        RiskLevel::parse(&self.risk_level)
    }

    /// Whether it works; nothing if an older import has written another word.
    pub fn state(&self) -> Option<FirmState> {
        FirmState::parse(&self.status)
    }

    /// Everything that it is called, its code first; its town's code finds it too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.code, &self.name, &self.credit_code, &self.town_code];
        names.into_iter().chain(&self.aliases).map(String::as_str)
    }
}

impl Directory {
    /// Those who rent from this firm (厂中厂).
    pub fn tenants_of<'a>(&'a self, landlord: &'a str) -> impl Iterator<Item = &'a Enterprise> {
        self.enterprises.iter().filter(move |firm| firm.landlord_code.as_deref() == Some(landlord))
    }
}
