//! What is said about a limit that has passed: by whoever owes the move, and by the office. It moves no state and no clock,
//! so it names no version and stands beside the deeds of the machines.

use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::obligation::{Obligation, ObligationStatus, Post};
use crate::domain::policy::{self, Actor};
use crate::domain::reminders;
use crate::domain::terms::words;

words!(
    /// What can be said about a limit.
    ObligationDeed { Acknowledge = "acknowledge", HoldBack = "hold_back", }
);

/// Whether this actor ever may: whoever is reminded of it, and of another's limit the office.
fn may(deed: ObligationDeed, actor: &Actor, owner: &Post) -> bool {
    let unit = &owner.department;
    match deed {
        ObligationDeed::Acknowledge => {
            let mut told = reminders::written_to(owner, true).into_iter();
            told.any(|post| post.role == actor.role && post.department == actor.unit)
        }
        ObligationDeed::HoldBack => {
            policy::is_office(actor) && actor.unit != *unit && !policy::is_own_bureau(actor, unit)
        }
    }
}

/// Whether it stands so that there is something to say: late, somebody is reminded, and it was not said before.
fn can(deed: ObligationDeed, armed: &Obligation, now: At) -> bool {
    let said_before = match armed.status(now) {
        ObligationStatus::Overdue => false,
        ObligationStatus::Acknowledged => deed == ObligationDeed::Acknowledge,
        ObligationStatus::Running | ObligationStatus::HeldBack | ObligationStatus::Ended => true,
    };
    armed.reminds && !said_before
}

/// What this actor may say of a limit now.
pub fn allowed_on_obligation(actor: &Actor, armed: &Obligation, now: At) -> Vec<&'static str> {
    let all = ObligationDeed::ALL.iter().copied();
    all.filter(|deed| may(*deed, actor, &armed.owner) && can(*deed, armed, now)).map(ObligationDeed::as_str).collect()
}

/// 403: this role (or this unit) never may. Where nothing is owed there is nobody who might.
pub fn obligation_role(deed: ObligationDeed, actor: &Actor, armed: Option<&Obligation>) -> Result<(), Refusal> {
    let may = armed.is_none_or(|armed| may(deed, actor, &armed.owner));
    if may { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not as it stands.
pub fn obligation_state(
    deed: ObligationDeed,
    actor: &Actor,
    armed: Option<&Obligation>,
    now: At,
) -> Result<(), Refusal> {
    let Some(armed) = armed else {
        return Err(Refusal::NotNow { status: ObligationStatus::Ended.as_str(), allowed: Vec::new() });
    };
    if can(deed, armed, now) {
        return Ok(());
    }
    let (status, allowed) = (armed.status(now).as_str(), allowed_on_obligation(actor, armed, now));
    Err(Refusal::NotNow { status, allowed })
}
