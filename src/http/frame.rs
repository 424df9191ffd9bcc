//! What every request passes and every answer wears: the request id, what is refused before anybody looks, the
//! headers of SECURITY §4, problems put into words, one log line, one measurement. A panic becomes a mute 500.
//! A raw path, query, body or name never reaches the log: it has the route's pattern.

use super::problem::Problem;
use super::{Door, console, gate};
use crate::i18n::problems::ProblemKind;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use metrics::{Counter, Histogram};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Longest request id that is echoed, address, and head, bytes.
const REQUEST_ID_MAX: usize = 64;
const URL_MAX: usize = 4 * 1024;
const HEAD_MAX: usize = 16 * 1024;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page may load and do: only what is ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; font-src 'self'; form-action 'self'; worker-src 'self'; manifest-src 'self'; \
    frame-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types sw; report-uri /csp";

/// On every answer, unless it brings its own.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Never `no-referrer`: browsers then send `Origin: null` from our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), \
         geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
         picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), \
         xr-spatial-tracking=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The name of one request, echoed or made.
#[derive(Debug, Clone)]
struct RequestId(Rc<str>);

/// The figures of one route; its pattern is what logs and metrics call it.
#[derive(Clone)]
pub(super) struct Meter {
    pattern: &'static str,
    answered: [Counter; 5],
    seconds: Histogram,
}

impl Meter {
    /// Register the process's recorder first: what is counted before goes nowhere.
    pub(super) fn of(pattern: &'static str) -> Meter {
        let answered = ["1xx", "2xx", "3xx", "4xx", "5xx"]
            .map(|class| metrics::counter!("http_requests", "route" => pattern, "status" => class));
        Meter { pattern, answered, seconds: metrics::histogram!("http_request_seconds", "route" => pattern) }
    }

    fn count(&self, status: StatusCode, took: Duration) {
        if let Some(counter) = usize::from(status.as_u16() / 100).checked_sub(1).and_then(|at| self.answered.get(at)) {
            counter.increment(1);
        }
        self.seconds.record(took);
    }
}

/// The id that this request and its answer go by.
pub fn request_id(request: &HttpRequest) -> Rc<str> {
    request.extensions().get::<RequestId>().map_or_else(|| Rc::from(""), |id| Rc::clone(&id.0))
}

/// The outermost layer of the app.
pub(super) async fn frame(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, actix_web::Error> {
    let begun = Instant::now();
    let door = request.app_data::<web::Data<Door>>().cloned();
    let Some(door) = door else { return Ok(request.error_response(Problem::new(ProblemKind::Internal))) };
    let id = named(request.headers()).map_or_else(|| Rc::from(door.next_request_id()), Rc::from);
    request.extensions_mut().insert(RequestId(Rc::clone(&id)));
    let (method, lang) = (word(request.method()), gate::lang(request.headers()));
    let path = request.path().to_owned();
    let answered = match refused(&request, &door) {
        Some(problem) => Ok(request.error_response(problem)),
        None => {
            unless_panicked(next.call(request)).await.unwrap_or_else(|| Err(Problem::new(ProblemKind::Internal).into()))
        }
    };
    match answered {
        Ok(response) => {
            let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
            if let Some(kind) = problem.map(Problem::kind) {
                let route = response.request().app_data::<Meter>().map_or("", |meter| meter.pattern);
                gate::tell_barred(response.request(), &door, route, kind).await;
            }
            let mut response = in_words(response, &door, &id);
            gate::hand_over(&mut response);
            dress(response.headers_mut(), &door, (&path, &id));
            let (status, took) = (response.status(), begun.elapsed());
            let meter = response.request().app_data::<Meter>();
            let route = meter.map_or("", |meter| meter.pattern);
            meter.inspect(|meter| meter.count(status, took));
            tell(method, route, status, took, &id);
            Ok(response)
        }
        // The request itself is lost to the panic: what is left of it is enough for an answer.
        Err(_) => {
            tracing::error!(method, request = &*id, "a request fell to a panic or to the framework");
            let mut response = Problem::new(ProblemKind::Internal).to_response(lang, &id);
            dress(response.headers_mut(), &door, (&path, &id));
            tell(method, "fallen", response.status(), begun.elapsed(), &id);
            Err(InternalError::from_response("fallen", response).into())
        }
    }
}

fn tell(method: &str, route: &str, status: StatusCode, took: Duration, id: &str) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(method, route, status = status.as_u16(), ms, request = id, "answered");
}

/// What is broken or forged whatever it asks for. `Upgrade` and CONNECT would make the decoder read for ever.
fn refused(request: &ServiceRequest, door: &Door) -> Option<Problem> {
    let headers = request.headers();
    let head: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let tunnels = matches!(*request.method(), Method::CONNECT | Method::TRACE) || headers.contains_key(header::UPGRADE);
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if tunnels || address > URL_MAX || head > HEAD_MAX {
        return Some(Problem::closing(ProblemKind::BrokenRequest));
    }
    let both = || gate::cookie(request.request(), door, gate::SESSION).is_some();
    if headers.contains_key(header::AUTHORIZATION) && headers.contains_key(header::COOKIE) && both() {
        return Some(ProblemKind::BothCredentials.into());
    }
    gate::is_foreign_probe(headers).then(|| ProblemKind::WrongOrigin.into())
}

/// Puts a problem into words: a page for who asked for one, problem+json for everybody else.
fn in_words(response: ServiceResponse, door: &Door, id: &str) -> ServiceResponse {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    let wordless = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let bare = Problem::of_status(status);
    let problem = match problem {
        Some(problem) => problem,
        None if wordless || response.response().error().is_some() => &bare,
        // A handler's own page.
        None => return response,
    };
    log_cause(problem, response.request(), id);
    let request = response.request();
    let worded = if wants_page(request) {
        console::fault_page(request, door, problem, id)
    } else {
        problem.to_response(gate::lang(request.headers()), id)
    };
    response.into_response(worded)
}

/// Once, here: what an answer of 500 or above does not say.
fn log_cause(problem: &Problem, request: &HttpRequest, id: &str) {
    if let Some(fault) = problem.cause() {
        let route = request.app_data::<Meter>().map_or("", |meter| meter.pattern);
        let source = fault.source.as_ref().map(|source| source.to_string()).unwrap_or_default();
        tracing::error!(route, request = id, what = fault.what, source, retry = ?fault.retry, "a request failed inside");
    } else if problem.status().is_server_error() {
        tracing::warn!(request = id, problem = problem.kind().slug(), "a request was not served");
    }
}

/// A browser that shows what we answer.
fn wants_page(request: &HttpRequest) -> bool {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    !request.path().starts_with("/api/") && request.headers().get_all(header::ACCEPT).any(accepts)
}

fn dress(headers: &mut HeaderMap, door: &Door, (path, id): (&str, &str)) {
    for (name, value) in console::headers(path).iter().chain(&HEADERS) {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    if door.https {
        const YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, YEAR);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// The id that the client gave, if it is one.
fn named(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(X_REQUEST_ID);
    let (Some(id), None) = (given.next(), given.next()) else { return None };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    id.to_str().ok().filter(|id| (1..=REQUEST_ID_MAX).contains(&id.len()) && id.bytes().all(plain))
}

/// A closed list: a client may send any word as its method.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// The answer, or nothing when making it panicked.
async fn unless_panicked<F: Future>(answer: F) -> Option<F::Output> {
    let mut answer = pin!(answer);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(answered)) => Poll::Ready(Some(answered)),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// 404 for what no route knows.
pub(super) async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(ProblemKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::door;
    use actix_web::test::TestRequest;

    #[test]
    fn a_request_id_is_echoed_only_if_it_is_a_short_plain_word() {
        let long = "x".repeat(65);
        for (given, echoed) in [
            (&["a-Z_0.9"][..], true),
            (&[&long[..64]], true),
            (&[long.as_str()], false),
            (&[""], false),
            (&["a b"], false),
            (&["编号"], false),
            (&["a", "a"], false),
            (&[], false),
        ] {
            let mut request = TestRequest::default();
            for id in given {
                request = request.append_header(("x-request-id", *id));
            }
            assert_eq!(named(request.to_http_request().headers()).is_some(), echoed, "{given:?}");
        }
    }

    #[test]
    fn t14_what_would_tunnel_or_swell_is_refused_and_closes() {
        let long = format!("/api/v1/whistles?q={}", "x".repeat(URL_MAX));
        let fat = "x".repeat(HEAD_MAX);
        let get = || TestRequest::get().uri("/healthz");
        let cases = [
            (get(), None),
            (get().method(Method::TRACE), Some(ProblemKind::BrokenRequest)),
            (get().method(Method::CONNECT), Some(ProblemKind::BrokenRequest)),
            (get().insert_header(("upgrade", "websocket")), Some(ProblemKind::BrokenRequest)),
            (get().insert_header(("upgrade", "h2c")), Some(ProblemKind::BrokenRequest)),
            (get().uri(&long), Some(ProblemKind::BrokenRequest)),
            (get().insert_header(("x-fat", fat)), Some(ProblemKind::BrokenRequest)),
            (
                get().insert_header(("authorization", "Bearer x")).insert_header(("cookie", "wh=y")),
                Some(ProblemKind::BothCredentials),
            ),
            (get().insert_header(("authorization", "Bearer x")).insert_header(("cookie", "other=y")), None),
            (get().insert_header(("sec-fetch-site", "cross-site")), Some(ProblemKind::WrongOrigin)),
        ];
        for (number, (request, kind)) in cases.into_iter().enumerate() {
            let refused = refused(&request.to_srv_request(), &door());
            assert_eq!(refused.map(|problem| problem.kind()), kind, "case {number}");
        }
    }

    #[test]
    fn t13_every_header_of_the_page_is_set_unless_the_answer_has_its_own() {
        let mut door = door();
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=1"));
        dress(&mut headers, &door, ("/healthz", "r-1"));
        assert_eq!(headers.get(header::CACHE_CONTROL).unwrap(), "max-age=1");
        assert_eq!(headers.get(header::REFERRER_POLICY).unwrap(), "same-origin");
        assert_eq!(headers.get("x-request-id").unwrap(), "r-1");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        door.https = true;
        dress(&mut headers, &door, ("/healthz", "r-1"));
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        let policy = headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe") && !policy.contains("  "));
    }

    #[actix_web::test]
    async fn a_panic_is_caught_wherever_it_happens() {
        assert_eq!(unless_panicked(async { 7 }).await, Some(7));
        let late = async {
            tokio::task::yield_now().await;
            if true {
                std::panic::resume_unwind(Box::new("silent"));
            }
        };
        assert_eq!(unless_panicked(late).await, None);
    }
}
