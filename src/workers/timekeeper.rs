//! Whether the clock can be believed (SECURITY T34). What time alone brings about waits while it cannot: a limit that
//! passes by a wrong clock is a wrong word about somebody. Whistles are taken whatever the clock says.

use super::{WorkerFault, figure};
use crate::app::Hub;

/// Microseconds.
const SECOND: i64 = 1_000_000;
/// Time between two looks at the server's clock.
const LOOK_EVERY: i64 = 15 * SECOND;
/// From here on it is told, and from here on nothing is done by it.
const WARN: i64 = 2 * SECOND;
const PAUSE: i64 = 30 * SECOND;

/// What is known of the clock.
pub(super) struct Timekeeper {
    hub: Hub,
    /// Wall less elapsed time at the start: it stays the same while nobody sets the clock.
    offset: i64,
    looked_at: Option<i64>,
    /// Ours less the server's, at the last look. A ledger inside the process has no clock of its own.
    skew: Option<i64>,
    told: Trust,
}

/// How far the clock is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Sound,
    Doubtful,
    Wrong,
}

impl Timekeeper {
    pub(super) fn new(hub: Hub) -> Timekeeper {
        let offset = hub.now().0 - hub.clock.elapsed();
        Timekeeper { hub, offset, looked_at: None, skew: None, told: Trust::Sound }
    }

    /// Whether anything may be done by the clock now.
    pub(super) async fn is_believed(&mut self) -> Result<bool, WorkerFault> {
        let elapsed = self.hub.clock.elapsed();
        if self.looked_at.is_none_or(|at| elapsed - at >= LOOK_EVERY) {
            let server = self.hub.ledger.read(|reading| reading.server_time()).await?;
            self.skew = server.map(|server| self.hub.clock.ahead_of(server));
            self.looked_at = Some(elapsed);
        }
        let jumped = self.hub.now().0 - elapsed - self.offset;
        let trust = judge(jumped, self.skew);
        let off = self.skew.unwrap_or(jumped);
        metrics::gauge!("hub_clock_skew_seconds").set(figure(off.unsigned_abs() / 1_000_000));
        metrics::gauge!("hub_clock_believed").set(if trust == Trust::Wrong { 0.0 } else { 1.0 });
        if trust != self.told {
            self.told = trust;
            self.tell(trust, off / SECOND);
        }
        Ok(trust != Trust::Wrong)
    }

    fn tell(&self, trust: Trust, seconds: i64) {
        match trust {
            Trust::Sound => tracing::info!("the clock is right again"),
            Trust::Doubtful => tracing::warn!(seconds, "the clock is off: set it right"),
            Trust::Wrong => tracing::error!(
                seconds,
                "the clock cannot be believed: no limit passes by it until it is set right (without a server's clock to \
                 compare with, restart then)"
            ),
        }
    }
}

/// The server's clock is what all replicas share: beside it, what ours did before does not matter.
fn judge(jumped: i64, skew: Option<i64>) -> Trust {
    match skew.unwrap_or(jumped).abs() {
        off if off >= PAUSE => Trust::Wrong,
        off if off >= WARN => Trust::Doubtful,
        _ => Trust::Sound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t34_clock_table() {
        for (jumped, skew, trust) in [
            (0, None, Trust::Sound),
            (1, None, Trust::Sound),
            (2, None, Trust::Doubtful),
            (-2, None, Trust::Doubtful),
            (30, None, Trust::Wrong),
            (-90, None, Trust::Wrong),
            // Set right while we ran: the server says so.
            (3600, Some(0), Trust::Sound),
            (0, Some(90), Trust::Wrong),
            (0, Some(-90), Trust::Wrong),
            (0, Some(-3), Trust::Doubtful),
        ] {
            assert_eq!(judge(jumped * SECOND, skew.map(|skew: i64| skew * SECOND)), trust, "{jumped} {skew:?}");
        }
    }
}
