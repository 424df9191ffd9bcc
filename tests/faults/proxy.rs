//! A line to PostgreSQL that can be bad: slow in both directions, or cut around the COMMIT of a whistle, either before it
//! reaches the server or after the server has done it and before anybody hears so. It reads just enough of the wire to
//! know a commit when it sees one, and changes no byte.

use anyhow::Context;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How the server says that a transaction is committed.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";
/// What a client sends first when it would rather speak TLS.
const TLS_WANTED: u32 = 80_877_103;
/// Of the commits that hold a whistle, one in so many is cut.
const CUT_EVERY: usize = 5;

/// Where the line is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Never,
    /// The server never hears of it: the whistle is not there.
    BeforeCommit,
    /// The server has done it: the whistle is there, and its answer is lost.
    AfterCommit,
}

/// The bad line. Connections go on until either side closes.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    to: u16,
    /// One way, milliseconds.
    latency: AtomicU64,
    cut: Mutex<Cut>,
    commits: AtomicUsize,
    cuts: AtomicUsize,
}

impl Proxy {
    /// A good line to a port of this host.
    pub(crate) fn start(to: u16) -> anyhow::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the proxy")?;
        let port = listener.local_addr()?.port();
        let state = State {
            to,
            latency: AtomicU64::new(0),
            cut: Mutex::new(Cut::Never),
            commits: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
        };
        let state = Arc::new(state);
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A server that is away refuses, and so do we.
                if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, shared.to)) {
                    drop(join(&shared, client, server));
                }
            }
        });
        Ok(Proxy { port, state })
    }

    /// How long a byte takes each way, from now on.
    pub(crate) fn slow(&self, one_way: Duration) {
        self.state.latency.store(u64::try_from(one_way.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }

    pub(crate) fn cut(&self, cut: Cut) {
        *self.state.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }

    /// How many commits were cut so far.
    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Relaxed)
    }
}

impl State {
    /// Whether this commit is one to cut, and where.
    fn verdict(&self) -> Cut {
        let cut = *self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        if cut == Cut::Never || !self.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(CUT_EVERY) {
            return Cut::Never;
        }
        self.cuts.fetch_add(1, Ordering::Relaxed);
        cut
    }
}

/// Two directions, each a reader and a writer that waits: bytes on their way do not hold up those behind them.
fn join(state: &Arc<State>, client: TcpStream, server: TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    // Set once the answer to a commit must not come through.
    let deaf = Arc::new(AtomicBool::new(false));
    let (up, to_server) = channel();
    let (down, to_client) = channel();
    let (server_too, client_too) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || write_late(server_too, &to_server));
    std::thread::spawn(move || write_late(client_too, &to_client));
    let (client_too, server_too) = (client.try_clone()?, server.try_clone()?);
    let (state_too, deaf_too) = (Arc::clone(state), Arc::clone(&deaf));
    std::thread::spawn(move || {
        read_client(&state_too, &client, &up, &deaf_too);
        close(&client, &server_too);
    });
    let state = Arc::clone(state);
    std::thread::spawn(move || {
        read_server(&state, &server, &down, &deaf);
        close(&client_too, &server);
    });
    Ok(())
}

fn close(one: &TcpStream, other: &TcpStream) {
    // Whichever side closed first is closed already.
    drop(one.shutdown(Shutdown::Both));
    drop(other.shutdown(Shutdown::Both));
}

type Late = (Instant, Vec<u8>);

impl State {
    #[allow(clippy::disallowed_methods, reason = "a line that is slow by the wall clock")]
    fn send(&self, line: &Sender<Late>, bytes: &[u8]) -> Option<()> {
        let due = Instant::now() + Duration::from_millis(self.latency.load(Ordering::Relaxed));
        line.send((due, bytes.to_vec())).ok()
    }
}

#[allow(clippy::disallowed_methods, reason = "a line that is slow by the wall clock")]
fn write_late(mut to: TcpStream, line: &Receiver<Late>) {
    for (due, bytes) in line {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Ends when the client closes or a commit is cut before it leaves.
fn read_client(state: &State, mut client: &TcpStream, up: &Sender<Late>, deaf: &AtomicBool) -> Option<()> {
    let (mut talk, mut piece) = (Talk::default(), vec![0; 64 * 1024]);
    loop {
        let read = client.read(&mut piece).ok().filter(|read| *read > 0)?;
        talk.unread.extend_from_slice(&piece[..read]);
        let mut whole = Vec::new();
        while let Some((message, commits)) = talk.next() {
            if commits {
                match state.verdict() {
                    Cut::Never => {}
                    Cut::BeforeCommit => return None,
                    Cut::AfterCommit => deaf.store(true, Ordering::SeqCst),
                }
            }
            whole.extend(message);
        }
        state.send(up, &whole)?;
    }
}

/// Ends when the server closes or has committed what nobody shall hear of.
fn read_server(state: &State, mut server: &TcpStream, down: &Sender<Late>, deaf: &AtomicBool) -> Option<()> {
    let (mut unheard, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let read = server.read(&mut piece).ok().filter(|read| *read > 0)?;
        if !deaf.load(Ordering::SeqCst) {
            state.send(down, &piece[..read])?;
            continue;
        }
        unheard.extend_from_slice(&piece[..read]);
        if unheard.windows(COMMITTED.len()).any(|bytes| bytes == COMMITTED) {
            return None;
        }
    }
}

/// What a client has said on one connection.
#[derive(Default)]
struct Talk {
    unread: Vec<u8>,
    /// Whether the greeting, which has no type, is over.
    greeted: bool,
    /// Text by the name it was prepared under.
    statements: HashMap<Vec<u8>, String>,
    /// Whether the transaction under way writes a whistle.
    holds_whistle: bool,
}

impl Talk {
    /// The next whole message, and whether it commits a whistle.
    fn next(&mut self) -> Option<(Vec<u8>, bool)> {
        let kind = usize::from(self.greeted);
        let length: [u8; 4] = self.unread.get(kind..kind + 4)?.try_into().ok()?;
        let end = kind + usize::try_from(u32::from_be_bytes(length)).ok()?;
        if self.unread.len() < end {
            return None;
        }
        let message: Vec<u8> = self.unread.drain(..end).collect();
        if !self.greeted {
            self.greeted = message.get(4..8) != Some(&TLS_WANTED.to_be_bytes());
            return Some((message, false));
        }
        let commits = self.commits(&message);
        Some((message, commits))
    }

    fn commits(&mut self, message: &[u8]) -> bool {
        let mut words = message[5..].split(|byte| *byte == 0);
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let text = match message[0] {
            b'P' => {
                self.statements.insert(first.to_vec(), String::from_utf8_lossy(second).into_owned());
                return false;
            }
            b'B' => self.statements.get(second).cloned().unwrap_or_default(),
            b'Q' => String::from_utf8_lossy(first).into_owned(),
            _ => return false,
        };
        self.holds_whistle |= text.contains("INTO whistles");
        let ends = ["COMMIT", "ROLLBACK"].contains(&text.as_str());
        let commits = text == "COMMIT" && self.holds_whistle;
        self.holds_whistle &= !ends;
        commits
    }
}

/// Tries the reader of the wire on bytes that a driver would send. The test has its own harness, so this is a function.
pub(crate) fn check_itself() -> anyhow::Result<()> {
    let message = |kind: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).unwrap_or(0).to_be_bytes();
        [&[kind], length.as_slice(), body].concat()
    };
    let greeting = [8_u32.to_be_bytes(), TLS_WANTED.to_be_bytes(), 9_u32.to_be_bytes(), 196_608_u32.to_be_bytes()];
    let mut wire = [greeting.concat(), vec![0]].concat();
    let said = [
        (b'P', b"s1\0INSERT INTO whistles VALUES ($1)\0\0\0".as_slice(), false),
        (b'P', b"s2\0COMMIT\0\0\0", false),
        (b'B', b"\0s2\0", false),
        (b'B', b"\0s1\0", false),
        (b'B', b"\0s2\0", true),
        (b'B', b"\0s1\0", false),
        (b'Q', b"ROLLBACK\0", false),
        (b'Q', b"COMMIT\0", false),
    ];
    said.iter().for_each(|(kind, body, _)| wire.extend(message(*kind, body)));
    let (mut talk, mut seen, mut heard) = (Talk::default(), Vec::new(), Vec::new());
    // Byte by byte, as a slow line might bring it.
    for byte in &wire {
        talk.unread.push(*byte);
        while let Some((message, commits)) = talk.next() {
            heard.extend(message);
            seen.push(commits);
        }
    }
    let wanted: Vec<bool> = [false, false].into_iter().chain(said.iter().map(|(.., commits)| *commits)).collect();
    anyhow::ensure!(heard == wire && seen == wanted, "the proxy misreads the wire: {seen:?}");
    Ok(())
}
