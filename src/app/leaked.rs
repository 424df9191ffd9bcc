//! Passwords that have leaked somewhere, by a file that the operator lays beside the hub: SHA-1 in hex, sorted, a line each,
//! perhaps with a count behind a colon. It is searched on disk and never loaded, and nothing of it goes over a network.

use crate::ids::hex;
use aws_lc_rs::digest;
use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Digits of a SHA-1 in hex.
const DIGITS: usize = 40;
/// No line is longer, bytes.
const LINE_MAX: usize = 128;
/// Places that are looked at when the file is first opened.
const PROBES: u64 = 64;

/// A file of leaked passwords' hashes.
#[derive(Debug)]
pub struct Leaked {
    path: PathBuf,
    bytes: u64,
}

/// A line of the file.
struct Line {
    start: u64,
    end: u64,
    hash: String,
}

impl Leaked {
    /// Looks whether it is such a file.
    ///
    /// # Errors
    /// In words for the operator: it cannot be read, a line is no hash, or it is not sorted.
    pub fn open(path: &Path) -> Result<Leaked, String> {
        let unread = |fault: io::Error| fault.to_string();
        let mut file = File::open(path).map_err(unread)?;
        let bytes = file.metadata().map_err(unread)?.len();
        let mut last = String::new();
        for probe in 0..PROBES {
            let Some(line) = line_from(&mut file, bytes / PROBES * probe).map_err(unread)? else { continue };
            if line.hash.len() != DIGITS || !line.hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(format!("the line at byte {} is no SHA-1 in hex", line.start));
            }
            if line.hash < last {
                return Err(format!("it is not sorted: look at byte {}", line.start));
            }
            last = line.hash;
        }
        if last.is_empty() { Err("it is empty".to_owned()) } else { Ok(Leaked { path: path.to_owned(), bytes }) }
    }

    /// Whether this password is in it. Blocks for a few reads.
    ///
    /// # Errors
    /// The file cannot be read any longer.
    pub fn holds(&self, password: &str) -> io::Result<bool> {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let wanted = hex(hash.as_ref()).to_ascii_uppercase();
        let mut file = File::open(&self.path)?;
        // The line, if it is there, begins in `from..to`.
        let (mut from, mut to) = (0, self.bytes);
        while from < to {
            let middle = from + (to - from) / 2;
            match line_from(&mut file, middle)?.filter(|line| line.start < to) {
                None => to = middle,
                Some(line) => match line.hash.cmp(&wanted) {
                    Ordering::Less => from = line.end,
                    Ordering::Greater => to = middle,
                    Ordering::Equal => return Ok(true),
                },
            }
        }
        Ok(false)
    }
}

/// The first line that begins at this byte or after.
fn line_from(file: &mut File, at: u64) -> io::Result<Option<Line>> {
    // From one byte earlier: its end of line, if it is one, shows that a line begins here.
    let before = at.saturating_sub(1);
    file.seek(SeekFrom::Start(before))?;
    let mut bytes = Vec::with_capacity(2 * LINE_MAX);
    file.by_ref().take(2 * LINE_MAX as u64).read_to_end(&mut bytes)?;
    let skipped = match at {
        0 => 0,
        _ => match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None => return Ok(None),
        },
    };
    let line = bytes[skipped..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let start = before + skipped as u64;
    let hash =
        line.iter().take_while(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(byte.to_ascii_uppercase()));
    Ok((!line.is_empty()).then(|| Line { start, end: start + line.len() as u64, hash: hash.collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, lines: &[String]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("whistle-hub-leaked-{}-{name}", std::process::id()));
        std::fs::write(&path, lines.concat()).unwrap();
        path
    }

    fn hashed(password: &str) -> String {
        hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref()).to_ascii_uppercase()
    }

    #[test]
    fn t01_every_leaked_password_is_found_and_no_other() {
        for count in [1_usize, 2, 3, 1000] {
            let mut lines: Vec<String> =
                (0..count).map(|number| format!("{}:{number}\r\n", hashed(&format!("leaked {number}")))).collect();
            lines.sort();
            let leaked = Leaked::open(&file("good", &lines)).unwrap();
            for number in 0..count {
                assert!(leaked.holds(&format!("leaked {number}")).unwrap(), "{number} of {count}");
                assert!(!leaked.holds(&format!("kept {number}")).unwrap(), "{number} of {count}");
            }
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused_in_words() {
        let (one, other) = (hashed("a"), hashed("b"));
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        let padding: Vec<String> = (0..100).map(|_| format!("{low}\n")).collect();
        let unsorted = [vec![format!("{high}\n")], padding].concat();
        for (lines, said) in [(vec![], "empty"), (vec!["password\n".to_owned()], "no SHA-1"), (unsorted, "not sorted")]
        {
            let why = Leaked::open(&file("bad", &lines)).unwrap_err();
            assert!(why.contains(said), "{why}");
        }
        assert!(Leaked::open(Path::new("/nowhere/leaked.txt")).is_err());
    }
}
