//! Erases by law what was said of a person, on an operator's word: found by whistle, or by a name or phone among the
//! sealed. What was erased once is erased again in a ledger that was restored; only ids ever leave this file.

use super::attachments::{of_texts, remove_unnamed};
use super::{Hub, PATIENT_ATTEMPTS_MAX, Undone};
use crate::domain::decision::{Change, Refusal};
use crate::domain::policy::Scope;
use crate::domain::terms::ErasureGround;
use crate::domain::trail::{SecurityEvent, SecurityKind, SecurityOutcome};
use crate::domain::visit::erase as of_visit;
use crate::domain::wanted::Wanted;
use crate::domain::whistle::blow::fold;
use crate::domain::whistle::erase;
use crate::domain::whistle::informer::Contact;
use crate::ids::{TextId, TreeId};
use crate::store::erasure::LyingText;
use crate::store::trees::AnyTree;
use crate::store::whistles::{self, WhistleQuery};
use crate::store::{CommitRefusal, Fault, Reading, attachments as stored, erasure, trees, visits};
use serde_json::json;

/// Sealed texts, and whistles of a search, that are read at a time.
const PAGE: u16 = 200;
/// Fewer digits are no phone.
const PHONE_DIGITS: usize = 7;

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who the informer or caller is, also what was said of it before.
    Informer,
    /// Every text that was ever said in it; all that there is of a visit.
    Everything,
}

/// Texts of one whistle or visit that are to go: what an erasure list keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub tree: TreeId,
    pub ground: ErasureGround,
    pub texts: Vec<TextId>,
}

/// Where a name or a phone was found, by code.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Of whistles whose informer it is.
    pub sealed: Vec<String>,
    /// Of whistles and visits whose text holds it.
    pub told: Vec<String>,
}

fn everything() -> Scope {
    Scope::everything("law is obeyed everywhere")
}

/// Which texts of a whistle or a visit are to go; nothing if they are gone already.
pub async fn mark(hub: &Hub, code: &str, part: Part, ground: ErasureGround) -> Result<Option<Marked>, Undone> {
    let code = code.to_owned();
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = whistles::tree(reading, &everything(), &code)? else {
            let Some(found) = visits::tree(reading, &everything(), &code)? else { return Ok(None) };
            let tree = TreeId::from(&found.visit.id);
            let texts = erasure::said_in(reading, &tree, part == Part::Everything)?;
            return Ok(Some(Marked { tree, ground, texts }));
        };
        let whistle = TreeId::from(&tree.whistle.id);
        let mut texts = erasure::said_in(reading, &whistle, part == Part::Everything)?;
        // What was said before texts knew their whistle.
        let mut older: Vec<TextId> = tree.whistle.texts.contact.clone().into_iter().collect();
        if part == Part::Everything {
            older.extend(super::whistles::text_ids(&tree));
            older.extend(erasure::pointed_at(reading, &whistle)?);
        }
        texts.extend(erasure::standing(reading, &older)?);
        texts.sort();
        texts.dedup();
        Ok(Some(Marked { tree: whistle, ground, texts }))
    });
    let marked = found.await?.ok_or(Refusal::NotFound)?;
    Ok(Some(marked).filter(|marked| !marked.texts.is_empty()))
}

/// Erases what was marked and still stands; answers how many texts that were. Doing it again does nothing.
pub async fn carry_out(hub: &Hub, marked: &Marked) -> Result<usize, Undone> {
    for _ in 0..PATIENT_ATTEMPTS_MAX {
        let Marked { tree: id, ground, texts } = marked.clone();
        let read = hub.ledger.read(move |reading| {
            let tree = trees::by_root(reading, &everything(), &id)?;
            let files = of_texts(&stored::of_tree(reading, &id)?, &texts);
            Ok(tree.map(|tree| (tree, files)).zip(Some(erasure::standing(reading, &texts)?)))
        });
        // A ledger that was restored from before it has nothing to erase.
        let Some(((tree, files), texts)) = read.await?.filter(|(_, texts)| !texts.is_empty()) else { return Ok(0) };
        let count = texts.len();
        match hub.commit(decided(hub, texts, ground, tree), hub.now()).await {
            Ok(_) => {
                remove_unnamed(hub, files).await?;
                return Ok(count);
            }
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

fn decided(hub: &Hub, texts: Vec<TextId>, ground: ErasureGround, tree: AnyTree) -> Change {
    let (now, rules) = (hub.now(), hub.rules());
    let mut mint = hub.mint(now);
    let by = hub.deciding(None, &rules, now, &mut mint);
    let (kind, data, mut change) = match tree {
        AnyTree::Whistle(tree) => {
            let data = json!({ "whistle": tree.whistle.code, "ground": ground });
            (SecurityKind::WhistleErased, data, erase::erase(texts, ground, *tree, by))
        }
        AnyTree::Visit(tree) => {
            let data = json!({ "visit": tree.visit.code, "ground": ground });
            (SecurityKind::VisitErased, data, of_visit::erase(texts, ground, *tree, by))
        }
    };
    change.trail.push(SecurityEvent::of(kind, SecurityOutcome::Done, data));
    change
}

/// Where this name or phone is: among the sealed exactly, in texts as a search finds it.
pub async fn find(hub: &Hub, wanted: &str) -> Result<Found, Undone> {
    let mut found = Found { told: told(hub, wanted).await?, ..Found::default() };
    found.sealed = codes_of(hub, erasure::sealed, |one| {
        let plain = hub.unseal(&super::informers::bound_to(&one.id), &one.body);
        let contact: Option<Contact> = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        contact.is_some_and(|contact| is_of(&contact, wanted))
    })
    .await?;
    found.told.extend(codes_of(hub, erasure::of_visits, |one| holds(&one.body, wanted)).await?);
    Ok(found)
}

/// Whose texts are meant, each once, page by page.
async fn codes_of(
    hub: &Hub,
    read: fn(&mut Reading<'_>, &str, i64) -> Result<Vec<LyingText>, Fault>,
    is_meant: impl Fn(&LyingText) -> bool,
) -> Result<Vec<String>, Undone> {
    let (mut codes, mut after) = (Vec::new(), String::new());
    loop {
        let from = after.clone();
        let page = hub.ledger.read(move |reading| read(reading, &from, i64::from(PAGE))).await?;
        let Some(last) = page.last() else { return Ok(codes) };
        after = last.id.as_str().to_owned();
        for one in page.into_iter().filter(|one| is_meant(one)) {
            if !codes.contains(&one.code) {
                codes.push(one.code);
            }
        }
    }
}

/// A name to the letter; a phone by its digits, however they were grouped.
fn is_of(contact: &Contact, wanted: &str) -> bool {
    let phone = digits(wanted);
    fold(&contact.name) == fold(wanted) || (phone.len() >= PHONE_DIGITS && digits(&contact.phone) == phone)
}

/// Whether a text holds this name, or this phone however it is grouped there.
pub(super) fn holds(text: &str, wanted: &str) -> bool {
    let phone = digits(wanted);
    fold(text).contains(&fold(wanted)) || (phone.len() >= PHONE_DIGITS && digits(text).contains(&phone))
}

fn digits(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_digit).collect()
}

async fn told(hub: &Hub, wanted: &str) -> Result<Vec<String>, Undone> {
    let mut query = WhistleQuery { q: Some(Wanted::of(wanted)), limit: PAGE, ..WhistleQuery::default() };
    let mut codes = Vec::new();
    loop {
        let (asked, now) = (query.clone(), hub.now());
        let page = hub.ledger.read(move |reading| whistles::list(reading, &everything(), &asked, now)).await?;
        codes.extend(page.iter().map(|item| item.whistle.code.clone()));
        match page.last().filter(|_| page.len() == usize::from(PAGE)) {
            Some(last) => query.after = Some(last.position(query.sort)),
            None => return Ok(codes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_by_name_or_by_phone_however_it_is_written_and_not_by_a_part() {
        let contact = Contact { name: "王小明".into(), phone: "138-0013 8000".into() };
        for (wanted, found) in [
            ("王小明", true),
            ("13800138000", true),
            ("１３８００１３８０００", true),
            ("王小", false),
            ("1380013", false),
            ("", false),
            ("8000", false),
        ] {
            assert_eq!(is_of(&contact, wanted), found, "{wanted}");
        }
    }
}
