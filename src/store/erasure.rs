//! Which texts are there to erase: those of a whistle, and the sealed ones of all. Reads for an operator's deed only,
//! which sees every whistle; no body leaves here that is not sealed.

use super::{Fault, Reading};
use crate::ids::{TextId, WhistleId};
use std::collections::BTreeSet;

const SAID_IN: &str = "SELECT id FROM texts WHERE whistle = $1 AND ($2 = 1 OR class = 'sealed') ORDER BY id";

const POINTED_AT: &str = "SELECT data FROM events WHERE whistle = $1 ORDER BY seq";

const STANDS: &str = "SELECT id FROM texts WHERE id = $1";

const SEALED: &str = "
    SELECT t.id, t.body, w.code FROM texts t JOIN whistles w ON w.id = t.whistle
    WHERE t.class = 'sealed' AND t.id > $1
    ORDER BY t.id LIMIT $2";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[SAID_IN, POINTED_AT, STANDS, SEALED];

/// A sealed text, as it lies there.
#[derive(Debug)]
pub struct SealedText {
    pub id: TextId,
    pub body: String,
    /// Of its whistle.
    pub code: String,
}

/// What was said in a whistle: all of it, or only what is sealed.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn said_in(reading: &mut Reading<'_>, whistle: &WhistleId, everything: bool) -> Result<Vec<TextId>, Fault> {
    reading.rows(SAID_IN, &[whistle.into(), everything.into()], |row| Ok(TextId::from_text(row.text(0)?)))
}

/// Every text that an event of the whistle points at, there or not.
pub fn pointed_at(reading: &mut Reading<'_>, whistle: &WhistleId) -> Result<Vec<TextId>, Fault> {
    let all: Vec<serde_json::Value> = reading.rows(POINTED_AT, &[whistle.into()], |row| row.json(0))?;
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
pub fn sealed(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<Vec<SealedText>, Fault> {
    reading.rows(SEALED, &[after.into(), limit.into()], |row| {
        Ok(SealedText {
            id: TextId::from_text(row.text(0)?),
            body: row.text(1)?.to_owned(),
            code: row.text(2)?.to_owned(),
        })
    })
}
