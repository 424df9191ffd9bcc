//! The words of letters. A district's letters are Chinese; a reminder's list is there in both languages. The words of the
//! closed lists are those of `terms`. A name that is not known is never echoed, for it may be what somebody typed.
//! Nothing here decides who is written to, or lays a letter out.

use super::Lang;
use crate::domain::at::At;
use crate::domain::terms::{Duty, LetterKind, Role};

/// The fixed words of one kind of letter.
pub struct KindWords {
    /// What it is, in the subject and as the heading.
    pub title: &'static str,
    /// What happened and whose move it is.
    pub lead: &'static str,
    /// The name of the moment in `due_at`.
    pub due: &'static str,
    /// What stands before the link.
    pub ask: &'static str,
}

/// The fixed words of this kind.
pub fn kind(kind: LetterKind) -> KindWords {
    let (title, lead, due, ask) = match kind {
        LetterKind::WhistleNew => {
            ("新哨待受理", "有一件新哨到达安委办，请及时受理。", "受理时限", "请登录平台受理、退回或者不予受理：")
        }
        LetterKind::SummonsNew => {
            ("派单待报到", "安委办向贵单位派单，请按时报到。", "报到时限", "请登录平台查看任务并报到：")
        }
        LetterKind::WhistleReturned => {
            ("哨被退回，请补正", "贵单位所吹的哨缺少内容，补正后重新受理。", "补正时限", "请登录平台补正：")
        }
        LetterKind::WhistleDeclined => (
            "哨不予受理",
            "贵单位所吹的哨，安委办决定不予受理。",
            "时限",
            "请登录平台查看理由；如有不同意见，可在平台上申诉一次：",
        ),
        LetterKind::WhistleMerged => {
            ("哨已并单", "贵单位所吹的哨与另一件哨反映同一隐患，安委办已并单办理。", "时限", "请登录平台查看：")
        }
        LetterKind::SummonsDisputed => {
            ("职责异议待裁定", "有单位对派单提出职责异议，请在时限内裁定。", "裁定时限", "请登录平台查看依据并裁定：")
        }
        LetterKind::SummonsRuled => {
            ("派单已有决定", "安委办对贵单位的派单作出了决定。", "现行时限", "请登录平台查看理由：")
        }
        LetterKind::WhistleClosed => ("哨已办结", "贵单位所吹的哨已经办结。", "时限", "请登录平台查看结果："),
        LetterKind::SignInAdded => (
            "平台账号变动",
            "有账号新增，或者改任、恢复到重要岗位。如非事先安排，请立即核实。",
            "时限",
            "请登录平台核对：",
        ),
        LetterKind::ShiftSet => {
            ("值班调整", "值班表有一班换了人。如非事先商定，请立即与安委办核实。", "时限", "请登录平台核对值班表：")
        }
        LetterKind::FindingRelapsed => (
            "销号隐患再次出现",
            "贵单位已销号的一项隐患，在该企业再次查出。",
            "时限",
            "请登录平台核对，需要时重新启动整改：",
        ),
        LetterKind::WhistleUnsealed => (
            "举报人信息被查阅",
            "有人经说明理由，查阅了一件哨的举报人信息。查阅人和理由已记入该哨的经过。",
            "时限",
            "请登录平台核对查阅理由：",
        ),
        LetterKind::VisitInvitation => (
            "联合检查安排",
            "请按下列时间参加联合检查。本邮件带有日程，改期后另发，以最新一封为准。",
            "时间",
            "请登录平台查看详情：",
        ),
        LetterKind::VisitCancelled => (
            "联合检查取消",
            "下列联合检查已取消，或者不再需要您参加，日程随本邮件撤销。",
            "原定时间",
            "请登录平台查看：",
        ),
        LetterKind::Reminder => ("催办", "下列事项等待办理。", "最近时限", "请登录平台逐项办理："),
    };
    KindWords { title, lead, due, ask }
}

/// The sender's name in `Reply-To`: whoever answers must see that nobody reads it.
pub const NOBODY_READS: &str = "请勿回复（无人查看）";
/// The mark of a demo ledger in front of a subject.
pub const DEMO_MARK: &str = "【演示】";
/// The same, said in full.
pub const DEMO_NOTE: &str = "这是演示环境的邮件，人和事均为虚构。";

/// Names of the facts that a letter may show.
pub mod label {
    pub const CODE: &str = "哨编号";
    pub const SUMMONS: &str = "派单编号";
    pub const CATEGORY: &str = "隐患类别";
    pub const SEVERITY: &str = "隐患等级";
    pub const URGENCY: &str = "紧急程度";
    pub const TOWN: &str = "属地";
    pub const GROUND: &str = "理由";
    pub const RULED: &str = "决定";
    pub const CLOSURE: &str = "办结方式";
    pub const MISSING: &str = "需要补充的内容";
    pub const VISIT: &str = "联检编号";
    pub const VISIT_EN: &str = "In English";
    pub const ITEMS: &str = "待办事项";
    pub const ITEMS_EN: &str = "To do";
}

/// The subject's tail of a reminder: counts only.
pub fn reminder_counts(late: usize, coming: usize) -> String {
    match (late, coming) {
        (late, 0) => format!("{late}件已逾期"),
        (0, coming) => format!("{coming}件将到期"),
        (late, coming) => format!("{late}件已逾期，{coming}件将到期"),
    }
}

/// What is to be done: the first line of an entry. `minutes` are civil minutes past the limit, negative before it.
pub fn reminder_what(lang: Lang, code: &str, what: Duty, minutes: i64) -> String {
    let span = minutes.unsigned_abs();
    let (amount, zh, en) = match span {
        1440.. => (span / 1440, "天", "day"),
        60.. => (span / 60, "小时", "hour"),
        _ => (span.max(1), "分钟", "minute"),
    };
    let (what, is_late) = (lang.duty(what), minutes >= 0);
    match lang {
        Lang::Zh => format!("{code}，{what}，{}{amount}{zh}", if is_late { "已逾期" } else { "还剩" }),
        Lang::En => {
            let many = if amount == 1 { "" } else { "s" };
            format!("{code}: {what}, {amount} {en}{many} {}", if is_late { "late" } else { "left" })
        }
    }
}

/// Whose move it is: the unit, and who of it.
pub fn reminder_whose(lang: Lang, unit: &str, role: Role) -> String {
    let role = lang.role(role);
    match lang {
        Lang::Zh => format!("{unit}（{role}）"),
        Lang::En => format!("{unit} ({role})"),
    }
}

/// By when.
pub fn reminder_due(lang: Lang, due_at: At) -> String {
    let due = limit(lang, due_at);
    match lang {
        Lang::Zh => format!("时限{due}"),
        Lang::En => format!("due {due}"),
    }
}

/// A limit as a letter writes it: 2026年5月13日24:00 at the end of that day.
pub fn limit(lang: Lang, at: At) -> String {
    let (day, time) = at.as_end();
    match lang {
        Lang::Zh => format!("{}{time}", day.strftime("%Y年%-m月%-d日")),
        Lang::En => format!("{day} {time}"),
    }
}

/// What a visit is called in a calendar.
pub fn visit(lang: Lang) -> &'static str {
    lang.pick(("联合检查", "Joint inspection"))
}

/// That a visit is on, or is off: the first line of its entry.
pub fn visit_stands(cancelled: bool) -> &'static str {
    if cancelled { "Joint inspection cancelled, or without you" } else { "Joint inspection" }
}

/// From when to when: the day once, unless it runs past midnight.
pub fn visit_hours(lang: Lang, starts_at: At, ends_at: At) -> String {
    let (start, end) = (starts_at.civil(), ends_at.civil());
    let (day, dash) = lang.pick((("%Y年%-m月%-d日", "～"), ("%Y-%m-%d ", "–")));
    let until = if start.date() == end.date() { "%H:%M".to_owned() } else { format!("{day}%H:%M") };
    format!("{}{dash}{}", start.strftime(&format!("{day}%H:%M")), end.strftime(&until))
}

/// The footer: what this is, as of when, whom to ask, how to have a mistake put right.
pub fn footer(district: &str, as_of: &str) -> [String; 3] {
    [
        format!("本邮件由{district}吹哨协同平台自动发出，数据截至{as_of}。"),
        "请勿回复，此信箱无人查看。有疑问请联系安委办值班员。".to_owned(),
        "内容有误，请与安委办联系，核对后更正。".to_owned(),
    ]
}

/// A field of the blow order by its wire name. Any other name is "其他内容": a name is somebody's input, too.
pub fn field(name: &str) -> &'static str {
    match name {
        "category" => "隐患类别",
        "what" => "隐患情况",
        "town" => "属地",
        "place" => "地点",
        "enterprise" => "企业",
        "title" => "标题",
        "urgency" => "紧急程度",
        "severity_claimed" => "隐患等级",
        "clause" => "判定标准条款",
        "needed_departments" => "需要哪些部门",
        "source" => "哨源",
        "occurred_at" => "发现时间",
        "contact" => "联系人",
        _ => "其他内容",
    }
}
