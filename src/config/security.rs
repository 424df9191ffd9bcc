//! What a district demands of its own security: by a profile, and one by one where it wants otherwise. What is demanded is
//! kept by others; nothing here knows a role or a person.

use serde::Deserialize;
use std::path::PathBuf;

/// What a district demands of its own security.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// What is demanded where nothing else is said.
    pub profile: Profile,
    /// Who must have a second factor. Default by the profile; in a demo nobody.
    pub second_factor: Option<SecondFactor>,
    /// How long the trail of security deeds is kept, days.
    pub trail_days: u32,
    /// SHA-1 hashes of leaked passwords, sorted, in hex, a line each.
    pub leaked_passwords: Option<PathBuf>,
}

impl Default for Security {
    fn default() -> Security {
        Security { profile: Profile::Standard, second_factor: None, trail_days: 400, leaked_passwords: None }
    }
}

/// `dengbao3`: as assessors of 等保三级 ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    Standard,
    Dengbao3,
}

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    Nobody,
    /// Office, director, supervisor and the three administrators.
    Posts,
    Everybody,
}

/// Days after which an assessor wants another password, and kinds of characters, of four, in a new one.
const ASSESSED_PASSWORD_DAYS: i64 = 180;
const ASSESSED_PASSWORD_KINDS: usize = 3;

impl Security {
    /// How old a password may be, days; a demo's shared one may grow old.
    pub fn password_days(&self, demo: bool) -> Option<i64> {
        (self.profile == Profile::Dengbao3 && !demo).then_some(ASSESSED_PASSWORD_DAYS)
    }

    /// So many of the four kinds of characters are in a new password.
    pub fn password_kinds(&self) -> usize {
        if self.profile == Profile::Dengbao3 { ASSESSED_PASSWORD_KINDS } else { 0 }
    }

    /// Who must have a second factor; `demo`: invented people have no devices unless somebody wants it.
    pub fn second_factor(&self, demo: bool) -> SecondFactor {
        self.second_factor.unwrap_or(match (demo, self.profile) {
            (true, _) => SecondFactor::Nobody,
            (false, Profile::Standard) => SecondFactor::Posts,
            (false, Profile::Dengbao3) => SecondFactor::Everybody,
        })
    }
}
