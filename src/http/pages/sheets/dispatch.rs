//! The office's sheet to the departments of one visit (联合检查通知单): when, where, who, by which car, what is looked at.
//! Departments only: it names all of them and their cars. No story of a whistle, nobody who blew it.

use super::{SheetFirm, SheetHead, SheetParty, day, hour};
use crate::domain::at::At;
use askama::Template;

/// 联合检查通知单.
#[derive(Template)]
#[template(path = "http/pages/sheets/dispatch.html", config = "src/askama.toml")]
pub struct DispatchSheet {
    pub head: SheetHead,
    /// Whom it goes to, short names in official order.
    pub departments: Vec<String>,
    /// Codes of the whistles that it follows from.
    pub whistles: Vec<String>,
    pub firm: SheetFirm,
    pub starts_at: At,
    pub place: String,
    pub cars: Vec<String>,
    /// The lead first.
    pub parties: Vec<SheetParty>,
    /// The parts of the checklist to look at most.
    pub focus: Vec<String>,
    pub contact: String,
    /// 抄送.
    pub copies: Vec<String>,
    pub checklist: Vec<ChecklistRow>,
}

/// One line of the annex.
#[derive(Debug, Clone)]
pub struct ChecklistRow {
    pub part: String,
    pub hazard: String,
    /// Short names of those who check it.
    pub departments: String,
    pub basis: String,
}

impl DispatchSheet {
    fn at(&self) -> String {
        hour(&self.starts_at)
    }

    /// The day that stands at the foot of the last page.
    fn printed(&self) -> Option<String> {
        self.head.issued_at.as_ref().map(day)
    }
}
