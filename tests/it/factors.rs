//! Second factors and proofs given again (T4, T9): what is asked for, by whom, and what goes on afterwards. Devices are
//! played by their own arithmetic, not by the hub's.

use crate::people::{does, newcomer};
use crate::town::browser::hidden;
use crate::town::{BEGIN, PASSWORD, Place, Reply, Town, at, town};
use aws_lc_rs::hmac;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whistle_hub::clock::{Clock, ManualClock};

/// What a device shows at this moment for the key that a person typed into it.
fn shown(secret: &str, now: i64) -> String {
    let (mut seed, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for sign in secret.bytes() {
        let five = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == sign).unwrap();
        held = held << 5 | u32::try_from(five).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            seed.push(u8::try_from(held >> bits & 255).unwrap());
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed);
    let tag = hmac::sign(&key, &(now / 30_000_000).to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Enrols a device for a sign-in; its key and the recovery codes.
pub(crate) async fn enrols(t: &Town, username: &str) -> (String, Vec<String>) {
    let person = t.person(username);
    let begun = person.ask("POST", "/me/totp").await.json(&json!({})).send().await.expect(200).json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    t.hush(&secret);
    assert!(begun["uri"].as_str().unwrap().contains(&secret));
    let confirm = async |code: &str| {
        let order = json!({ "enrolment": begun["enrolment"], "code": code });
        person.ask("POST", "/me/totp/confirm").await.json(&order).send().await
    };
    assert_eq!(confirm("000000").await.expect(422).faults(), ["/code wrong_code"]);
    let codes = confirm(&shown(&secret, t.clock.now().0)).await.expect(200).json();
    let codes: Vec<String> = serde_json::from_value(codes["recovery_codes"].clone()).unwrap();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10);
    (secret, codes)
}

async fn signs_in(t: &Town, username: &str, totp: Option<&str>) -> Reply {
    let mut body = json!({ "username": username, "password": PASSWORD });
    if let Some(totp) = totp {
        body["totp"] = json!(totp);
    }
    t.ask("POST", "/api/v1/sessions").json(&body).send().await
}

#[actix_web::test]
async fn t04_a_factor_is_asked_for_with_one_answer_and_a_recovery_code_is_good_once() {
    town(async |t| {
        let (secret, codes) = enrols(t, "office").await;
        let wrong = t.try_password("office", "wrong-password-1").await.expect(401);
        for totp in [None, Some("000000"), Some("abcd-efgh-ijkl-mnop")] {
            let refused = signs_in(t, "office", totp).await.expect(401);
            assert_eq!(refused.sameness(), wrong.sameness(), "{totp:?}");
        }
        // The code that enrolled it is used up with that.
        signs_in(t, "office", Some(&shown(&secret, t.clock.now().0))).await.expect(401);
        t.clock.advance(1);
        let code = shown(&secret, t.clock.now().0);
        signs_in(t, "office", Some(&code)).await.expect(201);
        signs_in(t, "office", Some(&code)).await.expect(401);
        signs_in(t, "office", Some(&codes[3])).await.expect(201);
        signs_in(t, "office", Some(&codes[3])).await.expect(401);
        signs_in(t, "office", Some(&codes[4].to_uppercase().replace('-', " "))).await.expect(201);
        // A phone that goes a step wrong is still a phone; two steps are not.
        t.clock.advance(2);
        let now = t.clock.now().0;
        signs_in(t, "office", Some(&shown(&secret, now + 60_000_000))).await.expect(401);
        signs_in(t, "office", Some(&shown(&secret, now + 30_000_000))).await.expect(201);
        assert!(!t.log().contains(&secret));
    })
    .await;
}

#[actix_web::test]
async fn t04_a_hundred_wrong_codes_after_the_right_password_end_guessing_until_the_factor_is_reset() {
    town(async |t| {
        let (secret, codes) = enrols(t, "office").await;
        // The first ones are forgotten with their thirty days; ten in fifteen minutes are looked at.
        for round in 0..11 {
            for number in 0..9 {
                signs_in(t, "office", Some(&format!("{:06}", 9 * round + number))).await.expect(401);
            }
            t.clock.advance(if round == 0 { 31 * 24 * 60 } else { 15 });
        }
        signs_in(t, "office", Some(&shown(&secret, t.clock.now().0))).await.expect(201);
        for number in 0..9 {
            signs_in(t, "office", Some(&format!("{number:06}"))).await.expect(401);
        }
        t.clock.advance(15);
        signs_in(t, "office", Some(&shown(&secret, t.clock.now().0))).await.expect(201);
        signs_in(t, "office", Some("000000")).await.expect(401);
        t.clock.advance(15);
        let right = shown(&secret, t.clock.now().0);
        signs_in(t, "office", Some(&right)).await.expect(401);
        let token = signs_in(t, "office", Some(&codes[0])).await.expect(201).json()["access_token"].clone();
        let lines = t.ask("GET", "/api/v1/me/trail").bearer(token.as_str().unwrap()).send().await.expect(200).json();
        let kinds = lines["items"].as_array().unwrap().iter().filter(|line| line["kind"] == "totp.barred");
        assert_eq!(kinds.count(), 1, "{lines}");
        does(t.person("admin"), "office", "reset_totp", &json!({})).await.expect(200);
        signs_in(t, "office", None).await.expect(201);
        let (secret, _) = enrols(t, "office").await;
        t.clock.advance(1);
        signs_in(t, "office", Some(&shown(&secret, t.clock.now().0))).await.expect(201);
    })
    .await;
}

#[actix_web::test]
async fn t09_a_try_is_counted_before_it_is_judged() {
    town(async |t| {
        enrols(t, "office").await;
        let (office, wrong) = (t.office(), json!({ "totp": "000000" }));
        let tries =
            (0..24).map(async |_| office.ask("POST", "/sessions/step_up").await.json(&wrong).send().await.status);
        let answers = join_all(tries).await;
        let of = |status| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((of(403), of(429)), (10, 14), "{answers:?}");
    })
    .await;
}

#[actix_web::test]
async fn t04_code_works_once_on_two_replicas() {
    let (place, clock) = (Place::on_servers(), ManualClock::new(at(BEGIN)));
    let one = Box::pin(Town::replica(&place, clock.clone(), "a")).await;
    let other = Box::pin(Town::replica(&place, clock.clone(), "b")).await;
    let (secret, _) = enrols(&one, "office").await;
    for _ in 0..4 {
        clock.advance(1);
        let code = shown(&secret, clock.now().0);
        let (here, there) = join(signs_in(&one, "office", Some(&code)), signs_in(&other, "office", Some(&code))).await;
        let statuses = BTreeSet::from([here.status, there.status]);
        assert_eq!(statuses, BTreeSet::from([201, 401]), "one winner");
        // So many wrong codes are not to be too many tries.
        clock.advance(15);
    }
    one.leave().await;
    other.leave().await;
}

/// Firms enough for a list that asks who takes it away.
async fn many_firms(t: &Town) {
    t.lay(|directory| {
        let one = directory.enterprises[0].clone();
        let more = (0..501).map(|number| {
            let mut firm = one.clone();
            firm.code = format!("E9{number:03}");
            firm
        });
        directory.enterprises.extend(more);
    })
    .await;
    t.settle().await;
}

/// Every deed that asks who one is: by whom, where, with what, and what it comes to once that is proven.
fn asks_who(code: &str) -> Vec<(&'static str, &'static str, String, Value, u16)> {
    let expires = "2027-02-01T00:00:00+08:00";
    let post = |who, path: &str, body, status| (who, "POST", path.to_owned(), body, status);
    vec![
        post("admin", "/people", newcomer("new.one", "liaison", "XF"), 201),
        post("admin", "/people/liaison.xf/change", json!({ "title": "联络员" }), 412),
        post("admin", "/people/liaison.xf/suspend", json!({ "ground": "other" }), 412),
        post("admin", "/people/liaison.xf/reset_password", json!({}), 412),
        post("admin", "/people/liaison.xf/reset_totp", json!({}), 412),
        post("admin", "/me/totp", json!({}), 200),
        post("admin", "/me/totp/confirm", json!({ "enrolment": "x", "code": "000000" }), 422),
        ("admin", "DELETE", "/me/totp".to_owned(), json!({}), 204),
        post("admin", "/imports/calendar", Value::Null, 422),
        post("admin", "/imports/duty", Value::Null, 422),
        post("admin", "/imports/people", Value::Null, 422),
        post("admin", "/imports/departments", Value::Null, 422),
        post("admin", "/exports/enterprises", json!({}), 200),
        post("office", &format!("/whistles/{code}/unseal"), json!({ "reason": "核实" }), 200),
        post("head.xf", "/tokens", json!({ "name": "主机", "scopes": ["read"], "expires_at": expires }), 201),
        ("head.xf", "DELETE", "/tokens/mt_0".to_owned(), json!({}), 404),
    ]
}

/// What asks nobody, although it stands beside what does.
const ASKS_NOBODY: &[(&str, &str, &str)] = &[
    ("admin", "GET", "/people"),
    ("admin", "POST", "/exports/towns"),
    ("admin", "POST", "/imports/calendar?dry_run=true"),
    ("head.xf", "GET", "/tokens"),
    ("office", "POST", "/exports/whistles"),
    ("office", "GET", "/sessions"),
];

#[actix_web::test]
async fn t09_step_up_table() {
    town(async |t| {
        let contact = json!({ "name": "某人", "phone": "1" });
        let order = json!({ "category": "fire", "what": "举报", "place": "某地", "contact": contact });
        let code = t.fire().blows(&order).await;
        many_firms(t).await;
        let mut tokens = std::collections::HashMap::new();
        for who in ["admin", "office", "head.xf"] {
            tokens.insert(who, t.person(who).fresh_token().await);
        }
        let ask = async |who: &str, method: &str, path: &str, body: &Value| {
            let ask = t.ask(method, &format!("/api/v1{path}")).bearer(&tokens[who]).version(99);
            let ask = if body.is_null() { ask.raw("text/csv", b"x".to_vec()) } else { ask.json(body) };
            ask.send().await
        };
        t.clock.advance(5);
        let before = t.db_events().await;
        for (who, method, path, body) in
            asks_who(&code).iter().map(|(who, method, path, body, _)| (who, method, path, body))
        {
            let refused = ask(who, method, path, body).await;
            assert_eq!((refused.status, refused.problem()), (403, "step_up_needed".to_owned()), "{method} {path}");
        }
        assert_eq!(t.db_events().await, before, "something was done");
        for (who, method, path) in ASKS_NOBODY {
            let body = if path.contains("imports") { Value::Null } else { json!({}) };
            ask(who, method, path, &body).await.expect(200);
        }
        let wrong = ask("admin", "POST", "/sessions/step_up", &json!({ "password": "wrong-password-1" })).await;
        assert_eq!(wrong.expect(403).problem(), "proof_failed");
        for who in ["admin", "office", "head.xf"] {
            ask(who, "POST", "/sessions/step_up", &json!({ "password": PASSWORD })).await.expect(204);
        }
        for (who, method, path, body, status) in asks_who(&code) {
            assert_eq!(ask(who, method, &path, &body).await.status, status, "{method} {path}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t09_a_screen_left_open_asks_who_one_is_and_the_cookie_goes_by_another_secret() {
    town(async |t| {
        let browser = t.signed_in("admin").await;
        let before = browser.cookie("wh").unwrap();
        t.clock.advance(6);
        let page = "/admin/people/liaison.xf";
        let suspend = async |proof: &str| {
            browser.fills(page, "/admin/people/liaison.xf/suspend", &[("ground", "left"), ("proof", proof)]).await
        };
        assert_eq!(suspend("").await.status, 403);
        assert_eq!(suspend("wrong-password-1").await.status, 403);
        let done = suspend(PASSWORD).await.expect(200).text();
        assert!(done.contains("已停用") && done.contains("信件改寄"), "{done}");
        assert_ne!(browser.cookie("wh").unwrap(), before);
        let old = t.ask("GET", page).header("Cookie", &format!("wh={before}")).send().await;
        assert_eq!(old.status, 401, "the old secret still opens");
    })
    .await;
}

#[actix_web::test]
async fn t09_a_page_asks_who_one_is_and_goes_on_with_all_that_was_typed() {
    town(async |t| {
        let contact = json!({ "name": "告密者戊", "phone": "13955550005" });
        let order = json!({ "category": "fire", "what": "举报", "place": "某地", "contact": contact });
        let code = t.fire().blows(&order).await;
        let office = t.signed_in("office").await;
        let own = format!("/console/whistles/{code}");
        let unseal = format!("{own}/unseal");
        t.clock.advance(6);
        let asked = office.fills(&own, &unseal, &[("reason", "核实“来信”内容 <b>")]).await.expect(403);
        let shown = asked.text();
        assert!(shown.contains("请确认是您本人") && shown.contains(&format!("action=\"{unseal}\"")), "{shown}");
        assert!(!shown.contains("告密者戊"), "told without a proof");
        let again = async |proof: &str, page: &Reply| {
            let fields = ["csrf", "key", "reason"].map(|name| (name, hidden(page, name)));
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all[2].1 = "核实“来信”内容 <b>";
            assert!(fields[2].1.contains("核实“来信”内容"), "what was typed is lost: {}", page.text());
            all.push(("proof", proof));
            office.post(&unseal, &all).await
        };
        let wrong = again("wrong-password-1", &asked).await.expect(403);
        assert!(wrong.text().contains("口令或者动态码不正确"), "{}", wrong.text());
        let before = office.cookie("wh").unwrap();
        let opened = again(PASSWORD, &wrong).await.expect(200);
        assert!(opened.text().contains("告密者戊"));
        assert_ne!(office.cookie("wh").unwrap(), before, "the session goes by its old secret");
        let events = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
        let reason = events.iter().find(|one| one["kind"] == "whistle.unsealed").unwrap()["data"]["reason"].clone();
        assert_eq!(reason, "核实“来信”内容 <b>");
        // Within five minutes nobody is asked again.
        office.fills(&own, &unseal, &[("reason", "再看一次")]).await.expect(200);
    })
    .await;
}
