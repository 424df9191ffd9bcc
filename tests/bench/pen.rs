//! What the pens of some hubs say about themselves on `/metrics`, over a stretch of time: how many Changes share a
//! commit, how long one takes, how much of the time they wrote. For reading beside a rate; no goal hangs on it.

use crate::load::{Connection, Served, request};
use anyhow::{Context, ensure};
use tokio::time::Instant;

/// A look at the counters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    changes: f64,
    commits: f64,
    seconds: f64,
    pens: usize,
    at: Instant,
}

/// Takes one; the counters of several hubs are added up.
pub(crate) async fn look(hubs: &[Served]) -> anyhow::Result<Look> {
    let mut look = Look { changes: 0.0, commits: 0.0, seconds: 0.0, pens: hubs.len(), at: Instant::now() };
    for hub in hubs {
        let answer = Connection::open(hub.address).await?.ask(&request("GET", "/metrics", &[], "")).await?;
        ensure!(answer.status == 200, "/metrics answers {}", answer.status);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        look.changes += value(&text, "pen_changes")?;
        look.commits += value(&text, "pen_commits")?;
        look.seconds += value(&text, "pen_commit_seconds_sum")?;
    }
    Ok(look)
}

impl Look {
    /// What happened since an earlier look. Commits without a Change are chores.
    pub(crate) fn since(self, before: Look) -> String {
        let (changes, commits) = (self.changes - before.changes, self.commits - before.commits);
        let seconds = self.seconds - before.seconds;
        let share = seconds / (self.at - before.at).as_secs_f64() / f64::from(u32::try_from(self.pens).unwrap_or(1));
        format!(
            "pen: {:.1} changes a commit, {:.2} ms each, at it {:.0} % of the time",
            changes / commits,
            seconds * 1000.0 / commits,
            share * 100.0
        )
    }
}

fn value(text: &str, name: &str) -> anyhow::Result<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(|value| value.trim().parse().ok()).with_context(|| format!("/metrics has no {name}"))
}
