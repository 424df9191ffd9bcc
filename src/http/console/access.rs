//! Where somebody is signed in, and the machine tokens of a head's unit: a plain page with plain forms. The text of a new
//! token stands on the page that answers its form and nowhere else.

use super::answers::{page, see_other};
use super::flash::shown_once;
use super::login::signed_out;
use super::orders;
use super::reader::{Reader, pairs};
use super::views::moment;
use crate::app::people::Whence;
use crate::app::{Undone, machine_tokens, sessions};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::machine::{DAYS_MAX, MachineToken, READ};
use crate::domain::order::Node;
use crate::domain::session::{self, Session};
use crate::http::pages::{AccessPage, Choice, Form, Place, SignInRow, TokenRow};
use crate::http::problem::{Answer, Problem};
use crate::http::{Door, gate};
use crate::i18n::{Lang, pages as words};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;

/// Where the page stands.
const HERE: &str = "/console/access";
/// Lives that the form offers, days.
const LIVES: [i64; 4] = [30, 90, 180, DAYS_MAX];

/// `GET /console/access`
pub(super) async fn show(reader: Reader) -> Answer {
    let shown = filled(&reader, Form::default(), None).await?;
    shown_once(&reader, &shown)
}

/// `POST /console/access/sign_out_everywhere`
pub(super) async fn sign_out_everywhere(door: Data<Door>, request: HttpRequest, sent: gate::Form) -> Answer {
    let address = gate::address(&request, &door)?.to_string();
    sessions::sign_out_everywhere(&door.hub, Whence { present: &sent.present, address: &address }).await?;
    signed_out(&door)
}

/// `POST /console/access/tokens`
pub(super) async fn make(sent: gate::Form, request: HttpRequest) -> Answer {
    let reader = Reader::of(&request, sent.present)?.at(HERE.to_owned());
    let (order, address) = (order(&sent.bytes, reader.now), gate::address(&request, &reader.door)?.to_string());
    let whence = Whence { present: &reader.present, address: &address };
    match machine_tokens::make(&reader.door.hub, whence, &order).await {
        Ok((_, text)) => {
            let shown = filled(&reader, Form::default(), Some(text)).await?;
            page(StatusCode::CREATED, reader.lang, &shown)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "token", &sent.bytes, &faults);
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, form, None).await?)
        }
        Err(undone) => Err(undone.into()),
    }
}

/// `POST /console/access/tokens/{id}/end`
pub(super) async fn end(sent: gate::Form, request: HttpRequest) -> Answer {
    let reader = Reader::of(&request, sent.present)?;
    let id = request.match_info().get("id").unwrap_or_default();
    let address = gate::address(&request, &reader.door)?.to_string();
    machine_tokens::revoke(&reader.door.hub, Whence { present: &reader.present, address: &address }, id).await?;
    Ok(see_other(HERE))
}

/// The form as the order: days become a moment.
fn order(bytes: &[u8], now: At) -> Node {
    let given = pairs(bytes);
    let text = |name: &str| given.iter().find(|(one, value)| one == name && !value.is_empty());
    let scopes = given.iter().filter(|(name, _)| name == "scopes").map(|(_, scope)| Node::Text(scope.clone()));
    let mut order = vec![("scopes".to_owned(), Node::List(scopes.collect()))];
    order.extend(text("name").map(|(name, value)| (name.clone(), Node::Text(value.clone()))));
    let days = text("expires_at").and_then(|(_, days)| days.parse().ok()).filter(|days| LIVES.contains(days));
    let ends_at = days.map(|days| now.plus_minutes(days * 24 * 60).rfc3339());
    order.extend(ends_at.map(|ends_at| ("expires_at".to_owned(), Node::Text(ends_at))));
    if let Some((name, value)) = text("networks").filter(|(_, value)| !value.trim().is_empty()) {
        let named = value.split([',', '，', '、']).map(str::trim).filter(|one| !one.is_empty());
        order.push((name.clone(), Node::List(named.map(|one| Node::Text(one.to_owned())).collect())));
    }
    Node::Object(order)
}

async fn filled(reader: &Reader, form: Form, fresh: Option<String>) -> Result<AccessPage, Problem> {
    let (hub, actor) = (&reader.door.hub, &reader.present.actor);
    let sessions = sessions::own(hub, &reader.present).await?;
    let (scopes, tokens) = match machine_tokens::scopes(hub, actor) {
        Ok(scopes) => (scopes, machine_tokens::list(hub, actor).await?),
        // Whoever makes none sees nothing of it.
        Err(_) => (Vec::new(), Vec::new()),
    };
    Ok(AccessPage {
        shell: reader.shell(Place::Elsewhere).await?,
        form,
        fresh,
        sessions: sessions.iter().map(|session| sign_in_row(reader.lang, session)).collect(),
        tokens: tokens.iter().map(|token| token_row(reader.lang, token)).collect(),
        scopes: scopes.iter().map(|scope| Choice::new(scope.as_str(), scope_word(reader.lang, scope))).collect(),
        days: LIVES.iter().map(|days| Choice::new(days.to_string(), words::days(reader.lang, *days))).collect(),
    })
}

/// One place where somebody is signed in.
pub(super) fn sign_in_row(lang: Lang, (session, this): &(Session, bool)) -> SignInRow {
    let t = words::of(lang);
    SignInRow {
        door: match session.door {
            session::Door::Cookie => t.own.sign_in_browser,
            session::Door::Api => t.own.sign_in_program,
        },
        this: *this,
        made_at: moment(session.made_at),
        used_at: moment(session.used_at),
        ends_at: moment(session.ends_at),
    }
}

fn token_row(lang: Lang, token: &MachineToken) -> TokenRow {
    TokenRow {
        id: token.id.clone(),
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| scope_word(lang, scope)).collect(),
        networks: token.network_names(),
        ends_at: moment(token.ends_at),
        used_at: token.used_at.map(moment),
    }
}

/// A scope as a person says it: 查看, 哨件：吹哨, 任务：报到.
pub(super) fn scope_word(lang: Lang, scope: &str) -> String {
    let t = words::of(lang);
    match scope.split_once('.') {
        Some(("whistle", verb)) => words::told(lang, t.nav_whistles, lang.whistle_deed(verb)),
        Some(("summons", verb)) => words::told(lang, t.nav_summonses, lang.summons_deed(verb)),
        Some(_) => scope.to_owned(),
        None if scope == READ => t.own.token_read.to_owned(),
        None => scope.to_owned(),
    }
}
