//! A text that law has erased: gone from every row, and the log verifies as before, up to the last hash. The rows are
//! looked at from behind; nothing here asks who had it erased.

use super::*;
use crate::domain::decision::Erasure;

#[test]
fn i5_erased_text_still_verifies() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let born = blown(&mut mint);
    let title = born.texts[0].id.clone();
    let salt = born.texts[0].salt;
    let said = committed(batch(&sql, vec![under_key(born, "k", b"a")]).remove(0)).change;
    let whistle = said.whistle.unwrap();
    let digest = || texts(&sql, "SELECT data FROM events ORDER BY seq").remove(0);
    let pointed = hex(&leaf::salted(&salt, "沿街餐馆液化气瓶".as_bytes()));
    assert!(digest().contains(&pointed), "the event does not hold the text's digest");
    check_leaves(&sql);
    let mut erasing = moved(&whistle, whistle.status);
    erasing.events[0].kind = EventKind::WhistleErased;
    erasing.whistle.as_mut().unwrap().search = String::new();
    erasing.erased =
        Some(Erasure { texts: vec![title.clone()], codes: vec![whistle.code.clone()], ..Erasure::default() });
    committed(batch(&sql, vec![erasing]).remove(0));
    let left = texts(&sql, "SELECT id FROM texts");
    assert_eq!((left.len(), left.contains(&title.to_string())), (1, false));
    assert!(digest().contains(&pointed), "the log was changed");
    check_leaves(&sql);
    // Of the request stays that there was one.
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM receipts WHERE card IS NULL"), 1);
    let again = batch(&sql, vec![under_key(blown(&mut mint), "k", b"a")]).remove(0);
    assert!(matches!(again, Err(CommitRefusal::KeyReused)), "a repeat would blow a second whistle");
}

#[test]
fn t30_what_is_said_and_erased_in_one_batch_is_gone() {
    let (place, mut mint) = (Place::new(), mint());
    let sql = place.pen();
    let born = blown(&mut mint);
    let (id, text) = (born.whistle.clone().unwrap(), born.texts[0].id.clone());
    let mut erasing = moved(&id, WhistleStatus::Submitted);
    erasing.erased = Some(Erasure { texts: vec![text], ..Erasure::default() });
    // The code is allotted by the pen: the second Change only goes by the id.
    let results = batch(&sql, vec![born, erasing]);
    assert!(results.iter().all(|one| matches!(one, Ok(Outcome::Committed(_)))), "{results:?}");
    assert_eq!(count(&sql, "SELECT COUNT(*) FROM texts"), 1);
    check_leaves(&sql);
}
