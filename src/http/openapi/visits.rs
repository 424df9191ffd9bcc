//! The shapes of visits and findings as they are answered, beside those of whistles in `shapes`. Nothing here knows a
//! route.

use super::shapes::owed;
use super::{object, or_null, reference, texts, time, time_or_null, words, words_or_null};
use crate::domain::terms::{
    AbortGround, ClosureKind, FindingStatus, MemberRole, Notice, Outcome, Period, Severity, VisitStatus,
};
use serde_json::{Value, json};

/// Every shape by its name.
pub(super) fn shapes() -> [(&'static str, Value); 6] {
    [
        ("VisitItem", object(&visit_item())),
        ("Visit", object(&[visit_item(), visit_more()].concat())),
        ("FirmLink", object(&[("url", text()), ("expires_at", time())])),
        ("FindingItem", object(&finding())),
        ("Finding", object(&[finding(), vec![proof(), obligations()]].concat())),
        ("Burden", object(&burden())),
    ]
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn firm() -> Value {
    json!({
        "type": ["object", "null"],
        "properties": { "code": { "type": "string" }, "name": { "type": ["string", "null"] } },
    })
}

fn visit_item() -> Vec<(&'static str, Value)> {
    vec![
        ("code", text()),
        ("status", words(VisitStatus::WORDS)),
        ("enterprise", firm()),
        ("town", or_null("string")),
        ("date", json!({ "type": "string", "format": "date" })),
        ("period", words(Period::WORDS)),
        ("starts_at", time()),
        ("notice", words(Notice::WORDS)),
        ("emergency", flag()),
        ("exempt", flag()),
        ("lead", text()),
        ("departments", texts()),
        ("items_total", number()),
        ("items_answered", number()),
        ("due_at", time_or_null()),
        ("overdue", flag()),
        ("version", number()),
    ]
}

fn visit_more() -> Vec<(&'static str, Value)> {
    let item = object(&[
        ("item", text()),
        ("department", text()),
        ("subject", or_null("string")),
        ("hazard", or_null("string")),
        ("hazard_version", or_null("integer")),
        ("whistle", or_null("string")),
        ("also", texts()),
        ("outcome", words_or_null(Outcome::WORDS)),
        ("note", or_null("string")),
        ("finding", or_null("string")),
        ("recorded_at", time_or_null()),
        ("late", flag()),
    ]);
    let member = object(&[
        ("officer", text()),
        ("name", or_null("string")),
        ("role", words(MemberRole::WORDS)),
        ("department", text()),
        ("certified", flag()),
    ]);
    let part = object(&[
        ("department", text()),
        ("approved_at", time_or_null()),
        ("unapproved_at", time_or_null()),
        ("closed_at", time_or_null()),
        ("late", flag()),
        ("excused", flag()),
        ("due_at", time_or_null()),
    ]);
    vec![
        ("place", or_null("string")),
        ("items", list(item)),
        ("members", list(member)),
        ("vehicles", texts()),
        ("parts", list(part)),
        ("whistles", texts()),
        ("findings", texts()),
        proof(),
        ("objected", or_null("object")),
        ("warnings", list(object(&[("code", text()), ("message", text()), ("subject", text())]))),
        ("override_reason", or_null("string")),
        ("entered_at", time_or_null()),
        ("scanned", or_null("boolean")),
        ("signed", or_null("object")),
        ("aborted", words_or_null(AbortGround::WORDS)),
        ("completed_at", time_or_null()),
        ("withheld", texts()),
        obligations(),
        ("sequence", number()),
        ("allowed_deeds", texts()),
    ]
}

fn proof() -> (&'static str, Value) {
    ("attachments", list(reference("Attachment")))
}

fn obligations() -> (&'static str, Value) {
    ("obligations", list(object(&owed())))
}

fn burden() -> Vec<(&'static str, Value)> {
    let authority = object(&[("department", text()), ("visits", number()), ("exempt", number()), ("cap", number())]);
    vec![
        ("enterprise", text()),
        ("visits", number()),
        ("visits_saved", number()),
        ("visits_before", number()),
        ("authorities", list(authority)),
        ("struck_off", number()),
        ("relapsed", number()),
    ]
}

fn finding() -> Vec<(&'static str, Value)> {
    vec![
        ("code", text()),
        ("visit", text()),
        ("item", text()),
        ("whistle", or_null("string")),
        ("department", text()),
        ("enterprise", firm()),
        ("town", or_null("string")),
        ("hazard", or_null("string")),
        ("status", words(FindingStatus::WORDS)),
        ("what", or_null("string")),
        ("spot", or_null("string")),
        ("severity", words(Severity::WORDS)),
        ("clause", or_null("string")),
        ("found_at", time()),
        ("orders", list(json!({ "type": "object" }))),
        ("original_due_at", time_or_null()),
        ("due_at", time_or_null()),
        ("overdue", flag()),
        ("extended", number()),
        ("extension_until", time_or_null()),
        ("measures", or_null("object")),
        ("reported", or_null("object")),
        ("rechecks", list(json!({ "type": "object" }))),
        ("closed", words_or_null(ClosureKind::WORDS)),
        ("closed_at", time_or_null()),
        ("relapse", flag()),
        ("relapse_of", or_null("string")),
        ("reopened", number()),
        ("link", or_null("object")),
        ("rated", or_null("object")),
        ("spot_check", or_null("object")),
        ("transferred", or_null("object")),
        ("watch", or_null("object")),
        ("version", number()),
        ("allowed_deeds", texts()),
    ]
}
