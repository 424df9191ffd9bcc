//! The server that sentinels name: found, and found again after another was promoted.
//! Waits for what it waits for, and never longer than its limit.

use super::*;
use tokio::time::timeout;

#[tokio::test]
async fn the_server_that_the_sentinels_name_is_used_and_after_its_death_the_promoted_one() {
    let mut primary = Server::start();
    let watched = primary.port.to_string();
    let replica = Server::with(&["--replicaof", "127.0.0.1", &watched, "--repl-diskless-sync-delay", "0"]);
    let sentinel = Server::sentinel(primary.port);
    let stream = on(&format!("redis+sentinel://127.0.0.1:{}/hub", sentinel.port));
    stream.check().await.unwrap();
    rung(&stream, &[1]).await;
    let mut ears = stream.listen("desk", "a");
    assert_eq!(heard(&mut ears, 10).await, [1]);

    // Known to the sentinel and in step, else there is nobody to promote.
    let (mut at_sentinel, mut at_replica) = (sentinel.line().await, replica.line().await);
    let in_step = async {
        loop {
            let known: String = ::redis::cmd("INFO").arg("sentinel").query_async(&mut at_sentinel).await.unwrap();
            let link: String = ::redis::cmd("INFO").arg("replication").query_async(&mut at_replica).await.unwrap();
            if known.contains("slaves=1") && link.contains("master_link_status:up") {
                return;
            }
        }
    };
    timeout(Duration::from_secs(20), in_step).await.expect("the replica never comes into step");
    primary.kill();
    let again = async {
        while stream.ring(&[entry(1), entry(2)]).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, again).await.expect("nobody was promoted");
    let heard = async {
        loop {
            match ears.hear(10, NOW).await {
                Ok(heard) if seqs(&heard).ends_with(&[2]) => return,
                Ok(_) | Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    timeout(Duration::from_secs(20), heard).await.expect("it is never heard");
    ears.done(&[1, 2]).await.unwrap();
    assert_eq!(stream.lag("desk").await.unwrap(), Lag { undelivered: 0, pending: 0, oldest: None });
}

#[tokio::test]
async fn a_name_that_no_sentinel_knows_and_a_server_that_is_no_sentinel_are_warned_of() {
    let server = Server::start();
    let sentinel = Server::sentinel(server.port);
    for port in [sentinel.port, server.port] {
        let warnings = on(&format!("redis+sentinel://127.0.0.1:{port}/other")).check().await.unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains("not reachable"), "{warnings:?}");
    }
}
