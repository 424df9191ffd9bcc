//! Refusals of somebody who is signed in, told to the trail (T38). A refusal stands whether it can be told or not, and no
//! path that was typed is kept: the trail has the pattern of the route.

use super::address;
use crate::app::people::Whence;
use crate::app::sessions::Present;
use crate::app::trail;
use crate::http::Door;
use crate::i18n::problems::ProblemKind;
use actix_web::{HttpMessage, HttpRequest};

/// Whoever was let in, for what is said of the answer.
pub(super) struct LetIn(pub(super) Present);

/// Tells the trail, if somebody was refused here. `route`: the pattern of the address.
pub(in crate::http) async fn tell_barred(request: &HttpRequest, door: &Door, route: &str, problem: ProblemKind) {
    if !matches!(problem, ProblemKind::RoleMayNot | ProblemKind::WrongOrigin | ProblemKind::Csrf) {
        return;
    }
    let present = request.extensions().get::<LetIn>().map(|known| known.0.clone());
    let (Some(present), Ok(address)) = (present, address(request, door)) else { return };
    let (address, asked) = (address.to_string(), format!("{} {route}", request.method()));
    let whence = Whence { present: &present, address: &address };
    if trail::barred(&door.hub, whence, &asked, problem.slug()).await.is_err() {
        tracing::warn!(route, "a refusal did not reach the trail");
    }
}
