//! What a firm says by its link: photos, drawn anew like all others; what it thinks of a visit, which those who went never read; and
//! that law erases it. The link itself is tried next door.

use super::{CREW, claims, linked, opened, ordered, sends};
use crate::town::browser::{Browser, hidden};
use crate::town::files::{FORM_OF_FILES, GPS, files, jpeg, phone_jpeg};
use crate::town::http::{Ask, early};
use crate::town::{BEGIN, Place, Town, at, town};
use serde_json::json;
use whistle_hub::app::elsewhere;
use whistle_hub::domain::terms::ErasureGround;

const MIB: usize = 1024 * 1024;

#[actix_web::test]
async fn t28_three_photos_and_no_more_and_each_is_drawn_anew() {
    town(async |t| {
        let case = ordered(t).await;
        let (path, other) = (linked(t, &case.first).await, linked(t, &case.second).await);
        let (firm, other) = (opened(t, &path).await, opened(t, &other).await);
        let (taken, small) = (phone_jpeg(400, 300), jpeg(20, 20));
        let said = [("fixed", "true")];
        let before = t.db_events().await;
        let four: Vec<(&str, &[u8])> = (0..4).map(|_| ("a.jpg", &small[..])).collect();
        for (photos, told) in [
            (&four[..], "最多3项"),
            (&[("好.jpg", &small[..]), ("坏.jpg", b"#!/bin/sh\n")], "坏.jpg："),
            (&[("单.pdf", b"%PDF-1.7\n%%EOF\n")], "单.pdf："),
        ] {
            let refused = claims(&firm, &said, photos).await.expect(422).text();
            assert!(refused.contains("id=\"fixed-files-fault\""), "{told}: {refused}");
            assert!(refused.contains(told), "{told}: {refused}");
        }
        assert_eq!((t.db_events().await, t.status(&case.first).await.as_str()), (before, "ordered"));
        claims(&firm, &said, &[("前.jpg", &taken), ("后.jpg", &small)]).await.expect(303);
        let finding = format!("/findings/{}", case.first);
        let proof = t.person("inspector.yj").sees(&finding).await["attachments"].clone();
        let told = json!({ "by": proof[0]["by"], "when": proof[0]["when"], "original": proof[0]["original"] });
        assert_eq!(told, json!({ "by": { "name": null, "department": null }, "when": "after", "original": false }));
        assert_eq!(proof.as_array().unwrap().len(), 2);
        let id = proof[0]["id"].as_str().unwrap();
        let copy = t.person("inspector.yj").get(&format!("/attachments/{id}")).await.expect(200);
        let own = firm.get(&format!("/f/photos/{id}")).await.expect(200);
        assert!(own.body == copy.body && own.header("content-type") == Some("image/jpeg"));
        assert!(!own.body.windows(GPS.len()).any(|window| window == GPS), "it tells where it was taken");
        assert!(firm.get("/f/order").await.text().contains(&format!("src=\"/f/photos/{id}\"")));
        for (browser, path) in [(&other, format!("/f/photos/{id}")), (&firm, "/f/photos/at_0".to_owned())] {
            browser.get(&path).await.expect(404);
        }
        // What officials attach is theirs.
        let ask = t.person("inspector.yj").ask("POST", &format!("{finding}/attachments")).await;
        let official = ask.raw(FORM_OF_FILES, files(&[], &[("查.jpg", &small)])).send().await.expect(201).json();
        firm.get(&format!("/f/photos/{}", official["items"][0]["id"].as_str().unwrap())).await.expect(404);
        let page = t.signed_in("inspector.yj").await.get(&format!("/console{finding}")).await.expect(200).text();
        assert!(page.contains(&format!("/console/attachments/{id}")) && page.contains("企业"), "{page}");
    })
    .await;
}

#[actix_web::test]
async fn what_a_firm_typed_comes_back_beside_what_is_wrong_with_its_photos_in_its_language() {
    town(async |t| {
        let case = ordered(t).await;
        let firm = opened(t, &linked(t, &case.first).await).await;
        let (small, large) = (jpeg(20, 20), vec![b' '; 10 * 1024 * 1024 + 1]);
        let four = [("a.jpg", &small[..]); 4];
        let two = [("大.jpg", &large[..]), ("好.jpg", &small), ("也大.jpg", &large)];
        let paper = [("单.pdf", &b"%PDF-1.7\n%%EOF\n"[..])];
        for (tail, of_four, of_two, of_paper) in [
            ("", "最多3项", ["大.jpg：超过10 MiB", "也大.jpg：超过10 MiB"], "单.pdf：只接受JPEG、PNG、WebP照片"),
            (
                "?lang=en",
                "At most 3 items",
                ["大.jpg: It is larger than 10 MiB", "也大.jpg: It is larger"],
                "单.pdf: Only pictures",
            ),
        ] {
            for (photos, told) in [(&four[..], &[of_four][..]), (&two, &of_two), (&paper, &[of_paper])] {
                let csrf = hidden(&firm.get("/f/order").await.expect(200), "csrf");
                let said = [("csrf", csrf.as_str()), ("fixed", "true"), ("note", "已换三台")];
                let refused = firm.sends(&format!("/f/report_fixed{tail}"), &said, photos).await.expect(422).text();
                assert!(refused.contains("id=\"fixed-files-fault\""), "{refused}");
                assert!(told.iter().all(|told| refused.contains(told)), "{told:?}: {refused}");
                assert!(refused.contains("value=\"true\" required checked"), "the tick is lost: {refused}");
                assert!(refused.contains("已换三台"), "the note is lost: {refused}");
            }
        }
        assert_eq!(t.status(&case.first).await, "ordered");
        claims(&firm, &[("fixed", "true"), ("note", "已换三台")], &[("好.jpg", &small)]).await.expect(303);
    })
    .await;
}

#[actix_web::test]
async fn a_firm_for_whose_photos_there_is_no_room_says_it_without_them() {
    let place = Place::new();
    place.fill();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let case = ordered(&t).await;
    let firm = opened(&t, &linked(&t, &case.first).await).await;
    let said = [("fixed", "true"), ("note", "已换三台")];
    let refused = claims(&firm, &said, &[("好.jpg", &jpeg(20, 20))]).await.expect(422).text();
    assert!(refused.contains("id=\"fixed-files-fault\"") && refused.contains("已换三台"), "{refused}");
    assert!(refused.contains("value=\"true\" required checked"), "{refused}");
    claims(&firm, &said, &[("", b"")]).await.expect(303);
    assert_eq!(t.status(&case.first).await, "reported");
    Box::pin(t.close()).await;
}

/// A claim of which what is sent is said later.
fn claim(firm: &Browser<'_>) -> Ask {
    firm.ask("POST", "/f/report_fixed").header("Sec-Fetch-Site", "same-origin")
}

#[actix_web::test]
async fn a_firms_claim_that_is_cut_in_the_middle_says_nothing_and_leaves_nothing_behind() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let case = ordered(&t).await;
    let firm = opened(&t, &linked(&t, &case.first).await).await;
    let csrf = hidden(&firm.get("/f/order").await.expect(200), "csrf");
    let before = t.db_events().await;
    let form = files(&[("csrf", &csrf), ("fixed", "true")], &[("a.jpg", &vec![b'x'; 2 * 1024 * 1024])]);
    let line = claim(&firm).raw(FORM_OF_FILES, form).half().await;
    t.until_lying(&place, 1).await;
    drop(line);
    t.until_lying(&place, 0).await;
    assert_eq!((t.db_events().await, t.status(&case.first).await.as_str()), (before, "ordered"));
    claims(&firm, &[("fixed", "true")], &[("好.jpg", &jpeg(20, 20))]).await.expect(303);
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t14_what_a_firm_sends_is_read_up_to_what_its_photos_may_have_whether_it_says_how_much_comes_or_not() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let case = ordered(&t).await;
    let firm = opened(&t, &linked(&t, &case.first).await).await;
    let csrf = hidden(&firm.get("/f/order").await.expect(200), "csrf");
    let told = claim(&firm).header("Content-Length", &(40 * MIB).to_string()).header("Content-Type", FORM_OF_FILES);
    told.send().await.expect(413);
    // Three photos and a little, and what is read away so that the refusal arrives; then nobody waits for the rest.
    let form = files(&[("csrf", &csrf), ("fixed", "true")], &[("a.jpg", &vec![b'x'; 2 * (31 + 16 + 8) * MIB])]);
    let chunk = [format!("{:x}\r\n", form.len()).as_bytes(), &form].concat();
    let line = claim(&firm).header("Transfer-Encoding", "chunked").raw(FORM_OF_FILES, chunk).half().await;
    let answer = early(&line).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("connection: close"), "{answer}");
    t.until_lying(&place, 0).await;
    assert_eq!(t.status(&case.first).await, "ordered");
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn what_a_firm_thinks_of_a_visit_is_read_by_the_office_and_supervisors_alone() {
    town(async |t| {
        let case = ordered(t).await;
        let path = linked(t, &case.first).await;
        let (firm, finding) = (opened(t, &path).await, format!("/findings/{}", case.first));
        t.hush("态度生硬");
        let refused = sends(&firm, "rate", &[("text", "态度生硬")]).await.expect(422).text();
        assert!(refused.contains("id=\"rate-stars-fault\"") && refused.contains("态度生硬"), "{refused}");
        let of_visit = format!("/visits/{}/timeline", case.first.trim_end_matches("-01"));
        let known = async |who: &'static str| {
            let (seen, past) = (t.person(who).get(&finding).await, t.person(who).get(&of_visit).await);
            format!("{} {}", seen.sameness(), past.sameness())
        };
        let departments = ["inspector.yj", "head.yj.2", "liaison.yj", "inspector.xf", "head.xf", "town.t06"];
        let mut before = Vec::new();
        for who in departments {
            before.push(known(who).await);
        }
        sends(&firm, "rate", &[("stars", "2"), ("text", "态度生硬")]).await.expect(303);
        for (who, before) in departments.into_iter().zip(before) {
            assert_eq!(known(who).await, before, "{who} learns of it");
            let page = t.signed_in(who).await.get(&format!("/console{finding}")).await.expect(200).text();
            assert!(!page.contains("态度生硬") && !page.contains("2星"), "{who} reads it");
        }
        for who in ["office", "director", "supervisor"] {
            let rated = &t.person(who).sees(&finding).await["rated"];
            assert_eq!((&rated["stars"], &rated["text"]), (&json!(2), &json!("态度生硬")), "{who}");
            let page = t.signed_in(who).await.get(&format!("/console{finding}")).await.expect(200).text();
            assert!(page.contains("态度生硬") && page.contains("2星"), "{who}");
            let visit = case.first.trim_end_matches("-01");
            for path in [format!("/console/visits/{visit}"), "/console/enterprises/E01".to_owned()] {
                let page = t.signed_in(who).await.get(&path).await.expect(200).text();
                assert!(page.contains("态度生硬") && page.contains("2星"), "{who} {path}");
            }
        }
        // Thought better of.
        let shown = firm.get("/f/order").await.expect(200).text();
        assert!(shown.contains("value=\"2\" checked") && shown.contains("态度生硬"), "{shown}");
        sends(&firm, "rate", &[("stars", "5")]).await.expect(303);
        let rated = &t.office().sees(&finding).await["rated"];
        assert_eq!((&rated["stars"], &rated["text"]), (&json!(5), &json!(null)));
        assert_eq!(
            t.office().sees(&of_visit).await["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| one["kind"] == "visit.rated")
                .count(),
            2
        );
    })
    .await;
}

#[actix_web::test]
async fn a_firms_page_has_every_rating_however_much_was_found_there_since() {
    town(async |t| {
        let case = ordered(t).await;
        let firm = opened(t, &linked(t, &case.first).await).await;
        sends(&firm, "rate", &[("stars", "2")]).await.expect(303);
        let item =
            |number: usize| json!({ "department": "YJ", "subject": format!("第{number}处"), "whistle": &case.whistle });
        let plan = json!({
            "enterprise": "E01", "date": "2026-12-02", "period": "PM", "notice": "announced",
            "members": t.members(&CREW[..2]).await, "items": (1..=50).map(item).collect::<Vec<_>>(),
        });
        let visit = t.office().plans(&plan).await;
        t.office().does(&visit, "propose", json!({})).await;
        t.person("head.yj.2").does(&visit, "approve_own_part", json!({})).await;
        t.office().does(&visit, "announce", json!({})).await;
        t.until("2026-12-02T14:00:00+08:00").await;
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        let found =
            |number: usize| json!({ "item": number.to_string(), "outcome": "finding", "finding": { "what": "积粉" } });
        let results = json!({ "results": (1..=50).map(found).collect::<Vec<_>>() });
        t.person("inspector.yj").does(&visit, "record", results).await;
        let page = t.signed_in("supervisor").await.get("/console/enterprises/E01").await.expect(200).text();
        assert!(page.contains("2星") && page.contains(&case.first), "{page}");
        // What is to be put right stands there for those who see it, as many as a page holds, and leads to all.
        assert!(page.contains(&format!("href=\"/console/findings/{visit}-50\"")), "{page}");
        assert!(page.contains("href=\"/console/findings?view=all&#38;enterprise=E01\""), "{page}");
        let other = t.signed_in("liaison.sc").await.get("/console/enterprises/E01").await.expect(200).text();
        assert!(!other.contains("/console/findings/LJ-") && other.contains("没有您可以查看的待整改隐患"), "{other}");
    })
    .await;
}

#[actix_web::test]
async fn t30_what_a_firm_said_of_a_person_is_found_and_erased() {
    town(async |t| {
        let case = ordered(t).await;
        let path = linked(t, &case.first).await;
        let (firm, finding) = (opened(t, &path).await, format!("/findings/{}", case.first));
        t.hush("甄难缠");
        sends(&firm, "rate", &[("stars", "1"), ("text", "甄难缠来过两次")]).await.expect(303);
        claims(&firm, &[("fixed", "true"), ("note", "甄难缠已看过")], &[]).await.expect(303);
        let found = elsewhere::find(t.db_hub(), "甄难缠").await.unwrap();
        assert_eq!(found.texts.len(), 2);
        assert_eq!(elsewhere::carry_out(t.db_hub(), ErasureGround::ConsentWithdrawn, &found).await.unwrap(), 2);
        let told = t.office().sees(&finding).await;
        assert_eq!((&told["rated"]["stars"], &told["rated"]["text"]), (&json!(1), &json!(null)));
        assert_eq!((&told["status"], &told["reported"]["note"]), (&json!("reported"), &json!(null)));
    })
    .await;
}
