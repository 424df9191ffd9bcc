//! Machine tokens as they are stored: found by the hash of their secret, listed by department. Whether one still counts
//! is the caller's question; no row holds a secret.

use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::machine::MachineToken;
use crate::domain::network::network;
use crate::ids::PersonId;

const BY_SECRET: &str = "
    SELECT id, secret_hash, name, department, scopes, maker, made_at, ends_at, used_at, revoked_at, networks FROM machine_tokens
    WHERE secret_hash = $1";
/// The newest first; dead ones are gone.
const OF_DEPARTMENT: &str = "
    SELECT id, secret_hash, name, department, scopes, maker, made_at, ends_at, used_at, revoked_at, networks FROM machine_tokens
    WHERE department = $1 AND revoked_at IS NULL AND ends_at > $2 ORDER BY made_at DESC, id DESC";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[BY_SECRET, OF_DEPARTMENT];

/// The token whose secret has this SHA-256, dead ones too.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn by_secret(reading: &mut Reading<'_>, hash: &[u8; 32]) -> Result<Option<MachineToken>, Fault> {
    reading.row(BY_SECRET, &[hash.into()], found)
}

/// The living tokens of a department.
pub fn of_department(reading: &mut Reading<'_>, department: &str, now: At) -> Result<Vec<MachineToken>, Fault> {
    reading.rows(OF_DEPARTMENT, &[department.into(), now.into()], found)
}

fn found(row: &Row<'_>) -> Result<MachineToken, Fault> {
    let networks = row.json::<Vec<String>>(10)?.iter().map(|text| network(text)).collect::<Option<Vec<_>>>();
    Ok(MachineToken {
        id: row.text(0)?.to_owned(),
        secret_hash: row.hash(1)?,
        name: row.text(2)?.to_owned(),
        department: row.text(3)?.to_owned(),
        scopes: row.json(4)?,
        maker: PersonId::from_text(row.text(5)?),
        made_at: row.at(6)?,
        ends_at: row.at(7)?,
        used_at: row.opt_at(8)?,
        revoked_at: row.opt_at(9)?,
        networks: networks.ok_or(Fault::never("a token's network cannot be read"))?,
    })
}
