//! What a search for a whistle looks through: its texts and its firm, folded, each part by itself, so that completing
//! one part replaces it without knowing the others. It is whistle text: it is erased with the texts, and no event,
//! letter or log may hold it.

/// Parts the parts: no text that is taken in holds a control character, so none runs over into its neighbour.
const BETWEEN: &str = "\u{1f}";

/// The parts, folded; what is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchText {
    /// Empty as long as the title is only the start of `what`.
    pub(super) title: String,
    pub(super) what: String,
    pub(super) place: String,
    pub(super) firm: String,
}

impl SearchText {
    /// Reads what the whistle keeps.
    pub(super) fn read(kept: &str) -> SearchText {
        let mut parts = kept.split(BETWEEN).map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        SearchText { title: next(), what: next(), place: next(), firm: next() }
    }

    /// What the whistle is to keep.
    pub(super) fn kept(&self) -> String {
        [self.title.as_str(), &self.what, &self.place, &self.firm].join(BETWEEN)
    }
}

/// Folds case and width, so that ３号 finds 3号 and abc finds ＡＢＣ. Query and search text fold alike.
pub fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_case_are_folded_and_nothing_else() {
        for (text, folded) in [
            ("３号车间　Ｂ区", "3号车间 b区"),
            ("ABC-12", "abc-12"),
            ("（液氨）！～", "(液氨)!~"),
            ("粉尘：清灰，不及时。", "粉尘:清灰,不及时。"),
            ("Ⅲ级 É 👷🏽", "ⅲ级 é 👷🏽"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(folded), folded, "folding twice changes {text}");
        }
    }

    #[test]
    fn parts_come_back_as_they_were_kept() {
        let parts = SearchText { title: "a".into(), what: "b\n\tc".into(), place: String::new(), firm: "d".into() };
        assert_eq!(SearchText::read(&parts.kept()), parts);
        let none = SearchText::read("");
        assert_eq!([none.title, none.what, none.place, none.firm].concat(), "");
    }
}
