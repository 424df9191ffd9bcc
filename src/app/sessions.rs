//! Signing in and out, and who is there on each request. Both doors, cookie and token, lead to one row of `sessions`:
//! signing out (or being thrown out) is over at the next request, whichever door it comes by.

use super::passwords::{self, Hashers};
use super::throttle::{Counted, Throttle};
use super::tokens::{self, TokenKey};
use super::{Hub, Undone};
use crate::domain::at::{At, MINUTE};
use crate::domain::decision::Refusal;
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::session::{Door, Session};
use crate::ids::{PersonId, hex};
use crate::store::{Chore, directory, sessions};
use aws_lc_rs::{constant_time, digest, hmac};
use std::net::IpAddr;

pub use super::tokens::{BadKey, new_key};

/// A cookie session sleeps after this; an API session ends with it too, since refreshing comes later.
const IDLE_MINUTES: i64 = 30;
/// Nobody stays signed in longer: a night shift is fourteen hours and gets its handover hour.
const ABSOLUTE_MINUTES: i64 = 15 * 60;
/// A use is written down at most this often.
const TOUCH_MINUTES: i64 = 1;

/// The process's own secrets, from the ledger or from files.
pub struct Keys {
    token: TokenKey,
    seal: hmac::Key,
}

impl Keys {
    /// `pkcs8`: the token key pair. `seal`: 32 secret bytes for CSRF tokens, cursors and counters.
    pub fn read(pkcs8: &[u8], seal: &[u8]) -> Result<Keys, BadKey> {
        Ok(Keys { token: TokenKey::read(pkcs8)?, seal: hmac::Key::new(hmac::HMAC_SHA256, seal) })
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// What stands at the door: keys, hashing threads, failed tries.
#[derive(Debug)]
pub(crate) struct Doorkeeper {
    keys: Keys,
    hashers: Hashers,
    throttle: Throttle,
}

impl Doorkeeper {
    pub(super) fn new(keys: Keys) -> Doorkeeper {
        Doorkeeper { keys, hashers: Hashers::start(), throttle: Throttle::default() }
    }

    pub(super) fn seal_key(&self) -> &hmac::Key {
        &self.keys.seal
    }
}

/// One try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The peer's address.
    pub address: IpAddr,
    pub door: Door,
}

/// A fresh session. The secrets are told once.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub actor: Actor,
    /// The cookie's value.
    pub secret: String,
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Who is there.
#[derive(Debug, Clone)]
pub struct Present {
    pub actor: Actor,
    pub scope: Scope,
    pub door: Door,
    /// From then on nobody is let in by what was shown: the token ends, or the session at the latest.
    until: At,
    secret_hash: [u8; 32],
}

/// Signs in. Known and unknown names cost the same and are answered alike; only failed tries are counted.
pub async fn sign_in(hub: &Hub, given: SignIn<'_>) -> Result<SignedIn, Undone> {
    let now = hub.now();
    let folded = crate::domain::whistle::blow::fold(given.username);
    let counted = [Counted::Address(given.address), Counted::Name(hub.mac("name", folded.as_bytes()))];
    let throttle = &hub.doorkeeper.throttle;
    let wait = counted.iter().map(|counted| throttle.wait_seconds(*counted, now)).max().unwrap_or(0);
    if wait > 0 {
        return Err(Undone::TooManyTries { retry_after_seconds: wait });
    }
    // An over-long password is refused before anything is hashed.
    let sane = given.password.chars().count() <= *passwords::CHARACTERS.end();
    let person = hub.rules().directory.by_username(given.username).filter(|_| sane).map(|person| person.id.clone());
    let stored = match person.clone() {
        Some(id) => hub.ledger.read(move |reading| directory::password(reading, &id)).await?,
        None => None,
    };
    let password = if sane { given.password } else { "" };
    let good = hub.doorkeeper.hashers.verify(password, stored).await.map_err(|_| Refusal::Busy)?;
    let actor = person.filter(|_| good).and_then(|id| hub.rules().directory.actor(&id));
    let Some(actor) = actor else {
        counted.iter().for_each(|counted| throttle.count(*counted, now));
        return Err(Undone::WrongPassword);
    };
    open_session(hub, actor, given.door, now).await
}

async fn open_session(hub: &Hub, actor: Actor, door: Door, now: At) -> Result<SignedIn, Undone> {
    let (secret, refresh_token) = (hex(&hub.chance.secret()), hex(&hub.chance.secret()));
    let session = Session {
        id: format!("se_{}", hex(&hub.chance.secret()[..16])),
        secret_hash: sha256(secret.as_bytes()),
        refresh_hash: Some(sha256(refresh_token.as_bytes())),
        person: actor.person.clone(),
        door,
        made_at: now,
        used_at: now,
        ends_at: now.plus_minutes(ABSOLUTE_MINUTES),
        revoked_at: None,
    };
    let token = hub.doorkeeper.keys.token.sign(actor.person.as_str(), &secret, now);
    let access_token = token.ok_or_else(|| crate::store::Fault::never("a token could not be signed"))?;
    hub.ledger.keep(Chore::OpenSession(session)).await?;
    Ok(SignedIn { actor, secret, access_token, refresh_token, expires_in: tokens::LIFE_SECONDS })
}

/// Who bears this token; nobody if it or its session is not sound.
pub async fn by_token(hub: &Hub, token: &str) -> Result<Option<Present>, Undone> {
    let Some(token) = hub.doorkeeper.keys.token.read_token(token, hub.now()) else { return Ok(None) };
    let present = by_secret(hub, &token.secret, Door::Api).await?;
    let present = present.filter(|present| present.actor.person.as_str() == token.subject);
    Ok(present.map(|present| Present { until: present.until.min(token.until), ..present }))
}

/// Who bears this cookie.
pub async fn by_cookie(hub: &Hub, secret: &str) -> Result<Option<Present>, Undone> {
    by_secret(hub, secret, Door::Cookie).await
}

async fn by_secret(hub: &Hub, secret: &str, door: Door) -> Result<Option<Present>, Undone> {
    let (hash, now) = (sha256(secret.as_bytes()), hub.now());
    let session = hub.ledger.read(move |reading| sessions::by_secret(reading, &hash)).await?;
    let Some(session) = session.filter(|session| session.door == door && is_alive(session, now)) else {
        return Ok(None);
    };
    let Some(actor) = hub.rules().directory.actor(&session.person) else { return Ok(None) };
    if now.0 - session.used_at.0 >= TOUCH_MINUTES * MINUTE {
        hub.ledger.keep(Chore::TouchSession { secret_hash: hash, at: now }).await?;
    }
    Ok(Some(Present { scope: policy::scope(&actor), actor, door, until: session.ends_at, secret_hash: hash }))
}

/// Who somebody that was let in is now; nobody once the session is over, or the token that let them in. It counts as no
/// use of the session.
pub async fn still_present(hub: &Hub, present: &Present) -> Result<Option<Present>, Undone> {
    let Present { secret_hash: hash, door, until, .. } = *present;
    if hub.now() >= until {
        return Ok(None);
    }
    let session = hub.ledger.read(move |reading| sessions::by_secret(reading, &hash)).await?;
    let session = session.filter(|session| session.door == door && is_alive(session, hub.now()));
    let actor = session.and_then(|session| hub.rules().directory.actor(&session.person));
    Ok(actor.map(|actor| Present { scope: policy::scope(&actor), actor, door, until, secret_hash: hash }))
}

fn is_alive(session: &Session, now: At) -> bool {
    let awake = now.0 - session.used_at.0 < IDLE_MINUTES * MINUTE;
    session.revoked_at.is_none() && now < session.ends_at && awake
}

/// Ends this session, effective at once on both doors.
pub async fn sign_out(hub: &Hub, present: &Present) -> Result<(), Undone> {
    hub.ledger.keep(Chore::RevokeSession { secret_hash: present.secret_hash, at: hub.now() }).await?;
    Ok(())
}

/// The token that this session's forms carry.
pub fn csrf_token(hub: &Hub, present: &Present) -> String {
    hex(&hub.mac("csrf", &present.secret_hash))
}

/// Whether a form of this session carries its token; compared in constant time.
pub fn csrf_matches(hub: &Hub, present: &Present, given: &str) -> bool {
    same(&csrf_token(hub, present), given)
}

/// The token of the sign-in form, bound to a nonce in a cookie: nobody signs a victim in as somebody else.
pub fn presession_csrf(hub: &Hub, nonce: &str) -> String {
    hex(&hub.mac("presession", nonce.as_bytes()))
}

/// Whether the sign-in form carries its token.
pub fn presession_csrf_matches(hub: &Hub, nonce: &str, given: &str) -> bool {
    same(&presession_csrf(hub, nonce), given)
}

fn same(ours: &str, given: &str) -> bool {
    constant_time::verify_slices_are_equal(ours.as_bytes(), given.as_bytes()).is_ok()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Sets one password for everybody, hashed once: the demo's. Another one than before ends every session.
pub async fn set_shared_password(hub: &Hub, password: &str, phc: String) -> Result<(), Undone> {
    let people: Vec<PersonId> = hub.rules().directory.people.iter().map(|person| person.id.clone()).collect();
    let Some(first) = people.first().cloned() else { return Ok(()) };
    let stored = hub.ledger.read(move |reading| directory::password(reading, &first)).await?;
    if hub.doorkeeper.hashers.verify(password, stored).await.map_err(|_| Refusal::Busy)? {
        return Ok(());
    }
    let rows = people.into_iter().map(|person| (person, phc.clone())).collect();
    hub.ledger.keep(Chore::SetPasswords(rows)).await?;
    hub.ledger.keep(Chore::RevokeSessions { at: hub.now() }).await?;
    Ok(())
}
