//! How often something is done: counted by elapsed time, never by the wall. A clock that is set back must not stop the
//! sweep, and one that is set ahead must not make anything run wild.

use crate::clock::Clock;

/// Something that is done again and again.
pub(super) struct Pace {
    /// Microseconds.
    every: i64,
    kept_at: Option<i64>,
}

impl Pace {
    /// At most once in so many microseconds; at once the first time.
    pub(super) fn of(every: i64) -> Pace {
        Pace { every, kept_at: None }
    }

    pub(super) fn is_due(&self, clock: &dyn Clock) -> bool {
        self.kept_at.is_none_or(|at| clock.elapsed() - at >= self.every)
    }

    /// It was done, or is not to be tried again before its time.
    pub(super) fn keep(&mut self, clock: &dyn Clock) {
        self.kept_at = Some(clock.elapsed());
    }
}
