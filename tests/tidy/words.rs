//! Words that may not stand here: names that say nothing, ways out of a `Result`, ways into a page, half-width marks
//! after 汉字, and whatever ties the tree to one machine.

use crate::rule;
use crate::scan::{code, line_of, quoted, whole_words, without_tests};

/// A part of a name that only says "something is done here".
const EMPTY_WORDS: &[&str] = &["util", "utils", "manager", "helper", "helpers", "service", "services"];
const EMPTY_VERBS: &[&str] = &["process_", "handle_"];
const DEFINES: &[&str] = &["fn", "struct", "enum", "trait", "mod", "type", "const", "static", "macro_rules!"];

fn names_say_what_a_user_would(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if let Some(part) = path.split(['/', '.', '_']).find(|part| EMPTY_WORDS.contains(part)) {
        complaints.push(format!(" `{part}` in a path says nothing"));
    }
    if !path.ends_with(".rs") {
        return complaints;
    }
    let code = code(text);
    for at in DEFINES.iter().flat_map(|word| whole_words(&code, word).map(move |at| at + word.len())) {
        let name = code[at..].trim_start();
        let name = &name[..name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len())];
        let empty = EMPTY_VERBS.iter().any(|verb| name.starts_with(verb));
        if empty || parts(name).iter().any(|part| EMPTY_WORDS.contains(&part.as_str())) {
            complaints.push(format!("{}: `{name}` says nothing", line_of(&code, at)));
        }
    }
    complaints
}

/// `SeatManager` and `seat_manager` → seat, manager.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        if (c == '_' || c.is_uppercase()) && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c != '_') {
            part.extend(c.to_lowercase());
        }
    }
    parts
}

fn no_way_out_of_a_result(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("src/") || !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code(&without_tests(path, text));
    let words = [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "unreachable!", "dbg!"];
    let found = words.into_iter().flat_map(|word| code.match_indices(word));
    found.map(|(at, word)| format!("{}: `{word}` outside tests", line_of(&code, at))).collect()
}

fn every_test_runs(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code(text);
    code.match_indices("#[ignore").map(|(at, _)| format!("{}: a test that never runs", line_of(&code, at))).collect()
}

/// Pages escape everything and obey the content policy; letters, which have no policy, still escape everything.
fn pages_cannot_be_injected(path: &str, text: &str) -> Vec<String> {
    let page = path.starts_with("src/http/") && path.ends_with(".html");
    let script = path.ends_with(".js");
    let template = path.starts_with("src/") && (path.ends_with(".html") || path.ends_with(".txt"));
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let tight: String = line.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let mut refuse = |refused: bool, why: &str| {
            if refused {
                complaints.push(format!("{}: {why}", number + 1));
            }
        };
        refuse(template && (tight.contains("|safe") || tight.contains("escape=")), "escaping is switched off");
        refuse(page && line.contains(" style="), "inline style");
        refuse(page && line.contains("<style"), "inline style sheet");
        refuse(page && line.contains("<script") && !line.contains(" src="), "inline script");
        refuse(page && tight.contains("javascript:"), "a script in a link");
        refuse(page && has_event_attribute(line), "an event attribute is inline script");
        let sinks = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"];
        refuse((page || script) && sinks.iter().any(|sink| line.contains(sink)), "text turned into markup or code");
    }
    complaints
}

/// ` onclick=`, ` onsubmit=` …
fn has_event_attribute(line: &str) -> bool {
    line.match_indices(" on").any(|(at, _)| {
        let name = &line[at + 3..];
        let end = name.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(name.len());
        end > 2 && name[end..].starts_with('=')
    })
}

/// Chinese text takes full-width marks: ，；：？！
fn chinese_takes_full_width_marks(path: &str, text: &str) -> Vec<String> {
    let template = path.starts_with("src/") && (path.ends_with(".html") || path.ends_with(".txt"));
    let words = path.starts_with("src/i18n/") && path.ends_with(".rs");
    if !template && !words {
        return Vec::new();
    }
    let shown = if words { quoted(text) } else { text.to_owned() };
    let pairs = shown.char_indices().zip(shown.chars().skip(1));
    let wrong = pairs.filter(|((_, a), b)| ('\u{4e00}'..='\u{9fff}').contains(a) && ",;:?!".contains(*b));
    wrong.map(|((at, a), b)| format!("{}: half-width mark in {a}{b}", line_of(&shown, at))).collect()
}

/// The tree knows no machine and no package registry; `Cargo.lock` names its source by design.
fn no_machine_is_named(path: &str, text: &str) -> Vec<String> {
    if path == "Cargo.lock" {
        return Vec::new();
    }
    let words = [
        concat!("crates", ".io"),
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("pypi", ".org"),
        concat!("npmjs", ".com"),
        concat!("deb", ".debian.org"),
        concat!("docs", ".rs/"),
    ];
    let found = words.into_iter().flat_map(|word| text.match_indices(word));
    found.map(|(at, word)| format!("{}: `{word}`", line_of(text, at))).collect()
}

rule!(names, names_say_what_a_user_would,
    bad: [
        ("src/app/utils.rs", ""),
        ("src/app/a.rs", "struct SeatManager;"),
        ("src/app/a.rs", "fn handle_whistle() {}"),
        ("src/app/a.rs", "mod date_helpers;"),
    ],
    good: [
        ("src/http/mod.rs", "use actix_web::dev::Service; app.service(x); fn serve() {}"),
        ("src/app/a.rs", "fn processed() {} fn handling() {} // the manager"),
    ]
);
rule!(no_panics, no_way_out_of_a_result,
    bad: [
        ("src/a.rs", "x.unwrap();"),
        ("src/a.rs", "x\n    .expect(\"y\")"),
        ("src/a.rs", "todo!()"),
        ("src/a.rs", "#[cfg(test)]\nuse x;\nfn f() { panic!(\"y\") }"),
    ],
    good: [
        ("src/a.rs", "x.unwrap_or(1); // never .unwrap()\n#[cfg(test)]\nmod tests { fn f() { x.unwrap() } }"),
        ("src/a/tests.rs", "x.unwrap()"),
        ("tests/it/main.rs", "x.unwrap()"),
    ]
);
rule!(no_ignored_tests, every_test_runs,
    bad: [("tests/it/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}")],
    good: [("tests/it/a.rs", "#[test] // no #[ignore]\nfn f() {}")]
);
rule!(pages, pages_cannot_be_injected,
    bad: [
        ("src/http/pages/a.html", "{{ title | safe }}"),
        ("src/mail/letters/a.html", "{{ title|safe }}"),
        ("src/http/pages/a.html", "<p style=\"color:red\">"),
        ("src/http/pages/a.html", "<script>x()</script>"),
        ("src/http/pages/a.html", "<button onclick=\"x()\">"),
        ("src/http/pages/a.html", "<a href=\" javascript:x\">"),
        ("src/http/assets/a.js", "row.innerHTML = text;"),
    ],
    good: [
        ("src/http/pages/a.html", "<script src=\"/assets/a.js\" type=\"module\"></script>{{ title }} once=\"x\" on=1"),
        ("src/mail/letters/a.html", "<td style=\"padding:8px\">{{ title }}</td>"),
        ("src/http/assets/a.js", "row.textContent = text; form.addEventListener('submit', send);"),
    ]
);
rule!(chinese_marks, chinese_takes_full_width_marks,
    bad: [
        ("src/http/pages/a.html", "<p>已受理,请签收</p>"),
        ("src/i18n/zh.rs", "const A: &str = \"确认收哨?\";"),
        ("src/mail/letters/a.txt", "编号:{{ code }}"),
    ],
    good: [
        ("src/http/pages/a.html", "<p>已受理，请签收：{{ code }}</p> a, b"),
        ("src/i18n/zh.rs", "// 注释,不管\nlet a = [\"收\", \"发\"];"),
        ("config/sample-district/towns.csv", "青溪镇,town"),
    ]
);
rule!(no_machine, no_machine_is_named,
    bad: [
        ("README.md", concat!("see https://crates", ".io")),
        ("src/a.rs", concat!("\"/wo", "rk/main\"")),
        ("tests/run", concat!("cd /ro", "ot/x")),
    ],
    good: [("Cargo.lock", concat!("https://github.com/rust-lang/crates", ".io-index")), ("README.md", "artwork/x")]
);
