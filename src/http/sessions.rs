//! Signing in and out at the JSON door, and who one is. A failed try says nothing about which half was wrong; no name
//! or password of a try is kept or logged here.

use super::gate::{Caller, Unsigned};
use super::problem::{Answer, Problem};
use super::{Door, json};
use crate::app::sessions::{self, SignIn};
use crate::domain::decision::Refusal;
use crate::domain::deeds;
use crate::domain::order::{Field, Kind, Spec, TEXT_MAX, from_json, read};
use crate::domain::session;
use crate::i18n::problems::ProblemKind;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json as value;

/// The body of `POST /sessions`.
pub(super) static SIGN_IN: Spec = Spec {
    name: "SignInOrder",
    fields: &[
        Field::required("username", Kind::Text { max: TEXT_MAX }),
        Field::required("password", Kind::Text { max: TEXT_MAX }),
        // Nobody has enrolled a device yet: a code is taken and not asked for.
        Field::optional("totp", Kind::Text { max: TEXT_MAX }),
    ],
};

/// `POST /sessions`
pub(super) async fn sign_in(door: Data<Door>, request: HttpRequest, unsigned: Unsigned) -> Answer {
    let body = from_json(&unsigned.bytes).map_err(|why| Problem::from(Refusal::Body(why)))?;
    let (reader, faults) = read(&SIGN_IN, &body);
    let given = faults.judge(reader.text("username").zip(reader.text("password")));
    let (username, password) = given.map_err(|faults| Problem::from(Refusal::Faults(faults)))?;
    let address = request.peer_addr().ok_or(ProblemKind::BrokenRequest)?.ip();
    let given = SignIn { username: &username, password: &password, address, door: session::Door::Api };
    let signed_in = sessions::sign_in(&door.hub, given).await?;
    Ok(json(
        &mut HttpResponse::Created(),
        &value!({
            "access_token": signed_in.access_token, "token_type": "Bearer", "expires_in": signed_in.expires_in,
            "refresh_token": signed_in.refresh_token,
        }),
    ))
}

/// `DELETE /sessions/current`
pub(super) async fn sign_out(door: Data<Door>, caller: Caller) -> Answer {
    sessions::sign_out(&door.hub, &caller.present).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /me`
pub(super) async fn me(caller: Caller) -> Answer {
    let actor = &caller.present.actor;
    Ok(json(
        &mut HttpResponse::Ok(),
        &value!({
            "id": actor.person, "username": actor.username, "name": actor.name, "role": actor.role,
            "department": actor.unit, "town": actor.town, "permissions": deeds::permissions(actor),
        }),
    ))
}
