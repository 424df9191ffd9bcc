//! `POST /api/v1/whistles` whole, against the floor. Every cell is a fresh process on a fresh ledger and is killed at
//! its end, so no cell pays for what another left to the workers; cells alternate, and the middle of the repeats counts.

use crate::Figure;
use crate::floor;
use crate::load::{BLOWERS, Connection, Served, blow, demo, orders, sign_blowers_in};
use crate::measure::{Make, Measured, Plan, measure, median};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const REPEATS: usize = 3;
const WARM: Duration = Duration::from_millis(700);
const SPAN: Duration = Duration::from_secs(3);
const FLOOR_WARM: usize = 64;

/// Connections, and the least ratio to the floor that is wanted there.
const CELLS: [(usize, Option<(f64, &str)>); 3] =
    [(1, Some((0.5, ">= 0.50"))), (16, None), (64, Some((0.25, ">= 0.25")))];

pub(crate) async fn compare(dir: &Path) -> anyhow::Result<Vec<Figure>> {
    let orders: Arc<[String]> = orders()?.iter().map(ToString::to_string).collect();
    let mut cells: Vec<(Vec<Measured>, Vec<Measured>)> = vec![(Vec::new(), Vec::new()); CELLS.len()];
    for repeat in 0..REPEATS {
        for ((connections, _), (floors, hubs)) in CELLS.iter().zip(&mut cells) {
            let here = dir.join(format!("blow-{repeat}-{connections}"));
            floors.push(floor_cell(&here.join("floor"), *connections, Arc::clone(&orders)).await?);
            hubs.push(hub_cell(&here.join("hub"), *connections, Arc::clone(&orders)).await?);
            std::fs::remove_dir_all(&here)?;
        }
    }
    println!("POST /whistles: {REPEATS} repeats of {} s, fresh process and ledger each, medians", SPAN.as_secs());
    println!("connections         rate      p50      p99     processor time each");
    let mut figures = Vec::new();
    for ((connections, goal), (floors, hubs)) in CELLS.into_iter().zip(cells) {
        let (floor, hub) = (median(floors), median(hubs));
        let ratio = hub.per_second() / floor.per_second();
        println!("{connections:>5}  floor {}", floor.words());
        println!("       hub   {}   ratio {ratio:.2}", hub.words());
        if let Some((least, goal)) = goal {
            let what = format!("POST /whistles against the floor, {connections} connections");
            figures.push(Figure::at_least(what, ratio, least, goal));
        }
    }
    Ok(figures)
}

async fn floor_cell(dir: &Path, connections: usize, orders: Arc<[String]>) -> anyhow::Result<Measured> {
    let served = floor::start(dir).await?;
    let make: Make = Arc::new(move |number, turn| floor::same_bytes(&key(number, turn), pick(&orders, number, turn)));
    // A log of pages that still grows makes each flush dearer. The hub's has come round after a few hundred whistles;
    // the floor's must have too before it is measured.
    measure(Plan { connections: FLOOR_WARM, ..plan(&served, connections, Arc::clone(&make)) }).await?;
    cell(served, connections, make).await
}

async fn hub_cell(dir: &Path, connections: usize, orders: Arc<[String]>) -> anyhow::Result<Measured> {
    let served = Served::start(demo(dir), dir).await?;
    let tokens = sign_blowers_in(&mut Connection::open(served.address).await?).await?;
    let make: Make = Arc::new(move |number, turn| {
        blow(&tokens[number % BLOWERS.len()], &key(number, turn), pick(&orders, number, turn))
    });
    cell(served, connections, make).await
}

async fn cell(mut served: Served, connections: usize, make: Make) -> anyhow::Result<Measured> {
    let measured = measure(plan(&served, connections, make)).await?;
    served.kill()?;
    Ok(measured)
}

fn plan(served: &Served, connections: usize, make: Make) -> Plan {
    Plan { address: served.address, server: served.child.id(), connections, warm: WARM, span: SPAN, wanted: 201, make }
}

fn key(number: usize, turn: usize) -> String {
    format!("bench-{number}-{turn}")
}

fn pick(orders: &[String], number: usize, turn: usize) -> &str {
    &orders[(number * 7 + turn) % orders.len()]
}
