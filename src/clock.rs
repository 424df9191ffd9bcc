//! What time it is, asked in one place: everything else is told. The system's clock in `run`, a clock that is moved
//! by hand in tests. No other file may read wall time, and nothing here waits.

use crate::domain::at::At;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// Now, microseconds UTC.
    fn now(&self) -> At;

    /// Microseconds since some moment of the past, which never jump: what a span is counted with.
    fn elapsed(&self) -> i64;

    /// How far this clock is ahead of a server that just said `theirs`, microseconds.
    fn ahead_of(&self, theirs: At) -> i64;
}

/// The host's wall clock. It may jump; who counts on it compares two readings.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    began: Instant,
}

impl SystemClock {
    /// The host's clock; spans are counted from here on.
    pub fn start() -> SystemClock {
        SystemClock { began: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads wall time")]
    fn now(&self) -> At {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        At(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn ahead_of(&self, theirs: At) -> i64 {
        self.now().0 - theirs.0
    }
}

/// A clock that stands still until it is moved; clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    wall: Arc<AtomicI64>,
    /// How far the wall stands from where time alone would have brought it.
    jumped: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `at`.
    pub fn new(at: At) -> ManualClock {
        ManualClock { wall: Arc::new(AtomicI64::new(at.0)), jumped: Arc::default() }
    }

    /// Shows `at` from now on, as if time had passed.
    pub fn set(&self, at: At) {
        self.wall.store(at.0, Ordering::SeqCst);
    }

    /// Shows a time that lies so many seconds off, though none has passed: a host whose clock was set.
    pub fn jump(&self, seconds: i64) {
        self.jumped.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        self.wall.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Moves on by so many minutes and says what it shows then.
    pub fn advance(&self, minutes: i64) -> At {
        let at = self.now().plus_minutes(minutes);
        self.set(at);
        at
    }
}

impl Clock for ManualClock {
    fn now(&self) -> At {
        At(self.wall.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> i64 {
        self.wall.load(Ordering::SeqCst) - self.jumped.load(Ordering::SeqCst)
    }

    /// A server in a world whose time is moved by hand never jumps.
    fn ahead_of(&self, _: At) -> i64 {
        self.jumped.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_show_the_same_time() {
        let clock = ManualClock::new(At(0));
        let twin = clock.clone();
        assert_eq!(clock.advance(2), At(120_000_000));
        assert_eq!(twin.now(), At(120_000_000));
        twin.set(At(7));
        assert_eq!(clock.now(), At(7));
    }

    #[test]
    fn the_system_clock_shows_this_century_in_microseconds() {
        let year = SystemClock::start().now().year();
        assert!((2026..2100).contains(&year), "{year}");
    }
}
