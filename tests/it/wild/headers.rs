//! Headers with a meaning of ours, holding anything: keys, versions, the last event, tokens, types. Each has one sound
//! form; everything else is refused by the name of the header, and nothing is done.

use super::{no_panic, refused, sound, tried};
use crate::town::{accept_order, blow_order, town};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

const CASES: u32 = 150;

/// What a header can hold on the wire: anything but control characters; tabs stand inside.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[!-~]{0,12}",
        1 => "[ -~\t]{0,140}",
        2 => "[ -~é文👷\u{202e}]{0,20}",
        1 => (120_usize..140).prop_map(|length| "k".repeat(length)),
        1 => (1_usize..9000).prop_map(|length| "9".repeat(length)),
        2 => select(vec!["*", "\"1\"", "W/\"2\"", "\"2\"", "\"3\"", "\"02\"", "\"2\",\"3\"", "2", "0", "-1", "+1", "1e3", "\"\"", "null"]).prop_map(str::to_owned),
    ]
}

/// As the other side reads it.
fn read(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

#[actix_web::test]
async fn a_key_is_8_to_128_visible_letters_and_anything_else_is_refused() {
    town(async |t| {
        tried(40, CASES, value(), async |key| {
            let reply = t.fire().ask("POST", "/whistles").await.key(key).json(&json!({})).send().await;
            let key = read(key);
            match (8..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
                true => refused(&reply, 422, "fields"),
                false => refused(&reply, 400, "bad_key"),
            }
        })
        .await;
        no_panic(t);
    })
    .await;
}

#[actix_web::test]
async fn a_version_is_one_strong_tag_and_anything_else_is_stale() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("堆放")).await;
        let order = accept_order(&["XF"], "normal");
        t.office().does(&code, "accept", order.clone()).await;
        let version = t.office().get(&format!("/whistles/{code}")).await.version();
        let before = t.db_events().await;
        tried(41, CASES, value(), async |tag| {
            let reply = t.office().deed(&code, "accept").await.header("If-Match", tag).json(&order).send().await;
            match read(tag) == format!("\"{version}\"") {
                true => refused(&reply, 409, "state"),
                false => refused(&reply, 412, "stale"),
            }
        })
        .await;
        assert_eq!(t.db_events().await, before, "something was done");
        no_panic(t);
    })
    .await;
}

#[actix_web::test]
async fn a_place_in_the_log_is_a_plain_number_and_anything_else_is_refused() {
    town(async |t| {
        // By HEAD: the feed itself has no end.
        tried(42, CASES, value(), async |id| {
            let reply = t.fire().ask("HEAD", "/events").await.header("Last-Event-ID", id).send().await;
            let id = read(id);
            let number = id.bytes().all(|byte| byte.is_ascii_digit()) && id.parse::<i64>().is_ok();
            match (number, reply.status) {
                (true, 200) | (false, 400) => Ok(()),
                (_, status) => Err(format!("{status}")),
            }
        })
        .await;
        let told = t.fire().ask("GET", "/events").await.header("Last-Event-ID", "x").send().await;
        refused(&told, 400, "bad_last_event_id").unwrap();
        no_panic(t);
    })
    .await;
}

#[actix_web::test]
async fn a_body_of_any_other_type_is_415_and_no_other_header_brings_a_request_down() {
    town(async |t| {
        let kinds = prop_oneof![
            value(),
            select(vec![
                "text/json",
                "application/json;charset=gbk",
                "application/json; charset",
                "application/xml",
                "application/json,text/plain",
                "multipart/form-data",
                "application/x-www-form-urlencoded",
                "application/json;charset=\"utf-8\"",
                "APPLICATION/JSON; x=y",
            ])
            .prop_map(str::to_owned),
        ];
        let order = json!({}).to_string().into_bytes();
        tried(43, CASES, kinds, async |kind| {
            let ask = t.fire().ask("POST", "/whistles").await.key("key-of-a-kind");
            let reply = ask.raw(kind, order.clone()).send().await;
            let plain = read(kind).to_lowercase().replace([' ', '"'], "");
            let json = plain == "application/json"
                || plain == "application/json;charset=utf-8"
                || plain == "application/json;x=y";
            match (json, plain.starts_with("application/json")) {
                (true, _) => refused(&reply, 422, "fields"),
                (false, false) => refused(&reply, 415, "content_type"),
                // Parameters that mean nothing to us may stand there.
                (false, true) => sound(&reply),
            }
        })
        .await;
        let names = select(vec![
            "Accept",
            "Accept-Language",
            "Accept-Encoding",
            "Authorization",
            "Cookie",
            "Content-Encoding",
            "Range",
            "If-None-Match",
            "Origin",
            "X-Forwarded-For",
            "Forwarded",
            "X-Request-Id",
            "Sec-Fetch-Site",
            "Sec-Fetch-Mode",
            "Expect",
            "X-Unasked",
            "If-Match",
            "Via",
        ]);
        tried(44, 2 * CASES, (names, value()), async |(name, value)| {
            let reply = t.fire().ask("GET", "/whistles").await.header(name, value).send().await;
            sound(&reply)?;
            match reply.status {
                200 | 400 | 401 | 403 | 415 | 417 => Ok(()),
                status => Err(format!("{status}: {}", reply.text())),
            }
        })
        .await;
        no_panic(t);
    })
    .await;
}
