//! Whose results of a joint visit its readers see (CASES C26, DOMAIN §5), by every door: the departments that act, whoever goes, the
//! locality, the office and supervisors see the whole; a department that was let off sees that the others were there, and its own;
//! whoever has no part sees no visit.

use crate::town::files::jpeg;
use crate::town::{BEGIN, Place, Reply, Town, at, town};
use serde_json::{Value, json};
use whistle_hub::clock::ManualClock;

const VISIT: &str = "LJ-2026-0001";
const FINDING: &str = "LJ-2026-0001-01";
const FOUND: &str = "动火没有审批";
const NOTED: &str = "废气管道已清扫";
const CREW: [&str; 6] =
    ["inspector.xf", "inspector.xf.2", "inspector.sc", "inspector.sc.2", "inspector.sh", "inspector.sh.2"];

fn item(unit: &str, subject: &str, whistle: Option<&str>) -> Value {
    let mut item = json!({ "department": unit, "subject": subject });
    if let Some(whistle) = whistle {
        item["whistle"] = json!(whistle);
    }
    item
}

async fn plan(t: &Town, date: &str, whistle: Option<&str>) -> Value {
    let items = [("XF", "动火审批"), ("XF", "消防车通道"), ("SC", "压力容器"), ("SH", "废气管道")]
        .map(|(unit, subject)| item(unit, subject, whistle));
    json!({ "enterprise": "E01", "date": date, "period": "PM", "notice": "announced", "items": items,
        "members": t.members(&CREW).await })
}

/// Blown by GA, which has no part; entered; fire has recorded, photographed and closed.
async fn fire_is_done(t: &Town) -> (String, [String; 2]) {
    let blow = json!({ "category": "fire", "what": "车间动火", "enterprise": "E01" });
    let whistle = t.person("liaison.ga").blows(&blow).await;
    t.office().summons(&whistle, &["XF", "SC", "SH"], "urgent").await;
    for unit in ["xf", "sc", "sh"] {
        t.person(&format!("liaison.{unit}")).reports_in(&format!("{whistle}-{}", unit.to_uppercase())).await;
    }
    assert_eq!(t.office().plans(&plan(t, "2026-12-03", Some(&whistle)).await).await, VISIT);
    t.announces(VISIT, &["head.xf", "head.sc", "head.sh"]).await;
    t.until("2026-12-03T13:31:00+08:00").await;
    let fire = t.person("inspector.xf");
    fire.does(VISIT, "enter", json!({})).await;
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": FOUND } });
    fire.does(VISIT, "record", json!({ "results": [found, { "item": "2", "outcome": "ok" }] })).await;
    let photo = jpeg(30, 20);
    let of_visit = fire.attaches(VISIT, "车间.jpg", &photo).await;
    let of_finding = fire.attaches(FINDING, "动火.jpg", &photo).await;
    fire.does(VISIT, "finish", json!({})).await;
    fire.does(VISIT, "sign", json!({})).await;
    fire.does(VISIT, "close_own_part", json!({})).await;
    let photos = [of_visit, of_finding].map(|one| one["id"].as_str().unwrap().to_owned());
    (whistle, photos)
}

async fn page(t: &Town, who: &str, path: &str) -> Reply {
    t.signed_in(who).await.get(path).await
}

/// Everything that one reader is shown of it, by every door.
async fn shown(t: &Town, who: &str, photos: &[String; 2]) -> String {
    let person = t.person(who);
    let mut all = String::new();
    for path in [format!("/visits/{VISIT}"), "/visits".into(), "/findings".into(), format!("/findings/{FINDING}")] {
        all += &person.get(&path).await.text();
    }
    for entry in person.walks(&format!("/visits/{VISIT}/timeline"), 50).await {
        all += &entry.to_string();
    }
    for photo in photos {
        let (own, console) = (format!("/attachments/{photo}"), format!("/console/attachments/{photo}"));
        all += &format!("photo {} {}\n", person.get(&own).await.status, page(t, who, &console).await.status);
    }
    for path in ["", "/papers/record", "/papers/dispatch"] {
        all += &page(t, who, &format!("/console/visits/{VISIT}{path}")).await.text();
    }
    for path in ["/console/findings", "/console/visits?view=all", "/console/enterprises/E01", "/console/deadlines"] {
        all += &page(t, who, path).await.text();
    }
    all
}

fn outcomes(card: &Value) -> Vec<Option<&str>> {
    card["items"].as_array().unwrap().iter().map(|item| item["outcome"].as_str()).collect()
}

/// The feed tells it from the beginning, without what came of it.
async fn tells_no_result_again(t: &Town, who: &str) {
    let mut replayed = t.person(who).listens(Some(0)).await;
    let mut kinds: Vec<String> = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "visit.filed") {
        kinds.push(replayed.next().await.unwrap().kind);
    }
    let results = kinds.iter().filter(|kind| kind.starts_with("finding.") || *kind == "visit.attached");
    assert_eq!((results.count(), kinds.iter().any(|kind| kind == "visit.recorded")), (0, true), "{kinds:?}");
}

#[actix_web::test]
async fn c26_each_department_closes_its_own_part_and_sees_the_others_results_as_far_as_policy_allows() {
    town(async |t| {
        let (whistle, photos) = fire_is_done(t).await;
        // Whoever acts sees the whole, before the own part is done too; so do the locality and who watches.
        let all = ["head.sc", "liaison.sh", "inspector.sh.3", "inspector.sc", "town.t06", "supervisor", "office"];
        for who in all {
            let card = t.person(who).sees(&format!("/visits/{VISIT}")).await;
            assert_eq!(outcomes(&card), [Some("finding"), Some("ok"), None, None], "{who}");
            assert_eq!((&card["withheld"], &card["findings"]), (&json!([]), &json!([FINDING])), "{who}");
            let shown = shown(t, who, &photos).await;
            assert!(shown.contains(FOUND) && shown.contains("photo 200 200\nphoto 200 200"), "{who}: {shown}");
        }
        // Environment comes back a day later: late, not lost. Market never does.
        t.until("2026-12-04T18:00:00+08:00").await;
        let late = json!({ "results": [{ "item": "4", "outcome": "ok", "note": NOTED }] });
        t.person("inspector.sh").does(VISIT, "record", late).await;
        t.person("inspector.sh").does(VISIT, "close_own_part", json!({})).await;
        let mut feed = t.person("liaison.sc").listens(None).await;
        t.director().does(VISIT, "excuse_part", json!({ "department": "SC", "reason": "一直未报" })).await;
        assert_eq!(t.status(VISIT).await, "completed", "an order is not served yet");
        let card = t.office().sees(&format!("/visits/{VISIT}")).await;
        let parts: Vec<_> =
            card["parts"].as_array().unwrap().iter().map(|part| [&part["late"], &part["excused"]]).collect();
        let (yes, no) = (json!(true), json!(false));
        assert_eq!(parts, [[&no, &no], [&no, &yes], [&yes, &no]]);
        // Let off, market sees that the others were there and what was looked at, and nothing that came of it.
        for who in ["liaison.sc", "head.sc", "inspector.sc.3"] {
            let card = t.person(who).sees(&format!("/visits/{VISIT}")).await;
            assert_eq!(outcomes(&card), [None; 4], "{who}");
            assert_eq!((&card["withheld"], &card["findings"]), (&json!(["XF", "SH"]), &json!([])), "{who}");
            assert_eq!((&card["items_total"], &card["items_answered"]), (&json!(4), &json!(3)), "{who}");
            let closed = card["parts"].as_array().unwrap().iter().filter(|part| !part["closed_at"].is_null());
            assert_eq!((closed.count(), &card["attachments"]), (2, &json!([])), "{who}");
            let told = shown(t, who, &photos).await;
            for secret in [FOUND, NOTED, FINDING, "车间.jpg", "动火.jpg", "finding.found", "visit.attached"] {
                assert!(!told.contains(secret), "{who} is told {secret}: {told}");
            }
            assert!(told.contains("photo 404 404\nphoto 404 404"), "{who}: {told}");
            assert!(
                told.contains("结果不对本单位公开") && told.contains("动火审批") && told.contains("3/4"),
                "{who}: {told}"
            );
            t.person(who).get(&format!("/findings/{FINDING}")).await.expect(404);
            page(t, who, &format!("/console/visits/{VISIT}/papers/record")).await.expect(403);
        }
        // Whoever was there has seen it all.
        assert!(shown(t, "inspector.sc", &photos).await.contains(FOUND));
        // Who blew and has no part learns from the whistle how far it is.
        t.person("liaison.ga").get(&format!("/visits/{VISIT}")).await.expect(404);
        let seen = t.person("liaison.ga").sees(&format!("/whistles/{whistle}")).await;
        assert_eq!(
            (&seen["status"], &seen["visits"], &seen["findings"]),
            (&json!("rectifying"), &json!([]), &json!([]))
        );
        // Done when all parts are done or excused; and no second visit without a word.
        t.person("inspector.xf").does(FINDING, "order", json!({})).await;
        assert_eq!(t.status(VISIT).await, "filed");
        let told = [feed.next().await, feed.next().await].map(|event| event.unwrap().kind);
        assert_eq!(told, ["visit.part_excused", "visit.filed"], "what fire ordered is not market's to hear");
        tells_no_result_again(t, "liaison.sc").await;
        let again = t.office().ask("POST", "/visits").await.json(&plan(t, "2026-12-10", None).await).send().await;
        assert_eq!(again.expect(409).reasons(), [format!("repeat_in_30_days {VISIT}")]);
    })
    .await;
}

#[actix_web::test]
async fn c26_sights_that_an_older_release_laid_are_brought_forward_by_the_next_start() {
    let (place, clock) = (Place::new(), ManualClock::new(at(BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock.clone())).await;
    fire_is_done(&t).await;
    t.director().does(VISIT, "excuse_part", json!({ "department": "SC", "reason": "一直未报" })).await;
    Box::pin(t.leave()).await;
    place.alter("UPDATE visit_sights SET only_of = '', goes_for = ''");
    place.alter("DELETE FROM meta WHERE key = 'visit_sights_laid'");
    let t = Box::pin(Town::open_on(&place, clock)).await;
    t.person("liaison.sc").get(&format!("/findings/{FINDING}")).await.expect(404);
    assert!(t.person("liaison.sc").codes("/findings").await.is_empty());
    assert_eq!(t.person("liaison.xf").codes("/findings").await, [FINDING]);
    Box::pin(t.close()).await;
}
