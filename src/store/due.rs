//! What is late or still owed: moments of limits that have come, whistles that nobody has yet, letters that have not left.
//! For the hub's own loops and its gauges, so nothing here asks for a scope or gives a text of a whistle.

use super::sight::open_states;
use super::{Fault, Reading};
use crate::domain::at::At;
use crate::ids::{LetterId, ObligationId, PersonId, TreeId, WhistleId};

/// Without those that were laid aside because nobody can act upon them.
const COME: &str = "
    SELECT tree, id FROM obligations
    WHERE ended_at IS NULL AND next_at <= $1
      AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.consumer_group = 'due' AND d.id = obligations.id)
    ORDER BY next_at LIMIT $2";

/// Without those that were laid aside because nobody can receive them.
const UNROUTED: &str = "
    SELECT id FROM whistles w
    WHERE routed = 0 AND blown_at < $1
      AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.consumer_group = 'desk' AND d.id = w.id)
    ORDER BY blown_at LIMIT $2";

/// Whose time had come before a restore may have been sent by the hub that the backup was taken from: they wait for the
/// operator's word. Nothing is held where nothing was restored.
macro_rules! held_before {
    () => {
        "COALESCE((SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'letters_held_before'), 0)"
    };
}
pub(super) use held_before;

const LETTER_WAITS: &str = concat!(
    "
    SELECT id FROM letters
    WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before <= $1 AND not_before >= ",
    held_before!(),
    "
      AND (claimed_until IS NULL OR claimed_until <= $1)
    ORDER BY not_before, id LIMIT 1"
);

const COPIES: &str = "SELECT person FROM letter_copies WHERE letter = $1";

const LETTERS_OWED: &str = concat!(
    "
    SELECT COUNT(*), MIN(not_before) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before >= ",
    held_before!()
);

const LETTERS_HELD: &str = concat!(
    "SELECT COUNT(*) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before < ",
    held_before!()
);

const OLDEST_UNPASSED: &str = "SELECT MIN(due_at) FROM obligations WHERE ended_at IS NULL AND passed_at IS NULL";

/// The states from which somebody still must move, DOMAIN §3.
const ARMED_TREES: &str = "
    SELECT DISTINCT tree FROM obligations
    WHERE ended_at IS NULL AND passed_at IS NULL AND tree > $1 ORDER BY tree LIMIT $2";

const UNARMED: &str = concat!(
    "
    SELECT w.code FROM whistles w
    WHERE w.status IN ",
    open_states!(),
    "
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = w.id AND o.ended_at IS NULL)
    UNION ALL
    SELECT u.code FROM summonses u
    WHERE u.status IN ('issued', 'acknowledged', 'reported_in', 'working', 'submitted', 'disputed', 'referred')
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = u.id AND o.ended_at IS NULL)
    UNION ALL
    SELECT v.code FROM visits v
    WHERE v.status NOT IN ('filed', 'cancelled')
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = v.id AND o.ended_at IS NULL)
    UNION ALL
    SELECT f.code FROM findings f
    WHERE f.status <> 'closed'
      AND NOT EXISTS (SELECT 1 FROM obligations o WHERE o.subject = f.id AND o.ended_at IS NULL)
    LIMIT $1"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] =
    &[COME, UNROUTED, LETTER_WAITS, COPIES, LETTERS_OWED, LETTERS_HELD, OLDEST_UNPASSED, UNARMED, ARMED_TREES];

/// A limit of which a moment has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Come {
    pub tree: TreeId,
    pub obligation: ObligationId,
}

/// Letters that have not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LettersOwed {
    pub count: i64,
    /// Since when the first of them might have left (or from when it may).
    pub oldest: Option<At>,
}

/// Armed limits that are to be told, or have passed and were not noticed yet, the longest waiting first.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn come(reading: &mut Reading<'_>, now: At, at_most: i64) -> Result<Vec<Come>, Fault> {
    reading.rows(COME, &[now.into(), at_most.into()], |row| {
        Ok(Come { tree: TreeId::from_text(row.text(0)?), obligation: ObligationId::from_text(row.text(1)?) })
    })
}

/// Whistles without the office's receipt, oldest first.
pub fn unrouted(reading: &mut Reading<'_>, blown_before: At, at_most: i64) -> Result<Vec<WhistleId>, Fault> {
    reading.rows(UNROUTED, &[blown_before.into(), at_most.into()], |row| row.text(0).map(WhistleId::from_text))
}

/// Whether a letter may be claimed now: a look costs the pen nothing, and most looks find none.
pub fn letter_waits(reading: &mut Reading<'_>, now: At) -> Result<bool, Fault> {
    Ok(reading.row(LETTER_WAITS, &[now.into()], |_| Ok(()))?.is_some())
}

/// Which holders of its post have a letter already.
pub fn copies(reading: &mut Reading<'_>, letter: &LetterId) -> Result<Vec<PersonId>, Fault> {
    reading.rows(COPIES, &[letter.into()], |row| row.text(0).map(PersonId::from_text))
}

/// How many letters a restore holds until the operator has spoken.
pub fn letters_held(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(LETTERS_HELD, &[], |row| row.int(0))?.unwrap_or(0))
}

/// How many letters wait, and since when.
pub fn letters_owed(reading: &mut Reading<'_>) -> Result<LettersOwed, Fault> {
    let owed = reading.row(LETTERS_OWED, &[], |row| Ok(LettersOwed { count: row.int(0)?, oldest: row.opt_at(1)? }))?;
    Ok(owed.unwrap_or(LettersOwed { count: 0, oldest: None }))
}

/// The soonest armed limit that the hub has not noticed passing: in the past, it is behind; else when to look next.
pub fn oldest_unpassed_due(reading: &mut Reading<'_>) -> Result<Option<At>, Fault> {
    Ok(reading.row(OLDEST_UNPASSED, &[], |row| row.opt_at(0))?.flatten())
}

/// Trees in which a limit runs, after this one.
pub fn armed_trees(reading: &mut Reading<'_>, after: &TreeId, at_most: i64) -> Result<Vec<TreeId>, Fault> {
    reading.rows(ARMED_TREES, &[after.into(), at_most.into()], |row| row.text(0).map(TreeId::from_text))
}

/// Codes of open whistles and summonses for which nobody must do anything: there must be none (I3).
pub fn unarmed(reading: &mut Reading<'_>, at_most: i64) -> Result<Vec<String>, Fault> {
    reading.rows(UNARMED, &[at_most.into()], |row| row.text(0).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::LetterOwed;
    use crate::domain::obligation::Post;
    use crate::domain::terms::{LetterKind, Role, SummonsStatus, WhistleStatus};
    use crate::domain::whistle::{Routed, Whistle};
    use crate::store::whistles::tests::by_hand::{self, Desk, NOW, birth, summons, whistle};
    use crate::store::{Chore, Kept};

    #[tokio::test]
    async fn a_whistle_waits_for_the_office_until_it_is_routed() {
        let desk = Desk::open();
        for n in [1, 2, 3] {
            let routed = (n == 2).then(|| Routed { at: NOW, duty_officer: None, proposals: Vec::new() });
            desk.put(birth(Whistle { routed, ..whistle(n) }, &[])).await;
        }
        let before = whistle(1).blown_at;
        let read = desk.ledger.read(move |reading| Ok((unrouted(reading, NOW, 9)?, unrouted(reading, before, 9)?)));
        let (all, older) = read.await.unwrap();
        let ids = |list: &[WhistleId]| list.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>().join(" ");
        assert_eq!((ids(&all), ids(&older)), ("wh_0003 wh_0001".into(), "wh_0003".into()));
    }

    #[tokio::test]
    async fn a_letter_is_owed_then_sent_or_given_up() {
        let desk = Desk::open();
        let mut born = birth(whistle(1), &[]);
        for (n, name) in [(2, "a"), (1, "b"), (3, "c")] {
            born.letters.push(LetterOwed {
                id: LetterId::from_text(format!("le_{name}")),
                key: name.into(),
                kind: LetterKind::WhistleNew,
                to: Post { role: Role::OfficeDuty, department: "AWB".into() },
                person: None,
                tree: None,
                about: None,
                not_before: NOW.plus_minutes(n),
            });
        }
        desk.put(born).await;
        let id = |name: &str| LetterId::from_text(format!("le_{name}"));
        let owed = desk.ledger.read(letters_owed).await.unwrap();
        assert_eq!(owed, LettersOwed { count: 3, oldest: Some(NOW.plus_minutes(1)) });
        let sent = desk.ledger.keep(Chore::LetterSent { id: id("a"), at: NOW }).await.unwrap();
        let given_up = desk.ledger.keep(Chore::LetterGivenUp { id: id("b"), at: NOW }).await.unwrap();
        assert_eq!((sent, given_up), (Kept::Done(1), Kept::Done(1)));
        let owed = desk.ledger.read(letters_owed).await.unwrap();
        assert_eq!(owed, LettersOwed { count: 1, oldest: Some(NOW.plus_minutes(3)) });
    }

    #[tokio::test]
    async fn i3_every_open_state_without_an_armed_limit_is_found_and_no_closed_one() {
        let desk = Desk::open();
        for (n, status) in (1..).zip(WhistleStatus::ALL) {
            desk.put(birth(Whistle { status: *status, ..whistle(n) }, &[])).await;
        }
        // Armed itself, so that only its summonses count.
        let mut born = birth(whistle(99), &[]);
        born.obligations.push(by_hand::owed(&whistle(99), None, NOW));
        for status in SummonsStatus::ALL {
            let mut one = summons(&whistle(99), status.as_str());
            one.status = *status;
            born.summonses.push(one);
        }
        let armed = by_hand::owed(&whistle(99), Some(&born.summonses[0]), NOW);
        born.obligations.push(armed);
        desk.put(born).await;
        let mut found = desk.ledger.read(|reading| unarmed(reading, 100)).await.unwrap();
        let whistles = (1..).zip(WhistleStatus::ALL).filter(|(_, status)| status.is_open());
        let mut expected: Vec<String> = whistles.map(|(n, _)| format!("WH-2026-{n:04}")).collect();
        let open = ["acknowledged", "disputed", "referred", "reported_in", "submitted", "working"];
        expected.extend(open.map(|status| format!("WH-2026-0099-{status}")));
        found.sort();
        assert_eq!(found, expected);
        assert_eq!(desk.ledger.read(|reading| unarmed(reading, 3)).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn what_loops_ask_again_and_again_is_read_along_an_index() {
        let desk = Desk::on_file();
        for (statement, index) in [
            (COME, "obligations_next (next_at<?)"),
            (UNROUTED, "whistles_unrouted (blown_at<?)"),
            (LETTERS_OWED, "INDEX letters_owed"),
            (LETTER_WAITS, "letters_owed (not_before"),
            (OLDEST_UNPASSED, "obligations_due"),
        ] {
            let plan = desk.plan(statement).await;
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
