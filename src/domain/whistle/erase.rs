//! Erasing what law no longer lets us keep (个人信息保护法 47): the texts go with their salts and with what a search looks
//! through; the log keeps that it was done and on which ground, and every hash of it still verifies.

use super::Tree;
use super::search::SearchText;
use crate::domain::decision::{Change, Erasure};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::terms::ErasureGround;
use crate::ids::TextId;
use serde_json::json;

/// Erases these texts of a whistle. Nothing that stays tells what they said.
pub fn erase(texts: Vec<TextId>, ground: ErasureGround, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let whistle = &mut draft.tree.whistle;
    let goes = |id: &TextId| texts.contains(id);
    let mut search = SearchText::read(&whistle.search);
    if goes(&whistle.texts.title) {
        search.title.clear();
    }
    if goes(&whistle.texts.what) {
        search.what.clear();
    }
    if whistle.texts.place.as_ref().is_some_and(goes) {
        search.place.clear();
    }
    whistle.search = search.kept();
    let codes = draft.tree.summonses.iter().map(|summons| summons.code.clone());
    let codes = codes.chain([draft.tree.whistle.code.clone()]).collect();
    let ids: Vec<&str> = texts.iter().map(TextId::as_str).collect();
    draft.record(EventKind::WhistleErased, json!({ "ground": ground, "texts": ids }));
    draft.erase(Erasure { texts, codes, ..Erasure::default() });
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::{at, rules};
    use crate::domain::tests::story::{CANARY, Story};
    use crate::ids::Mint;

    #[test]
    fn t30_what_is_erased_is_in_no_part_of_what_stays() {
        let blow = r#"{"category":"fire","what":"*说","title":"题","place":"门","enterprise":"E01",
            "contact":{"name":"王","phone":"1"}}"#;
        let blow = blow.replace('*', CANARY);
        for everything in [false, true] {
            let story = Story::blown(at("11-25 10:00"), "liaison.xf", &blow).unwrap();
            let said = story.tree.whistle.texts.clone();
            let gone =
                if everything { vec![said.what, said.title, said.place.unwrap()] } else { vec![said.contact.unwrap()] };
            let (now, mut mint) = (at("11-25 11:00"), Mint::new(1, 1));
            let by = Deciding { actor: None, rules: rules(), now, mint: &mut mint };
            let change = erase(gone.clone(), ErasureGround::ConsentWithdrawn, story.tree, by);
            let whistle = change.whistle.unwrap();
            assert_eq!(whistle.search.contains(CANARY), !everything);
            assert!(!SearchText::read(&whistle.search).firm.is_empty(), "the firm is nobody's secret");
            assert_eq!(
                change.erased.unwrap(),
                Erasure { texts: gone, codes: vec![whistle.code], ..Erasure::default() }
            );
            assert_eq!(change.events[0].data["ground"], "consent_withdrawn");
            assert!(change.events[0].kind.is_discreet() && change.letters.is_empty());
        }
    }
}
