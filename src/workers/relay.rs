//! Rings the stream for every event above its cursor, in order. A crash between ringing and moving the cursor rings
//! twice, which the stream refuses. It decides nothing and reads no text.

use super::{Step, Worker, WorkerFault};
use crate::app::Hub;
use crate::store::{Chore, events};
use crate::stream::{Entry, Stream};
use std::time::Duration;
use tokio::sync::watch;

const CURSOR: &str = "relay";
/// Events rung in one step.
const RING_MAX: i64 = 256;
/// Steps between two trims of what every group has done.
const TRIM_EVERY: u32 = 64;

/// From the ledger's log to the stream.
pub struct Relay {
    hub: Hub,
    stream: Stream,
    bell: watch::Receiver<u64>,
    cursor: Option<i64>,
    /// How far the ledger knows that we have come. Behind by a few steps is harmless: the stream refuses a repeat.
    noted: i64,
    steps: u32,
}

impl Relay {
    pub fn new(hub: Hub, stream: Stream) -> Relay {
        Relay { bell: hub.bell.subscribe(), hub, stream, cursor: None, noted: 0, steps: 0 }
    }

    async fn note(&mut self, seq: i64) -> Result<(), WorkerFault> {
        if seq > self.noted {
            self.hub.ledger.keep(Chore::Cursor { name: CURSOR.to_owned(), seq }).await?;
            self.noted = seq;
        }
        Ok(())
    }
}

impl Worker for Relay {
    const NAME: &'static str = "relay";

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        self.bell.mark_unchanged();
        let known = self.cursor;
        let (cursor, events) = self
            .hub
            .ledger
            .read(move |reading| {
                let cursor = known.map_or_else(|| events::cursor(reading, CURSOR), Ok)?;
                Ok((cursor, events::tail(reading, cursor, RING_MAX)?))
            })
            .await?;
        let Some(last) = events.last().map(|event| event.seq) else {
            self.cursor = Some(cursor);
            // Whatever rings meanwhile is remembered by the bell; another replica's commits are found by looking. The
            // cursor is noted when it has grown quiet: each note is a flush that a whistle would wait for.
            if tokio::time::timeout(wait, self.bell.changed()).await.is_err() {
                self.note(cursor).await?;
            }
            return Ok(Step::Idle);
        };
        let entries: Vec<Entry> = events
            .into_iter()
            .map(|event| Entry { seq: event.seq, kind: event.kind.to_string(), id: event.whistle.as_str().to_owned() })
            .collect();
        self.stream.ring(&entries).await?;
        self.cursor = Some(last);
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(TRIM_EVERY) {
            self.note(last).await?;
            self.stream.trim().await?;
        }
        Ok(Step::Worked)
    }
}
