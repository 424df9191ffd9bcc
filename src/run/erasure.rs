//! `erase`, and the list of what was erased: one line a whistle or visit, ids only, beside the backups. The list is written before
//! the ledger is, and gone through at every start, so that a restored ledger serves nothing that law had erased.

use super::setup::{self, Surroundings};
use crate::app::elsewhere::{self, Elsewhere};
use crate::app::erasure::{self, Marked, Part};
use crate::app::{Hub, Undone};
use crate::config::Settings;
use crate::domain::decision::Refusal;
use crate::domain::terms::ErasureGround;
use crate::ids::{TextId, TreeId};
use anyhow::{Context, bail, ensure};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What an operator wants erased.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// The whistle or visit.
    #[arg(value_name = "CODE", required_unless_present = "person")]
    pub code: Option<String>,
    /// A file (`-`: standard input) with a name or a phone: of every whistle whose informer that is, the informer goes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "everything"])]
    pub person: Option<PathBuf>,
    /// Every text of it, and not only who the informer is; of a visit its findings' too.
    #[arg(long)]
    pub everything: bool,
    /// purpose_met, retention_over, consent_withdrawn, unlawful or other_law (个人信息保护法 47).
    #[arg(long, value_name = "WORD", value_parser = ground)]
    pub ground: ErasureGround,
}

fn ground(word: &str) -> Result<ErasureGround, String> {
    ErasureGround::parse(word).ok_or_else(|| format!("one of {}", ErasureGround::WORDS.join(", ")))
}

/// Erases, and says by codes and counts what became of it.
pub async fn erase(settings: &Settings, wanted: &Wanted, around: Surroundings) -> anyhow::Result<String> {
    let list = settings.erasure.list.as_deref();
    let list = list.context("erasure.list names no file: without it a restored backup would bring it all back")?;
    let hub = setup::for_a_command(settings, around).await?;
    let said = match (&wanted.code, &wanted.person) {
        (Some(code), _) => {
            let part = if wanted.everything { Part::Everything } else { Part::Informer };
            one(&hub, list, code, part, wanted.ground).await
        }
        (None, Some(file)) => person(&hub, list, file, wanted.ground).await,
        (None, None) => bail!("name a whistle or --person FILE"),
    };
    hub.ledger.close().await?;
    said
}

async fn one(hub: &Hub, list: &Path, code: &str, part: Part, ground: ErasureGround) -> anyhow::Result<String> {
    let marked = match erasure::mark(hub, code, part, ground).await {
        Err(Undone::Refusal(Refusal::NotFound)) => bail!("there is no whistle and no visit {code}"),
        marked => marked?,
    };
    let forms = elsewhere::drop_unsent_about(hub, code).await?;
    if forms > 0 {
        tracing::info!(forms, "forms about it that were not sent are gone");
    }
    let Some(marked) = marked else { return Ok(format!("{code}: nothing to erase")) };
    note(list, &line(&marked))?;
    let count = erasure::carry_out(hub, &marked).await?;
    Ok(format!("{code}: {count} texts erased"))
}

async fn person(hub: &Hub, list: &Path, file: &Path, ground: ErasureGround) -> anyhow::Result<String> {
    let given = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let given = given.with_context(|| format!("cannot read {}", file.display()))?;
    let wanted = given.trim();
    ensure!(wanted.chars().count() >= 2, "{} holds no name and no phone", file.display());
    let found = erasure::find(hub, wanted).await?;
    let mut said = Vec::new();
    for code in &found.sealed {
        said.push(one(hub, list, code, Part::Informer, ground).await?);
    }
    if said.is_empty() {
        said.push("no informer goes by that name or phone".to_owned());
    }
    let outside = elsewhere::find(hub, wanted).await?;
    if !outside.is_nothing() {
        note(list, &line_elsewhere(ground, &outside))?;
    }
    let (outside, forms) =
        (elsewhere::carry_out(hub, ground, &outside).await?, elsewhere::drop_unsent(hub, wanted).await?);
    if outside + forms > 0 {
        said.push(format!(
            "outside of whistles: {outside} erased (history of the directory and the trail, complaints and advice, \
             names of tokens), {forms} forms that were not sent dropped"
        ));
    }
    if hub.rules().directory.people.iter().any(|person| person.name == wanted) {
        said.push("somebody of that name has a sign-in: change or suspend it there".to_owned());
    }
    if !found.told.is_empty() {
        let codes = found.told.join(" ");
        said.push(format!(
            "the text of these holds it too; read them and `erase --everything` where law wants it: {codes}"
        ));
    }
    Ok(said.join("\n"))
}

/// Adds a line to the list and has it on disk before anything is erased. A line that was cut off while it was written
/// was never obeyed: it goes.
fn note(list: &Path, line: &str) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(list)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        file.set_len(whole(&text).len() as u64)?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    };
    written().with_context(|| format!("erasure.list: {}", list.display()))
}

/// The lines that were written whole.
fn whole(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

fn line(marked: &Marked) -> String {
    let texts: Vec<&str> = marked.texts.iter().map(TextId::as_str).collect();
    format!("{} {} {}\n", marked.tree.as_str(), marked.ground, texts.join(","))
}

/// Begins with a word that is no whistle's id.
const OUTSIDE: &str = "elsewhere";

fn line_elsewhere(ground: ErasureGround, marked: &Elsewhere) -> String {
    let ids = marked.texts.iter().map(TextId::as_str);
    let ids: Vec<&str> = ids
        .chain([&marked.feedback, &marked.tokens, &marked.views].into_iter().flatten().map(String::as_str))
        .collect();
    format!("{OUTSIDE} {ground} {}\n", ids.join(","))
}

/// What was erased outside of whistles, told apart by what its ids begin with.
fn read_elsewhere(line: &str) -> Option<(ErasureGround, Elsewhere)> {
    let mut parts = line.strip_prefix(OUTSIDE)?.strip_prefix(' ')?.split(' ');
    let (ground, ids) = (ErasureGround::parse(parts.next()?)?, parts.next()?);
    let mut marked = Elsewhere::default();
    for id in ids.split(',') {
        match id.split_once('_')?.0 {
            "tx" => marked.texts.push(TextId::from_text(id)),
            "fb" => marked.feedback.push(id.to_owned()),
            "mt" => marked.tokens.push(id.to_owned()),
            "sv" => marked.views.push(id.to_owned()),
            _ => return None,
        }
    }
    parts.next().is_none().then_some((ground, marked))
}

fn read(line: &str) -> Option<Marked> {
    let mut parts = line.split(' ');
    let (tree, ground, texts) = (parts.next()?, ErasureGround::parse(parts.next()?)?, parts.next()?);
    let texts = texts.split(',').map(TextId::from_text).collect();
    parts.next().is_none().then_some(Marked { tree: TreeId::from_text(tree), ground, texts })
}

/// Erases again whatever of the list stands in this ledger: one that was restored from before.
pub(super) async fn again(settings: &Settings, hub: &Hub) -> anyhow::Result<()> {
    let Some(list) = &settings.erasure.list else { return Ok(()) };
    let text = match fs::read_to_string(list) {
        // Nothing was erased yet.
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
        text => text.with_context(|| format!("erasure.list: {}", list.display()))?,
    };
    let mut count = 0;
    for (number, line) in whole(&text).lines().enumerate() {
        count += match (read_elsewhere(line), read(line)) {
            (Some((ground, marked)), _) => elsewhere::carry_out(hub, ground, &marked).await?,
            (None, Some(marked)) => erasure::carry_out(hub, &marked).await?,
            (None, None) => bail!("erasure.list: line {} is none of ours", number + 1),
        };
    }
    if count > 0 {
        tracing::warn!(count, "the ledger held what law had erased: it is erased again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_a_cut_one_is_not_guessed() {
        let texts = vec![TextId::from_text("tx_1"), TextId::from_text("tx_2")];
        let marked = Marked { tree: TreeId::from_text("wh_1"), ground: ErasureGround::Unlawful, texts };
        assert_eq!(line(&marked), "wh_1 unlawful tx_1,tx_2\n");
        assert_eq!(read(line(&marked).trim_end()), Some(marked));
        let ids = |some: &[&str]| some.iter().map(|id| (*id).to_owned()).collect::<Vec<String>>();
        let elsewhere = Elsewhere {
            texts: vec![TextId::from_text("tx_1")],
            feedback: ids(&["fb_2"]),
            tokens: ids(&["mt_3", "mt_4"]),
            views: ids(&["sv_5"]),
        };
        let line = line_elsewhere(ErasureGround::Unlawful, &elsewhere);
        assert_eq!(line, "elsewhere unlawful tx_1,fb_2,mt_3,mt_4,sv_5\n");
        assert_eq!(read_elsewhere(line.trim_end()), Some((ErasureGround::Unlawful, elsewhere)));
        for cut in ["elsewhere", "elsewhere unlawful", "elsewhere unlawful tx_1,xx_2", "wh_1 unlawful tx_1"] {
            assert_eq!(read_elsewhere(cut), None, "{cut}");
        }
        for cut in ["", "wh_1", "wh_1 unlaw", "wh_1 unlawful", "wh_1 unlawful tx_1 tx_2"] {
            assert_eq!(read(cut), None, "{cut}");
        }
        assert_eq!([whole("a\nb\nc"), whole("a\n"), whole("a"), whole("")], ["a\nb\n", "a\n", "", ""]);
    }
}
