//! What the official sheets of visits and findings, and a calendar's copy, are filled from: the ledger as its reader sees it, and
//! whether there is such a sheet now. It draws none.

use super::sample_district::mail_address;
use super::visits::{self, OpenVisit};
use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::event::EventKind;
use crate::domain::papers::{self, FindingPaper, VisitPaper};
use crate::domain::policy::{Actor, Scope};
use crate::ids::{FindingId, VisitId};
use crate::store::events;

/// A visit with what its sheets say besides.
#[derive(Debug)]
pub struct Printed {
    pub open: OpenVisit,
    /// When nothing more was looked at.
    pub left_at: Option<At>,
}

/// Opens a visit for one of its sheets.
pub async fn of_visit(
    hub: &Hub,
    (actor, scope): (&Actor, &Scope),
    paper: VisitPaper,
    code: &str,
) -> Result<Printed, Undone> {
    let open = visits::open(hub, scope, code).await?;
    papers::visit_reader(paper, &open.withheld)?;
    papers::visit_state(paper, actor, &open.tree.visit, open.now)?;
    let left_at = if paper == VisitPaper::Record { left_at(hub, &open.tree.visit.id).await? } else { None };
    Ok(Printed { open, left_at })
}

async fn left_at(hub: &Hub, visit: &VisitId) -> Result<Option<At>, Undone> {
    let tree = visit.into();
    let ends = [EventKind::VisitFinished, EventKind::VisitAborted];
    Ok(hub.ledger.read(move |reading| events::last_of(reading, &tree, ends)).await?)
}

/// Opens a finding, within its visit, for one of its sheets.
pub async fn of_finding(
    hub: &Hub,
    (actor, scope): (&Actor, &Scope),
    paper: FindingPaper,
    code: &str,
) -> Result<(OpenVisit, FindingId), Undone> {
    let (open, id) = visits::open_finding(hub, scope, code).await?;
    let finding = open.tree.finding(&id).ok_or(Refusal::NotFound)?;
    papers::finding_state(paper, actor, finding)?;
    Ok((open, id))
}

/// A visit for its reader's calendar.
#[derive(Debug)]
pub struct Invited {
    pub open: OpenVisit,
    /// Where this reader is written to.
    pub address: String,
    /// It is off.
    pub cancelled: bool,
}

/// Opens a visit for this reader's calendar.
pub async fn invitation(hub: &Hub, (actor, scope): (&Actor, &Scope), code: &str) -> Result<Invited, Undone> {
    let open = visits::open(hub, scope, code).await?;
    let cancelled = papers::invitation(actor, &open.tree.visit, open.now)?;
    Ok(Invited { open, address: mail_address(&actor.username), cancelled })
}
