//! Summonses: do a deed on one, open one, list them. Whoever sees a whistle sees whom it summoned; only the summoned
//! unit and the office act.

use super::asked::Asked;
use super::cards::Texts;
use super::deeds::Way;
use super::whistles::text_ids;
use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::deeds::SummonsDeed;
use crate::domain::policy::Scope;
use crate::domain::summons::Summons;
use crate::domain::whistle::Tree;
use crate::ids::{SummonsId, TextId};
use crate::store::summonses::{self, SummonsItem, SummonsQuery};
use crate::store::whistles;
use std::collections::HashMap;

pub use super::deeds::Done;
pub use crate::domain::summons::plan::order_spec;

/// Does a deed on a summons.
pub async fn deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: SummonsDeed) -> Result<Done, Undone> {
    Way { hub, asked, code, deed }.go().await
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
