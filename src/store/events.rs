//! The log of facts as it is read: by tree for a timeline, from a place on for whoever follows it, and as the live
//! feed tells it. It gives what is stored and resolves no text; whether somebody may see an event is asked of its whistle.

use super::sight::{is_seen, open_states};
use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::domain::obligation::Subject;
use crate::domain::policy::Scope;
use crate::ids::{PersonId, TreeId};

// What is for the office only is left out in each statement that a reader's scope goes into.

const TIMELINE: &str = "
    SELECT seq, at, kind, tree, about, person, department, data FROM events
    WHERE tree = $1 AND seq > $2 AND (office_only = 0 OR $4 = '*')
    ORDER BY seq LIMIT $3";

const TAIL: &str = "
    SELECT seq, at, kind, tree, about, person, department, data FROM events
    WHERE seq > $1
    ORDER BY seq LIMIT $2";

const LATEST: &str = "
    SELECT seq, at, kind, tree, about, person, department, data FROM events
    WHERE tree = $1 AND (office_only = 0 OR $3 = '*')
    ORDER BY seq DESC LIMIT $2";

const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM events";

const CURSOR: &str = "SELECT seq FROM cursors WHERE name = $1";

/// One row for each event and viewer; an event that nobody but `*` sees has one row too. CROSS JOIN: from the log on. Then
/// the same of visits, of which the shift's leaders see no more for it.
const HEARD: &str = concat!(
    "
    SELECT e.seq, e.kind, COALESCE(u.code, w.code), s.viewer,
           CASE WHEN e.office_only = 0 AND w.status IN ",
    open_states!(),
    " THEN 1 ELSE 0 END, 0
    FROM events e CROSS JOIN whistles w
    LEFT JOIN summonses u ON u.id = e.about
    LEFT JOIN sights s ON s.whistle = e.tree AND e.office_only = 0
    WHERE e.seq > $1 AND e.seq <= $2 AND w.id = e.tree
    UNION ALL
    SELECT e.seq, e.kind, COALESCE(f.code, v.code), s.viewer, 0, 1
    FROM events e CROSS JOIN visits v
    LEFT JOIN findings f ON f.id = e.about
    LEFT JOIN visit_sights s ON s.visit = e.tree AND e.office_only = 0
    WHERE e.seq > $1 AND e.seq <= $2 AND v.id = e.tree
    ORDER BY 1"
);

/// What one viewer may be told, the right in the same statement.
const SEEN: &str = concat!(
    "
    SELECT e.seq, e.kind, COALESCE(u.code, w.code)
    FROM events e CROSS JOIN whistles w
    LEFT JOIN summonses u ON u.id = e.about
    WHERE e.seq > $2 AND e.seq <= $3 AND w.id = e.tree
      AND ($1 = '*' OR e.office_only = 0) AND ",
    is_seen!("e.tree", "$1"),
    "
    UNION ALL
    SELECT e.seq, e.kind, COALESCE(f.code, v.code)
    FROM events e CROSS JOIN visits v
    LEFT JOIN findings f ON f.id = e.about
    WHERE e.seq > $2 AND e.seq <= $3 AND v.id = e.tree
      AND ($4 = '*' OR (e.office_only = 0
                        AND EXISTS (SELECT 1 FROM visit_sights s WHERE s.visit = e.tree
                                    AND s.viewer IN ($4, $5, $6) AND s.viewer <> '')))
    ORDER BY 1"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[TIMELINE, TAIL, LATEST, LAST, CURSOR, HEARD, SEEN];

/// One event as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its place: the order of commit, from 1 on, without a hole.
    pub seq: i64,
    pub at: At,
    pub kind: EventKind,
    pub tree: TreeId,
    pub about: Option<Subject>,
    /// `None`: the hub itself.
    pub person: Option<PersonId>,
    /// The unit in which the person acted.
    pub department: Option<String>,
    /// Facts; texts by reference.
    pub data: serde_json::Value,
}

/// What the live feed tells of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub seq: i64,
    pub kind: EventKind,
    /// The summons' that it is about, else the whistle's.
    pub code: String,
}

/// An event and whoever may be told of it, beside those who see everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub told: Told,
    pub viewers: Vec<String>,
    /// Its whistle is open, so whoever leads the shift may be told, too.
    pub is_open: bool,
    /// Whose keys those are: of a visit, or of a whistle.
    pub of_visit: bool,
}

impl Heard {
    /// Whether this reader may be told.
    pub fn is_for(&self, scope: &Scope) -> bool {
        match self.of_visit {
            true => scope.is_among_visitors(&self.viewers),
            false => scope.is_among(&self.viewers, self.is_open),
        }
    }
}

/// A stretch of the log. What of it was not asked for is not in `events`, so `up_to` is where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<T> {
    pub events: Vec<T>,
    /// Everything up to here was looked at.
    pub up_to: i64,
    /// The place of the newest event at that moment.
    pub last: i64,
}

/// The events of a tree, oldest first. The caller has read the tree under the same scope.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn timeline(
    reading: &mut Reading<'_>,
    scope: &Scope,
    tree: &TreeId,
    (after_seq, limit): (i64, i64),
) -> Result<Vec<StoredEvent>, Fault> {
    reading.rows(TIMELINE, &[tree.into(), after_seq.into(), limit.into(), scope.viewer().into()], stored)
}

/// Everything that happened after a place, oldest first. For the hub's own loops.
pub fn tail(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    reading.rows(TAIL, &[after_seq.into(), limit.into()], stored)
}

/// The newest events of a tree, oldest of them first.
pub fn latest(reading: &mut Reading<'_>, scope: &Scope, tree: &TreeId, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    let mut events = reading.rows(LATEST, &[tree.into(), limit.into(), scope.viewer().into()], stored)?;
    events.reverse();
    Ok(events)
}

/// The place of the newest event; 0 before the first.
pub fn last_seq(reading: &mut Reading<'_>) -> Result<i64, Fault> {
    Ok(reading.row(LAST, &[], |row| row.int(0))?.unwrap_or(0))
}

/// How far a named reader of the log has come; 0 if it never moved.
pub fn cursor(reading: &mut Reading<'_>, name: &str) -> Result<i64, Fault> {
    Ok(reading.row(CURSOR, &[name.into()], |row| row.int(0))?.unwrap_or(0))
}

/// What happened after a place and who may see it now, oldest first. `limit`: events that are looked at.
pub fn heard(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<Stretch<Heard>, Fault> {
    let (up_to, last) = bounds(reading, after_seq, limit)?;
    let rows = reading.rows(HEARD, &[after_seq.into(), up_to.into()], |row| {
        Ok((told(row)?, row.opt_text(3)?.map(str::to_owned), row.flag(4)?, row.flag(5)?))
    })?;
    let mut events: Vec<Heard> = Vec::new();
    for (told, viewer, is_open, of_visit) in rows {
        match events.last_mut().filter(|one| one.told.seq == told.seq) {
            Some(same) => same.viewers.extend(viewer),
            None => events.push(Heard { told, viewers: viewer.into_iter().collect(), is_open, of_visit }),
        }
    }
    Ok(Stretch { events, up_to, last })
}

/// What this scope may see now of what happened after a place, oldest first. `limit`: events that are looked at, seen
/// or not, so that a reader of little costs no more than a reader of all.
pub fn seen_after(
    reading: &mut Reading<'_>,
    scope: &Scope,
    after_seq: i64,
    limit: i64,
) -> Result<Stretch<Told>, Fault> {
    let (up_to, last) = bounds(reading, after_seq, limit)?;
    let mut params = vec![scope.viewer().into(), after_seq.into(), up_to.into()];
    params.extend(scope.visit_keys().iter().map(super::Value::from));
    let events = reading.rows(SEEN, &params, told)?;
    Ok(Stretch { events, up_to, last })
}

/// Where a stretch ends, and the log. Places have no holes, so a range of them is a number of events.
fn bounds(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<(i64, i64), Fault> {
    let last = last_seq(reading)?;
    Ok((after_seq.saturating_add(limit).min(last).max(after_seq), last))
}

fn told(row: &Row<'_>) -> Result<Told, Fault> {
    Ok(Told { seq: row.int(0)?, kind: row.word(1, EventKind::parse)?, code: row.text(2)?.to_owned() })
}

fn stored(row: &Row<'_>) -> Result<StoredEvent, Fault> {
    Ok(StoredEvent {
        seq: row.int(0)?,
        at: row.at(1)?,
        kind: row.word(2, EventKind::parse)?,
        tree: TreeId::from_text(row.text(3)?),
        about: row.opt_text(4)?.and_then(Subject::parse),
        person: row.opt_text(5)?.map(PersonId::from_text),
        department: row.opt_text(6)?.map(str::to_owned),
        data: row.json(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Doer, Event};
    use crate::domain::terms::WhistleStatus;
    use crate::domain::whistle::Whistle;
    use crate::store::Chore;
    use crate::store::whistles::tests::by_hand::{Desk, NOW, birth, moved, scope_of, summons, whistle};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn the_log_is_read_by_whistle_and_from_a_place_on() {
        let (desk, one) = (Desk::open(), whistle(1));
        assert_eq!(desk.ledger.read(last_seq).await.unwrap(), 0);
        let mut born = birth(one.clone(), &[]);
        born.events.push(Event {
            kind: EventKind::SummonsIssued,
            tree: (&one.id).into(),
            about: Some(Subject::Summons(summons(&one, "XF").id)),
            doer: Some(Doer { person: PersonId::from_text("pe_office"), department: "AWB".into() }),
            office_only: false,
            data: json!({ "role": "lead" }),
        });
        desk.put(born).await;
        desk.put(birth(whistle(2), &[])).await;
        let read = desk.ledger.read(move |reading| {
            assert_eq!((seqs(&tail(reading, 0, 10)?), seqs(&tail(reading, 1, 1)?)), (vec![1, 2, 3], vec![2]));
            assert_eq!(last_seq(reading)?, 3);
            let everything = scope_of("*");
            assert_eq!(seqs(&timeline(reading, &everything, &(&one.id).into(), (1, 10))?), [2]);
            timeline(reading, &everything, &(&one.id).into(), (0, 10))
        });
        let timeline = read.await.unwrap();
        assert_eq!((timeline[0].kind, timeline[0].person.as_ref()), (EventKind::WhistleBlown, None));
        let issued = StoredEvent {
            seq: 2,
            at: NOW,
            kind: EventKind::SummonsIssued,
            tree: TreeId::from_text("wh_0001"),
            about: Subject::parse("su_0001_XF"),
            person: Some(PersonId::from_text("pe_office")),
            department: Some("AWB".into()),
            data: json!({ "role": "lead" }),
        };
        assert_eq!(timeline[1], issued);
    }

    fn seqs(events: &[StoredEvent]) -> Vec<i64> {
        events.iter().map(|event| event.seq).collect()
    }

    #[tokio::test]
    async fn a_cursor_stands_at_nothing_until_it_moves() {
        let desk = Desk::open();
        assert_eq!(desk.ledger.read(|reading| cursor(reading, "relay")).await.unwrap(), 0);
        desk.ledger.keep(Chore::Cursor { name: "relay".into(), seq: 7 }).await.unwrap();
        assert_eq!(desk.ledger.read(|reading| cursor(reading, "relay")).await.unwrap(), 7);
    }

    /// One whistle that XF and YJ see and whose second event is about XF's summons; one that nobody but `*` sees.
    async fn two_whistles(desk: &Desk) {
        let one = whistle(1);
        desk.put(birth(one.clone(), &["XF", "YJ"])).await;
        let called = summons(&one, "XF");
        let mut issued = moved(Whistle { code: "WH-2026-0001".into(), ..one.clone() });
        issued.events.push(Event {
            kind: EventKind::SummonsIssued,
            tree: (&one.id).into(),
            about: Some(Subject::Summons(called.id.clone())),
            doer: None,
            office_only: false,
            data: json!({}),
        });
        issued.summonses.push(called);
        desk.put(issued).await;
        desk.put(birth(whistle(2), &[])).await;
    }

    #[tokio::test]
    async fn an_event_is_heard_once_with_its_code_and_all_who_may_see_it() {
        let desk = Desk::open();
        two_whistles(&desk).await;
        let heard_after = |after, limit| desk.ledger.read(move |reading| heard(reading, after, limit));
        let all = heard_after(0, 10).await.unwrap();
        let told: Vec<_> = all.events.iter().map(|one| (one.told.seq, one.told.kind, one.told.code.as_str())).collect();
        let expected = [
            (1, EventKind::WhistleBlown, "WH-2026-0001"),
            (2, EventKind::SummonsIssued, "WH-2026-0001-XF"),
            (3, EventKind::WhistleBlown, "WH-2026-0002"),
        ];
        assert_eq!(told, expected);
        let viewers = |at: usize| all.events[at].viewers.iter().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!((viewers(0), viewers(2)), (BTreeSet::from(["XF", "YJ"]), BTreeSet::new()));
        assert_eq!(viewers(1), viewers(0));
        assert_eq!((all.up_to, all.last), (3, 3));
        // The limit counts events, however many see them.
        let first = heard_after(0, 1).await.unwrap();
        assert_eq!((first.events.len(), first.events[0].viewers.len(), first.up_to, first.last), (1, 2, 1, 3));
        let none = heard_after(3, 10).await.unwrap();
        assert_eq!((none.events.len(), none.up_to), (0, 3));
        assert_eq!(heard_after(9, 10).await.unwrap().up_to, 9, "nobody goes back");
    }

    #[tokio::test]
    async fn i4_the_backlog_is_what_the_scope_sees_and_goes_past_what_it_does_not() {
        let desk = Desk::open();
        two_whistles(&desk).await;
        for (unit, after, limit, seen, up_to) in [
            ("*", 0, 10, &[1, 2, 3][..], 3),
            ("*", 1, 1, &[2], 2),
            ("XF", 0, 10, &[1, 2], 3),
            ("YJ", 1, 10, &[2], 3),
            ("SH", 0, 2, &[], 2),
            ("", 0, 10, &[], 3),
        ] {
            let scope = scope_of(unit);
            let read = desk.ledger.read(move |reading| seen_after(reading, &scope, after, limit)).await.unwrap();
            let seqs: Vec<i64> = read.events.iter().map(|told| told.seq).collect();
            assert_eq!((seqs.as_slice(), read.up_to, read.last), (seen, up_to, 3), "{unit} after {after}");
        }
    }

    #[tokio::test]
    async fn i4_what_is_discreet_is_told_to_who_sees_everything_and_to_nobody_else() {
        let (desk, one) = (Desk::open(), whistle(1));
        desk.put(birth(one.clone(), &["XF"])).await;
        let mut opened = moved(Whistle { code: "WH-2026-0001".into(), ..one.clone() });
        let (kind, doer, data) = (EventKind::WhistleUnsealed, None, json!({}));
        opened.events = vec![Event { kind, tree: (&one.id).into(), about: None, doer, office_only: true, data }];
        desk.put(opened).await;
        let told = desk.ledger.read(move |reading| {
            let mut told = Vec::new();
            for viewer in ["*", "XF"] {
                let scope = scope_of(viewer);
                told.push(seqs(&timeline(reading, &scope, &(&one.id).into(), (0, 10))?));
                told.push(seqs(&latest(reading, &scope, &(&one.id).into(), 10)?));
                told.push(seen_after(reading, &scope, 0, 10)?.events.iter().map(|told| told.seq).collect());
            }
            told.push(
                heard(reading, 0, 10)?
                    .events
                    .iter()
                    .filter(|one| one.viewers.is_empty())
                    .map(|one| one.told.seq)
                    .collect(),
            );
            Ok(told)
        });
        assert_eq!(told.await.unwrap(), [vec![1, 2], vec![1, 2], vec![1, 2], vec![1], vec![1], vec![1], vec![2]]);
    }

    #[tokio::test]
    async fn i4_who_leads_the_shift_is_told_of_what_is_open_and_of_nothing_discreet() {
        let desk = Desk::open();
        let [open, over] = [(1, WhistleStatus::Handling), (2, WhistleStatus::Closed)]
            .map(|(n, status)| Whistle { status, ..whistle(n) });
        desk.put(birth(open.clone(), &["XF"])).await;
        desk.put(birth(over, &["XF"])).await;
        let mut said = moved(Whistle { code: "WH-2026-0001".into(), ..open.clone() });
        let (kind, doer, data) = (EventKind::WhistleCommented, None, json!({}));
        said.events = vec![Event { kind, tree: (&open.id).into(), about: None, doer, office_only: true, data }];
        desk.put(said).await;
        let read = desk.ledger.read(move |reading| {
            let is_open: Vec<bool> = heard(reading, 0, 10)?.events.iter().map(|one| one.is_open).collect();
            let scope = scope_of("+YJ");
            let seen: Vec<i64> = seen_after(reading, &scope, 0, 10)?.events.iter().map(|told| told.seq).collect();
            Ok((is_open, seen, seqs(&timeline(reading, &scope, &(&open.id).into(), (0, 10))?)))
        });
        assert_eq!(read.await.unwrap(), (vec![true, false, false], vec![1], vec![1]));
    }

    #[tokio::test]
    async fn the_log_is_read_along_its_indexes_and_never_sorted() {
        let desk = Desk::on_file();
        for (statement, index) in [
            (TIMELINE, "events_of_whistle (tree=? AND seq>?)"),
            (TAIL, "PRIMARY KEY (rowid>?)"),
            (HEARD, "PRIMARY KEY (rowid>? AND rowid<?)"),
            (SEEN, "PRIMARY KEY (rowid>? AND rowid<?)"),
        ] {
            let plan = desk.plan(statement).await;
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
