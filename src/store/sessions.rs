//! Sign-ins, found by the hash of a secret and never by the secret. Whether a session still counts (revoked, ended, idle)
//! is the caller's question: this only says what is stored.

use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::session::{Door, Ending, Session};
use crate::ids::PersonId;

/// The newest first.
const OF_PERSON: &str = "
    SELECT s.id, s.secret_hash, s.refresh_hash, s.person, s.door, s.made_at, s.used_at, s.ends_at, s.revoked_at,
      s.ended_by, s.epoch, s.refreshed_at, COALESCE(e.epoch, 0), s.proven_at,
      (SELECT p.initial_until FROM passwords p WHERE p.person = s.person),
      (SELECT d.last FROM series d WHERE d.name = 'directory'),
      (SELECT COUNT(*) FROM factors f WHERE f.person = s.person),
      (SELECT p.chosen_at FROM passwords p WHERE p.person = s.person)
    FROM sessions s LEFT JOIN epochs e ON e.person = s.person
    WHERE s.person = $1 AND s.revoked_at IS NULL AND s.ends_at > $2 AND s.epoch = COALESCE(e.epoch, 0)
    ORDER BY s.made_at DESC, s.id";
const BY_SECRET: &str = "
    SELECT s.id, s.secret_hash, s.refresh_hash, s.person, s.door, s.made_at, s.used_at, s.ends_at, s.revoked_at,
      s.ended_by, s.epoch, s.refreshed_at, COALESCE(e.epoch, 0), s.proven_at,
      (SELECT p.initial_until FROM passwords p WHERE p.person = s.person),
      (SELECT d.last FROM series d WHERE d.name = 'directory'),
      (SELECT COUNT(*) FROM factors f WHERE f.person = s.person),
      (SELECT p.chosen_at FROM passwords p WHERE p.person = s.person)
    FROM sessions s LEFT JOIN epochs e ON e.person = s.person WHERE s.secret_hash = $1";
const EPOCH: &str = "SELECT epoch FROM epochs WHERE person = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_PERSON, BY_SECRET, EPOCH];

/// A session beside the epoch in which its person lives by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub session: Session,
    pub epoch: i64,
    /// Its owner's password was drawn by the hub, and another one has to be chosen first.
    pub drawn: bool,
    /// When its owner chose the password, where that is known.
    pub chosen_at: Option<At>,
    /// Its owner has a second factor.
    pub has_factor: bool,
    /// The directory's version at the same moment.
    pub directory: i64,
}

/// The session whose secret has this SHA-256, revoked and ended ones too.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn by_secret(reading: &mut Reading<'_>, hash: &[u8; 32]) -> Result<Option<Found>, Fault> {
    reading.row(BY_SECRET, &[hash.into()], found)
}

/// The sessions of a person that nobody has ended, the newest first; idle ones too.
pub fn of_person(reading: &mut Reading<'_>, person: &PersonId, now: At) -> Result<Vec<Session>, Fault> {
    reading.rows(OF_PERSON, &[person.into(), now.into()], |row| found(row).map(|found| found.session))
}

/// The epoch in which a person lives.
pub fn epoch(reading: &mut Reading<'_>, person: &PersonId) -> Result<i64, Fault> {
    Ok(reading.row(EPOCH, &[person.into()], |row| row.int(0))?.unwrap_or(0))
}

fn found(row: &Row<'_>) -> Result<Found, Fault> {
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
        ended_by: row.opt_text(9)?.and_then(Ending::parse),
        epoch: row.int(10)?,
        refreshed_at: row.opt_at(11)?,
        proven_at: row.at(13)?,
    };
    let (drawn, directory) = (row.opt_at(14)?.is_some(), row.opt_int(15)?.unwrap_or(0));
    let (has_factor, chosen_at) = (row.int(16)? > 0, row.opt_at(17)?);
    Ok(Found { session, epoch: row.int(12)?, drawn, chosen_at, has_factor, directory })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::whistles::tests::by_hand::{Desk, NOW};
    use crate::store::{Access, Chore};

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
            ended_by: None,
            epoch: 0,
            refreshed_at: None,
            proven_at: NOW,
        };
        let cookie = Session { id: "se_2".into(), secret_hash: [3; 32], refresh_hash: None, ..session.clone() };
        for one in [&session, &cookie] {
            let access = Access::OpenSession { session: Box::new(one.clone()), at_most: 3, awake_since: At(0) };
            desk.ledger.keep(Chore::Access(access)).await.unwrap();
        }
        let by = Ending::SignedOut;
        desk.ledger.keep(Chore::RevokeSession { secret_hash: [3; 32], at: NOW, by }).await.unwrap();
        let read =
            desk.ledger.read(|reading| Ok([[1; 32], [3; 32], [2; 32]].map(|hash| by_secret(reading, &hash).unwrap())));
        let revoked = Session { revoked_at: Some(NOW), ended_by: Some(by), ..cookie };
        let bare = Found {
            session: session.clone(),
            epoch: 0,
            drawn: false,
            chosen_at: None,
            has_factor: false,
            directory: 0,
        };
        let found = |session: Session| Some(Found { session, ..bare.clone() });
        assert_eq!(read.await.unwrap(), [found(session.clone()), found(revoked), None]);
        let person = session.person.clone();
        let own = desk.ledger.read(move |reading| of_person(reading, &person, NOW));
        assert_eq!(own.await.unwrap(), [session]);
    }
}
