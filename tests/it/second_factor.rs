//! Second factors that are demanded, and the page of the own sign-in (T4, T8): a post that needs one goes nowhere before it is
//! enrolled, the key stands on the page as a square, and the other sessions end at a word.

use crate::factors::enrols;
use crate::people::does;
use crate::town::browser::hidden;
use crate::town::{BEGIN, PASSWORD, Place, Town, at, town};
use serde_json::json;
use whistle_hub::config::{Profile, SecondFactor, Security, Settings};

#[actix_web::test]
async fn t04_a_post_that_needs_a_factor_goes_nowhere_before_it_is_enrolled() {
    for (demanded, liaison) in [(SecondFactor::Posts, 200), (SecondFactor::Everybody, 403)] {
        let place = Place::new().demanding(demanded);
        let t = Box::pin(Town::open(&place, at(BEGIN))).await;
        for who in ["office", "director", "supervisor", "admin"] {
            let refused = t.person(who).get("/whistles").await.expect(403);
            assert_eq!(refused.problem(), "factor_first", "{who}");
            t.person(who).get("/me").await.expect(200);
        }
        t.fire().get("/whistles").await.expect(liaison);
        let browser = t.signed_in("office").await;
        for path in ["/console", "/console/triage", "/admin/import"] {
            assert_eq!(browser.get(path).await.expect(303).header("location"), Some("/me"), "{path}");
        }
        let shown = browser.get("/me").await.expect(200).text();
        assert!(shown.contains("您的岗位须启用动态码"), "{shown}");
        let (_, codes) = enrols(&t, "office").await;
        t.office().get("/whistles").await.expect(200);
        // Whoever came in before by the password alone is out.
        assert!(browser.get("/console/triage").await.expect(303).header("location").unwrap().starts_with("/login"));
        t.try_password("office", PASSWORD).await.expect(401);
        let both = json!({ "username": "office", "password": PASSWORD, "totp": codes[0] });
        t.ask("POST", "/api/v1/sessions").json(&both).send().await.expect(201);
        // Given up, it is demanded again.
        t.office().ask("DELETE", "/me/totp").await.send().await.expect(204);
        assert_eq!(t.office().get("/whistles").await.expect(403).problem(), "factor_first");
        Box::pin(t.leave()).await;
    }
}

#[test]
fn t04_who_must_have_a_factor_follows_from_the_profile_and_a_demo_asks_nobody() {
    let of = |profile, second_factor| Security { profile, second_factor, ..Security::default() };
    for (security, demo, asked) in [
        (of(Profile::Standard, None), false, SecondFactor::Posts),
        (of(Profile::Standard, None), true, SecondFactor::Nobody),
        (of(Profile::Dengbao3, None), false, SecondFactor::Everybody),
        (of(Profile::Standard, Some(SecondFactor::Nobody)), false, SecondFactor::Nobody),
        (of(Profile::Standard, Some(SecondFactor::Posts)), true, SecondFactor::Posts),
    ] {
        assert_eq!(security.second_factor(demo), asked, "{security:?}");
    }
    let security = of(Profile::Dengbao3, Some(SecondFactor::Posts));
    let refused = Settings { security, ..Settings::default() }.check().unwrap_err().to_string();
    assert!(refused.starts_with("security.second_factor: is everybody"), "{refused}");
}

#[actix_web::test]
async fn t04_the_key_of_a_device_stands_on_the_page_as_a_square_that_no_style_and_no_script_draws() {
    town(async |t| {
        let browser = t.signed_in("liaison.xf").await;
        assert!(!browser.get("/me").await.expect(200).text().contains("class=\"square\""));
        let page = browser.fills("/me", "/me/totp", &[]).await.expect(200).text();
        let square = page.split("<svg class=\"square\"").nth(1).unwrap().split("</svg>").next().unwrap();
        assert!(square.contains("M4 4h1v1h-1z") && square.contains("二维码"), "{square}");
        assert!(!square.contains("style=") && !square.contains("href"), "{square}");
    })
    .await;
}

#[actix_web::test]
async fn t08_another_factor_ends_every_other_session_of_its_owner() {
    town(async |t| {
        let (office, keeper) = (t.office(), t.person("admin"));
        let known = async |token: &str| t.ask("GET", "/api/v1/me").bearer(token).send().await.status;
        let (token, browser) = (office.fresh_token().await, t.signed_in("office").await);
        // Nothing is given up where nothing stands.
        office.ask("DELETE", "/me/totp").await.send().await.expect(204);
        assert_eq!(known(&token).await, 200);
        let (_, codes) = enrols(t, "office").await;
        assert_eq!(known(&token).await, 401, "in by the password alone");
        assert!(browser.get("/console").await.expect(303).header("location").unwrap().starts_with("/login"));
        // The own session goes on, and nobody else's ends.
        office.get("/whistles").await.expect(200);
        keeper.get("/me").await.expect(200);
        let both = json!({ "username": "office", "password": PASSWORD, "totp": codes[0] });
        let token = t.ask("POST", "/api/v1/sessions").json(&both).send().await.expect(201).json();
        let token = token["access_token"].as_str().unwrap();
        office.ask("DELETE", "/me/totp").await.send().await.expect(204);
        assert_eq!(known(token).await, 401, "given up, and others stay");
        enrols(t, "office").await;
        does(keeper, "office", "reset_totp", &json!({})).await.expect(200);
        office.get("/me").await.expect(401);
    })
    .await;
}

#[actix_web::test]
async fn t08_the_own_page_names_where_one_is_signed_in_and_ends_all_but_this() {
    town(async |t| {
        let here = t.signed_in("liaison.xf").await;
        let there = t.signed_in("liaison.xf").await;
        let token = t.fire().fresh_token().await;
        let shown = here.get("/me").await.expect(200);
        let text = shown.text();
        assert_eq!((text.matches("登录于").count(), text.matches("本次").count()), (3, 1), "{text}");
        let csrf = hidden(&shown, "csrf");
        here.post("/me/sessions/end_others", &[("csrf", &csrf)]).await.expect(303);
        assert!(there.get("/console").await.expect(303).header("location").unwrap().starts_with("/login"));
        t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
        let left = here.get("/me").await.expect(200).text();
        assert_eq!(left.matches("登录于").count(), 1, "{left}");
        assert!(left.contains("全部退出登录") && !left.contains("/me/sessions/end_others"), "{left}");
        // Nobody else's: the office is where it was.
        t.office().get("/whistles").await.expect(200);
    })
    .await;
}
