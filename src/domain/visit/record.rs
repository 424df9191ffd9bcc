//! What is found on site: each department answers for its own items, and closes its own part. An item is answered again
//! until the part is closed, but what was found is struck off by the finding's own deeds, never unsaid here.

use super::{Answer, Item, VisitTree, enter, follow, guarded, open_items, slate};
use crate::domain::at::At;
use crate::domain::decision::{Change, LetterOwed, Refusal};
use crate::domain::deeds;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::finding::{Finding, Origin, Said};
use crate::domain::obligation::Subject;
use crate::domain::order::{Clash, Fault, FaultCode, Faults, Field, Kind, Node, OnSite, Reader, Spec, TEXT_MAX, read};
use crate::domain::policy::Actor;
use crate::domain::terms::{Duty, LetterKind, Outcome, Severity, VisitStatus};
use crate::ids::{FindingId, LetterId};
use serde_json::json;
use std::collections::BTreeSet;

static FINDING: Spec = Spec {
    name: "FindingOrder",
    fields: &[
        Field::required("what", Kind::Text { max: TEXT_MAX }),
        Field::optional("spot", Kind::Text { max: TEXT_MAX }),
        Field::optional("severity", Kind::Word(Severity::WORDS)),
        Field::optional("clause", Kind::Text { max: TEXT_MAX }),
    ],
};

static RESULT: Spec = Spec {
    name: "ItemResultOrder",
    fields: &[
        Field::required("item", Kind::Code),
        Field::required("outcome", Kind::Word(Outcome::WORDS)),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
        Field::optional("finding", Kind::Object(&FINDING)),
    ],
};

/// The body of `…/record`.
pub static RECORD: Spec = Spec {
    name: "RecordOrder",
    fields: &[Field::required("results", Kind::List { of: &Kind::Object(&RESULT), min: 1 })],
};

/// What somebody says of one item.
#[derive(Debug, Clone, PartialEq)]
struct ItemResult {
    no: u32,
    outcome: Outcome,
    note: Option<String>,
    finding: Option<Said>,
}

/// What somebody says of several items, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordOrder(Vec<ItemResult>);

impl RecordOrder {
    /// Items of the department for which the actor goes; not checked needs its why, a finding what was found.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, tree: &VisitTree, actor: &Actor) -> Result<RecordOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&RECORD, body);
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        for result in reader.objects("results") {
            let Some((named, outcome)) = result.text("item").zip(result.word("outcome", Outcome::parse)) else {
                continue;
            };
            let item = tree.visit.items.iter().find(|item| item.no.to_string() == named);
            check_item(&result, item, (tree, actor), &mut faults);
            if !seen.insert(named) {
                faults.add(result.pointer("item"), FaultCode::Clash(Clash::Twice));
            }
            let finding = found(&result, outcome, &mut faults);
            if outcome == Outcome::NotChecked && !result.has("note") {
                faults.add(result.pointer("note"), FaultCode::Clash(Clash::OnSite(OnSite::NoteNeeded)));
            }
            let no = item.map_or(0, |item| item.no);
            all.push(ItemResult { no, outcome, note: result.text("note"), finding });
        }
        faults.judge(Some(RecordOrder(all)))
    }
}

fn check_item(result: &Reader<'_>, item: Option<&Item>, (tree, actor): (&VisitTree, &Actor), faults: &mut Faults) {
    let own = tree.visit.member(&actor.person).map(|member| member.department.as_str());
    let open = |item: &Item| tree.visit.part(&item.department).is_some_and(|part| !part.is_over());
    let clash = match item {
        None => Some(Clash::OnSite(OnSite::NoSuchItem)),
        Some(item) if own != Some(item.department.as_str()) || !open(item) => Some(Clash::OnSite(OnSite::NotOwnItem)),
        Some(item) if item.answer.as_ref().is_some_and(|answer| answer.finding.is_some()) => {
            Some(Clash::OnSite(OnSite::HasFinding))
        }
        Some(_) => None,
    };
    if let Some(clash) = clash {
        faults.add(result.pointer("item"), FaultCode::Clash(clash));
    }
}

/// What was found, where the outcome is a finding; elsewhere it is a fault.
fn found(result: &Reader<'_>, outcome: Outcome, faults: &mut Faults) -> Option<Said> {
    let Some(finding) = result.object("finding") else {
        if outcome == Outcome::Finding {
            faults.add(result.pointer("finding"), FaultCode::Missing);
        }
        return None;
    };
    if outcome != Outcome::Finding {
        faults.add(result.pointer("finding"), FaultCode::Clash(Clash::NoChange));
    }
    let severity = finding.word("severity", Severity::parse).unwrap_or(Severity::General);
    if severity == Severity::Major && !finding.has("clause") {
        faults.add(finding.pointer("clause"), FaultCode::Clash(Clash::ClauseNeeded));
    }
    let what = finding.text("what")?;
    Some(Said { what, spot: finding.text("spot"), severity, clause: finding.text("clause") })
}

/// Puts the answers down; each finding begins its own life.
pub fn record(order: &RecordOrder, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    let mut draft = Draft::on(by, tree);
    let (now, person) = (draft.by.now, draft.by.actor?.person.clone());
    let late = is_late(&draft, now);
    for one in &order.0 {
        let note = one.note.as_deref().map(|note| draft.write_down(note));
        let finding = one.finding.as_ref().and_then(|said| begin(&mut draft, one.no, said));
        let answer = Answer { outcome: one.outcome, note, finding, by: person.clone(), at: now, late };
        if let Some(item) = draft.tree.visit.items.iter_mut().find(|item| item.no == one.no) {
            item.answer = Some(answer);
        }
    }
    draft.change_visit(|_| {});
    let items: Vec<u32> = order.0.iter().map(|one| one.no).collect();
    draft.record(EventKind::VisitRecorded, json!({ "items": items, "late": late }));
    Some(draft.finish())
}

/// After the visit was over: it counts, and is shown as late.
fn is_late(draft: &Draft<'_, VisitTree>, now: At) -> bool {
    let visit = &draft.tree.visit;
    let over = visit.entry.as_ref().is_some_and(|entry| now > enter::ends(draft, entry.at).at);
    visit.status == VisitStatus::Completed || over
}

fn begin(draft: &mut Draft<'_, VisitTree>, no: u32, said: &Said) -> Option<FindingId> {
    let item = draft.tree.visit.items.iter().find(|item| item.no == no)?.clone();
    draft.tree.visit.found += 1;
    let visit = &draft.tree.visit;
    let crew = visit.members.iter().filter(|one| one.certified && one.department == item.department);
    let officers = crew.map(|member| member.person.clone()).collect();
    let origin = Origin::of(visit, &item, officers);
    let mut finding = Finding::begin(origin, said, draft);
    let back = slate::came_back(&draft.tree.slate, item.hazard.as_ref(), draft.by.rules, draft.by.now).cloned();
    (finding.relapse, finding.relapse_of) = (back.is_some(), back.as_ref().map(|back| back.code.clone()));
    let (id, owner) = (finding.id.clone(), draft.liaison(&item.department));
    let data = json!({
        "department": item.department, "item": no, "severity": said.severity, "what": text_ref(&finding.what),
        "hazard": item.hazard.as_ref().map(|hazard| &hazard.code), "relapse_of": finding.relapse_of,
    });
    back.iter().for_each(|back| tell_of_relapse(draft, &id, back));
    draft.find(finding);
    draft.record_finding(EventKind::FindingFound, &id, data);
    draft.arm(Subject::Finding(id.clone()), owner, Duty::Order);
    Some(id)
}

/// Whoever struck it off is told that it is back: it may be taken up again.
fn tell_of_relapse(draft: &mut Draft<'_, VisitTree>, id: &FindingId, back: &Finding) {
    let (kind, to) = (LetterKind::FindingRelapsed, draft.head(&back.origin.department));
    let (letter, key, not_before) = (LetterId::new(draft.by.mint), format!("{kind}:{}:{id}", back.id), draft.by.now);
    let (tree, about) = (Some((&back.origin.visit).into()), Some(Subject::Finding(back.id.clone())));
    draft.owe_as(LetterOwed { id: letter, key, kind, to, person: None, tree, about, not_before });
}

/// A department closes its own part: every item of it is answered for. Later than its limit it is late, and not lost.
///
/// # Errors
/// Guarded: items that nobody has answered for.
pub fn close_own_part(tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let department = by.actor.and_then(|actor| deeds::own_part(actor, &tree.visit)).ok_or(Refusal::NotFound)?;
    let visit = &tree.visit;
    let reasons = open_items(visit, &department);
    if !reasons.is_empty() {
        return Err(guarded(visit, &by, reasons));
    }
    let mut draft = Draft::on(by, tree);
    let (now, part) = (draft.by.now, draft.part(&department));
    let late = draft.tree.armed(&part).is_some_and(|armed| armed.duty == Duty::Part && armed.due_at <= now);
    draft.change_visit(|visit| {
        if let Some(part) = visit.parts.iter_mut().find(|part| part.department == department) {
            (part.closed_at, part.late) = (Some(now), late);
        }
    });
    draft.record(EventKind::VisitPartClosed, json!({ "department": department, "late": late }));
    // An emergency's approval that is owed is owed all the same.
    if draft.tree.armed(&part).is_some_and(|armed| armed.duty == Duty::Part) {
        draft.disarm(&part);
    }
    follow::filing(&mut draft);
    Ok(draft.finish())
}
