//! The order in which a request is judged (API.md): each request here is wrong in two ways and is answered for the
//! earlier one. Thereby nobody learns of a thing, or of its state, before they have shown that they may.

use crate::town::{Reply, Town, accept_order, blow_order, town};
use serde_json::{Value, json};

/// Status and slug.
fn told(reply: &Reply) -> String {
    format!("{} {}", reply.status, reply.problem())
}

#[actix_web::test]
async fn a_deed_that_is_wrong_in_two_ways_is_answered_for_the_earlier_one() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("两处都错")).await;
        let good = accept_order(&["XF"], "normal");
        let office = t.office();
        let post = |thing: &str| format!("/api/v1/whistles/{thing}/accept");
        let none = t.ask("POST", &post("WH-2026-9999")).raw("text/plain", vec![b'x'; 70_000]);
        assert_eq!(told(&none.send().await), "401 sign_in_needed");
        let ask = async |thing: &str| office.ask("POST", &post(thing)[7..]).await;
        let fat = ask("WH-2026-9999").await.raw("text/plain", vec![b'x'; 70_000]).send().await;
        assert_eq!(told(&fat), "413 too_large");
        let typed = ask("WH-2026-9999").await.raw("text/plain", b"{}".to_vec()).send().await;
        assert_eq!(told(&typed), "415 content_type");
        let packed = ask("WH-2026-9999").await.header("Content-Encoding", "gzip").json(&good).send().await;
        assert_eq!(told(&packed), "415 encoding");
        let supervisor = t.person("supervisor");
        assert_eq!(told(&supervisor.deed("WH-2026-9999", "accept").await.send().await), "404 not_found");
        assert_eq!(told(&supervisor.deed(&code, "accept").await.key("short").send().await), "403 role_may_not");
        assert_eq!(told(&ask(&code).await.key("short").send().await), "400 bad_key");
        assert_eq!(told(&ask(&code).await.raw("application/json", b"{".to_vec()).send().await), "428 version_missing");
        let broken = ask(&code).await.version(9).raw("application/json", b"{".to_vec());
        assert_eq!(told(&broken.send().await), "400 bad_json");
        assert_eq!(told(&ask(&code).await.version(9).json(&json!({})).send().await), "422 fields");
        t.office().does(&code, "accept", good.clone()).await;
        assert_eq!(told(&ask(&code).await.version(1).json(&good).send().await), "412 stale");
        assert_eq!(told(&ask(&code).await.version(3).json(&good).send().await), "409 state");
        assert_eq!(told(&ask(&code).await.version(3).json(&json!({})).send().await), "422 fields");
    })
    .await;
}

#[actix_web::test]
async fn a_replay_comes_before_the_version_the_body_and_the_state() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("重放")).await;
        let order = accept_order(&["XF"], "normal");
        let ask = || async { t.office().deed(&code, "accept").await.key("key-replay-1") };
        ask().await.version(1).json(&order).send().await.expect(200);
        let again = ask().await.json(&order).send().await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "428 came before the replay");
        let other = ask().await.version(1).raw("application/json", b"{".to_vec()).send().await;
        assert_eq!(told(&other), "422 key_reused");
    })
    .await;
}

#[actix_web::test]
async fn a_blow_that_is_wrong_in_two_ways_is_answered_for_the_earlier_one() {
    town(async |t| {
        let order = blow_order("两处都错");
        let bad = b"{".to_vec();
        let ask = async |who: &'static str| t.person(who).ask("POST", "/whistles").await;
        let unsigned = t.ask("POST", "/api/v1/whistles").raw("text/plain", bad.clone());
        assert_eq!(told(&unsigned.send().await), "401 sign_in_needed");
        assert_eq!(told(&ask("supervisor").await.raw("text/plain", bad.clone()).send().await), "415 content_type");
        assert_eq!(
            told(&ask("supervisor").await.raw("application/json", bad.clone()).send().await),
            "403 role_may_not"
        );
        assert_eq!(told(&ask("liaison.xf").await.raw("application/json", bad.clone()).send().await), "400 missing_key");
        for key in ["short", "with blank 1", &"k".repeat(129)] {
            let reply = ask("liaison.xf").await.key(key).raw("application/json", bad.clone()).send().await;
            assert_eq!(told(&reply), "400 bad_key", "{key}");
        }
        let keyed = async || ask("liaison.xf").await.key("key-blow-01");
        assert_eq!(told(&keyed().await.raw("application/json", bad.clone()).send().await), "400 bad_json");
        assert_eq!(told(&keyed().await.json(&json!({})).send().await), "422 fields", "a refusal is not remembered");
        keyed().await.json(&order).send().await.expect(201);
        assert_eq!(told(&keyed().await.raw("application/json", bad).send().await), "422 key_reused");
        assert_eq!(told(&keyed().await.json(&json!({})).send().await), "422 key_reused");
    })
    .await;
}

#[actix_web::test]
async fn whether_a_thing_exists_comes_before_what_is_wrong_with_the_question() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("先问有无")).await;
        for path in ["/whistles/{}", "/whistles/{}/timeline"] {
            for query in ["?limit=0", "?zz=1", "?cursor=zz"] {
                let path = |code: &str| format!("{}{query}", path.replace("{}", code));
                assert_eq!(t.fire().get(&path("WH-2026-9999")).await.status, 404, "{}", path("…"));
                assert_eq!(t.fire().get(&path(&code)).await.status, 400, "{}", path("…"));
                assert_eq!(t.person("liaison.sc").get(&path(&code)).await.status, 404, "{}", path("…"));
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn a_key_is_remembered_only_for_success() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("只记成功")).await;
        let order = accept_order(&["XF"], "normal");
        let ask = || async { t.office().deed(&code, "accept").await.key("key-later-01") };
        for (version, body, status) in [(9, &order, 412), (1, &json!({}), 422), (1, &order, 200), (1, &order, 200)] {
            let reply: Reply = ask().await.version(version).json(body).send().await;
            assert_eq!(reply.status, status, "{}", reply.text());
        }
        assert_eq!(events_of(t, &code, "whistle.accepted").await, 1);
    })
    .await;
}

async fn events_of(t: &Town, code: &str, kind: &str) -> usize {
    let events: Vec<Value> = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
    events.iter().filter(|event| event["kind"] == kind).count()
}
