//! What rows say about other rows: each told from the others once, and nobody named who is not there. It asks the
//! directory as it stands and the file itself, and notes faults by row and column.

use super::faults::{Faults, What};
use super::lists::Row;
use crate::domain::directory::{Directory, Person};
use std::collections::{HashMap, HashSet};

/// The rows of one file beside the directory.
pub struct Check<'a, R> {
    pub directory: &'a Directory,
    rows: &'a mut [(u64, R)],
    faults: &'a mut Faults,
}

/// One row of them.
pub struct One<'a> {
    pub directory: &'a Directory,
    named: &'a HashSet<String>,
    row: u64,
    faults: &'a mut Faults,
}

impl<'a, R: Row> Check<'a, R> {
    pub fn new(directory: &'a Directory, rows: &'a mut [(u64, R)], faults: &'a mut Faults) -> Check<'a, R> {
        Check { directory, rows, faults }
    }

    /// What is in a column stands there once.
    pub fn once(&mut self, column: &'static str, of: impl Fn(&R) -> Option<&String>) {
        let mut first = HashMap::new();
        for (number, row) in &*self.rows {
            let Some(value) = of(row) else { continue };
            match first.get(value.as_str()) {
                Some(row) => self.faults.add(*number, column, What::Twice { row: *row }),
                None => drop(first.insert(value.as_str(), *number)),
            }
        }
    }

    /// What tells rows apart, where that is more than one column.
    pub fn codes_once(&mut self, column: &'static str) {
        let mut first = HashMap::new();
        for (number, row) in &*self.rows {
            if let Some(row) = first.get(&row.code()) {
                self.faults.add(*number, column, What::Twice { row: *row });
            } else {
                first.insert(row.code(), *number);
            }
        }
    }

    /// What another list has already is not taken.
    pub fn not_in(
        &mut self,
        column: &'static str,
        of: impl Fn(&R) -> Option<&String>,
        taken: impl Fn(&Directory, &str) -> bool,
    ) {
        for (number, row) in &*self.rows {
            if of(row).is_some_and(|value| taken(self.directory, value)) {
                self.faults.add(*number, column, What::Taken);
            }
        }
    }

    /// Asks each row.
    pub fn each(&mut self, of: impl Fn(&R, &mut One<'_>)) {
        let named: HashSet<String> = self.rows.iter().map(|(_, row)| row.code()).collect();
        for (number, row) in &*self.rows {
            let (directory, row_faults) = (self.directory, &mut *self.faults);
            of(row, &mut One { directory, named: &named, row: *number, faults: row_faults });
        }
    }
}

impl Check<'_, Person> {
    /// Whoever is known by this name keeps the id.
    pub fn keep_ids(&mut self) {
        for (_, person) in &mut *self.rows {
            if let Some(known) = self.directory.by_username(&person.username) {
                person.id = known.id.clone();
            }
        }
    }
}

impl One<'_> {
    /// Notes a fault.
    pub fn fault(&mut self, column: &str, what: What) {
        self.faults.add(self.row, column, what);
    }

    /// Notes that something is named which is not there.
    pub fn known(&mut self, column: &str, is_known: bool) {
        if !is_known {
            self.fault(column, What::Unknown);
        }
    }

    /// Notes that the last of two days is before the first.
    pub fn in_order(&mut self, column: &str, first: Option<&String>, last: Option<&String>) {
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            self.fault(column, What::Backwards);
        }
    }

    /// Whether an enterprise stands, in the directory or in the file.
    pub fn is_named(&self, code: &str) -> bool {
        self.named.contains(code) || self.directory.enterprise(code).is_some()
    }
}
