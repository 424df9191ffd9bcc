//! The words of the duty rota's page, Chinese first, English beside it: posts, gaps, the form of one shift. Names and dates
//! come from elsewhere; nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of the page of the rota in one language.
    RotaText;
    nav: "值班表", "Duty rota";
    day: "白班", "Day";
    night: "夜班", "Night";
    hours_day: "08:00～18:00", "08:00–18:00";
    hours_night: "18:00～次日08:00", "18:00–08:00";
    date: "日期", "Date";
    shift: "班次", "Shift";
    today: "今天", "Today";
    now: "现在", "Now";
    off: "休", "off";
    gap: "没有排班", "Nobody is on the rota";
    gone: "账号已停用，须换人", "suspended: name another";
    fill: "补班", "Fill it";
    change: "调整", "Change";
    repeats: "按周期重复", "repeats";
    all_filled: "未来四周没有空缺。", "No gap in the next four weeks.";
    set_title: "调整一班", "Set one shift";
    set_hint: "只改这一班，其他日子不变；已结束的班次不能改。保存即生效，并去信告知安委办主任（主任自己调整的，告知纪委监委）。", "Only this shift changes, at once; one that is over stays what it was. The office's director is written to, or the supervisors when it is the director who sets it.";
    save: "保存", "Save";
    set: "值班已调整", "shift set";
    before: "前两周", "Two weeks back";
    after: "后两周", "Two weeks on";
    to_today: "从今天起", "From today";
    to_import: "整张值班表导入导出（须两人确认）", "Import or export the whole rota (two persons decide)";
    empty: "还没有值班表", "There is no rota yet";
    empty_hint: "没有值班表时，信件发给所有值班员。请先排班或者导入。", "Without a rota letters go to every duty officer. Set shifts or import a rota first.";
}

/// Of Monday and the days after it.
const WEEKDAYS: [(&str, &str); 7] = [
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
];

/// A day of the week, counted from Monday.
pub fn weekday(lang: Lang, from_monday: usize) -> &'static str {
    WEEKDAYS.get(from_monday).map_or("", |(zh, en)| lang.pick((zh, en)))
}

/// How many shifts nobody stands for: 未来四周有3个班次没有人。
pub fn gaps(lang: Lang, count: usize) -> String {
    match lang {
        Lang::Zh => format!("未来四周有{count}个班次空缺，请先补班。"),
        Lang::En if count == 1 => "One shift of the next four weeks is not filled.".to_owned(),
        Lang::En => format!("{count} shifts of the next four weeks are not filled."),
    }
}

/// How far the rota is written, and what comes after.
pub fn cycle(lang: Lang, last: &str, days: i64) -> String {
    match lang {
        Lang::Zh => format!("值班表排到{last}，之后每{days}天重复一轮。"),
        Lang::En => format!("Written up to {last}; after that it repeats every {days} days."),
    }
}
