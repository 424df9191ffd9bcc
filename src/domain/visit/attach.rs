//! Proof of what was seen on site: photos and documents of a visit, and of a finding before and after it was put right. They move
//! nothing and raise no version; whoever is shown the department's results sees them. Once a part is closed, or a finding struck off,
//! none is added but to one that is looked at again.

use super::{Visit, VisitTree};
use crate::domain::attachment::{Received, Shows, room_for};
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::{self, FindingDeed};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::finding::Finding;
use crate::domain::obligation::Subject;
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{FindingStatus, VisitStatus};
use crate::ids::FindingId;

/// 403: nobody but those of a department that acts brings proof of the visit.
pub fn visit_role(actor: &Actor, visit: &Visit) -> Result<(), Refusal> {
    if deeds::own_part(actor, visit).is_some() { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// Whether the actor's own part still takes proof.
pub fn takes_of_visit(actor: &Actor, visit: &Visit) -> bool {
    let open = deeds::own_part(actor, visit).and_then(|own| visit.part(&own)).is_some_and(|part| !part.is_over());
    open && match visit.status {
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Aborted => true,
        VisitStatus::Planning | VisitStatus::AwaitingApproval | VisitStatus::Approved => false,
        VisitStatus::Announced | VisitStatus::ReadyUnannounced => false,
        VisitStatus::Filed | VisitStatus::Cancelled => false,
    }
}

/// 403: whoever may say that it is fixed may show it, and whoever speaks for the department.
pub fn finding_role(actor: &Actor, finding: &Finding) -> Result<(), Refusal> {
    if policy::speaks_for(actor, &finding.origin.department) {
        return Ok(());
    }
    deeds::finding_role(FindingDeed::ReportFixed, actor, finding)
}

/// What a photo shows where nobody says so: what was found, or what became of it.
pub fn shown_by_now(finding: &Finding) -> Shows {
    if finding.status == FindingStatus::Found { Shows::Before } else { Shows::After }
}

/// What is brought: the files, how many the tree has already, and what they show.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    pub files: &'a [Received],
    pub there: usize,
    pub shows: Option<Shows>,
}

/// Attaches files to a visit.
///
/// # Errors
/// Not in this state; or the visit has as many as it may.
pub fn attach(brought: Brought<'_>, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let (visit, actor) = (&tree.visit, by.actor.ok_or(Refusal::RoleMayNot)?);
    if !takes_of_visit(actor, visit) {
        let allowed = deeds::allowed_on_visit(actor, visit, by.now);
        return Err(Refusal::NotNow { status: visit.status.as_str(), allowed });
    }
    room_for(brought.files.len(), brought.there, (visit.status.as_str(), &visit.code))?;
    let own = deeds::own_part(actor, visit);
    let mut draft = Draft::on(by, tree);
    let whole = draft.whole();
    for file in brought.files {
        draft.attach(file, &whole, EventKind::VisitAttached, None);
    }
    let Change { attachments, events, .. } = &mut draft.change;
    let acted_in = events.iter_mut().filter_map(|event| event.doer.as_mut()).map(|doer| &mut doer.department);
    // Whoever goes for another unit than the own brings that one's proof.
    for department in attachments.iter_mut().map(|one| &mut one.department).chain(acted_in) {
        own.iter().for_each(|own| department.clone_from(own));
    }
    Ok(draft.finish())
}

/// Attaches files to a finding.
///
/// # Errors
/// It is struck off; or its visit has as many as it may.
pub fn attach_to_finding(
    brought: Brought<'_>,
    id: &FindingId,
    tree: VisitTree,
    by: Deciding<'_>,
) -> Result<Change, Refusal> {
    let (finding, actor) = (tree.finding(id).ok_or(Refusal::NotFound)?, by.actor.ok_or(Refusal::RoleMayNot)?);
    let status = finding.status.as_str();
    if !takes_proof(finding) {
        return Err(Refusal::NotNow { status, allowed: deeds::allowed_on_finding(actor, finding) });
    }
    room_for(brought.files.len(), brought.there, (status, &finding.code))?;
    let shows = brought.shows.unwrap_or_else(|| shown_by_now(finding));
    let mut draft = Draft::on(by, tree);
    for file in brought.files {
        draft.attach(file, &Subject::Finding(id.clone()), EventKind::FindingAttached, Some(shows));
    }
    Ok(draft.finish())
}

/// Whether this actor may add to it now: what its page asks.
pub fn takes_of_finding(actor: &Actor, finding: &Finding) -> bool {
    takes_proof(finding) && finding_role(actor, finding).is_ok()
}

fn takes_proof(finding: &Finding) -> bool {
    finding.is_open() || finding.is_looked_at_again()
}
