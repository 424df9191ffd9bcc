//! One door, many checks: joint visits over REST, from the plan to the last finding struck off, and every dead end between.
//! Which post may try which deed is `doors`' to say; here the parts work together on a real ledger.

use crate::town::{Town, blow_order, town};
use serde_json::{Value, json};
use whistle_hub::domain::terms::LetterKind;

/// Three departments with two officers each, the first one leading.
const CREW: [&str; 6] =
    ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2", "inspector.sh", "inspector.sh.2"];

/// A dust hazard at E01: major, joint, three departments summoned and reported in.
pub(crate) async fn handled(t: &Town) -> String {
    let blow = json!({ "category": "dust_explosion", "what": "除尘管道积粉，车间内动火作业", "enterprise": "E01" });
    let code = t.person("liaison.sh").blows(&blow).await;
    let accept = json!({
        "severity": "major", "clause": "判定标准第十一条", "urgency": "urgent", "lead": "YJ", "supports": ["XF", "SH"],
        "route": "joint", "dispatch": true,
    });
    t.office().does(&code, "accept", accept).await;
    for unit in ["yj", "xf", "sh"] {
        let summons = format!("{code}-{}", unit.to_uppercase());
        t.person(&format!("liaison.{unit}")).reports_in(&summons).await;
    }
    code
}

/// Eight items of three departments.
fn items(whistle: Option<&str>) -> Value {
    let of = |(department, subject): (&str, &str)| {
        let mut item = json!({ "department": department, "subject": subject });
        if let Some(whistle) = whistle {
            item["whistle"] = json!(whistle);
        }
        item
    };
    let all = [
        ("YJ", "除尘系统运行"),
        ("YJ", "防爆电气"),
        ("YJ", "粉尘清扫记录"),
        ("XF", "消防车通道"),
        ("XF", "动火审批"),
        ("XF", "灭火器材"),
        ("SH", "废气管道"),
        ("SH", "治污设施安全评估"),
    ];
    all.into_iter().map(of).collect()
}

pub(crate) async fn plan(t: &Town, whistle: Option<&str>) -> Value {
    json!({
        "enterprise": "E01", "date": "2026-12-03", "period": "PM", "items": items(whistle),
        "members": t.members(&CREW).await, "vehicles": ["V15"], "notice": "announced",
    })
}

/// Planned, approved by every head, announced, and entered on its day.
pub(crate) async fn entered(t: &Town, whistle: Option<&str>) -> String {
    let visit = t.office().plans(&plan(t, whistle).await).await;
    t.announces(&visit, &["head.yj.2", "head.xf", "head.sh"]).await;
    t.until("2026-12-03T13:31:00+08:00").await;
    t.person("inspector.yj").does(&visit, "enter", json!({})).await;
    visit
}

pub(crate) fn result(item: usize, outcome: &str) -> Value {
    json!({ "item": item.to_string(), "outcome": outcome })
}

pub(crate) fn finding(item: usize, what: &str) -> Value {
    json!({ "item": item.to_string(), "outcome": "finding", "finding": { "what": what, "spot": "打磨间东墙" } })
}

#[actix_web::test]
async fn a_major_dust_hazard_is_seen_in_one_visit_and_closed_when_its_last_finding_is_struck_off() {
    town(async |t| {
        let whistle = handled(t).await;
        let visit = entered(t, Some(&whistle)).await;
        t.settle().await;
        assert_eq!(t.letters_of(LetterKind::VisitInvitation, "inspector.xf"), 1);
        // Each department answers for its own items.
        let (yj, xf, sh) = (t.person("inspector.yj"), t.person("inspector.xf"), t.person("inspector.sh"));
        let own = json!({ "results": [result(1, "ok"), finding(2, "电气非防爆型"), result(3, "n_a")] });
        yj.does(&visit, "record", own).await;
        let foreign = xf.tries(&visit, "record", &json!({ "results": [result(1, "ok")] })).await.expect(422);
        assert_eq!(foreign.faults(), ["/results/0/item not_allowed"]);
        let unsaid = json!({ "results": [result(4, "not_checked")] });
        assert_eq!(xf.tries(&visit, "record", &unsaid).await.expect(422).faults(), ["/results/0/note missing"]);
        t.clock.advance(1);
        xf.does(&visit, "record", json!({ "results": [result(4, "ok"), finding(5, "无动火审批"), result(6, "ok")] }))
            .await;
        sh.does(&visit, "record", json!({ "results": [result(7, "ok"), result(8, "ok")] })).await;
        assert_eq!(t.status(&whistle).await, "rectifying");
        yj.does(&visit, "finish", json!({})).await;
        yj.does(&visit, "sign", json!({})).await;
        for one in [yj, xf, sh] {
            one.does(&visit, "close_own_part", json!({})).await;
        }
        assert_eq!(t.status(&visit).await, "completed", "orders are not served yet");
        let burden = t.person("liaison.sc").sees("/enterprises/E01/burden").await;
        let authority = json!({ "department": "XF", "visits": 0, "exempt": 1, "cap": 4 });
        assert_eq!((&burden["visits"], &burden["visits_saved"]), (&json!(1), &json!(2)));
        assert!(burden["authorities"].as_array().unwrap().contains(&authority), "{burden}");
        // Ordered with a limit, said to be fixed, rechecked by others, struck off by the head.
        let [first, second] = [format!("{visit}-01"), format!("{visit}-02")];
        yj.does(&first, "order", json!({ "due_at": "2026-12-18T17:30:00+08:00", "demand": "更换防爆电气" })).await;
        let early = json!({ "due_at": "2027-02-18T17:30:00+08:00" });
        assert_eq!(xf.tries(&second, "order", &early).await.expect(422).faults(), ["/due_at too_late"]);
        xf.does(&second, "order", json!({})).await;
        assert_eq!(t.status(&visit).await, "filed");
        yj.does(&first, "report_fixed", json!({ "note": "已更换" })).await;
        let itself = yj.tries(&first, "recheck", &json!({ "passed": true, "note": "好" })).await.expect(409);
        assert_eq!(itself.reasons(), [format!("same_officers {first}")]);
        t.person("inspector.yj.3").does(&first, "recheck", json!({ "passed": true, "note": "防爆电气已换" })).await;
        t.person("head.yj.2").does(&first, "close", json!({})).await;
        // Nobody says anything of the second: at its limit it is to be rechecked all the same.
        t.until("2026-12-19T00:01:00+08:00").await;
        assert_eq!(t.status(&second).await, "recheck_due");
        let other = t.person("inspector.xf.4");
        other.does(&second, "recheck", json!({ "passed": false, "note": "仍未审批" })).await;
        assert_eq!(other.tries(&second, "order", &json!({})).await.expect(422).faults(), ["/case missing"]);
        other.does(&second, "order", json!({ "case": "情节轻微，责令再改" })).await;
        let unsaid = other.tries(&second, "recheck", &json!({ "passed": true, "note": "已审批" })).await.expect(409);
        assert_eq!(unsaid.json()["current_status"], "ordered", "nobody has said that it is fixed");
        t.person("town.t06").does(&second, "report_fixed", json!({})).await;
        other.does(&second, "recheck", json!({ "passed": true, "note": "已审批" })).await;
        for (unit, head) in [("yj", "YJ"), ("xf", "XF"), ("sh", "SH")] {
            let summons = format!("{whistle}-{head}");
            t.person(&format!("liaison.{unit}")).does(&summons, "submit", json!({ "result": "已查" })).await;
            t.office().does(&summons, "accept", json!({})).await;
        }
        assert_eq!(t.status(&whistle).await, "rectifying", "one finding is open");
        t.person("head.xf").does(&second, "close", json!({})).await;
        assert_eq!(t.status(&whistle).await, "awaiting_closure");
        let seen = t.office().sees(&format!("/whistles/{whistle}")).await;
        assert_eq!((&seen["visits"], &seen["findings"]), (&json!([visit]), &json!([second, first])));
        t.director().does(&whistle, "close", json!({ "kind": "fixed", "conclusion": "两项隐患均已整改" })).await;
    })
    .await;
}

#[actix_web::test]
async fn a_plan_that_cannot_be_is_refused_with_every_reason_at_once() {
    town(async |t| {
        let visit = t.office().plans(&plan(t, None).await).await;
        // The same people and car on the same afternoon, the same firm on the same day.
        let again = t.office().ask("POST", "/visits").await.json(&plan(t, None).await).send().await.expect(409);
        let told = again.reasons();
        for (code, subject) in
            [("person_taken", "inspector.yj"), ("car_taken", "V15"), ("same_day_visit", visit.as_str())]
        {
            assert!(told.contains(&format!("{code} {subject}")), "{code} {subject} in {told:?}");
        }
        // One officer is too few, a liaison is none, the statistics bureau may not inspect; within thirty days.
        let mut other = plan(t, None).await;
        other["date"] = json!("2026-12-10");
        other["vehicles"] = json!([]);
        other["items"] = json!([{ "department": "YJ", "subject": "a" }, { "department": "GX", "subject": "b" }]);
        other["members"] = t.members(&["inspector.yj", "liaison.yj"]).await;
        let told = t.office().ask("POST", "/visits").await.json(&other).send().await.expect(409).reasons();
        let expected = [
            "not_certified liaison.yj".to_owned(),
            "too_few_certified YJ".to_owned(),
            "department_may_not_inspect GX".to_owned(),
            format!("repeat_in_30_days {visit}"),
        ];
        assert_eq!(told, expected);
        // Nobody but the office plans.
        t.person("head.yj").ask("POST", "/visits").await.json(&plan(t, None).await).send().await.expect(403);
    })
    .await;
}

#[actix_web::test]
async fn i4_unannounced_visit_is_silent() {
    town(async |t| {
        let mut order = plan(t, None).await;
        order["notice"] = json!("unannounced");
        let visit = t.office().plans(&order).await;
        let path = format!("/visits/{visit}");
        let silent = async || {
            for (who, sees) in [
                ("office", true),
                ("head.xf", true),
                ("inspector.xf", true),
                ("liaison.xf", false),
                ("inspector.xf.3", false),
                ("supervisor", false),
                ("town.t06", false),
                ("liaison.sc", false),
            ] {
                let status = t.person(who).get(&path).await.status;
                assert_eq!(status == 200, sees, "{who}");
                let listed = t.person(who).codes("/visits").await;
                assert_eq!(listed.contains(&visit), sees, "{who}");
            }
        };
        silent().await;
        t.approves(&visit, &["head.yj.2", "head.xf", "head.sh"]).await;
        t.office().does(&visit, "keep_secret", json!({})).await;
        t.settle().await;
        silent().await;
        t.until("2026-12-03T13:31:00+08:00").await;
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        for who in ["liaison.xf", "inspector.xf.3", "supervisor", "town.t06"] {
            t.person(who).get(&path).await.expect(200);
        }
        t.person("liaison.sc").get(&path).await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn an_objection_sends_the_plan_back_and_a_missed_day_too() {
    town(async |t| {
        let visit = t.office().plans(&plan(t, None).await).await;
        t.office().does(&visit, "propose", json!({})).await;
        t.person("head.yj.2").does(&visit, "approve_own_part", json!({})).await;
        t.person("head.xf").does(&visit, "object", json!({ "ground": "date", "reason": "当天有演练" })).await;
        assert_eq!(t.status(&visit).await, "planning");
        t.office().does(&visit, "propose", json!({ "date": "2026-12-04", "period": "AM" })).await;
        // The director lets the silent go, never the lead.
        for head in ["head.yj.2", "head.xf"] {
            t.person(head).does(&visit, "approve_own_part", json!({})).await;
        }
        let lead = json!({ "department": "YJ", "reason": "忙" });
        assert_eq!(t.director().tries(&visit, "excuse_part", &lead).await.expect(409).reasons(), ["part_leads YJ"]);
        t.director().does(&visit, "excuse_part", json!({ "department": "SH", "reason": "逾期未批" })).await;
        assert_eq!(t.status(&visit).await, "approved");
        t.office().does(&visit, "announce", json!({})).await;
        t.person("inspector.yj").tries(&visit, "enter", &json!({})).await.expect(409);
        t.until("2026-12-05T00:01:00+08:00").await;
        assert_eq!(t.status(&visit).await, "planning", "nobody came");
        t.settle().await;
        assert_eq!(t.letters_of(LetterKind::VisitCancelled, "inspector.yj"), 1);
        t.director().does(&visit, "cancel", json!({ "reason": "改为书面核查" })).await;
        let listed = t.office().sees(&format!("/visits/{visit}")).await;
        assert_eq!((&listed["status"], &listed["allowed_deeds"]), (&json!("cancelled"), &json!([])));
    })
    .await;
}

#[actix_web::test]
async fn in_an_emergency_they_go_at_once_and_who_does_not_approve_in_a_day_is_named() {
    town(async |t| {
        let mut blow = blow_order("仓库冒烟");
        blow["urgency"] = json!("emergency");
        let whistle = t.fire().blows(&blow).await;
        let accept = json!({
            "severity": "general", "urgency": "emergency", "lead": "XF", "supports": ["YJ"], "route": "emergency",
            "dispatch": true,
        });
        t.office().does(&whistle, "accept", accept).await;
        t.person("liaison.xf").reports_in(&format!("{whistle}-XF")).await;
        t.person("liaison.yj").reports_in(&format!("{whistle}-YJ")).await;
        let order = json!({
            "place": "东仓库", "town": "T06", "date": "2026-12-01", "period": "AM", "notice": "unannounced",
            "items": [{ "department": "XF", "subject": "火情", "whistle": whistle },
                      { "department": "YJ", "subject": "危化品", "whistle": whistle }],
            "members": t.members(&["inspector.xf", "inspector.xf.2", "inspector.yj", "inspector.yj.2"]).await,
        });
        let visit = t.office().plans(&order).await;
        t.person("inspector.xf").does(&visit, "enter", json!({})).await;
        t.person("head.xf").does(&visit, "approve_own_part", json!({})).await;
        t.advance(25 * 60).await;
        let events = t.office().walks(&format!("/visits/{visit}/timeline"), 200).await;
        let unapproved: Vec<_> = events.iter().filter(|one| one["kind"] == "visit.unapproved").collect();
        assert_eq!(unapproved.len(), 1);
        assert_eq!(unapproved[0]["data"]["department"], "YJ");
    })
    .await;
}

#[actix_web::test]
async fn in_an_emergency_nobody_is_asked_again_who_has_approved_or_was_let_off() {
    town(async |t| {
        let mut blow = blow_order("仓库冒烟");
        blow["urgency"] = json!("emergency");
        let whistle = t.fire().blows(&blow).await;
        let accept = json!({
            "severity": "general", "urgency": "emergency", "lead": "XF", "supports": ["YJ", "SH"],
            "route": "emergency", "dispatch": true,
        });
        t.office().does(&whistle, "accept", accept).await;
        let item = |unit: &str| json!({ "department": unit, "subject": format!("{unit}的检查项"), "whistle": whistle });
        let crew = CREW.map(|who| if who.contains("yj") { who.replace("yj", "xf") } else { who.replace("xf", "yj") });
        let order = json!({
            "place": "东仓库", "town": "T06", "date": "2026-12-01", "period": "AM", "notice": "unannounced",
            "items": [item("XF"), item("YJ"), item("SH")],
            "members": t.members(&crew.each_ref().map(String::as_str)).await,
        });
        let visit = t.office().plans(&order).await;
        t.office().does(&visit, "propose", json!({})).await;
        t.person("head.xf").does(&visit, "approve_own_part", json!({})).await;
        t.director().does(&visit, "excuse_part", json!({ "department": "SH", "reason": "来不及" })).await;
        t.person("inspector.xf").does(&visit, "enter", json!({})).await;
        t.advance(25 * 60).await;
        let events = t.office().walks(&format!("/visits/{visit}/timeline"), 200).await;
        let named = events.iter().filter(|one| one["kind"] == "visit.unapproved");
        let named: Vec<&Value> = named.map(|one| &one["data"]["department"]).collect();
        assert_eq!(named, ["YJ"], "{events:?}");
        // Its part is open as any other: its page says so, beside that it was not approved in time.
        let page = t.signed_in("office").await.get(&format!("/console/visits/{visit}")).await.expect(200).text();
        assert!(page.contains("逾期未批") && page.contains("检查中") && !page.contains("待批准"), "{page}");
    })
    .await;
}

#[actix_web::test]
async fn what_stands_still_by_order_is_not_struck_off_on_site() {
    town(async |t| {
        let visit = entered(t, None).await;
        let inspector = t.person("inspector.yj");
        inspector.does(&visit, "record", json!({ "results": [finding(2, "插座破损")] })).await;
        let found = format!("{visit}-01");
        t.person("head.yj.2").does(&found, "measures", json!({ "measure": "stop" })).await;
        let barred = inspector.tries(&found, "correct_on_site", &json!({})).await.expect(409);
        assert_eq!(barred.reasons(), [format!("measures_stand {found}")]);
        t.person("head.yj.2").does(&found, "lift_measures", json!({ "reason": "已断电更换" })).await;
        inspector.does(&found, "correct_on_site", json!({})).await;
        assert_eq!(t.status(&found).await, "closed");
    })
    .await;
}

#[actix_web::test]
async fn two_plans_for_one_person_in_two_hundred_rounds_never_both_stand() {
    town(async |t| {
        let order = |date: &str, place: &str, members: &Value| {
            json!({
                "place": place, "town": "T06", "date": date, "period": "AM", "members": members, "notice": "announced",
                "items": [{ "department": "YJ", "subject": "电气" }],
            })
        };
        let members = t.members(&["inspector.yj", "inspector.yj.2"]).await;
        let token = t.office().token().await;
        for round in 0..200 {
            let day = jiff::civil::date(2026, 12, 2).checked_add(jiff::Span::new().days(round)).unwrap().to_string();
            let ask =
                |place: &str| t.ask("POST", "/api/v1/visits").bearer(&token).json(&order(&day, place, &members)).send();
            // At places, so that nothing but the people can bar one of them.
            let (one, other) = futures_util::future::join(ask("东仓库"), ask("西仓库")).await;
            let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
            assert_eq!((won.status, lost.status), (201, 409), "{day}: {} {}", won.text(), lost.text());
            assert_eq!(lost.reasons(), ["person_taken inspector.yj", "person_taken inspector.yj.2"], "{day}");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_director_lets_a_visit_pass_the_cap_with_a_reason_on_record_and_nobody_else_does() {
    town(async |t| {
        // E54 has had the two of its year.
        let order = |reason: Option<&str>, members: &Value| {
            let mut order = json!({ "enterprise": "E54", "date": "2026-12-08", "period": "AM", "notice": "announced",
                "members": members, "items": [{ "department": "YJ", "subject": "电气" }] });
            if let Some(reason) = reason {
                order["override_reason"] = json!(reason);
            }
            order
        };
        let members = t.members(&["inspector.yj", "inspector.yj.2"]).await;
        let plans = async |who: &str, reason: Option<&str>| {
            t.person(who).ask("POST", "/visits").await.json(&order(reason, &members)).send().await
        };
        for who in ["office", "director"] {
            assert_eq!(plans(who, None).await.expect(409).reasons(), ["over_cap YJ"], "{who}");
        }
        assert_eq!(plans("office", Some("上级督办")).await.expect(422).faults(), ["/override_reason not_allowed"]);
        let visit = plans("director", Some("上级督办")).await.expect(201).json();
        assert_eq!(visit["override_reason"], "上级督办");
        let code = visit["code"].as_str().unwrap();
        let events = t.person("supervisor").walks(&format!("/visits/{code}/timeline"), 10).await;
        assert_eq!(
            (&events[0]["kind"], &events[0]["data"]["override_reason"]),
            (&json!("visit.planned"), &json!("上级督办"))
        );
        assert_eq!(events[0]["actor"]["department"], "AWB");
    })
    .await;
}
