//! The committee office's deeds on a whistle: accept, dispatch, return, decline, send back, close. The office decides
//! and coordinates; nothing here lets it inspect anything.

mod orders;
#[cfg(test)]
mod tests;

pub use orders::{
    ACCEPT, AcceptOrder, CLOSE, DECLINE, DISPATCH, DispatchOrder, RETURN, SEND_BACK, SummonsOrder, parse_return,
    parse_send_back,
};

use super::{Tree, follow};
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{Post, Subject};
use crate::domain::policy;
use crate::domain::summons::{Summons, speaker};
use crate::domain::terms::{
    ClosureKind, DeclineGround, Duty, LetterKind, Role, SummonsRole, SummonsStatus, Urgency, WhistleStatus,
};
use crate::ids::{SummonsId, TextId};
use serde_json::json;

/// How long a summons' letter is held back at normal and complex urgency: time to think twice. Minutes.
const HOLD_MINUTES: i64 = 1;

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
        issue_all(&mut draft, &accepted_summonses(order));
    } else {
        let office = office_post(&draft);
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
    issue_all(&mut draft, &order.summonses);
    draft.finish()
}

fn accepted_summonses(order: &AcceptOrder) -> Vec<SummonsOrder> {
    let one =
        |department: &String, role| SummonsOrder { department: department.clone(), role, task: None, due_at: None };
    let supports = order.supports.iter().map(|code| one(code, SummonsRole::Support));
    std::iter::once(one(&order.lead, SummonsRole::Lead)).chain(supports).collect()
}

fn issue_all(draft: &mut Draft<'_>, orders: &[SummonsOrder]) {
    draft.move_whistle(WhistleStatus::Dispatched);
    let codes: Vec<&str> = orders.iter().map(|order| order.department.as_str()).collect();
    draft.record(EventKind::WhistleDispatched, json!({ "departments": codes }));
    orders.iter().for_each(|order| issue_one(draft, order));
    let urgency = draft.tree.whistle.urgency;
    if matches!(urgency, Urgency::Normal | Urgency::Complex) {
        draft.hold_letters(HOLD_MINUTES);
    }
    await_report_ins(draft);
}

/// The latest report-in limit is the whistle's: until then nobody needs to look at the whole.
fn await_report_ins(draft: &mut Draft<'_>) {
    let (office, whole) = (office_post(draft), draft.whistle_subject());
    draft.arm(whole.clone(), office, Duty::ReportIn);
    let summoned = draft.tree.obligations.iter().filter(|one| one.is_armed() && one.subject != whole);
    if let Some(due_at) = summoned.map(|one| one.due_at).max() {
        draft.shorten(&whole, due_at);
    }
}

fn issue_one(draft: &mut Draft<'_>, order: &SummonsOrder) {
    let whistle = &draft.tree.whistle;
    let before = draft.tree.summonses.iter().filter(|one| one.department == order.department).count();
    let again = if before == 0 { String::new() } else { (before + 1).to_string() };
    let code = format!("{}-{}{again}", whistle.code, order.department);
    let (whistle_id, whistle_code) = (whistle.id.clone(), whistle.code.clone());
    let id = SummonsId::new(draft.by.mint);
    let task = order.task.as_deref().map(|task| draft.write_down(task));
    draft.issue(Summons {
        id: id.clone(),
        code,
        whistle: whistle_id,
        whistle_code,
        department: order.department.clone(),
        role: order.role,
        status: SummonsStatus::Issued,
        task: task.clone(),
        officers: Vec::new(),
        mode: None,
        eta: None,
        note: None,
        result: None,
        lacks: None,
        issued_at: draft.by.now,
        version: 1,
    });
    let data = json!({ "department": order.department, "role": order.role, "task": task.as_ref().map(text_ref) });
    draft.record_summons(EventKind::SummonsIssued, &id, data);
    draft.show_to(order.department.clone());
    draft.show_to(policy::inspectors_of(&order.department));
    arm_report_in(draft, &id, order);
    let speaks = speaker(&order.department, &draft.by.rules.directory);
    for role in [Some(speaks), (speaks == Role::Liaison).then_some(Role::DepartmentHead)].into_iter().flatten() {
        let post = Post { role, department: order.department.clone() };
        draft.owe(LetterKind::SummonsNew, post, Some(&id), id.as_str());
    }
}

fn arm_report_in(draft: &mut Draft<'_>, id: &SummonsId, order: &SummonsOrder) {
    let owner =
        Post { role: speaker(&order.department, &draft.by.rules.directory), department: order.department.clone() };
    let subject = Subject::Summons(id.clone());
    draft.arm(subject.clone(), owner, Duty::ReportIn);
    if let Some(due_at) = order.due_at {
        draft.shorten(&subject, due_at);
    }
}

/// Sends the whistle back to its blower, naming what is missing.
pub fn return_(missing: Vec<String>, note: Option<&str>, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = note.map(|note| draft.write_down(note));
    draft.record(EventKind::WhistleReturned, json!({ "missing": missing, "note": note.as_ref().map(text_ref) }));
    draft.tree.whistle.missing = missing;
    draft.move_whistle(WhistleStatus::Returned);
    let blower = blower_post(&draft);
    // Nothing urgent may lie with a blower who sleeps: then the office phones, and the clock is the office's own.
    let owner = if is_pressing(draft.tree.whistle.urgency) { office_post(&draft) } else { blower.clone() };
    draft.arm(draft.whistle_subject(), owner, Duty::Complete);
    let why = format!("returned:{}", draft.tree.whistle.version);
    draft.owe(LetterKind::WhistleReturned, blower, None, &why);
    draft.finish()
}

/// Does not take the whistle on.
pub fn decline(ground: DeclineGround, note: Option<&str>, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = note.map(|note| draft.write_down(note));
    draft.record(EventKind::WhistleDeclined, json!({ "ground": ground, "note": note.as_ref().map(text_ref) }));
    draft.tree.whistle.declined = Some(ground);
    draft.tree.whistle.missing.clear();
    end(draft, WhistleStatus::Declined, LetterKind::WhistleDeclined)
}

/// Strikes the whistle off: its danger is gone, or shown never to have been.
pub fn close(kind: ClosureKind, conclusion: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let conclusion = draft.write_down(conclusion);
    draft.record(EventKind::WhistleClosed, json!({ "kind": kind, "conclusion": text_ref(&conclusion) }));
    draft.tree.whistle.closed = Some(kind);
    end(draft, WhistleStatus::Closed, LetterKind::WhistleClosed)
}

fn end(mut draft: Draft<'_>, status: WhistleStatus, letter: LetterKind) -> Change {
    draft.move_whistle(status);
    let subject = draft.whistle_subject();
    draft.disarm(&subject);
    let (blower, why) = (blower_post(&draft), format!("{status}:{}", draft.tree.whistle.version));
    draft.owe(letter, blower, None, &why);
    draft.finish()
}

/// Not enough to close: the named summonses go back to work with a fresh limit.
pub fn send_back(lacks: &str, ids: &[SummonsId], tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let lacks = draft.write_down(lacks);
    draft.move_whistle(WhistleStatus::Handling);
    let codes: Vec<String> =
        draft.tree.summonses.iter().filter(|one| ids.contains(&one.id)).map(|one| one.code.clone()).collect();
    draft.record(EventKind::WhistleSentBack, json!({ "lacks": text_ref(&lacks), "summonses": codes }));
    for id in ids {
        draft.change_summons(id, |summons| {
            summons.status = SummonsStatus::Working;
            summons.lacks = Some(lacks.clone());
        });
        draft.record_summons(EventKind::SummonsSentBack, id, json!({ "lacks": text_ref(&lacks) }));
        follow::arm_first_result(&mut draft, id);
    }
    let office = office_post(&draft);
    draft.arm(draft.whistle_subject(), office, Duty::FirstResult);
    draft.finish()
}

/// Emergency and urgent: whoever is slow, the office phones.
pub fn is_pressing(urgency: Urgency) -> bool {
    matches!(urgency, Urgency::Emergency | Urgency::Urgent)
}

/// The office's duty post.
pub fn office_post(draft: &Draft<'_>) -> Post {
    Post { role: Role::OfficeDuty, department: draft.by.rules.directory.office().to_owned() }
}

fn blower_post(draft: &Draft<'_>) -> Post {
    let blower = &draft.tree.whistle.blower;
    Post { role: blower.role, department: blower.department.clone() }
}
