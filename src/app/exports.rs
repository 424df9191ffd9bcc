//! Whistles as a file: the same filter and the same Scope as the list, and an event that says who took how many away.
//! Bounded, so that nobody takes the whole ledger by accident; what is sealed stays sealed.

use super::Undone;
use super::imports::Bench;
use super::people::Whence;
use super::trail;
use crate::domain::decision::{Change, Refusal, Text};
use crate::domain::event::{Doer, Event, EventKind, of_directory, text_ref};
use crate::domain::imports::whistles::{ROWS_MAX, Told, texts_of, written};
use crate::domain::policy::Scope;
use crate::domain::terms::TextClass;
use crate::domain::trail::SecurityKind;
use crate::ids::{Mint, TextId};
use crate::store::whistles::{self, WhistleQuery};
use serde_json::json;

/// A file of more rows than these asks who takes it.
pub const LARGE_ROWS: usize = 500;
/// Rows of one read.
const PAGE: u16 = 200;

/// What is to be taken away.
#[derive(Debug)]
pub struct Wanted {
    pub query: WhistleQuery,
    /// The filter as it was asked for.
    pub filter: String,
    /// Stands above the head.
    pub notes: Vec<String>,
}

/// Who takes a file away, and whether they have just proven who they are; an operator at the machine is nobody who did.
#[derive(Clone, Copy)]
pub struct Taker<'a> {
    pub whence: Option<Whence<'a>>,
    pub is_proven: bool,
}

/// The file, and an event that it went out. Nothing if there is more than a file may hold.
pub async fn whistles(
    bench: Bench<'_>,
    taker: Taker<'_>,
    scope: &Scope,
    wanted: Wanted,
) -> Result<Option<Vec<u8>>, Undone> {
    let (now, scope, mut query) = (bench.now, scope.clone(), wanted.query);
    // Who sees nothing takes nothing away.
    if scope.viewer().is_empty() {
        return Err(Refusal::RoleMayNot.into());
    }
    query.limit = PAGE;
    let read = bench.ledger.read(move |reading| {
        let mut rows = Vec::new();
        loop {
            let page = whistles::list(reading, &scope, &query, now)?;
            query.after = page.last().map(|item| item.position(query.sort));
            let is_last = page.len() < usize::from(PAGE);
            rows.extend(page.into_iter().map(|item| Told {
                whistle: item.whistle,
                due_at: item.due_at,
                overdue: item.overdue,
            }));
            if is_last || rows.len() > ROWS_MAX {
                break;
            }
        }
        let ids: Vec<TextId> = rows.iter().flat_map(|row| texts_of(&row.whistle)).collect();
        let texts = if rows.len() > ROWS_MAX { Default::default() } else { whistles::texts(reading, &ids)? };
        Ok((rows, texts))
    });
    let (rows, texts) = read.await?;
    if rows.len() > ROWS_MAX {
        return Ok(None);
    }
    if rows.len() > LARGE_ROWS && !taker.is_proven {
        return Err(Undone::StepUpNeeded);
    }
    let mut change = went_out(bench, taker.whence, rows.len(), wanted.filter);
    let data = json!({ "list": "whistles", "rows": rows.len() });
    change.trail.push(trail::of(SecurityKind::ListExported, taker.whence, data));
    bench.ledger.commit(change, now).await?;
    Ok(Some(written(&rows, &texts, &bench.rules.directory, &wanted.notes)))
}

/// Who took how many rows away, by which filter: a filter may hold a name.
fn went_out(bench: Bench<'_>, whence: Option<Whence<'_>>, rows: usize, filter: String) -> Change {
    let mut mint = Mint::new(bench.now.0, bench.chance.seed());
    let text = Text { id: TextId::new(&mut mint), salt: mint.salt(), body: filter, class: TextClass::Open };
    let data = json!({ "rows": rows, "filter": text_ref(&text.id) });
    let doer = whence.map(|whence| Doer::from(&whence.present.actor));
    let event =
        Event { kind: EventKind::WhistlesExported, tree: of_directory(), about: None, doer, office_only: false, data };
    Change { events: vec![event], texts: vec![text], ..Change::default() }
}
