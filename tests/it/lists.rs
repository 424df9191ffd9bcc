//! Lists: every row once, whatever happens meanwhile; cursors that nobody can forge or carry elsewhere; filters and the
//! substring search, always under the reader's Scope.

use crate::town::{Ask, Town, blow_order, town};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Blows this many whistles, all at the same moment.
async fn blows_many(t: &Town, count: usize) {
    let order = blow_order("同一时刻");
    let ask = t.fire().ask("POST", "/whistles").await.json(&order);
    let all: Vec<Ask> = (0..count).map(|_| ask.clone().key(&t.fresh_key())).collect();
    // As many at once as the hub has room for.
    for wave in all.chunks(50) {
        join_all(wave.iter().cloned().map(Ask::send)).await.into_iter().for_each(|reply| drop(reply.expect(201)));
    }
}

#[actix_web::test]
async fn c21_two_hundred_and_fifty_of_one_moment_are_each_seen_once_in_every_order_while_others_come() {
    town(async |t| {
        blows_many(t, 250).await;
        let before = t.office().codes("/whistles").await;
        assert_eq!(before.len(), 250);
        for sort in ["-blown_at", "blown_at", "due_at"] {
            let (mut seen, mut cursor) = (BTreeMap::<String, usize>::new(), String::new());
            let mut moved = String::new();
            for page in 0.. {
                let rows = t.office().sees(&format!("/whistles?sort={sort}&limit=50{cursor}")).await;
                for row in rows["items"].as_array().unwrap() {
                    *seen.entry(row["code"].as_str().unwrap().to_owned()).or_default() += 1;
                }
                if page == 1 {
                    // Others are blown, and one row changes its place by the limit of its next step.
                    blows_many(t, 3).await;
                    let mine = t.office().sees("/whistles?status=submitted&sort=blown_at&limit=1").await;
                    moved = mine["items"][0]["code"].as_str().unwrap().to_owned();
                    t.office().summons(&moved, &["XF"], "emergency").await;
                }
                match rows["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            for code in &before {
                let times = seen.get(code).copied().unwrap_or(0);
                assert!(times == 1 || (sort == "due_at" && *code == moved), "{sort}: {code} {times} times");
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn a_cursor_works_only_in_its_list_order_scope_and_unforged() {
    town(async |t| {
        blows_many(t, 3).await;
        let page = t.office().sees("/whistles?limit=2").await;
        let cursor = page["next_cursor"].as_str().unwrap().to_owned();
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "not URL-safe");
        let with =
            |list: &str, cursor: &str| format!("{list}{}cursor={cursor}", if list.contains('?') { '&' } else { '?' });
        t.office().get(&with("/whistles", &cursor)).await.expect(200);
        t.director().get(&with("/whistles", &cursor)).await.expect(200);
        for list in ["/whistles?sort=blown_at", "/whistles?sort=due_at", "/summonses", "/departments"] {
            let reply = t.office().get(&with(list, &cursor)).await.expect(400);
            assert_eq!(reply.problem(), "bad_cursor", "{list}");
        }
        t.fire().get(&with("/whistles", &cursor)).await.expect(400);
        let mut forged = cursor.clone().into_bytes();
        forged[3] = if forged[3] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        for bad in [forged.as_str(), "", "x", "0", &cursor[1..], &cursor.repeat(9), "..%2f", "%00"] {
            assert_eq!(t.office().get(&with("/whistles", bad)).await.expect(400).problem(), "bad_cursor", "{bad}");
        }
    })
    .await;
}

#[actix_web::test]
async fn limits_filters_and_sorts_that_mean_nothing_are_refused_by_name() {
    town(async |t| {
        for query in ["limit=0", "limit=201", "limit=-1", "limit=x", "limit="] {
            assert_eq!(
                t.office().get(&format!("/whistles?{query}")).await.expect(400).problem(),
                "bad_limit",
                "{query}"
            );
        }
        for query in [
            "status=nope",
            "urgency=high",
            "severity=x",
            "category=x",
            "town=T99",
            "department=NO",
            "enterprise=E99",
            "overdue=1",
            "sort=title",
            "unknown=1",
            "status=submitted,nope",
            "status=closed&status=closed",
            "q=%ff",
        ] {
            let reply = t.office().get(&format!("/whistles?{query}")).await.expect(400);
            assert_eq!(reply.problem(), "bad_filter", "{query}");
        }
        let all = t.office().get("/whistles?status=x&sort=y&zz=1").await.expect(400).json();
        let named: Vec<&Value> = all["errors"].as_array().unwrap().iter().map(|one| &one["parameter"]).collect();
        assert_eq!(named, ["status", "sort", "zz"]);
        t.office().get("/whistles?limit=200&status=submitted,closed&q=").await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn filters_find_what_they_say_and_nothing_beyond_the_scope() {
    town(async |t| {
        let one =
            t.fire().blows(&json!({ "category": "gas", "what": "甲", "enterprise": "E01", "urgency": "urgent" })).await;
        t.advance(1).await;
        let two =
            t.emergency().blows(&json!({ "category": "fire", "what": "乙", "town": "T01", "place": "村口" })).await;
        t.office().summons(&one, &["YJ"], "urgent").await;
        for (query, found) in [
            ("", vec![&two, &one]),
            ("?status=dispatched", vec![&one]),
            ("?status=dispatched,submitted&sort=blown_at", vec![&one, &two]),
            ("?urgency=urgent", vec![&one]),
            ("?severity=general", vec![&two, &one]),
            ("?severity=major", vec![]),
            ("?category=fire", vec![&two]),
            ("?town=T06", vec![&one]),
            ("?town=T01,T06", vec![&two, &one]),
            ("?department=YJ", vec![&two, &one]),
            ("?department=XF", vec![&one]),
            ("?enterprise=E01", vec![&one]),
            ("?overdue=true", vec![]),
            ("?overdue=false&sort=due_at", vec![&one, &two]),
        ] {
            assert_eq!(
                t.office().codes(&format!("/whistles{query}")).await.iter().collect::<Vec<_>>(),
                found,
                "{query}"
            );
        }
        assert_eq!(
            t.fire().codes("/whistles?department=YJ").await,
            std::slice::from_ref(&one),
            "XF sees no whistle of YJ's"
        );
        assert_eq!(t.fire().codes("/whistles?town=T01").await, Vec::<String>::new());
        t.advance(3 * 60).await;
        assert_eq!(t.office().codes("/whistles?overdue=true").await, std::slice::from_ref(&one));
        assert_eq!(t.emergency().codes("/summonses?overdue=true").await, [format!("{one}-YJ")]);
        assert_eq!(t.emergency().codes("/summonses?department=YJ&status=issued").await, [format!("{one}-YJ")]);
        assert_eq!(t.person("liaison.sc").codes("/summonses").await, Vec::<String>::new());
    })
    .await;
}

/// A search text as it goes over the wire.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[actix_web::test]
async fn a_search_finds_any_part_of_the_text_and_takes_no_character_for_a_sign() {
    town(async |t| {
        let one = t
            .fire()
            .blows(&json!({
                "category": "fire", "what": "3号楼配电房堆放易燃物", "place": "东区", "title": "ＡＢＣ厂房",
            }))
            .await;
        t.advance(1).await;
        let two = t.fire().blows(&json!({ "category": "fire", "what": "浓度100%_超标\\n", "enterprise": "E01" })).await;
        t.advance(1).await;
        let hidden = t.emergency().blows(&blow_order("配电房另一处")).await;
        for (q, found) in [
            ("配电房", vec![&one]),
            ("电", vec![&one]),
            ("３号楼", vec![&one]),
            ("abc", vec![&one]),
            ("东区", vec![&one]),
            ("易燃 3号", vec![&one]),
            ("易燃 无此", vec![]),
            ("100%", vec![&two]),
            ("%", vec![&two]),
            ("_", vec![&two]),
            ("\\", vec![&two]),
            ("鹤澄铝", vec![&two]),
            ("'", vec![]),
            ("\" OR 1=1 --", vec![]),
            ("*", vec![]),
            ("  ", vec![&two, &one]),
        ] {
            let path = format!("/whistles?q={}", escaped(q));
            assert_eq!(t.fire().codes(&path).await.iter().collect::<Vec<_>>(), found, "{q}");
        }
        assert_eq!(t.office().codes(&format!("/whistles?q={}", escaped("配电房"))).await, [hidden, one]);
        t.office().get(&format!("/whistles?q={}", escaped(&"电".repeat(64)))).await.expect(200);
        t.office().get(&format!("/whistles?q={}", escaped(&"电".repeat(65)))).await.expect(400);
    })
    .await;
}

#[actix_web::test]
async fn a_whistle_is_no_longer_found_by_what_was_completed_away() {
    town(async |t| {
        let code = t.fire().blows(&json!({ "category": "fire", "what": "旧文字甲乙", "place": "旧地点" })).await;
        t.office().does(&code, "return", json!({ "missing": ["what"] })).await;
        t.fire().does(&code, "complete", json!({ "what": "新文字丙丁" })).await;
        for (q, found) in [("旧文字", 0), ("新文字", 1), ("旧地点", 1)] {
            assert_eq!(t.fire().codes(&format!("/whistles?q={}", escaped(q))).await.len(), found, "{q}");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_directory_is_read_whole_and_by_name() {
    town(async |t| {
        assert_eq!(t.fire().walks("/departments", 7).await.len(), 24);
        assert_eq!(t.fire().walks("/towns", 5).await.len(), 14);
        assert_eq!(t.fire().walks("/enterprises", 50).await.len(), 60);
        assert_eq!(t.fire().walks("/categories", 200).await.len(), 24);
        for (list, q, code) in [
            ("enterprises", "鹤澄", "E01"),
            ("enterprises", "hclzp", "E01"),
            ("enterprises", "HeCheng lv", "E01"),
            ("departments", "xfjydd", "XF"),
            ("departments", "应急 yj", "YJ"),
            ("towns", "shiwei", "T02"),
        ] {
            let found = t.fire().sees(&format!("/{list}?q={}", escaped(q))).await;
            assert_eq!(
                (&found["items"][0]["code"], found["items"].as_array().unwrap().len()),
                (&json!(code), 1),
                "{q}"
            );
        }
        assert_eq!(t.office().sees("/people?q=qhs").await["items"][0]["username"], json!("office"));
        let hidden = t.fire().sees("/people?q=qhs").await;
        assert_eq!(hidden, t.fire().sees("/people?q=qqqqq").await, "a name of another unit is told by its reading");
        for list in ["departments", "towns", "enterprises", "categories", "people"] {
            t.person("admin").get(&format!("/{list}?limit=1")).await.expect(200);
            t.fire().get(&format!("/{list}?zz=1")).await.expect(400);
        }
        let units = async |who: &'static str| {
            let people = t.person(who).walks("/people", 200).await;
            let mut units: Vec<String> =
                people.iter().map(|one| one["department_code"].as_str().unwrap().to_owned()).collect();
            units.sort();
            units.dedup();
            units
        };
        assert_eq!(units("liaison.xf").await, ["XF"]);
        assert_eq!(units("town.t06").await, ["SQ06", "T06"]);
        for who in ["office", "director", "supervisor", "admin"] {
            assert!(units(who).await.len() > 30, "{who}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t39_search_storm_whistles_flow() {
    town(async |t| {
        blows_many(t, 20).await;
        let mut storm = Vec::new();
        for person in [t.office(), t.fire()] {
            let ask = person.ask("GET", "/whistles?q=%E6%97%A0%E6%AD%A4%E8%AF%8D").await;
            storm.extend((0..40).map(|_| ask.clone().send()));
        }
        let (found, ()) = tokio::join!(join_all(storm), blows_many(t, 40));
        let count = |status: u16| found.iter().filter(|reply| reply.status == status).count();
        assert!(count(200) > 0, "nobody may search any longer");
        assert!(count(429) > 0, "one person takes every reader");
        assert_eq!(count(200) + count(429) + count(503), 80, "a search ended otherwise");
        assert!(found.iter().filter(|reply| reply.status != 200).all(|reply| reply.header("retry-after").is_some()));
        t.office().get("/whistles?q=%E6%97%A0").await.expect(200);
    })
    .await;
}
