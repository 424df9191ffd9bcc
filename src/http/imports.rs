//! Lists as files at the JSON door: a file is the body, how it is to be read is said in the query. A dry run answers what
//! an import would; an import with a fault writes nothing and names every fault by row and column.

use super::gate::{self, Caller, FilePosted, Posted, code};
use super::problem::{Answer, Problem};
use super::query::{Parameter, Query, Takes};
use super::{Door, json};
use crate::app::imports::{self, Preview, Sent};
use crate::app::people::Whence;
use crate::app::proposals;
use crate::domain::at::At;
use crate::domain::imports::List;
use crate::domain::imports::difference::LeftOut;
use crate::domain::imports::encoding::{Encoding, Known};
use crate::domain::imports::faults::Fault;
use crate::domain::policy::Actor;
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json as value};

/// What an import takes beside the file.
pub(super) const IMPORT: &[Parameter] = &[
    Parameter { name: "dry_run", takes: Takes::Flag },
    Parameter { name: "encoding", takes: Takes::Sort(Encoding::WORDS) },
    Parameter { name: "remove_missing", takes: Takes::Flag },
];
/// Changed rows that an answer shows.
const CHANGES_SHOWN: usize = 100;

/// `POST /imports/{list}`
pub(super) async fn import(door: Data<Door>, posted: FilePosted) -> Answer {
    let (list, actor) = (list_of(posted.code())?, &posted.present.actor);
    imports::may_import(actor, list)?;
    let given = Query::read(posted.query(), IMPORT)?;
    let told = given.text("encoding").and_then(Encoding::parse);
    let left_out = if given.flag("remove_missing") == Some(true) { LeftOut::Goes } else { LeftOut::Stays };
    let sent = Sent { list, file: &posted.bytes, told, left_out };
    let is_dry = given.flag("dry_run") == Some(true);
    let preview = match is_dry {
        true => imports::preview_as(&door.hub, actor, sent).await?,
        false => {
            let address = posted.address(&door)?.to_string();
            imports::import_as(&door.hub, Whence { present: &posted.present, address: &address }, sent).await?
        }
    };
    if !is_dry && preview.difference.is_none() {
        return Err(Problem::rows(preview.judged.faults));
    }
    Ok(json(&mut HttpResponse::Ok(), &card(&preview, !is_dry, posted.lang)))
}

/// `POST /imports/{list}/confirm`
pub(super) async fn confirm(door: Data<Door>, posted: Posted) -> Answer {
    let (list, sha256) = (list_of(posted.code())?, proposals::word(&posted.asked())?);
    let address = posted.address(&door)?.to_string();
    let whence = Whence { present: &posted.present, address: &address };
    let written = proposals::confirm(&door.hub, whence, list, &sha256).await?;
    if written.difference.is_none() {
        return Err(Problem::rows(written.judged.faults));
    }
    Ok(json(&mut HttpResponse::Ok(), &card(&written, true, posted.lang)))
}

/// `POST /imports/{list}/refuse`
pub(super) async fn refuse(door: Data<Door>, posted: Posted) -> Answer {
    let (list, sha256) = (list_of(posted.code())?, proposals::word(&posted.asked())?);
    let refused = proposals::refuse(&door.hub, &posted.present.actor, list, &sha256).await?;
    Ok(json(&mut HttpResponse::Ok(), &card(&refused, false, posted.lang)))
}

/// `POST /exports/{list}`
pub(super) async fn export(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    let list = list_of(code(&request))?;
    let actor = &caller.present.actor;
    imports::may_export(actor, list)?;
    Query::read(request.query_string(), &[])?;
    let _turn = door.export_turn(&actor.person).await?;
    let note = note(caller.lang, caller.lang.list(list), actor, door.hub.now());
    let address = gate::address(&request, &door)?.to_string();
    let whence = Whence { present: &caller.present, address: &address };
    let file = imports::export_as(&door.hub, whence, list, &[note]).await?;
    Ok(file_of(list.as_str(), door.hub.now(), file))
}

/// What stands above an export: what, who, when.
pub(super) fn note(lang: Lang, what: &str, actor: &Actor, now: At) -> String {
    let who = format!("{} {}", actor.unit, actor.name);
    lang.export_note(what, &who, &now.rfc3339())
}

/// A file to be kept by whoever asked for it.
pub(super) fn file_of(name: &str, now: At, file: Vec<u8>) -> HttpResponse {
    let day = now.civil().date();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-{day}.csv\"")))
        .body(file)
}

pub(super) fn list_of(code: &str) -> Result<List, Problem> {
    List::parse(code).ok_or_else(|| ProblemKind::NotFound.into())
}

fn card(preview: &Preview, written: bool, lang: Lang) -> Value {
    let judged = &preview.judged;
    let (or, known) = match judged.read_as.map(|(_, known)| known) {
        Some(Known::Or(other)) => (Some(other), "doubtful"),
        Some(Known::Marked) => (None, "marked"),
        Some(Known::Fits) => (None, "fits"),
        Some(Known::Told) => (None, "told"),
        None => (None, "unknown"),
    };
    let difference = preview.difference.as_ref();
    let count = |of: fn(&crate::domain::imports::difference::Difference) -> usize| difference.map(of);
    let changes = difference.map(|one| one.changed.iter().take(CHANGES_SHOWN).collect::<Vec<_>>()).unwrap_or_default();
    let changes: Vec<Value> =
        changes.into_iter().map(|one| value!({ "code": one.code, "old": one.old, "new": one.new })).collect();
    value!({
        "list": judged.list.as_str(),
        "sha256": preview.sha256,
        "encoding": judged.read_as.map(|(encoding, _)| encoding.as_str()),
        "encoding_is": known,
        "encoding_or": or.map(Encoding::as_str),
        "rows": judged.rows.len(),
        "added": count(|one| one.added.len()),
        "changed": count(|one| one.changed.len()),
        "unchanged": count(|one| one.unchanged),
        "missing": count(|one| one.left_out.len()),
        "removes_missing": difference.is_some_and(|one| one.fate == LeftOut::Goes),
        "reordered": difference.is_some_and(|one| one.order.is_some()),
        "changes": changes,
        "fault_count": judged.faults.count,
        "faults": faults(&judged.faults.named, lang),
        "waits": preview.waits,
        "written": written && !preview.waits && difference.is_some_and(|one| !one.is_nothing()),
    })
}

/// What [`card`] holds, for the OpenAPI document.
pub(super) fn schema() -> Value {
    let (count, flag, words) = (
        value!({ "type": ["integer", "null"] }),
        value!({ "type": "boolean" }),
        |words: &[&str]| value!({ "enum": words.iter().map(|word| value!(word)).chain([Value::Null]).collect::<Vec<_>>() }),
    );
    let properties = value!({
        "list": { "type": "string", "enum": List::WORDS },
        "sha256": { "type": "string" },
        "encoding": words(Encoding::WORDS),
        "encoding_is": { "type": "string", "enum": ["marked", "fits", "told", "doubtful", "unknown"] },
        "encoding_or": words(Encoding::WORDS),
        "rows": { "type": "integer" },
        "added": count, "changed": count, "unchanged": count, "missing": count,
        "removes_missing": flag, "reordered": flag, "waits": flag, "written": flag,
        "changes": { "type": "array", "items": { "type": "object" } },
        "fault_count": { "type": "integer" },
        "faults": { "type": "array", "items": { "type": "object" } },
    });
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(|members| members.keys()).collect();
    value!({ "type": "object", "required": names, "properties": properties })
}

/// Faults as an answer names them.
pub(super) fn faults(named: &[Fault], lang: Lang) -> Value {
    let one = |fault: &Fault| {
        value!({
            "row": fault.row,
            "column": fault.column,
            "code": fault.what.as_str(),
            "message": lang.placed_fault(fault),
        })
    };
    named.iter().map(one).collect()
}
