//! Who is there, and whether the request is theirs: bearer tokens for the API, the cookie for pages, what stops forged
//! posts (SECURITY T7, T13), and the raw material of an order. A body is read only after its sender is known.
//! Rights are not judged here: `app` does, once it knows that the thing exists.

mod barred;
mod files;
mod headers;
mod machines;
mod pace;
mod proof;
mod uploads;

pub(super) use barred::tell_barred;
pub use files::{FileForm, FilePosted};
pub(super) use headers::is_foreign_probe;
pub use headers::{cookie, cookie_name, cookie_to_set, is_same_origin, lang};
pub(super) use proof::{Typed, hand_over};
pub use uploads::{Arriving, Came, Incoming, NotTaken, Said, Upload, UploadForm};

use super::body::{self, From, Wanted};
use super::problem::Problem;
use super::{Door, query, routes};
use crate::app::asked::{Asked, VersionGiven};
use crate::app::sessions::{self, Present};
use crate::app::unsent;
use crate::domain::order::{Node, NotAnObject, Spec, from_form, from_json};
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::dev::Payload;
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

/// The cookie of a session, before its prefix.
pub const SESSION: &str = "wh";
/// What a form says about itself and not about its order.
pub(super) const FORM_FIELDS: &[&str] = &["csrf", "find", "key", "next", "proof", "version"];

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A page's script says with this header that nobody asked for it.
const UNASKED: &str = "x-unasked";

/// Whoever bears a sound token.
#[derive(Debug)]
pub struct Caller {
    pub present: Present,
    pub lang: Lang,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Extracted<Caller>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let present = by_token(&request, door_of(&request)?).await?.ok_or(ProblemKind::SignInNeeded)?;
            Ok(Caller { present, lang: lang(request.headers()) })
        })
    }
}

/// A JSON body of a caller.
#[derive(Debug)]
pub struct Posted {
    pub present: Present,
    pub lang: Lang,
    pub bytes: Bytes,
    request: HttpRequest,
    route: String,
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Extracted<Posted>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let (present, payload) = let_in(&request, payload).await?;
            let bytes = body::read(request.headers(), payload, Wanted::Json, From::SignedIn).await?;
            Ok(Posted { present, lang: lang(request.headers()), bytes, route: route(&request), request })
        })
    }
}

/// Who sends a body by token, and the body still unread. A stranger's, or one that comes too often, is read away first, so
/// that the answer arrives.
async fn let_in(request: &HttpRequest, payload: Payload) -> Result<(Present, Payload), Problem> {
    match by_token(request, door_of(request)?).await {
        Ok(Some(present)) => Ok((present, payload)),
        refused => {
            body::drop_strangers(payload).await;
            Err(refused.err().unwrap_or(ProblemKind::SignInNeeded.into()))
        }
    }
}

impl Posted {
    /// The code in the address.
    pub fn code(&self) -> &str {
        code(&self.request)
    }

    /// The id in the address; empty where there is none.
    pub fn id(&self) -> &str {
        self.request.match_info().get("id").unwrap_or_default()
    }

    /// For whom the request is: the peer, or whom a proxy of ours names.
    pub fn address(&self, door: &Door) -> Result<IpAddr, Problem> {
        address(&self.request, door)
    }

    /// What `app` is asked.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            actor: &self.present.actor,
            scope: self.present.scope.of_post(),
            route: &self.route,
            key: headers::key(self.request.headers()),
            version: headers::version(self.request.headers()),
            bytes: &self.bytes,
            body: self.order(),
        }
    }

    /// The body as an order.
    pub fn order(&self) -> Result<Node, NotAnObject> {
        order_in(&self.request, &self.bytes)
    }
}

/// A body as an order; none at all is one only where no field is needed.
fn order_in(request: &HttpRequest, bytes: &Bytes) -> Result<Node, NotAnObject> {
    let missing = bytes.is_empty() && request.match_pattern().is_some_and(|pattern| routes::needs_body(&pattern));
    if missing { Err(NotAnObject::NotJson) } else { from_json(bytes) }
}

/// A JSON body of somebody who is not signed in yet.
#[derive(Debug)]
pub struct Unsigned {
    pub order: Result<Node, NotAnObject>,
}

impl FromRequest for Unsigned {
    type Error = Problem;
    type Future = Extracted<Unsigned>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if let Err(refused) = charged(&request, door_of(&request)?, None) {
                body::drop_strangers(payload).await;
                return Err(refused);
            }
            let bytes = body::read(request.headers(), payload, Wanted::Json, From::Stranger).await?;
            Ok(Unsigned { order: order_in(&request, &bytes) })
        })
    }
}

/// Reads away what a refused stranger sends, so that the refusal arrives.
pub async fn drop_strangers(payload: web::Payload) {
    body::drop_strangers(payload.into_inner()).await;
}

/// The form of somebody who may not be signed in: from our own page, or read away.
pub async fn strangers(door: &Door, request: &HttpRequest, payload: web::Payload) -> Result<Bytes, Problem> {
    let payload = payload.into_inner();
    if !is_same_origin(request.headers(), door) {
        body::drop_strangers(payload).await;
        return Err(ProblemKind::WrongOrigin.into());
    }
    body::read(request.headers(), payload, Wanted::Form, From::Stranger).await
}

/// Whoever looks at a page: nobody on the sign-in page.
#[derive(Debug)]
pub struct Visitor(pub Option<Present>);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Extracted<Visitor>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Visitor(by_cookie(&request, door_of(&request)?).await?)) })
    }
}

/// A page of somebody signed in that asks by itself, as its feed does.
#[derive(Debug)]
pub struct Unasked(pub Present);

impl FromRequest for Unasked {
    type Error = Problem;
    type Future = Extracted<Unasked>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let door = door_of(&request)?;
            let secret = cookie(&request, door, SESSION).ok_or(ProblemKind::SignInNeeded)?;
            let present = sessions::by_cookie_unasked(&door.hub, &secret).await?;
            Ok(Unasked(present.ok_or(ProblemKind::SignInNeeded)?))
        })
    }
}

/// A form of a signed-in page: from our own page, with the token of its session.
#[derive(Debug)]
pub struct Form {
    pub present: Present,
    pub bytes: Bytes,
    route: String,
    key: Option<String>,
    version: VersionGiven,
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Extracted<Form>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let door = door_of(&request)?;
            let found = by_cookie(&request, door).await;
            if matches!(found, Ok(None)) && is_same_origin(request.headers(), door) {
                let bytes = body::read(request.headers(), payload, Wanted::Form, From::Stranger).await?;
                keep_late(&request, door, &bytes).await?;
                return Err(ProblemKind::SignInNeeded.into());
            }
            let (present, payload) = of_own_page(&request, door, found, payload).await?;
            let bytes = body::read(request.headers(), payload, Wanted::Form, From::SignedIn).await?;
            let csrf = query::form_field(&bytes, "csrf").unwrap_or_default();
            if !sessions::csrf_matches(&door.hub, &present, &csrf) {
                return Err(ProblemKind::Csrf.into());
            }
            let present = proof::taken(&request, door, present, &bytes).await?;
            let (key, version) = (query::form_field(&bytes, "key"), query::form_field(&bytes, "version"));
            Ok(Form { present, bytes, route: route(&request), key, version: headers::version_of(version.as_deref()) })
        })
    }
}

impl Form {
    /// What `app` is asked; `spec`: the table that the form follows.
    pub fn asked(&self, spec: &'static Spec) -> Asked<'_> {
        Asked {
            actor: &self.present.actor,
            scope: self.present.scope.of_post(),
            route: &self.route,
            key: self.key.as_deref(),
            version: self.version,
            bytes: &self.bytes,
            body: from_form(spec, &self.bytes, FORM_FIELDS),
        }
    }
}

/// Marks a request whose form was kept although its session had timed out.
#[derive(Debug, Clone, Copy)]
pub struct KeptLate;

/// A form that comes after its session timed out is kept for its person; it is not carried out.
async fn keep_late(request: &HttpRequest, door: &Door, bytes: &Bytes) -> Result<(), Problem> {
    let secret = cookie(request, door, SESSION);
    let (Some(secret), true) = (secret, request.path().starts_with("/console/")) else { return Ok(()) };
    let csrf = query::form_field(bytes, "csrf").unwrap_or_default();
    let typed = query::typed(bytes);
    if unsent::keep_late(&door.hub, &secret, &csrf, (request.path(), &typed)).await? {
        request.extensions_mut().insert(KeptLate);
    }
    Ok(())
}

/// The code in an address; empty where there is none.
pub fn code(request: &HttpRequest) -> &str {
    request.match_info().get("code").unwrap_or_default()
}

/// The hub's door, which every app of ours carries.
pub(super) fn door_of(request: &HttpRequest) -> Result<&Door, Problem> {
    request.app_data::<Data<Door>>().map(|door| door.get_ref()).ok_or_else(|| ProblemKind::Internal.into())
}

fn route(request: &HttpRequest) -> String {
    format!("{} {}", request.method(), request.path())
}

/// For whom a request is: the peer, or whom a proxy of ours names.
pub(super) fn address(request: &HttpRequest, door: &Door) -> Result<IpAddr, Problem> {
    let peer = request.peer_addr().ok_or(ProblemKind::BrokenRequest)?.ip();
    Ok(door.proxies.client(peer, request.headers()))
}

/// Who sends a form of our own page, and the form still unread. Anybody else's is read away first.
async fn of_own_page(
    request: &HttpRequest,
    door: &Door,
    found: Result<Option<Present>, Problem>,
    payload: Payload,
) -> Result<(Present, Payload), Problem> {
    match found {
        Ok(Some(present)) if is_same_origin(request.headers(), door) => Ok((present, payload)),
        refused => {
            body::drop_strangers(payload).await;
            let kind = if refused?.is_some() { ProblemKind::WrongOrigin } else { ProblemKind::SignInNeeded };
            Err(kind.into())
        }
    }
}

/// Charges whoever is there; nobody is charged to the address.
fn charged(request: &HttpRequest, door: &Door, present: Option<Present>) -> Result<Option<Present>, Problem> {
    let now = door.hub.clock.elapsed();
    match &present {
        Some(present) => {
            request.extensions_mut().insert(barred::LetIn(present.clone()));
            door.rates.person(&present.actor.person, 1, now)?;
        }
        None => door.rates.stranger(address(request, door)?, now)?,
    }
    Ok(present)
}

async fn by_token(request: &HttpRequest, door: &Door) -> Result<Option<Present>, Problem> {
    let present = match headers::bearer(request.headers()) {
        Some(token) => sessions::by_token(&door.hub, token, address(request, door)?).await?,
        None => None,
    };
    let present = credentials_first(request, charged(request, door, present)?)?;
    match present.as_ref().and_then(Present::scopes) {
        Some(scopes) if !machines::open(request, scopes) => Err(ProblemKind::RoleMayNot.into()),
        Some(_) | None => Ok(present),
    }
}

/// Where somebody may go who came in with a password that the hub drew.
const BEFORE_THE_OWN_PASSWORD: &[&str] = &[
    "/api/v1/me",
    "/api/v1/me/password",
    "/api/v1/sessions/current",
    "/me/password",
    "/login",
    "/logout",
    "/language",
];

/// Where somebody may go who must have a second factor and has none: to where it is enrolled.
const BEFORE_THE_FACTOR: &[&str] = &["/api/v1/sessions/step_up", "/api/v1/me/totp", "/api/v1/me/totp/confirm"];
const PAGES_BEFORE_THE_FACTOR: &[&str] = &["/me", "/me/totp", "/me/totp/confirm", "/looks"];

fn credentials_first(request: &HttpRequest, present: Option<Present>) -> Result<Option<Present>, Problem> {
    let Some(who) = &present else { return Ok(present) };
    let path = request.path();
    if BEFORE_THE_OWN_PASSWORD.contains(&path) {
        return Ok(present);
    }
    if who.must_choose() {
        return Err(ProblemKind::PasswordFirst.into());
    }
    if who.must_enrol() && !BEFORE_THE_FACTOR.contains(&path) && !PAGES_BEFORE_THE_FACTOR.contains(&path) {
        return Err(ProblemKind::FactorFirst.into());
    }
    Ok(present)
}

/// Who the session cookie says is there.
pub async fn by_cookie(request: &HttpRequest, door: &Door) -> Result<Option<Present>, Problem> {
    let present = match cookie(request, door, SESSION) {
        // What a page reads anew by itself is no use of the session.
        Some(secret) if request.headers().contains_key(UNASKED) => {
            sessions::by_cookie_unasked(&door.hub, &secret).await?
        }
        Some(secret) => sessions::by_cookie(&door.hub, &secret).await?,
        None => None,
    };
    credentials_first(request, charged(request, door, present)?)
}
