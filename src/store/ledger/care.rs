//! What the pen does for the sake of people who are spoken of: erases what law no longer lets us keep, and seals what an
//! older release wrote in the open. Done twice it is done once; no event is touched.

use super::super::sql::{Call, Value};
use super::rows::Listed;
use crate::domain::decision::Erasure;
use crate::ids::{TextId, WhistleId};

static ERASED: Listed = Listed::new("DELETE FROM texts WHERE id IN (VALUES ", 1, ")");
/// A repeat of the request finds another body, and is refused.
const FORGET: &str = "UPDATE receipts SET salt = $2, digest = $3, card = NULL WHERE code = $1";
const NO_FEEDBACK: &str = "DELETE FROM feedback WHERE id = $1";
/// The token goes on: it is a machine's.
const NAMELESS_TOKEN: &str = "UPDATE machine_tokens SET name = '' WHERE id = $1";
/// Of two replicas that seal it at once, one finds it open.
const SEAL_TEXT: &str = "UPDATE texts SET body = $2, class = 'sealed', whistle = COALESCE(whistle, $3)
    WHERE id = $1 AND class = 'open'";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[FORGET, NO_FEEDBACK, NAMELESS_TOKEN, SEAL_TEXT];
#[cfg(test)]
pub(super) static LISTS: [&Listed; 1] = [&ERASED];

/// One thing to be done. `Debug` is missing on purpose.
pub enum Care {
    /// The text as it is from now on, sealed, and in which whistle it was said, where that is known.
    SealText { id: TextId, body: String, whistle: Option<WhistleId> },
}

impl Care {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        match self {
            Care::SealText { id, body, whistle } => {
                vec![Call::of(SEAL_TEXT, vec![id.into(), body.into(), whistle.as_ref().into()])]
            }
        }
    }
}

/// Adds the statements that erase.
pub(super) fn erase<'a>(calls: &mut Vec<Call<'a>>, all: &[&'a Erasure]) {
    ERASED.add(calls, all.iter().flat_map(|one| &one.texts).map(Value::from).collect());
    for code in all.iter().flat_map(|one| &one.codes) {
        let nothing = |bytes: usize| Value::Bytes(vec![0; bytes].into());
        calls.push(Call::of(FORGET, vec![code.into(), nothing(16), nothing(32)]));
    }
    let feedback = all.iter().flat_map(|one| &one.feedback).map(|id| Call::of(NO_FEEDBACK, vec![id.into()]));
    calls.extend(feedback);
    let tokens = all.iter().flat_map(|one| &one.tokens).map(|id| Call::of(NAMELESS_TOKEN, vec![id.into()]));
    calls.extend(tokens);
}
