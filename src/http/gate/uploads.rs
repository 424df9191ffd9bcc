//! Files of proof that come in as a form of several parts: who sends them is known first, whether they may at all is asked
//! next, and only then are they taken, piece by piece onto the disk. Bounded in number, bytes and time; what is not kept is
//! gone when this is dropped. What a file is, is not looked at here.

use super::{Extracted, by_cookie, code, door_of, headers, lang, let_in, of_own_page, route};
use crate::app::asked::{Asked, VersionGiven};
use crate::app::attachments::{Sent, failed, manifest};
use crate::app::sessions::{self, Present};
use crate::domain::attachment::{FILE_MAX, FILES_MAX};
use crate::domain::decision::Refusal;
use crate::domain::order::{Fault, FaultCode, Node};
use crate::files::{Files, Part};
use crate::http::Door;
use crate::http::body::{self, Wanted};
use crate::http::problem::Problem;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What a form has beside its files: fields, and bytes of each.
const FIELDS_MAX: usize = 12;
const FIELD_MAX: usize = 4 * 1024;
/// Every so many bytes have so long to arrive, and the whole has so long.
const STRETCH: usize = 256 * 1024;
const STRETCH_DEADLINE: Duration = Duration::from_secs(60);
const WHOLE_DEADLINE: Duration = Duration::from_secs(15 * 60);
/// More is none of our forms.
const WHOLE_MAX: usize = FILES_MAX * FILE_MAX + 1024 * 1024;

/// A form with files whose sender is known and of which nothing was read yet.
pub struct Arriving {
    pub present: Present,
    pub lang: Lang,
    request: HttpRequest,
    route: String,
    payload: Rc<RefCell<Payload>>,
    /// Of our own page: its token is asked for before any file is taken.
    by_page: bool,
}

/// From a caller with a token.
pub struct Upload(pub Arriving);

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Extracted<Upload>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let (present, payload) = let_in(&request, payload).await?;
            Ok(Upload(Arriving::of(&request, present, payload, false).await?))
        })
    }
}

/// From a form of our own page.
pub struct UploadForm(pub Arriving);

impl FromRequest for UploadForm {
    type Error = Problem;
    type Future = Extracted<UploadForm>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let door = door_of(&request)?;
            let found = by_cookie(&request, door).await;
            let (present, payload) = of_own_page(&request, door, found, payload).await?;
            Ok(UploadForm(Arriving::of(&request, present, payload, true).await?))
        })
    }
}

/// A form that came in whole.
pub struct Arrival {
    pub files: Vec<Sent>,
    /// What the form says that they show.
    pub shows: Option<String>,
    key: Option<String>,
    manifest: Vec<u8>,
}

impl Arriving {
    async fn of(request: &HttpRequest, present: Present, payload: Payload, by_page: bool) -> Result<Arriving, Problem> {
        let payload = Rc::new(RefCell::new(payload));
        let (lang, route) = (lang(request.headers()), route(request));
        let arriving = Arriving { present, lang, request: request.clone(), route, payload, by_page };
        let told = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if told.is_some_and(|told| told > WHOLE_MAX) {
            return Err(arriving.refuse(Problem::closing(ProblemKind::TooLarge)).await);
        }
        match body::check_type(request.headers(), Wanted::FileForm) {
            Ok(()) => Ok(arriving),
            Err(refused) => Err(arriving.refuse(refused).await),
        }
    }

    /// The code in the address.
    pub fn code(&self) -> &str {
        code(&self.request)
    }

    /// What `app` is asked before any of it is read.
    pub fn asked(&self) -> Asked<'_> {
        self.asking(headers::key(self.request.headers()), &[])
    }

    /// What `app` is asked once it is here.
    pub fn asked_with<'a>(&'a self, arrival: &'a Arrival) -> Asked<'a> {
        self.asking(headers::key(self.request.headers()).or(arrival.key.as_deref()), &arrival.manifest)
    }

    fn asking<'a>(&'a self, key: Option<&'a str>, bytes: &'a [u8]) -> Asked<'a> {
        Asked {
            actor: &self.present.actor,
            scope: self.present.scope.of_post(),
            route: &self.route,
            key,
            version: VersionGiven::Missing,
            bytes,
            body: Ok(Node::Object(Vec::new())),
        }
    }

    /// Reads away what is not wanted, so that the refusal arrives; what goes on beyond a bound ends with the connection.
    pub async fn refuse(&self, why: Problem) -> Problem {
        match body::drop_rest(Tap(Rc::clone(&self.payload))).await {
            true => why,
            false => why.and_closes(),
        }
    }

    /// Takes the whole form in.
    pub async fn take_in(&self, door: &Door) -> Result<Arrival, Problem> {
        let taken = match timeout_at(deadline(WHOLE_DEADLINE), self.parts(door)).await {
            Ok(taken) => taken,
            Err(_) => Err(Problem::closing(ProblemKind::BrokenRequest)),
        };
        match taken {
            Ok(arrival) => Ok(arrival),
            Err(refused) => Err(self.refuse(refused).await),
        }
    }

    async fn parts(&self, door: &Door) -> Result<Arrival, Problem> {
        let is_ours = |fields: &[(String, String)]| !self.by_page || self.is_ours(door, fields);
        let bounds = Bounds { files: FILES_MAX, is_ours: &is_ours };
        let (files, mut fields) = parts(&self.request, &self.payload, &door.hub.files, bounds).await?;
        let mut said = |wanted: &str| {
            let at = fields.iter().position(|(name, value)| name == wanted && !value.is_empty())?;
            Some(fields.swap_remove(at).1)
        };
        let (key, shows) = (said("key"), said("when"));
        Ok(Arrival { manifest: manifest(&files, shows.as_deref()), files, shows, key })
    }

    fn is_ours(&self, door: &Door, fields: &[(String, String)]) -> bool {
        let csrf = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, token)| token);
        sessions::csrf_matches(&door.hub, &self.present, csrf)
    }
}

/// A form that came in: its files on the disk, its fields.
type Parts = (Vec<Sent>, Vec<(String, String)>);

type Asks<'a> = dyn Fn(&[(String, String)]) -> bool + 'a;

/// What a form may have, and whether its fields so far show that it is ours: asked before any file is taken.
struct Bounds<'a> {
    files: usize,
    is_ours: &'a Asks<'a>,
}

async fn parts(
    request: &HttpRequest,
    payload: &Rc<RefCell<Payload>>,
    files: &Files,
    bounds: Bounds<'_>,
) -> Result<Parts, Problem> {
    let mut form = Multipart::new(request.headers(), Tap(Rc::clone(payload)));
    let (mut pace, mut sent, mut fields, mut came) = (Pace::begin(), Vec::new(), Vec::new(), 0);
    while let Some(field) = pace.wait(form.next()).await? {
        let field = field.map_err(broken)?;
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.content_disposition().and_then(|said| said.get_filename()).map(str::to_owned);
        match file {
            None if fields.len() == FIELDS_MAX => return Err(Problem::closing(ProblemKind::BrokenRequest)),
            None => fields.push((name, text(field, &mut pace).await?)),
            Some(_) if !(bounds.is_ours)(&fields) => return Err(ProblemKind::Csrf.into()),
            // Counted as they come, named or empty or not: each would be a file on the disk.
            Some(_) if came == bounds.files => return Err(too_many(bounds.files)),
            Some(name) => {
                came += 1;
                let file = take_file(field, &mut pace, files).await?;
                // A field of files in which none was chosen sends one without name and content.
                if let Some(file) = file.filter(|file| !name.is_empty() || file.bytes() > 0) {
                    sent.push(Sent { name, file: file.end().await.map_err(failed)? });
                }
            }
        }
    }
    if (bounds.is_ours)(&fields) { Ok((sent, fields)) } else { Err(ProblemKind::Csrf.into()) }
}

/// Takes in a form of a firm that came by its link. Who it is, and that it may send one, is known; `is_ours`: whether this is the
/// token of its page.
pub async fn take_in_of_firm(
    (door, request): (&Door, &HttpRequest),
    payload: web::Payload,
    most: usize,
    is_ours: impl Fn(&str) -> bool,
) -> Result<Parts, Problem> {
    let payload = Rc::new(RefCell::new(payload.into_inner()));
    let ours =
        |fields: &[(String, String)]| is_ours(fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, of)| of));
    let taken = async {
        body::check_type(request.headers(), Wanted::FileForm)?;
        let bounds = Bounds { files: most, is_ours: &ours };
        let taken = timeout_at(deadline(WHOLE_DEADLINE), parts(request, &payload, &door.hub.files, bounds)).await;
        taken.unwrap_or_else(|_| Err(Problem::closing(ProblemKind::BrokenRequest)))
    };
    match taken.await {
        Ok(taken) => Ok(taken),
        Err(refused) if body::drop_rest(Tap(Rc::clone(&payload))).await => Err(refused),
        Err(refused) => Err(refused.and_closes()),
    }
}

/// Nothing is taken of one too many, nor of what follows it.
fn too_many(most: usize) -> Problem {
    let fault = Fault { pointer: "/files".to_owned(), code: FaultCode::TooMany(most) };
    Problem::from(Refusal::Faults(vec![fault]))
}

/// One file onto the disk.
async fn take_file(mut field: Field, pace: &mut Pace, files: &Files) -> Result<Option<Part>, Problem> {
    let Some(mut part) = files.begin().await.map_err(failed)? else { return Err(Refusal::NoRoom.into()) };
    while let Some(piece) = pace.wait(field.next()).await? {
        let piece: Bytes = piece.map_err(broken)?;
        pace.count(piece.len());
        if part.bytes() + piece.len() > FILE_MAX {
            return Err(Problem::closing(ProblemKind::TooLarge));
        }
        part.push(&piece).await.map_err(failed)?;
    }
    Ok(Some(part))
}

async fn text(mut field: Field, pace: &mut Pace) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(piece) = pace.wait(field.next()).await? {
        let piece: Bytes = piece.map_err(broken)?;
        pace.count(piece.len());
        if text.len() + piece.len() > FIELD_MAX {
            return Err(Problem::closing(ProblemKind::TooLarge));
        }
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).map_err(|_| ProblemKind::BrokenRequest.into())
}

fn broken(_: actix_multipart::MultipartError) -> Problem {
    Problem::closing(ProblemKind::BrokenRequest)
}

/// How fast a form must come.
struct Pace {
    until: Instant,
    came: usize,
}

impl Pace {
    fn begin() -> Pace {
        Pace { until: deadline(STRETCH_DEADLINE), came: 0 }
    }

    async fn wait<T>(&self, coming: impl Future<Output = T>) -> Result<T, Problem> {
        timeout_at(self.until, coming).await.map_err(|_| Problem::closing(ProblemKind::BrokenRequest))
    }

    fn count(&mut self, bytes: usize) {
        self.came += bytes;
        if self.came >= STRETCH {
            *self = Pace::begin();
        }
    }
}

fn deadline(after: Duration) -> Instant {
    Instant::now() + after
}

/// The body, of which what a form's reader leaves can still be read away.
struct Tap(Rc<RefCell<Payload>>);

impl Stream for Tap {
    type Item = Result<Bytes, actix_web::error::PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}
