//! Forms that are made from the table of an order: one input for each field, its words and choices by the field's name. A
//! deed whose form needs more than that (officers, proposals) has a template of its own. Nothing here decides who may.

use super::views::Words;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::order::{Field, Kind, Spec};
use crate::domain::summons::Summons;
use crate::domain::terms::{DisputeGround, ReopenGround, SummonsRole, SuspendGround, Urgency, Visibility};
use crate::domain::whistle::Tree;
use crate::http::pages::{Choice, Input, MadeForm, Widget};
use crate::i18n::{Lang, pages as words};

/// Rows of a text that is a reason, and most characters of one line.
const ROWS: u8 = 2;

/// A closed list as choices, as far as `filter` lets them.
macro_rules! choices {
    ($list:ident, $lang:expr, $word:ident) => {
        $list::ALL.iter().map(|of| Choice::new(of.as_str(), $lang.$word(*of))).collect::<Vec<Choice>>()
    };
}

/// What the inputs of a deed go by on a page that shows several things.
pub(super) fn behind(verb: &str, code: &str) -> String {
    format!("{verb}-{code}")
}

/// What a made form is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed<'a> {
    Whistle(WhistleDeed),
    Summons(SummonsDeed, &'a Summons),
}

impl Words<'_> {
    /// The form of a deed, made from its table.
    pub(super) fn made(&self, deed: Deed<'_>, spec: &'static Spec, tree: &Tree) -> MadeForm {
        let (verb, word) = match deed {
            Deed::Whistle(deed) => (deed.as_str(), self.lang.whistle_deed(deed.as_str())),
            Deed::Summons(deed, _) => (deed.as_str(), self.lang.summons_deed(deed.as_str())),
        };
        let input = |field: &Field| self.input(deed, field, tree);
        let (deed_of, inputs) = (verb.to_owned(), spec.fields.iter().map(input).collect());
        MadeForm { verb, deed: deed_of, version: None, word, hint: hint(self.lang, deed), inputs }
    }

    fn input(&self, deed: Deed<'_>, field: &Field, tree: &Tree) -> Input {
        let options = self.options(deed, field.name, tree);
        let widget = match field.kind {
            Kind::Text { .. } => Widget::Area(ROWS),
            Kind::Word(_) => Widget::Radios,
            Kind::Code if options.is_empty() => Widget::Line,
            Kind::Code => Widget::Select,
            Kind::Time => Widget::Moment,
            Kind::Date => Widget::Date,
            Kind::List { .. } | Kind::Bool | Kind::Object(_) => Widget::Checks,
        };
        let label = label(self.lang, deed, field.name);
        let label = if field.required { label.to_owned() } else { words::optional(self.lang, label) };
        Input { name: field.name, label, widget, options }
    }

    fn options(&self, deed: Deed<'_>, name: &str, tree: &Tree) -> Vec<Choice> {
        let lang = self.lang;
        match (deed, name) {
            (Deed::Whistle(WhistleDeed::Suspend), "ground") => choices!(SuspendGround, lang, suspend_ground),
            (Deed::Whistle(_), "ground") => choices!(ReopenGround, lang, reopen_ground),
            (Deed::Summons(..), "ground") => choices!(DisputeGround, lang, dispute_ground),
            (_, "role") => choices!(SummonsRole, lang, summons_role),
            (_, "visibility") => choices!(Visibility, lang, visibility),
            (Deed::Whistle(deed), "urgency") => {
                let now = tree.whistle.urgency;
                let raise = deed == WhistleDeed::RaiseUrgency;
                let fits = |of: &&Urgency| if raise { **of < now } else { **of > now };
                Urgency::ALL.iter().filter(fits).map(|of| Choice::new(of.as_str(), lang.urgency(*of))).collect()
            }
            (_, "summonses") => {
                tree.counting().map(|one| Choice::new(one.code.as_str(), self.unit(&one.department))).collect()
            }
            (Deed::Summons(SummonsDeed::Delegate, summons), "to") => {
                let towns = self.directory.towns.iter().flat_map(|town| [&town.code, &town.squad_code]);
                self.choose_among(towns.filter(|code| **code != summons.department))
            }
            (Deed::Summons(_, summons), "to" | "instead") => {
                self.choose_among(self.summonable().filter(|code| **code != summons.department))
            }
            (_, "department") => {
                let summoned = |code: &&String| tree.counting().any(|one| one.department == **code);
                self.choose_among(self.summonable().filter(|code| !summoned(code)))
            }
            (_, "lead") => self.choose_among(self.summonable().filter(|code| tree.whistle.lead.as_ref() != Some(code))),
            (_, _) => Vec::new(),
        }
    }

    fn choose_among<'c>(&self, codes: impl Iterator<Item = &'c String>) -> Vec<Choice> {
        codes.map(|code| Choice::new(code.as_str(), self.unit(code))).collect()
    }

    /// Whoever may be summoned, in official order.
    fn summonable(&self) -> impl Iterator<Item = &String> {
        let departments = self.directory.departments.iter().filter(|one| one.may_be_summoned).map(|one| &one.code);
        departments.chain(self.directory.towns.iter().map(|town| &town.code))
    }
}

/// What a field is called here: one name may be another thing in another deed.
fn label(lang: Lang, deed: Deed<'_>, name: &str) -> &'static str {
    let t = words::of(lang);
    match (deed, name) {
        (Deed::Whistle(WhistleDeed::AddSummons), "role") => t.part,
        (Deed::Whistle(WhistleDeed::ChangeLead), "lead") => t.new_lead,
        (Deed::Summons(SummonsDeed::Delegate, _), "to") => t.acts_instead,
        (_, "ground") => t.ground,
        (_, "summonses") => t.back_to_work,
        (_, name) => words::field(lang, name),
    }
}

/// What whoever fills the form in should know first.
fn hint(lang: Lang, deed: Deed<'_>) -> &'static str {
    let t = words::of(lang);
    match deed {
        Deed::Whistle(WhistleDeed::Appeal | WhistleDeed::Contest) => t.objection_hint,
        Deed::Whistle(WhistleDeed::Suspend) => t.suspend_hint,
        Deed::Whistle(WhistleDeed::Merge) => t.merge_hint,
        Deed::Summons(SummonsDeed::Dispute, _) => t.dispute_hint,
        Deed::Summons(SummonsDeed::Refer, _) => t.refer_hint,
        Deed::Summons(SummonsDeed::Delegate, _) => t.delegate_hint,
        Deed::Whistle(_) | Deed::Summons(..) => "",
    }
}
