//! The secrets of the process (SECURITY T31). A district of its own has them in files that nobody but the hub's user can
//! read, so that a dump of the ledger signs nobody in; `demo`, whose people are invented, keeps them in its ledger. No key
//! is ever replaced here, and no fault quotes one.

use crate::app::sessions::{self, Keys};
use crate::config::Settings;
use crate::ids::{Chance, hex, unhex};
use crate::store::{Chore, Ledger, directory};
use anyhow::{Context, bail, ensure};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// In the folder: the key pair that signs tokens (PKCS #8), and the bytes that seal cursors, forms and counted names.
const TOKEN_FILE: &str = "token.pk8";
const SEAL_FILE: &str = "seal.key";
const SEAL_BYTES: usize = 32;
/// Beside them, for `backup.key_file`.
const BACKUP_FILE: &str = "backup.key";
/// Longer than any key.
const KEY_BYTES_MAX: u64 = 4096;
/// Notes of a demo's ledger.
const TOKEN_NOTE: &str = "token_key";
const SEAL_NOTE: &str = "seal_key";

/// Makes the keys of a district in `dir`, for this user's eyes only.
///
/// # Errors
/// One of them is there already, or the folder is open to others.
pub fn make(dir: &Path, chance: &Chance) -> anyhow::Result<()> {
    let [token, seal, backup] = [TOKEN_FILE, SEAL_FILE, BACKUP_FILE].map(|name| dir.join(name));
    if let Some(there) = [&token, &seal, &backup].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        bail!("{} is there already and stays: other keys end every session; name another folder", there.display());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| format!("{} cannot be made", dir.display()))?;
    is_ours_alone(&fs::metadata(dir)?, dir)?;
    write(&token, &sessions::new_key().context("no signing key could be made")?)?;
    write(&seal, &chance.secret())?;
    write(&backup, &chance.secret())?;
    Ok(File::open(dir)?.sync_all()?)
}

fn write(path: &Path, key: &[u8]) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path);
    let mut file = file.with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(key)?;
    Ok(file.sync_all()?)
}

/// The keys of a district of its own, by `keys.dir`.
///
/// # Errors
/// Not set, not there, no keys, or others may read them.
pub fn of_district(settings: &Settings) -> anyhow::Result<Keys> {
    let Some(dir) = &settings.keys.dir else {
        bail!(
            "`serve` takes its keys from files: make them with `whistle-hub new-keys DIR` and name the folder in keys.dir"
        );
    };
    let (token, seal) = (read(&dir.join(TOKEN_FILE))?, read(&dir.join(SEAL_FILE))?);
    ensure!(seal.len() == SEAL_BYTES, "{} does not hold {SEAL_BYTES} bytes", dir.join(SEAL_FILE).display());
    Keys::read(&token, &seal).with_context(|| dir.join(TOKEN_FILE).display().to_string())
}

/// What seals backups, if the settings say so.
///
/// # Errors
/// As for [`of_district`].
pub fn of_backups(settings: &Settings) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = &settings.backup.key_file else { return Ok(None) };
    let secret = read(file).context("backup.key_file")?;
    ensure!(secret.len() == SEAL_BYTES, "backup.key_file: {} does not hold {SEAL_BYTES} bytes", file.display());
    Ok(Some(secret))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| {
        format!("the key {} cannot be read: `whistle-hub new-keys DIR` makes keys for whoever runs it", path.display())
    })?;
    // What was opened is judged, whatever the name leads to by now.
    is_ours_alone(&file.metadata()?, path)?;
    let mut key = Vec::new();
    file.take(KEY_BYTES_MAX).read_to_end(&mut key)?;
    Ok(key)
}

fn is_ours_alone(found: &Metadata, path: &Path) -> anyhow::Result<()> {
    // The kernel gives this folder to the user as whom we run.
    let us = fs::metadata("/proc/self").context("/proc, which says as whom we run")?.uid();
    match complaint(found.mode(), found.uid(), us) {
        Some(complaint) => bail!("{} {complaint}", path.display()),
        None => Ok(()),
    }
}

fn complaint(mode: u32, owner: u32, us: u32) -> Option<&'static str> {
    if owner != us {
        return Some("belongs to another user than the one who runs this: give it to that user (chown)");
    }
    (mode & 0o077 != 0).then_some("is open to others: close it (chmod go= on the folder and its files)")
}

/// The keys of a demo, made at its first start.
pub(super) async fn of_demo(ledger: &Ledger, chance: &Chance) -> anyhow::Result<Keys> {
    let new_token = sessions::new_key().context("no signing key could be made")?;
    let token = kept(ledger, TOKEN_NOTE, hex(&new_token)).await?;
    let seal = kept(ledger, SEAL_NOTE, hex(&chance.secret())).await?;
    let bytes = |text: &str| unhex(text).context("a key of the ledger is no hex");
    Ok(Keys::read(&bytes(&token)?, &bytes(&seal)?)?)
}

async fn kept(ledger: &Ledger, key: &'static str, fresh: String) -> anyhow::Result<String> {
    if let Some(value) = ledger.read(move |reading| directory::meta(reading, key)).await? {
        return Ok(value);
    }
    ledger.keep(Chore::MakeMeta { key: key.to_owned(), value: fresh }).await?;
    // Another replica that starts now may have been first.
    let value = ledger.read(move |reading| directory::meta(reading, key)).await?;
    value.context("a note of the ledger is gone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t31_only_what_we_alone_can_read_is_taken() {
        for (mode, owner, taken) in [
            (0o100_400, 7, true),
            (0o100_600, 7, true),
            (0o100_440, 7, false),
            (0o100_404, 7, false),
            (0o100_420, 7, false),
            (0o100_401, 7, false),
            (0o100_400, 8, false),
            (0o100_400, 0, false),
        ] {
            assert_eq!(complaint(mode, owner, 7).is_none(), taken, "{mode:o} of {owner}");
        }
    }
}
