//! The committee office's deeds on a whistle: accept, dispatch, return, decline, send back, close. The office decides
//! and coordinates; nothing here lets it inspect anything.

mod orders;
#[cfg(test)]
mod tests;

pub use orders::{
    ACCEPT, AcceptOrder, CLOSE, CloseOrder, DECLINE, DISPATCH, DeclineOrder, DispatchOrder, RETURN, ReturnOrder,
    SEND_BACK, SendBackOrder, SummonsOrder, named_summonses,
};

use super::{Tree, end, follow, guarded, issue, posts};
use crate::domain::decision::{Change, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::terms::{Duty, LetterKind, SummonsRole, SummonsStatus, WhistleStatus, Window};
use crate::ids::TextId;
use serde_json::json;

/// Takes the whistle on: severity, urgency, lead, supports and route stand; dispatches at once if told so.
pub fn accept(order: &AcceptOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let clause = order.clause.as_deref().map(|clause| draft.write_down(clause));
    let whistle = &mut draft.tree.whistle;
    whistle.severity = order.severity;
    whistle.urgency = order.urgency;
    whistle.lead = Some(order.lead.clone());
    whistle.supports.clone_from(&order.supports);
    whistle.route = Some(order.route);
    whistle.needs = Some(order.needs);
    whistle.missing.clear();
    if clause.is_some() {
        whistle.texts.clause.clone_from(&clause);
    }
    draft.move_whistle(WhistleStatus::Accepted);
    let data = json!({
        "severity": order.severity, "urgency": order.urgency, "lead": order.lead, "supports": order.supports,
        "route": order.route, "clause": clause.as_ref().map(text_ref),
    });
    draft.record(EventKind::WhistleAccepted, data);
    if order.dispatch {
        issue::issue_all(&mut draft, &accepted_summonses(order));
    } else {
        let office = posts::office(&draft);
        draft.arm(draft.whistle_subject(), office, Duty::Dispatch);
    }
    draft.finish()
}

/// Summons the departments; their clocks run from now.
pub fn dispatch(order: &DispatchOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    if let Some(needs) = order.needs {
        draft.tree.whistle.needs = Some(needs);
    }
    // Whom the office summons may differ from whom it had in mind; the whistle names those who were summoned.
    let supports = order.summonses.iter().filter(|one| one.role == SummonsRole::Support);
    draft.tree.whistle.supports = supports.map(|one| one.department.clone()).collect();
    let leads = order.summonses.iter().find(|one| one.role == SummonsRole::Lead);
    draft.tree.whistle.lead = leads.map(|one| one.department.clone());
    issue::issue_all(&mut draft, &order.summonses);
    draft.finish()
}

fn accepted_summonses(order: &AcceptOrder) -> Vec<SummonsOrder> {
    let supports = order.supports.iter().map(|code| SummonsOrder::plain(code, SummonsRole::Support));
    std::iter::once(SummonsOrder::plain(&order.lead, SummonsRole::Lead)).chain(supports).collect()
}

/// Sends the whistle back to its blower, naming what is missing.
pub fn return_(order: &ReturnOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = order.note.as_deref().map(|note| draft.write_down(note));
    let data = json!({ "missing": order.missing, "note": note.as_ref().map(text_ref) });
    draft.record(EventKind::WhistleReturned, data);
    draft.tree.whistle.missing.clone_from(&order.missing);
    draft.move_whistle(WhistleStatus::Returned);
    await_completion(&mut draft);
    let (blower, why) = (posts::blower(&draft.tree.whistle), format!("returned:{}", draft.tree.whistle.version));
    draft.owe(LetterKind::WhistleReturned, blower, None, &why);
    draft.finish()
}

/// A returned whistle waits for its blower. Nothing urgent may lie with one who sleeps: then the office phones, and the
/// clock is the office's own.
pub fn await_completion(draft: &mut Draft<'_>) {
    let pressing = posts::is_pressing(draft.tree.whistle.urgency);
    let owner = if pressing { posts::office(draft) } else { posts::blower(&draft.tree.whistle) };
    draft.arm(draft.whistle_subject(), owner, Duty::Complete);
}

/// Does not take the whistle on. What was merged into it is the office's again.
pub fn decline(order: &DeclineOrder, tree: Tree, mut by: Deciding<'_>) -> Change {
    let merged = end::let_go(&order.merged, &mut by);
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = order.note.as_deref().map(|note| draft.write_down(note));
    let data = json!({ "ground": order.ground, "note": note.as_ref().map(text_ref) });
    draft.record(EventKind::WhistleDeclined, data);
    draft.tree.whistle.declined = Some(order.ground);
    end::declined(draft, merged)
}

/// Strikes the whistle off: its danger is gone, or shown never to have been.
///
/// # Errors
/// Guarded: a finding or a visit of it is open.
pub fn close(order: &CloseOrder, tree: Tree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let reasons = tree.whistle.bars_closing();
    if !reasons.is_empty() {
        return Err(guarded(&tree, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    let conclusion = draft.write_down(&order.conclusion);
    draft.record(EventKind::WhistleClosed, json!({ "kind": order.kind, "conclusion": text_ref(&conclusion) }));
    draft.tree.whistle.closed = Some(order.kind);
    draft.tree.whistle.objection_until = end::objection_window(&draft, Window::Contest);
    end::end(&mut draft, WhistleStatus::Closed);
    end::tell_blower(&mut draft, LetterKind::WhistleClosed);
    Ok(draft.finish())
}

/// Not enough to close: the named summonses go back to work with a fresh limit. What is open is put right.
pub fn send_back(order: &SendBackOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let lacks = draft.write_down(&order.lacks);
    draft.move_whistle(WhistleStatus::Handling);
    let codes: Vec<String> = draft
        .tree
        .summonses
        .iter()
        .filter(|one| order.summonses.contains(&one.id))
        .map(|one| one.code.clone())
        .collect();
    draft.record(EventKind::WhistleSentBack, json!({ "lacks": text_ref(&lacks), "summonses": codes }));
    for id in &order.summonses {
        draft.change_summons(id, |summons| {
            summons.status = SummonsStatus::Working;
            summons.lacks = Some(lacks.clone());
        });
        draft.record_summons(EventKind::SummonsSentBack, id, json!({ "lacks": text_ref(&lacks) }));
        let now = draft.by.now;
        follow::arm_result(&mut draft, id, now);
    }
    let office = posts::office(&draft);
    draft.arm(draft.whistle_subject(), office, Duty::FirstResult);
    follow::rectify(&mut draft);
    draft.finish()
}
