//! Joint visits of a story: who goes, and planning one. Every post does its own deeds by its own token; nothing is written
//! behind the hub.

use super::{Person, Town};
use serde_json::{Value, json};

/// Two officers each of YJ, which leads, and of XF.
pub(crate) const CREW: [&str; 4] = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2"];
/// Who approves for the two.
pub(crate) const HEADS: [&str; 2] = ["head.yj.2", "head.xf"];

impl Town {
    /// Puts a visit before the heads, who all approve.
    pub(crate) async fn approves(&self, visit: &str, heads: &[&str]) {
        self.office().does(visit, "propose", json!({})).await;
        for head in heads {
            self.person(head).does(visit, "approve_own_part", json!({})).await;
        }
    }

    /// The same, and the firm is told.
    pub(crate) async fn announces(&self, visit: &str, heads: &[&str]) {
        self.approves(visit, heads).await;
        self.office().does(visit, "announce", json!({})).await;
    }

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
