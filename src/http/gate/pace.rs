//! How fast a form with files must come, and how many bytes of it are read: stretch by stretch, and the whole. It looks at no
//! byte and keeps none.

use crate::domain::attachment::FILE_MAX;
use crate::http::problem::Problem;
use crate::i18n::problems::ProblemKind;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Every so many bytes have so long to arrive, and the whole has so long.
const STRETCH: usize = 256 * 1024;
const STRETCH_DEADLINE: Duration = Duration::from_secs(60);
pub(super) const WHOLE_DEADLINE: Duration = Duration::from_secs(15 * 60);
/// What a form may have above its files' own bytes.
const BESIDE_MAX: usize = 1024 * 1024;

/// How fast a form must come, and how much of it.
pub(super) struct Pace {
    until: Instant,
    /// Bytes of this stretch, of all, and how many those may be.
    came: usize,
    whole: usize,
    pub(super) most: usize,
}

impl Pace {
    /// Of a form with so many files.
    pub(super) fn of(files: usize) -> Pace {
        let most = files * FILE_MAX + BESIDE_MAX;
        Pace { until: deadline(STRETCH_DEADLINE), came: 0, whole: 0, most }
    }

    pub(super) async fn wait<T>(&self, coming: impl Future<Output = T>) -> Result<T, Problem> {
        timeout_at(self.until, coming).await.map_err(|_| Problem::closing(ProblemKind::BrokenRequest))
    }

    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.whole += bytes;
        self.came += bytes;
        if self.came >= STRETCH {
            (self.came, self.until) = (0, deadline(STRETCH_DEADLINE));
        }
        if self.whole > self.most {
            return Err(Problem::closing(ProblemKind::TooLarge));
        }
        Ok(())
    }
}

pub(super) fn deadline(after: Duration) -> Instant {
    Instant::now() + after
}
