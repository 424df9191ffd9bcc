//! The OpenAPI 3.1 document, made from the table of routes, the tables of orders and the closed word lists, once per
//! process. What a person writes by hand here is only the shape of answers; a test holds those to what is answered.

use super::imports;
use super::query::{LIMIT_MAX, Parameter, SEARCH_MAX, Takes};
use super::routes::{Line, TABLE};
use super::{machine_tokens, people, sessions};
use crate::domain::decision::ReasonCode;
use crate::domain::event::EventKind;
use crate::domain::imports::sheet::FILE_MAX;
use crate::domain::order::schema;
use crate::domain::terms::{
    Category, Duty, Mode, Role, Route, Severity, Source, SummonsRole, SummonsStatus, Urgency, WhistleStatus,
};
use crate::domain::whistle::hints::Likeness;
use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// What a route answers when all is well; names are those of the components.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// 201 with where it stands and its first tag.
    Created(&'static str),
    /// 201 without an address of its own.
    New(&'static str),
    /// 200 with its tag.
    Tagged(&'static str),
    One(&'static str),
    /// 200, one page.
    List(&'static str),
    /// 200, whatever JSON.
    Json,
    Text,
    /// 200, a list as a file.
    Csv,
    /// 200, server-sent events for as long as the reader listens.
    Feed,
    Nothing,
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| whole().to_string());

/// `GET /api/v1/openapi.json`
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.as_str())
}

fn whole() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for line in TABLE {
        let path = paths.entry(line.path).or_insert_with(|| json!({}));
        path[line.method.to_ascii_lowercase()] = operation(line);
    }
    let mut schemas = answers();
    for spec in TABLE.iter().filter_map(Line::order) {
        schemas.insert(spec.name.to_owned(), schema(spec));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "whistle-hub", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "Apache-2.0" } },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(line: &Line) -> Value {
    let mut operation = json!({
        "summary": line.summary,
        "description": format!("Who: {}.", line.who),
        "operationId": operation_id(line),
        "parameters": parameters(line),
        "responses": { "default": {
            "description": "A problem (RFC 9457)",
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        } },
        "security": if line.needs_token() { json!([{ "bearer": [] }]) } else { json!([]) },
    });
    let (status, answer) = success(line.answers);
    operation["responses"][status] = answer;
    if let Some(spec) = line.order() {
        operation["requestBody"] = json!({
            // A deed without fields takes `{}` or no body.
            "required": spec.fields.iter().any(|field| field.required),
            "content": { "application/json": { "schema": reference(spec.name) } },
        });
    }
    if line.takes_file() {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "text/csv": { "schema": { "type": "string", "format": "binary", "maxLength": FILE_MAX } } },
        });
    }
    operation
}

fn operation_id(line: &Line) -> String {
    let words = line.path.split('/').filter(|part| !matches!(*part, "" | "api" | "v1"));
    let words: Vec<&str> = words.map(|part| part.trim_matches(['{', '}'])).collect();
    format!("{}_{}", line.method.to_ascii_lowercase(), words.join("_").replace('.', "_"))
}

fn parameters(line: &Line) -> Vec<Value> {
    let mut all = Vec::new();
    for name in ["code", "id"].iter().filter(|name| line.path.contains(&format!("{{{name}}}"))) {
        all.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    }
    let header = |name: &str, required: bool, schema: Value| json!({ "name": name, "in": "header", "required": required, "schema": schema });
    if line.names_version() {
        all.push(header("If-Match", true, json!({ "type": "string", "pattern": "^\"[0-9]+\"$" })));
    }
    let is_create = matches!(line.answers, Shape::Created(_));
    if line.is_deed() || is_create {
        let key = json!({ "type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$" });
        all.push(header("Idempotency-Key", is_create, key));
    }
    if matches!(line.answers, Shape::Feed) {
        all.push(header("Last-Event-ID", false, json!({ "type": "string", "pattern": "^[0-9]+$" })));
    }
    all.extend(line.query.iter().map(parameter));
    all
}

fn parameter(of: &Parameter) -> Value {
    let list = |items: Value| json!({ "type": "array", "items": items });
    let schema = match of.takes {
        Takes::Words(words) => list(json!({ "type": "string", "enum": words })),
        Takes::Codes => list(json!({ "type": "string" })),
        Takes::Day => json!({ "type": "string", "format": "date" }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Search => json!({ "type": "string", "maxLength": SEARCH_MAX }),
        Takes::Sort(words) => json!({ "type": "string", "enum": words }),
        Takes::Limit => json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": 50 }),
        Takes::Cursor => json!({ "type": "string" }),
    };
    json!({ "name": of.name, "in": "query", "required": false, "explode": false, "schema": schema })
}

fn success(shape: Shape) -> (&'static str, Value) {
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let text = json!({ "type": "string" });
    let tag = json!({ "ETag": { "schema": text } });
    match shape {
        Shape::Created(name) => (
            "201",
            json!({
                "description": "Done",
                "headers": { "ETag": { "schema": text }, "Location": { "schema": text } },
                "content": json_of(reference(name)),
            }),
        ),
        Shape::New(name) => ("201", json!({ "description": "Done", "content": json_of(reference(name)) })),
        Shape::Tagged(name) => {
            ("200", json!({ "description": "As it stands now", "headers": tag, "content": json_of(reference(name)) }))
        }
        Shape::One(name) => ("200", json!({ "description": "As it is", "content": json_of(reference(name)) })),
        Shape::List(name) => ("200", json!({ "description": "One page", "content": json_of(list_of(name)) })),
        Shape::Json => ("200", json!({ "description": "As it is", "content": json_of(json!({ "type": "object" })) })),
        Shape::Text => ("200", json!({ "description": "As it is", "content": { "text/plain": { "schema": text } } })),
        Shape::Csv => ("200", json!({ "description": "The list", "content": { "text/csv": { "schema": text } } })),
        Shape::Feed => {
            ("200", json!({ "description": "As it happens", "content": { "text/event-stream": { "schema": text } } }))
        }
        Shape::Nothing => ("204", json!({ "description": "Done" })),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list_of(name: &str) -> Value {
    object(&[("items", json!({ "type": "array", "items": reference(name) })), ("next_cursor", or_null("string"))])
}

/// An object whose members are all there.
pub(super) fn object(members: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

pub(super) fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

pub(super) fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn words_or_null(words: &[&str]) -> Value {
    json!({ "enum": words.iter().map(|word| json!(word)).chain([Value::Null]).collect::<Vec<_>>() })
}

pub(super) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn time_or_null() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

pub(super) fn texts() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

/// The shapes of answers.
fn answers() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let whistle = |more: Vec<(&'static str, Value)>| object(&[whistle_item(), more].concat());
    let tokens = [
        ("access_token", text()),
        ("token_type", words(&["Bearer"])),
        ("expires_in", json!({ "type": "integer" })),
        ("refresh_token", text()),
    ];
    let me = [
        ("id", text()),
        ("username", text()),
        ("name", text()),
        ("role", words(Role::WORDS)),
        ("department", text()),
        ("town", or_null("string")),
        ("permissions", texts()),
    ];
    let entry = [
        ("seq", json!({ "type": "integer" })),
        ("at", time()),
        ("kind", words(EventKind::WORDS)),
        ("actor", object(&[("name", or_null("string")), ("department", or_null("string"))])),
        ("data", json!({ "type": "object" })),
    ];
    let row = |names: &[&'static str]| object(&names.iter().map(|name| (*name, text())).collect::<Vec<_>>());
    [
        ("WhistleItem", whistle(Vec::new())),
        ("Whistle", whistle(whistle_more())),
        ("Summons", object(&summons())),
        ("Hints", hints()),
        ("Contact", object(&[("name", text()), ("phone", text())])),
        ("TimelineEntry", object(&entry)),
        ("Tokens", object(&tokens)),
        ("Session", sessions::shape()),
        ("MachineToken", machine_tokens::shape(false)),
        ("NewMachineToken", machine_tokens::shape(true)),
        ("Me", object(&me)),
        ("Department", row(&["code", "name", "short_name", "name_en", "kind", "role_in_hub", "remit", "remit_en"])),
        ("Town", row(&["code", "name", "name_en", "kind", "squad_code", "branch_code", "industries"])),
        ("Enterprise", row(&["code", "name", "town_code", "industry", "risk_level", "lead_department", "status"])),
        ("Person", row(&["id", "username", "name", "department_code", "role", "title", "since"])),
        ("PersonCard", people::shape()),
        ("Enrolment", row(&["secret", "uri", "enrolment"])),
        ("RecoveryCodes", object(&[("recovery_codes", texts())])),
        ("TrailLine", people::line_shape()),
        ("Category", row(&["code", "name", "name_en"])),
        ("Import", imports::schema()),
        ("Problem", problem()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

fn whistle_item() -> Vec<(&'static str, Value)> {
    let enterprise = json!({
        "type": ["object", "null"],
        "properties": { "code": { "type": "string" }, "name": { "type": ["string", "null"] } },
    });
    vec![
        ("code", json!({ "type": "string" })),
        ("title", or_null("string")),
        ("status", words(WhistleStatus::WORDS)),
        ("category", words(Category::WORDS)),
        ("severity", words(Severity::WORDS)),
        ("urgency", words(Urgency::WORDS)),
        ("town", or_null("string")),
        ("enterprise", enterprise),
        ("blower", object(&[("department", json!({ "type": "string" }))])),
        ("blown_at", time()),
        ("due_at", time_or_null()),
        ("overdue", json!({ "type": "boolean" })),
        ("version", json!({ "type": "integer" })),
    ]
}

fn hints() -> Value {
    let text = || json!({ "type": "string" });
    let similar = object(&[whistle_item(), vec![("rule", words(Likeness::WORDS)), ("why", text())]].concat());
    let department = object(&[("department", text()), ("rule", text()), ("why", text())]);
    let list = |items: Value| json!({ "type": "array", "items": items });
    object(&[("similar", list(similar)), ("departments", list(department))])
}

fn whistle_more() -> Vec<(&'static str, Value)> {
    let owner = object(&[("role", words(Role::WORDS)), ("department", json!({ "type": "string" }))]);
    let obligation = object(&[
        ("owner", owner),
        ("what", words(Duty::WORDS)),
        ("due_at", time()),
        ("provisional", json!({ "type": "boolean" })),
        ("explained", texts()),
    ]);
    vec![
        ("what", or_null("string")),
        ("place", or_null("string")),
        ("clause", or_null("string")),
        ("severity_claimed", words_or_null(Severity::WORDS)),
        ("source", words(Source::WORDS)),
        ("occurred_at", time_or_null()),
        ("needed_departments", texts()),
        ("missing", texts()),
        ("lead", or_null("string")),
        ("supports", texts()),
        ("route", words_or_null(Route::WORDS)),
        ("obligations", json!({ "type": "array", "items": obligation })),
        ("summonses", json!({ "type": "array", "items": reference("Summons") })),
        ("visits", texts()),
        ("findings", texts()),
        ("merged_into", or_null("string")),
        ("objection_until", time_or_null()),
        ("reopened", json!({ "type": "integer" })),
        ("allowed_deeds", texts()),
    ]
}

fn summons() -> Vec<(&'static str, Value)> {
    vec![
        ("code", json!({ "type": "string" })),
        ("whistle", json!({ "type": "string" })),
        ("department", json!({ "type": "string" })),
        ("role", words(SummonsRole::WORDS)),
        ("task", or_null("string")),
        ("status", words(SummonsStatus::WORDS)),
        ("officers", texts()),
        ("mode", words_or_null(Mode::WORDS)),
        ("eta", time_or_null()),
        ("result", or_null("string")),
        ("issued_at", time()),
        ("due_at", time_or_null()),
        ("original_due_at", time_or_null()),
        ("extension_until", time_or_null()),
        ("delegated_to", or_null("string")),
        ("overdue", json!({ "type": "boolean" })),
        ("version", json!({ "type": "integer" })),
        ("allowed_deeds", texts()),
    ]
}

fn problem() -> Value {
    let text = || json!({ "type": "string" });
    let mut problem =
        object(&[("type", text()), ("title", text()), ("status", json!({ "type": "integer" })), ("instance", text())]);
    let fault = json!({
        "type": "object",
        "properties": { "pointer": text(), "parameter": text(), "row": { "type": "integer" }, "column": text(), "code": text(), "message": text() },
        "required": ["code", "message"],
    });
    let reason = object(&[("code", words(ReasonCode::WORDS)), ("message", text()), ("subject", text())]);
    for (name, schema) in [
        ("detail", text()),
        ("errors", json!({ "type": "array", "items": fault })),
        ("error_count", json!({ "type": "integer" })),
        ("current_status", text()),
        ("allowed_deeds", texts()),
        ("reasons", json!({ "type": "array", "items": reason })),
        ("current_version", json!({ "type": "integer" })),
        ("changes", json!({ "type": "array", "items": { "type": "object" } })),
    ] {
        problem["properties"][name] = schema;
    }
    problem
}

#[cfg(test)]
mod tests;
