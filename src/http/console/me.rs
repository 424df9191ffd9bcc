//! The own sign-in on pages: another password, a second factor, and what was done to it. A seed and recovery codes are shown
//! once, on the page that answers for them; an initial password leads here and nowhere else.

use super::access::sign_in_row;
use super::answers::{page, see_other};
use super::orders;
use super::reader::Reader;
use super::trail::row;
use crate::app::factors::{self, Enrolment};
use crate::app::people::Whence;
use crate::app::{Undone, proof, sessions, trail};
use crate::domain::decision::Refusal;
use crate::http::gate;
use crate::http::pages::{Form, FormFault, MePage, Place, Square};
use crate::http::problem::Answer;
use crate::i18n::pages as words;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// Lines of the own trail.
const OWN_LINES: i64 = 10;

/// What a page of the own sign-in shows once.
#[derive(Default)]
struct Once {
    enrolment: Option<Enrolment>,
    codes: Vec<String>,
}

/// `GET /me` and `GET /me/password`
pub(super) async fn form(reader: Reader) -> Answer {
    let form = reader.form(0);
    filled(&reader, StatusCode::OK, form, Once::default()).await
}

async fn filled(reader: &Reader, status: StatusCode, form: Form, once: Once) -> Answer {
    let (hub, actor) = (&reader.door.hub, &reader.present.actor);
    let must = reader.present.must_choose();
    let (lines, sessions) = match must {
        true => (Vec::new(), Vec::new()),
        false => {
            (trail::lines(hub, actor, i64::MAX, OWN_LINES, true).await?, sessions::own(hub, &reader.present).await?)
        }
    };
    let plain = must || reader.present.must_enrol();
    let page_of = MePage {
        shell: if plain { reader.plain_shell(Place::Elsewhere) } else { reader.shell(Place::Elsewhere).await? },
        form,
        username: actor.username.clone(),
        must,
        drawn: reader.present.has_drawn_password(),
        kinds: hub.demands.passwords.kinds > 0,
        must_enrol: reader.present.must_enrol(),
        proof: !proof::is_proven(hub, &reader.present),
        factor: factors::standing(hub, &actor.person).await?,
        square: once.enrolment.as_ref().and_then(|enrolment| Square::of(&enrolment.uri)),
        enrolment: once.enrolment.map(|enrolment| (enrolment.secret, enrolment.uri, enrolment.sealed)),
        codes: once.codes,
        sessions: sessions.iter().map(|session| sign_in_row(reader.lang, session)).collect(),
        lines: lines.iter().map(|line| row(reader, line)).collect(),
    };
    page(status, reader.lang, &page_of)
}

/// `POST /me/password`
pub(super) async fn choose_password(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at("/me".to_owned());
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    let chosen = proof::choose_password(&reader.door.hub, sent.asked(&proof::CHOOSE), whence).await;
    match chosen {
        Ok(()) => Ok(see_other("/login")),
        Err(undone) => refused(&reader, &sent, "password", undone).await,
    }
}

/// `POST /me/sessions/end_others`
pub(super) async fn sign_out_elsewhere(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let address = gate::address(&request, &reader.door)?.to_string();
    sessions::sign_out_elsewhere(&reader.door.hub, Whence { present: &sent.present, address: &address }).await?;
    Ok(see_other("/me"))
}

/// `POST /me/totp`
pub(super) async fn enrol(request: HttpRequest, sent: gate::Form) -> Answer {
    on_factors(&request, sent, "totp", async |reader, sent, address| {
        let enrolment = factors::enrol(&reader.door.hub, Whence { present: &sent.present, address })?;
        Ok(Once { enrolment: Some(enrolment), codes: Vec::new() })
    })
    .await
}

/// `POST /me/totp/confirm`
pub(super) async fn confirm(request: HttpRequest, sent: gate::Form) -> Answer {
    on_factors(&request, sent, "confirm", async |reader, sent, address| {
        let whence = Whence { present: &sent.present, address };
        let codes = factors::confirm(&reader.door.hub, sent.asked(&factors::CONFIRM), whence).await?;
        Ok(Once { enrolment: None, codes })
    })
    .await
}

/// `POST /me/totp/remove`
pub(super) async fn remove(request: HttpRequest, sent: gate::Form) -> Answer {
    on_factors(&request, sent, "remove", async |reader, sent, address| {
        factors::remove(&reader.door.hub, Whence { present: &sent.present, address }).await?;
        Ok(Once::default())
    })
    .await
}

/// A deed on the own factors.
async fn on_factors(
    request: &HttpRequest,
    sent: gate::Form,
    deed: &str,
    does: impl AsyncFnOnce(&Reader, &gate::Form, &str) -> Result<Once, Undone>,
) -> Answer {
    let reader = Reader::of(request, sent.present.clone())?.at("/me".to_owned());
    let address = gate::address(request, &reader.door)?.to_string();
    match does(&reader, &sent, &address).await {
        Ok(once) => filled(&reader, StatusCode::OK, reader.form(0), once).await,
        Err(undone) => refused(&reader, &sent, deed, undone).await,
    }
}

async fn refused(reader: &Reader, sent: &gate::Form, deed: &str, undone: Undone) -> Answer {
    let t = words::of(reader.lang);
    let form = match undone {
        Undone::Refusal(Refusal::Faults(faults)) => {
            // What was typed is a secret: it does not come back.
            let form = orders::refused(reader, deed, &sent.bytes, &faults);
            Form { typed: Vec::new(), ..form }
        }
        Undone::ProofFailed => {
            let fault = FormFault { field: "password".to_owned(), message: t.proof_wrong.to_owned() };
            Form { deed: deed.to_owned(), faults: vec![fault], ..reader.form(0) }
        }
        undone @ (Undone::Refusal(_)
        | Undone::Fault(_)
        | Undone::WrongPassword
        | Undone::StepUpNeeded
        | Undone::TooManyTries { .. }) => return Err(undone.into()),
    };
    filled(reader, StatusCode::UNPROCESSABLE_ENTITY, form, Once::default()).await
}
