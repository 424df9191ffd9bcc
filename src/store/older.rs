//! What releases before wrote otherwise, page by page, for whoever brings it forward; nobody is shown it. Contacts of informers in
//! the open: those that whistles point at, and those that were said anew since and that nothing points at any longer. And visits,
//! whose sights said less.

use super::{Fault, Reading};
use crate::domain::visit::Visit;
use crate::domain::whistle::Whistle;
use crate::domain::whistle::informer::Contact;
use crate::ids::{TextId, WhistleId};

const WHISTLES: &str = "SELECT body FROM whistle_bodies WHERE whistle > $1 ORDER BY whistle LIMIT $2";

const OPEN: &str = "SELECT body FROM texts WHERE id = $1 AND class = 'open'";

/// Along the key, so that no page takes longer than another. Texts knew no whistle then.
const TEXTS: &str = "
    SELECT id, CASE WHEN class = 'open' AND tree IS NULL THEN body ELSE '' END FROM texts
    WHERE id > $1 ORDER BY id LIMIT $2";

const SAID_WHEN: &str = "
    SELECT DISTINCT tree FROM events
    WHERE kind IN ('whistle.blown', 'whistle.completed') AND at >= $1 AND at < $1 + 1000 LIMIT 2";

const VISITS: &str = "SELECT body FROM visits WHERE id > $1 ORDER BY id LIMIT $2";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[WHISTLES, OPEN, TEXTS, SAID_WHEN, VISITS];

/// A contact in the open. `Debug` is missing on purpose.
pub struct OpenContact {
    pub id: TextId,
    pub body: String,
    /// In which it was said, if that can be told.
    pub whistle: Option<WhistleId>,
}

/// One page: what was found on it, and where the next begins; nothing: this was behind the last.
pub struct OpenPage {
    pub contacts: Vec<OpenContact>,
    pub last: Option<String>,
}

/// Those that whistles point at.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn of_whistles(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<OpenPage, Fault> {
    let all: Vec<Whistle> = reading.rows(WHISTLES, &[after.into(), limit.into()], |row| row.json(0))?;
    let last = all.last().map(|whistle| whistle.id.to_string());
    let mut contacts = Vec::new();
    for Whistle { id: whistle, texts, .. } in all {
        let Some(id) = texts.contact else { continue };
        let body = reading.row(OPEN, &[(&id).into()], |row| row.text(0).map(str::to_owned))?;
        contacts.extend(body.map(|body| OpenContact { id, body, whistle: Some(whistle) }));
    }
    Ok(OpenPage { contacts, last })
}

/// Those that nothing points at any longer: what has the form that only contacts have, to the letter.
pub fn left_behind(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<OpenPage, Fault> {
    let page: Vec<(TextId, String)> = reading.rows(TEXTS, &[after.into(), limit.into()], |row| {
        Ok((TextId::from_text(row.text(0)?), row.text(1)?.to_owned()))
    })?;
    let last = page.last().map(|(id, _)| id.to_string());
    let mut contacts = Vec::new();
    for (id, body) in page.into_iter().filter(|(_, body)| is_contact(body)) {
        let whistle = said_in(reading, &id)?;
        contacts.push(OpenContact { id, body, whistle });
    }
    Ok(OpenPage { contacts, last })
}

/// Visits, page by page, whose sights older releases laid without saying whose results they show.
pub fn visits(reading: &mut Reading<'_>, after: &str, limit: i64) -> Result<Vec<Visit>, Fault> {
    reading.rows(VISITS, &[after.into(), limit.into()], |row| row.json(0))
}

fn is_contact(body: &str) -> bool {
    let contact: Option<Contact> = serde_json::from_str(body).ok();
    contact.and_then(|contact| serde_json::to_string(&contact).ok()).is_some_and(|again| again == body)
}

/// An id carries the millisecond of its making, and so does the event of that deed; two at once leave it open.
fn said_in(reading: &mut Reading<'_>, id: &TextId) -> Result<Option<WhistleId>, Fault> {
    let digits = id.as_str().split_once('_').and_then(|(_, digits)| digits.get(..12));
    let Some(millis) = digits.and_then(|digits| i64::from_str_radix(digits, 16).ok()) else { return Ok(None) };
    let micros = millis.saturating_mul(1000);
    let mut all = reading.rows(SAID_WHEN, &[micros.into()], |row| Ok(WhistleId::from_text(row.text(0)?)))?;
    Ok(if all.len() == 1 { all.pop() } else { None })
}
