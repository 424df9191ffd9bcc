//! The shapes of answers, as the OpenAPI document names them: written by hand, held by tests to what is answered. Nothing
//! here knows a route.

use super::{object, or_null, reference, texts, time, time_or_null, words, words_or_null};
use crate::domain::attachment::{Format, Shows};
use crate::domain::decision::ReasonCode;
use crate::domain::event::EventKind;
use crate::domain::obligation::ObligationStatus;
use crate::domain::terms::{
    Category, Duty, Mode, Role, Route, Severity, Source, SummonsRole, SummonsStatus, Urgency, WhistleStatus,
};
use crate::domain::whistle::hints::Likeness;
use crate::http::{imports, machine_tokens, people, sessions};
use serde_json::{Map, Value, json};

/// Every shape by its name.
pub(super) fn answers() -> Map<String, Value> {
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
    let firm = ["code", "name", "town_code", "industry", "risk_level", "lead_department", "status"];
    let firm = firm.map(|name| (name, text()));
    [
        ("WhistleItem", whistle(Vec::new())),
        ("Whistle", whistle(whistle_more())),
        ("Summons", object(&summons())),
        ("Attachment", object(&attachment())),
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
        ("Enterprise", object(&firm)),
        ("EnterpriseCard", object(&[firm.as_slice(), &[("tenants", texts())]].concat())),
        ("Hazard", hazard()),
        ("Vehicle", vehicle()),
        ("Person", row(&["id", "username", "name", "department_code", "role", "title", "since"])),
        ("PersonCard", people::shape()),
        ("Enrolment", row(&["secret", "uri", "enrolment"])),
        ("RecoveryCodes", object(&[("recovery_codes", texts())])),
        ("TrailLine", people::line_shape()),
        ("Category", row(&["code", "name", "name_en"])),
        ("Import", imports::schema()),
        ("Problem", problem()),
    ]
    .into_iter()
    .chain(super::visits::shapes())
    .map(|(name, schema)| (name.to_owned(), schema))
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

fn hazard() -> Value {
    let text = || json!({ "type": "string" });
    object(&[
        ("part_no", json!({ "type": "integer" })),
        ("part", text()),
        ("part_en", text()),
        ("item_code", text()),
        ("hazard", text()),
        ("hazard_en", text()),
        ("category", words(Category::WORDS)),
        ("competent_departments", texts()),
        ("evidence", text()),
        ("correctable_on_site", json!({ "type": "boolean" })),
        ("legal_basis", text()),
        ("version", json!({ "type": "integer" })),
    ])
}

fn vehicle() -> Value {
    let text = || json!({ "type": "string" });
    object(&[
        ("code", text()),
        ("department_or_squad", text()),
        ("base_town", text()),
        ("seats", json!({ "type": "integer" })),
        ("kit", json!({ "type": "boolean" })),
    ])
}

fn hints() -> Value {
    let text = || json!({ "type": "string" });
    let similar = object(&[whistle_item(), vec![("rule", words(Likeness::WORDS)), ("why", text())]].concat());
    let department = object(&[("department", text()), ("rule", text()), ("why", text())]);
    let list = |items: Value| json!({ "type": "array", "items": items });
    object(&[("similar", list(similar)), ("departments", list(department))])
}

/// Whose move, what, until when, and what may be said of it.
pub(super) fn owed() -> Vec<(&'static str, Value)> {
    let owner = object(&[("role", words(Role::WORDS)), ("department", json!({ "type": "string" }))]);
    vec![
        ("code", json!({ "type": "string" })),
        ("owner", owner),
        ("what", words(Duty::WORDS)),
        ("due_at", time()),
        ("status", words(ObligationStatus::WORDS)),
        ("allowed_deeds", texts()),
    ]
}

fn whistle_more() -> Vec<(&'static str, Value)> {
    let counted = vec![("provisional", json!({ "type": "boolean" })), ("explained", texts())];
    let obligation = object(&[owed(), counted].concat());
    vec![
        ("what", or_null("string")),
        ("place", or_null("string")),
        ("clause", or_null("string")),
        ("severity_claimed", words_or_null(Severity::WORDS)),
        ("source", words(Source::WORDS)),
        ("occurred_at", time_or_null()),
        ("late_entry", json!({ "type": ["object", "null"] })),
        ("needed_departments", texts()),
        ("missing", texts()),
        ("lead", or_null("string")),
        ("supports", texts()),
        ("route", words_or_null(Route::WORDS)),
        ("obligations", json!({ "type": "array", "items": obligation })),
        ("summonses", json!({ "type": "array", "items": reference("Summons") })),
        ("visits", texts()),
        ("findings", texts()),
        ("attachments", json!({ "type": "array", "items": reference("Attachment") })),
        ("merged_into", or_null("string")),
        ("objection_until", time_or_null()),
        ("reopened", json!({ "type": "integer" })),
        ("allowed_deeds", texts()),
    ]
}

fn attachment() -> Vec<(&'static str, Value)> {
    vec![
        ("id", json!({ "type": "string" })),
        ("name", or_null("string")),
        ("format", words(Format::WORDS)),
        ("bytes", json!({ "type": "integer" })),
        ("sha256", json!({ "type": "string" })),
        ("at", time()),
        // No department: the firm's own, by its link.
        ("by", object(&[("name", or_null("string")), ("department", or_null("string"))])),
        // What a photo of a finding shows; whether a picture is kept from most who see the rest.
        ("when", words_or_null(Shows::WORDS)),
        ("held", json!({ "type": "boolean" })),
        // Whether there is a viewing copy, and whether this reader may have the file as it came.
        ("drawn", json!({ "type": "boolean" })),
        ("original", json!({ "type": "boolean" })),
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
