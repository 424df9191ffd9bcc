//! What whoever plans a visit has before them: the whistles that it could serve, what was found at the firm, and what would bar
//! what is chosen so far. It reads and never commits; a plan is made, and judged again, by `visits`.

use super::asked::Asked;
use super::cards::Texts;
use super::{Hub, Undone};
use crate::domain::decision::{Reason, Refusal};
use crate::domain::policy::{self, Scope};
use crate::domain::terms::WhistleStatus;
use crate::domain::visit::order::{Orders, PlanOrder};
use crate::domain::visit::propose::{self, Against};
use crate::domain::visit::slate::{self, Slate};
use crate::domain::visit::{Slot, VisitTree};
use crate::domain::whistle::Tree;
use crate::store::whistles::{self, WhistleQuery};
use crate::store::{Fault, Reading, firms, slates, visits};

/// Whistles of a firm that are offered at a time.
const OFFERED: u16 = 50;

/// The states in which somebody works on a whistle, so that a visit may serve it.
const AT_WORK: [WhistleStatus; 3] = [WhistleStatus::Dispatched, WhistleStatus::Handling, WhistleStatus::Rectifying];

/// What could go into one visit.
#[derive(Debug, Clone)]
pub struct Offered {
    /// By code.
    pub whistles: Vec<Tree>,
    /// Their titles and tasks.
    pub texts: Texts,
    /// Codes of hazards that were found at the firm before.
    pub past: Vec<String>,
}

/// The whistles of this firm that somebody works on, and those that are named besides.
pub async fn offered(hub: &Hub, scope: &Scope, firm: &str, named: &[String]) -> Result<Offered, Undone> {
    let (scope, now, firm, mut codes) = (scope.clone(), hub.now(), firm.to_owned(), named.to_vec());
    let read = hub.ledger.read(move |reading| {
        let mut past = Vec::new();
        if !firm.is_empty() {
            past = firms::past_hazards(reading, &firm)?;
            let (enterprise, status) = (vec![firm], AT_WORK.to_vec());
            let query = WhistleQuery { enterprise, status, limit: OFFERED, ..WhistleQuery::default() };
            let found = whistles::list(reading, &scope, &query, now)?;
            codes.extend(found.into_iter().map(|item| item.whistle.code));
        }
        let whistles = visits::whistles_of(reading, &scope, &codes)?;
        let ids: Vec<_> = whistles.iter().flat_map(super::whistles::text_ids).collect();
        let texts = whistles::texts(reading, &ids)?;
        Ok::<_, Fault>(Offered { whistles, texts, past })
    });
    Ok(read.await?)
}

/// What is to be said of a choice before it is sent.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// What is known against what is chosen so far.
    pub against: Against,
    /// Who and which cars cannot be had then, chosen or not.
    pub not_free: Vec<Reason>,
}

/// Looks at a visit that is being put together, or at one of this code that is to be otherwise. Nothing before a day is chosen.
pub async fn look(hub: &Hub, asked: &Asked<'_>, code: Option<&str>) -> Result<Looked, Undone> {
    if !policy::is_office(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let (Some(date), Some(period)) = (asked.named("date"), asked.named("period")) else { return Ok(Looked::default()) };
    let (Ok(node), Some(period_of)) = (asked.node(), crate::domain::terms::Period::parse(&period)) else {
        return Ok(Looked::default());
    };
    let slot = Slot { date: date.clone(), period: period_of };
    if crate::domain::at::At::of_date(&date).is_none() {
        return Ok(Looked::default());
    }
    let found = load(hub, asked, code.map(str::to_owned), (date, period)).await?;
    let (now, rules) = (hub.now(), hub.rules());
    let mut mint = hub.mint(now);
    let by = hub.deciding(Some(asked.actor), &rules, now, &mut mint);
    let orders = |whistles, changes| Orders { actor: asked.actor, rules: &rules, whistles, changes, now };
    let not_free = slate::not_free(&slot, &found.slate, &rules.directory);
    let against = match found.tree {
        Some(tree) => {
            let order = PlanOrder::change_so_far(node, orders(&tree.whistles, Some(&tree.visit)));
            propose::against_otherwise(&order, tree, by)
        }
        None => {
            let order = PlanOrder::so_far(node, orders(&found.whistles, None));
            propose::against_so_far(&order, &found.whistles, &found.slate, by)
        }
    };
    Ok(Looked { against, not_free })
}

struct Loaded {
    tree: Option<VisitTree>,
    whistles: Vec<Tree>,
    slate: Slate,
}

async fn load(
    hub: &Hub,
    asked: &Asked<'_>,
    code: Option<String>,
    (date, period): (String, String),
) -> Result<Loaded, Undone> {
    let (scope, codes, firm) = (asked.scope.clone(), asked.named_in("items", "whistle"), asked.named("enterprise"));
    let read = hub.ledger.read(move |reading: &mut Reading<'_>| {
        let Some(code) = code else {
            let whistles = visits::whistles_of(reading, &scope, &codes)?;
            let slate = slates::slate(reading, firm.as_deref(), (&date, &period), "")?;
            return Ok::<_, Fault>(Some(Loaded { tree: None, whistles, slate }));
        };
        let slot = (Some(date.as_str()), Some(period.as_str()));
        let Some(tree) = visits::otherwise(reading, &scope, &code, (slot, &codes))? else { return Ok(None) };
        let slate = tree.slate.clone();
        Ok(Some(Loaded { tree: Some(tree), whistles: Vec::new(), slate }))
    });
    Ok(read.await?.ok_or(Refusal::NotFound)?)
}
