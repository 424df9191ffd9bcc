//! A decision in the making: the tree as it will stand, and the `Change` that gets it there. Deeds speak to a draft in
//! the field's words (arm, record, owe, write down) and never put a `Change` together by hand.

use super::at::At;
use super::attachment::Attachment;
use super::calendar::Deadline;
use super::decision::{Change, Erasure, Guard, LetterOwed, Series, Text};
use super::event::{Doer, Event, EventKind};
use super::obligation::{Obligation, Post, Subject};
use super::policy::Actor;
use super::reminders;
use super::rules::Rules;
use super::summons::Summons;
use super::terms::{Duty, LetterKind, SummonsStatus, TextClass, WhistleStatus};
use super::whistle::{Tree, Whistle};
use crate::ids::{LetterId, Mint, ObligationId, SummonsId, TextId};
use serde_json::Value;

/// What every decision brings along: who, by which rules, when, and fresh ids.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// `None`: the hub itself.
    pub actor: Option<&'a Actor>,
    pub rules: &'a Rules,
    pub now: At,
    pub mint: &'a mut Mint,
}

/// The tree as it will stand, with the `Change` under way.
#[derive(Debug)]
pub struct Draft<'a> {
    pub by: Deciding<'a>,
    pub tree: Tree,
    change: Change,
    touched: Vec<SummonsId>,
}

impl<'a> Draft<'a> {
    /// A decision on a tree that was read: guarded by its version.
    pub fn on(by: Deciding<'a>, mut tree: Tree) -> Draft<'a> {
        let guard = Guard { whistle: tree.whistle.id.clone(), tree_version: tree.whistle.tree_version };
        tree.whistle.tree_version += 1;
        Draft { by, tree, change: Change { guards: vec![guard], ..Change::default() }, touched: Vec::new() }
    }

    /// A decision that brings a new whistle into the world, numbered in its civil year.
    pub fn new(by: Deciding<'a>, whistle: Whistle) -> Draft<'a> {
        let series = Series { prefix: "WH", year: by.now.year() };
        let change = Change { series: Some(series), ..Change::default() };
        let tree = Tree { whistle, summonses: Vec::new(), obligations: Vec::new() };
        Draft { by, tree, change, touched: Vec::new() }
    }

    /// The finished decision. Each event is told the version that its subject then has: a lost race shows what passed.
    pub fn finish(mut self) -> Change {
        for event in &mut self.change.events {
            let summons = event.summons.as_ref().and_then(|id| self.tree.summonses.iter().find(|one| one.id == *id));
            let version = summons.map_or(self.tree.whistle.version, |summons| summons.version);
            if let Some(data) = event.data.as_object_mut() {
                data.insert("version".into(), version.into());
            }
        }
        let touched = &self.touched;
        self.change.summonses = self.tree.summonses.into_iter().filter(|one| touched.contains(&one.id)).collect();
        self.change.whistle = Some(self.tree.whistle);
        self.change
    }

    /// Keeps a text that law may erase, and answers where it lies.
    pub fn write_down(&mut self, body: &str) -> TextId {
        self.keep_text(body, TextClass::Open)
    }

    /// The same for who an informer is: no page, search, letter or export ever holds it.
    pub fn seal_up(&mut self, body: &str) -> TextId {
        self.keep_text(body, TextClass::Sealed)
    }

    fn keep_text(&mut self, body: &str, class: TextClass) -> TextId {
        let text = Text { id: TextId::new(self.by.mint), salt: self.by.mint.salt(), body: body.to_owned(), class };
        let id = text.id.clone();
        self.change.texts.push(text);
        id
    }

    /// Keeps a file of proof.
    pub(super) fn keep_attachment(&mut self, attachment: Attachment) {
        self.change.attachments.push(attachment);
    }

    /// Has texts erased with this decision.
    pub fn erase(&mut self, erasure: Erasure) {
        self.change.erased = Some(erasure);
    }

    /// Lets a reader's key see the whistle from now on.
    pub fn show_to(&mut self, viewer: String) {
        if !self.change.sights.contains(&viewer) {
            self.change.sights.push(viewer);
        }
    }

    /// Records what happened to the whistle, by whoever decides.
    pub fn record(&mut self, kind: EventKind, data: Value) {
        self.push_event(kind, None, self.by.actor.map(Doer::from), data);
    }

    /// Records that a ruling on a summons took the whistle's lead away or gave it another; nothing if neither.
    pub fn record_lead(&mut self, was: Option<&str>) {
        let lead = self.tree.whistle.lead.clone();
        if lead.as_deref() != was {
            self.tree.whistle.version += 1;
            self.record_as_hub(EventKind::WhistleLeadChanged, serde_json::json!({ "lead": lead, "was": was }));
        }
    }

    /// The last event is for those alone who see everything.
    pub fn hush(&mut self) {
        if let Some(event) = self.change.events.last_mut() {
            event.office_only = true;
        }
    }

    /// Records a move that the hub makes because of a deed.
    pub fn record_move(&mut self, kind: EventKind) {
        self.record_as_hub(kind, Value::Object(serde_json::Map::new()));
    }

    /// The same, with what is to be told of it.
    pub fn record_as_hub(&mut self, kind: EventKind, data: Value) {
        self.push_event(kind, None, None, data);
    }

    /// Records a move that the hub makes on a summons because of a deed.
    pub fn record_summons_move(&mut self, kind: EventKind, summons: &SummonsId) {
        self.push_event(kind, Some(summons.clone()), None, Value::Object(serde_json::Map::new()));
    }

    /// Records what happened to a summons, by whoever decides.
    pub fn record_summons(&mut self, kind: EventKind, summons: &SummonsId, data: Value) {
        self.push_event(kind, Some(summons.clone()), self.by.actor.map(Doer::from), data);
    }

    fn push_event(&mut self, kind: EventKind, summons: Option<SummonsId>, doer: Option<Doer>, data: Value) {
        self.change.events.push(Event {
            kind,
            whistle: self.tree.whistle.id.clone(),
            summons,
            doer,
            office_only: kind.is_discreet(),
            data,
        });
    }

    /// Puts the whistle into a state and raises its version: the move that a deed makes or that follows from one.
    pub fn move_whistle(&mut self, status: WhistleStatus) {
        self.tree.whistle.status = status;
        self.tree.whistle.version += 1;
    }

    /// Changes the whistle in its state, raising its version.
    pub fn change_whistle(&mut self, change: impl FnOnce(&mut Whistle)) {
        change(&mut self.tree.whistle);
        self.tree.whistle.version += 1;
    }

    /// Adds a summons to the tree.
    pub fn issue(&mut self, summons: Summons) {
        self.touched.push(summons.id.clone());
        self.tree.summonses.push(summons);
    }

    /// Changes one summons, raising its version; `None` if the tree has no such summons.
    pub fn change_summons(&mut self, id: &SummonsId, change: impl FnOnce(&mut Summons)) {
        if let Some(summons) = self.tree.summonses.iter_mut().find(|one| one.id == *id) {
            change(summons);
            summons.version += 1;
            if !self.touched.contains(id) {
                self.touched.push(id.clone());
            }
        }
    }

    /// Puts a summons into a state.
    pub fn move_summons(&mut self, id: &SummonsId, status: SummonsStatus) {
        self.change_summons(id, |summons| summons.status = status);
    }

    /// Ends whatever the subject owed and arms its next obligation, counted from now at the whistle's urgency.
    pub fn arm(&mut self, subject: Subject, owner: Post, duty: Duty) {
        self.arm_from(subject, owner, duty, self.by.now);
    }

    /// The same, counted from another moment: a first result is due from dispatch on.
    pub fn arm_from(&mut self, subject: Subject, owner: Post, duty: Duty, from: At) {
        let deadline = self.by.rules.due(duty, self.tree.whistle.urgency, from);
        self.arm_until(subject, owner, duty, deadline);
    }

    /// The same, with a limit that was counted or set otherwise.
    pub fn arm_until(&mut self, subject: Subject, owner: Post, duty: Duty, deadline: Deadline) {
        self.disarm(&subject);
        let next = Obligation {
            id: ObligationId::new(self.by.mint),
            whistle: self.tree.whistle.id.clone(),
            // While a whistle waits for its summonses, only theirs remind.
            reminds: !matches!((&subject, duty), (Subject::Whistle(_), Duty::ReportIn | Duty::FirstResult)),
            subject,
            owner,
            duty,
            length: self.length(duty, &deadline),
            due_at: deadline.at,
            provisional: deadline.provisional,
            explained: deadline.explained,
            next_at: None,
            reached_at: None,
            passed_at: None,
            ended_at: None,
        };
        let id = next.id.clone();
        self.tree.obligations.push(next);
        self.change_obligation(&id, |_| {});
    }

    fn length(&self, duty: Duty, deadline: &Deadline) -> i64 {
        self.by.rules.length(duty, self.tree.whistle.urgency, deadline, self.by.now)
    }

    /// Brings the limit of what the subject owes forward; a later one changes nothing. A set limit has no account.
    pub fn shorten(&mut self, subject: &Subject, due_at: At) {
        let Some(armed) = self.tree.armed(subject).filter(|one| due_at < one.due_at) else { return };
        let id = armed.id.clone();
        self.set_limit(&id, Deadline { at: due_at, provisional: false, explained: Vec::new() });
    }

    /// Gives an armed obligation another limit, counted or set from now; one that had passed may pass again.
    pub fn set_limit(&mut self, id: &ObligationId, deadline: Deadline) {
        let Some(duty) = self.tree.obligations.iter().find(|one| one.id == *id).map(|one| one.duty) else { return };
        let length = self.length(duty, &deadline);
        self.move_limit(id, deadline);
        self.change_obligation(id, |obligation| obligation.length = length);
    }

    /// Gives an armed obligation more time: its limit is longer by that.
    pub fn extend_limit(&mut self, id: &ObligationId, until: At) {
        let Some(armed) = self.tree.obligations.iter().find(|one| one.id == *id) else { return };
        let (rules, urgency) = (self.by.rules, self.tree.whistle.urgency);
        let more = rules.between(armed.duty, urgency, armed.due_at, until);
        self.move_limit(id, Deadline { at: until, provisional: false, explained: Vec::new() });
        self.change_obligation(id, |obligation| obligation.length += more);
    }

    /// Puts the limit of an armed obligation elsewhere, as long as it was.
    pub fn move_limit(&mut self, id: &ObligationId, deadline: Deadline) {
        self.change_obligation(id, |obligation| {
            obligation.due_at = deadline.at;
            obligation.provisional = deadline.provisional;
            obligation.explained = deadline.explained;
            obligation.reached_at = None;
            obligation.passed_at = None;
        });
    }

    /// Ends what the subject owed: the move was made.
    pub fn disarm(&mut self, subject: &Subject) {
        let now = self.by.now;
        for armed in self.tree.obligations.iter_mut().filter(|one| one.is_armed() && one.subject == *subject) {
            armed.ended_at = Some(now);
            self.change.obligations.retain(|one| one.id != armed.id);
            self.change.obligations.push(armed.clone());
        }
    }

    /// Changes an armed obligation in place; when its owner is reminded of it follows.
    pub fn change_obligation(&mut self, id: &ObligationId, change: impl FnOnce(&mut Obligation)) {
        let (rules, urgency, now) = (self.by.rules, self.tree.whistle.urgency, self.by.now);
        if let Some(armed) = self.tree.obligations.iter_mut().find(|one| one.id == *id) {
            change(armed);
            armed.next_at = reminders::next(armed, urgency, rules, now);
            self.change.obligations.retain(|one| one.id != *id);
            self.change.obligations.push(armed.clone());
        }
    }

    /// Owes a letter to a post, about this whistle; `why` makes its key unique within the whistle.
    pub fn owe(&mut self, kind: LetterKind, to: Post, about: Option<&SummonsId>, why: &str) {
        let whistle = self.tree.whistle.id.clone();
        let key = format!("{kind}:{whistle}:{why}:{}:{}", to.role, to.department);
        self.change.letters.push(LetterOwed {
            id: LetterId::new(self.by.mint),
            key,
            kind,
            to,
            whistle: Some(whistle),
            summons: about.cloned(),
            not_before: self.by.now,
        });
    }

    /// Holds the letters of a kind that are owed so far back for a while.
    pub fn hold_letters(&mut self, kind: LetterKind, minutes: i64) {
        let not_before = self.by.now.plus_minutes(minutes);
        let held = self.change.letters.iter_mut().filter(|letter| letter.kind == kind);
        held.for_each(|letter| letter.not_before = not_before);
    }

    /// Owes a letter that is no single whistle's.
    pub fn owe_as(&mut self, letter: LetterOwed) {
        self.change.letters.push(letter);
    }

    /// The whistle as an obligation's subject.
    pub fn whistle_subject(&self) -> Subject {
        Subject::Whistle(self.tree.whistle.id.clone())
    }
}
