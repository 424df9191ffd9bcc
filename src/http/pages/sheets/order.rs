//! What a firm must put right (责令限期整改指令书) and what a second look found of it (整改复查意见书). The limits are each
//! item's own; nothing here counts one.

use super::record::SheetSigning;
use super::{SheetHead, SheetOfficer, day};
use crate::domain::at::At;
use crate::http::pages::Square;
use askama::Template;

/// 责令限期整改指令书: one for each acting department, to the firm or whoever stands in its place.
#[derive(Template)]
#[template(path = "http/pages/sheets/order.html", config = "src/askama.toml")]
pub struct OrderSheet {
    pub head: SheetHead,
    /// Whom it binds: the firm, its landlord, its owner.
    pub addressee: String,
    pub found_at: At,
    pub items: Vec<OrderItem>,
    /// What is to be done until then, where danger asks for it: evacuate, stop, seal.
    pub measures: Vec<String>,
    pub officers: Vec<SheetOfficer>,
    /// The government that reconsiders it, and the court.
    pub government: String,
    pub court: String,
    pub signing: SheetSigning,
    /// Given just now: no later print has it.
    pub link: Option<SheetLink>,
}

/// The firm's way in to one finding of the paper. `Debug` is missing on purpose.
pub struct SheetLink {
    pub square: Square,
    pub url: String,
    /// The finding's code.
    pub code: String,
}

/// One finding that is ordered to be put right.
#[derive(Debug, Clone)]
pub struct OrderItem {
    /// The finding's code.
    pub code: String,
    pub what: String,
    /// The rule that it breaks.
    pub basis: String,
    pub due_at: At,
}

/// 整改复查意见书.
#[derive(Template)]
#[template(path = "http/pages/sheets/opinion.html", config = "src/askama.toml")]
pub struct OpinionSheet {
    pub head: SheetHead,
    pub addressee: String,
    /// The order that was looked into: its number, if it has one, and its day.
    pub order_number: Option<String>,
    pub ordered_at: At,
    pub rechecked_at: At,
    pub items: Vec<RecheckedItem>,
    pub officers: Vec<SheetOfficer>,
    pub signing: SheetSigning,
}

/// One finding that was looked at again.
#[derive(Debug, Clone)]
pub struct RecheckedItem {
    pub code: String,
    pub what: String,
    pub passed: bool,
    /// How it looks now.
    pub note: String,
}

impl OrderSheet {
    fn found(&self) -> String {
        day(&self.found_at)
    }
}

impl OrderItem {
    fn due(&self) -> String {
        let (due, _) = self.due_at.as_end();
        due.strftime("%Y年%-m月%-d日").to_string()
    }
}

impl OpinionSheet {
    fn ordered(&self) -> String {
        day(&self.ordered_at)
    }

    fn rechecked(&self) -> String {
        day(&self.rechecked_at)
    }

    fn all_passed(&self) -> bool {
        self.items.iter().all(|item| item.passed)
    }
}
