//! One whistle's story, told through the deeds and kept as the ledger would keep it. After every change the invariants
//! of DOMAIN §3 are checked; a story that breaks one cannot be told on.

use super::sample::{actor, body, rules, shown};
use crate::domain::at::At;
use crate::domain::decision::{Change, LetterOwed, Refusal};
use crate::domain::deeds::{self, Before, SummonsDeed, WhistleDeed};
use crate::domain::draft::{Deciding, Plan, Rooted};
use crate::domain::event::{Event, EventKind};
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::policy::Actor;
use crate::domain::summons::{self, Summons};
use crate::domain::terms::{Duty, Role, SummonsStatus, Urgency, WhistleStatus};
use crate::domain::whistle::blow::{self, BlowOrder};
use crate::domain::whistle::plan::{self, Seen};
use crate::domain::whistle::{Contest, Tree, Whistle};
use crate::ids::{Mint, SummonsId, TextId, TreeId};
use std::collections::{BTreeSet, HashMap};

/// A word of a text that must not turn up anywhere but among texts and in the search.
pub(crate) const CANARY: &str = "金丝雀zq7";

/// A whistle, its tree and everything that was ever written about it.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) now: At,
    pub(crate) tree: Tree,
    /// Other whistles that this one's deeds may move.
    pub(crate) beside: Vec<Tree>,
    pub(crate) events: Vec<Event>,
    pub(crate) letters: Vec<LetterOwed>,
    pub(crate) texts: HashMap<TextId, String>,
    pub(crate) sights: BTreeSet<String>,
    /// What the last deed changed.
    pub(crate) last: Change,
    seed: u64,
}

impl Story {
    /// Blows; the pen allots the first number of the year.
    pub(crate) fn blown(now: At, who: &str, json: &str) -> Result<Story, Refusal> {
        let who = actor(who);
        let order = BlowOrder::parse(&body(json), &who, &rules().directory, now)?;
        let mut mint = Mint::new(now.0, 0);
        let by = Deciding { actor: Some(&who), rules: rules(), now, mint: &mut mint };
        let mut change = blow::blow(&order, &who, by);
        assert_eq!((change.guards.len(), change.series.as_ref().unwrap().name()), (0, "WH/2026".to_owned()));
        change.number(731);
        let whistle = change.whistle.clone().unwrap();
        assert_eq!((whistle.version, whistle.tree_version, kinds(&change)), (1, 1, "whistle.blown".to_owned()));
        let tree = Tree { whistle, summonses: Vec::new(), obligations: Vec::new() };
        let (events, letters, texts) = (Vec::new(), Vec::new(), HashMap::new());
        let sights = BTreeSet::new();
        let beside = Vec::new();
        let mut story = Story { now, tree, beside, events, letters, texts, sights, last: Change::default(), seed: 1 };
        story.keep(change);
        Ok(story)
    }

    /// A deed on the whistle, checked in the order of API.md.
    pub(crate) fn act(&mut self, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (actor(who), WhistleDeed::parse(deed).unwrap(), body(json));
        deeds::whistle_role(deed, &who, &self.tree)?;
        // As a deed finds it: what it names, or what was merged into the whistle.
        let own = |tree: &&Tree| tree.whistle.master.as_ref().is_some_and(|master| master.id == self.tree.whistle.id);
        let merged: Vec<Tree> = self.beside.iter().filter(own).cloned().collect();
        let beside = if deed == WhistleDeed::Merge { &self.beside } else { &merged };
        let seen = Seen { tree: &self.tree, beside, rules: rules(), now: self.now };
        let decide = plan::plan(deed, &body, seen)?;
        deeds::whistle_state(deed, &who, &self.tree, self.now)?;
        self.decide(&who, decide)
    }

    /// A deed on the last summons of a unit.
    pub(crate) fn act_on(&mut self, unit: &str, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (actor(who), SummonsDeed::parse(deed).unwrap(), body(json));
        let summons = self.summons(unit).clone();
        deeds::summons_role(deed, &who, Before::of(&self.tree, &summons, self.now))?;
        let seen = Seen { tree: &self.tree, beside: &[], rules: rules(), now: self.now };
        let decide = summons::plan::plan(deed, &body, &summons, seen)?;
        deeds::summons_state(deed, &who, Before::of(&self.tree, &summons, self.now))?;
        self.decide(&who, decide)
    }

    pub(crate) fn decide(&mut self, who: &Actor, decide: Plan<Tree>) -> Result<(), Refusal> {
        let (mut mint, tree) = (self.mint(), self.tree.clone());
        let change = decide(tree, Deciding { actor: Some(who), rules: rules(), now: self.now, mint: &mut mint })?;
        self.commit(change);
        Ok(())
    }

    /// What this actor may do to the whistle now, and to a unit's last summons.
    pub(crate) fn allowed(&self, who: &str) -> Vec<&'static str> {
        deeds::allowed_on_whistle(&actor(who), &self.tree.whistle, self.now)
    }

    pub(crate) fn allowed_on(&self, unit: &str, who: &str) -> Vec<&'static str> {
        deeds::allowed_on_summons(&actor(who), Before::of(&self.tree, self.summons(unit), self.now))
    }

    /// Something the hub does by itself; `false` when there was nothing to do.
    pub(crate) fn by_itself(&mut self, decide: impl FnOnce(Tree, Deciding<'_>) -> Option<Change>) -> bool {
        let mut mint = self.mint();
        let change =
            decide(self.tree.clone(), Deciding { actor: None, rules: rules(), now: self.now, mint: &mut mint });
        let done = change.is_some();
        change.into_iter().for_each(|change| self.commit(change));
        done
    }

    /// The whistle, as the subject of what it owes.
    pub(crate) fn subject(&self) -> Subject {
        Subject::Whistle(self.tree.whistle.id.clone())
    }

    /// The last summons of a unit.
    pub(crate) fn summons(&self, unit: &str) -> &Summons {
        self.tree.summonses.iter().rfind(|one| one.department == unit).unwrap()
    }

    /// The kinds of the events that the last deed left, in order.
    pub(crate) fn last_kinds(&self) -> String {
        kinds(&self.last)
    }

    /// The letters that the last deed owed: kind and post.
    pub(crate) fn last_letters(&self) -> String {
        let letters = self.last.letters.iter();
        letters.map(|one| format!("{} {}@{}", one.kind, one.to.role, one.to.department)).collect::<Vec<_>>().join(", ")
    }

    /// Whistle and summonses with what each owes: `submitted: office_duty@AWB triage 11-25 15:30`.
    pub(crate) fn picture(&self) -> Vec<String> {
        let whistle = &self.tree.whistle;
        let whole = line(whistle.status.as_str(), self.tree.armed(&Subject::Whistle(whistle.id.clone())));
        let parts = self.tree.summonses.iter().map(|one| {
            line(&format!("{} {}", one.department, one.status), self.tree.armed(&Subject::Summons(one.id.clone())))
        });
        std::iter::once(whole).chain(parts).collect()
    }

    fn mint(&mut self) -> Mint {
        self.seed += 1;
        Mint::new(self.now.0, self.seed)
    }

    /// What the pen checks and what a Change may do to what stands.
    fn commit(&mut self, change: Change) {
        let before = &self.tree;
        let all = std::iter::once(before).chain(&self.beside);
        let written: Vec<&Whistle> = change.whistle.iter().chain(&change.beside).collect();
        assert_eq!(change.guards.len(), written.len(), "a tree is written unguarded");
        for (guard, after) in change.guards.iter().zip(&written) {
            let stood = all.clone().find(|tree| TreeId::from(&tree.whistle.id) == guard.tree).unwrap();
            assert_eq!(guard.tree_version, stood.whistle.tree_version, "decided on what was read");
            assert_eq!((TreeId::from(&after.id), after.tree_version), (guard.tree.clone(), guard.tree_version + 1));
        }
        let after = change.whistle.as_ref().unwrap();
        assert_eq!(after.id, before.whistle.id);
        let raised = i64::from(adds_a_summons(&change));
        let deeds_and_moves = |id: Option<&SummonsId>| {
            let about = |event: &&Event| {
                event.tree.as_str() == after.id.as_str()
                    && event.about.as_ref().and_then(Subject::summons) == id
                    && !QUIET.contains(&event.kind)
            };
            i64::try_from(change.events.iter().filter(about).count()).unwrap()
        };
        assert_eq!(after.version - before.whistle.version, deeds_and_moves(None) + raised, "{}", kinds(&change));
        if after.version == before.whistle.version {
            let same = Whistle {
                tree_version: after.tree_version,
                routed: after.routed.clone(),
                supports: after.supports.clone(),
                ..before.whistle.clone()
            };
            assert_eq!(*after, same, "the whistle changed without an event");
        }
        for summons in &change.summonses {
            let stood = before.summonses.iter().find(|one| one.id == summons.id);
            let (version, issued) = stood.map_or((1, 1), |stood| (stood.version, 0));
            let led = i64::from(stood.is_some_and(|stood| stood.role != summons.role));
            assert_eq!(summons.version - version, deeds_and_moves(Some(&summons.id)) + led, "{}", kinds(&change));
            let births = change
                .events
                .iter()
                .filter(|event| event.about.as_ref().and_then(Subject::summons) == Some(&summons.id));
            assert_eq!(births.filter(|event| event.kind == EventKind::SummonsIssued).count(), issued);
        }
        self.keep(change);
    }

    fn keep(&mut self, change: Change) {
        let ids: BTreeSet<_> = change.obligations.iter().map(|one| one.id.clone()).collect();
        assert_eq!(ids.len(), change.obligations.len(), "an obligation is written twice");
        self.tree.whistle = change.whistle.clone().unwrap();
        keep_beside(&mut self.beside, &change);
        for summons in &change.summonses {
            self.tree.summonses.retain(|one| one.id != summons.id);
            self.tree.summonses.push(summons.clone());
        }
        self.tree.summonses.sort_by(|one, other| one.code.cmp(&other.code));
        self.tree.obligations.retain(|one| !ids.contains(&one.id));
        let own = |one: &&Obligation| one.is_armed() && one.tree == self.tree.root();
        self.tree.obligations.extend(change.obligations.iter().filter(own).cloned().collect::<Vec<_>>());
        for letter in &change.letters {
            // All that a post is late with is one letter of a morning.
            let of_the_day = letter.key.ends_with(&letter.not_before.civil().date().to_string());
            let is_new = self.letters.iter().all(|other| other.key != letter.key);
            assert!(is_new || of_the_day, "owed twice: {}", letter.key);
            self.letters.push(letter.clone());
        }
        for event in change.events.iter().filter(|event| event.tree == self.tree.root()) {
            let summons = event
                .about
                .as_ref()
                .and_then(Subject::summons)
                .map(|id| self.tree.summonses.iter().find(|one| one.id == *id).unwrap());
            let version = summons.map_or(self.tree.whistle.version, |summons| summons.version);
            assert_eq!(event.data["version"], version, "{}", event.kind);
        }
        self.events.extend(change.events.iter().cloned());
        self.texts.extend(change.texts.iter().map(|text| (text.id.clone(), text.body.clone())));
        self.sights.extend(change.sights.iter().cloned());
        self.last = change;
        self.check();
        self.check_secrecy();
    }

    /// DOMAIN §3: every open state has one owner and one armed obligation, every other none.
    pub(super) fn check(&self) {
        let whistle = &self.tree.whistle;
        let mut expected = vec![(Subject::Whistle(whistle.id.clone()), whistle_owes(whistle), true)];
        let parts = self.tree.summonses.iter();
        expected.extend(parts.map(|one| (Subject::Summons(one.id.clone()), summons_owes(one), false)));
        for (subject, owes, quiet) in &expected {
            let armed: Vec<&Obligation> = self.tree.obligations.iter().filter(|one| one.subject == *subject).collect();
            let armed_now: Vec<(String, Duty)> =
                armed.iter().map(|one| (format!("{}@{}", one.owner.role, one.owner.department), one.duty)).collect();
            assert_eq!(
                armed_now,
                owes.iter().cloned().collect::<Vec<_>>(),
                "{:?} after {}",
                subject,
                kinds(&self.last)
            );
            let stands_still = whistle.status == WhistleStatus::Suspended && !*quiet;
            for one in armed {
                let waits = *quiet && matches!(one.duty, Duty::ReportIn | Duty::FirstResult | Duty::Rectification);
                assert_eq!(one.reminds, !waits && !stands_still, "{:?}", one.duty);
            }
        }
        assert!(self.tree.obligations.iter().all(|one| expected.iter().any(|(subject, ..)| one.subject == *subject)));
    }

    /// I4, I5: what is recorded, sent or shown in lists points at a text and never holds it.
    fn check_secrecy(&self) {
        let mut told = self.last.clone();
        told.texts.clear();
        told.whistle.iter_mut().chain(&mut told.beside).for_each(|whistle| whistle.search.clear());
        let told = format!("{told:?}");
        assert!(!told.contains(CANARY), "{} tells a text: {told}", kinds(&self.last));
        let contact = self.tree.whistle.texts.contact.as_ref().and_then(|id| self.texts.get(id));
        assert!(contact.is_none_or(|contact| !self.tree.whistle.search.contains(contact.as_str())));
    }
}

/// What a change did to the whistles beside a tree.
pub(super) fn keep_beside(trees: &mut [Tree], change: &Change) {
    for tree in trees {
        let Some(after) = change.beside.iter().find(|one| one.id == tree.whistle.id) else { continue };
        tree.whistle = after.clone();
        let own = change.obligations.iter().filter(|one| one.tree.as_str() == after.id.as_str());
        let ids: BTreeSet<_> = own.clone().map(|one| one.id.clone()).collect();
        tree.obligations.retain(|one| !ids.contains(&one.id));
        tree.obligations.extend(own.filter(|one| one.is_armed()).cloned());
    }
}

/// What raises no version.
const QUIET: [EventKind; 7] = [
    EventKind::WhistleRouted,
    EventKind::ObligationOverdue,
    EventKind::ObligationAcknowledged,
    EventKind::ObligationHeldBack,
    EventKind::LetterNotReached,
    EventKind::SummonsIssued,
    EventKind::WhistleCommented,
];

/// The one deed on a whistle that only its summons' event tells.
fn adds_a_summons(change: &Change) -> bool {
    matches!(change.events.as_slice(), [one] if one.kind == EventKind::SummonsIssued)
}

fn kinds(change: &Change) -> String {
    change.events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>().join(" ")
}

fn line(state: &str, armed: Option<&Obligation>) -> String {
    let Some(armed) = armed else { return format!("{state}: nothing") };
    let (owner, due_at) = (&armed.owner, shown(armed.due_at));
    format!("{state}: {}@{} {} {due_at}", owner.role, owner.department, armed.duty)
}

fn whistle_owes(whistle: &Whistle) -> Option<(String, Duty)> {
    let office = |duty| Some(("office_duty@AWB".to_owned(), duty));
    let director = |duty| Some(("office_director@AWB".to_owned(), duty));
    match whistle.status {
        WhistleStatus::Submitted if whistle.appealed => director(Duty::Triage),
        WhistleStatus::Submitted => office(Duty::Triage),
        WhistleStatus::Returned if matches!(whistle.urgency, Urgency::Emergency | Urgency::Urgent) => {
            office(Duty::Complete)
        }
        WhistleStatus::Returned => {
            let blower = &whistle.blower;
            Some((format!("{}@{}", blower.role, blower.department), Duty::Complete))
        }
        WhistleStatus::Accepted => office(Duty::Dispatch),
        WhistleStatus::Dispatched => office(Duty::ReportIn),
        WhistleStatus::Handling => office(Duty::FirstResult),
        WhistleStatus::Rectifying => office(Duty::Rectification),
        WhistleStatus::AwaitingClosure => office(Duty::Closure),
        WhistleStatus::Suspended => office(Duty::Resume),
        WhistleStatus::Closed if whistle.contest == Some(Contest::Pending) => director(Duty::ContestAnswer),
        WhistleStatus::Closed | WhistleStatus::Declined => None,
        WhistleStatus::Merged | WhistleStatus::Withdrawn => None,
    }
}

fn summons_owes(summons: &Summons) -> Option<(String, Duty)> {
    let role = if summons.department.starts_with('T') { Role::TownOfficer } else { Role::Liaison };
    let department = |duty| Some((format!("{role}@{}", summons.department), duty));
    match summons.status {
        SummonsStatus::Issued | SummonsStatus::Acknowledged => department(Duty::ReportIn),
        SummonsStatus::ReportedIn | SummonsStatus::Working => department(Duty::FirstResult),
        SummonsStatus::Submitted => Some(("office_duty@AWB".to_owned(), Duty::Review)),
        SummonsStatus::Disputed => Some(("office_director@AWB".to_owned(), Duty::Ruling)),
        SummonsStatus::Referred => Some(("office_director@AWB".to_owned(), Duty::Referral)),
        SummonsStatus::Done | SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => None,
    }
}
