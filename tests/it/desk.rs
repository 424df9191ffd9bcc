//! The desk and the deadlines: each role's own work, the soonest first. Two worlds are compared here as well: nothing is
//! told of what its reader may not see (I4).

use crate::town::visits::CREW;
use crate::town::{Town, blow_order, town};
use serde_json::json;

async fn text(t: &Town, username: &str, path: &str) -> String {
    t.signed_in(username).await.get(path).await.expect(200).text()
}

#[actix_web::test]
async fn a_desk_counts_and_lists_what_needs_its_reader() {
    town(async |t| {
        let first = t.fire().blows(&blow_order("后门上锁")).await;
        let second = t.fire().blows(&blow_order("前门上锁")).await;
        t.settle().await;
        t.office().summons(&first, &["XF"], "urgent").await;
        t.settle().await;
        let desk = text(t, "office", "/console").await;
        assert!(desk.contains("<span>待受理</span><b>1</b>") && desk.contains("前门上锁"), "{desk}");
        assert!(!desk.contains("后门上锁"), "whose move it is not");
        let desk = text(t, "liaison.xf", "/console").await;
        assert!(desk.contains("<span>待报到</span><b>1</b>") && desk.contains(&format!("{first}-XF")), "{desk}");
        assert!(!desk.contains(&second));
        t.advance(8 * 60).await;
        let desk = text(t, "office", "/console").await;
        assert!(desk.contains("<span>超时</span><b>2</b>"), "its own, and XF's: {desk}");
        assert!(text(t, "supervisor", "/console").await.contains(&second));
    })
    .await;
}

#[actix_web::test]
async fn i4_no_desk_and_no_deadline_tells_of_what_its_reader_may_not_see() {
    let mut pages = Vec::new();
    for secret in [false, true] {
        town(async |t| {
            t.fire().blows(&blow_order("后门上锁")).await;
            if secret {
                let code = t.emergency().blows(&json!({ "category": "fire", "what": "别人的", "place": "别处" })).await;
                t.settle().await;
                t.office().summons(&code, &["YJ", "SH"], "emergency").await;
            }
            t.settle().await;
            t.advance(6 * 60).await;
            let mut seen = Vec::new();
            for username in ["liaison.xf", "inspector.xf", "town.t01", "expert.1", "admin"] {
                let browser = t.signed_in(username).await;
                for path in ["/console", "/console/deadlines"] {
                    let page = browser.get(path).await.expect(200).text();
                    // The token of the session differs between any two.
                    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
                    seen.push(page.replace(csrf, "token"));
                }
                browser.get("/console/disputes").await.expect(403);
            }
            pages.push(seen);
        })
        .await;
    }
    assert!(pages[0] == pages[1], "the pages differ with what is hidden");
}

#[actix_web::test]
async fn deadlines_stand_in_lanes_by_the_time_left() {
    town(async |t| {
        let mut order = blow_order("很急");
        order["urgency"] = json!("urgent");
        t.fire().blows(&order).await;
        t.fire().blows(&blow_order("不急")).await;
        t.settle().await;
        let lanes = async || {
            let page = text(t, "office", "/console/deadlines").await;
            ["late", "soon", "today", "week"].map(|lane| {
                let part = page.split(&format!("id=\"{lane}\"")).nth(1).unwrap_or_default();
                part.split("</section>").next().unwrap_or_default().matches("<li class=\"due").count()
            })
        };
        assert_eq!(lanes().await, [0, 1, 1, 0]);
        t.advance(60).await;
        assert_eq!(lanes().await, [1, 0, 1, 0]);
    })
    .await;
}

/// A figure of the desk, how many rows the page that it leads to has, and how the reader's row of the deadlines begins.
async fn owed(t: &Town, username: &str, (tile, list): (&str, &str), row: &str) -> (String, usize, String) {
    let desk = text(t, username, "/console").await;
    let figure = desk.split(&format!("<span>{tile}</span><b>")).nth(1).unwrap_or_default().split('<').next();
    let rows = text(t, username, list).await.matches("<tr data-code=").count();
    let page = text(t, username, "/console/deadlines").await;
    let own = page.split(&format!("data-code=\"{row}\"")).nth(1).unwrap_or_default();
    let own = own.split("<strong>").nth(1).unwrap_or_default().split('<').next();
    (figure.unwrap_or_default().to_owned(), rows, own.unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn what_a_visit_waits_for_is_on_the_desk_of_who_owes_it_with_the_next_step_and_every_count_is_its_list() {
    const VISITS: (&str, &str) = ("联检待办", "/console/visits?view=owed");
    const FINDINGS: (&str, &str) = ("隐患待办", "/console/findings?view=owed");
    town(async |t| {
        let order = json!({
            "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "members": t.members(&CREW).await,
            "notice": "unannounced",
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "XF", "subject": "通道" }],
        });
        let visit = t.office().plans(&order).await;
        let (part, whole) = (format!("{visit}/YJ"), visit.as_str());
        let stands = |count: &str, rows: usize, step: &str| (count.to_owned(), rows, step.to_owned());
        assert_eq!(owed(t, "office", VISITS, whole).await, stands("1", 1, "提交审批"));
        t.office().does(&visit, "propose", json!({})).await;
        assert_eq!(owed(t, "head.yj.2", VISITS, &part).await, stands("1", 1, "批准本单位部分"));
        assert_eq!(owed(t, "office", VISITS, whole).await, stands("0", 0, ""), "the heads' move");
        // Of a visit that is kept secret nobody hears who neither goes nor approves.
        assert_eq!(owed(t, "liaison.yj", VISITS, &part).await, stands("0", 0, ""));
        assert_eq!(owed(t, "inspector.yj.3", VISITS, &part).await, stands("0", 0, ""));
        for head in ["head.yj.2", "head.xf"] {
            t.person(head).does(&visit, "approve_own_part", json!({})).await;
        }
        assert_eq!(owed(t, "head.xf", VISITS, &format!("{visit}/XF")).await, stands("0", 0, ""), "done");
        t.office().does(&visit, "keep_secret", json!({})).await;
        let inspector = t.person("inspector.yj");
        assert_eq!(owed(t, "inspector.yj", VISITS, whole).await, stands("1", 1, "进场"));
        inspector.does(&visit, "enter", json!({})).await;
        assert_eq!(owed(t, "inspector.yj", VISITS, &part).await, stands("1", 1, "保存检查结果"));
        let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "积粉" } });
        inspector.does(&visit, "record", json!({ "results": [found] })).await;
        let finding = format!("{visit}-01");
        assert_eq!(owed(t, "inspector.yj", VISITS, whole).await, stands("1", 1, "检查完毕，去签字"));
        assert_eq!(owed(t, "inspector.yj", FINDINGS, &finding).await, stands("1", 1, "责令限期整改"));
        assert_eq!(owed(t, "liaison.yj", FINDINGS, &finding).await, stands("1", 1, "下达整改"));
        assert_eq!(owed(t, "inspector.xf", FINDINGS, &finding).await, stands("0", 0, ""), "another department's");
        t.advance(16 * 60).await;
        let late = text(t, "inspector.yj", "/console/deadlines").await;
        let lane = late.split("id=\"late\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(lane.contains(&format!("data-code=\"{visit}\"")), "nobody has finished it: {lane}");
        let desk = text(t, "inspector.yj", "/console").await;
        let rows = lane.matches("<li class=\"due").count();
        assert!(desk.contains(&format!("<span>超时</span><b>{rows}</b>")), "{rows} late, and the desk says {desk}");
    })
    .await;
}

#[actix_web::test]
async fn a_towns_officer_who_goes_for_a_department_finds_its_limits_on_the_own_desk_and_only_of_that_visit() {
    const VISITS: (&str, &str) = ("联检待办", "/console/visits?view=owed");
    const FINDINGS: (&str, &str) = ("隐患待办", "/console/findings?view=owed");
    town(async |t| {
        let plan = async |firm: &str, period: &str, crew: &[&str]| {
            let order = json!({ "enterprise": firm, "date": &t.now()[..10], "period": period, "notice": "announced",
                "members": t.members(crew).await, "items": [{ "department": "YJ", "subject": "除尘" }] });
            let visit = t.office().plans(&order).await;
            t.announces(&visit, &["head.yj.2"]).await;
            visit
        };
        let own = plan("E01", "PM", &["inspector.yj", "town.t06"]).await;
        // Of another of YJ's visits in the own town the town sees much and owes nothing.
        let others = plan("E02", "AM", &["inspector.yj.2", "inspector.yj.3"]).await;
        let officer = t.person("town.t06");
        officer.does(&own, "enter", json!({})).await;
        t.person("inspector.yj.2").does(&others, "enter", json!({})).await;
        let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "积粉" } });
        officer.does(&own, "record", json!({ "results": [found] })).await;
        let (count, rows, step) = owed(t, "town.t06", VISITS, &own).await;
        assert_eq!((count.as_str(), rows, step.as_str()), ("1", 1, "检查完毕，去签字"));
        let page = text(t, "town.t06", "/console/deadlines").await;
        assert!(page.contains(&format!("data-code=\"{own}/YJ\"")), "its part: {page}");
        let finding = format!("{own}-01");
        let (count, rows, step) = owed(t, "town.t06", FINDINGS, &finding).await;
        assert_eq!((count.as_str(), rows), ("1", 1), "{step}");
        let page = text(t, "town.t06", "/console/deadlines").await;
        assert!(!page.contains(&format!("data-code=\"{others}")), "another visit's: {page}");
        let page = text(t, "town.t07", "/console/deadlines").await;
        assert!(!page.contains(&own), "another town's: {page}");
    })
    .await;
}

#[actix_web::test]
async fn the_offices_late_tile_counts_what_its_page_lists() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.office().summons(&code, &["SC"], "normal").await;
        t.fire().blows(&blow_order("前门上锁")).await;
        t.advance(40 * 60).await;
        for who in ["office", "director", "liaison.sc", "supervisor"] {
            let page = text(t, who, "/console/deadlines").await;
            let lane = page.split("id=\"late\"").nth(1).unwrap().split("</section>").next().unwrap();
            let rows = lane.matches("<li class=\"due").count();
            let desk = text(t, who, "/console").await;
            assert!(rows > 0 && desk.contains(&format!("<span>超时</span><b>{rows}</b>")), "{who}: {rows}");
        }
    })
    .await;
}
