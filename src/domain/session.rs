//! A sign-in as the ledger keeps it: hashes of secrets, never secrets. One table serves both doors.
//! Whether a session still holds is asked at every request; nothing here asks the time.

use super::at::At;
use super::terms::words;
use crate::ids::PersonId;

words!(
    /// Which door a session came in by.
    Door { Cookie = "cookie", Api = "api", }
);

/// One session of one person in one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    /// SHA-256 of the secret in the cookie, or of the token's `sid`.
    pub secret_hash: [u8; 32],
    /// SHA-256 of the refresh secret of an API session.
    pub refresh_hash: Option<[u8; 32]>,
    pub person: PersonId,
    pub door: Door,
    pub made_at: At,
    pub used_at: At,
    pub ends_at: At,
    pub revoked_at: Option<At>,
    /// When its owner last gave a password or a code.
    pub proven_at: At,
}
