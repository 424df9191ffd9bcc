//! Who may see and do what (DOMAIN §5): every role at every deed, what a state allows, and that a thing out of sight
//! answers like a thing that is not there, in every list, count and search.

use crate::town::{EVERYBODY, Person, Town, accept_order, blow_order, town};
use serde_json::{Value, json};
use whistle_hub::domain::deeds::{SummonsDeed, WhistleDeed};

/// XF has blown about a firm in T06, YJ is summoned.
async fn story(t: &Town) -> (String, String) {
    let order = json!({ "category": "dust_explosion", "what": "权限表", "enterprise": "E01" });
    let code = t.fire().blows(&order).await;
    let summons = t.office().summons(&code, &["YJ"], "normal").await.remove(0);
    (code, summons)
}

#[actix_web::test]
async fn blowing_belongs_to_those_who_see_hazards_and_to_nobody_else() {
    town(async |t| {
        for who in EVERYBODY {
            let mut order = blow_order("谁能吹");
            if matches!(*who, "office" | "director") {
                order["on_behalf_of"] = json!("AWB");
            }
            let reads_only = ["inspector", "legal", "expert", "supervisor", "admin"];
            let may = !reads_only.iter().any(|role| who.starts_with(role));
            let reply = t.person(who).tries_to_blow(&order).await;
            assert_eq!(reply.status, if may { 201 } else { 403 }, "{who}: {}", reply.text());
            let me = t.person(who).sees("/me").await;
            let told = me["permissions"].as_array().unwrap().contains(&json!("whistle.blow"));
            assert_eq!(told, may, "{who} is told otherwise");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_towns_summons_is_its_town_officers_in_all_three_parts() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("派给属地")).await;
        let summons = t.office().summons(&code, &["T01"], "normal").await.remove(0);
        assert_eq!(summons, format!("{code}-T01"));
        let town = t.person("town.t01");
        town.does(&summons, "acknowledge", json!({})).await;
        let officers = json!([town.id().await, t.person("squad.sq01").id().await]);
        town.does(&summons, "report_in", json!({ "officers": officers, "mode": "site" })).await;
        town.does(&summons, "start", json!({})).await;
        town.does(&summons, "submit", json!({ "result": "已巡查" })).await;
        let stranger = json!({ "officers": [t.emergency().id().await], "mode": "site" });
        assert_eq!(town.tries(&summons, "report_in", &stranger).await.expect(422).faults(), ["/officers/0 no_such"]);
        t.person("town.t02").deed(&summons, "submit").await.send().await.expect(404);
    })
    .await;
}

/// A sound order for a deed, so that only the state can refuse it.
async fn order_for(t: &Town, deed: &str, summons: &str) -> Value {
    match deed {
        "accept" if summons.is_empty() => accept_order(&["YJ"], "normal"),
        "dispatch" => json!({ "summonses": [{ "department": "YJ", "role": "lead" }] }),
        "return" => json!({ "missing": ["title"] }),
        "decline" => json!({ "ground": "not_safety" }),
        "send_back" => json!({ "lacks": "缺" }),
        "close" => json!({ "kind": "fixed", "conclusion": "好" }),
        "report_in" => json!({ "officers": [t.person("inspector.yj").id().await], "mode": "site" }),
        "submit" => json!({ "result": "毕" }),
        "merge" => json!({ "into": "WH-2026-0001" }),
        "withdraw" | "appeal" | "contest" | "refuse_extension" => json!({ "reason": "理由" }),
        "add_summons" => json!({ "department": "SC", "role": "support" }),
        "raise_urgency" => json!({ "urgency": "emergency" }),
        "reopen" => json!({ "ground": "relapse" }),
        "ask_extension" => json!({ "until": "2026-12-31T10:00:00+08:00", "reason": "缺件" }),
        _ => json!({}),
    }
}

/// Every deed that is not among `allowed_deeds` is refused with 409 and the very same list, and changes nothing.
async fn only_what_is_allowed(t: &Town, who: Person<'_>, code: &str, all: &[&str]) {
    let noun = if code.matches('-').count() > 2 { "summonses" } else { "whistles" };
    let seen = who.get(&format!("/{noun}/{code}")).await.expect(200);
    let (version, seen) = (seen.version(), seen.json());
    let before = t.db_events().await;
    let summons = if noun == "summonses" { code } else { "" };
    for deed in all {
        // A comment moves nothing and is possible in every state.
        if *deed == "comments" || seen["allowed_deeds"].as_array().unwrap().contains(&json!(deed)) {
            continue;
        }
        let order = order_for(t, deed, summons).await;
        let reply = who.deed(code, deed).await.version(version).json(&order).send().await;
        if reply.status == 403 {
            continue;
        }
        assert_eq!(reply.status, 409, "{deed} on {}: {}", seen["status"], reply.text());
        let told = reply.json();
        assert_eq!((&told["current_status"], &told["allowed_deeds"]), (&seen["status"], &seen["allowed_deeds"]));
    }
    assert_eq!(t.db_events().await, before);
}

#[actix_web::test]
async fn what_a_state_does_not_allow_is_refused_with_the_list_of_what_it_does() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("状态表")).await;
        let summons = format!("{code}-YJ");
        let (office, yj) = (t.office(), t.emergency());
        let check = async |with_summons: bool| {
            only_what_is_allowed(t, t.office(), &code, WhistleDeed::WORDS).await;
            only_what_is_allowed(t, t.fire(), &code, WhistleDeed::WORDS).await;
            if with_summons {
                only_what_is_allowed(t, t.office(), &summons, SummonsDeed::WORDS).await;
                only_what_is_allowed(t, t.emergency(), &summons, SummonsDeed::WORDS).await;
            }
        };
        check(false).await;
        office.does(&code, "return", json!({ "missing": ["title"] })).await;
        check(false).await;
        t.fire().does(&code, "complete", json!({ "title": "补上题目" })).await;
        let mut accept = accept_order(&["YJ"], "normal");
        accept["dispatch"] = json!(false);
        office.does(&code, "accept", accept).await;
        check(false).await;
        office.does(&code, "dispatch", order_for(t, "dispatch", "").await).await;
        check(true).await;
        for (who, deed) in [(yj, "acknowledge"), (yj, "report_in"), (yj, "start"), (yj, "submit"), (office, "accept")] {
            who.does(&summons, deed, order_for(t, deed, &summons).await).await;
            check(true).await;
        }
        office.does(&code, "close", order_for(t, "close", "").await).await;
        check(true).await;
    })
    .await;
}

/// `state: who may what; …` of a whistle or summons, for everybody who may anything.
async fn told(t: &Town, path: &str) -> String {
    let state = t.office().sees(path).await["status"].as_str().unwrap().to_owned();
    let mut line = format!("{state}:");
    for who in ["office", "director", "liaison.xf", "head.xf", "liaison.yj", "head.yj", "inspector.yj", "supervisor"] {
        let seen = t.person(who).get(path).await;
        let allowed = if seen.status == 200 { seen.json()["allowed_deeds"].clone() } else { json!([]) };
        let words: Vec<&str> = allowed.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        if !words.is_empty() {
            line.push_str(&format!(" {who} {};", words.join(" ")));
        }
    }
    line
}

#[actix_web::test]
async fn what_everybody_may_do_in_each_state() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("各人可办")).await;
        let (whistle, summons) = (format!("/whistles/{code}"), format!("/summonses/{code}-YJ"));
        let mut lines = vec![told(t, &whistle).await];
        t.office().does(&code, "return", json!({ "missing": ["title"] })).await;
        lines.push(told(t, &whistle).await);
        t.fire().does(&code, "complete", json!({ "title": "题" })).await;
        let mut accept = accept_order(&["YJ"], "normal");
        (accept["dispatch"], accept["severity"], accept["clause"]) = (json!(false), json!("major"), json!("第一条"));
        t.office().does(&code, "accept", accept).await;
        lines.push(told(t, &whistle).await);
        t.office().does(&code, "dispatch", order_for(t, "dispatch", "").await).await;
        lines.extend([told(t, &whistle).await, told(t, &summons).await]);
        for deed in ["acknowledge", "report_in", "start", "submit"] {
            let order = order_for(t, deed, "x").await;
            t.emergency().does(&format!("{code}-YJ"), deed, order).await;
            lines.push(told(t, &summons).await);
        }
        lines.push(told(t, &whistle).await);
        t.office().does(&format!("{code}-YJ"), "accept", json!({})).await;
        lines.extend([told(t, &summons).await, told(t, &whistle).await]);
        t.director().does(&code, "close", json!({ "kind": "fixed", "conclusion": "好" })).await;
        lines.push(told(t, &whistle).await);
        insta::assert_snapshot!(lines.join("\n"), @r"
            submitted: office accept return decline merge raise_urgency; director accept return decline merge raise_urgency lower_urgency; liaison.xf withdraw; head.xf withdraw;
            returned: office raise_urgency; director raise_urgency lower_urgency; liaison.xf complete withdraw; head.xf complete withdraw;
            accepted: office dispatch merge raise_urgency; director dispatch merge raise_urgency lower_urgency;
            dispatched: office add_summons raise_urgency; director add_summons change_lead raise_urgency lower_urgency; liaison.yj raise_urgency; head.yj raise_urgency;
            issued: liaison.yj acknowledge report_in ask_extension; head.yj acknowledge report_in dispute delegate ask_extension; inspector.yj report_in;
            acknowledged: liaison.yj report_in ask_extension; head.yj report_in dispute delegate ask_extension; inspector.yj report_in;
            reported_in: liaison.yj start submit ask_extension; head.yj start submit delegate ask_extension; inspector.yj start;
            working: liaison.yj submit ask_extension; head.yj submit delegate ask_extension;
            submitted: office accept send_back; director accept send_back; head.yj delegate;
            handling: office add_summons raise_urgency; director add_summons change_lead raise_urgency lower_urgency suspend; liaison.yj raise_urgency; head.yj raise_urgency;
            done:
            awaiting_closure: office raise_urgency send_back; director raise_urgency lower_urgency send_back close; liaison.yj raise_urgency; head.yj raise_urgency;
            closed: office reopen; director reopen; liaison.xf contest; head.xf contest;
        ");
    })
    .await;
}

#[actix_web::test]
async fn t17_what_may_not_be_seen_answers_byte_for_byte_like_what_is_not_there() {
    town(async |t| {
        let (code, summons) = story(t).await;
        for who in ["liaison.sc", "town.t01", "expert.1", "admin", "inspector.xf"] {
            let who = t.person(who);
            let pairs = [(code.as_str(), "WH-2026-9999"), (summons.as_str(), "WH-2026-9999-YJ")];
            for (there, not_there) in pairs {
                let noun = if there.matches('-').count() > 2 { "summonses" } else { "whistles" };
                let get = async |code: &str| who.get(&format!("/{noun}/{code}")).await.expect(404).sameness();
                assert_eq!(get(there).await, get(not_there).await);
                let words = if noun == "whistles" { WhistleDeed::WORDS } else { SummonsDeed::WORDS };
                for deed in words {
                    let post = async |code: &str| {
                        let ask = who.deed(code, deed).await.version(1).key("key-same-01").json(&json!({ "x": 1 }));
                        ask.english().send().await.expect(404).sameness()
                    };
                    assert_eq!(post(there).await, post(not_there).await, "{deed}");
                }
            }
            let get = async |code: &str| who.get(&format!("/whistles/{code}/timeline?limit=x")).await.sameness();
            assert_eq!(get(&code).await, get("WH-2026-9999").await);
        }
        for odd in ["WH-2026-0001-ZZ", "wh-2026-0001", "WH-2026-1", "%00", "..%2f..", "WH-2026-0001%20", "x%27--"] {
            assert_eq!(t.office().get(&format!("/whistles/{odd}")).await.status, 404, "{odd}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t18_a_lost_race_tells_of_the_addressed_thing_only() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("别家的事")).await;
        t.office().summons(&code, &["YJ", "SC"], "normal").await;
        let (mine, other) = (format!("{code}-YJ"), format!("{code}-SC"));
        t.person("liaison.sc").reports_in(&other).await;
        t.person("head.yj").does(&mine, "acknowledge", json!({})).await;
        let stale = t.emergency().deed(&mine, "acknowledge").await.version(1).send().await.expect(412).json();
        let kinds: Vec<&Value> = stale["changes"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["summons.acknowledged"]);
        assert!(!stale.to_string().contains("茅沁源"), "a name where a department suffices");
    })
    .await;
}
