//! The whistle form. It asks for nothing that the hub knows: time, unit and name are the sign-in's. The key is drawn
//! with the page, so a form that was sent twice blows once. What may be the same is told before, and blows nothing.

use super::answers::{page, shown};
use super::flash::done;
use super::orders;
use super::reader::Reader;
use crate::app::Undone;
use crate::app::asked::Asked;
use crate::app::hints::{self, Hints};
use crate::app::whistles;
use crate::domain::decision::Refusal;
use crate::domain::policy;
use crate::domain::wanted::Wanted;
use crate::domain::whistle::blow::BLOW;
use crate::domain::whistle::hints::HINTS;
use crate::http::gate;
use crate::http::pages::{BlowPage, Choice, Form, HintsView, Place};
use crate::http::problem::{Answer, Problem};
use crate::http::query::form_field;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

const HERE: &str = "/console/whistles/new";

/// `GET /console/whistles/new` and `GET /field/new`; a firm's page names itself in the address, and what was kept of an
/// unsent form comes before.
pub(super) async fn form(reader: Reader, request: HttpRequest) -> Answer {
    let mut fresh = reader.left("/console/whistles/new", Form::fresh(reader.key(), String::new())).await?;
    let firm = form_field(request.query_string().as_bytes(), "enterprise");
    if let Some(firm) = firm.filter(|code| fresh.typed.is_empty() && reader.directory().enterprise(code).is_some()) {
        fresh.typed.push(("enterprise".to_owned(), firm));
    }
    shown(reader.lang, &filled(&reader, fresh, None).await?)
}

/// `POST` of the same addresses.
pub(super) async fn blow(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    reader.door.rates.create(&reader.present.actor.person, reader.door.hub.clock.elapsed())?;
    match whistles::blow(&reader.door.hub, sent.asked(&BLOW)).await {
        Ok(blown) => {
            reader.sent("/console/whistles/new").await?;
            done(&reader.door, &format!("/console/whistles/{}", blown.code), "whistle.blow", &blown.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "blow", &sent.bytes, &faults);
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, form, None).await?)
        }
        Err(undone) => Err(undone.into()),
    }
}

/// `POST /console/whistles/hints`: the form as it was typed, with the enterprises that were looked for and, once there
/// is something to compare, with what may be the same.
pub(super) async fn look(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    let _turn = reader.door.search_turn(&sent.present.actor.person, true).await?;
    let typed = |faults: &[_]| orders::refused(&reader, "blow", &sent.bytes, faults);
    let said = |name| form_field(&sent.bytes, name).is_some_and(|value| !value.trim().is_empty());
    if said("find") && !(said("category") && said("what")) {
        return shown(reader.lang, &filled(&reader, typed(&[]), None).await?);
    }
    let asked = Asked { body: orders::part_of(&HINTS, &sent.bytes), ..sent.asked(&HINTS) };
    match hints::hints(&reader.door.hub, asked).await {
        Ok(found) => shown(reader.lang, &filled(&reader, typed(&[]), Some(&found)).await?),
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, typed(&faults), None).await?)
        }
        Err(undone) => Err(undone.into()),
    }
}

async fn filled(reader: &Reader, mut form: Form, hints: Option<&Hints>) -> Result<BlowPage, Problem> {
    let actor = &reader.present.actor;
    if !policy::may_blow(actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let find = form.typed("find").to_owned();
    if form.typed("enterprise").is_empty() {
        form.typed.extend(only_one(reader, &find).map(|code| ("enterprise".to_owned(), code)));
    }
    let words_of = reader.words();
    let mut lists = words_of.blow_lists(actor, &find, form.typed("enterprise"));
    if form.deed.is_empty() {
        lists.start.extend(form.typed.iter().cloned());
    }
    let hints = match hints {
        None => None,
        Some(found) => {
            let similar = reader.similar(&found.similar).await?;
            let departments = found.departments.iter();
            let departments =
                departments.map(|one| Choice::new(words_of.unit(&one.department), words_of.reason(one))).collect();
            Some(HintsView { similar, departments })
        }
    };
    Ok(BlowPage { shell: reader.shell(Place::Blow).await?, form, lists, hints })
}

/// The enterprise that was looked for, if it is the only one that is found.
fn only_one(reader: &Reader, find: &str) -> Option<String> {
    let wanted = Wanted::of(find);
    let mut found = reader.directory().enterprises.iter().filter(|firm| wanted.is_among(firm.names()));
    let first = found.next().filter(|_| !wanted.is_nothing())?;
    found.next().is_none().then(|| first.code.clone())
}
