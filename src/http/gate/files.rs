//! Files that come in: as the body of a caller's request, or in a form of our own page. Bounded before anything looks at
//! them, judged like every other body by who sends it; what is in them is not looked at here.

use super::{Extracted, address, by_cookie, code, door_of, lang, let_in, of_own_page};
use crate::app::sessions::{self, Present};
use crate::domain::decision::Refusal;
use crate::domain::imports::List;
use crate::domain::policy;
use crate::http::Door;
use crate::http::body::{self, From, Wanted};
use crate::http::problem::Problem;
use crate::http::turns::Turn;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use std::net::IpAddr;

/// A file of a caller: the body itself.
#[derive(Debug)]
pub struct FilePosted {
    pub present: Present,
    pub lang: Lang,
    pub bytes: Bytes,
    request: HttpRequest,
}

impl FromRequest for FilePosted {
    type Error = Problem;
    type Future = Extracted<FilePosted>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let (present, payload) = let_in(&request, payload).await?;
            let Some(wanted) = List::parse(code(&request)) else {
                return Err(body::refuse(ProblemKind::NotFound.into(), payload).await);
            };
            let bytes = {
                let (_turn, payload) = let_bring(door_of(&request)?, &present, &[wanted], payload).await?;
                body::read(request.headers(), payload, Wanted::Csv, From::SignedIn).await?
            };
            Ok(FilePosted { present, lang: lang(request.headers()), bytes, request })
        })
    }
}

impl FilePosted {
    /// The code in the address.
    pub fn code(&self) -> &str {
        code(&self.request)
    }

    /// For whom the request is: the peer, or whom a proxy of ours names.
    pub fn address(&self, door: &Door) -> Result<IpAddr, Problem> {
        address(&self.request, door)
    }

    pub fn query(&self) -> &str {
        self.request.query_string()
    }
}

/// A list is held whole while it comes: whoever brings none in has nothing of it kept, and the others take turns.
async fn let_bring<'d>(
    door: &'d Door,
    present: &Present,
    one_of: &[List],
    payload: Payload,
) -> Result<(Turn<'d>, Payload), Problem> {
    let turn = match one_of.iter().any(|list| policy::may_import(&present.actor, *list)) {
        true => door.upload_turn(&present.actor.person).await,
        false => Err(Refusal::RoleMayNot.into()),
    };
    match turn {
        Ok(turn) => Ok((turn, payload)),
        Err(why) => Err(body::refuse(why, payload).await),
    }
}

/// A form with a file, from our own page, with the token of its session.
#[derive(Debug)]
pub struct FileForm {
    pub present: Present,
    fields: Vec<(String, Vec<u8>)>,
}

impl FromRequest for FileForm {
    type Error = Problem;
    type Future = Extracted<FileForm>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let door = door_of(&request)?;
            let found = by_cookie(&request, door).await;
            let (present, payload) = of_own_page(&request, door, found, payload).await?;
            let (_turn, payload) = let_bring(door, &present, List::ALL, payload).await?;
            let bytes = body::read(request.headers(), payload, Wanted::FileForm, From::SignedIn).await?;
            let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let fields = parts(said, &bytes).ok_or(ProblemKind::BrokenRequest)?;
            let form = FileForm { present, fields };
            if !sessions::csrf_matches(&door.hub, &form.present, form.text("csrf")) {
                return Err(ProblemKind::Csrf.into());
            }
            Ok(form)
        })
    }
}

impl FileForm {
    /// What was typed or chosen; empty if nothing was.
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }

    /// A file's bytes; empty if none was chosen.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.fields.iter().find(|(given, _)| given == name).map_or(&[], |(_, bytes)| bytes)
    }
}

/// Fields that a form of ours can have.
const FIELDS_MAX: usize = 12;

/// The parts of a form with a file (RFC 7578): name and content of each. Nothing if it is no such form.
fn parts(content_type: &str, body: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let boundary = content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&between.as_bytes()[2..])?;
    let mut fields = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let (part, after) = cut(part, between.as_bytes())?;
        let (head, content) = cut(part, b"\r\n\r\n")?;
        fields.push((name(std::str::from_utf8(head).ok()?)?, content.to_vec()));
        if fields.len() > FIELDS_MAX {
            return None;
        }
        rest = after;
    }
    rest.starts_with(b"--").then_some(fields)
}

/// The name that a part's head gives it.
fn name(head: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let quoted = line.split_once(" name=\"")?.1;
    Some(quoted.split_once('"')?.0.to_owned())
}

fn cut<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let found = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..found)?, bytes.get(found + at.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; boundary=----x";

    fn form(content: &[u8]) -> Vec<u8> {
        let head = b"------x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\ntoken\r\n------x\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n";
        [head, content, b"\r\n------x--\r\n"].concat()
    }

    #[test]
    fn a_form_with_a_file_is_read_whatever_the_file_holds() {
        for content in [&b"code,name\r\n\r\nT01,\xC7\xE0\r\n"[..], b"", b"--x", b"\0\0"] {
            let fields = parts(TYPE, &form(content)).unwrap();
            assert_eq!(fields, [("csrf".to_owned(), b"token".to_vec()), ("file".to_owned(), content.to_vec())]);
        }
        let quoted = parts("multipart/form-data; boundary=\"----x\"", &form(b"a")).unwrap();
        assert_eq!(quoted.len(), 2);
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        for (said, body) in [
            ("multipart/form-data", form(b"a")),
            ("multipart/form-data; boundary=", form(b"a")),
            ("multipart/form-data; boundary=y", form(b"a")),
            (TYPE, b"------x\r\nContent-Disposition: form-data\r\n\r\na\r\n------x--".to_vec()),
            (TYPE, form(b"a")[..40].to_vec()),
            (TYPE, Vec::new()),
        ] {
            assert_eq!(parts(said, &body), None, "{said}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_a_form_or_none(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let whole = form(&body);
            for end in [body.len().min(whole.len()), whole.len()] {
                prop_assert!(parts(TYPE, &whole[..end]).is_none_or(|fields| fields.len() <= FIELDS_MAX));
            }
        }
    }
}
