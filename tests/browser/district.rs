//! A district with something of everything, so that no page that is looked at is empty: whistles in most of their
//! states, some of them late, names with markup and marks that turn the reading direction. It checks nothing.

use crate::chrome::Chrome;
use crate::town::files::jpeg;
use crate::town::{Town, blow_order};
use serde_json::{Value, json};

/// A text that must stand on pages as it was typed.
pub(crate) const WILD: &str = "<b>粉尘</b> & \"引号\" '<img src=x onerror=alert(1)>' \u{202E}反向\u{202C} =1+1";

/// The codes of what lies in a lived-in district.
#[derive(Debug, Clone)]
pub(crate) struct Lived {
    pub(crate) submitted: String,
    pub(crate) wild: String,
    pub(crate) returned: String,
    pub(crate) handling: String,
    pub(crate) closable: String,
    pub(crate) closed: String,
}

/// Whistles in their states, the oldest first; the clock ends later than it began.
pub(crate) async fn lived_in(t: &Town) -> Lived {
    let (fire, office) = (t.fire(), t.office());
    let blow = |what: &str, more: Value| {
        let mut order = blow_order(what);
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    let closed = fire.blows(&blow("三号楼配电房门口堆放纸箱，配电箱打不开", json!({ "enterprise": "E01" }))).await;
    let closable = fire.blows(&blow("仓库南侧安全出口上锁", json!({ "urgency": "urgent" }))).await;
    let handling = t.emergency().blows(&blow("除尘风机停机，抛光车间仍有十一人作业", json!({
        "category": "dust_explosion", "urgency": "emergency", "severity_claimed": "major", "clause": "重大事故隐患判定标准第五条",
        "enterprise": "E02", "place": "二号抛光车间",
    })))
    .await;
    let returned = fire.blows(&blow("有人反映气味异常", json!({}))).await;
    for (code, departments, urgency) in [
        (&closed, &["XF"][..], "normal"),
        (&closable, &["XF"], "urgent"),
        (&handling, &["YJ", "XF", "SH"], "emergency"),
    ] {
        office.summons(code, departments, urgency).await;
    }
    office.does(&returned, "return", json!({ "missing": ["place"], "note": "请写明哪一栋、几层" })).await;
    for code in [&closed, &closable] {
        let summons = format!("{code}-XF");
        fire.reports_in(&summons).await;
        fire.does(&summons, "submit", json!({ "result": "已清走，出口已打开并拍照" })).await;
        office.does(&summons, "accept", json!({})).await;
    }
    office.does(&closed, "close", json!({ "kind": "fixed", "conclusion": "复查无异常" })).await;
    t.emergency().reports_in(&format!("{handling}-YJ")).await;
    t.advance(200).await;
    let disputed = fire.blows(&blow("压力容器旁堆放液化气瓶", json!({ "enterprise": "E04" }))).await;
    office.summons(&disputed, &["XF", "SC"], "normal").await;
    let dispute =
        json!({ "ground": "not_our_duty", "law": "区权责清单第七条：气瓶充装由燃气主管部门监管", "instead": "ZJ" });
    t.person("head.sc").does(&format!("{disputed}-SC"), "dispute", dispute).await;
    let wild = fire.blows(&blow(WILD, json!({ "title": WILD.chars().take(80).collect::<String>() }))).await;
    let submitted = fire
        .blows(&blow("疏散通道被货架挡住", json!({ "urgency": "urgent", "enterprise": "E03", "place": "一层东侧" })))
        .await;
    for what in ["喷淋阀门关闭", "灭火器过期", "电动车在楼道充电"] {
        fire.blows(&blow(what, json!({}))).await;
    }
    // The rota of the last night waits for a second person, on two readers' pages.
    let rota = include_str!("../../config/sample-district/duty.csv");
    let rota = rota.replace("12-13,night,head.yj.2,head.yj,office.2", "12-13,night,head.yj.2,head.yj,office");
    let ask = office.ask("POST", "/imports/duty").await.raw("text/csv", rota.into_bytes());
    ask.send().await.expect(200);
    t.settle().await;
    Lived { submitted, wild, returned, handling, closable, closed }
}

/// A visit of two departments that has been entered, with a finding that is ordered and one that was rechecked; its code.
pub(crate) async fn visited(t: &Town) -> String {
    let items = ["除尘系统运行", "防爆电气", "消防车通道"];
    let crew = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2"];
    let item = |(place, subject): (usize, &str)| json!({ "department": if place < 2 { "YJ" } else { "XF" }, "subject": subject });
    let plan = json!({
        "enterprise": "E05", "date": &t.now()[..10], "period": "PM", "notice": "announced", "vehicles": ["V15"],
        "items": items.into_iter().enumerate().map(item).collect::<Vec<Value>>(), "members": t.members(&crew).await,
    });
    let visit = t.office().plans(&plan).await;
    t.office().does(&visit, "propose", json!({})).await;
    for head in ["head.yj.2", "head.xf"] {
        t.person(head).does(&visit, "approve_own_part", json!({})).await;
    }
    t.office().does(&visit, "announce", json!({})).await;
    let inspector = t.person("inspector.yj");
    inspector.does(&visit, "enter", json!({ "scanned": true })).await;
    let found = json!({ "item": "2", "outcome": "finding",
        "finding": { "what": WILD, "spot": "打磨间东墙", "severity": "major", "clause": "第十一条" } });
    inspector.does(&visit, "record", json!({ "results": [found] })).await;
    let finding = format!("{visit}-01");
    inspector.attaches(&finding, "打磨间东墙.jpg", &jpeg(800, 600)).await;
    inspector.does(&finding, "order", json!({ "demand": "更换防爆电气" })).await;
    inspector.attaches(&finding, "打磨间东墙-已更换.jpg", &jpeg(600, 800)).await;
    inspector.attaches(&visit, "厂门.jpg", &jpeg(640, 480)).await;
    // One more, that others have looked at again.
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "除尘风机停机，抛光作业未停" } });
    inspector.does(&visit, "record", json!({ "results": [found] })).await;
    let rechecked = format!("{visit}-02");
    inspector.does(&rechecked, "order", json!({})).await;
    inspector.does(&rechecked, "report_fixed", json!({})).await;
    t.person("inspector.yj.3").does(&rechecked, "recheck", json!({ "passed": true, "note": "风机运行，有联锁" })).await;
    t.settle().await;
    visit
}

/// A visit that a head objected to, so that it is planned anew; its code.
pub(crate) async fn objected(t: &Town) -> String {
    let order = json!({
        "enterprise": "E02", "date": "2026-12-03", "period": "AM", "notice": "announced", "vehicles": ["V16"],
        "items": [{ "department": "YJ", "subject": "除尘系统", "hazard": "C09" }],
        "members": t.members(&["inspector.yj.3", "inspector.yj.4"]).await,
    });
    let visit = t.office().plans(&order).await;
    t.office().does(&visit, "propose", json!({})).await;
    t.person("head.yj.2").does(&visit, "object", json!({ "ground": "date", "reason": WILD })).await;
    visit
}

/// A window in which this sign-in has signed in, in one of the two languages.
pub(crate) async fn signed_in(t: &Town, username: &str, lang: &str) -> Chrome {
    let chrome = Chrome::open(t.address).await;
    enter(t, &chrome, username, lang).await;
    chrome
}

/// The same window for somebody else.
pub(crate) async fn enter(t: &Town, chrome: &Chrome, username: &str, lang: &str) {
    let browser = t.signed_in(username).await;
    chrome.go("/login").await;
    for name in ["wh", "lang"] {
        let value = if name == "lang" { Some(lang.to_owned()) } else { browser.cookie(name) };
        chrome.cookie(name, &value.unwrap()).await;
    }
    chrome.complaints().await;
}
