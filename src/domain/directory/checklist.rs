//! The district's checklist: what is looked at on a visit, part by part, and who has the power to look at it. Its texts come
//! in versions: whoever plans a visit keeps a copy, so that a new list never changes what was agreed on.

use super::Directory;
use crate::domain::terms::Category;
use jiff::civil;
use serde::{Deserialize, Serialize};

/// One thing that may be wrong at a firm (隐患), as the checklist words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The part of the site (部位): hazards of one part share its number and names.
    pub part_no: u32,
    pub part: String,
    pub part_en: String,
    #[serde(rename = "item_code")]
    pub code: String,
    #[serde(rename = "hazard")]
    pub text: String,
    #[serde(rename = "hazard_en")]
    pub text_en: String,
    pub category: Category,
    /// Who has the power to look at it, the first of them by default.
    pub competent_departments: Vec<String>,
    /// What proves it: a photo, a record, a test.
    pub evidence: String,
    /// May be put right while the officers are there.
    pub correctable_on_site: bool,
    pub legal_basis: String,
    /// First and last day on which it is looked for; nothing: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The ledger's own: 1 at first, one more with each import that words or weighs it otherwise.
    pub version: i64,
}

impl Hazard {
    /// What it is found by, its code first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.code, &self.part, &self.part_en, &self.text, &self.text_en].into_iter().map(String::as_str)
    }

    /// Whether it is looked for on that day.
    pub fn is_in_force(&self, day: civil::Date) -> bool {
        let day = day.to_string();
        self.valid_from.as_ref().is_none_or(|from| *from <= day) && self.valid_to.as_ref().is_none_or(|to| day <= *to)
    }
}

impl Directory {
    /// A hazard of the checklist by its code, in force or not.
    pub fn hazard(&self, code: &str) -> Option<&Hazard> {
        self.checklist.iter().find(|hazard| hazard.code == code)
    }

    /// What is looked for on that day, in the order of the list.
    pub fn checklist_on(&self, day: civil::Date) -> impl Iterator<Item = &Hazard> {
        self.checklist.iter().filter(move |hazard| hazard.is_in_force(day))
    }
}

#[cfg(test)]
mod tests {
    use crate::app::sample_district;
    use jiff::civil::date;

    #[test]
    fn a_hazard_is_looked_for_from_its_first_day_to_its_last() {
        let mut directory = sample_district::read().unwrap().directory;
        let day = date(2026, 12, 1);
        assert_eq!(directory.checklist_on(day).count(), 32);
        for (from, to, is_in_force) in [
            (None, None, true),
            (Some("2026-12-01"), Some("2026-12-01"), true),
            (Some("2026-12-02"), None, false),
            (None, Some("2026-11-30"), false),
            (Some("2026-01-01"), Some("2027-01-01"), true),
        ] {
            let hazard = &mut directory.checklist[4];
            (hazard.valid_from, hazard.valid_to) = (from.map(str::to_owned), to.map(str::to_owned));
            let listed = directory.checklist_on(day).any(|hazard| hazard.code == "C05");
            assert_eq!(listed, is_in_force, "{from:?} to {to:?}");
            assert_eq!(directory.hazard("C05").unwrap().part_no, 3);
        }
        assert!(directory.hazard("C99").is_none());
    }
}
