//! What an operator asks: is everything there that the settings name, what waits, and what becomes of it when asked to
//! move on. Parts that work, parts that are broken in every way at hand, and nothing changed by looking.

use crate::servers::{Backend, Postgres, Redis, backend, free_port};
use crate::town::{BEGIN, Place, Town, at, blow_order, settings};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use whistle_hub::clock::ManualClock;
use whistle_hub::config::{LedgerPlace, Settings, StreamPlace};
use whistle_hub::run::{doctor, upkeep};
use whistle_hub::store::{Chore, SCHEMA};

/// The lines about a part, or about all.
async fn lines(settings: &Settings) -> Vec<String> {
    let clock = ManualClock::new(at(BEGIN));
    doctor::examine(settings, &clock).await.iter().map(ToString::to_string).collect()
}

async fn line(settings: &Settings, part: &str) -> String {
    let all = lines(settings).await;
    let found = all.iter().find(|line| line.split_whitespace().nth(1) == Some(part));
    found.unwrap_or_else(|| panic!("nothing about {part}: {all:?}")).clone()
}

#[actix_web::test]
async fn a_district_that_works_is_told_so_while_it_works() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let said = lines(&settings(&place)).await;
    let parts: Vec<&str> = said.iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
    for part in ["settings", "limits", "routing", "keys", "ledger", "clock", "aside", "letters", "whistles", "passed"] {
        assert!(parts.contains(&part), "{part} is not looked at: {said:?}");
    }
    // The tests' servers are set for speed; the operator's are not.
    let about_speed = ["fsync off", "full_page_writes off", "keeps nothing over a restart"];
    let told = said.iter().filter(|line| !about_speed.iter().any(|word| line.contains(word)));
    assert!(told.clone().all(|line| line.starts_with("ok ")), "{said:?}");
    assert_eq!(said.iter().any(|line| line.contains("fsync off")), backend() == Backend::Servers);
    assert_eq!(parts.contains(&"replica"), backend() == Backend::Servers, "{said:?}");
    assert!(told.clone().any(|line| line.contains(&format!("schema {SCHEMA}; a question takes"))), "{said:?}");
    t.close().await;
}

#[actix_web::test]
async fn the_clock_is_held_against_the_servers() {
    let place = Place::new();
    Town::open(&place, at(BEGIN)).await.close().await;
    for (seconds, verdict) in [(0, "ok   clock"), (-5, "warn clock"), (45, "FAIL clock")] {
        let clock = ManualClock::new(at(BEGIN));
        clock.jump(seconds);
        let said: Vec<String> =
            doctor::examine(&settings(&place), &clock).await.iter().map(ToString::to_string).collect();
        let verdict = if backend() == Backend::Servers { verdict } else { "ok   clock    no server" };
        assert!(said.iter().any(|line| line.starts_with(verdict)), "{seconds}: {said:?}");
    }
}

#[actix_web::test]
async fn what_waits_is_told_with_its_age_and_redriven_on_demand() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = t.fire().blows(&blow_order("压在手里")).await;
    let aside = Chore::LayAside { group: "desk", id: code, at: at(BEGIN) };
    t.db_hub().ledger.keep(aside).await.unwrap();
    let settings = settings(&place);
    let said = line(&settings, "aside").await;
    assert!(said.starts_with("warn") && said.contains(": 1;") && said.contains("redrive"), "{said}");
    let later = ManualClock::new(at(BEGIN).plus_minutes(40));
    let said = doctor::examine(&settings, &later).await.iter().map(|line| format!("{line}\n")).collect::<String>();
    assert!(said.contains("warn letters  1 waiting, the oldest for 40 min"), "{said}");
    assert!(said.contains("warn whistles 1 wait for their way to the office"), "{said}");
    if backend() == Backend::Embedded {
        let refused = format!("{:#}", upkeep::redrive(&settings, &ManualClock::new(at(BEGIN))).await.unwrap_err());
        assert!(refused.contains("must stop first") && refused.contains("another process"), "{refused}");
    }
    t.leave().await;
    assert_eq!(
        upkeep::redrive(&settings, &ManualClock::new(at(BEGIN))).await.unwrap(),
        "laid aside and tried again by the next sweep: 1"
    );
    assert_eq!(upkeep::redrive(&settings, &ManualClock::new(at(BEGIN))).await.unwrap(), "nothing was laid aside");
    assert!(line(&settings, "aside").await.starts_with("ok "));
}

#[actix_web::test]
async fn looking_at_an_empty_place_lays_nothing_there() {
    let place = Place::empty();
    let settings = settings(&place);
    let said = line(&settings, "ledger").await;
    let said = if said.contains("nothing is laid") { said } else { lines(&settings).await.concat() };
    assert!(said.contains("nothing is laid there yet") && !said.contains("FAIL ledger"), "{said}");
    match &settings.ledger.url {
        LedgerPlace::Sqlite(path) => assert!(!path.exists(), "a file was made"),
        LedgerPlace::Postgres(_) => assert!(place.dump().is_empty(), "tables were made"),
    }
    let laid = format!("the ledger is laid, its schema is at version {SCHEMA}");
    assert_eq!(upkeep::migrate(&settings, &ManualClock::new(at(BEGIN))).await.unwrap(), laid);
    let nothing = format!("the ledger's schema was at version {SCHEMA} already: nothing to do");
    assert_eq!(upkeep::migrate(&settings, &ManualClock::new(at(BEGIN))).await.unwrap(), nothing);
}

#[actix_web::test]
async fn an_older_schema_is_named_left_alone_and_brought_forward_on_demand() {
    let place = Place::empty();
    let settings = settings(&place);
    place.alter("CREATE TABLE migrations (version BIGINT PRIMARY KEY); INSERT INTO migrations (version) VALUES (1)");
    place.alter(include_str!("../../src/store/migrations/0001_ledger.sql"));
    place.alter(
        "INSERT INTO whistles VALUES ('wh_1', 'WH-2026-0001', 'closed', 'fire', 'general', 'normal', NULL, NULL, 'XF', 1,
         NULL, 1, '', 1, 1, 'what the row kept')",
    );
    for _ in 0..2 {
        let said = lines(&settings).await.concat();
        assert!(said.contains(&format!("warn ledger   schema 1, this release wants {SCHEMA}")), "{said}");
    }
    let brought = format!("the ledger's schema was brought from version 1 to {SCHEMA}");
    assert_eq!(upkeep::migrate(&settings, &ManualClock::new(at(BEGIN))).await.unwrap(), brought);
    assert_eq!(place.dump().iter().filter(|value| *value == b"what the row kept").count(), 1, "a document is lost");
    let newer = SCHEMA + 1;
    place.alter(&format!("INSERT INTO migrations (version) VALUES ({newer})"));
    let said = lines(&settings).await.concat();
    assert!(said.contains(&format!("FAIL ledger   schema {newer} is a newer release's")), "{said}");
}

/// How a part of the settings is broken.
type Break<'b> = &'b dyn Fn(&mut Settings);

#[actix_web::test]
async fn a_part_that_is_broken_is_named_with_what_to_do() {
    let place = Place::file_only();
    let sound = {
        let mut settings = Settings::default();
        settings.ledger.url = LedgerPlace::Sqlite(place.path().join("hub.db"));
        settings
    };
    fs::write(place.path().join("routing.toml"), "nonsense = 1").unwrap();
    fs::write(place.path().join("limits-2027-01.toml"), "nonsense").unwrap();
    fs::write(place.path().join("foreign.db"), "no database at all, but long enough to look like one").unwrap();
    let nobody = free_port();
    let (relay, _) = relay();
    let break_it: [(&str, &str, Break<'_>); 9] = [
        ("keys", "FAIL keys     `serve` takes its keys from files", &|_| {}),
        ("limits", "FAIL limits   limits:", &|s| s.folder = place.path().to_owned()),
        ("routing", "FAIL routing  routing.toml:", &|s| s.folder = place.path().to_owned()),
        ("ledger", "FAIL ledger   PostgreSQL at ledger.url cannot be reached", &|s| {
            s.ledger.url = LedgerPlace::Postgres(format!("postgres://u:geheim@127.0.0.1:{nobody}/x").into());
        }),
        ("ledger", "FAIL ledger   ", &|s| s.ledger.url = LedgerPlace::Sqlite(place.path().join("foreign.db"))),
        ("stream", "warn stream   the stream is not reachable", &|s| {
            s.stream.url = StreamPlace::Redis(format!("redis://u:geheim@127.0.0.1:{nobody}").into());
        }),
        ("stream", "FAIL stream   ", &|s| s.stream.url = StreamPlace::Redis("redis://cache.example:6379".into())),
        ("mail", "FAIL mail     letter not handed over", &|s| s.mail.url = format!("smtp://127.0.0.1:{nobody}").into()),
        ("settings", "warn settings people come by http://0.0.0.0:80 in clear", &|s| {
            s.http.listen = "0.0.0.0:80".parse().unwrap();
            s.mail.url = relay.clone().into();
        }),
    ];
    for (part, expected, breaks) in break_it {
        let mut settings = sound.clone();
        breaks(&mut settings);
        let said = line(&settings, part).await;
        assert!(said.starts_with(expected) && !said.contains("geheim"), "{part}: {said}");
    }
    let wrong = line(&sound, "ledger").await;
    assert!(wrong.contains("nothing is laid"), "{wrong}");
}

#[actix_web::test]
async fn a_database_that_sorts_by_a_language_is_named() {
    let server = Postgres::shared();
    let name = format!("doctor-{}", std::process::id());
    let made = "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'";
    server.sql("postgres", &format!("CREATE DATABASE \"{name}\" {made}"));
    let mut settings = Settings::default();
    settings.ledger.url = LedgerPlace::Postgres(server.url(&name).into());
    let said = lines(&settings).await.concat();
    server.drop(&name);
    assert!(said.contains("FAIL ledger   the database is not UTF8"), "{said}");
}

#[actix_web::test]
async fn a_user_of_redis_without_the_rights_is_found_before_a_whistle_is_and_the_trial_leaves_nothing() {
    let redis = Redis::start(&[]);
    redis.cli(&["ACL", "SETUSER", "poor", "on", ">geheim", "~*", "+@connection", "+@stream", "+info", "+unlink"]);
    let all_but = ["ACL", "SETUSER", "messy", "on", ">geheim", "~*", "+@all", "-unlink"];
    redis.cli(&all_but);
    redis.cli(&["ACL", "SETUSER", "rich", "on", ">geheim", "~*", "+@all"]);
    let mut settings = Settings::default();
    for (user, verdict) in [("poor", "FAIL"), ("rich", "warn"), ("messy", "FAIL")] {
        let there = redis.url().replace("redis://", &format!("redis://{user}:geheim@"));
        settings.stream.url = StreamPlace::Redis(there.into());
        let said = line(&settings, "stream").await;
        assert!(said.starts_with(verdict) && !said.contains("geheim"), "{user}: {said}");
        assert_eq!(said.contains("grant it"), verdict == "FAIL", "{user}: {said}");
        let left = if user == "messy" { "1" } else { "0" };
        assert_eq!(redis.cli(&["DBSIZE"]), left, "the trial is left there");
    }
}

/// A relay that tells what it heard.
fn relay() -> (String, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let mut answers = socket.try_clone().unwrap();
            answers.write_all(b"220 double ESMTP\r\n").unwrap();
            for command in BufReader::new(socket).lines().map_while(Result::ok) {
                let quit = command.starts_with("QUIT");
                tell.send(command).ok();
                answers.write_all(if quit { b"221 bye\r\n" } else { b"250 fine\r\n" }).ok();
            }
        }
    });
    (url, heard)
}

#[actix_web::test]
async fn the_relay_is_greeted_and_left_without_a_letter() {
    let (url, heard) = relay();
    let settings =
        Settings { mail: whistle_hub::config::Mail { url: url.into(), ..Default::default() }, ..Default::default() };
    let said = line(&settings, "mail").await;
    assert!(said.starts_with("ok   mail     the relay greets"), "{said}");
    let heard: Vec<String> = heard.try_iter().map(|command| command[..4].to_owned()).collect();
    assert_eq!(heard, ["EHLO", "QUIT"]);
}

#[actix_web::test]
async fn looking_writes_nothing_on_a_ledger_at_work() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    t.fire().blows(&blow_order("只看不动")).await;
    let before = place.dump();
    lines(&settings(&place)).await;
    assert_eq!(place.dump(), before);
    t.close().await;
}
