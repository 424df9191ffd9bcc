//! The page of lists as files: choose one, see what it would change, say the word; and take a list away. The file waits in
//! the ledger for its sender's word, so that the page works without script. Rights and faults are judged by `app`.

use super::answers::page;
use super::flash::{done, shown_once};
use super::reader::Reader;
use crate::app::imports::{self, Preview, Sent};
use crate::app::people::Whence;
use crate::app::proposals;
use crate::domain::imports::List;
use crate::domain::imports::difference::{Difference, LeftOut, Wanted};
use crate::domain::imports::encoding::{Encoding, Known};
use crate::domain::policy;
use crate::http::exports;
use crate::http::gate::{self, FileForm};
use crate::http::imports::{file_of, list_of, note};
use crate::http::pages::views::{ImportChange, ImportFault, ProposalView};
use crate::http::pages::{Choice, Form, FormFault, ImportPage, ImportPreview, Notice, Place, Tone};
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::Value;

/// Rows of each kind that a preview shows.
const SHOWN: usize = 50;

/// `GET /admin/import`
pub(super) async fn form(reader: Reader) -> Answer {
    let mut filled = filled(&reader, Form::fresh(reader.key(), String::new()), None).await?;
    filled.shell.notice = reader.told();
    shown_once(&reader, &filled)
}

/// `POST /admin/import`: looks, and writes nothing.
pub(super) async fn look(request: HttpRequest, sent: FileForm) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let list = List::parse(sent.text("list")).ok_or(ProblemKind::NotFound)?;
    imports::may_import(&reader.present.actor, list)?;
    let mut form = Form::fresh(reader.key(), String::new());
    form.deed = "import".to_owned();
    let typed = ["list", "encoding", "removes"].map(|name| (name.to_owned(), sent.text(name).to_owned()));
    form.typed = typed.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let file = sent.bytes("file");
    if file.is_empty() {
        let message = crate::i18n::pages::of(reader.lang).imports.none.to_owned();
        form.faults = vec![FormFault { field: "file".to_owned(), message }];
        return page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(&reader, form, None).await?);
    }
    let left_out = if sent.text("removes") == "true" { LeftOut::Goes } else { LeftOut::Stays };
    let asked = Sent { list, file, told: Encoding::parse(sent.text("encoding")), left_out };
    let seen = imports::look(&reader.door.hub, &reader.present.actor, asked).await?;
    let faulty = seen.difference.is_none();
    let filled = filled(&reader, form, Some(view(&seen, reader.lang))).await?;
    page(if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, reader.lang, &filled)
}

/// `POST /admin/import/confirm`: the word for the file that was looked at.
pub(super) async fn confirm(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let sha256 = query::form_field(&sent.bytes, "sha256").unwrap_or_default();
    let form = Form::fresh(reader.key(), String::new());
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    match imports::confirm(&reader.door.hub, whence, &sha256).await? {
        Some(written) if written.difference.is_some() => {
            let did = if written.waits { "list.propose" } else { "list.import" };
            done(&reader.door, "/admin/import", did, written.judged.list.as_str())
        }
        // What it was decided on has moved: the faults of now.
        Some(faulty) => {
            let filled = filled(&reader, form, Some(view(&faulty, reader.lang))).await?;
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled)
        }
        None => {
            let mut filled = filled(&reader, form, None).await?;
            let words = crate::i18n::pages::of(reader.lang).imports.gone.to_owned();
            filled.shell.notice = Some(Notice { tone: Tone::Refused, words });
            page(StatusCode::CONFLICT, reader.lang, &filled)
        }
    }
}

/// `POST /admin/import/{list}/confirm`: the second person's yes.
pub(super) async fn confirm_proposal(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let list = list_of(gate::code(&request))?;
    let sha256 = query::form_field(&sent.bytes, "sha256").unwrap_or_default();
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    let written = proposals::confirm(&reader.door.hub, whence, list, &sha256).await?;
    if written.difference.is_some() {
        return done(&reader.door, "/admin/import", "list.import", list.as_str());
    }
    let filled = filled(&reader, Form::fresh(reader.key(), String::new()), Some(view(&written, reader.lang))).await?;
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled)
}

/// `POST /admin/import/{list}/refuse`
pub(super) async fn refuse_proposal(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let list = list_of(gate::code(&request))?;
    let sha256 = query::form_field(&sent.bytes, "sha256").unwrap_or_default();
    proposals::refuse(&reader.door.hub, &reader.present.actor, list, &sha256).await?;
    done(&reader.door, "/admin/import", "list.refuse", list.as_str())
}

/// `POST /admin/export/{list}`
pub(super) async fn export(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let list = list_of(gate::code(&request))?;
    let actor = &reader.present.actor;
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    if list == List::Whistles {
        // All that the reader sees: it comes in again without a change.
        return exports::file(&reader.door, whence, reader.lang, "").await;
    }
    let _turn = reader.door.export_turn(&actor.person).await?;
    let note = note(reader.lang, reader.lang.list(list), actor, reader.now);
    let file = imports::export_as(&reader.door.hub, whence, list, &[note]).await?;
    Ok(file_of(list.as_str(), reader.now, file))
}

/// `POST /console/whistles/export`: what the list shows, by the filter in its address.
pub(super) async fn export_whistles(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let address = gate::address(&request, &reader.door)?.to_string();
    let whence = Whence { present: &sent.present, address: &address };
    exports::file(&reader.door, whence, reader.lang, request.query_string()).await
}

async fn filled(reader: &Reader, form: Form, preview: Option<ImportPreview>) -> Result<ImportPage, Problem> {
    let (lang, actor) = (reader.lang, &reader.present.actor);
    let choices = |may: &dyn Fn(List) -> bool| -> Vec<Choice> {
        let lists = List::ALL.iter().copied().filter(|list| may(*list));
        lists.map(|list| Choice::new(list.as_str(), lang.list(list))).collect()
    };
    let lists = choices(&|list| policy::may_import(actor, list));
    let proposals = proposed(reader).await?;
    if lists.is_empty() && proposals.is_empty() {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let exports = choices(&|list| policy::may_export(actor, list));
    let encodings = Encoding::ALL.iter().map(|one| Choice::new(one.as_str(), lang.encoding(*one))).collect();
    Ok(ImportPage { shell: reader.shell(Place::Import).await?, form, lists, encodings, exports, preview, proposals })
}

/// The lists that wait for a second word, to who may say it or has said the first.
async fn proposed(reader: &Reader) -> Result<Vec<ProposalView>, Problem> {
    let (hub, actor, mut shown) = (&reader.door.hub, &reader.present.actor, Vec::new());
    for list in List::ALL.iter().copied().filter(|list| policy::list_needs_two(*list)) {
        let waiting = proposals::waiting(hub, list).await?;
        let concerns = |by: &PersonId| policy::confirms_lists(actor) || *by == actor.person;
        let Some(waiting) = waiting.filter(|waiting| concerns(&waiting.by)) else { continue };
        shown.push(ProposalView {
            by: reader.directory().person(&waiting.by).map(|person| person.name.clone()).unwrap_or_default(),
            list: list.as_str().to_owned(),
            may_confirm: proposals::may_confirm(hub, actor, &waiting.by),
            seen: view(&waiting.seen, reader.lang),
        });
    }
    Ok(shown)
}

fn view(seen: &Preview, lang: Lang) -> ImportPreview {
    let judged = &seen.judged;
    let fault = |fault: &crate::domain::imports::faults::Fault| ImportFault {
        row: fault.row,
        column: fault.column.clone(),
        words: lang.import_fault(&fault.what),
    };
    let difference = seen.difference.as_ref();
    let all = difference.map(changes).unwrap_or_default();
    let writes = difference.is_some_and(|difference| !difference.is_nothing());
    ImportPreview {
        list: lang.list(judged.list).to_owned(),
        read_as: judged.read_as.map(|read_as| lang.read_as(read_as)).unwrap_or_default(),
        doubtful: judged.read_as.is_some_and(|(_, known)| matches!(known, Known::Or(_))),
        counts: difference.map(|difference| lang.counts(difference)).unwrap_or_default(),
        sample: judged.sample.clone(),
        faults: judged.faults.named.iter().map(fault).collect(),
        fault_count: lang.fault_count(judged.faults.count, judged.faults.named.len()),
        more: all.len().saturating_sub(SHOWN),
        changes: all.into_iter().take(SHOWN).collect(),
        added: difference.map(|one| named(&one.added)).unwrap_or_default(),
        missing: difference.map(|one| named(&one.left_out)).unwrap_or_default(),
        removes: difference.is_some_and(|one| one.fate == LeftOut::Goes),
        sha256: if writes { seen.sha256.clone() } else { String::new() },
    }
}

fn changes(difference: &Difference) -> Vec<ImportChange> {
    let fields = difference.changed.iter().flat_map(|row| row.new.iter().map(move |(field, new)| (row, field, new)));
    fields
        .map(|(row, field, new)| ImportChange {
            code: shown_code(&row.code).to_owned(),
            field: field.clone(),
            old: row.old.get(field).map(words).unwrap_or_default(),
            new: words(new),
        })
        .collect()
}

/// A person goes by the user name that the id is made of.
fn shown_code(code: &str) -> &str {
    code.strip_prefix("pe_").unwrap_or(code)
}

fn named(rows: &[Wanted]) -> Vec<String> {
    let name = |row: &Wanted| match row.body.get("name").and_then(Value::as_str) {
        Some(name) => format!("{} {name}", shown_code(&row.code)),
        None => row.code.clone(),
    };
    rows.iter().take(SHOWN).map(name).collect()
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "--".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(";"),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
