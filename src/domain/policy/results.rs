//! Whose results of a joint visit its readers see (DOMAIN §5, CASES C26): who acts, goes or answers for the ground sees the whole
//! visit; a department that was let off sees that the others were there, and its own. Whoever has no part sees no visit at all.

use super::{SUPERVISION, Scope, heads_of, inspectors_of};
use crate::domain::visit::{Member, Part, Visit};
use std::collections::{BTreeMap, BTreeSet};

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
        // Whoever was let off before a secret visit approves nothing any more.
        if part.acts() || !visit.is_secret() {
            all.insert(heads_of(&part.department), own(part));
        }
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

/// Whose results of a visit a reader is shown: what they answered, found and photographed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Results {
    All,
    /// Those of these departments alone, whether they have a part any more or not.
    Of(BTreeSet<String>),
}

impl Results {
    /// Whether this department's are among them.
    pub fn show(&self, department: &str) -> bool {
        match self {
            Results::All => true,
            Results::Of(own) => own.contains(department),
        }
    }
}

/// Whose results of the visit this reader is shown.
pub fn results_for(scope: &Scope, visit: &Visit) -> Results {
    let [first, ..] = scope.visit_keys();
    if first == "*" {
        return Results::All;
    }
    let own = viewers_of(visit).into_iter().filter(|one| scope.visit_keys().contains(&one.key));
    own.map(|one| one.only).collect::<Option<BTreeSet<String>>>().map_or(Results::All, Results::Of)
}
