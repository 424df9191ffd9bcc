//! What people come in with, as the pen writes it beside the decision that changed it: a hash, a sealed seed, hashes of
//! recovery codes. Nothing here is a secret that works, and nothing reads one back.

use super::super::sql::Call;
use crate::domain::credential::Credential;

const PASSWORD: &str = "INSERT INTO passwords (person, hash, initial_until, chosen_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, initial_until = excluded.initial_until,
      chosen_at = excluded.chosen_at";
const NO_PASSWORD: &str = "DELETE FROM passwords WHERE person = $1";
const FACTOR: &str = "INSERT INTO factors (person, sealed, step) VALUES ($1, $2, $3)
    ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, step = excluded.step, wrong = 0, wrong_since = NULL,
      barred_at = NULL";
const NO_FACTOR: &str = "DELETE FROM factors WHERE person = $1";
const NO_RECOVERY_CODES: &str = "DELETE FROM recovery_codes WHERE person = $1";
const RECOVERY_CODE: &str = "INSERT INTO recovery_codes (person, hash) VALUES ($1, $2)";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[PASSWORD, NO_PASSWORD, FACTOR, NO_FACTOR, NO_RECOVERY_CODES, RECOVERY_CODE];

/// Adds the statements that write one.
pub(super) fn add<'a>(calls: &mut Vec<Call<'a>>, credential: &'a Credential) {
    match credential {
        Credential::Password { person, hash, initial_until, chosen_at } => {
            let row = vec![person.into(), hash.into(), (*initial_until).into(), (*chosen_at).into()];
            calls.push(Call::of(PASSWORD, row));
        }
        Credential::NoPassword { person } => calls.push(Call::of(NO_PASSWORD, vec![person.into()])),
        Credential::Factor { person, sealed, step } => {
            calls.push(Call::of(FACTOR, vec![person.into(), sealed.into(), (*step).into()]));
        }
        Credential::NoFactor { person } => {
            calls.extend([NO_FACTOR, NO_RECOVERY_CODES].map(|text| Call::of(text, vec![person.into()])));
        }
        Credential::RecoveryCodes { person, hashes } => {
            calls.push(Call::of(NO_RECOVERY_CODES, vec![person.into()]));
            calls.extend(hashes.iter().map(|hash| Call::of(RECOVERY_CODE, vec![person.into(), hash.into()])));
        }
    }
}
