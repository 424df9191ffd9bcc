//! What crosses the wire to PostgreSQL: our values as its types, its columns as ours, its errors in our words. An error
//! keeps the server's code and the name of the rule that was broken; its sentences quote rows, so they stay outside.

use super::super::super::{Fault, Retry};
use super::super::Cell;
use super::Value;
use bytes::BytesMut;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;
use tokio_postgres::Error;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// The words that this engine says otherwise.
pub(super) fn in_our_words(text: &str) -> Cow<'_, str> {
    if text.contains("INSTR(") { Cow::Owned(text.replace("INSTR(", "STRPOS(")) } else { Cow::Borrowed(text) }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            // A literal beside the mark may have made it a short one.
            Value::Int(number) if *wanted == Type::INT4 => i32::try_from(*number)?.to_sql(wanted, out),
            Value::Int(number) if *wanted == Type::INT8 => number.to_sql(wanted, out),
            // No text here can hold a NUL; asked for one, the engine is to find nothing, not to fail.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(wanted, out),
            Value::Text(text) if <&str as ToSql>::accepts(wanted) => text.to_sql(wanted, out),
            Value::Bytes(bytes) if *wanted == Type::BYTEA => bytes.as_ref().to_sql(wanted, out),
            Value::Int(_) | Value::Text(_) | Value::Bytes(_) => Err("a parameter is of another type".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What stands in a column.
pub(in crate::store::sql) fn cell(row: &tokio_postgres::Row, i: usize) -> Result<Cell<'_>, Fault> {
    let column = row.columns().get(i).ok_or(Fault::never("a column is missing"))?;
    let wrong = |error: Error| fault("a column is of another type", &error);
    Ok(match column.type_() {
        &Type::INT8 => row.try_get::<_, Option<i64>>(i).map_err(wrong)?.map_or(Cell::Null, Cell::Int),
        &Type::INT4 => row.try_get::<_, Option<i32>>(i).map_err(wrong)?.map_or(Cell::Null, |n| Cell::Int(n.into())),
        &Type::TEXT | &Type::VARCHAR | &Type::NAME => {
            row.try_get::<_, Option<&str>>(i).map_err(wrong)?.map_or(Cell::Null, Cell::Text)
        }
        &Type::BYTEA => row.try_get::<_, Option<&[u8]>>(i).map_err(wrong)?.map_or(Cell::Null, Cell::Bytes),
        _ => Cell::Other,
    })
}

/// Why a flight did not come back whole.
pub(super) enum Broken {
    /// The connection is gone; whatever was not committed is, too.
    Lost(Option<Error>),
    TooLong,
    /// The server or the driver refused.
    Refused(Error),
    Wrong(&'static str),
}

impl Broken {
    pub(super) fn of(error: Error) -> Broken {
        if is_lost(&error) { Broken::Lost(Some(error)) } else { Broken::Refused(error) }
    }

    pub(super) fn into_fault(self, what: &'static str) -> Fault {
        match self {
            Broken::Lost(error) => {
                let source = error.map(|error| Arc::new(Said::by(&error)) as Arc<dyn StdError + Send + Sync>);
                Fault { what: "the connection to the ledger is lost", retry: Retry::Later, source }
            }
            Broken::TooLong => Fault::later("the ledger does not answer in time"),
            Broken::Refused(error) => fault(what, &error),
            Broken::Wrong(what) => Fault::never(what),
        }
    }
}

/// Whether the connection can be used no longer.
pub(super) fn is_lost(error: &Error) -> bool {
    if let Some(code) = error.code() {
        // Connection exceptions, a server that goes down, and one that takes writes no longer: another may.
        return ["08", "57P", "25006"].iter().any(|prefix| code.code().starts_with(prefix));
    }
    let mut cause = error.source();
    while let Some(deeper) = cause {
        if deeper.is::<std::io::Error>() {
            return true;
        }
        cause = deeper.source();
    }
    error.is_closed()
}

/// The server's error in our words: whether trying again later can help.
pub(super) fn fault(what: &'static str, error: &Error) -> Fault {
    // Serialisation and locks, resources (a full disk among them), limits and stops by the operator, the system's own
    // errors, a statement that took too long, and a server that has become read-only.
    const LATER: [&str; 7] = ["40", "53", "55P03", "57", "58", "08", "25006"];
    let later = match error.code() {
        Some(code) => LATER.iter().any(|prefix| code.code().starts_with(prefix)),
        None => is_lost(error),
    };
    let retry = if later { Retry::Later } else { Retry::Never };
    Fault { what, retry, source: Some(Arc::new(Said::by(error))) }
}

/// What may be repeated of an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

impl Said {
    fn by(error: &Error) -> Said {
        let Some(said) = error.as_db_error() else {
            // Kinds of the driver's own errors, and of the system's below them: neither quotes a row or an address.
            let io = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
            return Said(io.map_or_else(|| "the driver refuses".to_owned(), |io| io.kind().to_string()));
        };
        let broken = said.constraint().or(said.column()).or(said.table());
        Said(format!("SQLSTATE {}{}", said.code().code(), broken.map(|name| format!(" ({name})")).unwrap_or_default()))
    }
}
