//! Rings the stream for every event above its cursor, in order. It decides nothing and reads no text.
//!
//! Every replica runs one, and none needs a lease. Each rings events in the ledger's order without leaving one out,
//! beginning right above the stream's top; the stream refuses what it has, all of one call or nothing of it is rung.
//! So whoever rings, the stream's top is the place up to which everything was rung, and a relay that comes second, or
//! crashed between ringing and moving its cursor, only repeats what is refused. What a stream lost together with its
//! top is rung by nobody: the sweep finds it.
//!
//! A top above the ledger's last event was not rung by us: somebody forged an entry, or an older ledger was restored.
//! Everything that follows would be refused as if it were there already, so the whole stream is forgotten (T36).

use super::due::age_seconds;
use super::pace::Pace;
use super::{Chain, GROUPS, Step, Worker, WorkerFault, figure};
use crate::app::Hub;
use crate::store::{Chore, events};
use crate::stream::{Entry, Stream};
use std::time::Duration;
use tokio::sync::watch;

/// The cursor up to which events were rung, by its name in the ledger.
pub const RELAY_CURSOR: &str = "relay";
/// Events rung in one step.
const RING_MAX: i64 = 256;
/// Steps between two trims of what every group has done.
const TRIM_EVERY: u32 = 64;
/// Time between two measurements of how far the groups are behind. Microseconds.
const MEASURE_EVERY: i64 = 5_000_000;

/// From the ledger's log to the stream.
pub struct Relay {
    hub: Hub,
    stream: Stream,
    bell: watch::Receiver<u64>,
    cursor: Option<i64>,
    /// How far the ledger knows that we have come. Behind by a few steps is harmless: the stream refuses a repeat.
    noted: i64,
    steps: u32,
    measures: Pace,
}

impl Relay {
    pub fn new(hub: Hub, stream: Stream) -> Relay {
        let bell = hub.bell.subscribe();
        Relay { bell, hub, stream, cursor: None, noted: 0, steps: 0, measures: Pace::of(MEASURE_EVERY) }
    }

    async fn note(&mut self, seq: i64) -> Result<(), WorkerFault> {
        if seq > self.noted {
            self.hub.ledger.keep(Chore::Cursor { name: RELAY_CURSOR.to_owned(), seq }).await?;
            self.noted = seq;
        }
        Ok(())
    }

    /// How far each group is behind, as an operator alarms on it: never the stream's length (C03). A figure that cannot
    /// be had keeps nobody from ringing.
    async fn measure(&mut self) {
        if !self.measures.is_due(self.hub.clock.as_ref()) {
            return;
        }
        self.measures.keep(self.hub.clock.as_ref());
        for group in GROUPS {
            if let Err(fault) = self.measure_group(group).await {
                tracing::warn!(group, cause = %Chain(&fault), "how far the group is behind cannot be told");
            }
        }
    }

    async fn measure_group(&self, group: &'static str) -> Result<(), WorkerFault> {
        let lag = self.stream.lag(group).await?;
        let since = match lag.oldest {
            Some(seq) => self.hub.ledger.read(move |reading| events::tail(reading, seq - 1, 1)).await?,
            None => Vec::new(),
        };
        metrics::gauge!("hub_stream_lag", "group" => group).set(figure(lag.undelivered + lag.pending));
        let age = age_seconds(since.first().map(|event| event.at), self.hub.now());
        metrics::gauge!("hub_stream_oldest_seconds", "group" => group).set(age);
        Ok(())
    }
}

impl Worker for Relay {
    const NAME: &'static str = "relay";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        self.bell.mark_unchanged();
        // Before the ledger is read: another replica may commit and ring in between.
        let top = self.stream.last().await?;
        let known = self.cursor;
        let (newest, cursor, events) = self
            .hub
            .ledger
            .read(move |reading| {
                let cursor = known.map_or_else(|| events::cursor(reading, RELAY_CURSOR), Ok)?.max(top);
                Ok((events::last_seq(reading)?, cursor, events::tail(reading, cursor, RING_MAX)?))
            })
            .await?;
        if top > newest {
            tracing::error!(top, newest, "the stream is ahead of the ledger: it is forgotten and begun anew");
            metrics::counter!("hub_stream_poisoned_total").increment(1);
            self.stream.forget().await?;
            return Ok(Step::Worked);
        }
        let Some(last) = events.last().map(|event| event.seq) else {
            self.cursor = Some(cursor);
            self.measure().await;
            // Whatever rings meanwhile is remembered by the bell; another replica's commits are found by looking. The
            // cursor is noted when it has grown quiet: each note is a flush that a whistle would wait for.
            if tokio::time::timeout(wait, self.bell.changed()).await.is_err() {
                self.note(cursor).await?;
            }
            return Ok(Step::Idle);
        };
        let entries: Vec<Entry> = events
            .into_iter()
            .map(|event| Entry { seq: event.seq, kind: event.kind.to_string(), id: event.tree.as_str().to_owned() })
            .collect();
        self.stream.ring(&entries).await?;
        self.cursor = Some(last);
        self.measure().await;
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(TRIM_EVERY) {
            self.note(last).await?;
            self.stream.trim().await?;
        }
        Ok(Step::Worked)
    }
}
