//! Lists that need two persons: one proposes, another human confirms, and both stand on record. What a file may hold and
//! what a calendar changes is `imports.rs`.

use crate::imports::{LISTS, of_the_directory, send};
use crate::town::browser::hidden;
use crate::town::{Person, town};
use serde_json::{Value, json};

/// A list by the word of two: what the second is answered.
pub(crate) async fn two_words(list: &str, first: &Person<'_>, second: &Person<'_>, file: String) -> Value {
    let waits = send(first, &format!("/imports/{list}"), file).await.expect(200).json();
    assert_eq!((&waits["waits"], &waits["written"]), (&json!(true), &json!(false)), "{waits}");
    let word = json!({ "sha256": waits["sha256"] });
    second.ask("POST", &format!("/imports/{list}/confirm")).await.json(&word).send().await.expect(200).json()
}

#[actix_web::test]
async fn t33_a_calendar_takes_the_word_of_two_humans_and_says_whose() {
    town(async |t| {
        let (admin, director) = (t.person("admin"), t.director());
        let (_, calendar, _) = LISTS[5];
        let off = |day: &str| format!("{calendar}{day},off,临时停工,\n");
        let say = async |who: &Person<'_>, verb: &str, seen: &Value| {
            let word = json!({ "sha256": seen["sha256"] });
            who.ask("POST", &format!("/imports/calendar/{verb}")).await.json(&word).send().await.status
        };
        let days = async || send(&admin, "/imports/calendar?dry_run=true", calendar).await.json()["missing"].clone();
        let before = of_the_directory(t).await.len();
        let first = send(&admin, "/imports/calendar", off("2026-12-08")).await.expect(200).json();
        assert_eq!(say(&admin, "confirm", &first).await, 403, "one human said both words");
        assert_eq!(say(&t.office(), "confirm", &first).await, 403);
        let second = send(&admin, "/imports/calendar", off("2026-12-09")).await.expect(200).json();
        assert_eq!(say(&director, "confirm", &first).await, 404, "another file was meant");
        assert_eq!(days().await, 0);
        assert_eq!(say(&director, "refuse", &second).await, 200);
        assert_eq!((say(&director, "confirm", &second).await, days().await), (404, json!(0)));
        let third = send(&admin, "/imports/calendar", off("2026-12-10")).await.expect(200).json();
        t.advance(7 * 24 * 60).await;
        assert_eq!((say(&director, "confirm", &third).await, days().await), (404, json!(0)), "it waited for too long");
        let seen = two_words("calendar", &admin, &director, off("2026-12-17")).await;
        assert_eq!((&seen["written"], days().await), (&json!(true), json!(1)), "{seen}");
        let trail = of_the_directory(t).await.split_off(before);
        let kinds: Vec<_> = trail.iter().map(|one| one.kind.as_str()).collect();
        let proposed = "directory.proposed";
        let expected =
            [proposed, proposed, "directory.refused", proposed, proposed, "directory.imported", "directory.added"];
        assert_eq!(kinds, expected);
        let brought_in = trail.iter().find(|one| one.kind.as_str() == "directory.imported").unwrap();
        assert_eq!(brought_in.data["proposed_by"], "pe_admin");
        assert_eq!(brought_in.person.as_ref().unwrap().as_str(), "pe_director");
    })
    .await;
}

#[actix_web::test]
async fn t33_a_rota_takes_the_word_of_two_humans_too_and_leaves_alone_what_is_over() {
    town(async |t| {
        let (office, director) = (t.office(), t.director());
        let (_, duty, _) = LISTS[4];
        let other = |date: &str| {
            let was = duty.lines().find(|line| line.starts_with(date)).unwrap();
            let now = if was.ends_with("office.2") { was.replace("office.2", "office") } else { format!("{was}.2") };
            duty.replace(&format!("{was}\n"), &format!("{now}\n"))
        };
        let stands = |date: &str| {
            let rules = t.db_hub().rules();
            rules.directory.shift_of(date.parse().unwrap(), false).unwrap().office_duty.clone()
        };
        // The night before the story begins is over, the day on which it begins is not.
        let refused = send(&office, "/imports/duty", other("2026-11-30,night")).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["code"], "past");
        send(&office, "/imports/duty?dry_run=true", other("2026-12-01,day")).await.expect(200);
        let waits = send(&office, "/imports/duty", other("2026-12-05,day")).await.expect(200).json();
        assert_eq!((&waits["waits"], &waits["written"]), (&json!(true), &json!(false)), "{waits}");
        let was = stands("2026-12-05");
        let word = json!({ "sha256": waits["sha256"] });
        let says =
            async |who: &Person<'_>| who.ask("POST", "/imports/duty/confirm").await.json(&word).send().await.status;
        assert_eq!((says(&office).await, says(&t.person("supervisor")).await), (403, 403));
        assert_eq!(stands("2026-12-05"), was, "one word was enough");
        assert_eq!(says(&director).await, 200);
        assert_ne!(stands("2026-12-05"), was);
        // What is over stays, whatever a file leaves out.
        let ahead: Vec<&str> = duty.lines().filter(|line| !line.starts_with("2026-11-30")).collect();
        let file = format!("{}\n", ahead.join("\n"));
        let seen = send(&office, "/imports/duty?remove_missing=true&dry_run=true", file).await.expect(200).json();
        assert_eq!((&seen["missing"], &seen["unchanged"]), (&json!(0), &json!(27)), "{seen}");
        let shorter = ahead[..ahead.len() - 1].join("\n");
        let seen = send(&office, "/imports/duty?remove_missing=true&dry_run=true", shorter).await.expect(200).json();
        assert_eq!(seen["missing"], 1, "{seen}");
    })
    .await;
}

#[actix_web::test]
async fn t33_whoever_proposed_a_rota_sees_on_the_page_that_it_waits() {
    town(async |t| {
        let (_, duty, _) = LISTS[4];
        let other =
            duty.replace("2026-12-13,night,head.yj.2,head.yj,office.2", "2026-12-13,night,head.yj.2,head.yj,office");
        send(&t.office(), "/imports/duty", other).await.expect(200);
        let own = t.signed_in("office").await.get("/admin/import").await.expect(200).text();
        assert!(own.contains("等待第二人复核：") && !own.contains("/admin/import/duty/confirm"), "{own}");
        let other = t.signed_in("office.2").await.get("/admin/import").await.expect(200).text();
        assert!(!other.contains("等待第二人复核："));
        let admin = t.signed_in("admin").await;
        let page = admin.get("/admin/import").await.expect(200);
        assert!(page.text().contains("/admin/import/duty/confirm"));
        let word = [("csrf", &*hidden(&page, "csrf")), ("sha256", &*hidden(&page, "sha256"))];
        admin.post("/admin/import/duty/confirm", &word).await.expect(303);
        let last = "2026-12-13".parse().unwrap();
        assert_eq!(t.db_hub().rules().directory.shift_of(last, true).unwrap().office_duty, "office");
    })
    .await;
}

#[actix_web::test]
async fn t33_the_second_person_sees_on_the_page_what_would_change() {
    town(async |t| {
        let (_, calendar, _) = LISTS[5];
        let off = format!("{calendar}2026-12-08,off,临时停工,周二\n");
        send(&t.person("admin"), "/imports/calendar", off).await.expect(200);
        let own = t.signed_in("admin").await.get("/admin/import").await.expect(200).text();
        assert!(own.contains("等待第二人复核：") && !own.contains("/admin/import/calendar/confirm"));
        let director = t.signed_in("director").await;
        let page = director.get("/admin/import").await.expect(200);
        assert!(page.text().contains("2026-12-08") && page.text().contains("/admin/import/calendar/confirm"));
        let office = t.signed_in("office").await.get("/admin/import").await.expect(200).text();
        assert!(!office.contains("等待第二人复核："));
        let word = [("csrf", &*hidden(&page, "csrf")), ("sha256", &*hidden(&page, "sha256"))];
        director.post("/admin/import/calendar/confirm", &word).await.expect(303);
        let after = director.get("/admin/import").await.expect(200).text();
        assert!(after.contains("已记录：导入") && !after.contains("等待第二人复核："));
    })
    .await;
}
