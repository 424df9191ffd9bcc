//! The only SQL. This file opens a ledger: address, place, engine, settings, migrations, and what differs between
//! engines. It decides nothing about whistles, and nothing but the pen behind [`Ledger`] ever writes.

pub mod directory;
pub mod due;
pub mod events;
pub mod ledger;
pub mod sessions;
mod sql;
pub mod summonses;
pub mod whistles;

pub use ledger::{Chore, ClaimedLetter, CommitRefusal, Committed, DirectoryRow, Kept, Ledger, Outcome, Reading};
pub use sql::{Row, Value};

use rusqlite::{Connection, OpenFlags};
use sql::Sql;
use std::error::Error;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Why the ledger could not do something; `source` is for the log and quotes no text of ours.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    pub what: &'static str,
    pub retry: Retry,
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What may be hoped for after a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Nothing was written; the same again may succeed (disk full, busy, closing).
    Later,
    /// Nothing was written, and the same again fails again: ours to repair.
    Never,
    /// It may or may not be written: the idempotency key tells on the next try.
    Unknown,
}

impl Fault {
    /// A fault that stays.
    pub fn never(what: &'static str) -> Fault {
        Fault { what, retry: Retry::Never, source: None }
    }

    /// A fault that may pass.
    pub fn later(what: &'static str) -> Fault {
        Fault { what, retry: Retry::Later, source: None }
    }

    fn io(what: &'static str, error: std::io::Error) -> Fault {
        Fault { what, retry: Retry::Never, source: Some(Arc::new(error)) }
    }
}

/// The bounds of a ledger (I7).
#[derive(Debug, Clone)]
pub struct Options {
    /// Changes and chores in one commit, at most.
    pub batch_max: usize,
    /// Changes and chores that may wait for the pen; one more is refused at once.
    pub queue_max: usize,
    /// Threads that read.
    pub readers: usize,
    /// Reads that may wait for them.
    pub reads_max: usize,
    /// A read that takes longer is interrupted.
    pub read_deadline: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { batch_max: 64, queue_max: 1024, readers: 4, reads_max: 256, read_deadline: Duration::from_secs(2) }
    }
}

/// In order; a released one never changes.
const MIGRATIONS: &[(i64, &str)] = &[(1, include_str!("migrations/0001_ledger.sql"))];

/// 3.51.3 repaired a race between two connections that could corrupt a WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The log of facts refuses what would unmake it (I5), whoever asks.
const EVENTS_STAND: &str = "
CREATE TRIGGER IF NOT EXISTS events_stand BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
";

/// Opens (and if needed makes) the ledger at `sqlite://path` and starts its threads. Blocks: for the start only.
///
/// # Errors
/// An address of another kind, a folder that cannot be made, a network file system, a second process, an engine too
/// old, settings that do not hold, or a schema from a newer version.
pub fn open(url: &str, options: Options) -> Result<Ledger, Fault> {
    let path = url.strip_prefix("sqlite://").filter(|path| !path.is_empty());
    let path = PathBuf::from(path.ok_or(Fault::never("the ledger's address must be sqlite://path"))?);
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Fault::never("SQLite is older than 3.51.3"));
    }
    let lock = take_place(&path)?;
    let pen = connect(&path)?;
    migrate(&pen)?;
    let secret = receipt_secret(&pen)?;
    let readers = (0..options.readers.max(1)).map(|_| connect_reader(&path)).collect::<Result<Vec<_>, _>>()?;
    Ledger::start(ledger::Parts { pen, readers, secret, lock, options })
}

/// Makes folder and file (for the service's user only) and takes the lock that keeps a second process out.
fn take_place(path: &Path) -> Result<File, Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Fault::io("the ledger's folder cannot be made", error))?;
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let real = folder.canonicalize().map_err(|error| Fault::io("the ledger's folder cannot be read", error))?;
    if is_on_network(&mounts, &real) {
        return Err(Fault::never("the ledger's folder is on a network file system, whose locks do not hold"));
    }
    let make = |path: &Path| OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let lock = make(Path::new(&beside)).map_err(|error| Fault::io("the ledger's lock file cannot be opened", error))?;
    lock.try_lock().map_err(|_| Fault::never("another process has this ledger open"))?;
    make(path).map_err(|error| Fault::io("the ledger's file cannot be opened", error))?;
    Ok(lock)
}

/// Whether the mount that holds `folder` is of a kind on which SQLite's locks and shared memory are not safe.
fn is_on_network(mounts: &str, folder: &Path) -> bool {
    const NETWORK: [&str; 9] =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre"];
    let of_line = |line: &str| {
        let mut words = line.split(' ').skip(1);
        // Spaces in mount points are written as \040.
        let point = PathBuf::from(words.next()?.replace("\\040", " "));
        let kind = words.next()?.to_owned();
        folder.starts_with(&point).then(|| (point.as_os_str().len(), kind))
    };
    // Of two mounts on the same point the later one is seen.
    let holder = mounts.lines().filter_map(of_line).max_by_key(|(length, _)| *length);
    holder.is_some_and(|(_, kind)| NETWORK.contains(&kind.as_str()))
}

/// A connection that may write: the pen's.
fn connect(path: &Path) -> Result<Sql, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| sql::fault("the ledger's file cannot be opened", error))?;
    let sql = Sql::over(connection);
    // What a statement of many rows would need to take itself back stays in memory instead of in a file.
    sql.script("PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY")?;
    let journal = sql.row("PRAGMA journal_mode = WAL", &[], |row| Ok(row.text(0)? == "wal"))?;
    let full = sql.row("PRAGMA synchronous", &[], |row| Ok(row.int(0)? == 2))?;
    if journal != Some(true) || full != Some(true) {
        return Err(Fault::never("the ledger's file does not take WAL with synchronous=FULL"));
    }
    Ok(sql)
}

/// A connection that the engine itself keeps from writing.
fn connect_reader(path: &Path) -> Result<Sql, Fault> {
    let sql = connect(path)?;
    sql.script("PRAGMA query_only = ON; PRAGMA temp_store = DEFAULT")?;
    Ok(sql)
}

/// Brings the schema forward, each step all or nothing.
fn migrate(sql: &Sql) -> Result<(), Fault> {
    sql.script(&in_sqlites_words("CREATE TABLE IF NOT EXISTS migrations (\n    version BIGINT PRIMARY KEY\n);"))?;
    let version = sql.row("SELECT COALESCE(MAX(version), 0) FROM migrations", &[], |row| row.int(0))?.unwrap_or(0);
    if MIGRATIONS.iter().all(|(newest, _)| version > *newest) {
        return Err(Fault::never("the ledger was written by a newer whistle-hub"));
    }
    for (number, text) in MIGRATIONS.iter().filter(|(number, _)| *number > version) {
        sql.begin()?;
        let stepped = sql
            .script(&in_sqlites_words(text))
            .and_then(|()| sql.run("INSERT INTO migrations (version) VALUES ($1)", &[Value::Int(*number)]));
        match stepped {
            Ok(_) => sql.commit()?,
            Err(fault) => {
                sql.roll_back()?;
                return Err(Fault { what: "a migration failed", ..fault });
            }
        }
    }
    sql.script(EVENTS_STAND)
}

/// Three words differ, and SQLite checks types only in strict tables.
fn in_sqlites_words(text: &str) -> String {
    text.replace("BIGINT", "INTEGER")
        .replace("BYTEA", "BLOB")
        .replace("DOUBLE PRECISION", "REAL")
        .replace("\n);", "\n) STRICT;")
}

/// What this ledger's remembered keys are salted with: drawn once, never leaves the ledger.
fn receipt_secret(sql: &Sql) -> Result<String, Fault> {
    let mut drawn = [0; 32];
    aws_lc_rs::rand::fill(&mut drawn).map_err(|_| Fault::never("the system gives no random bytes"))?;
    let insert = "INSERT INTO meta (key, value) VALUES ('receipt_secret', $1) ON CONFLICT (key) DO NOTHING";
    sql.run(insert, &[crate::ids::hex(&drawn).into()])?;
    let kept =
        sql.row("SELECT value FROM meta WHERE key = 'receipt_secret'", &[], |row| row.text(0).map(String::from))?;
    kept.ok_or(Fault::never("the ledger has no receipt secret"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_decides_whether_a_folder_is_on_a_network() {
        let mounts = "/dev/vda / ext4 rw 0 0\nhost:/x /srv nfs4 rw 0 0\n/dev/vdb /srv/my\\040disk xfs rw 0 0\n";
        assert!(is_on_network(mounts, Path::new("/srv/hub")));
        assert!(!is_on_network(mounts, Path::new("/srv/my disk/hub")));
        assert!(!is_on_network(mounts, Path::new("/srvx")));
    }

    #[test]
    fn every_table_of_the_schema_is_strict_and_speaks_sqlites_words() {
        let text = in_sqlites_words(MIGRATIONS[0].1);
        assert_eq!(text.matches("CREATE TABLE").count(), text.matches(") STRICT;").count());
        let statements: String = text.lines().filter(|line| !line.starts_with("--")).collect();
        assert!(!statements.contains("BYTEA") && !statements.contains("BIGINT"));
    }

    #[test]
    fn marks_are_counted_by_their_number_and_not_by_their_place() {
        let sql = Sql::over(Connection::open_in_memory().unwrap());
        let row = sql.row("SELECT $2, $1, $2", &["one".into(), "two".into()], |row| {
            Ok(format!("{} {} {}", row.text(0)?, row.text(1)?, row.text(2)?))
        });
        assert_eq!(row.unwrap().as_deref(), Some("two one two"));
    }

    #[test]
    fn an_error_of_the_driver_quotes_no_parameter() {
        let sql = Sql::over(Connection::open_in_memory().unwrap());
        sql.script("CREATE TABLE t (id TEXT PRIMARY KEY) STRICT").unwrap();
        sql.run("INSERT INTO t (id) VALUES ($1)", &["王五".into()]).unwrap();
        let fault = sql.run("INSERT INTO t (id) VALUES ($1)", &["王五".into()]).unwrap_err();
        assert_eq!(fault.retry, Retry::Never);
        assert!(!format!("{fault:?}").contains("王五"));
    }
}
