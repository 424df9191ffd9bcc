//! The desk and the deadlines: each role's own work, the soonest first. Two worlds are compared here as well: nothing is
//! told of what its reader may not see (I4).

use crate::town::{Town, blow_order, town};
use serde_json::json;

async fn text(t: &Town, username: &str, path: &str) -> String {
    t.signed_in(username).await.get(path).await.expect(200).text()
}

#[actix_web::test]
async fn a_desk_counts_and_lists_what_needs_its_reader() {
    town(async |t| {
        let first = t.fire().blows(&blow_order("后门上锁")).await;
        let second = t.fire().blows(&blow_order("前门上锁")).await;
        t.settle().await;
        t.office().summons(&first, &["XF"], "urgent").await;
        t.settle().await;
        let desk = text(t, "office", "/console").await;
        assert!(desk.contains("<span>待受理</span><b>1</b>") && desk.contains("前门上锁"), "{desk}");
        assert!(!desk.contains("后门上锁"), "whose move it is not");
        let desk = text(t, "liaison.xf", "/console").await;
        assert!(desk.contains("<span>待报到</span><b>1</b>") && desk.contains(&format!("{first}-XF")), "{desk}");
        assert!(!desk.contains(&second));
        t.advance(8 * 60).await;
        let desk = text(t, "office", "/console").await;
        assert!(desk.contains("<span>超时</span><b>1</b>"), "{desk}");
        assert!(text(t, "supervisor", "/console").await.contains(&second));
    })
    .await;
}

#[actix_web::test]
async fn i4_no_desk_and_no_deadline_tells_of_what_its_reader_may_not_see() {
    let mut pages = Vec::new();
    for secret in [false, true] {
        town(async |t| {
            t.fire().blows(&blow_order("后门上锁")).await;
            if secret {
                let code = t.emergency().blows(&json!({ "category": "fire", "what": "别人的", "place": "别处" })).await;
                t.settle().await;
                t.office().summons(&code, &["YJ", "SH"], "emergency").await;
            }
            t.settle().await;
            t.advance(6 * 60).await;
            let mut seen = Vec::new();
            for username in ["liaison.xf", "inspector.xf", "town.t01", "expert.1", "admin"] {
                let browser = t.signed_in(username).await;
                for path in ["/console", "/console/deadlines"] {
                    let page = browser.get(path).await.expect(200).text();
                    // The token of the session differs between any two.
                    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
                    seen.push(page.replace(csrf, "token"));
                }
                browser.get("/console/disputes").await.expect(403);
            }
            pages.push(seen);
        })
        .await;
    }
    assert!(pages[0] == pages[1], "the pages differ with what is hidden");
}

#[actix_web::test]
async fn deadlines_stand_in_lanes_by_the_time_left() {
    town(async |t| {
        let mut order = blow_order("很急");
        order["urgency"] = json!("urgent");
        t.fire().blows(&order).await;
        t.fire().blows(&blow_order("不急")).await;
        t.settle().await;
        let lanes = async || {
            let page = text(t, "office", "/console/deadlines").await;
            ["late", "soon", "today", "week"].map(|lane| {
                let part = page.split(&format!("id=\"{lane}\"")).nth(1).unwrap_or_default();
                part.split("</section>").next().unwrap_or_default().matches("<li class=\"due").count()
            })
        };
        assert_eq!(lanes().await, [0, 1, 1, 0]);
        t.advance(60).await;
        assert_eq!(lanes().await, [1, 0, 1, 0]);
    })
    .await;
}
