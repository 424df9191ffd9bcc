//! The rows of the lists of the district: their columns, how one is read and how one is written. A list has the columns of the sample
//! district's files, so that what goes out comes in again without a change. What a row says about other rows is asked by `check`.

mod checklist;
mod days;
mod enterprises;
mod means;
mod people;
mod units;

use super::List;
use super::cells::{Cell, Line};
use super::check::Check;
use super::difference::Wanted;
use super::sheet::Column;
use serde::Serialize;

/// Longest name or code, characters.
const NAME_MAX: usize = 100;
/// Longest other text.
const TEXT_MAX: usize = 1000;

/// One row of a list.
pub trait Row: Serialize + Sized {
    /// Where it stands.
    const LIST: List;
    /// Of its file, in order.
    const COLUMNS: &'static [Column];

    /// What tells it from the others of its list, in the ledger.
    fn code(&self) -> String;

    /// From a line; nothing if a cell has a fault.
    fn read(line: &Line<'_>) -> Option<Self>;

    /// What its cells say about other rows.
    fn check(check: &mut Check<'_, Self>);

    /// The row as it shall stand.
    fn wanted(&self) -> Wanted {
        Wanted { code: self.code(), body: serde_json::to_value(self).unwrap_or_default() }
    }
}

/// A row that goes out as it came in.
pub trait Written: Row {
    /// In the order of the columns.
    fn cells(&self) -> Vec<Cell>;
}
