//! What the page of the duty rota shows: days with their two shifts, gaps, who stands now, and the form of one shift.
//! Finished words and dates; nothing here reads the rota or a clock.

use super::{Choice, Form, Shell, Watch};
use askama::Template;

/// `/admin/rota`. The form's deed is `set`.
#[derive(Debug, Template)]
#[template(path = "http/pages/rota.html", config = "src/askama.toml")]
pub struct RotaPage {
    pub shell: Shell,
    pub form: Form,
    pub may_set: bool,
    /// How far it is written and how it repeats; empty when there is none.
    pub cycle: String,
    pub counted: String,
    pub gaps: Vec<GapView>,
    pub days: Vec<RotaDay>,
    pub now: Option<Watch>,
    pub until: String,
    /// The days that are shown, and the addresses of those before and after.
    pub span: String,
    pub before: String,
    pub after: String,
    pub to_today: Option<String>,
    /// The first day that may be set.
    pub first: String,
    pub chosen: ChosenShift,
    pub shifts: Vec<Choice>,
    pub officers: Vec<Choice>,
    pub leaders: Vec<Choice>,
}

/// A shift that nobody stands for.
#[derive(Debug, Clone)]
pub struct GapView {
    pub date: String,
    pub weekday: &'static str,
    pub word: &'static str,
    pub href: String,
}

/// One day.
#[derive(Debug, Clone)]
pub struct RotaDay {
    pub date: String,
    pub weekday: &'static str,
    pub today: bool,
    pub over: bool,
    /// Not a working day.
    pub off: bool,
    /// Not written out: the rota repeats itself.
    pub repeats: bool,
    pub shifts: Vec<RotaShift>,
}

/// One shift of a day; without posts nobody stands there.
#[derive(Debug, Clone)]
pub struct RotaShift {
    pub word: &'static str,
    pub hours: &'static str,
    pub now: bool,
    pub gap: bool,
    /// Where it is set; nothing when it is over or the reader may not.
    pub href: Option<String>,
    pub posts: Vec<RotaPost>,
}

/// Who stands where.
#[derive(Debug, Clone)]
pub struct RotaPost {
    pub word: &'static str,
    pub name: String,
    /// Suspended, or unknown to the directory.
    pub gone: bool,
}

/// What the form starts with.
#[derive(Debug, Clone, Default)]
pub struct ChosenShift {
    pub date: String,
    pub shift: &'static str,
    pub office_duty: String,
    pub main: String,
    pub deputy: String,
    /// How it stood when the page was made.
    pub seen: String,
}
