//! Summonses: do a deed on one, open one, list them. Whoever sees a whistle sees whom it summoned; only the summoned
//! unit and the office act.

use super::asked::Asked;
use super::cards::Texts;
use super::deeds::{Loaded, Target, Way};
use super::whistles::text_ids;
use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::SummonsDeed;
use crate::domain::draft::Deciding;
use crate::domain::order::{Fault, Node, Spec, read};
use crate::domain::policy::Scope;
use crate::domain::summons::{self, BARE, ReportInOrder, Summons};
use crate::domain::whistle::Tree;
use crate::ids::{SummonsId, TextId};
use crate::store::summonses::{self, SummonsItem, SummonsQuery};
use crate::store::whistles;
use std::collections::HashMap;

pub use super::deeds::Done;

/// The table that a deed's body follows.
pub fn order_spec(deed: SummonsDeed) -> &'static Spec {
    match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Start | SummonsDeed::Accept => &BARE,
        SummonsDeed::ReportIn => &summons::REPORT_IN,
        SummonsDeed::Submit => &summons::SUBMIT,
        SummonsDeed::SendBack => &summons::SEND_BACK,
    }
}

/// Does a deed on a summons.
pub async fn deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: SummonsDeed) -> Result<Done, Undone> {
    let way = Way { hub, asked, code, target: Target::Summons(deed) };
    match deed {
        SummonsDeed::Acknowledge => bare(way, summons::acknowledge).await,
        SummonsDeed::Start => bare(way, summons::start).await,
        SummonsDeed::Accept => bare(way, summons::accept).await,
        SummonsDeed::ReportIn => {
            way.go(
                |body, at, rules, _| {
                    let summons = at.summons().ok_or_else(Vec::new)?;
                    ReportInOrder::parse(body, summons, &rules.directory)
                },
                |order, at, by| with_id(at, |id, tree| summons::report_in(order, id, tree, by)),
            )
            .await
        }
        SummonsDeed::Submit => {
            let parse = |body: &Node| one_text(&summons::SUBMIT, body, "result");
            way.go(
                |body, _, _, _| parse(body),
                |result: &String, at, by| with_id(at, |id, tree| summons::submit(result, id, tree, by)),
            )
            .await
        }
        SummonsDeed::SendBack => {
            let parse = |body: &Node| one_text(&summons::SEND_BACK, body, "lacks");
            way.go(
                |body, _, _, _| parse(body),
                |lacks: &String, at, by| with_id(at, |id, tree| summons::send_back(lacks, id, tree, by)),
            )
            .await
        }
    }
}

/// A deed that says everything by its verb.
async fn bare(way: Way<'_>, decide: fn(&SummonsId, Tree, Deciding<'_>) -> Change) -> Result<Done, Undone> {
    way.go(
        |body, _, _, _| read(&BARE, body).1.judge(Some(())),
        |(), at, by| with_id(at, |id, tree| decide(id, tree, by)),
    )
    .await
}

fn one_text(spec: &'static Spec, body: &Node, field: &str) -> Result<String, Vec<Fault>> {
    let (reader, faults) = read(spec, body);
    faults.judge(reader.text(field))
}

fn with_id(at: Loaded, decide: impl FnOnce(&SummonsId, Tree) -> Change) -> Option<Change> {
    let id = at.summons()?.id.clone();
    Some(decide(&id, at.tree))
}

/// A summons as its reader may see it, within its whistle.
#[derive(Debug, Clone)]
pub struct OpenSummons {
    pub tree: Tree,
    pub id: SummonsId,
    pub texts: HashMap<TextId, String>,
    pub now: At,
}

impl OpenSummons {
    /// The summons itself.
    pub fn summons(&self) -> Option<&Summons> {
        self.tree.summonses.iter().find(|one| one.id == self.id)
    }
}

/// Opens one summons.
pub async fn open(hub: &Hub, scope: &Scope, code: &str) -> Result<OpenSummons, Undone> {
    let (scope, code, now) = (scope.clone(), code.to_owned(), hub.now());
    let found = hub.ledger.read(move |reading| {
        let Some((tree, id)) = whistles::tree_of_summons(reading, &scope, &code)? else { return Ok(None) };
        let texts = whistles::texts(reading, &text_ids(&tree))?;
        Ok(Some(OpenSummons { tree, id, texts, now }))
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// A list under the reader's Scope.
pub async fn list(hub: &Hub, scope: &Scope, query: SummonsQuery) -> Result<Vec<SummonsItem>, Undone> {
    let (scope, now) = (scope.clone(), hub.now());
    Ok(hub.ledger.read(move |reading| summonses::list(reading, &scope, &query, now)).await?)
}

/// What listed summonses ask for and answer: they have passed the reader's Scope.
pub async fn texts(hub: &Hub, items: &[SummonsItem]) -> Result<Texts, Undone> {
    let of_one = |item: &SummonsItem| [item.summons.task.clone(), item.summons.result.clone()];
    let ids: Vec<TextId> = items.iter().flat_map(of_one).flatten().collect();
    if ids.is_empty() {
        return Ok(Texts::new());
    }
    Ok(hub.ledger.read(move |reading| whistles::texts(reading, &ids)).await?)
}
