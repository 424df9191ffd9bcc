//! What goes over the wire about whistles and summonses: one maker per thing, so a list, a detail and a remembered
//! answer never differ. Whoever calls has passed the reader's Scope; names of people are only the officials who acted.

use super::attachments::sees_original;
use super::summonses::OpenSummons;
use super::whistles::OpenWhistle;
use crate::domain::at::At;
use crate::domain::attachment::Attachment;
use crate::domain::calendar::Span;
use crate::domain::deeds::{self, Before};
use crate::domain::directory::Directory;
use crate::domain::event::EventKind;
use crate::domain::obligation::Obligation;
use crate::domain::policy::Actor;
use crate::domain::rules::Rules;
use crate::domain::whistle::{LateEntry, Whistle, attach};
use crate::ids::{PersonId, TextId};
use crate::store::events::StoredEvent;
use crate::store::summonses::SummonsItem;
use crate::store::whistles::WhistleItem;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Texts by id; an erased one is missing and reads as null.
pub type Texts = HashMap<TextId, String>;

/// A whistle in a list.
pub fn whistle_item(item: &WhistleItem, directory: &Directory) -> Value {
    let whistle = &item.whistle;
    json!({
        "code": whistle.code,
        "title": item.title,
        "status": whistle.status,
        "category": whistle.category,
        "severity": whistle.severity,
        "urgency": whistle.urgency,
        "town": whistle.town,
        "enterprise": enterprise(whistle, directory),
        "blower": { "department": whistle.blower.department },
        "blown_at": whistle.blown_at.rfc3339(),
        "due_at": item.due_at.map(At::rfc3339),
        "overdue": item.overdue,
        "version": whistle.version,
    })
}

fn enterprise(whistle: &Whistle, directory: &Directory) -> Value {
    whistle.enterprise.as_deref().map_or(
        Value::Null,
        |code| json!({ "code": code, "name": directory.enterprise(code).map(|firm| firm.name.as_str()) }),
    )
}

/// A whistle opened: the item, what it says, whose move it is, whom it summoned, what this actor may do. `explain` puts
/// a limit's account into the reader's words.
pub fn whistle_detail(
    open: &OpenWhistle,
    actor: &Actor,
    rules: &Rules,
    explain: impl Fn(&[Span]) -> Vec<String>,
) -> Value {
    let (tree, texts) = (&open.tree, &open.texts);
    let whistle = &tree.whistle;
    let item = WhistleItem {
        whistle: whistle.clone(),
        title: texts.get(&whistle.texts.title).cloned(),
        due_at: tree.due_at(),
        overdue: tree.is_overdue(open.now),
    };
    let mut card = whistle_item(&item, &rules.directory);
    let armed = tree.obligations.iter().filter(|one| one.is_armed());
    let armed: Vec<Value> = armed.map(|one| obligation(one, (open, actor), &explain)).collect();
    let summonses: Vec<Value> = tree
        .summonses
        .iter()
        .map(|summons| card_of_summons(Before::of(tree, summons, open.now), actor, texts))
        .collect();
    let more = json!({
        "what": texts.get(&whistle.texts.what),
        "place": text(whistle.texts.place.as_ref(), texts),
        "clause": text(whistle.texts.clause.as_ref(), texts),
        "severity_claimed": whistle.severity_claimed,
        "source": whistle.source,
        "occurred_at": whistle.occurred_at.map(At::rfc3339),
        "late_entry": whistle.late_entry.as_ref().map(|entry| late_entry(entry, whistle, &rules.directory)),
        "needed_departments": whistle.needed_departments,
        "missing": whistle.missing,
        "lead": whistle.lead,
        "supports": whistle.supports,
        "route": whistle.route,
        "obligations": armed,
        "summonses": summonses,
        "visits": [],
        "findings": [],
        "attachments": attachments(open, actor, &rules.directory),
        "merged_into": whistle.master.as_ref().map(|master| &master.code),
        "objection_until": whistle.objection_until.map(At::rfc3339),
        "reopened": whistle.reopened,
        "allowed_deeds": deeds::allowed_on_whistle(actor, whistle, open.now),
    });
    if let (Some(card), Value::Object(more)) = (card.as_object_mut(), more) {
        card.extend(more);
    }
    card
}

/// What is attached to a whistle, as far as this reader learns of it. A protected whistle names no person.
pub fn attachments(open: &OpenWhistle, actor: &Actor, directory: &Directory) -> Vec<Value> {
    let whistle = &open.tree.whistle;
    let card = |one: &Attachment| {
        let person = Some(&one.person).filter(|person| whistle.names(EventKind::WhistleAttached, person));
        let held = attach::is_held(whistle, one);
        attachment(one, (person, held), (actor, directory), &open.texts)
    };
    open.attachments.iter().filter(|one| attach::sees(actor, whistle, one)).map(card).collect()
}

/// One attached file: who brought it, if that is told, and whether it is kept from most who see the rest.
pub(super) fn attachment(
    one: &Attachment,
    (person, held): (Option<&PersonId>, bool),
    (actor, directory): (&Actor, &Directory),
    texts: &Texts,
) -> Value {
    let name = person.and_then(|id| directory.person(id)).map(|person| person.name.as_str());
    json!({
        "id": one.id,
        "name": texts.get(&one.name),
        "format": one.format,
        "bytes": one.bytes,
        "sha256": one.sha256,
        "at": one.at.rfc3339(),
        "by": { "name": name, "department": (!one.is_of_firm()).then_some(&one.department) },
        "when": one.shows,
        "held": held,
        "drawn": one.copy.is_some(),
        "original": sees_original(actor, one),
    })
}

/// That it was noted on paper and came in later: when by our time, and by whom (no department: an operator).
fn late_entry(entry: &LateEntry, whistle: &Whistle, directory: &Directory) -> Value {
    json!({
        "received_at": entry.received_at.rfc3339(),
        "external_no": entry.external_no,
        "by": { "name": whistle.entered_by(directory), "department": entry.department },
    })
}

/// Whose move, what, until when, how the limit was counted, and what this reader may say of it.
fn obligation(
    armed: &Obligation,
    (open, actor): (&OpenWhistle, &Actor),
    explain: &impl Fn(&[Span]) -> Vec<String>,
) -> Value {
    let mut card = owed(armed, Some(open.tree.code_of(&armed.subject)), actor, open.now);
    card["provisional"] = armed.provisional.into();
    card["explained"] = explain(&armed.explained).into();
    card
}

/// Whose move, what, until when, and what this reader may say of it, by the code under which it is owed.
pub(super) fn owed(armed: &Obligation, code: Option<&str>, actor: &Actor, now: At) -> Value {
    json!({
        "code": code,
        "owner": armed.owner,
        "what": armed.duty,
        "due_at": armed.due_at.rfc3339(),
        "status": armed.status(now),
        "allowed_deeds": deeds::allowed_on_obligation(actor, armed, now),
    })
}

/// A summons opened.
pub fn summons_detail(open: &OpenSummons, actor: &Actor) -> Option<Value> {
    open.summons().map(|summons| card_of_summons(Before::of(&open.tree, summons, open.now), actor, &open.texts))
}

/// A summons in a list.
pub fn summons_item(item: &SummonsItem, actor: &Actor, texts: &Texts, now: At) -> Value {
    let before = Before { summons: &item.summons, whistle: &item.whistle, due_at: item.due_at, now };
    card_of_summons(before, actor, texts)
}

fn card_of_summons(before: Before<'_>, actor: &Actor, texts: &Texts) -> Value {
    let Before { summons, due_at, now, .. } = before;
    json!({
        "code": summons.code,
        "whistle": summons.whistle_code,
        "department": summons.department,
        "role": summons.role,
        "task": text(summons.task.as_ref(), texts),
        "status": summons.status,
        "officers": summons.officers,
        "mode": summons.mode,
        "eta": summons.eta.map(At::rfc3339),
        "result": text(summons.result.as_ref(), texts),
        "issued_at": summons.issued_at.rfc3339(),
        "due_at": due_at.map(At::rfc3339),
        "original_due_at": summons.original_due_at.map(At::rfc3339),
        "extension_until": summons.extension.as_ref().map(|asked| asked.until.rfc3339()),
        "delegated_to": summons.delegated_to,
        "overdue": due_at.is_some_and(|due_at| due_at <= now),
        "version": summons.version,
        "allowed_deeds": deeds::allowed_on_summons(actor, before),
    })
}

/// One line of a timeline. A protected whistle names departments only; the hub itself has neither name nor department.
pub fn timeline_entry(event: &StoredEvent, names: impl Fn(&PersonId) -> bool, directory: &Directory) -> Value {
    let person = event.person.as_ref().filter(|person| names(person));
    let name = person.and_then(|id| directory.person(id)).map(|person| person.name.as_str());
    json!({
        "seq": event.seq,
        "at": event.at.rfc3339(),
        "kind": event.kind,
        "actor": { "name": name, "department": event.department },
        "data": event.data,
    })
}

fn text<'a>(id: Option<&TextId>, texts: &'a Texts) -> Option<&'a String> {
    id.and_then(|id| texts.get(id))
}
