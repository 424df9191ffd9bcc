//! The directory as it is laid and loaded: one document per department, town, enterprise, person, shift and announced
//! day, in official order. It checks no sense (whoever lays it does) and gives a password's hash only by itself.

use super::ledger::DIRECTORY;
use super::{DirectoryRow, Fault, Reading};
use crate::domain::calendar::{DayKind, SpecialDay};
use crate::domain::directory::Directory;
use crate::ids::PersonId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const OF_KIND: &str = "SELECT body FROM directory WHERE kind = $1 ORDER BY position";

const PASSWORD: &str = "SELECT hash FROM passwords WHERE person = $1";

const VERSION: &str = "SELECT last FROM series WHERE name = $1";

const META: &str = "SELECT value FROM meta WHERE key = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_KIND, PASSWORD, META, VERSION];

/// One day that an announcement changed, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedDay {
    /// `2026-02-14`.
    pub date: String,
    pub kind: DayKind,
    /// The holiday's announced name.
    pub holiday: String,
}

/// The whole directory and the announced days; empty lists before anything is laid.
///
/// # Errors
/// [`Fault`], as every read of this room; also for a stored day that is no date.
pub fn load(reading: &mut Reading<'_>) -> Result<(Directory, Vec<SpecialDay>), Fault> {
    let directory = Directory::new(
        of_kind(reading, "department")?,
        of_kind(reading, "town")?,
        of_kind(reading, "enterprise")?,
        of_kind(reading, "person")?,
        of_kind(reading, "shift")?,
    );
    let days: Vec<AnnouncedDay> = of_kind(reading, "day")?;
    let days = days.iter().map(|day| SpecialDay::read(&day.date, day.kind.as_str(), &day.holiday));
    let days = days.collect::<Result<_, _>>().map_err(|_| Fault::never("a stored day is no date"))?;
    Ok((directory, days))
}

fn of_kind<T: DeserializeOwned>(reading: &mut Reading<'_>, kind: &str) -> Result<Vec<T>, Fault> {
    reading.rows(OF_KIND, &[kind.into()], |row| row.json(0))
}

/// The rows that lay this directory and these days, lists in the order given.
///
/// # Errors
/// [`Fault`] for a document that cannot be written.
pub fn rows(directory: &Directory, days: &[AnnouncedDay]) -> Result<Vec<DirectoryRow>, Fault> {
    let shift_code = |shift: &crate::domain::directory::Shift| {
        format!("{}/{}", shift.date, if shift.night { "night" } else { "day" })
    };
    let mut all = rows_of("department", &directory.departments, |department| department.code.clone())?;
    all.extend(rows_of("town", &directory.towns, |town| town.code.clone())?);
    all.extend(rows_of("enterprise", &directory.enterprises, |enterprise| enterprise.code.clone())?);
    all.extend(rows_of("person", &directory.people, |person| person.id.as_str().to_owned())?);
    all.extend(rows_of("shift", &directory.rota, shift_code)?);
    all.extend(rows_of("day", days, |day| day.date.clone())?);
    Ok(all)
}

fn rows_of<T: Serialize>(kind: &str, list: &[T], code: impl Fn(&T) -> String) -> Result<Vec<DirectoryRow>, Fault> {
    let row = |(position, one): (i64, &T)| {
        let body = serde_json::to_string(one).map_err(|_| Fault::never("a directory row cannot be written"))?;
        Ok(DirectoryRow { kind: kind.to_owned(), code: code(one), position, body })
    };
    (1..).zip(list).map(row).collect()
}

/// The directory's version: raised by whatever is written to it.
pub fn version(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(VERSION, &[DIRECTORY.into()], |row| row.int(0))?.unwrap_or(0))
}

/// The stored hash of a person's password; nothing if the person cannot sign in with one.
pub fn password(reading: &mut Reading<'_>, person: &PersonId) -> Result<Option<String>, Fault> {
    reading.row(PASSWORD, &[person.into()], |row| row.text(0).map(str::to_owned))
}

/// One of the ledger's own notes.
pub fn meta(reading: &mut Reading<'_>, key: &str) -> Result<Option<String>, Fault> {
    reading.row(META, &[key.into()], |row| row.text(0).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample_district;
    use crate::domain::calendar::Calendar;
    use crate::store::Chore;
    use crate::store::whistles::tests::by_hand::Desk;
    use jiff::civil::date;

    #[tokio::test]
    async fn what_was_laid_is_loaded_in_the_same_order() {
        let desk = Desk::open();
        let (empty, days) = desk.ledger.read(load).await.unwrap();
        assert!(empty.departments.is_empty() && empty.people.is_empty() && days.is_empty());
        let sample = sample_district::read().unwrap();
        // Twice: the second laying replaces the first.
        for _ in 0..2 {
            let laid = rows(&sample.directory, &sample.days).unwrap();
            desk.ledger.keep(Chore::LayDirectory(laid)).await.unwrap();
        }
        let (loaded, days) = desk.ledger.read(load).await.unwrap();
        assert_eq!(loaded.departments, sample.directory.departments);
        assert_eq!(loaded.towns, sample.directory.towns);
        assert_eq!(loaded.enterprises, sample.directory.enterprises);
        assert_eq!(loaded.people, sample.directory.people);
        assert_eq!(loaded.rota, sample.directory.rota);
        let calendar = Calendar::new(days);
        assert!(calendar.is_working_day(date(2026, 2, 14)) && !calendar.is_working_day(date(2026, 2, 16)));
    }

    #[tokio::test]
    async fn a_password_and_a_note_are_given_only_to_who_names_them() {
        let desk = Desk::open();
        let person = PersonId::from_text("pe_office");
        desk.ledger.keep(Chore::SetPasswords(vec![(person.clone(), "hash".into())])).await.unwrap();
        desk.ledger.keep(Chore::MakeMeta { key: "laid".into(), value: "sample".into() }).await.unwrap();
        let read = desk.ledger.read(move |reading| {
            let other = password(reading, &PersonId::from_text("pe_admin"))?;
            Ok((password(reading, &person)?, other, meta(reading, "laid")?, meta(reading, "other")?))
        });
        assert_eq!(read.await.unwrap(), (Some("hash".into()), None, Some("sample".into()), None));
    }
}
