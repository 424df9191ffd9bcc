//! What the form of a plan says, as the order that the domain reads: rows, and ticked items of whistles and of the checklist,
//! become items; ticks become members and cars. It mends nothing: what is missing stays a fault, told at its input.

use super::super::orders::{Pairs, filled_in, numbered};
use crate::domain::order::{Node, NotAnObject};
use crate::domain::terms::MemberRole;
use std::collections::BTreeSet;

/// Inputs that a row has. What it comes from is no item by itself.
const OF_ROW: &[&str] = &["department", "subject", "whistle", "hazard"];
const SOURCES: &[&str] = &["whistle", "hazard"];

/// Ticks: each name may come several times.
const TICKS: &[&str] = &["officers", "lead", "experts", "locality", "vehicles", "asks", "hazards", "look"];

/// Before the code of a hazard: who looks for it.
pub(super) const BY: &str = "by-";

/// Where an item stands on the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Row(usize),
    /// What a whistle asks of a department: `WH-2026-0001/YJ`.
    Ask(String),
    /// A hazard of the checklist, by its code.
    Hazard(String),
}

/// One thing that a whistle asks of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) whistle: String,
    pub(super) department: String,
    pub(super) subject: String,
    /// Departments of which it asks the same: one item for all of them.
    pub(super) also: Vec<String>,
}

impl Ask {
    pub(super) fn value(&self) -> String {
        format!("{}/{}", self.whistle, self.department)
    }
}

/// What was filled in and ticked.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(Pairs);

/// The row that an input belongs to, with its stem.
pub(super) fn of_row(name: &str) -> Option<(&str, usize)> {
    numbered(name).filter(|(stem, _)| OF_ROW.contains(stem))
}

fn object(entries: &[(&str, &str)]) -> Node {
    let entries = entries.iter().filter(|(_, value)| !value.is_empty());
    Node::Object(entries.map(|(name, value)| ((*name).to_owned(), Node::Text((*value).to_owned()))).collect())
}

impl Given {
    pub(super) fn read(bytes: &[u8]) -> Result<Given, NotAnObject> {
        filled_in(bytes).map(Given)
    }

    /// The same of a form that is shown.
    pub(super) fn typed(typed: &Pairs) -> Given {
        Given(typed.iter().filter(|(_, value)| !value.is_empty()).cloned().collect())
    }

    pub(super) fn all<'g>(&'g self, name: &'g str) -> impl Iterator<Item = &'g str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// What one input holds; empty where nothing was said.
    pub(super) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// The rows with an item, in their order; where it comes from alone is none.
    pub(super) fn rows(&self) -> Vec<usize> {
        let rows = self.0.iter().filter_map(|(name, _)| of_row(name)).filter(|(stem, _)| !SOURCES.contains(stem));
        rows.map(|(_, row)| row).collect::<BTreeSet<usize>>().into_iter().collect()
    }

    fn of(&self, stem: &str, row: usize) -> &str {
        self.one(&format!("{stem}-{row}"))
    }

    /// Whistles that it names, each once.
    pub(super) fn whistles(&self) -> Vec<String> {
        let asked = self.all("asks").filter_map(|value| value.split_once('/')).map(|(code, _)| code);
        let rows = self.0.iter().filter(|(name, _)| of_row(name).is_some_and(|(stem, _)| stem == "whistle"));
        let all: BTreeSet<&str> = asked.chain(rows.map(|(_, value)| value.as_str())).collect();
        all.into_iter().map(str::to_owned).collect()
    }

    /// Hazards that its rows already hold.
    pub(super) fn hazards_in_rows(&self) -> Vec<&str> {
        self.rows().into_iter().map(|row| self.of("hazard", row)).filter(|code| !code.is_empty()).collect()
    }

    /// Whistle and department of each row that comes from one.
    pub(super) fn asks_in_rows(&self) -> Vec<String> {
        let rows = self.rows().into_iter().map(|row| (self.of("whistle", row), self.of("department", row)));
        rows.filter(|(code, _)| !code.is_empty()).map(|(code, unit)| format!("{code}/{unit}")).collect()
    }

    /// Departments that have an item so far, whoever leads first.
    pub(super) fn acting(&self, leads: Option<&str>) -> Vec<String> {
        let asked = self.all("asks").filter_map(|value| value.split_once('/')).map(|(_, unit)| unit);
        let looked = self.all("hazards").map(|code| self.one_by(code)).filter(|unit| !unit.is_empty());
        let rows = self.rows().into_iter().map(|row| self.of("department", row)).filter(|unit| !unit.is_empty());
        let mut all: Vec<String> = Vec::new();
        for unit in asked.chain(looked).chain(rows) {
            if all.iter().all(|one| one != unit) {
                all.push(unit.to_owned());
            }
        }
        all.sort_by_key(|unit| Some(unit.as_str()) != leads);
        all
    }

    /// Who looks for a hazard.
    pub(super) fn one_by(&self, hazard: &str) -> &str {
        self.one(&format!("{BY}{hazard}"))
    }

    /// Every item with the spot where it stands. `hazard`: the checklist's words.
    pub(super) fn items(&self, asks: &[Ask], hazard: impl Fn(&str) -> String) -> Vec<(Spot, Node)> {
        let mut all: Vec<(Spot, Node)> = self.rows().into_iter().map(|row| (Spot::Row(row), self.row(row))).collect();
        for value in self.all("asks") {
            let (whistle, unit) = value.split_once('/').unwrap_or((value, ""));
            let known = asks.iter().find(|ask| ask.value() == value);
            let subject = known.map_or(whistle, |ask| ask.subject.as_str());
            let also = known.map(|ask| ask.also.as_slice()).unwrap_or_default().iter().map(String::as_str);
            let item = |unit| object(&[("department", unit), ("subject", subject), ("whistle", whistle)]);
            all.extend(std::iter::once(unit).chain(also).map(|unit| (Spot::Ask(value.to_owned()), item(unit))));
        }
        for code in self.all("hazards") {
            let subject = hazard(code);
            let item = object(&[("department", self.one_by(code)), ("subject", &subject), ("hazard", code)]);
            all.push((Spot::Hazard(code.to_owned()), item));
        }
        all
    }

    fn row(&self, row: usize) -> Node {
        let entries: Vec<(&str, &str)> = OF_ROW.iter().map(|stem| (*stem, self.of(stem, row))).collect();
        object(&entries)
    }

    /// The body of the order.
    pub(super) fn body(&self, items: Vec<(Spot, Node)>) -> Node {
        let texts = |name: &'static str| self.all(name).map(|one| Node::Text(one.to_owned())).collect();
        let lists = [
            ("items", items.into_iter().map(|(_, item)| item).collect::<Vec<Node>>()),
            ("members", self.members()),
            ("vehicles", texts("vehicles")),
        ];
        let own = |name: &str| of_row(name).is_some() || TICKS.contains(&name) || name.starts_with(BY);
        let others = self.0.iter().filter(|(name, _)| !own(name));
        let others = others.map(|(name, value)| (name.clone(), Node::Text(value.clone())));
        let lists = lists.into_iter().map(|(name, list)| (name.to_owned(), Node::List(list)));
        Node::Object(lists.chain(others).collect())
    }

    /// Whoever leads goes, ticked or not.
    fn members(&self) -> Vec<Node> {
        let leads: Vec<&str> = self.all("lead").collect();
        let ticked: Vec<&str> = self.all("officers").collect();
        let role = |one: &str| if leads.contains(&one) { MemberRole::Lead } else { MemberRole::Member };
        let going = ticked.iter().chain(leads.iter().filter(|one| !ticked.contains(one)));
        let officers = going.map(|one| (*one, role(one)));
        let experts = self.all("experts").map(|one| (one, MemberRole::Expert));
        let locality = self.all("locality").map(|one| (one, MemberRole::Locality));
        let member = |(one, role): (&str, MemberRole)| object(&[("officer", one), ("role", role.as_str())]);
        officers.chain(experts).chain(locality).map(member).collect()
    }
}

/// The input that a pointer leads to: `/items/0/subject` is `subject-2`, where row 2 was the first item.
pub(super) fn field_of(pointer: &str, spots: &[Spot]) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["items", at, inside @ ..] => {
            let spot = at.parse().ok().and_then(|at: usize| spots.get(at));
            let stem = if inside.first() == Some(&"department") { "department" } else { "subject" };
            match spot {
                Some(Spot::Row(row)) => format!("{stem}-{row}"),
                Some(Spot::Ask(value)) => format!("asks-{value}"),
                Some(Spot::Hazard(code)) => format!("{BY}{code}"),
                None => "items".to_owned(),
            }
        }
        ["members", _, ..] => "officers".to_owned(),
        ["members"] => "lead".to_owned(),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;

    fn body(form: &str) -> Node {
        let given = Given::read(form.as_bytes()).unwrap();
        let ask = |whistle: &str, also: &[&str]| Ask {
            whistle: whistle.into(),
            department: "YJ".into(),
            subject: format!("{whistle}的事"),
            also: also.iter().map(|one| (*one).to_owned()).collect(),
        };
        let items = given.items(&[ask("WH-1", &["XF"]), ask("WH-2", &[])], |code| format!("{code}的字"));
        given.body(items)
    }

    #[test]
    fn rows_and_ticks_become_items_and_members() {
        let form = "csrf=x&find=a&look=check&enterprise=E01&place=&date=2026-12-03&period=PM&notice=announced\
                    &department-2=YJ&subject-2=a&whistle-2=WH-2026-0001&department-3=&subject-3=b&whistle-5=WH-2026-0001\
                    &hazard-5=C01&officers=p1&officers=p2&lead=p3&experts=p4&locality=p5&vehicles=V1";
        let json = r#"{"items":[{"department":"YJ","subject":"a","whistle":"WH-2026-0001"},{"subject":"b"}],
            "members":[{"officer":"p1","role":"member"},{"officer":"p2","role":"member"},{"officer":"p3","role":"lead"},
            {"officer":"p4","role":"expert"},{"officer":"p5","role":"locality"}],
            "vehicles":["V1"],"enterprise":"E01","date":"2026-12-03","period":"PM","notice":"announced"}"#;
        assert_eq!(body(form), from_json(json.as_bytes()).unwrap());
        assert!(Given::read(b"subject-1=%ff").is_err());
    }

    #[test]
    fn what_is_ticked_takes_its_words_from_the_whistle_and_the_checklist() {
        let form = "asks=WH-1%2FYJ&asks=WH-9%2FSH&hazards=C09&by-C09=XF&by-C10=YJ&hazards=C11&subject-1=c&hazard-1=C02\
                    &department-1=SH";
        let json = r#"{"items":[{"department":"SH","subject":"c","hazard":"C02"},
            {"department":"YJ","subject":"WH-1的事","whistle":"WH-1"},{"department":"XF","subject":"WH-1的事","whistle":"WH-1"},
            {"department":"SH","subject":"WH-9","whistle":"WH-9"},
            {"department":"XF","subject":"C09的字","hazard":"C09"},{"subject":"C11的字","hazard":"C11"}],
            "members":[],"vehicles":[]}"#;
        assert_eq!(body(form), from_json(json.as_bytes()).unwrap());
        let given = Given::read(form.as_bytes()).unwrap();
        assert_eq!(given.whistles(), ["WH-1", "WH-9"]);
        assert_eq!(given.acting(Some("XF")), ["XF", "YJ", "SH"]);
        assert_eq!(given.hazards_in_rows(), ["C02"]);
    }

    #[test]
    fn a_fault_is_told_at_the_input_that_was_filled_or_ticked() {
        let spots = [Spot::Row(2), Spot::Row(3), Spot::Ask("WH-1/YJ".into()), Spot::Hazard("C09".into())];
        for (pointer, field) in [
            ("/items/1/subject", "subject-3"),
            ("/items/0/department", "department-2"),
            ("/items/0/whistle", "subject-2"),
            ("/items/2/whistle", "asks-WH-1/YJ"),
            ("/items/3/department", "by-C09"),
            ("/items/9/subject", "items"),
            ("/items", "items"),
            ("/members", "lead"),
            ("/members/0/officer", "officers"),
            ("/date", "date"),
            ("", ""),
        ] {
            assert_eq!(field_of(pointer, &spots), field, "{pointer}");
        }
    }
}
