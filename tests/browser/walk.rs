//! Every page as every kind of reader, in both languages and at both widths, in the light and in the dark. What each
//! must keep to is `page.rs`; a page that is not in the list is not looked at, so new ones are added here.

use crate::chrome::{Chrome, Size};
use crate::district::{Lived, enter, lived_in};
use crate::page::{faults, keep_picture, violations};
use crate::town::{Town, town};
use serde_json::json;
use std::collections::HashMap;

/// Who looks at which pages; the name is the picture's.
fn pages(lived: &Lived) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let at = |path: &str, code: &str| format!("{path}{code}");
    vec![
        (
            "office",
            vec![
                ("desk", at("/console", "")),
                ("deadlines", at("/console/deadlines", "")),
                ("triage", at("/console/triage", "")),
                ("triage-open", at("/console/triage?open=", &lived.wild)),
                ("whistles", at("/console/whistles", "")),
                ("whistles-late", at("/console/whistles?overdue=true", "")),
                ("whistle-submitted", at("/console/whistles/", &lived.submitted)),
                ("whistle-closable", at("/console/whistles/", &lived.closable)),
                ("whistle-closed", at("/console/whistles/", &lived.closed)),
                ("summonses", at("/console/summonses?view=all", "")),
                ("summons", at("/console/summonses/", &format!("{}-XF", lived.handling))),
                ("blow", at("/console/whistles/new", "")),
            ],
        ),
        (
            "director",
            vec![
                ("disputes", at("/console/disputes", "")),
                ("feedback-director", at("/feedback", "")),
                ("desk-director", at("/console", "")),
            ],
        ),
        ("supervisor", vec![("desk-supervisor", at("/console", "")), ("whistles-all", at("/console/whistles", ""))]),
        ("inspector.xf", vec![("desk-inspector", at("/console", ""))]),
        ("town.t06", vec![("desk-town", at("/console", ""))]),
        (
            "admin",
            vec![
                ("desk-admin", at("/console", "")),
                ("me", at("/me", "")),
                ("access", at("/console/access", "")),
                ("trail", at("/admin/trail", "")),
            ],
        ),
        (
            "liaison.xf",
            vec![
                ("feedback", at("/feedback", "")),
                ("desk-unit", at("/console", "")),
                ("deadlines-unit", at("/console/deadlines", "")),
                ("summonses-own", at("/console/summonses", "")),
                ("summons-own", at("/console/summonses/", &format!("{}-XF", lived.handling))),
                ("whistle-returned", at("/console/whistles/", &lived.returned)),
                ("absent", at("/console/whistles/", "WH-2026-9999")),
            ],
        ),
        ("admin", vec![("import", at("/admin/import", ""))]),
    ]
}

/// What one look at all pages found: by picture's name.
struct Found(HashMap<String, Vec<String>>);

async fn look(t: &Town, chrome: &Chrome, lived: &Lived, (lang, size): (&str, Size), found: &mut Found) {
    for (username, list) in pages(lived) {
        enter(t, chrome, username, lang).await;
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

#[actix_web::test]
async fn every_page_keeps_to_the_rules_in_both_languages_at_both_widths() {
    town(async |t| {
        let lived = lived_in(t).await;
        let chrome = Chrome::open(t.address).await;
        let mut found = Found(HashMap::new());
        for lang in ["zh-CN", "en"] {
            for size in [Size::Desk, Size::Phone] {
                look(t, &chrome, &lived, (lang, size), &mut found).await;
            }
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
async fn in_the_dark_every_page_is_as_readable() {
    town(async |t| {
        let lived = lived_in(t).await;
        let chrome = Chrome::open(t.address).await;
        let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        chrome.develop("Emulation.setEmulatedMedia", dark).await;
        let mut wrong = Vec::new();
        for (username, list) in pages(&lived) {
            enter(t, &chrome, username, "zh-CN").await;
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
