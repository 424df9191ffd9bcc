//! A sign-in as the ledger keeps it: hashes of secrets, never secrets. One table serves both doors.
//! Whether a session still holds is asked at every request; nothing here asks the time.

use super::at::{At, MINUTE};
use super::directory::Directory;
use super::terms::words;
use crate::ids::PersonId;

words!(
    /// Which door a session came in by.
    Door { Cookie = "cookie", Api = "api", }
);
words!(
    /// What ended a session before its time.
    Ending {
        SignedOut = "signed_out",
        /// The person has newer ones: so many may live beside each other.
        Newer = "newer",
        /// A refresh secret came a second time: it is in two hands.
        Reused = "reused",
    }
);

/// A session sleeps after this without use; feeds are no use.
pub const IDLE_MINUTES: i64 = 30;
/// Nobody stays signed in longer than this, and whoever is on the rota not longer than that.
const ABSOLUTE_MINUTES: i64 = 12 * 60;
const WATCH_MINUTES_MAX: i64 = 16 * 60;
/// What follows a shift: the handover.
const HANDOVER_MINUTES: i64 = 60;

impl Door {
    /// How many sessions of one person live beside each other: the oldest ends.
    pub fn per_person(self) -> i64 {
        match self {
            Door::Cookie => 3,
            // Programs sign in as they please; the bound is against rows without end.
            Door::Api => 50,
        }
    }
}

impl Session {
    /// Whether it opens anything at this moment; `epoch`: the one in which its person lives by now.
    pub fn is_alive(&self, epoch: i64, now: At) -> bool {
        let awake = now.0 - self.used_at.0 < IDLE_MINUTES * MINUTE;
        self.revoked_at.is_none() && now < self.ends_at && awake && self.epoch == epoch
    }
}

/// When a session that is opened now is over, whatever its use. A night shift is longer than a day's work, so whoever
/// has a shift before then stays until its end and the handover.
pub fn ends_at(directory: &Directory, username: &str, now: At) -> At {
    let plain = now.plus_minutes(ABSOLUTE_MINUTES);
    let (mut moment, mut end) = (now, plain);
    while moment < plain {
        let change = super::directory::shift_ends(moment);
        let on_watch = directory.shift(moment).is_some_and(|shift| {
            [&shift.main, &shift.deputy, &shift.office_duty].into_iter().any(|named| named == username)
        });
        if on_watch {
            end = end.max(change.plus_minutes(HANDOVER_MINUTES));
        }
        moment = change;
    }
    end.min(now.plus_minutes(WATCH_MINUTES_MAX))
}

/// One session of one person in one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    /// SHA-256 of the secret in the cookie, or of the token's `sid`.
    pub secret_hash: [u8; 32],
    /// SHA-256 of the refresh secret of an API session.
    pub refresh_hash: Option<[u8; 32]>,
    pub person: PersonId,
    pub door: Door,
    pub made_at: At,
    pub used_at: At,
    pub ends_at: At,
    pub revoked_at: Option<At>,
    pub ended_by: Option<Ending>,
    /// The person's epoch at sign-in: once theirs is another, this is over.
    pub epoch: i64,
    /// Since when the refresh secret stands, if it is not the first.
    pub refreshed_at: Option<At>,
    /// When its owner last gave a password or a code.
    pub proven_at: At,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::{at, rules};

    #[test]
    fn t09_a_session_ends_after_twelve_hours_and_a_watch_with_its_handover() {
        for (username, now, end) in [
            ("liaison.xf", "11-24 17:30", "11-25 05:30"),
            ("office", "11-24 07:30", "11-24 19:30"),
            ("office", "11-24 08:00", "11-24 20:00"),
            // The night of the 24th, signed in before it begins, and when it does.
            ("office.2", "11-24 17:30", "11-25 09:00"),
            ("office.2", "11-24 18:00", "11-25 09:00"),
            ("office", "11-26 18:00", "11-27 09:00"),
            ("office", "11-26 23:00", "11-27 15:00"),
            ("office", "11-26 07:59", "11-26 23:59"),
            // Nobody is on duty in the night of the 25th.
            ("office", "11-25 18:00", "11-26 06:00"),
            ("director", "11-26 18:00", "11-27 06:00"),
        ] {
            let ends = ends_at(&rules().directory, username, at(now));
            assert_eq!(ends.civil().to_string(), at(end).civil().to_string(), "{username} at {now}");
        }
    }
}
