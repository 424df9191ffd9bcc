//! The frame of every page: reader, menu, clock, notice. It only holds what it was given, never asks for rights, and
//! never reads the ledger.

use crate::i18n::Lang;
use crate::i18n::pages::{DeskText, PageText};
use std::borrow::Borrow;

/// The frame of every page: who reads it, in which language, from which version of the assets.
#[derive(Debug, Clone)]
pub struct Shell {
    pub t: &'static PageText,
    pub d: &'static DeskText,
    pub lang: Lang,
    /// Nobody on the sign-in page and on faults before it.
    pub who: Option<Who>,
    /// The token of the session, or of the sign-in form.
    pub csrf: String,
    /// Path and query of this page: where the language switch returns to.
    pub path: String,
    /// Whose hub it is: the committee office's full name.
    pub office: String,
    /// A demo ledger says so on every page (T5).
    pub demo: bool,
    /// The server's clock, `2026-05-13 10:42`.
    pub clock: String,
    /// The same moment in seconds since 1970, from which the script counts.
    pub now: i64,
    /// Where the reader is, for the menu.
    pub place: Place,
    /// The places that the reader may go to, in order.
    pub nav: Vec<NavItem>,
    pub watch: Option<Watch>,
    pub notice: Option<Notice>,
    pub looks: Looks,
    pub assets: Assets,
}

/// Addresses of the embedded files, each with its version.
#[derive(Debug, Clone)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub live: String,
    pub icons: String,
    pub sheet: String,
}

/// How somebody wants pages to look and to take keys; the browser keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    pub large: bool,
    /// Pinned; otherwise as the system has it.
    pub theme: Option<Theme>,
    pub keys_off: bool,
}

/// A pinned theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Looks {
    /// What the cookie says; words that are none of ours say nothing.
    pub fn read(cookie: &str) -> Looks {
        let has = |word: &str| cookie.split('.').any(|given| given == word);
        let theme = if has("dark") { Some(Theme::Dark) } else { has("light").then_some(Theme::Light) };
        Looks { large: has("large"), theme, keys_off: has("nokeys") }
    }

    /// The words, as the cookie keeps them and the page's root bears them.
    pub fn words(self) -> Vec<&'static str> {
        let theme = self.theme.map(|theme| match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        });
        self.large.then_some("large").into_iter().chain(theme).chain(self.keys_off.then_some("nokeys")).collect()
    }

    pub(super) fn class(self) -> String {
        self.words().join(" ")
    }

    pub(super) fn is_dark(self) -> bool {
        self.theme == Some(Theme::Dark)
    }

    pub(super) fn is_light(self) -> bool {
        self.theme == Some(Theme::Light)
    }
}

/// The person signed in, and as what.
#[derive(Debug, Clone)]
pub struct Who {
    pub name: String,
    pub role: String,
    pub department: String,
}

/// Who holds the watch now: names only, and the number to ring if the district has set one.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    pub main: Option<String>,
    pub deputy: Option<String>,
    pub office: Option<String>,
    pub phone: Option<String>,
}

/// One line that stays at the top of a page until the next.
#[derive(Debug, Clone)]
pub struct Notice {
    pub tone: Tone,
    pub words: String,
}

/// How a notice sounds; the icon follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Done,
    Told,
    Refused,
}

/// A page that the menu knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Desk,
    Deadlines,
    Disputes,
    Feedback,
    Triage,
    Whistles,
    Blow,
    Summonses,
    Visits,
    Findings,
    People,
    Trail,
    Rota,
    Import,
    Elsewhere,
}

/// A menu entry with the number of things that need *this* reader.
#[derive(Debug, Clone)]
pub struct NavItem {
    pub place: Place,
    pub count: Option<u64>,
}

/// What the bar at the foot of a phone has room for.
const FOOT_MAX: usize = 6;

impl Shell {
    /// Whether the bar at the foot of a phone leaves it out.
    pub(super) fn is_minor(&self, place: impl Borrow<Place>) -> bool {
        let mut major = self.nav.iter().map(|item| item.place).filter(|one| !one.is_minor());
        !major.by_ref().take(FOOT_MAX).any(|one| one == *place.borrow())
    }
}

impl Place {
    /// The address of the page.
    pub fn href(self) -> &'static str {
        match self {
            Place::Desk | Place::Elsewhere => "/console",
            Place::Deadlines => "/console/deadlines",
            Place::Disputes => "/console/disputes",
            Place::Feedback => "/feedback",
            Place::Triage => "/console/triage",
            Place::Whistles => "/console/whistles",
            Place::Blow => "/console/whistles/new",
            Place::Summonses => "/console/summonses",
            Place::Visits => "/console/visits",
            Place::Findings => "/console/findings",
            Place::People => "/admin/people",
            Place::Trail => "/admin/trail",
            Place::Rota => "/admin/rota",
            Place::Import => "/admin/import",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Place::Desk | Place::Elsewhere => "desk",
            Place::Deadlines => "ontime",
            Place::Disputes => "scales",
            Place::Feedback => "speech",
            Place::Triage => "inbox",
            Place::Whistles => "list",
            Place::Blow => "whistle",
            Place::Summonses => "task",
            Place::Visits => "rota",
            Place::Findings => "soon",
            Place::People => "person",
            Place::Trail => "list",
            Place::Rota => "rota",
            Place::Import => "inbox",
        }
    }

    pub(super) fn word(self, t: &'static PageText, d: &'static DeskText) -> &'static str {
        match self {
            Place::Desk | Place::Elsewhere => d.title,
            Place::Deadlines => d.deadlines,
            Place::Disputes => d.disputes,
            Place::Feedback => d.feedback,
            Place::Triage => t.nav_triage,
            Place::Whistles => t.nav_whistles,
            Place::Blow => t.nav_blow,
            Place::Summonses => t.nav_summonses,
            Place::Visits => t.visits.nav,
            Place::Findings => t.visits.nav_findings,
            Place::People => t.nav_people,
            Place::Trail => t.nav_trail,
            Place::Rota => t.rota.nav,
            Place::Import => t.nav_import,
        }
    }

    /// What the bar at the foot of a phone never shows: it is reached from the desk.
    fn is_minor(self) -> bool {
        matches!(self, Place::Deadlines | Place::Disputes | Place::Feedback | Place::Rota | Place::Findings)
    }
}

impl Tone {
    pub(super) fn name(self) -> &'static str {
        match self {
            Tone::Done => "done",
            Tone::Told => "told",
            Tone::Refused => "refused",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Tone::Done => "check",
            Tone::Told => "info",
            Tone::Refused => "stop",
        }
    }
}
