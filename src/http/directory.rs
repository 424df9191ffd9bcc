//! The district's lists for whoever fills in an order: units, towns, firms, categories, checklist, cars, and the
//! people of the own unit. Names of people outside it are the office's, the supervisors' and the administrators'.

use super::gate::{self, Caller};
use super::problem::Answer;
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query, SEARCH_PARAMETER};
use super::{Door, cursor, json};
use crate::domain::directory::{Directory, Enterprise, Person};
use crate::domain::policy::{self, Actor};
use crate::domain::terms::Category;
use crate::domain::wanted::Wanted;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
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
    let rows = rules.directory.departments.iter();
    answer(&door, &caller.present.actor, &request, rows.map(|row| (row, row.names())))
}

/// `GET /towns`
pub(super) async fn towns(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.towns.iter();
    answer(&door, &caller.present.actor, &request, rows.map(|row| (row, row.names())))
}

/// `GET /enterprises`
pub(super) async fn enterprises(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.enterprises.iter();
    answer(&door, &caller.present.actor, &request, rows.map(|row| (row, row.names())))
}

/// A firm with those who rent from it.
#[derive(Debug, Serialize)]
struct FirmCard<'a> {
    #[serde(flatten)]
    firm: &'a Enterprise,
    tenants: Vec<&'a str>,
}

/// `GET /enterprises/{code}`
pub(super) async fn enterprise(door: Data<Door>, _caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let directory = &rules.directory;
    let firm = directory.enterprise(gate::code(&request)).ok_or(ProblemKind::NotFound)?;
    Query::read(request.query_string(), &[])?;
    let tenants = directory.tenants_of(&firm.code).map(|tenant| tenant.code.as_str()).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!(FirmCard { firm, tenants })))
}

/// `GET /checklist`
pub(super) async fn checklist(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.checklist.iter();
    answer(&door, &caller.present.actor, &request, rows.map(|row| (row, row.names())))
}

/// `GET /vehicles`
pub(super) async fn vehicles(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let rows = rules.directory.vehicles.iter();
    answer(&door, &caller.present.actor, &request, rows.map(|row| (row, row.names())))
}

/// `GET /people`
pub(super) async fn people(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let rules = door.hub.rules();
    let (directory, actor) = (&rules.directory, &caller.present.actor);
    let rows = directory.people.iter().filter(|person| sees(actor, person, directory));
    answer(&door, actor, &request, rows.map(|row| (crate::app::people::public_card(row), row.names())))
}

/// The own unit; a town and the squad stationed there are one, as they are in a summons.
pub(super) fn sees(actor: &Actor, person: &Person, directory: &Directory) -> bool {
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
        let names = [row.code, row.name, row.name_en];
        (row, names.into_iter())
    });
    answer(&door, &caller.present.actor, &request, rows)
}

/// One page of rows among whose names is what is looked for. A cursor is a place in the official order; an import in
/// between may move it, as it moves any list.
fn answer<'r, T: Serialize, N: Iterator<Item = &'r str>>(
    door: &Door,
    actor: &Actor,
    request: &HttpRequest,
    rows: impl Iterator<Item = (T, N)>,
) -> Answer {
    let given = Query::read(request.query_string(), LIST)?;
    let list = format!("{} {}", request.path(), given.search().unwrap_or_default());
    let place = cursor::Place { list: &list, viewer: &actor.unit };
    let after = given.text("cursor").map(|cursor| cursor::open(&door.hub, place, cursor)).transpose()?;
    let begin = after.map_or(0, |position| usize::try_from(position.key).unwrap_or(usize::MAX));
    let wanted = Wanted::of(given.search().unwrap_or_default());
    let found = rows.filter_map(|(row, names)| wanted.is_among(names).then_some(row));
    let mut rest = found.skip(begin);
    let items: Vec<T> = rest.by_ref().take(given.limit.into()).collect();
    let end = i64::try_from(begin.saturating_add(items.len())).unwrap_or(i64::MAX);
    let next = rest.next().map(|_| cursor::seal(&door.hub, place, &Position { key: end, id: String::new() }));
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": items, "next_cursor": next })))
}
