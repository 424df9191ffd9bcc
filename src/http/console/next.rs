//! Where a page may send its reader next: one of our own pages, never another site (T13). An address is taken whole or
//! not at all; nothing here mends one.

/// Longest address that is taken, bytes.
const NEXT_MAX: usize = 512;
/// The pages that exist; a `*` stands for what follows.
const OURS: &[&str] = &[
    "/console",
    "/console/*",
    "/field/*",
    "/w/*",
    "/login",
    "/me",
    "/me/password",
    "/admin/*",
    "/feedback",
    "/search",
];

/// The address, if it is a path of ours.
pub(super) fn own_path(given: &str) -> Option<&str> {
    let plain = given.len() <= NEXT_MAX && given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = given.split(['?', '#']).next().unwrap_or_default();
    let straight = !path.contains("//") && !path.split('/').any(|part| matches!(part, "." | ".."));
    let ours = OURS.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => path.len() > start.len() && path.starts_with(start),
        None => path == *known,
    });
    (plain && straight && ours).then_some(given)
}

/// The address with one more parameter; `value` holds only what needs no escape.
pub(super) fn with(path: &str, name: &str, value: &str) -> String {
    let (page, fragment) = path.split_once('#').map_or((path, None), |(page, fragment)| (page, Some(fragment)));
    let joint = if page.contains('?') { '&' } else { '?' };
    let tail = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{page}{joint}{name}={value}{tail}")
}

/// Text inside an address: what is not plain becomes per cent signs.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t13_next_table() {
        for good in [
            "/console",
            "/console?x=1",
            "/console/triage?open=WH-2026-0731",
            "/console/whistles/WH-2026-0731#e12",
            "/console/whistles?q=%E7%B2%89%20//",
            "/w/WH-2026-0731?r=1",
            "/field/new",
            "/login?next=/console",
        ] {
            assert_eq!(own_path(good), Some(good));
        }
        let long = format!("/console/{}", "x".repeat(NEXT_MAX));
        for bad in [
            "",
            "/",
            "console",
            "//evil.example/console",
            "/\\evil.example",
            "/console\\..",
            "/console//evil.example",
            "///console",
            "https://evil.example/console",
            "HTTPS:/console",
            "javascript:alert(1)",
            "/console/../../x",
            "/console/./x",
            "/consoles",
            "/console\r\nSet-Cookie: a=b",
            "/console/\t",
            "/console/ x",
            "\t/console",
            "/logout",
            "/api/v1/whistles",
            "/w/",
            "/console/粉尘",
            "?next=/console",
            &long,
        ] {
            assert_eq!(own_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_parameter_goes_before_the_fragment_and_after_the_others() {
        assert_eq!(with("/console/triage", "done", "accept"), "/console/triage?done=accept");
        assert_eq!(with("/console/triage?open=A", "done", "accept"), "/console/triage?open=A&done=accept");
        assert_eq!(with("/console/whistles/A#e1", "done", "close"), "/console/whistles/A?done=close#e1");
        assert_eq!(escaped("/console/triage?open=A&b=粉 1"), "/console/triage%3Fopen%3DA%26b%3D%E7%B2%89%201");
    }
}
