//! The look before the start: what is refused with one clear sentence, and what is only warned of.
//! No sentence quotes a password or a stranger's words.

use super::server::free_port;
use super::*;
use tokio::net::TcpListener;

async fn refusal(url: &str) -> String {
    match on(url).check().await {
        Err(StreamFault::Refused(why)) => why,
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_keeps_everything_is_taken_without_a_word() {
    let mut server = Server::with(&["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"]);
    let stream = on(&server.url());
    let warnings = stream.check().await.unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("appendonly"), "{warnings:?}");
    ::redis::cmd("CONFIG").arg("SET").arg("save").arg("3600 1").exec_async(&mut server.line().await).await.unwrap();
    assert_eq!(stream.check().await.unwrap(), [""; 0]);
    assert!(stream.is_up());
    server.kill();
    let warnings = stream.check().await.unwrap();
    assert!(warnings.len() == 1 && warnings[0].ends_with("the sweep does the work"), "{warnings:?}");
    assert!(!stream.is_up());
}

#[tokio::test]
async fn a_server_that_may_evict_is_warned_of() {
    let server = Server::with(&["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]);
    let warnings = on(&server.url()).check().await.unwrap();
    assert!(warnings.iter().any(|one| one.contains("maxmemory-policy noeviction")), "{warnings:?}");
}

#[tokio::test]
async fn t36_a_wrong_login_is_refused_and_a_narrow_user_suffices() {
    let rights =
        "--user hub on >hunter2 ~whistle-hub:* resetchannels -@all +@stream +@transaction +@connection +unlink +info";
    let mut options = vec!["--user", "default", "on", ">other", "~*", "+@all"];
    options.extend(rights.split(' '));
    let server = Server::with(&options);
    let at = |login: &str| format!("redis://{login}127.0.0.1:{}", server.port);
    for login in ["", "hub:wrong@", ":wrong@", "nobody:hunter2@"] {
        let why = refusal(&at(login)).await;
        assert!(why.contains("stream.url") && !why.contains("hunter2") && !why.contains("wrong"), "{why}");
    }
    let stream = on(&at("hub:hunter2@"));
    assert_eq!(stream.check().await.unwrap(), [""; 0], "CONFIG is forbidden to it: not a reason to warn");
    rung(&stream, &[1]).await;
    let mut ears = stream.listen("desk", "a");
    assert_eq!(heard(&mut ears, 10).await, [1]);
    assert_eq!(ears.reclaim(10, NOW).await.unwrap().len(), 1);
    ears.done(&[1]).await.unwrap();
    assert_eq!(stream.lag("desk").await.unwrap().pending, 0);
    stream.trim().await.unwrap();
    stream.forget().await.unwrap();
}

#[tokio::test]
async fn a_user_without_rights_is_told_which_it_needs() {
    for rights in [
        "~other:* +info +@stream +@transaction",
        "~whistle-hub:* +info +@stream",
        "~whistle-hub:* +info +@stream +multi",
        "~whistle-hub:* +info +@stream +exec",
        "~whistle-hub:* +info +@stream +@transaction -xadd",
    ] {
        let user = format!("--user hub on >hunter2 -@all +@connection {rights}");
        let server = Server::with(&user.split(' ').collect::<Vec<_>>());
        let why = refusal(&format!("redis://hub:hunter2@127.0.0.1:{}", server.port)).await;
        assert!(why.contains("grant it"), "{rights}: {why}");
    }
}

#[tokio::test]
async fn a_replica_and_a_key_that_holds_something_else_are_refused() {
    let server = Server::start();
    let primary = server.port.to_string();
    let replica = Server::with(&["--replicaof", "127.0.0.1", &primary]);
    assert!(refusal(&replica.url()).await.contains("name the primary"));
    let key = "whistle-hub:{ledger-1}:events";
    ::redis::cmd("SET").arg(key).arg("x").exec_async(&mut server.line().await).await.unwrap();
    assert!(refusal(&server.url()).await.contains("a database of its own"));
}

/// Somebody who greets, or answers the first bytes, in another protocol; or says nothing at all.
async fn stranger(greeting: &'static str, answer: &'static str) -> (u16, impl Future<Output = ()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = async move {
        let mut lines = Vec::new();
        loop {
            let (line, _) = listener.accept().await.unwrap();
            line.writable().await.unwrap();
            line.try_write(greeting.as_bytes()).ok();
            if !answer.is_empty() {
                line.readable().await.unwrap();
                line.try_write(answer.as_bytes()).ok();
            }
            lines.push(line);
        }
    };
    (port, serve)
}

#[tokio::test]
async fn a_server_that_is_something_else_or_too_old_is_refused() {
    let old = "$30\r\nredis_version:5.0.14\r\nx:y\r\n...\r\n";
    for (greeting, answer, named) in [
        ("", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "is not a Redis server"),
        ("220 mail.yunhu.example ESMTP hunter2\r\n", "", "is not a Redis server"),
        ("", "$5\r\nhello\r\n", "is not a Redis server"),
        ("", "-ERR unknown command 'INFO'\r\n", "is not a Redis server"),
        ("", old, "is Redis 5.0.14: it takes 6.2 or later"),
    ] {
        let (port, serve) = stranger(greeting, answer).await;
        let url = format!("redis://127.0.0.1:{port}");
        tokio::select! {
            why = refusal(&url) => {
                assert!(why.contains(named) && !why.contains("hunter2"), "{why}");
            }
            () = serve => {}
        }
    }
}

#[tokio::test]
async fn nobody_at_all_or_somebody_silent_is_a_warning_in_time() {
    let (silent, serve) = stranger("", "").await;
    let begun = tokio::time::Instant::now();
    let urls = [
        format!("redis://127.0.0.1:{silent}"),
        format!("redis://127.0.0.1:{}", free_port()),
        "redis://localhost:1".to_owned(),
        "redis://hub:x@redis.invalid?tls=none".to_owned(),
        format!("redis+sentinel://127.0.0.1:{}/hub", free_port()),
        format!("rediss://127.0.0.1:{silent}"),
    ];
    let checked = async {
        for url in &urls {
            let warnings = on(url).check().await.unwrap();
            assert!(warnings.len() == 1 && warnings[0].contains("whistles are taken"), "{url}: {warnings:?}");
        }
    };
    tokio::select! {
        () = checked => {}
        () = serve => {}
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
