//! Idempotency keys: one effect for one key, whoever repeats, however often and however fast; and nobody profits from
//! another's key.

use crate::town::http::raw;
use crate::town::{Ask, BEGIN, Place, Town, accept_order, at, blow_order, town};
use futures_util::future::join_all;
use serde_json::Value;

#[actix_web::test]
async fn c25_twenty_parallel_posts_with_one_key_make_one_whistle() {
    town(async |t| {
        let order = blow_order("并发二十次");
        let ask = t.fire().ask("POST", "/whistles").await.key("key-parallel").json(&order);
        let replies = join_all((0..20).map(|_| ask.clone().send())).await;
        let codes: Vec<Value> = replies.iter().map(|reply| reply.clone().expect(201).json()["code"].clone()).collect();
        assert!(codes.iter().all(|code| *code == "WH-2026-0001"), "{codes:?}");
        let firsts = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_none()).count();
        assert_eq!((firsts, t.db_events().await), (1, 1));
        assert!(replies.iter().all(|reply| reply.body == replies[0].body), "answers to one key differ");
        assert_eq!(t.office().codes("/whistles").await, ["WH-2026-0001"]);
    })
    .await;
}

#[actix_web::test]
async fn c25_the_same_key_of_another_caller_or_path_is_another_key() {
    town(async |t| {
        let order = blow_order("同一把钥匙");
        let blow =
            async |who: &'static str| t.person(who).ask("POST", "/whistles").await.key("key-shared-1").json(&order);
        let mut codes = Vec::new();
        for who in ["liaison.xf", "head.xf", "liaison.yj", "town.t01"] {
            let reply = blow(who).await.send().await.expect(201);
            assert_eq!(reply.header("idempotency-replayed"), None, "{who} got another's answer");
            codes.push(reply.json()["code"].as_str().unwrap().to_owned());
        }
        codes.dedup();
        assert_eq!(codes.len(), 4);
        let accept = t.office().deed(&codes[0], "accept").await.key("key-shared-1").version(1);
        accept.json(&accept_order(&["XF"], "normal")).send().await.expect(200);
        let accept = t.office().deed(&codes[1], "accept").await.key("key-shared-1").version(1);
        let reply = accept.json(&accept_order(&["XF"], "normal")).send().await.expect(200);
        assert_eq!(reply.header("idempotency-replayed"), None, "another path is another key");
    })
    .await;
}

#[actix_web::test]
async fn the_same_key_with_another_body_is_refused_down_to_the_bytes() {
    town(async |t| {
        let ask = || async { t.fire().ask("POST", "/whistles").await.key("key-body-01") };
        let body = blow_order("原文").to_string();
        ask().await.raw("application/json", body.clone().into_bytes()).send().await.expect(201);
        for other in [blow_order("另文").to_string(), format!("{body} "), body.replace(':', ": ")] {
            let reply = ask().await.raw("application/json", other.into_bytes()).send().await.expect(422);
            assert_eq!(reply.problem(), "key_reused");
        }
        let again = ask().await.raw("application/json", body.into_bytes()).send().await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(t.db_events().await, 1);
    })
    .await;
}

#[actix_web::test]
async fn a_replay_is_the_first_answer_byte_for_byte_whatever_happened_since() {
    town(async |t| {
        let ask = t.fire().ask("POST", "/whistles").await.key("key-bytes-1").json(&blow_order("逐字相同"));
        let first = ask.clone().send().await.expect(201);
        t.settle().await;
        t.office().summons("WH-2026-0001", &["XF"], "urgent").await;
        t.advance(3).await;
        let again = ask.send().await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!((again.text(), again.header("etag")), (first.text(), first.header("etag")));
        assert_eq!(again.header("location"), first.header("location"));
    })
    .await;
}

#[actix_web::test]
async fn c25_an_answer_that_was_lost_is_given_again() {
    town(async |t| {
        let token = t.fire().token().await;
        let body = blow_order("答复丢失").to_string();
        let head = format!(
            "POST /api/v1/whistles HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nContent-Type: \
             application/json\r\nIdempotency-Key: key-lost-01\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        drop(tokio::net::TcpStream::connect(t.address).await.unwrap().try_write(head.as_bytes()));
        let ask = Ask::new(t.address, "POST", "/api/v1/whistles").bearer(&token).key("key-lost-01");
        let reply = ask.raw("application/json", body.into_bytes()).send().await.expect(201);
        assert_eq!(reply.json()["code"], "WH-2026-0001");
        assert_eq!(t.office().codes("/whistles").await.len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn a_key_is_forgotten_after_seven_days_and_not_before() {
    town(async |t| {
        let order = blow_order("七天之内");
        let blow = async || t.fire().ask("POST", "/whistles").await.key("key-week-01").json(&order).send().await;
        blow().await.expect(201);
        t.advance(7 * 24 * 60 - 30).await;
        assert_eq!(blow().await.expect(201).header("idempotency-replayed"), Some("true"));
        t.advance(24 * 60).await;
        assert_eq!(blow().await.expect(201).json()["code"], "WH-2026-0002");
    })
    .await;
}

#[actix_web::test]
async fn two_keys_in_one_request_are_none() {
    town(async |t| {
        let token = t.fire().token().await;
        let body = blow_order("两把钥匙").to_string();
        let request = format!(
            "POST /api/v1/whistles HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: key-one-001\r\nIdempotency-Key: key-two-002\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = String::from_utf8(raw(t.address, request.as_bytes()).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("bad_key"), "{answer}");
    })
    .await;
}

#[actix_web::test]
async fn t16_replay_after_transfer_is_404() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let order = blow_order("调离之后");
    let blow = async |t: &Town| t.fire().ask("POST", "/whistles").await.key("key-moved-01").json(&order).send().await;
    let code = blow(&t).await.expect(201).json()["code"].as_str().unwrap().to_owned();
    t.lay(|directory| {
        let moved = directory.people.iter_mut().find(|person| person.username == "liaison.xf").unwrap();
        moved.department_code = "SC".to_owned();
    })
    .await;
    t.leave().await;
    let t = Town::open(&place, at(BEGIN)).await;
    assert_eq!(t.fire().sees("/me").await["department"], "SC");
    t.fire().get(&format!("/whistles/{code}")).await.expect(404);
    let replayed = blow(&t).await.expect(404);
    assert_eq!((replayed.problem().as_str(), t.db_events().await), ("not_found", 1));
    t.close().await;
}
