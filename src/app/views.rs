//! Views that a person keeps of a list: a chore of theirs and no fact, so no event tells of it. Names and filters are
//! sealed for their owner; a view shows nothing that its owner may not see.

use super::asked::Asked;
use super::{Hub, Undone};
use crate::domain::decision::Refusal;
use crate::domain::view::{self, View, ViewList};
use crate::ids::{PersonId, hex};
use crate::store::{Chore, Fault, Note, views};

/// A view that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: String,
    pub view: View,
}

/// This person's views, the oldest first.
pub async fn of(hub: &Hub, person: &PersonId) -> Result<Vec<SavedView>, Undone> {
    let of = person.clone();
    let found = hub.ledger.read(move |reading| views::of_person(reading, &of)).await?;
    let kept = found.into_iter().filter_map(|(id, sealed)| Some((opened(hub, person, &id, &sealed)?, id)));
    Ok(kept.map(|(view, id)| SavedView { id, view }).collect())
}

/// A view as it was kept; what another key sealed is gone with the key.
pub(super) fn opened(hub: &Hub, person: &PersonId, id: &str, sealed: &str) -> Option<View> {
    let plain = hub.unseal(&bound_to(person, id), sealed)?;
    let (list, name, query): (String, String, String) = serde_json::from_slice(&plain).ok()?;
    Some(View { list: ViewList::parse(&list)?, name, query })
}

/// Keeps the filter under a name, in place of one of that name.
pub async fn save(hub: &Hub, asked: Asked<'_>) -> Result<View, Undone> {
    let person = asked.actor.person.clone();
    let stand = of(hub, &person).await?;
    let views: Vec<&View> = stand.iter().map(|one| &one.view).collect();
    let view = view::parse(asked.node()?, &views).map_err(Refusal::Faults)?;
    let same = stand.iter().find(|one| one.view.list == view.list && one.view.name == view.name);
    let id = same.map_or_else(|| format!("sv_{}", hex(&hub.chance.secret()[..16])), |one| one.id.clone());
    let plain = serde_json::to_vec(&(view.list.as_str(), &view.name, &view.query));
    let plain = plain.map_err(|_| Fault::never("a view cannot be written"))?;
    let body = hub.seal(&bound_to(&person, &id), &plain)?;
    hub.ledger.keep(Chore::Note(Note::KeepView { id, person, body, at: hub.now() })).await?;
    Ok(view)
}

/// Takes a view away; one that is not this person's stays.
pub async fn remove(hub: &Hub, person: &PersonId, id: &str) -> Result<(), Undone> {
    let (person, id) = (person.clone(), id.to_owned());
    hub.ledger.keep(Chore::Note(Note::DropView { id, person })).await?;
    Ok(())
}

fn bound_to(person: &PersonId, id: &str) -> String {
    format!("view/{}/{id}", person.as_str())
}
