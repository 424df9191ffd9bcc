//! The words for what visits and findings name: states, outcomes, grounds, deeds. Chinese as the district says it, English beside
//! it. Every list is matched member by member, so a new member needs its two words.

use super::Lang;
use crate::domain::deeds::{FindingDeed, VisitDeed};
use crate::domain::finding::close::Return;
use crate::domain::papers::{FindingPaper, VisitPaper};
use crate::domain::terms::{AbortGround, FindingStatus, Measure, MemberRole, Notice, Objection, Outcome, VisitStatus};

impl Lang {
    /// Where a visit stands.
    pub fn visit_status(self, of: VisitStatus) -> &'static str {
        self.pick(match of {
            VisitStatus::Planning => ("安排中", "Being planned"),
            VisitStatus::AwaitingApproval => ("待审批", "Awaiting approval"),
            VisitStatus::Approved => ("已批准", "Approved"),
            VisitStatus::Announced => ("已通知企业", "Firm notified"),
            VisitStatus::ReadyUnannounced => ("待进场（不通知）", "Ready, unannounced"),
            VisitStatus::InProgress => ("检查中", "In progress"),
            VisitStatus::Signing => ("待签字", "To be signed"),
            VisitStatus::Completed => ("检查完成", "Completed"),
            VisitStatus::Filed => ("已归档", "Filed"),
            VisitStatus::Cancelled => ("已取消", "Cancelled"),
            VisitStatus::Aborted => ("已中止", "Aborted"),
        })
    }

    /// Where a finding stands.
    pub fn finding_status(self, of: FindingStatus) -> &'static str {
        self.pick(match of {
            FindingStatus::Found => ("待下达整改", "Found, to be ordered"),
            FindingStatus::Ordered => ("整改中", "Being rectified"),
            FindingStatus::Reported => ("报已整改，待复查", "Reported fixed"),
            FindingStatus::RecheckDue => ("期满待复查", "Recheck due"),
            FindingStatus::Passed => ("复查通过，待销号", "Recheck passed"),
            FindingStatus::Failed => ("复查未通过", "Recheck failed"),
            FindingStatus::Closed => ("已销号", "Struck off"),
        })
    }

    /// Whether the firm is told beforehand.
    pub fn notice(self, of: Notice) -> &'static str {
        self.pick(match of {
            Notice::Announced => ("提前通知企业", "Announced"),
            Notice::Unannounced => ("不通知（四不两直）", "Unannounced"),
        })
    }

    /// What somebody is on a visit.
    pub fn member_role(self, of: MemberRole) -> &'static str {
        self.pick(match of {
            MemberRole::Lead => ("带队", "Leads"),
            MemberRole::Member => ("组员", "Member"),
            MemberRole::Expert => ("专家", "Expert"),
            MemberRole::Locality => ("属地人员", "Locality"),
        })
    }

    /// What became of an item.
    pub fn outcome(self, of: Outcome) -> &'static str {
        self.pick(match of {
            Outcome::Ok => ("正常", "In order"),
            Outcome::Finding => ("隐患", "Hazard"),
            Outcome::NotApplicable => ("不涉及", "Not applicable"),
            Outcome::NotChecked => ("未检查", "Not checked"),
        })
    }

    /// What a head objects to.
    pub fn objection(self, of: Objection) -> &'static str {
        self.pick(match of {
            Objection::Date => ("时间不合适", "The date"),
            Objection::Item => ("检查项不合适", "An item"),
            Objection::Staff => ("人员不合适", "The staff"),
        })
    }

    /// Why a visit was broken off.
    pub fn abort_ground(self, of: AbortGround) -> &'static str {
        self.pick(match of {
            AbortGround::Refused => ("拒绝检查", "Refused entry"),
            AbortGround::Danger => ("现场有危险", "Danger on site"),
            AbortGround::FirmClosed => ("企业已关闭", "The firm is closed"),
        })
    }

    /// What keeps people safe meanwhile.
    pub fn measure(self, of: Measure) -> &'static str {
        self.pick(match of {
            Measure::Evacuate => ("撤出人员", "Evacuate"),
            Measure::Stop => ("停止作业", "Stop the work"),
            Measure::Seal => ("查封、扣押", "Seal or seize"),
        })
    }

    /// Why a finding is taken up again.
    pub fn finding_return(self, of: Return) -> &'static str {
        self.pick(match of {
            Return::SpotCheckFailed => ("抽查未通过", "A spot check failed"),
            Return::Relapse => ("再次出现", "It came back"),
        })
    }

    /// A sheet of a visit.
    pub fn visit_paper(self, of: VisitPaper) -> &'static str {
        self.pick(match of {
            VisitPaper::Notice => ("行政检查通知书", "Inspection notice"),
            VisitPaper::Dispatch => ("联合检查通知单", "Joint inspection sheet"),
            VisitPaper::Record => ("现场检查记录", "On-site record"),
        })
    }

    /// A sheet of a finding.
    pub fn finding_paper(self, of: FindingPaper) -> &'static str {
        self.pick(match of {
            FindingPaper::Order => ("责令限期整改指令书", "Rectification order"),
            FindingPaper::Opinion => ("整改复查意见书", "Recheck opinion"),
        })
    }

    /// The button for a deed on a visit.
    pub fn visit_deed(self, of: VisitDeed) -> &'static str {
        self.pick(match of {
            VisitDeed::Propose => ("提交审批", "Put before the heads"),
            VisitDeed::ApproveOwnPart => ("批准本单位部分", "Approve the own part"),
            VisitDeed::Object => ("提出异议", "Object"),
            VisitDeed::ExcusePart => ("免予参加", "Let a department off"),
            VisitDeed::Announce => ("通知企业", "Notify the firm"),
            VisitDeed::KeepSecret => ("不通知企业", "Keep it secret"),
            VisitDeed::Postpone => ("改期", "Postpone"),
            VisitDeed::Cancel => ("取消检查", "Cancel the visit"),
            VisitDeed::Enter => ("进场", "Enter"),
            VisitDeed::Record => ("保存检查结果", "Save the results"),
            VisitDeed::Finish => ("检查完毕，去签字", "Finish, go on to sign"),
            VisitDeed::CloseOwnPart => ("本单位部分办完", "Close the own part"),
            VisitDeed::Sign => ("企业已签字", "The firm has signed"),
            VisitDeed::RefuseSign => ("拒签或者不在场", "Signature refused"),
            VisitDeed::Abort => ("中止检查", "Break off"),
        })
    }

    /// The button for a deed on a finding.
    pub fn finding_deed(self, of: FindingDeed) -> &'static str {
        self.pick(match of {
            FindingDeed::Order => ("责令限期整改", "Order rectification"),
            FindingDeed::CorrectOnSite => ("当场已改正", "Corrected on site"),
            FindingDeed::Measures => ("采取现场处理措施", "Take safety measures"),
            FindingDeed::LiftMeasures => ("解除措施", "Lift the measures"),
            FindingDeed::ReportFixed => ("报告已整改", "Report it as fixed"),
            FindingDeed::AskExtension => ("申请延期", "Ask for an extension"),
            FindingDeed::GrantExtension => ("同意延期", "Grant the extension"),
            FindingDeed::RefuseExtension => ("不同意延期", "Refuse the extension"),
            FindingDeed::Recheck => ("登记复查", "Record a recheck"),
            FindingDeed::Transfer => ("移送其他机关", "Transfer it"),
            FindingDeed::TakeBack => ("收回移送", "Take the transfer back"),
            FindingDeed::Look => ("登记回看", "Record a look"),
            FindingDeed::Close => ("销号", "Strike off"),
            FindingDeed::Reopen => ("重新整改", "Take up again"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn states_outcomes_and_deeds_are_told_apart_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let lists: [Vec<&str>; 5] = [
                VisitStatus::ALL.iter().map(|of| lang.visit_status(*of)).collect(),
                FindingStatus::ALL.iter().map(|of| lang.finding_status(*of)).collect(),
                Outcome::ALL.iter().map(|of| lang.outcome(*of)).collect(),
                VisitDeed::ALL.iter().map(|of| lang.visit_deed(*of)).collect(),
                FindingDeed::ALL.iter().map(|of| lang.finding_deed(*of)).collect(),
            ];
            for list in lists {
                assert_eq!(list.iter().collect::<BTreeSet<_>>().len(), list.len(), "{list:?}");
            }
        }
    }
}
