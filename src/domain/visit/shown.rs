//! A visit as one reader is shown it: what other departments answered and found is left out where policy keeps it (CASES C26).
//! For showing, never for deciding; whether the reader sees the visit at all has been asked before.

use super::{Visit, VisitTree};
use crate::domain::attachment::Attachment;
use crate::domain::obligation::Subject;
use crate::domain::policy::{self, Results, Scope};

/// Leaves out what is kept from whoever is shown these results; answers whose that are.
pub fn shown(tree: &mut VisitTree, results: &Results) -> Vec<String> {
    let withheld = withheld(tree, results);
    without_answers(&mut tree.visit, results);
    tree.findings.retain(|one| results.show(&one.origin.department));
    let VisitTree { findings, obligations, .. } = tree;
    obligations.retain(|one| match &one.subject.told_of() {
        Subject::Finding(id) => findings.iter().any(|finding| finding.id == *id),
        Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) => true,
        Subject::Part(_) | Subject::Aside(_) => true,
    });
    withheld
}

/// The same of a visit in a list.
pub fn shown_in_list(visit: &mut Visit, scope: &Scope) {
    let results = policy::results_for(scope, visit);
    without_answers(visit, &results);
}

/// Departments with a part, and those that found something though they have none any more.
fn withheld(tree: &VisitTree, results: &Results) -> Vec<String> {
    let parts = tree.visit.parts.iter().map(|part| &part.department);
    let mut all: Vec<String> = Vec::new();
    for department in parts.chain(tree.findings.iter().map(|one| &one.origin.department)) {
        if !results.show(department) && !all.contains(department) {
            all.push(department.clone());
        }
    }
    all
}

fn without_answers(visit: &mut Visit, results: &Results) {
    for item in visit.items.iter_mut().filter(|item| !results.show(&item.department)) {
        item.answer = None;
    }
}

/// Whether a file is among what is shown: of a finding it goes with that, of the visit with the department that brought it.
pub fn is_shown(one: &Attachment, tree: &VisitTree, results: &Results) -> bool {
    if one.subject == tree.visit.id.as_str() {
        return results.show(&one.department);
    }
    tree.findings.iter().any(|finding| finding.id.as_str() == one.subject)
}
