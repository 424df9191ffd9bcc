//! What calendars are told over the life of a visit: one UID, a sequence that only rises, and never whose firm it is. How a
//! calendar is written is tried beside `domain::invitation`.

use crate::town::visits::CREW;
use crate::town::{Town, town};
use serde_json::json;
use whistle_hub::domain::terms::LetterKind;

/// What one member was sent of a visit, oldest first: method, sequence, begin; and the UIDs.
fn told(t: &Town, username: &str) -> (Vec<String>, Vec<String>) {
    let to = format!("{username}@yunhu.example");
    let (mut told, mut uids) = (Vec::new(), Vec::new());
    for letter in t.letters().iter().filter(|one| one.to == to && one.calendar.is_some()) {
        let calendar = letter.calendar.as_deref().unwrap().replace("\r\n ", "");
        let one = |name: &str| {
            let line = calendar.lines().find(|line| line.starts_with(&format!("{name}:")));
            line.unwrap_or_else(|| panic!("no {name}: {calendar}"))[name.len() + 1..].to_owned()
        };
        assert!(calendar.matches("mailto:").count() == 2 && calendar.contains(&to), "others are named: {calendar}");
        told.push(format!("{} {} {}", one("METHOD"), one("SEQUENCE"), one("DTSTART")));
        uids.push(one("UID"));
    }
    uids.dedup();
    (told, uids)
}

#[actix_web::test]
async fn c27_a_calendar_is_told_each_turn_of_a_visit_once_and_in_order_and_never_the_firm() {
    town(async |t| {
        let item = |unit: &str| json!({ "department": unit, "subject": format!("{unit}的检查项") });
        let order = json!({ "enterprise": "E01", "date": "2026-12-03", "period": "PM", "notice": "announced",
            "items": [item("YJ"), item("XF")], "members": t.members(&CREW).await });
        let visit = t.office().plans(&order).await;
        let approved = async |order| {
            t.office().does(&visit, "propose", order).await;
            for head in ["head.yj.2", "head.xf"] {
                t.person(head).does(&visit, "approve_own_part", json!({})).await;
            }
            t.settle().await;
        };
        approved(json!({})).await;
        let later = json!({ "date": "2026-12-04", "period": "AM" });
        t.person("head.xf").does(&visit, "postpone", later).await;
        t.settle().await;
        // Somebody else goes for XF in the end.
        let others = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.3"];
        approved(json!({ "members": t.members(&others).await })).await;
        t.director().does(&visit, "cancel", json!({ "reason": "改为书面核查" })).await;
        t.settle().await;
        let all = [
            "REQUEST 1 20261203T053000Z",
            "CANCEL 2 20261204T010000Z",
            "REQUEST 3 20261204T010000Z",
            "CANCEL 4 20261204T010000Z",
        ];
        for (who, expected) in
            [("inspector.xf", &all[..]), ("inspector.xf.2", &all[..2]), ("inspector.xf.3", &all[2..]), ("head.xf", &[])]
        {
            let (told, uids) = told(t, who);
            assert_eq!(told, expected, "{who}");
            assert!(uids.len() <= 1 && uids.iter().all(|uid| uid.contains(&visit) || uid.contains("vi_")), "{uids:?}");
        }
        let requests = t.letters_of(LetterKind::VisitInvitation, "inspector.xf");
        assert_eq!((requests, t.letters_of(LetterKind::VisitCancelled, "inspector.xf")), (2, 2));
    })
    .await;
}
