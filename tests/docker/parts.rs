//! What of `docker/` can run without a container: the check of readiness against hubs that are well, ill and away; the
//! secrets that are made once; the users of a real Redis.

use crate::ours;
use crate::servers::{Redis, free_port};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that is gone with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("whistle-docker-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn make_secrets(dir: &Path) -> bool {
    Command::new("sh").arg(ours("docker/new-secrets")).arg(dir).output().unwrap().status.success()
}

/// Answers one request with this status line.
fn hub_that_says(status: &'static str) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let (mut head, mut piece) = (Vec::new(), [0; 256]);
        // Piece by piece, as bash writes it.
        while !head.ends_with(b"\r\n\r\n") {
            let read = line.read(&mut piece).unwrap();
            head.extend_from_slice(&piece[..read]);
        }
        assert!(head.starts_with(b"GET /readyz HTTP/1.1\r\n"));
        line.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).unwrap();
    });
    port
}

#[test]
fn a_container_is_ready_exactly_when_its_hub_says_so() {
    let is_ready = |port: u16| {
        let output = Command::new("bash").arg(ours("docker/is-ready")).arg(port.to_string()).output().unwrap();
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "it talks");
        output.status.code()
    };
    assert_eq!(is_ready(hub_that_says("200 OK")), Some(0));
    assert_eq!(is_ready(hub_that_says("503 Service Unavailable")), Some(1));
    assert_eq!(is_ready(free_port()), Some(1), "nobody listens there");
}

#[test]
fn secrets_are_made_once_differ_each_time_and_lie_behind_a_closed_folder() {
    let folder = Folder::new("secrets");
    let [one, two] = ["one", "two"].map(|name| folder.0.join(name));
    assert!(make_secrets(&one) && make_secrets(&two));
    assert_eq!(mode(&one), 0o700);
    let read = |dir: &Path, name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let names = ["ledger_url", "postgres_password", "redis_users", "stream_url"];
    for name in names {
        assert_eq!(mode(&one.join(name)), 0o444, "{name}: the container's user must read it");
        assert_ne!(read(&one, name), read(&two, name), "{name}");
    }
    let password = read(&one, "postgres_password");
    assert!(password.trim().len() == 48 && read(&one, "ledger_url").contains(&format!("//hub:{}@", password.trim())));
    assert!(!make_secrets(&one), "it replaces what the servers were set up with");
    assert_eq!(read(&one, "postgres_password"), password);
}

#[test]
fn the_users_of_redis_can_do_what_they_must_and_nothing_else() {
    let folder = Folder::new("redis");
    let secrets = folder.0.join("secrets");
    assert!(make_secrets(&secrets));
    let url = fs::read_to_string(secrets.join("stream_url")).unwrap();
    let password = url.split(['@', ':']).nth(2).unwrap().to_owned();
    let users = secrets.join("redis_users");
    let redis = Redis::start(&["--aclfile", users.to_str().unwrap()]);

    let refused = |words: &[&str]| std::panic::catch_unwind(|| redis.cli(words)).is_err();
    let check = ["--user", "check", "--pass", "any", "--no-auth-warning"];
    assert_eq!(redis.cli(&[&check[..], &["PING"]].concat()), "PONG");
    assert!(refused(&["PING"]), "whoever has no name is let in");
    assert!(refused(&[&check[..], &["GET", "whistle-hub:x"]].concat()));

    let login = ["--user", "hub", "--pass", &password, "--no-auth-warning"];
    let hub = |words: &[&'static str]| [&login[..], words].concat();
    let key = "whistle-hub:{1}:events";
    redis.cli(&hub(&["XADD", key, "1-0", "v", "1"]));
    redis.cli(&hub(&["XGROUP", "CREATE", key, "desk", "0"]));
    redis.cli(&hub(&["XREADGROUP", "GROUP", "desk", "a", "STREAMS", key, ">"]));
    redis.cli(&hub(&["XAUTOCLAIM", key, "desk", "b", "0", "0"]));
    redis.cli(&hub(&["XINFO", "GROUPS", key]));
    redis.cli(&hub(&["XTRIM", key, "MINID", "1"]));
    redis.cli(&hub(&["UNLINK", key]));
    assert!(redis.cli(&hub(&["INFO", "server"])).contains("redis_version"));
    redis.cli(&hub(&["CONFIG", "GET", "maxmemory-policy"]));
    for words in
        [&["XADD", "other", "*", "v", "1"][..], &["FLUSHALL"], &["CONFIG", "SET", "save", ""], &["ACL", "LIST"]]
    {
        assert!(refused(&hub(words)), "{words:?}");
    }
}
