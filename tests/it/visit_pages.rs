//! Joint visits and findings on pages, without script: planned from a whistle, recorded item by item, put right and struck off. Who
//! may do what is `doors`' to say; here forms and pages work together on a real ledger.

use crate::town::browser::hidden;
use crate::town::visits::CREW;
use crate::town::{Town, town};
use serde_json::{Value, json};

/// A dust hazard at E01, joint, two departments reported in.
async fn handled(t: &Town) -> String {
    let blow = json!({ "category": "dust_explosion", "what": "除尘管道积粉", "enterprise": "E01" });
    let code = t.person("liaison.sh").blows(&blow).await;
    t.office().summons(&code, &["YJ", "XF"], "urgent").await;
    for unit in ["yj", "xf"] {
        t.person(&format!("liaison.{unit}")).reports_in(&format!("{code}-{}", unit.to_uppercase())).await;
    }
    code
}

async fn plan(t: &Town, items: Value) -> Value {
    json!({
        "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "members": t.members(&CREW).await, "notice": "announced",
        "items": items, "vehicles": ["V15"],
    })
}

/// A visit of two departments that has been entered today; its code.
async fn entered(t: &Town) -> String {
    let items = json!([
        { "department": "YJ", "subject": "除尘系统运行" }, { "department": "YJ", "subject": "防爆电气" },
        { "department": "YJ", "subject": "粉尘清扫记录" }, { "department": "XF", "subject": "消防车通道" },
    ]);
    let visit = t.office().plans(&plan(t, items).await).await;
    let page = format!("/console/visits/{visit}");
    // Every step by its form.
    let office = t.signed_in("office").await;
    office.fills(&page, &format!("{page}/propose"), &[]).await.expect(303);
    for head in ["head.yj.2", "head.xf"] {
        t.signed_in(head).await.fills(&page, &format!("{page}/approve_own_part"), &[]).await.expect(303);
    }
    office.fills(&page, &format!("{page}/announce"), &[]).await.expect(303);
    t.signed_in("inspector.yj").await.fills(&page, &format!("{page}/enter"), &[("scanned", "true")]).await.expect(303);
    visit
}

#[actix_web::test]
async fn own_items_are_recorded_by_one_plain_form_and_what_stays_open_sends_nothing() {
    town(async |t| {
        let visit = entered(t).await;
        let (page, yj) = (format!("/console/visits/{visit}"), t.signed_in("inspector.yj").await);
        let record = format!("{page}/record");
        let shown = yj.get(&page).await.expect(200).text();
        for own in ["outcome-1", "outcome-2", "outcome-3", "what-2", "note-3"] {
            assert!(shown.contains(&format!("name=\"{own}\"")), "{own}");
        }
        assert!(!shown.contains("name=\"outcome-4\""), "the other department's item is no own one");
        // Two faults, each at its input; nothing that was typed is lost.
        let typed = [
            ("outcome-1", "not_checked"),
            ("outcome-2", "finding"),
            ("spot-2", "打磨间东墙"),
            ("severity-2", "major"),
            ("clause-2", "第十一条"),
            ("note-3", ""),
        ];
        let back = yj.fills(&page, &record, &typed).await.expect(422).text();
        for id in ["record-note-1-fault", "record-what-2-fault"] {
            assert!(back.contains(&format!("id=\"{id}\"")), "{id}: {back}");
        }
        assert!(back.contains("value=\"打磨间东墙\"") && back.contains("第1项 说明"), "{back}");
        assert!(back.contains("<title>错误："));
        assert!(!back.contains("outcome-3-fault"), "an item that was left open is no fault");
        let sound = [
            ("outcome-1", "ok"),
            // Typed before another outcome was chosen: nobody sees it any more.
            ("what-1", "作废"),
            ("outcome-2", "finding"),
            ("what-2", "电气非防爆型"),
            ("spot-2", "打磨间东墙"),
        ];
        yj.fills(&page, &record, &sound).await.expect(303);
        let seen = t.office().sees(&format!("/visits/{visit}")).await;
        let outcomes: Vec<&Value> = seen["items"].as_array().unwrap().iter().map(|item| &item["outcome"]).collect();
        assert_eq!(outcomes, [&json!("ok"), &json!("finding"), &Value::Null, &Value::Null]);
        assert_eq!(seen["findings"], json!([format!("{visit}-01")]));
        let told = yj.get(&page).await.expect(200).text();
        assert!(told.contains("已记录：保存检查结果") && told.contains("电气非防爆型"), "{told}");
        assert!(!told.contains("name=\"outcome-2\""), "what was found is struck off by its own deeds");
        let empty = yj.fills(&page, &record, &[]).await.expect(422).text();
        assert!(empty.contains("id=\"record-results-fault\""), "{empty}");
    })
    .await;
}

#[actix_web::test]
async fn a_bar_names_every_reason_with_its_subject_and_a_lost_race_says_who_was_faster() {
    town(async |t| {
        let visit = entered(t).await;
        let (page, yj) = (format!("/console/visits/{visit}"), t.signed_in("inspector.yj").await);
        let barred = yj.fills(&page, &format!("{page}/close_own_part"), &[]).await.expect(409).text();
        for item in ["第1项", "第2项", "第3项"] {
            assert!(barred.contains(&format!("{item}：这一项还没有填写结果")), "{item}: {barred}");
        }
        assert!(!barred.contains("第4项"));
        let (director, cancel) = (t.signed_in("director").await, format!("{page}/cancel"));
        let not_now = director.fills(&page, &cancel, &[("reason", "改期再查")]).await.expect(409).text();
        assert!(not_now.contains("现在是“检查中”，不能“取消检查”") && not_now.contains("改期再查"), "{not_now}");
        // Two officers with the same page: the second is told, and can send it again.
        let own = ["csrf", "key", "version"];
        let shown = yj.get(&page).await.expect(200);
        let hidden_of: Vec<(&str, String)> = own.iter().map(|name| (*name, hidden(&shown, name))).collect();
        t.person("inspector.yj.2")
            .does(&visit, "record", json!({ "results": [{ "item": "1", "outcome": "ok" }] }))
            .await;
        let mut fields: Vec<(&str, &str)> = hidden_of.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("outcome-2", "not_checked"), ("note-2", "设备停用")]);
        let lost = yj.post(&format!("{page}/record"), &fields).await.expect(412).text();
        assert!(lost.contains("别人先一步处理了") && lost.contains("设备停用"), "{lost}");
        assert!(lost.contains("name=\"outcome-2\" value=\"not_checked\""), "sent again it says the same: {lost}");
    })
    .await;
}

#[actix_web::test]
async fn a_finding_is_ordered_extended_rechecked_and_struck_off_by_its_forms() {
    town(async |t| {
        let visit = entered(t).await;
        let yj = t.signed_in("inspector.yj").await;
        let page = format!("/console/visits/{visit}");
        let found = [("outcome-1", "finding"), ("what-1", "风管积粉")];
        yj.fills(&page, &format!("{page}/record"), &found).await.expect(303);
        let code = format!("{visit}-01");
        let finding = format!("/console/findings/{code}");
        let listed = yj.get("/console/findings").await.expect(200).text();
        assert!(listed.contains(&format!("href=\"{finding}\"")) && listed.contains("风管积粉"), "{listed}");
        assert!(!yj.get("/console/findings?view=done").await.expect(200).text().contains(&finding));
        let deed = |verb: &str| format!("{finding}/{verb}");
        let long = yj.fills(&finding, &deed("order"), &[("due_at", "2027-12-18T17:30"), ("demand", "清扫风管")]).await;
        let long = long.expect(422).text();
        assert!(long.contains("id=\"order-due_at-fault\"") && long.contains("清扫风管"), "{long}");
        yj.fills(&finding, &deed("order"), &[("demand", "清扫风管")]).await.expect(303);
        let due = t.office().sees(&format!("/findings/{code}")).await["due_at"].as_str().unwrap()[..10].to_owned();
        let longer = [("until", "2027-01-20T17:30"), ("reason", "需停产")];
        yj.fills(&finding, &deed("ask_extension"), &longer).await.expect(303);
        let head = t.signed_in("head.yj.2").await;
        head.fills(&finding, &deed("grant_extension"), &[]).await.expect(303);
        let listed = head.get("/console/findings").await.expect(200).text();
        assert!(listed.contains("已延期") && listed.contains(&format!("原时限 <time>{due}")), "{listed}");
        yj.fills(&finding, &deed("report_fixed"), &[("note", "已清扫")]).await.expect(303);
        let itself =
            yj.fills(&finding, &deed("recheck"), &[("passed", "true"), ("note", "好")]).await.expect(409).text();
        assert!(itself.contains(&format!("{code}：复查须有首次检查以外的执法人员")), "{itself}");
        let other = t.signed_in("inspector.yj.3").await;
        other.fills(&finding, &deed("recheck"), &[("passed", "true"), ("note", "已无积粉")]).await.expect(303);
        head.fills(&finding, &deed("close"), &[("kind", "fixed")]).await.expect(303);
        assert_eq!(t.status(&code).await, "closed");
        let told = head.get(&finding).await.expect(200).text();
        assert!(told.contains("已记录：销号") && told.contains("已无积粉"), "{told}");
    })
    .await;
}

#[actix_web::test]
async fn the_lists_show_each_reader_their_own_and_short_addresses_lead_there() {
    town(async |t| {
        let whistle = handled(t).await;
        let items = json!([{ "department": "YJ", "subject": "除尘", "whistle": whistle },
                           { "department": "XF", "subject": "通道", "whistle": whistle }]);
        let mut order = plan(t, items).await;
        order["notice"] = json!("unannounced");
        t.office().ask("POST", "/visits").await.json(&order).send().await.expect(201);
        let (visit, short) = ("/console/visits/LJ-2026-0001", "/w/LJ-2026-0001");
        for (who, address, sees) in [
            ("office", "/console/visits", true),
            ("office", "/console/visits?view=coming", false),
            ("office", "/console/visits?view=all&status=planning&department=YJ", true),
            ("office", "/console/visits?status=filed", false),
            ("inspector.yj", "/console/visits", true),
            ("inspector.yj.3", "/console/visits?view=all", false),
            ("liaison.yj", "/console/visits?view=all", false),
            ("supervisor", "/console/visits?view=all", false),
        ] {
            let listed = t.signed_in(who).await.get(address).await.expect(200).text();
            assert_eq!(listed.contains(&format!("href=\"{visit}\"")), sees, "{who} {address}");
        }
        let office = t.signed_in("office").await;
        assert_eq!(office.get(short).await.header("location"), Some(visit));
        assert_eq!(
            office.get("/w/LJ-2026-0001-02").await.header("location"),
            Some("/console/findings/LJ-2026-0001-02")
        );
        assert_eq!(office.get("/console/whistles?q=lj-2026-0001").await.header("location"), Some(visit));
        let story = office.get(&format!("/console/whistles/{whistle}")).await.expect(200).text();
        assert!(story.contains(&format!("href=\"{visit}\"")), "the whistle lists its visits");
        assert!(office.get(visit).await.expect(200).text().contains(&format!("href=\"/console/whistles/{whistle}\"")));
        // Secret: neither page nor short address says that it is there.
        let liaison = t.signed_in("liaison.yj").await;
        let own = liaison.get(&format!("/console/whistles/{whistle}")).await.expect(200).text();
        assert!(!own.contains("LJ-2026-0001"), "i4: {own}");
        liaison.get(visit).await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn c22_answers_that_come_after_the_session_timed_out_stand_in_the_record_again() {
    town(async |t| {
        let visit = entered(t).await;
        let (page, yj) = (format!("/console/visits/{visit}"), t.signed_in("inspector.yj").await);
        let record = format!("{page}/record");
        let shown = yj.get(&page).await.expect(200);
        let own = ["csrf", "key", "version"].map(|name| hidden(&shown, name));
        let events = t.db_events().await;
        t.advance(31).await;
        let events = events.max(t.db_events().await);
        let late = [
            ("csrf", own[0].as_str()),
            ("key", &own[1]),
            ("version", &own[2]),
            ("outcome-1", "finding"),
            ("what-1", "风管积粉"),
            ("outcome-2", "not_checked"),
            ("note-2", "设备停用"),
        ];
        let told = yj.post(&record, &late).await.expect(401).text();
        assert!(told.contains("已存为草稿"), "{told}");
        assert_eq!(t.db_events().await, events, "a late form was carried out");
        let again = t.signed_in("inspector.yj").await;
        let back = again.get(&page).await.expect(200).text();
        assert!(back.contains("风管积粉") && back.contains("value=\"设备停用\""), "{back}");
        assert_eq!(back.matches("\" checked>").count(), 2, "two answers are chosen: {back}");
        assert!(!t.signed_in("inspector.yj.2").await.get(&page).await.text().contains("设备停用"), "another's draft");
        again.fills(&page, &record, &late[3..]).await.expect(303);
        assert!(!again.get(&page).await.text().contains("value=\"设备停用\""), "what was sent is still a draft");
    })
    .await;
}
