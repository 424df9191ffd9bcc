//! The load: connections that blow one whistle after another. A key is written down before it is sent and its code when
//! the 201 has been read to its end. What it hands back is the ledger outside, which believes nothing that the hub says
//! later.

use super::{BLOWERS, Connection, blow, orders, pause, until};
use anyhow::{Context, bail};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long a stubborn client waits for one answer before it asks elsewhere.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it goes on with one key; one that is not answered then is left to whoever checks.
const INSIST: Duration = Duration::from_secs(40);
/// The pause between two tries, milliseconds.
const BREATH_MS: u64 = 30;
/// A hasty client leaves one request in so many before its answer, after up to so many milliseconds.
const HASTY_EVERY: u64 = 3;
const HASTY_MS_MAX: u64 = 1200;

/// One key that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The idempotency key; the whistle's title too, so that a list shows whose it is.
    pub(crate) key: String,
    /// The whole body, for the repeat.
    pub(crate) order: String,
    /// Whose token, by place in the list of blowers.
    pub(crate) blower: usize,
    /// The code of its first 201.
    pub(crate) code: Option<String>,
}

/// Where the replicas answer.
#[derive(Clone)]
pub(crate) struct Targets(Arc<[SocketAddr]>);

impl Targets {
    pub(crate) fn new(addresses: Vec<SocketAddr>) -> Targets {
        Targets(addresses.into())
    }

    pub(crate) fn all(&self) -> &[SocketAddr] {
        &self.0
    }

    fn pick(&self, number: usize) -> SocketAddr {
        self.0[number % self.0.len()]
    }
}

/// How a client takes trouble.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// As fast as answers come, nothing repeated: the first failure ends the connection's load. `may_refuse`: a hub that
    /// is told to stop may also answer 503.
    Once { may_refuse: bool },
    /// So many a second in all; a key is sent again, to the next replica, until it is answered. `hasty`: some requests
    /// are left before their answer.
    Stubborn { per_second: u32, hasty: bool },
}

/// What a storm is made of.
pub(crate) struct Load {
    pub(crate) targets: Targets,
    /// One for each blower.
    pub(crate) tokens: Vec<String>,
    /// What its keys begin with.
    pub(crate) name: String,
    pub(crate) connections: u32,
    pub(crate) manner: Manner,
}

/// What was sent and answered.
#[derive(Default)]
pub(crate) struct Harvest {
    pub(crate) entries: Vec<Entry>,
    /// Requests that were sent under a key that had been sent before.
    pub(crate) retried: usize,
}

/// Connections under way.
pub(crate) struct Storm {
    clients: JoinSet<anyhow::Result<Harvest>>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
}

impl Storm {
    pub(crate) fn start(load: Load) -> anyhow::Result<Storm> {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut storm = Storm { clients: JoinSet::new(), stop, answered };
        storm.grow(load)?;
        Ok(storm)
    }

    /// More connections, whose keys begin otherwise.
    pub(crate) fn grow(&mut self, load: Load) -> anyhow::Result<()> {
        let (load, orders) = (Arc::new(load), Arc::new(orders()?));
        for number in 0..load.connections {
            let number = usize::try_from(number)?;
            let (load, orders, stop) = (Arc::clone(&load), Arc::clone(&orders), Arc::clone(&self.stop));
            let answered = Arc::clone(&self.answered);
            let mut client = Client { load, orders, stop, answered, number, harvest: Harvest::default() };
            self.clients.spawn(async move {
                match client.load.manner {
                    Manner::Once { may_refuse } => client.once(may_refuse).await?,
                    Manner::Stubborn { per_second, hasty } => client.stubborn(per_second, hasty).await?,
                }
                Ok(client.harvest)
            });
        }
        Ok(())
    }

    /// How many were answered so far.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// No new key from here on; waits for those under way.
    pub(crate) async fn end(mut self) -> anyhow::Result<Harvest> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Harvest::default();
        while let Some(ended) = self.clients.join_next().await {
            let ended = ended??;
            all.entries.extend(ended.entries);
            all.retried += ended.retried;
        }
        Ok(all)
    }
}

struct Client {
    load: Arc<Load>,
    orders: Arc<Vec<Value>>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    number: usize,
    harvest: Harvest,
}

impl Client {
    /// Writes the next key down and answers its request.
    fn next(&mut self, turn: usize) -> anyhow::Result<Vec<u8>> {
        let blower = self.number % BLOWERS.len();
        let token = self.load.tokens.get(blower).context("a token for each blower")?;
        let key = format!("{}-{}-{turn}", self.load.name, self.number);
        let mut order = self.orders[(self.number * 7 + turn) % self.orders.len()].clone();
        order["title"] = key.as_str().into();
        let order = order.to_string();
        let request = blow(token, &key, &order);
        self.harvest.entries.push(Entry { key, order, blower, code: None });
        Ok(request)
    }

    fn answered(&mut self, code: String) {
        if let Some(entry) = self.harvest.entries.last_mut() {
            entry.code = Some(code);
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn once(&mut self, may_refuse: bool) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.load.targets.pick(self.number)).await?;
        for turn in 0.. {
            let request = self.next(turn)?;
            let Ok(answer) = connection.ask(&request).await else { break };
            match answer.status {
                201 => self.answered(code_of(&answer.json()?)?),
                503 if may_refuse => break,
                status => bail!("a whistle was answered {status}"),
            }
        }
        Ok(())
    }

    async fn stubborn(&mut self, per_second: u32, hasty: bool) -> anyhow::Result<()> {
        let interval = Duration::from_secs(1) * self.load.connections / per_second.max(1);
        let mut line = Line { at: self.number, connection: None };
        let mut next = Instant::now() + interval * u32::try_from(self.number)? / self.load.connections;
        for turn in 0.. {
            until(next).await;
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            // What a fault held up is not made good for afterwards: it would be another load.
            next = (next + interval).max(Instant::now());
            let request = self.next(turn)?;
            if let Some(code) = self.insist(&mut line, &request, (turn, hasty)).await? {
                self.answered(code);
            }
        }
        Ok(())
    }

    /// Sends one request until it is answered; nothing when its time is up.
    async fn insist(
        &mut self,
        line: &mut Line,
        request: &[u8],
        (turn, hasty): (usize, bool),
    ) -> anyhow::Result<Option<String>> {
        let began = Instant::now();
        let mut tries = 0;
        while began.elapsed() < INSIST {
            let chance = mixed(&[self.number, turn, tries]);
            // The first answer that counts is waited for in the end.
            let leaves = hasty && tries < 2 && chance.is_multiple_of(HASTY_EVERY);
            let patience = if leaves { Duration::from_millis(chance / 7 % HASTY_MS_MAX) } else { PATIENCE };
            self.harvest.retried += usize::from(tries > 0);
            tries += 1;
            let asked = tokio::time::timeout(patience, line.ask(&self.load.targets, request)).await;
            match asked {
                Ok(Ok(answer)) if answer.status == 201 => return Ok(Some(code_of(&answer.json()?)?)),
                Ok(Ok(answer)) if answer.status != 503 => bail!("a whistle was answered {}", answer.status),
                Ok(_) | Err(_) => line.elsewhere(),
            }
            pause(BREATH_MS).await;
        }
        Ok(None)
    }
}

/// The way to one replica after another.
struct Line {
    at: usize,
    connection: Option<Connection>,
}

impl Line {
    async fn ask(&mut self, targets: &Targets, request: &[u8]) -> anyhow::Result<super::Answer> {
        // Taken out first: whoever is cut in the middle leaves no half-read connection behind.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(targets.pick(self.at)).await?,
        };
        let answer = connection.ask(request).await?;
        self.connection = Some(connection);
        Ok(answer)
    }

    fn elsewhere(&mut self) {
        self.connection = None;
        self.at += 1;
    }
}

/// A number that looks like chance and is the same in every run.
fn mixed(parts: &[usize]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, part| {
        let state = (state ^ u64::try_from(*part).unwrap_or(0)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state ^ (state >> 29)
    })
}

/// The code in a whistle's card.
pub(crate) fn code_of(card: &Value) -> anyhow::Result<String> {
    card["code"].as_str().map(str::to_owned).context("a whistle without a code")
}
