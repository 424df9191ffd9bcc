//! What every test of this room stands on: a place for a ledger, on the pair of parts that `HUB_BACKEND` names, and the
//! tests that hold the two engines side by side. Nothing here is compiled into the hub.

mod engines;
#[path = "../../../tests/servers/mod.rs"]
mod servers;

use super::{Fault, Ledger, Options, Sql, open, place, sqlite};
use servers::{Backend, Postgres, backend};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where one test's ledger lies; it goes with the test.
pub(in crate::store) struct Place {
    /// Of a file's folder, or of a database.
    name: String,
    backend: Backend,
}

impl Place {
    /// A place of its own on the parts that are tried.
    pub(in crate::store) fn new() -> Place {
        Place::on(backend())
    }

    /// A file, whatever parts are tried: for what only SQLite does.
    pub(in crate::store) fn file_only() -> Place {
        Place::on(Backend::Embedded)
    }

    /// A database without any table.
    fn empty_database() -> Place {
        let place = Place { name: fresh_name(), backend: Backend::Servers };
        Postgres::shared().create(&place.name);
        place
    }

    fn on(backend: Backend) -> Place {
        let place = Place { name: fresh_name(), backend };
        if backend == Backend::Servers {
            Postgres::shared().create_from(&place.name, template());
        }
        place
    }

    fn folder(&self) -> PathBuf {
        std::env::temp_dir().join(&self.name)
    }

    /// The file of a [`Place::file_only`].
    pub(in crate::store) fn file(&self) -> PathBuf {
        self.folder().join("hub.db")
    }

    pub(in crate::store) fn url(&self) -> String {
        match self.backend {
            Backend::Embedded => format!("sqlite://{}", self.file().display()),
            Backend::Servers => Postgres::shared().url(&self.name),
        }
    }

    pub(in crate::store) fn open(&self) -> Result<Ledger, Fault> {
        self.open_with(Options::default())
    }

    pub(in crate::store) fn open_with(&self, options: Options) -> Result<Ledger, Fault> {
        open(&self.url(), options)
    }

    /// A connection as the pen has it, without the pen. Not inside a runtime.
    pub(in crate::store) fn pen(&self) -> Sql {
        let parts = place(&self.url(), Options { readers: 1, ..Options::default() }).unwrap();
        if let Some(lock) = parts.lock {
            lock.unlock().unwrap();
        }
        parts.pen
    }

    /// The same beside a ledger that is open.
    pub(in crate::store) fn other_pen(&self) -> Sql {
        match self.backend {
            Backend::Embedded => sqlite::connect(&self.file()).unwrap(),
            Backend::Servers => self.pen(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        match self.backend {
            Backend::Embedded => drop(std::fs::remove_dir_all(self.folder())),
            Backend::Servers => Postgres::shared().drop(&self.name),
        }
    }
}

fn fresh_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("hub-ledger-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A database with the schema and nothing else, of which each test gets a copy.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<()> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let server = Postgres::shared();
        server.create("hub-template");
        std::thread::spawn(|| drop(place(&Postgres::shared().url("hub-template"), Options::default()).unwrap()))
            .join()
            .unwrap();
        server.sql("hub-template", "DELETE FROM meta");
    });
    "hub-template"
}
