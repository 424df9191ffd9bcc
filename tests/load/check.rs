//! After the fault: what the hub holds against the ledger outside. Repeats come first, as clients would; then the whole
//! list is walked and whistles are opened. Each wait has an end; it looks at the hub through its doors only.

use super::{Connection, Entry, blow, code_of, get, pause, sign_in};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant};

/// How long the office's receipts may take.
const ROUTED_WITHIN: Duration = Duration::from_secs(90);
/// Connections that look side by side.
const LOOKERS: usize = 8;
/// Of the answered keys, one in this many is repeated as well.
const REPEAT_EVERY: usize = 10;

/// What the hub holds against the ledger outside.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) sent: usize,
    pub(crate) answered: usize,
    /// Unanswered keys that were sent again, and how many of them the ledger knew.
    pub(crate) unsettled: usize,
    pub(crate) known: usize,
    /// Answered and not there, or there under another code.
    pub(crate) lost: usize,
    /// Keys with more than one whistle.
    pub(crate) doubled: usize,
    /// Numbers that no whistle has.
    pub(crate) holes: i64,
    /// Whistles without exactly one receipt of the office.
    pub(crate) unrouted: usize,
}

impl Seen {
    /// # Errors
    /// Whatever must be nought and is not.
    pub(crate) fn judge(&self) -> anyhow::Result<()> {
        ensure!(self.answered > 0, "nothing was answered: the round tried nothing");
        let Seen { lost, doubled, holes, unrouted, .. } = self;
        let good = (*lost, *doubled, *holes, *unrouted) == (0, 0, 0, 0);
        ensure!(good, "{lost} lost, {doubled} doubled, {holes} holes, {unrouted} unrouted");
        Ok(())
    }
}

/// Repeats, walks and opens, by `replicas` of one hub. Fills the missing codes of `outside` in, of which what follows
/// `since` is new; one in `open_every` of the new ones is opened.
pub(crate) async fn compare(
    replicas: &[SocketAddr],
    outside: &mut [Entry],
    since: usize,
    tokens: &[String],
    open_every: usize,
) -> anyhow::Result<Seen> {
    let (first, last) = (*replicas.first().context("no replica")?, *replicas.last().context("no replica")?);
    let fresh = &mut outside[since..];
    let mut seen = Seen { sent: fresh.len(), ..Seen::default() };
    seen.answered = fresh.iter().filter(|entry| entry.code.is_some()).count();
    repeat((first, last), fresh, tokens, &mut seen).await?;
    let mut connection = Connection::open(first).await?;
    let office = sign_in(&mut connection, "office").await?;
    count(&walk(&mut connection, &office).await?, outside, &mut seen)?;
    let opened: Vec<Entry> = outside[since..].iter().step_by(open_every.max(1)).cloned().collect();
    seen.unrouted = open_all(last, opened, &office).await?;
    // A fresh connection: the first one has been idle for longer than the hub keeps it.
    let ready = Connection::open(first).await?.ask(&get("/readyz", &office)).await?;
    ensure!(ready.status == 200, "/readyz answers {}", ready.status);
    Ok(seen)
}

/// Sends every unanswered key twice at once, and some answered ones again: one key, one whistle. The tokens of before
/// the fault must still be good: their sessions were answered too.
async fn repeat(
    (here, there): (SocketAddr, SocketAddr),
    entries: &mut [Entry],
    tokens: &[String],
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let (mut one, mut other) = (Connection::open(here).await?, Connection::open(there).await?);
    for (number, entry) in entries.iter_mut().enumerate() {
        if entry.code.is_some() && number % REPEAT_EVERY != 0 {
            continue;
        }
        let request = blow(&tokens[entry.blower], &entry.key, &entry.order);
        let (first, second) = tokio::join!(one.ask(&request), other.ask(&request));
        let (first, second) = (first?, second?);
        ensure!(first.status == 201 && second.status == 201, "repeats answer {} {}", first.status, second.status);
        let replayed =
            [&first, &second].iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
        let (code, twin) = (code_of(&first.json()?)?, code_of(&second.json()?)?);
        ensure!(code == twin, "{} became {code} and {twin}", entry.key);
        match &entry.code {
            Some(known) => ensure!(*known == code && replayed == 2, "{} was {known} and now is {code}", entry.key),
            None => {
                ensure!(replayed >= 1, "{} was blown twice", entry.key);
                seen.unsettled += 1;
                seen.known += usize::from(replayed == 2);
                entry.code = Some(code);
            }
        }
    }
    Ok(())
}

/// Code and title of everything, page by page.
pub(crate) async fn walk(connection: &mut Connection, office: &str) -> anyhow::Result<Vec<(String, String)>> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = connection.ask(&get(&format!("/api/v1/whistles?sort=blown_at&limit=200{cursor}"), office)).await?;
        ensure!(answer.status == 200, "the list answers {}", answer.status);
        let page = answer.json()?;
        for item in page["items"].as_array().context("a page without items")? {
            all.push((code_of(item)?, item["title"].as_str().unwrap_or_default().to_owned()));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

fn count(walked: &[(String, String)], entries: &[Entry], seen: &mut Seen) -> anyhow::Result<()> {
    let mut by_title: HashMap<&str, Vec<&str>> = HashMap::new();
    for (code, title) in walked {
        by_title.entry(title).or_default().push(code);
    }
    for entry in entries {
        let codes = by_title.remove(entry.key.as_str()).unwrap_or_default();
        seen.doubled += codes.len().saturating_sub(1);
        seen.lost += usize::from(!codes.iter().any(|code| Some(*code) == entry.code.as_deref()));
    }
    ensure!(by_title.is_empty(), "{} whistles that nobody sent", by_title.len());
    let number = |code: &str| code.rsplit('-').next().and_then(|number| number.parse::<i64>().ok());
    let numbers: Option<HashSet<i64>> = walked.iter().map(|(code, _)| number(code)).collect();
    let numbers = numbers.context("a code without a number")?;
    ensure!(numbers.len() == walked.len(), "two whistles share a number");
    seen.holes = numbers.iter().max().copied().unwrap_or(0) - i64::try_from(numbers.len())?;
    Ok(())
}

/// Opens each whistle, reads its timeline until the office has it, and answers how many never came to one receipt.
async fn open_all(address: SocketAddr, entries: Vec<Entry>, office: &str) -> anyhow::Result<usize> {
    let (entries, deadline) = (Arc::new(entries), Instant::now() + ROUTED_WITHIN);
    let mut lookers = JoinSet::new();
    for first in 0..LOOKERS {
        let (entries, office) = (Arc::clone(&entries), office.to_owned());
        lookers.spawn(async move {
            let (mut connection, mut unrouted) = (Connection::open(address).await?, 0);
            for entry in entries.iter().skip(first).step_by(LOOKERS) {
                unrouted += usize::from(!open(&mut connection, entry, &office, deadline).await?);
            }
            anyhow::Ok(unrouted)
        });
    }
    let mut unrouted = 0;
    while let Some(looked) = lookers.join_next().await {
        unrouted += looked??;
    }
    Ok(unrouted)
}

/// Whether the whistle is as it was sent and has its one receipt before the deadline.
async fn open(connection: &mut Connection, entry: &Entry, office: &str, deadline: Instant) -> anyhow::Result<bool> {
    let code = entry.code.as_deref().context("an entry without a code")?;
    let answer = connection.ask(&get(&format!("/api/v1/whistles/{code}"), office)).await?;
    let (card, order): (Value, Value) = (answer.json()?, serde_json::from_str(&entry.order)?);
    let same = ["title", "what", "category", "urgency"].iter().all(|field| card[*field] == order[*field]);
    ensure!(answer.status == 200 && same, "{code} is not what was sent under {}", entry.key);
    loop {
        let answer = connection.ask(&get(&format!("/api/v1/whistles/{code}/timeline?limit=200"), office)).await?;
        let page = answer.json()?;
        let events = page["items"].as_array().context("a timeline without items")?;
        let times = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        ensure!(times("whistle.blown") == 1, "{code} was blown {} times", times("whistle.blown"));
        if times("whistle.routed") > 0 || Instant::now() > deadline {
            return Ok(times("whistle.routed") == 1);
        }
        pause(50).await;
    }
}
