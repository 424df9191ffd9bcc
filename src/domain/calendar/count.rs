//! One count under way: it walks the calendar from an act to the end of its limit and writes down what it counted and
//! what it left out. It never walks more than `DAYS_MAX` days, and its account never exceeds `SPANS_MAX` entries.

use super::{AMOUNT_MAX, Calendar, Limit, Moves, NotCounted, Part, Span, Unit, is_weekend};
use crate::domain::at::{At, MINUTE};
use jiff::civil::{Date, Time};

/// `AMOUNT_MAX` working days, or as many hours at one working hour a day, weekends and holidays between.
pub(super) const DAYS_MAX: usize = 20_000;
/// What is beyond folds into a last "and so on".
const SPANS_MAX: usize = 40;
const HOUR: i64 = 60 * MINUTE;

/// What a count asked of the calendar and what it wrote down.
pub(super) struct Count<'a> {
    calendar: &'a Calendar,
    /// It asked about a year that nobody has announced.
    pub(super) provisional: bool,
    pub(super) spans: Vec<Span>,
}

impl<'a> Count<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Count<'a> {
        Count { calendar, provisional: false, spans: Vec::new() }
    }

    /// Counts a limit from an act at `from`: the moment it runs out.
    pub(super) fn end(&mut self, from: At, limit: Limit, moves: Moves) -> At {
        let amount = limit.amount.min(AMOUNT_MAX);
        if amount == 0 {
            return from;
        }
        match limit.unit {
            Unit::Minutes => self.running(from, i64::from(amount)),
            Unit::Hours => self.running(from, i64::from(amount) * 60),
            Unit::WorkingHours => self.working_hours(from, amount),
            Unit::NaturalDays => self.natural_days(from, amount, moves),
            Unit::WorkingDays => self.working_days(from, amount),
        }
    }

    /// Minutes that run always.
    fn running(&mut self, from: At, minutes: i64) -> At {
        let to = from.plus_minutes(minutes);
        self.note(from, to, Part::Counted);
        to
    }

    /// Days after the day of the act, to 24:00 of the last.
    fn natural_days(&mut self, from: At, days: u32, moves: Moves) -> At {
        let act = from.civil().date();
        let last = act.saturating_add(jiff::Span::new().days(days));
        let end = end_of(last);
        self.note_day(act, Part::LeftOut { why: NotCounted::DayOfAct });
        self.note(end_of(act), end, Part::Days { made_up: None });
        let Some(why) = (moves == Moves::ToWorkingDay).then(|| self.ask(last)).flatten() else { return end };
        let moved = days_from(last).find(|day| self.ask(*day).is_none()).map_or(end, end_of);
        self.note(end, moved, Part::Moved { why });
        moved
    }

    /// Working days after the day of the act, to the end of the last one's working time.
    fn working_days(&mut self, from: At, days: u32) -> At {
        let act = from.civil().date();
        self.note_day(act, Part::LeftOut { why: NotCounted::DayOfAct });
        let mut left = days;
        for day in days_from(act).skip(1) {
            if self.works(day) {
                self.note_worked(day);
                left -= 1;
            }
            if left == 0 {
                return self.calendar.open(day).last().map_or(from, |(_, to)| to);
            }
        }
        end_of_walk(from)
    }

    /// Hours of working time, the rest of the day of the act included.
    fn working_hours(&mut self, from: At, hours: u32) -> At {
        self.working_time(from, i64::from(hours) * HOUR)
    }

    /// Microseconds of working time, the rest of the day of the act included.
    pub(super) fn working_time(&mut self, from: At, micros: i64) -> At {
        let mut left = micros;
        if left <= 0 {
            return from;
        }
        for day in days_from(from.civil().date()) {
            if !self.works(day) {
                continue;
            }
            let whole: i64 = self.calendar.open(day).map(|(open, close)| close.0.saturating_sub(open.0)).sum();
            let open: Vec<(At, At)> = self.calendar.open(day).map(|(open, close)| (open.max(from), close)).collect();
            let rest: i64 = open.iter().map(|(open, close)| close.0.saturating_sub(open.0).max(0)).sum();
            // A day that runs in full is one entry, without its lunch hour.
            let full = rest == whole && left >= whole;
            if full {
                self.note_worked(day);
            }
            for (open, close) in open.into_iter().filter(|(open, close)| open < close) {
                let to = close.min(At(open.0.saturating_add(left)));
                if !full {
                    self.note(open, to, Part::Counted);
                }
                left -= to.0 - open.0;
                if left == 0 {
                    return to;
                }
            }
        }
        end_of_walk(from)
    }

    /// Why the day is off, noting that the answer may change if its year is not announced.
    fn ask(&mut self, day: Date) -> Option<NotCounted> {
        self.provisional |= !self.calendar.is_announced(day.year());
        self.calendar.left_out(day)
    }

    /// Whether the day is worked; a day off is written down.
    fn works(&mut self, day: Date) -> bool {
        let why = self.ask(day);
        let works = why.is_none();
        if let Some(why) = why {
            self.note_day(day, Part::LeftOut { why });
        }
        works
    }

    fn note_worked(&mut self, day: Date) {
        let made_up =
            self.calendar.special.get(&day).filter(|_| is_weekend(day)).map(|special| special.holiday.clone());
        self.note_day(day, Part::Days { made_up });
    }

    fn note_day(&mut self, day: Date, part: Part) {
        self.note(At::from_civil(day.to_datetime(Time::midnight())), end_of(day), part);
    }

    fn note(&mut self, from: At, to: At, part: Part) {
        let full = self.spans.len() >= SPANS_MAX;
        match self.spans.last_mut() {
            Some(last) if last.part == part && last.to == from => last.to = to,
            Some(last) if full => *last = Span { from: last.from, to, part: Part::AndSoOn },
            Some(_) | None => self.spans.push(Span { from, to, part }),
        }
    }
}

/// That day and those after it, as far as one count may walk.
pub(super) fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(DAYS_MAX)
}

/// 24:00 of a day.
pub(super) fn end_of(day: Date) -> At {
    day.tomorrow().map_or(At(i64::MAX), |next| At::from_civil(next.to_datetime(Time::midnight())))
}

/// Where a count ends that found too little working time in all the days it may walk.
fn end_of_walk(from: At) -> At {
    let first = from.civil().date();
    end_of(days_from(first).last().unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, year_2026};
    use super::super::{Deadline, Part};
    use super::*;
    use proptest::prelude::*;

    /// Rows of `act | limit | due`; `p` = provisional, `never` = does not move, 24:00 is written as the next 00:00.
    fn check(calendar: &Calendar, table: &str) {
        for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let (amount, unit) = cells[1].split_once(' ').unwrap();
            let short =
                [("min", Unit::Minutes), ("h", Unit::Hours), ("wh", Unit::WorkingHours), ("d", Unit::NaturalDays)];
            let unit = short.iter().find(|(word, _)| *word == unit).map_or(Unit::WorkingDays, |(_, unit)| *unit);
            let moves = if row.ends_with("never") { Moves::Never } else { Moves::ToWorkingDay };
            let due = calendar.due(at(cells[0]), Limit { amount: amount.parse().unwrap(), unit }, moves);
            let seen = (due.at.civil().strftime("%Y-%m-%d %H:%M:%S").to_string(), due.provisional);
            assert_eq!(seen, (format!("{}:00", &cells[2][..16]), cells[2].contains(" p")), "{row}");
        }
    }

    #[test]
    fn working_hours_of_a_split_day_are_exact() {
        let split = year_2026().with_hours(&[("08:30", "12:00"), ("14:00", "18:00")]).unwrap();
        check(
            &split,
            "2026-05-11 17:30 | 4 wh | 2026-05-12 12:00
             2026-05-11 12:00 | 4 wh | 2026-05-11 18:00
             2026-05-11 13:00 | 4 wh | 2026-05-11 18:00
             2026-05-11 18:00 | 4 wh | 2026-05-12 14:30
             2026-05-16 10:00 | 4 wh | 2026-05-18 14:30
             2026-05-11 08:30 | 7 wh | 2026-05-11 17:30
             2026-05-11 08:30 | 15 wh | 2026-05-12 18:00",
        );
        check(
            &year_2026(),
            "2026-05-11 09:00 | 4 wh | 2026-05-11 14:30
             2026-05-11 09:00 | 3 wh | 2026-05-11 12:00
             2026-05-11 12:00 | 4 wh | 2026-05-11 17:30
             2026-05-11 12:30 | 4 wh | 2026-05-11 17:30
             2026-05-11 17:29 | 1 wh | 2026-05-12 09:59
             2026-05-11 17:30 | 4 wh | 2026-05-12 14:30
             2026-05-16 10:00 | 4 wh | 2026-05-18 14:30
             2026-05-11 03:00 | 1 wh | 2026-05-11 10:00
             2026-05-11 09:00 | 8 wh | 2026-05-12 10:00
             2026-05-08 17:00 | 4 wh | 2026-05-09 14:00
             2026-05-09 10:00 | 4 wh | 2026-05-09 15:30
             2026-06-18 16:30 | 4 wh | 2026-06-22 12:00
             2026-02-14 17:00 | 1 wh | 2026-02-24 09:30
             2026-12-31 17:00 | 1 wh | 2027-01-01 09:30 p",
        );
    }

    #[test]
    fn days_count_from_the_day_after_and_end_as_the_law_says() {
        check(
            &year_2026(),
            "2026-11-25 10:00 | 15 d | 2026-12-11 00:00
             2026-11-25 23:59 | 1 d | 2026-11-27 00:00
             2026-05-15 09:00 | 1 d | 2026-05-19 00:00
             2026-05-15 09:00 | 1 d | 2026-05-17 00:00 | never
             2026-05-08 09:00 | 1 d | 2026-05-10 00:00
             2026-06-18 09:00 | 3 d | 2026-06-23 00:00
             2026-02-10 09:00 | 7 d | 2026-02-25 00:00
             2026-02-10 09:00 | 7 d | 2026-02-18 00:00 | never
             2026-02-10 09:00 | 4 d | 2026-02-15 00:00
             2026-02-13 09:00 | 15 d | 2026-03-01 00:00
             2026-09-30 09:00 | 7 d | 2026-10-09 00:00
             2026-05-13 10:42 | 1 wd | 2026-05-14 17:30
             2026-05-16 10:00 | 1 wd | 2026-05-18 17:30
             2026-05-15 18:00 | 3 wd | 2026-05-20 17:30
             2026-02-12 10:00 | 3 wd | 2026-02-24 17:30
             2026-02-13 10:00 | 6 wd | 2026-02-28 17:30
             2026-02-13 10:00 | 7 wd | 2026-03-02 17:30",
        );
    }

    #[test]
    fn shifted_days_count_as_workdays() {
        check(
            &year_2026(),
            "2025-12-31 09:00 | 1 wd | 2026-01-04 17:30
             2026-02-13 09:00 | 1 wd | 2026-02-14 17:30
             2026-02-14 09:00 | 1 wd | 2026-02-24 17:30
             2026-02-27 09:00 | 1 wd | 2026-02-28 17:30
             2026-04-03 09:00 | 1 wd | 2026-04-07 17:30
             2026-04-30 09:00 | 1 wd | 2026-05-06 17:30
             2026-05-08 09:00 | 1 wd | 2026-05-09 17:30
             2026-09-19 09:00 | 1 wd | 2026-09-20 17:30
             2026-09-24 09:00 | 1 wd | 2026-09-28 17:30
             2026-09-30 09:00 | 1 wd | 2026-10-08 17:30
             2026-10-09 09:00 | 1 wd | 2026-10-10 17:30",
        );
    }

    #[test]
    fn a_year_that_nobody_announced_makes_the_deadline_provisional() {
        check(
            &year_2026(),
            "2026-10-12 09:00 | 90 d | 2027-01-12 00:00 p
             2026-11-12 09:00 | 90 d | 2027-02-11 00:00 p
             2026-11-12 09:00 | 90 d | 2027-02-11 00:00 | never
             2026-12-31 09:00 | 1 wd | 2027-01-01 17:30 p
             2026-12-30 09:00 | 1 wd | 2026-12-31 17:30
             2026-12-31 23:50 | 30 min | 2027-01-01 00:20
             2026-05-16 10:00 | 24 h | 2026-05-17 10:00
             2026-05-16 10:00 | 0 d | 2026-05-16 10:00",
        );
    }

    #[test]
    fn the_account_names_each_day_left_out_and_stays_short() {
        let due = year_2026().due(at("2026-02-12 10:00"), Limit { amount: 3, unit: Unit::WorkingDays }, Moves::Never);
        let days = |from: &str, to: &str, part| Span { from: at(from), to: at(to), part };
        let spring = || "春节".to_owned();
        let expected = vec![
            days("2026-02-12 00:00", "2026-02-13 00:00", Part::LeftOut { why: NotCounted::DayOfAct }),
            days("2026-02-13 00:00", "2026-02-14 00:00", Part::Days { made_up: None }),
            days("2026-02-14 00:00", "2026-02-15 00:00", Part::Days { made_up: Some(spring()) }),
            days("2026-02-15 00:00", "2026-02-24 00:00", Part::LeftOut { why: NotCounted::Holiday(spring()) }),
            days("2026-02-24 00:00", "2026-02-25 00:00", Part::Days { made_up: None }),
        ];
        assert_eq!(due.explained, expected);
        let text = serde_json::to_string(&due).unwrap();
        assert_eq!(serde_json::from_str::<Deadline>(&text).unwrap(), due);

        let moved =
            year_2026().due(at("2026-05-01 10:00"), Limit { amount: 15, unit: Unit::NaturalDays }, Moves::ToWorkingDay);
        let end = days("2026-05-17 00:00", "2026-05-19 00:00", Part::Moved { why: NotCounted::Weekend });
        assert_eq!((moved.explained.len(), moved.explained.last()), (3, Some(&end)));
        for unit in Unit::ALL {
            let long = year_2026().due(at("2026-02-12 10:00"), Limit { amount: u32::MAX, unit: *unit }, Moves::Never);
            assert!(long.explained.len() <= SPANS_MAX, "{unit}");
            assert!(long.at > at("2026-02-18 00:00") && long.explained.last().unwrap().to >= long.at, "{unit}");
        }
    }

    #[test]
    fn the_ends_of_time_are_survived() {
        for (from, unit) in
            [At(i64::MIN), At(i64::MAX), At(0)].into_iter().flat_map(|at| Unit::ALL.iter().map(move |unit| (at, *unit)))
        {
            assert!(year_2026().due(from, Limit { amount: AMOUNT_MAX, unit }, Moves::ToWorkingDay).at >= from);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn working_hours_equal_a_count_minute_by_minute(start in 0i64..60 * 24 * 45, hours in 1u32..16) {
            let (calendar, from) = (year_2026(), at("2026-01-28 00:00").plus_minutes(start));
            let mut moment = from;
            let mut left = hours * 60;
            while left > 0 {
                left -= u32::from(calendar.is_working_time(moment));
                moment = moment.plus_minutes(1);
            }
            prop_assert_eq!(calendar.due(from, Limit { amount: hours, unit: Unit::WorkingHours }, Moves::Never).at, moment);
        }

        #[test]
        fn later_acts_and_longer_limits_are_never_due_earlier(
            start in 0i64..400 * 24 * 3_600_000_000, later in 0i64..20 * 24 * 3_600_000_000,
            amount in 0u32..60, more in 0u32..20, unit in 0usize..5, never in any::<bool>(),
        ) {
            let (calendar, from) = (year_2026(), At(at("2026-01-01 00:00").0 + start));
            let moves = if never { Moves::Never } else { Moves::ToWorkingDay };
            let due = |from, amount| calendar.due(from, Limit { amount, unit: Unit::ALL[unit] }, moves).at;
            prop_assert!(from <= due(from, amount));
            prop_assert!(due(from, amount) <= due(from, amount + more));
            prop_assert!(due(from, amount) <= due(At(from.0 + later), amount));
        }
    }
}
