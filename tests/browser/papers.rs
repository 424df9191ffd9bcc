//! The official sheets of a real visit, printed by Chromium from the pages that the hub serves and measured as `sheets` measures
//! its samples: what the ledger holds must fit the paper, too; and the proof of a spot before and after on its page.

use crate::chrome::{Chrome, Size};
use crate::district::{enter, visited};
use crate::paper::{Paper, printed};
use crate::sheets::{LEFT, RED, RIGHT, body, is_a4, number, reds};
use crate::town::{Town, town};
use serde_json::json;

/// Faces that an official text may be set in; the machine has one of them.
const FACES: [&str; 4] = ["FangSong", "Noto Serif CJK", "Source Han Serif", "SimSun"];

/// What must hold on every sheet.
fn is_official(name: &str, paper: &Paper, red: bool) {
    assert!(is_a4(paper), "{name}: {:?}", paper.size);
    for (place, page) in paper.pages.iter().enumerate() {
        number(page, place + 1);
        for line in body(page) {
            assert!(line.left > LEFT - 1.0 && line.right < RIGHT + 1.0, "{name}: {line:?}");
        }
    }
    let ours = |[r, g, b]: &[u32; 3]| r == g && g == b || red && [*r, *g, *b] == RED;
    assert!(paper.colours.iter().all(ours), "{name}: {:?}", paper.colours);
    assert_eq!(paper.colours.contains(&RED), red, "{name}");
}

/// Both notices bear a red head; what is done by law to a firm is black.
fn is_red(name: &str) -> bool {
    matches!(name, "real-notice" | "real-dispatch")
}

/// What the browser really sets the first lines in: a file of its printing names no face.
async fn faces(chrome: &Chrome) -> Vec<String> {
    for room in ["DOM.enable", "CSS.enable"] {
        chrome.develop(room, json!({})).await;
    }
    let root = chrome.develop("DOM.getDocument", json!({ "depth": 0 })).await["root"]["nodeId"].clone();
    let asked = json!({ "nodeId": root, "selector": "main.paper p.plain, main.paper dd" });
    let node = chrome.develop("DOM.querySelector", asked).await["nodeId"].clone();
    let fonts = chrome.develop("CSS.getPlatformFontsForNode", json!({ "nodeId": node })).await["fonts"].clone();
    fonts.as_array().unwrap().iter().map(|font| font["familyName"].as_str().unwrap().to_owned()).collect()
}

async fn sheet(chrome: &Chrome, name: &str, path: &str) -> Paper {
    chrome.go(path).await;
    printed(chrome, name).await
}

async fn sheets(t: &Town, chrome: &Chrome) -> Vec<(&'static str, Paper, &'static str, usize)> {
    let visit = visited(t).await;
    enter(t, chrome, "office", "zh-CN").await;
    let of = |noun: &str, code: &str, paper: &str| format!("/console/{noun}/{code}/papers/{paper}");
    let finding = format!("{visit}-02");
    let mut all = Vec::new();
    for (name, path, says, pages) in [
        ("real-notice", of("visits", &visit, "notice"), "行政检查通知书", 1),
        ("real-dispatch", of("visits", &visit, "dispatch"), "联合检查通知单", 2),
        ("real-record", of("visits", &visit, "record"), "现场检查记录", 2),
        ("real-order", of("findings", &finding, "order"), "责令限期整改指令书", 2),
        ("real-opinion", of("findings", &finding, "opinion"), "整改复查意见书", 1),
    ] {
        all.push((name, sheet(chrome, name, &path).await, says, pages));
        let red = if is_red(name) { json!(["issuer", "rule"]) } else { json!([]) };
        assert_eq!(reds(chrome).await, red, "{name}");
        let set_in = faces(chrome).await;
        assert!(set_in.iter().any(|one| FACES.iter().any(|face| one.contains(face))), "{name}: {set_in:?}");
    }
    all
}

#[actix_web::test]
async fn sheets_of_a_real_visit_print_in_the_measures_of_official_documents() {
    town(async |t| {
        let chrome = Chrome::open(t.address).await;
        for (name, paper, says, pages) in sheets(t, &chrome).await {
            is_official(name, &paper, is_red(name));
            let all: String = paper.pages.iter().flatten().map(|line| line.text.as_str()).collect();
            assert!(all.contains(says), "{name}: {all}");
            assert!(paper.pages.len() <= pages, "{name}: {} pages", paper.pages.len());
            // Nothing of the console is on paper.
            for word in ["打印", "返回", "退出登录", "吹哨协同"] {
                assert!(!all.contains(word), "{name}: {word} in {all}");
            }
        }
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn before_and_after_stand_beside_each_other_and_on_a_phone_one_below_the_other() {
    town(async |t| {
        let (visit, chrome) = (visited(t).await, Chrome::open(t.address).await);
        enter(t, &chrome, "inspector.yj", "zh-CN").await;
        for (size, beside) in [(Size::Desk, true), (Size::Phone, false)] {
            chrome.sized(size).await;
            chrome.go(&format!("/console/findings/{visit}-01")).await;
            let sides = "const [one, other] = [...document.querySelectorAll('.sides > div')].map((el) => el.getBoundingClientRect());
              return one.top === other.top ? one.right <= other.left : !(one.bottom <= other.top);";
            assert_eq!(chrome.ask(sides, json!([])).await, beside, "{size:?}");
            let pictures = "return [...document.querySelectorAll('.sides img')].length;";
            assert_eq!(chrome.ask(pictures, json!([])).await, 2);
        }
        // One press from the next step to the photo.
        chrome.press("a.add-photo").await;
        assert_eq!(chrome.ask("return document.querySelector(':target')?.id;", json!([])).await, "attach-files");
        chrome.close().await;
    })
    .await;
}
