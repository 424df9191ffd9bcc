//! Sign-ins, found by the hash of a secret and never by the secret. Whether a session still counts (revoked, ended, idle)
//! is the caller's question: this only says what is stored.

use super::{Fault, Reading};
use crate::domain::session::{Door, Session};
use crate::ids::PersonId;

const BY_SECRET: &str = "
    SELECT id, secret_hash, refresh_hash, person, door, made_at, used_at, ends_at, revoked_at FROM sessions
    WHERE secret_hash = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[BY_SECRET];

/// The session whose secret has this SHA-256, revoked and ended ones too.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn by_secret(reading: &mut Reading<'_>, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
    reading.row(BY_SECRET, &[hash.into()], |row| {
        let refresh_hash = row.opt_bytes(2)?.map(<[u8; 32]>::try_from).transpose();
        Ok(Session {
            id: row.text(0)?.to_owned(),
            secret_hash: row.hash(1)?,
            refresh_hash: refresh_hash.map_err(|_| Fault::never("a stored hash has another length"))?,
            person: PersonId::from_text(row.text(3)?),
            door: row.word(4, Door::parse)?,
            made_at: row.at(5)?,
            used_at: row.at(6)?,
            ends_at: row.at(7)?,
            revoked_at: row.opt_at(8)?,
        })
    })
}
