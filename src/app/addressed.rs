//! What the deeds of each kind of thing address, for the one way of `deeds`: a whistle, a summons in its whistle's tree, a visit,
//! a finding in its visit's tree. Nothing is decided or committed here.

use super::deeds::{Before, Deed, Named};
use crate::domain::decision::Refusal;
use crate::domain::deeds::{self, FindingDeed, ObligationDeed, SummonsDeed, VisitDeed, WhistleDeed};
use crate::domain::draft::{Plan, Rooted};
use crate::domain::finding::{self, Finding};
use crate::domain::late::Word;
use crate::domain::obligation::{AsideId, Obligation, PartId, Subject};
use crate::domain::order::Node;
use crate::domain::policy::Scope;
use crate::domain::summons::{self, Summons};
use crate::domain::terms::Duty;
use crate::domain::visit::{self, VisitTree};
use crate::domain::whistle::Tree;
use crate::domain::whistle::plan::{self, Seen};
use crate::ids::{FindingId, SummonsId, TreeId};
use crate::store::trees::AnyTree;
use crate::store::{Fault, Reading, firms, visits, whistles};

/// A whistle, and others that the deed may move.
pub(super) struct LoadedWhistle {
    tree: Tree,
    beside: Vec<Tree>,
}

impl Deed for WhistleDeed {
    type Loaded = LoadedWhistle;
    type Tree = Tree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        named: &Named,
    ) -> Result<Option<LoadedWhistle>, Fault> {
        let Some(tree) = whistles::tree(reading, scope, code)? else { return Ok(None) };
        let ends = matches!(self, WhistleDeed::Decline | WhistleDeed::Withdraw);
        let beside = match named.into.as_ref().filter(|_| self == WhistleDeed::Merge) {
            Some(into) => whistles::tree(reading, scope, into)?.into_iter().collect(),
            None if ends => whistles::merged_into(reading, &tree.whistle.id)?,
            None => Vec::new(),
        };
        Ok(Some(LoadedWhistle { tree, beside }))
    }

    fn role(self, loaded: &LoadedWhistle, before: Before<'_>) -> Result<(), Refusal> {
        deeds::whistle_role(self, before.actor, &loaded.tree)
    }

    fn state(self, loaded: &LoadedWhistle, before: Before<'_>) -> Result<(), Refusal> {
        deeds::whistle_state(self, before.actor, &loaded.tree, before.now)
    }

    fn plan(self, body: &Node, loaded: &LoadedWhistle, before: Before<'_>) -> Result<Plan<Tree>, Refusal> {
        let seen = Seen { tree: &loaded.tree, beside: &loaded.beside, rules: before.rules, now: before.now };
        Ok(plan::plan(self, body, seen)?)
    }

    fn version(loaded: &LoadedWhistle) -> i64 {
        loaded.tree.whistle.version
    }

    fn place(loaded: &LoadedWhistle) -> (TreeId, Option<Subject>) {
        ((&loaded.tree.whistle.id).into(), None)
    }

    fn tree(loaded: LoadedWhistle) -> Tree {
        loaded.tree
    }

    fn moves(self) -> bool {
        WhistleDeed::moves(self)
    }
}

/// A summons in its whistle's tree.
pub(super) struct LoadedSummons {
    tree: Tree,
    id: SummonsId,
}

impl LoadedSummons {
    fn one(&self) -> Result<&Summons, Refusal> {
        self.tree.summons(&self.id).ok_or(Refusal::NotFound)
    }
}

impl Deed for SummonsDeed {
    type Loaded = LoadedSummons;
    type Tree = Tree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        _named: &Named,
    ) -> Result<Option<LoadedSummons>, Fault> {
        let found = whistles::tree_of_summons(reading, scope, code)?;
        Ok(found.map(|(tree, id)| LoadedSummons { tree, id }))
    }

    fn role(self, loaded: &LoadedSummons, before: Before<'_>) -> Result<(), Refusal> {
        deeds::summons_role(self, before.actor, deeds::Before::of(&loaded.tree, loaded.one()?, before.now))
    }

    fn state(self, loaded: &LoadedSummons, before: Before<'_>) -> Result<(), Refusal> {
        deeds::summons_state(self, before.actor, deeds::Before::of(&loaded.tree, loaded.one()?, before.now))
    }

    fn plan(self, body: &Node, loaded: &LoadedSummons, before: Before<'_>) -> Result<Plan<Tree>, Refusal> {
        let seen = Seen { tree: &loaded.tree, beside: &[], rules: before.rules, now: before.now };
        Ok(summons::plan::plan(self, body, loaded.one()?, seen)?)
    }

    fn version(loaded: &LoadedSummons) -> i64 {
        loaded.tree.summons(&loaded.id).map_or(0, |summons| summons.version)
    }

    fn place(loaded: &LoadedSummons) -> (TreeId, Option<Subject>) {
        ((&loaded.tree.whistle.id).into(), Some(Subject::Summons(loaded.id.clone())))
    }

    fn tree(loaded: LoadedSummons) -> Tree {
        loaded.tree
    }
}

/// What is owed under a code: a whistle's, a summons', a visit's, a department's part of one (`LJ-2026-0042-XF`), a finding's.
pub(super) struct LoadedObligation {
    tree: AnyTree,
    subject: Subject,
}

impl LoadedObligation {
    fn of_whistle(tree: Tree, id: Option<SummonsId>) -> LoadedObligation {
        let subject = id.map_or_else(|| Subject::Whistle(tree.whistle.id.clone()), Subject::Summons);
        LoadedObligation { tree: AnyTree::Whistle(Box::new(tree)), subject }
    }

    fn of_visit(tree: VisitTree, subject: Subject) -> LoadedObligation {
        LoadedObligation { tree: AnyTree::Visit(Box::new(tree)), subject }
    }

    fn armed(&self) -> Option<&Obligation> {
        match &self.tree {
            AnyTree::Whistle(tree) => tree.armed(&self.subject),
            AnyTree::Visit(tree) => tree.armed(&self.subject),
        }
    }
}

impl Deed for ObligationDeed {
    type Loaded = LoadedObligation;
    type Tree = AnyTree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        _named: &Named,
    ) -> Result<Option<LoadedObligation>, Fault> {
        if let Some((tree, id)) = whistles::tree_of_summons(reading, scope, code)? {
            return Ok(Some(LoadedObligation::of_whistle(tree, Some(id))));
        }
        if let Some(tree) = whistles::tree(reading, scope, code)? {
            return Ok(Some(LoadedObligation::of_whistle(tree, None)));
        }
        if let Some((tree, id)) = visits::tree_of_finding(reading, scope, code)? {
            return Ok(Some(LoadedObligation::of_visit(tree, Subject::Finding(id))));
        }
        if let Some(tree) = visits::tree(reading, scope, code)? {
            let whole = Subject::Visit(tree.visit.id.clone());
            return Ok(Some(LoadedObligation::of_visit(tree, whole)));
        }
        let Some((visit, department)) = code.rsplit_once('-') else { return Ok(None) };
        if let Some(duty) = Duty::parse(department).filter(|duty| duty.is_beside()) {
            let found = visits::tree_of_finding(reading, scope, visit)?;
            let beside = |(tree, id)| LoadedObligation::of_visit(tree, Subject::Aside(AsideId::of(&id, duty)));
            return Ok(found.map(beside));
        }
        let tree = visits::tree(reading, scope, visit)?.filter(|tree| tree.visit.part(department).is_some());
        Ok(tree.map(|tree| {
            let part = Subject::Part(PartId::of(&tree.visit.id, department));
            LoadedObligation::of_visit(tree, part)
        }))
    }

    fn role(self, loaded: &LoadedObligation, before: Before<'_>) -> Result<(), Refusal> {
        deeds::obligation_role(self, before.actor, loaded.armed())
    }

    fn state(self, loaded: &LoadedObligation, before: Before<'_>) -> Result<(), Refusal> {
        deeds::obligation_state(self, before.actor, loaded.armed(), before.now)
    }

    fn plan(self, body: &Node, loaded: &LoadedObligation, _before: Before<'_>) -> Result<Plan<AnyTree>, Refusal> {
        let (word, subject) = (Word::parse(self, body)?, loaded.subject.clone());
        Ok(Box::new(move |tree, by| match tree {
            AnyTree::Whistle(tree) => word.say(&subject, *tree, by),
            AnyTree::Visit(tree) => word.say(&subject, *tree, by),
        }))
    }

    fn version(loaded: &LoadedObligation) -> i64 {
        match &loaded.tree {
            AnyTree::Whistle(tree) => tree.version_of(Some(&loaded.subject)),
            AnyTree::Visit(tree) => tree.version_of(Some(&loaded.subject)),
        }
    }

    fn place(loaded: &LoadedObligation) -> (TreeId, Option<Subject>) {
        let (root, whole) = match &loaded.tree {
            AnyTree::Whistle(tree) => (tree.root(), tree.whole()),
            AnyTree::Visit(tree) => (tree.root(), tree.whole()),
        };
        (root, Some(loaded.subject.clone()).filter(|subject| *subject != whole))
    }

    fn tree(loaded: LoadedObligation) -> AnyTree {
        loaded.tree
    }

    fn moves(self) -> bool {
        false
    }
}

impl Deed for VisitDeed {
    type Loaded = VisitTree;
    type Tree = VisitTree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        named: &Named,
    ) -> Result<Option<VisitTree>, Fault> {
        let slot = (named.date.as_deref(), named.period.as_deref());
        let mut tree = visits::otherwise(reading, scope, code, (slot, &named.whistles))?;
        if let Some(tree) = tree.as_mut().filter(|_| self == VisitDeed::Record)
            && let Some(firm) = tree.visit.enterprise.clone()
        {
            tree.slate.struck_off = firms::findings(reading, &firm)?;
            tree.slate.struck_off.retain(|one| !one.is_open());
        }
        Ok(tree)
    }

    fn role(self, tree: &VisitTree, before: Before<'_>) -> Result<(), Refusal> {
        deeds::visit_role(self, before.actor, &tree.visit)
    }

    fn state(self, tree: &VisitTree, before: Before<'_>) -> Result<(), Refusal> {
        deeds::visit_state(self, before.actor, &tree.visit, before.now)
    }

    fn plan(self, body: &Node, tree: &VisitTree, before: Before<'_>) -> Result<Plan<VisitTree>, Refusal> {
        Ok(visit::plan::plan(self, body, seen(tree, before))?)
    }

    fn version(tree: &VisitTree) -> i64 {
        tree.visit.version
    }

    fn place(tree: &VisitTree) -> (TreeId, Option<Subject>) {
        ((&tree.visit.id).into(), None)
    }

    fn tree(tree: VisitTree) -> VisitTree {
        tree
    }
}

fn seen<'a>(tree: &'a VisitTree, before: Before<'a>) -> visit::plan::Seen<'a> {
    visit::plan::Seen { tree, actor: before.actor, rules: before.rules, now: before.now }
}

/// A finding in its visit's tree.
pub(super) struct LoadedFinding {
    tree: VisitTree,
    id: FindingId,
}

impl LoadedFinding {
    fn one(&self) -> Result<&Finding, Refusal> {
        self.tree.finding(&self.id).ok_or(Refusal::NotFound)
    }
}

impl Deed for FindingDeed {
    type Loaded = LoadedFinding;
    type Tree = VisitTree;

    fn load(
        self,
        reading: &mut Reading<'_>,
        scope: &Scope,
        code: &str,
        _named: &Named,
    ) -> Result<Option<LoadedFinding>, Fault> {
        let Some((mut tree, id)) = visits::tree_of_finding(reading, scope, code)? else { return Ok(None) };
        visits::beside_own(reading, &mut tree)?;
        Ok(Some(LoadedFinding { tree, id }))
    }

    fn role(self, loaded: &LoadedFinding, before: Before<'_>) -> Result<(), Refusal> {
        deeds::finding_role(self, before.actor, loaded.one()?)
    }

    fn state(self, loaded: &LoadedFinding, before: Before<'_>) -> Result<(), Refusal> {
        deeds::finding_state(self, before.actor, loaded.one()?)
    }

    fn plan(self, body: &Node, loaded: &LoadedFinding, before: Before<'_>) -> Result<Plan<VisitTree>, Refusal> {
        Ok(finding::plan::plan(self, body, loaded.one()?, seen(&loaded.tree, before))?)
    }

    fn version(loaded: &LoadedFinding) -> i64 {
        loaded.tree.finding(&loaded.id).map_or(0, |finding| finding.version)
    }

    fn place(loaded: &LoadedFinding) -> (TreeId, Option<Subject>) {
        ((&loaded.tree.visit.id).into(), Some(Subject::Finding(loaded.id.clone())))
    }

    fn tree(loaded: LoadedFinding) -> VisitTree {
        loaded.tree
    }
}
