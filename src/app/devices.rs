//! Browsers that somebody has signed in from before. Each has a budget of its own for failed tries, so that a flood of
//! wrong passwords from elsewhere keeps nobody out (T3). A browser holds proofs, never a secret of the sign-in; the hub
//! keeps nothing of it.

use super::Hub;
use crate::domain::at::{At, MINUTE};
use crate::ids::hex;
use aws_lc_rs::constant_time;

/// How long a browser stays known, days.
pub const DAYS: i64 = 90;
/// People that one browser knows: a duty room has one computer and several officers.
const PEOPLE_MAX: usize = 8;
/// Hex digits of a proof: what tells it from others, when it was given, the seal.
const PARTS: [usize; 3] = [32, 16, 32];
const PROOF: usize = PARTS[0] + PARTS[1] + PARTS[2];

/// What is counted for a browser that this person has signed in from; nothing if it is not known. `name`: the digest of
/// the folded name.
pub(super) fn known(hub: &Hub, name: &[u8; 32], shown: &str) -> Option<[u8; 32]> {
    let proof = proofs(shown).find(|proof| is_of(hub, name, proof))?;
    let given = i64::from_str_radix(&proof[PARTS[0]..PARTS[0] + PARTS[1]], 16).ok()?;
    let age = hub.now().0 - given;
    (0..DAYS * 24 * 60 * MINUTE).contains(&age).then(|| hub.mac("device budget", proof.as_bytes()))
}

/// What the browser is given when this person has signed in: a new proof before those of others.
pub(super) fn remembered(hub: &Hub, name: &[u8; 32], shown: &str) -> String {
    let of_others = proofs(shown).filter(|proof| !is_of(hub, name, proof)).take(PEOPLE_MAX - 1);
    let own = fresh(hub, name, hub.now());
    std::iter::once(own).chain(of_others.map(str::to_owned)).collect::<Vec<_>>().join(".")
}

fn fresh(hub: &Hub, name: &[u8; 32], now: At) -> String {
    let open = format!("{}{:016x}", hex(&hub.chance.secret()[..PARTS[0] / 2]), now.0);
    let seal = seal(hub, name, &open);
    format!("{open}{seal}")
}

fn seal(hub: &Hub, name: &[u8; 32], open: &str) -> String {
    let bound = [name.as_slice(), open.as_bytes()].concat();
    hex(&hub.mac("device", &bound)[..PARTS[2] / 2])
}

fn is_of(hub: &Hub, name: &[u8; 32], proof: &str) -> bool {
    let (open, given) = proof.split_at(PARTS[0] + PARTS[1]);
    constant_time::verify_slices_are_equal(seal(hub, name, open).as_bytes(), given.as_bytes()).is_ok()
}

/// The proofs in a cookie, whoever's.
fn proofs(shown: &str) -> impl Iterator<Item = &str> {
    let well_formed = |proof: &&str| proof.len() == PROOF && proof.bytes().all(|byte| byte.is_ascii_hexdigit());
    shown.split('.').take(PEOPLE_MAX).filter(well_formed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::http::tests::hub;
    use std::sync::Arc;

    #[tokio::test]
    async fn t03_a_browser_is_known_to_whom_it_was_given_and_for_ninety_days() {
        let mut hub = hub();
        let clock = ManualClock::new(hub.now());
        hub.clock = Arc::new(clock.clone());
        let [li, wang, nobody] = [[1; 32], [2; 32], [3; 32]];
        let one = remembered(&hub, &li, "");
        let both = remembered(&hub, &wang, &one);
        let li_known = known(&hub, &li, &both).unwrap();
        assert!(
            known(&hub, &wang, &both).is_some_and(|counted| counted != li_known)
                && li_known == known(&hub, &li, &one).unwrap()
        );
        assert_eq!((known(&hub, &nobody, &both), known(&hub, &wang, &one)), (None, None));
        let mut forged = one.clone().into_bytes();
        for at in [0, 40, PROOF - 1] {
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(known(&hub, &li, std::str::from_utf8(&forged).unwrap()), None, "{at}");
        }
        for odd in ["", ".", "x", &one[1..], &format!("{one}0"), &"粉".repeat(40)] {
            assert_eq!(known(&hub, &li, odd), None, "{odd}");
        }
        let crowded = (0..20).fold(one.clone(), |shown, number| remembered(&hub, &[number + 10; 32], &shown));
        assert!(crowded.len() < PEOPLE_MAX * (PROOF + 1) && known(&hub, &li, &crowded).is_none());
        assert_eq!(remembered(&hub, &li, &one).len(), PROOF, "one proof for each person");
        clock.advance(DAYS * 24 * 60 - 1);
        assert!(known(&hub, &li, &one).is_some());
        clock.advance(1);
        assert_eq!(known(&hub, &li, &one), None);
    }
}
