//! What is said of a limit that has passed (C16, DOMAIN §6.3): whoever owes it acknowledges it, and the repeats end; the
//! office holds its reminders back with a reason. The limit, its one event and its place on the pages stay.

use crate::reminders::{hourly, last, times};
use crate::town::visits::{CREW, HEADS};
use crate::town::{Reply, Town, blow_order, town_at};
use serde_json::{Value, json};

const REASON: &str = "汛期停电，已电话说明";

/// Says something of what is owed under a code.
async fn says(t: &Town, who: &str, (code, deed): (&str, &str), order: &Value) -> Reply {
    let ask = t.person(who).ask("POST", &format!("/obligations/{code}/{deed}")).await;
    ask.key(&t.fresh_key()).json(order).send().await
}

async fn acknowledges(t: &Town, who: &str, code: &str) -> u16 {
    says(t, who, (code, "acknowledge"), &json!({})).await.status
}

/// A whistle of XF's for which SC has until half past five of the next working day to report in.
async fn summoned(t: &Town, what: &str) -> (String, String) {
    let code = t.fire().blows(&blow_order(what)).await;
    let summons = t.office().summons(&code, &["SC"], "normal").await.remove(0);
    (code, summons)
}

/// The limit of a summons as its whistle's page tells it.
async fn limit(t: &Town, who: &str, code: &str, summons: &str) -> Value {
    let whistle = t.person(who).sees(&format!("/whistles/{code}")).await;
    let mut all = whistle["obligations"].as_array().unwrap().iter();
    all.find(|one| one["code"] == summons).unwrap().clone()
}

#[actix_web::test]
async fn c16_an_acknowledgement_stops_the_repeats_but_not_the_ladder() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let (code, first) = summoned(t, "第一件").await;
        assert_eq!(limit(t, "liaison.sc", &code, &first).await["status"], "running");
        assert_eq!(acknowledges(t, "liaison.sc", &first).await, 409, "not late yet");
        hourly(t, "2026-12-02T09:00:00+08:00").await;
        let (_, second) = summoned(t, "第二件").await;
        hourly(t, "2026-12-03T17:40:00+08:00").await;
        // The second has passed after today's letter: nobody has been told of it when it is acknowledged.
        let early = ["12-02 14:00", "12-02 17:00", "12-02 17:30", "12-03 09:00", "12-03 14:00", "12-03 17:00"];
        assert_eq!(times(t, "liaison.sc"), early);
        let seen = limit(t, "head.sc", &code, &first).await;
        assert_eq!((&seen["status"], &seen["allowed_deeds"]), (&json!("overdue"), &json!(["acknowledge"])));
        assert_eq!(acknowledges(t, "head.sc", &second).await, 204);
        assert_eq!(acknowledges(t, "liaison.sc", &second).await, 409, "once");
        hourly(t, "2026-12-04T09:30:00+08:00").await;
        let letter = last(t, "head.sc");
        assert!(letter.subject.contains("2件已逾期") && letter.text.contains(&second), "{}", letter.text);
        assert_eq!((times(t, "liaison.sc").len(), times(t, "head.sc").len()), (7, 3), "the ladder's first step");
        // From now on only what nobody has acknowledged is repeated.
        hourly(t, "2026-12-07T09:30:00+08:00").await;
        let letter = last(t, "liaison.sc");
        assert!(letter.subject.contains("1件已逾期") && !letter.text.contains(&second), "{}", letter.text);
        let ask = t.person("liaison.sc").ask("POST", &format!("/obligations/{first}/acknowledge")).await;
        let ask = ask.key("key-acknowledged");
        ask.clone().send().await.expect(204);
        let again = ask.send().await.expect(204);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        hourly(t, "2026-12-18T20:00:00+08:00").await;
        assert_eq!((times(t, "liaison.sc").len(), times(t, "head.sc").len()), (8, 4), "somebody was written to again");
        // It is late all the same, it was once, and everybody who sees it can see what was said.
        let entries = t.person("supervisor").walks(&format!("/whistles/{code}/timeline"), 50).await;
        let told =
            entries.iter().filter(|one| one["data"]["department"] == "SC").map(|one| one["kind"].as_str().unwrap());
        let told: Vec<&str> = told.filter(|kind| kind.starts_with("obligation.")).collect();
        assert_eq!(told, ["obligation.overdue", "obligation.acknowledged"]);
        let seen = limit(t, "office", &code, &first).await;
        assert_eq!((&seen["status"], &seen["allowed_deeds"]), (&json!("acknowledged"), &json!(["hold_back"])));
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["overdue"], true);
        // The move ends it.
        t.person("liaison.sc").reports_in(&first).await;
        assert_eq!(limit(t, "office", &code, &first).await["status"], "overdue", "the next limit is another one");
    })
    .await;
}

#[actix_web::test]
async fn the_office_holds_reminders_back_with_a_reason_before_the_ladders_first_letter_leaves() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let (code, summons) = summoned(t, "停电的一件").await;
        t.person("liaison.sc").reports_in(&summons).await;
        // Seven days, until midnight; nobody is written to then.
        hourly(t, "2026-12-09T08:00:00+08:00").await;
        let before = times(t, "liaison.sc");
        assert_eq!((before.len(), times(t, "head.sc").len()), (2, 0), "{before:?}");
        let without = says(t, "office", (&summons, "hold_back"), &json!({ "reason": " " })).await.expect(422);
        assert_eq!(without.faults(), ["/reason blank"]);
        says(t, "office", (&summons, "hold_back"), &json!({ "reason": REASON })).await.expect(204);
        says(t, "director", (&summons, "hold_back"), &json!({ "reason": REASON })).await.expect(409);
        assert_eq!(acknowledges(t, "liaison.sc", &summons).await, 409, "there is nothing left to stop");
        hourly(t, "2026-12-14T12:00:00+08:00").await;
        assert_eq!((times(t, "liaison.sc"), times(t, "head.sc").len()), (before, 0));
        let entries = t.person("liaison.sc").walks(&format!("/whistles/{code}/timeline"), 50).await;
        let held = entries.iter().find(|one| one["kind"] == "obligation.held_back").unwrap();
        assert_eq!((&held["data"]["reason"], &held["actor"]["department"]), (&json!(REASON), &json!("AWB")));
        assert!(entries.iter().any(|one| one["kind"] == "obligation.overdue"), "it is late all the same");
    })
    .await;
}

#[actix_web::test]
async fn both_are_said_on_the_page_of_deadlines_and_stand_there_afterwards() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let (code, summons) = summoned(t, "页面上的一件").await;
        let page = "/console/deadlines";
        let form = |deed: &str| format!("{page}/{summons}/{deed}");
        t.until("2026-12-02T16:05:00+08:00").await;
        let (owes, office) = (t.signed_in("liaison.sc").await, t.signed_in("office").await);
        assert!(!owes.get("/console").await.text().contains("时限已过五分之四"));
        t.until("2026-12-02T16:06:00+08:00").await;
        for path in ["/console", page] {
            assert!(owes.get(path).await.text().contains("时限已过五分之四"), "{path}");
        }
        assert!(!office.get(page).await.text().contains("hold_back"), "nothing is late");
        t.until("2026-12-02T17:40:00+08:00").await;
        let (owes, office) = (t.signed_in("liaison.sc").await, t.signed_in("office").await);
        let shown = owes.get(page).await.text();
        assert!(shown.contains(&form("acknowledge")) && !shown.contains("hold_back"), "{shown}");
        owes.fills(page, &form("acknowledge"), &[]).await.expect(303);
        let shown = owes.get(page).await.text();
        assert!(shown.contains(&format!("已记录：确认知悉超时（{summons}）")), "{shown}");
        assert!(shown.contains("已知悉超时") && !shown.contains(&form("acknowledge")), "{shown}");
        assert!(owes.get("/console").await.text().contains("已知悉超时"));
        let twice = owes.fills("/console/whistles", &form("acknowledge"), &[]).await.expect(409);
        assert!(twice.text().contains("已知悉超时"), "{}", twice.text());
        let refused = office.fills(page, &form("hold_back"), &[("reason", "")]).await.expect(422);
        let fault = format!("id=\"hold_back-{summons}-reason-fault\"");
        assert!(refused.text().contains(&fault), "{}", refused.text());
        office.fills(page, &form("hold_back"), &[("reason", REASON)]).await.expect(303);
        assert!(office.get(page).await.text().contains("已停止催办"));
        let tale = office.get(&format!("/console/whistles/{code}")).await.text();
        assert!(tale.contains("停止催办") && tale.contains(REASON), "{tale}");
    })
    .await;
}

#[actix_web::test]
async fn what_is_late_of_a_visit_is_acknowledged_and_held_back_like_a_whistles() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let order = json!({ "enterprise": "E01", "date": "2026-12-01", "period": "PM", "notice": "unannounced",
            "members": t.members(&CREW).await,
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "XF", "subject": "通道" }] });
        let visit = t.office().plans(&order).await;
        t.approves(&visit, &HEADS).await;
        t.office().does(&visit, "keep_secret", json!({})).await;
        let inspector = t.person("inspector.yj");
        inspector.does(&visit, "enter", json!({})).await;
        let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "积粉" } });
        inspector.does(&visit, "record", json!({ "results": [found] })).await;
        let (part, finding) = (format!("{visit}-YJ"), format!("{visit}-01"));
        assert_eq!(acknowledges(t, "liaison.yj", &part).await, 409, "not late yet");
        hourly(t, "2026-12-07T10:00:00+08:00").await;
        let version = t.office().get(&format!("/visits/{visit}")).await.version();
        let stands = async |code: &str| {
            let card = t.person("liaison.yj").sees(&format!("/visits/{visit}")).await;
            let all = card["obligations"].as_array().unwrap().clone();
            let one = all.into_iter().find(|one| one["code"] == code).unwrap();
            (one["status"].as_str().unwrap().to_owned(), one["allowed_deeds"].clone())
        };
        assert_eq!(stands(&part).await, ("overdue".to_owned(), json!(["acknowledge"])));
        for (who, code, status) in [
            ("inspector.yj", part.as_str(), 403),
            ("liaison.xf", &part, 403),
            ("office", &part, 403),
            ("liaison.sc", &part, 404),
            ("liaison.yj", &format!("{visit}-SC"), 404),
            // The visit's own limit is the lead's, and its finding's is the department's.
            ("liaison.yj", &part, 204),
            ("head.yj.2", &visit, 204),
            ("liaison.yj", &finding, 204),
            ("liaison.yj", &finding, 409),
        ] {
            assert_eq!(acknowledges(t, who, code).await, status, "{who} {code}");
        }
        assert_eq!(stands(&part).await, ("acknowledged".to_owned(), json!([])));
        let other = format!("{visit}-XF");
        let office = says(t, "office", (&other, "hold_back"), &json!({ "reason": REASON })).await;
        office.expect(204);
        assert_eq!(stands(&other).await.0, "held_back");
        assert_eq!(t.office().get(&format!("/visits/{visit}")).await.version(), version, "nothing moves");
        let before = ["liaison.yj", "liaison.xf"].map(|who| times(t, who).len());
        hourly(t, "2026-12-15T20:00:00+08:00").await;
        let after = ["liaison.yj", "liaison.xf"].map(|who| times(t, who).len());
        assert_eq!(after, before, "somebody was written to again");
        let entries = t.office().walks(&format!("/visits/{visit}/timeline"), 100).await;
        let said = entries.iter().filter(|one| one["data"]["reason"] == REASON).count();
        assert_eq!(said, 1, "{entries:?}");
    })
    .await;
}

#[actix_web::test]
async fn a_late_part_of_a_visit_is_acknowledged_on_the_page_of_deadlines() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let order = json!({ "enterprise": "E01", "date": "2026-12-01", "period": "PM", "notice": "announced",
            "members": t.members(&CREW).await,
            "items": [{ "department": "YJ", "subject": "除尘" }, { "department": "XF", "subject": "通道" }] });
        let visit = t.office().plans(&order).await;
        t.announces(&visit, &HEADS).await;
        t.person("inspector.yj").does(&visit, "enter", json!({})).await;
        t.until("2026-12-03T10:00:00+08:00").await;
        let (page, form) = ("/console/deadlines", format!("/console/deadlines/{visit}-XF/acknowledge"));
        let owes = t.signed_in("liaison.xf").await;
        assert!(owes.get(page).await.text().contains(&form));
        owes.fills(page, &form, &[]).await.expect(303);
        let shown = owes.get(page).await.text();
        assert!(shown.contains("已知悉超时") && !shown.contains(&form), "{shown}");
    })
    .await;
}
