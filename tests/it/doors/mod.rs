//! The door itself: every route is known to the OpenAPI document and to nobody without a token, every answer wears its
//! headers, and what no honest client sends is refused on the raw socket (T13, T14).

mod bare;
mod lines;
mod rights;
pub(crate) mod roles;
mod shift;

use crate::town::http::raw;
use crate::town::{Reply, Town, accept_order, blow_order, town};
use lines::{address, rows};
use rights::May;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whistle_hub::http::routes::every_route;

/// Routes as `whistle-hub routes` and the document both know them: method and path.
async fn documented(t: &Town) -> Vec<(String, String, Value)> {
    let document = t.ask("GET", "/api/v1/openapi.json").send().await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap().clone();
    let all = paths.into_iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, what)| (method.to_uppercase(), path.clone(), what))
    });
    all.collect()
}

#[actix_web::test]
async fn the_document_names_exactly_the_routes_that_answer() {
    town(async |t| {
        let all = documented(t).await;
        let told: BTreeSet<String> = all.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
        let listed: BTreeSet<String> = whistle_hub::http::routes::listing()
            .lines()
            .filter(|line| {
                line.contains(" /api/")
                    || ["/healthz", "/readyz", "/metrics", "/csp"].iter().any(|end| line.contains(end))
            })
            .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(told, listed);
        let paths: BTreeSet<&String> = all.iter().map(|(_, path, _)| path).collect();
        for path in paths {
            let real = path.replace("{code}", "WH-2026-0001");
            for method in ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"] {
                let known = all.iter().any(|(given, there, _)| given == method && there == path);
                let reply = t.ask(method, &real).send().await;
                assert_eq!(reply.status != 405, known, "{method} {path}: {}", reply.status);
                if !known {
                    assert!(reply.header("allow").is_some() && reply.problem() == "method_not_allowed");
                }
            }
        }
        for path in ["/api/v1/", "/api/v1/nothing", "/api/v2/whistles", "/nothing", "/api/v1/whistles/", "//api/v1/me"]
        {
            assert_eq!(t.ask("GET", path).send().await.status, 404, "{path}");
        }
    })
    .await;
}

#[actix_web::test]
async fn every_route_without_a_token_is_401_but_the_few_that_need_none() {
    town(async |t| {
        let mut open = Vec::new();
        for (method, path, _) in documented(t).await {
            let reply = t.ask(&method, &path.replace("{code}", "WH-2026-0001")).send().await;
            if reply.status != 401 {
                open.push(format!("{method} {path}"));
            }
        }
        open.sort();
        let none = [
            "GET /api/v1/openapi.json",
            "GET /healthz",
            "GET /metrics",
            "GET /readyz",
            "POST /api/v1/sessions",
            "POST /api/v1/sessions/refresh",
            "POST /csp",
        ];
        assert_eq!(open, none);
    })
    .await;
}

#[actix_web::test]
async fn nobody_gets_in_by_a_page_that_asks_for_a_sign_in() {
    town(async |t| {
        for (method, path, _) in every_route().filter(|(_, path, _)| !path.starts_with("/api/")) {
            let may = rows().iter().find(|(route, ..)| *route == format!("{method} {path}")).map(|(_, may, _)| *may);
            if may == Some(May::Anyone) {
                continue;
            }
            let path = path.replace("{verb}", "accept");
            let (_, path) = address(&format!("{method} {path}"), true);
            let reply = match method {
                "GET" => t.browser().get(&path).await,
                _ => t.browser().post(&path, &[("csrf", "x")]).await,
            };
            let led = reply.header("location").is_some_and(|to| to.starts_with("/login"));
            assert!(reply.status == 401 || (reply.status == 303 && led), "{method} {path}: {}", reply.status);
        }
    })
    .await;
}

#[actix_web::test]
async fn t13_headers_everywhere() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("头部")).await;
        let stale = t.office().deed(&code, "accept").await.version(9).json(&json!({})).send().await;
        let replies: Vec<Reply> = vec![
            t.ask("GET", "/healthz").send().await,
            t.ask("GET", "/nothing").send().await,
            t.ask("PUT", "/healthz").send().await,
            t.ask("GET", "/api/v1/me").send().await,
            t.fire().get("/me").await,
            t.fire().get("/whistles?x=1").await,
            t.fire().get("/whistles/WH-2026-9999").await,
            stale,
            t.ask("GET", "/login").send().await,
            t.ask("GET", "/api/v1/openapi.json").send().await,
            t.ask("GET", "/readyz").header("Upgrade", "h2c").send().await,
        ];
        for reply in replies {
            let has =
                |name: &str| reply.header(name).unwrap_or_else(|| panic!("{} has no {name}", reply.status)).to_owned();
            let policy = has("content-security-policy");
            for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(!policy.contains("unsafe"));
            assert_eq!(
                (has("x-content-type-options"), has("referrer-policy")),
                ("nosniff".into(), "same-origin".into())
            );
            assert_eq!(has("cross-origin-opener-policy"), "same-origin");
            assert_eq!(has("cross-origin-resource-policy"), "same-origin");
            assert!(has("permissions-policy").contains("camera=()") && has("cache-control").contains("no-store"));
            assert!(!has("x-request-id").is_empty());
            assert!(reply.header("server").is_none() && reply.header("x-powered-by").is_none());
        }
    })
    .await;
}

#[actix_web::test]
async fn a_request_id_is_echoed_or_made_and_a_problem_bears_it() {
    town(async |t| {
        let ask = || t.ask("GET", "/api/v1/me");
        let echoed = ask().header("X-Request-Id", "abc-1.2_3").send().await;
        assert_eq!(
            (echoed.header("x-request-id"), &echoed.json()["instance"]),
            (Some("abc-1.2_3"), &json!("abc-1.2_3"))
        );
        let mut made = BTreeSet::new();
        for odd in ["a b", "<script>", &"x".repeat(65), "编号"] {
            let reply = ask().header("X-Request-Id", odd).send().await;
            let id = reply.header("x-request-id").unwrap().to_owned();
            assert_ne!(id, odd);
            assert_eq!(reply.json()["instance"], id.as_str());
            assert!(made.insert(id));
        }
    })
    .await;
}

#[actix_web::test]
async fn t13_a_page_of_another_site_can_neither_post_nor_probe_the_json_door() {
    town(async |t| {
        let before = t.db_events().await;
        for site in ["cross-site", "same-site"] {
            let ask = t.fire().ask("POST", "/whistles").await.key("key-cross-01").header("Sec-Fetch-Site", site);
            ask.json(&blow_order("别站")).send().await.expect(403);
            t.ask("GET", "/api/v1/openapi.json").header("Sec-Fetch-Site", site).send().await.expect(403);
        }
        let ask = t.fire().ask("POST", "/whistles").await.key("key-both-01").header("Cookie", "wh=abc");
        assert_eq!(ask.json(&blow_order("两种凭证")).send().await.expect(400).problem(), "both_credentials");
        let form = t.fire().ask("POST", "/whistles").await.key("key-form-01");
        form.raw("application/x-www-form-urlencoded", b"category=fire&what=x&place=y".to_vec())
            .send()
            .await
            .expect(415);
        let cookie = t.ask("POST", "/api/v1/whistles").header("Cookie", "wh=abc").key("key-cook-01");
        cookie.json(&blow_order("只有饼干")).send().await.expect(401);
        assert_eq!(t.db_events().await, before);
    })
    .await;
}

/// What a raw request is answered: the status, or nothing.
async fn status_of(t: &Town, bytes: &[u8]) -> Option<u16> {
    Reply::read(&raw(t.address, bytes).await).map(|reply| reply.status)
}

#[actix_web::test]
async fn t14_raw_socket_table() {
    town(async |t| {
        let token = t.fire().token().await;
        let body = blow_order("走私").to_string();
        let blow = |extra: &str, version: &str, body: &str| {
            format!(
                "POST /api/v1/whistles {version}\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: \
                 key-raw-{}\r\nContent-Type: application/json\r\n{extra}\r\n{body}",
                t.fresh_key()
            )
        };
        let length = format!("Content-Length: {}\r\n", body.len());
        let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let sound = blow(&format!("{length}Connection: close\r\n"), "HTTP/1.1", &body);
        assert_eq!(status_of(t, sound.as_bytes()).await, Some(201), "the table's own request does not work");
        let before = t.db_events().await;
        let long = "x".repeat(40_000);
        let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
        let get = |line: &str, extra: &str| format!("{line}\r\nHost: hub\r\n{extra}\r\n");
        for (name, request) in [
            ("two lengths", blow(&format!("{length}Content-Length: 5\r\n"), "HTTP/1.1", &body)),
            ("two equal lengths in one", blow("Content-Length: 5, 5\r\n", "HTTP/1.1", "{   }")),
            ("a negative length", blow("Content-Length: -5\r\n", "HTTP/1.1", &body)),
            ("a signed length", blow("Content-Length: +5\r\n", "HTTP/1.1", "{   }")),
            ("length and chunked", blow(&format!("{length}Transfer-Encoding: chunked\r\n"), "HTTP/1.1", &chunked)),
            ("chunked on 1.0", blow("Transfer-Encoding: chunked\r\n", "HTTP/1.0", &chunked)),
            ("an unknown coding", blow("Transfer-Encoding: gzip, chunked\r\n", "HTTP/1.1", &chunked)),
            ("a coding hidden by a tab", blow("Transfer-Encoding: \tchunked, identity\r\n", "HTTP/1.1", &chunked)),
            ("a broken chunk", blow("Transfer-Encoding: chunked\r\n", "HTTP/1.1", "zz\r\n{}\r\n0\r\n\r\n")),
            ("upgrade", blow(&format!("{length}Connection: upgrade\r\nUpgrade: websocket\r\n"), "HTTP/1.1", &body)),
            ("upgrade h2c", get("GET /healthz HTTP/1.1", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n")),
            ("CONNECT", get("CONNECT hub:443 HTTP/1.1", "")),
            ("TRACE", get("TRACE /healthz HTTP/1.1", "Connection: close\r\n")),
            ("a long address", get(&format!("GET /healthz?{} HTTP/1.1", &long[..5000]), "Connection: close\r\n")),
            ("a fat head", get("GET /healthz HTTP/1.1", &format!("X-Fat: {long}\r\nConnection: close\r\n"))),
            ("two hundred fields", get("GET /healthz HTTP/1.1", &many)),
            ("a blank before the colon", get("GET /healthz HTTP/1.1", "X-A : b\r\nConnection: close\r\n")),
            ("a folded field", get("GET /healthz HTTP/1.1", "X-A: b\r\n c\r\nConnection: close\r\n")),
            ("a null in a field", get("GET /healthz HTTP/1.1", "X-A: b\0c\r\nConnection: close\r\n")),
            ("no version", "GET /healthz\r\n\r\n".to_owned()),
            ("another version", get("GET /healthz HTTP/3.0", "")),
            ("no HTTP", "hello\r\n\r\n".to_owned()),
        ] {
            let status = status_of(t, request.as_bytes()).await;
            assert!(status.is_none_or(|status| matches!(status, 400 | 413 | 431 | 405)), "{name}: {status:?}");
        }
        assert_eq!(t.db_events().await, before, "a refused request wrote something");
        t.fire().blows(&blow_order("之后照常")).await;
    })
    .await;
}

/// A body is never taken for a request: not where its end is unclear, nor where the door stopped reading it.
#[actix_web::test]
async fn t14_what_a_refused_request_carries_is_never_read_as_a_request() {
    town(async |t| {
        let token = t.fire().token().await;
        let hidden =
            format!("DELETE /api/v1/sessions/current HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\n\r\n");
        let full = |bytes: usize| hidden.repeat(bytes / hidden.len() + 1);
        let with = |line: &str, fields: &str, body: &str| format!("{line} HTTP/1.1\r\nHost: hub\r\n{fields}\r\n{body}");
        let length = |body: &str| format!("Content-Length: {}\r\n", body.len());
        let (stranger, huge) = (full(300_000), full(17 * 1024 * 1024));
        let bearer = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        for (name, request) in [
            ("length and chunked", with("POST /csp", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", &hidden)),
            ("upgrade", with("GET /healthz", "Upgrade: websocket\r\nConnection: Upgrade\r\n", &hidden)),
            ("CONNECT", with("CONNECT hub:1", "", &hidden)),
            ("a body on GET", with("GET /healthz", &length(&hidden), &hidden)),
            ("a stranger's long body", with("POST /api/v1/whistles", &length(&stranger), &stranger)),
            ("a body past what is dropped", with("POST /api/v1/whistles", &(bearer + &length(&huge)), &huge)),
        ] {
            let answer = raw(t.address, request.as_bytes()).await;
            let me = t.ask("GET", "/api/v1/me").bearer(&token).send().await;
            assert_eq!(me.status, 200, "{name}: {}", String::from_utf8_lossy(&answer));
        }
    })
    .await;
}

#[actix_web::test]
async fn problems_read_as_they_did_when_somebody_last_looked() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("问题的样子")).await;
        let accept = accept_order(&["XF"], "normal");
        let asks = [
            t.ask("GET", "/api/v1/me"),
            t.fire().ask("GET", "/whistles/WH-2026-9999").await,
            t.fire().deed(&code, "accept").await.version(1).json(&accept),
            t.office().deed(&code, "accept").await.json(&accept),
            t.office().deed(&code, "accept").await.version(7).json(&accept).english(),
            t.office().deed(&code, "close").await.version(1).json(&json!({ "kind": "fixed" })),
            t.director().deed(&code, "send_back").await.version(1).json(&json!({ "lacks": "缺" })),
        ];
        let mut told = String::new();
        for ask in asks {
            let mut problem = ask.send().await.json();
            problem.as_object_mut().unwrap().remove("instance");
            problem.as_object_mut().unwrap().remove("changes");
            told += &format!("{problem}\n");
        }
        insta::assert_snapshot!(told, @r#"
            {"detail":"没有有效的登录凭证，请登录后重试。","status":401,"title":"请先登录","type":"urn:whistle-hub:problem:sign_in_needed"}
            {"detail":"不存在，或者不在您可查看的范围内。请核对编号或地址。","status":404,"title":"没有找到","type":"urn:whistle-hub:problem:not_found"}
            {"detail":"请由有此职责的人员办理；如您另有身份，请换用该身份登录。","status":403,"title":"当前身份不能办理此事","type":"urn:whistle-hub:problem:role_may_not"}
            {"detail":"请先读取最新内容，再在If-Match中填写其ETag。","status":428,"title":"缺少If-Match","type":"urn:whistle-hub:problem:version_missing"}
            {"current_version":1,"detail":"Read what is there now, then send your deed again with the new version.","status":412,"title":"It has changed meanwhile, nothing was done","type":"urn:whistle-hub:problem:stale"}
            {"detail":"请按errors中的逐项提示修改后重新提交，其余内容保持不变即可。","errors":[{"code":"missing","message":"必填，请补上。","pointer":"/conclusion"}],"status":422,"title":"填写的内容有误","type":"urn:whistle-hub:problem:fields"}
            {"allowed_deeds":["accept","return","decline","merge","raise_urgency","lower_urgency"],"current_status":"submitted","detail":"请看现在的状态，并从allowed_deeds列出的操作中选择。","status":409,"title":"当前状态下不能这样办理","type":"urn:whistle-hub:problem:state"}
        "#);
    })
    .await;
}
