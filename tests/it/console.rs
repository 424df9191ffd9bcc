//! The console over the wire: the main job by plain forms, and everything that another site, another session or an
//! old page might send instead (T7, T8, T13, T17, T22).

use crate::town::browser::{FORM, form, hidden};
use crate::town::{Town, accept_order, blow_order, town};
use serde_json::json;

#[actix_web::test]
async fn the_main_job_is_done_by_plain_forms_alone() {
    town(async |t| {
        let (fire, office) = (t.signed_in("liaison.xf").await, t.signed_in("office").await);
        let text = "配电房堆放纸箱，门被堵住";
        t.hush(text);
        let blow = [("category", "fire"), ("what", text), ("enterprise", "E01"), ("place", ""), ("urgency", "urgent")];
        let blown = fire.fills("/console/whistles/new", "/console/whistles/new", &blow).await.expect(303);
        assert!(blown.header("location").unwrap().starts_with("/console/whistles/WH-2026-0001"));
        t.settle().await;
        let page = "/console/whistles/WH-2026-0001";
        let accept =
            [("severity", "general"), ("urgency", "urgent"), ("lead", "XF"), ("route", "single"), ("dispatch", "true")];
        office.fills(page, &format!("{page}/accept"), &accept).await.expect(303);
        let (summons, id) = ("/console/summonses/WH-2026-0001-XF", t.fire().id().await);
        let report = [("officers", id.as_str()), ("mode", "site")];
        fire.fills(summons, &format!("{summons}/report_in"), &report).await.expect(303);
        fire.fills(summons, &format!("{summons}/submit"), &[("result", "已清走纸箱")]).await.expect(303);
        t.hush("已清走纸箱");
        office.fills(summons, &format!("{summons}/accept"), &[]).await.expect(303);
        let close = [("kind", "fixed"), ("conclusion", "复查无异常")];
        office.fills(page, &format!("{page}/close"), &close).await.expect(303);
        assert_eq!(t.office().sees("/whistles/WH-2026-0001").await["status"], "closed");
        let told = fire.get(page).await.expect(200).text();
        assert!(told.contains(text) && told.contains("复查无异常"), "{told}");
    })
    .await;
}

#[actix_web::test]
async fn a_form_that_was_sent_twice_blows_once_and_a_refused_one_keeps_what_was_typed() {
    town(async |t| {
        let fire = t.signed_in("liaison.xf").await;
        let page = fire.get("/console/whistles/new").await.expect(200);
        let (csrf, key) = (hidden(&page, "csrf"), hidden(&page, "key"));
        let fields =
            [("csrf", csrf.as_str()), ("key", &key), ("category", "fire"), ("what", "连点两下"), ("place", "东门")];
        for _ in 0..2 {
            let reply = fire.post("/console/whistles/new", &fields).await.expect(303);
            assert!(reply.header("location").unwrap().contains("WH-2026-0001"));
        }
        assert_eq!(t.db_events().await, 1);
        let long = "粉".repeat(2001);
        let faulty = [("category", "fire"), ("what", long.as_str()), ("title", "留着的题目")];
        let refused = fire.fills("/console/whistles/new", "/console/whistles/new", &faulty).await.expect(422).text();
        assert!(refused.contains(&long) && refused.contains("留着的题目"), "what was typed is gone");
        assert_eq!(t.db_events().await, 1);
    })
    .await;
}

/// What each door that changes something takes when all is well.
async fn doors(t: &Town) -> Vec<(String, Vec<(&'static str, String)>)> {
    let code = t.fire().blows(&blow_order("伪造的表单")).await;
    let summons = t.office().summons(&code, &["XF"], "normal").await.remove(0);
    vec![
        (
            "/console/whistles/new".into(),
            vec![
                ("key", "key-forged-1".into()),
                ("category", "fire".into()),
                ("what", "伪造".into()),
                ("place", "某处".into()),
            ],
        ),
        (format!("/console/summonses/{summons}/acknowledge"), vec![("version", "1".into())]),
        ("/logout".into(), vec![]),
    ]
}

#[actix_web::test]
async fn t13_forged_posts() {
    town(async |t| {
        let doors = doors(t).await;
        let (browser, other) = (t.signed_in("liaison.xf").await, t.signed_in("head.xf").await);
        let csrf = hidden(&browser.get("/console/whistles/new").await, "csrf");
        let foreign = hidden(&other.get("/console/whistles/new").await, "csrf");
        let before_sign_in = hidden(&t.browser().get("/login").await, "csrf");
        let before = t.db_events().await;
        let (own, host) = (format!("http://{}", t.address), t.address.to_string());
        let https = own.replace("http:", "https:");
        for (path, fields) in &doors {
            let with = |csrf: &str| {
                let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                all.insert(0, ("csrf", csrf));
                form(&all)
            };
            let mut asks = Vec::new();
            for wrong in ["", "x", &foreign, &before_sign_in, &csrf.to_uppercase(), &csrf[1..], &format!("{csrf} ")] {
                let ask = browser.ask("POST", path).header("Sec-Fetch-Site", "same-origin");
                asks.push((format!("csrf {wrong}"), 403, ask.raw(FORM, with(wrong))));
            }
            for site in ["cross-site", "same-site", "none", "", "SAME-ORIGIN"] {
                let ask = browser.ask("POST", path).header("Sec-Fetch-Site", site);
                asks.push((format!("site {site}"), 403, ask.raw(FORM, with(&csrf))));
            }
            for origin in
                ["http://evil.example", "null", &https, &host, &format!("{own}.evil.example"), "http://127.0.0.1:1"]
            {
                let ask = browser.ask("POST", path).header("Origin", origin);
                asks.push((format!("origin {origin}"), 403, ask.raw(FORM, with(&csrf))));
            }
            asks.push(("neither origin nor site".into(), 403, browser.ask("POST", path).raw(FORM, with(&csrf))));
            let site = || browser.ask("POST", path).header("Sec-Fetch-Site", "same-origin");
            asks.push(("as text".into(), 415, site().raw("text/plain", with(&csrf))));
            asks.push(("as JSON".into(), 415, site().raw("application/json", b"{}".to_vec())));
            let both = site().bearer(&t.fire().token().await);
            asks.push(("cookie and bearer".into(), 400, both.raw(FORM, with(&csrf))));
            let twice = site().header("Cookie", "wh=0000");
            asks.push(("two cookies".into(), 401, twice.raw(FORM, with(&csrf))));
            let nobody = t.ask("POST", path).header("Sec-Fetch-Site", "same-origin");
            asks.push(("no cookie".into(), 401, nobody.raw(FORM, with(&csrf))));
            let bearer = t.ask("POST", path).header("Sec-Fetch-Site", "same-origin").bearer(&t.fire().token().await);
            asks.push(("a bearer at a page".into(), 401, bearer.raw(FORM, with(&csrf))));
            for (name, status, ask) in asks {
                let reply = ask.send().await;
                assert_eq!(reply.status, status, "{path}: {name}: {}", reply.text());
            }
        }
        assert_eq!(t.db_events().await, before, "a forged form wrote something");
        browser.get("/console/whistles").await.expect(200);
        for (path, fields) in &doors {
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all.push(("csrf", &csrf));
            browser.post(path, &all).await.expect(303);
        }
        browser.get("/console/whistles").await.expect(303);
    })
    .await;
}

#[actix_web::test]
async fn t13_nobody_is_signed_in_as_somebody_else_by_a_forged_form() {
    town(async |t| {
        let victim = t.browser();
        victim.get("/login").await.expect(200);
        let attacker = hidden(&t.browser().get("/login").await, "csrf");
        let fields = [("csrf", attacker.as_str()), ("username", "office"), ("password", crate::town::PASSWORD)];
        let reply = victim.post("/login", &fields).await.expect(403);
        assert!(reply.headers.iter().all(|(name, value)| name != "set-cookie" || !value.starts_with("wh=")));
        let csrf = hidden(&victim.get("/login").await, "csrf");
        let good = [("csrf", csrf.as_str()), ("username", "office"), ("password", crate::town::PASSWORD)];
        let cross = victim.ask("POST", "/login").header("Origin", "http://evil.example").raw(FORM, form(&good));
        cross.send().await.expect(403);
        for (next, to) in [
            ("//evil.example", "/console"),
            ("https://evil.example/", "/console"),
            ("/\\evil.example", "/console"),
            ("/console\r\nSet-Cookie: a=b", "/console"),
            ("/w/WH-2026-0001", "/w/WH-2026-0001"),
        ] {
            let browser = t.browser();
            let csrf = hidden(&browser.get("/login").await, "csrf");
            let mut fields = good.to_vec();
            (fields[0].1, fields[1].1) = (&csrf, "liaison.xf");
            fields.push(("next", next));
            let reply = browser.post("/login", &fields).await.expect(303);
            let location = reply.header("location").unwrap();
            assert!(location.starts_with(to) && !location.contains("evil"), "{next:?} → {location}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t08_a_cookie_is_new_at_each_sign_in_and_dead_after_sign_out() {
    town(async |t| {
        let browser = t.signed_in("office").await;
        let old = browser.cookie("wh").unwrap();
        assert_eq!(old.len(), 64, "256 bits");
        let page = browser.get("/console/triage").await.expect(200);
        let again = t.signed_in("office").await;
        assert_ne!(again.cookie("wh").unwrap(), old);
        let out = browser.post("/logout", &[("csrf", &hidden(&page, "csrf"))]).await.expect(303);
        assert!(out.header("clear-site-data").is_some());
        let with_old = t.ask("GET", "/console/triage").header("Cookie", &format!("wh={old}"));
        with_old.send().await.expect(401);
        again.get("/console/triage").await.expect(200);
        t.advance(31).await;
        again.get("/console/triage").await.expect(303);
    })
    .await;
}

#[actix_web::test]
async fn t07_a_letters_link_tells_a_stranger_nothing() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("跳转页")).await;
        let open = async |code: &str| {
            let reply = t.ask("GET", &format!("/w/{code}")).header("Accept", "text/html").send().await;
            reply.sameness().replace(code, "<code>")
        };
        assert_eq!(open(&code).await, open("WH-2026-9999").await);
        let stranger = t.signed_in("liaison.sc").await;
        for (there, not_there) in [(code.as_str(), "WH-2026-9999")] {
            let page = async |code: &str| {
                let reply = stranger.get(&format!("/console/whistles/{code}")).await.expect(404);
                reply.sameness().replace(code, "<code>")
            };
            assert_eq!(page(there).await, page(not_there).await);
        }
    })
    .await;
}

#[actix_web::test]
async fn t22_what_people_wrote_is_text_on_every_page_and_in_both_languages() {
    town(async |t| {
        let poison = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}";
        let order = json!({ "category": "fire", "what": poison, "title": poison, "place": poison, "clause": poison });
        let code = t.fire().blows(&order).await;
        let mut accept = accept_order(&["YJ"], "urgent");
        accept["dispatch"] = json!(false);
        t.office().does(&code, "accept", accept).await;
        let task = json!({ "department": "YJ", "role": "lead", "task": poison });
        t.office().does(&code, "dispatch", json!({ "summonses": [task] })).await;
        let summons = format!("{code}-YJ");
        let id = t.emergency().id().await;
        t.emergency().does(&summons, "report_in", json!({ "officers": [id], "mode": "site", "note": poison })).await;
        t.emergency().does(&summons, "submit", json!({ "result": poison })).await;
        let mut seen = 0;
        for who in ["office", "liaison.xf", "liaison.yj", "supervisor"] {
            let browser = t.signed_in(who).await;
            for path in [
                "/console/whistles".to_owned(),
                format!("/console/whistles/{code}"),
                format!("/console/summonses/{summons}"),
                "/console/summonses".to_owned(),
                format!("/console/triage?open={code}"),
                "/console/whistles?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
                "/search?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
            ] {
                for language in ["zh-CN", "en"] {
                    let reply = browser.ask("GET", &path).header("Accept-Language", language).send().await;
                    let page = reply.text();
                    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{who} {path}");
                    assert!(!page.contains("49}}") && !page.contains("onerror=alert(1)>{"), "{who} {path}");
                    seen += usize::from(page.contains("alert(1)"));
                }
            }
        }
        assert!(seen > 20, "the payload was hardly on any page: {seen}");
    })
    .await;
}

#[actix_web::test]
async fn i9_looking_at_every_page_changes_nothing() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("只看不动")).await;
        t.office().summons(&code, &["XF"], "normal").await;
        t.settle().await;
        let (events, letters) = (t.db_events().await, t.letters().len());
        for who in ["office", "liaison.xf", "supervisor", "town.t06", "admin"] {
            let browser = t.signed_in(who).await;
            for path in [
                "/",
                "/console",
                "/console/triage",
                "/console/whistles",
                "/console/whistles/new",
                "/field/new",
                "/search",
                "/search?q=%E5%8F%AA",
                "/console/summonses",
                "/login",
                &format!("/w/{code}"),
                &format!("/console/whistles/{code}"),
                &format!("/console/summonses/{code}-XF"),
                &format!("/console/whistles/{code}/accept"),
                "/logout",
            ] {
                for method in ["GET", "HEAD"] {
                    let reply = browser.ask(method, path).send().await;
                    assert!(reply.status < 500, "{method} {path}: {}", reply.status);
                    assert!(method == "GET" || reply.body.is_empty(), "HEAD {path} has a body");
                }
            }
            browser.get("/console/whistles").await.expect(200);
        }
        t.settle().await;
        assert_eq!((t.db_events().await, t.letters().len()), (events, letters));
    })
    .await;
}
