//! The one way of every deed on something that exists: load, check in API.md's order, decide, commit; decided anew up
//! to three times when the tree moved under a client that named no other version than the one it saw.

use super::asked::{Asked, Key, VersionGiven};
use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::{Passed, Refusal};
use crate::domain::deeds::{self, Before, ObligationDeed, SummonsDeed, WhistleDeed};
use crate::domain::event::Doer;
use crate::domain::obligation::Subject;
use crate::domain::order::Node;
use crate::domain::rules::Rules;
use crate::domain::summons::{self, Summons};
use crate::domain::whistle::plan::{self, Plan, Seen};
use crate::domain::whistle::{Tree, late};
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
    /// What the whistle or summons of that code owes.
    Obligation(ObligationDeed),
}

/// What was loaded for one attempt.
#[derive(Debug)]
struct Loaded {
    tree: Tree,
    id: Option<SummonsId>,
    /// Other whistles that the deed may move.
    beside: Vec<Tree>,
}

impl Loaded {
    /// The addressed summons, when the deed addresses one.
    fn summons(&self) -> Option<&Summons> {
        self.tree.summons(self.id.as_ref()?)
    }

    /// What is addressed, as the subject of what it owes.
    fn subject(&self) -> Subject {
        let whole = || Subject::Whistle(self.tree.whistle.id.clone());
        self.id.clone().map_or_else(whole, Subject::Summons)
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
    /// Reads the order, decides, commits.
    pub(super) async fn go(self) -> Result<Done, Undone> {
        let mut key: Option<Key> = None;
        for attempt in 0..ATTEMPTS_MAX {
            let loaded = self.load().await?;
            let now = self.hub.now();
            self.check_role(&loaded, now)?;
            if attempt == 0 {
                key = self.asked.sound_key(self.hub)?;
                if let Some(answered) = self.replay(key.as_ref()).await? {
                    return Ok(answered);
                }
            }
            let (now, rules) = (self.hub.now(), self.hub.rules());
            let named = self.named_version(&loaded)?;
            let decide = self.plan(self.asked.node()?, &loaded, &rules, now)?;
            self.check_version(named, &loaded).await?;
            self.check_state(&loaded, now)?;
            let mut mint = self.hub.mint(now);
            let by = self.hub.deciding(Some(self.asked.actor), &rules, now, &mut mint);
            let mut change = decide(loaded.tree, by)?;
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
        let (target, into) = (self.target, self.asked.named_whistle("into"));
        let loaded = self.hub.ledger.read(move |reading| match target {
            Target::Whistle(deed) => {
                let Some(tree) = whistles::tree(reading, &scope, &code)? else { return Ok(None) };
                let ends = matches!(deed, WhistleDeed::Decline | WhistleDeed::Withdraw);
                let beside = match into.filter(|_| deed == WhistleDeed::Merge) {
                    Some(into) => whistles::tree(reading, &scope, &into)?.into_iter().collect(),
                    None if ends => whistles::merged_into(reading, &tree.whistle.id)?,
                    None => Vec::new(),
                };
                Ok(Some(Loaded { tree, id: None, beside }))
            }
            Target::Summons(_) | Target::Obligation(_) => {
                let found = whistles::tree_of_summons(reading, &scope, &code)?;
                let of_summons = found.map(|(tree, id)| Loaded { tree, id: Some(id), beside: Vec::new() });
                if of_summons.is_some() || matches!(target, Target::Summons(_)) {
                    return Ok(of_summons);
                }
                let tree = whistles::tree(reading, &scope, &code)?;
                Ok(tree.map(|tree| Loaded { tree, id: None, beside: Vec::new() }))
            }
        });
        Ok(loaded.await?.ok_or(Refusal::NotFound)?)
    }

    fn check_role(&self, loaded: &Loaded, now: At) -> Result<(), Refusal> {
        let actor = self.asked.actor;
        match (self.target, loaded.summons()) {
            (Target::Whistle(deed), _) => deeds::whistle_role(deed, actor, &loaded.tree),
            (Target::Summons(deed), Some(one)) => deeds::summons_role(deed, actor, Before::of(&loaded.tree, one, now)),
            (Target::Summons(_), None) => Err(Refusal::NotFound),
            (Target::Obligation(deed), _) => deeds::obligation_role(deed, actor, loaded.tree.armed(&loaded.subject())),
        }
    }

    fn check_state(&self, loaded: &Loaded, now: At) -> Result<(), Refusal> {
        let actor = self.asked.actor;
        match (self.target, loaded.summons()) {
            (Target::Whistle(deed), _) => deeds::whistle_state(deed, actor, &loaded.tree, now),
            (Target::Summons(deed), Some(one)) => deeds::summons_state(deed, actor, Before::of(&loaded.tree, one, now)),
            (Target::Summons(_), None) => Err(Refusal::NotFound),
            (Target::Obligation(deed), _) => {
                deeds::obligation_state(deed, actor, loaded.tree.armed(&loaded.subject()), now)
            }
        }
    }

    fn plan(&self, body: &Node, loaded: &Loaded, rules: &Rules, now: At) -> Result<Plan, Refusal> {
        let seen = Seen { tree: &loaded.tree, beside: &loaded.beside, rules, now };
        match (self.target, loaded.summons()) {
            (Target::Whistle(deed), _) => Ok(plan::plan(deed, body, seen)?),
            (Target::Summons(deed), Some(one)) => Ok(summons::plan::plan(deed, body, one, seen)?),
            (Target::Summons(_), None) => Err(Refusal::NotFound),
            (Target::Obligation(deed), _) => Ok(late::plan(deed, body, loaded.subject())?),
        }
    }

    async fn replay(&self, key: Option<&Key>) -> Result<Option<Done>, Undone> {
        let Some(key) = key else { return Ok(None) };
        let receipt = key.remembered(self.hub).await?;
        Ok(receipt.map(|receipt| Done { code: receipt.code, replayed: true }))
    }

    /// Versions begin at 1: zero matches nothing. Whoever moves nothing names none.
    fn named_version(&self, loaded: &Loaded) -> Result<i64, Refusal> {
        let moves = match self.target {
            Target::Whistle(deed) => deed.moves(),
            Target::Summons(_) => true,
            Target::Obligation(_) => false,
        };
        if !moves {
            return Ok(loaded.version());
        }
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
