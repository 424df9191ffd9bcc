//! A firm's link behind a proxy (T2, T28): whoever guesses is counted by the address that a proxy of ours saw; what somebody writes
//! about themselves, or another proxy about them, moves nobody's count.

use super::{NOBODYS, linked, opened, ordered};
use crate::town::browser::FORM;
use crate::town::http::{raw_from, write};
use crate::town::{BEGIN, Place, Reply, Town, at};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};

/// What the hub is told to believe, and what it is not.
const OURS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
const ANOTHERS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));

/// A proxy that speaks from an address of its own and writes down whom it saw behind what they had written themselves. It is gone
/// with its story.
struct Passing {
    address: SocketAddr,
}

impl Passing {
    async fn start(from: IpAddr, hub: SocketAddr) -> Passing {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        actix_web::rt::spawn(async move {
            while let Ok((line, client)) = listener.accept().await {
                let asked = passed(&head(&line).await, client.ip());
                write(&line, &raw_from(from, hub, asked.as_bytes()).await).await;
            }
        });
        Passing { address }
    }

    /// A request to the hub from a client at this address, which says that it is another.
    async fn asks(&self, t: &Town, client: u8, (method, path): (&str, &str), says: &str) -> Reply {
        let ask = t.ask(method, path).header("X-Forwarded-For", says).header("Sec-Fetch-Site", "same-origin");
        let ask = ask.header("Accept", "text/html").raw(FORM, Vec::new());
        ask.send_through(IpAddr::from([127, 0, 1, client]), self.address).await
    }
}

/// A whole request without a body.
async fn head(line: &TcpStream) -> String {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 4096]);
    while !bytes.ends_with(b"\r\n\r\n") {
        line.readable().await.unwrap();
        match line.try_read(&mut piece) {
            Ok(0) => panic!("it broke off"),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::WouldBlock),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn passed(head: &str, client: IpAddr) -> String {
    let line = |line: &str| match line.strip_prefix("X-Forwarded-For: ") {
        Some(said) => format!("X-Forwarded-For: {said}, {client}"),
        None => line.to_owned(),
    };
    head.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
}

#[actix_web::test]
async fn t28_behind_a_proxy_guesses_are_counted_by_whom_it_saw_and_nobody_chooses_that() {
    let place = Place::new().trusting("127.0.0.2");
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let case = ordered(&t).await;
    let path = linked(&t, &case.first).await;
    let (ours, anothers) = (Passing::start(OURS, t.address).await, Passing::start(ANOTHERS, t.address).await);
    let guess = |number: u8| format!("/f/{number:032x}");
    // Ten from one client, each of which says that it is somebody else.
    for number in 0..10 {
        let says = format!("203.0.113.{number}");
        assert_eq!(ours.asks(&t, 1, ("POST", &guess(number)), &says).await.status, 404, "{number}");
    }
    assert_eq!(ours.asks(&t, 1, ("POST", &path), "203.0.113.99").await.status, 429, "it chose its address");
    assert_eq!(ours.asks(&t, 2, ("POST", &path), "127.0.1.1").await.status, 303, "another pays for it");
    // Behind a proxy that nobody named all are one, whoever it says that they are.
    for number in 0..10 {
        let says = format!("203.0.113.{number}");
        assert_eq!(anothers.asks(&t, number, ("POST", &guess(number)), &says).await.status, 404, "{number}");
    }
    assert_eq!(anothers.asks(&t, 77, ("POST", &path), "203.0.113.77").await.status, 429, "it was believed");
    assert_eq!(ours.asks(&t, 77, ("POST", &path), "127.0.0.3").await.status, 303);
    opened(&t, &path).await;
    Box::pin(t.close()).await;
}

#[actix_web::test]
async fn t14_behind_a_proxy_each_firm_has_so_many_requests_a_second_of_its_own() {
    let place = Place::new().trusting("127.0.0.2").bounded(200);
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let ours = Passing::start(OURS, t.address).await;
    for number in 0..20_u8 {
        let says = format!("203.0.113.{number}");
        assert_eq!(ours.asks(&t, 1, ("GET", NOBODYS), &says).await.status, 200, "{number}");
    }
    let often = ours.asks(&t, 1, ("GET", NOBODYS), "203.0.113.99").await.expect(429);
    assert!(often.header("retry-after").is_some() && often.text().contains("次数太多"), "{}", often.text());
    ours.asks(&t, 2, ("GET", NOBODYS), "127.0.1.1").await.expect(200);
    Box::pin(t.close()).await;
}
