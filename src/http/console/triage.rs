//! The queue of new whistles beside the one that is open: few verdicts, each leads to the next row. The office's page;
//! to others it is not allowed.

use super::answers::page;
use super::flash::shown_once;
use super::reader::{COUNT_MAX, Reader};
use super::whistles::part;
use crate::app::whistles;
use crate::domain::policy;
use crate::domain::terms::WhistleStatus;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::pages::{Form, Place, TriagePage};
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::problems::ProblemKind;
use crate::store;
use crate::store::whistles::{Sort, WhistleItem, WhistleQuery};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// Rows of the queue at a time.
const ROWS: u16 = 50;
const HERE: &str = "/console/triage";

/// `GET /console/triage`
pub(super) async fn queue(reader: Reader, request: HttpRequest) -> Answer {
    let given = |name: &str| query::form_field(request.query_string().as_bytes(), name);
    let (open, cursor) = (given("open"), given("cursor"));
    let mut page_of = filled(&reader, open.as_deref(), cursor.as_deref(), None).await?;
    page_of.shell.notice = reader.told();
    shown_once(&reader, &page_of)
}

/// The queue with a form that comes back.
pub(super) async fn refused(reader: Reader, code: &str, form: Form) -> Answer {
    let reader = reader.at(format!("{HERE}?open={}", super::next::escaped(code)));
    let page_of = filled(&reader, Some(code), None, Some(form)).await?;
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &page_of)
}

async fn filled(
    reader: &Reader,
    asked: Option<&str>,
    cursor: Option<&str>,
    form: Option<Form>,
) -> Result<TriagePage, Problem> {
    if !policy::is_office(&reader.present.actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let place = CursorPlace { list: "page triage", viewer: scope.viewer() };
    let after = cursor.and_then(|cursor| cursor::open(hub, place, cursor).ok());
    let (status, sort) = (vec![WhistleStatus::Submitted], Sort::DueFirst);
    let query_of = WhistleQuery { status, sort, limit: ROWS + 1, after, ..WhistleQuery::default() };
    let (items, more) = query::page(whistles::list(hub, scope, query_of).await?, ROWS);
    // On a wide screen the first row stands open; on a phone the list comes first.
    let open = asked.or_else(|| items.first().map(|item| item.whistle.code.as_str()));
    let (opened, version) = match open {
        Some(code) => {
            let (part, open) = part(reader, code, next_of(&items, code), 0).await?;
            (Some(part), open.tree.whistle.version)
        }
        None => (None, 0),
    };
    let form = match (form, open) {
        (Some(form), _) => form,
        (None, Some(code)) => reader.left(&format!("/console/whistles/{code}"), reader.form(version)).await?,
        (None, None) => reader.form(version),
    };
    let words_of = reader.words();
    let places = reader.places(items.iter().map(|item| &item.whistle)).await?;
    let row = |item: &WhistleItem| {
        let code = &item.whistle.code;
        words_of.row(item, &places, format!("{HERE}?open={code}"), open == Some(code.as_str()))
    };
    let [waiting, late] = waiting(reader).await?;
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position(Sort::DueFirst)));
    Ok(TriagePage {
        shell: reader.shell(Place::Triage).await?,
        form,
        rows: items.iter().map(row).collect(),
        waiting,
        late,
        more: last.map(|cursor| super::next::with(HERE, "cursor", &cursor)),
        open: opened,
        asked: asked.is_some(),
    })
}

/// The row after this one; the first when it is the last; the queue alone when there is no other.
fn next_of(items: &[WhistleItem], code: &str) -> String {
    let at = items.iter().position(|item| item.whistle.code == code);
    let following = at.and_then(|at| items.get(at + 1));
    let next = following.or_else(|| items.iter().find(|item| item.whistle.code != code));
    next.map_or_else(|| HERE.to_owned(), |item| format!("{HERE}?open={}", item.whistle.code))
}

/// How many wait, and how many of them are late.
async fn waiting(reader: &Reader) -> Result<[u64; 2], Problem> {
    let (scope, now) = (reader.present.scope.clone(), reader.now);
    let counted = reader.door.hub.ledger.read(move |reading| {
        let mut of = |late| {
            let asked = (WhistleStatus::Submitted, late);
            store::whistles::count_by_status(reading, &scope, asked, i64::from(COUNT_MAX))
        };
        Ok([of(None)?, of(Some(now))?])
    });
    Ok(counted.await?.map(|count| count.try_into().unwrap_or_default()))
}
