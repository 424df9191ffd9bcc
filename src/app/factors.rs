//! Second factors (T4): time-based codes by RFC 6238 over the cryptography that everything else uses, and recovery codes.
//! A seed is sealed for its owner's row; a code is good once, on whichever replica it comes first.

use super::asked::Asked;
use super::people::Whence;
use super::sessions::{self, sha256};
use super::{Hub, Undone, trail};
use crate::domain::at::{At, DAY_MINUTES};
use crate::domain::credential::Credential;
use crate::domain::decision::{Change, Refusal};
use crate::domain::order::{Clash, FaultCode, Field, Kind, Spec, TEXT_MAX, read};
use crate::domain::trail::SecurityKind;
use crate::ids::PersonId;
use crate::store::people::Factor;
use crate::store::{self, Chore, Kept, people as stored};
use aws_lc_rs::hmac;
use serde_json::json;

/// Seconds of one step; how many beside the present one are taken, for phones drift.
const STEP_SECONDS: i64 = 30;
const DRIFT: i64 = 1;
const DIGITS: usize = 6;
/// Of a seed: 160 bits.
const SEED_BYTES: usize = 20;
/// Recovery codes, of 80 bits each.
const RECOVERY_CODES: usize = 10;
const RECOVERY_BYTES: usize = 10;
/// A device that is being enrolled has so long to show its first code, minutes.
const ENROL_MINUTES: i64 = 15;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Wrong codes after a right password within so many days: somebody else knows that password. From then on no code is taken
/// before a security administrator takes the factor away; recovery codes are, for nobody guesses those (T4).
const WRONG_MAX: i64 = 100;
const WRONG_DAYS: i64 = 30;

/// The body of `POST /me/totp/confirm`.
pub static CONFIRM: Spec = Spec {
    name: "ConfirmTotpOrder",
    fields: &[
        Field::required("enrolment", Kind::Text { max: TEXT_MAX }),
        Field::required("code", Kind::Text { max: TEXT_MAX }),
    ],
};

/// A seed on its way to a device. Nothing is kept of it before the device has shown a code.
#[derive(Clone)]
pub struct Enrolment {
    /// As people type it: base32.
    pub secret: String,
    /// `otpauth://…`, as devices read it.
    pub uri: String,
    /// The same, sealed, to come back with the first code.
    pub sealed: String,
}

/// Whether this code lets in: a step that is new, or a recovery code that is left. It is used up with that.
pub(super) async fn passes(hub: &Hub, person: &PersonId, factor: &Factor, code: Option<&str>) -> Result<bool, Undone> {
    let Some(code) = code.map(plain) else { return Ok(false) };
    if code.len() != DIGITS {
        let hash = sha256(code.as_bytes());
        let used = hub.ledger.keep(Chore::UseRecoveryCode { person: person.clone(), hash }).await?;
        let good = used != Kept::Done(0);
        if good {
            trail::note(hub, SecurityKind::RecoveryUsed, person).await?;
        }
        return Ok(good);
    }
    let seed = hub.unseal(&bound_to(person), &factor.sealed);
    let seed = seed.ok_or(store::Fault::never("a second factor's seed does not open"))?;
    if factor.barred {
        return Ok(false);
    }
    let Some(step) = step_of(&seed, &code, hub.now()).filter(|step| *step > factor.step) else {
        count_wrong(hub, person).await?;
        return Ok(false);
    };
    let used = hub.ledger.keep(Chore::UseStep { person: person.clone(), step }).await?;
    Ok(used != Kept::Done(0))
}

async fn count_wrong(hub: &Hub, person: &PersonId) -> Result<(), Undone> {
    let at = hub.now();
    let since = at.plus_minutes(-WRONG_DAYS * DAY_MINUTES);
    hub.ledger.keep(Chore::WrongCode { person: person.clone(), at, since }).await?;
    let barred = hub.ledger.keep(Chore::BarCodes { person: person.clone(), at, most: WRONG_MAX }).await?;
    if barred != Kept::Done(0) {
        trail::note(hub, SecurityKind::CodesBarred, person).await?;
    }
    Ok(())
}

/// A seed for the device of whoever asks.
pub fn enrol(hub: &Hub, whence: Whence<'_>) -> Result<Enrolment, Undone> {
    sessions::must_be_proven(hub, whence.present)?;
    let actor = &whence.present.actor;
    let seed = &hub.chance.secret()[..SEED_BYTES];
    let mut plain = hub.now().0.to_be_bytes().to_vec();
    plain.extend(seed);
    let secret = base32(seed);
    Ok(Enrolment {
        uri: format!("otpauth://totp/whistle-hub:{}?secret={secret}&issuer=whistle-hub", actor.username),
        secret,
        sealed: hub.seal(&format!("enrolment {}", actor.person), &plain)?,
    })
}

/// The device has shown its first code: from now on it is asked for. Answers the recovery codes, once.
pub async fn confirm(hub: &Hub, asked: Asked<'_>, whence: Whence<'_>) -> Result<Vec<String>, Undone> {
    sessions::must_be_proven(hub, whence.present)?;
    let (person, now) = (&asked.actor.person, hub.now());
    let (reader, mut faults) = read(&CONFIRM, asked.node()?);
    let (enrolment, code) = (reader.text("enrolment"), reader.text("code"));
    let seed = enrolment.as_ref().and_then(|sealed| enrolled(hub, person, sealed, now));
    if enrolment.is_some() && seed.is_none() {
        faults.add(reader.pointer("enrolment"), FaultCode::NoSuch);
    }
    let step = seed.as_ref().zip(code.as_ref()).and_then(|(seed, code)| step_of(seed, &plain(code), now));
    if seed.is_some() && code.is_some() && step.is_none() {
        faults.add(reader.pointer("code"), FaultCode::Clash(Clash::WrongCode));
    }
    let (seed, step) = faults.judge(seed.zip(step)).map_err(Refusal::Faults)?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(hub)).collect();
    let hashes = codes.iter().map(|code| sha256(plain(code).as_bytes())).collect();
    let sealed = hub.seal(&bound_to(person), &seed)?;
    // Whoever came in by what is no longer asked for stays nowhere (T8): before the factor is another, so that a crash between the
    // two ends one session too many and leaves none.
    sessions::sign_out_elsewhere(hub, whence).await?;
    let mut change = Change::default();
    change.credentials.push(Credential::Factor { person: person.clone(), sealed, step });
    change.credentials.push(Credential::RecoveryCodes { person: person.clone(), hashes });
    change.trail.push(trail::by(SecurityKind::TotpEnrolled, whence, json!({})));
    hub.commit(change, now).await?;
    Ok(codes)
}

/// The owner gives the second factor up.
pub async fn remove(hub: &Hub, whence: Whence<'_>) -> Result<(), Undone> {
    sessions::must_be_proven(hub, whence.present)?;
    let person = whence.present.actor.person.clone();
    if standing(hub, &person).await?.is_some() {
        sessions::sign_out_elsewhere(hub, whence).await?;
    }
    let mut change = Change::default();
    change.credentials.push(Credential::NoFactor { person });
    change.trail.push(trail::by(SecurityKind::TotpRemoved, whence, json!({})));
    hub.commit(change, hub.now()).await?;
    Ok(())
}

/// Whether the person has a second factor, and how many recovery codes are left.
pub async fn standing(hub: &Hub, person: &PersonId) -> Result<Option<i64>, Undone> {
    let person = person.clone();
    let read = hub.ledger.read(move |reading| {
        let has = stored::credentials(reading, &person)?.is_some_and(|one| one.factor.is_some());
        Ok(if has { Some(stored::recovery_codes(reading, &person)?) } else { None })
    });
    Ok(read.await?)
}

/// The seed of an enrolment that this person began and that is not too old.
fn enrolled(hub: &Hub, person: &PersonId, sealed: &str, now: At) -> Option<Vec<u8>> {
    let opened = hub.unseal(&format!("enrolment {person}"), sealed)?;
    let (begun, seed) = opened.split_first_chunk::<8>()?;
    let fresh = now < At(i64::from_be_bytes(*begun)).plus_minutes(ENROL_MINUTES);
    fresh.then(|| seed.to_vec())
}

/// A sealed seed opens in its owner's row only.
fn bound_to(person: &PersonId) -> String {
    format!("totp {person}")
}

/// Spaces and hyphens are how people read codes, not what they are.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

fn recovery_code(hub: &Hub) -> String {
    let code = base32(&hub.chance.secret()[..RECOVERY_BYTES]).to_lowercase();
    let groups: Vec<&str> = [0, 4, 8, 12].iter().filter_map(|at| code.get(*at..*at + 4)).collect();
    groups.join("-")
}

/// The step whose code this is, the newest first.
fn step_of(seed: &[u8], code: &str, now: At) -> Option<i64> {
    let present = now.0 / 1_000_000 / STEP_SECONDS;
    let same = |step: &i64| {
        let ours = code_of(seed, *step);
        aws_lc_rs::constant_time::verify_slices_are_equal(ours.as_bytes(), code.as_bytes()).is_ok()
    };
    (present - DRIFT..=present + DRIFT).rev().find(same)
}

/// RFC 6238 by HMAC-SHA-1, the one that every device speaks: what makes it weak elsewhere does no harm under a MAC.
fn code_of(seed: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes.last().copied().unwrap_or(0) & 15);
    let word = bytes.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok()).unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

/// RFC 4648, without padding.
fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Its appendix B, the last six of eight digits.
        let seed = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_of(seed, seconds / STEP_SECONDS), code, "{seconds}");
            let now = |moved: i64| At((seconds + moved) * 1_000_000);
            assert_eq!(step_of(seed, code, now(30)), Some(seconds / STEP_SECONDS), "{seconds}");
            assert_eq!(step_of(seed, code, now(90)), None, "{seconds}");
        }
    }

    #[test]
    fn seeds_are_written_as_rfc_4648_says() {
        for (plain, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), text, "{plain}");
        }
    }
}
