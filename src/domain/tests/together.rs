//! A whistle and the visit that looks into it, told together: each deed is done in its own tree, what follows for the other
//! is carried over as the pen does it, and both keep their invariants. What one of them does alone is not told here.

use super::sample::{at, rules_for_visits, shown};
use super::story::{CANARY, Story};
use super::visit_story::{VisitStory, plan};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::event::EventKind;
use crate::domain::terms::WhistleStatus;
use crate::domain::visit::slate::Slate;
use crate::domain::whistle::timers;
use crate::ids::FindingId;
use serde_json::json;

const MINTED_ELSEWHERE: u64 = 1_000_000;

/// A whistle of E01 with the visit that was planned for it.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) whistle: Story,
    pub(super) visit: VisitStory,
    /// How many of the visit's events the whistle knows.
    told: usize,
}

impl Case {
    /// The office plans a visit for it on Monday; all three items are the whistle's.
    pub(super) fn planned(mut whistle: Story) -> Case {
        let mut order = plan();
        for item in order["items"].as_array_mut().unwrap() {
            item["whistle"] = json!(whistle.tree.whistle.code);
        }
        let trees = [whistle.tree.clone()];
        let mut visit = VisitStory::planned(&order, &trees, &Slate::default(), rules_for_visits()).unwrap();
        visit.seed = MINTED_ELSEWHERE;
        whistle.now = visit.now;
        let mut case = Case { whistle, visit, told: 0 };
        case.carry_to_the_whistle();
        case
    }

    /// Approved and announced.
    pub(super) fn announced(whistle: Story) -> Case {
        let mut case = Case::planned(whistle);
        case.announce();
        case
    }

    pub(super) fn announce(&mut self) {
        self.visits("office", "propose", "{}");
        ["head.yj", "head.xf"].iter().for_each(|head| self.visits(head, "approve_own_part", "{}"));
        self.visits("office", "announce", "{}");
    }

    /// Entered on its day.
    pub(super) fn entered(whistle: Story) -> Case {
        let mut case = Case::announced(whistle);
        case.enter();
        case
    }

    pub(super) fn enter(&mut self) {
        self.until("12-03 13:40");
        self.visits("inspector.yj", "enter", "{}");
    }

    /// XF finds something in its second item and nothing else; the visit is over.
    pub(super) fn found(whistle: Story) -> Case {
        let mut case = Case::entered(whistle);
        case.record("inspector.yj", &[("1", "ok")]);
        case.record("inspector.xf", &[("2", "finding"), ("3", "ok")]);
        case.over();
        case
    }

    /// The departments answer for their items.
    pub(super) fn record(&mut self, who: &str, outcomes: &[(&str, &str)]) {
        self.visits(who, "record", &super::visits::results(outcomes));
    }

    /// The record is signed, so nobody waits for the visit any longer.
    pub(super) fn over(&mut self) {
        self.visits("inspector.yj", "finish", "{}");
        self.visits("inspector.yj", "sign", "{}");
    }

    /// A deed on the visit.
    pub(super) fn visits(&mut self, who: &str, deed: &str, body: &str) {
        assert_eq!(self.try_visit(who, deed, body), Ok(()), "{who} {deed}");
    }

    /// A deed on the finding of that number.
    pub(super) fn finds(&mut self, no: usize, who: &str, deed: &str, body: &str) {
        assert_eq!(self.try_finding(no, who, deed, body), Ok(()), "{who} {deed}");
    }

    /// A deed on the whistle.
    pub(super) fn whistles(&mut self, who: &str, deed: &str, body: &str) {
        assert_eq!(self.try_whistle(who, deed, body), Ok(()), "{who} {deed}");
    }

    pub(super) fn try_whistle(&mut self, who: &str, deed: &str, body: &str) -> Result<(), Refusal> {
        self.walk(|story| story.act(who, deed, body))
    }

    pub(super) fn try_visit(&mut self, who: &str, deed: &str, body: &str) -> Result<(), Refusal> {
        let done = self.visit.act(who, deed, body);
        self.carry_to_the_whistle();
        done
    }

    pub(super) fn try_finding(&mut self, no: usize, who: &str, deed: &str, body: &str) -> Result<(), Refusal> {
        let done = self.visit.act_on(no, who, deed, body);
        self.carry_to_the_whistle();
        done
    }

    /// Whatever is done to the whistle alone.
    pub(super) fn walk<T>(&mut self, does: impl FnOnce(&mut Story) -> T) -> T {
        let done = does(&mut self.whistle);
        self.carry_to_the_visit();
        done
    }

    /// Fixed, said so, rechecked by others and struck off.
    pub(super) fn struck_off(&mut self, no: usize) {
        self.finds(no, "town.t01", "report_fixed", "{}");
        self.finds(no, "inspector.xf.3", "recheck", r#"{"passed":true,"note":"a"}"#);
        self.finds(no, "head.xf", "close", "{}");
    }

    /// Every summons that is still open delivers, and the office takes it.
    pub(super) fn deliver(&mut self) {
        for (unit, who) in [("YJ", "liaison.yj"), ("T01", "town.t01")] {
            assert_eq!(self.whistle.act_on(unit, who, "submit", r#"{"result":"a"}"#), Ok(()));
            assert_eq!(self.whistle.act_on(unit, "office", "accept", "{}"), Ok(()));
        }
        self.carry_to_the_visit();
    }

    /// The hub notices what time brings, the whistle's first.
    pub(super) fn until(&mut self, civil: &str) {
        self.pass(at(civil));
    }

    pub(super) fn pass(&mut self, now: At) {
        self.whistle_until(now);
        self.visit_until(now);
        self.whistle_until(now);
    }

    pub(super) fn visit_until(&mut self, now: At) {
        self.visit.pass(now);
        self.carry_to_the_whistle();
    }

    pub(super) fn whistle_until(&mut self, now: At) {
        self.whistle.now = now;
        let come = |story: &Story| {
            let mut come = story.tree.obligations.iter().filter(|one| one.next_at.is_some_and(|at| at <= story.now));
            come.next().map(|one| one.id.clone())
        };
        while let Some(id) = come(&self.whistle) {
            assert!(self.whistle.by_itself(|tree, by| timers::reach(tree, &id, &[], by)));
        }
        self.carry_to_the_visit();
    }

    fn carry_to_the_visit(&mut self) {
        self.visit.now = self.whistle.now;
        self.visit.tree.whistles = vec![self.whistle.tree.clone()];
        self.check();
    }

    fn carry_to_the_whistle(&mut self) {
        let before = self.whistle.tree.whistle.version;
        self.whistle.now = self.visit.now;
        self.whistle.tree = self.visit.tree.whistles[0].clone();
        let root = self.whistle.subject();
        let new = self.visit.events.iter().skip(self.told);
        let told: Vec<_> = new.filter(|event| event.tree.as_str() == root.as_str()).cloned().collect();
        self.told = self.visit.events.len();
        let moves = told.iter().filter(|event| event.kind != EventKind::ObligationOverdue).count();
        let after = self.whistle.tree.whistle.version;
        assert_eq!(after - before, i64::try_from(moves).unwrap(), "a move raises the whistle's version");
        self.whistle.events.extend(told);
        self.whistle.check();
        self.check();
    }

    /// What holds of the two together, whatever happened.
    pub(super) fn check(&self) {
        let whistle = &self.whistle.tree.whistle;
        let open: Vec<&FindingId> =
            self.visit.tree.findings.iter().filter(|one| one.is_open_for(&whistle.id)).map(|one| &one.id).collect();
        assert_eq!(whistle.open_findings.iter().collect::<Vec<_>>(), open);
        assert_eq!(!whistle.open_visits.is_empty(), self.visit.tree.visit.is_under_way());
        let (found, visited) = (!open.is_empty(), !whistle.open_visits.is_empty());
        let owed = self.whistle.tree.counting().any(|one| one.status.as_str() != "done");
        match whistle.status {
            WhistleStatus::Rectifying if found => assert_eq!(self.due(), self.soonest()),
            WhistleStatus::Rectifying => assert!(owed || visited, "it waits for nothing"),
            WhistleStatus::Handling => assert!(!found && (owed || visited), "handled, with {open:?}"),
            WhistleStatus::AwaitingClosure => assert!(!found && !owed, "awaits its closure with {open:?}"),
            WhistleStatus::Submitted | WhistleStatus::Returned | WhistleStatus::Accepted => {}
            WhistleStatus::Dispatched | WhistleStatus::Suspended | WhistleStatus::Closed => {}
            WhistleStatus::Declined | WhistleStatus::Merged | WhistleStatus::Withdrawn => {}
        }
    }

    /// The soonest limit of its open findings.
    fn soonest(&self) -> String {
        let owed = self.visit.tree.findings.iter().filter(|one| one.is_open()).map(|one| one.id.as_str());
        let owed: Vec<&str> = owed.collect();
        let limits = self.visit.tree.obligations.iter().filter(|one| owed.contains(&one.subject.as_str()));
        limits.map(|one| one.due_at).min().map_or("nothing".to_owned(), shown)
    }

    /// The limit of the whistle as a whole.
    pub(super) fn due(&self) -> String {
        self.whistle.tree.armed(&self.whistle.subject()).map_or("nothing".to_owned(), |one| shown(one.due_at))
    }

    pub(super) fn status(&self) -> &'static str {
        self.whistle.tree.whistle.status.as_str()
    }

    /// The kinds of what the last deed on the visit did to the whistle.
    pub(super) fn moved(&self) -> Vec<&'static str> {
        let root = self.whistle.subject();
        let own = self.visit.last.events.iter().filter(|event| event.tree.as_str() == root.as_str());
        own.map(|event| event.kind.as_str()).collect()
    }
}

/// XF blew; YJ, which leads, and T01 have reported in.
pub(super) fn handled() -> Story {
    let blow = format!(r#"{{"category":"fire","what":"{CANARY}","enterprise":"E01"}}"#);
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", &blow).unwrap();
    let accept =
        r#"{"severity":"general","urgency":"normal","lead":"YJ","supports":["T01"],"route":"joint","dispatch":true}"#;
    assert_eq!(story.act("office", "accept", accept), Ok(()));
    for (unit, who) in [("YJ", "liaison.yj"), ("T01", "town.t01")] {
        let report_in = format!(r#"{{"officers":["pe_{who}"],"mode":"site"}}"#);
        assert_eq!(story.act_on(unit, who, "report_in", &report_in), Ok(()));
    }
    story
}
