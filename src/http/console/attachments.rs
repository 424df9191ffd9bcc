//! Attached files on pages: what is there, the form that takes more, and one file for its reader. Which file is taken and
//! who sees which is judged by `app`; a refused form comes back with each file by its name and the reason.

use super::flash::done;
use super::next::escaped;
use super::reader::Reader;
use super::views::{Words, moment};
use super::whistles::own_again;
use crate::app::attachments::sees_original;
use crate::app::whistles::OpenWhistle;
use crate::domain::attachment::{Attachment, Format};
use crate::domain::event::EventKind;
use crate::domain::order::Fault;
use crate::domain::policy::{self, Actor};
use crate::domain::whistle::attach;
use crate::http::attachments::{file, taken};
use crate::http::gate::UploadForm;
use crate::http::pages::{FileView, FilesView, Form, FormFault};
use crate::http::problem::{Answer, More};
use crate::i18n::Lang;
use crate::i18n::pages as words;
use actix_web::HttpRequest;

/// `POST /console/whistles/{code}/attachments`
pub(super) async fn attach(request: HttpRequest, form: UploadForm) -> Answer {
    let arriving = form.0;
    let own = format!("/console/whistles/{}", escaped(arriving.code()));
    let reader = Reader::of(&request, arriving.present.clone())?.at(own.clone());
    let mut names = Vec::new();
    let refused = match taken(&reader.door, &arriving, &mut names).await {
        Ok(_) => return done(&reader.door, &own, "whistle.attach", arriving.code()),
        Err(refused) => refused,
    };
    let faults = match refused.more() {
        More::Fields(faults) if !faults.is_empty() => faults.iter().map(|one| said(reader.lang, &names, one)).collect(),
        More::Guarded { reasons, .. } => reasons.iter().map(|one| reader.lang.reason(one.code).to_owned()).collect(),
        More::Nothing | More::Fields(_) | More::Parameters(_) | More::Rows(_) | More::NotNow { .. } => Vec::new(),
        More::Moved { .. } | More::RetryAfter(_) | More::Allow(_) => Vec::new(),
    };
    if faults.is_empty() {
        return Err(refused);
    }
    let faults = faults.into_iter().map(|message| FormFault { field: "files".to_owned(), message }).collect();
    let form = Form { deed: "attach".to_owned(), faults, ..Form::fresh(reader.key(), String::new()) };
    own_again(&reader, arriving.code(), form).await
}

/// A fault with the name of its file before it.
fn said(lang: Lang, names: &[String], fault: &Fault) -> String {
    let place = fault.pointer.strip_prefix("/files/").and_then(|place| place.parse::<usize>().ok());
    match place.and_then(|place| names.get(place)) {
        Some(name) => words::told(lang, name, &lang.fault(fault)),
        None => lang.fault(fault),
    }
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
        let ends = Format::ALL.iter().flat_map(|format| format.extensions()).map(|end| format!(".{end}"));
        FilesView {
            guarded: whistle.protected_source && seen.iter().any(|one| one.format.is_picture()),
            list: seen.into_iter().map(|one| self.file(open, actor, one)).collect(),
            action: match policy::may_comment(actor) {
                true => format!("/console/whistles/{}/attachments", whistle.code),
                false => String::new(),
            },
            accepts: ends.collect::<Vec<_>>().join(","),
        }
    }

    fn file(&self, open: &OpenWhistle, actor: &Actor, one: &Attachment) -> FileView {
        let address = format!("/console/attachments/{}", one.id);
        let named = open.tree.whistle.names(EventKind::WhistleAttached, &one.person);
        let name = self.directory.person(&one.person).filter(|_| named).map(|person| person.name.as_str());
        let by = [Some(self.unit(&one.department)), name.map(str::to_owned)];
        FileView {
            name: open.texts.get(&one.name).cloned(),
            original: match sees_original(actor, one) {
                true => format!("{address}?original=true"),
                false => String::new(),
            },
            copy: one.copy.as_ref().map(|_| address).unwrap_or_default(),
            size: words::size(self.lang, one.bytes),
            at: moment(one.at),
            by: by.into_iter().flatten().collect::<Vec<_>>().join(" "),
        }
    }
}
