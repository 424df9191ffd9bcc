//! One, two and three hubs on one PostgreSQL and one Redis, the connections spread over them. On a machine whose
//! processors are all at work with one hub, more of them cannot be quicker: what is printed is what sharing costs.

use crate::blow::{REPEATS, bodies, hub_cell};
use crate::ground::{Pair, Servers};
use crate::measure::{Measured, median};
use std::path::Path;
use std::sync::Arc;

const REPLICAS: [usize; 3] = [1, 2, 3];
const CONNECTIONS: usize = 64;

pub(crate) async fn compare(servers: &Servers, dir: &Path) -> anyhow::Result<()> {
    let orders = bodies()?;
    let mut measured: [Vec<Measured>; REPLICAS.len()] = Default::default();
    for repeat in 0..REPEATS {
        for (replicas, repeats) in REPLICAS.iter().zip(&mut measured) {
            let ground = Pair::Servers(servers).ground(&dir.join(format!("replicas-{repeat}-{replicas}")))?;
            repeats.push(hub_cell(&ground, *replicas, CONNECTIONS, Arc::clone(&orders)).await?);
            ground.clear()?;
        }
    }
    println!("\nPOST /whistles on several replicas, {CONNECTIONS} connections: {REPEATS} repeats, medians");
    println!("replicas             rate      p50      p99     processor time each");
    let mut alone = None;
    for (replicas, repeats) in REPLICAS.iter().zip(measured) {
        let hubs = median(repeats);
        let first = *alone.get_or_insert(hubs.per_second());
        println!("{replicas:>5}        {}   x {:.2}", hubs.words(), hubs.per_second() / first);
        println!("             {}", hubs.pen);
    }
    Ok(())
}
