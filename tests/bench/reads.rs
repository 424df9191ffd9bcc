//! Reads at two sizes of one district: two hubs side by side, the same request to one and then to the other. The ratio
//! of the p99s says whether a read grows with the history. Searches have a part of their own: a person has two at a time.

use crate::Figure;
use crate::load::{Answer, Connection, Served, demo, get, request, sign_in};
use crate::measure::{Make, Measured, Plan, measure, median};
use anyhow::{Context, ensure};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Whistles in the two ledgers.
pub(crate) const SMALL: usize = 10_000;
pub(crate) const LARGE: usize = 100_000;

const REPEATS: usize = 3;
const CONNECTIONS: usize = 4;
const WARM: Duration = Duration::from_millis(300);
const SPAN: Duration = Duration::from_millis(1500);
const RATIO_MAX: f64 = 1.5;
/// A stride without a common factor with either size, so that details come from everywhere.
const STRIDE: usize = 7919;

/// A hub under reading, and who reads.
struct Desk {
    served: Served,
    codes: Arc<[String]>,
    office: String,
    liaison: String,
    cookie: String,
}

/// What is read, by whom. `{code}` stands for a whistle anywhere in the history.
const READS: [(&str, &str, Reader); 6] = [
    ("queue", "/api/v1/whistles?status=submitted&sort=due_at", Reader::Office),
    ("list, newest first", "/api/v1/whistles", Reader::Office),
    ("a department's list", "/api/v1/whistles", Reader::Liaison),
    ("whistle", "/api/v1/whistles/{code}", Reader::Office),
    ("triage page", "/console/triage", Reader::Browser),
    ("whistle page", "/console/whistles/{code}", Reader::Browser),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Office,
    Liaison,
    Browser,
}

pub(crate) async fn compare(small: (&Path, Vec<String>), large: (&Path, Vec<String>)) -> anyhow::Result<Vec<Figure>> {
    let desks = [open(small).await?, open(large).await?];
    println!("\nreads: {CONNECTIONS} connections, {REPEATS} repeats of {} ms, medians", SPAN.as_millis());
    println!("{:<22}{:>10}     rate      p50      p99     processor time each", "", "whistles");
    let mut figures = Vec::new();
    for (what, path, reader) in READS {
        let mut repeats: [Vec<Measured>; 2] = Default::default();
        for _ in 0..REPEATS {
            for (desk, repeats) in desks.iter().zip(&mut repeats) {
                repeats.push(read(desk, path, reader).await?);
            }
        }
        let [small, large] = repeats.map(median);
        println!("{what:<22}{SMALL:>10} {}", small.words());
        let ratio = large.percentile(99) / small.percentile(99);
        println!("{:<22}{LARGE:>10} {}   p99 x {ratio:.2}", "", large.words());
        let what = format!("{what}: p99 at 100,000 against 10,000 whistles");
        figures.push(Figure::at_most(what, (ratio, " x"), RATIO_MAX, "<= 1.50 x"));
    }
    Ok(figures)
}

async fn open((dir, codes): (&Path, Vec<String>)) -> anyhow::Result<Desk> {
    let served = Served::start(demo(dir), dir).await?;
    let mut connection = Connection::open(served.address).await?;
    let office = sign_in(&mut connection, "office").await?;
    let liaison = sign_in(&mut connection, "liaison.yj").await?;
    let cookie = sign_in_browser(&mut connection).await?;
    Ok(Desk { served, codes: codes.into(), office, liaison, cookie })
}

async fn read(desk: &Desk, path: &'static str, reader: Reader) -> anyhow::Result<Measured> {
    let (token, cookie, codes) = (token(desk, reader), desk.cookie.clone(), Arc::clone(&desk.codes));
    let make: Make = Arc::new(move |number, turn| {
        let path = path.replace("{code}", &codes[((number * 977 + turn) * STRIDE) % codes.len()]);
        match reader {
            Reader::Browser => request("GET", &path, &[("cookie", &cookie), ("accept", "text/html")], ""),
            Reader::Office | Reader::Liaison => get(&path, &token),
        }
    });
    let (addresses, servers) = (vec![desk.served.address], vec![desk.served.child.id()]);
    let plan = Plan {
        addresses,
        servers,
        beside: Vec::new(),
        connections: CONNECTIONS,
        warm: WARM,
        span: SPAN,
        wanted: 200,
        make,
    };
    measure(plan).await
}

fn token(desk: &Desk, reader: Reader) -> String {
    match reader {
        Reader::Office => desk.office.clone(),
        Reader::Liaison => desk.liaison.clone(),
        Reader::Browser => String::new(),
    }
}

/// Fills the sign-in page's form in, as a browser does, and keeps the session's cookie.
async fn sign_in_browser(connection: &mut Connection) -> anyhow::Result<String> {
    let page = connection.ask(&request("GET", "/login", &[("accept", "text/html")], "")).await?;
    let nonce = cookie(&page).context("the sign-in page sets no cookie")?;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let token = html.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    let form = format!("csrf={}&next=&username=office&password=whistle-demo", token.context("a form without a token")?);
    let headers = [
        ("cookie", nonce.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = connection.ask(&request("POST", "/login", &headers, &form)).await?;
    ensure!(answer.status == 303, "the sign-in page answers {}", answer.status);
    cookie(&answer).context("signing in sets no cookie")
}

/// `name=value` of the cookie that an answer sets.
fn cookie(answer: &Answer) -> Option<String> {
    answer.header("set-cookie")?.split(';').next().map(str::to_owned)
}
