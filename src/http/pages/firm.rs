//! What a firm's page and the checklist's show: finished words, nothing to fill in. Whoever fills them has passed the
//! reader's Scope; nothing here reads the ledger.

use super::{Choice, FindingRow, QueueRow, Shell};
use askama::Template;

/// `/console/enterprises/{code}`: one company, one file.
#[derive(Debug, Template)]
#[template(path = "http/pages/firm.html", config = "src/askama.toml")]
pub struct FirmPage {
    pub shell: Shell,
    pub code: String,
    pub name: String,
    /// The colour's word in the ledger, for its looks, and as people say it.
    pub risk: Option<Choice>,
    pub state: String,
    pub operates: bool,
    pub key: bool,
    pub credit_code: String,
    pub town: String,
    pub industry: String,
    pub categories: Vec<String>,
    pub employees: u32,
    pub lead: String,
    /// Address and name, as of the tenants.
    pub landlord: Option<Choice>,
    pub tenants: Vec<Choice>,
    pub aliases: Vec<String>,
    pub visits: String,
    pub cap_reached: bool,
    /// What this year's joint visits cost it, and what one door has saved.
    pub burden: BurdenView,
    /// Kinds that came up more than once, with how often.
    pub recurring: Vec<String>,
    /// What it thinks of its visits, each with the finding's code, for whoever reads that.
    pub ratings: Vec<Choice>,
    pub open: Vec<QueueRow>,
    pub past: Vec<QueueRow>,
    /// What is to be put right there, as far as this reader sees it.
    pub found: Vec<FindingRow>,
    /// The lists of all that was ever found there, and of all visits.
    pub findings: String,
    pub visits_list: String,
    /// The list of all its whistles.
    pub list: String,
    /// The whistle form with the firm filled in; nothing for whoever does not blow.
    pub blow: Option<String>,
}

/// A firm's year of joint visits that came in.
#[derive(Debug, Clone)]
pub struct BurdenView {
    pub visits: u32,
    pub saved: u32,
    /// Each authority with its visits against the cap.
    pub authorities: Vec<Choice>,
    /// How much of what was struck off came back; nothing where nothing was.
    pub relapsed: Option<String>,
}

/// `/console/checklist`.
#[derive(Debug, Template)]
#[template(path = "http/pages/checklist.html", config = "src/askama.toml")]
pub struct ChecklistPage {
    pub shell: Shell,
    pub parts: Vec<ChecklistPart>,
}

/// A part of a site with its hazards.
#[derive(Debug, Clone)]
pub struct ChecklistPart {
    pub no: u32,
    pub name: String,
    pub hazards: Vec<HazardRow>,
}

/// One hazard of the checklist.
#[derive(Debug, Clone)]
pub struct HazardRow {
    pub code: String,
    pub text: String,
    pub category: String,
    pub departments: Vec<String>,
    pub evidence: String,
    pub on_site: bool,
    pub basis: String,
    pub version: i64,
    pub in_force: bool,
}
