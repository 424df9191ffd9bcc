//! Every page as every kind of reader, in both languages and at both widths, in the light and in the dark. What each
//! must keep to is `page.rs`; a page that is not in the list is not looked at, so new ones are added here.

use crate::chrome::{Chrome, Size};
use crate::district::{Lived, enter, lived_in, objected, visited};
use crate::page::{faults, keep_picture, violations};
use crate::town::{Town, blow_order, town};
use serde_json::json;
use std::collections::HashMap;

/// A district with a visit in it.
struct Seen {
    lived: Lived,
    visit: String,
    objected: String,
}

async fn seen_in(t: &Town) -> Seen {
    let lived = lived_in(t).await;
    let visit = visited(t).await;
    Seen { lived, visit, objected: objected(t).await }
}

fn of_the_office(seen: &Seen) -> Vec<(&'static str, String)> {
    let lived = &seen.lived;
    let at = |path: &str, code: &str| format!("{path}{code}");
    let one = |path: &str| path.to_owned();
    vec![
        ("desk", one("/console")),
        ("deadlines", one("/console/deadlines")),
        ("triage", one("/console/triage")),
        ("triage-open", at("/console/triage?open=", &lived.wild)),
        ("whistles", one("/console/whistles")),
        ("whistles-late", one("/console/whistles?overdue=true")),
        ("whistles-filtered", one("/console/whistles?urgency=urgent&department=XF&from=2026-01-01")),
        ("whistles-misasked", one("/console/whistles?severity=general&urgency=hot")),
        ("whistle-submitted", at("/console/whistles/", &lived.submitted)),
        ("whistle-closable", at("/console/whistles/", &lived.closable)),
        ("whistle-closed", at("/console/whistles/", &lived.closed)),
        ("summonses", one("/console/summonses?view=all")),
        ("summonses-filtered", one("/console/summonses?view=all&category=fire")),
        ("summons", at("/console/summonses/", &format!("{}-XF", lived.handling))),
        ("disputes-office", one("/console/disputes")),
        ("blow", one("/console/whistles/new")),
        ("visits", one("/console/visits?view=all")),
        ("visit", at("/console/visits/", &seen.visit)),
        ("visit-plan", at("/console/visits/new?whistle=", &lived.handling)),
        ("visits-owed", one("/console/visits?view=owed")),
        ("visit-objected", at("/console/visits/", &seen.objected)),
        ("visit-replan", at("/console/replan/", &seen.objected)),
        ("paper-notice", format!("/console/visits/{}/papers/notice", seen.visit)),
        ("paper-dispatch", format!("/console/visits/{}/papers/dispatch", seen.visit)),
        ("paper-record", format!("/console/visits/{}/papers/record", seen.visit)),
        ("paper-order", format!("/console/findings/{}-02/papers/order", seen.visit)),
        ("paper-opinion", format!("/console/findings/{}-02/papers/opinion", seen.visit)),
        ("findings", one("/console/findings")),
        ("firm", one("/console/enterprises/E01")),
        ("firm-landlord", one("/console/enterprises/E54")),
        ("firm-closed", one("/console/enterprises/E23")),
        ("checklist", one("/console/checklist")),
        ("search", one("/search?q=%E9%99%A4%E5%B0%98")),
        ("rota-office", one("/admin/rota?shift=2026-12-05/night")),
        ("import-office", one("/admin/import")),
    ]
}

/// Who looks at which pages; the name is the picture's. Nobody stands for whoever has not signed in.
fn pages(seen: &Seen) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let lived = &seen.lived;
    let at = |path: &str, code: &str| format!("{path}{code}");
    let one = |path: &str| path.to_owned();
    vec![
        ("", vec![("login", one("/login"))]),
        ("office", of_the_office(seen)),
        (
            "director",
            vec![
                ("disputes", one("/console/disputes")),
                ("feedback-director", one("/feedback")),
                ("desk-director", one("/console")),
                ("people-director", one("/admin/people")),
                ("access-director", one("/console/access")),
            ],
        ),
        (
            "supervisor",
            vec![
                ("desk-supervisor", one("/console")),
                ("whistles-all", one("/console/whistles")),
                ("rota-supervisor", one("/admin/rota")),
            ],
        ),
        ("inspector.xf", vec![("desk-inspector", one("/console"))]),
        (
            "inspector.yj",
            vec![
                ("visits-own", one("/console/visits")),
                ("visit-record", at("/console/visits/", &seen.visit)),
                ("finding-inspector", at("/console/findings/", &format!("{}-01", seen.visit))),
            ],
        ),
        ("head.yj.2", vec![("finding-head", at("/console/findings/", &format!("{}-01", seen.visit)))]),
        ("town.t06", vec![("desk-town", one("/console"))]),
        (
            "admin",
            vec![
                ("desk-admin", one("/console")),
                ("people", one("/admin/people?q=xf")),
                ("person", one("/admin/people/liaison.gx")),
                ("rota", one("/admin/rota")),
                ("trail", one("/admin/trail")),
                ("import", one("/admin/import")),
                ("me", one("/me")),
                ("access", one("/console/access")),
            ],
        ),
        (
            "liaison.xf",
            vec![
                ("feedback", one("/feedback")),
                ("desk-unit", one("/console")),
                ("deadlines-unit", one("/console/deadlines")),
                ("summonses-own", one("/console/summonses")),
                ("summons-own", at("/console/summonses/", &format!("{}-XF", lived.handling))),
                ("whistle-returned", at("/console/whistles/", &lived.returned)),
                ("absent", at("/console/whistles/", "WH-2026-9999")),
            ],
        ),
    ]
}

/// The window for the next reader, in their language.
async fn seat(t: &Town, chrome: &Chrome, username: &str, lang: &str) {
    if !username.is_empty() {
        return enter(t, chrome, username, lang).await;
    }
    // A page that is still shown would ask for its feed with no cookie, and the browser reports the answer.
    chrome.leave().await;
    chrome.develop("Network.clearBrowserCookies", json!({})).await;
    chrome.go("/login").await;
    chrome.cookie("lang", lang).await;
}

/// What one look at all pages found: by picture's name.
struct Found(HashMap<String, Vec<String>>);

async fn look(t: &Town, chrome: &Chrome, seen: &Seen, (lang, size): (&str, Size), found: &mut Found) {
    for (username, list) in pages(seen) {
        seat(t, chrome, username, lang).await;
        let mut titles: HashMap<String, String> = HashMap::new();
        for (name, path) in list {
            chrome.sized(size).await;
            chrome.go(&path).await;
            let picture = format!("{name}-{lang}-{}", size.width());
            keep_picture(chrome, &picture).await;
            let mut wrong = faults(chrome, size, lang).await;
            // The browser reports an absent page as well, which is asked for on purpose.
            wrong.retain(|fault| name != "absent" || !fault.contains("404"));
            let title = chrome.ask("return document.title;", json!([])).await.as_str().unwrap().to_owned();
            if let Some(other) = titles.insert(title.clone(), name.to_owned()) {
                wrong.push(format!("has the title of {other}: {title}"));
            }
            found.0.insert(picture, wrong);
        }
    }
}

async fn walked(lang: &str) {
    town(async |t| {
        let seen = seen_in(t).await;
        let chrome = Chrome::open(t.address).await;
        let mut found = Found(HashMap::new());
        for size in [Size::Desk, Size::Phone] {
            look(t, &chrome, &seen, (lang, size), &mut found).await;
        }
        chrome.close().await;
        let mut wrong: Vec<String> = found
            .0
            .iter()
            .flat_map(|(name, faults)| faults.iter().map(move |fault| format!("{name}: {fault}")))
            .collect();
        wrong.sort();
        assert!(wrong.is_empty(), "{} faults on {} pages:\n{}", wrong.len(), found.0.len(), wrong.join("\n"));
    })
    .await;
}

#[actix_web::test]
async fn every_page_keeps_to_the_rules_in_chinese_at_both_widths() {
    walked("zh-CN").await;
}

#[actix_web::test]
async fn every_page_keeps_to_the_rules_in_english_at_both_widths() {
    walked("en").await;
}

/// Everything wrong with what is shown now, at both widths. A form that only lacks a proof is answered with 403.
async fn at_both_widths(chrome: &Chrome, (name, lang): (&str, &str), wrong: &mut Vec<String>) {
    for size in [Size::Desk, Size::Phone] {
        chrome.sized(size).await;
        keep_picture(chrome, &format!("{name}-{lang}-{}", size.width())).await;
        let found = faults(chrome, size, lang).await.into_iter().filter(|fault| !fault.contains("403"));
        wrong.extend(found.map(|fault| format!("{name}-{lang}-{}: {fault}", size.width())));
    }
    chrome.sized(Size::Desk).await;
}

#[actix_web::test]
async fn what_no_address_leads_to_keeps_to_the_rules_in_both_languages_at_both_widths() {
    town(async |t| {
        lived_in(t).await;
        let mut order = blow_order("来信反映配电房无人值守");
        order["contact"] = json!({ "name": "来信人", "phone": "13955550003" });
        let code = t.fire().blows(&order).await;
        let (chrome, mut wrong) = (Chrome::open(t.address).await, Vec::new());
        for lang in ["zh-CN", "en"] {
            // What is said of a limit that has passed lies folded in its row.
            for username in ["office", "liaison.xf"] {
                seat(t, &chrome, username, lang).await;
                chrome.go("/console/deadlines").await;
                let forms = "const all = [...document.querySelectorAll('.due-deeds details')]; all[0].open = true; \
                             return all.length;";
                assert!(chrome.ask(forms, json!([])).await.as_u64().unwrap() > 0, "nothing is late for {username}");
                at_both_widths(&chrome, (&format!("late-{username}"), lang), &mut wrong).await;
            }
            // Six minutes after the sign-in a deed that asks for a proof leads to the page that asks, and so does a wrong one.
            seat(t, &chrome, "office", lang).await;
            t.clock.advance(6);
            chrome.go(&format!("/console/whistles/{code}")).await;
            let open = "document.querySelector('form[data-deed=unseal]').closest('details').open = true;";
            chrome.ask(open, json!([])).await;
            chrome.fill("#unseal-reason", "核实来信").await;
            chrome.turn("form[data-deed=unseal] button").await;
            at_both_widths(&chrome, ("proof", lang), &mut wrong).await;
            chrome.fill("#again-proof", "wrong-password-1").await;
            chrome.turn("form[action$='/unseal'] button").await;
            assert!(chrome.has("#again-proof-fault").await, "a wrong proof is taken");
            at_both_widths(&chrome, ("proof-wrong", lang), &mut wrong).await;
        }
        chrome.close().await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[actix_web::test]
async fn in_the_dark_every_page_is_as_readable() {
    town(async |t| {
        let seen = seen_in(t).await;
        let chrome = Chrome::open(t.address).await;
        let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        chrome.develop("Emulation.setEmulatedMedia", dark).await;
        let mut wrong = Vec::new();
        for (username, list) in pages(&seen) {
            seat(t, &chrome, username, "zh-CN").await;
            for (name, path) in list {
                chrome.go(&path).await;
                wrong.extend(violations(&chrome).await.into_iter().map(|fault| format!("{name}: {fault}")));
                keep_picture(&chrome, &format!("{name}-dark")).await;
            }
        }
        chrome.close().await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
