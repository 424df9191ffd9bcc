//! What others make of what we give them: `invitations`, and here the OpenAPI document against the hub that made it.
//! Schemathesis asks every route what the document allows and what it forbids, as several people and as nobody. No answer is
//! above 499 or other than documented, and nothing that the schema forbids is done. A missing tool is a failure that says how
//! to get it. `HUB_CONTRACT=200` tries so many cases a route.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "how much was asked is worth a line")]

mod invitations;
#[path = "../servers/mod.rs"]
mod servers;
#[path = "../it/town/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the stories of tests/it use the rest")]
mod town;

use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use town::{Town, blow_order, town};

/// The packages that `tests/run` lays into the target folder; the tool is one of them.
const PACKAGES: &str = include_str!("requirements.txt");
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract/schemathesis.toml");
const SEED: &str = "20261126";
/// Cases a route that are made up, besides those that its schema names.
const CASES: &str = "3";
/// What ends the session that asks: tried last, by somebody whom nothing else needs.
const LEAVING: &[&str] = &["--include-operation-id-regex", "^delete_sessions"];
const STAYING: &[&str] = &["--exclude-operation-id-regex", "^delete_sessions"];

/// The tool itself.
fn tool() -> PathBuf {
    let version = PACKAGES.lines().find_map(|line| line.strip_prefix("schemathesis==")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let tool = target.join(format!("schemathesis-{version}")).join("bin/schemathesis");
    assert!(
        tool.exists(),
        "schemathesis {version} is not here ({}): run tests/run, which lays it there",
        tool.display()
    );
    tool
}

#[allow(clippy::disallowed_methods, reason = "a test program is told by whoever starts it")]
fn cases() -> String {
    std::env::var("HUB_CONTRACT").unwrap_or_else(|_| CASES.to_owned())
}

/// One run over the document, with a token or without, of these routes only.
async fn run(t: &Town, token: Option<String>, which: Vec<&str>) -> Output {
    let mut command = Command::new(tool());
    command.args(["--config-file", CONFIG, "run", "--seed", SEED, "--max-examples", &cases()]);
    command.args(which);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    command.arg(format!("http://{}/api/v1/openapi.json", t.address));
    // What it keeps it keeps here.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Fails with everything that was found. The tool exits with 0 only if it asked something and found nothing.
fn found_nothing(output: &Output, who: &str) {
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("generated"), "as {who}:\n{told}");
    let summary = told.lines().rfind(|line| line.contains("generated")).unwrap_or_default();
    println!("as {who}: {}", summary.trim());
}

/// One whistle in each of its first states: asked of, summoned, delivered, closed.
async fn whistles(t: &Town) {
    let (fire, office) = (t.fire(), t.office());
    for what in ["配电房堆放纸箱", "安全出口上锁", "除尘风机停机", "灭火器过期"] {
        fire.blows(&blow_order(what)).await;
        t.advance(1).await;
    }
    office.summons("WH-2026-0002", &["XF"], "normal").await;
    office.summons("WH-2026-0003", &["XF", "YJ"], "urgent").await;
    fire.reports_in("WH-2026-0003-XF").await;
    office.does("WH-2026-0004", "decline", json!({ "ground": "not_safety" })).await;
}

/// One visit that waits for its heads, and one that was entered and found two things, of which one is ordered.
async fn visits(t: &Town) {
    let crew = t.members(&["inspector.yj", "inspector.yj.2"]).await;
    let plan = |firm: &str, date: &str| {
        json!({
            "enterprise": firm, "date": date, "period": "PM", "members": crew, "notice": "announced",
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "YJ", "subject": "电气" }],
        })
    };
    let waiting = t.office().plans(&plan("E02", "2026-12-02")).await;
    t.office().does(&waiting, "propose", json!({})).await;
    let entered = t.office().plans(&plan("E01", &t.now()[..10])).await;
    t.announces(&entered, &["head.yj.2"]).await;
    let inspector = t.person("inspector.yj");
    inspector.does(&entered, "enter", json!({ "scanned": true })).await;
    let found = ["1", "2"].map(|item| json!({ "item": item, "outcome": "finding", "finding": { "what": "积粉" } }));
    inspector.does(&entered, "record", json!({ "results": found })).await;
    inspector.does(&format!("{entered}-01"), "order", json!({})).await;
}

#[actix_web::test]
async fn every_answer_is_as_documented_and_none_is_a_fault_of_ours() {
    town(async |t| {
        whistles(t).await;
        visits(t).await;
        // All of them now: who asks at random also fails to sign in, and soon may not try again.
        let mut tokens = Vec::new();
        for who in ["liaison.xf", "office", "director", "inspector.yj", "admin", "liaison.sc"] {
            tokens.push((who, t.person(who).fresh_token().await));
        }
        let leaving = tokens.pop();
        found_nothing(&run(t, None, [&["--phases", "fuzzing"], STAYING].concat()).await, "nobody");
        for (who, token) in tokens {
            // What the schema names is tried once, by who may most; what is made up, by everybody.
            let phases: &[&str] = if who == "director" { &["coverage,fuzzing"] } else { &["fuzzing"] };
            found_nothing(&run(t, Some(token), [&["--phases"], phases, STAYING].concat()).await, who);
        }
        found_nothing(&run(t, leaving.map(|(_, token)| token), LEAVING.to_vec()).await, "liaison.sc, leaving");
        assert!(!t.log().contains("fell to a panic"), "a request fell to a panic");
    })
    .await;
}
