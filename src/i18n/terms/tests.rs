//! Words of the domain in both languages: each has its own, and no two of a list are alike. Nothing here knows a page.
//! Wording itself is not tested.

use super::*;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};

#[test]
fn a_deed_of_the_contract_has_its_own_button_on_each_noun() {
    for verb in ["blow"].iter().chain(WhistleDeed::WORDS) {
        assert_ne!(Lang::Zh.whistle_deed(verb), "办理", "{verb}");
    }
    for verb in SummonsDeed::WORDS {
        assert_ne!(Lang::Zh.summons_deed(verb), "办理", "{verb}");
    }
    assert_ne!(Lang::Zh.whistle_deed("accept"), Lang::Zh.summons_deed("accept"));
}

#[test]
fn members_of_a_list_are_told_apart_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let lists: [Vec<&str>; 4] = [
            Category::ALL.iter().map(|of| lang.category(*of)).collect(),
            WhistleStatus::ALL.iter().map(|of| lang.whistle_status(*of)).collect(),
            SummonsStatus::ALL.iter().map(|of| lang.summons_status(*of)).collect(),
            Duty::ALL.iter().map(|of| lang.duty(*of)).collect(),
        ];
        for list in lists {
            let apart: std::collections::BTreeSet<&&str> = list.iter().collect();
            assert_eq!(apart.len(), list.len(), "{list:?}");
        }
    }
}
