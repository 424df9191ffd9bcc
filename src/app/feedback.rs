//! Complaints and advice: left by anybody who is signed in, with or without a name, read and answered by the director.
//! What was left once is there once, however often it is sent; without a name nothing of the person is kept.

use super::asked::Asked;
use super::{Hub, Undone};
use crate::domain::decision::Refusal;
use crate::domain::feedback::{self, Feedback};
use crate::domain::policy::Actor;
use crate::domain::terms::Role;
use crate::ids::hex;
use crate::store::{self, Chore, Fault, Kept, Note};

/// Most that a page shows.
const SHOWN: i64 = 200;

/// Leaves what was written.
pub async fn leave(hub: &Hub, asked: Asked<'_>) -> Result<(), Undone> {
    let (text, anonymous) = feedback::parse(asked.node()?).map_err(Refusal::Faults)?;
    // The same form sent twice leaves one; without a key every sending is its own.
    let key = asked.key.map_or_else(|| hex(&hub.chance.secret()[..16]), str::to_owned);
    let of = format!("{} {key}", asked.actor.person.as_str());
    let id = format!("fb_{}", hex(&hub.mac("feedback", of.as_bytes())[..16]));
    let body = hub.seal(&bound_to(&id), text.as_bytes())?;
    let person = (!anonymous).then(|| asked.actor.person.clone());
    hub.ledger.keep(Chore::Note(Note::LeaveFeedback { id, person, body, at: hub.now() })).await?;
    Ok(())
}

/// Answers one; the director does, and may do so again.
pub async fn answer(hub: &Hub, asked: Asked<'_>, id: &str) -> Result<(), Undone> {
    if !may_read(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let answer = feedback::parse_answer(asked.node()?).map_err(Refusal::Faults)?;
    let answer = hub.seal(&bound_to(id), answer.as_bytes())?;
    match hub.ledger.keep(Chore::Note(Note::AnswerFeedback { id: id.to_owned(), answer, at: hub.now() })).await? {
        Kept::Done(0) => Err(Refusal::NotFound.into()),
        Kept::Done(_) | Kept::Letters(_) | Kept::Lease(_) => Ok(()),
    }
}

/// Whether somebody reads what all have left.
pub fn may_read(actor: &Actor) -> bool {
    actor.role == Role::OfficeDirector
}

/// What all have left, for who may read it; else what the reader left with their name. And how many there are in all,
/// and how many of them are answered.
pub async fn read(hub: &Hub, actor: &Actor) -> Result<(Vec<Feedback>, (i64, i64)), Undone> {
    let (all, person) = (may_read(actor), actor.person.clone());
    let found = hub.ledger.read(move |reading| {
        let found = match all {
            true => store::feedback::all(reading, SHOWN)?,
            false => store::feedback::of_person(reading, &person, SHOWN)?,
        };
        Ok::<_, Fault>((found, if all { store::feedback::count(reading)? } else { (0, 0) }))
    });
    let (mut found, counted) = found.await?;
    for one in &mut found {
        let open = |sealed: &str| opened(hub, &one.id, sealed);
        let (text, answer) = (open(&one.text), one.answer.as_deref().map(open));
        one.text = text.ok_or_else(|| Fault::never("a sealed text does not open with the key that is here"))?;
        one.answer = answer.flatten();
    }
    Ok((found, counted))
}

/// What was sealed for this one.
pub(super) fn opened(hub: &Hub, id: &str, sealed: &str) -> Option<String> {
    hub.unseal(&bound_to(id), sealed).and_then(|plain| String::from_utf8(plain).ok())
}

fn bound_to(id: &str) -> String {
    format!("feedback/{id}")
}
