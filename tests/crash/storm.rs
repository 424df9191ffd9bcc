//! The load: connections that blow one whistle after another until the hub is gone. A key is written down before it is
//! sent and its code when the 201 has been read to its end; nothing is repeated here. What it hands back is the ledger
//! outside, which believes nothing that the hub says later.

use crate::load::{BLOWERS, Connection, blow, orders};
use anyhow::{Context, bail};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::Instant;

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

/// How the hub ended one connection's load.
struct Ended {
    entries: Vec<Entry>,
    /// An answer that is neither 201 nor the end of the connection.
    other: Option<u16>,
}

/// Connections under way.
pub(crate) struct Storm(JoinSet<anyhow::Result<Ended>>);

impl Storm {
    pub(crate) fn start(
        address: SocketAddr,
        tokens: &[String],
        round: usize,
        connections: usize,
    ) -> anyhow::Result<Storm> {
        let (tokens, orders) = (Arc::new(tokens.to_vec()), Arc::new(orders()?));
        let mut all = JoinSet::new();
        for number in 0..connections {
            let (tokens, orders) = (Arc::clone(&tokens), Arc::clone(&orders));
            all.spawn(async move { blow_on(address, &tokens, &orders, (round, number)).await });
        }
        Ok(Storm(all))
    }

    /// What was sent and answered. `stopping`: a hub that stops may also refuse with 503.
    pub(crate) async fn end(mut self, stopping: bool) -> anyhow::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while let Some(ended) = self.0.join_next().await {
            let ended = ended??;
            match ended.other {
                Some(503) if stopping => {}
                Some(status) => bail!("a whistle was answered {status}"),
                None => {}
            }
            entries.extend(ended.entries);
        }
        Ok(entries)
    }
}

async fn blow_on(
    address: SocketAddr,
    tokens: &[String],
    orders: &[Value],
    (round, number): (usize, usize),
) -> anyhow::Result<Ended> {
    let mut connection = Connection::open(address).await?;
    let blower = number % BLOWERS.len();
    let token = tokens.get(blower).context("a token for each blower")?;
    let mut ended = Ended { entries: Vec::new(), other: None };
    for turn in 0.. {
        let key = format!("crash-{round}-{number}-{turn}");
        let mut order = orders[(number * 7 + turn) % orders.len()].clone();
        order["title"] = key.as_str().into();
        let order = order.to_string();
        let request = blow(token, &key, &order);
        ended.entries.push(Entry { key, order, blower, code: None });
        let Ok(answer) = connection.ask(&request).await else { break };
        if answer.status != 201 {
            ended.other = Some(answer.status);
            break;
        }
        let code = code_of(&answer.json()?)?;
        if let Some(entry) = ended.entries.last_mut() {
            entry.code = Some(code);
        }
    }
    Ok(ended)
}

/// The code in a whistle's card.
pub(crate) fn code_of(card: &Value) -> anyhow::Result<String> {
    card["code"].as_str().map(str::to_owned).context("a whistle without a code")
}

/// Waits until then, the storm going on meanwhile.
pub(crate) async fn until(then: Instant) {
    while Instant::now() < then {
        crate::load::pause(1).await;
    }
}
