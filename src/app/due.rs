//! What the hub does by itself: the office's receipt, a moment of a limit that has come. Called by workers, one thing at a time, and
//! harmless when done twice: the tree's guard and the event that is already there see to that.

use super::{Hub, PATIENT_ATTEMPTS_MAX, Undone};
use crate::domain::at::At;
use crate::domain::decision::{Change, LetterOwed, Refusal};
use crate::domain::draft::Deciding;
use crate::domain::policy::Scope;
use crate::domain::visit::{self, VisitTree};
use crate::domain::whistle::Tree;
use crate::domain::whistle::follow;
use crate::domain::whistle::reach;
use crate::domain::whistle::timers;
use crate::ids::{VisitId, WhistleId};
use crate::store::due::Come;
use crate::store::{CommitRefusal, visits, whistles};

/// The office has it: the duty officer by the rota, the departments by the rules. `false`: it had it already.
pub async fn route(hub: &Hub, id: &WhistleId) -> Result<bool, Undone> {
    let scope = Scope::everything("the office's desk receives every whistle");
    decided(hub, &scope, id, |tree, _, by| {
        let officer = by.rules.directory.duty_officer(by.now).map(|person| person.id.clone());
        follow::route(tree, officer, by)
    })
    .await
}

/// A moment of a limit has come: told once, and when it passes its event once. `false`: the move was made meanwhile.
pub async fn reach(hub: &Hub, come: &Come) -> Result<bool, Undone> {
    let scope = Scope::everything("limits pass for everybody");
    if let Some(visit) = come.tree.visit() {
        return decided_on_visit(hub, &visit, |tree, by| visit::timers::reach(tree, &come.obligation, by)).await;
    }
    let Some(whistle) = come.tree.whistle() else { return Ok(false) };
    decided(hub, &scope, &whistle, |tree, merged, by| timers::reach(tree, &come.obligation, merged, by)).await
}

/// A letter reached nobody: the timeline says so, whoever reads it can phone. `false`: it is about no whistle,
/// or what it says is not for everybody who sees that whistle.
pub async fn not_reached(hub: &Hub, letter: &LetterOwed) -> Result<bool, Undone> {
    let Some(tree) = letter.tree.as_ref().filter(|_| !letter.kind.is_discreet()) else { return Ok(false) };
    if let Some(visit) = tree.visit() {
        return decided_on_visit(hub, &visit, |tree, by| Some(reach::not_reached(tree, letter, by))).await;
    }
    let Some(whistle) = tree.whistle() else { return Ok(false) };
    let scope = Scope::everything("a letter that reached nobody is told to whoever sees it");
    decided(hub, &scope, &whistle, |tree, _, by| Some(reach::not_reached(tree, letter, by))).await
}

/// Loads the tree, decides, commits; anew while the tree moves. `false`: there was nothing to decide.
async fn decided(
    hub: &Hub,
    scope: &Scope,
    whistle: &WhistleId,
    decide: impl Fn(Tree, &[Tree], Deciding<'_>) -> Option<Change>,
) -> Result<bool, Undone> {
    hub.refresh().await?;
    for _ in 0..PATIENT_ATTEMPTS_MAX {
        let (scope, wanted) = (scope.clone(), whistle.clone());
        let read = hub.ledger.read(move |reading| {
            let tree = whistles::tree_by_id(reading, &scope, &wanted)?;
            Ok((tree, whistles::merged_into(reading, &wanted)?))
        });
        let (tree, merged) = read.await?;
        let (now, rules) = (hub.now(), hub.rules());
        let mut mint = hub.mint(now);
        let change = tree.and_then(|tree| decide(tree, &merged, hub.deciding(None, &rules, now, &mut mint)));
        let Some(change) = change else { return Ok(false) };
        if settled(hub, change, now).await? {
            return Ok(true);
        }
    }
    Err(Refusal::Contended.into())
}

/// The same for a visit, with the whistles that it moves.
pub(super) async fn decided_on_visit(
    hub: &Hub,
    visit: &VisitId,
    decide: impl Fn(VisitTree, Deciding<'_>) -> Option<Change>,
) -> Result<bool, Undone> {
    hub.refresh().await?;
    for _ in 0..PATIENT_ATTEMPTS_MAX {
        let wanted = visit.clone();
        let read = hub.ledger.read(move |reading| {
            let scope = Scope::everything("what a visit brings about concerns everybody in it");
            visits::whole(reading, &scope, &wanted)
        });
        let tree = read.await?;
        let (now, rules) = (hub.now(), hub.rules());
        let mut mint = hub.mint(now);
        let change = tree.and_then(|tree| decide(tree, hub.deciding(None, &rules, now, &mut mint)));
        let Some(change) = change else { return Ok(false) };
        if settled(hub, change, now).await? {
            return Ok(true);
        }
    }
    Err(Refusal::Contended.into())
}

/// Whether it was written; not where the tree has moved meanwhile.
async fn settled(hub: &Hub, change: Change, now: At) -> Result<bool, Undone> {
    match hub.commit(change, now).await {
        Ok(_) => Ok(true),
        Err(CommitRefusal::Stale) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}
