//! Proof: files that come in for a whistle, a visit or a finding, are looked at, laid on disk and then named by the ledger, in
//! this order; one file for whoever may see it; and what becomes of files that nobody names any longer.

use super::asked::{Asked, Key};
use super::deeds::Done;
use super::{ATTEMPTS_MAX, Hub, Undone};
use crate::domain::attachment::{Attachment, FILES_MAX, Format, Received, Shows, Unfit, kept_name};
use crate::domain::decision::{Change, Receipt, Refusal};
use crate::domain::draft::Deciding;
use crate::domain::order::{Fault, FaultCode, read};
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::summons::BARE;
use crate::domain::visit::VisitTree;
use crate::domain::visit::attach as on_site;
use crate::domain::visit::shown::{is_shown, shown};
use crate::domain::whistle::{Tree, attach};
use crate::files::{Arrived, Opened, is_full};
use crate::ids::{FindingId, TextId, TreeId};
use crate::store::trees::AnyTree;
use crate::store::{CommitRefusal, Fault as Failed, Outcome, Reading, Retry, attachments, visits, whistles};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;

/// What a receipt remembers them by.
const MADE: &str = "attachments";
/// Shelves of the folder of files.
const SHELVES: std::ops::RangeInclusive<u8> = 0..=255;

/// A file as it was sent: whole on disk, and not yet anybody's.
#[derive(Debug)]
pub struct Sent {
    /// As its sender calls it.
    pub name: String,
    pub file: Arrived,
}

/// The kind of thing that files are for, and its code.
#[derive(Debug, Clone, Copy)]
pub enum For<'a> {
    Whistle(&'a str),
    Visit(&'a str),
    Finding(&'a str),
}

/// The thing itself, as it was read.
enum Held {
    Whistle(Tree),
    Visit(VisitTree),
    Finding(VisitTree, FindingId),
}

impl For<'_> {
    /// Its code.
    pub fn code(&self) -> &str {
        match self {
            For::Whistle(code) | For::Visit(code) | For::Finding(code) => code,
        }
    }

    async fn load(self, hub: &Hub, scope: &Scope) -> Result<(Held, usize), Undone> {
        let (scope, code) = (scope.clone(), self.code().to_owned());
        type Find = fn(&mut Reading<'_>, &Scope, &str) -> Result<Option<Held>, Failed>;
        let find: Find = match self {
            For::Whistle(_) => |reading, scope, code| Ok(whistles::tree(reading, scope, code)?.map(Held::Whistle)),
            For::Visit(_) => |reading, scope, code| Ok(visits::tree(reading, scope, code)?.map(Held::Visit)),
            For::Finding(_) => |reading, scope, code| {
                Ok(visits::tree_of_finding(reading, scope, code)?.map(|(tree, id)| Held::Finding(tree, id)))
            },
        };
        let found = hub.ledger.read(move |reading| {
            let Some(held) = find(reading, &scope, &code)? else { return Ok(None) };
            let there = attachments::of_tree(reading, &held.tree())?.len();
            Ok(Some((held, there)))
        });
        Ok(found.await?.ok_or(Refusal::NotFound)?)
    }
}

impl Held {
    fn tree(&self) -> TreeId {
        match self {
            Held::Whistle(tree) => (&tree.whistle.id).into(),
            Held::Visit(tree) | Held::Finding(tree, _) => (&tree.visit.id).into(),
        }
    }

    fn version(&self) -> i64 {
        match self {
            Held::Whistle(tree) => tree.whistle.version,
            Held::Visit(tree) => tree.visit.version,
            Held::Finding(tree, id) => tree.finding(id).map_or(0, |finding| finding.version),
        }
    }

    fn role(&self, actor: &Actor) -> Result<(), Refusal> {
        match self {
            Held::Whistle(_) if policy::may_comment(actor) => Ok(()),
            Held::Whistle(_) => Err(Refusal::RoleMayNot),
            Held::Visit(tree) => on_site::visit_role(actor, &tree.visit),
            Held::Finding(tree, id) => on_site::finding_role(actor, tree.finding(id).ok_or(Refusal::NotFound)?),
        }
    }

    fn attach(self, brought: on_site::Brought<'_>, by: Deciding<'_>) -> Result<Change, Refusal> {
        match self {
            Held::Whistle(tree) => attach::attach(brought.files, brought.there, tree, by),
            Held::Visit(tree) => on_site::attach(brought, tree, by),
            Held::Finding(tree, id) => on_site::attach_to_finding(brought, &id, tree, by),
        }
    }
}

/// Whether this person may attach anything there: asked before a byte of a file is taken.
pub async fn may_attach(hub: &Hub, asked: &Asked<'_>, to: For<'_>) -> Result<(), Undone> {
    let (held, _) = to.load(hub, &asked.scope).await?;
    held.role(asked.actor)?;
    asked.sound_key(hub)?;
    Ok(())
}

/// What was sent, to tell a repeat by: names and digests and what they show, however the form around them was made.
pub fn manifest(sent: &[Sent], shows: Option<&str>) -> Vec<u8> {
    let one = |sent: &Sent| format!("{} {}\n", sent.file.sha256(), kept_name(&sent.name));
    sent.iter().map(one).chain(shows.map(str::to_owned)).collect::<String>().into_bytes()
}

/// What came of it: the new attachments' ids.
#[derive(Debug)]
pub struct Attached {
    pub ids: Vec<String>,
    pub replayed: bool,
}

/// Attaches files to a thing: all of them, or none with every fault by its place. `shows`: what the form says that they show.
pub async fn attach(
    hub: &Hub,
    asked: Asked<'_>,
    to: For<'_>,
    (sent, shows): (Vec<Sent>, Option<&str>),
) -> Result<Attached, Undone> {
    may_attach(hub, &asked, to).await?;
    let (key, before) = asked.heard(hub).await?;
    if let Some(receipt) = before {
        return Ok(replayed(&receipt));
    }
    let shows = shows.map(|word| Shows::parse(word).ok_or_else(none_of_shows)).transpose()?;
    let received = laid(hub, sent, ANY).await?;
    for _ in 0..ATTEMPTS_MAX {
        let (held, there) = to.load(hub, &asked.scope).await?;
        let (now, rules) = (hub.now(), hub.rules());
        let mut mint = hub.mint(now);
        let (version, by) = (held.version(), hub.deciding(Some(asked.actor), &rules, now, &mut mint));
        let mut change = held.attach(on_site::Brought { files: &received, there, shows }, by)?;
        let ids: Vec<String> = change.attachments.iter().map(|one| one.id.as_str().to_owned()).collect();
        change.receipt = key.as_ref().map(|key: &Key| {
            let card = Some(json!({ MADE: ids }));
            Receipt { card, ..key.receipt(now, to.code(), version) }
        });
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(_)) => return Ok(Attached { ids, replayed: false }),
            Ok(Outcome::Replayed(receipt)) => return Ok(replayed(&receipt)),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

fn none_of_shows() -> Refusal {
    Refusal::Faults(vec![at("/when".to_owned(), FaultCode::NotInList(Shows::WORDS))])
}

fn replayed(receipt: &Receipt) -> Attached {
    let ids = receipt.card.as_ref().and_then(|card| card.get(MADE)).and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Attached { ids, replayed: true }
}

/// The kinds that are taken somewhere, and what is said of another.
pub(super) type Fits = (fn(Format) -> bool, Unfit);

const ANY: Fits = (|_| true, Unfit::OtherKind);

/// Looks at every file, and only when all are taken lays them where they stay.
pub(super) async fn laid(hub: &Hub, sent: Vec<Sent>, fits: Fits) -> Result<Vec<Received>, Undone> {
    let formats = formats(hub, &sent, fits).await?;
    let mut received = Vec::with_capacity(sent.len());
    for (Sent { name, file }, format) in sent.into_iter().zip(formats) {
        let copy = hub.files.copy_of(&file, format).await.map_err(failed)?;
        received.push(Received {
            name: kept_name(&name),
            format,
            bytes: i64::try_from(file.bytes()).unwrap_or(i64::MAX),
            sha256: file.sha256().to_owned(),
            copy: copy.as_ref().map(|copy| copy.sha256().to_owned()),
        });
        for file in [Some(file), copy].into_iter().flatten() {
            hub.files.keep(file).await.map_err(failed)?;
        }
    }
    Ok(received)
}

async fn formats(hub: &Hub, sent: &[Sent], (fits, other): Fits) -> Result<Vec<Format>, Undone> {
    let (mut formats, mut faults) = (Vec::new(), Vec::new());
    match sent.len() {
        0 => faults.push(at("/files".to_owned(), FaultCode::Missing)),
        count if count > FILES_MAX => faults.push(at("/files".to_owned(), FaultCode::TooMany(FILES_MAX))),
        _ => {
            for (place, one) in sent.iter().enumerate() {
                match hub.files.format_of(&one.file, &one.name).await.map_err(failed)? {
                    Ok(format) if fits(format) => formats.push(format),
                    Ok(_) | Err(Unfit::OtherKind) => {
                        faults.push(at(format!("/files/{place}"), FaultCode::Unfit(other)));
                    }
                    Err(unfit) => faults.push(at(format!("/files/{place}"), FaultCode::Unfit(unfit))),
                }
            }
        }
    }
    if faults.is_empty() { Ok(formats) } else { Err(Refusal::Faults(faults).into()) }
}

fn at(pointer: String, code: FaultCode) -> Fault {
    Fault { pointer, code }
}

/// What the disk did not do.
pub fn failed(fault: io::Error) -> Undone {
    if is_full(&fault) {
        return Refusal::NoRoom.into();
    }
    Failed { what: "the folder of files fails", retry: Retry::Later, source: Some(Arc::new(fault)) }.into()
}

/// Which of its two files somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The viewing copy; what has none, as it came.
    Shown,
    Original,
}

/// A file for its reader.
#[derive(Debug)]
pub struct Handed {
    /// What a download is called: the code of its whistle or visit and its place there, never what its sender called it.
    pub name: String,
    /// The copy that we drew ourselves may be shown in a page; nothing else may.
    pub drawn: bool,
    pub format: Format,
    pub file: Opened,
}

/// Opens one file.
pub async fn open(hub: &Hub, actor: &Actor, scope: &Scope, (id, wanted): (&str, Wanted)) -> Result<Handed, Undone> {
    let (by, id) = (scope.clone(), id.to_owned());
    let found = hub.ledger.read(move |reading| {
        let Some((one, owner)) = attachments::by_id(reading, &by, &id)? else { return Ok(None) };
        let all = attachments::of_tree(reading, &one.tree)?;
        Ok(Some((one, owner, all)))
    });
    let (one, owner, all) = found.await?.ok_or(Refusal::NotFound)?;
    if !learns_of((actor, scope), &owner, &one) {
        return Err(Refusal::NotFound.into());
    }
    let (sha256, drawn) = match (&one.copy, wanted) {
        (Some(copy), Wanted::Shown) => (copy, true),
        (Some(_), Wanted::Original) | (None, _) if sees_original(actor, &one) => (&one.sha256, false),
        (Some(_), Wanted::Original) | (None, _) => return Err(Refusal::RoleMayNot.into()),
    };
    let file = hub.files.open(sha256).await.map_err(failed)?;
    let place = all.iter().position(|other| other.id == one.id).unwrap_or_default() + 1;
    let end = if drawn { "jpg" } else { one.format.extensions().first().copied().unwrap_or_default() };
    let name = format!("{}-{place}.{end}", owner.code());
    Ok(Handed { name, drawn, format: one.format, file })
}

/// Whether this reader of its tree learns of it at all.
fn learns_of((actor, scope): (&Actor, &Scope), owner: &AnyTree, one: &Attachment) -> bool {
    match owner {
        AnyTree::Whistle(tree) => attach::sees(actor, &tree.whistle, one),
        AnyTree::Visit(tree) => {
            let mut tree = VisitTree::clone(tree);
            let results = policy::results_for(scope, &tree.visit);
            shown(&mut tree, &results);
            is_shown(one, &tree, &results)
        }
    }
}

/// Releases a picture of a protected whistle to whoever sees the whistle.
pub async fn release(hub: &Hub, asked: Asked<'_>, id: &str) -> Result<Done, Undone> {
    for _ in 0..ATTEMPTS_MAX {
        let (scope, wanted) = (asked.scope.clone(), id.to_owned());
        let found = hub.ledger.read(move |reading| attachments::by_id(reading, &scope, &wanted)).await?;
        let Some((one, AnyTree::Whistle(tree))) = found else { return Err(Refusal::NotFound.into()) };
        if !attach::sees(asked.actor, &tree.whistle, &one) {
            return Err(Refusal::NotFound.into());
        }
        if !policy::is_office(asked.actor) {
            return Err(Refusal::RoleMayNot.into());
        }
        let (key, before) = asked.heard(hub).await?;
        if let Some(receipt) = before {
            return Ok(Done { code: receipt.code, replayed: true });
        }
        read(&BARE, asked.node()?).1.judge(Some(())).map_err(Refusal::from)?;
        let (now, rules, code) = (hub.now(), hub.rules(), tree.whistle.code.clone());
        let version = tree.whistle.version;
        let mut mint = hub.mint(now);
        let mut change = attach::release(&one, *tree, hub.deciding(Some(asked.actor), &rules, now, &mut mint))?;
        change.receipt = key.map(|key| key.receipt(now, &code, version));
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(_)) => return Ok(Done { code, replayed: false }),
            Ok(Outcome::Replayed(_)) => return Ok(Done { code, replayed: true }),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// Whether this reader, who sees it, may have it as it came. Pictures may hold where and by whom they were taken.
pub fn sees_original(actor: &Actor, one: &Attachment) -> bool {
    !one.format.is_picture() || policy::keeps_proof(actor, &one.person)
}

/// The digests that go if these texts are erased: each attachment goes with its name.
pub(super) fn of_texts(all: &[Attachment], texts: &[TextId]) -> Vec<String> {
    let gone = all.iter().filter(|one| texts.contains(&one.name));
    gone.flat_map(|one| [Some(one.sha256.clone()), one.copy.clone()]).flatten().collect()
}

/// Removes those of these files that no row names any longer.
pub(super) async fn remove_unnamed(hub: &Hub, digests: Vec<String>) -> Result<usize, Undone> {
    if digests.is_empty() {
        return Ok(0);
    }
    let unnamed = hub.ledger.read(move |reading| attachments::unnamed(reading, digests)).await?;
    hub.files.remove(unnamed).await.map_err(failed)
}

/// Removes what has lain for a day and is named by nobody: of uploads that were refused or cut off at the last moment.
pub async fn sweep(hub: &Hub) -> Result<usize, Undone> {
    let mut count = 0;
    for shelf in SHELVES {
        let old = hub.files.old(shelf).await.map_err(failed)?;
        count += remove_unnamed(hub, old).await?;
    }
    Ok(count)
}
