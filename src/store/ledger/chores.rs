//! Chores: what the hub must remember without it being a fact. Cursors, letters' ways, sessions, the directory, purges.
//! No chore writes an event or touches a whistle's tree.

use super::super::sql::{Row, Sql, Value};
use super::Fault;
use crate::domain::at::At;
use crate::domain::decision::LetterOwed;
use crate::domain::obligation::Post;
use crate::domain::session::Session;
use crate::domain::terms::{LetterKind, Role};
use crate::ids::{LetterId, PersonId, SummonsId, WhistleId};
use std::collections::BTreeSet;

/// Back is where a reader has been; a cursor only goes on.
const SET_CURSOR: &str = "INSERT INTO cursors (name, seq) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq";
const CLAIM_LETTERS: &str = "UPDATE letters SET claimed_until = $2 WHERE id IN (SELECT id FROM letters
    WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before <= $1
      AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY not_before, id LIMIT $3)
    RETURNING id, natural_key, kind, role, department, whistle, summons, not_before, tries";
const RELEASE_LETTERS: &str = "UPDATE letters SET claimed_until = NULL
    WHERE claimed_until IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL";
const LETTER_SENT: &str = "UPDATE letters SET sent_at = $2, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const LETTER_LATER: &str =
    "UPDATE letters SET not_before = $2, tries = $3, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const LETTER_GIVEN_UP: &str =
    "UPDATE letters SET given_up_at = $2, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const OPEN_SESSION: &str = "INSERT INTO sessions
    (id, secret_hash, refresh_hash, person, door, made_at, used_at, ends_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REVOKE_SESSION: &str = "UPDATE sessions SET revoked_at = $2 WHERE secret_hash = $1 AND revoked_at IS NULL";
const REVOKE_SESSIONS: &str = "UPDATE sessions SET revoked_at = $1 WHERE revoked_at IS NULL";
const TOUCH_SESSION: &str =
    "UPDATE sessions SET used_at = $2 WHERE secret_hash = $1 AND revoked_at IS NULL AND used_at < $2";
/// In pieces, so that a great purge does not hold up the pen.
const PURGE_RECEIPTS: &str =
    "DELETE FROM receipts WHERE key IN (SELECT key FROM receipts WHERE at < $1 ORDER BY at LIMIT 1000)";
const PURGE_SESSIONS: &str =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ends_at < $1 ORDER BY ends_at LIMIT 1000)";
const CLEAR_DIRECTORY: &str = "DELETE FROM directory WHERE kind = $1";
const LAY_DIRECTORY: &str = "INSERT INTO directory (kind, code, position, body) VALUES ($1, $2, $3, $4)";
const SET_PASSWORD: &str =
    "INSERT INTO passwords (person, hash) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET hash = excluded.hash";
const SET_META: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// One thing to be kept. `Debug` is missing on purpose: some hold hashes.
pub enum Chore {
    /// How far a reader of the log has come; never goes back.
    Cursor {
        name: String,
        seq: i64,
    },
    /// Takes letters whose time has come, oldest first, until `until`; answered by [`Kept::Letters`].
    ClaimLetters {
        now: At,
        until: At,
        at_most: i64,
    },
    /// Gives every claim back: for the start of the only process.
    ReleaseLetters,
    LetterSent {
        id: LetterId,
        at: At,
    },
    /// Not this time: again from `not_before`; `tries` so far.
    LetterLater {
        id: LetterId,
        not_before: At,
        tries: i64,
    },
    LetterGivenUp {
        id: LetterId,
        at: At,
    },
    OpenSession(Session),
    RevokeSession {
        secret_hash: [u8; 32],
        at: At,
    },
    /// Everybody's: their passwords have changed.
    RevokeSessions {
        at: At,
    },
    TouchSession {
        secret_hash: [u8; 32],
        at: At,
    },
    /// At most 1,000 a call, the oldest first.
    PurgeReceipts {
        before: At,
    },
    /// Those that ended before; at most 1,000 a call.
    PurgeSessions {
        before: At,
    },
    /// Replaces every row of the kinds that it names.
    LayDirectory(Vec<DirectoryRow>),
    /// PHC strings.
    SetPasswords(Vec<(PersonId, String)>),
    SetMeta {
        key: String,
        value: String,
    },
}

/// A document of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRow {
    pub kind: String,
    pub code: String,
    /// Its place in the official order.
    pub position: i64,
    /// JSON.
    pub body: String,
}

/// What a chore answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// How many rows it touched; 0 where there was none to touch.
    Done(usize),
    Letters(Vec<ClaimedLetter>),
}

/// A letter that is ours to send until the claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLetter {
    pub letter: LetterOwed,
    /// How often it was tried before.
    pub tries: i64,
}

impl Chore {
    /// Does it, inside the pen's transaction.
    pub(super) fn keep(&self, sql: &Sql) -> Result<Kept, Fault> {
        let run = |text: &str, params: &[Value<'_>]| sql.run(text, params).map(Kept::Done);
        match self {
            Chore::Cursor { name, seq } => run(SET_CURSOR, &[name.into(), (*seq).into()]),
            Chore::ClaimLetters { now, until, at_most } => claim_letters(sql, *now, *until, *at_most),
            Chore::ReleaseLetters => run(RELEASE_LETTERS, &[]),
            Chore::LetterSent { id, at } => run(LETTER_SENT, &[id.into(), (*at).into()]),
            Chore::LetterLater { id, not_before, tries } => {
                run(LETTER_LATER, &[id.into(), (*not_before).into(), (*tries).into()])
            }
            Chore::LetterGivenUp { id, at } => run(LETTER_GIVEN_UP, &[id.into(), (*at).into()]),
            Chore::OpenSession(session) => open_session(sql, session),
            Chore::RevokeSession { secret_hash, at } => run(REVOKE_SESSION, &[secret_hash.into(), (*at).into()]),
            Chore::RevokeSessions { at } => run(REVOKE_SESSIONS, &[(*at).into()]),
            Chore::TouchSession { secret_hash, at } => run(TOUCH_SESSION, &[secret_hash.into(), (*at).into()]),
            Chore::PurgeReceipts { before } => run(PURGE_RECEIPTS, &[(*before).into()]),
            Chore::PurgeSessions { before } => run(PURGE_SESSIONS, &[(*before).into()]),
            Chore::LayDirectory(rows) => lay_directory(sql, rows),
            Chore::SetPasswords(passwords) => {
                for (person, hash) in passwords {
                    sql.run(SET_PASSWORD, &[person.into(), hash.into()])?;
                }
                Ok(Kept::Done(passwords.len()))
            }
            Chore::SetMeta { key, value } => run(SET_META, &[key.into(), value.into()]),
        }
    }
}

fn claim_letters(sql: &Sql, now: At, until: At, at_most: i64) -> Result<Kept, Fault> {
    let mut letters = sql.rows(CLAIM_LETTERS, &[now.into(), until.into(), at_most.into()], claimed_letter)?;
    // An UPDATE answers its rows in no order.
    letters.sort_by(|one, other| {
        let place = |claimed: &ClaimedLetter| (claimed.letter.not_before, claimed.letter.id.clone());
        place(one).cmp(&place(other))
    });
    Ok(Kept::Letters(letters))
}

fn claimed_letter(row: &Row<'_>) -> Result<ClaimedLetter, Fault> {
    let letter = LetterOwed {
        id: LetterId::from_text(row.text(0)?),
        key: row.text(1)?.to_owned(),
        kind: row.word(2, LetterKind::parse)?,
        to: Post { role: row.word(3, Role::parse)?, department: row.text(4)?.to_owned() },
        whistle: row.opt_text(5)?.map(WhistleId::from_text),
        summons: row.opt_text(6)?.map(SummonsId::from_text),
        not_before: row.at(7)?,
    };
    Ok(ClaimedLetter { letter, tries: row.int(8)? })
}

fn open_session(sql: &Sql, session: &Session) -> Result<Kept, Fault> {
    let params = [
        (&session.id).into(),
        (&session.secret_hash).into(),
        session.refresh_hash.as_ref().into(),
        (&session.person).into(),
        session.door.as_str().into(),
        session.made_at.into(),
        session.used_at.into(),
        session.ends_at.into(),
        session.revoked_at.into(),
    ];
    sql.run(OPEN_SESSION, &params).map(Kept::Done)
}

fn lay_directory(sql: &Sql, rows: &[DirectoryRow]) -> Result<Kept, Fault> {
    for kind in rows.iter().map(|row| &row.kind).collect::<BTreeSet<_>>() {
        sql.run(CLEAR_DIRECTORY, &[kind.into()])?;
    }
    for row in rows {
        sql.run(LAY_DIRECTORY, &[(&row.kind).into(), (&row.code).into(), row.position.into(), (&row.body).into()])?;
    }
    Ok(Kept::Done(rows.len()))
}
