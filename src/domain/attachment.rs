//! What is attached to a case as proof: a picture or a document that belongs to a tree and is about one thing in it. Here
//! stand its kinds, why a file is not taken, and what attaching writes; the bytes lie elsewhere, by their digest.

use super::at::At;
use super::decision::{Reason, ReasonCode, Refusal};
use super::draft::{Draft, Rooted};
use super::event::{EventKind, text_ref};
use super::obligation::Subject;
use super::terms::words;
use crate::ids::{AttachmentId, PersonId, TextId, TreeId};
use serde_json::json;

/// Largest file, bytes.
pub const FILE_MAX: usize = 10 * 1024 * 1024;
/// Most files of one form, and of one tree.
pub const FILES_MAX: usize = 12;
pub const OF_TREE_MAX: usize = 200;
/// Longest name that is kept, characters.
const NAME_MAX: usize = 120;

words!(
    /// The kinds of file that are taken: content and name must both say so.
    Format {
        Jpeg = "jpeg", Png = "png", Webp = "webp", Heic = "heic", Pdf = "pdf", Ofd = "ofd", Docx = "docx", Xlsx = "xlsx",
    }
);

impl Format {
    /// The ends of names that such a file may have, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Format::Jpeg => &["jpg", "jpeg"],
            Format::Png => &["png"],
            Format::Webp => &["webp"],
            Format::Heic => &["heic", "heif"],
            Format::Pdf => &["pdf"],
            Format::Ofd => &["ofd"],
            Format::Docx => &["docx"],
            Format::Xlsx => &["xlsx"],
        }
    }

    /// What a download is called on the wire.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Webp => "image/webp",
            Format::Heic => "image/heic",
            Format::Pdf => "application/pdf",
            Format::Ofd => "application/ofd",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Shows a place, perhaps a face, and may hold where it was taken.
    pub fn is_picture(self) -> bool {
        match self {
            Format::Jpeg | Format::Png | Format::Webp | Format::Heic => true,
            Format::Pdf | Format::Ofd | Format::Docx | Format::Xlsx => false,
        }
    }
}

words!(
    /// What a photo shows of the spot of a finding: how it was found, or how it was put right.
    Shows { Before = "before", After = "after", }
);

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    Empty,
    TooLarge,
    /// A program, a script, a page: something that would run or be rendered.
    Active,
    /// None of our kinds.
    OtherKind,
    /// No picture of which a copy can be drawn, where nothing else is taken.
    NoPhoto,
    /// One of our kinds under the name of another.
    OtherName,
    /// A document that brings macros or programs along.
    Macros,
    /// Its inside is not what its outside promises.
    Damaged,
}

/// One attachment as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    /// The tree that it belongs to: rights and erasure follow it.
    pub tree: TreeId,
    /// The thing in the tree that it is about.
    pub subject: String,
    pub at: At,
    /// Who attached it, in which unit; both empty where it was the firm.
    pub person: PersonId,
    pub department: String,
    /// As its sender called it: law may erase it, and then the whole row goes.
    pub name: TextId,
    pub format: Format,
    pub bytes: i64,
    /// The original's digest: where it lies, and what it proves.
    pub sha256: String,
    /// The viewing copy's, if there is one.
    pub copy: Option<String>,
    /// Of a finding's spot.
    pub shows: Option<Shows>,
    /// A picture of a protected whistle is whoever sees the whistle's since then.
    pub released_at: Option<At>,
}

impl Attachment {
    /// Nobody of ours brought it: the firm, by its link.
    pub fn is_of_firm(&self) -> bool {
        self.person.as_str().is_empty()
    }
}

/// A file that was looked at and lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub name: String,
    pub format: Format,
    pub bytes: i64,
    pub sha256: String,
    pub copy: Option<String>,
}

/// The name under which a file is kept: without folders and control characters, and not endless. Never part of a path.
pub fn kept_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    shown.trim().to_owned()
}

/// Refuses what one tree has no room for. `of`: state and code of the thing that the files are for.
pub fn room_for(more: usize, there: usize, of: (&'static str, &str)) -> Result<(), Refusal> {
    if there + more <= OF_TREE_MAX {
        return Ok(());
    }
    let reasons = vec![Reason { code: ReasonCode::TooManyAttachments, subject: of.1.to_owned() }];
    Err(Refusal::Guarded { status: of.0, allowed: Vec::new(), reasons })
}

impl<T: Rooted> Draft<'_, T> {
    /// Attaches a file to a thing of the tree and records it, its name and digest by reference. The hub itself attaches nothing:
    /// where nobody of ours does, it is the firm by its link.
    pub fn attach(&mut self, file: &Received, about: &Subject, kind: EventKind, shows: Option<Shows>) {
        let nobody = || (PersonId::from_text(""), String::new());
        let (person, department) =
            self.by.actor.map_or_else(nobody, |actor| (actor.person.clone(), actor.unit.clone()));
        let (name, digest) = (self.write_down(&file.name), self.write_down(&file.sha256));
        let attachment = Attachment {
            id: AttachmentId::new(self.by.mint),
            tree: self.tree.root(),
            subject: about.as_str().to_owned(),
            at: self.by.now,
            person,
            department,
            name: name.clone(),
            format: file.format,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            copy: file.copy.clone(),
            shows,
            released_at: None,
        };
        let mut data = json!({
            "attachment": attachment.id.as_str(), "format": file.format, "bytes": file.bytes,
            "name": text_ref(&name), "sha256": text_ref(&digest),
        });
        if let Some((shows, data)) = shows.zip(data.as_object_mut()) {
            data.insert("shows".to_owned(), shows.as_str().into());
        }
        if let Some(data) = data.as_object_mut().filter(|_| attachment.is_of_firm()) {
            data.insert("by_firm".to_owned(), true.into());
        }
        self.keep_attachment(attachment);
        self.record_about(kind, about, data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn t25_a_name_is_never_a_path() {
        for (given, kept) in [
            ("照片 1.jpg", "照片 1.jpg"),
            ("C:\\Users\\x\\a.pdf", "a.pdf"),
            ("../../etc/passwd.png", "passwd.png"),
            ("a\r\nX: b.png\0", "aX: b.png"),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(kept_name(given), kept, "{given:?}");
        }
        assert_eq!(kept_name(&"长".repeat(500)).chars().count(), NAME_MAX);
    }

    #[test]
    fn an_end_of_a_name_belongs_to_one_kind() {
        let all: Vec<&str> = Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let never = ["svg", "html", "xml", "docm", "xlsm", "doc", "xls", "zip", "rar", "exe", "js", "gif"];
        assert!(never.iter().all(|end| !all.contains(end)));
    }
}
