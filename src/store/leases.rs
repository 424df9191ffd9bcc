//! Who does what only one replica may do at a time, and what no replica could do. Read by the hub's own loops and its
//! operator; it decides nothing.

use super::{Fault, Reading};

const HELD: &str = "SELECT holder, beat FROM leases WHERE name = $1";

const LAID_ASIDE: &str = "SELECT COUNT(*) FROM dead_letters";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[HELD, LAID_ASIDE];

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Empty: it was left.
    pub holder: String,
    /// Goes on while the holder lives.
    pub beat: i64,
}

/// Who holds it; nothing if nobody ever did.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn held(reading: &mut Reading<'_>, name: &str) -> Result<Option<Held>, Fault> {
    reading.row(HELD, &[name.into()], |row| Ok(Held { holder: row.text(0)?.to_owned(), beat: row.int(1)? }))
}

/// Entries of the stream that were laid aside.
pub fn laid_aside(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(LAID_ASIDE, &[], |row| row.int(0))?.unwrap_or(0))
}
