//! Real bodies for `POST /whistles`: what the sample district's whistles say, as a liaison would send them.
//! Nothing is made up here but the shape.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../config/sample-district/whistles.csv");

/// One blow order per sample whistle, in the file's order.
pub(crate) fn orders() -> anyhow::Result<Vec<Value>> {
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let columns = reader.headers()?.clone();
    let mut orders = Vec::new();
    for row in reader.records() {
        let row = row?;
        let text = |name: &str| {
            let at = columns.iter().position(|column| column == name);
            at.and_then(|at| row.get(at)).with_context(|| format!("the sample whistles have no {name}"))
        };
        let needed: Vec<&str> = text("needed_departments")?.split(';').collect();
        let mut order = json!({
            "category": text("category")?, "title": text("title_zh")?, "what": text("text_zh")?,
            "urgency": text("urgency")?, "severity_claimed": text("severity")?, "source": text("source")?,
            "needed_departments": needed,
        });
        // An enterprise brings its town along; what the file leaves empty was not said.
        let town = if text("enterprise_code")?.is_empty() { text("town_code")? } else { "" };
        for (field, said) in [("enterprise", text("enterprise_code")?), ("place", text("place_zh")?), ("town", town)] {
            if !said.is_empty() {
                order[field] = said.into();
            }
        }
        orders.push(order);
    }
    ensure!(orders.len() >= 20, "the sample whistles are {}", orders.len());
    Ok(orders)
}
