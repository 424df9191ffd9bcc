//! Summonses at the JSON door: do a deed on one, read one, list them. Handlers carry questions in and cards out; what
//! may be asked is `app`'s to judge.

use super::gate::{Caller, Posted, code};
use super::problem::Answer;
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query, Takes, page};
use super::{Door, cursor, json, tagged};
use crate::app::cards;
use crate::app::sessions::Present;
use crate::app::summonses;
use crate::domain::deeds::SummonsDeed;
use crate::domain::terms::SummonsStatus;
use crate::i18n::problems::ProblemKind;
use crate::store::summonses::SummonsQuery;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

/// What a list of summonses takes.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "status", takes: Takes::Words(SummonsStatus::WORDS) },
    Parameter { name: "overdue", takes: Takes::Flag },
    LIMIT_PARAMETER,
    CURSOR_PARAMETER,
];

/// `POST /summonses/{code}/{deed}`: the summons as it stands now.
pub(super) async fn deed(door: Data<Door>, posted: Posted, deed: SummonsDeed) -> Answer {
    let done = summonses::deed(&door.hub, posted.asked(), posted.code(), deed).await?;
    shown(&door, &posted.present, &done.code, done.replayed).await
}

/// `GET /summonses/{code}`
pub(super) async fn one(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let answer = shown(&door, &caller.present, code(&request), false).await?;
    Query::read(request.query_string(), &[])?;
    Ok(answer)
}

async fn shown(door: &Door, present: &Present, code: &str, replayed: bool) -> Answer {
    let open = summonses::open(&door.hub, &present.scope, code).await?;
    let summons = open.summons().ok_or(ProblemKind::NotFound)?;
    let card = cards::summons_detail(&open, &present.actor).ok_or(ProblemKind::NotFound)?;
    Ok(json(tagged(&mut HttpResponse::Ok(), summons.version, replayed), &card))
}

/// `GET /summonses`
pub(super) async fn list(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, scope) = (&door.hub, &caller.present.scope);
    let given = Query::read(request.query_string(), LIST)?;
    let place = cursor::Place { list: "summonses", viewer: scope.viewer() };
    let query = SummonsQuery {
        department: given.codes("department", |code| hub.rules().directory.is_unit(code))?,
        status: given.words("status", SummonsStatus::parse),
        overdue: given.flag("overdue"),
        limit: given.limit + 1,
        after: given.text("cursor").map(|cursor| cursor::open(hub, place, cursor)).transpose()?,
        ..SummonsQuery::default()
    };
    let (items, more) = page(summonses::list(hub, scope, query).await?, given.limit);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let texts = summonses::texts(hub, &items).await?;
    let cards: Vec<Value> =
        items.iter().map(|item| cards::summons_item(item, &caller.present.actor, &texts, hub.now())).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": cards, "next_cursor": last })))
}
