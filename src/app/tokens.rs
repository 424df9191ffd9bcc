//! Access tokens: one key, one algorithm (EdDSA), ten minutes. The token's `sid` is a secret whose hash finds the
//! session, so a stolen key without sessions mints nothing (T10). Whatever is wrong with a token, the caller hears
//! nothing more than "no".

use super::Hub;
use crate::crypto::NoSeal;
use crate::domain::at::At;
use crate::ids::{PersonId, hex};
use crate::store::Fault;
use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Seconds that a token lives.
pub(super) const LIFE_SECONDS: i64 = 600;
/// Seconds that clocks may differ.
const LEEWAY_SECONDS: i64 = 5;
/// Longest token that is looked at, bytes.
const TOKEN_BYTES_MAX: usize = 2048;
/// Tokens whose signature is remembered; past it all are forgotten and proven anew.
const PROVEN_MAX: usize = 4096;
const ISSUER: &str = "whistle-hub";
const AUDIENCE: &str = "whistle-hub-api";
const TYPE: &str = "at+jwt";

/// The claims, all of them required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    sid: String,
}

/// A sound token, as it concerns whoever bears it.
pub(super) struct Sound {
    pub(super) subject: String,
    /// The session's.
    pub(super) secret: String,
    /// From then on the token is refused.
    pub(super) until: At,
}

/// The one signing key.
pub(super) struct TokenKey {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Claims of tokens whose signature was good, by the token's digest: a client signs in once and asks often.
    /// What the claims say, and whether the session lives, is judged anew each time.
    proven: Mutex<HashMap<[u8; 32], Claims>>,
}

/// The bytes make no key.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    #[error("the signing key is no Ed25519 key in PKCS #8")]
    Token,
    #[error(transparent)]
    Seal(#[from] NoSeal),
}

impl TokenKey {
    /// Reads a key pair (PKCS #8).
    pub(super) fn read(pkcs8: &[u8]) -> Result<TokenKey, BadKey> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| BadKey::Token)?;
        let public = pair.public_key().as_ref();
        let kid = hex(&public[..8.min(public.len())]);
        Ok(TokenKey {
            kid,
            encoding: EncodingKey::from_ed_der(pkcs8),
            decoding: DecodingKey::from_ed_der(public),
            proven: Mutex::default(),
        })
    }

    /// Signs a token for a session.
    fn sign(&self, subject: &str, sid: &str, now: At) -> Option<String> {
        let seconds = now.0.div_euclid(1_000_000);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        header.typ = Some(TYPE.to_owned());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: subject.to_owned(),
            exp: seconds + LIFE_SECONDS,
            nbf: seconds,
            iat: seconds,
            sid: sid.to_owned(),
        };
        jsonwebtoken::encode(&header, &claims, &self.encoding).ok()
    }

    /// What a sound token says.
    pub(super) fn read_token(&self, token: &str, now: At) -> Option<Sound> {
        let claims = self.proven_claims(token)?;
        let seconds = now.0.div_euclid(1_000_000);
        // Claims may be any number: nothing is added to them.
        let timely = claims.exp > seconds - LEEWAY_SECONDS
            && claims.nbf <= seconds + LEEWAY_SECONDS
            && claims.iat <= seconds + LEEWAY_SECONDS
            && claims.exp.checked_sub(claims.iat).is_some_and(|life| (1..=LIFE_SECONDS).contains(&life));
        let ours = claims.iss == ISSUER && claims.aud == AUDIENCE;
        let until = At((claims.exp.checked_add(LEEWAY_SECONDS)?).checked_mul(1_000_000)?);
        (timely && ours).then_some(Sound { subject: claims.sub, secret: claims.sid, until })
    }

    /// The claims of a token that this key has signed, whatever they say.
    fn proven_claims(&self, token: &str) -> Option<Claims> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
        let proven = || self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = proven().get(&digest) {
            return Some(claims.clone());
        }
        if !self.header_is_ours(token) {
            return None;
        }
        // Signature and algorithm are the library's; every claim is ours to judge: it leaves `nbf`, `iat` and `sid`
        // alone and takes the host's clock.
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &rules).ok()?.claims;
        let mut proven = proven();
        if proven.len() >= PROVEN_MAX {
            proven.clear();
        }
        proven.insert(digest, claims.clone());
        Some(claims)
    }

    /// The header is exactly `alg kid typ`, and they are ours.
    fn header_is_ours(&self, token: &str) -> bool {
        let Some(text) = token.split('.').next().and_then(from_base64url) else { return false };
        let Ok(serde_json::Value::Object(header)) = serde_json::from_slice(&text) else { return false };
        let is = |name: &str, value: &str| header.get(name).and_then(serde_json::Value::as_str) == Some(value);
        header.len() == 3 && is("alg", "EdDSA") && is("kid", &self.kid) && is("typ", TYPE)
    }
}

/// An access token for the session of this secret.
pub(super) fn sign(hub: &Hub, person: &PersonId, secret: &str) -> Result<String, Fault> {
    let token = hub.doorkeeper.token_key().sign(person.as_str(), secret, hub.now());
    token.ok_or_else(|| Fault::never("a token could not be signed"))
}

/// A new key pair, PKCS #8.
pub fn new_key() -> Option<Vec<u8>> {
    Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).ok().map(|key| key.as_ref().to_vec())
}

/// Reads unpadded base64url; a token's header is short, so this need not be fast.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(out)
}
