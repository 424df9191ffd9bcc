//! The own sign-in on pages: another password, a second factor, and what was done to it. A seed and recovery codes are shown
//! once, on the page that answers for them; an initial password leads here and nowhere else.

use super::answers::{page, see_other, shown};
use super::people::{keeping, proven};
use super::reader::Reader;
use super::{orders, views};
use crate::app::factors::{self, Enrolment};
use crate::app::people::Whence;
use crate::app::{Undone, proof, trail};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::trail::{SecurityKind, SecurityOutcome};
use crate::http::gate;
use crate::http::pages::{Form, FormFault, MePage, Place, TrailPage, TrailRow};
use crate::http::problem::Answer;
use crate::http::query;
use crate::i18n::pages as words;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::Value;

/// Lines of the own trail, and of a page of the whole one.
const OWN_LINES: i64 = 10;
const LINES: i64 = 50;

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
    let lines = match must {
        true => Vec::new(),
        false => trail::lines(hub, actor, i64::MAX, OWN_LINES, true).await?,
    };
    let page_of = MePage {
        shell: if must { reader.plain_shell(Place::Elsewhere) } else { reader.shell(Place::Elsewhere).await? },
        form,
        username: actor.username.clone(),
        must,
        proof: !proof::is_proven(hub, &reader.present),
        factor: factors::standing(hub, &actor.person).await?,
        enrolment: once.enrolment.map(|enrolment| (enrolment.secret, enrolment.uri, enrolment.sealed)),
        codes: once.codes,
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

/// `POST /me/totp`
pub(super) async fn enrol(request: HttpRequest, sent: gate::Form) -> Answer {
    with_proof(&request, sent, "totp", async |reader, sent, address| {
        let enrolment = factors::enrol(&reader.door.hub, Whence { present: &sent.present, address })?;
        Ok(Once { enrolment: Some(enrolment), codes: Vec::new() })
    })
    .await
}

/// `POST /me/totp/confirm`
pub(super) async fn confirm(request: HttpRequest, sent: gate::Form) -> Answer {
    with_proof(&request, sent, "confirm", async |reader, sent, address| {
        let whence = Whence { present: &sent.present, address };
        let codes = factors::confirm(&reader.door.hub, sent.asked(&factors::CONFIRM), whence).await?;
        Ok(Once { enrolment: None, codes })
    })
    .await
}

/// `POST /me/totp/remove`
pub(super) async fn remove(request: HttpRequest, sent: gate::Form) -> Answer {
    with_proof(&request, sent, "remove", async |reader, sent, address| {
        factors::remove(&reader.door.hub, Whence { present: &sent.present, address }).await?;
        Ok(Once::default())
    })
    .await
}

/// A deed on the own factors, which a proof may come along with.
async fn with_proof(
    request: &HttpRequest,
    sent: gate::Form,
    deed: &str,
    does: impl AsyncFnOnce(&Reader, &gate::Form, &str) -> Result<Once, Undone>,
) -> Answer {
    let reader = Reader::of(request, sent.present.clone())?.at("/me".to_owned());
    let address = gate::address(request, &reader.door)?.to_string();
    let (sent, cookie) = match proven(&reader, sent, &address).await? {
        Ok(proven) => proven,
        Err(form) => {
            let form = Form { deed: deed.to_owned(), ..form };
            return filled(&reader, StatusCode::FORBIDDEN, form, Once::default()).await;
        }
    };
    let reader = Reader::of(request, sent.present.clone())?.at("/me".to_owned());
    let answer = match does(&reader, &sent, &address).await {
        Ok(once) => filled(&reader, StatusCode::OK, reader.form(0), once).await,
        Err(undone) => refused(&reader, &sent, deed, undone).await,
    };
    keeping(answer, cookie)
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

/// `GET /admin/trail`
pub(super) async fn whole(reader: Reader, request: HttpRequest) -> Answer {
    let before = query::form_field(request.query_string().as_bytes(), "before").and_then(|seq| seq.parse().ok());
    let (hub, actor) = (&reader.door.hub, &reader.present.actor);
    let mut lines = trail::lines(hub, actor, before.unwrap_or(i64::MAX), LINES + 1, false).await?;
    let page_full = i64::try_from(lines.len()).is_ok_and(|count| count > LINES);
    if page_full {
        lines.pop();
    }
    let last = lines.last().filter(|_| page_full).and_then(|line| line["seq"].as_i64());
    let page_of = TrailPage {
        shell: reader.shell(Place::Trail).await?,
        rows: lines.iter().map(|line| row(&reader, line)).collect(),
        more: last.map(|seq| format!("/admin/trail?before={seq}")),
    };
    shown(reader.lang, &page_of)
}

fn row(reader: &Reader, line: &Value) -> TrailRow {
    let lang = reader.lang;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = SecurityKind::parse(line["kind"].as_str().unwrap_or_default());
    let at = At::parse(line["at"].as_str().unwrap_or_default());
    let facts = line["data"].as_object().into_iter().flatten().map(|(name, value)| fact(name, value));
    TrailRow {
        at: at.map(views::moment).unwrap_or_default(),
        kind: kind.map_or("", |kind| lang.security_kind(kind)),
        refused: line["outcome"] == SecurityOutcome::Refused.as_str(),
        actor: text(&line["actor"]["username"]),
        about: text(&line["about"]),
        address: text(&line["address"]),
        data: facts.collect::<Vec<_>>().join(" · "),
    }
}

/// One fact of a line, by the name that the API gives it too.
fn fact(name: &str, value: &Value) -> String {
    let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("{name}: {words}")
}
