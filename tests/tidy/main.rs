//! Tidy: what the compiler cannot know about this tree and a reviewer should not have to. Every rule is a pure
//! function from (path, text) to complaints; it is run over the tree and tried on a bad and a good sample each.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the tree has failed")]

mod dependencies;
mod rooms;
mod scan;
mod shape;
mod words;

use std::fs;
use std::path::Path;

/// From a file's path, relative to the top, and its text to what is wrong with it, `line: why` where it has a line.
type Check = fn(&str, &str) -> Vec<String>;

/// Two tests of one name: the rule holds in the tree, and it sees what it should see.
macro_rules! rule {
    ($name:ident, $check:ident, bad: [$($bad:expr),+ $(,)?], good: [$($good:expr),+ $(,)?]) => {
        mod $name {
            #[test]
            fn holds_in_the_tree() {
                crate::holds_in_the_tree(super::$check);
            }
            #[test]
            fn is_tried_on_samples() {
                crate::is_tried_on_samples(super::$check, &[$($bad),+], &[$($good),+]);
            }
        }
    };
}
pub(crate) use rule;

fn holds_in_the_tree(check: Check) {
    let mut complaints = Vec::new();
    for (path, text) in tree() {
        complaints.extend(check(&path, &text).into_iter().map(|complaint| format!("{path}:{complaint}")));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn is_tried_on_samples(check: Check, bad: &[(&str, &str)], good: &[(&str, &str)]) {
    for (path, text) in bad {
        assert!(!check(path, text).is_empty(), "the bad sample passes: {path}: {text}");
    }
    for (path, text) in good {
        assert_eq!(check(path, text), [""; 0], "the good sample fails: {path}: {text}");
    }
}

/// Every text file of ours: what `.gitignore` names is left out, so is what cannot be read as text.
fn tree() -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    assert!(files.len() > 20, "the walk finds the tree: {}", files.len());
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let (path, here) = (entry.path(), format!("{prefix}{name}"));
        if matches!(here.as_str(), ".git" | "target" | "data") || name.ends_with(".snap.new") {
            continue;
        }
        if path.is_dir() {
            walk(&path, &format!("{here}/"), files);
        } else {
            files.push((here, String::from_utf8(fs::read(&path).unwrap()).unwrap_or_default()));
        }
    }
}
