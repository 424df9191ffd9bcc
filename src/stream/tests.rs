//! The contract, tried on every kind of stream, and the stored form against its fixture. A new kind adds one line to
//! `every_kind` and passes the same tests. Nothing here sleeps.

use super::*;
use std::time::Duration;

const NOW: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(60);

fn every_kind() -> Vec<Stream> {
    vec![Stream::open(&["desk", "letters"])]
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

async fn heard(stream: &Stream, group: &str, consumer: &str, at_most: usize) -> Vec<i64> {
    seqs(&stream.hear(group, consumer, at_most, NOW).await.unwrap())
}

#[test]
fn the_stored_form_is_the_fixture() {
    let golden = r#"{"v":1,"kind":"whistle.blown","id":"wh_731"}"#;
    assert_eq!(entry(731).body(), golden);
    assert_eq!(Entry::read(731, golden).unwrap(), entry(731));
    for later in [golden.replace("\"v\":1", "\"v\":2"), golden.replace('}', ",\"what\":\"x\"}"), String::new()] {
        assert!(matches!(Entry::read(7, &later), Err(StreamFault::Unreadable { seq: 7 })), "{later}");
    }
}

#[tokio::test]
async fn a_repeated_or_lower_seq_is_refused_harmlessly() {
    for stream in every_kind() {
        assert_eq!(rung(&stream, &[5, 7]).await, 2);
        assert_eq!(rung(&stream, &[5, 6, 7, 9]).await, 1);
        assert_eq!(stream.last().await.unwrap(), 9);
        assert_eq!(heard(&stream, "desk", "a", 10).await, [5, 7, 9]);
    }
}

#[tokio::test]
async fn each_group_hears_everything_and_each_consumer_its_share() {
    for stream in every_kind() {
        rung(&stream, &[1, 2, 3]).await;
        assert_eq!(heard(&stream, "desk", "a", 2).await, [1, 2]);
        assert_eq!(heard(&stream, "desk", "b", 2).await, [3]);
        assert_eq!(heard(&stream, "letters", "a", 10).await, [1, 2, 3]);
        assert!(matches!(stream.hear("other", "a", 1, NOW).await, Err(StreamFault::NoGroup(_))));
    }
}

#[tokio::test]
async fn what_is_not_done_is_heard_again_first_and_holds_up_nothing_new() {
    for stream in every_kind() {
        rung(&stream, &[1, 2, 3]).await;
        assert_eq!(heard(&stream, "desk", "a", 2).await, [1, 2]);
        stream.done("desk", &[2]).await.unwrap();
        let again = stream.hear("desk", "a", 2, LONG).await.unwrap();
        assert_eq!(seqs(&again), [1, 3]);
        assert_eq!((again[0].deliveries, again[1].deliveries), (2, 1));
        stream.done("desk", &[1, 3, 3, 99]).await.unwrap();
        assert_eq!(heard(&stream, "desk", "a", 10).await, [0; 0]);
    }
}

#[tokio::test]
async fn a_ring_wakes_every_group_that_waits() {
    for stream in every_kind() {
        let desk = stream.hear("desk", "a", 10, LONG);
        let letters = stream.hear("letters", "a", 10, LONG);
        let (desk, letters, _) = tokio::join!(desk, letters, rung(&stream, &[4]));
        assert_eq!((seqs(&desk.unwrap()), seqs(&letters.unwrap())), (vec![4], vec![4]));
    }
}

#[tokio::test]
async fn a_wait_ends_at_its_time_and_a_cancelled_one_loses_nothing() {
    for stream in every_kind() {
        assert_eq!(stream.hear("desk", "a", 10, Duration::from_millis(5)).await.unwrap(), []);
        {
            let mut waits = Box::pin(stream.hear("desk", "a", 10, LONG));
            let first_look = tokio::time::timeout(Duration::from_millis(5), waits.as_mut()).await;
            assert!(first_look.is_err());
            rung(&stream, &[1]).await;
        }
        assert_eq!(heard(&stream, "desk", "a", 10).await, [1]);
    }
}

#[tokio::test]
async fn what_lies_too_long_is_taken_over_by_another() {
    for stream in every_kind() {
        rung(&stream, &[1, 2, 3]).await;
        heard(&stream, "desk", "gone", 2).await;
        assert_eq!(stream.reclaim("desk", "a", 10, LONG).await.unwrap(), []);
        let taken = stream.reclaim("desk", "a", 1, NOW).await.unwrap();
        assert_eq!((seqs(&taken), taken[0].deliveries), (vec![1], 2));
        assert_eq!(heard(&stream, "desk", "gone", 10).await, [2, 3]);
        assert_eq!(heard(&stream, "desk", "a", 10).await, [1]);
    }
}

#[tokio::test]
async fn lag_counts_unheard_and_undone_and_names_the_oldest() {
    for stream in every_kind() {
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None });
        rung(&stream, &[3, 4, 8]).await;
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 3, pending: 0, oldest: Some(3) });
        heard(&stream, "desk", "a", 2).await;
        stream.done("desk", &[3]).await.unwrap();
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 1, pending: 1, oldest: Some(4) });
        stream.done("desk", &[4]).await.unwrap();
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 1, pending: 0, oldest: Some(8) });
    }
}

#[tokio::test]
async fn trimming_removes_only_what_every_group_has_done() {
    for stream in every_kind() {
        rung(&stream, &[1, 2, 3]).await;
        heard(&stream, "desk", "a", 10).await;
        stream.done("desk", &[1, 3]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 0, "letters has heard nothing");
        heard(&stream, "letters", "a", 10).await;
        stream.done("letters", &[1, 2, 3]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 1, "2 is not done by the desk");
        assert_eq!(heard(&stream, "desk", "a", 10).await, [2]);
        stream.done("desk", &[2]).await.unwrap();
        assert_eq!(stream.trim().await.unwrap(), 2);
        assert_eq!((stream.last().await.unwrap(), rung(&stream, &[3]).await), (3, 0), "it remembers what it trimmed");
    }
}

#[tokio::test]
async fn i7_a_full_embedded_stream_drops_its_oldest() {
    let stream = Stream::bounded(&["desk", "letters"], 3);
    rung(&stream, &[1, 2]).await;
    heard(&stream, "desk", "a", 1).await;
    rung(&stream, &[3, 4, 5]).await;
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 3, pending: 0, oldest: Some(3) });
    assert_eq!(heard(&stream, "desk", "a", 10).await, [3, 4, 5]);
}
