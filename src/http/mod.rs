//! The door: the only room that knows HTTP. [`routes`] is its table of contents, [`frame`] what every request passes,
//! [`gate`] who is there; then one file per noun. Handlers ask `app` and put its answers into JSON or pages; nothing
//! here decides, writes a fact, or opens a transaction.

mod attachments;
pub mod body;
mod connections;
pub mod console;
mod cursor;
mod directory;
mod exports;
pub mod frame;
pub mod gate;
mod imports;
mod live;
mod machine_tokens;
mod obligations;
mod openapi;
mod ops;
pub mod pages;
mod papers;
mod people;
pub mod problem;
mod proxies;
pub mod query;
mod rates;
pub mod routes;
mod sessions;
mod summonses;
mod turns;
mod visits;
mod whistles;

pub use proxies::Proxies;

use crate::app::Hub;
use crate::ids::PersonId;
use crate::store::events::Heard;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::ETAG;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpResponseBuilder, HttpServer};
use problem::Problem;
use serde_json::Value;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;

/// Threads that serve requests, and connections of each.
const WORKERS: usize = 2;
const CONNECTIONS_PER_WORKER: usize = 1000;
/// How long a connection may idle, a head may take, and the door may take to empty when it closes.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
const STOP_SECONDS: u64 = 2;
const BACKLOG: u32 = 1024;
/// As many requests as a search costs.
const SEARCH_WEIGHT: i64 = 20;

/// What every handler reaches.
pub struct Door {
    pub hub: Arc<Hub>,
    /// Whether browsers reach us by TLS.
    pub https: bool,
    /// How people reach us: scheme, host, port, no slash at the end.
    pub links: String,
    /// The same for firms, whom another network may part from us.
    pub firm_links: String,
    letterhead: Letterhead,
    stream_is_up: Box<dyn Fn() -> bool + Send + Sync>,
    figures: Box<dyn Fn() -> String + Send + Sync>,
    feeds: live::Feeds,
    searches: turns::Turns,
    uploads: turns::Turns,
    uploads_of_firms: turns::Turns,
    rates: rates::Rates,
    proxies: Proxies,
    stopping: AtomicBool,
    /// Of this process, so that request ids of two replicas differ.
    begun: u64,
    requests: AtomicU64,
}

/// In whose name sheets and calendars go out.
#[derive(Debug, Clone, Default)]
pub struct Letterhead {
    /// The district's name, as in 云湖区.
    pub district: String,
    /// The address that the hub's letters come from.
    pub sender: String,
}

impl Door {
    /// `links`: how people reach us. `stream_is_up` and `figures` are asked by `/readyz` and `/metrics`.
    /// `live`: what the open feeds listen on.
    pub fn new(
        hub: Arc<Hub>,
        links: String,
        stream_is_up: impl Fn() -> bool + Send + Sync + 'static,
        figures: impl Fn() -> String + Send + Sync + 'static,
        live: broadcast::Sender<Arc<Heard>>,
    ) -> Door {
        Door {
            https: links.starts_with("https://"),
            firm_links: links.clone(),
            links,
            letterhead: Letterhead::default(),
            stream_is_up: Box::new(stream_is_up),
            figures: Box::new(figures),
            feeds: live::Feeds::new(live),
            searches: turns::Turns::of(turns::SEARCHES),
            uploads: turns::Turns::of(turns::UPLOADS),
            uploads_of_firms: turns::Turns::of(turns::UPLOADS_OF_FIRMS),
            rates: rates::Rates::default(),
            proxies: Proxies::default(),
            stopping: AtomicBool::new(false),
            begun: hub.chance.seed(),
            requests: AtomicU64::new(0),
            hub,
        }
    }

    /// Bounds what anybody may ask: requests a second of each principal, zero for no bound; and whom we believe when they
    /// say for whom they ask.
    pub fn bounded(mut self, per_second: u32, proxies: Proxies) -> Door {
        self.rates = rates::Rates::new(per_second);
        self.proxies = proxies;
        self
    }

    /// Where firms reach `/f/`: scheme, host, port, no slash at the end.
    pub fn reached_by_firms(mut self, at: String) -> Door {
        self.firm_links = at;
        self
    }

    /// What stands on a firm's paper.
    fn firm_link(&self, token: &str) -> String {
        format!("{}/f/{token}", self.firm_links)
    }

    /// In whose name sheets and calendars go out.
    pub fn writing_as(mut self, letterhead: Letterhead) -> Door {
        self.letterhead = letterhead;
        self
    }

    /// From now on `/readyz` says 503, so that a balancer looks elsewhere while the door empties. Open feeds end now:
    /// the door would wait for them.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.feeds.stop();
    }

    /// The turn of a search, if this is one; it weighs more than other reads.
    async fn search_turn(&self, person: &PersonId, searches: bool) -> Result<Option<turns::Turn<'_>>, Problem> {
        if !searches {
            return Ok(None);
        }
        self.rates.person(person, SEARCH_WEIGHT - 1, self.hub.clock.elapsed())?;
        self.searches.turn(person).await.map(Some)
    }

    /// The turn of an export, which reads as much as a search.
    async fn export_turn(&self, person: &PersonId) -> Result<turns::Turn<'_>, Problem> {
        self.rates.export(person, self.hub.clock.elapsed())?;
        self.searches.turn(person).await
    }

    /// The turn of an upload.
    async fn upload_turn(&self, person: &PersonId) -> Result<turns::Turn<'_>, Problem> {
        self.rates.create(person, self.hub.clock.elapsed())?;
        self.uploads.turn(person).await
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn stream_is_up(&self) -> bool {
        (self.stream_is_up)()
    }

    fn figures(&self) -> String {
        (self.figures)()
    }

    fn next_request_id(&self) -> String {
        format!("{:016x}-{:x}", self.begun, self.requests.fetch_add(1, Ordering::Relaxed))
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("links", &self.links).finish_non_exhaustive()
    }
}

/// The whole app, for the server and for tests in the same process.
pub fn app(
    door: Data<Door>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = actix_web::Error, InitError = ()>,
> {
    App::new()
        .app_data(door)
        .app_data(frame::Meter::of("unmatched"))
        .configure(routes::configure)
        .configure(console::configure)
        .default_service(web::to(frame::nowhere))
        .wrap(from_fn(frame::frame))
}

/// Takes the address; port 0 takes a free one, which `local_addr` names. Within a tokio runtime.
pub fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv4() { tokio::net::TcpSocket::new_v4()? } else { tokio::net::TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Opens the door. The server runs while it is awaited and stops by its handle: `server.handle().stop(true)`.
/// Signals are `run`'s.
pub fn serve(listener: TcpListener, door: Data<Door>) -> io::Result<Server> {
    let connections = connections::Connections::bounded(&door.proxies);
    let server = HttpServer::new(move || app(door.clone()))
        .on_connect(move |connection, kept| connections.take(connection, kept))
        .workers(WORKERS)
        .max_connections(CONNECTIONS_PER_WORKER)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_DEADLINE)
        // Who hangs up while a feed is silent is gone at once, and so is the feed's place.
        .h1_allow_half_closed(false)
        .shutdown_timeout(STOP_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// A JSON answer.
fn json(answer: &mut HttpResponseBuilder, body: &Value) -> HttpResponse {
    answer.content_type("application/json").body(body.to_string())
}

/// The strong tag of a version, and whether this is the first answer again.
fn tagged(answer: &mut HttpResponseBuilder, version: i64, replayed: bool) -> &mut HttpResponseBuilder {
    answer.insert_header((ETAG, format!("\"{version}\"")));
    marked(answer, replayed)
}

/// Whether this is the first answer again.
fn marked(answer: &mut HttpResponseBuilder, replayed: bool) -> &mut HttpResponseBuilder {
    if replayed {
        answer.insert_header(("Idempotency-Replayed", "true"));
    }
    answer
}

#[cfg(test)]
pub(crate) mod tests;
