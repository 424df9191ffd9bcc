//! The trail of security deeds on a page: each line in words, with what it says of before and after. Who may see which lines
//! is `app`'s to say; nothing here shows a word of the interface.

use super::access::scope_word;
use super::answers::shown;
use super::reader::Reader;
use super::views;
use crate::app::trail;
use crate::domain::at::At;
use crate::domain::imports::List;
use crate::domain::people::ShutGround;
use crate::domain::session::Door;
use crate::domain::terms::{ErasureGround, Role};
use crate::domain::trail::{SecurityKind, SecurityOutcome};
use crate::http::pages::{Place, TrailPage, TrailRow};
use crate::http::problem::Answer;
use crate::http::query;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use serde_json::{Map, Value};

/// Lines of a page.
const LINES: i64 = 50;

/// `GET /admin/trail`
pub(super) async fn whole(reader: Reader, request: HttpRequest) -> Answer {
    let before = query::form_field(request.query_string().as_bytes(), "before").and_then(|seq| seq.parse().ok());
    let (hub, actor) = (&reader.door.hub, &reader.present.actor);
    let mut lines = trail::lines(hub, actor, before.unwrap_or(i64::MAX), LINES + 1, false).await?;
    let page_full = i64::try_from(lines.len()).is_ok_and(|count| count > LINES);
    if page_full {
        lines.pop();
    }
    let last = lines.last().filter(|_| page_full).and_then(|line| line["seq"].as_i64());
    let page_of = TrailPage {
        shell: reader.shell(Place::Trail).await?,
        rows: lines.iter().map(|line| row(&reader, line)).collect(),
        more: last.map(|seq| format!("/admin/trail?before={seq}")),
    };
    shown(reader.lang, &page_of)
}

/// One line, as a row says it.
pub(super) fn row(reader: &Reader, line: &Value) -> TrailRow {
    let lang = reader.lang;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = SecurityKind::parse(line["kind"].as_str().unwrap_or_default());
    let at = At::parse(line["at"].as_str().unwrap_or_default());
    let nothing = Map::new();
    let data = line["data"].as_object().unwrap_or(&nothing);
    let mut facts = changes(reader, data);
    let is_refused = kind == Some(SecurityKind::SessionRefused);
    let plain = data.iter().filter(|(name, value)| !(is_of_before(name) && value.is_object()));
    facts.extend(plain.map(|(name, value)| {
        // Of a name that nobody may bear only a digest is kept.
        let name = if is_refused && name == "name" { "tried" } else { name };
        fact(reader, name, value)
    }));
    TrailRow {
        at: at.map(views::moment).unwrap_or_default(),
        kind: kind.map_or("", |kind| lang.security_kind(kind)),
        refused: line["outcome"] == SecurityOutcome::Refused.as_str(),
        actor: text(&line["actor"]["username"]),
        about: text(&line["about"]),
        address: text(&line["address"]),
        data: facts.join(" · "),
    }
}

fn is_of_before(name: &str) -> bool {
    matches!(name, "was" | "is")
}

/// What is other than before, field by field; of somebody new, everything.
fn changes(reader: &Reader, data: &Map<String, Value>) -> Vec<String> {
    let was = data.get("was").and_then(Value::as_object);
    let is = data.get("is").and_then(Value::as_object);
    let differs = |(name, new): &(&String, &Value)| was.and_then(|was| was.get(*name)) != Some(*new);
    let told = |(name, new): (&String, &Value)| match was.and_then(|was| was.get(name)) {
        Some(old) => {
            let change = format!("{} → {}", said(reader, name, old), said(reader, name, new));
            words::told(reader.lang, reader.lang.security_fact(name), &change)
        }
        None => fact(reader, name, new),
    };
    is.into_iter().flatten().filter(differs).map(told).collect()
}

fn fact(reader: &Reader, name: &str, value: &Value) -> String {
    let called = reader.lang.security_fact(name);
    if *value == Value::Bool(true) {
        return called.to_owned();
    }
    words::told(reader.lang, called, &said(reader, name, value))
}

/// A value in words: what comes from a closed list by its word there, everything else as it is.
fn said(reader: &Reader, name: &str, value: &Value) -> String {
    let (lang, t) = (reader.lang, words::of(reader.lang));
    let join = |all: Vec<String>| all.join(t.list_comma);
    let text = match value {
        Value::Null => return "--".to_owned(),
        Value::Bool(_) | Value::Number(_) => return value.to_string(),
        Value::Array(all) => return join(all.iter().map(|one| said(reader, name, one)).collect()),
        Value::Object(all) => return join(all.iter().map(|(name, one)| fact(reader, name, one)).collect()),
        Value::String(text) => text,
    };
    let known = match name {
        "door" => Door::parse(text).map(|door| match door {
            Door::Cookie => t.own.sign_in_browser.to_owned(),
            Door::Api => t.own.sign_in_program.to_owned(),
        }),
        "role" => Role::parse(text).map(|role| lang.role(role).to_owned()),
        "department" => Some(views::unit(lang, reader.directory(), text)),
        "list" => List::parse(text).map(|list| lang.list(list).to_owned()).or(Some(lang.whistles().to_owned())),
        "ground" => {
            let shut = ShutGround::parse(text).map(|ground| lang.shut_ground(ground));
            shut.or(ErasureGround::parse(text).map(|ground| lang.erasure_ground(ground))).map(str::to_owned)
        }
        "was" | "is" => match text.as_str() {
            "active" => Some(t.person_active.to_owned()),
            "suspended" => Some(t.person_suspended.to_owned()),
            "waiting" => Some(t.person_waiting.to_owned()),
            _ => None,
        },
        "problem" => {
            ProblemKind::ALL.iter().find(|kind| kind.slug() == text).map(|kind| lang.problem_title(*kind).to_owned())
        }
        "scopes" => Some(scope_word(lang, text)),
        "until" | "at" => At::parse(text).map(views::moment),
        "proposed_by" => {
            reader.directory().people.iter().find(|one| one.id.as_str() == text).map(|one| one.username.clone())
        }
        _ => None,
    };
    known.unwrap_or_else(|| text.clone())
}
