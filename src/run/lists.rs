//! `whistle-hub import` and `export`: what an operator does to a list by hand. It opens the ledger as a hub would, and a hub
//! that runs on the same ledger notices by itself. It decides nothing and reads no more of a file than a file may have.

use super::setup::{self, Surroundings};
use crate::app::exports::{self, Taker, Wanted};
use crate::app::imports::{self, Bench, Preview, Sent};
use crate::config::Settings;
use crate::domain::calendar::Calendar;
use crate::domain::imports::List;
use crate::domain::imports::difference::LeftOut;
use crate::domain::imports::encoding::Encoding;
use crate::domain::imports::sheet::FILE_MAX;
use crate::domain::imports::whistles::ROWS_MAX;
use crate::domain::policy::Scope;
use crate::domain::rules::Rules;
use crate::i18n::Lang;
use crate::store::whistles::WhistleQuery;
use crate::store::{Ledger, directory};
use anyhow::{Context, anyhow, bail};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the operator said.
pub(super) struct Import {
    pub(super) kind: String,
    pub(super) file: PathBuf,
    pub(super) dry_run: bool,
    pub(super) encoding: Option<String>,
    pub(super) remove_missing: bool,
}

/// Brings a list in, or says what it would come to; a file with faults is an error that names them.
pub(super) async fn import(
    settings: &Settings,
    asked: Import,
    around: &Surroundings,
    lang: Lang,
) -> anyhow::Result<String> {
    let bytes = read(&asked.file)?;
    let sent = Sent {
        list: list_of(&asked.kind)?,
        file: &bytes,
        told: asked.encoding.as_deref().and_then(Encoding::parse),
        left_out: if asked.remove_missing { LeftOut::Goes } else { LeftOut::Stays },
    };
    let ledger = setup::open(settings)?;
    let rules = rules(settings, &ledger).await?;
    let bench = Bench { ledger: &ledger, chance: &around.chance, now: around.clock.now(), rules: &rules };
    let preview = match asked.dry_run {
        true => imports::preview(bench, sent).await,
        false => imports::import(bench, sent, imports::By::default()).await,
    };
    ledger.close().await?;
    told(&preview.map_err(|undone| anyhow!(undone))?, asked.dry_run, lang)
}

/// Takes a list away.
pub(super) async fn export(
    settings: &Settings,
    kind: &str,
    file: &Path,
    around: &Surroundings,
    lang: Lang,
) -> anyhow::Result<String> {
    let list = list_of(kind)?;
    let ledger = setup::open(settings)?;
    let note = lang.export_note(lang.list(list), lang.operator(), &around.clock.now().rfc3339());
    let rules = rules(settings, &ledger).await?;
    let bench = Bench { ledger: &ledger, chance: &around.chance, now: around.clock.now(), rules: &rules };
    let written = match list {
        List::Whistles => whistles(bench, note, lang).await,
        List::Departments
        | List::Towns
        | List::Enterprises
        | List::People
        | List::Duty
        | List::Calendar
        | List::Checklist
        | List::Vehicles
        | List::Leave => imports::export(bench, list, &[note], None).await.map_err(|undone| anyhow!(undone)),
    };
    ledger.close().await?;
    fs::write(file, written?).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(format!("{} → {}", lang.list(list), file.display()))
}

/// All of them: whoever stands at the machine has the ledger.
async fn whistles(bench: Bench<'_>, note: String, lang: Lang) -> anyhow::Result<Vec<u8>> {
    let scope = Scope::everything("an operator takes the whole list away");
    let notes = vec![note, lang.filter_note("")];
    let wanted = Wanted { query: WhistleQuery::default(), filter: String::new(), notes };
    let taker = Taker { whence: None, is_proven: true };
    let file = exports::whistles(bench, taker, &scope, wanted).await.map_err(|undone| anyhow!(undone))?;
    file.with_context(|| {
        format!("more than {ROWS_MAX} whistles: export them in parts, by a filter of the console's list")
    })
}

/// By what limits run now.
async fn rules(settings: &Settings, ledger: &Ledger) -> anyhow::Result<Rules> {
    let (directory, days) = ledger.read(directory::load).await?;
    let (limits, routing) = (setup::limits(settings)?, setup::routing(settings)?);
    Ok(Rules { calendar: Calendar::new(days), limits, routing, directory })
}

fn list_of(kind: &str) -> anyhow::Result<List> {
    List::parse(kind).with_context(|| format!("there is no list of that kind: {}", List::WORDS.join(", ")))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    // One byte more than a file may have is enough to see that it is too long.
    let most = u64::try_from(FILE_MAX + 1).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(most).read_to_end(&mut bytes).with_context(cannot)?;
    Ok(bytes)
}

/// How the file was read, what it comes to, or its faults.
fn told(preview: &Preview, dry_run: bool, lang: Lang) -> anyhow::Result<String> {
    let judged = &preview.judged;
    let read_as = judged.read_as.map(|read_as| lang.read_as(read_as));
    let mut lines: Vec<String> = read_as.into_iter().collect();
    let Some(difference) = &preview.difference else {
        lines.extend(judged.faults.named.iter().map(|fault| lang.placed_fault(fault)));
        lines.push(lang.fault_count(judged.faults.count, judged.faults.named.len()));
        bail!("{}", lines.join("\n"));
    };
    lines.push(lang.counts(difference));
    lines.push(lang.written(dry_run, difference.is_nothing()).to_owned());
    Ok(lines.join("\n"))
}
