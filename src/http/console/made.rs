//! Forms that are made from the table of an order: one input for each field, its words and choices by the field's name. A
//! deed whose form needs more than that (officers, proposals) has a template of its own. Nothing here decides who may.

use super::views::Words;
use crate::domain::deeds::{FindingDeed, SummonsDeed, VisitDeed, WhistleDeed};
use crate::domain::finding::Finding;
use crate::domain::finding::close::Return;
use crate::domain::order::{Field, Kind, Spec};
use crate::domain::summons::Summons;
use crate::domain::terms::{
    AbortGround, ClosureKind, DisputeGround, FindingStatus, Measure, Objection, Period, ReopenGround, SummonsRole,
    SuspendGround, Urgency, Visibility,
};
use crate::domain::visit::Visit;
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
    Whistle(WhistleDeed, &'a Tree),
    Summons(SummonsDeed, &'a Summons, &'a Tree),
    Visit(VisitDeed, &'a Visit),
    Finding(FindingDeed, &'a Finding),
}

impl Words<'_> {
    /// The form of a deed, made from its table.
    pub(super) fn made(&self, deed: Deed<'_>, spec: &'static Spec) -> MadeForm {
        let (verb, word) = match deed {
            Deed::Whistle(deed, _) => (deed.as_str(), self.lang.whistle_deed(deed.as_str())),
            Deed::Summons(deed, ..) => (deed.as_str(), self.lang.summons_deed(deed.as_str())),
            Deed::Visit(deed, _) => (deed.as_str(), self.lang.visit_deed(deed)),
            Deed::Finding(deed, _) => (deed.as_str(), self.lang.finding_deed(deed)),
        };
        let input = |field: &Field| self.input(deed, field);
        let (deed_of, inputs) = (verb.to_owned(), spec.fields.iter().map(input).collect());
        MadeForm { verb, deed: deed_of, version: None, word, hint: hint(self.lang, deed), inputs }
    }

    fn input(&self, deed: Deed<'_>, field: &Field) -> Input {
        let options = match deed {
            Deed::Whistle(_, tree) | Deed::Summons(_, _, tree) => self.options(deed, field.name, tree),
            Deed::Visit(_, visit) => self.visit_options(visit, field.name),
            Deed::Finding(_, finding) => self.finding_options(finding, field.name),
        };
        let widget = match field.kind {
            // Ticked or not says nothing where somebody must decide.
            Kind::Bool if field.required => Widget::Radios,
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
            (Deed::Whistle(WhistleDeed::Suspend, _), "ground") => choices!(SuspendGround, lang, suspend_ground),
            (Deed::Whistle(..), "ground") => choices!(ReopenGround, lang, reopen_ground),
            (Deed::Summons(..), "ground") => choices!(DisputeGround, lang, dispute_ground),
            (_, "role") => choices!(SummonsRole, lang, summons_role),
            (_, "visibility") => choices!(Visibility, lang, visibility),
            (Deed::Whistle(deed, _), "urgency") => {
                let now = tree.whistle.urgency;
                let raise = deed == WhistleDeed::RaiseUrgency;
                let fits = |of: &&Urgency| if raise { **of < now } else { **of > now };
                Urgency::ALL.iter().filter(fits).map(|of| Choice::new(of.as_str(), lang.urgency(*of))).collect()
            }
            (_, "summonses") => {
                tree.counting().map(|one| Choice::new(one.code.as_str(), self.unit(&one.department))).collect()
            }
            (Deed::Summons(SummonsDeed::Delegate, summons, _), "to") => {
                let towns = self.directory.towns.iter().flat_map(|town| [&town.code, &town.squad_code]);
                self.choose_among(towns.filter(|code| **code != summons.department))
            }
            (Deed::Summons(_, summons, _), "to" | "instead") => {
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

    fn visit_options(&self, visit: &Visit, name: &str) -> Vec<Choice> {
        let lang = self.lang;
        match name {
            "period" => choices!(Period, lang, period),
            "ground" if visit.is_before_entry() => choices!(Objection, lang, objection),
            "ground" => choices!(AbortGround, lang, abort_ground),
            "scanned" => vec![Choice::new("true", words::of(lang).visits.scanned)],
            "department" => {
                let others = visit.parts.iter().filter(|part| part.acts() && part.department != visit.lead());
                self.choose_among(others.map(|part| &part.department))
            }
            _ => Vec::new(),
        }
    }

    fn finding_options(&self, finding: &Finding, name: &str) -> Vec<Choice> {
        let (lang, v) = (self.lang, words::of(self.lang).visits);
        match name {
            "measure" => choices!(Measure, lang, measure),
            "ground" => choices!(Return, lang, finding_return),
            "clear" => vec![Choice::new("true", v.clear_yes), Choice::new("false", v.clear_no)],
            "passed" => vec![Choice::new("true", v.passed_yes), Choice::new("false", v.passed_no)],
            "kind" => {
                let passed = finding.status == FindingStatus::Passed;
                let fits = |of: &&ClosureKind| **of != ClosureKind::OnSite && (passed || **of != ClosureKind::Fixed);
                let kinds = ClosureKind::ALL.iter().filter(fits);
                kinds.map(|of| Choice::new(of.as_str(), lang.closure_kind(*of))).collect()
            }
            "officers" => {
                let date = self.now.civil().date().to_string();
                let people = self.directory.people.iter().filter(|one| one.is_active());
                let able = people.filter(|one| one.is_certified_for(&finding.origin.department, &date));
                able.map(|one| Choice::new(one.id.as_str(), one.name.as_str())).collect()
            }
            "addressee" => {
                let firm = finding.origin.enterprise.as_deref().and_then(|code| self.directory.enterprise(code));
                let landlord = firm.and_then(|firm| self.directory.enterprise(firm.landlord_code.as_deref()?));
                let named = firm.into_iter().chain(landlord);
                named.map(|one| Choice::new(one.code.as_str(), one.name.as_str())).collect()
            }
            _ => Vec::new(),
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
        (Deed::Whistle(WhistleDeed::AddSummons, _), "role") => t.part,
        (Deed::Whistle(WhistleDeed::ChangeLead, _), "lead") => t.new_lead,
        (Deed::Summons(SummonsDeed::Delegate, ..), "to") => t.acts_instead,
        (Deed::Visit(VisitDeed::Object, _), "ground") => t.visits.who_objects,
        (Deed::Visit(VisitDeed::Postpone, _), "date") => t.visits.new_date,
        (Deed::Visit(..), "department") => t.visits.which_department,
        (Deed::Finding(FindingDeed::Measures, _), "until") => t.visits.measure_until,
        (Deed::Finding(FindingDeed::Transfer, _), "to") => t.visits.handed_to,
        (Deed::Finding(..), "officers") => t.visits.other_officers,
        (Deed::Finding(..), "kind") => t.visits.struck_as,
        (_, "ground") => t.ground,
        (_, "summonses") => t.back_to_work,
        (_, name) => words::field(lang, name),
    }
}

/// What whoever fills the form in should know first.
fn hint(lang: Lang, deed: Deed<'_>) -> &'static str {
    let t = words::of(lang);
    match deed {
        Deed::Whistle(WhistleDeed::Appeal | WhistleDeed::Contest, _) => t.objection_hint,
        Deed::Whistle(WhistleDeed::Suspend, _) => t.suspend_hint,
        Deed::Whistle(WhistleDeed::Merge, _) => t.merge_hint,
        Deed::Summons(SummonsDeed::Dispute, ..) => t.dispute_hint,
        Deed::Summons(SummonsDeed::Refer, ..) => t.refer_hint,
        Deed::Summons(SummonsDeed::Delegate, ..) => t.delegate_hint,
        Deed::Visit(VisitDeed::Object, _) => t.visits.object_hint,
        Deed::Visit(VisitDeed::Postpone, _) => t.visits.postpone_hint,
        Deed::Visit(VisitDeed::ExcusePart, _) => t.visits.excuse_hint,
        Deed::Finding(FindingDeed::Recheck, _) => t.visits.recheck_hint,
        Deed::Finding(FindingDeed::Transfer, _) => t.visits.transfer_hint,
        Deed::Finding(FindingDeed::Look, _) => t.visits.look_hint,
        Deed::Finding(FindingDeed::Measures, _) => t.visits.measures_hint,
        Deed::Finding(FindingDeed::Close, _) => t.visits.close_hint,
        Deed::Whistle(..) | Deed::Summons(..) | Deed::Visit(..) | Deed::Finding(..) => "",
    }
}
