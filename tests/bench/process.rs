//! The process itself: what it weighs when nobody asks for anything, and how long it takes until it is ready. Measured
//! from outside, on the real binary.

use crate::Figure;
use crate::load::{Served, demo, pause};
use anyhow::Context;
use std::path::Path;
use tokio::time::Instant;

/// After it the memory that hashes the demo's password has been given back.
pub(crate) const IDLE_MS: u64 = 3000;
const MEMORY_MIB_MAX: f64 = 60.0;
const START_SECONDS_MAX: f64 = 2.0;
const STARTS: usize = 3;

/// The proportional set size of an idle hub on a fresh ledger.
pub(crate) async fn idle_memory(dir: &Path) -> anyhow::Result<Figure> {
    let dir = dir.join("idle");
    let served = Served::start(demo(&dir), &dir).await?;
    pause(IDLE_MS).await;
    let (pss, rss) = (memory_mib(&served, "Pss")?, memory_mib(&served, "Rss")?);
    println!("\nidle after {IDLE_MS} ms: Pss {pss:.1} MiB, Rss {rss:.1} MiB");
    let what = "idle memory (Pss) on a fresh ledger".to_owned();
    Ok(Figure::at_most(what, (pss, " MiB"), MEMORY_MIB_MAX, "<= 60 MiB"))
}

/// A line of the kernel's sum over a process's memory: `Pss` or `Rss`.
pub(crate) fn memory_mib(served: &Served, name: &str) -> anyhow::Result<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", served.child.id()))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.with_context(|| format!("no {name}"))? / 1024.0)
}

/// From the start of the process to the first good `/readyz`.
pub(crate) async fn start_time(dir: &Path) -> anyhow::Result<Figure> {
    let mut seconds = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let mut served = Served::start(demo(dir), dir).await?;
        seconds.push(began.elapsed().as_secs_f64());
        served.kill()?;
    }
    seconds.sort_by(f64::total_cmp);
    println!("starts with 100,000 whistles, the last one killed each time: {seconds:.2?} s");
    let what = "start until ready, 100,000 whistles".to_owned();
    Ok(Figure::at_most(what, (seconds[STARTS / 2], " s"), START_SECONDS_MAX, "<= 2 s"))
}
