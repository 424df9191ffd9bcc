//! Wires everything, in order: settings → ledger → directory and keys → stream → workers → door → ready; and stops in
//! the reverse order: the door drains, workers end, the pen empties; each has its time, five seconds in all. The only
//! file that knows all rooms.

pub mod backup;
mod commands;
pub mod doctor;
pub mod erasure;
pub mod keys;
mod lists;
mod proof;
pub mod setup;
pub mod upkeep;
pub mod users;

pub use commands::{Command, obey};

use crate::app::{Hub, trail};
use crate::config::Settings;
use crate::http::{self, Door, Letterhead};
use crate::telemetry::Metrics;
use crate::workers::{self, Desk, Due, Follow, Letters, Live, Relay};
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use anyhow::{Context, bail};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Time between two rounds of the metrics' upkeep.
const UPKEEP: Duration = Duration::from_secs(5);

/// Time between two looks at the folder of keys.
const KEYS_EVERY: Duration = Duration::from_secs(15);

/// How long the ledger may take to empty its queue and close.
const CLOSE_MAX: Duration = Duration::from_millis(1500);

/// A hub that answers.
pub struct Running {
    /// The address really taken.
    pub address: SocketAddr,
    pub hub: Hub,
    door: Data<Door>,
    server: ServerHandle,
    ended: JoinHandle<std::io::Result<()>>,
    workers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// What a hub is started with.
pub struct Start {
    pub hub: Hub,
    pub settings: Settings,
    pub listener: TcpListener,
    pub metrics: Metrics,
}

/// Starts workers and door on a hub that is set up.
pub async fn start(start: Start) -> anyhow::Result<Running> {
    let Start { hub, settings, listener, metrics } = start;
    let address = listener.local_addr().context("the address that we listen on")?;
    let stream = setup::stream(&settings, &hub.ledger.id())?;
    let replica = setup::replica(&settings, address);
    for warning in stream.check().await? {
        tracing::warn!("{warning}");
    }
    let (stop, told) = watch::channel(false);
    let post = setup::post(&settings, address)?;
    let letterhead = Letterhead { district: post.district.clone(), sender: post.sender.address() };
    let letters = Letters::new(hub.clone(), &stream, &replica, post);
    let live = Live::channel();
    let caller = Live::at_the_end(hub.clone(), live.clone()).await.context("the end of the log")?;
    let workers = vec![
        spawn(workers::work(Relay::new(hub.clone(), stream.clone()), told.clone())),
        spawn(workers::work(Desk::new(hub.clone(), &stream, &replica), told.clone())),
        spawn(workers::work(letters, told.clone())),
        spawn(workers::work(Due::new(hub.clone()), told.clone())),
        spawn(workers::work(caller, told.clone())),
        spawn(workers::work(Follow::new(hub.clone()), told.clone())),
        spawn(keep_up(metrics.clone(), told.clone())),
        spawn(keep_keys(settings.clone(), hub.clone(), told)),
    ];
    let (links, is_up) = (settings.http.links(address), move || stream.is_up());
    let door = Door::new(Arc::new(hub.clone()), links, is_up, move || metrics.render(), live);
    let door = door.reached_by_firms(settings.http.firm_links(address)).writing_as(letterhead);
    let door = Data::new(door.bounded(settings.http.rate(hub.demo), setup::proxies(&settings)?));
    let server = http::serve(listener, door.clone()).context("the door does not open")?;
    let handle = server.handle();
    Ok(Running { address, hub, door, server: handle, ended: spawn(server), workers, stop })
}

impl Running {
    /// Serves until the process is told to stop (Ctrl-C, SIGTERM) or the door falls shut by itself.
    pub async fn until_told(mut self) -> anyhow::Result<()> {
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            told = tokio::signal::ctrl_c() => told?,
            _ = term.recv() => {}
            ended = &mut self.ended => return Ok(ended??),
        }
        self.stop().await
    }

    /// Stops within five seconds: answered is kept, unanswered is not begun.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.door.stop();
        self.server.stop(true).await;
        // Only a closed channel fails, and then nobody is left to be told.
        self.stop.send(true).ok();
        for worker in self.workers {
            worker.await.context("a worker")?;
        }
        // What is lost with a ledger that does not answer is a count, not a fact.
        if tokio::time::timeout(CLOSE_MAX, trail::sum_up_all(&self.hub)).await.is_err() {
            tracing::warn!("the sums of refusals did not reach the ledger");
        }
        match tokio::time::timeout(CLOSE_MAX, self.hub.ledger.close()).await {
            Ok(closed) => closed.context("the ledger does not close"),
            // Whoever still waits has no answer, so nothing that was answered is lost.
            Err(_) => bail!("the ledger does not answer: left as it is"),
        }
    }
}

async fn keep_up(metrics: Metrics, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(UPKEEP, stop.changed()).await.is_err() {
        metrics.upkeep();
    }
}

/// A demo's keys are in its ledger and stay.
async fn keep_keys(settings: Settings, hub: Hub, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(KEYS_EVERY, stop.changed()).await.is_err() {
        if hub.demo {
            continue;
        }
        match keys::take_anew(&settings, &hub) {
            Ok(true) => tracing::info!("other keys are in use"),
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(cause = %format!("{fault:#}"), "the keys are not read anew; the old ones stay")
            }
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that starts tasks")]
fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}
