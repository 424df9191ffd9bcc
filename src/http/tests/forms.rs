//! The gate of the pages: cookie, origin, token of the session. The pages themselves are `console`'s.
//! Each refusal is tried with everything else right.

use super::*;
use crate::app::sessions::SignIn;
use crate::domain::session;
use crate::domain::whistle::blow::BLOW;
use gate::{Form, SESSION, Visitor, cookie_to_set};

const ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A page that answers with what its order says.
async fn ordered(form: Form) -> problem::Answer {
    let asked = form.asked(&BLOW);
    let said = format!("{:?} {:?} {} {:?}", asked.key, asked.version, asked.route, asked.body);
    Ok(HttpResponse::Ok().body(said))
}

async fn who(visitor: Visitor) -> HttpResponse {
    HttpResponse::Ok().body(visitor.0.map_or("nobody".to_owned(), |present| present.actor.username))
}

async fn call(stage: &Stage, request: TestRequest) -> (u16, String) {
    let pages = App::new()
        .app_data(stage.door.clone())
        .service(web::resource("/console/order").route(web::post().to(ordered)).route(web::get().to(who)))
        .wrap(from_fn(frame::frame));
    let request = request.peer_addr("127.0.0.1:4000".parse().unwrap()).to_request();
    let response = try_call_service(&init_service(pages).await, request).await.unwrap();
    let (status, body) = (response.status().as_u16(), response.into_body());
    (status, String::from_utf8(to_bytes(body).await.unwrap().to_vec()).unwrap())
}

#[actix_web::test]
async fn t13_forged_posts_are_refused_and_our_own_pass() {
    let stage = Stage::new().await;
    let hub = &stage.door.hub;
    let address = "127.0.0.1".parse().unwrap();
    let (username, door) = ("liaison.xf", session::Door::Cookie);
    let given = SignIn { username, password: PASSWORD, totp: None, address, door, device: "" };
    let secret = sessions::sign_in(hub, given).await.unwrap().secret;
    let present = sessions::by_cookie(hub, &secret).await.unwrap().unwrap();
    let csrf = sessions::csrf_token(hub, &present);
    let cookie = cookie_to_set(&stage.door, SESSION, secret);
    let form = |csrf: &str| {
        let body = format!("csrf={csrf}&key=key-00000001&version=3&category=fire&what=%E7%81%AB&place=a+b");
        let post = TestRequest::post().uri("/console/order").insert_header(ORIGIN).set_payload(body);
        post.insert_header(("content-type", "application/x-www-form-urlencoded"))
    };
    let (status, said) = call(&stage, form(&csrf).cookie(cookie.clone())).await;
    assert_eq!(status, 200, "{said}");
    for part in ["Some(\"key-00000001\")", "Named(3)", "POST /console/order", "Text(\"火\")", "Text(\"a b\")"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("csrf") && !said.contains("\"version\""), "{said}");
    let refused = async |request: TestRequest| call(&stage, request).await.0;
    assert_eq!(refused(form(&csrf)).await, 401);
    assert_eq!(refused(form("").cookie(cookie.clone())).await, 403);
    assert_eq!(refused(form(&csrf.replace('0', "1")).cookie(cookie.clone())).await, 403);
    for site in ["same-site", "none"] {
        assert_eq!(refused(form(&csrf).cookie(cookie.clone()).insert_header((ORIGIN.0, site))).await, 403, "{site}");
    }
    let json = form(&csrf).cookie(cookie.clone()).insert_header(("content-type", "application/json"));
    assert_eq!(refused(json).await, 415);
    let both = form(&csrf).cookie(cookie.clone()).insert_header(("authorization", "Bearer x"));
    assert_eq!(refused(both).await, 400);

    let get = || TestRequest::get().uri("/console/order");
    assert_eq!(call(&stage, get().cookie(cookie.clone())).await, (200, "liaison.xf".to_owned()));
    assert_eq!(call(&stage, get()).await, (200, "nobody".to_owned()));
    let twice = get().insert_header(("cookie", format!("wh={}; wh=other", cookie.value())));
    assert_eq!(call(&stage, twice).await.1, "nobody", "a sibling site threw its cookie in");
}

#[actix_web::test]
async fn a_cookie_opens_no_json_door_and_a_token_no_page() {
    let stage = Stage::new().await;
    let token = stage.token("liaison.xf").await;
    let page = TestRequest::get().uri("/console/order").insert_header(("authorization", format!("Bearer {token}")));
    assert_eq!(call(&stage, page).await.1, "nobody");
    let cookie = cookie_to_set(&stage.door, SESSION, token);
    assert_eq!(stage.call(TestRequest::get().uri("/api/v1/me").cookie(cookie)).await.status, 401);
}
