//! A reader of `GET /api/v1/events` that outlives its server: when the feed ends it goes on at the next replica from
//! where it was, and remembers every `id` it was told. What it must never see: an event twice, or one left out.

use crate::load::{Targets, pause};
use anyhow::{Context, ensure};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Longest silence: the contract promises a heartbeat at least every 20 s.
const SILENCE: Duration = Duration::from_secs(25);

/// A reader under way.
pub(crate) struct Feed {
    heard: Arc<Mutex<Heard>>,
    reading: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    /// Of events, in the order of arrival.
    ids: Vec<i64>,
    /// Where the next feed goes on. A feed may also tell it without an event.
    place: i64,
    /// Feeds that were opened, and why the last one was not.
    opened: usize,
    refusal: Option<String>,
}

impl Feed {
    /// Reads as whoever bears the token, from the first event on.
    #[allow(clippy::disallowed_methods, reason = "a test program starts its own tasks")]
    pub(crate) fn open(targets: Targets, first: usize, token: String) -> Feed {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shared = Arc::clone(&heard);
        let reading = tokio::task::spawn(async move {
            for turn in first.. {
                let all = targets.all();
                if let Err(fault) = read(all[turn % all.len()], &token, &shared).await {
                    lock(&shared).refusal = Some(format!("{fault:#}"));
                }
                pause(50).await;
            }
        });
        Feed { heard, reading }
    }

    /// How many feeds were opened so far.
    pub(crate) fn opened(&self) -> usize {
        lock(&self.heard).opened
    }

    /// Waits until this event was heard, then ends; answers all that were.
    pub(crate) async fn end(self, last: i64) -> anyhow::Result<Vec<i64>> {
        for _ in 0..100 {
            if lock(&self.heard).ids.contains(&last) {
                break;
            }
            pause(100).await;
        }
        self.reading.abort();
        let heard = lock(&self.heard);
        let why = heard.refusal.clone().unwrap_or_default();
        ensure!(heard.ids.contains(&last), "{} events came, the last one, {last}, did not; {why}", heard.ids.len());
        Ok(heard.ids.clone())
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One feed from where the last one ended to its end.
async fn read(address: SocketAddr, token: &str, heard: &Mutex<Heard>) -> anyhow::Result<()> {
    let after = lock(heard).place;
    let request = format!(
        "GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nlast-event-id: {after}\r\n\r\n"
    );
    let stream = TcpStream::connect(address).await?;
    stream.writable().await?;
    ensure!(stream.try_write(request.as_bytes())? == request.len(), "a request that does not leave at once");
    let (mut unread, mut told, mut greeted) = (Vec::new(), Vec::new(), false);
    loop {
        let came = tokio::time::timeout(SILENCE, more(&stream, &mut unread)).await.context("a silent feed")?;
        if !came? {
            return Ok(());
        }
        if !greeted {
            let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&unread[..end]).to_lowercase();
            ensure!(head.starts_with("http/1.1 200"), "the feed answers {}", head.lines().next().unwrap_or_default());
            ensure!(head.contains("transfer-encoding: chunked"), "a feed of known length");
            unread.drain(..end + 4);
            greeted = true;
            lock(heard).opened += 1;
        }
        while let Some(chunk) = chunk(&mut unread)? {
            told.extend(chunk);
        }
        while let Some(end) = told.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = told.drain(..end + 2).collect();
            heard_block(&String::from_utf8_lossy(&block), &mut lock(heard))?;
        }
    }
}

/// What stands between two empty lines.
fn heard_block(block: &str, heard: &mut Heard) -> anyhow::Result<()> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    if let Some(id) = field("id: ") {
        heard.place = id.parse().context("an id that is no number")?;
        if field("data: ").is_some() {
            heard.ids.push(heard.place);
        }
    }
    Ok(())
}

/// Waits for bytes; none when the server has closed.
async fn more(stream: &TcpStream, unread: &mut Vec<u8>) -> anyhow::Result<bool> {
    let mut piece = vec![0; 16 * 1024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut piece) {
            Ok(0) => return Ok(false),
            Ok(read) => {
                unread.extend_from_slice(&piece[..read]);
                return Ok(true);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The next whole chunk of a chunked body.
fn chunk(unread: &mut Vec<u8>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(end) = unread.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
    let size = std::str::from_utf8(&unread[..end])?;
    let size = usize::from_str_radix(size.trim(), 16).context("a chunk without its size")?;
    let whole = end + 2 + size + 2;
    if unread.len() < whole {
        return Ok(None);
    }
    let body = unread[end + 2..end + 2 + size].to_vec();
    unread.drain(..whole);
    Ok(Some(body))
}
