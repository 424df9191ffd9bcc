//! More time for a finding: asked before its limit, granted by the head (of a major hazard by the director), twice at most. The
//! limit as it was ordered is never overwritten.

use super::order::barred;
use super::{Asked, Finding};
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::summons::extension::AskExtensionOrder;
use crate::domain::visit::VisitTree;
use crate::ids::FindingId;
use serde_json::json;

/// Extensions that a finding may have.
pub const EXTENSIONS_MAX: u32 = 2;

/// Asks; the limit runs on until somebody has answered.
///
/// # Errors
/// Guarded: extended twice.
pub fn ask_extension(
    order: &AskExtensionOrder,
    id: &FindingId,
    tree: VisitTree,
    by: Deciding<'_>,
) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    if finding.extended >= EXTENSIONS_MAX {
        return Err(barred(finding, &by, vec![(ReasonCode::ExtendedTwice, finding.code.clone())]));
    }
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(&order.reason);
    let asked = Asked { until: order.until, reason: reason.clone() };
    draft.change_finding(id, |finding| finding.asked = Some(asked));
    let data = json!({ "until": order.until.rfc3339(), "reason": text_ref(&reason) });
    draft.record_finding(EventKind::FindingExtensionAsked, id, data);
    Ok(draft.finish())
}

/// Grants what was asked for.
pub fn grant_extension(reason: Option<&str>, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    let until = tree.finding(id)?.asked.as_ref()?.until;
    let armed = tree.armed(&Subject::Finding(id.clone()))?.id.clone();
    let mut draft = Draft::on(by, tree);
    let reason = reason.map(|reason| draft.write_down(reason));
    draft.extend_limit(&armed, until);
    draft.change_finding(id, |finding| {
        finding.asked = None;
        finding.extended += 1;
    });
    let data = json!({ "until": until.rfc3339(), "reason": reason.as_ref().map(text_ref) });
    draft.record_finding(EventKind::FindingExtensionGranted, id, data);
    Some(draft.finish())
}

/// Refuses it: the limit stands.
pub fn refuse_extension(reason: &str, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_finding(id, |finding: &mut Finding| finding.asked = None);
    draft.record_finding(EventKind::FindingExtensionRefused, id, json!({ "reason": text_ref(&reason) }));
    draft.finish()
}
