//! Rows, limits, facts and events as a reader sees them: words and formatted times, no codes to look up. Whatever the
//! reader may not know is simply not in them.

use crate::domain::terms::{Urgency, WhistleStatus};
use crate::domain::wanted::Piece;

/// Urgency as a reader sees it: shape, word, edge. `word` is in the reader's language.
#[derive(Debug, Clone)]
pub struct Mark {
    pub urgency: Urgency,
    pub word: String,
}

impl Mark {
    pub(super) fn shape(&self) -> &'static str {
        shape(self.urgency)
    }
}

/// The icon of an urgency: each has its own outline, so that grey print still tells them apart.
pub(super) fn shape(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Emergency => "emergency",
        Urgency::Urgent => "urgent",
        Urgency::Normal => "normal",
        Urgency::Complex => "complex",
    }
}

/// How a limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    OnTime,
    Soon,
    Late,
    Done,
}

impl Pace {
    /// The pace of an open limit: soon below a quarter of the whole or below two hours. All in seconds.
    pub fn of(now: i64, from: i64, due: i64) -> Pace {
        let left = due - now;
        if left <= 0 {
            Pace::Late
        } else if left < 7_200 || left < (due - from) / 4 {
            Pace::Soon
        } else {
            Pace::OnTime
        }
    }

    /// Name of the style and of the icon alike.
    pub(super) fn name(self) -> &'static str {
        match self {
            Pace::OnTime => "ontime",
            Pace::Soon => "soon",
            Pace::Late => "late",
            Pace::Done => "done",
        }
    }

    /// Whether the script goes on counting.
    pub(super) fn counts(self) -> bool {
        self != Pace::Done
    }
}

/// One limit: whose move, what, by when, and why then.
#[derive(Debug, Clone)]
pub struct DeadlineView {
    /// What is due, such as 受理.
    pub what: String,
    /// Whose move it is.
    pub owner: String,
    pub pace: Pace,
    /// 剩54分, 超时9分, 已办; see `pages::time_left`.
    pub words: String,
    /// `2026-05-13 11:30`.
    pub due_text: String,
    /// The limit in seconds since 1970; the script counts only open ones.
    pub due: i64,
    /// A year whose calendar is not announced yet.
    pub provisional: bool,
    /// How the limit came about, a line each.
    pub explained: Vec<String>,
}

impl DeadlineView {
    /// Month, day and time: `05-13 11:30`. The year stands in the full text beside it.
    pub(super) fn due_short(&self) -> &str {
        self.due_text.get(5..).unwrap_or_default()
    }
}

/// A row of a list of whistles.
#[derive(Debug, Clone)]
pub struct QueueRow {
    pub code: String,
    pub href: String,
    pub title: String,
    pub mark: Mark,
    /// Set by the office, or only claimed by the blower while it is submitted.
    pub major: Option<String>,
    pub category: String,
    pub town: String,
    /// The enterprise's name, or the place.
    pub site: String,
    pub blown_at: String,
    pub status: String,
    pub deadline: Option<DeadlineView>,
    pub selected: bool,
}

/// An open whistle that may be about the same thing, and the rule that says so.
#[derive(Debug, Clone)]
pub struct SimilarView {
    pub row: QueueRow,
    pub why: String,
}

/// A whistle that was found, what was looked for marked.
#[derive(Debug, Clone)]
pub struct FoundWhistle {
    pub row: QueueRow,
    pub title: Vec<Piece>,
    pub site: Vec<Piece>,
    pub code: Vec<Piece>,
    /// The part of the text around the first hit; empty if it is elsewhere.
    pub what: Vec<Piece>,
}

/// Somebody or something that was found by a name.
#[derive(Debug, Clone)]
pub struct FoundName {
    /// Empty: it has no page.
    pub href: String,
    pub name: Vec<Piece>,
    /// The name by which it was found, if that is another one.
    pub other: Vec<Piece>,
    pub note: String,
}

/// A row of a list of summonses.
#[derive(Debug, Clone)]
pub struct SummonsRow {
    pub code: String,
    pub title: String,
    pub mark: Mark,
    pub major: Option<String>,
    pub department: String,
    pub role: String,
    pub site: String,
    pub status: String,
    pub issued_at: String,
    pub deadline: Option<DeadlineView>,
}

/// A link above a list: a view by state.
#[derive(Debug, Clone)]
pub struct Tab {
    pub word: String,
    pub href: String,
    pub current: bool,
    pub count: Option<u64>,
}

/// One event of the ledger as a reader sees it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub seq: u64,
    /// `2026-05-13 10:42`.
    pub at: String,
    /// The hub itself did it.
    pub by_hub: bool,
    /// Empty for the hub, and for persons on a protected whistle.
    pub name: String,
    pub department: String,
    /// What happened, in the reader's language.
    pub words: String,
    /// What a person wrote with it.
    pub note: Option<String>,
}

/// The timeline cut into civil days.
pub(super) fn days(timeline: &[Entry]) -> Vec<&[Entry]> {
    timeline.chunk_by(|a, b| a.day() == b.day()).collect()
}

impl Entry {
    pub(super) fn day(&self) -> &str {
        self.at.split(' ').next().unwrap_or_default()
    }

    pub(super) fn time(&self) -> &str {
        self.at.split(' ').nth(1).unwrap_or_default()
    }
}

/// A summoned department on the whistle page.
#[derive(Debug, Clone)]
pub struct PartView {
    /// The summons' page; empty if the reader may not open it.
    pub href: String,
    pub department: String,
    pub role: String,
    pub status: String,
    pub result: Option<String>,
    pub deadline: Option<DeadlineView>,
}

/// What the whistle says, as its head and facts show it.
#[derive(Debug, Clone)]
pub struct WhistleFacts {
    pub code: String,
    pub title: String,
    pub what: String,
    pub mark: Mark,
    pub major: Option<String>,
    /// The clause by which it is major.
    pub clause: Option<String>,
    pub status: WhistleStatus,
    pub status_word: String,
    pub category: String,
    pub town: String,
    /// Address of its page, and name.
    pub enterprise: Option<super::form::Choice>,
    pub place: Option<String>,
    pub source: String,
    pub blower: String,
    pub blown_at: String,
    pub occurred_at: Option<String>,
    /// That it was entered later, when and by whom.
    pub late_entry: Option<String>,
    pub needed: Vec<String>,
    pub route: Option<String>,
    pub protected_source: bool,
}

/// A step of a whistle's way.
#[derive(Debug, Clone)]
pub struct Step {
    pub word: &'static str,
    pub done: bool,
    pub now: bool,
}

/// What a summons says.
#[derive(Debug, Clone)]
pub struct SummonsFacts {
    pub code: String,
    pub whistle: WhistleFacts,
    pub department: String,
    pub role: String,
    /// The leading department's name.
    pub lead: String,
    pub task: Option<String>,
    pub status_word: String,
    pub issued_at: String,
    /// Who reported in, how, and when they expect to be there.
    pub officers: Vec<String>,
    pub mode: Option<String>,
    pub eta: Option<String>,
    /// What they said when they reported in.
    pub note: Option<String>,
    pub result: Option<String>,
    /// What the office found lacking when it sent the result back.
    pub lacks: Option<String>,
    /// What was said about whose it is and until when: a dispute, a delegation, an extension, each with its name.
    pub said: Vec<super::form::Choice>,
}

/// A person who can be named when reporting in.
#[derive(Debug, Clone)]
pub struct Officer {
    pub id: String,
    pub name: String,
    pub title: String,
    pub chosen: bool,
}

/// A field over which two people met.
#[derive(Debug, Clone)]
pub struct RaceField {
    pub label: String,
    pub yours: String,
    pub now: String,
    pub who: String,
    pub when: String,
}

/// One place where the reader is signed in.
#[derive(Debug, Clone)]
pub struct SignInRow {
    pub door: &'static str,
    /// The one that looks at the page.
    pub this: bool,
    pub made_at: String,
    pub used_at: String,
    pub ends_at: String,
}

/// One machine token, without its text.
#[derive(Debug, Clone)]
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub scopes: Vec<String>,
    /// From where it works; empty: from everywhere.
    pub networks: Vec<String>,
    pub ends_at: String,
    pub used_at: Option<String>,
}

/// A list that waits for a second person's word.
#[derive(Debug, Clone)]
pub struct ProposalView {
    /// Who proposed it, by name.
    pub by: String,
    /// The list's word, for the address of the two forms.
    pub list: String,
    pub seen: ImportPreview,
    /// Whether this reader's word is the second.
    pub may_confirm: bool,
}

/// What a file would change, or what is wrong with it.
#[derive(Debug, Clone)]
pub struct ImportPreview {
    pub list: String,
    /// How the file was read, and whether a person has to look.
    pub read_as: String,
    pub doubtful: bool,
    pub counts: String,
    /// The beginning of the file, so that a wrong encoding is seen.
    pub sample: Vec<String>,
    pub faults: Vec<ImportFault>,
    pub fault_count: String,
    pub changes: Vec<ImportChange>,
    pub added: Vec<String>,
    pub missing: Vec<String>,
    pub removes: bool,
    /// Changes beyond those shown.
    pub more: usize,
    /// Names the file in the form that says the word; empty if there is nothing to say it for.
    pub sha256: String,
}

/// One fault, by row and column; row 0 is the whole file.
#[derive(Debug, Clone)]
pub struct ImportFault {
    pub row: u64,
    pub column: String,
    pub words: String,
}

/// One field that would be another.
#[derive(Debug, Clone)]
pub struct ImportChange {
    pub code: String,
    pub field: String,
    pub old: String,
    pub new: String,
}
