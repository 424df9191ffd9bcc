//! The account of a deadline in words: what was counted, what was left out and why, one line each. It formats spans that
//! the calendar made and never counts itself. The end of a day is printed as 24:00 of that day.

use super::Lang;
use crate::domain::at::At;
use crate::domain::calendar::{NotCounted, Part, Span};

/// One line for each span, in order; dates as `2026-05-13`, moments as `2026-05-13 10:42`.
pub fn lines(lang: Lang, deadline_spans: &[Span]) -> Vec<String> {
    deadline_spans.iter().map(|span| line(lang, span)).collect()
}

fn line(lang: Lang, span: &Span) -> String {
    let Span { from, to, part } = span;
    match (lang, part) {
        (Lang::Zh, Part::Counted) => format!("计时{}～{}", moment(*from), end_after(*from, *to)),
        (Lang::En, Part::Counted) => format!("Counted {} – {}", moment(*from), end_after(*from, *to)),
        (Lang::Zh, Part::Days { made_up }) => {
            let made_up = made_up.as_ref().map_or(String::new(), |name| format!("（{name}调休上班）"));
            format!("计入{}，共{}天{made_up}", days(lang, *from, *to), number(*from, *to))
        }
        (Lang::En, Part::Days { made_up }) => {
            let made_up =
                made_up.as_ref().map_or(String::new(), |name| format!(" (make-up workday, {})", english(name)));
            let (days, number) = (days(lang, *from, *to), number(*from, *to));
            format!("Counted {days}: {number} day{}{made_up}", if number == 1 { "" } else { "s" })
        }
        (Lang::Zh, Part::LeftOut { why }) => format!("不计{}（{}）", days(lang, *from, *to), reason(lang, why)),
        (Lang::En, Part::LeftOut { why }) => format!("Not counted {} ({})", days(lang, *from, *to), reason(lang, why)),
        (Lang::Zh, Part::Moved { why }) => {
            format!("{}届满，遇{}，顺延至{}", end(*from), reason(lang, why), end(*to))
        }
        (Lang::En, Part::Moved { why }) => {
            format!("Would end {} ({}): moved to {}", end(*from), reason(lang, why), end(*to))
        }
        (Lang::Zh, Part::AndSoOn) => format!("其余依此类推，计至{}", end(*to)),
        (Lang::En, Part::AndSoOn) => format!("And so on, until {}", end(*to)),
    }
}

fn reason(lang: Lang, why: &NotCounted) -> String {
    match (lang, why) {
        (Lang::Zh, NotCounted::DayOfAct) => "当日".to_owned(),
        (Lang::En, NotCounted::DayOfAct) => "the day itself".to_owned(),
        (Lang::Zh, NotCounted::Weekend) => "周末".to_owned(),
        (Lang::En, NotCounted::Weekend) => "weekend".to_owned(),
        (Lang::Zh, NotCounted::Holiday(name)) => format!("{name}放假"),
        (Lang::En, NotCounted::Holiday(name)) => format!("holiday, {}", english(name)),
    }
}

/// The seven statutory holidays; any other name (a joint one, a one-off) stays as announced.
fn english(holiday: &str) -> &str {
    match holiday {
        "元旦" => "New Year",
        "春节" => "Spring Festival",
        "清明节" => "Qingming Festival",
        "劳动节" => "Labour Day",
        "端午节" => "Dragon Boat Festival",
        "中秋节" => "Mid-Autumn Festival",
        "国庆节" => "National Day",
        other => other,
    }
}

fn moment(at: At) -> String {
    at.civil().strftime("%Y-%m-%d %H:%M").to_string()
}

fn end(at: At) -> String {
    let (day, time) = at.as_end();
    format!("{day} {time}")
}

/// An end without its date if that is the start's.
fn end_after(from: At, to: At) -> String {
    let end = end(to);
    end.strip_prefix(&format!("{} ", from.civil().date())).map(str::to_owned).unwrap_or(end)
}

fn days(lang: Lang, from: At, to: At) -> String {
    let (first, last) = (from.civil().date(), to.as_end().0);
    match lang {
        Lang::Zh | Lang::En if first == last => first.to_string(),
        Lang::Zh => format!("{first}～{last}"),
        Lang::En => format!("{first} – {last}"),
    }
}

fn number(from: At, to: At) -> i64 {
    from.civil().date().duration_until(to.civil().date()).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Calendar, Limit, Moves, SpecialDay, Unit};

    fn account(lang: Lang, from: &str, amount: u32, unit: Unit) -> Vec<String> {
        let rows = include_str!("../../config/sample-district/calendar-2026.csv").lines().skip(1);
        let fields = rows.map(|row| row.split(',').collect::<Vec<_>>());
        let calendar = Calendar::new(fields.map(|row| SpecialDay::read(row[0], row[1], row[2]).unwrap()));
        let from = At::from_civil(from.replace(' ', "T").parse().unwrap());
        lines(lang, &calendar.due(from, Limit { amount, unit }, Moves::ToWorkingDay).explained)
    }

    #[test]
    fn three_working_days_over_spring_festival_read_as_a_person_would_write_them() {
        let chinese = [
            "不计2026-02-12（当日）",
            "计入2026-02-13，共1天",
            "计入2026-02-14，共1天（春节调休上班）",
            "不计2026-02-15～2026-02-23（春节放假）",
            "计入2026-02-24，共1天",
        ];
        assert_eq!(account(Lang::Zh, "2026-02-12 10:00", 3, Unit::WorkingDays), chinese);
        let english = [
            "Not counted 2026-02-12 (the day itself)",
            "Counted 2026-02-13: 1 day",
            "Counted 2026-02-14: 1 day (make-up workday, Spring Festival)",
            "Not counted 2026-02-15 – 2026-02-23 (holiday, Spring Festival)",
            "Counted 2026-02-24: 1 day",
        ];
        assert_eq!(account(Lang::En, "2026-02-12 10:00", 3, Unit::WorkingDays), english);
    }

    #[test]
    fn a_moved_end_is_24_o_clock_of_both_days() {
        let moved = account(Lang::Zh, "2026-05-01 10:00", 15, Unit::NaturalDays);
        assert_eq!(moved[1], "计入2026-05-02～2026-05-16，共15天");
        assert_eq!(moved[2], "2026-05-16 24:00届满，遇周末，顺延至2026-05-18 24:00");
        let moved = account(Lang::En, "2026-05-01 10:00", 15, Unit::NaturalDays);
        assert_eq!(moved[2], "Would end 2026-05-16 24:00 (weekend): moved to 2026-05-18 24:00");
    }

    #[test]
    fn hours_are_moments_and_a_long_account_ends_in_and_so_on() {
        let hours = account(Lang::Zh, "2026-05-11 17:00", 4, Unit::WorkingHours);
        assert_eq!(
            hours,
            ["计时2026-05-11 17:00～17:30", "计时2026-05-12 09:00～12:00", "计时2026-05-12 13:30～14:00"]
        );
        assert_eq!(
            account(Lang::En, "2026-05-13 23:50", 30, Unit::Minutes),
            ["Counted 2026-05-13 23:50 – 2026-05-14 00:20"]
        );
        let long = account(Lang::En, "2026-05-11 17:00", 1000, Unit::WorkingDays);
        assert!(long.last().unwrap().starts_with("And so on, until 20"), "{long:?}");
    }
}
