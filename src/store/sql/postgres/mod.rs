//! PostgreSQL: several processes on one database. How a session is set up, how statements travel (all of a flight in one
//! round trip), and what a lost connection means. A transaction is never begun by itself: it leaves with the first
//! flight that needs it, so nothing is held open while nobody asks. No parameter's text ever stands in an error of it.

mod place;
mod wire;

pub(super) use place::{LOGS_STAND, NOW, TABLES};
pub(in crate::store) use place::{open, visit};
pub(super) use wire::cell;

use super::super::{Fault, Retry};
use super::{Call, Each, Engine, Row, Value};
use futures_util::future::{join_all, try_join_all};
use futures_util::{TryStreamExt, pin_mut};
use place::Address;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error, Statement};
use wire::{Broken, fault};

/// The pen's transaction: one pen at a time over all processes, so that `seq` is the order of commit. Each statement
/// after the lock looks anew (READ COMMITTED), and so sees what the last holder wrote.
pub(super) const PEN: Opening =
    &["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SELECT pg_advisory_xact_lock(7308604)"];

/// A reader's transaction: one moment.
pub(super) const READER: Opening = &["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"];

/// Longest script: a migration of a large ledger.
const SCRIPT_DEADLINE: Duration = Duration::from_secs(600);

/// Rows of one piece of a long answer.
const WALK_ROWS: usize = 500;

/// What opens a transaction.
type Opening = &'static [&'static str];

/// One connection, made when it is needed and made again when it was lost.
pub(crate) struct Postgres {
    runtime: Runtime,
    address: Arc<Address>,
    /// What a session is told first.
    settings: String,
    /// No flight takes longer.
    deadline: Duration,
    line: Cell<Option<Line>>,
    stage: Cell<Stage>,
}

struct Line {
    client: Client,
    talking: JoinHandle<()>,
    statements: HashMap<String, Statement>,
}

/// How far a transaction has come.
#[derive(Clone, Copy)]
enum Stage {
    None,
    /// Leaves with the next flight.
    Promised(Opening),
    Open,
}

/// Rows of one statement, and how many it touched.
type Answer = (Vec<tokio_postgres::Row>, usize);

impl Postgres {
    fn over(address: Arc<Address>, settings: String, deadline: Duration) -> Result<Postgres, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::io("a connection's runtime cannot start", error))?;
        let (line, stage) = (Cell::new(None), Cell::new(Stage::None));
        Ok(Postgres { runtime, address, settings, deadline, line, stage })
    }

    pub(super) fn many(&self, calls: &[Call<'_>], each: &mut Each<'_>) -> Result<Vec<usize>, Fault> {
        let opening = match self.stage.get() {
            Stage::Promised(opening) => opening,
            Stage::None | Stage::Open => &[],
        };
        let line = self.line.take();
        let idle = line.is_some();
        self.line.set(line);
        let mut flown = self.fly(opening, calls);
        // Nothing had begun: an idle connection that was cut meanwhile costs a new one, not an answer.
        if !opening.is_empty() && idle && matches!(flown, Err(Broken::Lost(_))) {
            flown = self.fly(opening, calls);
        }
        let answers = flown.map_err(|broken| broken.into_fault("a statement failed"))?;
        let mut touched = Vec::with_capacity(calls.len());
        for (at, (rows, count)) in answers.iter().enumerate() {
            rows.iter().try_for_each(|row| each(at, &Row(Engine::Postgres(row))))?;
            touched.push(*count);
        }
        Ok(touched)
    }

    /// Every row that a statement answers, a piece at a time. Within a transaction; `name` is no other's in it.
    pub(super) fn walk(&self, name: &str, text: &str, each: &mut Each<'_>) -> Result<(), Fault> {
        let declare = format!("DECLARE walk_{name} NO SCROLL CURSOR FOR {text}");
        let fetch = format!("FETCH {WALK_ROWS} FROM walk_{name}");
        let close = format!("CLOSE walk_{name}");
        self.many(&[Call::of(&declare, Vec::new())], &mut |_, _| Ok(()))?;
        while self.many(&[Call::of(&fetch, Vec::new())], each)? != [0] {}
        self.many(&[Call::of(&close, Vec::new())], &mut |_, _| Ok(())).map(drop)
    }

    #[cfg(test)]
    pub(super) fn prepare_only(&self, text: &str) -> Result<(), Fault> {
        let mut line = self.line.take().unwrap();
        let prepared = self.runtime.block_on(line.prepare([text].into_iter()));
        self.line.set(Some(line));
        prepared.map_err(|error| fault("a statement is refused", &error))
    }

    /// Sends everything at once and waits for all of it.
    fn fly(&self, opening: Opening, calls: &[Call<'_>]) -> Result<Vec<Answer>, Broken> {
        let within = matches!(self.stage.get(), Stage::Open);
        let mut line = self.line.take();
        let flight = async {
            if line.as_ref().is_none_or(|line| line.client.is_closed()) {
                if within {
                    return Err(Broken::Lost(None));
                }
                // Whatever keeps us out: nothing was asked yet, and it may pass.
                line = Some(self.connect().await.map_err(|error| Broken::Lost(Some(error)))?);
            }
            let Some(line) = line.as_mut() else { return Err(Broken::Lost(None)) };
            let all = || {
                let asked = calls.iter().map(|call| (call.text, call.params.as_ref()));
                opening.iter().map(|text| (*text, &[][..])).chain(asked)
            };
            line.prepare(all().map(|(text, _)| text)).await.map_err(Broken::of)?;
            if !opening.is_empty() {
                self.stage.set(Stage::Open);
            }
            let asked = join_all(all().map(|(text, params)| line.ask(text, params))).await;
            // The first error counts: those after it only say that the transaction has failed.
            let mut answers = asked.into_iter().collect::<Result<Vec<_>, _>>()?;
            Ok(answers.split_off(opening.len()))
        };
        let flown = self.runtime.block_on(async { tokio::time::timeout(self.deadline, flight).await });
        self.line.set(line);
        let flown = flown.unwrap_or(Err(Broken::TooLong));
        if matches!(flown, Err(Broken::Lost(_) | Broken::TooLong)) {
            self.hang_up();
        }
        flown
    }

    async fn connect(&self) -> Result<Line, Error> {
        let (client, connection) = self.address.connect().await?;
        let talking = self.runtime.spawn(async move { drop(connection.await) });
        client.batch_execute(&self.settings).await?;
        Ok(Line { client, talking, statements: HashMap::new() })
    }

    /// Lets go of the connection, so that the server frees what it holds for it. What was begun is over.
    fn hang_up(&self) {
        self.stage.set(Stage::None);
        if let Some(line) = self.line.take() {
            line.talking.abort();
            drop(self.runtime.block_on(line.talking));
        }
    }

    pub(super) fn script(&self, text: &str) -> Result<(), Fault> {
        self.many(&[], &mut |_, _| Ok(()))?;
        let Some(line) = self.line.take() else { return Err(Fault::later("the connection to the ledger is lost")) };
        let done = self
            .runtime
            .block_on(async { tokio::time::timeout(SCRIPT_DEADLINE, line.client.batch_execute(text)).await });
        self.line.set(Some(line));
        match done {
            Ok(done) => done.map_err(|error| fault("a script failed", &error)),
            Err(_) => {
                self.hang_up();
                Err(Broken::TooLong.into_fault(""))
            }
        }
    }

    pub(super) fn begin(&self, opening: Opening) -> Result<(), Fault> {
        self.roll_back()?;
        self.stage.set(Stage::Promised(opening));
        Ok(())
    }

    pub(super) fn commit(&self) -> Result<(), Fault> {
        if !matches!(self.stage.get(), Stage::Open) {
            self.stage.set(Stage::None);
            return Ok(());
        }
        let done = self.fly(&[], &[Call::of("COMMIT", Vec::new())]);
        self.stage.set(Stage::None);
        done.map(drop).map_err(|broken| {
            self.hang_up();
            let fault = broken.into_fault("");
            Fault { what: "the outcome of a commit is unknown", retry: Retry::Unknown, ..fault }
        })
    }

    pub(super) fn roll_back(&self) -> Result<(), Fault> {
        match self.stage.get() {
            Stage::None => {}
            Stage::Promised(_) => self.stage.set(Stage::None),
            Stage::Open => {
                let done = self.fly(&[], &[Call::of("ROLLBACK", Vec::new())]);
                self.stage.set(Stage::None);
                // A connection that cannot even do this is given up, and the server ends what it held.
                if done.is_err() {
                    self.hang_up();
                }
            }
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl Line {
    /// Prepares what was not asked before on this connection, all in one round trip.
    async fn prepare<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Result<(), Error> {
        let mut new: Vec<&str> = texts.filter(|text| !self.statements.contains_key(*text)).collect();
        new.sort_unstable();
        new.dedup();
        let client = &self.client;
        let prepared = new.iter().map(|text| async move { client.prepare(&wire::in_our_words(text)).await });
        let prepared = try_join_all(prepared).await?;
        self.statements.extend(new.into_iter().map(str::to_owned).zip(prepared));
        Ok(())
    }

    async fn ask(&self, text: &str, params: &[Value<'_>]) -> Result<Answer, Broken> {
        let statement = self.statements.get(text).ok_or(Broken::Lost(None))?;
        if statement.params().len() != params.len() {
            return Err(Broken::Wrong("a statement has another number of parameters"));
        }
        let rows = self.client.query_raw(statement, params).await.map_err(Broken::of)?;
        pin_mut!(rows);
        let mut all = Vec::new();
        while let Some(row) = rows.try_next().await.map_err(Broken::of)? {
            all.push(row);
        }
        let touched = rows.rows_affected().and_then(|count| usize::try_from(count).ok());
        let touched = touched.unwrap_or(all.len());
        Ok((all, touched))
    }
}
