//! The words of the pages that a firm opens by the link on its paper, and of that link on officials' pages; Chinese first, English
//! beside it. Nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of a firm's pages in one language.
    LinkText;
    start_title: "查看文书", "Read the document";
    start_go: "打开文书", "Open the document";
    order_title: "整改指令", "Order to rectify";
    problem: "存在的问题", "What is wrong";
    issuer: "下达机关", "Ordered by";
    addressee: "责令对象", "Addressed to";
    spot: "具体位置", "Where";
    basis: "依据", "Legal basis";
    demand: "整改要求", "What is demanded";
    order_no: "文书编号", "Number of the order";
    ordered_at: "下达时间", "Ordered at";
    due_at: "整改期限", "To be done by";
    code: "问题编号", "Code";
    claim_title: "报告整改完成", "Report that it is fixed";
    claim_hint: "提交后由执法人员复查，复查通过才算整改完成。", "Officers will look again; it counts as fixed once they have passed it.";
    claim_tick: "我单位已按要求整改完毕", "We have put it right as demanded";
    claim_note: "整改情况（选填）", "What was done (optional)";
    photos: "整改后的照片（选填）", "Photos of how it is now (optional)";
    photos_hint: "最多3张，每张不超过10 MiB，JPEG、PNG或WebP。", "Three at most, 10 MiB each: JPEG, PNG or WebP.";
    photo: "整改照片", "Photo";
    claim_go: "提交报告", "Send the report";
    claim_done: "已报告整改完成，等待复查。", "Reported as fixed; officers will look again.";
    claim_over: "现在不能报告整改完成，请等待执法人员复查，或者联系下达机关。", "It cannot be reported now: wait for the officers, or ask whoever ordered it.";
    tick_needed: "请先勾选“我单位已按要求整改完毕”。", "Tick that it is fixed first.";
    rate_title: "评价这次检查", "Rate this visit";
    rate_hint: "只有安委办和监督部门看得到，检查人员看不到。销号前可以修改。", "Read by the committee office and supervisors, never by those who inspected. You may change it until the case is closed.";
    stars: "总体评价", "Your rating";
    rate_text: "还想说什么（选填）", "Anything to add (optional)";
    rate_go: "提交评价", "Send the rating";
    rate_again: "修改评价", "Change the rating";
    rated: "已收到您的评价，谢谢。", "Thank you for your rating.";
    choose_stars: "请先选几星。", "Choose a number of stars first.";
    until: "二维码有效期到", "The code is good until";
    stays: "，每次打开半小时后须重新扫码。", "; scan again half an hour after each opening.";
    accident: "发生事故或有人遇险，先拨119、120。", "Accident or people in danger: ring 119 or 120 first.";
    gone_title: "这个链接不能打开", "This link does not open";
    gone: "链接不对、已经过期、已经更换，打开超过半小时，或者问题已经销号。请扫描最近一份文书上的二维码，或者联系下达机关。", "It is mistyped, over, replaced, was opened more than half an hour ago, or the case is closed. Scan the code on your newest paper, or ask whoever sent it.";
    often_title: "次数太多", "Too often";
    often: "请过一会儿再试。", "Please try again later.";
    failed_title: "没有办成", "It did not work";
    failed: "请重新扫描文书上的二维码再试一次。", "Please scan the code on your paper and try again.";
    // On officials' pages.
    give: "生成企业二维码", "Make the firm's code";
    give_hint: "指令书上的二维码只显示10分钟，请打印后交企业；再次生成后，以前的二维码作废。", "The order shows the code for ten minutes, to be printed for the firm; making another voids the one before.";
    given: "企业二维码", "The firm's code";
    rating: "企业评价", "The firm's rating";
}

/// So many stars.
pub fn stars(lang: Lang, count: u64) -> String {
    match lang {
        Lang::Zh => format!("{count}星"),
        Lang::En if count == 1 => "1 star".to_owned(),
        Lang::En => format!("{count} stars"),
    }
}

/// The words of a language.
pub fn by_link(lang: Lang) -> &'static LinkText {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}
