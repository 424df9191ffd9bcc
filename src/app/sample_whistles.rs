//! The sample district's forty whistles, compiled in: what their file says of each, and what its columns come to as
//! orders. What the file leaves to its readers (the criterion of a major hazard, who told us) stands here and nowhere
//! else. It blows and judges nothing.

use crate::domain::at::At;
use crate::domain::deeds::WhistleDeed;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FILE: &str = include_str!("../../config/sample-district/whistles.csv");
/// The criterion of a major hazard, which the file leaves to the office.
const CLAUSE: &str = "《工贸企业重大事故隐患判定标准》测试条款";
/// Whoever told us, where the file names an informer: name and phone.
pub const INFORMER: (&str, &str) = ("匿名者甲乙", "13955550040");
/// What joins what, and why what is not taken on is not.
const MASTERS: &[(&str, &str)] = &[("W08", "W07")];
const GROUNDS: &[(&str, &str)] = &[("W38", "outside_district"), ("W39", "not_safety")];
const MISSING: &[&str] = &["place", "what"];
/// Put right on the spot.
const ON_THE_SPOT: &str = "W34";
const DISPUTES: &[(&str, Dispute)] = &[
    ("W11", Dispute { department: "ZJ", ground: "not_our_duty", instead: "YJ" }),
    ("W12", Dispute { department: "JT", ground: "other_lead", instead: "SH" }),
    ("W36", Dispute { department: "XF", ground: "not_our_duty", instead: "GX" }),
];
/// Ruled by the district's leader: one concerns the director's own bureau, one is new to every duty list.
const FOR_THE_LEADER: &[&str] = &["W11", "W36"];

/// A department that says it is not its, the ground, and whom it names instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    pub department: &'static str,
    pub ground: &'static str,
    pub instead: &'static str,
}

impl Dispute {
    /// What the department's head sends.
    pub fn order(&self) -> Value {
        json!({ "ground": self.ground, "law": "权责清单测试条目", "instead": self.instead })
    }
}

/// The office's verdict on one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub deed: WhistleDeed,
    pub order: Value,
}

/// One line of the file.
#[derive(Debug, Clone)]
pub struct SampleWhistle {
    pub blown_at: At,
    cells: BTreeMap<String, String>,
}

/// All of them, in the order in which they were blown.
///
/// # Errors
/// The row that has no moment, or cannot be read.
pub fn read() -> Result<Vec<SampleWhistle>, String> {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    let columns = reader.headers().map_err(|fault| format!("whistles.csv: {fault}"))?.clone();
    let mut all = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|fault| format!("whistles.csv: {fault}"))?;
        let cells: BTreeMap<String, String> =
            columns.iter().zip(row.iter()).map(|(column, text)| (column.to_owned(), text.to_owned())).collect();
        let moment = cells.get("blown_at").and_then(|text| At::parse(text));
        let blown_at = moment.ok_or_else(|| format!("whistles.csv row {}, blown_at: no moment", all.len() + 2))?;
        all.push(SampleWhistle { blown_at, cells });
    }
    all.sort_by_key(|whistle| whistle.blown_at);
    Ok(all)
}

/// A department's liaison.
pub fn liaison(department: &str) -> String {
    format!("liaison.{}", department.to_lowercase())
}

/// A department's head.
pub fn head(department: &str) -> String {
    format!("head.{}", department.to_lowercase())
}

impl SampleWhistle {
    /// What stands in a column; a column that the file does not have is empty.
    pub fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The file's own name for it: `W01`.
    pub fn name(&self) -> &str {
        self.text("code")
    }

    /// Whom it takes.
    pub fn needed(&self) -> Vec<&str> {
        self.text("needed_departments").split(';').collect()
    }

    /// Whether somebody told us who must not be named.
    pub fn is_informers(&self) -> bool {
        self.text("source") == "informant"
    }

    /// Who blows: the office on behalf, a town's officer, or a department's liaison.
    pub fn blower(&self) -> String {
        match self.text("blower") {
            "AWB" => "office".to_owned(),
            town if town.starts_with('T') => format!("town.{}", town.to_lowercase()),
            department => liaison(department),
        }
    }

    /// What is sent: an enterprise brings its town along, and what the file leaves empty was not said.
    pub fn blow_order(&self) -> Value {
        let mut order = json!({
            "category": self.text("category"), "title": self.text("title_zh"), "what": self.text("text_zh"),
            "urgency": self.text("urgency"), "severity_claimed": self.text("severity"),
            "source": self.text("source"), "needed_departments": self.needed(),
        });
        let town = if self.text("enterprise_code").is_empty() { self.text("town_code") } else { "" };
        let said = [("enterprise", self.text("enterprise_code")), ("place", self.text("place_zh")), ("town", town)];
        for (field, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
            order[field] = text.into();
        }
        if self.text("blower") == "AWB" {
            order["on_behalf_of"] = json!("AWB");
        }
        if self.is_informers() {
            order["protected_source"] = json!(true);
            order["contact"] = json!({ "name": INFORMER.0, "phone": INFORMER.1 });
        }
        order
    }

    /// What the office says to it; `code_of` names those that were blown before.
    pub fn verdict(&self, code_of: impl Fn(&str) -> String) -> Verdict {
        let (deed, order) = match self.text("expected_triage") {
            "merge" => (WhistleDeed::Merge, json!({ "into": self.joins().map(code_of) })),
            "decline" => (WhistleDeed::Decline, json!({ "ground": said_of(GROUNDS, self.name()) })),
            "return" => (WhistleDeed::Return, json!({ "missing": MISSING })),
            _ => (WhistleDeed::Accept, self.accept_order()),
        };
        Verdict { deed, order }
    }

    fn accept_order(&self) -> Value {
        let lead = self.text("lead_department");
        let supports: Vec<&str> = self.needed().into_iter().filter(|one| *one != lead).collect();
        let mut order = json!({
            "severity": self.text("severity"), "urgency": self.text("urgency"), "lead": lead, "supports": supports,
            "route": self.text("expected_route"), "dispatch": true,
        });
        if self.is_major() {
            order["clause"] = json!(CLAUSE);
        }
        order
    }

    /// Whether the office calls it a major hazard.
    pub fn is_major(&self) -> bool {
        self.text("severity") == "major"
    }

    /// Whether the office takes it on.
    pub fn is_accepted(&self) -> bool {
        self.text("expected_triage") == "accept"
    }

    /// The earlier one that it is about, too.
    pub fn joins(&self) -> Option<&'static str> {
        said_of(MASTERS, self.name())
    }

    /// The department that says it is not its.
    pub fn dispute(&self) -> Option<Dispute> {
        said_of(DISPUTES, self.name())
    }

    /// Whether the dispute is the district leader's to rule.
    pub fn is_for_the_leader(&self) -> bool {
        FOR_THE_LEADER.contains(&self.name())
    }

    /// Whether those who came put it right at once.
    pub fn is_put_right_on_the_spot(&self) -> bool {
        self.name() == ON_THE_SPOT
    }
}

/// What a table says of a line.
fn said_of<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, said)| *said)
}
