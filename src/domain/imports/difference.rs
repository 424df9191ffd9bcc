//! What importing a list changes: its rows as they stand against its rows as they shall stand, and the `Change` that
//! gets there. Every row that is new, other or gone has an event with its old and new values; nothing is taken away by
//! being left out unless that was said. It knows rows as documents only, never what they mean.

use super::List;
use crate::domain::decision::{Change, DirectoryRow, Text};
use crate::domain::event::{Doer, Event, EventKind, of_directory, text_ref};
use crate::domain::policy::Actor;
use crate::domain::terms::TextClass;
use crate::ids::{Mint, TextId};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// One row that shall stand: its code and its document.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub code: String,
    pub body: Value,
}

/// What becomes of the rows that a list leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    Stays,
    Goes,
}

/// A row that is other than it was: only the fields that differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub code: String,
    pub old: Map<String, Value>,
    pub new: Map<String, Value>,
}

/// What an import comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub list: List,
    pub added: Vec<Wanted>,
    pub changed: Vec<Changed>,
    pub unchanged: usize,
    /// What the list leaves out.
    pub left_out: Vec<Wanted>,
    pub fate: LeftOut,
    /// The official order of those that were there and stay: as it was, and as it shall be. Nothing if it stays.
    pub order: Option<(Vec<String>, Vec<String>)>,
    put: Vec<DirectoryRow>,
}

/// What the hub itself keeps of a row is no list's to say: who is suspended stays so whatever the roster holds, and a row
/// that has versions is one version on when it is other.
fn kept_by_the_hub(mut row: Wanted, old: &HashMap<&str, &DirectoryRow>) -> Wanted {
    let Some(old) = old.get(row.code.as_str()).map(|old| document(old)) else { return row };
    if let Some(standing) = old.get("standing") {
        row.body["standing"] = standing.clone();
    }
    if let Some(version) = old.get("version").and_then(Value::as_i64) {
        row.body["version"] = version.into();
        if row.body != old {
            row.body["version"] = (version + 1).into();
        }
    }
    row
}

impl Difference {
    /// Compares a list as it stands, in its order, with a list as it shall stand, each code once.
    pub fn of(list: List, stands: &[DirectoryRow], wanted: Vec<Wanted>, fate: LeftOut) -> Difference {
        let old: HashMap<&str, &DirectoryRow> = stands.iter().map(|row| (row.code.as_str(), row)).collect();
        let wanted: Vec<Wanted> = wanted.into_iter().map(|row| kept_by_the_hub(row, &old)).collect();
        let named: HashSet<&str> = wanted.iter().map(|row| row.code.as_str()).collect();
        let left_out: Vec<Wanted> = stands.iter().filter(|row| !named.contains(row.code.as_str())).map(stood).collect();
        let common: Vec<String> = codes(stands.iter().map(|row| &row.code), |code| named.contains(code));
        let asked = codes(wanted.iter().map(|row| &row.code), |code| old.contains_key(code));
        // Half a list says nothing about the order of the whole.
        let reorders = left_out.is_empty() || fate == LeftOut::Goes;
        let order = (reorders && common != asked).then_some((common, asked));
        let (mut added, mut changed, mut unchanged) = (Vec::new(), Vec::new(), 0);
        for row in &wanted {
            match old.get(row.code.as_str()).map(|old| fields_that_differ(old, row)) {
                None => added.push(row.clone()),
                Some((old, new)) if old.is_empty() && new.is_empty() => unchanged += 1,
                Some((old, new)) => changed.push(Changed { code: row.code.clone(), old, new }),
            }
        }
        let put = rows_to_put(list, stands, &wanted, reorders);
        Difference { list, added, changed, unchanged, left_out, fate, order, put }
    }

    /// Whether nothing would be written.
    pub fn is_nothing(&self) -> bool {
        let goes = self.fate == LeftOut::Goes && !self.left_out.is_empty();
        self.added.is_empty() && self.changed.is_empty() && !goes && self.order.is_none()
    }

    /// Adds what it writes to a Change: the rows, an event for each of them, and one for the whole with `source` (whence
    /// the rows came) and the counts.
    pub fn write(self, change: &mut Change, doer: Option<&Actor>, source: Map<String, Value>, mint: &mut Mint) {
        let list = self.list;
        let gone = if self.fate == LeftOut::Goes { self.left_out } else { Vec::new() };
        let mut data = source;
        data.extend([
            ("list".to_owned(), list.as_str().into()),
            ("added".to_owned(), self.added.len().into()),
            ("changed".to_owned(), self.changed.len().into()),
            ("unchanged".to_owned(), self.unchanged.into()),
            ("removed".to_owned(), gone.len().into()),
        ]);
        let mut log = Log { change, doer: doer.map(Doer::from), mint };
        log.record(EventKind::DirectoryImported, data);
        // A whistle that was entered has its own event, and rows of its own.
        let is_entered = list == List::Whistles;
        for row in self.added.into_iter().filter(|_| !is_entered) {
            log.row(EventKind::DirectoryAdded, list, &row.code, &[("new", row.body)]);
        }
        for row in self.changed {
            let sides = [("old", Value::Object(row.old)), ("new", Value::Object(row.new))];
            log.row(EventKind::DirectoryChanged, list, &row.code, &sides);
        }
        if let Some((old, new)) = self.order {
            log.row(EventKind::DirectoryReordered, list, "", &[("old", json!(old)), ("new", json!(new))]);
        }
        let directory = log.change.directory.get_or_insert_default();
        directory.put.extend(self.put.into_iter().filter(|_| !is_entered));
        directory.gone.extend(gone.iter().map(|row| (list.stored().to_owned(), row.code.clone())));
        for row in gone {
            log.row(EventKind::DirectoryRemoved, list, &row.code, &[("old", row.body)]);
        }
    }
}

/// The events of one import.
struct Log<'a> {
    change: &'a mut Change,
    doer: Option<Doer>,
    mint: &'a mut Mint,
}

impl Log<'_> {
    /// Values go by reference: they hold names, which law may erase.
    fn row(&mut self, kind: EventKind, list: List, code: &str, sides: &[(&str, Value)]) {
        let mut data = Map::from_iter([("list".to_owned(), list.as_str().into()), ("code".to_owned(), code.into())]);
        for (side, values) in sides {
            let (id, salt, body) = (TextId::new(self.mint), self.mint.salt(), values.to_string());
            let text = Text { id, salt, body, class: TextClass::Open };
            data.insert((*side).to_owned(), text_ref(&text.id));
            self.change.texts.push(text);
        }
        self.record(kind, data);
    }

    fn record(&mut self, kind: EventKind, data: Map<String, Value>) {
        let (tree, doer, data) = (of_directory(), self.doer.clone(), Value::Object(data));
        self.change.events.push(Event { kind, tree, about: None, doer, office_only: false, data });
    }
}

fn codes<'a>(all: impl Iterator<Item = &'a String>, keep: impl Fn(&str) -> bool) -> Vec<String> {
    all.filter(|code| keep(code)).cloned().collect()
}

/// A row as it stands.
pub(super) fn stood(row: &DirectoryRow) -> Wanted {
    Wanted { code: row.code.clone(), body: document(row) }
}

fn document(row: &DirectoryRow) -> Value {
    serde_json::from_str(&row.body).unwrap_or_default()
}

fn fields_that_differ(old: &DirectoryRow, new: &Wanted) -> (Map<String, Value>, Map<String, Value>) {
    let (old, new) = (document(old), &new.body);
    let differs = |name: &str| old.get(name) != new.get(name);
    let only = |side: &Value| {
        let fields = side.as_object().into_iter().flatten();
        fields.filter(|(name, _)| differs(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    (only(&old), only(new))
}

/// The rows whose document or place will be another. In a whole list the order is the list's; half a list keeps the
/// order that stands and adds its new rows at the end.
fn rows_to_put(list: List, stands: &[DirectoryRow], wanted: &[Wanted], whole: bool) -> Vec<DirectoryRow> {
    let by_code: HashMap<&str, &Wanted> = wanted.iter().map(|row| (row.code.as_str(), row)).collect();
    let old: HashMap<&str, &DirectoryRow> = stands.iter().map(|row| (row.code.as_str(), row)).collect();
    let last = stands.iter().map(|row| row.position).max().unwrap_or(0);
    let placed: Vec<(i64, &Wanted)> = if whole {
        (1..).zip(wanted).collect()
    } else {
        let stay = stands.iter().filter_map(|row| Some((row.position, *by_code.get(row.code.as_str())?)));
        let new = wanted.iter().filter(|row| !old.contains_key(row.code.as_str()));
        stay.chain((last + 1..).zip(new)).collect()
    };
    let row = |(position, wanted): (i64, &Wanted)| {
        let stands = old.get(wanted.code.as_str());
        let same = stands.is_some_and(|row| row.position == position && document(row) == wanted.body);
        (!same).then(|| DirectoryRow {
            kind: list.stored().to_owned(),
            code: wanted.code.clone(),
            position,
            body: wanted.body.to_string(),
        })
    };
    placed.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::actor;

    fn row(code: &str, position: i64, name: &str) -> DirectoryRow {
        let body = json!({ "code": code, "name": name }).to_string();
        DirectoryRow { kind: "town".into(), code: code.into(), position, body }
    }

    fn wanted(code: &str, name: &str) -> Wanted {
        Wanted { code: code.into(), body: json!({ "code": code, "name": name }) }
    }

    fn stands() -> Vec<DirectoryRow> {
        vec![row("T01", 1, "青溪镇"), row("T02", 2, "石圩镇"), row("T03", 3, "白泾镇")]
    }

    fn places(difference: &Difference) -> Vec<(&str, i64)> {
        difference.put.iter().map(|row| (row.code.as_str(), row.position)).collect()
    }

    fn differs(rows: Vec<Wanted>, fate: LeftOut) -> Difference {
        Difference::of(List::Towns, &stands(), rows, fate)
    }

    #[test]
    fn new_changed_unchanged_and_left_out_are_told_apart_and_nothing_goes_unasked() {
        let half = || vec![wanted("T04", "柳塘镇"), wanted("T02", "石圩街道"), wanted("T01", "青溪镇")];
        let kept = differs(half(), LeftOut::Stays);
        assert_eq!((kept.added.len(), kept.changed.len(), kept.unchanged, kept.left_out.len()), (1, 1, 1, 1));
        let changed = &kept.changed[0];
        assert_eq!((changed.old["name"].as_str(), changed.new["name"].as_str()), (Some("石圩镇"), Some("石圩街道")));
        assert_eq!(changed.new.len(), 1, "only what differs");
        assert_eq!((places(&kept), &kept.order), (vec![("T02", 2), ("T04", 4)], &None), "half a list keeps the order");
        let mut change = Change::default();
        kept.write(&mut change, None, Map::new(), &mut Mint::new(0, 1));
        assert!(change.directory.unwrap().gone.is_empty());
        let whole = differs(half(), LeftOut::Goes);
        assert_eq!(places(&whole), [("T04", 1), ("T02", 2), ("T01", 3)]);
        let order = whole.order.clone().unwrap();
        assert_eq!((order.0.join(" "), order.1.join(" ")), ("T01 T02".to_owned(), "T02 T01".to_owned()));
    }

    #[test]
    fn the_same_list_again_is_nothing_and_another_order_is_something() {
        let same = || vec![wanted("T01", "青溪镇"), wanted("T02", "石圩镇"), wanted("T03", "白泾镇")];
        assert!(differs(same(), LeftOut::Stays).is_nothing() && differs(same(), LeftOut::Goes).is_nothing());
        let mut turned = same();
        turned.swap(0, 2);
        let turned = differs(turned, LeftOut::Stays);
        assert!(!turned.is_nothing() && turned.order.is_some());
        assert!(!differs(Vec::new(), LeftOut::Goes).is_nothing() && differs(Vec::new(), LeftOut::Stays).is_nothing());
    }

    #[test]
    fn a_row_that_has_versions_is_one_version_on_when_it_is_other() {
        let body =
            |code: &str, text: &str, version: i64| json!({ "item_code": code, "hazard": text, "version": version });
        let stands: Vec<_> = [("C01", "堵", 3), ("C02", "锁", 1)]
            .iter()
            .zip(1..)
            .map(|((code, text, version), position)| DirectoryRow {
                kind: "hazard".into(),
                code: (*code).into(),
                position,
                body: body(code, text, *version).to_string(),
            })
            .collect();
        // A file says no version, so that each of its rows comes as the first.
        let wanted = [("C01", "堵住"), ("C02", "锁"), ("C03", "暗")]
            .map(|(code, text)| Wanted { code: code.into(), body: body(code, text, 1) });
        let difference = Difference::of(List::Checklist, &stands, wanted.into(), LeftOut::Stays);
        assert_eq!((difference.added[0].body["version"].as_i64(), difference.unchanged), (Some(1), 1));
        let changed = &difference.changed[0];
        assert_eq!((changed.old["version"].as_i64(), changed.new["version"].as_i64()), (Some(3), Some(4)));
        assert_eq!(places(&difference), [("C01", 1), ("C03", 3)]);
    }

    #[test]
    fn c28_every_row_that_an_import_touches_has_an_event_with_old_new_and_actor() {
        let rows = vec![wanted("T03", "白泾街道"), wanted("T01", "青溪镇"), wanted("T05", "马渎镇")];
        let (mut change, admin) = (Change::default(), actor("admin"));
        let source = Map::from_iter([("sha256".to_owned(), "ab".into())]);
        differs(rows, LeftOut::Goes).write(&mut change, Some(&admin), source, &mut Mint::new(0, 1));
        let text = |event: &Event, side: &str| {
            let id = event.data[side]["$text"].as_str()?;
            change.texts.iter().find(|text| text.id.as_str() == id).map(|text| text.body.clone())
        };
        let told: Vec<_> =
            change.events.iter().map(|event| (event.kind, text(event, "old"), text(event, "new"))).collect();
        let of = |text: &str| Some(text.to_owned());
        let expected = [
            (EventKind::DirectoryImported, None, None),
            (EventKind::DirectoryAdded, None, of(r#"{"code":"T05","name":"马渎镇"}"#)),
            (EventKind::DirectoryChanged, of(r#"{"name":"白泾镇"}"#), of(r#"{"name":"白泾街道"}"#)),
            (EventKind::DirectoryReordered, of(r#"["T01","T03"]"#), of(r#"["T03","T01"]"#)),
            (EventKind::DirectoryRemoved, of(r#"{"code":"T02","name":"石圩镇"}"#), None),
        ];
        assert_eq!(told, expected);
        assert!(
            change.events.iter().all(|event| event.doer == Some(Doer::from(&admin)) && event.tree == of_directory())
        );
        let whole = json!({ "list": "towns", "sha256": "ab", "added": 1, "changed": 1, "unchanged": 1, "removed": 1 });
        assert_eq!(change.events[0].data, whole);
        assert_eq!(change.directory.unwrap().gone, [("town".to_owned(), "T02".to_owned())]);
    }
}
