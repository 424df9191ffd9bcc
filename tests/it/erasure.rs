//! Erasing a person by law (T30): who told us and what was said are gone from answers, pages, searches and every byte of
//! the ledger; the log keeps that it was done and why; and a backup that is laid again does not bring them back.

use crate::town::{BEGIN, Place, Town, at, settings};
use serde_json::{Value, json};
use std::sync::Arc;
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::terms::ErasureGround;
use whistle_hub::ids::Chance;
use whistle_hub::run::erasure::{Wanted, erase};
use whistle_hub::run::setup::Surroundings;

const NAME: &str = "告密者戊";
const PHONE: &str = "139-5555 0005";
const WHAT: &str = "夜里听见除尘器停运";

fn informed(what: &str) -> Value {
    json!({ "category": "fire", "what": what, "place": "东门仓库", "protected_source": true,
        "contact": { "name": NAME, "phone": PHONE } })
}

/// Three whistles: two with the person behind them, of which one was said anew, and one that only names them.
async fn told(t: &Town) {
    [NAME, PHONE, WHAT].iter().for_each(|text| t.hush(text));
    let ask = t.fire().ask("POST", "/whistles").await.key("key-erase-01").json(&informed(WHAT));
    ask.send().await.expect(201);
    t.office().does("WH-2026-0001", "return", json!({ "missing": ["contact"], "note": "请补电话" })).await;
    let again = json!({ "contact": { "name": NAME, "phone": "0519-88880005" } });
    t.fire().does("WH-2026-0001", "complete", again).await;
    t.advance(1).await;
    t.fire().blows(&informed("另一件")).await;
    t.fire().blows(&json!({ "category": "fire", "what": format!("{NAME}说有人抽烟"), "place": "西门" })).await;
}

async fn unseals(t: &Town, code: &str) -> u16 {
    let ask = t.office().ask("POST", &format!("/whistles/{code}/unseal")).await;
    ask.json(&json!({ "reason": "核实" })).send().await.status
}

pub(crate) async fn erased(place: &Place, code: Option<&str>, person: Option<&str>) -> String {
    let file = place.path().join("asked");
    if let Some(person) = person {
        std::fs::write(&file, format!("{person}\n")).unwrap();
    }
    let wanted = Wanted {
        code: code.map(str::to_owned),
        person: person.map(|_| file.clone()),
        everything: code.is_some(),
        ground: ErasureGround::ConsentWithdrawn,
    };
    let around = Surroundings { clock: Arc::new(ManualClock::new(at(BEGIN))), chance: Chance::seeded(99) };
    let said = erase(&settings(place), &wanted, around).await.unwrap();
    std::fs::remove_file(&file).ok();
    said
}

fn contains(all: &[u8], part: &str) -> bool {
    all.windows(part.len()).any(|window| window == part.as_bytes())
}

#[actix_web::test]
async fn t30_a_person_is_erased_by_phone_and_a_whistle_by_code_down_to_the_bytes() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    told(&t).await;
    assert_eq!(unseals(&t, "WH-2026-0001").await, 200);
    t.close().await;
    assert!(contains(&place.bytes(), WHAT), "there is nothing to erase");
    let said = erased(&place, None, Some("１３９５５５５０００５")).await;
    assert_eq!(said, "WH-2026-0001: 2 texts erased\nWH-2026-0002: 1 texts erased", "by the phone, whatever its dress");
    let said = erased(&place, None, Some(NAME)).await;
    assert!(said.starts_with("no informer") && said.ends_with(": WH-2026-0003"), "{said}");
    let said = erased(&place, Some("WH-2026-0001"), None).await;
    assert!(said.starts_with("WH-2026-0001: ") && said.ends_with(" texts erased"), "{said}");
    assert_eq!(erased(&place, Some("WH-2026-0001"), None).await, "WH-2026-0001: nothing to erase");
    assert!(!contains(&place.bytes(), WHAT), "a byte of it is left");

    let t = Town::open(&place, at(BEGIN)).await;
    assert_eq!([unseals(&t, "WH-2026-0001").await, unseals(&t, "WH-2026-0002").await], [409, 409]);
    let seen = t.office().sees("/whistles/WH-2026-0001").await;
    assert_eq!((&seen["title"], &seen["what"], &seen["place"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(t.office().sees("/whistles/WH-2026-0002").await["what"], "另一件", "the rest stays");
    assert!(t.office().codes("/whistles?q=%E9%99%A4%E5%B0%98").await.is_empty(), "a search finds it");
    let page = t.signed_in("office").await.get("/console/whistles/WH-2026-0001").await.expect(200).text();
    assert!(page.contains("依法删除内容：个人撤回同意") && !page.contains("请补电话"));
    for (who, count) in [("office", 2), ("supervisor", 2), ("liaison.xf", 0)] {
        let kinds = t.person(who).kinds("WH-2026-0001").await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.erased").count(), count, "{who}");
    }
    // Whoever repeats the request brings nothing back and makes no second whistle.
    let ask = t.fire().ask("POST", "/whistles").await.key("key-erase-01").json(&informed(WHAT));
    assert_eq!(ask.send().await.expect(422).problem(), "key_reused");
    t.close().await;
}

#[actix_web::test]
async fn t30_restore_erases_again() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    told(&t).await;
    t.close().await;
    let (forgetful, lawful) = (place.copy(), place.copy());
    erased(&place, None, Some(NAME)).await;
    let list = settings(&place).erasure.list.unwrap();
    let told = std::fs::read_to_string(&list).unwrap();
    assert!(told.lines().count() == 2 && !told.contains(NAME), "ids only: {told}");
    std::fs::copy(&list, settings(&lawful).erasure.list.unwrap()).unwrap();
    for (place, status) in [(forgetful, 200), (lawful, 409)] {
        // Twice: what is erased already is left alone.
        for _ in 0..2 {
            let t = Town::open(&place, at(BEGIN)).await;
            let before = t.db_events().await;
            assert_eq!(unseals(&t, "WH-2026-0001").await, status);
            assert_eq!(t.db_events().await, before + i64::from(status == 200));
            t.close().await;
        }
    }
}
