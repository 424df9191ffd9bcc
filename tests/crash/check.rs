//! What only a hub on one's own files shows after the blow: its letters lie in a folder, and its ledger is a file that
//! can be opened when it is down. Each wait has an end.

use crate::Blow;
use crate::load::{Entry, Seen, pause};
use anyhow::{Context, ensure};
use rusqlite::OpenFlags;
use std::collections::HashSet;
use std::path::Path;
use tokio::time::{Duration, Instant};

const LETTERS_WITHIN: Duration = Duration::from_secs(5);

pub(crate) const HEADING: &str =
    "round  blow          sent  answered  retried  known   lost  doubled  holes  unrouted  letters";

/// `letters`: handed over so far, of all rounds.
pub(crate) fn line(seen: &Seen, letters: usize, (round, blow): (usize, Blow), note: &str) -> String {
    let blow = match blow {
        Blow::Kill => "kill -9",
        Blow::Terminate => "kill -TERM",
    };
    let Seen { sent, answered, unsettled, known, lost, doubled, holes, unrouted } = seen;
    format!(
        "{round:>5}  {blow:<11} {sent:>6} {answered:>9} {unsettled:>8} {known:>6} {lost:>6} {doubled:>8} {holes:>6} \
         {unrouted:>9} {letters:>8}  {note}"
    )
}

/// Waits a while for letters; how many there are. Those that are not there yet are owed, which the ledger at rest shows.
pub(crate) async fn letters(dir: &Path, wanted: usize) -> anyhow::Result<usize> {
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
