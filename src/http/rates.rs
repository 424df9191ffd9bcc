//! How much anybody may ask (SECURITY T14, T40): so many requests a second for each person and machine, so many for an
//! address that is not signed in, so many new things a minute. Each has a place of its own in a bounded table; nobody
//! waits here, and what is too much hears when to come back. It knows no route and no ledger.

use super::problem::Problem;
use crate::app::customer;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Requests a second of an address that is not signed in.
const STRANGERS: i64 = 20;
/// New things a minute of one person.
const CREATES: i64 = 60;
/// Files an hour that one person takes away.
const EXPORTS: i64 = 10;
const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Rows of the table; whoever comes when it is full of others shares one.
const ROWS_MAX: usize = 100_000;

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Person(PersonId),
    Creates(PersonId),
    Exports(PersonId),
    Address(IpAddr),
    Crowd,
}

/// Budgets of this replica.
#[derive(Debug, Default)]
pub(super) struct Rates {
    /// Requests a second of each principal; zero: nobody is counted.
    per_second: u32,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// When what was spent will have been earned again, microseconds of elapsed time.
    earned: HashMap<Whose, i64>,
    swept: i64,
}

impl Rates {
    pub(super) fn new(per_second: u32) -> Rates {
        Rates { per_second, table: Mutex::default() }
    }

    /// Requests of somebody who is let in; one that costs much weighs more. `now`: elapsed microseconds.
    pub(super) fn person(&self, person: &PersonId, weight: i64, now: i64) -> Result<(), Problem> {
        self.spend(Whose::Person(person.clone()), weight, (self.per_second.into(), SECOND), now)
    }

    /// A new thing of somebody who is let in.
    pub(super) fn create(&self, person: &PersonId, now: i64) -> Result<(), Problem> {
        self.spend(Whose::Creates(person.clone()), 1, (CREATES, MINUTE), now)
    }

    /// A file that somebody takes away: slice by slice, too, it is few rows an hour (SECURITY T21).
    pub(super) fn export(&self, person: &PersonId, now: i64) -> Result<(), Problem> {
        self.spend(Whose::Exports(person.clone()), 1, (EXPORTS, HOUR), now)
    }

    /// A request of somebody who is not.
    pub(super) fn stranger(&self, address: IpAddr, now: i64) -> Result<(), Problem> {
        self.spend(Whose::Address(customer(address)), 1, (STRANGERS, SECOND), now)
    }

    /// So many within a window, spent in whatever order; the budget fills again evenly.
    fn spend(&self, whose: Whose, weight: i64, (many, window): (i64, i64), now: i64) -> Result<(), Problem> {
        if self.per_second == 0 {
            return Ok(());
        }
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let whose = table.place_of(whose, now);
        let earned = table.earned.entry(whose).or_insert(now);
        let after = (*earned).max(now) + window / many.max(1) * weight;
        let over = after - now - window;
        if over > 0 {
            let seconds = u32::try_from(over / SECOND + 1).unwrap_or(1);
            return Err(Problem::retry_after(ProblemKind::TooManyRequests, seconds));
        }
        *earned = after;
        Ok(())
    }
}

impl Table {
    /// The row to spend from. Rows that owe nothing go, at most once a second.
    fn place_of(&mut self, whose: Whose, now: i64) -> Whose {
        if self.earned.len() >= ROWS_MAX / 2 && now - self.swept >= SECOND {
            self.earned.retain(|_, earned| *earned > now);
            self.swept = now;
        }
        if self.earned.len() >= ROWS_MAX && !self.earned.contains_key(&whose) { Whose::Crowd } else { whose }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::problem::More;

    fn seconds(spent: Result<(), Problem>) -> Option<u32> {
        let refused = spent.err()?;
        let More::RetryAfter(seconds) = refused.more() else { return Some(0) };
        Some(*seconds)
    }

    #[test]
    fn each_has_a_budget_of_their_own_that_fills_again() {
        let (rates, one, two) = (Rates::new(200), PersonId::from_text("pe_1"), PersonId::from_text("pe_2"));
        for number in 0..200 {
            assert_eq!(seconds(rates.person(&one, 1, 0)), None, "{number}");
        }
        assert_eq!(seconds(rates.person(&one, 1, 0)), Some(1));
        assert_eq!(seconds(rates.person(&two, 1, 0)), None);
        assert_eq!(seconds(rates.create(&one, 0)), None, "a create is counted apart");
        assert_eq!(seconds(rates.person(&one, 1, 4_999)), Some(1));
        assert_eq!(seconds(rates.person(&one, 1, 5_000)), None);
        assert_eq!(seconds(rates.person(&one, 201, 60 * SECOND)), Some(1), "more than a whole budget");
        for _ in 0..60 {
            assert_eq!(seconds(rates.create(&two, 0)), None);
        }
        assert_eq!(seconds(rates.create(&two, 0)), Some(2), "a minute's sixtieth, rounded up");
        assert!((0..10).all(|_| rates.export(&two, 0).is_ok()), "and what is taken away");
        assert_eq!((seconds(rates.export(&two, 0)), seconds(rates.export(&one, 0))), (Some(361), None));
        let off = Rates::new(0);
        assert!((0..1000).all(|_| off.stranger(IpAddr::from([10, 0, 0, 1]), 0).is_ok()));
    }

    #[test]
    fn i7_the_table_is_bounded_and_strangers_of_one_customer_are_one() {
        let rates = Rates::new(1);
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..150_000 {
            drop(rates.stranger(address(number), 0));
        }
        assert!(rates.table.lock().unwrap().earned.len() <= ROWS_MAX + 1);
        assert_eq!(seconds(rates.stranger(address(150_001), 0)), Some(1), "the crowd has one budget");
        assert_eq!(seconds(rates.stranger(address(7), 0)), None, "whoever was there keeps their own");
        assert_eq!(seconds(rates.stranger(address(150_001), SECOND)), None, "swept");
        assert!(rates.table.lock().unwrap().earned.len() < 10);
        let [a, b, c, mapped] = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:10.0.0.1"]
            .map(|text| customer(text.parse().unwrap()));
        assert!(a == b && a != c && mapped == customer("10.0.0.1".parse().unwrap()));
    }
}
