//! The secrets of the process (SECURITY T31). A district of its own has them in files that nobody but the hub's user can
//! read, so that a dump of the ledger signs nobody in; `demo`, whose people are invented, keeps them in its ledger. No key
//! is ever overwritten, and no fault quotes one.

use crate::app::Hub;
use crate::app::sessions::{self, Keys};
use crate::config::{Profile, Settings};
use crate::domain::at::{At, MINUTE};
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
/// Minutes that a token key proves its tokens after the next one has begun: their ten, and five for clocks and replicas.
/// So long before it begins is a new key made, too, so that every replica can have it by then.
pub const OVERLAP_MINUTES: i64 = 15;
/// Notes of a demo's ledger.
const TOKEN_NOTE: &str = "token_key";
const SEAL_NOTE: &str = "seal_key";

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Token,
    Seal,
}

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

/// A key file of the folder.
struct KeyFile {
    name: String,
    /// From then on it signs or seals, until the next one does; the name says it, in seconds of 1970. A name without a
    /// time: from the start.
    from: At,
    bytes: Vec<u8>,
}

/// The folder that the settings name.
fn folder(settings: &Settings) -> anyhow::Result<&Path> {
    settings.keys.dir.as_deref().context(
        "`serve` takes its keys from files: make them with `whistle-hub new-keys DIR` and name the folder in keys.dir",
    )
}

/// The keys of a district of its own as they are used now, by `keys.dir`.
///
/// # Errors
/// Not set, not there, no keys, or others may read them.
pub fn of_district(settings: &Settings, now: At) -> anyhow::Result<Keys> {
    let dir = folder(settings)?;
    let (tokens, seals) = (ring(dir, TOKEN_FILE)?, ring(dir, SEAL_FILE)?);
    for seal in &seals {
        ensure!(seal.bytes.len() == SEAL_BYTES, "{} does not hold {SEAL_BYTES} bytes", dir.join(&seal.name).display());
    }
    // The one without a time: what carries its MAC lives no longer than a session, or is made anew.
    let mac = seals.last().context("no key seals")?;
    let tokens: Vec<&[u8]> = in_use(&tokens, now).into_iter().map(|key| &key.bytes[..]).collect();
    let signing = seals.iter().position(|key| key.from <= now).unwrap_or(0);
    let (coming, begun) = seals.split_at(signing);
    let seals: Vec<&[u8]> = begun.iter().chain(coming).map(|key| &key.bytes[..]).collect();
    Keys::read(&tokens, &seals, &mac.bytes).with_context(|| dir.join(TOKEN_FILE).display().to_string())
}

/// The keys of one purpose, the newest first; one at least. `first`: the file that `new-keys` made.
fn ring(dir: &Path, first: &str) -> anyhow::Result<Vec<KeyFile>> {
    let (stem, end) = first.split_once('.').context("a key's file has an ending")?;
    let mut ring = Vec::new();
    // A folder that is not there is named below, with what makes it.
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let seconds =
            name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(end)?.strip_suffix('.'));
        let Some(seconds) = seconds else { continue };
        let seconds: i64 = seconds.parse().with_context(|| format!("{name} has no time in its name"))?;
        let bytes = read(&dir.join(&name))?;
        ring.push(KeyFile { name, from: At(seconds.saturating_mul(1_000_000)), bytes });
    }
    let path = dir.join(first);
    if ring.is_empty() || path.symlink_metadata().is_ok() {
        ring.push(KeyFile { name: first.to_owned(), from: At(i64::MIN), bytes: read(&path)? });
    }
    ring.sort_by_key(|key| std::cmp::Reverse(key.from));
    Ok(ring)
}

/// The key that signs now, those that will (another replica's clock may be ahead), and those whose tokens may still live.
fn in_use(tokens: &[KeyFile], now: At) -> Vec<&KeyFile> {
    let signing = tokens.iter().position(|key| key.from <= now).unwrap_or(0);
    let (coming, begun) = tokens.split_at(signing);
    let still = |pair: &&[KeyFile]| now < pair[0].from.plus_minutes(OVERLAP_MINUTES);
    let older = begun.windows(2).take_while(still).map(|pair| &pair[1]);
    begun.first().into_iter().chain(coming).chain(older).collect()
}

/// Which keys there are and what each is for now; one line each.
pub fn list(settings: &Settings, now: At) -> anyhow::Result<String> {
    let dir = folder(settings)?;
    let mut lines = Vec::new();
    for first in [TOKEN_FILE, SEAL_FILE] {
        let keys = ring(dir, first)?;
        let current = keys.iter().position(|key| key.from <= now);
        for (at, key) in keys.iter().enumerate() {
            let used = in_use(&keys, now).iter().any(|used| used.name == key.name);
            let word = match (first, current) {
                (_, Some(current)) if at == current => "in use",
                (_, Some(current)) if at < current => "begins later",
                (SEAL_FILE, _) => "opens what it sealed",
                _ if used => "proves its last tokens",
                _ => "over: `keys retire` removes it",
            };
            let since = if key.from.0 == i64::MIN { "the start".to_owned() } else { key.from.rfc3339() };
            lines.push(format!("{:24} from {since:26} {word}", key.name));
        }
    }
    Ok(lines.join("\n"))
}

/// Makes another key that takes over at `from`; its name.
///
/// # Errors
/// The folder is not there or not ours; a key of that moment is there.
pub fn rotate(settings: &Settings, purpose: Purpose, from: At, chance: &Chance) -> anyhow::Result<String> {
    let dir = folder(settings)?;
    let (first, key) = match purpose {
        Purpose::Token => (TOKEN_FILE, sessions::new_key().context("no signing key could be made")?),
        Purpose::Seal => (SEAL_FILE, chance.secret().to_vec()),
    };
    ring(dir, first)?;
    let (stem, end) = first.split_once('.').context("a key's file has an ending")?;
    let name = format!("{stem}-{}.{end}", from.0.div_euclid(1_000_000));
    write(&dir.join(&name), &key)?;
    File::open(dir)?.sync_all()?;
    Ok(name)
}

/// Removes a key by its name at once, or every token key that is over; says which.
///
/// # Errors
/// The key that is in use, or the only one of its purpose.
pub fn retire(settings: &Settings, named: Option<&str>, now: At) -> anyhow::Result<Vec<String>> {
    let dir = folder(settings)?;
    let tokens = ring(dir, TOKEN_FILE)?;
    let used: Vec<&str> = in_use(&tokens, now).into_iter().map(|key| key.name.as_str()).collect();
    let over: Vec<String> = match named {
        Some(name) => {
            let known = tokens.iter().any(|key| key.name == name);
            ensure!(
                known,
                "{name} is no token key of {}: a key that seals stays, it opens what it sealed",
                dir.display()
            );
            ensure!(used.first() != Some(&name), "{name} is in use: `keys rotate --now` first");
            vec![name.to_owned()]
        }
        None => {
            let all = tokens.iter().map(|key| key.name.clone());
            all.filter(|name| !used.contains(&name.as_str())).collect()
        }
    };
    for name in &over {
        fs::remove_file(dir.join(name)).with_context(|| format!("{name} cannot be removed"))?;
    }
    Ok(over)
}

/// What the signing key's age is, in days.
pub fn age_days(settings: &Settings, now: At) -> anyhow::Result<i64> {
    let dir = folder(settings)?;
    let tokens = ring(dir, TOKEN_FILE)?;
    let key = in_use(&tokens, now).first().copied().context("no key signs")?;
    let since = if key.from.0 == i64::MIN {
        let made = fs::metadata(dir.join(&key.name))?.mtime();
        At(made.saturating_mul(1_000_000))
    } else {
        key.from
    };
    Ok((now.0 - since.0) / (24 * 60 * MINUTE))
}

/// Takes the keys as they lie in the folder now, when they are others; whether they are. A folder that is broken for a
/// moment changes nothing.
///
/// # Errors
/// As for [`of_district`].
pub fn take_anew(settings: &Settings, hub: &Hub) -> anyhow::Result<bool> {
    Ok(hub.take_keys(of_district(settings, hub.now())?))
}

/// What seals backups, if the settings say so.
///
/// # Errors
/// As for [`of_district`].
pub fn of_backups(settings: &Settings) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = &settings.backup.key_file else {
        let must = settings.security.profile == Profile::Dengbao3;
        ensure!(!must, "backup.key_file: security.profile is dengbao3, whose backups are sealed");
        return Ok(None);
    };
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
    let (token, seal) = (bytes(&token)?, bytes(&seal)?);
    Ok(Keys::read(&[&token], &[&seal], &seal)?)
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
