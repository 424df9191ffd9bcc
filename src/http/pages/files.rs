//! Attached pictures and documents as a page shows them: small pictures that lead to larger ones, names and sizes, and the
//! form that takes more. A file that the reader may not have is not in the list.

use super::Choice;

/// What is attached to a thing, and whether the reader may add to it.
#[derive(Debug, Clone, Default)]
pub struct FilesView {
    pub list: Vec<FileView>,
    /// Where the form goes; empty for whoever attaches nothing.
    pub action: String,
    /// Pictures are for the office and whoever brought them.
    pub guarded: bool,
    /// What photos may show; empty where nobody asks.
    pub shows: Vec<Choice>,
    /// What they show unless somebody says otherwise.
    pub shows_now: &'static str,
    /// What a file's name may end with, as a browser's chooser takes it.
    pub accepts: String,
}

/// One attached file.
#[derive(Debug, Clone)]
pub struct FileView {
    /// As its sender called it; none: law had the name erased.
    pub name: Option<String>,
    /// Address of the viewing copy; empty where there is none.
    pub copy: String,
    /// Address of the file as it came; empty where this reader may not have it.
    pub original: String,
    pub size: String,
    pub at: String,
    /// Who attached it: name and unit, of a protected whistle the unit.
    pub by: String,
    /// Kept from most who see the rest.
    pub held: bool,
    /// Where this reader releases it; empty for everybody else.
    pub release: String,
}
