//! SQLite: one file, one process. Where the file may lie, how a connection is set up, and the bridge to the driver.
//! It knows nothing of whistles, and no parameter's text ever stands in an error of it.

use super::super::ledger::Parts;
use super::super::{Fault, Options, Retry, epoch, is_empty, migrate, receipt_secret};
use super::{Call, Cell, Each, Engine, Row, Sql, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, InterruptHandle, OpenFlags};
use std::borrow::Cow;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 3.51.3 repaired a race between two connections that could corrupt a WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The log of facts and the trail refuse what would unmake them (I5), whoever asks. The trail lets lines go that are older
/// than its newest by 183 days: law wants half a year.
pub(in crate::store) const LOGS_STAND: &str = "
CREATE TRIGGER IF NOT EXISTS events_stand BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS security_events_stand BEFORE UPDATE ON security_events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
DROP TRIGGER IF EXISTS security_events_stay;
CREATE TRIGGER security_events_stay BEFORE DELETE ON security_events
WHEN OLD.at >= (SELECT at FROM security_events ORDER BY seq DESC LIMIT 1) - 15811200000000
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
";

/// Names of the tables that are there.
pub(super) const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND SUBSTR(name, 1, 7) <> 'sqlite_'";

/// Opens the ledger's file, pen and readers.
pub(in crate::store) fn open(path: &Path, options: Options) -> Result<Parts, Fault> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Fault::never("SQLite is older than 3.51.3"));
    }
    let lock = take_place(path)?;
    // Asked before anything is set: a file of somebody else's stays as it is.
    is_empty(&Sql::Sqlite(Sqlite::over(open_file(path)?)))?;
    let pen = connect(path)?;
    migrate(&pen)?;
    let secret = receipt_secret(&pen)?;
    let readers = (0..options.readers.max(1)).map(|_| connect_reader(path)).collect::<Result<Vec<_>, _>>()?;
    let epoch = epoch(&pen)?;
    Ok(Parts { pen, readers, secret, epoch, warnings: Vec::new(), lock: Some(lock), options })
}

/// A connection beside whoever has the file open, without the lock; nothing where there is no file.
pub(in crate::store) fn visit(path: &Path) -> Result<Option<Sql>, Fault> {
    if !path.exists() {
        return Ok(None);
    }
    // Asked before anything is set: a file of somebody else's stays as it is.
    let bare = Sql::Sqlite(Sqlite::over(open_file(path)?));
    if is_empty(&bare)? { Ok(Some(bare)) } else { connect(path).map(Some) }
}

/// The pen's connection to a place where nothing is laid yet, with the lock.
pub(in crate::store) fn vacant(path: &Path) -> Result<(Sql, File), Fault> {
    let is_there = |end: &str| {
        let mut beside = path.as_os_str().to_owned();
        beside.push(end);
        std::fs::metadata(PathBuf::from(beside)).is_ok_and(|found| found.len() > 0)
    };
    if is_there("") {
        return Err(Fault::never("there is a file at ledger.url already: restore into an empty place"));
    }
    if is_there("-wal") || is_there("-journal") {
        return Err(Fault::never("another file's -wal lies at ledger.url: move it away, or name another place"));
    }
    let lock = take_place(path)?;
    Ok((connect(path)?, lock))
}

/// Removes the empty file that [`vacant`] made; its side files went with the last connection.
pub(in crate::store) fn clear(path: &Path) -> Result<(), Fault> {
    std::fs::remove_file(path).map_err(|error| Fault::io("the empty file of a restore that failed stays", error))
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

fn open_file(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| fault("the ledger's file cannot be opened", error))
}

/// A connection that may write: the pen's.
pub(in crate::store) fn connect(path: &Path) -> Result<Sql, Fault> {
    let sql = Sql::Sqlite(Sqlite::over(open_file(path)?));
    // What a statement of many rows would need to take itself back stays in memory instead of in a file.
    // What is deleted is overwritten: law may have had it erased.
    let modes = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY";
    sql.script(&format!("{modes}; PRAGMA secure_delete = ON"))?;
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

/// Three words differ, and SQLite checks types only in strict tables.
pub(in crate::store) fn in_sqlites_words(text: &str) -> String {
    text.replace("BIGINT", "INTEGER")
        .replace("BYTEA", "BLOB")
        .replace("DOUBLE PRECISION", "REAL")
        .replace("\n);", "\n) STRICT;")
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What stands in a column.
pub(super) fn cell<'r>(row: &'r rusqlite::Row<'r>, i: usize) -> Result<Cell<'r>, Fault> {
    Ok(match row.get_ref(i).map_err(|error| fault("a column is missing", error))? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Text(bytes) => {
            Cell::Text(std::str::from_utf8(bytes).map_err(|_| Fault::never("a stored text is not UTF-8"))?)
        }
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        ValueRef::Real(_) => Cell::Other,
    })
}

/// How many columns a row has.
pub(super) fn width(row: &rusqlite::Row<'_>) -> usize {
    row.as_ref().column_count()
}

/// A connection to the file.
pub(crate) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Takes over a connection that is set up. Every statement stays prepared: seven sizes per table, and the reads.
    pub(in crate::store) fn over(connection: Connection) -> Sqlite {
        connection.set_prepared_statement_cache_capacity(512);
        Sqlite { connection }
    }

    fn prepared(&self, call: &Call<'_>) -> Result<CachedStatement<'_>, Fault> {
        // `?3` counts as `$3` does elsewhere; SQLite numbers `$3` by first appearance.
        let marked =
            if call.text.contains('$') { Cow::Owned(call.text.replace('$', "?")) } else { Cow::Borrowed(call.text) };
        let mut statement =
            self.connection.prepare_cached(&marked).map_err(|error| fault("a statement is refused", error))?;
        if statement.parameter_count() != call.params.len() {
            return Err(Fault::never("a statement has another number of parameters"));
        }
        for (i, value) in call.params.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, value).map_err(|error| fault("a parameter is refused", error))?;
        }
        Ok(statement)
    }

    #[cfg(test)]
    pub(super) fn prepare_only(&self, text: &str) -> Result<(), Fault> {
        let prepared = self.connection.prepare_cached(&text.replace('$', "?"));
        prepared.map(drop).map_err(|error| fault("a statement is refused", error))
    }

    pub(super) fn many(&self, calls: &[Call<'_>], each: &mut Each<'_>) -> Result<Vec<usize>, Fault> {
        let mut touched = Vec::with_capacity(calls.len());
        for (at, call) in calls.iter().enumerate() {
            let mut statement = self.prepared(call)?;
            if statement.column_count() == 0 {
                touched.push(statement.raw_execute().map_err(|error| fault("a statement failed", error))?);
                continue;
            }
            let (mut rows, mut count) = (statement.raw_query(), 0);
            while let Some(row) = rows.next().map_err(|error| fault("a read failed", error))? {
                each(at, &Row(Engine::Sqlite(row)))?;
                count += 1;
            }
            touched.push(count);
        }
        Ok(touched)
    }

    pub(in crate::store) fn script(&self, text: &str) -> Result<(), Fault> {
        self.connection.execute_batch(text).map_err(|error| fault("a script failed", error))
    }

    pub(super) fn begin(&self, how: &str) -> Result<(), Fault> {
        self.roll_back()?;
        self.script(how)
    }

    pub(super) fn commit(&self) -> Result<(), Fault> {
        let done = self.script("COMMIT");
        done.map_err(|fault| {
            // The next `begin` tries this again.
            drop(self.roll_back());
            Fault { what: "the outcome of a commit is unknown", retry: Retry::Unknown, ..fault }
        })
    }

    pub(super) fn roll_back(&self) -> Result<(), Fault> {
        if self.connection.is_autocommit() { Ok(()) } else { self.script("ROLLBACK") }
    }

    pub(super) fn interrupter(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Folds the log of pages into the file.
    pub(super) fn fold(&self) -> Result<(), Fault> {
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match busy.map_err(|error| fault("the log of pages could not be folded into the file", error))? {
            0 => Ok(()),
            _ => Err(Fault::later("the log of pages could not be folded into the file")),
        }
    }
}

/// The driver's error in our words: whether trying again later can help.
fn fault(what: &'static str, error: rusqlite::Error) -> Fault {
    let later = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::OperationAborted
        )
    );
    let retry = if later { Retry::Later } else { Retry::Never };
    Fault { what, retry, source: Some(Arc::new(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

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
        let sql = Sql::Sqlite(Sqlite::over(Connection::open_in_memory().unwrap()));
        let row = sql.row("SELECT $2, $1, $2", &["one".into(), "two".into()], |row| {
            Ok(format!("{} {} {}", row.text(0)?, row.text(1)?, row.text(2)?))
        });
        assert_eq!(row.unwrap().as_deref(), Some("two one two"));
    }

    #[test]
    fn an_error_of_the_driver_quotes_no_parameter() {
        let sql = Sql::Sqlite(Sqlite::over(Connection::open_in_memory().unwrap()));
        sql.script("CREATE TABLE t (id TEXT PRIMARY KEY) STRICT").unwrap();
        sql.run("INSERT INTO t (id) VALUES ($1)", &["王五".into()]).unwrap();
        let fault = sql.run("INSERT INTO t (id) VALUES ($1)", &["王五".into()]).unwrap_err();
        assert_eq!(fault.retry, Retry::Never);
        assert!(!format!("{fault:?}").contains("王五"));
    }
}
