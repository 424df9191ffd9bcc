//! What letters are like on the wire and what they lead to: marked as automatic (C06), safe to be opened by any machine
//! (C07), and poor in content whatever the district's names hold (T22, T23).

use crate::people::{adds, newcomer};
use crate::town::{Place, Town, accept_order, at, blow_order, town};
use serde_json::json;
use std::collections::BTreeSet;
use whistle_hub::domain::terms::LetterKind;

/// A story in which every kind of letter leaves.
async fn every_kind(t: &Town) {
    let returned = t.fire().blows(&blow_order("会被退回")).await;
    t.office().does(&returned, "return", json!({ "missing": ["enterprise"] })).await;
    let declined = t.fire().blows(&blow_order("已在别处办理的事")).await;
    t.office().does(&declined, "decline", json!({ "ground": "already_handled" })).await;
    let merged = t.fire().blows(&blow_order("同一件事")).await;
    t.office().does(&merged, "merge", json!({ "into": returned })).await;
    let disputed = t.emergency().blows(&blow_order("职责不清")).await;
    let disputed = t.office().summons(&disputed, &["XF"], "normal").await.remove(0);
    t.person("head.xf").does(&disputed, "dispute", json!({ "ground": "not_our_duty" })).await;
    t.director().does(&disputed, "overrule", json!({ "reason": "属消防职责" })).await;
    let code = t.fire().blows(&json!({ "category": "dust_explosion", "what": "一路办结", "enterprise": "E01" })).await;
    let summons = t.office().summons(&code, &["YJ"], "normal").await.remove(0);
    t.advance(2).await;
    t.emergency().reports_in(&summons).await;
    t.emergency().does(&summons, "submit", json!({ "result": "已整改" })).await;
    t.office().does(&summons, "accept", json!({})).await;
    t.office().does(&code, "close", json!({ "kind": "fixed", "conclusion": "办结" })).await;
    let mut late = blow_order("无人受理");
    late["urgency"] = json!("emergency");
    t.fire().blows(&late).await;
    t.advance(30).await;
    let order =
        json!({ "category": "fire", "what": "有人来信", "place": "东门", "contact": { "name": "甲", "phone": "1" } });
    let code = t.fire().blows(&order).await;
    let ask = t.office().ask("POST", &format!("/whistles/{code}/unseal")).await;
    ask.json(&json!({ "reason": "核实来信" })).send().await.expect(200);
    adds(t.person("admin"), &newcomer("liaison.xf.9", "liaison", "XF")).await.expect(201);
    let shift = [
        ("date", "2026-12-03"),
        ("shift", "night"),
        ("office_duty", "office"),
        ("main", "head.yj"),
        ("deputy", "head.yj.2"),
    ];
    t.signed_in("admin").await.fills("/admin/rota", "/admin/rota", &shift).await.expect(303);
    t.settle().await;
    let kinds: BTreeSet<LetterKind> = t.letters().iter().map(|letter| letter.kind).collect();
    // Invitations leave with visits, and what came back is told by `relapses`.
    let leaves = |kind: &&LetterKind| !kind.is_invitation() && **kind != LetterKind::FindingRelapsed;
    let expected = LetterKind::ALL.iter().filter(leaves).count();
    assert_eq!(kinds.len(), expected, "{kinds:?}");
}

/// The header lines of a message, folded ones joined.
fn headers(eml: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8(eml.to_vec()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())).unwrap();
    head.split("\r\n").map(pair).collect()
}

#[actix_web::test]
async fn c06_every_kind_of_letter_bears_the_marks_of_automatic_mail() {
    town(async |t| {
        every_kind(t).await;
        let mut ids = BTreeSet::new();
        let letters = t.letters();
        for letter in &letters {
            let all = headers(letter.eml());
            let one = |name: &str| {
                let found: Vec<&String> =
                    all.iter().filter(|(given, _)| given == name).map(|(_, value)| value).collect();
                assert_eq!(found.len(), 1, "{} has {} headers {name}", letter.kind, found.len());
                found[0].clone()
            };
            assert_eq!(one("auto-submitted"), "auto-generated");
            assert_eq!(one("x-auto-response-suppress"), "All");
            assert_eq!(one("to"), letter.to);
            assert!(one("reply-to").contains("noreply@yunhu.example"), "{}", one("reply-to"));
            assert!(one("from").contains("hub@yunhu.example") && !one("date").is_empty());
            let id = one("message-id");
            assert!(id.starts_with('<') && id.ends_with("@yunhu.example>"), "{id}");
            assert!(ids.insert(id), "two letters of one Message-ID");
            assert!(all.iter().all(|(name, _)| name != "cc" && name != "bcc"));
            assert!(letter.eml().is_ascii() && letter.subject.contains("【演示】"));
        }
    })
    .await;
}

#[actix_web::test]
async fn c07_opening_every_link_of_every_letter_twice_changes_nothing() {
    town(async |t| {
        every_kind(t).await;
        let state = async || {
            (t.db_events().await, t.office().sees("/whistles?sort=blown_at").await.to_string(), t.letters().len())
        };
        let before = state().await;
        let mut paths = BTreeSet::new();
        for letter in t.letters() {
            for part in [&letter.text, &letter.html] {
                let links =
                    part.split(|c: char| c.is_whitespace() || "\"'<>".contains(c)).filter(|word| word.contains("://"));
                for link in links {
                    let host = format!("http://{}", t.address);
                    let path = link.strip_prefix(&host).unwrap_or_else(|| panic!("a link leads elsewhere: {link}"));
                    assert!(!path.contains(['?', '#', '@']), "a link carries more than an address: {link}");
                    paths.insert(path.to_owned());
                }
            }
        }
        assert!(paths.len() >= 4, "{paths:?}");
        for path in &paths {
            for method in ["GET", "GET", "HEAD"] {
                let reply = t.ask(method, path).header("User-Agent", "safelinks").send().await;
                assert!(reply.status < 500, "{method} {path}: {}", reply.status);
                assert!(reply.header("set-cookie").is_none_or(|cookie| !cookie.starts_with("wh=")), "a link signs in");
            }
            t.ask("GET", path).bearer(&t.office().token().await).send().await;
        }
        t.settle().await;
        assert_eq!(state().await, before);
    })
    .await;
}

#[actix_web::test]
async fn a_letter_says_code_category_urgency_town_and_limit_and_no_more() {
    town(async |t| {
        let order =
            json!({ "category": "dust_explosion", "what": "正文不入信", "enterprise": "E01", "urgency": "urgent" });
        t.emergency().blows(&order).await;
        t.settle().await;
        let letters = t.letters();
        let text = letters[0].text.replace(&format!("http://{}", t.address), "http://hub");
        insta::assert_snapshot!(format!("{}\n\n{text}", letters[0].subject), @r"
            【演示】新哨待受理：WH-2026-0001（加急，粉尘涉爆）

            云湖区吹哨协同平台
            这是演示环境的邮件，人和事均为虚构。

            新哨待受理
            有一件新哨到达安委办，请及时受理。

            哨编号：WH-2026-0001
            隐患类别：粉尘涉爆
            紧急程度：加急
            属地：龙荡镇
            受理时限：2026年12月1日09:30

            请登录平台受理、退回或者不予受理：
            http://hub/w/WH-2026-0001

            --
            本邮件由云湖区吹哨协同平台自动发出，数据截至2026年12月1日09:00。
            请勿回复，此信箱无人查看。有疑问请联系安委办值班员。
            内容有误，请与安委办联系，核对后更正。
        ");
    })
    .await;
}

#[actix_web::test]
async fn a_summons_letter_waits_a_minute_unless_it_presses() {
    town(async |t| {
        for (urgency, at_once) in [("normal", 0), ("complex", 0), ("urgent", 1), ("emergency", 1)] {
            let code = t.fire().blows(&blow_order("等一分钟")).await;
            let before = t.letters_of(LetterKind::SummonsNew, "liaison.sc");
            t.office().summons(&code, &["SC"], urgency).await;
            t.settle().await;
            assert_eq!(t.letters_of(LetterKind::SummonsNew, "liaison.sc") - before, at_once, "{urgency}");
            t.advance(1).await;
            assert_eq!(t.letters_of(LetterKind::SummonsNew, "liaison.sc") - before, 1, "{urgency}");
        }
        for (to, count) in [("head.sc", 4), ("liaison.sc", 4), ("inspector.sc", 0), ("liaison.yj", 0)] {
            assert_eq!(t.letters_of(LetterKind::SummonsNew, to), count, "{to}");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_duty_officer_of_the_hour_is_written_to_and_nobody_else() {
    town(async |t| {
        t.fire().blows(&blow_order("白班")).await;
        t.settle().await;
        t.until("2026-12-01T23:00:00+08:00").await;
        t.fire().blows(&blow_order("夜班")).await;
        t.settle().await;
        let new: Vec<String> =
            t.letters().iter().filter(|one| one.kind == LetterKind::WhistleNew).map(|one| one.to.clone()).collect();
        let rota = &t.db_hub().rules().directory.rota;
        let on = |night: bool| rota.iter().find(|shift| shift.date == "2026-12-01" && shift.night == night).unwrap();
        assert_eq!(new, [false, true].map(|night| format!("{}@yunhu.example", on(night).office_duty)));
    })
    .await;
}

/// A district whose names are payloads, laid over the sample.
async fn poisoned(place: &Place, poison: &str) {
    let t = Town::open(place, at(crate::town::BEGIN)).await;
    t.lay(|district| {
        district.towns.iter_mut().for_each(|town| town.name = format!("{poison}{}", town.code));
        district.departments.iter_mut().for_each(|unit| unit.name = format!("{poison}{}", unit.code));
        district.departments.iter_mut().for_each(|unit| unit.short_name = format!("{poison}{}", unit.code));
        district.enterprises.iter_mut().for_each(|firm| firm.name = format!("{poison}{}", firm.code));
        district.people.iter_mut().for_each(|person| person.name = format!("{poison}{}", person.username));
    })
    .await;
    t.leave().await;
}

#[actix_web::test]
async fn t22_poison_district() {
    for poison in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "=cmd|' /C calc'!A0",
        "{{7*7}}${7*7}",
        "' OR 1=1 --",
    ] {
        let place = Place::new();
        Box::pin(poisoned(&place, poison)).await;
        let t = Town::open(&place, at(crate::town::BEGIN)).await;
        let order =
            json!({ "category": "fire", "what": poison, "title": poison, "enterprise": "E01", "clause": poison });
        let reply = t.fire().ask("POST", "/whistles").await.key("key-poison-1").json(&order).send().await.expect(201);
        let code = reply.json()["code"].as_str().unwrap().to_owned();
        t.office().does(&code, "accept", accept_order(&["YJ"], "urgent")).await;
        t.settle().await;
        let seen = t.office().get(&format!("/whistles/{code}")).await.expect(200);
        assert_eq!(seen.json()["what"], poison, "the API gives the text as it was typed");
        assert_eq!(seen.header("content-type"), Some("application/json"));
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        let events = t.office().walks(&format!("/whistles/{code}/timeline"), 50).await;
        assert_eq!(events[0]["actor"]["name"], format!("{poison}liaison.xf"));
        assert!(!t.letters().is_empty());
        for letter in t.letters() {
            assert!(!letter.subject.contains(poison) && !letter.subject.contains("49"), "{}", letter.subject);
            assert!(!letter.html.contains("<script") && !letter.html.contains("<img"), "{}", letter.html);
            assert!(letter.text.contains(&format!("{poison}T06")), "the town's name as it is:\n{}", letter.text);
        }
        t.close().await;
    }
}

#[actix_web::test]
async fn t23_a_line_break_in_a_name_makes_no_header_and_the_timeline_tells_of_the_letter() {
    let place = Place::new();
    Box::pin(poisoned(&place, "镇\r\nBcc: evil@evil.example\r\n\r\n")).await;
    let t = Town::open(&place, at(crate::town::BEGIN)).await;
    let code = t.fire().blows(&json!({ "category": "fire", "what": "换行", "enterprise": "E01" })).await;
    t.settle().await;
    assert!(t.letters().iter().all(|letter| !String::from_utf8_lossy(letter.eml()).contains("evil")));
    assert!(t.office().kinds(&code).await.contains(&"letter.not_reached".to_owned()));
    t.close().await;
}
