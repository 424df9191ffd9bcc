//! One chromedriver on a free port, and with it every browser that it starts. It keeps to a folder of its own and never
//! touches a browser of the host's; what it started ends with it, since browsers listen to it through a pipe.

use super::kept::{Kept, Start};
use super::place::{Place, free_port, program};
use std::path::PathBuf;

/// Ports that may turn out to be taken after all.
const TRIES: usize = 5;
const READY: &str = "started successfully";

/// A running chromedriver, gone when dropped.
pub(crate) struct ChromeDriver {
    port: u16,
    browser: PathBuf,
    place: Place,
    _server: Kept,
}

impl ChromeDriver {
    pub(crate) fn start() -> ChromeDriver {
        let browser = program(&[], "chromium", "chromium");
        let driver = program(&[], "chromedriver", "chromium-driver");
        let place = Place::new(&std::env::temp_dir(), None);
        let mut last = String::new();
        for _ in 0..TRIES {
            let port = free_port();
            let args = vec![format!("--port={port}"), "--allowed-ips=127.0.0.1".to_owned()];
            let start = Start { program: &driver, args, user: None, end: "KILL", ready: READY, dir: place.path() };
            match Kept::start(&start) {
                Ok(server) => return ChromeDriver { port, browser, place, _server: server },
                Err(fault) => last = fault,
            }
        }
        panic!("chromedriver: {last}");
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The browser to start.
    pub(crate) fn browser(&self) -> String {
        self.browser.display().to_string()
    }

    /// A folder for one browser's files, gone with the driver.
    pub(crate) fn folder(&self, name: &str) -> String {
        self.place.path().join(name).display().to_string()
    }
}
