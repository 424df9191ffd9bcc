//! What a deed answers: a [`Change`] (data that the ledger writes, all or nothing) or a [`Refusal`].
//! A `Change` names the version of the tree it was decided on; it never holds a transaction, a query or a number of a
//! series: the pen allots numbers once its guards have passed.

use super::at::At;
use super::attachment::Attachment;
use super::credential::Credential;
use super::event::{Doer, Event, EventKind};
use super::finding::Finding;
use super::machine::TokenDeed;
use super::obligation::{Obligation, Post, Subject};
use super::order::{Fault, NotAnObject};
pub use super::reason::{Reason, ReasonCode};
use super::summons::Summons;
use super::terms::{LetterKind, TextClass, Urgency};
use super::trail::SecurityEvent;
use super::visit::Visit;
use super::whistle::Whistle;
use crate::ids::{LetterId, PersonId, TextId, TreeId};
use serde_json::Value;

/// One decision, ready to be committed.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The trees this was decided on, each at the version that was read. New trees have no guard.
    pub guards: Vec<Guard>,
    /// The series whose next number this Change takes.
    pub series: Option<Series>,
    pub whistle: Option<Whistle>,
    /// Other trees that move in the same breath, each with its guard: a whistle that is merged and the one it joins.
    pub beside: Vec<Whistle>,
    /// Readers' keys (`policy`) that from now on see the whistle; nobody's sight is ever taken away here.
    pub sights: Vec<String>,
    /// Whistles that come into the world together.
    pub born: Vec<Birth>,
    pub summonses: Vec<Summons>,
    /// A visit as it shall stand, with what of its findings has changed and who and what it takes.
    pub visit: Option<VisitChange>,
    /// Obligations as they shall stand: ended ones and newly armed ones.
    pub obligations: Vec<Obligation>,
    pub events: Vec<Event>,
    pub letters: Vec<LetterOwed>,
    pub texts: Vec<Text>,
    /// Files of proof; they lie on disk already.
    pub attachments: Vec<Attachment>,
    /// What law has erased.
    pub erased: Option<Erasure>,
    /// Rows of the directory and the calendar as they shall stand.
    pub directory: Option<DirectoryChange>,
    /// Whose sessions end with it, all of them, on every replica.
    pub ends_sessions: Vec<PersonId>,
    /// What people come in with, as it shall stand.
    pub credentials: Vec<Credential>,
    /// What machines come in with, likewise.
    pub tokens: Vec<TokenDeed>,
    /// Lines of the security trail.
    pub trail: Vec<SecurityEvent>,
    /// The answer to remember for an idempotency key.
    pub receipt: Option<Receipt>,
}

/// A visit, with what goes with its row. Who sees it, whom it takes and which whistles it is about follow from the visit.
#[derive(Debug, Clone)]
pub struct VisitChange {
    pub visit: Visit,
    pub findings: Vec<Finding>,
}

/// A whistle that is new beside others, with its series, its readers' keys and its texts.
#[derive(Debug, Clone)]
pub struct Birth {
    pub series: Series,
    pub whistle: Whistle,
    pub sights: Vec<String>,
    pub texts: Vec<Text>,
}

impl Change {
    /// Whether it is about a whistle that cannot wait.
    pub fn is_emergency(&self) -> bool {
        self.whistle.as_ref().is_some_and(|whistle| whistle.urgency == Urgency::Emergency)
    }
}

/// "This tree still is at this version."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    pub tree: TreeId,
    pub tree_version: i64,
}

/// What becomes of the directory, decided on this version of it: whoever was faster is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryChange {
    pub version: i64,
    pub put: Vec<DirectoryRow>,
    /// Kind and code of each.
    pub gone: Vec<(String, String)>,
}

/// A document of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRow {
    pub kind: String,
    pub code: String,
    /// Its place in the official order.
    pub position: i64,
    /// JSON.
    pub body: String,
}

/// A run of numbers without a hole, per kind and civil year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The code's prefix: `WH`.
    pub prefix: &'static str,
    pub year: i16,
}

impl Series {
    /// The ledger's name of the series: `WH/2026`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.prefix, self.year)
    }

    /// The code of its `n`th number: `WH-2026-0731`, four digits or more.
    pub fn code(&self, n: i64) -> String {
        format!("{}-{}-{:04}", self.prefix, self.year, n)
    }
}

impl Change {
    /// This decision and another one, on another tree, all or nothing.
    pub fn and(mut self, other: Change) -> Change {
        self.guards.extend(other.guards);
        self.beside.extend(other.whistle.into_iter().chain(other.beside));
        self.summonses.extend(other.summonses);
        self.obligations.extend(other.obligations);
        self.events.extend(other.events);
        self.letters.extend(other.letters);
        self.texts.extend(other.texts);
        self.attachments.extend(other.attachments);
        self
    }

    /// Takes in the decision that brought a new whistle into the world: all of them, or none.
    pub fn bear(&mut self, one: Change) {
        let Change { series, whistle, sights, texts, obligations, events, .. } = one;
        self.born.extend(series.zip(whistle).map(|(series, whistle)| Birth { series, whistle, sights, texts }));
        self.obligations.extend(obligations);
        self.events.extend(events);
    }

    /// Every text that it brings along.
    pub fn all_texts(&self) -> impl Iterator<Item = &Text> {
        self.texts.iter().chain(self.born.iter().flat_map(|birth| &birth.texts))
    }

    /// Fills in the number that the pen allotted: row and remembered answer. Everything else goes by id.
    pub fn number(&mut self, n: i64) {
        let Some(code) = self.series.as_ref().map(|series| series.code(n)) else { return };
        if let Some(receipt) = &mut self.receipt {
            receipt.code.clone_from(&code);
            if let Some(card) = receipt.card.as_mut().and_then(Value::as_object_mut) {
                card.insert("code".into(), Value::String(code.clone()));
            }
        }
        if let Some(change) = &mut self.visit {
            change.visit.code = code;
        } else if let Some(whistle) = &mut self.whistle {
            whistle.code = code;
        }
    }
}

/// A text that law may erase; everything else points here by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: TextId,
    pub salt: [u8; 16],
    pub body: String,
    /// A sealed one reaches the ledger encrypted, so that its digest tells nothing either.
    pub class: TextClass,
}

/// What goes for good.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// With their salts.
    pub texts: Vec<TextId>,
    /// Of the whistle and its summonses: what remembered answers keep of the requests goes, too.
    pub codes: Vec<String>,
    /// Complaints and advice, whole.
    pub feedback: Vec<String>,
    /// Machine tokens whose names go.
    pub tokens: Vec<String>,
    /// Filters that people keep, whole.
    pub views: Vec<String>,
}

/// A letter owed to a post, or to one of its holders. It holds no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterOwed {
    pub id: LetterId,
    /// Unique: the same reason owes the same letter once.
    pub key: String,
    pub kind: LetterKind,
    pub to: Post,
    /// The one holder of that post whom it is for; nobody: whoever holds it.
    pub person: Option<PersonId>,
    /// The tree it is about; a reminder bundles over all that its post owes and has none.
    pub tree: Option<TreeId>,
    /// The summons or finding in it.
    pub about: Option<Subject>,
    /// Not sent before: time to think twice about a summons.
    pub not_before: At,
}

/// What an idempotency key remembers: only a 2xx, as code, version and card.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Caller, method, path and key in one text.
    pub key: String,
    /// The request body's salted digest: the same key with another body is refused.
    pub body: BodyDigest,
    pub at: At,
    pub code: String,
    pub version: i64,
    /// The first answer's item, its texts by reference; a deed's answer is drawn anew.
    pub card: Option<Value>,
}

/// SHA-256 over salt and body bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyDigest {
    pub salt: [u8; 16],
    pub digest: [u8; 32],
}

/// Why a deed is not done. Nothing was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The thing does not exist for this actor.
    NotFound,
    /// This role (or this department) never may.
    RoleMayNot,
    /// The idempotency key is missing where one must be, or is not 8–128 visible ASCII characters.
    Key(KeyFault),
    /// The key was used for another body.
    KeyReused,
    /// A deed that does not say which version it was decided on.
    VersionNeeded,
    /// The body is no JSON object of ours.
    Body(NotAnObject),
    /// The order is faulty: all faults at once.
    Faults(Vec<Fault>),
    /// The row that the client named has moved since.
    Moved {
        current_version: i64,
        /// What happened since, oldest first.
        changes: Vec<Passed>,
    },
    /// Not in this state.
    NotNow {
        /// The state it is in.
        status: &'static str,
        /// What this actor could do instead.
        allowed: Vec<&'static str>,
    },
    /// The department has as many machine tokens as it may.
    TooManyTokens,
    /// The disk's last room is the ledger's: no file is taken.
    NoRoom,
    /// The state allows it, something else does not: all reasons at once.
    Guarded { status: &'static str, allowed: Vec<&'static str>, reasons: Vec<Reason> },
    /// Somebody else kept moving it while we decided; the client named no version. Try again.
    Contended,
    /// The pen's queue is full. Try again.
    Busy,
}

/// What is wrong with an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    Missing,
    Malformed,
}

/// One event that the client had not seen: told to whoever lost a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub seq: i64,
    pub at: At,
    pub kind: EventKind,
    pub doer: Option<Doer>,
}

impl From<Vec<Fault>> for Refusal {
    fn from(faults: Vec<Fault>) -> Refusal {
        Refusal::Faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::at;
    use crate::domain::tests::story::Story;
    use serde_json::json;

    #[test]
    fn codes_have_four_digits_or_more_and_a_series_per_year() {
        let series = Series { prefix: "WH", year: 2026 };
        assert_eq!(series.name(), "WH/2026");
        let codes = [1, 731, 9999, 10_000].map(|n| series.code(n));
        assert_eq!(codes, ["WH-2026-0001", "WH-2026-0731", "WH-2026-9999", "WH-2026-10000"]);
    }

    #[test]
    fn the_number_that_the_pen_allots_reaches_the_row_and_the_remembered_answer() {
        let blown = Story::blown(at("11-25 10:00"), "liaison.xf", r#"{"category":"fire","what":"a","place":"b"}"#);
        let mut change = blown.unwrap().last;
        let body = BodyDigest { salt: [0; 16], digest: [0; 32] };
        let (key, at, card) = ("k".to_owned(), at("11-25 10:00"), Some(json!({ "code": "", "status": "submitted" })));
        change.receipt = Some(Receipt { key, body, at, code: String::new(), version: 1, card });
        change.number(7);
        let receipt = change.receipt.as_ref().unwrap();
        assert_eq!(
            (change.whistle.as_ref().unwrap().code.as_str(), receipt.code.as_str()),
            ("WH-2026-0007", "WH-2026-0007")
        );
        assert_eq!(receipt.card, Some(json!({ "code": "WH-2026-0007", "status": "submitted" })));
        change.series = None;
        change.number(8);
        assert_eq!(change.whistle.unwrap().code, "WH-2026-0007", "without a series nothing is numbered");
    }
}
