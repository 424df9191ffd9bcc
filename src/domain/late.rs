//! What is said about a limit that has passed: that whoever owes the move knows (no more repeats), and that the office has
//! nobody reminded of it (DOMAIN §6.3, first step). Both are on record; neither moves the limit, the state or a version.

use super::decision::{Change, Refusal};
use super::deeds::ObligationDeed;
use super::draft::{Deciding, Draft, Rooted};
use super::event::{EventKind, text_ref};
use super::obligation::{self, Subject};
use super::order::{Fault, Node, Spec, read};
use super::summons::{BARE, REASON};
use serde_json::json;

/// The table that the body follows.
pub fn order_spec(deed: ObligationDeed) -> &'static Spec {
    match deed {
        ObligationDeed::Acknowledge => &BARE,
        ObligationDeed::HoldBack => &REASON,
    }
}

/// What somebody says of what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Known,
    HeldBack { reason: String },
}

impl Word {
    /// # Errors
    /// Every fault of the body.
    pub fn parse(deed: ObligationDeed, body: &Node) -> Result<Word, Vec<Fault>> {
        let (reader, faults) = read(order_spec(deed), body);
        faults.judge(match deed {
            ObligationDeed::Acknowledge => Some(Word::Known),
            ObligationDeed::HoldBack => reader.text("reason").map(|reason| Word::HeldBack { reason }),
        })
    }

    /// Says it of what the subject owes, in its whistle's or its visit's tree: whoever owes it knows, and nobody is reminded of it
    /// daily any more; or the office knows why it is late, and nobody is reminded of it at all.
    ///
    /// # Errors
    /// Nothing is owed.
    pub fn say<T: Rooted>(&self, subject: &Subject, tree: T, by: Deciding<'_>) -> Result<Change, Refusal> {
        let armed = obligation::armed(tree.owed(), subject).ok_or(Refusal::NotFound)?.clone();
        let mut draft = Draft::on(by, tree);
        let now = draft.by.now;
        let mut data = json!({ "duty": armed.duty, "department": armed.owner.department });
        let kind = match self {
            Word::Known => {
                draft.change_obligation(&armed.id, |one| one.acknowledged_at = Some(now));
                EventKind::ObligationAcknowledged
            }
            Word::HeldBack { reason } => {
                draft.change_obligation(&armed.id, |one| one.held_back_at = Some(now));
                data["reason"] = text_ref(&draft.write_down(reason));
                EventKind::ObligationHeldBack
            }
        };
        draft.record_about(kind, &subject.told_of(), data);
        Ok(draft.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::at::At;
    use crate::domain::deeds::{allowed_on_obligation, obligation_role, obligation_state};
    use crate::domain::obligation::ObligationStatus;
    use crate::domain::order::from_json;
    use crate::domain::tests::sample::{actor, at};
    use crate::domain::tests::story::{CANARY, Story};
    use crate::domain::whistle::timers;
    use crate::ids::ObligationId;

    /// XF is summoned, and its report-in has been late since half past five of the next day.
    fn late() -> (Story, Subject) {
        let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
        let mut story = Story::blown(at("11-25 10:00"), "liaison.yj", blow).unwrap();
        let accept =
            r#"{"severity":"general","urgency":"normal","lead":"XF","supports":[],"route":"single","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", accept), Ok(()));
        let subject = Subject::Summons(story.summons("XF").id.clone());
        story.now = at("11-26 17:40");
        (story, subject)
    }

    /// Says it as a door does: the right, the order, the state.
    fn says(story: &mut Story, subject: &Subject, who: &str, deed: ObligationDeed) -> Result<(), Refusal> {
        let who = actor(who);
        obligation_role(deed, &who, story.tree.armed(subject))?;
        let body = if deed == ObligationDeed::HoldBack { format!(r#"{{"reason":"{CANARY}"}}"#) } else { "{}".into() };
        let (word, of) = (Word::parse(deed, &from_json(body.as_bytes()).unwrap())?, subject.clone());
        obligation_state(deed, &who, story.tree.armed(subject), story.now)?;
        story.decide(&who, Box::new(move |tree, by| word.say(&of, tree, by)))
    }

    /// Every moment of the limit from now on, and to whom a letter is then owed.
    fn to_come(story: &mut Story, id: &ObligationId) -> Vec<(At, usize)> {
        let mut all = Vec::new();
        while let Some(next) = story.tree.obligations.iter().find(|one| one.id == *id).and_then(|one| one.next_at) {
            story.now = story.now.max(next);
            assert!(story.by_itself(|tree, by| timers::reach(tree, id, &[], by)));
            all.push((story.now, story.last.letters.len()));
            if all.len() == 4 {
                break;
            }
        }
        all
    }

    #[test]
    fn c16_whoever_owes_it_acknowledges_once_and_the_repeats_end_with_the_first_morning() {
        for who in ["liaison.xf", "head.xf"] {
            let (mut story, subject) = late();
            let id = story.tree.armed(&subject).unwrap().id.clone();
            let (version, events) = (story.summons("XF").version, story.events.len());
            assert_eq!(
                allowed_on_obligation(&actor(who), story.tree.armed(&subject).unwrap(), story.now),
                ["acknowledge"]
            );
            assert_eq!(says(&mut story, &subject, who, ObligationDeed::Acknowledge), Ok(()));
            assert_eq!((story.last_kinds().as_str(), story.last_letters().as_str()), ("obligation.acknowledged", ""));
            assert_eq!((story.summons("XF").version, story.events.len()), (version, events + 1));
            let again = says(&mut story, &subject, "liaison.xf", ObligationDeed::Acknowledge);
            assert_eq!(again, Err(Refusal::NotNow { status: "acknowledged", allowed: vec![] }));
            // It still passes, and both steps of the ladder's first day are owed: at once, and in the morning.
            let told = to_come(&mut story, &id);
            assert_eq!(told, [(at("11-26 17:40"), 2), (at("11-27 09:00"), 2)]);
            let kinds = story.events.iter().filter(|event| event.kind == EventKind::ObligationOverdue).count();
            assert_eq!((kinds, story.tree.armed(&subject).is_some()), (1, true), "late, and still owed");
        }
    }

    #[test]
    fn the_office_holds_reminders_back_with_a_reason_but_never_its_own_nor_the_own_bureaus() {
        let (mut story, subject) = late();
        let id = story.tree.armed(&subject).unwrap().id.clone();
        assert_eq!(says(&mut story, &subject, "office", ObligationDeed::HoldBack), Ok(()));
        let event = story.events.last().unwrap();
        assert_eq!((event.kind, &event.data["department"]), (EventKind::ObligationHeldBack, &json!("XF")));
        assert!(event.data["reason"]["$text"].is_string(), "{}", event.data);
        let acknowledged = says(&mut story, &subject, "liaison.xf", ObligationDeed::Acknowledge);
        assert_eq!(acknowledged, Err(Refusal::NotNow { status: "held_back", allowed: vec![] }));
        // It passes all the same; what its letters would say is asked when they leave.
        assert_eq!(to_come(&mut story, &id), [(at("11-26 17:40"), 2)]);
        let (story, subject) = late();
        let armed = |unit: &str| {
            let mut armed = story.tree.armed(&subject).unwrap().clone();
            armed.owner.department = unit.into();
            armed
        };
        for (who, unit, may) in [
            ("office", "XF", true),
            ("director", "XF", true),
            // The director is YJ's head under another sign-in.
            ("director", "YJ", false),
            ("director.2", "YJ", true),
            ("office", "AWB", false),
            ("director", "AWB", false),
            ("liaison.xf", "XF", false),
            ("supervisor", "XF", false),
            ("admin", "XF", false),
        ] {
            let told = obligation_role(ObligationDeed::HoldBack, &actor(who), Some(&armed(unit)));
            assert_eq!(told.is_ok(), may, "{who} {unit}");
        }
        for who in ["office", "liaison.yj", "inspector.xf", "town.t01", "supervisor"] {
            let told = obligation_role(ObligationDeed::Acknowledge, &actor(who), Some(&armed("XF")));
            assert_eq!(told, Err(Refusal::RoleMayNot), "{who}");
        }
    }

    #[test]
    fn nothing_is_said_of_a_limit_that_runs_stays_quiet_or_has_moved() {
        let (mut story, subject) = late();
        let whole = story.subject();
        story.now = at("11-26 10:00");
        let ask = r#"{"until":"2026-12-01T17:30:00+08:00","reason":"r"}"#;
        assert_eq!(story.act_on("XF", "liaison.xf", "ask_extension", ask), Ok(()));
        let status = |told: Result<(), Refusal>| match told {
            Err(Refusal::NotNow { status, .. }) => status,
            other => panic!("{other:?}"),
        };
        story.now = at("11-26 17:29");
        assert_eq!(status(says(&mut story, &subject, "liaison.xf", ObligationDeed::Acknowledge)), "running");
        story.now = at("11-26 17:40");
        assert_eq!(
            status(says(&mut story, &whole, "office", ObligationDeed::Acknowledge)),
            "overdue",
            "nobody is told"
        );
        assert_eq!(says(&mut story, &subject, "liaison.xf", ObligationDeed::Acknowledge), Ok(()));
        // More time is another limit, and its lateness would be another one.
        assert_eq!(story.act_on("XF", "office", "grant_extension", "{}"), Ok(()));
        let armed = story.tree.armed(&subject).unwrap();
        assert_eq!((armed.status(story.now), armed.acknowledged_at), (ObligationStatus::Running, None));
    }
}
