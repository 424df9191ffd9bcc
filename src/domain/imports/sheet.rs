//! From text to rows: the head by name, bounded cells, every fault at once. Lines of notes above the head (`#`) are left
//! out, rows of nothing but empty cells too. It knows no list: which columns there must be is handed in.

use super::cells::Cell;
use super::faults::{Faults, What};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

/// The bounds of a file (SECURITY §4).
pub const FILE_MAX: usize = 8 * 1024 * 1024;
pub const ROWS_MAX: usize = 50_000;
pub const COLUMNS_MAX: usize = 64;
pub const CELL_MAX: usize = 4000;
/// Begins a line of notes above the head.
pub const NOTE: char = '#';
/// Put behind the text: if it is not a row of its own, a quotation mark is open.
const END: &str = "\u{1}";
const SWALLOWED: &str = "\n\u{1}";

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// What people in a Chinese office call it; a file may use either.
    pub zh: &'static str,
    /// A file without it is whole.
    pub optional: bool,
}

impl Column {
    /// One that every file has.
    pub const fn of(name: &'static str, zh: &'static str) -> Column {
        Column { name, zh, optional: false }
    }

    /// One that a file may leave out.
    pub const fn maybe(name: &'static str, zh: &'static str) -> Column {
        Column { name, zh, optional: true }
    }
}

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// As a spreadsheet counts them.
    pub number: u64,
    /// In the order of the list's columns; empty where the file has none.
    pub cells: Vec<String>,
}

/// A file as rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Those without a fault.
    pub rows: Vec<SheetRow>,
    /// What stands between cells.
    pub separator: char,
    pub faults: Faults,
}

/// Reads a text as rows of these columns.
pub fn read(text: &str, columns: &'static [Column]) -> Sheet {
    let separator = separator(text);
    let (mut faults, mut rows) = (Faults::default(), Vec::new());
    let mut head: Option<Head> = None;
    let closed = format!("{text}\n{END}\n");
    for (number, record) in records(&closed, separator) {
        // The mark of the end is a row of its own unless a cell has swallowed it.
        if record.len() == 1 && record.get(0) == Some(END) {
            break;
        }
        if record.iter().any(|cell| cell.trim_end_matches('\n').ends_with(SWALLOWED)) {
            faults.add(number, "", What::OpenQuote);
            break;
        }
        match &head {
            None if record.get(0).is_some_and(|cell| cell.starts_with(NOTE)) => {}
            None => head = Some(Head::of(&record, number, columns, &mut faults)),
            // With a faulty head every row would be blamed for it.
            Some(head) if head.is_faulty => {}
            Some(_) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Some(_) if rows.len() >= ROWS_MAX => return refused(What::TooManyRows { max: ROWS_MAX }, separator),
            Some(head) => rows.extend(head.row(&record, number, &mut faults)),
        }
        if record.len() > COLUMNS_MAX {
            return refused(What::TooManyColumns { max: COLUMNS_MAX }, separator);
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.add(0, "", What::NoRows);
    }
    Sheet { rows, separator, faults }
}

fn refused(what: What, separator: char) -> Sheet {
    Sheet { rows: Vec::new(), separator, faults: Faults::whole(what) }
}

/// Rows as a file that Excel, WPS and LibreOffice open as they stand: UTF-8 with its mark, CR LF, notes above the head.
pub fn written(columns: &[Column], rows: impl Iterator<Item = Vec<Cell>>, notes: &[String]) -> Vec<u8> {
    let mut file = "\u{FEFF}".as_bytes().to_vec();
    for note in notes {
        // One line each, whatever it says.
        let line: String = note.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        file.extend_from_slice(format!("{NOTE} {line}\r\n").as_bytes());
    }
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(file);
    let head = columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>();
    let rows = rows.map(|row| row.iter().map(Cell::written).collect());
    for row in std::iter::once(head).chain(rows) {
        // Into memory: nothing can fail to be written.
        writer.write_record(row).ok();
    }
    writer.into_inner().unwrap_or_default()
}

/// What the first line of the head is full of.
fn separator(text: &str) -> char {
    let head = text.lines().find(|line| !line.trim_start_matches('"').starts_with(NOTE)).unwrap_or_default();
    let count = |separator: char| head.matches(separator).count();
    [',', '\t', ';'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',')
}

/// The records with their numbers; a text is no stream, so that nothing can fail to be read.
fn records(text: &str, separator: char) -> impl Iterator<Item = (u64, StringRecord)> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    let mut builder = ReaderBuilder::new();
    let mut reader = builder.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut number = 0;
    std::iter::from_fn(move || {
        let (mut record, before) = (StringRecord::new(), reader.position().line());
        let read = reader.read_record(&mut record).unwrap_or(false);
        // A cell may have lines of its own, and empty lines are passed over.
        let inside = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>() as u64;
        number += (reader.position().line() - before).saturating_sub(inside).max(1);
        read.then_some((number, record))
    })
}

/// Where each column of the list stands in the file.
struct Head {
    width: usize,
    places: Vec<Option<usize>>,
    columns: &'static [Column],
    is_faulty: bool,
}

impl Head {
    fn of(record: &StringRecord, number: u64, columns: &'static [Column], faults: &mut Faults) -> Head {
        let before = faults.count;
        let names: Vec<&str> = record.iter().map(str::trim).collect();
        let is = |column: &Column, name: &str| name.eq_ignore_ascii_case(column.name) || name == column.zh;
        // Spreadsheets leave empty columns behind; nothing may stand below them either.
        let width = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        for name in names.iter().take(width).filter(|name| !columns.iter().any(|column| is(column, name))) {
            // The name is the file's own word: bounded, and the only thing that says where to look.
            let short: String = name.chars().take(40).collect();
            faults.add(number, &short, What::UnknownColumn);
        }
        let place = |column: &Column| {
            let mut found = names.iter().enumerate().filter(|(_, name)| is(column, name)).map(|(at, _)| at);
            let first = found.next();
            if found.next().is_some() {
                faults.add(number, column.name, What::TwiceColumn);
            }
            if first.is_none() && !column.optional {
                faults.add(number, column.name, What::MissingColumn);
            }
            first
        };
        let places = columns.iter().map(place).collect();
        Head { width, places, columns, is_faulty: faults.count > before }
    }

    /// The cells in the list's order; nothing if the row has a fault.
    fn row(&self, record: &StringRecord, number: u64, faults: &mut Faults) -> Option<SheetRow> {
        let before = faults.count;
        let beyond = record.iter().skip(self.width).any(|cell| !cell.trim().is_empty());
        if record.len() < self.width || beyond {
            faults.add(number, "", What::Cells { has: record.len(), wants: self.width });
        }
        let mut cells = Vec::with_capacity(self.columns.len());
        for (column, place) in self.columns.iter().zip(&self.places) {
            let cell = place.and_then(|at| record.get(at)).unwrap_or_default().trim();
            if cell.len() > CELL_MAX && cell.chars().count() > CELL_MAX {
                faults.add(number, column.name, What::TooLong { max: CELL_MAX });
            }
            let damaged = |c: char| c == '\u{FFFD}' || c.is_control() && !matches!(c, '\n' | '\r' | '\t');
            if cell.chars().any(damaged) {
                faults.add(number, column.name, What::Damaged);
            }
            cells.push(cell.to_owned());
        }
        (faults.count == before).then_some(SheetRow { number, cells })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[Column::of("code", "编号"), Column::of("name", "名称"), Column::maybe("note", "备注")];

    fn faulty(text: &str) -> Vec<(u64, String, What)> {
        read(text, COLUMNS).faults.named.into_iter().map(|fault| (fault.row, fault.column, fault.what)).collect()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_rows_are_numbered_as_a_spreadsheet_does() {
        let text = "# 导出说明,,\n名称,CODE,\n青溪镇,T01,\n,,\n\n\"石\n圩\",T02\n白泾镇, T03 ,\n";
        let sheet = read(text, COLUMNS);
        let rows: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
        assert_eq!(rows, [(3, "T01|青溪镇|".into()), (6, "T02|石\n圩|".into()), (7, "T03|白泾镇|".into())]);
        assert_eq!(read("code\tname\nT01\ta,b\n", COLUMNS).separator, '\t');
        assert_eq!(read("code;name\r\nT01;\"a;b\"\r\n", COLUMNS).rows[0].cells[1], "a;b");
    }

    #[test]
    fn the_heads_faults_are_named_together() {
        let expected = [
            (1, "nmae".to_owned(), What::UnknownColumn),
            (1, "code".to_owned(), What::TwiceColumn),
            (1, "name".to_owned(), What::MissingColumn),
        ];
        assert_eq!(faulty("code,nmae,编号\nT01,a,b\n"), expected);
    }

    #[test]
    fn rows_have_their_faults_by_row_and_column() {
        let long = "长".repeat(CELL_MAX + 1);
        let text = format!("code,name\nT01\nT02,a,b\nT03,{long}\nT04,a\u{FFFD}\nT05,\u{7}\nT06,ok\n");
        let expected = [
            (2, String::new(), What::Cells { has: 1, wants: 2 }),
            (3, String::new(), What::Cells { has: 3, wants: 2 }),
            (4, "name".to_owned(), What::TooLong { max: CELL_MAX }),
            (5, "name".to_owned(), What::Damaged),
            (6, "name".to_owned(), What::Damaged),
        ];
        assert_eq!(faulty(&text), expected);
        assert_eq!(faulty("code,name\nT01,a\nT02,\"b\nT03,c\n"), [(3, String::new(), What::OpenQuote)]);
        assert_eq!(faulty("code,name\n,\n"), [(0, String::new(), What::NoRows)]);
    }

    #[test]
    fn a_file_is_bounded() {
        let rows = |count: usize| format!("code,name\n{}", "T,a\n".repeat(count));
        assert_eq!(read(&rows(ROWS_MAX), COLUMNS).rows.len(), ROWS_MAX);
        assert_eq!(faulty(&rows(ROWS_MAX + 1)), [(0, String::new(), What::TooManyRows { max: ROWS_MAX })]);
        let wide = format!("code,name{}\n", ",x".repeat(COLUMNS_MAX));
        assert_eq!(faulty(&wide), [(0, String::new(), What::TooManyColumns { max: COLUMNS_MAX })]);
        let many = faulty(&format!("code,name\n{}", "T\n".repeat(500)));
        assert_eq!(many.len(), super::super::faults::FAULTS_MAX);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_rows_or_faults(text in "[a-z,;\"\t\r\n#=\u{0}\u{1}\u{FFFD}一-龥]{0,300}") {
            let sheet = read(&format!("code,name\n{text}"), COLUMNS);
            prop_assert!(sheet.rows.iter().all(|row| row.cells.len() == COLUMNS.len()));
            prop_assert!(sheet.faults.count >= sheet.faults.named.len());
            prop_assert!(!sheet.rows.is_empty() || !sheet.faults.is_empty());
        }
    }
}
