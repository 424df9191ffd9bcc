//! A reader of the live feed on the raw socket: takes chunks apart and reads lines as the HTML standard says, so that a
//! test sees what a browser would. Every wait has an end.

use super::http::{AMPLE, Reply};
use super::people::Person;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// One event as a browser would dispatch it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// An open feed. Dropping it hangs up.
pub(crate) struct Feed {
    stream: TcpStream,
    /// Status and headers; no body.
    pub(crate) head: Reply,
    /// What came and was not taken apart yet.
    wire: Vec<u8>,
    text: String,
    /// The last event id that a browser would send when it comes back.
    pub(crate) last_id: Option<i64>,
    ended: bool,
}

impl Person<'_> {
    /// Opens a feed after a place, or from now on; its opening has been read.
    pub(crate) async fn listens(&self, after: Option<i64>) -> Feed {
        let ask = self.ask("GET", "/events").await;
        let ask = match after {
            Some(after) => ask.header("Last-Event-ID", &after.to_string()),
            None => ask,
        };
        let mut feed = ask.listen().await;
        assert_eq!(feed.head.status, 200, "{}", feed.head.text());
        while feed.last_id.is_none() {
            assert_eq!(feed.block().await, Some(None), "the first block is an event or the end");
        }
        feed
    }
}

impl Feed {
    /// Sends the request and reads the answer's head.
    pub(super) async fn open(to: SocketAddr, bytes: &[u8]) -> Feed {
        let stream = TcpStream::connect(to).await.unwrap();
        assert_eq!(stream.try_write(bytes).unwrap(), bytes.len(), "a request in one piece");
        let head = Reply { status: 0, headers: Vec::new(), body: Vec::new() };
        let (wire, text) = (Vec::new(), String::new());
        let mut feed = Feed { stream, head, wire, text, last_id: None, ended: false };
        loop {
            if let Some(end) = feed.wire.windows(4).position(|four| four == b"\r\n\r\n") {
                feed.head = Reply::read(&feed.wire[..end + 4]).unwrap();
                feed.wire.drain(..end + 4);
                return feed;
            }
            assert!(feed.take().await, "the door closed without an answer");
        }
    }

    /// The next event; nothing when the feed has ended as it should.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let next = async {
            loop {
                match self.block().await {
                    Some(Some(event)) => return Some(event),
                    Some(None) => {}
                    None => return None,
                }
            }
        };
        // Heartbeats are no answer.
        tokio::time::timeout(AMPLE, next).await.expect("neither an event nor the end")
    }

    /// The next event's kind and code.
    pub(crate) async fn told(&mut self) -> (String, String) {
        let event = self.next().await.expect("the feed has ended");
        (event.kind, event.data["code"].as_str().unwrap().to_owned())
    }

    /// One block of lines: an event, or what a browser dispatches nothing for. `None`: the end.
    async fn block(&mut self) -> Option<Option<Event>> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(self.dispatch(&block));
            }
            if self.ended {
                assert!(self.text.is_empty(), "ended within a block: {}", self.text);
                return None;
            }
            self.take_apart();
            if !self.ended && !self.text.contains("\n\n") {
                assert!(self.take().await, "the door closed within the answer");
            }
        }
    }

    fn dispatch(&mut self, block: &str) -> Option<Event> {
        let (mut kind, mut data) = (String::new(), String::new());
        for line in block.lines() {
            match line.split_once(": ").unwrap_or((line, "")) {
                ("id", id) => self.last_id = Some(id.parse().unwrap()),
                ("event", given) => kind = given.to_owned(),
                ("data", given) => data.push_str(given),
                (comment, _) => assert_eq!(comment, ":", "a line of no known field"),
            }
        }
        let id = self.last_id.unwrap_or_default();
        (!data.is_empty()).then(|| Event { id, kind, data: serde_json::from_str(&data).unwrap() })
    }

    /// Moves whole chunks to the text.
    fn take_apart(&mut self) {
        while let Some(line) = self.wire.windows(2).position(|two| two == b"\r\n") {
            let size = std::str::from_utf8(&self.wire[..line]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            let (from, to) = (line + 2, line + 2 + size);
            if self.wire.len() < to + 2 {
                return;
            }
            self.text.push_str(std::str::from_utf8(&self.wire[from..to]).unwrap());
            self.wire.drain(..to + 2);
            self.ended |= size == 0;
        }
    }

    /// Reads what there is; false when the other side has closed.
    async fn take(&mut self) -> bool {
        let mut piece = vec![0; 16 * 1024];
        loop {
            tokio::time::timeout(AMPLE, self.stream.readable()).await.expect("the feed is silent").unwrap();
            match self.stream.try_read(&mut piece) {
                Ok(count) => {
                    self.wire.extend_from_slice(&piece[..count]);
                    return count > 0;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
    }
}
