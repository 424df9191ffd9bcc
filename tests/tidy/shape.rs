//! The shape of files: how long, how they begin, where they stand. A file past its limit becomes a folder of its name;
//! nothing else makes a new folder.

use crate::rule;
use crate::scan::{code, item_end, line_of, whole_words};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// What may stand at the top of the repository.
const TOP: &[&str] = &[
    ".ci",
    ".clippy.toml",
    ".gitignore",
    ".rustfmt.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "config",
    "docker",
    "src",
    "tests",
];

fn files_are_short(path: &str, text: &str) -> Vec<String> {
    let ours = [".rs", ".html", ".css", ".js", ".sql", ".toml", ".txt"];
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX && ours.iter().any(|end| path.ends_with(end)) {
        return vec![format!(" {lines} lines; past {FILE_LINES_MAX} a file becomes a folder of its name")];
    }
    Vec::new()
}

fn functions_are_short(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code(text);
    let mut complaints = Vec::new();
    for at in whole_words(&code, "fn ") {
        let lines = code[at..item_end(&code, at)].lines().count();
        if lines > FUNCTION_LINES_MAX {
            complaints.push(format!("{}: a function of {lines} lines", line_of(&code, at)));
        }
    }
    complaints
}

/// Two lines at least: what it is for, what it must never do. Tests say what they try.
fn files_say_what_they_are_for(path: &str, text: &str) -> Vec<String> {
    let header = text.lines().take_while(|line| line.starts_with("//!")).count();
    let wanted = if path.ends_with("/tests.rs") { 1 } else { 2 };
    if path.ends_with(".rs") && header < wanted {
        return vec![format!("1: opens with no `//!` of {wanted} lines or more")];
    }
    Vec::new()
}

fn the_top_is_a_short_list(path: &str, _: &str) -> Vec<String> {
    let top = path.split('/').next().unwrap_or(path);
    if TOP.contains(&top) { Vec::new() } else { vec![format!(" `{top}` is not in the list of the top level")] }
}

fn long(line: &str, times: usize) -> &'static str {
    // A sample lives as long as the test process.
    Box::leak(line.repeat(times).into_boxed_str())
}

fn long_function(lines: usize) -> &'static str {
    Box::leak(format!("fn f() {{\n{}}}\nfn g() {{}}\n", long("    x();\n", lines - 2)).into_boxed_str())
}

rule!(file_size, files_are_short,
    bad: [("src/a.rs", super::long("x\n", 401)), ("src/http/pages/a.html", super::long("x\n", 401))],
    good: [("src/a.rs", super::long("x\n", 400)), ("Cargo.lock", super::long("x\n", 401))]
);
rule!(function_size, functions_are_short,
    bad: [("src/a.rs", super::long_function(71))],
    good: [("src/a.rs", super::long_function(70)), ("src/b.rs", "trait T { fn f(x: [u8; 4]); }")]
);
rule!(headers, files_say_what_they_are_for,
    bad: [("src/a.rs", "use std::fmt;"), ("src/a.rs", "//! One.\nuse std::fmt;")],
    good: [("src/a.rs", "//! One.\n//! Two.\n"), ("src/a/tests.rs", "//! One.\n"), ("src/a.css", "a {}")]
);
rule!(top_level, the_top_is_a_short_list,
    bad: [("templates/a.html", ""), ("notes.md", ""), ("askama.toml", "")],
    good: [("src/askama.toml", ""), ("README.md", ""), (".ci/run", "")]
);
