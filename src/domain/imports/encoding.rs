//! From bytes to text, with the encoding said: which one it is, how sure that is, and which other one would fit as well.
//! Chinese Excel and WPS write GBK where others write UTF-8 (C19). It never replaces what it cannot read, and it never
//! takes one of two readings without saying so.

use crate::domain::terms::words;
use encoding_rs::{Encoding as Coder, GB18030, UTF_8, UTF_16BE, UTF_16LE};

words!(
    /// The encodings that a file may have.
    Encoding { Utf8 = "utf-8", Gb18030 = "gb18030", Utf16Le = "utf-16le", Utf16Be = "utf-16be", }
);

/// How the encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// By the mark at the file's beginning.
    Marked,
    /// No other reading makes sense.
    Fits,
    /// This other one makes sense as well: a person has to look.
    Or(Encoding),
    /// The importer said so.
    Told,
}

/// A file's text, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub encoding: Encoding,
    pub known: Known,
}

/// The file is in no encoding that we read, or not in the one that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// The one that was said, if any.
    pub told: Option<Encoding>,
}

/// How much of a file without a mark is looked at for UTF-16.
const PROBE: usize = 4096;

/// Reads bytes as text: by what was said, else by the mark, else by what fits.
pub fn decode(bytes: &[u8], told: Option<Encoding>) -> Result<Decoded, Unreadable> {
    let (marked, rest) = mark(bytes);
    let read = |encoding, known| {
        let text = strictly(rest, encoding)?;
        Some(Decoded { text, encoding, known })
    };
    let found = match (told, marked) {
        (Some(told), _) => read(told, Known::Told),
        (None, Some(marked)) => read(marked, Known::Marked),
        (None, None) => unmarked(rest),
    };
    found.ok_or(Unreadable { told })
}

fn mark(bytes: &[u8]) -> (Option<Encoding>, &[u8]) {
    match Coder::for_bom(bytes) {
        Some((coder, length)) => {
            let encoding = match coder {
                coder if coder == UTF_16LE => Encoding::Utf16Le,
                coder if coder == UTF_16BE => Encoding::Utf16Be,
                _ => Encoding::Utf8,
            };
            (Some(encoding), bytes.get(length..).unwrap_or_default())
        }
        None => (None, bytes),
    }
}

fn unmarked(bytes: &[u8]) -> Option<Decoded> {
    let of = |text: String, encoding, known| Some(Decoded { text, encoding, known });
    if let Some(encoding) = wide(bytes) {
        return of(strictly(bytes, encoding)?, encoding, Known::Fits);
    }
    let gb = strictly(bytes, Encoding::Gb18030);
    match (strictly(bytes, Encoding::Utf8), gb) {
        (Some(text), gb) => {
            let both = !text.is_ascii() && gb.is_some() && everyday(bytes);
            of(text, Encoding::Utf8, if both { Known::Or(Encoding::Gb18030) } else { Known::Fits })
        }
        (None, Some(text)) => of(text, Encoding::Gb18030, Known::Fits),
        (None, None) => None,
    }
}

/// Without a replacement: nothing if a single character cannot be read.
fn strictly(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let coder = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Gb18030 => GB18030,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
    };
    let (text, faulty) = coder.decode_without_bom_handling(bytes);
    (!faulty).then(|| text.into_owned())
}

/// UTF-16 without a mark: names of columns are ASCII, so that every second byte of the beginning is nought.
fn wide(bytes: &[u8]) -> Option<Encoding> {
    let probe = bytes.get(..bytes.len().min(PROBE))?;
    let noughts = |from: usize| probe.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (high, low) = (noughts(0), noughts(1));
    let many = probe.len() / 8;
    match (high > many, low > many) {
        (false, true) => Some(Encoding::Utf16Le),
        (true, false) => Some(Encoding::Utf16Be),
        (true, true) | (false, false) => None,
    }
}

/// Whether GBK would read only characters of everyday use (the two levels of GB 2312): UTF-8 read as GBK hardly ever
/// does, a text of a few characters may.
fn everyday(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().copied();
    while let Some(lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        let trail = rest.next().unwrap_or_default();
        if !(0xB0..=0xF7).contains(&lead) || trail < 0xA1 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = "code,name\nT01,青溪镇\nP1,䶮𠮷\n";

    fn wide_bytes(text: &str, encoding: Encoding) -> Vec<u8> {
        let bytes = |unit: u16| if encoding == Encoding::Utf16Le { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn c19_the_encoding_is_found_and_said() {
        let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        let (le, be) = (wide_bytes(SAMPLE, Encoding::Utf16Le), wide_bytes(SAMPLE, Encoding::Utf16Be));
        for (bytes, encoding, known) in [
            (SAMPLE.as_bytes().to_vec(), Encoding::Utf8, Known::Fits),
            (with(b"\xEF\xBB\xBF", SAMPLE.into()), Encoding::Utf8, Known::Marked),
            (gb(SAMPLE), Encoding::Gb18030, Known::Fits),
            (with(b"\xFF\xFE", le.clone()), Encoding::Utf16Le, Known::Marked),
            (with(b"\xFE\xFF", be.clone()), Encoding::Utf16Be, Known::Marked),
            (le, Encoding::Utf16Le, Known::Fits),
            (be, Encoding::Utf16Be, Known::Fits),
        ] {
            let read = decode(&bytes, None).unwrap();
            assert_eq!((read.text.as_str(), read.encoding, read.known), (SAMPLE, encoding, known));
        }
    }

    #[test]
    fn c19_two_readings_are_said_and_the_importer_decides() {
        // Two characters in UTF-8 that are three everyday ones in GBK.
        let both = ('一'..='龥').flat_map(|one| ('一'..='丸').map(move |two| format!("{one}{two}")));
        let text = both.into_iter().find(|text| everyday(text.as_bytes())).unwrap();
        let read = decode(text.as_bytes(), None).unwrap();
        assert_eq!((read.text.as_str(), read.known), (text.as_str(), Known::Or(Encoding::Gb18030)));
        let other = decode(text.as_bytes(), Some(Encoding::Gb18030)).unwrap();
        assert_eq!((other.text.chars().count(), other.known), (3, Known::Told));
    }

    #[test]
    fn c19_what_fits_nothing_is_refused_and_never_mended() {
        for bytes in [&b"code\n\xFF\xFF\xFF"[..], b"\xEF\xBB\xBFcode\n\xC0", b"\xFF\xFEc\0o"[..5].into(), b"a\x81"] {
            assert_eq!(decode(bytes, None), Err(Unreadable { told: None }), "{bytes:?}");
        }
        let told = Some(Encoding::Utf8);
        assert_eq!(decode(&gb(SAMPLE), told), Err(Unreadable { told }));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for told in [None, Some(Encoding::Utf8), Some(Encoding::Gb18030), Some(Encoding::Utf16Be)] {
                if let Ok(read) = decode(&bytes, told) {
                    prop_assert!(bytes.is_empty() || read.text.len() <= bytes.len() * 3);
                }
            }
        }

        #[test]
        fn what_gbk_wrote_is_never_taken_for_something_else(text in "[一-龥]{20,60}") {
            let read = decode(&gb(&text), None).unwrap();
            prop_assert_eq!((read.text.as_str(), read.encoding), (text.as_str(), Encoding::Gb18030));
        }
    }
}
