//! What the pen does when something breaks: a guilty Change, a panic, a full disk, a gone asker, a second process.
//! After each the pen must write on as if nothing had been.

use super::*;
use crate::domain::decision::{DirectoryChange, DirectoryRow};
use crate::domain::terms::Urgency;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// The numbers of all whistles, which must run from 1 without a hole.
fn assert_no_hole(sql: &Sql, whistles: usize) {
    let codes: Vec<_> = (1..=whistles).map(|n| format!("WH-2026-{n:04}")).collect();
    assert_eq!(texts(sql, "SELECT code FROM whistles ORDER BY code"), codes);
    let events = i64::try_from(whistles).unwrap();
    assert_eq!(count(sql, "SELECT COUNT(*) FROM events"), events);
    assert_eq!(count(sql, "SELECT MAX(seq) FROM events"), events);
}

#[test]
fn of_twenty_changes_only_the_guilty_one_fails_and_leaves_no_hole() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let mut changes: Vec<_> = (0..20).map(|_| blown(&mut mint)).collect();
    // Seen late: by then its texts, its whistle and its obligation are written.
    changes[11].letters[0].id = changes[3].letters[0].id.clone();
    for (i, result) in batch(&sql, changes).into_iter().enumerate() {
        match result {
            Ok(Outcome::Committed(_)) => assert_ne!(i, 11),
            Err(CommitRefusal::Fault(fault)) => assert_eq!((i, fault.retry), (11, Retry::Never)),
            other => panic!("{other:?}"),
        }
    }
    assert_no_hole(&sql, 19);
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM texts"), 38);
}

#[test]
fn a_second_armed_obligation_on_one_subject_is_refused_by_the_schema() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let whistle = whistle_of(batch(&sql, vec![blown(&mut mint)]).remove(0));
    let mut change = moved(&whistle, WhistleStatus::Accepted);
    change.obligations = vec![armed(&mut mint, &whistle.id, 5)];
    assert!(matches!(batch(&sql, vec![change])[0], Err(CommitRefusal::Fault(_))));
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM events"), 1);
}

#[test]
fn a_panic_hurts_one_change() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    // The next number after the last one there is: counting on from it panics.
    sql.run("INSERT INTO series (name, last) VALUES ('XX/2026', $1)", &[i64::MAX.into()]).unwrap();
    let mut changes: Vec<_> = (0..5).map(|_| blown(&mut mint)).collect();
    changes[2].series = Some(Series { prefix: "XX", year: 2026 });
    let results = batch(&sql, changes);
    let failed: Vec<_> = results.iter().enumerate().filter(|(_, result)| result.is_err()).map(|(i, _)| i).collect();
    assert_eq!(failed, [2]);
    assert_no_hole(&sql, 4);
    committed(batch(&sql, vec![blown(&mut mint)]).remove(0));
}

#[test]
fn a_full_disk_fails_the_batch_loses_nothing_answered_and_the_pen_writes_again_when_there_is_room() {
    let (place, mut mint) = (Place::file_only(), mint());
    let sql = place.pen();
    let ballast = |put: i64, gone: i64| {
        let row = |position: i64| DirectoryRow {
            kind: "ballast".into(),
            code: position.to_string(),
            position,
            body: "x".repeat(5000),
        };
        let version = count(&sql, "SELECT COALESCE(MAX(last), 0) FROM series WHERE name = 'directory'");
        let gone = (0..gone).map(|position| ("ballast".to_owned(), position.to_string())).collect();
        let directory = Some(DirectoryChange { version, put: (0..put).map(row).collect(), gone });
        committed(batch(&sql, vec![Change { directory, ..Change::default() }]).remove(0));
    };
    ballast(100, 0);
    let pages = count(&sql, "PRAGMA page_count");
    sql.script(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let mut answered = 0;
    let fault = loop {
        match batch(&sql, vec![blown(&mut mint), blown(&mut mint)]).pop().unwrap() {
            Ok(_) => answered += 2,
            Err(CommitRefusal::Fault(fault)) => break fault,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(fault.retry, Retry::Later);
    assert_no_hole(&sql, answered);
    ballast(0, 100);
    committed(batch(&sql, vec![blown(&mut mint)]).remove(0));
    assert_no_hole(&sql, answered + 1);
}

#[test]
fn a_failed_commit_is_an_unknown_outcome_for_everybody_in_it() {
    let (place, mut mint) = (Place::file_only(), mint());
    let sql = place.pen();
    // A deferred constraint speaks up at COMMIT only.
    sql.script(
        "PRAGMA foreign_keys = ON; CREATE TABLE owner (code TEXT PRIMARY KEY) STRICT;
         CREATE TABLE owned (code TEXT REFERENCES owner DEFERRABLE INITIALLY DEFERRED) STRICT;
         CREATE TRIGGER owns AFTER INSERT ON whistles BEGIN INSERT INTO owned VALUES (NEW.code); END;",
    )
    .unwrap();
    for result in batch(&sql, vec![blown(&mut mint), blown(&mut mint)]) {
        assert!(matches!(result, Err(CommitRefusal::Fault(fault)) if fault.retry == Retry::Unknown));
    }
    sql.script("DROP TRIGGER owns").unwrap();
    committed(batch(&sql, vec![blown(&mut mint)]).remove(0));
    assert_no_hole(&sql, 1);
}

#[tokio::test]
async fn an_asker_that_goes_away_takes_nothing_back_and_reopening_keeps_everything() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open().unwrap();
    for _ in 0..50 {
        let change = blown(&mut mint);
        // Polled once, then dropped.
        drop(tokio::time::timeout(Duration::ZERO, ledger.commit(change, NOW)).await);
    }
    let digest = ledger.body_digest("k", b"a");
    ledger.close().await.unwrap();
    assert!(matches!(ledger.commit(blown(&mut mint), NOW).await, Err(CommitRefusal::Fault(_))));
    assert!(ledger.read(|_| Ok(())).await.is_err());
    let again = place.open().unwrap();
    assert_eq!(again.body_digest("k", b"a"), digest);
    again.close().await.unwrap();
    std::thread::scope(|scope| scope.spawn(|| assert_no_hole(&place.pen(), 50)).join()).unwrap();
}

#[test]
fn twenty_parallel_posts_with_one_key_make_one_whistle() {
    let place = Place::new();
    let ledger = place.open().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let codes: Vec<_> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| runtime.block_on(ledger.commit(under_key(blown(&mut mint()), "k", b"a"), NOW))))
            .collect();
        posts.into_iter().map(|post| post.join().unwrap().unwrap()).collect()
    });
    let committed = codes.iter().filter(|outcome| matches!(outcome, Outcome::Committed(_))).count();
    let replayed = codes.iter().filter(|one| matches!(one, Outcome::Replayed(r) if r.code == "WH-2026-0001")).count();
    assert_eq!((committed, replayed), (1, 19));
    let receipt = runtime.block_on(ledger.receipt("k")).unwrap().unwrap();
    assert_eq!(
        (receipt.code.as_str(), receipt.body),
        ("WH-2026-0001", under_key(Change::default(), "k", b"a").receipt.unwrap().body)
    );
}

#[test]
fn a_full_queue_is_busy_at_once_and_what_was_taken_is_written() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open_with(Options { queue_max: 1, batch_max: 1, ..Options::default() }).unwrap();
    let (other, runtime) = (place.other_pen(), tokio::runtime::Runtime::new().unwrap());
    other.begin().unwrap();
    other.script("SELECT 1").unwrap();
    let mut busy = 0;
    for _ in 0..5 {
        let at_once = async { tokio::time::timeout(Duration::ZERO, ledger.commit(blown(&mut mint), NOW)).await };
        if let Ok(result) = runtime.block_on(at_once) {
            assert!(matches!(result, Err(CommitRefusal::Busy)));
            busy += 1;
        }
    }
    assert!((3..=4).contains(&busy), "{busy}");
    other.roll_back().unwrap();
    runtime.block_on(ledger.close()).unwrap();
    assert_no_hole(&other, 5 - busy);
}

#[test]
fn t40_emergency_gets_a_place_when_everybody_pushes_in() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open_with(Options { queue_max: 20, batch_max: 1, ..Options::default() }).unwrap();
    let (other, runtime) = (place.other_pen(), tokio::runtime::Runtime::new().unwrap());
    other.begin().unwrap();
    other.script("SELECT 1").unwrap();
    let mut is_taken = |urgency: Urgency| {
        let mut change = blown(&mut mint);
        change.whistle.as_mut().unwrap().urgency = urgency;
        runtime.block_on(async {
            let committed = tokio::time::timeout(Duration::ZERO, ledger.commit(change, NOW)).await;
            !matches!(committed, Ok(Err(CommitRefusal::Busy)))
        })
    };
    let ordinary = (0..40).filter(|_| is_taken(Urgency::Urgent)).count();
    let emergencies = (0..40).filter(|_| is_taken(Urgency::Emergency)).count();
    // The pen may have one job in its hand by then or not.
    assert!((18..=19).contains(&ordinary), "{ordinary}");
    assert!((2..=3).contains(&emergencies) && ordinary + emergencies <= 21, "{ordinary} {emergencies}");
    other.roll_back().unwrap();
    runtime.block_on(ledger.close()).unwrap();
    assert_no_hole(&other, ordinary + emergencies);
}

#[tokio::test]
async fn a_read_past_its_deadline_is_stopped_and_the_reader_goes_on() {
    let place = Place::new();
    let options = Options { readers: 1, read_deadline: Duration::from_secs(3), ..Options::default() };
    let ledger = place.open_with(options).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    let slow = ledger.read(move |reading| reading.row(endless, &[], |row| row.int(0))).await;
    assert_eq!(slow.unwrap_err().retry, Retry::Later);
    assert_eq!(ledger.read(|reading| reading.row("SELECT 1", &[], |row| row.int(0))).await.unwrap(), Some(1));
    let panicked = ledger.read(|_| -> Result<(), Fault> { panic!("a test's panic") }).await;
    assert_eq!(panicked.unwrap_err().retry, Retry::Never);
    let write = ledger.read(|reading| reading.rows("DELETE FROM meta", &[], |_| Ok(()))).await;
    assert!(write.is_err(), "a reader must not write");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_moment_while_the_pen_writes_on() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open().unwrap();
    let (looked, has_looked) = oneshot::channel();
    let (wrote, has_written) = std::sync::mpsc::channel();
    let reading = ledger.read(move |reading| {
        let mut count = || reading.row("SELECT COUNT(*) FROM events", &[], |row| row.int(0));
        let before = count()?;
        looked.send(()).map_err(|()| Fault::never("no writer"))?;
        has_written.recv().map_err(|_| Fault::never("no writer"))?;
        Ok((before, count()?))
    });
    let writing = async {
        has_looked.await.unwrap();
        ledger.commit(blown(&mut mint), NOW).await.unwrap();
        wrote.send(()).unwrap();
    };
    let (read, ()) = tokio::join!(reading, writing);
    assert_eq!(read.unwrap(), (Some(0), Some(0)));
}

#[tokio::test]
async fn a_second_process_and_a_newer_schema_are_refused_and_the_file_is_its_owners_alone() {
    let place = Place::file_only();
    let ledger = place.open().unwrap();
    let refused = place.open().err().unwrap();
    assert_eq!(refused.what, "another process has this ledger open");
    assert_eq!(std::fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    ledger.close().await.unwrap();
    place.other_pen().run("INSERT INTO migrations (version) VALUES (99)", &[]).unwrap();
    assert_eq!(place.open().err().unwrap().what, "the ledger was written by a newer whistle-hub");
}

#[test]
fn i5_events_are_neither_changed_nor_deleted() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    committed(batch(&sql, vec![blown(&mut mint)]).remove(0));
    assert!(sql.run("UPDATE events SET data = '{}'", &[]).is_err());
    assert!(sql.run("DELETE FROM events", &[]).is_err());
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM events WHERE data <> '{}'"), 1);
}

#[test]
fn c04_an_event_that_is_written_and_not_committed_holds_back_every_later_one() {
    let (place, mut mint) = (Place::new(), mint());
    let (ledger, other) = (place.open().unwrap(), place.other_pen());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let seqs = || {
        let read = runtime.block_on(ledger.read(|reading| events::tail(reading, 0, 10))).unwrap();
        read.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    // Another process takes the first place in the log and is slow to commit.
    other.begin().unwrap();
    let first = "INSERT INTO events (seq, at, kind, tree, data, leaf)
                 VALUES (1, 1, 'whistle.blown', 'wh_slow', '{}', $1)";
    other.run(first, &[(&[0; 32]).into()]).unwrap();
    other.run("INSERT INTO series (name, last) VALUES ('events', 1)", &[]).unwrap();
    let mut second = Box::pin(ledger.commit(blown(&mut mint), NOW));
    let at_once = runtime.block_on(async { tokio::time::timeout(Duration::from_millis(300), second.as_mut()).await });
    assert!(at_once.is_err(), "a later event was committed before an earlier one");
    assert_eq!(seqs(), [0; 0]);
    other.commit().unwrap();
    assert_eq!(committed(runtime.block_on(second)).seqs, 2..3);
    assert_eq!(seqs(), [1, 2]);
    runtime.block_on(ledger.close()).unwrap();
}
