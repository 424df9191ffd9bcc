//! Faults, with a ledger outside (I1, I2, I3): real replicas on real PostgreSQL and Redis, or one hub on its own files,
//! clients that go elsewhere when they are not answered, and one thing after another that breaks. Whatever it was, in the
//! end every answered whistle is there once, routed once and written about, and nothing waits. `cargo test --test faults
//! -- [--rounds N] [--long] [name …]`: more rounds, times as long as in earnest, only what is named.

#![allow(clippy::print_stdout, reason = "this test is its own harness and prints its scenarios")]

mod clocks;
mod disk;
mod feed;
#[path = "../load/mod.rs"]
mod load;
mod post;
mod proxy;
mod rest;
#[path = "../servers/mod.rs"]
mod servers;
mod site;
mod strike;
mod tally;

use anyhow::{Context, ensure};
use feed::Feed;
use load::{Connection, Manner, pause, sign_in};
use servers::{Postgres, Redis};
use site::{Parts, Site};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use strike::{Fault, strike};
use tally::Tally;

const NAME: &str = "faults";
/// Load before the fault and after it, milliseconds.
const AROUND_MS: u64 = 1000;

/// What may be tried.
#[derive(Debug, Clone, Copy)]
enum Trial {
    OnServers(Fault),
    FullDisk,
}

impl Trial {
    fn name(self) -> &'static str {
        match self {
            Trial::OnServers(fault) => fault.plan().name,
            Trial::FullDisk => disk::NAME,
        }
    }
}

/// What was asked for.
struct Wanted {
    trials: Vec<Trial>,
    rounds: Option<usize>,
    long: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(fault) => {
            println!("{fault}");
            return ExitCode::from(2);
        }
    };
    if wanted.trials.is_empty() {
        println!("test result: ok. 0 passed; 0 failed");
        return ExitCode::SUCCESS;
    }
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{}", std::process::id()));
    let failures = all(&wanted, &dir).await;
    let failed = failures.len();
    if failed > 0 {
        // Once more at the end, where whoever reads only the end of a long log finds them.
        println!("\n{}\n  logs are kept in {}", failures.join("\n"), dir.display());
    } else if let Err(fault) = std::fs::remove_dir_all(&dir) {
        println!("{} is left behind: {fault}", dir.display());
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {} passed; {failed} failed", wanted.trials.len().saturating_sub(failed));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A word names the scenarios that hold it, in whatever case; this program's own name is all of them.
fn wanted(mut args: impl Iterator<Item = String>) -> anyhow::Result<Wanted> {
    let (mut rounds, mut long, mut words) = (None, false, Vec::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => rounds = Some(args.next().context("--rounds takes a number")?.parse()?),
            "--long" => long = true,
            "--list" => return Ok(Wanted { trials: Vec::new(), rounds, long }),
            word if word.starts_with('-') => {}
            word => words.push(word.to_lowercase()),
        }
    }
    let named = |trial: &Trial| {
        let name = trial.name().to_lowercase();
        words.is_empty() || words.iter().any(|word| name.contains(word) || NAME.contains(word.as_str()))
    };
    let all = Fault::ALL.into_iter().map(Trial::OnServers).chain([Trial::FullDisk]);
    Ok(Wanted { trials: all.filter(named).collect(), rounds, long })
}

/// Tries all that were wanted; answers what failed and why.
#[allow(clippy::disallowed_methods, reason = "the seconds of a scenario are printed")]
async fn all(wanted: &Wanted, dir: &Path) -> Vec<String> {
    let parts = Parts { postgres: Postgres::start(false), redis: Redis::start(&[]) };
    let itself = proxy::check_itself().err().map(|fault| format!("the proxy itself: {fault:#}"));
    let mut failures: Vec<String> = itself.into_iter().collect();
    println!(
        "\n{:<21} {:>6} {:>6} {:>8} {:>7} {:>5} {:>7} {:>5} {:>7} {:>7} {:>8}",
        "fault", "rounds", "sent", "answered", "retried", "lost", "doubled", "stuck", "letters", "doubled", "seconds"
    );
    for (number, trial) in wanted.trials.iter().enumerate() {
        let (began, name) = (Instant::now(), trial.name());
        let dir = dir.join(format!("faults_{number}"));
        let tried = match trial {
            Trial::OnServers(fault) => scenario(*fault, &parts, &dir, wanted).await,
            Trial::FullDisk => disk::scenario(&dir, wanted.rounds.unwrap_or(disk::ROUNDS)).await,
        };
        let seconds = began.elapsed().as_secs_f64();
        match tried {
            Ok(line) => println!("{name:<21} {line} {seconds:>8.1}"),
            Err(fault) => {
                let line = format!("{name:<21} FAILED after {seconds:.1} s: {fault:#}");
                println!("{line}");
                failures.push(line);
                // The next one finds everything running.
                parts.postgres.restart();
                parts.redis.start_again();
            }
        }
    }
    failures
}

/// One fault, round after round on one hub, and the end of it; answers its line of the table.
async fn scenario(fault: Fault, parts: &Parts, dir: &Path, wanted: &Wanted) -> anyhow::Result<String> {
    let plan = fault.plan();
    let rounds = wanted.rounds.unwrap_or(plan.rounds);
    let mut site = Site::open(parts, dir, fault).await?;
    let feeds = if fault.is_watched() { feeds(&site).await? } else { Vec::new() };
    let mut tally = Tally::default();
    for round in 0..rounds {
        let tokens = site.sign_in().await?;
        let manner = Manner::Stubborn { per_second: plan.per_second, hasty: fault == Fault::SlowAndHasty };
        let mut storm = site.storm(&tokens, format!("fault-{round}"), manner)?;
        pause(AROUND_MS).await;
        strike(fault, &mut site, &mut storm, round, wanted.long).await.with_context(|| format!("round {round}"))?;
        pause(AROUND_MS).await;
        let harvest = storm.end().await?;
        ensure!(harvest.retried > 0 || !fault.is_felt(), "no client met the fault");
        tally.add(harvest, site.targets.all(), &tokens).await?;
    }
    let rest = rest::judge(&site, tally.entries.len(), plan.allowed.times(rounds), fault.puts_letters_off()).await?;
    ensure!(!fault.is_of_the_stream() || rest::swept(&site)? > 0, "the stream lost nothing that mattered");
    end_feeds(feeds, &site).await?;
    site.close().await?;
    Ok(tally.line(rounds, &rest))
}

/// One reader of the feed on each replica, as the office.
async fn feeds(site: &Site<'_>) -> anyhow::Result<Vec<Feed>> {
    let addresses = site.targets.all();
    let office = sign_in(&mut Connection::open(addresses[0]).await?, "office").await?;
    Ok((0..addresses.len()).map(|place| Feed::open(site.targets.clone(), place, office.clone())).collect())
}

/// Every reader was told every event once, in order, whatever became of the replica it read from.
async fn end_feeds(feeds: Vec<Feed>, site: &Site<'_>) -> anyhow::Result<()> {
    // What happens to the directory is told by no feed.
    let told = site.sql("SELECT seq FROM events WHERE tree <> 'directory' ORDER BY seq");
    let told = told.lines().map(str::parse).collect::<Result<Vec<i64>, _>>()?;
    let last = told.last().copied().context("a log without events")?;
    for feed in feeds {
        let (opened, heard) = (feed.opened(), feed.end(last).await.context("a feed")?);
        ensure!(
            heard == told,
            "a feed of {} events told {}, in {opened} parts, not each once",
            told.len(),
            heard.len()
        );
    }
    Ok(())
}
