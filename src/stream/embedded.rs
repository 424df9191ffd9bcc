//! The stream inside this process: bounded memory, gone at restart, which is as harmless as an emptied Redis.
//! No I/O and no schedule here.

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
    /// By `seq`.
    entries: BTreeMap<i64, Entry>,
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

    pub(super) fn ring(&self, entries: &[Entry]) -> usize {
        let rung = self.tower().ring(entries);
        if rung > 0 {
            self.shared.bell.notify_waiters();
        }
        rung
    }

    pub(super) fn last(&self) -> i64 {
        self.tower().last
    }

    pub(super) fn forget(&self) {
        let mut tower = self.tower();
        tower.entries.clear();
        tower.last = 0;
        for group in tower.groups.values_mut() {
            *group = Group::default();
        }
    }

    pub(super) fn listen(&self, group: &str, consumer: &str) -> Ears {
        Ears { stream: self.clone(), group: group.to_owned(), consumer: consumer.to_owned() }
    }

    pub(super) fn lag(&self, group: &str) -> Result<Lag, StreamFault> {
        let mut tower = self.tower();
        let group = tower.group(group)?;
        let (heard, pending) = (group.heard, group.pending.len());
        let first_pending = group.pending.first_key_value().map(|(seq, _)| *seq);
        let mut new = tower.entries.range(heard + 1..).map(|(seq, _)| *seq);
        let oldest = first_pending.or(new.next());
        Ok(Lag { undelivered: tower.entries.range(heard + 1..).count(), pending, oldest })
    }

    pub(super) fn trim(&self) -> usize {
        let mut tower = self.tower();
        let needed = |group: &Group| group.pending.first_key_value().map_or(group.heard + 1, |(seq, _)| *seq);
        let keep_from = tower.groups.values().map(needed).min().unwrap_or(tower.last + 1);
        let kept = tower.entries.split_off(&keep_from);
        std::mem::replace(&mut tower.entries, kept).len()
    }

    // A panic inside leaves the maps whole: every step is one insert or one removal.
    fn tower(&self) -> MutexGuard<'_, Tower> {
        self.shared.tower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One consumer of one group.
pub struct Ears {
    stream: Embedded,
    group: String,
    consumer: String,
}

impl Ears {
    pub(super) async fn hear(&mut self, at_most: usize, wait: Duration) -> Result<Vec<Heard>, StreamFault> {
        let until = Instant::now() + wait;
        loop {
            // Made before the look, so that a ring between look and wait is not missed.
            let rung = self.stream.shared.bell.notified();
            let heard = self.stream.tower().hand_out(&self.group, &self.consumer, at_most)?;
            if !heard.is_empty() || timeout_at(until, rung).await.is_err() {
                return Ok(heard);
            }
        }
    }

    pub(super) fn done(&mut self, seqs: &[i64]) -> Result<(), StreamFault> {
        let mut tower = self.stream.tower();
        let pending = &mut tower.group(&self.group)?.pending;
        for seq in seqs {
            pending.remove(seq);
        }
        Ok(())
    }

    pub(super) fn reclaim(&mut self, at_most: usize, idle: Duration) -> Result<Vec<Heard>, StreamFault> {
        let mut tower = self.stream.tower();
        let pending = &tower.group(&self.group)?.pending;
        let idle = pending.iter().filter(|(_, entry)| entry.since.elapsed() >= idle);
        let seqs: Vec<i64> = idle.map(|(seq, _)| *seq).take(at_most).collect();
        tower.give(&self.group, &self.consumer, &seqs)
    }
}

impl Tower {
    fn ring(&mut self, entries: &[Entry]) -> usize {
        let mut rung = 0;
        for entry in entries {
            if entry.seq > self.last {
                self.last = entry.seq;
                self.entries.insert(entry.seq, entry.clone());
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
            let Some(entry) = self.entries.get(seq).cloned() else { continue };
            let group = self.group(group)?;
            group.heard = group.heard.max(*seq);
            let deliveries = group.pending.get(seq).map_or(0, |entry| entry.deliveries).saturating_add(1);
            group.pending.insert(*seq, Pending { consumer: consumer.to_owned(), since: Instant::now(), deliveries });
            given.push(Heard { entry, deliveries });
        }
        Ok(given)
    }
}
