//! Files of proof that come in as a form of several parts: who sends them is known first, whether they may at all is asked
//! next, and only then are they taken, piece by piece onto the disk. Bounded in number, bytes and time; what is not kept is
//! gone when this is dropped. Once a file is refused no other is taken, but what the form says is read to its end, so that its
//! page can come back with it. What a file is, is not looked at here.

use super::pace::{Pace, WHOLE_DEADLINE, deadline};
use super::{Extracted, FORM_FIELDS, by_cookie, code, door_of, headers, lang, let_in, of_own_page, route};
use crate::app::asked::{Asked, VersionGiven};
use crate::app::attachments::{Sent, failed};
use crate::app::sessions::{self, Present};
use crate::domain::attachment::{FILE_MAX, FILES_MAX, Unfit, kept_name};
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
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::time::timeout_at;

/// What a form has beside its files: fields, and bytes of each.
const FIELDS_MAX: usize = 12;
const FIELD_MAX: usize = 16 * 1024;
/// So many parts are looked at; a form of more ends there.
const PARTS_MAX: usize = 400;

/// A form of several parts on its way, of which nothing was read yet.
pub struct Incoming {
    request: HttpRequest,
    payload: Rc<RefCell<Payload>>,
}

/// What a form says beside its files: its fields, and what the files are called that came with it.
#[derive(Debug, Default)]
pub struct Said {
    fields: Vec<(String, String)>,
    /// By their places, as they are kept.
    pub names: Vec<String>,
}

impl Said {
    /// What is in a field; nothing where it was left empty.
    pub fn field(&self, wanted: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(name, value)| name == wanted && !value.is_empty())?;
        Some(value)
    }

    /// What a person put in, without what the page added.
    pub fn typed(self) -> Vec<(String, String)> {
        self.fields.into_iter().filter(|(name, _)| !FORM_FIELDS.contains(&name.as_str())).collect()
    }
}

/// A form that came in whole: its files on the disk, and what it says.
pub struct Came {
    pub files: Vec<Sent>,
    pub said: Said,
}

/// A form that was not taken: why, and what it said.
pub struct NotTaken {
    pub why: Problem,
    pub said: Said,
}

impl From<Problem> for NotTaken {
    fn from(why: Problem) -> NotTaken {
        NotTaken { why, said: Said::default() }
    }
}

impl From<NotTaken> for Problem {
    fn from(refused: NotTaken) -> Problem {
        refused.why
    }
}

/// Whether this is the token of the page that the form stood on.
type IsOurs<'a> = dyn Fn(&str) -> bool + 'a;

impl Incoming {
    /// The form in this request.
    pub fn new(request: &HttpRequest, payload: Payload) -> Incoming {
        Incoming { request: request.clone(), payload: Rc::new(RefCell::new(payload)) }
    }

    /// Reads away what is not wanted, so that the refusal arrives.
    pub async fn refuse(&self, why: Problem) -> Problem {
        body::refuse(why, Tap(Rc::clone(&self.payload))).await
    }

    /// Takes the whole form in, with so many files. Who sends it, and that they may, is known.
    pub async fn take_in(&self, files: &Files, most: usize, is_ours: &IsOurs<'_>) -> Result<Came, NotTaken> {
        let mut taking = Taking::begin(files, most);
        let parts = async {
            body::check_type(self.request.headers(), Wanted::FileForm)?;
            if self.told_bytes().is_some_and(|told| told > taking.pace.most) {
                return Err(Problem::closing(ProblemKind::TooLarge));
            }
            taking.parts(Multipart::new(self.request.headers(), Tap(Rc::clone(&self.payload))), is_ours).await
        };
        let read = timeout_at(deadline(WHOLE_DEADLINE), parts).await;
        match read.unwrap_or_else(|_| Err(Problem::closing(ProblemKind::BrokenRequest))) {
            Ok(()) => Ok(Came { files: taking.sent, said: taking.said }),
            Err(refused) => {
                // Off the disk before what is left is read away.
                taking.sent.clear();
                Err(NotTaken { why: self.refuse(refused).await, said: taking.said })
            }
        }
    }

    /// How long it says that it is.
    fn told_bytes(&self) -> Option<usize> {
        self.request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }
}

/// A form with files whose sender is known and of which nothing was read yet.
pub struct Arriving {
    pub present: Present,
    pub lang: Lang,
    incoming: Incoming,
    route: String,
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

impl Arriving {
    async fn of(request: &HttpRequest, present: Present, payload: Payload, by_page: bool) -> Result<Arriving, Problem> {
        let (lang, route, incoming) = (lang(request.headers()), route(request), Incoming::new(request, payload));
        match body::check_type(request.headers(), Wanted::FileForm) {
            Ok(()) => Ok(Arriving { present, lang, incoming, route, by_page }),
            Err(refused) => Err(incoming.refuse(refused).await),
        }
    }

    /// The code in the address.
    pub fn code(&self) -> &str {
        code(&self.incoming.request)
    }

    /// What `app` is asked before any of it is read.
    pub fn asked(&self) -> Asked<'_> {
        self.asking(headers::key(self.incoming.request.headers()), &[])
    }

    /// What `app` is asked once it is here. `manifest`: by which a repeat is told.
    pub fn asked_with<'a>(&'a self, said: &'a Said, manifest: &'a [u8]) -> Asked<'a> {
        self.asking(headers::key(self.incoming.request.headers()).or(said.field("key")), manifest)
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

    /// Reads it away: whoever sends it may not.
    pub async fn refuse(&self, why: Problem) -> Problem {
        self.incoming.refuse(why).await
    }

    /// Takes the whole form in.
    pub async fn take_in(&self, door: &Door) -> Result<Came, NotTaken> {
        let is_ours = |csrf: &str| !self.by_page || sessions::csrf_matches(&door.hub, &self.present, csrf);
        self.incoming.take_in(&door.hub.files, FILES_MAX, &is_ours).await
    }
}

/// A form while it comes in.
struct Taking<'a> {
    files: &'a Files,
    most: usize,
    pace: Pace,
    /// Parts so far, and those of them with a file, named or empty or not: each would be one on the disk.
    parts: usize,
    came: usize,
    sent: Vec<Sent>,
    said: Said,
    faults: Vec<Fault>,
    /// What keeps every file from being taken, whatever is wrong with one.
    barred: Option<Problem>,
}

impl<'a> Taking<'a> {
    fn begin(files: &'a Files, most: usize) -> Taking<'a> {
        let (sent, faults, said) = (Vec::new(), Vec::new(), Said::default());
        Taking { files, most, pace: Pace::of(most), parts: 0, came: 0, sent, said, faults, barred: None }
    }

    async fn parts(&mut self, mut form: Multipart, is_ours: &IsOurs<'_>) -> Result<(), Problem> {
        let ours = |said: &Said| match is_ours(said.field("csrf").unwrap_or_default()) {
            true => Ok(()),
            false => Err(Problem::from(ProblemKind::Csrf)),
        };
        while let Some(field) = self.pace.wait(form.next()).await? {
            let field = field.map_err(broken)?;
            let file = field.content_disposition().and_then(|said| said.get_filename()).map(str::to_owned);
            match file {
                None if self.said.fields.len() == FIELDS_MAX => {
                    return Err(Problem::closing(ProblemKind::BrokenRequest));
                }
                None => {
                    let name = field.name().unwrap_or_default().to_owned();
                    let value = text(field, &mut self.pace).await?;
                    self.said.fields.push((name, value));
                }
                Some(name) => {
                    ours(&self.said)?;
                    self.file(field, name).await?;
                }
            }
            self.parts += 1;
            if self.is_refused() && self.parts >= PARTS_MAX {
                break;
            }
        }
        ours(&self.said)?;
        self.judge()
    }

    fn is_refused(&self) -> bool {
        self.barred.is_some() || !self.faults.is_empty()
    }

    /// One file onto the disk. Once anything was refused none is: it is only counted.
    async fn file(&mut self, mut field: Field, name: String) -> Result<(), Problem> {
        self.came += 1;
        if self.came == self.most + 1 {
            self.faults.push(Fault { pointer: "/files".to_owned(), code: FaultCode::TooMany(self.most) });
        }
        let mut part = if name.is_empty() { None } else { self.begun().await? };
        let mut bytes = 0;
        while let Some(piece) = self.pace.wait(field.next()).await? {
            let piece: Bytes = piece.map_err(broken)?;
            self.pace.count(piece.len())?;
            if name.is_empty() && bytes == 0 {
                part = self.begun().await?;
            }
            bytes += piece.len();
            part = part.filter(|_| bytes <= FILE_MAX);
            if let Some(part) = &mut part {
                part.push(&piece).await.map_err(failed)?;
            }
        }
        // A field of files in which none was chosen sends one without name and content.
        if self.came > self.most || name.is_empty() && bytes == 0 {
            return Ok(());
        }
        if bytes > FILE_MAX {
            let pointer = format!("/files/{}", self.said.names.len());
            self.faults.push(Fault { pointer, code: FaultCode::Unfit(Unfit::TooLarge) });
        }
        self.said.names.push(kept_name(&name));
        if let Some(part) = part {
            self.sent.push(Sent { name, file: part.end().await.map_err(failed)? });
        }
        Ok(())
    }

    /// Room for one file; once anything was refused none is wanted.
    async fn begun(&mut self) -> Result<Option<Part>, Problem> {
        if self.is_refused() {
            return Ok(None);
        }
        let part = self.files.begin().await.map_err(failed)?;
        self.barred = part.is_none().then(|| Refusal::NoRoom.into());
        Ok(part)
    }

    /// Nothing is taken of a form in which one file is not.
    fn judge(&mut self) -> Result<(), Problem> {
        if let Some(barred) = self.barred.take() {
            return Err(barred);
        }
        let faults = std::mem::take(&mut self.faults);
        let is_large = |fault: &Fault| fault.code == FaultCode::Unfit(Unfit::TooLarge);
        match faults.iter().any(is_large) {
            true => Err(Problem::too_large(faults)),
            false if faults.is_empty() => Ok(()),
            false => Err(Refusal::Faults(faults).into()),
        }
    }
}

async fn text(mut field: Field, pace: &mut Pace) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(piece) = pace.wait(field.next()).await? {
        let piece: Bytes = piece.map_err(broken)?;
        pace.count(piece.len())?;
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

/// The body, of which what a form's reader leaves can still be read away.
struct Tap(Rc<RefCell<Payload>>);

impl Stream for Tap {
    type Item = Result<Bytes, actix_web::error::PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}
