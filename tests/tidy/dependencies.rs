//! What comes with us: licences, one source, one cryptography library, no HTTP client (SECURITY T41). Judged from the
//! lock file and from what cargo says is really built for this machine; asks no network.

use crate::rule;
use std::process::Command;

/// Licences we may ship under Apache-2.0 without asking anybody. None of them reaches into our own code.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "Unicode-3.0",
    "OpenSSL",
];

/// Second cryptography libraries, and whatever could fetch an address that somebody typed.
const REFUSED: &[(&str, &str)] = &[
    ("ring", "one cryptography library: aws-lc-rs"),
    ("openssl", "one cryptography library: aws-lc-rs"),
    ("openssl-sys", "one cryptography library: aws-lc-rs"),
    ("native-tls", "one TLS library: rustls"),
    ("reqwest", "no HTTP client"),
    ("ureq", "no HTTP client"),
    ("hyper", "no HTTP client"),
    ("hyper-util", "no HTTP client"),
    ("awc", "no HTTP client"),
    ("isahc", "no HTTP client"),
    ("curl", "no HTTP client"),
    ("attohttpc", "no HTTP client"),
    ("minreq", "no HTTP client"),
];

/// `text`: `name version|licence`, one package a line.
fn licences_are_permissive(_: &str, text: &str) -> Vec<String> {
    let packages = text.lines().filter_map(|line| line.split_once('|'));
    packages.filter(|(_, licence)| !permits(licence)).map(|(name, licence)| format!(" {name}: {licence:?}")).collect()
}

/// Reads `A AND (B OR C)`: every AND part, any OR part.
fn permits(licence: &str) -> bool {
    let licence = licence.trim();
    let parts = split_outside_brackets(licence, " AND ");
    if parts.len() > 1 {
        return parts.into_iter().all(permits);
    }
    // `MIT/Apache-2.0` is the old way to write OR.
    let parts: Vec<&str> = split_outside_brackets(licence, " OR ").into_iter().flat_map(|p| p.split('/')).collect();
    if parts.len() > 1 {
        return parts.into_iter().any(permits);
    }
    match licence.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => permits(inner),
        None => LICENCES.contains(&licence),
    }
}

fn split_outside_brackets<'t>(text: &'t str, by: &str) -> Vec<&'t str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in text.match_indices(by) {
        if text[..at].matches('(').count() == text[..at].matches(')').count() {
            parts.push(&text[start..at]);
            start = at + by.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `text`: as above, without what only tests use.
fn nothing_refused_is_built(_: &str, text: &str) -> Vec<String> {
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let refused = names.filter_map(|name| REFUSED.iter().find(|(refused, _)| *refused == name));
    refused.map(|(name, why)| format!(" {name}: {why}")).collect()
}

fn every_package_has_one_source(path: &str, text: &str) -> Vec<String> {
    if path != "Cargo.lock" {
        return Vec::new();
    }
    let sources = text.lines().filter_map(|line| line.strip_prefix("source = "));
    let foreign = sources.filter(|source| !source.starts_with("\"registry+"));
    foreign.map(|source| format!(" a package from elsewhere: {source}")).collect()
}

/// What cargo would build here, from the lock file alone.
fn packages(edges: &str) -> String {
    let cargo = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--no-dedupe", "--edges", edges])
        .args(["--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let mut lines: Vec<_> = String::from_utf8(cargo.stdout).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    assert!(lines.len() > 50, "cargo lists the packages: {}", lines.len());
    lines.join("\n")
}

#[test]
fn t41_licences_are_permissive() {
    assert_eq!(licences_are_permissive("", &packages("normal,build,dev")), [""; 0]);
    for bad in ["GPL-3.0-only", "MPL-2.0", "MIT AND LGPL-2.1-or-later", "AGPL-3.0", "", "ISC AND (GPL-2.0 OR MPL-2.0)"]
    {
        assert_eq!(licences_are_permissive("", &format!("x v1|{bad}")).len(), 1, "{bad}");
    }
    for good in ["MIT OR Apache-2.0 OR LGPL-2.1-or-later", "MIT/Apache-2.0", "ISC AND (Apache-2.0 OR ISC)", "(MIT)"] {
        assert_eq!(licences_are_permissive("", &format!("x v1|{good}")), [""; 0], "{good}");
    }
}

#[test]
fn t41_no_http_client_and_one_cryptography_library() {
    assert_eq!(nothing_refused_is_built("", &packages("normal,build")), [""; 0]);
    for (bad, _) in REFUSED {
        assert_eq!(nothing_refused_is_built("", &format!("{bad} v1.0.0|MIT")).len(), 1, "{bad}");
    }
    assert_eq!(nothing_refused_is_built("", "spring v1|MIT\nhyperlocal v1|MIT"), [""; 0]);
}

rule!(one_source, every_package_has_one_source,
    bad: [("Cargo.lock", "source = \"git+https://host.example/x#1\"")],
    good: [("Cargo.lock", "source = \"registry+https://index.example\""), ("README.md", "source = \"git+x\"")]
);
