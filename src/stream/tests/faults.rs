//! A server that forgets, dies, falls silent or carries what we never rang: each time the next calls work by themselves,
//! and nothing that was handed out is lost or stays pending.

use super::*;
use ::redis::aio::MultiplexedConnection;
use tokio::time::{Instant, timeout};

const KEY: &str = "whistle-hub:{ledger-1}:events";
const SECOND: Duration = Duration::from_secs(1);

async fn sent(line: &mut MultiplexedConnection, command: &str) -> ::redis::Value {
    let mut words = command.split(' ').map(|word| if word == "KEY" { KEY } else { word });
    let mut asked = ::redis::cmd(words.next().unwrap());
    words.for_each(|word| {
        asked.arg(word);
    });
    asked.query_async(line).await.unwrap()
}

/// Until somebody waits inside the server.
async fn is_blocking(line: &mut MultiplexedConnection) {
    let blocked = async {
        loop {
            let clients: String = ::redis::cmd("INFO").arg("clients").query_async(line).await.unwrap();
            if clients.contains("blocked_clients:1") {
                return;
            }
        }
    };
    timeout(SECOND * 5, blocked).await.expect("nobody waits");
}

async fn pending(stream: &Stream) -> usize {
    stream.lag("desk").await.unwrap().pending
}

#[tokio::test]
async fn c01_silence_longer_than_the_client_s_own_patience_is_no_fault_and_hides_nothing() {
    let server = Server::start();
    let impatient = Settings { response: SECOND, ..settings(&server.url()) };
    let stream = Stream::redis(impatient, "ledger-1", GROUPS).unwrap();
    let mut ears = stream.listen("desk", "a");
    let begun = Instant::now();
    // Longer than the client's half second, than one wait inside the server, and than its answer may take.
    assert_eq!(ears.hear(10, Duration::from_millis(2600)).await.unwrap(), []);
    assert!(begun.elapsed() >= Duration::from_millis(2600), "silence was taken for something else");
    let mut line = server.line().await;
    let (heard, rung_at) = tokio::join!(ears.hear(10, LONG), async {
        is_blocking(&mut line).await;
        rung(&stream, &[1]).await;
        Instant::now()
    });
    assert!(rung_at.elapsed() < SECOND);
    let heard = heard.unwrap();
    assert_eq!((seqs(&heard), heard[0].deliveries), (vec![1], 1));
    ears.done(&[1]).await.unwrap();
    assert_eq!(pending(&stream).await, 0);
}

#[tokio::test]
async fn a_call_cut_off_in_the_middle_of_its_wait_leaves_the_entry_to_the_next() {
    let server = Server::start();
    let stream = on(&server.url());
    let (mut ears, mut line) = (stream.listen("desk", "a"), server.line().await);
    for seq in 1..=20 {
        tokio::select! {
            heard = ears.hear(10, LONG) => panic!("{heard:?}"),
            () = is_blocking(&mut line) => {}
        }
        // The server may still see the old line when it hands this out.
        rung(&stream, &[seq]).await;
        let heard = timeout(SECOND * 5, ears.hear(10, LONG)).await.unwrap().unwrap();
        assert_eq!(seqs(&heard), [seq]);
        ears.done(&[seq]).await.unwrap();
    }
    assert_eq!(pending(&stream).await, 0);
}

#[tokio::test]
async fn c02_a_stream_or_group_that_is_gone_is_made_again_and_work_goes_on() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    let mut ears = stream.listen("desk", "a");
    for (at, command) in
        ["FLUSHALL", "DEL KEY", "XGROUP DESTROY KEY desk", "FLUSHDB ASYNC", "UNLINK KEY"].iter().enumerate()
    {
        let seq = 10 * i64::try_from(at).unwrap();
        // While nobody listens, with one entry in somebody's hands.
        rung(&stream, &[seq + 1]).await;
        assert!(heard(&mut ears, 10).await.ends_with(&[seq + 1]), "{command}");
        sent(&mut line, command).await;
        rung(&stream, &[seq + 2]).await;
        assert!(heard(&mut ears, 10).await.ends_with(&[seq + 2]), "{command}");
        ears.done(&(0..=seq + 2).collect::<Vec<_>>()).await.unwrap();
        // And while somebody waits.
        let (while_waiting, ()) = tokio::join!(ears.hear(10, LONG), async {
            is_blocking(&mut line).await;
            sent(&mut line, command).await;
            rung(&stream, &[seq + 3]).await;
        });
        assert!(seqs(&while_waiting.unwrap()).ends_with(&[seq + 3]), "{command}");
        ears.done(&(0..=seq + 3).collect::<Vec<_>>()).await.unwrap();
        assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None }, "{command}");
    }
}

#[tokio::test]
async fn c02_a_server_that_was_killed_and_came_back_empty_serves_the_next_calls() {
    let mut server = Server::start();
    let stream = on(&server.url());
    let mut ears = stream.listen("desk", "a");
    assert!(!stream.is_up(), "nobody has called yet");
    rung(&stream, &[1]).await;
    assert_eq!(heard(&mut ears, 10).await, [1]);
    assert!(stream.is_up());
    server.kill();
    for _ in 0..2 {
        assert!(matches!(stream.last().await, Err(StreamFault::Unreachable(_))));
        assert!(matches!(ears.hear(10, LONG).await, Err(StreamFault::Unreachable(_))));
        assert!(matches!(ears.done(&[1]).await, Err(StreamFault::Unreachable(_))));
        assert!(!stream.is_up());
    }
    server.start_again();
    assert_eq!((stream.last().await.unwrap(), stream.is_up()), (0, true));
    rung(&stream, &[2]).await;
    assert_eq!(heard(&mut ears, 10).await, [2]);
    ears.done(&[1, 2]).await.unwrap();
    assert_eq!(pending(&stream).await, 0);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_in_time_and_what_it_had_handed_out_is_heard() {
    let server = Server::start();
    let short = Settings { response: Duration::from_millis(600), ..settings(&server.url()) };
    let stream = Stream::redis(short, "ledger-1", GROUPS).unwrap();
    let mut ears = stream.listen("desk", "a");
    assert_eq!(ears.hear(10, NOW).await.unwrap(), []);
    stream.last().await.unwrap();
    server.freeze();
    let begun = Instant::now();
    assert!(matches!(ears.hear(10, LONG).await, Err(StreamFault::Unreachable(_))));
    assert!(begun.elapsed() < SECOND * 2, "{:?}", begun.elapsed());
    assert!(!stream.is_up());
    assert!(matches!(stream.last().await, Err(StreamFault::Unreachable(_))));
    assert!(begun.elapsed() < SECOND * 6, "{:?}", begun.elapsed());
    server.thaw();
    rung(&stream, &[1]).await;
    assert_eq!(seqs(&ears.hear(10, SECOND * 5).await.unwrap()), [1]);
    ears.done(&[1]).await.unwrap();
    assert_eq!((pending(&stream).await, stream.is_up()), (0, true));
}

#[tokio::test]
async fn t36_entries_that_nobody_of_us_rang_are_laid_aside_and_hold_nobody_up() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    let mut ears = stream.listen("desk", "a");
    rung(&stream, &[1]).await;
    for forged in [
        "XADD KEY 2-0 entry not-json",
        "XADD KEY 3-0 entry {\"v\":2,\"kind\":\"k\",\"id\":\"i\"}",
        "XADD KEY 4-0 other {\"v\":1,\"kind\":\"k\",\"id\":\"i\"}",
        "XADD KEY 5-7 entry {\"v\":1,\"kind\":\"k\",\"id\":\"i\"}",
        "XADD KEY 6-0 entry {\"v\":1,\"kind\":\"k\",\"id\":\"i\"} more x",
    ] {
        sent(&mut line, forged).await;
    }
    rung(&stream, &[7]).await;
    // One at a time, so that whole answers are foreign.
    for seq in [1, 7] {
        assert_eq!(heard(&mut ears, 1).await, [seq]);
        ears.done(&[seq]).await.unwrap();
    }
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None });

    // Heard by somebody who died of them: laid aside all the same, whoever finds them.
    sent(&mut line, "XADD KEY 8-0 entry x").await;
    sent(&mut line, "XREADGROUP GROUP desk gone STREAMS KEY >").await;
    sent(&mut line, "XADD KEY 9-0 entry x").await;
    sent(&mut line, "XREADGROUP GROUP desk a STREAMS KEY >").await;
    assert_eq!(ears.reclaim(10, NOW).await.unwrap(), []);
    assert_eq!(heard(&mut stream.listen("desk", "a"), 10).await, [0; 0]);
    assert_eq!(pending(&stream).await, 0);
}

#[tokio::test]
async fn t36_a_number_beyond_every_ledger_is_seen_as_such_and_can_be_forgotten() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    sent(&mut line, &format!("XADD KEY {}-5 entry x", u64::MAX)).await;
    assert_eq!(stream.last().await.unwrap(), i64::MAX);
    assert_eq!(rung(&stream, &[1, 2]).await, 0, "the server takes them for old");
    stream.forget().await.unwrap();
    assert_eq!((stream.last().await.unwrap(), rung(&stream, &[1, 2]).await), (0, 2));
}

#[tokio::test]
async fn what_was_trimmed_away_under_somebody_s_hands_is_forgotten() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    let (mut ears, mut gone) = (stream.listen("desk", "a"), stream.listen("desk", "gone"));
    rung(&stream, &[1, 2, 3, 4]).await;
    assert_eq!(heard(&mut ears, 2).await, [1, 2]);
    assert_eq!(heard(&mut gone, 1).await, [3]);
    sent(&mut line, "XTRIM KEY MINID 4-0").await;
    assert_eq!(ears.reclaim(10, NOW).await.unwrap(), []);
    assert_eq!(heard(&mut ears, 2).await, [4]);
    ears.done(&[4]).await.unwrap();
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None });

    // Unheard ones, too: what is not there is not counted.
    rung(&stream, &[5, 6, 7]).await;
    sent(&mut line, "XTRIM KEY MINID 7-0").await;
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 1, pending: 0, oldest: Some(7) });
}

#[tokio::test]
async fn c03_nothing_is_trimmed_that_a_group_of_somebody_else_has_not_heard() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    rung(&stream, &[1, 2]).await;
    for group in GROUPS {
        let mut ears = stream.listen(group, "a");
        heard(&mut ears, 10).await;
        ears.done(&[1, 2]).await.unwrap();
    }
    sent(&mut line, "XGROUP CREATE KEY audit 1-0").await;
    assert_eq!(stream.trim().await.unwrap(), 1);
    // It is not kept for ever without a word.
    sent(&mut line, "XGROUP CREATE KEY \u{7}%s 1-0").await;
    let warnings = stream.check().await.unwrap();
    let pinned: Vec<&String> = warnings.iter().filter(|warning| warning.contains("XGROUP DESTROY")).collect();
    assert_eq!(pinned.len(), 2, "{warnings:?}");
    assert!(pinned.iter().any(|one| one.ends_with(&format!("XGROUP DESTROY {KEY} audit"))), "{pinned:?}");
    assert!(pinned.iter().all(|one| !one.contains("%s")), "{pinned:?}");
    sent(&mut line, "XGROUP DESTROY KEY \u{7}%s").await;
    sent(&mut line, "XGROUP DESTROY KEY audit").await;
    sent(&mut line, "XGROUP DESTROY KEY letters").await;
    assert_eq!(stream.trim().await.unwrap(), 0, "letters will want to hear it");
}

#[tokio::test]
async fn consumers_of_the_past_are_struck_out_unless_they_hold_something() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    rung(&stream, &[1]).await;
    heard(&mut stream.listen("desk", "holds"), 10).await;
    heard(&mut stream.listen("desk", "idle"), 10).await;
    assert_eq!(stream.trim().await.unwrap(), 0);
    let Stream::Redis(redis) = &stream else { unreachable!() };
    redis.retire(60_000).await.unwrap();
    let consumers = |value: ::redis::Value| format!("{value:?}").matches("bulk-string('\"name\"')").count();
    assert_eq!(consumers(sent(&mut line, "XINFO CONSUMERS KEY desk").await), 2);
    redis.retire(0).await.unwrap();
    assert_eq!(consumers(sent(&mut line, "XINFO CONSUMERS KEY desk").await), 1);
    assert_eq!(heard(&mut stream.listen("desk", "holds"), 10).await, [1]);
}

#[tokio::test]
async fn a_server_without_memory_takes_all_of_a_ring_or_nothing() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    rung(&stream, &[1]).await;
    sent(&mut line, "CONFIG SET maxmemory 1").await;
    let full = stream.ring(&[entry(2), entry(3)]).await.unwrap_err();
    assert!(matches!(full, StreamFault::Unreachable(_)), "{full}");
    sent(&mut line, "CONFIG SET maxmemory 0").await;
    assert_eq!((stream.last().await.unwrap(), rung(&stream, &[2, 3]).await), (1, 2));
}

#[tokio::test]
async fn c02_a_ring_that_is_refused_as_a_whole_is_no_empty_ring() {
    let server = Server::start();
    let (stream, mut line) = (on(&server.url()), server.line().await);
    rung(&stream, &[1]).await;
    for (taken, given) in [("-exec", "+exec"), ("-multi", "+multi"), ("-xadd", "+xadd")] {
        sent(&mut line, &format!("ACL SETUSER default {taken}")).await;
        let refused = stream.ring(&[entry(1), entry(2)]).await;
        assert!(matches!(refused, Err(StreamFault::Refused(_))), "{taken}: {refused:?}");
        sent(&mut line, &format!("ACL SETUSER default {given}")).await;
    }
    sent(&mut line, &format!("REPLICAOF 127.0.0.1 {}", server::free_port())).await;
    let refused = stream.ring(&[entry(3)]).await;
    assert!(matches!(&refused, Err(StreamFault::Unreachable(why)) if why.contains("READONLY")), "{refused:?}");
    sent(&mut line, "REPLICAOF NO ONE").await;
    assert_eq!(rung(&stream, &[2, 3]).await, 1, "without MULTI each went by itself, in order: 2 is there");
}
