//! The district's lists as data that comes and goes in files: bytes to text to rows, with every fault by row and column;
//! what an import changes; and the way back. Nothing here opens a file, and only [`difference`] makes a `Change`.

pub mod cells;
mod check;
pub mod difference;
pub mod encoding;
pub mod entries;
pub mod faults;
pub mod lists;
pub mod sheet;
pub mod whistles;

use super::at::At;
use super::calendar::{AnnouncedDay, SpecialDay};
use super::decision::DirectoryRow;
use super::directory::{Department, Directory, Enterprise, Hazard, Leave, Person, Shift, Town, Vehicle};
use super::rota;
use super::terms::words;
use crate::ids::PersonId;
use cells::Line;
use check::Check;
use difference::{Difference, LeftOut, Wanted};
use encoding::{Decoded, Encoding, Known};
use entries::Entry;
use faults::{Faults, What};
use lists::{Row, Written};
use serde_json::Value;
use sheet::{FILE_MAX, Sheet, SheetRow};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

words!(
    /// A list of the directory or of the calendar, or whistles to be entered, each in one file.
    List {
        Departments = "departments", Towns = "towns", Enterprises = "enterprises", People = "people", Duty = "duty",
        Calendar = "calendar", Checklist = "checklist", Vehicles = "vehicles",
        /// Who is not available when (请休假).
        Leave = "leave",
        /// Whistles that were noted on paper and are entered later (补录).
        Whistles = "whistles",
    }
);

impl List {
    /// What one of its rows is called in the ledger.
    pub fn stored(self) -> &'static str {
        match self {
            List::Departments => "department",
            List::Towns => "town",
            List::Enterprises => "enterprise",
            List::People => "person",
            List::Duty => "shift",
            List::Calendar => "day",
            List::Checklist => "hazard",
            List::Vehicles => "vehicle",
            List::Leave => "leave",
            // The number on paper, and the whistle that it became.
            List::Whistles => "entry",
        }
    }

    /// Whether a row goes when a file leaves it out and that was said. History names units, firms, people and hazards for
    /// ever: they change their state, and never go.
    pub fn may_lose_rows(self) -> bool {
        match self {
            List::Calendar | List::Duty | List::Vehicles | List::Leave => true,
            List::Departments | List::Towns | List::Enterprises | List::People => false,
            List::Checklist | List::Whistles => false,
        }
    }
}

/// Every list of a district, in the order in which each may name what stands before it.
pub fn wanted(directory: &Directory, days: &[AnnouncedDay]) -> Vec<(List, Vec<Wanted>)> {
    vec![
        of(&directory.departments),
        of(&directory.towns),
        of(&directory.enterprises),
        of(&directory.people),
        of(&directory.rota),
        of(days),
        of(&directory.checklist),
        of(&directory.vehicles),
        of(&directory.leave),
    ]
}

fn of<R: Row>(rows: &[R]) -> (List, Vec<Wanted>) {
    (R::LIST, rows.iter().map(Row::wanted).collect())
}

/// A file that was looked at: usable if it has no fault.
#[derive(Debug)]
pub struct Judged {
    pub list: List,
    /// Nothing if the file could not be read as text.
    pub read_as: Option<(Encoding, Known)>,
    pub separator: char,
    /// How the file begins below its head, cut to lines: a wrong encoding is seen.
    pub sample: Vec<String>,
    /// Columns that the file leaves out and may: what stands there stays.
    absent: Vec<&'static str>,
    /// Row numbers of the file beside what they shall be.
    pub rows: Vec<(u64, Wanted)>,
    pub faults: Faults,
}

/// Looks at a file of a list, beside the directory as it stands; `told`: the encoding that was said.
pub fn judge(list: List, file: &[u8], told: Option<Encoding>, directory: &Directory) -> Judged {
    match list {
        List::Departments => judged::<Department>(file, told, directory),
        List::Towns => judged::<Town>(file, told, directory),
        List::Enterprises => judged::<Enterprise>(file, told, directory),
        List::People => judged::<Person>(file, told, directory),
        List::Duty => judged::<Shift>(file, told, directory),
        List::Calendar => judged::<AnnouncedDay>(file, told, directory),
        List::Checklist => judged::<Hazard>(file, told, directory),
        List::Vehicles => judged::<Vehicle>(file, told, directory),
        List::Leave => judged::<Leave>(file, told, directory),
        List::Whistles => judged::<Entry>(file, told, directory),
    }
}

fn judged<R: Row>(file: &[u8], told: Option<Encoding>, directory: &Directory) -> Judged {
    let read = read_rows::<R>(file, told, directory);
    Judged {
        list: R::LIST,
        read_as: read.read_as,
        separator: read.separator,
        sample: read.sample,
        absent: read.absent,
        rows: read.rows.iter().map(|(number, row)| (*number, row.wanted())).collect(),
        faults: read.faults,
    }
}

/// A file as rows of one kind.
pub struct Rows<R> {
    read_as: Option<(Encoding, Known)>,
    separator: char,
    sample: Vec<String>,
    absent: Vec<&'static str>,
    pub rows: Vec<(u64, R)>,
    pub faults: Faults,
}

/// Reads a file; all its faults at once, as far as the ones before let them be seen.
pub fn read_rows<R: Row>(file: &[u8], told: Option<Encoding>, directory: &Directory) -> Rows<R> {
    let mut read = Rows {
        read_as: None,
        separator: ',',
        sample: Vec::new(),
        absent: Vec::new(),
        rows: Vec::new(),
        faults: Faults::default(),
    };
    let decoded = match text_of(file, told) {
        Ok(decoded) => decoded,
        Err(what) => return Rows { faults: Faults::whole(what), ..read },
    };
    read.read_as = Some((decoded.encoding, decoded.known));
    let Sheet { rows, separator, absent, faults } = sheet::read(&decoded.text, R::COLUMNS);
    (read.separator, read.absent) = (separator, absent);
    read.sample = rows.iter().take(SAMPLE).map(beginning).collect();
    let noted = RefCell::new(faults);
    let line = |row: &SheetRow| R::read(&Line::new(R::COLUMNS, row, &noted)).map(|read| (row.number, read));
    read.rows = rows.iter().filter_map(line).collect();
    read.faults = noted.into_inner();
    R::check(&mut Check::new(directory, &mut read.rows, &mut read.faults));
    read.faults.in_order();
    read
}

impl Judged {
    /// Takes what the file says nothing about from the rows as they stand.
    pub fn keep_absent(&mut self, stands: &[DirectoryRow]) {
        let bodies = stands.iter().filter(|_| !self.absent.is_empty());
        let bodies: HashMap<&str, Value> =
            bodies.map(|row| (row.code.as_str(), serde_json::from_str(&row.body).unwrap_or_default())).collect();
        for (_, row) in &mut self.rows {
            for name in &self.absent {
                if let Some(kept) = bodies.get(row.code.as_str()).and_then(|body| body.get(*name)) {
                    row.body[*name] = kept.clone();
                }
            }
        }
    }
}

/// Rows of a file's beginning that are shown, and characters of each.
const SAMPLE: usize = 3;
const LINE: usize = 100;

fn beginning(row: &SheetRow) -> String {
    let cells: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    cells.join(" · ").chars().take(LINE).collect()
}

fn text_of(file: &[u8], told: Option<Encoding>) -> Result<Decoded, What> {
    if file.len() > FILE_MAX {
        return Err(What::TooLarge { max_mib: FILE_MAX / 1024 / 1024 });
    }
    encoding::decode(file, told).map_err(|unreadable| What::Unreadable { told: unreadable.told })
}

/// Days that are over are not changed once their year is announced: limits that have run are what they were (T33).
pub fn forbid_the_past(difference: &Difference, stands: &[DirectoryRow], judged: &mut Judged, today: &str) {
    let announced = |date: &str| stands.iter().any(|row| row.code.get(..4) == date.get(..4));
    let rows: HashMap<&str, u64> = judged.rows.iter().map(|(number, row)| (row.code.as_str(), *number)).collect();
    let gone = if difference.fate == LeftOut::Goes { difference.left_out.as_slice() } else { &[] };
    let added = difference.added.iter().filter(|row| announced(&row.code)).map(|row| &row.code);
    let touched = added.chain(difference.changed.iter().map(|row| &row.code)).chain(gone.iter().map(|row| &row.code));
    for date in touched.filter(|date| date.as_str() < today) {
        judged.faults.add(rows.get(date.as_str()).copied().unwrap_or(0), "date", What::Past);
    }
}

/// Nobody gives the own human another role or unit, by a file either (T38).
pub fn forbid_own_posts(difference: &Difference, judged: &mut Judged, actor: &PersonId, directory: &Directory) {
    let of_own =
        |code: &str| directory.person(&PersonId::from_text(code)).is_some_and(|one| directory.is_one_human(actor, one));
    let rows: HashMap<&str, u64> = judged.rows.iter().map(|(number, row)| (row.code.as_str(), *number)).collect();
    for row in difference.changed.iter().filter(|row| of_own(&row.code)) {
        for column in ["role", "department_code"].into_iter().filter(|column| row.new.contains_key(*column)) {
            judged.faults.add(rows.get(row.code.as_str()).copied().unwrap_or(0), column, What::OwnPost);
        }
    }
}

/// Shifts that are over are what they were (T33): a file says of them what the rota says, by its written days or by its
/// cycle. The first rota of a district has nothing before it.
pub fn forbid_past_shifts(judged: &mut Judged, directory: &Directory, now: At) {
    if directory.rota.is_empty() {
        return;
    }
    let stood = |code: &str| {
        let (date, night) = rota::parse_key(code)?;
        directory.shift_of(date, night).map(|shift| Shift { date: date.to_string(), ..shift.clone() }.wanted())
    };
    let other = |(_, row): &&(u64, Wanted)| is_over(&row.code, now) && stood(&row.code).as_ref() != Some(row);
    let touched: Vec<u64> = judged.rows.iter().filter(other).map(|(number, _)| *number).collect();
    touched.into_iter().for_each(|number| judged.faults.add(number, "date", What::Past));
}

/// The shifts that are over and that a file leaves out: whatever it removes, they stay.
pub fn past_shifts(stands: &[DirectoryRow], wanted: &[Wanted], now: At) -> Vec<Wanted> {
    let named: HashSet<&str> = wanted.iter().map(|row| row.code.as_str()).collect();
    let stays = |row: &&DirectoryRow| is_over(&row.code, now) && !named.contains(row.code.as_str());
    stands.iter().filter(stays).map(difference::stood).collect()
}

fn is_over(shift: &str, now: At) -> bool {
    let ends = rota::parse_key(shift).and_then(|(date, night)| Shift::ends(date, night));
    ends.is_some_and(|ends| ends <= now)
}

/// The announced days as they stand once a file of them is written.
pub fn days_after(stands: &[DirectoryRow], judged: &Judged, fate: LeftOut) -> Vec<SpecialDay> {
    let kept = stands.iter().filter(|_| fate == LeftOut::Stays).filter_map(|row| serde_json::from_str(&row.body).ok());
    let named = judged.rows.iter().filter_map(|(_, row)| serde_json::from_value(row.body.clone()).ok());
    // A later day of the same date is the one that counts.
    let days = kept.chain(named).filter_map(|day: AnnouncedDay| day.special());
    days.collect()
}

/// Shifts as a file of the rota.
pub fn written_shifts(shifts: &[Shift]) -> Vec<u8> {
    rows_written(shifts, &[])
}

/// A list as a file: UTF-8 with its mark, so that Excel reads it; `notes` stand above the head.
pub fn written(list: List, directory: &Directory, days: &[AnnouncedDay], notes: &[String]) -> Vec<u8> {
    match list {
        List::Departments => rows_written(&directory.departments, notes),
        List::Towns => rows_written(&directory.towns, notes),
        List::Enterprises => rows_written(&directory.enterprises, notes),
        List::People => rows_written(&directory.people, notes),
        List::Duty => rows_written(&directory.rota, notes),
        List::Calendar => rows_written(days, notes),
        List::Checklist => rows_written(&directory.checklist, notes),
        List::Vehicles => rows_written(&directory.vehicles, notes),
        List::Leave => rows_written(&directory.leave, notes),
        // They go out under their reader's Scope, see `whistles`; this is their pattern.
        List::Whistles => sheet::written(Entry::COLUMNS, std::iter::empty(), notes),
    }
}

fn rows_written<R: Written>(rows: &[R], notes: &[String]) -> Vec<u8> {
    sheet::written(R::COLUMNS, rows.iter().map(Written::cells), notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_has_no_column_for_stays_as_it_stands() {
        let file = include_bytes!("../../../config/sample-district/calendar-2026.csv");
        let mut judged = judge(List::Calendar, file, None, &Directory::default());
        let body = serde_json::json!({ "date": "2026-01-01", "note": "kept" }).to_string();
        let stands = [DirectoryRow { kind: "day".into(), code: "2026-01-01".into(), position: 1, body }];
        judged.keep_absent(&stands);
        assert_eq!(judged.rows[0].1.body["note"], Value::Null, "nothing is absent: nothing is taken over");
        judged.absent = vec!["note"];
        judged.keep_absent(&stands);
        assert_eq!((&judged.rows[0].1.body["note"], &judged.rows[1].1.body["note"]), (&"kept".into(), &Value::Null));
    }
}
