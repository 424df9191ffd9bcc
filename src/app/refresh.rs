//! Refresh tokens: each works once and leads to the next (T11). A client whose answer was lost may show it again for a
//! few seconds and hears the same successor; later, or with an older one, it is in two hands, and the whole family ends
//! on every replica. Rows hold hashes; the successor is drawn from the presented secret, so that no row leads to it.

use super::sessions::{SignedIn, sha256};
use super::{Hub, Undone, tokens};
use crate::domain::at::At;
use crate::domain::policy::Actor;
use crate::domain::session::{Door, Ending, Session};
use crate::ids::hex;
use crate::store::{Access, Chore, Kept};

/// How long the one before is still answered, microseconds.
const GRACE: i64 = 10_000_000;
/// Hex digits of a secret.
const SECRET_DIGITS: usize = 64;

/// What a client keeps: the session's own secret, which names the family, and the one that works once.
pub(super) fn token(secret: &str, refresh: &str) -> String {
    format!("{secret}{refresh}")
}

/// Exchanges a refresh token for the next one and a new access token. Nothing: it is not sound, or the family is over.
pub async fn refresh(hub: &Hub, token: &str) -> Result<Option<SignedIn>, Undone> {
    let sound = token.len() == 2 * SECRET_DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some((secret, shown)) = token.split_at_checked(SECRET_DIGITS).filter(|_| sound) else { return Ok(None) };
    let secret_hash = sha256(secret.as_bytes());
    let next = hex(&hub.mac("refresh", shown.as_bytes()));
    let Some((session, actor)) = family(hub, secret_hash).await? else { return Ok(None) };
    if leads_on(&session, &next, hub.now()) {
        return Ok(Some(answer(hub, actor, secret, &next)?));
    }
    let (from, to, at) = (sha256(shown.as_bytes()), sha256(next.as_bytes()), hub.now());
    if hub.ledger.keep(Chore::Access(Access::Refresh { secret_hash, from, to, at })).await? == Kept::Done(1) {
        return Ok(Some(answer(hub, actor, secret, &next)?));
    }
    // Somebody was faster with the same token, perhaps on another replica: then it now leads on.
    match family(hub, secret_hash).await? {
        Some((session, actor)) if leads_on(&session, &next, hub.now()) => Ok(Some(answer(hub, actor, secret, &next)?)),
        Some((session, _)) => {
            tracing::warn!(session = session.id, "a refresh token came again: its family ends");
            let by = Ending::Reused;
            hub.ledger.keep(Chore::RevokeSession { secret_hash, at: hub.now(), by }).await?;
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Whether the shown secret is the one before the one that stands, and was exchanged a moment ago.
fn leads_on(session: &Session, next: &str, now: At) -> bool {
    let stands = session.refresh_hash == Some(sha256(next.as_bytes()));
    let since = session.refreshed_at.map(|at| now.0 - at.0);
    stands && since.is_some_and(|since| (0..=GRACE).contains(&since))
}

async fn family(hub: &Hub, hash: [u8; 32]) -> Result<Option<(Session, Actor)>, Undone> {
    let found = super::sessions::living(hub, hash, Door::Api).await?;
    Ok(found.map(|(found, actor)| (found.session, actor)))
}

fn answer(hub: &Hub, actor: Actor, secret: &str, next: &str) -> Result<SignedIn, Undone> {
    let access_token = tokens::sign(hub, &actor.person, secret)?;
    let (secret, refresh_token) = (secret.to_owned(), token(secret, next));
    Ok(SignedIn::of(actor, secret, access_token, refresh_token))
}
