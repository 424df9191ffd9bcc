//! Summoning departments: one summons each, its clock running from now, its unit written to and shown the whistle. A
//! dispatch, a summons more, a ruling that names another department and a new lead all go through here.

use super::office::SummonsOrder;
use super::posts;
use crate::domain::draft::Draft;
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::policy;
use crate::domain::summons::{Summons, may_dispute_from_the_start};
use crate::domain::terms::{Duty, LetterKind, SummonsRole, SummonsStatus, WhistleStatus, Window};
use crate::ids::SummonsId;
use serde_json::json;

/// How long a summons' letter is held back at normal and complex urgency: time to think twice. Minutes.
pub const HOLD_MINUTES: i64 = 1;

/// Summons every department of an order; the whistle waits for them.
pub fn issue_all(draft: &mut Draft<'_>, orders: &[SummonsOrder]) {
    draft.move_whistle(WhistleStatus::Dispatched);
    let codes: Vec<&str> = orders.iter().map(|order| order.department.as_str()).collect();
    draft.record(EventKind::WhistleDispatched, json!({ "departments": codes }));
    orders.iter().for_each(|order| drop(issue_one(draft, order)));
    await_report_ins(draft);
}

/// The latest report-in limit is the whistle's: until then nobody needs to look at the whole.
pub fn await_report_ins(draft: &mut Draft<'_>) {
    let (office, whole) = (posts::office(draft), draft.whistle_subject());
    let owed = draft.tree.obligations.iter().filter(|one| one.is_armed() && one.duty == Duty::ReportIn);
    let latest = owed.filter(|one| one.subject != whole).max_by_key(|one| one.due_at);
    if let Some(deadline) = latest.map(Obligation::deadline) {
        draft.arm_until(whole, office, Duty::ReportIn, deadline);
    }
}

/// Summons one department.
pub fn issue_one(draft: &mut Draft<'_>, order: &SummonsOrder) -> SummonsId {
    let task = order.task.as_deref().map(|task| draft.write_down(task));
    let summons = new_summons(draft, order, task);
    let (id, unit) = (summons.id.clone(), order.department.clone());
    let data = json!({ "department": unit, "role": order.role, "task": summons.task.as_ref().map(text_ref) });
    draft.issue(summons);
    draft.record_summons(EventKind::SummonsIssued, &id, data);
    draft.show_to(unit.clone());
    draft.show_to(policy::inspectors_of(&unit));
    let directory = &draft.by.rules.directory;
    let (speaker, head) = (posts::speaker(&unit, directory), posts::head(&unit, directory));
    let subject = Subject::Summons(id.clone());
    draft.arm(subject.clone(), speaker.clone(), Duty::ReportIn);
    if let Some(due_at) = order.due_at {
        draft.shorten(&subject, due_at);
    }
    draft.owe(LetterKind::SummonsNew, speaker.clone(), Some(&id), id.as_str());
    if head != speaker {
        draft.owe(LetterKind::SummonsNew, head, Some(&id), id.as_str());
    }
    if !posts::is_pressing(draft.tree.whistle.urgency) {
        draft.hold_letters(LetterKind::SummonsNew, HOLD_MINUTES);
    }
    id
}

fn new_summons(draft: &mut Draft<'_>, order: &SummonsOrder, task: Option<crate::ids::TextId>) -> Summons {
    let whistle = &draft.tree.whistle;
    let before = draft.tree.summonses.iter().filter(|one| one.department == order.department).count();
    let again = if before == 0 { String::new() } else { (before + 1).to_string() };
    let (now, urgency) = (draft.by.now, whistle.urgency);
    let until = may_dispute_from_the_start(whistle).then(|| draft.by.rules.window(Window::Dispute, urgency, now).at);
    Summons {
        code: format!("{}-{}{again}", whistle.code, order.department),
        whistle: whistle.id.clone(),
        whistle_code: whistle.code.clone(),
        department: order.department.clone(),
        role: order.role,
        status: SummonsStatus::Issued,
        task,
        officers: Vec::new(),
        mode: None,
        eta: None,
        note: None,
        result: None,
        lacks: None,
        dispute_until: until,
        dispute: None,
        delegated_to: None,
        extension: None,
        extended: 0,
        original_due_at: None,
        issued_at: now,
        version: 1,
        id: SummonsId::new(draft.by.mint),
    }
}

/// Makes a department the lead: one that counts already changes its part, any other is summoned.
pub fn lead_by(draft: &mut Draft<'_>, department: &str) {
    let standing = draft.tree.counting().find(|one| one.department == department).map(|one| one.id.clone());
    match standing {
        Some(id) => draft.change_summons(&id, |summons| summons.role = SummonsRole::Lead),
        None => {
            let order = SummonsOrder::plain(department, SummonsRole::Lead);
            issue_one(draft, &order);
        }
    }
    let whistle = &mut draft.tree.whistle;
    whistle.supports.retain(|support| support != department);
    whistle.lead = Some(department.to_owned());
}

/// The department learns that it is let off, unless its summons' letter is still held back: then neither leaves.
pub fn tell_let_off(draft: &mut Draft<'_>, id: &SummonsId) {
    let Some(summons) = draft.tree.summons(id) else { return };
    let held =
        !posts::is_pressing(draft.tree.whistle.urgency) && draft.by.now < summons.issued_at.plus_minutes(HOLD_MINUTES);
    if !held {
        tell_ruled(draft, id);
    }
}

/// The department's head learns what was decided about its summons.
pub fn tell_ruled(draft: &mut Draft<'_>, id: &SummonsId) {
    let Some(summons) = draft.tree.summons(id) else { return };
    let why = format!("{}:{}", id.as_str(), summons.version);
    let head = posts::head(&summons.department, &draft.by.rules.directory);
    draft.owe(LetterKind::SummonsRuled, head, Some(id), &why);
}

/// A department that is let off is no longer named with the whistle. Answers who led before.
pub fn without(draft: &mut Draft<'_>, id: &SummonsId) -> Option<String> {
    let was = draft.tree.whistle.lead.clone();
    let unit = draft.tree.summons(id).map(|one| one.department.clone())?;
    let whistle = &mut draft.tree.whistle;
    whistle.supports.retain(|support| *support != unit);
    if whistle.lead.as_ref() == Some(&unit) {
        whistle.lead = None;
    }
    was
}
