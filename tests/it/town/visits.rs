//! Joint visits of a story: who goes, and planning one. Every post does its own deeds by its own token; nothing is written
//! behind the hub.

use super::{Person, Town};
use serde_json::{Value, json};

impl Town {
    /// Who goes, the first one leading.
    pub(crate) async fn members(&self, crew: &[&str]) -> Value {
        let mut members = Vec::new();
        for (place, who) in crew.iter().enumerate() {
            let role = if place == 0 { "lead" } else { "member" };
            members.push(json!({ "officer": self.person(who).id().await, "role": role }));
        }
        Value::Array(members)
    }
}

impl Person<'_> {
    /// Plans a visit, which must succeed; its code.
    pub(crate) async fn plans(&self, order: &Value) -> String {
        let planned = self.ask("POST", "/visits").await.json(order).send().await.expect(201).json();
        planned["code"].as_str().unwrap().to_owned()
    }
}
