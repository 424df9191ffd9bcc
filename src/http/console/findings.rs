//! What visits found, on pages: the list of what is to be put right, and one finding with the forms of its deeds. The limit as it was
//! ordered first stands beside an extended one and is never hidden.

use super::answers::{page, see_other, with_cookie};
use super::filters::Filters;
use super::flash::shown_once;
use super::made::Deed;
use super::next::{escaped, with};
use super::papers;
use super::reader::Reader;
use super::views::{Words, limit, moment, text};
use crate::app::cards::Texts;
use crate::app::firm_links;
use crate::app::visits::{self, OpenVisit};
use crate::app::whistles;
use crate::domain::deeds::{FindingDeed, allowed_on_finding, may_give_link};
use crate::domain::finding::{Finding, Ordered};
use crate::domain::obligation::Subject;
use crate::domain::policy;
use crate::domain::summons::BARE;
use crate::domain::terms::{FindingStatus, Role};
use crate::domain::view::ViewList;
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::gate;
use crate::http::pages::{Choice, FindingPage, FindingsPage, Form, Place};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{self, CURSOR_PARAMETER, Parameter, Query, Takes};
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use crate::ids::{FindingId, PersonId};
use crate::store::visits::FindingQuery;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use std::slice;

/// Rows of the list at a time.
const ROWS: u16 = 50;
const HERE: &str = "/console/findings";

/// The views of the list, by the word in the address; the first is what is not struck off.
const VIEWS: [&str; 6] = ["", "owed", "late", "spot", "done", "all"];

/// What the list takes; the API's takes no view.
pub(super) const LIST: &[Parameter] = &[
    Parameter { name: "view", takes: Takes::Sort(&VIEWS) },
    Parameter { name: "status", takes: Takes::Words(FindingStatus::WORDS) },
    Parameter { name: "department", takes: Takes::Codes },
    Parameter { name: "enterprise", takes: Takes::Codes },
    Parameter { name: "overdue", takes: Takes::Flag },
    CURSOR_PARAMETER,
];

/// `GET /console/findings`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let filled = listed(&reader, request.query_string(), Form::fresh(reader.key(), String::new())).await?;
    shown_once(&reader, &filled)
}

/// The list as its address asks for it.
pub(super) async fn listed(reader: &Reader, raw: &str, form: Form) -> Result<FindingsPage, Problem> {
    let hub = &reader.door.hub;
    let filters = Filters::read(raw, ViewList::Findings, LIST, reader.directory());
    let view = filters.given.text("view").unwrap_or_default().to_owned();
    let named = format!("page findings {view}");
    let place = CursorPlace { list: &named, viewer: reader.present.actor.person.as_str() };
    let after = filters.given.text("cursor").and_then(|cursor| cursor::open(hub, place, cursor).ok());
    let asked = FindingQuery { limit: ROWS + 1, after, ..asked(reader, &view, &filters.given)? };
    let (items, texts) = visits::findings(hub, &reader.present.scope, asked).await?;
    let (items, more) = query::page(items, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let words_of = reader.words();
    let (t, v) = (words::of(reader.lang), words::of(reader.lang).visits);
    let mut shell = reader.shell(Place::Findings).await?;
    shell.notice = filters.told(reader).or_else(|| reader.told());
    Ok(FindingsPage {
        shell,
        form,
        tabs: filters.tabs(&VIEWS, &[v.open_ones, v.owed, t.late, v.spot_checks, v.struck_off, t.all]),
        rows: items.iter().map(|item| words_of.finding_item(item, &texts)).collect(),
        more: last.map(|cursor| with(&filters.address(), "cursor", &cursor)),
        filters: filters.view(reader).await?,
    })
}

/// What a view asks for, narrowed by the filters. A department looks at its own; the office, supervisors and towns at all.
fn asked(reader: &Reader, view: &str, given: &Query) -> Result<FindingQuery, Problem> {
    let (actor, directory) = (&reader.present.actor, reader.directory());
    let all =
        policy::is_office(actor) || matches!(actor.role, Role::Supervisor | Role::TownOfficer | Role::SquadLeader);
    let own = if all { Vec::new() } else { vec![actor.unit.clone()] };
    let open = FindingStatus::ALL.iter().copied().filter(|of| *of != FindingStatus::Closed).collect();
    let (of_view, late) = match view {
        "" => (open, None),
        // What is struck off may be owed a look.
        "owed" => (Vec::new(), None),
        "late" => (Vec::new(), Some(true)),
        "done" => (vec![FindingStatus::Closed], None),
        _ => (Vec::new(), None),
    };
    let status = given.words("status", FindingStatus::parse);
    let department = given.codes("department", |code| directory.is_unit(code))?;
    Ok(FindingQuery {
        status: if status.is_empty() { of_view } else { status },
        department: if department.is_empty() { own } else { department },
        enterprise: given.codes("enterprise", |code| directory.enterprise(code).is_some())?,
        overdue: given.flag("overdue").or(late),
        owes: (view == "owed").then(|| actor.unit.clone()),
        spot_check: view == "spot",
        ..FindingQuery::default()
    })
}

/// `GET /console/findings/{code}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    let code = gate::code(&request);
    let (open, id) = visits::open_finding(&reader.door.hub, &reader.present.scope, code).await?;
    let version = open.tree.finding(&id).map_or(0, |finding| finding.version);
    let own = format!("{HERE}/{}", escaped(code));
    let form = reader.left(&own, reader.form(version)).await?;
    let mut page_of = filled(&reader, &open, &id, form).await?;
    page_of.shell.notice = reader.told();
    shown_once(&reader, &page_of)
}

/// `POST /console/findings/{code}/give_link`: on to the order's sheet, which has the link for a while.
pub(super) async fn give_link(request: HttpRequest, sent: gate::Form) -> Answer {
    let code = gate::code(&request);
    let own = format!("{HERE}/{}", escaped(code));
    let reader = Reader::of(&request, sent.present.clone())?.at(own.clone());
    let given = firm_links::give(&reader.door.hub, &sent.asked(&BARE), code).await?;
    let kept = firm_links::keep_given(&reader.door.hub, &reader.present.actor.person, code, &given.token)?;
    let mut answer = see_other(&format!("{own}/papers/order"));
    let mut cookie = gate::cookie_to_set(&reader.door, &papers::given(code), kept);
    cookie.set_max_age(Duration::minutes(firm_links::SHOWN_MINUTES));
    with_cookie(&mut answer, &cookie)?;
    Ok(answer)
}

/// One finding with its forms.
pub(super) async fn filled(
    reader: &Reader,
    open: &OpenVisit,
    id: &FindingId,
    form: Form,
) -> Result<FindingPage, Problem> {
    let OpenVisit { tree, texts, .. } = open;
    let finding = tree.finding(id).ok_or(ProblemKind::NotFound)?;
    let words_of = reader.words();
    let actor = &reader.present.actor;
    let allowed = allowed_on_finding(actor, finding);
    let [before, after] = words_of.finding_proof(open, finding, actor);
    let may = |deed: FindingDeed| allowed.contains(&deed.as_str());
    let step = step(finding).filter(|deed| may(*deed));
    let made = |deed: &FindingDeed| words_of.made(Deed::Finding(*deed, finding), visits::finding_order_spec(*deed));
    let others = FindingDeed::ALL.iter().filter(|deed| may(**deed) && Some(**deed) != step);
    let armed = tree.armed(&Subject::Finding(id.clone()));
    let deadline = armed.map(|armed| words_of.visit_deadline(armed));
    let owes = tree.owed_for(id).any(|one| one.owner.role == actor.role && one.owner.department == actor.unit);
    let beside = tree.owed_for(id).filter(|one| matches!(one.subject, Subject::Aside(_)));
    Ok(FindingPage {
        shell: reader.shell(Place::Findings).await?,
        form,
        finding: words_of.finding_row(finding, tree, texts),
        visit: finding.origin.visit_code.clone(),
        whistle: whistle_of(reader, finding).await,
        nothing_to_do: if owes { String::new() } else { words_of.visit_waits(deadline.as_ref()) },
        deadline,
        beside: beside.map(|armed| words_of.visit_deadline(armed)).collect(),
        step: step.as_ref().map(made),
        made: others.map(made).collect(),
        gives_link: finding.waits_for_firm() && may_give_link(&reader.present.actor, finding),
        firm: words_of.of_firm(finding, texts, policy::reads_ratings(&reader.present.actor)),
        facts: words_of.finding_facts(finding, texts),
        past: words_of.finding_past(finding, texts),
        papers: words_of.finding_papers(finding),
        before,
        after,
        files: words_of.finding_files(finding, actor),
    })
}

/// The finding's own page with a form that comes back.
pub(super) async fn own_again(reader: &Reader, code: &str, form: Form) -> Answer {
    let (open, id) = visits::open_finding(&reader.door.hub, &reader.present.scope, code).await?;
    let form = form.on_page_of(open.tree.finding(&id).map_or(0, |finding| finding.version));
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(reader, &open, &id, form).await?)
}

/// What brings a finding on.
pub(super) fn step(finding: &Finding) -> Option<FindingDeed> {
    match finding.status {
        FindingStatus::Found | FindingStatus::Failed => Some(FindingDeed::Order),
        FindingStatus::Ordered if finding.asked.is_some() => Some(FindingDeed::GrantExtension),
        FindingStatus::Ordered => Some(FindingDeed::ReportFixed),
        FindingStatus::Reported | FindingStatus::RecheckDue => Some(FindingDeed::Recheck),
        FindingStatus::Passed => Some(FindingDeed::Close),
        FindingStatus::Closed if finding.awaits_spot_check() => Some(FindingDeed::Recheck),
        FindingStatus::Closed if finding.is_watched() => Some(FindingDeed::Look),
        FindingStatus::Closed => None,
    }
}

/// The whistle that it comes from, if the reader sees it.
async fn whistle_of(reader: &Reader, finding: &Finding) -> Option<String> {
    let of = finding.origin.whistle.as_ref()?;
    whistles::open(&reader.door.hub, &reader.present.scope, &of.code).await.is_ok().then(|| of.code.clone())
}

impl Words<'_> {
    fn finding_facts(&self, finding: &Finding, texts: &Texts) -> Vec<Choice> {
        let (lang, t) = (self.lang, words::of(self.lang));
        let fact = |value: Option<String>, word: &str| value.map(|value| Choice::new(value, word));
        let measures = finding.measures.as_ref().map(|taken| {
            let until = taken.until.map(|at| words::until(lang, &limit(at))).unwrap_or_default();
            let extended = if taken.extended { t.visits.extended } else { "" };
            let stands = format!("{} {} {until} {extended}", lang.measure(taken.measure), moment(taken.at));
            stands.trim_end().to_owned()
        });
        let facts = [
            fact(text(finding.spot.as_ref(), texts), t.visits.spot),
            fact(Some(lang.severity(finding.severity).to_owned()), t.severity),
            fact(text(finding.clause.as_ref(), texts), t.visits.clause),
            fact(finding.origin.hazard.clone(), t.visits.hazard),
            fact(Some(moment(finding.found_at)), t.visits.found_at),
            fact(measures, t.visits.measures_stand),
            fact(self.handed(finding, texts), t.visits.handed),
            fact(self.watched(finding), t.visits.watched),
            fact(finding.spot_check.as_ref().map(|one| one.month.clone()), t.visits.drawn),
            fact(
                finding
                    .relapse
                    .then(|| [t.visits.relapse, finding.relapse_of.as_deref().unwrap_or_default()].join(" ")),
                t.status,
            ),
            fact(finding.closed.map(|kind| lang.closure_kind(kind).to_owned()), t.visits.struck_as),
        ];
        facts.into_iter().flatten().collect()
    }

    fn handed(&self, finding: &Finding, texts: &Texts) -> Option<String> {
        let handed = finding.handed.as_ref()?;
        let to = text(Some(&handed.to), texts).unwrap_or_default();
        Some(self.lines([format!("{} {to}", moment(handed.at)), text(handed.note.as_ref(), texts).unwrap_or_default()]))
    }

    fn watched(&self, finding: &Finding) -> Option<String> {
        let watch = finding.watch.as_ref()?;
        Some(words::watched(self.lang, &limit(watch.ends_at), watch.looks.len()))
    }

    /// The link that the firm has, and what it thinks of the visit, for whoever reads that.
    fn of_firm(&self, finding: &Finding, texts: &Texts, rated: bool) -> Vec<Choice> {
        let w = words::by_link(self.lang);
        let link = finding.link.as_ref().map(|link| {
            let until = words::until(self.lang, &limit(link.until));
            Choice::new(format!("{} {} {until}", moment(link.at), self.names(slice::from_ref(&link.by))), w.given)
        });
        let rating = self.rating(finding, texts).filter(|_| rated).map(|of| Choice::new(of.word, w.rating));
        link.into_iter().chain(rating).collect()
    }

    /// What the firm thinks of the visit, by the finding's code; for whoever reads ratings.
    pub(super) fn rating(&self, finding: &Finding, texts: &Texts) -> Option<Choice> {
        let rated = finding.rated.as_ref()?;
        let head = format!("{} {}", words::stars(self.lang, rated.stars.into()), moment(rated.at));
        let text = text(rated.text.as_ref(), texts).unwrap_or_default();
        Some(Choice::new(finding.code.as_str(), self.lines([head, text])))
    }

    /// Orders, the claim, what was asked and every recheck.
    fn finding_past(&self, finding: &Finding, texts: &Texts) -> Vec<Choice> {
        let (lang, v) = (self.lang, words::of(self.lang).visits);
        let mut past: Vec<Choice> =
            finding.orders.iter().map(|order| Choice::new(self.order(order, texts), v.ordered_at)).collect();
        past.extend(finding.report.as_ref().map(|report| {
            let by = if report.by.is_none() { v.by_firm } else { "" };
            let note = text(report.note.as_ref(), texts).unwrap_or_default();
            Choice::new(self.lines([format!("{} {by}", moment(report.at)), note]), v.reported_at)
        }));
        past.extend(finding.asked.as_ref().map(|asked| {
            let reason = text(Some(&asked.reason), texts).unwrap_or_default();
            Choice::new(self.lines([limit(asked.until), reason]), words::of(lang).asked_until)
        }));
        past.extend(finding.rechecks.iter().map(|one| {
            let outcome = if one.passed { v.passed_yes } else { v.passed_no };
            let note = text(Some(&one.note), texts).unwrap_or_default();
            let head = format!("{} {outcome} {}", moment(one.at), self.names(&one.officers));
            Choice::new(self.lines([head, note]), v.rechecked)
        }));
        past.extend(finding.watch.iter().flat_map(|watch| &watch.looks).map(|look| {
            let note = text(Some(&look.note), texts).unwrap_or_default();
            let head = format!("{} {}", moment(look.at), self.names(slice::from_ref(&look.by)));
            Choice::new(self.lines([head, note]), v.looked_at)
        }));
        past
    }

    fn order(&self, order: &Ordered, texts: &Texts) -> String {
        let firm = order.addressee.as_deref().and_then(|code| self.directory.enterprise(code));
        let head = format!("{} {}", moment(order.at), words::until(self.lang, &limit(order.due_at)));
        let said = [&order.order_no, &order.demand, &order.case];
        let [number, demand, case] = said.map(|id| text(id.as_ref(), texts).unwrap_or_default());
        let whom = firm.map(|firm| firm.name.clone()).unwrap_or_default();
        self.lines([head, whom, number, demand, case, self.names(&order.officers)])
    }

    fn names(&self, people: &[PersonId]) -> String {
        let names = people.iter().filter_map(|id| self.directory.person(id)).map(|person| person.name.as_str());
        names.collect::<Vec<&str>>().join(words::of(self.lang).list_comma)
    }

    /// What is there, a line each.
    fn lines<const N: usize>(&self, parts: [String; N]) -> String {
        parts
            .into_iter()
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}
