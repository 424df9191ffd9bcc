//! A decision in the making: the tree as it will stand, and the `Change` that gets it there. Deeds speak to a draft in
//! the field's words (arm, record, owe, write down) and never put a `Change` together by hand.

use super::at::At;
use super::attachment::Attachment;
use super::calendar::Deadline;
use super::decision::{Change, Erasure, Guard, LetterOwed, Refusal, Series, Text};
use super::event::{Doer, Event, EventKind};
use super::obligation::{Obligation, Post, Subject};
use super::policy::Actor;
use super::reminders;
use super::rules::Rules;
use super::terms::{Duty, LetterKind, TextClass, Urgency};
use super::whistle::Tree;
use crate::ids::{LetterId, Mint, ObligationId, PersonId, TextId, TreeId};
use serde_json::Value;

/// A sound order with the function that decides on it.
pub type Plan<T> = Box<dyn FnOnce(T, Deciding<'_>) -> Result<Change, Refusal>>;

/// What every decision brings along: who, by which rules, when, and fresh ids.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// `None`: the hub itself.
    pub actor: Option<&'a Actor>,
    pub rules: &'a Rules,
    pub now: At,
    pub mint: &'a mut Mint,
}

/// What events, limits and letters hang on: a whistle with its summonses, a visit with its findings.
pub trait Rooted: Sized {
    /// Its id.
    fn root(&self) -> TreeId;
    /// The tree as a whole, as an obligation's subject.
    fn whole(&self) -> Subject;
    /// How fast its limits run.
    fn urgency(&self) -> Urgency;
    /// The version of what is meant, or of the whole.
    fn version_of(&self, about: Option<&Subject>) -> i64;
    /// What is owed in it.
    fn owed(&self) -> &[Obligation];
    /// The same, to be changed.
    fn obligations(&mut self) -> &mut Vec<Obligation>;
    /// No limit of this subject was counted from before.
    fn began(&self, subject: &Subject) -> Option<At>;
    /// The finished decision.
    fn finish(draft: Draft<'_, Self>) -> Change;
    /// Raises the version that guards it; answers the one before.
    fn raise(&mut self) -> i64;
}

/// The tree as it will stand, with the `Change` under way.
#[derive(Debug)]
pub struct Draft<'a, T = Tree> {
    pub by: Deciding<'a>,
    pub tree: T,
    pub(super) change: Change,
    pub(super) touched: Vec<Subject>,
}

impl<'a, T: Rooted> Draft<'a, T> {
    /// A decision on a tree that was read: guarded by its version.
    pub fn on(by: Deciding<'a>, mut tree: T) -> Draft<'a, T> {
        let guard = Guard { tree: tree.root(), tree_version: tree.raise() };
        Draft { by, tree, change: Change { guards: vec![guard], ..Change::default() }, touched: Vec::new() }
    }

    /// A decision that brings a new tree into the world, numbered in its civil year.
    pub fn born(by: Deciding<'a>, tree: T, prefix: &'static str) -> Draft<'a, T> {
        let series = Series { prefix, year: by.now.year() };
        Draft { by, tree, change: Change { series: Some(series), ..Change::default() }, touched: Vec::new() }
    }

    /// The finished decision.
    pub fn finish(mut self) -> Change {
        self.tell_versions();
        T::finish(self)
    }

    /// Each event is told the version that its subject then has: a lost race shows what passed.
    fn tell_versions(&mut self) {
        for event in &mut self.change.events {
            let version = self.tree.version_of(event.about.as_ref());
            if let Some(data) = event.data.as_object_mut() {
                data.insert("version".into(), version.into());
            }
        }
    }

    /// The tree as a whole, as an obligation's subject.
    pub fn whole(&self) -> Subject {
        self.tree.whole()
    }

    /// Keeps a text that law may erase, and answers where it lies.
    pub fn write_down(&mut self, body: &str) -> TextId {
        self.keep_text(body, TextClass::Open)
    }

    pub(super) fn keep_text(&mut self, body: &str, class: TextClass) -> TextId {
        let text = Text { id: TextId::new(self.by.mint), salt: self.by.mint.salt(), body: body.to_owned(), class };
        let id = text.id.clone();
        self.change.texts.push(text);
        id
    }

    /// Has texts erased with this decision.
    pub fn erase(&mut self, erasure: Erasure) {
        self.change.erased = Some(erasure);
    }

    /// Keeps a file of proof.
    pub(super) fn keep_attachment(&mut self, attachment: Attachment) {
        self.change.attachments.push(attachment);
    }

    /// Records what happened to the tree as a whole, by whoever decides.
    pub fn record(&mut self, kind: EventKind, data: Value) {
        self.push_event(kind, None, self.by.actor.map(Doer::from), data);
    }

    /// Records a move that the hub makes because of a deed.
    pub fn record_move(&mut self, kind: EventKind) {
        self.record_as_hub(kind, Value::Object(serde_json::Map::new()));
    }

    /// The same, with what is to be told of it.
    pub fn record_as_hub(&mut self, kind: EventKind, data: Value) {
        self.push_event(kind, None, None, data);
    }

    /// Records what happened to the whole or to a part of it, by whoever decides.
    pub fn record_about(&mut self, kind: EventKind, about: &Subject, data: Value) {
        let part = (*about != self.tree.whole()).then(|| about.clone());
        self.push_event(kind, part, self.by.actor.map(Doer::from), data);
    }

    /// Records a move that the hub makes on a part of the tree because of a deed.
    pub fn record_move_about(&mut self, kind: EventKind, about: Subject) {
        self.push_event(kind, Some(about), None, Value::Object(serde_json::Map::new()));
    }

    /// The same, with what is to be told of it.
    pub fn record_move_with(&mut self, kind: EventKind, about: Subject, data: Value) {
        self.push_event(kind, Some(about), None, data);
    }

    fn push_event(&mut self, kind: EventKind, about: Option<Subject>, doer: Option<Doer>, data: Value) {
        let (tree, office_only) = (self.tree.root(), kind.is_discreet());
        self.change.events.push(Event { kind, tree, about, doer, office_only, data });
    }

    /// Ends whatever the subject owed and arms its next obligation, counted from now at the tree's urgency.
    pub fn arm(&mut self, subject: Subject, owner: Post, duty: Duty) {
        self.arm_from(subject, owner, duty, self.by.now);
    }

    /// The same, counted from another moment: a first result is due from dispatch on.
    pub fn arm_from(&mut self, subject: Subject, owner: Post, duty: Duty, from: At) {
        let deadline = self.by.rules.due(duty, self.tree.urgency(), from);
        self.arm_until(subject, owner, duty, deadline);
    }

    /// The same, with a limit that was counted or set otherwise.
    pub fn arm_until(&mut self, subject: Subject, owner: Post, duty: Duty, deadline: Deadline) {
        self.disarm(&subject);
        let next = Obligation {
            id: ObligationId::new(self.by.mint),
            tree: self.tree.root(),
            reminds: reminds(&subject, duty),
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
            acknowledged_at: None,
            held_back_at: None,
            ended_at: None,
        };
        let id = next.id.clone();
        self.tree.obligations().push(next);
        self.change_obligation(&id, |_| {});
    }

    fn length(&self, duty: Duty, deadline: &Deadline) -> i64 {
        self.by.rules.length(duty, self.tree.urgency(), deadline, self.by.now)
    }

    /// Brings the limit of what the subject owes forward; a later one changes nothing. A set limit has no account.
    pub fn shorten(&mut self, subject: &Subject, due_at: At) {
        let sooner = |one: &&mut Obligation| one.is_armed() && one.subject == *subject && due_at < one.due_at;
        let Some(id) = self.tree.obligations().iter_mut().find(sooner).map(|one| one.id.clone()) else { return };
        self.set_limit(&id, Deadline::set(due_at));
    }

    /// Gives an armed obligation another limit, counted or set from now; one that had passed may pass again.
    pub fn set_limit(&mut self, id: &ObligationId, deadline: Deadline) {
        let Some(duty) = self.tree.obligations().iter().find(|one| one.id == *id).map(|one| one.duty) else { return };
        let length = self.length(duty, &deadline);
        self.move_limit(id, deadline);
        self.change_obligation(id, |obligation| obligation.length = length);
    }

    /// Gives an armed obligation more time: its limit is longer by that.
    pub fn extend_limit(&mut self, id: &ObligationId, until: At) {
        let (rules, urgency) = (self.by.rules, self.tree.urgency());
        let Some(armed) = self.tree.obligations().iter().find(|one| one.id == *id) else { return };
        let more = rules.between(armed.duty, urgency, armed.due_at, until);
        self.move_limit(id, Deadline::set(until));
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
            obligation.acknowledged_at = None;
            obligation.held_back_at = None;
        });
    }

    /// Ends what the subject owed: the move was made.
    pub fn disarm(&mut self, subject: &Subject) {
        let now = self.by.now;
        for armed in self.tree.obligations().iter_mut().filter(|one| one.is_armed() && one.subject == *subject) {
            armed.ended_at = Some(now);
            self.change.obligations.retain(|one| one.id != armed.id);
            self.change.obligations.push(armed.clone());
        }
    }

    /// Changes an armed obligation in place; when its owner is reminded of it follows.
    pub fn change_obligation(&mut self, id: &ObligationId, change: impl FnOnce(&mut Obligation)) {
        let (rules, urgency, now) = (self.by.rules, self.tree.urgency(), self.by.now);
        if let Some(armed) = self.tree.obligations().iter_mut().find(|one| one.id == *id) {
            change(armed);
            armed.next_at = reminders::next(armed, urgency, rules, now);
            self.change.obligations.retain(|one| one.id != *id);
            self.change.obligations.push(armed.clone());
        }
    }

    /// Holds the letters of a kind that are owed so far back for a while.
    pub fn hold_letters(&mut self, kind: LetterKind, minutes: i64) {
        let not_before = self.by.now.plus_minutes(minutes);
        let held = self.change.letters.iter_mut().filter(|letter| letter.kind == kind);
        held.for_each(|letter| letter.not_before = not_before);
    }

    /// Owes a letter to a post, about this tree; `why` makes its key unique within it.
    pub fn owe_about(&mut self, kind: LetterKind, to: Post, about: Option<Subject>, why: &str) {
        let tree = self.tree.root();
        let key = format!("{kind}:{}:{why}:{}:{}", tree.as_str(), to.role, to.department);
        let (id, not_before) = (LetterId::new(self.by.mint), self.by.now);
        self.change.letters.push(LetterOwed { id, key, kind, to, person: None, tree: Some(tree), about, not_before });
    }

    /// Owes a letter to one person, about this tree; `why` makes its key unique within it.
    pub fn owe_to(&mut self, kind: LetterKind, person: &PersonId, why: &str) {
        let Some(known) = self.by.rules.directory.person(person) else { return };
        let to = Post { role: known.role, department: known.department_code.clone() };
        self.owe_about(kind, to, None, &format!("{why}:{person}"));
        if let Some(letter) = self.change.letters.last_mut() {
            letter.person = Some(person.clone());
        }
    }

    /// Owes a letter that is no single tree's.
    pub fn owe_as(&mut self, letter: LetterOwed) {
        self.change.letters.push(letter);
    }
}

/// While a whole waits for its parts, only theirs remind.
fn reminds(subject: &Subject, duty: Duty) -> bool {
    match subject {
        Subject::Whistle(_) => !matches!(duty, Duty::ReportIn | Duty::FirstResult | Duty::Rectification),
        Subject::Visit(_) => duty != Duty::Approval,
        Subject::Summons(_) | Subject::Part(_) | Subject::Finding(_) | Subject::Aside(_) => true,
    }
}
