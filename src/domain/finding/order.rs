//! Ordering that a hazard is put right, by two officers and with a limit, or seeing it put right on the spot.
//! Nothing here strikes anything else off.

use super::{Finding, Ordered, transfer};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::{Change, Reason, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, each_once, read};
use crate::domain::rules::Rules;
use crate::domain::terms::{ClosureKind, Duty, FindingStatus, Severity, Urgency, Window};
use crate::domain::visit::slate::CERTIFIED_MIN;
use crate::domain::visit::{VisitTree, follow};
use crate::ids::{FindingId, PersonId};
use serde_json::json;

/// The body of `…/order`.
pub static ORDER: Spec = Spec {
    name: "RectificationOrder",
    fields: &[
        Field::optional("due_at", Kind::Time),
        Field::optional("demand", Kind::Text { max: TEXT_MAX }),
        Field::optional("order_no", Kind::Text { max: 50 }),
        Field::optional("officers", Kind::List { of: &Kind::Code, min: 1 }),
        Field::optional("addressee", Kind::Code),
        Field::optional("case", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/correct_on_site`.
pub static CORRECT_ON_SITE: Spec =
    Spec { name: "CorrectOrder", fields: &[Field::optional("note", Kind::Text { max: TEXT_MAX })] };

/// Until when, what, by whom, to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct RectificationOrder {
    due_at: Option<At>,
    demand: Option<String>,
    order_no: Option<String>,
    officers: Vec<PersonId>,
    addressee: Option<String>,
    case: Option<String>,
}

impl RectificationOrder {
    /// Within what the severity allows; the firm itself or its landlord; after a failed recheck with the case or why none.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, finding: &Finding, rules: &Rules, now: At) -> Result<RectificationOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&ORDER, body);
        let directory = &rules.directory;
        let due_at = reader.time("due_at");
        let window = if finding.severity == Severity::Major { Window::Major } else { Window::General };
        let latest = rules.window(window, Urgency::Urgent, now).at;
        match due_at {
            Some(due) if due <= now => faults.add(reader.pointer("due_at"), FaultCode::Clash(Clash::InThePast)),
            Some(due) if due > latest => faults.add(reader.pointer("due_at"), FaultCode::Clash(Clash::TooFarOff)),
            Some(_) | None => {}
        }
        let officer = |id: &str| {
            let person = directory.person(&PersonId::from_text(id)).filter(|person| person.is_active());
            person.is_some_and(|person| {
                person.is_certified_for(&finding.origin.department, &now.civil().date().to_string())
            })
        };
        each_once(&reader, "officers", &[], officer, &mut faults);
        let addressee = reader.text("addressee");
        let firm = finding.origin.enterprise.as_deref().and_then(|code| directory.enterprise(code));
        let may_be =
            |code: &str| firm.is_some_and(|firm| firm.code == code || firm.landlord_code.as_deref() == Some(code));
        if addressee.as_deref().is_some_and(|code| !may_be(code)) {
            faults.add(reader.pointer("addressee"), FaultCode::NoSuch);
        }
        if finding.status == FindingStatus::Failed && !reader.has("case") {
            faults.add(reader.pointer("case"), FaultCode::Missing);
        }
        let officers = reader.texts("officers").into_iter().map(PersonId::from_text).collect();
        faults.judge(Some(RectificationOrder {
            due_at,
            demand: reader.text("demand"),
            order_no: reader.text("order_no"),
            officers,
            addressee,
            case: reader.text("case"),
        }))
    }
}

/// Orders it, by two officers at least: those named, else the department's who were there.
///
/// # Errors
/// Guarded: fewer than two officers whose certificates are good today, the own one among them.
pub fn order(order: &RectificationOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?.clone();
    let officers = if order.officers.is_empty() { &finding.origin.officers } else { &order.officers };
    let able = |officer: &&PersonId| is_certified(officer, &finding, &by) && !is_tied(officer, &finding, &by);
    let officers = by.rules.directory.each_human_once(officers.iter().filter(able));
    let mut reasons = stands_aside(&finding, &by);
    reasons.extend(tied_among(&order.officers, &finding, &by));
    if officers.len() < CERTIFIED_MIN {
        reasons.push((ReasonCode::TooFewCertified, finding.origin.department.clone()));
    }
    if !reasons.is_empty() {
        return Err(barred(&finding, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    let mut text = |text: &Option<String>| text.as_deref().map(|text| draft.write_down(text));
    let (demand, case, order_no) = (text(&order.demand), text(&order.case), text(&order.order_no));
    let (now, subject) = (draft.by.now, Subject::Finding(id.clone()));
    let owner = draft.liaison(&finding.origin.department);
    match order.due_at {
        Some(due_at) => draft.arm_until(subject, owner, Duty::Rectification, Deadline::set(due_at)),
        None => draft.arm(subject, owner, Duty::Rectification),
    }
    let armed = draft.tree.armed(&Subject::Finding(id.clone())).map_or(now, |armed| armed.due_at);
    let again = finding.status == FindingStatus::Failed;
    let ordered = Ordered {
        at: now,
        officers,
        order_no: order_no.clone(),
        demand: demand.clone(),
        addressee: order.addressee.clone().or(finding.origin.enterprise.clone()),
        due_at: armed,
        case: case.clone(),
    };
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::Ordered;
        (finding.report, finding.asked) = (None, None);
        finding.orders.push(ordered);
    });
    let data = json!({
        "due_at": armed.rfc3339(), "order_no": order_no.as_ref().map(text_ref), "addressee": order.addressee, "again": again,
        "demand": demand.as_ref().map(text_ref), "case": case.as_ref().map(text_ref),
    });
    draft.record_finding(EventKind::FindingOrdered, id, data);
    follow::filing(&mut draft);
    Ok(draft.finish())
}

fn is_certified(officer: &PersonId, finding: &Finding, by: &Deciding<'_>) -> bool {
    let (department, today) = (&finding.origin.department, by.now.civil().date().to_string());
    by.rules.directory.person(officer).is_some_and(|person| person.is_certified_for(department, &today))
}

/// Whether somebody has a tie to the firm.
pub fn is_tied(officer: &PersonId, finding: &Finding, by: &Deciding<'_>) -> bool {
    let firm = finding.origin.enterprise.as_deref();
    firm.is_some_and(|firm| by.rules.directory.has_tie(officer, firm))
}

/// Who of those that were named has a tie, but for whoever acts: nobody is left out without a word.
pub fn tied_among(named: &[PersonId], finding: &Finding, by: &Deciding<'_>) -> Vec<(ReasonCode, String)> {
    let others = named.iter().filter(|one| by.actor.is_none_or(|actor| actor.person != **one));
    let tied = others.filter(|one| is_tied(one, finding, by)).filter_map(|one| by.rules.directory.person(one));
    tied.map(|person| (ReasonCode::Recused, person.username.clone())).collect()
}

/// Why whoever acts for the department on site may not: no certificate that is good today, or a tie to the firm.
pub fn stands_aside(finding: &Finding, by: &Deciding<'_>) -> Vec<(ReasonCode, String)> {
    let Some(actor) = by.actor else { return Vec::new() };
    let bars = [
        (ReasonCode::NotCertified, !is_certified(&actor.person, finding, by)),
        (ReasonCode::Recused, is_tied(&actor.person, finding, by)),
    ];
    bars.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| (code, actor.username.clone())).collect()
}

/// Refuses a deed on a finding, with all reasons.
pub fn barred(finding: &Finding, by: &Deciding<'_>, reasons: Vec<(ReasonCode, String)>) -> Refusal {
    let allowed = by.actor.map(|actor| crate::domain::deeds::allowed_on_finding(actor, finding)).unwrap_or_default();
    let reasons = reasons.into_iter().map(|(code, subject)| Reason { code, subject }).collect();
    Refusal::Guarded { status: finding.status.as_str(), allowed, reasons }
}

/// It was put right before the officers' eyes.
///
/// # Errors
/// Guarded: a major hazard, one that the list does not call correctable, measures that stand, a certificate that has lapsed.
pub fn correct_on_site(
    note: Option<&str>,
    id: &FindingId,
    tree: VisitTree,
    by: Deciding<'_>,
) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let mut reasons = stands_aside(finding, &by);
    if !finding.is_correctable_on_site() {
        reasons.push((ReasonCode::NotCorrectableOnSite, finding.code.clone()));
    }
    if finding.measures.is_some() {
        reasons.push((ReasonCode::MeasuresStand, finding.code.clone()));
    }
    if !reasons.is_empty() {
        return Err(barred(finding, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    let (now, note) = (draft.by.now, note.map(|note| draft.write_down(note)));
    let person = draft.by.actor.map(|actor| actor.person.clone());
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::Closed;
        (finding.closed, finding.closed_at, finding.closed_by) = (Some(ClosureKind::OnSite), Some(now), person);
        finding.handed = None;
    });
    let data = json!({ "note": note.as_ref().map(text_ref) });
    draft.record_finding(EventKind::FindingCorrectedOnSite, id, data);
    draft.disarm(&Subject::Finding(id.clone()));
    transfer::await_no_receipt(&mut draft, id);
    follow::filing(&mut draft);
    Ok(draft.finish())
}
