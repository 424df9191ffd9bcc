//! One nginx on a configuration that is handed in, as one process, with rights of no importance. It writes into a folder
//! of its own and never touches an nginx of the host's.

use super::kept::{Kept, Start};
use super::place::{Place, free_port, is_root, program};
use std::path::{Path, PathBuf};

const PACKAGE: &str = "nginx-light";
/// Of Debian's base; in the container it is another one as powerless.
const USER: &str = "www-data";
/// The first thing it says once it listens; said at `notice`.
const READY: &str = "getrlimit(RLIMIT_NOFILE)";
/// Ports that may turn out to be taken after all.
const TRIES: usize = 5;

/// A running nginx, gone when dropped.
pub(crate) struct Nginx {
    port: u16,
    _server: Kept,
    place: Place,
}

impl Nginx {
    /// `config`: the text for a folder to write into and a port of 127.0.0.1 to listen on.
    pub(crate) fn start(config: impl Fn(&Path, u16) -> String) -> Nginx {
        let user = is_root().then_some(USER);
        let place = Place::new(&std::env::temp_dir(), user);
        let file = place.path().join("nginx.conf");
        let nginx = program(&[PathBuf::from("/usr/sbin")], "nginx", PACKAGE);
        let mut last = String::new();
        for _ in 0..TRIES {
            let port = free_port();
            let written = std::fs::write(&file, config(place.path(), port));
            written.unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
            let words = ["-e", "stderr", "-g", "daemon off; master_process off;", "-c"];
            let mut args: Vec<String> = words.into_iter().map(str::to_owned).collect();
            args.push(file.display().to_string());
            match Kept::start(&Start { program: &nginx, args, user, end: "KILL", ready: READY, dir: place.path() }) {
                Ok(server) => return Nginx { port, _server: server, place },
                Err(fault) => last = fault,
            }
        }
        panic!("nginx: {last}");
    }

    /// What it has said.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("log")).unwrap_or_default()
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}
