//! A whistle beside the visit that looks into it, over REST: what bars its closure, what runs on while it is paused, and whose
//! limit it shows. The tables of what follows from what are `domain::tests`' to try.

use crate::town::{Town, town};
use crate::visits::{entered, finding, handled, plan, result};
use serde_json::json;

/// Every department delivers, and the office takes it.
async fn deliver(t: &Town, whistle: &str) {
    for unit in ["YJ", "XF", "SH"] {
        let summons = format!("{whistle}-{unit}");
        let liaison = format!("liaison.{}", unit.to_lowercase());
        t.person(&liaison).does(&summons, "submit", json!({ "result": "已查" })).await;
        t.office().does(&summons, "accept", json!({})).await;
    }
}

/// What the whistle itself owes, and until when.
async fn owes(t: &Town, whistle: &str) -> String {
    let seen = t.office().sees(&format!("/whistles/{whistle}")).await;
    let own = seen["obligations"].as_array().unwrap().iter().find(|one| one["what"] == "rectification");
    own.map_or_else(|| "nothing".to_owned(), |one| one["due_at"].as_str().unwrap()[5..16].to_owned())
}

#[actix_web::test]
async fn a_whistle_is_not_closed_while_a_visit_of_it_is_planned() {
    town(async |t| {
        let whistle = handled(t).await;
        deliver(t, &whistle).await;
        assert_eq!(t.status(&whistle).await, "awaiting_closure");
        let visit = t.office().plans(&plan(t, Some(&whistle)).await).await;
        let close = json!({ "kind": "fixed", "conclusion": "已整改" });
        let barred = t.director().tries(&whistle, "close", &close).await.expect(409);
        assert_eq!(barred.reasons(), [format!("visits_open {whistle}")]);
        let seen = t.director().sees(&format!("/whistles/{whistle}")).await;
        let deeds = seen["allowed_deeds"].as_array().unwrap();
        assert!(!deeds.contains(&json!("close")) && deeds.contains(&json!("send_back")), "{deeds:?}");
        t.director().does(&visit, "cancel", json!({ "reason": "改为书面核查" })).await;
        t.director().does(&whistle, "close", close).await;
    })
    .await;
}

#[actix_web::test]
async fn what_is_found_is_due_with_the_whistle_runs_on_through_a_pause_and_comes_back_before_the_closure() {
    town(async |t| {
        let whistle = handled(t).await;
        let visit = entered(t, Some(&whistle)).await;
        deliver(t, &whistle).await;
        let yj = t.person("inspector.yj");
        let own = json!({ "results": [result(1, "ok"), finding(2, "电气非防爆型"), result(3, "ok")] });
        yj.does(&visit, "record", own).await;
        let own = json!({ "results": [result(4, "ok"), result(5, "ok"), result(6, "ok")] });
        t.person("inspector.xf").does(&visit, "record", own).await;
        t.person("inspector.sh").does(&visit, "record", json!({ "results": [result(7, "ok"), result(8, "ok")] })).await;
        yj.does(&visit, "finish", json!({})).await;
        yj.does(&visit, "sign", json!({})).await;
        let found = format!("{visit}-01");
        yj.does(&found, "order", json!({ "due_at": "2026-12-08T10:00:00+08:00" })).await;
        assert_eq!(owes(t, &whistle).await, "12-08T10:00");
        let suspend = json!({ "ground": "court_pending", "review_on": "2026-12-20" });
        t.director().does(&whistle, "suspend", suspend).await;
        t.until("2026-12-08T10:00:30+08:00").await;
        assert_eq!(t.status(&found).await, "recheck_due", "the firm's limit has run on");
        t.office().does(&whistle, "resume", json!({})).await;
        assert_eq!(
            (t.status(&whistle).await.as_str(), owes(t, &whistle).await.as_str()),
            ("rectifying", "12-19T00:00")
        );
        let kinds = t.office().kinds(&whistle).await;
        assert!(!kinds.contains(&"obligation.moved".to_owned()), "{kinds:?}");
        // Struck off while the whistle is paused: it catches up when it goes on.
        let suspend = json!({ "ground": "court_pending", "review_on": "2026-12-20" });
        t.director().does(&whistle, "suspend", suspend).await;
        let gone = json!({ "kind": "unfounded", "conclusion": "经鉴定为防爆型" });
        t.person("head.yj.2").does(&found, "close", gone).await;
        assert_eq!(t.status(&whistle).await, "suspended");
        t.until("2026-12-20T00:00:30+08:00").await;
        assert_eq!(t.status(&whistle).await, "awaiting_closure");
        t.person("head.yj.2").does(&found, "reopen", json!({ "ground": "relapse" })).await;
        assert_eq!(t.status(&whistle).await, "rectifying");
        let close = json!({ "kind": "fixed", "conclusion": "已整改" });
        t.director().tries(&whistle, "close", &close).await.expect(409);
    })
    .await;
}
