//! The monthly draw of what was struck off: once however many draw, late after a night away, told to the office, looked at again
//! by others, and taken up anew when it is not gone.

use crate::doors::roles::visited;
use crate::town::files::jpeg;
use crate::town::{Town, at, town};
use futures_util::future::join;
use serde_json::{Value, json};
use whistle_hub::app::spot_checks;

const VISIT: &str = "LJ-2026-0001";
const FINDING: &str = "LJ-2026-0001-01";
const PATH: &str = "/findings/LJ-2026-0001-01";

/// A finding that was put right on site in December, and nobody there until then.
async fn away_until(t: &Town, moment: &str) {
    visited(t).await;
    t.person("inspector.yj").does(FINDING, "correct_on_site", json!({ "note": "当场清扫" })).await;
    t.until(moment).await;
}

async fn drawn(t: &Town) -> Vec<Value> {
    let events = t.office().walks(&format!("/visits/{VISIT}/timeline"), 200).await;
    events.into_iter().filter(|one| one["kind"] == "finding.drawn").collect()
}

#[actix_web::test]
async fn what_was_struck_off_in_a_month_is_drawn_once_and_the_office_owes_a_look() {
    town(async |t| {
        // Twice at once, as two replicas would when the month is over: one of them draws.
        away_until(t, "2026-12-31T23:30:00+08:00").await;
        t.clock.set(at("2027-01-01T00:30:00+08:00"));
        let draw = || Box::pin(spot_checks::draw(t.db_hub()));
        let (one, other) = join(draw(), draw()).await;
        assert_eq!(one.unwrap() + other.unwrap(), 1);
        t.settle().await;
        let events = drawn(t).await;
        let [one] = &events[..] else { panic!("drawn once: {events:?}") };
        assert_eq!(
            (&one["data"]["month"], &one["data"]["of"], &one["actor"]["department"]),
            (&json!("2026-12"), &json!(1), &Value::Null)
        );
        assert!(one["data"]["seed"].as_str().unwrap().parse::<u64>().is_ok(), "nobody could draw it again: {one}");
        assert_eq!(draw().await.unwrap(), 0, "nobody is told twice");
        t.advance(24 * 60).await;
        assert_eq!(drawn(t).await.len(), 1);
        let seen = t.office().sees(PATH).await;
        assert_eq!(seen["spot_check"], json!({ "month": "2026-12", "open": true }));
        assert!(seen["due_at"].is_string() && seen["status"] == "closed", "{seen}");
        assert_eq!(t.office().codes("/findings?spot_check=true").await, [FINDING]);
        let page = t.signed_in("office").await.get("/console/findings?view=spot").await.expect(200).text();
        assert!(page.contains(&format!("/console{PATH}")), "{page}");
        // The office owes it among the rest; whoever looks brings a photo.
        let page = t.signed_in("office").await.get("/console/findings?view=owed").await.expect(200).text();
        assert!(page.contains(&format!("/console{PATH}")), "{page}");
        let other = t.person("inspector.yj.3");
        other.sends(FINDING, &[("后.jpg", &jpeg(8, 8))]).await.expect(201);
        // What stays gone stays struck off.
        let first = t.person("inspector.yj").tries(FINDING, "recheck", &json!({ "passed": true, "note": "好" })).await;
        let bars = ["passed_before inspector.yj".to_owned(), format!("same_officers {FINDING}")];
        assert_eq!(first.expect(409).reasons(), bars);
        let seen = t.person("inspector.yj").sees(PATH).await;
        assert_eq!(seen["allowed_deeds"], json!(["recheck"]), "who tries is told why");
        other.does(FINDING, "recheck", json!({ "passed": true, "note": "仍无积粉" })).await;
        other.sends(FINDING, &[("晚.jpg", &jpeg(8, 8))]).await.expect(409);
        let seen = t.office().sees(PATH).await;
        assert_eq!(
            (&seen["status"], &seen["spot_check"]["open"], &seen["due_at"]),
            (&json!("closed"), &json!(false), &Value::Null)
        );
        assert!(t.office().codes("/findings?spot_check=true").await.is_empty());
        t.until("2027-02-02T00:30:00+08:00").await;
        assert_eq!(drawn(t).await.len(), 1, "it was struck off in December");
    })
    .await;
}

#[actix_web::test]
async fn a_spot_check_that_fails_takes_the_finding_up_again() {
    town(async |t| {
        // Late: the hub was away for all of January.
        away_until(t, "2027-02-03T09:00:00+08:00").await;
        assert_eq!(drawn(t).await.len(), 1);
        t.person("inspector.yj.3").does(FINDING, "recheck", json!({ "passed": false, "note": "又积粉" })).await;
        let seen = t.office().sees(PATH).await;
        assert_eq!((&seen["status"], &seen["reopened"], &seen["closed"]), (&json!("ordered"), &json!(1), &Value::Null));
        let events = t.office().walks(&format!("/visits/{VISIT}/timeline"), 200).await;
        let last = events.iter().rfind(|one| one["kind"] == "finding.reopened").unwrap();
        assert_eq!(last["data"]["ground"], "spot_check_failed");
    })
    .await;
}
