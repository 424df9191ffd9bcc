//! What goes over the wire about visits and findings: one maker per thing, so a list and a detail never differ. Whoever calls
//! has passed the reader's Scope.

use super::cards::{self, Texts};
use super::visits::OpenVisit;
use crate::domain::at::At;
use crate::domain::deeds;
use crate::domain::directory::Directory;
use crate::domain::finding::Finding;
use crate::domain::obligation::{PartId, Subject};
use crate::domain::policy::{self, Actor};
use crate::domain::visit::burden::Burden;
use crate::domain::visit::{Item, Visit, VisitTree};
use crate::ids::TextId;
use crate::store::visits::{FindingItem, VisitItem};
use serde_json::{Value, json};

fn text<'a>(id: Option<&TextId>, texts: &'a Texts) -> Option<&'a String> {
    id.and_then(|id| texts.get(id))
}

fn firm(code: Option<&str>, directory: &Directory) -> Value {
    code.map_or(
        Value::Null,
        |code| json!({ "code": code, "name": directory.enterprise(code).map(|firm| firm.name.as_str()) }),
    )
}

/// A visit in a list.
pub fn visit_item(item: &VisitItem, directory: &Directory, now: At) -> Value {
    let visit = &item.visit;
    json!({
        "code": visit.code,
        "status": visit.status,
        "enterprise": firm(visit.enterprise.as_deref(), directory),
        "town": visit.town,
        "date": visit.slot.date,
        "period": visit.slot.period,
        "starts_at": visit.slot.starts_at().rfc3339(),
        "notice": visit.notice,
        "emergency": visit.emergency,
        "exempt": visit.exempt,
        "lead": visit.lead(),
        "departments": visit.parts.iter().filter(|part| part.acts()).map(|part| &part.department).collect::<Vec<_>>(),
        "items_total": visit.items.len(),
        "items_answered": item.answered,
        "due_at": item.due_at.map(At::rfc3339),
        "overdue": item.due_at.is_some_and(|due_at| due_at <= now),
        "version": visit.version,
    })
}

/// A visit opened: the item, who goes, what is looked at and what came of it, each department's part, what this actor may do.
pub fn visit_detail(open: &OpenVisit, actor: &Actor, directory: &Directory) -> Value {
    let OpenVisit { tree, texts, answered, now, .. } = open;
    let visit = &tree.visit;
    let item = VisitItem { visit: visit.clone(), answered: *answered, due_at: tree.due_at() };
    let mut card = visit_item(&item, directory, *now);
    let more = json!({
        "place": text(visit.place.as_ref(), texts),
        "items": visit.items.iter().map(|item| item_card(item, tree, texts)).collect::<Vec<_>>(),
        "members": members(visit, directory),
        "vehicles": visit.vehicles,
        "parts": parts(tree),
        "whistles": visit.whistles().iter().map(|of| &of.code).collect::<Vec<_>>(),
        "findings": tree.findings.iter().map(|finding| &finding.code).collect::<Vec<_>>(),
        "attachments": attachments(open, visit.id.as_str(), actor, directory),
        "objected": visit.objected.as_ref().map(|one| json!({
            "department": one.department, "ground": one.ground, "reason": text(one.reason.as_ref(), texts),
        })),
        "override_reason": text(visit.override_reason.as_ref(), texts),
        "entered_at": visit.entry.as_ref().map(|entry| entry.at.rfc3339()),
        "scanned": visit.entry.as_ref().map(|entry| entry.scanned),
        "signed": visit.signature.as_ref().map(|signed| json!({
            "at": signed.at.rfc3339(), "refused": signed.refused, "note": text(signed.note.as_ref(), texts),
        })),
        "aborted": visit.aborted,
        "completed_at": visit.completed_at.map(At::rfc3339),
        "withheld": open.withheld,
        "obligations": obligations(open, actor, |_| true),
        "sequence": visit.sequence,
        "allowed_deeds": deeds::allowed_on_visit(actor, visit, *now),
    });
    if let (Some(card), Value::Object(more)) = (card.as_object_mut(), more) {
        card.extend(more);
    }
    card
}

/// What is attached to the visit or to one of its findings: whoever sees it may see that, and who brought it.
pub fn attachments(open: &OpenVisit, subject: &str, actor: &Actor, directory: &Directory) -> Vec<Value> {
    let of = open.attached_to(subject);
    of.map(|one| cards::attachment(one, (Some(&one.person), false), (actor, directory), &open.texts)).collect()
}

/// What is owed in the visit, the soonest first, as far as it is asked for.
fn obligations(open: &OpenVisit, actor: &Actor, asked: impl Fn(&Subject) -> bool) -> Vec<Value> {
    let armed = open.tree.obligations.iter().filter(|one| one.is_armed() && asked(&one.subject));
    armed.map(|one| cards::owed(one, open.tree.code_of(&one.subject).as_deref(), actor, open.now)).collect()
}

fn item_card(item: &Item, tree: &VisitTree, texts: &Texts) -> Value {
    let answer = item.answer.as_ref();
    let finding = answer.and_then(|answer| answer.finding.as_ref()).and_then(|id| tree.finding(id));
    json!({
        "item": item.no.to_string(),
        "department": item.department,
        "subject": texts.get(&item.subject),
        "hazard": item.hazard.as_ref().map(|hazard| &hazard.code),
        "hazard_version": item.hazard.as_ref().map(|hazard| hazard.version),
        "whistle": item.whistle.as_ref().map(|of| &of.code),
        "also": item.also,
        "outcome": answer.map(|answer| answer.outcome),
        "note": answer.and_then(|answer| text(answer.note.as_ref(), texts)),
        "finding": finding.map(|finding| &finding.code),
        "recorded_at": answer.map(|answer| answer.at.rfc3339()),
        "late": answer.is_some_and(|answer| answer.late),
    })
}

fn members(visit: &Visit, directory: &Directory) -> Vec<Value> {
    let member = |member: &crate::domain::visit::Member| {
        json!({
            "officer": member.person,
            "name": directory.person(&member.person).map(|person| person.name.as_str()),
            "role": member.role,
            "department": member.department,
            "certified": member.certified,
        })
    };
    visit.members.iter().map(member).collect()
}

fn parts(tree: &VisitTree) -> Vec<Value> {
    let part = |part: &crate::domain::visit::Part| {
        let subject = Subject::Part(PartId::of(&tree.visit.id, &part.department));
        json!({
            "department": part.department,
            "approved_at": part.approved_at.map(At::rfc3339),
            "unapproved_at": part.unapproved_at.map(At::rfc3339),
            "closed_at": part.closed_at.map(At::rfc3339),
            "late": part.late,
            "excused": !part.acts(),
            "due_at": tree.armed(&subject).map(|armed| armed.due_at.rfc3339()),
        })
    };
    tree.visit.parts.iter().map(part).collect()
}

/// A finding, in a list and opened.
pub fn finding_card(item: &FindingItem, (actor, directory): (&Actor, &Directory), texts: &Texts, now: At) -> Value {
    let FindingItem { finding, due_at, .. } = item;
    let origin = &finding.origin;
    json!({
        "code": finding.code,
        "visit": origin.visit_code,
        "item": origin.item.to_string(),
        "whistle": origin.whistle.as_ref().map(|of| &of.code),
        "department": origin.department,
        "enterprise": firm(origin.enterprise.as_deref(), directory),
        "town": origin.town,
        "hazard": origin.hazard,
        "status": finding.status,
        "what": texts.get(&finding.what),
        "spot": text(finding.spot.as_ref(), texts),
        "severity": finding.severity,
        "clause": text(finding.clause.as_ref(), texts),
        "found_at": finding.found_at.rfc3339(),
        "orders": orders(finding, texts),
        "original_due_at": finding.orders.first().map(|order| order.due_at.rfc3339()),
        "due_at": due_at.map(At::rfc3339),
        "overdue": due_at.is_some_and(|due_at| due_at <= now),
        "extended": finding.extended,
        "extension_until": finding.asked.as_ref().map(|asked| asked.until.rfc3339()),
        "measures": finding.measures.as_ref().map(|taken| json!({
            "measure": taken.measure, "at": taken.at.rfc3339(), "until": taken.until.map(At::rfc3339),
            "extended": taken.extended,
        })),
        "reported": finding.report.as_ref().map(|report| json!({
            "at": report.at.rfc3339(), "by_firm": report.by.is_none(), "note": text(report.note.as_ref(), texts),
        })),
        "rechecks": rechecks(finding, texts),
        "closed": finding.closed,
        "closed_at": finding.closed_at.map(At::rfc3339),
        "relapse": finding.relapse,
        "relapse_of": finding.relapse_of,
        "reopened": finding.reopened,
        "link": finding.link.as_ref().map(|link| json!({
            "at": link.at.rfc3339(), "by": link.by, "until": link.until.rfc3339(),
        })),
        "rated": finding.rated.as_ref().filter(|_| policy::reads_ratings(actor)).map(|rated| json!({
            "at": rated.at.rfc3339(), "stars": rated.stars, "text": text(rated.text.as_ref(), texts),
        })),
        "spot_check": finding.spot_check,
        "transferred": finding.handed.as_ref().map(|handed| json!({
            "at": handed.at.rfc3339(), "to": texts.get(&handed.to), "note": text(handed.note.as_ref(), texts),
        })),
        "watch": finding.watch.as_ref().map(|watch| json!({
            "half_at": watch.half_at.rfc3339(), "ends_at": watch.ends_at.rfc3339(),
            "looks": watch.looks.iter().map(|look| json!({
                "at": look.at.rfc3339(), "by": look.by, "note": texts.get(&look.note),
            })).collect::<Vec<_>>(),
        })),
        "version": finding.version,
        "allowed_deeds": deeds::allowed_on_finding(actor, finding),
    })
}

fn orders(finding: &Finding, texts: &Texts) -> Vec<Value> {
    let order = |order: &crate::domain::finding::Ordered| {
        json!({
            "at": order.at.rfc3339(), "due_at": order.due_at.rfc3339(), "officers": order.officers,
            "order_no": text(order.order_no.as_ref(), texts), "addressee": order.addressee,
            "demand": text(order.demand.as_ref(), texts), "case": text(order.case.as_ref(), texts),
        })
    };
    finding.orders.iter().map(order).collect()
}

fn rechecks(finding: &Finding, texts: &Texts) -> Vec<Value> {
    let recheck = |one: &crate::domain::finding::Recheck| json!({ "at": one.at.rfc3339(), "officers": one.officers, "passed": one.passed, "note": texts.get(&one.note) });
    finding.rechecks.iter().map(recheck).collect()
}

/// A firm's year.
pub fn burden_card(firm: &str, burden: &Burden) -> Value {
    let of = burden.by_authority.iter();
    let authorities = of.map(|(department, of)| {
        json!({ "department": department, "visits": of.counted, "exempt": of.exempt, "cap": burden.cap })
    });
    json!({
        "enterprise": firm, "visits": burden.visits, "visits_saved": burden.saved, "visits_before": burden.before,
        "authorities": authorities.collect::<Vec<_>>(),
        "struck_off": burden.struck_off, "relapsed": burden.relapsed,
    })
}

/// A finding opened, within its visit.
pub fn finding_detail(open: &OpenVisit, finding: &Finding, actor: &Actor, directory: &Directory) -> Value {
    let item = FindingItem::within(&open.tree, finding);
    let mut card = finding_card(&item, (actor, directory), &open.texts, open.now);
    if let Some(card) = card.as_object_mut() {
        let proof = attachments(open, finding.id.as_str(), actor, directory);
        card.insert("attachments".to_owned(), Value::Array(proof));
        let own = Subject::Finding(finding.id.clone());
        let owed = obligations(open, actor, |subject| subject.told_of() == own);
        card.insert("obligations".to_owned(), Value::Array(owed));
    }
    card
}
