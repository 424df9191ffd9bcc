//! What is there to erase: the texts of a whistle or a visit, the sealed ones of all, and what lies outside of whistles. Reads for an
//! operator's deed only, which sees everything; what leaves here is looked through and shown to nobody.

use super::{Fault, Reading, Row};
use crate::ids::{PersonId, TextId, TreeId};
use std::collections::{BTreeSet, HashMap};

const SAID_IN: &str = "SELECT id FROM texts WHERE tree = $1 AND ($2 = 1 OR class = 'sealed') ORDER BY id";

const POINTED_AT: &str = "SELECT data FROM events WHERE tree = $1 ORDER BY seq";

const STANDS: &str = "SELECT id FROM texts WHERE id = $1";

const SEALED: &str = "
    SELECT t.id, t.body, w.code FROM texts t JOIN whistles w ON w.id = t.tree
    WHERE t.class = 'sealed' AND t.id > $1
    ORDER BY t.id LIMIT $2";

const OF_VISITS: &str = "
    SELECT t.id, t.body, v.code FROM texts t JOIN visits v ON v.id = t.tree WHERE t.id > $1 ORDER BY t.id LIMIT $2";

const OF_DIRECTORY: &str = "
    SELECT seq, data FROM events WHERE tree = $1 AND seq > $2 ORDER BY seq LIMIT $3";

const OF_FIRMS: &str = "
    SELECT seq, data FROM events WHERE kind IN ('visit.rated', 'finding.reported_fixed', 'finding.attached') AND seq > $1
    ORDER BY seq LIMIT $2";

const OF_TRAIL: &str = "SELECT seq, data FROM security_events WHERE seq > $1 ORDER BY seq LIMIT $2";

const TOKENS: &str = "SELECT id, name FROM machine_tokens WHERE name <> '' ORDER BY id";

const FORMS: &str = "SELECT person, subject, body FROM unsent_forms ORDER BY person, subject";

const VIEWS: &str = "SELECT id, person, body FROM saved_views ORDER BY id";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[SAID_IN, POINTED_AT, STANDS, SEALED, OF_VISITS, OF_DIRECTORY, OF_FIRMS, OF_TRAIL, TOKENS, FORMS, VIEWS];

/// A text as it lies there, sealed or not.
#[derive(Debug)]
pub struct LyingText {
    pub id: TextId,
    pub body: String,
    /// Of its whistle or visit.
    pub code: String,
}

/// What was said in a whistle or a visit: all of it, or only what is sealed.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn said_in(reading: &mut Reading<'_>, tree: &TreeId, everything: bool) -> Result<Vec<TextId>, Fault> {
    reading.rows(SAID_IN, &[tree.into(), everything.into()], |row| Ok(TextId::from_text(row.text(0)?)))
}

/// Every text that an event of the tree points at, there or not.
pub fn pointed_at(reading: &mut Reading<'_>, tree: &TreeId) -> Result<Vec<TextId>, Fault> {
    let all: Vec<serde_json::Value> = reading.rows(POINTED_AT, &[tree.into()], |row| row.json(0))?;
    let mut ids = BTreeSet::new();
    all.iter().for_each(|data| super::ledger::leaf::text_ids(data, &mut ids));
    Ok(ids.into_iter().map(TextId::from_text).collect())
}

/// Those of the texts that are there.
pub fn standing(reading: &mut Reading<'_>, texts: &[TextId]) -> Result<Vec<TextId>, Fault> {
    let mut standing = Vec::new();
    for id in texts {
        standing.extend(reading.row(STANDS, &[id.into()], |row| Ok(TextId::from_text(row.text(0)?)))?);
    }
    Ok(standing)
}

/// A page of sealed texts, after an id.
pub fn sealed(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<Vec<LyingText>, Fault> {
    reading.rows(SEALED, &[after.into(), limit.into()], lying)
}

/// The same of what was said in visits.
pub fn of_visits(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<Vec<LyingText>, Fault> {
    reading.rows(OF_VISITS, &[after.into(), limit.into()], lying)
}

fn lying(row: &Row<'_>) -> Result<LyingText, Fault> {
    let id = TextId::from_text(row.text(0)?);
    Ok(LyingText { id, body: row.text(1)?.to_owned(), code: row.text(2)?.to_owned() })
}

/// A page of the directory's history, after a place: its last place, and the texts that it points at and that stand.
pub fn of_directory(reading: &mut Reading<'_>, after: i64, limit: i64) -> Result<Page, Fault> {
    let directory = crate::domain::event::of_directory();
    let page = reading.rows(OF_DIRECTORY, &[(&directory).into(), after.into(), limit.into()], pointing)?;
    page_of(reading, &page)
}

/// The same of what firms said by their links, and of nothing that officials wrote.
pub fn of_firms(reading: &mut Reading<'_>, after: i64, limit: i64) -> Result<Page, Fault> {
    let mut page = reading.rows(OF_FIRMS, &[after.into(), limit.into()], pointing)?;
    for (_, data) in page.iter_mut().filter(|(_, data)| data["by_firm"] != true) {
        *data = serde_json::Value::Null;
    }
    page_of(reading, &page)
}

/// The same of the trail.
pub fn of_trail(reading: &mut Reading<'_>, after: i64, limit: i64) -> Result<Page, Fault> {
    let page = reading.rows(OF_TRAIL, &[after.into(), limit.into()], pointing)?;
    page_of(reading, &page)
}

/// The place of a page's last row, nothing behind the end; and texts.
pub type Page = Option<(i64, HashMap<TextId, String>)>;

fn pointing(row: &Row<'_>) -> Result<(i64, serde_json::Value), Fault> {
    Ok((row.int(0)?, row.json(1)?))
}

fn page_of(reading: &mut Reading<'_>, page: &[(i64, serde_json::Value)]) -> Result<Page, Fault> {
    let Some((last, _)) = page.last() else { return Ok(None) };
    let mut ids = BTreeSet::new();
    page.iter().for_each(|(_, data)| super::ledger::leaf::text_ids(data, &mut ids));
    let ids: Vec<TextId> = ids.into_iter().map(TextId::from_text).collect();
    Ok(Some((*last, super::whistles::texts(reading, &ids)?)))
}

/// Machine tokens that bear a name, dead ones too.
pub fn tokens(reading: &mut Reading<'_>) -> Result<Vec<(String, String)>, Fault> {
    reading.rows(TOKENS, &[], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
}

/// Every form that somebody filled and has not sent: whose, where it would go, and what it says, sealed.
pub fn forms(reading: &mut Reading<'_>) -> Result<Vec<(PersonId, String, String)>, Fault> {
    reading.rows(FORMS, &[], |row| {
        Ok((PersonId::from_text(row.text(0)?), row.text(1)?.to_owned(), row.text(2)?.to_owned()))
    })
}

/// Every view that somebody keeps: id, whose, and sealed.
pub fn views(reading: &mut Reading<'_>) -> Result<Vec<(String, PersonId, String)>, Fault> {
    reading.rows(VIEWS, &[], |row| {
        Ok((row.text(0)?.to_owned(), PersonId::from_text(row.text(1)?), row.text(2)?.to_owned()))
    })
}
