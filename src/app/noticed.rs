//! What an operator did past the hub, to files and ledgers: other keys, a backup, a restore. It is noticed at the start and
//! once a minute, and each is a line of the trail; a command that runs beside a hub writes nothing itself.

use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::trail::{SecurityEvent, SecurityKind, SecurityOutcome};
use crate::store::backup::LAST_BACKUP;
use crate::store::{Care, Chore, EPOCH, Reading, directory};
use serde_json::{Value, json};

/// In `meta`: what was noticed last of each.
const KEYS: &str = "noticed_keys";
const BACKUP: &str = "noticed_backup";
const RESTORE: &str = "noticed_epoch";

/// Something as it stands, and as it was noticed last.
struct Seen {
    kind: SecurityKind,
    note: &'static str,
    now: Option<String>,
    before: Option<String>,
    data: Value,
}

/// Writes a line for whatever is other than it was.
pub async fn operators(hub: &Hub) -> Result<(), Undone> {
    let keys = hub.doorkeeper.keys().names().join(" ");
    for seen in hub.ledger.read(move |reading| seen(reading, keys)).await? {
        let Some(now) = seen.now.filter(|now| seen.before.as_ref() != Some(now)) else { continue };
        // The keys that a ledger begins with are no change.
        if seen.before.is_some() || seen.kind != SecurityKind::KeysChanged {
            let line = SecurityEvent::of(seen.kind, SecurityOutcome::Done, seen.data);
            hub.commit(Change { trail: vec![line], ..Change::default() }, hub.now()).await?;
        }
        hub.ledger.keep(Chore::Care(Care::Note { key: seen.note, value: now })).await?;
    }
    Ok(())
}

fn seen(reading: &mut Reading<'_>, keys: String) -> Result<[Seen; 3], crate::store::Fault> {
    let (backup, epoch) = (directory::meta(reading, LAST_BACKUP)?, directory::meta(reading, EPOCH)?);
    let at = backup.as_ref().and_then(|micros| micros.parse().ok()).map(|micros| At(micros).rfc3339());
    let names: Vec<&str> = keys.split(' ').collect();
    let of_keys = json!({ "keys": names });
    let mut one = |kind, note, now, data| Ok(Seen { kind, note, now, before: directory::meta(reading, note)?, data });
    Ok([
        one(SecurityKind::KeysChanged, KEYS, Some(keys.clone()), of_keys)?,
        one(SecurityKind::LedgerRestored, RESTORE, epoch, json!({ "at": at }))?,
        one(SecurityKind::BackupMade, BACKUP, backup, json!({ "at": at }))?,
    ])
}
