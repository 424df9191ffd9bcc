//! The forms in which the office plans a joint visit, and plans one anew after an objection. Without script: what is chosen so far
//! is looked at by a button, and every reason against it stands beside what it is about; nothing that was typed is lost. Only
//! the domain judges.

mod given;
mod sheet;

use super::answers::{page, see_other, shown};
use super::flash::done;
use super::next::escaped;
use super::orders::refused_at;
use super::reader::{Reader, pairs};
use super::visits::{deed_not_done, own_page};
use crate::app::Undone;
use crate::app::asked::Asked;
use crate::app::planner::{self, Looked};
use crate::app::visits::{self, OpenVisit, plan_spec};
use crate::domain::decision::{Reason, Refusal};
use crate::domain::deeds::VisitDeed;
use crate::domain::order::{Fault, Node, NotAnObject};
use crate::domain::policy;
use crate::domain::terms::VisitStatus;
use crate::domain::visit::propose::Against;
use crate::http::gate;
use crate::http::pages::{Form, FormFault};
use crate::http::problem::{Answer, Problem};
use crate::http::query::form_field;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use given::{Given, Spot, field_of};

const HERE: &str = "/console/visits/new";
const ANEW: &str = "/console/replan";

/// What the form goes by on its page.
const DEED: &str = "plan";

/// What was pressed instead of sending the form.
const LOOK: &str = "look";

/// `GET /console/visits/new`: empty, or with the whistles and the firm that the address names.
pub(super) async fn form(reader: Reader, request: HttpRequest) -> Answer {
    may_plan(&reader)?;
    let asked = pairs(request.query_string().as_bytes());
    let fresh = reader.left(HERE, Form::fresh(reader.key(), String::new())).await?;
    let fresh = match fresh.kept.is_some() {
        true => fresh,
        false => Form { typed: sheet::start(&reader, &asked).await?, deed: DEED.to_owned(), ..fresh },
    };
    shown(reader.lang, &sheet::filled(&reader, fresh, None, Said::default()).await?)
}

/// `GET /console/replan/{code}`: as it was planned. A visit that nobody plans any more has its own page.
pub(super) async fn form_anew(reader: Reader, request: HttpRequest) -> Answer {
    let open = planned(&reader, gate::code(&request)).await?;
    if open.tree.visit.status != VisitStatus::Planning {
        return Ok(see_other(&own_page(&open.tree.visit.code)));
    }
    let own = address(&open);
    let fresh = reader.left(&own, reader.form(open.tree.visit.version)).await?;
    let fresh = match fresh.kept.is_some() {
        true => fresh,
        false => Form { typed: sheet::as_planned(&open), deed: DEED.to_owned(), ..fresh },
    };
    shown(reader.lang, &sheet::filled(&reader, fresh, Some(&open), Said::default()).await?)
}

fn may_plan(reader: &Reader) -> Result<(), Problem> {
    match policy::is_office(&reader.present.actor) {
        true => Ok(()),
        false => Err(ProblemKind::RoleMayNot.into()),
    }
}

/// The visit, for whoever plans it.
async fn planned(reader: &Reader, code: &str) -> Result<OpenVisit, Problem> {
    let open = visits::open(&reader.door.hub, &reader.present.scope, code).await?;
    may_plan(reader)?;
    Ok(open)
}

fn address(open: &OpenVisit) -> String {
    format!("{ANEW}/{}", escaped(&open.tree.visit.code))
}

/// What is said on a form that comes back.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// It was sent and cannot be: the heading over the reasons.
    pub(super) barred: bool,
    /// What is chosen was looked at.
    pub(super) looked: bool,
    pub(super) against: Against,
    pub(super) not_free: Vec<Reason>,
}

/// A form that was sent, read as far as it goes.
struct Sent<'a> {
    reader: &'a Reader,
    sent: &'a gate::Form,
    open: Option<&'a OpenVisit>,
    spots: Vec<Spot>,
    body: Result<Node, NotAnObject>,
}

impl Sent<'_> {
    async fn read<'a>(
        reader: &'a Reader,
        sent: &'a gate::Form,
        open: Option<&'a OpenVisit>,
    ) -> Result<Sent<'a>, Problem> {
        let (spots, body) = match Given::read(&sent.bytes) {
            Ok(given) => {
                let asks = sheet::asks(reader, &given, open).await?;
                let items = given.items(&asks, |code| sheet::words_of_hazard(reader.directory(), code));
                (items.iter().map(|(spot, _)| spot.clone()).collect(), Ok(given.body(items)))
            }
            Err(broken) => (Vec::new(), Err(broken)),
        };
        Ok(Sent { reader, sent, open, spots, body })
    }

    fn asked(&self) -> Asked<'_> {
        let spec = if self.open.is_some() { visits::order_spec(VisitDeed::Propose) } else { plan_spec() };
        Asked { body: self.body.clone(), ..self.sent.asked(spec) }
    }

    fn code(&self) -> Option<&str> {
        self.open.map(|open| open.tree.visit.code.as_str())
    }

    fn comes_back(&self, faults: &[Fault]) -> Form {
        refused_at(self.reader, (DEED, &self.sent.bytes), faults, |pointer| field_of(pointer, &self.spots))
    }

    /// Who is not free then is said whatever else is.
    async fn looked(&self) -> Result<Looked, Problem> {
        Ok(planner::look(&self.reader.door.hub, &self.asked(), self.code()).await?)
    }

    /// The form again as it was typed, each reason beside what it is about.
    async fn again(&self, status: StatusCode, mut form: Form, said: Said) -> Answer {
        form.faults.extend(conflicts(self.reader, &said.against.bars, &form));
        page(status, self.reader.lang, &sheet::filled(self.reader, form, self.open, said).await?)
    }

    /// A button was pressed that sends nothing: for firms, for all ticks of a kind, for what would bar it.
    async fn look(&self, pressed: &str) -> Answer {
        let mut form = self.comes_back(&[]);
        let Looked { against, not_free } = self.looked().await?;
        if ["asks", "hazards"].contains(&pressed) {
            sheet::tick_all(self.reader, &mut form, self.open, pressed).await?;
        }
        let looked = pressed == "check";
        let against = if looked { against } else { Against::default() };
        self.again(StatusCode::OK, form, Said { barred: false, looked, against, not_free }).await
    }

    async fn go(self) -> Answer {
        if let Some(pressed) = form_field(&self.sent.bytes, LOOK) {
            return self.look(&pressed).await;
        }
        let hub = &self.reader.door.hub;
        let went = match self.code() {
            None => visits::plan(hub, self.asked()).await,
            Some(code) => visits::deed(hub, self.asked(), code, VisitDeed::Propose).await,
        };
        match went {
            Ok(did) => {
                self.reader.sent(&self.open.map_or_else(|| HERE.to_owned(), address)).await?;
                let deed = if self.open.is_some() { "visit.propose" } else { "visit.plan" };
                done(&self.reader.door, &own_page(&did.code), deed, &did.code)
            }
            Err(Undone::Refusal(Refusal::Faults(faults))) => {
                let Looked { not_free, .. } = self.looked().await?;
                let said = Said { not_free, ..Said::default() };
                self.again(StatusCode::UNPROCESSABLE_ENTITY, self.comes_back(&faults), said).await
            }
            Err(Undone::Refusal(Refusal::Guarded { reasons, .. })) => {
                let Looked { against, not_free } = self.looked().await?;
                let against = Against { bars: reasons, ..against };
                let said = Said { barred: true, looked: true, against, not_free };
                self.again(StatusCode::CONFLICT, self.comes_back(&[]), said).await
            }
            Err(undone) => match self.open {
                Some(open) => {
                    let code = open.tree.visit.code.as_str();
                    deed_not_done(self.reader, code, (VisitDeed::Propose, address(open)), self.sent, undone).await
                }
                None => Err(undone.into()),
            },
        }
    }
}

/// `POST /console/visits/new`
pub(super) async fn plan(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    may_plan(&reader)?;
    Sent::read(&reader, &sent, None).await?.go().await
}

/// `POST /console/replan/{code}`
pub(super) async fn plan_anew(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let open = planned(&reader, gate::code(&request)).await?;
    let reader = reader.at(address(&open));
    Sent::read(&reader, &sent, Some(&open)).await?.go().await
}

/// Reasons as faults, each beside what it is about; several about one thing are one line there.
fn conflicts(reader: &Reader, reasons: &[Reason], form: &Form) -> Vec<FormFault> {
    let words_of = reader.words();
    let mut all: Vec<FormFault> = Vec::new();
    for reason in reasons {
        let (field, message) = (place_of(reader, reason, form), words_of.barred(reason));
        match all.iter_mut().find(|one| one.field == field) {
            Some(same) => {
                same.message.push('\n');
                same.message.push_str(&message);
            }
            None => all.push(FormFault { field, message }),
        }
    }
    all
}

/// The officer, the car, the department's people, else the firm or the day.
fn place_of(reader: &Reader, reason: &Reason, form: &Form) -> String {
    let (directory, subject) = (reader.directory(), reason.subject.as_str());
    if let Some(person) = directory.by_username(subject) {
        let ticked =
            |name: &&&str| form.typed.iter().any(|(given, value)| given == **name && value == person.id.as_str());
        let list = ["experts", "locality"].iter().find(ticked).unwrap_or(&"officers");
        format!("{list}-{}", person.id)
    } else if directory.vehicle(subject).is_some() {
        format!("vehicles-{subject}")
    } else if directory.is_unit(subject) {
        format!("crew-{subject}")
    } else if directory.enterprise(subject).is_some() {
        "enterprise".to_owned()
    } else {
        "date".to_owned()
    }
}
