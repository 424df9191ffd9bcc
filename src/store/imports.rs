//! Files that are to become lists: what somebody has looked at and not yet brought in, and what waits for a second person.
//! It says what is kept and judges nothing.

use super::sql::Row;
use super::{Fault, Reading};
use crate::domain::at::At;
use crate::domain::imports::List;
use crate::domain::imports::encoding::Encoding;
use crate::ids::PersonId;

const KEPT: &str = "SELECT list, encoding, removes, at, body FROM import_files WHERE person = $1";

const PROPOSED: &str = "SELECT list, encoding, removes, at, body, person FROM proposed_lists WHERE list = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[KEPT, PROPOSED];

/// A file as it was sent, with what was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    pub list: List,
    /// The encoding that was said.
    pub encoding: Option<Encoding>,
    /// Whether what it leaves out goes.
    pub removes: bool,
    pub at: At,
    pub body: Vec<u8>,
}

/// The file that this person looked at last.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn kept(reading: &mut Reading<'_>, person: &PersonId) -> Result<Option<ImportFile>, Fault> {
    reading.row(KEPT, &[person.into()], file)
}

/// The file that waits for a second person to become this list, and who gave it the first word.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn proposed(reading: &mut Reading<'_>, list: List) -> Result<Option<(ImportFile, PersonId)>, Fault> {
    reading.row(PROPOSED, &[list.as_str().into()], |row| Ok((file(row)?, PersonId::from_text(row.text(5)?))))
}

fn file(row: &Row<'_>) -> Result<ImportFile, Fault> {
    Ok(ImportFile {
        list: row.word(0, List::parse)?,
        encoding: row.opt_text(1)?.and_then(Encoding::parse),
        removes: row.int(2)? == 1,
        at: row.at(3)?,
        body: row.opt_bytes(4)?.unwrap_or_default().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::whistles::tests::by_hand::{Desk, NOW};
    use crate::store::{Chore, FileChore};

    #[tokio::test]
    async fn a_person_has_one_file_which_goes_when_it_is_done_with_or_old() {
        let (desk, person) = (Desk::open(), PersonId::from_text("pe_admin"));
        let file = |body: &[u8], at| ImportFile {
            list: List::Towns,
            encoding: Some(Encoding::Gb18030),
            removes: true,
            at,
            body: body.to_vec(),
        };
        let keep =
            |file| desk.ledger.keep(Chore::File(FileChore::Keep { person: person.clone(), file: Box::new(file) }));
        let read = || {
            let person = person.clone();
            desk.ledger.read(move |reading| kept(reading, &person))
        };
        keep(file(b"one", NOW)).await.unwrap();
        keep(file(b"\xC7\xE0\0", NOW)).await.unwrap();
        assert_eq!(read().await.unwrap(), Some(file(b"\xC7\xE0\0", NOW)));
        desk.ledger.keep(Chore::File(FileChore::PurgeKept { before: NOW })).await.unwrap();
        assert!(read().await.unwrap().is_some());
        desk.ledger.keep(Chore::File(FileChore::PurgeKept { before: NOW.plus_minutes(1) })).await.unwrap();
        assert_eq!(read().await.unwrap(), None);
        keep(file(b"three", NOW)).await.unwrap();
        desk.ledger.keep(Chore::File(FileChore::Drop { person: person.clone() })).await.unwrap();
        assert_eq!(read().await.unwrap(), None);
    }
}
