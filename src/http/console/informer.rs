//! Opening an informer's identity by hand: a form with a reason on the whistle's page, and the one page that then shows
//! it. Loading that page again sends the same form, which the hub knows by its key.

use super::answers::page;
use super::next::escaped;
use super::orders;
use super::reader::Reader;
use super::whistles::own_again;
use crate::app::people::Whence;
use crate::app::{Undone, informers};
use crate::domain::decision::Refusal;
use crate::domain::whistle::informer::UNSEAL;
use crate::http::gate;
use crate::http::pages::{InformerPage, Place};
use crate::http::problem::Answer;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// `POST /console/whistles/{code}/unseal`
pub(super) async fn unseal(request: HttpRequest, sent: gate::Form) -> Answer {
    let code = gate::code(&request);
    let own = format!("/console/whistles/{}", escaped(code));
    let reader = Reader::of(&request, sent.present.clone())?.at(own.clone());
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    let unsealed = match informers::unseal(&reader.door.hub, sent.asked(&UNSEAL), whence, code).await {
        Ok(unsealed) => unsealed,
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "unseal", &sent.bytes, &faults);
            return own_again(&reader, code, form).await;
        }
        Err(undone) => return Err(undone.into()),
    };
    let page_of = InformerPage {
        shell: reader.shell(Place::Whistles).await?,
        code: code.to_owned(),
        name: unsealed.contact.name,
        phone: unsealed.contact.phone,
        back: own,
    };
    page(StatusCode::OK, reader.lang, &page_of)
}
