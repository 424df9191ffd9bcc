//! One whistle's story, told through the deeds and kept as the ledger would keep it. After every change the invariants
//! of DOMAIN §3 are checked; a story that breaks one cannot be told on.

use super::sample::{actor, body, rules, shown};
use crate::domain::at::At;
use crate::domain::decision::{Change, Guard, LetterOwed, Refusal};
use crate::domain::deeds::{self, SummonsDeed, WhistleDeed};
use crate::domain::draft::Deciding;
use crate::domain::event::{Event, EventKind};
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::order::{Spec, read};
use crate::domain::policy::Actor;
use crate::domain::summons::{self, ReportInOrder, Summons};
use crate::domain::terms::{ClosureKind, DeclineGround, Duty, Role, SummonsStatus, Urgency, WhistleStatus};
use crate::domain::whistle::blow::{self, BlowOrder};
use crate::domain::whistle::office::{self, AcceptOrder, DispatchOrder};
use crate::domain::whistle::{Tree, Whistle};
use crate::ids::{Mint, SummonsId, TextId};
use std::collections::{BTreeSet, HashMap};

/// A word of a text that must not turn up anywhere but among texts and in the search.
pub(crate) const CANARY: &str = "金丝雀zq7";

/// A whistle, its tree and everything that was ever written about it.
pub(crate) struct Story {
    pub(crate) now: At,
    pub(crate) tree: Tree,
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
        let mut story = Story { now, tree, events, letters, texts, sights, last: Change::default(), seed: 1 };
        story.keep(change);
        Ok(story)
    }

    /// A deed on the whistle, checked in the order of API.md.
    pub(crate) fn act(&mut self, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (actor(who), WhistleDeed::parse(deed).unwrap(), body(json));
        deeds::whistle_role(deed, &who, &self.tree)?;
        let whistle = &self.tree.whistle;
        let (state, tree) = (deeds::whistle_state(deed, &who, &self.tree), self.tree.clone());
        let change = match deed {
            WhistleDeed::Accept => {
                let order = AcceptOrder::parse(&body, &rules().directory)?;
                self.decide(&who, state, |by| office::accept(&order, tree, by))?
            }
            WhistleDeed::Dispatch => {
                let order = DispatchOrder::parse(&body, whistle, rules(), self.now)?;
                self.decide(&who, state, |by| office::dispatch(&order, tree, by))?
            }
            WhistleDeed::Return => {
                let (reader, faults) = read(&office::RETURN, &body);
                let (missing, note) = faults.judge(Some((reader.texts("missing"), reader.text("note"))))?;
                self.decide(&who, state, |by| office::return_(missing, note.as_deref(), tree, by))?
            }
            WhistleDeed::Complete => {
                let order = BlowOrder::parse_completion(&body, whistle, &rules().directory, self.now)?;
                self.decide(&who, state, |by| blow::complete(&order, tree, by))?
            }
            WhistleDeed::Decline => {
                let (reader, faults) = read(&office::DECLINE, &body);
                let ground = faults.judge(reader.word("ground", DeclineGround::parse))?;
                let note = reader.text("note");
                self.decide(&who, state, |by| office::decline(ground, note.as_deref(), tree, by))?
            }
            WhistleDeed::SendBack => {
                let (lacks, ids) = office::parse_send_back(&body, &tree)?;
                self.decide(&who, state, |by| office::send_back(&lacks, &ids, tree, by))?
            }
            WhistleDeed::Close => {
                let (reader, faults) = read(&office::CLOSE, &body);
                let kind = reader.word("kind", ClosureKind::parse);
                let (kind, conclusion) = faults.judge(kind.zip(reader.text("conclusion")))?;
                self.decide(&who, state, |by| office::close(kind, &conclusion, tree, by))?
            }
        };
        self.commit(change);
        Ok(())
    }

    /// A deed on the last summons of a unit.
    pub(crate) fn act_on(&mut self, unit: &str, who: &str, deed: &str, json: &str) -> Result<(), Refusal> {
        let (who, deed, body) = (actor(who), SummonsDeed::parse(deed).unwrap(), body(json));
        let summons = self.summons(unit).clone();
        deeds::summons_role(deed, &who, &summons)?;
        let (state, tree, id) = (deeds::summons_state(deed, &who, &summons), self.tree.clone(), &summons.id);
        let text = |spec: &'static Spec, field: &str| {
            let (reader, faults) = read(spec, &body);
            faults.judge(reader.text(field))
        };
        let bare = read(&summons::BARE, &body).1.judge(Some(()));
        let change = match deed {
            SummonsDeed::Acknowledge => {
                bare?;
                self.decide(&who, state, |by| summons::acknowledge(id, tree, by))?
            }
            SummonsDeed::ReportIn => {
                let order = ReportInOrder::parse(&body, &summons, &rules().directory)?;
                self.decide(&who, state, |by| summons::report_in(&order, id, tree, by))?
            }
            SummonsDeed::Start => {
                bare?;
                self.decide(&who, state, |by| summons::start(id, tree, by))?
            }
            SummonsDeed::Submit => {
                let result = text(&summons::SUBMIT, "result")?;
                self.decide(&who, state, |by| summons::submit(&result, id, tree, by))?
            }
            SummonsDeed::Accept => {
                bare?;
                self.decide(&who, state, |by| summons::accept(id, tree, by))?
            }
            SummonsDeed::SendBack => {
                let lacks = text(&summons::SEND_BACK, "lacks")?;
                self.decide(&who, state, |by| summons::send_back(&lacks, id, tree, by))?
            }
        };
        self.commit(change);
        Ok(())
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

    fn decide(
        &mut self,
        who: &Actor,
        state: Result<(), Refusal>,
        decide: impl FnOnce(Deciding<'_>) -> Change,
    ) -> Result<Change, Refusal> {
        state?;
        let mut mint = self.mint();
        Ok(decide(Deciding { actor: Some(who), rules: rules(), now: self.now, mint: &mut mint }))
    }

    /// What the pen checks and what a Change may do to what stands.
    fn commit(&mut self, change: Change) {
        let before = &self.tree;
        let guard = Guard { whistle: before.whistle.id.clone(), tree_version: before.whistle.tree_version };
        assert_eq!(change.guards, [guard], "decided on what was read");
        let after = change.whistle.as_ref().unwrap();
        assert_eq!(after.tree_version, before.whistle.tree_version + 1);
        let deeds_and_moves = |id: Option<&SummonsId>| {
            let quiet = [
                EventKind::WhistleRouted,
                EventKind::ObligationOverdue,
                EventKind::LetterNotReached,
                EventKind::SummonsIssued,
            ];
            let about = |event: &&Event| event.summons.as_ref() == id && !quiet.contains(&event.kind);
            i64::try_from(change.events.iter().filter(about).count()).unwrap()
        };
        assert_eq!(after.version - before.whistle.version, deeds_and_moves(None), "{}", kinds(&change));
        if after.version == before.whistle.version {
            let same =
                Whistle { tree_version: after.tree_version, routed: after.routed.clone(), ..before.whistle.clone() };
            assert_eq!(*after, same, "the whistle changed without an event");
        }
        for summons in &change.summonses {
            let stood = before.summonses.iter().find(|one| one.id == summons.id);
            let (version, issued) = stood.map_or((1, 1), |stood| (stood.version, 0));
            assert_eq!(summons.version - version, deeds_and_moves(Some(&summons.id)), "{}", kinds(&change));
            let births = change.events.iter().filter(|event| event.summons.as_ref() == Some(&summons.id));
            assert_eq!(births.filter(|event| event.kind == EventKind::SummonsIssued).count(), issued);
        }
        self.keep(change);
    }

    fn keep(&mut self, change: Change) {
        let ids: BTreeSet<_> = change.obligations.iter().map(|one| one.id.clone()).collect();
        assert_eq!(ids.len(), change.obligations.len(), "an obligation is written twice");
        self.tree.whistle = change.whistle.clone().unwrap();
        for summons in &change.summonses {
            self.tree.summonses.retain(|one| one.id != summons.id);
            self.tree.summonses.push(summons.clone());
        }
        self.tree.summonses.sort_by(|one, other| one.code.cmp(&other.code));
        self.tree.obligations.retain(|one| !ids.contains(&one.id));
        self.tree.obligations.extend(change.obligations.iter().filter(|one| one.is_armed()).cloned());
        for letter in &change.letters {
            assert!(self.letters.iter().all(|other| other.key != letter.key), "owed twice: {}", letter.key);
            self.letters.push(letter.clone());
        }
        for event in &change.events {
            let summons =
                event.summons.as_ref().map(|id| self.tree.summonses.iter().find(|one| one.id == *id).unwrap());
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
    fn check(&self) {
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
            for one in armed {
                let waits = *quiet && matches!(one.duty, Duty::ReportIn | Duty::FirstResult);
                assert_eq!(one.reminds, !waits, "{:?}", one.duty);
            }
        }
        assert!(self.tree.obligations.iter().all(|one| expected.iter().any(|(subject, ..)| one.subject == *subject)));
    }

    /// I4, I5: what is recorded, sent or shown in lists points at a text and never holds it.
    fn check_secrecy(&self) {
        let mut told = self.last.clone();
        told.texts.clear();
        told.whistle.iter_mut().for_each(|whistle| whistle.search.clear());
        let told = format!("{told:?}");
        assert!(!told.contains(CANARY), "{} tells a text: {told}", kinds(&self.last));
        let contact = self.tree.whistle.texts.contact.as_ref().and_then(|id| self.texts.get(id));
        assert!(contact.is_none_or(|contact| !self.tree.whistle.search.contains(contact.as_str())));
    }
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
    match whistle.status {
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
        WhistleStatus::AwaitingClosure => office(Duty::Closure),
        WhistleStatus::Closed | WhistleStatus::Declined => None,
        WhistleStatus::Rectifying | WhistleStatus::Suspended | WhistleStatus::Merged | WhistleStatus::Withdrawn => {
            panic!("no deed leads to {}", whistle.status)
        }
    }
}

fn summons_owes(summons: &Summons) -> Option<(String, Duty)> {
    let role = if summons.department.starts_with('T') { Role::TownOfficer } else { Role::Liaison };
    let department = |duty| Some((format!("{role}@{}", summons.department), duty));
    match summons.status {
        SummonsStatus::Issued | SummonsStatus::Acknowledged => department(Duty::ReportIn),
        SummonsStatus::ReportedIn | SummonsStatus::Working => department(Duty::FirstResult),
        SummonsStatus::Submitted => Some(("office_duty@AWB".to_owned(), Duty::Review)),
        SummonsStatus::Done => None,
        SummonsStatus::Disputed
        | SummonsStatus::Referred
        | SummonsStatus::Released
        | SummonsStatus::Excused
        | SummonsStatus::Cancelled => panic!("no deed leads to {}", summons.status),
    }
}
