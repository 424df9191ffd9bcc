//! From the gate to the signature: told or kept secret, entered, finished, signed, broken off. What each department records
//! between is `record`'s.

use super::slate::{self, AtTheGate};
use super::{Entry, Signature, VisitTree, follow, guarded, open_items, propose};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::{AbortGround, Duty, Notice, VisitStatus};
use serde_json::json;

/// The body of `…/enter`.
pub static ENTER: Spec = Spec { name: "EnterOrder", fields: &[Field::optional("scanned", Kind::Bool)] };

/// The body of `…/sign` and `…/refuse_sign`.
pub static SIGN: Spec = Spec { name: "SignOrder", fields: &[Field::optional("note", Kind::Text { max: TEXT_MAX })] };

/// The body of `…/refuse_sign`: who saw it, or what was filmed.
pub static REFUSE_SIGN: Spec =
    Spec { name: "RefuseSignOrder", fields: &[Field::required("note", Kind::Text { max: TEXT_MAX })] };

/// The body of `…/abort`.
pub static ABORT: Spec = Spec {
    name: "AbortOrder",
    fields: &[
        Field::required("ground", Kind::Word(AbortGround::WORDS)),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The firm is told; from now on its town and the departments see the visit.
pub fn announce(tree: VisitTree, by: Deciding<'_>) -> Change {
    set_out((VisitStatus::Announced, Notice::Announced), EventKind::VisitAnnounced, tree, by)
}

/// The firm is not told (四不两直).
pub fn keep_secret(tree: VisitTree, by: Deciding<'_>) -> Change {
    set_out((VisitStatus::ReadyUnannounced, Notice::Unannounced), EventKind::VisitKeptSecret, tree, by)
}

fn set_out((status, notice): (VisitStatus, Notice), kind: EventKind, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.change_visit(|visit| (visit.status, visit.notice) = (status, notice));
    let warnings = slate::warnings(&draft.tree, draft.by.rules, draft.by.now);
    let short = warnings.iter().any(|one| one.code == ReasonCode::ShortNotice);
    draft.record(kind, if short { json!({ "short_notice": true }) } else { json!({}) });
    draft.finish()
}

/// Somebody has come in; every department's part begins to run. In an emergency from planning on: approvals follow.
///
/// # Errors
/// Guarded: certificates that were good when it was planned and are not today, ties that have come up since.
pub fn enter(scanned: bool, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let (now, person) = (by.now, by.actor.ok_or(Refusal::NotFound)?.person.clone());
    let mut draft = Draft::on(by, tree);
    let directory = &draft.by.rules.directory;
    let gone = AtTheGate::look(&mut draft.tree.visit, directory, &now.civil().date().to_string());
    let reasons = gone.bars(&draft.tree.visit, &person, directory);
    if !reasons.is_empty() {
        return Err(guarded(&draft.tree.visit, &draft.by, reasons));
    }
    draft.change_visit(|visit| {
        visit.status = VisitStatus::InProgress;
        visit.entry = Some(Entry { at: now, by: person, scanned });
    });
    draft
        .record(EventKind::VisitEntered, json!({ "scanned": scanned, "lapsed": gone.lapsed, "recused": gone.recused }));
    let (whole, lead) = (draft.whole(), draft.liaison(draft.tree.visit.lead()));
    let ends = ends(&draft, now);
    draft.arm_until(whole, lead, Duty::Finish, ends);
    propose::await_approvals(&mut draft);
    await_parts(&mut draft);
    Ok(draft.finish())
}

/// When what was begun on site is to be over: with its day, but not sooner than the limit after somebody came in, for an
/// emergency may begin ten minutes before midnight.
pub fn ends(draft: &Draft<'_, VisitTree>, entered: At) -> Deadline {
    let counted = draft.by.rules.due(Duty::Finish, draft.tree.urgency(), entered);
    if counted.at > entered.day_end() { counted } else { Deadline::set(entered.day_end()) }
}

/// While somebody looks or writes, every department owes its own part, once its head has approved it or let the limit pass.
pub fn await_parts(draft: &mut Draft<'_, VisitTree>) {
    let visit = &draft.tree.visit;
    if visit.is_before_entry() || visit.status == VisitStatus::Aborted {
        return;
    }
    let owing = visit.parts.iter().filter(|part| !part.is_over() && part.is_judged());
    let owing: Vec<String> = owing.map(|part| part.department.clone()).collect();
    for department in owing {
        let (part, liaison) = (draft.part(&department), draft.liaison(&department));
        if draft.tree.armed(&part).is_none_or(|armed| armed.duty != Duty::Part) {
            draft.arm(part, liaison, Duty::Part);
        }
    }
}

/// Nothing more is looked at: the record is read back and signed.
///
/// # Errors
/// Guarded: items of the lead department that nobody has answered for.
pub fn finish(tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let visit = &tree.visit;
    let reasons = open_items(visit, visit.lead());
    if !reasons.is_empty() {
        return Err(guarded(visit, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    draft.move_visit(VisitStatus::Signing);
    draft.record(EventKind::VisitFinished, json!({}));
    let (whole, lead) = (draft.whole(), draft.liaison(draft.tree.visit.lead()));
    draft.arm(whole, lead, Duty::Signing);
    Ok(draft.finish())
}

/// The firm has signed, or would not: then who saw it is noted. The visit is completed; parts that are still open come late.
pub fn sign(note: Option<&str>, refused: bool, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let (now, note) = (draft.by.now, note.map(|note| draft.write_down(note)));
    draft.change_visit(|visit| {
        visit.status = VisitStatus::Completed;
        visit.completed_at = Some(now);
        visit.signature = Some(Signature { at: now, refused, note: note.clone() });
    });
    let kind = if refused { EventKind::VisitSignatureRefused } else { EventKind::VisitSigned };
    draft.record(kind, json!({ "note": note.as_ref().map(text_ref) }));
    draft.record_move(EventKind::VisitCompleted);
    let (whole, lead) = (draft.whole(), draft.liaison(draft.tree.visit.lead()));
    draft.arm(whole, lead, Duty::Filing);
    follow::filing(&mut draft);
    draft.finish()
}

/// Why it was broken off.
#[derive(Debug, Clone, PartialEq)]
pub struct AbortOrder {
    ground: AbortGround,
    note: Option<String>,
}

impl AbortOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node) -> Result<AbortOrder, Vec<Fault>> {
        let (reader, faults) = read(&ABORT, body);
        let (ground, note) = (reader.word("ground", AbortGround::parse), reader.text("note"));
        faults.judge(ground.map(|ground| AbortOrder { ground, note }))
    }
}

/// Broken off: the office chooses what becomes of it.
pub fn abort(order: &AbortOrder, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note = order.note.as_deref().map(|note| draft.write_down(note));
    draft.change_visit(|visit| {
        visit.status = VisitStatus::Aborted;
        visit.aborted = Some(order.ground);
    });
    draft.record(EventKind::VisitAborted, json!({ "ground": order.ground, "note": note.as_ref().map(text_ref) }));
    follow::disarm_work(&mut draft);
    let (whole, office) = (draft.whole(), draft.office());
    draft.arm(whole, office, Duty::Choice);
    draft.finish()
}

/// Reads whether the visit's code was scanned at the gate; it was not, unless somebody says so: visits without are counted.
///
/// # Errors
/// Every fault of the body.
pub fn parse_enter(body: &Node) -> Result<bool, Vec<Fault>> {
    let (reader, faults) = read(&ENTER, body);
    faults.judge(Some(reader.flag("scanned").unwrap_or(false)))
}

/// Reads a note.
///
/// # Errors
/// Every fault of the body.
pub fn parse_note(body: &Node, spec: &'static Spec) -> Result<Option<String>, Vec<Fault>> {
    let (reader, faults) = read(spec, body);
    faults.judge(Some(reader.text("note")))
}
