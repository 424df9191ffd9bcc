//! What is wrong with a file, by row and column, all at once. A fault quotes nothing of the file: where it is and what to
//! do about it is said by `i18n`. The list is bounded, its count is not.

use super::encoding::Encoding;
use crate::domain::order::FaultCode;

/// Faults that are named; more are only counted.
pub const FAULTS_MAX: usize = 100;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row as a spreadsheet counts them; 0 is the whole file.
    pub row: u64,
    /// The column's name; empty is the whole row.
    pub column: String,
    pub what: What,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// In none of our encodings, or not in the one that was said.
    Unreadable {
        told: Option<Encoding>,
    },
    TooLarge {
        max_mib: usize,
    },
    NoRows,
    TooManyRows {
        max: usize,
    },
    TooManyColumns {
        max: usize,
    },
    /// A quotation mark that opens a cell and is never closed.
    OpenQuote,
    UnknownColumn,
    MissingColumn,
    TwiceColumn,
    /// The row has more or fewer cells than the head.
    Cells {
        has: usize,
        wants: usize,
    },
    Empty,
    TooLong {
        max: usize,
    },
    /// A control character, or one that stands for something lost.
    Damaged,
    /// It begins as a formula does.
    Formula,
    /// A long number that a spreadsheet has rounded: `9.1E+17`.
    Rounded,
    NotANumber,
    /// Neither 1 nor 0.
    NotAFlag,
    /// No word of its list.
    NotAWord {
        words: &'static [&'static str],
    },
    NotADate,
    /// Day and month could be exchanged, or the century is missing.
    DoubtfulDate,
    NotATime,
    /// Blanks in a code.
    NotACode,
    NotAUsername,
    /// 18 characters of which the last does not fit the others.
    CheckDigit,
    /// The date is another day of the week.
    Weekday,
    /// What tells the row from others stands in this row already.
    Twice {
        row: u64,
    },
    /// Another list has it.
    Taken,
    /// Nothing of that name is known.
    Unknown,
    /// The last day is before the first.
    Backwards,
    /// The calendar is not changed for days that are over.
    Past,
    /// A role that is given by two persons, on the page of people.
    NeedsTwo,
    /// The own role or unit is another person's to change.
    OwnPost,
    /// Not of the right role.
    WrongRole,
    /// The order that the row comes to has this fault.
    Order(FaultCode),
}

impl What {
    /// The word on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            What::Unreadable { .. } => "unreadable",
            What::TooLarge { .. } => "too_large",
            What::NoRows => "no_rows",
            What::TooManyRows { .. } => "too_many_rows",
            What::TooManyColumns { .. } => "too_many_columns",
            What::OpenQuote => "open_quote",
            What::UnknownColumn => "unknown_column",
            What::MissingColumn => "missing_column",
            What::TwiceColumn => "twice_column",
            What::Cells { .. } => "cells",
            What::Empty => "empty",
            What::TooLong { .. } => "too_long",
            What::Damaged => "damaged",
            What::Formula => "formula",
            What::Rounded => "rounded",
            What::NotANumber => "not_a_number",
            What::NotAFlag => "not_a_flag",
            What::NotAWord { .. } => "not_a_word",
            What::NotADate => "not_a_date",
            What::DoubtfulDate => "doubtful_date",
            What::NotATime => "not_a_time",
            What::NotACode => "not_a_code",
            What::NotAUsername => "not_a_username",
            What::CheckDigit => "check_digit",
            What::Weekday => "weekday",
            What::Twice { .. } => "twice",
            What::Taken => "taken",
            What::Unknown => "unknown",
            What::Backwards => "backwards",
            What::Past => "past",
            What::NeedsTwo => "needs_two",
            What::OwnPost => "own_post",
            What::WrongRole => "wrong_role",
            What::Order(code) => code.as_str(),
        }
    }
}

/// The faults of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// In the order in which they were found, at most [`FAULTS_MAX`].
    pub named: Vec<Fault>,
    pub count: usize,
}

impl Faults {
    /// Notes one.
    pub fn add(&mut self, row: u64, column: &str, what: What) {
        self.count += 1;
        if self.named.len() < FAULTS_MAX {
            self.named.push(Fault { row, column: column.to_owned(), what });
        }
    }

    /// Only this one, of the whole file.
    pub fn whole(what: What) -> Faults {
        let mut faults = Faults::default();
        faults.add(0, "", what);
        faults
    }

    /// By row; within a row as they were found.
    pub fn in_order(&mut self) {
        self.named.sort_by_key(|fault| fault.row);
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
