//! Joint visits on pages: the list, one visit, and the forms of its deeds. What may be seen has passed the reader's Scope; which
//! deed is possible is the table's to say, and this room only shows it.

mod deeds;
mod facts;
mod record;

pub(super) use deeds::{deed_not_done, finding_deed, visit_deed as deed};

use super::answers::page;
use super::filters::Filters;
use super::flash::shown_once;
use super::made::Deed;
use super::next::{escaped, with};
use super::reader::Reader;
use super::tale::Tale;
use super::views::Words;
use crate::app::visits::{self, OpenVisit};
use crate::app::whistles::{self, TimelinePage};
use crate::domain::deeds::{VisitDeed, allowed_on_visit};
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{Notice, Role, VisitStatus};
use crate::domain::view::ViewList;
use crate::domain::visit::Visit;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::gate;
use crate::http::pages::{Choice, Form, MadeForm, Place, VisitPage, VisitsPage};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{self, CURSOR_PARAMETER, Parameter, Query, Takes};
use crate::i18n::pages as words;
use crate::ids::TextId;
use crate::store;
use crate::store::visits::VisitQuery;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// Rows of the list, and events of a story at a time.
const ROWS: u16 = 50;
const EVENTS: u16 = 200;
const HERE: &str = "/console/visits";

/// The views of the list, by the word in the address; the first is the reader's own day.
const VIEWS: [&str; 4] = ["", "owed", "coming", "all"];

/// What the list takes; the API's takes no view.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "view", takes: Takes::Sort(&VIEWS) },
    Parameter { name: "status", takes: Takes::Words(VisitStatus::WORDS) },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "enterprise", takes: Takes::Codes },
    Parameter { name: "from", takes: Takes::Day },
    Parameter { name: "to", takes: Takes::Day },
    CURSOR_PARAMETER,
];

/// `GET /console/visits`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let filled = listed(&reader, request.query_string(), Form::fresh(reader.key(), String::new())).await?;
    shown_once(&reader, &filled)
}

/// The list as its address asks for it.
pub(super) async fn listed(reader: &Reader, raw: &str, form: Form) -> Result<VisitsPage, Problem> {
    let hub = &reader.door.hub;
    let filters = Filters::read(raw, ViewList::Visits, LIST, reader.directory());
    let view = filters.given.text("view").unwrap_or_default().to_owned();
    let named = format!("page visits {view}");
    let place = CursorPlace { list: &named, viewer: reader.present.actor.person.as_str() };
    let after = filters.given.text("cursor").and_then(|cursor| cursor::open(hub, place, cursor).ok());
    let asked = VisitQuery { limit: ROWS + 1, after, ..asked(reader, &view, &filters.given)? };
    let (items, more) = query::page(visits::list(hub, &reader.present.scope, asked).await?, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let unlisted = items.iter().filter(|item| item.visit.enterprise.is_none());
    let ids: Vec<TextId> = unlisted.filter_map(|item| item.visit.place.clone()).collect();
    let texts = hub.ledger.read(move |reading| store::whistles::texts(reading, &ids)).await?;
    let words_of = reader.words();
    let mut shell = reader.shell(Place::Visits).await?;
    shell.notice = filters.told(reader).or_else(|| reader.told());
    Ok(VisitsPage {
        shell,
        form,
        tabs: filters.tabs(&VIEWS, &views(reader)),
        rows: items.iter().map(|item| words_of.visit_row(item, &texts)).collect(),
        more: last.map(|cursor| with(&filters.address(), "cursor", &cursor)),
        plans: policy::is_office(&reader.present.actor),
        filters: filters.view(reader).await?,
    })
}

/// Whoever goes begins with the own visits, everybody else with today's.
fn goes(actor: &Actor) -> bool {
    matches!(actor.role, Role::Inspector | Role::SquadLeader)
}

/// What a view asks for, narrowed by the filters.
fn asked(reader: &Reader, view: &str, given: &Query) -> Result<VisitQuery, Problem> {
    let (actor, directory) = (&reader.present.actor, reader.directory());
    let today = reader.now.civil().date().to_string();
    let tomorrow = reader.now.day_end().civil().date().to_string();
    let (from, to, officer) = match view {
        "" if goes(actor) => (None, None, Some(actor.person.clone())),
        "" => (Some(today.clone()), Some(today), None),
        "coming" => (Some(tomorrow), None, None),
        _ => (None, None, None),
    };
    Ok(VisitQuery {
        from: given.text("from").map(str::to_owned).or(from),
        to: given.text("to").map(str::to_owned).or(to),
        officer,
        owes: (view == "owed").then(|| actor.unit.clone()),
        status: given.words("status", VisitStatus::parse),
        department: given.codes("department", |code| directory.is_unit(code))?,
        enterprise: given.codes("enterprise", |code| directory.enterprise(code).is_some())?,
        ..VisitQuery::default()
    })
}

/// The words of the views.
fn views(reader: &Reader) -> [&'static str; 4] {
    let (t, v) = (words::of(reader.lang), words::of(reader.lang).visits);
    let first = if goes(&reader.present.actor) { v.mine } else { v.today };
    [first, v.owed, v.coming, t.all]
}

/// `GET /console/visits/{code}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    let code = gate::code(&request);
    let after = query::form_field(request.query_string().as_bytes(), "after");
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let open = visits::open(&reader.door.hub, &reader.present.scope, code).await?;
    let own = own_page(code);
    let form = reader.left(&own, reader.form(open.tree.visit.version)).await?;
    let mut page_of = story(&reader, &open, form, after).await?;
    page_of.shell.notice = reader.told();
    shown_once(&reader, &page_of)
}

/// One visit with its forms.
async fn story(reader: &Reader, open: &OpenVisit, form: Form, after_seq: i64) -> Result<VisitPage, Problem> {
    let (hub, scope, actor) = (&reader.door.hub, &reader.present.scope, &reader.present.actor);
    let words_of = reader.words();
    let OpenVisit { tree, texts, .. } = open;
    let visit = &tree.visit;
    let story = TimelinePage { code: visit.code.clone(), after_seq, limit: EVENTS + 1 };
    let (events, more) = query::page(visits::timeline(hub, scope, story).await?, EVENTS);
    let last = events.last().filter(|_| more).map(|event| event.seq);
    let allowed = allowed_on_visit(actor, visit, reader.now);
    let may = |deed: VisitDeed| allowed.contains(&deed.as_str());
    let record = if may(VisitDeed::Record) { words_of.own_items(actor, open) } else { Vec::new() };
    let step = step(visit, actor, &allowed).filter(|deed| *deed != VisitDeed::Record);
    let anew = may(VisitDeed::Propose).then(|| format!("/console/replan/{}", escaped(&visit.code)));
    let objected = visit.objected.as_ref().filter(|_| anew.is_some());
    let others = VisitDeed::ALL.iter().filter(|deed| may(**deed) && **deed != VisitDeed::Record);
    let made = |deed: &VisitDeed| words_of.visit_form(*deed, visit);
    let limits = words_of.visit_limits(tree);
    Ok(VisitPage {
        shell: reader.shell(Place::Visits).await?,
        form,
        visit: words_of.visit_facts(open),
        deadline: limits.first().cloned(),
        nothing_to_do: words_of.visit_waits(limits.first()),
        step: step.as_ref().map(made),
        objected: objected.map(|one| words_of.objected(one, texts)),
        warnings: open.warnings(&hub.rules()).iter().map(|one| words_of.barred(one)).collect(),
        anew,
        record,
        made: others.filter(|deed| Some(**deed) != step).map(made).collect(),
        items: words_of.visit_items(open),
        parts: words_of.visit_parts(open),
        findings: tree.findings.iter().map(|one| words_of.finding_row(one, tree, texts)).collect(),
        ratings: match policy::reads_ratings(actor) {
            true => tree.findings.iter().filter_map(|one| words_of.rating(one, texts)).collect(),
            false => Vec::new(),
        },
        whistles: whistles_of(reader, visit).await,
        limits,
        timeline: words_of.timeline(Tale::Visit(tree), &events),
        papers: words_of.visit_papers(open, actor),
        files: words_of.visit_files(open, actor),
        later: last.map(|seq| format!("{HERE}/{}?after={seq}", visit.code)),
    })
}

/// The visit's own page with a form that comes back.
pub(super) async fn own_again(reader: &Reader, code: &str, form: Form) -> Answer {
    let open = visits::open(&reader.door.hub, &reader.present.scope, code).await?;
    let form = form.on_page_of(open.tree.visit.version);
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &story(reader, &open, form, 0).await?)
}

/// The page of a visit.
pub(super) fn own_page(code: &str) -> String {
    format!("{HERE}/{}", escaped(code))
}

/// What of all that this actor may do brings the visit on: items are answered first, then a part is closed and the visit finished.
pub(super) fn step(visit: &Visit, actor: &Actor, allowed: &[&str]) -> Option<VisitDeed> {
    let answered = |department: &str| {
        visit.items.iter().filter(|item| item.department == department).all(|item| item.answer.is_some())
    };
    let own = crate::domain::deeds::own_part(actor, visit).is_some_and(|own| answered(&own));
    let tells = match visit.notice {
        Notice::Announced => VisitDeed::Announce,
        Notice::Unannounced => VisitDeed::KeepSecret,
    };
    let steps = [
        (VisitDeed::Propose, true),
        (VisitDeed::ApproveOwnPart, true),
        (tells, true),
        (VisitDeed::Enter, true),
        (VisitDeed::Record, !own),
        (VisitDeed::Finish, answered(visit.lead())),
        (VisitDeed::Sign, true),
        (VisitDeed::CloseOwnPart, own),
    ];
    let mut fit = steps.into_iter().filter(|(deed, fits)| *fits && allowed.contains(&deed.as_str()));
    fit.next().map(|(deed, _)| deed)
}

/// The whistles that it is about; those that the reader sees with their page.
async fn whistles_of(reader: &Reader, visit: &Visit) -> Vec<Choice> {
    let mut all = Vec::new();
    for of in visit.whistles() {
        let seen = whistles::open(&reader.door.hub, &reader.present.scope, &of.code).await.is_ok();
        let href = if seen { format!("/console/whistles/{}", of.code) } else { String::new() };
        all.push(Choice::new(href, of.code.as_str()));
    }
    all
}

impl Words<'_> {
    /// The form of a deed; what is proposed is what was planned, so that asks for nothing.
    fn visit_form(&self, deed: VisitDeed, visit: &Visit) -> MadeForm {
        let mut form = self.made(Deed::Visit(deed, visit), visits::order_spec(deed));
        if deed == VisitDeed::Propose {
            form.inputs.clear();
        }
        form
    }
}
