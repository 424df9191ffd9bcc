//! The log of facts as it is read: by whistle for a timeline, from a place on for whoever follows it. It gives what is
//! stored and resolves no text; whether somebody may see a whistle's events is asked of the whistle, not of the event.

use super::{Fault, Reading, Row};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::ids::{PersonId, SummonsId, WhistleId};

const TIMELINE: &str = "
    SELECT seq, at, kind, whistle, summons, person, department, data FROM events
    WHERE whistle = $1 AND seq > $2
    ORDER BY seq LIMIT $3";

const TAIL: &str = "
    SELECT seq, at, kind, whistle, summons, person, department, data FROM events
    WHERE seq > $1
    ORDER BY seq LIMIT $2";

const LATEST: &str = "
    SELECT seq, at, kind, whistle, summons, person, department, data FROM events
    WHERE whistle = $1
    ORDER BY seq DESC LIMIT $2";

const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM events";

const CURSOR: &str = "SELECT seq FROM cursors WHERE name = $1";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[TIMELINE, TAIL, LATEST, LAST, CURSOR];

/// One event as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its place: the order of commit, from 1 on, without a hole.
    pub seq: i64,
    pub at: At,
    pub kind: EventKind,
    pub whistle: WhistleId,
    pub summons: Option<SummonsId>,
    /// `None`: the hub itself.
    pub person: Option<PersonId>,
    /// The unit in which the person acted.
    pub department: Option<String>,
    /// Facts; texts by reference.
    pub data: serde_json::Value,
}

/// The events of a whistle's tree, oldest first. The caller has read the tree under the reader's scope.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn timeline(
    reading: &mut Reading<'_>,
    whistle: &WhistleId,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    reading.rows(TIMELINE, &[whistle.into(), after_seq.into(), limit.into()], stored)
}

/// Everything that happened after a place, oldest first. For the hub's own loops.
pub fn tail(reading: &mut Reading<'_>, after_seq: i64, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    reading.rows(TAIL, &[after_seq.into(), limit.into()], stored)
}

/// The newest events of a whistle's tree, oldest of them first.
pub fn latest(reading: &mut Reading<'_>, whistle: &WhistleId, limit: i64) -> Result<Vec<StoredEvent>, Fault> {
    let mut events = reading.rows(LATEST, &[whistle.into(), limit.into()], stored)?;
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

fn stored(row: &Row<'_>) -> Result<StoredEvent, Fault> {
    Ok(StoredEvent {
        seq: row.int(0)?,
        at: row.at(1)?,
        kind: row.word(2, EventKind::parse)?,
        whistle: WhistleId::from_text(row.text(3)?),
        summons: row.opt_text(4)?.map(SummonsId::from_text),
        person: row.opt_text(5)?.map(PersonId::from_text),
        department: row.opt_text(6)?.map(str::to_owned),
        data: row.json(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Doer, Event};
    use crate::store::Chore;
    use crate::store::whistles::tests::by_hand::{Desk, NOW, birth, summons, whistle};
    use serde_json::json;

    #[tokio::test]
    async fn the_log_is_read_by_whistle_and_from_a_place_on() {
        let (desk, one) = (Desk::open(), whistle(1));
        assert_eq!(desk.ledger.read(last_seq).await.unwrap(), 0);
        let mut born = birth(one.clone(), &[]);
        born.events.push(Event {
            kind: EventKind::SummonsIssued,
            whistle: one.id.clone(),
            summons: Some(summons(&one, "XF").id),
            doer: Some(Doer { person: PersonId::from_text("pe_office"), department: "AWB".into() }),
            data: json!({ "role": "lead" }),
        });
        desk.put(born).await;
        desk.put(birth(whistle(2), &[])).await;
        let read = desk.ledger.read(move |reading| {
            assert_eq!((seqs(&tail(reading, 0, 10)?), seqs(&tail(reading, 1, 1)?)), (vec![1, 2, 3], vec![2]));
            assert_eq!(last_seq(reading)?, 3);
            assert_eq!(seqs(&timeline(reading, &one.id, 1, 10)?), [2]);
            timeline(reading, &one.id, 0, 10)
        });
        let timeline = read.await.unwrap();
        assert_eq!((timeline[0].kind, timeline[0].person.as_ref()), (EventKind::WhistleBlown, None));
        let issued = StoredEvent {
            seq: 2,
            at: NOW,
            kind: EventKind::SummonsIssued,
            whistle: WhistleId::from_text("wh_0001"),
            summons: Some(SummonsId::from_text("su_0001_XF")),
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

    #[tokio::test]
    async fn the_log_is_read_along_its_indexes_and_never_sorted() {
        let desk = Desk::on_file();
        for (statement, index) in
            [(TIMELINE, "events_of_whistle (whistle=? AND seq>?)"), (TAIL, "PRIMARY KEY (rowid>?)")]
        {
            let plan = desk.plan(statement).await;
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
