//! Who told the blower: sealed when it is said, opened only with a reason and never without a record of it. Here is
//! decided what an opening leaves behind; the identity itself is in no event, letter or row that this file makes.

use super::Tree;
use super::search::fold;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Post;
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::{LetterKind, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The body of `…/unseal`.
pub static UNSEAL: Spec =
    Spec { name: "UnsealOrder", fields: &[Field::required("reason", Kind::Text { max: TEXT_MAX })] };

/// How an informer or a caller can be reached. `Debug` is missing on purpose.
#[derive(Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    pub phone: String,
}

/// Why somebody asks.
pub fn parse_unseal(body: &Node) -> Result<String, Vec<Fault>> {
    let (reader, faults) = read(&UNSEAL, body);
    faults.judge(reader.text("reason"))
}

/// Records that somebody had the identity opened, and why; the director is told.
pub fn unseal(reason: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.record(EventKind::WhistleUnsealed, json!({ "reason": text_ref(&reason) }));
    let director = Post { role: Role::OfficeDirector, department: draft.by.rules.directory.office().to_owned() };
    draft.owe(LetterKind::WhistleUnsealed, director, None, reason.as_str());
    draft.finish()
}

/// Longest run of neighbouring groups of digits that is one number, as in `138 0013 8000`.
const GROUPS_MAX: usize = 5;

/// Whether a text seems to hold a phone or an identity number: on a protected whistle that may tell who spoke.
pub fn names_somebody(text: &str) -> bool {
    let groups = groups(&fold(text));
    (0..groups.len()).any(|from| {
        let mut number = String::new();
        groups[from..].iter().take(GROUPS_MAX).any(|(digits, goes_on)| {
            if !*goes_on {
                number.clear();
            }
            number.push_str(digits);
            is_phone(&number) || is_identity(&number)
        })
    })
}

/// Groups of digits (an identity number may end in `x`), each with whether it goes on where the last one ended.
fn groups(text: &str) -> Vec<(String, bool)> {
    let mut groups: Vec<(String, bool)> = Vec::new();
    let (mut inside, mut apart) = (false, usize::MAX);
    for c in text.chars() {
        let ends = c == 'x' && inside && groups.last().is_some_and(|(digits, _)| digits.len() == 17);
        if c.is_ascii_digit() || ends {
            if !inside {
                groups.push((String::new(), apart <= 1));
            }
            if let Some((digits, _)) = groups.last_mut() {
                digits.push(c);
            }
            (inside, apart) = (true, 0);
        } else {
            inside = false;
            apart = if matches!(c, ' ' | '-') { apart.saturating_add(1) } else { usize::MAX };
        }
    }
    groups
}

/// A mobile number, with or without +86, or a landline with its area code.
fn is_phone(digits: &str) -> bool {
    let bare = digits.strip_prefix("0086").or(digits.strip_prefix("86")).unwrap_or(digits);
    let mobile = bare.len() == 11 && bare.starts_with('1') && !matches!(bare.as_bytes()[1], b'0'..=b'2');
    let landline = (10..=12).contains(&digits.len()) && digits.starts_with('0') && !digits.starts_with("00");
    mobile || landline
}

/// A resident's identity number: eighteen places with a date of birth among them.
fn is_identity(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let born = (part(6, 10), part(10, 12), part(12, 14));
    digits.len() == 18 && matches!(born, (Some(1900..=2099), Some(1..=12), Some(1..=31)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::{actor, at, rules};
    use crate::domain::tests::story::Story;
    use crate::ids::Mint;

    #[test]
    fn t29_phone_and_identity_numbers_are_noticed_and_plain_figures_are_not() {
        for (text, noticed) in [
            ("电话13800138000，晚上打", true),
            ("电话 138-0013-8000", true),
            ("打１３８００１３８０００", true),
            ("+86 13800138000", true),
            ("8613800138000", true),
            ("0519-88881234", true),
            ("身份证320411199001011234", true),
            ("身份证32041119900101123X。", true),
            ("2026-11-25 13800138000", true),
            ("车间三号，堆放120桶，每桶200公斤", false),
            ("2026-11-25 09:30发现", false),
            ("编号91320411000012345X", false),
            ("代码913204110000123456", false),
            ("12345678901", false),
            ("", false),
        ] {
            assert_eq!(names_somebody(text), noticed, "{text}");
        }
    }

    #[test]
    fn t29_an_opening_is_recorded_with_its_reason_and_the_director_is_told_without_the_identity() {
        let blow = r#"{"category":"fire","what":"a","place":"b","contact":{"name":"王","phone":"13955550002"}}"#;
        let story = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap();
        let (supervisor, now) = (actor("supervisor"), at("11-25 11:00"));
        let mut mint = Mint::new(now.0, 1);
        let by = Deciding { actor: Some(&supervisor), rules: rules(), now, mint: &mut mint };
        let version = story.tree.whistle.version;
        let change = unseal("核实举报", story.tree, by);
        assert_eq!(change.events.len(), 1);
        assert!(change.events[0].kind.is_discreet());
        let told = change.events[0].data.to_string();
        assert!(told.contains(change.texts[0].id.as_str()) && !told.contains("核实"), "{told}");
        let letter = &change.letters[0];
        assert_eq!((letter.kind, letter.to.role), (LetterKind::WhistleUnsealed, Role::OfficeDirector));
        assert_eq!(change.whistle.unwrap().version, version, "nobody's page grows stale");
    }
}
