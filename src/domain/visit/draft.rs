//! A decision about a visit in the making, in the words of visit and finding; with it the whistles that it is about move in the
//! same `Change`. Nothing is decided here.

use super::{Visit, VisitTree, follow};
use crate::domain::at::At;
use crate::domain::decision::{Change, VisitChange};
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::EventKind;
use crate::domain::finding::Finding;
use crate::domain::obligation::{Obligation, PartId, Post, Subject};
use crate::domain::terms::{Role, Urgency, VisitStatus};
use crate::ids::{FindingId, TreeId};
use serde_json::Value;

impl Rooted for VisitTree {
    fn root(&self) -> TreeId {
        (&self.visit.id).into()
    }

    fn whole(&self) -> Subject {
        Subject::Visit(self.visit.id.clone())
    }

    fn urgency(&self) -> Urgency {
        self.visit.urgency()
    }

    fn version_of(&self, about: Option<&Subject>) -> i64 {
        match about {
            Some(Subject::Finding(id)) => self.finding(id).map_or(0, |finding| finding.version),
            Some(Subject::Aside(id)) => self.finding(&id.finding()).map_or(0, |finding| finding.version),
            Some(Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) | Subject::Part(_)) | None => {
                self.visit.version
            }
        }
    }

    fn owed(&self) -> &[Obligation] {
        &self.obligations
    }

    fn obligations(&mut self) -> &mut Vec<Obligation> {
        &mut self.obligations
    }

    fn began(&self, _subject: &Subject) -> Option<At> {
        Some(self.visit.planned_at)
    }

    /// With what follows for its whistles.
    fn finish(mut draft: Draft<'_, VisitTree>) -> Change {
        let touched = |one: &&Finding| draft.touched.contains(&Subject::Finding(one.id.clone()));
        let findings = draft.tree.findings.iter().filter(touched).cloned().collect();
        let mut change = std::mem::take(&mut draft.change);
        change.visit = Some(VisitChange { visit: draft.tree.visit.clone(), findings });
        follow::whistles(change, draft.tree, draft.by)
    }

    fn raise(&mut self) -> i64 {
        self.visit.tree_version += 1;
        self.visit.tree_version - 1
    }
}

impl<'a> Draft<'a, VisitTree> {
    /// A decision that brings a new visit into the world, numbered in its civil year.
    pub fn plan(by: Deciding<'a>, tree: VisitTree) -> Draft<'a, VisitTree> {
        Draft::born(by, tree, "LJ")
    }

    /// Puts the visit into a state and raises its version.
    pub fn move_visit(&mut self, status: VisitStatus) {
        self.change_visit(|visit| visit.status = status);
    }

    /// Changes the visit in its state, raising its version.
    pub fn change_visit(&mut self, change: impl FnOnce(&mut Visit)) {
        change(&mut self.tree.visit);
        self.tree.visit.version += 1;
    }

    /// Adds a finding.
    pub fn find(&mut self, finding: Finding) {
        self.touched.push(Subject::Finding(finding.id.clone()));
        self.tree.findings.push(finding);
    }

    /// Changes one finding, raising its version.
    pub fn change_finding(&mut self, id: &FindingId, change: impl FnOnce(&mut Finding)) {
        self.note_finding(id, |finding| {
            change(finding);
            finding.version += 1;
        });
    }

    /// Changes one finding in what moves nothing: nobody's page of it grows stale.
    pub fn note_finding(&mut self, id: &FindingId, change: impl FnOnce(&mut Finding)) {
        if let Some(finding) = self.tree.findings.iter_mut().find(|one| one.id == *id) {
            change(finding);
            self.touched.push(Subject::Finding(id.clone()));
        }
    }

    /// Records what happened to a finding, by whoever decides.
    pub fn record_finding(&mut self, kind: EventKind, id: &FindingId, data: Value) {
        self.record_about(kind, &Subject::Finding(id.clone()), data);
    }

    /// One department's part, as an obligation's subject.
    pub fn part(&self, department: &str) -> Subject {
        Subject::Part(PartId::of(&self.tree.visit.id, department))
    }

    /// The office's duty post.
    pub fn office(&self) -> Post {
        self.post(Role::OfficeDuty, self.by.rules.directory.office())
    }

    /// The office's director.
    pub fn director(&self) -> Post {
        self.post(Role::OfficeDirector, self.by.rules.directory.office())
    }

    /// The head of a department.
    pub fn head(&self, department: &str) -> Post {
        self.post(Role::DepartmentHead, department)
    }

    /// The liaison of a department.
    pub fn liaison(&self, department: &str) -> Post {
        self.post(Role::Liaison, department)
    }

    fn post(&self, role: Role, department: &str) -> Post {
        Post { role, department: department.to_owned() }
    }
}
