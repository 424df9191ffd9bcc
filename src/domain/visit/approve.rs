//! What heads and the director say to a proposed visit: approve the own part, object, let a silent department off.
//! Silence alone never approves anything.

use super::propose::back_to_planning;
use super::{Objected, Part, VisitTree, enter, follow, guarded};
use crate::domain::decision::{Change, Reason, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::policy;
use crate::domain::terms::{Duty, Objection, VisitStatus};
use serde_json::json;

/// The body of `…/object`.
pub static OBJECT: Spec = Spec {
    name: "ObjectOrder",
    fields: &[
        Field::required("ground", Kind::Word(Objection::WORDS)),
        Field::optional("reason", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/excuse_part`.
pub static EXCUSE_PART: Spec = Spec {
    name: "ExcusePartOrder",
    fields: &[Field::required("department", Kind::Code), Field::required("reason", Kind::Text { max: TEXT_MAX })],
};

/// The part that the actor answers for as head, if it waits.
fn own_part(draft: &Draft<'_, VisitTree>) -> Option<String> {
    let (actor, visit) = (draft.by.actor?, &draft.tree.visit);
    visit
        .parts
        .iter()
        .find(|part| part.acts() && policy::heads(actor, &part.department))
        .map(|one| one.department.clone())
}

/// A head approves the own department's part; the last one approves the visit. In an emergency that may come afterwards.
pub fn approve_own_part(tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    let mut draft = Draft::on(by, tree);
    let department = own_part(&draft)?;
    let (now, person) = (draft.by.now, draft.by.actor.map(|actor| actor.person.clone()));
    draft.change_visit(|visit| {
        if let Some(part) = visit.parts.iter_mut().find(|part| part.department == department) {
            (part.approved_at, part.approved_by) = (Some(now), person);
        }
    });
    draft.record(EventKind::VisitPartApproved, json!({ "department": department }));
    let part = draft.part(&department);
    // Late, its part is owed already.
    if draft.tree.armed(&part).is_some_and(|armed| armed.duty == Duty::Approval) {
        draft.disarm(&part);
    }
    enter::await_parts(&mut draft);
    follow::approvals(&mut draft);
    follow::filing(&mut draft);
    Some(draft.finish())
}

/// Why, and in which words.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectOrder {
    ground: Objection,
    reason: Option<String>,
}

impl ObjectOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node) -> Result<ObjectOrder, Vec<Fault>> {
        let (reader, faults) = read(&OBJECT, body);
        let (ground, reason) = (reader.word("ground", Objection::parse), reader.text("reason"));
        faults.judge(ground.map(|ground| ObjectOrder { ground, reason }))
    }
}

/// A head objects to the day, an item or the staff: the office plans anew.
pub fn object(order: &ObjectOrder, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    let mut draft = Draft::on(by, tree);
    let department = own_part(&draft)?;
    let reason = order.reason.as_deref().map(|reason| draft.write_down(reason));
    let data = json!({ "department": department, "ground": order.ground, "reason": reason.as_ref().map(text_ref) });
    draft.record(EventKind::VisitObjected, data);
    back_to_planning(&mut draft);
    draft.tree.visit.objected = Some(Objected { department, ground: order.ground, reason });
    Some(draft.finish())
}

/// Which department is let off, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct ExcusePartOrder {
    department: String,
    reason: String,
}

impl ExcusePartOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, tree: &VisitTree) -> Result<ExcusePartOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&EXCUSE_PART, body);
        let department = reader.text("department");
        if department.as_deref().is_some_and(|code| tree.visit.part(code).is_none_or(Part::is_over)) {
            faults.add(reader.pointer("department"), FaultCode::NoSuch);
        }
        let made = department.zip(reader.text("reason"));
        faults.judge(made.map(|(department, reason)| ExcusePartOrder { department, reason }))
    }
}

/// The director lets a department off: before entry one that is silent (never the lead), later one that delivers nothing.
///
/// # Errors
/// Guarded: it leads. Nobody lets the own bureau off.
pub fn excuse_part(order: &ExcusePartOrder, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let department = &order.department;
    let visit = &tree.visit;
    if department == visit.lead() {
        let reasons = vec![Reason { code: ReasonCode::PartLeads, subject: department.clone() }];
        return Err(guarded(visit, &by, reasons));
    }
    if by.actor.is_some_and(|actor| policy::is_own_bureau(actor, department)) {
        return Err(Refusal::RoleMayNot);
    }
    let mut draft = Draft::on(by, tree);
    let (now, reason) = (draft.by.now, draft.write_down(&order.reason));
    draft.change_visit(|visit| {
        if let Some(part) = visit.parts.iter_mut().find(|part| part.department == *department) {
            part.excused_at = Some(now);
        }
        if visit.is_before_entry() {
            visit.members.retain(|member| member.department != *department);
            visit.items.retain(|item| item.department != *department);
        }
    });
    draft.record(EventKind::VisitPartExcused, json!({ "department": department, "reason": text_ref(&reason) }));
    let part: Subject = draft.part(department);
    draft.disarm(&part);
    if draft.tree.visit.status != VisitStatus::AwaitingApproval && draft.tree.visit.is_before_entry() {
        follow::invite(&mut draft);
    }
    follow::approvals(&mut draft);
    follow::filing(&mut draft);
    Ok(draft.finish())
}
