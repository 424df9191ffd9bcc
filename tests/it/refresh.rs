//! Staying signed in: a refresh token works once, its successor is told again for a moment, and whoever shows it later
//! has stolen it or was robbed: the family ends everywhere (T11). Sessions of one person are few and end together (T8).

use crate::town::{Place, Reply, Town, town};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::at::At;

/// What a sign-in or a refresh answers.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(reply: Reply) -> Tokens {
        let text = |name: &str| reply.json()[name].as_str().unwrap().to_owned();
        assert_eq!((&reply.json()["token_type"], &reply.json()["expires_in"]), (&json!("Bearer"), &json!(600)));
        Tokens { access: text("access_token"), refresh: text("refresh_token") }
    }
}

async fn signed_in(t: &Town, username: &str) -> Tokens {
    Tokens::of(t.try_password(username, crate::town::PASSWORD).await.expect(201))
}

async fn refresh(t: &Town, token: &str) -> Reply {
    t.ask("POST", "/api/v1/sessions/refresh").json(&json!({ "refresh_token": token })).send().await
}

async fn status(t: &Town, access: &str) -> u16 {
    t.ask("GET", "/api/v1/me").bearer(access).send().await.status
}

/// A clock that shows so many seconds more.
fn later(t: &Town, seconds: i64) {
    let now = whistle_hub::clock::Clock::now(&t.clock);
    t.clock.set(At(now.0 + seconds * 1_000_000));
}

#[actix_web::test]
async fn t11_reuse_kills_family() {
    let (place, clock) = (Place::new(), ManualClock::new(crate::town::at(crate::town::BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock)).await;
    let (first, other) = (signed_in(&t, "liaison.xf").await, signed_in(&t, "liaison.xf").await);
    let second = Tokens::of(refresh(&t, &first.refresh).await.expect(200));
    assert!(second.refresh != first.refresh && status(&t, &first.access).await == 200, "what runs goes on");
    later(&t, 10);
    let again = Tokens::of(refresh(&t, &first.refresh).await.expect(200));
    assert_eq!(again.refresh, second.refresh, "a lost answer leads to another successor");
    assert_eq!(status(&t, &again.access).await, 200);
    let third = Tokens::of(refresh(&t, &second.refresh).await.expect(200));
    later(&t, 11);
    let fourth = Tokens::of(refresh(&t, &third.refresh).await.expect(200));
    assert_eq!(refresh(&t, &third.refresh).await.status, 200, "within the moment");
    later(&t, 11);
    let refused = refresh(&t, &third.refresh).await.expect(401);
    assert_eq!(refused.problem(), "sign_in_needed");
    for (name, access) in [("first", first.access), ("third", third.access), ("fourth", fourth.access)] {
        assert_eq!(status(&t, &access).await, 401, "the {name} access token outlived its family");
    }
    refresh(&t, &fourth.refresh).await.expect(401);
    assert_eq!(status(&t, &other.access).await, 200, "another sign-in of the same person ended with it");
    let shown = [&first.refresh, &second.refresh, &third.refresh, &fourth.refresh, &other.refresh];
    let halves: Vec<Vec<u8>> =
        shown.iter().flat_map(|token| [token[..64].as_bytes().to_vec(), token[64..].as_bytes().to_vec()]).collect();
    assert!(place.dump().iter().all(|value| !halves.contains(value)), "a row holds a secret that works");
    Box::pin(t.close()).await;
}

/// A token two steps behind is in two hands, however little time has passed.
#[actix_web::test]
async fn t11_an_older_token_than_the_last_kills_its_family_at_once() {
    town(async |t| {
        let first = signed_in(t, "liaison.xf").await;
        let second = Tokens::of(refresh(t, &first.refresh).await.expect(200));
        let third = Tokens::of(refresh(t, &second.refresh).await.expect(200));
        refresh(t, &first.refresh).await.expect(401);
        refresh(t, &third.refresh).await.expect(401);
        assert_eq!(status(t, &third.access).await, 401);
    })
    .await;
}

#[actix_web::test]
async fn t11_many_at_once_with_one_token_get_one_successor() {
    town(async |t| {
        let first = signed_in(t, "liaison.xf").await;
        let all = futures_util::future::join_all((0..8).map(|_| refresh(t, &first.refresh))).await;
        let successors: BTreeSet<String> = all.into_iter().map(|reply| Tokens::of(reply.expect(200)).refresh).collect();
        assert_eq!(successors.len(), 1, "two lines of one family");
        refresh(t, successors.first().unwrap()).await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn t11_a_family_lives_by_use_and_ends_with_its_session() {
    town(async |t| {
        let mut tokens = signed_in(t, "liaison.xf").await;
        // Twelve hours of use, every twenty minutes.
        for _ in 0..35 {
            t.clock.advance(20);
            tokens = Tokens::of(refresh(t, &tokens.refresh).await.expect(200));
        }
        t.clock.advance(20);
        refresh(t, &tokens.refresh).await.expect(401);
        let asleep = signed_in(t, "liaison.xf").await;
        t.clock.advance(30);
        refresh(t, &asleep.refresh).await.expect(401);
    })
    .await;
}

#[actix_web::test]
async fn t11_what_is_no_refresh_token_is_401_and_no_family_ends() {
    town(async |t| {
        let tokens = signed_in(t, "liaison.xf").await;
        let browser = t.signed_in("liaison.xf").await;
        let cookie = browser.cookie("wh").unwrap();
        for odd in
            ["x", &tokens.access, &tokens.refresh[..64], &tokens.refresh[1..], &"粉".repeat(43), &"0".repeat(128)]
        {
            refresh(t, odd).await.expect(401);
        }
        refresh(t, &format!("{cookie}{}", &tokens.refresh[64..])).await.expect(401);
        assert_eq!(status(t, &tokens.access).await, 200);
        browser.get("/console/whistles").await.expect(200);
        assert_eq!(refresh(t, "").await.expect(422).faults(), ["/refresh_token blank"]);
    })
    .await;
}

async fn sessions(t: &Town, access: &str) -> Vec<Value> {
    let reply = t.ask("GET", "/api/v1/sessions").bearer(access).send().await.expect(200);
    reply.json()["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn t08_old_secret_dies_everywhere() {
    let (place, clock) = (Place::new(), ManualClock::new(crate::town::at(crate::town::BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock)).await;
    let (one, two) = (signed_in(&t, "liaison.xf").await, signed_in(&t, "liaison.xf").await);
    let (other, browser) = (signed_in(&t, "head.xf").await, t.signed_in("liaison.xf").await);
    let mut feed = t.person("liaison.xf").listens(None).await;
    let seen = sessions(&t, &one.access).await;
    assert_eq!(seen.iter().filter(|session| session["this"] == true).count(), 1);
    // Two by hand, the browser, and the one that listens.
    assert_eq!(seen.len(), 4, "{seen:?}");
    t.ask("DELETE", "/api/v1/sessions").bearer(&two.access).send().await.expect(204);
    for access in [&one.access, &two.access] {
        assert_eq!(status(&t, access).await, 401);
    }
    refresh(&t, &one.refresh).await.expect(401);
    browser.get("/console/whistles").await.expect(303);
    assert_eq!(status(&t, &other.access).await, 200, "another person was signed out too");
    later(&t, 2);
    t.person("head.xf").blows(&crate::town::blow_order("全部退出之后")).await;
    assert_eq!(feed.next().await, None, "a feed told something after all was over");
    let fresh = signed_in(&t, "liaison.xf").await;
    assert_eq!(sessions(&t, &fresh.access).await.len(), 1);
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t08_a_fourth_browser_ends_the_oldest_which_is_told() {
    town(async |t| {
        let mut browsers = Vec::new();
        for _ in 0..4 {
            browsers.push(t.signed_in("liaison.xf").await);
            t.clock.advance(1);
        }
        let other = t.signed_in("head.xf").await;
        browsers[0].get("/console/whistles").await.expect(303);
        let told = browsers[0].get("/login").await.expect(200).text();
        assert!(told.contains("其他地方登录"), "the oldest is not told why");
        for browser in browsers.iter().skip(1).chain([&other]) {
            browser.get("/console/whistles").await.expect(200);
        }
        assert!(!t.browser().get("/login").await.expect(200).text().contains("其他地方登录"));
    })
    .await;
}
