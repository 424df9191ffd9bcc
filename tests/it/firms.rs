//! One company, one file: a firm's page shows the directory's word and the whistles that its reader may see, and leads to
//! a whistle about it; the checklist is everybody's to read, in both languages.

use crate::town::browser::{Browser, hidden};
use crate::town::visits::{CREW, HEADS};
use crate::town::{Reply, accept_order, blow_order, town};
use serde_json::{Value, json};

/// What stands between a page's frame.
fn main_of(reply: &Reply) -> String {
    let text = reply.text();
    text.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).unwrap().0.to_owned()
}

async fn in_english(browser: &Browser<'_>) {
    let csrf = hidden(&browser.get("/console/whistles").await.expect(200), "csrf");
    browser.post("/language", &[("csrf", &csrf), ("lang", "en"), ("next", "/console")]).await.expect(303);
}

#[actix_web::test]
async fn a_firms_page_shows_what_the_directory_says_and_leads_to_landlord_and_tenants() {
    town(async |t| {
        let liaison = t.signed_in("liaison.xf").await;
        let page = main_of(&liaison.get("/console/enterprises/E36").await.expect(200));
        for words in ["E36", "云湖里项目", "risk red", "红色", "重点企业", "2次，上限4次", "云湖街道", "建筑施工"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("已达年度上限") && !page.contains("停产停业"));
        let landlord = main_of(&liaison.get("/console/enterprises/E54").await.expect(200));
        assert!(landlord.contains("href=\"/console/enterprises/E55\"") && landlord.contains("明川缕织绣品厂"));
        assert!(landlord.contains("2次，上限2次") && landlord.contains("已达年度上限"));
        let tenant = main_of(&liaison.get("/console/enterprises/E56").await.expect(200));
        assert!(tenant.contains("href=\"/console/enterprises/E54\"") && !tenant.contains("承租方"));
        assert!(main_of(&liaison.get("/console/enterprises/E22").await.expect(200)).contains("停产停业"));
        liaison.get("/console/enterprises/E99").await.expect(404);
        let card = t.fire().sees("/enterprises/E54").await;
        assert_eq!((&card["risk_level"], &card["tenants"]), (&json!("orange"), &json!(["E55", "E56"])));
        t.fire().get("/enterprises/E99").await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn i4_a_firms_page_counts_only_the_whistles_that_its_reader_sees() {
    town(async |t| {
        let about = |what: &str, category: &str| {
            let mut order = blow_order(what);
            order["enterprise"] = json!("E01");
            order["category"] = json!(category);
            order.as_object_mut().unwrap().remove("place");
            order
        };
        let first = t.fire().blows(&about("除尘管道积粉", "fire")).await;
        t.advance(1).await;
        let second = t.fire().blows(&about("除尘风机停用", "fire")).await;
        t.advance(1).await;
        let others = t.emergency().blows(&about("打磨间无人监护", "fire")).await;
        t.office().does(&first, "decline", json!({ "ground": "already_handled" })).await;
        let page = async |who: &str| main_of(&t.signed_in(who).await.get("/console/enterprises/E01").await.expect(200));
        let own = page("liaison.xf").await;
        let (open, past) = own.split_once("past-title").unwrap();
        assert!(open.contains(&second) && !open.contains(&first) && past.contains(&first));
        assert!(!own.contains(&others) && own.contains("消防2次"), "{own}");
        let office = page("office").await;
        assert!(office.contains(&others) && office.contains("消防3次"));
        let none = page("liaison.gx").await;
        assert!(![&first, &second, &others].iter().any(|code| none.contains(*code)) && !none.contains("反复出现"));
        let english = t.signed_in("liaison.xf").await;
        in_english(&english).await;
        assert!(main_of(&english.get("/console/enterprises/E01").await.expect(200)).contains("Fire: 2 times"));
    })
    .await;
}

#[actix_web::test]
async fn a_firm_is_reached_from_its_whistle_and_the_search_and_leads_to_a_form_that_names_it() {
    town(async |t| {
        let mut order = blow_order("除尘管道积粉");
        order["enterprise"] = json!("E01");
        let code = t.fire().blows(&order).await;
        let liaison = t.signed_in("liaison.xf").await;
        let link = "href=\"/console/enterprises/E01\"";
        assert!(liaison.get(&format!("/console/whistles/{code}")).await.text().contains(link));
        assert!(liaison.get("/search?q=hclzp").await.text().contains(link));
        let page = liaison.get("/console/enterprises/E01").await.text();
        let form = "/console/whistles/new?enterprise=E01";
        assert!(page.contains(form) && page.contains("/console/whistles?enterprise=E01"));
        let blank = liaison.get(form).await.expect(200).text();
        assert!(blank.contains("<option value=\"E01\" selected>"), "{blank}");
        assert!(
            blank.contains("value=\"normal\" id=\"blow-urgency\" checked")
                || blank.contains("value=\"normal\" checked")
        );
        assert!(
            !liaison
                .get("/console/whistles/new?enterprise=E99")
                .await
                .text()
                .contains("<option value=\"E01\" selected>")
        );
        // An inspector does not blow.
        let inspector = t.signed_in("inspector.xf").await.get("/console/enterprises/E01").await.expect(200).text();
        assert!(!inspector.contains("/console/whistles/new"));
    })
    .await;
}

#[actix_web::test]
async fn the_checklist_is_everybodys_to_read_in_both_languages() {
    town(async |t| {
        for who in ["inspector.xf", "expert.1", "supervisor", "admin"] {
            let browser = t.signed_in(who).await;
            let page = main_of(&browser.get("/console/checklist").await.expect(200));
            assert!(page.contains("消防车通道") && page.contains("C32") && page.contains("安全生产法41、81"), "{who}");
            in_english(&browser).await;
            let page = main_of(&browser.get("/console/checklist").await.expect(200));
            assert!(page.contains("Gate and fire lane") && !page.contains("消防车通道"), "{who}");
        }
        let list = t.fire().sees("/checklist?limit=100").await;
        let first = &list["items"][0];
        assert_eq!((list["items"].as_array().unwrap().len(), &first["item_code"]), (32, &json!("C01")));
        assert_eq!((&first["version"], &first["competent_departments"]), (&json!(1), &json!(["XF", "CG"])));
        assert_eq!(t.fire().sees("/checklist?q=C09").await["items"][0]["evidence"], "运行记录");
        let cars = t.fire().sees("/vehicles?q=SQ01").await;
        assert_eq!((&cars["items"][0]["code"], &cars["items"][1]["kit"]), (&json!("V01"), &json!(false)));
    })
    .await;
}

#[actix_web::test]
async fn a_firms_page_shows_what_joint_visits_cost_and_saved_as_the_api_counts_it() {
    town(async |t| {
        let path = "/console/enterprises/E04";
        let page = async || main_of(&t.signed_in("liaison.sc").await.get(path).await.expect(200));
        assert!(page().await.contains("本年还没有进门的联合检查"));
        let order = json!({ "enterprise": "E04", "date": &t.now()[..10], "period": "PM", "notice": "announced",
            "members": t.members(&CREW).await,
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "XF", "subject": "通道" }] });
        let visit = t.office().plans(&order).await;
        t.announces(&visit, &HEADS).await;
        assert!(page().await.contains("本年还没有进门的联合检查"), "nobody has come in");
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        for (who, item) in [("inspector.yj", "1"), ("inspector.xf", "2")] {
            t.person(who).does(&visit, "record", json!({ "results": [{ "item": item, "outcome": "ok" }] })).await;
        }
        let burden = t.person("liaison.sc").sees("/enterprises/E04/burden").await;
        assert_eq!((&burden["visits"], &burden["visits_saved"]), (&json!(1), &json!(1)));
        let shown = page().await;
        let fact = |name: &str, value: &str| format!("<dt>{name}</dt><dd>{value}</dd>");
        assert!(shown.contains(&fact("进门次数", &burden["visits"].to_string())), "{shown}");
        assert!(shown.contains(&fact("少进门次数", &burden["visits_saved"].to_string())), "{shown}");
        let directory = t.db_hub().rules().directory.clone();
        let authorities = burden["authorities"].as_array().unwrap();
        assert_eq!(authorities.len(), 2);
        let before = burden["visits_before"].as_u64().filter(|before| *before > 0).unwrap();
        for of in authorities {
            let name = &directory.department(of["department"].as_str().unwrap()).unwrap().short_name;
            // With those that the register had before the hub counted: that is what bars a plan.
            let had = of["visits"].as_u64().unwrap() + before;
            let value = format!("{had}次，上限{}次；随哨核查{}次", of["cap"], of["exempt"]);
            assert!(shown.contains(&fact(name, &value)), "{name} {value}: {shown}");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_firm_that_is_told_late_is_said_in_the_callers_language_and_in_the_visits_story() {
    town(async |t| {
        let order = json!({ "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "notice": "announced",
            "members": t.members(&CREW).await,
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "XF", "subject": "通道" }] });
        let visit = t.office().plans(&order).await;
        let path = format!("/visits/{visit}");
        let said = async |english: bool| {
            let asked = t.office().ask("GET", &path).await;
            let asked = if english { asked.english() } else { asked };
            let warned = asked.send().await.expect(200).json()["warnings"][0].clone();
            assert_eq!((&warned["code"], &warned["subject"]), (&json!("short_notice"), &order["date"]));
            warned["message"].as_str().unwrap().to_owned()
        };
        assert!(said(false).await.contains("准备时间偏短") && said(true).await.contains("short notice"));
        t.announces(&visit, &HEADS).await;
        let page = t.signed_in("office").await.get(&format!("/console/visits/{visit}")).await.expect(200);
        assert!(main_of(&page).contains("告知偏晚"));
    })
    .await;
}

#[actix_web::test]
async fn a_firm_is_full_when_the_planner_says_so_and_what_is_kept_secret_counts_for_nobody_else() {
    town(async |t| {
        let full = async |who: &str| {
            let page = main_of(&t.signed_in(who).await.get("/console/enterprises/E17").await.expect(200));
            let visits = ["3次，上限4次", "4次，上限4次"].map(|words| page.contains(words));
            assert_eq!(visits, [!page.contains("已达年度上限"), page.contains("已达年度上限")], "{page}");
            visits[1]
        };
        assert!(!full("office").await);
        let order = |date: &str, members: &Value| {
            json!({ "enterprise": "E17", "date": date, "period": "AM", "notice": "unannounced", "members": members,
                "items": [{ "department": "YJ", "subject": "储罐" }] })
        };
        let members = t.members(&["inspector.yj", "inspector.yj.2"]).await;
        t.office().plans(&order("2026-12-08", &members)).await;
        assert_eq!([full("office").await, full("liaison.sc").await], [true, false]);
        let again = order("2026-12-30", &members);
        let barred = t.office().ask("POST", "/visits").await.json(&again).send().await.expect(409);
        assert!(barred.reasons().contains(&"over_cap YJ".to_owned()), "{:?}", barred.reasons());
        // What the register says is this year's.
        t.office().plans(&order("2027-01-12", &members)).await;
    })
    .await;
}

#[actix_web::test]
async fn a_case_check_near_another_visit_is_warned_of_whoever_sees_that_visit_and_nobody_else() {
    town(async |t| {
        let secret = json!({ "enterprise": "E01", "date": "2026-12-15", "period": "AM", "notice": "unannounced",
            "members": t.members(&["inspector.sh", "inspector.sh.2"]).await,
            "items": [{ "department": "SH", "subject": "废气" }] });
        let secret = t.office().plans(&secret).await;
        let blow = json!({ "category": "fire", "what": "通道堵塞", "enterprise": "E01" });
        let whistle = t.person("liaison.sh").blows(&blow).await;
        t.office().does(&whistle, "accept", accept_order(&["YJ", "XF"], "normal")).await;
        let case = json!({ "enterprise": "E01", "date": "2026-12-08", "period": "PM", "notice": "announced",
            "members": t.members(&CREW).await,
            "items": [{ "department": "YJ", "subject": "除尘", "whistle": whistle },
                      { "department": "XF", "subject": "通道", "whistle": whistle }] });
        let case = t.office().plans(&case).await;
        let warned = async |who: &str| {
            let seen = t.person(who).sees(&format!("/visits/{case}")).await["warnings"].clone();
            seen.as_array().unwrap().iter().map(|one| format!("{} {}", one["code"], one["subject"])).collect::<Vec<_>>()
        };
        assert_eq!(warned("office").await, [format!("\"repeat_in_30_days\" \"{secret}\"")]);
        for who in ["liaison.xf", "head.yj.2", "inspector.yj"] {
            assert!(warned(who).await.is_empty(), "{who}");
        }
        let path = format!("/console/visits/{case}");
        let page = async |who: &str| main_of(&t.signed_in(who).await.get(&path).await.expect(200));
        assert!(page("office").await.contains("30天内已有检查"));
        assert!(!page("liaison.xf").await.contains("30天内已有检查"));
    })
    .await;
}
