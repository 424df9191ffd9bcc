//! Where a server keeps its files and how it is reached: a folder of its own that goes with its owner, or at the next
//! start when the owner was killed, and a port that nobody else takes. Removes nothing but folders of its own name.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

const PREFIX: &str = "whistle-hub-server-";
/// Below the range that outgoing connections take their own ports from: whoever keeps knocking at a stopped server
/// there may be connected to itself, and then holds the port.
const PORTS: std::ops::Range<u16> = 16_000..32_000;

/// A folder that goes with its owner.
pub(super) struct Place(PathBuf);

impl Place {
    /// A fresh folder under `parent` that only `owner` may enter; none: whoever runs this.
    pub(super) fn new(parent: &Path, owner: Option<&str>) -> Place {
        static MADE: AtomicU32 = AtomicU32::new(0);
        remove_stale(parent);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap_or_else(|fault| panic!("no folder {}: {fault}", path.display()));
        let mut give = Command::new("install");
        give.args(["-d", "-m", "0700"]).args(owner.iter().flat_map(|owner| ["-o", owner])).arg(&path);
        assert!(give.status().is_ok_and(|status| status.success()), "{} finds no owner", path.display());
        Place(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed now is stale later.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Folders of processes that are gone.
fn remove_stale(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            // Somebody else may be removing it as well.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let width = PORTS.end - PORTS.start;
    // Each process begins elsewhere, so that two rarely ask for the same one.
    let begin = u16::try_from(std::process::id().wrapping_mul(37) % u32::from(width)).unwrap_or(0);
    for _ in 0..width {
        let port = PORTS.start + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % width;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {} and {}", PORTS.start, PORTS.end);
}

/// Whether this process may do anything, which PostgreSQL does not want to be started by.
pub(super) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|of_this_process| of_this_process.uid() == 0)
}

/// A program in one of `folders`, else where the shell would find it.
pub(super) fn program(folders: &[PathBuf], name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = folders.iter().cloned().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let mut found = found.filter(|file| file.is_file());
    found.next().unwrap_or_else(|| {
        panic!("the tests need `{name}`, which is not here: install Debian's package `{package}` (apt-get install {package})")
    })
}
