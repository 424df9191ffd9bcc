//! Turning a whistle while it is under way: a department more, another lead, another urgency. A raised urgency shortens
//! the limits that run and a lowered one lengthens them, both counted from the change; what was late stays late.

use super::office::SummonsOrder;
use super::{Tree, Whistle, issue, office, posts};
use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Obligation;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::{Duty, Route, SummonsRole, Urgency, WhistleStatus};
use crate::ids::TextId;
use serde_json::json;

/// The body of `…/add_summons`.
pub static ADD_SUMMONS: Spec = Spec {
    name: "AddSummonsOrder",
    fields: &[
        Field::required("department", Kind::Code),
        Field::required("role", Kind::Word(SummonsRole::WORDS)),
        Field::optional("task", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/change_lead`.
pub static CHANGE_LEAD: Spec = Spec {
    name: "ChangeLeadOrder",
    fields: &[Field::required("lead", Kind::Code), Field::required("reason", Kind::Text { max: TEXT_MAX })],
};

/// The body of `…/raise_urgency`.
pub static RAISE_URGENCY: Spec =
    Spec { name: "RaiseUrgencyOrder", fields: &[Field::required("urgency", Kind::Word(Urgency::WORDS))] };

/// The body of `…/lower_urgency`.
pub static LOWER_URGENCY: Spec = Spec {
    name: "LowerUrgencyOrder",
    fields: &[
        Field::required("urgency", Kind::Word(Urgency::WORDS)),
        Field::required("reason", Kind::Text { max: TEXT_MAX }),
    ],
};

/// Reads a summons more: a unit that is not summoned already, and no second lead.
pub fn parse_add_summons(body: &Node, tree: &Tree, directory: &Directory) -> Result<SummonsOrder, Vec<Fault>> {
    let (reader, mut faults) = read(&ADD_SUMMONS, body);
    let (department, role) = (reader.text("department"), reader.word("role", SummonsRole::parse));
    if let Some(code) = &department {
        if !directory.may_be_summoned(code) {
            faults.add(reader.pointer("department"), FaultCode::NoSuch);
        } else if tree.counting().any(|one| one.department == *code) {
            faults.add(reader.pointer("department"), FaultCode::Clash(Clash::Twice));
        }
    }
    if role == Some(SummonsRole::Lead) && tree.counting().any(|one| one.role == SummonsRole::Lead) {
        faults.add(reader.pointer("role"), FaultCode::Clash(Clash::OneLead));
    }
    let task = reader.text("task");
    let made = department.zip(role).map(|(department, role)| SummonsOrder { department, role, task, due_at: None });
    faults.judge(made)
}

/// Summons one department more. What had been one department's job is several departments' now.
pub fn add_summons(order: &SummonsOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let alone = draft.tree.counting().next().is_none();
    let whistle = &mut draft.tree.whistle;
    if whistle.route == Some(Route::Single) && !alone {
        whistle.route = Some(Route::Coordinated);
    }
    match order.role {
        SummonsRole::Lead => whistle.lead = Some(order.department.clone()),
        SummonsRole::Support => whistle.supports.push(order.department.clone()),
    }
    // `summons.issued` tells it; the whistle's version says that it has one more.
    draft.tree.whistle.version += 1;
    issue::issue_one(&mut draft, order);
    if draft.tree.whistle.status == WhistleStatus::Dispatched {
        issue::await_report_ins(&mut draft);
    }
    draft.finish()
}

/// Another lead, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeLeadOrder {
    lead: String,
    reason: String,
}

impl ChangeLeadOrder {
    pub fn parse(body: &Node, whistle: &Whistle, directory: &Directory) -> Result<ChangeLeadOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&CHANGE_LEAD, body);
        let lead = reader.text("lead");
        if let Some(code) = &lead {
            if !directory.may_be_summoned(code) {
                faults.add(reader.pointer("lead"), FaultCode::NoSuch);
            } else if whistle.lead.as_ref() == Some(code) {
                faults.add(reader.pointer("lead"), FaultCode::Clash(Clash::NoChange));
            }
        }
        let made = lead.zip(reader.text("reason"));
        faults.judge(made.map(|(lead, reason)| ChangeLeadOrder { lead, reason }))
    }
}

/// Another department leads: one that is summoned already, or a new one. Whoever led goes on in support.
pub fn change_lead(order: &ChangeLeadOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(&order.reason);
    let was = draft.tree.whistle.lead.take();
    let led = draft.tree.counting().filter(|one| one.role == SummonsRole::Lead).map(|one| one.id.clone());
    for id in led.collect::<Vec<_>>() {
        draft.change_summons(&id, |summons| summons.role = SummonsRole::Support);
        let unit = draft.tree.summons(&id).map(|one| one.department.clone());
        draft.tree.whistle.supports.extend(unit);
    }
    if draft.tree.whistle.route == Some(Route::Single) && !draft.tree.whistle.supports.is_empty() {
        draft.tree.whistle.route = Some(Route::Coordinated);
    }
    draft.tree.whistle.version += 1;
    let data = json!({ "lead": order.lead, "was": was, "reason": text_ref(&reason) });
    draft.record(EventKind::WhistleLeadChanged, data);
    issue::lead_by(&mut draft, &order.lead);
    if draft.tree.whistle.status == WhistleStatus::Dispatched {
        issue::await_report_ins(&mut draft);
    }
    draft.finish()
}

/// Another urgency; lowering has a reason.
#[derive(Debug, Clone, PartialEq)]
pub struct UrgencyOrder {
    urgency: Urgency,
    reason: Option<String>,
}

impl UrgencyOrder {
    /// Up, never down or level. The list of urgencies begins with the fastest.
    pub fn raise(body: &Node, whistle: &Whistle) -> Result<UrgencyOrder, Vec<Fault>> {
        UrgencyOrder::parse(&RAISE_URGENCY, body, |urgency| urgency < whistle.urgency)
    }

    /// Down, never up or level.
    pub fn lower(body: &Node, whistle: &Whistle) -> Result<UrgencyOrder, Vec<Fault>> {
        UrgencyOrder::parse(&LOWER_URGENCY, body, |urgency| urgency > whistle.urgency)
    }

    fn parse(spec: &'static Spec, body: &Node, is_a_change: impl Fn(Urgency) -> bool) -> Result<Self, Vec<Fault>> {
        let (reader, mut faults) = read(spec, body);
        let urgency = reader.word("urgency", Urgency::parse);
        if urgency.is_some_and(|urgency| !is_a_change(urgency)) {
            faults.add(reader.pointer("urgency"), FaultCode::Clash(Clash::NoChange));
        }
        let reason = spec.field("reason").and_then(|field| reader.text(field.name));
        faults.judge(urgency.map(|urgency| UrgencyOrder { urgency, reason }))
    }
}

/// Sets another urgency. Every limit that still runs is counted anew from now; raised, none becomes later, lowered, none
/// becomes earlier.
pub fn change_urgency(order: &UrgencyOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let was = draft.tree.whistle.urgency;
    let reason: Option<TextId> = order.reason.as_deref().map(|reason| draft.write_down(reason));
    draft.change_whistle(|whistle| whistle.urgency = order.urgency);
    let data = json!({ "urgency": order.urgency, "was": was, "reason": reason.as_ref().map(text_ref) });
    draft.record(EventKind::WhistleUrgencyChanged, data);
    let now = draft.by.now;
    // While it is put right its limit is the firm's, which no urgency of the office's shortens.
    let runs = |one: &&Obligation| one.is_armed() && !one.is_overdue(now) && one.duty != Duty::Rectification;
    let running: Vec<Obligation> = draft.tree.obligations.iter().filter(runs).cloned().collect();
    for one in running {
        let anew = draft.by.rules.due(one.duty, order.urgency, now);
        let moves = if order.urgency < was { anew.at < one.due_at } else { anew.at > one.due_at };
        // One that stays is reminded of anew all the same: what is left of it runs in another time.
        draft.set_limit(&one.id, if moves { anew } else { one.deadline() });
    }
    if draft.tree.whistle.status == WhistleStatus::Returned
        && posts::is_pressing(was) != posts::is_pressing(order.urgency)
    {
        office::await_completion(&mut draft);
    }
    draft.finish()
}
