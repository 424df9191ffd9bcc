//! What assessors of 等保三级 ask, and `security.profile = "dengbao3"` does: passwords of several kinds that grow old, no
//! start while a setting is missing, and each that is missing named.

use crate::own_keys::with_keys;
use crate::town::browser::hidden;
use crate::town::{BEGIN, PASSWORD, Place, Town, at};
use serde_json::{Value, json};
use std::sync::Arc;
use whistle_hub::clock::{ManualClock, SystemClock};
use whistle_hub::config::{Profile, Settings};
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};
use whistle_hub::run::{backup, doctor};

const OWN: &str = "Regen-und-Wind-4711";
const DAY: i64 = 24 * 60;

async fn bearer(t: &Town, password: &str) -> String {
    let made = t.try_password("liaison.xf", password).await.expect(201).json();
    made["access_token"].as_str().unwrap().to_owned()
}

async fn chooses(t: &Town, token: &str, order: Value) -> (u16, String) {
    let reply = t.ask("POST", "/api/v1/me/password").bearer(token).json(&order).send().await;
    let code = if reply.status == 422 {
        reply.json()["errors"][0]["code"].as_str().unwrap().to_owned()
    } else {
        String::new()
    };
    (reply.status, code)
}

#[actix_web::test]
async fn t01_a_password_that_has_had_its_time_is_changed_first_and_nobody_is_stopped_in_a_watch() {
    let place = Place::new().assessed();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let sees = async |token: &str| t.ask("GET", "/api/v1/whistles").bearer(token).send().await;
    // Nobody knows since when the shared one is used.
    let first = bearer(&t, PASSWORD).await;
    assert_eq!(sees(&first).await.expect(403).problem(), "password_first");
    let order = |old: &str, new: &str| json!({ "password": old, "new_password": new });
    for (order, status, code) in [
        (json!({ "new_password": OWN }), 422, "missing"),
        (order(PASSWORD, PASSWORD), 422, "weak"),
        (order(PASSWORD, "regen-und-wind"), 422, "weak"),
        (order("wrong-password-1", OWN), 403, ""),
        (order(PASSWORD, OWN), 204, ""),
    ] {
        assert_eq!(chooses(&t, &first, order.clone()).await, (status, code.to_owned()), "{order}");
    }
    sees(&bearer(&t, OWN).await).await.expect(200);
    t.advance(180 * DAY - 1).await;
    let last = bearer(&t, OWN).await;
    t.advance(5).await;
    sees(&last).await.expect(200);
    let over = bearer(&t, OWN).await;
    assert_eq!(sees(&over).await.expect(403).problem(), "password_first");
    assert_eq!(chooses(&t, &over, order(OWN, OWN)).await, (422, "weak".to_owned()), "the old one is new again");
    assert_eq!(chooses(&t, &over, order(OWN, "Schnee-und-Eis-4712")).await.0, 204);
    sees(&bearer(&t, "Schnee-und-Eis-4712").await).await.expect(200);
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t01_the_page_asks_for_the_old_password_and_says_why_another_is_needed() {
    let place = Place::new().assessed();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let browser = t.signed_in("liaison.xf").await;
    assert_eq!(browser.get("/console").await.expect(303).header("location"), Some("/me/password"));
    let page = browser.get("/me/password").await.expect(200);
    for words in ["口令已满180天", "至少用三种", "name=\"password\""] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert!(!page.text().contains("初始口令只能登录一次"));
    let csrf = hidden(&page, "csrf");
    let fields = [("csrf", csrf.as_str()), ("password", PASSWORD), ("new_password", OWN)];
    browser.post("/me/password", &fields).await.expect(303);
    t.try_password("liaison.xf", OWN).await.expect(201);
    Box::pin(t.close()).await;
}

/// As assessors want it, with keys of its own.
fn assessed(place: &Place) -> Settings {
    let mut settings = with_keys(place);
    settings.security.profile = Profile::Dengbao3;
    settings.backup.key_file = settings.keys.dir.as_ref().map(|dir| dir.join("backup.key"));
    settings
}

async fn started(settings: &Settings) -> Result<(), String> {
    let around = Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() };
    match setup::serve(settings, around).await {
        Ok(hub) => {
            assert!(hub.demands.password_days == Some(180) && hub.demands.passwords.kinds == 3);
            hub.ledger.close().await.unwrap();
            Ok(())
        }
        Err(fault) => Err(format!("{fault:#}")),
    }
}

#[actix_web::test]
async fn t24_an_assessed_district_starts_neither_with_mail_in_clear_nor_with_open_backups() {
    let place = Place::empty();
    let (sound, clock) = (assessed(&place), ManualClock::new(at(BEGIN)));
    started(&sound).await.unwrap();
    let mut loose = sound.clone();
    loose.backup.key_file = None;
    loose.mail.url = "smtp://mail.example?tls=none".into();
    let said = started(&loose).await.unwrap_err();
    for key in ["\n  mail.url: leaves ?tls=none out", "\n  backup.key_file: names a key"] {
        assert!(said.contains(key) && !said.contains("mail.example"), "{said}");
    }
    let told = async |settings: &Settings| {
        let findings = doctor::examine(settings, &clock).await;
        let about = findings.iter().map(ToString::to_string).filter(|one| one[5..].starts_with("profile"));
        about.map(|one| one[..30].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&loose).await, ["FAIL profile  dengbao3: mail.u", "FAIL profile  dengbao3: backup"]);
    assert_eq!(told(&sound).await, ["ok   profile  dengbao3: the se"]);
    let file = place.path().join("open.backup");
    let refused = backup::back_up(&loose, &file, &clock).unwrap_err();
    assert!(format!("{refused:#}").contains("backup.key_file") && !file.exists(), "{refused:#}");
    backup::back_up(&sound, &file, &clock).unwrap();
}
