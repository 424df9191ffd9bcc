//! What a list of people does to sign-ins, beside its rows: whoever is moved comes in anew, each has a line of the trail, and
//! those who hear of new sign-ins hear of it. Which rows may stand is asked by `imports`; nothing here writes one.

use super::{Deciding, line, owe_letters};
use crate::domain::decision::Change;
use crate::domain::imports::difference::{Changed, Difference, Wanted};
use crate::domain::policy;
use crate::domain::terms::Role;
use crate::domain::trail::SecurityKind;
use crate::ids::PersonId;
use serde_json::{Map, Value, json};

/// Adds it to the Change that writes the list.
pub fn listed(difference: &Difference, change: &mut Change, mut by: Deciding<'_>) {
    let moved: Vec<&Changed> = difference.changed.iter().filter(|row| !post(&row.new).is_empty()).collect();
    let raised = |row: &&Wanted| is_raised(row.body.get("role"));
    let added: Vec<&Wanted> = difference.added.iter().filter(raised).collect();
    for row in &moved {
        let person = PersonId::from_text(row.code.as_str());
        let data = json!({ "was": post(&row.old), "is": post(&row.new) });
        change.trail.push(line(SecurityKind::PersonChanged, &person, data, &by));
        change.ends_sessions.push(person);
    }
    for row in &added {
        let data = json!({ "is": row.body.as_object().map(post) });
        change.trail.push(line(SecurityKind::PersonAdded, &PersonId::from_text(row.code.as_str()), data, &by));
    }
    if !added.is_empty() || moved.iter().any(|row| is_raised(row.new.get("role"))) {
        owe_letters(change, &mut by);
    }
}

/// Role and unit, those of the two that stand among the fields.
fn post(fields: &Map<String, Value>) -> Map<String, Value> {
    let named = [("role", "role"), ("department_code", "department")];
    named.into_iter().filter_map(|(field, fact)| Some((fact.to_owned(), fields.get(field)?.clone()))).collect()
}

/// Whether it is a role of which those who hear of new sign-ins are told.
fn is_raised(role: Option<&Value>) -> bool {
    role.and_then(Value::as_str).and_then(Role::parse).is_some_and(policy::must_have_a_factor)
}
