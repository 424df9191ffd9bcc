//! A file while it comes in: written as it arrives, hashed on the way, and gone when nobody keeps it. It says nothing of
//! what the file is.

use super::aside;
use crate::ids::hex;
use aws_lc_rs::digest::{self, Context};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is gathered before it is written, bytes.
const GATHERED: usize = 256 * 1024;

/// What was written last is written now, by the disk's own clock.
const NOW: Timestamps = Timestamps {
    last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
    last_modification: Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
};

/// A file that is still coming in.
pub struct Part {
    file: Option<File>,
    left: Left,
    gathered: Vec<u8>,
    digest: Context,
    bytes: usize,
}

/// A file that came in whole. Dropped, it is gone.
#[derive(Debug)]
pub struct Arrived {
    left: Left,
    sha256: String,
    bytes: usize,
}

/// Something on disk that goes unless it is moved away.
#[derive(Debug)]
struct Left(PathBuf);

impl Drop for Left {
    fn drop(&mut self) {
        // What was moved away is not there any longer; what cannot be removed is swept.
        fs::remove_file(&self.0).ok();
    }
}

impl Part {
    pub(super) fn new(file: File, path: PathBuf) -> Part {
        Part {
            file: Some(file),
            left: Left(path),
            gathered: Vec::new(),
            digest: Context::new(&digest::SHA256),
            bytes: 0,
        }
    }

    /// How much has come so far.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes in what has come.
    pub async fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        self.digest.update(piece);
        self.bytes += piece.len();
        self.gathered.extend_from_slice(piece);
        if self.gathered.len() >= GATHERED { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        let Some(mut file) = self.file.take() else { return Err(io::Error::other("a file fell away")) };
        let written = aside(move || file.write_all(&gathered).map(|()| file)).await;
        self.file = Some(written?);
        Ok(())
    }

    /// All of it has come.
    pub async fn end(mut self) -> io::Result<Arrived> {
        self.write().await?;
        let sha256 = hex(self.digest.finish().as_ref());
        Ok(Arrived { left: self.left, sha256, bytes: self.bytes })
    }
}

impl Arrived {
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn path(&self) -> &Path {
        &self.left.0
    }

    /// On disk first, then at its place, where it lies from now on: its own time may be that of the first piece of a long
    /// form, and whoever sweeps by it would take it for old.
    pub(super) fn move_to(&self, place: &Path) -> io::Result<()> {
        let file = File::options().write(true).open(self.path())?;
        rustix::fs::futimens(&file, &NOW)?;
        file.sync_all()?;
        fs::rename(self.path(), place)
    }
}
