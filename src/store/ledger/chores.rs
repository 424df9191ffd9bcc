//! Chores: what the hub must remember without it being a fact. Cursors, letters' ways, sessions, purges.
//! No chore writes an event or touches a whistle's tree.

use super::super::due::held_before;
use super::super::sql::{Call, Row, Value};
use super::Fault;
use super::access::Access;
use super::care::Care;
use super::files::FileChore;
use super::notes::Note;
use super::rows::Listed;
use crate::domain::at::At;
use crate::domain::decision::LetterOwed;
use crate::domain::obligation::{Post, Subject};
use crate::domain::session::Ending;
use crate::domain::terms::{LetterKind, Role};
use crate::ids::{LetterId, PersonId, TreeId};

/// Back is where a reader has been; a cursor only goes on.
const SET_CURSOR: &str = "INSERT INTO cursors (name, seq) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq";
/// Only by whoever holds the lease in this epoch: what a holder of before still asks for finds nothing.
const CLAIM_LETTERS: &str = concat!(
    "UPDATE letters SET claimed_until = $2 WHERE id IN (SELECT id FROM letters
    WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before <= $1 AND not_before >= ",
    held_before!(),
    "
      AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY not_before, id LIMIT $3)
    AND EXISTS (SELECT 1 FROM leases WHERE name = 'letters' AND epoch = $4)
    RETURNING id, natural_key, kind, role, department, person, tree, about, not_before, tries"
);
const SEND_HELD_LETTERS: &str = "DELETE FROM meta WHERE key = 'letters_held_before'";
const DROP_HELD_LETTERS: &str = concat!(
    "UPDATE letters SET given_up_at = $1, claimed_until = NULL
    WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before < ",
    held_before!()
);
const RELEASE_LETTERS: &str = "UPDATE letters SET claimed_until = NULL
    WHERE claimed_until IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL
      AND EXISTS (SELECT 1 FROM leases WHERE name = 'letters' AND epoch = $1)";
const LETTER_SENT: &str = "UPDATE letters SET sent_at = $2, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const COPY_SENT: &str = "INSERT INTO letter_copies (letter, person) VALUES ($1, $2)
    ON CONFLICT (letter, person) DO NOTHING";
const LETTER_LATER: &str =
    "UPDATE letters SET not_before = $2, tries = $3, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const LETTER_GIVEN_UP: &str =
    "UPDATE letters SET given_up_at = $2, claimed_until = NULL WHERE id = $1 AND sent_at IS NULL";
const REVOKE_SESSION: &str =
    "UPDATE sessions SET revoked_at = $2, ended_by = $3 WHERE secret_hash = $1 AND revoked_at IS NULL";
const TOUCH_SESSION: &str =
    "UPDATE sessions SET used_at = $2 WHERE secret_hash = $1 AND revoked_at IS NULL AND used_at < $2";
/// A new secret with it: whoever held the old one without knowing the password is out.
const PROVE_SESSION: &str = "UPDATE sessions SET proven_at = $2, secret_hash = $3
    WHERE secret_hash = $1 AND revoked_at IS NULL";
/// Once: of two that come with it at the same time one finds it.
const USE_INITIAL_PASSWORD: &str =
    "UPDATE passwords SET hash = '' WHERE person = $1 AND hash = $2 AND initial_until IS NOT NULL";
const USE_STEP: &str = "UPDATE factors SET step = $2 WHERE person = $1 AND step < $2";
/// Counted from the first one on; what is older than its window is forgotten with it.
const WRONG_CODE: &str = "UPDATE factors SET wrong = CASE WHEN wrong_since > $3 THEN wrong + 1 ELSE 1 END,
      wrong_since = CASE WHEN wrong_since > $3 THEN wrong_since ELSE $2 END WHERE person = $1";
const BAR_CODES: &str = "UPDATE factors SET barred_at = $2 WHERE person = $1 AND wrong >= $3 AND barred_at IS NULL";
const USE_RECOVERY_CODE: &str = "DELETE FROM recovery_codes WHERE person = $1 AND hash = $2";
/// In pieces, so that a great purge does not hold up the pen.
const PURGE_RECEIPTS: &str =
    "DELETE FROM receipts WHERE key IN (SELECT key FROM receipts WHERE at < $1 ORDER BY at LIMIT 1000)";
const PURGE_SESSIONS: &str =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ends_at < $1 ORDER BY ends_at LIMIT 1000)";
static SET_PASSWORDS: Listed = Listed::new(
    "INSERT INTO passwords (person, hash) VALUES ",
    2,
    " ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, initial_until = NULL",
);
/// Whoever signed in with the old one is out.
static RAISE_EPOCHS: Listed = Listed::new(
    "INSERT INTO epochs (person, epoch) VALUES ",
    2,
    " ON CONFLICT (person) DO UPDATE SET epoch = epochs.epoch + 1",
);
/// Whoever comes first decides: two processes that start at once end with the same.
const MAKE_META: &str = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
/// Kept by whoever holds it in this epoch; taken by one of the same name that has just started (epoch 0), when it was
/// left, and when its beat has stood still since it was last seen (-1: it has not). All but keeping begins a new epoch.
const TAKE_LEASE: &str = "INSERT INTO leases (name, holder, epoch, beat) VALUES ($1, $2, 1, 1)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, beat = leases.beat + 1,
      epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder AND leases.epoch = $3 THEN 0 ELSE 1 END
    WHERE (leases.holder = excluded.holder AND (leases.epoch = $3 OR $3 = 0))
      OR leases.holder = '' OR leases.beat = $4
    RETURNING epoch";
const LEAVE_LEASE: &str = "UPDATE leases SET holder = '', beat = beat + 1 WHERE name = $1 AND epoch = $2";
const LAY_ASIDE: &str = "INSERT INTO dead_letters (consumer_group, id, at) VALUES ($1, $2, $3)
    ON CONFLICT (consumer_group, id) DO NOTHING";
const REDRIVE: &str = "DELETE FROM dead_letters";

/// Every statement of a chore.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[
    SET_CURSOR,
    CLAIM_LETTERS,
    SEND_HELD_LETTERS,
    DROP_HELD_LETTERS,
    RELEASE_LETTERS,
    LETTER_SENT,
    COPY_SENT,
    LETTER_LATER,
    LETTER_GIVEN_UP,
    REVOKE_SESSION,
    TOUCH_SESSION,
    PROVE_SESSION,
    USE_INITIAL_PASSWORD,
    USE_STEP,
    WRONG_CODE,
    BAR_CODES,
    USE_RECOVERY_CODE,
    PURGE_RECEIPTS,
    PURGE_SESSIONS,
    MAKE_META,
    TAKE_LEASE,
    LEAVE_LEASE,
    LAY_ASIDE,
    REDRIVE,
];
#[cfg(test)]
pub(super) static LISTS: [&Listed; 2] = [&SET_PASSWORDS, &RAISE_EPOCHS];

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
        epoch: i64,
    },
    /// Gives every claim back: whoever held the lease before is gone.
    ReleaseLetters {
        epoch: i64,
    },
    /// What a restore holds leaves after all.
    SendHeldLetters,
    /// What a restore holds is given up.
    DropHeldLetters {
        at: At,
    },
    LetterSent {
        id: LetterId,
        at: At,
    },
    /// One of several holders of the post has it.
    CopySent {
        id: LetterId,
        person: PersonId,
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
    RevokeSession {
        secret_hash: [u8; 32],
        at: At,
        by: Ending,
    },
    /// What keeps people signed in and lets machines in.
    Access(Access),
    Note(Note),
    Care(Care),
    TouchSession {
        secret_hash: [u8; 32],
        at: At,
    },
    /// Its owner has just given a password or a code again; from now on it goes by another secret.
    ProveSession {
        secret_hash: [u8; 32],
        new_hash: [u8; 32],
        at: At,
    },
    /// An initial password is good once: 0 rows, and somebody was there before.
    UseInitialPassword {
        person: PersonId,
        hash: String,
    },
    /// A code's step is good once, and none before it: 0 rows, and it was used.
    UseStep {
        person: PersonId,
        step: i64,
    },
    /// A code was wrong after a right password; those before `since` no longer count.
    WrongCode {
        person: PersonId,
        at: At,
        since: At,
    },
    /// None is taken any more once so many were wrong: 1 row for whoever comes to it first.
    BarCodes {
        person: PersonId,
        at: At,
        most: i64,
    },
    /// A recovery code is good once.
    UseRecoveryCode {
        person: PersonId,
        hash: [u8; 32],
    },
    /// At most 1,000 a call, the oldest first.
    PurgeReceipts {
        before: At,
    },
    /// Those that ended before; at most 1,000 a call.
    PurgeSessions {
        before: At,
    },
    /// A file that is to become a list.
    File(FileChore),
    /// PHC strings. Sessions that were opened with another password end.
    SetPasswords(Vec<(PersonId, String)>),
    /// A note of the ledger's own, unless it stands already.
    MakeMeta {
        key: String,
        value: String,
    },
    /// Takes, keeps or takes over what only one process may do at a time; answered by [`Kept::Lease`].
    TakeLease {
        name: &'static str,
        holder: String,
        /// In which epoch we hold it; 0: we have just started; -1: we have lost it.
        epoch: i64,
        /// The beat that has stood still for so long that its holder counts as gone.
        stood_still: Option<i64>,
    },
    /// Lets the next one take it at once.
    LeaveLease {
        name: &'static str,
        epoch: i64,
    },
    /// A thing that a group of the stream cannot act upon: no longer tried until [`Chore::Redrive`].
    LayAside {
        group: &'static str,
        id: String,
        at: At,
    },
    /// Everything that was laid aside is tried again.
    Redrive,
}

/// What a chore answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// How many rows it touched; 0 where there was none to touch.
    Done(usize),
    Letters(Vec<ClaimedLetter>),
    /// The epoch in which it is ours; nothing: it is somebody else's.
    Lease(Option<i64>),
}

/// A letter that is ours to send until the claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLetter {
    pub letter: LetterOwed,
    /// How often it was tried before.
    pub tries: i64,
}

impl Chore {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        let one = |text: &'static str, params: Vec<Value<'static>>| vec![Call::of(text, params)];
        match self {
            Chore::Cursor { name, seq } => vec![Call::of(SET_CURSOR, vec![name.into(), (*seq).into()])],
            Chore::ClaimLetters { now, until, at_most, epoch } => {
                one(CLAIM_LETTERS, vec![(*now).into(), (*until).into(), (*at_most).into(), (*epoch).into()])
            }
            Chore::ReleaseLetters { epoch } => one(RELEASE_LETTERS, vec![(*epoch).into()]),
            Chore::SendHeldLetters => one(SEND_HELD_LETTERS, Vec::new()),
            Chore::DropHeldLetters { at } => {
                vec![Call::of(DROP_HELD_LETTERS, vec![(*at).into()]), Call::of(SEND_HELD_LETTERS, Vec::new())]
            }
            Chore::LetterSent { id, at } => vec![Call::of(LETTER_SENT, vec![id.into(), (*at).into()])],
            Chore::CopySent { id, person } => vec![Call::of(COPY_SENT, vec![id.into(), person.into()])],
            Chore::LetterLater { id, not_before, tries } => {
                vec![Call::of(LETTER_LATER, vec![id.into(), (*not_before).into(), (*tries).into()])]
            }
            Chore::LetterGivenUp { id, at } => vec![Call::of(LETTER_GIVEN_UP, vec![id.into(), (*at).into()])],
            Chore::RevokeSession { secret_hash, at, by } => {
                vec![Call::of(REVOKE_SESSION, vec![secret_hash.into(), (*at).into(), by.as_str().into()])]
            }
            Chore::Access(access) => access.calls(),
            Chore::Note(note) => note.calls(),
            Chore::Care(care) => care.calls(),
            Chore::TouchSession { secret_hash, at } => {
                vec![Call::of(TOUCH_SESSION, vec![secret_hash.into(), (*at).into()])]
            }
            Chore::ProveSession { secret_hash, new_hash, at } => {
                vec![Call::of(PROVE_SESSION, vec![secret_hash.into(), (*at).into(), new_hash.into()])]
            }
            Chore::UseInitialPassword { person, hash } => {
                vec![Call::of(USE_INITIAL_PASSWORD, vec![person.into(), hash.into()])]
            }
            Chore::UseStep { person, step } => vec![Call::of(USE_STEP, vec![person.into(), (*step).into()])],
            Chore::WrongCode { person, at, since } => {
                vec![Call::of(WRONG_CODE, vec![person.into(), (*at).into(), (*since).into()])]
            }
            Chore::BarCodes { person, at, most } => {
                vec![Call::of(BAR_CODES, vec![person.into(), (*at).into(), (*most).into()])]
            }
            Chore::UseRecoveryCode { person, hash } => {
                vec![Call::of(USE_RECOVERY_CODE, vec![person.into(), hash.into()])]
            }
            Chore::PurgeReceipts { before } => one(PURGE_RECEIPTS, vec![(*before).into()]),
            Chore::PurgeSessions { before } => one(PURGE_SESSIONS, vec![(*before).into()]),
            Chore::File(chore) => chore.calls(),
            Chore::SetPasswords(passwords) => {
                let mut calls = Vec::new();
                SET_PASSWORDS
                    .add(&mut calls, passwords.iter().flat_map(|(id, hash)| [id.into(), hash.into()]).collect());
                raise_epochs(&mut calls, passwords.iter().map(|(id, _)| id));
                calls
            }
            Chore::MakeMeta { key, value } => vec![Call::of(MAKE_META, vec![key.into(), value.into()])],
            Chore::TakeLease { name, holder, epoch, stood_still } => {
                let params = vec![(*name).into(), holder.into(), (*epoch).into(), stood_still.unwrap_or(-1).into()];
                vec![Call::of(TAKE_LEASE, params)]
            }
            Chore::LeaveLease { name, epoch } => one(LEAVE_LEASE, vec![(*name).into(), (*epoch).into()]),
            Chore::LayAside { group, id, at } => {
                vec![Call::of(LAY_ASIDE, vec![(*group).into(), id.into(), (*at).into()])]
            }
            Chore::Redrive => one(REDRIVE, Vec::new()),
        }
    }

    /// What it answers before any row has come.
    pub(super) fn nothing_yet(&self) -> Kept {
        if matches!(self, Chore::ClaimLetters { .. }) {
            return Kept::Letters(Vec::new());
        }
        if matches!(self, Chore::TakeLease { .. }) { Kept::Lease(None) } else { Kept::Done(0) }
    }
}

impl Kept {
    /// Takes in a row that one of the chore's statements answered.
    pub(super) fn take(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        match self {
            Kept::Letters(letters) => letters.push(claimed_letter(row)?),
            Kept::Lease(epoch) => *epoch = Some(row.int(0)?),
            Kept::Done(_) => {}
        }
        Ok(())
    }

    /// Takes in how many rows one of its statements touched; an UPDATE answers its rows in no order.
    pub(super) fn touched(&mut self, rows: usize) {
        match self {
            Kept::Done(count) => *count += rows,
            Kept::Letters(letters) => letters.sort_by_cached_key(|one| (one.letter.not_before, one.letter.id.clone())),
            Kept::Lease(_) => {}
        }
    }
}

fn claimed_letter(row: &Row<'_>) -> Result<ClaimedLetter, Fault> {
    let letter = LetterOwed {
        id: LetterId::from_text(row.text(0)?),
        key: row.text(1)?.to_owned(),
        kind: row.word(2, LetterKind::parse)?,
        to: Post { role: row.word(3, Role::parse)?, department: row.text(4)?.to_owned() },
        person: row.opt_text(5)?.map(PersonId::from_text),
        tree: row.opt_text(6)?.map(TreeId::from_text),
        about: row.opt_text(7)?.and_then(Subject::parse),
        not_before: row.at(8)?,
    };
    Ok(ClaimedLetter { letter, tries: row.int(9)? })
}

/// Ends every session of these people at once, with whatever is written beside it.
pub(super) fn raise_epochs<'a>(calls: &mut Vec<Call<'a>>, people: impl Iterator<Item = &'a PersonId>) {
    RAISE_EPOCHS.add(calls, people.flat_map(|person| [person.into(), 1.into()]).collect());
}
