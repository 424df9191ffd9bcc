//! Why a deed is barred although its state allows it, and what to do about it. A text here never holds anything that the sender
//! wrote; what bars it stands beside it as a code.

use crate::domain::decision::ReasonCode;
use crate::i18n::Lang;

/// Chinese and English of each.
#[rustfmt::skip]
const WORDS: &[(ReasonCode, &str, &str)] = &[
    (ReasonCode::MasterIsItself,
        "不能并入自身，请填写另一件哨的编号。",
        "It cannot be merged into itself; name another whistle."),
    (ReasonCode::MasterIsMerged,
        "目标哨件已经并入另一件，请改填它所并入的那一件。",
        "That whistle was itself merged; name the one that it was merged into."),
    (ReasonCode::MasterIsItsChild,
        "目标哨件正是并入本件的，请先取消那次并单，或者改填另一件。",
        "That whistle was merged into this one; undo that merge first, or name another."),
    (ReasonCode::MasterHasEnded,
        "目标哨件已经结束，不能并入；需要时请先重新办理它，或者改填另一件。",
        "That whistle has come to its end; reopen it first, or name another."),
    (ReasonCode::PersonTaken,
        "此人该时段已有其他检查，请换人或者改期。",
        "This person is on another visit then; name another or move it."),
    (ReasonCode::CarTaken,
        "该车该时段已派出，请换车或者改期。",
        "This car is out then; take another or move the visit."),
    (ReasonCode::OnLeave,
        "此人当天请假或者外出，请换人。",
        "This person is on leave that day; name another."),
    (ReasonCode::OffDuty,
        "此人该时段值班或者刚下夜班，请换人。",
        "This person is on duty then or comes from the night; name another."),
    (ReasonCode::Recused,
        "此人与该企业有利害关系，应当回避，请换人。",
        "This person has a tie to the firm and stands aside; name another."),
    (ReasonCode::ShortNotice,
        "离检查日太近，企业准备时间偏短；仍可安排，能改期的请改期。",
        "Close to the day: short notice for the firm. It can be planned; move it if you can."),
    (ReasonCode::ManyDepartments,
        "到场单位超过三家，又没有重大隐患；仍可安排，能书面核查的单位请不到场。",
        "More than three departments on site and nothing major. It can be planned; let those that can check on paper stay away."),
    (ReasonCode::NotCertified,
        "此人在检查当天没有相关领域的有效执法证，请换人，或者改为专家、属地人员。",
        "No certificate of this person covers it on that day; name another, or let them go as expert or locality."),
    (ReasonCode::TooFewCertified,
        "该单位持证执法人员不足两人，请补足。",
        "This department needs two certified officers; add one."),
    (ReasonCode::OutOfArea,
        "镇街执法人员不能跨属地检查，请换人。",
        "A town's officer acts in the own town only; name another."),
    (ReasonCode::FirmClosed,
        "该企业已关闭，只有随哨核查才能进场。",
        "The firm is closed; only a check that follows a whistle goes there."),
    (ReasonCode::SameDayVisit,
        "该企业当天已安排一次检查，请并入那一次或者改期。",
        "The firm has a visit that day; join that one or choose another day."),
    (ReasonCode::RepeatIn30Days,
        "该企业30天内已有检查，请并入那一次、书面核查或者改期。",
        "The firm is visited within 30 days; join that visit or choose another day."),
    (ReasonCode::OverCap,
        "该单位对该企业的年度检查次数已满，确有必要须由主任说明理由。",
        "The yearly cap is reached; the director may override it with a reason."),
    (ReasonCode::DepartmentMayNotInspect,
        "该单位没有检查权，请把这一项交给有权的单位。",
        "This unit has no power to inspect; give the item to one that has."),
    (ReasonCode::ItemsOpen,
        "这一项还没有填写结果，请填写，或者注明未检查的原因。",
        "This item has no answer yet; record one, or why it was not checked."),
    (ReasonCode::PartLeads,
        "牵头单位不能免予参加，请改期或者取消检查。",
        "The lead department cannot be let off; move the visit or call it off."),
    (ReasonCode::NotCorrectableOnSite,
        "这一隐患不能当场改正，请下达限期整改。",
        "This cannot be corrected on site; order it with a limit."),
    (ReasonCode::SameOfficers,
        "复查须有首次检查以外的执法人员，请换人复查。",
        "Somebody who was not at the first visit must recheck."),
    (ReasonCode::ReporterRechecks,
        "报整改的人不能独自复查，请换人或者两人同查。",
        "Whoever reported it fixed does not recheck it alone; another does, or goes along."),
    (ReasonCode::PassedBefore,
        "复查过或者办理销号的人不能抽查，请换人。",
        "Whoever rechecked it or struck it off cannot confirm it; name another."),
    (ReasonCode::CloserRechecked,
        "复查或者报整改的人不能销号，请由另一位负责人销号。",
        "Whoever rechecked or reported it cannot strike it off; another head does."),
    (ReasonCode::ExtendedTwice,
        "已延期两次，不能再延，请按期复查。",
        "It was extended twice; recheck it at its limit."),
    (ReasonCode::MeasuresStand,
        "现场处理措施尚未解除，请先解除。",
        "Safety measures stand; lift them first."),
    (ReasonCode::MeasuresExtended,
        "现场处理措施已延长一次，不能再延，请解除。",
        "The measures were extended once; lift them."),
    (ReasonCode::LookedAlready,
        "第一次回看已登记，第二次请在监看期后半段进行。",
        "The first look is on record; the second one is due in the second half of the watch."),
    (ReasonCode::FindingsOpen,
        "还有隐患没有销号，请先办结隐患。",
        "A finding of it is open; strike it off first."),
    (ReasonCode::VisitsOpen,
        "还有联合检查没有结束，请等检查结束，或者先取消检查。",
        "A visit of it is under way; wait until it is over, or call it off."),
    (ReasonCode::TooManyAttachments,
        "附件已满200个，不能再添加。",
        "It has two hundred files, which is as many as one case takes."),
    (ReasonCode::OneOfThree,
        "系统、安全、审计三类管理员不得由一人兼任：同名人员已任其中另一类，请先核实并停用其一。",
        "One person holds one of the three administrators, and somebody of this name holds another by now: find out who it is, and suspend one."),
];

impl Lang {
    /// Why a deed is barred, and what to do about it.
    pub fn reason(self, code: ReasonCode) -> &'static str {
        let words = WORDS.iter().find(|(of, ..)| *of == code);
        self.pick(words.map_or(("现在不能办理。", "This cannot be done now."), |(_, zh, en)| (zh, en)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_words_in_both_languages() {
        let all: BTreeSet<ReasonCode> = WORDS.iter().map(|(code, ..)| *code).collect();
        assert_eq!(all, ReasonCode::ALL.iter().copied().collect());
        let words: BTreeSet<&str> = WORDS.iter().flat_map(|(_, zh, en)| [*zh, *en]).collect();
        assert_eq!(words.len(), 2 * WORDS.len());
    }
}
