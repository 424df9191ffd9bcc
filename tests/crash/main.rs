//! `kill -9` under load, with a ledger outside (I1, I2): the real binary is killed while many connections blow whistles,
//! started again, and must hold every answered whistle once, every repeated key once, codes without a hole and one
//! office's receipt each. A last round stops it with SIGTERM. `cargo test --test crash -- --rounds 20` tries longer.
//! Then the restore drill: backed up under load, killed, brought back elsewhere.

#![allow(clippy::print_stdout, reason = "this test is its own harness and prints its rounds")]

mod check;
mod drill;
#[path = "../load/mod.rs"]
mod load;
#[path = "../servers/mod.rs"]
mod servers;

use anyhow::Context;
use load::{Connection, Load, Manner, Served, Storm, Targets, demo, until};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::Instant;

const NAME: &str = "crash";
const ROUNDS: usize = 3;

/// What a round does to the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Kill,
    Terminate,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(rounds) = rounds_wanted(std::env::args().skip(1)) else {
        println!("test result: ok. 0 passed; 0 failed");
        return ExitCode::SUCCESS;
    };
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{}", std::process::id()));
    let (mut passed, mut failed) = (0, 0);
    println!("\n{}", check::HEADING);
    if let Err(fault) = rounds_on(&dir, rounds, &mut passed).await {
        failed = 1;
        println!("FAILED: {fault:#}\n  ledger, letters and log are kept in {}", dir.display());
    } else if let Err(fault) = std::fs::remove_dir_all(&dir) {
        println!("{} is left behind: {fault}", dir.display());
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How many rounds; `None` when a name was asked for that is not this test's, or a list.
fn rounds_wanted(args: impl Iterator<Item = String>) -> Option<usize> {
    let (mut rounds, mut args) = (ROUNDS, args);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => rounds = args.next()?.parse().ok()?,
            "--list" => return None,
            name if !name.starts_with('-') && !NAME.contains(name) => return None,
            _ => {}
        }
    }
    Some(rounds)
}

/// All rounds hit one ledger, as crashes do.
async fn rounds_on(dir: &Path, rounds: usize, passed: &mut usize) -> anyhow::Result<()> {
    let mut outside = Vec::new();
    let blows = std::iter::repeat_n(Blow::Kill, rounds).chain([Blow::Terminate]);
    for (round, blow) in (1..).zip(blows) {
        round_of(dir, &mut outside, round, blow).await.with_context(|| format!("round {round}, {blow:?}"))?;
        *passed += 1;
    }
    let rest = load::file_at_rest(dir, &outside).context("the ledger at rest")?;
    let load::AtRest { letters, sent, owed } = rest;
    println!("at rest: {} whistles, {letters} letters handed over, {sent} noted, {owed} owed", outside.len());
    for line in drill::all_ways(dir).await? {
        println!("{line}");
        *passed += 1;
    }
    Ok(())
}

async fn round_of(dir: &Path, outside: &mut Vec<load::Entry>, round: usize, blow: Blow) -> anyhow::Result<()> {
    let mut hub = Served::start(demo(dir), dir).await?;
    let tokens = load::sign_blowers_in(&mut Connection::open(hub.address).await?).await?;
    // Between one and three seconds, and never twice the same: the blow should fall into every stage of a commit.
    let span = Duration::from_millis(1000 + u64::try_from(round).unwrap_or(0) * 719 % 2000);
    let storm = Storm::start(Load {
        targets: Targets::new(vec![hub.address]),
        tokens: tokens.clone(),
        name: format!("crash-{round}"),
        connections: 16 + u32::try_from(round)? * 8 % 17,
        manner: Manner::Once { may_refuse: blow == Blow::Terminate },
    })?;
    let idle = hub.idle_connections(4).await?;
    until(Instant::now() + span).await;
    let began = Instant::now();
    let stopped = match blow {
        Blow::Kill => {
            hub.kill()?;
            String::new()
        }
        Blow::Terminate => {
            hub.terminate().await?;
            format!("stopped in {:.1} s", began.elapsed().as_secs_f64())
        }
    };
    drop(idle);
    let since = outside.len();
    outside.extend(storm.end().await?.entries);
    drop(hub);
    let mut hub = Served::start(demo(dir), dir).await?;
    let seen = load::compare(&[hub.address], outside, since, &tokens, 1).await?;
    let letters = check::letters(dir, outside.len()).await?;
    println!("{}", check::line(&seen, letters, (round, blow), &stopped));
    seen.judge()?;
    hub.terminate().await
}
