//! Whistles as a file at the JSON door: a POST, because it leaves a record. The filter is the list's, and so is the Scope;
//! nothing here chooses rows or hides a field.

use super::gate::{self, Caller};
use super::imports::{file_of, note};
use super::problem::Answer;
use super::query::{Parameter, Query};
use super::{Door, whistles};
use crate::app::exports::{self, Taker, Wanted};
use crate::app::imports;
use crate::app::people::Whence;
use crate::app::proof::is_proven;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::web::Data;

/// What it takes: the list's filters.
pub(super) const EXPORT: &[Parameter] = whistles::FILTERS;

/// `POST /exports/whistles`
pub(super) async fn whistles(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let address = gate::address(&request, &door)?.to_string();
    let whence = Whence { present: &caller.present, address: &address };
    file(&door, whence, caller.lang, request.query_string()).await
}

/// The file of what a filter finds, under the reader's Scope.
pub(super) async fn file(door: &Door, whence: Whence<'_>, lang: Lang, filter: &str) -> Answer {
    let given = Query::read(filter, EXPORT)?;
    let (actor, query) = (&whence.present.actor, whistles::filters(door, &given)?);
    let notes = vec![note(lang, lang.whistles(), actor, door.hub.now()), lang.filter_note(filter)];
    let _turn = door.export_turn(&actor.person).await?;
    let wanted = Wanted { query, filter: filter.to_owned(), notes };
    let rules = door.hub.rules();
    let taker = Taker { whence: Some(whence), is_proven: is_proven(&door.hub, whence.present) };
    let scope = &whence.present.scope;
    let file = exports::whistles(imports::bench(&door.hub, &rules), taker, scope, wanted).await?;
    Ok(file_of("whistles", door.hub.now(), file.ok_or(ProblemKind::TooManyRows)?))
}
