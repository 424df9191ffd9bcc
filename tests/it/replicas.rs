//! Two and three replicas on one ledger and one stream: whatever is done on one holds on all, and what the hub does by
//! itself is done once. A file has one process, so these stories need the servers, whatever parts are tried.

use crate::town::browser::hidden;
use crate::town::{BEGIN, Place, Town, at, blow_order};
use futures_util::future::join_all;
use serde_json::json;
use std::collections::BTreeSet;
use whistle_hub::clock::ManualClock;
use whistle_hub::store::{Chore, Kept};

/// A story of so many replicas that share a clock.
async fn replicas(names: &[&str], body: impl AsyncFnOnce(&[Town])) {
    let place = Place::on_servers();
    let clock = ManualClock::new(at(BEGIN));
    let mut all = Vec::new();
    for name in names {
        all.push(Box::pin(Town::replica(&place, clock.clone(), name)).await);
    }
    Box::pin(body(&all)).await;
    for t in &all {
        t.settle().await;
    }
    for t in all {
        Box::pin(t.close()).await;
    }
}

#[actix_web::test]
async fn signing_out_on_one_replica_is_signing_out_on_all() {
    replicas(&["a", "b"], async |towns| {
        let [one, other] = towns else { unreachable!() };
        let token = one.fire().token().await;
        other.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(200);
        one.ask("DELETE", "/api/v1/sessions/current").bearer(&token).send().await.expect(204);
        other.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
    })
    .await;
}

#[actix_web::test]
async fn c25_one_key_on_three_replicas_at_once_makes_one_whistle() {
    replicas(&["a", "b", "c"], async |towns| {
        let token = towns[0].fire().token().await;
        let order = blow_order("同一把钥匙");
        let asks = (0..21).map(|n| {
            let ask = towns[n % 3].ask("POST", "/api/v1/whistles").bearer(&token).key("one-key-0001");
            ask.json(&order).send()
        });
        let replies = join_all(asks).await;
        let codes: BTreeSet<String> =
            replies.into_iter().map(|reply| reply.expect(201).json()["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes.len(), 1, "{codes:?}");
        assert_eq!(towns[2].db_events().await, 1);
    })
    .await;
}

#[actix_web::test]
async fn of_two_who_set_one_shift_on_two_replicas_at_once_the_second_is_told() {
    replicas(&["a", "b"], async |towns| {
        let [one, other] = towns else { unreachable!() };
        let (admin, office) = (one.signed_in("admin").await, other.signed_in("office").await);
        for day in 3..13 {
            let date = format!("2026-12-{day:02}");
            let page = format!("/admin/rota?shift={date}/night");
            let seen = hidden(&admin.get(&page).await.expect(200), "seen");
            let fields = |officer| {
                let posts = [("office_duty", officer), ("main", "head.yj"), ("deputy", "head.yj.2")];
                let shift = [("date", date.as_str()), ("shift", "night"), ("seen", seen.as_str())];
                shift.into_iter().chain(posts).collect::<Vec<_>>()
            };
            let (mine, theirs) = (fields("office"), fields("office.2"));
            let (mine, theirs) =
                tokio::join!(admin.fills(&page, "/admin/rota", &mine), office.fills(&page, "/admin/rota", &theirs));
            let first = if mine.status == 303 { "office" } else { "office.2" };
            let mut told = [mine.status, theirs.status];
            told.sort_unstable();
            assert_eq!(told, [303, 422], "{date}: {} {}", mine.text(), theirs.text());
            for browser in [&admin, &office] {
                let stands = hidden(&browser.get(&page).await.expect(200), "seen");
                assert_eq!(stands, format!("{date}/night head.yj/head.yj.2/{first}"), "one took the other's away");
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn what_the_hub_does_by_itself_is_done_once_however_many_replicas_do_it() {
    replicas(&["a", "b", "c"], async |towns| {
        let mut codes = Vec::new();
        for turn in 0..12 {
            codes.push(towns[turn % 3].fire().blows(&blow_order("三台")).await);
        }
        // All at once, more than once.
        for _ in 0..3 {
            join_all(towns.iter().map(Town::settle)).await;
        }
        let mut letters = 0;
        for t in towns {
            letters += t.letters().len();
        }
        assert_eq!(letters, codes.len(), "one letter to the duty officer each");
        for code in &codes {
            let kinds = towns[1].office().kinds(code).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.routed").count(), 1, "{code}");
        }
        // A limit passes for everybody at once, and is noticed once.
        towns[0].clock.advance(24 * 60);
        join_all(towns.iter().map(Town::settle)).await;
        let kinds = towns[2].office().kinds(&codes[0]).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "obligation.overdue").count(), 1);
    })
    .await;
}

#[actix_web::test]
async fn a_deed_on_one_replica_makes_the_page_of_the_other_stale() {
    replicas(&["a", "b"], async |towns| {
        let [one, other] = towns else { unreachable!() };
        let code = one.fire().blows(&blow_order("两台")).await;
        one.office().summons(&code, &["XF", "YJ"], "normal").await;
        let path = format!("/api/v1/summonses/{code}-XF/acknowledge");
        let token = one.fire().token().await;
        one.ask("POST", &path).bearer(&token).version(1).json(&json!({})).send().await.expect(200);
        let stale = other.ask("POST", &path).bearer(&token).version(1).json(&json!({})).send().await.expect(412);
        assert_eq!(stale.json()["current_version"], 2);
    })
    .await;
}

#[actix_web::test]
async fn letters_go_on_from_another_replica_when_their_carrier_is_gone_and_its_old_claims_count_no_more() {
    let place = Place::on_servers();
    let clock = ManualClock::new(at(BEGIN));
    let (one, other) = (Town::replica(&place, clock.clone(), "a").await, Town::replica(&place, clock, "b").await);
    one.fire().blows(&blow_order("接班")).await;
    one.settle().await;
    assert_eq!(one.letters().len(), 1, "a holds the lease");
    one.fire().blows(&blow_order("接班二")).await;
    // It claims and is gone, without a word.
    let ledger = &one.db_hub().ledger;
    let (now, epoch) = (at(BEGIN), 1);
    let claim = Chore::ClaimLetters { now, until: now.plus_minutes(60), at_most: 9, epoch };
    assert!(matches!(ledger.keep(claim).await.unwrap(), Kept::Letters(letters) if letters.len() == 1));
    other.settle().await;
    assert_eq!(other.letters().len(), 0, "nobody knows yet that it is gone");
    other.clock.advance(1);
    other.settle().await;
    assert_eq!(other.letters().len(), 1, "the duty officer waits for a claim that nobody holds");
    let late = Chore::ClaimLetters { now: now.plus_minutes(90), until: now.plus_minutes(99), at_most: 9, epoch };
    assert_eq!(ledger.keep(late).await.unwrap(), Kept::Letters(Vec::new()), "a sleeper wakes up and claims");
    one.leave().await;
    other.close().await;
}

#[actix_web::test]
async fn of_two_plans_on_two_replicas_for_one_car_or_one_officer_exactly_one_stands() {
    replicas(&["a", "b"], async |towns| {
        let [one, other] = towns else { unreachable!() };
        let token = one.office().token().await;
        let crews = [["inspector.yj", "inspector.yj.2"], ["inspector.yj.3", "inspector.yj.4"], ["inspector.yj", "inspector.yj.6"]];
        let mut members = Vec::new();
        for crew in &crews {
            members.push(one.members(crew).await);
        }
        for round in 0..24 {
            let date = jiff::civil::date(2026, 12, 7).checked_add(jiff::Span::new().days(round)).unwrap().to_string();
            let ask = |t: &Town, place: &str, crew: usize, car: &str| {
                let order = json!({ "place": place, "town": "T06", "date": date, "period": "PM", "notice": "announced",
                    "members": members[crew], "vehicles": [car], "items": [{ "department": "YJ", "subject": "电气" }] });
                t.ask("POST", "/api/v1/visits").bearer(&token).json(&order).send()
            };
            // The same car for others, or the same officer in another car.
            let (crew, car, bar) =
                if round % 2 == 0 { (1, "V15", "car_taken V15") } else { (2, "V16", "person_taken inspector.yj") };
            let (mine, theirs) = tokio::join!(ask(one, "东仓库", 0, "V15"), ask(other, "西仓库", crew, car));
            let (won, lost) = if mine.status == 201 { (mine, theirs) } else { (theirs, mine) };
            assert_eq!((won.status, lost.status), (201, 409), "{date}: {} {}", won.text(), lost.text());
            assert_eq!(lost.reasons(), [bar], "{date}");
        }
    })
    .await;
}
