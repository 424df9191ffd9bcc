//! The duty rota, one shift at a time: what an order may say of a shift, and the rows that write it without moving any
//! other. The rota repeats itself beyond its written days; nothing here knows a page or a file.

use super::at::At;
use super::directory::{Directory, Shift};
use super::obligation::Post;
use super::order::{Clash, Fault, FaultCode, Faults, Field, Kind, Node, Reader, Spec, read};
use super::policy::{self, Actor};
use super::terms::Role;

/// How far ahead a shift may be set.
pub const WEEKS_AHEAD: i64 = 26;
/// A civil day.
pub type Day = jiff::civil::Date;

/// The two shifts of a day, by their words in a list.
pub const SHIFTS: &[&str] = &["day", "night"];
/// Longest account of what somebody saw, characters.
const SEEN_MAX: usize = 200;

/// The order that sets one shift.
pub static SET: Spec = Spec {
    name: "SetShiftOrder",
    fields: &[
        Field::required("date", Kind::Date),
        Field::required("shift", Kind::Word(SHIFTS)),
        Field::required("office_duty", Kind::Code),
        Field::required("main", Kind::Code),
        Field::required("deputy", Kind::Code),
        Field::optional("seen", Kind::Text { max: SEEN_MAX }),
    ],
};

/// `2026-12-01/night`, as the ledger calls the shift.
pub fn key(date: &str, night: bool) -> String {
    format!("{date}/{}", SHIFTS[usize::from(night)])
}

/// The other way round.
pub fn parse_key(key: &str) -> Option<(Day, bool)> {
    let (date, shift) = key.split_once('/')?;
    Some((date.parse().ok()?, is_night(shift)?))
}

fn is_night(shift: &str) -> Option<bool> {
    SHIFTS.iter().position(|word| *word == shift).map(|at| at == 1)
}

/// How a shift stands, in one line: whoever sets it says by this what they saw.
pub fn stands(directory: &Directory, date: Day, night: bool) -> String {
    let named = directory.shift_of(date, night);
    let named = named.map_or_else(|| "-".to_owned(), |one| format!("{}/{}/{}", one.main, one.deputy, one.office_duty));
    format!("{} {named}", key(&date.to_string(), night))
}

/// Reads the order beside the directory as it stands. A shift that is over is what it was; one that runs may change hands.
pub fn parse(body: &Node, directory: &Directory, now: At) -> Result<Shift, Vec<Fault>> {
    let (reader, mut faults) = read(&SET, body);
    let (date, night) = (reader.date("date").map(|at| at.civil().date()), reader.word("shift", is_night));
    let leader = |name: &str, faults: &mut Faults| holder(&reader, name, (Role::DepartmentHead, directory), faults);
    let (main, deputy) = (leader("main", &mut faults), leader("deputy", &mut faults));
    let office_duty = holder(&reader, "office_duty", (Role::OfficeDuty, directory), &mut faults);
    if main.is_some() && main == deputy {
        faults.add(reader.pointer("deputy"), FaultCode::Clash(Clash::Twice));
    }
    if let Some((date, night)) = date.zip(night) {
        judge_day(date, night, now, (&reader, &mut faults));
        let seen = reader.text("seen").filter(|seen| seen.starts_with(&key(&date.to_string(), night)));
        if seen.is_some_and(|seen| seen != stands(directory, date, night)) {
            faults.add(reader.pointer("shift"), FaultCode::Clash(Clash::Overtaken));
        }
    }
    let posts = main.zip(deputy).zip(office_duty);
    let made = date.zip(night).zip(posts).map(|((date, night), ((main, deputy), office_duty))| {
        let date = date.to_string();
        Shift { date, night, main, deputy, office_duty }
    });
    faults.judge(made)
}

fn judge_day(date: Day, night: bool, now: At, (reader, faults): (&Reader<'_>, &mut Faults)) {
    if Shift::ends(date, night).is_none_or(|ends| ends <= now) {
        faults.add(reader.pointer("date"), FaultCode::Clash(Clash::InThePast));
    } else if days(now.civil().date(), date) > WEEKS_AHEAD * 7 {
        faults.add(reader.pointer("date"), FaultCode::Clash(Clash::BeyondRota));
    }
}

/// Somebody who may stand there: known, of the role, and not suspended.
fn holder(
    reader: &Reader<'_>,
    field: &str,
    (role, directory): (Role, &Directory),
    faults: &mut Faults,
) -> Option<String> {
    let username = reader.text(field)?;
    if directory.by_username(&username).is_none_or(|one| one.role != role || !one.is_active()) {
        faults.add(reader.pointer(field), FaultCode::NoSuch);
    }
    Some(username)
}

/// Who hears of a shift that one person set: the office's director, or the supervisors of what the director does.
pub fn hears(actor: &Actor, directory: &Directory) -> Post {
    match policy::is_director(actor) {
        true => Post { role: Role::Supervisor, department: directory.supervisors().to_owned() },
        false => Post { role: Role::OfficeDirector, department: directory.office().to_owned() },
    }
}

/// The rows that set this shift and leave every other from today on as it is. Where the rota only repeats itself up to
/// today or to that day, its rounds are written out first, and in whole: the days after them stay what they are.
pub fn rows_with(directory: &Directory, line: Shift, today: Day) -> Vec<Shift> {
    let mut rows = match (directory.rota_days(), line.date.parse()) {
        (Some(written), Ok(date)) => unwritten(directory, written, (today, date)),
        _ => Vec::new(),
    };
    rows.retain(|row| is_sound(row, directory) && (row.date != line.date || row.night != line.night));
    rows.push(line);
    rows.sort_by(|one, other| (&one.date, one.night).cmp(&(&other.date, other.night)));
    rows
}

fn unwritten(directory: &Directory, (first, last): (Day, Day), (today, date): (Day, Day)) -> Vec<Shift> {
    let round = days(first, last) + 1;
    let rounds = |missing: i64| if missing <= 0 { 0 } else { (missing + round - 1) / round };
    let before = rounds(days(today, first)) * round;
    let after = rounds(days(last, date)) * round;
    let all = (-before..0).chain(round..round + after).filter_map(|day| plus(first, day));
    let of = |day: Day| [false, true].map(|night| directory.shift_of(day, night).map(|shift| (day, shift)));
    let row = |(day, shift): (Day, &Shift)| Shift { date: day.to_string(), ..shift.clone() };
    all.flat_map(of).flatten().map(row).collect()
}

/// Whether a list may hold the row: it may not name who is gone from the directory, or is no duty officer any more.
fn is_sound(row: &Shift, directory: &Directory) -> bool {
    let role = |username: &str| directory.by_username(username).map(|one| one.role);
    role(&row.main).is_some() && role(&row.deputy).is_some() && role(&row.office_duty) == Some(Role::OfficeDuty)
}

/// A day of the week, counted from Monday.
pub fn from_monday(day: Day) -> usize {
    usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default()
}

/// Whole days from one to the other.
pub fn days(from: Day, to: Day) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The day so many days later; nothing beyond the calendar's end.
pub fn plus(day: Day, days: i64) -> Option<Day> {
    day.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;
    use crate::domain::tests::sample::{at, rules};

    fn shift(date: &str, night: bool, office_duty: &str) -> Shift {
        let (main, deputy) = ("head.yj".to_owned(), "head.xf".to_owned());
        Shift { date: date.into(), night, main, deputy, office_duty: office_duty.into() }
    }

    /// Who is on duty on each of these days, and nobody's shifts as `-`.
    fn told(directory: &Directory, from: &str, count: i64) -> Vec<String> {
        let first = from.parse().unwrap();
        let all = (0..count).flat_map(|day| [false, true].map(|night| (plus(first, day).unwrap(), night)));
        all.map(|(day, night)| directory.shift_of(day, night).map_or("-".into(), |one| one.office_duty.clone()))
            .collect()
    }

    fn after(directory: &Directory, rows: Vec<Shift>) -> Directory {
        let mut rota = directory.rota.clone();
        for row in rows {
            rota.retain(|one| (&one.date, one.night) != (&row.date, row.night));
            rota.push(row);
        }
        let mut new = directory.clone();
        new.rota = rota;
        new
    }

    #[test]
    fn setting_one_shift_moves_no_other_before_the_written_days_end() {
        // The sample's rota is 24 to 26 November, with a gap in the night of the 25th.
        let directory = &rules().directory;
        for (today, line) in [
            ("2026-11-24", shift("2026-11-25", true, "office")),
            ("2026-11-20", shift("2026-11-25", true, "office")),
            ("2026-11-25", shift("2026-12-08", false, "office.2")),
            ("2026-12-20", shift("2026-12-21", true, "office.2")),
        ] {
            let rows = rows_with(directory, line.clone(), today.parse().unwrap());
            let (date, night) = (line.date.parse().unwrap(), line.night);
            let new = after(directory, rows);
            let (_, last) = new.rota_days().unwrap();
            assert!(last >= date && days(today.parse().unwrap(), new.rota_days().unwrap().0) <= 0, "{today}");
            let count = days(today.parse().unwrap(), last) + 1;
            let (was, mut is) = (told(directory, today, count), told(&new, today, count));
            let at = usize::try_from(days(today.parse().unwrap(), date) * 2 + i64::from(night)).unwrap();
            assert_eq!(is[at], line.office_duty);
            is[at] = was[at].clone();
            assert_eq!(is, was, "{today}: another shift moved");
            // Behind them only the shift that was set comes round again.
            let (later, round) = (plus(last, 1).unwrap().to_string(), days(new.rota_days().unwrap().0, last) + 1);
            let (was, is) = (told(directory, &later, round), told(&new, &later, round));
            assert!(was.iter().zip(&is).filter(|(was, is)| was != is).count() <= 1, "{today}: {was:?} {is:?}");
        }
    }

    #[test]
    fn a_rota_without_rows_begins_with_the_line_that_is_set() {
        let line = shift("2026-11-25", true, "office");
        assert_eq!(rows_with(&Directory::default(), line.clone(), "2026-11-24".parse().unwrap()), [line]);
    }

    #[test]
    fn an_order_names_who_may_stand_there_and_no_shift_that_is_over() {
        let directory = &rules().directory;
        let faults = |date: &str, shift: &str, posts: [&str; 3], seen: &str| {
            let [main, deputy, office] = posts;
            let body = serde_json::json!({ "date": date, "shift": shift, "main": main, "deputy": deputy,
                "office_duty": office, "seen": seen });
            let read = parse(&from_json(body.to_string().as_bytes()).unwrap(), directory, at("11-25 19:00"));
            let told = read.err().unwrap_or_default();
            told.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect::<Vec<_>>().join(", ")
        };
        let sound = ["head.yj", "head.xf", "office"];
        let gap = "2026-11-25/night -";
        assert_eq!(faults("2026-11-25", "night", sound, gap), "", "the night that runs may change hands");
        assert_eq!(faults("2026-11-25", "night", sound, "2026-11-24/day x/y/z"), "", "another shift was seen");
        for (date, shift, posts, seen, told) in [
            ("2026-11-25", "day", sound, gap, "/date in_past"),
            ("2027-05-27", "day", sound, gap, "/date too_late"),
            ("2026-11-25", "night", ["head.yj", "head.yj", "office"], gap, "/deputy twice"),
            ("2026-11-25", "night", ["liaison.xf", "head.xf", "head.xf"], gap, "/office_duty no_such, /main no_such"),
            ("2026-11-25", "night", sound, "2026-11-25/night a/b/office.2", "/shift mismatch"),
        ] {
            assert_eq!(faults(date, shift, posts, seen), told, "{date} {shift}");
        }
    }
}
