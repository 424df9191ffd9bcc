//! What a firm is told before a visit (行政检查通知书) and what is written down at it (现场检查记录). Both name the officers
//! and their certificates; a result is a word of ours, a note is the officers' own text.

use super::{SheetFirm, SheetHead, SheetOfficer, SheetParty, day, hour, names};
use crate::domain::at::At;
use crate::http::pages::Square;
use askama::Template;

/// 行政检查通知书: one for each acting department, to the firm, approved by the department's head.
#[derive(Template)]
#[template(path = "http/pages/sheets/notice.html", config = "src/askama.toml")]
pub struct NoticeSheet {
    pub head: SheetHead,
    pub firm: SheetFirm,
    /// Where it is checked.
    pub place: String,
    pub starts_at: At,
    /// The law that it is checked by.
    pub grounds: Vec<String>,
    /// What this department checks, and nobody else's items.
    pub matters: Vec<String>,
    pub officers: Vec<SheetOfficer>,
    /// Who answers questions, and by which phone.
    pub contact: String,
    /// Whether the department's head has approved it.
    pub approved: bool,
    /// The visit's address, to be scanned at entry.
    pub square: Option<Square>,
}

/// 现场检查记录: one for the whole visit.
#[derive(Template)]
#[template(path = "http/pages/sheets/record.html", config = "src/askama.toml")]
pub struct RecordSheet {
    pub head: SheetHead,
    pub firm: SheetFirm,
    pub place: String,
    pub entered_at: Option<At>,
    pub left_at: Option<At>,
    pub parties: Vec<SheetParty>,
    pub rows: Vec<RecordRow>,
    pub signing: SheetSigning,
    pub square: Option<Square>,
}

/// One checked item.
#[derive(Debug, Clone)]
pub struct RecordRow {
    /// What was checked: part and hazard.
    pub subject: String,
    /// The department's short name.
    pub department: String,
    /// 未发现问题, 存在问题, 未检查 …
    pub result: &'static str,
    /// What was found, or why it was not checked.
    pub note: String,
}

/// How the firm put its name to it. Never two ways.
#[derive(Debug, Clone)]
pub enum SheetSigning {
    /// To be signed on the paper.
    Awaited,
    Signed {
        by: String,
        at: At,
    },
    /// Refused, or nobody was there to sign.
    Refused {
        /// Why, and who saw it or what was filmed.
        said: String,
    },
}

impl NoticeSheet {
    fn at(&self) -> String {
        hour(&self.starts_at)
    }

    fn names(&self) -> String {
        names(&self.officers)
    }
}

impl RecordSheet {
    /// From when to when; what has not been yet leaves room for a pen.
    pub(super) fn hours(&self) -> String {
        let or_room = |at: &Option<At>| at.as_ref().map_or_else(|| "　　年　月　日　时　分".to_owned(), hour);
        let left = match (&self.entered_at, &self.left_at) {
            (Some(entered), Some(left)) if day(entered) == day(left) => left.civil().strftime("%-H时%M分").to_string(),
            (_, left) => or_room(left),
        };
        format!("{}至{left}", or_room(&self.entered_at))
    }
}
