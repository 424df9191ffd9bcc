//! One search over codes, enterprises, units, people and whistles: results by kind, each within what the reader may see
//! before anything is compared, so that no count and no gap tells of the rest. It works without script.

use super::answers::{see_other, shown};
use super::codes::by_code;
use super::reader::Reader;
use super::views::text;
use crate::app::whistles;
use crate::domain::wanted::{Piece, Wanted};
use crate::http::directory::sees;
use crate::http::pages::{FoundName, FoundWhistle, Place, SearchPage};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{Query, SEARCH_PARAMETER, page};
use crate::i18n::{Lang, pages as words};
use crate::ids::TextId;
use crate::store::whistles::{WhistleItem, WhistleQuery, texts};
use actix_web::HttpRequest;

/// Results of a kind.
const WHISTLES: u16 = 10;
const NAMES: usize = 8;
/// Characters that are shown before the first hit in a long text, and in all.
const BEFORE: usize = 16;
const AROUND: usize = 90;

/// `GET /search`
pub(super) async fn found(reader: Reader, request: HttpRequest) -> Answer {
    let given = Query::read(request.query_string(), &[SEARCH_PARAMETER]);
    let given = given.or_else(|_| Query::read("", &[]))?;
    let q = given.search().unwrap_or_default().to_owned();
    if let Some(path) = by_code(&reader, given.search()).await? {
        return Ok(see_other(&path));
    }
    let wanted = Wanted::of(&q);
    let mut page_of = SearchPage {
        shell: reader.shell(Place::Elsewhere).await?,
        whistles: Vec::new(),
        more: None,
        firms: Vec::new(),
        units: Vec::new(),
        people: Vec::new(),
        q,
    };
    if !wanted.is_nothing() {
        let _turn = reader.door.search_turn(&reader.present.actor.person, true).await?;
        let (items, more) = found_whistles(&reader, &wanted).await?;
        page_of.whistles = items;
        page_of.more = more.then(|| list_of(&page_of.q));
        names(&reader, &wanted, &mut page_of);
    }
    shown(reader.lang, &page_of)
}

/// The list of whistles in which this is found.
fn list_of(q: &str) -> String {
    super::next::with("/console/whistles", "q", &super::next::escaped(q))
}

async fn found_whistles(reader: &Reader, wanted: &Wanted) -> Result<(Vec<FoundWhistle>, bool), Problem> {
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let query = WhistleQuery { q: Some(wanted.clone()), limit: WHISTLES + 1, ..WhistleQuery::default() };
    let (items, more) = page(whistles::list(hub, scope, query).await?, WHISTLES);
    let ids = items.iter().flat_map(|item| [Some(&item.whistle.texts.what), item.whistle.texts.place.as_ref()]);
    let ids: Vec<TextId> = ids.flatten().cloned().collect();
    let said = hub.ledger.read(move |reading| texts(reading, &ids)).await?;
    let words_of = reader.words();
    let found = |item: &WhistleItem| {
        let row = words_of.row(item, &said, format!("/console/whistles/{}", item.whistle.code), false);
        let what = text(Some(&item.whistle.texts.what), &said).unwrap_or_default();
        FoundWhistle {
            title: wanted.mark_text(&row.title),
            site: wanted.mark_text(&row.site),
            code: wanted.mark_text(&row.code),
            what: around(wanted.mark_text(&what)),
            row,
        }
    };
    Ok((items.iter().map(found).collect(), more))
}

/// The part of a long text in which something was found; nothing if nothing was.
fn around(pieces: Vec<Piece>) -> Vec<Piece> {
    let Some(first) = pieces.iter().position(|piece| piece.hit) else { return Vec::new() };
    let mut room = AROUND;
    let mut shown = Vec::new();
    for mut piece in pieces.into_iter().skip(first.saturating_sub(1)) {
        let length = piece.text.chars().count();
        if shown.is_empty() && !piece.hit && length > BEFORE {
            let end: String = piece.text.chars().skip(length - BEFORE).collect();
            piece.text = format!("…{end}");
        } else if length > room {
            piece.text = format!("{}…", piece.text.chars().take(room).collect::<String>());
        }
        room = room.saturating_sub(length);
        shown.push(piece);
        if room == 0 {
            break;
        }
    }
    shown
}

/// Enterprises, units and people by their names and how these are read.
fn names(reader: &Reader, wanted: &Wanted, page_of: &mut SearchPage) {
    let (directory, actor, lang) = (reader.directory(), &reader.present.actor, reader.lang);
    let unit_of = |code: &str| super::views::unit(lang, directory, code);
    let entry = |name: &str, names: Vec<&str>, note: String, href: String| FoundName {
        href,
        name: wanted.mark_name(name),
        other: other_name(wanted, name, &names),
        note,
    };
    let firms = directory.enterprises.iter().filter(|firm| wanted.is_among(firm.names())).take(NAMES);
    page_of.firms = firms
        .map(|firm| {
            let note = format!("{} {}", firm.code, unit_of(&firm.town_code));
            entry(&firm.name, firm.names().collect(), note, super::firms::address(&firm.code))
        })
        .collect();
    let departments = directory.departments.iter().filter(|unit| wanted.is_among(unit.names())).map(|unit| {
        let (name, note) = match lang {
            Lang::Zh => (&unit.name, &unit.remit),
            Lang::En => (&unit.name_en, &unit.remit_en),
        };
        entry(name, unit.names().collect(), note.clone(), String::new())
    });
    let towns = directory.towns.iter().filter(|town| wanted.is_among(town.names()));
    let towns = towns.map(|town| {
        let name = unit_of(&town.code);
        entry(&name, town.names().collect(), words::of(lang).town.to_owned(), String::new())
    });
    page_of.units = departments.chain(towns).take(NAMES).collect();
    let people = directory.people.iter().filter(|person| sees(actor, person, directory));
    let people = people.filter(|person| wanted.is_among(person.names())).take(NAMES).map(|person| {
        let note = format!("{} {}", unit_of(&person.department_code), lang.role(person.role));
        entry(&person.name, person.names().collect(), note, String::new())
    });
    page_of.people = people.collect();
}

/// The name by which it was found, where that is not the one that is shown.
fn other_name(wanted: &Wanted, name: &str, names: &[&str]) -> Vec<Piece> {
    let is_hit = |pieces: &Vec<Piece>| pieces.iter().any(|piece| piece.hit);
    if is_hit(&wanted.mark_name(name)) {
        return Vec::new();
    }
    names.iter().map(|other| wanted.mark_name(other)).find(is_hit).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(text: &str, typed: &str) -> String {
        let pieces = around(Wanted::of(typed).mark_text(text));
        pieces.iter().map(|one| if one.hit { format!("[{}]", one.text) } else { one.text.clone() }).collect()
    }

    #[test]
    fn a_long_text_is_cut_around_its_first_hit() {
        assert_eq!(shown_of("配电房堆放纸箱", "电"), "配[电]房堆放纸箱");
        assert_eq!(shown_of("配电房", "水"), "");
        let long = format!("{}电{}电", "前".repeat(40), "后".repeat(200));
        assert_eq!(shown_of(&long, "电"), format!("…{}[电]{}…", "前".repeat(16), "后".repeat(49)));
    }
}
