//! The floor: the barest server that could keep what it is told. The same HTTP library with as many threads, one thread
//! with the pen's way of committing (WAL, FULL, one flush for all that waits), one row in one table, 201. It checks
//! nothing, knows nobody and wakes no worker: what the hub does more is what the ratio prices.

use crate::load::{Served, request};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What this program is started with to be the floor.
pub(crate) const WORD: &str = "floor";

/// As many as the hub's door and pen have.
const WORKERS: usize = 2;
const BATCH_MAX: usize = 64;
const QUEUE_MAX: usize = 1024;

struct Job {
    body: Bytes,
    answer: oneshot::Sender<i64>,
}

/// The floor in a process of its own.
pub(crate) async fn start(dir: &Path) -> anyhow::Result<Served> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WORD).arg(dir);
    Served::start(command, dir).await
}

/// Serves until it is killed.
pub(crate) async fn serve(dir: &Path) -> anyhow::Result<()> {
    let connection = rusqlite::Connection::open(dir.join("floor.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
    )?;
    let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
    let pen = std::thread::spawn(move || write(&connection, waiting));
    let jobs = Data::new(jobs);
    let app = move || {
        App::new()
            .app_data(jobs.clone())
            .route("/api/v1/whistles", web::post().to(keep))
            .route("/readyz", web::get().to(HttpResponse::Ok))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("http://{}/", listener.local_addr()?);
    HttpServer::new(app).workers(WORKERS).keep_alive(Duration::from_secs(15)).listen(listener)?.run().await?;
    pen.join().map_err(|_| anyhow::anyhow!("the floor's pen panicked"))?
}

async fn keep(jobs: Data<mpsc::Sender<Job>>, body: Bytes) -> HttpResponse {
    let (answer, answered) = oneshot::channel();
    if jobs.try_send(Job { body, answer }).is_err() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match answered.await {
        Ok(id) => HttpResponse::Created().content_type("application/json").body(format!("{{\"id\":{id}}}")),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

fn write(connection: &rusqlite::Connection, mut waiting: mpsc::Receiver<Job>) -> anyhow::Result<()> {
    let mut insert = connection.prepare("INSERT INTO notes (body) VALUES (?1)")?;
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let ids = batch.iter().map(|job: &Job| insert.insert([job.body.as_ref()])).collect::<Result<Vec<_>, _>>()?;
        connection.execute_batch("COMMIT").context("the floor's commit")?;
        for (job, id) in batch.drain(..).zip(ids) {
            // A client that has gone needs no answer.
            job.answer.send(id).ok();
        }
    }
    Ok(())
}

/// What is measured on the floor: the same bytes as the hub gets.
pub(crate) fn same_bytes(key: &str, order: &str) -> Vec<u8> {
    // As long as a real token is.
    let bearer = format!("Bearer {}", "x".repeat(400));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    request("POST", "/api/v1/whistles", &headers, order)
}
