//! Complaints and advice on a page of their own: everybody leaves and sees their own, the director reads and answers
//! all. A refused form comes back with all that was typed.

use super::answers::{page, see_other};
use super::flash::shown_once;
use super::orders;
use super::reader::Reader;
use super::views::{Words, moment};
use crate::app::{Undone, feedback};
use crate::domain::decision::Refusal;
use crate::domain::feedback::{ANSWER, FEEDBACK, Feedback};
use crate::http::gate;
use crate::http::pages::{FeedbackPage, FeedbackView, Form, Notice, Place, Tone};
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::pages as words;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

const HERE: &str = "/feedback";

/// `GET /feedback`
pub(super) async fn form(reader: Reader, request: HttpRequest) -> Answer {
    let mut page_of = filled(&reader, reader.form(0)).await?;
    let d = words::desk(reader.lang);
    let done = query::form_field(request.query_string().as_bytes(), "done");
    let said = done.and_then(|done| match done.as_str() {
        "left" => Some(d.feedback_left),
        "answered" => Some(d.feedback_answered),
        _ => None,
    });
    page_of.shell.notice = said.map(|words| Notice { tone: Tone::Done, words: words.to_owned() });
    shown_once(&reader, &page_of)
}

/// `POST /feedback`
pub(super) async fn leave(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    match feedback::leave(&reader.door.hub, sent.asked(&FEEDBACK)).await {
        Ok(()) => Ok(see_other("/feedback?done=left")),
        Err(undone) => again(&reader, "feedback", &sent, undone).await,
    }
}

/// `POST /feedback/{id}`
pub(super) async fn answer(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    let id = request.match_info().get("id").unwrap_or_default();
    match feedback::answer(&reader.door.hub, sent.asked(&ANSWER), id).await {
        Ok(()) => Ok(see_other("/feedback?done=answered")),
        Err(undone) => again(&reader, id, &sent, undone).await,
    }
}

async fn again(reader: &Reader, deed: &str, sent: &gate::Form, undone: Undone) -> Answer {
    let Undone::Refusal(Refusal::Faults(faults)) = undone else { return Err(undone.into()) };
    let form = orders::refused(reader, deed, &sent.bytes, &faults);
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(reader, form).await?)
}

async fn filled(reader: &Reader, form: Form) -> Result<FeedbackPage, Problem> {
    let actor = &reader.present.actor;
    let (found, (all, answered)) = feedback::read(&reader.door.hub, actor).await?;
    let words_of = reader.words();
    Ok(FeedbackPage {
        shell: reader.shell(Place::Feedback).await?,
        form,
        reads: feedback::may_read(actor),
        counted: words::feedback_counted(reader.lang, all, all - answered),
        items: found.iter().map(|one| words_of.feedback(one)).collect(),
    })
}

impl Words<'_> {
    fn feedback(&self, one: &Feedback) -> FeedbackView {
        let person = one.person.as_ref().and_then(|id| self.directory.person(id));
        FeedbackView {
            id: one.id.clone(),
            at: moment(one.at),
            who: person.map(|person| format!("{} {}", self.unit(&person.department_code), person.name)),
            text: one.text.clone(),
            answer: one.answer.clone(),
            answered_at: one.answered_at.map(moment),
        }
    }
}
