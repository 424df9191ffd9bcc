//! The district's working calendar: which days and hours are worked, and when a limit that starts now runs out.
//! Holidays and make-up workdays (调休) are announced data, handed in and never computed; a year that nobody has
//! announced counts as plain weekdays and says so (`provisional`). A deadline carries its own account of what was
//! counted and what was left out. It never reads a clock, never writes prose, and every count is bounded.

mod back;
mod count;

use super::at::At;
use super::terms::words;
use count::Count;
use jiff::civil::{Date, Time, Weekday, time};
use std::collections::{BTreeMap, BTreeSet};

/// Larger amounts count as this one: no limit of the law is longer.
pub const AMOUNT_MAX: u32 = 10_000;

words!(
    /// What a limit is counted in. A length without a unit does not exist here (行政处罚法 85).
    Unit {
        /// Run always.
        Minutes = "minutes",
        /// Run always.
        Hours = "hours",
        /// Run in working time only.
        WorkingHours = "working_hours",
        /// End at 24:00 of the last day.
        NaturalDays = "natural_days",
        /// End with the working time of the last day.
        WorkingDays = "working_days",
    }
);
words!(
    /// What an announcement makes of a day.
    DayKind { Off = "off", Work = "work", }
);

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Up to `AMOUNT_MAX`; 0 is due at once.
    pub amount: u32,
    pub unit: Unit,
}

/// Whether a limit in natural days that ends on a day off moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// To 24:00 of the next working day.
    ToWorkingDay,
    /// Never: emergency, urgent, safety measures.
    Never,
}

/// When a limit runs out, and why then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deadline {
    /// The last moment. 24:00 of a day is held as 00:00:00 of the next.
    pub at: At,
    /// True if the count touched a year that nobody has announced yet: it may still move.
    pub provisional: bool,
    /// What was counted and left out, in order.
    pub explained: Vec<Span>,
}

impl Deadline {
    /// A limit that somebody set: nothing was counted.
    pub fn set(at: At) -> Deadline {
        Deadline { at, provisional: false, explained: Vec::new() }
    }
}

/// One entry of the account: `from` up to, not including, `to`. Whole days run from 00:00 to 00:00; neighbours of the
/// same kind are one entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    pub from: At,
    pub to: At,
    #[serde(flatten)]
    pub part: Part,
}

/// What an entry did to the count.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Time that ran.
    Counted,
    /// Whole days that ran; `made_up` names the holiday for which a weekend is worked.
    Days { made_up: Option<String> },
    /// Whole days that did not run.
    LeftOut { why: NotCounted },
    /// The end, moved from one moment to the other because the first lies on a day off.
    Moved { why: NotCounted },
    /// More than an account can hold: counted on in the same way.
    AndSoOn,
}

/// Why a day does not count.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// The day of the act itself.
    DayOfAct,
    Weekend,
    /// The holiday's announced name.
    Holiday(String),
}

/// One day that an announcement changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    date: Date,
    kind: DayKind,
    holiday: String,
}

impl SpecialDay {
    /// From the announced list: `2026-02-14`, `off` or `work`, the holiday's name. The error names the faulty word.
    pub fn read(date: &str, kind: &str, holiday: &str) -> Result<SpecialDay, String> {
        let day = date.parse::<Date>().map_err(|_| format!("{date}: not a date"))?;
        let kind = DayKind::parse(kind).ok_or_else(|| format!("{date}: {kind} is neither off nor work"))?;
        Ok(SpecialDay { date: day, kind, holiday: holiday.to_owned() })
    }
}

/// The same as it is kept and as it comes in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AnnouncedDay {
    /// `2026-02-14`.
    pub date: String,
    pub kind: DayKind,
    /// The holiday's announced name.
    pub holiday: String,
}

impl AnnouncedDay {
    /// The day as it is counted with; nothing if its date is none.
    pub fn special(&self) -> Option<SpecialDay> {
        SpecialDay::read(&self.date, self.kind.as_str(), &self.holiday).ok()
    }
}

/// The announced days and the working hours of a district.
#[derive(Debug, Clone)]
pub struct Calendar {
    special: BTreeMap<Date, SpecialDay>,
    announced: BTreeSet<i16>,
    hours: Vec<(Time, Time)>,
}

impl Calendar {
    /// Mon–Fri 09:00–12:00 and 13:30–17:30, changed by `days`. A year is announced once it has one such day.
    pub fn new(days: impl IntoIterator<Item = SpecialDay>) -> Calendar {
        let special: BTreeMap<Date, SpecialDay> = days.into_iter().map(|day| (day.date, day)).collect();
        Calendar {
            announced: special.keys().map(|day| day.year()).collect(),
            special,
            hours: vec![(time(9, 0, 0, 0), time(12, 0, 0, 0)), (time(13, 30, 0, 0), time(17, 30, 0, 0))],
        }
    }

    /// The same days with other working hours, `("08:30", "12:00")` and so on: in order, apart, an hour or more in all.
    pub fn with_hours(self, spans: &[(&str, &str)]) -> Result<Calendar, String> {
        let read = |text: &str| text.parse::<Time>().map_err(|_| format!("{text}: not a time of day"));
        let mut hours = Vec::new();
        for (from, to) in spans {
            hours.push((read(from)?, read(to)?));
        }
        let ends: Vec<Time> = hours.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let seconds: i64 = hours.iter().map(|(from, to)| from.duration_until(*to).as_secs()).sum();
        if !ends.is_sorted_by(|one, next| one < next) || seconds < 3600 {
            return Err("working hours must be in order, apart, and one hour or more in all".to_owned());
        }
        Ok(Calendar { hours, ..self })
    }

    /// Whether the list of the State Council for `year` has been imported.
    pub fn is_announced(&self, year: i16) -> bool {
        self.announced.contains(&year)
    }

    /// Whether people work on that day.
    pub fn is_working_day(&self, day: Date) -> bool {
        self.left_out(day).is_none()
    }

    /// Whether people work at that moment: an end of working time (12:00:00, 17:30:00) is outside it. What the counting
    /// is compared with, minute by minute.
    #[cfg(test)]
    pub(super) fn is_working_time(&self, at: At) -> bool {
        let now = at.civil();
        self.is_working_day(now.date()) && self.hours.iter().any(|(from, to)| (*from..*to).contains(&now.time()))
    }

    /// 18:00–08:00 or any day off: when the emergency report-in has the night's limit.
    pub fn is_night_or_day_off(&self, at: At) -> bool {
        let now = at.civil();
        !(8..18).contains(&now.hour()) || !self.is_working_day(now.date())
    }

    /// The first time after `after` that clocks show this hour of a working day.
    pub fn next_working_hour(&self, after: At, hour: i8) -> At {
        let days = count::days_from(after.civil().date()).filter(|day| self.is_working_day(*day));
        let mut hours = days.map(|day| At::from_civil(day.at(hour, 0, 0, 0)));
        hours.find(|at| *at > after).unwrap_or(after)
    }

    /// When a limit that starts with an act at `from` runs out. Never before `from`.
    pub fn due(&self, from: At, limit: Limit, moves: Moves) -> Deadline {
        let mut count = Count::new(self);
        let at = count.end(from, limit, moves);
        Deadline { at: at.max(from), provisional: count.provisional, explained: count.spans }
    }

    /// Why that day is off; nothing if it is worked.
    fn left_out(&self, day: Date) -> Option<NotCounted> {
        match self.special.get(&day) {
            Some(SpecialDay { kind: DayKind::Off, holiday, .. }) => Some(NotCounted::Holiday(holiday.clone())),
            Some(SpecialDay { kind: DayKind::Work, .. }) => None,
            None => is_weekend(day).then_some(NotCounted::Weekend),
        }
    }

    /// The working spans of a day as moments.
    fn open(&self, day: Date) -> impl Iterator<Item = (At, At)> {
        let at = move |time: &Time| At::from_civil(day.to_datetime(*time));
        self.hours.iter().map(move |(from, to)| (at(from), at(to)))
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in crate::domain::calendar) fn year_2026() -> Calendar {
        let rows = include_str!("../../../config/sample-district/calendar-2026.csv").lines().skip(1);
        let fields = rows.map(|row| row.split(',').collect::<Vec<_>>());
        Calendar::new(fields.map(|row| SpecialDay::read(row[0], row[1], row[2]).unwrap()))
    }

    pub(in crate::domain::calendar) fn at(text: &str) -> At {
        At::from_civil(text.replace(' ', "T").parse().unwrap())
    }

    #[test]
    fn night_begins_at_18_and_ends_at_8_and_an_end_of_work_is_outside_work() {
        let calendar = year_2026();
        let night = |text: &str| calendar.is_night_or_day_off(at(text));
        assert!(
            night("2026-05-13 18:00")
                && night("2026-05-14 07:59")
                && night("2026-05-16 12:00")
                && night("2026-02-17 12:00")
        );
        assert!(!night("2026-05-13 17:59") && !night("2026-05-14 08:00") && !night("2026-02-14 12:00"));
        let work = |text: &str| calendar.is_working_time(at(text));
        assert!(work("2026-05-13 09:00") && work("2026-05-13 13:30") && work("2026-02-14 17:29"));
        assert!(!work("2026-05-13 12:00") && !work("2026-05-13 17:30") && !work("2026-05-16 10:00"));
    }

    #[test]
    fn faulty_days_and_hours_are_refused_by_name() {
        assert_eq!(SpecialDay::read("2026-02-30", "off", "x").unwrap_err(), "2026-02-30: not a date");
        assert!(SpecialDay::read("2026-02-03", "half", "x").unwrap_err().contains("half"));
        for bad in [&[][..], &[("09:00", "09:30")], &[("13:00", "17:00"), ("09:00", "12:00")], &[("09:00", "25:00")]] {
            assert!(year_2026().with_hours(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_day_of_2026_agrees_with_an_independent_list() {
        let calendar = year_2026();
        for day in jiff::civil::date(2026, 1, 1).series(jiff::Span::new().days(1)).take(365) {
            let (month, number) = (u8::try_from(day.month()).unwrap(), u8::try_from(day.day()).unwrap());
            // The list ends on 25 December; after that no day of 2026 is shifted.
            let expected = if month == 12 && number > 25 {
                !is_weekend(day)
            } else {
                chinese_holiday::chinese_holiday(chinese_holiday::Ymd::new(2026, month, number)).is_workday()
            };
            assert_eq!(calendar.is_working_day(day), expected, "{day}");
        }
    }
}
