//! What bench, crash and fault tests share: a small HTTP/1.1 client over kept connections, ways to start the real binary
//! and to sign in, a load, and the comparison with what was answered under it. It knows the wire and the command line
//! only, never what is inside; a broken answer is an error, never passed over.
#![allow(dead_code, unused_imports, reason = "each program that includes these files uses a part of them")]

mod check;
mod file;
mod orders;
mod served;
mod storm;

pub(crate) use check::{Seen, compare, walk};
pub(crate) use file::{AtRest, file_at_rest, letter_files, letters_owed};
pub(crate) use orders::orders;
pub(crate) use served::{Served, demo, hub, pause, until};
pub(crate) use storm::{Entry, Harvest, Load, Manner, Storm, Targets, code_of};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Longest time that one answer may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);
/// Bytes taken from the socket at once.
const PIECE: usize = 16 * 1024;
/// What every demo user signs in with.
const PASSWORD: &str = "whistle-demo";

/// Liaisons who blow, each with a token of their own.
pub(crate) const BLOWERS: [&str; 8] =
    ["liaison.yj", "liaison.xf", "liaison.sh", "liaison.zj", "liaison.sc", "liaison.ga", "liaison.jt", "liaison.wj"];

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("an answer {} that is no JSON", self.status))
    }

    /// A header's first value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.head, name)
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, unread: Vec::with_capacity(PIECE) })
    }

    /// Sends a request made by [`request`] and reads the answer to its end. After an error the connection is spent.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        let exchange = tokio::time::timeout(ANSWER_DEADLINE, self.exchange(request));
        exchange.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.send(request).await?;
        let head_end = loop {
            match self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => self.read_more().await?,
            }
        };
        let head = String::from_utf8_lossy(&self.unread[..head_end]).into_owned();
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "an answer that is no HTTP/1.1 of known length");
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).ok_or_else(broken)?;
        let length = match value_of(&head, "content-length") {
            Some(length) => length.parse::<usize>().map_err(|_| broken())?,
            None if matches!(status, 204 | 304) => 0,
            None => return Err(broken()),
        };
        while self.unread.len() < head_end + length {
            self.read_more().await?;
        }
        let body = self.unread[head_end..head_end + length].to_vec();
        self.unread.drain(..head_end + length);
        Ok(Answer { status, head, body })
    }

    async fn send(&self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = &rest[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        loop {
            self.stream.readable().await?;
            let held = self.unread.len();
            self.unread.resize(held + PIECE, 0);
            let read = self.stream.try_read(&mut self.unread[held..]);
            self.unread.truncate(held + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn value_of<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// Reads as whoever bears the token.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    request("GET", path, &[("authorization", &format!("Bearer {token}"))], "")
}

/// Blows a whistle under a key.
pub(crate) fn blow(token: &str, key: &str, order: &str) -> Vec<u8> {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    request("POST", "/api/v1/whistles", &headers, order)
}

/// Signs in at the JSON door and answers the token.
pub(crate) async fn sign_in(connection: &mut Connection, username: &str) -> anyhow::Result<String> {
    let order = json!({ "username": username, "password": PASSWORD }).to_string();
    let json = [("content-type", "application/json")];
    let answer = connection.ask(&request("POST", "/api/v1/sessions", &json, &order)).await?;
    ensure!(answer.status == 201, "{username} is not signed in: {}", answer.status);
    match answer.json()?["access_token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => bail!("signing in answered no token"),
    }
}

/// Signs all of [`BLOWERS`] in, in their order.
pub(crate) async fn sign_blowers_in(connection: &mut Connection) -> anyhow::Result<Vec<String>> {
    let mut tokens = Vec::with_capacity(BLOWERS.len());
    for username in BLOWERS {
        tokens.push(sign_in(connection, username).await?);
    }
    Ok(tokens)
}
