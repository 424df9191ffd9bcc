//! From a deed's body to its decision, one line a deed, as `whistle::plan` does it for whistles. It reads orders and never asks
//! for the state or the role: that is `deeds`'.

use super::approve::{self, ExcusePartOrder, ObjectOrder};
use super::enter::{self, AbortOrder};
use super::order::{self, Orders, PlanOrder};
use super::propose;
use super::record::{self, RecordOrder};
use super::{VisitTree, record::close_own_part};
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::VisitDeed;
use crate::domain::draft::{Deciding, Plan};
use crate::domain::order::{Fault, Node, Spec, read};
use crate::domain::policy::Actor;
use crate::domain::rules::Rules;
use crate::domain::summons::{BARE, REASON};

/// What an order is read against, as it was loaded.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub tree: &'a VisitTree,
    pub actor: &'a Actor,
    pub rules: &'a Rules,
    pub now: crate::domain::at::At,
}

/// The table that a deed's body follows.
pub fn order_spec(deed: VisitDeed) -> &'static Spec {
    match deed {
        VisitDeed::Propose => &order::PROPOSE,
        VisitDeed::ApproveOwnPart | VisitDeed::Announce | VisitDeed::KeepSecret => &BARE,
        VisitDeed::Finish | VisitDeed::CloseOwnPart => &BARE,
        VisitDeed::Object => &approve::OBJECT,
        VisitDeed::ExcusePart => &approve::EXCUSE_PART,
        VisitDeed::Postpone => &propose::POSTPONE,
        VisitDeed::Cancel => &REASON,
        VisitDeed::Enter => &enter::ENTER,
        VisitDeed::Record => &record::RECORD,
        VisitDeed::Sign => &enter::SIGN,
        VisitDeed::RefuseSign => &enter::REFUSE_SIGN,
        VisitDeed::Abort => &enter::ABORT,
    }
}

/// Reads the order of a deed: all its faults at once, or the decision that waits for the state to be asked.
///
/// # Errors
/// Every fault of the body.
pub fn plan(deed: VisitDeed, body: &Node, seen: Seen<'_>) -> Result<Plan<VisitTree>, Vec<Fault>> {
    let Seen { tree, actor, rules, now } = seen;
    Ok(match deed {
        VisitDeed::Propose => {
            let (whistles, changes) = (tree.whistles.as_slice(), Some(&tree.visit));
            let order = PlanOrder::parse_change(body, Orders { actor, rules, whistles, changes, now })?;
            Box::new(move |tree, by| propose::propose(&order, tree, by))
        }
        VisitDeed::ApproveOwnPart => {
            bare(body, |tree, by| approve::approve_own_part(tree, by).ok_or(Refusal::NotFound))?
        }
        VisitDeed::Object => {
            let order = ObjectOrder::parse(body)?;
            Box::new(move |tree, by| approve::object(&order, tree, by).ok_or(Refusal::NotFound))
        }
        VisitDeed::ExcusePart => {
            let order = ExcusePartOrder::parse(body, tree)?;
            Box::new(move |tree, by| approve::excuse_part(&order, tree, by))
        }
        VisitDeed::Announce => bare(body, |tree, by| Ok(enter::announce(tree, by)))?,
        VisitDeed::KeepSecret => bare(body, |tree, by| Ok(enter::keep_secret(tree, by)))?,
        VisitDeed::Postpone => {
            let slot = propose::parse_postpone(body, &tree.visit, now)?;
            Box::new(move |tree, by| propose::postpone(&slot, tree, by))
        }
        VisitDeed::Cancel => {
            let (reader, faults) = read(&REASON, body);
            let reason = faults.judge(reader.text("reason"))?;
            Box::new(move |tree, by| Ok(propose::cancel(&reason, tree, by)))
        }
        VisitDeed::Enter => {
            let scanned = enter::parse_enter(body)?;
            Box::new(move |tree, by| enter::enter(scanned, tree, by))
        }
        VisitDeed::Record => {
            let order = RecordOrder::parse(body, tree, actor)?;
            Box::new(move |tree, by| record::record(&order, tree, by).ok_or(Refusal::NotFound))
        }
        VisitDeed::Finish => bare(body, enter::finish)?,
        VisitDeed::CloseOwnPart => bare(body, close_own_part)?,
        VisitDeed::Sign | VisitDeed::RefuseSign => {
            let (note, refused) = (enter::parse_note(body, order_spec(deed))?, deed == VisitDeed::RefuseSign);
            Box::new(move |tree, by| Ok(enter::sign(note.as_deref(), refused, tree, by)))
        }
        VisitDeed::Abort => {
            let order = AbortOrder::parse(body)?;
            Box::new(move |tree, by| Ok(enter::abort(&order, tree, by)))
        }
    })
}

/// A deed that says everything by its verb.
fn bare(
    body: &Node,
    decide: fn(VisitTree, Deciding<'_>) -> Result<Change, Refusal>,
) -> Result<Plan<VisitTree>, Vec<Fault>> {
    read(&BARE, body).1.judge(Some(()))?;
    Ok(Box::new(decide))
}
