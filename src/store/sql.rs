//! The bridge to the database driver: parameters, rows, statements. The rest of `store/` speaks one SQL text with `$n`
//! marks and these types, so a second engine is a second bridge. It must never put a parameter's text into an error.

use super::{Fault, Retry};
use crate::domain::at::At;
use crate::ids::{LetterId, ObligationId, PersonId, SummonsId, TextId, WhistleId};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, InterruptHandle};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::sync::Arc;

/// One parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
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

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

/// Flags are 0 and 1.
impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Int(i64::from(flag))
    }
}

impl From<At> for Value<'_> {
    fn from(at: At) -> Self {
        Value::Int(at.0)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(maybe: Option<T>) -> Self {
        maybe.map_or(Value::Null, Into::into)
    }
}

/// Ids go in as their text.
macro_rules! id_values {
    ($($id:ty),+) => {$(
        impl<'a> From<&'a $id> for Value<'a> {
            fn from(id: &'a $id) -> Self {
                Value::Text(Cow::Borrowed(id.as_str()))
            }
        }
    )+};
}
id_values!(WhistleId, SummonsId, ObligationId, LetterId, TextId, PersonId);

/// One row of an answer; columns count from 0. A column of another type than asked for is a [`Fault`] for good.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    fn column(&self, i: usize) -> Result<ValueRef<'_>, Fault> {
        self.0.get_ref(i).map_err(|error| fault("a column is missing", error))
    }

    /// A text, or nothing.
    pub fn opt_text(&self, i: usize) -> Result<Option<&str>, Fault> {
        match self.column(i)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => {
                std::str::from_utf8(bytes).map(Some).map_err(|_| Fault::never("a stored text is not UTF-8"))
            }
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => Err(Fault::never("a column is no text")),
        }
    }

    /// A text.
    pub fn text(&self, i: usize) -> Result<&str, Fault> {
        self.opt_text(i)?.ok_or(Fault::never("a text is null"))
    }

    /// A whole number, or nothing.
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, Fault> {
        match self.column(i)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => Err(Fault::never("a column is no number")),
        }
    }

    /// A whole number.
    pub fn int(&self, i: usize) -> Result<i64, Fault> {
        self.opt_int(i)?.ok_or(Fault::never("a number is null"))
    }

    /// A moment, microseconds UTC.
    pub fn at(&self, i: usize) -> Result<At, Fault> {
        self.int(i).map(At)
    }

    /// A moment, or nothing.
    pub fn opt_at(&self, i: usize) -> Result<Option<At>, Fault> {
        Ok(self.opt_int(i)?.map(At))
    }

    /// A flag, stored as 0 or 1.
    pub fn flag(&self, i: usize) -> Result<bool, Fault> {
        Ok(self.int(i)? != 0)
    }

    /// Bytes, or nothing.
    pub fn opt_bytes(&self, i: usize) -> Result<Option<&[u8]>, Fault> {
        match self.column(i)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) => Err(Fault::never("a column is no bytes")),
        }
    }

    /// Bytes.
    pub fn bytes(&self, i: usize) -> Result<&[u8], Fault> {
        self.opt_bytes(i)?.ok_or(Fault::never("bytes are null"))
    }

    /// A fixed number of bytes: a hash (32) or a salt (16).
    pub fn hash<const N: usize>(&self, i: usize) -> Result<[u8; N], Fault> {
        self.bytes(i)?.try_into().map_err(|_| Fault::never("a stored hash has another length"))
    }

    /// A document. The parser's words stay here: they may quote the document.
    pub fn json<T: DeserializeOwned>(&self, i: usize) -> Result<T, Fault> {
        serde_json::from_str(self.text(i)?).map_err(|_| Fault::never("a stored document cannot be read"))
    }

    /// A member of a closed word list: `row.word(3, EventKind::parse)`.
    pub fn word<T>(&self, i: usize, parse: fn(&str) -> Option<T>) -> Result<T, Fault> {
        parse(self.text(i)?).ok_or(Fault::never("a stored word is outside its list"))
    }
}

/// One connection. Whoever owns it is the only one who uses it.
pub(crate) struct Sql {
    connection: Connection,
}

impl Sql {
    /// Takes over a connection that is set up. Every statement stays prepared: seven sizes per table, and the reads.
    pub(super) fn over(connection: Connection) -> Sql {
        connection.set_prepared_statement_cache_capacity(512);
        Sql { connection }
    }

    fn prepared(&self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'_>, Fault> {
        // `?3` counts as `$3` does elsewhere; SQLite numbers `$3` by first appearance.
        let marked = if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) };
        let mut statement =
            self.connection.prepare_cached(&marked).map_err(|error| fault("a statement is refused", error))?;
        if statement.parameter_count() != params.len() {
            return Err(Fault::never("a statement has another number of parameters"));
        }
        for (i, value) in params.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, value).map_err(|error| fault("a parameter is refused", error))?;
        }
        Ok(statement)
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) fn run(&self, sql: &str, params: &[Value<'_>]) -> Result<usize, Fault> {
        self.prepared(sql, params)?.raw_execute().map_err(|error| fault("a statement failed", error))
    }

    /// Every row that a statement answers.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.prepared(sql, params)?;
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(|error| fault("a read failed", error))? {
            all.push(each(&Row(row))?);
        }
        Ok(all)
    }

    /// The first row, if there is one.
    pub(crate) fn row<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        one: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.prepared(sql, params)?;
        let mut rows = statement.raw_query();
        let first = rows.next().map_err(|error| fault("a read failed", error))?;
        first.map(|row| one(&Row(row))).transpose()
    }

    /// Several statements without parameters: migrations and the marks of transactions.
    pub(super) fn script(&self, text: &str) -> Result<(), Fault> {
        self.connection.execute_batch(text).map_err(|error| fault("a script failed", error))
    }

    /// Begins the pen's transaction: it has the write lock from its first statement on.
    pub(super) fn begin(&self) -> Result<(), Fault> {
        self.roll_back()?;
        self.script("BEGIN IMMEDIATE")
    }

    /// Commits. An error here leaves open what the disk holds.
    pub(super) fn commit(&self) -> Result<(), Fault> {
        let done = self.script("COMMIT");
        done.map_err(|fault| {
            // The next `begin` tries this again.
            drop(self.roll_back());
            Fault { what: "the outcome of a commit is unknown", retry: Retry::Unknown, ..fault }
        })
    }

    /// Ends a transaction without effect; the engine may have ended it already.
    pub(super) fn roll_back(&self) -> Result<(), Fault> {
        if self.connection.is_autocommit() { Ok(()) } else { self.script("ROLLBACK") }
    }

    /// A way to stop a running statement from another thread.
    pub(super) fn interrupter(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }
}

/// The driver's error in our words: whether trying again later can help.
pub(super) fn fault(what: &'static str, error: rusqlite::Error) -> Fault {
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
