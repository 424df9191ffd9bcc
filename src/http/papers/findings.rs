//! The sheets of a finding: the order that it is put right, and what others saw when they looked again. What one paper holds is
//! `domain::papers`' to say; nothing here counts a limit.

use super::{Press, article};
use crate::app::visits::OpenVisit;
use crate::domain::at::At;
use crate::domain::finding::{Finding, Ordered};
use crate::domain::papers::{order_of_last_recheck, ordered_together, rechecked_together};
use crate::domain::visit::Item;
use crate::http::console::shown;
use crate::http::pages::sheets::{
    OpinionSheet, OrderItem, OrderSheet, RecheckedItem, SheetHead, SheetLink, SheetSigning,
};
use crate::http::problem::Answer;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use crate::ids::FindingId;

impl Press<'_> {
    /// 责令限期整改指令书: every finding of the department that stands on this paper; with the firm's link where it was given just now.
    pub(in crate::http) fn order(&self, open: &OpenVisit, id: &FindingId, link: Option<SheetLink>) -> Answer {
        let finding = open.tree.finding(id).ok_or(ProblemKind::NotFound)?;
        let together = ordered_together(&open.tree, finding, &open.texts);
        let order = finding.orders.last().ok_or(ProblemKind::NotFound)?;
        let mut measures: Vec<String> = Vec::new();
        for taken in together.iter().filter_map(|(finding, _)| finding.measures.as_ref()) {
            let word = Lang::Zh.measure(taken.measure).to_owned();
            measures.extend(Some(word).filter(|word| !measures.contains(word)));
        }
        let item = |(finding, order): &(&Finding, &Ordered)| {
            let parts = [self.found(finding, &open.texts), self.text(order.demand.as_ref(), &open.texts)];
            OrderItem {
                code: finding.code.clone(),
                what: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；"),
                basis: self.breaks(finding, open),
                due_at: order.due_at,
            }
        };
        let district = &self.door.letterhead.district;
        let sheet = OrderSheet {
            head: self.head_of_finding(open, finding, (self.number(order, open), order.at)),
            addressee: self.addressee(open, order),
            found_at: finding.found_at,
            items: together.iter().map(item).collect(),
            measures,
            officers: self.named(&order.officers),
            government: format!("{district}人民政府"),
            court: format!("{district}人民法院"),
            signing: SheetSigning::Awaited,
            link,
        };
        shown(self.lang, &sheet)
    }

    /// The paper's own number, where the department gave one.
    fn number(&self, order: &Ordered, open: &OpenVisit) -> Option<String> {
        Some(self.text(order.order_no.as_ref(), &open.texts)).filter(|number| !number.is_empty())
    }

    /// 整改复查意见书: every finding of that order that was looked at again on that day.
    pub(in crate::http) fn opinion(&self, open: &OpenVisit, id: &FindingId) -> Answer {
        let finding = open.tree.finding(id).ok_or(ProblemKind::NotFound)?;
        let order = order_of_last_recheck(finding).ok_or(ProblemKind::NotFound)?;
        let recheck = finding.rechecks.last().ok_or(ProblemKind::NotFound)?;
        let items =
            rechecked_together(&open.tree, finding, &open.texts).into_iter().map(|(finding, recheck)| RecheckedItem {
                code: finding.code.clone(),
                what: self.found(finding, &open.texts),
                passed: recheck.passed,
                note: self.text(Some(&recheck.note), &open.texts),
            });
        let sheet = OpinionSheet {
            head: self.head_of_finding(open, finding, (None, recheck.at)),
            addressee: self.addressee(open, order),
            order_number: self.number(order, open),
            ordered_at: order.at,
            rechecked_at: recheck.at,
            items: items.collect(),
            officers: self.named(&recheck.officers),
            signing: SheetSigning::Awaited,
        };
        shown(self.lang, &sheet)
    }

    fn head_of_finding(&self, open: &OpenVisit, finding: &Finding, (number, at): (Option<String>, At)) -> SheetHead {
        SheetHead {
            back: format!("/console/findings/{}", finding.code),
            issuer: self.body(&finding.origin.department),
            number,
            issued_at: Some(at),
            ..self.head(&open.tree.visit)
        }
    }

    /// The rule that a finding breaks: the criterion that makes it major, else the list's as the visit keeps it. A visit that was
    /// planned anew may have the hazard no more: then as the list has it now.
    fn breaks(&self, finding: &Finding, open: &OpenVisit) -> String {
        let clause = self.text(finding.clause.as_ref(), &open.texts);
        if !clause.is_empty() {
            return clause;
        }
        let Some(code) = finding.origin.hazard.as_deref() else { return String::new() };
        let own = |item: &&Item| item.hazard.as_ref().is_some_and(|hazard| hazard.code == code);
        let basis = match open.tree.visit.items.iter().find(own) {
            Some(item) => self.basis(item),
            None => self.directory().hazard(code).and_then(|hazard| article(&hazard.legal_basis)),
        };
        basis.unwrap_or_default()
    }

    /// Whom an order binds.
    fn addressee(&self, open: &OpenVisit, order: &Ordered) -> String {
        let named = order.addressee.as_deref().and_then(|code| self.directory().enterprise(code));
        named.map_or_else(|| self.firm(open).name, |firm| firm.name.clone())
    }
}
