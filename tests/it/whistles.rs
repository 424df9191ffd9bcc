//! The main job over REST: a liaison blows, the office triages and summons, departments report in and deliver, the
//! office closes, letters go out; and the by-ways of the same deeds: return and complete, decline, send back.

use crate::town::{Town, accept_order, blow_order, town};
use serde_json::{Value, json};

/// An order with a firm, a protected source and somebody to phone.
fn full_order(t: &Town) -> Value {
    ["线人甲先生", "13900007777"].iter().for_each(|secret| t.hush(secret));
    json!({
        "category": "dust_explosion", "what": "集尘器三个月没有清灰，打磨工位旁堆着铝粉。", "enterprise": "E01",
        "urgency": "urgent", "needed_departments": ["XF", "SH"], "severity_claimed": "major",
        "contact": { "name": "线人甲先生", "phone": "13900007777" }, "protected_source": true,
    })
}

#[actix_web::test]
async fn a_whistle_that_was_blown_is_answered_with_its_list_item() {
    town(async |t| {
        let reply = t.emergency().tries_to_blow(&full_order(t)).await.expect(201);
        assert_eq!(reply.header("location"), Some("/api/v1/whistles/WH-2026-0001"));
        assert_eq!(reply.header("etag"), Some("\"1\""));
        assert_eq!(t.emergency().sees("/whistles").await["items"], json!([reply.json()]));
        insta::assert_json_snapshot!(reply.json(), @r#"
            {
              "blower": {
                "department": "YJ"
              },
              "blown_at": "2026-12-01T09:00:00+08:00",
              "category": "dust_explosion",
              "code": "WH-2026-0001",
              "due_at": "2026-12-01T09:30:00+08:00",
              "enterprise": {
                "code": "E01",
                "name": "明川鹤澄铝制品抛光厂"
              },
              "overdue": false,
              "severity": "general",
              "status": "submitted",
              "title": "集尘器三个月没有清灰，打磨工位旁堆着铝粉。",
              "town": "T06",
              "urgency": "urgent",
              "version": 1
            }
        "#);
    })
    .await;
}

/// Both departments report in and deliver, the office takes what they deliver.
async fn delivers(t: &Town, code: &str) {
    let (lead, support) = ("WH-2026-0001-YJ", "WH-2026-0001-XF");
    assert_eq!(t.emergency().does(lead, "acknowledge", json!({})).await["status"], "acknowledged");
    t.person("inspector.yj").reports_in(lead).await;
    assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "dispatched", "one is not all");
    t.fire().reports_in(support).await;
    assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "handling");
    t.person("inspector.yj").does(lead, "start", json!({})).await;
    for (who, summons, result) in [(t.emergency(), lead, "已责令停产清灰"), (t.fire(), support, "已查消防设施")]
    {
        t.hush(result);
        assert_eq!(who.does(summons, "submit", json!({ "result": result })).await["status"], "submitted");
        assert_eq!(t.office().does(summons, "accept", json!({})).await["status"], "done");
    }
    assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "awaiting_closure");
}

#[actix_web::test]
async fn a_whistle_goes_from_blow_to_closure_and_everybody_concerned_is_written_to() {
    town(async |t| {
        let code = t.emergency().blows(&full_order(t)).await;
        let code = code.as_str();
        t.settle().await;
        let accepted = json!({
            "severity": "general", "urgency": "urgent", "lead": "YJ", "supports": ["XF"], "route": "coordinated",
            "dispatch": false,
        });
        assert_eq!(t.office().does(code, "accept", accepted).await["status"], "accepted");
        let summonses = json!({ "summonses": [
            { "department": "YJ", "role": "lead", "task": "查除尘系统" }, { "department": "XF", "role": "support" },
        ] });
        t.hush("查除尘系统");
        let whistle = t.office().does(code, "dispatch", summonses).await;
        assert_eq!((&whistle["status"], &whistle["version"]), (&json!("dispatched"), &json!(3)));
        delivers(t, code).await;
        t.hush("复查合格，可以办结");
        let close = json!({ "kind": "fixed", "conclusion": "复查合格，可以办结" });
        let closed = t.office().does(code, "close", close).await;
        assert_eq!((&closed["status"], &closed["obligations"]), (&json!("closed"), &json!([])));
        t.settle().await;
        insta::assert_snapshot!(t.letters_told().join("\n"), @r"
            summons_new → head.xf@yunhu.example
            summons_new → head.yj@yunhu.example
            summons_new → liaison.xf@yunhu.example
            summons_new → liaison.yj@yunhu.example
            whistle_closed → liaison.yj@yunhu.example
            whistle_new → office.2@yunhu.example
        ");
        insta::assert_snapshot!(t.office().kinds(code).await.join("\n"), @r"
            whistle.blown
            whistle.routed
            whistle.accepted
            whistle.dispatched
            summons.issued
            summons.issued
            summons.acknowledged
            summons.reported_in
            summons.reported_in
            whistle.handling
            summons.started
            summons.submitted
            summons.accepted
            summons.submitted
            summons.accepted
            whistle.awaiting_closure
            whistle.closed
        ");
    })
    .await;
}

#[actix_web::test]
async fn a_timeline_tells_who_did_what_and_names_nobody_where_the_source_is_protected() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("楼道堆放电动车电池")).await;
        t.settle().await;
        t.office().summons(&code, &["XF"], "normal").await;
        let mut events = t.fire().sees(&format!("/whistles/{code}/timeline")).await;
        assert_eq!(events["next_cursor"], Value::Null);
        assert_eq!(events["items"][0]["actor"], json!({ "name": "奚玉砾", "department": "XF" }));
        assert_eq!(events["items"][1]["actor"], json!({ "name": null, "department": null }), "the hub itself");
        events["items"][0]["seq"] = json!("…");
        insta::assert_json_snapshot!(events["items"][0].take(), @r#"
            {
              "actor": {
                "department": "XF",
                "name": "奚玉砾"
              },
              "at": "2026-12-01T09:00:00+08:00",
              "data": {
                "category": "fire",
                "department": "XF",
                "urgency": "normal",
                "version": 1
              },
              "kind": "whistle.blown",
              "seq": "…"
            }
        "#);
        let mut order = blow_order("有人举报仓库夜间作业");
        order["protected_source"] = json!(true);
        let protected = t.fire().blows(&order).await;
        let events = t.fire().sees(&format!("/whistles/{protected}/timeline")).await;
        assert_eq!(events["items"][0]["actor"], json!({ "name": null, "department": "XF" }));
    })
    .await;
}

#[actix_web::test]
async fn a_returned_whistle_is_completed_by_its_blower_and_triaged_anew() {
    town(async |t| {
        let code = t
            .person("town.t06")
            .blows(&json!({
                "category": "gas", "what": "气瓶间没有报警器", "place": "镇东市场",
            }))
            .await;
        let returned = t.office().does(&code, "return", json!({ "missing": ["enterprise", "contact"] })).await;
        assert_eq!(returned["missing"], json!(["enterprise", "contact"]));
        assert_eq!(returned["obligations"][0]["owner"], json!({ "role": "town_officer", "department": "T06" }));
        t.office().tries(&code, "accept", &accept_order(&["ZJ"], "normal")).await.expect(409);
        let completed = t.person("town.t06").does(&code, "complete", json!({ "enterprise": "E02" })).await;
        assert_eq!((&completed["status"], &completed["missing"]), (&json!("submitted"), &json!([])));
        assert_eq!(completed["enterprise"]["code"], "E02");
        assert_eq!(completed["what"], "气瓶间没有报警器", "what was not said anew stays");
        t.settle().await;
        assert!(t.letters_told().contains(&"whistle_returned → town.t06@yunhu.example".to_owned()));
        assert_eq!(t.letters_told().iter().filter(|one| one.starts_with("whistle_new")).count(), 2);
    })
    .await;
}

#[actix_web::test]
async fn a_declined_whistle_ends_with_its_ground_and_a_letter() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("邻居装修噪声")).await;
        let declined = t.office().does(&code, "decline", json!({ "ground": "not_safety", "note": "转城管热线" })).await;
        t.hush("转城管热线");
        assert_eq!((&declined["status"], &declined["allowed_deeds"]), (&json!("declined"), &json!([])));
        t.settle().await;
        let letters = t.letters();
        let letter = letters.iter().find(|one| one.to == "liaison.xf@yunhu.example").unwrap();
        assert!(letter.text.contains("理由") && letter.text.contains(&code), "{}", letter.text);
    })
    .await;
}

#[actix_web::test]
async fn what_is_sent_back_returns_to_work_with_a_fresh_limit() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("疏散通道被锁")).await;
        let summons = t.office().summons(&code, &["XF"], "normal").await.remove(0);
        t.fire().reports_in(&summons).await;
        let first = t.fire().sees(&format!("/summonses/{summons}")).await["due_at"].clone();
        t.fire().does(&summons, "submit", json!({ "result": "已拆锁一处" })).await;
        t.advance(24 * 60).await;
        let back = t.office().does(&summons, "send_back", json!({ "lacks": "缺东侧通道照片" })).await;
        ["已拆锁一处", "缺东侧通道照片"].iter().for_each(|text| t.hush(text));
        assert_eq!((&back["status"], back["due_at"] == first), (&json!("working"), false));
        t.fire().does(&summons, "submit", json!({ "result": "两侧均已拆锁" })).await;
        t.office().does(&summons, "accept", json!({})).await;
        let whistle = t.office().does(&code, "send_back", json!({ "lacks": "请再查夜间" })).await;
        assert_eq!((&whistle["status"], &whistle["summonses"][0]["status"]), (&json!("handling"), &json!("working")));
        t.fire().does(&summons, "submit", json!({ "result": "夜间已查" })).await;
        t.office().does(&summons, "accept", json!({})).await;
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "awaiting_closure");
    })
    .await;
}

#[actix_web::test]
async fn the_office_blows_for_whoever_phones_and_for_nobody_else() {
    town(async |t| {
        let mut order = blow_order("热线来电：地下室漏电");
        t.office().tries_to_blow(&order).await.expect(422);
        for (unit, post) in [("XF", "liaison.xf"), ("T01", "town.t01"), ("SQ01", "squad.sq01")] {
            order["on_behalf_of"] = json!(unit);
            let code = t.office().blows(&order).await;
            assert_eq!(t.person(post).sees(&format!("/whistles/{code}")).await["blower"]["department"], unit);
            t.office().does(&code, "return", json!({ "missing": ["contact"] })).await;
            t.settle().await;
            assert!(t.letters_told().contains(&format!("whistle_returned → {post}@yunhu.example")), "{unit}");
        }
        order["on_behalf_of"] = json!("AWB");
        t.office().blows(&order).await;
        order["on_behalf_of"] = json!("JW");
        assert_eq!(t.office().tries_to_blow(&order).await.expect(422).faults(), ["/on_behalf_of no_such"]);
        order["on_behalf_of"] = json!("YJ");
        assert_eq!(t.fire().tries_to_blow(&order).await.expect(422).faults(), ["/on_behalf_of not_allowed"]);
    })
    .await;
}

#[actix_web::test]
async fn on_the_emergency_route_the_first_report_in_is_enough_and_the_director_closes() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("储罐泄漏，现场有人晕倒")).await;
        let mut order = accept_order(&["XF", "YJ"], "emergency");
        order["route"] = json!("emergency");
        t.office().does(&code, "accept", order).await;
        t.fire().reports_in(&format!("{code}-XF")).await;
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "handling");
        t.emergency().reports_in(&format!("{code}-YJ")).await;
        for (who, unit) in [(t.fire(), "XF"), (t.emergency(), "YJ")] {
            who.does(&format!("{code}-{unit}"), "submit", json!({ "result": "已处置" })).await;
            t.office().does(&format!("{code}-{unit}"), "accept", json!({})).await;
        }
        let close = json!({ "kind": "on_site", "conclusion": "现场已排除" });
        t.office().tries(&code, "close", &close).await.expect(403);
        t.director().does(&code, "close", close).await;
    })
    .await;
}
