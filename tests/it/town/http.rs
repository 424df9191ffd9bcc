//! A small HTTP/1.1 client: one connection a request, everything in the open, so that a test can also send what no
//! library would. Every wait has an end.

use super::feed::Feed;
use serde_json::Value;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};

/// The end of any one request.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

/// One request under way.
#[derive(Clone)]
pub(crate) struct Ask {
    to: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case, in the order of the answer.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    /// `path` as it goes over the wire.
    pub(crate) fn new(to: SocketAddr, method: &str, path: &str) -> Ask {
        let headers = vec![("Host".into(), to.to_string()), ("Connection".into(), "close".into())];
        Ask { to, method: method.into(), path: path.into(), headers, body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Ask {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn key(self, key: &str) -> Ask {
        self.header("Idempotency-Key", key)
    }

    /// `If-Match` with our strong tag.
    pub(crate) fn version(self, version: i64) -> Ask {
        self.header("If-Match", &format!("\"{version}\""))
    }

    pub(crate) fn english(self) -> Ask {
        self.header("Accept-Language", "en")
    }

    pub(crate) fn json(self, body: &Value) -> Ask {
        self.raw("application/json", body.to_string().into_bytes())
    }

    pub(crate) fn raw(self, media_type: &str, body: Vec<u8>) -> Ask {
        let mut ask = self.header("Content-Type", media_type);
        ask.body = body;
        ask
    }

    /// A body without a word about its type.
    pub(crate) fn untyped(mut self, body: Vec<u8>) -> Ask {
        self.body = body;
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let answer = raw(self.to, &self.bytes()).await;
        Reply::read(&answer).unwrap_or_else(|| panic!("no answer to {} {}", self.method, self.path))
    }

    /// Sends it from this address of ours to whoever passes it on.
    pub(crate) async fn send_through(self, from: IpAddr, to: SocketAddr) -> Reply {
        Reply::read(&raw_from(from, to, &self.bytes()).await).expect("no answer")
    }

    /// Begins to send it and stops in the middle of its body.
    pub(crate) async fn half(self) -> TcpStream {
        let whole = self.bytes();
        let stream = TcpStream::connect(self.to).await.unwrap();
        write(&stream, &whole[..whole.len() - self.body.len() / 2]).await;
        stream
    }

    /// Sends it and reads its answer piece by piece, as a feed's reader does.
    pub(crate) async fn listen(self) -> Feed {
        Feed::open(self.to, &self.bytes()).await
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let lengths = ["Content-Length", "Transfer-Encoding"];
        let told = self.headers.iter().any(|(name, _)| lengths.contains(&name.as_str()));
        if !told && (!self.body.is_empty() || self.method == "POST") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Sends these bytes and reads until the other side closes: what was answered, perhaps nothing.
pub(crate) async fn raw(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    raw_counted(to, bytes).await.0
}

/// The same, and how many of the bytes the other side took before it closed.
pub(crate) async fn raw_counted(to: SocketAddr, bytes: &[u8]) -> (Vec<u8>, usize) {
    converse(TcpStream::connect(to).await.unwrap(), bytes).await
}

/// The same from this address of ours: what was answered.
pub(crate) async fn raw_from(from: IpAddr, to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    converse(socket.connect(to).await.unwrap(), bytes).await.0
}

/// How an answer begins that comes before all was sent.
pub(crate) async fn early(stream: &TcpStream) -> String {
    let mut piece = vec![0; 1024];
    let began = async {
        loop {
            stream.readable().await.unwrap();
            match stream.try_read(&mut piece) {
                Ok(count) => return String::from_utf8_lossy(&piece[..count]).into_owned(),
                Err(fault) => assert_eq!(fault.kind(), ErrorKind::WouldBlock),
            }
        }
    };
    tokio::time::timeout(AMPLE, began).await.expect("the door waits for all of it")
}

/// Writes all of it.
pub(crate) async fn write(stream: &TcpStream, bytes: &[u8]) {
    let mut sent = 0;
    while sent < bytes.len() {
        stream.writable().await.unwrap();
        match stream.try_write(&bytes[sent..]) {
            Ok(count) => sent += count,
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::WouldBlock),
        }
    }
}

async fn converse(stream: TcpStream, bytes: &[u8]) -> (Vec<u8>, usize) {
    tokio::time::timeout(AMPLE, both_ways(stream, bytes)).await.expect("the door neither answers nor closes")
}

async fn both_ways(stream: TcpStream, bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut sent, mut answer, mut piece) = (0, Vec::new(), vec![0; 64 * 1024]);
    let mut writing = true;
    loop {
        if writing && sent == bytes.len() {
            writing = false;
        }
        if writing {
            tokio::select! {
                ready = stream.writable() => ready.unwrap(),
                ready = stream.readable() => ready.unwrap(),
            }
            match stream.try_write(&bytes[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The door closed on us: what it said before is what counts.
                Err(_) => writing = false,
            }
        } else {
            stream.readable().await.unwrap();
        }
        match stream.try_read(&mut piece) {
            Ok(0) => return (answer, sent),
            Ok(count) => answer.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return (answer, sent),
        }
    }
}

impl Reply {
    /// Reads one whole answer.
    pub(crate) fn read(bytes: &[u8]) -> Option<Reply> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let headers = lines.map(pair).collect::<Option<Vec<_>>>()?;
        Some(Reply { status, headers, body: bytes[end + 4..].to_vec() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// The version in the `ETag`.
    pub(crate) fn version(&self) -> i64 {
        self.header("etag").unwrap().trim_matches('"').parse().unwrap()
    }

    /// Fails unless this is the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The problem's slug, `stale`; empty when it is none.
    pub(crate) fn problem(&self) -> String {
        if self.header("content-type") != Some("application/problem+json") {
            return String::new();
        }
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.strip_prefix("urn:whistle-hub:problem:").unwrap_or_default().to_owned()
    }

    /// `/pointer code` of every fault.
    pub(crate) fn faults(&self) -> Vec<String> {
        let body = self.json();
        let list = body["errors"].as_array().cloned().unwrap_or_default();
        let one =
            |fault: &Value| format!("{} {}", fault["pointer"].as_str().unwrap_or("?"), fault["code"].as_str().unwrap());
        list.iter().map(one).collect()
    }

    /// Code and subject of every reason.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let told = self.json();
        let all = told["reasons"].as_array().unwrap().iter();
        all.map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["subject"].as_str().unwrap())).collect()
    }

    /// Everything but what differs between any two requests: the request's own id (which is in the length) and the date.
    pub(crate) fn sameness(&self) -> String {
        let own = ["x-request-id", "date", "content-length"];
        let mut headers: Vec<_> = self.headers.iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
        headers.sort();
        let id = self.header("x-request-id").unwrap_or("no id");
        format!("{} {headers:?} {}", self.status, self.text().replace(id, "<id>"))
    }
}
