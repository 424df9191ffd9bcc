//! The trail of security deeds (T38): each deed of the list leaves a line, a flood of refusals leaves few, lines are kept as
//! long as they must be and no longer, and a page says them in words.

use crate::erasure::erased;
use crate::factors::enrols;
use crate::people::{adds, does, newcomer};
use crate::town::browser::hidden;
use crate::town::{BEGIN, PASSWORD, Place, Town, at, settings, town, town_at};
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::trail::SecurityKind;
use whistle_hub::ids::Chance;
use whistle_hub::run::upkeep::HeldLetters;
use whistle_hub::run::{backup, upkeep};
use whistle_hub::store::{self, Care, Chore};

const CODE: &str = "WH-2026-0001";
const VISIT: &str = "LJ-2026-0001";

/// Makes the sign-in that reads the whole trail.
pub(crate) async fn auditor(t: &Town) {
    let initial = adds(t.person("admin"), &newcomer("auditor", "audit_admin", "AWB")).await.expect(201).json();
    let initial = initial["initial_password"].as_str().unwrap().to_owned();
    t.hush(&initial);
    does(t.director(), "auditor", "confirm", &json!({})).await.expect(200);
    let token = t.try_password("auditor", &initial).await.expect(201).json()["access_token"].clone();
    let own = json!({ "new_password": PASSWORD });
    t.ask("POST", "/api/v1/me/password").bearer(token.as_str().unwrap()).json(&own).send().await.expect(204);
}

/// What is done to people, credentials and sessions.
async fn identities(t: &Town) {
    let (admin, director) = (t.person("admin"), t.director());
    auditor(t).await;
    adds(admin, &newcomer("second.auditor", "audit_admin", "AWB")).await.expect(201);
    does(director, "second.auditor", "refuse", &json!({})).await.expect(200);
    t.try_password("office", "wrong-password-1").await.expect(401);
    t.try_password("niemand-hier", "wrong-password-1").await.expect(401);
    does(admin, "liaison.xf", "change", &json!({ "name": "改名后" })).await.expect(200);
    does(admin, "liaison.xf", "suspend", &json!({ "ground": "left" })).await.expect(200);
    does(admin, "liaison.xf", "reinstate", &json!({})).await.expect(200);
    does(admin, "liaison.gx", "reset_password", &json!({})).await.expect(200);
    does(admin, "liaison.xf", "reset_totp", &json!({})).await.expect(200);
    let (_, codes) = enrols(t, "director").await;
    let step = |totp: &str| json!({ "totp": totp });
    director.ask("POST", "/sessions/step_up").await.json(&step(&codes[0])).send().await.expect(204);
    let (person, now) = (t.db_hub().rules().directory.by_username("director").unwrap().id.clone(), at(BEGIN));
    for _ in 0..99 {
        let wrong = Chore::WrongCode { person: person.clone(), at: now, since: now.plus_minutes(-1) };
        t.db_hub().ledger.keep(wrong).await.unwrap();
    }
    director.ask("POST", "/sessions/step_up").await.json(&step("000000")).send().await.expect(403);
    director.ask("DELETE", "/me/totp").await.send().await.expect(204);
    let token = t.person("squad.sq06").fresh_token().await;
    t.ask("DELETE", "/api/v1/sessions").bearer(&token).send().await.expect(204);
}

/// What is done with informers, lists and machines; and what is refused.
async fn deeds(t: &Town) {
    let contact = json!({ "name": "告密者己", "phone": "13955550006" });
    ["告密者己", "13955550006"].iter().for_each(|secret| t.hush(secret));
    let order = json!({ "category": "fire", "what": "有人举报", "place": "某地", "contact": contact });
    t.person("liaison.yj").blows(&order).await;
    let ask = t.office().ask("POST", &format!("/whistles/{CODE}/unseal")).await;
    ask.json(&json!({ "reason": "核实" })).send().await.expect(200);
    let visit = json!({
        "enterprise": "E01", "date": "2026-12-03", "period": "AM", "notice": "announced",
        "items": [{ "department": "YJ", "subject": "电气" }],
        "members": t.members(&["inspector.yj", "inspector.yj.2"]).await,
    });
    assert_eq!(t.office().plans(&visit).await, VISIT);
    let mut token = json!({ "name": "告密者己的主机", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00+08:00" });
    token["networks"] = json!(["10.3.0.0/16"]);
    let head = t.person("head.xf");
    let made = head.ask("POST", "/tokens").await.json(&token).send().await.expect(201).json();
    t.ask("GET", "/api/v1/me").bearer(made["token"].as_str().unwrap()).send().await.expect(401);
    head.ask("DELETE", &format!("/tokens/{}", made["id"].as_str().unwrap())).await.send().await.expect(204);
    let towns = t.person("admin").ask("POST", "/exports/towns").await.send().await.expect(200).text();
    let renamed = towns.replace("青溪镇", "青溪街道");
    let ask = t.person("admin").ask("POST", "/imports/towns").await;
    ask.raw("text/csv; charset=utf-8", renamed.into_bytes()).send().await.expect(200);
    t.office().get("/trail").await.expect(403);
    let aside = Chore::LayAside { group: "desk", id: CODE.to_owned(), at: at(BEGIN) };
    t.db_hub().ledger.keep(aside).await.unwrap();
}

/// What an operator does past the hub; the ledger as it then stands.
async fn operators(place: &Place) -> Place {
    let clock = ManualClock::new(at(BEGIN));
    assert!(upkeep::redrive(&settings(place), &clock).await.unwrap().ends_with(": 1"));
    let said = [erased(place, Some(CODE), None).await, erased(place, None, Some("改名后")).await];
    assert!(said[1].contains("outside of whistles"), "{said:?}");
    erased(place, Some(VISIT), None).await;
    let file = place.path().join("copy");
    backup::back_up(&settings(place), &file, &clock).unwrap();
    let other = Place::empty();
    backup::restore(&settings(&other), &file, &clock, &Chance::seeded(3)).unwrap();
    other
}

/// The kinds of all lines of a ledger that nobody has open.
async fn kinds_in(place: &Place) -> Vec<SecurityKind> {
    let url = settings(place).ledger.url.url();
    let ledger = store::open(url.expose_secret(), store::Options::default()).unwrap();
    let lines = ledger.read(|reading| store::people::trail(reading, i64::MAX, 50)).await.unwrap();
    ledger.close().await.unwrap();
    lines.into_iter().map(|line| line.kind).collect()
}

#[actix_web::test]
async fn t38_a_schema_that_is_laid_or_brought_forward_is_a_line_and_nothing_to_do_is_none() {
    let (place, clock) = (Place::empty(), ManualClock::new(at(BEGIN)));
    for _ in 0..2 {
        upkeep::migrate(&settings(&place), &clock).await.unwrap();
        assert_eq!(kinds_in(&place).await, [SecurityKind::LedgerMigrated]);
    }
    upkeep::redrive(&settings(&place), &clock).await.unwrap();
    upkeep::settle_letters(&settings(&place), HeldLetters::Drop, &clock).await.unwrap();
    assert_eq!(kinds_in(&place).await.len(), 1, "nothing was done, and a line says that something was");
}

#[actix_web::test]
async fn t38_a_token_that_is_not_made_leaves_no_line() {
    town(async |t| {
        let order = json!({ "name": "主机", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00+08:00" });
        let ask = t.person("head.xf").ask("POST", "/tokens").await.json(&order);
        let told = join_all((0..24).map(|_| ask.clone().send())).await;
        assert_eq!(told.iter().filter(|reply| reply.status == 201).count(), 20);
        let read = t.db_hub().ledger.read(|reading| store::people::trail(reading, i64::MAX, 200)).await.unwrap();
        let made: BTreeSet<String> = read
            .iter()
            .filter(|line| line.kind == SecurityKind::TokenMade)
            .map(|line| line.data["token"].as_str().unwrap().to_owned())
            .collect();
        let listed = t.person("head.xf").sees("/tokens").await;
        let listed = listed["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        assert_eq!(made, listed.collect::<BTreeSet<_>>());
    })
    .await;
}

#[actix_web::test]
async fn t38_every_security_deed_leaves_a_line() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    identities(&t).await;
    deeds(&t).await;
    // As if the keys had been others when they were last looked at.
    let others = Care::Note { key: "noticed_keys", value: "00000000".to_owned() };
    t.db_hub().ledger.keep(Chore::Care(others)).await.unwrap();
    t.advance(1).await;
    Box::pin(t.close()).await;
    let other = operators(&place).await;
    let t = Box::pin(Town::open(&other, at(BEGIN))).await;
    let lines = t.person("auditor").walks("/trail", 50).await;
    let kinds: BTreeSet<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    // A schema is brought forward elsewhere in this file: a ledger that was just restored has the newest.
    let told = |kind: &str| kinds.contains(kind) || kind == SecurityKind::LedgerMigrated.as_str();
    let without: Vec<&&str> = SecurityKind::WORDS.iter().filter(|kind| !told(kind)).collect();
    assert!(without.is_empty(), "done, and no line of the trail says so: {without:?}");
    let of = |kind: &str| lines.iter().find(|line| line["kind"] == kind).unwrap();
    let whence = |line: &Value| (line["actor"]["username"].clone(), line["address"].clone());
    for (kind, who) in [
        ("whistle.unsealed", "office"),
        ("token.made", "head.xf"),
        ("token.revoked", "head.xf"),
        ("list.exported", "admin"),
        ("list.imported", "admin"),
        ("deed.refused", "office"),
        ("session.all_ended", "squad.sq06"),
    ] {
        assert_eq!(whence(of(kind)), (json!(who), json!("127.0.0.1")), "{kind}");
    }
    assert_eq!(of("token.made")["data"]["networks"], json!(["10.3.0.0/16"]));
    assert_eq!(of("token.elsewhere")["data"]["token"], of("token.made")["data"]["token"]);
    assert_eq!(of("whistle.unsealed")["data"]["whistle"], CODE);
    assert_eq!(of("deed.refused")["data"]["route"], "GET /api/v1/trail");
    assert_eq!(
        (&of("deed.refused")["outcome"], &of("list.exported")["data"]["list"]),
        (&json!("refused"), &json!("towns"))
    );
    let seqs: Vec<i64> = lines.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|one, next| one - 1 == *next), "a line is missing: {seqs:?}");
    let all = json!(lines).to_string();
    for secret in ["niemand-hier", "改名后", "告密者己", "核实"] {
        assert!(!all.contains(secret), "the trail holds {secret}");
    }
    // The system's administrator sees that something was done; nobody else sees any of it.
    let technical = t.person("admin").sees("/trail").await["items"][0].clone();
    assert_eq!((&technical["address"], &technical["data"]), (&Value::Null, &Value::Null));
    for who in ["office", "director", "supervisor", "head.xf"] {
        t.person(who).get("/trail").await.expect(403);
    }
    assert!(t.person("auditor").codes("/whistles").await.is_empty(), "none of the three sees a case");
    let mine = t.director().sees("/me/trail").await["items"].clone();
    assert!(mine.as_array().unwrap().iter().all(|line| line["about"] == "director"), "{mine}");
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t38_a_flood_leaves_few_lines_and_a_good_sign_in_says_how_many_failed_before() {
    town(async |t| {
        auditor(t).await;
        for number in 0..200 {
            let status = t.try_password("office", "wrong-password-1").await.status;
            assert_eq!(status, if number < 10 { 401 } else { 429 });
        }
        t.advance(1).await;
        t.advance(15).await;
        t.try_password("office", PASSWORD).await.expect(201);
        let lines = t.person("auditor").walks("/trail", 50).await;
        let refused: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "session.refused").collect();
        let tries: i64 = refused.iter().map(|line| line["data"]["tries"].as_i64().unwrap_or(1)).sum();
        assert_eq!((refused.len(), tries), (4, 200), "{refused:?}");
        let opened = lines.iter().find(|line| line["kind"] == "session.opened" && line["about"] == "office").unwrap();
        assert_eq!(opened["data"]["failed"], 200);
        // The next one had none before.
        t.try_password("office", PASSWORD).await.expect(201);
        let line = t.person("auditor").sees("/trail").await["items"][0].clone();
        assert_eq!((&line["about"], &line["data"]["failed"]), (&json!("office"), &json!(0)));
    })
    .await;
}

#[actix_web::test]
async fn t38_lines_are_kept_four_hundred_days_and_younger_ones_leave_at_nobodys_word() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        auditor(t).await;
        let kept = async |t: &Town| t.person("auditor").walks("/trail", 50).await.len();
        t.until("2027-12-01T09:00:00+08:00").await;
        let before = kept(t).await;
        t.advance(60).await;
        assert!(kept(t).await >= before, "a line of 365 days is gone");
        t.until("2028-01-15T09:00:00+08:00").await;
        t.office().get("/whistles").await.expect(200);
        t.advance(60).await;
        let lines = t.person("auditor").walks("/trail", 50).await;
        let oldest = lines.last().unwrap()["at"].as_str().unwrap().to_owned();
        assert!(oldest.starts_with("2027-12-01"), "{oldest}");
        // Even if somebody asks for all of it, half a year stays.
        let count = lines.len();
        let before = whistle_hub::domain::at::At(i64::MAX);
        t.db_hub().ledger.keep(Chore::Care(Care::PurgeTrail { before })).await.unwrap();
        let left = t.person("auditor").walks("/trail", 50).await;
        assert_eq!(left.len(), count, "younger than half a year");
    })
    .await;
}

#[actix_web::test]
async fn t38_a_page_says_a_line_in_words_of_both_languages() {
    town(async |t| {
        auditor(t).await;
        does(t.person("admin"), "liaison.xf", "change", &json!({ "name": "改名后", "role": "inspector" }))
            .await
            .expect(200);
        does(t.person("admin"), "liaison.gx", "suspend", &json!({ "ground": "left" })).await.expect(200);
        t.person("admin").ask("POST", "/exports/towns").await.send().await.expect(200);
        t.office().get("/trail").await.expect(403);
        let auditor = t.signed_in("auditor").await;
        let shown = auditor.get("/admin/trail").await.expect(200).text();
        let all = [
            "改名后",
            "姓名：",
            " → ",
            "角色：",
            "理由：离职或者退休",
            "清单：镇街",
            "行数：",
            "入口：程序",
            "此前失败次数：0",
            "答复：",
        ];
        for words in all {
            assert!(shown.contains(words), "{words}");
        }
        let csrf = hidden(&auditor.get("/admin/trail").await, "csrf");
        auditor.post("/language", &[("csrf", &csrf), ("lang", "en"), ("next", "/admin/trail")]).await.expect(303);
        let english = auditor.get("/admin/trail").await.expect(200).text();
        for words in ["name: ", "role: ", "ground: Left or retired", "rows: ", "door: Program", "failed before: 0"] {
            assert!(english.contains(words), "{words}");
        }
        for (page, text) in [("zh-CN", &shown), ("en", &english)] {
            for name in ["proposed_by", "too_many", "was：", "role_may_not", "officer_duty", "\"username\""] {
                assert!(!text.contains(name), "{page}: {name}");
            }
        }
    })
    .await;
}

#[test]
fn t38_less_than_half_a_year_is_refused_at_the_start() {
    for (days, taken) in [(400, true), (183, true), (182, false), (0, false)] {
        let env = [("WHISTLE__SECURITY__TRAIL_DAYS".to_owned(), days.to_string())];
        let read = whistle_hub::config::Settings::load(None, env.into_iter());
        assert_eq!(read.is_ok(), taken, "{days}");
        if let Err(fault) = read {
            assert!(fault.to_string().starts_with("security.trail_days: is at least 183"), "{fault}");
        }
    }
}
