//! The ledger's rows from behind, as somebody with access to the database has them: beside the hub, on either engine.
//! Only for what has no door; it knows no rule of ours.

use super::Place;
use crate::servers::{Backend, Postgres};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

impl Place {
    /// Runs statements on the ledger, whichever engine it lies on.
    pub(crate) fn alter(&self, text: &str) {
        match &self.database {
            Some(database) => drop(Postgres::shared().sql(database, text)),
            None => Connection::open(self.path.join("hub.db")).unwrap().execute_batch(text).unwrap(),
        }
    }

    /// Another place with the ledger as it stands here, that nobody has open.
    pub(crate) fn copy(&self) -> Place {
        let copy = match &self.database {
            Some(from) => Place::made(Backend::Servers, |name| Postgres::shared().create_from(name, from)),
            None => {
                let copy = Place::file_only();
                std::fs::copy(self.path.join("hub.db"), copy.path.join("hub.db")).unwrap();
                copy
            }
        };
        // What is drawn there is not drawn a second time.
        copy.opened.set(self.opened.get());
        copy
    }

    /// Every byte of a ledger that nobody has open, deleted rows and old pages among them, as whoever stole it reads it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.database {
            Some(database) => Postgres::shared().dump(database),
            None => {
                let files = std::fs::read_dir(&self.path).unwrap().map(|entry| entry.unwrap().path());
                files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
            }
        }
    }

    /// Every value of every table.
    pub(crate) fn dump(&self) -> Vec<Vec<u8>> {
        self.dump_by_table().into_iter().flat_map(|(_, values)| values).collect()
    }

    /// The same by the tables' names.
    pub(crate) fn dump_by_table(&self) -> Vec<(String, Vec<Vec<u8>>)> {
        match &self.database {
            Some(database) => of_server(database),
            None => of_file(&Connection::open(self.path.join("hub.db")).unwrap()),
        }
    }
}

fn of_file(file: &Connection) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut tables = Vec::new();
    for name in names {
        let mut values = Vec::new();
        let mut all = file.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            values.extend((0..columns).filter_map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
            }));
        }
        drop(rows);
        drop(all);
        tables.push((name, values));
    }
    tables
}

fn of_server(database: &str) -> Vec<(String, Vec<Vec<u8>>)> {
    let server = Postgres::shared();
    let names = server.sql(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    // Bytes are shown as \x and digits.
    let value = |value: &str| value.strip_prefix("\\x").unwrap_or(value).as_bytes().to_vec();
    let table = |name: &str| {
        let rows = server.sql(database, &format!("SELECT * FROM {name}"));
        (name.to_owned(), rows.split(['|', '\n']).map(value).collect())
    };
    names.lines().map(table).collect()
}
