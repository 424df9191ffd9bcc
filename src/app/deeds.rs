//! The one way of every deed on something that exists: load, check in API.md's order, decide, commit; decided anew up
//! to three times when the tree moved under a client that named no other version than the one it saw.

use super::asked::{Asked, Key, VersionGiven};
use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::{Change, Passed, Refusal};
use crate::domain::deeds::{self, SummonsDeed, WhistleDeed};
use crate::domain::draft::Deciding;
use crate::domain::event::Doer;
use crate::domain::order::{Fault, Node};
use crate::domain::rules::Rules;
use crate::domain::summons::Summons;
use crate::domain::whistle::Tree;
use crate::ids::SummonsId;
use crate::store::{CommitRefusal, Outcome, events, whistles};

/// How often a decision is made anew before the client is told to come back.
const ATTEMPTS_MAX: usize = 3;
/// How many events a lost race is told at most.
const CHANGES_MAX: i64 = 50;

/// A deed that was done, now or at the first try with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The code of the addressed thing.
    pub code: String,
    pub replayed: bool,
}

/// What a deed addresses.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Whistle(WhistleDeed),
    Summons(SummonsDeed),
}

/// What was loaded for one attempt.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) tree: Tree,
    id: Option<SummonsId>,
}

impl Loaded {
    /// The addressed summons, when the deed addresses one.
    pub(super) fn summons(&self) -> Option<&Summons> {
        let id = self.id.as_ref()?;
        self.tree.summonses.iter().find(|one| one.id == *id)
    }

    fn version(&self) -> i64 {
        self.summons().map_or(self.tree.whistle.version, |summons| summons.version)
    }
}

/// One deed under way.
pub(super) struct Way<'a> {
    pub(super) hub: &'a Hub,
    pub(super) asked: Asked<'a>,
    pub(super) code: &'a str,
    pub(super) target: Target,
}

impl Way<'_> {
    /// Reads the order with `parse`, turns it into a Change with `decide`, commits.
    pub(super) async fn go<O>(
        self,
        parse: impl Fn(&Node, &Loaded, &Rules, At) -> Result<O, Vec<Fault>>,
        decide: impl Fn(&O, Loaded, Deciding<'_>) -> Option<Change>,
    ) -> Result<Done, Undone> {
        let mut key: Option<Key> = None;
        for attempt in 0..ATTEMPTS_MAX {
            let loaded = self.load().await?;
            self.check_role(&loaded)?;
            if attempt == 0 {
                key = self.asked.sound_key(self.hub)?;
                if let Some(answered) = self.replay(key.as_ref()).await? {
                    return Ok(answered);
                }
            }
            let (now, rules) = (self.hub.now(), self.hub.rules());
            let named = self.named_version()?;
            let order = parse(self.asked.node()?, &loaded, &rules, now).map_err(Refusal::Faults)?;
            self.check_version(named, &loaded).await?;
            self.check_state(&loaded)?;
            let mut mint = self.hub.mint(now);
            let by = self.hub.deciding(Some(self.asked.actor), &rules, now, &mut mint);
            let mut change = decide(&order, loaded, by).ok_or(Refusal::NotFound)?;
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

    async fn load(&self) -> Result<Loaded, Undone> {
        let (scope, code) = (self.asked.scope.clone(), self.code.to_owned());
        let loaded = match self.target {
            Target::Whistle(_) => {
                let tree = self.hub.ledger.read(move |reading| whistles::tree(reading, &scope, &code)).await?;
                tree.map(|tree| Loaded { tree, id: None })
            }
            Target::Summons(_) => {
                let found = self.hub.ledger.read(move |reading| whistles::tree_of_summons(reading, &scope, &code));
                found.await?.map(|(tree, id)| Loaded { tree, id: Some(id) })
            }
        };
        Ok(loaded.ok_or(Refusal::NotFound)?)
    }

    fn check_role(&self, loaded: &Loaded) -> Result<(), Refusal> {
        match (self.target, loaded.summons()) {
            (Target::Whistle(deed), _) => deeds::whistle_role(deed, self.asked.actor, &loaded.tree),
            (Target::Summons(deed), Some(summons)) => deeds::summons_role(deed, self.asked.actor, summons),
            (Target::Summons(_), None) => Err(Refusal::NotFound),
        }
    }

    fn check_state(&self, loaded: &Loaded) -> Result<(), Refusal> {
        match (self.target, loaded.summons()) {
            (Target::Whistle(deed), _) => deeds::whistle_state(deed, self.asked.actor, &loaded.tree),
            (Target::Summons(deed), Some(summons)) => deeds::summons_state(deed, self.asked.actor, summons),
            (Target::Summons(_), None) => Err(Refusal::NotFound),
        }
    }

    async fn replay(&self, key: Option<&Key>) -> Result<Option<Done>, Undone> {
        let Some(key) = key else { return Ok(None) };
        let receipt = key.remembered(self.hub).await?;
        Ok(receipt.map(|receipt| Done { code: receipt.code, replayed: true }))
    }

    /// Versions begin at 1: zero matches nothing.
    fn named_version(&self) -> Result<i64, Refusal> {
        match self.asked.version {
            VersionGiven::Missing => Err(Refusal::VersionNeeded),
            VersionGiven::Named(version) => Ok(version),
            VersionGiven::Never => Ok(0),
        }
    }

    async fn check_version(&self, named: i64, loaded: &Loaded) -> Result<(), Undone> {
        let current_version = loaded.version();
        if named == current_version {
            return Ok(());
        }
        let (scope, whistle, summons) = (self.asked.scope.clone(), loaded.tree.whistle.id.clone(), loaded.id.clone());
        let changes = self
            .hub
            .ledger
            .read(move |reading| {
                let latest = events::latest(reading, &scope, &whistle, CHANGES_MAX)?;
                Ok(latest.into_iter().filter(|one| one.summons == summons && since(one, named)).map(passed).collect())
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
