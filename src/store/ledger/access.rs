//! What the pen keeps so that people stay signed in and machines get in: sessions of a bounded number, refresh secrets
//! that work once, epochs, machine tokens. Only hashes stand here, never a secret, and nothing of it is a fact.

use super::super::sql::{Call, Value};
use crate::domain::at::At;
use crate::domain::machine::{MachineToken, PER_DEPARTMENT_MAX, TokenDeed};
use crate::domain::session::{Ending, Session};
use crate::ids::PersonId;

const OPEN_SESSION: &str = "INSERT INTO sessions
    (id, secret_hash, refresh_hash, person, door, made_at, used_at, ends_at, epoch, proven_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/// The new one stays whatever the clock says; those asleep take nobody's place.
const ONLY_NEWEST: &str = "UPDATE sessions SET revoked_at = $4, ended_by = $6
    WHERE person = $1 AND door = $2 AND revoked_at IS NULL AND ends_at > $4 AND used_at > $5 AND id NOT IN (
      SELECT id FROM sessions
      WHERE person = $1 AND door = $2 AND revoked_at IS NULL AND ends_at > $4 AND used_at > $5
      ORDER BY CASE WHEN id = $3 THEN 1 ELSE 0 END DESC, made_at DESC, id DESC LIMIT $7)";
/// Only from the secret that stands: of two that come with it at once, one finds it gone.
const REFRESH: &str = "UPDATE sessions SET refresh_hash = $3, refreshed_at = $4, used_at = $4
    WHERE secret_hash = $1 AND refresh_hash = $2 AND revoked_at IS NULL";
const END_OTHERS: &str = "UPDATE sessions SET revoked_at = $3, ended_by = $4
    WHERE person = $1 AND secret_hash <> $2 AND revoked_at IS NULL AND ends_at > $3";
/// One too many has no department, which its column refuses, and with it the whole Change: two makers at once cannot both
/// be the last.
const MAKE_TOKEN: &str = "INSERT INTO machine_tokens
    (id, secret_hash, name, department, scopes, maker, made_at, ends_at, networks) VALUES ($1, $2, $3,
      CASE WHEN $9 > (
        SELECT COUNT(*) FROM machine_tokens WHERE department = $4 AND revoked_at IS NULL AND ends_at > $7)
      THEN $4 END, $5, $6, $7, $8, $10)";
const TOUCH_TOKEN: &str = "UPDATE machine_tokens SET used_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const REVOKE_TOKEN: &str =
    "UPDATE machine_tokens SET revoked_at = $3 WHERE id = $1 AND department = $2 AND revoked_at IS NULL";
const PURGE_TOKENS: &str = "DELETE FROM machine_tokens WHERE ends_at < $1 OR revoked_at < $1";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[OPEN_SESSION, ONLY_NEWEST, REFRESH, END_OTHERS, MAKE_TOKEN, TOUCH_TOKEN, REVOKE_TOKEN, PURGE_TOKENS];

/// One thing to be kept. `Debug` is missing on purpose: some hold hashes.
pub enum Access {
    /// Opens a session; of the person's others at this door that were used since `awake_since`, so many stay with it.
    OpenSession {
        session: Box<Session>,
        at_most: i64,
        awake_since: At,
    },
    /// Another refresh secret takes the place of the one that was shown; touches nothing if that no longer stands.
    Refresh {
        secret_hash: [u8; 32],
        from: [u8; 32],
        to: [u8; 32],
        at: At,
    },
    /// Every session of this person but one.
    EndOthers {
        person: PersonId,
        but: [u8; 32],
        at: At,
    },
    TouchToken {
        id: String,
        at: At,
    },
    /// Those that ended or were revoked before.
    PurgeTokens {
        before: At,
    },
}

impl Access {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        let one = |text: &'static str, params| vec![Call::of(text, params)];
        match self {
            Access::OpenSession { session, at_most, awake_since } => vec![
                Call::of(OPEN_SESSION, session_row(session)),
                Call::of(ONLY_NEWEST, only_newest(session, *at_most, *awake_since)),
            ],
            Access::Refresh { secret_hash, from, to, at } => {
                one(REFRESH, vec![secret_hash.into(), from.into(), to.into(), (*at).into()])
            }
            Access::EndOthers { person, but, at } => {
                one(END_OTHERS, vec![person.into(), but.into(), (*at).into(), Ending::SignedOut.as_str().into()])
            }
            Access::TouchToken { id, at } => one(TOUCH_TOKEN, vec![id.into(), (*at).into()]),
            Access::PurgeTokens { before } => one(PURGE_TOKENS, vec![(*before).into()]),
        }
    }
}

fn only_newest(session: &Session, at_most: i64, awake_since: At) -> Vec<Value<'_>> {
    vec![
        (&session.person).into(),
        session.door.as_str().into(),
        (&session.id).into(),
        session.made_at.into(),
        awake_since.into(),
        Ending::Newer.as_str().into(),
        at_most.into(),
    ]
}

/// Adds the statement that a decision about a machine token comes to.
pub(super) fn add_token<'a>(calls: &mut Vec<Call<'a>>, deed: &'a TokenDeed) {
    calls.push(match deed {
        TokenDeed::Made(token) => Call::of(MAKE_TOKEN, token_row(token)),
        TokenDeed::Revoked { id, department, at } => {
            Call::of(REVOKE_TOKEN, vec![id.into(), department.into(), (*at).into()])
        }
    });
}

fn token_row(token: &MachineToken) -> Vec<Value<'_>> {
    vec![
        (&token.id).into(),
        (&token.secret_hash).into(),
        (&token.name).into(),
        (&token.department).into(),
        serde_json::json!(token.scopes).to_string().into(),
        (&token.maker).into(),
        token.made_at.into(),
        token.ends_at.into(),
        PER_DEPARTMENT_MAX.into(),
        serde_json::json!(token.network_names()).to_string().into(),
    ]
}

fn session_row(session: &Session) -> Vec<Value<'_>> {
    vec![
        (&session.id).into(),
        (&session.secret_hash).into(),
        session.refresh_hash.as_ref().into(),
        (&session.person).into(),
        session.door.as_str().into(),
        session.made_at.into(),
        session.used_at.into(),
        session.ends_at.into(),
        session.epoch.into(),
        session.proven_at.into(),
    ]
}
