//! The two engines side by side: every statement prepared on both, one schema, and what a PostgreSQL must be before a
//! ledger is opened on it. These run on both engines whatever `HUB_BACKEND` says.

use super::super::ledger::every_statement;
use super::super::{
    attachments, backup, directory, due, erasure, events, feedback, firms, imports, leases, machine_tokens,
    obligations, older, people, reminders, sessions, slates, summonses, unsent, views, visits, whistles,
};
use super::*;
use crate::store::{Chore, Retry};
use std::collections::BTreeMap;

/// A database named by `create`, dropped at the end.
fn refused_by(create: &str, prepare: &str) -> &'static str {
    let server = Postgres::shared();
    let place = Place { name: fresh_name(), backend: Backend::Servers };
    server.sql("postgres", &create.replace("{name}", &format!("\"{}\"", place.name)));
    if !prepare.is_empty() {
        server.sql(&place.name, prepare);
    }
    let before = server.sql(&place.name, EVERYTHING);
    let fault = place.open().err().unwrap();
    assert_eq!(server.sql(&place.name, EVERYTHING), before, "a refused database was changed");
    fault.what
}

const EVERYTHING: &str =
    "SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1";

#[test]
fn every_statement_is_prepared_on_both_engines() {
    let (file, base) = (Place::file_only(), Place::on(Backend::Servers));
    let (one, other) = (file.pen(), base.pen());
    let mut all: Vec<String> = [
        whistles::STATEMENTS,
        attachments::STATEMENTS,
        backup::STATEMENTS,
        directory::STATEMENTS,
        due::STATEMENTS,
        reminders::STATEMENTS,
        erasure::STATEMENTS,
        events::STATEMENTS,
        feedback::STATEMENTS,
        imports::STATEMENTS,
        leases::STATEMENTS,
        people::STATEMENTS,
        machine_tokens::STATEMENTS,
        obligations::STATEMENTS,
        older::STATEMENTS,
        sessions::STATEMENTS,
        unsent::STATEMENTS,
        views::STATEMENTS,
        visits::STATEMENTS,
        slates::STATEMENTS,
        firms::STATEMENTS,
    ]
    .iter()
    .flat_map(|of_file| of_file.iter().map(|text| (*text).to_owned()))
    .collect();
    all.extend(whistles::every_list());
    all.extend(summonses::every_list());
    all.extend(every_statement());
    assert!(all.len() > 150, "{}", all.len());
    for text in &all {
        one.prepare_only(text).unwrap_or_else(|fault| panic!("SQLite: {fault:?} {text}"));
        other.prepare_only(text).unwrap_or_else(|fault| panic!("PostgreSQL: {fault:?} {text}"));
        assert!(!text.contains('?') && !text.contains("LIKE") && !text.contains('{'), "{text}");
    }
}

#[test]
fn both_engines_have_one_schema() {
    let (file, base) = (Place::file_only(), Place::on(Backend::Servers));
    let (one, other) = (file.pen(), base.pen());
    let columns = |sql: &Sql, text: &str| -> BTreeMap<String, String> {
        let rows = sql.rows(text, &[], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())));
        rows.unwrap().into_iter().collect()
    };
    let of_sqlite = columns(
        &one,
        "SELECT t.name || '.' || c.name,
                CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE LOWER(c.type) END ||
                CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END
         FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    );
    let of_postgres = columns(
        &other,
        "SELECT CAST(table_name || '.' || column_name AS TEXT),
                CAST(data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS TEXT)
         FROM information_schema.columns WHERE table_schema = 'public'",
    );
    assert!(of_sqlite.len() > 80);
    assert_eq!(of_sqlite, of_postgres);
    let names = |sql: &Sql, text: &str| sql.rows(text, &[], |row| Ok(row.text(0)?.to_owned())).unwrap();
    let indexes = names(&one, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name");
    let same = "SELECT CAST(indexname AS TEXT) FROM pg_indexes WHERE schemaname = 'public'
                AND RIGHT(indexname, 5) <> '_pkey' AND RIGHT(indexname, 4) <> '_key' ORDER BY 1";
    assert_eq!(indexes, names(&other, same));
}

#[test]
fn texts_are_sorted_alike_by_both_engines() {
    let (file, base) = (Place::file_only(), Place::on(Backend::Servers));
    let (one, other) = (file.pen(), base.pen());
    let sorted = |sql: &Sql| {
        for key in ["b", "B", "ä", "a_", "a-", "中", "安", "", "𠮷", "～"] {
            sql.run("INSERT INTO meta (key, value) VALUES ($1, '')", &[key.into()]).unwrap();
        }
        sql.rows("SELECT key FROM meta ORDER BY key", &[], |row| Ok(row.text(0)?.to_owned())).unwrap()
    };
    assert_eq!(sorted(&one), sorted(&other));
}

#[test]
fn a_database_that_is_not_fit_is_refused_in_one_sentence_and_left_as_it_is() {
    let plain = "CREATE DATABASE {name}";
    for (create, prepare, what) in [
        (
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' \
             LOCALE_PROVIDER icu ICU_LOCALE 'und'",
            "",
            "the database sorts by a language: create it with LC_COLLATE 'C' (and TEMPLATE template0)",
        ),
        (
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
            "",
            "the database is not UTF8: create it with ENCODING 'UTF8'",
        ),
        (
            plain,
            "CREATE TABLE orders (id INT)",
            "the database holds tables that are not whistle-hub's: give it one of its own",
        ),
        (
            plain,
            "CREATE TABLE migrations (version BIGINT PRIMARY KEY)",
            "the database holds tables that are not whistle-hub's: give it one of its own",
        ),
        (
            "CREATE DATABASE {name} TEMPLATE \"hub-template\"",
            "INSERT INTO migrations VALUES (99)",
            "the ledger was written by a newer whistle-hub",
        ),
    ] {
        template();
        assert_eq!(refused_by(create, prepare), what);
    }
}

#[test]
fn a_wrong_address_is_one_sentence_without_the_password() {
    let server = Postgres::shared();
    let port = server.port();
    for (url, what) in [
        (format!("postgres://postgres@127.0.0.1:{port}/nowhere-{port}"), "PostgreSQL has no such database"),
        (format!("postgres://nobody:hunter2@127.0.0.1:{port}/postgres"), "PostgreSQL does not take the user"),
        ("postgres://u:hunter2@127.0.0.1:1/hub".to_owned(), "PostgreSQL at ledger.url cannot be reached"),
        ("postgres://u:hunter2@127.0.0.1:port/hub".to_owned(), "ledger.url is no address of PostgreSQL"),
        ("postgres://u:hunter2@[::1/hub".to_owned(), "ledger.url is no address of PostgreSQL"),
        ("mysql://u:hunter2@h/hub".to_owned(), "the ledger's address must be"),
    ] {
        let fault = open(&url, Options::default()).err().unwrap();
        assert!(fault.what.starts_with(what), "{url}: {fault:?}");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
}

#[test]
fn something_else_that_answers_is_no_postgresql() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let speaks = std::thread::spawn(move || {
        use std::io::{Read, Write};
        for _ in 0..2 {
            let Ok((mut socket, _)) = listener.accept() else { return };
            drop(socket.read(&mut [0; 64]));
            drop(socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    let fault = open(&format!("postgres://u@127.0.0.1:{port}/hub"), Options::default()).err().unwrap();
    assert!(fault.what.starts_with("PostgreSQL"), "{fault:?}");
    drop(std::net::TcpStream::connect(("127.0.0.1", port)));
    speaks.join().unwrap();
}

#[test]
fn an_error_of_postgresql_quotes_no_parameter() {
    let place = Place::on(Backend::Servers);
    let sql = place.pen();
    let insert = "INSERT INTO meta (key, value) VALUES ($1, $2)";
    sql.run(insert, &["王五".into(), "".into()]).unwrap();
    let fault = sql.run(insert, &["王五".into(), "".into()]).unwrap_err();
    assert_eq!(fault.retry, Retry::Never);
    let shown = format!("{fault:?}");
    assert!(!shown.contains("王五") && shown.contains("23505 (meta_pkey)"), "{shown}");
}

#[test]
fn i5_postgresql_keeps_the_log_of_facts_as_it_is() {
    let place = Place::on(Backend::Servers);
    let sql = place.pen();
    sql.run(
        "INSERT INTO events (seq, at, kind, tree, data, leaf) VALUES (1, 1, 'k', 'w', '{}', $1)",
        &[(&[0; 32]).into()],
    )
    .unwrap();
    for text in ["UPDATE events SET data = 'x'", "DELETE FROM events", "TRUNCATE events"] {
        assert!(sql.run(text, &[]).is_err(), "{text}");
    }
}

#[test]
fn two_processes_that_start_at_once_lay_one_schema() {
    let place = Place::empty_database();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| place.open())).collect();
        starts.into_iter().map(|start| start.join().unwrap().unwrap()).collect()
    });
    let digests: Vec<_> = opened.iter().map(|ledger| ledger.body_digest("k", b"a")).collect();
    assert!(digests.windows(2).all(|two| two[0] == two[1]), "one secret for all");
}

#[test]
fn a_server_that_restarts_costs_nobody_an_answer_and_one_that_is_away_is_said_to_be() {
    let server = Postgres::start(false);
    server.create("hub");
    let ledger = open(&server.url("hub"), Options::default()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let keep = |seq| runtime.block_on(ledger.keep(Chore::Cursor { name: "relay".into(), seq }));
    let read = || runtime.block_on(ledger.read(|reading| events::cursor(reading, "relay")));
    keep(1).unwrap();
    assert_eq!(read().unwrap(), 1);
    server.restart();
    // Every reader's connection is dead now, and the pen's.
    keep(2).unwrap();
    for _ in 0..Options::default().readers * 2 {
        assert_eq!(read().unwrap(), 2);
    }
    server.stop();
    assert_eq!((keep(3).unwrap_err().retry, read().unwrap_err().retry), (Retry::Later, Retry::Later));
    server.restart();
    keep(4).unwrap();
    assert_eq!(read().unwrap(), 4);
    runtime.block_on(ledger.close()).unwrap();
}

#[test]
fn a_pen_that_stands_still_in_its_transaction_holds_up_the_others_for_seconds_only() {
    let place = Place::on(Backend::Servers);
    let (one, other) = (place.pen(), place.pen());
    one.begin().unwrap();
    one.run("INSERT INTO meta (key, value) VALUES ('k', 'one')", &[]).unwrap();
    // Nobody goes on with it: the server ends it, and the other's turn comes.
    other.begin().unwrap();
    other.run("INSERT INTO meta (key, value) VALUES ('k', 'other')", &[]).unwrap();
    other.commit().unwrap();
    assert_eq!(one.commit().unwrap_err().retry, Retry::Unknown);
    one.begin().unwrap();
    let value = one.row("SELECT value FROM meta WHERE key = 'k'", &[], |row| Ok(row.text(0)?.to_owned()));
    assert_eq!(value.unwrap().as_deref(), Some("other"));
    one.roll_back().unwrap();
}

#[test]
fn migrations_are_numbered_from_one_on_without_a_hole() {
    let numbers: Vec<i64> = crate::store::MIGRATIONS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=crate::store::SCHEMA).collect::<Vec<_>>());
}
