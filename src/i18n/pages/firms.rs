//! The words of a firm's page and of the checklist's, Chinese first, English beside it. Names and hazards come from
//! elsewhere; nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of both pages in one language.
    FirmText;
    credit_code: "信用代码", "Credit code";
    industry: "行业", "Industry";
    employees: "从业人数", "Employees";
    risk: "风险等级", "Risk";
    state: "经营状态", "State";
    key: "重点企业", "key enterprise";
    lead: "主管部门", "In charge";
    landlord: "出租方", "Landlord";
    tenants: "承租方", "Tenants";
    aliases: "别名", "Also called";
    visits: "本年检查", "Visits this year";
    burden: "本年联合检查", "Joint visits this year";
    burden_visits: "进门次数", "Times at the gate";
    burden_saved: "少进门次数", "Visits saved";
    burden_none: "本年还没有进门的联合检查。", "No joint visit has come in this year.";
    relapsed: "销号后再次出现", "Came back";
    cap_reached: "已达年度上限", "yearly cap reached";
    open: "在办哨件", "Open whistles";
    past: "以往哨件", "Past whistles";
    none_open: "没有您可以查看的在办哨件。", "No open whistle that you may see.";
    none_past: "没有您可以查看的以往哨件。", "No past whistle that you may see.";
    found: "待整改的隐患", "Findings to be put right";
    none_found: "没有您可以查看的待整改隐患。", "Nothing to be put right that you may see.";
    all_found: "查出过的全部隐患", "All that was ever found";
    all_visits: "历次联合检查", "All joint visits";
    recurring: "反复出现的隐患类别", "Kinds that came up more than once";
    all: "在列表中查看", "See them in the list";
    blow: "吹哨（已填企业）", "Blow a whistle about this firm";
    checklist: "检查清单", "Checklist";
    checklist_hint: "联合检查按此清单提出检查项；已安排的检查保留安排时的文字。", "What joint visits are proposed from; a visit keeps the words that it was planned with.";
    checklist_none: "还没有检查清单", "There is no checklist yet";
    checklist_none_hint: "请由安委办主任或管理员导入。", "The office's director or an administrator imports it.";
    hazard: "隐患", "Hazard";
    competent: "有权检查部门", "Who may look";
    evidence: "取证方式", "Evidence";
    on_site: "可当场改正", "May be fixed on the spot";
    basis: "法律依据", "Legal basis";
    version: "版本", "Version";
    retired: "不在启用期", "not in force";
    yes: "是", "Yes";
    no: "否", "No";
}

/// One authority's visits of the year: those that count toward the cap, and case checks beside it.
pub fn visits_of_authority(lang: Lang, (visits, cap): (u32, u32), exempt: u32) -> String {
    let counted = visits_of_cap(lang, visits, cap);
    match lang {
        Lang::Zh => format!("{counted}；随哨核查{exempt}次"),
        Lang::En => format!("{counted}; {exempt} after a whistle"),
    }
}

/// How much of what was struck off came back: 已销号5项，再次出现1项. No share of so few.
pub fn came_back(lang: Lang, back: u32, struck_off: u32) -> String {
    match lang {
        Lang::Zh => format!("已销号{struck_off}项，再次出现{back}项"),
        Lang::En => format!("{back} of {struck_off} that were struck off"),
    }
}

/// The visits of a firm against its cap: 本年2次，上限4次。
pub fn visits_of_cap(lang: Lang, visits: u32, cap: u32) -> String {
    match lang {
        Lang::Zh => format!("{visits}次，上限{cap}次"),
        Lang::En => format!("{visits} of at most {cap}"),
    }
}

/// How often a kind came up: 粉尘涉爆3次。
pub fn times(lang: Lang, kind: &str, count: usize) -> String {
    match lang {
        Lang::Zh => format!("{kind}{count}次"),
        Lang::En => format!("{kind}: {count} times"),
    }
}
