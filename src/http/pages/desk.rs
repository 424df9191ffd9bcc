//! What the templates of the desk, the deadlines and the disputes are filled with: finished words and times. Nothing
//! here reads, judges or formats.

use super::form::{Choice, Form, MadeForm, Widget};
use super::frame::{Shell, Watch};
use super::views::{DeadlineView, Mark, SummonsFacts};
use askama::Template;

/// `/console`: what needs this reader now.
#[derive(Debug, Template)]
#[template(path = "http/pages/desk.html", config = "src/askama.toml")]
pub struct DeskPage {
    pub shell: Shell,
    pub tiles: Vec<TileView>,
    pub rows: Vec<DueRow>,
    /// Why there is nothing, and the one useful link.
    pub nothing: &'static str,
    pub useful: Choice,
    pub watch: Option<Watch>,
    /// Until when the shift lasts, and who follows.
    pub until: String,
    pub then: Option<Watch>,
    /// The reader may look at the rota.
    pub rota: bool,
}

/// A counted tile.
#[derive(Debug, Clone)]
pub struct TileView {
    pub word: &'static str,
    pub count: u64,
    pub href: &'static str,
    /// Stands for something late.
    pub late: bool,
}

/// `/console/deadlines`.
#[derive(Debug, Template)]
#[template(path = "http/pages/deadlines.html", config = "src/askama.toml")]
pub struct DeadlinesPage {
    pub shell: Shell,
    /// Comes back refused with the code behind its verb.
    pub form: Form,
    pub lanes: Vec<Lane>,
    /// There are more than are shown.
    pub cut: bool,
}

/// What is due within one span.
#[derive(Debug, Clone)]
pub struct Lane {
    pub name: &'static str,
    pub word: &'static str,
    pub rows: Vec<DueRow>,
}

/// One open limit: whose move, what, by when, and whom to call.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// Tells it from the other rows of the page.
    pub key: String,
    /// The whistle's, the summons', the visit's or the finding's.
    pub code: String,
    pub href: String,
    pub title: String,
    /// What it is, where it is no whistle.
    pub kind: Option<&'static str>,
    pub mark: Option<Mark>,
    pub major: Option<String>,
    pub deadline: DeadlineView,
    /// Who holds the post now.
    pub holders: Vec<String>,
    /// That it is nearly over, or what was said of it since it is.
    pub note: Option<&'static str>,
    /// The code under which it is owed, by which something is said of it.
    pub under: String,
    /// What this reader may say of it.
    pub made: Vec<MadeForm>,
}

/// `/console/disputes`.
#[derive(Debug, Template)]
#[template(path = "http/pages/disputes.html", config = "src/askama.toml")]
pub struct DisputesPage {
    pub shell: Shell,
    /// Comes back refused with the summons' code behind its verb.
    pub form: Form,
    pub disputes: Vec<DisputeView>,
    pub more: Option<String>,
}

/// One dispute with everything that a ruling rests on.
#[derive(Debug)]
pub struct DisputeView {
    pub summons: SummonsFacts,
    pub deadline: Option<DeadlineView>,
    /// Why the department says that it is not its own, by which clause, and whose it would be.
    pub ground: String,
    pub law: Option<String>,
    pub instead: Option<String>,
    /// The unit's head, to be asked.
    pub head: Option<String>,
    /// The rule that named the department, or that the office did.
    pub named_by: String,
    /// The rulings that this reader may give; why there is none.
    pub made: Vec<MadeForm>,
    pub nothing_to_do: String,
}

/// `/feedback`. The form's deed is `feedback`, or the id that is answered.
#[derive(Debug, Template)]
#[template(path = "http/pages/feedback.html", config = "src/askama.toml")]
pub struct FeedbackPage {
    pub shell: Shell,
    pub form: Form,
    /// The reader reads and answers all.
    pub reads: bool,
    pub counted: String,
    pub items: Vec<FeedbackView>,
}

/// One complaint or advice.
#[derive(Debug, Clone)]
pub struct FeedbackView {
    pub id: String,
    pub at: String,
    /// Unit and name; nobody where somebody wants it so.
    pub who: Option<String>,
    pub text: String,
    pub answer: Option<String>,
    pub answered_at: Option<String>,
}

impl DueRow {
    /// How its edge looks.
    fn edge(&self) -> &'static str {
        self.mark.as_ref().map_or("", |mark| mark.urgency.as_str())
    }
}

impl DeadlinesPage {
    fn is_empty(&self) -> bool {
        self.lanes.iter().all(|lane| lane.rows.is_empty())
    }
}
