//! Reads Rust just closely enough to tell code, comments and strings apart. What is masked becomes blanks of the same
//! length, so that offsets and line numbers stay true. It never needs to understand a file to judge it.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// Only the code: comments and what stands between quotes are blank.
pub(crate) fn code(text: &str) -> String {
    masked(text, |kind| kind == Kind::Code)
}

/// Only what stands between quotes.
pub(crate) fn quoted(text: &str) -> String {
    masked(text, |kind| kind == Kind::Text)
}

/// `text` with everything under `#[cfg(test)]` blank, and all of it in a file of tests.
pub(crate) fn without_tests(path: &str, text: &str) -> String {
    if path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/") {
        return blank(text);
    }
    let (code, mut kept) = (code(text), text.to_owned());
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(&code, start + "#[cfg(test)]".len());
        kept.replace_range(start..end, &blank(&text[start..end]));
        from = end;
    }
    kept
}

/// Where the item that begins at `from` ends: its closing brace, or its semicolon when it has no body.
pub(crate) fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    let mut brackets = 0_usize;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            ';' if depth == 0 && brackets == 0 => return from + at + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return from + at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The line, from 1, that holds this offset.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// Every whole-word occurrence of `word` in `text`; neighbours that make a longer name do not count.
pub(crate) fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (opens, closes) = (part(word.chars().next()), part(word.chars().last()));
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        !(opens && part(text[..*at].chars().last()) || closes && part(text[at + word.len()..].chars().next()))
    })
}

fn blank(text: &str) -> String {
    text.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect()
}

fn masked(text: &str, keep: impl Fn(Kind) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((kind, length)) = next_piece(rest) {
        let piece = &rest[..length];
        if keep(kind) {
            out.push_str(piece)
        } else {
            out.push_str(&blank(piece))
        }
        rest = &rest[length..];
    }
    out
}

/// The next piece of one kind and its length in bytes.
fn next_piece(rest: &str) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    if rest.starts_with("//") {
        return Some((Kind::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some((Kind::Comment, rest.find("*/").map_or(rest.len(), |at| at + 2)));
    }
    if first == '"' {
        return Some((Kind::Text, quote_end(rest)));
    }
    if first == '\'' {
        return Some(char_literal(rest));
    }
    if first.is_alphanumeric() || first == '_' {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let hashes = rest[word..].bytes().take_while(|b| *b == b'#').count();
        if matches!(&rest[..word], "r" | "br") && rest[word + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = word + hashes + 1;
            return Some((Kind::Text, rest[body..].find(&close).map_or(rest.len(), |at| body + at + close.len())));
        }
        return Some((Kind::Code, word));
    }
    Some((Kind::Code, first.len_utf8()))
}

fn quote_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// `'x'` and `'\n'` are text; `'a` of a lifetime is code.
fn char_literal(rest: &str) -> (Kind, usize) {
    let mut inside = rest.char_indices().skip(1);
    match (inside.next(), inside.next()) {
        (Some((_, '\\')), Some((at, c))) => {
            let after = at + c.len_utf8();
            (Kind::Text, rest[after..].find('\'').map_or(rest.len(), |close| after + close + 1))
        }
        (Some(_), Some((at, '\''))) => (Kind::Text, at + 1),
        _ => (Kind::Code, 1),
    }
}

#[test]
fn comments_strings_and_tests_are_told_apart() {
    let source = "fn a<'x>() { b(\"q\\\"{\", '{', r#\"\"raw\"\"#); } // note {\n#[cfg(test)]\nmod t { fn u() { \"}\"; } }\nfn z() {}";
    let seen = code(source);
    assert_eq!(seen.len(), source.len());
    assert!(seen.contains("fn a<'x>() { b(") && !seen.contains("raw") && !seen.contains("note"), "{seen}");
    assert_eq!(seen.matches('{').count(), 4, "{seen}");
    assert!(quoted(source).contains("\"q\\\"{\"") && quoted(source).contains("raw"));
    let kept = without_tests("src/a.rs", source);
    assert!(kept.contains("fn a") && kept.contains("fn z") && !kept.contains("mod t"), "{kept}");
    assert_eq!(whole_words("a.unwrap() unwrap_or my_unwrap unwrap", "unwrap").count(), 2);
}
