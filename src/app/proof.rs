//! A password or a code given again: for deeds that nobody may do who just sat down at an open screen (T9), and for the own
//! password. Tries are counted as those of a sign-in are.

use super::asked::Asked;
use super::people::{Whence, hashed};
use super::sessions::{self, Present, sha256};
use super::{Hub, Undone, factors, trail};
use crate::domain::credential::Credential;
use crate::domain::decision::{Change, Refusal};
use crate::domain::order::{Clash, FaultCode, Field, Kind, Spec, TEXT_MAX, Weak, read};
use crate::domain::policy::Actor;
use crate::domain::session::Door;
use crate::domain::trail::SecurityKind;
use crate::ids::hex;
use crate::store::people::{self as stored, Credentials};
use crate::store::{self, Chore};
use serde_json::json;

/// How long a proof holds, minutes.
const HOLDS_MINUTES: i64 = 5;

/// The body of `POST /sessions/step_up`: one of both.
pub static STEP_UP: Spec = Spec {
    name: "StepUpOrder",
    fields: &[
        Field::optional("password", Kind::Text { max: TEXT_MAX }),
        Field::optional("totp", Kind::Text { max: TEXT_MAX }),
    ],
};
/// The body of `POST /me/password`.
pub static CHOOSE: Spec = Spec {
    name: "ChoosePasswordOrder",
    fields: &[
        Field::optional("password", Kind::Text { max: TEXT_MAX }),
        Field::required("new_password", Kind::Text { max: TEXT_MAX }),
    ],
};

/// Refused unless whoever is there gave a password or a code within the last five minutes.
pub fn must_be_proven(hub: &Hub, present: &Present) -> Result<(), Undone> {
    if is_proven(hub, present) { Ok(()) } else { Err(Undone::StepUpNeeded) }
}

/// Whether the last proof still holds.
pub fn is_proven(hub: &Hub, present: &Present) -> bool {
    present.proven_at().is_some_and(|at| hub.now() < at.plus_minutes(HOLDS_MINUTES))
}

/// The same by an order.
pub async fn step_up(hub: &Hub, asked: &Asked<'_>, whence: Whence<'_>) -> Result<(), Undone> {
    let (reader, faults) = read(&STEP_UP, asked.node()?);
    let (password, totp) = (reader.text("password"), reader.text("totp"));
    faults.judge(Some(())).map_err(Refusal::Faults)?;
    prove(hub, (password.as_deref(), totp.as_deref()), whence).await.map(drop)
}

/// Takes a proof: `password` or `totp`. Answers who is there from now on and the cookie's new value, where the session goes
/// by one.
pub async fn prove(
    hub: &Hub,
    (password, totp): (Option<&str>, Option<&str>),
    whence: Whence<'_>,
) -> Result<(Present, Option<String>), Undone> {
    let present = whence.present;
    let judged = Box::pin(async {
        let stored = credentials(hub, present).await?;
        match (password, totp, &stored.factor) {
            (_, Some(code), Some(factor)) => factors::passes(hub, &present.actor.person, factor, Some(code)).await,
            (Some(password), _, _) => sessions::is_password(hub, password, &stored.hash).await,
            (None, _, _) => Ok(false),
        }
    });
    must_be_good(hub, whence, judged).await?;
    trail::proven(hub, whence, true).await?;
    let fresh = hex(&hub.chance.secret());
    let new_hash = match present.door {
        Door::Cookie => sha256(fresh.as_bytes()),
        // Its secret is in tokens that live ten minutes; the refresh secret goes by it.
        Door::Api => *present.hash(),
    };
    let at = hub.now();
    hub.ledger.keep(Chore::ProveSession { secret_hash: *present.hash(), new_hash, at }).await?;
    Ok((present.proven(new_hash, at), (present.door == Door::Cookie).then_some(fresh)))
}

/// A password or a code that was given: refused, and a line of the trail, where it is not the right one.
async fn must_be_good(
    hub: &Hub,
    whence: Whence<'_>,
    judged: impl Future<Output = Result<bool, Undone>>,
) -> Result<(), Undone> {
    if sessions::tried(hub, &whence.present.actor.username, judged).await? {
        return Ok(());
    }
    trail::proven(hub, whence, false).await?;
    Err(Undone::ProofFailed)
}

/// The owner chooses another password: with the old one, or after an initial one that has just let them in. Every session
/// of theirs ends, this one too.
pub async fn choose_password(hub: &Hub, asked: Asked<'_>, whence: Whence<'_>) -> Result<(), Undone> {
    let (actor, present) = (asked.actor, whence.present);
    let (reader, mut faults) = read(&CHOOSE, asked.node()?);
    let (old, new) = (reader.text("password"), reader.text("new_password"));
    if let Some(new) = &new
        && let Err(why) = judged(hub, actor, new).await?
    {
        faults.add(reader.pointer("new_password"), FaultCode::Clash(Clash::Weak(why)));
    }
    if old.is_none() && !present.has_drawn_password() {
        faults.add(reader.pointer("password"), FaultCode::Missing);
    }
    if old.is_some() && old == new {
        faults.add(reader.pointer("new_password"), FaultCode::Clash(Clash::Weak(Weak::Same)));
    }
    let new = faults.judge(new).map_err(Refusal::Faults)?;
    if let Some(old) = old.filter(|_| !present.has_drawn_password()) {
        let judged = Box::pin(async {
            let stored = credentials(hub, present).await?;
            sessions::is_password(hub, &old, &stored.hash).await
        });
        must_be_good(hub, whence, judged).await?;
    }
    let hash = hashed(&new, &hub.chance)?;
    let mut change = Change { ends_sessions: vec![actor.person.clone()], ..Change::default() };
    let (person, chosen_at) = (actor.person.clone(), hub.now());
    change.credentials.push(Credential::Password { person, hash, initial_until: None, chosen_at });
    change.trail.push(trail::by(SecurityKind::PasswordChosen, whence, json!({})));
    hub.commit(change, chosen_at).await?;
    Ok(())
}

/// Whether this is taken as somebody's new password. Off the door's threads: a file may be looked through.
async fn judged(hub: &Hub, actor: &Actor, password: &str) -> Result<Result<(), Weak>, Undone> {
    let (rules, passwords, password) = (hub.rules(), hub.demands.passwords.clone(), password.to_owned());
    let (name, username) = (actor.name.clone(), actor.username.clone());
    let judge = move || passwords.judge(&password, &rules.directory, &[&name, &username]);
    let judged =
        tokio::task::spawn_blocking(judge).await.map_err(|_| store::Fault::never("judging a password panicked"))?;
    Ok(judged.map_err(|_| store::Fault::never("the file of leaked passwords cannot be read"))?)
}

async fn credentials(hub: &Hub, present: &Present) -> Result<Credentials, Undone> {
    let id = present.actor.person.clone();
    let stored = hub.ledger.read(move |reading| stored::credentials(reading, &id)).await?;
    Ok(stored.ok_or(store::Fault::never("whoever is signed in has no password"))?)
}
