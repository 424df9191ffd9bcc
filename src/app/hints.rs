//! What is told before a whistle is blown: open whistles that may be about the same thing, and whom the rules would
//! propose. All of it by the asker's Scope; nothing is written and nothing remembered.

use super::asked::Asked;
use super::{Hub, Undone};
use crate::domain::decision::Refusal;
use crate::domain::policy::{self, Scope};
use crate::domain::routing::Proposal;
use crate::domain::terms::WhistleStatus;
use crate::domain::whistle::Whistle;
use crate::domain::whistle::hints::{Likeness, OPEN, Seen};
use crate::store::whistles::{self, WhistleItem, WhistleQuery};
use crate::store::{Fault, Reading};
use std::collections::BTreeSet;

/// Open whistles that are compared: the newest of the same enterprise, and the newest of all.
const OF_FIRM: u16 = 50;
const OF_ALL: u16 = 200;
/// Similar ones that are told.
const TOLD_MAX: usize = 5;

/// What is told.
#[derive(Debug)]
pub struct Hints {
    /// The strongest reason first, then the newest.
    pub similar: Vec<(WhistleItem, Likeness)>,
    /// The first is the proposed lead.
    pub departments: Vec<Proposal>,
}

/// Hints on what somebody is about to blow.
pub async fn hints(hub: &Hub, asked: Asked<'_>) -> Result<Hints, Undone> {
    if !policy::may_blow(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    asked.sound_key(hub)?;
    let rules = hub.rules();
    let seen = Seen::parse(asked.node()?, &rules.directory).map_err(Refusal::from)?;
    let departments = rules.propose(seen.category, &[], seen.enterprise.as_deref());
    Ok(Hints { departments, similar: similar(hub, &asked.scope, seen, None).await? })
}

/// Other open whistles that may be about the same thing as this one.
pub async fn like(hub: &Hub, scope: &Scope, whistle: &Whistle) -> Result<Vec<(WhistleItem, Likeness)>, Undone> {
    similar(hub, scope, Seen::by(whistle), Some(whistle)).await
}

async fn similar(
    hub: &Hub,
    scope: &Scope,
    seen: Seen,
    but: Option<&Whistle>,
) -> Result<Vec<(WhistleItem, Likeness)>, Undone> {
    let (scope, now, but) = (scope.clone(), hub.now(), but.map(|whistle| whistle.id.clone()));
    let found = hub.ledger.read(move |reading| {
        let mut told = Vec::new();
        for item in candidates(reading, &scope, &seen, now)? {
            let other = &item.whistle;
            if let Some(why) = seen.is_like(other, now).filter(|_| but.as_ref() != Some(&other.id)) {
                told.push((item, why));
            }
        }
        told.sort_by_key(|(item, why)| (*why, std::cmp::Reverse(item.whistle.blown_at)));
        told.truncate(TOLD_MAX);
        Ok::<_, Fault>(told)
    });
    Ok(found.await?)
}

fn candidates(
    reading: &mut Reading<'_>,
    scope: &Scope,
    seen: &Seen,
    now: crate::domain::at::At,
) -> Result<Vec<WhistleItem>, Fault> {
    let open = |limit| WhistleQuery { status: Vec::<WhistleStatus>::from(OPEN), limit, ..WhistleQuery::default() };
    let mut items = whistles::list(reading, scope, &open(OF_ALL), now)?;
    if let Some(firm) = &seen.enterprise {
        let of_firm = WhistleQuery { enterprise: vec![firm.clone()], ..open(OF_FIRM) };
        items.extend(whistles::list(reading, scope, &of_firm, now)?);
    }
    let mut once = BTreeSet::new();
    items.retain(|item| once.insert(item.whistle.id.clone()));
    Ok(items)
}
