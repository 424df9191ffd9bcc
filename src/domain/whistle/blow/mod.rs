//! Blowing a whistle and completing a returned one: the deeds of whoever has seen the hazard. Both put what was said
//! into the whistle in the same way; neither decides anything that is the office's to decide.

mod order;
#[cfg(test)]
mod tests;

pub use super::search::fold;
pub use order::{BLOW, BlowOrder, COMPLETE, FIELDS};

use super::search::SearchText;
use super::{Blower, LateEntry, Tree, Whistle, posts};
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::Post;
use crate::domain::order::TITLE_MAX;
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{Duty, LetterKind, Role, WhistleStatus};
use crate::ids::{PersonId, WhistleId};
use serde_json::json;

/// Stands for a person where an operator entered a whistle by hand; nobody signs in by it.
const OPERATOR: &str = "operator";

/// Blows: the whistle stands, the office owes its triage, the duty officer is written to.
pub fn blow(order: &BlowOrder, actor: &Actor, by: Deciding<'_>) -> Change {
    let blower = blower(order, Some(actor), &by.rules.directory);
    let whistle = Whistle::unsaid(WhistleId::new(by.mint), blower, by.now);
    let mut draft = born(order, whistle, by);
    await_triage(&mut draft);
    draft.finish()
}

/// Enters what was blown on paper while the hub was away, at the moment that its paper says. Its limits run from now, and
/// nobody is written to: the office that enters it has it.
pub fn enter(order: &BlowOrder, blown_at: At, external_no: &str, by: Deciding<'_>) -> Change {
    let blower = blower(order, by.actor, &by.rules.directory);
    let mut whistle = Whistle::unsaid(WhistleId::new(by.mint), blower, by.now);
    whistle.blown_at = blown_at;
    whistle.late_entry = Some(LateEntry {
        received_at: by.now,
        person: by.actor.map(|actor| actor.person.clone()),
        department: by.actor.map(|actor| actor.unit.clone()),
        external_no: external_no.to_owned(),
    });
    let mut draft = born(order, whistle, by);
    owe_triage(&mut draft);
    draft.finish()
}

/// It stands, seen by whoever blew.
fn born<'a>(order: &BlowOrder, whistle: Whistle, by: Deciding<'a>) -> Draft<'a> {
    let mut draft = Draft::new(by, whistle);
    say(&mut draft, order);
    let whistle = &draft.tree.whistle;
    let mut data = json!({
        "category": whistle.category, "urgency": whistle.urgency, "department": whistle.blower.department,
    });
    if whistle.late_entry.is_some() {
        data["late"] = whistle.blown_at.rfc3339().into();
    }
    let viewer = whistle.blower.viewer.clone();
    draft.show_to(viewer);
    draft.record(EventKind::WhistleBlown, data);
    draft
}

/// Completes what the office missed; the triage clock starts anew.
pub fn complete(order: &BlowOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    say(&mut draft, order);
    submit_anew(&mut draft);
    draft.record(EventKind::WhistleCompleted, json!({}));
    await_triage(&mut draft);
    draft.finish()
}

/// The whistle is before the office as on its first day; what an office found about the hazard itself stays found.
pub fn submit_anew(draft: &mut Draft<'_>) {
    let whistle = &mut draft.tree.whistle;
    whistle.missing.clear();
    whistle.supports.clear();
    (whistle.lead, whistle.route, whistle.needs) = (None, None, None);
    draft.move_whistle(WhistleStatus::Submitted);
}

/// Whoever decides on it owes the triage and is written to.
pub fn await_triage(draft: &mut Draft<'_>) {
    let post = owe_triage(draft);
    let why = format!("submitted:{}", draft.tree.whistle.version);
    draft.owe(LetterKind::WhistleNew, post, None, &why);
}

fn owe_triage(draft: &mut Draft<'_>) -> Post {
    let post = posts::triage(draft);
    draft.arm(draft.whistle_subject(), post.clone(), Duty::Triage);
    post
}

/// Who blew, for which unit; without an actor an operator enters it on a unit's behalf.
fn blower(order: &BlowOrder, actor: Option<&Actor>, directory: &Directory) -> Blower {
    let own = || actor.map(|actor| actor.unit.clone()).unwrap_or_default();
    let department = order.on_behalf_of.clone().unwrap_or_else(own);
    let town = directory.town_of(&department);
    let role = match (actor.filter(|_| order.on_behalf_of.is_none()), town) {
        (Some(actor), _) => actor.role,
        (None, _) if department == directory.office() => Role::OfficeDuty,
        (None, Some(town)) if town.squad_code == department => Role::SquadLeader,
        (None, Some(_)) => Role::TownOfficer,
        (None, None) => Role::Liaison,
    };
    let viewer = policy::blower_viewer(&department, town.map(|town| town.code.as_str()));
    let on_behalf = order.on_behalf_of.is_some();
    let person = actor.map_or_else(|| PersonId::from_text(OPERATOR), |actor| actor.person.clone());
    Blower { person, on_behalf, department, role, viewer }
}

/// Puts what was said into the whistle; what was not said stays as it is.
fn say(draft: &mut Draft<'_>, order: &BlowOrder) {
    say_texts(draft, order);
    let whistle = &mut draft.tree.whistle;
    whistle.category = order.category.unwrap_or(whistle.category);
    whistle.urgency = order.urgency.unwrap_or(whistle.urgency);
    whistle.severity_claimed = order.severity_claimed.or(whistle.severity_claimed);
    whistle.source = order.source.unwrap_or(whistle.source);
    whistle.occurred_at = order.occurred_at.or(whistle.occurred_at);
    whistle.protected_source = order.protected_source.unwrap_or(whistle.protected_source);
    if let Some(needed) = &order.needed_departments {
        whistle.needed_departments.clone_from(needed);
    }
    let firm = order.enterprise.as_deref().and_then(|code| draft.by.rules.directory.enterprise(code));
    if let Some(firm) = firm {
        whistle.enterprise = Some(firm.code.clone());
        whistle.town = Some(firm.town_code.clone());
    }
    if let Some(town) = &order.town {
        whistle.town = Some(town.clone());
    }
    let town = whistle.town.clone();
    town.into_iter().for_each(|town| draft.show_to(town));
}

/// The texts go where law may erase them, folded into what a search looks through.
fn say_texts(draft: &mut Draft<'_>, order: &BlowOrder) {
    let mut search = SearchText::read(&draft.tree.whistle.search);
    let mut texts = draft.tree.whistle.texts.clone();
    if let Some(title) = &order.title {
        texts.title = draft.write_down(title);
        search.title = fold(title);
    }
    if let Some(what) = &order.what {
        texts.what = draft.write_down(what);
        search.what = fold(what);
        if search.title.is_empty() {
            texts.title = draft.write_down(&made_title(what));
        }
    }
    if let Some(place) = &order.place {
        texts.place = Some(draft.write_down(place));
        search.place = fold(place);
    }
    if let Some(clause) = &order.clause {
        texts.clause = Some(draft.write_down(clause));
    }
    if let Some(contact) = &order.contact {
        texts.contact = Some(draft.seal_up(contact));
    }
    let firm = order.enterprise.as_deref().and_then(|code| draft.by.rules.directory.enterprise(code));
    if let Some(firm) = firm {
        let names = std::iter::once(&firm.name).chain(&firm.aliases);
        search.firm = names.map(|name| fold(name)).collect::<Vec<_>>().join(" ");
    }
    draft.tree.whistle.texts = texts;
    draft.tree.whistle.search = search.kept();
}

/// The start of what was said: its first line, cut between two characters as people see them.
fn made_title(what: &str) -> String {
    let line = what.trim_start().lines().next().unwrap_or_default().trim_end();
    let starts: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
    let Some(most) = starts.get(TITLE_MAX) else { return line.to_owned() };
    let whole = starts[..=TITLE_MAX].iter().rev().find(|at| **at > 0 && !is_inside_a_character(line, **at));
    line[..*whole.unwrap_or(most)].trim_end().to_owned()
}

/// Whether a cut there would part what is drawn as one: accents, skin tones, joined emoji.
fn is_inside_a_character(line: &str, at: usize) -> bool {
    const JOINER: char = '\u{200d}';
    let goes_on = |c: char| {
        matches!(c, JOINER | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
            || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
    };
    line[at..].starts_with(goes_on) || line[..at].ends_with(JOINER)
}
