//! One Redis without a file to remember anything by: killed and started again it is empty, which is the fault that the
//! hub must bear. It never touches a Redis of the host's.

use super::kept::{Kept, Start};
use super::place::{Place, free_port, program};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

const PACKAGE: &str = "redis-server";
const READY: &str = "Ready to accept connections";
/// Ports that may turn out to be taken after all.
const TRIES: usize = 5;

/// A running Redis, gone when dropped.
pub(crate) struct Redis {
    extra: Vec<String>,
    port: u16,
    server: Mutex<Option<Kept>>,
    place: Place,
}

impl Redis {
    /// The one of this test process, started by whoever asks first. Its users keep to keys of their own.
    pub(crate) fn shared() -> &'static Redis {
        static SHARED: OnceLock<Redis> = OnceLock::new();
        SHARED.get_or_init(|| Redis::start(&[]))
    }

    /// One of one's own. `extra`: settings as the command line takes them, `["--requirepass", "x"]`.
    pub(crate) fn start(extra: &[&str]) -> Redis {
        let place = Place::new(&std::env::temp_dir(), None);
        let extra: Vec<String> = extra.iter().map(|word| (*word).to_owned()).collect();
        let mut last = String::new();
        for _ in 0..TRIES {
            let port = free_port();
            match serve(&place, port, &extra) {
                Ok(server) => return Redis { extra, port, server: Mutex::new(Some(server)), place },
                Err(fault) => last = fault,
            }
        }
        panic!("Redis: {last}");
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `redis://127.0.0.1:<port>`.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A command by `redis-cli`, options first: `["-n", "1", "FLUSHDB"]`. Panics when Redis answers with an error.
    pub(crate) fn cli(&self, words: &[&str]) -> String {
        let mut cli = Command::new(program(&[], "redis-cli", PACKAGE));
        cli.env_clear().args(["-e", "-h", "127.0.0.1", "-p", &self.port.to_string()]).args(words);
        let output = cli.stdin(Stdio::null()).output().unwrap_or_else(|fault| panic!("redis-cli: {fault}"));
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "redis-cli {words:?}: {} {}", said.trim(), out.trim());
        out.trim_end().to_owned()
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        drop(self.server().take());
    }

    /// Kills it, if it runs, and starts it on the same port, empty.
    pub(crate) fn start_again(&self) {
        let mut server = self.server();
        drop(server.take());
        match serve(&self.place, self.port, &self.extra) {
            Ok(started) => *server = Some(started),
            Err(fault) => panic!("Redis: {fault}"),
        }
    }

    /// Lets it stand still: connections stay open and nothing is answered.
    pub(crate) fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a paused one go on.
    pub(crate) fn resume(&self) {
        self.signal("CONT");
    }

    /// The server's process.
    pub(crate) fn process(&self) -> Option<u32> {
        self.server().as_ref().map(Kept::id)
    }

    fn signal(&self, name: &str) {
        match self.server().as_ref() {
            Some(server) => server.signal(name),
            None => panic!("signal {name} to a Redis that does not run"),
        }
    }

    fn server(&self) -> MutexGuard<'_, Option<Kept>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(place: &Place, port: u16, extra: &[String]) -> Result<Kept, String> {
    let (port, dir) = (port.to_string(), place.path().display().to_string());
    let plain = ["--port", &port, "--bind", "127.0.0.1", "--dir", &dir, "--save", "", "--appendonly", "no"];
    let args = plain.into_iter().map(str::to_owned).chain(extra.iter().cloned()).collect();
    let server: PathBuf = program(&[], "redis-server", PACKAGE);
    Kept::start(&Start { program: &server, args, user: None, end: "KILL", ready: READY, dir: place.path() })
}
