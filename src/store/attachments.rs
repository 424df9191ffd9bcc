//! Attachments as they are read: of a tree for who sees it, one by its id under its reader's [`Scope`], and what of the
//! disk any row names, for whoever looks after the disk. Never writes, and knows no file.

use super::trees::{self, AnyTree};
use super::{Fault, Reading, Row};
use crate::domain::attachment::{Attachment, Format, Shows};
use crate::domain::policy::Scope;
use crate::ids::{AttachmentId, PersonId, TextId, TreeId};

const OF_TREE: &str = "
    SELECT id, tree, subject, at, person, department, name, format, bytes, sha256, copy, shows, released_at
    FROM attachments
    WHERE tree = $1 ORDER BY at, id";

const BY_ID: &str = "
    SELECT id, tree, subject, at, person, department, name, format, bytes, sha256, copy, shows, released_at
    FROM attachments
    WHERE id = $1";

const NAMES_FILE: &str = "SELECT 1 FROM attachments WHERE sha256 = $1 LIMIT 1";

const NAMES_COPY: &str = "SELECT 1 FROM attachments WHERE copy = $1 LIMIT 1";

const FILES: &str = "
    SELECT sha256, MAX(bytes) FROM attachments WHERE sha256 > $1 GROUP BY sha256 ORDER BY sha256 LIMIT $2";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_TREE, BY_ID, NAMES_FILE, NAMES_COPY, FILES];

/// What is attached in a tree, the oldest first. The caller has read the tree under its reader's scope.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn of_tree(reading: &mut Reading<'_>, tree: &TreeId) -> Result<Vec<Attachment>, Fault> {
    reading.rows(OF_TREE, &[tree.into()], attachment)
}

/// One attachment with the tree that it belongs to; nothing if there is none that the scope sees.
pub fn by_id(reading: &mut Reading<'_>, scope: &Scope, id: &str) -> Result<Option<(Attachment, AnyTree)>, Fault> {
    let Some(found) = reading.row(BY_ID, &[id.into()], attachment)? else { return Ok(None) };
    Ok(trees::by_root(reading, scope, &found.tree)?.map(|tree| (found, tree)))
}

/// Those of the digests that no row names.
pub fn unnamed(reading: &mut Reading<'_>, digests: Vec<String>) -> Result<Vec<String>, Fault> {
    let mut unnamed = Vec::new();
    for digest in digests {
        let named = reading.row(NAMES_FILE, &[(&digest).into()], |_| Ok(()))?;
        let named = named.or(reading.row(NAMES_COPY, &[(&digest).into()], |_| Ok(()))?);
        if named.is_none() {
            unnamed.push(digest);
        }
    }
    Ok(unnamed)
}

/// A page of the originals that rows name, after a digest: digest and bytes of each.
pub fn files(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<Vec<(String, i64)>, Fault> {
    reading.rows(FILES, &[after.into(), limit.into()], |row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
}

fn attachment(row: &Row<'_>) -> Result<Attachment, Fault> {
    Ok(Attachment {
        id: AttachmentId::from_text(row.text(0)?),
        tree: TreeId::from_text(row.text(1)?),
        subject: row.text(2)?.to_owned(),
        at: row.at(3)?,
        person: PersonId::from_text(row.text(4)?),
        department: row.text(5)?.to_owned(),
        name: TextId::from_text(row.text(6)?),
        format: row.word(7, Format::parse)?,
        bytes: row.int(8)?,
        sha256: row.text(9)?.to_owned(),
        copy: row.opt_text(10)?.map(str::to_owned),
        shows: row.opt_text(11)?.and_then(Shows::parse),
        released_at: row.opt_at(12)?,
    })
}
