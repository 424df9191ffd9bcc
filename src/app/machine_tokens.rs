//! Machine tokens: a head makes them for the own unit, each is shown once, and on every request it opens what its scopes
//! and the unit's present rights both allow (T12). The ledger has hashes; no log line and no list holds a token.

use super::people::Whence;
use super::sessions::{Present, Shown, TOUCH_MINUTES, must_be_proven, sha256, touch};
use super::{Hub, Undone, trail};
use crate::domain::at::MINUTE;
use crate::domain::decision::{Change, Refusal};
use crate::domain::machine::{self, MachineToken, PER_DEPARTMENT_MAX, TokenDeed, TokenOrder};
use crate::domain::order::Node;
use crate::domain::policy::{self, Actor};
use crate::domain::session::Door;
use crate::domain::trail::SecurityKind;
use crate::ids::hex;
use crate::store::{Access, Chore, machine_tokens};
use serde_json::json;
use std::net::IpAddr;

/// What a token begins with: a scanner of repositories and logs finds it.
const MARK: &str = "wh_";
/// Hex digits of the secret, and of the check behind it.
const SECRET_DIGITS: usize = 64;
const CHECK_DIGITS: usize = 8;

/// Whether this bearer is meant to be a machine's.
pub(super) fn is_one(bearer: &str) -> bool {
    bearer.starts_with(MARK)
}

/// A secret as it is handed out: a typing error is seen before anybody asks the ledger.
fn written(secret: &str) -> String {
    format!("{MARK}{secret}{}", check_of(secret))
}

fn check_of(secret: &str) -> String {
    hex(&sha256(secret.as_bytes())[..CHECK_DIGITS / 2])
}

/// The hash under which a well-formed token stands.
fn hash_of(bearer: &str) -> Option<[u8; 32]> {
    let (secret, check) = bearer.strip_prefix(MARK)?.split_at_checked(SECRET_DIGITS)?;
    (check == check_of(secret)).then(|| sha256(bearer.as_bytes()))
}

/// What a unit's token acts as, for whoever may make one.
fn machine_of(hub: &Hub, maker: &Actor) -> Result<Actor, Refusal> {
    let machine = machine::acting_for(&maker.unit, "", "", &hub.rules().directory);
    machine.filter(|_| policy::makes_tokens(maker)).ok_or(Refusal::RoleMayNot)
}

/// The scopes that this maker may give; refused to whoever makes none.
pub fn scopes(hub: &Hub, maker: &Actor) -> Result<Vec<String>, Undone> {
    Ok(machine::scopes_of(&machine_of(hub, maker)?))
}

/// Makes a token; the text is told here and never again.
pub async fn make(hub: &Hub, whence: Whence<'_>, body: &Node) -> Result<(MachineToken, String), Undone> {
    let maker = &whence.present.actor;
    let (machine, now) = (machine_of(hub, maker)?, hub.now());
    must_be_proven(hub, whence.present)?;
    let order = TokenOrder::parse(body, &machine, now).map_err(Refusal::Faults)?;
    if has_all(hub, maker).await? {
        return Err(Refusal::TooManyTokens.into());
    }
    let text = written(&hex(&hub.chance.secret()));
    let token = MachineToken {
        id: format!("mt_{}", hex(&hub.chance.secret()[..16])),
        secret_hash: sha256(text.as_bytes()),
        name: order.name,
        department: maker.unit.clone(),
        scopes: order.scopes,
        maker: maker.person.clone(),
        made_at: now,
        ends_at: order.ends_at,
        used_at: None,
        revoked_at: None,
        networks: order.networks,
    };
    let mut data = json!({ "token": token.id, "scopes": token.scopes, "until": token.ends_at.rfc3339() });
    if !token.networks.is_empty() {
        data["networks"] = json!(token.network_names());
    }
    let trail = vec![trail::by(SecurityKind::TokenMade, whence, data)];
    let change = Change { tokens: vec![TokenDeed::Made(Box::new(token.clone()))], trail, ..Change::default() };
    let committed = hub.commit(change, now).await;
    // Another made the last one at the same moment: nothing was written, the line neither.
    if committed.is_err() && has_all(hub, maker).await? {
        return Err(Refusal::TooManyTokens.into());
    }
    committed?;
    Ok((token, text))
}

/// Whether the maker's unit has as many as it may.
async fn has_all(hub: &Hub, maker: &Actor) -> Result<bool, Undone> {
    Ok(list(hub, maker).await?.len() >= usize::try_from(PER_DEPARTMENT_MAX).unwrap_or(usize::MAX))
}

/// The living tokens of the maker's unit, the newest first.
pub async fn list(hub: &Hub, maker: &Actor) -> Result<Vec<MachineToken>, Undone> {
    machine_of(hub, maker)?;
    let (unit, now) = (maker.unit.clone(), hub.now());
    Ok(hub.ledger.read(move |reading| machine_tokens::of_department(reading, &unit, now)).await?)
}

/// Ends a token of the maker's unit, effective at its next request.
pub async fn revoke(hub: &Hub, whence: Whence<'_>, id: &str) -> Result<(), Undone> {
    let maker = &whence.present.actor;
    machine_of(hub, maker)?;
    must_be_proven(hub, whence.present)?;
    let (department, at) = (maker.unit.clone(), hub.now());
    if !list(hub, maker).await?.iter().any(|token| token.id == id) {
        return Err(Refusal::NotFound.into());
    }
    let tokens = vec![TokenDeed::Revoked { id: id.to_owned(), department, at }];
    let trail = vec![trail::by(SecurityKind::TokenRevoked, whence, json!({ "token": id }))];
    hub.commit(Change { tokens, trail, ..Change::default() }, at).await?;
    Ok(())
}

/// Which machine bears this; nobody if it is not sound, over, of a unit that is gone, or not to be used from there.
pub(super) async fn bearer(hub: &Hub, bearer: &str, from: IpAddr) -> Result<Option<Present>, Undone> {
    let Some(hash) = hash_of(bearer) else { return Ok(None) };
    by_hash(hub, hash, Some(from)).await
}

/// The same by the token's hash. `from`: whence it asks; none: a feed that is open is looked at again.
pub(super) async fn by_hash(hub: &Hub, hash: [u8; 32], from: Option<IpAddr>) -> Result<Option<Present>, Undone> {
    let now = hub.now();
    let token = hub.ledger.read(move |reading| machine_tokens::by_secret(reading, &hash)).await?;
    let Some(token) = token.filter(|token| token.revoked_at.is_none() && now < token.ends_at) else { return Ok(None) };
    if let Some(from) = from.filter(|from| !token.works_from(&(*from).into())) {
        trail::elsewhere(hub, &token.id, from.to_string());
        return Ok(None);
    }
    let Some(actor) = machine::acting_for(&token.department, &token.id, &token.name, &hub.rules().directory) else {
        return Ok(None);
    };
    let present_rights = machine::scopes_of(&actor);
    let scopes = token.scopes.into_iter().filter(|scope| present_rights.contains(scope)).collect();
    if token.used_at.is_none_or(|used_at| now.0 - used_at.0 >= TOUCH_MINUTES * MINUTE) {
        touch(hub, Chore::Access(Access::TouchToken { id: token.id, at: now })).await;
    }
    let (scope, until) = (policy::scope(&actor), token.ends_at);
    Ok(Some(Present { scope, actor, door: Door::Api, until, shown: Shown::Machine { hash, scopes } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_a_typing_error_is_none() {
        let token = written(&hex(&[7; 32]));
        assert!(is_one(&token) && hash_of(&token).is_some() && token.len() == 3 + 64 + 8);
        for at in 3..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(hash_of(&String::from_utf8(wrong).unwrap()), None, "{at}");
        }
        for wrong in ["wh_", "", &token[3..], &format!("{token}0"), "wh_粉粉粉"] {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
    }
}
