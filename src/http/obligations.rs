//! What is said of a limit that has passed, at the JSON door: by the code of the whistle or summons that owes the move. It
//! names no version, for it moves nothing; whether it may be said is `app`'s to judge.

use super::gate::Posted;
use super::problem::Answer;
use super::{Door, marked};
use crate::app::obligations;
use crate::domain::deeds::ObligationDeed;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// `POST /obligations/{code}/acknowledge`
pub(super) async fn acknowledge(door: Data<Door>, posted: Posted) -> Answer {
    said(&door, &posted, ObligationDeed::Acknowledge).await
}

/// `POST /obligations/{code}/hold_back`
pub(super) async fn hold_back(door: Data<Door>, posted: Posted) -> Answer {
    said(&door, &posted, ObligationDeed::HoldBack).await
}

async fn said(door: &Door, posted: &Posted, deed: ObligationDeed) -> Answer {
    let done = obligations::deed(&door.hub, posted.asked(), posted.code(), deed).await?;
    Ok(marked(&mut HttpResponse::NoContent(), done.replayed).finish())
}
