//! The scenario: `town(async |t| { … })` opens the sample district on a ledger of its own, lets the body act over HTTP,
//! settles, and then looks in the open at what must hold after any story: nothing waits, nothing open is without an
//! owner, no letter and no log line says what it must not. Time stands still until it is moved.

pub(crate) mod browser;
pub(crate) mod feed;
pub(crate) mod files;
pub(crate) mod http;
mod letters;
mod log;
mod people;
mod place;
mod rows;
mod security;
mod stream;
pub(crate) mod visits;

pub(crate) use http::{Ask, Reply};
pub(crate) use people::{EVERYBODY, Person, accept_order, blow_order};
pub(crate) use place::{Place, settings};

use actix_web::web::Data;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use stream::{Outbox, Workers};
use whistle_hub::app::sample_district::{self, SampleDistrict};
use whistle_hub::app::{Hub, laying};
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::at::At;
use whistle_hub::domain::directory::Directory;
use whistle_hub::domain::event::of_directory;
use whistle_hub::domain::policy::Scope;
use whistle_hub::http::{Door, Letterhead, Proxies, listen, serve};
use whistle_hub::ids::Chance;
use whistle_hub::mail::Rendered;
use whistle_hub::run::setup::Surroundings;
use whistle_hub::store::{due, events, whistles};
use whistle_hub::telemetry::Metrics;
use whistle_hub::workers::{Live, work};

/// The password of every sign-in; must not be seen again anywhere.
pub(crate) const PASSWORD: &str = "kanari-Losung-7319";
/// When a story begins unless it says otherwise: a Tuesday morning, the first day of the sample rota.
pub(crate) const BEGIN: &str = "2026-12-01T09:00:00+08:00";
/// From where somebody asks unless a test says otherwise.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A moment in RFC 3339.
pub(crate) fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

/// Runs a story that begins at [`BEGIN`].
pub(crate) async fn town(body: impl AsyncFnOnce(&Town)) {
    town_at(BEGIN, body).await;
}

/// Runs a story that begins at another moment.
pub(crate) async fn town_at(begin: &str, body: impl AsyncFnOnce(&Town)) {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(begin))).await;
    Box::pin(body(&t)).await;
    Box::pin(t.close()).await;
}

/// One district with everything that runs in it.
pub(crate) struct Town {
    pub(crate) clock: ManualClock,
    pub(crate) address: SocketAddr,
    hub: Hub,
    workers: tokio::sync::Mutex<Workers>,
    letters: Arc<Mutex<Vec<Rendered>>>,
    server: actix_web::dev::ServerHandle,
    /// Follows the log by itself, as it does in a real hub.
    live: actix_web::rt::task::JoinHandle<()>,
    stop: tokio::sync::watch::Sender<bool>,
    tokens: RefCell<HashMap<String, (String, At)>>,
    /// Texts that were said in this story and may be in no letter and no log.
    said: RefCell<Vec<String>>,
    keys: Cell<u64>,
    /// This replica's.
    name: String,
    log_from: usize,
    /// Events of the district's laying, before the story began.
    laid: i64,
}

impl Town {
    /// Opens the district whose ledger lies at `place`, new or as it was left.
    pub(crate) async fn open(place: &Place, begin: At) -> Town {
        Town::open_on(place, ManualClock::new(begin)).await
    }

    /// The same by a clock that somebody else holds too.
    pub(crate) async fn open_on(place: &Place, clock: ManualClock) -> Town {
        Town::replica(place, clock, "a").await
    }

    /// The same as one of several replicas, each with a name of its own.
    pub(crate) async fn replica(place: &Place, clock: ManualClock, name: &str) -> Town {
        let log_from = log::begin();
        // Each start draws other secrets, and the same story the same ones.
        place.opened.set(place.opened.get() + 1);
        let around = Surroundings { clock: Arc::new(clock.clone()), chance: Chance::seeded(place.opened.get()) };
        let hub = place.hub(around).await;
        let laid = events_of_laying(&hub).await;
        let metrics = Metrics::of_this_process().unwrap();
        let listener = listen(SocketAddr::from((HERE, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let links = format!("http://{address}");
        let channel = Live::channel();
        let live = Live::at_the_end(hub.clone(), channel.clone()).await.unwrap();
        let (stop, told) = tokio::sync::watch::channel(false);
        let door = Door::new(Arc::new(hub.clone()), links.clone(), || true, move || metrics.render(), channel);
        let door = door
            .writing_as(Letterhead { district: "云湖区".to_owned(), sender: "hub@yunhu.example".to_owned() })
            .bounded(place.rate.get(), Proxies::parse(place.proxies.get()).unwrap());
        let server = serve(listener, Data::new(door)).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let letters = Arc::new(Mutex::new(Vec::new()));
        let outbox = Outbox { sent: Arc::clone(&letters), links, relay: None };
        Town {
            clock,
            address,
            workers: tokio::sync::Mutex::new(Workers::start(&hub, settings(place), name, outbox)),
            hub,
            letters,
            server: handle,
            live: actix_web::rt::spawn(work(live, told)),
            stop,
            tokens: RefCell::default(),
            said: RefCell::default(),
            keys: Cell::new(0),
            name: name.to_owned(),
            log_from,
            laid,
        }
    }

    /// Lets every worker work until none has anything left to do.
    pub(crate) async fn settle(&self) {
        self.workers.lock().await.settle().await;
    }

    /// From now on letters go to this relay.
    pub(crate) async fn mails_through(&self, url: String) {
        self.workers.lock().await.mail_through(url);
    }

    /// Gives the desk so many chances, whatever comes of them; answers how many failed.
    pub(crate) async fn tries_the_desk(&self, times: usize) -> usize {
        self.workers.lock().await.try_desk(times).await
    }

    /// Moves the clock on, then settles. What passed on the way passes late.
    pub(crate) async fn advance(&self, minutes: i64) {
        self.clock.advance(minutes);
        self.settle().await;
    }

    /// Moves the clock to a moment, then settles.
    pub(crate) async fn until(&self, moment: &str) {
        self.clock.set(at(moment));
        self.settle().await;
    }

    /// Now, as the hub says it.
    pub(crate) fn now(&self) -> String {
        whistle_hub::clock::Clock::now(&self.clock).rfc3339()
    }

    /// The stream is lost, with everything in it.
    pub(crate) async fn forget_stream(&self) {
        self.workers.lock().await.forget_stream().await;
    }

    /// Everything is rung and lost before anybody hears; the workers go on.
    pub(crate) async fn lose_stream(&self) {
        self.workers.lock().await.lose_stream().await;
    }

    /// Events are rung and nobody hears them.
    pub(crate) async fn ring_only(&self) {
        self.workers.lock().await.ring_only().await;
    }

    /// An entry with a number that the ledger never gave stands in the stream.
    pub(crate) async fn poison_stream(&self, seq: i64) {
        self.workers.lock().await.poison(seq).await;
    }

    /// A key that no request of this story bore before.
    pub(crate) fn fresh_key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("key-{}-{:06}", self.name, self.keys.get())
    }

    /// Remembers a text that no letter and no log may hold.
    pub(crate) fn hush(&self, text: &str) {
        self.said.borrow_mut().push(text.to_owned());
    }

    /// What was logged since the story began, other stories' lines among it.
    pub(crate) fn log(&self) -> String {
        log::since(self.log_from)
    }

    /// Departments that the desk proposed for a whistle, each with its rule.
    pub(crate) async fn db_proposals(&self, code: &str) -> Vec<String> {
        let (scope, code) = (Scope::everything("a test looks behind the door"), code.to_owned());
        let tree = self.hub.ledger.read(move |reading| whistles::tree(reading, &scope, &code)).await.unwrap().unwrap();
        let proposals = tree.whistle.routed.unwrap().proposals;
        proposals.iter().map(|one| format!("{} {}", one.department, one.rule)).collect()
    }

    /// How many events the ledger holds beside those of its laying: the measure of "nothing was written".
    pub(crate) async fn db_events(&self) -> i64 {
        self.hub.ledger.read(events::last_seq).await.unwrap() - self.laid
    }

    /// The place in the log at which the story began: what is below laid the district.
    pub(crate) fn db_laid(&self) -> i64 {
        self.laid
    }

    /// Lays the district anew as `change` leaves it; hubs notice when they next look.
    pub(crate) async fn lay(&self, change: impl FnOnce(&mut Directory)) {
        let mut district =
            SampleDistrict { directory: self.hub.rules().directory.clone(), ..sample_district::read().unwrap() };
        change(&mut district.directory);
        laying::lay(&self.hub.ledger, &district, self.hub.now(), &self.hub.chance).await.unwrap();
    }

    /// A row of the ledger's own settings.
    pub(crate) async fn db_meta(&self, key: &'static str) -> String {
        self.hub.ledger.read(move |reading| whistle_hub::store::directory::meta(reading, key)).await.unwrap().unwrap()
    }

    /// The hub itself, for what has no door.
    pub(crate) fn db_hub(&self) -> &Hub {
        &self.hub
    }

    /// Ends the story: settles, checks what must hold, stops everything.
    pub(crate) async fn close(self) {
        Box::pin(self.settle()).await;
        Box::pin(self.check()).await;
        Box::pin(self.leave()).await;
    }

    /// Stops everything as it stands, without a check: a crash, as far as the ledger can tell.
    pub(crate) async fn leave(self) {
        self.server.stop(false).await;
        self.stop.send(true).unwrap();
        self.live.await.unwrap();
        self.hub.ledger.close().await.unwrap();
    }

    async fn check(&self) {
        self.workers.lock().await.check_empty().await;
        let now = whistle_hub::clock::Clock::now(&self.clock);
        let read = self.hub.ledger.read(move |reading| {
            Ok((due::unarmed(reading, 20)?, due::letters_owed(reading)?, due::come(reading, now, 20)?))
        });
        let (unarmed, owed, come) = read.await.unwrap();
        assert!(unarmed.is_empty(), "open and nobody's move: {unarmed:?}");
        assert!(owed.oldest.is_none_or(|oldest| oldest > now), "letters that should have left: {owed:?}");
        assert!(come.is_empty(), "moments of limits that nobody noticed: {come:?}");
        self.check_letters();
        log::check(&self.log(), self);
    }
}

/// How many events the district's laying has; a story that opens a ledger again counts its changes since, too.
async fn events_of_laying(hub: &Hub) -> i64 {
    let scope = Scope::everything("a test looks at what was laid");
    let read = hub.ledger.read(move |reading| events::timeline(reading, &scope, &of_directory(), (0, i64::MAX)));
    read.await.unwrap().len().try_into().unwrap()
}
