//! What a round came to, as a line, and the wait for the letters that lie in the hub's folder after the blow. Each wait
//! has an end.

use crate::Blow;
use crate::load::{Seen, letter_files, pause};
use std::path::Path;
use tokio::time::{Duration, Instant};

const LETTERS_WITHIN: Duration = Duration::from_secs(5);

pub(crate) const HEADING: &str =
    "round  blow          sent  answered  retried  known   lost  doubled  holes  unrouted  letters";

/// `letters`: handed over so far, of all rounds.
pub(crate) fn line(seen: &Seen, letters: usize, (round, blow): (usize, Blow), note: &str) -> String {
    let blow = match blow {
        Blow::Kill => "kill -9",
        Blow::Terminate => "kill -TERM",
    };
    let Seen { sent, answered, unsettled, known, lost, doubled, holes, unrouted } = seen;
    format!(
        "{round:>5}  {blow:<11} {sent:>6} {answered:>9} {unsettled:>8} {known:>6} {lost:>6} {doubled:>8} {holes:>6} \
         {unrouted:>9} {letters:>8}  {note}"
    )
}

/// Waits a while for letters; how many there are. Those that are not there yet are owed, which the ledger at rest shows.
pub(crate) async fn letters(dir: &Path, wanted: usize) -> anyhow::Result<usize> {
    let deadline = Instant::now() + LETTERS_WITHIN;
    loop {
        let count = letter_files(dir)?.len();
        if count >= wanted || Instant::now() > deadline {
            return Ok(count);
        }
        pause(100).await;
    }
}
