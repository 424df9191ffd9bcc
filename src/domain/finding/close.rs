//! Striking off (销号): only after a pass and by a second pair of eyes, or because the subject is gone, the place shut down or
//! taken down, another power has it, or it never was one. And taking up again what was struck off too early.

use super::order::barred;
use super::{Finding, transfer, watch};
use crate::domain::decision::{Change, ReasonCode, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, OnSite, Spec, TEXT_MAX, read};
use crate::domain::policy::Actor;
use crate::domain::terms::{ClosureKind, Duty, FindingStatus, words};
use crate::domain::visit::{VisitTree, follow};
use crate::ids::{FindingId, TextId};
use serde_json::json;

words!(
    /// Why a finding that was struck off is taken up again.
    Return { SpotCheckFailed = "spot_check_failed", Relapse = "relapse", }
);

/// The body of `…/close`.
pub static CLOSE: Spec = Spec {
    name: "StrikeOffOrder",
    fields: &[
        Field::optional("kind", Kind::Word(ClosureKind::WORDS)),
        Field::optional("conclusion", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/reopen`.
pub static REOPEN: Spec = Spec {
    name: "ReopenFindingOrder",
    fields: &[
        Field::required("ground", Kind::Word(Return::WORDS)),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// How it ended, and what proves it.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseOrder {
    kind: ClosureKind,
    conclusion: Option<String>,
}

impl CloseOrder {
    /// Fixed after a pass; every other end needs its proof in words.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, status: FindingStatus) -> Result<CloseOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&CLOSE, body);
        let kind = reader.word("kind", ClosureKind::parse).unwrap_or(ClosureKind::Fixed);
        let fixed = kind == ClosureKind::Fixed;
        if kind == ClosureKind::OnSite || (fixed && status != FindingStatus::Passed) {
            faults.add(reader.pointer("kind"), FaultCode::Clash(Clash::OnSite(OnSite::NotPassed)));
        }
        if !fixed && !reader.has("conclusion") {
            faults.add(reader.pointer("conclusion"), FaultCode::Missing);
        }
        faults.judge(Some(CloseOrder { kind, conclusion: reader.text("conclusion") }))
    }
}

/// Strikes it off.
///
/// # Errors
/// Guarded: whoever rechecked, or measures that stand.
pub fn close(order: &CloseOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let mut reasons = Vec::new();
    if by.actor.is_some_and(|actor| is_own_work(finding, actor)) {
        reasons.push((ReasonCode::CloserRechecked, finding.code.clone()));
    }
    if finding.measures.is_some() {
        reasons.push((ReasonCode::MeasuresStand, finding.code.clone()));
    }
    if !reasons.is_empty() {
        return Err(barred(finding, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    let person = draft.by.actor.map(|actor| actor.person.clone());
    let (now, conclusion) = (draft.by.now, order.conclusion.as_deref().map(|text| draft.write_down(text)));
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::Closed;
        (finding.closed, finding.closed_at, finding.closed_by) = (Some(order.kind), Some(now), person);
        finding.asked = None;
        finding.handed = finding.handed.take().filter(|_| order.kind == ClosureKind::Transferred);
    });
    let data = json!({ "kind": order.kind, "conclusion": conclusion.as_ref().map(text_ref) });
    draft.record_finding(EventKind::FindingClosed, id, data);
    draft.disarm(&Subject::Finding(id.clone()));
    transfer::await_no_receipt(&mut draft, id);
    if order.kind == ClosureKind::Ceased {
        watch::begin(id, &mut draft);
    }
    follow::filing(&mut draft);
    Ok(draft.finish())
}

/// Whoever rechecked it or said that it is fixed leaves striking it off to somebody else.
pub fn is_own_work(finding: &Finding, actor: &Actor) -> bool {
    let reported = finding.report.as_ref().and_then(|report| report.by.as_ref());
    finding.rechecks.iter().flat_map(|one| &one.officers).chain(reported).any(|one| actor.is(one))
}

/// Why, and what was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct ReopenOrder {
    ground: Return,
    note: Option<String>,
}

impl ReopenOrder {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node) -> Result<ReopenOrder, Vec<Fault>> {
        let (reader, faults) = read(&REOPEN, body);
        let (ground, note) = (reader.word("ground", Return::parse), reader.text("note"));
        faults.judge(ground.map(|ground| ReopenOrder { ground, note }))
    }
}

/// Takes it up again: ordered as before, with a fresh limit.
pub fn reopen(order: &ReopenOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    tree.finding(id)?;
    let mut draft = Draft::on(by, tree);
    let note = order.note.as_deref().map(|note| draft.write_down(note));
    take_up(order.ground, note.as_ref(), id, &mut draft);
    Some(draft.finish())
}

/// The same within a decision.
pub(super) fn take_up(ground: Return, note: Option<&TextId>, id: &FindingId, draft: &mut Draft<'_, VisitTree>) {
    let Some(department) = draft.tree.finding(id).map(|finding| finding.origin.department.clone()) else { return };
    draft.change_finding(id, |finding| {
        finding.status = FindingStatus::Ordered;
        (finding.closed, finding.closed_at, finding.report) = (None, None, None);
        (finding.closed_by, finding.handed) = (None, None);
        finding.reopened += 1;
        finding.relapse = ground == Return::Relapse;
        if let Some(spot_check) = &mut finding.spot_check {
            spot_check.open = false;
        }
    });
    watch::end(id, draft);
    let data = json!({ "ground": ground, "note": note.map(text_ref) });
    draft.record_finding(EventKind::FindingReopened, id, data);
    let owner = draft.liaison(&department);
    draft.arm(Subject::Finding(id.clone()), owner, Duty::Rectification);
}
