//! `POST /api/v1/whistles` whole, against the floor. Every cell is a fresh process on a fresh ledger and is killed at
//! its end, so no cell pays for what another left to the workers; cells alternate, and the middle of the repeats counts.

use crate::Figure;
use crate::floor;
use crate::ground::{Ground, Pair};
use crate::load::{BLOWERS, Connection, Served, blow, orders, sign_blowers_in};
use crate::measure::{Make, Measured, Plan, measure, median};
use crate::pen;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const REPEATS: usize = 3;
/// Long enough that every statement has been prepared.
const WARM: Duration = Duration::from_millis(1500);
const SPAN: Duration = Duration::from_secs(3);
const FLOOR_WARM: usize = 64;

/// Bodies, chosen by connection and turn.
pub(crate) type Orders = Arc<[String]>;

/// Connections, and the least ratio to the floor that is wanted there.
type Cells = [(usize, Option<(f64, &'static str)>); 3];
const EMBEDDED: Cells = [(1, Some((0.5, ">= 0.50"))), (16, None), (64, Some((0.25, ">= 0.25")))];
const SERVERS: Cells = [(1, None), (16, None), (64, Some((0.3, ">= 0.30")))];

pub(crate) async fn compare(pair: Pair<'_>, dir: &Path) -> anyhow::Result<Vec<Figure>> {
    let (words, cells) = match pair {
        Pair::Embedded => ("embedded", EMBEDDED),
        Pair::Servers(_) => ("PostgreSQL and Redis", SERVERS),
    };
    let orders = bodies()?;
    let mut measured: Vec<(Vec<Measured>, Vec<Measured>)> = vec![(Vec::new(), Vec::new()); cells.len()];
    for repeat in 0..REPEATS {
        for ((connections, _), (floors, hubs)) in cells.iter().zip(&mut measured) {
            let ground = pair.ground(&dir.join(format!("floor-{repeat}-{connections}")))?;
            floors.push(floor_cell(&ground, *connections, Arc::clone(&orders)).await?);
            ground.clear()?;
            let ground = pair.ground(&dir.join(format!("hub-{repeat}-{connections}")))?;
            hubs.push(hub_cell(&ground, 1, *connections, Arc::clone(&orders)).await?);
            ground.clear()?;
        }
    }
    println!(
        "\nPOST /whistles, {words}: {REPEATS} repeats of {} s, fresh process and ledger each, medians",
        SPAN.as_secs()
    );
    println!("connections         rate      p50      p99     processor time each");
    let mut figures = Vec::new();
    for ((connections, goal), (floors, hubs)) in cells.into_iter().zip(measured) {
        // Each repeat against its own floor: whatever else the machine does meanwhile bears on both.
        let mut ratios: Vec<f64> =
            hubs.iter().zip(&floors).map(|(hub, floor)| hub.per_second() / floor.per_second()).collect();
        ratios.sort_by(f64::total_cmp);
        let (floor, hub, ratio) = (median(floors), median(hubs), ratios[REPEATS / 2]);
        println!("{connections:>5}  floor {}", floor.words());
        println!("       hub   {}   ratio {ratio:.2}\n             {}", hub.words(), hub.pen);
        if let Some((least, goal)) = goal {
            let what = format!("POST /whistles against the floor, {words}, {connections} connections");
            figures.push(Figure::at_least(what, ratio, least, goal));
        }
    }
    Ok(figures)
}

/// What is blown.
pub(crate) fn bodies() -> anyhow::Result<Orders> {
    Ok(orders()?.iter().map(ToString::to_string).collect())
}

async fn floor_cell(ground: &Ground<'_>, connections: usize, orders: Orders) -> anyhow::Result<Measured> {
    let mut served = ground.floor().await?;
    let make = on_floor(orders);
    let plan = plan(ground, std::slice::from_ref(&served), connections, make);
    // A log of pages that still grows makes each flush dearer. The hub's has come round after a few hundred whistles;
    // the floor's must have too before it is measured.
    measure(Plan { connections: FLOOR_WARM, ..plan.clone() }).await?;
    let measured = measure(plan).await?;
    served.kill()?;
    Ok(measured)
}

/// So many hubs on one ground, the connections spread over them.
pub(crate) async fn hub_cell(
    ground: &Ground<'_>,
    replicas: usize,
    connections: usize,
    orders: Orders,
) -> anyhow::Result<Measured> {
    let mut hubs = Vec::new();
    for _ in 0..replicas {
        hubs.push(ground.hub().await?);
    }
    let make = on_hub(&hubs[0], orders).await?;
    let before = pen::look(&hubs).await?;
    let mut measured = measure(plan(ground, &hubs, connections, make)).await?;
    measured.pen = pen::look(&hubs).await?.since(before);
    for hub in &mut hubs {
        hub.kill()?;
    }
    Ok(measured)
}

fn plan(ground: &Ground<'_>, servers: &[Served], connections: usize, make: Make) -> Plan {
    Plan {
        addresses: servers.iter().map(|served| served.address).collect(),
        servers: servers.iter().map(|served| served.child.id()).collect(),
        beside: ground.pair.processes(),
        connections,
        warm: WARM,
        span: SPAN,
        wanted: 201,
        make,
    }
}

/// The floor's requests.
pub(crate) fn on_floor(orders: Orders) -> Make {
    Arc::new(move |number, turn| floor::same_bytes(&key(number, turn), pick(&orders, number, turn)))
}

/// The hub's requests; the tokens count on its replicas, too.
pub(crate) async fn on_hub(hub: &Served, orders: Orders) -> anyhow::Result<Make> {
    let tokens = sign_blowers_in(&mut Connection::open(hub.address).await?).await?;
    Ok(Arc::new(move |number, turn| {
        blow(&tokens[number % BLOWERS.len()], &key(number, turn), pick(&orders, number, turn))
    }))
}

fn key(number: usize, turn: usize) -> String {
    format!("bench-{number}-{turn}")
}

fn pick(orders: &[String], number: usize, turn: usize) -> &str {
    &orders[(number * 7 + turn) % orders.len()]
}
