//! The live feed on the wire: who hears what (I4), that it comes at once (C09), that whoever comes back misses nothing
//! and hears nothing twice, and that a feed ends with the right to it, with its place and with the hub (T9, T20, C10).

use crate::town::feed::Feed;
use crate::town::{Ask, BEGIN, PASSWORD, Place, Town, at, blow_order, settings, town};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use whistle_hub::app::due;
use whistle_hub::clock::SystemClock;
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};
use whistle_hub::run::{Start, start};
use whistle_hub::store::events;
use whistle_hub::telemetry::Metrics;

/// Makes what was looked at a second ago old.
fn two_seconds_pass(t: &Town) {
    let now = at(&t.now());
    t.clock.set(whistle_hub::domain::at::At(now.0 + 2_000_000));
}

#[actix_web::test]
async fn i4_each_department_hears_its_own_and_the_office_hears_all() {
    town(async |t| {
        let (mut fire, mut rescue) = (t.fire().listens(None).await, t.emergency().listens(None).await);
        let mut office = t.office().listens(None).await;
        let mut codes = Vec::new();
        for blower in [t.fire(), t.emergency(), t.fire(), t.emergency()] {
            codes.push(blower.blows(&blow_order("各看各的")).await);
        }
        let blown = |number: usize| ("whistle.blown".to_owned(), codes[number].clone());
        assert_eq!([fire.told().await, fire.told().await], [blown(0), blown(2)]);
        assert_eq!([rescue.told().await, rescue.told().await], [blown(1), blown(3)]);
        for number in 0..4 {
            assert_eq!(office.told().await, blown(number));
        }
        // From the summons on the summoned department hears too, and by the summons' own code.
        let summons = t.office().summons(&codes[0], &["YJ"], "normal").await.remove(0);
        let mut heard = vec![rescue.told().await];
        while heard.last().unwrap().0 != "summons.issued" {
            heard.push(rescue.told().await);
        }
        assert_eq!(heard.last().unwrap().1, summons);
        assert!(heard.iter().all(|(_, code)| code.starts_with(&codes[0])), "{heard:?}");
        // Whoever asks for the past is told of it by the right that he has now.
        let mut late = t.person("liaison.sc").listens(Some(0)).await;
        let own = t.person("liaison.sc").blows(&blow_order("头一回")).await;
        assert_eq!(late.told().await.1, own);
        let mut again = t.emergency().listens(Some(0)).await;
        assert_eq!([again.told().await, again.told().await], [blown(0), blown(1)]);
    })
    .await;
}

#[actix_web::test]
async fn c09_an_event_is_on_the_wire_at_once_whatever_its_reader_would_accept() {
    town(async |t| {
        let ask = t.office().ask("GET", "/events").await.header("Accept-Encoding", "gzip, br, zstd");
        let mut feed = ask.listen().await;
        assert_eq!(feed.head.status, 200);
        assert_eq!(feed.head.header("content-type"), Some("text/event-stream"));
        assert_eq!(feed.head.header("cache-control"), Some("no-store, no-transform"));
        assert_eq!(feed.head.header("x-accel-buffering"), Some("no"));
        assert_eq!(feed.head.header("content-encoding"), None);
        let code = t.fire().blows(&blow_order("立刻")).await;
        let begun = Instant::now();
        let event = feed.next().await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
        assert_eq!(event.kind, "whistle.blown");
        assert_eq!(event.data, json!({ "seq": event.id, "kind": "whistle.blown", "code": code }));
    })
    .await;
}

#[actix_web::test]
async fn what_another_replica_commits_is_heard_though_it_rings_no_bell_here() {
    town(async |t| {
        let mut feed = t.office().listens(None).await;
        let code = t.fire().blows(&blow_order("另一个副本")).await;
        assert_eq!(feed.told().await, ("whistle.blown".to_owned(), code.clone()));
        let blown = t
            .db_hub()
            .ledger
            .read({
                let laid = t.db_laid();
                move |reading| events::tail(reading, laid, 1)
            })
            .await
            .unwrap()
            .remove(0);
        let mut other = t.db_hub().clone();
        other.bell = Arc::new(watch::Sender::new(0));
        assert!(due::route(&other, &blown.tree.whistle().unwrap()).await.unwrap());
        assert_eq!(feed.told().await, ("whistle.routed".to_owned(), code));
    })
    .await;
}

#[actix_web::test]
async fn whoever_comes_back_again_and_again_misses_nothing_and_hears_nothing_twice() {
    const WHISTLES: usize = 40;
    town(async |t| {
        let blowing = async {
            for number in 0..WHISTLES {
                let blower = if number % 2 == 0 { t.fire() } else { t.emergency() };
                blower.blows(&blow_order("边断边发")).await;
            }
        };
        let reading = async {
            let (mut heard, mut after, mut feeds) = (Vec::new(), Some(0), 0);
            while heard.len() < WHISTLES / 2 {
                let mut feed = t.fire().listens(after).await;
                feeds += 1;
                // One, two or three events, then the line is cut.
                for _ in 0..(feeds % 3 + 1).min(WHISTLES / 2 - heard.len()) {
                    heard.push(feed.next().await.unwrap().id);
                }
                after = feed.last_id;
            }
            heard
        };
        let ((), heard) = tokio::join!(blowing, reading);
        let own: Vec<i64> = (0..20).map(|number| t.db_laid() + number * 2 + 1).collect();
        assert_eq!(heard, own);
    })
    .await;
}

#[actix_web::test]
async fn a_reader_that_was_cut_before_its_first_event_resumes_where_it_began() {
    town(async |t| {
        t.fire().blows(&blow_order("之前")).await;
        let feed = t.office().listens(None).await;
        let place = feed.last_id;
        assert_eq!(place, Some(t.db_laid() + 1));
        drop(feed);
        let code = t.fire().blows(&blow_order("断线时")).await;
        let mut again = t.office().listens(place).await;
        assert_eq!(again.told().await, ("whistle.blown".to_owned(), code));
    })
    .await;
}

#[actix_web::test]
async fn a_place_that_is_none_is_refused_and_one_of_another_ledger_means_from_now_on() {
    town(async |t| {
        t.fire().blows(&blow_order("之前")).await;
        for wrong in ["", "x", "-1", "+1", "1.0", "99999999999999999999"] {
            let reply = t.office().ask("GET", "/events").await.header("Last-Event-ID", wrong).send().await.expect(400);
            assert_eq!(reply.problem(), "bad_last_event_id", "{wrong}");
        }
        let twice = t.office().ask("GET", "/events").await.header("Last-Event-ID", "1").header("Last-Event-ID", "1");
        twice.send().await.expect(400);
        let mut ahead = t.office().listens(Some(4711)).await;
        assert_eq!(ahead.last_id, Some(t.db_laid() + 1));
        let code = t.fire().blows(&blow_order("之后")).await;
        assert_eq!(ahead.told().await.1, code);
        let head = t.office().ask("HEAD", "/events").await.send().await.expect(200);
        assert!(head.body.is_empty() && head.header("content-type") == Some("text/event-stream"));
    })
    .await;
}

#[actix_web::test]
async fn t20_feed_dies_with_the_right() {
    town(async |t| {
        let (mut office, mut director) = (t.office().listens(None).await, t.director().listens(None).await);
        t.office().ask("DELETE", "/sessions/current").await.send().await.expect(204);
        two_seconds_pass(t);
        let code = t.fire().blows(&blow_order("退出之后")).await;
        assert_eq!(director.told().await.1, code);
        assert_eq!(office.next().await, None, "signed out and still told");
    })
    .await;
}

#[actix_web::test]
async fn t20_a_feed_ends_with_the_token_that_opened_it_though_the_session_lives() {
    town(async |t| {
        let token = t.office().token().await;
        let mut feed = t.office().listens(None).await;
        t.clock.advance(9);
        // A use: the session is wide awake.
        t.ask("GET", "/api/v1/whistles").bearer(&token).send().await.expect(200);
        let code = t.fire().blows(&blow_order("九分钟")).await;
        assert_eq!(feed.told().await.1, code);
        t.clock.advance(2);
        t.fire().blows(&blow_order("十一分钟")).await;
        assert_eq!(feed.next().await, None, "the token is over and still tells");
    })
    .await;
}

#[actix_web::test]
async fn a_persons_fifth_feed_ends_their_oldest_one() {
    town(async |t| {
        let mut feeds: Vec<Feed> = Vec::new();
        for _ in 0..5 {
            feeds.push(t.office().listens(None).await);
        }
        assert_eq!(feeds.remove(0).next().await, None);
        let code = t.fire().blows(&blow_order("换了网络")).await;
        for feed in &mut feeds {
            assert_eq!(feed.told().await.1, code);
        }
    })
    .await;
}

#[actix_web::test]
async fn whoever_hangs_up_gives_the_place_back() {
    town(async |t| {
        // Somebody new each time: the door may take a moment to see that a silent reader has hung up.
        for person in [t.office(), t.director(), t.fire()] {
            let mut first = person.listens(None).await;
            let _others = [person.listens(None).await, person.listens(None).await];
            drop(person.listens(None).await);
            for _ in 0..20 {
                person.get("/whistles").await.expect(200);
            }
            let _fifth = person.listens(None).await;
            t.fire().blows(&blow_order("挂断之后")).await;
            if first.next().await.is_some() {
                return;
            }
        }
        panic!("the place is not given back");
    })
    .await;
}

#[actix_web::test]
async fn c10_pages_load_while_eight_tabs_listen() {
    town(async |t| {
        let mut feeds = Vec::new();
        for person in [t.office(), t.fire()] {
            for _ in 0..4 {
                feeds.push(person.listens(None).await);
            }
        }
        let browser = t.signed_in("office").await;
        browser.get("/console/whistles").await.expect(200);
        let code = t.fire().blows(&blow_order("八个标签页")).await;
        for feed in &mut feeds {
            assert_eq!(feed.told().await.1, code);
        }
        let figures = t.ask("GET", "/metrics").send().await.expect(200).text();
        assert!(figures.contains("hub_feeds_open"), "{figures}");
    })
    .await;
}

#[actix_web::test]
async fn a_hub_that_stops_ends_its_feeds_and_is_down_within_five_seconds() {
    let place = Place::new();
    let around = Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() };
    let hub = setup::demo(&settings(&place), PASSWORD, around).await.unwrap();
    let listener = whistle_hub::http::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let metrics = Metrics::of_this_process().unwrap();
    let running = start(Start { hub, settings: settings(&place), listener, metrics }).await.unwrap();
    let ask = |method: &str, path: &str| Ask::new(running.address, method, path);
    let body = json!({ "username": "office", "password": PASSWORD });
    let token = ask("POST", "/api/v1/sessions").json(&body).send().await.expect(201).json()["access_token"].clone();
    let token = token.as_str().unwrap();
    let mut feed = ask("GET", "/api/v1/events").bearer(token).listen().await;
    let order = json!({ "category": "fire", "what": "停机之前", "place": "门口", "on_behalf_of": "XF" });
    let blow = ask("POST", "/api/v1/whistles").bearer(token).key("key-feed-01").json(&order).send().await;
    let code = blow.expect(201).json()["code"].clone();
    assert_eq!(feed.told().await.1, code.as_str().unwrap(), "the whole hub calls nothing out");
    let begun = Instant::now();
    running.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "stopping took {:?}", begun.elapsed());
    while feed.next().await.is_some() {}
    let t = Town::open(&place, at(BEGIN)).await;
    t.leave().await;
}
