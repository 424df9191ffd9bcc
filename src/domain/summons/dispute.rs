//! "Not ours": a department disputes its summons, once and with a ground; the director rules, or must leave the ruling to
//! the district leader where the director's own bureau is a party, and then enters it. A ruling leaves no state without
//! its limit.

use super::Dispute;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Clash, Fault, FaultCode, Faults, Field, Kind, Node, Reader, Spec, TEXT_MAX, read};
use crate::domain::terms::{DisputeGround, Duty, LetterKind, SummonsRole, SummonsStatus, Window};
use crate::domain::whistle::office::SummonsOrder;
use crate::domain::whistle::{Tree, follow, issue, posts};
use crate::ids::SummonsId;
use serde_json::json;

/// The body of `…/dispute`.
pub static DISPUTE: Spec = Spec {
    name: "DisputeOrder",
    fields: &[
        Field::required("ground", Kind::Word(DisputeGround::WORDS)),
        Field::optional("law", Kind::Text { max: TEXT_MAX }),
        Field::optional("instead", Kind::Code),
    ],
};

/// The body of `…/uphold`.
pub static UPHOLD: Spec = Spec {
    name: "UpholdOrder",
    fields: &[Field::optional("to", Kind::Code), Field::required("reason", Kind::Text { max: TEXT_MAX })],
};

/// Why it is not the department's, by which clause, and whose it would be.
#[derive(Debug, Clone, PartialEq)]
pub struct DisputeOrder {
    ground: DisputeGround,
    law: Option<String>,
    instead: Option<String>,
}

impl DisputeOrder {
    pub fn parse(body: &Node, unit: &str, directory: &Directory) -> Result<DisputeOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&DISPUTE, body);
        let instead = another(&reader, "instead", unit, directory, &mut faults);
        let (ground, law) = (reader.word("ground", DisputeGround::parse), reader.text("law"));
        faults.judge(ground.map(|ground| DisputeOrder { ground, law, instead }))
    }
}

/// A unit that may be summoned and is not the one that disputes.
fn another(reader: &Reader<'_>, field: &str, unit: &str, directory: &Directory, faults: &mut Faults) -> Option<String> {
    let code = reader.text(field)?;
    if !directory.may_be_summoned(&code) {
        faults.add(reader.pointer(field), FaultCode::NoSuch);
    } else if code == unit {
        faults.add(reader.pointer(field), FaultCode::Clash(Clash::Itself));
    }
    Some(code)
}

/// Disputes the summons: the director owes a ruling.
pub fn dispute(order: &DisputeOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let law = order.law.as_deref().map(|law| draft.write_down(law));
    let due_at = draft.tree.armed_summons(id).map_or(draft.by.now, |armed| armed.due_at);
    draft.change_summons(id, |summons| {
        let attended = matches!(summons.status, SummonsStatus::ReportedIn | SummonsStatus::Working);
        let (ground, instead) = (order.ground, order.instead.clone());
        summons.dispute = Some(Dispute { ground, law: law.clone(), instead, attended, due_at });
        summons.status = SummonsStatus::Disputed;
        summons.forget_extension();
    });
    let data = json!({ "ground": order.ground, "law": law.as_ref().map(text_ref), "instead": order.instead });
    draft.record_summons(EventKind::SummonsDisputed, id, data);
    let director = posts::director(&draft);
    draft.arm(Subject::Summons(id.clone()), director.clone(), Duty::Ruling);
    draft.owe(LetterKind::SummonsDisputed, director, Some(id), id.as_str());
    follow::follow(&mut draft);
    draft.finish()
}

/// The director leaves the ruling to the district leader in charge.
pub fn refer(id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.move_summons(id, SummonsStatus::Referred);
    draft.record_summons(EventKind::SummonsReferred, id, json!({}));
    let director = posts::director(&draft);
    draft.arm(Subject::Summons(id.clone()), director, Duty::Referral);
    draft.finish()
}

/// The department is right; whom to summon instead, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct UpholdOrder {
    to: Option<String>,
    reason: String,
}

impl UpholdOrder {
    /// `to` takes over: a unit that is not summoned yet, or, for the lead, one that is and will lead.
    pub fn parse(body: &Node, id: &SummonsId, tree: &Tree, directory: &Directory) -> Result<UpholdOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&UPHOLD, body);
        let Some(summons) = tree.summons(id) else { return Err(Vec::new()) };
        let to = another(&reader, "to", &summons.department, directory, &mut faults);
        let summoned = to.as_ref().is_some_and(|to| tree.counting().any(|one| one.department == *to));
        if summoned && summons.role == SummonsRole::Support {
            faults.add(reader.pointer("to"), FaultCode::Clash(Clash::Twice));
        }
        faults.judge(reader.text("reason").map(|reason| UpholdOrder { to, reason }))
    }
}

/// Releases the department; whoever takes over has a clock of their own.
pub fn uphold(order: &UpholdOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(&order.reason);
    let by_leader = is_referred(&draft, id);
    draft.move_summons(id, SummonsStatus::Released);
    let data = json!({ "to": order.to, "reason": text_ref(&reason), "by_leader": by_leader });
    draft.record_summons(EventKind::SummonsUpheld, id, data);
    draft.disarm(&Subject::Summons(id.clone()));
    issue::tell_ruled(&mut draft, id);
    let was = issue::without(&mut draft, id);
    let role = draft.tree.summons(id).map(|one| one.role);
    match (&order.to, role) {
        (Some(to), Some(SummonsRole::Lead)) => issue::lead_by(&mut draft, to),
        (Some(to), Some(SummonsRole::Support)) => {
            draft.tree.whistle.supports.push(to.clone());
            issue::issue_one(&mut draft, &SummonsOrder::plain(to, SummonsRole::Support));
        }
        (None, _) | (_, None) => {}
    }
    draft.record_lead(was.as_deref());
    follow::follow(&mut draft);
    draft.finish()
}

/// The summons stands: with the limit that ran, or a few working hours from now if that is later.
pub fn overrule(reason: &str, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    let by_leader = is_referred(&draft, id);
    let dispute = draft.tree.summons(id).and_then(|summons| summons.dispute.clone());
    let attended = dispute.as_ref().is_some_and(|dispute| dispute.attended);
    let status = if attended { SummonsStatus::ReportedIn } else { SummonsStatus::Acknowledged };
    draft.move_summons(id, status);
    let data = json!({ "reason": text_ref(&reason), "by_leader": by_leader });
    draft.record_summons(EventKind::SummonsOverruled, id, data);
    let least = draft.by.rules.window(Window::Overruled, draft.tree.whistle.urgency, draft.by.now);
    let limit = match dispute {
        Some(Dispute { due_at, .. }) if due_at >= least.at => Deadline::set(due_at),
        Some(_) | None => least,
    };
    let unit = draft.tree.summons(id).map(|one| one.department.clone()).unwrap_or_default();
    let owner = posts::speaker(&unit, &draft.by.rules.directory);
    let duty = if attended { Duty::FirstResult } else { Duty::ReportIn };
    draft.arm_until(Subject::Summons(id.clone()), owner, duty, limit);
    issue::tell_ruled(&mut draft, id);
    follow::follow(&mut draft);
    draft.finish()
}

/// The district leader ruled, and the director enters it.
fn is_referred(draft: &Draft<'_>, id: &SummonsId) -> bool {
    draft.tree.summons(id).is_some_and(|one| one.status == SummonsStatus::Referred)
}
