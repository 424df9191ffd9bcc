//! A subject that is gone is watched for ninety days (DOMAIN §3.4): the town looks twice, and what is back is taken up again. A
//! look is no inspection and needs no certificate; nothing here orders anything.

use super::close::{self, Return};
use super::order::barred;
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{AsideId, Post, Subject};
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::{Duty, Role, Window};
use crate::domain::visit::VisitTree;
use crate::ids::{FindingId, PersonId, TextId};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Looks that a watch takes.
const LOOKS: usize = 2;

/// The body of `…/look`.
pub static LOOK: Spec = Spec {
    name: "LookOrder",
    fields: &[Field::required("clear", Kind::Bool), Field::required("note", Kind::Text { max: TEXT_MAX })],
};

/// One look at the place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    pub at: At,
    pub by: PersonId,
    pub note: TextId,
}

/// How far the watch is. A look that finds it back ends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The first look is due until here, the second one not before.
    pub half_at: At,
    pub ends_at: At,
    pub looks: Vec<Look>,
}

impl Watch {
    /// The town has looked as often as it is to.
    pub fn is_over(&self) -> bool {
        self.looks.len() >= LOOKS
    }
}

/// Nothing there any more, or it is back; and what was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct LookOrder {
    clear: bool,
    note: String,
}

impl LookOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node) -> Result<LookOrder, Vec<Fault>> {
        let (reader, faults) = read(&LOOK, body);
        faults.judge(reader.flag("clear").zip(reader.text("note")).map(|(clear, note)| LookOrder { clear, note }))
    }
}

/// It was struck off because its subject is gone.
pub(super) fn begin(id: &FindingId, draft: &mut Draft<'_, VisitTree>) {
    let (now, urgency, rules) = (draft.by.now, draft.tree.urgency(), draft.by.rules);
    let (half, ends) = (rules.due(Duty::Look, urgency, now), rules.window(Window::Watch, urgency, now));
    let watch = Watch { half_at: half.at, ends_at: ends.at, looks: Vec::new() };
    draft.change_finding(id, |finding| finding.watch = Some(watch));
    if let Some(owner) = looks(id, draft) {
        draft.arm_until(their_looks(id), owner, Duty::Look, half);
    }
}

/// It is taken up again: nobody looks at it as at something that is gone.
pub(super) fn end(id: &FindingId, draft: &mut Draft<'_, VisitTree>) {
    draft.change_finding(id, |finding| finding.watch = None);
    draft.disarm(&their_looks(id));
}

/// The town has looked; what is back is taken up in the same Change.
///
/// # Errors
/// Guarded: the second look is not due yet.
pub fn look(order: &LookOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let watch = finding.watch.clone().ok_or(Refusal::NotFound)?;
    let person = by.actor.ok_or(Refusal::NotFound)?.person.clone();
    if order.clear && !watch.looks.is_empty() && by.now < watch.half_at {
        return Err(barred(finding, &by, vec![(ReasonCode::LookedAlready, finding.code.clone())]));
    }
    let mut draft = Draft::on(by, tree);
    let (at, note) = (draft.by.now, draft.write_down(&order.note));
    let data = json!({ "clear": order.clear, "note": text_ref(&note) });
    let look = Look { at, by: person, note };
    draft.change_finding(id, |finding| {
        if let Some(watch) = &mut finding.watch {
            watch.looks.push(look);
        }
    });
    draft.record_finding(EventKind::FindingLookedAt, id, data);
    draft.disarm(&their_looks(id));
    if !order.clear {
        close::take_up(Return::Relapse, None, id, &mut draft);
    } else if let Some(owner) = looks(id, &draft).filter(|_| watch.looks.is_empty()) {
        let late = draft.by.rules.due(Duty::Look, draft.tree.urgency(), at);
        let ends = if watch.ends_at > at { Deadline::set(watch.ends_at) } else { late };
        draft.arm_until(their_looks(id), owner, Duty::Look, ends);
    }
    Ok(draft.finish())
}

/// Who looks: the town's officer; the department where nobody knows the town.
fn looks(id: &FindingId, draft: &Draft<'_, VisitTree>) -> Option<Post> {
    let origin = &draft.tree.finding(id)?.origin;
    let town = origin.town.clone().map(|department| Post { role: Role::TownOfficer, department });
    Some(town.unwrap_or_else(|| draft.liaison(&origin.department)))
}

fn their_looks(id: &FindingId) -> Subject {
    Subject::Aside(AsideId::of(id, Duty::Look))
}
