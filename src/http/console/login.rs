//! Signing in and out by page. The form is bound to a nonce in a cookie, so nobody signs a victim in as somebody else;
//! a failed try says one neutral sentence, whichever half was wrong.

use super::answers::{page, see_other, shown, sign_in_first, with_cookie};
use super::dues;
use super::flash;
use super::next::own_path;
use super::reader::{Stranger, language_cookie, pairs};
use super::views;
use crate::app::Undone;
use crate::app::devices;
use crate::app::sessions::{self, Present, SignIn, SignedIn};
use crate::domain::directory::UnitRole;
use crate::domain::session::{self, Ending};
use crate::http::pages::{Choice, Form, FormFault, LoginPage};
use crate::http::problem::Answer;
use crate::http::{Door, gate, query};
use crate::i18n::Lang;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::cookie::time::Duration;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest};

/// Where everybody begins; it leads on by role.
const DESK: &str = "/console";
/// The cookie by which a browser is known at the next sign-in; signing out leaves it.
const DEVICE: &str = "wh_device";
/// What a demo shows to try: one of each kind.
const DEMO_NAMES: &[&str] = &[
    "office",
    "director",
    "liaison.sc",
    "liaison.yj",
    "liaison.xf",
    "head.xf",
    "inspector.xf",
    "town.t06",
    "supervisor",
];

/// `GET /login`
pub(super) async fn form(request: HttpRequest, visitor: gate::Visitor) -> Answer {
    let next = next_after(request.query_string().as_bytes());
    if visitor.0.is_some() {
        return Ok(see_other(&next));
    }
    let stranger = Stranger::of(&request)?;
    let put_out = match gate::cookie(&request, &stranger.door, gate::SESSION) {
        Some(secret) => sessions::ending(&stranger.door.hub, &secret).await? == Some(Ending::Newer),
        None => false,
    };
    let said = put_out.then(|| words::of(stranger.lang).login_put_out.to_owned());
    answer(&stranger, StatusCode::OK, Form::default(), said, next)
}

/// A page that needs a sign-in was asked for: on to the form, which leads back. What was posted is not carried out.
pub(super) fn needed(request: &HttpRequest) -> Answer {
    let path = request.path();
    if *request.method() == Method::GET {
        let asked = request.uri().path_and_query().map_or(path, |asked| asked.as_str());
        return Ok(sign_in_first(own_path(asked).unwrap_or(DESK)));
    }
    let next = own_path(page_of_form(path)).unwrap_or(DESK).to_owned();
    let stranger = Stranger::of(request)?.at(DESK.to_owned());
    let kept = request.extensions().contains::<gate::KeptLate>();
    let (t, d) = (words::of(stranger.lang), words::desk(stranger.lang));
    let said = if kept { d.kept_late } else { t.sign_in_again }.to_owned();
    answer(&stranger, StatusCode::UNAUTHORIZED, Form::default(), Some(said), next)
}

/// The page that a form stands on. The verb closes the address of a deed: without it, it is the thing's page.
pub(super) fn page_of_form(path: &str) -> &str {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["", "console", "deadlines", ..] => dues::HERE,
        ["", "console", _, _, _] => path.rsplit_once('/').map_or(path, |(thing, _)| thing),
        _ => path,
    }
}

/// `POST /login`
pub(super) async fn sign_in(door: Data<Door>, request: HttpRequest, payload: Payload) -> Answer {
    let bytes = gate::strangers(&door, &request, payload).await?;
    let stranger = Stranger::of(&request)?.at("/login".to_owned());
    let csrf = query::form_field(&bytes, "csrf").unwrap_or_default();
    if !stranger.gave(&csrf) {
        return Err(ProblemKind::Csrf.into());
    }
    let field = |name: &str| query::form_field(&bytes, name).unwrap_or_default();
    let (username, password, next) = (field("username"), field("password"), next_after(&bytes));
    let typed = Form { deed: "login".into(), typed: vec![("username".into(), username.clone())], ..Form::default() };
    if username.is_empty() || password.is_empty() {
        let form = Form { faults: empty(stranger.lang, &username, &password), ..typed };
        return answer(&stranger, StatusCode::UNPROCESSABLE_ENTITY, form, None, next);
    }
    let address = gate::address(&request, &door)?;
    let device = gate::cookie(&request, &door, DEVICE).unwrap_or_default();
    let totp = Some(field("totp")).filter(|code| !code.is_empty());
    let (username, password, totp) = (&username, &password, totp.as_deref());
    let given = SignIn { username, password, totp, address, door: session::Door::Cookie, device: &device };
    match sessions::sign_in(&door.hub, given).await {
        Ok(signed_in) => welcome(&door, signed_in, next),
        Err(Undone::WrongPassword) => {
            let said = words::of(stranger.lang).login_wrong.to_owned();
            answer(&stranger, StatusCode::UNAUTHORIZED, typed, Some(said), next)
        }
        Err(Undone::TooManyTries { retry_after_seconds }) => {
            let said = words::too_many_tries(stranger.lang, retry_after_seconds.div_ceil(60).max(1));
            let mut answer = answer(&stranger, StatusCode::TOO_MANY_REQUESTS, typed, Some(said), next)?;
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds));
            Ok(answer)
        }
        Err(undone) => Err(undone.into()),
    }
}

/// On to where the person wanted to go; the browser keeps that it was here, and failed tries are told to their owner.
fn welcome(door: &Door, signed_in: SignedIn, next: String) -> Answer {
    let mut answer = match signed_in.failed {
        0 => see_other(&next),
        failed => flash::done(door, &next, flash::FAILED_TRIES, &failed.to_string())?,
    };
    with_cookie(&mut answer, &gate::cookie_to_set(door, gate::SESSION, signed_in.secret))?;
    let mut device = gate::cookie_to_set(door, DEVICE, signed_in.device);
    device.set_max_age(Duration::days(devices::DAYS));
    with_cookie(&mut answer, &device)?;
    Ok(answer)
}

/// `POST /logout`
pub(super) async fn sign_out(door: Data<Door>, sent: gate::Form) -> Answer {
    sessions::sign_out(&door.hub, &sent.present).await?;
    signed_out(&door)
}

/// The browser forgets the session and what it kept of its pages; that it is known here it keeps.
pub(super) fn signed_out(door: &Door) -> Answer {
    const CLEAR: (HeaderName, HeaderValue) =
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    let mut answer = see_other("/login");
    let mut gone = gate::cookie_to_set(door, gate::SESSION, String::new());
    gone.make_removal();
    with_cookie(&mut answer, &gone)?;
    answer.headers_mut().insert(CLEAR.0, CLEAR.1);
    Ok(answer)
}

/// `POST /language`: works on every page, signed in or not.
pub(super) async fn language(door: Data<Door>, request: HttpRequest, payload: Payload) -> Answer {
    let bytes = gate::strangers(&door, &request, payload).await?;
    let csrf = query::form_field(&bytes, "csrf").unwrap_or_default();
    let present: Option<Present> = gate::by_cookie(&request, &door).await?;
    let ours = present.is_some_and(|present| sessions::csrf_matches(&door.hub, &present, &csrf));
    if !ours && !Stranger::of(&request)?.gave(&csrf) {
        return Err(ProblemKind::Csrf.into());
    }
    let lang = Lang::from_header(&query::form_field(&bytes, "lang").unwrap_or_default());
    let mut answer = see_other(&next_in(&bytes));
    with_cookie(&mut answer, &language_cookie(&door, lang))?;
    Ok(answer)
}

/// Where a form or an address wants to go.
fn next_in(bytes: &[u8]) -> String {
    let given = pairs(bytes).into_iter().find(|(name, _)| name == "next").map(|(_, value)| value);
    given.as_deref().and_then(own_path).unwrap_or(DESK).to_owned()
}

/// The same after signing in: the sign-in page itself is no place to go.
fn next_after(bytes: &[u8]) -> String {
    Some(next_in(bytes)).filter(|path| !path.starts_with("/login")).unwrap_or_else(|| DESK.to_owned())
}

fn empty(lang: Lang, username: &str, password: &str) -> Vec<FormFault> {
    let fields = [("username", username), ("password", password)];
    let faulty = fields.into_iter().filter(|(_, value)| value.is_empty());
    let choose = words::of(lang).fault_choose;
    faulty
        .map(|(name, _)| FormFault {
            field: name.to_owned(),
            message: words::fault_of(lang, words::field(lang, name), choose),
        })
        .collect()
}

fn answer(stranger: &Stranger, status: StatusCode, form: Form, wrong: Option<String>, next: String) -> Answer {
    let lang = stranger.lang;
    let page_of = LoginPage { shell: stranger.shell(), form, wrong, next, hints: hints(&stranger.door, lang) };
    let mut answer = if status == StatusCode::OK { shown(lang, &page_of) } else { page(status, lang, &page_of) }?;
    if let Some(cookie) = stranger.cookie() {
        with_cookie(&mut answer, &cookie)?;
    }
    Ok(answer)
}

/// The sign-ins of a demo; a real district shows nobody's name.
fn hints(door: &Door, lang: Lang) -> Vec<Choice> {
    if !door.hub.demo {
        return Vec::new();
    }
    let rules = door.hub.rules();
    let directory = &rules.directory;
    let people = DEMO_NAMES.iter().filter_map(|name| directory.by_username(name));
    people
        .map(|person| {
            let member =
                directory.department(&person.department_code).is_none_or(|unit| unit.role_in_hub == UnitRole::Member);
            let unit = if member { views::unit(lang, directory, &person.department_code) } else { String::new() };
            Choice::new(person.username.as_str(), words::post(lang, &unit, lang.role(person.role)))
        })
        .collect()
}
