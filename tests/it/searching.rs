//! What is found and what is hinted at, and that neither tells of anything out of sight: hints before a whistle is
//! blown, the one search over everything, enterprises by how their names are read (T18, C20, UX §6).

use crate::town::{Person, Reply, Town, blow_order, town};
use serde_json::{Value, json};

async fn hints(who: Person<'_>, order: &Value) -> Reply {
    who.ask("POST", "/whistles/hints").await.json(order).send().await
}

/// What stands between a page's frame.
fn main_of(reply: &Reply) -> String {
    let text = reply.text();
    text.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).unwrap().0.to_owned()
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[actix_web::test]
async fn before_blowing_it_is_told_what_may_be_the_same_and_whom_the_rules_propose() {
    town(async |t| {
        let order = json!({ "category": "fire", "what": "配电房堆放易燃物，门被堵住", "enterprise": "E01" });
        let first = hints(t.fire(), &order).await.expect(200).json();
        assert_eq!(first["similar"], json!([]));
        let code = t.fire().blows(&order).await;
        let text = t.fire().blows(&json!({ "category": "gas", "what": "配电房堆放易燃物", "place": "东门外" })).await;
        let before = t.db_events().await;
        let told = hints(t.fire(), &order).await.expect(200).json();
        let similar: Vec<(&str, &str)> = told["similar"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["code"].as_str().unwrap(), one["rule"].as_str().unwrap()))
            .collect();
        assert_eq!(similar, [(code.as_str(), "same_firm"), (text.as_str(), "similar_text")]);
        assert!(told["similar"][0]["why"].as_str().unwrap().contains("同一企业"));
        t.settle().await;
        // The desk proposes by the same rule.
        let proposed = t.db_proposals(&code).await;
        let departments = told["departments"].as_array().unwrap();
        let hinted: Vec<String> = departments
            .iter()
            .map(|one| format!("{} {}", one["department"].as_str().unwrap(), one["rule"].as_str().unwrap()))
            .collect();
        assert_eq!(hinted, proposed);
        assert!(departments.iter().all(|one| !one["why"].as_str().unwrap().is_empty()));
        assert_eq!(t.db_events().await, before + 2, "looking is nothing but looking: only the receipts came");
        let english = t.fire().ask("POST", "/whistles/hints").await.english().json(&order).send().await.expect(200);
        assert!(english.json()["similar"][0]["why"].as_str().unwrap().is_ascii());
        t.office().does(&code, "decline", json!({ "ground": "already_handled" })).await;
        let told = hints(t.fire(), &order).await.expect(200).json();
        assert_eq!(told["similar"].as_array().unwrap().len(), 1, "one that has ended is no duplicate");
        for who in ["inspector.xf", "supervisor", "expert.1", "admin"] {
            hints(t.person(who), &order).await.expect(403);
        }
    })
    .await;
}

/// Everything that hints, searches and completions tell this person.
async fn all_that_is_told(t: &Town, username: &'static str) -> Vec<String> {
    let who = t.person(username);
    let mut all = Vec::new();
    for order in [
        json!({ "category": "fire", "what": "铝屑堆积在除尘器旁无人清理", "enterprise": "E01" }),
        json!({ "category": "fire", "what": "铝屑堆积在除尘器旁无人清理" }),
        json!({ "category": "fire", "what": "别的", "place": "三号楼东侧车间" }),
    ] {
        all.push(hints(t.person(username), &order).await.expect(200).json().to_string());
    }
    for path in ["/whistles?q=", "/enterprises?q=", "/people?q=", "/departments?q="] {
        for word in ["铝屑", "屑", "hclzp", "wh-2026-0002", "0002"] {
            all.push(format!("{path}{word} {}", who.get(&format!("{path}{}", escaped(word))).await.sameness()));
        }
    }
    let browser = t.signed_in(username).await;
    for word in ["铝屑", "E01", "hclzp", "WH-2026-0002", "2", "wh-2026", "三号楼"] {
        all.push(main_of(&browser.get(&format!("/search?q={}", escaped(word))).await.expect(200)));
    }
    let fields = [("category", "fire"), ("what", "铝屑堆积在除尘器旁无人清理"), ("enterprise", "E01"), ("find", "hc")];
    let page = browser.fills("/console/whistles/new", "/console/whistles/hints", &fields).await.expect(200).text();
    all.push(page.split_once("id=\"hints\"").and_then(|(_, rest)| rest.split_once("</section>")).unwrap().0.to_owned());
    all
}

#[actix_web::test]
async fn t18_no_hint_search_or_completion_tells_of_what_is_out_of_sight() {
    let mut worlds = Vec::new();
    for other in [false, true] {
        town(async |t| {
            t.fire().blows(&blow_order("自己的一件")).await;
            if other {
                let hidden = json!({
                    "category": "fire", "what": "铝屑堆积在除尘器旁无人清理", "enterprise": "E01",
                    "contact": { "name": "甲乙丙", "phone": "13900000000" },
                });
                t.person("liaison.sc").blows(&hidden).await;
                let hidden = json!({ "category": "fire", "what": "另一件", "place": "三号楼东侧车间", "town": "T06" });
                t.person("liaison.sc").blows(&hidden).await;
                let seen = hints(t.office(), &json!({ "category": "fire", "what": "x", "enterprise": "E01" })).await;
                assert_eq!(seen.expect(200).json()["similar"].as_array().unwrap().len(), 1, "the hidden one is there");
            }
            worlds.push(all_that_is_told(t, "liaison.xf").await);
        })
        .await;
    }
    for (without, with) in worlds[0].iter().zip(&worlds[1]) {
        assert_eq!(without, with);
    }
}

#[actix_web::test]
async fn t29_the_informer_is_found_by_nobody() {
    town(async |t| {
        let mut order = blow_order("厂房漏电");
        order["contact"] = json!({ "name": "欧阳举报", "phone": "13912345678" });
        t.fire().blows(&order).await;
        for word in ["欧阳举报", "欧阳", "13912345678", "oyjb"] {
            let path = format!("/whistles?q={}", escaped(word));
            assert_eq!(t.office().codes(&path).await, Vec::<String>::new(), "{word}");
            let page = t.signed_in("office").await.get(&format!("/search?q={}", escaped(word))).await.expect(200);
            assert!(!main_of(&page).contains("WH-2026"), "{word}");
        }
    })
    .await;
}

#[actix_web::test]
async fn one_box_finds_every_kind_with_its_marks_and_without_script() {
    town(async |t| {
        let code = t
            .fire()
            .blows(&json!({ "category": "fire", "what": "铝粉堆积，鹤澄的除尘器停用", "enterprise": "E01" }))
            .await;
        let office = t.signed_in("office").await;
        let found = async |q: &str| main_of(&office.get(&format!("/search?q={}", escaped(q))).await.expect(200));
        let page = found("鹤澄").await;
        assert!(page.contains("id=\"found-whistles\"") && page.contains("id=\"found-firms\""), "{page}");
        assert!(page.contains("明川<mark>鹤澄</mark>铝制品抛光厂") && page.contains(&code), "{page}");
        assert!(found("hclzp").await.contains("明川<mark>鹤澄铝制品</mark>抛光厂"));
        assert!(found("安监局").await.contains("id=\"found-units\""), "an old name finds nobody");
        assert!(found("安监").await.contains("<mark>安监</mark>局"), "the name by which it was found is not shown");
        assert!(found("qhs").await.contains("<mark>戚怀杉</mark>"));
        assert!(!found("无此词汇").await.contains("id=\"found-"));
        assert!(!found("<script>alert(1)</script>").await.contains("<script>alert"));
        let there = office.get(&format!("/search?q={code}")).await.expect(303);
        assert_eq!(there.header("location").unwrap(), format!("/console/whistles/{code}"));
        let of_fire = t.signed_in("liaison.xf").await.get("/search?q=qhs").await.expect(200);
        assert!(!main_of(&of_fire).contains("id=\"found-people\""), "people of another unit are told");
        t.ask("GET", "/search?q=x").header("Accept", "text/html").send().await.expect(303);
    })
    .await;
}

#[actix_web::test]
async fn the_form_finds_enterprises_by_their_reading_and_shows_hints_without_script() {
    town(async |t| {
        let fire = t.signed_in("liaison.xf").await;
        let (new, look) = ("/console/whistles/new", "/console/whistles/hints");
        let page = fire.fills(new, look, &[("find", "hclzp"), ("what", "先写着")]).await.expect(200).text();
        assert!(page.contains("<option value=\"E01\" selected>"), "the only one that is found is not chosen");
        assert!(!page.contains("value=\"E02\"") && page.contains("先写着"), "{page}");
        let faulty = fire.fills(new, look, &[("what", "只有这个")]).await.expect(422).text();
        assert!(faulty.contains("id=\"blow-category-fault\"") && faulty.contains("只有这个"));
        let code = t.fire().blows(&json!({ "category": "fire", "what": "甲", "enterprise": "E01" })).await;
        let fields =
            [("category", "fire"), ("what", "乙"), ("enterprise", "E01"), ("contact.name", "某人"), ("find", "hc")];
        let events = t.db_events().await;
        let page = fire.fills(new, look, &fields).await.expect(200).text();
        let hints = page.split_once("id=\"hints\"").unwrap().1.split_once("</section>").unwrap().0;
        assert!(hints.contains(&code) && hints.contains("同一企业") && hints.contains("区消防救援大队"), "{hints}");
        assert!(page.contains("value=\"某人\""), "what was typed is gone");
        assert_eq!(t.db_events().await, events);
        // What was looked for is no part of what is blown.
        let blown = [("category", "fire"), ("what", "丙"), ("enterprise", "E01"), ("find", "hc")];
        fire.fills(new, new, &blown).await.expect(303);
    })
    .await;
}
