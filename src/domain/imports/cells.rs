//! Cells: how a value is written so that a spreadsheet neither runs nor rounds it, and how it is read back. What is written
//! here is read here as the same (C18, T22); a cell that a spreadsheet has damaged is refused with its repair.

use super::faults::{Faults, What};
use super::sheet::{Column, SheetRow};
use jiff::civil::{Date, Time, date};
use jiff::{ToSpan, civil};
use std::cell::RefCell;
use std::str::FromStr;

/// Digits that a spreadsheet shows as they are; of longer numbers it rounds the end.
const DIGITS_SHOWN: usize = 11;
/// Longest code, characters.
const CODE_MAX: usize = 50;
/// Days of a spreadsheet's calendar that are taken for a date: 1982 to 2064.
const SERIALS: std::ops::RangeInclusive<i32> = 30_000..=60_000;

/// A value on its way out.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Somebody's words or code.
    Text(String),
    /// A number, a flag, a date: written as it is.
    Plain(String),
}

impl Cell {
    /// A text.
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    /// A text, or nothing.
    pub fn maybe(text: Option<&String>) -> Cell {
        Cell::Text(text.cloned().unwrap_or_default())
    }

    /// A list, parted by semicolons.
    pub fn list<'a>(items: impl Iterator<Item = &'a str>) -> Cell {
        Cell::Text(items.collect::<Vec<_>>().join(";"))
    }

    /// 1 or 0.
    pub fn flag(is: bool) -> Cell {
        Cell::Plain(u8::from(is).to_string())
    }

    /// A number.
    pub fn number(number: impl ToString) -> Cell {
        Cell::Plain(number.to_string())
    }

    /// As it stands in a file. A text that would run gets an apostrophe, which is read as "text"; one that would be taken
    /// for a number gets a tab, which is read as a blank. `="…"` would show better and is a formula.
    pub fn written(&self) -> String {
        match self {
            Cell::Plain(value) => value.clone(),
            Cell::Text(text) if runs_when_bare(text) => format!("'{text}"),
            Cell::Text(text) if is_rounded(text) => format!("\t{text}"),
            Cell::Text(text) => text.clone(),
        }
    }
}

/// Whether a spreadsheet would run it: also after blanks, also with full-width signs.
pub fn is_formula(text: &str) -> bool {
    let signs = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];
    text.chars().find(|c| !c.is_whitespace() || signs.contains(c)).is_some_and(|c| signs.contains(&c))
}

/// The same under any number of our own apostrophes, so that each of them is read back.
fn runs_when_bare(text: &str) -> bool {
    is_formula(text.trim_start_matches('\''))
}

/// Whether a spreadsheet would show other characters: codes of digits, dates, leading noughts.
fn is_rounded(text: &str) -> bool {
    let mark = |c: char| matches!(c, '.' | '-' | '/' | ':' | 'E' | 'e' | '%' | ',');
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.chars().all(|c| c.is_ascii_digit() || mark(c));
    let plain = text.len() <= DIGITS_SHOWN && text.chars().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
    numeric && !plain
}

/// A text as it was before [`Cell::written`].
fn bare(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if runs_when_bare(rest) => rest,
        Some(_) | None => cell,
    }
}

/// `9.1E+17`: what a spreadsheet has made of a code.
fn is_scientific(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    exponent.starts_with('+') && digits(&exponent[1..]) && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// A row on its way in: each question notes its fault and answers nothing then.
pub struct Line<'a> {
    columns: &'static [Column],
    row: &'a SheetRow,
    faults: &'a RefCell<Faults>,
}

impl<'a> Line<'a> {
    pub fn new(columns: &'static [Column], row: &'a SheetRow, faults: &'a RefCell<Faults>) -> Line<'a> {
        Line { columns, row, faults }
    }

    /// Notes a fault and answers nothing.
    pub fn fault<T>(&self, column: &str, what: What) -> Option<T> {
        self.faults.borrow_mut().add(self.row.number, column, what);
        None
    }

    fn cell(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|one| one.name == column);
        at.and_then(|at| self.row.cells.get(at)).map_or("", String::as_str)
    }

    /// A text, which may be missing.
    pub fn maybe(&self, column: &str) -> Option<Option<String>> {
        match self.cell(column) {
            cell if is_formula(cell) => self.fault(column, What::Formula),
            cell if is_scientific(cell) => self.fault(column, What::Rounded),
            "" => Some(None),
            cell => Some(Some(bare(cell).to_owned())),
        }
    }

    /// A text of at most so many characters.
    pub fn text(&self, column: &str, max: usize) -> Option<String> {
        match self.maybe(column)? {
            None => self.fault(column, What::Empty),
            Some(text) if text.chars().count() > max => self.fault(column, What::TooLong { max }),
            Some(text) => Some(text),
        }
    }

    /// A code: short, without blanks.
    pub fn code(&self, column: &str) -> Option<String> {
        let code = self.text(column, CODE_MAX)?;
        if code.contains(char::is_whitespace) { self.fault(column, What::NotACode) } else { Some(code) }
    }

    /// A sign-in's name: lower case, figures, full stop, hyphen, underscore.
    pub fn username(&self, column: &str) -> Option<String> {
        let name = self.code(column)?;
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        if name.chars().all(sound) { Some(name) } else { self.fault(column, What::NotAUsername) }
    }

    /// Words of a list, parted by semicolons.
    pub fn words<T>(
        &self,
        column: &str,
        words: &'static [&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Option<Vec<T>> = self.list(column)?.iter().map(|word| parse(word)).collect();
        read.or_else(|| self.fault(column, What::NotAWord { words }))
    }

    /// Texts parted by semicolons.
    pub fn list(&self, column: &str) -> Option<Vec<String>> {
        let text = self.maybe(column)?.unwrap_or_default();
        let items = text.split([';', '；']).map(str::trim).filter(|item| !item.is_empty());
        Some(items.map(str::to_owned).collect())
    }

    pub fn number<T: FromStr>(&self, column: &str) -> Option<T> {
        let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
        let cell = self.cell(column);
        let number = if cell.chars().all(digits) { cell.parse().ok() } else { None };
        number.or_else(|| self.fault(column, if cell.is_empty() { What::Empty } else { What::NotANumber }))
    }

    /// A number where there may be none.
    pub fn maybe_number<T: FromStr>(&self, column: &str) -> Option<Option<T>> {
        if self.cell(column).is_empty() { Some(None) } else { self.number(column).map(Some) }
    }

    /// 1 or 0.
    pub fn flag(&self, column: &str) -> Option<bool> {
        match self.cell(column) {
            "1" => Some(true),
            "0" => Some(false),
            "" => self.fault(column, What::Empty),
            _ => self.fault(column, What::NotAFlag),
        }
    }

    /// A word of a list.
    pub fn word<T>(
        &self,
        column: &str,
        words: &'static [&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        match self.cell(column) {
            "" => self.fault(column, What::Empty),
            cell => parse(cell).or_else(|| self.fault(column, What::NotAWord { words })),
        }
    }

    /// The same where there may be none.
    pub fn maybe_word<T>(
        &self,
        column: &str,
        words: &'static [&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.cell(column).is_empty() { Some(None) } else { self.word(column, words, parse).map(Some) }
    }

    /// A civil date in one of a spreadsheet's forms, as `2026-12-01`.
    pub fn date(&self, column: &str) -> Option<String> {
        match self.maybe_date(column)? {
            None => self.fault(column, What::Empty),
            date => date,
        }
    }

    /// The same where there may be none.
    pub fn maybe_date(&self, column: &str) -> Option<Option<String>> {
        match self.cell(column) {
            "" => Some(None),
            cell => match read_date(cell) {
                Ok(date) => Some(Some(date.to_string())),
                Err(what) => self.fault(column, what),
            },
        }
    }

    /// A civil moment: a date and a time of day, or RFC 3339.
    pub fn moment(&self, column: &str) -> Option<crate::domain::at::At> {
        use crate::domain::at::At;
        let cell = self.cell(column);
        if cell.is_empty() {
            return self.fault(column, What::Empty);
        }
        if let Some(at) = At::parse(cell) {
            return Some(at);
        }
        let Some((day, time)) = cell.split_once([' ', 'T']) else { return self.fault(column, What::NotATime) };
        let time = read_time(time.trim());
        match (read_date(day), time) {
            (Ok(day), Some(time)) => Some(At::from_civil(civil::DateTime::from_parts(day, time))),
            (Err(what), _) => self.fault(column, what),
            (Ok(_), None) => self.fault(column, What::NotATime),
        }
    }
}

/// `2026-12-01 2026/12/1 2026.12.1 2026年12月1日 20261201`, or the day's number in a spreadsheet's calendar.
fn read_date(cell: &str) -> Result<Date, What> {
    // Spreadsheets add the time of a day's beginning.
    let cell = cell.trim_end_matches(" 0:00").trim_end_matches(" 00:00").trim_end_matches(" 0:00:00");
    let parts: Vec<&str> = cell.split(['-', '/', '.', '年', '月']).map(|part| part.trim_end_matches('日')).collect();
    let number = |part: &str, longest: usize| {
        let sound = !part.is_empty() && part.len() <= longest && part.chars().all(|c| c.is_ascii_digit());
        sound.then(|| part.parse::<i16>().ok()).flatten()
    };
    let short = |part: &str| number(part, 2).and_then(|number| i8::try_from(number).ok());
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            let parts = number(year, 4).zip(short(month).zip(short(day)));
            let day = parts.and_then(|(year, (month, day))| Date::new(year, month, day).ok());
            day.ok_or(What::NotADate)
        }
        [first, second, _] if short(first).is_some() && short(second).is_some() => Err(What::DoubtfulDate),
        [whole] if whole.len() == 8 => {
            let day =
                whole.is_ascii().then(|| format!("{}-{}-{}", &whole[..4], &whole[4..6], &whole[6..]).parse().ok());
            day.flatten().ok_or(What::NotADate)
        }
        [whole] => {
            let serial = whole.parse::<i32>().ok().filter(|serial| SERIALS.contains(serial)).ok_or(What::NotADate)?;
            date(1899, 12, 30).checked_add(serial.days()).map_err(|_| What::NotADate)
        }
        _ => Err(What::NotADate),
    }
}

/// `9:10`, `09:10`, `09:10:00`.
fn read_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| (part.len() <= 2).then(|| part.parse::<i8>().ok()).flatten());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[Column::of("cell", "格")];

    fn asked<T>(cell: &str, of: impl Fn(&Line<'_>) -> Option<T>) -> Result<T, What> {
        let (faults, row) = (RefCell::default(), SheetRow { number: 2, cells: vec![cell.to_owned()] });
        let answer = of(&Line::new(COLUMNS, &row, &faults));
        let fault = faults.borrow().named.first().map(|fault| fault.what.clone());
        answer.ok_or_else(|| fault.expect("nothing, and no fault"))
    }

    #[test]
    fn t22_cells() {
        for text in
            ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠a", "  =1", "\u{3000}=1"]
        {
            let written = Cell::Text(text.to_owned()).written();
            assert_eq!(written, format!("'{text}"), "{text:?} runs");
            assert_eq!(asked(text, |line| line.text("cell", 50)), Err(What::Formula), "{text:?} comes in");
        }
        for text in ["x\"\n=1+1", "a=b", "青溪镇", "'tis", "91990106310135779X"] {
            assert_eq!(Cell::Text(text.to_owned()).written(), text, "{text:?} is harmless");
        }
    }

    #[test]
    fn codes_of_digits_stay_whole_and_what_a_spreadsheet_has_rounded_is_refused() {
        for text in ["919901063101357791", "007", "1E5", "2026-12-01", "3/4", "138000000000"] {
            assert_eq!(Cell::Text(text.to_owned()).written(), format!("\t{text}"));
        }
        for text in ["13800000000", "T01", "12a", "E01"] {
            assert_eq!(Cell::Text(text.to_owned()).written(), text);
        }
        for cell in ["9.1E+17", "9.19901E+17", "1e+18"] {
            assert_eq!(asked(cell, |line| line.text("cell", 50)), Err(What::Rounded), "{cell}");
        }
    }

    #[test]
    fn dates_are_read_in_a_spreadsheets_forms_and_never_guessed() {
        for cell in ["2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "20261201", "46357", "2026/12/1 0:00"]
        {
            assert_eq!(asked(cell, |line| line.date("cell")).as_deref(), Ok("2026-12-01"), "{cell}");
        }
        for cell in ["12/1/2026", "1/12/26", "26-12-01"] {
            assert_eq!(asked(cell, |line| line.date("cell")), Err(What::DoubtfulDate), "{cell}");
        }
        for cell in
            ["2026-02-30", "2026-13-01", "tomorrow", "2026", "99999", "２０２６-12-01", "2026-12", "一二三四五六七八"]
        {
            assert_eq!(asked(cell, |line| line.date("cell")), Err(What::NotADate), "{cell}");
        }
        let at = |cell: &str| asked(cell, |line| line.moment("cell")).map(|at| at.rfc3339());
        for cell in ["2026-01-05T09:10:00+08:00", "2026/1/5 9:10", "2026-01-05 09:10:00"] {
            assert_eq!(at(cell).as_deref(), Ok("2026-01-05T09:10:00+08:00"), "{cell}");
        }
        assert_eq!((at("2026-01-05"), at("2026-01-05 25:10")), (Err(What::NotATime), Err(What::NotATime)));
    }

    #[test]
    fn numbers_flags_and_words_are_what_they_are() {
        let number = |cell: &str| asked(cell, |line| line.number::<f64>("cell"));
        assert_eq!((number("-5.2"), number("9")), (Ok(-5.2), Ok(9.0)));
        for cell in ["1,5", "NaN", "inf", "1e3", "５", "=2", "4-2"] {
            assert_eq!(number(cell), Err(What::NotANumber), "{cell}");
        }
        assert_eq!(asked("1", |line| line.flag("cell")), Ok(true));
        assert_eq!(asked("是", |line| line.flag("cell")), Err(What::NotAFlag));
        assert_eq!(asked("", |line| line.flag("cell")), Err(What::Empty));
    }

    proptest! {
        #[test]
        fn c18_what_is_written_is_read_back_and_never_runs(text in "['=+@\t0-9Ee./: ＝一-龥a-z-]{1,24}") {
            let text = text.trim();
            let written = Cell::Text(text.to_owned()).written();
            prop_assert!(!is_formula(&written) || written.starts_with('\t'));
            prop_assert!(!is_formula(written.trim_start_matches('\t')));
            if !text.is_empty() && !is_scientific(text) {
                prop_assert_eq!(asked(written.trim(), |line| line.text("cell", 100)), Ok(text.to_owned()));
            }
        }

        #[test]
        fn whatever_stands_in_a_cell_is_a_value_or_a_fault(cell in "\\PC{0,40}") {
            let cell = cell.trim();
            let fine = |answer: Result<(), What>| answer.is_ok() || answer.is_err();
            prop_assert!(fine(asked(cell, |line| line.date("cell").map(drop))));
            prop_assert!(fine(asked(cell, |line| line.moment("cell").map(drop))));
            prop_assert!(fine(asked(cell, |line| line.number::<u32>("cell").map(drop))));
        }
    }
}
