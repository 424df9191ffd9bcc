//! Backup and restore: the whole ledger at one moment, taken beside a hub that goes on writing, in one file that both
//! engines write and read; and the way back into an empty place, all or nothing. No key of the hub's files is in it, nor
//! any sign-in. What of it the operator must know comes back as a [`Summary`]; nothing here decides when.

mod file;
mod lines;

pub use file::{BadBackup, name_of};
pub use lines::{Head, Summary};

use super::ledger::id_of;
use super::look::{apart, visit};
use super::sql::{Call, Sql, Value, postgres, sqlite};
use super::{EPOCH, Fault, Options, SCHEMA, is_empty, schema, step_to};
use crate::domain::at::At;
use file::{Reader, Writer};
use lines::{Cell, Mark, Tally};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// Tables that stay behind: the schema is laid anew, sign-ins end, who held what is gone, and a file that waits for its
/// sender's word is sent again.
const LEFT_OUT: [&str; 5] = ["migrations", "sessions", "leases", "import_files", "proposed_lists"];
/// In `meta`: what signs a demo's tokens. A new one is drawn where it is missing.
const TOKEN_KEY: &str = "token_key";
/// Rows that travel together.
const FLIGHT: usize = 200;

/// When the last backup was made, and up to where: in `meta`.
pub const LAST_BACKUP: &str = "last_backup";
/// Letters whose time had come before this moment are held: in `meta`, see [`super::due`].
pub const LETTERS_HELD: &str = "letters_held_before";
const NOTE: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const RELEASE_CLAIMS: &str = "UPDATE letters SET claimed_until = NULL WHERE claimed_until IS NOT NULL";
/// Whoever typed it comes in anew, and law may have had erased since what it says.
const NO_UNSENT_FORMS: &str = "DELETE FROM unsent_forms";
const HELD_LETTERS: &str =
    "SELECT COUNT(*) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before < $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[NOTE, RELEASE_CLAIMS, NO_UNSENT_FORMS, HELD_LETTERS];

/// Where a ledger is and how it is reached.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub url: &'a str,
    pub options: &'a Options,
}

/// Writes the ledger as it stands at one moment. A hub may be writing to it.
///
/// # Errors
/// No ledger there, a newer schema, or whatever keeps it from being read or the file from being written.
pub fn take(place: Place<'_>, out: impl Write + Send, secret: Option<&[u8]>, now: At) -> Result<Summary, BadBackup> {
    apart(|| {
        let none = Fault::never("there is no ledger at ledger.url");
        let Some(sql) = visit(place.url, place.options)?.0 else { return Err(none.into()) };
        if is_empty(&sql)? {
            return Err(none.into());
        }
        sql.begin_reading()?;
        let written = write_all(&sql, Writer::new(out, secret)?, now)?;
        sql.roll_back()?;
        Ok(written)
    })
}

fn write_all(sql: &Sql, mut writer: Writer<impl Write>, now: At) -> Result<Summary, BadBackup> {
    let schema = schema(sql)?;
    if schema > SCHEMA {
        return Err(BadBackup::Newer(schema));
    }
    writer.line(&Mark::Ledger(Head { ledger: identity(sql)?, schema, made_at: now.0 }))?;
    let mut tables = sql.tables()?;
    tables.retain(|table| !LEFT_OUT.contains(&table.as_str()));
    tables.sort_unstable();
    let mut tally = Tally::default();
    for table in tables {
        tally.table(&table);
        writer.line(&Mark::Table(table.clone()))?;
        sql.walk(&table, &mut |_, row| {
            let cells = Cell::of_row(row)?;
            if table == "meta" && cells.first() == Some(&Cell::Text(TOKEN_KEY.to_owned())) {
                return Ok(());
            }
            tally.row(&cells)?;
            writer.line(&cells).map_err(|error| Fault::io("the backup cannot be written", error))
        })?;
    }
    let summary = tally.summary();
    writer.line(&Mark::End(summary.clone()))?;
    writer.finish()?;
    Ok(summary)
}

/// Which ledger it is, without changing one that never drew its secret.
fn identity(sql: &Sql) -> Result<String, Fault> {
    let of =
        |key: &str| sql.row("SELECT value FROM meta WHERE key = $1", &[key.into()], |row| Ok(row.text(0)?.to_owned()));
    Ok(id_of(&of("receipt_secret")?.unwrap_or_default(), &of(EPOCH)?.unwrap_or_default()))
}

/// Notes that a backup was made, for whoever asks how old it is.
///
/// # Errors
/// As for [`take`]; the backup is none the worse for it.
pub fn note(place: Place<'_>, at: At) -> Result<(), Fault> {
    apart(|| {
        let Some(sql) = visit(place.url, place.options)?.0 else { return Ok(()) };
        sql.begin()?;
        sql.run(NOTE, &[LAST_BACKUP.into(), at.0.to_string().into()])?;
        sql.commit()
    })
}

/// Reads a backup from end to end and believes nothing that does not add up.
///
/// # Errors
/// [`BadBackup`], the first thing that is wrong.
pub fn read(source: impl Read, secret: Option<&[u8]>) -> Result<(Head, Summary), BadBackup> {
    let mut reader = Reader::open(source, secret)?;
    let head = head_of(&mut reader)?;
    Ok((head, rest_of(&mut reader, |_| Ok(()))?))
}

fn unread(_: serde_json::Error) -> BadBackup {
    BadBackup::Inconsistent("a line cannot be read")
}

fn head_of(reader: &mut Reader<impl Read>) -> Result<Head, BadBackup> {
    let first = reader.line()?.ok_or(BadBackup::Inconsistent("it is empty"))?;
    let Mark::Ledger(head) = serde_json::from_slice(first).map_err(unread)? else {
        return Err(BadBackup::Inconsistent("it does not say whose it is"));
    };
    if head.schema > SCHEMA { Err(BadBackup::Newer(head.schema)) } else { Ok(head) }
}

/// What is given out of a backup after its head.
enum Given<'a> {
    Table(&'a str),
    /// Of the table that was given out last.
    Row(Vec<Cell>),
}

/// Gives out tables and rows; adds up, and compares at the end.
fn rest_of(
    reader: &mut Reader<impl Read>,
    mut take: impl FnMut(Given<'_>) -> Result<(), BadBackup>,
) -> Result<Summary, BadBackup> {
    let (mut tally, mut told) = (Tally::default(), None);
    while let Some(line) = reader.line()? {
        if told.is_some() {
            return Err(BadBackup::Inconsistent("it goes on after its end"));
        }
        if line.starts_with(b"[") {
            let cells: Vec<Cell> = serde_json::from_slice(line).map_err(unread)?;
            tally.row(&cells)?;
            take(Given::Row(cells))?;
            continue;
        }
        match serde_json::from_slice(line).map_err(unread)? {
            Mark::Ledger(_) => return Err(BadBackup::Inconsistent("it begins twice")),
            Mark::Table(name) => {
                tally.table(&name);
                take(Given::Table(&name))?;
            }
            Mark::End(summary) => told = Some(summary),
        }
    }
    let told = told.ok_or(BadBackup::CutShort)?;
    if tally.summary() == told { Ok(told) } else { Err(BadBackup::Inconsistent("its counts do not add up")) }
}

/// How a ledger comes back.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub now: At,
    /// Tells the ledger from the one it was copied from: never the same twice.
    pub epoch: &'a str,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub head: Head,
    pub summary: Summary,
    /// Letters that were owed, and may have been sent since: they wait for the operator's word.
    pub held: i64,
}

/// Lays a backup into an empty place, all or nothing, and compares what then stands there with what the backup says. The
/// ledger comes back with a stream of its own, without sign-ins, and holds the letters that were owed.
///
/// # Errors
/// A file that is not whole (nothing is touched then), a place that is not empty, or one that does not take it.
pub fn restore(
    place: Place<'_>,
    source: impl Read + Send,
    secret: Option<&[u8]>,
    terms: Terms<'_>,
) -> Result<Restored, BadBackup> {
    apart(|| {
        let mut reader = Reader::open(source, secret)?;
        let (sql, lock) = vacant(place)?;
        sql.begin()?;
        let restored = lay(&sql, &mut reader, terms).and_then(|restored| {
            sql.commit()?;
            sql.fold()?;
            Ok(restored)
        });
        if restored.is_err() {
            sql.roll_back()?;
        }
        drop(sql);
        if let Some(path) = place.url.strip_prefix("sqlite://").filter(|_| restored.is_err()) {
            sqlite::clear(Path::new(path))?;
        }
        if let Some(Err(error)) = lock.map(|lock| lock.unlock()) {
            return Err(error.into());
        }
        restored
    })
}

/// A connection to a place where nothing is laid, kept from others where a file is.
fn vacant(place: Place<'_>) -> Result<(Sql, Option<File>), Fault> {
    let (sql, lock) = match place.url.strip_prefix("sqlite://") {
        Some(path) => sqlite::vacant(Path::new(path)).map(|(sql, lock)| (sql, Some(lock)))?,
        None => (postgres::visit(place.url, place.options)?.0, None),
    };
    if is_empty(&sql)? {
        Ok((sql, lock))
    } else {
        Err(Fault::never("a ledger is there already: restore into an empty place"))
    }
}

fn lay(sql: &Sql, reader: &mut Reader<impl Read>, terms: Terms<'_>) -> Result<Restored, BadBackup> {
    let head = head_of(reader)?;
    // As it was then; brought forward when all is there.
    step_to(sql, head.schema)?;
    let mut laying = Laying { sql, tables: sql.tables()?, table: None, rows: Vec::new() };
    let summary = rest_of(reader, |given| match given {
        Given::Table(table) => laying.turn_to(table),
        Given::Row(cells) => laying.row(cells),
    })?;
    laying.send()?;
    if standing(sql, &summary)? != summary {
        return Err(BadBackup::Inconsistent("what was written is not what was read"));
    }
    step_to(sql, SCHEMA)?;
    sql.run(RELEASE_CLAIMS, &[])?;
    sql.run(NO_UNSENT_FORMS, &[])?;
    let (now, made_at) = (terms.now.0.to_string(), head.made_at.to_string());
    for (key, value) in [(EPOCH, terms.epoch), (LETTERS_HELD, &now), (LAST_BACKUP, &made_at)] {
        sql.run(NOTE, &[key.into(), value.into()])?;
    }
    let held = sql.row(HELD_LETTERS, &[terms.now.into()], |row| row.int(0))?.unwrap_or(0);
    Ok(Restored { head, summary, held })
}

/// Rows on their way into their table.
struct Laying<'a> {
    sql: &'a Sql,
    /// Those that are there: no other name of the file gets into a statement.
    tables: Vec<String>,
    table: Option<String>,
    rows: Vec<Vec<Value<'static>>>,
}

impl Laying<'_> {
    fn turn_to(&mut self, table: &str) -> Result<(), BadBackup> {
        self.send()?;
        if LEFT_OUT.contains(&table) || !self.tables.iter().any(|name| name == table) {
            return Err(BadBackup::Inconsistent("it has a table that its schema has not"));
        }
        self.table = Some(table.to_owned());
        Ok(())
    }

    fn row(&mut self, cells: Vec<Cell>) -> Result<(), BadBackup> {
        self.rows.push(cells.into_iter().map(Cell::into_value).collect::<Result<_, _>>()?);
        if self.rows.len() < FLIGHT { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), BadBackup> {
        let rows = std::mem::take(&mut self.rows);
        let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
        let table = self.table.as_deref().ok_or(BadBackup::Inconsistent("a row has no table"))?;
        let marks: Vec<String> = (1..=width).map(|number| format!("${number}")).collect();
        let insert = format!("INSERT INTO {table} VALUES ({})", marks.join(", "));
        let calls: Vec<_> = rows.into_iter().map(|row| Call::of(&insert, row)).collect();
        self.sql.many(&calls, &mut |_, _| Ok(()))?;
        Ok(())
    }
}

/// What stands in the tables that a backup names.
fn standing(sql: &Sql, summary: &Summary) -> Result<Summary, Fault> {
    let mut tally = Tally::default();
    for table in summary.counts.keys() {
        tally.table(table);
        sql.walk(table, &mut |_, row| tally.row(&Cell::of_row(row)?))?;
    }
    Ok(tally.summary())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A backup of one table with two rows, which says at its end what `told` makes of what it holds.
    fn written(told: impl FnOnce(&mut Summary)) -> Vec<u8> {
        let (mut bytes, mut tally) = (Vec::new(), Tally::default());
        let mut writer = Writer::new(&mut bytes, None).unwrap();
        writer.line(&Mark::Ledger(Head { ledger: "l".to_owned(), schema: 1, made_at: 1 })).unwrap();
        writer.line(&Mark::Table("cursors".to_owned())).unwrap();
        tally.table("cursors");
        for row in [[Cell::Text("desk".to_owned()), Cell::Int(3)], [Cell::Text("letters".to_owned()), Cell::Int(5)]] {
            tally.row(&row).unwrap();
            writer.line(&row).unwrap();
        }
        let mut summary = tally.summary();
        told(&mut summary);
        writer.line(&Mark::End(summary)).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn a_backup_that_is_whole_and_does_not_hold_what_it_says_is_refused() {
        let (_, summary) = read(&written(|_| ())[..], None).unwrap();
        assert_eq!(summary.counts["cursors"], 2);
        let fewer = written(|summary| *summary.counts.get_mut("cursors").unwrap() += 1);
        let further = written(|summary| summary.seq += 1);
        let another = written(|summary| summary.head = hex_of_another(&summary.head));
        let no_table = written(|summary| summary.counts.clear());
        for file in [fewer, further, another, no_table] {
            assert!(matches!(read(&file[..], None), Err(BadBackup::Inconsistent("its counts do not add up"))));
        }
    }

    fn hex_of_another(head: &str) -> String {
        head.replace(&head[..1], if head.starts_with('0') { "1" } else { "0" })
    }
}
