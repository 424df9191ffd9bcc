//! A sound order for every deed on a visit and on a finding, as `deeds` has them for whistles: every field of each is there,
//! with somebody who may. Nothing here is done but what brings the visit about.

use super::Door;
use crate::town::Town;
use serde_json::{Value, json};
use whistle_hub::app::visits;
use whistle_hub::domain::deeds::{FindingDeed, VisitDeed};

/// Every way to plan a visit, and every deed on one that is under way and on what it has found.
pub(super) async fn doors(t: &Town, whistle: &str) -> Vec<Door> {
    let mut members = t.members(&["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2"]).await;
    for (place, member) in members.as_array_mut().unwrap().iter_mut().enumerate() {
        member["department"] = json!(["YJ", "XF"][place / 2]);
    }
    let item =
        |unit: &str, hazard: &str| json!({ "department": unit, "subject": "查", "hazard": hazard, "whistle": whistle });
    let sound = json!({
        "enterprise": "E01", "place": "东门", "town": "T06", "date": "2026-12-02", "period": "AM", "members": members,
        "items": [item("YJ", "C13"), item("XF", "C14")], "vehicles": ["V15"], "notice": "announced",
        "override_reason": "上级督办",
    });
    let mut change = sound.clone();
    ["enterprise", "place", "town"].iter().for_each(|field| drop(change.as_object_mut().unwrap().remove(*field)));
    let visit = entered(t, &sound).await;
    let finding = format!("{visit}-01");
    let versions = [format!("/visits/{visit}"), format!("/findings/{finding}")];
    let [of_visit, of_finding] = [t.office().sees(&versions[0]).await, t.office().sees(&versions[1]).await];
    let officers = json!([t.person("inspector.yj").id().await, t.person("inspector.yj.2").id().await]);
    let mut all =
        vec![Door { path: "/visits".into(), who: "director", version: None, spec: visits::plan_spec(), sound }];
    all.extend(VisitDeed::ALL.iter().map(|deed| {
        let (who, sound) = of_a_visit(*deed, &change);
        let (path, version) = (format!("{}/{deed}", versions[0]), of_visit["version"].as_i64());
        Door { path, who, version, spec: visits::order_spec(*deed), sound }
    }));
    all.extend(FindingDeed::ALL.iter().map(|deed| {
        let (who, sound) = of_a_finding(*deed, &officers);
        let (path, version) = (format!("{}/{deed}", versions[1]), of_finding["version"].as_i64());
        Door { path, who, version, spec: visits::finding_order_spec(*deed), sound }
    }));
    all
}

/// Entered, with one finding of YJ.
async fn entered(t: &Town, order: &Value) -> String {
    let mut today = order.clone();
    (today["date"], today["period"], today["vehicles"]) = (json!("2026-12-01"), json!("PM"), json!([]));
    let visit = t.director().plans(&today).await;
    t.announces(&visit, &["head.yj.2", "head.xf"]).await;
    t.person("inspector.yj").does(&visit, "enter", json!({})).await;
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "积粉" } });
    t.person("inspector.yj").does(&visit, "record", json!({ "results": [found] })).await;
    visit
}

fn of_a_visit(deed: VisitDeed, change: &Value) -> (&'static str, Value) {
    match deed {
        VisitDeed::Propose => ("director", change.clone()),
        VisitDeed::ApproveOwnPart => ("head.xf", json!({})),
        VisitDeed::Object => ("head.xf", json!({ "ground": "date", "reason": "演练" })),
        VisitDeed::ExcusePart => ("director", json!({ "department": "XF", "reason": "免" })),
        VisitDeed::Announce | VisitDeed::KeepSecret => ("office", json!({})),
        VisitDeed::Postpone => ("office", json!({ "date": "2026-12-08", "period": "AM" })),
        VisitDeed::Cancel => ("director", json!({ "reason": "改书面" })),
        VisitDeed::Enter => ("inspector.xf", json!({ "scanned": true })),
        VisitDeed::Record => {
            let found = json!({ "what": "堵", "spot": "东门", "severity": "major", "clause": "第三条" });
            let result = json!({ "item": "2", "outcome": "finding", "note": "注", "finding": found });
            ("inspector.xf", json!({ "results": [result] }))
        }
        VisitDeed::Finish | VisitDeed::CloseOwnPart => ("inspector.yj", json!({})),
        VisitDeed::Sign | VisitDeed::RefuseSign => ("inspector.yj", json!({ "note": "在场" })),
        VisitDeed::Abort => ("inspector.xf", json!({ "ground": "danger", "note": "险" })),
    }
}

fn of_a_finding(deed: FindingDeed, officers: &Value) -> (&'static str, Value) {
    let later = "2026-12-20T10:00:00+08:00";
    match deed {
        FindingDeed::Order => {
            let order = json!({ "due_at": later, "demand": "改", "order_no": "12号", "officers": officers,
                "addressee": "E01", "case": "不立案" });
            ("inspector.yj", order)
        }
        FindingDeed::CorrectOnSite | FindingDeed::ReportFixed => ("inspector.yj", json!({ "note": "已清" })),
        FindingDeed::Measures => ("head.yj.2", json!({ "measure": "stop", "until": later })),
        FindingDeed::LiftMeasures | FindingDeed::RefuseExtension => ("head.yj.2", json!({ "reason": "核" })),
        FindingDeed::AskExtension => ("inspector.yj", json!({ "until": later, "reason": "缺件" })),
        FindingDeed::GrantExtension => ("head.yj.2", json!({ "reason": "准" })),
        FindingDeed::Recheck => ("inspector.yj.3", json!({ "passed": true, "note": "好", "officers": officers })),
        FindingDeed::Close => ("head.yj.2", json!({ "kind": "unfounded", "conclusion": "非隐患" })),
        FindingDeed::Transfer => ("head.yj.2", json!({ "to": "市水务局", "note": "函" })),
        FindingDeed::TakeBack => ("head.yj.2", json!({ "reason": "退" })),
        FindingDeed::Look => ("town.t06", json!({ "clear": true, "note": "空" })),
        FindingDeed::Reopen => ("head.yj.2", json!({ "ground": "relapse", "note": "又现" })),
    }
}
