//! The trail of security deeds (T38): who, when, whence, what, with which outcome. Reading it is a right of its own; of a
//! name that nobody bears only a keyed digest is kept, for people type passwords there.

use super::people::Whence;
use super::sessions::SignIn;
use super::{Hub, Undone};
use crate::domain::decision::{Change, Refusal};
use crate::domain::event::Doer;
use crate::domain::policy::{self, Actor};
use crate::domain::trail::{SecurityEvent, SecurityKind, SecurityOutcome};
use crate::ids::{PersonId, TextId, hex};
use crate::store::people::{self as stored, Line};
use crate::store::whistles;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A line by whoever is there, about the own sign-in.
pub(super) fn by(kind: SecurityKind, whence: Whence<'_>, data: Value) -> SecurityEvent {
    let actor = &whence.present.actor;
    let address = Some(whence.address.to_owned());
    SecurityEvent { doer: Some(Doer::from(actor)), address, ..SecurityEvent::done(kind, &actor.person, data) }
}

/// Somebody came in.
pub(super) async fn opened(hub: &Hub, actor: &Actor, given: &SignIn<'_>) -> Result<(), Undone> {
    let (doer, address) = (Some(Doer::from(actor)), Some(given.address.to_string()));
    let data = json!({ "door": given.door });
    let done = SecurityEvent::done(SecurityKind::SessionOpened, &actor.person, data);
    write(hub, SecurityEvent { doer, address, ..done }).await
}

/// Somebody did not.
pub(super) async fn refused(hub: &Hub, about: Option<&PersonId>, given: &SignIn<'_>) -> Result<(), Undone> {
    let folded = crate::domain::whistle::blow::fold(given.username);
    // Enough to tell one name from another, and of no use to find it.
    let name = hex(&hub.mac("name", folded.as_bytes())[..8]);
    let line = SecurityEvent {
        seq: 0,
        kind: SecurityKind::SessionRefused,
        outcome: SecurityOutcome::Refused,
        doer: None,
        about: about.cloned(),
        address: Some(given.address.to_string()),
        data: json!({ "door": given.door, "name": name }),
    };
    write(hub, line).await
}

/// A password or a code was given again.
pub(super) async fn proven(hub: &Hub, whence: Whence<'_>, good: bool) -> Result<(), Undone> {
    let outcome = if good { SecurityOutcome::Done } else { SecurityOutcome::Refused };
    write(hub, SecurityEvent { outcome, ..by(SecurityKind::SessionProven, whence, json!({})) }).await
}

/// Something happened to a person's sign-in.
pub(super) async fn note(hub: &Hub, kind: SecurityKind, about: &PersonId) -> Result<(), Undone> {
    write(hub, SecurityEvent::done(kind, about, json!({}))).await
}

async fn write(hub: &Hub, line: SecurityEvent) -> Result<(), Undone> {
    hub.commit(Change { trail: vec![line], ..Change::default() }, hub.now()).await?;
    Ok(())
}

/// The newest lines before a place, texts resolved. The own ones are everybody's; all are the audit administrator's, and
/// the system's sees them without whom they are about (DOMAIN §5).
pub async fn lines(hub: &Hub, actor: &Actor, before: i64, limit: i64, own: bool) -> Result<Vec<Value>, Undone> {
    if !own && !policy::reads_trail(actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let person = actor.person.clone();
    let read = hub.ledger.read(move |reading| {
        let lines = match own {
            true => stored::trail_about(reading, &person, before, limit)?,
            false => stored::trail(reading, before, limit)?,
        };
        let ids: Vec<TextId> = lines.iter().flat_map(names).collect();
        Ok((whistles::texts(reading, &ids)?, lines))
    });
    let (texts, lines) = read.await?;
    let rules = hub.rules();
    let name = |id: &PersonId| rules.directory.person(id).map(|person| person.username.clone());
    let technical = !own && !policy::sees_whole_trail(actor);
    let card = |line: Line| {
        let data = if technical { Value::Null } else { resolved(line.data, &texts) };
        let address = line.address.filter(|_| !technical);
        json!({
            "seq": line.seq, "at": line.at.rfc3339(), "kind": line.kind, "outcome": line.outcome,
            "actor": { "username": line.person.as_ref().and_then(name), "department": line.department },
            "about": line.about.as_ref().and_then(name), "address": address, "data": data,
        })
    };
    Ok(lines.into_iter().map(card).collect())
}

/// What a line says of a person before and after, and which of it law may erase.
const PARTS: [&str; 2] = ["was", "is"];
const TEXTS: [&str; 2] = ["name", "title"];

/// The texts that a line points at.
fn names(line: &Line) -> Vec<TextId> {
    let parts = PARTS.iter().filter_map(|part| line.data.get(part));
    let texts = parts.flat_map(|part| TEXTS.iter().filter_map(|field| part.get(field)?.get("$text")?.as_str()));
    texts.map(TextId::from_text).collect()
}

/// The same with words where they still stand.
fn resolved(mut data: Value, texts: &HashMap<TextId, String>) -> Value {
    for (part, field) in PARTS.iter().flat_map(|part| TEXTS.iter().map(move |field| (*part, *field))) {
        let Some(text) = data.get_mut(part).and_then(|part| part.get_mut(field)) else { continue };
        let Some(id) = text.get("$text").and_then(Value::as_str).map(TextId::from_text) else { continue };
        *text = texts.get(&id).map_or(Value::Null, |text| json!(text));
    }
    data
}
