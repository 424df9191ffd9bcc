//! Refusals on their way to the trail: the first of its minute is a line at once, what follows in that minute is summed
//! into one more. So a flood comes to two lines a minute. What must not be told at once is only summed. Each replica sums its
//! own; nothing here writes.

use crate::domain::at::{At, MINUTE};
use crate::domain::trail::SecurityEvent;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sums at a time; past it those of a minute are no longer told apart.
const SUMS_MAX: usize = 10_000;
/// Names whose failed tries are known; past it they are forgotten and begin anew.
const NAMES_MAX: usize = 100_000;

/// What was refused and is not told yet.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sums: Mutex<HashMap<String, Sum>>,
    /// Failed tries since the last good one, by a keyed digest of the name.
    names: Mutex<HashMap<[u8; 32], i64>>,
}

#[derive(Debug)]
struct Sum {
    line: SecurityEvent,
    minute: i64,
    /// Not told yet: beside the first, where that was.
    more: i64,
}

impl Sum {
    fn told(self) -> Option<SecurityEvent> {
        let Sum { mut line, more, .. } = self;
        line.data["tries"] = json!(more);
        (more > 0).then_some(line)
    }
}

impl Tally {
    /// Counts one refusal; answers the lines that are to be written now.
    pub(super) fn count(&self, line: SecurityEvent, now: At) -> Vec<SecurityEvent> {
        let (minute, mut sums) = (minute_of(now), self.sums());
        let (mut key, mut line) = (key_of(&line), line);
        if !sums.contains_key(&key) && sums.len() >= SUMS_MAX {
            key = line.kind.as_str().to_owned();
            line = SecurityEvent { doer: None, about: None, address: None, data: json!({}), ..line };
        }
        if let Some(sum) = sums.get_mut(&key).filter(|sum| sum.minute == minute) {
            sum.more += 1;
            return Vec::new();
        }
        let before = sums.insert(key, Sum { line: line.clone(), minute, more: 0 });
        before.and_then(Sum::told).into_iter().chain([line]).collect()
    }

    /// Counts one of which nothing is written now: whoever is refused must not learn by the time it takes that anything was.
    pub(super) fn count_quietly(&self, line: SecurityEvent, now: At) {
        let mut sums = self.sums();
        let key = key_of(&line);
        if sums.contains_key(&key) || sums.len() < SUMS_MAX {
            sums.entry(key).or_insert(Sum { line, minute: minute_of(now), more: 0 }).more += 1;
        }
    }

    /// The sums of minutes that are over, each told once.
    pub(super) fn over(&self, now: At) -> Vec<SecurityEvent> {
        let minute = minute_of(now);
        self.sums().extract_if(|_, sum| sum.minute != minute).filter_map(|(_, sum)| sum.told()).collect()
    }

    /// All of them: nobody will be asked again.
    pub(super) fn all(&self) -> Vec<SecurityEvent> {
        self.sums().drain().filter_map(|(_, sum)| sum.told()).collect()
    }

    /// One more failed try with this name.
    pub(super) fn failed(&self, name: [u8; 32]) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES_MAX && !names.contains_key(&name) {
            names.clear();
        }
        *names.entry(name).or_insert(0) += 1;
    }

    /// How many there were before this good one.
    pub(super) fn good(&self, name: [u8; 32]) -> i64 {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(&name).unwrap_or(0)
    }

    fn sums(&self) -> MutexGuard<'_, HashMap<String, Sum>> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lines of one sum have in common.
fn key_of(line: &SecurityEvent) -> String {
    let doer = line.doer.as_ref().map(|doer| doer.person.as_str());
    format!("{} {doer:?} {:?} {:?} {}", line.kind, line.about, line.address, line.data)
}

fn minute_of(now: At) -> i64 {
    now.0.div_euclid(MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trail::{SecurityKind, SecurityOutcome};

    fn refused(address: &str) -> SecurityEvent {
        let line = SecurityEvent::of(SecurityKind::SessionRefused, SecurityOutcome::Refused, json!({ "door": "api" }));
        SecurityEvent { address: Some(address.to_owned()), ..line }
    }

    #[test]
    fn t38_a_flood_of_ten_thousand_comes_to_two_lines_a_minute_and_none_of_it_is_lost() {
        let (tally, mut lines) = (Tally::default(), Vec::new());
        for of in 0..10_000 {
            lines.extend(tally.count(refused("10.0.0.1"), At(of * MINUTE / 5_000)));
        }
        lines.extend(tally.over(At(2 * MINUTE)));
        let tries: i64 = lines.iter().map(|line| line.data["tries"].as_i64().unwrap_or(1)).sum();
        assert_eq!((lines.len(), tries), (4, 10_000));
        assert!(tally.over(At(9 * MINUTE)).is_empty() && tally.all().is_empty(), "told twice");
    }

    #[test]
    fn t38_ten_thousand_addresses_are_told_apart_and_no_more_are_kept() {
        let tally = Tally::default();
        let count = |of: usize| tally.count(refused(&of.to_string()), At(0)).len();
        assert_eq!((0..SUMS_MAX + 5_000).map(count).sum::<usize>(), SUMS_MAX + 1);
        let rest = tally.all();
        assert_eq!((rest.len(), rest[0].data["tries"].as_i64(), &rest[0].address), (1, Some(4_999), &None));
    }

    #[test]
    fn failed_tries_are_known_until_a_good_one() {
        let tally = Tally::default();
        (0..3).for_each(|_| tally.failed([1; 32]));
        assert_eq!([tally.good([1; 32]), tally.good([1; 32]), tally.good([2; 32])], [3, 0, 0]);
    }
}
