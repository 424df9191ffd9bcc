//! T37: words that may be seen by whoever has the right and by nobody else are said in every place where words can be
//! said, well and badly; then they must be in no log line, no figure and no problem.

use crate::town::{PASSWORD, Town, accept_order, town};
use serde_json::{Value, json};

/// Said somewhere in this story; each is unlike anything else in the process.
const CANARIES: &[&str] = &[
    "金丝雀正文",
    "金丝雀标题",
    "金丝雀地点",
    "金丝雀条款",
    "金丝雀姓名",
    "13955550001",
    "金丝雀任务",
    "金丝雀结果",
    "金丝雀缺项",
    "金丝雀结论",
    "金丝雀备注",
    "canary-password-1",
    "canary.user",
    "canary-token",
    "canary-field",
    "canary-query",
    "canary-path",
    "canary-agent",
    "canary-key-1",
    "canary-cookie",
    "canary-tag",
];

/// Says every canary where it belongs, over the whole main path.
async fn well(t: &Town) -> String {
    let order = json!({
        "category": "fire", "what": "金丝雀正文", "title": "金丝雀标题", "place": "金丝雀地点", "clause": "金丝雀条款",
        "contact": { "name": "金丝雀姓名", "phone": "13955550001" },
    });
    let reply = t.fire().ask("POST", "/whistles").await.key("canary-key-1").json(&order).send().await.expect(201);
    assert!(!reply.text().contains("13955550001"), "the item shows the informer");
    let code = reply.json()["code"].as_str().unwrap().to_owned();
    let mut accept = accept_order(&["XF"], "urgent");
    (accept["severity"], accept["clause"], accept["dispatch"]) = (json!("major"), json!("金丝雀条款"), json!(false));
    t.office().does(&code, "accept", accept).await;
    let summons = json!({ "department": "XF", "role": "lead", "task": "金丝雀任务" });
    t.office().does(&code, "dispatch", json!({ "summonses": [summons] })).await;
    let summons = format!("{code}-XF");
    let officers = json!([t.fire().id().await]);
    t.fire().does(&summons, "report_in", json!({ "officers": officers, "mode": "site", "note": "金丝雀备注" })).await;
    t.fire().does(&summons, "submit", json!({ "result": "金丝雀结果" })).await;
    t.office().does(&summons, "send_back", json!({ "lacks": "金丝雀缺项" })).await;
    t.fire().does(&summons, "submit", json!({ "result": "金丝雀结果" })).await;
    t.office().does(&summons, "accept", json!({})).await;
    t.director().does(&code, "close", json!({ "kind": "fixed", "conclusion": "金丝雀结论" })).await;
    code
}

/// Says them where they do not belong. Every answer is a refusal.
async fn badly(t: &Town, code: &str) -> Vec<(String, String)> {
    let blow = async || t.fire().ask("POST", "/whistles").await.key("canary-key-1");
    let deed = async |deed: &str| t.office().deed(code, deed).await;
    let asks = vec![
        blow().await.json(&json!({ "category": "金丝雀正文", "what": "金丝雀正文", "place": "金丝雀地点" })),
        blow().await.json(&json!({ "category": "fire", "what": 7, "place": "金丝雀地点\u{0}" })),
        blow().await.raw("application/json", "{\"what\":\"金丝雀正文".as_bytes().to_vec()),
        blow().await.raw("text/canary-field", "金丝雀正文".as_bytes().to_vec()),
        blow().await.header("Content-Encoding", "canary-field").json(&json!({})),
        deed("accept").await.header("If-Match", "\"canary-tag\"").json(&accept_order(&["XF"], "normal")),
        deed("close").await.version(1).json(&json!({ "kind": "fixed", "conclusion": "金丝雀结论" })),
        deed("canary-path").await.version(1).json(&json!({ "x": "金丝雀正文" })),
        t.office().ask("GET", "/whistles?sort=canary-query").await,
        t.office().ask("GET", "/whistles?cursor=canary-query").await,
        t.office().ask("GET", "/whistles/canary-path").await.header("User-Agent", "canary-agent"),
        t.ask("GET", "/canary-path?q=canary-query"),
        t.ask("GET", "/api/v1/me").bearer("canary-token"),
        t.ask("GET", "/api/v1/me").header("Cookie", "wh=canary-cookie").bearer("canary-token"),
        t.ask("GET", "/healthz").header("Upgrade", "canary-field"),
        t.ask("POST", "/api/v1/sessions").json(&json!({ "username": "canary.user", "password": "canary-password-1" })),
        t.ask("POST", "/api/v1/sessions").json(&json!({ "username": "canary-password-1", "password": 7 })),
        t.ask("CANARY-FIELD", "/healthz"),
    ];
    let mut answers = Vec::new();
    for ask in asks {
        let reply = ask.send().await;
        assert!(reply.status >= 400, "{}: {}", reply.status, reply.text());
        answers.push((format!("{} {}", reply.status, reply.problem()), reply.text() + &format!("{:?}", reply.headers)));
    }
    answers
}

#[actix_web::test]
async fn t37_canaries_appear_nowhere() {
    town(async |t| {
        CANARIES.iter().for_each(|canary| t.hush(canary));
        let code = well(t).await;
        for (which, answer) in badly(t, &code).await {
            for canary in CANARIES {
                assert!(!answer.contains(canary), "{which} repeats {canary}: {answer}");
            }
        }
        t.advance(60).await;
        let figures = t.ask("GET", "/metrics").send().await.expect(200).text();
        let log = t.log();
        assert!(log.contains("answered"), "nothing was logged at all");
        for canary in CANARIES.iter().chain([&PASSWORD, &"奚玉砾", &"茅沁源", &"戚怀杉"]) {
            assert!(!figures.contains(canary), "a figure holds {canary}");
            assert!(!log.contains(canary), "the log holds {canary}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t37_an_unknown_field_is_named_to_its_sender_and_to_nobody_else() {
    town(async |t| {
        t.hush("canary-unknown");
        let reply = t
            .fire()
            .tries_to_blow(&json!({ "category": "fire", "what": "甲", "place": "乙", "canary-unknown": 1 }))
            .await;
        assert_eq!(reply.expect(422).faults(), ["/canary-unknown unknown"]);
        assert!(!t.log().contains("canary-unknown"));
    })
    .await;
}

#[actix_web::test]
async fn t29_the_informer_is_in_no_answer_to_anybody() {
    town(async |t| {
        let secrets = ["告密者丁", "13955550002"];
        secrets.iter().for_each(|secret| t.hush(secret));
        let order = json!({
            "category": "fire", "what": "有人举报", "place": "某地", "protected_source": true, "source": "informant",
            "contact": { "name": secrets[0], "phone": secrets[1] },
        });
        let reply = t.fire().ask("POST", "/whistles").await.key("key-inform-1").json(&order).send().await.expect(201);
        let code = reply.json()["code"].as_str().unwrap().to_owned();
        let mut answers = vec![reply.text()];
        t.office().summons(&code, &["YJ"], "urgent").await;
        for who in ["office", "director", "liaison.xf", "liaison.yj", "inspector.yj", "supervisor"] {
            for path in [format!("/whistles/{code}"), format!("/whistles/{code}/timeline"), "/whistles".to_owned()] {
                answers.push(t.person(who).get(&path).await.expect(200).text());
            }
            let found: Vec<Value> = t.person(who).walks("/whistles?q=13955550002", 50).await;
            assert!(found.is_empty(), "{who} finds the informer's phone");
        }
        for secret in secrets {
            assert!(answers.iter().all(|answer| !answer.contains(secret)), "{secret}");
        }
    })
    .await;
}
