//! The threads that read: each owns a connection that the engine keeps from writing, and runs one read at a time inside
//! one transaction, so that a read sees one moment. A read past its deadline, or whose asker has gone, is interrupted;
//! on a server it goes no further than the statement that runs, which the server itself ends at the deadline.

use super::super::sql::{Interrupter, Row, Sql, Value};
use super::{Fault, Ledger};
use crate::domain::at::At;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// One read, ready to be run by whichever reader is free.
pub(super) type Read = Box<dyn FnOnce(&Sql) + Send>;

/// How far a read has come.
enum Stage {
    Waiting,
    Running(Interrupter),
    /// Answered, or nobody waits for it any more.
    Over,
}

/// Shared by the asker and the reader.
struct Ticket(Mutex<Stage>);

impl Ticket {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody still waits; from now on the read can be interrupted.
    fn begin(&self, sql: &Sql) -> bool {
        let mut stage = self.stage();
        if matches!(*stage, Stage::Over) {
            return false;
        }
        *stage = Stage::Running(sql.interrupter());
        true
    }

    /// Ends the read from either side. Under the lock, so that it never hits the reader's next one.
    fn end(&self) {
        let mut stage = self.stage();
        if let Stage::Running(handle) = &*stage {
            handle.interrupt();
        }
        *stage = Stage::Over;
    }
}

/// Interrupts the read when its asker goes away.
struct Asker(Arc<Ticket>);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The ledger as it stood at one moment.
pub struct Reading<'a> {
    sql: &'a Sql,
    ticket: &'a Ticket,
}

impl Reading<'_> {
    /// Every row that a statement answers.
    ///
    /// # Errors
    /// A statement or column that does not fit, or the deadline.
    pub fn rows<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        each: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.check()?;
        self.sql.rows(sql, params, each)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As for [`Reading::rows`].
    pub fn row<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        one: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.check()?;
        self.sql.row(sql, params, one)
    }

    /// The time by the server's clock; a ledger inside this process has none of its own.
    ///
    /// # Errors
    /// As for [`Reading::rows`].
    pub fn server_time(&mut self) -> Result<Option<At>, Fault> {
        self.check()?;
        self.sql.server_time()
    }

    /// An interrupt between two statements hits neither of them: it is seen here.
    fn check(&self) -> Result<(), Fault> {
        if matches!(*self.ticket.stage(), Stage::Over) { Err(too_long()) } else { Ok(()) }
    }
}

impl Ledger {
    /// Runs `f` on a reader's thread, inside one read transaction and under the deadline.
    ///
    /// # Errors
    /// What `f` answers; a Fault that may pass when the queue is full, the deadline is over or the ledger closes.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Fault>
    where
        F: FnOnce(&mut Reading<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let ticket = Arc::new(Ticket(Mutex::new(Stage::Waiting)));
        let asker = Asker(Arc::clone(&ticket));
        let (answer, answered) = oneshot::channel();
        let read: Read = Box::new(move |sql| {
            if ticket.begin(sql) {
                let result = at_one_moment(sql, &ticket, f);
                // Not interrupted: this read is done, and the answer may already start the next one.
                *ticket.stage() = Stage::Over;
                drop(answer.send(result));
                // After the answer: nobody waits for this. What fails here, the next read does again.
                drop(sql.roll_back());
            }
        });
        {
            let reads = self.0.reads.lock().unwrap_or_else(PoisonError::into_inner);
            let door = reads.as_ref().ok_or(Fault::later("the ledger is closing"))?;
            door.try_send(read).map_err(|_| Fault::later("too many reads are waiting"))?;
        }
        let answered = tokio::time::timeout(self.0.options.read_deadline, answered).await;
        drop(asker);
        answered.map_err(|_| too_long())?.unwrap_or_else(|_| Err(Fault::later("a reader has ended")))
    }
}

fn too_long() -> Fault {
    Fault::later("a read took longer than its deadline")
}

/// A read on a connection of one's own: nobody waits for it elsewhere, and nobody interrupts it.
pub(in crate::store) fn read_here<T>(
    sql: &Sql,
    f: impl FnOnce(&mut Reading<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let result = at_one_moment(sql, &Ticket(Mutex::new(Stage::Waiting)), f)?;
    sql.roll_back()?;
    Ok(result)
}

/// Begins a transaction for `f`, which the caller ends; a panic inside is that read's fault alone.
fn at_one_moment<T, F>(sql: &Sql, ticket: &Ticket, f: F) -> Result<T, Fault>
where
    F: FnOnce(&mut Reading<'_>) -> Result<T, Fault>,
{
    sql.begin_reading()?;
    let result = catch_unwind(AssertUnwindSafe(|| f(&mut Reading { sql, ticket })));
    result.unwrap_or_else(|_| Err(Fault::never("a read panicked")))
}

/// A reader's life: the next read is taken by whoever is free.
pub(super) fn read_until_closed(sql: &Sql, reads: &Mutex<mpsc::Receiver<Read>>) {
    loop {
        let next = reads.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(read) = next else { return };
        read(sql);
    }
}
