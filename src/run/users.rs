//! `whistle-hub add-user`: a sign-in by the operator's hand, the first one of a district too. It needs no keys and starts
//! nothing; a password comes from a file or from standard input, never from the command line, and is never printed back.

use super::setup::{self, Surroundings};
use super::upkeep;
use crate::app::people::{self, ByHand};
use crate::config::Settings;
use anyhow::{Context, bail};
use secrecy::SecretString;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Longer than any password, bytes.
const BYTES_MAX: u64 = 4096;
/// Whoever pipes a password in has it there at once; an input that nobody writes to must not hold the operator up.
const PIPE_WAIT: Duration = Duration::from_secs(2);

/// Makes the sign-in; says in one sentence what became of it.
pub async fn add(settings: &Settings, order: ByHand<'_>, around: &Surroundings) -> anyhow::Result<String> {
    let ledger = upkeep::open(settings)?;
    let (username, role, now) = (order.username.to_owned(), order.role, around.clock.now());
    let added = people::add_by_hand(&ledger, order, (now, &around.chance), &setup::password_rules(settings)?).await;
    ledger.close().await?;
    Ok(match added? {
        None => format!("{username} ({role}) may sign in with the password given"),
        Some(initial) => {
            format!("{username} ({role}) may sign in once within 72 hours with\n{initial}\nand then chooses another")
        }
    })
}

/// The password that the operator hands over, without the end of its line; none: nothing was given.
pub fn password(file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let text = match file {
        Some(path) if path != Path::new("-") => {
            let mut text = String::new();
            let opened = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            opened.take(BYTES_MAX).read_to_string(&mut text).context("the password is no text")?;
            text
        }
        Some(_) => piped()?.unwrap_or_default(),
        None if std::io::stdin().is_terminal() => return Ok(None),
        None => match piped()? {
            Some(text) if !text.is_empty() => text,
            Some(_) | None => return Ok(None),
        },
    };
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        bail!("the password is empty");
    }
    Ok(Some(text.to_owned().into()))
}

/// What comes by standard input; nothing if nobody writes there.
fn piped() -> anyhow::Result<Option<String>> {
    let (said, heard) = channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(BYTES_MAX).read_to_string(&mut text);
        // Whoever asked may have gone on.
        said.send(read.map(|_| text)).ok();
    });
    match heard.recv_timeout(PIPE_WAIT) {
        Ok(read) => Ok(Some(read.context("the password is no text")?)),
        Err(_) => Ok(None),
    }
}
