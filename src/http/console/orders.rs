//! A page's form as the order that the domain reads. What a browser cannot say (an empty list, a list of summonses) is
//! said for it; nothing is mended, and a name that no order knows stays a fault.

use super::reader::{Reader, pairs, typed};
use crate::domain::deeds::WhistleDeed;
use crate::domain::order::{Fault, FaultCode, Node, NotAnObject, Spec, from_form, pairs_of};
use crate::http::gate::FORM_FIELDS;
use crate::http::pages::{Form, FormFault};
use crate::i18n::pages as words;
use actix_web::web::Bytes;

/// The body of an order.
fn body(spec: &'static Spec, bytes: &[u8]) -> Result<Node, NotAnObject> {
    from_form(spec, bytes, FORM_FIELDS)
}

/// A part of a form: what this order takes of it, whatever else stands there.
pub(super) fn part_of(spec: &'static Spec, bytes: &[u8]) -> Result<Node, NotAnObject> {
    let named = |pair: &&[u8]| pairs(pair).first().is_some_and(|(name, _)| spec.field(name).is_some());
    let part: Vec<&[u8]> = bytes.split(|byte| *byte == b'&').filter(named).collect();
    body(spec, &part.join(&b'&'))
}

/// The body of a deed on a whistle.
pub(super) fn whistle_body(deed: WhistleDeed, spec: &'static Spec, bytes: &[u8]) -> Result<Node, NotAnObject> {
    match deed {
        WhistleDeed::Dispatch => {
            // The same check of the bytes as everywhere, then the rows of the form instead of the names of the order.
            body(spec, bytes)?;
            Ok(summonses(&pairs(bytes)))
        }
        WhistleDeed::Accept => body(spec, bytes).map(|order| with_list(order, "supports")),
        WhistleDeed::Return | WhistleDeed::Complete | WhistleDeed::Decline => body(spec, bytes),
        WhistleDeed::SendBack | WhistleDeed::Close | WhistleDeed::Merge | WhistleDeed::Unmerge => body(spec, bytes),
        WhistleDeed::Appeal | WhistleDeed::Withdraw | WhistleDeed::Contest => body(spec, bytes),
        WhistleDeed::AddSummons | WhistleDeed::ChangeLead | WhistleDeed::Comments => body(spec, bytes),
        WhistleDeed::RaiseUrgency | WhistleDeed::LowerUrgency | WhistleDeed::DismissContest => body(spec, bytes),
        WhistleDeed::Suspend | WhistleDeed::Resume | WhistleDeed::Reopen => body(spec, bytes),
    }
}

/// What a form sends, name and value.
pub(super) type Pairs = Vec<(String, String)>;

/// What was filled in, without what the page adds.
pub(super) fn filled_in(bytes: &[u8]) -> Result<Pairs, NotAnObject> {
    let mut pairs = pairs_of(bytes)?;
    pairs.retain(|(name, value)| !value.is_empty() && !FORM_FIELDS.contains(&name.as_str()));
    Ok(pairs)
}

/// Boxes without a tick send nothing: where the order wants a list, that is the empty one.
fn with_list(order: Node, name: &str) -> Node {
    match order {
        Node::Object(mut entries) => {
            if !entries.iter().any(|(given, _)| given == name) {
                entries.push((name.to_owned(), Node::List(Vec::new())));
            }
            Node::Object(entries)
        }
        Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::List(_) => order,
    }
}

/// `lead` and `supports` as a list of summonses.
fn summonses(given: &[(String, String)]) -> Node {
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for (name, value) in given.iter().filter(|(name, value)| !value.is_empty() && !FORM_FIELDS.contains(&name.as_str()))
    {
        let role = match name.as_str() {
            "lead" => "lead",
            "supports" => "support",
            _ => {
                others.push((name.clone(), Node::Text(value.clone())));
                continue;
            }
        };
        let row = [("department", value.as_str()), ("role", role)];
        rows.push(Node::Object(row.map(|(name, value)| (name.to_owned(), Node::Text(value.to_owned()))).to_vec()));
    }
    others.insert(0, ("summonses".to_owned(), Node::List(rows)));
    Node::Object(others)
}

/// The fields of all forms as they stand on the screen, top to bottom: their faults are told in that order.
const SCREEN: &[&str] = &[
    "enterprise",
    "place",
    "town",
    "outcome",
    "note",
    "what",
    "spot",
    "category",
    "severity_claimed",
    "severity",
    "urgency",
    "clause",
    "lead",
    "supports",
    "route",
    "needed_departments",
    "occurred_at",
    "source",
    "contact.name",
    "contact.phone",
    "protected_source",
    "title",
    "on_behalf_of",
    "missing",
    "ground",
    "kind",
    "officers",
    "mode",
    "eta",
    "name",
    "scopes",
    "expires_at",
    "into",
    "department",
    "role",
    "review_on",
    "to",
    "instead",
    "until",
    "reason",
    "basis",
    "law",
    "task",
    "text",
    "visibility",
    "subject",
    "date",
    "period",
    "notice",
    "vehicles",
    "override_reason",
    "shift",
    "office_duty",
    "main",
    "deputy",
    "username",
    "same_as",
    "proof",
];

/// A form that comes back: what was typed, and what was wrong with it in the reader's words.
pub(super) fn refused(reader: &Reader, deed: &str, bytes: &Bytes, faults: &[Fault]) -> Form {
    refused_at(reader, (deed, bytes), faults, field_of)
}

/// The same of a form whose rows become the lists of an order. `field_of`: the input that a pointer leads to.
pub(super) fn refused_at(
    reader: &Reader,
    (deed, bytes): (&str, &Bytes),
    faults: &[Fault],
    field_of: impl Fn(&str) -> String,
) -> Form {
    let given = pairs(bytes).into_iter().find(|(name, _)| name == "version").map(|(_, value)| value);
    let mut told: Vec<FormFault> = Vec::new();
    for fault in faults {
        let field = field_of(&fault.pointer);
        let message = match fault.code {
            FaultCode::OneOf(_) => words::of(reader.lang).where_needed.to_owned(),
            FaultCode::NotInList(_) | FaultCode::Missing | FaultCode::TooFew(_) | FaultCode::Unknown => {
                named(reader, &field, words::of(reader.lang).fault_choose)
            }
            FaultCode::BadTime => named(reader, &field, words::of(reader.lang).fault_time),
            FaultCode::BadDate => named(reader, &field, &reader.lang.fault(fault)),
            FaultCode::Duplicate | FaultCode::Null | FaultCode::Type(_) | FaultCode::TooLong(_) | FaultCode::Blank => {
                named(reader, &field, &reader.lang.fault(fault))
            }
            FaultCode::ControlCharacter
            | FaultCode::TooMany(_)
            | FaultCode::NoSuch
            | FaultCode::Clash(_)
            | FaultCode::Unfit(_) => named(reader, &field, &reader.lang.fault(fault)),
        };
        if !told.iter().any(|one| one.field == field && one.message == message) {
            told.push(FormFault { field, message });
        }
    }
    let place = |name: &str| SCREEN.iter().position(|field| *field == name).unwrap_or(usize::MAX);
    told.sort_by_key(|fault| match numbered(&fault.field) {
        Some((stem, row)) => (row, place(stem)),
        None => (0, place(&fault.field)),
    });
    Form {
        key: reader.key(),
        version: given.unwrap_or_default(),
        deed: deed.to_owned(),
        typed: typed(bytes),
        faults: told,
        kept: None,
    }
}

/// The field is named with its fault: in the list of faults nothing else says which it is.
fn named(reader: &Reader, field: &str, fault: &str) -> String {
    let lang = reader.lang;
    match numbered(field) {
        Some((stem, row)) => {
            let label = format!("{} {}", words::item(lang, &row.to_string()), words::field(lang, stem));
            words::fault_of(lang, &label, fault)
        }
        None => words::fault_of(lang, words::field(lang, field), fault),
    }
}

/// The name and the row of an input: `note-3`.
pub(super) fn numbered(name: &str) -> Option<(&str, usize)> {
    let (stem, row) = name.rsplit_once('-')?;
    Some((stem, row.parse().ok()?))
}

/// The input that a pointer leads to: `/contact/phone` is `contact.phone`, `/supports/0` is `supports`.
fn field_of(pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        // The rows of the dispatch form are one field to a person.
        ["summonses", ..] => "lead".to_owned(),
        ["contact"] => "contact.name".to_owned(),
        ["contact", inside, ..] => format!("contact.{inside}"),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::whistles::order_spec;
    use crate::domain::order::from_json;

    fn order(deed: WhistleDeed, form: &str) -> Node {
        whistle_body(deed, order_spec(deed), form.as_bytes()).unwrap()
    }

    #[test]
    fn rows_of_departments_become_the_summonses_of_a_dispatch() {
        let form =
            order(WhistleDeed::Dispatch, "csrf=x&version=3&lead=YJ&supports=XF&supports=SH&next=%2Fconsole&zz=1");
        let json = r#"{"summonses":[{"department":"YJ","role":"lead"},{"department":"XF","role":"support"},
            {"department":"SH","role":"support"}],"zz":"1"}"#;
        assert_eq!(form, from_json(json.as_bytes()).unwrap());
        assert!(whistle_body(WhistleDeed::Dispatch, order_spec(WhistleDeed::Dispatch), b"lead=%ff").is_err());
    }

    #[test]
    fn no_box_ticked_is_an_empty_list_of_supports() {
        let form = order(WhistleDeed::Accept, "severity=general&urgency=normal&lead=XF&route=single&dispatch=true");
        let Node::Object(entries) = form else { panic!("no object") };
        assert!(entries.contains(&("supports".to_owned(), Node::List(Vec::new()))));
    }

    #[test]
    fn a_pointer_leads_to_the_input_that_a_person_sees() {
        for (pointer, field) in [
            ("/what", "what"),
            ("/contact", "contact.name"),
            ("/contact/phone", "contact.phone"),
            ("/supports/3", "supports"),
            ("/summonses/1/department", "lead"),
            ("", ""),
        ] {
            assert_eq!(field_of(pointer), field);
        }
    }
}
