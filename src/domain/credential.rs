//! What a person comes in with, as the ledger keeps it: hashes and sealed seeds, never a password or a code. Nothing here
//! is ever printed: `Debug` names the person only.

use super::at::At;
use crate::ids::PersonId;
use std::fmt;

/// One credential as it shall stand.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// PHC string. `initial_until`: drawn by the hub, good once and until then; its owner chooses another at once.
    Password { person: PersonId, hash: String, initial_until: Option<At>, chosen_at: At },
    /// The password is gone: nobody comes in by it.
    NoPassword { person: PersonId },
    /// The sealed seed of a second factor and the last step whose code was taken.
    Factor { person: PersonId, sealed: String, step: i64 },
    /// The second factor and its recovery codes are gone.
    NoFactor { person: PersonId },
    /// SHA-256 of each recovery code; those of before are gone.
    RecoveryCodes { person: PersonId, hashes: Vec<[u8; 32]> },
}

impl Credential {
    /// Whose it is.
    pub fn person(&self) -> &PersonId {
        match self {
            Credential::Password { person, .. } | Credential::Factor { person, .. } => person,
            Credential::NoPassword { person } | Credential::NoFactor { person } => person,
            Credential::RecoveryCodes { person, .. } => person,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.person())
    }
}
