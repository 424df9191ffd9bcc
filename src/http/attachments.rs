//! Proof at both doors: files that come in for a whistle, a visit or a finding, and one file for its reader. What goes out is our own drawing of
//! a picture, or a download that no browser renders (SECURITY T25). Rights and kinds are `app`'s to judge.

use super::gate::{Arriving, Caller, Came, NotTaken, Posted, Upload};
use super::problem::{Answer, Problem};
use super::query::{Parameter, Query, Takes};
use super::{Door, json, marked};
use crate::app::attachments::{self, Attached, For, Handed, Wanted};
use crate::app::cards;
use crate::app::sessions::Present;
use crate::app::{visit_cards, visits, whistles};
use crate::files::Opened;
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream, stream};
use serde_json::{Value, json as value};
use std::io;

/// What one file's address takes.
pub(super) const FILE: &[Parameter] = &[Parameter { name: "original", takes: Takes::Flag }];
/// Whatever a download holds runs nowhere and loads nothing.
const SANDBOX: &str = "sandbox; default-src 'none'";

/// `POST /whistles/{code}/attachments`
pub(super) async fn attach(door: Data<Door>, upload: Upload) -> Answer {
    let arriving = upload.0;
    let made = taken(&door, &arriving, For::Whistle(arriving.code())).await?;
    let open = whistles::open(&door.hub, &arriving.present.scope, arriving.code()).await?;
    let cards = cards::attachments(&open, &arriving.present.actor, &door.hub.rules().directory);
    Ok(news(&made, &cards))
}

/// `POST /visits/{code}/attachments`
pub(super) async fn attach_to_visit(door: Data<Door>, upload: Upload) -> Answer {
    let arriving = upload.0;
    let (present, code) = (&arriving.present, arriving.code());
    let made = taken(&door, &arriving, For::Visit(code)).await?;
    let open = visits::open(&door.hub, &present.scope, code).await?;
    let subject = open.tree.visit.id.as_str();
    Ok(news(&made, &visit_cards::attachments(&open, subject, &present.actor, &door.hub.rules().directory)))
}

/// `POST /findings/{code}/attachments`
pub(super) async fn attach_to_finding(door: Data<Door>, upload: Upload) -> Answer {
    let arriving = upload.0;
    let (present, code) = (&arriving.present, arriving.code());
    let made = taken(&door, &arriving, For::Finding(code)).await?;
    let (open, id) = visits::open_finding(&door.hub, &present.scope, code).await?;
    Ok(news(&made, &visit_cards::attachments(&open, id.as_str(), &present.actor, &door.hub.rules().directory)))
}

/// What was attached just now, of all that is there.
fn news(made: &Attached, cards: &[Value]) -> HttpResponse {
    let is_new = |card: &&Value| card["id"].as_str().is_some_and(|id| made.ids.iter().any(|one| one == id));
    let items: Vec<&Value> = cards.iter().filter(is_new).collect();
    json(marked(&mut HttpResponse::Created(), made.replayed), &value!({ "items": items }))
}

/// Takes a form of files in for a thing, whichever door it comes by. Who may not, or comes too often, has nothing of it
/// written.
pub(super) async fn taken(door: &Door, arriving: &Arriving, to: For<'_>) -> Result<Attached, NotTaken> {
    let person = &arriving.present.actor.person;
    let let_in = async {
        let turn = door.upload_turn(person).await?;
        attachments::may_attach(&door.hub, &arriving.asked(), to).await?;
        Ok::<_, Problem>(turn)
    };
    let _turn = match let_in.await {
        Ok(turn) => turn,
        Err(refused) => return Err(arriving.refuse(refused).await.into()),
    };
    let Came { files, said } = arriving.take_in(door).await?;
    let shows = said.field("when");
    let manifest = attachments::manifest(&files, shows);
    let attached = attachments::attach(&door.hub, arriving.asked_with(&said, &manifest), to, (files, shows)).await;
    attached.map_err(|undone| NotTaken { why: undone.into(), said })
}

/// `POST /attachments/{id}/release`
pub(super) async fn release(door: Data<Door>, posted: Posted) -> Answer {
    let done = attachments::release(&door.hub, posted.asked(), posted.id()).await?;
    Ok(marked(&mut HttpResponse::NoContent(), done.replayed).finish())
}

/// `GET /attachments/{id}`
pub(super) async fn one(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    file(&door, &caller.present, &request).await
}

/// The file in an address, for who sees it.
pub(super) async fn file(door: &Door, present: &Present, request: &HttpRequest) -> Answer {
    let id = request.match_info().get("id").unwrap_or_default();
    let asked = Query::read(request.query_string(), FILE);
    let original = asked.as_ref().is_ok_and(|given| given.flag("original") == Some(true));
    let wanted = if original { Wanted::Original } else { Wanted::Shown };
    let handed = attachments::open(&door.hub, &present.actor, &present.scope, (id, wanted)).await?;
    // Whether it exists comes before what is wrong with the question.
    asked?;
    Ok(given_out(handed))
}

pub(super) fn given_out(handed: Handed) -> HttpResponse {
    let Handed { name, drawn, format, file } = handed;
    let (how, kind) = if drawn { ("inline", "image/jpeg") } else { ("attachment", format.media_type()) };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, format!("{how}; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(SizedStream::new(file.bytes, pieces(file)))
}

fn pieces(file: Opened) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some(file), |file| async move {
        match file?.read_on().await {
            Ok((piece, _)) if piece.is_empty() => None,
            Ok((piece, file)) => Some((Ok(Bytes::from(piece)), Some(file))),
            Err(fault) => Some((Err(fault), None)),
        }
    })
}
