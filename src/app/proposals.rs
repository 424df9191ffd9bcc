//! Lists that one person alone cannot change, calendar and rota (SECURITY T33): the first person's word keeps the file,
//! another human's brings it in. It judges no file itself and reaches no day that is over.

use super::asked::Asked;
use super::imports::{self, By, Preview, Sent};
use super::people::Whence;
use super::{Hub, Undone, sessions};
use crate::domain::decision::{Change, Refusal};
use crate::domain::event::{Doer, Event, EventKind, of_directory};
use crate::domain::imports::List;
use crate::domain::order::{Field, Kind, Spec, read};
use crate::domain::policy::{self, Actor};
use crate::ids::PersonId;
use crate::store::imports::{ImportFile, proposed};
use crate::store::{Chore, FileChore};
use serde_json::json;

/// How long a proposal waits.
pub const KEPT_MINUTES: i64 = 7 * 24 * 60;

/// The body of `POST /imports/{list}/confirm` and `…/refuse`: which file is meant, by its SHA-256 in hex.
pub static WORD: Spec = Spec { name: "ProposalOrder", fields: &[Field::required("sha256", Kind::Text { max: 64 })] };

/// The first word: the file is kept, in place of one that was proposed before.
pub(super) async fn propose(hub: &Hub, whence: Whence<'_>, sent: Sent<'_>) -> Result<Preview, Undone> {
    let actor = &whence.present.actor;
    let mut seen = imports::preview(imports::bench(hub, &hub.rules()), sent).await?;
    if seen.difference.as_ref().is_none_or(|difference| difference.is_nothing()) {
        return Ok(seen);
    }
    let chore = FileChore::Propose { person: actor.person.clone(), file: Box::new(sent.kept(hub.now())) };
    hub.ledger.keep(Chore::File(chore)).await?;
    record(hub, actor, EventKind::DirectoryProposed, &seen).await?;
    seen.waits = true;
    Ok(seen)
}

/// What waits to become a list.
#[derive(Debug)]
pub struct Proposal {
    pub by: PersonId,
    pub seen: Preview,
    file: ImportFile,
}

/// The proposal for this list, if one waits and is not too old.
pub async fn waiting(hub: &Hub, list: List) -> Result<Option<Proposal>, Undone> {
    let found = hub.ledger.read(move |reading| proposed(reading, list)).await?;
    let Some((file, by)) = found.filter(|(file, _)| hub.now() < file.at.plus_minutes(KEPT_MINUTES)) else {
        return Ok(None);
    };
    let seen = imports::preview(imports::bench(hub, &hub.rules()), Sent::of(&file)).await?;
    Ok(Some(Proposal { by, seen, file }))
}

/// Whether this actor may say the second word: not the first person's, under whatever sign-in.
pub fn may_confirm(hub: &Hub, actor: &Actor, proposer: &PersonId) -> bool {
    let rules = hub.rules();
    let pair = rules.directory.person(&actor.person).zip(rules.directory.person(proposer));
    policy::confirms_lists(actor) && pair.is_some_and(|(one, other)| !one.is_same_human(other))
}

/// The second word: it is brought in. Nothing is written if it has a fault by now.
pub async fn confirm(hub: &Hub, whence: Whence<'_>, list: List, sha256: &str) -> Result<Preview, Undone> {
    let actor = &whence.present.actor;
    let proposal = meant(hub, actor, list, sha256).await?;
    if !may_confirm(hub, actor, &proposal.by) {
        return Err(Refusal::RoleMayNot.into());
    }
    sessions::must_be_proven(hub, whence.present)?;
    let by = By { whence: Some(whence), proposer: Some(&proposal.by), hears: None };
    let written = imports::bring_in(hub, Sent::of(&proposal.file), by).await?;
    hub.ledger.keep(Chore::File(FileChore::Withdraw { list })).await?;
    Ok(written)
}

/// The second person's no, or the first one's after all.
pub async fn refuse(hub: &Hub, actor: &Actor, list: List, sha256: &str) -> Result<Preview, Undone> {
    let proposal = meant(hub, actor, list, sha256).await?;
    hub.ledger.keep(Chore::File(FileChore::Withdraw { list })).await?;
    record(hub, actor, EventKind::DirectoryRefused, &proposal.seen).await?;
    Ok(proposal.seen)
}

async fn meant(hub: &Hub, actor: &Actor, list: List, sha256: &str) -> Result<Proposal, Undone> {
    may_speak(actor)?;
    let proposal = waiting(hub, list).await?.filter(|proposal| proposal.seen.sha256 == sha256);
    Ok(proposal.ok_or(Refusal::NotFound)?)
}

/// Which file an order means.
pub fn word(asked: &Asked<'_>) -> Result<String, Undone> {
    may_speak(asked.actor)?;
    let (reader, faults) = read(&WORD, asked.node()?);
    Ok(faults.judge(reader.text("sha256")).map_err(Refusal::Faults)?)
}

fn may_speak(actor: &Actor) -> Result<(), Undone> {
    if policy::confirms_lists(actor) { Ok(()) } else { Err(Refusal::RoleMayNot.into()) }
}

async fn record(hub: &Hub, actor: &Actor, kind: EventKind, seen: &Preview) -> Result<(), Undone> {
    let event = Event {
        kind,
        tree: of_directory(),
        about: None,
        doer: Some(Doer::from(actor)),
        office_only: false,
        data: json!({ "list": seen.judged.list.as_str(), "sha256": seen.sha256 }),
    };
    hub.commit(Change { events: vec![event], ..Change::default() }, hub.now()).await?;
    Ok(())
}
