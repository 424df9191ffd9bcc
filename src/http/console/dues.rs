//! Open limits as rows, for the desk and for the deadlines: whose move, what, by when, whom to call. Under the reader's
//! scope; a unit looks at what it owes itself; the office, the supervisors and who leads the shift at all. Of what is late its owner says here
//! that they know, and the office that nobody is to be reminded of it.

use super::answers::{Refused, not_now, page};
use super::flash::{done, shown_once};
use super::made::behind;
use super::orders;
use super::reader::Reader;
use super::views::Words;
use super::{findings, visits};
use crate::app::{Undone, obligations};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::deeds::{FindingDeed, ObligationDeed, allowed_on_finding, allowed_on_obligation, allowed_on_visit};
use crate::domain::finding::Finding;
use crate::domain::obligation::{Obligation, ObligationStatus, Subject};
use crate::domain::order::Field;
use crate::domain::policy::{self, Actor};
use crate::domain::reminders;
use crate::domain::rules::Rules;
use crate::domain::terms::{Role, Severity, Urgency};
use crate::domain::visit::Visit;
use crate::domain::whistle::Whistle;
use crate::http::gate;
use crate::http::pages::{DeadlinesPage, DueRow, Form, Input, Lane, MadeForm, Place, Widget};
use crate::http::problem::{Answer, Problem};
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use crate::store::obligations::{OpenItem, OpenQuery, Owing};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

pub(super) const HERE: &str = "/console/deadlines";
/// Most that the page of deadlines shows.
const ROWS: u16 = 200;
/// What counts as soon, minutes.
const SOON_MINUTES: i64 = 120;

/// The units whose limits are this reader's to mind: the own one, or, with `all` in view, everybody's.
pub(super) fn owed_by(reader: &Reader) -> Option<String> {
    let actor = &reader.present.actor;
    let all = actor.role == Role::Supervisor;
    (!all).then(|| actor.unit.clone())
}

/// The units whose limits the page of deadlines lists, and the desk counts the late of: the office and who leads the shift see
/// everybody's.
pub(super) fn listed_of(reader: &Reader) -> Option<String> {
    let all = policy::is_office(&reader.present.actor) || reader.present.scope.is_on_shift();
    if all { None } else { owed_by(reader) }
}

/// What is owed, the soonest first.
pub(super) async fn rows(reader: &Reader, query: OpenQuery) -> Result<Vec<DueRow>, Problem> {
    let items = obligations::open(&reader.door.hub, &reader.present.scope, query).await?;
    let words_of = reader.words();
    let (actor, rules) = (&reader.present.actor, reader.door.hub.rules());
    Ok(items.iter().map(|item| words_of.due(item, actor, &rules)).collect())
}

impl Words<'_> {
    fn due(&self, item: &OpenItem, actor: &Actor, rules: &Rules) -> DueRow {
        let OpenItem { obligation, of, title } = item;
        let (code, holders) = (of.code(), self.directory.holders(&obligation.owner, self.now));
        let (noun, urgency) = match of {
            Owing::Whistle(whistle) => ("whistles", whistle.urgency),
            Owing::Summons(whistle, _) => ("summonses", whistle.urgency),
            Owing::Visit(visit) => ("visits", visit.urgency()),
            Owing::Finding(visit, _) => ("findings", visit.urgency()),
        };
        let row = DueRow {
            key: key(code, obligation),
            code: code.to_owned(),
            href: format!("/console/{noun}/{code}"),
            title: self.title(title.as_ref()),
            kind: None,
            mark: None,
            major: None,
            deadline: self.visit_deadline(obligation),
            holders: holders.iter().take(2).map(|person| person.name.clone()).collect(),
            note: self.note(item, urgency, rules),
            under: item.owed_under(),
            made: self.made_of_limits(item, actor),
        };
        match of {
            Owing::Whistle(whistle) | Owing::Summons(whistle, _) => self.due_whistle(row, item, whistle),
            Owing::Visit(visit) => self.due_visit(row, item, visit, actor),
            Owing::Finding(_, finding) => self.due_finding(row, item, finding, actor),
        }
    }

    fn due_whistle(&self, row: DueRow, item: &OpenItem, whistle: &Whistle) -> DueRow {
        DueRow {
            mark: Some(self.mark(whistle)),
            major: self.major(whistle, words::of(self.lang).claim_major_row),
            deadline: self.deadline(whistle, &item.obligation),
            ..row
        }
    }

    /// A visit is called by where and when; whose move it is sees what the next step is called.
    fn due_visit(&self, mut row: DueRow, item: &OpenItem, visit: &Visit, actor: &Actor) -> DueRow {
        let place = item.title.clone();
        let step = visits::step(visit, actor, &allowed_on_visit(actor, visit, self.now));
        if let Some(step) = step.filter(|_| is_own_move(visit, &item.obligation.owner.department, actor)) {
            row.deadline.what = self.lang.visit_deed(step).to_owned();
        }
        DueRow {
            title: words::person_of(self.lang, &self.visit_site(visit, place), &self.slot(&visit.slot)),
            kind: Some(words::of(self.lang).visits.nav_one),
            mark: visit.emergency.then(|| self.urgency_mark(Urgency::Emergency)),
            ..row
        }
    }

    /// What it owes beside its own step goes by the name of the duty.
    fn due_finding(&self, mut row: DueRow, item: &OpenItem, finding: &Finding, actor: &Actor) -> DueRow {
        let may = |deed: &FindingDeed| allowed_on_finding(actor, finding).contains(&deed.as_str());
        let own = matches!(item.obligation.subject, Subject::Finding(_));
        if let Some(step) = findings::step(finding).filter(|step| own && may(step)) {
            row.deadline.what = self.lang.finding_deed(step).to_owned();
        }
        let major = (finding.severity == Severity::Major).then(|| self.lang.severity(Severity::Major).to_owned());
        DueRow { kind: Some(words::of(self.lang).visits.findings), major, ..row }
    }

    fn note(&self, item: &OpenItem, urgency: Urgency, rules: &Rules) -> Option<&'static str> {
        let status = item.obligation.status(self.now);
        match status {
            ObligationStatus::Running => {
                let nearly = reminders::is_nearly_over(&item.obligation, urgency, rules, self.now);
                nearly.then_some(words::desk(self.lang).nearly_over)
            }
            ObligationStatus::Acknowledged | ObligationStatus::HeldBack => Some(self.lang.obligation_status(status)),
            ObligationStatus::Overdue | ObligationStatus::Ended => None,
        }
    }

    /// What this reader may say of a limit that has passed, by the code under which it is owed.
    fn made_of_limits(&self, item: &OpenItem, actor: &Actor) -> Vec<MadeForm> {
        let allowed = allowed_on_obligation(actor, &item.obligation, self.now);
        let deeds = allowed.into_iter().filter_map(ObligationDeed::parse);
        deeds.map(|deed| self.made_of_limit(deed, &item.owed_under())).collect()
    }

    fn made_of_limit(&self, deed: ObligationDeed, code: &str) -> MadeForm {
        let d = words::desk(self.lang);
        let hint = match deed {
            ObligationDeed::Acknowledge => d.acknowledge_hint,
            ObligationDeed::HoldBack => d.hold_back_hint,
        };
        let input = |field: &Field| {
            let label = words::field(self.lang, field.name).to_owned();
            Input { name: field.name, label, widget: Widget::Area(2), options: Vec::new() }
        };
        let inputs = obligations::order_spec(deed).fields.iter().map(input).collect();
        let (verb, word) = (deed.as_str(), self.lang.obligation_deed(deed));
        MadeForm { verb, deed: behind(verb, code), version: None, word, hint, inputs }
    }
}

/// Whether a department's move is this reader's unit's, or that of the department for which the reader goes.
fn is_own_move(visit: &Visit, department: &str, actor: &Actor) -> bool {
    department == actor.unit || visit.member(&actor.person).is_some_and(|member| member.department == department)
}

/// What tells a row from the others: the parts of a visit go by one code, and so does what a finding owes beside its own step.
fn key(code: &str, owed: &Obligation) -> String {
    match &owed.subject {
        Subject::Part(part) => format!("{code}/{}", part.department()),
        Subject::Aside(_) => format!("{code}/{}", owed.duty),
        Subject::Whistle(_) | Subject::Summons(_) | Subject::Visit(_) | Subject::Finding(_) => code.to_owned(),
    }
}

/// `GET /console/deadlines`
pub(super) async fn deadlines(reader: Reader) -> Answer {
    let form = reader.left(HERE, Form::fresh(reader.key(), String::new())).await?;
    let mut filled = filled(&reader, form).await?;
    filled.shell.notice = reader.told();
    shown_once(&reader, &filled)
}

async fn filled(reader: &Reader, form: Form) -> Result<DeadlinesPage, Problem> {
    let department = listed_of(reader);
    let (now, week) = (reader.now, reader.now.week_end());
    let mut rows = rows(reader, OpenQuery { department, until: week, limit: ROWS + 1 }).await?;
    let cut = rows.len() > usize::from(ROWS);
    rows.truncate(ROWS.into());
    let d = words::desk(reader.lang);
    let mut lanes = Vec::new();
    let ends = [now, now.plus_minutes(SOON_MINUTES), now.day_end(), week];
    let names = ["late", "soon", "today", "week"];
    let words_of = [d.lane_late, d.lane_soon, d.lane_today, d.lane_week];
    for ((end, name), word) in ends.into_iter().zip(names).zip(words_of) {
        let within = rows.iter().take_while(|row| At(row.deadline.due * 1_000_000) <= end).count();
        lanes.push(Lane { name, word, rows: rows.drain(..within).collect() });
    }
    Ok(DeadlinesPage { shell: reader.shell(Place::Deadlines).await?, form, lanes, cut })
}

/// `POST /console/deadlines/{code}/{verb}`
pub(super) async fn deed(request: HttpRequest, path: Path<(String, String)>, sent: gate::Form) -> Answer {
    let (code, verb) = path.into_inner();
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    let deed = ObligationDeed::parse(&verb).ok_or(ProblemKind::NotFound)?;
    let asked = sent.asked(obligations::order_spec(deed));
    match obligations::deed(&reader.door.hub, asked, &code, deed).await {
        Ok(did) => {
            reader.sent(&format!("{HERE}/{code}/{deed}")).await?;
            done(&reader.door, HERE, &format!("obligation.{deed}"), &did.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, &behind(deed.as_str(), &code), &sent.bytes, &faults);
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, form).await?)
        }
        Err(Undone::Refusal(Refusal::NotNow { status, allowed })) => {
            let lang = reader.lang;
            let status = ObligationStatus::parse(status).map_or("", |status| lang.obligation_status(status));
            let could = allowed.into_iter().filter_map(ObligationDeed::parse);
            let could = could.map(|deed| lang.obligation_deed(deed)).collect();
            let (did, bars) = (lang.obligation_deed(deed), Vec::new());
            let refused = Refused { code: &code, status, did, could, bars, back: HERE.to_owned() };
            not_now(&reader, &sent, refused).await
        }
        Err(undone) => Err(undone.into()),
    }
}
