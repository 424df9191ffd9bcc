//! Proof beside the work: whoever may comment on a whistle may attach pictures and documents to it. Like a comment it
//! moves nothing and raises no version. Pictures of a protected whistle are for the office and whoever took them.

use super::{Tree, Whistle};
use crate::domain::attachment::{Attachment, Format, Received, room_for};
use crate::domain::decision::{Change, Refusal};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::policy::{self, Actor};
use serde_json::json;

/// Attaches files to a whistle, which has `there` already.
pub fn attach(files: &[Received], there: usize, tree: Tree, by: Deciding<'_>) -> Result<Change, Refusal> {
    room_for(files.len(), there, (tree.whistle.status.as_str(), &tree.whistle.code))?;
    let mut draft = Draft::on(by, tree);
    let whole = draft.whole();
    for file in files {
        draft.attach(file, &whole, EventKind::WhistleAttached, None);
        // Who stands in a picture, and where, may tell who spoke.
        if is_guarded(&draft.tree.whistle, file.format) {
            draft.hush();
        }
    }
    Ok(draft.finish())
}

fn is_guarded(whistle: &Whistle, format: Format) -> bool {
    whistle.protected_source && format.is_picture()
}

/// Whether this reader of the whistle learns of an attachment at all.
pub fn sees(actor: &Actor, whistle: &Whistle, one: &Attachment) -> bool {
    !is_held(whistle, one) || policy::keeps_proof(actor, &one.person)
}

/// Whether a picture is kept from whoever sees the whistle until the office releases it.
pub fn is_held(whistle: &Whistle, one: &Attachment) -> bool {
    is_guarded(whistle, one.format) && one.released_at.is_none()
}

/// The office has looked at a picture that tells nobody who spoke: now whoever sees the whistle sees it.
///
/// # Errors
/// Another's deed; or nothing holds it back.
pub fn release(one: &Attachment, tree: Tree, by: Deciding<'_>) -> Result<Change, Refusal> {
    if !by.actor.is_some_and(policy::is_office) {
        return Err(Refusal::RoleMayNot);
    }
    if !is_held(&tree.whistle, one) {
        return Err(Refusal::NotNow { status: tree.whistle.status.as_str(), allowed: Vec::new() });
    }
    let mut draft = Draft::on(by, tree);
    let released_at = Some(draft.by.now);
    draft.keep_attachment(Attachment { released_at, ..one.clone() });
    let data = json!({ "attachment": one.id.as_str(), "name": text_ref(&one.name) });
    draft.record(EventKind::WhistlePictureReleased, data);
    Ok(draft.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::OF_TREE_MAX;
    use crate::domain::decision::ReasonCode;
    use crate::domain::tests::sample::{actor, at, rules};
    use crate::domain::tests::story::Story;
    use crate::ids::Mint;

    fn received(format: Format) -> Received {
        Received { name: "现场.jpg".into(), format, bytes: 7, sha256: "ab".repeat(32), copy: None }
    }

    fn attached(protected: bool, there: usize, count: usize) -> Result<(Whistle, Change), Refusal> {
        let blow = format!(r#"{{"category":"fire","what":"a","place":"b","protected_source":{protected}}}"#);
        let story = Story::blown(at("11-25 10:00"), "liaison.xf", &blow).unwrap();
        let (whistle, who) = (story.tree.whistle.clone(), actor("liaison.xf"));
        let mut mint = Mint::new(1, 1);
        let by = Deciding { actor: Some(&who), rules: rules(), now: at("11-25 11:00"), mint: &mut mint };
        let files = vec![received(Format::Jpeg); count];
        attach(&files, there, story.tree, by).map(|change| (whistle, change))
    }

    #[test]
    fn proof_moves_nothing_and_is_recorded_by_digest_and_reference() {
        let (before, change) = attached(false, 0, 2).unwrap();
        let whistle = change.whistle.as_ref().unwrap();
        assert_eq!((whistle.version, whistle.tree_version), (before.version, before.tree_version + 1));
        assert_eq!((change.attachments.len(), change.events.len(), change.texts.len()), (2, 2, 4));
        let told = change.events[0].data.to_string();
        assert!(!told.contains("现场") && !told.contains("abab"), "law could not erase it: {told}");
        assert!(!change.events[0].office_only && change.letters.is_empty());
        assert_eq!(change.attachments[0].subject, whistle.id.as_str());
    }

    #[test]
    fn t26_pictures_of_a_protected_whistle_are_for_the_office_and_who_took_them() {
        let (whistle, change) = attached(true, 0, 1).unwrap();
        assert!(change.events[0].office_only);
        let picture = &change.attachments[0];
        let paper = Attachment { format: Format::Pdf, ..picture.clone() };
        for (who, may) in
            [("office", true), ("director", true), ("liaison.xf", true), ("head.xf", false), ("supervisor", false)]
        {
            assert_eq!(sees(&actor(who), &whistle, picture), may, "{who}");
            assert!(sees(&actor(who), &whistle, &paper), "{who}");
            let released = Attachment { released_at: Some(at("11-25 12:00")), ..picture.clone() };
            assert!(sees(&actor(who), &whistle, &released), "{who}");
            assert!(sees(&actor(who), &Whistle { protected_source: false, ..whistle.clone() }, picture), "{who}");
        }
    }

    #[test]
    fn i7_a_tree_takes_so_many_and_no_more() {
        assert!(attached(false, OF_TREE_MAX - 1, 1).is_ok());
        let Err(Refusal::Guarded { reasons, .. }) = attached(false, OF_TREE_MAX - 1, 2) else { panic!("taken") };
        assert_eq!(reasons[0].code, ReasonCode::TooManyAttachments);
    }
}
