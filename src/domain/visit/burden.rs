//! What visits cost a firm, what one door has saved it, and how much of what was struck off came back: counts for everybody who
//! plans. They say in no word what was found.

use super::Visit;
use crate::domain::at::At;
use crate::domain::directory::Enterprise;
use crate::domain::finding::Finding;
use crate::domain::rules::Rules;
use crate::domain::terms::{ClosureKind, Outcome, Urgency, Window};
use std::collections::{BTreeMap, BTreeSet};

/// One authority's visits to a firm in a year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfAuthority {
    /// Those that count toward the yearly cap.
    pub counted: u32,
    /// Case checks: shown, never barred (国办发〔2024〕54号).
    pub exempt: u32,
}

/// A firm's year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Burden {
    /// Times that somebody came in.
    pub visits: u32,
    /// Σ (departments on site with an item checked − 1), DOMAIN §6.2.
    pub saved: u32,
    pub by_authority: BTreeMap<String, OfAuthority>,
    /// Visits that each authority may make, and what it made before the hub counted.
    pub cap: u32,
    pub before: u32,
    /// Struck off within the window of a relapse, and how many of those were found again (DOMAIN §6.2).
    pub struck_off: u32,
    pub relapsed: u32,
}

/// Reckons a firm's year from its visits of that year.
pub fn reckon(visits: &[Visit], firm: &Enterprise) -> Burden {
    let mut burden = Burden { cap: firm.visit_cap, before: firm.visits_this_year, ..Burden::default() };
    for visit in visits.iter().filter(|visit| visit.entry.is_some()) {
        burden.visits += 1;
        burden.saved += saved(visit);
        for department in on_site(visit) {
            let of = burden.by_authority.entry(department.to_owned()).or_default();
            if visit.follows_whistle(department) { of.exempt += 1 } else { of.counted += 1 }
        }
    }
    burden
}

/// Counts what was struck off not long ago and what of it came back, from all that was found at the firm.
pub fn relapses(burden: &mut Burden, found: &[Finding], rules: &Rules, now: At) {
    let recent = |at: At| now <= rules.window(Window::Relapse, Urgency::Urgent, at).at;
    let back: BTreeSet<&str> =
        found.iter().filter(|one| recent(one.found_at)).filter_map(|one| one.relapse_of.as_deref()).collect();
    let gone = |one: &Finding| one.closed != Some(ClosureKind::Unfounded) && one.closed_at.is_some_and(recent);
    // What came back may have been taken up since.
    let counts = |one: &&Finding| gone(one) || (one.is_open() && back.contains(one.code.as_str()));
    for one in found.iter().filter(counts) {
        burden.struck_off += 1;
        burden.relapsed += u32::from(back.contains(one.code.as_str()));
    }
}

/// Visits that one visit has saved.
pub fn saved(visit: &Visit) -> u32 {
    u32::try_from(on_site(visit).count().saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Departments that have looked at something.
fn on_site(visit: &Visit) -> impl Iterator<Item = &str> {
    let looked = |department: &str| {
        let own = visit.items.iter().filter(|item| item.department == department);
        own.filter_map(|item| item.answer.as_ref()).any(|answer| answer.outcome != Outcome::NotChecked)
    };
    visit.parts.iter().map(|part| part.department.as_str()).filter(move |department| looked(department))
}
