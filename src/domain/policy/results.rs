//! Whose results of a joint visit its readers see (DOMAIN §5, CASES C26): who acts, goes or answers for the ground sees the whole
//! visit; a department that was let off sees that the others were there, and its own. Whoever has no part sees no visit at all.

use super::{SUPERVISION, Scope, heads_of, inspectors_of};
use crate::domain::visit::{Member, Part, Visit};
use std::collections::BTreeMap;

/// A reader's key that opens a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitViewer {
    pub key: String,
    /// The one department whose results it shows; all of them, if there is none.
    pub only: Option<String>,
    /// Somebody who goes for this department: what it owes there is on their own desk.
    pub goes_for: Option<String>,
}

/// Readers' keys that see a visit as it stands; those who see everything are not named.
pub fn viewers_of(visit: &Visit) -> Vec<VisitViewer> {
    let mut all: BTreeMap<String, Option<String>> = BTreeMap::new();
    let own = |part: &Part| (!part.acts()).then(|| part.department.clone());
    for part in &visit.parts {
        all.insert(heads_of(&part.department), own(part));
        if !visit.is_secret() {
            all.insert(part.department.clone(), own(part));
        }
        if visit.entry.is_some() {
            // Whoever rechecks may be another than who was there.
            all.insert(inspectors_of(&part.department), own(part));
        }
    }
    if !visit.is_secret() {
        all.extend(visit.town.clone().map(|town| (town, None)));
        all.insert(SUPERVISION.to_owned(), None);
    }
    let by_post = all.into_iter().map(|(key, only)| VisitViewer { key, only, goes_for: None });
    // Whoever goes has seen it all.
    by_post.chain(visit.members.iter().map(by_going)).collect()
}

fn by_going(member: &Member) -> VisitViewer {
    let (key, goes_for) = (member.person.as_str().to_owned(), Some(member.department.clone()));
    VisitViewer { key, only: None, goes_for }
}

/// Departments of a visit whose results are kept from this reader: what they answered, found and photographed.
pub fn withheld(scope: &Scope, visit: &Visit) -> Vec<String> {
    let [first, ..] = scope.visit_keys();
    if first == "*" {
        return Vec::new();
    }
    let own: Vec<VisitViewer> = viewers_of(visit);
    let own: Vec<&VisitViewer> = own.iter().filter(|one| scope.visit_keys().contains(&one.key)).collect();
    let shows = |department: &String| own.iter().any(|one| one.only.as_ref().is_none_or(|only| only == department));
    visit.parts.iter().map(|part| &part.department).filter(|department| !shows(department)).cloned().collect()
}
