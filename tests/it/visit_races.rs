//! Two at once in one visit: one of them wins, the other is told what happened, and nothing stands half or twice. Races for
//! people and cars are tried in `visits`.

use crate::town::visits::{CREW, HEADS};
use crate::town::{Reply, Town, town};
use futures_util::future::join;
use serde_json::{Value, json};

/// Another part of the day, each round.
fn moved(round: usize) -> Value {
    let period = ["NIGHT", "PM"][round % 2];
    json!({ "date": "2026-12-01", "period": period })
}

/// A visit of today, proposed.
async fn proposed(t: &Town, items: &[&str]) -> String {
    let items = items.iter().enumerate();
    let items: Value =
        items.map(|(no, unit)| json!({ "department": unit, "subject": format!("检查项{no}") })).collect();
    let order = json!({ "enterprise": "E01", "date": "2026-12-01", "period": "PM", "notice": "announced",
        "items": items, "members": t.members(&CREW).await });
    let visit = t.office().plans(&order).await;
    t.office().does(&visit, "propose", json!({})).await;
    visit
}

async fn announced(t: &Town, visit: &str) {
    for head in HEADS {
        t.person(head).does(visit, "approve_own_part", json!({})).await;
    }
    t.office().does(visit, "announce", json!({})).await;
}

/// Two deeds on what both have just seen.
async fn at_once(t: &Town, visit: &str, deeds: [(&str, &str, Value); 2]) -> [Reply; 2] {
    let version = t.office().get(&format!("/visits/{visit}")).await.version();
    let mut asks = Vec::new();
    for (who, deed, order) in &deeds {
        asks.push(t.person(who).deed(visit, deed).await.version(version).json(order));
    }
    let [one, other] = <[_; 2]>::try_from(asks).unwrap_or_else(|_| panic!("two"));
    let (one, other) = join(one.send(), other.send()).await;
    [one, other]
}

/// Which of the two won: the other is told what passed, or by which field it no longer fits, as `lost` says.
fn winner(replies: &[Reply; 2], lost: &[u16]) -> usize {
    let told = [replies[0].status, replies[1].status];
    let at = match told {
        [200, status] if lost.contains(&status) => 0,
        [status, 200] if lost.contains(&status) => 1,
        _ => panic!("{told:?}: {} {}", replies[0].text(), replies[1].text()),
    };
    let told = if told.contains(&412) { "changes" } else { "errors" };
    assert!(!replies[1 - at].json()[told].as_array().unwrap().is_empty());
    at
}

#[actix_web::test]
async fn two_officers_who_record_the_same_item_leave_one_answer_and_one_finding() {
    town(async |t| {
        let visit = proposed(t, &["YJ", "YJ", "YJ", "YJ", "YJ", "YJ", "YJ", "YJ", "XF"]).await;
        announced(t, &visit).await;
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        for no in 1..=8 {
            let say = |what: &str| {
                let found = json!({ "item": no.to_string(), "outcome": "finding", "finding": { "what": what } });
                json!({ "results": [found] })
            };
            let [one, other] = ["inspector.yj", "inspector.yj.2"];
            let both = at_once(t, &visit, [(one, "record", say("甲")), (other, "record", say("乙"))]).await;
            let won = winner(&both, &[412, 422]);
            let seen = t.office().sees(&format!("/findings/{visit}-{no:02}")).await;
            assert_eq!(seen["what"], ["甲", "乙"][won]);
            t.office().get(&format!("/findings/{visit}-{:02}", no + 1)).await.expect(404);
            // Whoever looks again and insists is told that it has its finding.
            let again = t.person([one, other][1 - won]).tries(&visit, "record", &say("丙")).await.expect(422);
            assert_eq!(again.faults(), ["/results/0/item mismatch"]);
        }
    })
    .await;
}

#[actix_web::test]
async fn the_last_approval_and_an_objection_at_once_leave_a_visit_that_is_approved_or_planned_anew() {
    town(async |t| {
        let visit = proposed(t, &["YJ", "XF"]).await;
        for round in 0..6 {
            t.person(HEADS[0]).does(&visit, "approve_own_part", json!({})).await;
            let object = json!({ "ground": "date", "reason": "演练" });
            let approve = (HEADS[1], "approve_own_part", json!({}));
            let both = at_once(t, &visit, [approve, (HEADS[0], "object", object)]).await;
            let seen = t.office().sees(&format!("/visits/{visit}")).await;
            assert_eq!(seen["status"], ["approved", "planning"][winner(&both, &[412])], "round {round}");
            if seen["status"] == "approved" {
                let other = moved(round);
                t.office().does(&visit, "postpone", other).await;
            }
            t.office().does(&visit, "propose", moved(round)).await;
        }
    })
    .await;
}

#[actix_web::test]
async fn a_visit_that_is_moved_while_somebody_comes_in_is_moved_or_entered() {
    town(async |t| {
        let visit = proposed(t, &["YJ", "XF"]).await;
        for round in 0..6 {
            announced(t, &visit).await;
            let enter = ("inspector.yj", "enter", json!({}));
            let both = at_once(t, &visit, [enter, (HEADS[1], "postpone", moved(round))]).await;
            let seen = t.office().sees(&format!("/visits/{visit}")).await;
            let entered = winner(&both, &[412]) == 0;
            assert_eq!((seen["status"] == "in_progress", seen["status"] == "planning"), (entered, !entered));
            if entered {
                t.person("inspector.yj").does(&visit, "abort", json!({ "ground": "refused" })).await;
                t.office().does(&visit, "postpone", moved(round)).await;
            }
            t.office().does(&visit, "propose", json!({})).await;
        }
    })
    .await;
}

#[actix_web::test]
async fn one_human_under_two_sign_ins_is_planned_once_for_one_part_of_a_day() {
    town(async |t| {
        let order = |date: &str, place: &str, members: &Value| {
            json!({ "place": place, "town": "T06", "date": date, "period": "AM", "members": members,
                "notice": "announced", "items": [{ "department": "YJ", "subject": "电气" }] })
        };
        let one = t.members(&["inspector.yj", "inspector.yj.6"]).await;
        let mut other = t.members(&["inspector.yj.2", "inspector.yj.3", "office.2"]).await;
        other[2]["role"] = json!("expert");
        // On duty in the office that day, or through the night before it.
        let duty = t.office().ask("POST", "/visits").await.json(&order("2026-12-03", "东仓库", &one)).send().await;
        assert_eq!(duty.expect(409).reasons(), ["off_duty inspector.yj.6"]);
        let token = t.office().token().await;
        for round in 0..12 {
            // The rota comes round each fortnight, and leaves that afternoon to both.
            let day = jiff::civil::date(2026, 12, 2).checked_add(jiff::Span::new().days(14 * round)).unwrap();
            let ask = |place: &str, members: &Value| {
                let mut order = order(&day.to_string(), place, members);
                order["period"] = json!("PM");
                t.ask("POST", "/api/v1/visits").bearer(&token).json(&order).send()
            };
            let (first, second) = join(ask("东仓库", &one), ask("西仓库", &other)).await;
            let (lost, who) = if first.status == 201 { (second, "office.2") } else { (first, "inspector.yj.6") };
            assert_eq!(lost.expect(409).reasons(), [format!("person_taken {who}")], "{day}");
        }
    })
    .await;
}
