//! The calendar read the other way: how much working time lies between two moments, when so much of it has gone by, and
//! when something must be done that has to come some time before a limit. Exact in both directions, and bounded.

use super::count::{Count, DAYS_MAX, days_from, end_of};
use super::{AMOUNT_MAX, Calendar, Deadline, Limit, Unit};
use crate::domain::at::At;
use jiff::civil::Date;

const HOUR: i64 = 3_600_000_000;

impl Calendar {
    /// Microseconds of working time from one moment to a later one; nothing if it is not later.
    pub fn working_time(&self, from: At, to: At) -> i64 {
        let (first, last) = (from.civil().date(), to.civil().date());
        let days = days_from(first).take_while(|day| *day <= last).filter(|day| self.is_working_day(*day));
        let open = days.flat_map(|day| self.open(day).collect::<Vec<_>>());
        open.map(|(open, close)| (close.min(to).0 - open.max(from).0).max(0)).sum()
    }

    /// The moment at which so many microseconds of working time have gone by since `from`, with the account.
    pub fn after_working_time(&self, from: At, micros: i64) -> Deadline {
        let mut count = Count::new(self);
        let at = count.working_time(from, micros);
        Deadline { at, provisional: count.provisional, explained: count.spans }
    }

    /// The moment from which so many microseconds of working time lead up to `to`.
    pub fn before_working_time(&self, to: At, micros: i64) -> At {
        let mut left = micros;
        for day in days_back(to.civil().date()) {
            if left <= 0 {
                return to;
            }
            let open: Vec<(At, At)> = if self.is_working_day(day) { self.open(day).collect() } else { Vec::new() };
            for (open, close) in open.into_iter().rev() {
                let close = close.min(to);
                let span = (close.0 - open.0).max(0);
                if span >= left {
                    return At(close.0 - left);
                }
                left -= span;
            }
        }
        At(to.0.saturating_sub(micros.max(0)))
    }

    /// The last moment for what must be done that long before a limit: "at least three working days before" ends with the
    /// working time of the third working day before the limit's own.
    pub fn before(&self, due: At, limit: Limit) -> At {
        let amount = limit.amount.min(AMOUNT_MAX);
        // A limit at 24:00 is held as 00:00 of the next day: it belongs to the day that it ends.
        let day = At(due.0 - 1).civil().date();
        match limit.unit {
            Unit::Minutes => due.plus_minutes(-i64::from(amount)),
            Unit::Hours => due.plus_minutes(-i64::from(amount) * 60),
            Unit::WorkingHours => self.before_working_time(due, i64::from(amount) * HOUR),
            Unit::NaturalDays => end_of(day.saturating_sub(jiff::Span::new().days(amount))),
            Unit::WorkingDays => self.working_days_before(due, day, amount),
        }
    }

    fn working_days_before(&self, due: At, day: Date, amount: u32) -> At {
        let mut left = amount;
        for day in days_back(day).skip(1).filter(|day| self.is_working_day(*day)) {
            left = left.saturating_sub(1);
            if left == 0 {
                return self.open(day).last().map_or(due, |(_, close)| close).min(due);
            }
        }
        due
    }
}

/// That day and those before it, as far as one count may walk.
fn days_back(last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(last), |day| day.yesterday().ok()).take(DAYS_MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, year_2026};
    use super::*;
    use proptest::prelude::*;

    fn split() -> Calendar {
        year_2026().with_hours(&[("08:30", "12:00"), ("14:00", "18:00")]).unwrap()
    }

    #[test]
    fn c13_a_reminder_lies_in_the_working_time_before_its_limit_and_never_at_midnight() {
        for (calendar, due, hours, before) in [
            (split(), "2026-05-12 12:00", 1, "2026-05-12 11:00"),
            (split(), "2026-05-12 09:00", 1, "2026-05-11 17:30"),
            (split(), "2026-05-12 14:30", 1, "2026-05-12 11:30"),
            (split(), "2026-05-18 08:45", 4, "2026-05-15 14:15"),
            (year_2026(), "2026-06-22 12:00", 4, "2026-06-18 16:30"),
            (year_2026(), "2026-02-24 09:30", 1, "2026-02-14 17:00"),
            (year_2026(), "2026-05-12 12:45", 3, "2026-05-12 09:00"),
            (year_2026(), "2026-05-17 10:00", 7, "2026-05-15 09:00"),
        ] {
            let limit = Limit { amount: hours, unit: Unit::WorkingHours };
            assert_eq!(calendar.before(at(due), limit), at(before), "{due}");
        }
    }

    #[test]
    fn days_before_a_limit_are_counted_back_over_holidays_and_make_up_days() {
        for (due, amount, unit, before) in [
            ("2026-05-20 17:30", 3, Unit::WorkingDays, "2026-05-15 17:30"),
            ("2026-05-11 17:30", 1, Unit::WorkingDays, "2026-05-09 17:30"),
            ("2026-02-24 17:30", 1, Unit::WorkingDays, "2026-02-14 17:30"),
            ("2026-05-21 00:00", 3, Unit::WorkingDays, "2026-05-15 17:30"),
            ("2026-05-21 00:00", 3, Unit::NaturalDays, "2026-05-18 00:00"),
            ("2026-05-20 10:00", 90, Unit::Minutes, "2026-05-20 08:30"),
            ("2026-05-20 10:00", 24, Unit::Hours, "2026-05-19 10:00"),
            ("2026-05-20 17:30", 0, Unit::WorkingDays, "2026-05-19 17:30"),
        ] {
            assert_eq!(year_2026().before(at(due), Limit { amount, unit }), at(before), "{due} {amount} {unit}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn working_time_counted_forward_and_back_is_the_same(
            start in 0i64..300 * 24 * 3_600_000_000, micros in 1i64..60 * 3_600_000_000,
        ) {
            let (calendar, from) = (year_2026(), At(at("2026-01-05 00:00").0 + start));
            let to = calendar.after_working_time(from, micros).at;
            prop_assert_eq!(calendar.working_time(from, to), micros);
            let back = calendar.before_working_time(to, micros);
            prop_assert!(back >= from);
            prop_assert_eq!(calendar.working_time(back, to), micros);
        }
    }
}
