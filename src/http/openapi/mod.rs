//! The OpenAPI 3.1 document, made from the table of routes, the tables of orders and the closed word lists, once per
//! process. What a person writes by hand here is only the shape of answers; a test holds those to what is answered.

mod responses;
mod shapes;
mod visits;

use super::query::{LIMIT_MAX, Parameter, SEARCH_MAX, Takes};
use super::routes::{Line, lines};
use crate::domain::attachment;
use crate::domain::imports::sheet::FILE_MAX;
use crate::domain::order::schema;
use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Where an idempotency key must be given (API.md); elsewhere it may be.
const KEYED: &str = "/api/v1/whistles";

/// What a route answers when all is well; names are those of the components.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// 201 with where it stands and its first tag.
    Created(&'static str),
    /// 201 without an address of its own.
    New(&'static str),
    /// 201, several of them.
    News(&'static str),
    /// 200 with its tag.
    Tagged(&'static str),
    One(&'static str),
    /// 200, one page.
    List(&'static str),
    /// 200, whatever JSON.
    Json,
    /// 200, and the same with 503 while a part that matters is away.
    Ready,
    Text,
    /// 200, a list as a file.
    Csv,
    /// 200, a sheet to print.
    Html,
    /// 200, an entry for a calendar.
    Calendar,
    /// 200, a picture or a document.
    File,
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
    for line in lines() {
        let path = paths.entry(line.path).or_insert_with(|| json!({}));
        path[line.method.to_ascii_lowercase()] = operation(line);
    }
    let mut schemas = shapes::answers();
    for spec in lines().filter_map(Line::order) {
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
        "responses": responses::of(line),
        "security": if line.needs_token() { json!([{ "bearer": [] }]) } else { json!([]) },
    });
    if let Some(spec) = line.order() {
        operation["requestBody"] = json!({
            // A deed without fields takes `{}` or no body.
            "required": line.needs_body(),
            "content": { "application/json": { "schema": reference(spec.name) } },
        });
    }
    if line.takes_file() {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "text/csv": { "schema": { "type": "string", "format": "binary", "maxLength": FILE_MAX } } },
        });
    }
    if line.takes_upload() {
        let file = json!({ "type": "string", "format": "binary", "maxLength": attachment::FILE_MAX });
        let files = json!({ "type": "array", "items": file, "minItems": 1, "maxItems": attachment::FILES_MAX });
        let mut form = json!({ "type": "object", "properties": { "files": files }, "required": ["files"] });
        if line.path.contains("/findings/") {
            form["properties"]["when"] = words(attachment::Shows::WORDS);
        }
        operation["requestBody"] =
            json!({ "required": true, "content": { "multipart/form-data": { "schema": form } } });
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
    if line.is_deed() || line.takes_upload() || is_create {
        let key = json!({ "type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$" });
        all.push(header("Idempotency-Key", line.path == KEYED, key));
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

#[cfg(test)]
mod tests;
