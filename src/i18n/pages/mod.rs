//! Every word that the console's pages say of themselves, Chinese first, English beside it. What a person typed, names
//! of places and the words of closed lists come from elsewhere. Nothing here decides anything or formats HTML.

/// Declares the page words: one line each, so that neither language can lack one. `with`: those that have
/// a file of their own.
macro_rules! page_words {
    ($(#[$doc:meta])* $text:ident $(with $($part:ident: $of:ident),+)?; $($name:ident: $zh:literal, $en:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $text {
            $(pub $name: &'static str,)+
            $($(pub $part: &'static $part::$of,)+)?
        }

        /// Chinese, the language that the pages are written in.
        pub(super) static ZH: $text = $text { $($name: $zh,)+ $($($part: &$part::ZH,)+)? };
        /// English.
        pub(super) static EN: $text = $text { $($name: $en,)+ $($($part: &$part::EN,)+)? };
    };
}

mod by_link;
mod desk;
mod files;
mod firms;
mod imports;
mod own;
mod phrases;
mod rota;
mod sheets;
mod visits;

pub use by_link::{LinkText, by_link, stars};
pub use desk::{DeskText, desk};
pub use files::{FileText, size};
pub use firms::{FirmText, came_back, times, visits_of_authority, visits_of_cap};
pub use phrases::*;
pub use rota::{RotaText, cycle, gaps, weekday};
pub use sheets::SheetText;
pub use visits::{VisitText, car, crew, item, of_all, watched};

use super::Lang;

page_words! {
    /// The words of the pages in one language.
    PageText with files: FileText, firms: FirmText, imports: ImportText, own: OwnText, rota: RotaText, sheets: SheetText, visits: VisitText;
    // The frame.
    product: "吹哨协同平台", "Whistle hub";
    product_short: "吹哨协同", "Whistle hub";
    skip: "跳到正文", "Skip to content";
    demo: "演示", "Demo";
    demo_hint: "演示数据，不是真实案件", "Sample data, no real cases";
    duty_office: "安委办值班", "Office duty";
    duty_main: "主班", "Main";
    duty_deputy: "副班", "Deputy";
    duty_phone: "值班电话：", "Duty phone: ";
    accident_line: "发生事故或有人遇险，先拨119、120，再吹哨。", "Accident or people in danger: ring 119 or 120 first, then blow.";
    as_of: "页面时间：", "As of ";
    other_tag: "en", "zh-CN";
    other_word: "English", "中文";
    sign_out: "退出登录", "Sign out";
    nav_label: "主菜单", "Main menu";
    nav_triage: "待受理", "Triage";
    nav_whistles: "哨件", "Whistles";
    nav_blow: "吹哨", "Blow";
    nav_summonses: "任务", "Tasks";
    nav_people: "人员", "People";
    nav_trail: "安全审计", "Security trail";
    me_title: "我的设置", "My settings";
    login_totp: "动态码", "One-time code";
    login_totp_hint: "没有启用动态码的不用填", "Leave it empty unless you use one";
    choose: "请选择", "Choose";
    people_search: "姓名、用户名或者单位代码", "Name, user name or unit code";
    people_find: "查找", "Find";
    person_name: "姓名", "Name";
    name_of: "姓名或者名称", "Name";
    person_role: "角色", "Role";
    person_title: "职务", "Title";
    person_same_as: "同一人的另一账号", "The same human's other sign-in";
    person_same_as_hint: "本人另有账号的，填其用户名：姓名和任职日期随该账号，回避和双人确认按同一人把关。没有的不填。", "Whoever has another sign-in: its user name. Name and first day are that one's, and whatever asks for another person takes both for one. Otherwise leave it empty.";
    person_active: "在用", "Active";
    person_suspended: "已停用", "Suspended";
    person_waiting: "待第二人确认", "Waits for a second person";
    person_refused: "未获同意", "Not agreed to";
    person_moved: "这个账号已被他人更新，或者当前状态不能这样办理。下面是最新内容，请确认后重新提交。", "This sign-in has changed meanwhile, or its state does not allow that. Below is what stands now: check it and send again.";
    person_add: "新增账号", "Add a sign-in";
    person_add_hint: "初始口令由系统生成，只显示一次，72小时内首次登录须更换。主任、纪委监委和三类管理员须由第二人确认后启用。", "The hub draws a first password, shows it once, and its owner changes it within 72 hours. Directors, supervisors and the three administrators need a second person's word.";
    person_change: "变更资料", "Change";
    person_change_hint: "更换单位或者角色后，本人须重新登录；原单位的未办事项留在原岗位。", "With another unit or role the person signs in anew; open work stays with the old post.";
    person_suspend: "停用", "Suspend";
    person_suspend_hint: "立即退出所有登录；未办事项留在岗位，由岗位的其他人员或者负责人接办。", "Every session ends at once; open work stays with the post, for its other holders or the head.";
    person_ground: "停用原因", "Why";
    person_reinstate: "恢复", "Reinstate";
    person_reinstate_hint: "恢复后可用原口令登录。主任、纪委监委和三类管理员须由第二人确认后恢复。", "The person signs in with the old password again. Directors, supervisors and the three administrators need a second person's word.";
    person_confirm: "确认", "Confirm";
    person_confirm_hint: "由提出人以外的第二人确认后生效。", "It takes effect with a second person's word.";
    person_refuse: "不同意", "Refuse";
    person_refuse_hint: "新账号作废，以后也不能启用；原有账号保持不变。", "A new sign-in is void for good; an old one stays what it was.";
    person_reset_password: "重置口令", "Reset the password";
    person_reset_password_hint: "系统生成新的初始口令，请当面交给本人。", "The hub draws a first password again; hand it over in person.";
    person_reset_totp: "解除动态码", "Take the second factor away";
    person_reset_totp_hint: "本人丢失设备时，核实身份后当面办理。", "For a lost device, after the person has been identified face to face.";
    initial_password: "初始口令：", "First password:";
    initial_password_hint: "只显示这一次，请现在抄给本人。", "It is shown this once: write it down for its owner now.";
    username_hint: "小写字母开头，可用小写字母、数字和._-", "Small letters, digits and ._-, a letter first";
    proof: "您本人的口令或者动态码", "Your own password or code";
    proof_hint: "此操作须确认是您本人", "This deed asks who you are";
    proof_title: "请确认是您本人", "Confirm that it is you";
    proof_why: "此操作要求5分钟内验证过身份。已填写的内容都在，验证后继续办理。", "This asks for your password or a code given within five minutes. All that you filled in is kept and goes on with it.";
    proof_go: "验证并继续", "Confirm and go on";
    proof_wrong: "口令或者动态码不正确，没有执行", "The password or the code is not right; nothing was done";
    me_trail: "我的账号近期记录", "What was done to this sign-in";
    trail_hint: "登录、人员、口令、动态码等安全操作，最新的在前。", "Sign-ins, people, passwords, codes and other security deeds, the newest first.";
    trail_at: "时间", "When";
    trail_what: "事项", "What";
    trail_who: "操作人", "By";
    trail_about: "账号", "Sign-in";
    trail_whence: "来源地址", "From";
    trail_data: "内容", "Content";
    trail_refused: "未通过", "refused";
    nav_import: "导入导出", "Import, export";
    imported: "导入", "import";
    views: "视图", "Views";
    more: "显示后面的", "Show more";
    hub: "系统", "Hub";
    nobody_left: "各单位均已解除，需重新派单", "no department is left; dispatch anew";
    erased: "（内容已依法删除）", "(erased by law)";
    list_comma: "、", ", ";
    // Faults in forms, and pages that stand for a result.
    fault_prefix: "错误：", "Error: ";
    faults_title: "有内容需要改正，已填的都还在", "Please correct the following; nothing you typed is lost";
    fault_choose: "必填，请填写或选择", "please fill in or choose";
    fault_time: "请填写日期和时间", "Please give date and time";
    where_needed: "请选择企业，或者填写具体地点", "Choose an enterprise or give the place";
    missing_title: "没有找到这个页面", "Page not found";
    missing_words: "编号可能有误，或者它不在您的查看范围内。请核对编号，或者在“哨件”里查找。", "The code may be wrong, or it is outside what you may see. Check the code or search under Whistles.";
    fault_title: "这次没有办成", "That did not work";
    fault_words: "平台出了问题，您的操作没有执行，已填的内容请先保留。稍后重试；仍不行，请把下面的请求编号告诉值班员。", "The hub had a problem and did nothing. Keep what you typed and try again shortly. If it fails again, give the request number below to the duty officer.";
    busy_title: "平台正忙", "The hub is busy";
    busy_words: "结果还不能确定。请稍候再试一次：同一张表单重复提交只会办一次。", "The outcome is not known yet. Try again in a moment: the same form sent twice acts only once.";
    expired_title: "页面已过期", "This page has expired";
    expired_words: "登录状态已变化，操作没有执行。请返回上一页刷新后再提交。", "Your sign-in has changed and nothing was done. Go back, reload and send again.";
    resent_title: "这张表单已经提交过", "This form was already sent";
    resent_words: "上一次提交的内容已经办理，后来改动的内容没有执行。请打开最新页面，再填写改动。", "What you sent first was carried out; what you changed since was not. Open the page anew and fill in the change.";
    stale_title: "这一步没有执行", "Nothing was done";
    stale_words: "页面或地址可能已经过时。请从菜单重新打开，再办一次。", "The page or the address may be out of date. Open it again from the menu and try once more.";
    large_words: "填写的内容太多，操作没有执行。请缩短后再提交。", "You wrote too much and nothing was done. Please shorten it and send it again.";
    often_words: "操作太频繁，这一次没有执行。请稍等一分钟再试。", "Too many steps in a short time: this one was not carried out. Try again in a minute.";
    request_id: "请求编号：", "Request number: ";
    retry: "重试", "Try again";
    to_home: "回到首页", "To the start page";
    race_title: "别人先一步处理了", "Somebody was faster";
    race_again: "按最新内容重新提交", "Send again on the new state";
    race_back: "查看最新情况", "See the new state";
    race_next: "处理下一件", "Next whistle";
    refused_title: "现在不能这样办", "Not possible now";
    field: "内容", "Field";
    yours: "您填的", "Yours";
    now: "现在的", "Now";
    by_whom: "谁、何时", "Who, when";
    // Sign-in.
    login_title: "登录", "Sign in";
    login_lead: "部门吹哨，安委办统筹，有关单位报到办理。", "Departments blow, the office coordinates, all report in.";
    login_user: "用户名", "User name";
    login_password: "密码", "Password";
    login_go: "登录", "Sign in";
    login_wrong: "用户名或密码不对，请重新输入。", "User name or password is wrong. Please try again.";
    sign_in_again: "登录已过期，操作没有执行。请登录后重新提交。", "Your session has ended and nothing was done. Sign in and send it again.";
    login_put_out: "您已在其他地方登录，这里的登录已结束。如果不是您本人，请修改密码。", "You have signed in elsewhere, so this session has ended. If that was not you, change your password.";
    login_help: "忘记密码或无法登录，请联系本单位管理员。可以粘贴密码，也可以使用密码管理器。", "Cannot sign in? Ask your administrator. Pasting and password managers are welcome.";
    login_demo: "演示账号（密码见启动窗口）", "Demo sign-ins (password: see the terminal)";
    access: "登录与令牌", "Sign-ins and tokens";
    // Facts of a whistle.
    code: "编号", "Code";
    title: "标题", "Title";
    site: "地点", "Site";
    firm: "企业", "Enterprise";
    town: "属地", "Locality";
    category: "类别", "Category";
    urgency: "紧急程度", "Urgency";
    severity: "隐患等级", "Severity";
    clause: "判定依据", "Criterion";
    blower: "吹哨单位", "Blown by";
    blown_at: "吹哨时间", "Blown at";
    occurred_at: "发现时间", "Time found";
    late_entry: "补录", "Entered later";
    source: "哨源", "Source";
    route: "办理方式", "Route";
    needed: "希望到场", "Asked to attend";
    needed_label: "希望哪些部门到场", "Departments wanted";
    protected_note: "来源受保护：举报人姓名、电话不在页面上显示。", "Protected source: no page shows the informant's name or phone.";
    informer: "举报人信息", "Informer";
    informer_name: "姓名", "Name";
    informer_phone: "电话", "Phone";
    unseal: "查阅举报人信息", "Open the informer's identity";
    unseal_reason: "查阅理由", "Reason";
    unseal_hint: "查阅会记入经过，并告知安委办主任", "It is put on record and the director is told";
    unseal_go: "查阅并记录", "Open and record";
    unsealed_note: "只用于核实和保护举报人，不得抄录、转告。本次查阅已记录。", "For verifying and protecting the source only. Do not copy or pass on. This opening is on record.";
    unsealed_back: "返回哨件", "Back to the whistle";
    status: "状态", "State";
    due: "到期", "Due";
    late: "超时", "Late";
    before: "前", " at the latest";
    provisional: "节假日未公布，暂定", "provisional calendar";
    why_then: "时限怎么算的", "How the limit is counted";
    limits: "时限", "Limits";
    timeline: "经过", "Timeline";
    departments: "参与部门", "Departments";
    department: "单位", "Department";
    lead: "牵头", "Lead";
    support: "配合", "Support";
    what: "隐患情况", "What was seen";
    steps: "办理步骤", "Steps";
    step_blown: "吹哨", "Blow";
    step_accepted: "受理", "Acceptance";
    step_dispatched: "派单", "Dispatch";
    step_handling: "办理", "Handling";
    step_rectifying: "整改", "Rectification";
    step_closed: "办结", "Closure";
    next_step: "下一步", "Next step";
    // Triage and verdicts.
    by_due: "按到期先后", "By due time";
    queue_empty: "都处理完了", "All done";
    queue_empty_hint: "没有待受理的哨件，新的会按到期先后排在这里。", "No whistle waits. New ones line up here by due time.";
    to_whistles: "查看全部哨件", "See all whistles";
    keys_move: "上下移动", "move";
    keys_open: "打开", "open";
    keys_verdict: "受理、退回、不予受理", "accept, return, decline";
    verdicts: "处理意见", "Verdict";
    verb_accept: "受理", "Accept";
    verb_dispatch: "派单", "Dispatch";
    verb_return: "退回补正", "Return for completion";
    verb_decline: "不予受理", "Decline";
    verb_close: "办结", "Close";
    verb_complete: "提交补正", "Complete";
    verb_send_back: "退回办理", "Send back";
    clause_hint: "重大隐患须写明判定标准的条款", "A major hazard needs the clause of its criterion";
    dispatch_to: "派给哪些单位", "Dispatch to";
    being_routed: "派单建议正在生成，可以先直接选择单位。", "Proposals are being made; you may already choose.";
    decided_at_acceptance: "受理时已定", "decided at acceptance";
    no_rule: "没有规则覆盖这一类别，请直接选择单位。", "No rule covers this category. Please choose.";
    other_departments: "其他单位", "Other departments";
    accept_dispatch: "受理并派单", "Accept and dispatch";
    accept_only: "只受理，稍后派单", "Accept, dispatch later";
    dispatch_go: "发出派单", "Dispatch";
    return_missing: "需要补充什么", "What is missing";
    return_hint: "选中的内容会逐项告诉吹哨单位", "The blower is told each item";
    return_go: "退回补正", "Return";
    note: "说明（可不填）", "Note (optional)";
    note_field: "说明", "Note";
    note_optional: "备注（可不填）", "Note (optional)";
    decline_ground: "理由", "Ground";
    decline_hint: "理由会随信告知吹哨单位", "The blower is told the ground by letter";
    close_kind: "办结方式", "How it ended";
    conclusion: "办结结论", "Conclusion";
    conclusion_hint: "写明凭什么确认隐患已消除，谁核实的", "Say what proves that the danger is gone, and who checked";
    director_closes: "重大隐患或紧急哨件须由安委办主任办结。", "A major hazard or an emergency must be closed by the director of the committee office.";
    lacks: "缺什么", "What is lacking";
    lacks_hint: "办理单位会看到这段话", "The department reads this";
    lacking: "请补充：", "Please add: ";
    // Objections, pauses, rulings and other turns.
    reason: "理由", "Reason";
    ground: "事由", "Ground";
    into: "并入哪件哨（编号）", "Merge into (code)";
    another_code: "其他哨件（填编号）", "Another whistle (give its code)";
    merge_hint: "本件就此结束，由目标哨件继续办理；吹哨单位会收到通知。", "This whistle ends here and the other one goes on; the blower is told.";
    part: "承担什么", "Part";
    new_lead: "新的牵头单位", "New lead";
    objection_hint: "只能提出一次，由安委办主任答复。", "This can be done once; the director of the committee office answers.";
    suspend_hint: "各单位的时限停止计算，恢复后把剩余时间原样补回；到复核日自动恢复。", "All limits stand still and get back exactly what they had left; on the review date they run again by themselves.";
    review_on: "复核日期", "Review date";
    back_to_work: "哪些单位重新办理", "Who goes back to work";
    dispute_hint: "每次派单只能提出一次；裁定前计时照走，写明依据和应由谁办。", "Once for each summons; the clock runs on until the ruling. Name the ground and whose it would be.";
    disputed_for: "职责异议", "Disputed because";
    law: "依据条款或权责清单", "Clause or duty list";
    instead: "应由哪个单位办", "Whose it would be";
    refer_hint: "涉及主任兼任负责人的单位时，须提请分管区领导裁定，再录入裁定结果。", "Where the director heads a party, the district leader rules; the ruling is then entered here.";
    delegate_hint: "责任仍在本单位，时限不变。", "Your department stays responsible and the limit stands.";
    acts_instead: "由谁承办", "Who acts";
    basis: "委托依据", "Mandate";
    asked_until: "延长到", "Extend until";
    original_limit: "原时限", "First limit";
    comment: "留言", "Comment";
    visibility: "谁能看到", "Who reads it";
    // Blowing.
    blow_title: "吹哨", "Blow a whistle";
    blow_lead: "一件事涉及两个以上部门，单靠本单位管不住，就吹哨。", "Blow when one hazard concerns several departments and yours cannot settle it alone.";
    enterprise: "哪里有问题", "Where is it";
    enterprise_hint: "按属地排列，可直接键入企业名称查找", "By locality; type a name to jump to it";
    enterprise_none: "不在名录内，填写下面的地点", "Not listed: give the place below";
    place: "具体地点", "Place";
    place_hint: "楼栋、车间、门牌等", "Building, workshop, number";
    town_hint: "没选企业时，选属地便于派单", "Without an enterprise, this helps the dispatch";
    town_none: "随企业自动带入", "Same as above";
    category_none: "请选择", "Please choose";
    what_hint: "看到了什么、有没有人有危险", "What you saw, and whether anybody is in danger";
    claim_major: "疑似重大隐患", "Suspected major hazard";
    claim_major_row: "疑似重大", "Suspected major";
    urgency_label: "有多急", "How urgent";
    urgency_hint: "有人有危险选“紧急”，并先拨119", "People in danger: choose emergency, and ring 119 first";
    clause_claimed: "疑似重大的依据（可不填）", "Criterion, if you know it (optional)";
    clause_claimed_hint: "是否重大由安委办认定", "The office decides whether it is major";
    more_fields: "更多", "More";
    more_fields_hint: "都可不填", "all optional";
    needed_hint: "不选也行，安委办按规则派单", "Leave it open and the office follows its rules";
    contact_name: "联系人", "Contact";
    contact_phone: "联系电话", "Contact's phone";
    protected_source: "来源需要保护", "Protect the source";
    protected_hint: "举报人姓名、电话只填在联系人一栏，不要写进情况描述", "Put the informant's name and phone only under contact, never into the description";
    title_hint: "不填则取情况描述的开头", "Left empty, the start of the description is taken";
    on_behalf_of: "代哪个单位吹哨", "Blow on behalf of";
    on_behalf_hint: "接到电话或热线转来时使用", "For calls and the hotline";
    on_behalf_none: "区安委办（电话、热线等外部来件）", "The office itself (calls, hotline)";
    blow_go: "吹哨", "Blow";
    blow_auto: "时间、单位和您的姓名自动带入", "Time, unit and your name are filled in";
    blow_when: "什么时候吹", "When to blow";
    blow_when_1: "一处隐患，两个以上部门都有职责", "One hazard is the duty of two or more departments";
    blow_when_2: "本单位已尽职，仍需别的部门到场", "You did your part and need others on site";
    blow_when_3: "善意吹哨不追责，吹错了由安委办转办", "Nobody is blamed for a whistle in good faith; the office redirects it";
    blow_then: "吹了之后", "What happens then";
    blow_then_1: "安委办在时限内受理，紧急的10分钟", "The office decides in time: ten minutes for an emergency";
    blow_then_2: "派单后各部门按时报到，时间从派单算起", "Departments report in on time, counted from dispatch";
    blow_then_3: "每一步都会记在哨件的经过里，您随时能看", "Each step is in the timeline, open to you at any time";
    similar_look: "先看有无相似", "Look for like ones first";
    similar_title: "可能是同一件事", "Possibly the same";
    similar_hint: "先打开看看。确是另一件事，照常吹哨。", "Open and compare. If yours is another matter, blow as usual.";
    similar_none: "没有找到相似的未结哨件。", "No open whistle like this was found.";
    proposed_title: "按规则会建议派给", "The rules would propose";
    find_firm: "查企业", "Find enterprise";
    find_firm_hint: "名称、拼音首字母、代码", "Name, pinyin initials or code";
    more_firms: "企业较多，请先查找", "There are more: find it first";
    search_all: "全站查找", "Search everything";
    search_all_hint: "编号、企业、单位、人员、哨件内容", "Code, enterprise, unit, person, words of a whistle";
    search_examples: "可以用拼音首字母（xfdd）；几个词用空格隔开，须同时出现。", "Pinyin initials work, such as xfdd. Several words, parted by blanks, must all be there.";
    search_units: "部门和属地", "Departments and localities";
    search_people: "人员", "People";
    search: "查找", "Search";
    search_hint: "编号、标题、企业", "Code, title, enterprise";
    none_match: "没有符合的哨件", "No whistle matches";
    clear_filter: "清除筛选", "Clear the filter";
    // Summonses.
    no_summonses: "这一栏没有任务", "No tasks in this view";
    no_summonses_hint: "安委办派单后，任务按进度出现在各栏，同时发邮件给联络员和负责人。", "Dispatched tasks appear in these views by their state; liaison and head get a letter as well.";
    issued_at: "派单时间", "Dispatched at";
    of_whistle: "所属哨件：", "Whistle ";
    task: "任务", "Task";
    task_words: "要求", "Instructions";
    summoned: "受派单位", "Summoned";
    who_goes: "谁去", "Who goes";
    officers_hint: "行政检查须两名以上持证人员", "An inspection needs two certified officers";
    mode: "怎么报到", "How";
    eta: "预计到达", "Expected arrival";
    report_in_go: "报到", "Report in";
    acknowledge_go: "仅签收", "Only acknowledge";
    acknowledge_hint: "签收不停表，时限从派单算起", "Acknowledging stops no clock; the limit runs from dispatch";
    start_go: "开始办理", "Start";
    submit_now: "已经办完，直接报结果", "Already done: submit the result";
    submit_go: "报结果", "Submit the result";
    result: "办理结果", "Result";
    result_hint: "做了什么、隐患是否消除、还差什么", "What was done, whether the danger is gone, what is left";
    review_pass: "审核通过", "Accept the result";
    review_send_back: "退回重办", "Send back";
    sent_back_for: "安委办退回重办：", "Sent back by the office: ";
    note_said: "报到说明", "Said at report-in";
    eta_hint: "可不填", "Optional";
    to_do: "要办的", "To do";
    to_review: "待审核", "To review";
    finished: "已完成", "Done";
    all: "全部", "All";
}

/// The page words of a language.
pub fn of(lang: Lang) -> &'static PageText {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_say_the_glossarys_words() {
        for (lang, t) in [(Lang::Zh, &ZH), (Lang::En, &EN)] {
            let ours = [t.verb_accept, t.verb_dispatch, t.verb_return, t.verb_decline, t.verb_close, t.verb_send_back];
            let verbs = ["accept", "dispatch", "return", "decline", "close", "send_back"];
            assert_eq!(ours, verbs.map(|verb| lang.whistle_deed(verb)));
            let ours = [t.report_in_go, t.start_go, t.submit_go, t.review_pass, t.review_send_back];
            assert_eq!(
                ours,
                ["report_in", "start", "submit", "accept", "send_back"].map(|verb| lang.summons_deed(verb))
            );
        }
        let text = format!("{ZH:?}");
        assert!(!text.contains("处置") && !text.contains("协办") && !text.contains("提交结果"));
    }
}
