//! Bodies of every order table, sound but for one thing: a field of any other kind, twice, cut, nested, with numbers that
//! no machine holds, halves of characters, bytes that are no text.

use super::{Verdict, no_panic, refused, sound, tried};
use crate::doors::roles::visited;
use crate::town::files::jpeg;
use crate::town::{Reply, Town, accept_order, blow_order, town};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use whistle_hub::domain::order::{DEPTH_MAX, Kind, Spec};
use whistle_hub::http::routes::{Line, lines};

const EACH: u32 = 30;

/// A value as it is written.
#[derive(Debug, Clone)]
enum Wild {
    Number(String),
    Null,
    Text(String),
    Control(String),
    Long(usize),
    /// Half of a surrogate pair.
    Half(&'static str),
    /// Lists in lists.
    Nested(usize),
    Object(String, Box<Wild>),
}

impl Wild {
    fn written(&self) -> String {
        match self {
            Wild::Number(raw) => raw.clone(),
            Wild::Null => "null".into(),
            Wild::Text(text) | Wild::Control(text) => json!(text).to_string(),
            Wild::Long(length) => json!("长".repeat(*length)).to_string(),
            Wild::Half(half) => format!(r#""文{half}字""#),
            Wild::Nested(levels) => format!("{}1e-999{}", "[".repeat(*levels), "]".repeat(*levels)),
            Wild::Object(name, inside) => format!("{{{}:{}}}", json!(name), inside.written()),
        }
    }

    fn levels(&self) -> usize {
        match self {
            Wild::Nested(levels) => *levels,
            Wild::Object(_, inside) => 1 + inside.levels(),
            Wild::Number(_) | Wild::Null | Wild::Text(_) | Wild::Control(_) | Wild::Long(_) | Wild::Half(_) => 0,
        }
    }

    fn is_no_json(&self) -> bool {
        match self {
            Wild::Half(_) => true,
            Wild::Object(_, inside) => inside.is_no_json(),
            Wild::Number(_) | Wild::Null | Wild::Text(_) | Wild::Control(_) | Wild::Long(_) | Wild::Nested(_) => false,
        }
    }

    /// Whether no field of this kind takes it. No field takes a number, `null` or a list of lists.
    fn is_refused_by(&self, kind: Kind) -> bool {
        match self {
            Wild::Text(_) => matches!(kind, Kind::Bool | Kind::List { .. } | Kind::Object(_)),
            Wild::Number(_) | Wild::Null | Wild::Control(_) | Wild::Long(_) | Wild::Half(_) => true,
            Wild::Nested(_) | Wild::Object(..) => true,
        }
    }
}

fn wild() -> impl Strategy<Value = Wild> {
    let numbers =
        select(vec!["1e999", "-1e999", "1e-999", "-0", "0.1", "1E+400", "18446744073709551616", "1e00000000001"]);
    let leaf = prop_oneof![
        numbers.prop_map(|raw| Wild::Number(raw.to_owned())),
        "-?(0|[1-9][0-9]{0,600})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,12})?".prop_map(Wild::Number),
        Just(Wild::Null),
        any::<String>().prop_map(Wild::Text),
        "[a-z]{0,3}[\u{0}-\u{8}\u{7f}-\u{9f}][文\u{202e}]{0,3}".prop_map(Wild::Control),
        (2001_usize..9000).prop_map(Wild::Long),
        select(vec!["\\ud800", "\\udfff", "\\ud83d\\u0041", "\\ude00\\ud83d"]).prop_map(Wild::Half),
        (1_usize..40).prop_map(Wild::Nested),
    ];
    leaf.prop_recursive(3, 4, 1, |inside| {
        (any::<String>(), inside).prop_map(|(name, inside)| Wild::Object(name, Box::new(inside)))
    })
}

/// What is done to a sound body.
#[derive(Debug, Clone)]
enum Change {
    /// This field holds something else.
    Field(Index, Wild),
    /// Written twice.
    Twice(Index, Wild),
    Added(String, Wild),
    /// The whole body is this.
    Whole(Wild),
    Cut(Index),
    /// Bytes that are no UTF-8, somewhere.
    Bytes(Index, u8),
    After(&'static str),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<Index>(), wild()).prop_map(|(field, value)| Change::Field(field, value)),
        2 => (any::<Index>(), wild()).prop_map(|(field, value)| Change::Twice(field, value)),
        2 => (any::<String>(), wild()).prop_map(|(name, value)| Change::Added(name, value)),
        1 => wild().prop_map(Change::Whole),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), 0x80_u8..).prop_map(|(place, byte)| Change::Bytes(place, byte)),
        1 => select(vec!["{}", ",", "\u{0}", "\u{feff}", "null"]).prop_map(Change::After),
    ]
}

/// A value that the table takes; whether it names something is another question.
fn good(kind: Kind) -> Value {
    match kind {
        Kind::Text { .. } => json!("文"),
        Kind::Word(words) => json!(words[0]),
        Kind::Code => json!("XF"),
        Kind::Time => json!("2026-12-01T08:00:00+08:00"),
        Kind::Date => json!("2026-12-10"),
        Kind::Bool => json!(true),
        Kind::List { of, .. } => json!([good(*of)]),
        Kind::Object(spec) => spec.fields.iter().map(|field| (field.name, good(field.kind))).collect(),
    }
}

/// The members of a sound body, as they are written.
fn members(spec: &Spec) -> Vec<(&'static str, String)> {
    spec.fields.iter().map(|field| (field.name, good(field.kind).to_string())).collect()
}

fn body(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// What the answer must be.
#[derive(Debug)]
enum Want {
    /// 422 that names this place, or anything below it.
    Named(String),
    Refused(&'static str),
    /// Nothing but what every answer must be.
    Sound,
}

impl Change {
    fn made(&self, spec: &'static Spec) -> (Vec<u8>, Want) {
        let mut members = members(spec);
        let whole = body(&members);
        let want = |value: &Wild, named: Option<String>, levels: usize| match named {
            _ if levels + value.levels() > DEPTH_MAX && !value.is_no_json() => Want::Refused("too_deep"),
            // Halves deep inside: whichever is met first.
            _ if value.is_no_json() => {
                if levels + value.levels() > DEPTH_MAX {
                    Want::Sound
                } else {
                    Want::Refused("bad_json")
                }
            }
            Some(pointer) => Want::Named(pointer),
            None => Want::Sound,
        };
        match self {
            Change::Field(_, value) | Change::Twice(_, value) if members.is_empty() => {
                let named = Some("/zzz".to_owned());
                (body(&[("zzz", value.written())]).into_bytes(), want(value, named, 1))
            }
            Change::Field(field, value) => {
                let at = field.index(members.len());
                members[at].1 = value.written();
                let field = &spec.fields[at];
                let named = value.is_refused_by(field.kind).then(|| format!("/{}", field.name));
                (body(&members).into_bytes(), want(value, named, 1))
            }
            Change::Twice(field, value) => {
                let name = members[field.index(members.len())].0;
                members.push((name, value.written()));
                (body(&members).into_bytes(), want(value, Some(format!("/{name}")), 1))
            }
            Change::Added(name, value) => {
                members.push((name.as_str(), value.written()));
                let pointer = name.replace('~', "~0").replace('/', "~1");
                let named = (pointer.chars().count() < 190).then(|| format!("/{pointer}"));
                let (text, wanted) = (body(&members), want(value, named, 1));
                (text.into_bytes(), wanted)
            }
            Change::Whole(value) => {
                let wanted = match value {
                    Wild::Object(..) => want(value, None, 0),
                    Wild::Nested(levels) if *levels > DEPTH_MAX => Want::Refused("too_deep"),
                    Wild::Number(_) | Wild::Null | Wild::Text(_) | Wild::Control(_) => Want::Refused("bad_json"),
                    Wild::Long(_) | Wild::Half(_) | Wild::Nested(_) => Want::Refused("bad_json"),
                };
                (value.written().into_bytes(), wanted)
            }
            Change::Cut(place) => {
                let end = 1 + place.index(whole.len() - 1);
                let cut = whole.as_bytes()[..end].to_vec();
                let wanted = if std::str::from_utf8(&cut).is_ok() { "bad_json" } else { "not_utf8" };
                (cut, Want::Refused(wanted))
            }
            Change::Bytes(place, byte) => {
                let mut bytes = whole.into_bytes();
                // Between characters: within one it might make another.
                let mut at = place.index(bytes.len());
                while bytes[at] >= 0x80 {
                    at -= 1;
                }
                bytes.insert(at, *byte);
                (bytes, Want::Refused("not_utf8"))
            }
            Change::After(more) => ((whole + more).into_bytes(), Want::Refused("bad_json")),
        }
    }
}

fn judged(reply: &Reply, want: &Want) -> Verdict {
    match want {
        Want::Sound => sound(reply),
        Want::Refused(slug) => refused(reply, 400, slug),
        Want::Named(pointer) => {
            refused(reply, 422, "fields")?;
            let body = reply.json();
            let mut told = body["errors"].as_array().unwrap().iter().filter_map(|one| one["pointer"].as_str());
            let below = format!("{pointer}/");
            match told.any(|one| one == pointer || one.starts_with(&below)) {
                true => Ok(()),
                false => Err(format!("does not name {pointer}: {body}")),
            }
        }
    }
}

/// Where an order goes, and who may: found by trying, since a broken body is told only to who may.
struct Door {
    path: String,
    who: Option<&'static str>,
    spec: &'static Spec,
}

impl Door {
    async fn of(t: &Town, line: &Line, codes: &[(&str, &str)]) -> Option<Door> {
        let spec = line.order()?;
        let code = codes.iter().find(|(noun, _)| line.path.contains(noun)).map_or("", |(_, code)| code);
        let path = line.path.replace("{code}", code).replace("{id}", code);
        let nobody = Door { path, who: None, spec };
        if !line.needs_token() {
            return Some(nobody);
        }
        for who in ["director", "office", "liaison.xf", "head.xf", "admin", "inspector.yj", "head.yj", "town.t06"] {
            let door = Door { who: Some(who), path: nobody.path.clone(), ..nobody };
            if door.send(t, b"{".to_vec()).await.status == 400 {
                return Some(door);
            }
        }
        panic!("nobody may send to {}", nobody.path);
    }

    /// At a version that nothing has: a body without a fault is answered with 412 and leaves everything as it is.
    async fn send(&self, t: &Town, body: Vec<u8>) -> Reply {
        let ask = t.ask("POST", &self.path).version(9_999).raw("application/json", body);
        match self.who {
            Some(who) => ask.bearer(&t.person(who).token().await).key(&t.fresh_key()).send().await,
            None => ask.send().await,
        }
    }
}

/// A door for every order of the table.
async fn doors(t: &Town) -> Vec<Door> {
    let code = t.fire().blows(&blow_order("配电房堆放纸箱")).await;
    let mut protected = blow_order("举报人不愿透露姓名");
    (protected["protected_source"], protected["contact"]) = (json!(true), json!({ "name": "甲", "phone": "1" }));
    let sealed = t.fire().blows(&protected).await;
    let summons =
        t.office().does(&code, "accept", accept_order(&["XF"], "normal")).await["summonses"][0]["code"].clone();
    let summons = summons.as_str().unwrap();
    visited(t).await;
    // Kept from most until the office releases it.
    let picture = t.fire().attaches(&sealed, "门.jpg", &jpeg(9, 9)).await;
    let codes = [
        ("/attachments/", picture["id"].as_str().unwrap()),
        ("/visits/", "LJ-2026-0001"),
        ("/findings/", "LJ-2026-0001-01"),
        ("/unseal", sealed.as_str()),
        ("/whistles/", &code),
        ("/summonses/", summons),
        ("/obligations/", summons),
        ("/people/", "liaison.sc"),
        ("/imports/", "calendar"),
    ];
    let mut doors = Vec::new();
    for line in lines() {
        doors.extend(Door::of(t, line, &codes).await);
    }
    doors
}

#[actix_web::test]
async fn whatever_a_body_says_is_answered_below_500_and_a_fault_is_told_by_its_place() {
    town(async |t| {
        let doors = doors(t).await;
        assert!(doors.len() > 50, "only {} orders are tried", doors.len());
        for (number, door) in doors.iter().enumerate() {
            let seed = u8::try_from(number).unwrap();
            tried(seed, EACH, change(), async |change| {
                let (body, want) = change.made(door.spec);
                let reply = door.send(t, body).await;
                judged(&reply, &want).map_err(|fault| format!("{} {fault}", door.path))
            })
            .await;
        }
        no_panic(t);
    })
    .await;
}

#[actix_web::test]
async fn no_body_at_all_is_an_order_only_where_no_field_is_needed() {
    town(async |t| {
        for door in doors(t).await {
            let needed = door.spec.fields.iter().any(|field| field.required);
            let reply = door.send(t, Vec::new()).await;
            match needed {
                true => refused(&reply, 400, "bad_json"),
                false => sound(&reply),
            }
            .unwrap_or_else(|fault| panic!("{} {fault}", door.path));
            assert!(needed || reply.problem() != "bad_json", "{}", door.path);
        }
    })
    .await;
}
