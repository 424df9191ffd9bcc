//! A list as somebody likes to look at it: a name for the filter in an address, kept for that person alone. It grants
//! nothing: whoever follows it sees what they may see then.

use super::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, pairs_of, read};
use super::terms::words;

/// Views that one person keeps, at most.
pub const VIEWS_MAX: usize = 20;
/// Longest name of a view, characters.
pub const NAME_MAX: usize = 20;

words!(
    /// A list that has views.
    ViewList { Whistles = "whistles", Summonses = "summonses", Visits = "visits", Findings = "findings", }
);

/// The order that keeps one.
pub static SAVE: Spec = Spec {
    name: "SaveViewOrder",
    fields: &[
        Field::required("list", Kind::Word(ViewList::WORDS)),
        Field::required("query", Kind::Text { max: TEXT_MAX }),
        Field::required("name", Kind::Text { max: NAME_MAX }),
    ],
};

/// One view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub list: ViewList,
    pub name: String,
    /// The filter as the address has it.
    pub query: String,
}

impl View {
    /// What somebody typed into it: its name, and the values of its filter.
    pub fn said(&self) -> Vec<String> {
        let values = pairs_of(self.query.as_bytes()).unwrap_or_default().into_iter().map(|(_, value)| value);
        values.chain([self.name.clone()]).collect()
    }
}

/// Reads the order beside the views that stand: one of the same name is put in its place.
pub fn parse(body: &Node, stand: &[&View]) -> Result<View, Vec<Fault>> {
    let (reader, mut faults) = read(&SAVE, body);
    let (list, name) = (reader.word("list", ViewList::parse), reader.text("name"));
    let made = list.zip(name).zip(reader.text("query")).map(|((list, name), query)| View { list, name, query });
    let replaces = |view: &View| stand.iter().any(|one| one.list == view.list && one.name == view.name);
    if stand.len() >= VIEWS_MAX && made.as_ref().is_some_and(|view| !replaces(view)) {
        faults.add(reader.pointer("name"), FaultCode::Clash(Clash::TooManyViews));
    }
    faults.judge(made)
}
