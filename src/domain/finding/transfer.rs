//! What another power has to settle (the city's works, the army, another district): handed over in words, and awaited until its
//! receipt is there, by which [`super::close`] strikes it off. Where none comes the director is told; where the other power
//! does not take it, it comes back. Nothing here ends a finding.

use super::Handed;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{AsideId, Obligation, Subject};
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::Duty;
use crate::domain::visit::VisitTree;
use crate::domain::whistle::timers;
use crate::ids::FindingId;
use serde_json::json;

/// The body of `…/transfer`.
pub static TRANSFER: Spec = Spec {
    name: "TransferOrder",
    fields: &[
        Field::required("to", Kind::Text { max: TEXT_MAX }),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// To whom, and what was written.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferOrder {
    to: String,
    note: Option<String>,
}

impl TransferOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node) -> Result<TransferOrder, Vec<Fault>> {
        let (reader, faults) = read(&TRANSFER, body);
        let note = reader.text("note");
        faults.judge(reader.text("to").map(|to| TransferOrder { to, note }))
    }
}

/// Hands it over; what it owes otherwise runs on until it is struck off.
pub fn transfer(order: &TransferOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    let department = tree.finding(id)?.origin.department.clone();
    let mut draft = Draft::on(by, tree);
    let (to, note) = (draft.write_down(&order.to), order.note.as_deref().map(|note| draft.write_down(note)));
    let data = json!({ "to": text_ref(&to), "note": note.as_ref().map(text_ref) });
    let handed = Handed { at: draft.by.now, to, note };
    draft.change_finding(id, |finding| finding.handed = Some(handed));
    draft.record_finding(EventKind::FindingTransferred, id, data);
    let head = draft.head(&department);
    draft.arm(receipt(id), head, Duty::Receipt);
    Some(draft.finish())
}

/// The other power does not take it: it is the department's as before.
pub fn take_back(reason: &str, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_finding(id, |finding| finding.handed = None);
    draft.record_finding(EventKind::FindingTakenBack, id, json!({ "reason": text_ref(&reason) }));
    await_no_receipt(&mut draft, id);
    draft.finish()
}

/// It is struck off, or taken back.
pub(super) fn await_no_receipt(draft: &mut Draft<'_, VisitTree>, id: &FindingId) {
    draft.disarm(&receipt(id));
}

/// The head has had no receipt in time: late as it is, it is the director's to see to.
pub fn no_receipt(draft: &mut Draft<'_, VisitTree>, passed: &Obligation) {
    timers::overdue(draft, passed);
    let director = draft.director();
    draft.change_obligation(&passed.id, |receipt| receipt.owner = director);
}

fn receipt(id: &FindingId) -> Subject {
    Subject::Aside(AsideId::of(id, Duty::Receipt))
}
