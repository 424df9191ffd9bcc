//! The place of one district: a folder and, on servers, a database of its own; what its settings name, and whom it believes. Gone when
//! nobody needs it any longer. Nothing here speaks to a hub.

use super::{BEGIN, PASSWORD, at};
use crate::servers::{Backend, Postgres, Redis, backend};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use whistle_hub::clock::ManualClock;
use whistle_hub::config::{LedgerPlace, Security, Settings, StreamPlace};
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};

/// A place for one district's ledger and files that is gone when nobody needs it any longer.
pub(crate) struct Place {
    pub(super) path: PathBuf,
    /// Of the database, if that is where the ledger lies.
    pub(super) database: Option<String>,
    pub(super) opened: Cell<u64>,
    /// Requests a second of each principal; zero: no bound.
    pub(super) rate: Cell<u32>,
    /// Who may say for whom they ask.
    pub(super) proxies: Cell<&'static str>,
    /// What the district demands of its own security.
    pub(super) security: RefCell<Security>,
}

impl Place {
    /// On the parts that are tried; a database has the sample district on it already.
    pub(crate) fn new() -> Place {
        Place::made(backend(), |name| Postgres::shared().create_from(name, template()))
    }

    /// On servers, whatever parts are tried.
    pub(crate) fn on_servers() -> Place {
        Place::made(Backend::Servers, |name| Postgres::shared().create_from(name, template()))
    }

    /// Without anything on it.
    pub(crate) fn empty() -> Place {
        Place::made(backend(), |name| Postgres::shared().create(name))
    }

    /// Without anything on it, whatever parts are tried.
    pub(crate) fn empty_on(backend: Backend) -> Place {
        Place::made(backend, |name| Postgres::shared().create(name))
    }

    /// A file, whatever parts are tried.
    pub(crate) fn file_only() -> Place {
        Place::made(Backend::Embedded, |_| {})
    }

    /// The same with a bound on what anybody may ask.
    pub(crate) fn bounded(self, rate: u32) -> Place {
        self.rate.set(rate);
        self
    }

    /// The same where these alone are proxies that may say for whom they ask; else everybody here is.
    pub(crate) fn trusting(self, proxies: &'static str) -> Place {
        self.proxies.set(proxies);
        self
    }

    pub(super) fn made(backend: Backend, make: impl FnOnce(&str)) -> Place {
        let (path, name) = Place::folder();
        let database = (backend == Backend::Servers).then(|| {
            make(&name);
            name
        });
        let (opened, rate, proxies) = (Cell::new(0), Cell::new(0), Cell::new("127.0.0.0/8"));
        Place { path, database, opened, rate, proxies, security: RefCell::default() }
    }

    fn folder() -> (PathBuf, String) {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("whistle-it-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&path).unwrap();
        (path, name)
    }

    /// Runs a statement on a [`Place::on_servers`], past every rule of ours.
    pub(crate) fn sql(&self, text: &str) -> String {
        Postgres::shared().sql(self.database.as_deref().unwrap(), text)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A database on which the sample district is laid, of which every story gets a copy with secrets of its own.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<()> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let (server, name) = (Postgres::shared(), "it-template");
        server.create(name);
        let lay = async {
            let clock = Arc::new(ManualClock::new(at(BEGIN)));
            let around = Surroundings { clock, chance: Chance::seeded(0) };
            let mut settings = Settings::default();
            settings.ledger.url = LedgerPlace::Postgres(Postgres::shared().url(name).into());
            setup::demo(&settings, PASSWORD, around).await.unwrap().ledger.close().await.unwrap();
        };
        std::thread::spawn(|| actix_web::rt::System::new().block_on(lay)).join().unwrap();
        server.sql(name, "DELETE FROM meta WHERE key <> 'demo'");
    });
    "it-template"
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(database) = &self.database {
            Postgres::shared().drop(database);
        }
        // What cannot be removed lies in the system's folder for such things.
        std::fs::remove_dir_all(&self.path).ok();
    }
}

/// The settings of a story: each ledger has a stream of its own on the one server.
pub(crate) fn settings(place: &Place) -> Settings {
    let mut settings = Settings { files: place.files(), ..Settings::default() };
    settings.erasure.list = Some(place.path.join("erased"));
    settings.security = place.security.borrow().clone();
    match &place.database {
        Some(database) => {
            settings.ledger.url = LedgerPlace::Postgres(Postgres::shared().url(database).into());
            settings.stream.url = StreamPlace::Redis(Redis::shared().url().into());
        }
        None => settings.ledger.url = LedgerPlace::Sqlite(place.path.join("hub.db")),
    }
    settings
}
