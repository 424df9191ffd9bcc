//! Who may use whom: the rooms of `src/README.md`, read from `crate::…` paths and from the names of foreign crates.
//! Tests inside a room may reach further; code may not.

use crate::rule;
use crate::scan::{code, line_of, quoted, whole_words, without_tests};

/// Room → rooms it may use; its own is always open. A room that is not named here is an edge: `run` and `main` use all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &["ids"]),
    ("planning", &["domain", "ids"]),
    ("store", &["crypto", "domain", "ids"]),
    ("files", &["domain", "ids"]),
    ("app", &["crypto", "domain", "files", "planning", "store", "clock", "ids"]),
    ("stream", &["domain", "ids"]),
    ("mail", &["domain", "i18n", "ids"]),
    ("workers", &["app", "store", "stream", "mail", "clock", "domain", "ids"]),
    ("http", &["app", "domain", "files", "store", "i18n", "ids"]),
    ("i18n", &["domain"]),
    ("ids", &[]),
    ("crypto", &["ids"]),
    ("clock", &["domain"]),
    ("config", &["telemetry"]),
    ("telemetry", &["config"]),
];

/// Foreign crate → the rooms that may name it.
const AT_HOME: &[(&str, &[&str])] = &[
    ("actix_web", &["http", "run"]),
    ("actix_http", &[]),
    ("rusqlite", &["store"]),
    ("tokio_postgres", &["store"]),
    ("lettre", &["mail"]),
    ("redis", &["stream"]),
    ("jsonwebtoken", &["http", "app"]),
    ("argon2", &["app"]),
    ("askama", &["http", "mail"]),
    ("fast_qr", &["http"]),
    ("jiff", &["domain", "i18n", "clock"]),
    ("pinyin", &["domain"]),
    ("flate2", &["files", "http"]),
    ("image", &["files"]),
    ("rustix", &["files"]),
    ("actix_multipart", &["http"]),
    ("rand", &["ids", "app", "run"]),
    ("rand_chacha", &["ids"]),
    ("tracing_subscriber", &["telemetry"]),
    ("metrics_exporter_prometheus", &["telemetry"]),
    ("clap", &["main", "run"]),
];

/// What a pure room cannot do.
const IMPURE: &[&str] = &[
    "async",
    "await",
    "tokio",
    "tracing",
    "metrics",
    "SystemTime",
    "Instant",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::io",
    "static mut",
];

const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "UPDATE ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
];

fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    Some(inside.split('/').next().unwrap_or(inside))
}

fn rooms_use_only_what_they_may(path: &str, text: &str) -> Vec<String> {
    let Some(room) = room(path) else { return Vec::new() };
    let Some((_, may)) = MAY_USE.iter().find(|(name, _)| *name == room) else { return Vec::new() };
    let code = code(&without_tests(path, text));
    let mut complaints = Vec::new();
    for at in whole_words(&code, "crate::") {
        for used in first_names(&code[at + "crate::".len()..]) {
            if used != room && !may.contains(&used) {
                complaints.push(format!("{}: {room}/ may not use {used}", line_of(&code, at)));
            }
        }
    }
    complaints
}

/// `a::b` → a; `{a::b, c}` → a, c.
fn first_names(path: &str) -> Vec<&str> {
    let name = |text: &'_ str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let Some(group) = path.strip_prefix('{') else { return vec![&path[..name(path)]] };
    let (mut names, mut depth, mut fresh) = (Vec::new(), 0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                names.push(&group[at..at + name(&group[at..])]);
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn foreign_crates_stay_in_their_room(path: &str, text: &str) -> Vec<String> {
    let Some(room) = room(path) else { return Vec::new() };
    let code = code(&without_tests(path, text));
    let mut complaints = Vec::new();
    for (name, rooms) in AT_HOME.iter().filter(|(_, rooms)| !rooms.contains(&room)) {
        for at in whole_words(&code, name) {
            // A crate's name, not a field or a variable: `name::`, or the end of a `use`.
            let after = code[at + name.len()..].trim_start();
            let before = code[..at].trim_end();
            let is_path = after.starts_with("::") && !before.ends_with("::");
            if is_path || before.ends_with("use") && after.starts_with([';', ' ']) {
                complaints.push(format!("{}: {name} is used in {rooms:?} only", line_of(&code, at)));
            }
        }
    }
    complaints
}

fn domain_and_planning_are_pure(path: &str, text: &str) -> Vec<String> {
    if !matches!(room(path), Some("domain" | "planning")) {
        return Vec::new();
    }
    let code = code(&without_tests(path, text));
    let found = IMPURE.iter().flat_map(|word| whole_words(&code, word).map(move |at| (word, at)));
    found.map(|(word, at)| format!("{}: `{word}` in a room that only decides", line_of(&code, at))).collect()
}

fn sql_is_in_store_only(path: &str, text: &str) -> Vec<String> {
    if path.ends_with(".sql") && !path.starts_with("src/store/") {
        return vec![" SQL outside store/".to_owned()];
    }
    if room(path).is_none_or(|room| room == "store") {
        return Vec::new();
    }
    let quoted = quoted(&without_tests(path, text));
    let found = SQL.iter().flat_map(|verb| quoted.match_indices(verb));
    found.map(|(at, verb)| format!("{}: `{verb}` outside store/", line_of(&quoted, at))).collect()
}

/// LIKE folds case on one engine and not on the other; a search is `position` in the folded column.
fn no_like_in_sql(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("src/store/") {
        return Vec::new();
    }
    let sql = if path.ends_with(".sql") { text.to_owned() } else { quoted(&without_tests(path, text)) };
    let found = ["LIKE", "like", "ILIKE", "GLOB"].into_iter().flat_map(|word| {
        let sql = &sql;
        whole_words(sql, word).map(move |at| format!("{}: {word} differs between engines", line_of(sql, at)))
    });
    found.collect()
}

/// Full sight states why: `Scope::everything("digest")`.
fn full_sight_has_a_reason(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code(text);
    let mut complaints = Vec::new();
    for (at, call) in code.match_indices("Scope::everything") {
        let reason = text[at + call.len()..].trim_start().strip_prefix('(').map(str::trim_start).unwrap_or_default();
        let reason = reason.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or_default();
        if reason.trim().len() < 3 {
            complaints.push(format!("{}: Scope::everything wants its reason, in words", line_of(text, at)));
        }
    }
    complaints
}

rule!(rooms, rooms_use_only_what_they_may,
    bad: [
        ("src/domain/a.rs", "use crate::store::Ledger;"),
        ("src/http/a.rs", "use crate::{app, stream::Entry};"),
        ("src/workers/a.rs", "fn f() { crate::http::x() }"),
        ("src/mail/a.rs", "use crate::{\n    domain::{a, b},\n    store,\n};"),
    ],
    good: [
        ("src/domain/a.rs", "use crate::{domain::at::At, ids::{WhistleId, Mint}};"),
        ("src/store/a.rs", "// crate::http is elsewhere\n#[cfg(test)]\nmod tests { use crate::clock::ManualClock; }"),
        ("src/run.rs", "use crate::{http, store};"),
    ]
);
rule!(foreign_crates, foreign_crates_stay_in_their_room,
    bad: [
        ("src/app/a.rs", "use actix_web::web;"),
        ("src/workers/a.rs", "fn f() -> rusqlite::Result<()> { x }"),
        ("src/stream/a.rs", "use lettre;"),
        ("src/http/a.rs", "let now = jiff::Timestamp::now();"),
    ],
    good: [
        ("src/http/a.rs", "use actix_web::web;\nuse jsonwebtoken::decode;"),
        ("src/store/a.rs", "use rusqlite::Connection; let redis = 1;"),
        ("src/stream/mod.rs", "mod redis;\nfn f() { crate::stream::redis::open() }"),
    ]
);
rule!(purity, domain_and_planning_are_pure,
    bad: [
        ("src/domain/a.rs", "pub async fn f() {}"),
        ("src/domain/a.rs", "tracing::info!(x);"),
        ("src/planning/a.rs", "use std::time::Instant;"),
    ],
    good: [("src/domain/a.rs", "/// no async here\nfn f() -> &str { \"await\" }"), ("src/app/a.rs", "async fn f() {}")]
);
rule!(sql_is_constant, sql_is_in_store_only,
    bad: [
        ("src/app/a.rs", "const Q: &str = \"SELECT 1 FROM whistles\";"),
        ("src/http/a.rs", "x(r#\"DELETE FROM events\"#)"),
        ("src/app/a.sql", ""),
    ],
    good: [
        ("src/store/a.rs", "const Q: &str = \"SELECT 1\";"),
        ("src/app/a.rs", "// SELECT 1\nlet x = \"Select a lead\";"),
        ("src/store/migrations/0001_start.sql", "CREATE TABLE a (b BIGINT);"),
    ]
);
rule!(no_like, no_like_in_sql,
    bad: [("src/store/a.rs", "\"SELECT 1 WHERE a LIKE $1\""), ("src/store/m.sql", "CHECK (a LIKE 'x')")],
    good: [("src/store/a.rs", "// unlike LIKE\n\"SELECT likes FROM unlikely\"")]
);
rule!(reasons, full_sight_has_a_reason,
    bad: [
        ("src/app/a.rs", "let s = Scope::everything(\"\");"),
        ("src/app/a.rs", "let s = Scope::everything(reason);"),
        ("tests/it/a.rs", "xs.map(Scope::everything)"),
    ],
    good: [("src/app/a.rs", "// Scope::everything\nlet s = Scope::everything(\n    \"monthly digest\");")]
);
