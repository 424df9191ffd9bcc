//! A visit as one reader is shown it: what other departments answered and found is left out where policy keeps it (CASES C26).
//! For showing, never for deciding; whether the reader sees the visit at all has been asked before.

use super::{Part, Visit, VisitTree};
use crate::domain::attachment::Attachment;
use crate::domain::obligation::Subject;
use crate::domain::policy::{self, Scope};

/// Leaves out what is kept from this reader; answers whose results that are.
pub fn shown(tree: &mut VisitTree, scope: &Scope) -> Vec<String> {
    let withheld = policy::withheld(scope, &tree.visit);
    if !withheld.is_empty() {
        without_answers(&mut tree.visit, &withheld);
        tree.findings.retain(|one| !withheld.contains(&one.origin.department));
        let VisitTree { findings, obligations, .. } = tree;
        obligations.retain(|one| match &one.subject.told_of() {
            Subject::Finding(id) => findings.iter().any(|finding| finding.id == *id),
            Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) => true,
            Subject::Part(_) | Subject::Aside(_) => true,
        });
    }
    withheld
}

/// The same of a visit in a list.
pub fn shown_in_list(visit: &mut Visit, scope: &Scope) {
    let withheld = policy::withheld(scope, visit);
    without_answers(visit, &withheld);
}

fn without_answers(visit: &mut Visit, withheld: &[String]) {
    for item in visit.items.iter_mut().filter(|item| withheld.contains(&item.department)) {
        item.answer = None;
    }
}

/// Whether a file shows what is kept: of a finding it goes with that, of the visit with the department that brought it.
pub fn is_shown(one: &Attachment, tree: &VisitTree, withheld: &[String]) -> bool {
    if one.subject == tree.visit.id.as_str() {
        let shows = |part: &Part| part.department == one.department && !withheld.contains(&part.department);
        return withheld.is_empty() || tree.visit.parts.iter().any(shows);
    }
    tree.findings.iter().any(|finding| finding.id.as_str() == one.subject)
}
