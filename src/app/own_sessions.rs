//! Where somebody is signed in: listed for its owner, and ended here, elsewhere or everywhere, effective at the next request of
//! whichever replica and door. Nobody sees or ends another person's here.

use super::people::Whence;
use super::sessions::{Present, sha256};
use super::{Hub, Undone, trail};
use crate::domain::decision::Change;
use crate::domain::session::{Ending, Session};
use crate::domain::trail::SecurityKind;
use crate::store::{Access, Chore, Kept, Note, sessions};
use serde_json::json;

/// What ended the session of this cookie before its time: whoever was put out by a newer one is told so.
pub async fn ending(hub: &Hub, secret: &str) -> Result<Option<Ending>, Undone> {
    let hash = sha256(secret.as_bytes());
    let found = hub.ledger.read(move |reading| sessions::by_secret(reading, &hash)).await?;
    Ok(found.and_then(|found| found.session.ended_by))
}

/// The living sessions of somebody, the newest first; whether each is the one that asks.
pub async fn own(hub: &Hub, present: &Present) -> Result<Vec<(Session, bool)>, Undone> {
    let (person, now) = (present.actor.person.clone(), hub.now());
    let all = hub.ledger.read(move |reading| sessions::of_person(reading, &person, now)).await?;
    let awake = all.into_iter().filter(|session| session.is_alive(session.epoch, now));
    Ok(awake
        .map(|session| {
            let this = session.secret_hash == *present.hash();
            (session, this)
        })
        .collect())
}

/// Ends this session, effective at once on both doors.
pub async fn sign_out(hub: &Hub, present: &Present) -> Result<(), Undone> {
    let (secret_hash, at) = (*present.hash(), hub.now());
    hub.ledger.keep(Chore::RevokeSession { secret_hash, at, by: Ending::SignedOut }).await?;
    hub.ledger.keep(Chore::Note(Note::DropForms(present.actor.person.clone()))).await?;
    Ok(())
}

/// Ends every session of whoever asks but this one, on every replica.
pub async fn sign_out_elsewhere(hub: &Hub, whence: Whence<'_>) -> Result<(), Undone> {
    let (person, at) = (whence.present.actor.person.clone(), hub.now());
    let end = Access::EndOthers { person, but: *whence.present.hash(), at };
    match hub.ledger.keep(Chore::Access(end)).await? {
        Kept::Done(0) => Ok(()),
        Kept::Done(_) | Kept::Letters(_) | Kept::Lease(_) => {
            trail::did(hub, SecurityKind::SessionsEnded, whence, json!({ "others": true })).await
        }
    }
}

/// Ends every session of whoever asks, this one too, on every replica.
pub async fn sign_out_everywhere(hub: &Hub, whence: Whence<'_>) -> Result<(), Undone> {
    let ends_sessions = vec![whence.present.actor.person.clone()];
    let line = trail::by(SecurityKind::SessionsEnded, whence, json!({}));
    hub.commit(Change { ends_sessions, trail: vec![line], ..Change::default() }, hub.now()).await?;
    Ok(())
}
