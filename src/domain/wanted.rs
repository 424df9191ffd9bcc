//! What somebody looks for: words, folded in case and width, every sign taken literally. A word is found anywhere in a
//! text; in a name also by its readings: initials, whole syllables or their beginnings, every reading of a character
//! that has several. Readings are looked up while comparing and kept nowhere, so a renamed firm is found at once.

use super::whistle::blow::fold;
use pinyin::ToPinyinMulti;
use std::ops::Range;

/// Words that are looked for apart; what follows them is one more, as it stands.
pub const WORDS_MAX: usize = 5;
/// Longest word that is compared with readings: a bit each in a set of places.
const READ_MAX: usize = 63;

/// What is looked for; without a word everything is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    words: Vec<String>,
}

/// A part of a text, and whether it is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

impl Wanted {
    /// Reads what was typed: blanks part the words.
    pub fn of(typed: &str) -> Wanted {
        let folded = fold(typed);
        let words = folded.trim().splitn(WORDS_MAX, char::is_whitespace).map(str::trim);
        Wanted { words: words.filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// The words, at most [`WORDS_MAX`].
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether nothing is looked for.
    pub fn is_nothing(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether each word is found in one of these names.
    pub fn is_among<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        if self.is_nothing() {
            return true;
        }
        let names: Vec<Vec<Letter>> = names.into_iter().map(letters).collect();
        self.words
            .iter()
            .all(|word| names.iter().any(|name| by_letters(name, word).or(by_readings(name, word)).is_some()))
    }

    /// A name in pieces, those marked that made it found.
    pub fn mark_name(&self, name: &str) -> Vec<Piece> {
        let letters = letters(name);
        let found = self.words.iter().map(|word| by_letters(&letters, word).or_else(|| by_readings(&letters, word)));
        pieces(name, found.flatten().collect())
    }

    /// A text in pieces: in texts words are found as they stand, everywhere.
    pub fn mark_text(&self, text: &str) -> Vec<Piece> {
        let letters = letters(text);
        let mut found = Vec::new();
        for word in &self.words {
            let mut rest = letters.as_slice();
            while let Some(place) = by_letters(rest, word) {
                rest = &rest[rest.partition_point(|letter| letter.place.start < place.end)..];
                found.push(place);
            }
        }
        pieces(text, found)
    }
}

/// One folded letter of a text, and where it stands there.
#[derive(Debug, Clone)]
struct Letter {
    folded: char,
    place: Range<usize>,
}

fn letters(text: &str) -> Vec<Letter> {
    let mut all = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let place = at..at + c.len_utf8();
        all.extend(fold(c.encode_utf8(&mut [0; 4])).chars().map(|folded| Letter { folded, place: place.clone() }));
    }
    all
}

/// Where a word stands first.
fn by_letters(name: &[Letter], word: &str) -> Option<Range<usize>> {
    let length = word.chars().count();
    let stands = |part: &&[Letter]| part.iter().map(|letter| letter.folded).eq(word.chars());
    name.windows(length.max(1)).find(stands).and_then(|part| Some(part.first()?.place.start..part.last()?.place.end))
}

/// Where a word is read first: each character gives a beginning of one of its readings, others give themselves.
fn by_readings(name: &[Letter], word: &str) -> Option<Range<usize>> {
    let word = word.as_bytes();
    if word.len() > READ_MAX || !word.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    (0..name.len()).find_map(|from| {
        // The places in the word that can be reached by reading so far, a bit each.
        let mut reached: u64 = 1;
        for letter in &name[from..] {
            reached = read_on(letter.folded, word, reached);
            if reached == 0 {
                return None;
            }
            if reached >> word.len() & 1 == 1 {
                return Some(name[from].place.start..letter.place.end);
            }
        }
        None
    })
}

fn read_on(c: char, word: &[u8], reached: u64) -> u64 {
    let mut next = 0;
    let mut read = |reading: &str| {
        for at in (0..word.len()).filter(|at| reached >> at & 1 == 1) {
            let common = reading.bytes().zip(&word[at..]).take_while(|(one, other)| one == *other).count();
            (at + 1..=at + common).for_each(|place| next |= 1 << place);
        }
    };
    if c.is_ascii() {
        read(c.encode_utf8(&mut [0; 4]));
    }
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let reading = reading.plain();
        read(reading);
        // 吕 is typed lv or lu.
        if reading.contains(['ü', 'v']) {
            read(&reading.replace(['ü', 'v'], "v"));
            read(&reading.replace(['ü', 'v'], "u"));
        }
    }
    next
}

/// A name as it is most often read aloud, in plain letters: 云湖 is `yunhu`.
pub fn reading(name: &str) -> String {
    let letters = name.chars().map(|c| match c.to_pinyin_multi().and_then(|all| all.into_iter().next()) {
        Some(reading) => reading.plain().replace('ü', "v"),
        None => c.to_string(),
    });
    letters.collect()
}

fn pieces(text: &str, mut found: Vec<Range<usize>>) -> Vec<Piece> {
    found.sort_by_key(|place| (place.start, place.end));
    let (mut pieces, mut at) = (Vec::new(), 0);
    let mut put = |part: Range<usize>, hit| {
        if let Some(text) = text.get(part).filter(|text| !text.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    for place in found {
        if place.end > at {
            put(at..place.start, false);
            put(place.start.max(at)..place.end, true);
            at = place.end;
        }
    }
    put(at..text.len(), false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(name: &str, typed: &str) -> bool {
        Wanted::of(typed).is_among([name])
    }

    fn marked(pieces: &[Piece]) -> String {
        pieces.iter().map(|one| if one.hit { format!("[{}]", one.text) } else { one.text.clone() }).collect()
    }

    #[test]
    fn a_name_is_found_by_initials_syllables_and_their_beginnings() {
        let firm = "明川宏祥金属制品有限公司";
        for typed in
            ["hxjs", "HXJS", "ｈｘｊｓ", "hongxiang", "hongx", "hxjin", "mc", "mingchuanhx", "金属", "hx 制品", "gs"]
        {
            assert!(found(firm, typed), "{typed}");
        }
        for typed in ["xhjs", "hxx", "hong xiangg", "hxjsq", "金鼠", "hx 塑料"] {
            assert!(!found(firm, typed), "{typed}");
        }
    }

    #[test]
    fn every_reading_of_a_character_counts() {
        for (name, typed) in [
            ("单雄信", "sxx"),
            ("单雄信", "danx"),
            ("重庆路", "cql"),
            ("重庆路", "zhongq"),
            ("长乐街道", "cl"),
            ("长乐街道", "zhangle"),
            ("长乐街道", "zhangy"),
            ("吕蒙", "lvm"),
            ("吕蒙", "lum"),
            ("吕蒙", "lm"),
            ("3号A座", "3ha"),
        ] {
            assert!(found(name, typed), "{name} by {typed}");
        }
    }

    #[test]
    fn signs_are_literal_and_blanks_part_words_that_must_all_be_there() {
        for (name, typed, is_found) in [
            ("a_b%", "_", true),
            ("axb", "_", false),
            ("a\\'b", "\\'", true),
            ("３号 Ｂ座", "3号 b", true),
            ("宏祥", "  ", true),
            ("宏祥", "hx xx", false),
            ("", "x", false),
        ] {
            assert_eq!(found(name, typed), is_found, "{name} by {typed}");
        }
        assert!(Wanted::of("hx YJ").is_among(["YJ", "宏祥"]), "each word may stand in another name");
        assert_eq!(Wanted::of("a b c d e f g").words(), ["a", "b", "c", "d", "e f g"]);
    }

    #[test]
    fn marks_show_what_was_found_and_keep_every_character() {
        assert_eq!(marked(&Wanted::of("hxjs").mark_name("明川宏祥金属厂")), "明川[宏祥金属]厂");
        assert_eq!(marked(&Wanted::of("电 3号").mark_text("３号楼配电房，电箱")), "[３号]楼配[电]房，[电]箱");
        assert_eq!(marked(&Wanted::of("配电 电房").mark_text("配电房")), "[配电][房]");
        assert_eq!(marked(&Wanted::of("").mark_text("配电房")), "配电房");
        assert_eq!(marked(&Wanted::of("i").mark_text("İ<b>")), "[İ]<b>", "folding may lengthen");
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_text(text in "[a-cＡ号楼电%_ ]{0,12}", typed in "[a-c号楼电%_ ]{0,6}") {
            let wanted = Wanted::of(&typed);
            for pieces in [wanted.mark_text(&text), wanted.mark_name(&text)] {
                prop_assert_eq!(pieces.iter().map(|one| one.text.as_str()).collect::<String>(), text.clone());
            }
            let hit = wanted.mark_text(&text).iter().any(|one| one.hit);
            prop_assert_eq!(hit, wanted.words().iter().any(|word| fold(&text).contains(word.as_str())));
        }
    }
}
