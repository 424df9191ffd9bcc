//! The form that plans a visit, without script: what the whistles of a firm ask and what the checklist proposes is ticked, every
//! conflict stands beside what was chosen, nothing typed is lost; and the same form again after an objection.

use crate::town::browser::hidden;
use crate::town::visits::CREW;
use crate::town::{Town, town};
use serde_json::{Value, json};

const NEW: &str = "/console/visits/new";

type Fields = Vec<(String, String)>;

fn fields(of: &[(&str, &str)]) -> Fields {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn lent(of: &Fields) -> Vec<(&str, &str)> {
    of.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A dust hazard at E01, joint, two departments sent for.
async fn summoned(t: &Town, what: &str) -> String {
    let blow = json!({ "category": "dust_explosion", "what": what, "enterprise": "E01" });
    let code = t.person("liaison.sh").blows(&blow).await;
    t.office().summons(&code, &["YJ", "XF"], "urgent").await;
    t.advance(1).await;
    code
}

/// The whole crew, the first one leading, on that part of today.
async fn whom(t: &Town, period: &str) -> Fields {
    let mut all =
        fields(&[("enterprise", "E01"), ("date", &t.now()[..10]), ("period", period), ("notice", "announced")]);
    for (place, who) in CREW.iter().enumerate() {
        let id = t.person(who).id().await;
        all.extend((place == 0).then(|| ("lead".to_owned(), id.clone())));
        all.push(("officers".to_owned(), id));
    }
    all
}

/// What stands beside an input.
fn beside<'p>(page: &'p str, field: &str) -> &'p str {
    let part = page.split(&format!("data-part=\"at-{field}\">")).nth(1).unwrap_or_default();
    part.split("</div>").next().unwrap_or_default()
}

#[actix_web::test]
async fn items_of_whistle_and_checklist_are_ticked_and_experts_and_the_locality_go_along() {
    town(async |t| {
        let whistle = summoned(t, "除尘管道积粉").await;
        let office = t.signed_in("office").await;
        let story = office.get(&format!("/console/whistles/{whistle}")).await.expect(200).text();
        let link = format!("{NEW}?whistle={whistle}");
        assert!(story.contains(&format!("href=\"{link}\"")), "{story}");
        let form = office.get(&link).await.expect(200).text();
        let ask =
            |unit: &str| format!("name=\"asks\" value=\"{whistle}/{unit}\" id=\"plan-asks-{whistle}/{unit}\" checked");
        assert!(form.contains(&ask("YJ")) && form.contains(&ask("XF")), "what the whistle asks is ticked: {form}");
        assert!(form.contains("除尘管道积粉（区应急局）"), "{form}");
        // The whistle's kind, and the firm's, each hazard once by whoever acts and is competent.
        assert!(form.contains("value=\"C09\" id=\"plan-hazards-C09\">") && form.contains("与哨件同类"), "{form}");
        let order = |code: &str| form.find(&format!("value=\"{code}\" id=\"plan-hazards")).unwrap_or(usize::MAX);
        assert!(order("C10") < order("C01"), "what is proposed comes first");
        let mut all = whom(t, "PM").await;
        let (expert, local) = (t.person("expert.1").id().await, t.person("town.t06").id().await);
        let asks = [format!("{whistle}/YJ"), format!("{whistle}/XF")];
        all.extend(fields(&[
            ("asks", &asks[0]),
            ("asks", &asks[1]),
            ("hazards", "C09"),
            ("by-C09", "YJ"),
            ("by-C10", "YJ"),
            ("department-2", "XF"),
            ("subject-2", "消防车通道"),
            ("experts", &expert),
            ("locality", &local),
            ("vehicles", "V15"),
        ]));
        let planned = office.fills(&link, NEW, &lent(&all)).await.expect(303);
        assert_eq!(planned.header("location"), Some("/console/visits/LJ-2026-0001"));
        let seen = t.office().sees("/visits/LJ-2026-0001").await;
        assert_eq!((&seen["lead"], &seen["whistles"]), (&json!("YJ"), &json!([whistle])));
        let items: Vec<(&Value, &Value, &Value)> = seen["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (&item["department"], &item["hazard"], &item["whistle"]))
            .collect();
        let (yj, xf, of, no) = (&json!("YJ"), &json!("XF"), &json!(whistle), &Value::Null);
        assert_eq!(items, [(xf, no, no), (yj, no, of), (xf, no, of), (yj, &json!("C09"), no)]);
        let words = seen["items"][3]["subject"].as_str().unwrap();
        assert!(words.starts_with("除尘系统停用仍在生产"), "the checklist's own words: {words}");
        let roles: Vec<&str> =
            seen["members"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["lead", "member", "member", "member", "expert", "locality"]);
        t.signed_in("head.yj").await.get(NEW).await.expect(403);
        office.get(&format!("{NEW}?whistle=WH-2026-9999")).await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn every_conflict_stands_beside_what_was_chosen_before_and_after_it_is_sent() {
    town(async |t| {
        let whistle = summoned(t, "除尘管道积粉").await;
        let office = t.signed_in("office").await;
        let mut all = whom(t, "PM").await;
        all.extend(fields(&[("department-1", "YJ"), ("subject-1", "除尘系统"), ("whistle-1", &whistle)]));
        all.extend(fields(&[("department-3", "XF"), ("subject-3", "消防车通道"), ("vehicles", "V15")]));
        office.fills(NEW, NEW, &lent(&all)).await.expect(303);
        let events = t.db_events().await;
        let person = format!("officers-{}", all.iter().find(|(name, _)| name == "lead").unwrap().1);
        // The same once more: looked at without being sent, and sent.
        let mut looked = all.clone();
        looked.push(("look".to_owned(), "check".to_owned()));
        for (sent, status) in [(&looked, 200), (&all, 409)] {
            let back = office.fills(NEW, NEW, &lent(sent)).await.expect(status).text();
            assert!(back.contains(&format!("href=\"#plan-{person}\"")), "{back}");
            assert!(beside(&back, &person).contains("此人该时段已有其他检查"), "{back}");
            assert!(beside(&back, "vehicles-V15").contains("该车该时段已派出"), "{back}");
            assert!(beside(&back, "date").contains("LJ-2026-0001：该企业当天已安排一次检查"), "{back}");
            assert_eq!(back.contains("现在不能这样安排"), status == 409);
            assert!(back.contains("value=\"消防车通道\"") && back.contains(&format!("value=\"{whistle}\"")), "{back}");
            assert!(back.matches(" checked").count() >= 8, "officers, lead, car, period, notice: {back}");
        }
        // Nobody is chosen yet: who cannot be had on that day is known all the same.
        let day = t.now()[..10].to_owned();
        let early = [("enterprise", "E02"), ("date", day.as_str()), ("period", "PM"), ("look", "check")];
        let early = office.fills(NEW, NEW, &early).await.expect(200).text();
        assert!(beside(&early, &person).contains("此人该时段已有其他检查"), "{early}");
        let free = t.person("inspector.yj.3").id().await;
        assert_eq!(beside(&early, &format!("officers-{free}")), "");
        let morning = [("enterprise", "E02"), ("date", day.as_str()), ("period", "AM"), ("look", "check")];
        assert_eq!(
            beside(&office.fills(NEW, NEW, &morning).await.expect(200).text(), &person),
            "",
            "free in the morning"
        );
        // A department with an item and one officer: told at its crew.
        let mut short = whom(t, "AM").await;
        short.retain(|(name, _)| name != "officers");
        short.extend(fields(&[("department-1", "YJ"), ("subject-1", "a"), ("look", "check")]));
        let told = office.fills(NEW, NEW, &lent(&short)).await.expect(200).text();
        assert!(beside(&told, "crew-YJ").contains("持证执法人员不足两人"), "{told}");
        // Rows with half of an item, nobody who leads, no day.
        let faults = [("enterprise", "E01"), ("period", "AM"), ("notice", "announced"), ("department-4", "YJ")];
        let faults = office.fills(NEW, NEW, &faults).await.expect(422).text();
        for id in ["plan-subject-4-fault", "plan-date-fault", "plan-lead-fault"] {
            assert!(faults.contains(&format!("id=\"{id}\"")), "{id}: {faults}");
        }
        let csrf = hidden(&office.get(NEW).await.expect(200), "csrf");
        let found = office.post(NEW, &[("csrf", &csrf), ("look", "firm"), ("find", "E02")]).await.expect(200).text();
        assert!(
            found.contains("<option value=\"E02\" selected>") && !found.contains("<option value=\"E05\""),
            "{found}"
        );
        assert!(found.contains("企业涉及"), "the firm's own kinds are proposed: {found}");
        assert_eq!(t.db_events().await, events, "a form that was looked at or refused wrote something");
    })
    .await;
}

#[actix_web::test]
async fn ten_whistles_of_one_firm_are_served_by_one_visit_by_form_and_by_rest() {
    town(async |t| {
        let mut codes = Vec::new();
        for no in 1..=10 {
            // Two of them in the same words stay two.
            codes.push(summoned(t, &format!("{}号车间积粉", no.min(9))).await);
        }
        let office = t.signed_in("office").await;
        let mut all = whom(t, "PM").await;
        all.push(("look".to_owned(), "asks".to_owned()));
        let ticked = office.fills(NEW, NEW, &lent(&all)).await.expect(200).text();
        let asks: Vec<String> = ticked
            .split("name=\"asks\" value=\"")
            .skip(1)
            .filter(|rest| rest.split('>').next().unwrap().ends_with(" checked"))
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(asks.len(), 20, "two departments each: {ticked}");
        all.retain(|(name, _)| name != "look");
        all.extend(asks.into_iter().map(|ask| ("asks".to_owned(), ask)));
        office.fills(NEW, NEW, &lent(&all)).await.expect(303);
        let serves = async |visit: &str| {
            let seen = t.office().sees(&format!("/visits/{visit}")).await;
            let mut of: Vec<String> = serde_json::from_value(seen["whistles"].clone()).unwrap();
            of.sort();
            (of, seen["items"].as_array().unwrap().len())
        };
        assert_eq!(serves("LJ-2026-0001").await, (codes.clone(), 20));
        t.person("director").does("LJ-2026-0001", "cancel", json!({ "reason": "并入下一次" })).await;
        let item = |(no, code): (usize, &String)| json!({ "department": "YJ", "subject": format!("第{}处", no.min(8)), "whistle": code });
        let order = json!({
            "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "notice": "announced",
            "items": codes.iter().enumerate().map(item).collect::<Vec<Value>>(), "members": t.members(&CREW[..2]).await,
        });
        let visit = t.office().plans(&order).await;
        assert_eq!(serves(&visit).await, (codes.clone(), 10));
        for code in &codes {
            let story = office.get(&format!("/console/whistles/{code}")).await.expect(200).text();
            assert!(story.contains(&format!("href=\"/console/visits/{visit}\"")), "{code} does not know its visit");
        }
    })
    .await;
}

/// A visit to which a head objected, beside another that has taken a car for the next morning.
async fn objected_to(t: &Town, whistle: &str) -> String {
    let order = json!({
        "enterprise": "E01", "date": "2026-12-03", "period": "PM", "notice": "announced", "vehicles": ["V15"],
        "items": [{ "department": "YJ", "subject": "除尘系统", "whistle": whistle, "hazard": "C09" },
                  { "department": "XF", "subject": "通道" }],
        "members": t.members(&CREW).await,
    });
    let visit = t.office().plans(&order).await;
    let other = json!({
        "enterprise": "E02", "date": "2026-12-04", "period": "AM", "notice": "announced", "vehicles": ["V16"],
        "items": [{ "department": "SH", "subject": "废气" }],
        "members": t.members(&["inspector.sh", "inspector.sh.2"]).await,
    });
    t.office().plans(&other).await;
    t.office().does(&visit, "propose", json!({})).await;
    t.person("head.xf").does(&visit, "object", json!({ "ground": "date", "reason": "当天有培训" })).await;
    visit
}

#[actix_web::test]
async fn after_an_objection_items_people_car_and_day_are_changed_on_one_page() {
    town(async |t| {
        let whistle = summoned(t, "除尘管道积粉").await;
        let visit = objected_to(t, &whistle).await;
        let (office, page) = (t.signed_in("office").await, format!("/console/replan/{visit}"));
        let shown = office.get(&format!("/console/visits/{visit}")).await.expect(200).text();
        assert!(shown.contains(&format!("href=\"{page}\"")) && shown.contains("当天有培训"), "{shown}");
        let form = office.get(&page).await.expect(200).text();
        for held in [
            "value=\"2026-12-03\"",
            "value=\"除尘系统\"",
            "value=\"通道\"",
            "name=\"hazard-1\" value=\"C09\"",
            "当天有培训",
        ] {
            assert!(form.contains(held), "{held}: {form}");
        }
        assert!(form.contains("id=\"plan-vehicles-V15\" checked"), "{form}");
        assert!(!form.contains("id=\"plan-hazards-C09\""), "what stands in a row is not proposed again");
        let mut all = whom(t, "AM").await;
        all.retain(|(name, _)| name != "enterprise" && name != "date");
        all.extend(fields(&[
            ("date", "2026-12-04"),
            ("department-1", "YJ"),
            ("subject-1", "除尘系统和清扫"),
            ("whistle-1", &whistle),
            ("hazard-1", "C09"),
            ("hazards", "C01"),
            ("by-C01", "XF"),
        ]));
        let taken = [all.clone(), fields(&[("vehicles", "V16")])].concat();
        let back = office.fills(&page, &page, &lent(&taken)).await.expect(409).text();
        assert!(beside(&back, "vehicles-V16").contains("该车该时段已派出"), "{back}");
        assert!(back.contains("value=\"除尘系统和清扫\"") && back.contains("plan-hazards-C01\" checked"), "{back}");
        let stale = office.get(&page).await.expect(200);
        let good = [all, fields(&[("vehicles", "V17")])].concat();
        office.fills(&page, &page, &lent(&good)).await.expect(303);
        let seen = t.office().sees(&format!("/visits/{visit}")).await;
        assert_eq!(
            (&seen["status"], &seen["date"], &seen["period"]),
            (&json!("awaiting_approval"), &json!("2026-12-04"), &json!("AM"))
        );
        assert_eq!((&seen["vehicles"], &seen["objected"]), (&json!(["V17"]), &Value::Null));
        let items: Vec<(&Value, &Value)> =
            seen["items"].as_array().unwrap().iter().map(|item| (&item["department"], &item["hazard"])).collect();
        assert_eq!(items, [(&json!("YJ"), &json!("C09")), (&json!("XF"), &json!("C01"))]);
        assert_eq!(seen["items"][0]["subject"], "除尘系统和清扫");
        // Somebody with the page as it was before is told, and it leads nowhere any more.
        let own = ["csrf", "key", "version"].map(|name| (name.to_owned(), hidden(&stale, name)));
        let late = [own.to_vec(), good].concat();
        let lost = office.post(&page, &lent(&late)).await.expect(412).text();
        assert!(lost.contains("别人先一步处理了") && lost.contains("除尘系统和清扫"), "{lost}");
        let gone = office.get(&page).await.expect(303);
        assert_eq!(gone.header("location"), Some(format!("/console/visits/{visit}").as_str()));
        t.signed_in("head.yj").await.get(&page).await.expect(403);
    })
    .await;
}
