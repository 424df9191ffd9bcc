//! The words for what the closed lists name: states, roles, grounds, deeds, events. Chinese as the district says it
//! (`DOMAIN.md` §1), English beside it. Every list is matched member by member, so a new member needs its two words.
//! Nothing here knows a thing, only its kind.

use super::Lang;
use crate::domain::deeds::ObligationDeed;
use crate::domain::obligation::ObligationStatus;
use crate::domain::people::ShutGround;
use crate::domain::terms::{
    Category, ClosureKind, DeclineGround, DisputeGround, Duty, ErasureGround, Mode, Needs, Period, ReopenGround, Role,
    Route, Severity, Source, SummonsRole, SummonsStatus, SuspendGround, Urgency, Visibility, WhistleStatus,
};
use crate::domain::whistle::hints::Likeness;

impl Lang {
    /// The word in this language, of a Chinese and an English one.
    pub(crate) fn pick<T>(self, (zh, en): (T, T)) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The hazard category.
    pub fn category(self, of: Category) -> &'static str {
        self.pick(match of {
            Category::DustExplosion => ("粉尘涉爆", "Dust explosion"),
            Category::ConfinedSpace => ("有限空间", "Confined space"),
            Category::Coating => ("涉涂装作业", "Coating"),
            Category::HazardousChemicals => ("危险化学品", "Hazardous chemicals"),
            Category::SmallChemical => ("小化工", "Small chemical workshop"),
            Category::Fire => ("消防", "Fire"),
            Category::SpecialEquipment => ("特种设备", "Special equipment"),
            Category::Gas => ("燃气", "Gas"),
            Category::MetalSmelting => ("金属冶炼", "Metal smelting"),
            Category::Ammonia => ("涉氨制冷", "Ammonia refrigeration"),
            Category::Construction => ("建筑施工", "Construction"),
            Category::Transport => ("道路运输", "Road transport"),
            Category::Electrical => ("用电", "Electrical"),
            Category::Machinery => ("机械", "Machinery"),
            Category::Warehouse => ("仓储", "Warehouse"),
            Category::Tenancy => ("厂中厂", "Factory in factory"),
            Category::CrowdedPlace => ("人员密集场所", "Crowded place"),
            Category::EcoFacility => ("环保设施", "Environmental facility"),
            Category::Lithium => ("锂电与电动自行车", "Lithium batteries and e-bikes"),
            Category::Rural => ("农机渔业自建房", "Farm machines, fishery, self-built houses"),
            Category::Water => ("水利水上", "Waterworks and waterways"),
            Category::Campus => ("校园养老医疗", "Schools, care homes, clinics"),
            Category::Lightning => ("防雷", "Lightning protection"),
            Category::Other => ("其他", "Other"),
        })
    }

    /// Why an open whistle may be about the same thing.
    pub fn likeness(self, of: Likeness) -> &'static str {
        self.pick(match of {
            Likeness::SameFirm => ("同一企业、同一类别，30天内", "Same enterprise and category, within 30 days"),
            Likeness::SimilarText => ("描述相近", "Described in like words"),
            Likeness::SamePlace => ("同一地点、同一类别", "Same place and category"),
        })
    }

    /// How fast it must go.
    pub fn urgency(self, of: Urgency) -> &'static str {
        self.pick(match of {
            Urgency::Emergency => ("紧急", "Emergency"),
            Urgency::Urgent => ("加急", "Urgent"),
            Urgency::Normal => ("一般", "Normal"),
            Urgency::Complex => ("复杂", "Complex"),
        })
    }

    /// The law's word for the hazard (安全生产法 118).
    pub fn severity(self, of: Severity) -> &'static str {
        self.pick(match of {
            Severity::General => ("一般隐患", "General hazard"),
            Severity::Major => ("重大隐患", "Major hazard"),
        })
    }

    /// How the office lets it be handled.
    pub fn route(self, of: Route) -> &'static str {
        self.pick(match of {
            Route::Single => ("单部门转办", "One department"),
            Route::Coordinated => ("多部门协办", "Coordinated"),
            Route::Joint => ("联合检查", "Joint inspection"),
            Route::Emergency => ("紧急处置", "Emergency response"),
        })
    }

    /// Where the blower learned of it.
    pub fn source(self, of: Source) -> &'static str {
        self.pick(match of {
            Source::OwnInspection => ("本单位检查", "Own inspection"),
            Source::Grid => ("网格上报", "Grid worker"),
            Source::Hotline12345 => ("12345热线", "Hotline 12345"),
            Source::Enterprise => ("企业上报", "Enterprise"),
            Source::Sensor => ("监测预警", "Sensor alarm"),
            Source::Letter => ("来信来访", "Letter or visit"),
            Source::Superior => ("上级交办", "Superior body"),
            Source::Informant => ("群众举报", "Informant"),
            Source::Expert => ("专家提出", "Expert"),
        })
    }

    /// Where the whistle stands.
    pub fn whistle_status(self, of: WhistleStatus) -> &'static str {
        self.pick(match of {
            WhistleStatus::Submitted => ("待受理", "Waiting for triage"),
            WhistleStatus::Returned => ("待补正", "Returned for completion"),
            WhistleStatus::Accepted => ("待派单", "Accepted, to be dispatched"),
            WhistleStatus::Dispatched => ("已派单", "Dispatched"),
            WhistleStatus::Handling => ("办理中", "Being handled"),
            WhistleStatus::Rectifying => ("整改中", "Being rectified"),
            WhistleStatus::AwaitingClosure => ("待办结", "Waiting to be closed"),
            WhistleStatus::Suspended => ("暂停办理", "Suspended"),
            WhistleStatus::Closed => ("已办结", "Closed"),
            WhistleStatus::Declined => ("不予受理", "Declined"),
            WhistleStatus::Merged => ("已并单", "Merged"),
            WhistleStatus::Withdrawn => ("已撤回", "Withdrawn"),
        })
    }

    /// Where the summons stands.
    pub fn summons_status(self, of: SummonsStatus) -> &'static str {
        self.pick(match of {
            SummonsStatus::Issued => ("待报到", "Waiting for report-in"),
            SummonsStatus::Acknowledged => ("已签收，待报到", "Acknowledged, report-in due"),
            SummonsStatus::ReportedIn => ("已报到", "Reported in"),
            SummonsStatus::Working => ("办理中", "Working"),
            SummonsStatus::Submitted => ("待审核", "Result under review"),
            SummonsStatus::Done => ("已完成", "Done"),
            SummonsStatus::Disputed => ("职责异议", "Disputed"),
            SummonsStatus::Referred => ("提请裁定", "Referred for ruling"),
            SummonsStatus::Released => ("异议成立", "Released"),
            SummonsStatus::Excused => ("免予办理", "Excused"),
            SummonsStatus::Cancelled => ("已取消", "Cancelled"),
        })
    }

    /// What the department is in this whistle.
    pub fn summons_role(self, of: SummonsRole) -> &'static str {
        self.pick(match of {
            SummonsRole::Lead => ("牵头", "Lead"),
            SummonsRole::Support => ("配合", "Support"),
        })
    }

    /// How the department attends.
    pub fn mode(self, of: Mode) -> &'static str {
        self.pick(match of {
            Mode::Site => ("到现场", "On site"),
            Mode::Meeting => ("参加会商", "In a meeting"),
            Mode::System => ("线上办理", "Online"),
        })
    }

    /// Who must finish.
    pub fn needs(self, of: Needs) -> &'static str {
        self.pick(match of {
            Needs::Each => ("各单位均须完成", "Each department must finish"),
            Needs::Any => ("任一单位完成即可", "Any one department suffices"),
        })
    }

    /// How the hazard ended.
    pub fn closure_kind(self, of: ClosureKind) -> &'static str {
        self.pick(match of {
            ClosureKind::Fixed => ("整改完成", "Fixed"),
            ClosureKind::OnSite => ("当场改正", "Corrected on site"),
            ClosureKind::Ceased => ("主体灭失", "Subject gone"),
            ClosureKind::Shutdown => ("停产关闭", "Shut down"),
            ClosureKind::Dismantled => ("依法拆除", "Dismantled"),
            ClosureKind::Unfounded => ("查无隐患", "Unfounded"),
            ClosureKind::Transferred => ("移送其他机关", "Transferred"),
        })
    }

    /// Why the office does not take it on.
    pub fn decline_ground(self, of: DeclineGround) -> &'static str {
        self.pick(match of {
            DeclineGround::NotSafety => ("不属于安全生产事项", "Not a matter of work safety"),
            DeclineGround::OutsideDistrict => ("不属于本区管辖", "Outside this district"),
            DeclineGround::AlreadyHandled => ("已在办理或者已经办结", "Already handled"),
        })
    }

    /// Why law has something erased.
    pub fn erasure_ground(self, of: ErasureGround) -> &'static str {
        self.pick(match of {
            ErasureGround::PurposeMet => ("处理目的已实现或者不再必要", "Purpose met or no longer needed"),
            ErasureGround::RetentionOver => ("保存期限已届满", "Retention period over"),
            ErasureGround::ConsentWithdrawn => ("个人撤回同意", "Consent withdrawn"),
            ErasureGround::Unlawful => ("违法处理", "Processed unlawfully"),
            ErasureGround::OtherLaw => ("法律、行政法规规定的其他情形", "Other ground in law"),
        })
    }

    /// Why the clocks stand still.
    pub fn suspend_ground(self, of: SuspendGround) -> &'static str {
        self.pick(match of {
            SuspendGround::OwnerUnreachable => ("业主联系不上", "Owner cannot be reached"),
            SuspendGround::AwaitingOutsidePower => ("等待区外单位处理", "Waiting for a body outside the district"),
            SuspendGround::CourtPending => ("等待法院裁判", "Waiting for a court"),
            SuspendGround::Disaster => ("自然灾害等不可抗力", "Disaster"),
            SuspendGround::Other => ("其他原因", "Other"),
        })
    }

    /// Why a closed whistle is taken up again.
    pub fn reopen_ground(self, of: ReopenGround) -> &'static str {
        self.pick(match of {
            ReopenGround::BlowerAsks => ("吹哨单位要求", "The blower asks for it"),
            ReopenGround::SpotCheckFailed => ("抽查不合格", "A spot check failed"),
            ReopenGround::Relapse => ("同一隐患再次出现", "The same hazard is back"),
            ReopenGround::ContestUpheld => ("办结异议成立", "The contest is upheld"),
        })
    }

    /// Why a department says that it is not its own.
    pub fn dispute_ground(self, of: DisputeGround) -> &'static str {
        self.pick(match of {
            DisputeGround::NotOurDuty => ("不属本单位职责", "Not this department's duty"),
            DisputeGround::Duplicate => ("已另案办理", "Already handled in another case"),
            DisputeGround::OtherLead => ("应由其他单位牵头", "Another department should lead"),
        })
    }

    /// Who reads a comment.
    pub fn visibility(self, of: Visibility) -> &'static str {
        self.pick(match of {
            Visibility::All => ("能看到这件哨的人", "Whoever sees this whistle"),
            Visibility::Office => ("仅安委办", "The committee office only"),
        })
    }

    /// The role of a sign-in.
    pub fn role(self, of: Role) -> &'static str {
        self.pick(match of {
            Role::Liaison => ("联络员", "Liaison"),
            Role::DepartmentHead => ("部门负责人", "Department head"),
            Role::OfficeDuty => ("安委办值班员", "Duty officer of the committee office"),
            Role::OfficeDirector => ("安委办主任", "Director of the committee office"),
            Role::Inspector => ("执法人员", "Certified officer"),
            Role::SquadLeader => ("中队长", "Squad leader"),
            Role::TownOfficer => ("镇应急岗", "Town safety officer"),
            Role::Expert => ("专家", "Expert"),
            Role::LegalReviewer => ("法制员", "Legal reviewer"),
            Role::Supervisor => ("纪委监委", "Discipline supervisor"),
            Role::Admin => ("系统管理员", "Administrator"),
            Role::SecurityAdmin => ("安全管理员", "Security administrator"),
            Role::AuditAdmin => ("审计管理员", "Audit administrator"),
        })
    }

    /// Why somebody is suspended.
    pub fn shut_ground(self, of: ShutGround) -> &'static str {
        self.pick(match of {
            ShutGround::Left => ("离职或者退休", "Left or retired"),
            ShutGround::Moved => ("调到其他单位", "Moved elsewhere"),
            ShutGround::OnLeave => ("长期请假", "On long leave"),
            ShutGround::Misuse => ("违规使用", "Misuse"),
            ShutGround::LostDevice => ("设备丢失", "Lost device"),
            ShutGround::Other => ("其他", "Other"),
        })
    }

    /// The part of a day in which a visit takes place.
    pub fn period(self, of: Period) -> &'static str {
        self.pick(match of {
            Period::Am => ("上午", "morning"),
            Period::Pm => ("下午", "afternoon"),
            Period::Night => ("夜间", "night"),
        })
    }

    /// What somebody must do, as a phrase that stands before "by …".
    pub fn duty(self, of: Duty) -> &'static str {
        self.pick(match of {
            Duty::Triage => ("受理", "Triage"),
            Duty::Complete => ("补正", "Complete the whistle"),
            Duty::Dispatch => ("派单", "Dispatch"),
            Duty::ReportIn => ("报到", "Report in"),
            Duty::FirstResult => ("报结果", "Deliver the result"),
            Duty::Review => ("审核结果", "Review the result"),
            Duty::Closure => ("办结", "Close the whistle"),
            Duty::Ruling => ("裁定职责异议", "Rule the dispute"),
            Duty::Referral => ("区领导裁定", "Obtain the district leader's ruling"),
            Duty::Resume => ("恢复办理", "Resume the whistle"),
            Duty::ContestAnswer => ("答复办结异议", "Answer the contested closing"),
            Duty::Planning => ("安排联检", "Plan the visit"),
            Duty::Approval => ("审批联检", "Approve the visit"),
            Duty::Visit => ("进场检查", "Make the visit"),
            Duty::Finish => ("完成检查", "Finish the visit"),
            Duty::Signing => ("现场签字", "Have the record signed"),
            Duty::Part => ("填报本单位部分", "Close the own part"),
            Duty::Filing => ("送达归档", "Serve orders and file"),
            Duty::Choice => ("决定后续", "Decide what follows"),
            Duty::Order => ("下达整改", "Order rectification"),
            Duty::Rectification => ("完成整改", "See it put right"),
            Duty::Recheck => ("复查", "Recheck"),
            Duty::Reorder => ("重新下达整改", "Order it anew"),
            Duty::StrikeOff => ("销号", "Strike off"),
            Duty::Receipt => ("取得移送回执", "Obtain the receipt"),
            Duty::Look => ("回看现场", "Look at the place again"),
            Duty::Measures => ("延长或者解除现场措施", "Extend or lift the measures"),
        })
    }

    /// How a limit stands with whoever owes the move.
    pub fn obligation_status(self, of: ObligationStatus) -> &'static str {
        self.pick(match of {
            ObligationStatus::Running => ("未到时限", "Not late yet"),
            ObligationStatus::Overdue => ("已超时", "Late"),
            ObligationStatus::Acknowledged => ("已知悉超时", "Delay acknowledged"),
            ObligationStatus::HeldBack => ("已停止催办", "Reminders held back"),
            ObligationStatus::Ended => ("已办", "Done"),
        })
    }

    /// The button for what is said of a limit.
    pub fn obligation_deed(self, of: ObligationDeed) -> &'static str {
        self.pick(match of {
            ObligationDeed::Acknowledge => ("确认知悉超时", "Acknowledge the delay"),
            ObligationDeed::HoldBack => ("停止催办", "Hold reminders back"),
        })
    }

    /// The button for a deed on a whistle, by its verb.
    pub fn whistle_deed(self, verb: &str) -> &'static str {
        self.pick(match verb {
            "blow" => ("吹哨", "Blow the whistle"),
            "accept" => ("受理", "Accept"),
            "dispatch" => ("派单", "Dispatch"),
            "return" => ("退回补正", "Return for completion"),
            "complete" => ("提交补正", "Complete"),
            "decline" => ("不予受理", "Decline"),
            "close" => ("办结", "Close"),
            "send_back" => ("退回办理", "Send back"),
            "unseal" => ("查阅举报人信息", "Open the informer's identity"),
            "appeal" => ("申诉", "Appeal"),
            "merge" => ("并单", "Merge"),
            "unmerge" => ("取消并单", "Undo the merge"),
            "withdraw" => ("撤回", "Withdraw"),
            "add_summons" => ("增派单位", "Summon another department"),
            "change_lead" => ("变更牵头单位", "Change the lead"),
            "raise_urgency" => ("提高紧急程度", "Raise the urgency"),
            "lower_urgency" => ("降低紧急程度", "Lower the urgency"),
            "suspend" => ("暂停办理", "Suspend"),
            "resume" => ("恢复办理", "Resume"),
            "reopen" => ("重新办理", "Reopen"),
            "contest" => ("对办结提出异议", "Contest the closing"),
            "dismiss_contest" => ("维持办结", "Dismiss the contest"),
            "comments" => ("留言", "Comment"),
            _ => ("办理", "Proceed"),
        })
    }

    /// The button for a deed on a summons, by its verb: the office's `accept` is another word here than on a whistle.
    pub fn summons_deed(self, verb: &str) -> &'static str {
        self.pick(match verb {
            "acknowledge" => ("签收", "Acknowledge"),
            "report_in" => ("报到", "Report in"),
            "start" => ("开始办理", "Start"),
            "submit" => ("报结果", "Submit the result"),
            "accept" => ("审核通过", "Accept the result"),
            "send_back" => ("退回重办", "Send back"),
            "dispute" => ("提出职责异议", "Dispute the duty"),
            "uphold" => ("异议成立", "Uphold the dispute"),
            "overrule" => ("异议不成立", "Overrule the dispute"),
            "refer" => ("提请区领导裁定", "Refer to the district leader"),
            "excuse" => ("免予办理", "Excuse"),
            "delegate" => ("交由他人承办", "Delegate"),
            "ask_extension" => ("申请延期", "Ask for an extension"),
            "grant_extension" => ("同意延期", "Grant the extension"),
            "refuse_extension" => ("不同意延期", "Refuse the extension"),
            _ => ("办理", "Proceed"),
        })
    }
}

#[cfg(test)]
mod tests;
