//! What the pages show that a firm opens by its link: the door with one button, its order with its own answers, and that a link is
//! none. None has a field for a whistle, another department or a person.

use super::{Choice, Form, Shell};
use crate::i18n::pages::LinkText;
use askama::Template;

/// `GET /f/{token}`: the same for every token.
#[derive(Debug, Template)]
#[template(path = "http/pages/by_link/start.html", config = "src/askama.toml")]
pub struct StartPage {
    pub shell: Shell,
    pub w: &'static LinkText,
    /// The same page in the other language.
    pub other: String,
}

/// `/f/order`. Its forms' deeds are `fixed` and `rate`.
#[derive(Debug, Template)]
#[template(path = "http/pages/by_link/order.html", config = "src/askama.toml")]
pub struct FirmOrderPage {
    pub shell: Shell,
    pub w: &'static LinkText,
    pub other: String,
    pub form: Form,
    /// What its forms' addresses end with, so that an answer has the page's language.
    pub tail: &'static str,
    pub what: String,
    pub status: String,
    /// What is ordered, each with its name.
    pub facts: Vec<Choice>,
    pub takes_claim: bool,
    /// What the firm said itself: when, and in its words.
    pub claimed: Option<Choice>,
    /// Ids of the photos that it sent.
    pub photos: Vec<String>,
    pub stars: Vec<Choice>,
    /// The number of stars given.
    pub given: String,
    pub rating: String,
    pub until: String,
}

/// Whatever else is told there.
#[derive(Debug, Template)]
#[template(path = "http/pages/by_link/gone.html", config = "src/askama.toml")]
pub struct GonePage {
    pub shell: Shell,
    pub w: &'static LinkText,
    pub other: String,
    pub title: &'static str,
    pub words: &'static str,
}
