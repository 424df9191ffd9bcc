//! What time alone brings about in a visit's tree: a day passes and nobody came, an emergency stays unapproved (and is filed
//! so), a limit of a finding ends and it is to be rechecked, a receipt does not come; everything else that passes is told once and
//! reminds its owner.

use super::propose::back_to_planning;
use super::{VisitTree, follow};
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::finding;
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::terms::{Duty, FindingStatus};
use crate::domain::whistle::timers;
use crate::ids::ObligationId;
use serde_json::json;

/// A moment of a limit has come. `None` when it no longer stands.
pub fn reach(tree: VisitTree, id: &ObligationId, by: Deciding<'_>) -> Option<Change> {
    let one = tree.obligations.iter().find(|one| one.id == *id && one.is_armed())?.clone();
    let moment = one.next_at.filter(|at| *at <= by.now)?;
    let now = by.now;
    let mut draft = Draft::on(by, tree);
    if one.passed_at.is_some() {
        timers::remind_again(&mut draft, &one);
    } else if now < one.due_at {
        timers::remind_before(&mut draft, &one, moment);
    } else {
        pass(&mut draft, &one);
    }
    follow::filing(&mut draft);
    Some(draft.finish())
}

fn pass(draft: &mut Draft<'_, VisitTree>, one: &Obligation) {
    match (&one.subject, one.duty) {
        (Subject::Visit(_), Duty::Visit) => {
            draft.record_as_hub(EventKind::VisitMissed, json!({ "date": draft.tree.visit.slot.date }));
            back_to_planning(draft);
        }
        (Subject::Finding(id), Duty::Rectification) if is_ordered(draft, id) => finding::recheck::fall_due(draft, id),
        (Subject::Aside(_), Duty::Receipt) => finding::transfer::no_receipt(draft, one),
        (Subject::Part(part), Duty::Approval) if !draft.tree.visit.is_before_entry() => {
            follow::name(draft, part.department());
            timers::overdue(draft, one);
            follow::mark_silent(draft);
        }
        (_, _) => timers::overdue(draft, one),
    }
}

fn is_ordered(draft: &Draft<'_, VisitTree>, id: &crate::ids::FindingId) -> bool {
    draft.tree.finding(id).is_some_and(|finding| finding.status == FindingStatus::Ordered)
}
