//! Official sheets as pages that print on A4 by the rules of GB/T 9704: what each of them says, as plain data beside its
//! template. A sheet is a draft until it has a day of issue. None has a field for a whistle's story or its author, and the
//! one that goes to departments is a type of its own, so that no firm gets it by a slip.

mod dispatch;
mod order;
mod record;

pub use dispatch::{ChecklistRow, DispatchSheet};
pub use order::{OpinionSheet, OrderItem, OrderSheet, RecheckedItem, SheetLink};
pub use record::{NoticeSheet, RecordRow, RecordSheet, SheetSigning};

use super::Assets;
use crate::domain::at::At;
use crate::i18n::Lang;
use crate::i18n::pages::SheetText;

/// What every sheet has.
#[derive(Debug, Clone)]
pub struct SheetHead {
    /// The reader's language; the paper is Chinese anyway.
    pub lang: Lang,
    pub assets: Assets,
    /// Where the bar on the screen leads back to.
    pub back: String,
    /// The visit's code.
    pub visit: String,
    /// The body whose sheet it is, by its full name.
    pub issuer: String,
    /// 文号, only where somebody entered one.
    pub number: Option<String>,
    /// When it was issued; a draft says that it is one.
    pub issued_at: Option<At>,
}

/// The firm that a sheet is about. What is not known leaves room for a pen.
#[derive(Debug, Clone)]
pub struct SheetFirm {
    pub name: String,
    pub credit_code: Option<String>,
    pub address: Option<String>,
    /// 法定代表人（负责人）.
    pub responsible: Option<String>,
    pub phone: Option<String>,
}

/// A certified officer, as a sheet names one.
#[derive(Debug, Clone)]
pub struct SheetOfficer {
    pub name: String,
    /// 执法证号.
    pub certificate: String,
}

/// Those of one department.
#[derive(Debug, Clone)]
pub struct SheetParty {
    pub department: String,
    pub officers: Vec<SheetOfficer>,
}

impl SheetHead {
    fn words(&self) -> &'static SheetText {
        crate::i18n::pages::of(self.lang).sheets
    }

    /// The day of issue, or room for it.
    fn issued(&self) -> String {
        self.issued_at.as_ref().map_or_else(|| "　　　年　月　日".to_owned(), day)
    }
}

impl SheetFirm {
    fn credit_code(&self) -> &str {
        self.credit_code.as_deref().unwrap_or_default()
    }

    fn address(&self) -> &str {
        self.address.as_deref().unwrap_or_default()
    }

    fn responsible(&self) -> &str {
        self.responsible.as_deref().unwrap_or_default()
    }

    fn phone(&self) -> &str {
        self.phone.as_deref().unwrap_or_default()
    }
}

impl SheetParty {
    /// 甲（执法证号1）、乙（执法证号2）.
    fn names(&self) -> String {
        names(&self.officers)
    }
}

fn names(officers: &[SheetOfficer]) -> String {
    let one = |officer: &SheetOfficer| format!("{}（执法证号{}）", officer.name, officer.certificate);
    officers.iter().map(one).collect::<Vec<_>>().join("、")
}

/// As a document writes a day: 2026年5月13日.
fn day(at: &At) -> String {
    at.civil().strftime("%Y年%-m月%-d日").to_string()
}

/// As a document writes a time: 2026年5月13日9时05分.
fn hour(at: &At) -> String {
    at.civil().strftime("%Y年%-m月%-d日%-H时%M分").to_string()
}

#[cfg(test)]
mod tests;
