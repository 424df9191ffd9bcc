//! Signing in and out, and who is there on each request. Both doors, cookie and token, lead to one row of `sessions`:
//! signing out (or being thrown out) is over at the next request, whichever door it comes by.

use super::passwords::{self, Hashers};
use super::tally::Tally;
use super::throttle::{Counted, Throttle, customer};
use super::tokens::{self, Sound, TokenKey};
use super::{Hub, Undone, devices, factors, machine_tokens, trail};
use crate::crypto::{Sealer, derived};
use crate::domain::at::{At, MINUTE};
use crate::domain::decision::Refusal;
use crate::domain::policy::{self, Actor};
use crate::domain::session::{self, Door, IDLE_MINUTES, Session};
use crate::ids::{PersonId, hex};
use crate::store::people::{self, Credentials};
use crate::store::sessions::Found;
use crate::store::{Access, Chore, Kept, Reading, directory, sessions};
use aws_lc_rs::{digest, hmac};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

pub use super::form_tokens::{csrf_matches, csrf_token, presession_csrf, presession_csrf_matches};
pub use super::own_sessions::{ending, own, sign_out, sign_out_elsewhere, sign_out_everywhere};
pub use super::present::Present;
pub(super) use super::present::{Held, Shown};
pub use super::proof::must_be_proven;
pub use super::refresh::refresh;
pub use super::tokens::{BadKey, new_key};

/// A use is written down at most this often.
pub(super) const TOUCH_MINUTES: i64 = 1;

/// The process's own secrets, from the ledger or from files.
pub struct Keys {
    tokens: Vec<TokenKey>,
    mac: hmac::Key,
    sealer: Sealer,
}

impl Keys {
    /// `tokens`: key pairs (PKCS #8) for access tokens; the first signs, each proves what it signed. `seals`: secrets of 32
    /// bytes for what lies in the ledger; the first seals, each opens what it sealed. `mac`: the secret from which comes
    /// the key of CSRF tokens, cursors and counters.
    pub fn read(tokens: &[&[u8]], seals: &[&[u8]], mac: &[u8]) -> Result<Keys, BadKey> {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, &derived(mac, "mac")?);
        let tokens = tokens.iter().map(|pkcs8| TokenKey::read(pkcs8)).collect::<Result<_, _>>()?;
        Ok(Keys { tokens, mac, sealer: Sealer::new(seals.iter().copied())? })
    }

    /// By what these keys are told from others, in their order; says nothing of them.
    pub(super) fn names(&self) -> Vec<&str> {
        self.tokens.iter().map(TokenKey::name).chain(self.sealer.names()).collect()
    }

    pub(super) fn mac(&self) -> &hmac::Key {
        &self.mac
    }

    pub(super) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The key that signs.
    pub(super) fn token(&self) -> Option<&TokenKey> {
        self.tokens.first()
    }

    fn read_token(&self, token: &str, now: At) -> Option<Sound> {
        self.tokens.iter().find_map(|key| key.read_token(token, now))
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
    keys: RwLock<Arc<Keys>>,
    hashers: Hashers,
    pub(super) throttle: Throttle,
    pub(super) tally: Tally,
}

impl Doorkeeper {
    pub(super) fn new(keys: Keys) -> Doorkeeper {
        let (hashers, throttle, tally) = (Hashers::start(), Throttle::default(), Tally::default());
        Doorkeeper { keys: RwLock::new(Arc::new(keys)), hashers, throttle, tally }
    }

    /// The keys as they are now.
    pub(super) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes other keys from now on; whether they are others.
    pub(super) fn take_keys(&self, keys: Keys) -> bool {
        let changed = self.keys().names() != keys.names();
        if changed {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        }
        changed
    }
}

/// One try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The code of a second factor, or a recovery code.
    pub totp: Option<&'a str>,
    /// The peer's, or for whom a proxy of ours asks.
    pub address: IpAddr,
    pub door: Door,
    /// What a browser keeps of earlier sign-ins; empty: nothing.
    pub device: &'a str,
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
    /// What the browser shall keep of this sign-in.
    pub device: String,
    /// Failed tries with this name lately: its owner is told.
    pub failed: usize,
}

impl SignedIn {
    pub(super) fn of(actor: Actor, secret: String, access_token: String, refresh_token: String) -> SignedIn {
        let (device, failed) = (String::new(), 0);
        SignedIn { actor, secret, access_token, refresh_token, expires_in: tokens::LIFE_SECONDS, device, failed }
    }
}

/// Signs in. Known and unknown names cost the same and are answered alike; only failed tries are counted. A browser that
/// the person has signed in from before counts for itself: neither name nor address keeps it out (T3).
pub async fn sign_in(hub: &Hub, given: SignIn<'_>) -> Result<SignedIn, Undone> {
    let now = hub.now();
    let name = hub.mac("name", crate::domain::whistle::blow::fold(given.username).as_bytes());
    let (by_name, address) = (Counted::Name(name), Counted::Address(customer(given.address)));
    let counted = match devices::known(hub, &name, given.device) {
        Some(device) => vec![Counted::Device(device)],
        None => vec![address, by_name],
    };
    let throttle = &hub.doorkeeper.throttle;
    let wait = counted.iter().map(|counted| throttle.wait_seconds(*counted, now)).max().unwrap_or(0);
    if wait > 0 {
        let of_name = counted.iter().any(|one| *one != address && throttle.wait_seconds(*one, now) > 0);
        hub.doorkeeper.tally.failed(name);
        trail::kept_out(hub, &given, of_name).await?;
        return Err(Undone::TooManyTries { retry_after_seconds: wait });
    }
    // An address pays before the hash: however many come at once, no more of them fail than it has left.
    let paid = counted.contains(&address);
    if paid {
        throttle.count(address, now);
    }
    let proven = proven(hub, &given, name).await;
    if paid && !matches!(proven, Ok(None)) {
        throttle.give_back(address);
    }
    let Some((actor, epoch)) = proven? else {
        hub.doorkeeper.tally.failed(name);
        // The name pays, too, though a known browser is not asked for it: its owner is told how often.
        let unpaid = counted.iter().filter(|one| **one != address);
        unpaid.chain(Some(&by_name).filter(|_| !paid)).for_each(|one| throttle.count(*one, now));
        return Err(Undone::WrongPassword);
    };
    let opened = open_session(hub, actor, given.door, epoch).await?;
    let device = devices::remembered(hub, &name, given.device);
    Ok(SignedIn { device, failed: throttle.failed(by_name, now), ..opened })
}

/// Whose password this is, and the epoch in which they live; one hash, whoever it is (T2).
async fn proven(hub: &Hub, given: &SignIn<'_>, name: [u8; 32]) -> Result<Option<(Actor, i64)>, Undone> {
    // An over-long password is refused before anything is hashed.
    let sane = given.password.chars().count() <= *passwords::CHARACTERS.end();
    hub.refresh().await?;
    let (rules, now) = (hub.rules(), hub.now());
    let person = rules.directory.by_username(given.username).filter(|person| sane && person.is_active());
    // Nobody's row is looked up as well. The epoch as it was before the password was looked at: whoever changes it
    // meanwhile ends this session, too.
    let id = person.map_or_else(|| PersonId::from_text(""), |person| person.id.clone());
    let read =
        move |reading: &mut Reading<'_>| Ok((people::credentials(reading, &id)?, sessions::epoch(reading, &id)?));
    let (stored, epoch) = hub.ledger.read(read).await?;
    let stored = stored.filter(|stored| stored.initial_until.is_none_or(|until| now < until));
    let hash = stored.as_ref().map(|stored| stored.hash.clone());
    let password = if sane { given.password } else { "" };
    let good = hub.doorkeeper.hashers.verify(password, hash).await.map_err(|_| Refusal::Busy)?;
    let found = match person.zip(stored).filter(|_| good) {
        Some((person, stored)) if is_whole(hub, &person.id, &stored, given.totp).await? => {
            rules.directory.actor(&person.id)
        }
        Some(_) | None => None,
    };
    let Some(actor) = found else {
        trail::refused(hub, person.map(|person| &person.id), given).await?;
        return Ok(None);
    };
    trail::opened(hub, &actor, given, hub.doorkeeper.tally.good(name)).await?;
    Ok(Some((actor, epoch)))
}

/// What stands beside a right password: the code of a second factor, where there is one, and an initial password's only use.
async fn is_whole(hub: &Hub, id: &PersonId, stored: &Credentials, code: Option<&str>) -> Result<bool, Undone> {
    if let Some(factor) = &stored.factor
        && !factors::passes(hub, id, factor, code).await?
    {
        return Ok(false);
    }
    if stored.initial_until.is_none() {
        return Ok(true);
    }
    let used = Chore::UseInitialPassword { person: id.clone(), hash: stored.hash.clone() };
    Ok(hub.ledger.keep(used).await? != Kept::Done(0))
}

/// Whether this is somebody's password, by the same threads as a sign-in's.
pub(super) async fn is_password(hub: &Hub, password: &str, stored: &str) -> Result<bool, Undone> {
    let sane = password.chars().count() <= *passwords::CHARACTERS.end();
    let good = hub.doorkeeper.hashers.verify(if sane { password } else { "" }, Some(stored.to_owned())).await;
    Ok(good.map_err(|_| Refusal::Busy)? && sane)
}

/// A try of whoever is signed in, which counts before it is judged: however many come at once, no more are looked at. Only what
/// failed stays counted.
///
/// # Errors
/// There were too many.
pub(super) async fn tried(
    hub: &Hub,
    username: &str,
    judged: impl Future<Output = Result<bool, Undone>>,
) -> Result<bool, Undone> {
    let folded = crate::domain::whistle::blow::fold(username);
    let counted = Counted::Name(hub.mac("name", folded.as_bytes()));
    hub.doorkeeper.throttle.spend(counted, hub.now())?;
    let good = judged.await;
    if !matches!(good, Ok(false)) {
        hub.doorkeeper.throttle.give_back(counted);
    }
    good
}

async fn open_session(hub: &Hub, actor: Actor, door: Door, epoch: i64) -> Result<SignedIn, Undone> {
    let now = hub.now();
    let (secret, first) = (hex(&hub.chance.secret()), hex(&hub.chance.secret()));
    let session = Session {
        id: format!("se_{}", hex(&hub.chance.secret()[..16])),
        secret_hash: sha256(secret.as_bytes()),
        refresh_hash: Some(sha256(first.as_bytes())),
        person: actor.person.clone(),
        door,
        made_at: now,
        used_at: now,
        ends_at: session::ends_at(&hub.rules().directory, &actor.username, now),
        revoked_at: None,
        ended_by: None,
        epoch,
        refreshed_at: None,
        proven_at: now,
    };
    let access_token = tokens::sign(hub, &actor.person, &secret)?;
    let (at_most, awake_since) = (door.per_person(), now.plus_minutes(-IDLE_MINUTES));
    hub.ledger.keep(Chore::Access(Access::OpenSession { session: Box::new(session), at_most, awake_since })).await?;
    let refresh_token = super::refresh::token(&secret, &first);
    Ok(SignedIn::of(actor, secret, access_token, refresh_token))
}

/// Who bears this token, a person's or a machine's; nobody if it or its session is not sound. `from`: the address that a machine
/// asks from.
pub async fn by_token(hub: &Hub, token: &str, from: IpAddr) -> Result<Option<Present>, Undone> {
    if machine_tokens::is_one(token) {
        return machine_tokens::bearer(hub, token, from).await;
    }
    let Some(token) = hub.doorkeeper.keys().read_token(token, hub.now()) else { return Ok(None) };
    let present = by_secret(hub, &token.secret, Door::Api).await?;
    let present = present.filter(|present| present.actor.person.as_str() == token.subject);
    Ok(present.map(|present| Present { until: present.until.min(token.until), ..present }))
}

/// Who bears this cookie.
pub async fn by_cookie(hub: &Hub, secret: &str) -> Result<Option<Present>, Undone> {
    by_secret(hub, secret, Door::Cookie).await
}

/// Who bears this cookie, when a page asks by itself: it counts as no use of the session.
pub async fn by_cookie_unasked(hub: &Hub, secret: &str) -> Result<Option<Present>, Undone> {
    let hash = sha256(secret.as_bytes());
    let found = living(hub, hash, Door::Cookie).await?;
    Ok(found.map(|(found, actor)| present(hub, found, actor)))
}

async fn by_secret(hub: &Hub, secret: &str, door: Door) -> Result<Option<Present>, Undone> {
    let (hash, now) = (sha256(secret.as_bytes()), hub.now());
    let Some((found, actor)) = living(hub, hash, door).await? else { return Ok(None) };
    let session = &found.session;
    if now.0 - session.used_at.0 >= TOUCH_MINUTES * MINUTE {
        touch(hub, Chore::TouchSession { secret_hash: hash, at: now }).await;
    }
    Ok(Some(present(hub, found, actor)))
}

/// Writes a use down. A busy pen or a full disk keeps nobody out for that: what is urgent has a place kept for it (T40), and
/// reading goes on.
pub(super) async fn touch(hub: &Hub, used: Chore) {
    if let Err(fault) = hub.ledger.keep(used).await {
        tracing::warn!(%fault, "a use was not written down");
    }
}

pub(super) fn present(hub: &Hub, found: Found, actor: Actor) -> Present {
    let scope = policy::reads(&actor, &hub.rules().directory, hub.now());
    let (door, until) = (found.session.door, found.session.ends_at);
    let held = Held::of(found, actor.role, &hub.demands);
    Present { scope, actor, door, until, shown: Shown::Session(held) }
}

/// The session of this secret and its person, if both still count by what the ledger says at this moment.
pub(super) async fn living(hub: &Hub, hash: [u8; 32], door: Door) -> Result<Option<(Found, Actor)>, Undone> {
    let found = hub.ledger.read(move |reading| sessions::by_secret(reading, &hash)).await?;
    let found = found.filter(|found| found.session.door == door && found.session.is_alive(found.epoch, hub.now()));
    let Some(found) = found else { return Ok(None) };
    hub.refresh_to(found.directory).await?;
    let actor = hub.rules().directory.actor(&found.session.person);
    Ok(actor.map(|actor| (found, actor)))
}

/// Who somebody that was let in is now; nobody once the session is over, or the token that let them in. It counts as no
/// use of the session.
pub async fn still_present(hub: &Hub, present: &Present) -> Result<Option<Present>, Undone> {
    if hub.now() >= present.until {
        return Ok(None);
    }
    match &present.shown {
        Shown::Machine { hash, .. } => machine_tokens::by_hash(hub, *hash, None).await,
        Shown::Session(held) => {
            let found = living(hub, held.hash, present.door).await?;
            Ok(found.map(|(found, actor)| Present {
                scope: policy::reads(&actor, &hub.rules().directory, hub.now()),
                shown: Shown::Session(Held::of(found, actor.role, &hub.demands)),
                actor,
                ..present.clone()
            }))
        }
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
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
    Ok(())
}
