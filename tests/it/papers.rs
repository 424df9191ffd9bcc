//! Official sheets and calendars of real visits, at both doors: what they say, when there is none, and that an unannounced visit
//! is on no paper before it is entered. How they print is the browser's to say.

use crate::town::visits::{CREW, HEADS};
use crate::town::{BEGIN, Place, Reply, Town, at, town};
use serde_json::json;
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::policy::Scope;
use whistle_hub::domain::terms::LetterKind;
use whistle_hub::store::visits::{self, FindingQuery};

/// The firm's name is on sheets and in no calendar.
const FIRM: &str = "E01";

/// Two departments at one firm today, planned and nothing more.
async fn planned(t: &Town, notice: &str) -> String {
    let plan = json!({
        "enterprise": FIRM, "date": &t.now()[..10], "period": "PM", "notice": notice, "vehicles": ["V15"],
        "members": t.members(&CREW).await,
        "items": [{ "department": "YJ", "subject": "除尘系统运行" }, { "department": "YJ", "subject": "防爆电气" },
                  { "department": "XF", "subject": "消防车通道" }, { "department": "XF", "subject": "防爆电气" }],
    });
    t.office().plans(&plan).await
}

/// A page of somebody's console.
async fn page(t: &Town, who: &str, path: &str) -> Reply {
    t.signed_in(who).await.get(path).await
}

fn firm(t: &Town) -> String {
    t.db_hub().rules().directory.enterprise(FIRM).unwrap().name.clone()
}

#[actix_web::test]
async fn each_department_hands_over_its_own_notice_which_is_a_draft_until_the_firm_is_told() {
    town(async |t| {
        let visit = planned(t, "announced").await;
        let path = format!("/visits/{visit}/notice");
        let draft = t.office().get(&path).await.expect(200);
        assert_eq!(draft.header("content-type"), Some("text/html; charset=utf-8"));
        let draft = draft.text();
        assert!(draft.contains("草稿　未印发") && !draft.contains("已经本机关负责人批准"), "{draft}");
        t.announces(&visit, &HEADS).await;
        let own = t.person("liaison.xf").get(&path).await.expect(200).text();
        assert!(own.contains("云湖区消防救援大队") && own.contains("已经本机关负责人批准"), "{own}");
        assert!(own.contains("消防车通道") && !own.contains("除尘系统运行"), "another department's items: {own}");
        assert!(own.contains("防爆电气"), "what it would have looked at as well: {own}");
        assert!(!own.contains("草稿") && own.contains(&firm(t)) && own.contains("<svg role=\"img\""), "{own}");
        // Whoever is of neither hands over the lead's, unless another is asked for.
        let lead = t.office().get(&path).await.expect(200).text();
        assert!(lead.contains("云湖区应急管理局") && lead.contains("防爆电气"), "{lead}");
        assert_eq!(t.office().get(&format!("{path}?department=XF")).await.expect(200).text(), own);
        assert_eq!(t.office().get(&format!("{path}?department=SC")).await.expect(400).problem(), "bad_filter");
        t.person("liaison.sc").get(&path).await.expect(404);
        // The console's page is the same sheet.
        let address = format!("/console/visits/{visit}/papers/notice");
        assert_eq!(page(t, "liaison.xf", &address).await.expect(200).text(), own);
        let links = page(t, "office", &format!("/console/visits/{visit}")).await.expect(200).text();
        for link in ["notice?department=YJ", "notice?department=XF", "dispatch", "invitation.ics"] {
            assert!(links.contains(&format!("/papers/{link}\"")), "{link}: {links}");
        }
        assert!(!links.contains("/papers/record\""), "nobody has come in yet");
        t.director().does(&visit, "cancel", json!({ "reason": "改期" })).await;
        assert_eq!(t.office().get(&path).await.expect(409).problem(), "state");
    })
    .await;
}

#[actix_web::test]
async fn t19_nothing_of_an_unannounced_visit_is_on_paper_for_its_firm_before_it_is_entered() {
    town(async |t| {
        let visit = planned(t, "unannounced").await;
        t.approves(&visit, &HEADS).await;
        t.office().does(&visit, "keep_secret", json!({})).await;
        let (notice, calendar) = (format!("/visits/{visit}/notice"), format!("/visits/{visit}/invitation.ics"));
        for who in ["office", "inspector.yj", "head.xf"] {
            assert_eq!(t.person(who).get(&notice).await.expect(409).problem(), "state", "{who}");
        }
        for who in ["liaison.yj", "supervisor", "town.t06", "inspector.yj.3"] {
            t.person(who).get(&notice).await.expect(404);
            t.person(who).get(&calendar).await.expect(404);
        }
        // The calendar is for who goes, and says no name.
        for who in ["office", "head.xf"] {
            t.person(who).get(&calendar).await.expect(403);
        }
        let own = t.person("inspector.yj").get(&calendar).await.expect(200).text();
        assert!(own.contains(&visit) && !own.replace("\r\n ", "").contains(&firm(t)), "{own}");
        // The office's own sheet names those who go, shows no code to scan, and nobody who watches.
        let dispatch = format!("/console/visits/{visit}/papers/dispatch");
        let sheet = page(t, "office", &dispatch).await.expect(200).text();
        assert!(sheet.contains("联合检查通知单") && !sheet.contains("抄送") && !sheet.contains("<svg"), "{sheet}");
        let shown = page(t, "inspector.yj", &format!("/console/visits/{visit}")).await.expect(200).text();
        assert!(!shown.contains("/papers/notice") && shown.contains("/papers/invitation.ics"), "{shown}");
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        let told = t.person("inspector.yj").get(&notice).await.expect(200).text();
        assert!(told.contains("<svg role=\"img\"") && !told.contains("草稿"), "{told}");
        assert!(page(t, "office", &dispatch).await.expect(200).text().contains("抄送：区纪委监委"));
    })
    .await;
}

#[actix_web::test]
async fn c27_a_calendar_taken_from_a_visit_is_the_letters_to_the_byte() {
    town(async |t| {
        let visit = planned(t, "announced").await;
        let path = format!("/visits/{visit}/invitation.ics");
        let officer = t.person("inspector.xf");
        assert_eq!(officer.get(&path).await.expect(409).problem(), "state", "nobody has approved it");
        t.approves(&visit, &HEADS).await;
        t.settle().await;
        let letter = |kind: LetterKind| {
            let to = |one: &whistle_hub::mail::Rendered| one.kind == kind && one.to == "inspector.xf@yunhu.example";
            t.letters().into_iter().rfind(to).unwrap().calendar.unwrap()
        };
        let taken = officer.get(&path).await.expect(200);
        assert_eq!(taken.header("content-type"), Some("text/calendar; charset=utf-8; method=REQUEST"));
        assert_eq!(taken.header("content-disposition"), Some(format!("attachment; filename=\"{visit}.ics\"").as_str()));
        assert_eq!(taken.text(), letter(LetterKind::VisitInvitation));
        assert!(!taken.text().replace("\r\n ", "").contains(&firm(t)));
        // Everybody's own copy.
        assert!(t.person("liaison.yj").get(&path).await.expect(200).text().contains("liaison.yj@yunhu.example"));
        let browser = page(t, "inspector.xf", &format!("/console/visits/{visit}/papers/invitation.ics")).await;
        assert_eq!(browser.expect(200).text(), taken.text());
        t.director().does(&visit, "cancel", json!({ "reason": "改期" })).await;
        t.settle().await;
        let off = officer.get(&path).await.expect(200);
        assert_eq!(off.header("content-type"), Some("text/calendar; charset=utf-8; method=CANCEL"));
        assert_eq!(off.text(), letter(LetterKind::VisitCancelled));
    })
    .await;
}

#[actix_web::test]
async fn record_order_and_opinion_say_what_the_ledger_holds() {
    town(async |t| {
        let visit = planned(t, "announced").await;
        t.announces(&visit, &HEADS).await;
        let sheet = |noun: &str, code: &str, paper: &str| format!("/console/{noun}/{code}/papers/{paper}");
        let record = sheet("visits", &visit, "record");
        page(t, "office", &record).await.expect(409);
        let (yj, xf) = (t.person("inspector.yj"), t.person("inspector.xf"));
        yj.does(&visit, "enter", json!({ "scanned": true })).await;
        let found = |item: &str, what: &str| {
            json!({ "item": item, "outcome": "finding",
                    "finding": { "what": what, "spot": "打磨间东墙", "severity": "major", "clause": "判定标准第十一条" } })
        };
        let own = [found("1", "除尘器<b>停用</b>"), found("2", "电气非防爆型")];
        yj.does(&visit, "record", json!({ "results": own })).await;
        let unseen = json!({ "item": "3", "outcome": "not_checked", "note": "门锁着" });
        xf.does(&visit, "record", json!({ "results": [unseen] })).await;
        let running = page(t, "liaison.xf", &record).await.expect(200).text();
        assert!(running.contains("草稿　未印发") && running.contains("未检查") && running.contains("门锁着"), "{running}");
        assert!(running.contains("存在问题") && running.contains("重大事故隐患：电气非防爆型（打磨间东墙）"), "{running}");
        assert!(running.contains("除尘器&#60;b&#62;停用") && running.contains(&format!("{visit}-02")), "{running}");
        t.advance(65).await;
        yj.does(&visit, "finish", json!({})).await;
        let signing = page(t, "inspector.yj", &record).await.expect(200).text();
        assert!(!signing.contains("草稿") && signing.contains("被检查单位现场负责人（签名）："), "{signing}");
        yj.does(&visit, "refuse_sign", json!({ "note": "负责人不在场，镇应急岗见证" })).await;
        let done = page(t, "supervisor", &record).await.expect(200).text();
        assert!(done.contains("未签名：负责人不在场，镇应急岗见证"), "{done}");
        // Both findings stand on one order, whichever of them it is opened from.
        let [first, second] = [format!("{visit}-01"), format!("{visit}-02")];
        page(t, "head.yj.2", &sheet("findings", &first, "order")).await.expect(409);
        for code in [&first, &second] {
            yj.does(code, "order", json!({ "order_no": "云应急责改〔2026〕31号", "demand": "停用并更换" })).await;
        }
        t.person("head.yj.2").does(&second, "measures", json!({ "measure": "stop" })).await;
        let order = page(t, "inspector.yj", &sheet("findings", &second, "order")).await.expect(200).text();
        for said in [&first, &second, "云应急责改〔2026〕31号", "停用并更换", "判定标准第十一条", "停止作业", "云湖区人民政府"]
        {
            assert!(order.contains(said), "{said}: {order}");
        }
        assert!(order.contains(&firm(t)) && !order.contains("草稿"), "{order}");
        // The limit is the midnight that ends a day, and the paper names that day.
        let due = t.office().sees(&format!("/findings/{second}")).await["due_at"].as_str().unwrap().to_owned();
        assert!(due.ends_with("T00:00:00+08:00"), "{due}");
        let last = due[..10].parse::<jiff::civil::Date>().unwrap().yesterday().unwrap();
        assert!(order.contains(&last.strftime("%Y年%-m月%-d日").to_string()), "{due}: {order}");
        page(t, "head.yj.2", &sheet("findings", &first, "opinion")).await.expect(409);
        for code in [&first, &second] {
            yj.does(code, "report_fixed", json!({})).await;
        }
        let other = t.person("inspector.yj.3");
        other.does(&first, "recheck", json!({ "passed": true, "note": "已拆除" })).await;
        other.does(&second, "recheck", json!({ "passed": false, "note": "仍在使用" })).await;
        t.advance(1).await;
        other.does(&second, "order", json!({ "case": "已立案", "order_no": "云应急责改〔2026〕32号" })).await;
        let opinion = page(t, "inspector.yj", &sheet("findings", &first, "opinion")).await.expect(200).text();
        for said in [&first, &second, "已整改", "未整改到位", "已拆除", "仍在使用", "（云应急责改〔2026〕31号）"] {
            assert!(opinion.contains(said), "{said}: {opinion}");
        }
        let again = page(t, "inspector.yj", &sheet("findings", &second, "order")).await.expect(200).text();
        assert!(again.contains("32号") && !again.contains(&first), "a paper of its own: {again}");
        for code in [&first, &second] {
            page(t, "liaison.sc", &sheet("findings", code, "order")).await.expect(404);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_number_that_an_older_release_wrote_into_the_order_itself_is_read_as_it_stands() {
    let (place, clock) = (Place::new(), ManualClock::new(at(BEGIN)));
    let t = Box::pin(Town::open_on(&place, clock.clone())).await;
    let visit = planned(&t, "announced").await;
    t.announces(&visit, &HEADS).await;
    t.person("inspector.yj").does(&visit, "enter", json!({})).await;
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "除尘器停用" } });
    t.person("inspector.yj").does(&visit, "record", json!({ "results": [found] })).await;
    let code = format!("{visit}-01");
    t.person("inspector.yj").does(&code, "order", json!({ "order_no": "1号" })).await;
    let all = Scope::everything("a row as an older release had it");
    let (query, now) = (FindingQuery { limit: 1, ..FindingQuery::default() }, t.db_hub().now());
    let read = t.db_hub().ledger.read(move |reading| visits::findings(reading, &all, &query, now)).await.unwrap();
    let kept = read[0].finding.orders[0].order_no.clone().unwrap();
    Box::pin(t.leave()).await;
    place.alter(&format!("UPDATE findings SET body = REPLACE(body, '{}', '云应急责改〔2026〕7号')", kept.as_str()));
    let t = Box::pin(Town::open_on(&place, clock)).await;
    let card = t.office().sees(&format!("/findings/{code}")).await;
    assert_eq!(card["orders"][0]["order_no"], "云应急责改〔2026〕7号");
    let listed = t.office().sees("/findings").await;
    assert_eq!(listed["items"][0]["orders"][0]["order_no"], "云应急责改〔2026〕7号");
    let order = page(&t, "inspector.yj", &format!("/console/findings/{code}/papers/order")).await.expect(200).text();
    assert!(order.contains("云应急责改〔2026〕7号"), "{order}");
    Box::pin(t.close()).await;
}
