//! A post that several people hold: each gets the letter once, whatever becomes of the others' (I2). Where the rota names
//! nobody, both officers of the office are on duty.

use crate::mail_faults::{Manner, Seen, relay};
use crate::town::{BEGIN, Place, Town, at, blow_order};
use std::sync::mpsc::Receiver;

/// A district whose rota names nobody for the office.
async fn without_rota() -> (Place, Town) {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    t.lay(|district| district.rota.iter_mut().for_each(|shift| shift.office_duty = "nobody".to_owned())).await;
    t.leave().await;
    let t = Town::open(&place, at(BEGIN)).await;
    (place, t)
}

/// Whom the relay was asked to take a letter for, until it was asked for nothing more.
fn recipients(seen: &Receiver<Seen>) -> Vec<String> {
    let asked = seen.try_iter().filter_map(|seen| match seen {
        Seen::Command(command) => Some(command.strip_prefix("RCPT TO:<")?.split('@').next()?.to_owned()),
        Seen::Gone => None,
    });
    asked.collect()
}

#[actix_web::test]
async fn i2_who_has_a_letter_gets_it_no_second_time_when_another_holder_must_wait() {
    let (_place, t) = Box::pin(without_rota()).await;
    let (url, seen) = relay(vec![Manner::OnlyFor("office", "450 come back later"), Manner::Good, Manner::Good]);
    t.mails_through(url).await;
    t.fire().blows(&blow_order("两人值守")).await;
    t.settle().await;
    let first = recipients(&seen);
    assert_eq!(first, ["office", "office.2"], "each is written to");
    t.advance(5).await;
    assert_eq!(recipients(&seen), ["office.2"], "who has it is written to again");
    t.advance(60).await;
    assert_eq!(recipients(&seen), [""; 0]);
    t.close().await;
}

#[actix_web::test]
async fn a_holder_who_cannot_be_reached_keeps_no_other_from_the_letter() {
    let (_place, t) = Box::pin(without_rota()).await;
    let (url, seen) = relay(vec![Manner::OnlyFor("office.2", "550 nobody here"), Manner::Good, Manner::Good]);
    t.mails_through(url).await;
    let code = t.fire().blows(&blow_order("一人不在")).await;
    t.settle().await;
    assert_eq!(recipients(&seen), ["office", "office.2"]);
    t.advance(60).await;
    assert_eq!(recipients(&seen), [""; 0], "a letter that arrived is sent again");
    assert!(!t.office().kinds(&code).await.contains(&"letter.not_reached".to_owned()), "somebody of the post has it");
    t.close().await;
}
