//! Versions: a deed names the version that its doer saw. Whoever comes second is told who was first and when, nothing
//! is done twice, and contention costs time or a clean refusal, never an error.

use crate::town::{Reply, accept_order, blow_order, town};
use futures_util::future::{join, join_all};
use serde_json::json;
use whistle_hub::domain::terms::LetterKind;

#[actix_web::test]
async fn only_one_strong_tag_of_ours_is_a_version() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("版本表")).await;
        let order = accept_order(&["XF"], "normal");
        let before = t.db_events().await;
        for (tag, status) in [
            (None, 428),
            (Some("*"), 412),
            (Some("W/\"1\""), 412),
            (Some("1"), 412),
            (Some("\"1\", \"2\""), 412),
            (Some("\"0\""), 412),
            (Some("\"2\""), 412),
            (Some("\"-1\""), 412),
            (Some("\"01x\""), 412),
            (Some(""), 412),
            (Some("\"99999999999999999999\""), 412),
        ] {
            let ask = t.office().deed(&code, "accept").await;
            let ask = tag.map_or(ask.clone(), |tag| ask.header("If-Match", tag));
            let reply = ask.json(&order).send().await;
            assert_eq!(reply.status, status, "{tag:?}: {}", reply.text());
            if status == 412 {
                assert_eq!(reply.json()["current_version"], 1);
            }
        }
        assert_eq!(t.db_events().await, before);
        t.office().deed(&code, "accept").await.header("If-Match", "\"1\"").json(&order).send().await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn deeds_and_what_follows_from_them_raise_the_version_and_nothing_else_does() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("谁抬高版本")).await;
        let path = format!("/whistles/{code}");
        let version = async || t.office().get(&path).await.version();
        t.settle().await;
        assert_eq!(version().await, 1, "the office's receipt raised it");
        t.advance(3 * 24 * 60).await;
        assert_eq!(version().await, 1, "a passed limit or a letter raised it");
        let whistle = t.office().does(&code, "accept", accept_order(&["XF"], "normal")).await;
        assert_eq!((version().await, &whistle["version"]), (3, &json!(3)), "accepted and dispatched");
        let summons = format!("{code}-XF");
        t.fire().does(&summons, "acknowledge", json!({})).await;
        assert_eq!(version().await, 3, "a summons' deed without a move of the whistle");
        let order = json!({ "officers": [t.fire().id().await], "mode": "site" });
        let reported = t.fire().tries(&summons, "report_in", &order).await.expect(200);
        assert_eq!((reported.version(), version().await), (3, 4));
        assert_eq!(t.office().get(&path).await.json()["version"], 4, "body and tag differ");
    })
    .await;
}

#[actix_web::test]
async fn c24_of_two_accepts_at_once_one_wins_and_the_other_is_told_who_and_when() {
    town(async |t| {
        for round in 1..=30 {
            let code = t.fire().blows(&blow_order("两人同时受理")).await;
            let order = accept_order(&["XF", "YJ"], "urgent");
            let by = async |who: &'static str| t.person(who).deed(&code, "accept").await.version(1).json(&order);
            let (one, two) = (by("office").await, by("director").await);
            let (one, two) = join(one.send(), two.send()).await;
            let (won, lost): (Reply, Reply) = if one.status == 200 { (one, two) } else { (two, one) };
            assert_eq!((won.status, lost.status), (200, 412), "round {round}: {}", lost.text());
            let told = lost.json();
            assert_eq!(told["current_version"], won.json()["version"]);
            let first = &told["changes"][0];
            assert_eq!((&first["kind"], &first["actor"]["department"]), (&json!("whistle.accepted"), &json!("AWB")));
            assert_eq!(first["at"], json!(t.now()));
            let kinds = t.office().kinds(&code).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.accepted").count(), 1);
            assert_eq!(kinds.iter().filter(|kind| *kind == "summons.issued").count(), 2);
        }
        t.advance(2).await;
        for to in ["liaison.xf", "head.xf", "liaison.yj", "head.yj"] {
            assert_eq!(t.letters_of(LetterKind::SummonsNew, to), 30, "{to}");
        }
    })
    .await;
}

#[actix_web::test]
async fn two_last_reports_at_once_move_the_whistle_once() {
    town(async |t| {
        for _ in 0..10 {
            let code = t.fire().blows(&blow_order("两个最后报到")).await;
            t.office().summons(&code, &["XF", "YJ"], "urgent").await;
            let report = async |who: &'static str, unit: &str| {
                let order = json!({ "officers": [t.person(who).id().await], "mode": "meeting" });
                t.person(who).deed(&format!("{code}-{unit}"), "report_in").await.version(1).json(&order)
            };
            let (one, two) = (report("liaison.xf", "XF").await, report("liaison.yj", "YJ").await);
            let (one, two) = join(one.send(), two.send()).await;
            assert_eq!((one.status, two.status), (200, 200), "{} {}", one.text(), two.text());
            let kinds = t.office().kinds(&code).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "whistle.handling").count(), 1);
            assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "handling");
        }
    })
    .await;
}

#[actix_web::test]
async fn c11_fifty_clients_that_read_and_change_get_a_change_a_412_or_a_503() {
    town(async |t| {
        let mut codes = Vec::new();
        for _ in 0..5 {
            codes.push(t.fire().blows(&blow_order("五十人争")).await);
        }
        let tokens = [t.office().token().await, t.director().token().await];
        let one = async |number: usize| {
            let (code, token) = (&codes[number % 5], &tokens[number % 2]);
            let mut seen = [0; 3];
            for _ in 0..6 {
                let read = t.ask("GET", &format!("/api/v1/whistles/{code}")).bearer(token).send().await.expect(200);
                let whistle = read.json();
                let (deed, order) = match whistle["status"].as_str().unwrap() {
                    "submitted" => ("return", json!({ "missing": ["title"] })),
                    "returned" => ("accept", accept_order(&["XF"], "urgent")),
                    _ => ("decline", json!({ "ground": "not_safety" })),
                };
                let ask = t.ask("POST", &format!("/api/v1/whistles/{code}/{deed}")).bearer(token);
                let reply = ask.version(read.version()).json(&order).send().await;
                match reply.status {
                    200 => seen[0] += 1,
                    412 | 409 => seen[1] += 1,
                    503 => {
                        assert!(reply.header("retry-after").is_some());
                        seen[2] += 1;
                    }
                    other => panic!("{other}: {}", reply.text()),
                }
            }
            seen
        };
        let seen = join_all((0..50).map(one)).await;
        let done: usize = seen.iter().map(|[done, ..]| done).sum();
        assert_eq!(done, 5, "each of five whistles is returned once: {seen:?}");
    })
    .await;
}
