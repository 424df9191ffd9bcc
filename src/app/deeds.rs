//! The one way of every deed on something that exists: load, check in API.md's order, decide, commit; decided anew up
//! to three times when the tree moved under a client that named no other version than the one it saw.

use super::asked::{Asked, Key, VersionGiven};
use super::{ATTEMPTS_MAX, Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::{Passed, Refusal};
use crate::domain::draft::Plan;
use crate::domain::event::Doer;
use crate::domain::obligation::Subject;
use crate::domain::order::Node;
use crate::domain::policy::{Actor, Scope};
use crate::domain::rules::Rules;
use crate::ids::TreeId;
use crate::store::{self, CommitRefusal, Outcome, Reading, events};

/// How many events a lost race is told at most.
const CHANGES_MAX: i64 = 50;

/// A deed that was done, now or at the first try with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The code of the addressed thing.
    pub code: String,
    pub replayed: bool,
}

/// What an order names that is loaded with the thing itself, looked at before the order is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// The whistle to merge into.
    pub(super) into: Option<String>,
    /// Whistles that items come from.
    pub(super) whistles: Vec<String>,
    /// Another day, another part of it.
    pub(super) date: Option<String>,
    pub(super) period: Option<String>,
}

/// Who decides by what, as the order is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) actor: &'a Actor,
    pub(super) rules: &'a Rules,
    pub(super) now: At,
}

/// A deed on one kind of thing: how that is loaded, who may, when, and what is decided.
pub(super) trait Deed: Copy + Send + Sync + 'static {
    /// What is loaded for one attempt.
    type Loaded: Send + 'static;
    /// What the decision takes.
    type Tree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        named: &Named,
    ) -> Result<Option<Self::Loaded>, store::Fault>;
    /// 403.
    fn role(self, loaded: &Self::Loaded, before: Before<'_>) -> Result<(), Refusal>;
    /// 409.
    fn state(self, loaded: &Self::Loaded, before: Before<'_>) -> Result<(), Refusal>;
    /// 422, or the decision.
    fn plan(self, body: &Node, loaded: &Self::Loaded, before: Before<'_>) -> Result<Plan<Self::Tree>, Refusal>;
    /// Of the addressed row.
    fn version(loaded: &Self::Loaded) -> i64;
    /// Where its events stand.
    fn place(loaded: &Self::Loaded) -> (TreeId, Option<Subject>);
    fn tree(loaded: Self::Loaded) -> Self::Tree;
    /// Whether it moves the thing, so that it must name the version it saw.
    fn moves(self) -> bool {
        true
    }
}

/// One deed under way.
pub(super) struct Way<'a, D> {
    pub(super) hub: &'a Hub,
    pub(super) asked: Asked<'a>,
    pub(super) code: &'a str,
    pub(super) deed: D,
}

impl<D: Deed> Way<'_, D> {
    /// Reads the order, decides, commits.
    pub(super) async fn go(self) -> Result<Done, Undone> {
        let mut key: Option<Key> = None;
        for attempt in 0..ATTEMPTS_MAX {
            let loaded = self.load().await?;
            let (now, rules) = (self.hub.now(), self.hub.rules());
            self.deed.role(&loaded, Before { actor: self.asked.actor, rules: &rules, now })?;
            if attempt == 0 {
                key = self.asked.sound_key(self.hub)?;
                if let Some(answered) = self.replay(key.as_ref()).await? {
                    return Ok(answered);
                }
            }
            let (now, rules) = (self.hub.now(), self.hub.rules());
            let before = Before { actor: self.asked.actor, rules: &rules, now };
            let named = self.named_version(&loaded)?;
            let decide = self.deed.plan(self.asked.node()?, &loaded, before)?;
            self.check_version(named, &loaded).await?;
            self.deed.state(&loaded, before)?;
            let mut mint = self.hub.mint(now);
            let by = self.hub.deciding(Some(self.asked.actor), &rules, now, &mut mint);
            let mut change = decide(D::tree(loaded), by)?;
            change.receipt = key.as_ref().map(|key| key.receipt(now, self.code, named));
            match self.hub.commit(change, now).await {
                Ok(Outcome::Committed(_)) => return Ok(Done { code: self.code.to_owned(), replayed: false }),
                Ok(Outcome::Replayed(receipt)) => return Ok(Done { code: receipt.code, replayed: true }),
                Err(CommitRefusal::Stale) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    async fn load(&self) -> Result<D::Loaded, Undone> {
        let (scope, code, deed) = (self.asked.scope.clone(), self.code.to_owned(), self.deed);
        let named = Named {
            into: self.asked.named("into"),
            whistles: self.asked.named_in("items", "whistle"),
            date: self.asked.named("date"),
            period: self.asked.named("period"),
        };
        let loaded = self.hub.ledger.read(move |reading| deed.load(reading, &scope, &code, &named));
        Ok(loaded.await?.ok_or(Refusal::NotFound)?)
    }

    async fn replay(&self, key: Option<&Key>) -> Result<Option<Done>, Undone> {
        let Some(key) = key else { return Ok(None) };
        let receipt = key.remembered(self.hub).await?;
        Ok(receipt.map(|receipt| Done { code: receipt.code, replayed: true }))
    }

    /// Versions begin at 1: zero matches nothing. Whoever moves nothing names none.
    fn named_version(&self, loaded: &D::Loaded) -> Result<i64, Refusal> {
        if !self.deed.moves() {
            return Ok(D::version(loaded));
        }
        match self.asked.version {
            VersionGiven::Missing => Err(Refusal::VersionNeeded),
            VersionGiven::Named(version) => Ok(version),
            VersionGiven::Never => Ok(0),
        }
    }

    async fn check_version(&self, named: i64, loaded: &D::Loaded) -> Result<(), Undone> {
        let current_version = D::version(loaded);
        if named == current_version {
            return Ok(());
        }
        let (scope, (tree, about)) = (self.asked.scope.clone(), D::place(loaded));
        let changes = self
            .hub
            .ledger
            .read(move |reading| {
                let latest = events::latest(reading, &scope, &tree, CHANGES_MAX)?;
                Ok(latest.into_iter().filter(|one| one.about == about && since(one, named)).map(passed).collect())
            })
            .await?;
        Err(Refusal::Moved { current_version, changes }.into())
    }
}

fn since(event: &events::StoredEvent, version: i64) -> bool {
    event.data.get("version").and_then(serde_json::Value::as_i64).is_some_and(|raised| raised > version)
}

fn passed(event: events::StoredEvent) -> Passed {
    let doer = event.person.zip(event.department).map(|(person, department)| Doer { person, department });
    Passed { seq: event.seq, at: event.at, kind: event.kind, doer }
}
