//! The form in which an officer answers for the own items, as the order that the domain reads: a row an item, and what was left
//! open says nothing. Nothing is mended; what belongs to a finding is said only where a hazard was chosen.

use super::super::orders::{Pairs, filled_in, numbered, refused_at};
use super::super::reader::Reader;
use crate::domain::order::{Fault, Node, NotAnObject};
use crate::domain::terms::Outcome;
use crate::http::pages::Form;
use actix_web::web::Bytes;
use std::collections::BTreeSet;

/// What is said of an item itself, and of what was found.
const OF_ITEM: &[&str] = &["outcome", "note"];
const OF_FINDING: &[&str] = &["what", "spot", "severity", "clause"];

/// An input of one of the rows: its stem and the item's number.
fn of_row(name: &str) -> Option<(&str, usize)> {
    numbered(name).filter(|(stem, _)| OF_ITEM.contains(stem) || OF_FINDING.contains(stem))
}

/// The items that were answered, in their order.
fn answered(given: &Pairs) -> Vec<usize> {
    let rows = given.iter().filter_map(|(name, _)| of_row(name)).map(|(_, no)| no);
    rows.collect::<BTreeSet<usize>>().into_iter().filter(|no| !said(given, *no).is_empty()).collect()
}

/// What counts of a row: whoever chose another outcome than a hazard no longer sees the fields of one.
fn said(given: &Pairs, no: usize) -> Vec<(&str, &str)> {
    let own = given.iter().filter_map(|(name, value)| Some((of_row(name)?, value)));
    let own: Vec<(&str, &str)> =
        own.filter(|((_, row), _)| *row == no).map(|((stem, _), value)| (stem, value.as_str())).collect();
    let outcome = own.iter().find(|(stem, _)| *stem == "outcome").map(|(_, value)| *value);
    let hazard = outcome.is_none_or(|outcome| outcome == Outcome::Finding.as_str());
    own.into_iter().filter(|(stem, _)| hazard || OF_ITEM.contains(stem)).collect()
}

/// The body of `…/record`.
pub(super) fn body(bytes: &[u8]) -> Result<Node, NotAnObject> {
    let given = filled_in(bytes)?;
    let results = answered(&given).into_iter().map(|no| result(no, &said(&given, no))).collect();
    let others = given.iter().filter(|(name, _)| of_row(name).is_none());
    let others = others.map(|(name, value)| (name.clone(), Node::Text(value.clone())));
    Ok(Node::Object(std::iter::once(("results".to_owned(), Node::List(results))).chain(others).collect()))
}

fn result(no: usize, said: &[(&str, &str)]) -> Node {
    let texts = |stems: &[&str]| {
        let own = said.iter().filter(|(stem, _)| stems.contains(stem));
        own.map(|(stem, value)| ((*stem).to_owned(), Node::Text((*value).to_owned()))).collect::<Vec<_>>()
    };
    let mut entries = vec![("item".to_owned(), Node::Text(no.to_string()))];
    entries.extend(texts(OF_ITEM));
    let found = texts(OF_FINDING);
    if !found.is_empty() || said.contains(&("outcome", Outcome::Finding.as_str())) {
        entries.push(("finding".to_owned(), Node::Object(found)));
    }
    Node::Object(entries)
}

/// The form as it was sent, each fault at its input.
pub(super) fn refused(reader: &Reader, bytes: &Bytes, faults: &[Fault]) -> Form {
    let rows = filled_in(bytes).map(|given| answered(&given)).unwrap_or_default();
    refused_at(reader, ("record", bytes), faults, |pointer| field_of(pointer, &rows))
}

/// The input that a pointer leads to: `/results/0/finding/what` is `what-3`, where item 3 was the first that was answered.
fn field_of(pointer: &str, rows: &[usize]) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let (row, inside) = match steps.as_slice() {
        ["results", row, inside @ ..] => (row.parse().ok().and_then(|row: usize| rows.get(row)), inside),
        [first, ..] => return (*first).to_owned(),
        [] => return String::new(),
    };
    let stem = match inside {
        ["finding"] => "what",
        ["finding", of, ..] => of,
        ["note", ..] => "note",
        [..] => "outcome",
    };
    row.map_or_else(|| "results".to_owned(), |no| format!("{stem}-{no}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;

    #[test]
    fn only_the_items_that_were_filled_in_become_results() {
        let form = "csrf=x&key=k&version=3&outcome-2=ok&note-2=&what-2=old&outcome-5=finding&what-5=a&spot-5=b\
                    &severity-5=major&clause-5=c&note-7=d&note-8=&zz=1";
        let json = r#"{"results":[{"item":"2","outcome":"ok"},
            {"item":"5","outcome":"finding","finding":{"what":"a","spot":"b","severity":"major","clause":"c"}},
            {"item":"7","note":"d"}],"zz":"1"}"#;
        assert_eq!(body(form.as_bytes()).unwrap(), from_json(json.as_bytes()).unwrap());
        let hazard = r#"{"results":[{"item":"1","outcome":"finding","finding":{}}]}"#;
        assert_eq!(body(b"outcome-1=finding").unwrap(), from_json(hazard.as_bytes()).unwrap());
        assert_eq!(body(b"csrf=x").unwrap(), from_json(br#"{"results":[]}"#).unwrap());
        assert!(body(b"note-1=%ff").is_err());
    }

    #[test]
    fn a_fault_is_told_at_the_input_of_its_item() {
        for (pointer, field) in [
            ("/results", "results"),
            ("/results/0/item", "outcome-2"),
            ("/results/1/finding", "what-5"),
            ("/results/1/finding/clause", "clause-5"),
            ("/results/0/note", "note-2"),
            ("/results/9/note", "results"),
            ("", ""),
        ] {
            assert_eq!(field_of(pointer, &[2, 5]), field, "{pointer}");
        }
    }
}
