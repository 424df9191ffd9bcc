//! What a blower may say against the office, once each: appeal against a decline, contest a closing. Both put the matter
//! before the director, who must answer.

use super::{Contest, Tree, blow, posts};
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::terms::Duty;
use serde_json::json;

/// Does not take the decline for an answer: from now on only the director decides on this whistle's triage.
pub fn appeal(reason: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    let whistle = &mut draft.tree.whistle;
    whistle.appealed = true;
    whistle.declined = None;
    whistle.objection_until = None;
    blow::submit_anew(&mut draft);
    draft.record(EventKind::WhistleAppealed, json!({ "reason": text_ref(&reason) }));
    blow::await_triage(&mut draft);
    draft.finish()
}

/// Does not take the closing for an answer: the whistle stays closed until the director has decided.
pub fn contest(reason: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_whistle(|whistle| whistle.contest = Some(Contest::Pending));
    draft.record(EventKind::WhistleContested, json!({ "reason": text_ref(&reason) }));
    let director = posts::director(&draft);
    draft.arm(draft.whistle_subject(), director, Duty::ContestAnswer);
    draft.finish()
}

/// The closing stands, and the blower reads why.
pub fn dismiss_contest(reason: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.change_whistle(|whistle| whistle.contest = Some(Contest::Answered));
    draft.record(EventKind::WhistleContestDismissed, json!({ "reason": text_ref(&reason) }));
    let subject = draft.whistle_subject();
    draft.disarm(&subject);
    draft.finish()
}
