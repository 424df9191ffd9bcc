//! The table against a value: every fault of a body, in the order of the table. It never stops at the first one, and
//! never looks further than a body may be long: what is over a limit is one fault, not thousands.

use super::fault::step;
use super::{Expected, FaultCode, Faults, Kind, LIST_MAX, Node, Spec, TEXT_MAX};
use crate::domain::at::{At, is_date};
use std::collections::{BTreeMap, BTreeSet};

/// Notes every fault of `node` under the pointer `at`.
pub(super) fn check(kind: Kind, node: &Node, at: &str, faults: &mut Faults) {
    let expected = match (kind, node) {
        (_, Node::Null) => return faults.note(at.to_owned(), FaultCode::Null),
        (Kind::Text { max }, Node::Text(text)) => return check_text(text, max, at, faults),
        (Kind::Code, Node::Text(text)) => return check_code(text, at, faults),
        (Kind::Word(words), Node::Text(text)) => {
            return fault_unless(words.contains(&text.as_str()), FaultCode::NotInList(words), at, faults);
        }
        (Kind::Time, Node::Text(text)) => {
            return fault_unless(is_rfc3339(text) && At::parse(text).is_some(), FaultCode::BadTime, at, faults);
        }
        (Kind::Date, Node::Text(text)) => {
            return fault_unless(text.len() == "2026-12-01".len() && is_date(text), FaultCode::BadDate, at, faults);
        }
        (Kind::Bool, Node::Bool(_)) => return,
        (Kind::List { of, min }, Node::List(list)) => return check_list(*of, min, list, (at, faults)),
        (Kind::Object(spec), Node::Object(entries)) => return check_object(spec, entries, at, faults),
        (Kind::Text { .. } | Kind::Word(_) | Kind::Code | Kind::Time | Kind::Date, _) => Expected::Text,
        (Kind::Bool, _) => Expected::Bool,
        (Kind::List { .. }, _) => Expected::List,
        (Kind::Object(_), _) => Expected::Object,
    };
    faults.note(at.to_owned(), FaultCode::Type(expected));
}

fn check_object(spec: &'static Spec, entries: &[(String, Node)], at: &str, faults: &mut Faults) {
    let mut given: BTreeMap<&str, (&Node, bool)> = BTreeMap::new();
    for (name, node) in entries {
        given.entry(name).and_modify(|(_, twice)| *twice = true).or_insert((node, false));
    }
    for field in spec.fields {
        match given.get(field.name) {
            None => fault_unless(!field.required, FaultCode::Missing, &step(at, field.name), faults),
            Some((_, true)) => faults.note(step(at, field.name), FaultCode::Duplicate),
            Some((node, false)) => check(field.kind, node, &step(at, field.name), faults),
        }
    }
    // Unknown names come last, in the order of the body; a name written twice is told once.
    let mut told = BTreeSet::new();
    for (name, _) in entries.iter().filter(|(name, _)| spec.field(name).is_none()) {
        if told.insert(name) {
            faults.note(step(at, name), FaultCode::Unknown);
        }
    }
}

fn check_list(of: Kind, min: usize, list: &[Node], (at, faults): (&str, &mut Faults)) {
    fault_unless(list.len() >= min, FaultCode::TooFew(min), at, faults);
    fault_unless(list.len() <= LIST_MAX, FaultCode::TooMany(LIST_MAX), at, faults);
    for (position, item) in list.iter().take(LIST_MAX).enumerate() {
        check(of, item, &step(at, &position.to_string()), faults);
    }
}

fn check_text(text: &str, max: usize, at: &str, faults: &mut Faults) {
    fault_unless(text.chars().count() <= max, FaultCode::TooLong(max), at, faults);
    fault_unless(!text.chars().all(is_invisible), FaultCode::Blank, at, faults);
    let unseen = |c: char| c.is_control() && c != '\n' && c != '\t';
    fault_unless(!text.chars().any(unseen), FaultCode::ControlCharacter, at, faults);
}

/// A code is a text; one with letters that no code of ours has cannot name anything.
fn check_code(text: &str, at: &str, faults: &mut Faults) {
    check_text(text, TEXT_MAX, at, faults);
    let ours = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    fault_unless(text.trim().chars().all(|c| ours(c) || c.is_control()), FaultCode::NoSuch, at, faults);
}

/// The shape of RFC 3339: the time library also takes other forms, which another client would not write.
fn is_rfc3339(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked("2026-11-25T17:30:00".len()) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let fraction_is_empty = rest.starts_with('.') && rest.len() == zone.len() + 1;
    let like = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(c, s)| if s == b'0' { c.is_ascii_digit() } else { c == s })
    };
    let zoned = zone == "Z" || like(zone, "+00:00") || like(zone, "-00:00");
    like(clock, "0000-00-00T00:00:00") && !fraction_is_empty && zoned
}

fn fault_unless(good: bool, code: FaultCode, at: &str, faults: &mut Faults) {
    if !good {
        faults.note(at.to_owned(), code);
    }
}

/// Nothing that a reader would see: white space, and the marks that only join, part or turn what stands beside them.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}')
}
