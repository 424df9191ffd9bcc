//! What a finding owes beside its own step, as people meet it: the end of measures in letters and on the page of deadlines, a
//! receipt that does not come on the director's, the town's looks on the town's desk. What bars what is tried in
//! `domain::tests`.

use crate::doors::roles::visited;
use crate::reminders::last;
use crate::town::{Town, town};
use serde_json::{Value, json};

const FINDING: &str = "LJ-2026-0001-01";
const PATH: &str = "/findings/LJ-2026-0001-01";
const PAGE: &str = "/console/findings/LJ-2026-0001-01";

async fn text(t: &Town, username: &str, path: &str) -> String {
    t.signed_in(username).await.get(path).await.expect(200).text()
}

/// The duties of the finding, each with who owes it, by their names.
async fn owed(t: &Town) -> Vec<String> {
    let seen = t.office().sees(PATH).await;
    let all = seen["obligations"].as_array().unwrap().iter();
    let told = |one: &Value| format!("{} {}@{}", one["what"], one["owner"]["role"], one["owner"]["department"]);
    let mut all: Vec<String> = all.map(|one| told(one).replace('"', "")).collect();
    all.sort();
    all
}

async fn overdue(t: &Town, duty: &str) -> usize {
    let events = t.office().walks("/visits/LJ-2026-0001/timeline", 200).await;
    events.iter().filter(|one| one["kind"] == "obligation.overdue" && one["data"]["duty"] == duty).count()
}

#[actix_web::test]
async fn measures_that_end_are_told_to_the_head_until_they_are_lifted() {
    town(async |t| {
        visited(t).await;
        t.person("inspector.yj").does(FINDING, "order", json!({})).await;
        let until = "2026-12-08T10:00:00+08:00";
        let taken = json!({ "measure": "stop", "until": until });
        let seen = t.person("head.yj.2").does(FINDING, "measures", taken).await;
        assert_eq!((&seen["measures"]["until"], &seen["measures"]["extended"]), (&json!(until), &json!(false)));
        let deeds = seen["allowed_deeds"].as_array().unwrap();
        assert!(!deeds.contains(&json!("close")) && deeds.contains(&json!("measures")), "{deeds:?}");
        assert_eq!(owed(t).await, ["measures department_head@YJ", "rectification liaison@YJ"]);
        t.until("2026-12-08T10:00:30+08:00").await;
        assert_eq!(overdue(t, "measures").await, 1);
        t.until("2026-12-09T09:01:00+08:00").await;
        assert_eq!(overdue(t, "measures").await, 1, "told once");
        let letter = last(t, "head.yj");
        assert!(letter.text.contains(FINDING) && letter.text.contains("延长或者解除现场措施"), "{}", letter.text);
        for path in ["/console/deadlines", "/console", PAGE] {
            let page = text(t, "head.yj.2", path).await;
            assert!(page.contains(FINDING) && page.contains("延长或者解除现场措施"), "{path}: {page}");
        }
        assert!(!text(t, "head.yj.2", PAGE).await.contains("没有要办的事"), "the head owes it");
        // Late beside its own step, it is late in the list, and goes by a code of its own.
        assert_eq!(t.office().codes("/findings?overdue=true").await, [FINDING]);
        let late = text(t, "head.yj.2", "/console/findings?view=late").await;
        assert!(late.contains("<span class=\"beside\">延长或者解除现场措施"), "{late}");
        let known = format!("/obligations/{FINDING}-measures/acknowledge");
        t.person("head.yj.2").ask("POST", &known).await.json(&json!({})).send().await.expect(204);
        // Sent again they are extended, once.
        let head = t.signed_in("head.yj.2").await;
        let deed = format!("{PAGE}/measures");
        head.fills(PAGE, &deed, &[("measure", "stop"), ("until", "2026-12-20T10:00")]).await.expect(303);
        let again = head.fills(PAGE, &format!("{PAGE}/lift_measures"), &[("reason", "复查合格")]).await;
        again.expect(303);
        assert_eq!(owed(t).await, ["rectification liaison@YJ"]);
        assert!(!text(t, "head.yj.2", "/console/findings").await.contains("class=\"beside\""));
        t.until("2026-12-10T09:01:00+08:00").await;
        assert!(!text(t, "head.yj.2", "/console/deadlines").await.contains("延长或者解除现场措施"));
    })
    .await;
}

#[actix_web::test]
async fn a_receipt_that_does_not_come_is_the_directors_to_see_to() {
    town(async |t| {
        visited(t).await;
        let head = t.signed_in("head.yj.2").await;
        let fields = [("to", "市水务局"), ("note", "移送函3号")];
        head.fills(PAGE, &format!("{PAGE}/transfer"), &fields).await.expect(303);
        let seen = t.office().sees(PATH).await;
        assert_eq!((&seen["status"], &seen["transferred"]["to"]), (&json!("found"), &json!("市水务局")));
        assert!(text(t, "head.yj.2", PAGE).await.contains("市水务局"));
        assert_eq!(owed(t).await, ["order liaison@YJ", "receipt department_head@YJ"]);
        t.until("2026-12-04T17:31:00+08:00").await;
        assert_eq!((overdue(t, "receipt").await, owed(t).await.pop()), (1, Some("receipt office_director@AWB".into())));
        assert!(text(t, "director", "/console/deadlines").await.contains("取得移送回执"));
        let refused = t.person("liaison.yj").tries(FINDING, "take_back", &json!({ "reason": "a" })).await;
        assert_eq!(refused.status, 403);
        let close = json!({ "kind": "transferred", "conclusion": "回执12号" });
        let seen = t.person("head.yj.2").does(FINDING, "close", close).await;
        assert_eq!((&seen["status"], &seen["obligations"]), (&json!("closed"), &json!([])));
    })
    .await;
}

#[actix_web::test]
async fn a_place_whose_subject_is_gone_stands_on_its_towns_desk_until_it_was_looked_at_twice() {
    town(async |t| {
        visited(t).await;
        let close = json!({ "kind": "ceased", "conclusion": "断水断电" });
        t.person("head.yj.2").does(FINDING, "close", close).await;
        assert_eq!(owed(t).await, ["look town_officer@T06"]);
        t.until("2027-01-12T09:00:00+08:00").await;
        for path in ["/console", "/console/deadlines"] {
            let page = text(t, "town.t06", path).await;
            assert!(page.contains(FINDING), "{path}: {page}");
        }
        assert!(text(t, "town.t06", "/console/findings?view=owed").await.contains(PAGE));
        assert!(!text(t, "head.yj.2", "/console/findings?view=owed").await.contains(PAGE), "not theirs to move");
        let town = t.signed_in("town.t06").await;
        let looks = [("clear", "true"), ("note", "大门上锁，无人生产")];
        town.fills(PAGE, &format!("{PAGE}/look"), &looks).await.expect(303);
        assert!(text(t, "head.yj.2", PAGE).await.contains("大门上锁，无人生产"));
        assert!(text(t, "town.t06", "/console/findings?view=owed").await.contains(PAGE), "one look more");
        t.until("2027-02-20T09:00:00+08:00").await;
        let seen = t.person("squad.sq06").does(FINDING, "look", json!({ "clear": true, "note": "已拆空" })).await;
        assert_eq!(seen["watch"]["looks"].as_array().unwrap().len(), 2);
        assert_eq!(seen["allowed_deeds"], json!([]));
        // It was drawn meanwhile, as all that is struck off may be.
        assert_eq!(owed(t).await, ["recheck office_duty@AWB"]);
        assert!(!text(t, "town.t06", "/console/findings?view=owed").await.contains(PAGE));
    })
    .await;
}
