//! Visits and findings at the JSON door: plan a visit, do a deed on one or on what it found, read one, list them. Handlers carry
//! questions in and cards out; what may be asked is `app`'s to judge.

use super::gate::{Caller, Posted, code};
use super::papers::{Press, whose};
use super::problem::{Answer, Problem, reason};
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query, Takes, page};
use super::whistles::{stretch, told};
use super::{Door, cursor, json, tagged};
use crate::app::firm_links;
use crate::app::papers;
use crate::app::sessions::Present;
use crate::app::visit_cards as cards;
use crate::app::visits::{self, OpenVisit};
use crate::app::whistles::TimelinePage;
use crate::domain::deeds::{FindingDeed, VisitDeed};
use crate::domain::papers::VisitPaper;
use crate::domain::terms::{FindingStatus, VisitStatus};
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use crate::store::visits::{FindingQuery, VisitQuery};
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

/// What a list of visits takes.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "from", takes: Takes::Day },
    Parameter { name: "to", takes: Takes::Day },
    Parameter { name: "status", takes: Takes::Words(VisitStatus::WORDS) },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "enterprise", takes: Takes::Codes },
    Parameter { name: "officer", takes: Takes::Codes },
    LIMIT_PARAMETER,
    CURSOR_PARAMETER,
];

/// What a list of findings takes.
pub(super) const FINDINGS: &[Parameter] = &[
    Parameter { name: "status", takes: Takes::Words(FindingStatus::WORDS) },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "enterprise", takes: Takes::Codes },
    Parameter { name: "overdue", takes: Takes::Flag },
    Parameter { name: "spot_check", takes: Takes::Flag },
    LIMIT_PARAMETER,
    CURSOR_PARAMETER,
];

/// `POST /visits`
pub(super) async fn plan(door: Data<Door>, posted: Posted) -> Answer {
    let planned = visits::plan(&door.hub, posted.asked()).await?;
    let open = visits::open(&door.hub, &posted.present.scope, &planned.code).await?;
    let card = card(&door, &open, &posted.present, posted.lang);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/v1/visits/{}", planned.code)));
    Ok(json(tagged(&mut answer, open.tree.visit.version, planned.replayed), &card))
}

/// `POST /visits/{code}/{deed}`: the visit as it stands now.
pub(super) async fn deed(door: Data<Door>, posted: Posted, deed: VisitDeed) -> Answer {
    let done = visits::deed(&door.hub, posted.asked(), posted.code(), deed).await?;
    shown(&door, (&posted.present, posted.lang), &done.code, done.replayed).await
}

/// `GET /visits/{code}`
pub(super) async fn one(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let answer = shown(&door, (&caller.present, caller.lang), code(&request), false).await?;
    Query::read(request.query_string(), &[])?;
    Ok(answer)
}

async fn shown(door: &Door, (present, lang): (&Present, Lang), code: &str, replayed: bool) -> Answer {
    let open = visits::open(&door.hub, &present.scope, code).await?;
    let card = card(door, &open, present, lang);
    Ok(json(tagged(&mut HttpResponse::Ok(), open.tree.visit.version, replayed), &card))
}

/// With what is to be said against it, in the caller's language.
fn card(door: &Door, open: &OpenVisit, present: &Present, lang: Lang) -> Value {
    let rules = door.hub.rules();
    let mut card = cards::visit_detail(open, &present.actor, &rules.directory);
    card["warnings"] = open.warnings(&rules).iter().map(|one| reason(one, lang)).collect();
    card
}

/// `GET /visits`
pub(super) async fn list(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, present) = (&door.hub, &caller.present);
    let given = Query::read(request.query_string(), LIST)?;
    let place = cursor::Place { list: "visits", viewer: present.actor.person.as_str() };
    let mut query = filters(&door, &given)?;
    query.after = given.text("cursor").map(|cursor| cursor::open(hub, place, cursor)).transpose()?;
    query.limit = given.limit + 1;
    let (items, more) = page(visits::list(hub, &present.scope, query).await?, given.limit);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let (rules, now) = (hub.rules(), hub.now());
    let cards: Vec<Value> = items.iter().map(|item| cards::visit_item(item, &rules.directory, now)).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": cards, "next_cursor": last })))
}

/// What a list is asked for; who goes is named by one id.
fn filters(door: &Door, given: &Query) -> Result<VisitQuery, Problem> {
    let rules = door.hub.rules();
    let directory = &rules.directory;
    let known = |id: &str| directory.person(&PersonId::from_text(id)).is_some();
    Ok(VisitQuery {
        from: given.text("from").map(str::to_owned),
        to: given.text("to").map(str::to_owned),
        status: given.words("status", VisitStatus::parse),
        department: given.codes("department", |code| directory.is_unit(code))?,
        enterprise: given.codes("enterprise", |code| directory.enterprise(code).is_some())?,
        officer: given.codes("officer", known)?.into_iter().next().map(PersonId::from_text),
        ..VisitQuery::default()
    })
}

/// `GET /visits/{code}/timeline`
pub(super) async fn timeline(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, scope, code) = (&door.hub, &caller.present.scope, code(&request));
    let list = format!("visit timeline {code}");
    let place = cursor::Place { list: &list, viewer: caller.present.actor.person.as_str() };
    let (limit, after_seq) = match stretch(hub, place, &request) {
        Ok(asked) => asked,
        Err(problem) => {
            visits::open(hub, scope, code).await?;
            return Err(problem);
        }
    };
    let page_asked = TimelinePage { code: code.to_owned(), after_seq, limit: limit + 1 };
    let events = visits::timeline(hub, scope, page_asked).await?;
    Ok(told(hub, place, (events, limit), |_, _| true))
}

/// `GET /visits/{code}/notice`: the sheet for the firm, as a page to print.
pub(super) async fn notice(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let by = (&caller.present.actor, &caller.present.scope);
    let printed = papers::of_visit(&door.hub, by, VisitPaper::Notice, code(&request)).await?;
    let department = whose(by.0, &printed.open.tree.visit, &request)?;
    Press::of(&door, caller.lang).notice(&printed.open, &department)
}

/// `GET /visits/{code}/invitation.ics`
pub(super) async fn invitation(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let by = (&caller.present.actor, &caller.present.scope);
    let invited = papers::invitation(&door.hub, by, code(&request)).await?;
    Query::read(request.query_string(), &[])?;
    Ok(Press::of(&door, caller.lang).calendar(&invited))
}

/// `GET /enterprises/{code}/burden`
pub(super) async fn burden(door: Data<Door>, _caller: Caller, request: HttpRequest) -> Answer {
    let firm = code(&request);
    let burden = visits::burden(&door.hub, firm).await?;
    Query::read(request.query_string(), &[])?;
    Ok(json(&mut HttpResponse::Ok(), &cards::burden_card(firm, &burden)))
}

/// `POST /findings/{code}/{deed}`: the finding as it stands now.
pub(super) async fn finding_deed(door: Data<Door>, posted: Posted, deed: FindingDeed) -> Answer {
    let done = visits::finding_deed(&door.hub, posted.asked(), posted.code(), deed).await?;
    shown_finding(&door, &posted.present, &done.code, done.replayed).await
}

/// `POST /findings/{code}/give_link`: the link is in this answer and nowhere else.
pub(super) async fn give_link(door: Data<Door>, posted: Posted) -> Answer {
    let given = firm_links::give(&door.hub, &posted.asked(), posted.code()).await?;
    let url = door.firm_link(&given.token);
    Ok(json(&mut HttpResponse::Created(), &value!({ "url": url, "expires_at": given.until.rfc3339() })))
}

/// `GET /findings/{code}`
pub(super) async fn finding(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let answer = shown_finding(&door, &caller.present, code(&request), false).await?;
    Query::read(request.query_string(), &[])?;
    Ok(answer)
}

async fn shown_finding(door: &Door, present: &Present, code: &str, replayed: bool) -> Answer {
    let (open, id) = visits::open_finding(&door.hub, &present.scope, code).await?;
    let finding = open.tree.finding(&id).ok_or(ProblemKind::NotFound)?;
    let card = cards::finding_detail(&open, finding, &present.actor, &door.hub.rules().directory);
    Ok(json(tagged(&mut HttpResponse::Ok(), finding.version, replayed), &card))
}

/// `GET /findings`
pub(super) async fn findings(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let (hub, present) = (&door.hub, &caller.present);
    let given = Query::read(request.query_string(), FINDINGS)?;
    let place = cursor::Place { list: "findings", viewer: present.actor.person.as_str() };
    let rules = hub.rules();
    let query = FindingQuery {
        status: given.words("status", FindingStatus::parse),
        department: given.codes("department", |code| rules.directory.is_unit(code))?,
        enterprise: given.codes("enterprise", |code| rules.directory.enterprise(code).is_some())?,
        overdue: given.flag("overdue"),
        spot_check: given.flag("spot_check").unwrap_or_default(),
        limit: given.limit + 1,
        after: given.text("cursor").map(|cursor| cursor::open(hub, place, cursor)).transpose()?,
        ..FindingQuery::default()
    };
    let (items, texts) = visits::findings(hub, &present.scope, query).await?;
    let (items, more) = page(items, given.limit);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let (reader, now) = ((&present.actor, &rules.directory), hub.now());
    let cards: Vec<Value> = items.iter().map(|item| cards::finding_card(item, reader, &texts, now)).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": cards, "next_cursor": last })))
}
