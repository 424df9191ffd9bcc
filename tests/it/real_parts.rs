//! The servers that tests start: they are real, they start again where they were, and they end with the process that
//! started them, however it ends. Nothing of the hub is here.

use crate::servers::{Postgres, Redis};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Says to this program that it is the owner who will be killed.
const OWNER: &str = "HUB_TEST_OWNS_SERVERS";
/// How long the servers of a killed process may live on.
const GONE_WITHIN_MS: u64 = 10_000;

#[test]
fn a_database_is_made_from_a_template_and_outlives_a_restart() {
    let server = Postgres::start(false);
    server.create("first");
    server.sql("first", "CREATE TABLE words (word TEXT)");
    server.sql("first", "INSERT INTO words VALUES ('哨'), ('b'), ('B'), ('a')");
    server.create_from("second", "first");
    server.restart();
    assert_eq!(server.sql("second", "SELECT word FROM words ORDER BY word"), "B\na\nb\n哨", "bytes, not a language");
    let settings = "SELECT current_setting('server_encoding'), datcollate, current_setting('synchronous_commit') \
                    FROM pg_database WHERE datname = current_database()";
    assert_eq!(server.sql("second", settings), "UTF8|C|on");
    server.drop("second");
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'second'"), "0");
    assert_eq!(server.url("first"), format!("postgres://postgres@127.0.0.1:{}/first", server.port()));
}

#[test]
fn a_killed_redis_comes_back_on_its_port_and_empty() {
    let server = Redis::start(&["--maxmemory-policy", "allkeys-lru"]);
    assert_eq!(server.cli(&["CONFIG", "GET", "maxmemory-policy"]), "maxmemory-policy\nallkeys-lru");
    assert_eq!(server.cli(&["SET", "key", "哨"]), "OK");
    server.pause();
    server.resume();
    assert_eq!(server.cli(&["--raw", "GET", "key"]), "哨");
    let port = server.port();
    server.kill();
    server.start_again();
    assert_eq!((server.port(), server.cli(&["DBSIZE"]).as_str()), (port, "0"));
}

/// This test starts itself once more as the owner of both servers, and kills it.
#[test]
fn servers_end_with_the_process_that_started_them_even_when_it_is_killed() {
    if std::env::var_os(OWNER).is_some() {
        return own_servers_until_killed();
    }
    let name = "real_parts::servers_end_with_the_process_that_started_them_even_when_it_is_killed";
    let mut owner = Command::new(std::env::current_exe().unwrap());
    owner.args(["--exact", name, "--nocapture"]).env(OWNER, "1").stdout(Stdio::piped()).stdin(Stdio::piped());
    let mut owner = owner.spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.filter_map(|line| line.split_once("servers: ").map(|(_, ids)| ids.to_owned())).next();
    let roots: Vec<u32> = told.unwrap().split(' ').map(|id| id.parse().unwrap()).collect();
    let all: Vec<u32> = roots.iter().copied().chain(roots.iter().flat_map(|id| children(*id))).collect();
    assert!(all.len() > 4 && all.iter().all(|id| runs(*id)), "PostgreSQL has processes of its own: {all:?}");
    owner.kill().unwrap();
    owner.wait().unwrap();
    for _ in 0..GONE_WITHIN_MS / 20 {
        if !all.iter().any(|id| runs(*id)) {
            return;
        }
        pause(20);
    }
    panic!("of {all:?} some still run {GONE_WITHIN_MS} ms after their owner was killed");
}

#[allow(clippy::print_stdout, reason = "it tells the process that will kill it")]
fn own_servers_until_killed() {
    // A thread that ends first must not take them along.
    std::thread::spawn(|| {
        println!("servers: {} {}", Postgres::shared().process().unwrap(), Redis::shared().process().unwrap())
    })
    .join()
    .unwrap();
    // Until the end of the input, which comes with the end of whoever started this.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

/// State and parent of a process.
fn stat(id: u32) -> Option<(String, u32)> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    let mut words = rest.split(' ');
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
}

/// Whether it lives; one that only waits to be buried does not.
fn runs(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| state != "Z" && state != "X")
}

fn children(parent: u32) -> Vec<u32> {
    let names = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name());
    let ids = names.filter_map(|name| name.to_str().and_then(|name| name.parse().ok()));
    ids.filter(|id| stat(*id).is_some_and(|(_, of)| of == parent)).collect()
}

#[allow(clippy::disallowed_methods, reason = "another process rings no bell of ours")]
fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}
