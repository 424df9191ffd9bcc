//! Whistles as a file at the JSON door: a POST, because it leaves a record. The filter is the list's, and so is the Scope;
//! nothing here chooses rows or hides a field.

use super::gate::Caller;
use super::imports::{file_of, note};
use super::problem::Answer;
use super::query::{Parameter, Query};
use super::{Door, whistles};
use crate::app::exports::{self, Wanted};
use crate::app::imports;
use crate::app::sessions::Present;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::web::Data;

/// What it takes: the list's filters.
pub(super) const EXPORT: &[Parameter] = whistles::FILTERS;

/// `POST /exports/whistles`
pub(super) async fn whistles(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    file(&door, &caller.present, caller.lang, request.query_string()).await
}

/// The file of what a filter finds, under the reader's Scope.
pub(super) async fn file(door: &Door, present: &Present, lang: Lang, filter: &str) -> Answer {
    let given = Query::read(filter, EXPORT)?;
    let (actor, query) = (&present.actor, whistles::filters(door, &given)?);
    let notes = vec![note(lang, lang.whistles(), actor, door.hub.now()), lang.filter_note(filter)];
    let _turn = door.search_turn(&actor.person, query.q.is_some()).await?;
    let wanted = Wanted { query, filter: filter.to_owned(), notes };
    let rules = door.hub.rules();
    let bench = imports::bench(&door.hub, &rules);
    let file = exports::whistles(bench, Some(actor), &present.scope, wanted).await?;
    Ok(file_of("whistles", door.hub.now(), file.ok_or(ProblemKind::TooManyRows)?))
}
