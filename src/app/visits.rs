//! Visits and findings: plan a visit, do a deed on one or on what it found, open, list. What a reader gets has passed their
//! Scope; which deed is possible is `domain::deeds`' to say.

use super::asked::Asked;
use super::deeds::Way;
use super::whistles::{TimelinePage, with_texts};
use super::{ATTEMPTS_MAX, Hub, Undone};
use crate::domain::at::At;
use crate::domain::attachment::Attachment;
use crate::domain::decision::{Reason, Refusal};
use crate::domain::deeds::{FindingDeed, VisitDeed};
use crate::domain::directory::Enterprise;
use crate::domain::policy::{self, Scope};
use crate::domain::rules::Rules;
use crate::domain::terms::VisitStatus;
use crate::domain::visit::burden::{self, Burden};
use crate::domain::visit::order::{Orders, PlanOrder};
use crate::domain::visit::shown::{is_shown, shown, shown_in_list};
use crate::domain::visit::slate::{self, Slate};
use crate::domain::visit::{VisitTree, propose};
use crate::domain::whistle::Tree;
use crate::ids::{FindingId, TextId, WhistleId};
use crate::store::events::{self, StoredEvent};
use crate::store::visits::{self, FindingItem, FindingQuery, VisitItem, VisitQuery};
use crate::store::{
    Care, Chore, CommitRefusal, Fault, Outcome, Reading, attachments, directory, firms, older, slates, whistles,
};
use std::collections::HashMap;

pub use super::deeds::Done;
pub use crate::domain::finding::plan::order_spec as finding_order_spec;
pub use crate::domain::visit::plan::order_spec;

/// The note that the sights of older visits say whose results they show.
const SIGHTS_LAID: &str = "visit_sights_laid";
/// Visits that are brought forward at a time.
const PAGE: i64 = 200;

/// The table that a plan follows.
pub fn plan_spec() -> &'static crate::domain::order::Spec {
    &crate::domain::visit::order::PLAN
}

/// Plans a visit; people and cars are taken at once.
pub async fn plan(hub: &Hub, asked: Asked<'_>) -> Result<Done, Undone> {
    if !policy::is_office(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let (key, before) = asked.heard(hub).await?;
    if let Some(receipt) = before {
        return Ok(Done { code: receipt.code, replayed: true });
    }
    for _ in 0..ATTEMPTS_MAX {
        let (scope, codes) = (asked.scope.clone(), asked.named_in("items", "whistle"));
        let firm = asked.named("enterprise");
        let slot = [asked.named("date"), asked.named("period")].map(Option::unwrap_or_default);
        let read = hub.ledger.read(move |reading| {
            let whistles = visits::whistles_of(reading, &scope, &codes)?;
            Ok((whistles, slates::slate(reading, firm.as_deref(), (&slot[0], &slot[1]), "")?))
        });
        let (whistles, slate) = read.await?;
        let (now, rules) = (hub.now(), hub.rules());
        let orders = Orders { actor: asked.actor, rules: &rules, whistles: &whistles, changes: None, now };
        let order = PlanOrder::parse(asked.node()?, orders).map_err(Refusal::from)?;
        let mut mint = hub.mint(now);
        let by = hub.deciding(Some(asked.actor), &rules, now, &mut mint);
        let mut change = propose::plan(&order, &whistles, &slate, by)?;
        change.receipt = key.as_ref().map(|key| key.receipt(now, "", 1));
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(committed)) => {
                let code = committed.change.visit.map(|one| one.visit.code).ok_or(Refusal::NotFound)?;
                return Ok(Done { code, replayed: false });
            }
            Ok(Outcome::Replayed(receipt)) => return Ok(Done { code: receipt.code, replayed: true }),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// Does a deed on a visit.
pub async fn deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: VisitDeed) -> Result<Done, Undone> {
    Way { hub, asked, code, deed }.go().await
}

/// Does a deed on a finding.
pub async fn finding_deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: FindingDeed) -> Result<Done, Undone> {
    Way { hub, asked, code, deed }.go().await
}

/// A visit as its reader may see it, with the texts that it points at.
#[derive(Debug, Clone)]
pub struct OpenVisit {
    pub tree: VisitTree,
    pub texts: HashMap<TextId, String>,
    /// Proof of the visit and of what it found, the oldest first.
    pub attachments: Vec<Attachment>,
    /// Items that somebody has answered for, whoever is shown how.
    pub answered: usize,
    /// Departments whose results are kept from this reader (CASES C26).
    pub withheld: Vec<String>,
    /// What its warnings are judged by, while it is not announced yet.
    beside: Option<(Vec<Tree>, Slate)>,
    pub now: At,
}

impl OpenVisit {
    /// What is attached to a thing of the tree.
    pub fn attached_to(&self, subject: &str) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(move |one| one.subject == subject)
    }

    /// What is to be said against it while it is not announced yet, and bars nothing.
    pub fn warnings(&self, rules: &Rules) -> Vec<Reason> {
        let Some((whistles, slate)) = self.beside.clone() else { return Vec::new() };
        let (findings, obligations) = (Vec::new(), Vec::new());
        let tree = VisitTree { visit: self.tree.visit.clone(), findings, obligations, whistles, slate };
        slate::warnings(&tree, rules, self.now)
    }

    fn of(reading: &mut Reading<'_>, scope: &Scope, mut tree: VisitTree, now: At) -> Result<OpenVisit, Fault> {
        let beside = match tree.visit.status {
            VisitStatus::Planning | VisitStatus::AwaitingApproval | VisitStatus::Approved => {
                Some(slates::beside_for(reading, scope, &tree.visit)?)
            }
            VisitStatus::Announced | VisitStatus::ReadyUnannounced | VisitStatus::InProgress => None,
            VisitStatus::Signing | VisitStatus::Completed | VisitStatus::Filed => None,
            VisitStatus::Cancelled | VisitStatus::Aborted => None,
        };
        let answered = tree.visit.answered();
        let results = policy::results_for(scope, &tree.visit);
        let withheld = shown(&mut tree, &results);
        let mut attachments = attachments::of_tree(reading, &(&tree.visit.id).into())?;
        attachments.retain(|one| is_shown(one, &tree, &results));
        let names = attachments.iter().map(|one| one.name.clone());
        let ids: Vec<TextId> = text_ids(&tree).into_iter().chain(names).collect();
        let texts = texts_of(reading, &ids)?;
        Ok(OpenVisit { tree, texts, attachments, answered, withheld, beside, now })
    }
}

/// Opens one visit.
pub async fn open(hub: &Hub, scope: &Scope, code: &str) -> Result<OpenVisit, Undone> {
    let (scope, code, now) = (scope.clone(), code.to_owned(), hub.now());
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = visits::tree(reading, &scope, &code)? else { return Ok(None) };
        OpenVisit::of(reading, &scope, tree, now).map(Some)
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// Opens one finding, within its visit.
pub async fn open_finding(hub: &Hub, scope: &Scope, code: &str) -> Result<(OpenVisit, FindingId), Undone> {
    let (scope, code, now) = (scope.clone(), code.to_owned(), hub.now());
    let found = hub.ledger.read(move |reading| {
        let Some((tree, id)) = visits::tree_of_finding(reading, &scope, &code)? else { return Ok(None) };
        Ok(Some((OpenVisit::of(reading, &scope, tree, now)?, id)))
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// The texts that a reader of the tree is shown.
fn text_ids(tree: &VisitTree) -> Vec<TextId> {
    let visit = &tree.visit;
    let objected = visit.objected.as_ref().and_then(|one| one.reason.as_ref());
    let signed = visit.signature.as_ref().and_then(|one| one.note.as_ref());
    let of_visit = [visit.place.as_ref(), visit.override_reason.as_ref(), objected, signed].into_iter().flatten();
    let of_items = visit.items.iter().flat_map(|item| {
        let note = item.answer.as_ref().and_then(|answer| answer.note.as_ref());
        std::iter::once(&item.subject).chain(note)
    });
    let of_findings = tree.findings.iter().flat_map(finding_texts);
    of_visit.chain(of_items).chain(of_findings).cloned().collect()
}

/// Texts by id. Before the number of a paper was a text it stood in the row itself: what is no text's id is what it says.
pub(super) fn texts_of(reading: &mut Reading<'_>, ids: &[TextId]) -> Result<HashMap<TextId, String>, Fault> {
    let mut texts = whistles::texts(reading, ids)?;
    texts.extend(ids.iter().filter(|id| !id.is_sound()).map(|id| (id.clone(), id.as_str().to_owned())));
    Ok(texts)
}

fn finding_texts(finding: &crate::domain::finding::Finding) -> impl Iterator<Item = &TextId> {
    let orders = finding.orders.iter().flat_map(|order| order.order_no.iter().chain(&order.demand).chain(&order.case));
    let rechecks = finding.rechecks.iter().map(|recheck| &recheck.note);
    let report = finding.report.iter().filter_map(|report| report.note.as_ref());
    let asked = finding.asked.iter().map(|asked| &asked.reason);
    let own = std::iter::once(&finding.what).chain(&finding.spot).chain(&finding.clause);
    let rated = finding.rated.iter().filter_map(|rated| rated.text.as_ref());
    let handed = finding.handed.iter().flat_map(|handed| std::iter::once(&handed.to).chain(&handed.note));
    let looks = finding.watch.iter().flat_map(|watch| watch.looks.iter().map(|look| &look.note));
    own.chain(orders).chain(rechecks).chain(report).chain(asked).chain(rated).chain(handed).chain(looks)
}

/// Says of older visits whose results each key shows; answers how many visits that were. Once for a ledger; whoever is cut off, or
/// not alone with it, does it again.
pub async fn lay_older_sights(hub: &Hub) -> Result<usize, Fault> {
    if hub.ledger.read(|reading| directory::meta(reading, SIGHTS_LAID)).await?.is_some() {
        return Ok(0);
    }
    let (mut count, mut after) = (0, String::new());
    loop {
        let from = after.clone();
        let page = hub.ledger.read(move |reading| older::visits(reading, &from, PAGE)).await?;
        let Some(last) = page.last() else { break };
        after = last.id.to_string();
        for visit in page {
            let sights = policy::viewers_of(&visit);
            let care = Care::LaySights { visit: visit.id, tree_version: visit.tree_version, sights };
            hub.ledger.keep(Chore::Care(care)).await?;
            count += 1;
        }
    }
    hub.ledger.keep(Chore::MakeMeta { key: SIGHTS_LAID.to_owned(), value: "1".to_owned() }).await?;
    Ok(count)
}

/// What happened in a visit's tree, oldest first, after a position.
pub async fn timeline(hub: &Hub, scope: &Scope, page: TimelinePage) -> Result<Vec<StoredEvent>, Undone> {
    let scope = scope.clone();
    let found = hub.ledger.read(move |reading| {
        let Some(tree) = visits::tree(reading, &scope, &page.code)? else { return Ok(None) };
        let (root, span) = ((&tree.visit.id).into(), (page.after_seq, i64::from(page.limit)));
        let events = events::timeline(reading, &scope, &root, span)?;
        with_texts(reading, events).map(Some)
    });
    Ok(found.await?.ok_or(Refusal::NotFound)?)
}

/// Visits under the reader's Scope.
pub async fn list(hub: &Hub, scope: &Scope, query: VisitQuery) -> Result<Vec<VisitItem>, Undone> {
    let scope = scope.clone();
    let read = hub.ledger.read(move |reading| {
        let mut items = visits::list(reading, &scope, &query)?;
        items.iter_mut().for_each(|item| shown_in_list(&mut item.visit, &scope));
        Ok(items)
    });
    Ok(read.await?)
}

/// Findings under the reader's Scope, with the texts that they point at.
pub async fn findings(
    hub: &Hub,
    scope: &Scope,
    query: FindingQuery,
) -> Result<(Vec<FindingItem>, HashMap<TextId, String>), Undone> {
    let (scope, now) = (scope.clone(), hub.now());
    let read = hub.ledger.read(move |reading| {
        let items = visits::findings(reading, &scope, &query, now)?;
        let ids: Vec<TextId> = items.iter().flat_map(|item| finding_texts(&item.finding)).cloned().collect();
        let texts = texts_of(reading, &ids)?;
        Ok((items, texts))
    });
    Ok(read.await?)
}

/// What this year's visits cost a firm, and what was saved. Nobody's right: it is for all who plan.
pub async fn burden(hub: &Hub, firm: &str) -> Result<Burden, Undone> {
    let rules = hub.rules();
    let known = rules.directory.enterprise(firm).ok_or(Refusal::NotFound)?;
    let (code, now) = (known.code.clone(), hub.now());
    let read = hub
        .ledger
        .read(move |reading| Ok((firms::entered_in(reading, &code, now.year())?, firms::findings(reading, &code)?)));
    let (visits, found) = read.await?;
    let mut burden = burden::reckon(&visits, known);
    burden::relapses(&mut burden, &found, &rules, now);
    Ok(burden)
}

/// How many of this year's visits count toward a firm's cap, for the authority that has had most: what bars whoever plans, as far
/// as the reader may know of it.
pub async fn toward_cap(hub: &Hub, scope: &Scope, firm: &Enterprise) -> Result<u32, Undone> {
    let (scope, code, now) = (scope.clone(), firm.code.clone(), hub.now());
    let read = hub.ledger.read(move |reading| slates::of_year(reading, &scope, &code, now.year()));
    Ok(slate::had_most(&read.await?, firm, (now.year(), now)))
}

/// Codes of the visits and findings of a whistle that the reader sees.
pub async fn of_whistle(hub: &Hub, scope: &Scope, whistle: &WhistleId) -> Result<(Vec<String>, Vec<String>), Undone> {
    const OF_ONE: u16 = 200;
    let (scope, whistle, now) = (scope.clone(), whistle.clone(), hub.now());
    let read = hub.ledger.read(move |reading| {
        let visits_of = VisitQuery { whistle: Some(whistle.clone()), limit: OF_ONE, ..VisitQuery::default() };
        let findings_of = FindingQuery { whistle: Some(whistle), limit: OF_ONE, ..FindingQuery::default() };
        let visits: Vec<String> =
            visits::list(reading, &scope, &visits_of)?.into_iter().map(|item| item.visit.code).collect();
        let findings = visits::findings(reading, &scope, &findings_of, now)?.into_iter();
        Ok((visits, findings.map(|item| item.finding.code).collect()))
    });
    Ok(read.await?)
}
