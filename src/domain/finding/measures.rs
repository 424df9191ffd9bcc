//! What keeps people safe until a hazard is gone (安全生产法 65): taken by the head until a day, then extended once or lifted, and
//! never over without a word: its end is a limit of the head's. Nothing here orders that anything is put right.

use super::order::barred;
use super::{Finding, Taken};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{AsideId, Subject};
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, read};
use crate::domain::rules::Rules;
use crate::domain::terms::{Duty, Measure, Urgency};
use crate::domain::visit::VisitTree;
use crate::ids::FindingId;
use serde_json::json;

/// The body of `…/measures`.
pub static MEASURES: Spec = Spec {
    name: "MeasuresOrder",
    fields: &[Field::required("measure", Kind::Word(Measure::WORDS)), Field::optional("until", Kind::Time)],
};

/// Which measure, and until when it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuresOrder {
    measure: Measure,
    until: Option<At>,
}

impl MeasuresOrder {
    /// Longer than what stands, if anything does; nothing is sealed for longer at a time than law lets it be (行政强制法 25).
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, finding: &Finding, rules: &Rules, now: At) -> Result<MeasuresOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&MEASURES, body);
        let (measure, until) = (reader.word("measure", Measure::parse), reader.time("until"));
        let same = measure.and_then(|measure| standing(finding, measure));
        let stands = same.and_then(|taken| taken.until);
        let clash = match until {
            Some(until) if until <= now => Some(Clash::InThePast),
            Some(until) if stands.is_some_and(|stands| until <= stands) => Some(Clash::NotLonger),
            Some(until) if measure == Some(Measure::Seal) && until > longest(same, rules, now).at => {
                Some(Clash::TooFarOff)
            }
            Some(_) | None => None,
        };
        if let Some(clash) = clash {
            faults.add(reader.pointer("until"), FaultCode::Clash(clash));
        }
        faults.judge(measure.map(|measure| MeasuresOrder { measure, until }))
    }
}

/// The same measure, if it stands: only that is extended. Another one takes its place, with a time of its own.
fn standing(finding: &Finding, measure: Measure) -> Option<&Taken> {
    finding.measures.as_ref().filter(|taken| taken.measure == measure)
}

/// Where nothing else is said, and for a seal at most: from now on, or from the end of what stands. It waits for no working day.
fn longest(same: Option<&Taken>, rules: &Rules, now: At) -> Deadline {
    let from = |at: At| rules.due(Duty::Measures, Urgency::Urgent, at);
    // What ends at midnight ends with the day before.
    let ends = same.and_then(|taken| taken.until).map(|until| from(until.plus_minutes(-1)));
    ends.filter(|deadline| deadline.at > now).unwrap_or_else(|| from(now))
}

/// Evacuate, stop or seal, by the head's order; the same again extends it.
///
/// # Errors
/// Guarded: extended before.
pub fn measures(order: &MeasuresOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let stands = standing(finding, order.measure).cloned();
    if stands.as_ref().is_some_and(|taken| taken.extended) {
        return Err(barred(finding, &by, vec![(ReasonCode::MeasuresExtended, finding.code.clone())]));
    }
    let deadline = order.until.map_or_else(|| longest(stands.as_ref(), by.rules, by.now), Deadline::set);
    let department = finding.origin.department.clone();
    let mut draft = Draft::on(by, tree);
    let at = stands.as_ref().map_or(draft.by.now, |taken| taken.at);
    let taken = Taken { measure: order.measure, at, until: Some(deadline.at), extended: stands.is_some() };
    let data = json!({ "measure": order.measure, "until": deadline.at.rfc3339() });
    draft.change_finding(id, |finding| finding.measures = Some(taken));
    let kind = if stands.is_some() { EventKind::FindingMeasuresExtended } else { EventKind::FindingMeasuresTaken };
    draft.record_finding(kind, id, data);
    let head = draft.head(&department);
    draft.arm_until(their_end(id), head, Duty::Measures, deadline);
    Ok(draft.finish())
}

/// Work may go on: the head has seen a review that passed (安全生产法 65).
pub fn lift_measures(reason: &str, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_finding(id, |finding| finding.measures = None);
    draft.record_finding(EventKind::FindingMeasuresLifted, id, json!({ "reason": text_ref(&reason) }));
    draft.disarm(&their_end(id));
    draft.finish()
}

/// As an obligation's subject.
fn their_end(id: &FindingId) -> Subject {
    Subject::Aside(AsideId::of(id, Duty::Measures))
}
