//! A letter that reached nobody is a fact of its whistle's timeline, so that somebody phones. It changes no state and
//! names no person.

use super::Tree;
use crate::domain::decision::{Change, LetterOwed};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use serde_json::json;

/// Records that a letter could not be handed to the post it was owed to.
pub fn not_reached(tree: Tree, letter: &LetterOwed, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let data = json!({ "letter": letter.kind, "role": letter.to.role, "department": letter.to.department });
    match &letter.summons {
        Some(summons) => draft.record_summons(EventKind::LetterNotReached, summons, data),
        None => draft.record(EventKind::LetterNotReached, data),
    }
    draft.finish()
}
