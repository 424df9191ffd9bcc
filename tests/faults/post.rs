//! A mail relay that counts what it is given and can be troublesome: silent after the content, gone while idle, busy, or
//! without such a mailbox. A letter counts as taken as soon as its content is whole, whatever the sender hears of it.

use anyhow::Context;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How it treats letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Good,
    /// Takes the content whole and never says so.
    SilentAfterData,
    /// After each letter: 421 and gone.
    HangsUpWhenIdle,
    /// Answers so to RCPT.
    Refuses(&'static str),
}

/// A running relay; its thread ends with the process.
pub(crate) struct Post {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    manner: Manner,
    /// How many letters still meet it.
    times: usize,
    /// Only letters to the first recipient it sees meet trouble: the others of a post hear of the same letter.
    troubled: Option<String>,
    /// Recipient and Message-ID → how often it was taken.
    taken: HashMap<(String, String), usize>,
}

/// What it was given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    pub(crate) letters: usize,
    /// Taken more than once, and the most often that one was.
    pub(crate) doubled: usize,
    pub(crate) most: usize,
    /// The fewest that one recipient has.
    pub(crate) fewest: usize,
}

impl Post {
    pub(crate) fn start() -> anyhow::Result<Post> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the mail relay")?;
        let port = listener.local_addr()?.port();
        let state = State { manner: Manner::Good, times: 0, troubled: None, taken: HashMap::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                // A line that breaks is the sender's affair.
                std::thread::spawn(move || drop(serve(&socket, &shared)));
            }
        });
        Ok(Post { port, state })
    }

    /// The next so many letters meet this; after them it is good again.
    pub(crate) fn turns(&self, manner: Manner, times: usize) {
        let mut state = lock(&self.state);
        (state.manner, state.times) = (manner, times);
    }

    /// How many letters are yet to meet trouble.
    pub(crate) fn trouble_left(&self) -> usize {
        lock(&self.state).times
    }

    pub(crate) fn taken(&self) -> Taken {
        let state = lock(&self.state);
        let mut each: HashMap<&str, usize> = HashMap::new();
        for (recipient, _) in state.taken.keys() {
            *each.entry(recipient).or_default() += 1;
        }
        Taken {
            letters: state.taken.len(),
            doubled: state.taken.values().filter(|times| **times > 1).count(),
            most: state.taken.values().max().copied().unwrap_or(0),
            fewest: each.values().min().copied().unwrap_or(0),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// How this recipient's letter is treated. Hanging up is said at the end of a letter, refusing at its beginning.
    fn meets(&mut self, recipient: &str) -> Manner {
        let troubled = self.troubled.get_or_insert_with(|| recipient.to_owned());
        if self.times == 0 || troubled != recipient {
            return Manner::Good;
        }
        self.times -= 1;
        self.manner
    }
}

fn serve(mut socket: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let (mut lines, mut line) = (BufReader::new(socket), String::new());
    let (mut recipient, mut meets) = (String::new(), Manner::Good);
    socket.write_all(b"220 double ESMTP\r\n")?;
    while lines.read_line(&mut line)? > 0 {
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-double\r\n250 SIZE 1000000",
            "RCPT" => {
                recipient = line.trim_end().to_lowercase();
                meets = lock(state).meets(&recipient);
                if let Manner::Refuses(answer) = meets { answer } else { "250 fine" }
            }
            "DATA" => {
                socket.write_all(b"354 go on\r\n")?;
                let id = content(&mut lines)?;
                *lock(state).taken.entry((recipient.clone(), id)).or_default() += 1;
                match meets {
                    Manner::SilentAfterData => return lines.read_to_end(&mut Vec::new()).map(drop),
                    Manner::HangsUpWhenIdle => return socket.write_all(b"250 taken\r\n421 idle, goodbye\r\n"),
                    Manner::Good | Manner::Refuses(_) => "250 taken",
                }
            }
            "QUIT" => return socket.write_all(b"221 goodbye\r\n"),
            _ => "250 fine",
        };
        socket.write_all(format!("{answer}\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}

/// Reads a letter to its end and answers its Message-ID.
fn content(lines: &mut impl BufRead) -> std::io::Result<String> {
    let (mut line, mut id) = (String::new(), String::new());
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(id);
        }
        if let Some(found) = line.strip_prefix("Message-ID:") {
            found.trim().clone_into(&mut id);
        }
    }
}
