//! Sentences of the console's pages that hold a name, a number or a moment. They are given finished words and put them
//! in order; whatever a person typed is not among them.

use super::super::Lang;
use super::of;

/// A span of days: 90天.
pub fn days(lang: Lang, days: i64) -> String {
    match lang {
        Lang::Zh => format!("{days}天"),
        Lang::En => format!("{days} days"),
    }
}

/// What an owner is told of tries that were not theirs, perhaps.
pub fn failed_tries(lang: Lang, tries: u32) -> String {
    match lang {
        Lang::Zh => format!("最近15分钟内有{tries}次用您的用户名登录失败。如果不是您本人，请告诉管理员。"),
        Lang::En => format!(
            "Failed sign-ins with your name in the last fifteen minutes: {tries}. Tell your administrator if that was not you."
        ),
    }
}

/// How an open limit stands: 剩54分, 不到1分, 超时2天. `seconds` are left until it, negative once it has passed.
pub fn time_left(lang: Lang, seconds: i64) -> String {
    let late = seconds <= 0;
    let minutes = seconds.abs() / 60;
    let (n, zh, en) = match minutes {
        0..=119 => (minutes, "分", "min"),
        120..=2_879 => (minutes / 60, "小时", "h"),
        _ => (minutes / 1_440, "天", "d"),
    };
    match (lang, late) {
        (Lang::Zh, false) if n == 0 => "不到1分".to_owned(),
        (Lang::En, false) if n == 0 => "under 1 min left".to_owned(),
        (Lang::Zh, false) => format!("剩{n}{zh}"),
        (Lang::Zh, true) => format!("超时{n}{zh}"),
        (Lang::En, false) => format!("{n} {en} left"),
        (Lang::En, true) => format!("{n} {en} late"),
    }
}

/// Why there is nothing to do: 正在等区消防救援大队：报到。您这里没有要办的事。 Without an owner all is over.
pub fn nothing_to_do(lang: Lang, waits_for: Option<(&str, &str)>) -> String {
    match (lang, waits_for) {
        (Lang::Zh, Some((owner, what))) => format!("正在等{owner}：{what}。您这里没有要办的事。"),
        (Lang::Zh, None) => "这件事已经结束，没有下一步。".to_owned(),
        (Lang::En, Some((owner, what))) => format!("Waiting for {owner}: {what}. Nothing for you to do now."),
        (Lang::En, None) => "This is finished; there is no next step.".to_owned(),
    }
}

/// The line of a lost race: 戚怀杉于10:41受理，您的操作没有执行。
pub fn lost_race(lang: Lang, who: &str, at: &str, did: &str) -> String {
    match lang {
        Lang::Zh => format!("{who}于{at}{did}，您的操作没有执行。"),
        Lang::En => format!("{who} at {at}: {did}. Your own step was not carried out."),
    }
}

/// What was done, on the page that follows: 已记录：受理并派单（WH-2026-0731）.
pub fn done(lang: Lang, code: &str, did: &str) -> String {
    match lang {
        Lang::Zh => format!("已记录：{did}（{code}）"),
        Lang::En => format!("Recorded: {did} ({code})"),
    }
}

/// How much was left, and how much of it waits for an answer.
pub fn feedback_counted(lang: Lang, all: i64, open: i64) -> String {
    match lang {
        Lang::Zh => format!("共{all}条，未答复{open}条"),
        Lang::En => format!("{all} in all, {open} without an answer"),
    }
}

/// Too many failed sign-ins; `minutes` until the next may be tried.
pub fn too_many_tries(lang: Lang, minutes: u32) -> String {
    match lang {
        Lang::Zh => format!("尝试次数过多，请{minutes}分钟后再试；急事请联系本单位管理员。"),
        Lang::En => {
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            format!("Too many tries. Please wait {minutes} {unit}; if it is pressing, ask your administrator.")
        }
    }
}

/// A line of the timeline: 受理：重大隐患、联合检查. Without details only what happened.
pub fn told(lang: Lang, what: &str, details: &str) -> String {
    match lang {
        Lang::Zh | Lang::En if details.is_empty() => what.to_owned(),
        Lang::Zh => format!("{what}：{details}"),
        Lang::En => format!("{what}: {details}"),
    }
}

/// A reader's own task in a whistle: 区消防救援大队：报到.
pub fn task(lang: Lang, unit: &str, what: &str) -> String {
    told(lang, unit, what)
}

/// What a filter takes: 紧急程度只能是：紧急、加急、一般、复杂.
pub fn filter_takes(lang: Lang, label: &str, words: &str) -> String {
    match lang {
        Lang::Zh => format!("“{label}”只能是：{words}"),
        Lang::En => format!("{label} takes one of: {words}"),
    }
}

/// Filters that were left out, and why.
pub fn filters_ignored(lang: Lang, why: &[String]) -> String {
    match lang {
        Lang::Zh => format!("有筛选条件无效，已忽略。{}。", why.join("；").trim_end_matches('。')),
        Lang::En => format!("A filter is not valid and was left out. {}.", why.join("; ").trim_end_matches('.')),
    }
}

/// A person with the unit: 陈昭（区应急局）.
pub fn person_of(lang: Lang, name: &str, unit: &str) -> String {
    match lang {
        Lang::Zh => format!("{name}（{unit}）"),
        Lang::En => format!("{name} ({unit})"),
    }
}

/// A post: 区消防救援大队，联络员. Without a unit only the role.
pub fn post(lang: Lang, unit: &str, role: &str) -> String {
    match lang {
        Lang::Zh | Lang::En if unit.is_empty() => role.to_owned(),
        Lang::Zh => format!("{unit}，{role}"),
        Lang::En => format!("{role}, {unit}"),
    }
}

/// Several units, told by the first: 区应急局等3个单位.
pub fn among(lang: Lang, unit: &str, number: usize) -> String {
    match lang {
        Lang::Zh | Lang::En if number < 2 => unit.to_owned(),
        Lang::Zh => format!("{unit}等{number}个单位"),
        Lang::En if number == 2 => format!("{unit} and one other"),
        Lang::En => format!("{unit} and {} others", number - 1),
    }
}

/// 区应急局牵头.
pub fn leads(lang: Lang, unit: &str) -> String {
    match lang {
        Lang::Zh => format!("{unit}牵头"),
        Lang::En => format!("{unit} leads"),
    }
}

/// How many attend.
pub fn people(lang: Lang, number: u64) -> String {
    match lang {
        Lang::Zh => format!("{number}人"),
        Lang::En if number == 1 => "1 person".to_owned(),
        Lang::En => format!("{number} people"),
    }
}

/// A label of a field that may stay empty.
pub fn optional(lang: Lang, label: &str) -> String {
    match lang {
        Lang::Zh => format!("{label}（可不填）"),
        Lang::En => format!("{label} (optional)"),
    }
}

/// The day or moment up to which something goes.
pub fn until(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Zh => format!("至{at}"),
        Lang::En => format!("until {at}"),
    }
}

/// A whistle from paper: when it came in, by whom, and its number there.
pub fn entered(lang: Lang, at: &str, who: &str, number: &str) -> String {
    match lang {
        Lang::Zh => format!("{at}由{who}录入（外部编号{number}）；吹哨时间以纸面所记为准，各项时限自录入起算"),
        Lang::En => format!(
            "{at} by {who} (number on paper {number}); blown at the time that its paper says, every limit runs from its entry"
        ),
    }
}

/// The same in a timeline.
pub fn blown_on_paper(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Zh => format!("补录，纸面吹哨时间{at}"),
        Lang::En => format!("entered later, blown on paper at {at}"),
    }
}

/// When they expect to be there.
pub fn expected(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Zh => format!("预计{at}到达"),
        Lang::En => format!("expected {at}"),
    }
}

/// A fault with the name of its field: 类别：必填，请填写或选择。
pub fn fault_of(lang: Lang, field: &str, fault: &str) -> String {
    if field.is_empty() { fault.to_owned() } else { told(lang, field, fault) }
}

/// Why a deed is not possible now, and what would be: a sentence each.
pub fn not_now(lang: Lang, status: &str, did: &str, could: &str) -> Vec<String> {
    let (why, instead) = match lang {
        Lang::Zh => (format!("现在是“{status}”，不能“{did}”，操作没有执行。"), format!("您现在可以：{could}。")),
        Lang::En => (
            format!("It is in the state “{status}”: “{did}” is not possible. Nothing was done."),
            format!("What you can do now: {could}."),
        ),
    };
    if could.is_empty() { vec![why] } else { vec![why, instead] }
}

/// The label of a field by its API name; empty for a name that no form of ours has.
pub fn field(lang: Lang, name: &str) -> &'static str {
    let t = of(lang);
    match name {
        "category" => t.category,
        "what" => t.what,
        "place" => t.place,
        "enterprise" => t.firm,
        "town" => t.town,
        "title" => t.title,
        "urgency" => t.urgency,
        "severity" | "severity_claimed" => t.severity,
        "clause" => t.clause,
        "message" => super::desk(lang).feedback,
        "answer" => super::desk(lang).feedback_answer,
        "needed_departments" => t.needed,
        "source" => t.source,
        "occurred_at" => t.occurred_at,
        "contact" | "contact.name" => t.contact_name,
        "contact.phone" => t.contact_phone,
        "on_behalf_of" => t.on_behalf_of,
        "lead" => t.lead,
        "supports" => t.support,
        "route" => t.route,
        "missing" => t.return_missing,
        "ground" => t.decline_ground,
        "kind" => t.close_kind,
        "conclusion" => t.conclusion,
        "lacks" => t.lacks,
        "officers" => t.who_goes,
        "mode" => t.mode,
        "eta" => t.eta,
        "result" => t.result,
        "username" => t.login_user,
        "same_as" => t.person_same_as,
        "password" => t.login_password,
        "name" => t.name_of,
        "list" | "query" => super::desk(lang).filters,
        "role" => t.person_role,
        "department" => t.department,
        "proof" => t.proof,
        "new_password" => t.own.password_new,
        "code" => t.own.totp_code,
        "note" => t.note_field,
        "scopes" => t.own.token_scopes,
        "expires_at" => t.own.token_days,
        "networks" => t.own.token_networks,
        "into" => t.into,
        "task" => t.task_words,
        "reason" => t.reason,
        "law" => t.law,
        "instead" | "to" => t.instead,
        "basis" => t.basis,
        "until" => t.asked_until,
        "review_on" => t.review_on,
        "text" => t.comment,
        "visibility" => t.visibility,
        "summonses" => t.back_to_work,
        "date" => t.rota.date,
        "shift" => t.rota.shift,
        "office_duty" => t.duty_office,
        "main" => t.duty_main,
        "deputy" => t.duty_deputy,
        _ => super::visits::field(t.visits, name),
    }
}

/// A post that nobody holds, and to whom its letters go.
pub fn bare_post(lang: Lang, unit: &str, role: &str, head: Option<&str>) -> String {
    match (lang, head) {
        (Lang::Zh, Some(head)) => format!("{unit}的{role}岗位现在没有人，信件改寄{head}。"),
        (Lang::Zh, None) => format!("{unit}的{role}岗位现在没有人，也没有负责人可收信，请尽快补人。"),
        (Lang::En, Some(head)) => format!("Nobody is {role} of {unit}: its letters go to {head}."),
        (Lang::En, None) => format!("Nobody is {role} of {unit}, and no head can be written to: name somebody soon."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_in_the_largest_unit_that_still_says_something() {
        assert_eq!(time_left(Lang::Zh, 54 * 60), "剩54分");
        assert_eq!(time_left(Lang::Zh, -9 * 60), "超时9分");
        assert_eq!(time_left(Lang::Zh, 3 * 3_600), "剩3小时");
        assert_eq!(time_left(Lang::En, -3 * 86_400), "3 d late");
        assert_eq!(time_left(Lang::En, 0), "0 min late");
        assert_eq!((time_left(Lang::Zh, 59), time_left(Lang::Zh, 60)), ("不到1分".into(), "剩1分".into()));
    }

    #[test]
    fn several_units_are_told_by_the_first_and_their_number() {
        assert_eq!(among(Lang::Zh, "区应急局", 3), "区应急局等3个单位");
        assert_eq!(among(Lang::En, "Fire", 3), "Fire and 2 others");
        assert_eq!(among(Lang::En, "Fire", 1), "Fire");
    }

    #[test]
    fn every_field_of_the_blow_order_has_its_label() {
        for name in crate::domain::whistle::blow::FIELDS {
            assert!(!field(Lang::Zh, name).is_empty() && !field(Lang::En, name).is_empty(), "{name}");
        }
        assert_eq!(field(Lang::Zh, "<b>"), "");
    }
}
