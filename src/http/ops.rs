//! What machines ask without a token: is the process alive, what does it depend on, its figures, and the browsers'
//! reports of broken policy. Figures go to this host only; nothing here names a person or a thing.

use super::Door;
use super::json;
use super::problem::Answer;
use crate::i18n::problems::ProblemKind;
use crate::store;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json as value;
use std::time::Duration;

/// How long readiness waits for the ledger.
const LEDGER_DEADLINE: Duration = Duration::from_secs(2);
/// By which a proxy says that it asks for somebody else.
const PASSED_ON: [&str; 4] = ["x-forwarded-for", "x-real-ip", "forwarded", "via"];

/// `GET /healthz`
pub(super) async fn alive() -> HttpResponse {
    json(&mut HttpResponse::Ok(), &value!({ "status": "ok" }))
}

/// `GET /readyz`: 503 while the ledger is away or the hub is stopping. Without the stream whistles are still taken,
/// and the sweep does its work.
pub(super) async fn ready(door: Data<Door>) -> HttpResponse {
    let reads = tokio::time::timeout(LEDGER_DEADLINE, door.hub.ledger.read(store::events::last_seq)).await;
    let ledger = matches!(reads, Ok(Ok(_)));
    let word = |up: bool| if up { "ok" } else { "down" };
    let good = ledger && !door.is_stopping();
    let status = if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let said = value!({ "ledger": word(ledger), "stream": word(door.stream_is_up()), "stopping": door.is_stopping() });
    json(&mut HttpResponse::build(status), &said)
}

/// `GET /metrics`, to this host only; to others it is not there, nor to whom a proxy on this host asks for.
pub(super) async fn figures(door: Data<Door>, request: HttpRequest) -> Answer {
    let near = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    if !near || PASSED_ON.iter().any(|name| request.headers().contains_key(*name)) {
        return Err(ProblemKind::NotFound.into());
    }
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type("text/plain; version=0.0.4; charset=utf-8").body(door.figures()))
}

/// `POST /csp`: counted, never kept; what it says is a stranger's.
pub(super) async fn policy_broken() -> HttpResponse {
    metrics::counter!("http_policy_reports").increment(1);
    HttpResponse::NoContent().finish()
}
