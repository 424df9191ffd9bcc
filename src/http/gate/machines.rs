//! Which doors a machine's token opens, and by which scope. What is not named here stays shut: a new door is a person's
//! until somebody writes it down. Rights on things are judged later, as for everybody.

use crate::domain::machine::READ;
use actix_web::HttpRequest;
use actix_web::http::Method;

/// What a machine with the scope to read may look at.
const LOOKS: &[&str] = &[
    "/api/v1/whistles",
    "/api/v1/whistles/{code}",
    "/api/v1/whistles/{code}/timeline",
    "/api/v1/summonses",
    "/api/v1/summonses/{code}",
    "/api/v1/events",
    "/api/v1/departments",
    "/api/v1/towns",
    "/api/v1/enterprises",
    "/api/v1/enterprises/{code}",
    "/api/v1/checklist",
    "/api/v1/vehicles",
    "/api/v1/categories",
];
/// Open to every machine: who it is.
const ME: &str = "/api/v1/me";

/// Whether one of these scopes opens what was asked for.
pub(super) fn open(request: &HttpRequest, scopes: &[String]) -> bool {
    let pattern = request.match_pattern().unwrap_or_default();
    let has = |scope: &str| scopes.iter().any(|one| one == scope);
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return pattern == ME || LOOKS.contains(&pattern.as_str()) && has(READ);
    }
    *request.method() == Method::POST && deed(&pattern).is_some_and(|deed| has(&deed))
}

/// The permission that a POST of this pattern takes, as `/me` names it.
fn deed(pattern: &str) -> Option<String> {
    match pattern.strip_prefix("/api/v1/")?.split('/').collect::<Vec<_>>().as_slice() {
        ["whistles"] => Some("whistle.blow".to_owned()),
        ["whistles", "{code}", verb] => Some(format!("whistle.{verb}")),
        ["summonses", "{code}", verb] => Some(format!("summons.{verb}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::deeds::{SummonsDeed, WhistleDeed};
    use crate::domain::machine::{acting_for, scopes_of};
    use crate::domain::tests::sample::rules;
    use crate::http::routes::lines;

    /// Every POST that no scope opens, whatever was given.
    #[test]
    fn t12_what_is_not_written_down_stays_shut() {
        let office = acting_for("AWB", "mt_1", "x", &rules().directory).unwrap();
        let all = scopes_of(&office);
        for line in lines().filter(|line| line.method == "POST" && line.needs_token() && !line.is_deed()) {
            let opens = deed(line.path).is_some_and(|deed| all.contains(&deed));
            assert_eq!(opens, line.path == "/api/v1/whistles", "{}", line.path);
        }
        // What may be given opens something: a scope of nothing would be a promise.
        let opened: Vec<String> =
            lines().filter(|line| line.method == "POST").filter_map(|line| deed(line.path)).collect();
        for unit in ["AWB", "XF"] {
            let may = scopes_of(&acting_for(unit, "mt_1", "x", &rules().directory).unwrap());
            let nothing: Vec<&String> = may.iter().filter(|scope| *scope != READ && !opened.contains(scope)).collect();
            assert!(nothing.is_empty(), "{nothing:?}");
        }
        for deed_of in WhistleDeed::WORDS {
            assert_eq!(deed(&format!("/api/v1/whistles/{{code}}/{deed_of}")), Some(format!("whistle.{deed_of}")));
        }
        for deed_of in SummonsDeed::WORDS {
            assert_eq!(deed(&format!("/api/v1/summonses/{{code}}/{deed_of}")), Some(format!("summons.{deed_of}")));
        }
        for shut in ["/api/v1/tokens", "/api/v1/sessions", "/api/v1/whistles/{code}/x/y", "/console", "/api/v1"] {
            assert_eq!(deed(shut), None, "{shut}");
        }
    }
}
