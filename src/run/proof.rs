//! What the ledger names of the folder of files, and what of it is there: for `doctor`, and for what `backup` and `restore`
//! say. It names digests only, removes nothing and takes no file.

use super::doctor::{Finding, Verdict};
use super::setup;
use crate::config::Settings;
use crate::files::Bounds;
use crate::store::{self, Fault, Reading, attachments};
use secrecy::ExposeSecret;
use std::fmt::Write as _;

/// Files that one read looks for, and missing ones that are told by name.
const PAGE: i64 = 500;
const TOLD_MAX: usize = 5;

/// Files that rows name.
#[derive(Debug, Default)]
pub(super) struct Named {
    count: usize,
    bytes: i64,
    missing: usize,
    /// The first of those that are not there, by digest.
    first: Vec<String>,
}

/// Counts them, and looks for each.
pub(super) fn count(reading: &mut Reading<'_>, files: &Bounds) -> Result<Named, Fault> {
    let (mut named, mut after) = (Named::default(), String::new());
    loop {
        let page = attachments::files(reading, &after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(named) };
        after.clone_from(last);
        for (digest, bytes) in page {
            named.count += 1;
            named.bytes += bytes;
            if !files.has(&digest) {
                named.missing += 1;
                if named.first.len() < TOLD_MAX {
                    named.first.push(digest);
                }
            }
        }
    }
}

/// How the folder of files is.
pub(super) fn finding(settings: &Settings, named: &Named) -> Finding {
    let bounds = setup::bounds_of_files(settings);
    let of = |verdict, words: String| Finding::of(verdict, "files", words);
    if named.missing > 0 {
        return of(Verdict::Fail, missing(settings, named));
    }
    let words = format!("{} in {}, all there", named.count, settings.files.dir.display());
    match bounds.dir.is_dir().then(|| bounds.have_room()) {
        None | Some(Ok(true)) => of(Verdict::Ok, words),
        Some(Ok(false)) => {
            of(Verdict::Warn, format!("{words}; no more are taken, since the disk is nearly full: make room"))
        }
        Some(Err(fault)) => of(Verdict::Fail, format!("{} cannot be looked at: {fault}", settings.files.dir.display())),
    }
}

fn missing(settings: &Settings, named: &Named) -> String {
    let Named { count, missing, first, .. } = named;
    let more = if *missing > first.len() { ", …" } else { "" };
    format!(
        "{missing} of {count} are not in {}: bring its copy back ({}{more})",
        settings.files.dir.display(),
        first.join(", ")
    )
}

/// Adds what an operator has to do about the files beside a backup; nothing where none is named.
pub(super) fn tell(words: &mut String, settings: &Settings) -> anyhow::Result<()> {
    let bounds = setup::bounds_of_files(settings);
    let url = settings.ledger.url.url();
    let look = store::look(url.expose_secret(), &setup::options(settings), |reading| count(reading, &bounds))?;
    let Some(named) = look.read.filter(|named| named.count > 0) else { return Ok(()) };
    if named.missing > 0 {
        write!(words, "\nfiles: {}", missing(settings, &named))?;
    } else {
        let (dir, mib) = (settings.files.dir.display(), named.bytes / 1024 / 1024);
        write!(
            words,
            "\n{} files ({mib} MiB) lie in {dir}, outside of the backup: copy what is new there",
            named.count
        )?;
    }
    Ok(())
}
