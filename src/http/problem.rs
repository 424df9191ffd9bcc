//! The one translation from what went wrong inside to what the client is told: RFC 9457 in the reader's language.
//! It never repeats a code, a path or a text that was sent (a pointer or parameter name goes back to its sender only),
//! and what is 500 or above says nothing but its title. The cause waits here for the log.

use super::imports;
use crate::app::Undone;
use crate::domain::at::At;
use crate::domain::decision::{KeyFault, Passed, Reason, Refusal};
use crate::domain::imports::faults::Faults;
use crate::domain::order::{Fault, FaultCode};
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use crate::store::{self, Retry};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// What every handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// Seconds after which a client may try again when the hub was full, and when a part of it is away.
const RETRY_BUSY_SECONDS: u32 = 1;
const RETRY_AWAY_SECONDS: u32 = 5;
/// Somebody has to make room first.
const RETRY_ROOM_SECONDS: u32 = 600;

/// An answer other than success, before it is put into words.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemKind,
    more: More,
    cause: Option<store::Fault>,
    closes: bool,
}

/// What a kind carries beside its words.
#[derive(Debug)]
pub enum More {
    Nothing,
    /// Faults of a body, by JSON pointer.
    Fields(Vec<Fault>),
    /// Faults of a query, by parameter name.
    Parameters(Vec<Fault>),
    /// Faults of a file, by row and column.
    Rows(Faults),
    NotNow {
        status: &'static str,
        allowed: Vec<&'static str>,
    },
    Guarded {
        status: &'static str,
        allowed: Vec<&'static str>,
        reasons: Vec<Reason>,
    },
    Moved {
        current_version: i64,
        changes: Vec<Passed>,
    },
    /// Seconds.
    RetryAfter(u32),
    /// The methods that the address takes.
    Allow(&'static str),
}

impl Problem {
    /// A problem that its kind says whole.
    pub fn new(kind: ProblemKind) -> Problem {
        Problem { kind, more: More::Nothing, cause: None, closes: false }
    }

    /// The same, and the connection ends with it: what follows on it can no longer be trusted or was not read.
    pub fn closing(kind: ProblemKind) -> Problem {
        Problem { closes: true, ..Problem::new(kind) }
    }

    /// The same, and the connection ends with it.
    pub(super) fn and_closes(self) -> Problem {
        Problem { closes: true, ..self }
    }

    /// A query that asks for what there is not.
    pub fn parameters(faults: Vec<Fault>) -> Problem {
        Problem { more: More::Parameters(faults), ..Problem::new(ProblemKind::BadFilter) }
    }

    /// A file with faults: nothing of it was written.
    pub fn rows(faults: Faults) -> Problem {
        Problem { more: More::Rows(faults), ..Problem::new(ProblemKind::Rows) }
    }

    /// Files that are larger than any that is taken, among other faults of their form.
    pub(super) fn too_large(faults: Vec<Fault>) -> Problem {
        Problem { more: More::Fields(faults), ..Problem::new(ProblemKind::TooLarge) }
    }

    /// A problem that passes by itself. `seconds`: when to ask again.
    pub fn retry_after(kind: ProblemKind, seconds: u32) -> Problem {
        Problem { more: More::RetryAfter(seconds), ..Problem::new(kind) }
    }

    /// 405. `allow`: the methods of the address, as the header writes them.
    pub fn not_allowed(allow: &'static str) -> Problem {
        Problem { more: More::Allow(allow), ..Problem::new(ProblemKind::MethodNotAllowed) }
    }

    /// What a bare status of the framework means to us.
    pub(super) fn of_status(status: StatusCode) -> Problem {
        Problem::new(match status.as_u16() {
            404 => ProblemKind::NotFound,
            413 => ProblemKind::TooLarge,
            400..=499 => ProblemKind::BrokenRequest,
            _ => ProblemKind::Internal,
        })
    }

    /// Which problem it is: title, detail, status, slug.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Its figures, for a page that says them in its own way.
    pub fn more(&self) -> &More {
        &self.more
    }

    /// Whether the connection ends with the answer.
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// What failed inside; for the log only.
    pub(super) fn cause(&self) -> Option<&store::Fault> {
        self.cause.as_ref()
    }

    /// The status of the answer, whatever its form.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer as `application/problem+json`.
    pub(super) fn to_response(&self, lang: Lang, instance: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.insert_header((header::CONTENT_LANGUAGE, lang.tag()));
        if self.closes {
            response.force_close();
        }
        let mut response = response.body(self.body(lang, instance).to_string());
        self.add_headers(response.headers_mut());
        response
    }

    /// The headers that a kind needs, whatever the form of its answer.
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        if self.kind.status() == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        match &self.more {
            More::RetryAfter(seconds) => headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds)),
            More::Allow(methods) => headers.insert(header::ALLOW, HeaderValue::from_static(methods)),
            More::Nothing | More::Fields(_) | More::Parameters(_) | More::Rows(_) => return,
            More::NotNow { .. } | More::Guarded { .. } | More::Moved { .. } => return,
        };
    }

    fn body(&self, lang: Lang, instance: &str) -> Value {
        let mut body = json!(Common {
            kind: format!("urn:whistle-hub:problem:{}", self.kind.slug()),
            title: lang.problem_title(self.kind),
            status: self.kind.status(),
            detail: lang.problem_detail(self.kind),
            instance,
        });
        match &self.more {
            More::Fields(faults) => body["errors"] = faults_as("pointer", faults, lang),
            More::Parameters(faults) => body["errors"] = faults_as("parameter", faults, lang),
            More::Rows(faults) => {
                body["errors"] = imports::faults(&faults.named, lang);
                body["error_count"] = json!(faults.count);
            }
            More::NotNow { status, allowed } => {
                // `status` is the number of RFC 9457; the state stands beside it, as `current_version` does.
                body["current_status"] = json!(status);
                body["allowed_deeds"] = json!(allowed);
            }
            More::Guarded { status, allowed, reasons } => {
                body["current_status"] = json!(status);
                body["allowed_deeds"] = json!(allowed);
                body["reasons"] = reasons.iter().map(|one| reason(one, lang)).collect();
            }
            More::Moved { current_version, changes } => {
                body["current_version"] = json!(current_version);
                body["changes"] = changes.iter().map(change).collect();
            }
            More::Nothing | More::RetryAfter(_) | More::Allow(_) => {}
        }
        body
    }
}

/// The members of RFC 9457.
#[derive(Serialize)]
struct Common<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    instance: &'a str,
}

fn faults_as(named: &str, faults: &[Fault], lang: Lang) -> Value {
    let one =
        |fault: &Fault| json!({ named: fault.pointer, "code": fault.code.as_str(), "message": lang.fault(fault) });
    faults.iter().map(one).collect()
}

/// One reason, in words.
pub(super) fn reason(reason: &Reason, lang: Lang) -> Value {
    json!({ "code": reason.code, "message": lang.reason(reason.code), "subject": reason.subject })
}

/// Who acted is told by department: the names stand in the timeline, under its own rule.
fn change(passed: &Passed) -> Value {
    let department = passed.doer.as_ref().map(|doer| &doer.department);
    json!({ "seq": passed.seq, "at": At::rfc3339(passed.at), "kind": passed.kind, "actor": { "department": department } })
}

/// A fault of a query, to be gathered for [`Problem::parameters`].
pub(super) fn parameter(name: &str, code: FaultCode) -> Fault {
    const NAME_MAX: usize = 64;
    Fault { pointer: name.chars().take(NAME_MAX).collect(), code }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Problem {
        Problem::new(kind)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let with = |kind: ProblemKind, more: More| Problem { more, ..Problem::new(kind) };
        match refusal {
            Refusal::NotFound => ProblemKind::NotFound.into(),
            Refusal::RoleMayNot => ProblemKind::RoleMayNot.into(),
            Refusal::Key(KeyFault::Missing) => ProblemKind::MissingKey.into(),
            Refusal::Key(KeyFault::Malformed) => ProblemKind::BadKey.into(),
            Refusal::KeyReused => with(ProblemKind::KeyReused, More::Fields(Vec::new())),
            Refusal::VersionNeeded => ProblemKind::VersionMissing.into(),
            Refusal::Body(why) => ProblemKind::from(why).into(),
            Refusal::Faults(faults) => with(ProblemKind::Fields, More::Fields(faults)),
            Refusal::Moved { current_version, changes } => {
                with(ProblemKind::Stale, More::Moved { current_version, changes })
            }
            Refusal::Guarded { status, allowed, reasons } => {
                with(ProblemKind::Guards, More::Guarded { status, allowed, reasons })
            }
            Refusal::NotNow { status, allowed } => with(ProblemKind::State, More::NotNow { status, allowed }),
            Refusal::TooManyTokens => ProblemKind::TooManyTokens.into(),
            Refusal::NoRoom => Problem::retry_after(ProblemKind::NoRoom, RETRY_ROOM_SECONDS),
            Refusal::Contended | Refusal::Busy => Problem::retry_after(ProblemKind::Busy, RETRY_BUSY_SECONDS),
        }
    }
}

impl From<store::Fault> for Problem {
    fn from(fault: store::Fault) -> Problem {
        let (kind, more) = match fault.retry {
            Retry::Later => (ProblemKind::Away, More::RetryAfter(RETRY_AWAY_SECONDS)),
            Retry::Unknown => (ProblemKind::UnknownOutcome, More::RetryAfter(RETRY_BUSY_SECONDS)),
            Retry::Never => (ProblemKind::Internal, More::Nothing),
        };
        Problem { more, cause: Some(fault), ..Problem::new(kind) }
    }
}

impl From<Undone> for Problem {
    fn from(undone: Undone) -> Problem {
        match undone {
            Undone::Refusal(refusal) => refusal.into(),
            Undone::Fault(fault) => fault.into(),
            Undone::WrongPassword => ProblemKind::SignInFailed.into(),
            Undone::StepUpNeeded => ProblemKind::StepUpNeeded.into(),
            Undone::ProofFailed => ProblemKind::ProofFailed.into(),
            Undone::TooManyTries { retry_after_seconds } => {
                Problem::retry_after(ProblemKind::TooManyTries, retry_after_seconds)
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.slug())
    }
}

/// The frame around every handler puts it into words; here it only has its status.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Doer, EventKind};
    use crate::ids::PersonId;

    fn said(problem: impl Into<Problem>) -> Value {
        problem.into().body(Lang::En, "r-1")
    }

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let body = said(Refusal::RoleMayNot);
        assert_eq!(body["type"], "urn:whistle-hub:problem:role_may_not");
        assert_eq!((&body["status"], &body["instance"]), (&json!(403), &json!("r-1")));
        assert!(body["title"].is_string() && body["detail"].is_string());
    }

    #[test]
    fn faults_are_told_all_at_once_by_pointer_or_parameter() {
        let faults = vec![
            Fault { pointer: "/what".into(), code: FaultCode::Missing },
            Fault { pointer: "/zz".into(), code: FaultCode::Unknown },
        ];
        let body = said(Refusal::Faults(faults.clone()));
        assert_eq!(body["errors"][0]["pointer"], "/what");
        assert_eq!(body["errors"][1]["code"], "unknown");
        assert!(body["errors"][1]["message"].is_string());
        let body = said(Problem::parameters(faults));
        assert_eq!((&body["errors"][1]["parameter"], &body["status"]), (&json!("/zz"), &json!(400)));
    }

    #[test]
    fn a_lost_race_tells_what_happened_by_department_only() {
        let doer = Doer { person: PersonId::from_text("pe_1"), department: "AWB".into() };
        let passed = Passed { seq: 7, at: At(0), kind: EventKind::WhistleAccepted, doer: Some(doer) };
        let body = said(Refusal::Moved { current_version: 2, changes: vec![passed] });
        assert_eq!(body["current_version"], json!(2));
        let change =
            json!({ "seq": 7, "at": At(0).rfc3339(), "kind": "whistle.accepted", "actor": { "department": "AWB" } });
        assert_eq!(body["changes"], json!([change]));
    }

    #[test]
    fn a_refused_state_says_where_it_stands_and_what_could_be_done() {
        let body = said(Refusal::NotNow { status: "closed", allowed: vec!["reopen"] });
        assert_eq!((&body["status"], &body["current_status"]), (&json!(409), &json!("closed")));
        assert_eq!(body["allowed_deeds"], json!(["reopen"]));
    }

    #[test]
    fn t37_inner_faults_are_mute_and_say_when_to_come_back() {
        let mute = |fault: store::Fault| {
            let problem = Problem::from(fault);
            let response = problem.to_response(Lang::Zh, "r");
            let after = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
            assert!(!problem.body(Lang::Zh, "r").to_string().contains("secret"), "the cause is told");
            assert!(problem.body(Lang::Zh, "r").get("detail").is_none());
            (response.status().as_u16(), after, problem.cause().is_some())
        };
        assert_eq!(mute(store::Fault::never("secret")), (500, None, true));
        assert_eq!(mute(store::Fault::later("secret")), (503, Some("5".to_owned()), true));
        let unknown = store::Fault { what: "secret", retry: Retry::Unknown, source: None };
        assert_eq!(mute(unknown), (503, Some("1".to_owned()), true));
    }

    #[test]
    fn each_kind_brings_its_own_headers() {
        let header_of = |problem: Problem, name| {
            let response = problem.to_response(Lang::Zh, "r");
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let wrong = || Problem::from(Undone::WrongPassword);
        assert_eq!(header_of(wrong(), header::WWW_AUTHENTICATE).as_deref(), Some("Bearer"));
        assert_eq!(header_of(wrong(), header::CONTENT_TYPE).as_deref(), Some("application/problem+json"));
        assert_eq!(header_of(wrong(), header::CONTENT_LANGUAGE).as_deref(), Some("zh-CN"));
        let tries = Undone::TooManyTries { retry_after_seconds: 90 };
        assert_eq!(header_of(tries.into(), header::RETRY_AFTER).as_deref(), Some("90"));
        assert_eq!(header_of(Problem::not_allowed("GET, HEAD"), header::ALLOW).as_deref(), Some("GET, HEAD"));
    }

    #[test]
    fn a_refusal_that_names_nothing_is_the_same_for_hidden_and_absent() {
        assert_eq!(said(Refusal::NotFound), said(Problem::of_status(StatusCode::NOT_FOUND)));
    }
}
