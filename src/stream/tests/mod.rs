//! The contract, tried on every kind of stream, and the stored form against its fixture. A new kind adds one line to
//! `every_kind` and passes the same tests. Nothing here sleeps.

mod addresses;
mod checks;
mod faults;
mod sentinels;
mod server;
mod tls;

use super::*;
use server::Server;

const NOW: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(60);
const GROUPS: &[&str] = &["desk", "letters"];

struct Kind {
    stream: Stream,
    /// Lives as long as the test.
    _server: Option<Server>,
}

fn every_kind() -> Vec<Kind> {
    let server = Server::start();
    vec![
        Kind { stream: Stream::embedded(GROUPS), _server: None },
        Kind { stream: on(&server.url()), _server: Some(server) },
    ]
}

fn on(url: &str) -> Stream {
    opened(url).unwrap()
}

fn opened(url: &str) -> Result<Stream, StreamFault> {
    Stream::redis(settings(url), "ledger-1", GROUPS)
}

fn settings(url: &str) -> Settings {
    Settings { url: url.into(), ca_pem: None, response: Duration::from_secs(4) }
}

fn entry(seq: i64) -> Entry {
    Entry { seq, kind: "whistle.blown".to_owned(), id: format!("wh_{seq}") }
}

fn seqs(heard: &[Heard]) -> Vec<i64> {
    heard.iter().map(|heard| heard.entry.seq).collect()
}

async fn rung(stream: &Stream, seqs: &[i64]) -> usize {
    stream.ring(&seqs.iter().map(|seq| entry(*seq)).collect::<Vec<_>>()).await.unwrap()
}

async fn heard(ears: &mut Ears, at_most: usize) -> Vec<i64> {
    seqs(&ears.hear(at_most, NOW).await.unwrap())
}

#[test]
fn the_stored_form_is_the_fixture() {
    let golden = r#"{"v":1,"kind":"whistle.blown","id":"wh_731"}"#;
    assert_eq!(entry(731).body(), golden);
    assert_eq!(Entry::read(731, golden), Some(entry(731)));
    for later in [golden.replace("\"v\":1", "\"v\":2"), golden.replace('}', ",\"what\":\"x\"}"), String::new()] {
        assert_eq!(Entry::read(7, &later), None, "{later}");
    }
}

#[tokio::test]
async fn a_repeated_or_lower_seq_is_refused_harmlessly() {
    for Kind { stream, .. } in &every_kind() {
        assert_eq!(stream.last().await.unwrap(), 0);
        assert_eq!(rung(stream, &[5, 7]).await, 2);
        assert_eq!(rung(stream, &[5, 6, 7, 9]).await, 1);
        assert_eq!(rung(stream, &[]).await, 0);
        assert_eq!(stream.last().await.unwrap(), 9);
        assert_eq!(heard(&mut stream.listen("desk", "a"), 10).await, [5, 7, 9]);
    }
}

#[tokio::test]
async fn each_group_hears_everything_and_each_consumer_its_share() {
    for Kind { stream, .. } in &every_kind() {
        rung(stream, &[1, 2, 3]).await;
        assert_eq!(heard(&mut stream.listen("desk", "a"), 2).await, [1, 2]);
        assert_eq!(heard(&mut stream.listen("desk", "b"), 2).await, [3]);
        assert_eq!(heard(&mut stream.listen("letters", "a"), 10).await, [1, 2, 3]);
        let unknown = stream.listen("other", "a").hear(1, NOW).await;
        assert!(matches!(unknown, Err(StreamFault::NoGroup(_))));
        assert!(matches!(stream.lag("other").await, Err(StreamFault::NoGroup(_))));
    }
}

#[tokio::test]
async fn what_is_not_done_is_heard_again_first_and_holds_up_nothing_new() {
    for Kind { stream, .. } in &every_kind() {
        let mut ears = stream.listen("desk", "a");
        rung(stream, &[1, 2, 3]).await;
        assert_eq!(heard(&mut ears, 2).await, [1, 2]);
        ears.done(&[2]).await.unwrap();
        let again = ears.hear(2, LONG).await.unwrap();
        assert_eq!(seqs(&again), [1, 3]);
        assert_eq!((again[0].deliveries, again[1].deliveries), (2, 1));
        ears.done(&[1, 3, 3, 99]).await.unwrap();
        ears.done(&[]).await.unwrap();
        assert_eq!(heard(&mut ears, 10).await, [0; 0]);
    }
}

#[tokio::test]
async fn a_consumer_that_starts_again_hears_what_it_had_not_done() {
    for Kind { stream, .. } in &every_kind() {
        rung(stream, &[1, 2]).await;
        assert_eq!(heard(&mut stream.listen("desk", "a"), 10).await, [1, 2]);
        rung(stream, &[3]).await;
        let again = stream.listen("desk", "a").hear(10, NOW).await.unwrap();
        assert_eq!(seqs(&again), [1, 2, 3]);
        assert_eq!((again[0].deliveries, again[2].deliveries), (2, 1));
    }
}

#[tokio::test]
async fn a_ring_wakes_every_group_that_waits() {
    for Kind { stream, .. } in &every_kind() {
        let (mut desk, mut letters) = (stream.listen("desk", "a"), stream.listen("letters", "a"));
        let (desk, letters, _) = tokio::join!(desk.hear(10, LONG), letters.hear(10, LONG), rung(stream, &[4]));
        assert_eq!((seqs(&desk.unwrap()), seqs(&letters.unwrap())), (vec![4], vec![4]));
    }
}

#[tokio::test]
async fn a_wait_ends_at_its_time_and_a_cancelled_one_loses_nothing() {
    for Kind { stream, .. } in &every_kind() {
        let mut ears = stream.listen("desk", "a");
        assert_eq!(ears.hear(10, Duration::from_millis(5)).await.unwrap(), []);
        let first_look = tokio::time::timeout(Duration::from_millis(50), ears.hear(10, LONG)).await;
        assert!(first_look.is_err());
        rung(stream, &[1]).await;
        assert_eq!(heard(&mut ears, 10).await, [1]);
    }
}

#[tokio::test]
async fn what_lies_too_long_is_taken_over_by_another() {
    for Kind { stream, .. } in &every_kind() {
        rung(stream, &[1, 2, 3]).await;
        let (mut gone, mut taker) = (stream.listen("desk", "gone"), stream.listen("desk", "a"));
        heard(&mut gone, 2).await;
        assert_eq!(taker.reclaim(10, LONG).await.unwrap(), []);
        let taken = taker.reclaim(1, NOW).await.unwrap();
        assert_eq!((seqs(&taken), taken[0].deliveries), (vec![1], 2));
        assert_eq!(heard(&mut gone, 10).await, [2, 3]);
        assert_eq!(heard(&mut taker, 10).await, [1]);
    }
}

#[tokio::test]
async fn lag_counts_unheard_and_undone_and_names_the_oldest() {
    for Kind { stream, .. } in &every_kind() {
        let mut ears = stream.listen("desk", "a");
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None });
        rung(stream, &[3, 4, 8]).await;
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 3, pending: 0, oldest: Some(3) });
        heard(&mut ears, 2).await;
        ears.done(&[3]).await.unwrap();
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 1, pending: 1, oldest: Some(4) });
        ears.done(&[4]).await.unwrap();
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 1, pending: 0, oldest: Some(8) });
    }
}

#[tokio::test]
async fn trimming_removes_only_what_every_group_has_done() {
    for Kind { stream, .. } in &every_kind() {
        let (mut desk, mut letters) = (stream.listen("desk", "a"), stream.listen("letters", "a"));
        assert_eq!(stream.trim().await.unwrap(), 0, "there is nothing");
        rung(stream, &[1, 2, 3]).await;
        heard(&mut desk, 10).await;
        desk.done(&[1, 3]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 0, "letters has heard nothing");
        heard(&mut letters, 10).await;
        letters.done(&[1, 2, 3]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 1, "2 is not done by the desk");
        assert_eq!(heard(&mut desk, 10).await, [2]);
        desk.done(&[2]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 2);
        assert_eq!((stream.last().await.unwrap(), rung(stream, &[3]).await), (3, 0), "it remembers what it trimmed");
    }
}

#[tokio::test]
async fn a_forgotten_stream_begins_anew_for_every_group() {
    for Kind { stream, .. } in &every_kind() {
        let mut ears = stream.listen("desk", "a");
        rung(stream, &[900]).await;
        assert_eq!(heard(&mut ears, 10).await, [900]);
        stream.forget().await.unwrap();
        assert_eq!(stream.last().await.unwrap(), 0);
        assert_eq!(rung(stream, &[5, 6]).await, 2);
        assert_eq!(heard(&mut ears, 10).await, [5, 6]);
        assert_eq!(heard(&mut stream.listen("letters", "a"), 10).await, [5, 6]);
    }
}

#[tokio::test]
async fn i7_a_full_embedded_stream_drops_its_oldest() {
    let stream = Stream::Embedded(Embedded::bounded(GROUPS, 3));
    let mut ears = stream.listen("desk", "a");
    rung(&stream, &[1, 2]).await;
    heard(&mut ears, 1).await;
    rung(&stream, &[3, 4, 5]).await;
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 3, pending: 0, oldest: Some(3) });
    assert_eq!(heard(&mut ears, 10).await, [3, 4, 5]);
}
