//! Turns the admitted Changes of a batch into rows and writes them table by table, many rows a statement. Only the last
//! state of each row is written: no row is touched twice in one batch. Nothing is checked here but by the schema.

use super::super::sql::{Call, Value};
use super::batch::Overlay;
use super::chores::raise_epochs;
use super::values::{json, obligation_row, summons_row, whistle_row};
use super::{Fault, access, care, credentials, leaf, visits};
use crate::domain::attachment::{Attachment, Shows};
use crate::domain::credential::Credential;
use crate::domain::decision::{Birth, Change, DirectoryChange, DirectoryRow, Erasure, LetterOwed};
use crate::domain::finding::Finding;
use crate::domain::machine::TokenDeed;
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::summons::Summons;
use crate::domain::trail::SecurityEvent;
use crate::domain::visit::Visit;
use crate::domain::whistle::Whistle;
use crate::ids::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

/// Sizes of the lists, largest first: few texts to keep prepared, few statements to run.
const SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// A statement around a list of rows, with one text per size.
pub(super) struct Listed {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    texts: [OnceLock<String>; SIZES.len()],
}

impl Listed {
    /// `head`, then rows of so many columns, then `tail`.
    pub(super) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Listed {
        Listed { head, columns, tail, texts: [const { OnceLock::new() }; SIZES.len()] }
    }

    /// Adds the statements for all values, row after row.
    pub(super) fn add<'a>(&'static self, calls: &mut Vec<Call<'a>>, mut values: Vec<Value<'a>>) {
        for (size, text) in SIZES.iter().zip(&self.texts) {
            while values.len() >= size * self.columns {
                let rest = values.split_off(size * self.columns);
                calls.push(Call::of(text.get_or_init(|| self.text(*size)), std::mem::replace(&mut values, rest)));
            }
        }
    }

    /// Its texts, one per size.
    #[cfg(test)]
    pub(super) fn all_texts(&self) -> Vec<String> {
        SIZES.iter().map(|size| self.text(*size)).collect()
    }

    fn text(&self, size: usize) -> String {
        let row = |row: usize| {
            let marks: Vec<_> = (1..=self.columns).map(|column| format!("${}", row * self.columns + column)).collect();
            format!("({})", marks.join(", "))
        };
        let rows: Vec<_> = (0..size).map(row).collect();
        format!("{}{}{}", self.head, rows.join(", "), self.tail)
    }
}

// Rows that are new by their nature go in plainly: a repeated id is an error and never an overwriting.
static TEXTS: Listed = Listed::new("INSERT INTO texts (id, salt, body, class, tree) VALUES ", 5, "");
static EVENTS: Listed = Listed::new(
    "INSERT INTO events (seq, at, kind, tree, about, person, department, office_only, data, leaf) VALUES ",
    10,
    "",
);
static RECEIPTS: Listed =
    Listed::new("INSERT INTO receipts (key, salt, digest, at, code, version, card) VALUES ", 7, "");
static NEW_WHISTLES: Listed = Listed::new(INTO_WHISTLES, 16, "");
// A Change carries whole rows and its guard has been checked: an update is an insert that finds its row. What never
// changes after birth (code, blown_at) is left out, and so is due_at, which follows the obligations.
static WHISTLES: Listed = Listed::new(
    INTO_WHISTLES,
    16,
    " ON CONFLICT (id) DO UPDATE SET status = excluded.status, category = excluded.category,
      severity = excluded.severity, urgency = excluded.urgency, town = excluded.town, enterprise = excluded.enterprise,
      department = excluded.department, routed = excluded.routed, search = excluded.search,
      version = excluded.version, tree_version = excluded.tree_version, master = excluded.master",
);
const INTO_WHISTLES: &str = "INSERT INTO whistles (id, code, status, category, severity, urgency, town, enterprise,
    department, blown_at, due_at, routed, search, version, tree_version, master) VALUES ";
static BODIES: Listed = Listed::new(
    "INSERT INTO whistle_bodies (whistle, body) VALUES ",
    2,
    " ON CONFLICT (whistle) DO UPDATE SET body = excluded.body",
);
static SUMMONSES: Listed = Listed::new(
    "INSERT INTO summonses (id, code, whistle, department, status, issued_at, version, body) VALUES ",
    8,
    " ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version, body = excluded.body",
);
static OBLIGATIONS: Listed = Listed::new(
    "INSERT INTO obligations (id, tree, subject, role, department, duty, due_at, provisional, reminds, explained,
     length, next_at, reached_at, passed_at, ended_at, acknowledged_at, held_back_at) VALUES ",
    17,
    " ON CONFLICT (id) DO UPDATE SET role = excluded.role, department = excluded.department, due_at = excluded.due_at,
      provisional = excluded.provisional, reminds = excluded.reminds, explained = excluded.explained,
      length = excluded.length, next_at = excluded.next_at, reached_at = excluded.reached_at,
      passed_at = excluded.passed_at, ended_at = excluded.ended_at, acknowledged_at = excluded.acknowledged_at,
      held_back_at = excluded.held_back_at",
);
// The same reason owes the same letter once, whoever found it first.
static LETTERS: Listed = Listed::new(
    "INSERT INTO letters (id, natural_key, kind, role, department, person, tree, about, not_before) VALUES ",
    9,
    " ON CONFLICT (natural_key) DO NOTHING",
);
static ATTACHMENTS: Listed = Listed::new(
    "INSERT INTO attachments (id, tree, subject, at, person, department, name, format, bytes, sha256, copy, shows,
     released_at) VALUES ",
    13,
    " ON CONFLICT (id) DO UPDATE SET released_at = excluded.released_at",
);
static TRAIL: Listed = Listed::new(
    "INSERT INTO security_events (seq, at, kind, outcome, person, department, about, address, data, leaf) VALUES ",
    10,
    "",
);
// Sights are only ever added; their status follows below.
static SIGHTS: Listed = Listed::new(
    "INSERT INTO sights (viewer, whistle, status, at) VALUES ",
    4,
    " ON CONFLICT (whistle, viewer) DO NOTHING",
);
static SIGHTS_FOLLOW: Listed = Listed::new(
    "UPDATE sights SET status = (SELECT w.status FROM whistles w WHERE w.id = sights.whistle)
     WHERE whistle IN (VALUES ",
    1,
    ")",
);
static GONE: Listed = Listed::new("DELETE FROM directory WHERE (kind, code) IN (VALUES ", 2, ")");
static DIRECTORY: Listed = Listed::new(
    "INSERT INTO directory (kind, code, position, body) VALUES ",
    4,
    " ON CONFLICT (kind, code) DO UPDATE SET position = excluded.position, body = excluded.body",
);
static SOONEST_LIMIT: Listed = Listed::new(
    "UPDATE whistles SET due_at = (SELECT MIN(o.due_at) FROM obligations o
     WHERE o.tree = whistles.id AND o.ended_at IS NULL) WHERE id IN (VALUES ",
    1,
    ")",
);

/// Every statement that writes a batch.
#[cfg(test)]
pub(super) static LISTS: [&Listed; 16] = [
    &GONE,
    &DIRECTORY,
    &TEXTS,
    &EVENTS,
    &RECEIPTS,
    &NEW_WHISTLES,
    &WHISTLES,
    &BODIES,
    &SUMMONSES,
    &OBLIGATIONS,
    &LETTERS,
    &SIGHTS,
    &SIGHTS_FOLLOW,
    &SOONEST_LIMIT,
    &ATTACHMENTS,
    &TRAIL,
];

/// The rows of one batch. Rows that later Changes write again stand at their last state.
#[derive(Default)]
pub(super) struct Rows<'a> {
    whistles: BTreeMap<&'a str, &'a Whistle>,
    summonses: BTreeMap<&'a str, &'a Summons>,
    visits: BTreeMap<&'a str, &'a Visit>,
    findings: BTreeMap<&'a str, &'a Finding>,
    obligations: BTreeMap<&'a str, &'a Obligation>,
    sights: BTreeSet<(&'a str, &'a str)>,
    texts: Vec<Value<'a>>,
    events: Vec<Value<'a>>,
    letters: Vec<Value<'a>>,
    attachments: Vec<Value<'a>>,
    receipts: Vec<Value<'a>>,
    erased: Vec<&'a Erasure>,
    /// Each of a Change by itself: a row may be laid, taken away and laid again in one batch.
    directory: Vec<&'a DirectoryChange>,
    ends_sessions: BTreeSet<&'a PersonId>,
    credentials: Vec<&'a Credential>,
    tokens: Vec<&'a TokenDeed>,
    trail: Vec<Value<'a>>,
}

impl<'a> Rows<'a> {
    /// Takes in one admitted Change, whose events stand at `seqs`.
    pub(super) fn add(&mut self, change: &'a Change, at: i64, seqs: Range<i64>) -> Result<(), Fault> {
        let own = change.whistle.iter().map(|whistle| (whistle, &change.sights));
        for (whistle, sights) in own.chain(change.born.iter().map(|birth| (&birth.whistle, &birth.sights))) {
            self.whistles.insert(whistle.id.as_str(), whistle);
            self.sights.extend(sights.iter().map(|viewer| (whistle.id.as_str(), viewer.as_str())));
        }
        self.whistles.extend(change.beside.iter().map(|whistle| (whistle.id.as_str(), whistle)));
        self.summonses.extend(change.summonses.iter().map(|summons| (summons.id.as_str(), summons)));
        let visits = change.visit.iter();
        self.visits.extend(visits.clone().map(|one| (one.visit.id.as_str(), &one.visit)));
        self.findings.extend(visits.flat_map(|one| &one.findings).map(|finding| (finding.id.as_str(), finding)));
        self.obligations.extend(change.obligations.iter().map(|obligation| (obligation.id.as_str(), obligation)));
        self.erased.extend(&change.erased);
        self.directory.extend(&change.directory);
        let tree = change.visit.as_ref().map(|one| one.visit.id.as_str());
        let tree = tree.or(change.whistle.as_ref().map(|whistle| whistle.id.as_str()));
        let texts = change.texts.iter().map(|text| (text, tree));
        let of_birth = |birth: &'a Birth| birth.texts.iter().map(|text| (text, Some(birth.whistle.id.as_str())));
        for (text, said_in) in texts.chain(change.born.iter().flat_map(of_birth)) {
            let class = text.class.as_str().into();
            self.texts.extend([(&text.id).into(), (&text.salt).into(), (&text.body).into(), class, said_in.into()]);
        }
        for (event, seq) in change.events.iter().zip(seqs) {
            let data = json(&event.data)?;
            let hash = leaf::Leaf::of(event, seq, at, &data).hash();
            self.events.extend([
                seq.into(),
                at.into(),
                event.kind.as_str().into(),
                (&event.tree).into(),
                event.about.as_ref().map(Subject::as_str).into(),
                event.doer.as_ref().map(|doer| &doer.person).into(),
                event.doer.as_ref().map(|doer| &doer.department).into(),
                event.office_only.into(),
                data.into(),
                Value::Bytes(hash.to_vec().into()),
            ]);
        }
        change.letters.iter().for_each(|letter| self.add_letter(letter));
        change.attachments.iter().for_each(|attachment| self.add_attachment(attachment));
        self.ends_sessions.extend(&change.ends_sessions);
        self.credentials.extend(&change.credentials);
        self.tokens.extend(&change.tokens);
        for line in &change.trail {
            self.add_line(line, at)?;
        }
        if let Some(receipt) = &change.receipt {
            self.receipts.extend([
                (&receipt.key).into(),
                (&receipt.body.salt).into(),
                (&receipt.body.digest).into(),
                receipt.at.into(),
                (&receipt.code).into(),
                receipt.version.into(),
                receipt.card.as_ref().map(json).transpose()?.into(),
            ]);
        }
        Ok(())
    }

    fn add_letter(&mut self, letter: &'a LetterOwed) {
        self.letters.extend([
            (&letter.id).into(),
            (&letter.key).into(),
            letter.kind.as_str().into(),
            letter.to.role.as_str().into(),
            (&letter.to.department).into(),
            letter.person.as_ref().into(),
            letter.tree.as_ref().into(),
            letter.about.as_ref().map(Subject::as_str).into(),
            letter.not_before.into(),
        ]);
    }

    fn add_attachment(&mut self, attachment: &'a Attachment) {
        self.attachments.extend([
            (&attachment.id).into(),
            (&attachment.tree).into(),
            (&attachment.subject).into(),
            attachment.at.into(),
            (&attachment.person).into(),
            (&attachment.department).into(),
            (&attachment.name).into(),
            attachment.format.as_str().into(),
            attachment.bytes.into(),
            (&attachment.sha256).into(),
            attachment.copy.as_ref().into(),
            attachment.shows.map(Shows::as_str).into(),
            attachment.released_at.into(),
        ]);
    }

    fn add_line(&mut self, line: &'a SecurityEvent, at: i64) -> Result<(), Fault> {
        let data = json(&line.data)?;
        let hash = leaf::trail_hash(line, at, &data);
        self.trail.extend([
            line.seq.into(),
            at.into(),
            line.kind.as_str().into(),
            line.outcome.as_str().into(),
            line.doer.as_ref().map(|doer| &doer.person).into(),
            line.doer.as_ref().map(|doer| &doer.department).into(),
            line.about.as_ref().into(),
            line.address.as_ref().into(),
            data.into(),
            Value::Bytes(hash.to_vec().into()),
        ]);
        Ok(())
    }

    /// The statements that write all of it, table by table; what is derived from other rows comes after them.
    pub(super) fn calls(mut self, overlay: &'a Overlay) -> Result<Vec<Call<'a>>, Fault> {
        let mut calls = Vec::new();
        TEXTS.add(&mut calls, std::mem::take(&mut self.texts));
        self.add_obligations(&mut calls)?;
        self.add_whistles(&mut calls, overlay)?;
        let summonses = self.summonses.values().map(|summons| summons_row(summons)).collect::<Result<Vec<_>, _>>()?;
        SUMMONSES.add(&mut calls, summonses.concat());
        let visits: Vec<_> = self.visits.values().copied().collect();
        visits::add(&mut calls, &visits, self.findings.values().copied())?;
        LETTERS.add(&mut calls, self.letters);
        ATTACHMENTS.add(&mut calls, self.attachments);
        EVENTS.add(&mut calls, self.events);
        RECEIPTS.add(&mut calls, self.receipts);
        care::erase(&mut calls, &self.erased);
        for change in self.directory {
            GONE.add(&mut calls, change.gone.iter().flat_map(|(kind, code)| [kind.into(), code.into()]).collect());
            let row = |row: &'a DirectoryRow| {
                [(&row.kind).into(), (&row.code).into(), row.position.into(), (&row.body).into()]
            };
            DIRECTORY.add(&mut calls, change.put.iter().flat_map(row).collect());
        }
        raise_epochs(&mut calls, self.ends_sessions.into_iter());
        self.credentials.into_iter().for_each(|credential| credentials::add(&mut calls, credential));
        self.tokens.into_iter().for_each(|deed| access::add_token(&mut calls, deed));
        TRAIL.add(&mut calls, self.trail);
        overlay.add_series(&mut calls);
        Ok(calls)
    }

    /// The ended ones first: the index that allows one armed a subject looks at every row.
    fn add_obligations(&self, calls: &mut Vec<Call<'a>>) -> Result<(), Fault> {
        let (ended, armed): (Vec<_>, Vec<_>) = self.obligations.values().partition(|one| one.ended_at.is_some());
        for some in [ended, armed] {
            let rows = some.into_iter().map(obligation_row).collect::<Result<Vec<_>, _>>()?;
            OBLIGATIONS.add(calls, rows.concat());
        }
        Ok(())
    }

    /// New whistles go in without the tail of an update, so that a repeated id is an error and not an overwriting.
    fn add_whistles(&self, calls: &mut Vec<Call<'a>>, overlay: &Overlay) -> Result<(), Fault> {
        let before = |id: &str| overlay.trees.get(id).and_then(|tree| tree.before.as_deref());
        let (old, new): (Vec<_>, Vec<_>) = self.whistles.values().partition(|one| before(one.id.as_str()).is_some());
        let soonest = self.soonest_limits();
        for (statement, some) in [(&NEW_WHISTLES, new), (&WHISTLES, old)] {
            let row = |one: &'a Whistle| whistle_row(one, soonest.get(one.id.as_str()).copied());
            statement.add(calls, some.into_iter().flat_map(row).collect());
        }
        let body = |one: &&'a Whistle| Ok::<_, Fault>([(&one.id).into(), json(one)?.into()]);
        BODIES.add(calls, self.whistles.values().map(body).collect::<Result<Vec<_>, _>>()?.concat());
        // Every armed obligation of a new whistle is in this batch; an old one may have others in the ledger.
        let touched: BTreeSet<_> = self.obligations.values().map(|one| one.tree.as_str()).collect();
        let touched = touched.into_iter().filter(|id| id.starts_with("wh_"));
        let is_old = |id: &&str| !self.whistles.contains_key(id) || before(id).is_some();
        SOONEST_LIMIT.add(calls, touched.filter(is_old).map(Value::from).collect());
        let moved = |one: &&&Whistle| before(one.id.as_str()).is_some_and(|before| before != one.status.as_str());
        let moved = self.whistles.values().filter(moved).map(|one| Value::from(&one.id));
        SIGHTS_FOLLOW.add(calls, moved.collect());
        // By now every status that the batch leaves behind is known.
        let sight = |(whistle, viewer): &(&'a str, &'a str)| {
            let seen = self.whistles.get(whistle)?;
            Some([(*viewer).into(), (*whistle).into(), seen.status.as_str().into(), seen.blown_at.into()])
        };
        SIGHTS.add(calls, self.sights.iter().filter_map(sight).flatten().collect());
        Ok(())
    }

    /// Per whistle the soonest armed limit of this batch.
    fn soonest_limits(&self) -> BTreeMap<&'a str, i64> {
        let mut soonest = BTreeMap::new();
        for one in self.obligations.values().filter(|one| one.is_armed()) {
            let limit = soonest.entry(one.tree.as_str()).or_insert(one.due_at.0);
            *limit = (*limit).min(one.due_at.0);
        }
        soonest
    }
}
