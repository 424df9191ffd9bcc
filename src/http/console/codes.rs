//! From a code to the page of its thing: short addresses in letters, and whoever types a code into a search. What may not be seen is
//! told like what is not there.

use super::answers::{see_other, sign_in_first};
use super::next::{escaped, own_path};
use super::reader::Reader;
use crate::app::{Undone, summonses, visits, whistles};
use crate::domain::decision::Refusal;
use crate::domain::whistle::blow::fold;
use crate::http::gate::{self, Visitor};
use crate::http::pages::BouncePage;
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::problems::ProblemKind;
use actix_web::http::header::CONTENT_LANGUAGE;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// The kind of thing that a code names.
#[derive(Debug, Clone, Copy)]
enum Noun {
    Whistles,
    Summonses,
    Visits,
    Findings,
}

/// A summons' code is its whistle's and one part more, a finding's its visit's.
fn noun_of(code: &str) -> Noun {
    match (code.starts_with("LJ-"), code.matches('-').count() > 2) {
        (false, false) => Noun::Whistles,
        (false, true) => Noun::Summonses,
        (true, false) => Noun::Visits,
        (true, true) => Noun::Findings,
    }
}

fn path_of_code(code: &str) -> String {
    let noun = match noun_of(code) {
        Noun::Whistles => "whistles",
        Noun::Summonses => "summonses",
        Noun::Visits => "visits",
        Noun::Findings => "findings",
    };
    format!("/console/{noun}/{}", escaped(code))
}

/// Whoever types a code wants the thing itself: `WH-2026-0731`, `wh-2026-0731-xf`, `731`, `LJ-2026-0042`.
pub(super) async fn by_code(reader: &Reader, search: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(search) = search else { return Ok(None) };
    let typed = fold(search).to_ascii_uppercase();
    let digits = typed.len() <= 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let code = if digits { format!("WH-{}-{typed:0>4}", reader.now.year()) } else { typed };
    if !["WH-", "LJ-"].iter().any(|prefix| code.starts_with(prefix)) {
        return Ok(None);
    }
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let found = match noun_of(&code) {
        Noun::Whistles => whistles::open(hub, scope, &code).await.map(|_| ()),
        Noun::Summonses => summonses::open(hub, scope, &code).await.map(|_| ()),
        Noun::Visits => visits::open(hub, scope, &code).await.map(|_| ()),
        Noun::Findings => visits::open_finding(hub, scope, &code).await.map(|_| ()),
    };
    match found {
        Ok(()) => Ok(Some(path_of_code(&code))),
        Err(Undone::Refusal(Refusal::NotFound)) => Ok(None),
        Err(undone) => Err(undone.into()),
    }
}

/// `GET /w/{code}`: the short address in letters. A click there brings no cookie along, so the same small page for every
/// code asks once more from here; only then it is a question of signing in.
pub(super) async fn short(request: HttpRequest, visitor: Visitor) -> Answer {
    let path = path_of_code(gate::code(&request));
    if visitor.0.is_some() {
        return Ok(see_other(own_path(&path).unwrap_or("/console")));
    }
    if query::form_field(request.query_string().as_bytes(), "r").is_some() {
        return Ok(sign_in_first(own_path(&path).unwrap_or("/console")));
    }
    let html = BouncePage.render().map_err(|_| Problem::new(ProblemKind::Internal))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, "zh-CN"))
        .body(html))
}
