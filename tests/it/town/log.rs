//! What the hub logs, kept in memory for the whole process: one log serves all stories that run side by side, so a
//! check looks at everything that was written since the story began. What one story must not say, none may.

use super::{PASSWORD, Town};
use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};
use whistle_hub::config::{Log, LogFormat};
use whistle_hub::telemetry;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Page;

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts the log, once; where it stands now.
pub(super) fn begin() -> usize {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let log = Log { filter: "debug,mio=off".to_owned(), format: LogFormat::Text };
        telemetry::log_to(&log, || Page).unwrap();
    });
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).len()
}

pub(super) fn since(from: usize) -> String {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&written[from..]).into_owned()
}

/// T37: neither texts nor names, phones, tokens, passwords.
pub(super) fn check(log: &str, t: &Town) {
    for text in t.said.borrow().iter().map(String::as_str).chain([PASSWORD, "eyJ", "Bearer"]) {
        assert!(!log.contains(text), "the log holds {text}");
    }
    for person in &t.hub.rules().directory.people {
        assert!(!log.contains(&person.name), "the log names {}", person.username);
    }
}
