//! Passwords: argon2id on two threads of our own with a bounded queue, so that a flood of sign-ins costs neither memory
//! nor the whistles' time (T6). A password is never kept, logged or compared outside this file.

use super::leaked::Leaked;
use crate::domain::directory::Directory;
use crate::domain::guessable::Known;
use crate::domain::order::Weak;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher, Version};
use aws_lc_rs::constant_time;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Memory of one hash, KiB; passes; lanes; bytes out (SECURITY §4).
const COST: (u32, u32, u32, usize) = (19_456, 2, 1, 32);
const THREADS: usize = 2;
const QUEUE_MAX: usize = 32;
/// What an unknown name is checked against: well formed, of the same cost, and nobody's.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Blocks of 1 KiB that a thread asks for, more than it touches: allocators take pieces above 32 MiB from the system one
/// by one and give them back whole, smaller ones they keep.
const ROOM: usize = 33 * 1024;
/// A thread that had nothing to do for so long gives its memory back.
const QUIET: Duration = Duration::from_secs(2);
/// How long a sign-in waits for its turn and its hash.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Longest and shortest password that is taken, characters (T1); a longer one is refused before any hash.
pub const CHARACTERS: std::ops::RangeInclusive<usize> = 12..=128;

/// Common words that are long enough to pass the length rule; folded.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456123456",
    "111111111111",
    "000000000000",
    "888888888888",
    "666666666666",
    "qwertyuiopas",
    "qwertyuiop123",
    "qwerty123456",
    "password1234",
    "password12345",
    "passwordpassword",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "abcdefghijkl",
    "abcd12345678",
    "administrator",
    "admin1234567",
    "admin12345678",
    "letmeinletmein",
    "woaini1314520",
    "woaini520520",
    "iloveyou1234",
    "a123456789012",
    "aa1234567890",
    "zhongguo1234",
    "changeme1234",
    "welcome12345",
];

/// Judges a new password.
pub fn judge(password: &str) -> Result<(), Weak> {
    let characters: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
    let count = password.chars().count();
    if count < *CHARACTERS.start() {
        return Err(Weak::TooShort);
    }
    if count > *CHARACTERS.end() {
        return Err(Weak::TooLong);
    }
    let folded: String = characters.iter().collect();
    if COMMON.contains(&folded.as_str()) {
        return Err(Weak::Common);
    }
    let repeats = (1..=3).any(|period| characters.iter().zip(&characters[period..]).all(|(one, next)| one == next));
    if repeats { Err(Weak::Repeats) } else { Ok(()) }
}

/// What a district refuses beside that: what its own names give away, and what has leaked elsewhere.
#[derive(Debug, Clone, Default)]
pub struct PasswordRules {
    /// The district's own names.
    pub district: Vec<String>,
    pub leaked: Option<Arc<Leaked>>,
    /// Of capitals, small letters, digits and everything else so many kinds at least.
    pub kinds: usize,
}

/// How many of the four kinds of characters there are in a password.
fn kinds(password: &str) -> usize {
    let others = |c: char| !c.is_ascii_alphanumeric();
    let kinds: [fn(char) -> bool; 3] = [|c| c.is_ascii_uppercase(), |c| c.is_ascii_lowercase(), |c| c.is_ascii_digit()];
    kinds.iter().filter(|kind| password.chars().any(**kind)).count() + usize::from(password.chars().any(others))
}

impl PasswordRules {
    /// Judges the new password of somebody who goes by these names. Blocks for a few reads of the file.
    ///
    /// # Errors
    /// The file of leaked passwords cannot be read any longer.
    pub fn judge(&self, password: &str, directory: &Directory, owner: &[&str]) -> io::Result<Result<(), Weak>> {
        if let Err(why) = judge(password) {
            return Ok(Err(why));
        }
        if kinds(password) < self.kinds {
            return Ok(Err(Weak::Kinds));
        }
        let departments = directory.departments.iter().flat_map(|unit| [unit.name.as_str(), unit.short_name.as_str()]);
        let units = departments.chain(directory.towns.iter().map(|town| town.name.as_str()));
        let names = self.district.iter().map(String::as_str).chain(units).chain(owner.iter().copied());
        if Known::of(names).make_up(password) {
            return Ok(Err(Weak::Guessable));
        }
        let leaked = self.leaked.as_ref().map(|leaked| leaked.holds(password)).transpose()?;
        Ok(if leaked == Some(true) { Err(Weak::Leaked) } else { Ok(()) })
    }
}

/// One hash in PHC form; takes tens of milliseconds. `salt`: 16 random bytes.
pub fn hash(password: &str, salt: &[u8]) -> Result<String, argon2::password_hash::Error> {
    Ok(argon()?.hash_password_with_salt(password.as_bytes(), salt)?.to_string())
}

fn argon() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes, out) = COST;
    let params = Params::new(memory, passes, lanes, Some(out))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

struct Job {
    password: String,
    /// The stored hash, or none for an unknown name: then the same work is done for nothing.
    stored: Option<String>,
    answer: oneshot::Sender<bool>,
}

/// The threads that hash, each with a queue of its own.
#[derive(Debug)]
pub struct Hashers {
    lanes: Vec<SyncSender<Job>>,
    next: AtomicUsize,
}

/// The queues are full, or the turn did not come in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashersBusy;

impl Hashers {
    /// Starts the threads. They end with the last sender.
    pub fn start() -> Hashers {
        let lanes = (0..THREADS).map(|_| {
            let (lane, jobs) = sync_channel::<Job>(QUEUE_MAX / THREADS);
            std::thread::spawn(move || work(&jobs));
            lane
        });
        Hashers { lanes: lanes.collect(), next: AtomicUsize::new(0) }
    }

    /// Whether the password is the stored one. Known and unknown names cost one hash of the same parameters (T2).
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool, HashersBusy> {
        let (answer, verdict) = oneshot::channel();
        let mut job = Job { password: password.to_owned(), stored, answer };
        let first = self.next.fetch_add(1, Ordering::Relaxed) % THREADS;
        let (before, after) = self.lanes.split_at(first);
        for lane in after.iter().chain(before) {
            match lane.try_send(job) {
                Ok(()) => {
                    let verdict = tokio::time::timeout(WAIT_MAX, verdict).await;
                    return verdict.map_err(|_| HashersBusy)?.map_err(|_| HashersBusy);
                }
                Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) => job = back,
            }
        }
        Err(HashersBusy)
    }
}

fn work(jobs: &Receiver<Job>) {
    let blocks = argon().map_or(0, |argon| argon.params().block_count());
    // Kept while sign-ins follow each other: fresh memory would cost as much as the passes, and not the same on each
    // thread. Given back when it is quiet.
    let mut memory = Vec::new();
    loop {
        let quiet = if memory.is_empty() { Duration::MAX } else { QUIET };
        let job = match jobs.recv_timeout(quiet) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => {
                memory = Vec::new();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if job.answer.is_closed() {
            continue;
        }
        if memory.is_empty() {
            memory = Vec::with_capacity(blocks.max(ROOM));
            memory.resize(blocks, Block::default());
        }
        let known = job.stored.is_some();
        let good = matches(&job.password, job.stored.as_deref().unwrap_or(NOBODY), &mut memory);
        // Whoever asked may have gone.
        job.answer.send(known && good).ok();
    }
}

/// Hashes by the stored parameters, in memory that is at hand, and compares in constant time.
fn matches(password: &str, stored: &str, memory: &mut [Block]) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else { return false };
    let (Some(salt), Some(expected), Ok(params)) = (&parsed.salt, &parsed.hash, Params::try_from(&parsed)) else {
        return false;
    };
    let mut out = [0; COST.3];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hashed = argon.hash_password_into_with_memory(password.as_bytes(), salt.as_ref(), &mut out, memory);
    hashed.is_ok() && constant_time::verify_slices_are_equal(&out, expected.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t01_password_table() {
        let cases = [
            ("elevenchars", Err(Weak::TooShort)),
            ("twelve chars", Ok(())),
            ("粉尘涉爆有限空间涉氨制冷", Ok(())),
            ("Password1234", Err(Weak::Common)),
            ("aaaaaaaaaaaaaaa", Err(Weak::Repeats)),
            ("abcabcabcabcabc", Err(Weak::Repeats)),
            ("whistle-demo", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(judge(password), expected, "{password}");
        }
        assert_eq!(judge(&"长x".repeat(65)), Err(Weak::TooLong));
    }

    #[test]
    fn t01_a_district_that_asks_for_kinds_of_characters_counts_four() {
        let rules = PasswordRules { kinds: 3, ..PasswordRules::default() };
        let judged = |password: &str| rules.judge(password, &Directory::default(), &[]).unwrap();
        for password in ["Regen-und-Wind", "regen-und-wind-4711", "REGEN4711wind", "粉尘涉爆有限空间a9涉氨"] {
            assert_eq!(judged(password), Ok(()), "{password}");
        }
        for password in ["regenundwindundschnee", "regen-und-wind", "REGENundWIND", "粉尘涉爆有限空间涉氨制冷"]
        {
            assert_eq!(judged(password), Err(Weak::Kinds), "{password}");
            assert!(PasswordRules::default().judge(password, &Directory::default(), &[]).unwrap().is_ok());
        }
    }

    #[test]
    fn a_hash_matches_its_password_only() {
        let stored = hash("whistle-demo", &[7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let mut memory = vec![Block::default(); argon().unwrap().params().block_count()];
        assert!(PasswordHash::new(NOBODY).is_ok() && !matches("", NOBODY, &mut memory), "nobody is hashed for nothing");
        let mut fits = |password| matches(password, &stored, &mut memory);
        assert!(fits("whistle-demo") && !fits("whistle-demo ") && fits("whistle-demo"), "used memory does no harm");
    }
}
