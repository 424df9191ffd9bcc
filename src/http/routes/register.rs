//! A table of routes made into resources: one a path, with its figures, and 405 for the methods that it does not take.
//! It knows no route by name.

use crate::http::frame::Meter;
use crate::http::problem::Problem;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route, guard};

/// Registers a table, in its order: one resource a path. `at`: a line's method and path.
pub(in crate::http) fn register<L>(
    config: &mut ServiceConfig,
    table: &'static [L],
    at: fn(&'static L) -> (&'static str, &'static str),
    to: fn(&'static L) -> Route,
) {
    for (place, first) in table.iter().enumerate() {
        let path = at(first).1;
        if table[..place].iter().any(|line| at(line).1 == path) {
            continue;
        }
        let lines: Vec<&'static L> = table.iter().filter(|line| at(line).1 == path).collect();
        let methods: Vec<&str> = lines.iter().map(|line| at(line).0).collect();
        let here = resource(path, allow(&methods));
        config.service(lines.into_iter().fold(here, |here, line| here.route(by_method(to(line), at(line).0))));
    }
}

/// Scanners of letters ask by HEAD.
fn by_method(route: Route, method: &str) -> Route {
    match method {
        "GET" => route.guard(guard::Any(guard::Get()).or(guard::Head())),
        "DELETE" => route.method(Method::DELETE),
        _ => route.method(Method::POST),
    }
}

fn allow(methods: &[&str]) -> &'static str {
    match ["GET", "POST", "DELETE"].map(|method| methods.contains(&method)) {
        [true, true, true] => "GET, HEAD, POST, DELETE",
        [true, true, false] => "GET, HEAD, POST",
        [true, false, true] => "GET, HEAD, DELETE",
        [true, false, false] => "GET, HEAD",
        [false, true, true] => "POST, DELETE",
        [false, true, false] => "POST",
        [false, false, _] => "DELETE",
    }
}

/// A resource with its figures, and 405 for the methods that it does not take. `allow`: as the header writes them.
fn resource(path: &'static str, allow: &'static str) -> Resource {
    let refuse = move || async move { Err::<HttpResponse, Problem>(Problem::not_allowed(allow)) };
    web::resource(path).app_data(Meter::of(path)).default_service(web::to(refuse))
}
