//! People one by one, what they come in with, and the trail of what was done to their sign-ins. Hashes and sealed seeds are
//! given only to who names their owner; what they are compared with is the caller's. Nothing here judges a right.

use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::directory::Person;
use crate::domain::obligation::Post;
use crate::domain::people::{Placed, SignIns};
use crate::domain::trail::{SecurityKind, SecurityOutcome};
use crate::ids::PersonId;

const ONE: &str = "SELECT position, body FROM directory WHERE kind = 'person' AND code = $1";

const ALL: &str = "SELECT position, body FROM directory WHERE kind = 'person' ORDER BY position, code";

const LAST_PLACE: &str = "SELECT COALESCE(MAX(position), 0) FROM directory WHERE kind = 'person'";

const CREDENTIALS: &str = "
    SELECT p.hash, p.initial_until, f.sealed, f.step, f.barred_at FROM passwords p
    LEFT JOIN factors f ON f.person = p.person
    WHERE p.person = $1";

const RECOVERY_CODES: &str = "SELECT COUNT(*) FROM recovery_codes WHERE person = $1";

const OPEN_WORK: &str = "
    SELECT COUNT(*) FROM obligations WHERE role = $1 AND department = $2 AND ended_at IS NULL";

const TRAIL: &str = "
    SELECT seq, at, kind, outcome, person, department, about, address, data FROM security_events
    WHERE seq < $1 ORDER BY seq DESC LIMIT $2";

const TRAIL_ABOUT: &str = "
    SELECT seq, at, kind, outcome, person, department, about, address, data FROM security_events
    WHERE about = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[ONE, ALL, LAST_PLACE, CREDENTIALS, RECOVERY_CODES, OPEN_WORK, TRAIL, TRAIL_ABOUT];

/// One person as the directory has it.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn one(reading: &mut Reading<'_>, id: &PersonId) -> Result<Option<Placed>, Fault> {
    reading.row(ONE, &[id.into()], placed)
}

/// The same with the other sign-ins of the same human.
pub fn sign_ins(reading: &mut Reading<'_>, id: &PersonId) -> Result<Option<SignIns>, Fault> {
    let Some(own) = one(reading, id)? else { return Ok(None) };
    let mut others = reading.rows(ALL, &[], placed)?;
    others.retain(|other| other.person.id != own.person.id && other.person.is_same_human(&own.person));
    Ok(Some((own, others)))
}

fn placed(row: &Row<'_>) -> Result<Placed, Fault> {
    Ok(Placed { position: row.int(0)?, person: row.json::<Person>(1)? })
}

/// The last place in the official order of people.
pub fn last_place(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(LAST_PLACE, &[], |row| row.int(0))?.unwrap_or(0))
}

/// What a person comes in with. No `Debug`: it holds a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// PHC string; empty when an initial one was used.
    pub hash: String,
    /// Of an initial one: until when it may be used.
    pub initial_until: Option<At>,
    pub factor: Option<Factor>,
}

/// A second factor: its sealed seed, the last step whose code was taken, and whether too many were wrong.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor {
    pub sealed: String,
    pub step: i64,
    pub barred: bool,
}

/// The credentials of a person; nothing if the person cannot sign in.
pub fn credentials(reading: &mut Reading<'_>, person: &PersonId) -> Result<Option<Credentials>, Fault> {
    reading.row(CREDENTIALS, &[person.into()], |row| {
        let barred = row.opt_at(4)?.is_some();
        let factor = row.opt_text(2)?.map(str::to_owned).zip(row.opt_int(3)?);
        Ok(Credentials {
            hash: row.text(0)?.to_owned(),
            initial_until: row.opt_at(1)?,
            factor: factor.map(|(sealed, step)| Factor { sealed, step, barred }),
        })
    })
}

/// How many recovery codes a person has left.
pub fn recovery_codes(reading: &mut Reading<'_>, person: &PersonId) -> Result<i64, Fault> {
    Ok(reading.row(RECOVERY_CODES, &[person.into()], |row| row.int(0))?.unwrap_or(0))
}

/// How much is a post's move now.
pub fn open_work(reading: &mut Reading<'_>, post: &Post) -> Result<i64, Fault> {
    let params = [post.role.as_str().into(), (&post.department).into()];
    Ok(reading.row(OPEN_WORK, &params, |row| row.int(0))?.unwrap_or(0))
}

/// One line of the trail as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub seq: i64,
    pub at: At,
    pub kind: SecurityKind,
    pub outcome: SecurityOutcome,
    pub person: Option<PersonId>,
    pub department: Option<String>,
    pub about: Option<PersonId>,
    pub address: Option<String>,
    pub data: serde_json::Value,
}

/// The newest lines before a place, the newest first.
pub fn trail(reading: &mut Reading<'_>, before: i64, limit: i64) -> Result<Vec<Line>, Fault> {
    reading.rows(TRAIL, &[before.into(), limit.into()], line)
}

/// The same about one person's sign-in.
pub fn trail_about(reading: &mut Reading<'_>, about: &PersonId, before: i64, limit: i64) -> Result<Vec<Line>, Fault> {
    reading.rows(TRAIL_ABOUT, &[about.into(), before.into(), limit.into()], line)
}

fn line(row: &Row<'_>) -> Result<Line, Fault> {
    Ok(Line {
        seq: row.int(0)?,
        at: row.at(1)?,
        kind: row.word(2, SecurityKind::parse)?,
        outcome: row.word(3, SecurityOutcome::parse)?,
        person: row.opt_text(4)?.map(PersonId::from_text),
        department: row.opt_text(5)?.map(str::to_owned),
        about: row.opt_text(6)?.map(PersonId::from_text),
        address: row.opt_text(7)?.map(str::to_owned),
        data: row.json(8)?,
    })
}
