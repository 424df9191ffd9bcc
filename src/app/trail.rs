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

/// A line of what is about nobody's sign-in: by whoever is there, or by the command line.
pub(super) fn of(kind: SecurityKind, by: Option<Whence<'_>>, data: Value) -> SecurityEvent {
    let line = SecurityEvent::of(kind, SecurityOutcome::Done, data);
    match by {
        Some(Whence { present, address }) => {
            SecurityEvent { doer: Some(Doer::from(&present.actor)), address: Some(address.to_owned()), ..line }
        }
        None => line,
    }
}

/// Somebody came in, after so many failed tries with that name.
pub(super) async fn opened(hub: &Hub, actor: &Actor, given: &SignIn<'_>, failed: i64) -> Result<(), Undone> {
    let (doer, address) = (Some(Doer::from(actor)), Some(given.address.to_string()));
    let data = json!({ "door": given.door, "failed": failed });
    let done = SecurityEvent::done(SecurityKind::SessionOpened, &actor.person, data);
    write(hub, vec![SecurityEvent { doer, address, ..done }]).await
}

/// Somebody did not.
pub(super) async fn refused(hub: &Hub, about: Option<&PersonId>, given: &SignIn<'_>) -> Result<(), Undone> {
    let data = json!({ "door": given.door, "name": name_of(hub, given) });
    let line = SecurityEvent::of(SecurityKind::SessionRefused, SecurityOutcome::Refused, data);
    let address = Some(given.address.to_string());
    count(hub, SecurityEvent { about: about.cloned(), address, ..line }).await
}

/// Somebody was not even looked at: there were too many failed tries with that name, or from that address.
pub(super) async fn kept_out(hub: &Hub, given: &SignIn<'_>, of_name: bool) -> Result<(), Undone> {
    let mut data = json!({ "door": given.door, "too_many": true });
    if of_name {
        data["name"] = json!(name_of(hub, given));
    }
    let line = SecurityEvent::of(SecurityKind::SessionRefused, SecurityOutcome::Refused, data);
    count(hub, SecurityEvent { address: Some(given.address.to_string()), ..line }).await
}

/// Enough to tell one name from another, and of no use to find it.
fn name_of(hub: &Hub, given: &SignIn<'_>) -> String {
    let folded = crate::domain::whistle::blow::fold(given.username);
    hex(&hub.mac("name", folded.as_bytes())[..8])
}

/// Somebody who is signed in asked for what is not theirs. `route`: the pattern of the address; `why`: the problem's word.
pub async fn barred(hub: &Hub, whence: Whence<'_>, route: &str, why: &str) -> Result<(), Undone> {
    let line = by(SecurityKind::DeedRefused, whence, json!({ "route": route, "problem": why }));
    count(hub, SecurityEvent { outcome: SecurityOutcome::Refused, ..line }).await
}

/// A machine's token that lives came from outside its networks: it may be in other hands.
pub(super) fn elsewhere(hub: &Hub, token: &str, address: String) {
    let data = json!({ "token": token });
    let line = SecurityEvent::of(SecurityKind::TokenElsewhere, SecurityOutcome::Refused, data);
    hub.doorkeeper.tally.count_quietly(SecurityEvent { address: Some(address), ..line }, hub.now());
}

/// A password or a code was given again.
pub(super) async fn proven(hub: &Hub, whence: Whence<'_>, good: bool) -> Result<(), Undone> {
    let outcome = if good { SecurityOutcome::Done } else { SecurityOutcome::Refused };
    let line = SecurityEvent { outcome, ..by(SecurityKind::SessionProven, whence, json!({})) };
    if good { write(hub, vec![line]).await } else { count(hub, line).await }
}

/// Something happened to a person's sign-in.
pub(super) async fn note(hub: &Hub, kind: SecurityKind, about: &PersonId) -> Result<(), Undone> {
    write(hub, vec![SecurityEvent::done(kind, about, json!({}))]).await
}

/// Something was done that has no decision of its own.
pub(super) async fn did(hub: &Hub, kind: SecurityKind, whence: Whence<'_>, data: Value) -> Result<(), Undone> {
    write(hub, vec![by(kind, whence, data)]).await
}

/// Tells the sums of refusals whose minute is over.
pub async fn sum_up(hub: &Hub) -> Result<(), Undone> {
    write(hub, hub.doorkeeper.tally.over(hub.now())).await
}

/// Tells all of them: the hub is about to end.
pub async fn sum_up_all(hub: &Hub) -> Result<(), Undone> {
    write(hub, hub.doorkeeper.tally.all()).await
}

async fn count(hub: &Hub, line: SecurityEvent) -> Result<(), Undone> {
    write(hub, hub.doorkeeper.tally.count(line, hub.now())).await
}

async fn write(hub: &Hub, trail: Vec<SecurityEvent>) -> Result<(), Undone> {
    if !trail.is_empty() {
        hub.commit(Change { trail, ..Change::default() }, hub.now()).await?;
    }
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
