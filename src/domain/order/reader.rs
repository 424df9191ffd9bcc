//! Reads a body against its table: `read` finds every fault at once, the getters then hand out sound values only.
//! A caller reads all fields, adds the faults that only it can see, and asks `Faults::judge` for the order.
//! Nothing here stops at the first fault, and nothing changes a value.

use super::check::check;
use super::fault::step;
use super::{Faults, Kind, LIST_MAX, Node, Spec};
use crate::domain::at::At;

/// An object of a body beside the table it should follow.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    spec: &'static Spec,
    entries: &'a [(String, Node)],
    at: String,
}

/// Checks the whole body against the table.
pub fn read<'a>(spec: &'static Spec, body: &'a Node) -> (Reader<'a>, Faults) {
    let mut faults = Faults::new(spec);
    check(Kind::Object(spec), body, "", &mut faults);
    (Reader { spec, entries: entries(body), at: String::new() }, faults)
}

impl<'a> Reader<'a> {
    /// The text or code of a field, exactly as typed.
    pub fn text(&self, name: &str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    /// The member of a closed list: `order.word("urgency", Urgency::parse)`.
    pub fn word<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(self.str(name)?)
    }

    /// The moment that a field names.
    pub fn time(&self, name: &str) -> Option<At> {
        At::parse(self.str(name)?)
    }

    /// The moment at which the date of a field begins in the district.
    pub fn date(&self, name: &str) -> Option<At> {
        At::of_date(self.str(name)?)
    }

    /// The yes or no of a field.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.sound(name)? {
            Node::Bool(flag) => Some(*flag),
            Node::Null | Node::Number | Node::Text(_) | Node::List(_) | Node::Object(_) => None,
        }
    }

    /// The texts or codes of a list. Empty as a whole if one item is faulty, so that a position here is one there.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.words(name, |text| Some(text.to_owned()))
    }

    /// The sound texts or codes of a list, each with its position: what a caller checks although a neighbour is faulty.
    pub fn placed(&self, name: &str) -> Vec<(usize, String)> {
        let Some(Kind::List { of, .. }) = self.spec.field(name).map(|field| field.kind) else { return Vec::new() };
        let items = self.given(name).map(items).unwrap_or_default();
        let sound = |item: &Node| {
            let mut faults = Faults::new(self.spec);
            check(*of, item, "", &mut faults);
            text_of(item).filter(|_| faults.is_empty()).map(str::to_owned)
        };
        items.iter().take(LIST_MAX).enumerate().filter_map(|(at, item)| Some((at, sound(item)?))).collect()
    }

    /// The members of a closed list that a field names; empty as a whole if one item is faulty.
    pub fn words<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let items = self.sound(name).map(items).unwrap_or_default();
        items.iter().filter_map(text_of).filter_map(parse).collect()
    }

    /// The nested object of a field; its own faulty fields read as absent.
    pub fn object(&self, name: &str) -> Option<Reader<'a>> {
        match self.spec.field(name)?.kind {
            Kind::Object(spec) => self.inside(spec, self.given(name)?, self.pointer(name)),
            Kind::Text { .. } | Kind::Word(_) | Kind::Code | Kind::Time | Kind::Date | Kind::Bool => None,
            Kind::List { .. } => None,
        }
    }

    /// The objects of a list; their own faulty fields read as absent.
    pub fn objects(&self, name: &str) -> Vec<Reader<'a>> {
        let Some(Kind::List { of: Kind::Object(spec), .. }) = self.spec.field(name).map(|field| field.kind) else {
            return Vec::new();
        };
        let items = self.given(name).map(items).unwrap_or_default();
        let inside = |(at, item)| self.inside(spec, item, self.item(name, at));
        items.iter().take(LIST_MAX).enumerate().filter_map(inside).collect()
    }

    /// Whether the field is there and sound: tells an empty list from an absent one.
    pub fn has(&self, name: &str) -> bool {
        self.sound(name).is_some()
    }

    /// Whether the body writes any of these names, soundly or not: what is there but faulty is not missing.
    pub fn given_any(&self, names: &[&str]) -> bool {
        self.entries.iter().any(|(given, _)| names.contains(&given.as_str()))
    }

    /// The pointer to a field of this object, for a fault of the caller's.
    pub fn pointer(&self, name: &str) -> String {
        step(&self.at, name)
    }

    /// The pointer to one item of a list of this object.
    pub fn item(&self, name: &str, position: usize) -> String {
        step(&self.pointer(name), &position.to_string())
    }

    fn str(&self, name: &str) -> Option<&'a str> {
        text_of(self.sound(name)?)
    }

    /// The one value under this name, whatever it is.
    fn given(&self, name: &str) -> Option<&'a Node> {
        let mut values = self.entries.iter().filter(|(given, _)| given == name).map(|(_, node)| node);
        values.next().filter(|_| values.next().is_none())
    }

    /// The one value under this name, if the table finds no fault in it.
    fn sound(&self, name: &str) -> Option<&'a Node> {
        debug_assert!(self.spec.field(name).is_some(), "{} has no field {name}", self.spec.name);
        let (field, node) = (self.spec.field(name)?, self.given(name)?);
        let mut faults = Faults::new(self.spec);
        check(field.kind, node, "", &mut faults);
        faults.is_empty().then_some(node)
    }

    fn inside(&self, spec: &'static Spec, node: &'a Node, at: String) -> Option<Reader<'a>> {
        matches!(node, Node::Object(_)).then(|| Reader { spec, entries: entries(node), at })
    }
}

fn entries(node: &Node) -> &[(String, Node)] {
    match node {
        Node::Object(entries) => entries,
        Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::List(_) => &[],
    }
}

fn items(node: &Node) -> &[Node] {
    match node {
        Node::List(items) => items,
        Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::Object(_) => &[],
    }
}

fn text_of(node: &Node) -> Option<&str> {
    match node {
        Node::Text(text) => Some(text),
        Node::Null | Node::Bool(_) | Node::Number | Node::List(_) | Node::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Clash, Fault, FaultCode, from_json, sample};
    use super::*;
    use proptest::prelude::*;

    /// A good order with these members changed or added.
    fn order(changes: &[(&str, &str)]) -> Node {
        let mut members = vec![("what", r#""粉尘""#), ("urgency", r#""normal""#), ("dispatch", "true")];
        members.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        members.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let members: Vec<String> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        from_json(format!("{{{}}}", members.join(",")).as_bytes()).unwrap()
    }

    fn faults_of(body: &Node) -> Vec<(String, &'static str)> {
        let (_, faults) = read(&sample::ORDER, body);
        let list = faults.judge(Some(())).err().unwrap_or_default();
        list.into_iter().map(|Fault { pointer, code }| (pointer, code.as_str())).collect()
    }

    fn quoted(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    #[test]
    fn a_good_order_is_read_as_typed() {
        let body = order(&[
            ("what", r#"" 粉尘\n\t👷🏽 ""#),
            ("occurred_at", r#""2026-11-25T17:30:32.5+08:00""#),
            ("notes", r#"["a","b"]"#),
            ("contact", r#"{"name":"王"}"#),
            ("summonses", r#"[{"department":"XF","role":"lead"}]"#),
        ]);
        let (reader, faults) = read(&sample::ORDER, &body);
        assert_eq!(faults.judge(Some(())), Ok(()));
        assert_eq!(reader.text("what").unwrap(), " 粉尘\n\t👷🏽 ");
        assert_eq!(reader.word("urgency", |word| (word == "normal").then_some(3)), Some(3));
        assert_eq!(reader.time("occurred_at"), At::parse("2026-11-25T09:30:32.5Z"));
        assert_eq!((reader.flag("dispatch"), reader.has("town")), (Some(true), false));
        assert_eq!(reader.texts("notes"), ["a", "b"]);
        assert_eq!(reader.object("contact").unwrap().text("name").unwrap(), "王");
        let summons = &reader.objects("summonses")[0];
        assert_eq!(
            (summons.text("department").unwrap().as_str(), summons.pointer("role").as_str()),
            ("XF", "/summonses/0/role")
        );
    }

    #[test]
    fn all_faults_of_a_body_are_told_at_once_in_the_order_of_the_table() {
        let body = from_json(
            r#"{"zzz":1,"a/b":2,"summonses":[{"role":"lead"},7,{"department":"XF","role":"boss","role2":1}],
                "what":5,"urgency":"soon","town":null,"occurred_at":"tomorrow","notes":["123456",""],
                "contact":{"name":"王","name":"李"},"dispatch":"true"}"#
                .as_bytes(),
        )
        .unwrap();
        let told: Vec<String> = faults_of(&body).into_iter().map(|(at, code)| format!("{at} {code}")).collect();
        let expected = [
            "/what type",
            "/urgency not_in_list",
            "/town null",
            "/occurred_at bad_time",
            "/dispatch type",
            "/notes/0 too_long",
            "/notes/1 blank",
            "/contact/name duplicate",
            "/summonses/0/department missing",
            "/summonses/1 type",
            "/summonses/2/role not_in_list",
            "/summonses/2/role2 unknown",
            "/zzz unknown",
            "/a~1b unknown",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_field_may_be_wrong_in_every_way() {
        let wrong: [(&str, &[(&str, &str)]); 6] = [
            (
                "what",
                &[
                    ("null", "null"),
                    ("1", "type"),
                    ("true", "type"),
                    ("[]", "type"),
                    ("{}", "type"),
                    (r#""""#, "blank"),
                    (r#"" \u3000\n""#, "blank"),
                    (r#""a\u0000""#, "control_character"),
                    (r#""a\u0085""#, "control_character"),
                    (r#""a\r""#, "control_character"),
                    ("", "missing"),
                ],
            ),
            ("urgency", &[("null", "null"), ("1", "type"), (r#""Normal""#, "not_in_list"), ("", "missing")]),
            (
                "town",
                &[
                    ("null", "null"),
                    ("{}", "type"),
                    (r#""T 01""#, "no_such"),
                    (r#""镇""#, "no_such"),
                    (r#""""#, "blank"),
                ],
            ),
            ("dispatch", &[("null", "null"), (r#""true""#, "type"), ("1", "type"), ("", "missing")]),
            ("contact", &[("null", "null"), ("[]", "type"), (r#""x""#, "type")]),
            ("summonses", &[("null", "null"), ("{}", "type"), ("[]", "too_few")]),
        ];
        for (field, cases) in wrong {
            for (value, code) in cases {
                let body = order(&[(field, value)]);
                assert_eq!(faults_of(&body), [(format!("/{field}"), *code)], "{field}: {value}");
                let (reader, _) = read(&sample::ORDER, &body);
                assert!(!reader.has(field), "{field}: {value} was handed out");
            }
        }
    }

    #[test]
    fn a_name_written_twice_is_told_once_and_neither_value_is_handed_out() {
        let body = r#"{"what":"a","zzz":1,"urgency":"normal","what":"b","dispatch":true,"zzz":2,"zzz":3}"#;
        let body = from_json(body.as_bytes()).unwrap();
        assert_eq!(read(&sample::ORDER, &body).0.text("what"), None);
        assert_eq!(faults_of(&body), [("/what".to_owned(), "duplicate"), ("/zzz".to_owned(), "unknown")]);
        let repeats = format!("{{{}\"yyy\":0}}", "\"zzz\":0,".repeat(500));
        let told = faults_of(&from_json(repeats.as_bytes()).unwrap());
        assert_eq!(told.last().unwrap(), &("/yyy".to_owned(), "unknown"), "repeats crowd out another name");
    }

    #[test]
    fn lengths_count_characters_and_one_more_is_too_long() {
        for unit in ["👷🏽", "𠮷", "粉", "a", "e\u{301}"] {
            let fits = unit.repeat(2000 / unit.chars().count());
            assert_eq!(faults_of(&order(&[("what", &quoted(&fits))])), [], "{unit}");
            let over = fits + "x";
            assert_eq!(faults_of(&order(&[("what", &quoted(&over))])), [("/what".to_owned(), "too_long")], "{unit}");
        }
    }

    #[test]
    fn a_list_takes_fifty_items_and_a_huge_one_is_one_fault() {
        let list = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
        assert_eq!(faults_of(&order(&[("notes", &list(50, r#""a""#))])), []);
        for count in [51, 30_000] {
            let body = order(&[("notes", &list(count, r#""a""#))]);
            assert_eq!(faults_of(&body), [("/notes".to_owned(), "too_many")]);
            assert!(read(&sample::ORDER, &body).0.texts("notes").is_empty());
        }
        assert_eq!(faults_of(&order(&[("notes", &list(30_000, "1"))])).len(), 50);
    }

    #[test]
    fn a_thousand_unknown_fields_make_fifty_bounded_faults() {
        let long = "长".repeat(900);
        let members: Vec<String> = (0..1000).map(|number| format!(r#""{number}{long}":0"#)).collect();
        let faults = faults_of(&from_json(format!("{{{}}}", members.join(",")).as_bytes()).unwrap());
        assert_eq!((faults.len(), faults[0].clone()), (50, ("/what".to_owned(), "missing")));
        assert!(faults.iter().all(|(pointer, _)| pointer.chars().count() <= 200));
    }

    #[test]
    fn a_faulty_item_leaves_the_others_readable() {
        let body = order(&[("summonses", r#"[{"department":1,"role":"lead"},{"department":"SH","role":"lead"}]"#)]);
        let (reader, mut faults) = read(&sample::ORDER, &body);
        assert!(reader.given_any(&["town", "summonses"]) && !reader.given_any(&["town", "notes"]));
        let summonses = reader.objects("summonses");
        assert_eq!((summonses[0].text("department"), summonses[1].text("department")), (None, Some("SH".into())));
        faults.add(summonses[1].pointer("role"), FaultCode::Clash(Clash::OneLead));
        let told = faults.judge(Some(())).unwrap_err();
        assert_eq!(told.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(), ["type", "one_lead"]);
    }

    #[test]
    fn times_are_rfc3339_with_any_offset_and_nothing_else() {
        for good in ["2026-11-25T17:30:32+08:00", "2026-11-25T09:30:32Z", "2026-11-25T09:30:32.123456-05:30"] {
            assert_eq!(faults_of(&order(&[("occurred_at", &quoted(good))])), [], "{good}");
        }
        for bad in [
            "",
            "2026-11-25",
            "2026-11-25T17:30:32",
            "2026-11-25 17:30:32Z",
            "2026-11-25T17:30Z",
            "20261125T173032Z",
            "2026-02-30T00:00:00Z",
            "2026-11-25T17:30:32.Z",
            "2026-11-25T17:30:32+0800",
            "2026-11-25T25:00:00Z",
            "2026-11-25T17:30:32+08:00[Asia/Shanghai]",
            "９026-11-25T17:30:32Z",
            "2026-11-25T17:30:32Z ",
        ] {
            let told = faults_of(&order(&[("occurred_at", &quoted(bad))]));
            assert_eq!(told, [("/occurred_at".to_owned(), "bad_time")], "{bad}");
        }
    }

    fn any_node() -> impl Strategy<Value = Node> {
        let name = prop_oneof!["what|urgency|town|notes|contact|name|summonses|role|due_at", any::<String>()];
        let leaf = prop_oneof![
            Just(Node::Null),
            any::<bool>().prop_map(Node::Bool),
            Just(Node::Number),
            any::<String>().prop_map(Node::Text),
        ];
        leaf.prop_recursive(4, 60, 8, move |inner| {
            let object = proptest::collection::vec((name.clone(), inner.clone()), 0..8).prop_map(Node::Object);
            prop_oneof![proptest::collection::vec(inner, 0..8).prop_map(Node::List), object]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_judged_within_bounds(body in any_node()) {
            let (reader, faults) = read(&sample::ORDER, &body);
            let told = faults.judge(Some(())).err().unwrap_or_default();
            prop_assert!(told.len() <= 50 && told.iter().all(|fault| fault.pointer.chars().count() <= 200));
            for field in sample::ORDER.fields {
                let own = format!("/{}", field.name);
                let faulty = told.iter().any(|f| f.pointer == own || f.pointer.starts_with(&format!("{own}/")));
                prop_assert!(!(faulty && reader.has(field.name)));
            }
        }
    }
}
