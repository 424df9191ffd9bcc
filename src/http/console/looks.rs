//! How pages look and whether they take keys: kept in the browser's cookie and nowhere else, so it needs no sign-in's
//! right and tells nothing about anybody.

use super::answers::{see_other, with_cookie};
use super::reader::{Reader, kept_cookie, wanted_next};
use crate::http::gate;
use crate::http::pages::{Looks, Theme};
use crate::http::problem::Answer;
use crate::http::query;
use actix_web::HttpRequest;

/// The cookie's name.
pub(super) const LOOKS: &str = "looks";

/// `POST /looks`
pub(super) async fn set(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let mut looks = reader.looks;
    match query::form_field(&sent.bytes, "set").unwrap_or_default().as_str() {
        "large" => looks.large = true,
        "normal" => looks.large = false,
        "dark" => looks.theme = Some(Theme::Dark),
        "light" => looks.theme = Some(Theme::Light),
        "system" => looks.theme = None,
        "keys" => looks.keys_off = false,
        "nokeys" => looks.keys_off = true,
        _ => {}
    }
    let mut answer = see_other(wanted_next(&sent.bytes).as_deref().unwrap_or("/console"));
    with_cookie(&mut answer, &kept_cookie(&reader.door, LOOKS, looks.words().join(".")))?;
    Ok(answer)
}

/// What the browser keeps.
pub(super) fn of(request: &HttpRequest, door: &crate::http::Door) -> Looks {
    gate::cookie(request, door, LOOKS).map(|cookie| Looks::read(&cookie)).unwrap_or_default()
}
