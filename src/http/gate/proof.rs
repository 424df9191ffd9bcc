//! The password or code that a form of ours brings along (T9): taken before the form is looked at, so that every page can ask
//! for it in the same way and nothing typed is lost. What the form held waits with the request for a page that asks again.

use super::{SESSION, address, cookie_to_set};
use crate::app::people::Whence;
use crate::app::proof;
use crate::app::sessions::Present;
use crate::http::problem::Problem;
use crate::http::{Door, query};
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::web::Bytes;

/// A code has so many digits; anything else that proves who one is, is a password.
const CODE_DIGITS: usize = 6;

/// What was typed into the form of this request.
#[derive(Clone)]
pub(in crate::http) struct Typed(pub(in crate::http) Bytes);

/// The session goes by another secret from now on.
struct Fresh(Cookie<'static>);

/// Whoever is there, with the proof that came along, if one did.
pub(super) async fn taken(
    request: &HttpRequest,
    door: &Door,
    present: Present,
    bytes: &Bytes,
) -> Result<Present, Problem> {
    request.extensions_mut().insert(Typed(bytes.clone()));
    // Whoever fails here reads that on a page of their own.
    request.extensions_mut().insert(present.clone());
    let Some(given) = query::form_field(bytes, "proof").filter(|given| !given.is_empty()) else { return Ok(present) };
    let digits = given.len() == CODE_DIGITS && given.bytes().all(|byte| byte.is_ascii_digit());
    let both = if digits { (None, Some(given.as_str())) } else { (Some(given.as_str()), None) };
    let address = address(request, door)?.to_string();
    let (present, secret) = proof::prove(&door.hub, both, Whence { present: &present, address: &address }).await?;
    if let Some(secret) = secret {
        request.extensions_mut().insert(Fresh(cookie_to_set(door, SESSION, secret)));
    }
    Ok(present)
}

/// The answer with the session's new secret, if it has one.
pub(in crate::http) fn hand_over(response: &mut ServiceResponse) {
    let fresh = response.request().extensions_mut().remove::<Fresh>();
    // A cookie of ours is always a header.
    if let Some(Fresh(cookie)) = fresh {
        response.response_mut().add_cookie(&cookie).ok();
    }
}
