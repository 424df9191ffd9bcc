//! The directory as it is loaded: one document per row of each list of the district and per announced day, in official
//! order. It checks no sense (whoever lays it does) and gives a password's hash only by itself.

use super::ledger::DIRECTORY;
use super::{Fault, Reading};
use crate::domain::calendar::{AnnouncedDay, SpecialDay};
use crate::domain::decision::DirectoryRow;
use crate::domain::directory::Directory;
use crate::domain::imports::List;
use crate::ids::PersonId;
use serde::de::DeserializeOwned;

const OF_KIND: &str = "SELECT body FROM directory WHERE kind = $1 ORDER BY position";

const ROWS: &str = "SELECT code, position, body FROM directory WHERE kind = $1 ORDER BY position";

const VERSION: &str = "SELECT last FROM series WHERE name = $1";

const PASSWORD: &str = "SELECT hash FROM passwords WHERE person = $1";

const META: &str = "SELECT value FROM meta WHERE key = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_KIND, ROWS, VERSION, PASSWORD, META];

/// The whole directory and the announced days; empty lists before anything is laid.
///
/// # Errors
/// [`Fault`], as every read of this room; also for a stored day that is no date.
pub fn load(reading: &mut Reading<'_>) -> Result<(Directory, Vec<SpecialDay>), Fault> {
    let directory = Directory::new(
        rows_of(reading, List::Departments)?,
        rows_of(reading, List::Towns)?,
        rows_of(reading, List::Enterprises)?,
        rows_of(reading, List::People)?,
        rows_of(reading, List::Duty)?,
    );
    let checklist = rows_of(reading, List::Checklist)?;
    let directory = directory.equipped(checklist, rows_of(reading, List::Vehicles)?, rows_of(reading, List::Leave)?);
    let days = announced(reading)?;
    let days = days.iter().map(|day| SpecialDay::read(&day.date, day.kind.as_str(), &day.holiday));
    let days = days.collect::<Result<_, _>>().map_err(|_| Fault::never("a stored day is no date"))?;
    Ok((directory, days))
}

/// The announced days, in the order in which they were announced.
pub fn announced(reading: &mut Reading<'_>) -> Result<Vec<AnnouncedDay>, Fault> {
    rows_of(reading, List::Calendar)
}

fn rows_of<T: DeserializeOwned>(reading: &mut Reading<'_>, list: List) -> Result<Vec<T>, Fault> {
    reading.rows(OF_KIND, &[list.stored().into()], |row| row.json(0))
}

/// How often the directory was changed: whoever knows another number reads it anew.
pub fn version(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(VERSION, &[DIRECTORY.into()], |row| row.int(0))?.unwrap_or(0))
}

/// One list as it stands, in official order.
pub fn list(reading: &mut Reading<'_>, list: List) -> Result<Vec<DirectoryRow>, Fault> {
    reading.rows(ROWS, &[list.stored().into()], |row| {
        Ok(DirectoryRow {
            kind: list.stored().to_owned(),
            code: row.text(0)?.to_owned(),
            position: row.int(1)?,
            body: row.text(2)?.to_owned(),
        })
    })
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
    use crate::app::{laying, sample_district};
    use crate::domain::calendar::Calendar;
    use crate::ids::Chance;
    use crate::store::Chore;
    use crate::store::whistles::tests::by_hand::{Desk, NOW};
    use jiff::civil::date;

    #[tokio::test]
    async fn what_was_laid_is_loaded_in_the_same_order() {
        let desk = Desk::open();
        let (empty, days) = desk.ledger.read(load).await.unwrap();
        assert!(empty.departments.is_empty() && empty.people.is_empty() && days.is_empty());
        let sample = sample_district::read().unwrap();
        // Twice: the second laying finds everything there.
        for laid in [true, false] {
            let chance = Chance::seeded(1);
            assert_eq!(laying::lay(&desk.ledger, &sample, NOW, &chance).await.unwrap(), laid);
        }
        assert_eq!(desk.ledger.read(version).await.unwrap(), 1);
        let (loaded, days) = desk.ledger.read(load).await.unwrap();
        assert_eq!(loaded.departments, sample.directory.departments);
        assert_eq!(loaded.towns, sample.directory.towns);
        assert_eq!(loaded.enterprises, sample.directory.enterprises);
        assert_eq!(loaded.people, sample.directory.people);
        assert_eq!(loaded.rota, sample.directory.rota);
        assert_eq!(loaded.checklist, sample.directory.checklist);
        assert_eq!((loaded.vehicles, loaded.leave), (sample.directory.vehicles, sample.directory.leave));
        let calendar = Calendar::new(days);
        assert!(calendar.is_working_day(date(2026, 2, 14)) && !calendar.is_working_day(date(2026, 2, 16)));
    }

    #[tokio::test]
    async fn a_demo_of_an_older_release_gets_the_lists_that_it_lacks_and_keeps_what_stands() {
        let (desk, chance) = (Desk::open(), Chance::seeded(1));
        let sample = sample_district::read().unwrap();
        let mut older = sample.clone();
        older.directory = older.directory.equipped(Vec::new(), Vec::new(), Vec::new());
        older.directory.towns[0].name = "青溪街道".to_owned();
        laying::lay(&desk.ledger, &older, NOW, &chance).await.unwrap();
        for complete in [true, false] {
            assert_eq!(laying::complete(&desk.ledger, &sample, NOW, &chance).await.unwrap(), complete);
        }
        let (loaded, _) = desk.ledger.read(load).await.unwrap();
        assert_eq!((loaded.checklist.len(), loaded.vehicles.len(), loaded.leave.len()), (32, 30, 3));
        assert_eq!(loaded.towns[0].name, "青溪街道");
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
