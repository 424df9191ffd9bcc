//! More time: asked before the limit, answered by the office (a second one, or one of a major hazard, by the director).
//! The limit that was is kept beside the one that runs, for the figures that must show both.

use super::Extension;
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::whistle::{Tree, follow};
use crate::ids::{SummonsId, TextId};
use serde_json::json;

/// The body of `…/ask_extension`.
pub static ASK_EXTENSION: Spec = Spec {
    name: "AskExtensionOrder",
    fields: &[Field::required("until", Kind::Time), Field::required("reason", Kind::Text { max: TEXT_MAX })],
};

/// The body of `…/grant_extension`.
pub static GRANT_EXTENSION: Spec =
    Spec { name: "GrantExtensionOrder", fields: &[Field::optional("reason", Kind::Text { max: TEXT_MAX })] };

/// Until when, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct AskExtensionOrder {
    pub until: At,
    pub reason: String,
}

impl AskExtensionOrder {
    /// Later than the limit that runs; without one the state refuses the deed.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, due_at: Option<At>) -> Result<AskExtensionOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&ASK_EXTENSION, body);
        let until = reader.time("until");
        if until.zip(due_at).is_some_and(|(until, due_at)| until <= due_at) {
            faults.add(reader.pointer("until"), FaultCode::Clash(Clash::NotLonger));
        }
        let made = until.zip(reader.text("reason"));
        faults.judge(made.map(|(until, reason)| AskExtensionOrder { until, reason }))
    }
}

/// Asks; the limit runs on until the office has answered.
pub fn ask_extension(order: &AskExtensionOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(&order.reason);
    draft.change_summons(id, |summons| {
        summons.extension = Some(Extension { until: order.until, reason: reason.clone() });
    });
    let data = json!({ "until": order.until.rfc3339(), "reason": text_ref(&reason) });
    draft.record_summons(EventKind::SummonsExtensionAsked, id, data);
    draft.finish()
}

/// Grants what was asked for. The first limit stays beside it.
pub fn grant_extension(reason: Option<&str>, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Option<Change> {
    let mut draft = Draft::on(by, tree);
    let until = draft.tree.summons(id)?.extension.as_ref()?.until;
    let armed = draft.tree.armed_summons(id)?;
    let (obligation, before) = (armed.id.clone(), armed.due_at);
    let reason: Option<TextId> = reason.map(|reason| draft.write_down(reason));
    draft.change_summons(id, |summons| {
        summons.extension = None;
        summons.extended += 1;
        summons.original_due_at = summons.original_due_at.or(Some(before));
    });
    let data = json!({
        "until": until.rfc3339(), "was": before.rfc3339(), "reason": reason.as_ref().map(text_ref),
    });
    draft.record_summons(EventKind::SummonsExtensionGranted, id, data);
    draft.extend_limit(&obligation, until);
    follow::follow(&mut draft);
    Some(draft.finish())
}

/// The limit stays as it is.
pub fn refuse_extension(reason: &str, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_summons(id, |summons| summons.extension = None);
    draft.record_summons(EventKind::SummonsExtensionRefused, id, json!({ "reason": text_ref(&reason) }));
    draft.finish()
}
