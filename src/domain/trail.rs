//! What happened to the hub's own security, in the past tense: sign-ins, people, credentials, rights, keys. A trail of its
//! own beside the log of facts, so that whoever reads it sees no case. It never holds a secret, and of a name that nobody
//! bears only a keyed digest: people type passwords there.

use super::event::Doer;
use super::terms::words;
use crate::ids::PersonId;
use serde_json::Value;

words!(
    /// Every kind of line.
    SecurityKind {
        SessionOpened = "session.opened", SessionRefused = "session.refused", SessionProven = "session.proven",
        SessionsEnded = "session.all_ended", DeedRefused = "deed.refused",
        PersonAdded = "person.added", PersonChanged = "person.changed", PersonSuspended = "person.suspended",
        PersonReinstated = "person.reinstated", PersonProposed = "person.proposed",
        PersonDeclined = "person.declined", PersonErased = "person.erased",
        PasswordChosen = "password.chosen", PasswordReset = "password.reset",
        TotpEnrolled = "totp.enrolled", TotpRemoved = "totp.removed", TotpReset = "totp.reset",
        RecoveryUsed = "totp.recovery_used", CodesBarred = "totp.barred",
        WhistleUnsealed = "whistle.unsealed", WhistleErased = "whistle.erased", VisitErased = "visit.erased",
        ListExported = "list.exported", ListImported = "list.imported",
        TokenMade = "token.made", TokenRevoked = "token.revoked", TokenElsewhere = "token.elsewhere",
        KeysChanged = "keys.changed", BackupMade = "backup.made", LedgerRestored = "ledger.restored",
        LedgerMigrated = "ledger.migrated", WorkRedriven = "work.redriven",
    }
);
words!(
    /// How it ended.
    SecurityOutcome { Done = "done", Refused = "refused", }
);

/// One line before the ledger gives it its number and leaf hash.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityEvent {
    /// Its place in the trail; 0 until the pen has allotted it.
    pub seq: i64,
    pub kind: SecurityKind,
    pub outcome: SecurityOutcome,
    /// `None`: the command line, or somebody who is not signed in.
    pub doer: Option<Doer>,
    /// Whose sign-in it is about.
    pub about: Option<PersonId>,
    /// From where, if it came over the wire.
    pub address: Option<String>,
    /// Codes, words and numbers: what it was and what it is now.
    pub data: Value,
}

impl SecurityEvent {
    /// Something that is about nobody's sign-in, by nobody who is signed in.
    pub fn of(kind: SecurityKind, outcome: SecurityOutcome, data: Value) -> SecurityEvent {
        SecurityEvent { seq: 0, kind, outcome, doer: None, about: None, address: None, data }
    }

    /// Something that was done to a person's sign-in.
    pub fn done(kind: SecurityKind, about: &PersonId, data: Value) -> SecurityEvent {
        SecurityEvent { about: Some(about.clone()), ..SecurityEvent::of(kind, SecurityOutcome::Done, data) }
    }
}
