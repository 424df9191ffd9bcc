//! A firm's pages in a real browser, on its phone and at a desk, in both languages, without script: the button, the order with its
//! forms, and a link that is none. What each must keep to is `page.rs`; the token leaves with no request.

use crate::chrome::{Chrome, Size};
use crate::district::visited;
use crate::page::{faults, keep_picture};
use crate::town::{Town, town};
use serde_json::json;

const NOBODYS: &str = "/f/0123456789abcdef0123456789abcdef";

/// Where a link leads that was given just now.
async fn linked(t: &Town, finding: &str) -> String {
    let ask = t.person("inspector.yj").ask("POST", &format!("/findings/{finding}/give_link")).await;
    let url = ask.send().await.expect(201).json()["url"].as_str().unwrap().to_owned();
    url[url.find("/f/").unwrap()..].to_owned()
}

/// Everything wrong with what is shown now, at both widths; `but`: what the browser says of a page that is no 200.
async fn look(chrome: &Chrome, (name, lang): (&str, &str), but: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for size in [Size::Desk, Size::Phone] {
        chrome.sized(size).await;
        keep_picture(chrome, &format!("{name}-{lang}-{}", size.width())).await;
        let found = faults(chrome, size, lang).await.into_iter().filter(|fault| but.is_empty() || !fault.contains(but));
        wrong.extend(found.map(|fault| format!("{name}-{lang}-{}: {fault}", size.width())));
    }
    chrome.sized(Size::Phone).await;
    wrong
}

#[actix_web::test]
async fn a_firm_finds_its_way_on_a_phone_and_its_token_leaves_with_no_request() {
    town(async |t| {
        let finding = format!("{}-01", visited(t).await);
        let (chrome, mut wrong) = (Chrome::open(t.address).await, Vec::new());
        for (lang, tail, said) in [("zh-CN", "", "已收到您的评价"), ("en", "?lang=en", "Thank you")] {
            let path = linked(t, &finding).await;
            chrome.go(&format!("{path}{tail}")).await;
            wrong.extend(look(&chrome, ("firm-start", lang), "").await);
            chrome.turn("form button").await;
            assert_eq!(chrome.path().await.split('?').next(), Some("/f/order"));
            let referrer = chrome.ask("return document.referrer;", json!([])).await;
            assert!(!referrer.as_str().unwrap().contains("/f/"), "the token went along: {referrer}");
            wrong.extend(look(&chrome, ("firm-order", lang), "").await);
            chrome.press("input[name=stars][value='4']").await;
            chrome.fill("#rate-text", "讲得清楚").await;
            chrome.turn("form[action^='/f/rate'] button").await;
            assert!(chrome.text("main").await.contains(said), "{lang}");
            wrong.extend(look(&chrome, ("firm-rated", lang), "").await);
            chrome.go(&format!("{NOBODYS}{tail}")).await;
            chrome.turn("form button").await;
            wrong.extend(look(&chrome, ("firm-gone", lang), "404").await);
        }
        // The second opening's forms work in the same browser; what is said is a claim.
        let path = linked(t, &finding).await;
        chrome.go(&path).await;
        chrome.turn("form button").await;
        chrome.press("#fixed-fixed").await;
        chrome.turn("form[action^='/f/report_fixed'] button").await;
        assert!(chrome.text("main").await.contains("已报告整改完成，等待复查"));
        wrong.extend(look(&chrome, ("firm-claimed", "zh-CN"), "").await);
        chrome.close().await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
