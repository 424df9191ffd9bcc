//! Checks the Changes of one batch in order, against the ledger and against what earlier ones of the batch claimed, and
//! allots numbers and places in the log. It writes nothing, and whatever it changes in a Change may be done again.

use super::super::sql::{Call, Row, Sql, Value};
use super::pen::Pending;
use super::rows::Listed;
use super::{CommitRefusal, Fault, leaf, receipt_of, visits};
use crate::domain::decision::{Change, DirectoryChange, Guard, Receipt};
use crate::domain::visit::Visit;
use crate::domain::whistle::Whistle;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// What a key remembers, in the order that [`receipt_of`] reads.
pub(super) const RECEIPT_OF_KEY: &str =
    "SELECT key, salt, digest, at, code, version, card FROM receipts WHERE key = $1";

static TREES: Listed = Listed::new("SELECT id, tree_version, status FROM whistles WHERE id IN (VALUES ", 1, ")");
static VISITS: Listed = Listed::new("SELECT id, tree_version, status FROM visits WHERE id IN (VALUES ", 1, ")");
static CLAIMED: Listed = Listed::new("SELECT thing, slot, visit FROM claims WHERE (thing, slot) IN (VALUES ", 2, ")");
static RECEIPTS: Listed =
    Listed::new("SELECT key, salt, digest, at, code, version, card FROM receipts WHERE key IN (VALUES ", 1, ")");
static SERIES: Listed = Listed::new("SELECT name, last FROM series WHERE name IN (VALUES ", 1, ")");
static SET_SERIES: Listed =
    Listed::new("INSERT INTO series (name, last) VALUES ", 2, " ON CONFLICT (name) DO UPDATE SET last = excluded.last");
static TEXTS: Listed = Listed::new("SELECT id, salt, body FROM texts WHERE id IN (VALUES ", 1, ")");

/// Every statement of a batch's reads.
#[cfg(test)]
pub(super) static LISTS: [&Listed; 7] = [&TREES, &VISITS, &CLAIMED, &RECEIPTS, &SERIES, &SET_SERIES, &TEXTS];

/// The series that counts the events themselves.
const EVENTS: &str = "events";
/// The series that counts the lines of the trail.
const TRAIL: &str = "trail";
/// The series that counts how often the directory was changed.
pub(in crate::store) const DIRECTORY: &str = "directory";

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
    /// Thing and slot → whose they are.
    taken: HashMap<(String, String), String>,
    series: HashMap<String, i64>,
    texts: HashMap<String, [u8; 32]>,
}

impl Overlay {
    /// Reads what these Changes will be checked against, in one flight.
    pub(super) fn load(sql: &Sql, batch: &[Pending]) -> Result<Overlay, Fault> {
        let changes = || batch.iter().map(|pending| &pending.change);
        let trees = changes().flat_map(|change| &change.guards).filter(|guard| guard.tree.visit().is_none());
        let trees = trees.map(|guard| Value::from(&guard.tree));
        let visits = changes().flat_map(|change| &change.guards).filter(|guard| guard.tree.visit().is_some());
        let visits = visits.map(|guard| Value::from(&guard.tree));
        let wanted = changes().filter_map(|change| change.visit.as_ref()).flat_map(visits::wanted);
        let wanted = wanted.flat_map(|(thing, slot)| [Value::from(thing), slot.into()]);
        let keys = changes().filter_map(|change| change.receipt.as_ref()).map(|receipt| Value::from(&receipt.key));
        let born = || changes().flat_map(|change| &change.born);
        let series = changes().filter_map(|change| change.series.as_ref()).chain(born().map(|birth| &birth.series));
        let series: BTreeSet<_> = series.map(|one| one.name()).collect();
        let directory = changes().any(|change| change.directory.is_some()).then_some(DIRECTORY);
        let trail = changes().any(|change| !change.trail.is_empty()).then_some(TRAIL);
        let series = series.into_iter().map(Value::from).chain([EVENTS.into()]).chain(directory.map(Value::from));
        let series = series.chain(trail.map(Value::from));
        let mut texts = BTreeSet::new();
        let new: HashSet<_> = changes().flat_map(|change| change.all_texts()).map(|text| text.id.as_str()).collect();
        changes().flat_map(|change| &change.events).for_each(|event| leaf::text_ids(&event.data, &mut texts));
        let texts = texts.into_iter().filter(|id| !new.contains(id)).map(Value::from);

        let (mut overlay, mut calls, mut ends) = (Overlay::default(), Vec::new(), [0; 6]);
        let lists = [(&TREES, trees.collect()), (&RECEIPTS, keys.collect()), (&SERIES, series.collect())];
        let more = [(&TEXTS, texts.collect()), (&VISITS, visits.collect()), (&CLAIMED, wanted.collect())];
        for ((list, values), end) in lists.into_iter().chain(more).zip(&mut ends) {
            list.add(&mut calls, values);
            *end = calls.len();
        }
        sql.many(&calls, &mut |at, row| overlay.learn(ends.iter().take_while(|end| at >= **end).count(), row))?;
        Ok(overlay)
    }

    /// Takes in one row of the list `which`, in the order of [`Overlay::load`].
    fn learn(&mut self, which: usize, row: &Row<'_>) -> Result<(), Fault> {
        match which {
            0 | 4 => {
                let tree = Tree { version: row.int(1)?, before: Some(row.text(2)?.to_owned()) };
                self.trees.insert(row.text(0)?.to_owned(), tree);
            }
            1 => {
                let receipt = receipt_of(row)?;
                self.claims.insert(receipt.key.clone(), Claim::Remembered(receipt));
            }
            2 => {
                self.series.insert(row.text(0)?.to_owned(), row.int(1)?);
            }
            5 => {
                let claim = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
                self.taken.insert(claim, row.text(2)?.to_owned());
            }
            _ => {
                let digest = leaf::salted(&row.hash(1)?, row.text(2)?.as_bytes());
                self.texts.insert(row.text(0)?.to_owned(), digest);
            }
        }
        Ok(())
    }

    /// Checks one Change and, if it passes, numbers it and moves the overlay on. `index`: its place in `batch`.
    pub(super) fn admit(&mut self, batch: &mut [Pending], index: usize) -> Verdict {
        let (earlier, rest) = batch.split_at_mut(index);
        let Some(Pending { change, .. }) = rest.first_mut() else { return Verdict::Refused(CommitRefusal::Stale) };
        if let Some(known) = self.known(change, earlier) {
            return known;
        }
        let moved =
            |guard: &Guard| self.trees.get(guard.tree.as_str()).is_none_or(|tree| tree.version != guard.tree_version);
        let laid_anew = change.directory.as_ref().is_some_and(|one| self.laid_anew(one));
        if change.guards.iter().any(moved) || laid_anew || self.is_taken(change) {
            return Verdict::Refused(CommitRefusal::Stale);
        }
        if let Err(fault) = self.well_formed(change) {
            return Verdict::Refused(fault.into());
        }
        self.number(change);
        self.mark(change);
        if change.directory.is_some() {
            *self.series.entry(DIRECTORY.to_owned()).or_insert(0) += 1;
        }
        for line in &mut change.trail {
            line.seq = self.next(TRAIL);
        }
        let born = change.born.iter().map(|birth| &birth.whistle);
        for whistle in change.whistle.iter().chain(&change.beside).chain(born) {
            let before = self.trees.remove(whistle.id.as_str()).and_then(|tree| tree.before);
            let tree = Tree { version: whistle.tree_version, before };
            self.trees.insert(whistle.id.as_str().to_owned(), tree);
        }
        if let Some(one) = &change.visit {
            let (id, tree_version) = (one.visit.id.as_str(), one.visit.tree_version);
            let before = self.trees.remove(id).and_then(|tree| tree.before);
            self.trees.insert(id.to_owned(), Tree { version: tree_version, before });
            self.taken.retain(|_, owner| owner != id);
            self.taken.extend(visits::wanted(one).map(|claim| (claim, id.to_owned())));
        }
        if let Some(receipt) = &change.receipt {
            self.claims.insert(receipt.key.clone(), Claim::OfThisBatch(index));
        }
        let last = self.series.entry(EVENTS.to_owned()).or_insert(0);
        let first = *last + 1;
        *last += i64::try_from(change.events.len()).unwrap_or(i64::MAX);
        Verdict::Written(first..*last + 1)
    }

    /// Whether another visit has what this one wants: whoever decided did not know it yet.
    fn is_taken(&self, change: &Change) -> bool {
        let Some(one) = &change.visit else { return false };
        let others = |claim| self.taken.get(&claim).is_some_and(|owner| owner != one.visit.id.as_str());
        visits::wanted(one).any(others)
    }

    /// Whether the directory has changed since that was decided.
    fn laid_anew(&self, change: &DirectoryChange) -> bool {
        self.series.get(DIRECTORY).copied().unwrap_or(0) != change.version
    }

    /// What no deed may forget; a Change that does is our fault, not the caller's.
    fn well_formed(&self, change: &Change) -> Result<(), Fault> {
        let unguarded = |whistle: &&Whistle| {
            let guard = change.guards.iter().find(|guard| guard.tree.as_str() == whistle.id.as_str());
            guard.is_none_or(|guard| whistle.tree_version <= guard.tree_version)
        };
        if change.beside.iter().any(|whistle| unguarded(&whistle)) {
            return Err(Fault::never("a change writes a tree beside its own without guarding or raising it"));
        }
        if change.born.iter().any(|birth| self.trees.contains_key(birth.whistle.id.as_str())) {
            return Err(Fault::never("one of the new whistles' ids is taken"));
        }
        let Some(whistle) = &change.whistle else {
            if let Some(one) = &change.visit {
                return self.well_formed_visit(change, &one.visit);
            }
            let needs_none = change.sights.is_empty() && change.series.is_none();
            return needs_none.then_some(()).ok_or(Fault::never("a change gives a number or a sight to no whistle"));
        };
        match change.guards.iter().find(|guard| guard.tree.as_str() == whistle.id.as_str()) {
            Some(guard) if whistle.tree_version <= guard.tree_version => {
                Err(Fault::never("a change does not raise the version of the tree it writes"))
            }
            Some(_) => Ok(()),
            None if change.series.is_none() => Err(Fault::never("a change writes a tree without guarding it")),
            None if self.trees.contains_key(whistle.id.as_str()) => Err(Fault::never("a new whistle's id is taken")),
            None => Ok(()),
        }
    }

    /// The same of a visit: raised under its guard, or new with a number.
    fn well_formed_visit(&self, change: &Change, visit: &Visit) -> Result<(), Fault> {
        match change.guards.iter().find(|guard| guard.tree.as_str() == visit.id.as_str()) {
            Some(guard) if visit.tree_version <= guard.tree_version => {
                Err(Fault::never("a change does not raise the version of the visit it writes"))
            }
            None if change.series.is_none() => Err(Fault::never("a change writes a visit without guarding it")),
            None if self.trees.contains_key(visit.id.as_str()) => Err(Fault::never("a new visit's id is taken")),
            Some(_) | None => Ok(()),
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
    fn number(&mut self, change: &mut Change) {
        for birth in &mut change.born {
            birth.whistle.code = birth.series.code(self.next(&birth.series.name()));
        }
        let Some(name) = change.series.as_ref().map(|series| series.name()) else { return };
        change.number(self.next(&name));
    }

    /// The next number of a series.
    fn next(&mut self, series: &str) -> i64 {
        let last = self.series.entry(series.to_owned()).or_insert(0);
        *last += 1;
        *last
    }

    /// Puts the digests of texts into the events that point at them: texts of this batch, or older ones. An erased
    /// text has none.
    fn mark(&mut self, change: &mut Change) {
        for text in change.all_texts() {
            self.texts.insert(text.id.as_str().to_owned(), leaf::salted(&text.salt, text.body.as_bytes()));
        }
        let digest_of = |id: &str| self.texts.get(id).copied();
        change.events.iter_mut().for_each(|event| leaf::mark_texts(&mut event.data, &digest_of));
        change.trail.iter_mut().for_each(|line| leaf::mark_texts(&mut line.data, &digest_of));
    }

    /// Adds the statements that write how far the series have come.
    pub(super) fn add_series<'a>(&'a self, calls: &mut Vec<Call<'a>>) {
        let counted = self.series.iter().flat_map(|(name, last)| [name.into(), (*last).into()]);
        SET_SERIES.add(calls, counted.collect());
    }
}
