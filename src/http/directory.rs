//! The district's lists for whoever fills in an order: units, towns, firms, categories, and the people of the own
//! unit. Names of people outside it are the office's, the supervisors' and the administrators'.

use super::gate::Caller;
use super::problem::Answer;
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query, SEARCH_PARAMETER};
use super::{Door, cursor, json};
use crate::domain::directory::{Directory, Person};
use crate::domain::policy::{self, Actor};
use crate::domain::terms::Category;
use crate::domain::wanted::Wanted;
use crate::i18n::Lang;
use crate::store::whistles::Position;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json as value;

/// What each of these lists takes.
pub(super) const LIST: &[Parameter] = &[SEARCH_PARAMETER, LIMIT_PARAMETER, CURSOR_PARAMETER];

/// `GET /departments`
pub(super) async fn departments(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.departments.iter().map(|unit| {
        let names = [unit.code.as_str(), &unit.name, &unit.short_name, &unit.name_en];
        (unit, names)
    });
    answer(&door, &caller.present.actor, &request, rows)
}

/// `GET /towns`
pub(super) async fn towns(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.towns.iter().map(|town| {
        let names = [town.code.as_str(), &town.name, &town.name_en, &town.squad_code];
        (town, names)
    });
    answer(&door, &caller.present.actor, &request, rows)
}

/// `GET /enterprises`
pub(super) async fn enterprises(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.enterprises.iter().map(|firm| {
        let names = [firm.code.as_str(), &firm.name, &firm.credit_code, &firm.town_code];
        (firm, names)
    });
    answer(&door, &caller.present.actor, &request, rows)
}

/// `GET /people`
pub(super) async fn people(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let (directory, actor) = (&rules.directory, &caller.present.actor);
    let rows = directory.people.iter().filter(|person| sees(actor, person, directory)).map(|person| {
        let names = [person.username.as_str(), &person.name, &person.title, &person.department_code];
        (crate::app::people::public_card(person), names)
    });
    answer(&door, actor, &request, rows)
}

/// The own unit; a town and the squad stationed there are one, as they are in a summons.
fn sees(actor: &Actor, person: &Person, directory: &Directory) -> bool {
    let unit = &person.department_code;
    let same_town = || actor.town.is_some() && directory.town_of(unit).map(|town| &town.code) == actor.town.as_ref();
    policy::sees_all_people(actor) || *unit == actor.unit || same_town()
}

/// A hazard category; its code is what orders and filters take.
#[derive(Debug, Serialize)]
struct CategoryRow {
    code: &'static str,
    name: &'static str,
    name_en: &'static str,
}

/// `GET /categories`
pub(super) async fn categories(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rows = Category::ALL.iter().map(|category| {
        let row = CategoryRow {
            code: category.as_str(),
            name: Lang::Zh.category(*category),
            name_en: Lang::En.category(*category),
        };
        let names = [row.code, row.name, row.name_en, ""];
        (row, names)
    });
    answer(&door, &caller.present.actor, &request, rows)
}

/// One page of rows among whose names is what is looked for. A cursor is a place in the official order; an import in
/// between may move it, as it moves any list.
fn answer<'r, T: Serialize>(
    door: &Door,
    actor: &Actor,
    request: &HttpRequest,
    rows: impl Iterator<Item = (T, [&'r str; 4])>,
) -> Answer {
    let given = Query::read(request.query_string(), LIST)?;
    let list = format!("{} {}", request.path(), given.search().unwrap_or_default());
    let place = cursor::Place { list: &list, viewer: &actor.unit };
    let after = given.text("cursor").map(|cursor| cursor::open(&door.hub, place, cursor)).transpose()?;
    let begin = after.map_or(0, |position| usize::try_from(position.key).unwrap_or(usize::MAX));
    let wanted = Wanted::of(given.search().unwrap_or_default());
    let found = rows.filter(|(_, names)| wanted.is_among(names.iter().copied()));
    let mut rest = found.map(|(row, _)| row).skip(begin);
    let items: Vec<T> = rest.by_ref().take(given.limit.into()).collect();
    let end = i64::try_from(begin.saturating_add(items.len())).unwrap_or(i64::MAX);
    let next = rest.next().map(|_| cursor::seal(&door.hub, place, &Position { key: end, id: String::new() }));
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": items, "next_cursor": next })))
}
