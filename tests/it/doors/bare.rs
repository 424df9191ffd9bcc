//! Requests that bring nothing along: what a door answers to them says who it is open to.
//! Nothing is changed by any of them.

use super::super::town::browser::Browser;
use super::super::town::files::{FORM_OF_FILES, files};
use super::super::town::{Person, Town};
use serde_json::json;

/// What the JSON door answers to a request that brings nothing along.
pub(super) async fn by_token(t: &Town, who: Person<'_>, method: &str, path: &str) -> u16 {
    let mut ask = t.ask(method, path);
    let token = match method {
        // Ends a session of its own.
        "DELETE" => who.fresh_token().await,
        _ => who.token().await,
    };
    ask = ask.bearer(&token);
    if path.ends_with("/attachments") {
        ask = ask.raw(FORM_OF_FILES, files(&[], &[]));
    } else if method == "POST" {
        // A list's file needs its kind said; and nothing of it is taken away by the way.
        ask = match path.contains("/imports/") && path.contains('?') {
            true => ask.raw("text/csv", b"x".to_vec()),
            false => ask.json(&json!({})),
        };
    }
    if path.ends_with("/events") { ask.listen().await.head.status } else { ask.send().await.status }
}

/// What a page answers to a form that carries nothing but what the page hid in it.
pub(super) async fn by_page(browser: &Browser<'_>, csrf: &str, method: &str, path: &str) -> u16 {
    match method {
        "GET" if path.ends_with("/live") => browser.ask("GET", path).listen().await.head.status,
        "GET" => browser.get(path).await.status,
        _ if path.ends_with("/attachments") => browser.sends(path, &[("csrf", csrf)], &[]).await.status,
        _ => browser.post(path, &[("csrf", csrf), ("lang", "zh-CN")]).await.status,
    }
}
