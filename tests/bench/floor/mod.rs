//! The floor: the barest server that could keep what it is told. The same HTTP library with as many threads, one row in
//! one table, 201. It checks nothing, knows nobody and wakes no worker: what the hub does more is what the ratio prices.

mod file;
pub(crate) mod server;

use crate::load::{Served, request};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::bail;
use file::Pen;
use server::Pool;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What this program is started with to be the floor.
pub(crate) const WORD: &str = "floor";

/// As many as the hub's door has.
const WORKERS: usize = 2;

/// Who keeps the rows.
enum Keeper {
    File(Pen),
    Server(Pool),
}

impl Keeper {
    /// The row's number, once it is on disk.
    async fn keep(&self, body: Bytes) -> Option<i64> {
        match self {
            Keeper::File(pen) => pen.keep(body).await,
            Keeper::Server(pool) => pool.keep(&body).await,
        }
    }
}

/// The floor in a process of its own.
pub(crate) async fn start(args: &[&str], dir: &Path) -> anyhow::Result<Served> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WORD).args(args);
    Served::start(command, dir).await
}

/// Serves until it is killed: `file <folder>`, or `server <postgres url> [<redis url>]`.
pub(crate) async fn serve(args: &[String]) -> anyhow::Result<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let keeper = match args.as_slice() {
        ["file", dir] => Keeper::File(Pen::start(Path::new(dir))?),
        ["server", postgres] => Keeper::Server(Pool::connect(postgres, None).await?),
        ["server", postgres, redis] => Keeper::Server(Pool::connect(postgres, Some(redis)).await?),
        _ => bail!("the floor stands on a file or on servers"),
    };
    let keeper = Data::new(keeper);
    let app = move || {
        App::new()
            .app_data(keeper.clone())
            .route("/api/v1/whistles", web::post().to(keep))
            .route("/readyz", web::get().to(HttpResponse::Ok))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("http://{}/", listener.local_addr()?);
    Ok(HttpServer::new(app).workers(WORKERS).keep_alive(Duration::from_secs(15)).listen(listener)?.run().await?)
}

async fn keep(keeper: Data<Keeper>, body: Bytes) -> HttpResponse {
    match keeper.keep(body).await {
        Some(number) => {
            HttpResponse::Created().content_type("application/json").body(format!("{{\"code\":\"{number}\"}}"))
        }
        None => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// What is measured on the floor: the same bytes as the hub gets.
pub(crate) fn same_bytes(key: &str, order: &str) -> Vec<u8> {
    // As long as a real token is.
    let bearer = format!("Bearer {}", "x".repeat(400));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    request("POST", "/api/v1/whistles", &headers, order)
}
