//! The monthly draw of findings that are looked at again: made once, whoever makes it, and kept before anybody is told, so that a
//! second replica or a restart tells the same ones. A month that passed while the hub was away is drawn late.

use super::due::decided_on_visit;
use super::{Hub, Undone};
use crate::domain::finding::spot_check::{self, Drawing};
use crate::domain::policy::Scope;
use crate::store::{Chore, directory, visits};

/// Months before this one that may still have to be drawn.
const MONTHS_BACK: i64 = 3;

/// Draws what is still to be drawn and tells of it; answers how many were told.
pub async fn draw(hub: &Hub) -> Result<usize, Undone> {
    let mut told = 0;
    for back in (1..=MONTHS_BACK).rev() {
        if let Some(drawing) = drawing_of(hub, &hub.now().month_before(back)).await? {
            told += tell(hub, &drawing).await?;
        }
    }
    Ok(told)
}

/// The draw of a month, as it stands or made now: also one of nothing, so that no month is read through twice.
async fn drawing_of(hub: &Hub, month: &str) -> Result<Option<Drawing>, Undone> {
    let key = format!("spot_checks {month}");
    if let Some(standing) = standing(hub, &key).await? {
        return Ok(Some(standing));
    }
    let closed = hub.ledger.read(visits::closed_findings).await?;
    let drawing = spot_check::draw(month, hub.chance.seed(), &closed);
    let value = serde_json::to_string(&drawing).unwrap_or_default();
    // Whoever was first has it: what stands then is told, not what we drew.
    hub.ledger.keep(Chore::MakeMeta { key: key.clone(), value }).await?;
    standing(hub, &key).await
}

async fn standing(hub: &Hub, key: &str) -> Result<Option<Drawing>, Undone> {
    let key = key.to_owned();
    let value = hub.ledger.read(move |reading| directory::meta(reading, &key)).await?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

async fn tell(hub: &Hub, drawing: &Drawing) -> Result<usize, Undone> {
    let mut told = 0;
    for code in &drawing.codes {
        let wanted = code.clone();
        let found = hub.ledger.read(move |reading| {
            let scope = Scope::everything("the office looks at what was drawn of every department");
            visits::tree_of_finding(reading, &scope, &wanted)
        });
        let Some((tree, id)) = found.await? else { continue };
        let done = decided_on_visit(hub, &tree.visit.id, |tree, by| spot_check::tell(drawing, &id, tree, by)).await?;
        told += usize::from(done);
    }
    Ok(told)
}
