//! Machine tokens from outside: a head makes one for the own unit, it is shown once, and it opens what its scopes and the
//! unit's present rights both allow, never more and never longer (T12).

use crate::town::browser::hidden;
use crate::town::{Place, Reply, Town, blow_order, town};
use crate::trail::auditor;
use serde_json::{Value, json};
use whistle_hub::clock::ManualClock;

const EXPIRES: &str = "2027-02-01T00:00:00+08:00";

fn order(scopes: &[&str]) -> Value {
    json!({ "name": "烟感报警主机", "scopes": scopes, "expires_at": EXPIRES })
}

async fn tries_to_make(t: &Town, who: &str, order: &Value) -> Reply {
    t.person(who).ask("POST", "/tokens").await.json(order).send().await
}

/// A new token: its id and its text.
async fn made(t: &Town, who: &str, scopes: &[&str]) -> (String, String) {
    let made = tries_to_make(t, who, &order(scopes)).await.expect(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

async fn asks(t: &Town, token: &str, method: &str, path: &str) -> Reply {
    let ask = t.ask(method, &format!("/api/v1{path}")).bearer(token).key(&t.fresh_key()).version(1);
    if method == "POST" { ask.json(&json!({})).send().await } else { ask.send().await }
}

#[actix_web::test]
async fn t12_token_never_exceeds_department() {
    town(async |t| {
        let (_, token) = made(t, "head.xf", &["read", "whistle.blow", "summons.acknowledge"]).await;
        let me = asks(t, &token, "GET", "/me").await.expect(200).json();
        assert_eq!((&me["department"], &me["role"], &me["town"]), (&json!("XF"), &json!("liaison"), &json!(null)));
        assert_eq!(me["permissions"], json!(["whistle.blow", "summons.acknowledge"]));
        let blown = t.ask("POST", "/api/v1/whistles").bearer(&token).key("key-machine-1");
        let blown = blown.json(&blow_order("主机报警")).send().await.expect(201).json();
        assert_eq!(blown["blower"]["department"], "XF");
        let own = blown["code"].as_str().unwrap();
        let foreign = t.emergency().blows(&blow_order("别人的哨")).await;
        let summons = t.office().summons(own, &["XF"], "normal").await.remove(0);
        let theirs = t.office().summons(&foreign, &["YJ"], "normal").await.remove(0);
        let codes: Vec<Value> = asks(t, &token, "GET", "/whistles").await.expect(200).json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].clone())
            .collect();
        assert_eq!(codes, [json!(own)]);
        for (method, path, status) in [
            ("GET", format!("/whistles/{own}"), 200),
            ("GET", format!("/whistles/{own}/timeline"), 200),
            ("GET", format!("/whistles/{foreign}"), 404),
            ("GET", format!("/summonses/{theirs}"), 404),
            ("GET", "/departments".into(), 200),
            ("GET", "/people".into(), 403),
            ("POST", format!("/summonses/{theirs}/acknowledge"), 404),
            ("POST", format!("/summonses/{summons}/report_in"), 403),
            ("POST", format!("/whistles/{own}/accept"), 403),
            ("POST", format!("/whistles/{own}/close"), 403),
            ("POST", format!("/summonses/{summons}/acknowledge"), 200),
            ("GET", "/tokens".into(), 403),
            ("POST", "/tokens".into(), 403),
            ("DELETE", "/tokens/mt_x".into(), 403),
            ("GET", "/sessions".into(), 403),
            ("DELETE", "/sessions".into(), 403),
            ("DELETE", "/sessions/current".into(), 403),
        ] {
            let reply = asks(t, &token, method, &path).await;
            assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        }
        let page = t.ask("GET", "/console").header("Cookie", &format!("wh={token}")).send().await;
        assert_ne!(page.status, 200, "a machine opened a page");
        // Only blowing: it does not even see what it blew.
        let (_, blind) = made(t, "head.xf", &["whistle.blow"]).await;
        let reply = t.ask("POST", "/api/v1/whistles").bearer(&blind).key("key-machine-2");
        reply.json(&blow_order("只吹不看")).send().await.expect(201);
        for path in ["/whistles", &format!("/whistles/{own}"), "/events", "/departments"] {
            asks(t, &blind, "GET", path).await.expect(403);
        }
    })
    .await;
}

#[actix_web::test]
async fn t12_only_heads_and_the_offices_director_make_tokens_for_their_own_unit() {
    town(async |t| {
        for who in ["liaison.xf", "inspector.xf", "office", "supervisor", "admin", "town.t06", "squad.sq06", "expert.1"]
        {
            tries_to_make(t, who, &order(&["read"])).await.expect(403);
            t.person(who).get("/tokens").await.expect(403);
        }
        let (id, token) = made(t, "head.xf", &["read"]).await;
        let (_, offices) = made(t, "director", &["read", "whistle.accept"]).await;
        assert_eq!(asks(t, &offices, "GET", "/me").await.json()["department"], "AWB");
        for scope in ["whistle.accept", "whistle.unseal", "*", "tokens", "whistle"] {
            let refused = tries_to_make(t, "head.xf", &order(&["read", scope])).await.expect(422);
            assert!(refused.faults().iter().any(|fault| fault.starts_with("/scopes/1")), "{scope}: {}", refused.text());
        }
        for (expires, code) in [("2026-12-01T09:00:00+08:00", "in_past"), ("2027-12-01T09:00:01+08:00", "too_late")] {
            let late = json!({ "name": "a", "scopes": ["read"], "expires_at": expires });
            let refused = tries_to_make(t, "head.xf", &late).await.expect(422);
            assert_eq!(refused.faults(), [format!("/expires_at {code}")]);
        }
        t.clock.advance(2);
        asks(t, &token, "GET", "/whistles").await.expect(200);
        let listed = t.person("head.xf").sees("/tokens").await;
        let item = &listed["items"][0];
        assert_eq!(
            (&item["id"], &item["name"], &item["scopes"]),
            (&json!(id), &json!("烟感报警主机"), &json!(["read"]))
        );
        assert_eq!((&item["expires_at"], &item["used_at"]), (&json!(EXPIRES), &json!("2026-12-01T09:02:00+08:00")));
        assert!(item.get("token").is_none() && !listed.to_string().contains(&token[3..20]), "shown again");
        let end = async |who: &str, id: &str| t.person(who).ask("DELETE", &format!("/tokens/{id}")).await.send().await;
        let (hidden, absent) = (end("head.yj", &id).await.expect(404), end("head.yj", "mt_none").await.expect(404));
        assert_eq!(hidden.sameness(), absent.sameness());
        end("head.xf", &id).await.expect(204);
        end("head.xf", &id).await.expect(404);
        asks(t, &token, "GET", "/me").await.expect(401);
        assert_eq!(t.person("head.xf").sees("/tokens").await["items"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn t12_a_token_works_from_its_networks_alone() {
    town(async |t| {
        let mut order = order(&["read"]);
        order["networks"] = json!(["10.3.7.9/16", "192.0.2.4"]);
        let made = tries_to_make(t, "head.xf", &order).await.expect(201).json();
        assert_eq!(made["networks"], json!(["10.3.0.0/16", "192.0.2.4/32"]));
        let token = made["token"].as_str().unwrap();
        let from = async |address: &str| {
            let ask = t.ask("GET", "/api/v1/whistles").bearer(token).header("X-Forwarded-For", address);
            ask.send().await
        };
        let (ended, other) = self::made(t, "head.xf", &["read"]).await;
        t.person("head.xf").ask("DELETE", &format!("/tokens/{ended}")).await.send().await.expect(204);
        let none = t.ask("GET", "/api/v1/whistles").bearer(&other).send().await.expect(401);
        for (address, status) in [("10.3.0.1", 200), ("192.0.2.4", 200), ("192.0.2.5", 401), ("10.4.0.1", 401)] {
            let reply = from(address).await.expect(status);
            assert!(status == 200 || reply.sameness() == none.sameness(), "{address} is told why");
        }
        t.clock.advance(10);
        from("203.0.113.9").await.expect(401);
        let used_at = || async { t.person("head.xf").sees("/tokens").await["items"][0]["used_at"].clone() };
        assert_eq!(used_at().await, "2026-12-01T09:00:00+08:00", "a thief's try is no use of it");
        from("10.3.0.1").await.expect(200);
        assert_eq!(used_at().await, "2026-12-01T09:10:00+08:00");
        t.advance(1).await;
        auditor(t).await;
        let trail = t.person("auditor").sees("/trail").await["items"].as_array().unwrap().clone();
        let told = trail.iter().filter(|line| line["kind"] == "token.elsewhere");
        let told: Vec<Value> = told.map(|line| json!([line["address"], line["data"]["tries"]])).collect();
        assert_eq!(told.len(), 3, "{trail:?}");
        assert!(told.contains(&json!(["203.0.113.9", 1])) && told.contains(&json!(["10.4.0.1", 1])), "{told:?}");
        order["networks"] = json!(["10.3.0.0/16", "intranet"]);
        let refused = tries_to_make(t, "head.xf", &order).await.expect(422);
        assert_eq!(refused.faults(), ["/networks/1 bad_network"]);
    })
    .await;
}

#[actix_web::test]
async fn t12_a_token_ends_with_its_time_its_unit_or_its_maker_says_so_and_its_feed_with_it() {
    let (place, clock) = (Place::new(), ManualClock::new(crate::town::at(crate::town::BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock.clone())).await;
    let (id, token) = made(&t, "head.xf", &["read"]).await;
    let (_, other) = made(&t, "head.xf", &["read", "whistle.blow"]).await;
    let mut feed = t.ask("GET", "/api/v1/events").bearer(&token).listen().await;
    let code = t.fire().blows(&blow_order("机器在听")).await;
    assert_eq!(feed.told().await, ("whistle.blown".to_owned(), code));
    t.person("head.xf").ask("DELETE", &format!("/tokens/{id}")).await.send().await.expect(204);
    t.clock.advance(1);
    t.fire().blows(&blow_order("不再听见")).await;
    t.settle().await;
    assert!(feed.next().await.is_none(), "a feed outlived its token");
    for wrong in [&other[3..], &other[..other.len() - 1], &format!("{}0", &other[..other.len() - 1]), "wh_", "wh_x"] {
        if wrong != other {
            asks(&t, wrong, "GET", "/me").await.expect(401);
        }
    }
    assert!(place.dump().iter().all(|value| value != token.as_bytes() && !value.ends_with(&token.as_bytes()[3..67])));
    Box::pin(t.leave()).await;
    // The unit's rights are gone: so is the token, though nobody touched it.
    let changed = r#"UPDATE directory SET body = REPLACE(body, '"member"', '"supervisor"')
        WHERE kind = 'department' AND code = 'XF'"#;
    place.alter(changed);
    let t = Box::pin(Town::open_on(&place, clock.clone())).await;
    asks(&t, &other, "GET", "/me").await.expect(401);
    Box::pin(t.leave()).await;
    place.alter(
        r#"UPDATE directory SET body = REPLACE(body, '"supervisor"', '"member"')
        WHERE kind = 'department' AND code = 'XF'"#,
    );
    // What the unit may not, no row gives.
    place.alter(r#"UPDATE machine_tokens SET scopes = '["read", "whistle.accept", "whistle.unseal", "tokens"]'"#);
    let t = Box::pin(Town::open_on(&place, clock.clone())).await;
    assert_eq!(asks(&t, &other, "GET", "/me").await.expect(200).json()["permissions"], json!([]));
    asks(&t, &other, "POST", "/whistles/WH-2026-0001/accept").await.expect(403);
    t.clock.set(crate::town::at(EXPIRES));
    asks(&t, &other, "GET", "/me").await.expect(401);
    Box::pin(t.leave()).await;
}

#[actix_web::test]
async fn t12_a_department_has_twenty_tokens_however_many_ask_at_once() {
    town(async |t| {
        let asks = futures_util::future::join_all((0..3).map(async |_| {
            let mut told = Vec::new();
            for _ in 0..8 {
                told.push(tries_to_make(t, "head.xf", &order(&["read"])).await);
            }
            told
        }));
        let told: Vec<Reply> = asks.await.into_iter().flatten().collect();
        assert_eq!(told.iter().filter(|reply| reply.status == 201).count(), 20);
        for refused in told.iter().filter(|reply| reply.status != 201) {
            assert_eq!((refused.status, refused.problem().as_str()), (409, "too_many_tokens"));
        }
        assert_eq!(t.person("head.xf").sees("/tokens").await["items"].as_array().unwrap().len(), 20);
        made(t, "head.yj", &["read"]).await;
    })
    .await;
}

#[actix_web::test]
async fn t12_a_head_makes_and_ends_a_token_by_page_and_it_is_shown_once() {
    town(async |t| {
        let (head, liaison) = (t.signed_in("head.xf").await, t.signed_in("liaison.xf").await);
        let (here, make) = ("/console/access", "/console/access/tokens");
        assert!(!liaison.get(here).await.expect(200).text().contains("机器令牌"), "offered to whom it is refused");
        let csrf = hidden(&liaison.get(here).await, "csrf");
        let order = [("name", "烟感"), ("scopes", "read"), ("scopes", "whistle.blow"), ("expires_at", "90")];
        let mut forged = vec![("csrf", csrf.as_str())];
        forged.extend(order);
        liaison.post(make, &forged).await.expect(403);
        let refused = head.fills(here, make, &[("name", "留着的名字")]).await.expect(422).text();
        assert!(refused.contains("留着的名字") && refused.contains("可以做什么") && refused.contains("有效期"));
        let mut nowhere = order.to_vec();
        nowhere.push(("networks", "10.3.0.0/16，内网"));
        let refused = head.fills(here, make, &nowhere).await.expect(422).text();
        assert!(refused.contains("10.3.0.0/16，内网") && refused.contains("填网段或地址"), "{refused}");
        let mut order = order.to_vec();
        order.push(("networks", " 127.0.0.0/8， 10.3.0.7 "));
        let shown = head.fills(here, make, &order).await.expect(201).text();
        let token = &shown[shown.find("wh_").unwrap()..][..75];
        assert_eq!(asks(t, token, "GET", "/me").await.expect(200).json()["permissions"], json!(["whistle.blow"]));
        let later = head.get(here).await.expect(200).text();
        assert!(!later.contains(token) && later.contains("烟感") && later.contains("哨件：吹哨"), "{later}");
        assert!(later.contains("127.0.0.0/8、10.3.0.7/32"), "{later}");
        let at = later.find("/console/access/tokens/mt_").unwrap();
        let end = later[at..].split('"').next().unwrap().to_owned();
        liaison.fills(here, &end, &[]).await.expect(403);
        head.fills(here, &end, &[]).await.expect(303);
        asks(t, token, "GET", "/me").await.expect(401);
    })
    .await;
}

#[actix_web::test]
async fn t08_signing_out_everywhere_by_page_ends_every_browser_of_the_person() {
    town(async |t| {
        let (one, two) = (t.signed_in("office").await, t.signed_in("office").await);
        let other = t.signed_in("director").await;
        let page = one.get("/console/access").await.expect(200).text();
        assert_eq!(page.matches("浏览器").count(), 2, "{page}");
        let everywhere = "/console/access/sign_out_everywhere";
        one.post(everywhere, &[("csrf", "wrong")]).await.expect(403);
        two.get("/console/whistles").await.expect(200);
        one.fills("/console/access", everywhere, &[]).await.expect(303);
        for browser in [&one, &two] {
            browser.get("/console/whistles").await.expect(303);
        }
        other.get("/console/whistles").await.expect(200);
    })
    .await;
}
