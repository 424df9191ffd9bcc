//! What a server under measurement stands on: a fresh folder, or a fresh database beside an emptied Redis. Hub and floor
//! get the same one each time; nothing that a cell left behind is found by the next.

use crate::floor;
use crate::load::{Served, demo};
use crate::servers::{Postgres, Redis};
use anyhow::Context;
use std::path::{Path, PathBuf};
use whistle_hub::config::LedgerPlace;

/// In memory, since a district's mail relay has a disk of its own: files that are flushed here would be waited for by
/// the ledger.
const RELAY: &str = "/dev/shm";

/// PostgreSQL, whose commits reach the disk, and Redis: this program's own, gone with it.
pub(crate) struct Servers {
    postgres: Postgres,
    redis: Redis,
    /// Where letters go, as to a relay.
    letters: PathBuf,
}

/// The pair of parts under a hub.
#[derive(Clone, Copy)]
pub(crate) enum Pair<'a> {
    Embedded,
    Servers(&'a Servers),
}

/// A fresh place on one pair of parts.
pub(crate) struct Ground<'a> {
    pub(crate) pair: Pair<'a>,
    dir: PathBuf,
    /// The folder's name.
    database: String,
}

impl Servers {
    /// Starts both; says what to install when one is not there.
    pub(crate) fn start() -> Servers {
        let letters = Path::new(RELAY).join(format!("whistle-hub-bench-{}", std::process::id()));
        Servers { postgres: Postgres::start(true), redis: Redis::start(&[]), letters }
    }

    /// `redis://…`
    pub(crate) fn redis_url(&self) -> String {
        self.redis.url()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // No letter was ever owed, or they are gone.
        std::fs::remove_dir_all(&self.letters).ok();
    }
}

impl<'a> Pair<'a> {
    /// A fresh place; `dir` is not there yet.
    pub(crate) fn ground(self, dir: &Path) -> anyhow::Result<Ground<'a>> {
        std::fs::create_dir_all(dir)?;
        let name = dir.file_name().and_then(|name| name.to_str()).context("a folder without a name")?;
        let ground = Ground { pair: self, dir: dir.to_owned(), database: name.to_owned() };
        if let Pair::Servers(servers) = self {
            servers.postgres.create(&ground.database);
            servers.redis.cli(&["FLUSHALL"]);
        }
        Ok(ground)
    }

    /// The processes that a hub leans on; those that they start count as theirs.
    pub(crate) fn processes(self) -> Vec<u32> {
        match self {
            Pair::Embedded => Vec::new(),
            Pair::Servers(servers) => servers.postgres.process().into_iter().chain(servers.redis.process()).collect(),
        }
    }
}

impl Ground<'_> {
    /// One more hub on it, of so many.
    pub(crate) async fn hub(&self) -> anyhow::Result<Served> {
        let mut command = demo(&self.dir);
        if let Pair::Servers(servers) = self.pair {
            command.env("WHISTLE__LEDGER__URL", self.postgres_url(servers));
            command.env("WHISTLE__STREAM__URL", servers.redis.url());
            command.env("WHISTLE__MAIL__URL", format!("file://{}", servers.letters.display()));
        }
        Served::start(command, &self.dir).await
    }

    /// The floor of this pair.
    pub(crate) async fn floor(&self) -> anyhow::Result<Served> {
        match self.pair {
            Pair::Embedded => floor::start(&["file", &self.dir.display().to_string()], &self.dir).await,
            Pair::Servers(servers) => floor::start(&["server", &self.postgres_url(servers)], &self.dir).await,
        }
    }

    /// The floor of servers that also rings a bell for every row.
    pub(crate) async fn ringing_floor(&self, servers: &Servers) -> anyhow::Result<Served> {
        floor::start(&["server", &self.postgres_url(servers), &servers.redis_url()], &self.dir).await
    }

    /// Where the ledger is.
    pub(crate) fn ledger(&self) -> LedgerPlace {
        match self.pair {
            Pair::Embedded => LedgerPlace::Sqlite(self.dir.join("hub.db")),
            Pair::Servers(servers) => LedgerPlace::Postgres(self.postgres_url(servers).into()),
        }
    }

    pub(crate) fn postgres_url(&self, servers: &Servers) -> String {
        servers.postgres.url(&self.database)
    }

    /// Removes it.
    pub(crate) fn clear(self) -> anyhow::Result<()> {
        if let Pair::Servers(servers) = self.pair {
            servers.postgres.drop(&self.database);
            // The next ledger's letters have names of their own.
            std::fs::remove_dir_all(&servers.letters).ok();
        }
        Ok(std::fs::remove_dir_all(&self.dir)?)
    }
}
