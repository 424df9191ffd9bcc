//! Request bodies: bounded in bytes and in time, read whole before anything looks at them. What is too large is read
//! and dropped up to a second bound, so that the answer arrives, and the connection ends with it.
//! Nothing here knows what a body says.

use super::problem::Problem;
use crate::domain::imports::sheet::FILE_MAX;
use crate::i18n::problems::ProblemKind;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::time::Duration;

/// Longest JSON body or form, bytes.
pub const BODY_MAX: usize = 64 * 1024;
/// How much of a body that is too large is read and dropped: for callers past the token check, and for strangers.
const DROP_SIGNED_IN: usize = 16 * 1024 * 1024;
const DROP_STRANGER: usize = 64 * 1024;
/// How long a whole body may take, and a file.
const DEADLINE: Duration = Duration::from_secs(15);
const FILE_DEADLINE: Duration = Duration::from_secs(60);
/// What a form with a file holds beside it, bytes.
const FORM_AROUND: usize = 64 * 1024;

/// Whose body it is: how much of what we refuse is read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    SignedIn,
    Stranger,
}

/// What a body must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Json,
    Form,
    /// A list as a file.
    Csv,
    /// A form with a file.
    FileForm,
}

impl Wanted {
    fn media_type(self) -> &'static str {
        match self {
            Wanted::Json => "application/json",
            Wanted::Form => "application/x-www-form-urlencoded",
            Wanted::Csv => "text/csv",
            Wanted::FileForm => "multipart/form-data",
        }
    }

    fn max(self) -> usize {
        match self {
            Wanted::Json | Wanted::Form => BODY_MAX,
            Wanted::Csv => FILE_MAX,
            Wanted::FileForm => FILE_MAX + FORM_AROUND,
        }
    }

    fn deadline(self) -> Duration {
        match self {
            Wanted::Json | Wanted::Form => DEADLINE,
            Wanted::Csv | Wanted::FileForm => FILE_DEADLINE,
        }
    }

    /// A file says itself in which encoding it is.
    fn any_charset(self) -> bool {
        matches!(self, Wanted::Csv)
    }
}

/// The whole body: 413 when too large, 415 when it is packed or of another type. No body at all is of any type.
pub async fn read(headers: &HeaderMap, payload: Payload, wanted: Wanted, from: From) -> Result<Bytes, Problem> {
    let bytes = gather(payload, wanted.max(), from, wanted.deadline()).await?;
    match check_type(headers, wanted) {
        Err(problem) if problem.kind() == ProblemKind::ContentType && bytes.is_empty() => Ok(bytes),
        checked => checked.map(|()| bytes),
    }
}

/// 415 when it is packed or of another type.
pub(super) fn check_type(headers: &HeaderMap, wanted: Wanted) -> Result<(), Problem> {
    if packed(headers) {
        return Err(ProblemKind::Encoding.into());
    }
    if is_type(headers, wanted) { Ok(()) } else { Err(ProblemKind::ContentType.into()) }
}

/// Reads and drops what somebody signed in goes on sending; whether it came to its end.
async fn drop_rest(mut rest: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin) -> bool {
    let dropped = async {
        let mut seen = 0;
        while let Some(Ok(piece)) = rest.next().await {
            seen += piece.len();
            if seen > DROP_SIGNED_IN {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(DEADLINE, dropped).await.unwrap_or(false)
}

/// Why somebody signed in is refused, once what they go on sending is read away; what goes on beyond a bound ends with the
/// connection.
pub(super) async fn refuse(why: Problem, rest: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin) -> Problem {
    if drop_rest(rest).await { why } else { why.and_closes() }
}

/// Reads and drops what a refused stranger sends, so that the refusal arrives.
pub(super) async fn drop_strangers(payload: Payload) {
    // Its outcome changes nothing: the caller answers the refusal either way.
    drop(gather(payload, 0, From::Stranger, DEADLINE).await);
}

async fn gather(payload: Payload, max: usize, from: From, deadline: Duration) -> Result<Bytes, Problem> {
    if matches!(payload, Payload::None) {
        return Ok(Bytes::new());
    }
    let gathered = tokio::time::timeout(deadline, gather_all(payload, max, from));
    gathered.await.unwrap_or_else(|_| Err(Problem::closing(ProblemKind::BrokenRequest)))
}

async fn gather_all(mut payload: Payload, max: usize, from: From) -> Result<Bytes, Problem> {
    let drop_max = match from {
        From::SignedIn => DROP_SIGNED_IN,
        From::Stranger => DROP_STRANGER,
    };
    // Nearly every body comes in one piece, which is then handed on as it is.
    let (mut first, mut whole, mut seen) = (Bytes::new(), BytesMut::new(), 0);
    while let Some(piece) = next(&mut payload).await {
        let piece = piece.map_err(|_| Problem::closing(ProblemKind::BrokenRequest))?;
        seen += piece.len();
        if seen > drop_max {
            break;
        }
        if seen > max {
            (first, whole) = (Bytes::new(), BytesMut::new());
        } else if first.is_empty() && whole.is_empty() {
            first = piece;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&piece);
        }
    }
    match seen {
        _ if seen > max => Err(Problem::closing(ProblemKind::TooLarge)),
        _ if whole.is_empty() => Ok(first),
        _ => Ok(whole.freeze()),
    }
}

async fn next(payload: &mut Payload) -> Option<Result<Bytes, PayloadError>> {
    std::future::poll_fn(|cx| Pin::new(&mut *payload).poll_next(cx)).await
}

/// Whether the body is packed: any coding but identity.
fn packed(headers: &HeaderMap) -> bool {
    let plain = |value: &str| value.split(',').all(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    headers.get_all(CONTENT_ENCODING).any(|value| !value.to_str().is_ok_and(plain))
}

/// Whether exactly this media type is said, with any parameters; a charset must be UTF-8, but a file's.
fn is_type(headers: &HeaderMap, wanted: Wanted) -> bool {
    let mut said = headers.get_all(CONTENT_TYPE);
    let (Some(value), None) = (said.next(), said.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted.media_type()));
    let readable = |part: &str| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            wanted.any_charset() || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some(_) | None => true,
    };
    named && parts.all(readable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use futures_util::stream;

    fn headers(name: HeaderName, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        values.iter().for_each(|value| headers.append(name.clone(), HeaderValue::from_static(value)));
        headers
    }

    fn pieces(sizes: &[usize]) -> Payload {
        let pieces: Vec<Result<Bytes, PayloadError>> =
            sizes.iter().map(|size| Ok(Bytes::from(vec![b'x'; *size]))).collect();
        Payload::Stream { payload: Box::pin(stream::iter(pieces)) }
    }

    async fn length(sizes: &[usize], from: From) -> Result<usize, u16> {
        let json = headers(CONTENT_TYPE, &["application/json"]);
        let read = read(&json, pieces(sizes), Wanted::Json, from).await;
        read.map(|bytes| bytes.len()).map_err(|problem| problem.kind().status())
    }

    #[actix_web::test]
    async fn a_body_is_read_whole_up_to_its_bound_and_refused_above() {
        assert_eq!(length(&[], From::SignedIn).await, Ok(0));
        assert_eq!(length(&[10], From::SignedIn).await, Ok(10));
        assert_eq!(length(&[10, 20, 30], From::SignedIn).await, Ok(60));
        assert_eq!(length(&[BODY_MAX], From::Stranger).await, Ok(BODY_MAX));
        assert_eq!(length(&[BODY_MAX - 1, 2], From::SignedIn).await, Err(413));
        assert_eq!(length(&[BODY_MAX; 400], From::SignedIn).await, Err(413));
    }

    #[actix_web::test]
    async fn what_is_refused_is_read_on_only_up_to_the_second_bound() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let endless = stream::repeat_with(|| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Ok(Bytes::from_static(&[b'x'; 65_536]))
        });
        let json = headers(CONTENT_TYPE, &["application/json"]);
        let payload: Payload = Payload::Stream { payload: Box::pin(endless) };
        let refused = read(&json, payload, Wanted::Json, From::SignedIn).await.unwrap_err();
        assert_eq!((refused.kind(), ASKED.load(Ordering::Relaxed)), (ProblemKind::TooLarge, 257));
    }

    #[actix_web::test]
    async fn no_body_needs_no_type_and_is_still_not_packed() {
        let none = read(&HeaderMap::new(), Payload::None, Wanted::Json, From::SignedIn).await;
        assert!(none.unwrap().is_empty());
        let gzip = headers(CONTENT_ENCODING, &["gzip"]);
        let packed = read(&gzip, Payload::None, Wanted::Json, From::SignedIn).await.unwrap_err();
        assert_eq!(packed.kind(), ProblemKind::Encoding);
        let untyped = read(&HeaderMap::new(), pieces(&[2]), Wanted::Json, From::SignedIn).await.unwrap_err();
        assert_eq!(untyped.kind(), ProblemKind::ContentType);
    }

    #[test]
    fn t13_only_json_said_as_json_is_json() {
        for (said, good) in [
            (&["application/json"][..], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["application/json;charset=\"UTF-8\""], true),
            (&["application/json; charset=gbk"], false),
            (&["application/json", "application/json"], false),
            (&["text/plain"], false),
            (&["application/problem+json"], false),
            (&["text/plain; application/json"], false),
            (&["application/jsonx"], false),
            (&[""], false),
            (&[], false),
        ] {
            assert_eq!(is_type(&headers(CONTENT_TYPE, said), Wanted::Json), good, "{said:?}");
        }
    }

    #[test]
    fn every_coding_but_identity_is_packed() {
        for (said, is) in [
            (&[][..], false),
            (&["identity"], false),
            (&["Identity"], false),
            (&["gzip"], true),
            (&["identity, gzip"], true),
            (&["identity", "br"], true),
            (&[""], true),
        ] {
            assert_eq!(packed(&headers(CONTENT_ENCODING, said)), is, "{said:?}");
        }
    }
}
