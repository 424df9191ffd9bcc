//! A feed without its wire: what ends it, what it is silent about, and how many there may be.

use super::seats::{PER_PERSON, PER_PERSON_LEAVING, PER_REPLICA};
use super::*;
use crate::app::passwords;
use crate::app::sessions::SignIn;
use crate::clock::ManualClock;
use crate::domain::decision::{Change, Series};
use crate::domain::event::{Event, EventKind};
use crate::domain::session;
use crate::domain::terms::Role;
use crate::domain::whistle::{Blower, Whistle};
use crate::http::tests::hub;
use crate::ids::{PersonId, WhistleId};
use crate::store::Chore;
use actix_web::test::TestRequest;
use aws_lc_rs::digest::{SHA256, digest};
use futures_util::FutureExt;
use std::net::Ipv4Addr;

const PASSWORD: &str = "feed-2026-test";

/// A door whose channel holds four events, a clock to move, and somebody who is signed in.
struct Stage {
    door: Data<Door>,
    clock: ManualClock,
    /// Of the session's secret.
    hash: [u8; 32],
    present: Present,
}

impl Stage {
    async fn of(username: &str, heartbeat: Duration) -> Stage {
        let mut hub = hub();
        let clock = ManualClock::new(hub.now());
        hub.clock = Arc::new(clock.clone());
        let phc = passwords::hash(PASSWORD, &[1; 16]).unwrap();
        sessions::set_shared_password(&hub, PASSWORD, phc).await.unwrap();
        let address = Ipv4Addr::LOCALHOST.into();
        let door = session::Door::Cookie;
        let given = SignIn { username, password: PASSWORD, totp: None, address, door, device: "" };
        let signed_in = sessions::sign_in(&hub, given).await.unwrap();
        let present = sessions::by_cookie(&hub, &signed_in.secret).await.unwrap().unwrap();
        let hash = digest(&SHA256, signed_in.secret.as_bytes()).as_ref().try_into().unwrap();
        let live = broadcast::Sender::new(4);
        let mut door = Door::new(Arc::new(hub), "http://127.0.0.1:1".into(), || true, String::new, live);
        door.feeds.heartbeat = heartbeat;
        Stage { door: Data::new(door), clock, hash, present }
    }

    async fn feed(&self) -> Feed {
        Feed::open(self.door.clone(), self.present.clone(), None).await.unwrap()
    }

    /// A whistle and its first event, in the ledger only.
    async fn whistle(&self, number: i64) {
        let id = WhistleId::from_text(format!("wh_{number}"));
        let blower = Blower {
            person: self.present.actor.person.clone(),
            on_behalf: false,
            department: "XF".into(),
            role: Role::Liaison,
            viewer: "XF".into(),
        };
        let (kind, data) = (EventKind::WhistleBlown, json!({}));
        let change = Change {
            series: Some(Series { prefix: "WH", year: 2026 }),
            events: vec![Event { kind, tree: (&id).into(), about: None, doer: None, office_only: false, data }],
            whistle: Some(Whistle::unsaid(id, blower, At(number))),
            ..Change::default()
        };
        self.door.hub.ledger.commit(change, At(number)).await.unwrap();
    }

    fn call_out(&self, seq: i64, viewers: &[&str]) {
        let told = Told { seq, kind: EventKind::WhistleBlown, code: format!("WH-2026-{seq:04}") };
        let viewers = viewers.iter().map(|viewer| (*viewer).to_owned()).collect();
        self.door.feeds.live.send(Arc::new(Heard { told, viewers, of_visit: false, is_open: false })).unwrap();
    }
}

/// The id of what comes next; 0 is a heartbeat, nothing the end.
async fn next_id(feed: &mut Feed) -> Option<i64> {
    let piece = String::from_utf8(feed.next().await?.to_vec()).unwrap();
    if piece == ":\n\n" {
        return Some(0);
    }
    piece.strip_prefix("id: ").and_then(|rest| rest.split('\n').next()?.parse().ok())
}

#[test]
fn an_event_is_three_fields_and_a_blank_line() {
    let told = Told { seq: 7, kind: EventKind::SummonsIssued, code: "WH-2026-0001-XF".into() };
    let (first, rest) = ("id: 7\nevent: summons.issued\ndata: ", r#""kind":"summons.issued""#);
    let written = on_the_wire(&told);
    assert!(written.starts_with(first) && written.contains(rest) && written.ends_with("}\n\n"), "{written}");
    assert_eq!(written.lines().count(), 4);
}

#[actix_web::test]
async fn a_reader_slower_than_the_channel_is_ended_and_the_quick_one_goes_on() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let (mut slow, mut quick) = (stage.feed().await, stage.feed().await);
    for seq in 1..=5 {
        stage.call_out(seq, &[]);
        assert_eq!(next_id(&mut quick).await, Some(seq));
    }
    assert_eq!(next_id(&mut slow).await, None, "it has lost the first event");
}

#[actix_web::test]
async fn a_reader_that_catches_up_is_not_ended_by_what_happens_meanwhile() {
    let stage = Stage::of("office", HEARTBEAT).await;
    for number in 1..=3 {
        stage.whistle(number).await;
    }
    let mut feed = Feed::open(stage.door.clone(), stage.present.clone(), Some(1)).await.unwrap();
    // More than the channel holds, and all of it in the ledger by now.
    for seq in [1, 2, 2, 3, 3, 3] {
        stage.call_out(seq, &[]);
    }
    let missed = String::from_utf8(feed.next().await.unwrap().to_vec()).unwrap();
    let ids: Vec<&str> = missed.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!(ids, ["2", "3"]);
    stage.call_out(4, &[]);
    assert_eq!(next_id(&mut feed).await, Some(4));
}

#[actix_web::test]
async fn what_was_told_is_not_told_again() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    for seq in [1, 1, 2, 1] {
        stage.call_out(seq, &[]);
    }
    assert_eq!((next_id(&mut feed).await, next_id(&mut feed).await), (Some(1), Some(2)));
    stage.call_out(3, &[]);
    assert_eq!(next_id(&mut feed).await, Some(3));
}

#[actix_web::test]
async fn i4_a_reader_of_nothing_hears_heartbeats_only() {
    let stage = Stage::of("admin", Duration::from_millis(1)).await;
    let mut feed = stage.feed().await;
    for seq in 1..=3 {
        stage.call_out(seq, &["XF", "", "*"]);
        assert_eq!(next_id(&mut feed).await, Some(0));
    }
}

#[actix_web::test]
async fn t20_a_silent_feed_sees_at_its_heartbeat_that_the_session_is_over() {
    let stage = Stage::of("office", Duration::from_millis(1)).await;
    let mut feed = stage.feed().await;
    assert_eq!(next_id(&mut feed).await, Some(0));
    sessions::sign_out(&stage.door.hub, &stage.present).await.unwrap();
    assert_eq!(next_id(&mut feed).await, None);
}

#[actix_web::test]
async fn t20_a_right_that_was_looked_at_is_good_for_less_than_a_second() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    sessions::sign_out(&stage.door.hub, &stage.present).await.unwrap();
    stage.clock.set(At(stage.door.hub.now().0 + RIGHT_MICROS - 1));
    stage.call_out(1, &[]);
    assert_eq!(next_id(&mut feed).await, Some(1));
    stage.clock.set(At(stage.door.hub.now().0 + 1));
    stage.call_out(2, &[]);
    assert_eq!(next_id(&mut feed).await, None);
    // A clock that went back makes nothing fresh again.
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    sessions::sign_out(&stage.door.hub, &stage.present).await.unwrap();
    stage.clock.set(At(stage.door.hub.now().0 - 1));
    stage.call_out(1, &[]);
    assert_eq!(next_id(&mut feed).await, None);
}

#[actix_web::test]
async fn a_feed_lives_for_an_hour_however_awake_its_session_is() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    for (minutes, heard) in [(20, Some(1)), (20, Some(2)), (19, Some(3)), (1, None)] {
        let at = stage.clock.advance(minutes);
        stage.door.hub.ledger.keep(Chore::TouchSession { secret_hash: stage.hash, at }).await.unwrap();
        stage.call_out(heard.unwrap_or(9), &[]);
        assert_eq!(next_id(&mut feed).await, heard, "after {minutes} minutes more");
    }
}

#[actix_web::test]
async fn a_door_that_closes_ends_its_feeds_and_opens_no_other() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    let waiting = async { feed.next().await };
    let (ended, ()) = tokio::join!(waiting, async { stage.door.stop() });
    assert_eq!(ended, None);
    let refused = Feed::open(stage.door.clone(), stage.present.clone(), None).await.err().unwrap();
    assert_eq!(refused.kind(), ProblemKind::Busy);
}

#[actix_web::test]
async fn t09_idle_is_not_fed_by_sse() {
    let stage = Stage::of("office", HEARTBEAT).await;
    let mut feed = stage.feed().await;
    for (minutes, heard) in [(20, Some(1)), (9, Some(2)), (1, None)] {
        stage.clock.advance(minutes);
        stage.call_out(heard.unwrap_or(9), &[]);
        assert_eq!(next_id(&mut feed).await, heard, "the feed kept its session awake");
    }
}

#[actix_web::test]
async fn a_fifth_feed_ends_the_oldest_one_and_no_other() {
    let stage = Stage::of("office", Duration::from_millis(1)).await;
    let mut feeds = Vec::new();
    for _ in 0..=PER_PERSON {
        feeds.push(stage.feed().await);
    }
    assert_eq!(next_id(&mut feeds[0]).await, None);
    for feed in &mut feeds[1..] {
        assert_eq!(next_id(feed).await, Some(0));
    }
}

#[test]
fn places_are_so_many_a_person_and_so_many_in_all_and_come_back() {
    let feeds = Feeds::new(broadcast::Sender::new(1));
    let person = |number: usize| PersonId::from_text(format!("pe_{number}"));
    let refusal = |number: usize| feeds.seat(&person(number)).err().map(|problem| problem.kind());
    let mut seats: Vec<Seat> =
        (0..PER_REPLICA).map(|number| feeds.seat(&person(number / PER_PERSON)).ok().unwrap()).collect();
    assert_eq!(refusal(0), Some(ProblemKind::Busy));
    assert_eq!(refusal(PER_REPLICA), Some(ProblemKind::Busy));
    seats.pop();
    assert_eq!(refusal(PER_REPLICA), None);
    assert!(seats.iter().all(|seat| seat.bell().notified().now_or_never().is_none()), "nobody has too many");
    drop(seats);
    for _ in 0..2 {
        // None of them leaves when it is told to.
        let mut own: Vec<Seat> = (0..PER_PERSON_LEAVING).map(|_| feeds.seat(&person(0)).ok().unwrap()).collect();
        assert_eq!(refusal(0), Some(ProblemKind::TooManyRequests));
        let told = own.iter().filter(|seat| seat.bell().notified().now_or_never().is_some()).count();
        assert_eq!(told, PER_PERSON_LEAVING - PER_PERSON);
        own.remove(0);
        assert_eq!(refusal(0), None);
    }
}

#[test]
fn a_request_that_names_its_place_twice_or_badly_opens_nothing() {
    for (given, place) in [
        (&[][..], Some(None)),
        (&["0"], Some(Some(0))),
        (&["41"], Some(Some(41))),
        (&["041"], Some(Some(41))),
        (&["9223372036854775807"], Some(Some(i64::MAX))),
        (&["9223372036854775808"], None),
        (&[""], None),
        (&["-1"], None),
        (&["+1"], None),
        (&["1 2"], None),
        (&["一"], None),
        (&["1", "1"], None),
    ] {
        let mut request = TestRequest::default();
        for id in given {
            request = request.append_header(("last-event-id", *id));
        }
        assert_eq!(last_event_id(request.to_http_request().headers()).ok(), place, "{given:?}");
    }
}
