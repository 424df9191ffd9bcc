//! The firm's way in (DOMAIN §5): firms have no account, so the paper of an order bears a link to its finding. What comes by it is
//! a claim or a rating: it never rechecks, closes or asks who else was looked at. The ledger has only the token's digest.

use super::recheck::say_fixed;
use super::{Finding, Rated};
use crate::domain::at::{At, DAY_MINUTES};
use crate::domain::attachment::{Format, Received, Shows, room_for};
use crate::domain::decision::{Change, Refusal};
use crate::domain::deeds::allowed_on_finding;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Fault, Field, Kind, Node, Spec, read};
use crate::domain::terms::{Duty, FindingStatus};
use crate::domain::visit::VisitTree;
use crate::ids::{FindingId, PersonId, hex};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long it is good: so long after the order's limit, and never longer than that from its giving, days.
const AFTER_LIMIT_DAYS: i64 = 30;
const DAYS_MAX: i64 = 120;
/// Photos that go with a claim.
pub const PHOTOS_MAX: usize = 3;
/// Longest word that goes with stars, characters.
pub const RATING_TEXT_MAX: usize = 300;

/// What the firm has on paper; another one takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmLink {
    /// SHA-256 of its token, hex.
    pub hash: String,
    pub at: At,
    pub by: PersonId,
    pub until: At,
}

/// What a firm's form of stars says.
pub static RATE: Spec = Spec {
    name: "RatingOrder",
    fields: &[
        Field::required("stars", Kind::Word(&["1", "2", "3", "4", "5"])),
        Field::optional("text", Kind::Text { max: RATING_TEXT_MAX }),
    ],
};

impl Finding {
    /// Whether an order waits for the firm, so that it may be given a link.
    pub fn waits_for_firm(&self) -> bool {
        match self.status {
            FindingStatus::Ordered | FindingStatus::Reported | FindingStatus::RecheckDue => true,
            FindingStatus::Found | FindingStatus::Passed | FindingStatus::Failed | FindingStatus::Closed => false,
        }
    }

    /// The link by which the firm comes, while it is good: what is struck off is nobody's business any longer.
    pub fn live_link(&self, now: At) -> Option<&FirmLink> {
        self.link.as_ref().filter(|link| now < link.until && self.is_open())
    }

    /// Whether the firm may say now that it is fixed.
    pub fn takes_claim(&self) -> bool {
        self.status == FindingStatus::Ordered
    }
}

/// Until when the firm has to put it right, longer time included.
pub fn limit(finding: &Finding, tree: &VisitTree) -> Option<At> {
    let armed = tree.armed(&Subject::Finding(finding.id.clone())).filter(|armed| armed.duty == Duty::Rectification);
    armed.map(|armed| armed.due_at).or(finding.orders.last().map(|order| order.due_at))
}

/// Gives the firm a link, whose token has this digest. The one before is good no longer.
///
/// # Errors
/// Nothing is ordered now, or the order is so old that a link would be over at once.
pub fn give_link(hash: [u8; 32], id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    let actor = by.actor.ok_or(Refusal::NotFound)?;
    let not_now = || {
        let (status, allowed) = (finding.status.as_str(), allowed_on_finding(actor, finding));
        Refusal::NotNow { status, allowed }
    };
    let limit = limit(finding, &tree).filter(|_| finding.waits_for_firm()).ok_or_else(not_now)?;
    let latest = by.now.plus_minutes(DAYS_MAX * DAY_MINUTES);
    let until = limit.plus_minutes(AFTER_LIMIT_DAYS * DAY_MINUTES).min(latest);
    if until <= by.now {
        return Err(not_now());
    }
    let link = FirmLink { hash: hex(&hash), at: by.now, by: actor.person.clone(), until };
    let mut draft = Draft::on(by, tree);
    draft.note_finding(id, |finding| finding.link = Some(link));
    draft.record_finding(EventKind::FindingLinkGiven, id, json!({ "until": until.rfc3339() }));
    Ok(draft.finish())
}

/// What the firm says: in words, and by photos of the spot as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub note: Option<&'a str>,
    pub photos: &'a [Received],
    /// Files that the visit has already.
    pub there: usize,
}

/// The firm says that it is fixed: others look again, as after anybody's word.
///
/// # Errors
/// It has been said, or its limit is over; or the visit has as many files as it may.
pub fn report_fixed(claim: Claim<'_>, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Result<Change, Refusal> {
    let finding = tree.finding(id).ok_or(Refusal::NotFound)?;
    if !finding.takes_claim() {
        return Err(Refusal::NotNow { status: finding.status.as_str(), allowed: Vec::new() });
    }
    room_for(claim.photos.len(), claim.there, (finding.status.as_str(), &finding.code))?;
    let mut draft = Draft::on(by, tree);
    say_fixed(claim.note, id, &mut draft);
    let about = Subject::Finding(id.clone());
    claim.photos.iter().for_each(|photo| draft.attach(photo, &about, EventKind::FindingAttached, Some(Shows::After)));
    Ok(draft.finish())
}

/// What a firm may send: pictures of which a copy can be drawn.
pub fn is_photo(format: Format) -> bool {
    match format {
        Format::Jpeg | Format::Png | Format::Webp => true,
        Format::Heic | Format::Pdf | Format::Ofd | Format::Docx | Format::Xlsx => false,
    }
}

/// How the firm found the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingOrder {
    stars: u8,
    text: Option<String>,
}

impl RatingOrder {
    /// # Errors
    /// Every fault of the form.
    pub fn parse(body: &Node) -> Result<RatingOrder, Vec<Fault>> {
        let (reader, faults) = read(&RATE, body);
        let stars = reader.word("stars", |word| word.parse().ok());
        faults.judge(stars.map(|stars| RatingOrder { stars, text: reader.text("text") }))
    }
}

/// Rates the visit, or rates it anew; those who went are not told (DOMAIN PZ21).
pub fn rate(order: &RatingOrder, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let text = order.text.as_deref().map(|text| draft.write_down(text));
    let rated = Rated { stars: order.stars, text: text.clone(), at: draft.by.now };
    draft.note_finding(id, |finding| finding.rated = Some(rated));
    let data = json!({ "stars": order.stars, "text": text.as_ref().map(text_ref), "by_firm": true });
    draft.record_finding(EventKind::VisitRated, id, data);
    draft.finish()
}
