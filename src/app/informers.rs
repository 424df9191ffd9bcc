//! Opens who an informer is: for whoever may, with a reason, never without a record. A GET never leads here, and what
//! was opened is answered once and kept nowhere.

use super::asked::{Asked, Key};
use super::people::Whence;
use super::{ATTEMPTS_MAX, Hub, Undone, sessions, trail};
use crate::domain::decision::{Refusal, Text};
use crate::domain::policy::{self, Scope};
use crate::domain::terms::TextClass;
use crate::domain::trail::SecurityKind;
use crate::domain::whistle::Tree;
use crate::domain::whistle::informer::{self, Contact};
use crate::ids::TextId;
use crate::store::older::{self, OpenPage};
use crate::store::{Care, Chore, CommitRefusal, Fault, Kept, Outcome, Reading, directory, whistles};
use futures_util::future::try_join_all;
use serde_json::json;

/// In `meta`: nothing of that kind lies in the open any longer.
const ALL_SEALED: &str = "contacts_sealed";
/// Rows that are looked at in one read.
const PAGE: i64 = 500;

/// What an opening answers. `Debug` is missing on purpose.
pub struct Unsealed {
    pub contact: Contact,
    pub replayed: bool,
}

/// Opens the identity behind a whistle.
pub async fn unseal(hub: &Hub, asked: Asked<'_>, whence: Whence<'_>, code: &str) -> Result<Unsealed, Undone> {
    let mut key: Option<Key> = None;
    for attempt in 0..ATTEMPTS_MAX {
        let (tree, sealed) = load(hub, &asked.scope, code).await?;
        if !policy::may_unseal(asked.actor, &tree.whistle.blower) {
            return Err(Refusal::RoleMayNot.into());
        }
        if attempt == 0 {
            // Before a repeat is answered: it tells the same.
            sessions::must_be_proven(hub, whence.present)?;
            let before;
            (key, before) = asked.heard(hub).await?;
            if before.is_some() {
                return opened(hub, asked.actor, &tree, sealed, true);
            }
        }
        let reason = informer::parse_unseal(asked.node()?).map_err(Refusal::Faults)?;
        let unsealed = opened(hub, asked.actor, &tree, sealed, false)?;
        let (now, version, rules) = (hub.now(), tree.whistle.version, hub.rules());
        let mut mint = hub.mint(now);
        let mut change = informer::unseal(&reason, tree, hub.deciding(Some(asked.actor), &rules, now, &mut mint));
        change.receipt = key.as_ref().map(|key| key.receipt(now, code, version));
        change.trail.push(trail::by(SecurityKind::WhistleUnsealed, whence, json!({ "whistle": code })));
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(_)) => return Ok(unsealed),
            Ok(Outcome::Replayed(_)) => return Ok(Unsealed { replayed: true, ..unsealed }),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

async fn load(hub: &Hub, scope: &Scope, code: &str) -> Result<(Tree, Option<String>), Undone> {
    let (scope, code) = (scope.clone(), code.to_owned());
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = whistles::tree(reading, &scope, &code)? else { return Ok(None) };
        let contact = tree.whistle.texts.contact.clone();
        let sealed = contact.map(|id| whistles::sealed(reading, &id)).transpose()?.flatten();
        Ok(Some((tree, sealed)))
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// What was sealed, before anybody is told; a whistle that nobody is behind (any longer) has nothing to open.
fn opened(
    hub: &Hub,
    actor: &policy::Actor,
    tree: &Tree,
    sealed: Option<String>,
    replayed: bool,
) -> Result<Unsealed, Undone> {
    let whistle = &tree.whistle;
    let (Some(id), Some(sealed)) = (&whistle.texts.contact, sealed) else {
        let allowed = crate::domain::deeds::allowed_on_whistle(actor, whistle, hub.now());
        return Err(Refusal::NotNow { status: whistle.status.as_str(), allowed }.into());
    };
    let plain = hub.unseal(&bound_to(id), &sealed);
    let contact = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
    let contact = contact.ok_or_else(|| Fault::never("a sealed text does not open with the key that is here"))?;
    Ok(Unsealed { contact, replayed })
}

/// Seals what is of that class, on its way to the ledger.
pub(super) fn seal(hub: &Hub, texts: &mut [Text]) -> Result<(), Fault> {
    for text in texts.iter_mut().filter(|text| text.class == TextClass::Sealed) {
        text.body = hub.seal(&bound_to(&text.id), text.body.as_bytes())?;
    }
    Ok(())
}

/// So that nobody who can write to the ledger shows one informer as another.
pub(super) fn bound_to(id: &TextId) -> String {
    format!("text {id}")
}

/// Seals what releases before the seal wrote in the open; answers how many contacts that were. Once for a ledger; whoever
/// is cut off, or not alone with it, finds the rest.
pub async fn seal_older(hub: &Hub) -> Result<usize, Fault> {
    if hub.ledger.read(|reading| directory::meta(reading, ALL_SEALED)).await?.is_some() {
        return Ok(0);
    }
    let mut count = 0;
    for read in [older::of_whistles, older::left_behind] {
        count += seal_pages(hub, read).await?;
    }
    hub.ledger.keep(Chore::MakeMeta { key: ALL_SEALED.to_owned(), value: "1".to_owned() }).await?;
    Ok(count)
}

async fn seal_pages(
    hub: &Hub,
    read: fn(&mut Reading<'_>, &str, i64) -> Result<OpenPage, Fault>,
) -> Result<usize, Fault> {
    let (mut count, mut after) = (0, String::new());
    loop {
        let from = after.clone();
        let page = hub.ledger.read(move |reading| read(reading, &from, PAGE)).await?;
        let Some(last) = page.last else { return Ok(count) };
        after = last;
        let chores = page.contacts.into_iter().map(|one| {
            let body = hub.seal(&bound_to(&one.id), one.body.as_bytes())?;
            Ok(hub.ledger.keep(Chore::Care(Care::SealText { id: one.id, body, whistle: one.whistle })))
        });
        let kept = try_join_all(chores.collect::<Result<Vec<_>, Fault>>()?).await?;
        count += kept.iter().filter(|kept| **kept != Kept::Done(0)).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t29_what_is_sealed_is_bound_to_its_own_text() {
        let bound = |id: &str| bound_to(&TextId::from_text(id));
        assert_ne!(bound("tx_1"), bound("tx_2"), "one informer could be shown as another");
        assert_eq!(bound("tx_1"), "text tx_1", "what was sealed before no longer opens");
    }
}
