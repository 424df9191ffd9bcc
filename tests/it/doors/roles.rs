//! Every role at every door: what [`super::rights`] says is asked, of what is there and of what is not, and nothing is
//! changed by it.

use super::bare::{by_page, by_token};
use super::lines::{about_a_thing, address, expected, rows};
use super::rights::MORE;
use crate::people::joins;
use crate::town::browser::hidden;
use crate::town::{EVERYBODY, Town, town};
use serde_json::json;

/// Whether the session is over after it: those come last, and what ends all of them after what ends one.
fn signs_out(route: &str) -> u8 {
    let ends = ["DELETE /api/v1/sessions", "/end_others", "/logout", "/sign_out_everywhere"];
    (0..).zip(ends).filter(|(_, end)| route.contains(end)).map(|(place, _)| place + 1).max().unwrap_or(0)
}

/// A visit of YJ that was entered and found something.
pub(crate) async fn visited(t: &Town) {
    let plan = json!({
        "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "members": t.members(&["inspector.yj", "inspector.yj.2"]).await, "notice": "announced",
        "items": [{ "department": "YJ", "subject": "除尘" }],
    });
    let visit = &t.office().plans(&plan).await;
    t.announces(visit, &["head.yj"]).await;
    t.person("inspector.yj").does(visit, "enter", json!({})).await;
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "积粉" } });
    t.person("inspector.yj").does(visit, "record", json!({ "results": [found] })).await;
}

#[actix_web::test]
async fn i4_every_route_answers_every_role_as_the_table_says() {
    town(async |t| {
        let order = json!({ "category": "dust_explosion", "what": "每扇门", "enterprise": "E01",
            "contact": { "name": "某人", "phone": "1" } });
        assert_eq!(t.fire().blows(&order).await, "WH-2026-0001");
        t.office().summons("WH-2026-0001", &["YJ"], "normal").await;
        visited(t).await;
        for (username, role, name) in MORE {
            let order = json!({ "username": username, "role": role, "name": name, "department": "AWB" });
            joins(t, &order).await;
        }
        let before = t.db_events().await;
        let (mut tried, mut taken, mut wrong) = (0, 0, Vec::new());
        for who in EVERYBODY.iter().copied().chain(MORE.map(|(username, ..)| username)) {
            let browser = t.signed_in(who).await;
            let csrf = hidden(&browser.get("/console/whistles").await.expect(200), "csrf");
            let mut rows = rows();
            // Signing out comes last.
            rows.sort_by_key(|(route, ..)| signs_out(route));
            for (route, may, go) in rows {
                let (there, none) = expected(&(route.as_str(), may, go), who);
                for (is_there, expected) in [(true, there), (false, none)] {
                    if !is_there && !about_a_thing(&route) {
                        continue;
                    }
                    let (method, path) = address(&route, is_there);
                    let json = path.starts_with("/api/")
                        || ["/healthz", "/readyz", "/metrics", "/csp"].contains(&path.as_str());
                    let status = match json {
                        true => by_token(t, t.person(who), &method, &path).await,
                        false if signs_out(&route) > 1 => {
                            let browser = t.signed_in(who).await;
                            let csrf = hidden(&browser.get("/console/whistles").await.expect(200), "csrf");
                            by_page(&browser, &csrf, &method, &path).await
                        }
                        false => by_page(&browser, &csrf, &method, &path).await,
                    };
                    tried += 1;
                    taken += i64::from(path.contains("export") && status == 200);
                    if status != expected {
                        wrong.push(format!("{who} {method} {path}: {status}, not {expected}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {tried} answers:\n{}", wrong.len(), wrong.join("\n"));
        assert!(tried > 1000, "only {tried} were tried");
        assert_eq!(t.db_events().await, before + taken, "somebody changed something");
    })
    .await;
}
