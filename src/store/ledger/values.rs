//! The values of one row each, in the order of the columns of the statement that writes it. Nothing here knows that
//! statement, decides or writes.

use super::super::sql::Value;
use super::Fault;
use crate::domain::obligation::Obligation;
use crate::domain::summons::Summons;
use crate::domain::whistle::Whistle;
use serde::Serialize;

/// The text of a document.
pub(super) fn json(document: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(document).map_err(|_| Fault::never("a document cannot be written"))
}

pub(super) fn whistle_row(whistle: &Whistle, due_at: Option<i64>) -> [Value<'_>; 16] {
    [
        (&whistle.id).into(),
        (&whistle.code).into(),
        whistle.status.as_str().into(),
        whistle.category.as_str().into(),
        whistle.severity.as_str().into(),
        whistle.urgency.as_str().into(),
        whistle.town.as_ref().into(),
        whistle.enterprise.as_ref().into(),
        (&whistle.blower.department).into(),
        whistle.blown_at.into(),
        due_at.into(),
        whistle.routed.is_some().into(),
        (&whistle.search).into(),
        whistle.version.into(),
        whistle.tree_version.into(),
        whistle.master.as_ref().map(|master| &master.id).into(),
    ]
}

pub(super) fn summons_row(summons: &Summons) -> Result<[Value<'_>; 8], Fault> {
    Ok([
        (&summons.id).into(),
        (&summons.code).into(),
        (&summons.whistle).into(),
        (&summons.department).into(),
        summons.status.as_str().into(),
        summons.issued_at.into(),
        summons.version.into(),
        json(summons)?.into(),
    ])
}

pub(super) fn obligation_row(obligation: &Obligation) -> Result<[Value<'_>; 17], Fault> {
    Ok([
        (&obligation.id).into(),
        (&obligation.tree).into(),
        obligation.subject.as_str().into(),
        obligation.owner.role.as_str().into(),
        (&obligation.owner.department).into(),
        obligation.duty.as_str().into(),
        obligation.due_at.into(),
        obligation.provisional.into(),
        obligation.reminds.into(),
        json(&obligation.explained)?.into(),
        obligation.length.into(),
        obligation.next_at.into(),
        obligation.reached_at.into(),
        obligation.passed_at.into(),
        obligation.ended_at.into(),
        obligation.acknowledged_at.into(),
        obligation.held_back_at.into(),
    ])
}
