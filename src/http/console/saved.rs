//! The reader's own views of a list: the present filter under a name, and away with one. The list comes back with what was
//! wrong; what a view shows is asked anew each time, under the Scope.

use super::answers::{page, see_other};
use super::filters::Filters;
use super::orders;
use super::reader::{Reader, wanted_next};
use super::{findings, summonses, visits, whistles};
use crate::app::{Undone, views};
use crate::domain::decision::Refusal;
use crate::domain::view::{SAVE, ViewList};
use crate::http::gate;
use crate::http::problem::Answer;
use crate::http::query::{self, Parameter};
use crate::http::whistles as api;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// `POST /console/views`: the present filter under a name.
pub(super) async fn save(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at("/console".to_owned());
    match views::save(&reader.door.hub, sent.asked(&SAVE)).await {
        // Read by the list's own table first: what somebody sends as a filter is no header of ours.
        Ok(view) => {
            Ok(see_other(&Filters::read(&view.query, view.list, table(view.list), reader.directory()).address()))
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "view", &sent.bytes, &faults);
            let raw = query::form_field(&sent.bytes, "query").unwrap_or_default();
            let of = query::form_field(&sent.bytes, "list").and_then(|list| ViewList::parse(&list));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            match of.unwrap_or(ViewList::Whistles) {
                ViewList::Whistles => page(status, reader.lang, &whistles::listed(&reader, &raw, form).await?),
                ViewList::Summonses => page(status, reader.lang, &summonses::listed(&reader, &raw, form).await?),
                ViewList::Visits => page(status, reader.lang, &visits::listed(&reader, &raw, form).await?),
                ViewList::Findings => page(status, reader.lang, &findings::listed(&reader, &raw, form).await?),
            }
        }
        Err(undone) => Err(undone.into()),
    }
}

/// `POST /console/views/{id}/remove`
pub(super) async fn remove(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let id = request.match_info().get("id").unwrap_or_default();
    views::remove(&reader.door.hub, &reader.present.actor.person, id).await?;
    Ok(see_other(wanted_next(&sent.bytes).as_deref().unwrap_or(path(ViewList::Whistles))))
}

/// What a list's address may say.
fn table(list: ViewList) -> &'static [Parameter] {
    match list {
        ViewList::Whistles => api::PAGE,
        ViewList::Summonses => summonses::LIST,
        ViewList::Visits => visits::LIST,
        ViewList::Findings => findings::LIST,
    }
}

/// Where a list is.
pub(super) fn path(list: ViewList) -> &'static str {
    match list {
        ViewList::Whistles => "/console/whistles",
        ViewList::Summonses => "/console/summonses",
        ViewList::Visits => "/console/visits",
        ViewList::Findings => "/console/findings",
    }
}
