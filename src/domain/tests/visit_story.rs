//! One visit's story, told through the deeds and kept as the ledger would keep it, as `story` tells a whistle's. After every
//! change the invariants of DOMAIN §3.3 and §3.4 are checked; a story that breaks one cannot be told on.

use super::sample::{at, body, rules_for_visits};
use super::story::{CANARY, keep_beside};
use crate::domain::at::At;
use crate::domain::decision::{Change, LetterOwed, Refusal};
use crate::domain::deeds::{self, FindingDeed, VisitDeed};
use crate::domain::draft::{Deciding, Plan, Rooted};
use crate::domain::event::{Event, EventKind};
use crate::domain::finding::spot_check::{self, Drawing};
use crate::domain::finding::{self, Finding};
use crate::domain::obligation::{AsideId, Obligation, Subject};
use crate::domain::policy::Actor;
use crate::domain::rules::Rules;
use crate::domain::terms::{Duty, FindingStatus, Role, VisitStatus};
use crate::domain::visit::order::{Orders, PlanOrder};
use crate::domain::visit::plan::Seen;
use crate::domain::visit::slate::Slate;
use crate::domain::visit::{self, Part, Visit, VisitTree, propose, timers};
use crate::domain::whistle::Tree;
use crate::ids::Mint;
use std::collections::{BTreeMap, BTreeSet};

/// Two officers each of the department that leads and of one more.
pub(crate) const CREW: [&str; 4] = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2"];

/// A sound plan: E01 on Thursday afternoon, one item of YJ and two of XF.
pub(crate) fn plan() -> serde_json::Value {
    serde_json::json!({
        "enterprise": "E01", "date": "2026-12-03", "period": "PM", "notice": "announced", "members": crew(&CREW),
        "items": [
            { "department": "YJ", "subject": format!("{CANARY}除尘") },
            { "department": "XF", "subject": format!("{CANARY}通道") },
            { "department": "XF", "subject": format!("{CANARY}器材") },
        ],
    })
}

/// Who goes, the first one leading.
pub(crate) fn crew(people: &[&str]) -> serde_json::Value {
    let role = |place: usize| if place == 0 { "lead" } else { "member" };
    let member =
        |(place, who): (usize, &&str)| serde_json::json!({ "officer": format!("pe_{who}"), "role": role(place) });
    people.iter().enumerate().map(member).collect()
}

/// A visit, its tree and everything that was ever written about it.
#[derive(Clone)]
pub(crate) struct VisitStory {
    pub(crate) now: At,
    pub(crate) rules: &'static Rules,
    pub(crate) tree: VisitTree,
    pub(crate) events: Vec<Event>,
    pub(crate) letters: Vec<LetterOwed>,
    /// What the last deed changed.
    pub(crate) last: Change,
    /// Ids are drawn from it: what is told beside this story begins elsewhere.
    pub(super) seed: u64,
}

impl VisitStory {
    /// Planned by the office on Monday, of these whistles, beside what else is planned.
    pub(crate) fn planned(
        order: &serde_json::Value,
        whistles: &[Tree],
        slate: &Slate,
        rules: &'static Rules,
    ) -> Result<VisitStory, Refusal> {
        Self::planned_by("office", order, (whistles, slate), rules)
    }

    pub(crate) fn planned_by(
        who: &str,
        order: &serde_json::Value,
        (whistles, slate): (&[Tree], &Slate),
        rules: &'static Rules,
    ) -> Result<VisitStory, Refusal> {
        let (now, who) = (at("11-30 10:00"), actor(who, rules));
        let order =
            PlanOrder::parse(&body(&order.to_string()), Orders { actor: &who, rules, whistles, changes: None, now })?;
        let mut mint = Mint::new(now.0, 0);
        let mut change =
            propose::plan(&order, whistles, slate, Deciding { actor: Some(&who), rules, now, mint: &mut mint })?;
        change.number(42);
        let visit = change.visit.clone().unwrap().visit;
        let (findings, obligations, whistles) = (Vec::new(), Vec::new(), whistles.to_vec());
        let tree = VisitTree { visit, findings, obligations, whistles, slate: slate.clone() };
        let (events, letters, last) = (Vec::new(), Vec::new(), Change::default());
        let mut story = VisitStory { now, rules, tree, events, letters, last, seed: 1 };
        story.keep(change);
        Ok(story)
    }

    /// The sound plan, in the small district.
    pub(crate) fn sound() -> VisitStory {
        Self::planned(&plan(), &[], &Slate::default(), rules_for_visits()).unwrap()
    }

    /// Proposed, approved by both heads, announced.
    pub(crate) fn announced() -> VisitStory {
        Self::sound().does("office propose {}", &["head.yj", "head.xf"])
    }

    /// Entered on its day.
    pub(crate) fn entered() -> VisitStory {
        let mut story = Self::announced();
        story.until("12-03 13:40");
        story.acts("inspector.yj", "enter", "{}");
        assert_eq!(story.tree.visit.entry.as_ref().map(|entry| entry.scanned), Some(false), "nobody said so");
        story
    }

    fn does(mut self, first: &str, heads: &[&str]) -> VisitStory {
        let mut words = first.splitn(3, ' ');
        let [who, deed, body] = [(); 3].map(|()| words.next().unwrap());
        self.acts(who, deed, body);
        heads.iter().for_each(|head| self.acts(head, "approve_own_part", "{}"));
        self.acts("office", "announce", "{}");
        self
    }

    /// A deed on the visit, checked in the order of API.md.
    pub(crate) fn act(&mut self, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (self.actor(who), VisitDeed::parse(deed).unwrap(), body(json));
        deeds::visit_role(deed, &who, &self.tree.visit)?;
        let seen = Seen { tree: &self.tree, actor: &who, rules: self.rules, now: self.now };
        let decide = visit::plan::plan(deed, &body, seen)?;
        deeds::visit_state(deed, &who, &self.tree.visit, self.now)?;
        self.decide(&who, decide)
    }

    /// A deed that must succeed.
    pub(crate) fn acts(&mut self, who: &str, deed: &str, json: &str) {
        assert_eq!(self.act(who, deed, json), Ok(()), "{who} {deed}");
    }

    /// A deed on the finding of that number.
    pub(crate) fn act_on(&mut self, no: usize, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (self.actor(who), FindingDeed::parse(deed).unwrap(), body(json));
        let one = self.finding(no).clone();
        deeds::finding_role(deed, &who, &one)?;
        let seen = Seen { tree: &self.tree, actor: &who, rules: self.rules, now: self.now };
        let decide = finding::plan::plan(deed, &body, &one, seen)?;
        deeds::finding_state(deed, &who, &one)?;
        self.decide(&who, decide)
    }

    /// One that must succeed.
    pub(crate) fn acts_on(&mut self, no: usize, who: &str, deed: &str, json: &str) {
        assert_eq!(self.act_on(no, who, deed, json), Ok(()), "{who} {deed}");
    }

    /// The reasons for which a deed is barred.
    pub(crate) fn barred(done: Result<(), Refusal>) -> Vec<String> {
        match done {
            Err(Refusal::Guarded { reasons, .. }) => {
                reasons.iter().map(|one| format!("{} {}", one.code, one.subject)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn decide(&mut self, who: &Actor, decide: Plan<VisitTree>) -> Result<(), Refusal> {
        let (mut mint, tree) = (self.mint(), self.tree.clone());
        let by = Deciding { actor: Some(who), rules: self.rules, now: self.now, mint: &mut mint };
        let change = decide(tree, by)?;
        self.keep(change);
        Ok(())
    }

    /// The hub notices what time brings, until then.
    pub(crate) fn until(&mut self, civil: &str) {
        self.pass(at(civil));
    }

    pub(crate) fn pass(&mut self, now: At) {
        self.now = now;
        let come = |story: &Self| {
            let mut come = story.tree.obligations.iter().filter(|one| one.next_at.is_some_and(|at| at <= story.now));
            come.next().map(|one| one.id.clone())
        };
        while let Some(id) = come(self) {
            let mut mint = self.mint();
            let by = Deciding { actor: None, rules: self.rules, now: self.now, mint: &mut mint };
            let change = timers::reach(self.tree.clone(), &id, by).unwrap();
            self.keep(change);
        }
    }

    /// The finding is drawn to be looked at again.
    pub(crate) fn is_drawn(&mut self, no: usize) {
        let (id, code) = (self.finding(no).id.clone(), self.finding(no).code.clone());
        let month = self.finding(no).closed_at.unwrap().month_before(0);
        let drawing = Drawing { month, seed: "1".into(), of: 1, codes: vec![code] };
        let mut mint = self.mint();
        let by = Deciding { actor: None, rules: self.rules, now: self.now, mint: &mut mint };
        let change = spot_check::tell(&drawing, &id, self.tree.clone(), by).unwrap();
        self.keep(change);
    }

    pub(crate) fn actor(&self, who: &str) -> Actor {
        actor(who, self.rules)
    }

    pub(crate) fn finding(&self, no: usize) -> &Finding {
        &self.tree.findings[no - 1]
    }

    pub(crate) fn status(&self) -> &'static str {
        self.tree.visit.status.as_str()
    }

    /// The limit of the visit as a whole, or of one of its findings.
    pub(crate) fn due(&self, no: Option<usize>) -> String {
        let whole = self.tree.whole();
        let subject = no.map_or(whole, |no| Subject::Finding(self.finding(no).id.clone()));
        self.tree.armed(&subject).map_or("nothing".to_owned(), |one| super::sample::shown(one.due_at))
    }

    /// How often something has happened.
    pub(crate) fn count(&self, kind: EventKind) -> usize {
        self.events.iter().filter(|event| event.kind == kind).count()
    }

    fn mint(&mut self) -> Mint {
        self.seed += 1;
        Mint::new(self.now.0, self.seed)
    }

    /// As the pen would: guarded by what was read, every row once.
    fn keep(&mut self, change: Change) {
        let VisitTree { visit: before, .. } = &self.tree;
        let after = change.visit.clone().unwrap();
        if change.series.is_none() {
            assert_eq!(change.guards[0].tree_version, before.tree_version, "decided on what was read");
            assert_eq!(after.visit.tree_version, before.tree_version + 1);
            let deeds = change.events.iter().filter(|one| one.about.is_none() && !QUIET.contains(&one.kind)).count();
            let of_findings = |one: &&Event| matches!(one.about, Some(Subject::Finding(_)));
            let moved = deeds > usize::from(change.events.iter().any(|one| of_findings(&one)));
            assert!(!moved || after.visit.version > before.version, "a deed raises no version: {:?}", change.events);
        }
        self.tree.visit = after.visit;
        let mut findings: BTreeMap<String, Finding> =
            self.tree.findings.drain(..).chain(after.findings).map(|one| (one.code.clone(), one)).collect();
        self.tree.findings.extend(std::mem::take(&mut findings).into_values());
        let ids: BTreeSet<_> = change.obligations.iter().map(|one| one.id.clone()).collect();
        assert_eq!(ids.len(), change.obligations.len(), "an obligation is written twice");
        self.tree.obligations.retain(|one| !ids.contains(&one.id));
        let own = |one: &&Obligation| one.is_armed() && one.tree == self.tree.root();
        self.tree.obligations.extend(change.obligations.iter().filter(own).cloned().collect::<Vec<_>>());
        keep_beside(&mut self.tree.whistles, &change);
        self.letters.extend(change.letters.iter().cloned());
        self.events.extend(change.events.iter().cloned());
        self.last = change;
        self.check();
        self.check_secrecy();
    }

    /// DOMAIN §3.3, §3.4: every open state has one owner and one armed obligation, every other none.
    fn check(&self) {
        let visit = &self.tree.visit;
        let mut expected = vec![(self.tree.whole(), visit_owes(visit))];
        let part = |part: &Part| Subject::parse(&format!("{}/{}", visit.id, part.department)).unwrap();
        expected.extend(visit.parts.iter().map(|one| (part(one), part_owes(visit, one))));
        let findings = self.tree.findings.iter();
        expected.extend(findings.clone().map(|one| (Subject::Finding(one.id.clone()), finding_owes(one))));
        expected.extend(findings.flat_map(|one| beside_it_owes(one, &self.tree.obligations)));
        let mut armed: Vec<String> = self.tree.obligations.iter().map(told).collect();
        let owed = expected.into_iter().filter_map(|(subject, owes)| Some(format!("{} {}", subject.as_str(), owes?)));
        let mut owed: Vec<String> = owed.collect();
        armed.sort();
        owed.sort();
        assert_eq!(
            armed,
            owed,
            "{} after {:?}",
            visit.status,
            self.last.events.iter().map(|one| one.kind).collect::<Vec<_>>()
        );
    }

    /// I4, T30: what is recorded, sent, kept in rows or shown in lists points at a text and never holds it.
    fn check_secrecy(&self) {
        let mut told = self.last.clone();
        told.texts.clear();
        told.beside.iter_mut().for_each(|whistle| whistle.search.clear());
        let told = format!("{told:?}");
        assert!(!told.contains(CANARY), "a text is told: {told}");
    }
}

/// What moves nobody's page: time and letters.
const QUIET: [EventKind; 3] = [EventKind::ObligationOverdue, EventKind::VisitUnapproved, EventKind::LetterNotReached];

fn actor(who: &str, rules: &Rules) -> Actor {
    let directory = &rules.directory;
    directory.actor(&directory.by_username(who).unwrap().id).unwrap()
}

fn told(one: &Obligation) -> String {
    format!("{} {}@{} {}", one.subject.as_str(), one.owner.role, one.owner.department, one.duty)
}

fn owes(post: &str, duty: Duty) -> Option<String> {
    Some(format!("{post} {duty}"))
}

/// "Armed deadline by state" of DOMAIN §3.3.
fn visit_owes(visit: &Visit) -> Option<String> {
    let lead = format!("liaison@{}", visit.lead());
    match visit.status {
        VisitStatus::Planning => owes("office_duty@AWB", Duty::Planning),
        VisitStatus::AwaitingApproval => owes("office_director@AWB", Duty::Approval),
        VisitStatus::Approved | VisitStatus::Announced | VisitStatus::ReadyUnannounced => owes(&lead, Duty::Visit),
        VisitStatus::InProgress => owes(&lead, Duty::Finish),
        VisitStatus::Signing => owes(&lead, Duty::Signing),
        VisitStatus::Completed => owes(&lead, Duty::Filing),
        VisitStatus::Aborted => owes("office_duty@AWB", Duty::Choice),
        VisitStatus::Filed | VisitStatus::Cancelled => None,
    }
}

/// An approval before entry, or after it in an emergency; then the part itself.
fn part_owes(visit: &Visit, part: &Part) -> Option<String> {
    let approval = || owes(&format!("department_head@{}", part.department), Duty::Approval);
    // Whoever let the limit pass is waited for no longer, where the part is still to be done.
    let silent = part.unapproved_at.is_some_and(|marked| part.closed_at.is_none_or(|closed| closed >= marked));
    let awaits = part.acts() && part.approved_at.is_none() && !silent;
    match visit.status {
        VisitStatus::AwaitingApproval | VisitStatus::Aborted if awaits => approval(),
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed if awaits => approval(),
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed if !part.is_over() => {
            owes(&format!("liaison@{}", part.department), Duty::Part)
        }
        VisitStatus::InProgress | VisitStatus::Signing | VisitStatus::Completed => None,
        VisitStatus::Planning | VisitStatus::AwaitingApproval | VisitStatus::Approved => None,
        VisitStatus::Announced | VisitStatus::ReadyUnannounced | VisitStatus::Aborted => None,
        VisitStatus::Filed | VisitStatus::Cancelled => None,
    }
}

/// "Armed" of DOMAIN §3.4.
fn finding_owes(finding: &Finding) -> Option<String> {
    let department = &finding.origin.department;
    let liaison = |duty| owes(&format!("liaison@{department}"), duty);
    match finding.status {
        FindingStatus::Found => liaison(Duty::Order),
        FindingStatus::Ordered => liaison(Duty::Rectification),
        FindingStatus::Reported | FindingStatus::RecheckDue => liaison(Duty::Recheck),
        FindingStatus::Failed => liaison(Duty::Reorder),
        FindingStatus::Passed => owes(&format!("department_head@{department}"), Duty::StrikeOff),
        FindingStatus::Closed if finding.awaits_spot_check() => owes("office_duty@AWB", Duty::Recheck),
        FindingStatus::Closed => None,
    }
}

/// What it owes beside: the end of measures that stand, a receipt, the town's looks.
fn beside_it_owes(finding: &Finding, armed: &[Obligation]) -> Vec<(Subject, Option<String>)> {
    let aside = |duty| Subject::Aside(AsideId::of(&finding.id, duty));
    let head = format!("department_head@{}", finding.origin.department);
    let town = format!("town_officer@{}", finding.origin.town.as_deref().unwrap_or_default());
    // Once it is late, the director owes it.
    let late = armed.iter().any(|one| one.subject == aside(Duty::Receipt) && one.owner.role == Role::OfficeDirector);
    let receipt = if late { "office_director@AWB" } else { head.as_str() };
    let awaited = finding.is_open() && finding.handed.is_some();
    let owed = [
        (Duty::Measures, finding.measures.is_some().then_some(head.as_str())),
        (Duty::Receipt, awaited.then_some(receipt)),
        (Duty::Look, finding.is_watched().then_some(town.as_str())),
    ];
    owed.into_iter().map(|(duty, post)| (aside(duty), post.and_then(|post| owes(post, duty)))).collect()
}

/// The faults of a body: pointer and code.
pub(crate) fn faults(done: Result<(), Refusal>) -> Vec<String> {
    match done {
        Err(Refusal::Faults(all)) => all.iter().map(|one| format!("{} {}", one.pointer, one.code.as_str())).collect(),
        other => panic!("{other:?}"),
    }
}
