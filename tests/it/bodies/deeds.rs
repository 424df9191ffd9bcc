//! A sound order for every deed, with somebody who may: what the faults are put into. Nothing here is done; the orders only
//! have to be read.

use super::Door;
use crate::town::accept_order;
use serde_json::{Value, json};
use whistle_hub::app::{obligations, summonses, whistles};
use whistle_hub::domain::deeds::{ObligationDeed, SummonsDeed, WhistleDeed};

/// Whatever is said of a limit.
pub(super) fn limit_doors(summons: &str) -> Vec<Door> {
    let door = |deed: &ObligationDeed| {
        let (who, sound) = match deed {
            ObligationDeed::Acknowledge => ("liaison.xf", json!({})),
            ObligationDeed::HoldBack => ("office", json!({ "reason": "停电" })),
        };
        let path = format!("/obligations/{summons}/{deed}");
        Door { path, who, version: None, spec: obligations::order_spec(*deed), sound }
    };
    ObligationDeed::ALL.iter().map(door).collect()
}

/// Every deed on a whistle.
pub(super) fn whistle_doors(code: &str, summons: &str, blow: &Value) -> Vec<Door> {
    let mut doors = Vec::new();
    for deed in WhistleDeed::ALL {
        let sound = match deed {
            WhistleDeed::Accept => {
                let mut order = accept_order(&["XF", "YJ"], "normal");
                (order["clause"], order["needs"]) = (json!("第一条"), json!("each"));
                order
            }
            WhistleDeed::Dispatch => json!({ "needs": "each", "summonses": [
                { "department": "XF", "role": "lead", "task": "查", "due_at": "2026-12-01T12:00:00+08:00" },
            ] }),
            WhistleDeed::Return => json!({ "missing": ["title"], "note": "补" }),
            WhistleDeed::Complete => {
                let mut order = blow.clone();
                order.as_object_mut().unwrap().remove("on_behalf_of");
                order
            }
            WhistleDeed::Decline => json!({ "ground": "not_safety", "note": "否" }),
            WhistleDeed::SendBack => json!({ "lacks": "缺", "summonses": [summons] }),
            WhistleDeed::Close => json!({ "kind": "fixed", "conclusion": "好" }),
            WhistleDeed::Appeal | WhistleDeed::Contest => json!({ "reason": "有异议" }),
            WhistleDeed::Withdraw | WhistleDeed::DismissContest => json!({ "reason": "已核实" }),
            WhistleDeed::Merge => json!({ "into": code }),
            WhistleDeed::Unmerge | WhistleDeed::Resume => json!({}),
            WhistleDeed::AddSummons => json!({ "department": "SC", "role": "support", "task": "查" }),
            WhistleDeed::ChangeLead => json!({ "lead": "SC", "reason": "改" }),
            WhistleDeed::RaiseUrgency => json!({ "urgency": "urgent" }),
            WhistleDeed::LowerUrgency => json!({ "urgency": "complex", "reason": "缓" }),
            WhistleDeed::Suspend => json!({ "ground": "court_pending", "review_on": "2026-12-10" }),
            WhistleDeed::Reopen => json!({ "ground": "relapse", "summonses": [summons] }),
            WhistleDeed::Comments => json!({ "text": "已联系", "visibility": "all" }),
        };
        let blower = matches!(deed, WhistleDeed::Complete | WhistleDeed::Appeal | WhistleDeed::Contest);
        let who = if blower { "liaison.xf" } else { "director" };
        let (path, spec) = (format!("/whistles/{code}/{deed}"), whistles::order_spec(*deed));
        doors.push(Door { path, who, version: Some(2), spec, sound });
    }
    doors
}

/// Every deed on a summons.
pub(super) fn summons_doors(summons: &str, officer: &str) -> Vec<Door> {
    let mut doors = Vec::new();
    for deed in SummonsDeed::ALL {
        let (who, sound) = match deed {
            SummonsDeed::Acknowledge | SummonsDeed::Start => ("liaison.xf", json!({})),
            SummonsDeed::ReportIn => (
                "liaison.xf",
                json!({
                    "officers": [officer], "mode": "site", "eta": "2026-12-01T10:00:00+08:00", "note": "即到",
                }),
            ),
            SummonsDeed::Submit => ("liaison.xf", json!({ "result": "毕" })),
            SummonsDeed::Accept => ("office", json!({})),
            SummonsDeed::SendBack => ("office", json!({ "lacks": "缺" })),
            SummonsDeed::Dispute => ("head.xf", json!({ "ground": "not_our_duty", "law": "第九条", "instead": "SC" })),
            SummonsDeed::Uphold => ("director", json!({ "to": "SC", "reason": "是" })),
            SummonsDeed::Overrule | SummonsDeed::Excuse => ("director", json!({ "reason": "否" })),
            SummonsDeed::Refer => ("director", json!({})),
            SummonsDeed::Delegate => ("head.xf", json!({ "to": "T01", "basis": "委托书" })),
            SummonsDeed::AskExtension => {
                ("liaison.xf", json!({ "until": "2026-12-09T10:00:00+08:00", "reason": "缺件" }))
            }
            SummonsDeed::GrantExtension | SummonsDeed::RefuseExtension => ("office", json!({ "reason": "核" })),
        };
        let (path, spec) = (format!("/summonses/{summons}/{deed}"), summonses::order_spec(*deed));
        doors.push(Door { path, who, version: Some(1), spec, sound });
    }
    doors
}
