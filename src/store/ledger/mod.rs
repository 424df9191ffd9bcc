//! The ledger's handle: `commit` for facts, `keep` for chores, `read` for everything else. Behind it one thread writes
//! and a few read. A future that is dropped here takes nothing back: the pen finishes what it was given.

mod access;
mod batch;
mod care;
mod chores;
mod credentials;
mod files;
pub(crate) mod leaf;
mod notes;
mod pen;
mod readers;
mod rows;
#[cfg(test)]
mod tests;
mod values;
mod visits;

pub use access::Access;
pub(super) use batch::DIRECTORY;
pub use care::Care;
pub use chores::{Chore, ClaimedLetter, Kept};
pub use files::FileChore;
pub use notes::Note;
pub use readers::Reading;
pub(super) use readers::read_here;

use super::sql::{Row, Sql};
use super::{Fault, Options, Retry};
use crate::domain::at::At;
use crate::domain::decision::{BodyDigest, Change, Receipt};
use crate::ids::hex;
use aws_lc_rs::hmac;
use pen::{Job, Pending};
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Of the queue's places one in so many is an emergency's, however many others push in (SECURITY T40).
const KEPT_FOR_EMERGENCIES: usize = 10;

/// What became of a [`Change`] that was not refused.
#[derive(Debug)]
pub enum Outcome {
    Committed(Box<Committed>),
    /// The key was known with the same body: nothing was written, this is the first answer.
    Replayed(Receipt),
}

/// A Change that is on disk.
#[derive(Debug)]
pub struct Committed {
    /// As written: numbered, and its events with the digests of their texts.
    pub change: Change,
    /// The places of its events in the log, in their order.
    pub seqs: Range<i64>,
}

/// Why a [`Change`] was not committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitRefusal {
    /// A tree has moved since it was read: load and decide again.
    #[error("a tree has moved since it was read")]
    Stale,
    /// The idempotency key is known with another body.
    #[error("the key was used with another body")]
    KeyReused,
    /// The pen's queue is full.
    #[error("too many changes are waiting")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a ledger is made of, opened and checked.
pub(super) struct Parts {
    pub(super) pen: Sql,
    pub(super) readers: Vec<Sql>,
    pub(super) secret: String,
    /// Empty in the ledger's first life.
    pub(super) epoch: String,
    /// What an operator had better change about the server.
    pub(super) warnings: Vec<&'static str>,
    /// Held until the pen has ended; none: other processes may write, too.
    pub(super) lock: Option<File>,
    pub(super) options: Options,
}

/// A handle on the open ledger; clones are the same ledger.
#[derive(Clone)]
pub struct Ledger(Arc<Doors>);

struct Doors {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    reads: Mutex<Option<mpsc::Sender<readers::Read>>>,
    pen: Mutex<Option<JoinHandle<Result<(), Fault>>>>,
    readers: Mutex<Vec<JoinHandle<()>>>,
    secret: hmac::Key,
    id: String,
    options: Options,
    shared: bool,
    warnings: Vec<&'static str>,
}

impl Ledger {
    /// Starts the threads.
    pub(super) fn start(parts: Parts) -> Result<Ledger, Fault> {
        let Parts { pen, readers, secret, epoch, warnings, lock, options } = parts;
        let shared = lock.is_none();
        let (jobs, waiting) = mpsc::channel(options.queue_max.max(1));
        let (reads, waiting_reads) = mpsc::channel(options.reads_max.max(1));
        let batch_max = options.batch_max.max(1);
        let pen = start_thread("pen", move || pen::write_until_closed(&pen, waiting, batch_max, lock))?;
        let waiting_reads = Arc::new(Mutex::new(waiting_reads));
        let start_reader = |sql| {
            let waiting_reads = Arc::clone(&waiting_reads);
            start_thread("reader", move || readers::read_until_closed(&sql, &waiting_reads))
        };
        let readers = readers.into_iter().map(start_reader).collect::<Result<Vec<_>, _>>()?;
        Ok(Ledger(Arc::new(Doors {
            jobs: Mutex::new(Some(jobs)),
            reads: Mutex::new(Some(reads)),
            pen: Mutex::new(Some(pen)),
            readers: Mutex::new(readers),
            id: id_of(&secret, &epoch),
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            options,
            shared,
            warnings,
        })))
    }

    /// Writes one decision, all or nothing; answers when it is on disk. `at` is the time of its events.
    ///
    /// # Errors
    /// [`CommitRefusal`]; nothing was written, but for a Fault with [`Retry::Unknown`].
    pub async fn commit(&self, change: Change, at: At) -> Result<Outcome, CommitRefusal> {
        let (answer, answered) = oneshot::channel();
        let kept = if change.is_emergency() { 0 } else { self.0.options.queue_max / KEPT_FOR_EMERGENCIES };
        self.hand_over(Job::Commit(Box::new(Pending { change, at, answer })), kept)?;
        answered.await.unwrap_or_else(|_| Err(CommitRefusal::Fault(gone())))
    }

    /// Does one chore: no event, no fact.
    ///
    /// # Errors
    /// [`Fault`]; a full queue is one that may pass.
    pub async fn keep(&self, chore: Chore) -> Result<Kept, Fault> {
        let (answer, answered) = oneshot::channel();
        let kept = self.0.options.queue_max / KEPT_FOR_EMERGENCIES;
        self.hand_over(Job::Keep(chore, answer), kept).map_err(|refusal| match refusal {
            CommitRefusal::Fault(fault) => fault,
            CommitRefusal::Busy | CommitRefusal::Stale | CommitRefusal::KeyReused => Fault::later("the pen is busy"),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Tells this ledger from any other, and from the one that it was restored from; says nothing of its secrets.
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// Whether other processes may write to it as well.
    pub fn is_shared(&self) -> bool {
        self.0.shared
    }

    /// What an operator had better change about the server.
    pub fn warnings(&self) -> &[&'static str] {
        &self.0.warnings
    }

    /// The digest to put into a [`Receipt`] for this key (caller, method, path and key in one text).
    pub fn body_digest(&self, key: &str, body: &[u8]) -> BodyDigest {
        leaf::body_digest(&self.0.secret, key, body)
    }

    /// What a key remembers.
    ///
    /// # Errors
    /// As for [`Ledger::read`].
    pub async fn receipt(&self, key: &str) -> Result<Option<Receipt>, Fault> {
        let key = key.to_owned();
        self.read(move |reading| reading.row(batch::RECEIPT_OF_KEY, &[(&key).into()], receipt_of)).await
    }

    /// Lets the pen empty its queue, folds the log of pages into the file and ends the threads.
    ///
    /// # Errors
    /// A Fault if the file could not be brought up to date; the next start does that.
    pub async fn close(&self) -> Result<(), Fault> {
        drop(taken(&self.0.reads));
        drop(taken(&self.0.jobs));
        let readers = std::mem::take(&mut *self.0.readers.lock().unwrap_or_else(PoisonError::into_inner));
        let pen = taken(&self.0.pen);
        let ends = tokio::task::spawn_blocking(move || {
            let lost = readers.into_iter().map(JoinHandle::join).filter(Result::is_err).count();
            let last = pen.map_or(Ok(Ok(())), JoinHandle::join);
            if lost > 0 { Err(gone()) } else { last.unwrap_or_else(|_| Err(gone())) }
        });
        ends.await.unwrap_or_else(|_| Err(gone()))
    }

    /// `kept`: places of the queue that this job must leave free.
    fn hand_over(&self, job: Job, kept: usize) -> Result<(), CommitRefusal> {
        let jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let door = jobs.as_ref().ok_or(Fault::later("the ledger is closing"))?;
        if door.capacity() <= kept {
            return Err(CommitRefusal::Busy);
        }
        door.try_send(job).map_err(|_| gone().into())
    }
}

pub(super) fn id_of(secret: &str, epoch: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, format!("ledger id{epoch}").as_bytes()).as_ref().get(..8).unwrap_or_default())
}

/// The thread that should have answered has ended.
fn gone() -> Fault {
    Fault { what: "a thread of the ledger has ended", retry: Retry::Unknown, source: None }
}

/// Every statement of pen and chores, in every size.
#[cfg(test)]
pub(super) fn every_statement() -> Vec<String> {
    let lists = batch::LISTS.iter().chain(&rows::LISTS).chain(&care::LISTS).chain(&chores::LISTS).chain(&visits::LISTS);
    let single = chores::STATEMENTS
        .iter()
        .chain(credentials::STATEMENTS)
        .chain(access::STATEMENTS)
        .chain(files::STATEMENTS)
        .chain(notes::STATEMENTS)
        .chain(care::STATEMENTS)
        .chain([&batch::RECEIPT_OF_KEY])
        .map(|text| (*text).to_owned());
    lists.flat_map(|list| list.all_texts()).chain(single).collect()
}

fn taken<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn start_thread<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Fault> {
    let builder = std::thread::Builder::new().name(format!("ledger-{name}"));
    builder.spawn(body).map_err(|error| Fault::io("a thread of the ledger cannot start", error))
}

/// A row of [`batch::RECEIPT_OF_KEY`].
fn receipt_of(row: &Row<'_>) -> Result<Receipt, Fault> {
    let card = row.opt_text(6)?.map(serde_json::from_str).transpose();
    Ok(Receipt {
        key: row.text(0)?.to_owned(),
        body: BodyDigest { salt: row.hash(1)?, digest: row.hash(2)? },
        at: row.at(3)?,
        code: row.text(4)?.to_owned(),
        version: row.int(5)?,
        card: card.map_err(|_| Fault::never("a remembered answer cannot be read"))?,
    })
}
