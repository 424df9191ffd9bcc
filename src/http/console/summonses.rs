//! Summonses on pages: the list of tasks, one task, and the forms of its deeds. Acknowledging, reporting in and
//! submitting go through the same use cases as the JSON door.

use super::answers::{Race, Refused, not_now, page, race};
use super::filters::Filters;
use super::flash::{done, shown_once};
use super::made::Deed;
use super::next::escaped;
use super::reader::{Reader, TO_DO, wanted_next};
use super::views::{ONWARD, Words};
use super::{disputes, orders};
use crate::app::Undone;
use crate::app::summonses::{self, OpenSummons};
use crate::domain::at::At;
use crate::domain::decision::{Passed, Refusal};
use crate::domain::deeds::{self, Before, SummonsDeed};
use crate::domain::obligation::Subject;
use crate::domain::order::Fault;
use crate::domain::policy;
use crate::domain::summons::Summons;
use crate::domain::terms::{Category, Role, Severity, SummonsStatus, Urgency};
use crate::domain::view::ViewList;
use crate::domain::wanted::Wanted;
use crate::domain::whistle::Tree;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::gate;
use crate::http::pages::{Form, MadeForm, Place, SummonsPage, SummonsesPage};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{self, CURSOR_PARAMETER, Parameter, Query, SEARCH_PARAMETER, Takes};
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use crate::store::summonses::SummonsQuery;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

/// Rows of the list at a time.
const ROWS: u16 = 50;
const HERE: &str = "/console/summonses";

/// The views of the list, by the word in the address; the first is what needs this reader.
const VIEWS: [&str; 4] = ["", "late", "done", "all"];

/// What the list takes; the API's takes less.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "view", takes: Takes::Sort(&VIEWS) },
    Parameter { name: "status", takes: Takes::Words(SummonsStatus::WORDS) },
    Parameter { name: "urgency", takes: Takes::Words(Urgency::WORDS) },
    Parameter { name: "severity", takes: Takes::Words(Severity::WORDS) },
    Parameter { name: "category", takes: Takes::Words(Category::WORDS) },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "from", takes: Takes::Day },
    Parameter { name: "to", takes: Takes::Day },
    Parameter { name: "overdue", takes: Takes::Flag },
    SEARCH_PARAMETER,
    CURSOR_PARAMETER,
];

/// `GET /console/summonses`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let filled = listed(&reader, request.query_string(), Form::fresh(reader.key(), String::new())).await?;
    shown_once(&reader, &filled)
}

/// The list as its address asks for it.
pub(super) async fn listed(reader: &Reader, raw: &str, form: Form) -> Result<SummonsesPage, Problem> {
    let hub = &reader.door.hub;
    let filters = Filters::read(raw, ViewList::Summonses, LIST, reader.directory());
    let given = &filters.given;
    let view = given.text("view").unwrap_or_default().to_owned();
    let named = format!("page summonses {view}");
    let place = CursorPlace { list: &named, viewer: reader.present.scope.viewer() };
    let asked = SummonsQuery {
        limit: ROWS + 1,
        after: given.text("cursor").and_then(|cursor| cursor::open(hub, place, cursor).ok()),
        ..asked(reader, &view, given)?
    };
    let _turn = reader.door.search_turn(&reader.present.actor.person, asked.q.is_some()).await?;
    let (items, more) = query::page(summonses::list(hub, &reader.present.scope, asked).await?, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let words_of = reader.words();
    let mut shell = reader.shell(Place::Summonses).await?;
    shell.notice = filters.told(reader).or_else(|| reader.told());
    let places = reader.places(items.iter().map(|item| &item.whistle)).await?;
    Ok(SummonsesPage {
        shell,
        form,
        q: given.search().unwrap_or_default().to_owned(),
        tabs: filters.tabs(&VIEWS, &views(reader)),
        rows: items.iter().map(|item| words_of.summons_row(item, &places)).collect(),
        more: last.map(|cursor| super::next::with(&filters.address(), "cursor", &cursor)),
        filters: filters.view(reader).await?,
    })
}

/// What a view asks for, narrowed by the filters. A unit looks at its own; the office and the supervisors at all.
fn asked(reader: &Reader, view: &str, given: &Query) -> Result<SummonsQuery, Problem> {
    let actor = &reader.present.actor;
    let all = policy::is_office(actor) || actor.role == Role::Supervisor;
    let own = if all { Vec::new() } else { vec![actor.unit.clone()] };
    let needed = if policy::is_office(actor) { vec![SummonsStatus::Submitted] } else { TO_DO.to_vec() };
    let (of_view, late) = match view {
        "" => (needed, None),
        "late" => (Vec::new(), Some(true)),
        "done" => (vec![SummonsStatus::Done], None),
        _ => (Vec::new(), None),
    };
    let (status, directory) = (given.words("status", SummonsStatus::parse), reader.directory());
    let department = given.codes("department", |code| directory.is_unit(code))?;
    Ok(SummonsQuery {
        department: if department.is_empty() { own } else { department },
        status: if status.is_empty() { of_view } else { status },
        overdue: given.flag("overdue").or(late),
        urgency: given.words("urgency", Urgency::parse),
        severity: given.words("severity", Severity::parse),
        category: given.words("category", Category::parse),
        from: given.day("from"),
        until: given.day("to").map(At::day_end),
        q: given.search().map(Wanted::of),
        ..SummonsQuery::default()
    })
}

/// The words of the views.
fn views(reader: &Reader) -> [&'static str; 4] {
    let t = words::of(reader.lang);
    let first = if policy::is_office(&reader.present.actor) { t.to_review } else { t.to_do };
    [first, t.late, t.finished, t.all]
}

/// `GET /console/summonses/{code}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    let open = summonses::open(&reader.door.hub, &reader.present.scope, gate::code(&request)).await?;
    let version = open.summons().map_or(0, |summons| summons.version);
    let own = format!("{HERE}/{}", escaped(gate::code(&request)));
    let form = reader.left(&own, reader.form(version)).await?;
    let mut page_of = filled(&reader, &open, form).await?;
    page_of.shell.notice = reader.told();
    shown_once(&reader, &page_of)
}

async fn filled(reader: &Reader, open: &OpenSummons, form: Form) -> Result<SummonsPage, Problem> {
    let summons = open.summons().ok_or(ProblemKind::NotFound)?;
    let actor = &reader.present.actor;
    let words_of = reader.words();
    let armed = open.tree.armed(&Subject::Summons(summons.id.clone()));
    let allowed = deeds::allowed_on_summons(actor, Before::of(&open.tree, summons, reader.now));
    let reports = allowed.contains(&SummonsDeed::ReportIn.as_str());
    Ok(SummonsPage {
        shell: reader.shell(Place::Summonses).await?,
        form,
        summons: words_of.summons_facts(open, summons),
        rests: !allowed.iter().any(|deed| ONWARD.contains(deed)),
        made: words_of.made_of_summons(summons, &open.tree, &allowed),
        allowed,
        nothing_to_do: words_of.nothing_to_do(&open.tree.whistle, armed.as_slice()),
        deadline: armed.map(|armed| words_of.deadline(&open.tree.whistle, armed)),
        officers: if reports { words_of.officers(summons, actor) } else { Vec::new() },
        modes: words_of.modes(),
        others: words_of.parts(&open.tree, &open.texts, Some(summons)),
    })
}

/// The deeds whose forms have a template.
const DRAWN: &[SummonsDeed] = &[
    SummonsDeed::Acknowledge,
    SummonsDeed::ReportIn,
    SummonsDeed::Start,
    SummonsDeed::Submit,
    SummonsDeed::Accept,
    SummonsDeed::SendBack,
];

impl Words<'_> {
    /// The forms that need no template of their own, in the order of the deeds.
    fn made_of_summons(&self, summons: &Summons, tree: &Tree, allowed: &[&str]) -> Vec<MadeForm> {
        let made = SummonsDeed::ALL.iter().filter(|deed| !DRAWN.contains(deed) && allowed.contains(&deed.as_str()));
        made.map(|deed| self.made(Deed::Summons(*deed, summons, tree), summonses::order_spec(*deed))).collect()
    }
}

/// `POST /console/summonses/{code}/{verb}`
pub(super) async fn deed(request: HttpRequest, path: Path<(String, String)>, sent: gate::Form) -> Answer {
    let (code, verb) = path.into_inner();
    let reader = Reader::of(&request, sent.present.clone())?;
    let deed = SummonsDeed::parse(&verb).ok_or(ProblemKind::NotFound)?;
    let own = format!("{HERE}/{}", escaped(&code));
    let reader = reader.at(own.clone());
    let next = wanted_next(&sent.bytes);
    let asked = sent.asked(summonses::order_spec(deed));
    match summonses::deed(&reader.door.hub, asked, &code, deed).await {
        Ok(did) => {
            reader.sent(&format!("{own}/{deed}")).await?;
            done(&reader.door, next.as_deref().unwrap_or(&own), &format!("summons.{deed}"), &did.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => again(&reader, &code, deed, &sent, &faults).await,
        Err(Undone::Refusal(Refusal::Moved { changes, .. })) => lost(&reader, &code, deed, &sent, &changes).await,
        Err(Undone::Refusal(Refusal::NotNow { status, allowed })) => {
            let lang = reader.lang;
            let status = SummonsStatus::parse(status).map_or("", |status| lang.summons_status(status));
            let could = allowed.iter().map(|verb| lang.summons_deed(verb)).collect();
            let (did, bars) = (lang.summons_deed(deed.as_str()), Vec::new());
            not_now(&reader, &sent, Refused { code: &code, status, did, could, bars, back: own }).await
        }
        Err(undone) => Err(undone.into()),
    }
}

async fn again(reader: &Reader, code: &str, deed: SummonsDeed, sent: &gate::Form, faults: &[Fault]) -> Answer {
    let form = orders::refused(reader, deed.as_str(), &sent.bytes, faults);
    if wanted_next(&sent.bytes).is_some_and(|next| next.starts_with(disputes::HERE)) {
        return disputes::refused(reader, code, form).await;
    }
    let open = summonses::open(&reader.door.hub, &reader.present.scope, code).await?;
    let page_of = filled(reader, &open, form).await?;
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &page_of)
}

async fn lost(reader: &Reader, code: &str, deed: SummonsDeed, sent: &gate::Form, changes: &[Passed]) -> Answer {
    let open = summonses::open(&reader.door.hub, &reader.present.scope, code).await?;
    let summons = open.summons().ok_or(ProblemKind::NotFound)?;
    let possible = deeds::allowed_on_summons(&reader.present.actor, Before::of(&open.tree, summons, reader.now))
        .contains(&deed.as_str());
    let race_of = Race {
        protected: open.tree.whistle.protected_source,
        code,
        changes,
        version: summons.version,
        fields: Vec::new(),
        again: possible.then(|| format!("{HERE}/{code}/{deed}")),
        back: format!("{HERE}/{code}"),
    };
    race(reader, sent, race_of).await
}
