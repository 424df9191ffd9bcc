//! A JSON value that keeps what a map would hide: every key as often as it was written, in the order of the body.
//! Bounded in depth; how many bytes come in is the door's to bound. It must never guess at broken input.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

/// Deepest nesting of a body; the object at the top is the first level.
pub const DEPTH_MAX: usize = 16;

/// One value of a body, duplicate keys kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Null,
    Bool(bool),
    /// A number: no field takes one, so which one does not matter.
    Number,
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Why bytes are no order at all: answered with 400 before any field is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnObject {
    NotUtf8,
    /// Broken, cut off, followed by something else, or with half of a surrogate pair in an escape.
    NotJson,
    /// Good JSON, but no object.
    NotObject,
    /// Nested deeper than `DEPTH_MAX`.
    TooDeep,
}

/// Reads a body. No body at all is an empty object: a deed without fields needs none.
pub fn from_json(bytes: &[u8]) -> Result<Node, NotAnObject> {
    if bytes.is_empty() {
        return Ok(Node::Object(Vec::new()));
    }
    let text = short_numbers(std::str::from_utf8(bytes).map_err(|_| NotAnObject::NotUtf8)?);
    let too_deep = Cell::new(false);
    let mut source = serde_json::Deserializer::from_str(&text);
    let read = Level { depth: 0, too_deep: &too_deep }.deserialize(&mut source).and_then(|node| {
        source.end()?;
        Ok(node)
    });
    match read {
        Ok(node @ Node::Object(_)) => Ok(node),
        Ok(_) => Err(NotAnObject::NotObject),
        Err(_) if too_deep.get() => Err(NotAnObject::TooDeep),
        Err(_) => Err(NotAnObject::NotJson),
    }
}

/// The same text with two digits left of each run outside of strings: good JSON stays good and bad stays bad, and no
/// number is too large for the parser. `1e999` is JSON, and a number where there should be none is told by its field.
fn short_numbers(text: &str) -> Cow<'_, str> {
    const KEPT: usize = 2;
    let (bytes, mut short) = (text.as_bytes(), String::new());
    let (mut at, mut copied, mut in_string) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !in_string && digits > KEPT {
            short.push_str(&text[copied..at + KEPT]);
            copied = at + digits;
        }
        in_string ^= *byte == b'"';
        // What is escaped ends no string.
        let escape = in_string && *byte == b'\\';
        at += if escape { 2 } else { digits.max(1) };
    }
    if copied == 0 { Cow::Borrowed(text) } else { Cow::Owned(short + &text[copied..]) }
}

/// Reads one value at `depth` containers; the flag tells our own refusal from the parser's.
#[derive(Clone, Copy)]
struct Level<'c> {
    depth: usize,
    too_deep: &'c Cell<bool>,
}

impl Level<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            self.too_deep.set(true);
            return Err(E::custom("nested too deep"));
        }
        Ok(Level { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let inside = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let inside = self.deeper()?;
        let mut object = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            object.push((name, entries.next_value_seed(inside)?));
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nested(levels: usize) -> String {
        format!("{}{}{}", r#"{"a":"#.repeat(levels - 1), "{}", "}".repeat(levels - 1))
    }

    #[test]
    fn duplicate_keys_are_kept_in_order() {
        let node = from_json(br#"{"a":1,"b":[null,true],"a":"x"}"#).unwrap();
        let list = Node::List(vec![Node::Null, Node::Bool(true)]);
        let entries = vec![("a", Node::Number), ("b", list), ("a", Node::Text("x".into()))];
        assert_eq!(node, Node::Object(entries.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()));
    }

    #[test]
    fn no_body_is_an_empty_object() {
        assert_eq!(from_json(b""), Ok(Node::Object(Vec::new())));
    }

    #[test]
    fn what_is_no_object_says_why() {
        let cases: [(&[u8], NotAnObject); 13] = [
            (b"{\"a\":\"\xff\"}", NotAnObject::NotUtf8),
            (b"\xed\xa0\x80", NotAnObject::NotUtf8),
            (b" ", NotAnObject::NotJson),
            (b"{", NotAnObject::NotJson),
            (b"{} {}", NotAnObject::NotJson),
            (b"{}x", NotAnObject::NotJson),
            (b"{\"a\":1,}", NotAnObject::NotJson),
            (b"{'a':1}", NotAnObject::NotJson),
            (br#"{"a":"\ud83d"}"#, NotAnObject::NotJson),
            (br#"{"\udc00":1}"#, NotAnObject::NotJson),
            (b"{\"a\":\"\x01\"}", NotAnObject::NotJson),
            (b"[]", NotAnObject::NotObject),
            (b"null", NotAnObject::NotObject),
        ];
        for (bytes, why) in cases {
            assert_eq!(from_json(bytes), Err(why), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn sixteen_levels_are_read_and_seventeen_are_not() {
        assert!(from_json(nested(16).as_bytes()).is_ok());
        assert_eq!(from_json(nested(17).as_bytes()), Err(NotAnObject::TooDeep));
    }

    #[test]
    fn a_depth_bomb_is_refused_before_the_stack_is() {
        assert_eq!(from_json("[".repeat(1_000_000).as_bytes()), Err(NotAnObject::TooDeep));
        assert_eq!(from_json(r#"{"a":"#.repeat(1_000_000).as_bytes()), Err(NotAnObject::TooDeep));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = from_json(&bytes);
            prop_assert!(!matches!(read, Ok(ref node) if !matches!(node, Node::Object(_))));
        }

        #[test]
        fn any_json_like_text_is_read_or_refused(text in r#"[\[\]{}:,"\\u0-9a-ftrns .eE+-]{0,80}"#) {
            let ours = from_json(text.as_bytes());
            let theirs = text.is_empty() || serde_json::from_str::<serde_json::Map<_, _>>(&text).is_ok();
            // Theirs calls a number that it cannot hold no JSON.
            let huge = ours.is_ok() && text.contains(['e', 'E']);
            prop_assert!(ours.is_ok() == theirs || huge || ours == Err(NotAnObject::TooDeep), "{text}");
        }

        #[test]
        fn numbers_of_every_form_are_numbers_and_others_are_not(
            number in r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,6})?",
            broken in r"(-|\+1|0[0-9]{1,9}|[0-9]{0,9}\.|\.[0-9]{1,9}|1[eE][+-]?|1e9{1,9}\.[0-9]|1{3}[a-z]|-?1{1,9}e-?9e9)",
        ) {
            let read = |number: &str| from_json(format!(r#"{{"{number}":[{number},"{number}"]}}"#).as_bytes());
            let list = Node::List(vec![Node::Number, Node::Text(number.clone())]);
            prop_assert_eq!(read(&number), Ok(Node::Object(vec![(number, list)])));
            prop_assert_eq!(read(&broken), Err(NotAnObject::NotJson));
        }
    }
}
