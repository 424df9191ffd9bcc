//! Two clocks ninety seconds apart (T34): one replica's wall clock is set ahead by a library that the loader puts before
//! the system's own; time that only passes is left alone. Clocks of this host and of PostgreSQL are never touched.

use crate::load::{Connection, Load, Manner, Storm, Targets, get, pause, sign_blowers_in};
use crate::rest::figures;
use crate::site::Site;
use anyhow::{Context, ensure};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

/// The replica that is ahead; the first one is right.
pub(crate) const SKEWED: usize = 1;
const AHEAD_SECONDS: u32 = 90;
/// How long clients of both replicas blow side by side.
const SIDE_BY_SIDE_MS: u64 = 4000;

/// The hub that this starts believes that it is later than it is.
pub(crate) fn set_ahead(command: &mut Command) -> anyhow::Result<()> {
    command.env("LD_PRELOAD", library()?).env("FAKETIME", format!("+{AHEAD_SECONDS}s"));
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Ok(())
}

/// Where Debian's package puts it: in a folder that is named after the machine.
fn library() -> anyhow::Result<PathBuf> {
    let machines = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut files = machines.map(|machine| machine.path().join("faketime/libfaketimeMT.so.1"));
    files.find(|file| file.is_file()).context(
        "the tests need `libfaketimeMT.so.1`, which is not here: install Debian's package `faketime` (apt-get install \
         faketime)",
    )
}

/// Tokens cross as far as the contract says; then whistles are also blown with the wrong replica's own tokens, and each
/// replica says whether it believes its clock.
pub(crate) async fn work_apart(site: &Site<'_>, storm: &mut Storm, round: usize) -> anyhow::Result<()> {
    let (right, wrong) = (site.replicas[0].address, site.replicas[SKEWED].address);
    let of_right = site.sign_in().await?;
    let of_wrong = sign_blowers_in(&mut Connection::open(wrong).await?).await?;
    for (whose, token, at, wanted) in [
        ("the right one's token at the wrong one", &of_right[0], wrong, 200),
        ("the wrong one's token at the wrong one", &of_wrong[0], wrong, 200),
        // Issued in a future that is further away than the leeway.
        ("the wrong one's token at the right one", &of_wrong[0], right, 401),
    ] {
        let answer = Connection::open(at).await?.ask(&get("/api/v1/whistles?limit=1", token)).await?;
        ensure!(answer.status == wanted, "{whose} is answered {}", answer.status);
    }
    storm.grow(Load {
        targets: Targets::new(vec![wrong]),
        tokens: of_wrong,
        name: format!("ahead-{round}"),
        connections: 8,
        manner: Manner::Stubborn { per_second: 20, hasty: false },
    })?;
    pause(SIDE_BY_SIDE_MS).await;
    believes(right, "1", 0).await.context("the right one")?;
    believes(wrong, "0", AHEAD_SECONDS).await.context("the wrong one")
}

/// Whether it says so of its clock; a second more or less is the time that asking takes.
async fn believes(address: SocketAddr, believed: &str, skew: u32) -> anyhow::Result<()> {
    let figures = figures(address).await?;
    let figure = |name: &str| figures.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str());
    let (says, off) = (figure("hub_clock_believed"), figure("hub_clock_skew_seconds"));
    let near = off.and_then(|off| off.parse::<u32>().ok()).is_some_and(|off| off.abs_diff(skew) <= 1);
    ensure!(says == Some(believed) && near, "hub_clock_believed {says:?}, hub_clock_skew_seconds {off:?}");
    Ok(())
}
