//! The stream inside this process: bounded memory, gone at restart, which is as harmless as an emptied Redis. Kept in
//! the stored form, so that what one replica would write is what another would read. No I/O and no schedule here.

use super::{Entry, Heard, Lag, StreamFault};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Entries kept at most; above it the oldest go, done or not, and the workers' sweep finds their events.
const ENTRIES_MAX: usize = 100_000;

/// Clones ring and hear the same stream.
#[derive(Clone)]
pub struct Embedded {
    shared: Arc<Shared>,
}

struct Shared {
    tower: Mutex<Tower>,
    bell: Notify,
}

struct Tower {
    /// Stored form by `seq`.
    entries: BTreeMap<i64, String>,
    last: i64,
    groups: BTreeMap<String, Group>,
    entries_max: usize,
}

#[derive(Default)]
struct Group {
    /// The last `seq` handed out for the first time.
    heard: i64,
    pending: BTreeMap<i64, Pending>,
}

struct Pending {
    consumer: String,
    since: Instant,
    deliveries: u32,
}

impl Embedded {
    /// An empty stream for these groups.
    pub fn open(groups: &[&str]) -> Embedded {
        Embedded::bounded(groups, ENTRIES_MAX)
    }

    pub(super) fn bounded(groups: &[&str], entries_max: usize) -> Embedded {
        let groups = groups.iter().map(|name| ((*name).to_owned(), Group::default())).collect();
        let tower = Tower { entries: BTreeMap::new(), last: 0, groups, entries_max };
        Embedded { shared: Arc::new(Shared { tower: Mutex::new(tower), bell: Notify::new() }) }
    }

    /// Adds what is above the last `seq`; answers how many that were.
    pub async fn ring(&self, entries: &[Entry]) -> Result<usize, StreamFault> {
        let rung = self.tower().ring(entries);
        if rung > 0 {
            self.shared.bell.notify_waiters();
        }
        Ok(rung)
    }

    /// The highest `seq` ever rung, 0 in an empty stream. Lower than the relay's cursor: the stream forgot.
    pub async fn last(&self) -> Result<i64, StreamFault> {
        Ok(self.tower().last)
    }

    /// Own entries that are not done, then new ones, `at_most` in all; empty when nothing came within `wait`.
    pub async fn hear(
        &self,
        group: &str,
        consumer: &str,
        at_most: usize,
        wait: Duration,
    ) -> Result<Vec<Heard>, StreamFault> {
        let until = Instant::now() + wait;
        loop {
            // Made before the look, so that a ring between look and wait is not missed.
            let rung = self.shared.bell.notified();
            let heard = self.tower().hand_out(group, consumer, at_most)?;
            if !heard.is_empty() || timeout_at(until, rung).await.is_err() {
                return Ok(heard);
            }
        }
    }

    /// These are acted upon.
    pub async fn done(&self, group: &str, seqs: &[i64]) -> Result<(), StreamFault> {
        let mut tower = self.tower();
        let pending = &mut tower.group(group)?.pending;
        for seq in seqs {
            pending.remove(seq);
        }
        Ok(())
    }

    /// Entries that lay with any consumer for `idle` or longer, now this one's.
    pub async fn reclaim(
        &self,
        group: &str,
        consumer: &str,
        at_most: usize,
        idle: Duration,
    ) -> Result<Vec<Heard>, StreamFault> {
        let mut tower = self.tower();
        let pending = &tower.group(group)?.pending;
        let idle = pending.iter().filter(|(_, entry)| entry.since.elapsed() >= idle);
        let seqs: Vec<i64> = idle.map(|(seq, _)| *seq).take(at_most).collect();
        tower.give(group, consumer, &seqs)
    }

    /// How far the group is behind.
    pub async fn lag(&self, group: &str) -> Result<Lag, StreamFault> {
        let mut tower = self.tower();
        let group = tower.group(group)?;
        let (heard, pending) = (group.heard, group.pending.len());
        let first_pending = group.pending.first_key_value().map(|(seq, _)| *seq);
        let mut new = tower.entries.range(heard + 1..).map(|(seq, _)| *seq);
        let oldest = first_pending.or(new.next());
        Ok(Lag { undelivered: tower.entries.range(heard + 1..).count(), pending, oldest })
    }

    /// Removes what every group has done; answers how many that were.
    pub async fn trim(&self) -> Result<usize, StreamFault> {
        let mut tower = self.tower();
        let needed = |group: &Group| group.pending.first_key_value().map_or(group.heard + 1, |(seq, _)| *seq);
        let keep_from = tower.groups.values().map(needed).min().unwrap_or(tower.last + 1);
        let kept = tower.entries.split_off(&keep_from);
        Ok(std::mem::replace(&mut tower.entries, kept).len())
    }

    // A panic inside leaves the maps whole: every step is one insert or one removal.
    fn tower(&self) -> MutexGuard<'_, Tower> {
        self.shared.tower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tower {
    fn ring(&mut self, entries: &[Entry]) -> usize {
        let mut rung = 0;
        for entry in entries {
            if entry.seq > self.last {
                self.last = entry.seq;
                self.entries.insert(entry.seq, entry.body());
                rung += 1;
            }
        }
        while self.entries.len() > self.entries_max
            && let Some((seq, _)) = self.entries.pop_first()
        {
            for group in self.groups.values_mut() {
                group.pending.remove(&seq);
            }
        }
        rung
    }

    fn group(&mut self, name: &str) -> Result<&mut Group, StreamFault> {
        self.groups.get_mut(name).ok_or_else(|| StreamFault::NoGroup(name.to_owned()))
    }

    fn hand_out(&mut self, group: &str, consumer: &str, at_most: usize) -> Result<Vec<Heard>, StreamFault> {
        let state = self.group(group)?;
        let heard = state.heard;
        let own = state.pending.iter().filter(|(_, entry)| entry.consumer == consumer);
        let mut seqs: Vec<i64> = own.map(|(seq, _)| *seq).take(at_most).collect();
        let room = at_most - seqs.len();
        seqs.extend(self.entries.range(heard + 1..).map(|(seq, _)| *seq).take(room));
        self.give(group, consumer, &seqs)
    }

    fn give(&mut self, group: &str, consumer: &str, seqs: &[i64]) -> Result<Vec<Heard>, StreamFault> {
        let mut given = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let Some(body) = self.entries.get(seq) else { continue };
            let entry = Entry::read(*seq, body)?;
            let group = self.group(group)?;
            group.heard = group.heard.max(*seq);
            let deliveries = group.pending.get(seq).map_or(0, |entry| entry.deliveries).saturating_add(1);
            group.pending.insert(*seq, Pending { consumer: consumer.to_owned(), since: Instant::now(), deliveries });
            given.push(Heard { entry, deliveries });
        }
        Ok(given)
    }
}
