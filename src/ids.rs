//! Typed ids and where they come from. An id prints with its prefix (`wh_…`), so a wrong one is seen in a log.
//! Ids order by time of making; they are names, never secrets, and nobody is addressed by one except a person.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Declares one id type: a prefix, a text, nothing else.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new id, drawn from the mint.
            pub fn new(mint: &mut Mint) -> Self {
                $name(format!(concat!($prefix, "_{}"), mint.draw()))
            }
            /// An id read back from the ledger or the wire; whether it exists is the reader's question.
            pub fn from_text(text: impl Into<String>) -> Self {
                $name(text.into())
            }
            /// The text as stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

id! {
    /// A whistle; on the wire it goes by its code.
    WhistleId = "wh";
    /// One department's summons.
    SummonsId = "su";
    /// Whose move, what, until when.
    ObligationId = "ob";
    /// A letter owed to a post.
    LetterId = "le";
    /// A text that law may erase.
    TextId = "tx";
    /// A file that was attached as proof.
    AttachmentId = "at";
    /// One sign-in of one person.
    PersonId = "pe";
    /// A joint visit; on the wire it goes by its code.
    VisitId = "vi";
    /// What a visit found.
    FindingId = "fi";
}

impl TextId {
    /// Made by a mint: releases before texts were kept apart wrote some words in this place themselves.
    pub fn is_sound(&self) -> bool {
        self.0.starts_with("tx_")
    }
}

/// What events, limits and letters hang on: a whistle with its summonses, a visit with its findings, or the directory. What
/// is written in a tree guards and raises the tree's version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(String);

impl TreeId {
    /// As stored; ids carry their kind.
    pub fn from_text(text: impl Into<String>) -> TreeId {
        TreeId(text.into())
    }

    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whistle, if it is one.
    pub fn whistle(&self) -> Option<WhistleId> {
        self.0.starts_with("wh_").then(|| WhistleId(self.0.clone()))
    }

    /// The visit, if it is one.
    pub fn visit(&self) -> Option<VisitId> {
        self.0.starts_with("vi_").then(|| VisitId(self.0.clone()))
    }
}

impl From<&WhistleId> for TreeId {
    fn from(id: &WhistleId) -> TreeId {
        TreeId(id.0.clone())
    }
}

impl From<&VisitId> for TreeId {
    fn from(id: &VisitId) -> TreeId {
        TreeId(id.0.clone())
    }
}

/// A seeded source of ids for one decision: the caller brings time and chance, so a decision stays pure.
#[derive(Debug)]
pub struct Mint {
    unix_ms: u64,
    drawn: u16,
    chance: ChaCha12Rng,
}

impl Mint {
    /// `unix_micros`: the decision's time, microseconds UTC. Same time and seed, same ids.
    pub fn new(unix_micros: i64, seed: u64) -> Self {
        Mint {
            unix_ms: u64::try_from(unix_micros / 1000).unwrap_or(0),
            drawn: 0,
            chance: ChaCha12Rng::seed_from_u64(seed),
        }
    }

    /// 12 hex digits of milliseconds, 4 of the place within the decision, 64 random bits: what one decision makes sorts
    /// in the order of its making.
    fn draw(&mut self) -> String {
        self.drawn = self.drawn.wrapping_add(1);
        format!("{:012x}{:04x}{:016x}", self.unix_ms, self.drawn, self.chance.next_u64())
    }

    /// A salt that keeps a stored digest from being guessed.
    pub fn salt(&mut self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.chance.fill_bytes(&mut salt);
        salt
    }
}

/// Puts a list into an order that the seed alone decides: whoever knows it finds the same again.
pub fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut chance = ChaCha12Rng::seed_from_u64(seed);
    for last in (1..list.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX) + 1;
        list.swap(last, usize::try_from(chance.next_u64() % bound).unwrap_or(last));
    }
}

/// The process's source of chance, injected like the clock: from the operating system, or seeded by a test.
#[derive(Debug)]
pub struct Chance(Mutex<ChaCha12Rng>);

impl Chance {
    /// Seeded by the operating system.
    pub fn system() -> Chance {
        Chance(Mutex::new(rand::make_rng()))
    }

    /// The same seed, the same course of events: for tests.
    pub fn seeded(seed: u64) -> Chance {
        Chance(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }

    /// A seed for one decision's [`Mint`].
    pub fn seed(&self) -> u64 {
        self.source().next_u64()
    }

    /// 256 bits that nobody can guess.
    pub fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.source().fill_bytes(&mut secret);
        secret
    }

    fn source(&self) -> MutexGuard<'_, ChaCha12Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes that hex of either case says; nothing where it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_their_kind_and_sort_by_time() {
        let early = WhistleId::new(&mut Mint::new(1_000_000, 9));
        let late = WhistleId::new(&mut Mint::new(2_000_000, 1));
        assert!(early.as_str().starts_with("wh_") && early < late);
    }

    #[test]
    fn hex_is_read_as_it_was_written_and_nothing_else_is() {
        assert_eq!(unhex(&hex(&[0, 9, 0xaf, 0xff])), Some(vec![0, 9, 0xaf, 0xff]));
        assert!(unhex("").is_some_and(|none| none.is_empty()));
        assert!(["a", "0g", "+1", "é"].iter().all(|text| unhex(text).is_none()));
    }
}
