//! A visit is planned, proposed to the heads, put off or called off. Planning takes people and cars at once, so that nobody
//! plans them twice; the heads' approvals begin with the proposal.

use super::order::PlanOrder;
use super::slate::{self, Slate};
use super::{Slot, Visit, VisitTree, follow, guarded};
use crate::domain::decision::{Change, Reason, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, read};
use crate::domain::terms::{Duty, Notice, Period, Route, Urgency, VisitStatus};
use crate::domain::whistle::Tree;
use crate::ids::VisitId;
use serde_json::json;

/// The body of `…/postpone`.
pub static POSTPONE: Spec = Spec {
    name: "PostponeOrder",
    fields: &[Field::required("date", Kind::Date), Field::required("period", Kind::Word(Period::WORDS))],
};

/// Plans a visit of these whistles.
///
/// # Errors
/// Guarded, with every reason at once.
pub fn plan(order: &PlanOrder, whistles: &[Tree], slate: &Slate, by: Deciding<'_>) -> Result<Change, Refusal> {
    let mut draft = laid_out(order, whistles, slate, by);
    barred(&draft)?;
    let visit = &draft.tree.visit;
    let data = json!({
        "date": visit.slot.date, "period": visit.slot.period, "enterprise": visit.enterprise, "notice": visit.notice,
        "departments": departments(visit), "exempt": visit.exempt,
        "override_reason": visit.override_reason.as_ref().map(text_ref),
    });
    draft.record(EventKind::VisitPlanned, data);
    await_planning(&mut draft);
    Ok(draft.finish())
}

fn laid_out<'a>(order: &PlanOrder, whistles: &[Tree], slate: &Slate, mut by: Deciding<'a>) -> Draft<'a, VisitTree> {
    let visit = blank(order, whistles, &mut by);
    let (findings, obligations) = (Vec::new(), Vec::new());
    let tree = VisitTree { visit, findings, obligations, whistles: whistles.to_vec(), slate: slate.clone() };
    let mut draft = Draft::plan(by, tree);
    draft.tree.visit.place = order.place.as_deref().map(|place| draft.write_down(place));
    order.lay(&mut draft);
    draft
}

/// What is known against a visit that is not planned yet, or would be otherwise.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// It cannot be.
    pub bars: Vec<Reason>,
    /// It can, and whoever plans ought to know.
    pub warnings: Vec<Reason>,
}

/// Against a visit as far as it has been put together.
pub fn against_so_far(order: &PlanOrder, whistles: &[Tree], slate: &Slate, by: Deciding<'_>) -> Against {
    against(&laid_out(order, whistles, slate, by))
}

/// Against a planned visit as it would be otherwise.
pub fn against_otherwise(order: &PlanOrder, tree: VisitTree, by: Deciding<'_>) -> Against {
    let mut draft = Draft::on(by, tree);
    order.lay(&mut draft);
    against(&draft)
}

fn against(draft: &Draft<'_, VisitTree>) -> Against {
    let warnings = slate::warnings(&draft.tree, draft.by.rules, draft.by.now);
    Against { bars: bars(draft), warnings }
}

fn bars(draft: &Draft<'_, VisitTree>) -> Vec<Reason> {
    slate::bars(&draft.tree.visit, &draft.tree.slate, draft.by.rules, draft.by.now)
}

fn blank(order: &PlanOrder, whistles: &[Tree], by: &mut Deciding<'_>) -> Visit {
    let presses =
        |tree: &Tree| tree.whistle.route == Some(Route::Emergency) || tree.whistle.urgency == Urgency::Emergency;
    Visit {
        id: VisitId::new(by.mint),
        code: String::new(),
        status: VisitStatus::Planning,
        enterprise: order.enterprise.clone(),
        town: order.town.clone(),
        place: None,
        slot: Slot { date: String::new(), period: Period::Am },
        notice: Notice::Announced,
        emergency: whistles.iter().any(presses),
        exempt: false,
        override_reason: None,
        items: Vec::new(),
        members: Vec::new(),
        vehicles: Vec::new(),
        parts: Vec::new(),
        objected: None,
        entry: None,
        signature: None,
        aborted: None,
        completed_at: None,
        sequence: 0,
        decided_at: by.now,
        invited: Vec::new(),
        found: 0,
        planned_at: by.now,
        version: 1,
        tree_version: 1,
    }
}

fn departments(visit: &Visit) -> Vec<&str> {
    visit.parts.iter().filter(|part| part.acts()).map(|part| part.department.as_str()).collect()
}

/// Refuses what cannot be, with all reasons.
fn barred(draft: &Draft<'_, VisitTree>) -> Result<(), Refusal> {
    let reasons = bars(draft);
    if reasons.is_empty() {
        return Ok(());
    }
    Err(guarded(&draft.tree.visit, &draft.by, reasons))
}

/// The office owes the next move, until the limit or the visit's day, whichever comes first.
fn await_planning(draft: &mut Draft<'_, VisitTree>) {
    let (whole, office, day) = (draft.whole(), draft.office(), draft.tree.visit.slot.day_end());
    draft.arm(whole.clone(), office, Duty::Planning);
    draft.shorten(&whole, day);
}

/// Puts it before the heads, otherwise than it was planned if the order says so.
///
/// # Errors
/// Guarded, with every reason at once.
pub fn propose(order: &PlanOrder, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let mut draft = Draft::on(by, tree);
    order.lay(&mut draft);
    barred(&draft)?;
    draft.change_visit(|visit| {
        visit.status = VisitStatus::AwaitingApproval;
        visit.objected = None;
    });
    let visit = &draft.tree.visit;
    let data = json!({ "date": visit.slot.date, "period": visit.slot.period, "departments": departments(visit) });
    draft.record(EventKind::VisitProposed, data);
    await_approvals(&mut draft);
    Ok(draft.finish())
}

/// Each head who has not said yes and is not let off owes an approval; when the limit has passed the director decides without the silent.
pub fn await_approvals(draft: &mut Draft<'_, VisitTree>) {
    let waiting = draft.tree.visit.parts.iter().filter(|part| part.acts() && part.approved_at.is_none());
    let waiting: Vec<String> = waiting.map(|part| part.department.clone()).collect();
    for department in waiting {
        let (part, head) = (draft.part(&department), draft.head(&department));
        draft.arm(part, head, Duty::Approval);
    }
    if draft.tree.visit.status == VisitStatus::AwaitingApproval {
        let (whole, director) = (draft.whole(), draft.director());
        draft.arm(whole, director, Duty::Approval);
    }
}

/// Reads another day for a visit.
///
/// # Errors
/// Every fault of the body.
pub fn parse_postpone(body: &Node, visit: &Visit, now: crate::domain::at::At) -> Result<Slot, Vec<Fault>> {
    let (reader, mut faults) = read(&POSTPONE, body);
    let (date, period) = (reader.text("date"), reader.word("period", Period::parse));
    let slot = date.zip(period).map(|(date, period)| Slot { date, period });
    if slot.as_ref().is_some_and(|slot| slot.day_end() <= now) {
        faults.add(reader.pointer("date"), FaultCode::Clash(Clash::InThePast));
    }
    if slot.as_ref() == Some(&visit.slot) {
        faults.add(reader.pointer("period"), FaultCode::Clash(Clash::NoChange));
    }
    faults.judge(slot)
}

/// Puts it off: it is planned anew for another day, and approved anew.
///
/// # Errors
/// Guarded, with every reason at once.
pub fn postpone(slot: &Slot, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let mut draft = Draft::on(by, tree);
    let from = draft.tree.visit.slot.clone();
    let broken_off = draft.tree.visit.status == VisitStatus::Aborted;
    draft.tree.visit.slot = slot.clone();
    draft.tree.visit.status = VisitStatus::Planning;
    slate::certify(&mut draft.tree.visit, &draft.by.rules.directory, &slot.date);
    barred(&draft)?;
    if broken_off {
        follow::name_unapproved(&mut draft);
    }
    back_to_planning(&mut draft);
    let data = json!({ "date": slot.date, "period": slot.period, "from": from.date, "from_period": from.period });
    draft.record(EventKind::VisitPostponed, data);
    Ok(draft.finish())
}

/// The office plans it anew: nobody's approval stands, and who was invited learns that the time does not. Who came in and was
/// sent away has not been there, so that what is kept from the firm is kept again; unless something was found.
pub fn back_to_planning(draft: &mut Draft<'_, VisitTree>) {
    draft.change_visit(|visit| {
        visit.status = VisitStatus::Planning;
        visit.aborted = None;
        visit.entry = visit.entry.take().filter(|_| visit.found > 0);
        for part in &mut visit.parts {
            (part.approved_at, part.approved_by, part.unapproved_at) = (None, None, None);
        }
    });
    follow::disinvite(draft);
    follow::disarm_parts(draft);
    await_planning(draft);
}

/// Calls it off.
pub fn cancel(reason: &str, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    if draft.tree.visit.status == VisitStatus::Aborted {
        follow::name_unapproved(&mut draft);
    }
    draft.move_visit(VisitStatus::Cancelled);
    draft.record(EventKind::VisitCancelled, json!({ "reason": text_ref(&reason) }));
    follow::disinvite(&mut draft);
    follow::disarm_parts(&mut draft);
    let whole = draft.whole();
    draft.disarm(&whole);
    draft.finish()
}
