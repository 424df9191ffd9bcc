//! The announced days as rows. The day of the week is there for the eye, and to find a slip in a date.
//! Whether a day may still be changed is not asked here.

use super::{NAME_MAX, Row, Written};
use crate::domain::calendar::{AnnouncedDay, DayKind};
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::faults::What;
use crate::domain::imports::sheet::Column;
use jiff::civil::Date;

/// From Monday on: as the sample has them, and as they are said.
const WEEKDAYS: [(&str, &str); 7] =
    [("Mon", "一"), ("Tue", "二"), ("Wed", "三"), ("Thu", "四"), ("Fri", "五"), ("Sat", "六"), ("Sun", "日")];

fn days_from_monday(date: &str) -> Option<usize> {
    usize::try_from(date.parse::<Date>().ok()?.weekday().to_monday_zero_offset()).ok()
}

/// The day of the week of a date that was read.
fn weekday(date: &str) -> &'static str {
    days_from_monday(date).and_then(|at| WEEKDAYS.get(at)).map_or("", |names| names.0)
}

/// `Sat`, `saturday`, `六`, `星期六`, `周六`; for Sunday also `天`.
fn is_weekday(date: &str, said: &str) -> bool {
    let Some((short, zh)) = days_from_monday(date).and_then(|at| WEEKDAYS.get(at)) else { return false };
    let bare = said.trim_start_matches("星期").trim_start_matches('周');
    let latin = bare.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(short));
    latin || bare == *zh || bare == "天" && *zh == "日"
}

impl Row for AnnouncedDay {
    const LIST: List = List::Calendar;
    const COLUMNS: &'static [Column] = &[
        Column::of("date", "日期"),
        Column::of("kind", "类型"),
        Column::of("holiday_zh", "节日"),
        Column::maybe("weekday", "星期"),
    ];

    fn code(&self) -> String {
        self.date.clone()
    }

    fn read(line: &Line<'_>) -> Option<AnnouncedDay> {
        let (date, kind) = (line.date("date"), line.word("kind", DayKind::WORDS, DayKind::parse));
        let (holiday, weekday) = (line.text("holiday_zh", NAME_MAX), line.maybe("weekday"));
        let date = date?;
        // A slip of the hand in a date is seen by the day of the week that people know.
        if weekday.clone()?.is_some_and(|said| !is_weekday(&date, &said)) {
            return line.fault("weekday", What::Weekday);
        }
        Some(AnnouncedDay { date, kind: kind?, holiday: holiday? })
    }

    fn check(check: &mut Check<'_, AnnouncedDay>) {
        check.codes_once("date");
    }
}

impl Written for AnnouncedDay {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Plain(self.date.clone()),
            Cell::text(self.kind.as_str()),
            Cell::text(&self.holiday),
            Cell::text(weekday(&self.date)),
        ]
    }
}
