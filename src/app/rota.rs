//! One shift of the duty rota is set: through the same list, the same checks and the same events as a file of it. One word
//! is enough, for at night there is no second; whoever sets it proves to be there, and a second person hears of it. What the
//! shift may say is the domain's.

use super::asked::Asked;
use super::imports::{self, By, Sent};
use super::people::Whence;
use super::{ATTEMPTS_MAX, Hub, Undone, sessions};
use crate::domain::decision::Refusal;
use crate::domain::directory::Shift;
use crate::domain::imports::difference::LeftOut;
use crate::domain::imports::{List, written_shifts};
use crate::domain::rota;

/// Sets the shift that the order names; the next decision is made by what then stands.
pub async fn set(hub: &Hub, asked: Asked<'_>, whence: Whence<'_>) -> Result<Shift, Undone> {
    imports::may_import(asked.actor, List::Duty)?;
    sessions::must_be_proven(hub, whence.present)?;
    let body = asked.node()?;
    for _ in 0..ATTEMPTS_MAX {
        hub.refresh().await?;
        let (version, rules, now) = (hub.version(), hub.rules(), hub.now());
        let shift = rota::parse(body, &rules.directory, now).map_err(Refusal::Faults)?;
        let file = written_shifts(&rota::rows_with(&rules.directory, shift.clone(), now.civil().date()));
        let sent = Sent { list: List::Duty, file: &file, told: None, left_out: LeftOut::Stays };
        let bench = imports::bench(hub, &rules);
        let preview = imports::preview(bench, sent).await?;
        let stands = preview.version == version && preview.difference.is_some();
        let hears = rota::hears(asked.actor, &rules.directory);
        let by = By { whence: Some(whence), proposer: None, hears: Some(&hears) };
        if stands && imports::write(bench, &preview, by).await? {
            hub.ring();
            hub.refresh().await?;
            return Ok(shift);
        }
    }
    Err(Refusal::Contended.into())
}
