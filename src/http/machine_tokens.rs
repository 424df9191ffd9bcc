//! The doors of machine tokens: made, listed, ended by the head of a unit. The text of one is in the answer that made it
//! and nowhere else; a machine never reaches these doors.

use super::gate::{self, Caller, Posted};
use super::openapi::{object, texts, time, time_or_null};
use super::problem::{Answer, Problem};
use super::{Door, json};
use crate::app::machine_tokens;
use crate::app::people::Whence;
use crate::domain::decision::Refusal;
use crate::domain::machine::MachineToken;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

/// `POST /tokens`
pub(super) async fn make(door: Data<Door>, posted: Posted) -> Answer {
    let actor = &posted.present.actor;
    machine_tokens::scopes(&door.hub, actor)?;
    let body = posted.order().map_err(|why| Problem::from(Refusal::Body(why)))?;
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let (token, text) = machine_tokens::make(&door.hub, whence, &body).await?;
    let mut made = item(&token);
    made["token"] = value!(text);
    Ok(json(&mut HttpResponse::Created(), &made))
}

/// `GET /tokens`
pub(super) async fn list(door: Data<Door>, caller: Caller) -> Answer {
    let all = machine_tokens::list(&door.hub, &caller.present.actor).await?;
    let items: Vec<Value> = all.iter().map(item).collect();
    Ok(json(&mut HttpResponse::Ok(), &value!({ "items": items, "next_cursor": null })))
}

/// `DELETE /tokens/{id}`
pub(super) async fn revoke(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let id = request.match_info().get("id").unwrap_or_default();
    let address = gate::address(&request, &door)?.to_string();
    machine_tokens::revoke(&door.hub, Whence { present: &caller.present, address: &address }, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn item(token: &MachineToken) -> Value {
    value!({
        "id": token.id, "name": token.name, "department": token.department, "scopes": token.scopes,
        "made_at": token.made_at.rfc3339(), "expires_at": token.ends_at.rfc3339(),
        "used_at": token.used_at.map(|at| at.rfc3339()), "networks": token.network_names(),
    })
}

/// What is answered of a token, for the OpenAPI document; `new`: by the door that made it.
pub(super) fn shape(new: bool) -> Value {
    let text = || value!({ "type": "string" });
    let mut members = vec![
        ("id", text()),
        ("name", text()),
        ("department", text()),
        ("scopes", texts()),
        ("made_at", time()),
        ("expires_at", time()),
        ("used_at", time_or_null()),
        ("networks", texts()),
    ];
    if new {
        members.push(("token", text()));
    }
    object(&members)
}
