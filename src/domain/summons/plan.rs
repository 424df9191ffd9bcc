//! From a deed's body to its decision, one line a deed, as `whistle::plan` does it for whistles. It reads orders and never
//! asks for the state or the role: that is `deeds`'.

use super::dispute::{self, DisputeOrder, UpholdOrder};
use super::extension::{self, AskExtensionOrder};
use super::relief::{self, DelegateOrder};
use super::work::{self, ReportInOrder};
use super::{BARE, REASON, Summons};
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::SummonsDeed;
use crate::domain::draft::Deciding;
use crate::domain::draft::Plan;
use crate::domain::order::{Fault, Node, Spec, read};
use crate::domain::whistle::Tree;
use crate::domain::whistle::plan::Seen;
use crate::ids::SummonsId;

/// The table that a deed's body follows.
pub fn order_spec(deed: SummonsDeed) -> &'static Spec {
    match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Start | SummonsDeed::Accept | SummonsDeed::Refer => &BARE,
        SummonsDeed::ReportIn => &work::REPORT_IN,
        SummonsDeed::Submit => &work::SUBMIT,
        SummonsDeed::SendBack => &work::SEND_BACK,
        SummonsDeed::Dispute => &dispute::DISPUTE,
        SummonsDeed::Uphold => &dispute::UPHOLD,
        SummonsDeed::Overrule | SummonsDeed::Excuse | SummonsDeed::RefuseExtension => &REASON,
        SummonsDeed::Delegate => &relief::DELEGATE,
        SummonsDeed::AskExtension => &extension::ASK_EXTENSION,
        SummonsDeed::GrantExtension => &extension::GRANT_EXTENSION,
    }
}

/// Reads the order of a deed on one summons of the tree.
pub fn plan(deed: SummonsDeed, body: &Node, summons: &Summons, seen: Seen<'_>) -> Result<Plan<Tree>, Vec<Fault>> {
    let (tree, directory) = (seen.tree, &seen.rules.directory);
    let (id, unit) = (summons.id.clone(), summons.department.as_str());
    let due_at = tree.armed_summons(&id).map(|armed| armed.due_at);
    Ok(match deed {
        SummonsDeed::Acknowledge => bare(body, id, work::acknowledge)?,
        SummonsDeed::ReportIn => sure(ReportInOrder::parse(body, summons, directory)?, id, work::report_in),
        SummonsDeed::Start => bare(body, id, work::start)?,
        SummonsDeed::Submit => said(deed, body, id, work::submit)?,
        SummonsDeed::Accept => bare(body, id, work::accept)?,
        SummonsDeed::SendBack => said(deed, body, id, work::send_back)?,
        SummonsDeed::Dispute => sure(DisputeOrder::parse(body, unit, directory)?, id, dispute::dispute),
        SummonsDeed::Uphold => sure(UpholdOrder::parse(body, &id, tree, directory)?, id, dispute::uphold),
        SummonsDeed::Overrule => said(deed, body, id, dispute::overrule)?,
        SummonsDeed::Refer => bare(body, id, dispute::refer)?,
        SummonsDeed::Excuse => said(deed, body, id, relief::excuse)?,
        SummonsDeed::Delegate => sure(DelegateOrder::parse(body, unit, directory)?, id, relief::delegate),
        SummonsDeed::AskExtension => sure(AskExtensionOrder::parse(body, due_at)?, id, extension::ask_extension),
        SummonsDeed::GrantExtension => {
            let (reader, faults) = read(&extension::GRANT_EXTENSION, body);
            let reason = faults.judge(Some(reader.text("reason")))?;
            Box::new(move |tree, by| {
                extension::grant_extension(reason.as_deref(), &id, tree, by).ok_or(Refusal::NotFound)
            })
        }
        SummonsDeed::RefuseExtension => said(deed, body, id, extension::refuse_extension)?,
    })
}

fn sure<O: 'static>(order: O, id: SummonsId, decide: fn(&O, &SummonsId, Tree, Deciding<'_>) -> Change) -> Plan<Tree> {
    Box::new(move |tree, by| Ok(decide(&order, &id, tree, by)))
}

/// A deed that says everything by its verb.
fn bare(
    body: &Node,
    id: SummonsId,
    decide: fn(&SummonsId, Tree, Deciding<'_>) -> Change,
) -> Result<Plan<Tree>, Vec<Fault>> {
    read(&BARE, body).1.judge(Some(()))?;
    Ok(Box::new(move |tree, by| Ok(decide(&id, tree, by))))
}

/// A deed whose order is one text.
fn said(
    deed: SummonsDeed,
    body: &Node,
    id: SummonsId,
    decide: fn(&str, &SummonsId, Tree, Deciding<'_>) -> Change,
) -> Result<Plan<Tree>, Vec<Fault>> {
    let spec = order_spec(deed);
    let (reader, faults) = read(spec, body);
    let text = spec.fields.first().and_then(|field| reader.text(field.name));
    let text = faults.judge(text)?;
    Ok(Box::new(move |tree, by| Ok(decide(&text, &id, tree, by))))
}
