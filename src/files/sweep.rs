//! What lies on disk and may go: parts that somebody left behind, and files that no row names. How old something is the
//! disk's own clock says, since a shared one may not go as ours does. It asks no ledger.

use super::{Bounds, PARTS, make_folder};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Longer than an upload takes, and than naming it takes once it lies here; its time is then that of its laying.
const UNDER_WAY: Duration = Duration::from_secs(60 * 60);
const BEING_NAMED: Duration = Duration::from_secs(10 * 60);
/// What nobody has named for so long nobody will.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes those that have lain for a while; answers how many.
pub(super) fn remove(bounds: &Bounds, digests: &[String]) -> io::Result<usize> {
    let mut count = 0;
    let Some(now) = now(bounds)? else { return Ok(0) };
    for place in digests.iter().map(|digest| bounds.place_of(digest)) {
        match fs::metadata(&place) {
            Ok(of) if has_lain(&of, now, BEING_NAMED) => {
                fs::remove_file(&place)?;
                count += 1;
            }
            Ok(_) => {}
            Err(fault) if fault.kind() == ErrorKind::NotFound => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(count)
}

/// The digests on one shelf that have lain for a day.
pub(super) fn old(bounds: &Bounds, shelf: u8) -> io::Result<Vec<String>> {
    let Some(now) = now(bounds)? else { return Ok(Vec::new()) };
    for (path, of) in entries(&bounds.dir.join(PARTS))? {
        if has_lain(&of, now, UNDER_WAY) {
            fs::remove_file(path)?;
        }
    }
    let lying = entries(&bounds.shelf(shelf))?.into_iter().filter(|(_, of)| has_lain(of, now, OLD));
    Ok(lying.filter_map(|(path, _)| Some(path.file_name()?.to_str()?.to_owned())).collect())
}

fn entries(folder: &Path) -> io::Result<Vec<(std::path::PathBuf, Metadata)>> {
    let read = match fs::read_dir(folder) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    // What goes while we look is gone.
    let there = read.filter_map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))).ok());
    Ok(there.filter(|(_, of)| of.is_file()).collect())
}

fn has_lain(of: &Metadata, now: SystemTime, long: Duration) -> bool {
    of.modified().is_ok_and(|since| now.duration_since(since).is_ok_and(|age| age >= long))
}

/// Now, as the disk says it; nothing where there is no folder yet.
fn now(bounds: &Bounds) -> io::Result<Option<SystemTime>> {
    let parts = bounds.dir.join(PARTS);
    if !bounds.dir.is_dir() {
        return Ok(None);
    }
    make_folder(&parts)?;
    let path = parts.join(format!("now-{}", std::process::id()));
    let asked = File::create(&path).and_then(|file| file.metadata()?.modified());
    fs::remove_file(&path).ok();
    asked.map(Some)
}
