//! The bridge to the database drivers: parameters, rows, statements. The rest of `store/` speaks one SQL text with `$n`
//! marks and these types; each engine has its file beside this one. No parameter's text is ever put into an error.

pub(super) mod postgres;
pub(super) mod sqlite;

use super::Fault;
use crate::domain::at::At;
use crate::ids::{
    AttachmentId, FindingId, LetterId, ObligationId, PersonId, SummonsId, TextId, TreeId, VisitId, WhistleId,
};
use postgres::Postgres;
use serde::de::DeserializeOwned;
use sqlite::Sqlite;
use std::borrow::Cow;

/// One parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
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
id_values!(AttachmentId, WhistleId, SummonsId, ObligationId, LetterId, TextId, PersonId, VisitId, FindingId, TreeId);

/// A statement with its parameters.
pub(crate) struct Call<'a> {
    pub(crate) text: &'a str,
    pub(crate) params: Cow<'a, [Value<'a>]>,
}

impl<'a> Call<'a> {
    /// A statement with parameters that nobody else keeps.
    pub(crate) fn of(text: &'a str, params: Vec<Value<'a>>) -> Call<'a> {
        Call { text, params: Cow::Owned(params) }
    }
}

/// What stands in one column.
enum Cell<'r> {
    Null,
    Int(i64),
    Text(&'r str),
    Bytes(&'r [u8]),
    /// A type that no column of ours has.
    Other,
}

/// One row of an answer; columns count from 0. A column of another type than asked for is a [`Fault`] for good.
pub struct Row<'r>(Engine<'r>);

enum Engine<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    fn cell(&self, i: usize) -> Result<Cell<'_>, Fault> {
        match self.0 {
            Engine::Sqlite(row) => sqlite::cell(row, i),
            Engine::Postgres(row) => postgres::cell(row, i),
        }
    }

    /// Every column, as a parameter that would write it again.
    pub(crate) fn values(&self) -> Result<Vec<Value<'_>>, Fault> {
        let width = match self.0 {
            Engine::Sqlite(row) => sqlite::width(row),
            Engine::Postgres(row) => row.len(),
        };
        let value = |i| match self.cell(i)? {
            Cell::Null => Ok(Value::Null),
            Cell::Int(number) => Ok(Value::Int(number)),
            Cell::Text(text) => Ok(Value::from(text)),
            Cell::Bytes(bytes) => Ok(Value::from(bytes)),
            Cell::Other => Err(Fault::never("a column is of a strange type")),
        };
        (0..width).map(value).collect()
    }

    /// A text, or nothing.
    pub fn opt_text(&self, i: usize) -> Result<Option<&str>, Fault> {
        match self.cell(i)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            Cell::Int(_) | Cell::Bytes(_) | Cell::Other => Err(Fault::never("a column is no text")),
        }
    }

    /// A text.
    pub fn text(&self, i: usize) -> Result<&str, Fault> {
        self.opt_text(i)?.ok_or(Fault::never("a text is null"))
    }

    /// A whole number, or nothing.
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, Fault> {
        match self.cell(i)? {
            Cell::Null => Ok(None),
            Cell::Int(number) => Ok(Some(number)),
            Cell::Text(_) | Cell::Bytes(_) | Cell::Other => Err(Fault::never("a column is no number")),
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
        match self.cell(i)? {
            Cell::Null => Ok(None),
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            Cell::Int(_) | Cell::Text(_) | Cell::Other => Err(Fault::never("a column is no bytes")),
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

/// What is done with each answered row: the place of its statement among the calls, and the row.
pub(crate) type Each<'e> = dyn FnMut(usize, &Row<'_>) -> Result<(), Fault> + 'e;

/// One connection. Whoever owns it is the only one who uses it.
#[allow(clippy::large_enum_variant, reason = "a handful per process")]
pub(crate) enum Sql {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Stops the statement that runs on a connection, from another thread.
pub(super) enum Interrupter {
    Sqlite(rusqlite::InterruptHandle),
    /// The server's own `statement_timeout` ends it.
    Postgres,
}

impl Interrupter {
    pub(super) fn interrupt(&self) {
        match self {
            Interrupter::Sqlite(handle) => handle.interrupt(),
            Interrupter::Postgres => {}
        }
    }
}

impl Sql {
    /// Runs statements in order, in one round trip where there is a way to travel; answers how many rows each touched.
    /// After the first that fails the transaction can only be rolled back.
    pub(crate) fn many(&self, calls: &[Call<'_>], each: &mut Each<'_>) -> Result<Vec<usize>, Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.many(calls, each),
            Sql::Postgres(postgres) => postgres.many(calls, each),
        }
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) fn run(&self, text: &str, params: &[Value<'_>]) -> Result<usize, Fault> {
        let call = Call { text, params: Cow::Borrowed(params) };
        Ok(self.many(&[call], &mut |_, _| Ok(()))?.into_iter().sum())
    }

    /// Every row that a statement answers.
    pub(crate) fn rows<T>(
        &self,
        text: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        let call = Call { text, params: Cow::Borrowed(params) };
        self.many(&[call], &mut |_, row| {
            all.push(each(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The first row, if there is one.
    pub(crate) fn row<T>(
        &self,
        text: &str,
        params: &[Value<'_>],
        one: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let (mut one, mut first) = (Some(one), None);
        let call = Call { text, params: Cow::Borrowed(params) };
        self.many(&[call], &mut |_, row| {
            if let Some(one) = one.take() {
                first = Some(one(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Every row of a table by its first column, within a transaction: a table may be longer than memory.
    pub(super) fn walk(&self, table: &str, each: &mut Each<'_>) -> Result<(), Fault> {
        let text = format!("SELECT * FROM {table} ORDER BY 1");
        match self {
            Sql::Sqlite(sqlite) => sqlite.many(&[Call::of(&text, Vec::new())], each).map(drop),
            Sql::Postgres(postgres) => postgres.walk(table, &text, each),
        }
    }

    /// Several statements without parameters: migrations.
    pub(super) fn script(&self, text: &str) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.script(text),
            Sql::Postgres(postgres) => postgres.script(text),
        }
    }

    /// Begins the pen's transaction: nobody else writes until it ends.
    pub(super) fn begin(&self) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.begin("BEGIN IMMEDIATE"),
            Sql::Postgres(postgres) => postgres.begin(postgres::PEN),
        }
    }

    /// Begins a reader's transaction: it sees one moment.
    pub(super) fn begin_reading(&self) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.begin("BEGIN"),
            Sql::Postgres(postgres) => postgres.begin(postgres::READER),
        }
    }

    /// Commits. An error here leaves open what the disk holds.
    pub(super) fn commit(&self) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.commit(),
            Sql::Postgres(postgres) => postgres.commit(),
        }
    }

    /// Ends a transaction without effect; the engine may have ended it already.
    pub(super) fn roll_back(&self) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.roll_back(),
            Sql::Postgres(postgres) => postgres.roll_back(),
        }
    }

    /// A way to stop a running statement from another thread.
    pub(super) fn interrupter(&self) -> Interrupter {
        match self {
            Sql::Sqlite(sqlite) => Interrupter::Sqlite(sqlite.interrupter()),
            Sql::Postgres(_) => Interrupter::Postgres,
        }
    }

    /// A script of migrations in the words of this engine.
    pub(super) fn in_its_words(&self, text: &str) -> String {
        match self {
            Sql::Sqlite(_) => sqlite::in_sqlites_words(text),
            Sql::Postgres(_) => text.to_owned(),
        }
    }

    /// What keeps the logs from being unmade.
    pub(super) fn logs_stand(&self) -> &'static str {
        match self {
            Sql::Sqlite(_) => sqlite::LOGS_STAND,
            Sql::Postgres(_) => postgres::LOGS_STAND,
        }
    }

    /// Names of the tables that are there.
    pub(super) fn tables(&self) -> Result<Vec<String>, Fault> {
        let text = if matches!(self, Sql::Sqlite(_)) { sqlite::TABLES } else { postgres::TABLES };
        self.rows(text, &[], |row| Ok(row.text(0)?.to_owned()))
    }

    /// The time by the server's clock; an engine inside this process has none of its own.
    pub(super) fn server_time(&self) -> Result<Option<At>, Fault> {
        match self {
            Sql::Sqlite(_) => Ok(None),
            Sql::Postgres(_) => self.row(postgres::NOW, &[], |row| row.at(0)),
        }
    }

    /// Only prepares a statement: whether this engine understands it.
    #[cfg(test)]
    pub(super) fn prepare_only(&self, text: &str) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.prepare_only(text),
            Sql::Postgres(postgres) => postgres.prepare_only(text),
        }
    }

    /// Brings everything to its lasting place: the last thing that a pen does.
    pub(super) fn fold(&self) -> Result<(), Fault> {
        match self {
            Sql::Sqlite(sqlite) => sqlite.fold(),
            Sql::Postgres(_) => Ok(()),
        }
    }
}
