//! A letter that reached nobody is a fact of its tree's timeline, so that somebody phones. It changes no state and
//! names no person.

use crate::domain::decision::{Change, LetterOwed};
use crate::domain::draft::{Deciding, Draft, Rooted};
use crate::domain::event::EventKind;
use serde_json::json;

/// Records that a letter could not be handed to the post it was owed to.
pub fn not_reached<T: Rooted>(tree: T, letter: &LetterOwed, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let data = json!({ "letter": letter.kind, "role": letter.to.role, "department": letter.to.department });
    match &letter.about {
        Some(about) => draft.record_about(EventKind::LetterNotReached, about, data),
        None => draft.record(EventKind::LetterNotReached, data),
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::Subject;
    use crate::domain::tests::sample::at;
    use crate::domain::tests::story::Story;

    #[test]
    fn a_letter_that_reached_nobody_is_told_and_moves_nothing() {
        let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
        let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap();
        let to_office = story.letters[0].clone();
        assert!(story.by_itself(|tree, by| Some(not_reached(tree, &to_office, by))));
        let order =
            r#"{"severity":"general","urgency":"normal","lead":"SH","supports":[],"route":"single","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", order), Ok(()));
        let (before, to_head) = (story.picture(), story.last.letters[1].clone());
        assert!(story.by_itself(|tree, by| Some(not_reached(tree, &to_head, by))));
        let event = story.events.last().unwrap();
        let data = json!({ "letter": "summons_new", "role": "department_head", "department": "SH", "version": 1 });
        assert_eq!(
            (&event.data, &event.doer, &event.about),
            (&data, &None, &Some(Subject::Summons(story.summons("SH").id.clone())))
        );
        assert_eq!((story.picture(), story.last_letters().as_str()), (before, ""));
    }
}
