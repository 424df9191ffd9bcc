//! What law has erased of a person outside of whistles: in the history of directory and trail, in what firms said, in complaints and
//! advice, in names of tokens, in views, in forms that were not sent and in files that wait. Found by name or phone; only ids and counts leave.

use super::{Hub, Undone, erasure as of_whistles, feedback, unsent, views};
use crate::domain::decision::{Change, Erasure};
use crate::domain::terms::ErasureGround;
use crate::domain::trail::{SecurityEvent, SecurityKind, SecurityOutcome};
use crate::ids::{PersonId, TextId};
use crate::store::erasure::{self, Page};
use crate::store::{self, Chore, Fault, FileChore, Note, Reading};
use serde_json::json;

/// Rows of a log that are looked through in one read.
const PAGE: i64 = 200;

/// What is to go: what an erasure list keeps, ids only.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub texts: Vec<TextId>,
    pub feedback: Vec<String>,
    pub tokens: Vec<String>,
    /// Filters that people keep.
    pub views: Vec<String>,
}

impl Elsewhere {
    fn count(&self) -> usize {
        self.texts.len() + self.feedback.len() + self.tokens.len() + self.views.len()
    }

    pub fn is_nothing(&self) -> bool {
        self.count() == 0
    }
}

/// Where this name or phone is kept.
pub async fn find(hub: &Hub, wanted: &str) -> Result<Elsewhere, Undone> {
    let mut found = Elsewhere::default();
    for read in [erasure::of_directory, erasure::of_trail, erasure::of_firms] {
        found.texts.extend(in_history(hub, read, wanted).await?);
    }
    let read = hub.ledger.read(|reading| Ok((store::feedback::all(reading, i64::MAX)?, erasure::tokens(reading)?)));
    let (all, tokens) = read.await?;
    for one in all {
        let said = [Some(&one.text), one.answer.as_ref()];
        let said = said.into_iter().flatten().filter_map(|sealed| feedback::opened(hub, &one.id, sealed));
        if said.collect::<Vec<_>>().iter().any(|text| of_whistles::holds(text, wanted)) {
            found.feedback.push(one.id);
        }
    }
    let named = tokens.into_iter().filter(|(_, name)| of_whistles::holds(name, wanted));
    found.tokens.extend(named.map(|(id, _)| id));
    for (id, person, sealed) in hub.ledger.read(erasure::views).await? {
        // One that nobody can open any longer serves nobody.
        let kept = views::opened(hub, &person, &id, &sealed);
        if kept.is_none_or(|kept| kept.said().iter().any(|said| of_whistles::holds(said, wanted))) {
            found.views.push(id);
        }
    }
    Ok(found)
}

async fn in_history(
    hub: &Hub,
    read: fn(&mut Reading<'_>, i64, i64) -> Result<Page, Fault>,
    wanted: &str,
) -> Result<Vec<TextId>, Undone> {
    let (mut found, mut after) = (Vec::new(), 0);
    while let Some((last, texts)) = hub.ledger.read(move |reading| read(reading, after, PAGE)).await? {
        found.extend(texts.into_iter().filter(|(_, text)| of_whistles::holds(text, wanted)).map(|(id, _)| id));
        after = last;
    }
    found.sort();
    Ok(found)
}

/// Erases what of it still stands; answers how much that was. Doing it again does nothing.
pub async fn carry_out(hub: &Hub, ground: ErasureGround, marked: &Elsewhere) -> Result<usize, Undone> {
    let marked = marked.clone();
    let read = hub.ledger.read(move |reading| {
        let texts = erasure::standing(reading, &marked.texts)?;
        let all = store::feedback::all(reading, i64::MAX)?;
        let feedback = all.into_iter().map(|one| one.id).filter(|id| marked.feedback.contains(id)).collect();
        let named = erasure::tokens(reading)?.into_iter().map(|(id, _)| id);
        let tokens = named.filter(|id| marked.tokens.contains(id)).collect();
        let kept = erasure::views(reading)?.into_iter().map(|(id, ..)| id);
        let views = kept.filter(|id| marked.views.contains(id)).collect();
        Ok(Elsewhere { texts, feedback, tokens, views })
    });
    let standing = read.await?;
    if standing.is_nothing() {
        return Ok(0);
    }
    let count = standing.count();
    let data = json!({
        "ground": ground, "texts": standing.texts.len(), "feedback": standing.feedback.len(),
        "tokens": standing.tokens.len(), "views": standing.views.len(),
    });
    let line = SecurityEvent::of(SecurityKind::PersonErased, SecurityOutcome::Done, data);
    let Elsewhere { texts, feedback, tokens, views } = standing;
    let erased = Some(Erasure { texts, feedback, tokens, views, codes: Vec::new() });
    hub.commit(Change { erased, trail: vec![line], ..Change::default() }, hub.now()).await?;
    Ok(count)
}

/// Lets go of unsent forms that hold this name or phone, or that nobody can open, and of every file that waits for its
/// sender's word or a second person's: what may be sent again need not be judged. Answers how many forms.
pub async fn drop_unsent(hub: &Hub, wanted: &str) -> Result<usize, Undone> {
    let before = hub.now().plus_minutes(1);
    hub.ledger.keep(Chore::File(FileChore::PurgeKept { before })).await?;
    hub.ledger.keep(Chore::File(FileChore::PurgeProposed { before })).await?;
    drop_forms(hub, |person, subject, sealed| {
        let fields = unsent::opened(hub, person, subject, sealed);
        fields.is_none_or(|fields| fields.iter().any(|(_, value)| of_whistles::holds(value, wanted)))
    })
    .await
}

/// The same for every form that would go to this whistle or to a summons of it.
pub async fn drop_unsent_about(hub: &Hub, code: &str) -> Result<usize, Undone> {
    let of_summons = format!("{code}-");
    drop_forms(hub, |_, subject, _| subject.split('/').any(|part| part == code || part.starts_with(&of_summons))).await
}

async fn drop_forms(hub: &Hub, goes: impl Fn(&PersonId, &str, &str) -> bool) -> Result<usize, Undone> {
    let mut count = 0;
    for (person, subject, sealed) in hub.ledger.read(erasure::forms).await? {
        if goes(&person, &subject, &sealed) {
            hub.ledger.keep(Chore::Note(Note::DropForm { person, subject })).await?;
            count += 1;
        }
    }
    Ok(count)
}
