//! Query strings of every list: known and unknown names, words of closed lists among anything else, bytes that are no
//! text, everything twice. What is not understood is 400 by name; a list is never longer than it says.

use super::{Verdict, no_panic, refused, sound, tried};
use crate::town::{blow_order, town};
use proptest::prelude::*;
use proptest::sample::select;

/// Who asks for which list.
const LISTS: [(&str, &str, &str); 13] = [
    ("office", "GET", "/whistles"),
    ("liaison.xf", "GET", "/whistles"),
    ("office", "GET", "/whistles/WH-2026-0001"),
    ("office", "GET", "/whistles/WH-2026-0001/timeline"),
    ("liaison.xf", "GET", "/summonses"),
    ("office", "GET", "/departments"),
    ("office", "GET", "/towns"),
    ("liaison.xf", "GET", "/enterprises"),
    ("liaison.xf", "GET", "/people"),
    ("office", "GET", "/categories"),
    ("admin", "GET", "/me/trail"),
    ("office", "POST", "/exports/whistles"),
    ("office", "POST", "/exports/enterprises"),
];
const EACH: u32 = 60;

fn name() -> impl Strategy<Value = String> {
    let known = [
        "status",
        "urgency",
        "severity",
        "category",
        "town",
        "department",
        "enterprise",
        "overdue",
        "q",
        "sort",
        "limit",
        "cursor",
        "dry_run",
        "encoding",
    ];
    prop_oneof![9 => select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>().prop_map(|name| escaped(name.as_bytes()))]
}

fn value() -> impl Strategy<Value = String> {
    let known = [
        "submitted",
        "closed,submitted",
        "urgent",
        "major",
        "fire",
        "T01",
        "XF,YJ",
        "E01",
        "true",
        "false",
        "due_at",
        "-blown_at",
        "1",
        "200",
        "201",
        "0",
        "-1",
        "1e9",
        "99999999999999999999",
        ",",
        "",
        "%00",
        "%",
        "%zz",
        "+",
        "%25%27%22",
        "null",
        "%ff%fe",
        "%e9%85",
        "%F0%9F%91%B7",
        "%5b%5d",
        "_%25_",
        "*",
        "%5c",
    ];
    prop_oneof![
        4 => select(known.to_vec()).prop_map(str::to_owned),
        2 => any::<String>().prop_map(|text| escaped(text.as_bytes())),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| escaped(&bytes)),
        1 => "[!$'()*+,\\-./0-9:;=?@A-Z\\[\\]_a-z~]{0,40}",
        1 => (60_usize..70).prop_map(|length| escaped("长".repeat(length).as_bytes())),
        1 => (1_usize..3000).prop_map(|length| "9".repeat(length)),
    ]
}

/// Every byte as `%E6`.
pub(super) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

#[actix_web::test]
async fn whatever_a_query_says_is_answered_below_500() {
    town(async |t| {
        for what in ["堆放", "粉尘", "漏水"] {
            t.fire().blows(&blow_order(what)).await;
            t.advance(1).await;
        }
        let queries = prop::collection::vec((name(), value()), 0..5);
        for (number, (who, method, path)) in LISTS.into_iter().enumerate() {
            let seed = u8::try_from(number).unwrap();
            tried(seed, EACH, &queries, async |pairs| {
                let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let query = pairs.join("&");
                let reply = t.person(who).ask(method, &format!("{path}?{query}")).await.send().await;
                let limit = query.split('&').find_map(|pair| pair.strip_prefix("limit=")?.parse().ok());
                fits(&reply, limit).map_err(|fault| format!("{path}: {fault}"))
            })
            .await;
        }
        no_panic(t);
    })
    .await;
}

/// A list is what it says, and no longer than was asked.
fn fits(reply: &crate::town::Reply, limit: Option<usize>) -> Verdict {
    sound(reply)?;
    match reply.status {
        200 if reply.header("content-type") == Some("application/json") => {
            let body = reply.json();
            let rows = body["items"].as_array().map_or(0, Vec::len);
            if rows > limit.unwrap_or(50) { Err(format!("{rows} rows, asked for {limit:?}")) } else { Ok(()) }
        }
        200 | 400 | 422 => Ok(()),
        status => Err(format!("{status}: {}", reply.text())),
    }
}

#[actix_web::test]
async fn a_parameter_that_no_route_has_is_refused_by_name_wherever_it_stands() {
    town(async |t| {
        t.fire().blows(&blow_order("堆放")).await;
        for (who, method, path) in LISTS {
            for query in ["zz=1", "limit=1&zz=1", "zz", "zz=1&zz=2"] {
                let reply = t.person(who).ask(method, &format!("{path}?{query}")).await.send().await;
                refused(&reply, 400, "bad_filter").unwrap_or_else(|fault| panic!("{path}?{query}: {fault}"));
                let told = reply.json();
                let named = told["errors"].as_array().unwrap().iter().any(|one| one["parameter"] == "zz");
                assert!(named, "{path}?{query}: {told}");
            }
        }
    })
    .await;
}
