//! The timeline's word for each event, Chinese first, English beside it. What a person wrote with it comes from elsewhere;
//! nothing here knows a thing, only the kind of what happened.

use super::Lang;

impl Lang {
    /// The timeline's word for an event, by its kind on the wire; a kind of a later version reads as a plain entry.
    pub fn event(self, kind: &str) -> &'static str {
        let words = match kind.split_once('.') {
            Some(("whistle", past)) => whistle_event(past),
            Some(("summons", past)) => summons_event(past),
            Some(("visit", past)) => visit_event(past),
            Some(("finding", past)) => finding_event(past),
            Some(("obligation", "overdue")) => Some(("超时", "Overdue")),
            Some(("obligation", "moved")) => Some(("时限调整", "Limit moved")),
            Some(("obligation", "acknowledged")) => Some(("确认知悉超时", "Delay acknowledged")),
            Some(("obligation", "held_back")) => Some(("停止催办", "Reminders held back")),
            Some(("letter", "not_reached")) => Some(("通知未送达", "Letter not delivered")),
            Some(_) | None => None,
        };
        self.pick(words.unwrap_or(("其他记录", "Other entry")))
    }
}

fn whistle_event(past: &str) -> Option<(&'static str, &'static str)> {
    Some(match past {
        "blown" => ("吹哨", "Whistle blown"),
        "routed" => ("送达安委办", "Received by the committee office"),
        "accepted" => ("受理", "Accepted"),
        "dispatched" => ("派单", "Dispatched"),
        "returned" => ("退回补正", "Returned for completion"),
        "completed" => ("补正", "Completed"),
        "lapsed" => ("逾期未补正，自动终止", "Lapsed without completion"),
        "declined" => ("不予受理", "Declined"),
        "appealed" => ("申诉", "Appealed"),
        "merged" => ("并单", "Merged"),
        "unmerged" => ("取消并单", "Merge undone"),
        "withdrawn" => ("撤回", "Withdrawn"),
        "lead_changed" => ("变更牵头单位", "Lead changed"),
        "urgency_changed" => ("调整紧急程度", "Urgency changed"),
        "handling" => ("进入办理", "Handling begun"),
        "rectifying" => ("进入整改", "Rectification begun"),
        "awaiting_closure" => ("待办结", "Waiting to be closed"),
        "closed" => ("办结", "Closed"),
        "sent_back" => ("退回办理", "Sent back"),
        "erased" => ("依法删除内容", "Erased by law"),
        "unsealed" => ("查阅举报人信息", "Informer's identity opened"),
        "suspended" => ("暂停办理", "Suspended"),
        "resumed" => ("恢复办理", "Resumed"),
        "reopened" => ("重新办理", "Reopened"),
        "contested" => ("对办结提出异议", "Closure contested"),
        "contest_dismissed" => ("维持办结", "Contest dismissed"),
        "commented" => ("留言", "Comment"),
        "attached" => ("添加附件", "File attached"),
        "picture_released" => ("解除照片限制", "Picture released"),
        _ => return None,
    })
}

fn summons_event(past: &str) -> Option<(&'static str, &'static str)> {
    Some(match past {
        "issued" => ("向单位派单", "Department summoned"),
        "acknowledged" => ("签收", "Summons acknowledged"),
        "reported_in" => ("报到", "Reported in"),
        "started" => ("开始办理", "Work started"),
        "submitted" => ("报结果", "Result submitted"),
        "accepted" => ("结果审核通过", "Result accepted"),
        "sent_back" => ("退回重办", "Result sent back"),
        "disputed" => ("提出职责异议", "Duty disputed"),
        "upheld" => ("异议成立", "Dispute upheld"),
        "overruled" => ("异议不成立", "Dispute overruled"),
        "referred" => ("提请裁定", "Referred for ruling"),
        "excused" => ("免予办理", "Excused"),
        "released" => ("解除派单", "Released"),
        "cancelled" => ("取消派单", "Summons cancelled"),
        "delegated" => ("交由他人承办", "Delegated"),
        "extension_asked" => ("申请延期", "Extension asked"),
        "extension_granted" => ("同意延期", "Extension granted"),
        "extension_refused" => ("不同意延期", "Extension refused"),
        _ => return None,
    })
}

fn visit_event(past: &str) -> Option<(&'static str, &'static str)> {
    Some(match past {
        "planned" => ("安排联检", "Visit planned"),
        "proposed" => ("提交审批", "Put before the heads"),
        "part_approved" => ("本单位部分批准", "Own part approved"),
        "approved" => ("检查获批准", "Visit approved"),
        "objected" => ("提出异议", "Objection"),
        "announced" => ("通知企业", "Firm notified"),
        "kept_secret" => ("不通知企业（四不两直）", "Kept secret"),
        "postponed" => ("改期", "Postponed"),
        "cancelled" => ("取消检查", "Visit cancelled"),
        "entered" => ("进场", "Entered"),
        "recorded" => ("记录检查结果", "Results recorded"),
        "finished" => ("检查完毕，待签字", "Finished, to be signed"),
        "part_closed" => ("本单位部分办完", "Own part closed"),
        "part_excused" => ("免予参加", "Department let off"),
        "signed" => ("企业签字", "Record signed"),
        "signature_refused" => ("拒签或者不在场", "Signature refused"),
        "completed" => ("检查完成", "Visit completed"),
        "filed" => ("归档", "Filed"),
        "aborted" => ("中止检查", "Visit aborted"),
        "missed" => ("逾期未进场", "Nobody came"),
        "unapproved" => ("24小时内未补批", "Not approved in time"),
        "rated" => ("企业评价", "Rated by the firm"),
        "attached" => ("添加附件", "File attached"),
        "erased" => ("依法删除内容", "Erased by law"),
        _ => return None,
    })
}

fn finding_event(past: &str) -> Option<(&'static str, &'static str)> {
    Some(match past {
        "found" => ("发现隐患", "Hazard found"),
        "ordered" => ("责令限期整改", "Rectification ordered"),
        "corrected_on_site" => ("当场改正", "Corrected on site"),
        "measures_taken" => ("采取现场处理措施", "Measures taken"),
        "measures_extended" => ("延长现场处理措施", "Measures extended"),
        "transferred" => ("移送其他机关", "Transferred"),
        "taken_back" => ("收回移送", "Transfer taken back"),
        "looked_at" => ("属地回看", "Looked at by the town"),
        "measures_lifted" => ("解除措施", "Measures lifted"),
        "reported_fixed" => ("报告已整改", "Reported as fixed"),
        "recheck_due" => ("整改期满，待复查", "Limit over, to be rechecked"),
        "extension_asked" => ("申请延期", "Extension asked"),
        "extension_granted" => ("同意延期", "Extension granted"),
        "extension_refused" => ("不同意延期", "Extension refused"),
        "extension_lapsed" => ("延期申请逾期未答复", "Nobody answered the extension asked"),
        "passed" => ("复查通过", "Recheck passed"),
        "failed" => ("复查未通过", "Recheck failed"),
        "closed" => ("销号", "Struck off"),
        "reopened" => ("重新整改", "Taken up again"),
        "link_given" => ("向企业提供二维码", "Link given to the firm"),
        "drawn" => ("抽中复核", "Drawn for a spot check"),
        "attached" => ("添加照片或者附件", "Photo or file attached"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHISTLE: &str = "blown routed accepted dispatched returned completed lapsed declined appealed merged \
        unmerged withdrawn lead_changed urgency_changed handling rectifying awaiting_closure closed sent_back suspended \
        resumed reopened contested contest_dismissed commented attached";
    const SUMMONS: &str = "issued acknowledged reported_in started submitted accepted sent_back disputed upheld \
        overruled referred excused released cancelled delegated extension_asked extension_granted extension_refused";

    #[test]
    fn every_event_of_this_hub_has_its_words_but_those_of_the_directory() {
        let told = crate::domain::event::EventKind::WORDS.iter();
        for kind in told.filter(|kind| !kind.starts_with("directory.") && !kind.starts_with("whistles.")) {
            assert_ne!(Lang::Zh.event(kind), Lang::Zh.event("a.thing"), "{kind}");
        }
    }

    #[test]
    fn every_event_of_the_contract_has_its_words() {
        let whistle = WHISTLE.split_whitespace().map(|past| format!("whistle.{past}"));
        let summons = SUMMONS.split_whitespace().map(|past| format!("summons.{past}"));
        let limits = ["overdue", "moved", "acknowledged", "held_back"].map(|past| format!("obligation.{past}"));
        let others = limits.into_iter().chain(["letter.not_reached".to_owned()]);
        for kind in whistle.chain(summons).chain(others) {
            for lang in [Lang::Zh, Lang::En] {
                assert_ne!(lang.event(&kind), lang.event("a.thing"), "{kind}");
            }
        }
    }
}
