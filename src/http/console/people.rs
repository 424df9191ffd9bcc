//! Sign-ins on pages: the list, one of them, and the forms of its deeds, for whoever keeps people. A first password is shown
//! on the page that drew it and on no other.

use super::answers::page;
use super::next::escaped;
use super::orders;
use super::reader::Reader;
use super::views;
use crate::app::people::{self, Whence};
use crate::app::{Undone, proof};
use crate::domain::decision::Refusal;
use crate::domain::directory::Person;
use crate::domain::people::{self as deeds, PersonDeed, ShutGround};
use crate::domain::policy;
use crate::domain::terms::Role;
use crate::domain::whistle::blow::fold;
use crate::http::gate;
use crate::http::pages::{Choice, Form, FormFault, PeoplePage, PersonPage, PersonRow, Place};
use crate::http::problem::Answer;
use crate::http::query;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

const HERE: &str = "/admin/people";
/// Rows of the list; who looks for more than these looks by name.
const ROWS: usize = 200;

/// `GET /admin/people`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let q = query::form_field(request.query_string().as_bytes(), "q").unwrap_or_default();
    let form = Form::fresh(reader.key(), String::new());
    listed(&reader, StatusCode::OK, form, q).await
}

async fn listed(reader: &Reader, status: StatusCode, form: Form, q: String) -> Answer {
    if !policy::confirms_people(&reader.present.actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let (wanted, directory) = (fold(&q), reader.directory());
    let names = |person: &&Person| {
        [&person.username, &person.name, &person.department_code].iter().any(|name| fold(name).contains(&wanted))
    };
    let rows = directory.people.iter().filter(names).take(ROWS).map(|person| row(reader, person)).collect();
    let page_of = PeoplePage {
        shell: reader.shell(Place::People).await?,
        form,
        rows,
        q,
        may_add: policy::keeps_people(&reader.present.actor),
        proof: !proof::is_proven(&reader.door.hub, &reader.present),
        roles: roles(reader),
        units: units(reader),
    };
    page(status, reader.lang, &page_of)
}

/// `POST /admin/people`
pub(super) async fn add(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    let added = people::add(&reader.door.hub, sent.asked(&deeds::ADD), whence).await;
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    match added {
        Ok(done) => shown(&reader, &done.username, done.initial_password, StatusCode::OK, None).await,
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "add", &sent.bytes, &faults);
            listed(&reader, StatusCode::UNPROCESSABLE_ENTITY, form, String::new()).await
        }
        Err(undone) => Err(undone.into()),
    }
}

/// `GET /admin/people/{username}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    shown(&reader, gate::code(&request), None, StatusCode::OK, None).await
}

/// `POST /admin/people/{username}/{verb}`
pub(super) async fn deed(request: HttpRequest, path: Path<(String, String)>, sent: gate::Form) -> Answer {
    let (username, verb) = path.into_inner();
    let deed = PersonDeed::parse(&verb).ok_or(ProblemKind::NotFound)?;
    let own = format!("{HERE}/{}", escaped(&username));
    let reader = Reader::of(&request, sent.present.clone())?.at(own.clone());
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    let asked = sent.asked(deeds::order_spec(deed));
    let did = people::deed(&reader.door.hub, asked, &username, deed, whence).await;
    let reader = Reader::of(&request, sent.present.clone())?.at(own);
    match did {
        Ok(done) => shown(&reader, &username, done.initial_password, StatusCode::OK, None).await,
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, deed.as_str(), &sent.bytes, &faults);
            shown(&reader, &username, None, StatusCode::UNPROCESSABLE_ENTITY, Some(form)).await
        }
        Err(Undone::Refusal(Refusal::Moved { .. } | Refusal::NotNow { .. })) => {
            barred(&reader, &username, verb, &[words::of(reader.lang).person_moved]).await
        }
        Err(Undone::Refusal(Refusal::Guarded { reasons, .. })) => {
            let said: Vec<&str> = reasons.iter().map(|reason| reader.lang.reason(reason.code)).collect();
            barred(&reader, &username, verb, &said).await
        }
        Err(undone) => Err(undone.into()),
    }
}

/// What stands now, and why the deed was not done.
async fn barred(reader: &Reader, username: &str, verb: String, said: &[&str]) -> Answer {
    let fault = |said: &&str| FormFault { field: String::new(), message: (*said).to_owned() };
    let form = Form { deed: verb, faults: said.iter().map(fault).collect(), ..reader.form(0) };
    shown(reader, username, None, StatusCode::CONFLICT, Some(form)).await
}

async fn shown(
    reader: &Reader,
    username: &str,
    initial: Option<String>,
    status: StatusCode,
    form: Option<Form>,
) -> Answer {
    if !policy::confirms_people(&reader.present.actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let (directory, lang) = (reader.directory(), reader.lang);
    let person = directory.by_username(username).ok_or(ProblemKind::NotFound)?;
    let bare = directory.bare_posts(&person.department_code);
    let bare = bare.iter().map(|post| {
        let head = directory.fallback(post).map(|head| head.name.as_str());
        words::bare_post(lang, &views::unit(lang, directory, &post.department), lang.role(post.role), head)
    });
    let ground = |ground: &ShutGround| Choice::new(ground.as_str(), lang.shut_ground(*ground));
    let waiting =
        person.standing.waiting.as_ref().map(|waiting| {
            words::post(lang, &views::unit(lang, directory, &waiting.department), lang.role(waiting.role))
        });
    let page_of = PersonPage {
        shell: reader.shell(Place::People).await?,
        form: form.unwrap_or_else(|| reader.form(person.version())),
        version: person.version(),
        title: person.title.clone(),
        role: person.role.as_str(),
        unit: person.department_code.clone(),
        waiting,
        bare: bare.collect(),
        allowed: deeds::allowed(&reader.present.actor, person, directory),
        proof: !proof::is_proven(&reader.door.hub, &reader.present),
        roles: roles(reader),
        units: units(reader),
        grounds: ShutGround::ALL.iter().map(ground).collect(),
        person: row(reader, person),
        initial,
    };
    page(status, lang, &page_of)
}

fn row(reader: &Reader, person: &Person) -> PersonRow {
    let (lang, directory) = (reader.lang, reader.directory());
    let t = words::of(lang);
    let status = match person.standing.word() {
        "suspended" => t.person_suspended,
        "waiting" => t.person_waiting,
        "refused" => t.person_refused,
        _ => t.person_active,
    };
    PersonRow {
        username: person.username.clone(),
        name: person.name.clone(),
        unit: views::unit(lang, directory, &person.department_code),
        role: lang.role(person.role),
        status,
        active: person.is_active(),
    }
}

fn roles(reader: &Reader) -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.as_str(), reader.lang.role(*role))).collect()
}

fn units(reader: &Reader) -> Vec<Choice> {
    let (directory, lang) = (reader.directory(), reader.lang);
    let departments = directory.departments.iter().map(|unit| unit.code.as_str());
    let towns = directory.towns.iter().flat_map(|town| [town.code.as_str(), town.squad_code.as_str()]);
    departments.chain(towns).map(|code| Choice::new(code, views::unit(lang, directory, code))).collect()
}
