//! What comes back at the same firm within half a year: the new finding says of what, and who struck that off is written to.
//! What counts as the same, and how long, is tried in `domain::tests`.

use crate::town::{Town, accept_order, town};
use serde_json::{Value, json};
use whistle_hub::domain::terms::LetterKind;

/// A hazard of the checklist that may be put right on site.
const HAZARD: &str = "C06";

/// A visit of YJ to E01 that day, about a whistle, in which that hazard is found.
async fn found(t: &Town, day: &str) -> Value {
    let blow = json!({ "category": "fire", "what": format!("{day}的情况"), "enterprise": "E01" });
    let whistle = t.person("liaison.sh").blows(&blow).await;
    t.office().does(&whistle, "accept", accept_order(&["YJ"], "normal")).await;
    let item = json!({ "department": "YJ", "subject": "用电", "hazard": HAZARD, "whistle": whistle });
    let order = json!({ "enterprise": "E01", "date": day, "period": "PM", "notice": "announced", "items": [item],
        "members": t.members(&["inspector.yj", "inspector.yj.2"]).await });
    let visit = t.office().plans(&order).await;
    t.office().does(&visit, "propose", json!({})).await;
    t.person("head.yj.2").does(&visit, "approve_own_part", json!({})).await;
    t.office().does(&visit, "announce", json!({})).await;
    t.until(&format!("{day}T13:31:00+08:00")).await;
    t.person("inspector.yj").does(&visit, "enter", json!({})).await;
    let result = json!({ "item": "1", "outcome": "finding", "finding": { "what": "线路裸露" } });
    t.person("inspector.yj").does(&visit, "record", json!({ "results": [result] })).await;
    t.office().sees(&format!("/findings/{visit}-01")).await
}

#[actix_web::test]
async fn what_comes_back_says_so_and_who_struck_it_off_may_take_it_up_again() {
    town(async |t| {
        let first = found(t, "2026-12-02").await;
        assert_eq!((&first["relapse"], &first["relapse_of"]), (&json!(false), &Value::Null));
        let code = first["code"].as_str().unwrap();
        t.person("inspector.yj").does(code, "correct_on_site", json!({ "note": "已包扎" })).await;
        let again = found(t, "2026-12-09").await;
        assert_eq!((&again["relapse"], &again["relapse_of"]), (&json!(true), &json!(code)));
        t.settle().await;
        let letters = t.letters();
        let told: Vec<_> = letters.iter().filter(|one| one.kind == LetterKind::FindingRelapsed).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].to.starts_with("head.yj@") && told[0].text.contains(&format!("/console/findings/{code}")));
        let path = format!("/console/findings/{}", again["code"].as_str().unwrap());
        let page = t.signed_in("head.yj").await.get(&path).await;
        assert!(page.expect(200).text().contains(&format!("再次出现 {code}")));
        let seen = t.person("head.yj").sees(&format!("/findings/{code}")).await;
        assert_eq!(seen["allowed_deeds"], json!(["reopen"]));
        let figures = async || {
            let burden = t.person("liaison.sc").sees("/enterprises/E01/burden").await;
            (burden["struck_off"].clone(), burden["relapsed"].clone())
        };
        assert_eq!(figures().await, (json!(1), json!(1)));
        let firm = t.signed_in("office").await.get("/console/enterprises/E01").await.expect(200).text();
        assert!(firm.contains("已销号1项，再次出现1项") && firm.contains("销号后再次出现"), "{firm}");
        let open = t.person("head.yj").does(code, "reopen", json!({ "ground": "relapse" })).await;
        assert_eq!(
            (&open["status"], &open["relapse"], &open["reopened"]),
            (&json!("ordered"), &json!(true), &json!(1))
        );
        assert_eq!(figures().await, (json!(1), json!(1)), "taken up again, it came back all the same");
    })
    .await;
}
