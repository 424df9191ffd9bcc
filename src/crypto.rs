//! The one place that seals: what the ledger keeps and a dump of it must not tell (seeds of second factors, informers),
//! and backups.
//! Every sealed text begins with its suite (`v1`: AES-256-GCM, HKDF-SHA256) and its key's name, so that keys can change
//! and another suite can come. Keys are handed in; none is made, stored or shown here, and no fault quotes anything.

use crate::ids::{hex, unhex};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, RandomizedNonceKey, UnboundKey};
use aws_lc_rs::{constant_time, digest, hkdf};

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

/// Guards the pieces of one file, each at its place: none is altered, swapped, left out or cut off unseen. With a key
/// nobody else reads them either; without one they only guard against accidents.
pub struct Frames {
    key: Option<LessSafeKey>,
    head: Vec<u8>,
    next: u64,
}

/// Bytes that a guard adds to a piece, at most.
pub const GUARD_BYTES: usize = 32;

impl Frames {
    /// `head`: what the file begins with; never the same twice under one key.
    pub fn new(secret: Option<&[u8]>, head: &[u8]) -> Result<Frames, NoSeal> {
        let key = |secret| {
            let purpose = format!("frames {}", hex(head));
            let key = UnboundKey::new(&AES_256_GCM, &derived(secret, &purpose)?).map_err(|_| NoSeal)?;
            Ok(LessSafeKey::new(key))
        };
        Ok(Frames { key: secret.map(key).transpose()?, head: head.to_vec(), next: 0 })
    }

    /// Guards the next piece.
    pub fn close(&mut self, piece: &mut Vec<u8>, last: bool) -> Result<(), NoSeal> {
        let (nonce, place) = self.step(last);
        match &self.key {
            Some(key) => key.seal_in_place_append_tag(nonce, Aad::from(place), piece).map_err(|_| NoSeal),
            None => {
                let digest = digest_of(&place, piece);
                piece.extend_from_slice(digest.as_ref());
                Ok(())
            }
        }
    }

    /// The next piece as it was; nothing if it is not that.
    pub fn open(&mut self, mut piece: Vec<u8>, last: bool) -> Option<Vec<u8>> {
        let (nonce, place) = self.step(last);
        let length = match &self.key {
            Some(key) => key.open_in_place(nonce, Aad::from(place), &mut piece).ok()?.len(),
            None => {
                let (plain, guard) = piece.split_at_checked(piece.len().checked_sub(GUARD_BYTES)?)?;
                constant_time::verify_slices_are_equal(digest_of(&place, plain).as_ref(), guard).ok()?;
                plain.len()
            }
        };
        piece.truncate(length);
        Some(piece)
    }

    /// The next place in this file: as a nonce, which is never used twice, and with everything that a piece is bound to.
    fn step(&mut self, last: bool) -> (Nonce, Vec<u8>) {
        let number = self.next.to_be_bytes();
        self.next += 1;
        let mut nonce = [0; NONCE_BYTES];
        nonce[NONCE_BYTES - number.len()..].copy_from_slice(&number);
        let place = [&self.head[..], &number, &[u8::from(last)]].concat();
        (Nonce::assume_unique_for_key(nonce), place)
    }
}

fn digest_of(place: &[u8], piece: &[u8]) -> digest::Digest {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&(place.len() as u64).to_be_bytes());
    hash.update(place);
    hash.update(piece);
    hash.finish()
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

    #[test]
    fn a_piece_opens_at_its_place_in_its_file_and_nowhere_else() {
        for secret in [None, Some(&[3; 32][..])] {
            let file = |head: &[u8]| Frames::new(secret, head).unwrap();
            let mut pieces = [b"one".to_vec(), b"two".to_vec()];
            let mut writer = file(b"head");
            writer.close(&mut pieces[0], false).unwrap();
            writer.close(&mut pieces[1], true).unwrap();
            let read = |head: &[u8], order: [(usize, bool); 2]| {
                let mut reader = file(head);
                order.map(|(at, last)| reader.open(pieces[at].clone(), last))
            };
            assert_eq!(read(b"head", [(0, false), (1, true)]), [Some(b"one".to_vec()), Some(b"two".to_vec())]);
            assert_eq!(read(b"head", [(1, false), (0, true)]), [None, None], "swapped");
            assert_eq!(read(b"head", [(0, true), (1, false)]), [None, None], "cut off, or made longer");
            assert_eq!(read(b"HEAD", [(0, false), (1, true)]), [None, None], "another file's");
            let mut other = Frames::new(Some(&[4; 32]), b"head").unwrap();
            assert_eq!(other.open(pieces[0].clone(), false), None, "another key");
            assert_eq!(file(b"head").open(b"short".to_vec(), false), None);
        }
    }
}
