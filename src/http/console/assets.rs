//! The embedded files of the pages. Their address carries what they hold, so a browser may keep them for ever and still
//! never shows an old one. Each is packed once; pages are not, for they hold tokens beside texts that others typed (BREACH).
//! Nothing is read from disk, and no other name is served.

use crate::http::pages::Assets;
use crate::http::problem::Answer;
use crate::i18n::problems::ProblemKind;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::LazyLock;

const GZIP: &str = "gzip";

struct File {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    /// The same for whoever unpacks it.
    packed: Option<Bytes>,
    /// The start of its SHA-256.
    version: String,
}

/// The console's looks, in the order in which later parts overrule earlier ones.
const HUB: &str = concat!(
    include_str!("../assets/hub/ground.css"),
    include_str!("../assets/hub/forms.css"),
    include_str!("../assets/hub/pages.css"),
    include_str!("../assets/hub/lists.css"),
    include_str!("../assets/hub/narrow.css"),
);

static FILES: LazyLock<[File; 5]> = LazyLock::new(|| {
    [
        file("hub.css", "text/css; charset=utf-8", HUB.as_bytes()),
        file("hub.js", "text/javascript; charset=utf-8", include_bytes!("../assets/hub.js")),
        file("live.js", "text/javascript; charset=utf-8", include_bytes!("../assets/live.js")),
        file("icons.svg", "image/svg+xml", include_bytes!("../assets/icons.svg")),
        file("sheet.css", "text/css; charset=utf-8", include_bytes!("../assets/sheet.css")),
    ]
});

fn file(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> File {
    let digest = digest::digest(&digest::SHA256, bytes);
    let version = crate::ids::hex(&digest.as_ref()[..6]);
    File { name, media_type, bytes, packed: packed(bytes).ok(), version }
}

fn packed(bytes: &[u8]) -> std::io::Result<Bytes> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::best());
    packing.write_all(bytes)?;
    Ok(packing.finish()?.into())
}

/// Whether the reader's browser says that it unpacks.
fn unpacks(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(GZIP) && !refused
    })
}

/// Their addresses, each with its version.
pub(in crate::http) fn addresses() -> Assets {
    let [css, js, live, icons, sheet] = &*FILES;
    let at = |file: &File| format!("/assets/{}?v={}", file.name, file.version);
    Assets { css: at(css), js: at(js), live: at(live), icons: at(icons), sheet: at(sheet) }
}

/// `GET /assets/{file}`
pub(super) async fn file_of(request: HttpRequest) -> Answer {
    let name = request.match_info().get("file").unwrap_or_default();
    let file = FILES.iter().find(|file| file.name == name).ok_or(ProblemKind::NotFound)?;
    let packed = file.packed.as_ref().filter(|_| unpacks(&request));
    let tag = format!("\"{}{}\"", file.version, if packed.is_some() { "-gzip" } else { "" });
    let current = request.query_string() == format!("v={}", file.version);
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known =
        request.headers().get_all(IF_NONE_MATCH).any(|value| value.to_str().is_ok_and(|tags| tags.contains(&tag)));
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, kept)).insert_header((ETAG, tag)).insert_header((VARY, "Accept-Encoding"));
    if known {
        return Ok(answer.finish());
    }
    answer.insert_header((CONTENT_TYPE, file.media_type));
    Ok(match packed {
        Some(packed) => answer.insert_header((CONTENT_ENCODING, GZIP)).body(packed.clone()),
        None => answer.body(file.bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use std::collections::BTreeSet;
    use std::io::Read;
    use std::path::Path;

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
            ("sheet.css", addresses().sheet, "text/css; charset=utf-8"),
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

    /// UX.md §7 (1): 20 KB of style, 22 of script, 6 of symbols, as they travel.
    #[actix_web::test]
    async fn what_a_cold_page_loads_is_small_on_the_wire() {
        let mut sizes = Vec::new();
        let all = [
            ("hub.css", 20_000),
            ("hub.js", 11_000),
            ("live.js", 11_000),
            ("icons.svg", 6_000),
            // A sheet loads this one instead of the first.
            ("sheet.css", 20_000),
        ];
        for (name, most) in all {
            let ask = |encodings| {
                let request = TestRequest::get().param("file", name).insert_header((ACCEPT_ENCODING, encodings));
                file_of(request.to_http_request())
            };
            let packed = ask("br;q=1.0, gzip;q=0.8").await.unwrap();
            assert_eq!(packed.headers().get(CONTENT_ENCODING).unwrap(), GZIP);
            assert_eq!(packed.headers().get(VARY).unwrap(), "Accept-Encoding");
            let plain = ask("gzip;q=0, identity").await.unwrap();
            assert!(plain.headers().get(CONTENT_ENCODING).is_none());
            assert_ne!(packed.headers().get(ETAG), plain.headers().get(ETAG), "two bodies under one tag");
            let (packed, plain) =
                (to_bytes(packed.into_body()).await.unwrap(), to_bytes(plain.into_body()).await.unwrap());
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain, "{name}");
            sizes.push(format!("{name}: {} bytes on the wire, {} unpacked", packed.len(), plain.len()));
            assert!(packed.len() <= most, "{} of at most {most}", sizes.join("\n"));
        }
        eprintln!("{}", sizes.join("\n"));
    }

    /// The classes of a style sheet: what follows a full stop outside of rules' bodies.
    fn classes(css: &str) -> BTreeSet<&str> {
        let selectors =
            css.split('}').filter_map(|rule| rule.rsplit_once('{')).flat_map(|(before, _)| before.split('{'));
        let names = selectors.flat_map(|selector| selector.split('.').skip(1));
        names
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default())
            .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
            .collect()
    }

    #[test]
    fn every_class_of_a_style_sheet_stands_in_a_page_or_a_script() {
        let http = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
        let words = [include_str!("../../domain/terms.rs"), include_str!("../../domain/directory/firm.rs")];
        let mut pages = words.concat();
        for folder in ["pages", "pages/by_link", "pages/sheets", "console", "assets"] {
            let files = std::fs::read_dir(http.join(folder)).unwrap().map(|file| file.unwrap().path());
            for file in files.filter(|file| file.extension().is_some_and(|end| end != "css")) {
                pages.push_str(&std::fs::read_to_string(file).unwrap());
            }
        }
        let words: BTreeSet<&str> = pages.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
        for (css, least) in [(HUB, 100), (include_str!("../assets/sheet.css"), 20)] {
            let all = classes(css);
            assert!(all.len() > least, "{all:?}");
            let unused: Vec<_> = all.difference(&words).collect();
            assert!(unused.is_empty(), "no page has these classes any more: {unused:?}");
        }
    }
}
