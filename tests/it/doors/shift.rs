//! Every route about a whistle that only the shift shows: whoever leads it reads, and finds nothing there to do (DOMAIN §5). Of
//! visits the shift shows nothing: whoever has no part in one does not know of it. The routes are those of the table of rights, so that a new one is tried without a word here.

use super::bare::{by_page, by_token};
use super::lines::{about_a_thing, address, of_a_visit, rows};
use super::rights::May;
use crate::town::browser::hidden;
use crate::town::{Town, town};
use serde_json::json;

/// A visit of SC alone, with a finding.
async fn visited(t: &Town) {
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "a" } });
    let order = json!({
        "enterprise": "E01", "date": "2026-12-01", "period": "PM", "notice": "announced",
        "items": [{ "department": "SC", "subject": "特种设备" }],
        "members": t.members(&["inspector.sc", "inspector.sc.2"]).await,
    });
    let visit = t.office().plans(&order).await;
    t.announces(&visit, &["head.sc"]).await;
    t.person("inspector.sc").does(&visit, "enter", json!({})).await;
    t.person("inspector.sc").does(&visit, "record", json!({ "results": [found] })).await;
}

#[actix_web::test]
async fn i4_on_shift_every_route_answers_a_leader_as_who_sees_and_may_do_nothing() {
    town(async |t| {
        // Of YJ, which has no part in it.
        let who = "head.yj.5";
        assert_eq!(
            t.fire().blows(&json!({ "category": "fire", "what": "别人的", "place": "别处" })).await,
            "WH-2026-0001"
        );
        t.office().summons("WH-2026-0001", &["SC"], "normal").await;
        visited(t).await;
        let browser = t.signed_in(who).await;
        let csrf = hidden(&browser.get("/console/whistles").await.expect(200), "csrf");
        let mut wrong = Vec::new();
        let mut of_visits = 0;
        for (route, may, go) in rows().into_iter().filter(|(route, may, _)| about_a_thing(route) && *may != May::Anyone)
        {
            let shown = route.starts_with("GET ") && may == May::Seer && !of_a_visit(&route);
            let expected = if shown { go } else { 404 };
            of_visits += usize::from(of_a_visit(&route));
            let (method, path) = address(&route, true);
            let path = path.replace("-YJ", "-SC");
            let status = match path.starts_with("/api/") {
                true => by_token(t, t.person(who), &method, &path).await,
                false => by_page(&browser, &csrf, &method, &path).await,
            };
            wrong.extend((status != expected).then(|| format!("{method} {path}: {status}, not {expected}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(of_visits > 25, "{of_visits} routes of a visit");
        t.office().get("/findings/LJ-2026-0001-01").await.expect(200);
    })
    .await;
}
