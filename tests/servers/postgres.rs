//! One PostgreSQL cluster: made with `initdb`, reached over TCP as the superuser `postgres` without a password, UTF-8 and
//! C collation as the hub demands. It never touches a cluster of the host's.

use super::kept::{Kept, Start, as_user};
use super::place::{Place, free_port, is_root, program};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

const USER: &str = "postgres";
const PACKAGE: &str = "postgresql";
/// Immediate shutdown: the postmaster takes its children along.
const END: &str = "QUIT";
const READY: &str = "database system is ready to accept connections";
/// Ports that may turn out to be taken after all.
const TRIES: usize = 5;

/// A running cluster, gone when dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    durable: bool,
    port: u16,
    server: Mutex<Option<Kept>>,
    place: Place,
}

impl Postgres {
    /// The one of this test process, started by whoever asks first; not durable.
    pub(crate) fn shared() -> &'static Postgres {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Postgres::start(false))
    }

    /// A cluster of one's own. `durable`: commits reach the disk, for benches and crash tests; else it is quick and
    /// survives anything but a power cut.
    pub(crate) fn start(durable: bool) -> Postgres {
        let programs = programs();
        // A temporary folder may lie in memory, where a flush costs nothing.
        let parent = if durable { PathBuf::from("/var/tmp") } else { std::env::temp_dir() };
        let place = Place::new(&parent, is_root().then_some(USER));
        init(&programs, place.path());
        let mut last = String::new();
        for _ in 0..TRIES {
            let port = free_port();
            match serve(&programs, place.path(), port, durable) {
                Ok(server) => return Postgres { programs, durable, port, server: Mutex::new(Some(server)), place },
                Err(fault) => last = fault,
            }
        }
        panic!("PostgreSQL: {last}");
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `postgres://postgres@127.0.0.1:<port>/<database>`.
    pub(crate) fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// An empty database.
    pub(crate) fn create(&self, database: &str) {
        self.sql(USER, &format!("CREATE DATABASE \"{database}\""));
    }

    /// A copy of `template`, to which nobody may be connected meanwhile.
    pub(crate) fn create_from(&self, database: &str, template: &str) {
        self.sql(USER, &format!("CREATE DATABASE \"{database}\" TEMPLATE \"{template}\""));
    }

    /// Removes a database, whoever is connected to it.
    pub(crate) fn drop(&self, database: &str) {
        self.sql(USER, &format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"));
    }

    /// Runs a statement, or several in one transaction: rows as lines, columns parted by `|`. Panics when it fails.
    pub(crate) fn sql(&self, database: &str, text: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.env_clear().args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database), "-c", text]);
        let output = psql.stdin(Stdio::null()).output().unwrap_or_else(|fault| panic!("psql: {fault}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "psql: {}", said.trim());
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// All that a database holds, as `pg_dump` writes it.
    pub(crate) fn dump(&self, database: &str) -> Vec<u8> {
        let mut dump = Command::new(self.programs.join("pg_dump"));
        dump.env_clear().args(["--inserts", "-d", &self.url(database)]);
        let output = dump.stdin(Stdio::null()).output().unwrap_or_else(|fault| panic!("pg_dump: {fault}"));
        assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr).trim());
        output.stdout
    }

    /// Stops it at once, as a crash would: sessions are torn, the next start recovers.
    pub(crate) fn stop(&self) {
        drop(self.server().take());
    }

    /// Stops it, if it runs, and starts it on the same port and data.
    pub(crate) fn restart(&self) {
        let mut server = self.server();
        drop(server.take());
        match serve(&self.programs, self.place.path(), self.port, self.durable) {
            Ok(started) => *server = Some(started),
            Err(fault) => panic!("PostgreSQL: {fault}"),
        }
    }

    /// The postmaster's process.
    pub(crate) fn process(&self) -> Option<u32> {
        self.server().as_ref().map(Kept::id)
    }

    fn server(&self) -> MutexGuard<'_, Option<Kept>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://{USER}@127.0.0.1:{port}/{database}")
}

/// The newest version that Debian's package put here, else the one on the PATH.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path()).filter(|path| version(path).is_some()).collect();
    found.sort_by_key(|path| version(path));
    let folders: Vec<PathBuf> = found.iter().rev().map(|path| path.join("bin")).collect();
    let initdb = program(&folders, "initdb", PACKAGE);
    initdb.parent().map(Path::to_owned).unwrap_or_default()
}

fn init(programs: &Path, dir: &Path) {
    let mut command = as_user(is_root().then_some(USER), "KILL");
    command.arg(programs.join("initdb")).arg("-D").arg(dir.join("data"));
    command.args(["-E", "UTF8", "--locale=C", "--auth=trust", "-U", USER, "--no-sync", "--no-instructions"]);
    let output = command.current_dir(dir).stdin(Stdio::null()).output().unwrap_or_else(|fault| {
        panic!("setpriv, which ends servers with their tests: {fault}; install Debian's package `util-linux`")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "initdb in {}: {}", dir.display(), said.trim());
}

fn serve(programs: &Path, dir: &Path, port: u16, durable: bool) -> Result<Kept, String> {
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
    ];
    // What is measured has the cache that a server comes with; tests need little of it.
    if !durable {
        settings.extend(["fsync=off", "full_page_writes=off", "shared_buffers=32MB"].map(str::to_owned));
    }
    let data = dir.join("data").display().to_string();
    let args = ["-D".to_owned(), data].into_iter();
    let args = args.chain(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting])).collect();
    let user = is_root().then_some(USER);
    Kept::start(&Start { program: &programs.join("postgres"), args, user, end: END, ready: READY, dir })
}
