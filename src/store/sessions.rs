//! Sign-ins, found by the hash of a secret and never by the secret. Whether a session still counts (revoked, ended, idle)
//! is the caller's question: this only says what is stored.

use super::{Fault, Reading};
use crate::domain::session::{Door, Session};
use crate::ids::PersonId;

const BY_SECRET: &str = "
    SELECT s.id, s.secret_hash, s.refresh_hash, s.person, s.door, s.made_at, s.used_at, s.ends_at, s.revoked_at,
      s.proven_at, (SELECT p.initial_until FROM passwords p WHERE p.person = s.person),
      (SELECT d.last FROM series d WHERE d.name = 'directory')
    FROM sessions s WHERE s.secret_hash = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[BY_SECRET];

/// A session as it stands, with what else decides whether it still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub session: Session,
    /// Its owner's password was drawn by the hub and has to be chosen first.
    pub must_choose: bool,
    /// The directory's version at the same moment.
    pub directory: i64,
}

/// The session whose secret has this SHA-256, revoked and ended ones too.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn by_secret(reading: &mut Reading<'_>, hash: &[u8; 32]) -> Result<Option<Found>, Fault> {
    reading.row(BY_SECRET, &[hash.into()], |row| {
        let refresh_hash = row.opt_bytes(2)?.map(<[u8; 32]>::try_from).transpose();
        let session = Session {
            id: row.text(0)?.to_owned(),
            secret_hash: row.hash(1)?,
            refresh_hash: refresh_hash.map_err(|_| Fault::never("a stored hash has another length"))?,
            person: PersonId::from_text(row.text(3)?),
            door: row.word(4, Door::parse)?,
            made_at: row.at(5)?,
            used_at: row.at(6)?,
            ends_at: row.at(7)?,
            revoked_at: row.opt_at(8)?,
            proven_at: row.at(9)?,
        };
        let (must_choose, directory) = (row.opt_at(10)?.is_some(), row.opt_int(11)?.unwrap_or(0));
        Ok(Found { session, must_choose, directory })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Chore;
    use crate::store::whistles::tests::by_hand::{Desk, NOW};

    #[tokio::test]
    async fn a_session_is_found_by_its_secrets_hash_even_when_revoked() {
        let desk = Desk::open();
        let session = Session {
            id: "se_1".into(),
            secret_hash: [1; 32],
            refresh_hash: Some([2; 32]),
            person: PersonId::from_text("pe_office"),
            door: Door::Api,
            made_at: NOW,
            used_at: NOW,
            ends_at: NOW.plus_minutes(30),
            revoked_at: None,
            proven_at: NOW,
        };
        let cookie = Session { id: "se_2".into(), secret_hash: [3; 32], refresh_hash: None, ..session.clone() };
        for one in [&session, &cookie] {
            desk.ledger.keep(Chore::OpenSession(one.clone())).await.unwrap();
        }
        desk.ledger.keep(Chore::RevokeSession { secret_hash: [3; 32], at: NOW }).await.unwrap();
        let read = desk.ledger.read(|reading| {
            Ok([[1; 32], [3; 32], [2; 32]].map(|hash| by_secret(reading, &hash).unwrap().map(|one| one.session)))
        });
        let revoked = Session { revoked_at: Some(NOW), ..cookie };
        assert_eq!(read.await.unwrap(), [Some(session), Some(revoked), None]);
    }
}
