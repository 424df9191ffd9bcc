//! Answers of the console: a page, a way on, or, when it is no, a page that says why and what to do. Hidden and absent
//! things are told alike, and what failed inside says only its request id.

use super::by_link;
use super::login;
use super::next::escaped;
use super::reader::{Reader, Stranger, pairs, typed, wanted_next};
use super::views::{Words, moment};
use crate::app::sessions::Present;
use crate::domain::decision::Passed;
use crate::http::pages::{
    Choice, FaultPage, Form, FormFault, Place, ProofPage, RaceField, RacePage, RefusedPage, Shell,
};
use crate::http::problem::{Answer, Problem};
use crate::http::{Door, gate};
use crate::i18n::Lang;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::cookie::Cookie;
use actix_web::http::header::{CONTENT_LANGUAGE, LOCATION};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

/// A page.
pub(super) fn page(status: StatusCode, lang: Lang, template: &impl Template) -> Answer {
    let html = template.render().map_err(|_| Problem::new(ProblemKind::Internal))?;
    let mut answer = HttpResponse::build(status);
    answer.content_type("text/html; charset=utf-8").insert_header((CONTENT_LANGUAGE, lang.tag()));
    Ok(answer.body(html))
}

/// A page where all is well.
pub(in crate::http) fn shown(lang: Lang, template: &impl Template) -> Answer {
    page(StatusCode::OK, lang, template)
}

/// Where to look now.
pub(super) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Hands a cookie along.
pub(super) fn with_cookie(answer: &mut HttpResponse, cookie: &Cookie<'_>) -> Result<(), Problem> {
    answer.add_cookie(cookie).map_err(|_| ProblemKind::Internal.into())
}

/// A page that comes back for this problem: where the rest of what was sent is not read, the connection ends with it.
pub(super) fn ended_as(why: &Problem, mut answer: HttpResponse) -> HttpResponse {
    if why.closes() {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}

/// The language of a page that a fault of this request is told on.
fn frame(request: &HttpRequest) -> Result<(Lang, Shell, Option<Stranger>), Problem> {
    let present = request.extensions().get::<Present>().cloned();
    match present {
        Some(present) => {
            let reader = Reader::of(request, present)?;
            Ok((reader.lang, reader.plain_shell(Place::Elsewhere), None))
        }
        None => {
            let stranger = Stranger::of(request)?;
            Ok((stranger.lang, stranger.shell(), Some(stranger)))
        }
    }
}

/// A problem as the page that a browser shows. `id`: the request's.
pub(in crate::http) fn fault_page(request: &HttpRequest, door: &Door, problem: &Problem, id: &str) -> HttpResponse {
    let told = if let Some(told) = by_link::fault_page(door, request, problem) {
        told
    } else if problem.kind() == ProblemKind::SignInNeeded {
        login::needed(request)
    } else if problem.kind() == ProblemKind::PasswordFirst {
        Ok(see_other("/me/password"))
    } else if problem.kind() == ProblemKind::FactorFirst {
        Ok(see_other("/me"))
    } else {
        ask_again(request, problem).unwrap_or_else(|| tell(request, problem, id))
    };
    let mut answer = told.unwrap_or_else(|_| HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR));
    if answer.status() == problem.status() {
        problem.add_headers(answer.headers_mut());
    }
    ended_as(problem, answer)
}

/// A form that only lacks a proof: asked for it, with everything that was typed; sent again it goes where it was going.
fn ask_again(request: &HttpRequest, problem: &Problem) -> Option<Answer> {
    let typed = request.extensions().get::<gate::Typed>().map(|typed| pairs(&typed.0))?;
    let username = request.extensions().get::<Present>().map(|present| present.actor.username.clone())?;
    let (lang, shell, None) = frame(request).ok()? else { return None };
    let t = words::of(lang);
    let known = [
        (ProblemKind::StepUpNeeded, None),
        (ProblemKind::ProofFailed, Some(t.proof_wrong)),
        (ProblemKind::TooManyTries, Some(t.often_words)),
    ];
    let (_, fault) = known.into_iter().find(|(kind, _)| *kind == problem.kind())?;
    let faults = fault.map(|said| FormFault { field: "proof".to_owned(), message: said.to_owned() });
    let typed = typed.into_iter().filter(|(name, _)| name != "proof").collect();
    let form = Form { deed: "again".to_owned(), typed, faults: faults.into_iter().collect(), ..Form::default() };
    let action = request.uri().path_and_query().map_or("", |asked| asked.as_str()).to_owned();
    let back = login::page_of_form(request.path()).to_owned();
    Some(page(problem.status(), lang, &ProofPage { shell, form, username, action, back }))
}

fn tell(request: &HttpRequest, problem: &Problem, id: &str) -> Answer {
    let (lang, shell, stranger) = frame(request)?;
    let looks = *request.method() == Method::GET;
    let retry = Some(shell.path.clone()).filter(|_| looks && stranger.is_none() && problem.status().is_server_error());
    let (title, said) = said(lang, problem.kind());
    // A hidden or absent thing and an expired page are no fault that anybody should phone about.
    let request_id =
        Some(id.to_owned()).filter(|_| !matches!(problem.kind(), ProblemKind::NotFound | ProblemKind::Csrf));
    let page_of = FaultPage { shell, title: title.into(), words: said.into(), request: request_id, retry };
    let mut answer = page(problem.status(), lang, &page_of)?;
    if let Some(cookie) = stranger.and_then(|stranger| stranger.cookie()) {
        with_cookie(&mut answer, &cookie)?;
    }
    Ok(answer)
}

/// What a page says of a problem: its own words where a person needs others than a program.
fn said(lang: Lang, kind: ProblemKind) -> (&'static str, &'static str) {
    let t = words::of(lang);
    let general = (lang.problem_title(kind), lang.problem_detail(kind).unwrap_or_default());
    match kind {
        ProblemKind::NotFound => (t.missing_title, t.missing_words),
        ProblemKind::Csrf => (t.expired_title, t.expired_words),
        ProblemKind::Busy | ProblemKind::UnknownOutcome => (t.busy_title, t.busy_words),
        ProblemKind::Away | ProblemKind::Internal => (t.fault_title, t.fault_words),
        ProblemKind::KeyReused => (t.resent_title, t.resent_words),
        ProblemKind::TooLarge => (t.stale_title, t.large_words),
        ProblemKind::TooManyRequests | ProblemKind::TooManyTries => (t.stale_title, t.often_words),
        ProblemKind::SignInNeeded | ProblemKind::SignInFailed => general,
        ProblemKind::RoleMayNot | ProblemKind::WrongOrigin | ProblemKind::TooManyTokens => general,
        ProblemKind::PasswordFirst
        | ProblemKind::FactorFirst
        | ProblemKind::StepUpNeeded
        | ProblemKind::ProofFailed => general,
        ProblemKind::TooManyRows | ProblemKind::Rows => general,
        ProblemKind::NoRoom => (t.stale_title, general.0),
        // What only a broken form or address can cause: its cure is a fresh page.
        ProblemKind::BrokenRequest | ProblemKind::BothCredentials | ProblemKind::MissingKey | ProblemKind::BadKey => {
            (t.stale_title, t.stale_words)
        }
        ProblemKind::BadCursor | ProblemKind::BadLimit | ProblemKind::BadFilter | ProblemKind::VersionMissing => {
            (t.stale_title, t.stale_words)
        }
        ProblemKind::NotUtf8 | ProblemKind::BadJson | ProblemKind::TooDeep | ProblemKind::Fields => {
            (t.stale_title, t.stale_words)
        }
        ProblemKind::MethodNotAllowed
        | ProblemKind::Encoding
        | ProblemKind::ContentType
        | ProblemKind::BadLastEventId => (t.stale_title, t.stale_words),
        ProblemKind::State | ProblemKind::Guards | ProblemKind::Stale => (t.stale_title, t.stale_words),
    }
}

/// The texts among what was typed, each with its label: nobody has to write them twice.
fn kept(lang: Lang, sent: &gate::Form) -> Vec<Choice> {
    const TEXTS: &[&str] = &[
        "what",
        "clause",
        "note",
        "lacks",
        "conclusion",
        "result",
        "reason",
        "law",
        "basis",
        "task",
        "text",
        "spot",
        "demand",
        "case",
        "order_no",
        "subject",
    ];
    // The rows of a form are told by the name that they share.
    let stem = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
    let texts =
        typed(&sent.bytes).into_iter().filter(|(name, text)| TEXTS.contains(&stem(name).as_str()) && !text.is_empty());
    let label = |name: &str| words::told(lang, words::of(lang).yours, words::field(lang, &stem(name)));
    texts.map(|(name, text)| Choice::new(text, label(&name))).collect()
}

/// In the queue the work goes on with the row that the form would have led to.
fn next_row(sent: &gate::Form) -> Option<String> {
    wanted_next(&sent.bytes).filter(|next| next.starts_with("/console/triage?"))
}

/// 412: what the others did meanwhile, what was typed and what stands now; the same can be sent on the new state.
pub(super) struct Race<'a> {
    /// Persons are not named: the whistle's source is protected.
    pub(super) protected: bool,
    pub(super) code: &'a str,
    pub(super) changes: &'a [Passed],
    /// The version that stands now.
    pub(super) version: i64,
    pub(super) fields: Vec<RaceField>,
    /// The deed's address, if it still is possible.
    pub(super) again: Option<String>,
    pub(super) back: String,
}

pub(super) async fn race(reader: &Reader, sent: &gate::Form, race: Race<'_>) -> Answer {
    let words_of = reader.words();
    let last = race.changes.last();
    let who =
        last.map_or_else(|| words::of(reader.lang).hub.to_owned(), |passed| doer(&words_of, race.protected, passed));
    let when = last.map_or(reader.now, |passed| passed.at);
    let did = last.map_or("", |passed| reader.lang.event(passed.kind.as_str()));
    let stamp = moment(when);
    let time = stamp.split(' ').next_back().unwrap_or_default();
    let mut form =
        Form { version: race.version.to_string(), key: reader.key(), typed: typed(&sent.bytes), ..Form::default() };
    form.typed.extend(wanted_next(&sent.bytes).map(|next| ("next".to_owned(), next)));
    let mut fields = race.fields;
    for field in &mut fields {
        field.who.clone_from(&who);
        time.clone_into(&mut field.when);
    }
    let page_of = RacePage {
        shell: reader.shell(Place::Elsewhere).await?,
        form,
        code: race.code.to_owned(),
        words: words::lost_race(reader.lang, &who, time, did),
        fields,
        kept: kept(reader.lang, sent),
        again: race.again,
        back: race.back,
        next: next_row(sent),
    };
    page(StatusCode::PRECONDITION_FAILED, reader.lang, &page_of)
}

/// Who was faster: by name, but for a protected whistle, where only the unit is told.
fn doer(words: &Words<'_>, protected: bool, passed: &Passed) -> String {
    let Some(doer) = &passed.doer else { return words::of(words.lang).hub.to_owned() };
    let person = words.directory.person(&doer.person).filter(|_| !protected);
    person.map_or_else(|| words.unit(&doer.department), |person| person.name.clone())
}

/// 409: a deed that the state does not allow.
pub(super) struct Refused<'a> {
    pub(super) code: &'a str,
    /// The state it is in, and what was to be done, in the reader's words.
    pub(super) status: &'a str,
    pub(super) did: &'a str,
    /// What this reader could do instead.
    pub(super) could: Vec<&'a str>,
    /// What bars it although the state does not.
    pub(super) bars: Vec<String>,
    pub(super) back: String,
}

pub(super) async fn not_now(reader: &Reader, sent: &gate::Form, refused: Refused<'_>) -> Answer {
    let lang = reader.lang;
    let could = refused.could.join(words::of(lang).list_comma);
    let page_of = RefusedPage {
        shell: reader.shell(Place::Elsewhere).await?,
        code: refused.code.to_owned(),
        status: refused.status.to_owned(),
        reasons: match refused.bars.is_empty() {
            true => words::not_now(lang, refused.status, refused.did, &could),
            false => refused.bars,
        },
        kept: kept(lang, sent),
        back: refused.back,
        next: next_row(sent),
    };
    page(StatusCode::CONFLICT, lang, &page_of)
}

/// The sign-in page's address that leads back to `path`.
pub(super) fn sign_in_first(path: &str) -> HttpResponse {
    see_other(&format!("/login?next={}", escaped(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_speaks_of_headers_or_fields_of_the_interface() {
        let foreign =
            "Retry-After|Idempotency|If-Match|ETag|Content-|cursor|limit |JSON|HTTP|UTF-8|_deeds|errors|reasons|Allow";
        for kind in ProblemKind::ALL {
            for lang in [Lang::Zh, Lang::En] {
                let (title, words) = said(lang, *kind);
                let found = foreign.split('|').find(|word| title.contains(word) || words.contains(word));
                assert_eq!(found, None, "{}: {title} {words}", kind.slug());
            }
        }
    }
}
