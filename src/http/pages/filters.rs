//! What stands above a list: its filters as fields, those that are set as words, and the reader's own views. Finished
//! words and addresses; nothing here reads a query.

use super::Choice;

/// The filters of one list.
#[derive(Debug, Clone, Default)]
pub struct FiltersView {
    /// Where the form leads.
    pub path: &'static str,
    /// The list's own word for keeping a view of it.
    pub list: &'static str,
    pub fields: Vec<FilterField>,
    /// What is set, each as 紧急程度：加急.
    pub set: Vec<String>,
    /// The same as names and values, so that a search keeps them.
    pub kept: Vec<Choice>,
    /// The whole filter as the address has it, with what is looked for.
    pub query: String,
    /// The list with every filter taken away.
    pub clear: String,
    pub views: Vec<ViewLink>,
}

/// One filter.
#[derive(Debug, Clone)]
pub struct FilterField {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    /// Empty: a day.
    pub options: Vec<Choice>,
}

/// A view that the reader has named.
#[derive(Debug, Clone)]
pub struct ViewLink {
    pub id: String,
    pub name: String,
    pub href: String,
    pub current: bool,
}
