//! Who is there, and whether the request is theirs: bearer tokens for the API, the cookie for pages, what stops forged
//! posts (SECURITY T7, T13), and the raw material of an order. A body is read only after its sender is known.
//! Rights are not judged here: `app` does, once it knows that the thing exists.

use super::body::{self, From, Wanted};
use super::problem::Problem;
use super::{Door, query};
use crate::app::asked::{Asked, VersionGiven};
use crate::app::sessions::{self, Present};
use crate::domain::order::{Spec, from_form, from_json};
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST, HeaderMap, IF_MATCH, ORIGIN};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::pin::Pin;

/// The cookie of a session, before its prefix.
pub const SESSION: &str = "wh";
/// Longest bearer token, bytes.
const TOKEN_MAX: usize = 2048;
/// What a form says about itself and not about its order.
const FORM_FIELDS: &[&str] = &["csrf", "key", "version"];

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Whoever bears a sound token.
#[derive(Debug)]
pub struct Caller {
    pub present: Present,
    pub lang: Lang,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Extracted<Caller>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let present = by_token(&request, door_of(&request)?).await?.ok_or(ProblemKind::SignInNeeded)?;
            Ok(Caller { present, lang: lang(request.headers()) })
        })
    }
}

/// A JSON body of a caller.
#[derive(Debug)]
pub struct Posted {
    pub present: Present,
    pub lang: Lang,
    pub bytes: Bytes,
    request: HttpRequest,
    route: String,
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Extracted<Posted>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Some(present) = by_token(&request, door_of(&request)?).await? else {
                body::drop_strangers(payload).await;
                return Err(ProblemKind::SignInNeeded.into());
            };
            let bytes = body::read(request.headers(), payload, Wanted::Json, From::SignedIn).await?;
            Ok(Posted { present, lang: lang(request.headers()), bytes, route: route(&request), request })
        })
    }
}

impl Posted {
    /// The code in the address.
    pub fn code(&self) -> &str {
        code(&self.request)
    }

    /// What `app` is asked.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            actor: &self.present.actor,
            scope: self.present.scope.clone(),
            route: &self.route,
            key: key(self.request.headers()),
            version: version_in_header(self.request.headers()),
            bytes: &self.bytes,
            body: from_json(&self.bytes),
        }
    }
}

/// A JSON body of somebody who is not signed in yet.
#[derive(Debug)]
pub struct Unsigned {
    pub lang: Lang,
    pub bytes: Bytes,
}

impl FromRequest for Unsigned {
    type Error = Problem;
    type Future = Extracted<Unsigned>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = body::read(request.headers(), payload, Wanted::Json, From::Stranger).await?;
            Ok(Unsigned { lang: lang(request.headers()), bytes })
        })
    }
}

/// Whoever looks at a page: nobody on the sign-in page.
#[derive(Debug)]
pub struct Visitor(pub Option<Present>);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Extracted<Visitor>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Visitor(by_cookie(&request, door_of(&request)?).await?)) })
    }
}

/// A form of a signed-in page: from our own page, with the token of its session.
#[derive(Debug)]
pub struct Form {
    pub present: Present,
    pub bytes: Bytes,
    route: String,
    key: Option<String>,
    version: VersionGiven,
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Extracted<Form>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let door = door_of(&request)?;
            let present = match by_cookie(&request, door).await {
                Ok(Some(present)) if is_same_origin(request.headers(), door) => present,
                refused => {
                    body::drop_strangers(payload).await;
                    let kind = if refused?.is_some() { ProblemKind::WrongOrigin } else { ProblemKind::SignInNeeded };
                    return Err(kind.into());
                }
            };
            let bytes = body::read(request.headers(), payload, Wanted::Form, From::SignedIn).await?;
            let csrf = query::form_field(&bytes, "csrf").unwrap_or_default();
            if !sessions::csrf_matches(&door.hub, &present, &csrf) {
                return Err(ProblemKind::Csrf.into());
            }
            let (key, version) = (query::form_field(&bytes, "key"), query::form_field(&bytes, "version"));
            Ok(Form { present, bytes, route: route(&request), key, version: version_of(version.as_deref()) })
        })
    }
}

impl Form {
    /// What `app` is asked; `spec`: the table that the form follows.
    pub fn asked(&self, spec: &'static Spec) -> Asked<'_> {
        Asked {
            actor: &self.present.actor,
            scope: self.present.scope.clone(),
            route: &self.route,
            key: self.key.as_deref(),
            version: self.version,
            bytes: &self.bytes,
            body: from_form(spec, &self.bytes, FORM_FIELDS),
        }
    }
}

/// The code in an address; empty where there is none.
pub fn code(request: &HttpRequest) -> &str {
    request.match_info().get("code").unwrap_or_default()
}

/// The reader's language by `Accept-Language`.
pub fn lang(headers: &HeaderMap) -> Lang {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Lang::from_header).unwrap_or_default()
}

/// The hub's door, which every app of ours carries.
pub(super) fn door_of(request: &HttpRequest) -> Result<&Door, Problem> {
    request.app_data::<Data<Door>>().map(|door| door.get_ref()).ok_or_else(|| ProblemKind::Internal.into())
}

fn route(request: &HttpRequest) -> String {
    format!("{} {}", request.method(), request.path())
}

async fn by_token(request: &HttpRequest, door: &Door) -> Result<Option<Present>, Problem> {
    match bearer(request.headers()) {
        Some(token) => Ok(sessions::by_token(&door.hub, token).await?),
        None => Ok(None),
    }
}

/// Who the session cookie says is there.
pub async fn by_cookie(request: &HttpRequest, door: &Door) -> Result<Option<Present>, Problem> {
    match cookie(request, door, SESSION) {
        Some(secret) => Ok(sessions::by_cookie(&door.hub, &secret).await?),
        None => Ok(None),
    }
}

/// The one bearer token, if it can be one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (given.next(), given.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= TOKEN_MAX).then_some(token)
}

/// The idempotency key, raw; several headers are no key, which `app` refuses as it does a short one.
fn key(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all("idempotency-key");
    let first = given.next()?;
    Some(first.to_str().ok().filter(|_| given.next().is_none()).unwrap_or_default())
}

/// The version in `If-Match`: one strong tag of ours.
fn version_in_header(headers: &HeaderMap) -> VersionGiven {
    let mut given = headers.get_all(IF_MATCH);
    let Some(first) = given.next() else { return VersionGiven::Missing };
    let tag = first.to_str().ok().filter(|_| given.next().is_none());
    let inside = tag.and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"'));
    inside.map_or(VersionGiven::Never, |digits| version_of(Some(digits)))
}

fn version_of(digits: Option<&str>) -> VersionGiven {
    let Some(digits) = digits else { return VersionGiven::Missing };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).map_or(VersionGiven::Never, VersionGiven::Named)
}

/// The name of a cookie of ours: over TLS the browser vouches that no sibling site set it.
pub fn cookie_name(https: bool, name: &str) -> String {
    if https { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of one cookie of ours. Two of one name are none: one of them is somebody else's.
pub fn cookie(request: &HttpRequest, door: &Door, name: &str) -> Option<String> {
    let name = cookie_name(door.https, name);
    let all = request.cookies().ok()?;
    let mut ours = all.iter().filter(|cookie| cookie.name() == name);
    let first = ours.next()?;
    ours.next().is_none().then(|| first.value().to_owned())
}

/// A cookie to set, for as long as the browser runs; the ledger decides how long a session lives.
pub fn cookie_to_set(door: &Door, name: &str, value: String) -> Cookie<'static> {
    Cookie::build(cookie_name(door.https, name), value)
        .path("/")
        .secure(door.https)
        .http_only(true)
        .same_site(SameSite::Strict)
        .finish()
}

/// Whether an unsafe request with a cookie comes from our own page: `same-site` is not enough, since every site of the
/// district's domain is one. Browsers without `Sec-Fetch-Site` say it by `Origin`; who says neither is refused.
pub fn is_same_origin(headers: &HeaderMap, door: &Door) -> bool {
    let one = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if headers.contains_key("sec-fetch-site") {
        return headers.get_all("sec-fetch-site").count() == 1 && one("sec-fetch-site") == Some("same-origin");
    }
    let (Some(origin), Some(host)) = (one(ORIGIN.as_str()), one(HOST.as_str())) else { return false };
    let scheme = if door.https { "https" } else { "http" };
    origin == door.links || origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host)
}

/// Whether another site makes a browser ask without showing the answer as a page of its own (XS-leaks).
pub(super) fn is_foreign_probe(headers: &HeaderMap) -> bool {
    let is = |name: &str, word: &str| headers.get(name).is_some_and(|value| value == word);
    let foreign = is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site");
    foreign && !is("sec-fetch-mode", "navigate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::door;
    use actix_web::test::TestRequest;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut request = TestRequest::default();
        for pair in pairs {
            request = request.append_header(*pair);
        }
        request.to_http_request().headers().clone()
    }

    #[test]
    fn a_bearer_token_is_one_header_of_the_right_scheme() {
        let long = format!("Bearer {}", "x".repeat(TOKEN_MAX + 1));
        for (given, token) in [
            (&[("authorization", "Bearer a.b.c")][..], Some("a.b.c")),
            (&[("authorization", "bearer   a.b.c ")], Some("a.b.c")),
            (&[("authorization", "Basic a.b.c")], None),
            (&[("authorization", "Bearer")], None),
            (&[("authorization", "Bearer  ")], None),
            (&[("authorization", "Bearer a"), ("authorization", "Bearer b")], None),
            (&[("authorization", &long)], None),
            (&[], None),
        ] {
            assert_eq!(bearer(&headers(given)), token, "{given:?}");
        }
    }

    #[test]
    fn a_version_is_one_strong_tag_of_digits() {
        for (given, version) in [
            (&[][..], VersionGiven::Missing),
            (&[("if-match", "\"3\"")], VersionGiven::Named(3)),
            (&[("if-match", "\"0\"")], VersionGiven::Named(0)),
            (&[("if-match", "3")], VersionGiven::Never),
            (&[("if-match", "W/\"3\"")], VersionGiven::Never),
            (&[("if-match", "*")], VersionGiven::Never),
            (&[("if-match", "\"3\", \"4\"")], VersionGiven::Never),
            (&[("if-match", "\"3\""), ("if-match", "\"3\"")], VersionGiven::Never),
            (&[("if-match", "\"+3\"")], VersionGiven::Never),
            (&[("if-match", "\"-1\"")], VersionGiven::Never),
            (&[("if-match", "\"99999999999999999999\"")], VersionGiven::Never),
            (&[("if-match", "\"\"")], VersionGiven::Never),
        ] {
            assert_eq!(version_in_header(&headers(given)), version, "{given:?}");
        }
    }

    #[test]
    fn a_key_is_one_header_and_otherwise_no_key() {
        assert_eq!(key(&headers(&[])), None);
        assert_eq!(key(&headers(&[("idempotency-key", "k-12345678")])), Some("k-12345678"));
        assert_eq!(key(&headers(&[("idempotency-key", "k-12345678"), ("idempotency-key", "k-12345678")])), Some(""));
        assert_eq!(key(&headers(&[("idempotency-key", "钥匙钥匙钥匙钥匙")])), Some(""));
    }

    #[test]
    fn t07_only_our_own_origin_may_post_a_form() {
        let mut door = door();
        door.https = false;
        for (given, ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "hub:8080"), ("origin", "http://hub:8080")], true),
            (&[("host", "hub:8080"), ("origin", "https://hub:8080")], false),
            (&[("host", "hub:8080"), ("origin", "http://hub:8081")], false),
            (&[("host", "hub:8080"), ("origin", "http://hub")], false),
            (&[("host", "hub:8080"), ("origin", "null")], false),
            (&[("sec-fetch-site", "cross-site"), ("host", "hub"), ("origin", "http://hub")], false),
            (&[("host", "hub:8080")], false),
            (&[], false),
        ] {
            assert_eq!(is_same_origin(&headers(given), &door), ours, "{given:?}");
        }
    }

    #[test]
    fn t13_another_site_may_link_to_us_and_not_probe_us() {
        for (given, probe) in [
            (&[][..], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")], false),
            (&[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], false),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], false),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], true),
            (&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")], true),
            (&[("sec-fetch-site", "cross-site")], true),
        ] {
            assert_eq!(is_foreign_probe(&headers(given)), probe, "{given:?}");
        }
    }

    #[test]
    fn t07_a_cookie_given_twice_is_no_cookie() {
        let mut door = door();
        let read = |door: &Door, line: &str| {
            let request = TestRequest::default().insert_header(("cookie", line.to_owned())).to_http_request();
            cookie(&request, door, SESSION)
        };
        assert_eq!(read(&door, "wh=a; other=b").as_deref(), Some("a"));
        assert_eq!(read(&door, "wh=a; wh=b"), None);
        door.https = true;
        assert_eq!(read(&door, "wh=a"), None, "a cookie that any sibling could set");
        assert_eq!(read(&door, "__Host-wh=a").as_deref(), Some("a"));
        let set = cookie_to_set(&door, SESSION, "s".into()).to_string();
        for part in ["__Host-wh=s", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
    }
}
