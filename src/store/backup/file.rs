//! The file of a backup: a head, then lines of JSON in guarded pieces. It reads nothing that is not exactly what was
//! written, and says in which way it is not; what the lines mean is not its business.

use crate::crypto::{Frames, GUARD_BYTES, NoSeal, derived};
use crate::ids::hex;
use crate::store::Fault;
use serde::Serialize;
use std::io::{self, ErrorKind, Read, Write};

/// What every backup begins with; the number is the form of the file.
const MAGIC: &[u8; 21] = b"whistle-hub backup 1\n";
const SQLITE_MAGIC: &[u8] = b"SQLite format 3";
/// Magic, the key's name, a salt that no other file has.
const HEAD_BYTES: usize = MAGIC.len() + NAME_BYTES + SALT_BYTES;
const NAME_BYTES: usize = 8;
const SALT_BYTES: usize = 16;
/// Stands where a file has no key.
const NO_KEY: &[u8; NAME_BYTES] = b"--------";
const PIECE_BYTES: usize = 64 * 1024;
/// In a piece's length: it is the last one.
const LAST: u32 = 1 << 31;
/// Longest line, bytes: above every row that the hub writes.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a file is not restored.
#[derive(Debug, thiserror::Error)]
pub enum BadBackup {
    #[error("is no backup: only a file that `whistle-hub backup` made is restored")]
    Foreign,
    #[error(
        "is a bare SQLite file and no backup: what lay in its -wal may be missing; only a file that `whistle-hub backup` \
         made is restored"
    )]
    BareSqlite,
    #[error("is cut short: its end is missing")]
    CutShort,
    #[error("was altered, or is broken, after it was written")]
    Altered,
    #[error("is sealed with the key {0}: name the file of that key in backup.key_file")]
    NoKey(String),
    #[error("is sealed with the key {theirs}, backup.key_file is the key {ours}")]
    OtherKey { theirs: String, ours: String },
    #[error("was made by a newer whistle-hub (schema {0}): install that one")]
    Newer(i64),
    #[error("holds something else than it says: {0}")]
    Inconsistent(&'static str),
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("the key of backups does not seal")]
    Key(#[from] NoSeal),
    #[error(transparent)]
    Ledger(#[from] Fault),
}

/// By what a key is told from another; says nothing of it.
pub fn name_of(secret: &[u8]) -> Result<String, NoSeal> {
    Ok(hex(&derived(secret, "name of the backup key")?[..NAME_BYTES / 2]))
}

pub(super) struct Writer<W: Write> {
    out: W,
    frames: Frames,
    held: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W, secret: Option<&[u8]>) -> Result<Writer<W>, BadBackup> {
        let mut salt = [0; SALT_BYTES];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| NoSeal)?;
        let name = secret.map(name_of).transpose()?.map_or(NO_KEY.to_vec(), String::into_bytes);
        let head = [&MAGIC[..], &name, &salt].concat();
        out.write_all(&head)?;
        Ok(Writer { out, frames: Frames::new(secret, &head)?, held: Vec::new() })
    }

    pub(super) fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.held, line)?;
        self.held.push(b'\n');
        while self.held.len() > PIECE_BYTES {
            let rest = self.held.split_off(PIECE_BYTES);
            self.piece(false)?;
            self.held = rest;
        }
        Ok(())
    }

    /// Writes the last piece; without it the file is cut short.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.piece(true)?;
        self.out.flush()
    }

    fn piece(&mut self, last: bool) -> io::Result<()> {
        let mut piece = std::mem::take(&mut self.held);
        self.frames.close(&mut piece, last).map_err(io::Error::other)?;
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        self.out.write_all(&(length | if last { LAST } else { 0 }).to_be_bytes())?;
        self.out.write_all(&piece)
    }
}

pub(super) struct Reader<R: Read> {
    source: R,
    frames: Frames,
    held: Vec<u8>,
    /// How much of `held` was given out.
    given: usize,
    ended: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn open(mut source: R, secret: Option<&[u8]>) -> Result<Reader<R>, BadBackup> {
        let mut head = Vec::new();
        source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        if head.starts_with(SQLITE_MAGIC) {
            return Err(BadBackup::BareSqlite);
        }
        let rest = head.strip_prefix(MAGIC).ok_or(BadBackup::Foreign)?;
        let (theirs, _) = rest.split_at_checked(NAME_BYTES).ok_or(BadBackup::CutShort)?;
        if head.len() < HEAD_BYTES {
            return Err(BadBackup::CutShort);
        }
        // A file without a key was written before there was one: it opens beside a key, too.
        let secret = if theirs == NO_KEY { None } else { Some(the_key(theirs, secret)?) };
        let frames = Frames::new(secret, &head)?;
        Ok(Reader { source, frames, held: Vec::new(), given: 0, ended: false })
    }

    /// The next line, without its end; nothing after the last.
    pub(super) fn line(&mut self) -> Result<Option<&[u8]>, BadBackup> {
        let mut looked = self.given;
        let end = loop {
            if let Some(at) = self.held[looked..].iter().position(|byte| *byte == b'\n') {
                break looked + at;
            }
            if self.ended {
                let clean = self.given == self.held.len();
                return if clean { Ok(None) } else { Err(BadBackup::Inconsistent("a line has no end")) };
            }
            self.held.drain(..self.given);
            self.given = 0;
            looked = self.held.len();
            if looked > LINE_BYTES_MAX {
                return Err(BadBackup::Inconsistent("a line is too long"));
            }
            self.piece()?;
        };
        let from = std::mem::replace(&mut self.given, end + 1);
        Ok(Some(&self.held[from..end]))
    }

    fn piece(&mut self) -> Result<(), BadBackup> {
        let mut length = [0; 4];
        self.whole(&mut length)?;
        let told = u32::from_be_bytes(length);
        let length = usize::try_from(told & !LAST).unwrap_or(usize::MAX);
        if length > PIECE_BYTES + GUARD_BYTES {
            return Err(BadBackup::Altered);
        }
        let mut piece = vec![0; length];
        self.whole(&mut piece)?;
        let last = told & LAST != 0;
        self.held.extend(self.frames.open(piece, last).ok_or(BadBackup::Altered)?);
        if last {
            self.ended = true;
            // Nothing may hang behind the end.
            if self.source.read(&mut [0])? != 0 {
                return Err(BadBackup::Altered);
            }
        }
        Ok(())
    }

    fn whole(&mut self, bytes: &mut [u8]) -> Result<(), BadBackup> {
        let read = self.source.read_exact(bytes);
        read.map_err(|error| if error.kind() == ErrorKind::UnexpectedEof { BadBackup::CutShort } else { error.into() })
    }
}

fn the_key<'s>(theirs: &[u8], secret: Option<&'s [u8]>) -> Result<&'s [u8], BadBackup> {
    let theirs = String::from_utf8_lossy(theirs).into_owned();
    let Some(secret) = secret else { return Err(BadBackup::NoKey(theirs)) };
    let ours = name_of(secret)?;
    if ours == theirs { Ok(secret) } else { Err(BadBackup::OtherKey { theirs, ours }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(secret: Option<&[u8]>, lines: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, secret).unwrap();
        for number in 0..lines {
            writer.line(&format!("{number} {}", "长".repeat(number % 97))).unwrap();
        }
        writer.finish().unwrap();
        out
    }

    fn read(bytes: &[u8], secret: Option<&[u8]>) -> Result<usize, BadBackup> {
        let mut reader = Reader::open(bytes, secret)?;
        let mut lines = 0;
        while let Some(line) = reader.line()? {
            let told: String = serde_json::from_slice(line).map_err(|_| BadBackup::Inconsistent("no text"))?;
            assert!(told.starts_with(&format!("{lines} ")), "out of order");
            lines += 1;
        }
        Ok(lines)
    }

    #[test]
    fn lines_come_back_in_their_order_over_many_pieces() {
        for secret in [None, Some(&[5; 32][..])] {
            for lines in [0, 1, 3000] {
                assert_eq!(read(&written(secret, lines), secret).unwrap(), lines);
            }
        }
        let longest = "长".repeat(PIECE_BYTES);
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, None).unwrap();
        writer.line(&longest).unwrap();
        writer.finish().unwrap();
        assert_eq!(Reader::open(&out[..], None).unwrap().line().unwrap().unwrap().len(), longest.len() + 2);
    }

    #[test]
    fn a_byte_altered_left_out_or_added_anywhere_is_seen() {
        for secret in [None, Some(&[5; 32][..])] {
            let good = written(secret, 40);
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(read(&bad, secret).is_err(), "altered at {at}");
                assert!(read(&good[..at], secret).is_err(), "cut at {at}");
            }
            assert!(matches!(read(&[&good[..], b"x"].concat(), secret), Err(BadBackup::Altered)));
            assert!(matches!(read(&good[..good.len() - 1], secret), Err(BadBackup::CutShort)));
        }
    }

    #[test]
    fn what_is_no_backup_is_told_by_its_kind() {
        assert!(matches!(read(b"", None), Err(BadBackup::Foreign)));
        assert!(matches!(read(b"PK\x03\x04 a zip of something", None), Err(BadBackup::Foreign)));
        assert!(matches!(read(b"SQLite format 3\0 and so on", None), Err(BadBackup::BareSqlite)));
        let sealed = written(Some(&[5; 32]), 4);
        assert!(matches!(read(&sealed, None), Err(BadBackup::NoKey(_))));
        assert!(matches!(read(&sealed, Some(&[6; 32])), Err(BadBackup::OtherKey { .. })));
        assert_eq!(read(&written(None, 4), Some(&[6; 32])).unwrap(), 4, "made before there was a key");
    }
}
