//! Files of proof on disk: each lies by its SHA-256, whole and synced before any row names it, and is never changed. It
//! knows no case, no reader and no ledger: whether a file is still wanted is the caller's to say.

mod container;
mod kinds;
mod part;
mod picture;
mod sweep;
#[cfg(test)]
mod tests;

pub use part::{Arrived, Part};

use crate::domain::attachment::{Format, Unfit};
use crate::ids::hex;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Pictures that are decoded side by side, and how long anybody waits for one.
const DECODERS: usize = 2;
const DECODE_MAX: Duration = Duration::from_secs(5);
/// Where files lie while they come in.
const PARTS: &str = "part";
/// What a download is read by, bytes.
const PIECE: usize = 64 * 1024;

/// Where the files are, and what of the disk is not theirs.
#[derive(Debug, Clone)]
pub struct Bounds {
    pub dir: PathBuf,
    /// No file is taken when less than this is free, bytes.
    pub keep_free: u64,
    /// Nor when less than this part of the disk is, percent.
    pub keep_free_percent: u64,
}

/// A handle on the folder; clones are the same folder.
#[derive(Clone)]
pub struct Files(Arc<Folder>);

struct Folder {
    bounds: Bounds,
    /// Of this process: names of its parts are nobody else's.
    begun: u64,
    parts: AtomicU64,
    decoders: Arc<Semaphore>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("dir", &self.0.bounds.dir).finish_non_exhaustive()
    }
}

impl Files {
    /// Nothing is touched before the first file comes. `begun`: drawn by chance for this process.
    pub fn at(bounds: Bounds, begun: u64) -> Files {
        let decoders = Arc::new(Semaphore::new(DECODERS));
        Files(Arc::new(Folder { bounds, begun, parts: AtomicU64::new(0), decoders }))
    }

    /// Begins a file that comes in; nothing while the last room of the disk would be used up.
    pub async fn begin(&self) -> io::Result<Option<Part>> {
        let number = self.0.parts.fetch_add(1, Ordering::Relaxed);
        let folder = Arc::clone(&self.0);
        aside(move || {
            let parts = folder.bounds.dir.join(PARTS);
            make_folder(&parts)?;
            if !folder.bounds.have_room()? {
                return Ok(None);
            }
            let path = parts.join(format!("{:016x}-{number}", folder.begun));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            Ok(Some(Part::new(file, path)))
        })
        .await
    }

    /// What a file is, by its content and by the end of its name; or why it is not taken.
    pub async fn format_of(&self, arrived: &Arrived, name: &str) -> io::Result<Result<Format, Unfit>> {
        let (path, name) = (arrived.path().to_owned(), name.to_owned());
        aside(move || Ok(kinds::format_of(&fs::read(path)?, &name))).await
    }

    /// A smaller copy of a picture for looking at, with nothing in it but what is seen. None of what cannot be decoded
    /// within its bounds: the original stays all the same.
    pub async fn copy_of(&self, arrived: &Arrived, format: Format) -> io::Result<Option<Arrived>> {
        let Ok(turn) = Arc::clone(&self.0.decoders).acquire_owned().await else { return Ok(None) };
        let path = arrived.path().to_owned();
        // The turn ends with the work, also when nobody waits for it any longer.
        let work = tokio::task::spawn_blocking(move || {
            let made = fs::read(path).map(|bytes| picture::copy_of(&bytes, format));
            drop(turn);
            made
        });
        let made = match tokio::time::timeout(DECODE_MAX, work).await {
            Ok(Ok(made)) => made?,
            Ok(Err(_)) | Err(_) => None,
        };
        let Some(made) = made else { return Ok(None) };
        let Some(mut part) = self.begin().await? else { return Ok(None) };
        part.push(&made).await?;
        part.end().await.map(Some)
    }

    /// Gives a file its place for good: synced, under its digest. Where the same lies already it is the same.
    pub async fn keep(&self, arrived: Arrived) -> io::Result<()> {
        let folder = Arc::clone(&self.0);
        aside(move || {
            let place = folder.bounds.place_of(arrived.sha256());
            let shelf = place.parent().unwrap_or(&folder.bounds.dir);
            make_folder(shelf)?;
            // Also where it lies already: its time says that somebody is about to name it.
            arrived.move_to(&place)?;
            File::open(shelf)?.sync_all()
        })
        .await
    }

    /// Opens a file by its digest: its length, and piece by piece what is in it.
    pub async fn open(&self, sha256: &str) -> io::Result<Opened> {
        let place = self.0.bounds.place_of(sha256);
        aside(move || {
            let file = File::open(place)?;
            Ok(Opened { bytes: file.metadata()?.len(), file })
        })
        .await
    }

    /// Removes files that nobody names any longer, if they have lain for a while: whoever brings the same one in at
    /// this moment names it soon. What is younger goes with a later sweep.
    pub async fn remove(&self, digests: Vec<String>) -> io::Result<usize> {
        let folder = Arc::clone(&self.0);
        aside(move || sweep::remove(&folder.bounds, &digests)).await
    }

    /// A part of what has lain for long, by its shelf: digests. Parts that somebody left behind are gone with it.
    pub async fn old(&self, shelf: u8) -> io::Result<Vec<String>> {
        let folder = Arc::clone(&self.0);
        aside(move || sweep::old(&folder.bounds, shelf)).await
    }
}

impl Bounds {
    /// Whether a file lies there.
    pub fn has(&self, sha256: &str) -> bool {
        self.place_of(sha256).is_file()
    }

    /// Whether another file may be taken.
    ///
    /// # Errors
    /// The folder cannot be looked at.
    pub fn have_room(&self) -> io::Result<bool> {
        let disk = rustix::fs::statvfs(&self.dir)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let whole = disk.f_blocks.saturating_mul(disk.f_frsize);
        Ok(free >= self.keep_free && free >= whole / 100 * self.keep_free_percent)
    }

    /// A digest is hex, and never a name that somebody chose.
    fn place_of(&self, sha256: &str) -> PathBuf {
        self.dir.join(sha256.get(..2).unwrap_or("00")).join(sha256)
    }

    fn shelf(&self, number: u8) -> PathBuf {
        self.dir.join(hex(&[number]))
    }
}

/// A file that is being read.
#[derive(Debug)]
pub struct Opened {
    pub bytes: u64,
    file: File,
}

impl Opened {
    /// The next piece, empty at the end; and the file to go on with.
    pub async fn read_on(mut self) -> io::Result<(Vec<u8>, Opened)> {
        aside(move || {
            let mut piece = vec![0; PIECE];
            let count = self.file.read(&mut piece)?;
            piece.truncate(count);
            Ok((piece, self))
        })
        .await
    }
}

/// For this user only.
fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whether a fault says that the disk is full.
pub fn is_full(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Disks are slow: nobody who serves requests waits on one.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(io::Error::other("work on a file ended early")))
}
