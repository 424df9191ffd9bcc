//! From a deed's body to its decision, one line a deed: which order it takes and which function decides. Both doors and
//! every test go through here. What is faulty is told before the state is asked (API.md), so reading comes apart from
//! deciding.

use super::blow::{self, BlowOrder};
use super::comment::{self, CommentOrder};
use super::end::{self, WithdrawOrder};
use super::merge::{self, MergeOrder};
use super::office::{self, AcceptOrder, CloseOrder, DeclineOrder, DispatchOrder, ReturnOrder, SendBackOrder};
use super::pause::{self, SuspendOrder};
use super::reopen::{self, ReopenOrder};
use super::steer::{self, ChangeLeadOrder, UrgencyOrder};
use super::{Tree, objection};
use crate::domain::at::At;
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::WhistleDeed;
use crate::domain::draft::{Deciding, Plan};
use crate::domain::order::{Fault, Node, Spec, read};
use crate::domain::rules::Rules;
use crate::domain::summons::{BARE, REASON};

/// What an order is read against, as it was loaded.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub tree: &'a Tree,
    /// Other whistles that the deed may move: what was merged into this one, or the one that it is to join.
    pub beside: &'a [Tree],
    pub rules: &'a Rules,
    pub now: At,
}

/// The table that a deed's body follows.
pub fn order_spec(deed: WhistleDeed) -> &'static Spec {
    match deed {
        WhistleDeed::Accept => &office::ACCEPT,
        WhistleDeed::Dispatch => &office::DISPATCH,
        WhistleDeed::Return => &office::RETURN,
        WhistleDeed::Complete => &blow::COMPLETE,
        WhistleDeed::Decline => &office::DECLINE,
        WhistleDeed::Appeal | WhistleDeed::Contest | WhistleDeed::DismissContest => &REASON,
        WhistleDeed::Merge => &merge::MERGE,
        WhistleDeed::Unmerge | WhistleDeed::Resume => &BARE,
        WhistleDeed::Withdraw => &end::WITHDRAW,
        WhistleDeed::AddSummons => &steer::ADD_SUMMONS,
        WhistleDeed::ChangeLead => &steer::CHANGE_LEAD,
        WhistleDeed::RaiseUrgency => &steer::RAISE_URGENCY,
        WhistleDeed::LowerUrgency => &steer::LOWER_URGENCY,
        WhistleDeed::SendBack => &office::SEND_BACK,
        WhistleDeed::Close => &office::CLOSE,
        WhistleDeed::Suspend => &pause::SUSPEND,
        WhistleDeed::Reopen => &reopen::REOPEN,
        WhistleDeed::Comments => &comment::COMMENT,
    }
}

/// Reads the order of a deed: all its faults at once, or the decision that waits for the state to be asked.
pub fn plan(deed: WhistleDeed, body: &Node, seen: Seen<'_>) -> Result<Plan<Tree>, Vec<Fault>> {
    let Seen { tree, beside, rules, now } = seen;
    let (whistle, directory) = (&tree.whistle, &rules.directory);
    Ok(match deed {
        WhistleDeed::Accept => sure(AcceptOrder::parse(body, directory)?, office::accept),
        WhistleDeed::Dispatch => sure(DispatchOrder::parse(body, whistle, rules, now)?, office::dispatch),
        WhistleDeed::Return => sure(ReturnOrder::parse(body)?, office::return_),
        WhistleDeed::Complete => sure(BlowOrder::parse_completion(body, whistle, directory, now)?, blow::complete),
        WhistleDeed::Decline => sure(DeclineOrder::parse(body, beside)?, office::decline),
        WhistleDeed::Appeal => said(deed, body, objection::appeal)?,
        WhistleDeed::Merge => {
            let order = MergeOrder::parse(body, beside)?;
            Box::new(move |tree, by| merge::merge(&order, tree, by))
        }
        WhistleDeed::Unmerge => bare(body, |tree, by| Some(merge::free(tree, by)))?,
        WhistleDeed::Withdraw => sure(WithdrawOrder::parse(body, beside)?, end::withdraw),
        WhistleDeed::AddSummons => sure(steer::parse_add_summons(body, tree, directory)?, steer::add_summons),
        WhistleDeed::ChangeLead => sure(ChangeLeadOrder::parse(body, whistle, directory)?, steer::change_lead),
        WhistleDeed::RaiseUrgency => sure(UrgencyOrder::raise(body, whistle)?, steer::change_urgency),
        WhistleDeed::LowerUrgency => sure(UrgencyOrder::lower(body, whistle)?, steer::change_urgency),
        WhistleDeed::SendBack => sure(SendBackOrder::parse(body, tree)?, office::send_back),
        WhistleDeed::Close => {
            let order = CloseOrder::parse(body)?;
            Box::new(move |tree, by| office::close(&order, tree, by))
        }
        WhistleDeed::Suspend => sure(SuspendOrder::parse(body, rules, now)?, pause::suspend),
        WhistleDeed::Resume => bare(body, pause::resume)?,
        WhistleDeed::Reopen => sure(ReopenOrder::parse(body, tree)?, reopen::reopen),
        WhistleDeed::Contest => said(deed, body, objection::contest)?,
        WhistleDeed::DismissContest => said(deed, body, objection::dismiss_contest)?,
        WhistleDeed::Comments => sure(CommentOrder::parse(body)?, comment::comment),
    })
}

/// A decision that nothing but the state can bar.
fn sure<O: 'static>(order: O, decide: fn(&O, Tree, Deciding<'_>) -> Change) -> Plan<Tree> {
    Box::new(move |tree, by| Ok(decide(&order, tree, by)))
}

/// A deed that says everything by its verb.
fn bare(body: &Node, decide: fn(Tree, Deciding<'_>) -> Option<Change>) -> Result<Plan<Tree>, Vec<Fault>> {
    read(&BARE, body).1.judge(Some(()))?;
    Ok(Box::new(move |tree, by| decide(tree, by).ok_or(Refusal::NotFound)))
}

/// A deed that has a reason and nothing else.
fn said(
    deed: WhistleDeed,
    body: &Node,
    decide: fn(&str, Tree, Deciding<'_>) -> Change,
) -> Result<Plan<Tree>, Vec<Fault>> {
    let (reader, faults) = read(order_spec(deed), body);
    let reason = faults.judge(reader.text("reason"))?;
    Ok(Box::new(move |tree, by| Ok(decide(&reason, tree, by))))
}
