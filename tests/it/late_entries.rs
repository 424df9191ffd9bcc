//! Whistles from paper (补录): what was noted while the hub was away comes in by a file, each row judged as a blow is; its
//! time is a claim and every limit runs from its receipt; a second import finds what is there.

use crate::imports::{in_every_encoding, placed};
use crate::town::http::Reply;
use crate::town::{BEGIN, Person, Town, blow_order, town};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use whistle_hub::app::sample_whistles::{self, SampleWhistle};

const HEAD: [&str; 13] = [
    "外部编号",
    "blown_at",
    "title",
    "what",
    "category",
    "severity",
    "urgency",
    "source",
    "blower",
    "enterprise",
    "town",
    "place",
    "needed_departments",
];

/// The sample's forty as somebody noted them on paper.
fn paper() -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(HEAD).unwrap();
    for row in sample_whistles::read().unwrap() {
        let town = if row.text("enterprise_code").is_empty() { row.text("town_code") } else { "" };
        let columns = [
            "code",
            "blown_at",
            "title_zh",
            "text_zh",
            "category",
            "severity",
            "urgency",
            "source",
            "blower",
            "enterprise_code",
        ];
        let cells = columns.map(|column| row.text(column));
        file.write_record(cells.iter().chain([&town, &row.text("place_zh"), &row.text("needed_departments")])).unwrap();
    }
    String::from_utf8(file.into_inner().unwrap()).unwrap()
}

async fn send(who: &Person<'_>, path: &str, file: impl Into<Vec<u8>>) -> Reply {
    who.ask("POST", path).await.raw("text/csv", file.into()).send().await
}

fn counts(seen: &Value) -> [Option<u64>; 4] {
    ["added", "changed", "unchanged", "missing"].map(|name| seen[name].as_u64())
}

/// What was entered, by the number on its paper.
async fn entered(t: &Town) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for code in t.office().codes("/whistles").await {
        let card = t.office().sees(&format!("/whistles/{code}")).await;
        if let Some(number) = card["late_entry"]["external_no"].as_str() {
            all.insert(number.to_owned(), card);
        }
    }
    all
}

fn hush(t: &Town) {
    for row in sample_whistles::read().unwrap() {
        for text in ["title_zh", "text_zh", "place_zh"].map(|column| row.text(column)) {
            if text.chars().count() > 3 {
                t.hush(text);
            }
        }
    }
}

#[actix_web::test]
async fn what_was_noted_on_paper_comes_in_in_every_encoding_once() {
    town(async |t| {
        hush(t);
        let (office, file, before) = (t.office(), paper(), t.db_events().await);
        for (bytes, encoding, _) in in_every_encoding(&file) {
            let seen = send(&office, "/imports/whistles?dry_run=true", bytes).await.expect(200).json();
            assert_eq!((counts(&seen), &seen["encoding"]), ([Some(40), Some(0), Some(0), Some(0)], &json!(encoding)));
        }
        assert_eq!(t.db_events().await, before, "looking wrote something");
        let seen = send(&office, "/imports/whistles", file.clone()).await.expect(200).json();
        assert_eq!((counts(&seen), &seen["written"]), ([Some(40), Some(0), Some(0), Some(0)], &json!(true)));
        t.settle().await;
        let cards = entered(t).await;
        for row in sample_whistles::read().unwrap() {
            check(&row, &cards[row.name()]);
        }
        let numbers: Vec<String> = t.office().codes("/whistles").await;
        let expected: Vec<String> = (1..=40).map(|number| format!("WH-2026-{number:04}")).collect();
        assert!(expected.iter().all(|code| numbers.contains(code)), "a hole in the series: {numbers:?}");
        assert!(t.letters_told().iter().all(|letter| !letter.starts_with("whistle_new")), "the office wrote to itself");
        // Again, and from an export: nothing changes.
        let before = t.db_events().await;
        let again = send(&office, "/imports/whistles", file).await.expect(200).json();
        assert_eq!((counts(&again), &again["written"]), ([Some(0), Some(0), Some(40), Some(0)], &json!(false)));
        assert_eq!(t.db_events().await, before);
        t.fire().blows(&blow_order("不是纸面的")).await;
        let out = send(&office, "/exports/whistles", "").await.expect(200);
        let seen = send(&office, "/imports/whistles", out.body).await.expect(200).json();
        assert_eq!((counts(&seen), &seen["fault_count"]), ([Some(0), Some(0), Some(41), Some(0)], &json!(0)));
    })
    .await;
}

fn check(row: &SampleWhistle, card: &Value) {
    let name = row.name();
    assert_eq!((&card["status"], &card["blown_at"]), (&json!("submitted"), &json!(row.text("blown_at"))), "{name}");
    let by = if row.is_informers() { Value::Null } else { card["late_entry"]["by"]["name"].clone() };
    assert_eq!(
        card["late_entry"],
        json!({ "received_at": BEGIN, "external_no": name, "by": { "name": by, "department": "AWB" } })
    );
    assert_eq!(by.is_null(), row.is_informers(), "{name}");
    for (field, column) in [
        ("title", "title_zh"),
        ("what", "text_zh"),
        ("category", "category"),
        ("severity_claimed", "severity"),
        ("urgency", "urgency"),
        ("source", "source"),
    ] {
        assert_eq!(card[field], row.text(column), "{name} {field}");
    }
    assert_eq!(card["blower"]["department"], row.text("blower"), "{name}");
    assert_eq!(card["enterprise"]["code"].as_str().unwrap_or_default(), row.text("enterprise_code"), "{name}");
    assert_eq!(card["town"].as_str().unwrap_or_default(), row.text("town_code"), "{name}");
}

/// The one limit of a whistle, without the whistle's own code.
fn owed(card: &Value) -> Value {
    let [one] = card["obligations"].as_array().unwrap().as_slice() else { panic!("{card}") };
    let mut one = one.clone();
    one["code"] = Value::Null;
    one
}

#[actix_web::test]
async fn t33_a_late_entry_is_counted_from_its_receipt_and_says_so_everywhere() {
    town(async |t| {
        hush(t);
        send(&t.office(), "/imports/whistles", paper()).await.expect(200);
        let mut orders = BTreeMap::new();
        for urgency in ["emergency", "urgent", "normal", "complex"] {
            let mut order = blow_order("现在吹的");
            order["urgency"] = json!(urgency);
            let code = t.fire().blows(&order).await;
            let card = t.office().sees(&format!("/whistles/{code}")).await;
            assert_eq!(card["late_entry"], Value::Null);
            orders.insert(urgency, owed(&card));
        }
        t.settle().await;
        for (name, card) in entered(t).await {
            assert_eq!(owed(&card), orders[card["urgency"].as_str().unwrap()], "{name}");
            assert_eq!(card["overdue"], false, "{name} is late before anybody had it");
        }
        let emergency = entered(t).await["W05"]["code"].as_str().unwrap().to_owned();
        let tale = t.office().sees(&format!("/whistles/{emergency}/timeline")).await["items"][0].clone();
        assert_eq!((&tale["kind"], &tale["at"]), (&json!("whistle.blown"), &json!(BEGIN)));
        assert_eq!(tale["data"]["late"], "2026-02-10T20:40:00+08:00");
        t.advance(11).await;
        assert_eq!(t.office().sees(&format!("/whistles/{emergency}")).await["overdue"], true);
        let page = t.signed_in("office").await.get(&format!("/console/whistles/{emergency}")).await.expect(200).text();
        assert!(page.contains("补录") && page.contains("2026-12-01 09:00由") && page.contains("外部编号W05"), "{page}");
        assert!(page.contains("补录，纸面吹哨时间2026-02-10 20:40"), "the tale does not say it");
    })
    .await;
}

#[actix_web::test]
async fn a_file_of_whistles_with_faults_names_row_and_column_and_enters_nothing() {
    let file = "external_no,code,blown_at,what,category,blower,enterprise,town,place\n\
        P1,,2026-12-01 09:01,明天的,fire,XF,,,门口\n\
        P2,,2026-11-30 10:00,乙,burning,,,,门口\n\
        P3,,2026-11-30 10:00,丙,fire,XF,E01,T01,\n\
        P3,,2026-11-30 10:00,丁,fire,QQ,,,门口\n\
        ,WH-2026-0999,,,,,,,\n\
        P4,,昨天,戊,fire,XF,,,\n\
        P5,,2026-11-30 10:00,己,fire,XF,,,\n\
        P6,,2026-11-30 10:00,庚,fire,XF,,,门口\n";
    town(async |t| {
        let (office, before) = (t.office(), t.db_events().await);
        let refused = send(&office, "/imports/whistles", file).await.expect(422);
        assert_eq!(refused.problem(), "rows");
        let told = placed(&refused);
        let expected = [
            "2 blown_at in_future",
            "3 category not_in_list",
            "3 blower missing",
            "4 town mismatch",
            "5 external_no twice",
            "5 blower no_such",
            "6 code unknown",
            "7 blown_at not_a_time",
            "8 place one_of",
        ];
        assert_eq!(told, expected);
        assert_eq!((t.db_events().await, t.office().codes("/whistles").await.len()), (before, 0));
    })
    .await;
}

#[actix_web::test]
async fn only_the_office_enters_whistles_and_each_is_seen_by_whom_it_concerns() {
    town(async |t| {
        hush(t);
        for who in ["admin", "supervisor", "liaison.xf", "head.xf", "town.t01", "inspector.xf"] {
            send(&t.person(who), "/imports/whistles?dry_run=true", paper()).await.expect(403);
            send(&t.person(who), "/imports/whistles", paper()).await.expect(403);
        }
        send(&t.director(), "/imports/whistles", paper()).await.expect(200);
        for (unit, who) in [("XF", "liaison.xf"), ("SW", "liaison.sw"), ("SF", "liaison.sf")] {
            let own = sample_whistles::read().unwrap().iter().filter(|row| row.text("blower") == unit).count();
            assert_eq!(t.person(who).codes("/whistles").await.len(), own, "{who}");
        }
        let pages = [("office", true), ("admin", false)];
        for (who, offers) in pages {
            let page = t.signed_in(who).await.get("/admin/import").await.expect(200).text();
            assert_eq!(page.contains("value=\"whistles\""), offers, "{who}");
        }
    })
    .await;
}

#[actix_web::test]
async fn two_imports_of_one_file_at_once_enter_it_once() {
    town(async |t| {
        hush(t);
        let (office, director) = (t.office(), t.director());
        let both = futures_util::future::join(
            send(&office, "/imports/whistles", paper()),
            send(&director, "/imports/whistles", paper()),
        );
        let (one, other) = both.await;
        let written = [one.expect(200).json(), other.expect(200).json()].map(|seen| seen["written"] == json!(true));
        assert_eq!(written.iter().filter(|written| **written).count(), 1);
        assert_eq!(t.office().codes("/whistles").await.len(), 40);
    })
    .await;
}
