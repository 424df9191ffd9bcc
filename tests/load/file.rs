//! What only a hub on its own files shows: its letters lie in a folder, and its ledger is a file that others can read. It
//! looks and never writes.

use super::Entry;
use anyhow::{Context, ensure};
use rusqlite::{Connection, OpenFlags};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

const OWED: &str = "SELECT COUNT(*) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL";

/// The letters of a hub that is down.
pub(crate) struct AtRest {
    pub(crate) letters: usize,
    /// By the ledger.
    pub(crate) sent: i64,
    pub(crate) owed: i64,
}

fn open(dir: &Path) -> anyhow::Result<Connection> {
    let file = dir.join("hub.db");
    Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).with_context(|| file.display().to_string())
}

/// How many letters wait, by the ledger of a hub that may be running.
pub(crate) fn letters_owed(dir: &Path) -> anyhow::Result<i64> {
    Ok(open(dir)?.query_row(OWED, [], |row| row.get(0))?)
}

/// The letters that lie in the folder.
pub(crate) fn letter_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
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
pub(crate) fn file_at_rest(dir: &Path, outside: &[Entry]) -> anyhow::Result<AtRest> {
    let file = open(dir)?;
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
        ("routed whistles", "SELECT COUNT(DISTINCT tree) FROM events WHERE kind = 'whistle.routed'"),
        ("letters of new whistles", "SELECT COUNT(DISTINCT tree) FROM letters WHERE kind = 'whistle_new'"),
    ] {
        ensure!(count(sql)? == whistles, "{what}: {} of {whistles}", count(sql)?);
    }
    let ids = message_ids(&letter_files(dir)?)?;
    let sent = count("SELECT COUNT(*) FROM letters WHERE sent_at IS NOT NULL")?;
    let owed = count(OWED)?;
    // A letter may lie there before the ledger says so, never the other way round.
    ensure!(i64::try_from(ids.len())? >= sent, "letters are noted as sent and are not there");
    ensure!(sent + owed >= whistles, "letters were given up");
    Ok(AtRest { letters: ids.len(), sent, owed })
}

/// The `Message-ID` of each letter; two files with one are the same letter twice.
fn message_ids(files: &[PathBuf]) -> anyhow::Result<HashSet<String>> {
    let mut ids = HashSet::new();
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID:"));
        let id = id.with_context(|| format!("{} has no Message-ID", file.display()))?.trim().to_owned();
        ensure!(ids.insert(id), "{} is a letter that was handed over before", file.display());
    }
    Ok(ids)
}
