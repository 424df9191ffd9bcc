//! The one pen: the thread that owns the write connection. It takes what waits, writes it as one transaction with one
//! flush, and only then answers. A guilty Change fails alone, a disk that fails fails all; the pen itself goes on.

use super::super::sql::Sql;
use super::batch::{Overlay, Verdict};
use super::chores::{Chore, Kept};
use super::rows::Rows;
use super::{CommitRefusal, Committed, Fault, Outcome, Retry};
use crate::domain::at::At;
use crate::domain::decision::Change;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// One thing for the pen to do, and where to answer.
pub(super) enum Job {
    Commit(Box<Pending>),
    Keep(Chore, oneshot::Sender<Result<Kept, Fault>>),
}

impl Job {
    /// Answers that it was not done.
    fn refuse(self, fault: &Fault) {
        // Who has gone does not mind.
        match self {
            Job::Commit(pending) => drop(pending.answer.send(Err(fault.clone().into()))),
            Job::Keep(_, answer) => drop(answer.send(Err(fault.clone()))),
        }
    }
}

/// A Change that waits for its turn.
pub(super) struct Pending {
    pub(super) change: Change,
    pub(super) at: At,
    pub(super) answer: oneshot::Sender<Result<Outcome, CommitRefusal>>,
}

/// The pen's life: until every handle is gone or closed, and the queue is empty. `lock` keeps other processes out of a
/// ledger that is a file.
pub(super) fn write_until_closed(
    sql: &Sql,
    mut jobs: mpsc::Receiver<Job>,
    batch_max: usize,
    lock: Option<File>,
) -> Result<(), Fault> {
    let mut taken = Vec::with_capacity(batch_max);
    while jobs.blocking_recv_many(&mut taken, batch_max) > 0 {
        metrics::gauge!("pen_queue").set(u32::try_from(jobs.len()).unwrap_or(u32::MAX));
        if let Err(fault) = write_batch(sql, taken.drain(..)) {
            // Whoever waits would only find out one batch later each.
            while let Ok(job) = jobs.try_recv() {
                job.refuse(&fault);
            }
        }
    }
    let folded = sql.fold();
    // Said and not left to the end of the file: a process that is being started holds a copy of it for a moment.
    match lock.map(|lock| lock.unlock()) {
        Some(Err(error)) => folded.and(Err(Fault::io("the ledger's lock is not given back", error))),
        Some(Ok(())) | None => folded,
    }
}

/// Writes what was taken and answers it. The error is one that whatever comes next will meet.
pub(super) fn write_batch(sql: &Sql, jobs: impl Iterator<Item = Job>) -> Result<(), Fault> {
    let (mut changes, mut chores, mut askers) = (Vec::new(), Vec::new(), Vec::new());
    for job in jobs {
        match job {
            Job::Commit(pending) => changes.push(*pending),
            Job::Keep(chore, answer) => {
                chores.push(chore);
                askers.push(answer);
            }
        }
    }
    let began = Instant::now();
    let written = settled(sql, &mut changes, &chores);
    metrics::histogram!("pen_commit_seconds").record(began.elapsed());
    metrics::counter!("pen_commits").increment(1);
    metrics::counter!("pen_changes").increment(changes.len() as u64);
    match written {
        Ok(Written { verdicts, kept }) => {
            answer_changes(changes, verdicts);
            for (asker, kept) in askers.into_iter().zip(kept) {
                drop(asker.send(kept));
            }
            Ok(())
        }
        Err(fault) => {
            metrics::counter!("pen_faults").increment(1);
            let changes = changes.into_iter().map(|pending| Job::Commit(Box::new(pending)));
            let chores = chores.into_iter().zip(askers).map(|(chore, asker)| Job::Keep(chore, asker));
            // Nobody of the batch is answered with success.
            changes.chain(chores).for_each(|job| job.refuse(&fault));
            // A line that was cut at the end may stand again at once; what is away is away for those who wait, too.
            if fault.retry == Retry::Later { Err(fault) } else { Ok(()) }
        }
    }
}

fn answer_changes(changes: Vec<Pending>, verdicts: Vec<Verdict>) {
    let receipts: Vec<_> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Twin(first) => changes.get(*first).and_then(|first| first.change.receipt.clone()),
            Verdict::Written(_) | Verdict::Replayed(_) | Verdict::Refused(_) => None,
        })
        .collect();
    for ((pending, verdict), twin) in changes.into_iter().zip(verdicts).zip(receipts) {
        let Pending { change, answer, .. } = pending;
        let result = match (verdict, twin) {
            (Verdict::Written(seqs), _) => Ok(Outcome::Committed(Box::new(Committed { change, seqs }))),
            (Verdict::Replayed(receipt), _) | (Verdict::Twin(_), Some(receipt)) => Ok(Outcome::Replayed(receipt)),
            (Verdict::Twin(_), None) => Err(Fault::never("a twin's first one has no answer").into()),
            (Verdict::Refused(refusal), _) => Err(refusal),
        };
        drop(answer.send(result));
    }
}

/// What one transaction came to.
struct Written {
    verdicts: Vec<Verdict>,
    kept: Vec<Result<Kept, Fault>>,
}

/// Writes the batch together; if one of it is guilty, again one by one, so that only the guilty fails.
fn settled(sql: &Sql, changes: &mut [Pending], chores: &[Chore]) -> Result<Written, Fault> {
    match in_transaction(sql, || together(sql, changes, chores)) {
        Err(fault) if fault.retry == Retry::Never => Ok(one_by_one(sql, changes, chores)),
        done => done,
    }
}

fn in_transaction(sql: &Sql, write: impl FnOnce() -> Result<Written, Fault>) -> Result<Written, Fault> {
    sql.begin()?;
    match calmly(write) {
        Ok(written) => sql.commit().map(|()| written),
        Err(fault) => {
            // If even this fails, the next batch tries it again before it begins.
            drop(sql.roll_back());
            Err(fault)
        }
    }
}

/// Admits and writes everything in two flights: what the Changes are checked against, and what they come to.
fn together(sql: &Sql, changes: &mut [Pending], chores: &[Chore]) -> Result<Written, Fault> {
    let mut overlay = if changes.is_empty() { Overlay::default() } else { Overlay::load(sql, changes)? };
    let verdicts: Vec<_> = (0..changes.len()).map(|index| overlay.admit(changes, index)).collect();
    let mut rows = Rows::default();
    for (pending, verdict) in changes.iter().zip(&verdicts) {
        if let Verdict::Written(seqs) = verdict {
            rows.add(&pending.change, pending.at.0, seqs.clone())?;
        }
    }
    // A batch of repeats and refusals needs no flush.
    let writes = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Written(_)));
    let mut calls = if writes { rows.calls(&overlay)? } else { Vec::new() };
    let mut kept: Vec<_> = chores.iter().map(Chore::nothing_yet).collect();
    // Which chore a statement belongs to.
    let mut owners = vec![None; calls.len()];
    for (owner, chore) in chores.iter().enumerate() {
        calls.extend(chore.calls());
        owners.resize(calls.len(), Some(owner));
    }
    let touched = sql.many(&calls, &mut |at, row| match owners.get(at).copied().flatten() {
        Some(owner) => kept[owner].take(row),
        None => Ok(()),
    })?;
    for (owner, rows) in owners.into_iter().zip(touched) {
        if let Some(owner) = owner {
            kept[owner].touched(rows);
        }
    }
    Ok(Written { verdicts, kept: kept.into_iter().map(Ok).collect() })
}

/// The same for each alone, in a transaction of its own: slower, the guilty one is found, and other processes' pens have
/// their turns in between.
fn one_by_one(sql: &Sql, changes: &mut [Pending], chores: &[Chore]) -> Written {
    let verdict = |pending: &mut Pending| {
        let alone = in_transaction(sql, || together(sql, std::slice::from_mut(pending), &[]));
        let none = Fault::never("a change has no verdict");
        alone
            .and_then(|mut alone| alone.verdicts.pop().ok_or(none))
            .unwrap_or_else(|fault| Verdict::Refused(fault.into()))
    };
    let kept = |chore: &Chore| {
        let alone = in_transaction(sql, || together(sql, &mut [], std::slice::from_ref(chore)));
        alone.and_then(|mut alone| alone.kept.pop().unwrap_or(Err(Fault::never("a chore has no answer"))))
    };
    Written { verdicts: changes.iter_mut().map(verdict).collect(), kept: chores.iter().map(kept).collect() }
}

/// A panic becomes a fault that stays; what it interrupted is rolled back by the caller.
fn calmly<T>(f: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err(Fault::never("a change made the pen panic")))
}
