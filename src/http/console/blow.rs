//! The whistle form. It asks for nothing that the hub knows: time, unit and name are the sign-in's. The key is drawn
//! with the page, so a form that was sent twice blows once.

use super::answers::{page, shown};
use super::flash::done;
use super::orders;
use super::reader::Reader;
use super::views::Words;
use crate::app::Undone;
use crate::app::whistles;
use crate::domain::decision::Refusal;
use crate::domain::policy;
use crate::domain::whistle::blow::BLOW;
use crate::http::gate;
use crate::http::pages::{BlowPage, Form, Place};
use crate::http::problem::{Answer, Problem};
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// `GET /console/whistles/new` and `GET /field/new`
pub(super) async fn form(reader: Reader) -> Answer {
    let fresh = Form::fresh(reader.key(), String::new());
    shown(reader.lang, &filled(&reader, fresh).await?)
}

/// `POST` of the same addresses.
pub(super) async fn blow(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    reader.door.rates.create(&reader.present.actor.person, reader.door.hub.clock.elapsed())?;
    match whistles::blow(&reader.door.hub, sent.asked(&BLOW)).await {
        Ok(blown) => done(&reader.door, &format!("/console/whistles/{}", blown.code), "whistle.blow", &blown.code),
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "blow", &sent.bytes, &faults);
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, form).await?)
        }
        Err(undone) => Err(undone.into()),
    }
}

async fn filled(reader: &Reader, form: Form) -> Result<BlowPage, Problem> {
    let actor = &reader.present.actor;
    if !policy::may_blow(actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let words_of = Words { lang: reader.lang, directory: reader.directory(), now: reader.now };
    Ok(BlowPage { shell: reader.shell(Place::Blow).await?, form, lists: words_of.blow_lists(actor) })
}
