//! The log read back: in its order, without holes, and by no one who may not see it. Nothing here writes but through the
//! ledger.

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
            heard(reading, 0, 10)?.events.iter().filter(|one| one.viewers.is_empty()).map(|one| one.told.seq).collect(),
        );
        Ok(told)
    });
    assert_eq!(told.await.unwrap(), [vec![1, 2], vec![1, 2], vec![1, 2], vec![1], vec![1], vec![1], vec![2]]);
}

#[tokio::test]
async fn i4_who_leads_the_shift_is_told_of_what_is_open_and_of_nothing_discreet() {
    let desk = Desk::open();
    let [open, over] =
        [(1, WhistleStatus::Handling), (2, WhistleStatus::Closed)].map(|(n, status)| Whistle { status, ..whistle(n) });
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
