//! Signing in and out at the JSON door, staying signed in, and who one is. A failed try says nothing about which half was wrong; no name
//! or password of a try is kept or logged here.

use super::gate::{self, Caller, Posted, Unsigned};
use super::openapi::{object, time, words};
use super::problem::{Answer, Problem};
use super::query::{CURSOR_PARAMETER, LIMIT_PARAMETER, Parameter, Query};
use super::{Door, cursor, json};
use crate::app::people::Whence;
use crate::app::sessions::{self, SignIn, SignedIn};
use crate::app::{factors, proof, trail};
use crate::domain::decision::Refusal;
use crate::domain::deeds;
use crate::domain::order::{Field, Kind, Spec, TEXT_MAX, read};
use crate::domain::people::NOTHING;
use crate::domain::session::{self, Session};
use crate::i18n::problems::ProblemKind;
use crate::store::whistles::Position;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

/// The body of `POST /sessions`.
pub(super) static SIGN_IN: Spec = Spec {
    name: "SignInOrder",
    fields: &[
        Field::required("username", Kind::Text { max: TEXT_MAX }),
        Field::required("password", Kind::Text { max: TEXT_MAX }),
        Field::optional("totp", Kind::Text { max: TEXT_MAX }),
    ],
};

/// What the trail's lists take.
pub(super) const TRAIL: &[Parameter] = &[LIMIT_PARAMETER, CURSOR_PARAMETER];

/// `POST /sessions`
pub(super) async fn sign_in(door: Data<Door>, request: HttpRequest, unsigned: Unsigned) -> Answer {
    let body = unsigned.order.map_err(|why| Problem::from(Refusal::Body(why)))?;
    let (reader, faults) = read(&SIGN_IN, &body);
    let given = faults.judge(reader.text("username").zip(reader.text("password")));
    let (username, password) = given.map_err(|faults| Problem::from(Refusal::Faults(faults)))?;
    let (address, totp) = (gate::address(&request, &door)?, reader.text("totp"));
    let (username, password, totp) = (&username, &password, totp.as_deref());
    let given = SignIn { username, password, totp, address, door: session::Door::Api, device: "" };
    let signed_in = sessions::sign_in(&door.hub, given).await?;
    Ok(json(&mut HttpResponse::Created(), &tokens(&signed_in)))
}

fn tokens(signed_in: &SignedIn) -> Value {
    value!({
        "access_token": signed_in.access_token, "token_type": "Bearer", "expires_in": signed_in.expires_in,
        "refresh_token": signed_in.refresh_token,
    })
}

/// The body of `POST /sessions/refresh`.
pub(super) static REFRESH: Spec =
    Spec { name: "RefreshOrder", fields: &[Field::required("refresh_token", Kind::Text { max: TEXT_MAX })] };

/// `POST /sessions/refresh`
pub(super) async fn refresh(door: Data<Door>, unsigned: Unsigned) -> Answer {
    let body = unsigned.order.map_err(|why| Problem::from(Refusal::Body(why)))?;
    let (reader, faults) = read(&REFRESH, &body);
    let token = faults.judge(reader.text("refresh_token")).map_err(|faults| Problem::from(Refusal::Faults(faults)))?;
    let signed_in = sessions::refresh(&door.hub, &token).await?.ok_or(ProblemKind::SignInNeeded)?;
    Ok(json(&mut HttpResponse::Ok(), &tokens(&signed_in)))
}

/// `GET /sessions`
pub(super) async fn list(door: Data<Door>, caller: Caller) -> Answer {
    let all = sessions::own(&door.hub, &caller.present).await?;
    let item = |(session, this): &(Session, bool)| {
        value!({
            "id": session.id, "door": session.door, "made_at": session.made_at.rfc3339(),
            "used_at": session.used_at.rfc3339(), "ends_at": session.ends_at.rfc3339(), "this": this,
        })
    };
    let items: Vec<Value> = all.iter().map(item).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": items, "next_cursor": null })))
}

/// What the list answers of each, for the OpenAPI document.
pub(super) fn shape() -> Value {
    object(&[
        ("id", value!({ "type": "string" })),
        ("door", words(session::Door::WORDS)),
        ("made_at", time()),
        ("used_at", time()),
        ("ends_at", time()),
        ("this", value!({ "type": "boolean" })),
    ])
}

/// `DELETE /sessions`
pub(super) async fn sign_out_everywhere(door: Data<Door>, caller: Caller) -> Answer {
    sessions::sign_out_everywhere(&door.hub, &caller.present.actor.person).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /sessions/current`
pub(super) async fn sign_out(door: Data<Door>, caller: Caller) -> Answer {
    sessions::sign_out(&door.hub, &caller.present).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /sessions/step_up`
pub(super) async fn step_up(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    proof::step_up(&door.hub, &posted.asked(), whence).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /me/password`
pub(super) async fn choose_password(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    proof::choose_password(&door.hub, posted.asked(), whence).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /me/totp`
pub(super) async fn enrol(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let enrolment = factors::enrol(&door.hub, Whence { present: &posted.present, address: &address })?;
    let order = posted.order().map_err(|why| Problem::from(Refusal::Body(why)))?;
    let (_, faults) = read(&NOTHING, &order);
    faults.judge(Some(())).map_err(|faults| Problem::from(Refusal::Faults(faults)))?;
    let body = value!({ "secret": enrolment.secret, "uri": enrolment.uri, "enrolment": enrolment.sealed });
    Ok(json(&mut HttpResponse::Ok(), &body))
}

/// `POST /me/totp/confirm`
pub(super) async fn confirm_totp(door: Data<Door>, posted: Posted) -> Answer {
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let codes = factors::confirm(&door.hub, posted.asked(), whence).await?;
    Ok(json(&mut HttpResponse::Ok(), &value!({ "recovery_codes": codes })))
}

/// `DELETE /me/totp`
pub(super) async fn remove_totp(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let address = gate::address(&request, &door)?.to_string();
    factors::remove(&door.hub, Whence { present: &caller.present, address: &address }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /me/trail`
pub(super) async fn own_trail(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    lines(&door, &caller, &request, true).await
}

/// `GET /trail`
pub(super) async fn whole_trail(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    lines(&door, &caller, &request, false).await
}

/// A page of the trail; a cursor is a place in it.
async fn lines(door: &Door, caller: &Caller, request: &HttpRequest, own: bool) -> Answer {
    let given = Query::read(request.query_string(), TRAIL)?;
    let actor = &caller.present.actor;
    let place = cursor::Place { list: request.path(), viewer: actor.person.as_str() };
    let after = given.text("cursor").map(|cursor| cursor::open(&door.hub, place, cursor)).transpose()?;
    let before = after.map_or(i64::MAX, |position| position.key);
    let mut items = trail::lines(&door.hub, actor, before, i64::from(given.limit) + 1, own).await?;
    let more = items.len() > usize::from(given.limit);
    items.truncate(usize::from(given.limit));
    let last = items.last().filter(|_| more).and_then(|line| line["seq"].as_i64());
    let next = last.map(|key| cursor::seal(&door.hub, place, &Position { key, id: String::new() }));
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": items, "next_cursor": next })))
}

/// `GET /me`
pub(super) async fn me(caller: Caller) -> Answer {
    let actor = &caller.present.actor;
    let mut permissions = deeds::permissions(actor);
    permissions.retain(|one| caller.present.scopes().is_none_or(|scopes| scopes.contains(one)));
    Ok(json(
        &mut HttpResponse::Ok(),
        &value!({
            "id": actor.person, "username": actor.username, "name": actor.name, "role": actor.role,
            "department": actor.unit, "town": actor.town, "permissions": permissions,
        }),
    ))
}
