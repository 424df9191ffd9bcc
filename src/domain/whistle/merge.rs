//! One hazard, two whistles: the second joins the first, its master, and ends there. Masters form no circle: what was
//! merged is nobody's master, and both trees move in one `Change`, so that no race makes one.

use super::{Master, Tree, blow, end, guarded};
use crate::domain::decision::{Change, Reason, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::order::{Fault, FaultCode, Field, Kind, Node, Spec, read};
use crate::domain::terms::{LetterKind, WhistleStatus};
use serde_json::json;

/// The body of `…/merge`.
pub static MERGE: Spec = Spec { name: "MergeOrder", fields: &[Field::required("into", Kind::Code)] };

/// The whistle to join, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeOrder {
    master: Tree,
}

impl MergeOrder {
    /// `found`: what `into` names, if the actor may see it.
    pub fn parse(body: &Node, found: &[Tree]) -> Result<MergeOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&MERGE, body);
        let into = reader.text("into");
        let master = found.iter().find(|tree| Some(&tree.whistle.code) == into.as_ref());
        if into.is_some() && master.is_none() {
            faults.add(reader.pointer("into"), FaultCode::NoSuch);
        }
        faults.judge(master.map(|master| MergeOrder { master: master.clone() }))
    }
}

/// Joins the master: this whistle ends, its summonses are cancelled, its blower is told.
pub fn merge(order: &MergeOrder, tree: Tree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let master = &order.master.whistle;
    let reasons = bars(&tree, &order.master);
    if !reasons.is_empty() {
        return Err(guarded(&tree, &by, reasons));
    }
    // The master's tree moves too: whoever declines it at this moment decides anew, with one more to let go.
    let beside = {
        let by = Deciding { actor: by.actor, rules: by.rules, now: by.now, mint: &mut *by.mint };
        Draft::on(by, order.master.clone()).finish()
    };
    let mut draft = Draft::on(by, tree);
    draft.tree.whistle.master = Some(Master { id: master.id.clone(), code: master.code.clone() });
    draft.record(EventKind::WhistleMerged, json!({ "into": master.code }));
    end::end(&mut draft, WhistleStatus::Merged);
    end::cancel_summonses(&mut draft);
    end::tell_blower(&mut draft, LetterKind::WhistleMerged);
    Ok(draft.finish().and(beside))
}

/// Why it cannot join that one.
fn bars(tree: &Tree, master: &Tree) -> Vec<Reason> {
    let (own, other) = (&tree.whistle, &master.whistle);
    let is_child = other.master.as_ref().is_some_and(|its| its.id == own.id);
    let code = match other.status {
        _ if own.id == other.id => Some(ReasonCode::MasterIsItself),
        WhistleStatus::Merged if is_child => Some(ReasonCode::MasterIsItsChild),
        WhistleStatus::Merged => Some(ReasonCode::MasterIsMerged),
        WhistleStatus::Closed | WhistleStatus::Declined | WhistleStatus::Withdrawn => Some(ReasonCode::MasterHasEnded),
        WhistleStatus::Submitted | WhistleStatus::Returned | WhistleStatus::Accepted => None,
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => None,
        WhistleStatus::AwaitingClosure | WhistleStatus::Suspended => None,
    };
    code.map(|code| Reason { code, subject: other.code.clone() }).into_iter().collect()
}

/// Undoes a merge: the whistle is one of its own again and awaits its triage. Also what the hub does with what was
/// merged into a whistle that ends without being handled.
pub fn free(tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let from = draft.tree.whistle.master.take().map(|master| master.code);
    blow::submit_anew(&mut draft);
    draft.record(EventKind::WhistleUnmerged, json!({ "from": from }));
    blow::await_triage(&mut draft);
    draft.finish()
}
