//! The console: pages that work without script. A handler reads an address or a form, asks `app` (the same use cases as
//! the JSON door) and fills a view; rights, limits and faults are judged there and only told here.

mod answers;
mod assets;
mod blow;
mod choices;
mod flash;
mod informer;
mod login;
mod me;
mod moves;
mod next;
mod orders;
mod people;
mod reader;
mod summonses;
mod tale;
mod triage;
mod views;
mod whistles;

pub(super) use answers::fault_page;

use super::routes::resource;
use actix_web::guard;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};

/// Registers every page.
pub(super) fn configure(pages: &mut ServiceConfig) {
    let (look, both, send) = ("GET, HEAD", "GET, HEAD, POST", "POST");
    pages
        .service(resource("/", look).route(get().to(desk)))
        .service(resource("/login", both).route(get().to(login::form)).route(web::post().to(login::sign_in)))
        .service(resource("/logout", send).route(web::post().to(login::sign_out)))
        .service(resource("/language", send).route(web::post().to(login::language)))
        .service(resource("/me", look).route(get().to(me::form)))
        .service(resource("/me/password", both).route(get().to(me::form)).route(web::post().to(me::choose_password)))
        .service(resource("/me/totp", send).route(web::post().to(me::enrol)))
        .service(resource("/me/totp/confirm", send).route(web::post().to(me::confirm)))
        .service(resource("/me/totp/remove", send).route(web::post().to(me::remove)))
        .service(resource("/admin/people", both).route(get().to(people::list)).route(web::post().to(people::add)))
        .service(resource("/admin/people/{code}", look).route(get().to(people::one)))
        .service(resource("/admin/people/{code}/{verb}", send).route(web::post().to(people::deed)))
        .service(resource("/admin/trail", look).route(get().to(me::whole)))
        .service(resource("/assets/{file}", look).route(get().to(assets::file_of)))
        .service(resource("/w/{code}", look).route(get().to(whistles::short)))
        .service(resource("/console", look).route(get().to(login::home)))
        .service(resource("/console/triage", look).route(get().to(triage::queue)));
    for path in ["/console/whistles/new", "/field/new"] {
        pages.service(resource(path, both).route(get().to(blow::form)).route(web::post().to(blow::blow)));
    }
    pages
        .service(resource("/console/whistles", look).route(get().to(whistles::list)))
        .service(resource("/console/whistles/{code}", look).route(get().to(whistles::one)))
        .service(resource("/console/whistles/{code}/unseal", send).route(web::post().to(informer::unseal)))
        .service(resource("/console/whistles/{code}/{verb}", send).route(web::post().to(whistles::deed)))
        .service(resource("/console/summonses", look).route(get().to(summonses::list)))
        .service(resource("/console/summonses/{code}", look).route(get().to(summonses::one)))
        .service(resource("/console/summonses/{code}/{verb}", send).route(web::post().to(summonses::deed)));
}

/// Scanners of letters ask by HEAD.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn desk() -> HttpResponse {
    answers::see_other("/console")
}

#[cfg(test)]
mod tests;
