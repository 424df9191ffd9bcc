//! How a whistle comes to an end without being handled, and what that means for others: its summonses are cancelled, what
//! was merged into it is the office's again. Withdrawing and lapsing stand here; declining and closing use the same parts.

use super::{Tree, issue, merge, posts};
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::{LetterKind, SummonsStatus, WhistleStatus, Window};
use crate::ids::SummonsId;
use serde_json::json;

/// The body of `…/withdraw`.
pub static WITHDRAW: Spec =
    Spec { name: "WithdrawOrder", fields: &[Field::required("reason", Kind::Text { max: TEXT_MAX })] };

/// Why it is taken back; `merged`: the whistles that had been merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawOrder {
    reason: String,
    merged: Vec<Tree>,
}

impl WithdrawOrder {
    pub fn parse(body: &Node, merged: &[Tree]) -> Result<WithdrawOrder, Vec<Fault>> {
        let (reader, faults) = read(&WITHDRAW, body);
        let merged = merged.to_vec();
        faults.judge(reader.text("reason").map(|reason| WithdrawOrder { reason, merged }))
    }
}

/// Takes the whistle back: the blower before dispatch, the director after. Nobody takes back a major hazard.
pub fn withdraw(order: &WithdrawOrder, tree: Tree, mut by: Deciding<'_>) -> Change {
    let merged = let_go(&order.merged, &mut by);
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(&order.reason);
    draft.record(EventKind::WhistleWithdrawn, json!({ "reason": text_ref(&reason) }));
    end(&mut draft, WhistleStatus::Withdrawn);
    cancel_summonses(&mut draft);
    merged.into_iter().fold(draft.finish(), Change::and)
}

/// A returned whistle that nobody completed ends by itself. It still may be appealed.
pub fn lapse(tree: Tree, passed: &Obligation, merged: &[Tree], mut by: Deciding<'_>) -> Change {
    let merged = let_go(merged, &mut by);
    let mut draft = Draft::on(by, tree);
    draft.record(EventKind::WhistleLapsed, json!({ "due_at": passed.due_at.rfc3339() }));
    declined(draft, merged)
}

/// The end that declining and lapsing have in common.
pub fn declined(mut draft: Draft<'_>, merged: Vec<Change>) -> Change {
    draft.tree.whistle.missing.clear();
    draft.tree.whistle.objection_until = objection_window(&draft, Window::Appeal);
    end(&mut draft, WhistleStatus::Declined);
    tell_blower(&mut draft, LetterKind::WhistleDeclined);
    merged.into_iter().fold(draft.finish(), Change::and)
}

/// Puts the whistle into its last state: nobody owes anything for it.
pub fn end(draft: &mut Draft<'_>, status: WhistleStatus) {
    draft.move_whistle(status);
    let subject = draft.whistle_subject();
    draft.disarm(&subject);
}

/// The blower learns how it ended.
pub fn tell_blower(draft: &mut Draft<'_>, letter: LetterKind) {
    let whistle = &draft.tree.whistle;
    let (blower, why) = (posts::blower(whistle), format!("{}:{}", whistle.status, whistle.version));
    draft.owe(letter, blower, None, &why);
}

/// Until when the blower may object to what is decided now.
pub fn objection_window(draft: &Draft<'_>, window: Window) -> Option<At> {
    Some(draft.by.rules.window(window, draft.tree.whistle.urgency, draft.by.now).at)
}

/// Whoever was summoned need not go on.
pub fn cancel_summonses(draft: &mut Draft<'_>) {
    let open: Vec<SummonsId> =
        draft.tree.counting().filter(|one| one.status != SummonsStatus::Done).map(|one| one.id.clone()).collect();
    for id in open {
        draft.move_summons(&id, SummonsStatus::Cancelled);
        draft.record_summons_move(EventKind::SummonsCancelled, &id);
        draft.disarm(&Subject::Summons(id.clone()));
        issue::tell_let_off(draft, &id);
    }
}

/// What was merged into a whistle that ends without being handled is the office's again, each in its own tree.
pub fn let_go(merged: &[Tree], by: &mut Deciding<'_>) -> Vec<Change> {
    let free = |tree: &Tree| {
        let by = Deciding { actor: None, rules: by.rules, now: by.now, mint: by.mint };
        merge::free(tree.clone(), by)
    };
    merged.iter().map(free).collect()
}
