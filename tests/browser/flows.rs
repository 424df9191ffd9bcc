//! What people do from beginning to end: by keyboard alone, without script, two at once, two in one browser. Each flow is
//! a story of its own and acts on the page only, as a person would.

use crate::chrome::{CONTROL, Chrome, ENTER, SPACE, TAB};
use crate::district::{WILD, enter, lived_in, signed_in};
use crate::town::{PASSWORD, blow_order, town};
use serde_json::json;

#[actix_web::test]
async fn t22_names_with_markup_and_turning_marks_are_shown_as_text() {
    town(async |t| {
        let lived = lived_in(t).await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        for path in ["/console/triage?open=", "/console/whistles/"] {
            chrome.go(&format!("{path}{}", lived.wild)).await;
            assert_eq!(chrome.text(".story").await, WILD);
            assert!(!chrome.has("main img").await, "markup was made of a text");
            assert_eq!(chrome.complaints().await, Vec::<String>::new());
        }
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_queue_is_worked_off_by_keyboard_alone() {
    town(async |t| {
        let mut codes = Vec::new();
        for what in ["一号楼", "二号楼", "三号楼"] {
            let order = json!({ "category": "dust_explosion", "what": format!("{what}除尘停运"), "place": what });
            codes.push(t.fire().blows(&order).await);
            t.advance(1).await;
        }
        let chrome = Chrome::open(t.address).await;
        chrome.go("/login?next=/console/triage").await;
        chrome.fill("#login-username", "office").await;
        chrome.keys(&[TAB]).await;
        chrome.fill("#login-password", &format!("{PASSWORD}{ENTER}")).await;
        chrome.until("location.pathname === '/console/triage' && document.querySelectorAll('.row').length === 3").await;
        // The first: accepted as the rule proposes, to several departments at once.
        chrome.keys(&["j", ENTER]).await;
        chrome.until("location.search.startsWith('?open=')").await;
        chrome.keys(&["1"]).await;
        chrome.until("document.activeElement.closest('[data-deed=accept]') !== null").await;
        chrome.chord(CONTROL, ENTER).await;
        chrome.until("document.querySelectorAll('.row').length === 2").await;
        // The second: returned with a reason. Letters and figures in a field are only text.
        chrome.keys(&["2"]).await;
        chrome.until("document.activeElement.name === 'missing'").await;
        chrome.keys(&[SPACE]).await;
        chrome.ask("document.querySelector('#return-note').focus();", json!([])).await;
        chrome.keys(&["1", "j", "3"]).await;
        assert_eq!(chrome.ask("return document.activeElement.value;", json!([])).await, "1j3");
        chrome.chord(CONTROL, ENTER).await;
        chrome.until("document.querySelectorAll('.row').length === 1").await;
        chrome.keys(&["3"]).await;
        chrome.until("document.activeElement.name === 'ground'").await;
        chrome.keys(&[SPACE]).await;
        chrome.chord(CONTROL, ENTER).await;
        chrome.until("document.querySelectorAll('.row').length === 0").await;
        assert_eq!(chrome.complaints().await, Vec::<String>::new());
        chrome.close().await;
        let mut states = Vec::new();
        for code in &codes {
            let whistle = t.office().sees(&format!("/whistles/{code}")).await;
            states
                .push((whistle["status"].as_str().unwrap().to_owned(), whistle["summonses"].as_array().unwrap().len()));
        }
        states.sort();
        let (declined, dispatched, returned) = (&states[0], &states[1], &states[2]);
        assert_eq!((declined.0.as_str(), returned.0.as_str()), ("declined", "returned"));
        assert!(dispatched.0 == "dispatched" && dispatched.1 > 1, "{dispatched:?}");
    })
    .await;
}

#[actix_web::test]
async fn who_loses_a_race_reads_who_was_faster_and_when() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.settle().await;
        let (first, second) = (signed_in(t, "office", "zh-CN").await, signed_in(t, "office.2", "zh-CN").await);
        let page = format!("/console/whistles/{code}");
        for chrome in [&first, &second] {
            chrome.go(&page).await;
            chrome.press("#accept-severity").await;
        }
        first.turn("[data-deed=accept] .primary").await;
        first.until("document.querySelector('.notice.done') !== null").await;
        second.turn("[data-deed=accept] .primary").await;
        second.until("document.querySelector('.notice.told') !== null").await;
        let (told, winner) = (second.text(".notice").await, first.text(".me summary").await);
        assert!(told.contains(&winner) && told.contains("09:00") && told.contains("没有执行"), "{told} of {winner}");
        assert!(!second.has(".summary, .notice.refused").await, "a lost race is told as a fault");
        second.turn(".card a.button").await;
        second.until("document.querySelector('.state') !== null").await;
        assert_eq!(t.person("office").kinds(&code).await.iter().filter(|kind| *kind == "whistle.accepted").count(), 1);
        first.close().await;
        second.close().await;
    })
    .await;
}

#[actix_web::test]
async fn c22_what_was_typed_outlives_the_session_with_and_without_script() {
    town(async |t| {
        let chrome = signed_in(t, "liaison.xf", "zh-CN").await;
        for (script, text) in [(true, "有脚本时写的五百字"), (false, "没有脚本时写的五百字")] {
            t.hush(text);
            chrome.scripted(script).await;
            chrome.go("/console/whistles/new").await;
            chrome.ask("document.querySelector('#blow-what').value = '';", json!([])).await;
            chrome.fill("#blow-what", text).await;
            if script {
                chrome.until("document.querySelector('output')?.textContent.startsWith('草稿已存09:')").await;
            }
            t.advance(31).await;
            chrome.turn("[data-deed=blow] .primary").await;
            assert!(chrome.text(".summary").await.contains("已存为草稿"));
            chrome.fill("#login-username", "liaison.xf").await;
            chrome.fill("#login-password", &format!("{PASSWORD}{ENTER}")).await;
            assert_eq!(chrome.text("#blow-what").await.as_str(), text, "the draft is gone");
            assert!(chrome.text(".notice").await.contains("已恢复未提交的草稿"));
        }
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn two_tabs_with_two_roles_do_nothing_in_the_name_of_the_other() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.settle().await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        chrome.go(&format!("/console/whistles/{code}")).await;
        chrome.another_tab().await;
        enter(t, &chrome, "liaison.xf", "zh-CN").await;
        chrome.go(&format!("/console/whistles/{code}")).await;
        chrome.first_tab().await;
        chrome.press("#accept-severity").await;
        chrome.turn("[data-deed=accept] .primary").await;
        chrome.until("document.querySelector('[data-deed=accept]') === null").await;
        assert_eq!(chrome.text("h1").await, "页面已过期");
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["status"], "submitted");
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn without_script_a_whistle_is_blown_dispatched_answered_and_reviewed() {
    town(async |t| {
        let chrome = signed_in(t, "liaison.xf", "zh-CN").await;
        chrome.scripted(false).await;
        chrome.go("/console/whistles/new").await;
        chrome.fill("#blow-what", "配电房堆放纸箱").await;
        chrome.fill("#blow-place", "三号楼一层").await;
        chrome.press("#blow-category option[value=fire]").await;
        chrome.turn("[data-deed=blow] .primary").await;
        let code = chrome.text(".page-head .code").await;
        t.settle().await;
        enter(t, &chrome, "office", "zh-CN").await;
        chrome.go(&format!("/console/triage?open={code}")).await;
        chrome.turn("[data-deed=accept] .primary").await;
        assert!(chrome.has(".notice.done").await);
        enter(t, &chrome, "liaison.xf", "zh-CN").await;
        chrome.go(&format!("/console/summonses/{code}-XF")).await;
        chrome.press("#report_in-officers").await;
        chrome.turn("[data-deed=report_in] .primary").await;
        chrome.turn("[data-deed=start] button").await;
        assert!(!chrome.has("[data-deed=start]").await);
        chrome.fill("#submit-result", "已清走").await;
        chrome.turn("[data-deed=submit] .primary").await;
        enter(t, &chrome, "office", "zh-CN").await;
        chrome.go(&format!("/console/summonses/{code}-XF")).await;
        chrome.turn("[data-deed=accept] .primary").await;
        assert!(chrome.has(".notice.done").await);
        chrome.close().await;
        assert_eq!(t.office().sees(&format!("/summonses/{code}-XF")).await["status"], "done");
    })
    .await;
}

#[actix_web::test]
async fn a_duplicate_is_merged_from_the_queue_by_keyboard_and_the_keys_are_told() {
    town(async |t| {
        let order = json!({ "category": "fire", "what": "安全出口上锁", "enterprise": "E01" });
        let master = t.fire().blows(&order).await;
        t.advance(1).await;
        let double = t.emergency().blows(&order).await;
        t.settle().await;
        let chrome = signed_in(t, "office", "zh-CN").await;
        chrome.go(&format!("/console/triage?open={double}")).await;
        chrome.keys(&["?"]).await;
        chrome.until("document.querySelector('#keys').open").await;
        assert!(chrome.text("#keys").await.contains("并单"));
        chrome.press("#keys .primary").await;
        chrome.keys(&["m"]).await;
        chrome.until("document.activeElement.closest('[data-deed=merge]') !== null").await;
        assert_eq!(chrome.ask("return document.activeElement.value;", json!([])).await, master.as_str());
        chrome.keys(&[SPACE]).await;
        chrome.chord(CONTROL, ENTER).await;
        chrome.until("document.querySelectorAll('.row').length === 1").await;
        assert_eq!(t.office().sees(&format!("/whistles/{double}")).await["status"], "merged");
        assert_eq!(chrome.complaints().await, Vec::<String>::new());
        chrome.close().await;
    })
    .await;
}

#[actix_web::test]
async fn without_script_a_dispute_is_ruled_where_its_grounds_are_read() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        let task = format!("{code}-SC");
        let dispute = json!({ "ground": "not_our_duty", "law": "权责清单第七条", "instead": "ZJ" });
        t.person("head.sc").does(&task, "dispute", dispute).await;
        t.settle().await;
        let chrome = signed_in(t, "director", "zh-CN").await;
        chrome.scripted(false).await;
        chrome.go("/console/disputes").await;
        let told = chrome.text(".disputes").await;
        for words in ["权责清单第七条", "后门上锁", task.as_str()] {
            assert!(told.contains(words), "{words}: {told}");
        }
        // A ruling without a reason comes back to this page.
        chrome.press(".rulings details:nth-of-type(2) summary").await;
        chrome.press("[data-deed=overrule] .bar button").await;
        assert!(chrome.has(".summary").await);
        assert_eq!(chrome.path().await, format!("/console/summonses/{task}/overrule"));
        chrome.fill("[data-deed=overrule] textarea", "气瓶属特种设备").await;
        chrome.press("[data-deed=overrule] .bar button").await;
        assert!(chrome.has(".notice.done").await && chrome.has(".empty").await);
        chrome.close().await;
        assert_eq!(t.office().sees(&format!("/summonses/{task}")).await["status"], "acknowledged");
    })
    .await;
}
