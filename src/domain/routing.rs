//! Which departments to propose for a whistle, and by which rule: the office sees the reason beside each and decides.
//! The rules are data (`config/routing.toml`), words in both languages included. It never summons anybody, and it never
//! proposes who may not be summoned.

use super::terms::Category;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The rules of one district.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    named: Rule,
    enterprise: Rule,
    category: Vec<CategoryRule>,
}

/// One proposed department; the first proposal of a list is the proposed lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The department's code.
    pub department: String,
    /// The rule's id, quoted in the record.
    pub rule: String,
    pub why: Why,
}

/// A rule's reason, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    why: Why,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryRule {
    id: String,
    category: Category,
    /// Alternatives that go before `departments`: which one depends on the place.
    #[serde(default)]
    one_of: Vec<String>,
    departments: Vec<String>,
    why: Why,
}

impl Routing {
    /// Reads the rules. The error names the key, rule or category at fault.
    pub fn read(toml_text: &str) -> Result<Routing, String> {
        let routing: Routing = toml::from_str(toml_text).map_err(|error| error.to_string())?;
        let fixed = [&routing.named, &routing.enterprise].into_iter().map(|rule| (rule.id.as_str(), &rule.why));
        let by_category = routing.category.iter().map(|rule| (rule.id.as_str(), &rule.why));
        let mut ids = BTreeSet::new();
        for (id, why) in fixed.chain(by_category) {
            if [id, &why.zh, &why.en].iter().any(|text| text.trim().is_empty()) {
                return Err(format!("rule {id}: id, why.zh and why.en must say something"));
            }
            if !ids.insert(id) {
                return Err(format!("rule {id}: this id is given twice"));
            }
        }
        for category in Category::ALL {
            let mut rules = routing.category.iter().filter(|rule| rule.category == *category);
            let Some(rule) = rules.next() else { return Err(format!("category {category}: no rule")) };
            if rules.next().is_some() {
                return Err(format!("category {category}: more than one rule"));
            }
            if rule.departments.is_empty() && *category != Category::Other {
                return Err(format!("rule {}: departments is empty", rule.id));
            }
        }
        Ok(routing)
    }

    /// Whom to propose, each department once and by the first rule that names it: those whom the whistle names, then
    /// the usual ones of its category, then the enterprise's lead department. May be empty: then the office judges.
    pub fn propose(
        &self,
        category: Category,
        needed: &[String],
        enterprise_lead: Option<&str>,
        may_be_summoned: impl Fn(&str) -> bool,
    ) -> Vec<Proposal> {
        let named = needed.iter().map(|code| (code.as_str(), &self.named.id, &self.named.why));
        let rules = self.category.iter().filter(|rule| rule.category == category);
        let usual =
            rules.flat_map(|rule| rule.usual(needed, enterprise_lead).map(|code| (code.as_str(), &rule.id, &rule.why)));
        let lead = enterprise_lead.map(|code| (code, &self.enterprise.id, &self.enterprise.why));
        let mut seen = BTreeSet::new();
        let each = named.chain(usual).chain(lead).filter(|(code, ..)| may_be_summoned(code) && seen.insert(*code));
        each.map(|(code, id, why)| Proposal { department: code.to_owned(), rule: id.clone(), why: why.clone() })
            .collect()
    }
}

impl CategoryRule {
    /// The usual departments in order. Of the alternatives only the one that the whistle names or that leads the
    /// enterprise; all of them if that settles nothing.
    fn usual(&self, needed: &[String], enterprise_lead: Option<&str>) -> impl Iterator<Item = &String> {
        let fits = |code: &&String| needed.contains(code) || enterprise_lead == Some(code.as_str());
        let fitting: Vec<&String> = self.one_of.iter().filter(fits).collect();
        let alternatives = if fitting.is_empty() { self.one_of.iter().collect() } else { fitting };
        alternatives.into_iter().chain(&self.departments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/routing.toml");

    /// Departments and rules proposed, as one line.
    fn proposed(category: Category, needed: &[&str], enterprise_lead: Option<&str>) -> String {
        let needed: Vec<String> = needed.iter().map(|code| (*code).to_owned()).collect();
        let routing = Routing::read(SHIPPED).unwrap();
        let list = routing.propose(category, &needed, enterprise_lead, |code| code != "AWB" && code != "JW");
        list.iter().map(|one| format!("{}:{}", one.department, one.rule)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_usual_departments_come_in_order_and_the_first_is_the_proposed_lead() {
        assert_eq!(proposed(Category::DustExplosion, &[], Some("YJ")), "YJ:R10 XF:R10 SH:R10");
        assert_eq!(proposed(Category::Gas, &[], Some("YJ")), "ZJ:R17 SC:R17 XF:R17 CG:R17 SW:R17 YJ:R02");
        assert_eq!(proposed(Category::Other, &[], None), "");
    }

    #[test]
    fn whom_the_whistle_names_comes_first_and_once() {
        assert_eq!(proposed(Category::Fire, &["XF", "ZJ", "CG", "ZJ"], None), "XF:R01 ZJ:R01 CG:R01 GA:R15");
        assert_eq!(proposed(Category::Coating, &["JT", "SH"], Some("JT")), "JT:R01 SH:R01 YJ:R12 XF:R12");
    }

    #[test]
    fn the_place_settles_which_of_the_alternatives() {
        assert_eq!(proposed(Category::Campus, &[], Some("MZ")), "MZ:R31 XF:R31 SC:R31");
        assert_eq!(proposed(Category::Campus, &["WJ"], None), "WJ:R01 XF:R31 SC:R31");
        assert_eq!(proposed(Category::Campus, &[], None), "JY:R31 MZ:R31 WJ:R31 XF:R31 SC:R31");
    }

    #[test]
    fn who_may_not_be_summoned_is_never_proposed() {
        assert_eq!(proposed(Category::Lightning, &["AWB", "JW", "YJ"], Some("AWB")), "YJ:R01 QX:R32");
    }

    #[test]
    fn a_proposal_carries_its_reason_in_both_languages() {
        let list = Routing::read(SHIPPED).unwrap().propose(Category::Fire, &["SW".to_owned()], None, |_| true);
        assert_eq!((list[0].why.zh.as_str(), list[0].why.en.as_str()), ("吹哨时已点名", "named by the blower"));
        assert!(list[1].why.zh.starts_with("消防") && list[1].why.en.starts_with("fire"));
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Proposal>>(&text).unwrap(), list);
    }

    #[test]
    fn the_shipped_rules_name_only_summonable_departments_of_the_sample_district() {
        let summonable = include_str!("../../config/sample-district/departments.csv").lines().skip(1);
        let summonable: Vec<&str> =
            summonable.filter(|row| !row.contains(",0,0,")).filter_map(|row| row.split(',').next()).collect();
        let routing = Routing::read(SHIPPED).unwrap();
        for rule in &routing.category {
            for code in rule.one_of.iter().chain(&rule.departments) {
                assert!(summonable.contains(&code.as_str()), "{} names {code}", rule.id);
            }
        }
        assert_eq!(routing.category.len(), Category::ALL.len());
    }

    #[test]
    fn a_faulty_file_is_refused_and_the_place_is_named() {
        for (from, to, named) in [
            ("category = \"fire\"", "category = \"fires\"", "category"),
            ("category = \"fire\"", "category = \"gas\"", "category fire"),
            ("id = \"R11\"", "id = \"R10\"", "R10"),
            ("departments = [\"SC\", \"YJ\"]", "departments = []", "R16"),
            ("departments = [\"SC\", \"YJ\"]", "department = [\"SC\"]", "department"),
            ("why.en = \"named by the blower\"", "why.en = \"\"", "R01"),
            ("why.en = \"named by the blower\"", "", "en"),
        ] {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED, "{from}");
            let error = Routing::read(&text).unwrap_err();
            assert!(error.contains(named), "{named} in {error}");
        }
        let twice = SHIPPED.replace("category = \"other\"\ndepartments = []", "category = \"fire\"\ndepartments = []");
        assert!(Routing::read(&twice).unwrap_err().contains("category fire: more than one rule"));
    }
}
