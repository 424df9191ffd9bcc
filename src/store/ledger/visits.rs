//! The rows of a visit: the visit itself, who sees it, its parts, its whistles, what it takes, its findings. All but the
//! findings are laid anew whenever the visit is written, for they follow from it. Nothing is decided here.

use super::super::sql::{Call, Value};
use super::Fault;
use super::rows::Listed;
use super::values::json;
use crate::domain::decision::VisitChange;
use crate::domain::finding::Finding;
use crate::domain::policy::{self, VisitViewer};
use crate::domain::visit::Visit;

static VISITS: Listed = Listed::new(
    "INSERT INTO visits (id, code, status, enterprise, town, date, period, starts_at, version, tree_version, body)
     VALUES ",
    11,
    " ON CONFLICT (id) DO UPDATE SET status = excluded.status, enterprise = excluded.enterprise, town = excluded.town,
      date = excluded.date, period = excluded.period, starts_at = excluded.starts_at, version = excluded.version,
      tree_version = excluded.tree_version, body = excluded.body",
);
static FINDINGS: Listed = Listed::new(
    "INSERT INTO findings (id, code, visit, department, enterprise, hazard, whistle, status, found_at, version, link, body)
     VALUES ",
    12,
    " ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version, link = excluded.link,
      body = excluded.body",
);
static NO_SIGHTS: Listed = Listed::new("DELETE FROM visit_sights WHERE visit IN (VALUES ", 1, ")");
static NO_PARTS: Listed = Listed::new("DELETE FROM visit_parts WHERE visit IN (VALUES ", 1, ")");
static NO_WHISTLES: Listed = Listed::new("DELETE FROM visit_whistles WHERE visit IN (VALUES ", 1, ")");
static NO_CLAIMS: Listed = Listed::new("DELETE FROM claims WHERE visit IN (VALUES ", 1, ")");
static SIGHTS: Listed = Listed::new("INSERT INTO visit_sights (visit, viewer, only_of, goes_for) VALUES ", 4, "");
static PARTS: Listed = Listed::new("INSERT INTO visit_parts (visit, department) VALUES ", 2, "");
static WHISTLES: Listed = Listed::new("INSERT INTO visit_whistles (visit, whistle) VALUES ", 2, "");
// Somebody may have been faster: the index refuses, and the decision is made anew.
static CLAIMS: Listed = Listed::new("INSERT INTO claims (thing, slot, visit) VALUES ", 3, "");

/// Every statement that writes visits.
#[cfg(test)]
pub(super) static LISTS: [&Listed; 10] =
    [&VISITS, &FINDINGS, &NO_SIGHTS, &NO_PARTS, &NO_WHISTLES, &NO_CLAIMS, &SIGHTS, &PARTS, &WHISTLES, &CLAIMS];

/// Adds what writes these visits, each at its last state in the batch, and these findings.
pub(super) fn add<'a>(
    calls: &mut Vec<Call<'a>>,
    visits: &[&'a Visit],
    findings: impl Iterator<Item = &'a Finding>,
) -> Result<(), Fault> {
    let rows = visits.iter().map(|visit| visit_row(visit)).collect::<Result<Vec<_>, _>>()?;
    VISITS.add(calls, rows.concat());
    let ids = || visits.iter().map(|visit| Value::from(&visit.id)).collect();
    for gone in [&NO_SIGHTS, &NO_PARTS, &NO_WHISTLES, &NO_CLAIMS] {
        gone.add(calls, ids());
    }
    for visit in visits {
        let id = || Value::from(&visit.id);
        let sight = |one: VisitViewer| {
            let [only, goes_for] = [one.only, one.goes_for].map(Option::unwrap_or_default);
            [id(), one.key.into(), only.into(), goes_for.into()]
        };
        SIGHTS.add(calls, policy::viewers_of(visit).into_iter().flat_map(sight).collect());
        PARTS.add(calls, visit.parts.iter().flat_map(|part| [id(), (&part.department).into()]).collect());
        WHISTLES.add(calls, visit.whistles().into_iter().flat_map(|of| [id(), (&of.id).into()]).collect());
        let slot = visit.slot.key();
        CLAIMS.add(
            calls,
            visit.takes().into_iter().flat_map(|thing| [thing.into(), slot.clone().into(), id()]).collect(),
        );
    }
    let rows = findings.map(finding_row).collect::<Result<Vec<_>, _>>()?;
    FINDINGS.add(calls, rows.concat());
    Ok(())
}

/// What a Change wants for itself, as claims name it: thing and slot.
pub(super) fn wanted(change: &VisitChange) -> impl Iterator<Item = (String, String)> {
    let slot = change.visit.slot.key();
    change.visit.takes().into_iter().map(move |thing| (thing, slot.clone()))
}

fn visit_row(visit: &Visit) -> Result<[Value<'_>; 11], Fault> {
    Ok([
        (&visit.id).into(),
        (&visit.code).into(),
        visit.status.as_str().into(),
        visit.enterprise.as_ref().into(),
        visit.town.as_ref().into(),
        (&visit.slot.date).into(),
        visit.slot.period.as_str().into(),
        visit.slot.starts_at().into(),
        visit.version.into(),
        visit.tree_version.into(),
        json(visit)?.into(),
    ])
}

fn finding_row(finding: &Finding) -> Result<[Value<'_>; 12], Fault> {
    let origin = &finding.origin;
    Ok([
        (&finding.id).into(),
        (&finding.code).into(),
        (&origin.visit).into(),
        (&origin.department).into(),
        origin.enterprise.as_ref().into(),
        origin.hazard.as_ref().into(),
        origin.whistle.as_ref().map(|of| &of.id).into(),
        finding.status.as_str().into(),
        finding.found_at.into(),
        finding.version.into(),
        finding.link.as_ref().map(|link| &link.hash).into(),
        json(finding)?.into(),
    ])
}
