//! What forms choose from, start with, and come back with when refused. A form never decides what is right: it shows
//! what was typed and the faults that the domain found, and keeps every character.

use std::borrow::Borrow;

use super::views::shape;
use crate::domain::terms::Urgency;

/// A value and the word for it.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub word: String,
}

impl Choice {
    /// A choice from its two words.
    pub fn new(value: impl Into<String>, word: impl Into<String>) -> Choice {
        Choice { value: value.into(), word: word.into() }
    }

    /// The icon of a choice of urgency.
    pub(super) fn shape(&self) -> &'static str {
        Urgency::parse(&self.value).map_or("normal", shape)
    }
}

/// Enterprises of one town, for the picker.
#[derive(Debug, Clone)]
pub struct TownFirms {
    pub town: String,
    pub firms: Vec<Choice>,
}

/// A department in the verdict form: what the rule proposes for it, and why.
#[derive(Debug, Clone)]
pub struct DepartmentOption {
    pub code: String,
    pub name: String,
    pub lead: bool,
    pub support: bool,
    /// The rule's reason; none if no rule names it.
    pub reason: Option<String>,
}

/// A deed's form, made from the table of its order.
#[derive(Debug, Clone)]
pub struct MadeForm {
    pub verb: &'static str,
    /// What its inputs go by: the verb, and on a page with several things the thing too.
    pub deed: String,
    /// The thing's version, where the page shows several things.
    pub version: Option<i64>,
    /// The verb as the button says it.
    pub word: &'static str,
    pub hint: &'static str,
    pub inputs: Vec<Input>,
}

/// One input of a made form.
#[derive(Debug, Clone)]
pub struct Input {
    /// The field's API name.
    pub name: &'static str,
    pub label: String,
    pub widget: Widget,
    pub options: Vec<Choice>,
}

/// What an input looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// A text of so many rows.
    Area(u8),
    Line,
    Radios,
    /// One of the choices, or a code that is typed.
    Pick,
    Select,
    Checks,
    Moment,
    Date,
}

/// What is wrong with a field, in the reader's language.
#[derive(Debug, Clone)]
pub struct FormFault {
    /// The field's API name, such as `contact.phone`.
    pub field: String,
    pub message: String,
}

/// The state of the page's forms: hidden fields for all of them, and for the one that was refused what was typed
/// and what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Idempotency key, drawn when the page was made.
    pub key: String,
    /// The thing's version, the digits of its ETag; empty on a create.
    pub version: String,
    /// The verb that was refused; empty on a fresh page.
    pub deed: String,
    pub typed: Vec<(String, String)>,
    pub faults: Vec<FormFault>,
    /// Since when it was kept, if it was left unsent before.
    pub kept: Option<String>,
}

impl Input {
    /// Whether one of the choices is this value.
    pub(super) fn offers(&self, value: &str) -> bool {
        self.options.iter().any(|one| one.value == value)
    }
}

impl Form {
    /// Fresh forms.
    pub fn fresh(key: String, version: String) -> Form {
        Form { key, version, ..Form::default() }
    }

    /// The same on a page of this version, where the form that comes back had none.
    pub fn on_page_of(mut self, version: i64) -> Form {
        if self.version.is_empty() {
            self.version = version.to_string();
        }
        self
    }

    /// Whether this deed's form comes back refused.
    pub(super) fn refused(&self, deed: &str) -> bool {
        !self.deed.is_empty() && self.deed == deed
    }

    /// What an input holds: what was typed, else what it starts with.
    pub fn value<'a>(&'a self, deed: &str, name: &str, otherwise: &'a str) -> &'a str {
        if !self.refused(deed) {
            return otherwise;
        }
        self.typed(name)
    }

    /// What was typed into a field, on a fresh form nothing.
    pub fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// Whether one of several values is the chosen one: what was typed, else what the form starts with.
    pub(super) fn picked(&self, deed: &str, name: &str, value: &str, start: &str) -> bool {
        self.has(deed, name, value, value == start)
    }

    /// Whether any form comes back refused.
    pub(super) fn failed(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Whether a value is among the chosen ones: those that came back, else those that it starts with.
    pub fn has(&self, deed: &str, name: &str, value: &str, otherwise: impl Borrow<bool>) -> bool {
        if !self.refused(deed) {
            return *otherwise.borrow();
        }
        self.typed.iter().any(|(n, v)| n == name && v == value)
    }

    pub(super) fn fault(&self, deed: &str, name: &str) -> Option<&str> {
        if !self.refused(deed) {
            return None;
        }
        self.faults.iter().find(|f| f.field == name).map(|f| &f.message[..])
    }
}

/// Everything that the forms of a whistle's deeds choose from and start with.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Verbs that this reader may do now.
    pub allowed: Vec<&'static str>,
    /// Where to go after the deed; empty for this page.
    pub next: String,
    pub urgencies: Vec<Choice>,
    pub severities: Vec<Choice>,
    pub routes: Vec<Choice>,
    pub grounds: Vec<Choice>,
    pub kinds: Vec<Choice>,
    /// Fields that can be asked for when returning.
    pub fields: Vec<Choice>,
    /// What the office starts from: the blower's urgency, claim and clause, and the rule's route.
    pub urgency: &'static str,
    pub severity: &'static str,
    pub clause: String,
    pub route: &'static str,
    /// Those that a rule proposes come first; the rest is folded away.
    pub departments: Vec<DepartmentOption>,
    /// The rules have not proposed anybody yet: the office may choose by itself.
    pub being_routed: bool,
    /// It waits for a closure that this reader may not do: the director's.
    pub director_closes: bool,
    /// What a returned whistle lacks, for `complete`.
    pub missing: Vec<Choice>,
    /// In a sentence: why there is nothing to do, and whose move it is.
    pub nothing_to_do: String,
    /// Nothing here brings the whistle on: others move, or nobody.
    pub rests: bool,
    /// Whatever else this reader may do, folded away.
    pub made: Vec<MadeForm>,
}

impl Verdict {
    /// Departments that a rule names, or that the office has chosen already.
    pub(super) fn proposed(&self) -> Vec<&DepartmentOption> {
        self.departments.iter().filter(|d| d.lead || d.support || d.reason.is_some()).collect()
    }

    pub(super) fn rest(&self) -> Vec<&DepartmentOption> {
        self.departments.iter().filter(|d| !d.lead && !d.support && d.reason.is_none()).collect()
    }

    /// Whether the rest must be seen: nobody is proposed, the choice was refused, or one of the rest was chosen.
    pub(super) fn rest_matters(&self, form: &Form, deed: &str) -> bool {
        let at_fault = form.fault(deed, "lead").is_some() || form.fault(deed, "supports").is_some();
        let chosen = |one: &&DepartmentOption| {
            form.has(deed, "lead", &one.code, false) || form.has(deed, "supports", &one.code, false)
        };
        self.proposed().is_empty() || at_fault || self.rest().iter().any(chosen)
    }

    pub(super) fn may(&self, verb: &str) -> bool {
        self.allowed.contains(&verb)
    }
}

/// What the whistle form chooses from and starts with.
#[derive(Debug, Clone, Default)]
pub struct BlowLists {
    pub categories: Vec<Choice>,
    pub urgencies: Vec<Choice>,
    pub sources: Vec<Choice>,
    pub towns: Vec<Choice>,
    pub firms: Vec<TownFirms>,
    pub departments: Vec<Choice>,
    /// Units for which the office may blow; empty for everybody else.
    pub on_behalf_of: Vec<Choice>,
    /// What the enterprises were looked for by.
    pub find: String,
    /// There are more enterprises than the form lists: they have to be looked for.
    pub more_firms: bool,
    /// What the fields hold before anything was typed: `(name, value)`, names may repeat.
    pub start: Vec<(String, String)>,
}

impl BlowLists {
    pub(super) fn start(&self, name: &str) -> &str {
        self.start.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    pub(super) fn starts_with(&self, name: &str, value: &str) -> bool {
        self.start.iter().any(|(n, v)| n == name && v == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_departments_unfold_only_when_they_matter() {
        let one = |code: &str, lead| DepartmentOption {
            code: code.into(),
            name: code.into(),
            lead,
            support: false,
            reason: None,
        };
        let verdict = Verdict { departments: vec![one("XF", true), one("GA", false)], ..Verdict::default() };
        let refused = |typed: &[(&str, &str)], field: &str| Form {
            deed: "accept".into(),
            typed: typed.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            faults: vec![FormFault { field: field.into(), message: "x".into() }],
            ..Form::default()
        };
        assert!(!verdict.rest_matters(&Form::default(), "accept"));
        assert!(!verdict.rest_matters(&refused(&[("lead", "XF")], "clause"), "accept"));
        assert!(verdict.rest_matters(&refused(&[("lead", "XF")], "supports"), "accept"));
        assert!(verdict.rest_matters(&refused(&[("lead", "XF"), ("supports", "GA")], "clause"), "accept"));
        assert!(Verdict::default().rest_matters(&Form::default(), "accept"), "nobody is proposed");
    }
}
