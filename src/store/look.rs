//! A look at a ledger as it stands, beside whoever has it open: nothing is made, brought forward or written. For the
//! operator's commands; the hub itself opens what it looks at.

use super::ledger::{Reading, read_here};
use super::sql::{Sql, postgres, sqlite};
use super::{Fault, Options, SCHEMA, is_empty, schema};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// What was seen.
#[derive(Debug)]
pub struct Look<T> {
    /// The last migration that was done, 0 where nothing is laid yet.
    pub schema: i64,
    /// What an operator had better change about the server.
    pub warnings: Vec<&'static str>,
    /// How long it took to become the only writer and to commit nothing.
    pub commit: Duration,
    /// What was read; nothing where the schema is not this release's.
    pub read: Option<T>,
}

/// Looks at the ledger of this address, and reads from it what `f` does. Blocks for as long as a server may take.
///
/// # Errors
/// As for [`super::open`]; a file that is not there is a ledger on which nothing is laid.
pub fn look<T: Send>(
    url: &str,
    options: &Options,
    f: impl FnOnce(&mut Reading<'_>) -> Result<T, Fault> + Send,
) -> Result<Look<T>, Fault> {
    apart(|| here(url, options, f))
}

/// On a thread of its own: a connection brings its own runtime, which cannot run inside another.
pub(super) fn apart<T: Send, E: From<Fault> + Send>(f: impl FnOnce() -> Result<T, E> + Send) -> Result<T, E> {
    let done = std::thread::scope(|scope| scope.spawn(f).join());
    done.unwrap_or(Err(Fault::never("looking at the ledger panicked").into()))
}

/// A connection to look by, if there is anything; and what an operator had better change about the server.
pub(super) fn visit(url: &str, options: &Options) -> Result<(Option<Sql>, Vec<&'static str>), Fault> {
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok((sqlite::visit(Path::new(path))?, Vec::new())),
        Some(("postgres" | "postgresql", _)) => postgres::visit(url, options).map(|(sql, told)| (Some(sql), told)),
        Some(_) | None => Err(Fault::never("the ledger's address must be sqlite://path or postgres://…")),
    }
}

fn here<T>(
    url: &str,
    options: &Options,
    f: impl FnOnce(&mut Reading<'_>) -> Result<T, Fault>,
) -> Result<Look<T>, Fault> {
    let (sql, warnings) = visit(url, options)?;
    let nothing = Look { schema: 0, warnings, commit: Duration::ZERO, read: None };
    let Some(sql) = sql else { return Ok(nothing) };
    if is_empty(&sql)? {
        return Ok(nothing);
    }
    let (schema, commit) = (schema(&sql)?, commit_of_nothing(&sql)?);
    let read = if schema == SCHEMA { Some(read_here(&sql, f)?) } else { None };
    Ok(Look { schema, commit, read, ..nothing })
}

#[allow(clippy::disallowed_methods, reason = "an operator asks how long it takes")]
fn commit_of_nothing(sql: &Sql) -> Result<Duration, Fault> {
    let began = Instant::now();
    sql.begin()?;
    schema(sql)?;
    sql.commit()?;
    Ok(began.elapsed())
}
