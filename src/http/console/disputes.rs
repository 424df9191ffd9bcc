//! Summonses whose departments say "not ours", for the office: the director rules, on the summons' own page. A list and
//! nothing else; to other roles it is not allowed.

use super::flash::shown_once;
use super::reader::Reader;
use super::views::Words;
use crate::app::summonses;
use crate::domain::policy;
use crate::domain::terms::SummonsStatus;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::pages::{DisputesPage, Place};
use crate::http::problem::Answer;
use crate::http::query;
use crate::i18n::problems::ProblemKind;
use crate::store::summonses::SummonsQuery;
use actix_web::HttpRequest;

/// Rows at a time.
const ROWS: u16 = 50;
const HERE: &str = "/console/disputes";

/// `GET /console/disputes`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    if !policy::is_office(&reader.present.actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let place = CursorPlace { list: "page disputes", viewer: scope.viewer() };
    let cursor = query::form_field(request.query_string().as_bytes(), "cursor");
    let asked = SummonsQuery {
        status: vec![SummonsStatus::Disputed, SummonsStatus::Referred],
        limit: ROWS + 1,
        after: cursor.and_then(|cursor| cursor::open(hub, place, &cursor).ok()),
        ..SummonsQuery::default()
    };
    let (items, more) = query::page(summonses::list(hub, scope, asked).await?, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let words_of = Words { lang: reader.lang, directory: reader.directory(), now: reader.now };
    let places = reader.places(items.iter().map(|item| &item.whistle)).await?;
    let page_of = DisputesPage {
        shell: reader.shell(Place::Disputes).await?,
        rows: items.iter().map(|item| words_of.summons_row(item, &places)).collect(),
        more: last.map(|cursor| super::next::with(HERE, "cursor", &cursor)),
    };
    shown_once(&reader, &page_of)
}
