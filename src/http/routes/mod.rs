//! The table of contents of the JSON door: one line a route, which drives what is registered, what `whistle-hub routes`
//! prints and what the OpenAPI document says; the pages have theirs in `console`. A route that is in neither does not
//! exist.

mod files;
mod line;
mod ops;
mod register;
mod visits;

pub use line::Line;
pub(super) use register::register;

use super::openapi::Shape;
use super::{console, directory, exports, imports, live, machine_tokens, obligations, people};
use super::{sessions, summonses, whistles};
use crate::app::{factors, proof, proposals};
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::machine;
use crate::domain::people::{self as people_orders, PersonDeed};
use crate::domain::summons::{BARE, REASON};
use crate::domain::whistle::{blow, hints, informer};
use actix_web::web::{self, ServiceConfig};
use line::{To, order, person, read, summons, whistle};

pub(super) const SIGNED_IN: &str = "signed in";
pub(super) const ANYONE: &str = "anyone";
/// By `allowed_deeds`: the second word is the director's too.
const KEEPERS: &str = "administrators, director";
const HEADS: &str = "heads of departments, the office's director; for the own unit";

/// Whistles, summonses, and all that is no visit's; the busiest first.
static TABLE: &[Line] = &[
    Line {
        method: "POST",
        path: "/api/v1/whistles",
        summary: "Blow a whistle",
        who: "liaison, head, squad, town; the office on behalf of a unit",
        query: &[],
        answers: Shape::Created("WhistleItem"),
        to: To::Order(&blow::BLOW, || web::to(whistles::blow)),
    },
    read("/api/v1/whistles", "Whistles of your scope", whistles::LIST, Shape::List("WhistleItem"), || {
        web::to(whistles::list)
    }),
    Line {
        method: "POST",
        path: "/api/v1/whistles/hints",
        summary: "Before you blow: what may be the same, and whom the rules propose; changes nothing",
        who: "liaison, head, squad, town; the office",
        query: &[],
        answers: Shape::One("Hints"),
        to: To::Order(&hints::HINTS, || web::to(whistles::hints)),
    },
    read("/api/v1/whistles/{code}", "One whistle", &[], Shape::Tagged("Whistle"), || web::to(whistles::one)),
    read(
        "/api/v1/whistles/{code}/timeline",
        "What happened, oldest first",
        whistles::TIMELINE,
        Shape::List("TimelineEntry"),
        || web::to(whistles::timeline),
    ),
    whistle("/api/v1/whistles/{code}/accept", "Accept, and dispatch at once if wanted", "office", WhistleDeed::Accept),
    whistle("/api/v1/whistles/{code}/dispatch", "Summon departments", "office", WhistleDeed::Dispatch),
    whistle("/api/v1/whistles/{code}/return", "Return for completion", "office", WhistleDeed::Return),
    whistle("/api/v1/whistles/{code}/complete", "Complete a returned whistle", "blower", WhistleDeed::Complete),
    whistle("/api/v1/whistles/{code}/decline", "Decline", "office", WhistleDeed::Decline),
    whistle("/api/v1/whistles/{code}/close", "Close", "office; director if major or emergency", WhistleDeed::Close),
    whistle("/api/v1/whistles/{code}/send_back", "Send results back", "office", WhistleDeed::SendBack),
    whistle("/api/v1/whistles/{code}/appeal", "Appeal against a decline, once", "blower", WhistleDeed::Appeal),
    whistle("/api/v1/whistles/{code}/merge", "Merge into another whistle", "office", WhistleDeed::Merge),
    whistle("/api/v1/whistles/{code}/unmerge", "Undo a merge", "director", WhistleDeed::Unmerge),
    whistle(
        "/api/v1/whistles/{code}/withdraw",
        "Withdraw; never a major hazard",
        "blower before dispatch, director after",
        WhistleDeed::Withdraw,
    ),
    whistle("/api/v1/whistles/{code}/add_summons", "Summon one department more", "office", WhistleDeed::AddSummons),
    whistle("/api/v1/whistles/{code}/change_lead", "Let another department lead", "director", WhistleDeed::ChangeLead),
    whistle(
        "/api/v1/whistles/{code}/raise_urgency",
        "Raise the urgency; limits shorten",
        "office, the lead's liaison or head",
        WhistleDeed::RaiseUrgency,
    ),
    whistle(
        "/api/v1/whistles/{code}/lower_urgency",
        "Lower the urgency; limits lengthen",
        "director",
        WhistleDeed::LowerUrgency,
    ),
    whistle("/api/v1/whistles/{code}/suspend", "Let the clocks stand still", "director", WhistleDeed::Suspend),
    whistle("/api/v1/whistles/{code}/resume", "Let the clocks run again", "office", WhistleDeed::Resume),
    whistle("/api/v1/whistles/{code}/reopen", "Take a closed whistle up again", "office", WhistleDeed::Reopen),
    whistle("/api/v1/whistles/{code}/contest", "Contest a closing, once", "blower", WhistleDeed::Contest),
    whistle(
        "/api/v1/whistles/{code}/dismiss_contest",
        "Keep a closing that is contested",
        "director",
        WhistleDeed::DismissContest,
    ),
    whistle(
        "/api/v1/whistles/{code}/comments",
        "Comment; moves nothing",
        "whoever sees it, but supervisors",
        WhistleDeed::Comments,
    ),
    Line {
        method: "POST",
        path: "/api/v1/whistles/{code}/unseal",
        summary: "Open who the informer is; recorded, the director is told",
        who: "office, supervisor; liaison or town officer who blew",
        query: &[],
        answers: Shape::One("Contact"),
        to: To::Order(&informer::UNSEAL, || web::to(whistles::unseal)),
    },
    read("/api/v1/summonses", "Summonses of your scope", summonses::LIST, Shape::List("Summons"), || {
        web::to(summonses::list)
    }),
    read("/api/v1/summonses/{code}", "One summons", &[], Shape::Tagged("Summons"), || web::to(summonses::one)),
    summons("/api/v1/summonses/{code}/acknowledge", "Acknowledge", "liaison, head", SummonsDeed::Acknowledge),
    summons("/api/v1/summonses/{code}/report_in", "Report in", "liaison, head, inspector", SummonsDeed::ReportIn),
    summons("/api/v1/summonses/{code}/start", "Start work", "liaison, head, inspector", SummonsDeed::Start),
    summons("/api/v1/summonses/{code}/submit", "Submit the result", "liaison, head", SummonsDeed::Submit),
    summons("/api/v1/summonses/{code}/accept", "Accept the result", "office", SummonsDeed::Accept),
    summons("/api/v1/summonses/{code}/send_back", "Send the result back", "office", SummonsDeed::SendBack),
    summons("/api/v1/summonses/{code}/dispute", "Dispute the duty, once", "head", SummonsDeed::Dispute),
    summons("/api/v1/summonses/{code}/uphold", "Rule that the department is right", "director", SummonsDeed::Uphold),
    summons("/api/v1/summonses/{code}/overrule", "Rule that the summons stands", "director", SummonsDeed::Overrule),
    summons(
        "/api/v1/summonses/{code}/refer",
        "Leave the ruling to the district leader; a must in a case of the own bureau",
        "director",
        SummonsDeed::Refer,
    ),
    summons("/api/v1/summonses/{code}/excuse", "Let a department off", "director", SummonsDeed::Excuse),
    summons("/api/v1/summonses/{code}/delegate", "Let a town or squad act", "head", SummonsDeed::Delegate),
    summons(
        "/api/v1/summonses/{code}/ask_extension",
        "Ask for a longer limit, before it passes",
        "liaison, head",
        SummonsDeed::AskExtension,
    ),
    summons(
        "/api/v1/summonses/{code}/grant_extension",
        "Grant it; the first limit is kept beside",
        "office; director for a second one or if major",
        SummonsDeed::GrantExtension,
    ),
    summons(
        "/api/v1/summonses/{code}/refuse_extension",
        "Refuse it",
        "office; director for a second one or if major",
        SummonsDeed::RefuseExtension,
    ),
    order(
        "/api/v1/obligations/{code}/acknowledge",
        "Know that what is owed is late, of a whistle, a summons, a visit, a part of one (`LJ-2026-0042-XF`) or a finding: no more daily reminders",
        "whoever owes it, or heads the unit that does",
        &BARE,
        || web::to(obligations::acknowledge),
    ),
    order(
        "/api/v1/obligations/{code}/hold_back",
        "Have nobody reminded of what is late there, of a whistle, a summons, a visit, a part of one or a finding",
        "office; never of its own, nor the director of the own bureau's",
        &REASON,
        || web::to(obligations::hold_back),
    ),
    Line {
        method: "POST",
        path: "/api/v1/sessions",
        summary: "Sign in",
        who: ANYONE,
        query: &[],
        answers: Shape::New("Tokens"),
        to: To::Order(&sessions::SIGN_IN, || web::to(sessions::sign_in)),
    },
    Line {
        method: "DELETE",
        path: "/api/v1/sessions/current",
        summary: "Sign out",
        who: SIGNED_IN,
        query: &[],
        answers: Shape::Nothing,
        to: To::Read(|| web::to(sessions::sign_out)),
    },
    Line {
        method: "POST",
        path: "/api/v1/sessions/refresh",
        summary: "Stay signed in",
        who: ANYONE,
        query: &[],
        answers: Shape::One("Tokens"),
        to: To::Order(&sessions::REFRESH, || web::to(sessions::refresh)),
    },
    read("/api/v1/sessions", "Where you are signed in", &[], Shape::List("Session"), || web::to(sessions::list)),
    Line {
        method: "DELETE",
        path: "/api/v1/sessions",
        summary: "Sign out everywhere",
        who: SIGNED_IN,
        query: &[],
        answers: Shape::Nothing,
        to: To::Read(|| web::to(sessions::sign_out_everywhere)),
    },
    Line {
        method: "POST",
        path: "/api/v1/tokens",
        summary: "Make a machine token; it is shown once",
        who: HEADS,
        query: &[],
        answers: Shape::New("NewMachineToken"),
        to: To::Order(&machine::MAKE_TOKEN, || web::to(machine_tokens::make)),
    },
    Line {
        who: HEADS,
        ..read("/api/v1/tokens", "Machine tokens of your unit", &[], Shape::List("MachineToken"), || {
            web::to(machine_tokens::list)
        })
    },
    Line {
        method: "DELETE",
        path: "/api/v1/tokens/{id}",
        summary: "End a machine token",
        who: HEADS,
        query: &[],
        answers: Shape::Nothing,
        to: To::Read(|| web::to(machine_tokens::revoke)),
    },
    read("/api/v1/me", "Who you are", &[], Shape::One("Me"), || web::to(sessions::me)),
    order("/api/v1/sessions/step_up", "Prove again who you are", SIGNED_IN, &proof::STEP_UP, || {
        web::to(sessions::step_up)
    }),
    order("/api/v1/me/password", "Choose another password; every session ends", SIGNED_IN, &proof::CHOOSE, || {
        web::to(sessions::choose_password)
    }),
    Line {
        answers: Shape::One("Enrolment"),
        ..order("/api/v1/me/totp", "Begin with a second factor", SIGNED_IN, &people_orders::NOTHING, || {
            web::to(sessions::enrol)
        })
    },
    Line {
        method: "DELETE",
        path: "/api/v1/me/totp",
        summary: "Give the second factor up",
        who: SIGNED_IN,
        query: &[],
        answers: Shape::Nothing,
        to: To::Read(|| web::to(sessions::remove_totp)),
    },
    Line {
        answers: Shape::One("RecoveryCodes"),
        ..order("/api/v1/me/totp/confirm", "Show the device's first code", SIGNED_IN, &factors::CONFIRM, || {
            web::to(sessions::confirm_totp)
        })
    },
    read(
        "/api/v1/me/trail",
        "What was done to your sign-in, newest first",
        sessions::TRAIL,
        Shape::List("TrailLine"),
        || web::to(sessions::own_trail),
    ),
    Line {
        who: "audit administrator; administrator: without whom and whence",
        ..read("/api/v1/trail", "Security deeds, newest first", sessions::TRAIL, Shape::List("TrailLine"), || {
            web::to(sessions::whole_trail)
        })
    },
    read("/api/v1/events", "What happens, as it happens", &[], Shape::Feed, || web::to(live::feed)),
    read("/api/v1/departments", "Departments", directory::LIST, Shape::List("Department"), || {
        web::to(directory::departments)
    }),
    read("/api/v1/towns", "Towns and subdistricts", directory::LIST, Shape::List("Town"), || web::to(directory::towns)),
    read("/api/v1/enterprises", "Enterprises", directory::LIST, Shape::List("Enterprise"), || {
        web::to(directory::enterprises)
    }),
    read("/api/v1/enterprises/{code}", "One enterprise, with its tenants", &[], Shape::One("EnterpriseCard"), || {
        web::to(directory::enterprise)
    }),
    read("/api/v1/checklist", "What visits look for", directory::LIST, Shape::List("Hazard"), || {
        web::to(directory::checklist)
    }),
    read("/api/v1/vehicles", "Vehicles", directory::LIST, Shape::List("Vehicle"), || web::to(directory::vehicles)),
    read("/api/v1/people", "People of your unit", directory::LIST, Shape::List("Person"), || {
        web::to(directory::people)
    }),
    Line {
        answers: Shape::Created("PersonCard"),
        ..order("/api/v1/people", "Add a sign-in", KEEPERS, &people_orders::ADD, || web::to(people::add))
    },
    Line {
        who: KEEPERS,
        ..read("/api/v1/people/{code}", "One sign-in, by user name", &[], Shape::Tagged("PersonCard"), || {
            web::to(people::one)
        })
    },
    person("/api/v1/people/{code}/change", "Change name, title, role or unit", PersonDeed::Change),
    person("/api/v1/people/{code}/suspend", "Suspend: sessions end at once", PersonDeed::Suspend),
    person("/api/v1/people/{code}/reinstate", "Reinstate", PersonDeed::Reinstate),
    person("/api/v1/people/{code}/confirm", "The second person's yes", PersonDeed::Confirm),
    person("/api/v1/people/{code}/refuse", "The second person's no", PersonDeed::Refuse),
    person("/api/v1/people/{code}/reset_password", "Draw a first password again", PersonDeed::ResetPassword),
    person("/api/v1/people/{code}/reset_totp", "Take a lost second factor away", PersonDeed::ResetTotp),
    read("/api/v1/categories", "Hazard categories", directory::LIST, Shape::List("Category"), || {
        web::to(directory::categories)
    }),
    Line {
        method: "POST",
        path: "/api/v1/imports/{code}",
        summary: "Bring a list in as a file: all of it or nothing; a dry run only looks",
        who: "admin; enterprises, rota, vehicles, leave: the office too; the checklist: the director too",
        query: imports::IMPORT,
        answers: Shape::One("Import"),
        to: To::File(|| web::to(imports::import)),
    },
    Line {
        answers: Shape::One("Import"),
        ..order(
            "/api/v1/imports/{code}/confirm",
            "The second person's yes to a list that needs two",
            KEEPERS,
            &proposals::WORD,
            || web::to(imports::confirm),
        )
    },
    Line {
        answers: Shape::One("Import"),
        ..order("/api/v1/imports/{code}/refuse", "The second person's no", KEEPERS, &proposals::WORD, || {
            web::to(imports::refuse)
        })
    },
    Line {
        method: "POST",
        path: "/api/v1/exports/whistles",
        summary: "Take whistles of your scope away as a file",
        who: "whoever sees whistles",
        query: exports::EXPORT,
        answers: Shape::Csv,
        to: To::Read(|| web::to(exports::whistles)),
    },
    Line {
        method: "POST",
        path: "/api/v1/exports/{code}",
        summary: "Take a list away as a file",
        who: "admin, office, supervisor",
        query: &[],
        answers: Shape::Csv,
        to: To::Read(|| web::to(imports::export)),
    },
];

/// Every line of the JSON door.
pub fn lines() -> impl Iterator<Item = &'static Line> {
    [TABLE, files::TABLE, visits::TABLE, ops::TABLE].into_iter().flatten()
}

/// Registers every line.
pub(super) fn configure(config: &mut ServiceConfig) {
    for table in [TABLE, files::TABLE, visits::TABLE, ops::TABLE] {
        register(config, table, |line| (line.method, line.path), Line::route);
    }
}

/// Whether the route of a POST needs a body. Asked only for requests that bring none.
pub(super) fn needs_body(pattern: &str) -> bool {
    lines().any(|line| line.method == "POST" && line.path == pattern && line.needs_body())
}

/// Every route of both doors: method, path, who.
pub fn every_route() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let pages = console::PAGES.iter().map(|page| (page.method, page.path, page.who));
    lines().map(|line| (line.method, line.path, line.who)).chain(pages)
}

/// The same as text.
pub fn listing() -> String {
    every_route().map(|(method, path, who)| format!("{method:6} {path:44} {who}\n")).collect()
}

#[cfg(test)]
mod tests;
