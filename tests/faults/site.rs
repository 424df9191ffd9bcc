//! One hub as a district runs it: replicas in processes of their own on one PostgreSQL, one Redis and one mail relay.
//! Each site has a database of its own; what it starts goes with it, and nothing of it is looked at from inside.

use crate::clocks;
use crate::load::{Connection, Load, Manner, Served, Storm, Targets, hub, sign_blowers_in};
use crate::post::Post;
use crate::proxy::Proxy;
use crate::servers::{Postgres, Redis, free_port};
use crate::strike::Fault;
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Seconds that one letter may take; the claim on it lasts a few times as long.
const LETTER_SECONDS: &str = "2";
/// Seconds after which another replica takes over what one has heard and not done: the least that the settings take.
const CLAIM_IDLE_SECONDS: &str = "61";

/// The servers of this program; scenarios come one after the other.
pub(crate) struct Parts {
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
}

/// Replicas and what they stand on.
pub(crate) struct Site<'p> {
    pub(crate) parts: &'p Parts,
    pub(crate) database: String,
    pub(crate) proxy: Option<Proxy>,
    /// Whose clock is wrong.
    skewed: Option<usize>,
    pub(crate) post: Post,
    pub(crate) replicas: Vec<Served>,
    pub(crate) targets: Targets,
    /// A replica keeps its port, and with it its name, when it starts again.
    ports: Vec<u16>,
    dir: PathBuf,
}

impl<'p> Site<'p> {
    /// Starts what the fault is tried on, with an empty database and an empty stream.
    pub(crate) async fn open(parts: &'p Parts, dir: &Path, fault: Fault) -> anyhow::Result<Site<'p>> {
        let replicas = fault.plan().replicas;
        let name = dir.file_name().and_then(|name| name.to_str()).context("a folder with a name")?;
        parts.redis.cli(&["FLUSHALL"]);
        parts.postgres.create(name);
        let proxy = if fault.is_of_the_line() { Some(Proxy::start(parts.postgres.port())?) } else { None };
        let mut site = Site {
            parts,
            database: name.to_owned(),
            proxy,
            skewed: fault.is_of_the_clock().then_some(clocks::SKEWED),
            post: Post::start()?,
            replicas: Vec::new(),
            targets: Targets::new(Vec::new()),
            ports: std::iter::repeat_with(free_port).take(replicas).collect(),
            dir: dir.to_owned(),
        };
        // One after the other: the first one lays the sample district, the others find it.
        for place in 0..replicas {
            let replica = site.start(place).await?;
            site.replicas.push(replica);
        }
        site.targets = Targets::new(site.replicas.iter().map(|replica| replica.address).collect());
        Ok(site)
    }

    async fn start(&self, place: usize) -> anyhow::Result<Served> {
        let dir = self.dir.join(format!("replica-{place}"));
        std::fs::create_dir_all(&dir)?;
        let ledger = match &self.proxy {
            Some(proxy) => format!("postgres://postgres@127.0.0.1:{}/{}", proxy.port, self.database),
            None => self.parts.postgres.url(&self.database),
        };
        let mut command = hub(self.ports[place]);
        command.current_dir(&dir).env("WHISTLE__LEDGER__URL", ledger);
        command.env("WHISTLE__STREAM__URL", self.parts.redis.url());
        command.env("WHISTLE__STREAM__CLAIM_IDLE_SECONDS", CLAIM_IDLE_SECONDS);
        command.env("WHISTLE__MAIL__URL", format!("smtp://127.0.0.1:{}", self.post.port));
        command.env("WHISTLE__MAIL__DEADLINE_SECONDS", LETTER_SECONDS);
        if self.skewed == Some(place) {
            clocks::set_ahead(&mut command)?;
        }
        Served::start(command, &dir).await.with_context(|| format!("replica {place}"))
    }

    /// Starts a replica that has ended once more.
    pub(crate) async fn start_again(&mut self, place: usize) -> anyhow::Result<()> {
        self.replicas[place] = self.start(place).await?;
        Ok(())
    }

    /// Tokens for a load, one for each blower.
    pub(crate) async fn sign_in(&self) -> anyhow::Result<Vec<String>> {
        let address = *self.targets.all().first().context("no replica")?;
        sign_blowers_in(&mut Connection::open(address).await?).await
    }

    /// A load on all replicas.
    pub(crate) fn storm(&self, tokens: &[String], name: String, manner: Manner) -> anyhow::Result<Storm> {
        Storm::start(Load { targets: self.targets.clone(), tokens: tokens.to_vec(), name, connections: 16, manner })
    }

    /// Rows of a statement, columns parted by `|`.
    pub(crate) fn sql(&self, text: &str) -> String {
        self.parts.postgres.sql(&self.database, text)
    }

    /// The key of the hub's stream: the only one, since each site begins with an empty Redis.
    pub(crate) fn stream(&self) -> anyhow::Result<String> {
        let found = self.parts.redis.cli(&["SCAN", "0", "COUNT", "10000", "TYPE", "stream"]);
        // The first line is where the scan would go on.
        found.lines().nth(1).map(str::to_owned).context("there is no stream in Redis")
    }

    /// Stops all replicas as an operator would, each in time.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        for replica in &mut self.replicas {
            replica.terminate().await?;
        }
        self.parts.postgres.drop(&self.database);
        Ok(())
    }
}
