//! Whistles that were noted on paper while the hub was away, as rows: each is the order that blowing takes, judged by the
//! same rules, with the number on its paper, by which a second import finds it. A file changes no whistle that stands,
//! and what it says of a time is a claim: nothing here sets when a whistle came in.

use super::Judged;
use super::List;
use super::cells::Line;
use super::check::Check;
use super::difference::{Difference, LeftOut, Wanted};
use super::faults::What;
use super::lists::Row;
use super::sheet::Column;
use super::whistles::{COLUMNS, ROWS_MAX};
use crate::domain::at::At;
use crate::domain::decision::DirectoryRow;
use crate::domain::directory::Directory;
use crate::domain::order::{Clash, Fault, FaultCode, NAME_MAX, from_json};
use crate::domain::terms::Source;
use crate::domain::whistle::blow::BlowOrder;
use crate::ids::WhistleId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Texts of the file beside the fields of the order that they are.
const SAID: &[(&str, &str)] = &[
    ("title", "title"),
    ("what", "what"),
    ("category", "category"),
    ("severity", "severity_claimed"),
    ("urgency", "urgency"),
    ("source", "source"),
    ("blower", "on_behalf_of"),
    ("enterprise", "enterprise"),
    ("town", "town"),
    ("place", "place"),
];
const NEEDED: &str = "needed_departments";

/// A row of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The code of a whistle that stands, or the number on paper.
    number: String,
    /// Whether it is the code: then nothing else of the row counts.
    stands: bool,
    /// What a preview calls it.
    name: String,
    /// When it was blown, as the paper says.
    blown_at: At,
    /// The order of a blow.
    order: Map<String, Value>,
}

impl Row for Entry {
    const LIST: List = List::Whistles;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn code(&self) -> String {
        self.number.clone()
    }

    fn read(line: &Line<'_>) -> Option<Entry> {
        if let Some(number) = line.maybe("code")? {
            let (name, blown_at, order) = (String::new(), At(0), Map::new());
            return Some(Entry { number, stands: true, name, blown_at, order });
        }
        let (number, blown_at) = (line.code("external_no"), line.moment("blown_at"));
        let occurred_at = line.maybe("occurred_at").and_then(|said| said.map_or(Some(None), |_| found_at(line)));
        let (mut order, mut whole) = (Map::new(), true);
        for (column, field) in SAID {
            match line.maybe(column) {
                Some(said) => order.extend(said.map(|text| ((*field).to_owned(), text.into()))),
                None => whole = false,
            }
        }
        let needed = line.list(NEEDED);
        let (number, blown_at, occurred_at, needed) = (number?, blown_at?, occurred_at?, needed?);
        order.extend(occurred_at.map(|at| ("occurred_at".to_owned(), at.rfc3339().into())));
        if !needed.is_empty() {
            order.insert(NEEDED.to_owned(), json!(needed));
        }
        if order.get("source").and_then(Value::as_str) == Some(Source::Informant.as_str()) {
            order.insert("protected_source".to_owned(), true.into());
        }
        let name = order.get("title").or(order.get("what")).and_then(Value::as_str).unwrap_or_default();
        let name = name.chars().take(NAME_MAX).collect();
        whole.then_some(Entry { number, stands: false, name, blown_at, order })
    }

    fn check(check: &mut Check<'_, Entry>) {
        check.codes_once("external_no");
    }
}

fn found_at(line: &Line<'_>) -> Option<Option<At>> {
    line.moment("occurred_at").map(Some)
}

impl Entry {
    /// The row of a file that was judged.
    fn of(row: &Wanted) -> Option<Entry> {
        serde_json::from_value(row.body.clone()).ok()
    }

    fn blow_order(&self, directory: &Directory, now: At) -> Result<BlowOrder, Vec<Fault>> {
        let body = Value::Object(self.order.clone()).to_string();
        let node = from_json(body.as_bytes()).map_err(|_| Vec::new())?;
        BlowOrder::parse_entry(&node, directory, now)
    }
}

/// A row that shall become a whistle.
#[derive(Debug)]
pub struct Paper {
    pub external_no: String,
    pub blown_at: At,
    pub order: BlowOrder,
}

/// What an added row comes to; nothing if by now its order has a fault.
pub fn paper(row: &Wanted, directory: &Directory, now: At) -> Option<Paper> {
    let entry = Entry::of(row)?;
    let order = entry.blow_order(directory, now).ok()?;
    Some(Paper { external_no: entry.number, blown_at: entry.blown_at, order })
}

/// How the ledger remembers a number on paper.
pub fn registered(external_no: &str, whistle: &WhistleId) -> DirectoryRow {
    let body = json!({ "whistle": whistle.as_str() }).to_string();
    DirectoryRow { kind: List::Whistles.stored().to_owned(), code: external_no.to_owned(), position: 0, body }
}

/// The codes of whistles that a file names.
pub fn codes(judged: &Judged) -> Vec<String> {
    let entries = judged.rows.iter().filter_map(|(_, row)| Entry::of(row));
    entries.filter(|entry| entry.stands).map(|entry| entry.number).collect()
}

/// Judges every row that shall become a whistle as a blow is judged, its faults by row and column.
pub fn judge_orders(judged: &mut Judged, directory: &Directory, now: At) {
    if judged.rows.len() > ROWS_MAX {
        judged.faults.add(0, "", What::TooManyRows { max: ROWS_MAX });
        return;
    }
    for (number, row) in &judged.rows {
        let Some(entry) = Entry::of(row).filter(|entry| !entry.stands) else { continue };
        if entry.blown_at > now {
            judged.faults.add(*number, "blown_at", What::Order(FaultCode::Clash(Clash::InTheFuture)));
        }
        for fault in entry.blow_order(directory, now).err().unwrap_or_default() {
            judged.faults.add(*number, column(&fault.pointer), What::Order(fault.code));
        }
    }
    judged.faults.in_order();
}

/// The column that a field of the order came from.
fn column(pointer: &str) -> &str {
    let field = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    SAID.iter().find(|(_, said)| *said == field).map_or(field, |(column, _)| column)
}

/// What the file adds, beside the numbers on paper and the codes that stand. A code that does not is a fault; what
/// stands is left as it is.
pub fn difference(judged: &mut Judged, standing: &HashSet<String>) -> Option<Difference> {
    let mut known = Vec::new();
    for (number, row) in &judged.rows {
        if standing.contains(&row.code) {
            let (kind, code, body) = (List::Whistles.stored().to_owned(), row.code.clone(), row.body.to_string());
            known.push(DirectoryRow { kind, code, position: 0, body });
        } else if Entry::of(row).is_some_and(|entry| entry.stands) {
            judged.faults.add(*number, "code", What::Unknown);
        }
    }
    judged.faults.in_order();
    let wanted = judged.rows.iter().map(|(_, row)| row.clone()).collect();
    let difference = Difference::of(List::Whistles, &known, wanted, LeftOut::Stays);
    judged.faults.is_empty().then_some(difference)
}
