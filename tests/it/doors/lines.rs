//! How a line of the table of rights is asked: for whom it says what, which forms of the pages stand beside a deed, under which
//! address; and that table and routes hold each other. Who may what is the table's to say, never this file's.

use super::super::town::EVERYBODY;
use super::rights::May::{self, Anyone, Seer, SignedIn, These};
use super::rights::{ROWS, SEE, SEE_VISITS};
use std::collections::BTreeSet;
use whistle_hub::domain::deeds::{FindingDeed, ObligationDeed, SummonsDeed, VisitDeed, WhistleDeed};
use whistle_hub::domain::people::PersonDeed;
use whistle_hub::http::routes::every_route;

/// Routes that nobody has written a line for. It is empty, and may only ever shrink.
const UNCOVERED: &[&str] = &[];

/// What a row says for one sign-in: where the thing is there, and where there is none.
pub(super) fn expected(row: &(&str, May, u16), who: &str) -> (u16, u16) {
    let (route, may, go) = *row;
    let named = |list: &str| list.split(' ').any(|one| one == who);
    let of_a_thing = about_a_thing(route) && may != Anyone;
    let see = if of_a_visit(route) { SEE_VISITS } else { SEE };
    let may = match may {
        Anyone | SignedIn | Seer => true,
        These(list) => named(list),
    };
    let answer = if may { go } else { 403 };
    match of_a_thing {
        true => (if see.split(' ').any(|one| one == who) { answer } else { 404 }, 404),
        false => (answer, answer),
    }
}

pub(super) fn of_a_visit(route: &str) -> bool {
    ["/visits", "/findings", "/replan"].iter().any(|part| route.contains(part))
}

/// Whether its address holds the code of a thing; a list of the district has a word there.
pub(super) fn about_a_thing(route: &str) -> bool {
    route.contains("{code}")
        && !["/imports/", "/exports/", "/admin/", "/people/", "/enterprises/"].iter().any(|part| route.contains(part))
}

/// The rows, with those of the pages' forms beside the deeds that they do.
pub(super) fn rows() -> Vec<(String, May, u16)> {
    let mut all: Vec<(String, May, u16)> =
        ROWS.iter().map(|(route, may, go)| ((*route).to_owned(), *may, *go)).collect();
    let nouns = [
        ("whistles", WhistleDeed::WORDS),
        ("summonses", SummonsDeed::WORDS),
        ("visits", VisitDeed::WORDS),
        ("findings", FindingDeed::WORDS),
    ];
    for (noun, verbs) in nouns {
        for verb in verbs {
            let deed = format!("POST /api/v1/{noun}/{{code}}/{verb}");
            let Some((_, may, go)) = ROWS.iter().find(|(route, ..)| *route == deed) else { continue };
            all.push((format!("POST /console/{noun}/{{code}}/{verb}"), *may, *go));
        }
    }
    for verb in ObligationDeed::WORDS {
        let deed = format!("POST /api/v1/obligations/{{code}}/{verb}");
        let Some((_, may, _)) = ROWS.iter().find(|(route, ..)| *route == deed) else { continue };
        // What is tried with a form has a field that no order knows.
        all.push((format!("POST /console/deadlines/{{code}}/{verb}"), *may, 422));
    }
    for verb in PersonDeed::WORDS {
        let deed = format!("POST /api/v1/people/{{code}}/{verb}");
        let Some((_, may, go)) = ROWS.iter().find(|(route, ..)| *route == deed) else { continue };
        all.push((format!("POST /admin/people/{{code}}/{verb}"), *may, *go));
    }
    all
}

#[test]
fn every_route_has_its_line_and_every_line_its_route() {
    let routes: BTreeSet<String> = every_route().map(|(method, path, _)| format!("{method} {path}")).collect();
    // The forms of all deeds share one address; each deed has a line of its own.
    let forms = |noun: &str| format!("POST /console/{noun}/{{code}}/{{verb}}");
    let mut lines: BTreeSet<String> = ROWS.iter().map(|(route, ..)| (*route).to_owned()).collect();
    assert_eq!(lines.len(), ROWS.len(), "a route has two lines");
    lines.extend(["whistles", "summonses", "deadlines", "visits", "findings"].map(forms));
    lines.insert("POST /admin/people/{code}/{verb}".to_owned());
    lines.extend(UNCOVERED.iter().map(|route| (*route).to_owned()));
    let without: Vec<&String> = routes.difference(&lines).collect();
    assert!(
        without.is_empty(),
        "no line says who may use {without:?}: add one each to ROWS in tests/it/doors/rights.rs (its head says how), \
         written from DOMAIN §5"
    );
    let stale: Vec<&String> = lines.difference(&routes).collect();
    assert!(stale.is_empty(), "these lines have no route any more: {stale:?}");
    assert!(UNCOVERED.is_empty(), "a route without a line is a door that nobody watches");
    let tried: BTreeSet<&str> = EVERYBODY.iter().copied().collect();
    assert!(SEE.split(' ').all(|who| tried.contains(who)), "SEE names somebody who is not tried");
}

/// The address of a row: of what is there, or of nothing.
pub(super) fn address(route: &str, there: bool) -> (String, String) {
    let (method, path) = route.split_once(' ').unwrap();
    let whistle = if there { "WH-2026-0001" } else { "WH-2026-9999" };
    let known = [("/people/", "liaison.gx"), ("/enterprises/", "E01"), ("", "enterprises")];
    let code = known.iter().find(|(part, _)| path.contains(part)).map_or("", |(_, code)| code);
    let path = if about_a_thing(route) { path.to_owned() } else { path.replace("{code}", code) };
    let visit = whistle.replace("WH", "LJ");
    let nouns = ["summonses", "obligations", "deadlines", "visits", "findings", "replan"];
    let code = match path.split('/').find(|part| nouns.contains(part)) {
        Some("visits" | "replan") => visit,
        Some("findings") => format!("{visit}-01"),
        Some(_) => format!("{whistle}-YJ"),
        None => whistle.to_owned(),
    };
    let path = if route.ends_with("ports/{code}") { format!("{path}?zzz=1") } else { path };
    (
        method.to_owned(),
        path.replace("{code}", &code).replace("{file}", "hub.css").replace("{id}", "mt_0").replace("{token}", "x"),
    )
}
