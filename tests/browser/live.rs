//! Pages that are told what happens meanwhile: rows that never move by themselves, one feed for all tabs, and the word
//! for silence. The clock of the page's script is hurried where a test waits for silence.

use crate::chrome::Chrome;
use crate::district::{signed_in, visited};
use crate::town::{Town, blow_order, town};
use serde_json::json;

/// Twenty times as fast, as far as the page's script can tell.
const HURRY: &str = "const late = setTimeout, every = setInterval, now = performance.now.bind(performance);
    window.setTimeout = (what, ms, ...more) => late(what, ms / 20, ...more);
    window.setInterval = (what, ms, ...more) => every(what, ms / 20, ...more);
    performance.now = () => now() * 20;";

async fn feeds_open(t: &Town) -> String {
    let metrics = t.ask("GET", "/metrics").send().await.expect(200).text();
    metrics.lines().find(|line| line.starts_with("hub_feeds_open")).unwrap_or_default().to_owned()
}

/// Where the first row of the queue stands.
async fn first_row(chrome: &Chrome) -> serde_json::Value {
    chrome.ask("return document.querySelector('.row').getBoundingClientRect().top;", json!([])).await
}

#[actix_web::test]
async fn new_whistles_wait_behind_a_bar_and_no_row_moves() {
    town(async |t| {
        for what in ["一号楼", "二号楼"] {
            t.fire().blows(&blow_order(what)).await;
        }
        t.settle().await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        chrome.go("/console/triage").await;
        chrome.until("document.querySelectorAll('.row').length === 2").await;
        let before = first_row(&chrome).await;
        let mut order = blow_order("比谁都急");
        order["urgency"] = json!("emergency");
        t.fire().blows(&order).await;
        t.settle().await;
        chrome.until("!document.querySelector('[data-signal=news]').hidden").await;
        assert_eq!(chrome.text("[data-signal=news]").await, "有1条新的，点此显示");
        assert_eq!(first_row(&chrome).await, before, "a row moved");
        assert_eq!(chrome.ask("return document.querySelectorAll('.row').length;", json!([])).await, 2);
        chrome.until("document.querySelector('.menu .count').textContent === '3'").await;
        chrome.press("[data-signal=news]").await;
        chrome.until("document.querySelectorAll('.row').length === 3").await;
        assert!(chrome.text(".row").await.contains("比谁都急"));
        assert_eq!(chrome.complaints().await, Vec::<String>::new());
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_row_that_somebody_else_took_says_so_and_stays_where_it_is() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("一号楼")).await;
        t.fire().blows(&blow_order("二号楼")).await;
        t.settle().await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        chrome.go("/console/triage").await;
        chrome.until("document.querySelectorAll('.row').length === 2").await;
        let before = first_row(&chrome).await;
        t.person("office.2").summons(&code, &["XF"], "normal").await;
        t.settle().await;
        chrome.until(&format!("document.querySelector('[data-code=\"{code}\"].gone') !== null")).await;
        assert_eq!(first_row(&chrome).await, before, "a row moved");
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn after_thirty_silent_seconds_a_page_says_from_when_it_is() {
    town(async |t| {
        let chrome = Chrome::open(t.address).await;
        chrome.develop("Page.addScriptToEvaluateOnNewDocument", json!({ "source": HURRY })).await;
        crate::district::enter(t, &chrome, "office", "zh-CN").await;
        chrome.go("/console/triage").await;
        chrome.until("!document.querySelector('[data-signal=stale]').hidden").await;
        let told = chrome.text("[data-signal=stale]").await;
        assert!(told.starts_with("实时已断开，页面为09:0") && told.ends_with("刷新"), "{told}");
        t.fire().blows(&blow_order("一号楼")).await;
        t.settle().await;
        chrome.until("document.querySelector('[data-signal=stale]').hidden").await;
        chrome.until("document.querySelector('.menu .count')?.textContent === '1'").await;
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn c10_eight_tabs_of_one_browser_all_work_on_one_feed() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.settle().await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        for _ in 0..7 {
            chrome.go("/console/triage").await;
            chrome.another_tab().await;
        }
        chrome.go(&format!("/console/whistles/{code}")).await;
        chrome.turn("[data-deed=accept] .primary").await;
        chrome.until("document.querySelector('.notice.done') !== null").await;
        let open = feeds_open(t).await;
        // The gauge is the process's: a neighbour's hub may have a feed of its own. Eight would be four, the most of a person.
        let open: f64 = open.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap();
        assert!(open < 4.0, "{open}");
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_visit_tells_its_open_page_and_its_row_of_what_others_did_and_nothing_moves() {
    town(async |t| {
        let visit = visited(t).await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        chrome.go("/console/visits?view=all").await;
        let row = format!("document.querySelector('[data-code=\"{visit}\"]')");
        chrome.until(&format!("{row}.textContent.includes('2/3')")).await;
        let top = format!("return {row}.getBoundingClientRect().top;");
        let before = chrome.ask(&top, json!([])).await;
        // What was committed before the page listens is read again, so that it does not matter which comes first.
        let said = json!({ "results": [{ "item": "3", "outcome": "ok" }] });
        t.person("inspector.xf").does(&visit, "record", said).await;
        t.settle().await;
        chrome.until(&format!("{row}.textContent.includes('3/3')")).await;
        assert_eq!(chrome.ask(&top, json!([])).await, before, "a row moved");
        chrome.go("/console/findings").await;
        let finding = format!("{visit}-01");
        let state = format!("document.querySelector('[data-code=\"{finding}\"] .c-state').textContent");
        t.person("inspector.yj").does(&finding, "report_fixed", json!({})).await;
        t.settle().await;
        chrome.until(&format!("{state} === '报已整改，待复查'")).await;
        chrome.go(&format!("/console/visits/{visit}")).await;
        chrome.until("document.querySelector('[data-live-code]') !== null").await;
        // What happens before a page listens is in the page; so it is said until the page hears.
        let heard = "return !document.querySelector('[data-signal=news]').hidden;";
        for _ in 0..100 {
            if chrome.ask(heard, json!([])).await == true {
                break;
            }
            let said = json!({ "results": [{ "item": "3", "outcome": "ok" }] });
            t.person("inspector.xf").does(&visit, "record", said).await;
            t.settle().await;
        }
        assert_eq!(chrome.text("[data-signal=news]").await, "这件有新进展，点此刷新");
        chrome.turn("[data-signal=news]").await;
        assert_eq!(chrome.complaints().await, Vec::<String>::new());
        chrome.close().await;
    })
    .await;
}
