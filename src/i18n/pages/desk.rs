//! The words of what a person begins the day with: the desk, the deadlines, the disputes, and the signals of a page that
//! is told what happens. Chinese first, English beside it; nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of the desk and its neighbours in one language.
    DeskText;
    // The desk.
    title: "工作台", "Desk";
    tiles: "要我办的", "What needs me";
    next: "先办这些", "Do these first";
    next_all: "全部时限", "All deadlines";
    none: "没有待办", "Nothing waits for you";
    none_hint: "有新的事项时，这里会按到期先后列出，同时发邮件。", "New items appear here in order of their limit, and a letter is sent.";
    none_oversight: "没有超时的事项", "Nothing is late";
    on_duty: "现在值班", "On duty now";
    on_duty_none: "值班表在这个时段没有人", "The rota names nobody for this time";
    on_duty_until: "值到", "Until ";
    then: "接班：", "Then: ";
    to_whistles: "查看哨件", "Look at whistles";
    to_blow: "吹哨", "Blow a whistle";
    to_tasks: "查看任务", "Look at tasks";
    // Tiles.
    tile_triage: "待受理", "To triage";
    tile_late: "超时", "Late";
    tile_review: "待审核结果", "Results to review";
    tile_close: "待办结", "To close";
    tile_rule: "待裁定异议", "Disputes to rule";
    tile_report: "待报到", "To report in";
    tile_result: "待报结果", "Results owed";
    tile_complete: "待补正", "To complete";
    tile_open: "办理中", "Being handled";
    tile_visits: "联检待办", "Visits to move";
    tile_findings: "隐患待办", "Findings to move";
    // Deadlines.
    deadlines: "时限", "Deadlines";
    lane_late: "超时", "Late";
    lane_soon: "2小时内", "Within 2 hours";
    lane_today: "今天", "Today";
    lane_week: "本周", "This week";
    lane_empty: "没有", "None";
    no_deadlines: "没有临期的事项", "Nothing is due this week";
    whom_to_call: "联系人：", "Call: ";
    nearly_over: "时限已过五分之四", "Four fifths of the limit are gone";
    acknowledge_hint: "确认后不再每天催办；时限不变，超时仍有记录，该上报的照常上报。", "No more daily reminders. The limit stays, the delay stays on record, and what follows from it follows.";
    hold_back_hint: "不再就这一时限催办任何人，理由记入经过。", "Nobody is reminded of this limit any more; the reason goes on record.";
    first_only: "只列出最先到期的200项。", "Only the first 200 are listed.";
    // Disputes.
    disputes: "异议", "Disputes";
    named_by: "派单依据", "Why it was summoned";
    named_by_office: "规则没有提议这个单位，由安委办选定", "no rule proposes this unit; the office chose it";
    its_head: "单位负责人", "Its head";
    proposal: "提议改派", "Proposes instead";
    no_proposal: "没有提议由谁办", "names nobody else";
    no_law: "没有写明条款", "no clause is named";
    rules_here: "主任裁定", "The director's ruling";
    open_summons: "打开这次派单", "Open the summons";
    no_disputes: "没有待裁定的异议", "No dispute waits for a ruling";
    no_disputes_hint: "受派单位提出异议后，在这里等待主任裁定。", "A summons that its department disputes waits here for the director's ruling.";
    disputed_by: "提出单位", "Disputed by";
    // Filters and views.
    filters: "筛选", "Filter";
    filter_go: "筛选", "Apply";
    filter_from: "起始日期", "From";
    filter_to: "截止日期", "To";
    filter_late: "已超时", "Late";
    filter_in_time: "未超时", "Not late";
    filter_unknown: "地址里有本页没有的条件", "The address names a filter that this page does not have";
    my_views: "我的视图", "My views";
    view_name: "把当前筛选存为视图", "Keep this filter as a view";
    view_hint: "起个名称，最多20字，只有您自己看得到", "Name it in at most 20 characters; only you see it";
    view_save: "存为我的视图", "Keep as my view";
    view_remove: "删除视图", "Remove the view";
    // Signals.
    fresh_rows: "有{n}条新的，点此显示", "{n} new, show";
    fresh_news: "这件有新进展，点此刷新", "Something happened here, reload";
    gone: "已不在此列", "no longer in this list";
    stale: "实时已断开，页面为{time}的状态", "Live updates stopped; this page is as of {time}";
    reload: "刷新", "Reload";
    // What was typed and not sent.
    kept_late: "登录已超时，这次没有提交。填写的内容已存为草稿，重新登录后就在原来的表单里。", "Your sign-in had timed out and nothing was sent. What you typed is kept as a draft: sign in again and it is back in its form.";
    kept_form: "已恢复未提交的草稿，存于{time}。核对后再提交。", "Your draft of {time} is back. Check it, then send it.";
    keep: "存草稿", "Save draft";
    saved: "草稿已存{time}", "Draft saved {time}";
    // Complaints and advice.
    feedback: "投诉建议", "Complaints and advice";
    feedback_lead: "写给安委办主任。可以反映办事慢、要求重复填报、系统不好用，也可以提建议。", "For the office's director: slow work, forms asked for twice, a system that is in the way, or advice.";
    feedback_text: "写什么都可以", "Whatever you want to say";
    feedback_anonymous: "不留姓名", "Without my name";
    feedback_anonymous_hint: "不留姓名时，平台不保存您是谁；答复也无法告诉您。", "Without a name the hub keeps nothing of who you are, and cannot show you an answer.";
    feedback_go: "提交", "Send";
    feedback_left: "已收到，主任会看到。", "Received; the director will see it.";
    feedback_answered: "已答复。", "Answered.";
    feedback_none: "还没有投诉建议", "Nobody has left anything yet";
    feedback_nobody: "未留姓名", "No name left";
    feedback_open: "未答复", "No answer yet";
    feedback_answer: "答复", "Answer";
    feedback_answer_go: "答复", "Answer";
    // Keys and looks.
    keys: "快捷键", "Keyboard";
    keys_move: "上一条、下一条", "Previous, next";
    keys_open: "打开", "Open";
    keys_verdict: "受理、退回、不予受理等第一至第三项", "First to third verdict";
    keys_merge: "并单，从相似的哨件中选", "Merge, into one of the similar whistles";
    keys_send: "提交正在填写的表单", "Send the form";
    keys_search: "查找", "Search";
    keys_go: "再按T待受理、W哨件、S任务、D时限、H工作台", "then T triage, W whistles, S tasks, D deadlines, H desk";
    keys_close: "关闭", "Close";
    keys_help: "打开本说明；输入文字时快捷键不起作用", "This help; keys do nothing while you type";
    keys_off: "关闭快捷键", "Switch keys off";
    keys_on: "启用快捷键", "Switch keys on";
    larger: "大字", "Large text";
    smaller: "标准字号", "Normal text";
    dark: "深色", "Dark";
    light: "浅色", "Light";
    as_system: "跟随系统", "As the system";
    looks: "显示", "Display";
}

/// The words of a language.
pub fn desk(lang: Lang) -> &'static DeskText {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}
