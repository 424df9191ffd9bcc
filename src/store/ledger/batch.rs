//! Checks the Changes of one batch in order, against the ledger and against what earlier ones of the batch claimed, and
//! allots numbers and places in the log. It writes nothing, and whatever it changes in a Change may be done again.

use super::super::sql::{Sql, Value};
use super::pen::Pending;
use super::rows::Listed;
use super::{CommitRefusal, Fault, leaf, receipt_of};
use crate::domain::decision::{Change, Guard, Receipt};
use std::collections::HashMap;
use std::ops::Range;

/// What a key remembers, in the order that [`receipt_of`] reads.
pub(super) const RECEIPT_OF_KEY: &str =
    "SELECT key, salt, digest, at, code, version, card FROM receipts WHERE key = $1";
const SERIES: &str = "SELECT last FROM series WHERE name = $1";
const SET_SERIES: &str =
    "INSERT INTO series (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = excluded.last";
const TEXT: &str = "SELECT salt, body FROM texts WHERE id = $1";

static TREES: Listed = Listed::new("SELECT id, tree_version, status FROM whistles WHERE id IN (VALUES ", 1, ")");
static RECEIPTS: Listed =
    Listed::new("SELECT key, salt, digest, at, code, version, card FROM receipts WHERE key IN (VALUES ", 1, ")");

/// The series that counts the events themselves.
const EVENTS: &str = "events";

/// What a Change of the batch comes to, once the batch is on disk.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Written, its events at these places.
    Written(Range<i64>),
    /// Known from before.
    Replayed(Receipt),
    /// The same key and body as this earlier Change of the batch.
    Twin(usize),
    Refused(CommitRefusal),
}

/// A whistle's tree as the next Change of the batch finds it.
#[derive(Debug)]
pub(super) struct Tree {
    version: i64,
    /// The status in the ledger before this batch; a tree born in the batch has none.
    pub(super) before: Option<String>,
}

#[derive(Debug)]
enum Claim {
    Remembered(Receipt),
    OfThisBatch(usize),
}

/// The ledger as the batch sees it: read once, moved on by each Change that passes.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    pub(super) trees: HashMap<String, Tree>,
    claims: HashMap<String, Claim>,
    series: HashMap<String, i64>,
    texts: HashMap<String, [u8; 32]>,
    /// The last event's place.
    last: i64,
}

impl Overlay {
    /// Reads what these Changes will be checked against, in a few statements.
    pub(super) fn load(sql: &Sql, batch: &[Pending]) -> Result<Overlay, Fault> {
        let mut overlay = Overlay::default();
        let changes = || batch.iter().map(|pending| &pending.change);
        let guarded = changes().flat_map(|change| &change.guards).map(|guard| Value::from(&guard.whistle));
        let guarded: Vec<_> = guarded.collect();
        TREES.rows(sql, &guarded, |row| {
            let tree = Tree { version: row.int(1)?, before: Some(row.text(2)?.to_owned()) };
            overlay.trees.insert(row.text(0)?.to_owned(), tree);
            Ok(())
        })?;
        let keys: Vec<_> =
            changes().filter_map(|change| change.receipt.as_ref()).map(|r| Value::from(&r.key)).collect();
        RECEIPTS.rows(sql, &keys, |row| {
            let receipt = receipt_of(row)?;
            overlay.claims.insert(receipt.key.clone(), Claim::Remembered(receipt));
            Ok(())
        })?;
        overlay.last = last_of(sql, EVENTS)?;
        Ok(overlay)
    }

    /// Checks one Change and, if it passes, numbers it and moves the overlay on. `index`: its place in `batch`.
    pub(super) fn admit(&mut self, sql: &Sql, batch: &mut [Pending], index: usize) -> Result<Verdict, Fault> {
        let (earlier, rest) = batch.split_at_mut(index);
        let Some(Pending { change, .. }) = rest.first_mut() else { return Ok(Verdict::Refused(CommitRefusal::Stale)) };
        if let Some(known) = self.known(change, earlier) {
            return Ok(known);
        }
        let moved = |guard: &Guard| {
            self.trees.get(guard.whistle.as_str()).is_none_or(|tree| tree.version != guard.tree_version)
        };
        if change.guards.iter().any(moved) {
            return Ok(Verdict::Refused(CommitRefusal::Stale));
        }
        if let Err(fault) = self.well_formed(change) {
            return Ok(Verdict::Refused(fault.into()));
        }
        self.number(sql, change)?;
        self.mark(sql, change)?;
        if let Some(whistle) = &change.whistle {
            let before = self.trees.remove(whistle.id.as_str()).and_then(|tree| tree.before);
            let tree = Tree { version: whistle.tree_version, before };
            self.trees.insert(whistle.id.as_str().to_owned(), tree);
        }
        if let Some(receipt) = &change.receipt {
            self.claims.insert(receipt.key.clone(), Claim::OfThisBatch(index));
        }
        let first = self.last + 1;
        self.last += i64::try_from(change.events.len()).unwrap_or(i64::MAX);
        Ok(Verdict::Written(first..self.last + 1))
    }

    /// What no deed may forget; a Change that does is our fault, not the caller's.
    fn well_formed(&self, change: &Change) -> Result<(), Fault> {
        let Some(whistle) = &change.whistle else {
            let needs_none = change.sights.is_empty() && change.series.is_none();
            return needs_none.then_some(()).ok_or(Fault::never("a change gives a number or a sight to no whistle"));
        };
        match change.guards.iter().find(|guard| guard.whistle == whistle.id) {
            Some(guard) if whistle.tree_version <= guard.tree_version => {
                Err(Fault::never("a change does not raise the version of the tree it writes"))
            }
            Some(_) => Ok(()),
            None if change.series.is_none() => Err(Fault::never("a change writes a tree without guarding it")),
            None if self.trees.contains_key(whistle.id.as_str()) => Err(Fault::never("a new whistle's id is taken")),
            None => Ok(()),
        }
    }

    /// The answer to a key that is taken. With equal salts equal digests mean equal bodies.
    fn known(&self, change: &Change, earlier: &[Pending]) -> Option<Verdict> {
        let asked = change.receipt.as_ref()?;
        let (body, verdict) = match self.claims.get(&asked.key)? {
            Claim::Remembered(receipt) => (&receipt.body, Verdict::Replayed(receipt.clone())),
            Claim::OfThisBatch(twin) => (&earlier.get(*twin)?.change.receipt.as_ref()?.body, Verdict::Twin(*twin)),
        };
        Some(if *body == asked.body { verdict } else { Verdict::Refused(CommitRefusal::KeyReused) })
    }

    /// Takes the next number of the Change's series; nobody else takes one before this batch is over.
    fn number(&mut self, sql: &Sql, change: &mut Change) -> Result<(), Fault> {
        let Some(name) = change.series.as_ref().map(|series| series.name()) else { return Ok(()) };
        let last = match self.series.get(&name) {
            Some(last) => *last,
            None => last_of(sql, &name)?,
        };
        let next = last + 1;
        change.number(next);
        self.series.insert(name, next);
        Ok(())
    }

    /// Puts the digests of texts into the events that point at them: texts of this batch, or older ones. An erased
    /// text has none.
    fn mark(&mut self, sql: &Sql, change: &mut Change) -> Result<(), Fault> {
        for text in &change.texts {
            self.texts.insert(text.id.as_str().to_owned(), leaf::salted(&text.salt, text.body.as_bytes()));
        }
        let mut digest_of = |id: &str| match self.texts.get(id) {
            Some(digest) => Ok(Some(*digest)),
            None => sql.row(TEXT, &[id.into()], |row| Ok(leaf::salted(&row.hash(0)?, row.text(1)?.as_bytes()))),
        };
        change.events.iter_mut().try_for_each(|event| leaf::mark_texts(&mut event.data, &mut digest_of))
    }

    /// Writes how far the series have come.
    pub(super) fn write_series(&self, sql: &Sql) -> Result<(), Fault> {
        let counted = self.series.iter().map(|(name, last)| (name.as_str(), *last));
        for (name, last) in counted.chain([(EVENTS, self.last)]) {
            sql.run(SET_SERIES, &[name.into(), last.into()])?;
        }
        Ok(())
    }
}

/// How far a series has come.
fn last_of(sql: &Sql, series: &str) -> Result<i64, Fault> {
    Ok(sql.row(SERIES, &[series.into()], |row| row.int(0))?.unwrap_or(0))
}
