//! Looks into a document that is a container (ZIP): which parts it has, and whether one of them would run. Bounded in
//! parts and in bytes that are unpacked; a container that says one thing here and another there is damaged. It reads the
//! list of parts and the list of their kinds, never a part.

use crate::domain::attachment::Unfit;
use flate2::read::DeflateDecoder;
use std::io::Read;

/// Most parts, and longest unpacked list of kinds, bytes.
const PARTS_MAX: usize = 4_000;
const KINDS_MAX: u64 = 1024 * 1024;
/// The end of a container: its mark, its length, and how far from the end of the file it may be.
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const END_AWAY: usize = END_BYTES + 65_535;
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const KINDS: &str = "[Content_Types].xml";
/// What a part's name has in it if it holds macros, or ends with if it is a program.
const MACROS: &[&str] = &["vbaproject", "vbadata", "macrosheets/", "activex/"];
const PROGRAMS: &[&str] = &[
    ".exe", ".dll", ".com", ".scr", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".bat", ".cmd", ".ps1", ".jar",
    ".msi", ".lnk", ".html", ".htm", ".svg",
];
/// What the list of kinds says of macros.
const MACRO_KINDS: &[&str] = &["macroenabled", "vbaproject", "activex"];

/// What a container is by its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Word,
    Sheets,
    Ofd,
    /// An archive, or a document of another kind.
    Other,
}

struct Entry<'b> {
    name: &'b str,
    method: u16,
    packed: usize,
    local: usize,
}

/// What is inside.
pub(super) fn inside(bytes: &[u8]) -> Result<Inside, Unfit> {
    let entries = entries(bytes).ok_or(Unfit::Damaged)?;
    let names: Vec<String> = entries.iter().map(|entry| entry.name.to_ascii_lowercase()).collect();
    let has = |name: &str| names.iter().any(|one| one == name);
    let inside = match (has("word/document.xml"), has("xl/workbook.xml"), has("ofd.xml")) {
        (true, false, false) => Inside::Word,
        (false, true, false) => Inside::Sheets,
        (false, false, true) => Inside::Ofd,
        (_, _, _) => return Ok(Inside::Other),
    };
    let runs =
        |name: &String| MACROS.iter().any(|mark| name.contains(mark)) || PROGRAMS.iter().any(|end| name.ends_with(end));
    if names.iter().any(runs) {
        return Err(Unfit::Macros);
    }
    if inside == Inside::Ofd {
        return Ok(inside);
    }
    let kinds = entries.iter().find(|entry| entry.name == KINDS).ok_or(Unfit::Damaged)?;
    let kinds = unpacked(bytes, kinds).ok_or(Unfit::Damaged)?.to_ascii_lowercase();
    if MACRO_KINDS.iter().any(|mark| kinds.contains(mark)) { Err(Unfit::Macros) } else { Ok(inside) }
}

/// The list of parts, from the end of the file.
fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let tail = bytes.len().saturating_sub(END_AWAY);
    let end = tail + bytes.get(tail..)?.windows(END.len()).rposition(|window| window == END)?;
    // Nothing stands behind it but its own comment.
    if end + END_BYTES + usize::from(u16_at(bytes, end + 20)?) != bytes.len() {
        return None;
    }
    let count = usize::from(u16_at(bytes, end + 10)?);
    let (on_disks, here) = (u16_at(bytes, end + 4)?, u16_at(bytes, end + 8)?);
    if on_disks != 0 || usize::from(here) != count || count > PARTS_MAX {
        return None;
    }
    let mut at = usize::try_from(u32_at(bytes, end + 16)?).ok()?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        if at + 46 > end || bytes.get(at..at + 4)? != ENTRY {
            return None;
        }
        let (name, extra, comment) = (u16_at(bytes, at + 28)?, u16_at(bytes, at + 30)?, u16_at(bytes, at + 32)?);
        let name_ends = at + 46 + usize::from(name);
        entries.push(Entry {
            name: std::str::from_utf8(bytes.get(at + 46..name_ends)?).ok()?,
            method: u16_at(bytes, at + 10)?,
            packed: usize::try_from(u32_at(bytes, at + 20)?).ok()?,
            local: usize::try_from(u32_at(bytes, at + 42)?).ok()?,
        });
        at = name_ends + usize::from(extra) + usize::from(comment);
    }
    // What stands behind the list, or before its end, belongs to another container.
    (at == end).then_some(entries)
}

/// A part as text, within bounds; its head must say the same as the list.
fn unpacked(bytes: &[u8], entry: &Entry<'_>) -> Option<String> {
    let at = entry.local;
    if bytes.get(at..at.checked_add(4)?)? != LOCAL || u16_at(bytes, at + 8)? != entry.method {
        return None;
    }
    let (name, extra) = (usize::from(u16_at(bytes, at + 26)?), usize::from(u16_at(bytes, at + 28)?));
    if bytes.get(at + 30..at + 30 + name)? != entry.name.as_bytes() {
        return None;
    }
    let from = at + 30 + name + extra;
    let packed = bytes.get(from..from.checked_add(entry.packed)?)?;
    let mut text = Vec::new();
    let read = match entry.method {
        0 => packed.take(KINDS_MAX + 1).read_to_end(&mut text),
        8 => DeflateDecoder::new(packed).take(KINDS_MAX + 1).read_to_end(&mut text),
        _ => return None,
    };
    read.ok().filter(|count| *count as u64 <= KINDS_MAX)?;
    String::from_utf8(text).ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    /// A container of these parts, packed.
    pub(in crate::files) fn container(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut all, mut list) = (Vec::new(), Vec::new());
        for (name, content) in parts {
            let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
            packer.write_all(content).unwrap();
            let packed = packer.finish().unwrap();
            let size = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let common =
                [&[8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &size(packed.len()), &size(content.len()), &length].concat();
            list.extend([ENTRY, &[20, 0, 20, 0, 0, 0], &common, &[0; 12], &size(all.len()), name.as_bytes()].concat());
            all.extend([LOCAL, &[20, 0, 0, 0], &common, &[0, 0], name.as_bytes(), &packed].concat());
        }
        let (count, from) = (u16::try_from(parts.len()).unwrap().to_le_bytes(), all.len());
        let size = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
        let end = [END, &[0; 4], &count, &count, &size(list.len()), &size(from), &[0, 0]].concat();
        [all, list, end].concat()
    }

    const PLAIN: &[u8] = b"<Types><Override ContentType='application/xml'/></Types>";

    #[test]
    fn t25_documents_are_known_by_their_parts_and_refused_with_macros_in_any_dress() {
        let word = ("word/document.xml", &b"<w/>"[..]);
        let kinds = (KINDS, PLAIN);
        let with = |more: (&'static str, &'static [u8])| container(&[kinds, word, more]);
        let enabled = b"<Override ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/>";
        for (bytes, is) in [
            (container(&[kinds, word]), Ok(Inside::Word)),
            (container(&[kinds, ("xl/workbook.xml", b"<x/>")]), Ok(Inside::Sheets)),
            (container(&[("OFD.xml", b"<o/>")]), Ok(Inside::Ofd)),
            (container(&[("a.txt", b"a")]), Ok(Inside::Other)),
            (container(&[kinds, word, ("xl/workbook.xml", b"")]), Ok(Inside::Other)),
            (with(("word/vbaProject.bin", b"x")), Err(Unfit::Macros)),
            (with(("word/activeX/activeX1.bin", b"x")), Err(Unfit::Macros)),
            (with(("word/embeddings/a.EXE", b"x")), Err(Unfit::Macros)),
            (container(&[("OFD.xml", b"<o/>"), ("Doc_0/a.js", b"x")]), Err(Unfit::Macros)),
            (container(&[(KINDS, enabled), word]), Err(Unfit::Macros)),
            (container(&[word]), Err(Unfit::Damaged)),
        ] {
            assert_eq!(inside(&bytes), is);
        }
    }

    #[test]
    fn t25_what_lies_about_itself_or_swells_is_damaged() {
        let good = container(&[(KINDS, PLAIN), ("word/document.xml", b"<w/>")]);
        assert_eq!(inside(&good[..good.len() - 1]).err(), Some(Unfit::Damaged), "cut");
        assert_eq!(inside(&[&good[..], b"PK\x05\x06"].concat()).err(), Some(Unfit::Damaged));
        let mut other = good.clone();
        other[30] = b'x';
        assert_eq!(inside(&other), Err(Unfit::Damaged), "two names for one part");
        let bomb = container(&[(KINDS, &vec![b' '; 8 * 1024 * 1024]), ("word/document.xml", b"<w/>")]);
        assert!(bomb.len() < 64 * 1024);
        assert_eq!(inside(&bomb), Err(Unfit::Damaged), "unpacked beyond its bound");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_judged(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..400_usize) {
            let mut whole = container(&[(KINDS, PLAIN), ("word/document.xml", b"<w/>")]);
            let from = at.min(whole.len());
            let to = (from + bytes.len()).min(whole.len());
            whole[from..to].copy_from_slice(&bytes[..to - from]);
            prop_assert!(matches!(inside(&whole), Ok(_) | Err(Unfit::Macros | Unfit::Damaged)));
            prop_assert_eq!(inside(&bytes), Err(Unfit::Damaged));
        }
    }
}
