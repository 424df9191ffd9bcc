//! The console: pages that work without script. A handler reads an address or a form, asks `app` (the same use cases as
//! the JSON door) and fills a view; rights, limits and faults are judged there and only told here.

mod access;
mod answers;
mod assets;
mod attachments;
mod blow;
mod by_link;
mod choices;
mod codes;
mod desk;
mod disputes;
mod dues;
mod feedback;
mod filters;
mod findings;
mod firms;
mod flash;
mod imports;
mod informer;
mod live;
mod login;
mod looks;
mod made;
mod me;
mod moves;
mod next;
mod orders;
mod papers;
mod people;
mod plan;
mod reader;
mod rota;
mod saved;
mod search;
mod summonses;
mod tale;
mod trail;
mod triage;
mod unsent;
mod views;
mod visits;
mod whistles;

pub(super) use answers::{fault_page, shown};
pub(super) use assets::addresses;
pub(super) use by_link::headers;

use super::routes::{ANYONE, SIGNED_IN, register};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};

/// One page, or what one of its forms is sent to.
pub(super) struct Page {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Who may; the rest is led to the sign-in, 403 or 404.
    pub(super) who: &'static str,
    to: fn() -> Route,
}

const BLOWERS: &str = "liaison, head, squad, town, office";
const LISTS: &str = "admin; for enterprises, rota, vehicles and leave the office, for the checklist the director too";
const KEEPERS: &str = "administrators, director";
const ROTA: &str = "office, supervisor, admin, inspector, squad, town; liaisons and heads of who is on it";
const ACTS: &str = "the department, certified officers who were there";
const INVITED: &str = "whoever goes; if the firm is told, whoever sees the visit";
const BY_DEED: &str = "as the deed of the JSON door";

/// Every page. An address with a fixed word stands before the one that has a code in its place.
pub(super) static PAGES: &[Page] = &[
    look("/", ANYONE, || web::to(root)),
    look("/login", ANYONE, || web::to(login::form)),
    send("/login", ANYONE, || web::to(login::sign_in)),
    send("/logout", SIGNED_IN, || web::to(login::sign_out)),
    send("/language", ANYONE, || web::to(login::language)),
    look("/me", SIGNED_IN, || web::to(me::form)),
    look("/me/password", SIGNED_IN, || web::to(me::form)),
    send("/me/password", SIGNED_IN, || web::to(me::choose_password)),
    send("/me/totp", SIGNED_IN, || web::to(me::enrol)),
    send("/me/totp/confirm", SIGNED_IN, || web::to(me::confirm)),
    send("/me/totp/remove", SIGNED_IN, || web::to(me::remove)),
    send("/me/sessions/end_others", SIGNED_IN, || web::to(me::sign_out_elsewhere)),
    look("/admin/people", KEEPERS, || web::to(people::list)),
    send("/admin/people", KEEPERS, || web::to(people::add)),
    look("/admin/people/{code}", KEEPERS, || web::to(people::one)),
    send("/admin/people/{code}/{verb}", BY_DEED, || web::to(people::deed)),
    look("/admin/trail", "audit administrator, administrator", || web::to(trail::whole)),
    look("/assets/{file}", ANYONE, || web::to(assets::file_of)),
    look("/f/order", ANYONE, || web::to(by_link::order)),
    look("/f/photos/{id}", ANYONE, || web::to(by_link::photo)),
    send("/f/report_fixed", ANYONE, || web::to(by_link::report_fixed)),
    send("/f/rate", ANYONE, || web::to(by_link::rate)),
    look("/f/{token}", ANYONE, || web::to(by_link::start)),
    send("/f/{token}", ANYONE, || web::to(by_link::enter)),
    look("/w/{code}", ANYONE, || web::to(codes::short)),
    look("/console", SIGNED_IN, || web::to(desk::desk)),
    look("/console/live", SIGNED_IN, || web::to(live::feed)),
    send("/console/unsent", SIGNED_IN, || web::to(unsent::keep)),
    look("/console/deadlines", SIGNED_IN, || web::to(dues::deadlines)),
    send("/console/deadlines/{code}/{verb}", BY_DEED, || web::to(dues::deed)),
    look("/console/disputes", "office", || web::to(disputes::list)),
    look("/feedback", SIGNED_IN, || web::to(feedback::form)),
    send("/feedback", SIGNED_IN, || web::to(feedback::leave)),
    send("/feedback/{id}", "director", || web::to(feedback::answer)),
    send("/looks", SIGNED_IN, || web::to(looks::set)),
    look("/console/access", SIGNED_IN, || web::to(access::show)),
    send("/console/access/sign_out_everywhere", SIGNED_IN, || web::to(access::sign_out_everywhere)),
    send("/console/access/tokens", "head, director", || web::to(access::make)),
    send("/console/access/tokens/{id}/end", "head, director", || web::to(access::end)),
    look("/console/triage", "office", || web::to(triage::queue)),
    look("/admin/import", LISTS, || web::to(imports::form)),
    look("/admin/rota", ROTA, || web::to(rota::show)),
    send("/admin/rota", "admin, office", || web::to(rota::set)),
    send("/admin/import", LISTS, || web::to(imports::look)),
    send("/admin/import/confirm", LISTS, || web::to(imports::confirm)),
    send("/admin/import/{code}/confirm", KEEPERS, || web::to(imports::confirm_proposal)),
    send("/admin/import/{code}/refuse", KEEPERS, || web::to(imports::refuse_proposal)),
    send("/admin/export/{code}", LISTS, || web::to(imports::export)),
    look("/console/checklist", SIGNED_IN, || web::to(firms::checklist)),
    look("/console/enterprises/{code}", SIGNED_IN, || web::to(firms::one)),
    look("/console/whistles/new", BLOWERS, || web::to(blow::form)),
    send("/console/whistles/new", BLOWERS, || web::to(blow::blow)),
    look("/field/new", BLOWERS, || web::to(blow::form)),
    send("/field/new", BLOWERS, || web::to(blow::blow)),
    send("/console/whistles/hints", BLOWERS, || web::to(blow::look)),
    look("/search", SIGNED_IN, || web::to(search::found)),
    look("/console/whistles", SIGNED_IN, || web::to(whistles::list)),
    send("/console/whistles/export", SIGNED_IN, || web::to(imports::export_whistles)),
    look("/console/whistles/{code}", SIGNED_IN, || web::to(whistles::one)),
    send("/console/whistles/{code}/attachments", BY_DEED, || web::to(attachments::attach)),
    look("/console/attachments/{id}", SIGNED_IN, || web::to(attachments::one)),
    send("/console/attachments/{id}/release", "office", || web::to(attachments::release)),
    send("/console/whistles/{code}/unseal", BY_DEED, || web::to(informer::unseal)),
    send("/console/whistles/{code}/{verb}", BY_DEED, || web::to(whistles::deed)),
    send("/console/views", SIGNED_IN, || web::to(saved::save)),
    send("/console/views/{id}/remove", SIGNED_IN, || web::to(saved::remove)),
    look("/console/summonses", SIGNED_IN, || web::to(summonses::list)),
    look("/console/summonses/{code}", SIGNED_IN, || web::to(summonses::one)),
    send("/console/summonses/{code}/{verb}", BY_DEED, || web::to(summonses::deed)),
    look("/console/visits", SIGNED_IN, || web::to(visits::list)),
    look("/console/visits/new", "office", || web::to(plan::form)),
    send("/console/visits/new", "office", || web::to(plan::plan)),
    look("/console/replan/{code}", "office", || web::to(plan::form_anew)),
    send("/console/replan/{code}", "office", || web::to(plan::plan_anew)),
    look("/console/visits/{code}", SIGNED_IN, || web::to(visits::one)),
    look("/console/visits/{code}/papers/notice", SIGNED_IN, || web::to(papers::notice)),
    look("/console/visits/{code}/papers/dispatch", SIGNED_IN, || web::to(papers::dispatch)),
    look("/console/visits/{code}/papers/record", SIGNED_IN, || web::to(papers::record)),
    look("/console/visits/{code}/papers/invitation.ics", INVITED, || web::to(papers::invitation)),
    send("/console/visits/{code}/attachments", BY_DEED, || web::to(attachments::attach_to_visit)),
    send("/console/visits/{code}/{verb}", BY_DEED, || web::to(visits::deed)),
    look("/console/findings", SIGNED_IN, || web::to(findings::list)),
    look("/console/findings/{code}", SIGNED_IN, || web::to(findings::one)),
    send("/console/findings/{code}/give_link", ACTS, || web::to(findings::give_link)),
    look("/console/findings/{code}/papers/order", SIGNED_IN, || web::to(papers::order)),
    look("/console/findings/{code}/papers/opinion", SIGNED_IN, || web::to(papers::opinion)),
    send("/console/findings/{code}/attachments", BY_DEED, || web::to(attachments::attach_to_finding)),
    send("/console/findings/{code}/{verb}", BY_DEED, || web::to(visits::finding_deed)),
];

const fn look(path: &'static str, who: &'static str, to: fn() -> Route) -> Page {
    Page { method: "GET", path, who, to }
}

const fn send(path: &'static str, who: &'static str, to: fn() -> Route) -> Page {
    Page { method: "POST", path, who, to }
}

/// Registers every page.
pub(super) fn configure(pages: &mut ServiceConfig) {
    register(pages, PAGES, |page| (page.method, page.path), |page| (page.to)());
}

async fn root() -> HttpResponse {
    answers::see_other("/console")
}

#[cfg(test)]
mod tests;
