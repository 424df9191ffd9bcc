//! The feed of a signed-in page: the same as every reader's, by the cookie. It counts as no use of the session, and a
//! page loads and works without it.

use crate::http::Door;
use crate::http::gate::Unasked;
use crate::http::live;
use crate::http::problem::Answer;
use actix_web::HttpRequest;
use actix_web::web::Data;

/// `GET /console/live`
pub(super) async fn feed(door: Data<Door>, page: Unasked, request: HttpRequest) -> Answer {
    live::answer(door, page.0, &request).await
}
