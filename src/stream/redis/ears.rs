//! One consumer's ears: a line of its own, blocking reads with an end, and the rule that nothing handed out gets lost:
//! after a start, a fault or a call that was cut off, own pending entries come before new ones.
//! It never blocks the shared line and never answers an entry that it could not read.

use super::{Line, Redis, answered, is_nothing, one, reply};
use crate::stream::{Entry, Heard, StreamFault};
use redis::{Value, pipe};
use reply::{Found, Id};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Empty looks at own pending entries after a new line, before only new ones are asked for. The second look is for what
/// the server hands to the old line before it has seen that line go.
const LOOKS: u32 = 2;
/// Rounds of one call that find nothing but foreign entries.
const FOREIGN_ROUNDS_MAX: u32 = 16;
/// Rounds of one reclaim through a long list of entries that are too fresh.
const CLAIM_ROUNDS_MAX: u32 = 16;

/// One consumer of one group.
pub struct Ears {
    redis: Redis,
    group: String,
    consumer: String,
    /// Taken out during a call: a call that is cut off takes it along, and the server sees it close.
    line: Option<Line>,
    /// Looks at own pending entries still to be had.
    looks: u32,
    /// Handed out and not done.
    held: BTreeSet<i64>,
}

/// What a read answered.
enum Read {
    Entries(Value),
    /// The group, or the whole stream, is not there.
    NoGroup,
}

impl Ears {
    pub(super) fn new(redis: Redis, group: &str, consumer: &str) -> Ears {
        let (group, consumer) = (group.to_owned(), consumer.to_owned());
        Ears { redis, group, consumer, line: None, looks: LOOKS, held: BTreeSet::new() }
    }

    pub(in crate::stream) async fn hear(&mut self, at_most: usize, wait: Duration) -> Result<Vec<Heard>, StreamFault> {
        let mut line = self.line().await?;
        let heard = self.hear_on(&mut line, at_most, wait).await;
        self.concluded(line, heard)
    }

    pub(in crate::stream) async fn done(&mut self, seqs: &[i64]) -> Result<(), StreamFault> {
        if seqs.is_empty() {
            return Ok(());
        }
        let mut line = self.line().await?;
        let ids: Vec<Id> = seqs.iter().map(|seq| Id::of(*seq)).collect();
        let done = self.acknowledge(&mut line, &ids).await;
        if done.is_ok() {
            for seq in seqs {
                self.held.remove(seq);
            }
        }
        self.concluded(line, done)
    }

    pub(in crate::stream) async fn reclaim(
        &mut self,
        at_most: usize,
        idle: Duration,
    ) -> Result<Vec<Heard>, StreamFault> {
        let mut line = self.line().await?;
        let taken = self.reclaim_on(&mut line, at_most, idle).await;
        self.concluded(line, taken)
    }

    async fn line(&mut self) -> Result<Line, StreamFault> {
        if let Some(line) = self.line.take() {
            return Ok(line);
        }
        if !self.redis.shared.groups.contains(&self.group) {
            return Err(StreamFault::NoGroup(self.group.clone()));
        }
        self.looks = LOOKS;
        let opened = self.redis.open(self.redis.shared.response).await;
        self.redis.shared.up.store(opened.is_ok(), Ordering::Relaxed);
        opened
    }

    fn concluded<T>(&mut self, line: Line, outcome: Result<T, StreamFault>) -> Result<T, StreamFault> {
        self.redis.shared.up.store(outcome.is_ok(), Ordering::Relaxed);
        self.line = outcome.is_ok().then_some(line);
        outcome
    }

    async fn hear_on(&mut self, line: &mut Line, at_most: usize, wait: Duration) -> Result<Vec<Heard>, StreamFault> {
        let until = Instant::now() + wait;
        let mut foreign_rounds = 0;
        loop {
            let mut heard = Vec::new();
            let mut foreign = 0;
            if self.looks > 0 || !self.held.is_empty() {
                (heard, foreign) = self.own(line, at_most).await?;
            }
            let room = at_most - heard.len();
            if room > 0 {
                let block = if heard.is_empty() { until - Instant::now() } else { Duration::ZERO };
                let answer = self.read(line, ">", room, block.min(self.redis.shared.response / 2)).await?;
                let (new, strange) = self.sorted(line, reply::read_group(&answer)).await?;
                heard.extend(new.into_iter().map(|entry| Heard { entry, deliveries: 1 }));
                foreign += strange;
            }
            self.held.extend(heard.iter().map(|heard| heard.entry.seq));
            foreign_rounds += u32::from(foreign > 0);
            let is_over = Instant::now() >= until && (foreign == 0 || foreign_rounds > FOREIGN_ROUNDS_MAX);
            if !heard.is_empty() || is_over {
                return Ok(heard);
            }
        }
    }

    /// Own entries that are not done, from the lowest on; and how many foreign ones were among them.
    async fn own(&mut self, line: &mut Line, at_most: usize) -> Result<(Vec<Heard>, u64), StreamFault> {
        let answer = self.read(line, "0", at_most, Duration::ZERO).await?;
        let found = reply::read_group(&answer);
        if found.len() < at_most {
            // That was all of it: whatever else we thought we held is gone.
            self.held.clear();
        }
        if found.is_empty() {
            self.looks = self.looks.saturating_sub(1);
            return Ok((Vec::new(), 0));
        }
        let (entries, foreign) = self.sorted(line, found).await?;
        Ok((self.counted(line, entries).await?, foreign))
    }

    /// With how often each has been handed out by now.
    async fn counted(&self, line: &mut Line, entries: Vec<Entry>) -> Result<Vec<Heard>, StreamFault> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(Vec::new()) };
        let mut asked = pipe();
        asked.cmd("XPENDING").arg(&self.redis.shared.key).arg(&self.group);
        asked.arg(Id::of(first.seq).to_string()).arg(Id::of(last.seq).to_string());
        // Between them there may be others of this consumer's, as many as are held.
        asked.arg(entries.len() + self.held.len()).arg(&self.consumer);
        let answer = one(line, &asked).await?.map_err(|fault| answered(&fault))?;
        let times: BTreeMap<Id, u32> = reply::deliveries(&answer).into_iter().collect();
        let heard = |entry: Entry| {
            let deliveries = times.get(&Id::of(entry.seq)).copied().unwrap_or(1);
            Heard { entry, deliveries }
        };
        Ok(entries.into_iter().map(heard).collect())
    }

    /// XREADGROUP; a group that is not there is made, and asked once more.
    async fn read(&self, line: &mut Line, from: &str, count: usize, block: Duration) -> Result<Value, StreamFault> {
        if let Read::Entries(answer) = self.read_once(line, from, count, block).await? {
            return Ok(answer);
        }
        self.redis.make_groups(line).await?;
        match self.read_once(line, from, count, block).await? {
            Read::Entries(answer) => Ok(answer),
            Read::NoGroup => Err(StreamFault::NoGroup(self.group.clone())),
        }
    }

    async fn read_once(&self, line: &mut Line, from: &str, count: usize, block: Duration) -> Result<Read, StreamFault> {
        let mut asked = pipe();
        asked.cmd("XREADGROUP").arg("GROUP").arg(&self.group).arg(&self.consumer).arg("COUNT").arg(count);
        // BLOCK 0 is for ever.
        let block_ms = u64::try_from(block.as_millis()).unwrap_or(0);
        if block_ms > 0 {
            asked.arg("BLOCK").arg(block_ms);
        }
        asked.arg("STREAMS").arg(&self.redis.shared.key).arg(from);
        match one(line, &asked).await? {
            Ok(answer) => Ok(Read::Entries(answer)),
            // UNBLOCKED: it was there when the wait began.
            Err(fault) if ["NOGROUP", "UNBLOCKED"].contains(&fault.code()) => Ok(Read::NoGroup),
            Err(fault) => Err(answered(&fault)),
        }
    }

    /// What we can read of it; the rest is acknowledged and forgotten, and the foreign ones are counted.
    async fn sorted(&self, line: &mut Line, found: Vec<Found>) -> Result<(Vec<Entry>, u64), StreamFault> {
        let (mut ours, mut laid_aside, mut foreign) = (Vec::new(), Vec::new(), 0);
        for one in found {
            match one {
                Found::Ours(entry) => ours.push(entry),
                Found::Gone(id) => laid_aside.push(id),
                Found::Foreign(id) => {
                    foreign += 1;
                    laid_aside.push(id);
                }
            }
        }
        if !laid_aside.is_empty() {
            self.acknowledge(line, &laid_aside).await?;
        }
        if foreign > 0 {
            let group = self.group.clone();
            metrics::counter!("stream_foreign_entries_total", "group" => group).increment(foreign);
            tracing::warn!(group = self.group, count = foreign, "entries that are not ours were laid aside");
        }
        Ok((ours, foreign))
    }

    async fn acknowledge(&self, line: &mut Line, ids: &[Id]) -> Result<(), StreamFault> {
        let mut asked = pipe();
        asked.cmd("XACK").arg(&self.redis.shared.key).arg(&self.group);
        for id in ids {
            asked.arg(id.to_string());
        }
        one(line, &asked).await?.map(|_| ()).map_err(|fault| answered(&fault))
    }

    async fn reclaim_on(&mut self, line: &mut Line, at_most: usize, idle: Duration) -> Result<Vec<Heard>, StreamFault> {
        let idle_ms = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let (mut taken, mut from) = (Vec::new(), "0-0".to_owned());
        for _ in 0..CLAIM_ROUNDS_MAX {
            let mut asked = pipe();
            asked.cmd("XAUTOCLAIM").arg(&self.redis.shared.key).arg(&self.group).arg(&self.consumer);
            asked.arg(idle_ms).arg(&from).arg("COUNT").arg(at_most - taken.len());
            let answer = match one(line, &asked).await? {
                Ok(answer) => answer,
                Err(fault) if is_nothing(&fault) => return Ok(Vec::new()),
                Err(fault) => return Err(answered(&fault)),
            };
            // A third part names ids whose entries are gone; the server has struck them out itself.
            let [next, entries, ..] = reply::list(&answer) else { break };
            let (ours, _) = self.sorted(line, reply::entries(entries)).await?;
            if ours.len() < reply::list(entries).len() {
                // 6.2 hands over what is gone without its id; the next look names it.
                self.looks = LOOKS;
            }
            taken.extend(ours);
            from = reply::text(next).unwrap_or("0-0").to_owned();
            if from == "0-0" || taken.len() >= at_most {
                break;
            }
        }
        self.held.extend(taken.iter().map(|entry| entry.seq));
        self.counted(line, taken).await
    }
}
