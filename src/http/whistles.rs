//! Whistles at the JSON door: blow one, do a deed on one, read one, list them. Handlers carry questions in and cards
//! out; what may be asked is `app`'s to judge, in the order of checks of the HTTP contract.

use super::gate::{Caller, Posted, code};
use super::problem::{Answer, Problem};
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query, SEARCH_PARAMETER, Takes, page};
use super::{Door, cursor, json, marked, tagged};
use crate::app::Hub;
use crate::app::cards;
use crate::app::hints;
use crate::app::informers;
use crate::app::people::Whence;
use crate::app::sessions::Present;
use crate::app::visits;
use crate::app::whistles::{self, TimelinePage};
use crate::domain::at::At;
use crate::domain::deeds::WhistleDeed;
use crate::domain::routing::Proposal;
use crate::domain::terms::{Category, Severity, Urgency, WhistleStatus};
use crate::domain::wanted::Wanted;
use crate::i18n::{Lang, deadlines};
use crate::ids::PersonId;
use crate::store::events::StoredEvent;
use crate::store::whistles::{Position, Sort, WhistleQuery};
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

const NEWEST: &str = "-blown_at";
const OLDEST: &str = "blown_at";
const DUE: &str = "due_at";

/// What a list of whistles takes.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "status", takes: Takes::Words(WhistleStatus::WORDS) },
    Parameter { name: "urgency", takes: Takes::Words(Urgency::WORDS) },
    Parameter { name: "severity", takes: Takes::Words(Severity::WORDS) },
    Parameter { name: "category", takes: Takes::Words(Category::WORDS) },
    Parameter { name: "town", takes: Takes::Codes },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "enterprise", takes: Takes::Codes },
    Parameter { name: "from", takes: Takes::Day },
    Parameter { name: "to", takes: Takes::Day },
    Parameter { name: "overdue", takes: Takes::Flag },
    SEARCH_PARAMETER,
    CURSOR_PARAMETER,
    Parameter { name: "sort", takes: Takes::Sort(&[NEWEST, OLDEST, DUE]) },
    LIMIT_PARAMETER,
];

/// Its filters, without order and pages.
pub(super) const FILTERS: &[Parameter] = LIST.split_at(11).0;

/// What its page takes: filters and a place.
pub(super) const PAGE: &[Parameter] = LIST.split_at(12).0;

/// What a timeline takes.
pub(super) const TIMELINE: &[Parameter] = &[LIMIT_PARAMETER, CURSOR_PARAMETER];

/// `POST /whistles`
pub(super) async fn blow(door: Data<Door>, posted: Posted) -> Answer {
    door.rates.create(&posted.present.actor.person, door.hub.clock.elapsed())?;
    let mut blown = whistles::blow(&door.hub, posted.asked()).await?;
    if blown.tells_who_spoke {
        let message = posted.lang.tells_who_spoke();
        blown.card["warnings"] = value!([{ "pointer": "/what", "code": "tells_who_spoke", "message": message }]);
    }
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/v1/whistles/{}", blown.code)));
    Ok(json(tagged(&mut answer, blown.version, blown.replayed), &blown.card))
}

/// `POST /whistles/hints`
pub(super) async fn hints(door: Data<Door>, posted: Posted) -> Answer {
    let _turn = door.search_turn(&posted.present.actor.person, true).await?;
    let (hub, lang, rules) = (&door.hub, posted.lang, door.hub.rules());
    let found = hints::hints(hub, posted.asked()).await?;
    let similar = found.similar.iter().map(|(item, why)| {
        let mut card = cards::whistle_item(item, &rules.directory);
        (card["rule"], card["why"]) = (value!(why.as_str()), value!(lang.likeness(*why)));
        card
    });
    let similar: Vec<Value> = similar.collect();
    let department = |one: &Proposal| {
        let why = match lang {
            Lang::Zh => &one.why.zh,
            Lang::En => &one.why.en,
        };
        value!({ "department": one.department, "rule": one.rule, "why": why })
    };
    let departments: Vec<Value> = found.departments.iter().map(department).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "similar": similar, "departments": departments })))
}

/// `POST /whistles/{code}/{deed}`: the whistle as it stands now.
pub(super) async fn deed(door: Data<Door>, posted: Posted, deed: WhistleDeed) -> Answer {
    let done = whistles::deed(&door.hub, posted.asked(), posted.code(), deed).await?;
    shown(&door, &posted.present, posted.lang, &done.code, done.replayed).await
}

/// `POST /whistles/{code}/unseal`: who the informer is, to whoever may know, with a reason.
pub(super) async fn unseal(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let unsealed = informers::unseal(&door.hub, posted.asked(), whence, posted.code()).await?;
    Ok(json(marked(&mut HttpResponse::Ok(), unsealed.replayed), &value!(unsealed.contact)))
}

/// `GET /whistles/{code}`
pub(super) async fn one(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let answer = shown(&door, &caller.present, caller.lang, code(&request), false).await?;
    Query::read(request.query_string(), &[])?;
    Ok(answer)
}

async fn shown(door: &Door, present: &Present, lang: Lang, code: &str, replayed: bool) -> Answer {
    let open = whistles::open(&door.hub, &present.scope, code).await?;
    let mut detail =
        cards::whistle_detail(&open, &present.actor, &door.hub.rules(), |spans| deadlines::lines(lang, spans));
    let (visits, findings) = visits::of_whistle(&door.hub, &present.scope, &open.tree.whistle.id).await?;
    (detail["visits"], detail["findings"]) = (value!(visits), value!(findings));
    Ok(json(tagged(&mut HttpResponse::Ok(), open.tree.whistle.version, replayed), &detail))
}

/// `GET /whistles`
pub(super) async fn list(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, scope) = (&door.hub, &caller.present.scope);
    let given = Query::read(request.query_string(), LIST)?;
    let (sort, list) = match given.text("sort") {
        Some(OLDEST) => (Sort::OldestFirst, "whistles blown_at"),
        Some(DUE) => (Sort::DueFirst, "whistles due_at"),
        Some(_) | None => (Sort::NewestFirst, "whistles -blown_at"),
    };
    let place = cursor::Place { list, viewer: scope.viewer() };
    let mut query = filters(&door, &given)?;
    query.after = given.text("cursor").map(|cursor| cursor::open(hub, place, cursor)).transpose()?;
    query.sort = sort;
    query.limit = given.limit + 1;
    let _turn = door.search_turn(&caller.present.actor.person, query.q.is_some()).await?;
    let (items, more) = page(whistles::list(hub, scope, query).await?, given.limit);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position(sort)));
    let rules = hub.rules();
    let cards: Vec<Value> = items.iter().map(|item| cards::whistle_item(item, &rules.directory)).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": cards, "next_cursor": last })))
}

pub(super) fn filters(door: &Door, given: &Query) -> Result<WhistleQuery, Problem> {
    let rules = door.hub.rules();
    let directory = &rules.directory;
    Ok(WhistleQuery {
        status: given.words("status", WhistleStatus::parse),
        urgency: given.words("urgency", Urgency::parse),
        severity: given.words("severity", Severity::parse),
        category: given.words("category", Category::parse),
        town: given.codes("town", |code| directory.town(code).is_some())?,
        department: given.codes("department", |code| directory.is_unit(code))?,
        enterprise: given.codes("enterprise", |code| directory.enterprise(code).is_some())?,
        from: given.day("from"),
        until: given.day("to").map(At::day_end),
        overdue: given.flag("overdue"),
        q: given.search().map(Wanted::of),
        ..WhistleQuery::default()
    })
}

/// `GET /whistles/{code}/timeline`
pub(super) async fn timeline(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, scope, code) = (&door.hub, &caller.present.scope, code(&request));
    let list = format!("timeline {code}");
    let place = cursor::Place { list: &list, viewer: scope.viewer() };
    let (limit, after_seq) = match stretch(hub, place, &request) {
        Ok(asked) => asked,
        // Whether the whistle exists comes before what is wrong with the question.
        Err(problem) => {
            whistles::open(hub, scope, code).await?;
            return Err(problem);
        }
    };
    let page_asked = TimelinePage { code: code.to_owned(), after_seq, limit: limit + 1 };
    let (whistle, events) = whistles::timeline(hub, scope, page_asked).await?;
    Ok(told(hub, place, (events, limit), |event, person| whistle.names(event.kind, person)))
}

/// How much of a timeline is asked for, and after which place in the log.
pub(super) fn stretch(hub: &Hub, place: cursor::Place<'_>, request: &HttpRequest) -> Result<(u16, i64), Problem> {
    let given = Query::read(request.query_string(), TIMELINE)?;
    let after = given.text("cursor").map(|cursor| cursor::open(hub, place, cursor)).transpose()?;
    Ok((given.limit, after.map_or(0, |position| position.key)))
}

/// A page of a timeline, of which one entry more was read than is shown. `names`: whether an entry names that person.
pub(super) fn told(
    hub: &Hub,
    place: cursor::Place<'_>,
    (events, limit): (Vec<StoredEvent>, u16),
    names: impl Fn(&StoredEvent, &PersonId) -> bool,
) -> HttpResponse {
    let (events, more) = page(events, limit);
    let position = |seq| Position { key: seq, id: String::new() };
    let last = events.last().filter(|_| more).map(|event| cursor::seal(hub, place, &position(event.seq)));
    let rules = hub.rules();
    let card = |event: &StoredEvent| cards::timeline_entry(event, |person| names(event, person), &rules.directory);
    let cards: Vec<Value> = events.iter().map(card).collect();
    json(&mut HttpResponse::Ok(), &value!({ "items": cards, "next_cursor": last }))
}
