//! Whistles: blow one, do a deed on one, open one, list them. What a reader gets has passed their Scope.
//! Which deed is possible is `domain::deeds`' to say; nothing here knows how it is asked or shown.

use super::asked::Asked;
use super::deeds::Way;
use super::{Hub, Undone, cards};
use crate::domain::at::At;
use crate::domain::attachment::Attachment;
use crate::domain::decision::{KeyFault, Receipt, Refusal};
use crate::domain::deeds::WhistleDeed;
use crate::domain::event::text_ref;
use crate::domain::policy::{self, Scope};
use crate::domain::whistle::blow::{self, BlowOrder};
use crate::domain::whistle::{Tree, Whistle};
use crate::ids::TextId;
use crate::store::attachments;
use crate::store::events::{self, StoredEvent};
use crate::store::whistles::{self, WhistleItem, WhistleQuery};
use crate::store::{Outcome, Reading};
use serde_json::Value;
use std::collections::HashMap;

pub use super::deeds::Done;
pub use crate::domain::whistle::plan::order_spec;

/// A whistle that was blown, now or at the first try with the same key.
#[derive(Debug, Clone, PartialEq)]
pub struct Blown {
    pub code: String,
    pub version: i64,
    /// The list item, as first answered.
    pub card: Value,
    pub replayed: bool,
    /// A protected whistle that seems to tell by itself who spoke.
    pub tells_who_spoke: bool,
}

/// Blows. The key is a must: a phone that lost the answer asks again.
pub async fn blow(hub: &Hub, asked: Asked<'_>) -> Result<Blown, Undone> {
    if !policy::may_blow(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let key = asked.sound_key(hub)?.ok_or(Refusal::Key(KeyFault::Missing))?;
    let now = hub.now();
    let rules = hub.rules();
    let directory = &rules.directory;
    let order = asked.node().and_then(|body| Ok(BlowOrder::parse(body, asked.actor, directory, now)?));
    let order = match order {
        Ok(order) => order,
        Err(refusal) => {
            // The first answer counts, even if the same words would be refused today.
            let receipt = key.remembered(hub).await?.ok_or(refusal)?;
            return replay(hub, &asked.scope, receipt).await;
        }
    };
    let tells_who_spoke = order.tells_who_spoke();
    let mut mint = hub.mint(now);
    let mut change = blow::blow(&order, asked.actor, hub.deciding(Some(asked.actor), &rules, now, &mut mint));
    let mut receipt = key.receipt(now, "", 1);
    receipt.card = change.whistle.as_ref().map(|whistle| {
        let due_at = change.obligations.iter().map(|armed| armed.due_at).min();
        let item = WhistleItem { whistle: whistle.clone(), title: None, due_at, overdue: false };
        let mut card = cards::whistle_item(&item, directory);
        card["title"] = text_ref(&whistle.texts.title);
        card
    });
    change.receipt = Some(receipt);
    match hub.commit(change, now).await? {
        Outcome::Replayed(receipt) => Ok(Blown { tells_who_spoke, ..replay(hub, &asked.scope, receipt).await? }),
        Outcome::Committed(committed) => {
            let change = committed.change;
            let receipt = change.receipt.ok_or(Refusal::NotFound)?;
            let mut card = receipt.card.unwrap_or_default();
            let texts: HashMap<TextId, String> = change.texts.into_iter().map(|text| (text.id, text.body)).collect();
            fill_in(&mut card, &texts);
            Ok(Blown { code: receipt.code, version: receipt.version, card, replayed: false, tells_who_spoke })
        }
    }
}

/// The first answer again, if the caller may see the whistle now.
async fn replay(hub: &Hub, scope: &Scope, receipt: Receipt) -> Result<Blown, Undone> {
    open(hub, scope, &receipt.code).await?;
    let mut card = receipt.card.unwrap_or_default();
    let ids = refs(&card);
    let texts = hub.ledger.read(move |reading| whistles::texts(reading, &ids)).await?;
    fill_in(&mut card, &texts);
    Ok(Blown { code: receipt.code, version: receipt.version, card, replayed: true, tells_who_spoke: false })
}

/// Does a deed on a whistle.
pub async fn deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: WhistleDeed) -> Result<Done, Undone> {
    Way { hub, asked, code, deed }.go().await
}

/// A whistle as its reader may see it, with the texts that it points at.
#[derive(Debug, Clone)]
pub struct OpenWhistle {
    pub tree: Tree,
    /// Title, what, place, clause; names of files; tasks, notes, results and lacks of its summonses. Erased ones are missing.
    pub texts: HashMap<TextId, String>,
    /// All of them: which a reader sees, [`cards::attachments`] knows.
    pub attachments: Vec<Attachment>,
    pub now: At,
    /// It is the shift that shows it, not the post: there is nothing to do here.
    pub only_read: bool,
}

/// Opens one whistle.
pub async fn open(hub: &Hub, scope: &Scope, code: &str) -> Result<OpenWhistle, Undone> {
    let (scope, code, now) = (scope.clone(), code.to_owned(), hub.now());
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = whistles::tree(reading, &scope, &code)? else { return Ok(None) };
        let attachments = attachments::of_tree(reading, &(&tree.whistle.id).into())?;
        let names = attachments.iter().map(|one| one.name.clone());
        let texts = whistles::texts(reading, &text_ids(&tree).into_iter().chain(names).collect::<Vec<_>>())?;
        let only_read = scope.is_on_shift() && !whistles::stands(reading, &scope.of_post(), &code)?;
        Ok(Some(OpenWhistle { tree, texts, attachments, now, only_read }))
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// The texts that a reader of the tree is shown; the informer's contact is none of them.
pub(super) fn text_ids(tree: &Tree) -> Vec<TextId> {
    let texts = &tree.whistle.texts;
    let of_whistle = [Some(&texts.title), Some(&texts.what), texts.place.as_ref(), texts.clause.as_ref()];
    let of_summonses = tree.summonses.iter().flat_map(|summons| {
        let law = summons.dispute.as_ref().and_then(|dispute| dispute.law.as_ref());
        let why = summons.extension.as_ref().map(|asked| &asked.reason);
        [summons.task.as_ref(), summons.note.as_ref(), summons.result.as_ref(), summons.lacks.as_ref(), law, why]
    });
    of_whistle.into_iter().chain(of_summonses).flatten().cloned().collect()
}

/// What happened, oldest first, after a position; texts filled in as far as they still stand.
pub async fn timeline(hub: &Hub, scope: &Scope, page: TimelinePage) -> Result<(Whistle, Vec<StoredEvent>), Undone> {
    let scope = scope.clone();
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = whistles::tree(reading, &scope, &page.code)? else { return Ok(None) };
        let (root, span) = ((&tree.whistle.id).into(), (page.after_seq, i64::from(page.limit)));
        let events = events::timeline(reading, &scope, &root, span)?;
        Ok(Some((tree.whistle, with_texts(reading, events)?)))
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// One page of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelinePage {
    pub code: String,
    pub after_seq: i64,
    pub limit: u16,
}

pub(super) fn with_texts(
    reading: &mut Reading<'_>,
    mut events: Vec<StoredEvent>,
) -> Result<Vec<StoredEvent>, crate::store::Fault> {
    let ids: Vec<TextId> = events.iter().flat_map(|event| refs(&event.data)).collect();
    let texts = whistles::texts(reading, &ids)?;
    events.iter_mut().for_each(|event| fill_in(&mut event.data, &texts));
    Ok(events)
}

/// A list under the reader's Scope.
pub async fn list(hub: &Hub, scope: &Scope, query: WhistleQuery) -> Result<Vec<WhistleItem>, Undone> {
    let (scope, now) = (scope.clone(), hub.now());
    Ok(hub.ledger.read(move |reading| whistles::list(reading, &scope, &query, now)).await?)
}

/// The texts that a value points at, at its first level.
fn refs(data: &Value) -> Vec<TextId> {
    let values = data.as_object().into_iter().flat_map(|object| object.values());
    values.filter_map(|value| value.get("$text")?.as_str()).map(TextId::from_text).collect()
}

/// Puts the texts in place of what points at them; an erased one becomes null.
pub(super) fn fill_in(data: &mut Value, texts: &HashMap<TextId, String>) {
    let Some(object) = data.as_object_mut() else { return };
    for value in object.values_mut() {
        if let Some(id) = value.get("$text").and_then(Value::as_str) {
            *value = texts.get(&TextId::from_text(id)).cloned().map_or(Value::Null, Value::String);
        }
    }
}
