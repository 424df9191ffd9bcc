//! From a deed's body to its decision, one line a deed, as `visit::plan` does it for visits. It reads and decides
//! nothing itself.

use super::close::{self, CloseOrder, ReopenOrder};
use super::extension;
use super::measures::{self, MeasuresOrder};
use super::order::{self, RectificationOrder};
use super::recheck::{self, RecheckOrder};
use super::transfer::{self, TransferOrder};
use super::watch::{self, LookOrder};
use super::{Finding, order as ordering};
use crate::domain::decision::Refusal;
use crate::domain::deeds::FindingDeed;
use crate::domain::draft::Plan;
use crate::domain::obligation::Subject;
use crate::domain::order::{Fault, Node, Spec, read};
use crate::domain::summons::REASON;
use crate::domain::summons::extension::{ASK_EXTENSION, AskExtensionOrder, GRANT_EXTENSION};
use crate::domain::visit::VisitTree;
use crate::domain::visit::enter::parse_note;
use crate::domain::visit::plan::Seen;

/// The table that a deed's body follows.
pub fn order_spec(deed: FindingDeed) -> &'static Spec {
    match deed {
        FindingDeed::Order => &order::ORDER,
        FindingDeed::CorrectOnSite => &order::CORRECT_ON_SITE,
        FindingDeed::Measures => &measures::MEASURES,
        FindingDeed::LiftMeasures | FindingDeed::RefuseExtension | FindingDeed::TakeBack => &REASON,
        FindingDeed::Transfer => &transfer::TRANSFER,
        FindingDeed::Look => &watch::LOOK,
        FindingDeed::ReportFixed => &recheck::REPORT_FIXED,
        FindingDeed::AskExtension => &ASK_EXTENSION,
        FindingDeed::GrantExtension => &GRANT_EXTENSION,
        FindingDeed::Recheck => &recheck::RECHECK,
        FindingDeed::Close => &close::CLOSE,
        FindingDeed::Reopen => &close::REOPEN,
    }
}

/// Reads the order of a deed on one finding of the tree.
///
/// # Errors
/// Every fault of the body.
pub fn plan(deed: FindingDeed, body: &Node, finding: &Finding, seen: Seen<'_>) -> Result<Plan<VisitTree>, Vec<Fault>> {
    let (id, now) = (finding.id.clone(), seen.now);
    Ok(match deed {
        FindingDeed::Order => {
            let order = RectificationOrder::parse(body, finding, seen.rules, now)?;
            Box::new(move |tree, by| ordering::order(&order, &id, tree, by))
        }
        FindingDeed::CorrectOnSite => {
            let note = parse_note(body, order_spec(deed))?;
            Box::new(move |tree, by| ordering::correct_on_site(note.as_deref(), &id, tree, by))
        }
        FindingDeed::Measures => {
            let order = MeasuresOrder::parse(body, finding, seen.rules, now)?;
            Box::new(move |tree, by| measures::measures(&order, &id, tree, by))
        }
        FindingDeed::LiftMeasures => {
            let reason = reason(body)?;
            Box::new(move |tree, by| Ok(measures::lift_measures(&reason, &id, tree, by)))
        }
        FindingDeed::ReportFixed => {
            let note = parse_note(body, order_spec(deed))?;
            Box::new(move |tree, by| Ok(recheck::report_fixed(note.as_deref(), &id, tree, by)))
        }
        FindingDeed::AskExtension => {
            let due_at = seen.tree.armed(&Subject::Finding(id.clone())).map(|armed| armed.due_at);
            let order = AskExtensionOrder::parse(body, due_at)?;
            Box::new(move |tree, by| extension::ask_extension(&order, &id, tree, by))
        }
        FindingDeed::GrantExtension => {
            let (reader, faults) = read(&GRANT_EXTENSION, body);
            let reason = faults.judge(Some(reader.text("reason")))?;
            Box::new(move |tree, by| {
                extension::grant_extension(reason.as_deref(), &id, tree, by).ok_or(Refusal::NotFound)
            })
        }
        FindingDeed::RefuseExtension => {
            let reason = reason(body)?;
            Box::new(move |tree, by| Ok(extension::refuse_extension(&reason, &id, tree, by)))
        }
        FindingDeed::Recheck => {
            let date = now.civil().date().to_string();
            let order = RecheckOrder::parse(body, &finding.origin.department, &date, &seen.rules.directory)?;
            Box::new(move |tree, by| recheck::recheck(&order, &id, tree, by))
        }
        FindingDeed::Transfer => {
            let order = TransferOrder::parse(body)?;
            Box::new(move |tree, by| transfer::transfer(&order, &id, tree, by).ok_or(Refusal::NotFound))
        }
        FindingDeed::TakeBack => {
            let reason = reason(body)?;
            Box::new(move |tree, by| Ok(transfer::take_back(&reason, &id, tree, by)))
        }
        FindingDeed::Look => {
            let order = LookOrder::parse(body)?;
            Box::new(move |tree, by| watch::look(&order, &id, tree, by))
        }
        FindingDeed::Close => {
            let order = CloseOrder::parse(body, finding.status)?;
            Box::new(move |tree, by| close::close(&order, &id, tree, by))
        }
        FindingDeed::Reopen => {
            let order = ReopenOrder::parse(body)?;
            Box::new(move |tree, by| close::reopen(&order, &id, tree, by).ok_or(Refusal::NotFound))
        }
    })
}

fn reason(body: &Node) -> Result<String, Vec<Fault>> {
    let (reader, faults) = read(&REASON, body);
    faults.judge(reader.text("reason"))
}
