//! What each route may answer: success by its shape, and every refusal by its status. A status that is not here is a
//! fault of the route or of this list; nothing stands for "anything else".

use super::{Shape, list_of, object, reference};
use crate::http::routes::Line;
use serde_json::{Map, Value, json};

/// A refusal: its status, what it means, and which routes know it.
struct Refusal {
    status: u16,
    means: &'static str,
    known: fn(&Line) -> bool,
}

const fn refusal(status: u16, means: &'static str, known: fn(&Line) -> bool) -> Refusal {
    Refusal { status, means, known }
}

const REFUSALS: &[Refusal] = &[
    refusal(400, "Broken HTTP, key, cursor, limit or filter, or a body that is no JSON object", |_| true),
    refusal(401, "No sound credential", |line| line.needs_token() || line.order().is_some()),
    refusal(403, "Not by this role, this machine's scopes, this proof or from this site", |_| true),
    refusal(404, "There is none, or it may not be seen", |line| line.path.contains('{') || line.path == "/metrics"),
    refusal(409, "Not in this state, or conditions are not met", Line::may_clash),
    refusal(412, "It has moved since the version that was named", Line::names_version),
    refusal(413, "Too large", Line::takes_body),
    refusal(415, "Packed, or another type of content", Line::takes_body),
    refusal(422, "Faults by field, by row or by size", |line| line.takes_body() || matches!(line.answers, Shape::Csv)),
    refusal(428, "No version was named", Line::names_version),
    refusal(429, "Too much was asked", |line| line.needs_token() || line.takes_body()),
    refusal(500, "Something failed inside", |_| true),
    refusal(503, "Busy, or a part is away", |line| line.needs_token() || line.takes_body()),
];

/// Every answer of a route, by status.
pub(super) fn of(line: &Line) -> Map<String, Value> {
    let problem = json!({ "application/problem+json": { "schema": reference("Problem") } });
    let refused = REFUSALS.iter().filter(|refusal| (refusal.known)(line)).map(|refusal| {
        let answer = json!({ "description": refusal.means, "content": problem });
        (refusal.status.to_string(), answer)
    });
    let (status, answer) = success(line.answers);
    let unready = matches!(line.answers, Shape::Ready).then(|| ("503".to_owned(), answer.clone()));
    refused.chain([(status.to_owned(), answer)]).chain(unready).collect()
}

/// What a route answers when all is well.
fn success(shape: Shape) -> (&'static str, Value) {
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let text = json!({ "type": "string" });
    // What one event of a feed holds: its place, what happened, and the same once more with the thing's code as JSON.
    let event = json!({
        "type": "object",
        "properties": { "id": text, "event": text, "data": { "type": "string", "contentMediaType": "application/json" } },
    });
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
        Shape::News(name) => {
            let items = object(&[("items", json!({ "type": "array", "items": reference(name) }))]);
            ("201", json!({ "description": "Done", "content": json_of(items) }))
        }
        Shape::Tagged(name) => {
            ("200", json!({ "description": "As it stands now", "headers": tag, "content": json_of(reference(name)) }))
        }
        Shape::One(name) => ("200", json!({ "description": "As it is", "content": json_of(reference(name)) })),
        Shape::List(name) => ("200", json!({ "description": "One page", "content": json_of(list_of(name)) })),
        Shape::Json | Shape::Ready => {
            ("200", json!({ "description": "As it is", "content": json_of(json!({ "type": "object" })) }))
        }
        Shape::Text => ("200", json!({ "description": "As it is", "content": { "text/plain": { "schema": text } } })),
        Shape::Csv => ("200", json!({ "description": "The list", "content": { "text/csv": { "schema": text } } })),
        Shape::Html => ("200", json!({ "description": "The sheet", "content": { "text/html": { "schema": text } } })),
        Shape::Calendar => {
            ("200", json!({ "description": "The entry", "content": { "text/calendar": { "schema": text } } }))
        }
        Shape::File => {
            let file = json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } });
            ("200", json!({ "description": "The file", "content": file }))
        }
        Shape::Feed => {
            ("200", json!({ "description": "As it happens", "content": { "text/event-stream": { "schema": event } } }))
        }
        Shape::Nothing => ("204", json!({ "description": "Done" })),
    }
}
