//! Official sheets filled with what the ledger holds, and a visit for somebody's calendar: the same bytes at both doors. Whoever
//! calls has passed the reader's Scope and knows that the sheet is there; what nobody knows leaves room for a pen.

mod findings;

use super::Door;
use super::console::{addresses, shown};
use super::pages::Square;
use super::pages::sheets::{
    ChecklistRow, DispatchSheet, NoticeSheet, RecordRow, RecordSheet, SheetFirm, SheetHead, SheetOfficer, SheetParty,
    SheetSigning,
};
use super::problem::{Answer, Problem};
use super::query::{Parameter, Query, Takes};
use crate::app::cards::Texts;
use crate::app::papers::{Invited, Printed};
use crate::app::visits::OpenVisit;
use crate::domain::at::At;
use crate::domain::directory::Directory;
use crate::domain::finding::Finding;
use crate::domain::invitation::{self, Invitation};
use crate::domain::papers::notices;
use crate::domain::policy::Actor;
use crate::domain::rules::Rules;
use crate::domain::terms::{Outcome, Severity, VisitStatus};
use crate::domain::visit::{HazardWords, Item, Part, Visit};
use crate::i18n::problems::ProblemKind;
use crate::i18n::{Lang, letters};
use crate::ids::{PersonId, TextId};
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// The law that every check stands on, as the checklist would write it.
const GROUND: &str = "安全生产法65";

/// What a notice's address takes: whose.
pub(super) const NOTICE: &[Parameter] = &[Parameter { name: "department", takes: Takes::Codes }];

/// The department whose notice an address asks for: the reader's own, else the lead's.
pub(super) fn whose(actor: &Actor, visit: &Visit, request: &HttpRequest) -> Result<String, Problem> {
    let given = Query::read(request.query_string(), NOTICE)?;
    let named = given.codes("department", |code| visit.part(code).is_some_and(Part::acts))?.into_iter().next();
    let own = || notices(actor, visit).first().map(|department| (*department).to_owned());
    named.or_else(own).ok_or_else(|| ProblemKind::NotFound.into())
}

/// Fills sheets for one reader.
pub(super) struct Press<'a> {
    door: &'a Door,
    rules: Arc<Rules>,
    /// Of the bar above the sheet.
    lang: Lang,
}

impl<'a> Press<'a> {
    pub(super) fn of(door: &'a Door, lang: Lang) -> Press<'a> {
        Press { door, rules: door.hub.rules(), lang }
    }

    /// 行政检查通知书 of one acting department; a draft until the firm is told.
    pub(super) fn notice(&self, open: &OpenVisit, department: &str) -> Answer {
        let visit = &open.tree.visit;
        let part = visit.part(department).ok_or(ProblemKind::NotFound)?;
        let told = visit.entry.is_some() || visit.status == VisitStatus::Announced;
        let items: Vec<&Item> =
            visit.items.iter().filter(|item| item.departments().any(|of| of == department)).collect();
        let mut grounds: Vec<String> = vec![article(GROUND).unwrap_or_default()];
        for basis in items.iter().filter_map(|item| self.basis(item)) {
            if !grounds.contains(&basis) {
                grounds.push(basis);
            }
        }
        let officers = self.officers_of(visit, department);
        let sheet = NoticeSheet {
            head: SheetHead {
                issuer: self.body(department),
                issued_at: part.approved_at.filter(|_| told),
                ..self.head(visit)
            },
            firm: self.firm(open),
            place: self.place(open),
            starts_at: visit.slot.starts_at(),
            grounds,
            matters: items.iter().filter_map(|item| open.texts.get(&item.subject).cloned()).collect(),
            contact: officers.first().map(|one| one.name.clone()).unwrap_or_default(),
            officers,
            approved: part.approved_at.is_some(),
            square: self.square(visit),
        };
        shown(self.lang, &sheet)
    }

    /// 联合检查通知单; a draft until every department has approved.
    pub(super) fn dispatch(&self, open: &OpenVisit) -> Answer {
        let visit = &open.tree.visit;
        let approvals: Option<Vec<At>> =
            visit.parts.iter().filter(|part| part.acts()).map(|part| part.approved_at).collect();
        let parties = self.parties(visit);
        let mut focus: Vec<String> = Vec::new();
        for item in &visit.items {
            let part = self.hazard(item).map(|hazard| hazard.part);
            let what = part.or_else(|| open.texts.get(&item.subject).cloned());
            focus.extend(what.filter(|what| !focus.contains(what)));
        }
        let directory = self.directory();
        let sheet = DispatchSheet {
            head: SheetHead {
                issuer: self.body(directory.office()),
                issued_at: approvals.and_then(|all| all.into_iter().max()),
                ..self.head(visit)
            },
            departments: parties.iter().map(|party| party.department.clone()).collect(),
            whistles: visit.whistles().iter().map(|of| of.code.clone()).collect(),
            firm: self.firm(open),
            starts_at: visit.slot.starts_at(),
            place: self.place(open),
            cars: visit.vehicles.clone(),
            parties,
            focus,
            contact: directory.unit_name(directory.office()).to_owned(),
            // Who watches does not know of it before it is entered.
            copies: match visit.is_secret() {
                true => Vec::new(),
                false => vec![directory.unit_name(directory.supervisors()).to_owned()],
            },
            checklist: visit.items.iter().map(|item| self.checklist_row(item, &open.texts)).collect(),
        };
        shown(self.lang, &sheet)
    }

    fn checklist_row(&self, item: &Item, texts: &Texts) -> ChecklistRow {
        ChecklistRow {
            part: self.hazard(item).map(|hazard| hazard.part).unwrap_or_default(),
            hazard: texts.get(&item.subject).cloned().unwrap_or_default(),
            departments: self.departments(item),
            basis: self.basis(item).unwrap_or_default(),
        }
    }

    /// 现场检查记录; a draft until nothing more is looked at.
    pub(super) fn record(&self, printed: &Printed) -> Answer {
        let (open, visit) = (&printed.open, &printed.open.tree.visit);
        let signing = match &visit.signature {
            None => SheetSigning::Awaited,
            Some(signed) => {
                let said = self.text(signed.note.as_ref(), &open.texts);
                match signed.refused {
                    true => SheetSigning::Refused { said },
                    false => SheetSigning::Signed { by: said, at: signed.at },
                }
            }
        };
        let sheet = RecordSheet {
            head: SheetHead { issued_at: printed.left_at, ..self.head(visit) },
            firm: self.firm(open),
            place: self.place(open),
            entered_at: visit.entry.as_ref().map(|entry| entry.at),
            left_at: printed.left_at,
            parties: self.parties(visit),
            rows: visit.items.iter().map(|item| self.record_row(item, open)).collect(),
            signing,
            square: self.square(visit),
        };
        shown(self.lang, &sheet)
    }

    fn record_row(&self, item: &Item, open: &OpenVisit) -> RecordRow {
        let answer = item.answer.as_ref();
        let found = answer.and_then(|answer| open.tree.finding(answer.finding.as_ref()?));
        let note = answer.map(|answer| self.text(answer.note.as_ref(), &open.texts)).unwrap_or_default();
        let said = found.map(|finding| format!("{}（{}）", self.found(finding, &open.texts), finding.code));
        RecordRow {
            subject: self.text(Some(&item.subject), &open.texts),
            department: self.departments(item),
            result: match answer.map(|answer| answer.outcome) {
                Some(Outcome::Ok) => "未发现问题",
                Some(Outcome::Finding) => "存在问题",
                Some(Outcome::NotApplicable) => "不涉及",
                Some(Outcome::NotChecked) => "未检查",
                None => "",
            },
            note: said.into_iter().chain(Some(note)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；"),
        }
    }

    fn departments(&self, item: &Item) -> String {
        item.departments().map(|code| self.directory().unit_name(code)).collect::<Vec<_>>().join("、")
    }

    fn directory(&self) -> &Directory {
        &self.rules.directory
    }

    /// The lead's, without a day.
    fn head(&self, visit: &Visit) -> SheetHead {
        SheetHead {
            lang: self.lang,
            assets: addresses(),
            back: format!("/console/visits/{}", visit.code),
            visit: visit.code.clone(),
            issuer: self.body(visit.lead()),
            number: None,
            issued_at: None,
        }
    }

    /// A unit by the name that stands on its papers.
    fn body(&self, unit: &str) -> String {
        let department = self.directory().department(unit).map(|department| department.name.as_str());
        department.unwrap_or_else(|| self.directory().unit_name(unit)).to_owned()
    }

    fn text(&self, id: Option<&TextId>, texts: &Texts) -> String {
        id.and_then(|id| texts.get(id)).cloned().unwrap_or_default()
    }

    fn firm(&self, open: &OpenVisit) -> SheetFirm {
        let firm = open.tree.visit.enterprise.as_deref().and_then(|code| self.directory().enterprise(code));
        let credit_code = firm.map(|firm| firm.credit_code.clone()).filter(|code| !code.is_empty());
        let name = firm.map_or_else(|| self.place(open), |firm| firm.name.clone());
        SheetFirm { name, credit_code, address: None, responsible: None, phone: None }
    }

    /// Where it is, as far as anybody has said: the place, else town and firm.
    fn place(&self, open: &OpenVisit) -> String {
        let visit = &open.tree.visit;
        let place = self.text(visit.place.as_ref(), &open.texts);
        if !place.is_empty() {
            return place;
        }
        let town = visit.town.as_deref().map(|town| self.directory().unit_name(town)).unwrap_or_default();
        let firm = visit.enterprise.as_deref().and_then(|code| self.directory().enterprise(code));
        format!("{town}{}", firm.map_or("", |firm| firm.name.as_str()))
    }

    fn named(&self, people: &[PersonId]) -> Vec<SheetOfficer> {
        let people = people.iter().filter_map(|id| self.directory().person(id));
        let officer = |person: &crate::domain::directory::Person| SheetOfficer {
            name: person.name.clone(),
            certificate: person.certificate_no.clone().unwrap_or_default(),
        };
        people.map(officer).collect()
    }

    /// The certified officers who go for a department.
    fn officers_of(&self, visit: &Visit, department: &str) -> Vec<SheetOfficer> {
        let going = visit.members.iter().filter(|member| member.certified && member.department == department);
        self.named(&going.map(|member| member.person.clone()).collect::<Vec<_>>())
    }

    /// Those of each acting department, the lead first.
    fn parties(&self, visit: &Visit) -> Vec<SheetParty> {
        let acting = visit.parts.iter().filter(|part| part.acts());
        let party = |part: &Part| SheetParty {
            department: self.directory().unit_name(&part.department).to_owned(),
            officers: self.officers_of(visit, &part.department),
        };
        acting.map(party).collect()
    }

    /// What the checklist said of it when the visit was planned.
    fn hazard(&self, item: &Item) -> Option<HazardWords> {
        item.hazard.as_ref()?.said(self.directory())
    }

    fn basis(&self, item: &Item) -> Option<String> {
        article(&self.hazard(item)?.legal_basis)
    }

    /// What was found, where, and that it is major.
    fn found(&self, finding: &Finding, texts: &Texts) -> String {
        let major = if finding.severity == Severity::Major { "重大事故隐患：" } else { "" };
        let (what, spot) = (self.text(Some(&finding.what), texts), self.text(finding.spot.as_ref(), texts));
        if spot.is_empty() { format!("{major}{what}") } else { format!("{major}{what}（{spot}）") }
    }

    /// The visit's page, to be scanned at the gate; made at entry where the firm is told nothing (SECURITY T19).
    fn square(&self, visit: &Visit) -> Option<Square> {
        let link = || format!("{}/w/{}", self.door.links, visit.code);
        if visit.is_secret() { None } else { Square::of(&link()) }
    }

    /// What the letter's calendar part says, for whoever takes it from here.
    pub(super) fn calendar(&self, invited: &Invited) -> HttpResponse {
        let visit = &invited.open.tree.visit;
        let town = visit.town.as_deref().and_then(|code| self.directory().town(code));
        let invitation = Invitation {
            uid: invitation::uid(visit),
            sequence: visit.sequence,
            starts_at: visit.slot.starts_at(),
            ends_at: visit.slot.ends_at(),
            stamp: visit.decided_at,
            organizer: self.door.letterhead.sender.clone(),
            attendee: invited.address.clone(),
            heading: letters::visit(Lang::Zh),
            code: visit.code.clone(),
            town: town.map(|town| town.name.clone()).unwrap_or_default(),
            link: format!("{}/w/{}", self.door.links, visit.code),
            cancelled: invited.cancelled,
        };
        HttpResponse::Ok()
            .content_type(format!("text/calendar; charset=utf-8; method={}", invitation.method()))
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", visit.code)))
            .body(invitation.calendar())
    }
}

/// A law as a document writes it: 消防法28 is 《消防法》第28条; what names no article is not cited.
fn article(basis: &str) -> Option<String> {
    let at = basis.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0)?;
    let (law, numbers) = basis.split_at(at);
    let articles: Vec<String> = numbers.split('、').map(|number| format!("第{number}条")).collect();
    Some(format!("《{law}》{}", articles.join("、")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_is_cited_by_its_articles_and_what_names_none_is_not() {
        for (basis, cited) in [
            ("消防法28", Some("《消防法》第28条")),
            ("安全生产法41、81", Some("《安全生产法》第41条、第81条")),
            ("待核", None),
            ("28", None),
            ("", None),
        ] {
            assert_eq!(article(basis).as_deref(), cited, "{basis}");
        }
    }
}
