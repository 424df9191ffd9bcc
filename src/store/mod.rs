//! The only SQL. This file opens a ledger by its address and brings its schema forward; what differs between engines
//! is in `sql/`. It decides nothing about whistles, and nothing but the pen behind [`Ledger`] ever writes.

pub mod attachments;
pub mod backup;
pub mod directory;
pub mod due;
pub mod erasure;
pub mod events;
pub mod feedback;
pub mod firms;
pub mod imports;
pub mod leases;
pub mod ledger;
mod look;
pub mod machine_tokens;
pub mod obligations;
pub mod older;
pub mod people;
pub mod reminders;
pub mod sessions;
mod sight;
pub mod slates;
mod sql;
pub mod summonses;
#[cfg(test)]
pub(crate) mod tests;
pub mod trees;
pub mod unsent;
pub mod views;
pub mod visits;
pub mod whistles;

pub use crate::domain::decision::DirectoryRow;
pub use backup::{BadBackup, Head, Restored, Summary};
pub use ledger::{
    Access, Care, Chore, ClaimedLetter, CommitRefusal, Committed, FileChore, Kept, Ledger, Note, Outcome, Reading,
};
pub use look::{Look, look};
pub use sql::{Row, Value};

use sql::{Sql, postgres, sqlite};
use std::error::Error;
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
    /// Certificates of the authority that vouches for the server, PEM; none: those that the system trusts.
    pub ca_file: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            batch_max: 64,
            queue_max: 1024,
            readers: 4,
            reads_max: 256,
            read_deadline: Duration::from_secs(2),
            ca_file: None,
        }
    }
}

/// In order; a released one never changes.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("migrations/0001_ledger.sql")),
    (2, include_str!("migrations/0002_replicas.sql")),
    (3, include_str!("migrations/0003_access.sql")),
    (4, include_str!("migrations/0004_sealed.sql")),
    (5, include_str!("migrations/0005_bodies.sql")),
    (6, include_str!("migrations/0006_import_files.sql")),
    (7, include_str!("migrations/0007_machines.sql")),
    (8, include_str!("migrations/0008_identity.sql")),
    (9, include_str!("migrations/0009_console.sql")),
    (10, include_str!("migrations/0010_proposed_lists.sql")),
    (11, include_str!("migrations/0011_reminders.sql")),
    (12, include_str!("migrations/0012_views.sql")),
    (13, include_str!("migrations/0013_trail.sql")),
    (14, include_str!("migrations/0014_visits.sql")),
    (15, include_str!("migrations/0015_password_age.sql")),
    (16, include_str!("migrations/0016_acknowledged.sql")),
    (17, include_str!("migrations/0017_attachments.sql")),
    (18, include_str!("migrations/0018_firm_links.sql")),
    (19, include_str!("migrations/0019_proof_of_visits.sql")),
    (20, include_str!("migrations/0020_results.sql")),
    (21, include_str!("migrations/0021_wrong_codes.sql")),
    (22, include_str!("migrations/0022_networks_of_tokens.sql")),
];

/// The newest schema, which this release brings a ledger to.
pub const SCHEMA: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Opens (and if needed makes) the ledger and starts its threads. `url`: `sqlite://path` for one process, or
/// `postgres://user:password@host/database` for several. Blocks: for the start only.
///
/// # Errors
/// An address of another kind; a place, a server or a database on which something could be lost; a database that holds
/// somebody else's tables, or a newer schema. Nothing is changed then.
pub fn open(url: &str, options: Options) -> Result<Ledger, Fault> {
    // On a thread of its own: a connection brings its own runtime, which cannot run inside another.
    let opened = std::thread::scope(|scope| scope.spawn(|| place(url, options)).join());
    Ledger::start(opened.unwrap_or(Err(Fault::never("opening the ledger panicked")))?)
}

fn place(url: &str, options: Options) -> Result<ledger::Parts, Fault> {
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => sqlite::open(Path::new(path), options),
        Some(("postgres" | "postgresql", _)) => postgres::open(url, options),
        Some(_) | None => Err(Fault::never("the ledger's address must be sqlite://path or postgres://…")),
    }
}

/// Brings the schema forward, all or nothing; two processes that start at once do it one after the other.
fn migrate(sql: &Sql) -> Result<(), Fault> {
    sql.begin()?;
    match step_to(sql, SCHEMA) {
        Ok(()) => sql.commit(),
        Err(fault) => {
            sql.roll_back()?;
            Err(fault)
        }
    }
}

/// Whether nothing was laid here yet. A database of somebody else's is refused.
fn is_empty(sql: &Sql) -> Result<bool, Fault> {
    let tables = sql.tables()?;
    let is_ours = ["migrations", "meta", "events"].iter().all(|name| tables.iter().any(|table| table == name));
    if !tables.is_empty() && !is_ours {
        return Err(Fault::never("the database holds tables that are not whistle-hub's: give it one of its own"));
    }
    Ok(tables.is_empty())
}

/// Which migrations were done here, by the last one's number.
fn schema(sql: &Sql) -> Result<i64, Fault> {
    Ok(sql.row("SELECT COALESCE(MAX(version), 0) FROM migrations", &[], |row| row.int(0))?.unwrap_or(0))
}

/// Brings the schema to this version, within the caller's transaction.
fn step_to(sql: &Sql, newest: i64) -> Result<(), Fault> {
    if is_empty(sql)? {
        sql.script(&sql.in_its_words("CREATE TABLE migrations (\n    version BIGINT PRIMARY KEY\n);"))?;
    }
    let version = schema(sql)?;
    if version > SCHEMA {
        return Err(Fault::never("the ledger was written by a newer whistle-hub"));
    }
    for (number, text) in MIGRATIONS.iter().filter(|(number, _)| *number > version && *number <= newest) {
        let stepped = sql
            .script(&sql.in_its_words(text))
            .and_then(|()| sql.run("INSERT INTO migrations (version) VALUES ($1)", &[Value::Int(*number)]));
        stepped.map_err(|fault| Fault { what: "a migration failed", ..fault })?;
    }
    // Once more where nothing was to do costs nothing, but a lock that others may hold.
    if version < SCHEMA { sql.script(sql.logs_stand()) } else { Ok(()) }
}

/// In `meta`: which life of the ledger this is. Drawn by each restore; none: the first.
pub const EPOCH: &str = "epoch";

/// The ledger's epoch; empty in its first life.
fn epoch(sql: &Sql) -> Result<String, Fault> {
    let kept = sql.row("SELECT value FROM meta WHERE key = $1", &[EPOCH.into()], |row| Ok(row.text(0)?.to_owned()))?;
    Ok(kept.unwrap_or_default())
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
