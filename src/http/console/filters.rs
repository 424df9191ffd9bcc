//! The filters of a list, all of them in its address: read leniently (what is not sound is said and left out), shown as
//! fields, written back in a fixed order. Never what a reader may see: that is the Scope's.

use super::next::{escaped, with};
use super::reader::Reader;
use super::saved;
use crate::app::views;
use crate::domain::directory::Directory;
use crate::domain::order::{Fault, FaultCode};
use crate::domain::terms::{Category, FindingStatus, Severity, SummonsStatus, Urgency, VisitStatus, WhistleStatus};
use crate::domain::view::ViewList;
use crate::http::pages::{Choice, FilterField, FiltersView, Notice, Tab, Tone, ViewLink};
use crate::http::problem::{Problem, parameter};
use crate::http::query::{CURSOR_PARAMETER, Parameter, Query, Takes};
use crate::i18n::Lang;
use crate::i18n::pages as words;

/// What the address of a list said, as far as it is sound.
pub(super) struct Filters {
    pub(super) given: Query,
    list: ViewList,
    known: &'static [Parameter],
    faults: Vec<Fault>,
}

impl Filters {
    /// Reads an address by the table of its list.
    pub(super) fn read(raw: &str, list: ViewList, known: &'static [Parameter], directory: &Directory) -> Filters {
        let (given, faults) = Query::sound(raw, known);
        let mut filters = Filters { given, list, known, faults };
        filters.keep_known("town", |code| directory.town(code).is_some());
        filters.keep_known("department", |code| directory.is_unit(code));
        filters.keep_known("enterprise", |code| directory.enterprise(code).is_some());
        filters
    }

    /// Codes that name nothing are left out whole.
    fn keep_known(&mut self, name: &'static str, exists: impl Fn(&str) -> bool) {
        if self.given.text(name).is_some_and(|codes| !codes.split(',').all(exists)) {
            self.given.forget(name);
            self.faults.push(parameter(name, FaultCode::NoSuch));
        }
    }

    /// The filter as the address has it, without the page's place.
    pub(super) fn query(&self) -> String {
        let named = self.known.iter().filter(|known| known.name != CURSOR_PARAMETER.name);
        let set = named.filter_map(|known| Some((known.name, self.given.text(known.name)?)));
        set.map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
    }

    pub(super) fn path(&self) -> &'static str {
        saved::path(self.list)
    }

    /// The list's address with this filter.
    pub(super) fn address(&self) -> String {
        let query = self.query();
        if query.is_empty() { self.path().to_owned() } else { format!("{}?{query}", self.path()) }
    }

    /// The views of a list as tabs, each by its word in the address, the plain address first. One is current while the address
    /// asks for nothing else.
    pub(super) fn tabs(&self, views: &[&'static str], words: &[&str]) -> Vec<Tab> {
        let query = self.query();
        let asked = if query.is_empty() { Some("") } else { query.strip_prefix("view=") };
        let tab = |(view, word): (&&'static str, &&str)| Tab {
            word: (*word).to_owned(),
            href: if view.is_empty() { self.path().to_owned() } else { with(self.path(), "view", view) },
            current: asked == Some(*view),
            count: None,
        };
        views.iter().zip(words).map(tab).collect()
    }

    /// What was left out, each with what it takes.
    pub(super) fn told(&self, reader: &Reader) -> Option<Notice> {
        let lang = reader.lang;
        let told = self.faults.iter().map(|fault| {
            let label = label(lang, &fault.pointer);
            if label.is_empty() {
                return words::desk(lang).filter_unknown.to_owned();
            }
            if matches!(fault.code, FaultCode::NotInList(_)) {
                let takes = options(self.list, &fault.pointer, reader);
                let takes: Vec<&str> = takes.iter().map(|one| one.word.as_str()).collect();
                return words::filter_takes(lang, label, &takes.join(words::of(lang).list_comma));
            }
            words::fault_of(lang, label, &lang.fault(&Fault { pointer: String::new(), code: fault.code }))
        });
        let mut told: Vec<String> = told.collect();
        told.dedup();
        (!told.is_empty()).then(|| {
            let words = words::filters_ignored(lang, &told);
            Notice { tone: Tone::Told, words }
        })
    }

    /// Everything that stands above the list.
    pub(super) async fn view(&self, reader: &Reader) -> Result<FiltersView, Problem> {
        let (lang, query) = (reader.lang, self.query());
        let fields: Vec<FilterField> = self.known.iter().filter_map(|known| self.field(known, reader)).collect();
        let word = |field: &FilterField| {
            let chosen = field.options.iter().find(|one| one.value == field.value).map(|one| one.word.as_str());
            words::told(lang, field.label, chosen.unwrap_or(&field.value))
        };
        let set = fields.iter().filter(|field| !field.value.is_empty()).map(word).collect();
        let named = self.known.iter().filter_map(|known| Some(Choice::new(known.name, self.given.text(known.name)?)));
        let all = views::of(&reader.door.hub, &reader.present.actor.person).await?;
        let own = all.into_iter().filter(|one| one.view.list == self.list);
        let link = |one: views::SavedView| ViewLink {
            href: format!("{}?{}", self.path(), one.view.query),
            current: one.view.query == query,
            id: one.id,
            name: one.view.name,
        };
        Ok(FiltersView {
            path: self.path(),
            list: self.list.as_str(),
            kept: named.filter(|one| one.value != CURSOR_PARAMETER.name).collect(),
            clear: self.path().to_owned(),
            views: own.map(link).collect(),
            fields,
            set,
            query,
        })
    }

    /// A filter as a field; what a list's own search or tabs ask for has none.
    fn field(&self, known: &Parameter, reader: &Reader) -> Option<FilterField> {
        let (label, value) = (label(reader.lang, known.name), self.given.text(known.name).unwrap_or_default());
        let day = matches!(known.takes, Takes::Day);
        let mut options = options(self.list, known.name, reader);
        if label.is_empty() || (options.is_empty() && !day) {
            return None;
        }
        // Several at once come by an address only: they stay one choice.
        if value.contains(',') {
            let word = |code: &str| options.iter().find(|one| one.value == code).map(|one| one.word.clone());
            let several: Vec<String> = value.split(',').filter_map(word).collect();
            options.push(Choice::new(value, several.join(words::of(reader.lang).list_comma)));
        }
        Some(FilterField { name: known.name, label, value: value.to_owned(), options })
    }
}

/// What a filter is called; nothing for what has no field.
fn label(lang: Lang, name: &str) -> &'static str {
    let (t, d) = (words::of(lang), words::desk(lang));
    match name {
        "status" => t.status,
        "urgency" => t.urgency,
        "severity" => t.severity,
        "category" => t.category,
        "town" => t.town,
        "department" => t.department,
        "overdue" => t.due,
        "from" => d.filter_from,
        "to" => d.filter_to,
        _ => "",
    }
}

/// A closed list as choices.
macro_rules! choices {
    ($list:ident, $lang:expr, $word:ident) => {
        $list::ALL.iter().map(|of| Choice::new(of.as_str(), $lang.$word(*of))).collect::<Vec<Choice>>()
    };
}

/// What a filter of this list may be; nothing where it is a day, a text or a place in the list.
fn options(list: ViewList, name: &str, reader: &Reader) -> Vec<Choice> {
    let (lang, directory) = (reader.lang, reader.directory());
    let d = words::desk(lang);
    let words_of = reader.words();
    let unit = |code: &String| Choice::new(code.as_str(), words_of.unit(code));
    match name {
        "status" => match list {
            ViewList::Whistles => choices!(WhistleStatus, lang, whistle_status),
            ViewList::Summonses => choices!(SummonsStatus, lang, summons_status),
            ViewList::Visits => choices!(VisitStatus, lang, visit_status),
            ViewList::Findings => choices!(FindingStatus, lang, finding_status),
        },
        "urgency" => choices!(Urgency, lang, urgency),
        "severity" => choices!(Severity, lang, severity),
        "category" => choices!(Category, lang, category),
        "town" => directory.towns.iter().map(|town| unit(&town.code)).collect(),
        "department" => {
            let departments = directory.departments.iter().map(|one| &one.code);
            departments.chain(directory.towns.iter().map(|town| &town.code)).map(unit).collect()
        }
        "overdue" => vec![Choice::new("true", d.filter_late), Choice::new("false", d.filter_in_time)],
        _ => Vec::new(),
    }
}
