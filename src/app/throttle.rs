//! Failed sign-ins are counted, good ones never, and nobody is locked out: ten in fifteen minutes per name, a hundred per
//! address, ten for a browser that the person has used before, which counts for itself alone (T3). Names are counted under a
//! keyed digest, so unknown ones count alike and the table holds nobody's name. A firm's links are counted here, too: ten that
//! are none for an address, and all that is sent by one, twenty a day (T28).

use super::Undone;
use crate::domain::at::{At, DAY_MINUTES, MINUTE};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

const WINDOW_MINUTES: i64 = 15;
const PER_NAME_MAX: usize = 10;
const PER_ADDRESS_MAX: usize = 100;
const PER_DEVICE_MAX: usize = 10;
const PER_GUESSER_MAX: usize = 10;
const PER_LINK_MAX: usize = 20;
/// Rows of the table; past it what is over goes, and all of it if nothing is: a flood must not fill the memory.
const ROWS_MAX: usize = 100_000;

/// Bits of an IPv6 address that are one customer's.
const PREFIX_6: u32 = 64;

/// What a failed try counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    /// A keyed digest of the folded name.
    Name([u8; 32]),
    /// Of a [`customer`].
    Address(IpAddr),
    /// A digest of what a known browser has shown.
    Device([u8; 32]),
    /// A [`customer`] who tries links of firms that are none.
    Guesser(IpAddr),
    /// A link of a firm, by its token's digest: all that is sent by it.
    Link([u8; 32]),
}

impl Counted {
    /// How many, within how many minutes.
    fn budget(self) -> (usize, i64) {
        match self {
            Counted::Name(_) => (PER_NAME_MAX, WINDOW_MINUTES),
            Counted::Address(_) => (PER_ADDRESS_MAX, WINDOW_MINUTES),
            Counted::Device(_) => (PER_DEVICE_MAX, WINDOW_MINUTES),
            Counted::Guesser(_) => (PER_GUESSER_MAX, WINDOW_MINUTES),
            Counted::Link(_) => (PER_LINK_MAX, DAY_MINUTES),
        }
    }

    /// Whether what was counted then still counts.
    fn is_recent(self, at: At, now: At) -> bool {
        now.0 - at.0 < self.budget().1 * MINUTE
    }
}

/// The part of an address that one customer cannot change.
pub fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - PREFIX_6)))),
    }
}

/// Failed tries within the window.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    failed: Mutex<Table>,
}

impl Throttle {
    /// Seconds until this may be tried again; zero: now.
    pub(super) fn wait_seconds(&self, counted: Counted, now: At) -> u32 {
        wait(&self.failed.lock().unwrap_or_else(PoisonError::into_inner), counted, now)
    }

    /// Counts one where there is room for it; however many come at once, no more are let through.
    ///
    /// # Errors
    /// There were too many.
    pub(super) fn spend(&self, counted: Counted, now: At) -> Result<(), Undone> {
        let mut table = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match wait(&table, counted, now) {
            0 => count(&mut table, counted, now),
            retry_after_seconds => return Err(Undone::TooManyTries { retry_after_seconds }),
        }
        Ok(())
    }

    /// Failed tries within the window.
    pub(super) fn failed(&self, counted: Counted, now: At) -> usize {
        let table = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        table.get(&counted).map_or(0, |tries| tries.iter().filter(|at| counted.is_recent(**at, now)).count())
    }

    /// Takes back what was counted before a try that then did not fail.
    pub(super) fn give_back(&self, counted: Counted) {
        let mut table = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if table.get_mut(&counted).is_some_and(|tries| {
            tries.pop();
            tries.is_empty()
        }) {
            table.remove(&counted);
        }
    }

    /// Counts one failed try.
    pub(super) fn count(&self, counted: Counted, now: At) {
        count(&mut self.failed.lock().unwrap_or_else(PoisonError::into_inner), counted, now);
    }
}

type Table = HashMap<Counted, Vec<At>>;

fn wait(table: &Table, counted: Counted, now: At) -> u32 {
    let (max, minutes) = counted.budget();
    let tries: Vec<At> =
        table.get(&counted).into_iter().flatten().copied().filter(|at| counted.is_recent(*at, now)).collect();
    // The try that has to leave the window before there is room again.
    let Some(blocking) = tries.len().checked_sub(max).and_then(|at| tries.get(at)) else { return 0 };
    let micros = blocking.plus_minutes(minutes).0 - now.0;
    u32::try_from(micros / 1_000_000 + 1).unwrap_or(1)
}

fn count(table: &mut Table, counted: Counted, now: At) {
    if table.len() >= ROWS_MAX {
        table.retain(|counted, tries| tries.iter().any(|at| counted.is_recent(*at, now)));
    }
    if table.len() >= ROWS_MAX {
        table.clear();
    }
    let tries = table.entry(counted).or_default();
    tries.retain(|at| counted.is_recent(*at, now));
    if tries.len() < PER_ADDRESS_MAX {
        tries.push(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_failed_try_waits_and_the_window_passes() {
        let (throttle, name, start) = (Throttle::default(), Counted::Name([1; 32]), At(0));
        for _ in 0..PER_NAME_MAX {
            assert_eq!(throttle.wait_seconds(name, start), 0);
            throttle.count(name, start);
        }
        assert_eq!(throttle.wait_seconds(name, start.plus_minutes(14)), 61);
        assert_eq!(throttle.wait_seconds(name, start.plus_minutes(15)), 0);
        assert_eq!(throttle.wait_seconds(Counted::Name([2; 32]), start), 0);
    }

    #[test]
    fn a_firms_link_is_good_for_so_many_forms_a_day() {
        let (throttle, link, start) = (Throttle::default(), Counted::Link([1; 32]), At(0));
        assert!((0..PER_LINK_MAX).all(|_| throttle.spend(link, start).is_ok()));
        assert!(throttle.spend(link, start).is_err());
        assert_eq!(throttle.wait_seconds(link, start.plus_minutes(DAY_MINUTES - 1)), 61);
        assert_eq!(throttle.wait_seconds(link, start.plus_minutes(DAY_MINUTES)), 0);
    }
}
