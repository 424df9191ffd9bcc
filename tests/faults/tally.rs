//! What a scenario adds up to, round after round: the ledger outside, and what the hub held against it. It prints one line
//! of the table and passes over nothing.

use crate::load::{Entry, Harvest, Seen, compare};
use crate::rest::Found;
use std::net::SocketAddr;

/// One in so many whistles is opened and its timeline read; the ledger shows the rest.
const OPEN_EVERY: usize = 8;

/// All rounds so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) entries: Vec<Entry>,
    sum: Seen,
    retried: usize,
}

impl Tally {
    /// Compares what a round sent with what the replicas hold, and judges it.
    pub(crate) async fn add(
        &mut self,
        harvest: Harvest,
        replicas: &[SocketAddr],
        tokens: &[String],
    ) -> anyhow::Result<()> {
        let since = self.entries.len();
        self.entries.extend(harvest.entries);
        self.retried += harvest.retried;
        let seen = compare(replicas, &mut self.entries, since, tokens, OPEN_EVERY).await?;
        seen.judge()?;
        self.sum.sent += seen.sent;
        self.sum.answered += seen.answered;
        Ok(())
    }

    /// Its line of the table.
    pub(crate) fn line(&self, rounds: usize, rest: &Found) -> String {
        let (sum, retried) = (&self.sum, self.retried);
        format!(
            "{rounds:>6} {:>6} {:>8} {retried:>7} {:>5} {:>7} {:>5} {:>7} {:>7}",
            sum.sent, sum.answered, sum.lost, sum.doubled, rest.stuck, rest.letters, rest.doubled_letters
        )
    }
}
