//! What `docker/` promises, as far as it can be checked where no Docker engine runs: the files by what they say, and the
//! scripts, the door's configuration and the users of Redis by running them. It never starts a container and asks no
//! network; that the images build and find each other is tried by nobody here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod compose;
mod image;
mod parts;
mod proxy;
#[path = "../servers/mod.rs"]
mod servers;

use std::path::{Path, PathBuf};

/// A file or folder of this tree.
fn ours(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(ours(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}
