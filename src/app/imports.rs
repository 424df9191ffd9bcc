//! Lists that come in as files and go out as files. A file is looked at first; then all of it is written in one Change, or
//! nothing. Rights are the caller's who acts for a person; an operator at the machine has them all.

use super::exports::LARGE_ROWS;
use super::people::Whence;
use super::{ATTEMPTS_MAX, Hub, Undone, proposals, recount, sessions, trail};
use crate::domain::at::{At, MINUTE};
use crate::domain::calendar::{Calendar, SpecialDay};
use crate::domain::decision::{Change, DirectoryRow, LetterOwed, Refusal};
use crate::domain::directory::Directory;
use crate::domain::draft::Deciding;
use crate::domain::event::{Doer, Event, EventKind, of_directory};
use crate::domain::imports::difference::{Difference, LeftOut};
use crate::domain::imports::encoding::Encoding;
use crate::domain::imports::{self, Judged, List, entries};
use crate::domain::obligation::Post;
use crate::domain::people;
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::rules::Rules;
use crate::domain::terms::LetterKind;
use crate::domain::trail::SecurityKind;
use crate::domain::whistle::blow;
use crate::ids::{Chance, LetterId, Mint, PersonId, hex};
use crate::store::imports::ImportFile;
use crate::store::{self, Chore, CommitRefusal, FileChore, Ledger, directory, whistles};
use aws_lc_rs::digest;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// How long a file waits for its sender's word.
const KEPT_MINUTES: i64 = 60;

/// A file that is to be a list.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    pub list: List,
    pub file: &'a [u8],
    /// The encoding that was said.
    pub told: Option<Encoding>,
    pub left_out: LeftOut,
}

impl Sent<'_> {
    /// As it was kept.
    pub(super) fn of(file: &ImportFile) -> Sent<'_> {
        let left_out = if file.removes { LeftOut::Goes } else { LeftOut::Stays };
        Sent { list: file.list, file: &file.body, told: file.encoding, left_out }
    }

    /// To be kept.
    pub(super) fn kept(&self, at: At) -> ImportFile {
        let removes = self.left_out == LeftOut::Goes;
        ImportFile { list: self.list, encoding: self.told, removes, at, body: self.file.to_vec() }
    }
}

/// What a file comes to.
#[derive(Debug)]
pub struct Preview {
    pub judged: Judged,
    /// Nothing if the file has a fault.
    pub difference: Option<Difference>,
    /// The file's SHA-256, hex.
    pub sha256: String,
    /// It has one of the two words that it needs, and waits for the other.
    pub waits: bool,
    /// The directory's, as it was when the file was looked at.
    pub(super) version: i64,
    /// Of the calendar: the days as they shall stand.
    days: Option<Vec<SpecialDay>>,
}

/// Who brings a list in: an operator at the machine is nobody who signed in.
#[derive(Debug, Clone, Copy, Default)]
pub struct By<'a> {
    pub whence: Option<Whence<'a>>,
    /// Who gave the first of two words.
    pub proposer: Option<&'a PersonId>,
    /// Who is written to where one word was enough.
    pub hears: Option<&'a Post>,
}

impl<'a> By<'a> {
    fn actor(&self) -> Option<&'a Actor> {
        self.whence.map(|whence| &whence.present.actor)
    }
}

/// Where a use case without a door works.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    pub ledger: &'a Ledger,
    pub chance: &'a Chance,
    pub now: At,
    /// Limits and calendar that running limits were counted by.
    pub rules: &'a Rules,
}

/// Looks at a file; writes nothing.
pub async fn preview(bench: Bench<'_>, sent: Sent<'_>) -> Result<Preview, Undone> {
    let list = sent.list;
    let read = bench.ledger.read(move |reading| {
        let (directory, _) = directory::load(reading)?;
        Ok((directory, directory::list(reading, list)?, directory::version(reading)?))
    });
    let standing = read.await?;
    let (file, told, left_out, now) = (sent.file.to_vec(), sent.told, sent.left_out, bench.now);
    let numbers: HashSet<String> = standing.1.iter().map(|row| row.code.clone()).collect();
    // Eight mebibytes take their time: the door's threads serve others meanwhile.
    let looked = tokio::task::spawn_blocking(move || look_through(list, &file, (told, left_out), standing, now));
    let preview = looked.await.map_err(|_| store::Fault::never("looking through a file panicked"))?;
    if list == List::Whistles { beside_whistles(bench, preview, numbers).await } else { Ok(preview) }
}

/// What a file of whistles adds to those that stand: by their code, or by the number on their paper.
async fn beside_whistles(
    bench: Bench<'_>,
    mut preview: Preview,
    mut standing: HashSet<String>,
) -> Result<Preview, Undone> {
    let named = entries::codes(&preview.judged);
    let scope = Scope::everything("whoever enters whistles sees all of them");
    let read = bench.ledger.read(move |reading| {
        let mut found = Vec::new();
        for code in named {
            if whistles::stands(reading, &scope, &code)? {
                found.push(code);
            }
        }
        Ok(found)
    });
    standing.extend(read.await?);
    preview.difference = entries::difference(&mut preview.judged, &standing);
    Ok(preview)
}

/// The directory, the list as it stands, and the version of both.
type Standing = (Directory, Vec<DirectoryRow>, i64);

fn look_through(
    list: List,
    file: &[u8],
    (told, left_out): (Option<Encoding>, LeftOut),
    (directory, stands, version): Standing,
    now: At,
) -> Preview {
    let mut judged = imports::judge(list, file, told, &directory);
    judged.keep_absent(&stands);
    let mut wanted: Vec<_> = judged.rows.iter().map(|(_, row)| row.clone()).collect();
    if list == List::Duty && left_out == LeftOut::Goes {
        wanted = [imports::past_shifts(&stands, &wanted, now), wanted].concat();
    }
    let fate = if list.may_lose_rows() { left_out } else { LeftOut::Stays };
    let difference = Difference::of(list, &stands, wanted, fate);
    let days = (list == List::Calendar).then(|| imports::days_after(&stands, &judged, fate));
    match list {
        List::Calendar => {
            let today = now.civil().date().to_string();
            imports::forbid_the_past(&difference, &stands, &mut judged, &today);
        }
        List::Duty => imports::forbid_past_shifts(&mut judged, &directory, now),
        List::Whistles => entries::judge_orders(&mut judged, &directory, now),
        List::Departments | List::Towns | List::Enterprises | List::People => {}
        List::Checklist | List::Vehicles | List::Leave => {}
    }
    let difference = judged.faults.is_empty().then_some(difference);
    Preview { judged, difference, sha256: digest_of(file), waits: false, version, days }
}

pub(super) fn digest_of(file: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, file).as_ref())
}

/// Writes a file, all of it or nothing: nothing if it has a fault. What it answers is what was written.
pub async fn import(bench: Bench<'_>, sent: Sent<'_>, by: By<'_>) -> Result<Preview, Undone> {
    for _ in 0..ATTEMPTS_MAX {
        let preview = sent_by(by.actor(), preview(bench, sent).await?, &bench.rules.directory);
        if write(bench, &preview, by).await? {
            return Ok(preview);
        }
    }
    Err(Refusal::Contended.into())
}

/// Writes what was looked at, if there is anything to write; `false`: the directory has moved since.
pub(super) async fn write(bench: Bench<'_>, preview: &Preview, by: By<'_>) -> Result<bool, Undone> {
    let Some(difference) = preview.difference.clone().filter(|difference| !difference.is_nothing()) else {
        return Ok(true);
    };
    if let Some(days) = preview.days.clone() {
        recount::all(bench, Calendar::new(days), by.actor()).await?;
    }
    let (mut change, mut mint) = (Change::default(), Mint::new(bench.now.0, bench.chance.seed()));
    if preview.judged.list == List::Whistles {
        enter(bench, &difference, by.actor(), (&mut change, &mut mint))?;
    }
    if preview.judged.list == List::People {
        let (directory, address) = (&bench.rules.directory, by.whence.map(|whence| whence.address.to_owned()));
        let (actor, version, now) = (by.actor(), preview.version, bench.now);
        let by = people::Deciding { actor, directory, version, address, now, mint: &mut mint };
        people::listed(&difference, &mut change, by);
    }
    difference.write(&mut change, by.actor(), source(preview, by.proposer), &mut mint);
    if let Some(directory) = &mut change.directory {
        directory.version = preview.version;
    }
    let data = json!({ "list": preview.judged.list.as_str(), "rows": preview.judged.rows.len() });
    change.trail.push(trail::of(SecurityKind::ListImported, by.whence, data));
    change.letters.extend(by.hears.map(|to| letter(to, bench.now, &mut mint)));
    match bench.ledger.commit(change, bench.now).await {
        Ok(_) => Ok(true),
        Err(CommitRefusal::Stale) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

fn letter(to: &Post, now: At, mint: &mut Mint) -> LetterOwed {
    let (id, kind) = (LetterId::new(mint), LetterKind::ShiftSet);
    LetterOwed {
        key: format!("{kind}:{id}"),
        id,
        kind,
        to: to.clone(),
        person: None,
        tree: None,
        about: None,
        not_before: now,
    }
}

/// Blows what the rows say, each by the decision that every whistle comes from.
fn enter(
    bench: Bench<'_>,
    difference: &Difference,
    actor: Option<&Actor>,
    (change, mint): (&mut Change, &mut Mint),
) -> Result<(), Undone> {
    let (rules, now) = (bench.rules, bench.now);
    for row in &difference.added {
        // The directory that it was judged by is not the one that stands now: look at the file again.
        let paper = entries::paper(row, &rules.directory, now).ok_or(Refusal::Contended)?;
        let by = Deciding { actor, rules, now, mint: &mut *mint };
        let born = blow::enter(&paper.order, paper.blown_at, &paper.external_no, by);
        let id = born.whistle.as_ref().map(|whistle| &whistle.id);
        let row = id.map(|id| entries::registered(&paper.external_no, id));
        change.directory.get_or_insert_default().put.extend(row);
        change.bear(born);
    }
    Ok(())
}

/// Whence the rows came, for the event.
fn source(preview: &Preview, proposer: Option<&PersonId>) -> Map<String, Value> {
    let encoding = preview.judged.read_as.map_or(Value::Null, |(encoding, _)| encoding.as_str().into());
    let proposer = proposer.map(|person| ("proposed_by".to_owned(), person.as_str().into()));
    let told = [("sha256".to_owned(), preview.sha256.as_str().into()), ("encoding".to_owned(), encoding)];
    told.into_iter().chain(proposer).collect()
}

/// The same for somebody at a door.
pub async fn preview_as(hub: &Hub, actor: &Actor, sent: Sent<'_>) -> Result<Preview, Undone> {
    may_import(actor, sent.list)?;
    let rules = hub.rules();
    let seen = preview(bench(hub, &rules), sent).await?;
    Ok(sent_by(Some(actor), seen, &rules.directory))
}

/// What a file comes to for whoever sends it; an operator at the machine is nobody of the district.
fn sent_by(actor: Option<&Actor>, mut preview: Preview, directory: &Directory) -> Preview {
    let of_people = actor.filter(|_| preview.judged.list == List::People);
    if let Some((actor, difference)) = of_people.zip(preview.difference.as_ref()) {
        imports::forbid_own_posts(difference, &mut preview.judged, &actor.person, directory);
    }
    preview.difference = preview.difference.filter(|_| preview.judged.faults.is_empty());
    preview
}

/// The same for somebody at a door; what needs two persons then waits for the second.
pub async fn import_as(hub: &Hub, whence: Whence<'_>, sent: Sent<'_>) -> Result<Preview, Undone> {
    may_import(&whence.present.actor, sent.list)?;
    if decides_rights_or_limits(sent.list) {
        sessions::must_be_proven(hub, whence.present)?;
    }
    match policy::list_needs_two(sent.list) {
        true => proposals::propose(hub, whence, sent).await,
        false => bring_in(hub, sent, By { whence: Some(whence), ..By::default() }).await,
    }
}

/// Writes it; the next decision is made by what then stands.
pub(super) async fn bring_in(hub: &Hub, sent: Sent<'_>, by: By<'_>) -> Result<Preview, Undone> {
    hub.refresh().await?;
    let written = import(bench(hub, &hub.rules()), sent, by).await?;
    hub.ring();
    hub.refresh().await?;
    Ok(written)
}

/// Looks at a file and keeps it until its sender says the word, or looks at another one.
pub async fn look(hub: &Hub, actor: &Actor, sent: Sent<'_>) -> Result<Preview, Undone> {
    let seen = preview_as(hub, actor, sent).await?;
    if seen.difference.is_some() {
        let file = Box::new(sent.kept(hub.now()));
        hub.ledger.keep(Chore::File(FileChore::Keep { person: actor.person.clone(), file })).await?;
    }
    Ok(seen)
}

/// The word for the file that was looked at: nothing if it is another one by now, or has been forgotten.
pub async fn confirm(hub: &Hub, whence: Whence<'_>, sha256: &str) -> Result<Option<Preview>, Undone> {
    let person = whence.present.actor.person.clone();
    let kept = hub.ledger.read(move |reading| store::imports::kept(reading, &person)).await?;
    let fresh = |file: &ImportFile| hub.now().0 - file.at.0 < KEPT_MINUTES * MINUTE && digest_of(&file.body) == sha256;
    let Some(file) = kept.filter(fresh) else { return Ok(None) };
    let written = import_as(hub, whence, Sent::of(&file)).await?;
    hub.ledger.keep(Chore::File(FileChore::Drop { person: whence.present.actor.person.clone() })).await?;
    Ok(Some(written))
}

/// A list as a file; that it went out is an event.
pub async fn export(bench: Bench<'_>, list: List, notes: &[String], by: Option<Whence<'_>>) -> Result<Vec<u8>, Undone> {
    let read = bench.ledger.read(move |reading| {
        let (directory, _) = directory::load(reading)?;
        Ok((directory, directory::announced(reading)?, directory::list(reading, list)?.len()))
    });
    let (directory, days, rows) = read.await?;
    let data = json!({ "list": list.as_str(), "rows": rows });
    let line = trail::of(SecurityKind::ListExported, by, data.clone());
    let doer = by.map(|whence| Doer::from(&whence.present.actor));
    let event =
        Event { kind: EventKind::DirectoryExported, tree: of_directory(), about: None, doer, office_only: false, data };
    bench.ledger.commit(Change { events: vec![event], trail: vec![line], ..Change::default() }, bench.now).await?;
    Ok(imports::written(list, &directory, &days, notes))
}

/// The same for somebody at a door.
pub async fn export_as(hub: &Hub, whence: Whence<'_>, list: List, notes: &[String]) -> Result<Vec<u8>, Undone> {
    may_export(&whence.present.actor, list)?;
    let rows = hub.ledger.read(move |reading| Ok(directory::list(reading, list)?.len())).await?;
    if rows > LARGE_ROWS {
        sessions::must_be_proven(hub, whence.present)?;
    }
    export(bench(hub, &hub.rules()), list, notes, Some(whence)).await
}

/// Who holds which role, which unit there is, who is on duty, and by which days limits run.
fn decides_rights_or_limits(list: List) -> bool {
    match list {
        List::Departments | List::People | List::Duty | List::Calendar => true,
        List::Towns | List::Enterprises | List::Whistles => false,
        List::Checklist | List::Vehicles | List::Leave => false,
    }
}

/// A hub as the place where such a use case works.
pub fn bench<'a>(hub: &'a Hub, rules: &'a Rules) -> Bench<'a> {
    Bench { ledger: &hub.ledger, chance: &hub.chance, now: hub.now(), rules }
}

/// Whether this actor brings this list in.
pub fn may_import(actor: &Actor, list: List) -> Result<(), Undone> {
    if policy::may_import(actor, list) { Ok(()) } else { Err(Refusal::RoleMayNot.into()) }
}

/// Whether this actor takes this list away.
pub fn may_export(actor: &Actor, list: List) -> Result<(), Undone> {
    if policy::may_export(actor, list) { Ok(()) } else { Err(Refusal::RoleMayNot.into()) }
}
