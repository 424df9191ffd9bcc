//! Searches among a hundred thousand whistles, on both pairs of parts: rare, common, absent and one-character words, as
//! the office and as one department, with filters and in another order. Two at a time, as many as a replica lets under
//! way. Beside them, in the same run, a bare connection that looks through the same column and answers nobody.

use crate::Figure;
use crate::fill::{Size, fill};
use crate::ground::{Ground, Pair, Servers};
use crate::load::{Connection, blow, get, sign_in};
use crate::measure::{Make, Measured, Plan, measure, until};
use anyhow::{bail, ensure};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::NoTls;
use whistle_hub::config::LedgerPlace;

const WHISTLES: usize = 100_000;
const WARM: Duration = Duration::from_millis(500);
const SPAN: Duration = Duration::from_secs(6);
const GOAL_MS: f64 = 150.0;
/// Whistles that hold a word which no other does.
const RARE: usize = 5;
const FLOOR_REPEATS: usize = 9;
const FLOOR: &str = "SELECT COUNT(*) FROM whistles WHERE INSTR(search, '无此词汇') > 0";

#[derive(Debug, Clone, Copy)]
enum Reader {
    Office,
    Department,
}

/// Not whistles but firms, by their initials.
const NAMES: &str = "enterprises?q=hxjs";

/// What is asked, by whom.
const ASKED: [(&str, &str, Reader); 17] = [
    ("no word", "", Reader::Office),
    ("two-character word", "q=粉尘", Reader::Office),
    ("signs", "q=%_'\\", Reader::Office),
    ("name by its readings", NAMES, Reader::Office),
    ("absent word", "q=无此词汇", Reader::Office),
    ("absent character", "q=☃", Reader::Office),
    ("rare word", "q=稀见之词", Reader::Office),
    ("common character", "q=厂", Reader::Office),
    ("common and absent word", "q=厂 车间 无此", Reader::Office),
    ("absent among the closed", "q=无此词汇&status=closed", Reader::Office),
    ("common, filters that fit none", "q=厂&town=T14&category=lightning", Reader::Office),
    ("common, by limit, late", "q=厂&sort=due_at&overdue=true", Reader::Office),
    ("absent, oldest first", "q=无此词汇&sort=blown_at", Reader::Office),
    ("absent word", "q=无此词汇", Reader::Department),
    ("two-character word", "q=粉尘", Reader::Department),
    ("common character", "q=厂", Reader::Department),
    ("common, filters that fit none", "q=厂&town=T14&category=lightning", Reader::Department),
];

pub(crate) async fn compare(servers: &Servers, dir: &Path) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (pair, name) in [(Pair::Embedded, "SQLite"), (Pair::Servers(servers), "PostgreSQL")] {
        println!();
        let ground = pair.ground(&dir.join(format!("searches-{}", name.to_lowercase())))?;
        fill(ground.ledger(), Size { whistles: WHISTLES, unreceived: 0 }).await?;
        settle(&ground).await?;
        figures.extend(on(&ground, name).await?);
        ground.clear()?;
    }
    Ok(figures)
}

/// What a server does by itself within minutes of so many rows: it would be measured beside the searches.
async fn settle(ground: &Ground<'_>) -> anyhow::Result<()> {
    let Pair::Servers(servers) = ground.pair else { return Ok(()) };
    let (client, connection) = tokio_postgres::connect(&ground.postgres_url(servers), NoTls).await?;
    let mut talking = JoinSet::new();
    talking.spawn(connection);
    client.batch_execute("VACUUM (ANALYZE)").await?;
    client.batch_execute("CHECKPOINT").await?;
    Ok(())
}

async fn on(ground: &Ground<'_>, name: &str) -> anyhow::Result<Vec<Figure>> {
    let hub = ground.hub().await?;
    let mut connection = Connection::open(hub.address).await?;
    let mut tokens = [Vec::new(), Vec::new()];
    for (tokens, users) in tokens.iter_mut().zip([["office", "director"], ["liaison.yj", "head.yj"]]) {
        for user in users {
            tokens.push(sign_in(&mut connection, user).await?);
        }
    }
    let blower = sign_in(&mut connection, "liaison.sc").await?;
    for number in 0..RARE {
        let order = json!({ "category": "fire", "what": format!("稀见之词{number}"), "place": "东门" }).to_string();
        let answer = connection.ask(&blow(&blower, &format!("rare-key-{number}"), &order)).await?;
        ensure!(answer.status == 201, "blowing answers {}", answer.status);
    }
    let floor = floor_ms(ground).await?;
    println!("{name}, {WHISTLES} whistles; a bare look through the column takes {floor:.1} ms; two searches at a time");
    println!("{:<46}     rate      p50      p99     processor time each", "");
    let mut figures = Vec::new();
    for (what, query, reader) in ASKED {
        let tokens = tokens[usize::from(matches!(reader, Reader::Department))].clone();
        let measured = ask(ground, &hub, query, tokens).await?;
        let what = format!("{name}, {}: {what}", if matches!(reader, Reader::Office) { "office" } else { "YJ" });
        println!("{what:<46} {}   p50 {:.2} x bare", measured.words(), measured.percentile(50) / floor);
        ensure!(measured.wrong == 0, "{what}: answers other than 200");
        figures.push(Figure::at_most(
            format!("search p99, {what}"),
            (measured.percentile(99), " ms"),
            GOAL_MS,
            "<= 150 ms",
        ));
    }
    Ok(figures)
}

async fn ask(
    ground: &Ground<'_>,
    hub: &crate::load::Served,
    query: &str,
    tokens: Vec<String>,
) -> anyhow::Result<Measured> {
    let escape = |c: char| if c.is_ascii_alphanumeric() || "?&=-_".contains(c) { c.to_string() } else { escaped(c) };
    let list = if query == NAMES { "" } else { "whistles?" };
    let path = format!("/api/v1/{list}{}", query.chars().map(escape).collect::<String>());
    let connections = tokens.len();
    let make: Make = Arc::new(move |number, _| get(&path, &tokens[number % tokens.len()]));
    let plan = Plan {
        addresses: vec![hub.address],
        servers: vec![hub.child.id()],
        beside: ground.pair.processes(),
        connections,
        warm: WARM,
        span: SPAN,
        wanted: 200,
        make,
    };
    measure(plan).await
}

fn escaped(c: char) -> String {
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The middle one of several bare looks.
async fn floor_ms(ground: &Ground<'_>) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    match (ground.pair, ground.ledger()) {
        (Pair::Embedded, LedgerPlace::Sqlite(path)) => {
            let file = rusqlite::Connection::open(path)?;
            for _ in 0..FLOOR_REPEATS {
                let began = Instant::now();
                file.query_row(FLOOR, [], |row| row.get::<_, i64>(0))?;
                times.push(began.elapsed());
            }
        }
        (Pair::Servers(servers), _) => {
            let (client, line) = tokio_postgres::connect(&ground.postgres_url(servers), NoTls).await?;
            let mut talking = JoinSet::new();
            talking.spawn(line);
            for _ in 0..FLOOR_REPEATS {
                let began = Instant::now();
                client.query_one(&FLOOR.replace("INSTR", "STRPOS"), &[]).await?;
                times.push(began.elapsed());
            }
        }
        (Pair::Embedded, LedgerPlace::Postgres(_)) => bail!("the embedded ledger is a file"),
    }
    until(Instant::now() + WARM).await;
    times.sort();
    Ok(times[FLOOR_REPEATS / 2].as_secs_f64() * 1000.0)
}
