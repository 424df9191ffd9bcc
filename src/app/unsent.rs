//! Forms that were filled and not sent: kept for their person until they are sent, signed out of, or three days old. A
//! form that comes after its session timed out is kept too, and never carried out; one of a session that somebody ended
//! is nobody's any longer (T21).

use super::sessions::{self, Present};
use super::{Hub, Undone};
use crate::domain::at::{At, MINUTE};
use crate::domain::session::Door;
use crate::ids::PersonId;
use crate::store::unsent::{self, UnsentForm};
use crate::store::{self, Chore, Fault, Note};

/// How long a form is kept, minutes.
pub const KEPT_MINUTES: i64 = 72 * 60;

/// How long after its last use a session that timed out still says whose form it was.
const LATE_MINUTES: i64 = 24 * 60;

/// Keeps what was typed into the form that goes to `subject`.
pub async fn keep(hub: &Hub, person: &PersonId, subject: &str, fields: &[(String, String)]) -> Result<At, Undone> {
    let now = hub.now();
    let plain = serde_json::to_vec(fields).map_err(|_| Fault::never("a form cannot be written"))?;
    let body = hub.seal(&bound_to(person, subject), &plain)?;
    let (person, subject) = (person.clone(), subject.to_owned());
    hub.ledger.keep(Chore::Note(Note::KeepForm { person, subject, body, at: now })).await?;
    Ok(now)
}

/// Keeps what came with a session that has timed out; whether it was kept. `csrf` must be that session's own.
pub async fn keep_late(
    hub: &Hub,
    secret: &str,
    csrf: &str,
    (subject, fields): (&str, &[(String, String)]),
) -> Result<bool, Undone> {
    let Some(late) = timed_out(hub, secret).await? else { return Ok(false) };
    if !sessions::csrf_matches(hub, &late, csrf) {
        return Ok(false);
    }
    keep(hub, &late.actor.person, subject, fields).await?;
    Ok(true)
}

/// Who bore this cookie until it timed out, less than a day ago and by nobody's doing.
async fn timed_out(hub: &Hub, secret: &str) -> Result<Option<Present>, Undone> {
    let (hash, now) = (sessions::sha256(secret.as_bytes()), hub.now());
    let found = hub.ledger.read(move |reading| store::sessions::by_secret(reading, &hash)).await?;
    let late = found.filter(|found| {
        let session = &found.session;
        let untouched = session.revoked_at.is_none() && session.ended_by.is_none() && session.epoch == found.epoch;
        let recent = now.0 - session.used_at.0 < LATE_MINUTES * MINUTE;
        session.door == Door::Cookie && untouched && recent && !session.is_alive(found.epoch, now)
    });
    Ok(late.and_then(|found| {
        hub.rules().directory.actor(&found.session.person).map(|actor| sessions::present(hub, found, actor))
    }))
}

/// A form as it was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub subject: String,
    pub fields: Vec<(String, String)>,
    pub at: At,
}

/// The newest form of theirs on this page, if any is left.
pub async fn newest(hub: &Hub, present: &Present, path: &str) -> Result<Option<Left>, Undone> {
    let person = &present.actor.person;
    let (of, path, since) = (person.clone(), path.to_owned(), hub.now().plus_minutes(-KEPT_MINUTES));
    let found = hub.ledger.read(move |reading| unsent::newest(reading, &of, &path, since)).await?;
    let Some(UnsentForm { subject, body, at }) = found else { return Ok(None) };
    // What another key sealed is nobody's loss that could be told: it is gone with the key.
    Ok(opened(hub, person, &subject, &body).map(|fields| Left { subject, fields, at }))
}

/// What was typed into a form that was sealed for this person and this address.
pub(super) fn opened(hub: &Hub, person: &PersonId, subject: &str, sealed: &str) -> Option<Vec<(String, String)>> {
    hub.unseal(&bound_to(person, subject), sealed).and_then(|plain| serde_json::from_slice(&plain).ok())
}

fn bound_to(person: &PersonId, subject: &str) -> String {
    format!("unsent/{}/{subject}", person.as_str())
}

/// The form was sent or thrown away.
pub async fn drop(hub: &Hub, present: &Present, subject: &str) -> Result<(), Undone> {
    let (person, subject) = (present.actor.person.clone(), subject.to_owned());
    hub.ledger.keep(Chore::Note(Note::DropForm { person, subject })).await?;
    Ok(())
}
