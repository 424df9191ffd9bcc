//! One moment, as the ledger keeps it: microseconds UTC. The district's civil time is Asia/Shanghai, whatever the
//! host's zone is. No time type of a library crosses this file's border, and nothing here asks what time it is.

use jiff::tz::Offset;
use jiff::{Timestamp, civil};

/// Asia/Shanghai has kept this offset since 1991; what is claimed of an earlier time is shown by it, too.
const SHANGHAI: Offset = Offset::constant(8);

/// Microseconds in one minute.
pub const MINUTE: i64 = 60_000_000;
/// Minutes of a day.
pub const DAY_MINUTES: i64 = 24 * 60;

/// A moment, microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct At(pub i64);

/// Whether a text is a civil date, `2026-12-01`.
pub fn is_date(text: &str) -> bool {
    text.parse::<civil::Date>().is_ok()
}

impl At {
    /// The moment `minutes` later; saturates at the end of time.
    pub fn plus_minutes(self, minutes: i64) -> At {
        At(self.0.saturating_add(minutes.saturating_mul(MINUTE)))
    }

    /// The civil date and time in Asia/Shanghai.
    pub fn civil(self) -> civil::DateTime {
        let stamp = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MIN);
        SHANGHAI.to_datetime(stamp)
    }

    /// The moment at which clocks in Asia/Shanghai show `civil`.
    pub fn from_civil(civil: civil::DateTime) -> At {
        At(SHANGHAI.to_timestamp(civil).map_or(i64::MAX, |stamp| stamp.as_microsecond()))
    }

    /// The moment at which a civil date, `2026-12-01`, begins.
    pub fn of_date(text: &str) -> Option<At> {
        let date = text.parse::<civil::Date>().ok()?;
        Some(At::from_civil(date.to_datetime(civil::Time::midnight())))
    }

    /// The civil year in Asia/Shanghai: the year of a code.
    pub fn year(self) -> i16 {
        self.civil().year()
    }

    /// The civil month that lies so many months back: `2026-11`.
    pub fn month_before(self, back: i64) -> String {
        let first = self.civil().date().first_of_month();
        let month = first.checked_sub(jiff::Span::new().months(back)).unwrap_or(first);
        month.strftime("%Y-%m").to_string()
    }

    /// 24:00 of the civil day.
    pub fn day_end(self) -> At {
        let midnight = self.civil().date().tomorrow().map(|day| day.at(0, 0, 0, 0));
        midnight.map_or(At(i64::MAX), At::from_civil)
    }

    /// As an end is told: its day and the time there, `24:00` where it is the midnight that ends the day.
    pub fn as_end(self) -> (civil::Date, String) {
        let civil = self.civil();
        if civil.time() == civil::Time::midnight() {
            return (At(self.0 - 1).civil().date(), "24:00".to_owned());
        }
        (civil.date(), civil.strftime("%H:%M").to_string())
    }

    /// 24:00 of the civil week's Sunday.
    pub fn week_end(self) -> At {
        let left = 6 - i64::from(self.civil().weekday().to_monday_zero_offset());
        self.day_end().plus_minutes(left * 24 * 60)
    }

    /// RFC 3339 with the district's offset, to the second: `2026-11-25T17:30:32+08:00`.
    pub fn rfc3339(self) -> String {
        format!("{}+08:00", self.civil().strftime("%Y-%m-%dT%H:%M:%S"))
    }

    /// UTC to the second without separators, as calendars write it: `20261125T093032Z`.
    pub fn utc(self) -> String {
        let stamp = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MIN);
        stamp.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<At> {
        text.parse::<Timestamp>().ok().map(|stamp| At(stamp.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_its_midnight_and_a_week_on_its_sunday() {
        for (now, day, week) in [
            ("2026-12-01T09:00:00+08:00", "2026-12-02T00:00:00+08:00", "2026-12-07T00:00:00+08:00"),
            ("2026-12-06T23:59:59+08:00", "2026-12-07T00:00:00+08:00", "2026-12-07T00:00:00+08:00"),
            ("2026-12-07T00:00:00+08:00", "2026-12-08T00:00:00+08:00", "2026-12-14T00:00:00+08:00"),
            ("2026-12-31T16:30:00+00:00", "2027-01-02T00:00:00+08:00", "2027-01-04T00:00:00+08:00"),
        ] {
            let now = At::parse(now).unwrap();
            assert_eq!((now.day_end().rfc3339().as_str(), now.week_end().rfc3339().as_str()), (day, week));
        }
    }

    #[test]
    fn a_limit_at_midnight_belongs_to_the_day_that_it_ends() {
        for (limit, told) in [
            ("2026-12-12T00:00:00+08:00", "2026-12-11 24:00"),
            ("2027-01-01T00:00:00+08:00", "2026-12-31 24:00"),
            ("2026-12-12T00:01:00+08:00", "2026-12-12 00:01"),
            ("2026-12-11T17:30:00+08:00", "2026-12-11 17:30"),
        ] {
            let (day, time) = At::parse(limit).unwrap().as_end();
            assert_eq!(format!("{day} {time}"), told);
        }
    }

    #[test]
    fn civil_time_is_shanghais_and_round_trips() {
        let at = At::parse("2026-12-31T16:30:00Z").unwrap();
        assert_eq!((at.rfc3339().as_str(), at.year()), ("2027-01-01T00:30:00+08:00", 2027));
        assert_eq!(At::from_civil(at.civil()), at);
        let long_ago = At::parse("1900-01-01T00:00:00Z").unwrap();
        assert_eq!(At::parse(&long_ago.rfc3339()), Some(long_ago), "before the zone was as it is");
    }
}
