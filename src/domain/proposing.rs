//! Which hazards of the checklist a visit should look for, and who looks: pure, from what the visit is about, what the firm
//! is and what was found there before. It proposes and never decides: whoever plans takes items away and adds others.

use super::directory::{Department, Directory, Enterprise, Hazard};
use super::terms::{Category, words};
use jiff::civil;

words!(
    /// Why a hazard is proposed, the strongest reason first.
    Why {
        /// It was found at this firm before.
        FoundBefore = "found_before",
        /// It is of the kind that the visit is about.
        Category = "category",
        /// It is of a kind that the firm is known for.
        Firm = "firm",
    }
);

/// What a visit is going to be.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Of the whistles that it serves.
    pub categories: &'a [Category],
    pub enterprise: Option<&'a Enterprise>,
    /// The departments that act, the lead first.
    pub acting: &'a [String],
    /// Codes of hazards that were found at the firm.
    pub past: &'a [String],
    pub day: civil::Date,
}

/// One thing to look for, by one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedItem<'a> {
    pub hazard: &'a Hazard,
    pub department: &'a str,
    pub why: Why,
}

/// What the visit should look for, in the order of the checklist, each hazard once whoever else could look for it, too.
/// What no acting department has the power to look at is not proposed.
pub fn propose_items<'a>(occasion: Occasion<'a>, directory: &'a Directory) -> Vec<ProposedItem<'a>> {
    let one = |hazard: &'a Hazard| {
        let (why, department) = (why(occasion, hazard)?, who_looks(occasion.acting, hazard, directory)?);
        Some(ProposedItem { hazard, department, why })
    };
    directory.checklist_on(occasion.day).filter_map(one).collect()
}

fn why(occasion: Occasion<'_>, hazard: &Hazard) -> Option<Why> {
    let is_of = |categories: &[Category]| categories.contains(&hazard.category);
    if occasion.past.contains(&hazard.code) {
        Some(Why::FoundBefore)
    } else if is_of(occasion.categories) {
        Some(Why::Category)
    } else {
        occasion.enterprise.is_some_and(|firm| is_of(&firm.categories)).then_some(Why::Firm)
    }
}

/// The lead if it has the power, otherwise the first that the checklist names of those who act.
fn who_looks<'a>(acting: &'a [String], hazard: &'a Hazard, directory: &Directory) -> Option<&'a str> {
    let acts = |code: &&String| acting.contains(code) && may_inspect(directory.department(code));
    let competent = || hazard.competent_departments.iter().filter(acts);
    let lead = competent().find(|code| acting.first() == Some(code));
    lead.or_else(|| competent().next()).map(String::as_str)
}

fn may_inspect(department: Option<&Department>) -> bool {
    department.is_some_and(|department| department.may_inspect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample_district;
    use jiff::civil::date;

    fn district() -> Directory {
        sample_district::read().unwrap().directory
    }

    fn all_departments(directory: &Directory) -> Vec<String> {
        directory.departments.iter().map(|unit| unit.code.clone()).collect()
    }

    /// `C09 YJ`, by one word a hazard.
    fn shown(items: &[ProposedItem<'_>]) -> String {
        let one = |item: &ProposedItem<'_>| format!("{} {}", item.hazard.code, item.department);
        items.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn occasion<'a>(categories: &'a [Category], acting: &'a [String]) -> Occasion<'a> {
        Occasion { categories, enterprise: None, acting, past: &[], day: date(2026, 12, 1) }
    }

    #[test]
    fn each_category_of_the_sample_proposes_its_hazards_to_one_department_each() {
        let directory = district();
        let acting = all_departments(&directory);
        for (category, expected) in [
            (Category::DustExplosion, "C09 YJ, C10 YJ"),
            (Category::ConfinedSpace, "C15 YJ, C16 YJ"),
            (Category::Coating, "C11 YJ, C12 YJ"),
            (Category::HazardousChemicals, "C13 YJ, C14 YJ"),
            (Category::SmallChemical, ""),
            (Category::Fire, "C01 XF, C03 YJ, C04 XF, C17 YJ, C18 YJ, C23 XF, C24 XF"),
            (Category::SpecialEquipment, "C19 SC, C20 SC"),
            (Category::Gas, "C21 ZJ, C22 ZJ"),
            (Category::MetalSmelting, ""),
            (Category::Ammonia, ""),
            (Category::Construction, "C30 YJ"),
            (Category::Transport, ""),
            (Category::Electrical, "C05 YJ, C06 YJ"),
            (Category::Machinery, "C02 YJ, C07 YJ, C08 YJ"),
            (Category::Warehouse, ""),
            (Category::Tenancy, "C25 YJ, C29 YJ"),
            (Category::CrowdedPlace, ""),
            (Category::EcoFacility, "C27 YJ, C28 YJ"),
            (Category::Lithium, "C26 XF"),
            (Category::Rural, ""),
            (Category::Water, ""),
            (Category::Campus, ""),
            (Category::Lightning, ""),
            (Category::Other, "C31 YJ, C32 YJ"),
        ] {
            let about = [category];
            let items = propose_items(occasion(&about, &acting), &directory);
            assert_eq!(shown(&items), expected, "{category}");
            assert!(items.iter().all(|item| item.why == Why::Category), "{category}");
        }
        assert_eq!(propose_items(occasion(Category::ALL, &acting), &directory).len(), 32);
    }

    #[test]
    fn a_hazard_goes_to_the_lead_or_else_to_the_first_competent_who_acts_and_never_to_two() {
        let directory = district();
        for (acting, expected) in [
            ("YJ SH XF", "C09 YJ, C10 YJ, C11 YJ, C12 YJ"),
            // The lead has the power for three of them.
            ("SH YJ XF", "C09 SH, C10 YJ, C11 SH, C12 SH"),
            // The list names YJ before XF before SH; who acts decides, not their order behind the lead.
            ("SC SH XF", "C09 SH, C11 SH, C12 XF"),
            ("XF SH", "C09 SH, C11 SH, C12 XF"),
            ("SC", ""),
            ("", ""),
        ] {
            let acting: Vec<String> = acting.split_whitespace().map(str::to_owned).collect();
            let items = propose_items(occasion(&[Category::DustExplosion, Category::Coating], &acting), &directory);
            assert_eq!(shown(&items), expected, "{acting:?}");
        }
    }

    #[test]
    fn who_may_not_inspect_is_proposed_nothing_and_what_is_retired_is_not_proposed() {
        let mut directory = district();
        let acting = ["GX".to_owned(), "XF".to_owned()];
        directory.checklist[25].competent_departments.insert(0, "GX".to_owned());
        let lithium = |directory: &Directory| shown(&propose_items(occasion(&[Category::Lithium], &acting), directory));
        assert_eq!(lithium(&directory), "C26 XF", "GX has no power to inspect");
        directory.checklist[25].valid_to = Some("2026-11-30".into());
        assert_eq!(lithium(&directory), "");
    }

    #[test]
    fn the_firms_own_kinds_and_what_was_found_there_before_are_proposed_too_with_the_reason() {
        let directory = district();
        let acting = all_departments(&directory);
        // A polisher of metal: dust and machinery.
        let firm = directory.enterprise("E02");
        let past = ["C07".to_owned(), "C24".to_owned(), "C99".to_owned()];
        let asked = Occasion { enterprise: firm, past: &past, ..occasion(&[Category::DustExplosion], &acting) };
        let items = propose_items(asked, &directory);
        let found: Vec<_> = items.iter().map(|item| (item.hazard.code.as_str(), item.why)).collect();
        let expected = [
            ("C02", Why::Firm),
            ("C07", Why::FoundBefore),
            ("C08", Why::Firm),
            ("C09", Why::Category),
            ("C10", Why::Category),
            ("C24", Why::FoundBefore),
        ];
        assert_eq!(found, expected);
    }
}
