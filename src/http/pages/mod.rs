//! What each page of the console shows, as plain data beside its template. Whoever fills a view has already asked the
//! rights: a deed that is not in `allowed` has no form. Nothing here reads the ledger, the clock or a request.

mod by_link;
pub mod desk;
mod files;
mod filters;
mod firm;
pub mod form;
pub mod frame;
mod people;
mod plan;
mod rota;
pub mod sheets;
mod square;
pub mod views;
mod visits;

use askama::Template;

pub use by_link::{FirmOrderPage, GonePage, StartPage};
pub use desk::{
    DeadlinesPage, DeskPage, DisputeView, DisputesPage, DueRow, FeedbackPage, FeedbackView, Lane, TileView,
};
pub use files::{FileView, FilesView};
pub use filters::{FilterField, FiltersView, ViewLink};
pub use firm::{BurdenView, ChecklistPage, ChecklistPart, FirmPage, HazardRow};
pub use form::{BlowLists, Choice, DepartmentOption, Form, FormFault, Input, MadeForm, TownFirms, Verdict, Widget};
pub use frame::{Assets, Looks, NavItem, Notice, Place, Shell, Theme, Tone, Watch, Who};
pub use people::{MePage, PeoplePage, PersonPage, PersonRow, ProofPage, TrailPage, TrailRow};
pub use plan::{Anew, Crew, Goer, PlanAsk, PlanCar, PlanHazard, PlanPage, PlanRow, PlanWhistle};
pub use rota::{ChosenShift, GapView, RotaDay, RotaPage, RotaPost, RotaShift};
pub use square::Square;
pub use views::{
    DeadlineView, Entry, FoundName, FoundWhistle, ImportPreview, Mark, Officer, Pace, PartView, ProposalView, QueueRow,
    RaceField, SignInRow, SimilarView, Step, SummonsFacts, SummonsRow, Tab, TokenRow, WhistleFacts,
};
pub use visits::{
    DepartmentItems, FindingPage, FindingRow, FindingsPage, ItemView, RecordItem, VisitFacts, VisitMember, VisitPage,
    VisitPart, VisitRow, VisitsPage,
};

use crate::domain::terms::WhistleStatus;
use crate::i18n::pages::PageText;

/// `/login`. The form's deed is `login`; `wrong` is the one neutral sentence.
#[derive(Debug, Template)]
#[template(path = "http/pages/login.html", config = "src/askama.toml")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: Form,
    pub wrong: Option<String>,
    /// Where to go after signing in: one own path.
    pub next: String,
    /// A demo prints its sign-ins: user and what it is.
    pub hints: Vec<Choice>,
}

/// `/console/triage`, with the whistle that `?open=` names.
#[derive(Debug, Template)]
#[template(path = "http/pages/triage.html", config = "src/askama.toml")]
pub struct TriagePage {
    pub shell: Shell,
    pub form: Form,
    pub rows: Vec<QueueRow>,
    /// All that wait, also those beyond this page.
    pub waiting: u64,
    pub late: u64,
    /// Address of the following rows.
    pub more: Option<String>,
    pub open: Option<WhistlePart>,
    /// On a phone the list and the detail are pages of their own: true when `?open=` was asked for.
    pub asked: bool,
}

/// One whistle with all that belongs to it, as the queue and its own page show it.
#[derive(Debug)]
pub struct WhistlePart {
    pub facts: WhistleFacts,
    /// This reader may have the informer's identity opened, and there is one.
    pub unseals: bool,
    /// Said to who may know the informer: the text itself seems to tell who spoke.
    pub tells_who_spoke: Option<&'static str>,
    pub verdict: Verdict,
    /// The reader's own tasks in it: their page, and what to do there.
    pub tasks: Vec<Choice>,
    pub deadlines: Vec<DeadlineView>,
    pub parts: Vec<PartView>,
    /// What the office wrote when it last returned it.
    pub return_note: Option<String>,
    pub timeline: Vec<Entry>,
    /// What is attached to it.
    pub files: FilesView,
    /// Open ones that may be about the same thing, for the office while it decides.
    pub similar: Vec<SimilarView>,
    /// Address of the events that follow, if there are more.
    pub later: Option<String>,
}

/// `/console/whistles/{code}`, where `/w/{code}` leads.
#[derive(Debug, Template)]
#[template(path = "http/pages/whistle.html", config = "src/askama.toml")]
pub struct WhistlePage {
    pub shell: Shell,
    pub form: Form,
    pub whistle: WhistlePart,
    /// Filled when the reader may complete it.
    pub lists: BlowLists,
    /// Codes of its visits and of what they found.
    pub visits: Vec<String>,
    pub findings: Vec<String>,
    /// Where the reader plans one.
    pub plan: Option<String>,
}

/// What `/console/whistles/{code}/unseal` answers.
#[derive(Template)]
#[template(path = "http/pages/informer.html", config = "src/askama.toml")]
pub struct InformerPage {
    pub shell: Shell,
    pub code: String,
    pub name: String,
    pub phone: String,
    /// The whistle's page.
    pub back: String,
}

/// `/console/whistles`.
#[derive(Debug, Template)]
#[template(path = "http/pages/whistles.html", config = "src/askama.toml")]
pub struct WhistlesPage {
    pub shell: Shell,
    /// Its deed is `view`: the name for the present filter.
    pub form: Form,
    pub filters: FiltersView,
    pub tabs: Vec<Tab>,
    pub rows: Vec<QueueRow>,
    pub q: String,
    /// Where the same filter's file comes from.
    pub export: String,
    pub more: Option<String>,
}

/// `/console/whistles/new` and `/field/new`. The form's deed is `blow`.
#[derive(Debug, Template)]
#[template(path = "http/pages/blow.html", config = "src/askama.toml")]
pub struct BlowPage {
    pub shell: Shell,
    pub form: Form,
    pub lists: BlowLists,
    /// What is to be known before it is blown; nothing until it was asked for.
    pub hints: Option<HintsView>,
}

/// What is told before a whistle is blown.
#[derive(Debug)]
pub struct HintsView {
    pub similar: Vec<SimilarView>,
    /// Whom the rules propose, each with the reason.
    pub departments: Vec<Choice>,
}

/// `/search`.
#[derive(Debug, Template)]
#[template(path = "http/pages/search.html", config = "src/askama.toml")]
pub struct SearchPage {
    pub shell: Shell,
    pub q: String,
    pub whistles: Vec<FoundWhistle>,
    /// The list of all that were found, if there are more.
    pub more: Option<String>,
    pub firms: Vec<FoundName>,
    /// Departments and towns.
    pub units: Vec<FoundName>,
    pub people: Vec<FoundName>,
}

/// `/console/summonses`.
#[derive(Debug, Template)]
#[template(path = "http/pages/summonses.html", config = "src/askama.toml")]
pub struct SummonsesPage {
    pub shell: Shell,
    /// Its deed is `view`: the name for the present filter.
    pub form: Form,
    pub filters: FiltersView,
    pub q: String,
    pub tabs: Vec<Tab>,
    pub rows: Vec<SummonsRow>,
    pub more: Option<String>,
}

/// `/console/summonses/{code}`.
#[derive(Debug, Template)]
#[template(path = "http/pages/summons.html", config = "src/askama.toml")]
pub struct SummonsPage {
    pub shell: Shell,
    pub form: Form,
    pub summons: SummonsFacts,
    /// Verbs that this reader may do now.
    pub allowed: Vec<&'static str>,
    pub nothing_to_do: String,
    /// Nothing here brings the summons on.
    pub rests: bool,
    /// Whatever else this reader may do, folded away.
    pub made: Vec<MadeForm>,
    pub deadline: Option<DeadlineView>,
    /// Those of the department who may be named when reporting in.
    pub officers: Vec<Officer>,
    pub modes: Vec<Choice>,
    /// The other departments of the whistle.
    pub others: Vec<PartView>,
}

/// `/console/access`: where the reader is signed in, and the machine tokens of a unit for whoever may make them. The
/// form's deed is `token`.
#[derive(Debug, Template)]
#[template(path = "http/pages/access.html", config = "src/askama.toml")]
pub struct AccessPage {
    pub shell: Shell,
    pub form: Form,
    /// The text of a token that was just made: shown here and never again.
    pub fresh: Option<String>,
    pub sessions: Vec<SignInRow>,
    pub tokens: Vec<TokenRow>,
    /// What a token may be given; empty for whoever makes none.
    pub scopes: Vec<Choice>,
    pub days: Vec<Choice>,
}

/// `/admin/import`: choose a file, see what it would change, say the word; and the lists as files.
#[derive(Debug, Template)]
#[template(path = "http/pages/import.html", config = "src/askama.toml")]
pub struct ImportPage {
    pub shell: Shell,
    pub form: Form,
    pub lists: Vec<Choice>,
    pub encodings: Vec<Choice>,
    /// Lists that the reader may take away.
    pub exports: Vec<Choice>,
    pub preview: Option<ImportPreview>,
    pub proposals: Vec<ProposalView>,
}

/// 412: somebody was faster.
#[derive(Debug, Template)]
#[template(path = "http/pages/race.html", config = "src/askama.toml")]
pub struct RacePage {
    pub shell: Shell,
    /// Form with the *new* version and what was typed; its deed is the verb.
    pub form: Form,
    pub code: String,
    /// 戚怀杉于10:41受理，您的操作没有执行。
    pub words: String,
    pub fields: Vec<RaceField>,
    /// Texts that were typed, each with its label.
    pub kept: Vec<Choice>,
    /// Where to send the same again, if that still makes sense.
    pub again: Option<String>,
    pub back: String,
    /// The next row of the queue, if the form stood in it.
    pub next: Option<String>,
}

/// 409: the state or a guard does not allow it.
#[derive(Debug, Template)]
#[template(path = "http/pages/refused.html", config = "src/askama.toml")]
pub struct RefusedPage {
    pub shell: Shell,
    pub code: String,
    pub status: String,
    pub reasons: Vec<String>,
    /// Texts that were typed, each with its label.
    pub kept: Vec<Choice>,
    pub back: String,
    /// The next row of the queue, if the form stood in it.
    pub next: Option<String>,
}

/// 404, 403 of a token, 503 and mute 5xx: a title, what to do, the request's id.
#[derive(Debug, Template)]
#[template(path = "http/pages/fault.html", config = "src/askama.toml")]
pub struct FaultPage {
    pub shell: Shell,
    pub title: String,
    pub words: String,
    /// Absent on 404, which is the same for what is hidden and what is not there.
    pub request: Option<String>,
    /// Address to try again, for a GET that failed.
    pub retry: Option<String>,
}

/// The tiny page that answers a `/w/…` without cookie: the same bytes for every code, reloads itself once with `?r=1`.
#[derive(Debug, Template)]
#[template(path = "http/pages/bounce.html", config = "src/askama.toml")]
pub struct BouncePage;

impl WhistlePart {
    /// The obligation that moves next, if one is open.
    fn current(&self) -> Option<&DeadlineView> {
        self.deadlines.iter().find(|d| d.pace != Pace::Done)
    }

    fn days(&self) -> Vec<&[Entry]> {
        views::days(&self.timeline)
    }

    /// The way from blow to closure, each step done, now, ahead or skipped.
    fn steps(&self, t: &'static PageText) -> Vec<Step> {
        let now = match self.facts.status {
            WhistleStatus::Submitted | WhistleStatus::Returned => 1,
            WhistleStatus::Accepted => 2,
            WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Suspended => 3,
            WhistleStatus::Rectifying => 4,
            WhistleStatus::AwaitingClosure => 5,
            WhistleStatus::Closed => 6,
            WhistleStatus::Declined | WhistleStatus::Merged | WhistleStatus::Withdrawn => return Vec::new(),
        };
        let words =
            [t.step_blown, t.step_accepted, t.step_dispatched, t.step_handling, t.step_rectifying, t.step_closed];
        words.into_iter().enumerate().map(|(at, word)| Step { word, done: at < now, now: at == now }).collect()
    }
}

impl SearchPage {
    fn is_empty(&self) -> bool {
        self.whistles.is_empty() && self.firms.is_empty() && self.units.is_empty() && self.people.is_empty()
    }
}

impl SummonsPage {
    fn may(&self, verb: &str) -> bool {
        self.allowed.contains(&verb)
    }
}

#[cfg(test)]
mod tests;
