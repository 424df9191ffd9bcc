//! Running it: health and figures, what a restart keeps, who may not open whose ledger (T5), what a lost stream costs,
//! and a whole hub that starts, works by itself and stops in time.

use crate::own_keys::with_keys;
use crate::town::{BEGIN, PASSWORD, Place, Town, accept_order, at, blow_order, settings, town};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use whistle_hub::app::{passwords, sessions};
use whistle_hub::clock::SystemClock;
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};
use whistle_hub::run::{Start, start};
use whistle_hub::store::{Chore, Kept};
use whistle_hub::telemetry::Metrics;

fn around() -> Surroundings {
    Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() }
}

#[actix_web::test]
async fn health_readiness_and_figures_are_told_without_a_token() {
    town(async |t| {
        t.fire().blows(&blow_order("指标")).await;
        let alive = t.ask("GET", "/healthz").send().await.expect(200);
        assert_eq!(alive.json()["status"], "ok");
        let ready = t.ask("GET", "/readyz").send().await.expect(200).json();
        assert_eq!((&ready["ledger"], &ready["stream"]), (&json!("ok"), &json!("ok")));
        let figures = t.ask("GET", "/metrics").send().await.expect(200).text();
        assert!(figures.contains("route=\"/api/v1/whistles\"") && !figures.contains("WH-2026"), "{figures}");
        // A proxy on this host is near; for whom it asks is not.
        for (name, value) in [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"), ("Via", "1.1 door")]
        {
            t.ask("GET", "/metrics").header(name, value).send().await.expect(404);
        }
    })
    .await;
}

#[actix_web::test]
async fn readiness_says_503_when_the_ledger_is_away() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let token = t.fire().token().await;
    t.db_hub().ledger.close().await.unwrap();
    t.ask("GET", "/healthz").send().await.expect(200);
    let ready = t.ask("GET", "/readyz").send().await.expect(503).json();
    assert_eq!(ready["ledger"], "down");
    let blow = t.ask("POST", "/api/v1/whistles").bearer(&token).key("key-away-001").json(&blow_order("账本不在"));
    let reply = blow.send().await.expect(503);
    assert!(reply.header("retry-after").is_some());
    assert_eq!(reply.json().get("detail"), None, "a 5xx is mute");
}

#[actix_web::test]
async fn starting_again_keeps_whistles_keys_sessions_and_the_course_of_work() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let token = t.fire().token().await;
    let ask =
        |t: &Town| t.ask("POST", "/api/v1/whistles").bearer(&token).key("key-again-01").json(&blow_order("重启之后"));
    ask(&t).send().await.expect(201);
    t.office().summons("WH-2026-0001", &["XF"], "urgent").await;
    let before = t.db_events().await;
    t.leave().await;
    let t = Town::open(&place, at(BEGIN)).await;
    assert_eq!(t.db_events().await, before);
    let again = ask(&t).send().await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "session, key or receipt was lost");
    t.settle().await;
    let kinds = t.office().kinds("WH-2026-0001").await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.routed").count(), 1);
    assert!(t.letters().len() >= 2, "letters owed before the restart never left");
    t.fire().reports_in("WH-2026-0001-XF").await;
    assert_eq!(t.fire().blows(&blow_order("下一号")).await, "WH-2026-0002");
    t.close().await;
}

#[actix_web::test]
async fn a_second_process_on_one_ledger_that_is_a_file_is_refused() {
    let place = Place::file_only();
    let t = Town::open(&place, at(BEGIN)).await;
    let refused = setup::demo(&settings(&place), PASSWORD, around()).await.err().unwrap();
    assert!(format!("{refused:#}").contains("another process"), "{refused:#}");
    t.fire().blows(&blow_order("第一个照常")).await;
    t.close().await;
}

#[actix_web::test]
async fn t05_serve_refuses_a_demo_ledger() {
    let place = Place::new();
    Town::open(&place, at(BEGIN)).await.close().await;
    let refused = setup::serve(&with_keys(&place), around()).await.err().unwrap();
    assert!(format!("{refused:#}").contains("demo ledger"), "{refused:#}");
    let own = Place::empty();
    let hub = setup::serve(&with_keys(&own), around()).await.unwrap();
    assert!(!hub.demo && hub.rules().directory.people.is_empty(), "a fresh ledger has people built in");
    hub.ledger.close().await.unwrap();
}

#[actix_web::test]
async fn a_later_demo_password_replaces_the_old_one() {
    let place = Place::new();
    Town::open(&place, at(BEGIN)).await.close().await;
    let hub = setup::demo(&settings(&place), "another-Losung-4711", around()).await.unwrap();
    hub.ledger.close().await.unwrap();
    let t = Town::open(&place, at(BEGIN)).await;
    t.try_password("office", "another-Losung-4711").await.expect(401);
    t.try_password("office", PASSWORD).await.expect(201);
    t.close().await;
}

#[actix_web::test]
async fn a_stream_that_forgot_everything_costs_nothing_and_doubles_nothing() {
    town(async |t| {
        let mut codes = Vec::new();
        for round in 0..3 {
            codes.push(t.fire().blows(&blow_order("响铃之前丢失")).await);
            if round > 0 {
                t.ring_only().await;
            }
            t.forget_stream().await;
        }
        t.clock.advance(1);
        t.settle().await;
        codes.push(t.fire().blows(&blow_order("丢失之后")).await);
        t.settle().await;
        for code in &codes {
            let kinds = t.office().kinds(code).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.routed").count(), 1, "{code}: {kinds:?}");
        }
        let letters = t.letters_told();
        assert_eq!(letters.iter().filter(|told| told.starts_with("whistle_new")).count(), codes.len());
    })
    .await;
}

#[actix_web::test]
async fn t36_poisoned_top_id_heals() {
    town(async |t| {
        for (round, forged) in [i64::MAX, 1_000_000].into_iter().enumerate() {
            t.poison_stream(forged).await;
            // Time stands still, so the sweep has no part in it.
            let code = t.fire().blows(&blow_order("门铃被人伪造")).await;
            t.settle().await;
            let kinds = t.office().kinds(&code).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.routed").count(), 1, "{round}: {kinds:?}");
        }
        let figures = t.ask("GET", "/metrics").send().await.expect(200).text();
        for figure in
            ["hub_stream_poisoned_total", "hub_stream_lag{group=\"desk\"} ", "hub_stream_oldest_seconds{group="]
        {
            assert!(figures.contains(figure), "{figure} is not told");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_receipt_names_the_duty_officer_and_the_departments_that_the_rules_propose() {
    town(async |t| {
        let code = t.fire().blows(&json!({ "category": "dust_explosion", "what": "建议", "enterprise": "E01" })).await;
        t.settle().await;
        let events = t.office().walks(&format!("/whistles/{code}/timeline"), 50).await;
        assert_eq!(events[1]["kind"], "whistle.routed");
        assert_eq!(events[1]["data"]["proposed"], json!(["YJ", "XF", "SH"]));
        assert_eq!(events[1]["data"]["on_duty"], json!(true));
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["version"], 1);
    })
    .await;
}

/// Asks until the answer holds; the end is the limit of the whole test.
pub(crate) async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it never came about");
}

#[actix_web::test]
async fn a_whole_hub_works_by_itself_writes_its_letters_and_stops_within_five_seconds() {
    let place = Place::new();
    let mut settings = settings(&place);
    let letters = place.path().join("letters");
    settings.mail.url = format!("file://{}", letters.display()).into();
    let listener = whistle_hub::http::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let hub = setup::demo(&settings, PASSWORD, around()).await.unwrap();
    let metrics = Metrics::of_this_process().unwrap();
    let running = start(Start { hub, settings, listener, metrics }).await.unwrap();
    let ask = |method: &str, path: &str| crate::town::Ask::new(running.address, method, path);
    let body = json!({ "username": "liaison.xf", "password": PASSWORD });
    let token = ask("POST", "/api/v1/sessions").json(&body).send().await.expect(201).json()["access_token"].clone();
    let token = token.as_str().unwrap();
    let blow = ask("POST", "/api/v1/whistles").bearer(token).key("key-whole-01").json(&blow_order("整套运行"));
    let code = blow.send().await.expect(201).json()["code"].as_str().unwrap().to_owned();
    eventually(async || {
        let events = ask("GET", &format!("/api/v1/whistles/{code}/timeline")).bearer(token).send().await.text();
        let sent = std::fs::read_dir(&letters).is_ok_and(|mut files| {
            files.any(|file| file.is_ok_and(|one| one.path().extension().is_some_and(|end| end == "eml")))
        });
        events.contains("whistle.routed") && sent
    })
    .await;
    let begun = tokio::time::Instant::now();
    running.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "stopping took {:?}", begun.elapsed());
    let t = Town::open(&place, at("2099-01-01T00:00:00+08:00")).await;
    assert!(t.db_events().await >= 2);
    t.leave().await;
}

#[actix_web::test]
async fn an_accepted_order_survives_whoever_hangs_up() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("挂断")).await;
        let token = t.office().token().await;
        let body = accept_order(&["XF"], "urgent").to_string();
        let request = format!(
            "POST /api/v1/whistles/{code}/accept HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nIf-Match: \
             \"1\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let stream = tokio::net::TcpStream::connect(t.address).await.unwrap();
        assert_eq!(stream.try_write(request.as_bytes()).unwrap(), request.len());
        drop(stream);
        // Whether it was read before the line went is chance; half of it is what may never be.
        t.settle().await;
        let whistle = t.office().sees(&format!("/whistles/{code}")).await;
        let whole = (whistle["status"].as_str().unwrap().to_owned(), whistle["summonses"].as_array().unwrap().len());
        assert!([("submitted".to_owned(), 0), ("dispatched".to_owned(), 1)].contains(&whole), "{whole:?}");
    })
    .await;
}

#[actix_web::test]
async fn i1_letters_that_were_claimed_when_the_process_died_leave_at_the_next_start() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    t.fire().blows(&blow_order("临终认领")).await;
    let now = at(BEGIN);
    let ledger = &t.db_hub().ledger;
    let take = Chore::TakeLease { name: "letters", holder: "a".to_owned(), epoch: 0, stood_still: None };
    assert_eq!(ledger.keep(take).await.unwrap(), Kept::Lease(Some(1)));
    let claim = Chore::ClaimLetters { now, until: now.plus_minutes(16), at_most: 9, epoch: 1 };
    let claimed = ledger.keep(claim).await.unwrap();
    assert!(matches!(claimed, Kept::Letters(letters) if letters.len() == 1));
    t.leave().await;
    let t = Town::open(&place, now.plus_minutes(1)).await;
    t.settle().await;
    assert_eq!(t.letters().len(), 1, "the duty officer waits for a claim that nobody holds");
    t.close().await;
}

#[actix_web::test]
async fn another_demo_password_ends_every_session_and_the_same_one_none() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let token = t.fire().token().await;
    sessions::set_shared_password(t.db_hub(), PASSWORD, "unused".to_owned()).await.unwrap();
    t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(200);
    let phc = passwords::hash("a second-password", &[7; 16]).unwrap();
    sessions::set_shared_password(t.db_hub(), "a second-password", phc).await.unwrap();
    t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
    t.try_password("liaison.xf", PASSWORD).await.expect(401);
    t.try_password("liaison.xf", "a second-password").await.expect(201);
}

#[actix_web::test]
async fn a_whistle_that_cannot_be_received_is_laid_aside_holds_up_nobody_and_is_received_when_it_is_redriven() {
    let place = Place::on_servers();
    let t = Town::open(&place, at(BEGIN)).await;
    let (bad, good) = (t.fire().blows(&blow_order("坏行")).await, t.fire().blows(&blow_order("好行")).await);
    let of_bad = format!("whistle = (SELECT id FROM whistles WHERE code = '{bad}')");
    let body = place.sql(&format!("SELECT body FROM whistle_bodies WHERE {of_bad}"));
    place.sql(&format!("UPDATE whistle_bodies SET body = '{{' WHERE {of_bad}"));
    let routed = |code: &str| place.sql(&format!("SELECT routed FROM whistles WHERE code = '{code}'"));
    // Heard once and four times again, beside all that was written when the district was laid; then it is laid aside.
    assert_eq!(t.tries_the_desk(14).await, 4);
    assert_eq!((routed(&bad).as_str(), routed(&good).as_str()), ("0", "1"));
    let aside = || place.sql("SELECT COUNT(*) FROM dead_letters");
    assert_eq!(aside(), "1");
    t.clock.advance(10);
    assert_eq!(t.tries_the_desk(3).await, 0, "the sweep leaves it alone");
    place.sql(&format!("UPDATE whistle_bodies SET body = '{body}' WHERE {of_bad}"));
    assert_eq!(t.db_hub().ledger.keep(Chore::Redrive).await.unwrap(), Kept::Done(1));
    t.clock.advance(10);
    t.settle().await;
    assert_eq!((routed(&bad).as_str(), aside().as_str()), ("1", "0"));
    t.close().await;
}
