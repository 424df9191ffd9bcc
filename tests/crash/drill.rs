//! The restore drill: a hub under load is backed up, killed, brought back elsewhere from the file and nothing else, and
//! must hold every whistle that was answered before the backup began, with the counts and the head that the backup told.
//! From each engine to each. The commands are the operator's own; nothing is looked at from inside.

use crate::load::{Connection, Entry, Load, Manner, Served, Storm, Targets, code_of, hub, pause, sign_in, walk};
use crate::load::{blow, get, sign_blowers_in};
use crate::servers::{Postgres, Redis};
use anyhow::{Context, ensure};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::time::Instant;

/// Whistles before the backup, and how many a second.
const BEFORE: usize = 150;
const PER_SECOND: u32 = 200;
/// Whistles between the backup and the end.
const AFTER: usize = 20;
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// Where a hub's ledger and stream are.
struct Parts {
    ledger: String,
    stream: Option<String>,
    dir: PathBuf,
}

impl Parts {
    fn on_files(dir: PathBuf) -> Parts {
        Parts { ledger: format!("sqlite://{}", dir.join("hub.db").display()), stream: None, dir }
    }

    fn on_servers(dir: PathBuf, (postgres, redis): (&Postgres, &Redis), database: &str) -> Parts {
        postgres.create(database);
        Parts { ledger: postgres.url(database), stream: Some(redis.url()), dir }
    }

    fn told(&self, command: &mut Command) {
        command.env("WHISTLE__LEDGER__URL", &self.ledger);
        command.env("WHISTLE__MAIL__URL", format!("file://{}", self.dir.join("letters").display()));
        if let Some(stream) = &self.stream {
            command.env("WHISTLE__STREAM__URL", stream);
        }
    }

    async fn serve(&self) -> anyhow::Result<Served> {
        let mut command = hub(0);
        self.told(&mut command);
        Served::start(command, &self.dir).await
    }

    /// Runs a command of the operator's; its exit and everything that it said.
    fn obeys(&self, words: &[&str]) -> anyhow::Result<(Option<i32>, String)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whistle-hub"));
        self.told(&mut command);
        let output = command.args(words).output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8(said)?))
    }

    fn done(&self, words: &[&str]) -> anyhow::Result<String> {
        let (exit, said) = self.obeys(words)?;
        ensure!(exit == Some(0), "`{}` ended with {exit:?}: {said}", words.join(" "));
        Ok(said)
    }
}

/// All four ways; answers a line for each.
pub(crate) async fn all_ways(dir: &Path) -> anyhow::Result<Vec<String>> {
    let servers = (&Postgres::start(false), &Redis::start(&[]));
    let mut lines = Vec::new();
    for (number, [from, to]) in [[false, false], [true, true], [false, true], [true, false]].into_iter().enumerate() {
        let parts = |on_servers: bool, name: &str| {
            let dir = dir.join(format!("drill-{number}-{name}"));
            std::fs::create_dir_all(&dir)?;
            let database = format!("drill_{number}_{name}");
            anyhow::Ok(if on_servers { Parts::on_servers(dir, servers, &database) } else { Parts::on_files(dir) })
        };
        let way = |on_servers: bool| if on_servers { "server" } else { "file" };
        let line = drill(&parts(from, "from")?, &parts(to, "to")?).await;
        let line = line.with_context(|| format!("drill from {} to {}", way(from), way(to)))?;
        lines.push(format!("drill  {:<6} → {:<6}  {line}", way(from), way(to)));
    }
    Ok(lines)
}

async fn drill(from: &Parts, to: &Parts) -> anyhow::Result<String> {
    let file = from.dir.join("night.backup");
    let name = file.to_str().context("a path in UTF-8")?;
    let mut hub = from.serve().await?;
    let tokens = sign_blowers_in(&mut Connection::open(hub.address).await?).await?;
    let targets = Targets::new(vec![hub.address]);
    let storm = |name: &str, manner: Manner| {
        let targets = targets.clone();
        Storm::start(Load { targets, tokens: tokens.clone(), name: name.to_owned(), connections: 8, manner })
    };
    let before = storm("before", Manner::Stubborn { per_second: PER_SECOND, hasty: false })?;
    answered(&before, BEFORE).await?;
    let before = gathered(before).await?;
    let meanwhile = storm("meanwhile", Manner::Once { may_refuse: false })?;
    answered(&meanwhile, 1).await?;
    let made = from.done(&["backup", name])?;
    // So that the file is a moment in the middle of the storm, and not its end.
    answered(&meanwhile, meanwhile.answered() + AFTER).await?;
    hub.kill()?;
    let meanwhile = gathered(meanwhile).await?;

    let restored = to.done(&["restore", name])?;
    ensure!(told(&restored) == told(&made), "told {made}\nrestored {restored}");
    let (exit, said) = to.obeys(&["restore", name])?;
    ensure!(exit == Some(1) && said.contains("already"), "restored over a ledger: {exit:?} {said}");
    ensure!(to.obeys(&["restore"])?.0 == Some(2), "a restore of nothing");
    let mut hub = to.serve().await?;
    let held = compare(&hub, (&before, &meanwhile), &tokens).await?;
    ensure!(held < meanwhile.len(), "the backup holds what was answered after it");
    to.done(&["doctor"])?;
    hub.terminate().await?;
    Ok(format!("{} before and {held} of {} meanwhile are there", before.len(), meanwhile.len()))
}

async fn answered(storm: &Storm, wanted: usize) -> anyhow::Result<()> {
    let began = Instant::now();
    while storm.answered() < wanted {
        ensure!(began.elapsed() < ANSWERED_WITHIN, "{} of {wanted} were answered", storm.answered());
        pause(10).await;
    }
    Ok(())
}

/// The whistles of a storm that were answered.
async fn gathered(storm: Storm) -> anyhow::Result<Vec<Entry>> {
    Ok(storm.end().await?.entries.into_iter().filter(|entry| entry.code.is_some()).collect())
}

/// Counts and head of an answer; a restore makes notes of its own.
fn told(said: &str) -> Vec<&str> {
    let lines = said.lines().filter(|line| line.starts_with("  rows") || line.starts_with("  head"));
    lines.filter(|line| !line.contains(" meta ")).collect()
}

/// Every whistle of before is there under its code; one of meanwhile is there as it was answered or not at all. Old
/// sign-ins are over, new ones work, the next whistle is taken. Answers how many of meanwhile are there.
async fn compare(hub: &Served, (before, meanwhile): (&[Entry], &[Entry]), old: &[String]) -> anyhow::Result<usize> {
    let mut connection = Connection::open(hub.address).await?;
    let refused = connection.ask(&get("/api/v1/me", &old[0])).await?;
    ensure!(refused.status == 401, "a sign-in of before the restore is answered {}", refused.status);
    let office = sign_in(&mut connection, "office").await?;
    let walked = walk(&mut connection, &office).await?;
    let there: HashMap<&str, &str> = walked.iter().map(|(code, title)| (title.as_str(), code.as_str())).collect();
    ensure!(there.len() == walked.len(), "a key became two whistles");
    let code = |entry: &Entry| there.get(entry.key.as_str()).copied();
    for entry in before {
        ensure!(
            code(entry) == entry.code.as_deref(),
            "{} was answered {:?}, is {:?}",
            entry.key,
            entry.code,
            code(entry)
        );
    }
    let held: Vec<_> = meanwhile.iter().filter(|entry| code(entry).is_some()).collect();
    ensure!(held.iter().all(|entry| code(entry) == entry.code.as_deref()), "one came back as another");
    let token = sign_in(&mut connection, "liaison.xf").await?;
    let (order, last) = (before[0].order.as_str(), walked.len());
    let blown = connection.ask(&blow(&token, "after-the-restore", order)).await?;
    let next = code_of(&blown.json()?)?;
    ensure!(next.ends_with(&format!("-{:04}", last + 1)), "after {last} whistles comes {next}");
    Ok(held.len())
}
