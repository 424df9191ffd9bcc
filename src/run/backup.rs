//! `whistle-hub backup FILE` and `restore FILE`: a backup is written beside its name, read back, and only then takes it;
//! a restore reads the whole file before it touches anything. Neither replaces a file or a ledger that is there.

use super::{keys, proof, setup};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::at::At;
use crate::ids::{Chance, hex};
use crate::store::backup::{self, Place, Terms};
use crate::store::{BadBackup, Summary};
use anyhow::{Context, bail, ensure};
use secrecy::ExposeSecret;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Makes a backup of the ledger, beside a hub that may be running; says what it holds.
///
/// # Errors
/// A file of that name is there, the ledger or the key cannot be read, the disk is full. Nothing is left behind then.
pub fn back_up(settings: &Settings, file: &Path, clock: &dyn Clock) -> anyhow::Result<String> {
    ensure!(file.symlink_metadata().is_err(), "{} is there already and stays: name another file", file.display());
    let name = file.file_name().context("backup FILE names a file")?;
    let part = file.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let secret = keys::of_backups(settings)?;
    let now = clock.now();
    let written = written(settings, (&part, file), secret.as_deref(), now);
    if written.is_err() {
        // Half of a backup helps nobody; that it cannot be removed changes nothing about that.
        fs::remove_file(&part).ok();
    }
    let summary = written?;
    let url = settings.ledger.url.url();
    let place = Place { url: url.expose_secret(), options: &setup::options(settings) };
    let noted = backup::note(place, now);
    let mut words = format!("backup made and read back: {}", file.display());
    match &secret {
        Some(secret) => write!(words, ", sealed with the key {}", backup::name_of(secret)?)?,
        None => words.push_str("; it is not sealed (backup.key_file): whoever has it reads it"),
    }
    if noted.is_err() {
        words.push_str("\nthe ledger did not take the note that it was made: `doctor` will not know of it");
    }
    told(&mut words, now, &summary)?;
    proof::tell(&mut words, settings)?;
    Ok(words)
}

/// Writes the part, reads it back, and gives it its name.
fn written(
    settings: &Settings,
    (part, file): (&Path, &Path),
    secret: Option<&[u8]>,
    now: At,
) -> anyhow::Result<Summary> {
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part);
    let out = out.with_context(|| format!("{} cannot be made", part.display()))?;
    let url = settings.ledger.url.url();
    let place = Place { url: url.expose_secret(), options: &setup::options(settings) };
    let written = backup::take(place, BufWriter::new(&out), secret, now).context("the backup was not made")?;
    out.sync_all().context("the backup does not reach the disk")?;
    let (_, read) = backup::read(BufReader::new(File::open(part)?), secret).context("the backup, read back,")?;
    ensure!(read == written, "the backup, read back, holds something else than was written");
    fs::rename(part, file).with_context(|| format!("{} cannot be made", file.display()))?;
    File::open(folder_of(file))?.sync_all().context("the folder does not reach the disk")?;
    Ok(written)
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Lays a backup where the settings name an empty place; says what stands there now and what is left to do.
///
/// # Errors
/// A file that is no whole backup, a place that is not empty. Nothing is changed then.
pub fn restore(settings: &Settings, file: &Path, clock: &dyn Clock, chance: &Chance) -> anyhow::Result<String> {
    let secret = keys::of_backups(settings)?;
    let opened = || File::open(file).map(BufReader::new).with_context(|| format!("{} cannot be read", file.display()));
    let named = |bad: BadBackup| anyhow::Error::from(bad).context(file.display().to_string());
    backup::read(opened()?, secret.as_deref()).map_err(named)?;
    let url = settings.ledger.url.url();
    let place = Place { url: url.expose_secret(), options: &setup::options(settings) };
    let epoch = hex(&chance.secret()[..8]);
    let terms = Terms { now: clock.now(), epoch: &epoch };
    let restored = backup::restore(place, opened()?, secret.as_deref(), terms);
    let restored = restored.map_err(named).context("nothing was restored")?;
    let mut words = format!("restored from {}, and compared with it", file.display());
    told(&mut words, At(restored.head.made_at), &restored.summary)?;
    words.push_str(
        "\nEverybody signs in again. What was done since then is undone, also passwords changed, people suspended and \
         tokens revoked: do that again before the hub is started.",
    );
    if restored.held > 0 {
        write!(
            words,
            "\n{} letters were owed then and may have been sent since: they are held. `whistle-hub redrive --letters send` \
             has them sent, `--letters drop` gives them up.",
            restored.held
        )?;
    }
    proof::tell(&mut words, settings)?;
    Ok(words)
}

fn told(words: &mut String, at: At, summary: &Summary) -> anyhow::Result<()> {
    write!(words, "\n  at    {}", at.rfc3339())?;
    if summary.counts.is_empty() {
        bail!("the ledger has no tables");
    }
    for (table, count) in summary.counts.iter().filter(|(_, count)| **count > 0) {
        write!(words, "\n  rows  {table} {count}")?;
    }
    Ok(write!(words, "\n  head  {} {}", summary.seq, summary.head)?)
}
