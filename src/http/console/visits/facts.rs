//! A visit and its findings as pages show them: words and formatted times in the reader's language. Whoever calls has passed the
//! reader's Scope; nothing here reads or decides.

use super::super::views::{Words, moment, text};
use crate::app::cards::Texts;
use crate::app::visits::OpenVisit;
use crate::domain::at::At;
use crate::domain::decision::{Reason, ReasonCode};
use crate::domain::finding::Finding;
use crate::domain::obligation::{PartId, Subject};
use crate::domain::policy::Actor;
use crate::domain::terms::{MemberRole, Outcome, Severity};
use crate::domain::visit::{Item, Objected, Part, Slot, Visit, VisitTree};
use crate::http::pages::{
    Choice, DeadlineView, DepartmentItems, FindingRow, ItemView, RecordItem, VisitFacts, VisitMember, VisitPart,
    VisitRow,
};
use crate::i18n::pages as words;
use crate::store::visits::{FindingItem, VisitItem};

/// How many of its own items a department has answered for.
fn progress(part: &Part, visit: &Visit) -> String {
    let items: Vec<&Item> = visit.items.iter().filter(|item| item.department == part.department).collect();
    words::of_all(items.iter().filter(|item| item.answer.is_some()).count(), items.len())
}

/// `09:00`.
fn clock(at: At) -> String {
    at.civil().strftime("%H:%M").to_string()
}

impl Words<'_> {
    pub(in crate::http::console) fn visit_row(&self, item: &VisitItem, texts: &Texts) -> VisitRow {
        let visit = &item.visit;
        VisitRow {
            code: visit.code.clone(),
            when: self.slot(&visit.slot),
            site: self.visit_site(visit, text(visit.place.as_ref(), texts)),
            emergency: visit.emergency,
            departments: visit
                .parts
                .iter()
                .filter(|part| part.acts())
                .map(|part| self.unit(&part.department))
                .collect(),
            status: self.lang.visit_status(visit.status).to_owned(),
            progress: words::of_all(item.answered, visit.items.len()),
            deadline: self.row_limit(visit.planned_at, item.due_at),
        }
    }

    pub(in crate::http::console) fn slot(&self, slot: &Slot) -> String {
        format!("{} {}", slot.date, self.lang.period(slot.period))
    }

    /// The enterprise, else the place, else the town.
    pub(in crate::http::console) fn visit_site(&self, visit: &Visit, place: Option<String>) -> String {
        self.firm_of(visit.enterprise.as_deref())
            .or(place)
            .or_else(|| visit.town.as_deref().map(|town| self.unit(town)))
            .unwrap_or_else(|| "--".to_owned())
    }

    fn firm_of(&self, code: Option<&str>) -> Option<String> {
        self.directory.enterprise(code?).map(|firm| firm.name.clone())
    }

    pub(super) fn visit_facts(&self, open: &OpenVisit) -> VisitFacts {
        let visit = &open.tree.visit;
        let member = |one: &crate::domain::visit::Member| {
            let person = self.directory.person(&one.person)?;
            let (role, certified) = (self.lang.member_role(one.role).to_owned(), one.certified);
            Some(VisitMember { name: person.name.clone(), unit: self.unit(&one.department), role, certified })
        };
        VisitFacts {
            code: visit.code.clone(),
            status: self.lang.visit_status(visit.status).to_owned(),
            site: self.visit_site(visit, text(visit.place.as_ref(), &open.texts)),
            town: visit.town.as_deref().map(|town| self.unit(town)),
            when: self.slot(&visit.slot),
            hours: format!("{}–{}", clock(visit.slot.starts_at()), clock(visit.slot.ends_at())),
            notice: self.lang.notice(visit.notice).to_owned(),
            lead: self.unit(visit.lead()),
            crew: self.crew(visit),
            members: visit.members.iter().filter_map(member).collect(),
            vehicles: visit.vehicles.clone(),
            emergency: visit.emergency,
            exempt: visit.exempt,
            said: self.visit_said(visit, &open.texts),
            progress: words::of_all(open.answered, visit.items.len()),
        }
    }

    /// Who leads whom, and in which cars.
    fn crew(&self, visit: &Visit) -> String {
        let leads = visit.members.iter().find(|member| member.role == MemberRole::Lead);
        let person = leads.and_then(|member| self.directory.person(&member.person));
        let leader = person.map(|person| words::person_of(self.lang, &person.name, &self.unit(visit.lead())));
        let crew = leader.map(|leader| words::crew(self.lang, &leader, visit.members.len()));
        let all: Vec<String> = crew.into_iter().chain(visit.vehicles.iter().cloned()).collect();
        all.join(" · ")
    }

    /// Who objects, to what and why.
    pub(in crate::http::console) fn objected(&self, one: &Objected, texts: &Texts) -> String {
        let why = text(one.reason.as_ref(), texts).unwrap_or_default();
        let ground = words::told(self.lang, self.lang.objection(one.ground), &why);
        words::told(self.lang, &self.unit(&one.department), &ground)
    }

    /// What was said of it, each with its name, as far as there is any.
    fn visit_said(&self, visit: &Visit, texts: &Texts) -> Vec<Choice> {
        let (lang, v) = (self.lang, words::of(self.lang).visits);
        let fact = |value: Option<String>, word: &str| value.map(|value| Choice::new(value, word));
        let objected = visit.objected.as_ref().map(|one| self.objected(one, texts));
        let entry = visit.entry.as_ref().map(|entry| {
            let scanned = if entry.scanned { v.scanned } else { v.unscanned };
            format!("{} {scanned}", moment(entry.at))
        });
        let signature = visit.signature.as_ref().map(|one| {
            let how = format!("{} {}", moment(one.at), if one.refused { v.unsigned } else { v.signed });
            words::told(lang, &how, &text(one.note.as_ref(), texts).unwrap_or_default())
        });
        let facts = [
            fact(text(visit.place.as_ref(), texts), words::of(lang).place),
            fact(objected, v.objected),
            fact(text(visit.override_reason.as_ref(), texts), v.overridden),
            fact(entry, v.entered_at),
            fact(visit.aborted.map(|ground| lang.abort_ground(ground).to_owned()), v.aborted),
            fact(signature, v.signature),
        ];
        facts.into_iter().flatten().collect()
    }

    /// Items by department, the lead's first.
    pub(super) fn visit_items(&self, open: &OpenVisit) -> Vec<DepartmentItems> {
        let visit = &open.tree.visit;
        let of = |part: &Part| DepartmentItems {
            department: self.unit(&part.department),
            items: visit
                .items
                .iter()
                .filter(|item| item.department == part.department)
                .map(|item| self.item(item, open))
                .collect(),
        };
        visit.parts.iter().map(of).filter(|one| !one.items.is_empty()).collect()
    }

    fn item(&self, item: &Item, open: &OpenVisit) -> ItemView {
        let answer = item.answer.as_ref();
        let finding = answer.and_then(|answer| open.tree.finding(answer.finding.as_ref()?));
        ItemView {
            no: item.no,
            subject: self.title(open.texts.get(&item.subject)),
            hazard: item.hazard.as_ref().map(|hazard| hazard.code.clone()),
            also: item.also.iter().map(|code| self.unit(code)).collect(),
            outcome: answer.map(|answer| self.lang.outcome(answer.outcome).to_owned()),
            bad: answer.is_some_and(|answer| answer.outcome == Outcome::Finding),
            note: answer.and_then(|answer| text(answer.note.as_ref(), &open.texts)),
            finding: finding.map(|finding| finding.code.clone()),
            late: answer.is_some_and(|answer| answer.late),
            withheld: open.withheld.contains(&item.department),
        }
    }

    /// The items that this officer answers for, but for those with a finding: that is seen to by its own deeds.
    pub(super) fn own_items(&self, actor: &Actor, open: &OpenVisit) -> Vec<RecordItem> {
        let visit = &open.tree.visit;
        let Some(own) = visit.member(&actor.person).map(|member| member.department.as_str()) else { return Vec::new() };
        let found = |item: &Item| item.answer.as_ref().is_some_and(|answer| answer.finding.is_some());
        let items = visit.items.iter().filter(|item| item.department == own && !found(item));
        let record = |item: &Item| RecordItem {
            no: item.no,
            subject: self.title(open.texts.get(&item.subject)),
            hazard: item.hazard.as_ref().map(|hazard| hazard.code.clone()),
            to_know: self.what_to_know(item),
            answered: item.answer.as_ref().map(|answer| self.lang.outcome(answer.outcome).to_owned()),
            outcomes: Outcome::ALL.iter().map(|of| Choice::new(of.as_str(), self.lang.outcome(*of))).collect(),
        };
        items.map(record).collect()
    }

    fn what_to_know(&self, item: &Item) -> Vec<(&'static str, String)> {
        let Some(said) = item.hazard.as_ref().and_then(|hazard| hazard.said(self.directory)) else { return Vec::new() };
        let f = words::of(self.lang).firms;
        let all = [(f.evidence, said.evidence), (f.basis, said.legal_basis)];
        all.into_iter().filter(|(_, words)| !words.is_empty()).collect()
    }

    pub(super) fn visit_parts(&self, open: &OpenVisit) -> Vec<VisitPart> {
        let (tree, visit, v) = (&open.tree, &open.tree.visit, words::of(self.lang).visits);
        let state = |part: &Part| match (part.acts(), part.closed_at, part.approved_at) {
            (false, ..) => v.part_excused,
            (true, Some(_), _) if part.late => v.part_late,
            (true, Some(_), _) => v.part_closed,
            (true, None, None) if part.unapproved_at.is_none() => v.part_waits,
            (true, None, Some(_)) if visit.is_before_entry() => v.part_approved,
            // Nobody waits any more for a head who let the limit pass.
            (true, None, _) => v.part_open,
        };
        let view = |part: &Part| VisitPart {
            department: self.unit(&part.department),
            leads: part.department == visit.lead(),
            state: state(part).to_owned(),
            progress: match open.withheld.contains(&part.department) {
                true => String::new(),
                false => progress(part, visit),
            },
            unapproved: part.unapproved_at.is_some(),
            deadline: tree
                .armed(&Subject::Part(PartId::of(&visit.id, &part.department)))
                .map(|armed| self.visit_deadline(armed)),
        };
        visit.parts.iter().map(view).collect()
    }

    /// Every limit that somebody must move before, the soonest first.
    pub(super) fn visit_limits(&self, tree: &VisitTree) -> Vec<DeadlineView> {
        let mut armed: Vec<_> = tree.obligations.iter().filter(|one| one.is_armed() && one.reminds).collect();
        armed.sort_by_key(|one| one.due_at);
        armed.into_iter().map(|one| self.visit_deadline(one)).collect()
    }

    /// In a sentence: whom a visit or a finding waits for.
    pub(in crate::http::console) fn visit_waits(&self, next: Option<&DeadlineView>) -> String {
        words::nothing_to_do(self.lang, next.map(|one| (one.owner.as_str(), one.what.as_str())))
    }

    /// A finding within its visit.
    pub(in crate::http::console) fn finding_row(
        &self,
        finding: &Finding,
        tree: &VisitTree,
        texts: &Texts,
    ) -> FindingRow {
        self.finding_item(&FindingItem::within(tree, finding), texts)
    }

    /// A finding in a list.
    pub(in crate::http::console) fn finding_item(&self, item: &FindingItem, texts: &Texts) -> FindingRow {
        let FindingItem { finding, due_at, beside } = item;
        let origin = &finding.origin;
        let town = || origin.town.as_deref().map(|town| self.unit(town));
        let major = (finding.severity == Severity::Major).then(|| self.lang.severity(Severity::Major).to_owned());
        let first = finding.orders.first().filter(|_| finding.extended > 0);
        FindingRow {
            code: finding.code.clone(),
            site: self.firm_of(origin.enterprise.as_deref()).or_else(town).unwrap_or_else(|| "--".to_owned()),
            what: self.title(texts.get(&finding.what)),
            major,
            department: self.unit(&origin.department),
            status: self.lang.finding_status(finding.status).to_owned(),
            deadline: self.row_limit(finding.found_at, *due_at),
            original: first.map(|order| moment(order.due_at)),
            beside: beside.map(|(duty, due_at)| self.limit_of(duty, finding.found_at, due_at)),
        }
    }

    /// Why something is barred, with what bars it.
    pub(in crate::http::console) fn barred(&self, reason: &Reason) -> String {
        let (directory, subject) = (self.directory, reason.subject.as_str());
        let person = directory.by_username(subject);
        let of = if reason.code == ReasonCode::ItemsOpen {
            words::item(self.lang, subject)
        } else if let Some(person) = person {
            words::person_of(self.lang, &person.name, &self.unit(&person.department_code))
        } else if let Some(firm) = self.firm_of(Some(subject)) {
            firm
        } else if directory.is_unit(subject) {
            self.unit(subject)
        } else {
            subject.to_owned()
        };
        words::told(self.lang, &of, self.lang.reason(reason.code))
    }
}
