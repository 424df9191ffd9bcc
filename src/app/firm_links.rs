//! What a firm does by the link on its paper (SECURITY T28): an officer gives it, the firm opens it, sees its own order and nothing
//! else, says that it is fixed, rates the visit. A link that is wrong, over, replaced or struck off is told in one way. The
//! ledger keeps a token's digest; token and cookie are never logged.

use super::asked::Asked;
use super::attachments::{Handed, Sent, failed, laid};
use super::sessions::{presession_csrf, presession_csrf_matches, sha256};
use super::throttle::{Counted, customer};
use super::{ATTEMPTS_MAX, Hub, Undone};
use crate::domain::at::At;
use crate::domain::attachment::{Attachment, Unfit};
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds;
use crate::domain::draft::Deciding;
use crate::domain::finding::Finding;
use crate::domain::finding::link::{self, Claim, RatingOrder};
use crate::domain::order::read;
use crate::domain::summons::BARE;
use crate::domain::terms::FindingStatus;
use crate::domain::visit::VisitTree;
use crate::ids::{FindingId, PersonId, TextId, hex, unhex};
use crate::store::{CommitRefusal, Fault, Reading, attachments, visits};
use std::net::IpAddr;

/// 128 bits, as hex.
const TOKEN_DIGITS: usize = 32;
/// How long a firm that came in may go on.
const STAY_MINUTES: i64 = 30;
/// What its cookie is sealed for.
const COOKIE: &str = "firm's cookie";

/// How long whoever gave a link finds it on the order's sheet.
pub const SHOWN_MINUTES: i64 = 10;

/// A link that was given just now. `Debug` is missing on purpose.
pub struct GivenLink {
    pub token: String,
    pub until: At,
}

/// Gives the firm a link to a finding under an order.
pub async fn give(hub: &Hub, asked: &Asked<'_>, code: &str) -> Result<GivenLink, Undone> {
    for _ in 0..ATTEMPTS_MAX {
        let (scope, code) = (asked.scope.clone(), code.to_owned());
        let load = move |reading: &mut Reading<'_>| {
            let Some((mut tree, id)) = visits::tree_of_finding(reading, &scope, &code)? else { return Ok(None) };
            visits::beside_own(reading, &mut tree)?;
            Ok(Some((tree, id)))
        };
        let (tree, id) = hub.ledger.read(load).await?.ok_or(Refusal::NotFound)?;
        let finding = tree.finding(&id).ok_or(Refusal::NotFound)?;
        if !deeds::may_give_link(asked.actor, finding) {
            return Err(Refusal::RoleMayNot.into());
        }
        read(&BARE, asked.node()?).1.judge(Some(())).map_err(Refusal::Faults)?;
        let token = hex(&hub.chance.secret()[..TOKEN_DIGITS / 2]);
        let (now, rules) = (hub.now(), hub.rules());
        let mut mint = hub.mint(now);
        let by = hub.deciding(Some(asked.actor), &rules, now, &mut mint);
        let change = link::give_link(sha256(token.as_bytes()), &id, tree, by)?;
        let given = change.visit.as_ref().and_then(|change| change.findings.iter().find_map(|one| one.link.as_ref()));
        let until = given.map_or(now, |given| given.until);
        match hub.commit(change, now).await {
            Ok(_) => return Ok(GivenLink { token, until }),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// What the browser of whoever gave a link keeps of it, so that the sheet can be loaded again: it opens for them alone, and on the
/// sheet of this finding.
pub fn keep_given(hub: &Hub, by: &PersonId, code: &str, token: &str) -> Result<String, Undone> {
    let plain = format!("{} {token}", hub.now().plus_minutes(SHOWN_MINUTES).0);
    Ok(hub.seal(&given_by(by, code), plain.as_bytes())?)
}

/// The token of a link that this person gave just now, while it is the one that is good.
pub fn given_just_now(hub: &Hub, by: &PersonId, finding: &Finding, kept: &str) -> Option<String> {
    let plain = String::from_utf8(hub.unseal(&given_by(by, &finding.code), kept)?).ok()?;
    let ((until, token), now) = (plain.split_once(' ')?, hub.now());
    let is_shown = now < At(until.parse().ok()?);
    let good = finding.live_link(now).is_some_and(|link| link.hash == hex(&sha256(token.as_bytes())));
    (is_shown && good).then(|| token.to_owned())
}

fn given_by(by: &PersonId, code: &str) -> String {
    format!("link given by {} for {code}", by.as_str())
}

/// Lets a firm in by its token; what its browser shall keep, or nothing where there is no such link. Whoever tries too many that
/// are none waits, and learns of none meanwhile.
pub async fn enter(hub: &Hub, token: &str, address: IpAddr) -> Result<Option<String>, Undone> {
    if !is_token(token) {
        return Ok(None);
    }
    let (guesser, now, throttle) = (Counted::Guesser(customer(address)), hub.now(), &hub.doorkeeper.throttle);
    throttle.spend(guesser, now)?;
    let hash = hex(&sha256(token.as_bytes()));
    let wanted = hash.clone();
    let found = hub.ledger.read(move |reading| visits::tree_of_link(reading, &wanted)).await;
    let is_live =
        |(tree, id): &(VisitTree, FindingId)| tree.finding(id).is_some_and(|one| one.live_link(now).is_some());
    // A ledger that is away says nothing of a guess.
    if found.as_ref().map_or(true, |found| found.as_ref().is_some_and(is_live)) {
        throttle.give_back(guesser);
    }
    if !found?.is_some_and(|found| is_live(&found)) {
        return Ok(None);
    }
    let plain = format!("{hash} {}", now.plus_minutes(STAY_MINUTES).0);
    Ok(Some(hub.seal(COOKIE, plain.as_bytes())?))
}

/// A firm that came in: by which link. `Debug` is missing on purpose.
pub struct Firm {
    /// Its token's digest.
    hash: String,
    cookie: String,
}

impl Firm {
    /// The token that its forms carry.
    pub fn csrf(&self, hub: &Hub) -> String {
        presession_csrf(hub, &self.nonce())
    }

    /// Whether a form is one that this firm was shown, and not another's in the same browser.
    pub fn sent(&self, hub: &Hub, csrf: &str) -> bool {
        presession_csrf_matches(hub, &self.nonce(), csrf)
    }

    fn nonce(&self) -> String {
        format!("firm {}", self.cookie)
    }

    /// Who takes turns and budgets: the link.
    pub fn name(&self) -> &str {
        &self.hash
    }

    /// Counts a form that it sends.
    ///
    /// # Errors
    /// It has sent as many as may be in a day.
    pub fn spend(&self, hub: &Hub) -> Result<(), Undone> {
        let digest = unhex(&self.hash).and_then(|hash| <[u8; 32]>::try_from(hash).ok()).unwrap_or_default();
        hub.doorkeeper.throttle.spend(Counted::Link(digest), hub.now())
    }
}

/// What a browser keeps of an opened link; nothing if it is not ours or over. Whether the link is still good is asked with each look.
pub fn by_cookie(hub: &Hub, cookie: &str) -> Option<Firm> {
    let plain = String::from_utf8(hub.unseal(COOKIE, cookie)?).ok()?;
    let (hash, until) = plain.split_once(' ')?;
    let until = At(until.parse().ok()?);
    (hub.now() < until).then(|| Firm { hash: hash.to_owned(), cookie: cookie.to_owned() })
}

/// What a firm sees: its own order, and what it said itself. No whistle, no other department, nobody's name.
#[derive(Debug, Clone)]
pub struct OpenOrder {
    pub code: String,
    pub what: Option<String>,
    pub spot: Option<String>,
    /// The rule that it breaks: the checklist's, and the criterion of a major hazard.
    pub basis: Vec<String>,
    pub demand: Option<String>,
    pub order_no: Option<String>,
    pub ordered_at: Option<At>,
    pub due_at: Option<At>,
    /// Whose order it is, by its code.
    pub department: String,
    /// Whom it binds, by its code in the register.
    pub addressee: Option<String>,
    pub status: FindingStatus,
    /// Whether the firm may say now that it is fixed.
    pub takes_claim: bool,
    /// When the firm said so, and what.
    pub claimed: Option<(At, Option<String>)>,
    /// Ids of the photos that it sent, as far as they can be shown.
    pub photos: Vec<String>,
    pub stars: Option<u8>,
    pub rating: Option<String>,
    pub until: At,
}

/// Shows a firm its order; nothing if its link is good no longer.
pub async fn look(hub: &Hub, firm: &Firm) -> Result<Option<OpenOrder>, Undone> {
    let (hash, now, rules) = (firm.hash.clone(), hub.now(), hub.rules());
    let read = hub.ledger.read(move |reading| {
        let Some((tree, id)) = visits::tree_of_link(reading, &hash)? else { return Ok(None) };
        let Some(finding) = tree.finding(&id) else { return Ok(None) };
        let texts = super::visits::texts_of(reading, &told(finding))?;
        let photos = own_photos(reading, &tree, finding)?.into_iter().filter(|one| one.copy.is_some());
        let text = |id: Option<&TextId>| id.and_then(|id| texts.get(id)).cloned();
        let Some(until) = finding.live_link(now).map(|link| link.until) else { return Ok(None) };
        let hazard = finding.origin.hazard.as_deref().and_then(|code| rules.directory.hazard(code));
        let order = finding.orders.last();
        let claim = finding.report.as_ref().filter(|report| report.by.is_none());
        Ok(Some(OpenOrder {
            code: finding.code.clone(),
            what: text(Some(&finding.what)),
            spot: text(finding.spot.as_ref()),
            basis: hazard.map(|of| of.legal_basis.clone()).into_iter().chain(text(finding.clause.as_ref())).collect(),
            demand: text(order.and_then(|order| order.demand.as_ref())),
            order_no: text(order.and_then(|order| order.order_no.as_ref())),
            ordered_at: order.map(|order| order.at),
            due_at: link::limit(finding, &tree),
            department: finding.origin.department.clone(),
            addressee: order.and_then(|order| order.addressee.clone()),
            status: finding.status,
            takes_claim: finding.takes_claim(),
            claimed: claim.map(|claim| (claim.at, text(claim.note.as_ref()))),
            photos: photos.map(|one| one.id.as_str().to_owned()).collect(),
            stars: finding.rated.as_ref().map(|rated| rated.stars),
            rating: text(finding.rated.as_ref().and_then(|rated| rated.text.as_ref())),
            until,
        }))
    });
    Ok(read.await?)
}

/// The texts that a firm is told.
fn told(finding: &Finding) -> Vec<TextId> {
    let order = finding.orders.last().into_iter().flat_map(|order| order.demand.iter().chain(&order.order_no));
    let claim = finding.report.as_ref().and_then(|report| report.note.as_ref());
    let rating = finding.rated.as_ref().and_then(|rated| rated.text.as_ref());
    let own = [Some(&finding.what), finding.spot.as_ref(), finding.clause.as_ref(), claim, rating];
    own.into_iter().flatten().chain(order).cloned().collect()
}

/// The firm says that it is fixed, with photos; whether the link was good.
pub async fn report_fixed(hub: &Hub, firm: &Firm, note: Option<&str>, sent: Vec<Sent>) -> Result<bool, Undone> {
    let photos = if sent.is_empty() { Vec::new() } else { laid(hub, sent, (link::is_photo, Unfit::NoPhoto)).await? };
    let claim = |there: usize| Claim { note, photos: &photos, there };
    decide(hub, firm, |(id, there), tree, by| link::report_fixed(claim(there), id, tree, by)).await
}

/// The firm rates the visit; whether the link was good.
pub async fn rate(hub: &Hub, firm: &Firm, order: &RatingOrder) -> Result<bool, Undone> {
    decide(hub, firm, |(id, _), tree, by| Ok(link::rate(order, id, tree, by))).await
}

/// `decided`: by the finding, and by how many files its visit has.
async fn decide(
    hub: &Hub,
    firm: &Firm,
    decided: impl Fn((&FindingId, usize), VisitTree, Deciding<'_>) -> Result<Change, Refusal>,
) -> Result<bool, Undone> {
    for _ in 0..ATTEMPTS_MAX {
        let hash = firm.hash.clone();
        let load = move |reading: &mut Reading<'_>| {
            let Some((mut tree, id)) = visits::tree_of_link(reading, &hash)? else { return Ok(None) };
            visits::beside_own(reading, &mut tree)?;
            let there = attachments::of_tree(reading, &(&tree.visit.id).into())?.len();
            Ok(Some((tree, id, there)))
        };
        let Some((tree, id, there)) = hub.ledger.read(load).await? else { return Ok(false) };
        let (now, rules) = (hub.now(), hub.rules());
        if tree.finding(&id).is_none_or(|finding| finding.live_link(now).is_none()) {
            return Ok(false);
        }
        let mut mint = hub.mint(now);
        let change = decided((&id, there), tree, hub.deciding(None, &rules, now, &mut mint))?;
        match hub.commit(change, now).await {
            Ok(_) => return Ok(true),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// One of the photos that the firm sent itself, as we drew it; nothing else of the visit.
pub async fn photo(hub: &Hub, firm: &Firm, id: &str) -> Result<Option<Handed>, Undone> {
    let (hash, now, id) = (firm.hash.clone(), hub.now(), id.to_owned());
    let found = hub.ledger.read(move |reading| {
        let Some((tree, finding)) = visits::tree_of_link(reading, &hash)? else { return Ok(None) };
        let Some(finding) = tree.finding(&finding).filter(|one| one.live_link(now).is_some()) else { return Ok(None) };
        let own = own_photos(reading, &tree, finding)?;
        let at = own.iter().position(|one| one.id.as_str() == id);
        Ok(at.map(|at| (format!("{}-{}.jpg", finding.code, at + 1), own[at].clone())))
    });
    let Some((name, one)) = found.await? else { return Ok(None) };
    let Some(copy) = &one.copy else { return Ok(None) };
    let file = hub.files.open(copy).await.map_err(failed)?;
    Ok(Some(Handed { name, drawn: true, format: one.format, file }))
}

fn own_photos(reading: &mut Reading<'_>, tree: &VisitTree, finding: &Finding) -> Result<Vec<Attachment>, Fault> {
    let all = attachments::of_tree(reading, &(&tree.visit.id).into())?;
    Ok(all.into_iter().filter(|one| one.is_of_firm() && one.subject == finding.id.as_str()).collect())
}

/// Whether a word can be a token at all; what cannot is no guess.
fn is_token(word: &str) -> bool {
    word.len() == TOKEN_DIGITS && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
