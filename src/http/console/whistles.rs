//! Whistles on pages: the list, one with its whole story, and the forms of its deeds. Every deed goes through the same
//! use case as the JSON door; a refused form comes back with all that was typed.

use super::answers::{Race, Refused, not_now, page, race, see_other};
use super::codes::by_code;
use super::filters::Filters;
use super::flash::{done, shown_once};
use super::next::escaped;
use super::reader::{COUNT_MAX, Reader, closable, wanted_next};
use super::tale::{Tale, return_note};
use super::{orders, triage};
use crate::app::Undone;
use crate::app::cards::Texts;
use crate::app::hints;
use crate::app::visits;
use crate::app::whistles::{self, OpenWhistle, TimelinePage};
use crate::domain::decision::{Passed, Refusal};
use crate::domain::deeds::{self, WhistleDeed};
use crate::domain::order::Fault;
use crate::domain::policy;
use crate::domain::terms::WhistleStatus;
use crate::domain::view::ViewList;
use crate::domain::whistle::Whistle;
use crate::domain::whistle::informer::names_somebody;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::gate;
use crate::http::pages::{
    BlowLists, Choice, Form, Place, RaceField, SimilarView, Tab, Verdict, WhistlePage, WhistlePart, WhistlesPage,
    Widget,
};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{self, Query, SEARCH_PARAMETER};
use crate::http::whistles as api;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use crate::store;
use crate::store::whistles::{Sort, WhistleQuery};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

/// Rows of a list, and events of a story at a time.
const ROWS: u16 = 50;
const EVENTS: u16 = 200;

/// The views of the list: what the address asks for; the word is the language's.
const VIEWS: &[(&str, &[WhistleStatus])] = &[
    ("", &[]),
    ("submitted", &[WhistleStatus::Submitted]),
    ("returned", &[WhistleStatus::Returned]),
    ("accepted", &[WhistleStatus::Accepted]),
    (
        "dispatched,handling,rectifying",
        &[WhistleStatus::Dispatched, WhistleStatus::Handling, WhistleStatus::Rectifying],
    ),
    ("awaiting_closure", &[WhistleStatus::AwaitingClosure]),
    ("closed", &[WhistleStatus::Closed]),
];
/// The views whose count asks the office, or the blower, for a move.
const OFFICES: &[WhistleStatus] = &[WhistleStatus::Submitted, WhistleStatus::Accepted, WhistleStatus::AwaitingClosure];

/// `GET /console/whistles`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let raw = request.query_string();
    let search = Query::sound(raw, &[SEARCH_PARAMETER]).0;
    if let Some(path) = by_code(&reader, search.search()).await? {
        return Ok(see_other(&path));
    }
    let filled = listed(&reader, raw, Form::fresh(reader.key(), String::new())).await?;
    shown_once(&reader, &filled)
}

/// The list as its address asks for it.
pub(super) async fn listed(reader: &Reader, raw: &str, form: Form) -> Result<WhistlesPage, Problem> {
    let hub = &reader.door.hub;
    let filters = Filters::read(raw, ViewList::Whistles, api::PAGE, reader.directory());
    let given = &filters.given;
    let (sort, named) = match given.flag("overdue") {
        Some(true) => (Sort::DueFirst, "page whistles due_at"),
        Some(false) | None => (Sort::NewestFirst, "page whistles -blown_at"),
    };
    let place = CursorPlace { list: named, viewer: reader.present.scope.viewer() };
    // A cursor that is none of ours begins at the start, as a stale bookmark should.
    let after = given.text("cursor").and_then(|cursor| cursor::open(hub, place, cursor).ok());
    let query = WhistleQuery { sort, limit: ROWS + 1, after, ..api::filters(&reader.door, given)? };
    let _turn = reader.door.search_turn(&reader.present.actor.person, query.q.is_some()).await?;
    let (items, more) = query::page(whistles::list(hub, &reader.present.scope, query).await?, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position(sort)));
    let address = filters.address();
    let words_of = reader.words();
    let places = reader.places(items.iter().map(|item| &item.whistle)).await?;
    let row = |item| words_of.row(item, &places, format!("/console/whistles/{}", item.whistle.code), false);
    let mut shell = reader.shell(Place::Whistles).await?;
    shell.notice = filters.told(reader).or_else(|| reader.told());
    Ok(WhistlesPage {
        shell,
        form,
        tabs: tabs(reader, &filters).await?,
        rows: items.iter().map(row).collect(),
        q: given.search().unwrap_or_default().to_owned(),
        export: address.replacen("/console/whistles", "/console/whistles/export", 1),
        more: last.map(|cursor| super::next::with(&address, "cursor", &cursor)),
        filters: filters.view(reader).await?,
    })
}

fn tab_address(status: &str) -> String {
    match status {
        "" => "/console/whistles".to_owned(),
        status => super::next::with("/console/whistles", "status", &escaped(status)),
    }
}

async fn tabs(reader: &Reader, filters: &Filters) -> Result<Vec<Tab>, Problem> {
    let query = filters.query();
    let (scope, actor, now) = (reader.present.scope.clone(), reader.present.actor.clone(), reader.now);
    let counted = reader.door.hub.ledger.read(move |reading| {
        let count = |status| match status == WhistleStatus::AwaitingClosure {
            true => closable(reading, &scope, &actor, now),
            false => store::whistles::count_by_status(reading, &scope, (status, None), i64::from(COUNT_MAX)),
        };
        let states: &[WhistleStatus] = if policy::is_office(&actor) { OFFICES } else { &[] };
        states.iter().copied().map(count).collect::<Result<Vec<i64>, store::Fault>>()
    });
    let counted = counted.await?;
    let t = words::of(reader.lang);
    let mut tabs: Vec<Tab> = Vec::new();
    for (filter, states) in VIEWS {
        let word = match *states {
            [] => t.all,
            [state] => reader.lang.whistle_status(*state),
            _ => reader.lang.whistle_status(WhistleStatus::Handling),
        };
        let at = OFFICES.iter().position(|state| *states == [*state]);
        let count =
            at.and_then(|at| counted.get(at)).and_then(|count| u64::try_from(*count).ok()).filter(|count| *count > 0);
        let href = tab_address(filter);
        let current = href.split_once('?').map_or("", |(_, asked)| asked) == query;
        tabs.push(Tab { word: word.to_owned(), href, current, count });
    }
    let href = "/console/whistles?overdue=true".to_owned();
    tabs.insert(1, Tab { word: t.late.into(), current: query == "overdue=true", href, count: None });
    Ok(tabs)
}

/// One whistle as the queue and its own page show it.
pub(super) async fn part(
    reader: &Reader,
    code: &str,
    next: String,
    after_seq: i64,
) -> Result<(WhistlePart, OpenWhistle), Problem> {
    let (hub, scope, actor) = (&reader.door.hub, &reader.present.scope, &reader.present.actor);
    let open = whistles::open(hub, scope, code).await?;
    let story = TimelinePage { code: code.to_owned(), after_seq, limit: EVENTS + 1 };
    let (_, events) = whistles::timeline(hub, scope, story).await?;
    let (events, more) = query::page(events, EVENTS);
    let words_of = reader.words();
    let (tree, texts) = (&open.tree, &open.texts);
    let last = events.last().filter(|_| more).map(|event| event.seq);
    let undecided = policy::is_office(actor) && tree.whistle.status == WhistleStatus::Submitted;
    let similar = if undecided { hints::like(hub, scope, &tree.whistle).await? } else { Vec::new() };
    let knows = |whistle: &Whistle| policy::may_unseal(actor, &whistle.blower);
    let similar = reader.similar(&similar).await?;
    let mut verdict = words_of.verdict(tree, texts, actor, next);
    if open.only_read {
        verdict.made.clear();
    }
    offer_similar(&mut verdict, &similar);
    let part = WhistlePart {
        unseals: tree.whistle.texts.contact.is_some() && knows(&tree.whistle),
        tells_who_spoke: (knows(&tree.whistle) && tells_who_spoke(&tree.whistle, texts))
            .then(|| reader.lang.tells_who_spoke()),
        similar,
        facts: words_of.facts(&tree.whistle, texts),
        verdict,
        tasks: words_of.tasks(&open, actor),
        deadlines: words_of.deadlines(tree),
        parts: words_of.parts(tree, texts, None),
        return_note: return_note(&events),
        files: words_of.files(&open, actor),
        timeline: words_of.timeline(Tale::Whistle(&tree.whistle, &tree.summonses), &events),
        later: last.map(|seq| format!("/console/whistles/{code}?after={seq}")),
    };
    Ok((part, open))
}

/// What may be the same is what it is likely merged into: it is chosen, not copied out.
fn offer_similar(verdict: &mut Verdict, similar: &[SimilarView]) {
    let merge = verdict.made.iter_mut().filter(|form| form.verb == WhistleDeed::Merge.as_str() && !similar.is_empty());
    for input in merge.flat_map(|form| &mut form.inputs) {
        input.widget = Widget::Pick;
        let word = |one: &SimilarView| format!("{}（{}）", one.row.title, one.row.status);
        input.options = similar.iter().map(|one| Choice::new(one.row.code.as_str(), word(one))).collect();
    }
}

fn tells_who_spoke(whistle: &Whistle, texts: &Texts) -> bool {
    let said = [Some(&whistle.texts.what), Some(&whistle.texts.title), whistle.texts.place.as_ref()];
    let mut said = said.into_iter().flatten().filter_map(|id| texts.get(id));
    whistle.protected_source && said.any(|text| names_somebody(text))
}

/// `GET /console/whistles/{code}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    let code = gate::code(&request);
    let after = query::form_field(request.query_string().as_bytes(), "after");
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let (part, open) = part(&reader, code, String::new(), after).await?;
    let own = format!("/console/whistles/{}", escaped(code));
    let form = reader.left(&own, reader.form(open.tree.whistle.version)).await?;
    let mut page_of = story(&reader, part, &open, form).await?;
    page_of.shell.notice = reader.told();
    shown_once(&reader, &page_of)
}

/// Taken on and not yet at its end.
fn may_be_visited(status: WhistleStatus) -> bool {
    matches!(
        status,
        WhistleStatus::Accepted | WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying
    )
}

async fn story(reader: &Reader, part: WhistlePart, open: &OpenWhistle, form: Form) -> Result<WhistlePage, Problem> {
    let words_of = reader.words();
    let completes = part.verdict.allowed.contains(&WhistleDeed::Complete.as_str());
    let lists = match completes {
        true => words_of.completion_lists(&open.tree.whistle, &open.texts, &reader.present.actor),
        false => BlowLists::default(),
    };
    let whistle = &open.tree.whistle;
    let (visits, findings) = visits::of_whistle(&reader.door.hub, &reader.present.scope, &whistle.id).await?;
    let plans = policy::is_office(&reader.present.actor) && may_be_visited(whistle.status);
    let plan = plans.then(|| format!("/console/visits/new?whistle={}", escaped(&whistle.code)));
    let shell = reader.shell(Place::Whistles).await?;
    Ok(WhistlePage { shell, form, whistle: part, lists, visits, findings, plan })
}

/// `POST /console/whistles/{code}/{verb}`
pub(super) async fn deed(request: HttpRequest, path: Path<(String, String)>, sent: gate::Form) -> Answer {
    let (code, verb) = path.into_inner();
    let reader = Reader::of(&request, sent.present.clone())?;
    let deed = WhistleDeed::parse(&verb).ok_or(ProblemKind::NotFound)?;
    let own = format!("/console/whistles/{}", escaped(&code));
    let next = wanted_next(&sent.bytes);
    let spec = whistles::order_spec(deed);
    let mut asked = sent.asked(spec);
    asked.body = orders::whistle_body(deed, spec, &sent.bytes);
    match whistles::deed(&reader.door.hub, asked, &code, deed).await {
        Ok(did) => {
            reader.sent(&format!("{own}/{deed}")).await?;
            let and_dispatched = query::form_field(&sent.bytes, "dispatch").is_some_and(|value| value == "true");
            let and = if deed == WhistleDeed::Accept && and_dispatched { "_dispatch" } else { "" };
            done(&reader.door, next.as_deref().unwrap_or(&own), &format!("whistle.{deed}{and}"), &did.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => again(reader.at(own), &code, deed, &sent, &faults).await,
        Err(Undone::Refusal(Refusal::Moved { changes, .. })) => {
            lost(&reader.at(own), &code, deed, &sent, &changes).await
        }
        Err(Undone::Refusal(Refusal::NotNow { status, allowed })) => {
            let lang = reader.lang;
            let status = WhistleStatus::parse(status).map_or("", |status| lang.whistle_status(status));
            let could = allowed.iter().map(|verb| lang.whistle_deed(verb)).collect();
            let (did, bars) = (lang.whistle_deed(deed.as_str()), Vec::new());
            not_now(&reader.at(own.clone()), &sent, Refused { code: &code, status, did, could, bars, back: own }).await
        }
        Err(Undone::Refusal(Refusal::Guarded { status, reasons, .. })) => {
            let lang = reader.lang;
            let status = WhistleStatus::parse(status).map_or("", |status| lang.whistle_status(status));
            let bars = reasons.iter().map(|reason| lang.reason(reason.code).to_owned()).collect();
            let (did, could) = (lang.whistle_deed(deed.as_str()), Vec::new());
            not_now(&reader.at(own.clone()), &sent, Refused { code: &code, status, did, could, bars, back: own }).await
        }
        Err(undone) => Err(undone.into()),
    }
}

/// The form again, where it stood: in the queue or on the whistle's own page.
async fn again(reader: Reader, code: &str, deed: WhistleDeed, sent: &gate::Form, faults: &[Fault]) -> Answer {
    let form = orders::refused(&reader, deed.as_str(), &sent.bytes, faults);
    if wanted_next(&sent.bytes).is_some_and(|next| next.starts_with("/console/triage")) {
        return triage::refused(reader, code, form).await;
    }
    own_again(&reader, code, form).await
}

/// The whistle's own page with a form that comes back.
pub(super) async fn own_again(reader: &Reader, code: &str, form: Form) -> Answer {
    let (part, open) = part(reader, code, String::new(), 0).await?;
    let form = form.on_page_of(open.tree.whistle.version);
    let page_of = story(reader, part, &open, form).await?;
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &page_of)
}

/// Somebody was faster.
async fn lost(reader: &Reader, code: &str, deed: WhistleDeed, sent: &gate::Form, changes: &[Passed]) -> Answer {
    let open = whistles::open(&reader.door.hub, &reader.present.scope, code).await?;
    let whistle = &open.tree.whistle;
    let own = format!("/console/whistles/{code}");
    let possible = deeds::allowed_on_whistle(&reader.present.actor, whistle, reader.now).contains(&deed.as_str());
    let race_of = Race {
        protected: whistle.protected_source,
        code,
        changes,
        version: whistle.version,
        fields: met(reader, &open, deed, sent),
        again: possible.then(|| format!("{own}/{deed}")),
        back: own,
    };
    race(reader, sent, race_of).await
}

/// The fields of the verdict that say another thing than what stands now.
fn met(reader: &Reader, open: &OpenWhistle, deed: WhistleDeed, sent: &gate::Form) -> Vec<RaceField> {
    // Only another acceptance stands against ours, field by field.
    if deed != WhistleDeed::Accept || open.tree.whistle.route.is_none() {
        return Vec::new();
    }
    let (lang, whistle) = (reader.lang, &open.tree.whistle);
    let typed = |name: &str| query::form_field(&sent.bytes, name).unwrap_or_default();
    let unit = |code: &str| super::views::unit(lang, reader.directory(), code);
    use crate::domain::terms::{Route, Severity, Urgency};
    let pairs = [
        (
            "urgency",
            Urgency::parse(&typed("urgency")).map(|of| lang.urgency(of).to_owned()),
            lang.urgency(whistle.urgency).to_owned(),
        ),
        (
            "severity",
            Severity::parse(&typed("severity")).map(|of| lang.severity(of).to_owned()),
            lang.severity(whistle.severity).to_owned(),
        ),
        (
            "lead",
            Some(unit(&typed("lead"))).filter(|name| !name.is_empty()),
            whistle.lead.as_deref().map_or_else(|| "--".into(), unit),
        ),
        (
            "route",
            Route::parse(&typed("route")).map(|of| lang.route(of).to_owned()),
            whistle.route.map_or("--", |of| lang.route(of)).to_owned(),
        ),
    ];
    let differ = pairs.into_iter().filter_map(|(name, yours, now)| Some((name, yours?, now)));
    differ
        .filter(|(_, yours, now)| yours != now)
        .map(|(name, yours, now)| RaceField {
            label: words::field(lang, name).to_owned(),
            yours,
            now,
            who: String::new(),
            when: String::new(),
        })
        .collect()
}
