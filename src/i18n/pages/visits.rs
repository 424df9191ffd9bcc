//! The words of the pages of joint visits and findings, Chinese first, English beside it. What is found and planned comes from
//! elsewhere; nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of the pages of visits and findings in one language.
    VisitText;
    nav: "联检", "Visits";
    nav_one: "联检", "Visit";
    nav_findings: "整改", "Findings";
    plan: "安排联检", "Plan a visit";
    // Lists.
    mine: "我参加的", "Mine";
    today: "今日", "Today";
    owed: "要我单位办的", "Ours to move";
    coming: "后续", "Coming";
    when: "时间", "When";
    where_to: "企业或地点", "Firm or place";
    departments: "参加单位", "Departments";
    progress: "已查", "Answered";
    empty: "这一栏没有联检", "No visits in this view";
    empty_hint: "安委办安排联检后，参加单位和属地在这里看到。", "Once the office has planned one, its departments and its locality see it here.";
    to_all: "查看全部联检", "See all visits";
    no_findings: "没有待整改的隐患", "No findings in this view";
    no_findings_hint: "检查中记录的隐患会出现在这里，销号后仍可查。", "Hazards that a visit found appear here and stay to be looked up once struck off.";
    open_ones: "待整改", "Open";
    struck_off: "已销号", "Struck off";
    spot_checks: "抽查", "Spot checks";
    drawn: "抽查（销号月份）", "Drawn for a spot check of";
    hazard: "检查清单编号", "Checklist code";
    original: "原时限", "First limit";
    extended: "已延期", "Extended";
    // One visit.
    lead: "牵头单位", "Lead department";
    notice: "通知方式", "Notice";
    members: "检查人员", "Who goes";
    certified: "持证", "certified";
    vehicles: "车辆", "Cars";
    emergency: "紧急", "Emergency";
    emergency_hint: "紧急检查：可先进场，24小时内补批。", "Emergency: go at once, approvals follow within a day.";
    exempt: "随哨核查，不计入年度检查次数", "Follows a whistle: beside the yearly cap";
    overridden: "超过年度次数的理由", "Why past the yearly cap";
    entered_at: "进场时间", "Entered at";
    scanned: "扫码入企", "Code scanned at the gate";
    unscanned: "未扫码", "Code not scanned";
    aborted: "中止原因", "Broken off";
    signature: "签字", "Signature";
    signed: "企业已签字", "Signed by the firm";
    unsigned: "拒签或者不在场", "Refused or absent";
    objected: "异议", "Objection";
    items: "检查项", "Items";
    item: "检查项", "Item";
    outcome: "结果", "Outcome";
    unanswered: "未填", "Not answered";
    withheld: "结果不对本单位公开", "Results not shown to your department";
    late: "迟报", "late";
    also: "同看：", "Also: ";
    parts: "各单位", "Departments";
    part_waits: "待批准", "To be approved";
    part_unapproved: "逾期未批", "Not approved in time";
    part_approved: "已批准", "Approved";
    part_closed: "已办完", "Closed";
    part_late: "已办完（迟）", "Closed late";
    part_excused: "免予参加", "Let off";
    part_open: "检查中", "Open";
    findings: "隐患", "Findings";
    of_whistles: "所属哨件", "Whistles";
    of_visit: "所属联检：", "Visit ";
    // What is told at the gate.
    short_notice: "告知偏晚", "Short notice";
    stands_aside: "应当回避", "Has to stand aside";
    lapsed: "执法证当天无效", "No certificate that is good that day";
    // Recording.
    to_know: "取证方式和依据", "Evidence and legal basis";
    record_title: "填写本单位检查项", "Record the own items";
    record_hint: "没有填的项不会提交，可以分几次保存。", "What you leave open is not sent; save as often as you like.";
    answer_again: "改填", "Answer again";
    note: "说明", "Note";
    note_hint: "未检查的，写明原因", "Where it was not checked: why";
    found_what: "隐患情况", "What was found";
    spot: "具体位置", "The very spot";
    major: "重大隐患", "Major hazard";
    clause: "判定依据", "Criterion";
    // Deeds.
    passed: "复查结论", "Result of the recheck";
    passed_yes: "通过", "Passed";
    passed_no: "未通过", "Not passed";
    clear: "现场情况", "At the place";
    clear_yes: "仍无生产，未见隐患", "Nothing is back";
    clear_no: "又有生产或者物料，重新整改", "It is back: taken up again";
    other_officers: "同去的执法人员", "Officers who were there";
    until_when: "整改期限", "Limit";
    demand: "整改要求", "What is demanded";
    order_no: "文书编号", "Number of the order";
    addressee: "责令对象", "Addressed to";
    case_filed: "是否立案及理由", "Case filed, or why not";
    measure: "措施", "Measure";
    measure_until: "措施到", "Until";
    struck_as: "销号方式", "How it ended";
    new_date: "改到哪天", "New date";
    period: "时段", "Part of the day";
    who_objects: "哪一方面", "What about";
    which_department: "哪个单位", "Which department";
    recheck_hint: "须有首次检查以外的执法人员参加。", "Somebody who was not at the first visit must be there.";
    measures_hint: "不填期限的按最长期限，期满前须解除或者延长一次；措施执行中再次提交即为延长。", "The longest limit where you say nothing. Before they end, lift them or extend them once: sent again while they stand, they are extended.";
    handed_to: "移送给哪个机关", "To which body";
    transfer_hint: "取得回执后，凭回执按“移送其他机关”销号；逾期没有回执的，转安委办主任处理。", "Strike it off by the receipt; where none comes in time, the director sees to it.";
    look_hint: "监看期内属地回看两次。", "The town looks twice while it is watched.";
    close_hint: "由没有参加复查、没有报整改的负责人销号。", "By a head who neither rechecked nor reported it.";
    excuse_hint: "到期仍未批准或者未办完的单位，由主任决定免予参加。", "The director lets a department off that stays silent past its limit.";
    object_hint: "提出后由安委办重新安排，各单位重新审批。", "The office plans it anew, and everybody approves anew.";
    postpone_hint: "改期后须重新审批，已发的邀请作废。", "It is approved anew; invitations that went out are void.";
    // One finding.
    rectification: "整改", "Rectification";
    ordered_at: "下达时间", "Ordered at";
    found_at: "发现时间", "Found at";
    reported_at: "报整改时间", "Reported at";
    by_firm: "企业报告", "by the firm";
    rechecked: "复查", "Recheck";
    ratings: "企业评价", "Ratings by the firm";
    measures_stand: "现场处理措施", "Safety measures";
    handed: "移送", "Transferred";
    watched: "监看", "Watched";
    looked_at: "属地回看", "Looked at";
    relapse: "再次出现", "relapse";
    // Planning.
    where_when: "时间和地点", "Where and when";
    whistles_hint: "勾选这次一并查清的事项", "Tick what this visit settles";
    tick_all: "全部勾选", "Tick all";
    from_list: "检查清单建议", "Proposed from the checklist";
    from_list_hint: "同一隐患只查一次，可以换一个有权的单位", "Each hazard once; choose another competent department if you like";
    more_hazards: "检查清单其他项", "Everything else on the checklist";
    why_before: "以前查出过", "found here before";
    why_category: "与哨件同类", "as the whistles";
    why_firm: "企业涉及", "what the firm does";
    by_whom: "由谁检查", "Who looks for";
    items_free: "其他事项", "Other items";
    items_planned: "已安排的检查项", "Items as planned";
    experts: "专家", "Experts";
    experts_hint: "提供意见，不作为执法人员", "They advise and do not count as officers";
    locality: "属地人员", "People of the locality";
    locality_hint: "协助检查，不作为执法人员", "They assist and do not count as officers";
    more_units: "其他单位", "Other units";
    more_cars: "其他车辆", "Other cars";
    check_title: "冲突检查", "Conflicts";
    check_hint: "选好日期和时段后查看", "Choose a day and a part of it, then look";
    check_free: "目前没有冲突", "Nothing is in the way";
    check_go: "查看冲突", "Look for conflicts";
    anew: "重新安排", "Plan it anew";
    anew_go: "修改并提交审批", "Change it and put it before the heads";
    anew_then: "各单位负责人重新审批，原来的批准不再有效。", "Every head approves anew; what was approved before no longer stands.";
    plan_lead: "一家企业、一个时间，各单位的检查项一次看完。", "One firm, one time, the items of every department.";
    firm: "企业", "Enterprise";
    firm_none: "不在名录内，填写下面的地点", "Not listed: give the place below";
    find_firm: "查找企业", "Find";
    date: "日期", "Date";
    subject: "检查什么", "What is looked at";
    items_hint: "每行一项，空行不提交。", "One item a row; empty rows are not sent.";
    officers: "执法人员", "Officers";
    officers_hint: "每个单位至少两名持证人员，再选一人带队。", "Two certified officers for each department, one of all leads.";
    leads: "带队", "leads";
    override_hint: "年度次数已满时填写", "Where the yearly cap is reached";
    plan_go: "安排", "Plan it";
    planned: "安排联检", "visit planned";
    conflicts: "现在不能这样安排，请调整后再提交", "It cannot be planned like this; change it and send it again";
    plan_then: "安排之后", "What happens then";
    plan_then_1: "人员和车辆立即占用，别人不能重复安排。", "People and cars are taken at once.";
    plan_then_2: "核对无误后提交审批，各单位负责人在时限内批准本单位部分。", "Put it before the heads; each approves the own part.";
    plan_then_3: "全部批准后通知企业，或者按四不两直不通知。", "Then the firm is notified, or not.";
}

/// Who leads and how many go: 邹永湉（区应急局）带队，共6人.
pub fn crew(lang: Lang, leader: &str, count: usize) -> String {
    match lang {
        Lang::Zh => format!("{leader}带队，共{count}人"),
        Lang::En if count == 1 => format!("{leader} alone"),
        Lang::En => format!("{leader} leads, {count} go"),
    }
}

/// A car: its code, whose it is, how many it seats.
pub fn car(lang: Lang, code: &str, unit: &str, seats: u32) -> String {
    match lang {
        Lang::Zh => format!("{code} {unit} {seats}座"),
        Lang::En => format!("{code} {unit}, {seats} seats"),
    }
}

/// Until when a place is watched, and how often it was looked at: 到2027-03-03，已回看1次.
pub fn watched(lang: Lang, until: &str, looks: usize) -> String {
    match lang {
        Lang::Zh => format!("到{until}，已回看{looks}次"),
        Lang::En => format!("until {until}, looked at {looks} of 2 times"),
    }
}

/// An item by its number: 第3项.
pub fn item(lang: Lang, number: &str) -> String {
    match lang {
        Lang::Zh => format!("第{number}项"),
        Lang::En => format!("Item {number}"),
    }
}

/// How many of all: 3/8.
pub fn of_all(done: usize, all: usize) -> String {
    format!("{done}/{all}")
}

/// The label of a field of the orders of visits and findings; empty for a name that none of them has.
pub(super) fn field(v: &VisitText, name: &str) -> &'static str {
    match name {
        "outcome" => v.outcome,
        "spot" => v.spot,
        "period" => v.period,
        "notice" => v.notice,
        "subject" => v.subject,
        "vehicles" => v.vehicles,
        "items" | "results" => v.items,
        "members" => v.members,
        "override_reason" => v.overridden,
        "passed" => v.passed,
        "due_at" => v.until_when,
        "demand" => v.demand,
        "order_no" => v.order_no,
        "addressee" => v.addressee,
        "case" => v.case_filed,
        "measure" => v.measure,
        "clear" => v.clear,
        "scanned" => v.scanned,
        _ => "",
    }
}
