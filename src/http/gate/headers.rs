//! What single headers say about a request, each read strictly: a header given twice, or in a form of its own, says
//! nothing. Nothing here asks the ledger.

use crate::app::asked::VersionGiven;
use crate::http::Door;
use crate::i18n::Lang;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST, HeaderMap, IF_MATCH, ORIGIN};

/// Longest bearer token, bytes.
const TOKEN_MAX: usize = 2048;

/// The reader's language by `Accept-Language`.
pub fn lang(headers: &HeaderMap) -> Lang {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Lang::from_header).unwrap_or_default()
}

/// The one bearer token, if it can be one.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (given.next(), given.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= TOKEN_MAX).then_some(token)
}

/// The idempotency key, raw; several headers are no key, which `app` refuses as it does a short one.
pub(super) fn key(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all("idempotency-key");
    let first = given.next()?;
    Some(first.to_str().ok().filter(|_| given.next().is_none()).unwrap_or_default())
}

/// The version in `If-Match`: one strong tag of ours.
pub(super) fn version(headers: &HeaderMap) -> VersionGiven {
    let mut given = headers.get_all(IF_MATCH);
    let Some(first) = given.next() else { return VersionGiven::Missing };
    let tag = first.to_str().ok().filter(|_| given.next().is_none());
    let inside = tag.and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"'));
    inside.map_or(VersionGiven::Never, |digits| version_of(Some(digits)))
}

pub(super) fn version_of(digits: Option<&str>) -> VersionGiven {
    let Some(digits) = digits else { return VersionGiven::Missing };
    // Strong tags are compared byte by byte: `01` is not ours.
    let named = digits.parse().ok().filter(|version: &i64| *version >= 0 && version.to_string() == digits);
    named.map_or(VersionGiven::Never, VersionGiven::Named)
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
    origin == door.links
        || origin == door.firm_links
        || origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host)
}

/// Whether another site makes a browser ask without showing the answer as a page of its own (XS-leaks).
pub(in crate::http) fn is_foreign_probe(headers: &HeaderMap) -> bool {
    let is = |name: &str, word: &str| headers.get(name).is_some_and(|value| value == word);
    let foreign = is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site");
    foreign && !is("sec-fetch-mode", "navigate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gate::SESSION;
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
        for (given, named) in [
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
            assert_eq!(version(&headers(given)), named, "{given:?}");
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
        // A proxy of another network may call itself by a name of ours and us by another.
        let given = [("host", "hub:8080"), ("origin", "https://firms.example")];
        assert!(!is_same_origin(&headers(&given), &door));
        assert!(is_same_origin(&headers(&given), &door.reached_by_firms("https://firms.example".to_owned())));
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
