//! An open loop: requests fall due at a fixed rate, however slowly earlier ones are answered. A request that finds no
//! connection free is timed from when it was due, so a server that stalls is charged for all who would have come
//! meanwhile; what could not be sent within the span is counted and never left out in silence.

use crate::load::Connection;
use crate::measure::{Make, until};
use anyhow::Context;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// So many may be under way at once.
const CONNECTIONS: usize = 128;

/// What is sent, and how fast. `make` is asked for the request of the number that it falls due as.
#[derive(Clone)]
pub(crate) struct Pace {
    pub(crate) address: SocketAddr,
    pub(crate) per_second: u32,
    /// Not counted.
    pub(crate) warm: Duration,
    pub(crate) span: Duration,
    pub(crate) make: Make,
}

/// One that was answered 201.
pub(crate) struct Sent {
    pub(crate) due: Instant,
    pub(crate) answered: Instant,
    /// What the answer calls it.
    pub(crate) code: String,
}

/// What came of a pace.
pub(crate) struct Paced {
    /// Due within the span.
    pub(crate) sent: Vec<Sent>,
    /// Due within the span, and no connection was free before it was over.
    pub(crate) unsent: usize,
    /// Answered otherwise.
    pub(crate) wrong: usize,
    /// The span's end.
    pub(crate) ended: Instant,
}

/// Keeps a pace to its end, and waits for all answers.
pub(crate) async fn keep(pace: Pace) -> anyhow::Result<Paced> {
    let (began, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let ends = began + pace.warm + pace.span;
    let mut all = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (pace, next) = (pace.clone(), Arc::clone(&next));
        all.spawn(async move { one(&pace, &next, began, ends).await });
    }
    let (mut sent, mut wrong) = (Vec::new(), 0);
    while let Some(one) = all.join_next().await {
        let (some, other) = one??;
        sent.extend(some);
        wrong += other;
    }
    let counted = began + pace.warm;
    sent.retain(|one| one.due >= counted);
    let wanted = usize::try_from(u64::from(pace.per_second) * pace.span.as_secs())?;
    Ok(Paced { unsent: wanted.saturating_sub(sent.len() + wrong), sent, wrong, ended: ends })
}

async fn one(pace: &Pace, next: &AtomicUsize, began: Instant, ends: Instant) -> anyhow::Result<(Vec<Sent>, usize)> {
    let mut connection = Connection::open(pace.address).await?;
    let (mut sent, mut wrong) = (Vec::new(), 0);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let mut due = began + Duration::from_secs(1) * u32::try_from(number)? / pace.per_second;
        if due.max(Instant::now()) >= ends {
            return Ok((sent, wrong));
        }
        if due > Instant::now() {
            until(due).await;
            // A timer's lateness is no fault of the server's.
            due = Instant::now();
        }
        let answer = connection.ask(&(pace.make)(number, 0)).await;
        let answered = Instant::now();
        match answer {
            Ok(answer) if answer.status == 201 => {
                let code = answer.json()?["code"].as_str().context("an answer without a code")?.to_owned();
                sent.push(Sent { due, answered, code });
            }
            Ok(_) => wrong += usize::from(due >= began + pace.warm),
            Err(_) => {
                wrong += usize::from(due >= began + pace.warm);
                connection = Connection::open(pace.address).await.context("the server is gone")?;
            }
        }
    }
}
