//! What the pen does for the sake of people who are spoken of: erases what law no longer lets us keep, lets go of a trail that
//! is old enough, seals what an older release wrote in the open. Done twice it is done once; no fact is touched.

use super::super::sql::{Call, Value};
use super::rows::Listed;
use crate::domain::at::At;
use crate::domain::decision::Erasure;
use crate::domain::policy::VisitViewer;
use crate::ids::{TextId, VisitId, WhistleId};

static ERASED: Listed = Listed::new("DELETE FROM texts WHERE id IN (VALUES ", 1, ")");
/// An attachment goes with its name: what lies on disk is then nobody's.
static NO_ATTACHMENTS: Listed = Listed::new("DELETE FROM attachments WHERE name IN (VALUES ", 1, ")");
/// A repeat of the request finds another body, and is refused.
const FORGET: &str = "UPDATE receipts SET salt = $2, digest = $3, card = NULL WHERE code = $1";
const NO_FEEDBACK: &str = "DELETE FROM feedback WHERE id = $1";
const NO_VIEW: &str = "DELETE FROM saved_views WHERE id = $1";
/// The token goes on: it is a machine's.
const NAMELESS_TOKEN: &str = "UPDATE machine_tokens SET name = '' WHERE id = $1";
/// Of two replicas that seal it at once, one finds it open.
const SEAL_TEXT: &str = "UPDATE texts SET body = $2, class = 'sealed', tree = COALESCE(tree, $3)
    WHERE id = $1 AND class = 'open'";

/// A visit that was written meanwhile has its sights already.
const LAY_SIGHT: &str = "UPDATE visit_sights SET only_of = $3, goes_for = $4 WHERE visit = $1 AND viewer = $2
    AND EXISTS (SELECT 1 FROM visits v WHERE v.id = $1 AND v.tree_version = $5)";

const NOTE: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
/// The oldest, in pieces. What is younger than half a year, seen from the newest, the table itself does not let go.
const PURGE_TRAIL: &str = "DELETE FROM security_events WHERE seq IN (
    SELECT seq FROM (SELECT seq, at FROM security_events ORDER BY seq LIMIT 1000) AS oldest
    WHERE at < $1 AND at < (SELECT at FROM security_events ORDER BY seq DESC LIMIT 1) - 15811200000000)";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[FORGET, NO_FEEDBACK, NO_VIEW, NAMELESS_TOKEN, SEAL_TEXT, LAY_SIGHT, NOTE, PURGE_TRAIL];
#[cfg(test)]
pub(super) static LISTS: [&Listed; 2] = [&ERASED, &NO_ATTACHMENTS];

/// One thing to be done. `Debug` is missing on purpose.
pub enum Care {
    /// The text as it is from now on, sealed, and in which whistle it was said, where that is known.
    SealText { id: TextId, body: String, whistle: Option<WhistleId> },
    /// Whose results each key to a visit shows, which an older release did not write.
    LaySights { visit: VisitId, tree_version: i64, sights: Vec<VisitViewer> },
    /// A note of the ledger's own, in place of the one before.
    Note { key: &'static str, value: String },
    /// Lines of the trail that were written before; at most 1,000 a call, the oldest first.
    PurgeTrail { before: At },
}

impl Care {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        match self {
            Care::SealText { id, body, whistle } => {
                vec![Call::of(SEAL_TEXT, vec![id.into(), body.into(), whistle.as_ref().into()])]
            }
            Care::LaySights { visit, tree_version, sights } => {
                let params = |one: &VisitViewer| {
                    let [only, goes_for] = [&one.only, &one.goes_for].map(|of| of.clone().unwrap_or_default());
                    vec![visit.into(), one.key.clone().into(), only.into(), goes_for.into(), (*tree_version).into()]
                };
                sights.iter().map(|one| Call::of(LAY_SIGHT, params(one))).collect()
            }
            Care::Note { key, value } => vec![Call::of(NOTE, vec![(*key).into(), value.into()])],
            Care::PurgeTrail { before } => vec![Call::of(PURGE_TRAIL, vec![(*before).into()])],
        }
    }
}

/// Adds the statements that erase.
pub(super) fn erase<'a>(calls: &mut Vec<Call<'a>>, all: &[&'a Erasure]) {
    for list in [&NO_ATTACHMENTS, &ERASED] {
        list.add(calls, all.iter().flat_map(|one| &one.texts).map(Value::from).collect());
    }
    for code in all.iter().flat_map(|one| &one.codes) {
        let nothing = |bytes: usize| Value::Bytes(vec![0; bytes].into());
        calls.push(Call::of(FORGET, vec![code.into(), nothing(16), nothing(32)]));
    }
    let feedback = all.iter().flat_map(|one| &one.feedback).map(|id| Call::of(NO_FEEDBACK, vec![id.into()]));
    calls.extend(feedback);
    let tokens = all.iter().flat_map(|one| &one.tokens).map(|id| Call::of(NAMELESS_TOKEN, vec![id.into()]));
    calls.extend(tokens);
    calls.extend(all.iter().flat_map(|one| &one.views).map(|id| Call::of(NO_VIEW, vec![id.into()])));
}
