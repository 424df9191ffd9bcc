//! The bench: what a whistle costs beside the barest server that could keep it, how reads bear a hundred thousand
//! whistles, what an idle hub weighs and how fast it starts; on PostgreSQL and Redis also how soon the office has a
//! whistle, what replicas share and how a backlog is drained. `cargo bench --profile dist --bench hub`, about twenty
//! minutes; with `-- blow`, `idle`, `reads`, `search`, `servers`, `receipt`, `replicas` or `backlog` only those parts. It prints
//! figures beside their goals and ends well whatever they are: a missed goal is a figure, not a fault.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod backlog;
mod blow;
mod fill;
mod floor;
mod ground;
#[path = "../load/mod.rs"]
mod load;
mod measure;
mod paced;
mod pen;
mod process;
mod reads;
mod receipt;
mod replicas;
mod searches;
#[path = "../servers/mod.rs"]
mod servers;

use anyhow::Context;
use fill::{Size, fill};
use ground::{Pair, Servers};
use std::path::{Path, PathBuf};
use whistle_hub::config::LedgerPlace;

/// One figure that has a goal.
struct Figure {
    what: String,
    got: String,
    goal: &'static str,
    met: bool,
}

impl Figure {
    /// A ratio that should be at least so much.
    fn at_least(what: String, got: f64, least: f64, goal: &'static str) -> Figure {
        Figure { what, got: format!("{got:.2}"), goal, met: got >= least }
    }

    /// A ratio, a time or a size that should be at most so much.
    fn at_most(what: String, got: (f64, &str), most: f64, goal: &'static str) -> Figure {
        Figure { what, got: format!("{:.2}{}", got.0, got.1), goal, met: got.0 <= most }
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, rest @ ..] = args.as_slice()
        && word == floor::WORD
    {
        return floor::serve(rest).await;
    }
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
    // Cargo says `--bench`; whatever else is said names parts.
    let parts: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
    // When something fails the servers' logs stay where the error says.
    let figures = measured(&dir, |part| parts.is_empty() || parts.contains(&part)).await?;
    std::fs::remove_dir_all(&dir).with_context(|| format!("{} is left behind", dir.display()))?;
    table(&figures);
    Ok(())
}

async fn measured(dir: &Path, wanted: impl Fn(&str) -> bool) -> anyhow::Result<Vec<Figure>> {
    std::fs::create_dir_all(dir)?;
    let cores = std::thread::available_parallelism()?;
    println!("client and servers on one machine of {cores} cores; every worker on; each commit reaches the disk\n");
    let mut figures = Vec::new();
    if wanted("blow") {
        figures.extend(blow::compare(Pair::Embedded, dir).await?);
    }
    if wanted("idle") {
        figures.push(process::idle_memory(dir).await?);
    }
    if wanted("reads") {
        figures.extend(reads_of_two_sizes(dir).await?);
    }
    if ["search", "servers", "receipt", "replicas", "backlog"].into_iter().any(&wanted) {
        figures.extend(on_servers(dir, wanted).await?);
    }
    Ok(figures)
}

async fn reads_of_two_sizes(dir: &Path) -> anyhow::Result<Vec<Figure>> {
    let (small, large) = (dir.join("small"), dir.join("large"));
    let history =
        |dir: &Path, whistles| fill(LedgerPlace::Sqlite(dir.join("hub.db")), Size { whistles, unreceived: 0 });
    let few = history(&small, reads::SMALL).await?.codes;
    let many = history(&large, reads::LARGE).await?.codes;
    let mut figures = vec![process::start_time(&large).await?];
    figures.extend(reads::compare((&small, few), (&large, many)).await?);
    Ok(figures)
}

async fn on_servers(dir: &Path, wanted: impl Fn(&str) -> bool) -> anyhow::Result<Vec<Figure>> {
    let (servers, mut figures) = (Servers::start(), Vec::new());
    if wanted("search") {
        figures.extend(searches::compare(&servers, dir).await?);
    }
    if wanted("servers") {
        figures.extend(blow::compare(Pair::Servers(&servers), dir).await?);
    }
    if wanted("receipt") {
        figures.extend(receipt::compare(&servers, dir).await?);
    }
    if wanted("replicas") {
        replicas::compare(&servers, dir).await?;
    }
    if wanted("backlog") {
        figures.push(backlog::drain(&servers, dir).await?);
    }
    Ok(figures)
}

fn table(figures: &[Figure]) {
    println!("\n{:<66} {:>10}  {:<10} ", "figure", "measured", "goal");
    for figure in figures {
        let met = if figure.met { "met" } else { "MISSED" };
        println!("{:<66} {:>10}  {:<10} {met}", figure.what, figure.got, figure.goal);
    }
}
