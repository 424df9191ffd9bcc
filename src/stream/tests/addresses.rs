//! Which addresses are taken, which are refused before anything connects, and that no refusal quotes one.
//! Nothing here connects.

use super::*;

const CA: &[u8] = b"not a certificate";

#[tokio::test]
async fn t24_t36_nothing_goes_to_another_machine_in_clear_or_without_a_password() {
    for (url, named) in [
        ("redis://127.0.0.1", ""),
        ("redis://localhost:6380/3", ""),
        ("redis://[::1]:6379", ""),
        ("redis://hub:hunter2@127.0.0.1", ""),
        ("redis://redis.yunhu.example", "unless ?tls=none is spelled out"),
        ("redis://hub:hunter2@redis.yunhu.example", "unless ?tls=none is spelled out"),
        ("redis://hub:hunter2@10.0.0.7:6379/1?tls=none", ""),
        ("redis://10.0.0.7?tls=none", "a user and a password"),
        ("rediss://redis.yunhu.example", "a user and a password"),
        ("rediss://hub@redis.yunhu.example", "a user without a password"),
        ("redis://hub@127.0.0.1", "a user without a password"),
        ("rediss://hub:hunter2@redis.yunhu.example:6380", ""),
        ("rediss://hub:hunter2@redis.yunhu.example?tls=required", ""),
        ("rediss://hub:hunter2@redis.yunhu.example?tls=none", "takes only"),
        ("rediss://hub:hunter2@redis.yunhu.example/#insecure", "has no #part"),
        ("redis://hub:hunter2@redis.yunhu.example?tls=required", "begins with rediss://"),
        ("redis://hub:hunter2@127.0.0.1?protocol=resp3", "takes only"),
        ("redis://hub:hunter2@127.0.0.1/db", "%40 for @"),
        ("redis://hub:hun/ter2@127.0.0.1", "%40 for @"),
        ("redis://", "%40 for @"),
        ("amqp://hub:hunter2@127.0.0.1", "begins with redis://"),
        ("hunter2", "redis://<host> or embedded"),
        ("redis+sentinel://127.0.0.1,localhost:26380/hub", ""),
        ("redis+sentinel://hub:hunter2@10.0.0.7,10.0.0.8:26380/hub?tls=required", ""),
        ("redis+sentinel://hub:hunter2@10.0.0.7,10.0.0.8:26380/hub?tls=none", ""),
        ("redis+sentinel://hub:hunter2@127.0.0.1,10.0.0.8/hub", "unless ?tls=none is spelled out"),
        ("redis+sentinel://10.0.0.7/hub?tls=required", "a user and a password"),
        ("redis+sentinel://hub:hunter2@127.0.0.1", "ends with the service's name"),
        ("redis+sentinel://hub:hunter2@127.0.0.1/a/b", "ends with the service's name"),
        ("redis+sentinel:///hub", "%40 for @"),
    ] {
        match opened(url) {
            Ok(stream) => assert!(named.is_empty() && !stream.is_up(), "{url} is taken"),
            Err(StreamFault::Refused(why)) => {
                assert!(!named.is_empty() && why.contains(named), "{url}: {why}");
                assert!(why.starts_with("stream.url: ") && !why.contains("hun"), "{why}");
            }
            Err(other) => panic!("{url}: {other}"),
        }
    }
}

#[test]
fn a_password_may_hold_any_character_in_its_written_form() {
    let urls = ["redis://hub:a%40b%2Fc%3Fd%23e@127.0.0.1", "redis+sentinel://hub:a%40b%2Fc%3Fd%23e@127.0.0.1/hub"];
    for url in urls {
        assert!(opened(url).is_ok(), "{url}");
    }
}

#[test]
fn an_authority_that_is_none_trusts_nobody() {
    // Whoever reads the file says so by name; here it only must not open the door.
    let with_ca = Settings { ca_pem: Some(CA.to_vec()), ..settings("rediss://127.0.0.1") };
    assert!(Stream::redis(with_ca, "ledger-1", GROUPS).is_ok());
}
