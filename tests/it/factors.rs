//! Second factors and proofs given again (T4, T9), and the trail of security deeds that all of it leaves (T38). Devices
//! are played by their own arithmetic, not by the hub's.

use crate::people::{adds, does, newcomer};
use crate::town::{BEGIN, PASSWORD, Place, Reply, Town, at, town};
use aws_lc_rs::hmac;
use futures_util::future::join;
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
async fn enrols(t: &Town, username: &str) -> (String, Vec<String>) {
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

#[actix_web::test]
async fn t09_step_up_table() {
    town(async |t| {
        let admin = t.person("admin");
        let token = admin.token().await;
        let posts = [
            ("/people", newcomer("new.one", "liaison", "XF")),
            ("/people/liaison.xf/change", json!({ "title": "联络员" })),
            ("/people/liaison.xf/suspend", json!({ "ground": "other" })),
            ("/people/liaison.xf/reset_password", json!({})),
            ("/people/liaison.xf/reset_totp", json!({})),
            ("/me/totp", json!({})),
            ("/me/totp/confirm", json!({ "enrolment": "x", "code": "000000" })),
        ];
        let post = async |path: &str, body: &Value| {
            t.ask("POST", &format!("/api/v1{path}")).bearer(&token).version(1).json(body).send().await
        };
        t.clock.advance(5);
        for (path, body) in &posts {
            assert_eq!(post(path, body).await.expect(403).problem(), "step_up_needed", "{path}");
        }
        let remove = t.ask("DELETE", "/api/v1/me/totp").bearer(&token).send().await;
        assert_eq!(remove.expect(403).problem(), "step_up_needed");
        // What needs none goes on.
        t.ask("GET", "/api/v1/people").bearer(&token).send().await.expect(200);
        let wrong = post("/sessions/step_up", &json!({ "password": "wrong-password-1" })).await.expect(403);
        assert_eq!(wrong.problem(), "proof_failed");
        post("/sessions/step_up", &json!({ "password": PASSWORD })).await.expect(204);
        for (path, body) in &posts {
            let reply = post(path, body).await;
            assert!(matches!(reply.status, 200 | 201 | 412 | 422), "{path}: {} {}", reply.status, reply.problem());
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
async fn t38_every_security_deed_leaves_a_line() {
    town(async |t| {
        let (admin, director) = (t.person("admin"), t.director());
        let initial = adds(admin, &newcomer("auditor", "audit_admin", "AWB")).await.expect(201).json();
        let initial = initial["initial_password"].as_str().unwrap().to_owned();
        t.hush(&initial);
        does(director, "auditor", "confirm", &json!({})).await.expect(200);
        let token = t.try_password("auditor", &initial).await.expect(201).json()["access_token"].clone();
        let own = json!({ "new_password": PASSWORD });
        t.ask("POST", "/api/v1/me/password").bearer(token.as_str().unwrap()).json(&own).send().await.expect(204);
        t.try_password("office", "wrong-password-1").await.expect(401);
        t.try_password("niemand-hier", "wrong-password-1").await.expect(401);
        does(admin, "liaison.xf", "change", &json!({ "name": "改名后" })).await.expect(200);
        does(admin, "liaison.xf", "suspend", &json!({ "ground": "left" })).await.expect(200);
        does(admin, "liaison.xf", "reinstate", &json!({})).await.expect(200);
        does(admin, "liaison.xf", "reset_password", &json!({})).await.expect(200);
        does(admin, "liaison.xf", "reset_totp", &json!({})).await.expect(200);
        enrols(t, "director").await;
        let step = json!({ "password": PASSWORD });
        director.ask("POST", "/sessions/step_up").await.json(&step).send().await.expect(204);
        director.ask("DELETE", "/me/totp").await.send().await.expect(204);

        let lines = t.person("auditor").walks("/trail", 5).await;
        let kinds: BTreeSet<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
        for kind in [
            "session.opened",
            "session.refused",
            "session.proven",
            "person.proposed",
            "person.added",
            "person.changed",
            "person.suspended",
            "person.reinstated",
            "password.chosen",
            "password.reset",
            "totp.enrolled",
            "totp.removed",
            "totp.reset",
        ] {
            assert!(kinds.contains(kind), "{kind}");
        }
        let changed =
            lines.iter().find(|line| line["kind"] == "person.changed" && line["about"] == "liaison.xf").unwrap();
        assert_eq!((&changed["actor"]["username"], &changed["address"]), (&json!("admin"), &json!("127.0.0.1")));
        assert_eq!(changed["data"]["is"]["name"], "改名后");
        assert_ne!(changed["data"]["was"]["name"], "改名后");
        let seqs: Vec<i64> = lines.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
        assert!(seqs.is_sorted_by(|one, next| one - 1 == *next), "a line is missing: {seqs:?}");
        assert!(!json!(lines).to_string().contains("niemand-hier"), "people type passwords there");
        // The system's administrator sees that something was done; nobody else sees any of it.
        let technical = admin.sees("/trail").await["items"][0].clone();
        assert_eq!((&technical["address"], &technical["data"]), (&Value::Null, &Value::Null));
        for who in ["office", "director", "supervisor", "head.xf"] {
            t.person(who).get("/trail").await.expect(403);
        }
        assert!(t.person("auditor").codes("/whistles").await.is_empty(), "none of the three sees a case");
        let mine = director.sees("/me/trail").await["items"].clone();
        assert!(mine.as_array().unwrap().iter().all(|line| line["about"] == "director"), "{mine}");
    })
    .await;
}
