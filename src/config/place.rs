//! Where facts and the doorbell are: an address, read once into the kind of place that it names. It connects to nothing,
//! and no fault of it quotes an address, since people write passwords into them.

use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// `sqlite://<path>`, relative to the working directory or absolute; or `postgres://…`, which may hold a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum LedgerPlace {
    Sqlite(PathBuf),
    Postgres(SecretString),
}

impl LedgerPlace {
    /// The whole address.
    pub fn url(&self) -> SecretString {
        match self {
            LedgerPlace::Sqlite(path) => format!("sqlite://{}", path.display()).into(),
            LedgerPlace::Postgres(url) => url.clone(),
        }
    }
}

impl Default for LedgerPlace {
    fn default() -> LedgerPlace {
        LedgerPlace::Sqlite(PathBuf::from("data/hub.db"))
    }
}

impl TryFrom<String> for LedgerPlace {
    type Error = &'static str;

    fn try_from(url: String) -> Result<LedgerPlace, &'static str> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(LedgerPlace::Postgres(url.into()));
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() => Ok(LedgerPlace::Sqlite(PathBuf::from(path))),
            _ => Err("ledger.url: is sqlite://<path> or postgres://user:password@host/database"),
        }
    }
}

/// `embedded`: inside this process; or a Redis address, of which `stream` reads the rest. Kept from sight, since people
/// write passwords into such addresses.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum StreamPlace {
    #[default]
    Embedded,
    Redis(SecretString),
}

impl TryFrom<String> for StreamPlace {
    type Error = &'static str;

    fn try_from(url: String) -> Result<StreamPlace, &'static str> {
        if url == "embedded" {
            return Ok(StreamPlace::Embedded);
        }
        if ["redis://", "rediss://", "redis+sentinel://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Ok(StreamPlace::Redis(url.into()));
        }
        Err("stream.url: is embedded, redis://<host>, rediss://<host> or redis+sentinel://<host>,<host>/<service>")
    }
}
