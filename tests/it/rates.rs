//! How much anybody may ask: so many requests a second for each person and machine, so many for a stranger's address, so
//! many whistles a minute; one who asks too much hears when to come back and takes nobody else's share (T14, T40).

use crate::town::browser::hidden;
use crate::town::{PASSWORD, Person, Place, Reply, Town, blow_order};
use serde_json::json;
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::at::At;

async fn bounded(rate: u32, story: impl AsyncFnOnce(&Town)) {
    let (place, clock) = (Place::new().bounded(rate), ManualClock::new(crate::town::at(crate::town::BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock)).await;
    Box::pin(story(&t)).await;
    t.clock.advance(2);
    Box::pin(t.close()).await;
}

fn a_second_later(t: &Town) {
    let now = whistle_hub::clock::Clock::now(&t.clock);
    t.clock.set(At(now.0 + 1_000_000));
}

/// A refusal that says what is wrong and when to come back.
fn too_much(reply: &Reply) -> u32 {
    assert_eq!((reply.status, reply.problem().as_str()), (429, "too_many_requests"), "{}", reply.text());
    reply.header("retry-after").unwrap().parse().unwrap()
}

#[actix_web::test]
async fn t14_each_principal_has_a_budget_and_nobody_spends_anothers() {
    bounded(30, async |t| {
        let (fire, office) = (t.fire().token().await, t.office().token().await);
        let me = async |token: &str| t.ask("GET", "/api/v1/me").bearer(token).send().await;
        for number in 0..30 {
            assert_eq!(me(&fire).await.status, 200, "{number}");
        }
        assert_eq!(too_much(&me(&fire).await), 1);
        let blow = t.ask("POST", "/api/v1/whistles").bearer(&fire).key("key-too-much").json(&blow_order("太多"));
        assert_eq!(too_much(&blow.send().await), 1);
        // Another token of the same person is the same person; another person is not.
        let again = t.try_password("liaison.xf", PASSWORD).await.expect(201).json();
        too_much(&me(again["access_token"].as_str().unwrap()).await);
        assert_eq!(me(&office).await.status, 200);
        a_second_later(t);
        assert_eq!(me(&fire).await.status, 200);
        // A search weighs as much as twenty other reads.
        assert_eq!(t.ask("GET", "/api/v1/whistles?q=a").bearer(&office).send().await.status, 200);
        too_much(&t.ask("GET", "/api/v1/whistles?q=a").bearer(&office).send().await);
    })
    .await;
}

#[actix_web::test]
async fn t14_strangers_share_the_budget_of_their_address_and_take_nobodys() {
    bounded(200, async |t| {
        let fire = t.fire().token().await;
        a_second_later(t);
        let from = async |address: &str| {
            let body = json!({ "refresh_token": "x" });
            let ask = t.ask("POST", "/api/v1/sessions/refresh").header("X-Forwarded-For", address).json(&body);
            ask.send().await
        };
        for number in 0..20 {
            assert_eq!(from("203.0.113.9").await.status, 401, "{number}");
        }
        too_much(&from("203.0.113.9").await);
        assert_eq!(from("203.0.113.10").await.status, 401, "a neighbour pays too");
        let bad = t.ask("GET", "/api/v1/me").bearer("x.y.z").header("X-Forwarded-For", "203.0.113.9").send().await;
        too_much(&bad);
        let page = t.ask("GET", "/login").header("Accept", "text/html").header("X-Forwarded-For", "203.0.113.9");
        let page = page.send().await.expect(429);
        assert!(page.header("retry-after").is_some() && page.text().contains("操作太频繁"), "{}", page.text());
        let good = t.ask("GET", "/api/v1/me").bearer(&fire).header("X-Forwarded-For", "203.0.113.9").send().await;
        assert_eq!(good.status, 200, "whoever is signed in pays for the address");
        for path in ["/healthz", "/readyz", "/api/v1/openapi.json", "/assets/hub.css"] {
            let reply = t.ask("GET", path).header("X-Forwarded-For", "203.0.113.9").send().await;
            assert_ne!(reply.status, 429, "{path}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t40_a_person_blows_sixty_whistles_a_minute_and_a_machine_has_its_own_share() {
    bounded(500, async |t| {
        let expires = json!({ "name": "烟感", "scopes": ["whistle.blow"], "expires_at": "2026-12-31T00:00:00+08:00" });
        let made = t.person("head.xf").ask("POST", "/tokens").await.json(&expires).send().await.expect(201).json();
        let browser = t.signed_in("liaison.xf").await;
        for number in 0..60 {
            assert_eq!(t.fire().tries_to_blow(&blow_order("同一分钟")).await.status, 201, "{number}");
        }
        let wait = too_much(&t.fire().tries_to_blow(&blow_order("同一分钟")).await);
        assert!((1..=2).contains(&wait), "{wait}");
        let page = browser.get("/console/whistles/new").await.expect(200);
        let (csrf, key) = (hidden(&page, "csrf"), hidden(&page, "key"));
        let fields = [("csrf", csrf.as_str()), ("key", &key), ("category", "fire"), ("what", "x"), ("place", "y")];
        browser.post("/console/whistles/new", &fields).await.expect(429);
        let ask = t.ask("POST", "/api/v1/whistles").bearer(made["token"].as_str().unwrap()).key("key-machine-1");
        ask.json(&blow_order("机器的哨")).send().await.expect(201);
        t.emergency().blows(&blow_order("别的单位")).await;
        a_second_later(t);
        t.fire().blows(&blow_order("一秒之后")).await;
    })
    .await;
}

/// Slice by slice is as few files an hour as all at once.
#[actix_web::test]
async fn t21_ten_files_an_hour_leave_with_one_person_by_whichever_door() {
    bounded(500, async |t| {
        let (admin, other) = (t.person("admin"), t.person("supervisor"));
        let list = async |who: &Person<'_>| who.ask("POST", "/exports/towns").await.send().await;
        for number in 0..9 {
            assert_eq!(list(&admin).await.status, 200, "{number}");
        }
        let browser = t.signed_in("admin").await;
        let csrf = hidden(&browser.get("/admin/import").await.expect(200), "csrf");
        browser.post("/admin/export/towns", &[("csrf", &csrf)]).await.expect(200);
        too_much(&list(&admin).await);
        browser.post("/admin/export/towns", &[("csrf", &csrf)]).await.expect(429);
        list(&other).await.expect(200);
        other.ask("POST", "/exports/whistles").await.send().await.expect(200);
    })
    .await;
}

/// What is noted beside a request is no part of it.
#[actix_web::test]
async fn t40_a_use_that_cannot_be_written_down_keeps_nobody_out() {
    let place = Place::on_servers();
    let t = Box::pin(Town::open(&place, crate::town::at(crate::town::BEGIN))).await;
    let expires = json!({ "name": "烟感", "scopes": ["whistle.blow"], "expires_at": "2026-12-31T00:00:00+08:00" });
    let made = t.person("head.xf").ask("POST", "/tokens").await.json(&expires).send().await.expect(201).json();
    let (machine, fire) = (made["token"].as_str().unwrap(), t.fire().token().await);
    place.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
         CREATE TRIGGER full_disk BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION full_disk();
         CREATE TRIGGER full_disk BEFORE UPDATE ON machine_tokens FOR EACH ROW EXECUTE FUNCTION full_disk();",
    );
    t.clock.advance(2);
    t.ask("GET", "/api/v1/me").bearer(&fire).send().await.expect(200);
    for (number, token) in [fire.as_str(), machine].into_iter().enumerate() {
        let blow = t.ask("POST", "/api/v1/whistles").bearer(token).key(&format!("key-full-{number}"));
        blow.json(&blow_order("磁盘已满")).send().await.expect(201);
    }
    Box::pin(t.close()).await;
}
