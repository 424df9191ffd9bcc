//! The door's configuration in a real nginx before two hubs that only say what reached them. Of the file nothing is
//! changed but addresses, the folder it writes to and how much it says; and `resolve`, a word that Debian's nginx is too
//! old for. So that names are asked for again is read here and tried by nobody.

use crate::servers::{Nginx, free_port};
use crate::text;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Far above what anything here takes; below nginx's own patience.
const DEADLINE: Duration = Duration::from_secs(5);

/// What a hub does with a request.
#[derive(Clone, Copy)]
enum Manner {
    /// Answers; or opens a feed, says one thing at once, another when it is told to, and keeps it open.
    Well,
    /// Reads the whole request and hangs up.
    HangsUp,
}

/// A hub that keeps the heads of what reached it.
struct Hub {
    port: u16,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    heads: Mutex<Vec<String>>,
    told: Mutex<bool>,
    telling: Condvar,
}

impl Hub {
    fn start(manner: Manner) -> Hub {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::new(Kept::default());
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for line in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&shared);
                std::thread::spawn(move || answer(line, manner, &kept));
            }
        });
        Hub { port, kept }
    }

    fn heads(&self) -> Vec<String> {
        self.kept.heads.lock().unwrap().clone()
    }

    /// From now on its feeds say the other thing, too.
    fn tell(&self) {
        *self.kept.told.lock().unwrap() = true;
        self.kept.telling.notify_all();
    }
}

/// One connection's life, which is one request or several. It ends when the other side does, or cannot be told more.
fn answer(mut line: TcpStream, manner: Manner, kept: &Kept) {
    let mut reader = BufReader::new(line.try_clone().unwrap());
    while let Some(head) = head(&mut reader) {
        let feed = head.starts_with("GET /api/v1/events ");
        kept.heads.lock().unwrap().push(head);
        let said = match (manner, feed) {
            (Manner::HangsUp, _) => return,
            (Manner::Well, true) => {
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n:\nid: 7\r\n"
            }
            (Manner::Well, false) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        };
        if line.write_all(said.as_bytes()).is_err() {
            return;
        }
        if feed {
            drop(kept.telling.wait_while(kept.told.lock().unwrap(), |told| !*told).unwrap());
            drop(line.write_all(b"5\r\nid: 8\r\n"));
        }
    }
}

/// A head up to its empty line; nothing: the other side has gone.
fn head(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// The door before hubs on these ports.
fn door(ports: [u16; 2]) -> Nginx {
    let config = text("docker/nginx.conf");
    let servers = ["server hub-a:8080 resolve ", "server hub-b:8080 resolve "];
    let changed = [servers[0], servers[1], "listen 8080;", " /tmp/", "error_log stderr warn;"];
    assert!(changed.iter().all(|part| config.contains(part)), "the test changes what is no longer there");
    Nginx::start(|folder, port| {
        config
            .replace(servers[0], &format!("server 127.0.0.1:{} ", ports[0]))
            .replace(servers[1], &format!("server 127.0.0.1:{} ", ports[1]))
            .replace("listen 8080;", &format!("listen 127.0.0.1:{port};"))
            .replace(" /tmp/", &format!(" {}/", folder.display()))
            .replace("error_log stderr warn;", "error_log stderr notice;")
    })
}

/// Sends a request; what comes back until `enough` holds of it, or the other side ends.
fn ask(door: &Nginx, request: &str, enough: impl Fn(&str) -> bool) -> String {
    read_until(&mut send(door, request), enough)
}

fn send(door: &Nginx, request: &str) -> TcpStream {
    let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port())).unwrap();
    line.set_read_timeout(Some(DEADLINE)).unwrap();
    line.write_all(request.as_bytes()).unwrap();
    line
}

fn read_until(line: &mut TcpStream, enough: impl Fn(&str) -> bool) -> String {
    let (mut said, mut piece) = (String::new(), [0; 1024]);
    while !enough(&said) {
        match line.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => said.push_str(&String::from_utf8_lossy(&piece[..read])),
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => panic!("only this came in time: {said:?}"),
            Err(fault) => panic!("{fault}"),
        }
    }
    said
}

fn request(method: &str, path: &str, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: hub.example:8080\r\nConnection: close\r\n{more}\r\n")
}

#[test]
fn an_event_passes_the_door_while_its_feed_stays_open() {
    let (a, b) = (Hub::start(Manner::Well), Hub::start(Manner::Well));
    let door = door([a.port, b.port]);
    let mut line = send(&door, &request("GET", "/api/v1/events", ""));
    let said = read_until(&mut line, |said| said.contains("id: 7"));
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    a.tell();
    b.tell();
    read_until(&mut line, |said| said.contains("id: 8"));
}

/// Whether a feed is read from the hub no faster than its reader reads shows only with a reader who does not; so what
/// the configuration says is read, too.
#[test]
fn the_door_keeps_nothing_of_a_feed_and_outwaits_its_heartbeat() {
    let says = |config: &str| {
        let feed = config.split("location = /api/v1/events {").nth(1).and_then(|rest| rest.split('}').next());
        let feed = feed.unwrap_or_default();
        let patience = feed.split("proxy_read_timeout ").nth(1).and_then(|rest| rest.split("s;").next()?.parse().ok());
        feed.contains("proxy_buffering off;") && patience.is_some_and(|seconds: u32| seconds >= 30)
    };
    let config = text("docker/nginx.conf");
    assert!(says(&config));
    assert!(!says(&config.replace("proxy_buffering off;", "")));
    assert!(!says(&config.replace("proxy_read_timeout 60s;", "proxy_read_timeout 10s;")));
    assert!(!says(&config.replace("/api/v1/events", "/events")));
}

/// A name that is asked for only once keeps the door shut while one replica is away, and leads astray afterwards.
#[test]
fn the_door_asks_for_each_name_again() {
    let config = text("docker/nginx.conf");
    let servers: Vec<&str> = config.lines().map(str::trim).filter(|line| line.starts_with("server hub-")).collect();
    assert!(servers.len() == 2 && servers.iter().all(|line| line.contains(" resolve ")), "{servers:?}");
    assert!(
        config.contains("resolver 127.0.0.11 ") && config.contains("zone hub "),
        "nobody to ask, nowhere to keep it"
    );
    let image = text("docker/compose.yaml");
    let version = image.split("image: nginx:").nth(1).and_then(|rest| rest.split('-').next()).unwrap_or_default();
    let version: Vec<u32> = version.split('.').filter_map(|number| number.parse().ok()).collect();
    assert!(version >= vec![1, 27, 3], "nginx {version:?} does not know the word `resolve`");
}

#[test]
fn the_door_tells_the_host_and_lets_nobody_change_the_protocol() {
    let (a, b) = (Hub::start(Manner::Well), Hub::start(Manner::Well));
    let door = door([a.port, b.port]);
    for path in ["/console", "/api/v1/events"] {
        let upgrade = "Upgrade: websocket\r\nConnection: upgrade\r\nIdempotency-Key: k\r\nIf-Match: \"1\"\r\n";
        let asked = request("GET", path, upgrade).replace("Connection: close\r\n", "");
        ask(&door, &asked, |said| said.contains("\r\n\r\n"));
    }
    let heads = [a.heads(), b.heads()].concat();
    assert_eq!(heads.len(), 2);
    for head in heads {
        let head = head.to_lowercase();
        assert!(head.contains("\r\nhost: hub.example:8080\r\n") && head.contains("\r\nif-match: \"1\"\r\n"), "{head}");
        assert!(!head.contains("upgrade"), "{head}");
    }
}

#[test]
fn figures_stay_inside() {
    let (a, b) = (Hub::start(Manner::Well), Hub::start(Manner::Well));
    let door = door([a.port, b.port]);
    for path in ["/metrics", "/metrics?x", "//metrics", "/console/../metrics", "/%6detrics"] {
        assert!(ask(&door, &request("GET", path, ""), |_| false).starts_with("HTTP/1.1 404 "), "{path}");
    }
    assert_eq!([a.heads(), b.heads()].concat(), [""; 0]);
}

#[test]
fn one_replica_is_enough() {
    let hub = Hub::start(Manner::Well);
    let door = door([free_port(), hub.port]);
    for _ in 0..6 {
        let said = ask(&door, &request("GET", "/console", ""), |_| false);
        assert!(said.starts_with("HTTP/1.1 200 ") && said.ends_with("ok"), "{said}");
    }
}

#[test]
fn an_order_that_may_have_been_read_is_not_sent_again() {
    let (a, b) = (Hub::start(Manner::HangsUp), Hub::start(Manner::HangsUp));
    let door = door([a.port, b.port]);
    let said = ask(&door, &request("POST", "/api/v1/whistles", "Content-Length: 2\r\n\r\n{}"), |_| false);
    assert!(said.starts_with("HTTP/1.1 502 "), "{said}");
    assert_eq!([a.heads(), b.heads()].concat().len(), 1);
}

#[test]
fn proof_passes_the_door_from_every_page_that_takes_it_and_nothing_else_of_its_size_does() {
    let (a, b) = (Hub::start(Manner::Well), Hub::start(Manner::Well));
    let door = door([a.port, b.port]);
    let status = |path: &str, mib: usize| {
        let length = format!("Content-Length: {}\r\n", mib * 1024 * 1024);
        let said = ask(&door, &format!("{}--edge", request("POST", path, &length)), |said| said.contains("\r\n\r\n"));
        said.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for door in ["/api/v1", "/console"] {
        for thing in ["whistles/WH-2026-0001", "visits/LJ-2026-0001", "findings/LJ-2026-0001-01"] {
            assert_eq!(status(&format!("{door}/{thing}/attachments"), 121), "200", "{door}/{thing}");
            assert_eq!(status(&format!("{door}/{thing}/close"), 1), "413", "{door}/{thing}");
        }
    }
    assert_eq!((status("/f/report_fixed", 31), status("/f/rate", 1)), ("200".to_owned(), "413".to_owned()));
}

#[test]
fn t28_the_door_writes_no_firms_link_down_though_no_hub_answers() {
    let door = door([free_port(), free_port()]);
    for (path, is_told) in [("/console/whistles/SAID", true), ("/f/00112233445566778899aabbccddeeff", false)] {
        let said = ask(&door, &request("GET", path, ""), |_| false);
        assert!(said.starts_with("HTTP/1.1 502 "), "{said}");
        assert_eq!(door.log().contains(path), is_told, "{path}: {}", door.log());
    }
}
