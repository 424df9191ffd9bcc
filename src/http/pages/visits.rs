//! What the pages of joint visits and findings show: rows, one visit with its items and parts, the form that records them, one
//! finding. Finished words and dates; a deed that the reader may not do has no form.

use super::{Choice, DeadlineView, Entry, FileView, FilesView, FiltersView, Form, MadeForm, Shell, Tab, Widget, views};
use crate::i18n::pages::LinkText;
use askama::Template;

/// `/console/visits`.
#[derive(Debug, Template)]
#[template(path = "http/pages/visits.html", config = "src/askama.toml")]
pub struct VisitsPage {
    pub shell: Shell,
    /// Its deed is `view`: the name for the present filter.
    pub form: Form,
    pub filters: FiltersView,
    pub tabs: Vec<Tab>,
    pub rows: Vec<VisitRow>,
    pub more: Option<String>,
    /// The reader plans visits.
    pub plans: bool,
}

/// A row of the list of visits.
#[derive(Debug, Clone)]
pub struct VisitRow {
    pub code: String,
    /// Day and part of it.
    pub when: String,
    pub site: String,
    pub emergency: bool,
    pub departments: Vec<String>,
    pub status: String,
    /// 3/8.
    pub progress: String,
    pub deadline: Option<DeadlineView>,
}

/// `/console/visits/{code}`.
#[derive(Debug, Template)]
#[template(path = "http/pages/visit.html", config = "src/askama.toml")]
pub struct VisitPage {
    pub shell: Shell,
    pub form: Form,
    pub visit: VisitFacts,
    /// What is due next, whoever owes it.
    pub deadline: Option<DeadlineView>,
    pub nothing_to_do: String,
    /// The form of this reader's next step.
    pub step: Option<MadeForm>,
    /// What is to be said against it and bars nothing.
    pub warnings: Vec<String>,
    /// Where the reader may plan it anew, and what a head has against it.
    pub anew: Option<String>,
    pub objected: Option<String>,
    /// The reader's own items, where they may be recorded now.
    pub record: Vec<RecordItem>,
    /// Whatever else this reader may do, folded away.
    pub made: Vec<MadeForm>,
    pub items: Vec<DepartmentItems>,
    pub parts: Vec<VisitPart>,
    pub findings: Vec<FindingRow>,
    /// What the firm thinks of it, each with the finding's code, for whoever reads that.
    pub ratings: Vec<Choice>,
    pub whistles: Vec<Choice>,
    pub limits: Vec<DeadlineView>,
    pub timeline: Vec<Entry>,
    /// Address of the events that follow, if there are more.
    pub later: Option<String>,
    /// What may be printed of it, each by its address.
    pub papers: Vec<Choice>,
    /// What is attached to the visit itself.
    pub files: FilesView,
}

/// What a visit says.
#[derive(Debug, Clone)]
pub struct VisitFacts {
    pub code: String,
    pub status: String,
    pub site: String,
    pub town: Option<String>,
    pub when: String,
    pub hours: String,
    pub notice: String,
    pub lead: String,
    /// Who leads whom, and the cars.
    pub crew: String,
    pub members: Vec<VisitMember>,
    pub vehicles: Vec<String>,
    pub emergency: bool,
    pub exempt: bool,
    /// Each with its name: objection, override, entry, signature.
    pub said: Vec<Choice>,
    pub progress: String,
}

/// Who goes.
#[derive(Debug, Clone)]
pub struct VisitMember {
    pub name: String,
    pub unit: String,
    pub role: String,
    pub certified: bool,
}

/// The items of one department.
#[derive(Debug, Clone)]
pub struct DepartmentItems {
    pub department: String,
    pub items: Vec<ItemView>,
}

/// One item and what came of it.
#[derive(Debug, Clone)]
pub struct ItemView {
    pub no: u32,
    pub subject: String,
    /// The list's hazard, by its code.
    pub hazard: Option<String>,
    pub also: Vec<String>,
    pub outcome: Option<String>,
    /// A hazard was found.
    pub bad: bool,
    pub note: Option<String>,
    pub finding: Option<String>,
    pub late: bool,
    /// What came of it is not for this reader.
    pub withheld: bool,
}

/// One item as its own officer fills it in.
#[derive(Debug, Clone)]
pub struct RecordItem {
    pub no: u32,
    pub subject: String,
    pub hazard: Option<String>,
    /// What proves it and what law it rests on, as the visit keeps them: heading and words of each.
    pub to_know: Vec<(&'static str, String)>,
    /// What was said before, if it may be said again.
    pub answered: Option<String>,
    pub outcomes: Vec<Choice>,
}

impl RecordItem {
    /// The name of one of its inputs: `note-3`.
    pub(super) fn name(&self, stem: &str) -> String {
        format!("{stem}-{}", self.no)
    }

    /// Whether its inputs must be seen: it is open, or it comes back.
    pub(super) fn is_open(&self, form: &Form) -> bool {
        let own = |name: &str| name.rsplit_once('-').is_some_and(|(_, no)| no == self.no.to_string());
        self.answered.is_none()
            || (form.refused("record") && form.typed.iter().any(|(name, value)| own(name) && !value.is_empty()))
    }
}

/// One department's part.
#[derive(Debug, Clone)]
pub struct VisitPart {
    pub department: String,
    pub leads: bool,
    pub state: String,
    /// Whoever came at once had no approval in time.
    pub unapproved: bool,
    /// Empty: its results are not for this reader.
    pub progress: String,
    pub deadline: Option<DeadlineView>,
}

impl VisitPage {
    /// Own items wait for their answers: that is the next step.
    fn records(&self) -> bool {
        self.record.iter().any(|item| item.answered.is_none())
    }

    fn days(&self) -> Vec<&[Entry]> {
        views::days(&self.timeline)
    }
}

/// `/console/findings`.
#[derive(Debug, Template)]
#[template(path = "http/pages/findings.html", config = "src/askama.toml")]
pub struct FindingsPage {
    pub shell: Shell,
    /// Its deed is `view`: the name for the present filter.
    pub form: Form,
    pub filters: FiltersView,
    pub tabs: Vec<Tab>,
    pub rows: Vec<FindingRow>,
    pub more: Option<String>,
}

/// A row of a list of findings.
#[derive(Debug, Clone)]
pub struct FindingRow {
    pub code: String,
    pub site: String,
    pub what: String,
    pub major: Option<String>,
    pub department: String,
    pub status: String,
    pub deadline: Option<DeadlineView>,
    /// The limit as it was ordered first, where it was extended.
    pub original: Option<String>,
    /// What is owed beside it, the soonest.
    pub beside: Option<DeadlineView>,
}

/// `/console/findings/{code}`.
#[derive(Debug, Template)]
#[template(path = "http/pages/finding.html", config = "src/askama.toml")]
pub struct FindingPage {
    pub shell: Shell,
    pub form: Form,
    pub finding: FindingRow,
    pub visit: String,
    pub whistle: Option<String>,
    pub deadline: Option<DeadlineView>,
    /// What it owes beside its own step.
    pub beside: Vec<DeadlineView>,
    pub nothing_to_do: String,
    pub step: Option<MadeForm>,
    pub made: Vec<MadeForm>,
    /// This reader may give the firm its link now.
    pub gives_link: bool,
    /// The firm's link and its rating, each with its name.
    pub firm: Vec<Choice>,
    /// What is known of it, each with its name.
    pub facts: Vec<Choice>,
    /// Orders, reports and rechecks, oldest first.
    pub past: Vec<Choice>,
    /// What may be printed of it, each by its address.
    pub papers: Vec<Choice>,
    /// How the spot was found, and how it is put right.
    pub before: Vec<FileView>,
    pub after: Vec<FileView>,
    /// The form that takes more.
    pub files: FilesView,
}

impl FindingPage {
    fn words(&self) -> &'static LinkText {
        crate::i18n::pages::by_link(self.shell.lang)
    }
}
