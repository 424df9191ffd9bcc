//! What somebody is reminded of, and when they last were. Under the scope of whoever is written to; nothing here gives a
//! text of a whistle or decides what a letter says.

use super::sight::thing_of;
use super::{Fault, Reading};
use crate::domain::at::At;
use crate::domain::obligation::Post;
use crate::domain::policy::Scope;
use crate::domain::reminders::{Owed, Reminded};
use crate::domain::terms::Duty;
use crate::ids::PersonId;

/// What is named `o`, with its codes, as far as its reader sees its whistle or visit; the soonest first.
macro_rules! seen {
    () => {
        concat!(
            "
    LEFT JOIN whistles w ON w.id = o.tree
    LEFT JOIN summonses u ON u.id = o.subject
    LEFT JOIN visits v ON v.id = o.tree
    LEFT JOIN findings f ON f.id = ",
            thing_of!("o.subject"),
            "
    WHERE (w.id IS NOT NULL
           AND ($5 = '*' OR EXISTS (SELECT 1 FROM sights s WHERE s.whistle = o.tree AND s.viewer = $5)))
       OR (v.id IS NOT NULL
           AND ($6 = '*' OR EXISTS (SELECT 1 FROM visit_sights s WHERE s.visit = o.tree
                                    AND s.viewer IN ($6, $7, $8) AND s.viewer <> ''
                                      AND (f.id IS NULL OR s.only_of IN ('', f.department)))))
    ORDER BY o.due_at, o.id LIMIT $4"
        )
    };
}

/// Two halves, each with its index: what the hub has noticed, and what it is about to notice.
const LATE: &str = concat!(
    "
    SELECT COALESCE(u.code, w.code, f.code, v.code), o.duty, o.due_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
           o.acknowledged_at
    FROM (
        SELECT id, tree, subject, duty, due_at, acknowledged_at FROM obligations
        WHERE department = $1 AND role = $2 AND ended_at IS NULL AND passed_at IS NOT NULL
          AND reminds = 1 AND due_at <= $3 AND held_back_at IS NULL
        UNION ALL
        SELECT id, tree, subject, duty, due_at, acknowledged_at FROM obligations
        WHERE ended_at IS NULL AND passed_at IS NULL AND due_at <= $3
          AND department = $1 AND role = $2 AND reminds = 1 AND held_back_at IS NULL
    ) AS o
",
    seen!()
);

/// The same of what was to be written about before its limit and has not passed.
const COMING: &str = concat!(
    "
    SELECT COALESCE(u.code, w.code, f.code, v.code), o.duty, o.due_at, o.reached_at, o.next_at, CAST(NULL AS BIGINT)
    FROM (
        SELECT id, tree, subject, duty, due_at, reached_at, next_at FROM obligations
        WHERE department = $1 AND role = $2 AND ended_at IS NULL AND passed_at IS NULL AND reached_at IS NOT NULL
          AND reminds = 1 AND due_at > $3
        UNION ALL
        SELECT id, tree, subject, duty, due_at, reached_at, next_at FROM obligations
        WHERE ended_at IS NULL AND next_at <= $3 AND passed_at IS NULL AND reached_at IS NULL
          AND department = $1 AND role = $2 AND reminds = 1 AND due_at > $3
    ) AS o
",
    seen!()
);

const REMINDED: &str = "SELECT coming_at, late_at FROM reminded WHERE person = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[LATE, COMING, REMINDED];

/// More than a reminder has lines.
const OWED_MAX: i64 = 100;

/// What a post is late with, as far as this scope sees it, longest first, a hundred at most. Limits that stay quiet are
/// left out.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn late(reading: &mut Reading<'_>, scope: &Scope, post: &Post, now: At) -> Result<Vec<Owed>, Fault> {
    owed(reading, LATE, scope, (post, now))
}

/// What a post must do soon: half of its limit is gone. Bounded as [`late`].
pub fn coming(reading: &mut Reading<'_>, scope: &Scope, post: &Post, now: At) -> Result<Vec<Owed>, Fault> {
    owed(reading, COMING, scope, (post, now))
}

fn owed(
    reading: &mut Reading<'_>,
    statement: &'static str,
    scope: &Scope,
    (post, now): (&Post, At),
) -> Result<Vec<Owed>, Fault> {
    let (unit, role, viewer) = (&post.department, post.role.as_str(), scope.viewer());
    let mut params = vec![unit.into(), role.into(), now.into(), OWED_MAX.into(), viewer.into()];
    params.extend(scope.visit_keys().iter().map(super::Value::from));
    reading.rows(statement, &params, |row| {
        // A moment that has come and was not noticed yet is in this letter, and needs no other.
        let reached_at = row.opt_at(4)?.filter(|next| *next <= now).or(row.opt_at(3)?);
        let (code, duty) = (row.text(0)?.to_owned(), row.word(1, Duty::parse)?);
        let (due_at, is_acknowledged) = (row.at(2)?, row.opt_at(5)?.is_some());
        Ok(Owed { code, duty, owner: post.clone(), due_at, reached_at, is_acknowledged })
    })
}

/// When somebody last had a reminder; long ago if never.
pub fn reminded(reading: &mut Reading<'_>, person: &PersonId) -> Result<Reminded, Fault> {
    let last =
        reading.row(REMINDED, &[person.into()], |row| Ok(Reminded { coming_at: row.at(0)?, late_at: row.at(1)? }))?;
    Ok(last.unwrap_or(Reminded { coming_at: At(0), late_at: At(0) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::Obligation;
    use crate::domain::terms::Role;
    use crate::store::whistles::tests::by_hand::{self, Desk, NOW, birth, scope_of, summons, whistle};
    use crate::store::{Chore, Note, due};

    fn office() -> Post {
        Post { role: Role::OfficeDuty, department: "AWB".into() }
    }

    /// Whistle `n` whose limit has passed `n` minutes ago, changed by `change`.
    async fn put(desk: &Desk, n: i64, change: impl FnOnce(&mut Obligation)) {
        let mut born = birth(whistle(n), &[]);
        let mut obligation = by_hand::owed(&whistle(n), None, NOW.plus_minutes(-n));
        change(&mut obligation);
        born.obligations.push(obligation);
        desk.put(born).await;
    }

    #[tokio::test]
    async fn a_limit_is_found_when_its_moment_comes_and_told_until_the_move_is_made() {
        let desk = Desk::open();
        let next = |one: &mut Obligation, minutes: i64| one.next_at = Some(NOW.plus_minutes(minutes));
        put(&desk, 0, |_| {}).await;
        put(&desk, 1, |one| (one.passed_at, one.next_at) = (Some(NOW), Some(NOW.plus_minutes(600)))).await;
        put(&desk, 2, |one| one.ended_at = Some(NOW)).await;
        put(&desk, 3, |one| one.reminds = false).await;
        put(&desk, 4, |one| one.owner.department = "XF".into()).await;
        put(&desk, -1, |_| {}).await;
        put(&desk, -90, |one| next(one, -6)).await;
        put(&desk, -80, |one| (one.reached_at, one.next_at) = (Some(NOW.plus_minutes(-30)), Some(NOW.plus_minutes(7))))
            .await;
        put(&desk, -70, |one| (one.reached_at, one.reminds) = (Some(NOW), false)).await;
        let mut born = birth(whistle(5), &[]);
        born.summonses.push(summons(&whistle(5), "XF"));
        born.obligations.push(by_hand::owed(&whistle(5), Some(&born.summonses[0]), NOW.plus_minutes(-5)));
        desk.put(born).await;
        let read = desk.ledger.read(|reading| {
            for owed in [late, coming] {
                assert_eq!(owed(reading, &scope_of("XF"), &office(), NOW)?, [], "not its holder's to see");
            }
            assert_eq!(due::oldest_unpassed_due(reading)?, Some(NOW.plus_minutes(-5)));
            let all = scope_of("*");
            let owed = (late(reading, &all, &office(), NOW)?, coming(reading, &all, &office(), NOW)?);
            Ok((due::come(reading, NOW, 10)?, due::come(reading, NOW, 1)?.len(), owed))
        });
        let (found, first, (late, coming)) = read.await.unwrap();
        let ids: Vec<_> = found.iter().map(|one| one.obligation.as_str()).collect();
        assert_eq!(ids, ["ob_wh_-090", "ob_su_0005_XF", "ob_wh_0004", "ob_wh_0003", "ob_wh_0000"]);
        assert_eq!(first, 1);
        // Numbers are given in the order of commit.
        let due = |minutes| NOW.plus_minutes(minutes);
        let codes: Vec<_> = late.iter().map(|one| (one.code.as_str(), one.due_at)).collect();
        assert_eq!(codes, [("WH-2026-0005-XF", due(-5)), ("WH-2026-0002", due(-1)), ("WH-2026-0001", NOW)]);
        let codes: Vec<_> = coming.iter().map(|one| (one.due_at, one.reached_at)).collect();
        assert_eq!(codes, [(due(80), Some(due(-30))), (due(90), Some(due(-6)))]);
    }

    #[tokio::test]
    async fn what_is_held_back_is_in_no_letter_and_what_is_acknowledged_says_so() {
        let desk = Desk::open();
        // Noticed by the hub, and about to be.
        for (n, passed_at) in [(10, Some(NOW)), (20, None)] {
            put(&desk, n, |one| one.passed_at = passed_at).await;
            put(&desk, n + 1, |one| (one.passed_at, one.held_back_at) = (passed_at, Some(NOW))).await;
            put(&desk, n + 2, |one| (one.passed_at, one.acknowledged_at) = (passed_at, Some(NOW))).await;
        }
        let read = desk.ledger.read(|reading| late(reading, &scope_of("*"), &office(), NOW));
        let told: Vec<_> = read.await.unwrap().iter().map(|one| (NOW.0 - one.due_at.0, one.is_acknowledged)).collect();
        let minutes = [(22, true), (20, false), (12, true), (10, false)];
        assert_eq!(told, minutes.map(|(minutes, known)| (minutes * 60_000_000, known)));
    }

    #[tokio::test]
    async fn the_ledger_knows_when_somebody_last_had_a_reminder() {
        let desk = Desk::open();
        let read = async |name: &'static str| {
            desk.ledger.read(move |reading| reminded(reading, &PersonId::from_text(name))).await.unwrap()
        };
        assert_eq!(read("pe_1").await, Reminded { coming_at: At(0), late_at: At(0) });
        for (minutes, is_late) in [(0, true), (60, false), (120, false)] {
            let note = Note::Reminded { person: PersonId::from_text("pe_1"), at: NOW.plus_minutes(minutes), is_late };
            desk.ledger.keep(Chore::Note(note)).await.unwrap();
        }
        assert_eq!(read("pe_1").await, Reminded { coming_at: NOW.plus_minutes(120), late_at: NOW });
        assert_eq!(read("pe_2").await.coming_at, At(0));
    }

    #[tokio::test]
    async fn what_a_letter_is_made_of_is_read_along_two_indexes() {
        let desk = Desk::on_file();
        for (statement, first, second) in [
            (LATE, "obligations_overdue (department=? AND role=?)", "obligations_due (due_at<?)"),
            (COMING, "obligations_reached (department=? AND role=?)", "obligations_next (next_at<?)"),
        ] {
            let plan = desk.plan(statement).await;
            assert!(plan.contains(first) && plan.contains(second), "{plan}");
        }
    }
}
