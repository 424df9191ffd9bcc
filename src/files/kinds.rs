//! What a file is, by its first bytes and by the end of its name, which must agree (SECURITY T25). An allow-list: what is
//! not known here is not taken, whatever it calls itself. Nothing is decoded and nothing is run.

use super::container::{self, Inside};
use crate::domain::attachment::{Format, Unfit};

/// What begins a page, a drawing or a script, in small letters.
const ACTIVE_TEXTS: &[&str] =
    &["<!doctype", "<html", "<head", "<body", "<svg", "<script", "<?xml", "<?php", "<%", "#!", "mime-version:"];
/// What begins a program: Windows, Unix, Apple, Java, WebAssembly.
const PROGRAMS: &[&[u8]] =
    &[b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm"];
/// How the kind of a photograph of this family is written (ISO 23008-12).
const HEIC_BRANDS: &[&[u8]] = &[b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"];

/// The kind of a file, or why it is not taken.
pub(super) fn format_of(bytes: &[u8], name: &str) -> Result<Format, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    let format = by_content(bytes)?;
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    if format.extensions().contains(&end.as_str()) { Ok(format) } else { Err(Unfit::OtherName) }
}

fn by_content(bytes: &[u8]) -> Result<Format, Unfit> {
    let at = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && at(8, 12) == b"WEBP" {
        return Ok(Format::Webp);
    }
    if at(4, 8) == b"ftyp" && HEIC_BRANDS.contains(&at(8, 12)) {
        return Ok(Format::Heic);
    }
    if bytes.starts_with(b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return match container::inside(bytes)? {
            Inside::Word => Ok(Format::Docx),
            Inside::Sheets => Ok(Format::Xlsx),
            Inside::Ofd => Ok(Format::Ofd),
            Inside::Other => Err(Unfit::OtherKind),
        };
    }
    Err(if is_active(bytes) { Unfit::Active } else { Unfit::OtherKind })
}

fn is_active(bytes: &[u8]) -> bool {
    if PROGRAMS.iter().any(|program| bytes.starts_with(program)) {
        return true;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = text.get(..16).unwrap_or(text).to_ascii_lowercase();
    ACTIVE_TEXTS.iter().any(|mark| begins.starts_with(mark.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t25_a_file_is_what_its_content_and_its_name_agree_on() {
        let jpeg = b"\xff\xd8\xff\xe0....JFIF";
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0";
        let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
        for (bytes, name, kind) in [
            (&jpeg[..], "a.jpg", Ok(Format::Jpeg)),
            (jpeg, "现场.JPEG", Ok(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n..", "a.png", Ok(Format::Png)),
            (webp, "a.webp", Ok(Format::Webp)),
            (heic, "IMG_1.HEIC", Ok(Format::Heic)),
            (b"%PDF-1.7\n", "a.pdf", Ok(Format::Pdf)),
            (jpeg, "a.png", Err(Unfit::OtherName)),
            (jpeg, "a.jpg.exe", Err(Unfit::OtherName)),
            (jpeg, "a.svg", Err(Unfit::OtherName)),
            (jpeg, "jpg", Err(Unfit::OtherName)),
            (b"", "a.jpg", Err(Unfit::Empty)),
            (b"\n  <svg xmlns='x' onload='y'>", "a.jpg", Err(Unfit::Active)),
            (b"\xef\xbb\xbf<!DOCTYPE html>", "a.pdf", Err(Unfit::Active)),
            (b"<?xml version='1.0'?>", "a.ofd", Err(Unfit::Active)),
            (b"#!/bin/sh\nrm -rf /", "photo.jpg", Err(Unfit::Active)),
            (b"MZ\x90\0", "photo.png", Err(Unfit::Active)),
            (b"\x7fELF\x02", "photo.jpg", Err(Unfit::Active)),
            (b"GIF89a", "a.jpg", Err(Unfit::OtherKind)),
            (b"Rar!\x1a\x07", "a.docx", Err(Unfit::OtherKind)),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx", Err(Unfit::OtherKind)),
            (b" %PDF-1.7", "a.pdf", Err(Unfit::OtherKind)),
            (b"plain words", "a.pdf", Err(Unfit::OtherKind)),
            (b"\0\0\0\x18ftypavif", "a.heic", Err(Unfit::OtherKind)),
        ] {
            assert_eq!(format_of(bytes, name), kind, "{name} {:?}", String::from_utf8_lossy(bytes));
        }
    }
}
