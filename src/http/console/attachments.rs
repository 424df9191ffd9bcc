//! Attached files on pages: what is there, the form that takes more, and one file for its reader. Which file is taken and
//! who sees which is judged by `app`; a refused form comes back with each file by its name and the reason.

use super::answers::ended_as;
use super::flash::done;
use super::next::escaped;
use super::reader::Reader;
use super::views::{Words, moment};
use super::whistles::own_again;
use super::{findings, visits};
use crate::app::attachments::{self, For, sees_original};
use crate::app::cards::Texts;
use crate::app::visits::OpenVisit;
use crate::app::whistles::OpenWhistle;
use crate::domain::attachment::{Attachment, Format, Shows};
use crate::domain::event::EventKind;
use crate::domain::finding::Finding;
use crate::domain::order::Fault;
use crate::domain::policy::{self, Actor};
use crate::domain::summons::BARE;
use crate::domain::visit::attach as on_site;
use crate::domain::whistle::attach;
use crate::http::attachments::{file, taken};
use crate::http::gate::{self, Arriving, NotTaken, UploadForm};
use crate::http::pages::{Choice, FileView, FilesView, Form, FormFault};
use crate::http::problem::{Answer, More, Problem};
use crate::i18n::Lang;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;

/// `POST /console/whistles/{code}/attachments`
pub(super) async fn attach(request: HttpRequest, form: UploadForm) -> Answer {
    taken_in(&request, &form.0, For::Whistle(form.0.code())).await
}

/// `POST /console/visits/{code}/attachments`
pub(super) async fn attach_to_visit(request: HttpRequest, form: UploadForm) -> Answer {
    taken_in(&request, &form.0, For::Visit(form.0.code())).await
}

/// `POST /console/findings/{code}/attachments`
pub(super) async fn attach_to_finding(request: HttpRequest, form: UploadForm) -> Answer {
    taken_in(&request, &form.0, For::Finding(form.0.code())).await
}

async fn taken_in(request: &HttpRequest, arriving: &Arriving, to: For<'_>) -> Answer {
    let (own, did) = match to {
        For::Whistle(code) => (format!("/console/whistles/{}", escaped(code)), "whistle.attach"),
        For::Visit(code) => (format!("/console/visits/{}", escaped(code)), "visit.attach"),
        For::Finding(code) => (format!("/console/findings/{}", escaped(code)), "finding.attach"),
    };
    let reader = Reader::of(request, arriving.present.clone())?.at(own.clone());
    let NotTaken { why, said } = match taken(&reader.door, arriving, to).await {
        Ok(_) => return done(&reader.door, &own, did, to.code()),
        Err(refused) => refused,
    };
    let faults = faults_of(reader.lang, &why, &said.names);
    if faults.is_empty() {
        return Err(why);
    }
    let fresh = Form::fresh(reader.key(), String::new());
    let form = Form { deed: "attach".to_owned(), typed: said.typed(), faults, ..fresh };
    let again = match to {
        For::Whistle(code) => own_again(&reader, code, form).await,
        For::Visit(code) => visits::own_again(&reader, code, form).await,
        For::Finding(code) => findings::own_again(&reader, code, form).await,
    };
    Ok(ended_as(&why, again?))
}

/// What is wrong with a form of files, each fault at its field and a file's by its name; nothing where the form is not to blame and
/// would not help if it came back.
pub(super) fn faults_of(lang: Lang, why: &Problem, names: &[String]) -> Vec<FormFault> {
    let of_files = |message: &str| FormFault { field: "files".to_owned(), message: message.to_owned() };
    match why.more() {
        More::Fields(faults) => faults.iter().map(|fault| fault_of(lang, fault, names)).collect(),
        More::Guarded { reasons, .. } => reasons.iter().map(|one| of_files(lang.reason(one.code))).collect(),
        More::RetryAfter(_) if why.kind() == ProblemKind::NoRoom => vec![of_files(lang.problem_title(why.kind()))],
        More::Nothing | More::Parameters(_) | More::Rows(_) | More::NotNow { .. } => Vec::new(),
        More::Moved { .. } | More::RetryAfter(_) | More::Allow(_) => Vec::new(),
    }
}

fn fault_of(lang: Lang, fault: &Fault, names: &[String]) -> FormFault {
    let (field, place) = match fault.pointer.trim_start_matches('/').split_once('/') {
        Some((field, place)) => (field, place.parse::<usize>().ok()),
        None => (fault.pointer.trim_start_matches('/'), None),
    };
    let message = match place.and_then(|place| names.get(place)) {
        Some(name) => words::told(lang, name, &lang.fault(fault)),
        None => lang.fault(fault),
    };
    FormFault { field: field.to_owned(), message }
}

/// `POST /console/attachments/{id}/release`
pub(super) async fn release(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let id = request.match_info().get("id").unwrap_or_default();
    let did = attachments::release(&reader.door.hub, sent.asked(&BARE), id).await?;
    done(&reader.door, &format!("/console/whistles/{}", escaped(&did.code)), "whistle.release", &did.code)
}

/// `GET /console/attachments/{id}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    file(&reader.door, &reader.present, &request).await
}

impl Words<'_> {
    /// What is attached to a whistle, as far as this reader learns of it.
    pub(super) fn files(&self, open: &OpenWhistle, actor: &Actor) -> FilesView {
        let whistle = &open.tree.whistle;
        let seen: Vec<&Attachment> = open.attachments.iter().filter(|one| attach::sees(actor, whistle, one)).collect();
        let view = |one: &Attachment| {
            let named = whistle.names(EventKind::WhistleAttached, &one.person);
            let (held, view) = (attach::is_held(whistle, one), self.file((one, named), &open.texts, actor));
            let release = match held && policy::is_office(actor) {
                true => format!("/console/attachments/{}/release", one.id),
                false => String::new(),
            };
            FileView { held, release, ..view }
        };
        FilesView {
            guarded: seen.iter().any(|one| attach::is_held(whistle, one)),
            list: seen.into_iter().map(view).collect(),
            ..self.taking(policy::may_comment(actor), &format!("/console/whistles/{}", whistle.code))
        }
    }

    /// What is attached to a visit itself.
    pub(super) fn visit_files(&self, open: &OpenVisit, actor: &Actor) -> FilesView {
        let visit = &open.tree.visit;
        FilesView {
            list: open.attached_to(visit.id.as_str()).map(|one| self.file((one, true), &open.texts, actor)).collect(),
            ..self.taking(on_site::takes_of_visit(actor, visit), &format!("/console/visits/{}", visit.code))
        }
    }

    /// What shows a finding's spot before, and after; and the form that takes more.
    pub(super) fn finding_proof(&self, open: &OpenVisit, finding: &Finding, actor: &Actor) -> [Vec<FileView>; 2] {
        let of = |shows: Shows| {
            let shown = open.attached_to(finding.id.as_str()).filter(|one| one.shows == Some(shows));
            shown.map(|one| self.file((one, true), &open.texts, actor)).collect()
        };
        [of(Shows::Before), of(Shows::After)]
    }

    /// The form that takes more proof of a finding.
    pub(super) fn finding_files(&self, finding: &Finding, actor: &Actor) -> FilesView {
        let t = words::of(self.lang).files;
        let shows = [(Shows::Before, t.before), (Shows::After, t.after)];
        FilesView {
            shows: shows.into_iter().map(|(shows, word)| Choice::new(shows.as_str(), word)).collect(),
            shows_now: on_site::shown_by_now(finding).as_str(),
            ..self.taking(on_site::takes_of_finding(actor, finding), &format!("/console/findings/{}", finding.code))
        }
    }

    /// A form that takes files for the thing of this page.
    fn taking(&self, may: bool, own: &str) -> FilesView {
        let ends = Format::ALL.iter().flat_map(|format| format.extensions()).map(|end| format!(".{end}"));
        FilesView {
            action: if may { format!("{own}/attachments") } else { String::new() },
            accepts: ends.collect::<Vec<_>>().join(","),
            ..FilesView::default()
        }
    }

    fn file(&self, (one, named): (&Attachment, bool), texts: &Texts, actor: &Actor) -> FileView {
        let address = format!("/console/attachments/{}", one.id);
        let name = self.directory.person(&one.person).filter(|_| named).map(|person| person.name.as_str());
        let unit = if one.is_of_firm() { words::of(self.lang).firm.to_owned() } else { self.unit(&one.department) };
        let by = [Some(unit), name.map(str::to_owned)];
        FileView {
            name: texts.get(&one.name).cloned(),
            original: match sees_original(actor, one) {
                true => format!("{address}?original=true"),
                false => String::new(),
            },
            copy: one.copy.as_ref().map(|_| address).unwrap_or_default(),
            size: words::size(self.lang, one.bytes),
            at: moment(one.at),
            by: by.into_iter().flatten().collect::<Vec<_>>().join(" "),
            held: false,
            release: String::new(),
        }
    }
}
