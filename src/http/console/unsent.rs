//! What a person typed and has not sent: kept while they type, or by a button without script, and laid back into the form
//! when its page is opened again. Nothing is carried out here; the form is sent as always.

use super::answers::see_other;
use super::login::page_of_form;
use super::made::behind;
use super::next::own_path;
use super::reader::Reader;
use crate::app::unsent;
use crate::http::gate;
use crate::http::pages::Form;
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse};

/// Longest address of a form, bytes.
const SUBJECT_MAX: usize = 200;
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// `POST /console/unsent`: the fields of a form, and in `of` where it would go.
pub(super) async fn keep(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let of = query::form_field(&sent.bytes, "of").unwrap_or_default();
    let Some(subject) = own_path(&of).filter(|path| is_kept(path)) else {
        return Ok(see_other("/console"));
    };
    let fields: Vec<(String, String)> =
        query::typed(&sent.bytes).into_iter().filter(|(name, value)| name != "of" && !value.is_empty()).collect();
    match fields.is_empty() {
        true => unsent::drop(&reader.door.hub, &reader.present, subject).await?,
        false => drop(unsent::keep(&reader.door.hub, &reader.present.actor.person, subject, &fields).await?),
    }
    let pressed = request.headers().get(MODE).is_none_or(|mode| mode == "navigate");
    Ok(if pressed { see_other(page_of_form(subject)) } else { HttpResponse::NoContent().finish() })
}

/// Forms of the work are kept; what is left without a name is nowhere kept beside one.
fn is_kept(path: &str) -> bool {
    path.len() <= SUBJECT_MAX && path.starts_with("/console/") && !path.contains(['?', '#'])
}

impl Reader {
    /// The form of this page as its reader left it, else as it is.
    pub(super) async fn left(&self, path: &str, form: Form) -> Result<Form, Problem> {
        let Some(left) = unsent::newest(&self.door.hub, &self.present, path).await? else { return Ok(form) };
        let deed = match left.subject.split('/').collect::<Vec<_>>().as_slice() {
            // Of the many on the page of deadlines.
            ["", "console", "deadlines", code, verb] => behind(verb, code),
            [.., "visits", "new"] | ["", "console", "replan", _] => "plan".to_owned(),
            [.., "new"] => "blow".to_owned(),
            [.., verb] => (*verb).to_owned(),
            [] => String::new(),
        };
        Ok(Form { deed, typed: left.fields, kept: Some(super::views::moment(left.at)), ..form })
    }

    /// The form that went to this address was sent.
    pub(super) async fn sent(&self, path: &str) -> Result<(), Problem> {
        Ok(unsent::drop(&self.door.hub, &self.present, path).await?)
    }
}
