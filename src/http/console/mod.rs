//! The console's pages. A stand-in until they are there: it answers a problem as plain words and has no page.

use super::Door;
use super::problem::Problem;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};

/// Registers every page.
pub(super) fn configure(_: &mut ServiceConfig) {}

/// A problem as the page that a browser shows.
pub(super) fn fault_page(_: &HttpRequest, _: &Door, problem: &Problem, _: &str) -> HttpResponse {
    HttpResponse::build(problem.status()).content_type("text/plain; charset=utf-8").body(problem.kind().slug())
}
