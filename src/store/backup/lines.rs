//! What stands in a backup: whose it is, each table with its rows, and at the end what all of it must come to. The same
//! lines whichever engine wrote them. Numbers, texts and bytes only; no table is named here but the log of facts.

use crate::ids::{hex, unhex};
use crate::store::sql::{Row, Value};
use crate::store::{BadBackup, Fault};
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The log of facts, and in it the columns of place and hash.
pub(super) const EVENTS: &str = "events";
const SEQ: usize = 0;
const LEAF: usize = 8;

/// A line that is no row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    Ledger(Head),
    /// The rows that follow are this table's.
    Table(String),
    End(Summary),
}

/// Whose backup it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which ledger: [`super::super::Ledger::id`].
    pub ledger: String,
    pub schema: i64,
    /// Microseconds UTC.
    pub made_at: i64,
}

/// What a backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows of each table.
    pub counts: BTreeMap<String, u64>,
    /// The last event's place in the log.
    pub seq: i64,
    /// Over the hashes of all events up to there, in their order: two ledgers with one head have one history.
    pub head: String,
}

/// One column of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Cell {
    Int(i64),
    Text(String),
    Bytes { hex: String },
    Null(()),
}

impl Cell {
    pub(super) fn of_row(row: &Row<'_>) -> Result<Vec<Cell>, Fault> {
        row.values()?.into_iter().map(Cell::of).collect()
    }

    fn of(value: Value<'_>) -> Result<Cell, Fault> {
        Ok(match value {
            Value::Null => Cell::Null(()),
            Value::Int(number) => Cell::Int(number),
            Value::Text(text) => Cell::Text(text.into_owned()),
            Value::Bytes(bytes) => Cell::Bytes { hex: hex(&bytes) },
        })
    }

    pub(super) fn into_value(self) -> Result<Value<'static>, BadBackup> {
        Ok(match self {
            Cell::Null(()) => Value::Null,
            Cell::Int(number) => Value::Int(number),
            Cell::Text(text) => Value::Text(Cow::Owned(text)),
            Cell::Bytes { hex } => {
                Value::Bytes(Cow::Owned(unhex(&hex).ok_or(BadBackup::Inconsistent("bytes are no hex"))?))
            }
        })
    }
}

/// Adds up what a backup holds while it is written or read.
#[derive(Debug, Default)]
pub(super) struct Tally {
    table: String,
    summary: Summary,
    chain: [u8; 32],
}

impl Tally {
    pub(super) fn table(&mut self, name: &str) {
        self.summary.counts.insert(name.to_owned(), 0);
        name.clone_into(&mut self.table);
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), Fault> {
        *self.summary.counts.entry(self.table.clone()).or_default() += 1;
        if self.table != EVENTS {
            return Ok(());
        }
        let (Some(Cell::Int(seq)), Some(Cell::Bytes { hex: leaf })) = (cells.get(SEQ), cells.get(LEAF)) else {
            return Err(Fault::never("an event has no place or no hash"));
        };
        let link = [&self.chain[..], &seq.to_be_bytes(), leaf.as_bytes()].concat();
        self.chain.copy_from_slice(digest::digest(&digest::SHA256, &link).as_ref());
        self.summary.seq = *seq;
        Ok(())
    }

    pub(super) fn summary(self) -> Summary {
        Summary { head: hex(&self.chain), ..self.summary }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row = vec![
            Cell::Int(i64::MIN),
            Cell::Text("\"引号\" \u{0} 行\n".into()),
            Cell::Bytes { hex: "00ff".into() },
            Cell::Null(()),
            Cell::Text(String::new()),
        ];
        let line = serde_json::to_string(&row).unwrap();
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(serde_json::from_str::<Vec<Cell>>(&line).unwrap(), row);
    }

    #[test]
    fn the_head_moves_with_every_event_and_with_its_place() {
        let head = |events: &[(i64, &str)]| {
            let mut tally = Tally::default();
            tally.table(EVENTS);
            for (seq, leaf) in events {
                let mut cells = vec![Cell::Null(()); LEAF];
                cells[SEQ] = Cell::Int(*seq);
                cells.push(Cell::Bytes { hex: (*leaf).to_owned() });
                tally.row(&cells).unwrap();
            }
            tally.summary().head
        };
        let all = [&[][..], &[(1, "aa")], &[(2, "aa")], &[(1, "ab")], &[(1, "aa"), (2, "bb")], &[(1, "bb"), (2, "aa")]];
        let heads: std::collections::BTreeSet<_> = all.iter().map(|events| head(events)).collect();
        assert_eq!(heads.len(), all.len());
    }
}
