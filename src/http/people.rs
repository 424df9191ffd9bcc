//! Sign-ins at the JSON door: who keeps them, makes, changes and suspends them. A first password is in one answer and in no
//! other; what a deed may do is judged by `app`.

use super::gate::{Caller, Posted, code};
use super::openapi::{object, or_null, time, words};
use super::problem::Answer;
use super::query::Query;
use super::{Door, json, tagged};
use crate::app::people::{self, Done, Whence};
use crate::app::sessions::Present;
use crate::domain::decision::Refusal;
use crate::domain::people::PersonDeed;
use crate::domain::person::STANDINGS;
use crate::domain::policy;
use crate::domain::terms::Role;
use crate::domain::trail::{SecurityKind, SecurityOutcome};
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::{Value, json as value};

/// `POST /people`
pub(super) async fn add(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let done = people::add(&door.hub, posted.asked(), whence).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/v1/people/{}", done.username)));
    shown(&door, &posted.present, answer, done)
}

/// `GET /people/{username}`
pub(super) async fn one(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    Query::read(request.query_string(), &[])?;
    let actor = &caller.present.actor;
    if !policy::confirms_people(actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let done = Done { username: code(&request).to_owned(), initial_password: None, replayed: false };
    shown(&door, &caller.present, HttpResponse::Ok(), done)
}

/// `POST /people/{username}/{deed}`
pub(super) async fn deed(door: Data<Door>, posted: Posted, deed: PersonDeed) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let done = people::deed(&door.hub, posted.asked(), posted.code(), deed, whence).await?;
    shown(&door, &posted.present, HttpResponse::Ok(), done)
}

/// The sign-in as it stands; a first password only in the answer to what drew it.
fn shown(door: &Door, present: &Present, mut answer: HttpResponseBuilder, done: Done) -> Answer {
    let rules = door.hub.rules();
    let person = rules.directory.by_username(&done.username).ok_or(Refusal::NotFound)?;
    let mut card = people::card(person, &present.actor, &rules.directory);
    card["initial_password"] = value!(done.initial_password);
    Ok(json(tagged(&mut answer, person.version(), done.replayed), &card))
}

/// What a sign-in's answer holds, for the OpenAPI document.
pub(super) fn shape() -> Value {
    let text = || value!({ "type": "string" });
    let post = || value!({ "role": words(Role::WORDS), "department": text() });
    let list = |items: Value| value!({ "type": "array", "items": items });
    object(&[
        ("id", text()),
        ("username", text()),
        ("name", text()),
        ("department_code", text()),
        ("role", words(Role::WORDS)),
        ("title", text()),
        ("since", text()),
        ("status", words(STANDINGS)),
        ("version", value!({ "type": "integer" })),
        ("waiting", value!({ "type": ["object", "null"], "properties": post() })),
        ("bare_posts", list(value!({ "type": "object", "properties": post() }))),
        ("allowed_deeds", list(text())),
        // Told once, by what drew it.
        ("initial_password", or_null("string")),
    ])
}

/// What a line of the trail holds.
pub(super) fn line_shape() -> Value {
    object(&[
        ("seq", value!({ "type": "integer" })),
        ("at", time()),
        ("kind", words(SecurityKind::WORDS)),
        ("outcome", words(SecurityOutcome::WORDS)),
        ("actor", object(&[("username", or_null("string")), ("department", or_null("string"))])),
        ("about", or_null("string")),
        ("address", or_null("string")),
        ("data", value!({ "type": ["object", "null"] })),
    ])
}
