//! What the pages of sign-ins show: the list, one of them, the own one, the trail of security deeds. A first password, a
//! seed and recovery codes stand in the answer that drew them and in no other.

use super::{Choice, Form, Shell, SignInRow, Square};
use askama::Template;

/// `/admin/people`. The form's deed is `add`.
#[derive(Debug, Template)]
#[template(path = "http/pages/people.html", config = "src/askama.toml")]
pub struct PeoplePage {
    pub shell: Shell,
    pub form: Form,
    pub rows: Vec<PersonRow>,
    pub q: String,
    pub may_add: bool,
    /// A password or a code is asked with the form.
    pub proof: bool,
    pub roles: Vec<Choice>,
    pub units: Vec<Choice>,
}

/// One sign-in, as a row says it.
#[derive(Debug)]
pub struct PersonRow {
    pub username: String,
    pub name: String,
    pub unit: String,
    pub role: &'static str,
    pub status: &'static str,
    pub active: bool,
}

/// `/admin/people/{username}`. Each form's deed is its verb.
#[derive(Debug, Template)]
#[template(path = "http/pages/person.html", config = "src/askama.toml")]
pub struct PersonPage {
    pub shell: Shell,
    pub form: Form,
    pub person: PersonRow,
    pub version: i64,
    pub title: String,
    pub role: &'static str,
    pub unit: String,
    /// The role that waits for a second person.
    pub waiting: Option<String>,
    /// Posts of the unit that nobody holds, and where their letters go.
    pub bare: Vec<String>,
    pub allowed: Vec<&'static str>,
    pub proof: bool,
    pub roles: Vec<Choice>,
    pub units: Vec<Choice>,
    pub grounds: Vec<Choice>,
    /// Shown once, by the page that drew it.
    pub initial: Option<String>,
}

/// `/me`. The forms' deeds: `password`, `totp`, `confirm`, `remove`.
#[derive(Template)]
#[template(path = "http/pages/me.html", config = "src/askama.toml")]
pub struct MePage {
    pub shell: Shell,
    pub form: Form,
    pub username: String,
    /// Nothing goes before another password.
    pub must: bool,
    /// The present one was drawn by the hub, and is asked for no more.
    pub drawn: bool,
    /// The district asks for kinds of characters.
    pub kinds: bool,
    /// Nothing goes before a second factor.
    pub must_enrol: bool,
    pub proof: bool,
    /// Recovery codes that are left, where there is a second factor.
    pub factor: Option<i64>,
    /// Seed, link and the sealed seed of a device that is being enrolled.
    pub enrolment: Option<(String, String, String)>,
    /// The link as a square that devices read.
    pub square: Option<Square>,
    pub codes: Vec<String>,
    pub sessions: Vec<SignInRow>,
    pub lines: Vec<TrailRow>,
}

/// A form that lacks a password or a code: all that it held goes with it again.
#[derive(Debug, Template)]
#[template(path = "http/pages/proof.html", config = "src/askama.toml")]
pub struct ProofPage {
    pub shell: Shell,
    pub form: Form,
    /// Whose proof is asked for: browsers that keep passwords look for it.
    pub username: String,
    /// Where the form was going.
    pub action: String,
    pub back: String,
}

/// `/admin/trail`.
#[derive(Debug, Template)]
#[template(path = "http/pages/trail.html", config = "src/askama.toml")]
pub struct TrailPage {
    pub shell: Shell,
    pub rows: Vec<TrailRow>,
    pub more: Option<String>,
}

/// One line of the trail.
#[derive(Debug)]
pub struct TrailRow {
    pub at: String,
    pub kind: &'static str,
    pub refused: bool,
    pub actor: String,
    pub about: String,
    pub address: String,
    pub data: String,
}

impl PersonPage {
    fn may(&self, verb: &str) -> bool {
        self.allowed.contains(&verb)
    }
}
