//! What the pen answers when nothing is broken: guards, keys, numbers, sights, limits, chores.
//! Each test asks through the public handle and looks at what then stands in the tables.

use super::*;
use crate::domain::decision::{DirectoryChange, DirectoryRow};
use crate::domain::session::{Door, Ending, Session};
use crate::store::directory;

#[test]
fn twins_in_one_batch_get_the_first_ones_answer_and_another_body_is_refused() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let mut results = batch(
        &sql,
        vec![
            under_key(blown(&mut mint), "k", b"a"),
            under_key(blown(&mut mint), "k", b"a"),
            under_key(blown(&mut mint), "k", b"b"),
        ],
    );
    assert!(matches!(results.pop(), Some(Err(CommitRefusal::KeyReused))));
    let Some(Ok(Outcome::Replayed(receipt))) = results.pop() else { panic!("no replay") };
    assert_eq!((receipt.code.as_str(), receipt.card), ("WH-2026-0001", Some(json!({ "code": "WH-2026-0001" }))));
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM whistles"), 1);
}

#[test]
fn a_key_is_remembered_across_batches() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    committed(batch(&sql, vec![under_key(blown(&mut mint), "k", b"a")]).remove(0));
    let again = batch(&sql, vec![under_key(blown(&mut mint), "k", b"a"), under_key(blown(&mut mint), "k", b"b")]);
    assert!(matches!(&again[0], Ok(Outcome::Replayed(receipt)) if receipt.code == "WH-2026-0001"));
    assert!(matches!(again[1], Err(CommitRefusal::KeyReused)));
    assert_eq!(count(&sql, "SELECT last FROM series WHERE name = 'WH/2026'"), 1);
}

#[test]
fn a_twin_of_a_refused_change_is_written_itself() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let whistle = whistle_of(batch(&sql, vec![blown(&mut mint)]).remove(0));
    let mut stale = moved(&whistle, WhistleStatus::Accepted);
    stale.guards[0].tree_version = 9;
    stale.whistle.as_mut().unwrap().tree_version = 10;
    let good = moved(&whistle, WhistleStatus::Accepted);
    let results = batch(&sql, vec![under_key(stale, "k", b"a"), under_key(good, "k", b"a")]);
    assert!(matches!(results[0], Err(CommitRefusal::Stale)));
    assert!(matches!(results[1], Ok(Outcome::Committed(_))));
}

#[test]
fn of_two_deeds_on_one_tree_in_one_batch_the_second_is_stale_unless_it_saw_the_first() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let whistle = whistle_of(batch(&sql, vec![blown(&mut mint)]).remove(0));
    let first = moved(&whistle, WhistleStatus::Accepted);
    let rival = moved(&whistle, WhistleStatus::Declined);
    let second = moved(first.whistle.as_ref().unwrap(), WhistleStatus::Dispatched);
    let results = batch(&sql, vec![first, rival, second]);
    assert!(matches!(results[1], Err(CommitRefusal::Stale)));
    assert_eq!(committed(results.into_iter().next_back().unwrap()).seqs, 3..4);
    assert_eq!(texts(&sql, "SELECT status FROM whistles"), ["dispatched"]);
    assert_eq!(count(&sql, "SELECT tree_version FROM whistles"), 3);
    assert_eq!(texts(&sql, "SELECT DISTINCT status FROM sights"), ["dispatched"]);
}

#[test]
fn a_tree_that_does_not_exist_is_stale_and_one_that_is_not_raised_is_our_fault() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let unknown = blown(&mut mint).whistle.unwrap();
    assert!(matches!(batch(&sql, vec![moved(&unknown, WhistleStatus::Accepted)])[0], Err(CommitRefusal::Stale)));
    let whistle = whistle_of(batch(&sql, vec![blown(&mut mint)]).remove(0));
    let mut flat = moved(&whistle, WhistleStatus::Accepted);
    flat.whistle.as_mut().unwrap().tree_version = whistle.tree_version;
    let blind = Change { whistle: Some(whistle), ..Change::default() };
    let nobodys = Change { sights: vec!["office".into()], ..Change::default() };
    let born = blown(&mut mint);
    let (series, whistle) = (born.series.clone(), born.whistle.clone());
    let again = Change { series, whistle, ..Change::default() };
    let mut results = batch(&sql, vec![born, flat, blind, nobodys, again]);
    committed(results.remove(0));
    for result in results {
        assert!(matches!(result, Err(CommitRefusal::Fault(fault)) if fault.retry == Retry::Never));
    }
    assert_eq!(count(&sql, "SELECT last FROM series WHERE name = 'WH/2026'"), 2);
}

#[test]
fn the_soonest_armed_limit_of_a_tree_stands_in_its_row() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let blow = blown(&mut mint);
    let mut first = blow.obligations[0].clone();
    let whistle = whistle_of(batch(&sql, vec![blow]).remove(0));
    let due = || count(&sql, "SELECT due_at FROM whistles");
    assert_eq!(due(), NOW.plus_minutes(60).0);
    let mut next = moved(&whistle, WhistleStatus::Accepted);
    first.ended_at = Some(NOW);
    next.obligations = vec![armed(&mut mint, &whistle.id, 240), first];
    let mut last = next.obligations[0].clone();
    let whistle = whistle_of(batch(&sql, vec![next]).remove(0));
    assert_eq!(due(), NOW.plus_minutes(240).0);
    let mut end = moved(&whistle, WhistleStatus::Closed);
    last.ended_at = Some(NOW);
    end.obligations = vec![last];
    committed(batch(&sql, vec![end]).remove(0));
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM whistles WHERE due_at IS NULL"), 1);
}

#[test]
fn the_same_reason_owes_one_letter() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let mut changes = vec![blown(&mut mint), blown(&mut mint)];
    changes[1].letters[0].key = changes[0].letters[0].key.clone();
    batch(&sql, changes).into_iter().for_each(|result| drop(committed(result)));
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM letters"), 1);
}

#[test]
fn a_text_of_an_earlier_change_leaves_its_digest_in_a_later_event() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let blow = blown(&mut mint);
    let text = blow.texts[0].clone();
    let mut whistle = whistle_of(batch(&sql, vec![blow]).remove(0));
    whistle.code.clear();
    let mut next = moved(&whistle, WhistleStatus::Accepted);
    next.events[0].data = json!({ "note": text_ref(&text.id) });
    let written = committed(batch(&sql, vec![next]).remove(0)).change;
    let digest = hex(&leaf::salted(&text.salt, text.body.as_bytes()));
    assert_eq!(written.events[0].data["note"]["digest"], json!(digest));
    let stored = texts(&sql, "SELECT data FROM events ORDER BY seq DESC");
    assert!(stored[0].contains(&digest) && !stored[0].contains("液化气"));
}

#[tokio::test]
async fn letters_are_claimed_once_oldest_first_and_again_when_the_claim_is_over() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open().unwrap();
    for minutes in [2, 1, 600] {
        let mut change = blown(&mut mint);
        change.letters[0].not_before = NOW.plus_minutes(minutes);
        ledger.commit(change, NOW).await.unwrap();
    }
    take_lease(&ledger, "a", 0, None).await;
    let claim = async |minutes| {
        let now = NOW.plus_minutes(minutes);
        let claim = Chore::ClaimLetters { now, until: now.plus_minutes(5), at_most: 10, epoch: 1 };
        match ledger.keep(claim).await.unwrap() {
            Kept::Letters(letters) => letters,
            Kept::Done(_) | Kept::Lease(_) => panic!("no letters"),
        }
    };
    let first = claim(10).await;
    assert_eq!(first.iter().map(|one| one.letter.not_before.0 - NOW.0).collect::<Vec<_>>(), [60_000_000, 120_000_000]);
    assert!(claim(11).await.is_empty());
    let (id, other) = (first[0].letter.id.clone(), first[1].letter.id.clone());
    assert_eq!(ledger.keep(Chore::LetterSent { id, at: NOW }).await.unwrap(), Kept::Done(1));
    let later = Chore::LetterLater { id: other.clone(), not_before: NOW.plus_minutes(20), tries: 1 };
    assert_eq!(ledger.keep(later).await.unwrap(), Kept::Done(1));
    assert!(claim(19).await.is_empty());
    let again = claim(20).await;
    assert_eq!((again.len(), again[0].tries, &again[0].letter.id), (1, 1, &other));
    ledger.keep(Chore::LetterGivenUp { id: other, at: NOW }).await.unwrap();
    assert!(claim(30).await.is_empty());
}

/// The epoch in which the lease is `holder`'s now.
async fn take_lease(ledger: &Ledger, holder: &str, epoch: i64, stood_still: Option<i64>) -> Option<i64> {
    let take = Chore::TakeLease { name: "letters", holder: holder.into(), epoch, stood_still };
    match ledger.keep(take).await.unwrap() {
        Kept::Lease(epoch) => epoch,
        Kept::Done(_) | Kept::Letters(_) => panic!("no lease"),
    }
}

#[tokio::test]
async fn a_lease_is_kept_left_taken_over_when_it_stands_still_and_its_old_epoch_claims_nothing() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open().unwrap();
    ledger.commit(blown(&mut mint), NOW).await.unwrap();
    let claimed = async |epoch| {
        let until = NOW.plus_minutes(5);
        ledger.keep(Chore::ClaimLetters { now: NOW, until, at_most: 10, epoch }).await.unwrap()
    };
    assert_eq!(claimed(1).await, Kept::Letters(Vec::new()), "nobody holds it yet");
    assert_eq!(take_lease(&ledger, "a", 0, None).await, Some(1));
    assert_eq!(take_lease(&ledger, "a", 1, None).await, Some(1), "a beat");
    assert_eq!(take_lease(&ledger, "b", 0, None).await, None);
    assert_eq!(take_lease(&ledger, "b", 0, Some(1)).await, None, "it has beaten since");
    let held = ledger.read(|reading| leases::held(reading, "letters")).await.unwrap().unwrap();
    assert_eq!((held.holder.as_str(), held.beat), ("a", 2));
    assert_eq!(take_lease(&ledger, "b", 0, Some(2)).await, Some(2));
    assert_eq!(take_lease(&ledger, "a", 1, None).await, None, "who slept has lost it");
    assert_eq!(claimed(1).await, Kept::Letters(Vec::new()));
    assert_eq!(take_lease(&ledger, "b", 0, None).await, Some(3), "the same replica in another life");
    assert_eq!(
        take_lease(&ledger, "b", 2, None).await,
        None,
        "two of one name do not take it from each other in turns"
    );
    assert_eq!(take_lease(&ledger, "b", -1, None).await, None, "who has lost it waits as anybody does");
    let Kept::Letters(letters) = claimed(3).await else { panic!("no letters") };
    assert_eq!(letters.len(), 1);
    assert_eq!(ledger.keep(Chore::ReleaseLetters { epoch: 2 }).await.unwrap(), Kept::Done(0));
    ledger.keep(Chore::LeaveLease { name: "letters", epoch: 3 }).await.unwrap();
    assert_eq!(take_lease(&ledger, "a", 1, None).await, Some(4));
    assert_eq!(ledger.keep(Chore::ReleaseLetters { epoch: 4 }).await.unwrap(), Kept::Done(1));
}

#[tokio::test]
async fn a_cursor_goes_on_and_never_back_and_a_faulty_chore_fails_alone() {
    let place = Place::new();
    let ledger = place.open().unwrap();
    let cursor = |seq| ledger.keep(Chore::Cursor { name: "relay".into(), seq });
    assert_eq!(cursor(7).await.unwrap(), Kept::Done(1));
    assert_eq!(cursor(3).await.unwrap(), Kept::Done(0));
    let session = |id: &str| {
        Chore::Access(Access::OpenSession { session: Box::new(session_of(id, [7; 32])), at_most: 3, awake_since: NOW })
    };
    ledger.keep(session("se_one")).await.unwrap();
    // Another session with the secret of one that is there.
    let (twin, good) = tokio::join!(ledger.keep(session("se_two")), cursor(8));
    assert_eq!((twin.unwrap_err().retry, good.unwrap()), (Retry::Never, Kept::Done(1)));
    let read = ledger
        .read(|reading| reading.row("SELECT seq FROM cursors WHERE name = $1", &["relay".into()], |row| row.int(0)));
    assert_eq!(read.await.unwrap(), Some(8));
}

#[tokio::test]
async fn the_directory_is_changed_on_the_version_that_was_read_and_two_in_one_batch_do_not_both_pass() {
    let place = Place::new();
    let ledger = place.open().unwrap();
    let row = |code: &str| DirectoryRow { kind: "town".into(), code: code.into(), position: 1, body: "{}".into() };
    let lay = |version, put: &[&str], gone: &[&str]| {
        let put = put.iter().map(|code| row(code)).collect();
        let gone = gone.iter().map(|code| ("town".to_owned(), (*code).to_owned())).collect();
        let directory = Some(DirectoryChange { version, put, gone });
        ledger.commit(Change { directory, ..Change::default() }, NOW)
    };
    lay(0, &["LD", "QD"], &[]).await.unwrap();
    assert!(matches!(lay(0, &["SX"], &[]).await, Err(CommitRefusal::Stale)), "laid on what is no longer there");
    let (one, other) = tokio::join!(lay(1, &["SX"], &["LD"]), lay(1, &[], &["QD", "SX"]));
    assert!(one.is_ok() && matches!(other, Err(CommitRefusal::Stale)));
    let read = ledger.read(|reading| {
        let codes =
            reading.rows("SELECT code FROM directory ORDER BY code", &[], |row| row.text(0).map(String::from))?;
        Ok((codes, directory::version(reading)?))
    });
    assert_eq!(read.await.unwrap(), (vec!["QD".to_owned(), "SX".to_owned()], 2));
}

fn session_of(id: &str, secret_hash: [u8; 32]) -> Session {
    Session {
        id: id.into(),
        secret_hash,
        refresh_hash: None,
        person: PersonId::from_text("pe_li"),
        door: Door::Cookie,
        made_at: NOW,
        used_at: NOW,
        ends_at: NOW.plus_minutes(600),
        revoked_at: None,
        proven_at: NOW,
        ended_by: None,
        epoch: 0,
        refreshed_at: None,
    }
}

#[tokio::test]
async fn a_session_is_revoked_once_and_not_touched_afterwards() {
    let place = Place::new();
    let ledger = place.open().unwrap();
    let secret_hash = [7; 32];
    let access =
        Access::OpenSession { session: Box::new(session_of("se_1", secret_hash)), at_most: 3, awake_since: NOW };
    ledger.keep(Chore::Access(access)).await.unwrap();
    let touch = || ledger.keep(Chore::TouchSession { secret_hash, at: NOW.plus_minutes(1) });
    let revoke = || ledger.keep(Chore::RevokeSession { secret_hash, at: NOW, by: Ending::SignedOut });
    assert_eq!((touch().await.unwrap(), touch().await.unwrap()), (Kept::Done(1), Kept::Done(0)));
    assert_eq!((revoke().await.unwrap(), revoke().await.unwrap()), (Kept::Done(1), Kept::Done(0)));
    assert_eq!(ledger.keep(Chore::PurgeSessions { before: NOW }).await.unwrap(), Kept::Done(0));
    let over = Chore::PurgeSessions { before: NOW.plus_minutes(601) };
    assert_eq!(ledger.keep(over).await.unwrap(), Kept::Done(1));
}

#[tokio::test]
async fn old_receipts_are_purged_passwords_are_replaced_and_notes_stand() {
    let (place, mut mint) = (Place::new(), mint());
    let ledger = place.open().unwrap();
    ledger.commit(under_key(blown(&mut mint), "k", b"a"), NOW).await.unwrap();
    assert_eq!(ledger.keep(Chore::PurgeReceipts { before: NOW }).await.unwrap(), Kept::Done(0));
    assert_eq!(ledger.keep(Chore::PurgeReceipts { before: NOW.plus_minutes(1) }).await.unwrap(), Kept::Done(1));
    assert_eq!(ledger.receipt("k").await.unwrap(), None);
    for word in ["first", "second"] {
        ledger.keep(Chore::MakeMeta { key: "directory".into(), value: word.into() }).await.unwrap();
        let password = (PersonId::from_text("pe_li"), word.to_owned());
        ledger.keep(Chore::SetPasswords(vec![password])).await.unwrap();
    }
    let stored = ledger.read(|reading| {
        let text = "SELECT value, (SELECT hash FROM passwords) FROM meta WHERE key = $1";
        reading.row(text, &["directory".into()], |row| Ok(format!("{} {}", row.text(0)?, row.text(1)?)))
    });
    assert_eq!(stored.await.unwrap().as_deref(), Some("first second"));
}
