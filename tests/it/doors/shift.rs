//! Every route about a whistle that only the shift shows: whoever leads it reads, and finds nothing there to do (DOMAIN §5).
//! The routes are those of the table of rights, so that a new one is tried without a word here.

use super::bare::{by_page, by_token};
use super::rights::{May, about_a_thing, address, of_a_visit, rows};
use crate::town::browser::hidden;
use crate::town::town;
use serde_json::json;

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
        let browser = t.signed_in(who).await;
        let csrf = hidden(&browser.get("/console/whistles").await.expect(200), "csrf");
        let mut wrong = Vec::new();
        let of_whistles = |route: &str| about_a_thing(route) && !of_a_visit(route);
        for (route, may, go) in rows().into_iter().filter(|(route, may, _)| of_whistles(route) && *may != May::Anyone) {
            let expected = if route.starts_with("GET ") && may == May::Seer { go } else { 404 };
            let (method, path) = address(&route, true);
            let path = path.replace("-YJ", "-SC");
            let status = match path.starts_with("/api/") {
                true => by_token(t, t.person(who), &method, &path).await,
                false => by_page(&browser, &csrf, &method, &path).await,
            };
            wrong.extend((status != expected).then(|| format!("{method} {path}: {status}, not {expected}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
