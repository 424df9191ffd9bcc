//! The disk is full: a hub on its own files, which may not grow past a limit that the kernel keeps. Meanwhile no whistle
//! is taken and everything that only reads goes on; with the limit gone the same process writes again. It fills no disk.

use crate::AROUND_MS;
use crate::load::{Connection, Entry, Load, Manner, Served, Storm, Targets};
use crate::load::{
    blow, code_of, demo, file_at_rest, get, letters_owed, orders, pause, request, sign_blowers_in, sign_in,
};
use crate::rest::Found;
use crate::strike::goes_on;
use crate::tally::Tally;
use anyhow::{Context, ensure};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use tokio::time::{Duration, Instant};

pub(crate) const NAME: &str = "disk full";
pub(crate) const ROUNDS: usize = 2;

/// Bytes that a file may have: less than the log of pages has before it is folded into the ledger's file.
const ROOM: u32 = 2_000_000;
/// How long the load may take to use it up, and the hub to hand its letters over afterwards.
const FULL_WITHIN: Duration = Duration::from_secs(60);
const LETTERS_WITHIN: Duration = Duration::from_secs(60);
/// So many keys in a row are refused until the disk counts as full.
const REFUSED_IN_A_ROW: usize = 8;
/// Whistles that may still fit where the log of pages begins anew: a few of the hundreds that are tried.
const FIT: usize = 16;
/// How long it stays full then, milliseconds; the letters that are under way fail to be noted meanwhile.
const FULL_MS: u64 = 3000;

/// Round after round on one hub that is never started again, and its files in the end.
pub(crate) async fn scenario(dir: &Path, rounds: usize) -> anyhow::Result<String> {
    let mut hub = Served::start(unharmed(&demo(dir)), dir).await?;
    let mut tally = Tally::default();
    for round in 0..rounds {
        let tokens = sign_blowers_in(&mut Connection::open(hub.address).await?).await?;
        let storm = Storm::start(Load {
            targets: Targets::new(vec![hub.address]),
            tokens: tokens.clone(),
            name: format!("disk-{round}"),
            connections: 16,
            manner: Manner::Stubborn { per_second: 100, hasty: false },
        })?;
        pause(AROUND_MS).await;
        let by_hand = fill(&hub, &storm, &tokens[0], round).await.with_context(|| format!("round {round}"))?;
        pause(AROUND_MS).await;
        let mut harvest = storm.end().await?;
        ensure!(harvest.retried > 0, "no client met the full disk");
        harvest.entries.extend(by_hand);
        tally.add(harvest, &[hub.address], &tokens).await?;
    }
    let deadline = Instant::now() + LETTERS_WITHIN;
    while letters_owed(dir)? > 0 && Instant::now() < deadline {
        pause(200).await;
    }
    hub.terminate().await?;
    let rest = file_at_rest(dir, &tally.entries).context("the file at rest")?;
    ensure!(rest.owed == 0, "{} letters are still owed", rest.owed);
    Ok(tally.line(rounds, &Found { letters: rest.letters, doubled_letters: 0, stuck: rest.owed }))
}

/// A write past the limit fails then, instead of ending the process.
fn unharmed(hub: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#]).arg(hub.get_program()).args(hub.get_args());
    shell
}

/// How far its files may grow from now on.
fn limit(hub: &Served, room: &str) -> anyhow::Result<()> {
    let mut prlimit = Command::new("prlimit");
    let done = prlimit.args(["--pid", &hub.child.id().to_string(), &format!("--fsize={room}:unlimited")]).status();
    let done = done.context("the tests need `prlimit`: install Debian's package `util-linux`")?;
    ensure!(done.success(), "no limit of {room} bytes is set");
    Ok(())
}

/// Takes the room away until whistles are refused, looks around, and gives it back; answers what it blew itself.
async fn fill(hub: &Served, storm: &Storm, token: &str, round: usize) -> anyhow::Result<Vec<Entry>> {
    let mut connection = Connection::open(hub.address).await?;
    let office = sign_in(&mut connection, "office").await?;
    limit(hub, &ROOM.to_string())?;
    let mut by_hand = blow_until_refused(&mut connection, token, round).await?;
    let stands = storm.answered();
    look_around(&mut connection, &office, &by_hand).await?;
    pause(FULL_MS).await;
    let mut connection = Connection::open(hub.address).await?;
    look_around(&mut connection, &office, &by_hand).await?;
    ensure!(storm.answered() - stands <= FIT, "whistles flow onto a disk that is full");
    limit(hub, "unlimited")?;
    goes_on(storm, stands).await?;
    let mut connection = Connection::open(hub.address).await?;
    for entry in by_hand.iter_mut().filter(|entry| entry.code.is_none()) {
        let answer = connection.ask(&blow(token, &entry.key, &entry.order)).await?;
        ensure!(answer.status == 201, "{} is answered {} by a disk with room", entry.key, answer.status);
        ensure!(answer.header("idempotency-replayed").is_none(), "{} was refused and was there", entry.key);
        entry.code = Some(code_of(&answer.json()?)?);
    }
    Ok(by_hand)
}

/// One whistle after the other; each is taken whole or refused with 503.
async fn blow_until_refused(connection: &mut Connection, token: &str, round: usize) -> anyhow::Result<Vec<Entry>> {
    let (orders, deadline) = (orders()?, Instant::now() + FULL_WITHIN);
    let (mut blown, mut in_a_row) = (Vec::<Entry>::new(), 0);
    while in_a_row < REFUSED_IN_A_ROW {
        ensure!(Instant::now() < deadline, "the disk does not get full: {} whistles were taken", blown.len());
        let key = format!("by-hand-{round}-{}", blown.len());
        let mut order = orders[blown.len() % orders.len()].clone();
        order["title"] = key.as_str().into();
        let order = order.to_string();
        let answer = connection.ask(&blow(token, &key, &order)).await?;
        let code = match answer.status {
            201 => Some(code_of(&answer.json()?)?),
            503 => None,
            status => anyhow::bail!("a full disk is answered {status}: {}", String::from_utf8_lossy(&answer.body)),
        };
        in_a_row = if code.is_some() { 0 } else { in_a_row + 1 };
        blown.push(Entry { key, order, blower: 0, code });
    }
    Ok(blown)
}

/// What only reads is answered as ever and shows nothing of what was refused; what writes is refused.
async fn look_around(connection: &mut Connection, office: &str, by_hand: &[Entry]) -> anyhow::Result<()> {
    let alive = connection.ask(&get("/healthz", "")).await?;
    ensure!(alive.status == 200, "/healthz answers {}", alive.status);
    let newest = connection.ask(&get("/api/v1/whistles?sort=-blown_at&limit=200", office)).await?;
    ensure!(newest.status == 200, "the list answers {}", newest.status);
    let newest = newest.json()?;
    let listed = newest["items"].as_array().context("a page without items")?;
    ensure!(!listed.is_empty(), "the list is empty");
    let refused = by_hand.iter().filter(|entry| entry.code.is_none());
    for entry in refused {
        ensure!(
            listed.iter().all(|card| card["title"] != entry.key.as_str()),
            "{} was refused and is there",
            entry.key
        );
    }
    let order = json!({ "username": "director", "password": "whistle-demo" }).to_string();
    let json = [("content-type", "application/json")];
    let signed_in = connection.ask(&request("POST", "/api/v1/sessions", &json, &order)).await?;
    // One row may still fit where the log of pages begins anew.
    ensure!([201, 503].contains(&signed_in.status), "signing in is answered {} by a full disk", signed_in.status);
    Ok(())
}
