//! The one place that seals: what the ledger keeps and a dump of it must not tell (seeds of second factors, informers).
//! Every sealed text begins with its suite (`v1`: AES-256-GCM, HKDF-SHA256) and its key's name, so that keys can change
//! and another suite can come. Keys are handed in; none is made, stored or shown here, and no fault quotes anything.

use crate::ids::{hex, unhex};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;

const SUITE: &str = "v1";
const NONCE_BYTES: usize = 12;

/// The system gives no random bytes, or a key has not the length of one.
#[derive(Debug, thiserror::Error)]
#[error("the key does not seal")]
pub struct NoSeal;

/// A key for one purpose, drawn from a secret that serves several: none of them tells another.
pub fn derived(secret: &[u8], purpose: &str) -> Result<[u8; 32], NoSeal> {
    let info = [purpose.as_bytes()];
    let whole = hkdf::Salt::new(hkdf::HKDF_SHA256, b"whistle-hub v1").extract(secret);
    let mut key = [0; 32];
    let drawn = whole.expand(&info, hkdf::HKDF_SHA256).and_then(|drawn| drawn.fill(&mut key));
    drawn.map(|()| key).map_err(|_| NoSeal)
}

/// Seals with the newest key and opens with any.
pub struct Sealer(Vec<Named>);

struct Named {
    name: String,
    key: RandomizedNonceKey,
}

impl Sealer {
    /// `secrets`: one for each key, the newest first.
    pub fn new<'s>(secrets: impl Iterator<Item = &'s [u8]>) -> Result<Sealer, NoSeal> {
        let named = secrets.map(|secret| {
            let name = hex(&derived(secret, "name of the seal")?[..4]);
            let key = RandomizedNonceKey::new(&AES_256_GCM, &derived(secret, "seal")?).map_err(|_| NoSeal)?;
            Ok(Named { name, key })
        });
        Ok(Sealer(named.collect::<Result<_, _>>()?))
    }

    /// `v1:<key>:<hex>`. It opens for the same `bound_to` only: purpose and owner (`totp pe_1`), so that nobody who can
    /// write to the ledger moves it to another row.
    pub fn seal(&self, bound_to: &str, plain: &[u8]) -> Result<String, NoSeal> {
        let Named { name, key } = self.0.first().ok_or(NoSeal)?;
        let mut sealed = plain.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(bound_to.as_bytes()), &mut sealed).map_err(|_| NoSeal)?;
        Ok(format!("{SUITE}:{name}:{}{}", hex(nonce.as_ref()), hex(&sealed)))
    }

    /// What was sealed; nothing if it was altered, is bound to something else, or its key is not here.
    pub fn open(&self, bound_to: &str, sealed: &str) -> Option<Vec<u8>> {
        let (name, digits) = sealed.strip_prefix(SUITE)?.strip_prefix(':')?.split_once(':')?;
        let key = &self.0.iter().find(|named| named.name == name)?.key;
        let bytes = unhex(digits)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(bound_to.as_bytes()), &mut sealed).ok()?;
        Some(plain.to_vec())
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secrets: &[[u8; 32]]) -> Sealer {
        Sealer::new(secrets.iter().map(<[u8; 32]>::as_slice)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_where_it_belongs_and_nowhere_else() {
        let ours = sealer(&[[1; 32]]);
        let sealed = ours.seal("totp pe_1", "种子".as_bytes()).unwrap();
        assert!(sealed.starts_with("v1:") && !sealed.contains(&hex("种子".as_bytes())), "{sealed}");
        assert_ne!(sealed, ours.seal("totp pe_1", "种子".as_bytes()).unwrap(), "twins are told apart by nobody");
        assert_eq!(ours.open("totp pe_1", &sealed).as_deref(), Some("种子".as_bytes()));
        assert_eq!(ours.open("totp pe_2", &sealed), None, "moved to another row");
        assert_eq!(sealer(&[[2; 32]]).open("totp pe_1", &sealed), None, "another key");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(ours.open("totp pe_1", &String::from_utf8(bytes).unwrap()), None, "altered at {at}");
            assert_eq!(ours.open("totp pe_1", &sealed[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn the_newest_key_seals_and_the_older_ones_still_open() {
        let old = sealer(&[[1; 32]]).seal("a", b"b").unwrap();
        let both = sealer(&[[2; 32], [1; 32]]);
        assert_eq!(both.open("a", &old).as_deref(), Some(&b"b"[..]));
        let new = both.seal("a", b"b").unwrap();
        assert_eq!(sealer(&[[1; 32]]).open("a", &new), None);
        assert_eq!(sealer(&[[2; 32]]).open("a", &new).as_deref(), Some(&b"b"[..]));
    }

    #[test]
    fn a_key_for_one_purpose_tells_nothing_of_another() {
        let [a, b] = ["seal", "mac"].map(|purpose| derived(&[7; 32], purpose).unwrap());
        assert!(a != b && a != [7; 32]);
    }
}
