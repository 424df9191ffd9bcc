//! A page's form as the same `Node` that JSON becomes, so that both doors are read by one table.
//! The table says what a name means; a name that it does not know stays in and becomes a fault. Only what a browser
//! cannot say otherwise is translated here: empty fields, ticks, local times, line ends.

use super::{Field, Kind, Node, NotAnObject, Spec};
use std::collections::BTreeMap;

/// Reads `application/x-www-form-urlencoded` by the table.
///
/// `contact.name` is a field of a nested object, `summonses.0.role` of a list's object (rows that hold nothing are
/// left out and later ones move up), a repeated name an item of a list. Names in `left_out` (such as `csrf`,
/// `version`) belong to the page and not to the order.
pub fn from_form(spec: &'static Spec, bytes: &[u8], left_out: &[&str]) -> Result<Node, NotAnObject> {
    let mut pairs = pairs_of(bytes)?;
    pairs.retain(|(name, value)| !value.is_empty() && !left_out.contains(&name.as_str()));
    Ok(object(spec, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()))
}

/// Names and values of one object, the names as seen from inside it.
type Pairs<'p> = Vec<(&'p str, &'p str)>;

/// Names and values as they were typed, in their order.
///
/// # Errors
/// What is no UTF-8.
pub fn pairs_of(bytes: &[u8]) -> Result<Vec<(String, String)>, NotAnObject> {
    let of = |pair: &[u8]| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=').map(decode);
        let name = sides.next().transpose()?.unwrap_or_default();
        Ok((name, sides.next().transpose()?.unwrap_or_default()))
    };
    bytes.split(|byte| *byte == b'&').map(of).collect()
}

fn object(spec: &'static Spec, mut pairs: Pairs<'_>) -> Node {
    let mut entries = Vec::new();
    for field in spec.fields {
        let (own, others) = pairs.into_iter().partition(|(name, _)| head(name) == field.name);
        pairs = others;
        entries.extend(values(field, own).into_iter().map(|(name, node)| (name.to_owned(), node)));
    }
    // What no field took stays whole, for the reader to refuse.
    entries.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), Node::Text(value.to_owned()))));
    Node::Object(entries)
}

/// What one field was given. A single field given twice comes out twice, as in JSON.
fn values<'p>(field: &Field, own: Pairs<'p>) -> Vec<(&'p str, Node)> {
    let (mut single, mut rows) = (Vec::new(), BTreeMap::<u8, Pairs<'p>>::new());
    let (mut items, mut inside, mut strays) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in own {
        let tail = name.split_once('.').map(|(_, tail)| tail);
        match (field.kind, tail) {
            (Kind::List { of: Kind::Object(_), .. }, Some(tail)) => match row_of(tail) {
                Some((row, tail)) => rows.entry(row).or_default().push((tail, value)),
                None => strays.push((name, Node::Text(value.to_owned()))),
            },
            (Kind::Object(_), Some(tail)) => inside.push((tail, value)),
            (Kind::List { of, .. }, None) => items.push(scalar(*of, value)),
            (kind, None) => single.push(scalar(kind, value)),
            (_, Some(_)) => strays.push((name, Node::Text(value.to_owned()))),
        }
    }
    match field.kind {
        Kind::List { of: Kind::Object(inner), .. } => items.extend(rows.into_values().map(|row| object(inner, row))),
        Kind::Object(inner) if !inside.is_empty() => single.push(object(inner, inside)),
        // A box that is not ticked sends nothing: where the order wants a yes or no, that is the no.
        Kind::Bool if field.required && single.is_empty() => single.push(Node::Bool(false)),
        Kind::Text { .. } | Kind::Word(_) | Kind::Code | Kind::Time | Kind::Date | Kind::Bool => {}
        Kind::List { .. } | Kind::Object(_) => {}
    }
    if !items.is_empty() {
        single.push(Node::List(items));
    }
    single.into_iter().map(|node| (field.name, node)).chain(strays).collect()
}

fn head(name: &str) -> &str {
    name.split_once('.').map_or(name, |(head, _)| head)
}

/// `0.role` is `role` of row 0; two digits suffice for any list.
fn row_of(tail: &str) -> Option<(u8, &str)> {
    let (row, tail) = tail.split_once('.')?;
    let plain = row.len() <= 2 && row.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| row.parse().ok()).flatten().map(|row| (row, tail))
}

fn scalar(kind: Kind, value: &str) -> Node {
    match (kind, value) {
        (Kind::Bool, "true" | "on") => Node::Bool(true),
        (Kind::Bool, "false") => Node::Bool(false),
        // What `datetime-local` sends, with and without seconds: the district's civil time.
        (Kind::Time, local) if local.len() == "2026-11-25T17:30".len() => Node::Text(format!("{local}:00+08:00")),
        (Kind::Time, local) if local.len() == "2026-11-25T17:30:32".len() => Node::Text(format!("{local}+08:00")),
        (_, text) => Node::Text(text.to_owned()),
    }
}

/// A part of a form as it was typed. Browsers send every line end of a text area as CR LF.
fn decode(bytes: &[u8]) -> Result<String, NotAnObject> {
    unescape(bytes).map(|text| text.replace("\r\n", "\n")).ok_or(NotAnObject::NotUtf8)
}

/// Percent signs and plus signs back to text, of a form or an address; a broken escape stays as it is, as browsers read
/// it. Nothing for what is no UTF-8.
pub fn unescape(bytes: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let escape = after.first_chunk::<2>().and_then(|&[high, low]| Some((hex(high)?, hex(low)?)));
        match (first, escape) {
            (b'%', Some((high, low))) => {
                text.push(high * 16 + low);
                rest = &after[2..];
            }
            (b'+', _) => text.push(b' '),
            (byte, _) => text.push(byte),
        }
    }
    String::from_utf8(text).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::super::{from_json, read, sample};
    use super::*;
    use proptest::prelude::*;

    fn form(text: &str) -> Node {
        from_form(&sample::ORDER, text.as_bytes(), &["csrf", "version"]).unwrap()
    }

    #[test]
    fn a_form_reads_as_the_json_of_the_same_order() {
        let form = form(
            "csrf=abc&what=%E7%B2%89%E5%B0%98+1%0D%0A2&urgency=normal&town=&dispatch=on&notes=a&notes=&notes=b\
             &contact.name=%E7%8E%8B&summonses.3.department=XF&summonses.3.role=lead&summonses.7.department=SH\
             &summonses.5.department=&occurred_at=2026-11-25T17%3A30&version=%221%22",
        );
        let json = r#"{"what":"粉尘 1\n2","urgency":"normal","occurred_at":"2026-11-25T17:30:00+08:00","dispatch":true,
            "notes":["a","b"],"contact":{"name":"王"},
            "summonses":[{"department":"XF","role":"lead"},{"department":"SH"}]}"#;
        assert_eq!(form, from_json(json.as_bytes()).unwrap());
    }

    #[test]
    fn names_that_lead_nowhere_and_single_fields_given_twice_are_faults() {
        let body = form(
            "what=a&what=b&what.x=1&zzz=1&contact=x&contact.name=y&contact.q=1&summonses.100.role=lead&urgency=normal",
        );
        let (_, faults) = read(&sample::ORDER, &body);
        let told = faults.judge(Some(())).unwrap_err();
        let told: Vec<String> = told.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect();
        let expected =
            ["/what duplicate", "/contact duplicate", "/what.x unknown", "/summonses.100.role unknown", "/zzz unknown"];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_box_without_a_tick_is_the_no_of_a_required_flag() {
        let (body, ticked) = (form("what=a"), form("what=a&dispatch=true"));
        assert_eq!(read(&sample::ORDER, &body).0.flag("dispatch"), Some(false));
        assert_eq!(read(&sample::ORDER, &ticked).0.flag("dispatch"), Some(true));
    }

    #[test]
    fn broken_escapes_stay_and_broken_utf8_is_refused() {
        assert_eq!(read(&sample::ORDER, &form("what=100%+%zz%4")).0.text("what").unwrap(), "100% %zz%4");
        for bytes in [&b"what=%ff"[..], b"what=\xff", b"%ed%a0%80=1"] {
            assert_eq!(from_form(&sample::ORDER, bytes, &[]), Err(NotAnObject::NotUtf8));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(body) = from_form(&sample::ORDER, &bytes, &[]) {
                prop_assert!(read(&sample::ORDER, &body).1.judge(Some(())).is_err());
            }
        }

        #[test]
        fn any_form_like_text_is_read(text in "(what|summonses|contact|notes|[.&=%+0-9a-f]){0,40}") {
            drop(from_form(&sample::ORDER, text.as_bytes(), &[]));
        }

        #[test]
        fn a_typed_text_comes_back_as_typed(text in "[^\r]{1,60}") {
            let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let expected = Node::Text(text);
            let Node::Object(entries) = form(&format!("what={escaped}")) else { panic!("no object") };
            prop_assert_eq!(&entries[0].1, &expected);
        }
    }
}
