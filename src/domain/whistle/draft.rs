//! A decision about a whistle in the making: what [`Draft`] says of every tree, in the words of whistle and summons. Nothing
//! is decided here.

use super::{Tree, Whistle};
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::EventKind;
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::summons::Summons;
use crate::domain::terms::{LetterKind, SummonsStatus, TextClass, Urgency, WhistleStatus};
use crate::ids::{SummonsId, TextId, TreeId};
use serde_json::Value;

impl Rooted for Tree {
    fn root(&self) -> TreeId {
        (&self.whistle.id).into()
    }

    fn whole(&self) -> Subject {
        Subject::Whistle(self.whistle.id.clone())
    }

    fn urgency(&self) -> Urgency {
        self.whistle.urgency
    }

    fn version_of(&self, about: Option<&Subject>) -> i64 {
        let summons = about.and_then(Subject::summons).and_then(|id| self.summons(id));
        summons.map_or(self.whistle.version, |summons| summons.version)
    }

    fn owed(&self) -> &[Obligation] {
        &self.obligations
    }

    fn obligations(&mut self) -> &mut Vec<Obligation> {
        &mut self.obligations
    }

    fn began(&self, subject: &Subject) -> Option<At> {
        match subject.summons() {
            Some(id) => self.summons(id).map(|summons| summons.issued_at),
            None => Some(self.whistle.received_at()),
        }
    }

    fn finish(mut draft: Draft<'_, Tree>) -> Change {
        let touched = |one: &Summons| draft.touched.contains(&Subject::Summons(one.id.clone()));
        draft.change.summonses = draft.tree.summonses.into_iter().filter(touched).collect();
        draft.change.whistle = Some(draft.tree.whistle);
        draft.change
    }

    fn raise(&mut self) -> i64 {
        self.whistle.tree_version += 1;
        self.whistle.tree_version - 1
    }
}

impl<'a> Draft<'a> {
    /// A decision that brings a new whistle into the world, numbered in its civil year.
    pub fn new(by: Deciding<'a>, whistle: Whistle) -> Draft<'a> {
        Draft::born(by, Tree { whistle, summonses: Vec::new(), obligations: Vec::new() }, "WH")
    }

    /// The same for who an informer is: no page, search, letter or export ever holds it.
    pub fn seal_up(&mut self, body: &str) -> TextId {
        self.keep_text(body, TextClass::Sealed)
    }

    /// Lets a reader's key see the whistle from now on.
    pub fn show_to(&mut self, viewer: String) {
        if !self.change.sights.contains(&viewer) {
            self.change.sights.push(viewer);
        }
    }

    /// Records that a ruling on a summons took the whistle's lead away or gave it another; nothing if neither.
    pub fn record_lead(&mut self, was: Option<&str>) {
        let lead = self.tree.whistle.lead.clone();
        if lead.as_deref() != was {
            self.tree.whistle.version += 1;
            self.record_as_hub(EventKind::WhistleLeadChanged, serde_json::json!({ "lead": lead, "was": was }));
        }
    }

    /// Records a move that the hub makes on a summons because of a deed.
    pub fn record_summons_move(&mut self, kind: EventKind, summons: &SummonsId) {
        self.record_move_about(kind, Subject::Summons(summons.clone()));
    }

    /// Records what happened to a summons, by whoever decides.
    pub fn record_summons(&mut self, kind: EventKind, summons: &SummonsId, data: Value) {
        self.record_about(kind, &Subject::Summons(summons.clone()), data);
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
        self.touched.push(Subject::Summons(summons.id.clone()));
        self.tree.summonses.push(summons);
    }

    /// Changes one summons, raising its version; `None` if the tree has no such summons.
    pub fn change_summons(&mut self, id: &SummonsId, change: impl FnOnce(&mut Summons)) {
        if let Some(summons) = self.tree.summonses.iter_mut().find(|one| one.id == *id) {
            change(summons);
            summons.version += 1;
            self.touched.push(Subject::Summons(id.clone()));
        }
    }

    /// Puts a summons into a state.
    pub fn move_summons(&mut self, id: &SummonsId, status: SummonsStatus) {
        self.change_summons(id, |summons| summons.status = status);
    }

    /// Owes a letter to a post, about this whistle; `why` makes its key unique within the whistle.
    pub fn owe(&mut self, kind: LetterKind, to: Post, about: Option<&SummonsId>, why: &str) {
        self.owe_about(kind, to, about.cloned().map(Subject::Summons), why);
    }

    /// The last event is for those alone who see everything.
    pub fn hush(&mut self) {
        if let Some(event) = self.change.events.last_mut() {
            event.office_only = true;
        }
    }
    /// The whistle as an obligation's subject.
    pub fn whistle_subject(&self) -> Subject {
        self.tree.whole()
    }
}
