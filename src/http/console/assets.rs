//! The embedded files of the pages. Their address carries what they hold, so a browser may keep them for ever and still
//! never shows an old one. Nothing is read from disk, and no other name is served.

use crate::http::pages::Assets;
use crate::http::problem::Answer;
use crate::i18n::problems::ProblemKind;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest;
use std::sync::LazyLock;

struct File {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    /// The start of its SHA-256.
    version: String,
}

static FILES: LazyLock<[File; 4]> = LazyLock::new(|| {
    [
        file("hub.css", "text/css; charset=utf-8", include_bytes!("../assets/hub.css")),
        file("hub.js", "text/javascript; charset=utf-8", include_bytes!("../assets/hub.js")),
        file("live.js", "text/javascript; charset=utf-8", include_bytes!("../assets/live.js")),
        file("icons.svg", "image/svg+xml", include_bytes!("../assets/icons.svg")),
    ]
});

fn file(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> File {
    let digest = digest::digest(&digest::SHA256, bytes);
    let version = crate::ids::hex(&digest.as_ref()[..6]);
    File { name, media_type, bytes, version }
}

/// Their addresses, each with its version.
pub(super) fn addresses() -> Assets {
    let [css, js, live, icons] = &*FILES;
    let at = |file: &File| format!("/assets/{}?v={}", file.name, file.version);
    Assets { css: at(css), js: at(js), live: at(live), icons: at(icons) }
}

/// `GET /assets/{file}`
pub(super) async fn file_of(request: HttpRequest) -> Answer {
    let name = request.match_info().get("file").unwrap_or_default();
    let file = FILES.iter().find(|file| file.name == name).ok_or(ProblemKind::NotFound)?;
    let tag = format!("\"{}\"", file.version);
    let current = request.query_string() == format!("v={}", file.version);
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known =
        request.headers().get_all(IF_NONE_MATCH).any(|value| value.to_str().is_ok_and(|tags| tags.contains(&tag)));
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, kept)).insert_header((ETAG, tag));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.insert_header((CONTENT_TYPE, file.media_type)).body(file.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;

    async fn got(name: &'static str, uri: &str, tag: Option<&str>) -> HttpResponse {
        let request = TestRequest::get().uri(uri).param("file", name);
        let request = tag
            .map_or(request, |tag| TestRequest::get().uri(uri).param("file", name).insert_header((IF_NONE_MATCH, tag)));
        file_of(request.to_http_request()).await.unwrap()
    }

    #[actix_web::test]
    async fn each_file_has_its_type_and_is_kept_for_ever_under_its_version() {
        for (name, address, media_type) in [
            ("hub.css", addresses().css, "text/css; charset=utf-8"),
            ("hub.js", addresses().js, "text/javascript; charset=utf-8"),
            ("icons.svg", addresses().icons, "image/svg+xml"),
        ] {
            let fresh = got(name, &address, None).await;
            assert_eq!(fresh.headers().get(CONTENT_TYPE).unwrap(), media_type);
            assert!(fresh.headers().get(CACHE_CONTROL).unwrap().to_str().unwrap().contains("immutable"), "{address}");
            let tag = fresh.headers().get(ETAG).unwrap().to_str().unwrap().to_owned();
            assert!(to_bytes(fresh.into_body()).await.unwrap().len() > 1000, "{name}");
            let again = got(name, &format!("/assets/{name}"), Some(&tag)).await;
            assert_eq!(
                (again.status().as_u16(), again.headers().get(CACHE_CONTROL).unwrap()),
                (304, &"no-cache".parse().unwrap())
            );
        }
        let request = TestRequest::get().param("file", "../main.rs").to_http_request();
        assert!(file_of(request).await.is_err());
    }
}
