//! The JSON door: the order of checks, answers and their tags, lists, sessions, sameness, faults.
//! What the nouns decide is tested where they decide it.

use super::*;
use actix_web::http::Method;

#[actix_web::test]
async fn a_whistle_goes_from_blow_to_accepted_through_the_door() {
    let stage = Stage::new().await;
    let (blower, office) = (stage.token("liaison.xf").await, stage.token("office").await);
    let blown = stage.call(keyed(post(&blower, "/whistles", &hazard()), "key-0000001")).await;
    assert_eq!(blown.status, 201, "{}", blown.json());
    let code = blown.json()["code"].as_str().unwrap().to_owned();
    assert_eq!((blown.header("etag"), blown.json()["status"].as_str()), ("\"1\"", Some("submitted")));
    assert_eq!(blown.header("location"), format!("/api/v1/whistles/{code}"));
    assert!(!blown.headers.contains_key("idempotency-replayed"));

    let again = stage.call(keyed(post(&blower, "/whistles", &hazard()), "key-0000001")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((again.json(), again.header("etag")), (blown.json(), "\"1\""));
    let other = stage.call(keyed(post(&blower, "/whistles", &value!({ "what": "x" })), "key-0000001")).await;
    assert_eq!((other.status, other.json()["type"].as_str()), (422, Some("urn:whistle-hub:problem:key_reused")));

    let path = format!("/whistles/{code}/accept");
    let order = value!({ "severity": "general", "urgency": "normal", "lead": "XF", "supports": [], "route": "single", "dispatch": false });
    let with = |tag: &str| post(&office, &path, &order).insert_header(("if-match", tag.to_owned()));
    assert_eq!(stage.call(post(&office, &path, &order)).await.status, 428);
    let stale = stage.call(with("\"0\"")).await;
    assert_eq!((stale.status, &stale.json()["current_version"]), (412, &value!(1)));
    let refused = stage.call(post(&blower, &path, &order).insert_header(("if-match", "\"1\""))).await;
    assert_eq!(refused.status, 403);
    let done = stage.call(with("\"1\"")).await;
    assert_eq!((done.status, done.header("etag")), (200, "\"2\""), "{}", done.json());
    let shown = stage.call(get(&office, &format!("/whistles/{code}"))).await;
    assert_eq!((shown.json(), shown.header("etag")), (done.json(), "\"2\""));
    let late = stage.call(with("\"2\"")).await;
    assert_eq!((late.status, late.json()["current_status"].as_str()), (409, Some("accepted")));
    assert!(late.json()["allowed_deeds"].as_array().unwrap().contains(&value!("dispatch")));
    let timeline = stage.call(get(&office, &format!("/whistles/{code}/timeline?limit=1"))).await;
    assert_eq!(timeline.json()["items"][0]["kind"], "whistle.blown");
    let next = timeline.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = stage.call(get(&office, &format!("/whistles/{code}/timeline?cursor={next}"))).await;
    assert_eq!(
        (&rest.json()["items"][0]["kind"], &rest.json()["next_cursor"]),
        (&value!("whistle.accepted"), &Value::Null)
    );
}

#[actix_web::test]
async fn checks_come_in_the_order_of_the_contract() {
    let stage = Stage::new().await;
    let (blower, office) = (stage.token("liaison.xf").await, stage.token("office").await);
    let status = async |request: TestRequest| stage.call(request).await.status;
    let gzip = |request: TestRequest| request.insert_header(("content-encoding", "gzip"));
    // 401 before 415, 415 before 404, 404 before 403, 403 before 400 (key), key before 428, 428 before the body.
    assert_eq!(status(gzip(post("x.y.z", "/whistles", &hazard()))).await, 401);
    assert_eq!(status(gzip(post(&office, "/whistles/WH-2026-9999/accept", &hazard()))).await, 415);
    assert_eq!(status(keyed(post(&blower, "/whistles/WH-2026-9999/accept", &hazard()), "k")).await, 404);
    let supervisor = stage.token("supervisor").await;
    assert_eq!(status(post(&supervisor, "/whistles", &hazard())).await, 403);
    assert_eq!(status(post(&blower, "/whistles", &value!({}))).await, 400);
    assert_eq!(status(keyed(post(&blower, "/whistles", &value!({})), "short")).await, 400);
    let blown = stage.call(keyed(post(&blower, "/whistles", &hazard()), "key-0000002")).await;
    let path = format!("/whistles/{}/accept", blown.json()["code"].as_str().unwrap());
    assert_eq!(status(keyed(post(&office, &path, &value!([])), "short")).await, 400);
    assert_eq!(status(post(&office, &path, &value!([]))).await, 428);
    let zero = |body: Value| post(&office, &path, &body).insert_header(("if-match", "\"0\""));
    assert_eq!(status(zero(value!([]))).await, 400);
    assert_eq!(status(zero(value!({ "route": "nope" }))).await, 422);
    let faults = stage
        .call(keyed(
            post(&blower, "/whistles", &value!({ "category": "nope", "urgency": 3, "extra": 1 })),
            "key-0000003",
        ))
        .await;
    assert!(faults.status == 422 && faults.json()["errors"].as_array().unwrap().len() >= 4, "{}", faults.json());
    let large = post(&blower, "/whistles", &value!({ "what": "x".repeat(70_000) }));
    assert_eq!(status(large).await, 413);
    let broken = post(&blower, "/whistles", &value!({})).set_payload(&b"{\"what\":\"\xff\"}"[..]);
    assert_eq!(status(keyed(broken, "key-0000004")).await, 400);
    let plain = post(&blower, "/whistles", &hazard()).insert_header(("content-type", "text/plain"));
    assert_eq!(status(keyed(plain, "key-0000005")).await, 415);
}

#[actix_web::test]
async fn i4_hidden_and_absent_are_the_same_answer() {
    let stage = Stage::new().await;
    let (blower, other) = (stage.token("liaison.xf").await, stage.token("liaison.sl").await);
    let blown = stage.call(keyed(post(&blower, "/whistles", &hazard()), "key-0000006")).await;
    let code = blown.json()["code"].as_str().unwrap().to_owned();
    for (method, tail) in [("GET", ""), ("GET", "/timeline"), ("GET", "/timeline?limit=0"), ("POST", "/accept")] {
        let mut answers = Vec::new();
        for code in [code.as_str(), "WH-2026-9999"] {
            let path = format!("/whistles/{code}{tail}");
            let request = if method == "GET" { get(&other, &path) } else { post(&other, &path, &value!({})) };
            let answered = stage.call(request.insert_header(("x-request-id", "same"))).await;
            answers.push((answered.status, answered.headers.clone(), answered.bytes.clone()));
        }
        assert_eq!(answers[0], answers[1], "{method} {tail}");
        assert_eq!(answers[0].0, 404, "{method} {tail}");
        assert!(!String::from_utf8_lossy(&answers[0].2).contains("WH-"), "a code is echoed");
    }
}

#[actix_web::test]
async fn lists_page_without_gap_or_repeat_and_refuse_what_they_do_not_know() {
    let stage = Stage::new().await;
    let blower = stage.token("liaison.ga").await;
    for number in 0..7 {
        let order = value!({ "category": "fire", "what": format!("分页{number}"), "place": "利民市场", "town": "T01" });
        let blown = stage.call(keyed(post(&blower, "/whistles", &order), &format!("key-page-{number}"))).await;
        assert_eq!(blown.status, 201);
    }
    for sort in ["-blown_at", "blown_at", "due_at"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let answered = stage.call(get(&blower, &format!("/whistles?limit=3&sort={sort}{cursor}"))).await;
            let body = answered.json();
            seen.extend(body["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()));
            match body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<std::collections::BTreeSet<_>>().len()), (7, 7), "{sort}");
    }
    let first = stage.call(get(&blower, "/whistles?limit=3")).await.json()["next_cursor"].as_str().unwrap().to_owned();
    for bad in ["cursor=%00zz", &format!("sort=due_at&cursor={first}"), "limit=0", "status=nope", "zz=1", "town=T99"] {
        let answered = stage.call(get(&blower, &format!("/whistles?{bad}"))).await;
        assert_eq!(answered.status, 400, "{bad}");
    }
    let found = stage.call(get(&blower, "/whistles?q=%E9%A1%B55&overdue=false&category=fire,gas")).await;
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 1, "{}", found.json());
    let summonses = stage.call(get(&blower, "/summonses?status=issued&limit=5")).await;
    assert_eq!((summonses.status, summonses.json()), (200, value!({ "items": [], "next_cursor": null })));
}

#[actix_web::test]
async fn the_directory_shows_people_of_the_own_unit_only() {
    let stage = Stage::new().await;
    let (liaison, office) = (stage.token("liaison.xf").await, stage.token("office").await);
    let own = stage.call(get(&liaison, "/people?limit=200")).await.json();
    let own = own["items"].as_array().unwrap().clone();
    assert!(!own.is_empty() && own.iter().all(|person| person["department_code"] == "XF"));
    let all = stage.call(get(&office, "/people?limit=10")).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 10);
    let next = all["next_cursor"].as_str().unwrap();
    let second = stage.call(get(&office, &format!("/people?limit=10&cursor={next}"))).await.json();
    assert_ne!(second["items"][0], all["items"][0]);
    assert_eq!(stage.call(get(&liaison, &format!("/people?cursor={next}"))).await.status, 400);
    for list in ["departments", "towns", "enterprises", "categories"] {
        let rows = stage.call(get(&liaison, &format!("/{list}"))).await.json();
        assert!(rows["items"][0]["code"].is_string() && rows["items"][0]["name"].is_string(), "{list}");
    }
    let found = stage.call(get(&liaison, "/departments?q=%E6%B6%88%E9%98%B2")).await.json();
    assert!(found["items"].as_array().unwrap().iter().any(|row| row["code"] == "XF"), "{found}");
    let me = stage.call(get(&liaison, "/me")).await.json();
    assert_eq!((&me["department"], &me["town"], &me["role"]), (&value!("XF"), &Value::Null, &value!("liaison")));
    assert!(own.iter().any(|person| person["id"] == me["id"]));
}

#[actix_web::test]
async fn a_session_ends_at_once_and_a_wrong_password_says_nothing() {
    let stage = Stage::new().await;
    let token = stage.token("liaison.xf").await;
    let gone = stage.call(get(&token, "/sessions/current").method(Method::DELETE)).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    let after = stage.call(get(&token, "/me")).await;
    assert_eq!((after.status, after.header("www-authenticate")), (401, "Bearer"));
    let wrong = async |username: &str| {
        let order = value!({ "username": username, "password": "not-the-password" });
        let request = TestRequest::post().uri("/api/v1/sessions").set_json(order);
        let answered = stage.call(request.insert_header(("x-request-id", "same"))).await;
        (answered.status, answered.headers, answered.bytes)
    };
    let (known, unknown) = (wrong("liaison.xf").await, wrong("nobody").await);
    assert_eq!(known, unknown);
    assert_eq!(known.0, 401);
    let faulty = stage.call(TestRequest::post().uri("/api/v1/sessions").set_json(value!({ "user": "x" }))).await;
    assert_eq!((faulty.status, faulty.json()["errors"].as_array().unwrap().len()), (422, 3));
}

#[actix_web::test]
async fn what_no_route_knows_is_a_problem_in_the_same_shape() {
    let stage = Stage::new().await;
    let nowhere = stage.call(TestRequest::get().uri("/api/v1/nowhere").insert_header(("accept-language", "en"))).await;
    assert_eq!((nowhere.status, nowhere.header("content-type")), (404, "application/problem+json"));
    assert_eq!((nowhere.header("content-language"), nowhere.json()["title"].as_str()), ("en", Some("Not found")));
    let method = stage.call(TestRequest::delete().uri("/api/v1/whistles")).await;
    assert_eq!((method.status, method.header("allow")), (405, "GET, HEAD, POST"));
    assert_eq!(method.json()["type"], "urn:whistle-hub:problem:method_not_allowed");
    let tunnel = stage.call(TestRequest::get().uri("/healthz").insert_header(("upgrade", "websocket"))).await;
    assert_eq!((tunnel.status, tunnel.header("content-type")), (400, "application/problem+json"));
    for (path, named) in [("/api/v1/nowhere", "made"), ("/healthz", "r-7")] {
        let request = TestRequest::get().uri(path);
        let request = if named == "made" { request } else { request.insert_header(("x-request-id", named)) };
        let answered = stage.call(request).await;
        assert!(
            answered.header("x-request-id").len() > 2 && (named == "made" || answered.header("x-request-id") == named)
        );
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
        assert!(answered.header("content-security-policy").starts_with("default-src 'none'"));
    }
}

#[actix_web::test]
async fn what_machines_ask_needs_no_token_and_figures_stay_on_this_host() {
    let stage = Stage::new().await;
    let ask = async |path: &str| stage.call(TestRequest::get().uri(path)).await;
    assert_eq!(ask("/healthz").await.status, 200);
    let ready = ask("/readyz").await;
    assert_eq!((ready.status, &ready.json()["ledger"]), (200, &value!("ok")));
    assert_eq!((ask("/metrics").await.status, ask("/metrics").await.bytes), (200, b"figures 1\n".to_vec()));
    let far = TestRequest::get().uri("/metrics").peer_addr("10.1.2.3:4000".parse().unwrap());
    let app = init_service(app(stage.door.clone())).await;
    let response = try_call_service(&app, far.to_request()).await.unwrap();
    assert_eq!(response.status().as_u16(), 404);
    let document = ask("/api/v1/openapi.json").await;
    assert!(document.json()["openapi"].as_str().unwrap().starts_with("3.1"));
    stage.door.stop();
    assert_eq!(ask("/readyz").await.status, 503);
}

#[actix_web::test]
async fn a_panic_is_a_mute_500_with_its_request_id() {
    let stage = Stage::new().await;
    let broken =
        || async { if true { std::panic::resume_unwind(Box::new("a secret")) } else { HttpResponse::Ok().finish() } };
    let app = init_service(
        App::new()
            .app_data(stage.door.clone())
            .service(web::resource("/broken").to(broken))
            .wrap(from_fn(frame::frame)),
    )
    .await;
    let request = TestRequest::get().uri("/broken").insert_header(("x-request-id", "r-9")).to_request();
    let response = try_call_service(&app, request).await.unwrap_err().error_response();
    assert_eq!(response.status().as_u16(), 500);
    assert_eq!(response.headers().get("x-request-id").unwrap(), "r-9");
    let body = String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap();
    assert!(body.contains("r-9") && !body.contains("secret") && !body.contains("detail"), "{body}");
}

#[actix_web::test]
async fn every_answer_has_the_members_that_the_document_promises() {
    let stage = Stage::new().await;
    let (blower, office) = (stage.token("liaison.xf").await, stage.token("office").await);
    let blown = stage.call(keyed(post(&blower, "/whistles", &hazard()), "key-0000007")).await.json();
    let path = format!("/whistles/{}", blown["code"].as_str().unwrap());
    let order = value!({ "severity": "general", "urgency": "normal", "lead": "XF", "supports": [], "route": "single", "dispatch": true });
    let done = stage.call(post(&office, &format!("{path}/accept"), &order).insert_header(("if-match", "\"1\""))).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let document = stage.call(TestRequest::get().uri("/api/v1/openapi.json")).await.json();
    let promised = |name: &str, body: &Value| {
        let members = document["components"]["schemas"][name]["required"].as_array().unwrap();
        let missing: Vec<_> = members.iter().filter(|member| body.get(member.as_str().unwrap()).is_none()).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}: {body}");
    };
    promised("WhistleItem", &blown);
    promised("Whistle", &done.json());
    promised("Summons", &done.json()["summonses"][0]);
    promised("Summons", &stage.call(get(&blower, "/summonses")).await.json()["items"][0]);
    promised("TimelineEntry", &stage.call(get(&blower, &format!("{path}/timeline"))).await.json()["items"][0]);
    promised("Me", &stage.call(get(&blower, "/me")).await.json());
    promised("Problem", &stage.call(get(&blower, "/nowhere")).await.json());
    for (list, name) in [
        ("departments", "Department"),
        ("towns", "Town"),
        ("enterprises", "Enterprise"),
        ("people", "Person"),
        ("categories", "Category"),
    ] {
        promised(name, &stage.call(get(&office, &format!("/{list}"))).await.json()["items"][0]);
    }
}
