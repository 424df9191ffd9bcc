//! After the blow: what the hub holds against the ledger outside. Repeats come first, as clients would; then the whole
//! list is walked and every whistle of the round opened. Each wait has an end.

use crate::Blow;
use crate::load::{Connection, Served, blow, get, pause, sign_in};
use crate::storm::{Entry, code_of};
use anyhow::{Context, ensure};
use rusqlite::OpenFlags;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant};

/// How long the office's receipts and the letters may take after a start.
const ROUTED_WITHIN: Duration = Duration::from_secs(90);
const LETTERS_WITHIN: Duration = Duration::from_secs(5);
/// Connections that look side by side.
const LOOKERS: usize = 8;
/// Of the answered keys, one in this many is repeated as well.
const REPEAT_EVERY: usize = 10;

pub(crate) const HEADING: &str =
    "round  blow          sent  answered  retried  known   lost  doubled  holes  unrouted  letters";

/// What one round came to.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    sent: usize,
    answered: usize,
    /// Unanswered keys that were sent again, and how many of them the ledger knew.
    retried: usize,
    known: usize,
    /// Answered and not there, or there under another code.
    lost: usize,
    /// Keys with more than one whistle.
    doubled: usize,
    /// Numbers that no whistle has.
    holes: i64,
    /// Whistles without exactly one receipt of the office.
    unrouted: usize,
    /// Letters handed over so far, of all rounds.
    letters: usize,
}

impl Seen {
    pub(crate) fn line(&self, round: usize, blow: Blow, note: &str) -> String {
        let blow = match blow {
            Blow::Kill => "kill -9",
            Blow::Terminate => "kill -TERM",
        };
        let Seen { sent, answered, retried, known, lost, doubled, holes, unrouted, letters } = self;
        format!(
            "{round:>5}  {blow:<11} {sent:>6} {answered:>9} {retried:>8} {known:>6} {lost:>6} {doubled:>8} {holes:>6} \
             {unrouted:>9} {letters:>8}  {note}"
        )
    }

    /// # Errors
    /// Whatever must be nought and is not.
    pub(crate) fn judge(&self) -> anyhow::Result<()> {
        ensure!(self.answered > 0, "nothing was answered before the blow: the round tried nothing");
        let Seen { lost, doubled, holes, unrouted, .. } = self;
        let good = (*lost, *doubled, *holes, *unrouted) == (0, 0, 0, 0);
        ensure!(good, "{lost} lost, {doubled} doubled, {holes} holes, {unrouted} unrouted");
        Ok(())
    }
}

/// Repeats, walks and opens; fills the missing codes of `outside` in.
pub(crate) async fn round(
    hub: &Served,
    outside: &mut [Entry],
    since: usize,
    tokens: &[String],
    dir: &Path,
) -> anyhow::Result<Seen> {
    let fresh = &mut outside[since..];
    let mut seen = Seen { sent: fresh.len(), ..Seen::default() };
    seen.answered = fresh.iter().filter(|entry| entry.code.is_some()).count();
    repeat(hub.address, fresh, tokens, &mut seen).await?;
    let mut connection = Connection::open(hub.address).await?;
    let office = sign_in(&mut connection, "office").await?;
    compare(&walk(&mut connection, &office).await?, outside, &mut seen)?;
    seen.unrouted = open_all(hub.address, &outside[since..], &office).await?;
    seen.letters = letters(dir, outside.len()).await?;
    // A fresh connection: the first one has been idle for longer than the hub keeps it.
    let ready = Connection::open(hub.address).await?.ask(&get("/readyz", &office)).await?;
    ensure!(ready.status == 200, "/readyz answers {}", ready.status);
    Ok(seen)
}

/// Sends every unanswered key twice at once, and some answered ones again: one key, one whistle. The tokens of before
/// the blow must still be good: their sessions were answered too.
async fn repeat(address: SocketAddr, entries: &mut [Entry], tokens: &[String], seen: &mut Seen) -> anyhow::Result<()> {
    let (mut one, mut other) = (Connection::open(address).await?, Connection::open(address).await?);
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
                seen.retried += 1;
                seen.known += usize::from(replayed == 2);
                entry.code = Some(code);
            }
        }
    }
    Ok(())
}

/// Code and title of everything, page by page.
async fn walk(connection: &mut Connection, office: &str) -> anyhow::Result<Vec<(String, String)>> {
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

fn compare(walked: &[(String, String)], entries: &[Entry], seen: &mut Seen) -> anyhow::Result<()> {
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
async fn open_all(address: SocketAddr, entries: &[Entry], office: &str) -> anyhow::Result<usize> {
    let (entries, deadline) = (Arc::new(entries.to_vec()), Instant::now() + ROUTED_WITHIN);
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
        let count = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        ensure!(count("whistle.blown") == 1, "{code} was blown {} times", count("whistle.blown"));
        if count("whistle.routed") > 0 || Instant::now() > deadline {
            return Ok(count("whistle.routed") == 1);
        }
        pause(50).await;
    }
}

/// Waits a while for letters; how many there are. Those that are not there yet are owed, which the ledger at rest shows.
async fn letters(dir: &Path, wanted: usize) -> anyhow::Result<usize> {
    let deadline = Instant::now() + LETTERS_WITHIN;
    loop {
        let count = letter_files(dir)?.len();
        if count >= wanted || Instant::now() > deadline {
            return Ok(count);
        }
        pause(100).await;
    }
}

fn letter_files(dir: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(dir.join("letters"))? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "eml") {
            files.push(path);
        }
    }
    Ok(files)
}

/// When the hub is down for good: the file itself. One birth, one receipt and one letter a whistle, a log without a
/// gap, no letter twice.
pub(crate) fn ledger_at_rest(dir: &Path, outside: &[Entry]) -> anyhow::Result<()> {
    let file = rusqlite::Connection::open_with_flags(dir.join("hub.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let count = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).context(sql.to_owned());
    let whistles = i64::try_from(outside.len())?;
    let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(sound == "ok", "the file is broken: {sound}");
    ensure!(count("SELECT COUNT(*) FROM events")? == count("SELECT MAX(seq) FROM events")?, "the log has a gap");
    for (what, sql) in [
        ("whistles", "SELECT COUNT(*) FROM whistles"),
        ("receipts for keys", "SELECT COUNT(*) FROM receipts"),
        ("whistle.blown", "SELECT COUNT(*) FROM events WHERE kind = 'whistle.blown'"),
        ("whistle.routed", "SELECT COUNT(*) FROM events WHERE kind = 'whistle.routed'"),
        ("routed whistles", "SELECT COUNT(DISTINCT whistle) FROM events WHERE kind = 'whistle.routed'"),
        ("letters of new whistles", "SELECT COUNT(DISTINCT whistle) FROM letters WHERE kind = 'whistle_new'"),
    ] {
        ensure!(count(sql)? == whistles, "{what}: {} of {whistles}", count(sql)?);
    }
    let ids = message_ids(&letter_files(dir)?)?;
    let sent = count("SELECT COUNT(*) FROM letters WHERE sent_at IS NOT NULL")?;
    let owed = count("SELECT COUNT(*) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL")?;
    println!("at rest: {whistles} whistles, {} letters handed over, {sent} noted, {owed} owed", ids.len());
    // A letter may lie there before the ledger says so, never the other way round.
    ensure!(i64::try_from(ids.len())? >= sent, "letters are noted as sent and are not there");
    ensure!(sent + owed >= whistles, "letters were given up");
    Ok(())
}

/// The `Message-ID` of each letter; two files with one are the same letter twice.
fn message_ids(files: &[std::path::PathBuf]) -> anyhow::Result<HashSet<String>> {
    let mut ids = HashSet::new();
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID:"));
        let id = id.with_context(|| format!("{} has no Message-ID", file.display()))?.trim().to_owned();
        ensure!(ids.insert(id), "{} is a letter that was handed over before", file.display());
    }
    Ok(ids)
}
