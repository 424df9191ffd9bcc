//! What a body may say: one constant table per order drives the reader, the form, the OpenAPI document and the tests
//! that try every field of every POST. Reading names all faults of a body at once. It must never trim or mend a text,
//! never echo one (only the pointer to it), and never know of HTTP or of what exists in the ledger.

mod check;
mod fault;
mod form;
mod node;
mod reader;

pub use fault::{Clash, Expected, FAULTS_MAX, Fault, FaultCode, Faults, OfItem, OnSite, Weak};
pub use form::{from_form, pairs_of, unescape};
pub use node::{DEPTH_MAX, Node, NotAnObject, from_json};
pub use reader::{Reader, read};

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Longest `what`, in characters (Unicode scalar values), as all lengths here.
pub const WHAT_MAX: usize = 2000;
/// Longest `title`.
pub const TITLE_MAX: usize = 80;
/// Longest `place`.
pub const PLACE_MAX: usize = 200;
/// Longest `name` of a person.
pub const NAME_MAX: usize = 50;
/// Longest `phone`.
pub const PHONE_MAX: usize = 20;
/// Longest text of any other kind, codes included.
pub const TEXT_MAX: usize = 1000;
/// Most items of any list.
pub const LIST_MAX: usize = 50;

/// One order: its fields, in the order in which a person should mend them.
#[derive(Debug)]
pub struct Spec {
    /// The name in the OpenAPI document.
    pub name: &'static str,
    /// Every field that the order takes; any other is a fault.
    pub fields: &'static [Field],
}

/// One field of an order.
#[derive(Debug)]
pub struct Field {
    /// The name on the wire and in forms.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether leaving it out is a fault.
    pub required: bool,
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, kind: Kind) -> Field {
        Field { name, kind, required: true }
    }

    /// A field that may be left out; `null` is a fault here too.
    pub const fn optional(name: &'static str, kind: Kind) -> Field {
        Field { name, kind, required: false }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text taken as typed: not blank, at most `max` characters, no control characters but line feed and tab.
    Text { max: usize },
    /// One word of a closed list.
    Word(&'static [&'static str]),
    /// A code or id of ours: ASCII letters, digits, `.`, `_`, `-`. Whether it names something is the caller's question.
    Code,
    /// RFC 3339 with any offset.
    Time,
    /// A civil date, `2026-12-01`.
    Date,
    /// `true` or `false`.
    Bool,
    /// At least `min` and at most `LIST_MAX` items of one kind.
    List { of: &'static Kind, min: usize },
    /// A nested order.
    Object(&'static Spec),
}

impl Spec {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Each sound item of a list must exist and be named once, here and beside `named`; every one that is not is a fault.
pub fn each_once(
    reader: &Reader<'_>,
    name: &str,
    named: &[String],
    exists: impl Fn(&str) -> bool,
    faults: &mut Faults,
) {
    let mut seen: BTreeSet<String> = named.iter().cloned().collect();
    for (at, item) in reader.placed(name) {
        if !exists(&item) {
            faults.add(reader.item(name, at), FaultCode::NoSuch);
        } else if !seen.insert(item) {
            faults.add(reader.item(name, at), FaultCode::Clash(Clash::Twice));
        }
    }
}

/// The order as JSON Schema 2020-12, for the OpenAPI document.
pub fn schema(spec: &Spec) -> Value {
    let properties: Map<String, Value> =
        spec.fields.iter().map(|field| (field.name.to_owned(), kind_schema(field.kind))).collect();
    let required: Vec<&str> = spec.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "title": spec.name, "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

/// At least one visible character, and no control characters but line feed and tab.
const TEXT_PATTERN: &str = concat!(
    r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*",
    r"[^\u0000-\u0020\u007F-\u009F\s]",
    r"[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$",
);

fn kind_schema(kind: Kind) -> Value {
    match kind {
        Kind::Text { max } => json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": TEXT_PATTERN}),
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::Code => json!({"type": "string", "maxLength": TEXT_MAX, "pattern": "^[A-Za-z0-9._-]+$"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::List { of, min } => {
            json!({"type": "array", "items": kind_schema(*of), "minItems": min, "maxItems": LIST_MAX})
        }
        Kind::Object(spec) => schema(spec),
    }
}

/// An order with a field of every kind, for the tests of this folder.
#[cfg(test)]
pub(crate) mod sample {
    use super::*;

    pub(crate) static CONTACT: Spec = Spec {
        name: "Contact",
        fields: &[
            Field::required("name", Kind::Text { max: NAME_MAX }),
            Field::optional("phone", Kind::Text { max: PHONE_MAX }),
        ],
    };
    pub(crate) static SUMMONS: Spec = Spec {
        name: "SummonsOrder",
        fields: &[
            Field::required("department", Kind::Code),
            Field::required("role", Kind::Word(&["lead", "support"])),
            Field::optional("due_at", Kind::Time),
        ],
    };
    pub(crate) static ORDER: Spec = Spec {
        name: "SampleOrder",
        fields: &[
            Field::required("what", Kind::Text { max: WHAT_MAX }),
            Field::required("urgency", Kind::Word(&["emergency", "normal"])),
            Field::optional("town", Kind::Code),
            Field::optional("occurred_at", Kind::Time),
            Field::required("dispatch", Kind::Bool),
            Field::optional("notes", Kind::List { of: &Kind::Text { max: 5 }, min: 0 }),
            Field::optional("contact", Kind::Object(&CONTACT)),
            Field::optional("summonses", Kind::List { of: &Kind::Object(&SUMMONS), min: 1 }),
        ],
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_says_what_the_table_says() {
        let schema = schema(&sample::ORDER);
        assert_eq!(schema["required"], json!(["what", "urgency", "dispatch"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["properties"]["what"]["maxLength"], json!(2000));
        assert_eq!(schema["properties"]["urgency"]["enum"], json!(["emergency", "normal"]));
        let summonses = &schema["properties"]["summonses"];
        assert_eq!((&summonses["minItems"], &summonses["maxItems"]), (&json!(1), &json!(50)));
        assert_eq!(summonses["items"]["properties"]["role"]["enum"], json!(["lead", "support"]));
        assert_eq!(summonses["items"]["additionalProperties"], json!(false));
    }
}
