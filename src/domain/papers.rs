//! The official sheets of a visit and of what it found: which stands when, whose part it shows, what shares one paper. It only
//! says so; how a sheet looks is elsewhere, and nothing of a visit that is kept secret is on paper for its firm (SECURITY T19).

use super::at::At;
use super::decision::Refusal;
use super::deeds;
use super::finding::{Finding, Ordered, Recheck};
use super::policy::{self, Actor};
use super::terms::{Notice, VisitStatus, words};
use super::visit::{Visit, VisitTree};
use crate::ids::TextId;
use std::collections::HashMap;

words!(
    /// What is printed of a visit.
    VisitPaper { Notice = "notice", Dispatch = "dispatch", Record = "record", }
);
words!(
    /// What is printed of a finding.
    FindingPaper { Order = "order", Opinion = "opinion", }
);

/// Whether there is such a sheet of the visit now.
pub fn of_visit(paper: VisitPaper, visit: &Visit) -> bool {
    match paper {
        VisitPaper::Notice => !visit.is_secret() && visit.status != VisitStatus::Cancelled,
        VisitPaper::Dispatch => visit.status != VisitStatus::Cancelled,
        VisitPaper::Record => visit.entry.is_some(),
    }
}

/// Whether this reader has the sheet: the record holds what every department found, so from whom some of that is withheld has none.
pub fn is_for(paper: VisitPaper, withheld: &[String]) -> bool {
    match paper {
        VisitPaper::Record => withheld.is_empty(),
        VisitPaper::Notice | VisitPaper::Dispatch => true,
    }
}

/// Refuses a sheet of the visit that this reader does not have.
pub fn visit_reader(paper: VisitPaper, withheld: &[String]) -> Result<(), Refusal> {
    if is_for(paper, withheld) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// Refuses a sheet of the visit that is not there now.
pub fn visit_state(paper: VisitPaper, actor: &Actor, visit: &Visit, now: At) -> Result<(), Refusal> {
    if of_visit(paper, visit) { Ok(()) } else { Err(not_now(actor, visit, now)) }
}

fn not_now(actor: &Actor, visit: &Visit, now: At) -> Refusal {
    Refusal::NotNow { status: visit.status.as_str(), allowed: deeds::allowed_on_visit(actor, visit, now) }
}

/// Whether there is such a sheet of the finding now.
pub fn of_finding(paper: FindingPaper, finding: &Finding) -> bool {
    match paper {
        FindingPaper::Order => !finding.orders.is_empty(),
        FindingPaper::Opinion => !finding.rechecks.is_empty(),
    }
}

/// Refuses a sheet of the finding that is not there now.
pub fn finding_state(paper: FindingPaper, actor: &Actor, finding: &Finding) -> Result<(), Refusal> {
    match of_finding(paper, finding) {
        true => Ok(()),
        false => {
            Err(Refusal::NotNow { status: finding.status.as_str(), allowed: deeds::allowed_on_finding(actor, finding) })
        }
    }
}

/// The departments whose notice this reader hands over: the own one, for everybody else each that acts.
pub fn notices<'v>(actor: &Actor, visit: &'v Visit) -> Vec<&'v str> {
    let acting = visit.parts.iter().filter(|part| part.acts()).map(|part| part.department.as_str());
    let goes_for = visit.member(&actor.person).map(|member| member.department.as_str());
    let own = acting.clone().find(|department| goes_for == Some(department) || policy::acts_for(actor, department));
    own.map_or_else(|| acting.collect(), |own| vec![own])
}

/// Whether this reader's calendar takes the visit, and whether it is told that it is off.
///
/// # Errors
/// One that the firm is not told of is for those who go; before everybody has approved it there is none.
pub fn invitation(actor: &Actor, visit: &Visit, now: At) -> Result<bool, Refusal> {
    if visit.notice == Notice::Unannounced && visit.member(&actor.person).is_none() {
        return Err(Refusal::RoleMayNot);
    }
    match visit.status {
        VisitStatus::Planning | VisitStatus::AwaitingApproval => Err(not_now(actor, visit, now)),
        VisitStatus::Approved | VisitStatus::Announced | VisitStatus::ReadyUnannounced => Ok(false),
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Filed => Ok(false),
        VisitStatus::Aborted => Ok(false),
        VisitStatus::Cancelled => Ok(true),
    }
}

/// Whether two orders are one paper: of one day, under one number, to one addressee.
fn is_one_paper(one: &Ordered, other: &Ordered, texts: &HashMap<TextId, String>) -> bool {
    let number = |order: &Ordered| order.order_no.as_ref().and_then(|id| texts.get(id)).cloned();
    let of = |order: &Ordered| (order.at.civil().date(), number(order), order.addressee.clone());
    of(one) == of(other)
}

fn of_its_department<'t>(tree: &'t VisitTree, finding: &Finding) -> impl Iterator<Item = &'t Finding> {
    let department = finding.origin.department.clone();
    tree.findings.iter().filter(move |other| other.origin.department == department)
}

/// The findings whose last order stands on the same paper as this one's.
pub fn ordered_together<'t>(
    tree: &'t VisitTree,
    finding: &Finding,
    texts: &HashMap<TextId, String>,
) -> Vec<(&'t Finding, &'t Ordered)> {
    let Some(own) = finding.orders.last() else { return Vec::new() };
    let last = of_its_department(tree, finding).filter_map(|other| Some((other, other.orders.last()?)));
    last.filter(|(_, order)| is_one_paper(order, own, texts)).collect()
}

/// The findings that were last looked at again on the same day and by the same order as this one.
pub fn rechecked_together<'t>(
    tree: &'t VisitTree,
    finding: &Finding,
    texts: &HashMap<TextId, String>,
) -> Vec<(&'t Finding, &'t Recheck)> {
    let Some((own, by)) = finding.rechecks.last().zip(order_of_last_recheck(finding)) else { return Vec::new() };
    let same = |(other, recheck): &(&Finding, &Recheck)| {
        recheck.at.civil().date() == own.at.civil().date()
            && order_of_last_recheck(other).is_some_and(|order| is_one_paper(order, by, texts))
    };
    let last = of_its_department(tree, finding).filter_map(|other| Some((other, other.rechecks.last()?)));
    last.filter(same).collect()
}

/// The order that the last recheck looked into: a failed one is followed by another.
pub fn order_of_last_recheck(finding: &Finding) -> Option<&Ordered> {
    let at = finding.rechecks.last()?.at;
    finding.orders.iter().rfind(|order| order.at <= at)
}
